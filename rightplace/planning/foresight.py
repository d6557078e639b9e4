"""What thinking in scenarios is worth, what knowing the future would be, and what fresh scenarios say of a plan."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from rightplace.plan_result import OutOfSample, WorthOfForesight
from rightplace.planning.question import hard_misses, solved
from rightplace.solver.benders import outcome_at
from rightplace.solver.hindsight import hindsight_bounds
from rightplace.solver.outcome import Limit

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from rightplace.instances.scenario import Demand
    from rightplace.planning.question import PlanningQuestion
    from rightplace.solver.benders import StagedOutcome
    from rightplace.solver.outcome import SolveOptions

_LOOKED_AT = 20
"""Scenarios that are looked at with hindsight; more would take longer than the plan."""
_TWO_SIDED_95 = 1.96


def worth_of_foresight(
    question: PlanningQuestion, outcome: StagedOutcome, solving: SolveOptions, executor: Executor | None = None
) -> WorthOfForesight:
    """The value of the stochastic solution, and of perfect information from above."""
    staged, demand = question.staged, question.case.demand
    mean = replace(staged, demand=demand.only_mean().children, probability=np.ones(1), risk_weight=0.0,
                   couplings=tuple(c for c in staged.couplings if c.scenario is None))  # fmt: skip
    naive = solved(mean, solving, None)
    stochastic: float | None = None
    if naive.point is not None:
        there = outcome_at(staged, naive.point, solving, executor, np.nan_to_num(outcome.prices))
        if there.limit is not Limit.TIME and not hard_misses(staged, there.missed):
            stochastic = max(0.0, 100 * (there.value - outcome.value))
    perfect = None
    if not staged.risk_weight and all(c.scenario is None for c in staged.couplings):
        chosen = np.linspace(0, staged.num_scenarios - 1, min(_LOOKED_AT, staged.num_scenarios)).round().astype(int)
        bounds = hindsight_bounds(staged, np.nan_to_num(outcome.prices), chosen, solving, executor)
        here = scenario_costs(question, outcome)[chosen]
        weights = staged.probability[chosen] / staged.probability[chosen].sum()
        if bounds is not None and np.isfinite(bounds).all():
            missed = sum(c.price * lacks for c, lacks in zip(staged.couplings, outcome.missed, strict=True))
            perfect = max(0.0, 100 * (float(weights @ (here - bounds)) + float(missed)))
    some = _LOOKED_AT if perfect is not None and staged.num_scenarios > _LOOKED_AT else None
    return WorthOfForesight(stochastic_pence=stochastic, perfect_pence_at_most=perfect, num_judged=some)


def scenario_costs(question: PlanningQuestion, outcome: StagedOutcome) -> np.ndarray:
    """(scenarios,): pounds, discounted: what the plan costs in each, prices of missed targets left out."""
    assert outcome.point is not None  # the caller has looked
    costs = np.full(question.staged.num_scenarios, float(question.staged.first_costs @ outcome.point))
    for policy in outcome.policies:
        costs += policy.cost
    return costs


def fresh_costs(
    question: PlanningQuestion,
    outcome: StagedOutcome,
    fresh: Demand,
    solving: SolveOptions,
    executor: Executor | None = None,
) -> OutOfSample:
    """The same first stage on scenarios that it was not made for, served as well as it can be there."""
    assert outcome.point is not None  # the caller has looked
    other = question.on(fresh)
    num = other.staged.first.num_columns
    shared = min(num, len(outcome.point))
    point = np.zeros(num)
    point[:shared] = outcome.point[:shared]
    couplings = tuple(c for c in other.staged.couplings if c.scenario is None)
    staged = replace(other.staged, couplings=couplings, risk_weight=0.0)
    known = np.nan_to_num(outcome.prices)
    prices = np.array([price for c, price in zip(question.staged.couplings, known, strict=True)
                       if c.scenario is None])  # fmt: skip
    found = outcome_at(staged, point, solving, executor, prices)
    costs = 100 * scenario_costs(replace(other, staged=staged), found)
    mean = float(fresh.probability @ costs)
    spread = math.sqrt(float(fresh.probability @ (costs - mean) ** 2) / max(1, len(costs) - 1))
    return OutOfSample(
        num_scenarios=len(costs),
        mean_pence=mean,
        low_pence=mean - _TWO_SIDED_95 * spread,
        high_pence=mean + _TWO_SIDED_95 * spread,
    )
