"""Results in tables: who solved how many, how fast, how near, for each family of instances."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from rightplace.benchmarks.asked import FLOW
from rightplace.benchmarks.metrics import primal_integral, shifted_geometric_mean
from rightplace.benchmarks.results import Row, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SMALL_SECONDS, SMALL_SHIFT, LARGE_SHIFT = 60.0, 1.0, 10.0
"""Up to this limit the mean of times is shifted by 1 s, above by 10 s."""
Problem = tuple[str, int]
"""An instance and a seed: what each method is measured on once."""


@dataclass(frozen=True, slots=True)
class Field:
    """The runs that are compared with each other: one family, one limit, one gap asked for.

    Parameters
    ----------
    runs
        By method (a solver, of a file), by problem.
    best
        The best value in any row, by problem.
    """

    family: str
    limit_seconds: float
    wanted_gap: float
    runs: Mapping[str, Mapping[Problem, Row]]
    best: Mapping[Problem, float]

    @property
    def name(self) -> str:
        """For titles and files."""
        gap = f"-gap-{self.wanted_gap:g}" if self.wanted_gap else ""
        return f"{self.family}-{self.limit_seconds:g}s{gap}"

    @property
    def problems(self) -> list[Problem]:
        """All of them, in order."""
        return sorted({problem for runs in self.runs.values() for problem in runs})

    @property
    def methods(self) -> list[str]:
        """Those that look for answers, not only for bounds."""
        return [name for name, runs in self.runs.items() if any(row.solver != FLOW for row in runs.values())]

    @property
    def shift(self) -> float:
        """Of the mean of times."""
        return SMALL_SHIFT if self.limit_seconds <= SMALL_SECONDS else LARGE_SHIFT


@dataclass(frozen=True, slots=True)
class Line:
    """One method on one field.

    Parameters
    ----------
    num, num_solved, num_failed
        Runs; those that proved the gap asked for; those without an answer or with a refused one.
    mean_seconds
        Shifted geometric mean; a run that did not solve counts as its limit (PAR-1).
    mean_gap
        Of the runs with value and bound, when they ended; ``None``: there are none.
    mean_integral
        Mean primal integral over the limit, in seconds.
    flow_ratio
        Median of seconds over those of the relaxation by flow; ``None`` without it.
    peak_mib
        The most of any run.
    """

    method: str
    num: int
    num_solved: int
    num_failed: int
    mean_seconds: float
    mean_gap: float | None
    mean_integral: float | None
    flow_ratio: float | None
    peak_mib: float


def is_solved(row: Row) -> bool:
    """Whether a run proved what was asked, with an answer that the check accepts."""
    if row.certificate != "accepted":
        return False
    return row.status is Status.OPTIMAL or (row.gap is not None and row.gap <= row.wanted_gap)


def penalised_seconds(row: Row) -> float:
    """Seconds of a run that solved; of another, its limit, or what it took where that is more (PAR-1)."""
    return row.seconds if is_solved(row) else max(row.seconds, row.limit_seconds)


def fields_of(files: Mapping[str, Sequence[Row]]) -> list[Field]:
    """The rows of one or several files by field; of rows of the same run, the last counts; unsupported ones do not.

    Parameters
    ----------
    files
        By a short name, which is added to the methods' where there are several.
    """
    runs: defaultdict[tuple[str, float, float], dict[str, dict[Problem, Row]]] = defaultdict(dict)
    for label, rows in files.items():
        for row in rows:
            if row.status is Status.UNSUPPORTED:
                continue
            method = row.solver if len(files) == 1 else f"{row.solver} ({label})"
            of_field = runs[row.family, row.limit_seconds, row.wanted_gap]
            of_field.setdefault(method, {})[row.instance, row.seed] = row
    best: dict[str, float] = {}
    for row in (row for rows in files.values() for row in rows):
        if row.value is not None and row.certificate == "accepted":
            best[row.digest] = min(row.value, best.get(row.digest, row.value))
    return [
        Field(family, limit, gap, of_field, {
            problem: best[row.digest] for by in of_field.values() for problem, row in by.items() if row.digest in best
        })
        for (family, limit, gap), of_field in sorted(runs.items())
    ]  # fmt: skip


def lines_of(field: Field) -> list[Line]:
    """A line for each method that looks for answers, and one for the relaxation by flow."""
    flow = {problem[0]: row.seconds for runs in field.runs.values() for problem, row in runs.items() if _is_bound(row)}
    return [_line(method, runs, field, flow) for method, runs in field.runs.items()]


def _is_bound(row: Row) -> bool:
    return row.status is Status.BOUND


def _line(method: str, runs: Mapping[Problem, Row], field: Field, flow: Mapping[str, float]) -> Line:
    rows = list(runs.values())
    gaps = [row.gap for row in rows if row.gap is not None]
    integrals = [
        primal_integral(row.trace, field.best[problem], row.limit_seconds)
        for problem, row in runs.items()
        if problem in field.best and not _is_bound(row)
    ]
    ratios = [row.seconds / max(flow[row.instance], 1e-4) for row in rows if row.instance in flow]
    has_bound_only = all(map(_is_bound, rows))
    return Line(
        method=method,
        num=len(rows),
        num_solved=sum(map(is_solved, rows)),
        num_failed=sum(row.value is None or row.certificate != "accepted" for row in rows if not _is_bound(row)),
        mean_seconds=shifted_geometric_mean(
            [row.seconds if has_bound_only else penalised_seconds(row) for row in rows], field.shift
        ),
        mean_gap=sum(gaps) / len(gaps) if gaps else None,
        mean_integral=sum(integrals) / len(integrals) if integrals else None,
        flow_ratio=median(ratios) if ratios else None,
        peak_mib=max(row.peak_mib for row in rows),
    )


TITLES = (
    "method",
    "runs",
    "solved",
    "no answer",
    "seconds (shifted geometric mean, PAR-1)",
    "gap at the end (mean)",
    "primal integral (mean, s)",
    "times the flow relaxation (median)",
    "memory (most, MiB)",
)


def cells_of(line: Line) -> list[str]:
    """A line in words, as ``TITLES`` has it."""
    return [
        line.method,
        str(line.num),
        str(line.num_solved),
        str(line.num_failed),
        f"{line.mean_seconds:.2f}",
        "" if line.mean_gap is None else f"{100 * line.mean_gap:.4f}%",
        "" if line.mean_integral is None else f"{line.mean_integral:.3f}",
        "" if line.flow_ratio is None else f"{line.flow_ratio:,.1f}",
        f"{line.peak_mib:,.0f}",
    ]


def markdown(lines: Iterable[Line]) -> str:
    """A table for the documentation."""
    rows = [TITLES, tuple("---" for _ in TITLES), *(tuple(cells_of(line)) for line in lines)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)
