"""``plan --json`` has the keys that were promised, of the right kinds, whatever comes out; it is JSON in any reader."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from rightplace import cli

if TYPE_CHECKING:
    from pathlib import Path

Number = (int, float)
CLASHING = """
[[target]]
id = "much"
measure = "family_share"
at_least = 0.6
meant = "hard"

[[target]]
id = "little"
measure = "family_share"
at_most = 0.5
meant = "hard"
"""
NO_REVENUE = """
[[target]]
id = "purse"
measure = "revenue_budget"
at_most = 0
meant = "{meant}"
"""
NO_CAPITAL = """
[[target]]
id = "building"
measure = "capital_budget"
at_most = 0
meant = "hard"
"""
NOBODY = """
[[target]]
id = "siblings"
measure = "siblings_together_share"
at_least = 0.5
meant = "hard"
"""


def no_constant(name: str) -> Any:
    """What strict readers do with NaN and Infinity."""
    raise AssertionError(f"{name} is not JSON")


def planned(code: int, *arguments: object) -> dict[str, Any]:
    """The one object that a command printed, and nothing else."""
    words = ["plan", *map(str, arguments), "--json"]
    found = CliRunner().invoke(cli.app, words, catch_exceptions=False)
    assert found.exit_code == code, found.output
    value: dict[str, Any] = json.loads(found.stdout, parse_constant=no_constant)
    return value


def has_the_promised_keys(found: dict[str, Any]) -> None:
    """Show 4 of issue 4, key by key."""
    is_plan = found["value_pence"] is not None
    assert isinstance(found["status"], str)
    for name in ("value_pence", "bound_pence", "gap"):
        assert isinstance(found[name], Number if is_plan else type(None)), name
    for action in found["schedule"]:
        assert isinstance(action["lever"], str)
        assert ("site" in action) != ("profile" in action)
        assert isinstance(action.get("site", action.get("profile")), str)
        assert isinstance(action["quantity"], Number)
        assert len(action["quarter"]) == 6
    for year in found["years"]:
        assert isinstance(year["year"], str)
        assert isinstance(year["cost_pence"], Number)
        assert isinstance(year["baseline_pence"], Number)
        for target in year["targets"].values():
            assert isinstance(target["required"], Number)
            assert isinstance(target["met"], bool)
            for name in ("mean", "p10", "p90"):
                assert isinstance(target[name], (*Number, type(None)))
    assert isinstance(found["shadow_prices"], dict)
    assert isinstance(found["binding"], list)
    assert all(isinstance(words, str) for words in found["binding"])
    if is_plan:
        assert found["years"]
        assert found["certificate"]["accepted"] is True
        assert found["certificate"]["violations"] == []
        assert found["bound_pence"] <= found["value_pence"]
    else:
        assert (found["schedule"], found["years"], found["certificate"]) == ([], [], None)
    sample = found["out_of_sample"]
    if sample is not None:
        assert sample["low"] <= sample["mean"] <= sample["high"]


def targets(folder: Path, text: str) -> Path:
    """A file of targets."""
    path = folder / "targets.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_plan_has_every_key() -> None:
    """The tiny case, with all side questions."""
    found = planned(0, "tiny")
    has_the_promised_keys(found)
    assert found["status"] == "optimal"
    assert set(found["years"][1]["targets"]) == {"in_area", "revenue"} or found["years"][1]["targets"]
    assert found["shadow_prices"]


def test_generated_demand_has_an_interval_of_fresh_scenarios() -> None:
    """Where there is a law of demand, the plan is tried on futures that it was not made for."""
    found = planned(0, "tiny", "--growth", "steady", "--scenarios", 3, "--years", 2, "--fresh-scenarios", 8)
    has_the_promised_keys(found)
    assert found["out_of_sample"]["num_scenarios"] == 8


def test_the_published_plan_of_2014_has_every_key() -> None:
    """Barnet 2014 with the published recruitment kept: figure 21 clashes, figure 23 is a plan."""
    found = planned(4, "barnet_2014", "--pins", "published")
    has_the_promised_keys(found)
    assert found["status"] == "infeasible"
    assert {member["year"] for member in found["clash"]["members"]} == {"2019/20"}
    reachable = {row["target"]: row["reachable"] for row in found["clash"]["relaxation"]}
    assert reachable["in_house_fostering"] == pytest.approx(147.8, abs=0.05)


def test_contradictory_targets_end_with_code_4_and_two_members(tmp_path: Path) -> None:
    """At least 60% and at most 50%: ``plan`` and ``audit-targets`` say the same."""
    path = targets(tmp_path, CLASHING)
    found = planned(4, "tiny", "--targets", path)
    has_the_promised_keys(found)
    members = found["clash"]["members"]
    assert {member["target"] for member in members} == {"much", "little"}
    assert len(members) == 2
    told = CliRunner().invoke(cli.app, ["audit-targets", "tiny", "--targets", str(path), "--json"])
    assert told.exit_code == 4
    assert json.loads(told.stdout, parse_constant=no_constant)["clash"]["members"] == members
    words = CliRunner().invoke(cli.app, ["plan", "tiny", "--targets", str(path)])
    assert words.exit_code == 4
    assert "cannot hold together" in words.stdout


def test_without_revenue_the_budget_is_named(tmp_path: Path) -> None:
    """Children cost money: exit 4, and one year of the budget is the clash."""
    found = planned(4, "tiny", "--targets", targets(tmp_path, NO_REVENUE.format(meant="hard")))
    has_the_promised_keys(found)
    assert [member["target"] for member in found["clash"]["members"]] == ["purse"]


def test_without_revenue_a_priced_budget_is_paid_for(tmp_path: Path) -> None:
    """The plan says how much the miss costs."""
    text = NO_REVENUE.format(meant="priced") + "price = 2\n"
    found = planned(0, "tiny", "--targets", targets(tmp_path, text))
    has_the_promised_keys(found)
    assert found["shortfall_pence"] > 0


def test_without_capital_nothing_is_built(tmp_path: Path) -> None:
    """A plan that spends none."""
    found = planned(0, "tiny", "--targets", targets(tmp_path, NO_CAPITAL))
    has_the_promised_keys(found)
    assert all(year["capital_pence"] == 0 for year in found["years"])
    assert "hill_2" not in {action["lever"] for action in found["schedule"]}


def test_a_share_of_nobody_is_null(tmp_path: Path) -> None:
    """No brothers or sisters in the tiny case: the share is no number, and the target is met."""
    found = planned(0, "tiny", "--targets", targets(tmp_path, NOBODY))
    has_the_promised_keys(found)
    (target,) = found["years"][0]["targets"].values()
    assert (target["mean"], target["p10"], target["met"]) == (None, None, True)
