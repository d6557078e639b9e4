"""Files of solutions to public problems: plain numbers, so that anybody can check them.

- Assignment: the agent of each job, counted from 0.
- Facility location: how many facilities are open and which, counted from 0; then the facility of each customer where
  each has one, else the share of each customer by each facility, facility by facility.
- Two stages: the columns of the first stage; then those of the second, a line a scenario.
"""

from __future__ import annotations

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
from rightplace.benchmarks.readers.tokens import Tokens

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from rightplace.program import Floats, Ints

__all__ = ["read_solution", "solution_text"]


def read_solution(path: Path, problem: Problem) -> Solution:
    """The solution in a file, gzipped or not, as far as its numbers go; ``evaluate`` says whether it is one.

    Raises
    ------
    InstanceError
        When the file does not hold the numbers that a solution of this problem has.
    """
    tokens = Tokens(path)
    solution: Solution
    match problem:
        case Assignment():
            num_agents, num_jobs = problem.costs.shape
            solution = AssignmentSolution(_positions(tokens, "agents of the jobs", num_jobs, num_agents))
        case FacilityLocation():
            solution = _facility_solution(tokens, problem)
        case TwoStage():
            first = tokens.numbers("columns of the first stage", len(problem.first_costs))
            shape = len(problem.probabilities), len(problem.second_costs)
            solution = TwoStageSolution(first, tokens.numbers("columns of the second stage", *shape))
        case _:
            assert_never(problem)
    tokens.end()
    return solution


def _facility_solution(tokens: Tokens, problem: FacilityLocation) -> FacilitySolution:
    num_facilities, num_customers = problem.costs.shape
    num_open = tokens.count("the number of open facilities", most=num_facilities)
    is_open = np.zeros(num_facilities, dtype=bool)
    is_open[_positions(tokens, "open facilities", num_open, num_facilities)] = True
    if not problem.is_single_source:
        return FacilitySolution(is_open, tokens.numbers("shares", num_facilities, num_customers))
    shares = np.zeros((num_facilities, num_customers))
    served_by = _positions(tokens, "facilities of the customers", num_customers, num_facilities)
    shares[served_by, np.arange(num_customers)] = 1.0
    return FacilitySolution(is_open, shares)


def _positions(tokens: Tokens, what: str, num: int, most: int) -> Ints:
    """Whole numbers from 0 to below ``most``; others become faults, and 0."""
    found = tokens.numbers(what, num)
    is_wrong = (found != np.round(found)) | (found < 0) | (found >= most)
    for at in np.flatnonzero(is_wrong).tolist():
        tokens.fault(at - num, f"{found[at]:g}", f"a whole number from 0 to {most - 1} ({what})")
    return np.where(is_wrong, 0.0, found).astype(np.int64)


def solution_text(problem: Problem, solution: Solution) -> str:
    """The text of a solution's file, which ``read_solution`` reads back.

    Raises
    ------
    TypeError
        When the solution is not of the problem's kind.
    """
    lines: list[Ints | Floats]
    match problem, solution:
        case Assignment(), AssignmentSolution():
            lines = [solution.agents]
        case FacilityLocation(), FacilitySolution():
            opened = np.flatnonzero(solution.is_open)
            shares = solution.shares.argmax(axis=0) if problem.is_single_source else solution.shares
            lines = [np.array([len(opened)]), opened, *np.atleast_2d(shares)]
        case TwoStage(), TwoStageSolution():
            lines = [solution.first, *solution.second]
        case _:
            raise TypeError(f"a {type(solution).__name__} does not answer a problem of kind {type(problem).__name__}")
    return "".join(f"{_line(line)}\n" for line in lines)


def _line(values: Ints | Floats) -> str:
    numbers: Iterable[float] = values.tolist()
    return " ".join(str(int(number)) if number == int(number) else repr(number) for number in numbers)
