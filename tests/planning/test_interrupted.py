"""A plan that is stopped, or has next to no time, ends with the best so far and its gap; its phases are told."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from rightplace import cli
from rightplace.commands.planning_inputs import PlanningInputs, open_case
from rightplace.commands.planning_running import planning_line
from rightplace.planning import plan_capacity
from rightplace.solver.outcome import Progress, SolveOptions

SOURCE = Path(__file__).parents[2]
WISH = """
[[target]]
id = "near"
measure = "in_area_share"
at_least = 0.6
meant = "priced"
price = 1000
"""


@pytest.fixture
def wish(tmp_path: Path) -> Path:
    """One target that may be missed at a price, so that every plan is one."""
    path = tmp_path / "targets.toml"
    path.write_text(WISH, encoding="utf-8")
    return path


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_plan_gives_its_best_so_far(wish: Path, tmp_path: Path, number: signal.Signals) -> None:
    """A signal in a long search ends it with code 0, a certified plan, its gap, and the file whole."""
    process = subprocess.Popen(
        [sys.executable, "-m", "rightplace.cli", "plan", "barnet_2023", "--targets", str(wish), "--gap", "0",
         "--scenarios", "60", "--json", "--out", str(tmp_path / "plan.json")],
        env=os.environ | {"PYTHONPATH": str(SOURCE)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stderr is not None
        while not (line := process.stderr.readline()).startswith(("relaxation: ", "plan: ")):
            assert line, "it ended before there was any progress"
        process.send_signal(number)
        out, error = process.communicate(timeout=120)
    finally:
        process.kill()
    assert process.returncode == 0, error
    assert "stopping with the best plan so far" in error
    found = json.loads(out)
    assert (found["status"], found["stopped_by"]) == ("feasible", "interrupt")
    assert found["certificate"]["accepted"] is True
    assert found["bound_pence"] <= found["value_pence"]
    assert "nothing is said of: shadow prices, next-best plan, foresight, fresh scenarios" in found["notes"][0]
    assert json.loads((tmp_path / "plan.json").read_text(encoding="utf-8")) == found


@pytest.mark.parametrize("seconds", [0.0, 0.3])
def test_an_interruption_while_reading_is_one_line(tmp_path: Path, seconds: float) -> None:
    """Ctrl-C before the search ends with code 130, one clear line, no traceback and nothing written."""
    program = (
        "from rightplace import __main__, interruption\n"
        "listen = interruption.listen\n"
        "interruption.listen = lambda: (listen(), print('listening', flush=True))\n"
        "__main__.main()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, "plan", "barnet_2023", "--out", str(tmp_path / "plan.json")],
        env=os.environ | {"PYTHONPATH": str(SOURCE)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "listening\n"
        time.sleep(seconds)
        process.send_signal(signal.SIGINT)
        out, error = process.communicate(timeout=60)
    finally:
        process.kill()
    assert (process.returncode, out.replace("listening\n", "")) == (130, ""), error
    assert error.splitlines()[-1] == "interrupted before the end; every file is written whole or not at all"
    assert "Traceback" not in error
    assert list(tmp_path.iterdir()) == []


def test_an_interruption_that_a_callback_drops_ends_the_command_all_the_same(tmp_path: Path) -> None:
    """Python drops what is raised in a finaliser: the signal ends the command before the search, with code 130."""
    program = (
        "import os, signal\n"
        "from rightplace import __main__, interruption\n"
        "class Last:\n"
        "    def __del__(self): os.kill(os.getpid(), signal.SIGINT)\n"
        "listen = interruption.listen\n"
        "interruption.listen = lambda: (listen(), Last())[0]\n"
        "__main__.main()"
    )
    found = subprocess.run(
        [sys.executable, "-c", program, "plan", "barnet_2023", "--out", str(tmp_path / "plan.json")],
        env=os.environ | {"PYTHONPATH": str(SOURCE)}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (found.returncode, found.stdout) == (130, ""), found.stderr
    assert "interrupted before the end; every file is written whole or not at all" in found.stderr
    assert list(tmp_path.iterdir()) == []


def planned(*arguments: object) -> Any:
    """``plan`` on barnet_2023 under few futures."""
    given = ["plan", "barnet_2023", "--scenarios", "10", "--fresh-scenarios", "0", *map(str, arguments)]
    return CliRunner().invoke(cli.app, given, catch_exceptions=False)


def test_next_to_no_time_gives_a_plan_that_holds(wish: Path) -> None:
    """A hundredth of a second: a plan that the certificate accepts, with an honest gap and the reason for it."""
    done = planned("--targets", wish, "--time-limit", "0.01", "--json")
    assert done.exit_code == 0
    found = json.loads(done.stdout)
    assert (found["status"], found["stopped_by"]) == ("feasible", "time")
    assert found["certificate"]["accepted"] is True
    assert 0 < found["bound_pence"] <= found["value_pence"]


def test_no_time_for_targets_that_must_hold_is_no_plan(tmp_path: Path) -> None:
    """No plan that meets them was found, and nothing shows that there is none: code 5, in words."""
    (tmp_path / "targets.toml").write_text(
        '[[target]]\nid = "own"\nmeasure = "in_area_share"\nat_least = 0.999\nmeant = "hard"\n', encoding="utf-8"
    )
    done = planned("--targets", tmp_path / "targets.toml", "--time-limit", "0")
    assert done.exit_code == 5
    assert "No plan that meets every target was found (stopped by: time)" in done.stdout


def test_every_phase_is_told() -> None:
    """From doing nothing to the last question, in order, with seconds that only grow and bounds below values."""
    told: list[Progress] = []
    plan_capacity(open_case(PlanningInputs("tiny")), solving=SolveOptions(relative_gap=1e-4, progress=told.append))
    phases = list(dict.fromkeys(progress.tier for progress in told))
    assert phases == [
        "doing nothing", "relaxation", "plan", "certificate", "shadow prices", "next-best plan", "foresight",
    ]  # fmt: skip
    assert [progress.seconds for progress in told] == sorted(progress.seconds for progress in told)
    certificate = next(progress for progress in told if progress.tier == "certificate")
    assert certificate.value is not None
    assert certificate.bound is not None
    assert certificate.bound <= certificate.value


@pytest.mark.parametrize(
    ("value", "bound", "line"),
    [
        (None, None, "plan: 55 s, no plan yet"),
        (None, 81_810_000.0, "plan: 55 s, no plan yet, at least £81.810m"),
        (82_000_000.0, 81_180_000.0, "plan: 55 s, £82.000m, at least £81.180m, gap 1.00%"),
        (82_000_000.0, float("-inf"), "plan: 55 s, £82.000m"),
        (1_234.0, 0.0, "plan: 55 s, £0.001m"),
    ],
)
def test_progress_is_in_words(value: float | None, bound: float | None, line: str) -> None:
    """Phase, seconds, cost, what no plan can cost less than, and the gap, as far as they are known."""
    assert planning_line(Progress("plan", 55.2, value, bound)) == line
