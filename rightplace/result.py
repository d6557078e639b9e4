"""Result: a checked answer, with what it is compared to and why some children stay waiting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from rightplace.certificate import Certificate
from rightplace.instances.instance import Instance
from rightplace.instances.policy import SearchOrder
from rightplace.plan import Plan
from rightplace.reasons import Reason


class Status(StrEnum):
    """What is claimed of a result."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Checked:
    """A plan with the verdict of the checker on it."""

    plan: Plan
    certificate: Certificate


@dataclass(frozen=True, slots=True)
class Timing:
    """Wall-clock seconds of each phase."""

    read_s: float = 0.0
    build_s: float = 0.0
    solve_s: float = 0.0
    check_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The answer to one question about one instance.

    Parameters
    ----------
    stopped_by
        The limit that ended the search: none, gap, time or interrupt.
    reasons
        For each waiting child, why it is in none of the settings.
    other
        The other search order's plan, ``None`` where there was no time for it.
    """

    instance: Instance
    status: Status
    stopped_by: str
    solver: str
    solver_version: str
    best: Checked
    greedy: Checked
    other: Checked | None
    reasons: Mapping[str, tuple[Reason, ...]]
    timing: Timing = field(default_factory=Timing)

    @property
    def value_pence_per_week(self) -> int:
        """The price tier of the best plan."""
        return self.best.plan.value_pence_per_week

    @property
    def bound_pence_per_week(self) -> int:
        """No plan that does as well on the earlier tiers costs less, claims the solver."""
        return self.best.plan.bound_pence_per_week

    @property
    def gap(self) -> float:
        """(value - bound) / value of the price tier, 0 when both are 0."""
        return self.best.plan.gap

    @property
    def other_search_order(self) -> SearchOrder:
        """The search order of ``other``."""
        level = self.best.plan.search_order is SearchOrder.LEVEL
        return SearchOrder.CASCADE if level else SearchOrder.LEVEL
