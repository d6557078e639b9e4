"""Results in tables: who solved how many, how fast, how near, for each family of instances."""

from __future__ import annotations

from collections import Counter, defaultdict
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
    by_processor
        Times are the processor's, not the clock's.
    """

    family: str
    limit_seconds: float
    wanted_gap: float
    runs: Mapping[str, Mapping[Problem, Row]]
    best: Mapping[Problem, float]
    by_processor: bool = False

    @property
    def name(self) -> str:
        """For titles and files."""
        gap = f"-gap-{self.wanted_gap:g}" if self.wanted_gap else ""
        return f"{self.family}-{self.limit_seconds:g}s{gap}"

    def seconds(self, row: Row) -> float:
        """Of solving, by the field's clock."""
        return row.cpu_seconds if self.by_processor else row.seconds

    def penalised_seconds(self, row: Row) -> float:
        """Seconds of a run that solved; of another, its limit, or what it took where that is more (PAR-1).

        A limit is of the clock, and on a busy machine a run has had a part of it: by the processor, a run that did not
        solve counts as what it has used.
        """
        return self.seconds(row) if is_solved(row) or self.by_processor else max(row.seconds, row.limit_seconds)

    @property
    def problems(self) -> list[Problem]:
        """All of them, in order."""
        return sorted({problem for runs in self.runs.values() for problem in runs})

    @property
    def common(self) -> set[Problem]:
        """Those that every method has run: means are of them. All, where there is none."""
        shared = set.intersection(*(set(self.runs[method]) for method in self.methods)) if self.methods else set()
        return shared or set(self.problems)

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
    mean_near_seconds
        The same mean of the seconds until the gap was at most 0.1%; where it never was, the limit.
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
    mean_near_seconds: float | None
    mean_gap: float | None
    mean_integral: float | None
    flow_ratio: float | None
    peak_mib: float


def is_solved(row: Row) -> bool:
    """Whether a run proved what was asked, with an answer that the check accepts."""
    if row.certificate != "accepted":
        return False
    return row.status is Status.OPTIMAL or (row.gap is not None and row.gap <= row.wanted_gap)


def near_seconds(row: Row) -> float:
    """Seconds until a gap of at most 0.1%, with an answer that the check accepts; where there is none, as PAR-1."""
    if row.certificate == "accepted" and row.gap_01_seconds is not None:
        return row.gap_01_seconds
    return max(row.seconds, row.limit_seconds)


def fields_of(files: Mapping[str, Sequence[Row]], *, by_processor: bool = False) -> list[Field]:
    """The rows of one or several files by field; of rows of the same run, the last counts; unsupported ones do not.

    Parameters
    ----------
    files
        By a short name, which is added to a method's where several files have it in the same field.
    """
    asked = {label: [row for row in rows if row.status is not Status.UNSUPPORTED] for label, rows in files.items()}
    num_files = Counter(who for rows in asked.values() for who in {(_field_of(row), row.solver) for row in rows})
    runs: defaultdict[tuple[str, float, float], dict[str, dict[Problem, Row]]] = defaultdict(dict)
    for label, rows in asked.items():
        for row in rows:
            method = f"{row.solver} ({label})" if num_files[_field_of(row), row.solver] > 1 else row.solver
            runs[_field_of(row)].setdefault(method, {})[row.instance, row.seed] = row
    best: dict[str, float] = {}
    for row in (row for rows in files.values() for row in rows):
        if row.value is not None and row.certificate == "accepted":
            best[row.digest] = min(row.value, best.get(row.digest, row.value))
    return [
        Field(family, limit, gap, of_field, {
            problem: best[row.digest] for by in of_field.values() for problem, row in by.items() if row.digest in best
        }, by_processor)
        for (family, limit, gap), of_field in sorted(runs.items())
    ]  # fmt: skip


def _field_of(row: Row) -> tuple[str, float, float]:
    return row.family, row.limit_seconds, row.wanted_gap


def lines_of(field: Field) -> list[Line]:
    """A line for each method that looks for answers, and one for the relaxation by flow: of the common problems."""
    flow = {
        problem[0]: field.seconds(row)
        for runs in field.runs.values()
        for problem, row in runs.items()
        if _is_bound(row)
    }
    common = field.common
    names = {name for name, _ in common}
    lines = []
    for method, runs in field.runs.items():
        counted = {
            problem: row
            for problem, row in runs.items()
            if problem in common or (_is_bound(row) and problem[0] in names)
        }
        if counted:
            lines.append(_line(method, counted, field, flow))
    return lines


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
    ratios = [field.seconds(row) / max(flow[row.instance], 1e-4) for row in rows if row.instance in flow]
    has_bound_only = all(map(_is_bound, rows))
    return Line(
        method=method,
        num=len(rows),
        num_solved=sum(map(is_solved, rows)),
        num_failed=sum(row.value is None or row.certificate != "accepted" for row in rows if not _is_bound(row)),
        mean_seconds=shifted_geometric_mean(
            [field.seconds(row) if has_bound_only else field.penalised_seconds(row) for row in rows], field.shift
        ),
        mean_near_seconds=None
        if has_bound_only
        else shifted_geometric_mean(list(map(near_seconds, rows)), field.shift),
        mean_gap=sum(gaps) / len(gaps) if gaps else None,
        mean_integral=sum(integrals) / len(integrals) if integrals else None,
        flow_ratio=median(ratios) if ratios else None,
        peak_mib=max(row.peak_mib for row in rows),
    )


TITLES = {
    "method": "",
    "runs": "",
    "solved": "proven to the gap asked for, and accepted by the check",
    "no answer": "or a refused one",
    "seconds": "shifted geometric mean; of what was not solved, the limit (PAR-1), by the processor what it used",
    "to 0.1%": "the same mean of the seconds of the clock until the gap was at most 0.1%",
    "gap": "at the end, mean of the runs with a value and a bound",
    "integral": "of the primal gap over the limit, mean, s",
    "x flow": "median of seconds over those of the relaxation by flow",
    "MiB": "the most memory of any run",
}
"""Columns of a table, and what they mean where that must be said."""


def cells_of(line: Line) -> list[str]:
    """A line in words, as ``TITLES`` has it."""
    return [
        line.method,
        str(line.num),
        str(line.num_solved),
        str(line.num_failed),
        f"{line.mean_seconds:.2f}",
        "" if line.mean_near_seconds is None else f"{line.mean_near_seconds:.2f}",
        "" if line.mean_gap is None else f"{100 * line.mean_gap:.4f}%",
        "" if line.mean_integral is None else f"{line.mean_integral:.3f}",
        "" if line.flow_ratio is None else f"{line.flow_ratio:,.1f}",
        f"{line.peak_mib:,.0f}",
    ]


def cells_of_problem(field: Field, problem: Problem) -> list[str]:
    """How each method of a field ended on one problem: its seconds and gap, or in a word why there is none."""
    name, seed = problem
    cells = [name if len({seed for _, seed in field.problems}) == 1 else f"{name}, seed {seed}"]
    for method in field.runs:
        row = field.runs[method].get(problem)
        if row is None:
            cells.append("")
        elif _is_bound(row):
            cells.append(f"{field.seconds(row):.1f} s")
        else:
            ended = row.status.value if row.gap is None else f"{100 * row.gap:.3f}%"
            cells.append(f"{field.seconds(row):.1f} s, {ended}")
    return cells


def explanation() -> str:
    """What the columns mean, in a line."""
    return "; ".join(f"{title}: {words}" for title, words in TITLES.items() if words) + "."


def markdown(lines: Iterable[Line]) -> str:
    """A table for the documentation."""
    return _table(list(TITLES), map(cells_of, lines))


def markdown_by_problem(field: Field) -> str:
    """A table of every problem of a field, a column a method."""
    return _table(["problem", *field.runs], (cells_of_problem(field, problem) for problem in field.problems))


def _table(titles: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    rows = [titles, ["---"] * len(titles), *lines]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)
