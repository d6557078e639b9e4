"""PlanResult: a capacity plan, what the checker says of it, and what else a commissioner asks about it."""

from __future__ import annotations

from dataclasses import dataclass, field

from rightplace.capacity_plan import CapacityPlan
from rightplace.certificate import Certificate
from rightplace.instances.planning_case import PlanningCase
from rightplace.result import Status

_NOTHING = 1e-6
"""A smaller share of the cost of doing nothing is nothing that a plan can influence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowPrice:
    """What a target costs at the margin, over the whole plan, discounted to its start.

    Parameters
    ----------
    pence
        What asking a little more of the target in the year costs, for each ``unit`` more. From the linear relaxation.
    unit
        ``percentage point``, ``child``, ``pound`` or ``one``.
    """

    target_id: str
    year: int
    pence: float
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOfSample:
    """The schedule of a plan on fresh scenarios that it was not made for; 95% interval of the mean, pence."""

    num_scenarios: int
    mean_pence: float
    low_pence: float
    high_pence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WorthOfForesight:
    """What thinking in scenarios is worth, and what knowing the future would be.

    Parameters
    ----------
    stochastic_pence
        Value of the stochastic solution: what a plan made for the mean of demand would cost more (Birge 1982,
        doi:10.1007/BF01585113); ``None``: that plan would miss a hard target.
    perfect_pence_at_most
        Expected value of perfect information, from above; ``None`` where the worst futures weigh more, or a target is
        likely only.
    num_judged
        Scenarios that perfect information was judged by, where these are not all: then the mean over all may be more.
    """

    stochastic_pence: float | None
    perfect_pence_at_most: float | None
    num_judged: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """Targets that cannot hold together: a smallest set, and the least that would have to be given.

    Parameters
    ----------
    members
        ``(target id, year)``: without any one of them the others can hold together (see ``is_smallest``).
    further
        Other smallest sets, among the targets that are in none of the ones before.
    relaxation
        ``(target id, year, required, reachable)``: the least change, over all targets, that lets the rest hold.
    likely
        ``(target id, year, required, reached)``, shares of the scenarios: with that change, likely targets hold in so
        many; perhaps they could in more.
    is_least
        It is proven that no smaller change, as shares of what is asked for and added up, will do.
    is_smallest
        It is proven of every member of every set that the others can hold together without it.
    is_with_pins
        All of that holds with what was pinned and forbidden; without, the targets may hold together.
    """

    members: tuple[tuple[str, int], ...]
    relaxation: tuple[tuple[str, int, float, float], ...]
    further: tuple[tuple[tuple[str, int], ...], ...] = ()
    likely: tuple[tuple[str, int, float, float], ...] = ()
    is_with_pins: bool = False
    is_smallest: bool = True
    is_least: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetsAudit:
    """Whether the hard targets of a case can be met together.

    Parameters
    ----------
    clash
        Some that cannot; ``None`` where none was proven.
    fits
        There is a plan that meets all.
    stopped_by
        The limit that came before either was known; ``none`` otherwise.
    """

    clash: Clash | None
    fits: bool
    stopped_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Payer:
    """What one authority pays over the whole plan, on average, not discounted.

    Parameters
    ----------
    shared_pence
        The part that goes into homes and blocks which it shares with others.
    """

    authority_id: str
    pence: float
    shared_pence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanResult:
    """The answer of ``plan``.

    Parameters
    ----------
    status
        Optimal within the gap asked for, feasible, or infeasible (then there is no plan, and ``clash`` says why; or
        ``notes``, where no plan keeps what is pinned and forbidden).
    baseline
        Doing nothing: no lever is used, whatever the targets say.
    next_best
        The best plan found that opens, changes or lets another set of homes and blocks.
    payers
        Where the plan is for several authorities: what each of them pays.
    binding
        What limits the plan: lever limits and targets at their value, in words.
    """

    case: PlanningCase
    status: Status
    stopped_by: str
    solver: str
    solver_version: str
    seconds: float
    plan: CapacityPlan | None
    certificate: Certificate | None
    baseline: CapacityPlan
    shadow_prices: tuple[ShadowPrice, ...] = ()
    binding: tuple[str, ...] = ()
    next_best: CapacityPlan | None = None
    foresight: WorthOfForesight | None = None
    out_of_sample: OutOfSample | None = None
    clash: Clash | None = None
    payers: tuple[Payer, ...] = ()
    notes: tuple[str, ...] = field(default=())

    @property
    def gap(self) -> float | None:
        """Value less bound, by the value."""
        if self.plan is None or not self.plan.value_pence:
            return None
        return (self.plan.value_pence - self.plan.bound_pence) / abs(self.plan.value_pence)

    @property
    def influence_gap(self) -> float | None:
        """Value less bound, by what a plan can influence: doing nothing less the bound. ``None`` if that is nothing."""
        if self.plan is None:
            return None
        span = self.baseline.value_pence - self.plan.bound_pence
        if span <= _NOTHING * abs(self.baseline.value_pence):
            return None
        return (self.plan.value_pence - self.plan.bound_pence) / span
