"""Shares whose whole depends on the plan: children who could be fostered or not, beds that are opened or not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rightplace.capacity_plan import Action
from rightplace.commands.planning_inputs import PlanningInputs, open_case, schedule_path
from rightplace.instances.quarters import Quarter
from rightplace.planning import PlanOptions, audit_targets, compare, plan_capacity
from rightplace.schedules import read_schedule
from rightplace.solver.outcome import SolveOptions

if TYPE_CHECKING:
    from rightplace.instances.planning_case import PlanningCase

SOLVING = SolveOptions(relative_gap=1e-6)
FAMILY = """
[[target]]
id = "family"
measure = "family_share"
at_least = {"2024/25" = 0.8}
"""
OWN = """
[[target]]
id = "own"
measure = "in_house_fostering_share"
at_least = {"2024/25" = %s}
"""
PRICED_OWN = """
[[target]]
id = "own"
measure = "in_house_fostering_share"
at_least = {"2025/26" = 0.9}
meant = "priced"
price = 30000
"""
BEDS = """
[[target]]
id = "beds"
measure = "local_bed_share"
at_least = {"2025/26" = %s}
"""
MANY_PROVIDERS = """
[[target]]
id = "range"
measure = "%s"
at_least = {"2025/26" = 50}
meant = "likely"
probability = 0.9
"""


def tiny(tmp_path: Path, targets: str) -> PlanningCase:
    """The example ``tiny`` with other targets."""
    path = tmp_path / "targets.toml"
    path.write_text(targets, encoding="utf-8")
    return open_case(PlanningInputs("tiny", targets=path))


def test_the_least_change_of_a_share_of_fostered_children_is_enough(tmp_path: Path) -> None:
    """With 80% in families 6 children are fostered, 3 of them in-house: 50%. If all who could be were fostered, there
    would be 6.3, of whom the same miss is less."""
    found = audit_targets(tiny(tmp_path, FAMILY + OWN % 0.6), SOLVING).clash
    assert found is not None
    ((target_id, _, required, reachable),) = found.relaxation
    assert (target_id, required, reachable) == ("own", 0.6, pytest.approx(0.5))
    assert audit_targets(tiny(tmp_path, FAMILY + OWN % 0.4999), SOLVING).fits


@pytest.mark.parametrize("asked", [1.0, 0.5])
def test_the_least_change_of_a_share_of_beds_counts_those_that_are_opened(tmp_path: Path, asked: float) -> None:
    """Two beds today and two opened: 1.78 of 4 can be used, whatever was asked for. Four times the
    same target for families, so that giving way there would cost more."""
    families = "".join(FAMILY.replace('family"', f'family_{i}"').replace("2024/25", "2025/26") for i in range(4))
    pins = (Action(lever_id="hill_2", quantity=1.0, quarter=Quarter(2024, 4)),)
    found = audit_targets(tiny(tmp_path, families + BEDS % asked), SOLVING, options=PlanOptions(pins=pins)).clash
    assert found is not None
    assert found.relaxation == (("beds", 1, asked, pytest.approx(0.4454, abs=1e-3)),)


def test_a_point_of_a_share_is_a_point_of_those_who_are_fostered(tmp_path: Path) -> None:
    """A priced share that is missed: one more point adds a hundredth of its whole, times the price, to the cost."""
    result = plan_capacity(tiny(tmp_path, PRICED_OWN), solving=SOLVING)
    (price,) = result.shadow_prices
    assert result.plan is not None
    more = plan_capacity(tiny(tmp_path, PRICED_OWN.replace("0.9", "0.91")), solving=SOLVING)
    assert more.plan is not None
    assert price.pence == pytest.approx(more.plan.value_pence - result.plan.value_pence, rel=0.02)


@pytest.mark.parametrize("measure", ["providers_in_area", "setting_types_in_area"])
def test_what_no_scenario_changes_is_eased_in_value(tmp_path: Path, measure: str) -> None:
    """A number of providers is the same in every scenario: asked for in nine of ten, it clashes as one that is sure."""
    found = audit_targets(tiny(tmp_path, MANY_PROVIDERS % measure), SOLVING).clash
    assert found is not None
    assert found.likely == ()
    ((_, _, required, reachable),) = found.relaxation
    assert 0 < reachable < required == 50


def test_a_comparison_cut_short_does_not_say_that_a_schedule_misses() -> None:
    """Without time the first thought misses what the schedule can meet: then nobody knows yet."""
    case = open_case(PlanningInputs("barnet_2014", targets=Path("figure_23")))

    schedule = read_schedule(schedule_path("barnet_2014", Path("published_with_support")), case)
    (hasty,) = compare(case, {"one": schedule}, SolveOptions(time_limit_seconds=0.0)).results
    (done,) = compare(case, {"one": schedule}, SolveOptions(time_limit_seconds=60.0)).results
    assert hasty.stopped_by == "time"
    assert "before it was known" in hasty.notes[0]
    assert done.notes == ()


PROVIDERS = """
[[target]]
id = "range"
measure = "providers_in_area"
at_least = {"2025/26" = 9}
meant = "priced"
price = 10000
"""


def test_what_nothing_can_change_is_worth_no_foresight(tmp_path: Path) -> None:
    """Missing a number of providers that no lever adds costs the same with hindsight: foresight is worth as much."""
    with_it, without = (
        plan_capacity(tiny(tmp_path, targets), solving=SOLVING).foresight for targets in (PROVIDERS, "")
    )
    assert with_it is not None
    assert without is not None
    assert without.perfect_pence_at_most is not None
    assert without.perfect_pence_at_most > 0
    assert with_it.perfect_pence_at_most == pytest.approx(without.perfect_pence_at_most, rel=0.02)


def test_what_is_spent_later_is_not_paid_back_before() -> None:
    """Support saves from the first year on; a home in the second costs more than that until the end of the plan."""
    case = open_case(PlanningInputs("tiny"))
    support = Action(lever_id="more_support", quantity=1.0, quarter=Quarter(2024, 3))
    home = Action(lever_id="hill_2", quantity=1.0, quarter=Quarter(2026, 1))
    found = compare(case, {"support": (support,), "both": (support, home)}, SOLVING)
    assert found.payback == (Quarter(2025, 1), None)


def test_nothing_is_paid_back_before_it_is_paid() -> None:
    """Carers and support save more than a home costs: never out of pocket, but the home is paid in year two."""
    case = open_case(PlanningInputs("tiny"))
    pins = (Action(lever_id="hill_2", quantity=1.0, quarter=Quarter(2025, 2)),)
    plan = plan_capacity(case, PlanOptions(pins=pins, next_best=False, foresight=False), SOLVING).plan
    assert plan is not None
    assert compare(case, {"home": plan.schedule}, SOLVING).payback == (Quarter(2026, 1),)
