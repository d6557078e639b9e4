"""Runs in processes of their own: what fails is a row, what was killed goes on, nobody is left behind."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from rightplace import cli
from rightplace.benchmarks import runner
from rightplace.benchmarks.asked import Asked
from rightplace.benchmarks.results import Row, Status, Verdict, read_rows, results_at
from rightplace.benchmarks.runner import Task, row_of, run_all, tasks_of
from rightplace.benchmarks.suites import spec_of

if TYPE_CHECKING:
    from pathlib import Path

TINY = spec_of("tiny", None)


def a_task(solver: str = "highs", limit_seconds: float = 10.0, seed: int = 0, spec: str = "tiny") -> Task:
    """Tiny, by one solver."""
    asked = Asked(spec=spec, solver=solver, seed=seed, threads=1, limit_seconds=limit_seconds, wanted_gap=0.0)
    return Task(TINY, asked, "abc")


def replaced_by(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    """Let runs be made by another program."""
    monkeypatch.setattr(runner, "RUN", [sys.executable, "-c", program])


def made(task: Task) -> Row:
    """Its row."""
    row = row_of(task)
    assert row is not None
    return row


def test_a_run_has_the_value_worked_out_by_hand() -> None:
    """Tiny's best plan leaves one child waiting, as docs/library/tiny.md says; the check accepts the answer."""
    row = made(a_task())
    assert (row.status, row.certificate, row.value) == (Status.OPTIMAL, Verdict.ACCEPTED, row.bound)
    assert row.trace[-1].value == row.value
    assert row.peak_mib > 10
    assert (row.num_columns > 0, row.instance, row.solver) == (True, "tiny", "highs")


def test_the_flow_is_a_bound_and_no_answer() -> None:
    """It says no more than that nothing is below it; and it is not above what HiGHS finds."""
    flow, best = made(a_task("flow")), made(a_task())
    assert (flow.status, flow.value, flow.certificate) == (Status.BOUND, None, Verdict.NONE)
    assert flow.bound is not None
    assert best.value is not None
    assert flow.bound <= best.value
    assert flow.digest == best.digest


def test_what_goes_wrong_in_a_run_is_a_row() -> None:
    """An instance that nobody knows, say."""
    row = made(a_task(spec="nowhere"))
    assert (row.status, row.value) == (Status.FAILED, None)
    assert "nowhere" in row.detail


@pytest.mark.parametrize(
    ("program", "status", "words"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", Status.FAILED, "ended by signal 11"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", Status.MEMORY, "ended by signal 9"),
        ("raise SystemExit('no such library')", Status.FAILED, "ended with code 1: no such library"),
        ("raise MemoryError", Status.MEMORY, "MemoryError"),
    ],
)
def test_a_dead_solver_is_a_row(monkeypatch: pytest.MonkeyPatch, program: str, status: Status, words: str) -> None:
    """A process that crashes, is ended by the system, or cannot even begin."""
    replaced_by(monkeypatch, program)
    row = made(a_task())
    assert (row.status, row.value, row.gap) == (status, None, None)
    assert words in row.detail


def test_a_run_that_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who neither hears the limit nor is willing to stop is killed, and has had its time."""
    deaf = (
        "import json, signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); sys.stdin.readline();"
        "print(json.dumps({'ready': {'digest': 'd'}}), flush=True); time.sleep(600)"
    )
    replaced_by(monkeypatch, deaf)
    monkeypatch.setattr(runner, "_GRACE_SECONDS", 0.1)
    monkeypatch.setattr(runner, "_STOPPING_SECONDS", 0.2)
    row = made(a_task(limit_seconds=0.1))
    assert (row.status, row.digest) == (Status.TIME, "d")


def test_a_run_ends_when_nobody_listens_any_more() -> None:
    """A run whose bench was killed does not go on using the machine."""
    asked = asdict(a_task(limit_seconds=500.0, spec="england-plain-1").asked)
    with subprocess.Popen(runner.RUN, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        process.stdin.write((json.dumps(asked) + "\n").encode())
        process.stdin.close()
        assert process.wait(900) == 1


def test_a_stopped_bench_leaves_no_row_of_what_was_under_way(tmp_path: Path) -> None:
    """When told to stop, it ends the runs and writes nothing of them."""
    stop = threading.Event()

    def say(_position: int, _task: Task, _row: Row | None) -> None:
        stop.set()

    with results_at(tmp_path / "results.csv") as results:
        run_all([a_task(), a_task("flow")], results, say, stop)
    assert read_rows(tmp_path / "results.csv") == []


def test_every_instance_by_every_solver_with_every_seed() -> None:
    """Two solvers and three seeds are six runs, each with a key of its own; the limit is the registry's."""
    tasks = tasks_of(
        [TINY], ["ours", "cbc"], [0, 1, 2], limit_seconds=None, wanted_gap=0.0, threads=1, folder=None, memory_gib=0.0
    )
    assert len({task.key for task in tasks}) == 6
    assert {task.asked.limit_seconds for task in tasks} == {TINY.limit_seconds}


def test_the_flow_is_asked_once_and_of_placements_only() -> None:
    """It has no seed, and public problems have no such relaxation."""
    tasks = tasks_of(
        [TINY, spec_of("tiny/gap", None)], ["flow", "highs"], [0, 1], limit_seconds=None, wanted_gap=0.0, threads=1,
        folder=None, memory_gib=0.0,
    )  # fmt: skip
    assert [task.spec.name for task in tasks if task.asked.solver == "flow"] == ["tiny"]
    assert len(tasks) == 1 + 4


def test_a_killed_bench_goes_on_where_it_was(tmp_path: Path) -> None:
    """Killed with signal 9, and half a line behind it: rows that stand stay as they are, the others are made once."""
    path = tmp_path / "results.csv"
    words = [
        "bench",
        "run",
        "smoke",
        "--only",
        "tiny",
        "--solvers",
        "highs,flow",
        "--seeds",
        "0,1,2",
        "--out",
        str(path),
    ]
    process = subprocess.Popen([sys.executable, "-m", "rightplace.cli", *words], stderr=subprocess.PIPE)
    while process.poll() is None and (not path.exists() or path.read_bytes().count(b"\n") < 2):
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    before = path.read_bytes()
    whole = before[: before.rfind(b"\n") + 1]
    num_before = whole.count(b"\n") - 1
    assert 1 <= num_before < 4
    path.write_bytes(whole + b"tiny,library,ab")
    result = CliRunner().invoke(cli.app, words, catch_exceptions=False)
    assert result.exit_code == 0
    assert f"{num_before} of 4 runs stand in" in result.stderr
    assert path.read_bytes().startswith(whole)
    rows = read_rows(path)
    assert sorted((row.solver, row.seed) for row in rows) == [("flow", 0), ("highs", 0), ("highs", 1), ("highs", 2)]
    assert "4 runs: 3 optimal, 1 bound only" in result.stdout


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["run", "smoky", "--out", "x.csv"], "there is no suite 'smoky'; close to it: smoke"),
        (["run", "smoke", "--out", "x.txt"], "expected a .csv"),
        (["run", "smoke", "--out", "x.csv", "--solvers", "high"], "there is no solver 'high'; close to it: highs"),
        (["run", "smoke", "--out", "x.csv", "--seeds", "1,b"], "--seeds b: expected a whole number"),
        (["run", "smoke", "--out", "x.csv", "--only", "big*"], "fits no instance of smoke, such as tiny"),
        (["compare", "nowhere.csv"], "nowhere.csv: expected a results file"),
    ],
)
def test_what_does_not_exist_is_named(words: list[str], expected: str) -> None:
    """Wrong usage is exit code 2, with what was expected."""
    result = CliRunner().invoke(cli.app, ["bench", *words], catch_exceptions=False, env={"COLUMNS": "500"})
    assert result.exit_code == 2
    assert expected in " ".join(result.stderr.replace("│", " ").split())


def test_instances_are_exported_in_their_public_format(tmp_path: Path) -> None:
    """What is exported reads as an instance with the digest of the one that is measured."""
    from rightplace.benchmarks.opening import placement_instance
    from rightplace.instances.tables import read_instance

    words = ["bench", "export", "smoke", "--only", "council20-*", "--out", str(tmp_path), "--format", "json"]
    assert CliRunner().invoke(cli.app, words, catch_exceptions=False).exit_code == 0
    names = sorted(path.stem for path in tmp_path.iterdir())
    assert names == ["council20-incompatible-1", "council20-siblings-1"]
    for name in names:
        source = spec_of(name, None).source
        assert read_instance(tmp_path / f"{name}.json").digest == placement_instance(source).digest
