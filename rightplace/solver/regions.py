"""Our method for programs too large for one linear program: bound and point are both made region by region.

1. A minimum-cost flow: prices of all rows, and a bound of each tier (``flow``).
2. Sweeps that raise the bound of all tiers together, one region after another (``ascent``).
3. A point from nothing, one region after another, by the chain: those still to come are there as prices.
4. Passes that improve the point, one region after another, by the chain, with everything else held (``chain``).

Sweeps and passes take turns, with other borders every time, until the gap is small enough or time is up.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from rightplace.errors import SolverError
from rightplace.memory import give_back
from rightplace.program import Objective
from rightplace.solver import chain, highs
from rightplace.solver.abreast import abreast, turns
from rightplace.solver.ascent import Ascent
from rightplace.solver.cheapest import cheapest_columns
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
_SWEEP_ITEMS, _PASS_ITEMS = 6_000, 6_000
"""Items of a region without its guests, where the bound is raised and where the point is improved."""
_COLUMNS_OF_ITEM = 20
"""Columns of an item, the cheapest by reduced cost, that a pass looks at."""
_TURNS = ("sweep", "point", "pass", "sweep", "pass", "sweep", "pass")
"""What is done in turn; a point is made from nothing once only."""
_REGION_SECONDS = 180.0
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
                    self._make(turn)
                    self._reassign()
                case _:
                    self._improve(turn)
                    self._reassign()
            give_back()
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
        region, cheap = (
            self._ascent.map.regions(self._ascent.reduced, _PASS_ITEMS, seed),
            self._cheap(),
        )
        num = int(region.max(initial=-1)) + 1
        for numbers in turns(num, self._options.num_threads):
            if self._is_over() or self._gap() <= self._options.relative_gap:
                return
            seconds = self._seconds(numbers, 2.0)
            parts = [np.flatnonzero(cheap & self._with_guests(region == number)) for number in numbers]
            for free, point in self._abreast(parts, self._point, self._all_tiers, seconds):
                self._take(self._with(free, point))
            self._report("plan, by regions")

    def _seconds(self, numbers: range, times: float) -> float:
        """How long the regions of a turn may take: some times their share of what is left."""
        left = self._deadline - time.perf_counter()
        return min(_REGION_SECONDS, times * left / (numbers.step - numbers.start), left)

    def _abreast(
        self, parts: list[Ints], start: Floats, objective: Objective, seconds: float
    ) -> list[tuple[Ints, Floats]]:
        """Each part of the columns, chosen anew at once with the others, and what it should be."""

        def improved(free: Ints) -> tuple[Ints, Floats]:
            return free, self._improved(free, start, objective, seconds)[free]

        return abreast(improved, parts)

    def _with(self, free: Ints, values: Floats) -> Floats:
        """The best point with some columns as given."""
        point = self._point.copy()
        point[free] = values
        return point

    def _make(self, seed: int) -> None:
        """A point from one in which nothing fills a row: every region once, with guests, and others still to come as
        prices.

        A row elsewhere costs what the bound says that it is worth. Who would go there goes back to where it came from
        and is a guest when the row's region is decided: a price says what a place is worth, not how many there are.
        """
        empty = self._empty()
        if empty is None:
            return
        region, cheap = (
            self._ascent.map.regions(self._ascent.reduced, _PASS_ITEMS, seed),
            self._cheap(),
        )
        all_turns = list(turns(int(region.max(initial=-1)) + 1, self._options.num_threads))
        turn_of = {number: turn for turn, numbers in enumerate(all_turns) for number in numbers}
        turn_of_node = np.array([turn_of[number] for number in region.tolist()], dtype=np.int64)
        node_of_row = self._ascent.map.node_of_row
        turn_of_row = np.where(self._fills & (node_of_row >= 0), turn_of_node[node_of_row], -1)
        point, called = empty.copy(), np.full(len(region), -1, dtype=np.int64)
        for turn, numbers in enumerate(all_turns):
            if self._is_over():
                return
            later = turn_of_row > turn
            parts = [np.flatnonzero(cheap & self._with_guests((region == n) | (called == n))) for n in numbers]
            objective = Objective("with prices", self._priced(later))
            seconds = self._seconds(numbers, 0.8)
            for part, (free, found) in enumerate(self._abreast(parts, point, objective, seconds)):
                candidate = point.copy()
                candidate[free] = found
                if part and self._program.worst_violation(candidate) > _MISSED:  # does not go with the others
                    candidate = self._improved(free, point, objective, seconds)
                point = candidate
            point = self._called_back(point, empty, later, region, called)
            self._report(f"plan, {turn + 1} of {len(all_turns)}")
        self._take(point)

    def _priced(self, rows: Mask) -> Floats:
        """The costs of all tiers, and what the bound says that some rows are worth."""
        prices = np.where(rows, np.minimum(self._ascent.duals, 0.0), 0.0)
        costs: Floats = self._all_tiers.costs - self._ascent.charged(prices)
        return costs

    def _called_back(self, point: Floats, empty: Floats, rows: Mask, region: Ints, called: Ints) -> Floats:
        """The point without the clusters that fill some rows; ``called`` tells each where it would have gone."""
        near = self._ascent.map
        taken = np.flatnonzero((point > _MISSED) & (near.cluster_of_column >= 0))
        at, row, _ = self._slices.entries(taken)
        there = np.flatnonzero(rows[row])
        clusters = near.cluster_of_column[taken[at[there]]]
        called[clusters] = region[near.node_of_row[row[there]]]
        is_back = np.zeros(len(region), dtype=np.bool_)
        is_back[clusters] = True
        columns = (self._node >= 0) & is_back[self._node]
        found = point.copy()
        found[columns] = empty[columns]
        return found if self._program.worst_violation(found) <= _MISSED else point

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

    def _improved(self, free: Ints, start: Floats, objective: Objective, seconds: float) -> Floats:
        """A point with some columns chosen anew by the chain; those that no longer fit beside the others stay out."""
        small = self._ascent.with_known_rows(self._slices.cut(free, start, objective), free, start)
        too_much = (small.row_values > small.row_upper[small.entry_rows]) & _only_filled(small)[small.entry_rows]
        fits = np.bincount(small.row_columns, too_much, minlength=small.num_columns) == 0
        kept = np.flatnonzero(fits | (start[free] > 0))
        point = start.copy()
        if len(kept):
            last = abs(self._values()[-1]) / max(1.0, abs(self._ascent.bound))
            wanted = _SHARE_OF_GAP * max(self._options.relative_gap, 1e-4) * last
            options = replace(
                self._options, time_limit_seconds=seconds, relative_gap=wanted, num_threads=1, progress=None
            )
            point[free[kept]] = chain.improved(small.only(kept), options, self._ascent.reduced[free[kept]])
        return point


def _only_filled(program: Program) -> Mask:
    """Rows that columns fill, those included where nothing is left to fill."""
    return filled_rows(replace(program, row_upper=program.row_upper + 1))
