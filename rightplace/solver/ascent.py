"""The bound of a program too large for one linear program: prices of all rows, raised region by region.

The bound is that of weak duality over every column. With the prices outside of a region held, the best prices inside
are the duals of a small linear program, and the bound never falls. Regions change from sweep to sweep.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from rightplace.program import Objective, Program
from rightplace.solver.flow import cheapest_flow
from rightplace.solver.highs import GrowingLP
from rightplace.solver.partition import Map, lazy_rows
from rightplace.solver.structure import shares

if TYPE_CHECKING:
    from collections.abc import Callable

    from rightplace.program import Floats, Ints
    from rightplace.solver.outcome import SolveOptions
    from rightplace.solver.structure import Structure

_COLUMNS, _COLUMNS_AT_ONCE = 8, 5
"""Columns of an item to begin with, and those that may come in together."""
_ROUNDS = 12
_TOLERANCE = 1e-6


class Ascent:
    """Prices of the rows of a program under one objective, and the bound that they prove.

    Parameters
    ----------
    costs
        What is minimised, one for each column.
    """

    def __init__(self, program: Program, structure: Structure, costs: Floats, options: SolveOptions) -> None:
        self._program, self._structure, self._costs, self._options = program, structure, costs, options
        self._matrix = program.matrix
        self._columns_first = self._matrix.T.tocsr()
        self._lazy = lazy_rows(program)
        self.map = Map(program, structure)
        self._scale = 10.0 ** max(0, int(np.log10(max(1.0, np.abs(costs).max()))) - 4)
        self.flow = cheapest_flow(program, structure, costs, ~self._lazy)
        fills = np.bincount(program.row_columns, program.row_values > 0, minlength=program.num_columns)
        self._always = (fills <= structure.num_of_column) | (structure.num_of_column == 0)
        self.duals = -self.flow.prices
        share = shares(structure, self._reduced())
        self.duals[self._item_rows()] = np.minimum.reduceat(share, structure.first[:-1])
        self.reduced = self._reduced()
        self.bound = max(self.flow.bound, self._proven())

    def sweep(self, size: int, seed: int, deadline: float, report: Callable[[], None]) -> None:
        """Raise the prices of every region of at most ``size`` items once."""
        node = self.map.node_of_row
        region = self.map.regions(self.reduced, size, seed)
        of_row = np.where(node >= 0, region[node], -1)
        for number in range(int(region.max(initial=-1)) + 1):
            if self._options.stop.is_set() or time.perf_counter() >= deadline:
                return
            self._raise(np.flatnonzero(of_row == number), deadline)
            report()

    def _item_rows(self) -> Ints:
        """The row of each item."""
        program = self._program
        ones = np.bincount(program.entry_rows, program.row_values != 1.0, minlength=program.num_rows) == 0
        is_item = ones & (program.row_lower == 1) & (program.row_upper == 1) & (np.diff(program.row_starts) > 0)
        return np.flatnonzero(is_item)

    def _reduced(self) -> Floats:
        reduced: Floats = self._costs - self._columns_first @ self.duals
        return reduced

    def _proven(self) -> float:
        """Weak duality, less what rounding could have added."""
        program, duals = self._program, self.duals
        side = np.where(duals > 0, program.row_lower, program.row_upper)
        of_rows = duals * np.where(duals == 0, 0.0, side)
        of_columns = np.where(self.reduced > 0, self.reduced * program.lower, self.reduced * program.upper)
        rounding = 1e-12 * float(np.abs(of_rows).sum() + np.abs(of_columns).sum())
        return float(of_rows.sum() + of_columns.sum()) - rounding

    def _raise(self, rows: Ints, deadline: float) -> None:
        """The best duals of some rows with all others held; kept where they prove more."""
        part = self._matrix[rows]
        columns = np.unique(part.indices)
        if not len(columns):
            return
        part = part[:, columns]
        costs = self.reduced[columns] + part.T @ self.duals[rows]
        duals = self._best_duals(self._part(part, rows, columns, costs), rows, columns, deadline)
        if duals is None:
            return
        before = self.duals[rows].copy(), self.reduced, self._proven()
        duals = np.where(np.isfinite(self._program.row_lower[rows]) | (duals < 0), duals, 0.0)
        self.duals[rows] = np.where(np.isfinite(self._program.row_upper[rows]) | (duals > 0), duals, 0.0)
        self.reduced = self._reduced()
        bound = self._proven()
        if bound < before[2]:
            self.duals[rows], self.reduced = before[0], before[1]
        self.bound = max(self.bound, bound)

    def _part(self, part: object, rows: Ints, columns: Ints, costs: Floats) -> Program:
        program, matrix = self._program, part
        return replace(
            program,
            lower=program.lower[columns],
            upper=program.upper[columns],
            domains=program.domains[columns],
            row_starts=matrix.indptr.astype(np.int64),  # type: ignore[attr-defined]
            row_columns=matrix.indices.astype(np.int64),  # type: ignore[attr-defined]
            row_values=matrix.data,  # type: ignore[attr-defined]
            row_lower=program.row_lower[rows],
            row_upper=program.row_upper[rows],
            objectives=(Objective("part", costs),),
            column_blocks={},
            row_blocks={},
            start=None,
        )

    def _best_duals(self, part: Program, rows: Ints, columns: Ints, deadline: float) -> Floats | None:
        """The duals of the relaxation of a part of the program, with few columns and lazy rows at a time."""
        costs = part.objectives[0].costs
        has_row = ~self._lazy[rows] | (self.duals[rows] != 0)
        has_column = self._always[columns] | (self._cheapest(columns) & (self._structure.first_item[columns] >= 0))
        lp = GrowingLP(part, costs / self._scale, np.flatnonzero(has_column), np.flatnonzero(has_row), self._options)
        matrix = part.matrix
        transposed = matrix.T.tocsr()
        for _ in range(_ROUNDS):
            if not lp.solve(deadline - time.perf_counter(), is_short=part.num_rows < 200):
                return None
            duals = lp.duals * self._scale
            reduced = costs - transposed @ duals
            wanted = np.flatnonzero((reduced < -_TOLERANCE * self._scale) & ~has_column)
            broken = np.flatnonzero((matrix @ lp.point > part.row_upper + _TOLERANCE) & ~has_row)
            if not len(wanted) + len(broken):
                break
            wanted = self._best_of(wanted, columns, reduced)
            has_column[wanted], has_row[broken] = True, True
            if len(wanted):
                lp.add_columns(wanted)
            if len(broken):
                lp.add_rows(part, broken)
        return duals

    def _cheapest(self, columns: Ints) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Of some columns the cheapest of each item, by reduced cost."""
        found = np.zeros(len(columns), dtype=np.bool_)
        found[self._first_of(np.arange(len(columns)), columns, self.reduced[columns], _COLUMNS)] = True
        return found

    def _best_of(self, wanted: Ints, columns: Ints, reduced: Floats) -> Ints:
        return np.sort(self._first_of(wanted, columns, reduced[wanted], _COLUMNS_AT_ONCE))

    def _first_of(self, positions: Ints, columns: Ints, order_by: Floats, num: int) -> Ints:
        item = self._structure.first_item[columns[positions]]
        order = np.lexsort((order_by, item))
        rank = np.arange(len(order)) - np.searchsorted(item[order], item[order])
        return positions[order[(rank < num) | (item[order] < 0)]]
