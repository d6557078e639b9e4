"""The same generated question by several solvers in one run: values, bounds, and times as ratios to the first.

Every solver gets the same program and the same first solution (one by one). Times are of solving alone.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from rightplace.instances.generate import PROFILES, generate
from rightplace.models.allocation import allocation_data, allocation_program
from rightplace.models.greedy import greedy_point
from rightplace.solver.answer import SOLVERS, answer
from rightplace.solver.outcome import SolveOptions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rightplace.program import Program

COLUMNS = ("children", "columns", "rows", "solver", "tier", "value", "bound", "gap", "status", "seconds", "ratio")


def question(profile: str, num_children: int, seed: int) -> Program:
    """The program of a generated instance all of whose children wait, with the greedy point as its start."""
    data = allocation_data(generate(replace(PROFILES[profile], num_children=num_children), seed), rematch=False)
    program, columns = allocation_program(data)
    return replace(program, start=greedy_point(data, program, columns))


def compare(
    num_children: int, program: Program, solvers: Sequence[str], options: SolveOptions
) -> Iterator[list[object]]:
    """One row for each solver and tier; see ``COLUMNS``. ``ratio`` is the time over that of the first solver."""
    first = None
    for solver in solvers:
        began = time.perf_counter()
        outcome = answer(program, replace(options, solver=solver))
        seconds = time.perf_counter() - began
        first = seconds if first is None else first
        for tier in outcome.tiers:
            gap = (tier.value - tier.bound) / max(1, abs(tier.value))
            size = [num_children, program.num_columns, program.num_rows]
            claims = [tier.name, tier.value, tier.bound, round(gap, 6), outcome.reason.value]
            yield [*size, solver, *claims, round(seconds, 2), round(seconds / first, 2)]


def main() -> None:
    """Print the comparison as CSV."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--profile", choices=sorted(PROFILES), default="council")
    parser.add_argument("--children", type=int, nargs="+", default=[100, 330], help="sizes of the question")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--solvers", nargs="+", choices=SOLVERS, default=list(SOLVERS))
    parser.add_argument("--time-limit", type=float, default=60.0, help="seconds a solver and question")
    parser.add_argument("--gap", type=float, default=0.0, help="relative gap at which a solver may stop")
    given = parser.parse_args()
    options = SolveOptions(time_limit_seconds=given.time_limit, relative_gap=given.gap)
    writer = csv.writer(sys.stdout)
    writer.writerow(COLUMNS)
    for num_children in given.children:
        program = question(given.profile, num_children, given.seed)
        for row in compare(num_children, program, given.solvers, options):
            writer.writerow(row)
            sys.stdout.flush()


if __name__ == "__main__":
    main()
