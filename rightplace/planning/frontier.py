"""Cost against the value of a target: one plan a point, each beginning from what the ones before have proved."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from rightplace.capacity_plan import Action
from rightplace.models.capacity import capacity_schedule
from rightplace.planning.clash import is_impossible
from rightplace.planning.question import PlanOptions, dearer, hard_misses, question_of, solved
from rightplace.solver.outcome import SolveOptions
from rightplace.solver.recourse import groups_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Executor

    from rightplace.instances.planning_case import PlanningCase
    from rightplace.instances.targets import Target
    from rightplace.planning.question import PlanningQuestion
    from rightplace.solver.recourse import Cut
    from rightplace.staged import Coupling, Floats, StagedProgram

_TRIES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontierPoint:
    """The best plan at one value of a target.

    Parameters
    ----------
    value
        In every year in which the target has one.
    cost_pence, bound_pence
        As of a plan; ``None`` where the value cannot be reached, or was not within the time.
    shadow_price_pence
        Of a unit of the target's value (1 for a share) in all its years together.
    reachable
        All hard targets are met.
    """

    value: float
    cost_pence: float | None
    bound_pence: float | None
    shadow_price_pence: float | None
    schedule: tuple[Action, ...]
    reachable: bool


def frontier(
    case: PlanningCase,
    target_id: str,
    values: Sequence[float],
    options: PlanOptions = PlanOptions(),
    solving: SolveOptions = SolveOptions(),
    executor: Executor | None = None,
) -> tuple[FrontierPoint, ...]:
    """The best plan at each value of a target, all else equal; the time limit is for all points together.

    Raises
    ------
    ValueError
        When the case has no such target.
    """
    if target_id not in {target.id for target in case.targets}:
        known = ", ".join(target.id for target in case.targets) or "none"
        raise ValueError(f"{target_id}: expected one of the targets: {known}")
    points = []
    starts: tuple[Floats, ...] = ()
    cuts: tuple[Cut, ...] = ()
    before: StagedProgram | None = None
    share = replace(solving, time_limit_seconds=solving.time_limit_seconds / max(1, len(values)))
    for value in values:
        question = question_of(case.replace(targets=_at(case, target_id, value)), options)
        if before is not None:
            cuts = moved(cuts, before, question.staged)
        staged = question.staged
        outcome = solved(staged, share, executor, starts, cuts)
        for tried in range(_TRIES):
            if outcome.point is None or not hard_misses(staged, outcome.missed):
                break
            if not tried and is_impossible(question, share, executor):
                break
            staged = dearer(staged)
            outcome = solved(staged, share, executor, (outcome.point,), outcome.cuts)
        before, cuts = staged, outcome.cuts
        if outcome.point is None or hard_misses(staged, outcome.missed):
            points.append(
                FrontierPoint(value=value, cost_pence=None, bound_pence=None, shadow_price_pence=None, schedule=(),
                              reachable=False)
            )  # fmt: skip
            continue
        starts = (outcome.point,)
        points.append(
            FrontierPoint(
                value=value,
                cost_pence=100 * outcome.value,
                bound_pence=100 * outcome.bound,
                shadow_price_pence=_slope(question, outcome.prices, target_id),
                schedule=capacity_schedule(question.data, question.columns, outcome.point),
                reachable=True,
            )
        )
    return tuple(points)


def _at(case: PlanningCase, target_id: str, value: float) -> tuple[Target, ...]:
    return tuple(
        replace(target, values=dict.fromkeys(target.values, value)) if target.id == target_id else target
        for target in case.targets
    )


def _slope(question: PlanningQuestion, prices: Floats, target_id: str) -> float:
    """What one unit more of the value costs in all years together: prices by what the value is multiplied with."""
    years = question.case.year_names
    total = 0.0
    for coupling, price in zip(question.staged.couplings, prices, strict=True):
        if coupling.scenario is None and coupling.name in {f"{target_id} {year}" for year in years}:
            total += 100 * price * _multiplier(question, coupling)
    return total


def _multiplier(question: PlanningQuestion, coupling: Coupling) -> float:
    """By how much the coupling tightens for a unit of the target's value: children that a share is of, or 1."""
    target = next(t for t in question.case.targets if coupling.name.startswith(f"{t.id} "))
    if not target.measure.is_share:
        return 1.0
    demand = question.case.demand
    mine = [k for k, c in enumerate(demand.cohorts) if target.authority_id in (None, c.authority_id)]
    return float(demand.mean[coupling.periods][:, mine].sum()) / len(coupling.periods)


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
