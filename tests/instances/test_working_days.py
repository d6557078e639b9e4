"""Working days, against the calendars that GOV.UK published for England and Wales."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from rightplace.instances.working_days import is_working_day, working_days_after

_PUBLISHED = {
    2020: ("01-01", "04-10", "04-13", "05-08", "05-25", "08-31", "12-25", "12-28"),
    2021: ("01-01", "04-02", "04-05", "05-03", "05-31", "08-30", "12-27", "12-28"),
    2022: ("01-03", "04-15", "04-18", "05-02", "06-02", "06-03", "08-29", "09-19", "12-26", "12-27"),
    2023: ("01-02", "04-07", "04-10", "05-01", "05-08", "05-29", "08-28", "12-25", "12-26"),
    2024: ("01-01", "03-29", "04-01", "05-06", "05-27", "08-26", "12-25", "12-26"),
    2025: ("01-01", "04-18", "04-21", "05-05", "05-26", "08-25", "12-25", "12-26"),
    2026: ("01-01", "04-03", "04-06", "05-04", "05-25", "08-31", "12-25", "12-28"),
}


@pytest.mark.parametrize("year", _PUBLISHED)
def test_bank_holidays_are_those_published(year: int) -> None:
    """The weekdays of a year that are no working days are its published bank holidays."""
    days = (date(year, 1, 1) + timedelta(days=n) for n in range(366))
    found = [f"{day:%m-%d}" for day in days if day.year == year and day.weekday() < 5 and not is_working_day(day)]
    assert tuple(found) == _PUBLISHED[year]


def test_five_working_days_pass_over_christmas() -> None:
    """Five working days from Monday 18 December 2023 end on Wednesday the 27th: 19, 20, 21, 22 and 27."""
    assert working_days_after(date(2023, 12, 18), 5) == date(2023, 12, 27)


def test_the_first_day_is_not_counted() -> None:
    """One working day from a Thursday is the Friday, and from a Friday the Monday."""
    assert working_days_after(date(2024, 1, 11), 1) == date(2024, 1, 12)
    assert working_days_after(date(2024, 1, 12), 1) == date(2024, 1, 15)


def test_a_period_has_at_least_one_day() -> None:
    """No working days is refused and not taken as today."""
    with pytest.raises(ValueError, match="at least one"):
        working_days_after(date(2024, 1, 12), 0)
