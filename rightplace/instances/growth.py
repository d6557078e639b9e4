"""Growth: how many more or fewer children a council expects in care each year, and the lines that are ready to use."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from rightplace.instances.cohorts import CohortKind
from rightplace.instances.levers import of_year
from rightplace.instances.quarters import QUARTERS_A_YEAR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rightplace.instances.scenario import Floats

_PERCENT = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*%")


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """A line that the expected number of children in care follows.

    Parameters
    ----------
    name
        What reports call it.
    rate_per_year
        By year of the plan; the last one holds for the years after. 0.03 is 3% more children after a year.
    by_kind
        Rates of kinds of cohort that grow otherwise.
    reason
        Where the rates come from, in words.

    Raises
    ------
    ValueError
        When no rate is given, or one takes all children or more away.
    """

    name: str
    rate_per_year: tuple[float, ...]
    by_kind: Mapping[CohortKind, tuple[float, ...]] = field(default_factory=dict)
    reason: str

    def __post_init__(self) -> None:
        """Check the rates."""
        for rates in (self.rate_per_year, *self.by_kind.values()):
            if not rates or not all(-1 < rate < np.inf for rate in rates):
                raise ValueError(f"growth {self.name!r}: expected rates above -100% a year, one a year or one for all")

    def of_kind(self, kind: CohortKind) -> tuple[float, ...]:
        """The rates by year of one kind of cohort."""
        return self.by_kind.get(kind, self.rate_per_year)

    def line(self, kinds: Sequence[CohortKind], num_quarters: int) -> Floats:
        """(num_quarters, len(kinds)): children by those of today, 1 in the first quarter; even growth within a year."""
        years = [t // QUARTERS_A_YEAR for t in range(num_quarters - 1)]
        rates = {kind: [of_year(self.of_kind(kind), year) for year in years] for kind in set(kinds)}
        steps = (1 + np.array([rates[kind] for kind in kinds])) ** (1 / QUARTERS_A_YEAR)
        return np.vstack([np.ones(len(kinds)), steps.T]).cumprod(axis=0, dtype=np.float64)


_FIGURE_10 = (
    "figure 10 of Barnet's Placements Commissioning Strategy 2014 draws this line without figures; the rate is "
    "rightplace's own"
)
STEADY = Growth(name="steady", rate_per_year=(0.0,), reason="as many children in care as today")
DEPRIVATION = Growth(
    name="deprivation",
    rate_per_year=(0.03,),
    reason=f"top line, new growth replicates existing patterns of deprivation: {_FIGURE_10}, 3% a year, so that the "
    "306 children of March 2014 would be about 365 by 2020",
)
DEMOGRAPHICS = Growth(
    name="demographics",
    rate_per_year=(0.015,),
    reason=f"middle line, new growth mirrors existing demographics: {_FIGURE_10}, 1.5% a year as a borough with many "
    "new homes may see of its 85,548 under 18s, so that 306 children would be about 335 by 2020",
)
MOVEMENT = Growth(
    name="movement",
    rate_per_year=(-0.01,),
    reason=f"bottom line, the movement of populations reduces numbers: {_FIGURE_10}, 1% fewer a year, so that 306 "
    "children would be about 288 by 2020",
)
GROWTH_LINES: dict[str, Growth] = {line.name: line for line in (STEADY, DEPRIVATION, DEMOGRAPHICS, MOVEMENT)}
"""The lines by name: no growth, and the top, middle and bottom line of figure 10 of Barnet's strategy of 2014. That
figure is a picture without numbers, so the rates of the three are ours: -1%, 1.5% and 3% a year. The text speaks of a
potential increase by 2020, 306 children in care, 85,548 under 18s, and growth in the west of the borough."""


def growth_of(text: str) -> Growth:
    """The line of a name, or of a rate such as ``2.5%`` a year.

    Raises
    ------
    ValueError
        When it is neither.
    """
    line = GROWTH_LINES.get(text.strip().lower())
    if line is not None:
        return line
    found = _PERCENT.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is no growth: expected one of {', '.join(GROWTH_LINES)}, or a rate such as 2.5%")
    rate = float(found[1]) / 100
    return Growth(name=f"{rate:+.1%} a year", rate_per_year=(rate,), reason="the rate that was asked for")
