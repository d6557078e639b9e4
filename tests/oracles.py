"""Brute force: every way to place the children of a small instance, judged by the certificate alone."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from rightplace.certificate import Judged, check
from rightplace.instances.policy import SearchOrder
from rightplace.models.allocation import AllocationData, allocation_data, plan_of
from rightplace.models.costs import cost_tables, fees_of, settled_siblings_apart
from rightplace.models.eligible import Options
from rightplace.plan import Plan, Tier
from rightplace.rules.catalogue import HARD_RULES, priced
from rightplace.rules.pairs import Facts, Pairs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rightplace.instances.instance import Instance


def everything(instance: Instance, *, rematch: bool) -> AllocationData:
    """The numbers of an allocation with every lawful pair, each found lawful by itself on a table of one row."""
    data = allocation_data(instance, rematch=rematch)
    facts = data.facts
    everywhere = Pairs.product(facts, facts.candidate_idx, np.arange(len(instance.settings)))
    lawful = [
        _is_lawful(facts, int(c), int(s)) for c, s in zip(everywhere.child_idx, everywhere.setting_idx, strict=True)
    ]
    rows = everywhere.where(np.array(lawful, dtype=np.bool_))
    tables = cost_tables(facts)
    fees, policy, apart = fees_of(rows, tables), priced(rows), settled_siblings_apart(rows, tables)
    cost = fees.fee + policy + instance.policy.price.siblings_apart * apart
    is_stay = rows.is_stay & ~facts.children.is_waiting[rows.child_idx]
    candidate = np.searchsorted(facts.candidate_idx, rows.child_idx)
    return replace(
        data,
        options=Options(rows, is_stay, fees, policy, apart, cost),
        option_candidate=candidate,
        first_option=np.searchsorted(candidate, np.arange(len(facts.candidate_idx) + 1)),
    )


def _is_lawful(facts: Facts, child_idx: int, setting_idx: int) -> bool:
    """A child who may move may stay; any other placement keeps every hard rule."""
    row = Pairs(facts, np.array([child_idx]), np.array([setting_idx]))
    stays = bool(row.is_stay[0]) and not facts.children.is_waiting[child_idx]
    return stays or all(bool(rule.passes(row)[0]) for rule in HARD_RULES)


def every_plan(data: AllocationData) -> Iterator[Plan]:
    """Each combination of one option, or waiting, for every candidate: lawful together or not."""
    choices: list[list[int | None]] = []
    for candidate in range(data.num_candidates):
        span = list(range(int(data.first_option[candidate]), int(data.first_option[candidate + 1])))
        choices.append([*span, *([None] if data.may_wait[candidate] else [])])
    for combination in product(*choices):
        yield plan_of(data, {c: option for c, option in enumerate(combination) if option is not None})


def tier_values(plan: Plan, data: AllocationData) -> tuple[int, ...]:
    """The plan's values, tier by tier."""
    index = {data.instance.children[int(c)].id: i for i, c in enumerate(data.facts.candidate_idx)}
    waiting = sum(int(data.weight[index[child_id]]) for child_id in plan.waiting_ids)
    if plan.search_order is SearchOrder.LEVEL:
        return waiting, plan.value_pence_per_week
    steps = 0
    for placement in plan.placements:
        candidate = index[placement.child_id]
        setting = data.facts.setting_idx[placement.setting_id]
        steps += int(data.options.fees.step[data.option(candidate, setting)])
    return waiting, steps, plan.value_pence_per_week


def brute_force(instance: Instance, *, rematch: bool) -> tuple[int, ...]:
    """The best tier values over all plans that the certificate accepts.

    Plans are judged from the best values up, so the first accepted one has the least: no plan need be judged after it.
    """
    data = everything(instance, rematch=rematch)
    judged = Judged(data.facts)
    ranked = sorted(((tier_values(plan, data), plan) for plan in every_plan(data)), key=lambda item: item[0])
    return next(values for values, plan in ranked if check(instance, plan, judged).is_accepted)


def with_tiers(plan: Plan, values: dict[str, int]) -> Plan:
    """A plan that claims these tier values as proven."""
    tiers = tuple(Tier(name=name, value=v, bound=v, claimed_by="test") for name, v in values.items())
    return replace(plan, tiers=tiers)


def best_with_each_choice(instance: Instance, *, rematch: bool) -> dict[tuple[str, str | None], tuple[int, ...]]:
    """For each child and setting (``None``: waiting) the best tier values over all accepted plans that put it there."""
    data = everything(instance, rematch=rematch)
    ranked = sorted(((tier_values(plan, data), plan) for plan in every_plan(data)), key=lambda item: item[0])
    best: dict[tuple[str, str | None], tuple[int, ...]] = {}
    judged = Judged(data.facts)
    for values, plan in ranked:
        made: list[tuple[str, str | None]] = [(p.child_id, p.setting_id) for p in plan.placements]
        made += [(child_id, None) for child_id in plan.waiting_ids]
        if any(choice not in best for choice in made) and check(instance, plan, judged).is_accepted:
            for choice in made:
                best.setdefault(choice, values)
    return best
