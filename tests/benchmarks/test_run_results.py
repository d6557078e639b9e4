"""The results file: what is written reads back, half a line is dropped, and two benches do not write to one file."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightplace.benchmarks.results import (
    COLUMNS,
    Point,
    ResultsInUseError,
    Row,
    Status,
    Verdict,
    cells_of,
    read_rows,
    results_at,
)
from rightplace.errors import InstanceError
from tests.benchmarks.rows import a_row

numbers = st.none() | st.floats(-1e9, 1e9).map(lambda value: round(value, 3) + 0.0)
rows = st.builds(
    a_row,
    value=numbers,
    bound=numbers,
    status=st.sampled_from(Status),
    certificate=st.sampled_from(Verdict),
    detail=st.text(st.sampled_from('a,"; :\n£'), max_size=8).map(lambda text: " ".join(text.split())),
    seed=st.integers(0, 9),
    trace=st.lists(st.builds(Point, st.integers(0, 99).map(float), numbers, numbers), max_size=3).map(tuple),
)


@given(rows)
def test_what_is_written_reads_back(row: Row) -> None:
    """A row in a file is the same row."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "results.csv"
        with results_at(path) as results:
            results.append(row)
        assert read_rows(path) == [row]


def test_no_cell_breaks_a_line() -> None:
    """Words of a solver over several lines become one: a row is a line, always."""
    assert not any("\n" in cell for cell in cells_of(a_row(detail="one\ntwo\r\nthree")))


@pytest.mark.parametrize("left", [1, 40, 200])
def test_half_a_line_is_dropped_and_cut_off(tmp_path: Path, left: int) -> None:
    """Of a file that ends in the middle of a row, the whole rows count, and the next row follows on them."""
    path = tmp_path / "results.csv"
    with results_at(path) as results:
        results.append(a_row(seed=1))
        whole = path.stat().st_size
        results.append(a_row(seed=2))
    content = path.read_bytes()
    path.write_bytes(content[: whole + left])
    assert [row.seed for row in read_rows(path)] == [1]
    with results_at(path) as results:
        results.append(a_row(seed=3))
    assert [row.seed for row in read_rows(path)] == [1, 3]


def test_half_a_header_begins_anew(tmp_path: Path) -> None:
    """A bench killed while it wrote the header leaves nothing behind that matters."""
    path = tmp_path / "results.csv"
    path.write_text(",".join(COLUMNS)[:30], encoding="utf-8")
    with results_at(path) as results:
        results.append(a_row())
    assert read_rows(path) == [a_row()]


@pytest.mark.parametrize("text", ["child,setting\nC1,H1\n", "child"])
def test_another_file_is_refused_and_left_alone(tmp_path: Path, text: str) -> None:
    """Rows are never appended to, and nothing is cut off, a file of something else."""
    path = tmp_path / "plan.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InstanceError, match="expected the columns instance, family"), results_at(path):
        pass
    assert path.read_text(encoding="utf-8") == text


def test_every_wrong_cell_is_named(tmp_path: Path) -> None:
    """Row, column, value and what was expected, all at once."""
    path = tmp_path / "results.csv"
    with results_at(path) as results:
        results.append(a_row())
    path.write_text(path.read_text().replace(",optimal,100,", ",best,nan,"), encoding="utf-8")
    with pytest.raises(InstanceError) as refused:
        read_rows(path)
    assert [(fault.row, fault.column, fault.value) for fault in refused.value.faults] == [
        (2, "status", "best"),
        (2, "value", "nan"),
    ]


def test_two_benches_do_not_write_to_one_file(tmp_path: Path) -> None:
    """The second is refused while the first has it open."""
    path = tmp_path / "results.csv"
    with results_at(path), pytest.raises(ResultsInUseError, match="another bench"), results_at(path):
        pass


def test_the_key_of_a_row_leaves_out_what_was_found() -> None:
    """Value, seconds and status are no part of what makes two rows the same run; the seed is."""
    row = a_row()
    assert row.key == replace(row, value=1.0, seconds=9.0, status=Status.FAILED).key
    assert row.key != replace(row, seed=5).key
