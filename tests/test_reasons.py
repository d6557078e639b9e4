"""Why a child waits: what stands in the way in each open setting is what the certificate would say of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given
from hypothesis import settings as options
from hypothesis import strategies as st

from rightplace.certificate import check
from rightplace.instances.children import SiblingGroup, Togetherness, Urgency
from rightplace.instances.library import library_path
from rightplace.instances.tables import read_instance
from rightplace.plan import Placement, PlacementKind, Plan
from rightplace.reasons import Lived, Reason, excluded, in_the_way, waiting_reasons
from rightplace.rules.pairs import Facts
from rightplace.solve import MatchOptions, match
from rightplace.solver.outcome import SolveOptions
from tests.rules.builders import carer, child, filled, home, instance, vacant
from tests.strategies import instances

if TYPE_CHECKING:
    from rightplace.instances.children import Child
    from rightplace.instances.instance import Instance


def solved(world: Instance, *, rematch: bool = False) -> tuple[Plan, Plan]:
    """The best plan and the greedy one."""
    result = match(world, MatchOptions(rematch=rematch, compare=False))
    return result.best.plan, result.greedy.plan


def together(facts: Facts, child_id: str) -> tuple[str, ...]:
    """A child and the siblings whom a plan may place and who must be with it."""
    for group in facts.instance.sibling_groups:
        if group.togetherness is Togetherness.REQUIRED and child_id in group.child_ids:
            return tuple(c for c in group.child_ids if c == child_id or facts.is_candidate[facts.child_idx[c]])
    return (child_id,)


def also(world: Instance, plan: Plan, names: tuple[str, ...], setting_id: str) -> Plan:
    """The plan with some children placed in a setting too, whatever that costs."""
    coming = tuple(_placement(world, world.child[name], setting_id) for name in names)
    placements = tuple(p for p in plan.placements if p.child_id not in names) + coming
    return replace(plan, placements=placements, waiting_ids=tuple(c for c in plan.waiting_ids if c not in names))


def _placement(world: Instance, one: Child, setting_id: str) -> Placement:
    stays = one.current_setting_id == setting_id and not one.is_waiting
    kind = PlacementKind.STAY if stays else PlacementKind.NEW if one.is_waiting else PlacementKind.MOVE
    return Placement(
        child_id=one.id,
        setting_id=setting_id,
        kind=kind,
        starts_on=world.start(one),
        fee_pence_per_week=0,
        policy_pence_per_week=0,
    )


def said(world: Instance, plan: Plan, setting_id: str) -> set[str]:
    """The rules that the certificate says a plan breaks in a setting."""
    return {v.rule for v in check(world, plan).violations if v.setting_id in (setting_id, None)}


@options(max_examples=150, deadline=None)
@given(world=instances(), rematch=st.booleans(), greedy=st.booleans())
def test_reasons_are_what_the_certificate_would_say(world: Instance, rematch: bool, greedy: bool) -> None:
    """In each open setting, capacity, R18, R19 and R22 hold exactly where the plan with the child added breaks them.

    With siblings who must come along, something is in the way exactly where the plan with all of them breaks a rule.
    """
    plan = solved(world, rematch=rematch)[greedy]
    assume(plan.waiting_ids)
    facts = Facts(world, rematch=rematch)
    for child_id in plan.waiting_ids:
        child = facts.child_idx[child_id]
        found = in_the_way(Lived(facts, plan), child, excluded(facts, child)[1])
        for setting_id, reasons in ((world.settings[setting].id, reasons) for setting, reasons in found.items()):
            alone = said(world, also(world, plan, (child_id,), setting_id), setting_id)
            assert set(reasons) - {"R06"} == alone & {"capacity", "R18", "R19", "R22"}
            names = together(facts, child_id)
            if len(names) > 1:
                whole = said(world, also(world, plan, names, setting_id), setting_id)
                assert bool(reasons) == any(rule == "capacity" or rule[0] in "RP" for rule in whole)
            else:
                assert "R06" not in reasons


@options(max_examples=60, deadline=None)
@given(world=instances(), rematch=st.booleans())
def test_every_setting_has_a_reason_and_the_best_plan_leaves_none_open(world: Instance, rematch: bool) -> None:
    """Each setting is under at least one reason; where the answer is proven, none would still take the child."""
    plan, _ = solved(world, rematch=rematch)
    for reasons in waiting_reasons(Facts(world, rematch=rematch), plan).values():
        assert sum(reason.num_settings for reason in reasons) >= len(world.settings)
        assert all(0 <= reason.num_by_plan <= reason.num_settings for reason in reasons)
        assert "open" not in {reason.rule for reason in reasons}


def reasons_of(world: Instance, child_id: str) -> dict[str, tuple[int, tuple[str, ...]]]:
    """Why a child waits in the best plan: number of settings and children meant, by rule."""
    result = match(world, MatchOptions(compare=False), SolveOptions())
    return {r.rule: (r.num_by_plan, r.child_ids) for r in result.reasons[child_id] if r.num_by_plan}


def test_tiny_names_the_clash() -> None:
    """C8 waits because C9 has the home that suits it and the two must not share; a place there is free."""
    assert reasons_of(read_instance(library_path("tiny")), "C8") == {"R18": (1, ("C9",))}


def test_a_full_setting_is_one_whose_places_others_have() -> None:
    """Of two children and one place, the one who waits reads capacity and nothing else."""
    world = instance((child("a"), child("b")), (carer(),))
    (waiting,) = match(world).best.plan.waiting_ids
    assert reasons_of(world, waiting) == {"capacity": (1, ())}


def test_the_fostering_limit_is_named() -> None:
    """Of four children and a carer with four places, the fourth waits because of the limit, not for want of a place."""
    world = instance(tuple(child(name) for name in "abcd"), (carer(place_counts=(vacant(4),)),))
    (waiting,) = match(world).best.plan.waiting_ids
    assert reasons_of(world, waiting) == {"R19": (1, ())}


@pytest.mark.parametrize("togetherness", [Togetherness.REQUIRED, Togetherness.PREFERRED])
def test_siblings_who_must_stay_together_are_named(togetherness: Togetherness) -> None:
    """A home too small for both, and a carer whose ages only one has, are closed by the sibling, if they must."""
    group = SiblingGroup(id="G", child_ids=("a", "b"), togetherness=togetherness)
    children = (child("a", age_months=60), child("b", age_months=150))
    small = home("small", place_counts=(vacant(1),), age_min_months=0)
    young = carer("young", place_counts=(vacant(2),), age_max_months=100)
    world = instance(children, (small, young), groups=(group,))
    if togetherness is Togetherness.PREFERRED:
        assert not match(world).reasons
    else:
        assert reasons_of(world, "a") == {"R06": (2, ("b",))}
        assert reasons_of(world, "b") == {"R06": (1, ("a",))}


def test_a_shortlist_that_hides_a_place_says_so() -> None:
    """Where a shortlist of one leaves both children with the same cheapest carer, the other one is called open."""
    carers = (carer("cheap"), carer("dear", fees_pence_per_week=(90_000,)))
    world = instance((child("a"), child("b")), carers, policy={"search": {"shortlist": 1}})
    (waiting,) = match(world).best.plan.waiting_ids
    assert reasons_of(world, waiting) == {"capacity": (1, ()), "open": (1, ())}


def test_a_rule_counts_what_it_excludes_and_what_the_plan_closes() -> None:
    """One entry a rule: with a resident who clashes and a newcomer who does, R18 stands for both settings."""
    settled = child("resident", current_setting_id="first", is_waiting=False)
    one = child("one", separate_from_ids=frozenset({"resident", "x"}), age_months=100)
    emergency = child("x", urgency=Urgency.EMERGENCY)
    first = carer("first", place_counts=(filled(), vacant(1)), age_max_months=100)
    second = carer("second", place_counts=(vacant(2),))
    world = instance((settled, one, emergency), (first, second))
    assert match(world).reasons == {"one": (Reason("R18", 2, 1, ("x",)),)}
