"""plan_capacity: the best plan of a case, checked, with what a commissioner asks about it."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from rightplace.instances.supply_grain import is_coarse
from rightplace.plan_result import PlanResult
from rightplace.planning.answered import checked, plan_of
from rightplace.planning.binding import binding, shadow_prices
from rightplace.planning.clash import clash_of
from rightplace.planning.foresight import fresh_costs, worth_of_foresight
from rightplace.planning.question import PlanOptions, dearer, hard_misses, nothing, question_of, solved
from rightplace.result import Status
from rightplace.solver.answer import version_of
from rightplace.solver.benders import StagedOutcome, outcome_at
from rightplace.solver.outcome import Reason, SolveOptions

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from rightplace.capacity_plan import CapacityPlan
    from rightplace.instances.planning_case import PlanningCase
    from rightplace.planning.question import PlanningQuestion
    from rightplace.staged import StagedProgram

_TRIES = 3
"""How often hard targets are made dearer before they count as impossible to meet within the time."""
_SIDE_SHARE = 0.25
"""Of the time limit, for each side question (next-best plan, foresight)."""


def plan_capacity(
    case: PlanningCase,
    options: PlanOptions = PlanOptions(),
    solving: SolveOptions = SolveOptions(),
    executor: Executor | None = None,
) -> PlanResult:
    """The best plan, checked by the certificate.

    Parameters
    ----------
    solving
        ``relative_gap`` is of the plan's whole cost. ``time_limit_seconds`` is for the plan itself; the side questions
        of ``options`` together take at most as long again.
    executor
        Where whole scenarios are served; this process alone when absent.

    Raises
    ------
    ValueError
        Naming every pin or forbidden lever that there is no column for.
    InstanceError
        When a cohort could be left without any place.
    SolverError
        When pins and limits of levers contradict each other, or a back end fails.
    """
    began = time.perf_counter()
    question = question_of(case, options)
    who = f"{solving.solver} {version_of(solving.solver)}"
    baseline = _baseline(question, solving, executor)
    staged, outcome = _best(question.staged, solving, executor)
    question = replace(question, staged=staged)
    misses = hard_misses(staged, outcome.missed)
    result = PlanResult(
        case=case,
        status=Status.OPTIMAL if outcome.reason is Reason.OPTIMAL else Status.FEASIBLE,
        stopped_by=outcome.limit.value,
        solver=solving.solver,
        solver_version=version_of(solving.solver),
        seconds=0.0,
        plan=None,
        certificate=None,
        baseline=baseline,
    )
    if outcome.point is None or misses:
        clash = clash_of(question, solving, executor) if misses else None
        status = Status.INFEASIBLE if clash is not None else Status.FEASIBLE
        return replace(result, status=status, clash=clash, seconds=time.perf_counter() - began)
    best = checked(question, outcome, solving, who, executor)
    result = replace(
        result,
        plan=best.plan,
        certificate=best.certificate,
        shadow_prices=shadow_prices(question, outcome),
        binding=binding(question, outcome),
        notes=_notes(question, options),
    )
    side = replace(solving, time_limit_seconds=solving.time_limit_seconds * _SIDE_SHARE, progress=None)
    if options.next_best and not solving.stop.is_set():
        result = replace(result, next_best=_next_best(question, outcome, side, who, executor))
    if options.foresight and case.demand.num_scenarios > 1 and not solving.stop.is_set():
        result = replace(result, foresight=worth_of_foresight(question, outcome, side, executor))
    if options.fresh is not None and not solving.stop.is_set():
        result = replace(result, out_of_sample=fresh_costs(question, outcome, options.fresh, side, executor))
    return replace(result, seconds=time.perf_counter() - began)


def _baseline(question: PlanningQuestion, solving: SolveOptions, executor: Executor | None) -> CapacityPlan:
    """Doing nothing, without targets: what happens if no lever is used."""
    free = replace(question, staged=replace(question.staged, couplings=()))
    found = outcome_at(free.staged, nothing(free), solving, executor)
    return plan_of(free, found, solving, "no lever is used", executor)


def _best(
    staged: StagedProgram, solving: SolveOptions, executor: Executor | None
) -> tuple[StagedProgram, StagedOutcome]:
    """The best plan, with hard targets dear enough that they are met if that is possible."""
    outcome = solved(staged, solving, executor)
    for _ in range(_TRIES):
        if outcome.point is None or not hard_misses(staged, outcome.missed) or solving.stop.is_set():
            break
        staged = dearer(staged)
        outcome = solved(staged, solving, executor, (outcome.point,), outcome.cuts)
    return staged, outcome


def _next_best(
    question: PlanningQuestion, outcome: StagedOutcome, solving: SolveOptions, who: str, executor: Executor | None
) -> CapacityPlan | None:
    """The best plan found that opens, changes or lets something else; ``None`` where there is nothing else."""
    from rightplace.planning.differ import differing

    other = differing(question, outcome)
    if other is None:
        return None
    found = solved(other.staged, solving, executor, (), outcome.cuts)
    if found.point is None or hard_misses(other.staged, found.missed):
        return None
    return plan_of(other, found, solving, who, executor)


def _notes(question: PlanningQuestion, options: PlanOptions) -> tuple[str, ...]:
    """What is not in the answer, and why."""
    notes = []
    if options.fresh is None:
        notes.append("not tried on fresh scenarios: the demand is a table, and nobody says how it came about")
    shortlist = question.case.instance.policy.search.shortlist
    if shortlist:
        notes.append(
            f"the bound holds among shortlisted pairs: of today's settings that are not its authority's own, about "
            f"{shortlist} kinds of place for each cohort"
        )
    if is_coarse(question.case):
        notes.append("many authorities: today's settings are told apart coarsely, and less is allowed than is lawful")
    if question.case.demand.num_scenarios == 1:
        notes.append("one scenario: nothing is said of what foresight is worth")
    return tuple(notes)
