"""Cost against the value of a target: one plan a point, each beginning from what the ones before have proved."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from rightplace.capacity_plan import Action
from rightplace.errors import SolverError
from rightplace.instances.targets import Sense
from rightplace.planning.answered import plan_of
from rightplace.planning.clash import is_impossible
from rightplace.planning.question import PlanOptions, dearer, hard_misses, question_of, solved
from rightplace.solver.answer import version_of
from rightplace.solver.outcome import SolveOptions
from rightplace.solver.recourse import Cut, groups_of
from rightplace.staged import Floats, StagedProgram

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Executor

    from rightplace.instances.planning_case import PlanningCase
    from rightplace.instances.targets import Target

_TRIES = 2
_FIRST_SHARE = 0.7
"""Of a point's time, for the first search: the rest is for whether the value can be reached at all, and once more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontierPoint:
    """The best plan at one value of a target.

    Parameters
    ----------
    value
        In every year in which the target has one.
    cost_pence, bound_pence
        As of a plan; ``None`` where there is no plan. Of a priced target, prices of misses are in it; where the plan is
        that of a stricter value, they are those of the stricter value.
    reachable
        ``True`` with a plan that meets all hard targets, ``False`` where it is proven that there is none, ``None``
        where none was found and nothing is proven.
    fault
        Why the search for this point failed, if it did.
    """

    value: float
    cost_pence: float | None = None
    bound_pence: float | None = None
    schedule: tuple[Action, ...] = ()
    reachable: bool | None = None
    fault: str = ""


@dataclass(slots=True)
class _Proved:
    """What the points so far have shown: valid for the next, once moved.

    Parameters
    ----------
    points
        First-stage points with a plan: value of the target, cost in pence.
    times_dearer
        How often hard targets had to be made dearer before they were met.
    impossible
        The loosest value that no plan reaches, if one is known.
    """

    before: StagedProgram | None = None
    cuts: tuple[Cut, ...] = ()
    points: list[tuple[float, float, Floats]] = field(default_factory=list)
    times_dearer: int = 0
    impossible: float | None = None


def frontier(
    case: PlanningCase,
    target_id: str,
    values: Sequence[float],
    options: PlanOptions = PlanOptions(),
    solving: SolveOptions = SolveOptions(),
    executor: Executor | None = None,
) -> tuple[FrontierPoint, ...]:
    """The best plan at each value of a target, all else equal; the time limit is for all points together.

    A plan for a stricter value is one for a looser value, and what a looser value costs at least, a stricter one does:
    no point is worse than a stricter one. A point that needs less time leaves it to the others.

    Raises
    ------
    ValueError
        When the case has no such target.
    SolverError
        When every point fails.
    """
    if target_id not in {target.id for target in case.targets}:
        known = ", ".join(target.id for target in case.targets) or "none"
        raise ValueError(f"{target_id}: expected one of the targets: {known}")
    sense = next(target.sense for target in case.targets if target.id == target_id)
    ends = time.perf_counter() + solving.time_limit_seconds
    proved, points = _Proved(), []
    for number, value in enumerate(values):
        seconds = max(0.0, ends - time.perf_counter()) / (len(values) - number)
        share = replace(solving, time_limit_seconds=seconds)
        if proved.impossible is not None and _strictness(sense, value) >= _strictness(sense, proved.impossible):
            points.append(FrontierPoint(value=value, reachable=False))
            continue
        if points and solving.stop.is_set():
            points.append(FrontierPoint(value=value))
            continue
        try:
            points.append(_point(case.replace(targets=_at(case, target_id, value)), value, sense, options, share,
                                 executor, proved))  # fmt: skip
        except SolverError as error:
            points.append(FrontierPoint(value=value, fault=str(error)))
    if points and all(point.fault for point in points):
        raise SolverError(points[0].fault)
    return tuple(_monotone(sense, points))


def _point(
    case: PlanningCase,
    value: float,
    sense: Sense,
    options: PlanOptions,
    solving: SolveOptions,
    executor: Executor | None,
    proved: _Proved,
) -> FrontierPoint:
    """The best plan at one value; what it shows is kept for the next."""
    ends = time.perf_counter() + solving.time_limit_seconds

    def left(share: float = 1.0) -> SolveOptions:
        return replace(solving, time_limit_seconds=max(0.0, ends - time.perf_counter()) * share)

    question = question_of(case, options)
    staged = question.staged
    for _ in range(proved.times_dearer):
        staged = dearer(staged)
    cuts = () if proved.before is None else moved(proved.cuts, proved.before, staged)
    outcome = solved(staged, left(_FIRST_SHARE), executor, _starts(sense, value, proved.points), cuts)
    is_proven, times = False, proved.times_dearer
    for tried in range(_TRIES):
        if outcome.point is None or not hard_misses(staged, outcome.missed) or solving.stop.is_set():
            break
        is_proven = not tried and is_impossible(question, left(), executor)
        if is_proven:
            break
        staged, times = dearer(staged), times + 1
        outcome = solved(staged, left(), executor, (outcome.point,), outcome.cuts)
    proved.before, proved.cuts = staged, outcome.cuts
    if is_proven:
        proved.impossible = value
        return FrontierPoint(value=value, reachable=False)
    if outcome.point is None or hard_misses(staged, outcome.missed):
        return FrontierPoint(value=value)
    proved.times_dearer = times
    who = f"{solving.solver} {version_of(solving.solver)}"
    plan = plan_of(replace(question, staged=staged), outcome, who)
    proved.points.append((value, plan.value_pence, outcome.point))
    return FrontierPoint(
        value=value,
        cost_pence=plan.value_pence,
        bound_pence=plan.bound_pence,
        schedule=plan.schedule,
        reachable=True,
    )


def _strictness(sense: Sense, value: float) -> float:
    """More of it asks for more."""
    return value if sense is Sense.AT_LEAST else -value


def _starts(sense: Sense, value: float, found: Sequence[tuple[float, float, Floats]]) -> tuple[Floats, ...]:
    """Where a search begins: the cheapest plan that is known to reach the value, and the last one found."""
    stricter = [one for one in found if _strictness(sense, one[0]) >= _strictness(sense, value)]
    best = min(stricter, key=lambda one: one[1], default=None)
    last = found[-1] if found else None
    return tuple(one[2] for one in (best, last if last is not best else None) if one is not None)


def _monotone(sense: Sense, points: Sequence[FrontierPoint]) -> list[FrontierPoint]:
    """Each point with the best plan among those of stricter values, and the best bound among those of looser ones."""
    order = sorted(range(len(points)), key=lambda i: _strictness(sense, points[i].value))
    found = list(points)
    best: FrontierPoint | None = None
    for i in reversed(order):
        own, cost = found[i], found[i].cost_pence
        if best is not None and best.cost_pence is not None and (cost is None or best.cost_pence < cost):
            found[i] = replace(own, cost_pence=best.cost_pence, schedule=best.schedule, reachable=True, fault="")
        if found[i].cost_pence is not None:
            best = found[i]
    bound: float | None = None
    for i in order:
        own = found[i]
        known = [one for one in (bound, own.bound_pence) if one is not None]
        bound = max(known, default=None)
        if own.cost_pence is not None and bound is not None:
            found[i] = replace(own, bound_pence=min(bound, own.cost_pence))
    return found


def _at(case: PlanningCase, target_id: str, value: float) -> tuple[Target, ...]:
    return tuple(
        replace(target, values=dict.fromkeys(target.values, value)) if target.id == target_id else target
        for target in case.targets
    )


def moved(cuts: Sequence[Cut], before: StagedProgram, after: StagedProgram) -> tuple[Cut, ...]:
    """The cuts of one program that hold, moved, for another that differs in its couplings only.

    A coupling may ask for more or less, and count the same more or less on every arc of a cohort: a share of all
    children. Then the prices of the cohorts move by a constant. Other changes leave only cuts that do not price the
    coupling, nor does a cut hold that prices one dearer than a miss of it costs now.
    """
    demand = np.tensordot(before.probability, before.demand, axes=1)
    groups_before, groups_after = groups_of(before), groups_of(after)
    if [g.couplings for g in groups_before] != [g.couplings for g in groups_after]:
        return ()
    starts = np.searchsorted(before.arc_cohort, np.arange(before.num_cohorts))
    shifts: list[float | None] = []
    for old, new in zip(before.couplings, after.couplings, strict=True):
        change = new.arc_values - old.arc_values
        low, high = np.minimum.reduceat(change, starts), np.maximum.reduceat(change, starts)
        same_columns = np.array_equal(old.columns, new.columns) and np.array_equal(old.column_values, new.column_values)
        if old.scenario is not None or not same_columns or float((high - low).max(initial=0.0)) > 1e-12:
            is_same = same_columns and not change.any() and old.at_least == new.at_least
            shifts.append(0.0 if is_same else None)
        else:
            shifts.append(new.at_least - old.at_least - float(low @ demand[old.periods].sum(axis=0)))
    kept = []
    for cut in cuts:
        mine = groups_before[cut.group].couplings
        priced = [(price, shifts[i]) for price, i in zip(cut.prices.couplings, mine, strict=True) if price]
        most = [after.couplings[i].price for i in mine]
        is_cheap = bool((cut.prices.couplings <= np.array(most) * (1 + 1e-12)).all())
        if is_cheap and all(shift is not None for _, shift in priced):
            constant = cut.constant + sum(price * shift for price, shift in priced if shift is not None)
            kept.append(replace(cut, constant=constant))
    return tuple(kept)
