"""What limits a plan: shadow prices of targets, and limits of levers that are reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rightplace.instances.targets import Sense
from rightplace.models.capacity import measures_of
from rightplace.plan_result import ShadowPrice
from rightplace.planning.wholes import wholes_of

if TYPE_CHECKING:
    from rightplace.planning.question import PlanningQuestion
    from rightplace.solver.benders import StagedOutcome
    from rightplace.staged import Coupling, Floats

_NOTHING = 1e-6
_POUND = 0.01
"""A target binds when asking for one unit less saves more than this, in pounds."""
_MADE_UP = 0.9
"""Of the price of missing a hard target: a shadow price above this says that no more can be had, not what it costs."""
_FAMILIES = {
    "enquiries": "enquiries from people who might foster: all are used",
    "most_households": "households that can be approved a year",
    "shares_of_profiles": "shares of the kinds of household recruited",
    "prevented": "foster carers who could be kept",
    "converted": "places that can be converted",
    "taken_off": "in-house carers whose places could be converted: all are used",
}


def shadow_prices(question: PlanningQuestion, outcome: StagedOutcome) -> tuple[ShadowPrice, ...]:
    """What each target costs at the margin: from the relaxation over all scenarios, discounted to the plan's start.

    Of a likely target there is none: which scenarios are given up is a whole decision. Nor is there one of a target of
    which no more can be had (``binding`` says so): its price there is the one that keeps targets from being missed. Of
    nothing there is no less.
    """
    found = []
    by_name = {
        c.name: price
        for c, price in zip(question.staged.couplings, outcome.prices, strict=True)
        if c.scenario is None and not np.isnan(price) and not _is_all(c, price)
    }
    measures = measures_of(question.data, question.columns)
    for measure, whole in zip(measures, wholes_of(question, outcome, measures), strict=True):
        target = question.case.targets[measure.target]
        name = f"{target.id} {question.case.year_names[measure.year]}"
        if name not in by_name or (target.sense is Sense.AT_MOST and target.values[measure.year] <= 0):
            continue
        unit, size = "child", 1.0
        if target.measure.is_share and whole is not None:
            size = 0.01 * whole
            unit = "percentage point"
        elif target.measure.is_money:
            unit = "pound"
        elif not target.measure.value.endswith("children"):
            unit = "one"
        pence = 100 * by_name[name] * size
        found.append(ShadowPrice(target_id=target.id, year=measure.year, pence=pence, unit=unit))
    return tuple(found)


def _is_all(coupling: Coupling, price: float) -> bool:
    """Whether the relaxation can have no more of a coupling, or only by missing what must not be missed."""
    return bool(np.isinf(price)) or (coupling.is_hard and price > _MADE_UP * coupling.price)


def _point(outcome: StagedOutcome) -> Floats:
    assert outcome.point is not None  # the caller has looked
    return outcome.point


def binding(question: PlanningQuestion, outcome: StagedOutcome) -> tuple[str, ...]:
    """What is used to its limit, in words: targets that cost something, then limits of levers."""
    words = []
    for coupling, price in zip(question.staged.couplings, outcome.prices, strict=True):
        if price > _POUND and coupling.scenario is None:
            words.append(f"target {coupling.name}{': hardly any more can be had' if _is_all(coupling, price) else ''}")
    first, point = question.staged.first, _point(outcome)
    activity = np.bincount(first.entry_rows, first.row_values * point[first.row_columns], minlength=first.num_rows)
    room = np.minimum(first.row_upper - activity, activity - first.row_lower)
    entries = np.diff(first.row_starts)
    for name, sentence in _FAMILIES.items():
        rows = [block for key, block in first.row_blocks.items() if key.startswith(name)]
        at = np.concatenate([np.array(block) for block in rows]) if rows else np.zeros(0, dtype=np.int64)
        used = [row for row in at if entries[row] and room[row] <= _NOTHING * max(1.0, abs(activity[row]))
                and abs(activity[row]) > _NOTHING]  # fmt: skip
        if used:
            words.append(f"{sentence} ({len(used)} of {len(at)} times)")
    return tuple(words)
