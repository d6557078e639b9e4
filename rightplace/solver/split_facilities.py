"""Capacitated facility location whose customers may be split: prices, and a search that opens and shuts facilities.

The rule that every customer is served is priced, a price a customer; what is left is a continuous knapsack for each
facility, so that the best prices give the bound of the strong formulation's relaxation. That open facilities hold all
demand has a price too: of their room, or of their number, whichever says more. With a value at hand, facilities that
cannot be open, or shut, in anything better are fixed (Beasley 1988, doi:10.1016/0377-2217(88)90177-6, and 1993,
doi:10.1016/0377-2217(93)90182-7). Branches on a facility inherit the prices; what is small enough goes to HiGHS.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np

from rightplace.program import Floats, Ints, Mask
from rightplace.solver import highs
from rightplace.solver.assignment_program import Sites, shares_of, sites_program
from rightplace.solver.outcome import Answer, Limit, Progress, Reason, SolveOptions
from rightplace.solver.tier import one_tier

_STEPS, _LENGTH, _PATIENCE, _SHORTEST = 800, 1.0, 15, 0.001
"""Of prices: how many, how long at first (as a share of the way to the value), when they are halved, and the end."""
_BRANCH_STEPS, _BRANCH_LENGTH = 60, 0.25
"""Of prices on a branch."""
_BEYOND = 5e-4
"""How far beyond the value prices are sent, as a share of it."""
_MEMORY = 0.5
"""Share of the last direction in the next."""
_LOOK_EVERY = 40
"""Steps after which the facilities that are open at these prices are tried."""
_MOVES = 60
"""Facilities to shut, open or exchange that are tried around the best ones, those that promise most first."""
_FEW = 5_000
"""Pairs of undecided facilities and customers that HiGHS is good at."""
_ROUNDING = 1e-9
"""Of a bound, lost to sums of floating point."""


@dataclass(frozen=True, slots=True, eq=False)
class _Priced:
    """What some prices say of a branch.

    Parameters
    ----------
    balance
        (m,): what each facility costs beyond what it earns, the price of room or number taken off; infinite if shut.
    taken
        (m, n): share of each customer that it would serve.
    """

    prices: Floats
    bound: float
    balance: Floats
    taken: Floats

    @property
    def is_open(self) -> Mask:
        """Facilities that earn what they cost."""
        found: Mask = self.balance <= 0.0
        return found


@dataclass(frozen=True, slots=True, eq=False)
class _Branch:
    """Facilities that are open, and that may be; prices to begin with, and what nothing here can cost less than."""

    is_open: Mask
    may_open: Mask
    prices: Floats
    bound: float

    @property
    def free(self) -> Ints:
        """Positions of the facilities that are undecided."""
        return np.flatnonzero(self.may_open & ~self.is_open)


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
        self._value = np.inf
        self._point: tuple[Mask, Floats] | None = None
        self._tried: set[bytes] = set()
        self._waiting: list[_Branch] = []
        self._current: _Branch | None = None
        self._closed = np.inf
        """What nothing costs less than in the branches that were looked at to their end."""
        self._num_branches = 0

    def run(self) -> Answer:
        """The steps in order."""
        sites = self._sites
        if 0 in sites.costs.shape or (sites.room < 0).any():
            return self._minimise(sites, self._options.relative_gap)  # HiGHS says what is wrong
        share = self._demands / np.maximum(1e-9, sites.room)[:, None]
        prices = (sites.costs + sites.fixed[:, None] * share).min(axis=0)
        root = _Branch(sites.is_open, sites.may_open, prices, -np.inf)
        if sites.costs.size > _FEW and self._may_suffice(root):
            self._current = root
            priced = self._steps(root)
            self._improve(root, priced)
            root = replace(root, prices=priced.prices)  # once more, towards a better value
        self._waiting = [root]
        while self._waiting and not self._is_over():
            self._current = self._waiting.pop()
            self._num_branches += 1
            self._look_at(self._current)
            self._current = None
        return self._answer()

    def _look_at(self, branch: _Branch) -> None:
        """Close a branch by prices or by HiGHS, or leave two smaller ones waiting."""
        if not self._may_suffice(branch):
            return
        priced = self._steps(branch)
        if priced.bound >= self._asked:
            self._closed = min(self._closed, priced.bound)
            return
        left = self._fixed(branch, priced)
        free = left.free
        if self._is_over():
            self._waiting.append(left)
        elif len(free) * len(self._demands) <= _FEW:
            self._finish(left)
        else:
            at = free[np.argmin(np.abs(priced.balance[free]))]
            chosen = np.arange(len(self._sites.room)) == at
            opened = replace(left, is_open=left.is_open | chosen)
            shut = replace(left, may_open=left.may_open & ~chosen)
            self._waiting += [shut, opened] if priced.balance[at] <= 0.0 else [opened, shut]
            self._current = None
            self._report()

    def _finish(self, branch: _Branch) -> None:
        """HiGHS on a branch that is small; what it leaves unproven waits for ever."""
        only = replace(self._sites, is_open=branch.is_open, may_open=branch.may_open)
        found = self._minimise(only, self._options.relative_gap)
        if found.values is not None:
            self._keep(*shares_of(only, self._pairs(), found.values))
        if found.limit in (Limit.TIME, Limit.INTERRUPT):
            bound = branch.bound if found.bound is None else max(branch.bound, found.bound)
            self._waiting.append(replace(branch, bound=bound))
        elif found.bound is not None and found.reason is not Reason.INFEASIBLE:
            self._closed = min(self._closed, max(branch.bound, found.bound))

    @property
    def _asked(self) -> float:
        """A bound that is enough for the gap asked for."""
        return self._value - self._options.relative_gap * max(1.0, abs(self._value))

    @property
    def _bound(self) -> float:
        open_branches = self._waiting if self._current is None else [*self._waiting, self._current]
        return min(self._closed, self._value, *(branch.bound for branch in open_branches))

    def _is_over(self) -> bool:
        return self._left() <= 0 or self._options.stop.is_set()

    def _left(self) -> float:
        return self._options.time_limit_seconds - (time.perf_counter() - self._began)

    def _may_suffice(self, branch: _Branch) -> bool:
        num_open, room = self._sites.num_open, self._sites.room
        if num_open is not None and not branch.is_open.sum() <= num_open <= branch.may_open.sum():
            return False
        held = np.sort(room[branch.free])[::-1]
        most = held if num_open is None else held[: num_open - int(branch.is_open.sum())]
        return bool(room[branch.is_open].sum() + most.sum() >= self._demands.sum() * (1 - _ROUNDING))

    def _priced(self, branch: _Branch, prices: Floats) -> _Priced:
        """Knapsacks, and the price of room or number, at some prices."""
        sites, rows = self._sites, np.flatnonzero(branch.may_open)
        profit = np.maximum(prices - sites.costs[rows], 0.0)
        is_sized = self._demands > 0.0  # customers of no size fit everywhere
        worth = np.where(is_sized, profit / np.where(is_sized, self._demands, 1.0), np.inf)
        order = np.argsort(-worth, axis=1)
        sizes = self._demands[order]
        left = sites.room[rows, None] - (np.cumsum(sizes, axis=1) - sizes)
        in_order = np.where(sizes > 0.0, np.clip(left / np.where(sizes > 0.0, sizes, 1.0), 0.0, 1.0), 1.0)
        taken = np.zeros(sites.costs.shape)
        part = np.empty_like(profit)
        np.put_along_axis(part, order, in_order, axis=1)
        taken[rows] = np.where(profit > 0.0, part, 0.0)
        balance = np.full(len(sites.room), np.inf)
        balance[rows] = sites.fixed[rows] - (taken[rows] * profit).sum(axis=1)
        least, charge = self._least(branch, balance)
        bound = float(prices.sum() + balance[branch.is_open].sum() + least)
        balance = np.where(branch.is_open, -np.inf, balance - charge)
        return _Priced(prices, bound - _ROUNDING * (abs(bound) + 1.0), balance, taken)

    def _least(self, branch: _Branch, balance: Floats) -> tuple[float, Floats]:
        """The least that the undecided add, and what of it each is charged for room or number: whichever says more."""
        free, room = branch.free, self._sites.room
        charge = np.zeros(len(room))
        if not len(free):
            return 0.0, charge
        need = max(0.0, float(self._demands.sum() - room[branch.is_open].sum()))
        cheapest = np.sort(balance[free])
        if self._sites.num_open is not None:
            number = self._sites.num_open - int(branch.is_open.sum())
            most = number
        else:
            held = np.cumsum(np.sort(room[free])[::-1])
            number = int(np.searchsorted(held, need * (1 - _ROUNDING))) + 1 if need > 0 else 0
            most = max(number, int((cheapest < 0.0).sum()))
        number, most = min(number, len(free)), min(most, len(free))
        by_number = float(cheapest[:most].sum())
        last = float(cheapest[most - 1]) if most == number and number else 0.0
        toll = last if self._sites.num_open is not None else max(0.0, last)
        charge[free] = toll
        if self._sites.num_open is not None or need == 0.0:
            return by_number, charge
        ratio = np.where(room[free] > 0, balance[free] / np.maximum(room[free], 1e-12), np.inf)
        order = np.argsort(ratio, kind="stable")
        at = min(int(np.searchsorted(np.cumsum(room[free][order]), need)), len(order) - 1)
        rate = max(0.0, float(ratio[order[at]])) if np.isfinite(ratio[order[at]]) else 0.0
        by_room = rate * need + float(np.minimum(balance[free] - rate * room[free], 0.0).sum())
        if by_room > by_number:
            charge[free] = rate * room[free]
            return by_room, charge
        return by_number, charge

    def _steps(self, branch: _Branch) -> _Priced:
        """The best of many prices (subgradient steps; Held, Wolfe and Crowder 1974, doi:10.1007/BF01580223)."""
        is_root = branch.bound == -np.inf
        num_steps, length = (_STEPS, _LENGTH) if is_root else (_BRANCH_STEPS, _BRANCH_LENGTH)
        best = priced = self._priced(branch, branch.prices)
        direction, fruitless = np.zeros(len(self._demands)), 0
        for step in range(num_steps):
            if best.bound >= self._asked or self._is_over():
                break
            if is_root and step % _LOOK_EVERY == 0:
                self._try(branch, best)
            if fruitless > _PATIENCE:
                length, fruitless, priced, direction = 0.5 * length, 0, best, 0.0 * direction
            goal = best.bound + 0.1 * abs(best.bound) + 1.0
            if self._value < np.inf:  # beyond it, or a bound that could pass it would only ever come near
                goal = self._value + _BEYOND * abs(self._value)
            direction = _MEMORY * direction + 1.0 - priced.taken[priced.is_open].sum(axis=0)
            norm = float(direction @ direction)
            if length < _SHORTEST or norm < 1e-12 or goal <= priced.bound:
                break
            priced = self._priced(branch, priced.prices + length * (goal - priced.bound) / norm * direction)
            fruitless += 1
            if priced.bound > best.bound:
                best, fruitless = priced, 0
        self._try(branch, best)
        return best if best.bound >= branch.bound else replace(best, bound=branch.bound)

    def _try(self, branch: _Branch, priced: _Priced) -> None:
        """What it costs to have open what is open at some prices, and more where that cannot hold all demand."""
        sites = self._sites
        opened = priced.is_open & branch.may_open
        order = np.argsort(priced.balance, kind="stable")
        if sites.num_open is not None:
            opened = np.zeros(len(opened), dtype=np.bool_)
            opened[order[: sites.num_open]] = True
        for facility in order.tolist():
            if sites.num_open is not None or sites.room[opened].sum() >= self._demands.sum():
                break
            opened[facility] = branch.may_open[facility]
        self._serve(opened)

    def _serve(self, opened: Mask) -> None:
        """What it costs to have just these facilities open, unless it is known."""
        sites, holds = self._sites, self._sites.room[opened].sum() >= self._demands.sum() * (1 - _ROUNDING)
        if opened.tobytes() in self._tried or not holds:
            return
        self._tried.add(opened.tobytes())
        only = replace(sites, is_open=opened, may_open=opened)
        found = self._minimise(only, relative_gap=0.0)
        if found.values is not None:
            self._keep(*shares_of(only, self._pairs(), found.values))

    def _improve(self, branch: _Branch, priced: _Priced) -> None:
        """Shut, open or exchange a facility as long as it helps; what is promised is what the prices say of each."""
        while self._point is not None and not self._is_over():
            before, opened = self._value, self._point[0]
            inside, outside = np.flatnonzero(opened), np.flatnonzero(~opened & branch.may_open)
            balance = np.where(np.isfinite(priced.balance), priced.balance, 0.0)
            moves = [(balance[j] - balance[i], i, j) for i in inside.tolist() for j in outside.tolist()]
            if self._sites.num_open is None:
                moves += [(-balance[i], i, i) for i in inside.tolist()] + [(balance[j], j, j) for j in outside.tolist()]
            for _, i, j in sorted(moves)[:_MOVES]:
                changed = opened.copy()
                changed[i], changed[j] = not opened[i], not opened[j]
                self._serve(changed)
                if self._value < before or self._is_over():
                    break
            if self._value >= before:
                return

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
        if self._options.progress is not None and self._value < np.inf:
            seconds = time.perf_counter() - self._began
            bound = self._bound if np.isfinite(self._bound) else None
            self._options.progress(Progress("cost", seconds, float(self._value), bound))

    def _fixed(self, branch: _Branch, priced: _Priced) -> _Branch:
        """Facilities shut, or open, in all that costs less than is asked: that is left."""
        is_sure = priced.bound + np.abs(priced.balance) > self._asked
        if (is_sure & branch.may_open & ~branch.is_open).any():
            self._closed = min(self._closed, self._asked)
        is_open = branch.is_open | (is_sure & (priced.balance < 0.0))
        may_open = branch.may_open & (~is_sure | (priced.balance < 0.0))
        return _Branch(is_open, may_open, priced.prices, priced.bound)

    def _answer(self) -> Answer:
        """What is known at the end, or when time is over."""
        detail = f"{self._num_branches} branches"
        bound = self._bound if np.isfinite(self._bound) else None
        is_done = not self._waiting
        limit = Limit.INTERRUPT if self._options.stop.is_set() else Limit.TIME
        if self._point is None:
            reason = Reason.INFEASIBLE if is_done else Reason.NO_SOLUTION
            return Answer(reason, Limit.NONE if is_done else limit, None, None if is_done else bound, detail)
        values = np.concatenate([self._point[0].astype(np.float64), self._point[1].ravel()])
        if is_done:
            return Answer(Reason.OPTIMAL, Limit.NONE, values, bound, detail)
        return Answer(Reason.FEASIBLE, limit, values, bound, detail)
