"""Working days in England: neither weekend, Christmas Day, Good Friday nor bank holiday.

The definition is that of regulation 2 of the Care Planning, Placement and Case Review (England) Regulations 2010. Bank
holidays follow the Banking and Financial Dealings Act 1971 with the custom of proclaiming New Year's Day, the early May
holiday and substitutes for weekends; single days that were proclaimed or moved are listed up to 2023. One that is
proclaimed later is not known here.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

_PROCLAIMED = frozenset(
    {
        date(2011, 4, 29),  # royal wedding
        date(2012, 6, 5),  # diamond jubilee
        date(2022, 6, 3),  # platinum jubilee
        date(2022, 9, 19),  # state funeral
        date(2023, 5, 8),  # coronation
    }
)
_MOVED = {
    date(2012, 5, 28): date(2012, 6, 4),
    date(2020, 5, 4): date(2020, 5, 8),
    date(2022, 5, 30): date(2022, 6, 2),
}
_SATURDAY = 5


def is_working_day(day: date) -> bool:
    """Whether offices are open on a day."""
    return day.weekday() < _SATURDAY and day not in _bank_holidays(day.year)


def working_days_after(start: date, num_days: int) -> date:
    """The last day of a period of working days that begins on the day after ``start``.

    Raises
    ------
    ValueError
        For fewer than one day.
    """
    if num_days < 1:
        raise ValueError(f"a period of {num_days} working days: at least one was expected")
    day = start
    for _ in range(num_days):
        day += timedelta(days=1)
        while not is_working_day(day):
            day += timedelta(days=1)
    return day


@cache
def _bank_holidays(year: int) -> frozenset[date]:
    easter = _easter(year)
    spring = [_monday(date(year, 5, 1)), _monday(date(year, 5, 25)), _monday(date(year, 8, 25))]
    found = {easter - timedelta(days=2), easter + timedelta(days=1)}
    found |= {_MOVED.get(day, day) for day in spring}
    found |= {day for day in _PROCLAIMED if day.year == year}
    fixed = [date(year, 1, 1), date(year, 12, 25), date(year, 12, 26)]
    found |= {day for day in fixed if day.weekday() < _SATURDAY}
    for day in fixed:
        if day.weekday() >= _SATURDAY:
            while day.weekday() >= _SATURDAY or day in found:
                day += timedelta(days=1)
            found.add(day)
    return frozenset(found)


def _monday(first: date) -> date:
    """The first Monday on or after a day."""
    return first + timedelta(days=-first.weekday() % 7)


def _easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher's algorithm)."""
    golden = year % 19
    century, rest = divmod(year, 100)
    leap_centuries, century_rest = divmod(century, 4)
    moon_drift = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap_centuries - moon_drift + 15) % 30
    leaps, year_rest = divmod(rest, 4)
    to_sunday = (32 + 2 * century_rest + 2 * leaps - epact - year_rest) % 7
    late = (golden + 11 * epact + 22 * to_sunday) // 451
    month, day = divmod(epact + to_sunday - 7 * late + 114, 31)
    return date(year, month, day + 1)
