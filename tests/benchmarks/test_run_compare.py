"""What bench compare catches, and what it lets pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from rightplace import cli
from rightplace.benchmarks.compare import Found, Known, contradictions
from rightplace.benchmarks.results import Point, Row, Status, Verdict, results_at
from rightplace.benchmarks.summary import fields_of, lines_of
from tests.benchmarks.rows import a_row

if TYPE_CHECKING:
    from pathlib import Path


def found_in(*rows: Row, known: tuple[Known, ...] = (), registered: dict[str, str] | None = None) -> list[str]:
    """The contradictions of rows that stand from line 2 on."""
    return list(contradictions([Found(f"row {i}", row) for i, row in enumerate(rows, 2)], known, registered))


FLOW = a_row(solver="flow", status=Status.BOUND, value=None, bound=90.0)
LIMITED = a_row(solver="cbc", status=Status.FEASIBLE, value=104.0, bound=97.0)


def test_rows_that_agree_pass() -> None:
    """An optimum, a run out of time, a bound below both, and a run that failed contradict nothing."""
    failed = a_row(solver="scip", status=Status.FAILED, value=None, bound=None)
    assert found_in(a_row(), FLOW, LIMITED, failed) == []


def test_times_are_never_wrong() -> None:
    """However long a run took, and however far beyond its limit, that is no contradiction."""
    assert found_in(a_row(seconds=1e6), LIMITED) == []


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (a_row(certificate=Verdict.REFUSED, detail="C1: beyond the age range"), "refuses the answer: C1: beyond"),
        (a_row(certificate=Verdict.NONE), "nobody checked"),
        (a_row(value=None, certificate=Verdict.ACCEPTED), "without a value"),
        (a_row(value=100.0, bound=101.0), "its bound 101 is above its value 100"),
        (a_row(value=100.0, bound=98.0), "optimal, but its bound 98"),
        (a_row(value=104.0, bound=97.0, status=Status.FEASIBLE, gap=0.01), "its gap is 0.01"),
        (a_row(trace=(Point(1.0, 99.0, 90.0),)), "its trace ends with 99"),
    ],
)
def test_a_row_that_contradicts_itself_is_named(row: Row, words: str) -> None:
    """A single row can be wrong without any other."""
    (sentence,) = found_in(row)
    assert sentence.startswith("row 2 (invented-1 by highs, seed 0): ")
    assert words in sentence


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (a_row(solver="cbc", value=99.0, bound=95.0, status=Status.FEASIBLE), "nothing is below 100"),
        (a_row(solver="flow", status=Status.BOUND, value=None, bound=100.5), "nothing is below 100.5"),
        (a_row(solver="cbc", value=102.0, bound=102.0), "optimal with 102"),
    ],
)
def test_rows_that_contradict_each_other_are_named(row: Row, words: str) -> None:
    """A value below another's bound, a bound above another's value, and an optimum that is none."""
    sentences = found_in(a_row(), row)
    assert sentences
    assert any(words in sentence for sentence in sentences)
    assert all("row 2" in sentence and "row 3" in sentence for sentence in sentences)


def test_rows_of_other_mathematics_do_not_contradict_each_other() -> None:
    """The same instance name with another digest is another question."""
    assert found_in(a_row(), a_row(digest="e" * 64, value=50.0, bound=50.0)) == []


def test_whole_numbers_are_compared_exactly_and_others_up_to_rounding() -> None:
    """A penny below a bound is wrong; a millionth of a millionth is rounding."""
    whole = a_row(value=4_000_000.0, bound=4_000_000.0)
    assert found_in(whole, a_row(solver="cbc", value=3_999_999.0, bound=3_000_000.0, status=Status.FEASIBLE))
    broken = a_row(value=1040444.375, bound=1040444.375)
    near = a_row(solver="cbc", value=1040444.3749, bound=1040440.0, status=Status.FEASIBLE)
    assert found_in(broken, near) == []


@pytest.mark.parametrize(
    ("known", "words"),
    [
        (Known("invented-1", 99.0, None, "a paper"), "its bound 100 is above the known value 99 (a paper)"),
        (Known("invented-1", 110.0, 101.0, "a list"), "its value 100 is below the proven bound 101 (a list)"),
    ],
)
def test_best_known_values_are_held_against_rows(known: Known, words: str) -> None:
    """Known values and bounds are found by the name of the instance."""
    (sentence,) = found_in(a_row(), known=(known,))
    assert words in sentence


def test_an_instance_that_is_not_the_registrys_is_named() -> None:
    """A row about an instance of the same name with another digest than the registry has."""
    (sentence,) = found_in(a_row(), registered={"invented-1": "f" * 64})
    assert "the registry has ffffffffffff" in sentence


def compared(*arguments: object) -> tuple[int, str, str]:
    """Exit code, output and errors of bench compare."""
    result = CliRunner().invoke(cli.app, ["bench", "compare", *map(str, arguments)], catch_exceptions=False)
    return result.exit_code, result.stdout, result.stderr


def written(path: Path, *rows: Row) -> Path:
    """A results file."""
    with results_at(path) as results:
        for row in rows:
            results.append(row)
    return path


def test_a_tampered_value_is_caught_and_named(tmp_path: Path) -> None:
    """One digit changed in the value of one row: exit code 1, and the row is named; untouched, exit code 0."""
    path = written(tmp_path / "results.csv", a_row(), LIMITED, FLOW)
    assert compared(path)[0] == 0
    path.write_text(path.read_text().replace(",feasible,104,", ",feasible,94,"), encoding="utf-8")
    code, output, errors = compared(path)
    assert code == 1
    assert "results.csv, row 3 (invented-1 by cbc, seed 0)" in errors
    assert "0 contradictions" not in output


def test_a_consistently_tampered_row_is_caught_by_the_others(tmp_path: Path) -> None:
    """Also where value, gap and trace of a row were all changed to fit."""
    path = written(tmp_path / "results.csv", a_row(), a_row(solver="ours", value=95.0, bound=95.0))
    code, _, errors = compared(path)
    assert code == 1
    assert "row 2 (invented-1 by highs, seed 0): nothing is below 100, it says, but" in errors


def test_two_files_are_checked_against_each_other(tmp_path: Path) -> None:
    """A contradiction between yesterday's file and today's is one too, and methods are told apart by file."""
    one = written(tmp_path / "one.csv", a_row())
    two = written(tmp_path / "two.csv", a_row(value=99.0, bound=99.0))
    code, output, _ = compared(one, two)
    assert code == 1
    assert "highs (one)" in output
    assert "highs (two)" in output


def test_a_report_has_a_table_and_three_pictures_a_family(tmp_path: Path) -> None:
    """Profiles, gaps and primal integrals are drawn, also where a method has no answer at all."""
    failed = a_row(solver="scip", status=Status.FAILED, value=None, bound=None, trace=())
    path = written(tmp_path / "results.csv", a_row(), FLOW, failed)
    assert compared(path, "--report", tmp_path / "report.md")[0] == 0
    assert "| highs | 1 | 1 | 0 | 2.00 |" in (tmp_path / "report.md").read_text(encoding="utf-8")
    drawn = sorted(file.name for file in tmp_path.glob("*.svg"))
    assert drawn == [f"report-council-60s-{kind}.svg" for kind in ("gaps", "primal", "profile")]


def test_a_line_by_hand() -> None:
    """Of 2 s and a run out of time at 60 s: one solved, sqrt(3 x 61) - 1 s; times the flow's 0.5 s: 4 and 120."""
    late = a_row(seed=1, value=104.0, bound=97.0, status=Status.FEASIBLE, seconds=60.0)
    flow = a_row(solver="flow", status=Status.BOUND, value=None, bound=90.0, seconds=0.5)
    (field,) = fields_of({"a": [a_row(), late, flow]})
    line, of_flow = lines_of(field)
    assert (line.num, line.num_solved, line.num_failed) == (2, 1, 0)
    assert line.mean_seconds == pytest.approx((3 * 61) ** 0.5 - 1)
    assert line.mean_gap == pytest.approx(7 / 104 / 2)
    assert line.mean_near_seconds == line.mean_seconds
    assert line.flow_ratio == pytest.approx((4 + 120) / 2)
    assert line.mean_integral == pytest.approx((2 + (2 + 58 * 4 / 104)) / 2)
    assert (of_flow.num_solved, of_flow.num_failed, of_flow.mean_seconds) == (0, 0, pytest.approx(0.5))


def test_a_gap_reached_on_the_way_counts_from_then_on() -> None:
    """Within 0.1% after 2 s, of 60 s that proved no more: 2 s until 0.1%, and the limit as the time of who did not."""
    early = a_row(value=1000.0, bound=999.5, status=Status.FEASIBLE, seconds=60.0)
    (line,) = lines_of(fields_of({"a": [early]})[0])
    assert line.mean_near_seconds == pytest.approx(2.0)
    assert line.mean_seconds == pytest.approx(60.0)


def test_means_are_of_the_problems_that_every_method_has_run() -> None:
    """Who ran one problem more, an easy one, is not the better for it; the flow has no say in what is common."""
    easy = a_row(instance="invented-2", seconds=0.1)
    (field,) = fields_of({"a": [a_row(), easy, a_row(solver="ours", seconds=4.0), FLOW]})
    by_method = {line.method: line for line in lines_of(field)}
    assert field.common == {("invented-1", 0)}
    assert (by_method["highs"].num, by_method["highs"].mean_seconds) == (1, pytest.approx(2.0))
    assert by_method["ours"].mean_seconds == pytest.approx(4.0)
    assert by_method["flow"].num == 1


def test_a_method_that_one_file_has_keeps_its_name() -> None:
    """Only what several files have of one solver in one field is told apart."""
    two = [a_row(), a_row(solver="ours"), a_row(solver="cbc", family="london")]
    (council, london) = fields_of({"one": [a_row(), a_row(solver="scip")], "two": two})
    assert set(council.runs) == {"highs (one)", "highs (two)", "scip", "ours"}
    assert set(london.runs) == {"cbc"}


def test_processor_times_in_place_of_the_clock(tmp_path: Path) -> None:
    """Half a second of 2 s by the clock; of a run that was out of time, the 9 s that it had, not the limit of 60."""
    late = a_row(solver="cbc", value=104.0, bound=97.0, status=Status.FEASIBLE, seconds=60.0, cpu_seconds=9.0)
    path = written(tmp_path / "results.csv", a_row(cpu_seconds=0.5), late)
    assert compared(path, "--processor", "--report", tmp_path / "report.md")[0] == 0
    report = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert "| highs | 1 | 1 | 0 | 0.50 | 2.00 |" in report
    assert "| cbc | 1 | 0 | 0 | 9.00 | 60.00 |" in report
    assert "| invented-1 | 0.5 s, 0.000% | 9.0 s, 6.731% |" in report
    assert "1 problem, seconds of the processor" in report
