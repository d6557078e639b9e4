"""Another plan: the same question with a row that forbids the same set of levers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from rightplace.planning.question import PlanningQuestion
    from rightplace.solver.benders import StagedOutcome


def differing(question: PlanningQuestion, outcome: StagedOutcome) -> PlanningQuestion | None:
    """The question whose plans open, change or let another set of homes and blocks.

    A lever counts as used or not, whatever the quarter. Without such levers there is no other plan: ``None``.
    """
    point, columns, first = outcome.point, question.columns, question.staged.first
    assert point is not None  # the caller has looked
    found, values, used = [], [], 0
    for name in ("open", "change", "let"):
        uses = columns.blocks[name]
        for lever in range(len(uses.levers)):
            at = uses.column[uses.lever == lever]
            at = at[first.upper[at] > 0]
            if not len(at):
                continue
            is_used = bool(np.round(point[at]).any())
            found.append(at)
            values.append(np.full(len(at), 1.0 if is_used else -1.0))
            used += is_used
    if not found:
        return None
    at, value = np.concatenate(found), np.concatenate(values)
    program = first.with_rows("differs", np.zeros(len(at), dtype=np.int64), at, value, np.array([used - 1.0]))
    return replace(question, staged=replace(question.staged, first=program))
