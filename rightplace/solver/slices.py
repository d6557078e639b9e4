"""Small programs cut out of a large one: some columns free, all others held."""

from __future__ import annotations

import numpy as np

from rightplace.program import Floats, Ints, Objective, Program


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
        return Program(
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
