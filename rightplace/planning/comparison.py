"""Schedules side by side, each exactly as given, on the same scenarios, against doing nothing."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from rightplace.errors import NoFeasiblePoint
from rightplace.instances.planning_case import PlanningCase
from rightplace.instances.quarters import QUARTERS_A_YEAR, Quarter
from rightplace.models.capacity import pinned, point_of
from rightplace.plan_result import PlanResult
from rightplace.planning.answered import checked, plan_of
from rightplace.planning.question import hard_misses, nothing, question_of
from rightplace.result import Status
from rightplace.solver.answer import version_of
from rightplace.solver.benders import StagedOutcome, decompose, outcome_at
from rightplace.solver.outcome import Limit, SolveOptions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from concurrent.futures import Executor

    from rightplace.capacity_plan import Action, CapacityPlan
    from rightplace.planning.question import PlanningQuestion
    from rightplace.program import Mask
    from rightplace.staged import Floats, Ints, StagedProgram

_CLOSE = 1e-5
_MISSES = "this schedule cannot meet every hard target, so children are housed at least cost whatever they say"
_MAY_MISS = (
    "the search was stopped before it was known whether this schedule can meet every hard target: children are housed "
    "at least cost whatever they say"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Schedules evaluated exactly as given, on the same demand.

    Parameters
    ----------
    names
        One a result.
    payback
        The first year, not before the last in which capital is spent, from whose end on the undiscounted saving against
        doing nothing, added up, covers what is spent, to the end of the plan, as its last quarter; ``None``: never
        within the plan. One a result.
    """

    case: PlanningCase
    names: tuple[str, ...]
    results: tuple[PlanResult, ...]
    payback: tuple[Quarter | None, ...]


def compare(
    case: PlanningCase,
    schedules: Mapping[str, tuple[Action, ...]],
    solving: SolveOptions = SolveOptions(),
    executor: Executor | None = None,
) -> Comparison:
    """Each schedule evaluated exactly as it is given, against doing nothing.

    Children are housed at least cost among all ways that meet the hard targets; where a schedule cannot meet them all,
    at least cost whatever the targets say, as if nobody paid to come close. Either way it is reported which are met.
    Likely targets take no part: in how many scenarios they hold is reported.

    Raises
    ------
    ValueError
        Naming every action of a schedule that there is no column for, or limits of levers that it breaks.
    """
    question = question_of(case)
    sure = tuple(c for c in question.staged.couplings if c.scenario is None)
    question = replace(question, staged=replace(question.staged, couplings=sure))
    points = {}
    for name, schedule in schedules.items():
        try:
            points[name] = point_of(question.data, question.columns, schedule)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from error
    free = replace(question, staged=replace(question.staged, couplings=()))
    idle = outcome_at(free.staged, nothing(free), solving, executor)
    baseline = plan_of(free, idle, "no lever is used")
    results = tuple(
        _evaluated(exactly(question, schedules[name], point), point, baseline, solving, executor)
        for name, point in points.items()
    )
    payback = tuple(_payback(case, result) for result in results)
    return Comparison(case=case, names=tuple(points), results=results, payback=payback)


def exactly(question: PlanningQuestion, schedule: Sequence[Action], point: Floats) -> PlanningQuestion:
    """The question with nothing left to decide but which carers converted places come off: a schedule does not say."""
    staged, columns = question.staged, question.columns
    convert = columns.convert
    last = {action.lever_id: action.quantity for action in schedule if action.quantity > 0}
    used = np.array([lever.id in last for lever in convert.levers], dtype=np.bool_)
    free = convert.column[used[convert.lever]] if len(used) else np.zeros(0, dtype=np.int64)
    if len(free):
        conversions = {lever.id for lever in convert.levers}
        staged = pinned(staged, columns, [action for action in schedule if action.lever_id in conversions])
    first = staged.first
    lower, upper = point.copy(), point.copy()
    begun = free[_has_begun(question, schedule, free)]
    lower[begun], upper[begun] = 0.0, first.upper[begun]
    return replace(question, staged=replace(staged, first=replace(first, lower=lower, upper=upper)))


def _has_begun(question: PlanningQuestion, schedule: Sequence[Action], free: Ints) -> Mask:
    """Of some columns of conversions, those in or after the quarter in which the schedule first says something."""
    convert = question.columns.convert
    begins: dict[str, int] = {}
    for action in schedule:
        at = action.quarter.since(question.case.first)
        begins[action.lever_id] = min(at, begins.get(action.lever_id, at))
    of_column = dict(zip(convert.column.tolist(), zip(convert.lever.tolist(), convert.quarter.tolist(), strict=True),
                         strict=True))  # fmt: skip
    found = [of_column[column] for column in free.tolist()]
    return np.array([quarter >= begins[convert.levers[lever].id] for lever, quarter in found], dtype=np.bool_)


def _served(staged: StagedProgram, point: Floats, solving: SolveOptions, executor: Executor | None) -> StagedOutcome:
    """The best that can be made of a schedule: where something is left to decide, to a thousandth of a percent.

    A schedule that breaks a limit of its levers is served as it stands: the checker says which limit.
    """
    if np.array_equal(staged.first.lower, staged.first.upper):
        return outcome_at(staged, point, solving, executor)
    try:
        return decompose(staged, replace(solving, relative_gap=_CLOSE), executor, (point,))
    except NoFeasiblePoint:
        return outcome_at(staged, point, solving, executor)


def _evaluated(
    question: PlanningQuestion,
    point: np.ndarray,
    baseline: CapacityPlan,
    solving: SolveOptions,
    executor: Executor | None,
) -> PlanResult:
    began = time.perf_counter()
    found = _served(question.staged, point, solving, executor)
    notes: tuple[str, ...] = ()
    limit = found.limit
    if hard_misses(question.staged, found.missed):
        wished = tuple(c for c in question.staged.couplings if not c.is_hard)
        question = replace(question, staged=replace(question.staged, couplings=wished))
        found = _served(question.staged, point, solving, executor)
        notes = (_MISSES if limit in (Limit.NONE, Limit.GAP) else _MAY_MISS,)
    best = checked(question, found, "this schedule only")
    return PlanResult(
        case=question.case,
        status=Status.FEASIBLE,
        stopped_by=limit.value,
        solver=solving.solver,
        solver_version=version_of(solving.solver),
        seconds=time.perf_counter() - began,
        plan=best.plan,
        certificate=best.certificate,
        notes=notes,
        baseline=baseline,
    )


def _payback(case: PlanningCase, result: PlanResult) -> Quarter | None:
    assert result.plan is not None  # every schedule is evaluated
    saved, spent, since = 0.0, False, None
    for mine, idle in zip(result.plan.years, result.baseline.years, strict=True):
        saved += idle.revenue_pence + idle.capital_pence - mine.revenue_pence - mine.capital_pence
        if saved < 0:
            spent, since = True, None
        elif mine.capital_pence > idle.capital_pence or (since is None and (spent or saved > 0)):
            since = mine.year
    if since is None or not result.plan.schedule:
        return None
    return case.first + (QUARTERS_A_YEAR * (since + 1) - 1)
