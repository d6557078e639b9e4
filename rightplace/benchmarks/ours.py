"""Our own methods on the literature's problems: the solver ``ours`` of the bench."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

import numpy as np

from rightplace.benchmarks.problems import (
    Assignment,
    FacilityLocation,
    Problem,
    Solution,
    TwoStage,
    program_of,
    scale_of,
    solution_of,
)

if TYPE_CHECKING:
    from rightplace.program import Floats
    from rightplace.solver.outcome import Answer, Progress, SolveOptions

__all__ = ["prepare", "solve"]

_FINEST, _LARGEST = 1e6, 1e8
"""The most that costs of split customers are multiplied by, and the largest cost that this may make."""


def solve(problem: Problem, options: SolveOptions) -> tuple[Answer, Solution | None]:
    """The claim, and the answer in the problem's own words; ``None`` where no feasible one was found.

    The bound, and the values and bounds of ``options.progress``, are in the problem's own unit, minimised. ``values``
    is a point of ``program_of(problem)``.

    - Assignment, and facility location with one facility a customer (p-median too): ``solver.assignment``.
    - Facility location with customers split: ``solver.split_facilities``.
    - Two stages: HiGHS on the extensive form.

    Raises
    ------
    SolverError
        When HiGHS fails.
    """
    scale = _scale(problem)
    answer = _answer(problem, _in_units(options, scale), scale)
    if answer.bound is not None:
        answer = replace(answer, bound=answer.bound / scale)
    return answer, None if answer.values is None else solution_of(problem, answer.values)


def _scale(problem: Problem) -> float:
    """By what costs are multiplied: more where customers are split, since values then lie between whole numbers."""
    scale = float(scale_of(problem))
    if isinstance(problem, FacilityLocation) and not problem.is_single_source:
        most = float(max(np.abs(problem.costs).max(initial=1.0), np.abs(problem.fixed_costs).max(initial=1.0)))
        while 10 * scale <= _FINEST and 10 * scale * most <= _LARGEST:
            scale *= 10
    return scale


def _in_units(options: SolveOptions, scale: float) -> SolveOptions:
    """Progress in the problem's unit."""
    told = options.progress
    if told is None:
        return options

    def tell(progress: Progress) -> None:
        value, bound = (None if x is None else x / scale for x in (progress.value, progress.bound))
        told(replace(progress, value=value, bound=bound))

    return replace(options, progress=tell)


def prepare(problem: Problem) -> None:
    """Load what is compiled for a problem, or compile it on a machine's first use (half a minute): once a process."""
    if isinstance(problem, Assignment) or (isinstance(problem, FacilityLocation) and problem.is_single_source):
        from rightplace.benchmarks.families import load
        from rightplace.solver.outcome import SolveOptions

        solve(load("gap", "gap1-0"), SolveOptions())  # small, and it uses every part


def _answer(problem: Problem, options: SolveOptions, scale: float) -> Answer:
    match problem:
        case Assignment():
            from rightplace.solver.assignment import solve_assignment

            costs = _whole(problem.costs, scale)
            return solve_assignment(costs, problem.resources, problem.capacities, options)
        case FacilityLocation():
            return _facilities(problem, options, scale)
        case TwoStage():
            from rightplace.solver import highs
            from rightplace.solver.tier import one_tier

            program = program_of(problem)
            return one_tier(highs.minimise, program, program.objectives[0], options)
        case _:
            assert_never(problem)


def _facilities(problem: FacilityLocation, options: SolveOptions, scale: float) -> Answer:
    fixed, costs = _whole(problem.fixed_costs, scale), _whole(problem.costs, scale)
    if problem.is_single_source:
        from rightplace.solver.assignment import solve_single_source

        return solve_single_source(fixed, problem.capacities, problem.demands, costs, options, problem.num_open)
    from rightplace.solver.split_facilities import solve_split

    return solve_split(fixed, problem.capacities, problem.demands, costs, options, problem.num_open)


def _whole(costs: Floats, scale: float) -> Floats:
    """Costs as whole multiples of the unit; what is no multiple is cut down, so that bounds stay bounds."""
    scaled = costs * scale
    near = np.round(scaled)
    return np.where(np.abs(scaled - near) <= 1e-12 * np.maximum(1e3, np.abs(scaled)), near, np.floor(scaled))
