"""Today's supply: the settings of the instance, those that are alike for planning together.

Alike are settings of one type and PLACE code, owner and area, that take the same age bands (those whose middles lie
within their terms), the same highest need level (support packages included), the same special children (parent and
child, remand, those who need more adults), are registered or not, keep the policy's quality gate or not, and can take
equally many brothers and sisters together (1, 2, 3, or 4 and more places). Settings with one place only are those of
size 1. A plan for many authorities groups more coarsely (``supply_grain``). What else tells settings apart is left out:
sex and needs in the terms, bedrooms, adaptation, languages, faiths, temporary approval, authorisations, and where in
its area a setting stands.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from rightplace.instances.children import AGE_BANDS, AdultRatio, Place
from rightplace.instances.cohorts import AGE_NAMES, MAX_GROUP_SIZE
from rightplace.instances.geography import UNKNOWN_LOCATION, Point
from rightplace.instances.levers import Focus, SettingType
from rightplace.instances.settings import (
    AccommodationCategory,
    Carer,
    Grade,
    Home,
    Offer,
    ParentAndChild,
    PlaceCount,
    PlaceState,
    Sector,
    Setting,
    SupportedAccommodation,
    Terms,
)
from rightplace.instances.supply import Source, Supply
from rightplace.instances.supply_fees import bands_taken, fees_of_setting, lifted_level, mean_fees, support_of_setting
from rightplace.instances.supply_grain import ANY_SIZE, Grain, is_coarse

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rightplace.instances.instance import Instance
    from rightplace.instances.planning_case import PlanningCase

_LARGEST_CLASS = 4
"""Places from which settings are not told apart by size."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """What today's settings of one supply have in common.

    Parameters
    ----------
    owner_id
        The authority whose own provision it is; ``None`` for independent providers.
    sector
        Local authority, or private for every other: the quality gate looks at no more.
    grade
        Of independent providers who miss the policy's quality gate; ``OUTSTANDING`` for all others, ``None`` for who is
        not graded although the policy asks for a grade.
    size
        Places, 4 for all that have more; ``ANY_SIZE`` where settings are not told apart by it.
    """

    type: SettingType
    place: Place | None
    owner_id: str | None
    sector: Sector
    connected: bool
    authority_id: str
    need_level: int
    age_bands: tuple[int, ...]
    parent_and_child: ParentAndChild
    takes_remand: bool
    adult_ratio: AdultRatio
    self_contained: bool
    registered: bool
    grade: Grade | None
    size: int

    @property
    def id(self) -> str:
        """In words, unique by construction: every part that is not the usual one is named."""
        owner = f"own {self.owner_id}" if self.owner_id is not None else "independent"
        if self.owner_id is None and self.sector is Sector.LOCAL_AUTHORITY:
            owner = "public"
        ages = ",".join(AGE_NAMES[band] for band in self.age_bands) or "no whole age band"
        size = {ANY_SIZE: "any", _LARGEST_CLASS: f"{_LARGEST_CLASS}+"}.get(self.size, str(self.size))
        special = {
            "connected": self.connected,
            f"PLACE {self.place}": self.place not in (None, Place.K2, Place.K3),
            f"parent and child: {self.parent_and_child}": self.parent_and_child is not ParentAndChild.NO,
            "remand": self.takes_remand,
            f"adults: {self.adult_ratio.name.lower().replace('_', ' ')}": self.adult_ratio is not AdultRatio.STANDARD,
            "self-contained": self.self_contained,
            "not registered": not self.registered,
            f"grade: {'none' if self.grade is None else self.grade.name.lower()}": self.grade is not Grade.OUTSTANDING,
        }
        words = "".join(f", {word}" for word, is_so in special.items() if is_so)
        return f"today:{self.type}:{owner}:{self.authority_id}:level {self.need_level}:{ages}:places {size}{words}"


def supply_today(case: PlanningCase) -> tuple[Supply, ...]:
    """Today's settings as supplies, in the order of the first setting of each.

    Own provision of an authority that is neither of the plan nor its partner is left out, as rule P02 does, unless the
    policy switches that rule off. Settings that no cohort may use stay: their places count as places.
    """
    instance = case.instance
    groups: dict[Likeness, list[Setting]] = defaultdict(list)
    grain = Grain.of(case) if is_coarse(case) else None
    for setting in _usable(case):
        likeness = _likeness(instance, setting)
        groups[likeness if grain is None else grain.coarsened(likeness)].append(setting)
    return tuple(_supply(case, likeness, settings) for likeness, settings in groups.items())


def _usable(case: PlanningCase) -> Iterator[Setting]:
    instance = case.instance
    known = [instance.authority[key] for key in case.authority_ids if key in instance.authority]
    owners = {None, *case.authority_ids, *(partner for authority in known for partner in authority.partner_ids)}
    for setting in instance.settings:
        owner = instance.provider[setting.offer.provider_id].authority_id
        if owner in owners or "P02" in instance.policy.rules.off:
            yield setting


def setting_type_of(setting: Setting) -> SettingType:
    """Its type, in words."""
    match setting:
        case Carer():
            return SettingType.FOSTERING
        case Home():
            return SettingType.RESIDENTIAL
        case SupportedAccommodation():
            return SettingType.SUPPORTED


def _likeness(instance: Instance, setting: Setting) -> Likeness:
    offer = setting.offer
    provider = instance.provider[offer.provider_id]
    is_carer = isinstance(setting, Carer)
    category = setting.category if isinstance(setting, SupportedAccommodation) else None
    return Likeness(
        type=setting_type_of(setting),
        place=None if is_carer else setting.place,
        owner_id=provider.authority_id,
        sector=Sector.LOCAL_AUTHORITY if provider.sector is Sector.LOCAL_AUTHORITY else Sector.PRIVATE,
        connected=isinstance(setting, Carer) and setting.connected,
        authority_id=offer.authority_id,
        need_level=lifted_level(instance, setting),
        age_bands=bands_taken(setting),
        parent_and_child=offer.terms.parent_and_child,
        takes_remand=offer.takes_remand,
        adult_ratio=setting.adult_ratio if isinstance(setting, Home) else AdultRatio.STANDARD,
        self_contained=category is AccommodationCategory.SELF_CONTAINED,
        registered=isinstance(setting, Carer) or setting.registered,
        grade=_grade(instance, setting),
        size=min(offer.terms.num_places, _LARGEST_CLASS),
    )


def _grade(instance: Instance, setting: Setting) -> Grade | None:
    """``Likeness.grade`` of a setting; a setting without a grade has its provider's."""
    provider, quality = instance.provider[setting.offer.provider_id], instance.policy.quality
    if provider.sector is Sector.LOCAL_AUTHORITY or (isinstance(setting, Carer) and setting.connected):
        return Grade.OUTSTANDING
    grade = (None if isinstance(setting, Carer) else setting.grade) or provider.grade
    if grade is None:
        return Grade.OUTSTANDING if quality.ungraded_allowed else None
    return grade if grade < quality.least_grade else Grade.OUTSTANDING


def _supply(case: PlanningCase, likeness: Likeness, settings: Sequence[Setting]) -> Supply:
    instance = case.instance
    in_house = likeness.owner_id in case.authority_ids
    sizes = [setting.offer.terms.num_places for setting in settings]
    largest, together = max(sizes), min(sizes) if likeness.size == ANY_SIZE else max(sizes)
    households = in_house and likeness.type is SettingType.FOSTERING and not likeness.connected
    return Supply(
        id=likeness.id,
        source=Source.TODAY,
        type=likeness.type,
        in_house=in_house,
        connected=likeness.connected,
        provider_ids=frozenset(setting.offer.provider_id for setting in settings),
        authority_id=likeness.authority_id,
        focus=Focus(group_size=min(together, MAX_GROUP_SIZE)),
        representative=_representative(instance, likeness, settings, largest),
        fee_pence_per_week=mean_fees(
            (setting.offer.terms.num_places, _fees_with_support(case, setting)) for setting in settings
        ),
        setting_ids=tuple(setting.id for setting in settings),
        num_households=len(settings) if households else 0,
        num_places=sum(num_usable_places(case, setting) for setting in settings),
    )


def _fees_with_support(case: PlanningCase, setting: Setting) -> tuple[int, int, int, int]:
    fees = fees_of_setting(case.instance, setting, case.authority_ids)
    support = support_of_setting(case.instance, setting)
    return fees[0] + support[0], fees[1] + support[1], fees[2] + support[2], fees[3] + support[3]


def num_usable_places(case: PlanningCase, setting: Setting) -> float:
    """How many places of one of today's settings a plan may count with; see ``Supply.num_places``.

    In-house: all that are approved or registered, those out of use included (occupancy stands for them). Connected
    carers: those that are filled. Others: those in which children of the plan live, and the assumed share of those
    that are vacant on the first day of the plan.
    """
    instance, offer = case.instance, setting.offer
    if isinstance(setting, Carer) and setting.connected:
        return offer.num_filled
    if instance.provider[offer.provider_id].authority_id in case.authority_ids:
        return offer.terms.num_places
    residents = instance.residents.get(setting.id, ())
    num_living = sum(child.authority_id in case.authority_ids for child in residents)
    vacant = offer.num_vacant(date(case.first.year, 3 * case.first.number - 2, 1))
    return num_living + case.levers.assumptions.independent_vacancy_share * vacant


def centre_of(instance: Instance, authority_id: str) -> Point:
    """The centre of an authority; unknown where nobody has said it."""
    authority = instance.authority.get(authority_id)
    return UNKNOWN_LOCATION if authority is None or authority.centre is None else authority.centre


def _representative(instance: Instance, likeness: Likeness, settings: Sequence[Setting], num_places: int) -> Setting:
    """A vacant setting with the terms of the group; of who takes no whole age band, with the ages of the first one."""
    first, bands = settings[0].offer, likeness.age_bands
    offer = Offer(
        provider_id=first.provider_id,
        location=centre_of(instance, likeness.authority_id),
        authority_id=likeness.authority_id,
        terms=Terms(
            num_places=num_places,
            age_min_months=AGE_BANDS[bands[0]][1] if bands else first.terms.age_min_months,
            age_max_months=AGE_BANDS[bands[-1]][2] - 1 if bands else first.terms.age_max_months,
            need_level=likeness.need_level,
            parent_and_child=likeness.parent_and_child,
        ),
        place_counts=(PlaceCount(PlaceState.VACANT, num_places),),
        takes_remand=likeness.takes_remand,
    )
    match likeness.type:
        case SettingType.FOSTERING:
            return Carer(id=likeness.id, offer=offer, connected=likeness.connected)
        case SettingType.RESIDENTIAL:
            return Home(
                id=likeness.id,
                offer=offer,
                place=likeness.place or Place.K2,
                registered=likeness.registered,
                grade=likeness.grade,
                adult_ratio=likeness.adult_ratio,
            )
        case SettingType.SUPPORTED:
            return SupportedAccommodation(
                id=likeness.id,
                offer=offer,
                category=(
                    AccommodationCategory.SELF_CONTAINED
                    if likeness.self_contained
                    else AccommodationCategory.SHARED_FOR_CARE
                ),
                place=likeness.place or Place.K3,
                registered=likeness.registered,
                grade=likeness.grade,
            )
