"""Targets as numbers: what a measure counts in a year, and the couplings that hold it to its value.

A measure is (flows + columns + constant), for shares divided by another such sum. Flows count a quarter of each child
in each quarter, so sums are children on average over the year; money counts whole quarters, so sums are pounds a year.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rightplace.instances.levers import SettingType
from rightplace.instances.quarters import QUARTERS_A_YEAR, WEEKS_A_QUARTER
from rightplace.instances.supply import Source
from rightplace.instances.targets import Firmness, Measure, Sense, Target
from rightplace.models.capacity_columns import CapacityColumns, Uses, is_likely
from rightplace.models.capacity_effects import Effects, places_today, year_pence
from rightplace.models.capacity_payers import paid
from rightplace.models.capacity_presence import present_today
from rightplace.models.capacity_today import areas
from rightplace.staged import Coupling, Floats, Ints

if TYPE_CHECKING:
    from typing import Any

    from rightplace.models.capacity_today import CapacityData
    from rightplace.rules.service import Mask

_MARGIN = 2.0
"""How many times the dearest way of housing a child a miss of a hard target costs, so that it is worth avoiding."""
_PRICE_PER_POUND = 100.0
"""Of a hard budget: to save a pound in one year is not worth a hundred in others."""


@dataclass(frozen=True, slots=True, eq=False)
class Sum:
    """``arcs @ flow`` summed over the quarters of the year + ``columns @ point`` + ``constant``."""

    arcs: Floats
    columns: Floats
    constant: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class MeasureYear:
    """What one target is about in one year.

    Parameters
    ----------
    target, year
        Positions.
    periods
        Quarters of the year.
    counted
        The measure, or the numerator of a share.
    whole
        The denominator of a share.
    """

    target: int
    year: int
    periods: Ints
    counted: Sum
    whole: Sum | None = None

    def value(self, counted: Floats, whole: Floats, point: Floats) -> Floats:
        """The measure, from ``counted.arcs @ flow`` and ``whole.arcs @ flow`` of the year by scenario.

        Not a number where a share is of nothing.
        """
        above = counted + float(self.counted.columns @ point) + self.counted.constant
        if self.whole is None:
            return above
        below = whole + float(self.whole.columns @ point) + self.whole.constant
        share: Floats = np.divide(above, below, out=np.full(np.shape(above), np.nan), where=below > 0)
        return share


def measures_of(data: CapacityData, columns: CapacityColumns) -> tuple[MeasureYear, ...]:
    """Every target in every year in which it has a value, in their order."""
    costs = tuple(pence / 100 for pence in year_pence(data, columns))
    found = []
    for i, target in enumerate(data.case.targets):
        arcs = _arcs(data, target)
        found += [_measure(data, columns, i, year, costs, arcs) for year in sorted(target.values)]
    return tuple(found)


def couplings_of(
    data: CapacityData, columns: CapacityColumns, effects: Effects, first_costs: Floats
) -> tuple[Coupling, ...]:
    """The couplings of all targets: one for each year, of likely ones one for each scenario and year.

    Named ``target year``, likely ones ``target year/scenario``. A hard one has a price that is meant to be worth
    avoiding: twice the dearest use of a place, or of a lever by the child that it makes room for, over the whole plan,
    for a child; that or the dearest lever for a provider; a hundred for a pound of a budget.
    """
    child = _MARGIN * _dearest_pounds(data, effects, first_costs)
    found: list[Coupling] = []
    for measure in measures_of(data, columns):
        target = data.case.targets[measure.target]
        name = f"{target.id} {data.case.year_names[measure.year]}"
        arcs, row, least = _at_least(target, measure)
        is_hard = target.firmness is not Firmness.PRICED
        price = _hard_price(target, child, first_costs) if is_hard else _stated_price(target)
        if is_likely(target):
            found += _by_scenario(data, columns, measure, name, (arcs, row, least), price)
        else:
            kept = np.flatnonzero(row)
            found.append(Coupling(name, measure.periods, arcs, kept, row[kept], least, price, is_hard))
    return tuple(found)


def _at_least(target: Target, measure: MeasureYear) -> tuple[Floats, Floats, float]:
    """The target as ``arcs @ flow + row @ point >= least``."""
    sign = 1.0 if target.sense is Sense.AT_LEAST else -1.0
    value, counted, whole = target.values[measure.year], measure.counted, measure.whole
    if whole is None:
        return sign * counted.arcs, sign * counted.columns, sign * (value - counted.constant)
    arcs, row = counted.arcs - value * whole.arcs, counted.columns - value * whole.columns
    return sign * arcs, sign * row, sign * (value * whole.constant - counted.constant)


def _by_scenario(
    data: CapacityData,
    columns: CapacityColumns,
    measure: MeasureYear,
    name: str,
    needed: tuple[Floats, Floats, float],
    price: float,
) -> list[Coupling]:
    """A likely target: in each scenario hard, unless its column says that it is given up there.

    The column counts as much as the target can be missed by in the scenario: every child on its worst arc, every lever
    that works against the target used to the full.
    """
    arcs, row, least = needed
    starts = np.searchsorted(data.service.cohort_idx, np.arange(len(data.case.demand.cohorts)))
    worst_arc = np.minimum.reduceat(arcs, starts)
    worst_row = _worst(columns, row)
    children = data.case.demand.children[:, measure.periods].sum(axis=1)
    most_missed = np.maximum(0.0, least - children @ worst_arc - worst_row)
    kept = np.flatnonzero(row)
    found = []
    for w, column in enumerate(columns.missed[measure.target, measure.year].tolist()):
        at, values = np.append(kept, column), np.append(row[kept], most_missed[w])
        scenario = f"{name}/{data.case.demand.names[w]}"
        found.append(Coupling(scenario, measure.periods, arcs, at, values, least, price, True, w))
    return found


def _worst(columns: CapacityColumns, row: Floats) -> float:
    """At least as little as ``row @ point`` can be: a site, a home of today and a block are used once each."""
    worst = np.minimum(row * upper_of(columns), 0.0)
    once: tuple[tuple[Uses[Any], str], ...] = (
        (columns.open, "site"),
        (columns.change, "setting_id"),
        (columns.beds, "id"),
    )
    least, rest = 0.0, worst.copy()
    for uses, key in once:
        by_key: dict[str, float] = {}
        for lever, column in zip(uses.lever.tolist(), uses.column.tolist(), strict=True):
            name = getattr(uses.levers[lever], key)
            by_key[name] = min(by_key.get(name, 0.0), float(worst[column]))
        least += sum(by_key.values())
        rest[uses.column] = 0.0
    return least + float(rest.sum())


def upper_of(columns: CapacityColumns) -> Floats:
    """(num_columns,): the most that each column may be."""
    upper = np.ones(columns.num_columns)
    for uses in columns.blocks.values():
        upper[uses.column] = uses.upper
    return upper


def _stated_price(target: Target) -> float:
    if target.price_pence is None or target.price_pence <= 0:
        raise ValueError(f"target {target.id} is priced but has no price")
    return target.price_pence / 100


def _hard_price(target: Target, child: float, first_costs: Floats) -> float:
    if target.measure.is_money:
        return _PRICE_PER_POUND
    if target.measure in (Measure.PROVIDERS_IN_AREA, Measure.SETTING_TYPES_IN_AREA):
        return max(child, _MARGIN * float(first_costs.max(initial=0.0)))
    return child


def _dearest_pounds(data: CapacityData, effects: Effects, first_costs: Floats) -> float:
    """The dearest place for a child over the whole plan, pounds: of all uses, and of levers by the room they make."""
    weeks = np.bincount(effects.column, np.maximum(effects.value, 0.0), len(first_costs)) * WEEKS_A_QUARTER
    levers = np.divide(first_costs, weeks, out=np.zeros(len(first_costs)), where=weeks > 0)
    use = float(np.abs(data.service.use_pence_per_week).max(initial=0)) / 100
    return max(use, float(levers.max(initial=0.0)), 1.0) * WEEKS_A_QUARTER * data.num_quarters


def _measure(
    data: CapacityData,
    columns: CapacityColumns,
    i: int,
    year: int,
    costs: tuple[Floats, ...],
    arcs: tuple[Floats, Floats],
) -> MeasureYear:
    """One target in one year."""
    target = data.case.targets[i]
    periods = np.arange(QUARTERS_A_YEAR * year, QUARTERS_A_YEAR * (year + 1))
    none = np.zeros(columns.num_columns)
    counted, whole = arcs
    if target.measure is Measure.LOCAL_BED_SHARE:
        beds = Sum(np.zeros(len(counted)), *_local_beds(data, columns, target, periods))
        return MeasureYear(i, year, periods, Sum(counted, none), beds)
    if target.measure in (Measure.PROVIDERS_IN_AREA, Measure.SETTING_TYPES_IN_AREA):
        new = none.copy()
        new[[row.column for row in columns.present if (row.target, row.year) == (i, year)]] = 1.0
        return MeasureYear(i, year, periods, Sum(counted, new, float(len(present_today(data, target)))))
    if target.measure.is_money:
        revenue, capital = costs
        pounds = revenue if target.measure is Measure.REVENUE_BUDGET else capital
        return MeasureYear(i, year, periods, Sum(counted, pounds[year] * paid(data, columns, target)))
    share = Sum(whole, none) if target.measure.is_share else None
    return MeasureYear(i, year, periods, Sum(counted, none), share)


def _arcs(data: CapacityData, target: Target) -> tuple[Floats, Floats]:
    """What a unit of flow in one quarter adds to the measure, and to what a share is of."""
    service, cohorts = data.service, data.case.demand.cohorts
    mine = np.array([cohort.authority_id in areas(data.case, target) for cohort in cohorts])[service.cohort_idx]
    none = np.zeros(len(mine))
    if target.measure is Measure.REVENUE_BUDGET:
        return np.where(mine, service.use_pence_per_week * (WEEKS_A_QUARTER / 100), 0.0), none
    if target.measure in (Measure.CAPITAL_BUDGET, Measure.PROVIDERS_IN_AREA, Measure.SETTING_TYPES_IN_AREA):
        return none, none
    counted, whole = _children(data, target.measure)
    part = 1 / QUARTERS_A_YEAR
    return np.where(mine & counted, part, 0.0), np.where(mine & whole, part, 0.0)


def _children(data: CapacityData, measure: Measure) -> tuple[Mask, Mask]:
    """Which arcs a measure of children counts, and which it is a share of."""
    service, at = data.service, data.service.supply_idx
    fostering, residential = (
        np.array([supply.type is type for supply in data.supplies])[at]
        for type in (SettingType.FOSTERING, SettingType.RESIDENTIAL)
    )
    in_house = np.array([supply.in_house for supply in data.supplies])[at]
    unrelated = fostering & ~np.array([supply.connected for supply in data.supplies])[at]
    every = np.ones(len(at), dtype=np.bool_)
    match measure:
        case Measure.IN_AREA_SHARE:
            return service.in_area, every
        case Measure.WITHIN_20_MILES_SHARE:
            return service.in_area | service.within_20_miles, every
        case Measure.FAMILY_SHARE:
            return fostering, every
        case Measure.RESIDENTIAL_SHARE:
            return residential, every
        case Measure.IN_HOUSE_FOSTERING_SHARE:
            return unrelated & in_house, unrelated
        case Measure.SIBLINGS_TOGETHER_SHARE:
            sibling = np.array([cohort.group_size > 1 for cohort in data.case.demand.cohorts])[service.cohort_idx]
            return sibling & service.is_together, sibling
        case Measure.LOCAL_BED_SHARE:
            stands = np.array([supply.authority_id is not None for supply in data.supplies])[at]
            return residential & service.in_area & stands, every
        case Measure.IN_HOUSE_FOSTERING_CHILDREN:
            return unrelated & in_house, every
        case Measure.INDEPENDENT_FOSTERING_CHILDREN:
            return unrelated & ~in_house, every
        case Measure.IN_HOUSE_RESIDENTIAL_CHILDREN:
            return residential & in_house, every
        case Measure.INDEPENDENT_RESIDENTIAL_CHILDREN:
            return residential & ~in_house, every
        case _:
            raise ValueError(f"{measure} is no measure of children")


def _local_beds(data: CapacityData, columns: CapacityColumns, target: Target, periods: Ints) -> tuple[Floats, float]:
    """Usable places in children's homes of the areas, on average over the year: by unit of column, and today's.

    New and changed homes count whole from the quarter in which they begin, block beds while the block runs.
    """
    here = areas(data.case, target)
    homes = [
        supply for supply in data.supplies if supply.type is SettingType.RESIDENTIAL and supply.authority_id in here
    ]
    today = sum(supply.num_places for supply in homes if supply.source is Source.TODAY)
    ids = {supply.id for supply in homes}
    row = np.zeros(columns.num_columns)

    def add(uses: Uses[Any], lever: int, places: float) -> None:
        taken = uses.of(lever)
        end = uses.quarter[taken] + (getattr(uses.levers[lever], "num_quarters", None) or data.num_quarters)
        open_in = (uses.quarter[taken][:, None] <= periods) & (periods < end[:, None])
        row[uses.column[taken]] += places * open_in.sum(axis=1) / QUARTERS_A_YEAR

    for i, home in enumerate(columns.open.levers):
        add(columns.open, i, float(home.num_places) if home.id in ids else 0.0)
    for i, block in enumerate(columns.beds.levers):
        add(columns.beds, i, 1.0 if block.id in ids else 0.0)
    for i, change in enumerate(columns.change.levers):
        supply, places, _ = places_today(data, change)
        ends = places if supply >= 0 and data.supplies[supply].id in ids else 0.0
        add(columns.change, i, (float(change.num_places) if change.id in ids else 0.0) - ends)
    return row, today
