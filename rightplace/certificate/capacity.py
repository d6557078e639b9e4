"""The certificate of a capacity plan: does it hold, does it add up, does it keep its claims?

Decided from the case, the plan, and who lives where in each scenario and quarter; it shares no code with the model or
the solver. What a kind of place is (``supply_of``) and who may live in it (``service_of``) it takes from instances and
rules: a mistake in those it cannot see.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rightplace.certificate.capacity_actions import refusal, uses_of
from rightplace.certificate.capacity_households import limits_of_households, stocks_of
from rightplace.certificate.capacity_living import Living
from rightplace.certificate.capacity_money import Bill, discounted_pence, sums_of
from rightplace.certificate.capacity_room import crowded, room_of
from rightplace.certificate.capacity_targets import Found, counting_of, found_of, with_own_budget
from rightplace.certificate.checker import Certificate
from rightplace.instances.quarters import QUARTERS_A_YEAR, WEEKS_A_QUARTER
from rightplace.instances.supply import supply_of
from rightplace.instances.targets import Firmness
from rightplace.rules.service import service_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from rightplace.capacity_plan import CapacityPlan, PlanYear, Service, TargetYear
    from rightplace.certificate.violation import Violation
    from rightplace.instances.planning_case import PlanningCase
    from rightplace.instances.supply import Supply
    from rightplace.rules.service import Service as Lawful

_PENNY = 1.0
_RELATIVE = 1e-9
_UNIT = 1e-6
"""By how much what a plan says of a target may be off: of a share, a child, a provider."""


@dataclass(frozen=True, slots=True)
class CapacityCertificate(Certificate):
    """The verdict on a capacity plan. ``value_pence`` is the checker's own sum, for the whole plan, discounted."""

    value_pence: float = 0.0
    shortfall_pence: float = 0.0


def check_capacity(case: PlanningCase, plan: CapacityPlan, services: Iterable[Service]) -> CapacityCertificate:
    """Check a capacity plan against its case.

    Parameters
    ----------
    services
        Who lives where, a block for each scenario and quarter in any order; each is read once and not kept.

    Returns
    -------
    CapacityCertificate
        With everything that speaks against the plan, not only the first thing.
    """
    supplies = supply_of(case)
    return certify(case, supplies, service_of(case, supplies), plan, services)


def certify(
    case: PlanningCase, supplies: Sequence[Supply], lawful: Lawful, plan: CapacityPlan, services: Iterable[Service]
) -> CapacityCertificate:
    """``check_capacity`` with the supplies and lawful pairs of this very case, for who checks many plans of it."""
    uses, violations = uses_of(case, plan.schedule)
    stocks = stocks_of(case, supplies, uses)
    room = room_of(case, supplies, stocks, uses)
    living = Living(case, supplies, lawful, room, counting_of(case, supplies, lawful), with_own_budget(case))
    living.read(services)
    bill = Bill(case, sums_of(case, stocks, room, uses))
    targets = found_of(case, supplies, living, room, bill, uses)
    violations += limits_of_households(case, stocks, uses)
    violations += living.violations
    violations += crowded(case, supplies, room, living.most_used, living.num_over)
    shortfall = sum(found.price_pence for found in targets)
    fees = _weighed(living.discounted_fees(), case)
    value = discounted_pence(case, bill.sums) + fees + shortfall
    violations += _totals(plan, value, shortfall)
    violations += _years(case, plan, bill, living, targets)
    violations += _missed(case, targets)
    weeks = WEEKS_A_QUARTER * case.demand.num_quarters
    return CapacityCertificate(round(value / weeks), tuple(violations), value, shortfall)


def _weighed(pence: NDArray[np.float64], case: PlanningCase) -> float:
    """The mean over the scenarios, mixed with the mean of the worst of them: of so much probability, dearest first."""
    risk, probability = case.risk, case.demand.probability
    mean = float(probability @ pence)
    if not risk.weight:
        return mean
    left, worst = 1 - risk.level, 0.0
    for i in np.argsort(-pence, kind="stable").tolist():
        taken = min(left, float(probability[i]))
        worst, left = worst + taken * float(pence[i]), left - taken
    return (1 - risk.weight) * mean + risk.weight * worst / (1 - risk.level)


def _is_off(said: float, found: float, least: float = _PENNY) -> bool:
    """Whether a claim differs from what is found; two that are not numbers agree."""
    if math.isnan(found):
        return not math.isnan(said)
    return not abs(said - found) <= least + _RELATIVE * abs(found)


def _totals(plan: CapacityPlan, value: float, shortfall: float) -> Iterator[Violation]:
    """The value, the prices of what is missed, and the bound."""
    claims = (("value", plan.value_pence, value), ("price of missed targets", plan.shortfall_pence, shortfall))
    for name, said, found in claims:
        if _is_off(said, found):
            yield refusal("total", f"the plan's {name} is said to be {_pounds(said)}; it adds up to {_pounds(found)}")
    if not plan.bound_pence <= value + _PENNY + _RELATIVE * abs(value):
        least = f"no plan is said to cost less than {_pounds(plan.bound_pence)}"
        yield refusal("bound", f"{least}, but this one costs {_pounds(value)}")


def _years(
    case: PlanningCase, plan: CapacityPlan, bill: Bill, living: Living, targets: Sequence[Found]
) -> Iterator[Violation]:
    """What is said of each year: revenue, capital, and every target."""
    if [row.year for row in plan.years] != list(range(case.num_years)):
        yield refusal("years", f"the plan says something of {len(plan.years)} years, not of each of {case.num_years}")
    fees = case.demand.probability @ living.fees
    for row in plan.years:
        if not 0 <= row.year < case.num_years:
            continue
        name = case.year_names[row.year]
        quarters = slice(QUARTERS_A_YEAR * row.year, QUARTERS_A_YEAR * (row.year + 1))
        revenue = bill.pence(row.year, is_capital=False) + float(fees[quarters].sum())
        capital = bill.pence(row.year, is_capital=True)
        for what, said, found in (("revenue", row.revenue_pence, revenue), ("capital", row.capital_pence, capital)):
            if _is_off(said, found):
                yield refusal("year", f"{what} in {name} is said to be {_pounds(said)}; it is {_pounds(found)}")
        yield from _targets_of_year(name, row, [found for found in targets if found.year == row.year])


def _targets_of_year(name: str, row: PlanYear, targets: Sequence[Found]) -> Iterator[Violation]:
    wanted, said = Counter(found.target.id for found in targets), Counter(one.target_id for one in row.targets)
    for target_id in wanted | said:
        if wanted[target_id] != said[target_id]:
            times = f"stands {said[target_id]} times in {name}, not {wanted[target_id]}"
            yield refusal("target year", f"{target_id}: {times}")
    by_id = {found.target.id: found for found in targets}
    for one in row.targets:
        if one.target_id in by_id:
            yield from _one_target(name, one, by_id[one.target_id])


def _one_target(name: str, said: TargetYear, found: Found) -> Iterator[Violation]:
    least = _PENNY / 100 if found.target.measure.is_money else _UNIT
    required = found.target.values[found.year]
    for what, one, other in (
        ("value asked for", said.required, required),
        ("mean", said.mean, found.mean),
        ("10% value", said.p10, found.p10),
        ("90% value", said.p90, found.p90),
        ("probability of being met", said.probability_met, found.probability_met),
    ):
        if _is_off(one, other, least):
            yield refusal("target year", f"{said.target_id} in {name}: its {what} is {other:.6g}, not {one:.6g}")
    if said.year != found.year:
        yield refusal("target year", f"{said.target_id} in {name}: is said to be of year {said.year}")
    if said.met is not found.is_met:
        words = ("is not met", "is met")
        yield refusal("target year", f"{said.target_id} in {name}: {words[found.is_met]}, not as the plan says")


def _missed(case: PlanningCase, targets: Sequence[Found]) -> Iterator[Violation]:
    """Hard targets and likely ones that are missed."""
    for found in targets:
        if found.is_met or found.target.firmness is Firmness.PRICED:
            continue
        target, year = found.target, case.year_names[found.year]
        wanted = f"{target.id} in {year}: must be {target.sense.value} {target.values[found.year]:,.6g}"
        if target.firmness is Firmness.LIKELY:
            enough = f"with probability {target.probability:.0%}"
            yield refusal("target", f"{wanted} {enough}, and is with {found.probability_met:.1%}")
        else:
            yield refusal("target", f"{wanted}, and is {found.mean:,.6g} on average")


def _pounds(pence: float) -> str:
    return f"{'-' if pence < 0 else ''}£{abs(pence) / 100:,.2f}"
