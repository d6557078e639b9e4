"""Whom an audit looks at, in which groups, and what it measures of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from rightplace.audit.measures import (
    BROAD_ETHNICITIES,
    Characteristic,
    Measure,
    audited,
    families,
    group_of,
    groups_of,
    is_split,
    measured,
)
from rightplace.instances.children import Ethnicity, NeedCategory, Sex, SiblingGroup, Togetherness, Wish
from rightplace.plan import PlacementKind
from rightplace.solve import MatchOptions, match
from tests.audit.worlds import given, with_plan, world
from tests.plans import placed, stays
from tests.rules.builders import carer, child, filled, instance, vacant
from tests.strategies import instances

if TYPE_CHECKING:
    from rightplace.instances.children import Child
    from rightplace.instances.instance import Instance

_ONE = (carer(),)


@pytest.mark.parametrize(
    ("characteristic", "words", "about"),
    [
        (Characteristic.ETHNICITY, "White", {"ethnicity": Ethnicity.WROM}),
        (Characteristic.ETHNICITY, "Mixed", {"ethnicity": Ethnicity.MWBA}),
        (Characteristic.ETHNICITY, "Asian or Asian British", {"ethnicity": Ethnicity.CHNE}),
        (Characteristic.ETHNICITY, "Black or Black British", {"ethnicity": Ethnicity.BOTH}),
        (Characteristic.ETHNICITY, "another ethnic group", {"ethnicity": Ethnicity.OOTH}),
        (Characteristic.ETHNICITY, "not recorded", {"ethnicity": Ethnicity.REFU}),
        (Characteristic.ETHNICITY, "not recorded", {}),
        (Characteristic.SEX, "female", {"sex": Sex.FEMALE}),
        (Characteristic.SEX, "not recorded", {"sex": Sex.UNKNOWN}),
        (Characteristic.AGE_BAND, "10 to 15", {"age_months": 191}),
        (Characteristic.AGE_BAND, "16 and 17", {"age_months": 192}),
        (Characteristic.DISABILITY, "no", {"needs": frozenset({NeedCategory.DRUGS})}),
        (Characteristic.DISABILITY, "yes", {"needs": frozenset({NeedCategory.LEARNING_DIFFICULTY})}),
        (Characteristic.DISABILITY, "yes", {"adaptation_needed": True}),
        (Characteristic.UASC, "no", {}),
        (Characteristic.UASC, "yes", {"uasc": True}),
        (Characteristic.NEED_LEVEL, "3", {"need_level": 3}),
        (Characteristic.NEED_LEVEL, "2", {}),
    ],
)
def test_a_child_is_in_the_group_of_what_is_recorded(
    characteristic: Characteristic, words: str, about: dict[str, Any]
) -> None:
    """Broad ethnic groups, not recorded as a group of its own, and the need level of a policy whose default is 2."""
    one = child(**about)
    asked = instance((one,), _ONE, policy={"default_need_level": {"child": 2}})
    assert group_of(asked, one, characteristic) == words
    assert groups_of(asked, (one,), characteristic) == {words: [True]}


def test_every_code_of_ethnicity_has_its_broad_group() -> None:
    """No SSDA903 code is forgotten, and none made up."""
    assert set(BROAD_ETHNICITIES) == set(Ethnicity)


def test_groups_are_listed_in_one_order_with_not_recorded_last() -> None:
    """Whatever the order of the children."""
    people = tuple(child(e, ethnicity=None if e == "none" else Ethnicity(e)) for e in ("none", "OOTH", "BAFR", "WBRI"))
    found = groups_of(instance(people, _ONE), people, Characteristic.ETHNICITY)
    assert list(found) == ["White", "Black or Black British", "another ethnic group", "not recorded"]
    assert list(found.values()) == [[False] * (3 - n) + [True] + [False] * n for n in range(4)]


def test_distance_and_fee_are_known_of_the_placed_only() -> None:
    """An unknown distance is left out, and so is a child who waits: both are None, never 0."""
    asked, plan = world([given("a", 3.0, 70_000), given("b", 1.0), given("c", None)])
    plan = with_plan(asked.children, asked.settings, [plan.placements[0], placed("b", distance_miles=None)])[1]
    found = measured(asked, plan, asked.children)
    assert found[Measure.DISTANCE] == [3.0, None, None]
    assert found[Measure.FEE] == [70_000.0, 60_000.0, None]
    assert found[Measure.WAITING] == [0.0, 0.0, 1.0]


def test_opportunity_cost_is_measured_where_it_is_given() -> None:
    """Not at all without a mapping; with one, of the placed children whom it names."""
    asked, plan = world([given("a", 3.0), given("b", 1.0), given("c", None)])
    assert Measure.OPPORTUNITY_COST not in measured(asked, plan, asked.children)
    found = measured(asked, plan, asked.children, {"a": 0, "c": 9})
    assert found[Measure.OPPORTUNITY_COST] == [0.0, None, None]


def test_movers_are_audited_but_cannot_wait_and_stays_are_not() -> None:
    """With rematch: one moves, one stays; only the child who waits is in the measure of waiting."""
    about: dict[str, Any] = {"is_waiting": False, "may_move": True, "current_setting_id": "old"}
    people = (child("moves", **about), child("stays", **about), child("waits"))
    settings_ = (carer("old", place_counts=(filled(2),)), carer("new"))
    moved = placed("moves", "new", kind=PlacementKind.MOVE)
    asked, plan = with_plan(people, settings_, [moved, stays("stays", "old")], rematch=True)
    found = audited(asked, plan)
    assert [one.id for one in found] == ["moves", "waits"]
    assert measured(asked, plan, found)[Measure.WAITING] == [None, 1.0]


def test_unmet_wishes_are_counted_for_placed_children_with_wishes() -> None:
    """Two wishes of which the carer meets one; a child without wishes and one who waits are left out."""
    wishes = frozenset({Wish.FAITH, Wish.LANGUAGE})
    speaker: dict[str, Any] = {"wishes": wishes, "religion": "muslim", "languages": frozenset({"arabic"})}
    people = (child("a", **speaker), child("b"), child("c", **speaker))
    settings_ = (carer(place_counts=(vacant(3),), languages=frozenset({"arabic"})),)
    asked, plan = with_plan(people, settings_, [placed("a"), placed("b")])
    assert measured(asked, plan, people)[Measure.UNMET_WISHES] == [1.0, None, None]


@pytest.mark.parametrize(
    ("togetherness", "homes", "split"),
    [
        (Togetherness.PREFERRED, ("one", "one"), [0.0, 0.0, None]),
        (Togetherness.PREFERRED, ("one", "two"), [1.0, 1.0, None]),
        (Togetherness.PREFERRED, ("one", None), [1.0, 1.0, None]),
        (Togetherness.PREFERRED, (None, None), [None, None, None]),
        (Togetherness.APART, ("one", "two"), [None, None, None]),
    ],
)
def test_siblings_are_split_where_the_plan_parts_them(
    togetherness: Togetherness, homes: tuple[str | None, ...], split: list[float | None]
) -> None:
    """Together, apart, one placed and one waiting, both waiting (not the plan's doing), kept apart; no sibling."""
    people = (child("a"), child("b"), child("alone"))
    settings_ = (carer("one", place_counts=(vacant(2),)), carer("two", place_counts=(vacant(2),)))
    groups = (SiblingGroup(id="G", child_ids=("a", "b"), togetherness=togetherness),)
    placements = [placed(one.id, home) for one, home in zip(people, homes, strict=False) if home]
    asked, plan = with_plan(people, settings_, [*placements, placed("alone", "two")], groups)
    assert measured(asked, plan, people)[Measure.SIBLINGS_SPLIT] == split


@pytest.mark.parametrize(("lives_in", "split"), [("one", 0.0), ("two", 1.0), (None, None)])
def test_a_sibling_who_is_settled_counts_where_it_lives(lives_in: str | None, split: float | None) -> None:
    """A child placed with a settled sibling is not split, elsewhere it is; where the sibling lives must be known."""
    settled = child("b", is_waiting=False, current_setting_id=lives_in)
    settings_ = (
        carer("one", place_counts=(vacant(), filled())),
        carer("two", place_counts=(vacant(), filled())),
    )
    groups = (SiblingGroup(id="G", child_ids=("a", "b")),)
    asked, plan = with_plan((child("a"), settled), settings_, [placed("a", "one")], groups)
    assert measured(asked, plan, audited(asked, plan))[Measure.SIBLINGS_SPLIT] == [split]


@settings(max_examples=50)
@drawn(asked=instances(), rematch=st.booleans())
def test_somebody_is_split_where_the_plan_counts_a_pair_apart(asked: Instance, rematch: bool) -> None:
    """The plan counts pairs of siblings apart, and the checker recounts them: there are some where a child is split."""
    result = match(asked, MatchOptions(rematch=rematch, compare=False))
    assert result.best.certificate.is_accepted
    for plan in (result.best.plan, result.greedy.plan):
        where = {placement.child_id: placement for placement in plan.placements}
        split = [is_split(asked, where, frozenset(plan.waiting_ids), one) for one in asked.candidates(rematch)]
        assert any(split) == (plan.num_sibling_pairs_apart > 0)


def test_a_family_is_who_sibling_groups_link() -> None:
    """Two groups that share a child are one family, whether its members should live together or apart."""
    people: tuple[Child, ...] = tuple(child(name) for name in "abcde")
    groups = (
        SiblingGroup(id="G", child_ids=("b", "d")),
        SiblingGroup(id="H", child_ids=("d", "e"), togetherness=Togetherness.APART),
    )
    assert families(instance(people, _ONE, groups=groups), people) == [0, 1, 2, 1, 1]
