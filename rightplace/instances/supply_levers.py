"""Supply that levers would add: new and changed homes, recruited households, converted places, block contracts.

What a lever's focus does not say is assumed: places are for both sexes and all needs of a level; they take children on
remand, parents with a baby, or those who need two adults each (``SOLO``, ``DEPRIVATION_OF_LIBERTY``), only where the
focus names the kind; where it names ``SECURE`` the home is a secure one and takes nobody else. A home with one place
and no kind named has two adults. Brothers and sisters live together up to the number of places.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightplace.errors import Fault, InstanceError
from rightplace.instances.children import AdultRatio, Place
from rightplace.instances.cohorts import CohortKind
from rightplace.instances.geography import Point
from rightplace.instances.levers import (
    Block,
    Conversion,
    Focus,
    HomeChange,
    HomeChangeKind,
    Lever,
    NewHome,
    Profile,
    Retention,
    SettingType,
)
from rightplace.instances.settings import (
    AccommodationCategory,
    Carer,
    Home,
    Offer,
    ParentAndChild,
    PlaceCount,
    PlaceState,
    Setting,
    SupportedAccommodation,
    Terms,
)
from rightplace.instances.supply import Source, Supply
from rightplace.instances.supply_fees import Fees, by_level, fees_of_setting, lifted_level, mean_fees
from rightplace.instances.supply_today import centre_of, setting_type_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rightplace.instances.instance import Instance
    from rightplace.instances.planning_case import PlanningCase

_TWO_ADULTS = frozenset({CohortKind.SOLO, CohortKind.DEPRIVATION_OF_LIBERTY})
SHARED_PLACES = 2
"""Places of a representative of which nobody knows how many there are: it is not for a child who must live alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where places of a lever or of the market are, and whose.

    Parameters
    ----------
    num_places
        Of one setting.
    """

    provider_id: str
    authority_id: str
    location: Point
    num_places: int


def representative(id: str, type: SettingType, site: Site, focus: Focus) -> Setting:
    """A vacant setting made from a focus, as the rules see it."""
    offer = Offer(
        provider_id=site.provider_id,
        location=site.location,
        authority_id=site.authority_id,
        terms=Terms(
            num_places=site.num_places,
            age_min_months=focus.age_min_months,
            age_max_months=focus.age_max_months,
            need_level=focus.need_level,
            parent_and_child=_parent_and_child(focus),
        ),
        place_counts=(PlaceCount(PlaceState.VACANT, site.num_places),),
        takes_remand=CohortKind.REMAND in focus.kinds,
    )
    match type:
        case SettingType.FOSTERING:
            return Carer(id=id, offer=offer, connected=focus.kinds == {CohortKind.CONNECTED})
        case SettingType.RESIDENTIAL:
            alone = not focus.kinds and site.num_places == 1
            ratio = AdultRatio.TWO_TO_ONE if alone or focus.kinds & _TWO_ADULTS else AdultRatio.STANDARD
            return Home(id=id, offer=offer, place=_place(focus), adult_ratio=ratio)
        case SettingType.SUPPORTED:
            alone = site.num_places == 1 or CohortKind.SOLO in focus.kinds
            category = AccommodationCategory.SELF_CONTAINED if alone else AccommodationCategory.SHARED_FOR_CARE
            return SupportedAccommodation(id=id, offer=offer, category=category)


def _parent_and_child(focus: Focus) -> ParentAndChild:
    if CohortKind.PARENT_AND_CHILD not in focus.kinds:
        return ParentAndChild.NO
    return ParentAndChild.ONLY if len(focus.kinds) == 1 else ParentAndChild.ALSO


def _place(focus: Focus) -> Place:
    if CohortKind.SECURE in focus.kinds:
        return Place.K1
    return Place.R3 if _parent_and_child(focus) is ParentAndChild.ONLY else Place.K2


def supply_of_levers(case: PlanningCase) -> Iterator[Supply]:
    """The supply of each lever that is on and adds places, in the order of the tables."""
    levers = case.levers.usable
    faults = [fault for lever in levers for fault in _faults(case, lever)]
    if faults:
        raise InstanceError(faults)
    for lever in levers:
        match lever:
            case NewHome():
                yield _of_new_home(case, lever)
            case HomeChange() if lever.kind is not HomeChangeKind.CLOSE:
                yield _of_home_change(case, lever)
            case Profile():
                yield _of_profile(case, lever)
            case Conversion():
                yield _of_conversion(case, lever)
            case Block():
                yield _of_block(case, lever)
            case HomeChange() | Retention():
                continue


def _faults(case: PlanningCase, lever: Lever) -> Iterator[Fault]:
    instance = case.instance
    match lever:
        case NewHome() | Block() if lever.provider_id not in instance.provider:
            yield Fault(lever.id, None, "provider_id", lever.provider_id, "the id of a provider of the instance")
        case HomeChange():
            setting = instance.setting.get(lever.setting_id)
            if setting is None or isinstance(setting, Carer):
                expected = "the id of a home or supported accommodation of the instance"
                yield Fault(lever.id, None, "setting_id", lever.setting_id, expected)
        case Profile() if lever.funnel_id not in {funnel.id for funnel in case.levers.funnels}:
            yield Fault(lever.id, None, "funnel_id", lever.funnel_id, "the id of a funnel")
        case Profile() | Conversion():
            authority_id = _authority_id(case, lever)
            if _own_provider_id(instance, authority_id) is None:
                expected = "an authority whose own provision is among the providers of the instance"
                yield Fault(lever.id, None, "authority_id", authority_id, expected)
        case _:
            return


def _authority_id(case: PlanningCase, lever: Profile | Conversion) -> str:
    if isinstance(lever, Conversion):
        return lever.authority_id
    return next(funnel.authority_id for funnel in case.levers.funnels if funnel.id == lever.funnel_id)


def _own_provider_id(instance: Instance, authority_id: str) -> str | None:
    """The provider that is an authority's own provision; one with carers before others."""
    own = [provider.id for provider in instance.providers if provider.authority_id == authority_id]
    with_carers = {setting.offer.provider_id for setting in instance.settings if isinstance(setting, Carer)}
    return next((key for key in own if key in with_carers), own[0] if own else None)


def _in_house(case: PlanningCase, provider_id: str) -> bool:
    return case.instance.provider[provider_id].authority_id in case.authority_ids


def _together(focus: Focus, num_places: int) -> Focus:
    """The focus with no more brothers and sisters than there are places."""
    return dataclasses.replace(focus, group_size=max(1, min(focus.group_size, num_places)))


def _of_new_home(case: PlanningCase, lever: NewHome) -> Supply:
    focus = _together(lever.focus, lever.num_places)
    return _of_site(case, lever, Source.NEW_HOME, lever.num_places, focus, lever.use_pence_per_week)


def _of_block(case: PlanningCase, lever: Block) -> Supply:
    """Beds of a contract: nobody knows in which homes, so none is for a child who must live alone unless it says so."""
    num_places = max(SHARED_PLACES, lever.max_beds)
    focus = _together(lever.focus, lever.max_beds)
    return _of_site(case, lever, Source.BLOCK, num_places, focus, lever.second_pence_per_week)


def _of_site(
    case: PlanningCase, lever: NewHome | Block, source: Source, num_places: int, focus: Focus, use_pence_per_week: int
) -> Supply:
    """Places where the lever says; at the centre of the area where it does not know."""
    known = lever.location.easting is not None
    site = Site(
        provider_id=lever.provider_id,
        authority_id=lever.authority_id,
        location=lever.location if known else centre_of(case.instance, lever.authority_id),
        num_places=num_places,
    )
    return Supply(
        id=lever.id,
        source=source,
        type=lever.type,
        in_house=_in_house(case, lever.provider_id),
        provider_ids=frozenset({lever.provider_id}),
        authority_id=lever.authority_id,
        open_to_ids=lever.open_to_ids,
        focus=focus,
        representative=representative(lever.id, lever.type, site, focus),
        fee_pence_per_week=by_level([use_pence_per_week]),
    )


def _of_home_change(case: PlanningCase, lever: HomeChange) -> Supply:
    """A home after a change: what its new focus says; an enlarged one keeps its ages, level and PLACE code of today.

    Either way it goes on taking children on remand, and has no fewer adults to a child than today.
    """
    setting = case.instance.setting[lever.setting_id]
    offer, focus = setting.offer, _together(lever.focus, lever.num_places)
    if lever.kind is HomeChangeKind.ENLARGE:
        focus = dataclasses.replace(
            focus,
            age_min_months=max(focus.age_min_months, offer.terms.age_min_months),
            age_max_months=min(focus.age_max_months, offer.terms.age_max_months),
            need_level=min(focus.need_level, lifted_level(case.instance, setting)),
        )
    site = Site(
        provider_id=offer.provider_id,
        authority_id=offer.authority_id,
        location=centre_of(case.instance, offer.authority_id),
        num_places=lever.num_places,
    )
    after = _as_today(representative(lever.id, setting_type_of(setting), site, focus), setting, lever.kind)
    return Supply(
        id=lever.id,
        source=Source.HOME_CHANGE,
        type=setting_type_of(setting),
        in_house=_in_house(case, offer.provider_id),
        provider_ids=frozenset({offer.provider_id}),
        authority_id=offer.authority_id,
        focus=focus,
        representative=after,
        fee_pence_per_week=by_level([lever.use_pence_per_week]),
    )


def _as_today(after: Setting, today: Setting, kind: HomeChangeKind) -> Setting:
    """A home after a change, with what the change leaves as it is."""
    enlarged = kind is HomeChangeKind.ENLARGE
    dyads = today.offer.terms.parent_and_child if enlarged else after.offer.terms.parent_and_child
    terms = dataclasses.replace(after.offer.terms, parent_and_child=dyads)
    remand = after.offer.takes_remand or today.offer.takes_remand
    offer = dataclasses.replace(after.offer, terms=terms, takes_remand=remand)
    match after, today:
        case Home(), Home():
            return dataclasses.replace(
                after,
                offer=offer,
                place=today.place if enlarged else after.place,
                registered=today.registered,
                grade=today.grade,
                adult_ratio=max(after.adult_ratio, today.adult_ratio),
            )
        case SupportedAccommodation(), SupportedAccommodation():
            category = today.category if enlarged else min(after.category, today.category)
            return dataclasses.replace(
                after,
                offer=offer,
                category=category,
                place=today.place,
                registered=today.registered,
                grade=today.grade,
            )
        case _:
            raise TypeError("a home stays a home, supported accommodation stays supported accommodation")


def _of_profile(case: PlanningCase, lever: Profile) -> Supply:
    """Households of the authority of the funnel, in its area; part of a place is a place in the most that one has."""
    authority_id = _authority_id(case, lever)
    focus = _together(lever.focus, math.ceil(lever.places_per_household))
    num_places = max(1, math.ceil(lever.places_per_household))
    return _of_own_carers(case, lever.id, Source.PROFILE, authority_id, num_places, focus, lever.fee_pence_per_week)


def _of_conversion(case: PlanningCase, lever: Conversion) -> Supply:
    """Places of any age with in-house carers, each without brothers and sisters: a plan claims no more than is sure."""
    focus = Focus(need_level=lever.to_level, kinds=lever.kinds, group_size=1)
    price = lever.use_pence_per_week
    fees = _carers_fees(case, lever) if price is None else (price,)
    return _of_own_carers(case, lever.id, Source.CONVERSION, lever.authority_id, SHARED_PLACES, focus, fees)


def _of_own_carers(
    case: PlanningCase,
    id: str,
    source: Source,
    authority_id: str,
    num_places: int,
    focus: Focus,
    fees: tuple[int, ...],
) -> Supply:
    provider_id = _own_provider_id(case.instance, authority_id)
    assert provider_id is not None  # supply_of_levers has refused the lever otherwise
    site = Site(
        provider_id=provider_id,
        authority_id=authority_id,
        location=centre_of(case.instance, authority_id),
        num_places=num_places,
    )
    return Supply(
        id=id,
        source=source,
        type=SettingType.FOSTERING,
        in_house=_in_house(case, provider_id),
        provider_ids=frozenset({provider_id}),
        authority_id=authority_id,
        focus=focus,
        representative=representative(id, SettingType.FOSTERING, site, focus),
        fee_pence_per_week=by_level(fees),
    )


def _carers_fees(case: PlanningCase, lever: Conversion) -> Fees:
    """What in-house carers of the level are paid by the child's level, support packages left out, mean over places.

    Of today's carers; where there are none, of the profiles of the level that the authority could recruit; else the
    policy's default for in-house carers.
    """
    instance = case.instance
    today = [
        (setting.offer.terms.num_places, fees_of_setting(instance, setting, case.authority_ids))
        for setting in instance.settings
        if isinstance(setting, Carer)
        and not setting.connected
        and instance.provider[setting.offer.provider_id].authority_id == lever.authority_id
        and lifted_level(instance, setting) == lever.from_level
    ]
    profiles = [
        (1, by_level(lever_.fee_pence_per_week))
        for lever_ in case.levers.usable
        if isinstance(lever_, Profile)
        and lever_.focus.need_level == lever.from_level
        and _authority_id(case, lever_) == lever.authority_id
    ]
    return mean_fees(today or profiles or [(1, by_level([instance.policy.default_fee.carer_in_house]))])
