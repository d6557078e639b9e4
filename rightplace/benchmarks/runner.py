"""Runs a suite: every instance by every solver with every seed, each run in a process of its own, its row appended.

Runs that stand in the results already are not run again, so a bench that was killed goes on where it was.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from rightplace import __version__
from rightplace.benchmarks.asked import FLOW, SPOPT, Asked
from rightplace.benchmarks.families import FAMILIES
from rightplace.benchmarks.measuring import ONE_THREAD, processor_name
from rightplace.benchmarks.registry import Public, Source, Spec
from rightplace.benchmarks.results import Point, Row, Status, Verdict, gap_of, times_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from concurrent.futures import Executor

    from rightplace.benchmarks.results import Key, Results

_GRACE_SECONDS = 30.0
_GRACE_SHARE = 0.2
"""How long after its limit a run may go on, to end and to be judged: so long, and so much of the limit."""
RUN = [sys.executable, "-m", "rightplace.benchmarks.task"]
"""What makes a run."""
_STOPPING_SECONDS = 10.0
"""How long a run that was asked to stop may take before it is ended."""


@dataclass(frozen=True, slots=True)
class Task:
    """A run to be made, and what its row will say of it whatever happens."""

    spec: Spec
    asked: Asked
    commit: str

    @property
    def key(self) -> Key:
        """That of its row."""
        asked = self.asked
        return (
            self.spec.name, self.commit, asked.solver, asked.threads, asked.seed, asked.limit_seconds,
            asked.wanted_gap,
        )  # fmt: skip


@cache
def commit_here() -> str:
    """The commit of this rightplace, with "+" where files were changed; its version where there is no repository."""
    folder = Path(__file__).resolve().parents[2]
    if not (folder / ".git").exists():
        return __version__
    said = [
        subprocess.run(["git", "-C", str(folder), *words], capture_output=True, text=True, check=False)
        for words in (["rev-parse", "--short=12", "HEAD"], ["status", "--porcelain", "--", "rightplace"])
    ]
    if any(one.returncode for one in said):
        return __version__
    return said[0].stdout.strip() + ("+" if said[1].stdout.strip() else "")


@dataclass(slots=True)
class _Heard:
    """What a run has said so far, and how it ended."""

    began: float = field(default_factory=time.monotonic)
    ready: dict[str, Any] | None = None
    ready_at: float = 0.0
    done: dict[str, Any] | None = None
    was_stopped: bool = False


def row_of(task: Task, stop: threading.Event | None = None) -> Row | None:
    """Make a run in a process of its own; its row, whatever comes of it; ``None`` when ``stop`` was set meanwhile."""
    heard = _Heard()
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(
            RUN,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
            env=os.environ | ONE_THREAD,
            start_new_session=True,  # Ctrl-C is for the bench: it asks its runs to stop
        ) as process,
    ):
        lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        listener = threading.Thread(target=_listen, args=(process.stdout, lines), daemon=True)
        listener.start()
        try:
            _hear(process, lines, task.asked, heard, stop)
        finally:
            process.kill()
            code = process.wait()
            listener.join()
        if heard.done is None and stop is not None and stop.is_set():
            return None
        if heard.done is None:
            heard.done = _ending(code, heard, said)
    return _row(task, heard)


def row_elsewhere(task: Task) -> Row | None:
    """``row_of`` on whichever machine this is; where the bench itself runs, it ends with the bench."""
    return row_of(task, _BENCHES[-1] if _BENCHES else None)


_BENCHES: list[threading.Event] = []
"""What ends the benches that run in this process."""


def _hear(
    process: subprocess.Popen[bytes],
    lines: queue.SimpleQueue[bytes | None],
    asked: Asked,
    heard: _Heard,
    stop: threading.Event | None,
) -> None:
    """Ask, and listen until the run is done, ends, or has had its time and the grace."""
    assert process.stdin is not None
    with suppress(BrokenPipeError):  # a run that could not even begin says why in its own words
        process.stdin.write((json.dumps(asdict(asked)) + "\n").encode())
        process.stdin.flush()  # it stays open: its end tells the run that nobody is there any more
    allowed = (1 + _GRACE_SHARE) * asked.limit_seconds + _GRACE_SECONDS
    ends: float | None = None
    while heard.done is None:
        try:
            line = lines.get(timeout=0.2)
        except queue.Empty:
            is_over = heard.ready is not None and time.monotonic() - heard.ready_at > allowed
            if ends is None and (is_over or (stop is not None and stop.is_set())):
                heard.was_stopped = is_over
                process.send_signal(signal.SIGTERM)
                ends = time.monotonic() + _STOPPING_SECONDS
            if ends is not None and time.monotonic() > ends:
                return
            continue
        if line is None:
            with suppress(subprocess.TimeoutExpired):
                process.wait(_STOPPING_SECONDS)
            return
        said = json.loads(line)
        if "ready" in said:
            heard.ready, heard.ready_at = said["ready"], time.monotonic()
        else:
            heard.done = said["done"]


def _listen(stream: IO[bytes], lines: queue.SimpleQueue[bytes | None]) -> None:
    for line in stream:
        lines.put(line)
    lines.put(None)


def _ending(code: int, heard: _Heard, said: IO[bytes]) -> dict[str, Any]:
    """The cells of a run that ended without saying how."""
    if heard.was_stopped:
        return {"status": Status.TIME, "detail": "it did not end in time, and was ended"}
    said.seek(0)
    words = said.read()[-2000:].decode(errors="replace").strip().splitlines()
    how = f"ended by signal {-code}" if code < 0 else f"ended with code {code}"
    is_memory = code == -signal.SIGKILL or any("MemoryError" in w or "bad_alloc" in w for w in words)
    return {"status": Status.MEMORY if is_memory else Status.FAILED, "detail": f"{how}: {words[-1] if words else ''}"}


def _row(task: Task, heard: _Heard) -> Row:
    asked, done = task.asked, heard.done or {}
    ready = heard.ready or {}
    trace = tuple(Point(**point) for point in done.get("trace", ()))
    value, bound = done.get("value"), done.get("bound")
    solving = time.monotonic() - heard.ready_at if heard.ready else 0.0
    return Row(
        instance=task.spec.name,
        family=task.spec.family,
        digest=ready.get("digest", ""),
        instance_digest=ready.get("instance_digest", ""),
        commit=task.commit,
        solver=asked.solver,
        solver_version=done.get("solver_version", ""),
        threads=asked.threads,
        seed=asked.seed,
        limit_seconds=asked.limit_seconds,
        wanted_gap=asked.wanted_gap,
        status=Status(done["status"]),
        value=value,
        bound=bound,
        gap=gap_of(value, bound),
        certificate=Verdict(done.get("certificate", "")),
        seconds=round(done.get("seconds", solving), 4),
        cpu_seconds=round(done.get("cpu_seconds", 0.0), 4),
        build_seconds=round(ready.get("build_seconds", time.monotonic() - heard.began), 4),
        peak_mib=round(done.get("peak_mib", 0.0), 1),
        num_columns=ready.get("num_columns", 0),
        num_rows=ready.get("num_rows", 0),
        host_cpu=processor_name(),
        finished=datetime.now(UTC).isoformat(timespec="seconds"),
        detail=done.get("detail", ""),
        trace=trace,
        **times_of(trace),
    )


def run_all(
    tasks: Sequence[Task],
    results: Results,
    say: Callable[[int, Task, Row | None], None],
    stop: threading.Event,
    *,
    num_at_once: int = 1,
    executor: Executor | None = None,
) -> None:
    """Make the runs that stand in no row yet, in order, so many at once; each row is written as soon as it is known.

    Parameters
    ----------
    say
        Told of each run that begins (no row) and ends, with its position.
    stop
        When set, runs under way are ended and leave no row.
    executor
        Who makes the runs; ``None``: processes of this machine.

    Raises
    ------
    Exception
        What went wrong with the executor or the results file; what goes wrong in a run is its row.
    """
    known = {row.key for row in results.rows}
    waiting = iter([(i, task) for i, task in enumerate(tasks, start=1) if task.key not in known])
    lock = threading.Lock()

    def work() -> None:
        while not stop.is_set():
            with lock:
                position, task = next(waiting, (0, None))
                if task is None:
                    return
                say(position, task, None)
            row = executor.submit(row_elsewhere, task).result() if executor else row_of(task, stop)
            with lock:
                if row is not None and not stop.is_set():
                    results.append(row)
                    say(position, task, row)

    _BENCHES.append(stop)
    with ThreadPoolExecutor(num_at_once) as threads:
        begun = [threads.submit(work) for _ in range(num_at_once)]
        try:
            for one in begun:
                one.result()
        except BaseException:
            stop.set()
            raise
        finally:
            _BENCHES.remove(stop)


def tasks_of(
    specs: Iterable[Spec],
    solvers: Sequence[str],
    seeds: Sequence[int],
    *,
    limit_seconds: float | None,
    wanted_gap: float,
    threads: int,
    folder: Path | None,
    memory_gib: float,
) -> list[Task]:
    """Every instance by every solver with every seed; the limit of each instance where none is given.

    The relaxation by flow is asked of placement instances only, and once: it has no seed. spopt is asked of p-median
    problems only.
    """
    return [
        Task(
            spec,
            Asked(
                spec=spec.name,
                solver=solver,
                seed=seed,
                threads=threads,
                limit_seconds=float(spec.limit_seconds if limit_seconds is None else limit_seconds),
                wanted_gap=wanted_gap,
                folder="" if folder is None else str(folder.resolve()),
                memory_gib=memory_gib,
            ),
            commit_here(),
        )
        for spec in specs
        for solver in solvers
        for seed in (seeds[:1] if solver == FLOW else seeds)
        if _is_for(solver, spec.source)
    ]


def _is_for(solver: str, source: Source) -> bool:
    """Whether a solver has anything to say of such an instance."""
    if solver == SPOPT:
        return isinstance(source, Public) and (FAMILIES[source.family].format or source.name).startswith("pmedcap")
    return solver != FLOW or not isinstance(source, Public)
