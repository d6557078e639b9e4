"""The published recruitment of Barnet 2014, evaluated exactly, gives the figures that the strategy prints."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from rightplace.certificate.capacity_actions import uses_of
from rightplace.certificate.capacity_households import stocks_of, todays_carers
from rightplace.certificate.capacity_room import room_of
from rightplace.instances.library import library_path
from rightplace.instances.supply import supply_of
from rightplace.instances.targets import Measure, Sense, Target
from rightplace.planning import PlanOptions, compare, plan_capacity
from rightplace.schedules import read_schedule
from rightplace.solver.outcome import SolveOptions
from tests.instances.test_planning_cases import shipped_case

if TYPE_CHECKING:
    from rightplace.capacity_plan import Action
    from rightplace.instances.planning_case import PlanningCase

HOUSEHOLDS = (96, 107, 118, 129, 129, 129)
IN_USE = (110, 123, 135, 148, 148, 148)
YEAR_ENDS = (4, 8, 12, 16, 20, 23)
"""Positions of the quarters that begin at a year's end; the last one would begin after the plan: one quarter before."""


@pytest.fixture(scope="module")
def case() -> PlanningCase:
    """The case that ships, asked only how many children live with Barnet's own carers."""
    own = Target(
        id="own", measure=Measure.IN_HOUSE_FOSTERING_CHILDREN, sense=Sense.AT_LEAST, values=dict.fromkeys(range(6), 0.0)
    )
    return shipped_case("barnet_2014").replace(targets=(own,))


def published(case: PlanningCase) -> tuple[Action, ...]:
    """The recruitment of figure 23."""
    return read_schedule(library_path("barnet_2014") / "planning" / "published.csv", case)


def test_year_ends_are_as_printed(case: PlanningCase) -> None:
    """Households and places in use at each year's end, as the certificate counts them (figure 23)."""
    supplies = supply_of(case)
    uses, refused = uses_of(case, published(case))
    assert refused == []
    stocks = stocks_of(case, supplies, uses)
    (stock,) = stocks.values()
    assert [round(stock.at(t), 9) for t in YEAR_ENDS] == list(HOUSEHOLDS)
    room = room_of(case, supplies, stocks, uses)
    profiles = {profile.id for profile in case.levers.profiles}
    own = [*todays_carers(case, supplies, "E09000003"), *(i for i, s in enumerate(supplies) if s.id in profiles)]
    assert [round(float(room.children[t, own].sum())) for t in YEAR_ENDS] == list(IN_USE)


def test_the_schedule_by_itself_serves_children_of_level_1_only(case: PlanningCase) -> None:
    """Evaluated exactly as published, without support for level 2: the 102 and the 14 of level 1 with agencies."""
    (result,) = compare(case, {"published": published(case)}).results
    assert result.plan is not None
    assert result.certificate is not None
    assert result.certificate.is_accepted
    means = [target.mean for year in result.plan.years for target in year.targets]
    assert means[2:] == pytest.approx([102 + 14] * 4)
    assert means[0] < means[1] < means[2]


@pytest.mark.parametrize(("wanted", "is_reached"), [(147.83, True), (147.84, False), (166.0, False)])
def test_with_support_the_published_recruitment_serves_148_and_no_more(
    case: PlanningCase, wanted: float, is_reached: bool
) -> None:
    """129 households x 1.5 places x 76.4% are 147.834 children: so many in 2019/20 can be reached, and not one more."""
    target = replace(case.targets[0], values={5: wanted})
    options = PlanOptions(pins=published(case), next_best=False, foresight=False)
    found = plan_capacity(case.replace(targets=(target,)), options, SolveOptions(relative_gap=0.001))
    assert (found.plan is not None) is is_reached
    if found.clash is not None:
        assert found.clash.members == (("own", 5),)
        ((_, _, required, reachable),) = found.clash.relaxation
        assert (required, reachable) == (wanted, pytest.approx(147.834, abs=0.005))
