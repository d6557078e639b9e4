"""Places by type: what a schedule leaves to use, as the planning model counts it."""

from __future__ import annotations

import pytest

from rightplace.capacity_plan import Action
from rightplace.commands.planning_inputs import PlanningInputs, open_case
from rightplace.instances.library import library_path
from rightplace.reports.capacity_picture import plan_picture
from rightplace.reports.capacity_places import places_by_type
from rightplace.schedules import read_schedule


def test_a_schedule_adds_the_places_of_its_homes() -> None:
    """The small home of barnet_2023: nothing before it opens, half its usable places at first, all of them later."""
    case = open_case(PlanningInputs("barnet_2023", scenarios=1))
    schedule = read_schedule(library_path("barnet_2023") / "planning" / "home.csv", case)
    (home,) = (lever for lever in case.levers.new_homes if lever.id == schedule[0].lever_id)
    at = schedule[0].quarter.since(case.first)
    before, after = places_by_type(case, ()), places_by_type(case, schedule)
    added = after["in-house homes"] - before["in-house homes"]
    usable = home.num_places * case.levers.assumptions.occupancy_residential
    share = case.levers.assumptions.opening_share
    assert added[:at].tolist() == [0.0] * at
    assert added[at : at + 2].tolist() == pytest.approx([share * usable, usable])
    assert {name for name in after if (after[name] != before[name]).any()} == {"in-house homes"}
    assert "in-house homes" in plan_picture(case, schedule, after)


def test_what_cannot_be_carried_out_has_no_places() -> None:
    """A home that opens before its lead time is refused by name."""
    case = open_case(PlanningInputs("barnet_2023", scenarios=1))
    early = Action(lever_id="small_home_4", quantity=1, quarter=case.first)
    with pytest.raises(ValueError, match="small_home_4"):
        places_by_type(case, [early])
