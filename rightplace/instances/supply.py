"""Supply: the kinds of place that a plan can serve children from, today's and those that levers would add.

Settings that are alike for planning are one supply: same type, owner, area, terms and fees. What each has in numbers
over time is the planning model's, and in its own way the certificate's; here is only what it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from rightplace.instances.levers import DistanceBand, Focus, SettingType
from rightplace.instances.settings import Grade, Provider, Sector, Setting

if TYPE_CHECKING:
    from rightplace.instances.cohorts import Cohort
    from rightplace.instances.planning_case import PlanningCase

MARKET_PROVIDER = Provider(id="(market)", name="Independent", sector=Sector.PRIVATE, grade=Grade.OUTSTANDING)
"""Who runs the places of the market, whom nobody knows yet; taken to keep every quality gate."""


class Source(StrEnum):
    """Where a supply comes from: today's settings, or the table of levers that would add it."""

    TODAY = "today"
    NEW_HOME = "new home"
    HOME_CHANGE = "changed home"
    PROFILE = "recruited household"
    CONVERSION = "converted place"
    BLOCK = "block contract"
    MARKET = "market"


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """One kind of place.

    Parameters
    ----------
    id
        Unique in the case: of a lever or of a row of the market its id, else made of what the settings have in common.
    in_house
        Run by an authority of the plan.
    connected
        Relatives or friends: each looks after their own child only (cohorts of kind ``CONNECTED``).
    provider_ids
        Who runs it.
    authority_id
        The area it stands in; ``None`` for the market.
    band, miles
        Of the market: how far from the child's authority. ``None`` for what stands somewhere.
    open_to_ids
        The authorities whose children may live there; empty: all of them.
    focus
        Whom it is for, beyond the rules. Of today's settings the widest, since their own terms say it.
    representative
        A setting as the rules see it: vacant, without residents, at the centre of its area.
    fee_pence_per_week
        By need level 1 to 4, for each child who lives there: mean over the places of today's settings, contracts and
        the support packages of their carers included (``supply_fees``); of levers what they say of a child's use.
    setting_ids
        Today's settings behind it, in the order of the instance.
    num_households
        Of today's fostering households, in-house ones only.
    num_places
        Usable today: of in-house settings all places approved or registered; of connected carers those that are filled;
        of others the places in which children of the plan live and the share of the vacancies that they could win; of
        a limited market its places. 0 for levers.
    is_unlimited
        There are always enough of these places.
    """

    id: str
    source: Source
    type: SettingType
    in_house: bool = False
    connected: bool = False
    provider_ids: frozenset[str] = frozenset()
    authority_id: str | None = None
    band: DistanceBand | None = None
    miles: float | None = None
    open_to_ids: frozenset[str] = frozenset()
    focus: Focus
    representative: Setting
    fee_pence_per_week: tuple[int, int, int, int]
    setting_ids: tuple[str, ...] = ()
    num_households: int = 0
    num_places: float = 0.0
    is_unlimited: bool = False


def is_for(focus: Focus, cohort: Cohort) -> bool:
    """Whether places with this focus are for a cohort: by the middle of its ages, its need level and its kind."""
    fits_age = focus.age_min_months <= cohort.middle_age_months <= focus.age_max_months
    fits_kind = not focus.kinds or cohort.kind in focus.kinds
    return fits_age and cohort.need_level <= focus.need_level and fits_kind


def supply_of(case: PlanningCase) -> tuple[Supply, ...]:
    """Every kind of place that can serve children of the case: today's, those of enabled levers, the market.

    In this order, each in the order of the case. What is assumed stands beside the functions that are called:
    ``supply_today`` (how settings are grouped), ``supply_fees``, ``supply_levers`` and ``supply_market`` (the unlimited
    places that there are always). Levers that add no places have none: retention, and homes that close.

    Raises
    ------
    InstanceError
        Naming every lever that refers to a funnel, setting or own provision that the case does not have.
    """
    from rightplace.instances.supply_levers import supply_of_levers
    from rightplace.instances.supply_market import supply_of_market
    from rightplace.instances.supply_today import supply_today

    return (*supply_today(case), *supply_of_levers(case), *supply_of_market(case))
