"""An integer program within bounds: columns that cannot move are left out before HiGHS sees it."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from rightplace.memory import give_back
from rightplace.program import Domain
from rightplace.solver import highs
from rightplace.solver.outcome import Answer, Limit, Progress, Reason, SolveOptions
from rightplace.solver.slices import Slices

if TYPE_CHECKING:
    from collections.abc import Callable

    from rightplace.program import Floats, Ints, Program

_ROUNDING = 1e-7
"""Share of the cost that a relaxation's value may be off by."""
_MISSED = 1e-6
"""By how much a row may be missed."""
_MANY_ENTRIES = 100_000


def is_heavy(program: Program) -> bool:
    """Whether what solvers keep of a program is worth the tenth of a second that giving back its memory takes."""
    return len(program.row_columns) > _MANY_ENTRIES


def minimise_within(
    program: Program, lower: Floats, upper: Floats, options: SolveOptions, enough: Callable[[float], bool] | None = None
) -> Answer:
    """Minimise the first objective between other bounds of the columns, beginning from the program's start.

    Parameters
    ----------
    enough
        Says of a bound whether it is all that is asked for: then the search ends with it.
    """
    objective, start = program.objectives[0], program.start
    held = lower if start is None else np.where(lower == upper, lower, start)
    free = np.flatnonzero(lower < upper)
    if (lower > upper).any() or _breaks_alone(program, free, held):
        return Answer(Reason.INFEASIBLE, Limit.NONE, None, None, "the bounds leave nothing")
    small = Slices(replace(program, lower=lower, upper=upper)).cut(free, held, objective)
    if start is None:
        small = replace(small, start=None)
    apart = float(np.delete(objective.costs * held, free).sum())
    stop = _Until(options.stop)

    def told(news: Progress) -> None:
        bound = None if news.bound is None else news.bound + apart
        if enough is not None and bound is not None and enough(bound):
            stop.set()
        if options.progress is not None:
            options.progress(replace(news, value=None if news.value is None else news.value + apart, bound=bound))

    try:
        given = highs.minimise(small, small.objectives[0], replace(options, progress=told, stop=stop))
    finally:
        if is_heavy(program):
            give_back()
    bound = None if given.bound is None else given.bound + apart
    if given.values is None:
        return replace(given, bound=bound)
    full = held.copy()
    full[free] = given.values
    return replace(given, values=full, bound=bound)


def worthwhile(program: Program, relaxation: highs.GrowingLP, below: float, num: int) -> tuple[Floats, Floats]:
    """Bounds of the columns that all points which cost less than ``below`` keep, by the relaxation's reduced costs.

    A point costs at least the relaxation's value and, for each column, its reduced cost times the distance from the
    bound at which the column stands there (Dantzig, Fulkerson and Johnson 1954, doi:10.1287/opre.2.4.393).

    Parameters
    ----------
    num
        Only the first so many columns are looked at.
    """
    lower, upper = program.lower.copy(), program.upper.copy()
    spare = max(0.0, below - relaxation.value + _ROUNDING * abs(below))
    reduced = relaxation.reduced_costs
    with np.errstate(divide="ignore", invalid="ignore"):
        room = spare / np.abs(reduced)
    room = np.where(program.domains == Domain.INTEGER, np.floor(room), room)
    first = np.arange(program.num_columns) < num
    up, down = first & (reduced > 0), first & (reduced < 0)
    upper[up] = np.minimum(upper[up], lower[up] + room[up])
    lower[down] = np.maximum(lower[down], program.upper[down] - room[down])
    return lower, upper


class _Until(threading.Event):
    """Set where another one is, too."""

    def __init__(self, other: threading.Event) -> None:
        super().__init__()
        self._other = other

    def is_set(self) -> bool:
        """Whether this one or the other is."""
        return super().is_set() or self._other.is_set()


def _breaks_alone(program: Program, free: Ints, held: Floats) -> bool:
    """Whether held columns break a row that no free column takes part in, or whole ones stand between whole numbers."""
    is_free = np.zeros(program.num_columns, dtype=bool)
    is_free[free] = True
    whole = (program.domains == Domain.INTEGER) & ~is_free
    if (np.abs(held - np.round(held)) > _MISSED)[whole].any():
        return True
    rows = program.entry_rows
    alone = np.bincount(rows, is_free[program.row_columns], program.num_rows) == 0
    taken = np.bincount(rows, program.row_values * held[program.row_columns], program.num_rows)
    missing = np.maximum(program.row_lower - taken, taken - program.row_upper)[alone]
    return bool((missing > _MISSED).any())
