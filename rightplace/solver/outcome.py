"""Outcome: what a solver says of a program. Claims, not promises: the certificate checks the plan made of them."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from rightplace.errors import SolverError

Floats = NDArray[np.float64]


class Reason(StrEnum):
    """Why a solver stopped."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    NO_SOLUTION = "no solution"


class Limit(StrEnum):
    """Which limit stopped it, if one did."""

    NONE = "none"
    GAP = "gap"
    TIME = "time"
    INTERRUPT = "interrupt"


@dataclass(frozen=True, slots=True)
class Progress:
    """What a running solver reports: seconds since its start, and the best value and bound of the current tier."""

    tier: str
    seconds: float
    value: float | None
    bound: float | None


@dataclass(frozen=True, slots=True)
class SolveOptions:
    """How long and how exactly to solve.

    Parameters
    ----------
    time_limit_seconds
        For all tiers together.
    relative_gap
        Of the last tier; earlier tiers are always solved to proof.
    stop
        Set by Ctrl-C: the solver ends and gives its best point.
    """

    solver: str = "ours"
    time_limit_seconds: float = 300.0
    relative_gap: float = 0.0
    num_threads: int = 1
    seed: int = 0
    stop: threading.Event = field(default_factory=threading.Event)
    progress: Callable[[Progress], None] | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a back end says of one objective. ``values`` is ``None`` exactly when it found no feasible point.

    ``bound`` is a claimed lower bound on the objective, ``None`` when the back end proved nothing.

    Raises
    ------
    ValueError
        When reason, limit and values contradict each other.
    """

    reason: Reason
    limit: Limit
    values: Floats | None
    bound: float | None
    detail: str

    def __post_init__(self) -> None:
        """Refuse inconsistent claims."""
        if (self.values is None) == (self.reason in (Reason.OPTIMAL, Reason.FEASIBLE)):
            raise ValueError(
                f"a solver that says {self.reason} must{'' if self.values is None else ' not'} give values"
            )
        if self.reason is Reason.OPTIMAL and self.bound is None:
            raise ValueError("a solver that says optimal must give a bound")
        if (self.limit is Limit.NONE) != (self.reason in (Reason.OPTIMAL, Reason.INFEASIBLE)):
            raise ValueError(f"{self.reason} with limit {self.limit}")


def claim(values: Floats, value: float, bound: float, detail: str) -> Answer:
    """The claim of a back end that stopped by itself: optimal when less than one unit separates value and bound.

    All costs of a program are whole numbers, so nothing better can lie in between.
    """
    if value - bound < 1.0 - 1e-6:
        return Answer(Reason.OPTIMAL, Limit.NONE, values, bound, detail)
    return Answer(Reason.FEASIBLE, Limit.GAP, values, bound, detail)


def whole_bound(bound: float | None, value: int, least: int) -> int:
    """A claimed bound, less the solver's rounding, up to the next whole number, from ``least`` to the value.

    Raises
    ------
    SolverError
        When the bound lies above the value by more than rounding: one of the two is wrong.
    """
    if bound is None or not math.isfinite(bound):
        return least
    whole = max(least, math.ceil(bound - 1e-8 * abs(bound) - 1e-3))
    if whole > value + max(1.0, 1e-7 * abs(value)):
        raise SolverError(f"a bound of {bound:g} lies above the value {value}")
    return min(value, whole)


@dataclass(frozen=True, slots=True)
class TierClaim:
    """Value and claimed lower bound of one tier, given what the tiers before it reached."""

    name: str
    value: int
    bound: int

    @property
    def is_proven(self) -> bool:
        """Nothing better is possible, says the solver."""
        return self.bound == self.value


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the solver claims of the whole program, tier by tier. ``values`` is ``None`` when there is no answer.

    ``flow_seconds``: of the processor, for the minimum-cost flow alone that the program relaxes to; ``None`` where
    nobody looked for it.
    """

    reason: Reason
    limit: Limit
    values: Floats | None
    tiers: tuple[TierClaim, ...]
    solver: str
    version: str
    seconds: float
    detail: str
    flow_seconds: float | None = None
