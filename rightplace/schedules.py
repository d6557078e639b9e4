"""Schedules and pins: what a person says that a plan must do, or must not, read against its case.

A schedule is a CSV of lever, quantity and quarter, or the file of a plan. A pin is one action on the command line:
``open:site3@2025Q2``, ``recruit:mainstream=16@2014Q4``.
"""

from __future__ import annotations

from decimal import InvalidOperation
from difflib import get_close_matches
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from rightplace.capacity_plan import Action, schedule_of
from rightplace.errors import Fault, InstanceError, PlanError
from rightplace.files import Row, Sheet, read_csv, read_json, write_csv, written_at_once
from rightplace.instances import cells
from rightplace.instances import planning_cells as p
from rightplace.instances.levers import Block, Conversion, HomeChange, Lever, NewHome, Profile, Retention
from rightplace.instances.quarters import QUARTERS_A_YEAR, Quarter
from rightplace.instances.schema import Column, Table, Values
from rightplace.instances.table_reader import TableReader, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from rightplace.instances.planning_case import PlanningCase


_MOST = 1_000_000
_ROUNDING = 1e-6


class Verb(StrEnum):
    """What is done with a lever."""

    OPEN = "open"
    CHANGE = "change"
    RECRUIT = "recruit"
    RETAIN = "retain"
    CONVERT = "convert"
    LET = "let"


def verb_of(lever: Lever) -> Verb:
    """The word for using a lever."""
    match lever:
        case NewHome():
            return Verb.OPEN
        case HomeChange():
            return Verb.CHANGE
        case Profile():
            return Verb.RECRUIT
        case Retention():
            return Verb.RETAIN
        case Conversion():
            return Verb.CONVERT
        case Block():
            return Verb.LET


def _action(values: Values) -> Action:
    return Action(lever_id=values["lever"], quantity=values["quantity"], quarter=values["quarter"])


SCHEDULE = Table(
    "schedule",
    "What is done and when: a plan's own schedule, or one to test.",
    (
        Column("lever", cells.IDENTIFIER, "The id of a lever.", required=True),
        Column(
            "quantity",
            p.number(0, _MOST),
            "1 for a home; households, de-registrations prevented, places or beds otherwise.",
            required=True,
        ),
        Column(
            "quarter",
            p.QUARTER,
            "When it takes effect. Of a conversion, every quarter in which its number of places changes.",
            required=True,
        ),
    ),
    _action,
    lambda action: {"lever": action.lever_id, "quantity": action.quantity, "quarter": action.quarter},
)
_COLUMNS = tuple(column.name for column in SCHEDULE.columns)


def read_schedule(path: Path, case: PlanningCase) -> tuple[Action, ...]:
    """Read a schedule from a CSV, or from the JSON of a plan (its list ``schedule``).

    Raises
    ------
    PlanError
        Listing every fault: what cannot be read, levers that the case has not or that are off, quarters outside the
        plan, quantities that do not fit.
    """
    try:
        sheet = _sheet_of_plan(path) if path.suffix.lower() == ".json" else read_csv(path)
    except InstanceError as error:
        raise PlanError(error.faults) from error
    reader = TableReader({SCHEDULE.name: sheet}, (SCHEDULE,))
    levers = levers_of(case)
    seen: dict[tuple[str, Quarter], int] = {}
    actions: list[Action] = []
    for number, values in reader.values(SCHEDULE):
        action = _action(values)
        for column, value, expected in _faults(action, levers, case):
            reader.faults.append(Fault(sheet.source, number, column, str(value), expected))
        key = (action.lever_id, action.quarter)
        if key in seen:
            expected = f"a lever once a quarter; row {seen[key]} is of the same"
            reader.faults.append(Fault(sheet.source, number, "lever", action.lever_id, expected))
        seen.setdefault(key, number)
        actions.append(action)
    if reader.faults:
        raise PlanError(sorted(reader.faults, key=lambda fault: fault.row or 0))
    return schedule_of(actions)


def _sheet_of_plan(path: Path) -> Sheet:
    """The schedule of a plan's JSON as a table; what it says of each action beyond the three columns is left out."""
    whole = read_json(path)
    rows = whole.get("schedule") if isinstance(whole, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise InstanceError([Fault(path.name, None, "schedule", None, "a plan with a list of actions")])
    found = [(n, {name: row[name] for name in _COLUMNS if row.get(name) is not None}) for n, row in enumerate(rows, 1)]
    return Sheet(f"{path.name}: schedule", _COLUMNS, found)


def write_schedule(actions: Iterable[Action], path: Path) -> None:
    """Write a schedule as a CSV, all at once or not at all."""
    rows: list[Row] = rows_of(SCHEDULE, schedule_of(actions))
    with written_at_once(path) as target:
        write_csv(target, _COLUMNS, rows)


def levers_of(case: PlanningCase) -> Mapping[str, Lever]:
    """Every lever of a case by its id, those that are off too."""
    levers = case.levers
    tables: tuple[tuple[Lever, ...], ...] = (
        levers.new_homes,
        levers.home_changes,
        levers.profiles,
        levers.retention,
        levers.conversions,
        levers.blocks,
    )
    return {lever.id: lever for table in tables for lever in table}


def _faults(action: Action, levers: Mapping[str, Lever], case: PlanningCase) -> Iterator[tuple[str, Any, str]]:
    lever = levers.get(action.lever_id)
    if lever is None:
        yield "lever", action.lever_id, _known(action.lever_id, levers)
    elif not lever.enabled:
        yield "lever", action.lever_id, "a lever that is on; this one is off"
    if not 0 <= action.quarter.since(case.first) < case.demand.num_quarters:
        yield "quarter", action.quarter, _quarters(case)
    expected = _quantity_expected(lever, action.quantity)
    if expected is not None:
        yield "quantity", p.show_number(action.quantity), expected


def _quantity_expected(lever: Lever | None, quantity: float) -> str | None:
    """What a quantity of a lever should be; ``None`` when it is fine."""
    match lever:
        case NewHome() | HomeChange():
            return None if quantity == 1 else "1: a home is opened or changed once"
        case Block():
            fits = float(quantity).is_integer() and max(1, lever.min_beds) <= quantity <= lever.max_beds
            return None if fits else f"{max(1, lever.min_beds)} to {lever.max_beds} beds, a whole number"
        case Conversion():
            fits = 0 <= quantity <= lever.max_places + _ROUNDING
            return None if fits else f"0 to {lever.max_places:g} places"
        case _:
            return None if quantity > 0 else "more than 0"


def _known(key: str, levers: Mapping[str, Lever]) -> str:
    close = get_close_matches(key, levers, n=1)
    names = ", ".join(sorted(levers)) if len(levers) <= 20 else f"the id of one of {len(levers)} levers"
    if not levers:
        return "a lever; the case has none"
    return f"one of the levers {names}" + (f" (did you mean {close[0]}?)" if close else "")


def _quarters(case: PlanningCase) -> str:
    return f"a quarter of the plan, {case.first} to {case.first + (QUARTERS_A_YEAR * case.num_years - 1)}"


def parse_pin(text: str, case: PlanningCase) -> Action:
    """The action that a pin names: ``open:site3@2025Q2``, ``recruit:mainstream=16@2014Q4``.

    After ``open:`` stands the id of a new home, or its site where that has one row only. Homes need no quantity.

    Raises
    ------
    ValueError
        Saying what was expected.
    """
    lever, quantity, quarter = _parts(text, case)
    if quarter is None:
        raise ValueError(f"{text!r}: expected @ and a quarter, such as {verb_of(lever)}:{lever.id}@{case.first}")
    if quantity is None and not isinstance(lever, NewHome | HomeChange):
        raise ValueError(f"{text!r}: expected = and a quantity, such as {verb_of(lever)}:{lever.id}=4@{quarter}")
    action = Action(lever_id=lever.id, quantity=1.0 if quantity is None else quantity, quarter=quarter)
    wrong = [
        f"{column} {value}; expected {expected}" for column, value, expected in _faults(action, levers_of(case), case)
    ]
    if wrong:
        raise ValueError(f"{text!r}: " + "; ".join(wrong))
    return action


def parse_forbid(text: str, case: PlanningCase) -> tuple[str, Quarter | None]:
    """The lever that ``open:site3`` or ``open:site3@2025Q2`` forbids, and in which quarter; ``None``: whenever.

    Raises
    ------
    ValueError
        Saying what was expected.
    """
    lever, quantity, quarter = _parts(text, case)
    if quantity is not None:
        raise ValueError(f"{text!r}: expected no quantity: a lever is forbidden whole")
    if quarter is not None and not 0 <= quarter.since(case.first) < case.demand.num_quarters:
        raise ValueError(f"{text!r}: quarter {quarter}; expected {_quarters(case)}")
    return lever.id, quarter


def _parts(text: str, case: PlanningCase) -> tuple[Lever, float | None, Quarter | None]:
    """The lever, the quantity and the quarter that a text names."""
    verb, colon, rest = text.strip().partition(":")
    verb = verb.strip().casefold()
    if not colon or verb not in [one.value for one in Verb]:
        close = get_close_matches(verb, [one.value for one in Verb], n=1)
        hint = f" (did you mean {close[0]}?)" if close else ""
        raise ValueError(f"{text!r}: expected {', '.join(Verb)}, a colon and a lever, such as open:site3@2025Q2{hint}")
    rest, at, when = rest.partition("@")
    key, equals, amount = (part.strip() for part in rest.partition("="))
    lever = _lever_named(text, Verb(verb), key, case)
    quarter = None
    if at:
        try:
            quarter = Quarter.of(when)
        except ValueError as error:
            raise ValueError(f"{text!r}: {error}") from None
    if not equals:
        return lever, None, quarter
    try:
        return lever, p.read_number(amount, 0, _MOST), quarter
    except (ValueError, InvalidOperation):
        raise ValueError(f"{text!r}: quantity {amount!r}; expected a number from 0 to {_MOST:,.0f}") from None


def _lever_named(text: str, verb: Verb, key: str, case: PlanningCase) -> Lever:
    """The lever of an id, or the new home of a site that has one row; the verb must fit."""
    levers = levers_of(case)
    if key in levers:
        fitting = verb_of(levers[key])
        if fitting is not verb:
            raise ValueError(f"{text!r}: expected {fitting}:{key}: {key} is no lever to {verb}")
        return levers[key]
    site = [home for home in case.levers.new_homes if home.site == key] if verb is Verb.OPEN else []
    if len(site) == 1:
        return site[0]
    if site:
        ids = ", ".join(home.id for home in site)
        raise ValueError(f"{text!r}: site {key} has several rows; expected one of {ids}")
    fits = {name: lever for name, lever in levers.items() if verb_of(lever) is verb}
    raise ValueError(f"{text!r}: there is no lever {key!r} to {verb}; expected {_known(key, fits)}")
