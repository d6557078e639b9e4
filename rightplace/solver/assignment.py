"""Generalised assignment and single-source facility location by our own method: every job goes to one agent.

1. Prices: a Lagrangian bound by subgradient steps (``assignment_kernel``); from time to time what the knapsacks hold
   is mended into an assignment and improved by shifts and swaps (``assignment_moves``).
2. A tree search asks, in turn, for anything that costs no more than the bound, then than a little more, and so on up
   to the value: each question that has no answer raises the bound. A small question fixes nearly everything.
3. Where all agents are open anyway: annealing (``assignment_improve``) for a better value between the two. They take
   turns, ever longer.
4. Once, late, HiGHS looks for a better value among the few pairs that the prices favour.

Weights that are no whole numbers, or room for more units than a knapsack's table may have, go to HiGHS as one program.
"""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from rightplace.solver import assignment_kernel as kernel
from rightplace.solver import highs
from rightplace.solver.assignment_improve import Annealing
from rightplace.solver.assignment_moves import mend
from rightplace.solver.assignment_program import Sites, shares_of, shares_of_agents, sites_program
from rightplace.solver.outcome import Answer, Limit, Progress, Reason, SolveOptions
from rightplace.solver.tier import one_tier

if TYPE_CHECKING:
    from rightplace.program import Floats, Ints, Mask

_MOST_ROOM = 50_000
"""Units of room beyond which the table of a knapsack is too large."""
_MOST_DECIMALS = 3
_FIRST_STEPS, _FIRST_LENGTH, _FIRST_PATIENCE = 300, 2.0, 8
"""Of the prices to begin with: steps, their first length, and after how many without a better bound it is halved."""
_ROUNDS, _STEPS_A_ROUND = 60, 20
"""Of prices at the root: rounds, after each of which an assignment is looked for, and their steps."""
_LENGTH, _SHORTER = 1.5, 0.93
"""Of a step, as a share of the way to the value; of the next round's."""
_IDLE_ROUNDS, _IDLE = 6, 2e-5
"""The root ends when the bound grew by less than this share of it in so many rounds."""
_MEND_ROUNDS = 12
_STEPS_A_NODE = 12
_DIVE_SHARES, _CHUNKS_A_DIVE = (3e-4, 1e-3, 3e-3, 1e-2), 20
"""Of dives: how far above the bound the cutoff lies, as shares of it, and how often an assignment is mended."""
_SOON = 0.2
"""The share of the time after which HiGHS looks for a better value."""
_ROOT_SHARE = 0.2
"""The share of the time after which the root ends where there is a value."""
_ANNEAL_UNTIL, _DIVE_UNTIL, _TREE_UNTIL = 2.0, 1.5, 1.5
"""In each turn these go on until so many times the seconds that are used when they begin."""
_POLISH_GAP, _POLISH_SHARE, _POLISH_SHARE_BESIDE_ANNEALING, _PAIRS_A_JOB = 2e-4, 0.5, 0.15, 3.0
"""It does where the gap is larger; its share of the time, and of how many pairs."""
_CHUNK_SECONDS = 0.2
"""About how long the tree search runs between looks at the clock."""


def solve_assignment(costs: Floats, resources: Floats, capacities: Floats, options: SolveOptions) -> Answer:
    """Every job to exactly one agent at least cost, within each agent's capacity.

    Parameters
    ----------
    costs, resources
        Agents by jobs (m, n); costs are whole numbers, resources not negative.
    capacities
        (m,).

    Returns
    -------
    Answer
        ``values`` is 1 where a job goes to an agent, agent after agent (m n); the bound is in the unit of the costs.

    Raises
    ------
    SolverError
        When HiGHS fails.
    """
    num_agents = len(capacities)
    always = np.ones(num_agents, dtype=np.bool_)
    sites = Sites(costs, resources, capacities, np.zeros(num_agents), always, always)
    answer = _solve(sites, options)
    return answer if answer.values is None else replace(answer, values=answer.values[num_agents:])


def solve_single_source(
    fixed_costs: Floats,
    capacities: Floats,
    demands: Floats,
    costs: Floats,
    options: SolveOptions,
    num_open: int | None = None,
) -> Answer:
    """Open facilities and give every customer one of them, at least cost.

    Parameters
    ----------
    fixed_costs, capacities
        Of m facilities; costs are whole numbers, fixed ones not negative.
    demands
        Of n customers, not negative.
    costs
        Facilities by customers (m, n), of serving the whole customer.
    num_open
        Exactly so many facilities are open; ``None``: as many as are wanted.

    Returns
    -------
    Answer
        ``values`` is 1 for open facilities (m), then where a facility serves a customer (m n); the bound is in the
        unit of the costs.

    Raises
    ------
    SolverError
        When HiGHS fails.
    """
    num = len(capacities)
    weights = np.tile(demands, (num, 1))
    none, may_open = np.zeros(num, dtype=np.bool_), np.ones(num, dtype=np.bool_)
    return _solve(Sites(costs, weights, capacities, fixed_costs, none, may_open, num_open=num_open), options)


def _solve(sites: Sites, options: SolveOptions) -> Answer:
    whole = _whole(sites)
    if whole is None or (sites.fixed < 0).any() or 0 in sites.costs.shape or sites.num_open == 0:
        pairs = np.ones(sites.costs.shape, dtype=np.bool_)
        program = sites_program(sites, pairs)
        return one_tier(highs.minimise, program, program.objectives[0], options)
    return _Search(sites, *whole, options).run()


def _whole(sites: Sites) -> tuple[Ints, Ints] | None:
    """Weights and room as whole numbers, as small as may be; ``None`` where they are not, or too large."""
    for decimals in range(_MOST_DECIMALS + 1):
        scaled = sites.weights * 10.0**decimals
        if np.abs(scaled - np.round(scaled)).max(initial=0.0) < 1e-7 and scaled.max(initial=0.0) < 2**53:
            weights = np.round(scaled).astype(np.int64)
            room = np.minimum(np.floor(sites.room * 10.0**decimals + 1e-7), weights.sum(axis=1)).astype(np.int64)
            step = max(1, int(np.gcd.reduce(weights, axis=None)))
            room //= step
            is_small = room.max(initial=0) <= _MOST_ROOM and room.min(initial=0) >= 0 and weights.min(initial=0) >= 0
            return (weights // step, room) if is_small else None
    return None


class _Search:
    """One solve. ``value`` is infinite until there is an assignment."""

    def __init__(self, sites: Sites, weights: Ints, room: Ints, options: SolveOptions) -> None:
        self._sites, self._room, self._options = sites, room, options
        self._began = time.perf_counter()
        num_agents, num_jobs = sites.costs.shape
        self._question = _question(sites, weights, room)
        self._work = kernel.room_to_work(num_agents, num_jobs, int(room.max()))
        self._prices, self._room_price = _first_prices(sites, weights, room)
        self._agents = np.zeros(num_jobs, dtype=np.int64)
        self._open = sites.is_open.copy()
        spread = float(sites.costs.max() - sites.costs.min()) / max(1.0, float(weights.mean()))
        self._penalty = max(0.1, spread / 4)
        self._ceiling = float(sites.costs.max(axis=0).sum() + sites.fixed.sum()) + 1.0
        self._annealing: Annealing | None = None
        self._value = math.inf
        self._bound = float(sites.costs.min(axis=0).sum())

    def run(self) -> Answer:
        """The steps in order."""
        if self._root(_ROOT_SHARE * self._options.time_limit_seconds):
            if self._sites.is_open.all():
                self._in_turns()
            else:
                self._dive(_SOON * self._options.time_limit_seconds)
                self._tree(_SOON * self._options.time_limit_seconds)
                self._polish(_POLISH_SHARE)
                self._tree(self._options.time_limit_seconds)
        return self._answer()

    def _in_turns(self) -> None:
        """Annealing, dives and the tree in turn, where it is settled who is open."""
        is_polished = False
        while not self._is_done():
            self._anneal(_ANNEAL_UNTIL * self._used())
            self._dive(_DIVE_UNTIL * self._used())
            self._tree(_TREE_UNTIL * self._used())
            if self._used() > _SOON * self._options.time_limit_seconds and not is_polished:
                self._polish(_POLISH_SHARE_BESIDE_ANNEALING)
                is_polished = True

    def _anneal(self, until: float) -> None:
        """A better assignment; all agents are open."""
        if self._is_done() or self._value == math.inf or self._gap() < _POLISH_GAP:
            return
        if self._annealing is None:
            weights, price = self._question.weights, self._room_price
            self._annealing = Annealing(self._sites.costs, weights, self._room, price, self._open)
        fixed = float(self._sites.fixed.sum())
        goal = max(self._bound, self._goal()) - fixed
        seconds = min(until - self._used(), self._left())
        agents, _ = self._annealing.run(self._agents, self._value - fixed, goal, seconds, self._is_over)
        self._take(agents, self._cost(agents))

    def _goal(self) -> float:
        """The value that is near enough to the bound."""
        return math.floor(self._bound / (1.0 - self._options.relative_gap)) if self._bound > 0.0 else self._bound

    def _state(self) -> kernel.State:
        """Nothing decided."""
        status = np.where(self._sites.is_open, kernel.OPEN, kernel.UNDECIDED).astype(np.int64)
        is_possible = np.ones(self._sites.costs.shape, dtype=np.uint8)
        return kernel.State(is_possible, np.full(len(self._agents), -1), status, self._room.copy(), np.zeros(1))

    def _used(self) -> float:
        return time.perf_counter() - self._began

    def _left(self) -> float:
        return self._options.time_limit_seconds - self._used()

    def _is_over(self, until: float | None = None) -> bool:
        """Stopped, or so many seconds are used, or all of them."""
        left = self._left() if until is None else min(self._left(), until - self._used())
        return self._options.stop.is_set() or left <= 0

    def _is_done(self) -> bool:
        return self._is_over() or self._bound >= self._value or self._gap() <= self._options.relative_gap

    def _gap(self) -> float:
        return (self._value - self._bound) / max(1.0, abs(self._value)) if self._value < math.inf else math.inf

    def _raise_bound(self, bound: float) -> None:
        """A bound on what is whole: up to the next whole number, and not above a value that is there."""
        whole = min(float(math.ceil(bound)), self._value)
        if whole > self._bound:
            self._bound = whole
            self._report()

    def _take(self, agents: Ints, cost: float) -> None:
        """A better assignment; ``cost`` with the fixed costs."""
        if cost < self._value:
            self._value, self._agents = cost, agents.copy()
            self._open = self._opened(agents)
            self._report()

    def _opened(self, agents: Ints) -> Mask:
        """Who has a job; and the cheapest of the others where exactly so many must be open."""
        opened = self._sites.is_open.copy()
        opened[agents] = True
        if self._sites.num_open is not None:
            idle = np.flatnonzero(~opened)
            missing = max(0, self._sites.num_open - int(opened.sum()))
            opened[idle[np.argsort(self._sites.fixed[idle], kind="stable")[:missing]]] = True
        return opened

    def _report(self) -> None:
        if self._options.progress is not None:
            value = self._value if self._value < math.inf else None
            self._options.progress(Progress("cost", self._used(), value, self._bound))

    def _root(self, until: float) -> bool:
        """Prices, and assignments mended from them; ``False`` where there is no assignment.

        It ends at ``until`` where there is a value.
        """
        state, length, before = self._state(), _LENGTH, [-math.inf] * _IDLE_ROUNDS
        for _ in range(_ROUNDS):
            if self._is_done():
                break
            goal = self._value if self._value < math.inf else self._bound + max(10.0, 0.05 * abs(self._bound))
            bound = kernel.ascend(self._question, state, self._work, self._prices, goal, _STEPS_A_ROUND, length)
            if bound == math.inf:
                self._bound = math.inf
                return False
            self._raise_bound(bound)
            self._mend(state, self._prices)
            length *= _SHORTER if self._value < math.inf else 1.0
            is_idle = bound - before[0] < _IDLE * abs(bound)
            if (is_idle or self._is_over(until)) and self._value < math.inf:
                break
            before = [*before[1:], bound]
        return True

    def _mend(self, state: kernel.State, prices: Floats) -> None:
        """An assignment from what is decided, other jobs where they cost the bound least."""
        if kernel.weigh(self._question, state, self._work, prices) == math.inf:
            return
        usable = self._usable(state)
        agents = np.where(usable[:, None], self._work.loss_with, np.inf).argmin(axis=0)
        agents = np.where(state.agent >= 0, state.agent, agents)
        best = agents.copy()
        weights = self._question.weights
        cost = mend(self._sites.costs, weights, self._room, usable, agents, self._penalty, _MEND_ROUNDS, best)
        if cost < math.inf:
            self._take(best, cost + float(self._sites.fixed[self._opened(best)].sum()))

    def _usable(self, state: kernel.State) -> Mask:
        """Who is open at these prices, and more where they cannot hold all."""
        question = self._question
        balance = np.where(state.status == kernel.CLOSED, np.inf, self._work.balance)
        if self._sites.num_open is not None:
            rank = np.argsort(np.argsort(np.where(state.status == kernel.OPEN, -np.inf, balance), kind="stable"))
            is_first: Mask = rank < self._sites.num_open
            return is_first
        usable: Mask = (state.status == kernel.OPEN) | (balance <= 0.0)
        for agent in np.argsort(balance / np.maximum(1.0, question.strength), kind="stable").tolist():
            if question.strength[usable].sum() >= question.need:
                break
            usable[agent] = True
        return usable

    def _polish(self, share: float) -> None:
        """HiGHS on the pairs that the prices favour, from the best assignment so far, for a share of the time."""
        if self._is_done() or self._gap() <= _POLISH_GAP:
            return
        kernel.weigh(self._question, self._state(), self._work, self._prices)
        num = min(self._work.loss_with.size, int(_PAIRS_A_JOB * len(self._agents)))
        pairs = self._work.loss_with <= np.partition(self._work.loss_with, num - 1, axis=None)[num - 1]
        shares = shares_of_agents(self._agents, len(self._room))
        start = None
        if self._value < math.inf:
            pairs |= shares > 0
            start = self._open, shares
        program = sites_program(self._sites, pairs, start)
        limit = min(self._left(), share * self._options.time_limit_seconds)
        limits = replace(self._options, time_limit_seconds=limit, relative_gap=_POLISH_GAP, progress=None)
        found = one_tier(highs.minimise, program, program.objectives[0], limits)
        if found.values is not None:
            _, shares = shares_of(self._sites, pairs, found.values)
            agents = shares.argmax(axis=0)
            self._take(agents, self._cost(agents))

    def _cost(self, agents: Ints) -> float:
        chosen = self._sites.costs[agents, np.arange(len(agents))]
        return float(chosen.sum() + self._sites.fixed[self._opened(agents)].sum())

    def _dive(self, until: float) -> None:
        """A few nodes of the tree for each of some cutoffs, down to a first assignment that is nearly as low."""
        for share in _DIVE_SHARES:
            cutoff = self._bound + math.ceil(max(1.0, share * abs(self._bound)))
            if self._is_done() or self._is_over(until) or cutoff >= self._value:
                return
            is_exhausted, cutoff = self._asked(cutoff, until, 2 * _CHUNKS_A_DIVE)
            if is_exhausted:
                self._raise_bound(cutoff)

    def _tree(self, until: float) -> None:
        """Questions with ever higher cutoffs, until one has an answer that nothing beats, or so many seconds are used.

        The bound is infinite where there is no assignment at all.
        """
        width = 1.0
        while not self._is_done() and not self._is_over(until):
            cutoff = min(self._bound + width, self._value, self._ceiling)
            is_exhausted, cutoff = self._asked(cutoff, until)
            if is_exhausted and cutoff >= self._ceiling:
                self._bound = math.inf
            elif is_exhausted:
                self._raise_bound(cutoff)
                width *= 2.0

    def _asked(self, cutoff: float, until: float, num_chunks: int | None = None) -> tuple[bool, float]:
        """Search for anything below ``cutoff``; whether all was searched, and the least cost found, else ``cutoff``.

        With a number of chunks it ends after so many, and mends an assignment after each.
        """
        question, work, state = self._question, self._work, self._state()
        trail = kernel.empty_trail(*question.costs.shape)
        trail.prices[0] = self._prices
        agents, num_nodes, chunks = self._agents.copy(), 1, 0
        while not self._is_over(until) and (num_chunks is None or chunks < num_chunks):
            began = time.perf_counter()
            status, cost, left = kernel.search(question, state, work, trail, cutoff, _STEPS_A_NODE, num_nodes, agents)
            if status == kernel.IMPROVED:
                self._take(agents, cost)
                cutoff = cost
            elif status == kernel.EXHAUSTED:
                return True, cutoff
            elif num_chunks is not None:
                paced = int(_CHUNK_SECONDS * num_nodes / max(time.perf_counter() - began, 1e-4))
                chunks, num_nodes = chunks + 1, max(1, min(paced, len(agents) // _CHUNKS_A_DIVE))
                self._mend(state, trail.prices[trail.depth[0]])
                cutoff = min(cutoff, self._value)
            elif left == 0:
                pace = _CHUNK_SECONDS / max(time.perf_counter() - began, 1e-4)
                num_nodes = max(1, min(4 * num_nodes, int(num_nodes * pace)))
        return False, cutoff

    def _answer(self) -> Answer:
        detail = "prices, local search, annealing, HiGHS on favoured pairs, tree search"
        if self._value == math.inf:
            if self._bound == math.inf:
                return Answer(Reason.INFEASIBLE, Limit.NONE, None, None, detail)
            return Answer(Reason.NO_SOLUTION, self._limit(), None, self._bound, detail)
        shares = shares_of_agents(self._agents, len(self._room))
        values = np.concatenate([self._open.astype(np.float64), shares.ravel()])
        if self._bound >= self._value:
            return Answer(Reason.OPTIMAL, Limit.NONE, values, self._bound, detail)
        return Answer(Reason.FEASIBLE, self._limit(), values, self._bound, detail)

    def _limit(self) -> Limit:
        if self._options.stop.is_set():
            return Limit.INTERRUPT
        return Limit.GAP if self._gap() <= self._options.relative_gap else Limit.TIME


def _first_prices(sites: Sites, weights: Ints, room: Ints) -> tuple[Floats, Floats]:
    """Prices of jobs, and of room, by subgradient steps: nearly those of the linear relaxation.

    An agent's fixed cost is spread over its room. With a price ``p_i`` of room, a job costs its least
    ``c_ij + p_i w_ij``; together, less ``p_i`` times the room, they are a bound.
    """
    per_unit = sites.fixed / np.maximum(1, room) if sites.num_open is None else np.zeros(len(room))
    costs = sites.costs + per_unit[:, None] * weights
    best, best_prices, fruitless, length = -math.inf, costs.min(axis=0), 0, _FIRST_LENGTH
    of_room, jobs = np.zeros(len(room)), np.arange(costs.shape[1])
    best_of_room = of_room
    for _ in range(_FIRST_STEPS):
        whole = costs + of_room[:, None] * weights
        agents = whole.argmin(axis=0)
        prices = whole[agents, jobs]
        bound = float(prices.sum() - of_room @ room)
        if best == -math.inf or bound > best + 1e-6 * abs(best):
            best, best_prices, best_of_room, fruitless = bound, prices, of_room, 0
        else:
            fruitless += 1
        if fruitless > _FIRST_PATIENCE:
            fruitless, length, of_room = 0, 0.5 * length, best_of_room
            continue
        over = np.bincount(agents, weights[agents, jobs], minlength=len(room)) - room
        over = np.where((over < 0) & (of_room <= 0), 0.0, over)
        norm = float(over @ over)
        if norm < 1e-9 or length < 1e-3:
            break
        of_room = np.maximum(0.0, of_room + length * (0.02 * abs(best) + 1.0) / norm * over)
    on_grid: Floats = np.round(best_prices * kernel.GRID) / kernel.GRID
    return on_grid, best_of_room


def _question(sites: Sites, weights: Ints, room: Ints) -> kernel.Question:
    """With the strength that open agents must have together."""
    costs, fixed = np.ascontiguousarray(sites.costs), sites.fixed.astype(np.float64)
    if sites.num_open is not None:
        return kernel.Question(costs, weights, fixed, np.ones(len(room)), float(sites.num_open), True)
    if sites.is_open.all():
        return kernel.Question(costs, weights, fixed, np.zeros(len(room)), 0.0, False)
    need = float(weights.min(axis=0).sum())
    return kernel.Question(costs, weights, fixed, room.astype(np.float64), need, False)
