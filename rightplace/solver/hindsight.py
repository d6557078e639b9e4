"""With hindsight: what a staged program would cost at least if each scenario were known beforehand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from rightplace.solver.master import Master
from rightplace.solver.parts import Prices, kept
from rightplace.solver.recourse import Recourse

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from rightplace.solver.outcome import SolveOptions
    from rightplace.staged import Floats, Ints, StagedProgram

_MOST_ROUNDS = 40
_CLOSE = 2e-4


def hindsight_bounds(
    staged: StagedProgram, prices: Floats, scenarios: Ints, options: SolveOptions, executor: Executor | None = None
) -> Floats | None:
    """For each of some scenarios, a lower bound on the cost of the best plan made for it alone.

    Couplings in expectation are priced, as a plan that knew the scenario might use the slack of others: so the mean of
    the bounds over all scenarios is a lower bound on what perfect information would cost (wait and see; Madansky 1960,
    doi:10.1287/mnsc.6.2.197). Scenarios are independent, so they may run on an executor; each has its share of the
    time. ``None`` when somebody asked for the end.
    """
    common = replace(staged, demand=staged.demand[:0], probability=np.ones(1))
    seconds = options.time_limit_seconds / len(scenarios)
    asked = [(staged.demand[[w]], prices, seconds) for w in scenarios.tolist()]
    if executor is None:
        found = []
        for each in asked:
            if options.stop.is_set():
                return None
            found.append(one_bound(common, *each))
        return np.array(found)
    common = kept(executor, common)
    futures = [executor.submit(one_bound, common, *each) for each in asked]
    found = []
    for future in futures:
        if options.stop.is_set():
            for one in futures:
                one.cancel()
            return None
        found.append(future.result())
    return np.array(found)


def one_bound(common: StagedProgram, demand: Floats, prices: Floats, seconds: float) -> float:
    """Cutting planes on the relaxation of one scenario, at fixed prices of its couplings; its bound when they close."""
    import time

    from rightplace.solver.outcome import SolveOptions

    staged = replace(common, demand=demand)
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
            point, bound = solved
            if best - bound <= _CLOSE * abs(best):
                break
        else:
            point = np.zeros(staged.first.num_columns)
        served = [recourse.serve(group, point, at) for group, at in zip(recourse.groups, fixed, strict=True)]
        master.add([one.cut for one in served])
        best = min(best, master.own_cost(point) + sum(one.bound for one in served))
    return bound
