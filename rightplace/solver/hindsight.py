"""With hindsight: what a staged program would cost at least if each scenario were known beforehand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from rightplace.solver.benders import Master
from rightplace.solver.recourse import Prices, Recourse

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from rightplace.solver.outcome import SolveOptions
    from rightplace.staged import Floats, Ints, StagedProgram

_MOST_ROUNDS = 40
_CLOSE = 2e-4


def hindsight_bounds(
    staged: StagedProgram, prices: Floats, scenarios: Ints, options: SolveOptions, executor: Executor | None = None
) -> Floats:
    """For each of some scenarios, a lower bound on the cost of the best plan made for it alone.

    Couplings in expectation are priced, as a plan that knew the scenario might use the slack of others: so the mean of
    the bounds over all scenarios is a lower bound on what perfect information would cost (wait and see; Madansky 1960,
    doi:10.1287/mnsc.6.2.197). Whole scenarios are independent, so they may run on an executor.
    """
    tasks = [replace(staged, demand=staged.demand[[w]], probability=np.ones(1)) for w in scenarios.tolist()]
    if executor is None:
        return np.array([one_bound(task, prices, options.time_limit_seconds / len(tasks)) for task in tasks])
    futures = [executor.submit(one_bound, task, prices, options.time_limit_seconds) for task in tasks]
    return np.array([future.result() for future in futures])


def one_bound(staged: StagedProgram, prices: Floats, seconds: float) -> float:
    """Cutting planes on the relaxation of one scenario, at fixed prices of its couplings; its bound when they close."""
    import time

    from rightplace.solver.outcome import SolveOptions

    ends = time.perf_counter() + seconds
    options = SolveOptions(time_limit_seconds=seconds)
    recourse = Recourse(staged, options)
    master = Master(staged, recourse.groups, options)
    fixed = [Prices(prices[list(group.couplings)], np.ones(1)) for group in recourse.groups]
    master.free_below()
    best, bound = np.inf, -np.inf
    for _ in range(_MOST_ROUNDS):
        if np.isfinite(best):
            solved = master.relaxation(max(0.0, ends - time.perf_counter()))
            if solved is None:
                break
            point, _, bound = solved
            if best - bound <= _CLOSE * abs(best):
                break
        else:
            point = np.zeros(staged.first.num_columns)
        served = [recourse.serve(group, point, at) for group, at in zip(recourse.groups, fixed, strict=True)]
        master.add([one.cut for one in served])
        best = min(best, master.own_cost(point) + sum(one.bound for one in served))
    return bound
