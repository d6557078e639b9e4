"""Settings: where a child can live. ``Setting = Carer | Home | SupportedAccommodation``, a closed union.

What the three have in common is held, not inherited: every setting has an ``Offer`` (where it is, whom it may take,
which places are free, what it costs).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum

from rightplace.instances.children import ADULT_MONTHS, AdultRatio, Ethnicity, NeedCategory, Place, Sex
from rightplace.instances.geography import Point

MAX_NEED_LEVEL = 4


class Sector(StrEnum):
    """Who runs a provider."""

    LOCAL_AUTHORITY = "local authority"
    PRIVATE = "private"
    VOLUNTARY = "voluntary"
    HEALTH = "health"


class Grade(IntEnum):
    """Ofsted overall effectiveness, from worst to best."""

    INADEQUATE = 1
    REQUIRES_IMPROVEMENT = 2
    GOOD = 3
    OUTSTANDING = 4


class ParentAndChild(StrEnum):
    """Whether a setting takes a parent with a baby."""

    NO = "no"
    ALSO = "also"
    ONLY = "only"


class Support(IntEnum):
    """Additional support that lets a carer take a child above their level (Barnet 2014, section 8)."""

    NONE = 0
    LOW = 1
    MEDIUM = 2


class PlaceState(StrEnum):
    """The three states in which Ofsted counts approved places."""

    FILLED = "filled"
    VACANT = "vacant"
    NOT_AVAILABLE = "not available"


class AccommodationCategory(IntEnum):
    """The four categories of supported accommodation (SI 2023/416)."""

    SELF_CONTAINED = 1
    SHARED_FOR_CARE = 2
    SHARED_OPEN = 3
    LODGINGS = 4


class ContractKind(StrEnum):
    """How places are bought."""

    BLOCK = "block"
    FRAMEWORK = "framework"
    SPOT = "spot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """Who runs settings: an authority's own service, a fostering agency, a company, a charity."""

    id: str
    name: str
    sector: Sector
    authority_id: str | None = None
    grade: Grade | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A framework price: the first band of a contract that fits the child applies.

    Ages are inclusive, in months. ``solo`` and ``parent_and_child`` bands fit such children only.
    """

    name: str
    fee_pence_per_week: int
    age_min_months: int = 0
    age_max_months: int = ADULT_MONTHS - 1
    need_level_max: int = MAX_NEED_LEVEL
    solo: bool = False
    parent_and_child: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """Terms on which an authority buys places.

    A block has a two-part price: ``first_part_pence_per_week`` is owed for each of ``num_beds`` whether used or not,
    ``second_part_pence_per_week`` only for a bed that is used. ``num_beds_used`` are taken already, by residents.
    """

    id: str
    kind: ContractKind
    authority_id: str | None = None
    num_beds: int = 0
    num_beds_used: int = 0
    first_part_pence_per_week: int = 0
    second_part_pence_per_week: int = 0
    bands: tuple[Band, ...] = ()


@dataclass(frozen=True, slots=True)
class PlaceCount:
    """So many places in one state, from a date (always, when absent) until the day before another (for good)."""

    state: PlaceState
    num_places: int
    from_date: date | None = None
    until_date: date | None = None

    def num_vacant(self, on: date) -> int:
        """How many of these places a child could take on a day.

        A vacant place is vacant within its dates; a filled or unavailable one is vacant outside its dates.
        """
        within = (self.from_date is None or self.from_date <= on) and (self.until_date is None or on < self.until_date)
        return self.num_places if within == (self.state is PlaceState.VACANT) else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """A carer's terms of approval or a home's statement of purpose: whom the setting may take.

    ``needs`` is ``None`` where the document names no need categories. ``need_level`` is the highest level looked
    after without extra support, 1 to 4; ``None`` takes the policy's default for the type of setting.
    """

    num_places: int
    age_min_months: int = 0
    age_max_months: int = ADULT_MONTHS - 1
    sexes: frozenset[Sex] = frozenset(Sex)
    needs: frozenset[NeedCategory] | None = None
    need_level: int | None = None
    parent_and_child: ParentAndChild = ParentAndChild.NO


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What every setting has.

    Parameters
    ----------
    authority_id
        The authority in whose area it stands, not the one that runs it.
    place_counts
        Places by state. The filled ones include the children of the instance who live here.
    fees_pence_per_week
        Fee for need levels 1, 2, 3, 4; shorter when higher levels cost the same as the last one; empty takes the
        contract's band or the policy's default.
    takes_remand
        The setting accepts children remanded to local authority accommodation.
    """

    provider_id: str
    location: Point
    authority_id: str
    terms: Terms
    place_counts: tuple[PlaceCount, ...] = ()
    fees_pence_per_week: tuple[int, ...] = ()
    contract_id: str | None = None
    adapted: bool = False
    takes_remand: bool = False
    languages: frozenset[str] = frozenset()
    faiths: frozenset[str] = frozenset()
    skills: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Keep place counts in the order of their states and without empty ones, so that equal offers compare equal."""
        states = list(PlaceState)
        counts = (count for count in self.place_counts if count.num_places)
        object.__setattr__(self, "place_counts", tuple(sorted(counts, key=lambda count: states.index(count.state))))

    def num_vacant(self, on: date) -> int:
        """Vacant places on a day."""
        return sum(count.num_vacant(on) for count in self.place_counts)

    @property
    def num_filled(self) -> int:
        """Places in the filled state, whatever their dates."""
        return sum(count.num_places for count in self.place_counts if count.state is PlaceState.FILLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Carer:
    """A fostering household: mainstream, specialist, parent-and-child or connected (PLACE U1 to U6).

    Parameters
    ----------
    temporarily_approved_on
        A connected person approved for the time being only (Care Planning Regulations 2010 reg 24): since when.
    num_bedrooms
        Bedrooms for fostered children; ``None`` where nobody counted them, and then rule R22 says nothing.
    exempt_child_ids
        Children named in an exemption from the usual fostering limit of which no date is known; one with a date is an
        authorisation of rule R19.
    """

    id: str
    offer: Offer
    place: Place = Place.U6
    connected: bool = False
    temporarily_approved_on: date | None = None
    ethnicities: frozenset[Ethnicity] = frozenset()
    num_bedrooms: int | None = None
    support_limit: Support = Support.NONE
    exempt_child_ids: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """A children's home, secure home, residential school, family centre or other residential setting.

    ``num_adults`` of the people in its filled places are over 18.
    """

    id: str
    offer: Offer
    place: Place = Place.K2
    urn: str | None = None
    registered: bool = True
    grade: Grade | None = None
    adult_ratio: AdultRatio = AdultRatio.STANDARD
    num_adults: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportedAccommodation:
    """Supported accommodation for 16 and 17 year olds, supported lodgings included (PLACE K3; H5 and P2 before)."""

    id: str
    offer: Offer
    category: AccommodationCategory = AccommodationCategory.SHARED_FOR_CARE
    place: Place = Place.K3
    urn: str | None = None
    registered: bool = True
    grade: Grade | None = None


Setting = Carer | Home | SupportedAccommodation
