"""Each target in each year, recomputed: mean, range, whether it is met, and what missing it costs.

For each scenario a measure is a sum over the year, or a share: what counts by what it is a share of. The mean of a
share is the share of the means, so that it reaches the value exactly when the target holds on average. The 10% (90%)
value is the smallest one that at least 10% (90%) of the probability lies at or below; scenarios in which a share is of
nothing are left out of it, and where that is all of them mean and range are not numbers. A share of nothing meets every
target.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rightplace.instances.levers import Block, NewHome, SettingType
from rightplace.instances.quarters import QUARTERS_A_YEAR
from rightplace.instances.supply import Source
from rightplace.instances.targets import Firmness, Measure, Sense, Target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rightplace.certificate.capacity_actions import Use
    from rightplace.certificate.capacity_living import Counting, Living
    from rightplace.certificate.capacity_money import Bill
    from rightplace.certificate.capacity_room import Room
    from rightplace.instances.planning_case import PlanningCase
    from rightplace.instances.supply import Supply
    from rightplace.rules.service import Service

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
UNIT = 1e-6
"""A target counts as met when no more than this is missing: of a child, a pound, a provider."""
RELATIVE = 1e-9
_SURE = 1e-9
"""Probability by which rounding may be off."""


@dataclass(frozen=True, slots=True)
class Found:
    """One target in one year, as the certificate finds it; ``price_pence`` is what the miss costs."""

    target: Target
    year: int
    mean: float
    p10: float
    p90: float
    probability_met: float
    is_met: bool
    missed: float
    price_pence: float


def counting_of(case: PlanningCase, supplies: Sequence[Supply], service: Service) -> dict[str, Counting]:
    """By target: which lawful pairs count for the measure, and for what a share is of."""
    facts = _Pairs(case, supplies, service)
    return {target.id: facts.counting(target) for target in case.targets if not _is_settled_by_levers(target)}


def with_own_budget(case: PlanningCase) -> set[str]:
    """The authorities who have a revenue budget of their own."""
    budgets = (target for target in case.targets if target.measure is Measure.REVENUE_BUDGET)
    return {target.authority_id for target in budgets if target.authority_id is not None}


def found_of(
    case: PlanningCase,
    supplies: Sequence[Supply],
    living: Living,
    room: Room,
    bill: Bill,
    uses: Sequence[Use],
) -> list[Found]:
    """Every target in every year for which it has a value."""
    found = []
    for target in case.targets:
        for year in sorted(year for year in target.values if year < case.num_years):
            counted, whole = _amounts(case, supplies, living, room, bill, uses, target, year)
            found.append(_found(case, target, year, counted, whole))
    return found


def _is_settled_by_levers(target: Target) -> bool:
    return target.measure in (
        Measure.PROVIDERS_IN_AREA,
        Measure.SETTING_TYPES_IN_AREA,
        Measure.CAPITAL_BUDGET,
        Measure.REVENUE_BUDGET,
    )


class _Pairs:
    """What is to be known of every lawful pair."""

    def __init__(self, case: PlanningCase, supplies: Sequence[Supply], service: Service) -> None:
        self.service = service
        cohorts, at = case.demand.cohorts, service.supply_idx
        self.authority = np.array([cohort.authority_id for cohort in cohorts])[service.cohort_idx]
        self.siblings = np.array([cohort.group_size > 1 for cohort in cohorts])[service.cohort_idx]
        self.fostering = np.array([supply.type is SettingType.FOSTERING for supply in supplies])[at]
        self.residential = np.array([supply.type is SettingType.RESIDENTIAL for supply in supplies])[at]
        self.in_house = np.array([supply.in_house for supply in supplies])[at]
        self.connected = np.array([supply.connected for supply in supplies])[at]
        self.stands = np.array([supply.authority_id is not None for supply in supplies])[at]

    def counting(self, target: Target) -> Counting:
        mine = np.ones(len(self.authority), np.bool_)
        if target.authority_id is not None:
            mine = self.authority == target.authority_id
        counted, whole = self._masks(target.measure)
        return counted & mine, whole & mine

    def _masks(self, measure: Measure) -> tuple[Mask, Mask]:
        every = np.ones(len(self.authority), np.bool_)
        fostered = self.fostering & ~self.connected
        near = self.service.in_area | self.service.within_20_miles
        local = self.residential & self.service.in_area & self.stands
        return {
            Measure.IN_AREA_SHARE: (self.service.in_area, every),
            Measure.WITHIN_20_MILES_SHARE: (near, every),
            Measure.FAMILY_SHARE: (self.fostering, every),
            Measure.IN_HOUSE_FOSTERING_SHARE: (fostered & self.in_house, fostered),
            Measure.RESIDENTIAL_SHARE: (self.residential, every),
            Measure.SIBLINGS_TOGETHER_SHARE: (self.siblings & self.service.is_together, self.siblings),
            Measure.LOCAL_BED_SHARE: (local, ~every),
            Measure.IN_HOUSE_FOSTERING_CHILDREN: (fostered & self.in_house, ~every),
            Measure.INDEPENDENT_FOSTERING_CHILDREN: (fostered & ~self.in_house, ~every),
            Measure.IN_HOUSE_RESIDENTIAL_CHILDREN: (self.residential & self.in_house, ~every),
            Measure.INDEPENDENT_RESIDENTIAL_CHILDREN: (self.residential & ~self.in_house, ~every),
        }[measure]


def _amounts(
    case: PlanningCase,
    supplies: Sequence[Supply],
    living: Living,
    room: Room,
    bill: Bill,
    uses: Sequence[Use],
    target: Target,
    year: int,
) -> tuple[Floats, Floats | None]:
    """(num_scenarios,): the measure of a year, or what counts and what it is a share of."""
    every = np.ones(case.demand.num_scenarios)
    quarters = slice(QUARTERS_A_YEAR * year, QUARTERS_A_YEAR * (year + 1))
    here = set(case.authority_ids) if target.authority_id is None else {target.authority_id}
    match target.measure:
        case Measure.PROVIDERS_IN_AREA | Measure.SETTING_TYPES_IN_AREA:
            return every * len(_present(supplies, uses, target.measure, here, year)), None
        case Measure.CAPITAL_BUDGET:
            return every * bill.pence(year, is_capital=True, authority_id=target.authority_id) / 100, None
        case Measure.REVENUE_BUDGET:
            own = bill.pence(year, is_capital=False, authority_id=target.authority_id)
            fees = living.fees if target.authority_id is None else living.fees_of[target.authority_id]
            return (own + fees[:, quarters].sum(axis=1)) / 100, None
        case Measure.LOCAL_BED_SHARE:
            beds = [
                i for i, supply in enumerate(supplies)
                if supply.type is SettingType.RESIDENTIAL and supply.authority_id in here
            ]  # fmt: skip
            places = float(room.places[quarters][:, beds].sum()) / QUARTERS_A_YEAR
            return living.counted[target.id][:, year], every * places
        case _:
            whole = living.whole[target.id][:, year] if target.measure.is_share else None
            return living.counted[target.id][:, year], whole


def _present(supplies: Sequence[Supply], uses: Sequence[Use], measure: Measure, here: set[str], year: int) -> set[str]:
    """Providers, or types of setting, with places in the areas at the end of a year: today's and those that begin."""
    names: set[str] = set()
    is_providers = measure is Measure.PROVIDERS_IN_AREA
    for supply in supplies:
        if supply.source is Source.TODAY and supply.num_places > 0 and supply.authority_id in here:
            names |= supply.provider_ids if is_providers else {supply.type.value}
    last = QUARTERS_A_YEAR * (year + 1) - 1
    for use in uses:
        if isinstance(use.lever, NewHome | Block) and use.at <= last and use.lever.authority_id in here:
            ends = None if isinstance(use.lever, NewHome) else use.lever.num_quarters
            if ends is None or last < use.at + ends:
                names.add(use.lever.provider_id if is_providers else use.lever.type.value)
    return names


def _found(case: PlanningCase, target: Target, year: int, counted: Floats, whole: Floats | None) -> Found:
    probability = case.demand.probability
    value, sign = target.values[year], 1.0 if target.sense is Sense.AT_LEAST else -1.0
    needed = value * (np.ones(len(counted)) if whole is None else whole)
    spare = sign * (counted - needed)
    expected = float(probability @ spare)
    scale = UNIT + RELATIVE * (np.abs(counted) + np.abs(needed))
    probability_met = float(probability[spare >= -scale].sum())
    if whole is None:
        values, mean, known = counted, float(probability @ counted), np.ones(len(counted), np.bool_)
    else:
        known = whole > 0
        values = np.divide(counted, whole, out=np.full(len(counted), np.nan), where=known)
        total = float(probability @ whole)
        mean = float(probability @ counted) / total if total > 0 else math.nan
    is_met = expected >= -float(probability @ scale)
    if target.firmness is Firmness.LIKELY:
        is_met = probability_met >= (target.probability or 0.0) - _SURE
    missed = max(0.0, -expected)
    return Found(
        target=target,
        year=year,
        mean=mean,
        p10=_quantile(values[known], probability[known], 0.1),
        p90=_quantile(values[known], probability[known], 0.9),
        probability_met=probability_met,
        is_met=is_met,
        missed=missed,
        price_pence=missed * (target.price_pence or 0) if target.firmness is Firmness.PRICED else 0.0,
    )


def _quantile(values: Floats, probability: Floats, level: float) -> float:
    """The smallest value that at least ``level`` of the probability lies at or below; not a number without values."""
    if not len(values):
        return math.nan
    order = np.argsort(values, kind="stable")
    below = np.cumsum(probability[order]) / probability.sum()
    return float(values[order][np.flatnonzero(below >= level - _SURE)[0]])
