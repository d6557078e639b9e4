"""The certificate: what it adds up, what it accepts, and that it refuses everything else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rightplace.certificate import check
from rightplace.instances.children import CaredForAlongside, Child, SiblingGroup, Togetherness, Urgency
from rightplace.instances.instance import Instance
from rightplace.instances.policy import SearchOrder
from rightplace.instances.settings import (
    AccommodationCategory,
    Band,
    Contract,
    ContractKind,
    ParentAndChild,
    Setting,
    Support,
)
from rightplace.models.allocation import plan_of
from rightplace.plan import Placement, PlacementKind, Plan, Tier
from rightplace.rules.catalogue import rules_by_id
from rightplace.rules.rule import Kind
from rightplace.solve import MatchOptions, match
from tests.oracles import everything, with_tiers
from tests.rules.builders import (
    DAY,
    Case,
    carer,
    child,
    each,
    east_of_home,
    filled,
    home,
    instance,
    supported,
    teenager,
    vacant,
)
from tests.rules.test_catalogue import CASES
from tests.strategies import instances

_TOMORROW, _NEXT_WEEK = DAY + timedelta(days=1), DAY + timedelta(days=7)
_SOLO = CaredForAlongside.SOLO
_FEE = 60_000
"""The fee of a carer of the builders, pence a week."""


def _placed(child_id: str, setting_id: str = "setting", fee: int = _FEE, policy: int = 0, **more: Any) -> Placement:
    """A new placement from today, at the child's door."""
    given: dict[str, Any] = {"kind": PlacementKind.NEW, "starts_on": DAY, "distance_miles": 0.0}
    return Placement(
        child_id=child_id, setting_id=setting_id, fee_pence_per_week=fee, policy_pence_per_week=policy, **(given | more)
    )


def _stays(child_id: str, setting_id: str) -> Placement:
    return _placed(child_id, setting_id, kind=PlacementKind.STAY)


def _plan(
    world: Instance, *placements: Placement, waiting: tuple[str, ...] = (), apart: int = 0, rematch: bool = False
) -> Plan:
    """A plan that adds itself up, with £200 for each pair of siblings apart, and claims nothing."""
    fees = sum(p.fee_pence_per_week for p in placements)
    return Plan(
        instance_name=world.name,
        digest=world.digest,
        date=world.date,
        rematch=rematch,
        search_order=SearchOrder.LEVEL,
        shortlist=0,
        placements=placements,
        waiting_ids=waiting,
        num_sibling_pairs_apart=apart,
        fees_pence_per_week=fees,
        value_pence_per_week=fees + sum(p.policy_pence_per_week for p in placements) + 20_000 * apart,
    )


def _rules(world: Instance, plan: Plan) -> list[str]:
    """Which rules and checks a plan breaks."""
    return [violation.rule for violation in check(world, plan).violations]


# -- by hand ---------------------------------------------------------------------------------------------------------


def test_totals_by_hand() -> None:
    """Fees, support, miles, area, signature and siblings apart add up to what they add up to on paper.

    First child: £600. Second child, level 2 with a level 1 carer of an agency: £800 and low support £100; 2.0 miles at
    £4, out of area £40, nominated officer £10. A pair of siblings apart: £200. Together £1,758.
    """
    first, second = child("first"), child("second", need_level=2)
    agency = carer(
        "agency",
        provider_id="good",
        authority_id="B",
        location=east_of_home(3_299),
        fees_pence_per_week=(80_000,),
        need_level=1,
        support_limit=Support.LOW,
    )
    group = SiblingGroup(id="G", child_ids=("first", "second"))
    world = instance((first, second), (carer(), agency), groups=(group,))
    away = _placed("second", "agency", fee=90_000, policy=5_800, support=Support.LOW, distance_miles=2.0)
    certificate = check(world, _plan(world, _placed("first"), away, apart=1))
    assert certificate.violations == ()
    assert certificate.value_pence_per_week == 175_800


_BLOCK = Contract(id="c", kind=ContractKind.BLOCK, num_beds=2, num_beds_used=1, second_part_pence_per_week=10_000)
_BANDS = (
    Band(name="young", fee_pence_per_week=50_000, age_max_months=119),
    Band(name="alone", fee_pence_per_week=90_000, solo=True),
    Band(name="rest", fee_pence_per_week=70_000, need_level_max=2),
)
_FRAME = Contract(id="c", kind=ContractKind.FRAMEWORK, bands=_BANDS)
_THEIRS = Contract(id="c", kind=ContractKind.FRAMEWORK, authority_id="B", bands=_BANDS)


@pytest.mark.parametrize(
    ("one", "setting", "contract", "fee"),
    [
        (child(), carer(), None, 60_000),
        (child(), carer(fees_pence_per_week=()), None, 64_600),
        (child(), carer(fees_pence_per_week=(), provider_id="good"), None, 90_100),
        (
            child(connected_carer_ids=frozenset({"setting"})),
            carer(fees_pence_per_week=(), connected=True),
            None,
            30_000,
        ),
        (child(), home(fees_pence_per_week=()), None, 610_000),
        (teenager(), supported(fees_pence_per_week=()), None, 62_100),
        (child(need_level=2), home(fees_pence_per_week=(1, 2, 3)), None, 2),
        (child(need_level=4), home(fees_pence_per_week=(1, 2, 3)), None, 3),
        (child(age_months=119), carer(contract_id="c"), _FRAME, 50_000),
        (child(age_months=120), carer(contract_id="c"), _FRAME, 70_000),
        (child(cared_for_alongside=_SOLO), carer(contract_id="c"), _FRAME, 90_000),
        (child(need_level=3), home(contract_id="c"), _FRAME, 60_000),
        (child(age_months=119), carer(contract_id="c"), _THEIRS, 60_000),
        (child(), carer(contract_id="c"), _BLOCK, 60_000),
    ],
)
def test_fee_by_hand(one: Child, setting: Setting, contract: Contract | None, fee: int) -> None:
    """The fee is the first band that fits, else what the setting asks for the level, else the policy's default."""
    world = instance((one,), (setting,), contracts=() if contract is None else (contract,))
    assert check(world, _plan(world, _placed("child", fee=fee))).violations == ()
    assert "fee" in _rules(world, _plan(world, _placed("child", fee=fee + 1)))


def test_block_bed_by_hand() -> None:
    """A bed that the block pays for already costs its second part, and only as many as are free do."""
    world = instance(
        (child("a"), child("b")), (carer(contract_id="c", place_counts=(vacant(2),)),), contracts=(_BLOCK,)
    )
    cheap = [_placed(i, fee=10_000, on_block=True) for i in ("a", "b")]
    assert _rules(world, _plan(world, cheap[0], _placed("b"))) == []
    assert _rules(world, _plan(world, *cheap)) == ["block"]


@pytest.mark.parametrize(
    ("waiting", "weight"),
    [
        (child(), 1),
        (child(needed_by=_NEXT_WEEK), 4),
        (child(needed_by=_NEXT_WEEK + timedelta(days=1)), 1),
        (child(urgency=Urgency.EMERGENCY, needed_by=_NEXT_WEEK), 10),
    ],
)
def test_waiting_by_hand(waiting: Child, weight: int) -> None:
    """Leaving a child waiting counts 1, or 4 when the need is within seven days, or 10 in an emergency."""
    world = instance((waiting,), ())
    plan = _plan(world, waiting=("child",))
    assert _rules(world, with_tiers(plan, {"waiting": weight, "price": 0})) == []
    assert _rules(world, with_tiers(plan, {"waiting": weight + 1, "price": 0})) == ["claim"]


@pytest.mark.parametrize(
    ("setting", "contract", "step"),
    [
        (carer(), None, 0),
        (carer(provider_id="partner"), None, 1),
        (carer(provider_id="good", contract_id="c"), _FRAME, 2),
        (carer(provider_id="good", contract_id="c"), _BLOCK, 2),
        (carer(provider_id="good", contract_id="c"), _THEIRS, 3),
        (carer(provider_id="good"), None, 3),
    ],
)
def test_search_order_by_hand(setting: Setting, contract: Contract | None, step: int) -> None:
    """A cascade finds own provision at step 0, the consortium's at 1, blocks and frameworks at 2, spot at 3."""
    world = instance((child(),), (setting,), contracts=() if contract is None else (contract,))
    fee = 70_000 if contract is _FRAME else _FEE
    plan = replace(_plan(world, _placed("child", fee=fee)), search_order=SearchOrder.CASCADE)
    assert _rules(world, with_tiers(plan, {"waiting": 0, "search order": step, "price": fee})) == []
    assert _rules(world, with_tiers(plan, {"waiting": 0, "search order": step + 1, "price": fee})) == ["claim"]


# -- one violation at a time -----------------------------------------------------------------------------------------

_TWO = instance((child("a"), child("b")), (carer("one"), carer("two", place_counts=(vacant(2),))))
_GOOD = _plan(_TWO, _placed("a", "one"), _placed("b", "two"))


def test_good_plan_is_accepted() -> None:
    """The plan that the next tests spoil is accepted, without claims and with all of them."""
    assert _rules(_TWO, _GOOD) == []
    assert _rules(_TWO, with_tiers(_GOOD, {"waiting": 0, "price": 2 * _FEE})) == []


def _first(**changes: Any) -> Plan:
    """The good plan with its first placement changed."""
    return replace(_GOOD, placements=(replace(_GOOD.placements[0], **changes), _GOOD.placements[1]))


def _claims(**values: int) -> Plan:
    return with_tiers(_GOOD, {name.replace("_", " "): value for name, value in values.items()})


_HIGH_BOUND = (
    Tier(name="waiting", value=0, bound=0, claimed_by="test"),
    Tier(name="price", value=2 * _FEE, bound=2 * _FEE + 1, claimed_by="test"),
)


@pytest.mark.parametrize(
    ("rules", "plan"),
    [
        (["digest"], replace(_GOOD, digest="0" * 64)),
        (["date"], replace(_GOOD, date=_TOMORROW)),
        (["shortlist"], replace(_GOOD, shortlist=40)),
        (["candidates"], replace(_GOOD, waiting_ids=("ghost",))),
        (["candidates"], replace(_GOOD, waiting_ids=("a",))),
        (["candidates"], replace(_GOOD, placements=(*_GOOD.placements, _GOOD.placements[0]))),
        (["candidates"], replace(_GOOD, placements=_GOOD.placements[:1])),
        (["settings"], _first(setting_id="castle")),
        (["kind"], _first(kind=PlacementKind.MOVE)),
        (["kind"], _first(kind=PlacementKind.STAY)),
        (["starts_on"], _first(starts_on=_TOMORROW)),
        (["capacity"], replace(_GOOD, placements=(_GOOD.placements[0], _placed("b", "one")))),
        (["siblings"], replace(_GOOD, num_sibling_pairs_apart=1)),
        (["block", "fee"], _first(on_block=True, fee_pence_per_week=_FEE - 1)),
        (["block"], _first(on_block=True)),
        (["support"], _first(support=Support.LOW)),
        (["fee"], _first(fee_pence_per_week=_FEE + 1)),
        (["policy"], _first(policy_pence_per_week=1)),
        (["distance"], _first(distance_miles=0.1)),
        (["distance"], _first(distance_miles=None)),
        (["total"], replace(_GOOD, fees_pence_per_week=2 * _FEE - 1)),
        (["total"], replace(_GOOD, value_pence_per_week=2 * _FEE - 1)),
        (["claim"], _claims(waiting=1, price=2 * _FEE)),
        (["claim"], _claims(waiting=0, price=2 * _FEE - 1)),
        (["claim"], replace(_GOOD, tiers=_HIGH_BOUND)),
        (["claim"], _claims(waiting=0, beauty=0, price=2 * _FEE)),
        (["claim"], _claims(waiting=0, search_order=0, price=2 * _FEE)),
        (["claim"], _claims(waiting=0)),
        (["claim"], _claims(price=2 * _FEE)),
        (["claim"], _claims(price=2 * _FEE, waiting=0)),
        (["claim"], replace(_GOOD, tiers=(*_HIGH_BOUND[:1] * 2, replace(_HIGH_BOUND[1], bound=0)))),
        (["claim"], replace(_claims(waiting=0, price=2 * _FEE), search_order=SearchOrder.CASCADE)),
    ],
)
def test_one_fault_is_named(rules: list[str], plan: Plan) -> None:
    """A good plan with one thing wrong is refused for that and for nothing else."""
    assert _rules(_TWO, plan) == rules


def test_settled_child_cannot_be_left_waiting() -> None:
    """A child who may move and is left waiting is refused; one who stays is not."""
    settled = child("a", current_setting_id="setting", is_waiting=False, may_move=True)
    world = instance((settled,), (carer(place_counts=(filled(),)),))
    assert _rules(world, _plan(world, _stays("a", "setting"), rematch=True)) == []
    assert _rules(world, _plan(world, waiting=("a",), rematch=True)) == ["candidates"]


_HARD_CASES = tuple(case for case in CASES if not case.keeps and rules_by_id()[case.rule].kind is Kind.HARD)


@each(_HARD_CASES)
def test_every_hard_rule_is_checked(case: Case) -> None:
    """A plan that places the child where a hard rule forbids it is refused by that rule."""
    pair = case.build()
    world = pair.facts.instance
    one, setting = world.children[pair.child_idx[0]], world.settings[pair.setting_idx[0]]
    others = [other for other in world.candidates(pair.facts.rematch) if other is not one]
    stays = [_stays(o.id, str(o.current_setting_id)) for o in others if not o.is_waiting]
    waiting = tuple(other.id for other in others if other.is_waiting)
    plan = _plan(world, _placed(one.id, setting.id), *stays, waiting=waiting, rematch=pair.facts.rematch)
    assert case.rule in _rules(world, plan)


def _later(child_id: str, setting_id: str = "setting", day: date = _TOMORROW) -> Placement:
    return _placed(child_id, setting_id, starts_on=day)


def _chain(*, leaver_from: date | None = None, ends: date | None = None) -> Instance:
    """A newcomer, a waiting child who lives in the only place of ``setting``, and a free place elsewhere."""
    leaver = child("leaver", current_setting_id="setting", needed_by=leaver_from)
    new, second = child("new"), child("second", needed_by=_TOMORROW)
    places = (filled(1, None, ends),)
    return instance((new, leaver, second), (carer(place_counts=places), carer("other", place_counts=(vacant(3),))))


def test_capacity_counts_days() -> None:
    """A place vacant from tomorrow takes a child from tomorrow and none from today."""
    world = instance((child("a"), child("b", needed_by=_TOMORROW)), (carer(place_counts=(vacant(1, _TOMORROW),)),))
    assert _rules(world, _plan(world, _later("b"), waiting=("a",))) == []
    assert _rules(world, _plan(world, _placed("a"), waiting=("b",))) == ["P01", "capacity"]


def test_capacity_follows_chains() -> None:
    """A place that a waiting child leaves is free if it does leave, and not while it goes on waiting there."""
    world = _chain()
    leaves = _placed("leaver", "other")
    assert _rules(world, _plan(world, _placed("new"), leaves, waiting=("second",))) == []
    assert _rules(world, _plan(world, _placed("new"), waiting=("leaver", "second"))) == ["capacity"]
    assert _rules(world, _plan(world, _placed("new"), leaves, _later("second"))) == ["capacity"]


def test_capacity_waits_for_the_leaver() -> None:
    """A place is not free before the day on which the child leaves it."""
    world = _chain(leaver_from=_TOMORROW)
    leaves = _later("leaver", "other")
    assert _rules(world, _plan(world, leaves, _later("second"), waiting=("new",))) == []
    assert _rules(world, _plan(world, _placed("new"), leaves, waiting=("second",))) == ["P01", "capacity"]


def test_capacity_counts_no_place_twice() -> None:
    """A place whose filling ends tomorrow and whose resident leaves today takes one child, not two."""
    world = _chain(ends=_TOMORROW)
    leaves = _placed("leaver", "other")
    assert _rules(world, _plan(world, _placed("new"), leaves, _later("second", "other"))) == []
    assert _rules(world, _plan(world, _placed("new"), leaves, _later("second"))) == ["capacity"]
    assert _rules(world, _plan(world, _later("second"), waiting=("new", "leaver"))) == ["capacity"]


def _sharing(a: Child, b: Child, setting: Setting, **world: Any) -> list[str]:
    """What the certificate says of two children who come to one setting."""
    shared = instance((a, b), (setting,), **world)
    return _rules(shared, _plan(shared, *(_placed(c.id, starts_on=max(DAY, c.needed_by or DAY)) for c in (a, b))))


_PLACES = {"place_counts": (vacant(2),)}


@pytest.mark.parametrize("apart", [False, True])
def test_newcomers_must_be_compatible(apart: bool) -> None:
    """Two who are named never to share are refused in one setting, on whichever days they come."""
    named = frozenset({"b"}) if apart else frozenset()
    expected = ["R18"] if apart else []
    assert _sharing(child("a", separate_from_ids=named), child("b"), carer(**_PLACES)) == expected
    assert _sharing(child("a", separate_from_ids=named), child("b", needed_by=_NEXT_WEEK), carer(**_PLACES)) == expected


def test_flats_of_their_own_are_not_shared() -> None:
    """Two who must not live together may both have flats in self-contained accommodation, not rooms in a shared one."""
    a, b = teenager("a", separate_from_ids=frozenset({"b"})), teenager("b")
    assert _sharing(a, b, supported(category=AccommodationCategory.SELF_CONTAINED, **_PLACES)) == []
    assert _sharing(a, b, supported(**_PLACES)) == ["R18"]


def test_solo_child_lives_alone() -> None:
    """A child who should live alone is refused beside a newcomer."""
    assert _sharing(child("a", cared_for_alongside=_SOLO), child("b"), carer(**_PLACES)) == ["R18"]


def test_solo_child_lives_without_strangers() -> None:
    """A child who should live alone is refused where an unnamed child comes later, by the rule and by the household."""
    one, late = child(cared_for_alongside=_SOLO), child("late", needed_by=_NEXT_WEEK)
    world = instance((one, late), (carer(place_counts=(vacant(), filled(1, _TOMORROW))),))
    assert _rules(world, _plan(world, _placed("child"), waiting=("late",))) == ["R18", "R18"]


def test_resident_who_has_left_speaks_against_nobody() -> None:
    """A newcomer may come where a child it must not live with has left, not while that child still waits there."""
    leaver = child("leaver", current_setting_id="setting")
    new = child("new", separate_from_ids=frozenset({"leaver"}))
    world = instance((new, leaver), (carer(place_counts=(filled(), vacant())), carer("other")))
    assert _rules(world, _plan(world, _placed("new"), _placed("leaver", "other"))) == []
    assert _rules(world, _plan(world, _placed("new"), waiting=("leaver",))) == ["R18"]


def _household(number: int, *, siblings: int = 0, exempt: int = 0, parents: bool = False) -> list[str]:
    """What the certificate says of so many children who come to one carer."""
    names = [f"c{n}" for n in range(number)]
    children = tuple(child(name, parent_and_child=parents) for name in names)
    takes = ParentAndChild.ALSO if parents else ParentAndChild.NO
    setting = carer(place_counts=(vacant(number),), exempt_child_ids=frozenset(names[:exempt]), parent_and_child=takes)
    groups = (SiblingGroup(id="G", child_ids=tuple(names[:siblings])),) if siblings else ()
    world = instance(children, (setting,), groups=groups)
    return _rules(world, _plan(world, *map(_placed, names)))


@pytest.mark.parametrize(
    ("number", "how", "rules"),
    [
        (3, {}, []),
        (4, {}, ["R19"]),
        (4, {"siblings": 4}, []),
        (4, {"siblings": 3}, ["R19"]),
        (4, {"exempt": 4}, []),
        (4, {"exempt": 3}, ["R19"]),
        (1, {"parents": True}, []),
        (2, {"parents": True}, ["R19"]),
    ],
)
def test_usual_fostering_limit(number: int, how: dict[str, Any], rules: list[str]) -> None:
    """Three share a carer; four only if all are siblings or all exempt; a parent with a baby counts as two."""
    assert _household(number, **how) == rules


def test_home_has_no_fostering_limit() -> None:
    """Four children who come to one children's home are not refused."""
    names = ["a", "b", "c", "d"]
    world = instance(tuple(map(child, names)), (home(place_counts=(vacant(4),)),))
    assert _rules(world, _plan(world, *map(_placed, names))) == []


def _brothers(togetherness: Togetherness) -> Instance:
    group = SiblingGroup(id="G", child_ids=("a", "b"), togetherness=togetherness)
    return instance((child("a"), child("b")), (carer("one"), carer("two", place_counts=(vacant(2),))), groups=(group,))


def test_required_siblings_stay_together() -> None:
    """Siblings required to be together are refused apart or one without the other; both placed or both waiting pass."""
    world = _brothers(Togetherness.REQUIRED)
    assert _rules(world, _plan(world, _placed("a", "two"), _placed("b", "two"))) == []
    assert _rules(world, _plan(world, waiting=("a", "b"))) == []
    assert _rules(world, _plan(world, _placed("a", "one"), _placed("b", "two"), apart=1)) == ["R06"]
    assert _rules(world, _plan(world, _placed("a", "two"), waiting=("b",), apart=1)) == ["R06"]


def test_siblings_apart_are_counted() -> None:
    """A preferred pair counts as apart in two settings or when one waits; a pair to be kept apart never counts."""
    world = _brothers(Togetherness.PREFERRED)
    assert _rules(world, _plan(world, _placed("a", "one"), _placed("b", "two"), apart=1)) == []
    assert _rules(world, _plan(world, _placed("a", "two"), waiting=("b",), apart=1)) == []
    assert _rules(world, _plan(world, waiting=("a", "b"), apart=0)) == []
    assert _rules(world, _plan(world, _placed("a", "two"), _placed("b", "two"), apart=0)) == []
    assert _rules(_TWO, replace(_plan(_TWO, _placed("a", "one"), _placed("b", "two"), apart=1))) == [
        "siblings",
        "total",
    ]
    kept = _brothers(Togetherness.APART)
    assert _rules(kept, _plan(kept, _placed("a", "one"), _placed("b", "two"), apart=0)) == []
    assert _rules(kept, _plan(kept, _placed("a", "two"), _placed("b", "two"), apart=0)) == ["R18"]


# -- corrupted plans -------------------------------------------------------------------------------------------------

Corruption = Callable[[Instance, Plan, int], Iterator[Plan]]


def _at(plan: Plan, position: int, **changes: Any) -> Plan:
    """The plan with one placement changed."""
    spoiled = list(plan.placements)
    spoiled[position] = replace(spoiled[position], **changes)
    return replace(plan, placements=tuple(spoiled))


def _of_one_placement(instance: Instance, plan: Plan, pick: int) -> Iterator[Plan]:
    """Every field of one placement, a little off."""
    if not plan.placements:
        return
    at = pick % len(plan.placements)
    placement = plan.placements[at]
    yield _at(plan, at, fee_pence_per_week=placement.fee_pence_per_week + 1)
    yield _at(plan, at, fee_pence_per_week=placement.fee_pence_per_week - 1)
    yield _at(plan, at, policy_pence_per_week=placement.policy_pence_per_week + 1)
    yield _at(plan, at, on_block=not placement.on_block)
    yield _at(plan, at, starts_on=placement.starts_on + timedelta(days=1))
    yield _at(plan, at, distance_miles=0.1 if placement.distance_miles is None else placement.distance_miles + 0.1)
    yield from (_at(plan, at, support=support) for support in Support if support is not placement.support)
    yield from (_at(plan, at, kind=kind) for kind in PlacementKind if kind is not placement.kind)
    yield _at(plan, at, child_id="ghost")
    yield _at(plan, at, setting_id="castle")


def _of_who_is_where(instance: Instance, plan: Plan, pick: int) -> Iterator[Plan]:
    """Children moved, exchanged, dropped, doubled, left waiting, taken in."""
    if plan.waiting_ids:
        yield replace(plan, waiting_ids=plan.waiting_ids[1:])
        yield replace(plan, waiting_ids=(*plan.waiting_ids, plan.waiting_ids[0]))
        housed = _placed(plan.waiting_ids[0], instance.settings[pick % len(instance.settings)].id)
        yield replace(plan, placements=(*plan.placements, housed))
        yield replace(plan, placements=(*plan.placements, housed), waiting_ids=plan.waiting_ids[1:])
    yield replace(plan, waiting_ids=(*plan.waiting_ids, "ghost"))
    if not plan.placements:
        return
    at = pick % len(plan.placements)
    placement = plan.placements[at]
    rest = plan.placements[:at] + plan.placements[at + 1 :]
    yield replace(plan, placements=rest)
    yield replace(plan, placements=rest, waiting_ids=(*plan.waiting_ids, placement.child_id))
    yield replace(plan, placements=(*plan.placements, placement))
    yield from (_at(plan, at, setting_id=s.id) for s in instance.settings if s.id != placement.setting_id)
    for other, partner in enumerate(plan.placements):
        if partner.setting_id != placement.setting_id:
            yield _at(_at(plan, at, setting_id=partner.setting_id), other, setting_id=placement.setting_id)


def _of_totals_and_claims(instance: Instance, plan: Plan, pick: int) -> Iterator[Plan]:
    """Totals, claims and headings."""
    step = 1 if pick % 2 else -1
    yield replace(plan, value_pence_per_week=plan.value_pence_per_week + step)
    yield replace(plan, fees_pence_per_week=plan.fees_pence_per_week + step)
    yield replace(plan, num_sibling_pairs_apart=plan.num_sibling_pairs_apart + step)
    yield replace(plan, digest=plan.digest[1:] + plan.digest[:1])
    yield replace(plan, date=plan.date + timedelta(days=step))
    yield replace(plan, shortlist=plan.shortlist + 1)
    if instance.candidates(True) != instance.candidates(False):
        yield replace(plan, rematch=not plan.rematch)
    order = SearchOrder.LEVEL if plan.search_order is SearchOrder.CASCADE else SearchOrder.CASCADE
    yield replace(plan, search_order=order)
    yield replace(plan, tiers=plan.tiers[::-1])
    for at, tier in enumerate(plan.tiers):
        before, after = plan.tiers[:at], plan.tiers[at + 1 :]
        yield replace(plan, tiers=(*before, *after))
        yield replace(plan, tiers=(*before, tier, tier, *after))
        yield replace(plan, tiers=(*before, replace(tier, value=tier.value + step, bound=0), *after))
        yield replace(plan, tiers=(*before, replace(tier, bound=tier.value + 1), *after))
        yield replace(plan, tiers=(*before, replace(tier, name="beauty"), *after))


def _describes_another_answer(instance: Instance, plan: Plan) -> bool:
    """Whether a plan is exactly what the model would write of its own placements: another answer, not a corruption.

    Two settings can be alike in every way that counts; whether a child is in one or the other is then all the same.
    """
    data = replace(everything(instance, rematch=plan.rematch), search_order=plan.search_order)
    chosen = {}
    for candidate, child_idx in enumerate(data.facts.candidate_idx):
        where = {p.child_id: p.setting_id for p in plan.placements}.get(instance.children[int(child_idx)].id)
        if where is not None:
            chosen[candidate] = data.option(candidate, data.facts.setting_idx[where])
    return -1 not in chosen.values() and replace(plan_of(data, chosen), tiers=plan.tiers) == plan


@pytest.mark.parametrize("corrupt", [_of_one_placement, _of_totals_and_claims], ids=["placement", "claims"])
@settings(max_examples=60)
@given(instance=instances(), rematch=st.booleans(), pick=st.integers(0, 11))
def test_corrupted_plan_is_refused(corrupt: Corruption, instance: Instance, rematch: bool, pick: int) -> None:
    """The optimal plan is accepted; with any one field changed it is refused."""
    plan = match(instance, MatchOptions(rematch=rematch, compare=False)).best.plan
    assert check(instance, plan).violations == ()
    for spoiled in corrupt(instance, plan, pick):
        assert spoiled != plan
        assert check(instance, spoiled).violations != (), spoiled


@settings(max_examples=80)
@given(instance=instances(), rematch=st.booleans(), pick=st.integers(0, 11))
def test_moved_child_is_refused(instance: Instance, rematch: bool, pick: int) -> None:
    """With a child moved, exchanged, dropped, doubled, taken in or left out, the optimal plan is refused.

    The only exception is a move between two settings so alike that the plan is right in every particular.
    """
    plan = match(instance, MatchOptions(rematch=rematch, compare=False)).best.plan
    for spoiled in _of_who_is_where(instance, plan, pick):
        if check(instance, spoiled).is_accepted:
            assert len(spoiled.placements) == len(plan.placements)
            assert _describes_another_answer(instance, spoiled)
