"""The answer of ``plan`` as plain data: the object of ``--json`` and of plan files. docs/plan.md explains each key."""

from __future__ import annotations

import hashlib
import math
from typing import TYPE_CHECKING, Any

from rightplace.instances.levers import Block, HomeChange, NewHome, Profile, Retention
from rightplace.reports.capacity_carers import carers_by_year
from rightplace.reports.capacity_difference import difference_sentences
from rightplace.reports.capacity_sentences import (
    clash_sentences,
    foresight_sentences,
    fresh_sentence,
    warnings,
)
from rightplace.reports.capacity_words import action_words
from rightplace.schedules import levers_of, verb_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rightplace.capacity_plan import Action, CapacityPlan, TargetYear
    from rightplace.certificate import Certificate
    from rightplace.instances.levers import Lever
    from rightplace.instances.planning_case import PlanningCase
    from rightplace.instances.scenario import Demand
    from rightplace.plan_result import Clash, PlanResult


def capacity_object(result: PlanResult) -> dict[str, Any]:
    """The whole answer, ready for JSON; money in pence."""
    plan, case = result.plan, result.case
    schedule = () if plan is None else plan.schedule
    return {
        "status": result.status.value,
        "value_pence": None if plan is None else plan.value_pence,
        "bound_pence": None if plan is None else plan.bound_pence,
        "gap": result.gap,
        "schedule": schedule_object(case, schedule),
        "carers": [] if plan is None else [row.as_object() for row in carers_by_year(case, schedule)],
        "years": [] if plan is None else years_object(case, plan, result.baseline),
        "shadow_prices": _shadow_prices(result),
        "binding": list(result.binding),
        "certificate": None if result.certificate is None else certificate_object(result.certificate),
        "out_of_sample": _out_of_sample(result),
        "influence_gap": result.influence_gap,
        "shortfall_pence": None if plan is None else plan.shortfall_pence,
        "baseline_pence": result.baseline.value_pence,
        "next_best": _next_best(result),
        "foresight": _foresight(result),
        "clash": None if result.clash is None else clash_object(case, result.clash),
        "payers": {
            payer.authority_id: {"pence": payer.pence, "shared_pence": payer.shared_pence} for payer in result.payers
        },
        "notes": [*result.notes, *(() if plan is None else warnings(case, schedule))],
        "stopped_by": result.stopped_by,
        "solver": {"name": result.solver, "version": result.solver_version},
        "seconds": round(result.seconds, 3),
        **case_object(case),
    }


def case_object(case: PlanningCase) -> dict[str, Any]:
    """Which question an answer answers."""
    instance, demand = case.instance, case.demand
    expected = demand.mean.sum(axis=1)
    return {
        "instance": {"name": instance.name, "digest": instance.digest, "date": instance.date.isoformat()},
        "demand": {
            "source": demand.source,
            "digest": demand_digest(demand),
            "first": str(demand.first),
            "num_quarters": demand.num_quarters,
            "num_scenarios": demand.num_scenarios,
            "num_cohorts": len(demand.cohorts),
            "children": [float(children) for children in expected],
        },
        "targets": [
            {
                "id": target.id,
                "measure": target.measure.value,
                "sense": target.sense.value,
                "values": {case.year_names[year]: value for year, value in sorted(target.values.items())},
                "meant": target.firmness.value,
                "price_pence": target.price_pence,
                "probability": target.probability,
                "authority": target.authority_id,
            }
            for target in case.targets
        ],
    }


def demand_digest(demand: Demand) -> str:
    """SHA-256 of cohorts, quarters, children and probabilities, in hexadecimal: the same futures, the same digest."""
    whole = hashlib.sha256()
    for part in (str(demand.first), str(demand.children.shape), *(cohort.id for cohort in demand.cohorts)):
        whole.update(part.encode() + b"\n")
    whole.update(demand.children.astype("<f8").tobytes())
    whole.update(demand.probability.astype("<f8").tobytes())
    return whole.hexdigest()


def schedule_object(case: PlanningCase, schedule: Iterable[Action]) -> list[dict[str, Any]]:
    """One object an action, with the site that a lever is about, or the profile."""
    levers = levers_of(case)
    return [
        {
            "lever": action.lever_id,
            **_whom_it_is_about(levers[action.lever_id]),
            "quantity": action.quantity,
            "quarter": str(action.quarter),
            "action": verb_of(levers[action.lever_id]).value,
            "sentence": action_words(case, action),
        }
        for action in schedule
    ]


def _whom_it_is_about(lever: Lever) -> dict[str, str]:
    """Beds are about a site: that of a new home, the home that changes, the block. The rest is about carers."""
    match lever:
        case NewHome():
            return {"site": lever.site}
        case HomeChange():
            return {"site": lever.setting_id}
        case Block():
            return {"site": lever.id}
        case Profile():
            return {"profile": lever.id}
        case Retention():
            return {"profile": lever.funnel_id}
        case _:
            return {"profile": lever.id}


def years_object(case: PlanningCase, plan: CapacityPlan, baseline: CapacityPlan) -> list[dict[str, Any]]:
    """One object a year, with what doing nothing costs."""
    return [
        {
            "year": case.year_names[year.year],
            "cost_pence": year.revenue_pence + year.capital_pence,
            "baseline_pence": nothing.revenue_pence + nothing.capital_pence,
            "revenue_pence": year.revenue_pence,
            "capital_pence": year.capital_pence,
            "targets": {found.target_id: _target_year(found) for found in year.targets},
        }
        for year, nothing in zip(plan.years, baseline.years, strict=True)
    ]


def _target_year(found: TargetYear) -> dict[str, Any]:
    return {
        "mean": _number(found.mean),
        "p10": _number(found.p10),
        "p90": _number(found.p90),
        "required": found.required,
        "met": found.met,
        "probability_met": found.probability_met,
    }


def _number(value: float) -> float | None:
    """JSON has no word for what is no number: the share of nothing."""
    return None if math.isnan(value) else value


def _shadow_prices(result: PlanResult) -> dict[str, Any]:
    names = result.case.year_names
    found: dict[str, Any] = {}
    for price in result.shadow_prices:
        years = found.setdefault(price.target_id, {"unit": price.unit, "pence": {}})
        years["pence"][names[price.year]] = price.pence
    return found


def certificate_object(certificate: Certificate) -> dict[str, Any]:
    """The checker's verdict."""
    violations = [{"rule": v.rule, "sentence": str(v)} for v in certificate.violations]
    return {"accepted": certificate.is_accepted, "violations": violations}


def _out_of_sample(result: PlanResult) -> dict[str, Any] | None:
    found = result.out_of_sample
    if found is None:
        return None
    return {
        "mean": found.mean_pence,
        "low": found.low_pence,
        "high": found.high_pence,
        "num_scenarios": found.num_scenarios,
        "sentence": fresh_sentence(found, result),
    }


def _next_best(result: PlanResult) -> dict[str, Any] | None:
    other, plan = result.next_best, result.plan
    if other is None or plan is None:
        return None
    return {
        "value_pence": other.value_pence,
        "schedule": schedule_object(result.case, other.schedule),
        "differences": difference_sentences(result.case, plan.schedule, other.schedule),
    }


def _foresight(result: PlanResult) -> dict[str, Any] | None:
    found, plan = result.foresight, result.plan
    if found is None or plan is None:
        return None
    return {
        "stochastic_pence": found.stochastic_pence,
        "perfect_pence_at_most": found.perfect_pence_at_most,
        "num_judged": found.num_judged,
        "sentences": list(foresight_sentences(found, plan.value_pence)),
    }


def clash_object(case: PlanningCase, clash: Clash) -> dict[str, Any]:
    """Which targets cannot hold together, and the least change that lets the rest hold."""
    names = case.year_names
    return {
        "members": [{"target": target_id, "year": names[year]} for target_id, year in clash.members],
        "further": [
            [{"target": target_id, "year": names[year]} for target_id, year in members] for members in clash.further
        ],
        "relaxation": [
            {"target": target_id, "year": names[year], "required": required, "reachable": reachable}
            for target_id, year, required, reachable in clash.relaxation
        ],
        "likely": [
            {"target": target_id, "year": names[year], "required": required, "reached": reached}
            for target_id, year, required, reached in clash.likely
        ],
        "is_smallest": clash.is_smallest,
        "is_least": clash.is_least,
        "sentences": list(clash_sentences(case, clash)),
    }
