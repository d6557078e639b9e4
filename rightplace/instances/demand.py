"""Demand futures made from today's children: each cohort is a stock that children enter and leave by chance.

Each quarter every child, or every sibling group as a whole, leaves its cohort with a probability that its age says, and
a Poisson number of new ones enters, so many that the expected stock follows the line of growth: an infinite-server
queue, whose stationary law is Poisson around today's number (Kleinrock 1975, Queueing Systems, volume 1, section 3.4).
Cohorts do not grow older: who leaves an age band by a birthday is among the leavers, and entries keep the profile of
ages and needs. A cohort that has no child today has none later.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rightplace.instances.children import AGE_BANDS
from rightplace.instances.growth import DEMOGRAPHICS, DEPRIVATION, GROWTH_LINES, MOVEMENT, STEADY, Growth, growth_of
from rightplace.instances.quarters import QUARTERS_A_YEAR, Quarter
from rightplace.instances.scenario import Demand, Floats
from rightplace.instances.todays_cohorts import cohorts_of, left_out

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rightplace.instances.cohorts import Cohort
    from rightplace.instances.instance import Instance

__all__ = [
    "DEMOGRAPHICS",
    "DEPRIVATION",
    "GROWTH_LINES",
    "LEAVING_RATES",
    "MOVEMENT",
    "STEADY",
    "Growth",
    "cohorts_of",
    "generate_demand",
    "growth_of",
    "left_out",
]

LEAVING_RATES = (0.45, 0.25, 0.20, 0.65)
"""Share of the children of each age band who leave care, or the band by a birthday, within a year. Ours: babies and
young people near 18 leave soonest. Where a council knows its own, it should give them."""
GROWTH_DEVIATION = 0.02
"""Standard deviation of the yearly rate of growth between scenarios: 2 percentage points."""
MANY_COHORTS = 1000
"""More cohorts than these are merged unless it is said otherwise: a plan for many authorities takes too long."""
_BLOCK = 25
"""Scenarios drawn together, always all of them, so that a scenario does not depend on how many are asked for."""


def generate_demand(
    instance: Instance,
    years: int = 5,
    scenarios: int = 100,
    seed: int = 0,
    growth: Growth = STEADY,
    *,
    leaving_rate_per_year: Sequence[float] = LEAVING_RATES,
    growth_deviation: float = GROWTH_DEVIATION,
    stream: int = 0,
    merge: bool | None = None,
    today: Mapping[Cohort, int] | None = None,
) -> Demand:
    """Equally probable futures of the children in care, from the first quarter after the instance's date.

    The first quarter has today's children. Scenario ``i`` is the same however many scenarios or years are asked for.

    Parameters
    ----------
    years, scenarios
        How many of each, 1 or more.
    seed
        0 or more; the same seed gives the same bytes.
    leaving_rate_per_year
        Share of children who leave within a year, by age band (``children.AGE_BANDS``). Where the line of growth falls
        faster than that, as many more leave.
    growth_deviation
        Each scenario's own growth lies so far around the line: standard deviation of the yearly rate. The mean over
        the scenarios keeps to the line.
    stream
        Another number gives other futures of the same law: for checking a plan on scenarios that it was not made for.
    merge
        As of ``cohorts_of``; ``None``: where there are more than ``MANY_COHORTS`` cohorts otherwise.
    today
        Children by cohort to begin with, in place of ``cohorts_of(instance)``.

    Raises
    ------
    ValueError
        When a number is out of its range, or there are no children.
    """
    counts, merged = {c: n for c, n in sorted((today or {}).items()) if n}, ""
    if today is None:
        counts, merged = _cohorts(instance, merge)
    _check(counts, years, scenarios, (seed, stream), leaving_rate_per_year, growth_deviation)
    law = _Law.of(
        counts, growth.line([cohort.kind for cohort in counts], years * QUARTERS_A_YEAR), leaving_rate_per_year
    )
    children = np.empty((scenarios, *law.mean.shape))
    for block, start in enumerate(range(0, scenarios, _BLOCK)):
        random = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(stream, block)))
        children[start : start + _BLOCK] = law.futures(random, growth_deviation)[: scenarios - start]
    names = tuple(f"{stream}-{i + 1}" if stream else str(i + 1) for i in range(scenarios))
    source = _source(instance, counts, merged, growth, growth_deviation, leaving_rate_per_year, (seed, stream))
    first = Quarter.after(instance.date)
    return Demand(tuple(counts), first, children, np.full(scenarios, 1 / scenarios), names, source)


def _check(
    counts: Mapping[Cohort, int],
    years: int,
    scenarios: int,
    seeds: tuple[int, int],
    leaving: Sequence[float],
    deviation: float,
) -> None:
    wrong = []
    if years < 1 or scenarios < 1:
        wrong.append("at least one year and one scenario")
    if min(seeds) < 0:
        wrong.append("a seed and a stream of 0 or more")
    if len(leaving) != len(AGE_BANDS) or not all(0 <= rate <= 1 for rate in leaving):
        wrong.append(f"{len(AGE_BANDS)} leaving rates between 0 and 1, one an age band")
    if not 0 <= deviation < np.inf:
        wrong.append("a deviation of growth of 0 or more")
    if not counts or min(counts.values()) < 0:
        wrong.append("at least one child in care")
    if wrong:
        raise ValueError(f"expected {'; '.join(wrong)}")


@dataclass(frozen=True, slots=True, eq=False)
class _Law:
    """The law of the stocks: arrays over cohorts.

    ``mean`` is (num_quarters, num_cohorts), the line; ``stay`` the probability of staying for a quarter. Today's
    children are ``num_groups`` groups of ``size`` and ``rest`` more, whose siblings are in another cohort.
    """

    mean: Floats
    stay: Floats
    size: Floats
    num_groups: Floats
    rest: Floats

    @classmethod
    def of(cls, counts: Mapping[Cohort, int], line: Floats, leaving_rate_per_year: Sequence[float]) -> _Law:
        number = np.array(list(counts.values()), dtype=np.float64)
        size = np.array([cohort.group_size for cohort in counts], dtype=np.float64)
        leaving = np.array([leaving_rate_per_year[cohort.age_band] for cohort in counts])
        return cls(line * number, (1 - leaving) ** (1 / QUARTERS_A_YEAR), size, number // size, number % size)

    def futures(self, random: np.random.Generator, growth_deviation: float) -> Floats:
        """(_BLOCK, num_quarters, num_cohorts): children; the growth of each future lies lognormally around the line."""
        spread = growth_deviation * np.arange(len(self.mean))[:, None, None] / QUARTERS_A_YEAR
        own_growth = np.exp(spread * random.standard_normal((_BLOCK, 1)) - spread**2 / 2)
        mean = self.mean[:, None] * own_growth
        stay = np.minimum(self.stay, mean[1:] / mean[:-1])
        entering = np.maximum(mean[1:] - stay * mean[:-1], 0.0) / self.size
        groups, rest = np.empty(mean.shape, np.int64), np.zeros(mean.shape, np.int64)
        groups[0], rest[0] = self.num_groups, self.rest > 0
        parts = np.flatnonzero(self.rest)
        for t in range(1, len(mean)):
            groups[t] = random.binomial(groups[t - 1], stay[t - 1]) + random.poisson(entering[t - 1])
            rest[t][:, parts] = random.binomial(rest[t - 1][:, parts], stay[t - 1][:, parts])
        return (groups * self.size + rest * self.rest).swapaxes(0, 1)


def _cohorts(instance: Instance, merge: bool | None) -> tuple[dict[Cohort, int], str]:
    """Today's children by cohort, merged if asked for or needed, and what a report says of the merging."""
    counts = cohorts_of(instance)
    if not (len(counts) > MANY_COHORTS if merge is None else merge):
        return counts, ""
    merged = cohorts_of(instance, merge=True)
    return merged, f" (of {len(counts):,}, the small ones put together with their nearest, needs rounded up)"


def _source(
    instance: Instance,
    counts: Mapping[Cohort, int],
    merged: str,
    growth: Growth,
    deviation: float,
    leaving: Sequence[float],
    seeds: tuple[int, int],
) -> str:
    """What a report says of where the figures come from."""
    bands = ", ".join(f"{rate:.0%} of ages {name}" for rate, (name, _, _) in zip(leaving, AGE_BANDS, strict=True))
    without = sum(left_out(instance).values())
    apart = f" {without} children with parents or placed for adoption are left out." if without else ""
    return (
        f"generated from the {sum(counts.values()):,} children of {instance.name} on {instance.date.isoformat()} in "
        f"{len(counts):,} cohorts{merged}; within a year {bands} leave, and a Poisson number enters; growth "
        f"{growth.name!r} ({growth.reason}), give or take {100 * deviation:.1f} percentage points a year between "
        f"scenarios; seed {seeds[0]}, stream {seeds[1]}.{apart}"
    )
