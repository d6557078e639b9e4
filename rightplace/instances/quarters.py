"""Quarters of the calendar, and the years that a plan reports by."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

QUARTERS_A_YEAR = 4
WEEKS_A_QUARTER = 13
"""52 weeks a year, as councils count placement-weeks (Barnet 2014, section 5.5: 12 beds x 52 weeks x 85% = 530)."""
_FORM = re.compile(r"(\d{4})\s*[Qq]([1-4])")


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """A quarter of the calendar: number 1 is January to March. Written ``2025Q2``."""

    year: int
    number: int

    @classmethod
    def of(cls, text: str) -> Quarter:
        """The quarter that a text such as ``2025Q2`` names.

        Raises
        ------
        ValueError
            When it names none.
        """
        found = _FORM.fullmatch(text.strip())
        if found is None:
            raise ValueError(f"{text!r} is no quarter such as 2025Q2")
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def after(cls, day: date) -> Quarter:
        """The first quarter that begins after a day."""
        return cls(day.year, (day.month + 2) // 3) + 1

    def __str__(self) -> str:
        """Such as ``2025Q2``."""
        return f"{self.year}Q{self.number}"

    def __add__(self, num: int) -> Quarter:
        """So many quarters later."""
        years, number = divmod(self.year * QUARTERS_A_YEAR + self.number - 1 + num, QUARTERS_A_YEAR)
        return Quarter(years, number + 1)

    def since(self, other: Quarter) -> int:
        """How many quarters this one is later than another."""
        return (self.year - other.year) * QUARTERS_A_YEAR + self.number - other.number


def year_name(first: Quarter) -> str:
    """What a year of four quarters is called: ``2025`` when it begins in January, else ``2025/26``."""
    return str(first.year) if first.number == 1 else f"{first.year}/{(first.year + 1) % 100:02}"


def year_names(first: Quarter, num_years: int) -> tuple[str, ...]:
    """What the years of a plan are called that begins with a quarter."""
    return tuple(year_name(first + QUARTERS_A_YEAR * year) for year in range(num_years))
