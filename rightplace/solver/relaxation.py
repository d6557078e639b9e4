"""The linear relaxation of a large program, with few of its columns and rows at a time, and the bound that it proves.

Columns come in when their reduced cost is negative, rows when a point breaks them. The bound is computed here, from
duals alone and over every column, so it holds whatever the LP solver's tolerances, and at any time.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from rightplace.program import Floats, Ints, Program
from rightplace.solver.cuts import Clashes
from rightplace.solver.highs import GrowingLP
from rightplace.solver.prices import first_columns

if TYPE_CHECKING:
    from collections.abc import Callable

    from rightplace.solver.outcome import SolveOptions
    from rightplace.solver.structure import Structure

_TOLERANCE = 1e-6
_COLUMNS_AT_ONCE = 5
"""Columns of an item that may come in together."""


@dataclass(frozen=True, slots=True)
class Relaxed:
    """What the relaxation says under one objective.

    Parameters
    ----------
    point
        The last solution: no column is left out, but rows may be broken where the relaxation was stopped early.
    reduced, duals
        Reduced costs and row duals of the best bound.
    bound
        No point of the program has a smaller value.
    """

    point: Floats
    reduced: Floats
    duals: Floats
    bound: float


class Relaxation:
    """The relaxation of a program, kept between objectives."""

    def __init__(self, program: Program, structure: Structure, costs: Floats, options: SolveOptions) -> None:
        self._options = options
        self._structure = structure
        self._clashes = Clashes(program, structure)
        self.program = program
        taking_part = np.ones(program.num_rows, dtype=np.bool_)
        for name in program.lazy_blocks:
            taking_part[list(program.row_blocks.get(name, ()))] = False
        self._has_row = taking_part
        self._has_column = first_columns(program, structure, costs, taking_part)
        rows, columns = np.flatnonzero(taking_part), np.flatnonzero(self._has_column)
        self._scale = 10.0 ** max(0, int(np.log10(max(1.0, np.abs(costs).max()))) - 4)
        self._costs = costs
        self._lp = GrowingLP(program, costs / self._scale, columns, rows, options)

    def hold(self, costs: Floats, upper: float) -> None:
        """Add the row ``costs @ x <= upper``."""
        self._add_rows(self.program.with_row(costs, upper))

    def minimise(self, costs: Floats, tolerance: float, deadline: float, report: Callable[[float], None]) -> Relaxed:
        """Minimise ``costs``, until the bound is near the value or the deadline (``time.perf_counter``) comes.

        Parameters
        ----------
        tolerance
            The largest distance of bound and value, as a share of the value.
        report
            Gets each better bound.
        """
        primal = costs is not self._costs
        self._set_costs(costs)
        best = Relaxed(np.zeros(self.program.num_columns), costs, np.zeros(self.program.num_rows), -np.inf)
        while self._lp.solve(deadline - time.perf_counter(), primal=primal):
            primal = False
            point, duals = self._lp.point, self._lp.duals * self._scale
            reduced, bound = self._proven(costs, duals)
            best = Relaxed(point, reduced, duals, bound) if bound > best.bound else replace(best, point=point)
            report(best.bound)
            value = self._lp.value * self._scale
            is_near = value - best.bound <= tolerance * abs(value)
            num_new = self._add_columns(reduced) + self._add_broken_rows(point)
            if is_near or not num_new:
                num_new = self._add_cuts(point)
            if not num_new or self._options.stop.is_set():
                break
        return best

    def slope(self, costs: Floats, direction: Floats, deadline: float) -> float:
        """A bound on ``direction`` alone, from what it adds to the duals when it is added to the costs once and twice.

        While the basis stays, duals are linear in the costs; the bound of weak duality holds even where it does not.
        """
        best = -np.inf
        while True:
            found = []
            for times in (1.0, 2.0):
                self._set_costs(costs + times * direction)
                if not self._lp.solve(deadline - time.perf_counter(), primal=True):
                    return best
                found.append(self._lp.duals * self._scale)
            reduced, bound = self._proven(direction, found[1] - found[0])
            best = max(best, bound)
            if not self._add_columns(reduced) or self._options.stop.is_set():
                return best

    def _set_costs(self, costs: Floats) -> None:
        if costs is not self._costs:
            self._costs = costs
            self._lp.set_costs(costs / self._scale)

    def _proven(self, costs: Floats, duals: Floats) -> tuple[Floats, float]:
        """Reduced costs and the bound of weak duality, less what rounding could have added."""
        program = self.program
        duals = np.where(np.isfinite(program.row_lower) | (duals < 0), duals, 0.0)
        duals = np.where(np.isfinite(program.row_upper) | (duals > 0), duals, 0.0)
        taken = np.bincount(
            program.row_columns, program.row_values * duals[program.entry_rows], minlength=program.num_columns
        )
        reduced = costs - taken
        side = np.where(duals > 0, program.row_lower, program.row_upper)
        of_rows = np.where(duals == 0, 0.0, duals * np.where(duals == 0, 0.0, side))
        of_columns = np.where(reduced > 0, reduced * program.lower, reduced * program.upper)
        rounding = 1e-12 * float(np.abs(of_rows).sum() + np.abs(of_columns).sum())
        return reduced, float(of_rows.sum() + of_columns.sum()) - rounding

    def _add_columns(self, reduced: Floats) -> int:
        """Let in the columns with the most negative reduced costs, a few of each item."""
        found = np.flatnonzero((reduced < -_TOLERANCE * self._scale) & ~self._has_column)
        item = self._structure.first_item[found]
        order = np.lexsort((reduced[found], item))
        rank = np.arange(len(order)) - np.searchsorted(item[order], item[order])
        new = np.sort(found[order[(rank < _COLUMNS_AT_ONCE) | (item[order] < 0)]])
        if len(new):
            self._has_column[new] = True
            self._lp.add_columns(new)
        return len(new)

    def _add_broken_rows(self, point: Floats) -> int:
        """Let in the rows that a point breaks."""
        program = self.program
        activity = np.bincount(
            program.entry_rows, program.row_values * point[program.row_columns], minlength=program.num_rows
        )
        broken = (activity > program.row_upper + _TOLERANCE) & ~self._has_row
        self._has_row |= broken
        rows = np.flatnonzero(broken)
        self._add_rows(program, rows)
        return len(rows)

    def _add_cuts(self, point: Floats) -> int:
        """Let in new cuts that a point breaks."""
        before = self.program.num_rows
        self._add_rows(self._clashes.separate(self.program, point))
        return self.program.num_rows - before

    def _add_rows(self, program: Program, others: Ints | None = None) -> None:
        """Go over to a program with more rows, which take part, as do some others."""
        new = np.arange(self.program.num_rows, program.num_rows)
        rows = new if others is None else np.concatenate([others, new])
        self._has_row = np.append(self._has_row, np.ones(len(new), dtype=np.bool_))
        self.program = program
        if len(rows):
            self._lp.add_rows(program, rows)
