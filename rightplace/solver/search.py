"""The state of a decomposition, and its cutting planes on the linear relaxation."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from rightplace.program import Mask
from rightplace.solver.master import Master
from rightplace.solver.outcome import Progress, SolveOptions
from rightplace.solver.parts import Prices
from rightplace.solver.recourse import Cut, Group, Policy, Recourse
from rightplace.staged import Floats, StagedProgram

_MANY_ARCS = 20_000
"""More arcs than these make a program large."""
_OUTWARD = 0.5
"""How far from the best point towards the master's a cut is made."""
_FAR = 0.01
"""Share of the value: with a gap above it, cuts are made at the master's point itself."""
_INNER = 0.1
"""Share of the gap of the relaxation to which a group is served."""
_LEAST_GAP = 1e-9
"""A gap is closed when it is this small, whatever was asked for: linear programs are not solved more exactly."""
_ROUNDING = 1e-12
"""A gap that is larger than the one asked for by no more than this is that gap, found by other arithmetic."""
_MISSED = 1e-6
"""A hard coupling is missed when more than this lacks."""
_SEEN, _USED = 6, 1e-7
"""Of how many points of the relaxation the columns in use are remembered, and from which amount a column is in use."""


@dataclass(slots=True)
class Best:
    point: Floats | None = None
    value: float = np.inf
    policies: tuple[Policy, ...] = ()


@dataclass(slots=True)
class Search:
    """The state of one run."""

    staged: StagedProgram
    options: SolveOptions
    recourse: Recourse
    master: Master
    ends: float
    cuts: list[Cut] = field(default_factory=list)
    best: Best = field(default_factory=Best)
    bound: float = -np.inf
    prices: list[Prices] = field(default_factory=list)
    relaxed: Floats | None = None
    inside: Floats | None = None
    seen: list[Mask] = field(default_factory=list)
    enough: Callable[[float, float], bool] | None = None

    def add(self, cuts: list[Cut]) -> None:
        self.cuts += cuts
        self.master.add(cuts)

    def take_prices(self) -> None:
        """The prices of each group's cut that says most where the cuts known so far would have the plan."""
        solved = self.master.relaxation(self.left)
        if solved is None:
            return
        point = solved[0]
        for group in self.recourse.groups:
            mine = [cut for cut in self.cuts if cut.group == group.number]
            if mine:
                says_most = max(mine, key=lambda cut: cut.constant - float(cut.slope @ point))
                self.prices[group.number] = says_most.prices

    def with_less(self, position: int, less: float) -> tuple[Floats, float] | None:
        """Point and value of the relaxation with less asked of one coupling; ``None`` at a limit."""
        return self.master.with_less(self.cuts, position, less, self.recourse.groups, self.left)

    @property
    def left(self) -> float:
        return self.ends - time.perf_counter()

    @property
    def seconds(self) -> float:
        """Since the start."""
        return self.options.time_limit_seconds - self.left

    @property
    def is_over(self) -> bool:
        return self.left <= 0 or self.options.stop.is_set() or self.is_enough

    @property
    def is_enough(self) -> bool:
        """Who asked has the answer already."""
        return self.enough is not None and self.enough(self.best.value, self.bound)

    @property
    def told_value(self) -> float | None:
        """The best value so far, once its plan misses nothing that must not be missed."""
        misses = (
            missed
            for group, policy in zip(self.recourse.groups, self.best.policies, strict=False)
            for i, missed in zip(group.couplings, policy.missed, strict=True)
            if self.staged.couplings[i].is_hard
        )
        return None if self.best.point is None or max(misses, default=0.0) > _MISSED else self.best.value

    def gap(self) -> float:
        return (self.best.value - self.bound) / max(1.0, abs(self.best.value))

    def is_closed_by(self, bound: float) -> bool:
        """Whether this bound would bring the best value within the gap asked for."""
        gap = (self.best.value - bound) / max(1.0, abs(self.best.value))
        return gap <= max(self.options.relative_gap, _LEAST_GAP) + _ROUNDING

    @property
    def is_closed(self) -> bool:
        """Whether the gap asked for is reached."""
        return self.is_closed_by(self.bound)

    @property
    def asked(self) -> float:
        """The bound that would bring the best value within the gap asked for; infinite as long as there is no value."""
        if self.best.point is None:
            return np.inf
        return self.best.value - self.options.relative_gap * max(1.0, abs(self.best.value))

    @property
    def is_large(self) -> bool:
        """Serving takes nearly all the time, so points and prices are chosen with more care."""
        return is_large(self.staged)

    def _starts(self, group: Group) -> list[Prices]:
        """Prices to begin with: those around the last ones; of a large program, first these alone."""
        start = self.prices[group.number]
        around = _bracket(start) if len(group.couplings) else []
        return [start, *around] if self.is_large or not around else around

    def evaluate(
        self, point: Floats, inner: float, most_rounds: int, *, is_candidate: bool, less: Floats | None = None
    ) -> float:
        """Serve all groups at a point to a tolerance, keep their cuts, and the point where it is the best so far.

        ``less``: by coupling of the program, how much less it is to reach.
        """
        policies = []
        for group in self.recourse.groups:
            starts = self._starts(group)
            lower = None if less is None else less[list(group.couplings)]
            policy, rounds = self.recourse.policy(group, point, starts, inner, most_rounds, lower)
            self.add([served.cut for served in rounds])
            self.prices[group.number] = max(rounds, key=lambda served: served.bound).prices
            policies.append(policy)
        value = self.master.own_cost(point) + sum(policy.value for policy in policies)
        if is_candidate and value < self.best.value:
            self.best = Best(point, value, tuple(policies))
        return value


def is_large(staged: StagedProgram) -> bool:
    """Whether serving takes nearly all the time."""
    return len(staged.arc_costs) > _MANY_ARCS


def _bracket(prices: Prices) -> list[Prices]:
    """Prices a little below and above: their flows, mixed block by block, are near any policy in between."""
    if not prices.couplings.any():
        return []
    return [Prices(prices.couplings * factor, prices.scenarios) for factor in (0.97, 1.03)]


def relax(search: Search, most_rounds: int, share: float, inside: Floats | None = None, least: float = np.inf) -> None:
    """Cutting planes on the linear relaxation, until its bound is near the value of the best point found.

    Of a large program, cuts are made between the best point so far and the master's own, which jumps about while it has
    few cuts (in-out separation; Ben-Ameur and Neto 2007, doi:10.1002/net.20190).

    Parameters
    ----------
    share
        Of the gap asked for: how near.
    inside, least
        A point that is known already, and its value. With one, every point served is a plan that may be the best.
    """
    is_candidate = inside is not None
    for _ in range(most_rounds):
        solved = search.master.relaxation(search.left)
        if solved is None or search.is_over:
            return
        outside, bound = solved
        search.bound = max(search.bound, bound)
        search.seen = [*search.seen[1 - _SEEN :], outside > _USED]
        if is_candidate and least - bound <= abs(least) * search.options.relative_gap * share:
            return
        point = outside
        if search.is_large and inside is not None and least - bound <= abs(least) * _FAR:
            point = _OUTWARD * outside + (1 - _OUTWARD) * inside
        inner = max(abs(bound) * search.options.relative_gap * 0.1, 1e-6)
        if search.is_large and np.isfinite(least):
            inner = max(inner, _INNER * (least - bound))
        value = search.evaluate(point, inner, 8, is_candidate=is_candidate)
        if value < least:
            inside, least = point, value
            search.inside = inside
        if search.options.progress is not None:
            plan = search.told_value if is_candidate else None
            search.options.progress(Progress("relaxation", search.seconds, plan, bound))
        if least - bound <= abs(least) * search.options.relative_gap * share:
            return
