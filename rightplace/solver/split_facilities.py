"""Capacitated facility location whose customers may be split: prices first, then HiGHS on what they leave open.

The rule that every customer is served is priced, a price a customer; what is left is a continuous knapsack for each
facility, so that the best prices give the bound of the strong formulation's relaxation. That open facilities hold all
demand has a price too (``toll``). With a value at hand, facilities that cannot be open, or shut, in anything better are
fixed (Beasley 1993, doi:10.1016/0377-2217(93)90182-7); HiGHS solves the rest.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np

from rightplace.program import Floats, Mask
from rightplace.solver import highs
from rightplace.solver.assignment_program import Sites, shares_of, sites_program
from rightplace.solver.outcome import Answer, Limit, Progress, Reason, SolveOptions
from rightplace.solver.tier import one_tier

_STEPS, _LENGTH, _PATIENCE, _SHORTEST = 400, 1.2, 12, 0.01
"""Of prices: how many, how long at first (as a share of the way to the value), when they are halved, and the end."""
_MEMORY = 0.3
_LOOK_EVERY = 60
"""Steps after which the facilities that are open at these prices are tried."""
_ROUNDING = 1e-9
"""Of a bound, lost to sums of floating point."""


@dataclass(frozen=True, slots=True, eq=False)
class _Priced:
    """What some prices say: the bound, what each facility costs beyond what it earns, and how much each serves."""

    bound: float
    balance: Floats
    taken: Floats

    @property
    def is_open(self) -> Mask:
        """Facilities that earn what they cost."""
        found: Mask = self.balance <= 0.0
        return found


def solve_split(
    fixed_costs: Floats,
    capacities: Floats,
    demands: Floats,
    costs: Floats,
    options: SolveOptions,
    num_open: int | None = None,
) -> Answer:
    """Open facilities and share every customer among them, at least cost.

    Parameters, values and errors as in ``assignment.solve_single_source``; a share of a customer costs its share.
    """
    num = len(capacities)
    none, may_open = np.zeros(num, dtype=np.bool_), np.ones(num, dtype=np.bool_)
    weights = np.tile(demands, (num, 1))
    sites = Sites(costs, weights, capacities, fixed_costs, none, may_open, is_split=True, num_open=num_open)
    return _Split(sites, demands, options).run()


class _Split:
    """One solve."""

    def __init__(self, sites: Sites, demands: Floats, options: SolveOptions) -> None:
        self._sites, self._demands, self._options = sites, demands, options
        self._began = time.perf_counter()
        self._value, self._bound = np.inf, -np.inf
        self._point: tuple[Mask, Floats] | None = None
        self._tried: set[bytes] = set()

    def run(self) -> Answer:
        """The steps in order."""
        if 0 in self._sites.costs.shape or (self._sites.room < 0).any() or not self._may_suffice():
            return self._rest(self._sites)  # HiGHS says what is wrong
        best = self._steps()
        if best is None or self._left() <= 0 or self._options.stop.is_set():
            return self._unfinished()
        return self._rest(self._fixed(best))

    def _may_suffice(self) -> bool:
        room, num_open = np.sort(self._sites.room)[::-1], self._sites.num_open
        return bool(room[:num_open].sum() >= self._demands.sum()) and (num_open is None or num_open <= len(room))

    def _left(self) -> float:
        return self._options.time_limit_seconds - (time.perf_counter() - self._began)

    def _priced(self, prices: Floats) -> _Priced:
        """Knapsacks and toll at some prices."""
        sites = self._sites
        profit = np.maximum(prices - sites.costs, 0.0)
        is_sized = self._demands > 0.0  # customers of no size fit everywhere
        worth = np.where(is_sized, profit / np.where(is_sized, self._demands, 1.0), np.inf)
        order = np.argsort(-worth, axis=1)
        sizes = self._demands[order]
        left = sites.room[:, None] - (np.cumsum(sizes, axis=1) - sizes)
        in_order = np.where(sizes > 0.0, np.clip(left / np.where(sizes > 0.0, sizes, 1.0), 0.0, 1.0), 1.0)
        taken = np.empty_like(profit)
        np.put_along_axis(taken, order, in_order, axis=1)
        taken = np.where(profit > 0.0, taken, 0.0)
        balance = sites.fixed - (taken * profit).sum(axis=1)
        toll, strength, need = self._toll(balance)
        balance = balance - toll * strength
        bound = float(prices.sum() + toll * need + np.minimum(balance, 0.0).sum())
        return _Priced(bound - _ROUNDING * (abs(bound) + 1.0), balance, taken)

    def _toll(self, balance: Floats) -> tuple[float, Floats, float]:
        """Price, strength and need of the rule on who is open: so many, or room for all demand."""
        num_open = self._sites.num_open
        if num_open is not None:
            toll = np.sort(balance)[max(0, num_open - 1)]
            return float(toll), np.ones(len(balance)), float(num_open)
        room, need = self._sites.room, float(self._demands.sum())
        ratio = np.where(room > 0, balance / np.maximum(room, 1e-12), np.inf)
        order = np.argsort(ratio, kind="stable")
        at = min(int(np.searchsorted(np.cumsum(room[order]), need)), len(order) - 1)
        toll = float(ratio[order[at]])
        return (max(0.0, toll) if np.isfinite(toll) else 0.0), room, need

    def _steps(self) -> _Priced | None:
        """The best of many prices; a value is found on the way."""
        sites = self._sites
        best_prices = (sites.costs + sites.fixed[:, None] * self._demands / np.maximum(1e-9, sites.room)[:, None]).min(
            0
        )
        prices, direction = best_prices, np.zeros(len(best_prices))
        best: _Priced | None = None
        length, fruitless = _LENGTH, 0
        for step in range(_STEPS):
            if self._left() <= 0 or self._options.stop.is_set():
                break
            priced = self._priced(prices)
            if best is None or priced.bound > best.bound:
                best, best_prices, fruitless = priced, prices, 0
                self._bound = best.bound
            else:
                fruitless += 1
            if step % _LOOK_EVERY == 0:
                self._try(best)
            if fruitless > _PATIENCE:
                length, fruitless, prices = 0.5 * length, 0, best_prices
                priced = best
            goal = self._value if self._value < np.inf else best.bound + 0.1 * abs(best.bound) + 1.0
            direction = _MEMORY * direction + 1.0 - priced.taken[priced.is_open].sum(axis=0)
            norm = float(direction @ direction)
            if length < _SHORTEST or norm < 1e-12 or goal <= priced.bound:
                break
            prices = prices + length * (goal - priced.bound) / norm * direction
        if best is not None:
            self._try(best)
        return best

    def _try(self, priced: _Priced) -> None:
        """What it costs to have open what is open at some prices, and more where that cannot hold all demand."""
        sites = self._sites
        opened = priced.is_open
        order = np.argsort(priced.balance / np.maximum(1e-9, sites.room), kind="stable")
        if sites.num_open is not None:
            opened = np.zeros(len(opened), dtype=np.bool_)
            opened[np.argsort(priced.balance, kind="stable")[: sites.num_open]] = True
        else:
            for facility in order.tolist():
                if sites.room[opened].sum() >= self._demands.sum():
                    break
                opened[facility] = True
        if opened.tobytes() in self._tried:
            return
        self._tried.add(opened.tobytes())
        only = replace(sites, is_open=opened, may_open=opened)
        found = self._minimise(only, relative_gap=0.0)
        if found.values is not None:
            self._keep(*shares_of(only, self._pairs(), found.values))

    def _minimise(self, sites: Sites, relative_gap: float) -> Answer:
        program = sites_program(sites, self._pairs(), self._point if self._fits(sites) else None)
        limits = replace(self._options, time_limit_seconds=max(0.0, self._left()), relative_gap=relative_gap)
        return one_tier(highs.minimise, program, program.objectives[0], replace(limits, progress=None))

    def _fits(self, sites: Sites) -> bool:
        """The best point so far is one of theirs."""
        return self._point is not None and bool(
            (self._point[0] <= sites.may_open).all() and (sites.is_open <= self._point[0]).all()
        )

    def _pairs(self) -> Mask:
        return np.ones(self._sites.costs.shape, dtype=np.bool_)

    def _keep(self, is_open: Mask, shares: Floats) -> None:
        value = float(self._sites.fixed[is_open].sum() + (self._sites.costs * shares).sum())
        if value < self._value:
            self._value, self._point = value, (is_open, shares)
            self._report()

    def _report(self) -> None:
        if self._options.progress is not None:
            seconds = time.perf_counter() - self._began
            bound = self._bound if np.isfinite(self._bound) else None
            self._options.progress(Progress("cost", seconds, float(self._value), bound))

    def _fixed(self, priced: _Priced) -> Sites:
        """Facilities shut, or open, in all that is as good as the value: that is left, and whatever is better."""
        if self._value == np.inf:
            return self._sites
        is_sure = priced.bound + np.abs(priced.balance) > self._value + 1.0
        return replace(
            self._sites,
            is_open=is_sure & (priced.balance < 0.0),
            may_open=~is_sure | (priced.balance < 0.0),
        )

    def _rest(self, sites: Sites) -> Answer:
        """HiGHS on the facilities that are left, or on all."""
        found = self._minimise(sites, self._options.relative_gap)
        bounds = [bound for bound in (self._bound, found.bound) if bound is not None and np.isfinite(bound)]
        bound = max(bounds, default=None)
        num = int((sites.may_open & ~sites.is_open).sum())
        detail = f"{num} of {len(sites.room)} facilities left by prices; {found.detail}"
        if found.values is None:
            return replace(found, bound=bound, detail=detail)
        self._keep(*shares_of(sites, self._pairs(), found.values))
        return replace(found, values=self._values(), bound=bound, detail=detail)

    def _values(self) -> Floats:
        assert self._point is not None  # asked for only then
        return np.concatenate([self._point[0].astype(np.float64), self._point[1].ravel()])

    def _unfinished(self) -> Answer:
        """What is known when time is over before HiGHS begins."""
        limit = Limit.INTERRUPT if self._options.stop.is_set() else Limit.TIME
        bound = self._bound if np.isfinite(self._bound) else None
        if self._point is None:
            return Answer(Reason.NO_SOLUTION, limit, None, bound, "prices")
        return Answer(Reason.FEASIBLE, limit, self._values(), bound, "prices")
