"""The planning model beside what is printed: Barnet's own plan of 2014, a schedule of the library, the page in docs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from rightplace.instances.levers import Levers, SettingType
from rightplace.instances.library import library_path
from rightplace.instances.planning_case import PlanningCase
from rightplace.instances.planning_instance import planning_instance
from rightplace.instances.planning_tables import read_demand, read_levers
from rightplace.instances.quarters import Quarter
from rightplace.instances.tables import read_instance
from rightplace.instances.targets import Firmness, Measure
from rightplace.models.capacity import capacity_data, capacity_program, capacity_schedule, point_of
from rightplace.models.capacity_effects import households_of
from rightplace.schedules import read_schedule
from tests.models.capacity_cases import (
    PLAIN,
    block,
    broken,
    change,
    conversion,
    funnel,
    new_home,
    own_carers,
    own_homes,
    planning_data,
    profile,
    retention,
    spot,
    steady,
    target,
)

if TYPE_CHECKING:
    from rightplace.models.capacity_today import CapacityData


def data_of_library(name: str) -> CapacityData:
    """A planning case of the library that has a table of demand, without its targets."""
    folder = library_path(name)
    planning = folder / "planning"
    instance = planning_instance(read_instance(folder), planning)
    demand = read_demand(planning / "demand.csv", instance)
    levers = read_levers(planning / "levers", instance, Quarter.after(instance.date), demand.num_quarters // 4)
    return capacity_data(PlanningCase(instance=instance, demand=demand, levers=levers))


def test_barnets_published_recruitment_of_2014_is_reproduced_to_the_printed_figure() -> None:
    """Households 96, 107, 118, 129, 129 and 110, 123, 135, 148, 148 children with them at the ends of five years.

    The sixth year ends with the plan. The other figures of the strategy are in the README of the case.
    """
    data = data_of_library("barnet_2014")
    staged, columns = capacity_program(data)
    schedule = read_schedule(library_path("barnet_2014") / "planning" / "published.csv", data.case)
    point = point_of(data, columns, schedule)
    assert not broken(staged, point)
    (funnel,) = data.funnels
    households = funnel.households.copy()
    period, column, value = households_of(data, columns, funnel)
    np.add.at(households, period, value * point[column])
    ends = [4, 8, 12, 16, 20]
    assert households[ends] == pytest.approx([96, 107, 118, 129, 129])
    own = [
        i for i, supply in enumerate(data.supplies)
        if supply.type is SettingType.FOSTERING and supply.in_house and not supply.connected
    ]  # fmt: skip
    assert np.round(staged.capacity(point)[ends][:, own].sum(axis=1)).tolist() == [110, 123, 135, 148, 148]


def test_a_schedule_of_the_library_comes_back_as_it_was_read() -> None:
    """Of tiny: one home and one household."""
    data = data_of_library("tiny")
    staged, columns = capacity_program(data)
    schedule = read_schedule(library_path("tiny") / "planning" / "grow_own.csv", data.case)
    point = point_of(data, columns, schedule)
    assert not broken(staged, point)
    assert capacity_schedule(data, columns, point) == schedule


def test_the_page_on_the_model_names_every_block_of_columns_and_rows() -> None:
    """``docs/capacity.md`` and the program use one word for one thing."""
    everything = Levers(
        new_homes=(new_home(),), home_changes=(change(),), profiles=(profile(max_share=0.9),), blocks=(block(),),
        funnels=(funnel(deregistration_rate_per_year=0.1, max_households_per_year=9.0),), retention=(retention(),),
        conversions=(conversion(),), assumptions=PLAIN,
    )  # fmt: skip
    targets = (
        target(Measure.PROVIDERS_IN_AREA, {0: 3.0}),
        target(Measure.IN_AREA_SHARE, {0: 0.5}, firmness=Firmness.LIKELY, probability=0.5),
    )
    data = planning_data((own_carers(), own_homes(), spot()), everything, steady(1.0), targets=targets)
    first = capacity_program(data)[0].first
    assert (len(first.column_blocks), len(first.row_blocks)) == (9, 12)
    page = (Path(__file__).parents[2] / "docs" / "capacity.md").read_text(encoding="utf-8")
    assert [name for name in (*first.column_blocks, *first.row_blocks) if f"`{name}`" not in page] == []
