"""Placement instances as questions of the bench: one objective, judged by the certificate, bounded by a flow."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from rightplace.benchmarks.questions import Judged, Question
from rightplace.certificate import check
from rightplace.models.allocation import allocation_data, allocation_plan, allocation_program
from rightplace.models.greedy import greedy_point
from rightplace.plan import Tier
from rightplace.program import Floats, Objective, Program

if TYPE_CHECKING:
    from rightplace.instances.instance import Instance

WAITING_PENCE_PER_WEEK = 2_000_000
"""What a child who waits counts in the bench, times the weight of its urgency: £20,000, more than any place costs.

``match`` minimises who waits first and the price after; solvers are compared on one objective, which is both."""


class PlacementQuestion(Question):
    """All waiting children of an instance, considered together.

    The objective is the price in pence a week, plus ``WAITING_PENCE_PER_WEEK`` for each unit of weighted waiting.
    """

    def __init__(self, instance: Instance) -> None:
        self.name = instance.name
        self._instance = instance
        self._data = allocation_data(instance, rematch=False)
        program, self._columns = allocation_program(self._data)
        start = greedy_point(self._data, program, self._columns)
        self._tiers = program
        self.program = replace(program, objectives=(_priced(program),), start=start)

    @property
    def instance_digest(self) -> str:
        """Of the instance's tables and policy."""
        return self._instance.digest

    def judged(self, point: Floats) -> Judged:
        """By the certificate: who waits, every rule and every penny are recomputed from the instance."""
        plan = allocation_plan(self._data, self._columns, self._tiers, point)
        waiting = self._tiers.value(self._tiers.objectives[0], point)
        tiers = [
            Tier(name=objective.name, value=self._tiers.value(objective, point), bound=0, claimed_by="the bench")
            for objective in self._tiers.objectives[:-1]
        ]
        price = Tier(name="price", value=plan.value_pence_per_week, bound=0, claimed_by="the bench")
        certificate = check(self._instance, replace(plan, tiers=(*tiers, price)))
        faults = tuple(violation.sentence for violation in certificate.violations)
        return Judged(float(certificate.value_pence_per_week + WAITING_PENCE_PER_WEEK * waiting), faults)

    def flow_bound(self) -> float:
        """Each child by itself, to places that are vacant in the end: siblings may part, and who shares is not asked.

        A block bed is taken to save its fee for everyone who could have it.
        """
        from rightplace.solver.min_cost_flow import cheapest_flow

        data = self._data
        num, options = data.num_candidates, data.options
        saved = np.where(options.fees.block_idx >= 0, np.maximum(options.fees.block_saving, 0), 0)
        places = np.maximum(data.facts.free[:, -1], 0)
        first_setting, sink = num, num + len(places)
        settings = np.unique(options.pairs.setting_idx)
        waits = np.arange(num)
        arcs: list[tuple[Any, ...]] = [
            (data.option_candidate, first_setting + options.pairs.setting_idx, 1, options.cost - saved),
            (waits, np.full(num, sink), 1, np.where(data.may_wait, WAITING_PENCE_PER_WEEK * data.weight, 0)),
            (first_setting + settings, np.full(len(settings), sink), places[settings], 0),
        ]
        tails, heads, capacities, costs = (
            np.concatenate([np.broadcast_to(arc[part], len(arc[0])) for arc in arcs]).astype(np.int64)
            for part in range(4)
        )
        supplies = np.zeros(sink + 1, dtype=np.int64)
        supplies[:num], supplies[sink] = 1, -num
        return float(cheapest_flow(tails, heads, capacities, costs, supplies).cost)


def _priced(program: Program) -> Objective:
    waiting, price = program.objectives[0], program.objectives[-1]
    return Objective("price with waiting", WAITING_PENCE_PER_WEEK * waiting.costs + price.costs, least=0)
