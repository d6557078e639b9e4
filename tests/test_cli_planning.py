"""The planning commands with everything behind them, on the tiny case of the library."""

from __future__ import annotations

import csv
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from rightplace import cli
from rightplace.instances.library import library_path

if TYPE_CHECKING:
    from pathlib import Path


def run(*arguments: object, code: int = 0) -> str:
    """A command in this process; what it printed on standard output."""
    found = CliRunner().invoke(cli.app, [str(argument) for argument in arguments], catch_exceptions=False)
    assert found.exit_code == code, found.output
    return found.stdout


def planned(*arguments: object) -> dict[str, Any]:
    """The object of a plan of the tiny case without side questions."""
    found: dict[str, Any] = json.loads(run("plan", "tiny", "--no-next-best", "--no-foresight", "--json", *arguments))
    return found


def test_a_plan_is_proven_accepted_and_no_dearer_than_doing_nothing() -> None:
    """The tiny case is solved within its gap; its targets are met; what is spent adds up."""
    found = planned()
    assert (found["status"], found["certificate"]) == ("optimal", {"accepted": True, "violations": []})
    assert found["bound_pence"] <= found["value_pence"] <= found["baseline_pence"]
    assert found["gap"] <= 0.001
    assert all(target["met"] for year in found["years"] for target in year["targets"].values())
    for year in found["years"]:
        assert year["cost_pence"] == pytest.approx(year["revenue_pence"] + year["capital_pence"])


def test_what_is_forbidden_is_not_done_and_what_is_pinned_is() -> None:
    """Neither makes a plan cheaper."""
    free = planned()
    held = planned("--forbid", "recruit:any_age", "--pin", "open:hill_2@2025Q1")
    done = {(action["lever"], action["quarter"]) for action in held["schedule"]}
    assert ("hill_2", "2025Q1") in done
    assert "any_age" not in {lever for lever, _ in done}
    assert held["value_pence"] >= free["bound_pence"]


def test_a_kept_schedule_leaves_its_levers_nothing_else(tmp_path: Path) -> None:
    """With --pins the levers of a schedule do exactly what it says, in its quarters and no other."""
    path = tmp_path / "one.csv"
    path.write_text("lever,quantity,quarter\nany_age,1,2025Q2\n", encoding="utf-8")
    schedule = planned("--pins", path)["schedule"]
    assert [(a["quantity"], a["quarter"]) for a in schedule if a["lever"] == "any_age"] == [(1.0, "2025Q2")]


def test_plans_written_are_compared_again_to_the_penny(tmp_path: Path) -> None:
    """What compare computes anew is what plan said; a schedule of the library is found by its name."""
    path = tmp_path / "best.json"
    free = planned("--out", path)
    found = json.loads(run("compare", path, "grow_own", "--instance", "tiny", "--json"))
    best, own = found["plans"]
    assert (best["name"], own["name"]) == ("best", "grow_own")
    assert best["value_pence"] == pytest.approx(free["value_pence"], abs=1)
    assert own["value_pence"] >= free["bound_pence"]
    assert found["baseline_pence"] == pytest.approx(free["baseline_pence"], abs=1)


def test_a_schedule_with_a_conversion_that_breaks_a_limit_is_shown_and_refused(tmp_path: Path) -> None:
    """Five households in a quarter are more than enquiries yield; the places converted beside them change nothing."""
    path = tmp_path / "too_many.csv"
    path.write_text("lever,quantity,quarter\nany_age,5,2025Q1\nmore_support,1,2024Q3\n", encoding="utf-8")
    found = json.loads(run("compare", path, "--instance", "tiny", "--json", code=4))
    (plan,) = found["plans"]
    assert not plan["certificate"]["accepted"]


def test_a_stricter_target_never_costs_less(tmp_path: Path) -> None:
    """Costs rise along the frontier, within the gap; the CSV has what was asked."""
    path = tmp_path / "frontier.csv"
    run("frontier", "tiny", "--target", "in_area", "--from", "0.6", "--to", "1", "--steps", "3", "--out", path)
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["value"] for row in rows] == ["0.6", "0.8", "1.0"]
    costs, bounds = ([float(row[name]) for row in rows] for name in ("cost_pounds", "bound_pounds"))
    assert bounds[0] <= costs[1] + 0.01
    assert bounds[1] <= costs[2] + 0.01


def test_targets_of_the_library_fit_and_a_small_purse_does_not(tmp_path: Path) -> None:
    """No clash ends with 0; a budget that no plan keeps ends with 4 and says what would have to give."""
    assert "a plan was found that meets all of them" in run("audit-targets", "tiny")
    text = (library_path("tiny") / "planning" / "targets.toml").read_text(encoding="utf-8")
    purse = tmp_path / "targets.toml"
    purse.write_text(text.replace("1500000", "300000"), encoding="utf-8")
    found = run("audit-targets", "tiny", "--targets", purse, code=4)
    assert "revenue" in found
    assert "instead of £300,000" in found
    least = max(int(pounds.replace(",", "")) for pounds in re.findall(r"at most £([\d,]+) instead of", found))
    purse.write_text(text.replace("1500000", str(least)), encoding="utf-8")
    assert "a plan was found that meets all of them" in run("audit-targets", "tiny", "--targets", purse)


def test_the_picture_of_a_plan_is_drawn(tmp_path: Path) -> None:
    """Places by type come from the model that made the plan."""
    planned("--picture", tmp_path / "plan.svg")
    assert "in-house and connected carers" in (tmp_path / "plan.svg").read_text(encoding="utf-8")
