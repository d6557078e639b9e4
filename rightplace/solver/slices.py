"""Small programs cut out of a large one: some columns free, all others held."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from rightplace.program import Floats, Ints, Objective, Program, added_up


class Slices:
    """A program by columns, from which small programs are cut."""

    def __init__(self, program: Program) -> None:
        self.program = program
        by_column = program.matrix.tocsc()
        self.rows: Ints = by_column.indices
        self.values: Floats = by_column.data
        self.first: Ints = by_column.indptr.astype(np.int64)

    def entries(self, columns: Ints) -> tuple[Ints, Ints, Floats]:
        """The entries of some columns, one column after another: position among the columns, row, value."""
        num = self.first[columns + 1] - self.first[columns]
        at = np.repeat(np.arange(len(columns)), num)
        entry = np.repeat(self.first[columns] - (np.cumsum(num) - num), num) + np.arange(len(at))
        return at, self.rows[entry], self.values[entry]

    def cut(self, free: Ints, point: Floats, objective: Objective) -> Program:
        """The program of some columns with the others held at a point; rows without free columns are left out."""
        program = self.program
        held = point.copy()
        held[free] = 0.0
        fixed = np.flatnonzero(held)
        at, row, value = self.entries(fixed)
        taken = np.bincount(row, value * held[fixed][at], minlength=program.num_rows)
        at, row, value = self.entries(free)
        order = np.argsort(row, kind="stable")
        kept, new_row = np.unique(row[order], return_inverse=True)
        small = Program(
            lower=program.lower[free],
            upper=program.upper[free],
            domains=program.domains[free],
            row_starts=np.searchsorted(new_row, np.arange(len(kept) + 1)),
            row_columns=at[order],
            row_values=value[order],
            row_lower=program.row_lower[kept] - taken[kept],
            row_upper=program.row_upper[kept] - taken[kept],
            objectives=(Objective(objective.name, objective.costs[free]),),
            column_blocks={},
            row_blocks={
                name: range(int(first), int(last))
                for name, block in program.row_blocks.items()
                for first, last in [np.searchsorted(kept, [block.start, block.stop])]
                if first < last
            },
            start=point[free],
            lazy_blocks=program.lazy_blocks,
        )
        return small if program.on_demand is None else self._with_rows_on_demand(small, free, fixed)

    def _with_rows_on_demand(self, small: Program, free: Ints, fixed: Ints) -> Program:
        """The program of some columns with the rows that they need beside those held, for which they leave less."""
        source = self.program.on_demand
        assert source is not None  # cut() has looked
        row, column, value, upper = source.among(free, fixed)
        at = np.full(self.program.num_columns, -1, dtype=np.int64)
        at[free] = np.arange(len(free))
        is_free = at[column] >= 0
        upper = upper - np.bincount(row[~is_free], value[~is_free], minlength=len(upper))
        kept, new_row = np.unique(row[is_free], return_inverse=True)
        if not len(kept):
            return small
        full = small.with_rows(source.name, *added_up(new_row, at[column[is_free]], value[is_free]), upper[kept])
        return replace(full, lazy_blocks=small.lazy_blocks | {source.name})
