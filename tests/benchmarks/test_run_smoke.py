"""The smoke suite as CI runs it: every reader, every solver, every check."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from shutil import copyfile
from typing import TYPE_CHECKING

from typer.testing import CliRunner

from rightplace import cli
from rightplace.benchmarks.asked import PEERS
from rightplace.benchmarks.best_known import best_known
from rightplace.benchmarks.families import DATA
from rightplace.benchmarks.results import Status, Verdict, read_rows, results_at
from rightplace.benchmarks.runner import run_all, tasks_of
from rightplace.benchmarks.suites import SUITES, spec_of
from rightplace.interruption import Stop

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

    from rightplace.benchmarks.results import Row
    from rightplace.benchmarks.runner import Task


def bench(*words: object) -> Result:
    """Its outcome."""
    return CliRunner().invoke(cli.app, ["bench", *map(str, words)], catch_exceptions=False)


def test_smoke(tmp_path: Path) -> None:
    """No run fails, no answer is refused, no row contradicts another or what is known; the tiny ones are all solved."""
    path = tmp_path / "smoke.csv"
    assert bench("run", "smoke", "--out", path, "--workers", 2).exit_code == 0
    rows = read_rows(path)
    assert {row.instance for row in rows} == {spec.name for spec in SUITES["smoke"].specs(None)}
    assert {row.solver for row in rows} == set(PEERS)
    ended_well = {Status.OPTIMAL, Status.FEASIBLE, Status.BOUND, Status.NO_SOLUTION, Status.UNSUPPORTED}
    assert [row for row in rows if row.status not in ended_well] == []
    assert [row for row in rows if row.certificate is Verdict.REFUSED] == []
    compared = bench("compare", path)
    assert compared.exit_code == 0, compared.stderr
    by_hand = {f"tiny/{name}": best.value for name, best in best_known("tiny").items()}
    for row in rows:
        if row.instance in by_hand and row.status is Status.OPTIMAL:
            assert abs(row.value or 0.0) == by_hand[row.instance]
    assert {row.instance for row in rows if row.status is Status.OPTIMAL} >= set(by_hand)


def test_files_that_the_user_brings_are_measured(tmp_path: Path) -> None:
    """A folder with one called as its family: its files are the suite, and a run finds them."""
    (tmp_path / "mine" / "cap").mkdir(parents=True)
    copyfile(DATA / "tiny" / "orlib_cap", tmp_path / "mine" / "cap" / "own1")
    path = tmp_path / "cap.csv"
    run = bench("run", "cap", "--folder", tmp_path / "mine", "--solvers", "highs", "--out", path)
    assert run.exit_code == 0
    (row,) = read_rows(path)
    assert (row.instance, row.status, row.certificate) == ("cap/own1", Status.OPTIMAL, Verdict.ACCEPTED)
    assert row.value == best_known("tiny")["orlib_cap"].value


def test_a_suite_without_files_says_what_to_bring() -> None:
    """Exit code 2, and the option that brings them."""
    refused = CliRunner().invoke(cli.app, ["bench", "run", "cap"], env={"COLUMNS": "500"})
    assert refused.exit_code == 2
    assert "expected --folder, a folder that holds one called cap" in refused.stderr


def test_an_executor_makes_the_runs_wherever_it_is(tmp_path: Path) -> None:
    """As a cluster's would: tasks go to it, rows come back, each is written and told once."""
    tasks = tasks_of(
        [spec_of("tiny/gap", None)], ["highs", "ours"], [0], limit_seconds=5.0, wanted_gap=0.0, threads=1, folder=None,
        memory_gib=0.0,
    )  # fmt: skip
    told: list[tuple[int, bool]] = []

    def say(position: int, _task: Task, row: Row | None) -> None:
        told.append((position, row is not None))

    with ThreadPoolExecutor(1) as executor, results_at(tmp_path / "results.csv") as results:
        run_all(tasks, results, say, Stop(), num_at_once=2, executor=executor)
    assert sorted(row.solver for row in read_rows(tmp_path / "results.csv")) == ["highs", "ours"]
    assert sorted(told) == [(1, False), (1, True), (2, False), (2, True)]
