"""Planning as a whole: the contract that commands and reports are written against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightplace.capacity_plan import Action
from rightplace.instances.planning_case import PlanningCase
from rightplace.instances.quarters import Quarter
from rightplace.instances.scenario import Demand
from rightplace.plan_result import Clash, PlanResult
from rightplace.solver.outcome import SolveOptions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from concurrent.futures import Executor


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOptions:
    """What to find out, beside how to solve it.

    Parameters
    ----------
    pins
        Actions that the plan must have.
    forbids
        Levers that it must not use in a quarter, or at all (``None``).
    fresh
        Scenarios that the plan was not made for, to test it on.
    """

    pins: tuple[Action, ...] = ()
    forbids: tuple[tuple[str, Quarter | None], ...] = ()
    next_best: bool = True
    foresight: bool = True
    fresh: Demand | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontierPoint:
    """The best plan at one value of a target.

    Parameters
    ----------
    cost_pence, bound_pence
        As of a plan; ``None`` where the value cannot be reached, or was not within the time.
    shadow_price_pence
        Of a unit of the target's value (1 for a share) in all its years together.
    """

    value: float
    cost_pence: float | None
    bound_pence: float | None
    shadow_price_pence: float | None
    schedule: tuple[Action, ...]
    reachable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Schedules evaluated exactly as given, on the same demand.

    Parameters
    ----------
    names
        One a result.
    payback
        The first year at whose end the undiscounted saving against doing nothing, added up, covers what was spent, as
        its last quarter; ``None``: never within the plan. One a result.
    """

    case: PlanningCase
    names: tuple[str, ...]
    results: tuple[PlanResult, ...]
    payback: tuple[Quarter | None, ...]


def plan_capacity(
    case: PlanningCase,
    options: PlanOptions = PlanOptions(),
    solving: SolveOptions = SolveOptions(),
    executor: Executor | None = None,
) -> PlanResult:
    """The best plan, checked."""
    raise NotImplementedError


def frontier(
    case: PlanningCase,
    target_id: str,
    values: Sequence[float],
    options: PlanOptions = PlanOptions(),
    solving: SolveOptions = SolveOptions(),
    executor: Executor | None = None,
) -> tuple[FrontierPoint, ...]:
    """The best plan at each of several values of a target."""
    raise NotImplementedError


def compare(
    case: PlanningCase,
    schedules: Mapping[str, tuple[Action, ...]],
    solving: SolveOptions = SolveOptions(),
    executor: Executor | None = None,
) -> Comparison:
    """Each schedule evaluated exactly as it is given, against doing nothing."""
    raise NotImplementedError


def audit_targets(
    case: PlanningCase, solving: SolveOptions = SolveOptions(), executor: Executor | None = None
) -> Clash | None:
    """The smallest set of targets that cannot hold together; ``None`` when all can."""
    raise NotImplementedError
