"""Where the children of a return live, who of them is waiting, and who may move.

A return says where a child lives by PLACE, PLACE_PROVIDER, URN and PL_POST. The URN of a home leads to the Ofsted list;
the URN of a foster placement is that of the agency, so that no return leads to a carer. A child who may move must live
in a setting of the instance, so one is made for them where the list has none: full, at PL_POST, of the kind that PLACE
says.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from rightplace.instances.children import Place
from rightplace.instances.formats.locations import Locator, full_postcode
from rightplace.instances.formats.ofsted import OfstedList, own_service
from rightplace.instances.formats.ofsted_words import FOSTER_PLACES, HOME_PLACES, SUPPORTED_PLACES
from rightplace.instances.formats.ssda903 import ChildInCare
from rightplace.instances.geography import Authority, Precision
from rightplace.instances.settings import (
    Carer,
    Home,
    Offer,
    PlaceCount,
    PlaceState,
    Provider,
    Sector,
    Setting,
    SupportedAccommodation,
    Terms,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rightplace.instances.formats.report import Tally

OUTSIDE_ENGLAND = Authority(id="outside-england", name="Outside England")
MOST_IN_A_HOUSEHOLD = 3
"""Children in one household made for foster placements: the usual fostering limit (Children Act 1989, Schedule 7)."""


class Waiting(StrEnum):
    """Which children of a return wait for a home. Children on short breaks (LS V3, V4) never do: they live at home."""

    NONE = "none"
    TEMPORARY = "temporary"
    """In a temporary or unregistered placement (T0, T4, Z1, Z11 to Z14), or under a PLACE that no code list has.
    Children in hospital, on holiday or with a relief carer (T1 to T3) have a home that they go back to."""
    UNMATCHED = "unmatched"
    """These, and children in a home or supported accommodation that is not in the Ofsted list."""


class Movable(StrEnum):
    """To which placed children another home may be proposed. Never to those with relatives, friends or parents, placed
    for adoption, in secure or health settings, at a boarding school, or on short breaks."""

    NONE = "none"
    AGENCY = "agency"
    """With a private or voluntary provider (PR4, PR5): foster care that is neither long-term nor fostering for
    adoption (U6), children's homes (K2), supported accommodation and independent living (K3, H5, P2)."""
    ALL = "all"
    """With any provider: U4 to U6, K2, R1, K3, H5, P2."""


_TEMPORARY = {"T0", "T4", "Z1", "Z11", "Z12", "Z13", "Z14"}
_NEED_REGISTRATION = {Place.K2, Place.R1, *SUPPORTED_PLACES}
_MOVABLE = {
    Movable.NONE: frozenset[Place](),
    Movable.AGENCY: frozenset({Place.U6, Place.K2, *SUPPORTED_PLACES}),
    Movable.ALL: frozenset({Place.U4, Place.U5, Place.U6, Place.K2, Place.R1, *SUPPORTED_PLACES}),
}
_CONNECTED = frozenset({Place.U1, Place.U2, Place.U3})
_SHORT_BREAKS = {"V3", "V4"}
_PROVIDERS = {  # for settings that the Ofsted list does not have
    "PR2": Provider(id="PR2", name="Another local authority (PR2)", sector=Sector.LOCAL_AUTHORITY),
    "PR3": Provider(id="PR3", name="Other public provision (PR3)", sector=Sector.HEALTH),
    "PR4": Provider(id="PR4", name="Private provision not in the Ofsted list (PR4)", sector=Sector.PRIVATE),
    "PR5": Provider(id="PR5", name="Voluntary provision not in the Ofsted list (PR5)", sector=Sector.VOLUNTARY),
}
_NO_PROVIDER = Provider(id="PR-unknown", name="Provider not given", sector=Sector.PRIVATE)
_PROVIDER_CODES = {"", "PR0", "PR1", *_PROVIDERS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Living:
    """Where one child lives: in a setting of the instance, or under a PLACE code, or neither is known."""

    child: ChildInCare
    place: Place | None
    setting_id: str | None
    is_waiting: bool
    may_move: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Housed:
    """All children with where they live, and every setting with its places filled by them."""

    living: tuple[Living, ...]
    settings: tuple[Setting, ...]
    providers: tuple[Provider, ...]
    lives: Counter[str]


def house(
    children: Sequence[ChildInCare], ofsted: OfstedList, waiting: Waiting, movable: Movable, tally: Tally
) -> Housed:
    """Find where each child lives; fill the listed settings with them and make settings for those who may move."""
    return _Housing(children, ofsted, waiting, movable, tally).house()


class _Housing:
    def __init__(
        self, children: Sequence[ChildInCare], ofsted: OfstedList, waiting: Waiting, movable: Movable, tally: Tally
    ) -> None:
        self._children = children
        self._ofsted = ofsted
        self._waiting = waiting
        self._movable = movable
        self._tally = tally
        self._locator = Locator((child.placement_post for child in children), tally)
        self._listed: dict[str, list[Home | SupportedAccommodation]] = defaultdict(list)
        self._all_listed: tuple[Home | SupportedAccommodation, ...] = (*ofsted.homes, *ofsted.supported)
        for setting in self._all_listed:
            if setting.urn is not None:
                self._listed[setting.urn].append(setting)
        self._residents: Counter[str] = Counter()
        self._providers = dict(ofsted.providers)
        self._made: list[Setting] = []

    def house(self) -> Housed:
        found = [self._living(child) for child in self._children]
        made = self._make(found)
        living = tuple(replace(item, setting_id=made.get(item.child.id, item.setting_id)) for item in found)
        lives: Counter[str] = Counter()
        for item in living:
            if item.child.id in made:
                lives["in a setting made for the placement"] += 1
            elif item.setting_id is not None:
                lives["in a setting of the Ofsted list, by URN"] += 1
            else:
                lives["known by PLACE code only" if item.place is not None else "unknown"] += 1
        listed = tuple(self._filled(setting) for setting in self._all_listed)
        settings = (*listed, *self._made)
        return Housed(living=living, settings=settings, providers=tuple(self._providers.values()), lives=lives)

    def _living(self, child: ChildInCare) -> Living:
        place = Place(child.place) if child.place in Place.__members__ else None
        if place is None and child.place not in _TEMPORARY:
            self._tally.unknown_codes[f"PLACE {child.place or 'blank'}"] += 1
        if child.place_provider not in _PROVIDER_CODES:
            self._tally.unknown_codes[f"PLACE_PROVIDER {child.place_provider}"] += 1
        point = self._locator.find(child.placement_post)
        self._locator.count(child.placement_post, point, "placement", "PL_POST")
        listed = self._match(child, place)
        if listed is not None:
            self._residents[listed.id] += 1
        at_home = child.legal_status in _SHORT_BREAKS
        if at_home:
            self._tally.notes["children on short breaks (LS V3, V4): neither waiting nor movable"] += 1
        unsettled = place is None or child.place in _TEMPORARY
        if self._waiting is Waiting.UNMATCHED:
            unsettled = unsettled or (place in _NEED_REGISTRATION and listed is None)
        is_waiting = unsettled and not at_home and self._waiting is not Waiting.NONE
        may_move = place in _MOVABLE[self._movable] and not (is_waiting or at_home)
        if self._movable is Movable.AGENCY:
            may_move = may_move and child.place_provider in ("PR4", "PR5")
        setting_id = listed.id if listed is not None else None
        return Living(child=child, place=place, setting_id=setting_id, is_waiting=is_waiting, may_move=may_move)

    def _match(self, child: ChildInCare, place: Place | None) -> Home | SupportedAccommodation | None:
        """The listed setting of the child's URN: the one at PL_POST, else one with room, else the first."""
        kind = Home if place in HOME_PLACES else SupportedAccommodation
        found = [setting for setting in self._listed.get(child.urn, ()) if isinstance(setting, kind)]
        if not found or place not in HOME_PLACES | SUPPORTED_PLACES:
            if child.urn in self._listed:
                self._tally.notes["placements whose URN is listed, but as provision of another kind than PLACE"] += 1
            return None
        here = full_postcode(child.placement_post)
        return min(
            found,
            key=lambda setting: (
                setting.offer.location.text != here,
                self._residents[setting.id] >= setting.offer.terms.num_places,
            ),
        )

    def _filled(self, setting: Home | SupportedAccommodation) -> Setting:
        """A listed setting with the places of its residents filled and the others vacant."""
        residents = self._residents[setting.id]
        terms = setting.offer.terms
        if residents > terms.num_places:
            self._tally.notes["listed settings with more residents than registered places (taken as full)"] += 1
            terms = replace(terms, num_places=residents)
        counts = (
            PlaceCount(PlaceState.FILLED, residents),
            PlaceCount(PlaceState.VACANT, terms.num_places - residents),
        )
        return replace(setting, offer=replace(setting.offer, terms=terms, place_counts=counts))

    def _make(self, found: Iterable[Living]) -> dict[str, str]:
        """Make settings for the unlisted children who may move, and all who live with them: setting ids by child id.

        Children of one provider (URN) at one full postcode live together.
        """
        households: dict[tuple[str, ...], list[Living]] = defaultdict(list)
        for item in found:
            if item.setting_id is None and item.place is not None and not item.is_waiting:
                kind = _kind(item.place)
                post = full_postcode(item.child.placement_post)
                if kind and item.child.urn and post:
                    households[kind, item.child.urn, post].append(item)
                elif kind:
                    households[kind, item.child.id].append(item)
        made: dict[str, str] = {}
        for (kind, *_), members in households.items():
            most = MOST_IN_A_HOUSEHOLD if kind == "carer" else len(members)
            for start in range(0, len(members), most):
                household = members[start : start + most]
                if any(item.may_move for item in household):
                    setting = self._setting(kind, household)
                    self._made.append(setting)
                    made |= {item.child.id: setting.id for item in household}
        return made

    def _setting(self, kind: str, household: Sequence[Living]) -> Setting:
        child, place = household[0].child, household[0].place
        assert place is not None
        location = self._locator.find(child.placement_post)
        authority_id = location.authority_id
        if location.precision is Precision.UNKNOWN:
            self._tally.notes["made settings of unknown place: taken to stand in the responsible authority's area"] += 1
            authority_id = child.authority_id
        offer = Offer(
            provider_id=self._provider(child),
            location=location,
            authority_id=authority_id or OUTSIDE_ENGLAND.id,
            terms=Terms(num_places=len(household), sexes=frozenset()),  # nobody new is placed here
            place_counts=(PlaceCount(PlaceState.FILLED, len(household)),),
        )
        setting_id = f"{kind}-of-{child.id}"
        if kind == "carer":
            return Carer(id=setting_id, offer=offer, place=place, connected=place in _CONNECTED)
        urn = child.urn or None
        if kind == "home":
            return Home(id=setting_id, offer=offer, place=place, urn=urn)
        return SupportedAccommodation(id=setting_id, offer=offer, place=place, urn=urn)

    def _provider(self, child: ChildInCare) -> str:
        """The provider of a setting that the list does not have: the URN's agency, else whom PLACE_PROVIDER says."""
        if child.urn in self._ofsted.agencies:
            return self._ofsted.agencies[child.urn]
        if child.place_provider == "PR1":
            provider = own_service(child.authority_id)
        else:
            provider = _PROVIDERS.get(child.place_provider, _NO_PROVIDER)
        return self._providers.setdefault(provider.id, provider).id


def _kind(place: Place) -> str:
    """What kind of setting a PLACE code means, as the ids of made ones begin; blank where it means none."""
    if place in FOSTER_PLACES:
        return "carer"
    if place in HOME_PLACES:
        return "home"
    return "accommodation" if place in SUPPORTED_PLACES else ""
