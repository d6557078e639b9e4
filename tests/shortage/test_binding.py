"""Which capacities bind: full settings that somebody could use, and nobody else's."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from rightplace.certificate import check
from rightplace.instances.children import Sex, SiblingGroup, Togetherness
from rightplace.instances.settings import PlaceCount, PlaceState
from rightplace.plan import Placement, PlacementKind, Plan
from rightplace.rules.attributes import Type
from rightplace.rules.pairs import Facts
from rightplace.shortage.binding import FullKind, FullSetting, full_kinds, full_settings
from rightplace.solve import MatchOptions, match
from tests.rules.builders import carer, child, filled, home, instance, vacant
from tests.strategies import instances

if TYPE_CHECKING:
    from rightplace.instances.instance import Instance


def full(world: Instance, *, rematch: bool = False) -> tuple[Facts, Plan, tuple[FullSetting, ...]]:
    """The facts, the best plan and what is full in it."""
    plan = match(world, MatchOptions(rematch=rematch, compare=False)).best.plan
    facts = Facts(world, rematch=rematch)
    return facts, plan, full_settings(facts, plan)


def test_a_full_setting_binds_for_who_waits() -> None:
    """Two children, one carer: the one who waits could use another place there."""
    _, plan, found = full(instance((child("a"), child("b")), (carer("one"),)))
    assert found == (FullSetting("one", plan.waiting_ids, ()),)


def test_a_setting_without_any_vacancy_today_binds_as_well() -> None:
    """A carer with one filled place and none free is full; another place there would take the child."""
    _, _, found = full(instance((child("a"),), (carer("one", place_counts=(filled(),)),)))
    assert found == (FullSetting("one", ("a",), ()),)


def test_a_setting_at_the_usual_fostering_limit_does_not_bind() -> None:
    """A carer who looks after three strangers may not take a fourth, so no place is missing there."""
    _, _, found = full(instance((child("a"),), (carer("three", place_counts=(filled(3),)),)))
    assert found == ()


def test_a_setting_shared_with_an_enemy_does_not_bind() -> None:
    """Where the plan places the child with whom another must not live, a further place would not help the other."""
    a, b = child("a", separate_from_ids=frozenset({"b"})), child("b")
    _, plan, found = full(instance((a, b), (carer("one"),)))
    assert len(plan.waiting_ids) == 1
    assert found == ()


def test_a_rule_other_than_the_vacancy_does_not_bind() -> None:
    """A full carer for girls is not short of a place for a boy."""
    only_girls = carer("girls", sexes=frozenset({Sex.FEMALE}), place_counts=(filled(),))
    assert full(instance((child("a"),), (only_girls,)))[2] == ()


def test_siblings_who_must_come_along_must_be_able_to() -> None:
    """Of two who must stay together, one is too old for the carer: nothing binds; with both young enough it does."""
    group = SiblingGroup(id="G", child_ids=("a", "b"), togetherness=Togetherness.REQUIRED)
    young = carer("young", age_max_months=130, place_counts=(filled(),))
    for age, expected in ((150, ()), (120, (FullSetting("young", ("a", "b"), ()),))):
        assert full(instance((child("a"), child("b", age_months=age)), (young,), groups=(group,)))[2] == expected


def test_who_is_placed_dearer_elsewhere_counts_apart() -> None:
    """One of two has the carer at £600, the other a home at £3,000: the carer is full for the latter, not the home."""
    _, plan, found = full(
        instance((child("a"), child("b")), (carer("cheap"), home("dear", fees_pence_per_week=(300_000,))))
    )
    (dearer,) = (p.child_id for p in plan.placements if p.setting_id == "dear")
    assert found == (FullSetting("cheap", (), (dearer,)),)


def test_a_separation_counts_as_dearer() -> None:
    """A sister beside her brother does not miss a place at £50 less elsewhere, for being apart costs £200."""
    group = SiblingGroup(id="G", child_ids=("a", "b"))
    both = carer("both", place_counts=(vacant(2),), fees_pence_per_week=(65_000,))
    world = instance((child("a"), child("b")), (both, carer("gone", place_counts=(filled(),))), groups=(group,))
    assert full(world)[2] == ()
    alone = instance((child("a"), child("b")), (both, carer("gone", place_counts=(filled(),))))
    assert full(alone)[2] == (FullSetting("gone", (), ("a", "b")),)


def test_kinds_gather_settings_of_one_type_and_level() -> None:
    """Two full carers of level 1, one of them wanted by nobody, and one of level 2 with a place left."""
    free = carer("free", need_level=2, age_min_months=190)
    old = carer("old", need_level=1, place_counts=(filled(),), age_min_months=190)
    facts, plan, found = full(instance((child("a"), child("b")), (carer("one", need_level=1), old, free)))
    assert full_kinds(facts, plan, found) == (FullKind(Type.CARER, 1, 2, 2, 1, plan.waiting_ids, ()),)


def _roomier(world: Instance, setting_id: str) -> Instance:
    """The instance with one more vacant place in a setting."""
    chosen = world.setting[setting_id]
    counts = (*chosen.offer.place_counts, PlaceCount(PlaceState.VACANT, 1))
    terms = replace(chosen.offer.terms, num_places=chosen.offer.terms.num_places + 1)
    larger = replace(chosen, offer=replace(chosen.offer, terms=terms, place_counts=counts))
    return world.replace(settings=tuple(larger if setting is chosen else setting for setting in world.settings))


_OF_A_PLACE = {"fee", "policy", "total", "distance", "support", "siblings", "digest", "claim", "block"}


@settings(max_examples=100)
@given(drawn=instances(), rematch=st.booleans())
def test_another_place_is_lawful_for_who_is_named(drawn: Instance, rematch: bool) -> None:
    """With one more place in a setting that binds, the plan with one of the children there breaks no rule."""
    _, plan, found = full(drawn, rematch=rematch)
    tied = {c for g in drawn.sibling_groups if g.togetherness is Togetherness.REQUIRED for c in g.child_ids}
    for item in found:
        world = _roomier(drawn, item.setting_id)
        for child_id in {*item.waiting_ids, *item.dearer_ids} - tied:
            one = world.child[child_id]
            there = Placement(
                child_id=child_id,
                setting_id=item.setting_id,
                kind=PlacementKind.NEW if one.is_waiting else PlacementKind.MOVE,
                starts_on=world.start(one),
                fee_pence_per_week=0,
                policy_pence_per_week=0,
            )
            others = tuple(p for p in plan.placements if p.child_id != child_id)
            waiting = tuple(c for c in plan.waiting_ids if c != child_id)
            moved = replace(plan, placements=(*others, there), waiting_ids=waiting, digest=world.digest, tiers=())
            assert {v.rule for v in check(world, moved).violations} <= _OF_A_PLACE
