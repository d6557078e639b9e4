"""From a solver's claims to a plan in domain words, checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rightplace.capacity_plan import CapacityPlan, PlanYear, Service, TargetYear
from rightplace.certificate import Certificate
from rightplace.certificate.capacity import certify
from rightplace.instances.quarters import WEEKS_A_QUARTER
from rightplace.instances.targets import Firmness, Sense
from rightplace.models.capacity import POUNDS_PER_MILE, capacity_schedule, measures_of, plan_years
from rightplace.plan_result import Payer
from rightplace.planning.payers import authority_of_arcs, payers_of
from rightplace.solver.benders import service
from rightplace.solver.recourse import risk_mix
from rightplace.staged import Floats

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rightplace.instances.targets import Target
    from rightplace.models.capacity_targets import MeasureYear
    from rightplace.planning.question import PlanningQuestion
    from rightplace.solver.benders import StagedOutcome

_NOBODY = 1e-9
_UNIT = 1e-6
_RELATIVE = 1e-9
_SURE = 1e-9


@dataclass(frozen=True, slots=True)
class CheckedPlan:
    """A capacity plan with the verdict of the checker on it."""

    plan: CapacityPlan
    certificate: Certificate
    payers: tuple[Payer, ...]


@dataclass(slots=True)
class _Counted:
    """What the flows add up to.

    Parameters
    ----------
    fees
        (scenarios, quarters): pence, not discounted.
    counted, whole
        (measures, scenarios): of each target and year.
    fees_of
        (authorities,): pence on average, over all quarters.
    lived
        (supplies, authorities): children on average, added up over the quarters.
    """

    fees: Floats
    counted: Floats
    whole: Floats
    fees_of: Floats
    lived: Floats


def checked(
    question: PlanningQuestion,
    outcome: StagedOutcome,
    claimed_by: str,
) -> CheckedPlan:
    """The plan of an outcome that has a point, with the checker's verdict.

    The flows are found twice, once to count what is claimed and once for the checker, so that they are never all kept.
    """
    assert outcome.point is not None  # the caller has looked
    counts = _counted(question, outcome)
    plan = _plan_of(question, outcome, counts, claimed_by)
    data = question.data
    blocks = blocks_of(question, outcome)
    payers = payers_of(question, outcome.point, counts.fees_of, counts.lived) if len(counts.fees_of) > 1 else ()
    return CheckedPlan(plan, certify(question.case, data.supplies, data.service, plan, blocks), payers)


def plan_of(
    question: PlanningQuestion,
    outcome: StagedOutcome,
    claimed_by: str,
) -> CapacityPlan:
    """The plan of an outcome that has a point: every claim counted from its flows."""
    return _plan_of(question, outcome, _counted(question, outcome), claimed_by)


def _plan_of(question: PlanningQuestion, outcome: StagedOutcome, found: _Counted, claimed_by: str) -> CapacityPlan:
    point, staged, case = outcome.point, question.staged, question.case
    assert point is not None  # the caller has looked
    measures = measures_of(question.data, question.columns)
    fees = found.fees @ (staged.period_weights / WEEKS_A_QUARTER)
    targets = [_target_year(question, m, found, i, point) for i, m in enumerate(measures)]
    shortfall = sum(pence for _, pence in targets)
    value = 100 * float(staged.first_costs @ point) + risk_mix(staged, fees) + shortfall
    bound = 100 * (outcome.bound - _most_for_miles(question))
    mean_fees = staged.probability @ found.fees
    revenue, capital = plan_years(question.data, question.columns, point, mean_fees)
    years = tuple(
        PlanYear(
            year=year,
            revenue_pence=float(revenue[year]),
            capital_pence=float(capital[year]),
            targets=tuple(target for target, _ in targets if target.year == year),
        )
        for year in range(case.num_years)
    )
    return CapacityPlan(
        schedule=capacity_schedule(question.data, question.columns, point),
        value_pence=value,
        bound_pence=min(bound, value),
        claimed_by=claimed_by,
        shortfall_pence=shortfall,
        years=years,
    )


def blocks_of(question: PlanningQuestion, outcome: StagedOutcome) -> Iterator[Service]:
    """Who lives where, block by block."""
    staged = question.staged
    for scenario, quarter, flow in service(outcome):
        used = np.flatnonzero(flow > _NOBODY)
        yield Service(scenario, quarter, staged.arc_cohort[used], staged.arc_node[used], flow[used])


def _counted(
    question: PlanningQuestion,
    outcome: StagedOutcome,
) -> _Counted:
    staged, num = question.staged, question.staged.num_scenarios
    pence = question.data.service.use_pence_per_week
    measures = measures_of(question.data, question.columns)
    by_year, num_authorities = (len(measures), num), len(question.case.authority_ids)
    fees_of, lived = np.zeros(num_authorities), np.zeros((staged.num_nodes, num_authorities))
    found = _Counted(np.zeros((num, staged.num_periods)), np.zeros(by_year), np.zeros(by_year), fees_of, lived)
    authority = authority_of_arcs(question)
    lives_at = staged.arc_node * num_authorities + authority
    of_quarter = [[i for i, m in enumerate(measures) if t in m.periods] for t in range(staged.num_periods)]
    for w, t, flow in service(outcome):
        flow = np.where(flow > _NOBODY, flow, 0.0)
        found.fees[w, t] = WEEKS_A_QUARTER * float(pence @ flow)
        if num_authorities > 1:
            weighted = staged.probability[w] * flow
            fees_of += WEEKS_A_QUARTER * np.bincount(authority, pence * weighted, num_authorities)
            lived += np.bincount(lives_at, weighted, lived.size).reshape(lived.shape)
        for i in of_quarter[t]:
            found.counted[i, w] += float(measures[i].counted.arcs @ flow)
            whole = measures[i].whole
            if whole is not None:
                found.whole[i, w] += float(whole.arcs @ flow)
    return found


def _target_year(
    question: PlanningQuestion, measure: MeasureYear, found: _Counted, i: int, point: Floats
) -> tuple[TargetYear, float]:
    """How a target fares in a year, and what missing it costs, in pence."""
    target = question.case.targets[measure.target]
    probability = question.staged.probability
    required = target.values[measure.year]
    by_scenario = measure.value(found.counted[i], found.whole[i], point)
    counted, whole = np.array(probability @ found.counted[i]), np.array(probability @ found.whole[i])
    mean = float(measure.value(counted, whole, point))
    lacks, scale = _lacks(target, measure, found.counted[i], found.whole[i], point)
    lacks_on_average = float(probability @ lacks)
    likely = float(probability[lacks <= scale].sum())
    if target.firmness is Firmness.LIKELY:
        is_met = likely >= (target.probability or 0.0) - _SURE
    else:
        is_met = lacks_on_average <= float(probability @ scale)
    year = TargetYear(
        target_id=target.id,
        year=measure.year,
        required=required,
        mean=mean,
        p10=_quantile(by_scenario, probability, 0.1),
        p90=_quantile(by_scenario, probability, 0.9),
        met=is_met,
        probability_met=likely,
    )
    price = target.price_pence if target.firmness is Firmness.PRICED else 0
    return year, (price or 0) * max(0.0, lacks_on_average)


def _lacks(
    target: Target, measure: MeasureYear, counted: Floats, whole: Floats, point: Floats
) -> tuple[Floats, Floats]:
    """(scenarios,): what is missing, in children, pounds or numbers (negative: to spare), and what is rounding."""
    value = target.values[measure.year]
    reached = counted + float(measure.counted.columns @ point) + measure.counted.constant
    wanted = np.full(len(reached), value)
    if measure.whole is not None:
        wanted = value * (whole + float(measure.whole.columns @ point) + measure.whole.constant)
    sign = 1.0 if target.sense is Sense.AT_LEAST else -1.0
    return sign * (wanted - reached), _UNIT + _RELATIVE * (np.abs(wanted) + np.abs(reached))


def _quantile(values: Floats, probability: Floats, share: float) -> float:
    """The smallest value that at least so much of the probability lies at or below, of those that are any."""
    kept = np.flatnonzero(~np.isnan(values))
    if not len(kept):
        return float("nan")
    order = kept[np.argsort(values[kept], kind="stable")]
    reached = np.cumsum(probability[order]) / probability[kept].sum()
    return float(values[order[int(np.searchsorted(reached, share - _SURE))]])


def _most_for_miles(question: PlanningQuestion) -> float:
    """The most that miles can add to a cost in the program: what a bound there may owe to them."""
    staged = question.staged
    farthest = np.zeros(staged.num_cohorts)
    np.maximum.at(farthest, staged.arc_cohort, question.data.service.miles)
    most = (staged.demand @ farthest) @ staged.period_weights
    return POUNDS_PER_MILE * float(most.max())
