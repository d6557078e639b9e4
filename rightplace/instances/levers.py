"""Levers: what a commissioner can do about supply, each with its cost, lead time, limit and switch.

Quantities: a home opened or changed is 1, recruitment is households approved, retention is de-registrations prevented,
a conversion is places, a block is beds. Every lever is named by its id; ids are unique over all tables.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from rightplace.instances.children import ADULT_MONTHS
from rightplace.instances.cohorts import MAX_GROUP_SIZE, CohortKind
from rightplace.instances.geography import Point
from rightplace.instances.quarters import Quarter
from rightplace.instances.settings import MAX_NEED_LEVEL


class SettingType(StrEnum):
    """The three types of setting."""

    FOSTERING = "fostering"
    RESIDENTIAL = "residential"
    SUPPORTED = "supported accommodation"


class DistanceBand(StrEnum):
    """How far from its authority a child lives."""

    IN_AREA = "in area"
    ADJOINING = "adjoining"
    WITHIN_20_MILES = "within 20 miles"
    BEYOND = "beyond 20 miles"


class HomeChangeKind(StrEnum):
    """What can be done to a home that exists."""

    ENLARGE = "enlarge"
    REFOCUS = "re-focus"
    CLOSE = "close"


class ConversionKind(StrEnum):
    """What turns places of one kind into places of another.

    ``SUPPORT``: additional support lets in-house carers look after children of a higher need level. ``STEP_DOWN``:
    children whose plan asked for a children's home live with a foster carer, with help.
    """

    SUPPORT = "support"
    STEP_DOWN = "step-down"


class CostSharing(StrEnum):
    """How authorities divide the cost of a home that they share."""

    EQUAL = "equal"
    BY_CHILDREN = "by children in care"
    BY_USE = "by use"


@dataclass(frozen=True, slots=True, kw_only=True)
class Focus:
    """Whom places are for. The rules of law and practice are applied on top of it.

    Parameters
    ----------
    age_min_months, age_max_months
        Inclusive. A cohort fits when the middle of its age band does.
    need_level
        Highest level looked after.
    kinds
        The kinds of cohort; empty: every kind that the rules let in. A child who must live alone fits a home with one
        place, or one that names this kind.
    group_size
        Brothers and sisters who can live there together.
    """

    age_min_months: int = 0
    age_max_months: int = ADULT_MONTHS - 1
    need_level: int = MAX_NEED_LEVEL
    kinds: frozenset[CohortKind] = frozenset()
    group_size: int = MAX_GROUP_SIZE


@dataclass(frozen=True, slots=True, kw_only=True)
class NewHome:
    """A children's home or supported accommodation that could be opened: one row for each size and focus of a site.

    Parameters
    ----------
    site
        Only one row of a site can be opened.
    authority_id
        The area it stands in.
    provider_id
        Who would run it: a provider of the instance.
    num_places
        Registered places.
    open_to_ids
        The authorities whose children may live there.
    cost_sharing
        How they divide its cost.
    capital_pence
        To build, buy or adapt; charged over the years that it lasts.
    running_pence_per_week
        As soon as it is open, used or not.
    use_pence_per_week
        For each child who lives there, on top.
    lead_quarters
        From the decision at the start of the first quarter to the opening.
    earliest, latest
        Quarters in which it may open.
    enabled
        The switch: a lever that is off is never used.
    """

    id: str
    site: str
    type: SettingType
    authority_id: str
    location: Point
    provider_id: str
    num_places: int
    focus: Focus = field(default_factory=Focus)
    open_to_ids: frozenset[str] = frozenset()
    cost_sharing: CostSharing = CostSharing.EQUAL
    capital_pence: int = 0
    running_pence_per_week: int = 0
    use_pence_per_week: int = 0
    lead_quarters: int = 4
    earliest: Quarter | None = None
    latest: Quarter | None = None
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeChange:
    """A home of the instance that could be enlarged, re-focused or closed.

    Its places of today end when the change takes effect; unless it closes, ``num_places`` with the new focus begin.

    Parameters
    ----------
    setting_id
        A home of the instance; at most one of its changes can be made.
    saved_pence_per_week
        Running cost of today that ends, beyond the fees of the children who live there.
    running_pence_per_week, use_pence_per_week
        Cost of the home after the change, as of a new home.
    """

    id: str
    setting_id: str
    kind: HomeChangeKind
    num_places: int = 0
    focus: Focus = field(default_factory=Focus)
    capital_pence: int = 0
    saved_pence_per_week: int = 0
    running_pence_per_week: int = 0
    use_pence_per_week: int = 0
    lead_quarters: int = 2
    earliest: Quarter | None = None
    latest: Quarter | None = None
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    """How an authority recruits households: enquiry, visit, assessment, approval.

    Rates and enquiries are given by year; the last one holds for the years after.

    Parameters
    ----------
    enquiries_per_year
        General enquiries that the campaign brings.
    word_of_mouth_per_household
        Further enquiries a year that each approved household brings.
    word_of_mouth_factor
        How many times as likely such an enquiry leads to approval.
    visit_rate, assessment_rate, approval_rate
        Visits by enquiry, assessments by visit, approvals by assessment.
    enquiry_pence, visit_pence, assessment_pence
        Cost of each.
    lag_quarters
        From enquiry to approval: 273 days is the Fostering Network's benchmark of 2013/14, 3 quarters.
    deregistration_rate_per_year
        Share of approved households who leave in a year.
    max_households_per_year
        Most approvals a year; ``None``: as many as the enquiries yield.
    """

    id: str
    authority_id: str
    type: SettingType = SettingType.FOSTERING
    enquiries_per_year: tuple[float, ...] = (0.0,)
    word_of_mouth_per_household: float = 0.0
    word_of_mouth_factor: float = 1.0
    visit_rate: tuple[float, ...] = (1.0,)
    assessment_rate: tuple[float, ...] = (1.0,)
    approval_rate: tuple[float, ...] = (1.0,)
    enquiry_pence: int = 0
    visit_pence: int = 0
    assessment_pence: int = 0
    lag_quarters: int = 3
    deregistration_rate_per_year: float = 0.12
    max_households_per_year: float | None = None
    enabled: bool = True

    def conversion(self, year: int) -> float:
        """Approvals by enquiry in a year of the plan, counted from 0."""
        return of_year(self.visit_rate, year) * of_year(self.assessment_rate, year) * of_year(self.approval_rate, year)


def of_year(values: tuple[float, ...], year: int) -> float:
    """The value of a year, counted from 0; the last one holds for the years after."""
    return values[min(year, len(values) - 1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Households of one kind that a funnel can recruit: by age, siblings, disability, parent and child, faith.

    Parameters
    ----------
    places_per_household
        Places that such a household offers.
    fee_pence_per_week
        For each child who lives there, by need level 1 to 4; the last one holds for the levels above.
    household_pence_per_week
        For each household, used or not: its supervising social worker, support, retainer.
    features
        What the household brings that cohorts do not tell apart, such as ``muslim`` or ``adapted``: for the shares.
    min_share, max_share
        Of the households of the funnel approved in each year.
    """

    id: str
    funnel_id: str
    places_per_household: float
    focus: Focus = field(default_factory=Focus)
    fee_pence_per_week: tuple[int, ...] = (0,)
    household_pence_per_week: int = 0
    features: frozenset[str] = frozenset()
    min_share: float = 0.0
    max_share: float = 1.0
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """An offer to foster carers that makes fewer of them leave.

    Parameters
    ----------
    deregistration_rate_per_year
        The lower rate, of households who get the offer.
    household_pence_per_year
        Cost of the offer for each household who gets it.
    """

    id: str
    funnel_id: str
    deregistration_rate_per_year: float
    household_pence_per_year: int
    lead_quarters: int = 1
    earliest: Quarter | None = None
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """Places with in-house carers of one need level turned into places for another, by support or step-down help.

    Parameters
    ----------
    authority_id
        Whose in-house carers.
    from_level, to_level
        The level looked after without and with it; for step-down, ``from_level`` is the level of the carers used.
    kinds
        The kinds of cohort whom such a place serves; empty: every kind that the rules let in. Step-down places are for
        children whose plan asked for a home (``RESIDENTIAL``).
    place_pence_per_week
        For each converted place, used or not.
    use_pence_per_week
        For each child in one, in place of the carer's fee; ``None``: the carer's fee at the child's level.
    max_places
        At any time.
    """

    id: str
    kind: ConversionKind
    authority_id: str
    from_level: int
    to_level: int
    kinds: frozenset[CohortKind] = frozenset()
    place_pence_per_week: int = 0
    use_pence_per_week: int | None = None
    max_places: float = 0.0
    lead_quarters: int = 2
    earliest: Quarter | None = None
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A block contract that could be let: beds paid for whether used or not, cheaper in use than on the spot market.

    Parameters
    ----------
    authority_id
        The area that the beds lie in.
    open_to_ids
        The authorities who may use them.
    min_beds, max_beds
        If it is let at all, so many beds.
    first_pence_per_week, second_pence_per_week
        The two-part price: for each bed of the block, and on top for each bed in use.
    num_quarters
        How long it runs once it has begun; ``None``: to the end of the plan.
    """

    id: str
    type: SettingType
    authority_id: str
    location: Point
    provider_id: str
    focus: Focus = field(default_factory=Focus)
    open_to_ids: frozenset[str] = frozenset()
    min_beds: int = 0
    max_beds: int = 0
    first_pence_per_week: int = 0
    second_pence_per_week: int = 0
    lead_quarters: int = 1
    earliest: Quarter | None = None
    latest: Quarter | None = None
    num_quarters: int | None = None
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """Places that can be bought as they are needed: the framework, the spot market, an emergency.

    Parameters
    ----------
    authority_id
        Whose children; ``None``: of every authority.
    band
        How far from the child's authority such a place lies.
    miles
        What is taken as the distance.
    fee_pence_per_week
        By need level 1 to 4; the last one holds for the levels above.
    num_places
        At any time, ``None``: without limit.
    """

    id: str
    type: SettingType
    band: DistanceBand
    miles: float
    fee_pence_per_week: tuple[int, ...]
    focus: Focus = field(default_factory=Focus)
    authority_id: str | None = None
    num_places: float | None = None
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class StayingPut:
    """Young people who stay with their carers after 18: their places are no vacancies (Children Act 1989 s23CZA).

    Parameters
    ----------
    young_people_per_year
        Who begin to stay, in each year of the plan; the last one holds for the years after.
    num_years
        How long each of them stays, on average.
    """

    id: str
    authority_id: str
    young_people_per_year: tuple[float, ...]
    num_years: float = 2.0
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Deregistrations:
    """In-house households who leave in each year of the plan, where a strategy states them: in place of rates."""

    id: str
    funnel_id: str
    households_per_year: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """Numbers that hold for the whole plan.

    Parameters
    ----------
    occupancy_*
        Planning occupancy: share of places that can be in use on average (CIPFA: 85% of in-house homes; Barnet 2014:
        80% of carers' places).
    independent_vacancy_share
        Share of today's vacancies with independent providers that the authorities of the plan could win (Barnet used
        35.1% of its local beds in 2021/22).
    spot_premium
        Price of an unlimited place beyond 20 miles, by the dearest of today's independent fees of the type.
    discount_rate_per_year
        HM Treasury Green Book: 3.5%.
    capital_life_years
        Years over which capital is charged.
    opening_share
        Share of its places that a new home can use in the quarter in which it opens.
    whole_households
        Recruit whole households only.
    """

    occupancy_fostering: float = 0.80
    occupancy_residential: float = 0.85
    occupancy_supported: float = 0.90
    independent_vacancy_share: float = 0.35
    spot_premium: float = 1.1
    discount_rate_per_year: float = 0.035
    capital_life_years: float = 25.0
    opening_share: float = 0.5
    whole_households: bool = True


Lever = NewHome | HomeChange | Profile | Retention | Conversion | Block


@dataclass(frozen=True, slots=True, kw_only=True)
class Levers:
    """Every lever, the market, and the assumptions, as one set of tables holds them."""

    new_homes: tuple[NewHome, ...] = ()
    home_changes: tuple[HomeChange, ...] = ()
    funnels: tuple[Funnel, ...] = ()
    profiles: tuple[Profile, ...] = ()
    retention: tuple[Retention, ...] = ()
    conversions: tuple[Conversion, ...] = ()
    blocks: tuple[Block, ...] = ()
    market: tuple[Market, ...] = ()
    staying_put: tuple[StayingPut, ...] = ()
    deregistrations: tuple[Deregistrations, ...] = ()
    assumptions: Assumptions = field(default_factory=Assumptions)

    @property
    def usable(self) -> tuple[Lever, ...]:
        """The levers that a plan may use, in the order of the tables."""
        every: tuple[tuple[Lever, ...], ...] = (
            self.new_homes,
            self.home_changes,
            self.profiles,
            self.retention,
            self.conversions,
            self.blocks,
        )
        return tuple(lever for table in every for lever in table if lever.enabled)
