"""What a share is of in a plan: it may depend on what is opened, and on where children live."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rightplace.solver.benders import service

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rightplace.models.capacity_targets import MeasureYear
    from rightplace.planning.question import PlanningQuestion
    from rightplace.solver.benders import StagedOutcome


def wholes_of(
    question: PlanningQuestion, outcome: StagedOutcome, measures: Sequence[MeasureYear]
) -> list[float | None]:
    """By measure: the whole, on average over the scenarios, as the outcome has it; ``None`` where it is no share."""
    assert outcome.point is not None  # the caller has looked
    found: list[float | None] = []
    starts = np.searchsorted(question.staged.arc_cohort, np.arange(question.staged.num_cohorts))
    by_flow: dict[int, MeasureYear] = {}
    for i, measure in enumerate(measures):
        whole = measure.whole
        if whole is None:
            found.append(None)
            continue
        low, high = np.minimum.reduceat(whole.arcs, starts), np.maximum.reduceat(whole.arcs, starts)
        total = whole.constant + float(whole.columns @ outcome.point)
        if np.array_equal(low, high):
            total += float(question.case.demand.mean[measure.periods].sum(axis=0) @ low)
        else:
            by_flow[i] = measure
        found.append(total)
    for scenario, period, flow in service(outcome) if by_flow else ():
        for i, measure in by_flow.items():
            if measure.whole is not None and period in measure.periods:
                so_far = found[i] or 0.0
                found[i] = so_far + float(question.staged.probability[scenario] * (measure.whole.arcs @ flow))
    return found
