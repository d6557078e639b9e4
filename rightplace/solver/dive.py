"""A dive: the relaxation of a program says what to hold, step by step, until little enough is open for HiGHS."""

from __future__ import annotations

import time
from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from rightplace.program import Domain
from rightplace.solver import highs
from rightplace.solver.slices import Slices
from rightplace.solver.structure import structure_of
from rightplace.solver.tier import one_tier

if TYPE_CHECKING:
    from rightplace.program import Floats, Ints, Mask, Program
    from rightplace.solver.outcome import SolveOptions

_SURE = 0.95
"""What the relaxation gives so much of is held."""
_SHARE = 0.1
"""Of the items that are still open, those that are held next, the surest first."""
_UNSURE = 1 / 3
"""What the relaxation gives no more of is not held yet."""
_FEW = 1_500
"""Columns that are open, below which HiGHS decides the rest."""
_GAP = 1e-4
_TOLERANCE = 1e-9


def dive(program: Program, options: SolveOptions, seconds: float, slack: float) -> Floats | None:
    """A good point of a program of items, if one is found within the seconds; nothing is promised of it.

    The program's first objective is minimised. Where a step makes the relaxation dearer than it was at first by more
    than ``slack``, it is taken back, and HiGHS decides everything that was open before.
    """
    if not program.num_columns:
        return np.zeros(0)
    deadline = time.perf_counter() + seconds
    objective, every = program.objectives[0], np.arange(program.num_columns)
    scale = 10.0 ** max(0, int(np.log10(max(1.0, np.abs(objective.costs).max(initial=1.0)))) - 4)
    lp = highs.GrowingLP(program, objective.costs / scale, every, np.arange(program.num_rows), options)
    held, before = _Held(program), _Held(program)
    first: float | None = None
    while lp.solve(deadline - time.perf_counter()):
        first = lp.value if first is None else first
        if (lp.value - first) * scale > slack:
            held = before
            break
        before = held.copy()
        held.hold(lp.point)
        if held.num_open <= _FEW or options.stop.is_set():
            break
        closed = np.flatnonzero(held.upper != program.upper)
        lp.set_upper(closed, held.upper[closed])
    if first is None or options.stop.is_set() or time.perf_counter() >= deadline:
        return None
    gap = max(_GAP, slack / 2 / max(1.0, abs(first) * scale))
    return _rest(program, before if lp.is_infeasible else held, replace(options, relative_gap=gap), deadline)


def _rest(program: Program, held: _Held, options: SolveOptions, deadline: float) -> Floats | None:
    """What HiGHS makes of the columns that are open still."""
    free = np.flatnonzero((held.upper > 0) & ~held.columns)
    point = held.columns.astype(np.float64)
    small = Slices(program).cut(free, point, program.objectives[0])
    limits = replace(options, time_limit_seconds=deadline - time.perf_counter(), progress=None)
    found = one_tier(highs.minimise, replace(small, start=None), small.objectives[0], limits).values
    if found is None:
        return None
    point[free] = found
    return point


class _Held:
    """The columns that are held at one, what they leave of the upper bounds of all columns, and the rows they fill."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._structure = structure_of(program)
        self._slices = Slices(program)
        order = np.argsort(self._structure.column, kind="stable")
        self._items: Ints = self._structure.item[order]
        self._first: Ints = np.searchsorted(self._structure.column[order], np.arange(program.num_columns + 1))
        self.columns: Mask = np.zeros(program.num_columns, dtype=np.bool_)
        self.upper = program.upper.copy()
        self._is_open = np.ones(self._structure.num_items, dtype=np.bool_)
        self._activity = np.zeros(program.num_rows)

    def copy(self) -> _Held:
        """The same, to go back to."""
        other = copy(self)
        other.columns, other.upper = self.columns.copy(), self.upper.copy()
        other._is_open, other._activity = self._is_open.copy(), self._activity.copy()
        return other

    @property
    def num_open(self) -> int:
        """Columns that are neither held nor closed."""
        return int(((self.upper > 0) & ~self.columns).sum())

    def hold(self, point: Floats) -> None:
        """Hold what a point is surest of, and close the other columns of the same items."""
        program, structure = self._program, self._structure
        could = (program.domains == Domain.INTEGER) & (structure.num_of_column > 0) & ~self.columns & (self.upper > 0)
        surest = np.flatnonzero(could & (point > _UNSURE))
        surest = surest[np.argsort(-point[surest], kind="stable")]
        least = int(self._is_open.sum() * (1 - _SHARE))
        for column in surest.tolist():
            if point[column] < _SURE and int(self._is_open.sum()) <= least:
                break
            self._take(column)
        settled = ~self._is_open[structure.item]
        of_settled = np.bincount(structure.column, settled, minlength=program.num_columns) > 0
        self.upper[of_settled & ~self.columns] = 0.0

    def _take(self, column: int) -> None:
        """Hold a column, if its items are open and the rows allow it."""
        items = self._items[self._first[column] : self._first[column + 1]]
        entries = slice(self._slices.first[column], self._slices.first[column + 1])
        rows, values = self._slices.rows[entries], self._slices.values[entries]
        fits = (values < 0) | (self._activity[rows] + values <= self._program.row_upper[rows] + _TOLERANCE)
        if self._is_open[items].all() and fits.all():
            self._is_open[items] = False
            self.columns[column] = True
            self._activity[rows] += values
