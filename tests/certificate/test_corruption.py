"""Plans that were right and have been tampered with are refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rightplace.certificate import check
from rightplace.instances.instance import Instance
from rightplace.instances.policy import SearchOrder
from rightplace.instances.settings import (
    Support,
)
from rightplace.models.allocation import plan_of
from rightplace.plan import PlacementKind, Plan
from rightplace.solve import MatchOptions, match
from tests.oracles import everything
from tests.plans import placed
from tests.strategies import instances

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
        housed = placed(plan.waiting_ids[0], instance.settings[pick % len(instance.settings)].id)
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
