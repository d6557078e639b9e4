"""Targets: what a commissioner wants of the plan, by year, hard, priced, or in most scenarios."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Measure(StrEnum):
    """What a target is about. Shares are of children in care on average over the year, unless said otherwise.

    ``IN_HOUSE_FOSTERING_SHARE``: of children in foster care with carers who are no relatives or friends.
    ``LOCAL_BED_SHARE``: of the places in children's homes that stand in the children's own area, new ones included.
    ``SIBLINGS_TOGETHER_SHARE``: of children with brothers or sisters to live with, those in settings that take all.
    ``PROVIDERS_IN_AREA``, ``SETTING_TYPES_IN_AREA``: number and range of providers with places in the area (Children
    Act 1989 s22G(4)), at the end of the year. Budgets are in pounds a year, not discounted; capital is counted in the
    year in which the home opens.
    """

    IN_AREA_SHARE = "in_area_share"
    WITHIN_20_MILES_SHARE = "within_20_miles_share"
    FAMILY_SHARE = "family_share"
    IN_HOUSE_FOSTERING_SHARE = "in_house_fostering_share"
    RESIDENTIAL_SHARE = "residential_share"
    SIBLINGS_TOGETHER_SHARE = "siblings_together_share"
    LOCAL_BED_SHARE = "local_bed_share"
    IN_HOUSE_FOSTERING_CHILDREN = "in_house_fostering_children"
    INDEPENDENT_FOSTERING_CHILDREN = "independent_fostering_children"
    IN_HOUSE_RESIDENTIAL_CHILDREN = "in_house_residential_children"
    INDEPENDENT_RESIDENTIAL_CHILDREN = "independent_residential_children"
    PROVIDERS_IN_AREA = "providers_in_area"
    SETTING_TYPES_IN_AREA = "setting_types_in_area"
    REVENUE_BUDGET = "revenue_budget"
    CAPITAL_BUDGET = "capital_budget"

    @property
    def is_share(self) -> bool:
        """Between 0 and 1."""
        return self.value.endswith("share")

    @property
    def is_money(self) -> bool:
        """Pounds a year."""
        return self.value.endswith("budget")


class Sense(StrEnum):
    """Which side of the value is wanted."""

    AT_LEAST = "at least"
    AT_MOST = "at most"


class Firmness(StrEnum):
    """How firmly a target is meant.

    ``EXPECTED``: on average over the scenarios, always. ``PRICED``: on average, or pay ``price_pence`` for each unit
    missed. ``LIKELY``: in at least ``probability`` of the scenarios.
    """

    EXPECTED = "hard"
    PRICED = "priced"
    LIKELY = "likely"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One target.

    Parameters
    ----------
    values
        By year of the plan, from 0: share, children, number or pounds a year. Years that are left out have none.
    price_pence
        For each unit missed in a year: a child for shares and counts, a pound for budgets, one for numbers.
    probability
        Of a ``LIKELY`` target.
    authority_id
        Whose children; ``None``: of all authorities of the plan together.
    """

    id: str
    measure: Measure
    sense: Sense
    values: dict[int, float]
    firmness: Firmness = Firmness.EXPECTED
    price_pence: int | None = None
    probability: float | None = None
    authority_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """How much the worst futures weigh: ``weight`` on the mean of the worst ``1 - level``, the rest on the mean."""

    weight: float = 0.0
    level: float = 0.9
