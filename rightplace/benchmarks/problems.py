"""The literature's assignment and capacity problems as arrays, their compact programs, and answers in their own words.

Costs are minimised everywhere, in the unit of the file they came from. No problem here has heard of a child.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields, replace
from typing import Any, assert_never

import numpy as np

from rightplace.program import Domain, Floats, Ints, Mask, Objective, Program, ProgramBuilder

__all__ = [
    "Assignment",
    "AssignmentSolution",
    "FacilityLocation",
    "FacilitySolution",
    "Problem",
    "Solution",
    "TwoStage",
    "TwoStageSolution",
    "digest",
    "program_of",
    "scale_of",
    "solution_of",
]

_MOST_DECIMALS = 6


@dataclass(frozen=True, slots=True, eq=False)
class Assignment:
    """Generalised assignment: every job goes to exactly one of m agents, within each agent's capacity.

    Parameters
    ----------
    costs
        Agents by jobs (m, n), minimised.
    resources
        What a job uses of an agent's capacity (m, n).
    capacities
        (m,).
    is_maximisation
        The file's objective is a maximum: ``costs`` are its negatives, and the published value is minus ours.
    """

    name: str
    costs: Floats
    resources: Floats
    capacities: Floats
    is_maximisation: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class FacilityLocation:
    """Capacitated facility location, and the capacitated p-median.

    Parameters
    ----------
    fixed_costs, capacities
        Of each of m facilities.
    demands
        Of each of n customers.
    costs
        Facilities by customers (m, n), of serving the whole customer; a share costs its share.
    is_single_source
        Every customer is served by one facility; otherwise customers may be split.
    num_open
        Exactly so many facilities are open (p-median); ``None``: as many as are wanted.
    """

    name: str
    fixed_costs: Floats
    capacities: Floats
    demands: Floats
    costs: Floats
    is_single_source: bool
    num_open: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class TwoStage:
    """A two-stage stochastic program of which only the right-hand sides of the second stage are uncertain.

    Minimise ``first_costs @ x`` plus the expectation of ``second_costs @ y`` with
    ``first_row_lower <= first_matrix x <= first_row_upper`` and, in each of S scenarios s,
    ``row_lower[s] <= technology x + recourse y <= row_upper[s]``.

    Parameters
    ----------
    first_costs, first_lower, first_upper, first_is_integer
        Of the n1 columns of the first stage.
    first_matrix, first_row_lower, first_row_upper
        Its m1 rows (scipy sparse, by rows).
    second_costs, second_lower, second_upper, second_is_integer
        Of the n2 columns of the second stage, the same in all scenarios.
    technology, recourse
        (m2, n1) and (m2, n2), scipy sparse, by rows.
    probabilities
        Of the scenarios (S,), as the file states them.
    row_lower, row_upper
        Bounds of the second stage's rows, scenarios by rows (S, m2).
    """

    name: str
    first_costs: Floats
    first_lower: Floats
    first_upper: Floats
    first_is_integer: Mask
    first_matrix: Any
    first_row_lower: Floats
    first_row_upper: Floats
    second_costs: Floats
    second_lower: Floats
    second_upper: Floats
    second_is_integer: Mask
    technology: Any
    recourse: Any
    probabilities: Floats
    row_lower: Floats
    row_upper: Floats


Problem = Assignment | FacilityLocation | TwoStage


@dataclass(frozen=True, slots=True, eq=False)
class AssignmentSolution:
    """The agent of each job (n,), counted from 0."""

    agents: Ints


@dataclass(frozen=True, slots=True, eq=False)
class FacilitySolution:
    """Which facilities are open (m,), and the share of each customer that each serves (m, n)."""

    is_open: Mask
    shares: Floats


@dataclass(frozen=True, slots=True, eq=False)
class TwoStageSolution:
    """The first stage (n1,), and the second stage in each scenario (S, n2)."""

    first: Floats
    second: Floats


Solution = AssignmentSolution | FacilitySolution | TwoStageSolution


def digest(problem: Problem) -> str:
    """Sha256 of the problem's kind and its canonical arrays, without its name: equal for equal mathematics."""
    sums = hashlib.sha256(type(problem).__name__.encode())
    for field in fields(problem):
        if field.name == "name":
            continue
        sums.update(f"\n{field.name}:".encode())
        for part in _canonical(getattr(problem, field.name)):
            sums.update(f"{part.shape}".encode())
            sums.update(np.ascontiguousarray(part).tobytes())
    return sums.hexdigest()


def _canonical(value: Any) -> list[Any]:
    """A field as little-endian arrays of doubles; no array for an absent value; a sparse matrix as sorted entries."""
    if value is None:
        return []
    if hasattr(value, "tocsr"):
        matrix = value.tocsr().copy()
        matrix.sum_duplicates()
        matrix.eliminate_zeros()
        parts = [np.array(matrix.shape), matrix.indptr, matrix.indices, matrix.data]
        return [np.asarray(part, dtype="<f8") for part in parts]
    return [np.asarray(value, dtype="<f8") + 0.0]


def scale_of(problem: Problem) -> int:
    """The power of ten by which ``program_of`` multiplies the costs, so that they are whole numbers.

    At most a million; costs with more decimals are then cut down, so that a bound of the program never lies above
    the problem's (divide either by the scale).
    """
    costs = np.concatenate([part.ravel() for part in _costs(problem)])
    for decimals in range(_MOST_DECIMALS):
        if _is_whole(costs * 10.0**decimals).all():
            return int(10**decimals)
    return int(10**_MOST_DECIMALS)


def _costs(problem: Problem) -> list[Floats]:
    match problem:
        case Assignment():
            return [problem.costs]
        case FacilityLocation():
            return [problem.fixed_costs, problem.costs]
        case TwoStage():
            return [problem.first_costs, np.outer(problem.probabilities, problem.second_costs)]
        case _:
            assert_never(problem)


def _is_whole(costs: Floats) -> Mask:
    return np.abs(costs - np.round(costs)) <= 1e-12 * np.maximum(1e3, np.abs(costs))


def _objective(problem: Problem) -> Objective:
    scaled = np.concatenate([part.ravel() for part in _costs(problem)]) * float(scale_of(problem))
    return Objective("cost", np.where(_is_whole(scaled), np.round(scaled), np.floor(scaled)))


def program_of(problem: Problem) -> Program:
    """The compact mixed-integer program; its objective is ``scale_of(problem)`` times the problem's own."""
    match problem:
        case Assignment():
            return _assignment_program(problem)
        case FacilityLocation():
            return _facility_program(problem)
        case TwoStage():
            return _extensive_program(problem)
        case _:
            assert_never(problem)


def _assignment_program(problem: Assignment) -> Program:
    """x_ij: job j goes to agent i. Each job once; what an agent's jobs use fits its capacity."""
    num_agents, num_jobs = problem.costs.shape
    builder = ProgramBuilder()
    x = builder.add_columns("agent of job", num_agents * num_jobs, Domain.INTEGER)
    agents, jobs = np.divmod(x, num_jobs)
    builder.add_rows("each job once", jobs, x, 1.0, 1.0, 1.0, num=num_jobs)
    builder.add_rows("capacity", agents, x, problem.resources.ravel(), -np.inf, problem.capacities)
    return builder.build([_objective(problem)])


def _facility_program(problem: FacilityLocation) -> Program:
    """x_i: facility i is open; y_ij: its share of customer j. The strong formulation: y_ij <= x_i for every pair."""
    num_facilities, num_customers = problem.costs.shape
    builder = ProgramBuilder()
    x = builder.add_columns("open", num_facilities, Domain.INTEGER)
    whole = Domain.INTEGER if problem.is_single_source else Domain.CONTINUOUS
    y = builder.add_columns("share", num_facilities * num_customers, whole)
    facilities, customers = np.divmod(np.arange(len(y)), num_customers)
    builder.add_rows("each customer once", customers, y, 1.0, 1.0, 1.0, num=num_customers)
    builder.add_rows(
        "capacity",
        np.concatenate([facilities, np.arange(num_facilities)]),
        np.concatenate([y, x]),
        np.concatenate([problem.demands[customers], -problem.capacities]),
        -np.inf,
        0.0,
        num=num_facilities,
    )
    pairs = np.arange(len(y))
    builder.add_rows(
        "only open facilities serve",
        np.concatenate([pairs, pairs]),
        np.concatenate([y, x[facilities]]),
        np.repeat([1.0, -1.0], len(y)),
        -np.inf,
        0.0,
        num=len(y),
        is_lazy=True,
    )
    if problem.num_open is not None:
        builder.add_rows("number open", np.zeros(len(x)), x, 1.0, float(problem.num_open), float(problem.num_open))
    return builder.build([_objective(problem)])


def _extensive_program(problem: TwoStage) -> Program:
    """The extensive form: one copy of the second stage for each scenario, scenario after scenario."""
    num_scenarios, num_rows = problem.row_lower.shape
    num_first, num_second = len(problem.first_costs), len(problem.second_costs)
    builder = ProgramBuilder()
    builder.add_columns("first", num_first, Domain.CONTINUOUS)
    builder.add_columns("second", num_scenarios * num_second, Domain.CONTINUOUS)
    first = problem.first_matrix.tocoo()
    builder.add_rows("first stage", first.row, first.col, first.data, problem.first_row_lower, problem.first_row_upper)
    technology, recourse = problem.technology.tocoo(), problem.recourse.tocoo()
    copies = np.arange(num_scenarios, dtype=np.int64)[:, None]
    rows = [copies * num_rows + technology.row, copies * num_rows + recourse.row]
    columns = [copies * 0 + technology.col, num_first + copies * num_second + recourse.col]
    builder.add_rows(
        "second stage",
        np.concatenate([part.ravel() for part in rows]),
        np.concatenate([part.ravel() for part in columns]),
        np.concatenate([np.tile(technology.data, num_scenarios), np.tile(recourse.data, num_scenarios)]),
        problem.row_lower.ravel(),
        problem.row_upper.ravel(),
    )
    whole = np.concatenate([problem.first_is_integer, np.tile(problem.second_is_integer, num_scenarios)])
    return replace(
        builder.build([_objective(problem)]),
        lower=np.concatenate([problem.first_lower, np.tile(problem.second_lower, num_scenarios)]),
        upper=np.concatenate([problem.first_upper, np.tile(problem.second_upper, num_scenarios)]),
        domains=np.where(whole, int(Domain.INTEGER), int(Domain.CONTINUOUS)).astype(np.int8),
    )


def solution_of(problem: Problem, values: Floats) -> Solution:
    """The answer that a point of ``program_of(problem)`` stands for; what must be whole is rounded."""
    match problem:
        case Assignment():
            return AssignmentSolution(values.reshape(problem.costs.shape).argmax(axis=0))
        case FacilityLocation():
            return _facility_solution(problem, values)
        case TwoStage():
            return _two_stage_solution(problem, values)
        case _:
            assert_never(problem)


def _facility_solution(problem: FacilityLocation, values: Floats) -> FacilitySolution:
    num_facilities = len(problem.fixed_costs)
    shares = values[num_facilities:].reshape(problem.costs.shape)
    if problem.is_single_source:
        whole = np.zeros_like(shares)
        whole[shares.argmax(axis=0), np.arange(len(problem.demands))] = 1.0
        shares = whole
    return FacilitySolution(values[:num_facilities] > 0.5, np.where(np.abs(shares) < 1e-9, 0.0, shares))


def _two_stage_solution(problem: TwoStage, values: Floats) -> TwoStageSolution:
    num_first = len(problem.first_costs)
    first = values[:num_first]
    second = values[num_first:].reshape(len(problem.probabilities), len(problem.second_costs))
    return TwoStageSolution(
        np.where(problem.first_is_integer, np.round(first), first),
        np.where(problem.second_is_integer, np.round(second), second),
    )
