"""How the planning commands run: who serves the scenarios, what is shown meanwhile, what Ctrl-C does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rightplace.commands.common import solving_on, tell
from rightplace.interruption import Stop

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from rightplace.solver.outcome import Progress


@contextmanager
def planning_on(
    scheduler: str | None, workers: int, solver: str, time_limit: float, gap: float, threads: int, seed: int
) -> Iterator[tuple[Any, Executor | None]]:
    """Options as ``solving_on`` gives them, and who serves the scenarios, as ``computing_on`` does."""
    stop = Stop()
    with (
        computing_on(scheduler, workers, threads, stop) as executor,
        solving_on(solver, time_limit, gap, threads, seed, planning_line, stop) as solving,
    ):
        yield solving, executor


def exit_code_of(solving: Any) -> int | None:
    """Of a run that a signal ended before there was an answer; ``None``: no signal did."""
    return 128 + solving.stop.number if solving.stop.is_set() else None


@contextmanager
def computing_on(scheduler: str | None, workers: int, threads: int, stop: Stop) -> Iterator[Executor | None]:
    """Who serves scenarios: a cluster, processes on this machine, threads, or this thread alone (``None``).

    Raises
    ------
    BackendMissing
        When a cluster is asked for and Dask is not installed.
    SolverError
        When the cluster is not there, or cannot be used.
    """
    if scheduler is not None:
        from rightplace.solver.executors import ClusterExecutor

        with ClusterExecutor(scheduler, stop, tell) as cluster:
            yield cluster
    elif workers > 1:
        from rightplace.solver.executors import ProcessExecutor

        with ProcessExecutor(workers, tell) as processes:
            yield processes
    elif threads > 1:
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(threads) as pool:
            yield pool
    else:
        yield None


def planning_line(progress: Progress) -> str:
    """The phase, how long so far, what the plan costs, what no plan can cost less than, and the gap between them."""
    value, bound = progress.value, progress.bound
    words = [f"{progress.tier}: {progress.seconds:.0f} s"]
    if value is None:
        words.append("no plan yet")
    else:
        words.append(_pounds(value))
    if bound is not None and bound > 0:
        words.append(f"at least {_pounds(bound)}")
    if value is not None and bound is not None and 0 < bound <= value:
        words.append(f"gap {100 * (value - bound) / value:.2f}%")
    return ", ".join(words)


def _pounds(value: float) -> str:
    return f"£{value / 1e6:,.3f}m"
