"""Better points of a large program by solving small parts of it: around a relaxed point, and around a feasible one."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import numpy as np

from rightplace.program import Domain, Floats, Ints, Mask, Objective, Program
from rightplace.solver.structure import filled_rows

if TYPE_CHECKING:
    from rightplace.solver.structure import Structure

_NEAR_ONE = 0.999
_COLUMNS_OF_ITEM = 25
"""Columns of an item, the cheapest by reduced cost, that small programs look at (and those that fill nothing)."""
_COLUMNS_TO_FOLLOW = 12
"""Columns of an item, the cheapest by reduced cost, whose rows lead to the item's neighbours."""


class Neighbourhoods:
    """Cuts small programs out of a large one.

    Parameters
    ----------
    program
        With all cuts.
    reduced
        Reduced costs of a relaxation: what each column costs more than it must.
    """

    def __init__(self, program: Program, structure: Structure, objective: Objective, reduced: Floats) -> None:
        self._program = program
        self._structure = structure
        self._objective = objective
        self._reduced = reduced
        order = np.argsort(program.row_columns, kind="stable")
        self._rows = program.entry_rows[order]
        self._values = program.row_values[order]
        self._first = np.searchsorted(program.row_columns[order], np.arange(program.num_columns + 1))
        lazy = np.zeros(program.num_rows, dtype=np.bool_)
        for name in program.lazy_blocks:
            lazy[list(program.row_blocks.get(name, ()))] = True
        self._leads_on = filled_rows(program) & ~lazy
        self._loose = np.flatnonzero(structure.num_of_column == 0)
        in_cluster = np.argsort(structure.cluster, kind="stable")
        self._items = in_cluster
        self._first_item = np.searchsorted(
            structure.cluster[in_cluster], np.arange(structure.cluster.max(initial=-1) + 2)
        )
        fills = np.bincount(program.row_columns, self._leads_on[program.entry_rows], minlength=program.num_columns)
        order = np.lexsort((reduced[structure.column], structure.item))
        rank = np.arange(len(order)) - structure.first[structure.item]
        self._cheap = fills == 0
        self._cheap[structure.column[order[rank < _COLUMNS_OF_ITEM]]] = True

    @property
    def num_clusters(self) -> int:
        """Clusters of items."""
        return len(self._first_item) - 1

    def undecided(self, relaxed: Floats) -> tuple[Program, Ints, Floats]:
        """The items that a relaxed point leaves open, with everything else held where the point has it at one.

        Returns the program, the positions of its columns, and a point: the open items take what the relaxed point
        gives most of and the rows still allow, else the cheapest column that they allow. The point need not be
        feasible: an item may be left without a column.
        """
        structure = self._structure
        decided = self._together((relaxed > _NEAR_ONE) & (self._program.domains == Domain.INTEGER))
        is_open = np.ones(structure.num_items, dtype=np.bool_)
        is_open[structure.item[decided[structure.column]]] = False
        free = np.union1d(np.flatnonzero(self._within(is_open) & self._cheap), self._loose)
        point = decided.astype(np.float64)
        self._fill(point, is_open, free[np.lexsort((self._reduced[free], -np.round(relaxed[free], 2)))])
        return self._cut(free, point), free, point

    def _fill(self, point: Floats, is_open: Mask, columns: Ints) -> None:
        """Set columns to one in this order, for items that are open, where no row stands against it.

        Columns without items come last: they are set where a row that is still broken needs them.
        """
        program = self._program
        activity: Floats = np.bincount(
            program.entry_rows, program.row_values * point[program.row_columns], minlength=program.num_rows
        ).astype(np.float64)
        order = np.argsort(self._structure.column, kind="stable")
        items = self._structure.item[order]
        first = np.searchsorted(self._structure.column[order], np.arange(program.num_columns + 1))
        of_items = first[columns + 1] > first[columns]
        for column in columns[of_items].tolist():
            own = items[first[column] : first[column + 1]]
            if is_open[own].all():
                entries = slice(self._first[column], self._first[column + 1])
                rows, values = self._rows[entries], self._values[entries]
                if ((values < 0) | (activity[rows] + values <= program.row_upper[rows])).all():
                    is_open[own] = False
                    point[column] = 1.0
                    activity[rows] += values
        for column in columns[~of_items].tolist():
            entries = slice(self._first[column], self._first[column + 1])
            rows, values = self._rows[entries], self._values[entries]
            if ((values < 0) & (activity[rows] > program.row_upper[rows])).any():
                point[column] = 1.0
                activity[rows] += values

    def _together(self, columns: Mask) -> Mask:
        """As many of some columns as can be at one together: none of those in rows that they would break."""
        program, rows = self._program, self._program.entry_rows
        can_break = filled_rows(program)
        while True:
            activity = np.bincount(rows, program.row_values * columns[program.row_columns], minlength=program.num_rows)
            broken = can_break & (activity > program.row_upper + 1e-9)
            if not broken.any():
                return columns
            columns = columns.copy()
            columns[program.row_columns[broken[rows]]] = False

    def around(self, clusters: Ints, point: Floats, size: int) -> tuple[Program, Ints]:
        """Some clusters, each with those who are in its way, and so on, up to ``size`` items; others stay put."""
        items = self._near(clusters.tolist(), point, size)
        chosen = self._within(items)
        regret = float(np.maximum(self._reduced, 0.0)[chosen & (point > 0.5)].sum())
        kept = np.flatnonzero(chosen & (((self._reduced <= regret) & self._cheap) | (point > 0.5)))
        touched = np.zeros(self._program.num_rows, dtype=np.bool_)
        touched[self._entries(kept)[1]] = True
        column, row, _ = self._entries(self._loose)
        loose = self._loose[np.unique(column[touched[row]])]
        free = np.union1d(kept, loose)
        return self._cut(free, point), free

    def only(self, columns: Ints, point: Floats) -> Program:
        """The program of some columns with all others at 0; the point is the start."""
        return self._cut(columns, np.where(np.isin(np.arange(len(point)), columns), point, 0.0))

    def regrets(self, point: Floats) -> Floats:
        """Per cluster: what its columns cost more than they must."""
        structure = self._structure
        taken = point[structure.column] > 0.5
        items, columns = structure.item[taken], structure.column[taken]
        amount = np.maximum(self._reduced[columns], 0.0) / structure.num_of_column[columns]
        regrets: Floats = np.bincount(structure.cluster[items], amount, minlength=self.num_clusters).astype(np.float64)
        return regrets

    def _within(self, items: Mask) -> Mask:
        """Columns all of whose items are among some, and that have any."""
        structure = self._structure
        inside = np.bincount(structure.column, items[structure.item], minlength=self._program.num_columns)
        found: Mask = (inside == structure.num_of_column) & (structure.num_of_column > 0)
        return found

    def _near(self, clusters: list[int], point: Floats, size: int) -> Mask:
        """Breadth first: the rows of an item's cheapest columns, the items that fill these rows now, and so on."""
        structure = self._structure
        active = np.flatnonzero(point > 0.5)
        at, row, _ = self._entries(active)
        order = np.argsort(row, kind="stable")
        row, taker = row[order], active[at[order]]
        first = np.searchsorted(row, np.arange(self._program.num_rows + 1))
        chosen = np.zeros(structure.num_items, dtype=np.bool_)
        seen, queue, num = set(clusters), deque(clusters), 0
        while queue and num < size:
            members = self._items[self._first_item[queue[0]] : self._first_item[queue.popleft() + 1]]
            chosen[members] = True
            num += len(members)
            for item in members.tolist():
                columns = structure.column[structure.first[item] : structure.first[item + 1]]
                cheapest = columns[np.argsort(self._reduced[columns], kind="stable")[:_COLUMNS_TO_FOLLOW]]
                rows = np.unique(self._entries(cheapest)[1])
                for through in rows[self._leads_on[rows]].tolist():
                    for column in taker[first[through] : first[through + 1]].tolist():
                        other = structure.first_item[column]
                        if other >= 0 and int(structure.cluster[other]) not in seen:
                            seen.add(int(structure.cluster[other]))
                            queue.append(int(structure.cluster[other]))
        return chosen

    def _entries(self, columns: Ints) -> tuple[Ints, Ints, Floats]:
        """The entries of some columns, one column after another: position among the columns, row, value."""
        num = self._first[columns + 1] - self._first[columns]
        at = np.repeat(np.arange(len(columns)), num)
        entry = np.repeat(self._first[columns] - (np.cumsum(num) - num), num) + np.arange(len(at))
        return at, self._rows[entry], self._values[entry]

    def _cut(self, free: Ints, point: Floats) -> Program:
        """The program of some columns with the others held; rows without free columns are left out."""
        program = self._program
        held = point.copy()
        held[free] = 0.0
        fixed = np.flatnonzero(held)
        at, row, value = self._entries(fixed)
        taken = np.bincount(row, value * held[fixed][at], minlength=program.num_rows)
        at, row, value = self._entries(free)
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
            objectives=(Objective(self._objective.name, self._objective.costs[free]),),
            column_blocks={},
            row_blocks={},
            start=point[free],
        )
