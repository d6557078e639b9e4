"""Capacity planning as mathematics: a planning case becomes a staged program, and a point of it a schedule.

The first stage is the levers by quarter. Then in each quarter of each scenario every child lives in some supply;
children in care are a stock, and nobody is moved between quarters. Costs in the program are pounds, discounted to the
start of the plan; reported money is in pence, not discounted (``plan_years``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightplace.instances.quarters import QUARTERS_A_YEAR, WEEKS_A_QUARTER
from rightplace.models.capacity_columns import CapacityColumns, columns_of
from rightplace.models.capacity_effects import (
    capacity_effects,
    discounted_pounds,
    revenue_and_capital,
    year_pence,
)
from rightplace.models.capacity_rows import add_rows
from rightplace.models.capacity_schedule import baseline_point, capacity_schedule, pinned, point_of
from rightplace.models.capacity_targets import couplings_of, measures_of, upper_of
from rightplace.models.capacity_today import CapacityData, capacity_data
from rightplace.program import Domain, Objective, Program, ProgramBuilder
from rightplace.staged import Floats, StagedProgram

if TYPE_CHECKING:
    from rightplace.models.capacity_effects import Effects

__all__ = [
    "CapacityColumns",
    "CapacityData",
    "baseline_point",
    "capacity_data",
    "capacity_program",
    "capacity_schedule",
    "measures_of",
    "pinned",
    "plan_years",
    "point_of",
    "year_pence",
]

POUNDS_PER_MILE = 1e-6
"""A second tier: of places that cost the same, the nearer one. For each mile and week; kept out of reported money."""


def capacity_program(data: CapacityData) -> tuple[StagedProgram, CapacityColumns]:
    """The staged program of a case, and where its columns stand.

    Raises
    ------
    ValueError
        When a target lacks the price or probability that its firmness needs.
    """
    columns = columns_of(data)
    effects = capacity_effects(data, columns)
    costs = discounted_pounds(data, *revenue_and_capital(data, columns))
    service, demand = data.service, data.case.demand
    return StagedProgram(
        first=_first_stage(data, columns, effects, costs),
        arc_cohort=service.cohort_idx,
        arc_node=service.supply_idx,
        arc_costs=service.use_pence_per_week / 100 + POUNDS_PER_MILE * service.miles,
        period_weights=WEEKS_A_QUARTER * data.discount,
        base_capacity=data.base,
        change_period=effects.period,
        change_node=effects.node,
        change_column=effects.column,
        change_value=effects.value,
        demand=demand.children,
        probability=demand.probability,
        couplings=couplings_of(data, columns, effects, costs),
        risk_weight=data.case.risk.weight,
        risk_level=data.case.risk.level,
    ), columns


def plan_years(
    data: CapacityData, columns: CapacityColumns, point: Floats, service_pence: Floats
) -> tuple[Floats, Floats]:
    """(num_years,) each: revenue and capital in pence, not discounted.

    Parameters
    ----------
    service_pence
        (num_quarters,): expected cost of the places in use in each quarter.
    """
    revenue, capital = year_pence(data, columns)
    return revenue @ point + service_pence.reshape(-1, QUARTERS_A_YEAR).sum(axis=1), capital @ point


def _first_stage(data: CapacityData, columns: CapacityColumns, effects: Effects, costs: Floats) -> Program:
    """Columns, rows and cost of the first stage."""
    builder = ProgramBuilder()
    for name, uses in columns.blocks.items():
        builder.add_columns(name, len(uses.column), Domain.INTEGER if name in columns.whole else Domain.CONTINUOUS)
    builder.add_columns("present", len(columns.present), Domain.IMPLIED)
    builder.add_columns("missed_scenario", sum(map(len, columns.missed.values())), Domain.INTEGER)
    add_rows(builder, data, columns, effects)
    program = builder.build([Objective("cost", costs)])
    program.upper[:] = upper_of(columns)
    return program
