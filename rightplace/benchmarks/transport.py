"""Blocks of transportation solved by our compiled simplex, by HiGHS and by POT's network simplex, in one run.

Blocks are generated: cohorts and places on a map, demand Poisson around a mean, one market dearer than most places.
Every library gets the same blocks, on one thread, without the arcs that cost more than the market; values must agree.
HiGHS keeps its basis from block to block. POT takes dense costs; it is left out where it is not installed. Ours is
also run in two chunks of blocks, one after the other and on two threads. Times are the best of some runs, a block,
without what is done once; ratios are of processor time, which other work on the machine disturbs less.
"""

from __future__ import annotations

import argparse
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np

from rightplace.errors import SolverError
from rightplace.program import Domain, Floats, Objective, ProgramBuilder
from rightplace.solver.highs import GrowingLP
from rightplace.solver.outcome import SolveOptions
from rightplace.solver.transport import Arcs, solve_blocks

if TYPE_CHECKING:
    from collections.abc import Callable

    from rightplace.program import Ints

SIZES = {"council": (40, 50, 30, 7.5), "london": (700, 350, 30, 14.0)}
"""Cohorts, places, arcs of a cohort beside the market's, mean children of a cohort."""


@dataclass(frozen=True)
class Question:
    """Blocks that differ in demand only; the last place is the market."""

    arcs: Arcs
    costs: Floats
    demand: Floats
    capacity: Floats

    @property
    def cohort(self) -> Ints:
        """The cohort of each arc."""
        return np.repeat(np.arange(self.arcs.num_cohorts), np.diff(self.arcs.first))


def question(size: str, load: float, num_blocks: int, seed: int) -> Question:
    """Places near a cohort cost less; all capacity together is ``load`` times the mean demand."""
    num_cohorts, num_places, num_near, mean = SIZES[size]
    random = np.random.default_rng(seed)
    offset = random.random((num_cohorts, 1, 2)) - random.random((1, num_places - 1, 2))
    distance = np.hypot(offset[..., 0], offset[..., 1])
    near = distance.argsort(axis=1)[:, :num_near]
    costs = 1000 + 800 * random.random(near.shape) + 3000 * np.take_along_axis(distance, near, axis=1)
    market = np.full((num_cohorts, 1), num_places - 1)
    arcs = Arcs(np.arange(num_cohorts + 1) * (num_near + 1), np.hstack([near, market]).ravel(), num_places)
    demand = random.poisson(random.gamma(1.0, mean, num_cohorts), (num_blocks, num_cohorts)).astype(float)
    capacity = random.gamma(1.0, 1.0, num_places - 1)
    capacity *= load * demand.sum() / num_blocks / capacity.sum()
    return Question(arcs, np.hstack([costs, market * 0 + 4500]).ravel(), demand, np.append(capacity, np.inf))


def by_us(asked: Question, *, warm: bool) -> Floats:
    """The value of each block."""
    zeros = np.zeros(len(asked.demand), dtype=np.int64)
    costs = asked.costs[None]
    return solve_blocks(asked.arcs, costs, zeros, asked.demand, asked.capacity[None], zeros, costs, warm=warm).value


def by_highs(asked: Question) -> Callable[[], Floats]:
    """The value of each block by one HiGHS that goes on from block to block.

    Costs are less the market's, so that a cohort sends at most its demand, the upper bound of a column of its own.
    """
    cohort, place = asked.cohort, asked.arcs.place
    market = asked.costs[asked.arcs.first[1:] - 1]
    useful = np.flatnonzero(asked.costs < market[cohort])
    num, num_cohorts, limited = len(useful), asked.arcs.num_cohorts, asked.arcs.num_places - 1
    builder = ProgramBuilder()
    builder.add_columns("flow", num, Domain.CONTINUOUS, np.inf)
    sent = builder.add_columns("sent", num_cohorts, Domain.CONTINUOUS, np.inf)
    builder.add_rows(
        "cohorts",
        np.concatenate([cohort[useful], np.arange(num_cohorts)]),
        np.concatenate([np.arange(num), sent]),
        np.concatenate([np.ones(num), -np.ones(num_cohorts)]),
        -np.inf,
        np.zeros(num_cohorts),
    )
    builder.add_rows("places", place[useful], np.arange(num), 1.0, -np.inf, asked.capacity[:limited])
    costs = np.concatenate([(asked.costs - market[cohort])[useful], np.zeros(num_cohorts)])
    program = builder.build([Objective("cost", costs)])
    lp = GrowingLP(program, costs, np.arange(program.num_columns), np.arange(program.num_rows), SolveOptions())

    def run() -> Floats:
        values = asked.demand @ market
        for block, demand in enumerate(asked.demand):
            lp.set_upper(sent, demand)
            if not lp.solve(600.0, is_short=True):
                raise SolverError(f"HiGHS did not solve block {block}")
            values[block] += lp.value
        return values

    return run


def by_pot(asked: Question) -> Callable[[], Floats]:
    """The value of each block by ``ot.emd`` with its duals, which wants all amounts to be used.

    A last cohort fills what is left of the places, and the market holds everyone. Arcs that are missing cost more than
    any that are used.
    """
    emd = import_module("ot").emd
    market = asked.costs[asked.arcs.first[1:] - 1]
    relative = asked.costs - market[asked.cohort]
    dense = np.full((asked.arcs.num_cohorts + 1, asked.arcs.num_places), 10 * np.abs(relative).max())
    np.minimum.at(dense, (asked.cohort, asked.arcs.place), relative)
    dense[-1] = 0.0
    limited = asked.capacity[:-1]

    def run() -> Floats:
        values = asked.demand @ market
        for block, demand in enumerate(asked.demand):
            amounts = np.append(demand, limited.sum()), np.append(limited, demand.sum())
            _, found = emd(*amounts, dense, numItermax=10_000_000, log=True)
            values[block] += found["cost"]
        return values

    return run


def in_chunks(asked: Question, num_threads: int) -> Floats:
    """The value of each block, in two chunks."""
    halves = [Question(asked.arcs, asked.costs, half, asked.capacity) for half in np.array_split(asked.demand, 2)]
    with ThreadPoolExecutor(num_threads) as executor:
        return np.concatenate(list(executor.map(lambda half: by_us(half, warm=True), halves)))


def compare(size: str, load: float, num_blocks: int, seed: int, num_runs: int) -> list[str]:
    """One line for each way: milliseconds a block by the clock and of processor time, and how many times the first's.

    Raises
    ------
    SolverError
        When values differ by more than nine digits.
    """
    asked = question(size, load, num_blocks, seed)
    ways: dict[str, Callable[[], Floats]] = {
        "ours, warm": lambda: by_us(asked, warm=True),
        "ours, each block alone": lambda: by_us(asked, warm=False),
        "ours, two chunks, one thread": lambda: in_chunks(asked, 1),
        "ours, two chunks, two threads": lambda: in_chunks(asked, 2),
        "HiGHS, warm": by_highs(asked),
    }
    if find_spec("ot"):
        ways["POT"] = by_pot(asked)
    expected, first, lines = by_us(asked, warm=True), 0.0, []
    for name, way in ways.items():
        seconds = []
        for _ in range(num_runs):
            clock, processor = time.perf_counter(), time.process_time()
            values = way()
            seconds.append((time.perf_counter() - clock, time.process_time() - processor))
            if not np.allclose(values, expected, rtol=1e-9, atol=0.0):
                raise SolverError(f"{name}: values differ by {np.abs(values / expected - 1).max():g} of their size")
        clock_ms, processor_ms = 1000 * np.min(seconds, axis=0) / num_blocks
        first = first or processor_ms
        lines.append(f"{size:8} {load:4.1f}  {name:30} {clock_ms:8.3f} {processor_ms:8.3f} {processor_ms / first:7.1f}")
    return lines


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", nargs="*", default=list(SIZES), help=f"of {', '.join(SIZES)}")
    parser.add_argument("--loads", type=float, nargs="+", default=[0.5, 0.9], help="capacity over mean demand")
    parser.add_argument("--blocks", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--runs", type=int, default=3, help="of each way")
    given = parser.parse_args()
    print(f"{'size':8} {'load':4}  {'way':30} {'clock ms':>8} {'cpu ms':>8} {'ratio':>7}")
    for size in given.sizes:
        for load in given.loads:
            print("\n".join(compare(size, load, given.blocks, given.seed, given.runs)), flush=True)


if __name__ == "__main__":
    main()
