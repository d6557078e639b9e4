"""One run of the bench, in a process of its own, so that its peak of memory is its own and its failure stays its own.

Reads one JSON object, a line, on standard input; prints one JSON object a line on standard output: first ``ready`` when
the program stands and the solver begins, last ``done``. Where standard input ends, whoever asked is gone: this ends.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rightplace.benchmarks.asked import Asked
from rightplace.benchmarks.measuring import limit_memory, peak_mib, processor_seconds
from rightplace.benchmarks.opening import opened, wrong_digest
from rightplace.benchmarks.peers import Claimed, answered, prepare
from rightplace.benchmarks.results import Point, Status, Verdict, improving
from rightplace.benchmarks.suites import spec_of
from rightplace.errors import BackendMissing, SolverError
from rightplace.solver.outcome import Progress, SolveOptions

if TYPE_CHECKING:
    from rightplace.benchmarks.questions import Question

_MOST_FAULTS = 3
_NO_MEMORY = ("bad_alloc", "failed to map segment", "Cannot allocate memory")
"""What solvers say, or their libraries while they are loaded, where memory is not enough."""
_LEAVING_SECONDS = 5.0
"""How long a solver has to end once whoever asked is gone."""


def ready(question: Question, build_seconds: float) -> dict[str, Any]:
    """What is known before the solver begins."""
    return {
        "digest": question.digest,
        "instance_digest": question.instance_digest,
        "num_columns": question.program.num_columns,
        "num_rows": question.program.num_rows,
        "build_seconds": build_seconds,
    }


def done(question: Question, asked: Asked, stop: threading.Event) -> dict[str, Any]:
    """Solve and judge: the cells of the row that only this process knows."""
    points: list[Point] = []
    program = question.program
    if program.start is not None and asked.solver != "flow":
        points.append(Point(0.0, question.own(program.value(program.objectives[0], program.start)), None))

    def report(progress: Progress) -> None:
        seconds = time.perf_counter() - clock
        value, bound = (None if v is None else question.own(v) for v in (progress.value, progress.bound))
        points.append(Point(seconds, value, bound))

    options = SolveOptions(
        asked.solver, asked.limit_seconds, asked.wanted_gap, asked.threads, asked.seed, stop=stop, progress=report
    )
    clock, processor = time.perf_counter(), processor_seconds()
    claimed = answered(question, options)
    seconds, cpu_seconds = time.perf_counter() - clock, processor_seconds() - processor
    value, verdict, faults = _judged(question, claimed)
    points.append(Point(seconds, value, claimed.bound))
    return {
        "status": claimed.status,
        "solver_version": claimed.version,
        "value": value,
        "bound": claimed.bound,
        "certificate": verdict,
        "seconds": seconds,
        "cpu_seconds": cpu_seconds,
        "peak_mib": peak_mib(),
        "detail": "; ".join([claimed.detail, *faults]),
        "trace": [asdict(point) for point in improving(points)],
    }


def _judged(question: Question, claimed: Claimed) -> tuple[float | None, Verdict, tuple[str, ...]]:
    if claimed.point is None:
        return None, Verdict.NONE, ()
    judged = question.judged(claimed.point)
    faults = judged.faults[:_MOST_FAULTS]
    if not question.keeps(judged.value, claimed.value):
        faults = (*faults, f"the solver says {claimed.value}, the answer's value is {judged.value}")
    return judged.value, Verdict.REFUSED if faults else Verdict.ACCEPTED, faults


def failure(error: BaseException, status: Status) -> dict[str, Any]:
    """The cells of a run that did not end well."""
    words = f"{type(error).__name__}: {error}".strip(": ")
    return {"status": status, "detail": words[:500], "peak_mib": peak_mib()}


def run(asked: Asked, say: Any, stop: threading.Event) -> None:
    """Open, solve, judge; tell what comes of it."""
    began = time.perf_counter()
    try:
        spec = spec_of(asked.spec, Path(asked.folder) if asked.folder else None)
        question = opened(spec)
        prepare(question, asked.solver)
        say({"ready": ready(question, time.perf_counter() - began)})
        wrong = wrong_digest(spec, question.instance_digest)
        if wrong:
            say({"done": {"status": Status.FAILED, "detail": wrong, "peak_mib": peak_mib()}})
        else:
            say({"done": done(question, asked, stop)})
    except MemoryError as error:
        say({"done": failure(error, Status.MEMORY)})
    except BackendMissing as error:
        say({"done": failure(error, Status.UNSUPPORTED)})
    except (ImportError, SolverError) as error:
        is_memory = any(words in str(error) for words in _NO_MEMORY)
        say({"done": failure(error, Status.MEMORY if is_memory else Status.FAILED)})
    except Exception as error:  # whatever it is, it is a row: the bench goes on
        say({"done": failure(error, Status.FAILED)})


def _leave_when_alone(stop: threading.Event) -> None:
    """End this process when whoever asked is gone."""
    sys.stdin.read()
    stop.set()
    time.sleep(_LEAVING_SECONDS)
    os._exit(1)


def main() -> None:
    """Answer what stands on standard input."""
    told = os.fdopen(os.dup(1), "w", encoding="utf-8")  # solvers print to standard output, or close it while they run
    os.dup2(2, 1)
    asked = Asked(**json.loads(sys.stdin.readline()))
    stop = threading.Event()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    threading.Thread(target=_leave_when_alone, args=(stop,), daemon=True).start()
    limit_memory(asked.memory_gib)

    def say(what: dict[str, Any]) -> None:
        print(json.dumps(what), file=told, flush=True)

    run(asked, say, stop)
    os._exit(0)  # a solver that did not hear its limit may still be running in a thread


if __name__ == "__main__":
    main()
