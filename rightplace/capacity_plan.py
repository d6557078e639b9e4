"""CapacityPlan: which levers to use, how much and when, and what comes of it, in domain words.

The answer of ``plan``, as ``plan.Plan`` is that of ``match``. The certificate recomputes all of it from the case.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rightplace.instances.quarters import Quarter

if TYPE_CHECKING:
    from collections.abc import Iterable

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One use of a lever.

    Parameters
    ----------
    quantity
        1 for a home; households, de-registrations prevented, places or beds otherwise. Positive.
    quarter
        When it takes effect: the home opens or changes, households are approved, the block begins. Conversions are
        listed for each quarter in which their number of places changes, with the number from then on (0 ends them).
    """

    lever_id: str
    quantity: float
    quarter: Quarter


@dataclass(frozen=True, slots=True, eq=False)
class Service:
    """Who lives where in one scenario and quarter: the flow of a plan.

    Parameters
    ----------
    scenario, quarter
        Positions.
    cohort_idx, supply_idx, children
        One entry for each kind of place that serves a cohort: positions in the demand's cohorts and in the supply of
        the case (``models.supply.supply_of``), and how many children on average.
    """

    scenario: int
    quarter: int
    cohort_idx: Ints
    supply_idx: Ints
    children: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetYear:
    """How one target fares in one year.

    Parameters
    ----------
    required
        Share, children, number or pounds.
    mean
        Of the measure over the scenarios; of a share the share of the means. Not a number where it is of nothing.
    p10, p90
        The smallest value that at least 10% (90%) of the probability lies at or below, without interpolation; scenarios
        in which a share is of nothing are left out.
    met
        As the target is meant: on average, or in enough scenarios. A share of nothing meets every target.
    probability_met
        Probability of the scenarios in which the value is reached.
    """

    target_id: str
    year: int
    required: float
    mean: float
    p10: float
    p90: float
    met: bool
    probability_met: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanYear:
    """One year of a plan, on average over the scenarios, in pence that are not discounted.

    Parameters
    ----------
    revenue_pence
        Running homes, households and programmes, contracts, recruiting, fees.
    capital_pence
        Of homes that open or change in the year.
    """

    year: int
    revenue_pence: float
    capital_pence: float
    targets: tuple[TargetYear, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityPlan:
    """A plan and what it claims.

    Parameters
    ----------
    value_pence
        What the plan is judged by: discounted revenue and capital charge over all years, on average over the scenarios
        or mixed with the worst of them (``Risk``), and the prices of missed targets.
    bound_pence
        No plan has a smaller value, says ``claimed_by``.
    shortfall_pence
        The part of the value that is prices of missed targets.
    years
        In order.
    """

    schedule: tuple[Action, ...]
    value_pence: float
    bound_pence: float
    claimed_by: str
    shortfall_pence: float
    years: tuple[PlanYear, ...]


def schedule_of(actions: Iterable[Action]) -> tuple[Action, ...]:
    """Actions in the order in which they are printed: by quarter, then lever."""
    return tuple(sorted(actions, key=lambda action: (action.quarter, action.lever_id)))
