"""Cases of the library: Barnet's own plan of 2014 to the printed figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from rightplace.instances.levers import SettingType
from rightplace.instances.library import library_path
from rightplace.instances.planning_case import PlanningCase
from rightplace.instances.planning_instance import planning_instance
from rightplace.instances.planning_tables import read_demand, read_levers
from rightplace.instances.quarters import Quarter
from rightplace.instances.tables import read_instance
from rightplace.models.capacity import capacity_data, capacity_program, capacity_schedule, point_of
from rightplace.models.capacity_effects import households_of
from rightplace.schedules import read_schedule
from tests.models.capacity_cases import broken

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
