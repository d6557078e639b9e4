"""The independent check of an answer to a public problem: its cost added up anew, every constraint looked at.

From the problem's arrays alone. It shares nothing with ``program_of``: a wrong formulation cannot certify itself.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, assert_never

import numpy as np

from rightplace.benchmarks.problems import (
    Assignment,
    AssignmentSolution,
    FacilityLocation,
    FacilitySolution,
    Problem,
    Solution,
    TwoStage,
    TwoStageSolution,
)

if TYPE_CHECKING:
    from rightplace.program import Floats, Mask

__all__ = ["TOLERANCE", "evaluate", "published_value"]

TOLERANCE = 1e-6
"""How far a limit may be passed, relative to its size and at least to 1."""


def evaluate(problem: Problem, solution: Solution) -> tuple[float, list[str]]:
    """What a solution costs, and a sentence for every constraint that it breaks; none when it is feasible.

    The cost is the one that is minimised (``published_value`` turns it). It is nan where the solution does not have
    the problem's shape, or has numbers that are not finite; then a sentence says so.

    Raises
    ------
    TypeError
        When the solution is not of the problem's kind.
    """
    match problem, solution:
        case Assignment(), AssignmentSolution():
            return _assignment(problem, solution)
        case FacilityLocation(), FacilitySolution():
            return _facility(problem, solution)
        case TwoStage(), TwoStageSolution():
            return _two_stage(problem, solution)
        case _:
            raise TypeError(f"a {type(solution).__name__} does not answer a problem of kind {type(problem).__name__}")


def published_value(problem: Problem, value: float) -> float:
    """A minimised value in the sense of the problem's file: turned when that is a maximum."""
    match problem:
        case Assignment():
            return -value if problem.is_maximisation else value
        case FacilityLocation() | TwoStage():
            return value
        case _:
            assert_never(problem)


def _assignment(problem: Assignment, solution: AssignmentSolution) -> tuple[float, list[str]]:
    num_agents, num_jobs = problem.costs.shape
    if len(solution.agents) != num_jobs:
        return math.nan, [f"{len(solution.agents)} jobs have an agent: expected {num_jobs}"]
    faults, paid = [], []
    used: list[list[float]] = [[] for _ in range(num_agents)]
    for job, agent in enumerate(solution.agents.tolist()):
        if agent not in range(num_agents):
            faults.append(f"job {job} goes to agent {agent}: expected 0 to {num_agents - 1}")
            continue
        paid.append(float(problem.costs[int(agent), job]))
        used[int(agent)].append(float(problem.resources[int(agent), job]))
    for agent, capacity in enumerate(problem.capacities.tolist()):
        if _is_above(math.fsum(used[agent]), capacity):
            faults.append(f"agent {agent} uses {math.fsum(used[agent]):g} of a capacity of {capacity:g}")
    return math.nan if len(paid) < num_jobs else math.fsum(paid), faults


def _facility(problem: FacilityLocation, solution: FacilitySolution) -> tuple[float, list[str]]:
    shape = problem.costs.shape
    is_open, shares = np.asarray(solution.is_open), np.asarray(solution.shares)
    if shares.shape != shape or is_open.shape != shape[:1]:
        return math.nan, [f"shares of shape {shares.shape}, open of {is_open.shape}: expected {shape}, {shape[:1]}"]
    if not np.isfinite(shares).all():
        return math.nan, ["a share is not a finite number"]
    faults = _customers(problem, shares) + _facilities(problem, is_open, shares)
    if problem.num_open is not None and is_open.sum() != problem.num_open:
        faults.append(f"{is_open.sum()} facilities are open: expected {problem.num_open}")
    paid = [*problem.fixed_costs[is_open].tolist(), *(problem.costs * shares).ravel().tolist()]
    return math.fsum(paid), faults


def _customers(problem: FacilityLocation, shares: Floats) -> list[str]:
    faults = []
    for customer in range(len(problem.demands)):
        served = shares[:, customer].tolist()
        if abs(math.fsum(served) - 1.0) > TOLERANCE:
            faults.append(f"customer {customer} gets {math.fsum(served):g} of its demand: expected 1")
        if min(served) < -TOLERANCE:
            faults.append(f"customer {customer} gets a share below 0")
        if problem.is_single_source and any(share not in (0.0, 1.0) for share in served):
            faults.append(f"customer {customer} is split: expected one facility")
    return faults


def _facilities(problem: FacilityLocation, is_open: Mask, shares: Floats) -> list[str]:
    faults = []
    for facility, capacity in enumerate(problem.capacities.tolist()):
        load = math.fsum((shares[facility] * problem.demands).tolist())
        if _is_above(load, capacity):
            faults.append(f"facility {facility} serves {load:g} of a capacity of {capacity:g}")
        if not is_open[facility] and np.abs(shares[facility]).max() > TOLERANCE:
            faults.append(f"facility {facility} serves and is not open")
    return faults


def _two_stage(problem: TwoStage, solution: TwoStageSolution) -> tuple[float, list[str]]:
    num_scenarios = len(problem.probabilities)
    shapes = (len(problem.first_costs),), (num_scenarios, len(problem.second_costs))
    first, second = solution.first, solution.second
    if (first.shape, second.shape) != shapes:
        return math.nan, [f"stages of shape {first.shape} and {second.shape}: expected {shapes[0]} and {shapes[1]}"]
    if not (np.isfinite(first).all() and np.isfinite(second).all()):
        return math.nan, ["a column is not a finite number"]
    faults = _columns("the first stage", first, problem.first_lower, problem.first_upper, problem.first_is_integer)
    rows = problem.first_matrix @ first
    faults += _rows("the first stage", rows, problem.first_row_lower, problem.first_row_upper)
    fixed = problem.technology @ first
    paid = (problem.first_costs * first).tolist()
    for scenario in range(num_scenarios):
        where, y = f"scenario {scenario}", second[scenario]
        faults += _columns(where, y, problem.second_lower, problem.second_upper, problem.second_is_integer)
        rows = fixed + problem.recourse @ y
        faults += _rows(where, rows, problem.row_lower[scenario], problem.row_upper[scenario])
        paid.append(float(problem.probabilities[scenario]) * math.fsum((problem.second_costs * y).tolist()))
    return math.fsum(paid), faults


def _columns(where: str, values: Floats, lower: Floats, upper: Floats, is_integer: Mask) -> list[str]:
    faults = _outside(f"{where}: column", values, lower, upper)
    for column in np.flatnonzero(is_integer & (values != np.round(values))).tolist():
        faults.append(f"{where}: column {column} is {values[column]:g}: expected a whole number")
    return faults


def _rows(where: str, values: Floats, lower: Floats, upper: Floats) -> list[str]:
    return _outside(f"{where}: row", values, lower, upper)


def _outside(where: str, values: Floats, lower: Floats, upper: Floats) -> list[str]:
    limits = zip(values.tolist(), lower.tolist(), upper.tolist(), strict=True)
    return [
        f"{where} {at} is {value:g}: expected {low:g} to {high:g}"
        for at, (value, low, high) in enumerate(limits)
        if _is_above(value, high) or _is_above(-value, -low)
    ]


def _is_above(value: float, limit: float) -> bool:
    return (math.isfinite(limit) and value > limit + TOLERANCE * max(1.0, abs(limit))) or limit == -math.inf
