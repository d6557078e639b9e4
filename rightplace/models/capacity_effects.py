"""What the columns of a capacity plan do: to the room for children over time, to households, and to money.

Timing: a home, change, block or household approved at position q counts from q on; a de-registration prevented during
quarter q leaves one household more from q + 1 on; places converted at q count in q only (each quarter has its own).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rightplace.instances.levers import Funnel, HomeChange, HomeChangeKind, Profile, of_year
from rightplace.instances.quarters import QUARTERS_A_YEAR, WEEKS_A_QUARTER
from rightplace.models.capacity_columns import CapacityColumns, spans
from rightplace.models.capacity_today import CapacityData, FunnelData, occupancy
from rightplace.staged import Floats, Ints

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True, eq=False)
class Effects:
    """What a unit of a column adds to what a supply has room for in a period; parallel arrays."""

    period: Ints
    node: Ints
    column: Ints
    value: Floats


_Part = tuple[Ints, Ints, Ints, Floats]


def capacity_effects(data: CapacityData, columns: CapacityColumns) -> Effects:
    """What every column does to the room for children."""
    parts = [
        _homes(data, columns),
        *_changes(data, columns),
        _recruits(data, columns),
        *_retained(data, columns),
        *_converted(data, columns),
        _beds(data, columns),
    ]
    period, node, column = (np.concatenate([part[i] for part in parts]).astype(np.int64) for i in range(3))
    return Effects(period, node, column, np.concatenate([part[3] for part in parts]).astype(np.float64))


def households_of(data: CapacityData, columns: CapacityColumns, funnel: FunnelData) -> tuple[Ints, Ints, Floats]:
    """How many households of a funnel a unit of each column brings: periods, columns, values.

    Recruits count from the quarter of approval, prevented leavers from the quarter after.
    """
    recruit, retain, last = columns.recruit, columns.retain, data.num_quarters
    recruits = [i for i, n in enumerate(recruit.lever) if recruit.levers[n].funnel_id == funnel.funnel.id]
    retained = [i for i, n in enumerate(retain.lever) if retain.levers[n].funnel_id == funnel.funnel.id]
    begin = np.concatenate([recruit.quarter[recruits], retain.quarter[retained] + 1])
    column = np.concatenate([recruit.column[recruits], retain.column[retained]])
    item, period = spans(begin, last)
    return period, column[item], funnel.survival ** (period - begin[item])


def places_today(data: CapacityData, change: HomeChange) -> tuple[int, float, float]:
    """The supply of a home that could be changed, its usable places, and the children it has room for.

    (-1, 0, 0) where it is no supply of the plan. A home of another provider counts by its share of the supply's places.
    """
    for i, supply in enumerate(data.supplies):
        if change.setting_id in supply.setting_ids:
            setting = data.case.instance.setting
            registered = sum(setting[other].offer.terms.num_places for other in supply.setting_ids)
            share = setting[change.setting_id].offer.terms.num_places / registered
            return i, supply.num_places * share, float(data.base[0, i]) * share
    return -1, 0.0, 0.0


def revenue_and_capital(data: CapacityData, columns: CapacityColumns) -> tuple[Floats, Floats]:
    """(num_quarters, num_columns) each: pence in the quarter in which they fall due, not discounted.

    Running homes, contracts, households and programmes, recruiting, less what a change saves; and whole capital.
    """
    shape = (data.num_quarters, columns.num_columns)
    revenue, capital = np.zeros(shape), np.zeros(shape)
    last = data.num_quarters
    homes, changes, beds, convert = columns.open, columns.change, columns.beds, columns.convert
    _weekly(revenue, homes.column, homes.quarter, last, _each(homes, lambda x: x.running_pence_per_week))
    saving = _each(changes, lambda x: x.running_pence_per_week - x.saved_pence_per_week)
    _weekly(revenue, changes.column, changes.quarter, last, saving)
    _weekly(revenue, beds.column, beds.quarter, _ends(data, columns), _each(beds, lambda x: x.first_pence_per_week))
    _weekly(
        revenue, convert.column, convert.quarter, convert.quarter + 1, _each(convert, lambda x: x.place_pence_per_week)
    )
    capital[homes.quarter, homes.column] = _each(homes, lambda x: x.capital_pence)
    capital[changes.quarter, changes.column] = _each(changes, lambda x: x.capital_pence)
    for funnel in data.funnels:
        _recruiting(data, columns, funnel, revenue)
    return revenue, capital


def discounted_pounds(data: CapacityData, revenue: Floats, capital: Floats) -> Floats:
    """(num_columns,): what a unit of each column costs over the plan: revenue, and capital charged by the quarter.

    The charge is an annuity over the years that capital lasts, a quarter of it for each quarter within the plan.
    """
    assumptions = data.case.levers.assumptions
    rate, years = assumptions.discount_rate_per_year, assumptions.capital_life_years
    annuity = rate / (1 - (1 + rate) ** -years) if rate else 1 / years
    charge = np.cumsum(capital, axis=0) * annuity / QUARTERS_A_YEAR
    return data.discount @ (revenue + charge) / 100


def year_pence(data: CapacityData, columns: CapacityColumns) -> tuple[Floats, Floats]:
    """(num_years, num_columns) each: revenue and capital of a unit of each column, pence, not discounted."""
    revenue, capital = revenue_and_capital(data, columns)
    shape = (data.case.num_years, QUARTERS_A_YEAR, columns.num_columns)
    return revenue.reshape(shape).sum(axis=1), capital.reshape(shape).sum(axis=1)


def _each(uses: Any, value: Callable[[Any], float]) -> Floats:
    """A number of the lever of each entry."""
    of_lever: Floats = np.array([value(lever) for lever in uses.levers], dtype=np.float64)[uses.lever]
    return of_lever


def _nodes(data: CapacityData, uses: Any) -> Ints:
    """The supply that the lever of each entry adds to; -1 where a home closes."""
    at: Ints = np.array([data.supply_at.get(lever.id, -1) for lever in uses.levers], dtype=np.int64)[uses.lever]
    return at


def _homes(data: CapacityData, columns: CapacityColumns) -> _Part:
    uses, assumptions = columns.open, data.case.levers.assumptions
    children = _each(uses, lambda home: home.num_places * occupancy(assumptions, home.type))
    item, period = spans(uses.quarter, data.num_quarters)
    share = np.where(period == uses.quarter[item], assumptions.opening_share, 1.0)
    return period, _nodes(data, uses)[item], uses.column[item], children[item] * share


def _changes(data: CapacityData, columns: CapacityColumns) -> list[_Part]:
    """Today's places of the home end, those of the changed home begin, in full from the quarter on."""
    uses = columns.change
    item, period = spans(uses.quarter, data.num_quarters)
    today = [places_today(data, change) for change in uses.levers]
    of_today = np.array([row[0] for row in today], dtype=np.int64)[uses.lever]
    lost = np.array([-row[2] for row in today])[uses.lever] if today else np.zeros(0)
    ends = np.flatnonzero(of_today[item] >= 0)
    gained = np.array([_changed_children(data, change) for change in uses.levers])[uses.lever] if today else np.zeros(0)
    node = _nodes(data, uses)
    begins = np.flatnonzero(node[item] >= 0)
    column = uses.column[item]
    return [
        (period[ends], of_today[item[ends]], column[ends], lost[item[ends]]),
        (period[begins], node[item[begins]], column[begins], gained[item[begins]]),
    ]


def _changed_children(data: CapacityData, change: HomeChange) -> float:
    if change.kind is HomeChangeKind.CLOSE:
        return 0.0
    type = data.supplies[data.supply_at[change.id]].type
    return change.num_places * occupancy(data.case.levers.assumptions, type)


def _recruits(data: CapacityData, columns: CapacityColumns) -> _Part:
    uses = columns.recruit
    funnels = {funnel.funnel.id: funnel for funnel in data.funnels}
    item, period = spans(uses.quarter, data.num_quarters)
    survival = _each(uses, lambda profile: funnels[profile.funnel_id].survival)
    children = _each(uses, lambda profile: profile.places_per_household * _funnel_occupancy(data, funnels, profile))
    left = survival[item] ** (period - uses.quarter[item])
    return period, _nodes(data, uses)[item], uses.column[item], children[item] * left


def _funnel_occupancy(data: CapacityData, funnels: dict[str, FunnelData], profile: Profile) -> float:
    return occupancy(data.case.levers.assumptions, funnels[profile.funnel_id].funnel.type)


def _retained(data: CapacityData, columns: CapacityColumns) -> list[_Part]:
    """A prevented leaver is a household like today's average, and survives like the others."""
    uses, parts = columns.retain, []
    for funnel in data.funnels:
        taken = [i for i, n in enumerate(uses.lever) if uses.levers[n].funnel_id == funnel.funnel.id]
        begin = uses.quarter[taken] + 1
        item, period = spans(begin, data.num_quarters)
        left = funnel.survival ** (period - begin[item])
        for node, children in zip(funnel.supply_idx, funnel.children_per_household, strict=True):
            parts.append((period, np.full(len(item), node), uses.column[taken][item], children * left))
    return parts


def _converted(data: CapacityData, columns: CapacityColumns) -> list[_Part]:
    uses = columns.convert
    one = np.ones(len(uses.column))
    return [(uses.quarter, uses.origin, uses.column, -one), (uses.quarter, _nodes(data, uses), uses.column, one)]


def _beds(data: CapacityData, columns: CapacityColumns) -> _Part:
    uses, assumptions = columns.beds, data.case.levers.assumptions
    item, period = spans(uses.quarter, _ends(data, columns))
    children = _each(uses, lambda block: occupancy(assumptions, block.type))
    return period, _nodes(data, uses)[item], uses.column[item], children[item]


def _ends(data: CapacityData, columns: CapacityColumns) -> Ints:
    """The first quarter after each possible block."""
    uses, last = columns.beds, data.num_quarters
    runs = _each(uses, lambda block: last if block.num_quarters is None else block.num_quarters)
    return np.minimum(uses.quarter + runs.astype(np.int64), last)


def _weekly(revenue: Floats, column: Ints, begin: Ints, end: Ints | int, pence_per_week: Floats) -> None:
    """Add a weekly cost from quarter to quarter."""
    item, period = spans(begin, end)
    np.add.at(revenue, (period, column[item]), WEEKS_A_QUARTER * pence_per_week[item])


def _recruiting(data: CapacityData, columns: CapacityColumns, funnel: FunnelData, revenue: Floats) -> None:
    """What households of a funnel cost: recruiting in the quarter of the enquiry, then each week; and retention."""
    recruit, retain = columns.recruit, columns.retain
    taken = [i for i, n in enumerate(recruit.lever) if recruit.levers[n].funnel_id == funnel.funnel.id]
    asked = recruit.quarter[taken] - funnel.funnel.lag_quarters
    revenue[asked, recruit.column[taken]] += [approval_pence(funnel.funnel, int(t) // QUARTERS_A_YEAR) for t in asked]
    begin = recruit.quarter[taken]
    item, period = spans(begin, data.num_quarters)
    left = funnel.survival ** (period - begin[item])
    weekly = _each(recruit, lambda profile: profile.household_pence_per_week)[taken]
    np.add.at(revenue, (period, recruit.column[taken][item]), WEEKS_A_QUARTER * weekly[item] * left)
    for i, n in enumerate(retain.lever):
        offer = retain.levers[n]
        if offer.funnel_id == funnel.funnel.id:
            gain = funnel.funnel.deregistration_rate_per_year - offer.deregistration_rate_per_year
            revenue[retain.quarter[i], retain.column[i]] += offer.household_pence_per_year / gain


def approval_pence(funnel: Funnel, year: int) -> float:
    """What the enquiries, visits and assessments behind one approval cost, by the rates of the year of the enquiry."""
    enquiries = 1 / funnel.conversion(year)
    visits = of_year(funnel.visit_rate, year) * enquiries
    assessments = 1 / of_year(funnel.approval_rate, year)
    return enquiries * funnel.enquiry_pence + visits * funnel.visit_pence + assessments * funnel.assessment_pence
