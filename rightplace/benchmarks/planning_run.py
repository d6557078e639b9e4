"""One question of the benchmark of planning, answered in a process of its own, so that its peak of memory is its own.

Reads one JSON object on standard input, prints one on standard output; ``rightplace.benchmarks.planning`` asks.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from rightplace.benchmarks.measuring import limit_memory, peak_mib, processor_seconds
from rightplace.instances.demand import generate_demand
from rightplace.instances.library import library_path
from rightplace.instances.planning_case import PlanningCase
from rightplace.instances.planning_files import planning_folder
from rightplace.instances.planning_instance import planning_instance
from rightplace.instances.planning_tables import read_levers
from rightplace.instances.planning_targets import read_targets
from rightplace.instances.tables import read_instance
from rightplace.planning import frontier
from rightplace.planning.question import question_of, solved
from rightplace.solver.benders import outcome_at
from rightplace.solver.outcome import SolveOptions

if TYPE_CHECKING:
    from rightplace.staged import StagedProgram

YEARS = 5
_GRACE_SECONDS = 30.0
"""How long after its limit a solver may go on before its process is ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A library instance with generated demand, and who is to answer.

    Parameters
    ----------
    solver
        ``ours`` decomposes; others take the extensive form.
    limit_seconds
        For building the extensive form and solving it.
    target_id, values
        Of a frontier instead of one plan.
    is_live
        The points of the frontier share their cuts; else each begins anew.
    """

    instance: str
    scenarios: int
    seed: int
    gap: float
    limit_seconds: float
    solver: str = "ours"
    memory_gib: float = 0.0
    target_id: str = ""
    values: tuple[float, ...] = ()
    is_live: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What it took. Reading the case and loading compiled code are not counted as time.

    Parameters
    ----------
    clock_seconds, processor_seconds
        By the clock, and of processor time with that of child processes.
    pence
        Value and bound of each plan; ``None`` where there is none.
    nothing_pence
        The cost of doing nothing, without targets.
    peak_mib, before_mib
        The most memory of this process or a child of it; and what this process had before it began to solve.
    ending
        How it ended, in words.
    size
        Columns and rows of the extensive form.
    """

    clock_seconds: float
    processor_seconds: float
    pence: list[tuple[float | None, float | None]]
    nothing_pence: float
    peak_mib: float
    before_mib: float
    ending: str
    size: tuple[int, int]


class _OutOfTimeError(Exception):
    """The alarm went off."""


def case_of(asked: Asked) -> PlanningCase:
    """The planning case that lies with a library instance, with generated demand.

    Raises
    ------
    ValueError
        When no levers and targets lie with the instance.
    """
    beside = planning_folder(asked.instance)
    if beside is None:
        raise ValueError(f"{asked.instance}: expected an instance with a planning folder")
    instance = planning_instance(read_instance(library_path(asked.instance)), beside)
    demand = generate_demand(instance, YEARS, asked.scenarios, asked.seed)
    levers = read_levers(beside / "levers", instance, demand.first, YEARS)
    targets, risk = read_targets(beside / "targets.toml", instance, demand.first, YEARS)
    return PlanningCase(instance=instance, demand=demand, levers=levers, targets=targets, risk=risk)


def measure(asked: Asked) -> Measured:
    """Answer it, with the clock running."""
    case = case_of(asked)
    staged = question_of(case).staged
    solving = SolveOptions(
        solver=asked.solver, time_limit_seconds=asked.limit_seconds, relative_gap=asked.gap, num_threads=1
    )
    nothing = replace(staged, couplings=())
    nothing_pounds = outcome_at(nothing, np.zeros(staged.first.num_columns), solving).value  # loads compiled code too
    before_mib = peak_mib()
    run = _plan(staged, solving) if not asked.values else _frontier(case, asked, solving)
    signal.signal(signal.SIGALRM, _ring)
    signal.setitimer(signal.ITIMER_REAL, asked.limit_seconds + _GRACE_SECONDS)
    clock, processor = time.perf_counter(), processor_seconds()
    pence: list[tuple[float | None, float | None]]
    try:
        pence, ending = run()
    except _OutOfTimeError:
        pence, ending = [(None, None)], "no answer: time"
    except MemoryError:
        pence, ending = [(None, None)], "no answer: memory"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
    return Measured(
        clock_seconds=time.perf_counter() - clock,
        processor_seconds=processor_seconds() - processor,
        pence=pence,
        nothing_pence=100 * nothing_pounds,
        peak_mib=peak_mib(),
        before_mib=before_mib,
        ending=ending,
        size=_size(staged),
    )


_Run = Callable[[], tuple[list[tuple[float | None, float | None]], str]]


def _plan(staged: StagedProgram, solving: SolveOptions) -> _Run:
    def run() -> tuple[list[tuple[float | None, float | None]], str]:
        found = solved(staged, solving, None)
        value = 100 * found.value if found.point is not None else None
        bound = 100 * found.bound if np.isfinite(found.bound) else None
        return [(value, bound)], found.reason.value

    return run


def _frontier(case: PlanningCase, asked: Asked, solving: SolveOptions) -> _Run:
    def run() -> tuple[list[tuple[float | None, float | None]], str]:
        if asked.is_live:
            points = frontier(case, asked.target_id, asked.values, solving=solving)
        else:
            points = tuple(frontier(case, asked.target_id, [value], solving=solving)[0] for value in asked.values)
        num_reached = sum(point.reachable is True for point in points)
        return [(point.cost_pence, point.bound_pence) for point in points], f"{num_reached} of {len(points)} reached"

    return run


def _ring(_number: int, _frame: object) -> None:
    raise _OutOfTimeError


def _size(staged: StagedProgram) -> tuple[int, int]:
    num_blocks = staged.num_scenarios * staged.num_periods
    num_limited = int(np.isfinite(staged.base_capacity).all(axis=0).sum())
    columns = staged.first.num_columns + num_blocks * len(staged.arc_costs) + len(staged.couplings)
    return columns, staged.first.num_rows + num_blocks * (staged.num_cohorts + num_limited) + len(staged.couplings)


def main() -> None:
    """Answer what stands on standard input."""
    given = json.load(sys.stdin)
    asked = Asked(**{**given, "values": tuple(given["values"])})
    limit_memory(asked.memory_gib)
    print(json.dumps(asdict(measure(asked))), flush=True)
    os._exit(0)  # a solver that did not hear its limit may still be running in a thread


if __name__ == "__main__":
    main()
