"""Words of a capacity plan: money in large sums, what is measured, targets, and what each lever does."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rightplace.instances.levers import Block, Conversion, HomeChange, HomeChangeKind, NewHome, Profile, Retention
from rightplace.instances.levers import SettingType as Type
from rightplace.instances.targets import Firmness, Measure, Sense, Target
from rightplace.rules.words import count, pounds
from rightplace.schedules import levers_of

if TYPE_CHECKING:
    from rightplace.capacity_plan import Action
    from rightplace.instances.levers import Lever
    from rightplace.instances.planning_case import PlanningCase

_MILLION = 1_000_000

_POINT = "percentage point"
MEASURES: dict[Measure, tuple[str, str, str]] = {
    Measure.IN_AREA_SHARE: ("children in their own area", _POINT, "of children in their own area"),
    Measure.WITHIN_20_MILES_SHARE: ("children within 20 miles", _POINT, "of children within 20 miles"),
    Measure.FAMILY_SHARE: ("children in family settings", _POINT, "of children in family settings"),
    Measure.IN_HOUSE_FOSTERING_SHARE: (
        "fostered children with in-house carers",
        _POINT,
        "of fostered children with in-house carers",
    ),
    Measure.RESIDENTIAL_SHARE: ("children in children's homes", _POINT, "of children in children's homes"),
    Measure.SIBLINGS_TOGETHER_SHARE: (
        "brothers and sisters living together",
        _POINT,
        "of brothers and sisters living together",
    ),
    Measure.LOCAL_BED_SHARE: (
        "local beds that the area's own children use",
        _POINT,
        "of local beds that the area's own children use",
    ),
    Measure.IN_HOUSE_FOSTERING_CHILDREN: ("children with in-house carers", "child", "with an in-house carer"),
    Measure.INDEPENDENT_FOSTERING_CHILDREN: ("children with independent carers", "child", "with an independent carer"),
    Measure.IN_HOUSE_RESIDENTIAL_CHILDREN: ("children in in-house homes", "child", "in an in-house home"),
    Measure.INDEPENDENT_RESIDENTIAL_CHILDREN: ("children in independent homes", "child", "in an independent home"),
    Measure.PROVIDERS_IN_AREA: ("providers in the area", "provider", "in the area"),
    Measure.SETTING_TYPES_IN_AREA: ("types of setting in the area", "type of setting", "in the area"),
    Measure.REVENUE_BUDGET: ("revenue", "£1,000", "of revenue"),
    Measure.CAPITAL_BUDGET: ("capital", "£1,000", "of capital"),
}
"""What each measure is about, its unit, and what there is one more of."""
_POUNDS_AT_A_TIME = 1_000
_POINTS_IN_ONE = 100
_TYPES = {Type.FOSTERING: "foster care", Type.RESIDENTIAL: "children's home", Type.SUPPORTED: "supported accommodation"}
_VERBS = {HomeChangeKind.ENLARGE: "enlarge", HomeChangeKind.REFOCUS: "re-focus", HomeChangeKind.CLOSE: "close"}


def money(pence: float) -> str:
    """A sum for people who plan: whole pounds with thousands separators, from a million on in millions: £1.23m."""
    pounds = abs(pence) / 100
    if round(pounds) >= _MILLION:
        shown = f"£{pounds / _MILLION:,.2f}m"
    else:
        shown = f"£{pounds:,.0f}"
    return f"-{shown}" if pence < 0 and round(pounds) else shown


def change(pence: float) -> str:
    """A sum by which something changes, with its sign."""
    return f"+{money(pence)}" if round(pence / 100) > 0 else money(pence)


def number(value: float) -> str:
    """A quantity: whole where it is whole, else to a tenth."""
    return f"{value:,.0f}" if abs(value - round(value)) < 0.05 else f"{value:,.1f}"


def quantity(value: float) -> str:
    """How much of a lever: to a hundredth, without zeros at the end."""
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def percent(share: float) -> str:
    """A share of 1 as a percentage, to a tenth."""
    return f"{100 * share:.1f}%"


def fine_percent(share: float) -> str:
    """A gap as a percentage: to a hundredth, and never 0 where it is not."""
    return "less than 0.01%" if 0 < share < 1e-4 else f"{100 * share:.2f}%"


def amount(measure: Measure, value: float) -> str:
    """A value of a measure; a share of nothing is no number."""
    if math.isnan(value):
        return "of nobody"
    if measure.is_share:
        return percent(value)
    return money(100 * value) if measure.is_money else number(value)


def range_words(measure: Measure, low: float, high: float) -> str:
    """From one value of a measure to another."""
    return "" if math.isnan(low) or math.isnan(high) else f"{amount(measure, low)} to {amount(measure, high)}"


def target_words(case: PlanningCase, target: Target) -> str:
    """What a target is about: "children in their own area (Barnet)"."""
    return MEASURES[target.measure][0] + _which(case, target)


def _which(case: PlanningCase, target: Target) -> str:
    """Whose target, and its id where others are about the same."""
    alike = [t for t in case.targets if (t.measure, t.authority_id) == (target.measure, target.authority_id)]
    parts = [] if target.authority_id is None else [authority_name(case, target.authority_id)]
    parts += [target.id] if len(alike) > 1 else []
    return f" ({', '.join(parts)})" if parts else ""


def required_words(target: Target, value: float) -> str:
    """What is asked: "at least 50.0%"."""
    return f"{target.sense.value} {amount(target.measure, value)}"


def reachable_words(target: Target, value: float) -> str:
    """What can be asked, rounded to the safe side, so that it holds when it is typed back: "at least 53.4%"."""
    scale = 1000 if target.measure.is_share else 1 if target.measure.is_money else 10
    scaled = round(value * scale, 6)
    safe = (math.floor(scaled) if target.sense is Sense.AT_LEAST else math.ceil(scaled)) / scale
    shown = f"£{safe:,.0f}" if target.measure.is_money else amount(target.measure, safe)
    return f"{target.sense.value} {shown}"


def meant_words(target: Target) -> str:
    """How firmly a target is meant."""
    match target.firmness:
        case Firmness.EXPECTED:
            return "on average over the scenarios"
        case Firmness.PRICED:
            return f"on average, or {pounds(target.price_pence or 0)} for each {_missed_unit(target.measure)} missed"
        case Firmness.LIKELY:
            return f"in {100 * (target.probability or 0):.0f}% of the scenarios"


def _missed_unit(measure: Measure) -> str:
    if measure.is_money:
        return "pound"
    return "child" if measure.is_share else MEASURES[measure][1]


def told_unit(measure: Measure) -> float:
    """How many pounds, children or numbers ``more_words`` is about; of a share, how much of 1."""
    if measure.is_share:
        return 1 / _POINTS_IN_ONE
    return float(_POUNDS_AT_A_TIME) if measure.is_money else 1.0


def more_words(case: PlanningCase, target: Target) -> str:
    """One unit more of what a target asks: "one more percentage point of children in their own area"."""
    _, unit, rest = MEASURES[target.measure]
    whose = _which(case, target)
    more = target.sense is Sense.AT_LEAST
    if target.measure.is_money:
        return f"{unit} {'more' if more else 'less'} {rest}{whose}"
    if more:
        return f"one more {unit} {rest}{whose}"
    return f"one {unit} {'less' if target.measure.is_share else 'fewer'} {rest}{whose}"


def authority_name(case: PlanningCase, authority_id: str) -> str:
    """An authority as people call it."""
    return case.instance.authority[authority_id].name


def lever_name(case: PlanningCase, lever: Lever) -> str:
    """A lever without its quantity: "open north_3: children's home with 3 places, Barnet"."""
    match lever:
        case NewHome():
            places = count(lever.num_places, "place")
            where = authority_name(case, lever.authority_id)
            return f"open {lever.id}: {_TYPES[lever.type]} with {places}, {where}"
        case HomeChange(kind=HomeChangeKind.CLOSE):
            return f"close {lever.setting_id} ({lever.id})"
        case HomeChange():
            return f"{_VERBS[lever.kind]} {lever.setting_id}, {count(lever.num_places, 'place')} ({lever.id})"
        case Profile():
            return f"recruit {lever.id}"
        case Retention():
            return f"keep carers by {lever.id}"
        case Conversion():
            return f"{lever.kind.value} places {lever.id}: level {lever.from_level} to {lever.to_level}"
        case Block():
            where = authority_name(case, lever.authority_id)
            return f"block {lever.id}: {_TYPES[lever.type]}, {where}"


def quantity_words(lever: Lever, amount: float) -> str:
    """How much of a lever is used in one action; nothing for homes, which are one."""
    plural = abs(amount - 1) > 1e-9
    match lever:
        case NewHome() | HomeChange():
            return ""
        case Profile():
            return f"{quantity(amount)} household{'s' if plural else ''} approved"
        case Retention():
            return f"{quantity(amount)} household{'s' if plural else ''} kept who would have left"
        case Conversion():
            return f"{quantity(amount)} place{'s' if plural else ''} from now on" if amount else "ends"
        case Block():
            return f"{quantity(amount)} bed{'s' if plural else ''} begin{'' if plural else 's'}"


def action_words(case: PlanningCase, action: Action) -> str:
    """One action without its quarter."""
    lever = levers_of(case)[action.lever_id]
    how_much = quantity_words(lever, action.quantity)
    return lever_name(case, lever) + (f", {how_much}" if how_much else "")
