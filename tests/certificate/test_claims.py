"""A plan with one thing wrong is refused for that and for nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rightplace.instances.policy import SearchOrder
from rightplace.instances.settings import (
    Support,
)
from rightplace.plan import PlacementKind, Plan, Tier
from rightplace.rules.catalogue import rules_by_id
from rightplace.rules.rule import Kind
from tests.oracles import with_tiers
from tests.plans import FEE, TOMORROW, TWO, placed, rules_broken, stays, written
from tests.rules.builders import (
    Case,
    carer,
    child,
    each,
    filled,
    instance,
)
from tests.rules.test_catalogue import CASES

_GOOD = written(TWO, placed("a", "one"), placed("b", "two"))


def test_good_plan_is_accepted() -> None:
    """The plan that the next tests spoil is accepted, without claims and with all of them."""
    assert rules_broken(TWO, _GOOD) == []
    assert rules_broken(TWO, with_tiers(_GOOD, {"waiting": 0, "price": 2 * FEE})) == []


def _first(**changes: Any) -> Plan:
    """The good plan with its first placement changed."""
    return replace(_GOOD, placements=(replace(_GOOD.placements[0], **changes), _GOOD.placements[1]))


def _claims(**values: int) -> Plan:
    return with_tiers(_GOOD, {name.replace("_", " "): value for name, value in values.items()})


_HIGH_BOUND = (
    Tier(name="waiting", value=0, bound=0, claimed_by="test"),
    Tier(name="price", value=2 * FEE, bound=2 * FEE + 1, claimed_by="test"),
)


@pytest.mark.parametrize(
    ("rules", "plan"),
    [
        (["digest"], replace(_GOOD, digest="0" * 64)),
        (["date"], replace(_GOOD, date=TOMORROW)),
        (["shortlist"], replace(_GOOD, shortlist=40)),
        (["candidates"], replace(_GOOD, waiting_ids=("ghost",))),
        (["candidates"], replace(_GOOD, waiting_ids=("a",))),
        (["candidates"], replace(_GOOD, placements=(*_GOOD.placements, _GOOD.placements[0]))),
        (["candidates"], replace(_GOOD, placements=_GOOD.placements[:1])),
        (["settings"], _first(setting_id="castle")),
        (["kind"], _first(kind=PlacementKind.MOVE)),
        (["kind"], _first(kind=PlacementKind.STAY)),
        (["starts_on"], _first(starts_on=TOMORROW)),
        (["capacity"], replace(_GOOD, placements=(_GOOD.placements[0], placed("b", "one")))),
        (["siblings"], replace(_GOOD, num_sibling_pairs_apart=1)),
        (["block", "fee"], _first(on_block=True, fee_pence_per_week=FEE - 1)),
        (["block"], _first(on_block=True)),
        (["support"], _first(support=Support.LOW)),
        (["fee"], _first(fee_pence_per_week=FEE + 1)),
        (["policy"], _first(policy_pence_per_week=1)),
        (["distance"], _first(distance_miles=0.1)),
        (["distance"], _first(distance_miles=None)),
        (["total"], replace(_GOOD, fees_pence_per_week=2 * FEE - 1)),
        (["total"], replace(_GOOD, value_pence_per_week=2 * FEE - 1)),
        (["claim"], _claims(waiting=1, price=2 * FEE)),
        (["claim"], _claims(waiting=0, price=2 * FEE - 1)),
        (["claim"], replace(_GOOD, tiers=_HIGH_BOUND)),
        (["claim"], _claims(waiting=0, beauty=0, price=2 * FEE)),
        (["claim"], _claims(waiting=0, search_order=0, price=2 * FEE)),
        (["claim"], _claims(waiting=0)),
        (["claim"], _claims(price=2 * FEE)),
        (["claim"], _claims(price=2 * FEE, waiting=0)),
        (["claim"], replace(_GOOD, tiers=(*_HIGH_BOUND[:1] * 2, replace(_HIGH_BOUND[1], bound=0)))),
        (["claim"], replace(_claims(waiting=0, price=2 * FEE), search_order=SearchOrder.CASCADE)),
    ],
)
def test_one_fault_is_named(rules: list[str], plan: Plan) -> None:
    """A good plan with one thing wrong is refused for that and for nothing else."""
    assert rules_broken(TWO, plan) == rules


def test_settled_child_cannot_be_left_waiting() -> None:
    """A child who may move and is left waiting is refused; one who stays is not."""
    settled = child("a", current_setting_id="setting", is_waiting=False, may_move=True)
    world = instance((settled,), (carer(place_counts=(filled(),)),))
    assert rules_broken(world, written(world, stays("a", "setting"), rematch=True)) == []
    assert rules_broken(world, written(world, waiting=("a",), rematch=True)) == ["candidates"]


_HARD_CASES = tuple(case for case in CASES if not case.keeps and rules_by_id()[case.rule].kind is Kind.HARD)


@each(_HARD_CASES)
def test_every_hard_rule_is_checked(case: Case) -> None:
    """A plan that places the child where a hard rule forbids it is refused by that rule."""
    pair = case.build()
    world = pair.facts.instance
    one, setting = world.children[pair.child_idx[0]], world.settings[pair.setting_idx[0]]
    others = [other for other in world.candidates(pair.facts.rematch) if other is not one]
    stays = [stays(o.id, str(o.current_setting_id)) for o in others if not o.is_waiting]
    waiting = tuple(other.id for other in others if other.is_waiting)
    plan = written(world, placed(one.id, setting.id), *stays, waiting=waiting, rematch=pair.facts.rematch)
    assert case.rule in rules_broken(world, plan)
