"""Words for the values that rules compare: ages, need levels, miles, ratios, lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightplace.instances.children import AdultRatio, Sex
from rightplace.instances.settings import Carer, Grade, Home, Setting, SupportedAccommodation

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

_SEXES = {Sex.MALE: "male", Sex.FEMALE: "female", Sex.UNKNOWN: "sex not known"}
_RATIOS = {
    AdultRatio.STANDARD: "the standard number of adults",
    AdultRatio.ONE_TO_ONE: "one adult to one child",
    AdultRatio.TWO_TO_ONE: "two adults to one child",
    AdultRatio.MORE_THAN_TWO_TO_ONE: "more than two adults to one child",
}


def count(number: int, one: str, many: str = "") -> str:
    """A number with its noun, in the singular for one."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def day(value: date) -> str:
    """A day: "4 January 2024"."""
    return f"{value.day} {value:%B %Y}"


def age(months: int) -> str:
    """An age: "9 years 3 months", "16 years", "5 months"."""
    years, rest = divmod(months, 12)
    if not years:
        return count(rest, "month")
    return count(years, "year") + (f" {count(rest, 'month')}" if rest else "")


def ages(least: int, most: int) -> str:
    """A range of ages, both ends in months and inclusive: "ages 10 to 17" where it covers whole years."""
    if least % 12 == 0 and most % 12 == 11:
        first, last = least // 12, most // 12
        return f"age {first}" if first == last else f"ages {first} to {last}"
    return f"ages {age(least)} to {age(most)}"


def sex(value: Sex) -> str:
    """A sex in words."""
    return _SEXES[value]


def ratio(value: AdultRatio) -> str:
    """An adult ratio in words."""
    return _RATIOS[value]


def grade(value: Grade | None) -> str:
    """An Ofsted grade in words."""
    return "not graded" if value is None else value.name.lower().replace("_", " ")


def listed(items: Iterable[str], none: str) -> str:
    """Items in order with commas, or what to say where there are none."""
    return ", ".join(sorted(items)) or none


def miles(tenths: int) -> str:
    """Tenths of a mile as miles; -1 is unknown."""
    return "an unknown distance" if tenths < 0 else f"{tenths / 10:.1f} miles"


def type_of(setting: Setting) -> str:
    """Carer, home or supported accommodation."""
    match setting:
        case Carer():
            return "foster carer"
        case Home():
            return "residential setting"
        case SupportedAccommodation():
            return "supported accommodation"


def type_and_place(setting: Setting) -> str:
    """The type with the code under which a placement is returned."""
    return f"{type_of(setting)}, PLACE {setting.place.value}"


def pounds(pence: int) -> str:
    """Pence as pounds with thousands separators, pence only where there are any."""
    sign, amount = ("-" if pence < 0 else ""), abs(pence)
    return f"{sign}£{amount // 100:,}" + (f".{amount % 100:02d}" if amount % 100 else "")
