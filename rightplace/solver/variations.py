"""What each of many small changes of one program would cost: a proven interval for each, from one warm relaxation.

A change (``Variation``) closes some columns, so that others have to be taken. For each change, in rising effort:

1. from the relaxation of the unchanged program: a bound by reduced costs, for all changes at once;
2. the relaxation with the change, from the basis of the last one: a better bound, and often a whole point at once;
3. where its point is not whole: a few branchings, each from the basis of the last one;
4. where value and bound still differ: all columns that could do better than the value, as a small program, which
   proves the rest.

Every point found for one change is a feasible point of every other change that it happens to keep.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from rightplace.errors import SolverError
from rightplace.program import Domain, Floats, Ints, Mask, Program
from rightplace.solver import highs
from rightplace.solver.answer import answer
from rightplace.solver.cheapest import cheapest_columns
from rightplace.solver.outcome import Answer, Limit, Outcome, Reason, SolveOptions
from rightplace.solver.relaxation import Relaxation, Relaxed
from rightplace.solver.slices import Slices
from rightplace.solver.structure import structure_of
from rightplace.solver.tier import one_tier

if TYPE_CHECKING:
    from collections.abc import Sequence

_WHOLE = 1e-6
_HELD = 0.25
"""Values of tiers are whole numbers; small programs hold a tier with this much room for rounding."""
_EXACT_COLUMNS = 20_000
"""Up to so many columns that could do better, a small program proves the rest."""
_COLUMNS_OF_ITEM = 12
"""Columns of an item, the cheapest by reduced cost, that a small program near the best point looks at."""
_NODES = 60
"""Branchings of one variation before it is left to a small program."""
_NOTHING: Ints = np.zeros(0, dtype=np.int64)

Values = tuple[int, ...]
"""One value a tier, compared in order."""


@dataclass(frozen=True, slots=True)
class Variation:
    """A change of a program.

    Parameters
    ----------
    closed
        Columns that have to be 0.
    chosen
        The open columns of the same items, of which one has to be 1.
    """

    closed: Ints
    chosen: Ints


@dataclass(slots=True)
class Span:
    """What is known of a variation.

    Parameters
    ----------
    at_least
        No point that keeps the change has smaller values, tier by tier in order.
    at_most
        The values of the best point found; ``None`` where none was.
    point
        The columns of that point that are at one.
    is_examined, is_tried
        It was looked at, and everything was tried to prove it.
    """

    at_least: Values
    at_most: Values | None = None
    point: Ints | None = None
    is_examined: bool = False
    is_tried: bool = False

    @property
    def is_exact(self) -> bool:
        """Nothing is left to find out."""
        return self.at_most == self.at_least

    def offer(self, values: Values, ones: Ints) -> None:
        """Take a point if it is better."""
        if self.at_most is None or values < self.at_most:
            self.at_most, self.point = values, ones

    def raise_to(self, values: Values) -> None:
        """Take a bound if it is better.

        Raises
        ------
        SolverError
            When it lies above a point that was found: one of the two is wrong.
        """
        self.at_least = max(self.at_least, values)
        if self.at_most is None or self.at_least <= self.at_most:
            return
        *before, last = self.at_most
        if self.at_least[:-1] != tuple(before) or self.at_least[-1] > last + 1:
            raise SolverError(f"a bound of {self.at_least} lies above the values {self.at_most}")
        self.at_least = self.at_most  # a bound is rounded up to a whole number, and may be so by one too many


class Study:
    """Spans of the variations of one program, ``spans[k]`` of ``variations[k]``; ``examine`` narrows them.

    Parameters
    ----------
    program
        With its tiers; ``outcome`` is a solver's answer to it, with a point.
    options
        The time limit counts from the making of the study.
    """

    def __init__(
        self, program: Program, outcome: Outcome, variations: Sequence[Variation], options: SolveOptions
    ) -> None:
        assert outcome.values is not None
        self._options = options
        self._deadline = time.perf_counter() + options.time_limit_seconds
        self._program = program
        self._structure = structure_of(program)
        self._slices = Slices(program)
        self._loose = self._structure.num_of_column == 0
        self.best = outcome.values
        self.values = self._values(self.best)
        self.bounds = tuple(min(claim.bound, value) for claim, value in zip(outcome.tiers, self.values, strict=True))
        self.variations = variations
        self.spans = [Span(self.bounds) for _ in variations]
        self._keeping = _by_column(variations, program.num_columns)
        self._relaxations: dict[int, Relaxation] = {}
        self._base: Relaxed | None = None
        if variations:
            self._base = self._relaxation(len(self.values) - 1).vary(_NOTHING, _NOTHING, {}, self._deadline)
        self._bound_by_reduced_costs()
        self._spread(self.best)

    @property
    def is_over(self) -> bool:
        """No time is left, or somebody asked to stop."""
        return self._options.stop.is_set() or time.perf_counter() >= self._deadline

    def _values(self, point: Floats) -> Values:
        return tuple(self._program.value(objective, point) for objective in self._program.objectives)

    def _relaxation(self, tier: int) -> Relaxation:
        """The relaxation of one tier with the tiers before it held, made when it is first needed."""
        if tier not in self._relaxations:
            objectives = self._program.objectives
            relaxation = Relaxation(self._program, self._structure, objectives[tier].costs, self._options)
            for before in range(tier):
                relaxation.hold(objectives[before].costs, self.values[before], self.best)
            relaxation.minimise(objectives[tier].costs, 0.0, self._deadline, lambda _: None)
            self._relaxations[tier] = relaxation
        return self._relaxations[tier]

    def _bound_by_reduced_costs(self) -> None:
        """The dual of an item whose columns are closed may rise until the cheapest of the others is at zero."""
        if self._base is None:
            return
        for variation, span in zip(self.variations, self.spans, strict=True):
            more = max(0.0, float(self._base.reduced[variation.chosen].min()))
            span.raise_to((*self.bounds[:-1], _whole(self._base.bound + more)))

    def _spread(self, point: Floats) -> None:
        """Let every variation that a point keeps know of it."""
        values, ones = self._values(point), np.flatnonzero(point > 0.5)
        first, number = self._keeping
        for kept in {int(k) for column in ones for k in number[first[column] : first[column + 1]]}:
            self.spans[kept].offer(values, ones)

    def examine(self, number: int, *, prove: bool = False) -> Span:
        """Steps 2 and 3 of a variation; ``prove``: step 4 too."""
        span, variation = self.spans[number], self.variations[number]
        if span.is_exact or self.is_over or (span.is_tried if prove else span.is_examined):
            return span
        span.is_examined, span.is_tried = True, prove
        levels, relaxed = self._relaxed(variation)
        if relaxed is None:
            return span
        span.raise_to((*self._proven_levels(levels), _whole(relaxed.bound)))
        if not self._take_whole(relaxed.point):
            self._look_near(variation, levels, relaxed)
        if prove:
            self._branch(span, variation, levels, relaxed)
        if prove and not span.is_exact:
            self._prove(span, variation, levels, relaxed)
        return span

    def _look_near(self, variation: Variation, levels: Values, relaxed: Relaxed) -> None:
        """A small program of the items that the change moves; the others are held as the best point has them.

        These are the items that the relaxed point has elsewhere than the relaxation without the change has them; if
        they leave no room for each other, those that it has elsewhere than the best point.
        """
        assert self._base is not None  # there is no relaxed point without one
        for before in (self._base.point, self.best):
            elsewhere = (np.abs(relaxed.point - before) > _WHOLE) | self._closed(variation)
            items = self._structure.item[elsewhere[self._structure.column]]
            moves = np.isin(self._structure.cluster, self._structure.cluster[items])
            of_moving = np.bincount(self._structure.column, moves[self._structure.item], minlength=len(self.best))
            inside = (of_moving == self._structure.num_of_column) & ~self._loose
            held = np.where((of_moving > 0) & ~self._loose, 0.0, self.best)
            found = self._solve(variation, levels, inside & (self._cheap | (relaxed.point > _WHOLE)), held)
            if found.values is not None:
                break

    def _closed(self, variation: Variation) -> Mask:
        """The closed columns that the best point uses."""
        closed = np.zeros(len(self.best), dtype=np.bool_)
        closed[variation.closed] = True
        return closed & (self.best > 0.5)

    @cached_property
    def _cheap(self) -> Mask:
        """The cheapest columns of each item by reduced cost, and those of the best point."""
        assert self._base is not None
        cheap: Mask = self.best > 0.5
        cheap[cheapest_columns(self._structure, self._base.reduced[self._structure.column], _COLUMNS_OF_ITEM)] = True
        return cheap

    def _branch(self, span: Span, variation: Variation, levels: Values, root: Relaxed) -> None:
        """Step 3: depth first, a column of the relaxed point at one or at zero; every bound is that of a relaxation."""
        open_nodes = [(_NOTHING, root)]
        unsettled = np.inf
        for _ in range(_NODES):
            while open_nodes and self._is_hopeless(span, levels, open_nodes[-1][1].bound):
                open_nodes.pop()
            if not open_nodes or self.is_over:
                break
            closed, relaxed = open_nodes.pop()
            if self._take_whole(relaxed.point):
                unsettled = min(unsettled, relaxed.bound)  # the value is the bound's, unless the search was cut short
                continue
            column = self._most_undecided(relaxed.point)
            children = [] if column is None else [np.append(closed, column), np.union1d(closed, self._rivals(column))]
            found = [(node, self._vary(len(levels), variation, levels, node)) for node in children]
            if not found or any(child is None for _, child in found):
                unsettled = min(unsettled, relaxed.bound)
                continue
            open_nodes += [(node, child) for node, child in found if child is not None]
        bound = min(
            [unsettled, *(node.bound for _, node in open_nodes if not self._is_hopeless(span, levels, node.bound))]
        )
        if span.at_most is not None and span.at_most[:-1] == levels:
            bound = min(bound, span.at_most[-1])
        if np.isfinite(bound):
            span.raise_to((*self._proven_levels(levels), _whole(bound)))

    @staticmethod
    def _is_hopeless(span: Span, levels: Values, bound: float) -> bool:
        """No point with this bound is better than the best one known."""
        if np.isinf(bound):
            return True
        return span.at_most is not None and (*levels, _whole(bound)) >= span.at_most

    def _most_undecided(self, point: Floats) -> int | None:
        """The integer column to decide on next: one that settles most items, the nearest to one of these."""
        column = np.flatnonzero((np.abs(point - np.round(point)) > _WHOLE) & (self._program.domains == Domain.INTEGER))
        if not len(column):
            return None
        return int(column[np.lexsort((point[column], self._structure.num_of_column[column]))[-1]])

    def _rivals(self, column: int) -> Ints:
        """All other columns of the items of a column."""
        structure = self._structure
        items = structure.item[structure.column == column]
        spans = [structure.column[structure.first[i] : structure.first[i + 1]] for i in items.tolist()]
        return np.setdiff1d(np.concatenate([_NOTHING, *spans]), [column])

    def _relaxed(self, variation: Variation) -> tuple[Values, Relaxed | None]:
        """The relaxation of the last tier, and the levels at which the tiers before are held.

        These are the values of the best point, unless they cannot be kept.
        """
        last = len(self.values) - 1
        relaxed = self._vary(last, variation, self.values[:-1])
        if relaxed is None or np.isfinite(relaxed.bound):
            return self.values[:-1], relaxed
        levels: Values = ()
        for tier, bound in enumerate(self.bounds[:-1]):
            found = self._vary(tier, variation, levels)
            if found is None or np.isinf(found.bound):
                return self.values[:-1], None
            levels = (*levels, max(bound if levels == self.values[:tier] else 0, _whole(found.bound)))
        relaxed = self._vary(last, variation, levels)
        return levels, relaxed if relaxed is None or np.isfinite(relaxed.bound) else None

    def _vary(self, tier: int, variation: Variation, levels: Values, closed: Ints = _NOTHING) -> Relaxed | None:
        relaxation = self._relaxation(tier)
        held = enumerate(levels, start=self._program.num_rows)  # the rows that hold tiers come first after its own
        sides = {row: float(level) for row, level in held} if levels != self.values[:tier] else {}
        all_closed = np.union1d(variation.closed, closed) if len(closed) else variation.closed
        return relaxation.vary(all_closed, variation.chosen, sides, self._deadline)

    def _proven_levels(self, levels: Values) -> Values:
        """What is proven of the tiers before the last when they are held at some levels."""
        return self.bounds[:-1] if levels == self.values[:-1] else levels

    def _take_whole(self, point: Floats) -> bool:
        """Let every variation know of the point of a relaxation, if it is whole and breaks no row."""
        rounded = np.round(point)
        return float(np.abs(rounded - point).max(initial=0.0)) <= _WHOLE and self._take(rounded)

    def _take(self, point: Floats) -> bool:
        if self._program.worst_violation(point) > _WHOLE:
            return False
        self._spread(point)
        return True

    def _prove(self, span: Span, variation: Variation, levels: Values, relaxed: Relaxed) -> None:
        """Step 4: only columns of small reduced cost can belong to a point that is better than the best one known."""
        could_help = np.ones(self._program.num_columns, dtype=np.bool_)
        if span.at_most is not None and span.at_most[:-1] == levels:
            could_help = relaxed.reduced <= span.at_most[-1] - relaxed.bound
        if could_help.sum() > _EXACT_COLUMNS:
            return
        found = self._solve(variation, levels, could_help)
        if found.reason is Reason.INFEASIBLE and (span.at_most is None or span.at_most[:-1] != levels):
            self._solve_tiers(span, variation)
        elif found.reason is Reason.INFEASIBLE and span.at_most is not None:
            span.raise_to(span.at_most)
        elif found.bound is not None and span.at_most is not None:
            bound = min(_whole(found.bound), span.at_most[-1])
            span.raise_to((*self._proven_levels(levels), bound))

    def _solve(self, variation: Variation, levels: Values, columns: Mask, held: Floats | None = None) -> Answer:
        """The last tier over some columns and those without items, with the tiers before held.

        Parameters
        ----------
        held
            What the other columns are, and then only columns without items beside the free ones are free too; 0
            without.
        """
        if self.is_over:
            return Answer(Reason.NO_SOLUTION, Limit.TIME, None, None, "no time left")
        free = columns.copy()
        free[variation.closed] = False
        free |= self._loose if held is None else self._loose_beside(free | (self.best > held))
        kept = np.flatnonzero(free)
        point = np.zeros(self._program.num_columns) if held is None else np.where(free, 0.0, held)
        *before, last = self._program.objectives
        small = self._slices.cut(kept, point, last)
        for objective, level in zip(before, levels, strict=True):
            small = small.with_row(objective.costs[kept], level + _HELD - self._program.value(objective, point))
        minimise = highs.minimise if held is None else highs.minimise_soon
        found = one_tier(minimise, replace(small, start=None), small.objectives[0], self._limits())
        if found.values is not None:
            point[kept] = found.values
            if not self._take(point):
                raise SolverError(f"a point of a small program breaks the whole one: {found.detail}")
        return found

    def _loose_beside(self, columns: Mask) -> Mask:
        """The columns without items that share a row with some columns."""
        touched = np.zeros(self._program.num_rows, dtype=np.bool_)
        touched[self._slices.entries(np.flatnonzero(columns))[1]] = True
        loose = np.flatnonzero(self._loose)
        at, row, _ = self._slices.entries(loose)
        found: Mask = np.zeros(self._program.num_columns, dtype=np.bool_)
        found[loose[at[touched[row]]]] = True
        return found

    def _solve_tiers(self, span: Span, variation: Variation) -> None:
        """All tiers anew, where the tiers before cannot be kept at the level that the relaxation says."""
        upper = self._program.upper.copy()
        upper[variation.closed] = 0.0
        outcome = answer(replace(self._program, upper=upper, start=None), replace(self._limits(), solver="highs"))
        if outcome.values is not None:
            self._take(outcome.values)
            trivial = [self._program.trivial_bound(objective) for objective in self._program.objectives]
            claims = [claim.bound for claim in outcome.tiers]
            span.raise_to((*claims, *trivial[len(claims) :]))

    def saving(self, rows: Ints) -> int | None:
        """What one unit more room in each of some rows could save of the last tier, at most, with those before held."""
        relaxation = self._relaxation(len(self.values) - 1)
        sides = {int(row): float(self._program.row_upper[row]) + 1.0 for row in rows}
        relaxed = relaxation.vary(_NOTHING, _NOTHING, sides, self._deadline)
        return None if relaxed is None else max(0, self.values[-1] - _whole(relaxed.bound))

    def _limits(self) -> SolveOptions:
        left = max(0.0, self._deadline - time.perf_counter())
        return replace(self._options, time_limit_seconds=left, relative_gap=0.0, progress=None)


def _whole(bound: float) -> int:
    """A bound, less what rounding may have added, up to the next whole number."""
    return math.ceil(bound - 1e-8 * abs(bound) - 1e-3)


def _by_column(variations: Sequence[Variation], num_columns: int) -> tuple[Ints, Ints]:
    """The variations that each column keeps: ``number[first[j]:first[j + 1]]``."""
    columns = np.concatenate([_NOTHING, *(variation.chosen for variation in variations)])
    numbers = np.repeat(np.arange(len(variations)), [len(variation.chosen) for variation in variations])
    order = np.argsort(columns, kind="stable")
    return np.searchsorted(columns[order], np.arange(num_columns + 1)), numbers[order]
