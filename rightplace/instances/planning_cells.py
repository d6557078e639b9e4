"""What may stand in a cell of a planning table, beside what any table may hold."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rightplace.instances import cells
from rightplace.instances.cells import Kind, Lookup
from rightplace.instances.cohorts import Cohort, CohortKind, cohort_of
from rightplace.instances.instance import YEARS
from rightplace.instances.quarters import Quarter

if TYPE_CHECKING:
    from rightplace.files import Cell


def read_number(cell: Cell, low: float, high: float) -> float:
    """The number in a cell, if it lies from low to high; 12% is 0.12.

    Raises
    ------
    ValueError, InvalidOperation
        When it is none, or lies outside.
    """
    if isinstance(cell, bool):
        raise ValueError
    text = cells.as_text(cell).replace(",", "")
    value = float(Decimal(text[:-1]) / 100 if text.endswith("%") else Decimal(text))
    if not low <= value <= high:
        raise ValueError
    return value


def show_number(value: float) -> Cell:
    """A number as people write it: whole ones without decimals."""
    return int(value) if float(value).is_integer() else float(value)


def number(low: float, high: float, expected: str | None = None) -> Kind:
    """A number from low to high; 12% is 0.12."""
    words = expected or f"a number from {low:,.0f} to {high:,.0f}"
    return Kind(words, lambda cell, _: read_number(cell, low, high), show_number)


SHARE = number(0, 1, "a share from 0 to 1 such as 0.12 or 12%")
PROBABILITY = number(math.ulp(0.0), 1, "a share above 0 and up to 1, such as 0.12 or 12%")


def by_year(kind: Kind) -> Kind:
    """Values for the years of the plan, the last one for all that follow: ``280; 290; 260``."""

    def read(cell: Cell, lookup: Lookup) -> tuple[Any, ...]:
        parts = cell.split(";") if isinstance(cell, str) else [cell]
        return tuple(kind.read(part.strip() if isinstance(part, str) else part, lookup) for part in parts)

    def show(values: tuple[Any, ...]) -> Cell:
        return kind.show(values[0]) if len(values) == 1 else "; ".join(str(kind.show(value)) for value in values)

    return Kind(f"{kind.expected}, or one for each year separated by semicolons", read, show)


def _read_quarter(cell: Cell, _: Lookup) -> Quarter:
    quarter = Quarter.of(cells.as_text(cell))
    if quarter.year not in YEARS:
        raise ValueError
    return quarter


QUARTER = Kind("a quarter such as 2025Q2", _read_quarter, str)


def _read_lever_id(cell: Cell, lookup: Lookup) -> str:
    text: str = cells.IDENTIFIER.read(cell, lookup)
    if "@" in text or "=" in text:
        raise ValueError
    return text


LEVER_ID = Kind("an identifier without commas, semicolons, @ or =", _read_lever_id, str)

_ANY_KIND = cells.some_of(CohortKind)


def _read_kinds(cell: Cell, lookup: Lookup) -> frozenset[CohortKind]:
    kinds: frozenset[CohortKind] = _ANY_KIND.read(cell, lookup)
    if not kinds:
        raise ValueError
    return kinds


KINDS = Kind("one or more of, separated by semicolons: " + ", ".join(CohortKind), _read_kinds, _ANY_KIND.show)


def _read_cohort(cell: Cell, lookup: Lookup) -> Cohort:
    text = cells.as_text(cell)
    authority, _, rest = text.partition("/")
    return cohort_of(text, lookup.authority_id(authority.strip()) if rest else None)


COHORT = Kind(
    "a cohort, authority/ages/need level/kind/group size, such as E09000003/10-15/2/mainstream/1",
    _read_cohort,
    lambda cohort: cohort.id,
    says_why=True,
)
