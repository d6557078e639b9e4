"""Every results file ever committed is consistent: no bound, ours or another's, is above any feasible value."""

from __future__ import annotations

from pathlib import Path

from rightplace.benchmarks.compare import Found, contradictions
from rightplace.benchmarks.known import known_values
from rightplace.benchmarks.results import COLUMNS, read_rows

DOCS = Path(__file__).parents[2] / "docs" / "benchmarks"


def results_below(folder: Path) -> list[Path]:
    """The results files below a folder: CSVs that begin with our columns."""
    header = ",".join(COLUMNS[:5])
    return [path for path in sorted(folder.rglob("*.csv")) if path.read_text(encoding="utf-8").startswith(header)]


def contradictions_in(folder: Path) -> list[str]:
    """What any row says against any other, whatever file it stands in, or against what is known."""
    found = [
        Found(f"{path.name}, row {number}", row)
        for path in results_below(folder)
        for number, row in enumerate(read_rows(path), start=2)
    ]
    return list(contradictions(found, known_values()))


def test_no_bound_ever_written_is_above_a_feasible_value() -> None:
    """Over all files in docs/benchmarks together."""
    assert contradictions_in(DOCS) == []


def test_the_sweep_finds_a_bound_that_is_too_high(tmp_path: Path) -> None:
    """Two files that contradict each other are found, in whichever folder they stand; so the sweep can fail."""
    from rightplace.benchmarks.results import Status, results_at
    from tests.benchmarks.rows import a_row

    rows = {"a/one.csv": a_row(value=100.0, bound=90.0, status=Status.FEASIBLE), "two.csv": a_row(solver="ours")}
    rows["two.csv"] = a_row(solver="ours", value=101.0, bound=101.0)
    for name, row in rows.items():
        with results_at(tmp_path / name) as results:
            results.append(row)
    (tmp_path / "other.csv").write_text("quarter,homes\n", encoding="utf-8")
    (sentence, *_) = contradictions_in(tmp_path)
    assert "two.csv, row 2 (invented-1 by ours, seed 0)" in sentence


def test_every_committed_answer_was_checked() -> None:
    """No row with a value has been refused, or left unchecked."""
    rows = [(path.name, row) for path in results_below(DOCS) for row in read_rows(path)]
    assert [name for name, row in rows if row.value is not None and row.certificate != "accepted"] == []
