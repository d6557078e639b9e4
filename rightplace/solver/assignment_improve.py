"""A better assignment by annealing within a time: how hot, how long, and which of the two ways."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

import numpy as np

from rightplace.solver.assignment_anneal import Draft, Ground, chains, draft_of, refill

if TYPE_CHECKING:
    from collections.abc import Callable

    from rightplace.program import Floats, Ints, Mask

_NEAR = {refill: 6, chains: 8}
"""Agents of a job that each way looks at: those with the least excess."""
_HOT, _COLD = {refill: 0.5, chains: 1.5}, {refill: 0.07, chains: 0.2}
"""Temperatures to begin and end with: in excesses of one more choice (``_step``), for ``refill`` half way to the price
of a unit of room."""
_TURNS, _ROUND_SECONDS, _SECONDS_A_JOB = (1.0, 2.0, 0.5), 6.0, 0.02
"""Rounds are that much hotter in turn, and no longer than so many seconds, or so many a job."""
_CALLS, _LEAST_SECONDS = 200, 0.002
"""About as many calls as temperatures; none is shorter than this by much."""
_RISE, _MORE, _LESS = 0.007, 1.01, 0.9
"""Of ``refill``: how fast the worth of jobs rises to begin with, and its change after a call without, or with, an
assignment of all jobs."""
_LEAST_UNIT = 0.02
"""Of cost, below which no temperature is measured in it."""
_OF_BETTER = 0.7
"""The share of the time that goes to the way that did better before."""


class Annealing:
    """Of one problem, with these agents open; ``room_price`` is what a unit of their room is worth."""

    def __init__(self, costs: Floats, weights: Ints, room: Ints, room_price: Floats, is_usable: Mask) -> None:
        priced = np.where(
            is_usable[:, None] & (weights <= room[:, None]), costs + room_price[:, None] * weights, np.inf
        )
        excess = priced - priced.min(axis=0)
        order = np.argsort(excess, axis=0, kind="stable")
        step = _step(excess)
        self._units = {refill: math.sqrt(step * max(_LEAST_UNIT, float(room_price[is_usable].mean()))), chains: step}
        self.grounds = {}
        for way, num in _NEAR.items():
            near = order[:num].T
            is_open = np.isfinite(np.take_along_axis(excess, near.T, axis=0).T)
            near = np.where(is_open, near, near[:, :1])
            self.grounds[way] = Ground(costs, weights, room, room_price, excess, np.ascontiguousarray(near))
        self._shares = {refill: 0.5, chains: 0.5}
        self._num_rounds = 0
        self._dice = np.random.default_rng(0)

    def run(
        self, agents: Ints, value: float, goal: float, seconds: float, is_over: Callable[[], bool]
    ) -> tuple[Ints, float]:
        """The best assignment found from ``agents`` of cost ``value`` in some seconds, or one of ``goal`` or less."""
        best, found, until = value, agents.copy(), time.perf_counter() + seconds
        while best > goal and not is_over():
            left = min(until - time.perf_counter(), max(_ROUND_SECONDS, _SECONDS_A_JOB * len(agents)))
            if left <= 0.0:
                break
            reached = {}
            for way, share in self._shares.items():
                cost, ours = self._anneal(way, found, best, goal, share * left, is_over)
                reached[way], best, found = best - cost, cost, ours
            self._num_rounds += 1
            if max(reached.values()) > 0.0:
                better = max(reached, key=lambda way: reached[way])
                self._shares = {way: _OF_BETTER if way is better else 1.0 - _OF_BETTER for way in self._shares}
        return found, best

    def _anneal(
        self,
        way: Callable[..., float],
        agents: Ints,
        value: float,
        goal: float,
        seconds: float,
        is_over: Callable[[], bool],
    ) -> tuple[float, Ints]:
        ground, found = self.grounds[way], agents.copy()
        draft: Draft = draft_of(ground, agents)
        draft.rise[0] = _RISE * self._units[refill]
        unit = self._units[way] * _TURNS[self._num_rounds % len(_TURNS)]
        hot, cold = _HOT[way] * unit, _COLD[way] * unit
        began, num, best = time.perf_counter(), 100, value
        while best > goal and not is_over():
            now = time.perf_counter()
            done = (now - began) / max(seconds, 1e-9)
            if done >= 1.0:
                break
            temperature = hot * (cold / hot) ** done
            draft.num_whole[0] = 0
            best = way(ground, draft, temperature, num, self._dice, best, goal, found)
            draft.rise[0] *= _LESS if draft.num_whole[0] else _MORE
            wanted = max(_LEAST_SECONDS, seconds / _CALLS)
            num = max(10, min(4 * num, int(num * wanted / max(time.perf_counter() - now, 1e-5))))
        return best, found


def _step(excess: Floats) -> float:
    """What one more choice of a job costs, in the mean over its first six."""
    first = np.sort(excess, axis=0)[: min(6, len(excess))]
    steps = np.where(first < np.inf, first, 0.0).max(axis=0) / max(1, len(first) - 1)
    return max(_LEAST_UNIT, float(steps.mean()))
