"""What would lift a rule: every hard rule says it, and says no more than the law lets it say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from rightplace.instances.children import LegalStatus, NeedCategory, Place, Urgency
from rightplace.instances.settings import ParentAndChild, Support
from rightplace.rules.catalogue import APPROVAL_RULES, HARD_RULES, PREFERENCE_RULES, RULES, rules_by_id
from rightplace.rules.compared import COMPARED
from rightplace.rules.one_pair import OnePair
from rightplace.rules.remedies import REFINED, REMEDIES, Remedy, RemedyKind, remedy_for, remedy_of
from rightplace.rules.rule import Kind, Owner
from tests.rules.builders import DAY, carer, child, east_of_home, filled, home, pair, supported, teenager, vacant
from tests.rules.test_catalogue import CASES

if TYPE_CHECKING:
    from rightplace.rules.pairs import Pairs

_EMERGENCY = Urgency.EMERGENCY


def one(row: Pairs) -> OnePair:
    """A table of one row as the pair itself."""
    return OnePair(row.facts, int(row.child_idx[0]), int(row.setting_idx[0]))


def remedy(rule: str, row: Pairs) -> Remedy:
    """The remedy of a rule that the pair breaks."""
    assert rules_by_id()[rule].passes(row).tolist() == [False]
    found = remedy_for(rules_by_id()[rule], one(row))
    assert found is not None
    return found


def test_no_rule_is_forgotten() -> None:
    """Every rule says which values it compares, and every hard rule, and no other, what lifts it."""
    assert COMPARED.keys() == {rule.id for rule in RULES}
    assert REMEDIES.keys() == {rule.id for rule in HARD_RULES}
    assert REFINED.keys() <= {rule.id for rule in RULES}


def test_what_is_wanted_needs_no_remedy() -> None:
    """A preference stops nothing, so nothing lifts it."""
    assert [remedy_of(rule) for rule in PREFERENCE_RULES] == [None] * len(PREFERENCE_RULES)


@pytest.mark.parametrize("rule", [r for r in (*HARD_RULES, *APPROVAL_RULES) if not r.is_verified], ids=lambda r: r.id)
def test_a_rule_at_second_hand_says_check(rule: Any) -> None:
    """Where the text of a rule was not read, its remedy sends people to look."""
    found = remedy_of(rule)
    assert found is not None
    assert "check" in found.sentence


@pytest.mark.parametrize("case", [case for case in CASES if not case.keeps], ids=lambda c: f"{c.rule} {c.claim}")
def test_every_broken_pair_has_its_values_and_its_remedy(case: Any) -> None:
    """Each pair just outside a rule has two values in words, and for hard rules and approvals one remedy.

    Somebody can do it, or it says that nothing or nobody can.
    """
    pair_of_case, rule = one(case.build()), rules_by_id()[case.rule]
    two = COMPARED[rule.id](pair_of_case)
    assert two.child
    assert two.setting
    found = remedy_for(rule, pair_of_case)
    assert (found is not None) == (rule.kind in (Kind.HARD, Kind.APPROVAL))
    if found is not None:
        assert found.sentence.endswith(".")
        assert bool(found.who) == (found.kind is not RemedyKind.NOTHING)
        assert ("Nothing can" in found.sentence or "Nobody can" in found.sentence) == (found.kind is RemedyKind.NOTHING)


def test_an_approval_names_who_signs_and_by_when() -> None:
    """At a distance: the director, before the placement."""
    found = remedy("R25", pair(child(), home(authority_id="FAR")))
    assert (found.kind, found.who) == (RemedyKind.APPROVAL, "director of children's services")
    assert found.by_when == "before the placement"
    assert found.sentence == "Approval by the director of children's services; by when: before the placement."


@pytest.mark.parametrize(
    ("level", "limit", "kind", "pence", "words"),
    [
        (2, Support.NONE, RemedyKind.SUPPORT, 10_000, "Low support (£100 a week), if the carer agrees"),
        (3, Support.LOW, RemedyKind.SUPPORT, 25_000, "who takes low support only so far"),
        (4, Support.MEDIUM, RemedyKind.VARIATION, None, "No support package lifts the carer far enough"),
    ],
)
def test_support_is_named_when_it_lifts_enough(
    level: int, limit: Support, kind: RemedyKind, pence: int | None, words: str
) -> None:
    """A carer of level 1: low support lifts to 2, medium to 3, and nothing to 4."""
    found = remedy("P06", pair(child(need_level=level), carer(need_level=1, support_limit=limit)))
    assert (found.kind, found.pence_per_week) == (kind, pence)
    assert words in found.sentence


def test_support_does_not_lift_a_home() -> None:
    """Support packages are for carers: a home would have to say itself that it meets the level."""
    found = remedy("P06", pair(child(need_level=3), home(need_level=2)))
    assert found.kind is RemedyKind.VARIATION
    assert "level 3" in found.sentence


def test_a_place_that_comes_later_is_a_later_start() -> None:
    """A place that is vacant from next month lifts P01 by waiting; one that never is leaves only the question."""
    later = carer(place_counts=(vacant(1, first=DAY.replace(month=2)),))
    found = remedy("P01", pair(child(), later))
    assert found.kind is RemedyKind.START
    assert "from 15 February 2024" in found.sentence
    full = remedy("P01", pair(child(), carer(place_counts=(filled(),))))
    assert full.kind is RemedyKind.VACANCY


def test_a_filled_place_that_ends_is_a_later_start() -> None:
    """Nobody is listed there, and the place is filled until a day: from that day on it is vacant."""
    until = DAY.replace(month=3)
    assert "from 15 March 2024" in remedy("P01", pair(child(), carer(place_counts=(filled(1, until=until),)))).sentence


@pytest.mark.parametrize(
    ("urgency", "needs", "kind"),
    [
        (_EMERGENCY, frozenset(), RemedyKind.APPROVAL),
        (Urgency.PLANNED, frozenset(), RemedyKind.VARIATION),
        (_EMERGENCY, frozenset({NeedCategory.DRUGS}), RemedyKind.VARIATION),
    ],
)
def test_only_an_emergency_goes_outside_age_and_sex(
    urgency: Urgency, needs: frozenset[NeedCategory], kind: RemedyKind
) -> None:
    """Outside a carer's ages an emergency may be signed for; a planned placement, or other needs, want a variation."""
    one_child = child(urgency=urgency, needs=needs)
    assert remedy("R21", pair(one_child, carer(age_max_months=119, needs=frozenset()))).kind is kind


def test_nobody_signs_for_a_planned_placement_outside_the_terms() -> None:
    """The six days of regulation 23 are for emergencies: R21E offers no signature for a planned placement."""
    young = carer(age_max_months=119)
    assert remedy("R21E", pair(child(), young)).kind is RemedyKind.NOTHING
    assert remedy("R21E", pair(child(urgency=_EMERGENCY), young)).kind is RemedyKind.APPROVAL


def test_nobody_signs_for_an_unregistered_home_without_a_court() -> None:
    """Without an authorised deprivation of liberty R15C offers no signature."""
    unregistered = home(registered=False)
    assert remedy("R15C", pair(child(), unregistered)).kind is RemedyKind.NOTHING
    assert remedy("R15C", pair(child(deprivation_of_liberty=True), unregistered)).who.startswith("the court")


@pytest.mark.parametrize(
    ("changes", "kind", "who"),
    [
        ({"secure_criteria": False, "secure_order": True}, RemedyKind.NOTHING, ""),
        ({"secure_criteria": True, "age_months": 180}, RemedyKind.COURT, "the court"),
        (
            {"secure_criteria": True, "secure_order": True, "age_months": 155},
            RemedyKind.COURT,
            "the Secretary of State and the court",
        ),
        (
            {"secure_criteria": True, "secure_order": True, "age_months": 192, "legal_status": LegalStatus.V2},
            RemedyKind.NOTHING,
            "",
        ),
    ],
)
def test_what_secure_accommodation_lacks_decides(changes: dict[str, Any], kind: RemedyKind, who: str) -> None:
    """Criteria and section 20(5) cannot be lifted; an order and the Secretary of State's approval can be sought."""
    found = remedy("R29", pair(child(**changes), home(place=Place.K1)))
    assert (found.kind, found.who) == (kind, who)


def test_under_16_nothing_but_a_court() -> None:
    """Nothing opens supported accommodation under 16; any other placement needs a court."""
    assert remedy("R11", pair(child(age_months=191), supported())).kind is RemedyKind.NOTHING
    assert remedy("R11", pair(child(age_months=191), home(place=Place.Z1))).kind is RemedyKind.COURT


def test_an_exemption_is_given_where_the_carer_lives() -> None:
    """The authority of the area signs, not the one that looks after the child."""
    there = tuple(child(f"other{i}", current_setting_id="setting", is_waiting=False) for i in range(4))
    crowded = carer(authority_id="B", provider_id="good", place_counts=(filled(4), vacant()))
    found = remedy("R19", pair(child(), crowded, beside=there))
    assert found.kind is RemedyKind.EXEMPTION
    assert found.who.startswith("Bexton")


@pytest.mark.parametrize(
    ("provider", "policy", "words"),
    [
        ("improving", {}, "quality.min_grade = requires improvement"),
        ("ungraded", {"quality": {"ungraded_allowed": False}}, "quality.ungraded_allowed = true"),
    ],
)
def test_the_authoritys_own_gate_is_a_policy_setting(provider: str, policy: dict[str, Any], words: str) -> None:
    """The remedy names the setting of the policy that would let this provider in."""
    found = remedy("R35", pair(child(), home(provider_id=provider), policy=policy))
    assert found.kind is RemedyKind.POLICY
    assert words in found.sentence


@pytest.mark.parametrize(
    ("setting", "name"),
    [(carer, "carer_max_miles"), (home, "home_max_miles"), (supported, "supported_max_miles")],
)
def test_a_wider_search_names_its_miles(setting: Any, name: str) -> None:
    """16,093 metres are ten miles: a limit of five would have to be ten."""
    far = setting(location=east_of_home(16_093))
    found = remedy("P04", pair(teenager(), far, policy={"search": {name: 5.0}}))
    assert f"search.{name} would have to be at least 10.0 miles" in found.sentence


def test_a_setting_for_parents_only_may_agree_to_a_child_alone() -> None:
    """Who takes only parents with babies would have to agree; who takes none would have to be approved for it."""
    only = carer(parent_and_child=ParentAndChild.ONLY)
    assert remedy("R33", pair(child(), only)).kind is RemedyKind.AGREEMENT
    assert remedy("R33", pair(child(parent_and_child=True), carer())).kind is RemedyKind.VARIATION


_OLD = {"age_max_months": 119}
_FOUR = tuple(child(f"other{i}", current_setting_id="setting", is_waiting=False) for i in range(4))
_CROWD = {"place_counts": (filled(4), vacant())}
_LATER = (vacant(1, first=DAY.replace(month=2)),)
_IMPROVING = {"provider_id": "improving"}
_FAR = {"location": east_of_home(16_093)}


@pytest.mark.parametrize(
    ("rule", "before", "after"),
    [
        ("P01", lambda: pair(child(), carer(place_counts=_LATER)),
         lambda: pair(child(needed_by=DAY.replace(month=2)), carer(place_counts=_LATER))),
        ("P02", lambda: pair(child(), carer(provider_id="foreign")),
         lambda: pair(child(), carer(provider_id="partner"))),
        ("P03", lambda: pair(child(), carer(connected=True)),
         lambda: pair(child(connected_carer_ids={"setting"}), carer(connected=True))),
        ("P04", lambda: pair(child(), carer(**_FAR), policy={"search": {"carer_max_miles": 9.9}}),
         lambda: pair(child(), carer(**_FAR), policy={"search": {"carer_max_miles": 10.0}})),
        ("P06", lambda: pair(child(need_level=3), carer(need_level=1, support_limit=Support.LOW)),
         lambda: pair(child(need_level=3), carer(need_level=1, support_limit=Support.MEDIUM))),
        ("R07", lambda: pair(child(adaptation_needed=True), home()),
         lambda: pair(child(adaptation_needed=True), home(adapted=True))),
        ("R12", lambda: pair(teenager(), supported(registered=False)), lambda: pair(teenager(), supported())),
        ("R15", lambda: pair(child(), home(registered=False)), lambda: pair(child(), home())),
        ("R16", lambda: pair(child(), home(**_OLD)), lambda: pair(child(), home())),
        ("R19", lambda: pair(child(), carer(**_CROWD), beside=_FOUR),
         lambda: pair(child(), carer(exempt_child_ids={"child", *(c.id for c in _FOUR)}, **_CROWD), beside=_FOUR)),
        ("R21", lambda: pair(child(urgency=_EMERGENCY), carer(**_OLD)),
         lambda: pair(child(urgency=_EMERGENCY), carer(**_OLD), policy={"emergency": {"outside_terms": True}})),
        ("R29", lambda: pair(child(age_months=160, secure_criteria=True), home(place=Place.K1)),
         lambda: pair(child(age_months=160, secure_criteria=True, secure_order=True), home(place=Place.K1))),
        ("R31", lambda: pair(child(remand=True), home()), lambda: pair(child(remand=True), home(takes_remand=True))),
        ("R35", lambda: pair(child(), home(**_IMPROVING)),
         lambda: pair(child(), home(**_IMPROVING), policy={"quality": {"min_grade": "requires improvement"}})),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_a_remedy_says_lifts_the_rule(rule: str, before: Any, after: Any) -> None:
    """Once what the remedy names is done, the pair keeps the rule."""
    assert remedy(rule, before()).kind is not RemedyKind.NOTHING
    assert rules_by_id()[rule].passes(after()).tolist() == [True]


def test_a_signature_comes_first_and_nothing_last() -> None:
    """Teams try a signature before a support package, a variation before a court, and end at nothing."""
    kinds = [RemedyKind.APPROVAL, RemedyKind.SUPPORT, RemedyKind.VARIATION, RemedyKind.COURT, RemedyKind.NOTHING]
    steps = [kind.step for kind in kinds]
    assert steps == sorted(steps)
    assert steps[0] == 0
    assert steps[-1] == len(RemedyKind) - 1


def test_from_its_own_rules_an_authority_may_make_exceptions() -> None:
    """Of the authority's own hard rules the remedy names the exception, of the law's none does."""
    for rule in HARD_RULES:
        found = remedy_of(rule)
        assert found is not None
        assert ("an exception of the authority" in found.sentence) == (rule.owner is Owner.AUTHORITY)
    assert "an exception of the authority" in remedy("R35", pair(child(), home(provider_id="improving"))).sentence
