"""The JSON of a capacity plan: its keys, and digests that tell questions apart."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

from rightplace.instances.targets import Measure
from rightplace.reports.capacity_answer import capacity_object, demand_digest
from rightplace.reports.capacity_words import amount, range_words
from tests.planning_doubles import case, no_result, plan, result

SHOWN = {
    "status",
    "value_pence",
    "bound_pence",
    "gap",
    "schedule",
    "years",
    "shadow_prices",
    "binding",
    "certificate",
    "out_of_sample",
}


def test_the_keys_are_those_promised() -> None:
    """Scripts find every key of issue 4 under its name, at each level."""
    found = json.loads(json.dumps(capacity_object(result())))
    assert set(found) >= SHOWN
    for action in found["schedule"]:
        assert {"lever", "quantity", "quarter"} <= set(action)
        assert len({"site", "profile"} & set(action)) == 1
    assert found["schedule"][3]["site"] == "north"
    for year in found["years"]:
        assert {"year", "cost_pence", "baseline_pence", "targets"} <= set(year)
        for target in year["targets"].values():
            assert {"mean", "p10", "p90", "required", "met"} <= set(target)
    assert found["certificate"] == {"accepted": True, "violations": []}
    assert {"mean", "low", "high"} <= set(found["out_of_sample"])
    assert found["shadow_prices"]["in_area"]["pence"] == {"2026": 0.0, "2027": 12_345_600.0}


def test_costs_are_revenue_and_capital() -> None:
    """A year's cost is both, beside what doing nothing costs."""
    year = capacity_object(result())["years"][1]
    assert year["cost_pence"] == year["revenue_pence"] + year["capital_pence"] == 960_000_000.0
    assert year["baseline_pence"] == 1_000_000_000.0


def test_no_plan_is_an_answer_with_the_same_keys() -> None:
    """Where targets clash, the keys stay, empty, and the clash says why."""
    found = json.loads(json.dumps(capacity_object(no_result())))
    assert set(found) == set(capacity_object(result()))
    assert (found["status"], found["value_pence"], found["schedule"]) == ("infeasible", None, [])
    assert found["clash"]["members"] == [{"target": "in_area", "year": "2027"}, {"target": "purse", "year": "2027"}]
    assert found["clash"]["relaxation"][0]["reachable"] == 0.534


def test_the_digest_of_demand_knows_its_futures() -> None:
    """The same futures have the same digest whatever they are called; one child more is another demand."""
    demand = case().demand
    more = demand.children.copy()
    more[0, 0, 0] += 1
    assert demand_digest(replace(demand, source="other words")) == demand_digest(demand)
    assert demand_digest(replace(demand, children=more)) != demand_digest(demand)


def test_every_key_is_documented() -> None:
    """Each key of the object, and of what lies in it, stands on the page about plans."""
    page = (Path(__file__).parents[2] / "docs" / "plan.md").read_text(encoding="utf-8")
    found = capacity_object(result()) | {"clash": capacity_object(no_result())["clash"], "inputs": {}}
    years, actions = found["years"], found["schedule"]
    deeper = [
        years[1],
        years[1]["targets"]["in_area"],
        *actions,
        found["targets"][0],
        found["shadow_prices"]["in_area"],
    ]
    deeper += [*found["clash"]["members"], *found["clash"]["relaxation"]]
    deeper += [part for part in found.values() if isinstance(part, dict) and part is not found["shadow_prices"]]
    for key in {key for part in (found, *deeper) for key in part}:
        assert f"`{key}`" in page, key


def test_a_share_of_nobody_is_null() -> None:
    """JSON that any reader takes has no NaN, and the terminal says what is meant."""
    year = plan().years[0]
    nobody = replace(year.targets[0], mean=math.nan, p10=math.nan, p90=math.nan)
    found = capacity_object(result(plan=plan(years=(replace(year, targets=(nobody,)), plan().years[1]))))
    assert json.loads(json.dumps(found, allow_nan=False))["years"][0]["targets"]["in_area"]["mean"] is None
    assert amount(Measure.IN_AREA_SHARE, math.nan) == "of nobody"
    assert range_words(Measure.IN_AREA_SHARE, math.nan, math.nan) == ""
