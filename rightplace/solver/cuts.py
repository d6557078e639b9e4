"""Cuts from rows that one of their columns can fill: where it is, no other column of the row can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from rightplace.program import Floats, Ints, Program
    from rightplace.solver.structure import Structure

_LEAST_VIOLATION = 1e-3


class Clashes:
    """Separates, for rows ``b sum(full) + sum(a_j x_j) <= b`` with all ``a_j > 0`` and any item ``i`` of theirs,

    ``sum(full) + sum(x_j, j belongs to i) <= 1``.

    The full columns exclude each other and everything else in the row, and an item has one column.
    """

    def __init__(self, program: Program, structure: Structure) -> None:
        self._structure = structure
        rows = program.entry_rows
        full = (program.row_values >= program.row_upper[rows]) & (program.row_upper[rows] > 0)
        num_full = np.bincount(rows, full, minlength=program.num_rows)
        negative = np.bincount(rows, program.row_values <= 0, minlength=program.num_rows)
        size = np.diff(program.row_starts)
        suitable = (num_full > 0) & (num_full < size) & (negative == 0) & ~np.isfinite(program.row_lower)
        self._num_rows = program.num_rows
        self._full = np.flatnonzero(full & suitable[rows])
        self._rest = np.flatnonzero(~full & suitable[rows])
        self._full_row, self._full_column = rows[self._full], program.row_columns[self._full]
        self._rest_row, self._rest_column = rows[self._rest], program.row_columns[self._rest]
        order = np.argsort(structure.column, kind="stable")
        self._item_of = structure.item[order]
        self._first_of = np.searchsorted(structure.column[order], np.arange(program.num_columns + 1))
        self._num_columns = program.num_columns
        self._rest_key: Ints = np.sort(self._rest_row * self._num_columns + self._rest_column)
        self._seen: Ints = np.zeros(0, dtype=np.int64)

    def separate(self, program: Program, point: Floats) -> Program:
        """The program with the cuts that a point breaks, at most one for each row and item; each is given once."""
        filled = np.bincount(self._full_row, point[self._full_column], minlength=self._num_rows)
        near = np.flatnonzero((filled[self._rest_row] > 1e-4) & (point[self._rest_column] > 1e-4))
        column = self._rest_column[near]
        number, at = _ranges(self._first_of[column], self._first_of[column + 1])
        entry, item = near[number], self._item_of[at]
        key, at = np.unique(self._rest_row[entry] * self._structure.num_items + item, return_inverse=True)
        row, of = np.divmod(key, max(1, self._structure.num_items))
        total = filled[row] + np.bincount(at, point[self._rest_column[entry]], minlength=len(key))
        wanted = np.flatnonzero(total > 1 + _LEAST_VIOLATION)
        broken = wanted[np.isin(key[wanted], self._seen, invert=True)]
        if not len(broken):
            return program
        self._seen = np.concatenate([self._seen, key[broken]])
        cuts, columns = self._cuts(row[broken], of[broken])
        name = f"clash_cuts_{len(program.row_blocks)}"
        return program.with_rows(name, cuts, columns, np.ones(len(cuts)), np.ones(len(broken)))

    def _cuts(self, rows: Ints, items: Ints) -> tuple[Ints, Ints]:
        """The columns of some cuts, each given by its row and its item: number of the cut and column, sorted."""
        first = np.searchsorted(self._full_row, rows)
        cut, at = _ranges(first, np.searchsorted(self._full_row, rows, side="right"))
        own_cut, entry = _ranges(self._structure.first[items], self._structure.first[items + 1])
        own = self._structure.column[entry]
        key = rows[own_cut] * self._num_columns + own
        place = np.minimum(np.searchsorted(self._rest_key, key), len(self._rest_key) - 1)
        is_rest = self._rest_key[place] == key
        cuts = np.concatenate([cut, own_cut[is_rest]])
        columns = np.concatenate([self._full_column[at], own[is_rest]])
        order = np.lexsort((columns, cuts))
        return cuts[order], columns[order]


def _ranges(first: Ints, end: Ints) -> tuple[Ints, Ints]:
    """All positions from each first one to before each end, and the number of the range of each."""
    num = end - first
    number = np.repeat(np.arange(len(num)), num)
    return number, np.arange(len(number)) + np.repeat(first - (np.cumsum(num) - num), num)
