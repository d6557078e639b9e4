"""Our own method for large programs: relaxation, dive, neighbourhoods, then a bound for each tier.

1. The relaxation of all tiers in one weighted objective, with few columns and rows at a time (``relaxation``).
2. A dive: what the relaxed point decides is held, the rest is solved as a small program.
3. Neighbourhoods: small programs around those whose columns cost most more than they must (``neighbourhood``).
4. Tier by tier, with the tiers before held: the relaxation's bound; and where that does not meet the value and few
   enough columns could still do better, HiGHS on these columns alone, which proves the rest.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from rightplace.errors import SolverError
from rightplace.program import Floats, Ints, Objective, Program
from rightplace.solver import highs
from rightplace.solver.abreast import abreast
from rightplace.solver.dive import dive
from rightplace.solver.flow import cheapest_flow
from rightplace.solver.neighbourhood import Neighbourhoods
from rightplace.solver.outcome import Limit, Outcome, Progress, Reason, SolveOptions, TierClaim, whole_bound
from rightplace.solver.partition import lazy_rows
from rightplace.solver.relaxation import Relaxation, Relaxed
from rightplace.solver.structure import Structure, structure_of
from rightplace.solver.tier import one_tier

if TYPE_CHECKING:
    from collections.abc import Callable

_NAME = "rightplace with highs"
_TIER_WEIGHT = 2.0
"""A tier weighs this many times the largest share that an item has of the tiers after it."""
_EXACT_COLUMNS = 60_000
"""Up to so many columns that could do better, HiGHS proves what the bound leaves open."""
_FEW_COLUMNS = 5_000
"""With so few it is better to do so at once than to try more neighbourhoods."""
_FAILURES = 2
"""Neighbourhoods without a better point, around each cluster where one could be, after which HiGHS proves the rest."""
_CHEAPEST_COLUMNS = 30_000
"""Where the cheapest columns of all items are no more than this, one program has them all."""
_DIVE_COLUMNS = 100_000
"""A dive into more open columns than this takes longer than neighbourhoods."""
_WINDOW, _LARGEST_WINDOW, _SEEDS = 160, 480, 4
"""Items of a neighbourhood, at first and at most, and clusters around which it lies."""
_PATIENCE = 0.01
"""What a failure leaves of the urgency of a cluster."""
_WINDOW_SECONDS = 5.0
_WINDOW_GAP = 1e-4
_VAIN = 12
"""Neighbourhoods in a row that bring nothing, after which a part of a larger program is left as it is."""
_TIMES_BEFORE = 1.0
"""Neighbourhoods of a part of a program may take this many times as long as all before them."""
_MISSED = 1e-6
"""By how much a feasible point may miss a row."""
_SHARES = {"relaxation": 0.55, "dive": 0.3, "improve": 0.9, "improve a small one": 0.15}
"""What each step may take: of the whole limit, of what is left, and of the whole limit."""


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
        return unsolved(program, program.start, options)
    return _Chain(program, options).run()


def improved(program: Program, options: SolveOptions, reduced: Floats) -> Floats:
    """A better point than the start, as far as one is found within the limits; nothing is proven of it.

    Neighbourhoods take no longer than all before them: other parts of the program wait.

    Parameters
    ----------
    reduced
        What each column costs at the best prices known.
    """
    chain = _Chain(program, options, reduced)
    chain.improve(times=_TIMES_BEFORE)
    return chain.point


def unsolved(program: Program, start: Floats, options: SolveOptions) -> Outcome:
    """The start, with what can be said of it without any work."""
    tiers = ((o, program.value(o, start), program.trivial_bound(o)) for o in program.objectives)
    claims = tuple(TierClaim(objective.name, value, bound) for objective, value, bound in tiers)
    limit = Limit.INTERRUPT if options.stop.is_set() else Limit.TIME
    if all(claim.is_proven for claim in claims):
        return Outcome(Reason.OPTIMAL, Limit.NONE, start, claims, _NAME, highs.version(), 0.0, "the start is free")
    return Outcome(Reason.FEASIBLE, limit, start, claims, _NAME, highs.version(), 0.0, "no time")


@dataclass(frozen=True, slots=True)
class _Clock:
    """When things have to be done (``time.perf_counter``)."""

    began: float
    limit: float

    def at(self, share: float) -> float:
        """A share of the whole limit."""
        return self.began + share * self.limit

    def left(self, share: float = 1.0) -> float:
        """Seconds until a share of the limit is used, at least 0."""
        return max(0.0, self.at(share) - time.perf_counter())


@dataclass(frozen=True, slots=True)
class _Part:
    """A neighbourhood: the clusters around which it lies, its program, and where its columns are."""

    seeds: Ints
    program: Program
    free: Ints


def _most_urgent(urgency: Floats) -> Ints:
    seeds = np.argsort(-urgency, kind="stable")[:_SEEDS]
    found: Ints = seeds[urgency[seeds] > 0]
    return found


class _Chain:
    """One solve."""

    def __init__(self, program: Program, options: SolveOptions, reduced: Floats | None = None) -> None:
        assert program.start is not None  # solve() has made sure
        self._program = program
        self._options = options
        self._clock = _Clock(time.perf_counter(), options.time_limit_seconds)
        self._structure: Structure = structure_of(program)
        self._weights = tier_weights(program, self._structure)
        weighted = sum(w * o.costs for w, o in zip(self._weights, program.objectives, strict=True))
        self._all_tiers = Objective("all tiers", np.asarray(weighted, dtype=np.float64))
        self._point: Floats = program.start
        self._bound = -np.inf
        self._phase = "relaxation"
        self._relaxation = Relaxation(program, self._structure, self._all_tiers.costs, options, reduced)
        rows = ~lazy_rows(program)
        self._firsts = [cheapest_flow(program, self._structure, o.costs, rows).bound for o in program.objectives[:-1]]

    @property
    def point(self) -> Floats:
        """The best point so far."""
        return self._point

    def improve(self, times: float = np.inf) -> None:
        """The relaxation, and better points around it, these for at most some times as long as all before."""
        relaxed = self._relax(self._all_tiers.costs, self._clock.at(_SHARES["relaxation"]), self._bounded)
        if np.isfinite(relaxed.bound) and not self._is_over(_SHARES["improve"]):
            self._improve(relaxed, times)

    def run(self) -> Outcome:
        """The steps in order."""
        self.improve()
        claims = self._claims()
        proven = all(claim.is_proven for claim in claims)
        limit = Limit.INTERRUPT if self._options.stop.is_set() else Limit.TIME
        if not proven and self._is_near_enough(claims):
            limit = Limit.GAP
        return Outcome(
            reason=Reason.OPTIMAL if proven else Reason.FEASIBLE,
            limit=Limit.NONE if proven else limit,
            values=self._point,
            tiers=claims,
            solver=_NAME,
            version=highs.version(),
            seconds=time.perf_counter() - self._clock.began,
            detail="relaxation, dive, neighbourhoods",
            flow_seconds=self._relaxation.flow_seconds,
        )

    def _relax(self, costs: Floats, deadline: float, report: Callable[[float], None] = lambda _: None) -> Relaxed:
        return self._relaxation.minimise(costs, max(1e-5, self._options.relative_gap / 10), deadline, report)

    def _is_over(self, share: float = 1.0) -> bool:
        return self._options.stop.is_set() or self._clock.left(share) <= 0

    def _values(self, point: Floats) -> tuple[int, ...]:
        return tuple(self._program.value(objective, point) for objective in self._program.objectives)

    def _bounded(self, bound: float) -> None:
        self._bound = max(self._bound, bound)
        self._report()

    def _report(self) -> None:
        if self._options.progress is not None:
            value = float(self._all_tiers.costs @ self._point)
            seconds = time.perf_counter() - self._clock.began
            self._options.progress(Progress(self._phase, seconds, value, self._bound))

    def _take(self, point: Floats) -> bool:
        """Keep a point if it is better, tier by tier."""
        is_better = self._values(point) < self._values(self._point)
        if is_better:
            self._point = point
            self._report()
        return is_better

    def _gap(self) -> float:
        """How far the last tier could be from its bound if the tiers before stay where they are, about."""
        *before, last = self._values(self._point)
        bound = self._bound - sum(w * v for w, v in zip(self._weights, before, strict=False))
        return (last - bound) / max(1.0, abs(last))

    def _improve(self, relaxed: Relaxed, times: float) -> None:
        """Dive, then neighbourhoods, then all items at once, until the gap is small or time is up."""
        program = self._relaxation.program
        near = Neighbourhoods(program, self._structure, self._all_tiers, relaxed)
        small, free, held = near.undecided()
        self._take_if_feasible(held)
        self._phase = "dive"
        if small.num_columns <= _DIVE_COLUMNS:
            start = held[free] if small.worst_violation(held[free]) <= _MISSED else None
            small = replace(small, start=start)
            found = dive(small, self._options, self._clock.left() * _SHARES["dive"], self._slack())
            if found is not None:
                held[free] = found
                self._take_if_feasible(held)
        self._phase = "neighbourhoods"
        small, free = near.cheapest(self._point)
        is_small = small.num_columns <= _CHEAPEST_COLUMNS
        most = _SHARES["improve a small one" if is_small else "improve"]
        if np.isfinite(times):
            most = min(most, (1 + times) * (time.perf_counter() - self._clock.began) / self._clock.limit)
        self._improve_around(near, relaxed, most, np.inf if np.isinf(times) else _VAIN)
        if is_small and np.isinf(times) and not self._is_over(_SHARES["improve"]) and self._is_open():
            small, free = near.cheapest(self._point)
            found = self._solve_small(small, self._clock.left(_SHARES["improve"]))
            if found is not None:
                point = np.zeros(self._program.num_columns)
                point[free] = found
                self._take(point)

    def _slack(self) -> float:
        """What a dive may add to the relaxation: a third of the gap that is wanted."""
        wanted = max(self._options.relative_gap, _WINDOW_GAP)
        return wanted / 3 * abs(self._values(self._point)[-1])

    def _is_open(self) -> bool:
        """Whether the gap is larger than wanted."""
        return self._gap() > max(self._options.relative_gap, 1e-9)

    def _improve_around(self, near: Neighbourhoods, relaxed: Relaxed, share: float, vain: float) -> None:
        """Neighbourhoods of those whose columns cost most more than they must, larger ones where that did not help.

        Until the time is up, the gap is closed, few columns could do better, or so many in a row were in vain.
        """
        failures, in_vain = np.zeros(near.num_clusters), 0
        while not self._is_over(share) and self._is_open() and in_vain < vain:
            urgency = near.regrets(self._point) * _PATIENCE**failures
            seeds = _most_urgent(urgency)
            enough = _EXACT_COLUMNS if len(seeds) and failures[seeds].min() >= _FAILURES else _FEW_COLUMNS
            if not len(seeds) or self._could_do_better(relaxed) <= enough:
                break
            parts = self._apart(near, urgency, failures)
            seconds = min(_WINDOW_SECONDS, self._clock.left())
            solved = abreast(partial(self._solve_small, seconds=seconds), [part.program for part in parts])
            for number, (part, found) in enumerate(zip(parts, solved, strict=True)):
                point = self._point.copy()
                if found is not None:
                    point[part.free] = found
                fits = not number or self._program.worst_violation(point) <= _MISSED
                is_better = fits and self._take(point)
                failures[part.seeds] = 0 if is_better else failures[part.seeds] + 1
                in_vain = 0 if is_better else in_vain + 1

    def _apart(self, near: Neighbourhoods, urgency: Floats, failures: Floats) -> list[_Part]:
        """The most urgent neighbourhoods that have no column in common, one for each thread."""
        urgency, taken = urgency.copy(), np.zeros(self._program.num_columns, dtype=np.bool_)
        parts: list[_Part] = []
        for _ in range(max(1, self._options.num_threads)):
            seeds = _most_urgent(urgency)
            if not len(seeds):
                break
            num_failures = int(failures[seeds[0]])
            if num_failures:
                seeds = seeds[:1]
            urgency[seeds] = 0.0
            program, free = near.around(seeds, self._point, min(_WINDOW * (1 + num_failures), _LARGEST_WINDOW))
            if not taken[free].any():
                taken[free] = True
                parts.append(_Part(seeds, program, free))
        return parts

    def _take_if_feasible(self, point: Floats) -> None:
        if self._program.worst_violation(point) <= _MISSED:
            self._take(point)

    def _could_do_better(self, relaxed: Relaxed) -> int:
        """Columns that a better point could use."""
        slack = float(self._all_tiers.costs @ self._point) - relaxed.bound
        return int((relaxed.reduced <= slack).sum())

    def _solve_small(self, program: Program, seconds: float) -> Floats | None:
        options = replace(self._options, time_limit_seconds=seconds, relative_gap=_WINDOW_GAP, progress=None)
        return one_tier(highs.minimise, program, program.objectives[0], options).values

    def _claims(self) -> tuple[TierClaim, ...]:
        """What can be said of each tier, with the tiers before held where the point has them."""
        self._phase = "proof"
        bounds: list[int] = []
        for position, objective in enumerate(self._program.objectives):
            is_last = position == len(self._program.objectives) - 1
            until = self._clock.at(1.0) if is_last else time.perf_counter() + self._clock.left() / 2
            bounds.append(self._prove(position, self._options.relative_gap if is_last else 0.0, until))
            if self._is_over():
                continue
            self._relaxation.hold(objective.costs, self._program.value(objective, self._point), self._point)
        values = self._values(self._point)
        names = (objective.name for objective in self._program.objectives)
        return tuple(TierClaim(n, v, min(b, v)) for n, v, b in zip(names, values, bounds, strict=True))

    def _prove(self, position: int, gap: float, until: float) -> int:
        """A bound of one tier: from all tiers together, from the relaxation, and from HiGHS where few columns are left.

        A column is left when it could belong to a better point.
        """
        objective = self._program.objectives[position]
        value = self._program.value(objective, self._point)
        trivial = self._program.trivial_bound(objective)
        if position < len(self._firsts):
            trivial = whole_bound(self._firsts[position], value, min(trivial, value))
        if value == trivial:
            return trivial
        bound = self._bound_from_all(position, trivial, until)
        if value - bound <= gap * abs(value) or self._is_over():
            return bound
        relaxed = self._relax(objective.costs, until)
        bound = whole_bound(relaxed.bound, value, bound)
        kept = np.flatnonzero((relaxed.reduced <= value - relaxed.bound) | (self._point > 0))
        if value - bound <= gap * abs(value) or self._is_over() or len(kept) > _EXACT_COLUMNS:
            return bound
        near = Neighbourhoods(self._relaxation.program, self._structure, objective, relaxed)
        small = near.only(kept, self._point)
        options = replace(self._options, time_limit_seconds=until - time.perf_counter(), relative_gap=gap)
        given = one_tier(highs.minimise, small, small.objectives[0], options)
        if given.values is not None:
            point = np.zeros(self._program.num_columns)
            point[kept] = given.values
            self._take(point)
        value = self._program.value(objective, self._point)
        return value if given.reason is Reason.OPTIMAL else whole_bound(given.bound, value, bound)

    def _bound_from_all(self, position: int, trivial: int, until: float) -> int:
        """A bound of one tier from the relaxation of all, with the values of the tiers before taken off.

        Every tier adds its weighted costs. For an earlier tier those of the later ones are left out. For the last one
        the earlier ones may weigh less: each unit of them that no plan can avoid then takes less off the bound.
        """
        tiers = list(zip(self._weights, self._program.objectives, self._values(self._point), strict=True))
        weight, objective, value = tiers[position]
        head = np.asarray(sum(w * o.costs for w, o, _ in tiers[: position + 1]), dtype=np.float64)
        before = sum(w * v for w, _, v in tiers[:position])
        if position < len(tiers) - 1:
            if self._is_over():
                return trivial
            slope = self._relaxation.slope(self._all_tiers.costs, head, until)
            return whole_bound((slope - before) / weight, value, trivial)
        bound = self._bound - before
        for share in (0.1, 0.01) if position and not self._is_over() else ():
            costs = share * (head - objective.costs) + objective.costs
            bound = max(bound, self._relax(costs, until).bound - share * before)
        return whole_bound(bound, value, trivial)

    def _is_near_enough(self, claims: tuple[TierClaim, ...]) -> bool:
        """Whether only the allowed gap of the last tier is open."""
        *before, last = claims
        gap = (last.value - last.bound) / max(1, abs(last.value))
        return all(claim.is_proven for claim in before) and gap <= self._options.relative_gap


def tier_weights(program: Program, structure: Structure) -> list[float]:
    """What a unit of each tier counts beside the last one."""
    weights, largest = [1.0], 1.0
    for later, objective in zip(program.objectives[:0:-1], program.objectives[-2::-1], strict=True):
        share = np.abs(later.costs) / np.maximum(1, structure.num_of_column)
        largest = max(largest, weights[-1] * float(share.max(initial=0.0)))
        positive = objective.costs[objective.costs > 0]
        weights.append(float(np.ceil(_TIER_WEIGHT * largest / positive.min(initial=np.inf))) if len(positive) else 1.0)
    return weights[::-1]
