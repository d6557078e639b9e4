"""The tables of planning inputs: their columns, in the order of the template, and how a row becomes a lever.

Columns are named as the fields of ``levers``; those of money leave ``_pence`` out, for they hold pounds. The focus of
places stands in columns of its own, and so do fees by need level.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from rightplace.instances import cells as c
from rightplace.instances import planning_cells as p
from rightplace.instances.cohorts import MAX_GROUP_SIZE
from rightplace.instances.levers import (
    Assumptions,
    Block,
    Conversion,
    ConversionKind,
    CostSharing,
    Deregistrations,
    DistanceBand,
    Focus,
    Funnel,
    HomeChange,
    HomeChangeKind,
    Market,
    NewHome,
    Profile,
    Retention,
    SettingType,
    StayingPut,
)
from rightplace.instances.schema import LEVEL, Column, Table, Values, show_fees, take_fees

if TYPE_CHECKING:
    from collections.abc import Callable

    from rightplace.files import Cell

_FOCUS = tuple(field.name for field in fields(Focus))
_FEES = "fee_pence_per_week"
TYPE = c.one_of(SettingType, {"supported": SettingType.SUPPORTED, "foster": SettingType.FOSTERING})
COUNT = p.number(0, 1_000_000)


def _required(name: str, kind: c.Kind, note: str) -> Column:
    return Column(name, kind, note, required=True)


def column_of(field: str) -> str:
    """The column that holds a field: of money in pounds."""
    return field.replace("_pence", "")


def _build(cls: type[Any]) -> Callable[[Values], Any]:
    field_of = {column_of(field.name): field.name for field in fields(cls)}

    def build(values: Values) -> Any:
        values = dict(values)
        if "focus" in field_of:
            values["focus"] = Focus(**{name: values.pop(name) for name in _FOCUS if name in values})
        if _FEES in field_of.values():
            values[column_of(_FEES)] = take_fees(values)
        return cls(**{field_of[name]: value for name, value in values.items()})

    return build


def _flatten(item: Any) -> Values:
    values = {column_of(field.name): getattr(item, field.name) for field in fields(item)}
    focus = values.pop("focus", None)
    if focus is not None:
        values |= {name: getattr(focus, name) for name in _FOCUS}
    if "kinds" in values:
        values["kinds"] = values["kinds"] or None
    return values | show_fees(values.pop(column_of(_FEES), ()))


def _table(name: str, note: str, cls: type[Any], *columns: Column) -> Table:
    return Table(name, note, columns, _build(cls), _flatten)


_ID = _required("id", p.LEVER_ID, "A short name of your own, used once in all of these tables.")
_ENABLED = Column("enabled", c.YES_NO, "The switch: a row that is off is never used. Empty: yes.")
_EARLIEST = Column("earliest", p.QUARTER, "First quarter in which it may take effect.")
_LATEST = Column("latest", p.QUARTER, "Last quarter in which it may take effect.")
_FOCUS_COLUMNS = (
    Column("age_min_months", c.AGE_FROM, "Youngest age in years; 18m means months."),
    Column("age_max_months", c.AGE_TO, "Oldest age in years, until the next birthday."),
    Column("need_level", LEVEL, "Highest need level looked after. Empty: 4."),
    Column("kinds", p.KINDS, "Kinds of child that the places are for. Empty: every kind that the rules let in."),
    Column("group_size", c.integer(1, MAX_GROUP_SIZE), "Brothers and sisters who can live there together. Empty: 6."),
)
_FEE_COLUMNS = tuple(
    Column(f"fee_level_{level}", c.MONEY, f"Pounds a week for each child of need level {level}. At least one of four.")
    for level in (1, 2, 3, 4)
)
_RUNNING = Column("running_per_week", c.MONEY, "Pounds a week as soon as it is open, used or not.")
_USE = Column("use_per_week", c.MONEY, "Pounds a week on top for each child who lives there.")
_CAPITAL = Column("capital", c.AMOUNT, "Pounds to build, buy or adapt.")
_QUARTERS = c.integer(0, 400)


def _lead(default: int) -> Column:
    note = f"Quarters from the decision, at the start of the plan, until it takes effect. Empty: {default}."
    return Column("lead_quarters", _QUARTERS, note)


NEW_HOMES = _table(
    "new_homes",
    "Children's homes and supported accommodation that could be opened: a row for each size and focus of a site.",
    NewHome,
    _ID,
    _required("site", c.TEXT, "Only one row of a site can be opened."),
    _required("type", TYPE, "residential or supported accommodation."),
    _required("authority_id", c.AUTHORITY, "The area it stands in: an authority of the instance."),
    _required("location", c.LOCATION, "Postcode, or sector."),
    _required("provider_id", c.IDENTIFIER, "Who would run it: a provider of the instance."),
    _required("num_places", c.integer(1, 60), "Registered places."),
    *_FOCUS_COLUMNS,
    Column("open_to_ids", c.AUTHORITIES, "Authorities whose children may live there. Empty: all of the plan."),
    Column("cost_sharing", c.one_of(CostSharing), "How these authorities divide its cost. Empty: equal."),
    _CAPITAL,
    _RUNNING,
    _USE,
    _lead(4),
    _EARLIEST,
    _LATEST,
    _ENABLED,
)
HOME_CHANGES = _table(
    "home_changes",
    "What could be done to homes that exist: enlarge, re-focus or close. At most one change of a home is made.",
    HomeChange,
    _ID,
    _required("setting_id", c.IDENTIFIER, "A home or supported accommodation of the instance."),
    _required("kind", c.one_of(HomeChangeKind), ""),
    Column("num_places", c.integer(0, 60), "Places after the change. Empty or 0 for one that closes."),
    *_FOCUS_COLUMNS,
    _CAPITAL,
    Column("saved_per_week", c.MONEY, "Pounds a week of today's running cost that end, beyond fees for children."),
    _RUNNING,
    _USE,
    _lead(2),
    _EARLIEST,
    _LATEST,
    _ENABLED,
)
_RATES = p.by_year(p.SHARE)
FUNNELS = _table(
    "funnels",
    "How an authority recruits households: enquiry, visit, assessment, approval.",
    Funnel,
    _ID,
    _required("authority_id", c.AUTHORITY, "An authority of the instance."),
    Column("type", TYPE, "fostering, or supported accommodation for supported lodgings. Empty: fostering."),
    Column("enquiries_per_year", p.by_year(COUNT), "General enquiries that the campaign brings."),
    Column(
        "word_of_mouth_per_household",
        p.number(0, 1000),
        "Further enquiries a year that each approved household brings.",
    ),
    Column("word_of_mouth_factor", p.number(0, 1000), "How many times as likely such an enquiry leads to approval."),
    Column("visit_rate", _RATES, "Visits by enquiry."),
    Column("assessment_rate", _RATES, "Assessments by visit."),
    Column("approval_rate", _RATES, "Approvals by assessment."),
    Column("enquiry", c.AMOUNT, "Pounds for each enquiry."),
    Column("visit", c.AMOUNT, "Pounds for each visit."),
    Column("assessment", c.AMOUNT, "Pounds for each assessment."),
    Column("lag_quarters", _QUARTERS, "From enquiry to approval. Empty: 3."),
    Column("deregistration_rate_per_year", p.SHARE, "Share of approved households who leave in a year. Empty: 0.12."),
    Column("max_households_per_year", COUNT, "Most approvals a year. Empty: as many as the enquiries yield."),
    _ENABLED,
)
PROFILES = _table(
    "profiles",
    "Households of one kind that a funnel can recruit: by age, siblings, disability, parent and child, faith.",
    Profile,
    _ID,
    _required("funnel_id", c.IDENTIFIER, "A row of funnels."),
    _required("places_per_household", p.number(0, 60), "Places that such a household offers."),
    *_FOCUS_COLUMNS,
    *_FEE_COLUMNS,
    Column("household_per_week", c.MONEY, "Pounds a week for each household, used or not: worker, support, retainer."),
    Column("features", c.WORDS, "What else the household brings, such as muslim or adapted."),
    Column("min_share", p.SHARE, "Least share of the funnel's approvals in each year."),
    Column("max_share", p.SHARE, "Largest share of the funnel's approvals in each year."),
    _ENABLED,
)
RETENTION = _table(
    "retention",
    "Offers to foster carers that make fewer of them leave.",
    Retention,
    _ID,
    _required("funnel_id", c.IDENTIFIER, "A row of funnels."),
    _required("deregistration_rate_per_year", p.SHARE, "The lower rate, of households who get the offer."),
    _required("household_per_year", c.AMOUNT, "Pounds a year for each household who gets it."),
    _lead(1),
    _EARLIEST,
    _ENABLED,
)
CONVERSIONS = _table(
    "conversions",
    "Places of in-house carers turned into places for another need level, by support or step-down help.",
    Conversion,
    _ID,
    _required("kind", c.one_of(ConversionKind), ""),
    _required("authority_id", c.AUTHORITY, "Whose in-house carers: an authority of the instance."),
    _required("from_level", LEVEL, "The level looked after without it."),
    _required("to_level", LEVEL, "The level looked after with it; for support, higher."),
    Column("kinds", p.KINDS, "Kinds of child whom such a place serves. Empty: every kind that the rules let in."),
    Column("place_per_week", c.MONEY, "Pounds a week for each converted place, used or not."),
    Column("use_per_week", c.MONEY, "Pounds a week for each child in one. Empty: the carer's fee."),
    Column("max_places", COUNT, "Most places at any time."),
    _lead(2),
    _EARLIEST,
    _ENABLED,
)
BLOCKS = _table(
    "blocks",
    "Block contracts that could be let: beds paid for whether used or not, cheaper in use than the spot market.",
    Block,
    _ID,
    _required("type", TYPE, ""),
    _required("authority_id", c.AUTHORITY, "The area that the beds lie in: an authority of the instance."),
    _required("location", c.LOCATION, "Postcode, or sector."),
    _required("provider_id", c.IDENTIFIER, "A provider of the instance."),
    *_FOCUS_COLUMNS,
    Column("open_to_ids", c.AUTHORITIES, "Authorities who may use the beds. Empty: all of the plan."),
    Column("min_beds", c.integer(0, 9999), "If it is let at all, so many beds at least."),
    Column("max_beds", c.integer(0, 9999), "Most beds."),
    Column("first_per_week", c.MONEY, "Pounds a week for each bed of the block, used or not."),
    Column("second_per_week", c.MONEY, "Pounds a week on top for each bed in use."),
    _lead(1),
    _EARLIEST,
    _LATEST,
    Column("num_quarters", c.integer(1, 400), "How long it runs once it has begun. Empty: to the end of the plan."),
    _ENABLED,
)
MARKET = _table(
    "market",
    "Places that can be bought as they are needed: the framework, the spot market, an emergency.",
    Market,
    _ID,
    _required("type", TYPE, ""),
    _required("band", c.one_of(DistanceBand), "How far from the child's authority such a place lies."),
    _required("miles", p.number(0, 1000), "What is taken as the distance."),
    *_FEE_COLUMNS,
    *_FOCUS_COLUMNS,
    Column("authority_id", c.AUTHORITY, "Whose children: an authority of the instance. Empty: of every one."),
    Column("num_places", COUNT, "Most places at any time. Empty: without limit."),
    _ENABLED,
)
STAYING_PUT = _table(
    "staying_put",
    "Young people who stay with their carers after 18: their places are no vacancies.",
    StayingPut,
    _ID,
    _required("authority_id", c.AUTHORITY, "An authority of the instance."),
    _required("young_people_per_year", p.by_year(COUNT), "Who begin to stay."),
    Column("num_years", p.number(0, 100), "How long each of them stays, on average. Empty: 2."),
    _ENABLED,
)
DEREGISTRATIONS = _table(
    "deregistrations",
    "In-house households who leave, where a strategy states their numbers: in place of the funnel's rate.",
    Deregistrations,
    _ID,
    _required("funnel_id", c.IDENTIFIER, "A row of funnels."),
    _required("households_per_year", p.by_year(COUNT), "Households who leave."),
)
LEVER_TABLES = (
    NEW_HOMES,
    HOME_CHANGES,
    FUNNELS,
    PROFILES,
    RETENTION,
    CONVERSIONS,
    BLOCKS,
    MARKET,
    STAYING_PUT,
    DEREGISTRATIONS,
)

_OCCUPANCY = p.number(0.01, 1, "a share above 0 and up to 1, such as 0.85 or 85%")
ASSUMPTION_KINDS: dict[str, tuple[c.Kind, str]] = {
    "occupancy_fostering": (_OCCUPANCY, "Share of carers' places that can be in use on average (Barnet 2014: 80%)."),
    "occupancy_residential": (_OCCUPANCY, "The same of homes (CIPFA average of in-house homes: 85%)."),
    "occupancy_supported": (_OCCUPANCY, "The same of supported accommodation; 90% is ours."),
    "independent_vacancy_share": (
        p.SHARE,
        "Share of today's independent vacancies that the plan's authorities could win (Barnet 2021/22: 35.1%).",
    ),
    "spot_premium": (
        p.number(0, 1000),
        "Price of an unlimited place beyond 20 miles, by the dearest of today's independent fees of the type.",
    ),
    "discount_rate_per_year": (p.SHARE, "HM Treasury Green Book: 3.5%."),
    "capital_life_years": (p.number(1, 1000), "Years over which capital is charged."),
    "opening_share": (p.SHARE, "Share of its places that a new home can use in the quarter in which it opens."),
    "whole_households": (c.YES_NO, "Recruit whole households only."),
}
"""By field of ``Assumptions``: what its value may be, and a note."""


def _read_anything(cell: Cell, _: c.Lookup) -> Cell:
    return cell


ASSUMPTIONS = Table(
    "assumptions",
    "Numbers that hold for the whole plan; those left out keep their defaults.",
    (
        _required("name", c.TEXT, "One of the assumptions listed below this table."),
        _required("value", c.Kind("the value of the assumption", _read_anything, lambda value: value), ""),
        Column("note", c.TEXT, "Where your value comes from. Not read."),
    ),
    dict,
    lambda item: item,
)


def assumption_rows(assumptions: Assumptions) -> list[Values]:
    """Every assumption as a row of name, value as a cell, and note."""
    return [
        {"name": name, "value": kind.show(getattr(assumptions, name)), "note": note}
        for name, (kind, note) in ASSUMPTION_KINDS.items()
    ]


DEMAND = Table(
    "demand",
    "Children in care by cohort, quarter and scenario, on average over the quarter. What is left out is 0 children.",
    (
        _required("cohort", p.COHORT, "Kind and group size may be left out: mainstream, 1."),
        _required("quarter", p.QUARTER, "Whole years of quarters, without a gap."),
        _required("scenario", c.TEXT, "A name for the future that the row belongs to."),
        _required("children", COUNT, "Children in care."),
        Column(
            "probability",
            p.PROBABILITY,
            "Of the scenario; in one row of each at least, or in none: then all are equally likely.",
        ),
        Column("source", c.TEXT, "Where the figures come from; in one row is enough. Empty: the name of the file."),
    ),
    dict,
    lambda item: item,
    needed=True,
)
PLANNING_TABLES = (*LEVER_TABLES, ASSUMPTIONS, DEMAND)
