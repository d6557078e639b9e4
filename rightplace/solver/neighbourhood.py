"""Better points of a large program by solving small parts of it: around a relaxed point, and around a feasible one."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import numpy as np

from rightplace.program import Domain, Floats, Ints, Mask, Objective, Program
from rightplace.solver.cheapest import cheapest_columns
from rightplace.solver.filling import fill
from rightplace.solver.slices import Slices
from rightplace.solver.structure import filled_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rightplace.solver.relaxation import Relaxed
    from rightplace.solver.structure import Structure

_NEAR_ONE = 0.999
_SOME = 0.01
_COLUMNS_OF_ITEM = 25
"""Columns of an item, the cheapest by reduced cost, that small programs look at (and those that fill nothing)."""
_COLUMNS_TO_FOLLOW = 12
"""Columns of an item whose rows lead to its neighbours: those of the relaxed point, then the cheapest."""


class Neighbourhoods:
    """Cuts small programs out of a large one.

    Parameters
    ----------
    program
        With all cuts.
    relaxed
        A relaxation: what each column should be, and what it costs more than it must.
    """

    def __init__(self, program: Program, structure: Structure, objective: Objective, relaxed: Relaxed) -> None:
        self._program = program
        self._structure = structure
        self._objective = objective
        self._relaxed = relaxed.point
        self._reduced = relaxed.reduced
        self._slices = Slices(program)
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
        self._cheap = fills == 0
        self._cheap[cheapest_columns(structure, relaxed.reduced[structure.column], _COLUMNS_OF_ITEM)] = True

    @property
    def num_clusters(self) -> int:
        """Clusters of items."""
        return len(self._first_item) - 1

    def undecided(self) -> tuple[Program, Ints, Floats]:
        """The items that the relaxed point leaves open, with everything else held where it has it at one.

        Returns the program, the positions of its columns, and a point: the open items take what the relaxed point
        gives most of and the rows still allow, else the cheapest column that they allow. The point need not be
        feasible: an item may be left without a column.
        """
        structure, relaxed = self._structure, self._relaxed
        decided = self._together((relaxed > _NEAR_ONE) & (self._program.domains == Domain.INTEGER))
        is_open = np.ones(structure.num_items, dtype=np.bool_)
        is_open[structure.item[decided[structure.column]]] = False
        free = np.union1d(np.flatnonzero(self._within(is_open) & self._cheap), self._loose)
        point = decided.astype(np.float64)
        wished = free[np.lexsort((self._reduced[free], -np.round(relaxed[free], 2)))]
        fill(self._slices, structure, point, is_open, wished)
        return self._cut(free, point), free, point

    def cheapest(self, point: Floats) -> tuple[Program, Ints]:
        """All items with their cheapest columns and those of a point, which is the start; and these columns."""
        columns = np.flatnonzero(self._cheap | (self._structure.num_of_column == 0) | (point > 0))
        return self.only(columns, point), columns

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
        regret = float(self.regrets(point)[np.unique(self._structure.cluster[items])].sum())
        kept = np.flatnonzero(chosen & (((self._reduced <= regret) & self._cheap) | (point > 0.5)))
        touched = np.zeros(self._program.num_rows, dtype=np.bool_)
        touched[self._slices.entries(kept)[1]] = True
        column, row, _ = self._slices.entries(self._loose)
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
        """Who is in whose way: those who fill the rows of an item's best columns now, and so on.

        Breadth first. An item also leads to those whom the relaxed point would have where the item is.
        """
        structure = self._structure
        is_there = self._by_row(point > 0.5)
        should_be_there = self._by_row(self._relaxed > _SOME)
        chosen = np.zeros(structure.num_items, dtype=np.bool_)
        queue, seen = deque(clusters), set(clusters)
        num = 0
        while queue and num < size:
            cluster = queue.popleft()
            members = self._items[self._first_item[cluster] : self._first_item[cluster + 1]]
            chosen[members] = True
            num += len(members)
            for item in members.tolist():
                columns = structure.column[structure.first[item] : structure.first[item + 1]]
                order = np.lexsort((self._reduced[columns], -np.round(self._relaxed[columns], 2)))
                there = columns[(point[columns] > 0.5) & (self._relaxed[columns] < _SOME)]
                others = [other for column in there.tolist() for other in self._others(column, should_be_there)]
                for column in columns[order[:_COLUMNS_TO_FOLLOW]].tolist():
                    others.extend(self._others(column, is_there))
                for other in others:
                    if other not in seen:
                        seen.add(other)
                        queue.append(other)
        return chosen

    def _by_row(self, columns: Mask) -> tuple[Ints, Ints]:
        """Some columns that belong to items, sorted by the rows that lead on from them: clusters, first of each row."""
        chosen = np.flatnonzero(columns & (self._structure.first_item >= 0))
        at, row, _ = self._slices.entries(chosen)
        leads = np.flatnonzero(self._leads_on[row])
        leads = leads[np.argsort(row[leads], kind="stable")]
        cluster = self._structure.cluster[self._structure.first_item[chosen[at[leads]]]]
        return cluster, np.searchsorted(row[leads], np.arange(self._program.num_rows + 1))

    def _others(self, column: int, by_row: tuple[Ints, Ints]) -> Iterator[int]:
        """The clusters in the rows of a column."""
        clusters, first = by_row
        for row in self._slices.rows[self._slices.first[column] : self._slices.first[column + 1]].tolist():
            yield from clusters[first[row] : first[row + 1]].tolist()

    def _cut(self, free: Ints, point: Floats) -> Program:
        """The program of some columns with the others held."""
        return self._slices.cut(free, point, self._objective)
