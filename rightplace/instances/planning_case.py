"""PlanningCase: the frozen whole that a plan is asked about; cross-checked when it is made."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from rightplace.instances.instance import Instance
from rightplace.instances.levers import Levers
from rightplace.instances.quarters import QUARTERS_A_YEAR, Quarter, year_names
from rightplace.instances.scenario import Demand
from rightplace.instances.targets import Risk, Target


@dataclass(frozen=True, kw_only=True)
class PlanningCase:
    """Supply today, demand futures, levers and targets.

    Parameters
    ----------
    instance
        Today's children, settings and policy.
    demand
        Whole years of quarters; its first quarter is the first of the plan, and decisions are taken at its start.
    """

    instance: Instance
    demand: Demand
    levers: Levers = field(default_factory=Levers)
    targets: tuple[Target, ...] = ()
    risk: Risk = field(default_factory=Risk)

    @property
    def first(self) -> Quarter:
        """The first quarter."""
        return self.demand.first

    @property
    def num_years(self) -> int:
        """Years of the plan."""
        return self.demand.num_quarters // QUARTERS_A_YEAR

    @cached_property
    def year_names(self) -> tuple[str, ...]:
        """What the years are called."""
        return year_names(self.first, self.num_years)

    @cached_property
    def authority_ids(self) -> tuple[str, ...]:
        """The authorities whose children are planned for, in order."""
        return tuple(sorted({cohort.authority_id for cohort in self.demand.cohorts}))

    def replace(self, **changes: Any) -> PlanningCase:
        """A copy with some parts changed."""
        return dataclasses.replace(self, **changes)
