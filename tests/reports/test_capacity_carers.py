"""In-house foster carers year by year: who comes, who goes, and what they have room for."""

from __future__ import annotations

import io
from itertools import pairwise

import pytest
from rich.console import Console

from rightplace.capacity_plan import Action
from rightplace.commands.planning_inputs import PlanningInputs, open_case
from rightplace.instances.library import library_path
from rightplace.reports.capacity_carers import carers_by_year
from rightplace.reports.capacity_terminal import print_carers
from rightplace.schedules import read_schedule
from tests.planning_doubles import SCHEDULE, case


def test_barnets_published_plan_of_2014_is_printed_to_the_figure() -> None:
    """Figure 23: 96, 107, 118, 129, 129 households; 110, 123, 135, 148, 148 children.

    The sixth year ends with the plan.
    """
    barnet = open_case(PlanningInputs("barnet_2014"))
    schedule = read_schedule(library_path("barnet_2014") / "planning" / "published.csv", barnet)
    rows = carers_by_year(barnet, schedule)
    assert [row.recruited for row in rows] == pytest.approx([0, 16, 22, 23, 24, 13, 9.75])
    assert [row.left for row in rows] == pytest.approx([0, 10, 11, 12, 13, 13, 9.75])
    assert [row.households for row in rows] == pytest.approx([90, 96, 107, 118, 129, 129, 129])
    assert [row.places for row in rows] == pytest.approx([135, 144, 160.5, 177, 193.5, 193.5, 193.5])
    assert [round(row.room) for row in rows] == [103, 110, 123, 135, 148, 148, 148]
    stream = io.StringIO()
    print_carers(barnet, schedule, Console(file=stream, width=140))
    assert "2016Q2                22.0  11.0       107.0   160.5              122.6" in stream.getvalue()


def test_who_leaves_by_rate_and_who_is_approved_in_the_first_quarter() -> None:
    """One carer of two places and 12% a year: 0.88 of today's are left a year later; recruits leave alike."""
    found = case()
    rows = carers_by_year(found, (Action(lever_id="teens", quantity=2, quarter=found.first),))
    (funnel,) = found.levers.funnels
    stay = 1 - funnel.deregistration_rate_per_year
    today = rows[0].households - 2
    assert (rows[0].recruited, rows[0].left) == (2, 0)
    assert rows[1].households == pytest.approx((today + 2) * stay)
    assert rows[1].left == pytest.approx((today + 2) * (1 - stay))
    assert rows[-1].quarter == found.first + 7


def test_every_household_is_accounted_for() -> None:
    """What was there and what came, less what left, is there."""
    rows = carers_by_year(case(), SCHEDULE)
    for before, row in pairwise(rows):
        assert row.households == pytest.approx(before.households + row.recruited - row.left)
        assert row.left >= 0


def test_without_a_funnel_nothing_is_said() -> None:
    """Nobody is recruited and nobody leaves: there is no table."""
    found = case()
    assert carers_by_year(found.replace(levers=found.levers.__class__()), ()) == ()
