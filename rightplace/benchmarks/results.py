"""Results of the bench: one flat CSV, a row a run; whole rows are appended at once, a half-written last one is dropped.

``docs/benchmarks/bench.md`` says what every column means.
"""

from __future__ import annotations

import csv
import fcntl
import io
import math
import os
from contextlib import contextmanager
from dataclasses import dataclass, fields
from enum import StrEnum
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, get_type_hints

from rightplace.errors import Fault, InstanceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

GAPS = {"gap_10_seconds": 0.1, "gap_1_seconds": 0.01, "gap_05_seconds": 0.005, "gap_01_seconds": 0.001}
"""Columns of the seconds until a gap was reached, and the gaps."""
_TRACE_POINTS = 200
"""At most so many points of a trace are kept."""
_ROUND = 9
"""Digits after the decimal point of a number in a trace."""


class Status(StrEnum):
    """How a run ended."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    BOUND = "bound only"
    INFEASIBLE = "infeasible"
    NO_SOLUTION = "no solution"
    TIME = "out of time"
    MEMORY = "out of memory"
    FAILED = "failed"
    UNSUPPORTED = "unsupported"


class Verdict(StrEnum):
    """What the independent check says of the answer; ``NONE`` where there is no answer to check."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    NONE = ""


@dataclass(frozen=True, slots=True)
class Point:
    """The best value and bound known ``seconds`` after the solver began; ``None`` where there is none yet."""

    seconds: float
    value: float | None
    bound: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One run. Values and bounds are of the instance's own objective, minimised (placements: pence a week).

    Parameters
    ----------
    instance
        Name in the registry.
    digest
        SHA-256 of the mathematics that was solved. Rows of one digest may be held against each other.
    instance_digest
        SHA-256 of the instance that the mathematics was made of; of a public problem, the same.
    commit
        Of rightplace, with "+" where files were changed; the version where there is no repository.
    limit_seconds, wanted_gap
        What the solver was given.
    value, bound
        ``value`` as the independent check adds it up; ``bound`` as the solver claims.
    gap
        ``(value - bound) / |value|``.
    first_seconds, gap_10_seconds, gap_1_seconds, gap_05_seconds, gap_01_seconds
        Until the first feasible point was known, and until each gap was.
    peak_mib
        The most memory of the run's process, or of a child of it.
    seconds, cpu_seconds
        Of solving: by the clock, and of processor time with that of child processes.
    build_seconds
        Of reading or generating the instance and building its program.
    host_cpu, finished
        The processor's name; the end of the run, UTC.
    trace
        Value and bound over time; its last point is the verified end.
    """

    instance: str
    family: str
    digest: str
    instance_digest: str
    commit: str
    solver: str
    solver_version: str
    threads: int
    seed: int
    limit_seconds: float
    wanted_gap: float
    status: Status
    value: float | None
    bound: float | None
    gap: float | None
    first_seconds: float | None
    gap_10_seconds: float | None
    gap_1_seconds: float | None
    gap_05_seconds: float | None
    gap_01_seconds: float | None
    certificate: Verdict
    seconds: float
    cpu_seconds: float
    build_seconds: float
    peak_mib: float
    num_columns: int
    num_rows: int
    host_cpu: str
    finished: str
    detail: str
    trace: tuple[Point, ...]

    @property
    def key(self) -> Key:
        """What makes two rows the same run."""
        return (
            self.instance, self.commit, self.solver, self.threads, self.seed, self.limit_seconds, self.wanted_gap
        )  # fmt: skip


Key = tuple[str, str, str, int, int, float, float]
COLUMNS = tuple(field.name for field in fields(Row))


def gap_of(value: float | None, bound: float | None) -> float | None:
    """``(value - bound) / |value|``, 0 when both are equal or the bound is above by rounding; ``None``: not known."""
    if value is None or bound is None:
        return None
    if bound >= value:
        return 0.0
    return (value - bound) / abs(value) if value else None


def times_of(trace: Sequence[Point]) -> dict[str, float | None]:
    """The columns of the seconds until a first point and until each gap."""
    found: dict[str, float | None] = dict.fromkeys(["first_seconds", *GAPS])
    for point in trace:
        gap = gap_of(point.value, point.bound)
        if point.value is not None and found["first_seconds"] is None:
            found["first_seconds"] = point.seconds
        for name, wanted in GAPS.items():
            if found[name] is None and gap is not None and gap <= wanted:
                found[name] = point.seconds
    return found


def improving(points: Iterable[Point]) -> tuple[Point, ...]:
    """The best value and bound so far at each time at which one of them improved, thinned evenly when they are many."""
    kept: list[Point] = []
    value: float | None = None
    bound: float | None = None
    for point in points:
        better = value if point.value is None else point.value if value is None else min(value, point.value)
        higher = bound if point.bound is None else point.bound if bound is None else max(bound, point.bound)
        if (better, higher) != (value, bound):
            value, bound = better, higher
            kept.append(Point(round(point.seconds, 4), value, bound))
    if len(kept) > _TRACE_POINTS:
        step = (len(kept) - 1) / (_TRACE_POINTS - 1)
        kept = [kept[round(i * step)] for i in range(_TRACE_POINTS)]
    return tuple(kept)


# -- cells -------------------------------------------------------------------------------------------------------------


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))


def _trace_text(trace: Sequence[Point]) -> str:
    parts = ((_number(round(point.seconds, 4)), _rounded(point.value), _rounded(point.bound)) for point in trace)
    return ";".join(":".join(part) for part in parts)


def _rounded(value: float | None) -> str:
    return "" if value is None else _number(round(value, _ROUND))


def _trace(text: str) -> tuple[Point, ...]:
    points = []
    for part in filter(None, text.split(";")):
        seconds, value, bound = part.split(":")
        points.append(Point(float(seconds), _optional(value), _optional(bound)))
    return tuple(points)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def _optional(text: str) -> float | None:
    return _finite(text) if text else None


_READ: dict[Any, tuple[Callable[[str], Any], str]] = {
    str: (str, "words"),
    int: (int, "a whole number"),
    float: (_finite, "a number"),
    float | None: (_optional, "a number or nothing"),
    Status: (Status, f"one of {', '.join(Status)}"),
    Verdict: (Verdict, "accepted, refused or nothing"),
    tuple[Point, ...]: (_trace, "seconds:value:bound, one after another with ; between"),
}
"""How a cell of each type is read, and what is expected of it."""


def cells_of(row: Row) -> list[str]:
    """A row as cells, none with a line break."""
    cells = []
    for name in COLUMNS:
        value = getattr(row, name)
        if name == "trace":
            text = _trace_text(value)
        elif value is None:
            text = ""
        elif isinstance(value, float):
            text = _number(value)
        else:
            text = " ".join(str(value).split())
        cells.append(text)
    return cells


def _line(cells: Sequence[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()


def read_rows(path: Path) -> list[Row]:
    """The whole rows of a results file; a last line without its end is left out.

    Raises
    ------
    InstanceError
        Listing every cell that is not what its column holds.
    """
    text = path.read_text(encoding="utf-8")
    lines = text[: text.rfind("\n") + 1].splitlines()
    if not lines:
        return []
    header = next(csv.reader(lines[:1]))
    if tuple(header) != COLUMNS:
        wanted = f"the columns {', '.join(COLUMNS)}"
        raise InstanceError([Fault(str(path), 1, None, ", ".join(header), wanted)])
    rows, faults = [], []
    hints = get_type_hints(Row)
    for number, cells in enumerate(csv.reader(lines[1:]), start=2):
        given: dict[str, Any] = {}
        if len(cells) > len(COLUMNS):
            faults.append(Fault(str(path), number, None, f"{len(cells)} cells", f"{len(COLUMNS)} cells"))
            continue
        for name, cell in zip_longest(COLUMNS, cells, fillvalue=""):
            read, expected = _READ[hints[name]]
            try:
                given[name] = read(cell)
            except ValueError:
                faults.append(Fault(str(path), number, name, cell, expected))
        if given.keys() == set(COLUMNS):
            rows.append(Row(**given))
    if faults:
        raise InstanceError(faults)
    return rows


class ResultsInUseError(OSError):
    """Another bench is writing to the file."""


class Results:
    """A results file being written to: what stands in it, and rows to come."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.rows = read_rows(path)
        self._descriptor = descriptor
        if os.fstat(descriptor).st_size == 0:
            os.write(descriptor, _line(COLUMNS).encode())

    def append(self, row: Row) -> None:
        """Write a whole row, on the disk when this returns."""
        os.write(self._descriptor, _line(cells_of(row)).encode())
        os.fsync(self._descriptor)
        self.rows.append(row)


@contextmanager
def results_at(path: Path) -> Iterator[Results]:
    """A results file to append to, made if there is none; what a killed bench left half-written at its end is cut off.

    Raises
    ------
    ResultsInUseError
        When another bench has it open.
    InstanceError
        When it is no results file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ResultsInUseError(error.errno, "another bench is writing to it", str(path)) from error
        yield Results(path, _cut(path, descriptor))
    finally:
        os.close(descriptor)


def _cut(path: Path, descriptor: int) -> int:
    """Cut off a last line without its end, if what comes before it is a results file or nothing."""
    read_rows(path)
    whole = path.read_bytes()
    end = whole.rfind(b"\n") + 1
    if end < len(whole) and (end or _line(COLUMNS).encode().startswith(whole)):
        os.ftruncate(descriptor, end)
    elif end < len(whole):
        raise InstanceError([Fault(str(path), 1, None, None, f"the columns {', '.join(COLUMNS)}")])
    return descriptor
