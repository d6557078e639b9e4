"""The linear relaxation of a large program, with few of its columns and rows at a time, and the bound that it proves.

Columns come in when their reduced cost is negative, rows when a point breaks them. The bound is computed here, from
duals alone and over every column, so it holds whatever the LP solver's tolerances, and at any time.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from rightplace.errors import SolverError
from rightplace.program import Floats, Ints, Program
from rightplace.solver.cuts import Clashes
from rightplace.solver.flow import cheapest_flow
from rightplace.solver.highs import GrowingLP
from rightplace.solver.prices import first_columns, reduced_by

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rightplace.solver.outcome import SolveOptions
    from rightplace.solver.structure import Structure

_TOLERANCE = 1e-6
_EXACT = 1e-5
"""Up to this tolerance every cut is wanted."""
_COLUMNS_AT_ONCE = 5
"""Columns of an item that may come in together."""
_WORTH_A_ROUND = 0.2
"""Of the tolerance: a round of cuts that raises the bound by less is the last one."""


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
    """The relaxation of a program, kept between objectives.

    Parameters
    ----------
    reduced
        What each column costs at prices known already, to begin with; without, those of a minimum-cost flow are found.
    """

    def __init__(
        self,
        program: Program,
        structure: Structure,
        costs: Floats,
        options: SolveOptions,
        reduced: Floats | None = None,
    ) -> None:
        self._options = options
        self._structure = structure
        self._clashes = Clashes(program, structure)
        self.program = program
        self._entry_rows = program.entry_rows
        taking_part = np.ones(program.num_rows, dtype=np.bool_)
        for name in program.lazy_blocks:
            taking_part[list(program.row_blocks.get(name, ()))] = False
        self._has_row = taking_part
        self.flow_seconds = 0.0
        if reduced is None:
            flow = cheapest_flow(program, structure, costs, taking_part)
            reduced, self.flow_seconds = reduced_by(program, costs, flow), flow.seconds
        self._has_column = first_columns(program, structure, reduced)
        rows, columns = np.flatnonzero(taking_part), np.flatnonzero(self._has_column)
        self._scale = 10.0 ** max(0, int(np.log10(max(1.0, np.abs(costs).max()))) - 4)
        self._costs = costs
        self._lp = GrowingLP(program, costs / self._scale, columns, rows, options)

    def hold(self, costs: Floats, upper: float, point: Floats) -> None:
        """Add the row ``costs @ x <= upper``, and let the columns of a point that keeps it take part."""
        self._take_part(np.flatnonzero((point > 0) & ~self._has_column))
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
        at_last_cuts = -np.inf
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
                if tolerance > _EXACT and best.bound - at_last_cuts < _WORTH_A_ROUND * tolerance * abs(value):
                    break
                at_last_cuts = best.bound
                num_new = self._add_cuts(point)
            if not num_new or self._options.stop.is_set():
                break
        if self._lp.is_infeasible:
            raise SolverError("the relaxation says that nothing is feasible")
        return best

    def vary(self, closed: Ints, wanted: Ints, sides: Mapping[int, float], deadline: float) -> Relaxed | None:
        """Minimise the costs of the last time with a few changes, which are undone afterwards.

        Parameters
        ----------
        closed
            Columns that have to be 0.
        wanted
            Columns that take part in any case.
        sides
            Upper sides of rows, in place of the program's.

        Returns
        -------
        With an infinite bound where nothing is feasible, proven as bounds are; ``None`` when a limit came first.
        """
        self._take_part(wanted[~self._has_column[wanted]])
        own, rows = self.program, np.array(list(sides), dtype=np.int64)
        upper, row_upper = own.upper.copy(), own.row_upper.copy()
        upper[closed] = 0.0
        row_upper[rows] = list(sides.values())
        self.program = replace(own, upper=upper, row_upper=row_upper)
        self._lp.set_upper(closed, upper[closed])
        self._lp.set_row_upper(rows, row_upper[rows])
        try:
            return self._varied(deadline)
        finally:
            row_upper = self.program.row_upper.copy()
            row_upper[rows] = own.row_upper[rows]
            self.program = self._lp.program = replace(self.program, upper=own.upper, row_upper=row_upper)
            self._lp.set_upper(closed, own.upper[closed])
            self._lp.set_row_upper(rows, own.row_upper[rows])

    def _varied(self, deadline: float) -> Relaxed | None:
        best: Relaxed | None = None
        while not self._options.stop.is_set():
            if not self._lp.solve(deadline - time.perf_counter(), is_short=True):
                bound = self._proven_infeasible() if self._lp.is_infeasible else None
                if bound is None:
                    return None
                if bound > 0:
                    nothing = np.zeros(self.program.num_columns)
                    return Relaxed(nothing, nothing, np.zeros(self.program.num_rows), np.inf)
                continue
            point, duals = self._lp.point, self._lp.duals * self._scale
            reduced, bound = self._proven(self._costs, duals)
            if best is None or bound > best.bound:
                best = Relaxed(point, reduced, duals, bound)
            else:
                best = replace(best, point=point)
            if not self._add_columns(reduced) + self._add_broken_rows(point):
                break
        return best

    def _proven_infeasible(self) -> float | None:
        """A bound on nothing: above 0, nothing is feasible (Farkas); else columns came in that may change that.

        ``None`` when HiGHS has no multipliers, or none that prove anything.
        """
        ray = self._lp.ray
        largest = float(np.abs(ray).max(initial=0.0))
        if not largest:
            return None
        free = np.zeros(self.program.num_columns)
        tried = [self._proven(free, sign * self._scale / largest * ray) for sign in (1.0, -1.0)]
        if max(bound for _, bound in tried) > 0:
            return 1.0
        taking_part = self.program.upper * self._has_column
        reduced = min(tried, key=lambda one: -float(np.minimum(one[0] * taking_part, 0.0).sum()))[0]
        return 0.0 if self._add_columns(reduced) else None

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
            program.row_columns, program.row_values * duals[self._entry_rows], minlength=program.num_columns
        )
        reduced = costs - taken
        side = np.where(duals > 0, program.row_lower, program.row_upper)
        of_rows = np.where(duals == 0, 0.0, duals * np.where(duals == 0, 0.0, side))
        of_columns = np.where(reduced > 0, reduced * program.lower, reduced * program.upper)
        rounding = 1e-12 * float(np.abs(of_rows).sum() + np.abs(of_columns).sum())
        return reduced, float(of_rows.sum() + of_columns.sum()) - rounding

    def _add_columns(self, reduced: Floats) -> int:
        """Let in the columns with the most negative reduced costs, a few of each item."""
        could_help = (reduced < -_TOLERANCE * self._scale) & (self.program.upper > 0)
        found = np.flatnonzero(could_help & ~self._has_column)
        item = self._structure.first_item[found]
        order = np.lexsort((reduced[found], item))
        rank = np.arange(len(order)) - np.searchsorted(item[order], item[order])
        new = np.sort(found[order[(rank < _COLUMNS_AT_ONCE) | (item[order] < 0)]])
        self._take_part(new)
        return len(new)

    def _take_part(self, columns: Ints) -> None:
        if len(columns):
            self._has_column[columns] = True
            self._lp.add_columns(columns)

    def _add_broken_rows(self, point: Floats) -> int:
        """Let in the rows that a point breaks."""
        program = self.program
        activity = np.bincount(
            self._entry_rows, program.row_values * point[program.row_columns], minlength=program.num_rows
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
        if len(new):
            self._entry_rows = program.entry_rows
        self.program = program
        if len(rows):
            self._lp.add_rows(program, rows)
