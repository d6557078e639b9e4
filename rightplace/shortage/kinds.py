"""Kinds of places that could be missing, derived from the children of an instance and a plan for them.

A kind is a setting of the authority's own that does not exist: its type, the need level it looks after, the ages that
it takes, where it stands, and how many places it has (one; or as many as a group of siblings needs). What else is
assumed of it stands in ``docs/shortage.md``.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from rightplace.instances.children import ADULT_MONTHS, AdultRatio, Togetherness
from rightplace.instances.geography import UNKNOWN_LOCATION, Authority, Point, Precision
from rightplace.instances.settings import (
    AccommodationCategory,
    Carer,
    Home,
    Offer,
    ParentAndChild,
    PlaceCount,
    PlaceState,
    Provider,
    Sector,
    Setting,
    SupportedAccommodation,
    Terms,
)
from rightplace.models.costs import cost_tables, fees_of
from rightplace.rules.attributes import Ints, Mask, Type
from rightplace.rules.catalogue import lawful_among, priced
from rightplace.rules.pairs import Facts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from rightplace.instances.children import Child
    from rightplace.instances.instance import Instance
    from rightplace.plan import Plan

AGE_BANDS_MONTHS = ((0, 59), (60, 119), (120, 191), (192, ADULT_MONTHS - 1))
"""Ages in months, inclusive, that a hypothetical setting takes: 0 to 4, 5 to 9, 10 to 15, 16 and 17 years."""


class Area(StrEnum):
    """Where a hypothetical setting stands."""

    OWN = "own area"
    ADJOINING = "adjoining area"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of setting, run by ``authority_id``. Ages in months, inclusive."""

    authority_id: str
    type: Type
    num_places: int
    need_level: int
    age_min_months: int
    age_max_months: int
    area: Area

    def asks_no_more_than(self, other: Kind) -> bool:
        """Whether whoever could run the other kind could run this one: no higher level, no further ages, no nearer."""
        same = (self.authority_id, self.type, self.num_places) == (other.authority_id, other.type, other.num_places)
        ages = self.age_min_months >= other.age_min_months and self.age_max_months <= other.age_max_months
        where = self.area is Area.OWN or other.area is Area.ADJOINING
        return same and ages and where and self.need_level <= other.need_level


class Hypotheticals:
    """Makes the settings of kinds, with ids that the instance does not use."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._prefix = "hypothetical-"
        taken = (*instance.setting, *instance.provider)
        while any(name.startswith(self._prefix) for name in taken):
            self._prefix = f"more-{self._prefix}"
        self._location = {authority.id: _location(instance, authority) for authority in instance.authorities}
        self._neighbour = {authority.id: self._nearest(authority) for authority in instance.authorities}

    def has_area(self, authority_id: str, area: Area) -> bool:
        """Whether the instance knows such an area of the authority."""
        return area is Area.OWN or self._neighbour[authority_id] is not None

    def area_id(self, kind: Kind) -> str:
        """The authority in whose area a setting of the kind stands: its own, or the one next to it.

        Raises
        ------
        ValueError
            When the instance knows no authority next to it.
        """
        neighbour = kind.authority_id if kind.area is Area.OWN else self._neighbour[kind.authority_id]
        if neighbour is None:
            raise ValueError(f"no authority of the instance adjoins {kind.authority_id}")
        return neighbour

    def setting(self, kind: Kind, number: int) -> Setting:
        """A setting of a kind, with all its places vacant and broad terms within the kind; ids are numbered."""
        area_id = self.area_id(kind)
        offer = Offer(
            provider_id=self._provider_id(kind),
            location=self._location[area_id],
            authority_id=area_id,
            terms=Terms(
                num_places=kind.num_places,
                age_min_months=kind.age_min_months,
                age_max_months=kind.age_max_months,
                need_level=kind.need_level,
                parent_and_child=ParentAndChild.ALSO,
            ),
            place_counts=(PlaceCount(PlaceState.VACANT, kind.num_places),),
            adapted=True,
            takes_remand=True,
        )
        setting_id = f"{self._prefix}{number}"
        match kind.type:
            case Type.CARER:
                return Carer(id=setting_id, offer=offer)
            case Type.HOME:
                return Home(id=setting_id, offer=offer, adult_ratio=AdultRatio.MORE_THAN_TWO_TO_ONE)
            case Type.SUPPORTED:
                category = AccommodationCategory.SELF_CONTAINED
                return SupportedAccommodation(id=setting_id, offer=offer, category=category)

    def world(self, settings: Mapping[Kind, Setting]) -> Instance:
        """The instance with some of these settings in it."""
        owners = dict.fromkeys(kind.authority_id for kind in settings)
        providers = [
            Provider(
                id=f"{self._prefix}{owner}",
                name="hypothetical",
                sector=Sector.LOCAL_AUTHORITY,
                authority_id=owner,
            )
            for owner in owners
        ]
        return self._instance.replace(
            settings=(*self._instance.settings, *settings.values()),
            providers=(*self._instance.providers, *providers),
        )

    def _provider_id(self, kind: Kind) -> str:
        return f"{self._prefix}{kind.authority_id}"

    def _nearest(self, authority: Authority) -> str | None:
        """The adjoining authority of the instance whose centre is nearest; unknown ones come last."""
        near = [
            other
            for other in self._instance.authorities
            if other.id != authority.id and (other.id in authority.neighbour_ids or authority.id in other.neighbour_ids)
        ]
        here = self._location[authority.id]
        ranked = sorted(near, key=lambda other: (*_square_metres(here, self._location[other.id]), other.id))
        return ranked[0].id if ranked else None


def _square_metres(one: Point, other: Point) -> tuple[bool, int]:
    """Whether the distance is unknown, and its square."""
    if one.easting is None or one.northing is None or other.easting is None or other.northing is None:
        return True, 0
    return False, (one.easting - other.easting) ** 2 + (one.northing - other.northing) ** 2


def _location(instance: Instance, authority: Authority) -> Point:
    """The centre of an authority; else the mean of the settings in its area; else unknown."""
    if authority.centre is not None:
        return authority.centre
    points = [s.offer.location for s in instance.settings if s.offer.authority_id == authority.id]
    known = [(p.easting, p.northing) for p in points if p.easting is not None and p.northing is not None]
    if not known:
        return UNKNOWN_LOCATION
    easting, northing = (round(sum(values) / len(known)) for values in zip(*known, strict=True))
    return Point(f"{easting} {northing}", easting, northing, Precision.POINT, points[0].authority_id)


def kinds_wanted(plan: Plan, instance: Instance, hypotheticals: Hypotheticals) -> tuple[Kind, ...]:
    """The kinds that could better a plan by what single children and sibling groups need.

    A kind is wanted when it is lawful for a child, or for all of a group, who waits, is placed outside the area, is
    placed dearer than there, or is parted. Of kinds that are lawful for the same children at the same prices, the one
    that asks least stays: a carer of level 3 is left out where nobody needs more than level 2.
    """
    seekers = _seekers(instance, plan, hypotheticals)
    settings = {kind: hypotheticals.setting(kind, number) for number, kind in enumerate(seekers)}
    fits = _Fits(hypotheticals.world(settings), settings, plan)
    placed = {placement.child_id: placement for placement in plan.placements}

    def is_better(kind: Kind, unit: tuple[Child, ...]) -> bool:
        there = [fits.cost(kind, child.id) for child in unit]
        known = [cost for cost in there if cost is not None]
        if len(known) < len(unit):
            return False
        now = [placed.get(child.id) for child in unit]
        homes = {None if p is None else p.setting_id for p in now}
        if None in homes or len(homes) > 1:
            return True
        areas = (instance.setting[p.setting_id].offer.authority_id for p in now if p is not None)
        if kind.area is Area.OWN and any(area != kind.authority_id for area in areas):
            return True
        return sum(known) < sum(p.fee_pence_per_week + p.policy_pence_per_week for p in now if p is not None)

    wanted = [kind for kind, units in seekers.items() if any(is_better(kind, unit) for unit in units)]
    return tuple(kind for kind in wanted if not any(fits.is_as_good(other, kind) for other in wanted))


def _seekers(instance: Instance, plan: Plan, hypotheticals: Hypotheticals) -> dict[Kind, list[tuple[Child, ...]]]:
    """Each kind of which a candidate alone, or a group of candidates together, has need, and who."""
    found: dict[Kind, list[tuple[Child, ...]]] = defaultdict(list)
    for unit in _units(instance, instance.candidates(plan.rematch)):
        low = min(_band(child)[0] for child in unit)
        high = max(_band(child)[1] for child in unit)
        default = instance.policy.default_need_level.child
        level = max(default if child.need_level is None else child.need_level for child in unit)
        owner = unit[0].authority_id
        for area in Area:
            if hypotheticals.has_area(owner, area):
                for type_ in Type:
                    found[Kind(owner, type_, len(unit), level, low, high, area)].append(unit)
    return found


def _units(instance: Instance, candidates: Iterable[Child]) -> Iterator[tuple[Child, ...]]:
    """Children who may be placed alone, and groups of siblings who are candidates."""
    listed = list(candidates)
    names = {child.id for child in listed}
    groups = [group for group in instance.sibling_groups if group.togetherness is not Togetherness.APART]
    members = {group.id: tuple(instance.child[c] for c in group.child_ids if c in names) for group in groups}
    required = [members[group.id] for group in groups if group.togetherness is Togetherness.REQUIRED]
    tied = {child.id for unit in required if len(unit) > 1 for child in unit}
    yield from ((child,) for child in listed if child.id not in tied)
    yield from (unit for unit in members.values() if len(unit) > 1)


def _band(child: Child) -> tuple[int, int]:
    return next(band for band in AGE_BANDS_MONTHS if child.age_months <= band[1])


class _Fits:
    """Which candidates may live in which hypothetical settings, and at which price, pence a week."""

    def __init__(self, world: Instance, settings: Mapping[Kind, Setting], plan: Plan) -> None:
        facts = Facts(world, rematch=plan.rematch)
        self._candidate = {world.children[c].id: i for i, c in enumerate(facts.candidate_idx.tolist())}
        self._kind = {kind: i for i, kind in enumerate(settings)}
        at = np.array([facts.setting_idx[setting.id] for setting in settings.values()], dtype=np.int64)
        order = np.argsort(at)
        pairs = lawful_among(facts, facts.candidate_idx, at[order])
        kind = order[np.searchsorted(at[order], pairs.setting_idx)]
        candidate = np.searchsorted(facts.candidate_idx, pairs.child_idx)
        self._lawful: Mask = np.zeros((len(at), len(facts.candidate_idx)), dtype=np.bool_)
        self._cost: Ints = np.zeros(self._lawful.shape, dtype=np.int64)
        self._lawful[kind, candidate] = True
        self._cost[kind, candidate] = fees_of(pairs, cost_tables(facts)).fee + priced(pairs)

    def cost(self, kind: Kind, child_id: str) -> int | None:
        """What the child costs there, fee and policy; ``None`` where it may not live there."""
        at = self._kind[kind], self._candidate[child_id]
        return int(self._cost[at]) if self._lawful[at] else None

    def is_as_good(self, one: Kind, other: Kind) -> bool:
        """Whether another kind has nothing over one that asks no more: for no child, and at no price."""
        if one == other or not one.asks_no_more_than(other):
            return False
        a, b = self._kind[one], self._kind[other]
        fits = self._lawful[b]
        return bool((self._lawful[a] | ~fits).all() and (self._cost[a] <= self._cost[b])[fits].all())
