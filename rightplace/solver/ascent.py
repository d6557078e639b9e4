"""The bound of a program too large for one linear program: prices of all rows, raised region by region.

The bound is that of weak duality over every column. With the prices outside of a region held, the best prices inside
are the duals of a relaxation of its own, and the bound never falls. Regions change from sweep to sweep. Rows on demand
and cuts are there where a region's relaxation asked for them; each holds for the whole program.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from rightplace.memory import give_back
from rightplace.program import Floats, Ints, Mask, Objective, Program, added_up
from rightplace.solver.abreast import abreast, turns
from rightplace.solver.flow import cheapest_flow
from rightplace.solver.partition import Map, lazy_rows
from rightplace.solver.relaxation import Relaxation
from rightplace.solver.structure import filled_rows, shares, structure_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from rightplace.solver.outcome import SolveOptions
    from rightplace.solver.structure import Structure

_COLUMNS = 30
"""Columns of an item, the cheapest, that rows on demand are made for."""
_GAP = 1e-4
"""What a region's relaxation may leave of its bound."""


@dataclass(frozen=True, slots=True)
class _Others:
    """Rows beside those of the program, all at most some number: rows on demand and cuts, with their prices.

    Entries are sorted by row; ``node`` tells where on the map a row lies.
    """

    rows: Ints
    columns: Ints
    values: Floats
    upper: Floats
    duals: Floats
    node: Ints

    def where(self, chosen: Mask) -> _Others:
        """Some of the rows."""
        entries, number = chosen[self.rows], np.cumsum(chosen) - 1
        return _Others(
            number[self.rows[entries]],
            self.columns[entries],
            self.values[entries],
            self.upper[chosen],
            self.duals[chosen],
            self.node[chosen],
        )

    def beside(self, more: _Others) -> _Others:
        """These and others."""
        return _Others(
            np.concatenate([self.rows, more.rows + len(self.upper)]),
            np.concatenate([self.columns, more.columns]),
            np.concatenate([self.values, more.values]),
            np.concatenate([self.upper, more.upper]),
            np.concatenate([self.duals, more.duals]),
            np.concatenate([self.node, more.node]),
        )

    def priced(self, num_columns: int) -> Floats:
        """Per column of the program: what these rows charge for it."""
        charged = self.values * self.duals[self.rows]
        found: Floats = np.bincount(self.columns, charged, minlength=num_columns).astype(np.float64)
        return found


@dataclass(frozen=True, slots=True)
class _Raised:
    """What the relaxation of a region says: duals of rows of the program, and all others that lie at some nodes.

    And what some columns should be.
    """

    rows: Ints
    duals: Floats
    nodes: Mask
    others: _Others
    columns: Ints
    point: Floats


class Ascent:
    """Prices of the rows of a program under one objective, and the bound that they prove.

    Parameters
    ----------
    costs
        What is minimised, one for each column.

    Attributes
    ----------
    wish
        What each column of an item is in the relaxation of the item's region, that is without regard for what others
        elsewhere wish for.
    """

    def __init__(self, program: Program, structure: Structure, costs: Floats, options: SolveOptions) -> None:
        self._program, self._structure, self._costs, self._options = program, structure, costs, options
        self.wish = np.zeros(program.num_columns)
        self._matrix = program.matrix
        self._columns_first = self._matrix.T.tocsr()
        self.map = Map(program, structure)
        self.flow = cheapest_flow(program, structure, costs, ~lazy_rows(program))
        none = np.zeros(0, dtype=np.int64)
        self._others = _Others(none, none, np.zeros(0), np.zeros(0), np.zeros(0), none)
        self._fills = filled_rows(program)
        self.duals = -self.flow.prices
        share = shares(structure, self._reduced())
        self.duals[self._item_rows()] = np.minimum.reduceat(share, structure.first[:-1])
        self.reduced = self._reduced()
        self._proven_now = self._proven()
        self.bound = max(self.flow.bound, self._proven_now)

    def sweep(self, size: int, seed: int, deadline: float, report: Callable[[], None]) -> None:
        """Raise the prices of every region of at most ``size`` items once."""
        node = self.map.node_of_row
        region = self.map.regions(self.reduced, size, seed)

        def raised(number: int) -> _Raised | None:
            inside = region == number
            with_guests = inside | self.map.guests(self.reduced, inside)
            return self._raised(np.flatnonzero((node >= 0) & with_guests[node]), inside, deadline)

        for numbers in turns(int(region.max(initial=-1)) + 1, self._options.num_threads):
            if self._options.stop.is_set() or time.perf_counter() >= deadline:
                return
            for found in abreast(raised, numbers):
                self._take(found)
            give_back()
            report()

    def _item_rows(self) -> Ints:
        """The row of each item."""
        program = self._program
        ones = np.bincount(program.entry_rows, program.row_values != 1.0, minlength=program.num_rows) == 0
        is_item = ones & (program.row_lower == 1) & (program.row_upper == 1) & (np.diff(program.row_starts) > 0)
        return np.flatnonzero(is_item)

    def _reduced(self) -> Floats:
        reduced: Floats = self._costs - self._columns_first @ self.duals
        return reduced - self._others.priced(self._program.num_columns)

    def _proven(self) -> float:
        """Weak duality, less what rounding could have added."""
        program, duals = self._program, self.duals
        side = np.where(duals > 0, program.row_lower, program.row_upper)
        of_rows = duals * np.where(duals == 0, 0.0, side)
        of_others = self._others.duals * self._others.upper
        of_columns = np.where(self.reduced > 0, self.reduced * program.lower, self.reduced * program.upper)
        parts = (of_rows, of_others, of_columns)
        rounding = 1e-12 * float(sum(np.abs(part).sum() for part in parts))
        return float(sum(part.sum() for part in parts)) - rounding

    def _raised(self, rows: Ints, nodes: Mask, deadline: float) -> _Raised | None:
        """The best duals of some rows with all others held."""
        part = self._matrix[rows]
        taken = np.zeros(self._program.num_columns, dtype=np.bool_)
        taken[part.indices] = True
        columns = np.flatnonzero(taken)
        if not len(columns):
            return None
        part = part[:, columns]
        inside = nodes[self._others.node]
        own = self._others.where(inside)
        charged = part.T @ self.duals[rows] + own.priced(self._program.num_columns)[columns]
        kept = np.flatnonzero(self._could_help(part, rows, self.reduced[columns] + charged))
        columns, part, costs = columns[kept], part[:, kept].tocsr(), (self.reduced[columns] + charged)[kept]
        small = self.with_known_rows(self._part(part, rows, columns, costs), columns, np.zeros(len(self.reduced)), own)
        small = self._with_rows_on_demand(small, columns)
        options = replace(self._options, num_threads=1)
        relaxation = Relaxation(small, structure_of(small), costs, options, self.reduced[columns])
        relaxed = relaxation.minimise(costs, _GAP, deadline, lambda _: None)
        if not np.isfinite(relaxed.bound):
            return None
        duals = relaxed.duals[: len(rows)]
        duals = np.where(np.isfinite(self._program.row_lower[rows]) | (duals < 0), duals, 0.0)
        duals = np.where(np.isfinite(self._program.row_upper[rows]) | (duals > 0), duals, 0.0)
        others = self._others_of(relaxation.program, len(rows), relaxed.duals, columns)
        return _Raised(rows, duals, nodes, others, columns, relaxed.point)

    def _take(self, found: _Raised | None) -> None:
        """Keep the duals of a region where they prove more, and what its own items wish for in any case."""
        if found is None:
            return
        own = found.nodes[self.map.cluster_of_column] & (self.map.cluster_of_column >= 0)
        self.wish[own] = 0.0
        is_own = own[found.columns]
        self.wish[found.columns[is_own]] = found.point[is_own]
        before = self.duals, self.reduced, self._others
        self.duals = self.duals.copy()
        self.duals[found.rows] = found.duals
        self._others = self._others.where(~found.nodes[self._others.node]).beside(found.others)
        self.reduced = self._reduced()
        bound = self._proven()
        if bound < self._proven_now:
            self.duals, self.reduced, self._others = before
            return
        self._proven_now = bound
        self.bound = max(self.bound, bound)

    def with_known_rows(self, small: Program, free: Ints, point: Floats, others: _Others | None = None) -> Program:
        """The program of some columns, all others held at a point, with the rows on demand and cuts that have a price.

        They are among those that a relaxation of these columns would find again, round after round.
        """
        known = self._others if others is None else others
        at = np.full(self._program.num_columns, -1, dtype=np.int64)
        at[free] = np.arange(len(free))
        place = at[known.columns]
        is_free = place >= 0
        taken = np.where(is_free, 0.0, known.values * point[known.columns])
        upper = known.upper - np.bincount(known.rows, taken, minlength=len(known.upper))
        kept, row = np.unique(known.rows[is_free], return_inverse=True)
        if not len(kept):
            return small
        return small.with_rows("known_rows", *added_up(row, place[is_free], known.values[is_free]), upper[kept])

    def _could_help(self, part: Any, rows: Ints, costs: Floats) -> Mask:
        """Columns that a region may use: not those of items elsewhere that cost something and only fill rows."""
        fills = np.repeat(self._fills[rows], np.diff(part.indptr))
        only_fills = np.bincount(part.indices, ~fills, minlength=part.shape[1]) == 0
        found: Mask = ~(only_fills & (costs >= 0))
        return found

    def _part(self, part: Any, rows: Ints, columns: Ints, costs: Floats) -> Program:
        program = self._program
        blocks = {name: np.searchsorted(rows, [block.start, block.stop]) for name, block in program.row_blocks.items()}
        return replace(
            program,
            lower=program.lower[columns],
            upper=program.upper[columns],
            domains=program.domains[columns],
            row_starts=part.indptr.astype(np.int64),
            row_columns=part.indices.astype(np.int64),
            row_values=part.data,
            row_lower=program.row_lower[rows],
            row_upper=program.row_upper[rows],
            objectives=(Objective("part", costs),),
            column_blocks={},
            row_blocks={name: range(int(first), int(last)) for name, (first, last) in blocks.items() if first < last},
            start=None,
            on_demand=None,
        )

    def _with_rows_on_demand(self, small: Program, columns: Ints) -> Program:
        """The program of a region with the rows on demand of its cheapest columns."""
        source = self._program.on_demand
        if source is None:
            return small
        cheap = columns[self._is_cheap(columns)]
        row, column, value, upper = source.among(cheap, np.zeros(0, dtype=np.int64))
        if not len(upper):
            return small
        at = np.full(self._program.num_columns, -1, dtype=np.int64)
        at[columns] = np.arange(len(columns))
        full = small.with_rows(source.name, *added_up(row, at[column], value), upper)
        return replace(full, lazy_blocks=small.lazy_blocks | {source.name})

    def _is_cheap(self, columns: Ints) -> Mask:
        """Of some columns the cheapest of each item, by reduced cost."""
        item = self._structure.first_item[columns]
        order = np.lexsort((self.reduced[columns], item))
        rank = np.arange(len(order)) - np.searchsorted(item[order], item[order])
        found: Mask = np.zeros(len(columns), dtype=np.bool_)
        found[order[rank < _COLUMNS]] = True
        return found

    def _others_of(self, program: Program, num_rows: int, duals: Floats, columns: Ints) -> _Others:
        """The rows of a region's relaxation that come after the program's own and have a price."""
        prices = np.zeros(program.num_rows)
        prices[: len(duals)] = np.minimum(duals, 0.0)
        prices[:num_rows] = 0.0
        rows = program.entry_rows
        chosen = prices != 0
        entries, number = chosen[rows], np.cumsum(chosen) - 1
        own = columns[program.row_columns[entries]]
        row = number[rows[entries]]
        node = self.map.node_of_column[own[np.flatnonzero(np.diff(row, prepend=-1))]]
        return _Others(row, own, program.row_values[entries], program.row_upper[chosen], prices[chosen], node)
