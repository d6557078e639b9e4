"""Demand futures: how many children of each cohort are in care in each quarter, in each of several scenarios."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rightplace.instances.cohorts import Cohort
from rightplace.instances.quarters import Quarter

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Demand:
    """Children in care by scenario, quarter and cohort.

    Parameters
    ----------
    cohorts
        Each once, in the order of the last axis of ``children``.
    first
        The first quarter.
    children
        (num_scenarios, num_quarters, num_cohorts): children in care, on average over the quarter; 0 or more.
    probability
        (num_scenarios,): positive, adding up to 1.
    names
        One a scenario.
    source
        Where the figures come from, in words for a report.

    Raises
    ------
    ValueError
        When shapes or ranges are wrong.
    """

    cohorts: tuple[Cohort, ...]
    first: Quarter
    children: Floats
    probability: Floats
    names: tuple[str, ...]
    source: str

    def __post_init__(self) -> None:
        """Check shapes and ranges."""
        num_scenarios, num_quarters, num_cohorts = self.children.shape
        if num_cohorts != len(self.cohorts) or len(set(self.cohorts)) != num_cohorts:
            raise ValueError("each cohort once, one a column")
        if not num_quarters or not num_scenarios == len(self.names) == len(self.probability) > 0:
            raise ValueError("at least one quarter and one scenario; a name and a probability a scenario")
        if not (np.isfinite(self.children).all() and (self.children >= 0).all()):
            raise ValueError("children must be 0 or more")
        if not (self.probability > 0).all() or abs(float(self.probability.sum()) - 1) > 1e-9:
            raise ValueError("probabilities must be positive and add up to 1")

    @property
    def num_scenarios(self) -> int:
        """Number of scenarios."""
        return len(self.names)

    @property
    def num_quarters(self) -> int:
        """Number of quarters."""
        return int(self.children.shape[1])

    @property
    def mean(self) -> Floats:
        """(num_quarters, num_cohorts): expected children."""
        return np.tensordot(self.probability, self.children, axes=1)

    def only_mean(self) -> Demand:
        """One scenario with the expected number of children: what a plan without uncertainty would look at."""
        return Demand(self.cohorts, self.first, self.mean[None], np.ones(1), ("mean",), f"mean of: {self.source}")

    def where(self, scenarios: NDArray[np.int64]) -> Demand:
        """Some of the scenarios; their probabilities are scaled to add up to 1."""
        weight = self.probability[scenarios]
        names = tuple(self.names[i] for i in scenarios)
        return Demand(self.cohorts, self.first, self.children[scenarios], weight / weight.sum(), names, self.source)
