"""What a capacity plan starts from: today's places over time when no lever is used, and the funnels that add to them.

In-house fostering households leave at their funnel's rate or as a strategy states; young people who stay put take
places of theirs. Everything else stays as it is today.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rightplace.errors import Fault, InstanceError
from rightplace.instances.levers import Assumptions, Funnel, SettingType, of_year
from rightplace.instances.planning_case import PlanningCase
from rightplace.instances.quarters import QUARTERS_A_YEAR
from rightplace.instances.supply import Source, Supply, supply_of
from rightplace.models.capacity_shortlist import shortlisted
from rightplace.rules.service import Service, service_of
from rightplace.staged import Floats, Ints

if TYPE_CHECKING:
    from rightplace.instances.levers import Deregistrations
    from rightplace.instances.targets import Target


@dataclass(frozen=True, slots=True, eq=False)
class FunnelData:
    """A funnel in numbers.

    Parameters
    ----------
    households
        (num_quarters,): today's in-house households who are still there at the start of each quarter.
    survival
        Share of recruited or retained households that is left after a quarter.
    leavers
        (num_quarters,): households who leave in each quarter, where a strategy states them, else ``None``.
    supply_idx, children_per_household
        Today's supplies of these households, and the children that one average household has room for in each of them,
        after planning occupancy.
    """

    funnel: Funnel
    households: Floats
    survival: float
    leavers: Floats | None
    supply_idx: Ints
    children_per_household: Floats

    def enquiries(self, quarter: int) -> float:
        """General enquiries in a quarter."""
        return of_year(self.funnel.enquiries_per_year, quarter // QUARTERS_A_YEAR) / QUARTERS_A_YEAR

    def conversion(self, quarter: int) -> float:
        """Approvals by enquiry made in a quarter."""
        return self.funnel.conversion(quarter // QUARTERS_A_YEAR)

    @property
    def enquiries_per_household(self) -> float:
        """What a household's word of mouth is worth in a quarter, in general enquiries."""
        return self.funnel.word_of_mouth_factor * self.funnel.word_of_mouth_per_household / QUARTERS_A_YEAR

    def prevented_per_household(self, lower_rate: float) -> float:
        """De-registrations that an offer with a lower yearly rate prevents in a quarter, for each household."""
        return max(0.0, self.funnel.deregistration_rate_per_year - lower_rate) / QUARTERS_A_YEAR


@dataclass(frozen=True, slots=True, eq=False)
class CapacityData:
    """The case in numbers.

    Parameters
    ----------
    supply_at
        Position of each supply by its id: of what a lever adds, the lever's id.
    discount
        (num_quarters,): what a pound in the middle of each quarter is worth at the start of the plan.
    base
        (num_quarters, num_supplies): children that each supply has room for without any lever; infinite without limit.
    funnels
        The enabled ones.
    """

    case: PlanningCase
    supplies: tuple[Supply, ...]
    service: Service
    supply_at: dict[str, int]
    discount: Floats
    base: Floats
    funnels: tuple[FunnelData, ...]

    @property
    def num_quarters(self) -> int:
        """Number of quarters."""
        return self.case.demand.num_quarters


def capacity_data(case: PlanningCase) -> CapacityData:
    """The case in numbers.

    Raises
    ------
    InstanceError
        When a cohort could be left without a place, or word of mouth has no end.
    """
    supplies = supply_of(case)
    return data_of(case, supplies, shortlisted(case, supplies, service_of(case, supplies)))


def data_of(case: PlanningCase, supplies: tuple[Supply, ...], service: Service) -> CapacityData:
    """The case in numbers, with supplies and service that are known already; raises as ``capacity_data``."""
    num = case.demand.num_quarters
    funnels = tuple(_funnel_data(case, funnel, supplies) for funnel in case.levers.funnels if funnel.enabled)
    base = np.tile([_children_today(case.levers.assumptions, supply) for supply in supplies], (num, 1))
    for funnel in funnels:
        whole = funnel.households[0]
        if whole:
            base[:, funnel.supply_idx] *= (funnel.households / whole)[:, None]
    for idx, children in _staying_put(case, supplies):
        base[:, idx] = np.maximum(0.0, base[:, idx] - children)
    rate = case.levers.assumptions.discount_rate_per_year
    return CapacityData(
        case=case,
        supplies=supplies,
        service=service,
        supply_at={supply.id: i for i, supply in enumerate(supplies)},
        discount=(1 + rate) ** (-(np.arange(num) + 0.5) / QUARTERS_A_YEAR),
        base=base.reshape(num, len(supplies)),
        funnels=funnels,
    )


def occupancy(assumptions: Assumptions, type: SettingType) -> float:
    """Planning occupancy of a type of setting."""
    match type:
        case SettingType.FOSTERING:
            return assumptions.occupancy_fostering
        case SettingType.RESIDENTIAL:
            return assumptions.occupancy_residential
        case SettingType.SUPPORTED:
            return assumptions.occupancy_supported


def owner_id(case: PlanningCase, supply: Supply) -> str | None:
    """The authority of the plan that runs an in-house supply; where several do, the area that it stands in."""
    owners = {case.instance.provider[provider_id].authority_id for provider_id in supply.provider_ids}
    of_plan = owners & set(case.authority_ids)
    return of_plan.pop() if len(of_plan) == 1 else supply.authority_id


def areas(case: PlanningCase, target: Target) -> frozenset[str]:
    """The areas that a target is about."""
    return frozenset(case.authority_ids if target.authority_id is None else (target.authority_id,))


def is_in_house_fostering(supply: Supply) -> bool:
    """Whether a supply is of today's in-house foster carers who are no relatives or friends of the children."""
    is_today = supply.source is Source.TODAY
    return is_today and supply.in_house and not supply.connected and supply.type is SettingType.FOSTERING


def _children_today(assumptions: Assumptions, supply: Supply) -> float:
    if supply.is_unlimited:
        return float("inf")
    takes_occupancy = supply.in_house and not supply.connected
    return supply.num_places * (occupancy(assumptions, supply.type) if takes_occupancy else 1.0)


def _of_authority(case: PlanningCase, supplies: tuple[Supply, ...], authority_id: str) -> Ints:
    """Positions of today's in-house fostering supplies of an authority."""
    found = [
        i for i, supply in enumerate(supplies)
        if is_in_house_fostering(supply) and owner_id(case, supply) == authority_id
    ]  # fmt: skip
    return np.array(found, dtype=np.int64)


def _funnel_data(case: PlanningCase, funnel: Funnel, supplies: tuple[Supply, ...]) -> FunnelData:
    """A funnel in numbers. Today's households belong to the first enabled funnel of their authority for fostering."""
    num = case.demand.num_quarters
    same = [other for other in case.levers.funnels if other.enabled and other.type is SettingType.FOSTERING]
    first = next((other for other in same if other.authority_id == funnel.authority_id), None)
    idx = _of_authority(case, supplies, funnel.authority_id) if funnel is first else np.zeros(0, dtype=np.int64)
    today = float(sum(supplies[i].num_households for i in idx))
    stated = next((row for row in case.levers.deregistrations if row.funnel_id == funnel.id), None)
    leavers = None if stated is None else _stated_leavers(stated, num)
    survival = (1 - funnel.deregistration_rate_per_year) ** (1 / QUARTERS_A_YEAR) if leavers is None else 1.0
    if leavers is None:
        households = today * np.power(survival, np.arange(num, dtype=np.float64))
    else:
        households = np.maximum(0.0, today - np.concatenate([[0.0], np.cumsum(leavers)[:-1]]))
    share = occupancy(case.levers.assumptions, SettingType.FOSTERING) / today if today else 0.0
    places = np.array([supplies[i].num_places for i in idx], dtype=np.float64)
    data = FunnelData(funnel, households, survival, leavers, idx, places * share)
    _refuse_endless(data, num)
    return data


def _stated_leavers(stated: Deregistrations, num: int) -> Floats:
    by_year = [of_year(stated.households_per_year, t // QUARTERS_A_YEAR) for t in range(num)]
    return np.array(by_year, dtype=np.float64) / QUARTERS_A_YEAR


def _refuse_endless(data: FunnelData, num: int) -> None:
    """Refuse word of mouth that brings a household for each household at once: approvals would have no limit."""
    funnel = data.funnel
    if funnel.lag_quarters or max(data.conversion(t) for t in range(num)) * data.enquiries_per_household < 1:
        return
    expected = "less word of mouth, or a lag: each household would bring another one in the same quarter"
    value = str(funnel.word_of_mouth_per_household)
    raise InstanceError([Fault("funnels", None, "word_of_mouth_per_household", value, f"{expected} ({funnel.id})")])


def _staying_put(case: PlanningCase, supplies: tuple[Supply, ...]) -> list[tuple[Ints, Floats]]:
    """Supplies, and (num_quarters, num_supplies) children's worth of places that young people over 18 keep in them."""
    num = case.demand.num_quarters
    taken = []
    for row in case.levers.staying_put:
        idx = _of_authority(case, supplies, row.authority_id)
        places = np.array([supplies[i].num_places for i in idx], dtype=np.float64)
        if not row.enabled or not places.sum():
            continue
        started = np.array([of_year(row.young_people_per_year, t // QUARTERS_A_YEAR) for t in range(num)])
        age = np.arange(num)[:, None] - np.arange(num)
        still = np.where(age > 0, np.clip(row.num_years * QUARTERS_A_YEAR - (age - 1), 0.0, 1.0), 0.0)
        staying = still @ (started / QUARTERS_A_YEAR)
        taken.append((idx, np.outer(staying, places / places.sum())))
    return taken
