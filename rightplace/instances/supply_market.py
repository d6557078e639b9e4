"""The market: what the table of it offers, and the places beyond 20 miles that can be bought without limit if need be.

So that no child is ever without a place, unlimited rows are added where the table has none that is on:

- One a type (``spot:fostering``, ``spot:residential``, ``spot:supported accommodation``), unless an unlimited row of
  the type fits some cohort of the case that is of no special kind.
- One for each kind of cohort that ordinary places do not take (``spot:secure``, ...), where the case has such a cohort
  that no unlimited row naming the kind fits. A secure place is in a secure home, one for a parent with a child in a
  residential family centre, one on remand, alone, or with deprivation of liberty in a children's home.

Such a place is 45 miles away and costs, by need level, the premium of the assumptions on the dearest of today's fees:
of independent settings of the type that look after the level and are no special ones, or of any homes that take the
kind; where there are none, on the policy's default fee. A higher level never costs less. It looks after the highest
level that today's settings of its type do (homes: every level). Places with relatives or friends cost the policy's fee,
without a premium, and lie 10 miles away, within 20 miles but not in area: nobody knows where future carers will live,
and a plan must not claim that they live in the area. Bought places keep the policy's quality gate.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from rightplace.instances.children import AdultRatio, Place
from rightplace.instances.cohorts import CohortKind
from rightplace.instances.geography import UNKNOWN_LOCATION
from rightplace.instances.levers import DistanceBand, Focus, Market, SettingType
from rightplace.instances.settings import (
    MAX_NEED_LEVEL,
    Carer,
    Home,
    ParentAndChild,
    Setting,
)
from rightplace.instances.supply import MARKET_PROVIDER, Source, Supply, is_for
from rightplace.instances.supply_fees import by_level, fees_of_setting, lifted_level, support_of_setting
from rightplace.instances.supply_levers import SHARED_PLACES, Site, representative
from rightplace.instances.supply_today import setting_type_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rightplace.instances.cohorts import Cohort
    from rightplace.instances.planning_case import PlanningCase

FAR_MILES = 45.0
"""What is taken as the distance of an unlimited place that no table describes."""
CONNECTED_MILES = 10.0
"""What is taken as the distance of relatives and friends who are no carers yet."""
SPECIAL_KINDS = (
    CohortKind.SECURE,
    CohortKind.PARENT_AND_CHILD,
    CohortKind.SOLO,
    CohortKind.DEPRIVATION_OF_LIBERTY,
    CohortKind.REMAND,
    CohortKind.CONNECTED,
)
"""The kinds of cohort that ordinary places do not take."""


def supply_of_market(case: PlanningCase) -> Iterator[Supply]:
    """Rows of the table of the market that are on, then the unlimited ones that it lacks."""
    rows = [row for row in case.levers.market if row.enabled]
    unlimited = [row for row in rows if row.num_places is None]
    spot = (*_spot_by_type(case, unlimited), *_spot_by_kind(case, unlimited))
    return (_supply(case, row) for row in (*rows, *spot))


def _supply(case: PlanningCase, row: Market) -> Supply:
    site = Site(
        provider_id=MARKET_PROVIDER.id,
        authority_id=case.authority_ids[0],
        location=UNKNOWN_LOCATION,
        num_places=max(SHARED_PLACES, row.focus.group_size),
    )
    return Supply(
        id=row.id,
        source=Source.MARKET,
        type=row.type,
        connected=row.type is SettingType.FOSTERING and row.focus.kinds == {CohortKind.CONNECTED},
        band=row.band,
        miles=row.miles,
        open_to_ids=frozenset() if row.authority_id is None else frozenset({row.authority_id}),
        focus=row.focus,
        representative=representative(row.id, row.type, site, row.focus),
        fee_pence_per_week=by_level(row.fee_pence_per_week),
        num_places=row.num_places or 0.0,
        is_unlimited=row.num_places is None,
    )


def _fits(row: Market, cohort: Cohort) -> bool:
    return row.authority_id in (None, cohort.authority_id) and is_for(row.focus, cohort)


def _spot_by_type(case: PlanningCase, unlimited: Iterable[Market]) -> Iterator[Market]:
    for type in SettingType:
        rows = [row for row in unlimited if row.type is type]
        ordinary = [cohort for cohort in case.demand.cohorts if cohort.kind not in SPECIAL_KINDS]
        if any(_fits(row, cohort) for row in rows for cohort in ordinary):
            continue
        today = [s for s in case.instance.settings if setting_type_of(s) is type and _is_ordinary(case, s)]
        levels = (lifted_level(case.instance, setting) for setting in today)
        default = case.instance.policy.default_need_level.supported_accommodation
        highest = MAX_NEED_LEVEL if type is SettingType.RESIDENTIAL else max(levels, default=default)
        yield _spot(f"spot:{type}", type, _dearest(case, today, type), Focus(need_level=highest))


def _spot_by_kind(case: PlanningCase, unlimited: Iterable[Market]) -> Iterator[Market]:
    for kind in SPECIAL_KINDS:
        rows = [row for row in unlimited if kind in row.focus.kinds]
        cohorts = [cohort for cohort in case.demand.cohorts if cohort.kind is kind]
        if all(any(_fits(row, cohort) for row in rows) for cohort in cohorts):
            continue
        focus = Focus(kinds=frozenset({kind}))
        if kind is CohortKind.CONNECTED:
            yield _connected(case, focus)
        else:
            today = [setting for setting in case.instance.settings if _takes(setting, kind)]
            fees = _dearest(case, today, SettingType.RESIDENTIAL)
            yield _spot(f"spot:{kind}", SettingType.RESIDENTIAL, fees, focus)


def _spot(id: str, type: SettingType, fees: tuple[int, ...], focus: Focus) -> Market:
    return Market(id=id, type=type, band=DistanceBand.BEYOND, miles=FAR_MILES, fee_pence_per_week=fees, focus=focus)


def _connected(case: PlanningCase, focus: Focus) -> Market:
    return Market(
        id=f"spot:{CohortKind.CONNECTED}",
        type=SettingType.FOSTERING,
        band=DistanceBand.WITHIN_20_MILES,
        miles=CONNECTED_MILES,
        fee_pence_per_week=(case.instance.policy.default_fee.carer_connected,),
        focus=focus,
    )


def _is_ordinary(case: PlanningCase, setting: Setting) -> bool:
    """An independent provider's, and nothing that only a special kind of cohort uses."""
    if case.instance.provider[setting.offer.provider_id].authority_id is not None:
        return False
    special = setting.offer.terms.parent_and_child is ParentAndChild.ONLY
    match setting:
        case Carer():
            return not special and not setting.connected
        case Home():
            unusual = not setting.registered or setting.place is Place.K1
            return not special and not unusual and setting.adult_ratio < AdultRatio.TWO_TO_ONE
        case _:
            return not special


def _takes(setting: Setting, kind: CohortKind) -> bool:
    """Whether a registered home of today takes children of a special kind: its fee says what such a place costs."""
    if not isinstance(setting, Home) or not setting.registered:
        return False
    match kind:
        case CohortKind.SECURE:
            return setting.place is Place.K1
        case CohortKind.PARENT_AND_CHILD:
            return setting.offer.terms.parent_and_child is not ParentAndChild.NO
        case CohortKind.REMAND:
            return setting.offer.takes_remand
        case _:
            return setting.adult_ratio >= AdultRatio.TWO_TO_ONE


def _dearest(case: PlanningCase, settings: list[Setting], type: SettingType) -> tuple[int, ...]:
    """By need level, the dearest fee of the settings that look after it, or else the default; with the premium."""
    instance, default = case.instance, case.instance.policy.default_fee
    otherwise = {
        SettingType.FOSTERING: default.carer_independent,
        SettingType.RESIDENTIAL: default.home_independent,
        SettingType.SUPPORTED: default.supported_accommodation,
    }[type]
    known = [
        (
            lifted_level(instance, setting),
            fees_of_setting(instance, setting, case.authority_ids),
            support_of_setting(instance, setting),
        )
        for setting in settings
    ]
    dearest = (
        max((fees[level] + support[level] for highest, fees, support in known if highest > level), default=otherwise)
        for level in range(MAX_NEED_LEVEL)
    )
    premium = case.levers.assumptions.spot_premium
    return tuple(int(premium * fee + 0.5) for fee in accumulate(dearest, max))
