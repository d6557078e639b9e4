"""What may stand in a cell, and how it is read and written: one ``Kind`` for each sort of value.

Cells are read as Excel users type them: ``£1,234.50``, ``3/4/2023``, ``Y``, ``7y 3m``. A value that cannot be read
raises ``ValueError``; the reader of tables turns that into a fault with its place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum, IntEnum, StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from rightplace.files import Cell
from rightplace.instances.children import AvoidArea, RiskLevel
from rightplace.instances.instance import YEARS
from rightplace.instances.settings import PlaceCount, PlaceState

if TYPE_CHECKING:
    from rightplace.instances.geography import Point


class Lookup(Protocol):
    """What a cell may refer to beyond itself."""

    def locate(self, text: str) -> Point:
        """The point of a location text; ``ValueError`` when there is none."""

    def authority_id(self, text: str) -> str:
        """The id of an authority given by id or name; ``ValueError`` when there is none."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How one sort of value is read from and written to a cell.

    ``expected`` completes the sentence "expected ..."; ``choices`` feed a drop-down; ``locations`` lists the location
    texts that a cell mentions, so that they can be looked up together; with ``says_why``, the error of a value that
    cannot be read says what is wrong with it.
    """

    expected: str
    read: Callable[[Cell, Lookup], Any]
    show: Callable[[Any], Cell]
    choices: tuple[str, ...] = ()
    locations: Callable[[Cell], list[str]] | None = None
    says_why: bool = False


def _simple(expected: str, read: Callable[[Cell], Any], show: Callable[[Any], Cell], *choices: str) -> Kind:
    return Kind(expected, lambda cell, _: read(cell), show, choices)


def as_text(cell: Cell) -> str:
    """A cell as text; whole floats (Excel's way with numbers) lose their decimals."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _line(cell: Cell) -> str:
    """A cell as one line of text, every run of white space as one space."""
    line = " ".join(as_text(cell).split())
    if not line or not line.isprintable():
        raise ValueError
    return line


def _fold(text: str) -> str:
    return re.sub(r"[\s_-]+", " ", text.strip().casefold())


def _read_integer(low: int, high: int) -> Callable[[Cell], int]:
    def read(cell: Cell) -> int:
        if isinstance(cell, bool):
            raise ValueError
        number = Decimal(as_text(cell).replace(",", ""))
        if not low <= number <= high or number != int(number):  # the range first: int(1e999999999) takes for ever
            raise ValueError
        return int(number)

    return read


def integer(low: int, high: int) -> Kind:
    """A whole number from low to high."""
    choices = map(str, range(low, high + 1)) if high - low < 16 else ()
    return _simple(f"a whole number from {low} to {high}", _read_integer(low, high), int, *choices)


def _read_pounds(digits: int) -> Callable[[Cell], int]:
    """Reads amounts of less than a one with so many noughts, in pounds, as pence."""

    def read(cell: Cell) -> int:
        if isinstance(cell, bool):
            raise ValueError
        text = re.sub(r"(?i)\s*(per|a|/)\s*(week|wk|w)\.?$", "", as_text(cell)) if isinstance(cell, str) else str(cell)
        amount = Decimal(text.replace("£", "").replace(",", "").strip())
        if not 0 <= amount < 10**digits:
            raise ValueError
        pence = round(amount * 100) if isinstance(cell, float) else amount * 100
        if pence != int(pence) or pence >= 10 ** (digits + 2):
            raise ValueError
        return int(pence)

    return read


MONEY = _simple("an amount in pounds a week such as £1,234.50", _read_pounds(7), lambda pence: pence / 100)
AMOUNT = _simple("an amount in pounds such as £250,000", _read_pounds(10), lambda pence: pence / 100)

_YES = {"yes", "y", "true", "t", "1", "x", "✓", "✔"}
_NO = {"no", "n", "false", "f", "0", "-"}


def _read_yes_no(cell: Cell) -> bool:
    word = _fold(as_text(cell)) if not isinstance(cell, bool) else ("yes" if cell else "no")
    if word in _YES:
        return True
    if word in _NO or as_text(cell) == "-":
        return False
    raise ValueError


YES_NO = _simple("yes or no", _read_yes_no, bool, "yes", "no")

_DATE_FORMATS = (
    "%Y-%m-%d",
    "%d/%m/%Y",
    "%d-%m-%Y",
    "%d.%m.%Y",
    "%d %b %Y",
    "%d %B %Y",
    "%d/%m/%y",
    "%d-%b-%y",
    "%d-%b-%Y",
)


def read_date(cell: Cell) -> date:
    """A date as Excel gives it or as people type it; day before month."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = as_text(cell).removesuffix(" 00:00:00")
    for form in _DATE_FORMATS:
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    raise ValueError


DATE = _simple("a date such as 2023-04-03 or 3/4/2023 (day first)", read_date, lambda day: day)


def _read_instance_date(cell: Cell) -> date:
    day = read_date(cell)
    if day.year not in YEARS:
        raise ValueError
    return day


INSTANCE_DATE = _simple(f"{DATE.expected}, from {YEARS.start} to {YEARS[-1]}", _read_instance_date, lambda day: day)


def _read_identifier(cell: Cell) -> str:
    text = _line(cell)
    if ";" in text or "," in text:
        raise ValueError
    return text


IDENTIFIER = _simple("an identifier without commas or semicolons", _read_identifier, str)
TEXT = _simple("text", _line, str)


def _parts(cell: Cell, separators: str = ";,") -> list[str]:
    return [_line(part) for part in re.split(f"[{separators}\n]", as_text(cell)) if part.strip()]


IDENTIFIERS = _simple(
    "identifiers separated by semicolons", lambda cell: frozenset(_parts(cell)), lambda ids: "; ".join(sorted(ids))
)
IDENTIFIER_LIST = _simple("identifiers separated by semicolons", lambda cell: tuple(_parts(cell)), "; ".join)
WORDS = _simple(
    "words separated by semicolons",
    lambda cell: frozenset(part.casefold() for part in _parts(cell)),
    lambda words: "; ".join(sorted(words)),
)
WORD = _simple("a word", lambda cell: _line(cell).casefold(), str)


def _label(member: Enum) -> str:
    return member.name.lower().replace("_", " ") if isinstance(member, IntEnum) else str(member.value)


def _members(enum: type[Enum], aliases: dict[str, Enum]) -> dict[str, Enum]:
    names = {_fold(member.name): member for member in enum} | {_fold(_label(member)): member for member in enum}
    return names | {_fold(alias): member for alias, member in aliases.items()}


def _member(members: dict[str, Enum], text: str) -> Enum:
    try:
        return members[_fold(text)]
    except KeyError:
        raise ValueError from None


def one_of(enum: type[Enum], aliases: dict[str, Enum] | None = None) -> Kind:
    """One member of an enumeration, by its label; case, hyphens and underscores do not matter."""
    members = _members(enum, aliases or {})
    labels = tuple(_label(member) for member in enum)
    return _simple("one of: " + ", ".join(labels), lambda cell: _member(members, as_text(cell)), _label, *labels)


def some_of(enum: type[Enum], aliases: dict[str, Enum] | None = None) -> Kind:
    """Members of an enumeration, separated by semicolons or commas; ``none`` for the empty set."""
    members = _members(enum, aliases or {})
    order = list(enum)

    def read(cell: Cell) -> frozenset[Any]:
        if _fold(as_text(cell)) == "none":
            return frozenset()
        return frozenset(_member(members, part) for part in _parts(cell))

    def show(chosen: Iterable[Any]) -> Cell:
        return "; ".join(_label(member) for member in sorted(chosen, key=order.index)) or "none"

    return _simple("none, or any of, separated by semicolons: " + ", ".join(map(_label, order)), read, show)


def risks(enum: type[StrEnum]) -> Kind:
    """Risks with a level each: ``sexual harm: high; fire-setting: low``."""
    kinds, levels = _members(enum, {}), _members(RiskLevel, {"none": RiskLevel.NO_KNOWN})

    def read(cell: Cell) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        for part in _parts(cell):
            name, colon, level = part.partition(":")
            if not colon or _fold(name) not in kinds or _fold(level) not in levels or kinds[_fold(name)] in found:
                raise ValueError
            found[kinds[_fold(name)]] = levels[_fold(level)]
        return {kind: found[kind] for kind in enum if kind in found}

    def show(values: dict[Any, Any]) -> Cell:
        return "; ".join(f"{_label(kind)}: {_label(values[kind])}" for kind in enum if kind in values)

    names = ", ".join(member.value for member in enum)
    return _simple(f"risks such as {next(iter(enum)).value}: high (low, high or no known) out of: {names}", read, show)


_AGE = re.compile(r"(?:(\d+)\s*y(?:ears?|rs?)?)?\s*(?:(\d+)\s*m(?:onths?)?)?", re.IGNORECASE)


def _read_age(cell: Cell) -> int:
    text = as_text(cell)
    match = _AGE.fullmatch(text)
    if text.isdigit():
        months = int(text)
    elif match and text:
        months = 12 * int(match[1] or 0) + int(match[2] or 0)
    else:
        raise ValueError
    if not 0 <= months < 300:
        raise ValueError
    return months


AGE = _simple("an age in months such as 87, or 7y 3m", _read_age, int)


def _read_age_bound(at_end: bool) -> Callable[[Cell], int]:
    def read(cell: Cell) -> int:
        text = as_text(cell).casefold()
        months = re.fullmatch(r"(\d+)\s*m(onths?)?", text)
        if months:
            return int(months[1])
        years = re.fullmatch(r"(\d+)\s*(y(ears?|rs?)?)?", text)
        if not years or int(years[1]) > 25:
            raise ValueError
        return 12 * int(years[1]) + (11 if at_end else 0)

    return read


def _show_age_bound(at_end: bool) -> Callable[[int], Cell]:
    def show(months: int) -> Cell:
        years, rest = divmod(months + at_end, 12)
        return f"{months}m" if rest else years - at_end

    return show


AGE_FROM = _simple(
    "a youngest age in years such as 11, or 18m for months", _read_age_bound(False), _show_age_bound(False)
)
AGE_TO = _simple(
    "an oldest age in years such as 17 (until the next birthday), or 18m for months",
    _read_age_bound(True),
    _show_age_bound(True),
)

LOCATION = Kind(
    "a postcode, sector or outcode (NW9 5XY, NW9 5, NW9), latitude and longitude, a grid reference, or unknown",
    lambda cell, lookup: lookup.locate(as_text(cell)),
    lambda point: point.text,
    locations=lambda cell: [as_text(cell)],
    says_why=True,
)

_WITHIN = re.compile(r"(.*?)(?:\s+within\s+(\d+(?:\.\d+)?|\.\d+)\s*(?:miles?|mi)?)?", re.IGNORECASE | re.DOTALL)


def _avoid_parts(cell: Cell) -> list[tuple[str, str | None]]:
    """The locations of a cell, each with its radius as text."""
    parts = (_WITHIN.fullmatch(part.strip()) for part in re.split("[;\n]", as_text(cell)) if part.strip())
    return [(match[1].strip(), match[2]) for match in parts if match is not None]


def _read_avoid(cell: Cell, lookup: Lookup) -> tuple[AvoidArea, ...]:
    parts = _avoid_parts(cell)
    return tuple(AvoidArea(lookup.locate(text), None if miles is None else float(miles)) for text, miles in parts)


def _show_avoid(area: AvoidArea) -> str:
    radius = "" if area.radius_miles is None else f" within {Decimal(repr(area.radius_miles)):f} miles"
    return area.location.text + radius.replace(".0 miles", " miles")


AVOID = Kind(
    "locations separated by semicolons, each with an optional radius: NW9 5 within 3 miles; HA8",
    _read_avoid,
    lambda areas: "; ".join(map(_show_avoid, areas)),
    locations=lambda cell: [text for text, _ in _avoid_parts(cell)],
    says_why=True,
)

_COUNT = re.compile(r"(\d+)(?:\s+from\s+(.+?))?(?:\s+until\s+(.+?))?", re.IGNORECASE)


def place_counts(state: PlaceState) -> Kind:
    """Places in one state, with dates: ``2``, or ``1; 1 from 20/12/2023``, or ``1 until 2024-01-31``."""

    def read(cell: Cell) -> tuple[PlaceCount, ...]:
        found = []
        for part in _parts(cell, ";"):
            match = _COUNT.fullmatch(part)
            if match is None:
                raise ValueError
            start, end = (None if text is None else read_date(text) for text in match.groups()[1:])
            if start is not None and end is not None and start >= end:
                raise ValueError
            if int(match[1]):
                found.append(PlaceCount(state, int(match[1]), start, end))
        return tuple(found)

    def show(counts: tuple[PlaceCount, ...]) -> Cell:
        if not counts:
            return 0
        if len(counts) == 1 and counts[0].from_date is None and counts[0].until_date is None:
            return counts[0].num_places
        return "; ".join(
            f"{count.num_places}"
            + ("" if count.from_date is None else f" from {count.from_date.isoformat()}")
            + ("" if count.until_date is None else f" until {count.until_date.isoformat()}")
            for count in counts
        )

    return _simple("a number of places, with dates if need be: 2, or 1; 1 from 2023-12-20", read, show)


AUTHORITY = Kind(
    "an English authority by name or code",
    lambda cell, look: look.authority_id(as_text(cell)),
    str,
    says_why=True,
)
AUTHORITIES = Kind(
    "English authorities by name or code, separated by semicolons",
    lambda cell, look: frozenset(look.authority_id(part) for part in _parts(cell, ";")),
    lambda ids: "; ".join(sorted(ids)),
    says_why=True,
)


def read_cell(kind: Kind, cell: Cell, lookup: Lookup) -> tuple[Any, str | None]:
    """Read a cell: its value and ``None``, or ``None`` and what was expected."""
    try:
        return kind.read(cell, lookup), None
    except (ValueError, InvalidOperation, OverflowError) as error:
        detail = str(error).split(": expected ")[0] if kind.says_why else ""
        return None, f"{kind.expected}; {detail}" if detail else kind.expected
