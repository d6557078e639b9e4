"""plan_capacity: the best plan of a case, checked, with what a commissioner asks about it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from rightplace.errors import NoFeasiblePoint
from rightplace.instances.levers import CostSharing
from rightplace.instances.supply_grain import is_coarse
from rightplace.plan_result import PlanResult
from rightplace.planning.answered import checked, plan_of
from rightplace.planning.binding import binding, shadow_prices
from rightplace.planning.clash import clash_of
from rightplace.planning.contradictions import contradiction_notes
from rightplace.planning.foresight import fresh_costs, worth_of_foresight
from rightplace.planning.phases import Phases
from rightplace.planning.question import PlanOptions, dearer, hard_misses, nothing, question_of, solved
from rightplace.program import Domain
from rightplace.result import Status
from rightplace.solver.answer import version_of
from rightplace.solver.benders import StagedOutcome, decompose, outcome_at
from rightplace.solver.outcome import Limit, Reason, SolveOptions
from rightplace.solver.search import is_large
from rightplace.solver.slopes import marginal_costs

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor

    from rightplace.capacity_plan import CapacityPlan
    from rightplace.instances.planning_case import PlanningCase
    from rightplace.planning.question import PlanningQuestion
    from rightplace.staged import StagedProgram

_Found = TypeVar("_Found")
_TRIES = 3
"""How often hard targets are made dearer before they count as impossible to meet within the time."""
_CLOSER = 0.05
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
        When a back end fails.
    """
    phases = Phases(solving)
    question = question_of(case, options)
    who = f"{solving.solver} {version_of(solving.solver)}"
    phases.begin("doing nothing")
    baseline = _baseline(question, solving, executor)
    phases.begin("relaxation")
    try:
        outcome = solved(question.staged, phases.solving_for(), executor)
    except NoFeasiblePoint:
        if not options.restricts:
            raise
        return PlanResult(
            case=case,
            status=Status.INFEASIBLE,
            stopped_by=Limit.NONE.value,
            solver=solving.solver,
            solver_version=version_of(solving.solver),
            seconds=phases.seconds,
            plan=None,
            certificate=None,
            baseline=baseline,
            notes=contradiction_notes(question, options),
        )
    staged, clash = question.staged, None
    if outcome.point is not None and hard_misses(staged, outcome.missed) and not phases.is_stopped:
        phases.begin("do the targets fit together")
        clash = clash_of(question, solving, executor, is_with_pins=options.restricts)
        if clash is None:
            staged, outcome = _dearer(staged, outcome, phases.solving_for(), executor)
    if clash is None:
        outcome = _polished(staged, outcome, solving, executor)
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
        status = Status.INFEASIBLE if clash is not None else Status.UNKNOWN
        return replace(result, status=status, clash=clash, seconds=phases.seconds)
    phases.value, phases.bound = outcome.value, outcome.bound
    phases.begin("certificate")
    best = checked(question, outcome, who)
    result = replace(
        result,
        plan=best.plan,
        certificate=best.certificate,
        payers=best.payers,
        notes=_notes(question, options),
    )
    result = _with_side_questions(result, question, outcome, options, phases, executor)
    return replace(result, seconds=phases.seconds)


def _with_side_questions(
    result: PlanResult,
    question: PlanningQuestion,
    outcome: StagedOutcome,
    options: PlanOptions,
    phases: Phases,
    executor: Executor | None,
) -> PlanResult:
    """What else is asked about a plan, one question after the other until somebody asks for the end.

    What was cut short would say too much or too little, so it is left out, and named.
    """
    who = f"{result.solver} {result.solver_version}"
    unanswered = []
    priced = replace(outcome, prices=np.full(len(outcome.prices), np.nan))

    def answered(name: str, question_of_it: Callable[[SolveOptions], _Found]) -> _Found | None:
        found = None
        if not phases.is_stopped:
            phases.begin(name)
            found = question_of_it(phases.solving_for(name, _SIDE_SHARE))
        if phases.is_stopped:
            unanswered.append(name)
            return None
        return found

    prices = answered("shadow prices", lambda side: marginal_costs(question.staged, outcome, side, executor))
    if prices is not None:
        priced = replace(outcome, prices=prices)
        num = sum(np.isnan(p) for c, p in zip(question.staged.couplings, prices, strict=True) if c.scenario is None)
        unknown = (f"what a little more costs was not found out for {num} of the yearly targets",) if num else ()
        result = replace(result, shadow_prices=shadow_prices(question, priced), notes=(*result.notes, *unknown))
    result = replace(result, binding=binding(question, priced))
    if options.next_best:
        other = answered("next-best plan", lambda side: _next_best(question, outcome, side, who, executor))
        result = replace(result, next_best=other)
    if options.foresight and question.staged.num_scenarios > 1:
        worth = answered("foresight", lambda side: worth_of_foresight(question, outcome, side, executor))
        result = replace(result, foresight=worth)
    fresh = options.fresh
    if fresh is not None:
        tried = answered("fresh scenarios", lambda side: fresh_costs(question, outcome, fresh, side, executor))
        result = replace(result, out_of_sample=tried)
    if unanswered:
        words = f"stopped before the end, so nothing is said of: {', '.join(unanswered)}"
        result = replace(result, notes=(*result.notes, words))
    return result


def _baseline(question: PlanningQuestion, solving: SolveOptions, executor: Executor | None) -> CapacityPlan:
    """Doing nothing, without targets: what happens if no lever is used."""
    free = replace(question, staged=replace(question.staged, couplings=()))
    found = outcome_at(free.staged, nothing(free), solving, executor)
    return plan_of(free, found, "no lever is used")


def _dearer(
    staged: StagedProgram, outcome: StagedOutcome, solving: SolveOptions, executor: Executor | None
) -> tuple[StagedProgram, StagedOutcome]:
    """The best plan once more, with hard targets that can be met dear enough that they are."""
    for _ in range(_TRIES):
        if outcome.point is None or not hard_misses(staged, outcome.missed) or solving.stop.is_set():
            break
        staged = dearer(staged)
        outcome = solved(staged, solving, executor, (outcome.point,), outcome.cuts)
    return staged, outcome


def _polished(
    staged: StagedProgram, outcome: StagedOutcome, solving: SolveOptions, executor: Executor | None
) -> StagedOutcome:
    """The same homes, households and blocks, with all that need not be whole settled twenty times as closely.

    Within the gap of the whole plan, places could be converted in one quarter and not in the next for no reason.
    """
    point, first = outcome.point, staged.first
    if point is None or solving.solver != "ours" or solving.stop.is_set() or not outcome.cuts:
        return outcome
    whole = first.domains == Domain.INTEGER
    lower, upper = np.where(whole, point, first.lower), np.where(whole, point, first.upper)
    limits = replace(solving, relative_gap=solving.relative_gap * _CLOSER, progress=None,
                     time_limit_seconds=solving.time_limit_seconds * _SIDE_SHARE)  # fmt: skip
    held = replace(staged, first=replace(first, lower=lower, upper=upper))
    closer = decompose(held, limits, executor, (point,), outcome.cuts)
    if closer.point is None or closer.value >= outcome.value:
        return outcome
    if len(hard_misses(staged, closer.missed)) > len(hard_misses(staged, outcome.missed)):
        return outcome  # a hair's breadth of a target is cheaper, but a miss
    return replace(outcome, point=closer.point, value=closer.value, policies=closer.policies, missed=closer.missed)


def _next_best(
    question: PlanningQuestion, outcome: StagedOutcome, solving: SolveOptions, who: str, executor: Executor | None
) -> CapacityPlan | None:
    """The best plan found that opens, changes or lets something else; ``None`` where there is nothing else."""
    from rightplace.planning.differ import differing

    other = differing(question, outcome)
    if other is None:
        return None
    try:
        found = solved(other.staged, solving, executor, (), outcome.cuts)
    except NoFeasiblePoint:  # pins leave no other set of levers
        return None
    if found.point is None or hard_misses(other.staged, found.missed):
        return None
    return plan_of(other, found, who)


def _notes(question: PlanningQuestion, options: PlanOptions) -> tuple[str, ...]:
    """What is not in the answer, and why."""
    notes = []
    if options.fresh is None:
        notes.append("not tried on fresh scenarios: none were asked for, or the demand is a table from who knows where")
    shortlist = question.case.instance.policy.search.shortlist
    if shortlist:
        notes.append(
            f"the bound holds among shortlisted pairs: of today's settings that are not its authority's own, about "
            f"{shortlist} kinds of place for each cohort"
        )
    if is_coarse(question.case):
        notes.append("many authorities: today's settings are told apart coarsely, so who may live where is approximate")
    levers = question.case.levers.new_homes
    if any(target.authority_id and target.measure.is_money for target in question.case.targets) and any(
        home.enabled and home.cost_sharing is CostSharing.BY_USE and len(home.open_to_ids) > 1 for home in levers
    ):
        notes.append(
            "budgets of one authority divide homes that are shared by use by children in care, because use is not "
            "known beforehand; who pays divides them by use"
        )
    if is_large(question.staged):
        notes.append("a large plan: what a little more costs is read off the bounds found on the way, and is rough")
    if question.case.demand.num_scenarios == 1:
        notes.append("one scenario: nothing is said of what foresight is worth")
    return tuple(notes)
