"""The whole composition on one screen: instance -> numbers -> program -> claims -> plan -> certificate -> result."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rightplace.certificate import check
from rightplace.errors import SolverError
from rightplace.instances.policy import SearchOrder
from rightplace.models.allocation import AllocationData, Columns, allocation_data, allocation_plan, allocation_program
from rightplace.models.greedy import greedy_point
from rightplace.plan import Plan, Tier
from rightplace.program import MANY_COLUMNS, Program
from rightplace.reasons import waiting_reasons
from rightplace.result import Checked, Result, Status, Timing
from rightplace.solver.answer import answer
from rightplace.solver.outcome import Outcome, SolveOptions

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np

    from rightplace.instances.instance import Instance

_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class MatchOptions:
    """What to match, beside how to solve it.

    Parameters
    ----------
    rematch
        Moves may be proposed for children who may move.
    search_order
        In place of the policy's.
    compare
        Also solve the other search order, if the time limit leaves room for it.
    """

    rematch: bool = False
    search_order: SearchOrder | None = None
    compare: bool = True


def match(instance: Instance, options: MatchOptions = MatchOptions(), solving: SolveOptions = SolveOptions()) -> Result:
    """Place every waiting child, all considered together, and check the answer.

    Parameters
    ----------
    instance
        On the day of the match, with the policy to use.

    Raises
    ------
    SolverError
        When a back end fails. A plan that the checker refuses is returned with its violations, never as a success.
    """
    return solved(instance, options, solving).result


@dataclass(frozen=True, slots=True)
class Solved:
    """A match with the mathematics behind it, for questions that go on from there."""

    result: Result
    data: AllocationData
    columns: Columns
    program: Program
    outcome: Outcome


def solved(instance: Instance, options: MatchOptions, solving: SolveOptions) -> Solved:
    """``match``, with the program and the outcome that its result was made of."""
    began = time.perf_counter()
    data = allocation_data(instance, rematch=options.rematch, search_order=options.search_order)
    program, columns = allocation_program(data, many_columns=MANY_COLUMNS)
    start = greedy_point(data, program, columns)
    violation = program.worst_violation(start)
    if violation > _TOLERANCE:
        raise SolverError(f"the first solution breaks a constraint of the model by {violation:g}")
    built = time.perf_counter()
    outcome = answer(replace(program, start=start), solving)
    plan = claimed(allocation_plan(data, columns, program, best_point(outcome, program)), outcome)
    done = time.perf_counter()
    best = Checked(plan, check(instance, plan))
    greedy_plan = allocation_plan(data, columns, program, start)
    greedy = Checked(greedy_plan, check(instance, greedy_plan))
    reasons = waiting_reasons(data.facts, plan)
    checked = time.perf_counter()
    left = replace(solving, time_limit_seconds=solving.time_limit_seconds - (checked - began))
    result = Result(
        instance=instance,
        status=Status.OPTIMAL if plan.is_proven else Status.FEASIBLE,
        stopped_by=outcome.limit.value,
        solver=outcome.solver,
        solver_version=outcome.version,
        best=best,
        greedy=greedy,
        other=_other_order(data, left) if options.compare else None,
        reasons=reasons,
        timing=Timing(build_s=built - began, solve_s=done - built, check_s=checked - done),
    )
    return Solved(result, data, columns, program, outcome)


def best_point(outcome: Outcome, program: Program) -> np.ndarray:
    """The point that a search ended with.

    Raises
    ------
    SolverError
        When there is none, although waiting is always feasible.
    """
    if outcome.values is None:
        raise SolverError(f"{outcome.solver} gave no answer although a feasible start exists: {outcome.detail}")
    return outcome.values


_ROUNDING = 1
"""Values and bounds are whole numbers; a solver may round one of them the wrong way."""


def claimed(plan: Plan, outcome: Outcome) -> Plan:
    """The plan with the solver's claims; the values are the plan's own, which are never above the solver's.

    Raises
    ------
    SolverError
        When a bound lies above the value by more than rounding: then it is wrong, whatever else is right.
    """
    who = f"{outcome.solver} {outcome.version}"
    tiers = []
    for tier in outcome.tiers:
        value = min(tier.value, plan.value_pence_per_week) if tier.name == "price" else tier.value
        if tier.bound > value + _ROUNDING:
            raise SolverError(f"{who} claims that {tier.name} is at least {tier.bound}, but the plan has {value}")
        tiers.append(Tier(name=tier.name, value=value, bound=min(tier.bound, value), claimed_by=who))
    return replace(plan, tiers=tuple(tiers))


def _other_order(data: AllocationData, solving: SolveOptions) -> Checked | None:
    """The plan of the other search order, proven or not, if there is time."""
    if solving.time_limit_seconds <= 0 or solving.stop.is_set():
        return None
    level = data.search_order is SearchOrder.LEVEL
    other = replace(data, search_order=SearchOrder.CASCADE if level else SearchOrder.LEVEL)
    program, columns = allocation_program(other, many_columns=MANY_COLUMNS)
    outcome = answer(replace(program, start=greedy_point(other, program, columns)), solving)
    plan = claimed(allocation_plan(other, columns, program, best_point(outcome, program)), outcome)
    return Checked(plan, check(data.instance, plan))


def export_model(instance: Instance, path: Path, options: MatchOptions = MatchOptions()) -> None:
    """Write the model of a match as .mps or .lp for other solvers.

    The tiers are one objective there: earlier tiers are weighted by more than all later ones can differ by.

    Raises
    ------
    ValueError
        When the path ends in neither.
    """
    from rightplace.solver.pulp_backends import export

    data = allocation_data(instance, rematch=options.rematch, search_order=options.search_order)
    program, _ = allocation_program(data)
    export(program.blended(), path)


__all__ = [
    "Columns",
    "MatchOptions",
    "Solved",
    "best_point",
    "claimed",
    "export_model",
    "match",
    "solved",
]
