"""Do targets fit together? A smallest set that clashes, and the least that would have to give."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from rightplace.instances.targets import Sense
from rightplace.models.capacity import measures_of
from rightplace.plan_result import Clash, TargetsAudit
from rightplace.planning.question import MISSED, PlanOptions, question_of
from rightplace.planning.wholes import wholes_of
from rightplace.program import Objective
from rightplace.solver.benders import decompose
from rightplace.solver.outcome import Limit, Reason

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from rightplace.instances.planning_case import PlanningCase
    from rightplace.planning.question import PlanningQuestion
    from rightplace.solver.benders import StagedOutcome
    from rightplace.solver.outcome import SolveOptions
    from rightplace.staged import Coupling, StagedProgram

_SCALE = 1e6
"""A miss of all that a target asks for counts so much: HiGHS proves integer programs to half a unit only."""
_CLEARLY = 1e-5
"""What is missed of all targets together, each as a share of itself, so that a clash counts as proven."""
_MET = _SCALE * MISSED * 1e-3
"""Missing no more than this is meeting all."""
_MOST_ALONE = 40
"""Of so many targets each is first looked at alone: one that nothing can meet says more than two that clash."""

Member = tuple[str, int]


def audit_targets(
    case: PlanningCase,
    solving: SolveOptions,
    executor: Executor | None = None,
    options: PlanOptions = PlanOptions(),
) -> TargetsAudit:
    """Whether the hard targets can be met together, and a smallest set of them that cannot.

    Priced targets are wishes and take no part. A likely target is one member a year.
    """
    question = question_of(case, options)
    whole = _least_missed(question, set(members_of(question)), solving, executor)
    clash = _clash(question, whole, solving, executor, is_with_pins=options.restricts)
    stopped = whole.limit.value if clash is None and whole.value > _MET else Limit.NONE.value
    return TargetsAudit(clash=clash, fits=whole.value <= _MET, stopped_by=stopped)


def clash_of(
    question: PlanningQuestion,
    solving: SolveOptions,
    executor: Executor | None = None,
    *,
    is_with_pins: bool = False,
) -> Clash | None:
    """A smallest set of hard targets that no plan meets together; ``None`` when all can be met, or nothing is proven.

    ``is_with_pins``: something is pinned or forbidden in the question.
    """
    whole = _least_missed(question, set(members_of(question)), solving, executor)
    return _clash(question, whole, solving, executor, is_with_pins=is_with_pins)


def _clash(
    question: PlanningQuestion,
    whole: StagedOutcome,
    solving: SolveOptions,
    executor: Executor | None,
    *,
    is_with_pins: bool,
) -> Clash | None:
    """The clash that the least that all targets miss together shows, if it does."""
    members = members_of(question)
    if not _is_clash(whole):
        return None
    first, is_smallest = _smallest(question, set(members), whole, solving, executor)
    found, left = [first], set(members)
    while left := left - set(found[-1]):
        rest = _least_missed(question, left, solving, executor)
        if not _is_clash(rest):
            break
        further, is_sure = _smallest(question, left, rest, solving, executor)
        found.append(further)
        is_smallest = is_smallest and is_sure
    return Clash(
        members=found[0],
        further=tuple(found[1:]),
        relaxation=_relaxation(question, whole),
        likely=_likely(question, whole),
        is_with_pins=is_with_pins,
        is_smallest=is_smallest,
        is_least=whole.reason is Reason.OPTIMAL,
    )


def _smallest(
    question: PlanningQuestion,
    among: set[Member],
    missed: StagedOutcome,
    solving: SolveOptions,
    executor: Executor | None,
) -> tuple[tuple[Member, ...], bool]:
    """A smallest clash among targets that clash: one that nothing can meet, or those that prove it, thinned out.

    With it, whether it is proven that the others can hold together without any one of them.
    """
    members = [member for member in members_of(question) if member in among]
    for member in members if len(members) <= _MOST_ALONE else ():
        if _is_clash(_least_missed(question, {member}, solving, executor, is_quick=True)):
            return (member,), True
    wanted = [member for member in members if _matters(question, among, missed, member)]
    smallest = wanted if _is_clash(_least_missed(question, set(wanted), solving, executor)) else members
    is_sure = True
    for member in list(smallest) if len(smallest) > 1 else ():
        without = _least_missed(question, set(smallest) - {member}, solving, executor, is_quick=True)
        if _is_clash(without):
            smallest.remove(member)
        elif without.value > _MET:
            is_sure = False
    return tuple(smallest), is_sure


def is_impossible(question: PlanningQuestion, solving: SolveOptions, executor: Executor | None = None) -> bool:
    """Whether it is proven that no plan meets all hard targets."""
    return _is_clash(_least_missed(question, set(members_of(question)), solving, executor, is_quick=True))


def members_of(question: PlanningQuestion) -> dict[Member, list[int]]:
    """Hard targets by year, with the positions of their couplings."""
    members: dict[Member, list[int]] = {}
    names = {f"{question.case.targets[m.target].id} {question.case.year_names[m.year]}": m
             for m in measures_of(question.data, question.columns)}  # fmt: skip
    for i, coupling in enumerate(question.staged.couplings):
        if coupling.is_hard:
            measure = names[coupling.name.rsplit("/", 1)[0] if coupling.scenario is not None else coupling.name]
            members.setdefault((question.case.targets[measure.target].id, measure.year), []).append(i)
    return members


def _size(question: PlanningQuestion, coupling: Coupling) -> float:
    """What a miss is measured against: all that the target asks for, in children, pounds or numbers."""
    demand = question.case.demand.mean[coupling.periods].sum(axis=0) if len(coupling.periods) else np.zeros(0)
    arcs, staged = coupling.arc_values, question.staged
    largest = np.zeros(staged.num_cohorts)
    np.maximum.at(largest, staged.arc_cohort, np.abs(arcs))
    flows = float(largest @ demand) if len(demand) else 0.0
    return max(1.0, abs(coupling.at_least), flows)


def _least_missed(
    question: PlanningQuestion,
    members: set[Member],
    solving: SolveOptions,
    executor: Executor | None,
    *,
    is_quick: bool = False,
) -> StagedOutcome:
    """Miss as little as possible of some hard targets, whatever it costs."""
    kept = []
    for member, positions in members_of(question).items():
        for i in positions if member in members else ():
            coupling = question.staged.couplings[i]
            weight = _SCALE / _size(question, coupling)
            if coupling.scenario is not None:
                weight *= float(question.staged.probability[coupling.scenario])
            kept.append(replace(coupling, price=weight))
    staged = _costless(question.staged, tuple(kept))

    def enough(value: float, bound: float) -> bool:
        return bound > _SCALE * _CLEARLY or value <= _MET

    limits = replace(solving, relative_gap=0.05 if is_quick else 0.0001, progress=None)
    return decompose(staged, limits, executor, enough=enough if is_quick else None)


def _costless(staged: StagedProgram, couplings: tuple[Coupling, ...]) -> StagedProgram:
    first = replace(staged.first, objectives=(Objective("nothing", np.zeros(staged.first.num_columns)),))
    return replace(staged, first=first, arc_costs=np.zeros(len(staged.arc_costs)), couplings=couplings, risk_weight=0.0)


def _is_clash(outcome: StagedOutcome) -> bool:
    return outcome.bound > _SCALE * _CLEARLY


def _matters(question: PlanningQuestion, among: set[Member], outcome: StagedOutcome, member: Member) -> bool:
    """Whether a target has a price in the least miss among some: the others take no part in the proof."""
    positions = [i for key, found in members_of(question).items() if key in among for i in found]
    mine = set(members_of(question)[member])
    return any(outcome.prices[at] > 0 for at, i in enumerate(positions) if i in mine)


def _likely(question: PlanningQuestion, outcome: StagedOutcome) -> tuple[tuple[str, int, float, float], ...]:
    """Of likely targets that miss something: the share of scenarios asked for, and in which they hold."""
    found, at = [], 0
    assert outcome.point is not None  # its bound says that there is a clash
    for (target_id, year), positions in members_of(question).items():
        missed = outcome.missed[at : at + len(positions)]
        at += len(positions)
        position = next(i for i, one in enumerate(question.case.targets) if one.id == target_id)
        target = question.case.targets[position]
        if (position, year) not in question.columns.missed or missed.max() <= _CLEARLY:
            continue
        given_up = outcome.point[question.columns.missed[position, year]] > 0.5
        scenarios = [w for i in positions if (w := question.staged.couplings[i].scenario) is not None]
        holds = (missed <= _CLEARLY) & ~given_up[scenarios]
        reached = float(question.staged.probability[scenarios] @ holds)
        found.append((target_id, year, target.probability or 0.0, reached))
    return tuple(found)


def _relaxation(question: PlanningQuestion, outcome: StagedOutcome) -> tuple[tuple[str, int, float, float], ...]:
    """The least change, as shares of what is asked for, added up over the targets."""
    found, at = [], 0
    all_measures = measures_of(question.data, question.columns)
    wholes = wholes_of(question, outcome, all_measures)
    measures = {(question.case.targets[m.target].id, m.year): (m, w) for m, w in zip(all_measures, wholes, strict=True)}
    for member, positions in members_of(question).items():
        missed = float(sum(outcome.missed[at : at + len(positions)]))
        scenarios = question.staged.couplings[positions[0]].scenario is not None
        at += len(positions)
        measure, whole = measures[member]
        if missed <= _CLEARLY or scenarios or (whole is not None and whole <= _CLEARLY):
            continue
        target = question.case.targets[measure.target]
        required = target.values[measure.year]
        sign = -1.0 if target.sense is Sense.AT_LEAST else 1.0
        found.append((target.id, measure.year, required, required + sign * missed / (1.0 if whole is None else whole)))
    return tuple(found)
