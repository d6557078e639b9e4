"""Groups beside everybody else: what is found, what is not, and what is told apart."""

from __future__ import annotations

import json
from random import Random
from typing import TYPE_CHECKING

import pytest

from rightplace.audit import Characteristic, Explanation, Measure, audit
from rightplace.instances.children import Ethnicity, Sex, SiblingGroup
from rightplace.reports.fairness import audit_json, sentences
from tests.audit.worlds import BLACK, FEW, WHITE, audited, given, group, measure, series, world

if TYPE_CHECKING:
    from rightplace.audit import Audit
    from tests.audit.worlds import Given

ETHNICITY, SEX, NEED_LEVEL = Characteristic.ETHNICITY, Characteristic.SEX, Characteristic.NEED_LEVEL
_BLACK = "Black or Black British"


def _alarms(found: Audit) -> list[tuple[Measure, str]]:
    """Which gaps are larger than chance, among all children or like for like."""
    return [
        (one.measure, g.group)
        for one in found.measures
        for g in one.groups
        if any(gap is not None and gap.is_larger_than_chance for gap in (g.gap, g.like)) and g.mirrors is None
    ]


def test_means_and_gaps_by_hand() -> None:
    """Five children at 10, 11, 12, 13, 14 miles (mean 12), six at 1 to 6 (mean 3.5), one of unknown ethnicity at 7.

    Others than the first five have (21 + 7) / 7 = 4 miles: a gap of 8. Others than the six have (60 + 7) / 6.
    """
    black, white = series("b", range(10, 15), ethnicity=BLACK), series("w", range(1, 7), ethnicity=WHITE)
    found = audited([*black, *white, given("u", 7)])
    distance = measure(found, Measure.DISTANCE)
    assert (distance.num_children, distance.num_left_out, distance.mean) == (12, 0, pytest.approx(88 / 12))
    one, other = (group(found, Measure.DISTANCE, ETHNICITY, name) for name in (_BLACK, "White"))
    assert (one.num_children, one.mean, one.mean_of_others) == (5, 12, 4)
    assert one.gap is not None
    assert other.gap is not None
    assert one.gap.value == pytest.approx(8)
    assert other.gap.value == pytest.approx(3.5 - 67 / 6)
    assert one.gap.low < 8 < one.gap.high
    assert one.low is not None
    assert one.high is not None
    assert 10 < one.low < 12 < one.high < 14


def test_like_for_like_by_hand() -> None:
    """Level 1: five at 4 and five others at 2 miles, gap 2. Level 3: five at 20 and five others at 14, gap 6: 4."""
    found = audited(
        [
            *series("a", [4] * 5, ethnicity=BLACK, need_level=1),
            *series("b", [2] * 5, ethnicity=WHITE, need_level=1),
            *series("c", [20] * 5, ethnicity=BLACK, need_level=3),
            *series("d", [14] * 5, ethnicity=WHITE, need_level=3),
        ]
    )
    one = group(found, Measure.DISTANCE, ETHNICITY, _BLACK)
    assert one.like is not None
    assert one.like.value == pytest.approx(4)
    level = group(found, Measure.DISTANCE, NEED_LEVEL, "3")
    assert level.like is not None
    assert level.like.value == pytest.approx(14)


_NOISE = [(7 * n) % 10 for n in range(20)]
"""0 to 9 miles, twice."""


def test_a_planted_gap_is_found_and_said() -> None:
    """Twenty children placed 12 miles further than twenty others like them: one sentence, with all its numbers."""
    far = series("b", [miles + 12 for miles in _NOISE], ethnicity=BLACK)
    found = audited([*far, *series("w", _NOISE, ethnicity=WHITE)])
    assert _alarms(found) == [(Measure.DISTANCE, "White")]
    one = group(found, Measure.DISTANCE, ETHNICITY, _BLACK)
    assert one.gap is not None
    assert (one.gap.value, one.mirrors, one.explanation) == (12, "White", Explanation.ALSO_AMONG_LIKE)
    said, rest = sentences(found)[:2]
    assert said.startswith(
        "Children recorded as White are placed nearer to home than others: 4.5 against 16.5 "
        "(12.0 miles, 95% interval 10."
    )
    assert ", also among children of like need level and age (12.0 miles, 95% interval 10." in said
    assert rest == "No other gap is larger than chance would make with groups of this size."


def test_waiting_is_a_share() -> None:
    """Of sixteen girls twelve wait, of sixteen boys two: 75% against 12%, 62 points."""
    girls = series("g", [None] * 12 + [1] * 4, sex=Sex.FEMALE)
    found = audited([*girls, *series("m", [None] * 2 + [1] * 14)])
    one = group(found, Measure.WAITING, SEX, "female")
    assert (one.mean, one.mean_of_others) == (0.75, 0.125)
    assert sentences(found)[0].startswith(
        "Girls wait more often than others: 75% against 12% (62 points, 95% interval 3"
    )


def _confounded(extra: float) -> list[Given]:
    """Level 3 lives 15 miles further; of the Black children 20 of 25 are of that level, of the White ones 5 of 25."""
    children = []
    for prefix, ethnicity, level, num in (
        ("a", BLACK, 3, 20),
        ("b", BLACK, 1, 5),
        ("c", WHITE, 3, 5),
        ("d", WHITE, 1, 20),
    ):
        own = extra if ethnicity is BLACK else 0
        miles = [float(n) + own + (15 if level == 3 else 0) for n in (_NOISE * 2)[:num]]
        children += series(prefix, miles, ethnicity=ethnicity, need_level=level)
    return children


def test_a_gap_that_need_explains_is_told_apart() -> None:
    """Ethnicity makes no difference within a level: a gap over all, none like for like, and the sentence says so."""
    found = audited(_confounded(0))
    one = group(found, Measure.DISTANCE, ETHNICITY, "White")
    assert one.explanation is Explanation.ACCOUNTED
    assert one.gap is not None
    assert one.like is not None
    assert one.gap.value == pytest.approx(-9, abs=1)
    assert abs(one.like.value) < 1
    assert ", which need level and age explain at least in part: among children of like" in sentences(found)[0]
    level = group(found, Measure.DISTANCE, NEED_LEVEL, "1")
    assert level.explanation is Explanation.ALSO_AMONG_LIKE


def test_a_gap_beside_need_is_not_explained_away() -> None:
    """The same with 8 miles more for Black children of either level: there like for like too."""
    one = group(audited(_confounded(8)), Measure.DISTANCE, ETHNICITY, "White")
    assert one.explanation is Explanation.ALSO_AMONG_LIKE
    assert one.like is not None
    assert one.like.value == pytest.approx(-8, abs=1)


def test_a_gap_that_need_hides_is_found() -> None:
    """White children have more of the distant level 3, Black ones 12 miles more in each: seen like for like only."""
    hidden = [
        *series("a", [n + 12.0 for n in _NOISE], ethnicity=BLACK, need_level=1),
        *series("b", [n + 36.0 for n in _NOISE[:6]], ethnicity=BLACK, need_level=3),
        *series("c", [float(n) for n in _NOISE[:6]], ethnicity=WHITE, need_level=1),
        *series("d", [n + 24.0 for n in _NOISE], ethnicity=WHITE, need_level=3),
    ]
    found = audited(hidden)
    one = group(found, Measure.DISTANCE, ETHNICITY, "White")
    assert one.gap is not None
    assert not one.gap.is_larger_than_chance
    assert one.explanation is None
    (said,) = (s for s in sentences(found) if "recorded as White" in s and "no larger than chance" in s)
    assert said.startswith("Among children of like need level and age, children recorded as White are placed nearer")


def test_a_gap_with_nobody_alike_cannot_be_explained() -> None:
    """All Black children are of level 3 and all White ones of level 1: whether need explains the gap cannot be told."""
    far = series("b", [n + 12 for n in _NOISE], ethnicity=BLACK, need_level=3)
    found = audited([*far, *series("w", _NOISE, ethnicity=WHITE, need_level=1)])
    one = group(found, Measure.DISTANCE, ETHNICITY, "White")
    assert (one.like, one.explanation) == (None, Explanation.TOO_FEW)
    assert "; there are too few children of like need level and age to tell" in sentences(found)[0]


def test_random_labels_seldom_raise_an_alarm() -> None:
    """Of 40 audits of plans that know nothing of groups, siblings among them, at most five say that anything is amiss.

    Were each right 19 times in 20, more than five would be seen once in seventy.
    """
    wrong = 0
    for seed in range(40):
        source = Random(seed)
        groups = tuple(SiblingGroup(id=f"G{n}", child_ids=(f"x{2 * n}", f"x{2 * n + 1}")) for n in range(6))
        of_family = [source.choice([WHITE, BLACK, Ethnicity.MWBC]) for _ in range(30)]
        miles_of_family = [source.expovariate(0.1) for _ in range(30)]
        children = [
            given(
                f"x{n}",
                miles_of_family[n // 2 if n < 12 else n - 6],
                ethnicity=of_family[n // 2 if n < 12 else n - 6],
                sex=source.choice([Sex.FEMALE, Sex.MALE]),
                need_level=source.choice([1, 2]),
            )
            for n in range(36)
        ]
        wrong += bool(_alarms(audited(children, seed, groups=groups, resamples=799)))
    assert wrong <= 5


def test_a_gap_of_one_family_is_no_gap() -> None:
    """Six brothers and sisters far from home are one family of a group: too few to compare, however many children."""
    groups = (SiblingGroup(id="G", child_ids=tuple(f"b{n}" for n in range(6))),)
    children = [*series("b", [40] * 6, ethnicity=BLACK), *series("w", _NOISE, ethnicity=WHITE)]
    one = group(audited(children, groups=groups), Measure.DISTANCE, ETHNICITY, _BLACK)
    assert (one.num_children, one.num_families, one.mean, one.gap) == (6, 1, None, None)
    alone = group(audited(children), Measure.DISTANCE, ETHNICITY, _BLACK)
    assert alone.gap is not None
    assert alone.gap.is_larger_than_chance


def test_small_groups_are_counted_and_nothing_more() -> None:
    """Four children of a group, and everybody else where those are four: sizes, and no mean, interval or gap."""
    found = audited([*series("b", [40] * 4, ethnicity=BLACK), *series("w", _NOISE, ethnicity=WHITE)])
    for name, num in ((_BLACK, 4), ("White", 20)):
        one = group(found, Measure.DISTANCE, ETHNICITY, name)
        assert one.num_children == num
        assert (one.mean, one.low, one.high, one.mean_of_others, one.gap, one.like) == (None,) * 6


def test_a_measure_of_few_children_has_no_mean() -> None:
    """Four children placed and three waiting: no mean distance, for it is of four; of all seven 3 / 7 wait."""
    found = audited(series("w", [1, 2, 3, 4, None, None, None]))
    assert (measure(found, Measure.DISTANCE).num_children, measure(found, Measure.DISTANCE).mean) == (4, None)
    assert measure(found, Measure.WAITING).mean == pytest.approx(3 / 7)


def test_where_nothing_can_be_compared_the_audit_says_so() -> None:
    """Three children, and none at all: no comparison and one sentence."""
    for children in ([], series("w", [1, 2, 3])):
        found = audited(children)
        assert found.num_comparisons == 0
        assert len(sentences(found)) == 1
        assert sentences(found)[0].startswith("Nothing can be compared")


def test_no_gap_is_said_with_the_gap_that_could_have_been_seen() -> None:
    """Twenty beside twenty with the same distances: no gap, and the least that would have been seen, by hand.

    Chance deals 40 values of standard deviation 2.87 to 20 and 20: 2.87 * sqrt(40 / (20 * 20)) * sqrt(40 / 39) = 0.92
    miles, times 3.08 (two comparisons, so 2.24 for 1.25% in each tail, and 0.84 for four times in five): 2.83.
    """
    found = audited([*series("b", _NOISE, ethnicity=BLACK), *series("w", _NOISE, ethnicity=WHITE)])
    assert found.num_comparisons == 2
    one = group(found, Measure.DISTANCE, ETHNICITY, "White")
    assert one.gap is not None
    assert one.gap.smallest_seen == pytest.approx(2.83, rel=0.05)
    first, power = sentences(found)[:2]
    assert first == "No gap is larger than chance would make with groups of this size."
    assert power.startswith("Distance from home: the smallest gap that would have been seen four times in five is 2.")


def test_two_groups_are_one_comparison() -> None:
    """Girls and boys mirror each other: one comparison among all and one like for like, with the sign turned."""
    found = audited([*series("g", _NOISE, sex=Sex.FEMALE), *series("m", [n + 1 for n in _NOISE])])
    girls, boys = (group(found, Measure.DISTANCE, SEX, name) for name in ("female", "male"))
    assert girls.gap is not None
    assert boys.gap == girls.gap.mirrored()
    assert (girls.mirrors, boys.mirrors, found.num_comparisons) == (None, "female", 2)


def _text(children: list[Given], **options: int) -> str:
    asked, plan = world(children)
    return json.dumps(audit_json(asked, plan, audit(asked, plan, **({"resamples": FEW} | options))))


def test_same_seed_same_bytes() -> None:
    """The same seed gives the same JSON to the byte, another seed other intervals."""
    children = _confounded(3)
    assert _text(children, seed=4) == _text(children, seed=4)
    assert _text(children, seed=4) != _text(children, seed=5)


def test_a_further_measure_changes_no_other() -> None:
    """With opportunity costs the gaps and intervals of distance are what they were without."""
    asked, plan = world(_confounded(3))
    costs = {placement.child_id: 100 * n for n, placement in enumerate(plan.placements)}
    without, beside = (audit(asked, plan, opportunity_cost=c, resamples=FEW) for c in (None, costs))
    assert [one.measure for one in beside.measures if one not in without.measures and one.num_children] != []
    for before, after in zip(
        measure(without, Measure.DISTANCE).groups, measure(beside, Measure.DISTANCE).groups, strict=True
    ):
        assert (before.mean, before.low, before.high) == (after.mean, after.low, after.high)
        if before.gap is not None and after.gap is not None:
            assert (before.gap.value, before.gap.low, before.gap.p_value) == (
                after.gap.value,
                after.gap.low,
                after.gap.p_value,
            )


def test_too_few_resamples_are_refused() -> None:
    """Two comparisons need 39 resamples; with 38 no gap however large could be found."""
    children = [*series("b", _NOISE, ethnicity=BLACK), *series("w", _NOISE, ethnicity=WHITE)]
    assert audited(children, resamples=39).num_comparisons == 2
    with pytest.raises(ValueError, match="at least 39"):
        audited(children, resamples=38)
