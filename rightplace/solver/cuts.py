"""Cuts from rows that one of their columns can fill: where it is, no other column of the row can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from rightplace.program import Floats, Program
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
        self._seen: set[int] = set()

    def separate(self, program: Program, point: Floats) -> Program:
        """The program with the cuts that a point breaks, at most one for each row and item; each is given once."""
        filled = np.bincount(self._full_row, point[self._full_column], minlength=self._num_rows)
        near = np.flatnonzero((filled[self._rest_row] > 1e-4) & (point[self._rest_column] > 1e-4))
        num = np.diff(self._first_of)[self._rest_column[near]]
        entry = np.repeat(near, num)
        offset = np.arange(len(entry)) - np.repeat(np.cumsum(num) - num, num)
        item = self._item_of[self._first_of[self._rest_column[entry]] + offset]
        key, at = np.unique(self._rest_row[entry] * self._structure.num_items + item, return_inverse=True)
        row, of = np.divmod(key, max(1, self._structure.num_items))
        total = filled[row] + np.bincount(at, point[self._rest_column[entry]], minlength=len(key))
        broken = [i for i in np.flatnonzero(total > 1 + _LEAST_VIOLATION) if int(key[i]) not in self._seen]
        if not broken:
            return program
        self._seen.update(int(key[i]) for i in broken)
        cuts = [self._cut(int(row[i]), int(of[i])) for i in broken]
        rows = np.repeat(np.arange(len(cuts)), [len(cut) for cut in cuts])
        name = f"clash_cuts_{len(program.row_blocks)}"
        return program.with_rows(name, rows, np.concatenate(cuts), np.ones(len(rows)), np.ones(len(cuts)))

    def _cut(self, row: int, item: int) -> Floats:
        """The columns of one cut."""
        full = self._full_column[slice(*np.searchsorted(self._full_row, [row, row + 1]))]
        rest = self._rest_column[slice(*np.searchsorted(self._rest_row, [row, row + 1]))]
        own = self._structure.column[self._structure.first[item] : self._structure.first[item + 1]]
        return np.union1d(full, np.intersect1d(rest, own))
