"""The tables of an instance: their columns, in the order of the template, and how a row becomes a domain object.

One list of columns serves the reader, the writer, the Excel template and the page on file formats.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rightplace.instances import cells as c
from rightplace.instances.authorisations import LIFTABLE_RULES, Authorisation
from rightplace.instances.children import (
    AdultRatio,
    CaredForAlongside,
    Child,
    Ethnicity,
    LegalStatus,
    NeedCategory,
    Place,
    RiskToOthers,
    RiskToSelf,
    Sex,
    SiblingGroup,
    Suitability,
    Togetherness,
    Urgency,
    Wish,
)
from rightplace.instances.decisions import Decision, DecisionKind
from rightplace.instances.settings import (
    AccommodationCategory,
    Band,
    Carer,
    Contract,
    ContractKind,
    Grade,
    Home,
    Offer,
    ParentAndChild,
    PlaceState,
    Provider,
    Sector,
    Setting,
    Support,
    SupportedAccommodation,
    Terms,
)

if TYPE_CHECKING:
    from rightplace.files import Cell

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its kind of cell, a note for the person who fills it in, and whether it may be left empty."""

    name: str
    kind: c.Kind
    note: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table of an instance: ``build`` makes an object from the values of a row, ``flatten`` undoes it."""

    name: str
    note: str
    columns: tuple[Column, ...]
    build: Callable[[Values], Any]
    flatten: Callable[[Any], Mapping[str, Any]]
    needed: bool = False


SEX = c.some_of(Sex, {"1": Sex.MALE, "2": Sex.FEMALE, "boys": Sex.MALE, "girls": Sex.FEMALE})
ONE_SEX = c.one_of(Sex, {"1": Sex.MALE, "2": Sex.FEMALE, "boy": Sex.MALE, "girl": Sex.FEMALE})
NEEDS = c.some_of(
    NeedCategory,
    {
        "EBD": NeedCategory.EMOTIONAL_BEHAVIOURAL,
        "alcohol": NeedCategory.ALCOHOL,
        "drugs": NeedCategory.DRUGS,
        "physical disability": NeedCategory.PHYSICAL_DISABILITY,
    },
)
LEVEL = c.integer(1, 4)
RATIO = c.one_of(
    AdultRatio,
    {"1:1": AdultRatio.ONE_TO_ONE, "2:1": AdultRatio.TWO_TO_ONE, ">2:1": AdultRatio.MORE_THAN_TWO_TO_ONE},
)
GRADE = c.one_of(Grade)
CATEGORY = c.one_of(AccommodationCategory, {str(int(category)): category for category in AccommodationCategory})


def _read_rule(cell: Cell, _: c.Lookup) -> str:
    rule = c.as_text(cell).upper()
    if rule not in LIFTABLE_RULES:
        raise ValueError
    return rule


RULE = c.Kind(f"a rule that may be overridden: {', '.join(LIFTABLE_RULES)}", _read_rule, str, tuple(LIFTABLE_RULES))


def _fields(item: Any) -> Values:
    return {name: getattr(item, name) for name in item.__dataclass_fields__}


def _required(name: str, kind: c.Kind, note: str) -> Column:
    return Column(name, kind, note, required=True)


PROVIDERS = Table(
    "providers",
    "Who runs settings: the authority's own services, fostering agencies, companies, charities.",
    (
        _required("id", c.IDENTIFIER, "Any short name that you use for it."),
        _required("name", c.TEXT, "Name."),
        _required(
            "sector",
            c.one_of(Sector, {"PR1": Sector.LOCAL_AUTHORITY, "PR4": Sector.PRIVATE, "PR5": Sector.VOLUNTARY}),
            "",
        ),
        Column("authority_id", c.AUTHORITY, "The authority that runs it, for a local authority's own service."),
        Column("grade", GRADE, "Ofsted overall effectiveness; empty when not graded yet."),
    ),
    lambda v: Provider(**v),
    _fields,
)

CONTRACTS = Table(
    "contracts",
    "Terms on which places are bought. Settings without a contract are spot purchase, or the authority's own.",
    (
        _required("id", c.IDENTIFIER, ""),
        _required("kind", c.one_of(ContractKind), "block, framework or spot."),
        Column("authority_id", c.AUTHORITY, "Whose contract it is; empty when every authority may use it."),
        Column("num_beds", c.integer(0, 9999), "Block: beds paid for."),
        Column("num_beds_used", c.integer(0, 9999), "Block: beds that residents use already."),
        Column("first_part_pence_per_week", c.MONEY, "Block: owed a week for each bed, used or not. In pounds."),
        Column("second_part_pence_per_week", c.MONEY, "Block: owed a week on top for each bed in use. In pounds."),
    ),
    lambda v: Contract(**v),
    _fields,
)

BANDS = Table(
    "contract_bands",
    "Framework prices; the first band that fits the child applies.",
    (
        _required("contract_id", c.IDENTIFIER, ""),
        _required("name", c.TEXT, "For example: core, age 0 to 15."),
        _required("fee_pence_per_week", c.MONEY, "In pounds a week."),
        Column("age_min_months", c.AGE_FROM, "Years; 18m means months."),
        Column("age_max_months", c.AGE_TO, "Years, until the next birthday."),
        Column("need_level_max", LEVEL, "Highest need level at this price."),
        Column("solo", c.YES_NO, "Only for children cared for alone."),
        Column("parent_and_child", c.YES_NO, "Only for a parent with a baby."),
    ),
    lambda v: (v.pop("contract_id"), Band(**v)),
    lambda item: {"contract_id": item[0], **_fields(item[1])},
)

_NO_CHILD_LEVEL = "Empty: the policy's default_need_level, 1 as it comes."
CHILDREN = Table(
    "children",
    "Children in care, placed or waiting. A parent with a baby is one row.",
    (
        _required("id", c.IDENTIFIER, "Your own reference. Never a name."),
        _required("age_months", c.AGE, "Age at the date of the instance: 87, or 7y 3m."),
        _required("sex", ONE_SEX, "M, F or U (SSDA903 SEX)."),
        _required("home", c.LOCATION, "Family home: a postcode sector such as NW9 5 is enough."),
        _required("authority_id", c.AUTHORITY, "Responsible authority, by name or code."),
        Column("is_waiting", c.YES_NO, "A home is sought now. Empty: yes unless the child has a current setting."),
        Column("urgency", c.one_of(Urgency), ""),
        Column("referred_on", c.DATE, "When the search began."),
        Column("needed_by", c.DATE, "Latest date for the placement to start."),
        Column("current_setting_id", c.IDENTIFIER, "The setting of this workbook where the child lives now."),
        Column("current_place", c.one_of(Place), "SSDA903 PLACE code of where the child lives now."),
        Column("may_move", c.YES_NO, "A better home may be proposed although none is sought."),
        Column("need_level", LEVEL, "1 core, 2 additional services, 3 specialist, 4 complex. " + _NO_CHILD_LEVEL),
        Column("needs", NEEDS, "Ofsted need categories."),
        Column("adaptation_needed", c.YES_NO, "Needs an adapted home."),
        Column("adult_ratio", RATIO, "Least adults to a child."),
        Column("foster_suitability", c.one_of(Suitability), ""),
        Column("residential_suitability", c.one_of(Suitability), ""),
        Column("supported_suitability", c.one_of(Suitability), ""),
        Column("cared_for_alongside", c.one_of(CaredForAlongside), ""),
        Column("school", c.LOCATION, "School: postcode or sector."),
        Column("must_stay_at_school", c.YES_NO, ""),
        Column("school_year", c.integer(-1, 13), "-1 nursery, 0 reception, 1 to 13."),
        Column("legal_status", c.one_of(LegalStatus), "SSDA903 LS."),
        Column("uasc", c.YES_NO, "Unaccompanied asylum-seeking child."),
        Column("remand", c.YES_NO, "Remanded to local authority accommodation."),
        Column("parent_and_child", c.YES_NO, "A parent with a baby."),
        Column("deprivation_of_liberty", c.YES_NO, "A court has authorised a deprivation of liberty."),
        Column("secure_criteria", c.YES_NO, "Meets the criteria of s25 Children Act 1989."),
        Column("secure_order", c.YES_NO, "A court has authorised secure accommodation."),
        Column("secretary_of_state_approval", c.YES_NO, "For a child under 13 in a secure home."),
        Column("religion", c.WORD, ""),
        Column("ethnicity", c.one_of(Ethnicity), "SSDA903 ETHNIC."),
        Column("languages", c.WORDS, ""),
        Column("wishes", c.some_of(Wish), "What the child asks the setting to share."),
        Column("risks_to_self", c.risks(RiskToSelf), ""),
        Column("risks_to_others", c.risks(RiskToOthers), ""),
        Column("adoption_considered", c.YES_NO, "The plan may be adoption, and no placement order is made yet."),
        Column("avoid", c.AVOID, "Locations to avoid."),
        Column("separate_from_ids", c.IDENTIFIERS, "Children who must never share a setting with this one."),
        Column("connected_carer_ids", c.IDENTIFIERS, "Carers of this workbook who are relatives or friends."),
    ),
    lambda v: Child(**v),
    _fields,
    needed=True,
)

SIBLING_GROUPS = Table(
    "sibling_groups",
    "Brothers and sisters, and what their care plans say of living together.",
    (
        _required("id", c.IDENTIFIER, ""),
        _required("child_ids", c.IDENTIFIER_LIST, "Two or more children."),
        Column("togetherness", c.one_of(Togetherness), "required, preferred or apart."),
    ),
    lambda v: SiblingGroup(**v),
    _fields,
)

_NO_LEVEL = (
    "Empty: the policy's default_need_level, whatever the fees say; as it comes, carers 1, relatives and friends 3, "
    "homes 4, supported accommodation 2."
)
_TERMS = (
    _required("num_places", c.integer(1, 60), "Places approved or registered; a parent with a baby takes one."),
    Column(
        "filled",
        c.place_counts(PlaceState.FILLED),
        "Places in use. Empty: the children of this workbook who live here.",
    ),
    Column(
        "vacant", c.place_counts(PlaceState.VACANT), "Vacant places. Empty: what is neither filled nor unavailable."
    ),
    Column("not_available", c.place_counts(PlaceState.NOT_AVAILABLE), "Places that cannot be used, and until when."),
    Column("age_min_months", c.AGE_FROM, "Youngest age in years; 18m means months."),
    Column("age_max_months", c.AGE_TO, "Oldest age in years, until the next birthday."),
    Column("sexes", SEX, "M; F; U: all when empty."),
    Column(
        "needs", NEEDS, "Need categories that the approval or statement of purpose names; empty when it names none."
    ),
    Column("need_level", LEVEL, f"Highest need level without extra support. {_NO_LEVEL}"),
    Column("parent_and_child", c.one_of(ParentAndChild), "Takes a parent with a baby: no, also or only."),
)
_NO_FEE = "If all four are empty and there is no contract, the policy's default_fee is taken."
_OFFER = (
    _required("provider_id", c.IDENTIFIER, "A row of the providers table."),
    _required("location", c.LOCATION, "Postcode, or sector."),
    Column("authority_id", c.AUTHORITY, "The area it stands in. Empty: read from the location."),
    *_TERMS,
    *(
        Column(f"fee_level_{level}", c.MONEY, f"Pounds a week for need level {level}. {_NO_FEE}")
        for level in (1, 2, 3, 4)
    ),
    Column("contract_id", c.IDENTIFIER, "A row of the contracts table."),
    Column("adapted", c.YES_NO, "Adapted for a physical disability."),
    Column("takes_remand", c.YES_NO, ""),
    Column("languages", c.WORDS, ""),
    Column("faiths", c.WORDS, "Faiths that the setting can support."),
    Column("skills", c.WORDS, ""),
)
_TERMS_FIELDS = ("num_places", "age_min_months", "age_max_months", "sexes", "needs", "need_level", "parent_and_child")
_COUNTS = {"filled": PlaceState.FILLED, "vacant": PlaceState.VACANT, "not_available": PlaceState.NOT_AVAILABLE}
_OFFER_FIELDS = (
    "provider_id",
    "location",
    "authority_id",
    "contract_id",
    "adapted",
    "takes_remand",
    "languages",
    "faiths",
    "skills",
)


def _take(values: Values, names: tuple[str, ...]) -> Values:
    return {name: values.pop(name) for name in names if name in values}


def take_fees(values: Values) -> tuple[int, ...]:
    """Take the fees by need level out of a row: a level that is empty costs as the one below, else as the one above."""
    fees: list[int] = []
    for level in (1, 2, 3, 4):
        fee = values.pop(f"fee_level_{level}", None)
        if fee is not None:
            fees.extend([fee] * (level - len(fees)) if not fees else [fees[-1]] * (level - 1 - len(fees)) + [fee])
    return tuple(fees)


def show_fees(fees: tuple[int, ...]) -> Values:
    """Fees by need level as values of a row."""
    return {f"fee_level_{level}": fee for level, fee in enumerate(fees, start=1)}


def _build_setting(cls: type[Setting]) -> Callable[[Values], Setting]:
    def build(values: Values) -> Setting:
        terms = Terms(**_take(values, _TERMS_FIELDS))
        counts = tuple(count for name in _COUNTS for count in values.pop(name, ()))
        fees = take_fees(values)
        offer = Offer(terms=terms, place_counts=counts, fees_pence_per_week=fees, **_take(values, _OFFER_FIELDS))
        return cls(offer=offer, **values)

    return build


def _flatten_setting(setting: Setting) -> Values:
    values = _fields(setting)
    offer: Offer = values.pop("offer")
    values |= {name: getattr(offer, name) for name in _OFFER_FIELDS}
    values |= {name: getattr(offer.terms, name) for name in _TERMS_FIELDS}
    values |= {name: tuple(n for n in offer.place_counts if n.state is state) for name, state in _COUNTS.items()}
    values |= show_fees(offer.fees_pence_per_week)
    return values


def _setting_table(name: str, note: str, cls: type[Setting], *own: Column) -> Table:
    columns = (_required("id", c.IDENTIFIER, ""), *_OFFER, *own)
    return Table(name, note, columns, _build_setting(cls), _flatten_setting)


_REGISTERED = (
    Column("urn", c.TEXT, "Ofsted unique reference number."),
    Column("registered", c.YES_NO, "Registered with Ofsted. Empty: yes."),
    Column("grade", GRADE, "Ofsted grade of the setting itself."),
)

CARERS = _setting_table(
    "carers",
    "Fostering households: mainstream, specialist, parent-and-child and connected.",
    Carer,
    Column("place", c.one_of(Place), "SSDA903 PLACE: U1 to U6."),
    Column("connected", c.YES_NO, "A relative or friend, approved for named children only."),
    Column("temporarily_approved_on", c.DATE, "A relative or friend approved for the time being only: since when."),
    Column("ethnicities", c.some_of(Ethnicity), ""),
    Column("num_bedrooms", c.integer(0, 20), "Bedrooms for fostered children."),
    Column(
        "support_limit",
        c.one_of(Support),
        "Most additional support that this carer would take: none, low or medium. Empty: none.",
    ),
    Column("exempt_child_ids", c.IDENTIFIERS, "Children named in an exemption from the usual fostering limit."),
)
HOMES = _setting_table(
    "homes",
    "Children's homes, secure homes, residential schools, family centres.",
    Home,
    Column("place", c.one_of(Place), "SSDA903 PLACE: K2 children's home, K1 secure, S1 school, R3 family centre."),
    *_REGISTERED,
    Column("adult_ratio", RATIO, "Adults to a child that the home provides."),
    Column("num_adults", c.integer(0, 60), "People over 18 among those in filled places."),
)
SUPPORTED = _setting_table(
    "supported_accommodation",
    "Supported accommodation and supported lodgings for 16 and 17 year olds.",
    SupportedAccommodation,
    Column("category", CATEGORY, "1 self-contained, 2 shared for care, 3 shared open, 4 lodgings."),
    Column("place", c.one_of(Place), "SSDA903 PLACE: K3; H5 or P2 before 2024."),
    *_REGISTERED,
)
AUTHORISATIONS = Table(
    "authorisations",
    "Decisions that override a rule where the law lets them: exemptions, agreements, court orders, signatures given.",
    (
        _required("id", c.IDENTIFIER, "The reference of the decision."),
        _required(
            "rule",
            RULE,
            "The rule that is overridden; the page of rules says of each what the law lets override it.",
        ),
        Column("child_id", c.IDENTIFIER, "The child it is for; empty where it is for a setting, whoever comes."),
        Column("setting_id", c.IDENTIFIER, "The setting it is for; empty where it is for a child, wherever it goes."),
        _required("authorised_by", c.TEXT, "The office or court that decided. Never a name."),
        _required("authorised_on", c.DATE, "The day of the decision, up to the date of the instance."),
        Column("last_day", c.DATE, "The last day on which it holds; empty until it is withdrawn."),
    ),
    lambda v: Authorisation(**v),
    _fields,
)
DECISIONS = Table(
    "decisions",
    "What officers have decided of a child and a setting; match and rank keep to it. Also made by --fix, --forbid, "
    "--offer-declined and --keep.",
    (
        _required("id", c.IDENTIFIER, "The reference of the decision."),
        _required("child_id", c.IDENTIFIER, ""),
        _required(
            "kind",
            c.one_of(DecisionKind),
            "fixed: the child goes there. forbidden, declined: it does not. suggested: it was suggested before, and "
            "another setting has a price.",
        ),
        Column("setting_id", c.IDENTIFIER, "The setting; empty with fixed: the child goes on waiting."),
        _required("decided_by", c.TEXT, "The office that decided. Never a name."),
        _required("decided_on", c.DATE, "The day of the decision, up to the date of the instance."),
    ),
    lambda v: Decision(**v),
    _fields,
)
SETTING_TABLES = (CARERS, HOMES, SUPPORTED)
TABLES = (CHILDREN, SIBLING_GROUPS, *SETTING_TABLES, PROVIDERS, CONTRACTS, BANDS, AUTHORISATIONS, DECISIONS)
