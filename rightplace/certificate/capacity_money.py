"""What a schedule costs before any child is placed: every sum of money, with its quarter and who pays it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from rightplace.instances.levers import (
    Block,
    Conversion,
    CostSharing,
    HomeChange,
    Lever,
    NewHome,
    Profile,
    Retention,
    of_year,
)
from rightplace.instances.quarters import QUARTERS_A_YEAR, WEEKS_A_QUARTER

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rightplace.certificate.capacity_actions import Use
    from rightplace.certificate.capacity_households import Households
    from rightplace.certificate.capacity_room import Room
    from rightplace.instances.planning_case import PlanningCase


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum of money: pence in one quarter, not discounted; capital whole in the quarter of the opening."""

    lever: Lever
    at: int
    pence: float
    is_capital: bool = False


def sums_of(case: PlanningCase, stocks: dict[str, Households], room: Room, uses: Sequence[Use]) -> list[Sum]:
    """Running homes, contracts, households, programmes and recruiting, and the capital."""
    found = [one for use in uses for one in _of_use(case, stocks, use)]
    profiles = {profile.id: profile for profile in case.levers.profiles}
    for stock in stocks.values():
        for profile_id, households in stock.recruited.items():
            weekly = profiles[profile_id].household_pence_per_week
            found += [Sum(profiles[profile_id], t, WEEKS_A_QUARTER * weekly * n) for t, n in enumerate(households)]
    for conversion in case.levers.conversions:
        if conversion.id in room.converted:
            weekly = conversion.place_pence_per_week
            places = room.converted[conversion.id].tolist()
            found += [Sum(conversion, t, WEEKS_A_QUARTER * weekly * n) for t, n in enumerate(places)]
    return [one for one in found if one.pence]


def _of_use(case: PlanningCase, stocks: dict[str, Households], use: Use) -> Iterator[Sum]:
    lever, num = use.lever, case.demand.num_quarters
    match lever:
        case NewHome():
            yield Sum(lever, use.at, lever.capital_pence, True)
            yield from (Sum(lever, t, WEEKS_A_QUARTER * lever.running_pence_per_week) for t in range(use.at, num))
        case HomeChange():
            yield Sum(lever, use.at, lever.capital_pence, True)
            weekly = lever.running_pence_per_week - lever.saved_pence_per_week
            yield from (Sum(lever, t, WEEKS_A_QUARTER * weekly) for t in range(use.at, num))
        case Block():
            end = num if lever.num_quarters is None else min(num, use.at + lever.num_quarters)
            quarterly = WEEKS_A_QUARTER * lever.first_pence_per_week * use.quantity
            yield from (Sum(lever, t, quarterly) for t in range(use.at, end))
        case Profile():
            funnel = stocks[lever.funnel_id].funnel
            asked = use.at - funnel.lag_quarters
            year = max(0, asked) // QUARTERS_A_YEAR
            assessments = use.quantity / of_year(funnel.approval_rate, year)
            visits = assessments / of_year(funnel.assessment_rate, year)
            enquiries = visits / of_year(funnel.visit_rate, year)
            pence = enquiries * funnel.enquiry_pence + visits * funnel.visit_pence
            yield Sum(lever, max(0, asked), pence + assessments * funnel.assessment_pence)
        case Retention():
            lower = lever.deregistration_rate_per_year
            gain = stocks[lever.funnel_id].funnel.deregistration_rate_per_year - lower
            if gain > 0:
                yield Sum(lever, use.at, use.quantity / gain * lever.household_pence_per_year)
        case Conversion():
            pass


def discount(case: PlanningCase, t: int) -> float:
    """What a penny in the middle of a quarter is worth at the start of the plan."""
    rate = case.levers.assumptions.discount_rate_per_year
    return float((1 + rate) ** (-(t + 0.5) / QUARTERS_A_YEAR))


def discounted_pence(case: PlanningCase, sums: Sequence[Sum]) -> float:
    """Revenue, and capital charged as an annuity over its life, a quarter of it in each quarter from the opening on."""
    factors = [discount(case, t) for t in range(case.demand.num_quarters)]
    rate, years = case.levers.assumptions.discount_rate_per_year, case.levers.assumptions.capital_life_years
    annuity = 1 / years if rate == 0 else rate / (1 - (1 + rate) ** -years)
    total = 0.0
    for one in sums:
        charged = one.pence * annuity / QUARTERS_A_YEAR * sum(factors[one.at :])
        total += charged if one.is_capital else one.pence * factors[one.at]
    return total


class Bill:
    """Who pays what of the sums, year by year, not discounted."""

    def __init__(self, case: PlanningCase, sums: Sequence[Sum]) -> None:
        self.sums = sums
        self._parts = _Parts(case)

    def pence(self, year: int, *, is_capital: bool, authority_id: str | None = None) -> float:
        """Revenue or capital of a year: of all authorities, or the part of one."""
        return sum(
            one.pence * (1.0 if authority_id is None else self._parts.of(one.lever).get(authority_id, 0.0))
            for one in self.sums
            if one.is_capital is is_capital and one.at // QUARTERS_A_YEAR == year
        )


def parts_of(case: PlanningCase, lever: Lever) -> dict[str, float]:
    """Who pays which part of what a lever costs.

    Authorities who share a home divide it as its row says; by use, which nobody knows before it is used, and by
    children in care both go by the expected children of the plan. Those who share a block divide it equally. A changed
    home is paid by who runs it, an independent one by the area that it stands in.
    """
    return _Parts(case).of(lever)


class _Parts:
    """``parts_of`` every lever, each worked out once."""

    def __init__(self, case: PlanningCase) -> None:
        self._case = case
        self._known: dict[str, dict[str, float]] = {}

    def of(self, lever: Lever) -> dict[str, float]:
        if lever.id not in self._known:
            weights = self._weights(lever)
            if not sum(weights.values()):
                weights = dict.fromkeys(weights, 1.0)
            self._known[lever.id] = {key: weight / sum(weights.values()) for key, weight in weights.items()}
        return self._known[lever.id]

    def _weights(self, lever: Lever) -> dict[str, float]:
        match lever:
            case HomeChange():
                offer = self._case.instance.setting[lever.setting_id].offer
                owner = self._case.instance.provider[offer.provider_id].authority_id
                return {owner or offer.authority_id: 1.0}
            case Profile() | Retention():
                return {row.authority_id: 1.0 for row in self._case.levers.funnels if row.id == lever.funnel_id}
            case Conversion():
                return {lever.authority_id: 1.0}
            case NewHome() | Block():
                sharing = lever.open_to_ids or frozenset({lever.authority_id})
                if isinstance(lever, Block) or lever.cost_sharing is CostSharing.EQUAL:
                    return dict.fromkeys(sharing, 1.0)
                return {authority_id: self._children.get(authority_id, 0.0) for authority_id in sharing}

    @cached_property
    def _children(self) -> dict[str, float]:
        """Expected children of each authority, summed over the quarters."""
        found: dict[str, float] = defaultdict(float)
        means = self._case.demand.mean.sum(axis=0).tolist()
        for cohort, number in zip(self._case.demand.cohorts, means, strict=True):
            found[cohort.authority_id] += number
        return found
