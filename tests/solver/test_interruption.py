"""A search can be stopped in the middle and gives the best point it has."""

from __future__ import annotations

import os
import random
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from rightplace.program import Domain, Objective, Program, ProgramBuilder
from rightplace.solver import highs, pulp_backends
from rightplace.solver.answer import answer
from rightplace.solver.outcome import Limit, Reason, SolveOptions


def market_split(num_rows: int, num_products: int, seed: int) -> Program:
    """Split customers so that each product is sold half and half, with as little left over as can be.

    Small, and far too hard to be solved to proof in a minute (Cornuejols and Dawande 1998). The start puts nobody in.
    """
    draw = random.Random(seed)
    demand = [[draw.randrange(100) for _ in range(num_products)] for _ in range(num_rows)]
    half = [sum(row) // 2 for row in demand]
    builder = ProgramBuilder()
    chosen = builder.add_columns("chosen", num_products, Domain.INTEGER)
    over = builder.add_columns("over", num_rows, Domain.INTEGER, upper=10_000.0)
    under = builder.add_columns("under", num_rows, Domain.INTEGER, upper=10_000.0)
    rows = np.repeat(np.arange(num_rows), num_products + 2)
    columns = np.concatenate([np.append(chosen, [over[i], under[i]]) for i in range(num_rows)])
    values = np.concatenate([[*demand[i], -1, 1] for i in range(num_rows)])
    builder.add_rows("split", rows, columns, values, half, half)
    costs = np.zeros(builder.num_columns)
    costs[over] = costs[under] = 1
    start = np.zeros(builder.num_columns)
    start[under] = half
    return replace(builder.build([Objective("left over", costs)]), start=start)


@pytest.mark.parametrize("solver", ["highs", "cbc", "scip", "cpsat"])
def test_a_search_can_be_stopped(solver: str) -> None:
    """Once ``stop`` is set the search ends within seconds, long before its limit, with a feasible point and a bound."""
    program = market_split(num_rows=6, num_products=50, seed=1)
    options = SolveOptions(solver=solver, time_limit_seconds=600)
    timer = threading.Timer(1.5, options.stop.set)
    timer.start()
    outcome = answer(program, options)
    timer.cancel()
    assert outcome.seconds < options.time_limit_seconds
    assert (outcome.reason, outcome.limit) == (Reason.FEASIBLE, Limit.INTERRUPT)
    assert outcome.values is not None
    assert program.worst_violation(outcome.values) < 1e-5
    (tier,) = outcome.tiers
    assert 0 <= tier.bound <= tier.value <= program.value(program.objectives[0], program.start)


@pytest.mark.parametrize("solver", ["highs", "cbc", "scip", "cpsat"])
def test_a_signal_reaches_us_while_a_back_end_works(solver: str, capfd: pytest.CaptureFixture[str]) -> None:
    """SIGINT to this process alone ends the search, whatever handler a back end would like to have, silently."""
    program = market_split(num_rows=6, num_products=50, seed=1)
    options = SolveOptions(solver=solver, time_limit_seconds=600)
    timer = threading.Timer(1.5, os.kill, (os.getpid(), signal.SIGINT))
    before = signal.signal(signal.SIGINT, lambda number, frame: options.stop.set())
    try:
        timer.start()
        outcome = answer(program, options)
    finally:
        timer.cancel()
        signal.signal(signal.SIGINT, before)
    assert outcome.seconds < options.time_limit_seconds
    assert (outcome.reason, outcome.limit) == (Reason.FEASIBLE, Limit.INTERRUPT)
    assert capfd.readouterr() == ("", "")


def test_cbc_that_does_not_listen_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where CBC does not end when asked to, the search still ends, with the start."""
    monkeypatch.setattr(pulp_backends, "_PATIENCE_SECONDS", 0.0)
    program = market_split(num_rows=6, num_products=50, seed=1)
    options = SolveOptions(solver="cbc", time_limit_seconds=600)
    timer = threading.Timer(1.0, options.stop.set)
    timer.start()
    outcome = answer(program, options)
    assert outcome.seconds < options.time_limit_seconds
    assert outcome.limit is Limit.INTERRUPT
    assert outcome.values is not None
    assert program.start is not None
    assert outcome.values.tolist() == program.start.tolist()


def test_standard_output_comes_back_after_solvers_on_several_threads(capfd: pytest.CaptureFixture[str]) -> None:
    """While any of them runs it is turned away; after the last one it is where it was."""
    programs = [market_split(num_rows=2, num_products=8, seed=seed) for seed in range(2)]
    with ThreadPoolExecutor(2) as pool:
        for found in pool.map(lambda p: highs.minimise(p, p.objectives[0], SolveOptions()), programs):
            assert found.reason is Reason.OPTIMAL
    os.write(1, b"here again\n")
    assert capfd.readouterr().out == "here again\n"
