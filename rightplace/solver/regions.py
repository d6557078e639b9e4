"""Our method for programs too large for one linear program: bound and point are both made region by region.

1. A minimum-cost flow: prices of all rows, and a bound of each tier (``flow``).
2. Sweeps that raise the bound of all tiers together, one region after another (``ascent``).
3. A point from what the relaxations of the regions wish for, and a flow for all who live without others.
4. Passes that improve the point, one region after another, by the chain, with everything else held (``chain``).

Sweeps and passes take turns, with other borders every time, until the gap is small enough or time is up.
"""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from rightplace.errors import SolverError
from rightplace.memory import give_back
from rightplace.program import Objective
from rightplace.solver import chain, highs
from rightplace.solver.abreast import abreast, turns
from rightplace.solver.ascent import Ascent
from rightplace.solver.cheapest import cheapest_columns
from rightplace.solver.filling import fill
from rightplace.solver.flow import cheapest_flow
from rightplace.solver.outcome import Limit, Outcome, Progress, Reason, TierClaim, whole_bound
from rightplace.solver.partition import lazy_rows
from rightplace.solver.reassign import plain_columns, reassigned
from rightplace.solver.slices import Slices
from rightplace.solver.structure import filled_rows, structure_of

if TYPE_CHECKING:
    from rightplace.program import Floats, Ints, Mask, Program
    from rightplace.solver.outcome import SolveOptions

_NAME = "rightplace by regions with highs"
_SWEEP_ITEMS, _PASS_ITEMS = 6_000, 3_000
"""Items of a region without its guests, where the bound is raised and where the point is improved."""
_COLUMNS_OF_ITEM = 20
"""Columns of an item, the cheapest by reduced cost, that a pass looks at."""
_TURNS = ("sweep", "point", "pass", "pass", "sweep", "pass")
"""What is done in turn; a point is made from nothing once only."""
_REGION_SECONDS = 180.0
_ENTANGLED = 0.5
"""Share of a cluster's wishes that others have a say in, from which on it is settled before those alone."""
_MISSED = 1e-6
"""By how much a feasible point may miss a row."""
_SHARE_OF_GAP = 0.75
"""Of the wanted gap, what a region may leave."""


def solve(program: Program, options: SolveOptions) -> Outcome:
    """Minimise the tiers of a program with a feasible start in order; see ``solver.answer.answer``.

    Raises
    ------
    SolverError
        When the program has no start, or HiGHS fails.
    """
    if program.start is None:
        raise SolverError("this method needs a feasible point to start from")
    if options.stop.is_set() or options.time_limit_seconds <= 0:
        return chain.unsolved(program, program.start, options)
    return _Regions(program, program.start, options).run()


class _Regions:
    """One solve."""

    def __init__(self, program: Program, start: Floats, options: SolveOptions) -> None:
        self._program, self._options, self._point = program, options, start.copy()
        self._began = time.perf_counter()
        self._deadline = self._began + options.time_limit_seconds
        self._structure = structure_of(program)
        self._weights = chain.tier_weights(program, self._structure)
        tiers = zip(self._weights, program.objectives, strict=True)
        costs = np.asarray(sum(weight * objective.costs for weight, objective in tiers), dtype=np.float64)
        self._all_tiers = Objective("all tiers", costs)
        self._value = float(costs @ self._point)
        rows = ~lazy_rows(program)
        self._firsts = [cheapest_flow(program, self._structure, o.costs, rows).bound for o in program.objectives[:-1]]
        self._ascent = Ascent(program, self._structure, costs, options)
        self._slices = Slices(program)
        fills = np.bincount(program.row_columns, program.row_values > 0, minlength=program.num_columns)
        self._fills_nothing = fills <= self._structure.num_of_column
        self._fills = filled_rows(program)
        self._node = self._nodes_of_columns()
        self._plain = plain_columns(program, self._structure)
        self._report("flow")

    def run(self) -> Outcome:
        """Sweeps and passes in turn."""
        turn = 0
        while not self._is_over() and self._gap() > max(self._options.relative_gap, 1e-9):
            match _TURNS[turn % len(_TURNS)]:
                case "sweep":
                    self._ascent.sweep(_SWEEP_ITEMS, turn, self._deadline, lambda: self._report("bound, by regions"))
                case "point" if turn < len(_TURNS):
                    self._make()
                case _:
                    self._improve(turn)
                    self._reassign()
            turn += 1
        claims = self._claims()
        if all(claim.is_proven for claim in claims):
            reason, limit = Reason.OPTIMAL, Limit.NONE
        elif self._gap() <= self._options.relative_gap and all(claim.is_proven for claim in claims[:-1]):
            reason, limit = Reason.FEASIBLE, Limit.GAP
        else:
            reason, limit = Reason.FEASIBLE, Limit.INTERRUPT if self._options.stop.is_set() else Limit.TIME
        seconds = time.perf_counter() - self._began
        detail, alone = "flow, sweeps of the bound, passes of the plan", self._ascent.flow.seconds
        return Outcome(reason, limit, self._point, claims, _NAME, highs.version(), seconds, detail, alone)

    def _is_over(self) -> bool:
        return self._options.stop.is_set() or time.perf_counter() >= self._deadline

    def _values(self) -> list[int]:
        return [self._program.value(objective, self._point) for objective in self._program.objectives]

    def _last_bound(self) -> float:
        """A bound of the last tier, with the tiers before where the point has them."""
        before = self._values()[:-1]
        return self._ascent.bound - sum(w * v for w, v in zip(self._weights, before, strict=False))

    def _gap(self) -> float:
        last = self._values()[-1]
        return (last - self._last_bound()) / max(1.0, abs(last))

    def _claims(self) -> tuple[TierClaim, ...]:
        claims = []
        objectives = self._program.objectives
        for objective, value, bound in zip(
            objectives, self._values(), [*self._firsts, self._last_bound()], strict=True
        ):
            least = self._program.trivial_bound(objective)
            claims.append(TierClaim(objective.name, value, whole_bound(bound, value, min(least, value))))
        return tuple(claims)

    def _report(self, phase: str) -> None:
        if self._options.progress is not None:
            seconds = time.perf_counter() - self._began
            self._options.progress(Progress(phase, seconds, self._value, self._ascent.bound))

    def _improve(self, seed: int) -> None:
        """One pass: every region and its guests by the chain, with everything else held."""
        region = self._ascent.map.regions(self._ascent.reduced, _PASS_ITEMS, seed)
        cheap = self._cheap()
        for numbers in turns(int(region.max(initial=-1)) + 1, self._options.num_threads):
            if self._is_over() or self._gap() <= self._options.relative_gap:
                return
            left = self._deadline - time.perf_counter()
            seconds = min(_REGION_SECONDS, 2 * left / (numbers.step - numbers.start), left)
            parts = [np.flatnonzero(cheap & self._with_guests(region == number)) for number in numbers]
            found = abreast(partial(self._improved, seconds=seconds), parts)
            for free, values in zip(parts, found, strict=True):
                point = self._point.copy()
                point[free] = values
                self._take(point)
            give_back()
            self._report("plan, by regions")

    def _make(self) -> None:
        """A point from one in which nothing fills a row: those with others, as they wish; then all others, at best.

        Who comes together with others, or may clash, takes what the last sweep would have for it, the surest first; a
        flow through the whole program then settles all the rest.
        """
        empty = self._empty()
        if empty is None:
            return
        point = empty.copy()
        structure, wish = self._structure, self._ascent.wish
        entangled = np.where(self._plain, 0.0, wish)[structure.column]
        share = np.bincount(structure.cluster[structure.item], entangled, minlength=self._ascent.map.num_clusters)
        num = np.bincount(structure.cluster, minlength=self._ascent.map.num_clusters)
        is_open = (share >= _ENTANGLED * num)[structure.cluster]
        point[structure.column[is_open[structure.item]]] = 0.0
        columns = np.flatnonzero(self._cheap())
        wished = columns[np.lexsort((self._ascent.reduced[columns], -np.round(wish[columns], 2)))]
        fill(self._slices, structure, point, is_open, wished)
        point = self._mended(point, empty)
        cheap = self._plain & self._cheap()
        self._take(reassigned(self._slices, structure, self._all_tiers.costs, point, cheap))
        self._report("plan, as the bound has it")

    def _mended(self, point: Floats, empty: Floats) -> Floats:
        """The point without the clusters in rows that it breaks."""
        program, near = self._program, self._ascent.map
        rows = program.entry_rows
        while True:
            activity = np.bincount(rows, program.row_values * point[program.row_columns], minlength=program.num_rows)
            broken = (activity > program.row_upper + _MISSED) | (activity < program.row_lower - _MISSED)
            if not broken.any():
                return point
            node = self._node[np.unique(program.row_columns[broken[rows]])]
            clusters = np.zeros(near.num_nodes, dtype=np.bool_)
            clusters[node[(node >= 0) & (node < near.num_clusters)]] = True
            columns = (self._node >= 0) & clusters[self._node]
            if (point[columns] == empty[columns]).all():
                return empty
            point[columns] = empty[columns]

    def _with_guests(self, inside: Mask) -> Mask:
        """The columns of a region, and those of items elsewhere that may want a row of it."""
        inside = inside | self._ascent.map.guests(self._ascent.reduced, inside)
        found: Mask = (self._node >= 0) & inside[self._node]
        return found

    def _reassign(self) -> None:
        """All items without others change places among themselves, at best."""
        if not self._is_over():
            columns = self._plain & self._cheap()
            self._take(reassigned(self._slices, self._structure, self._all_tiers.costs, self._point, columns))
            self._report("plan, those alone")

    def _empty(self) -> Floats | None:
        """The point in which every item has its dearest column that fills no row; ``None`` where one has none.

        The dearest, because that is what the others have nothing to do with.
        """
        structure = self._structure
        alone = self._fills_nothing & (structure.num_of_column == 1) & (self._program.upper > 0)
        entries = np.flatnonzero(alone[structure.column])
        order = entries[np.lexsort((-self._all_tiers.costs[structure.column[entries]], structure.item[entries]))]
        items, first = np.unique(structure.item[order], return_index=True)
        point = np.zeros(self._program.num_columns)
        point[structure.column[order[first]]] = 1.0
        return point if len(items) == structure.num_items and self._program.worst_violation(point) <= _MISSED else None

    def _take(self, point: Floats) -> None:
        """Keep a point if it is better, and feasible."""
        value = float(self._all_tiers.costs @ point)
        if value < self._value and self._program.worst_violation(point) <= _MISSED:
            self._point, self._value = point.copy(), value

    def _cheap(self) -> Mask:
        """The cheapest columns of each item, those of the point, and those that fill no row or belong to no item."""
        program, structure = self._program, self._structure
        cheap = (structure.num_of_column == 0) | self._fills_nothing | (self._point > 0)
        cheap[cheapest_columns(structure, self._ascent.reduced[structure.column], _COLUMNS_OF_ITEM)] = True
        found: Mask = cheap & (program.upper > 0)
        return found

    def _nodes_of_columns(self) -> Ints:
        """Where each column lies on the map: with its items, or with the first row that it is in beside them."""
        near = self._ascent.map
        found = near.cluster_of_column.copy()
        loose = np.flatnonzero(found < 0)
        at, row, _ = self._slices.entries(loose)
        known = near.node_of_row[row] >= 0
        found[loose[at[known]]] = near.node_of_row[row[known]]
        return found

    def _improved(self, free: Ints, seconds: float) -> Floats:
        """Some columns of the best point chosen anew by the chain; those that do not fit beside the others stay out."""
        start = self._point
        small = self._ascent.with_known_rows(self._slices.cut(free, start, self._all_tiers), free, start)
        too_much = (small.row_values > small.row_upper[small.entry_rows]) & _only_filled(small)[small.entry_rows]
        fits = np.bincount(small.row_columns, too_much, minlength=small.num_columns) == 0
        kept = np.flatnonzero(fits | (start[free] > 0))
        found = start[free]
        if len(kept):
            last = abs(self._values()[-1]) / max(1.0, abs(self._ascent.bound))
            gap = _SHARE_OF_GAP * max(self._options.relative_gap, 1e-4) * last
            options = replace(self._options, time_limit_seconds=seconds, relative_gap=gap, num_threads=1, progress=None)
            found[kept] = chain.improved(small.only(kept), options, self._ascent.reduced[free[kept]])
        return found


def _only_filled(program: Program) -> Mask:
    """Rows that columns fill, those included where nothing is left to fill."""
    return filled_rows(replace(program, row_upper=program.row_upper + 1))
