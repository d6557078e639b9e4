"""Sentences on a capacity plan: how good it is, what targets cost, what else there is, and why there may be none."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from rightplace.instances.levers import Block, HomeChange, HomeChangeKind, NewHome
from rightplace.instances.targets import Firmness
from rightplace.reports.capacity_words import (
    amount,
    fine_percent,
    meant_words,
    money,
    more_words,
    reachable_words,
    required_words,
    target_words,
    told_unit,
)
from rightplace.reports.wording import and_list, capital
from rightplace.result import Status
from rightplace.rules.words import count
from rightplace.schedules import levers_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rightplace.capacity_plan import Action, CapacityPlan
    from rightplace.instances.planning_case import PlanningCase
    from rightplace.instances.targets import Target
    from rightplace.plan_result import Clash, OutOfSample, PlanResult, ShadowPrice, WorthOfForesight

INDUCED_DEMAND = (
    "New beds can bring children into them who would otherwise live in families (McClanahan, Zhou and Wulczyn, SSWR "
    "2025); demand here does not react to supply. Watch who moves in."
)
OCCUPANCY = (
    "Places are not interchangeable. Planning occupancy stands in for who can live with whom and when; check a plan by "
    "matching children into it (rightplace match)."
)
MARGINAL = (
    "What one more costs is read off the relaxation in which homes and households may be fractions. It holds near the "
    "plan, and is discounted to its start."
)

WITH_PINS = "With what is pinned and forbidden"


def proof_sentences(result: PlanResult) -> Iterator[str]:
    """Value, bound, and the gap by total cost and by what a plan can influence."""
    plan = result.plan
    if plan is None:
        return
    who = f"{result.solver} {result.solver_version}"
    kept = result.baseline.value_pence - plan.value_pence
    years = count(result.case.num_years, "year")
    yield (
        f"Value {money(plan.value_pence)}: cost over {years}, discounted, capital charged over its life. "
        f"Doing nothing: {money(result.baseline.value_pence)}{_missed(result.baseline)}; the plan {_saves(kept)}."
    )
    if plan.shortfall_pence > 0:
        yield f"Of the value, {money(plan.shortfall_pence)} are prices of targets that are missed."
    if result.gap is None:
        return
    if result.status is Status.OPTIMAL and result.gap == 0:
        yield f"Proven: no plan is cheaper, says {who}."
        return
    head = "Proven to the gap asked for" if result.status is Status.OPTIMAL else f"Stopped by {result.stopped_by}"
    yield f"{head}: no plan costs less than {money(plan.bound_pence)}, says {who}. {_gaps(result)}"


def _gaps(result: PlanResult) -> str:
    words = f"The gap is {fine_percent(result.gap or 0)} of total cost"
    if result.influence_gap is None:
        return f"{words}. No plan that meets the targets is cheaper than doing nothing."
    return f"{words} and {fine_percent(result.influence_gap)} of what a plan can influence."


def _missed(baseline: CapacityPlan) -> str:
    """How many targets doing nothing would miss, each year of each counted; nothing where it misses none."""
    found = [target.met for year in baseline.years for target in year.targets]
    return f", which misses {found.count(False)} of {count(len(found), 'yearly target')}" if False in found else ""


def _saves(pence: float) -> str:
    if not round(pence / 100):
        return "costs the same"
    return f"saves {money(pence)}" if pence > 0 else f"costs {money(-pence)} more"


def price_sentences(result: PlanResult) -> Iterator[str]:
    """What one more of each target costs, by year and over all its years; last, where more would cost nothing."""
    targets = {target.id: target for target in result.case.targets}
    by_target: dict[str, list[ShadowPrice]] = defaultdict(list)
    for price in result.shadow_prices:
        by_target[price.target_id].append(price)
    free = []
    for target_id, prices in by_target.items():
        target = targets[target_id]
        dear = [price for price in prices if round(_told(target, price.pence) / 100)]
        if not dear:
            free.append(target_words(result.case, target))
            continue
        for price in dear:
            year = result.case.year_names[price.year]
            cost = money(_told(target, price.pence))
            costs = "costs about" if _is_kept(result, price) else "adds to the prices paid for missing it about"
            yield f"{capital(more_words(result.case, target))} in {year} {costs} {cost}."
        if len(prices) > 1:
            mean = sum(_told(target, price.pence) for price in prices) / len(prices)
            more = capital(more_words(result.case, target))
            kept = all(_is_kept(result, price) for price in prices)
            costs = "costs about" if kept else "costs, or adds to prices paid for missing it, about"
            yield f"{more} in each of these {len(prices)} years {costs} {money(mean)} a year."
    if free:
        yield f"Asking a little more would cost nothing: {and_list(free)}."


def _is_kept(result: PlanResult, price: ShadowPrice) -> bool:
    """Whether the plan meets the target in that year; else one more of it is missed, too, and only its price grows."""
    if result.plan is None:
        return True
    years = {year.year: year for year in result.plan.years}
    found = [one for one in years[price.year].targets if one.target_id == price.target_id]
    return all(one.met for one in found)


def _told(target: Target, pence: float) -> float:
    """A marginal cost, which is for a point of a share, for as much as it is told for."""
    return pence if target.measure.is_share else pence * told_unit(target.measure)


def foresight_sentences(foresight: WorthOfForesight, value_pence: float) -> Iterator[str]:
    """What thinking in scenarios is worth, and what knowing the future would be."""
    saved, perfect = foresight.stochastic_pence, foresight.perfect_pence_at_most
    if saved is None:
        yield (
            "A plan made for average demand would miss a target that this one keeps: that is what thinking in "
            "scenarios is worth."
        )
    else:
        share = fine_percent(saved / value_pence) if value_pence else "nothing"
        yield (
            f"Thinking in scenarios saves {money(saved)} ({share} of the value): a plan made for average demand would "
            "cost so much more. Beyond that, scenarios show how likely each target is and how far costs may range."
        )
    if perfect is not None and foresight.num_judged is None:
        yield f"Knowing demand beforehand would save at most {money(perfect)}: no forecast is worth more than that."
    elif perfect is not None:
        yield (
            f"Knowing demand beforehand would save at most {money(perfect)} on average over the {foresight.num_judged} "
            "scenarios that were looked at: about that is the most that a forecast can be worth."
        )


def fresh_sentence(found: OutOfSample, result: PlanResult) -> str:
    """How the schedule fares in scenarios that it was not made for, without prices of missed targets."""
    head = (
        f"On {count(found.num_scenarios, 'fresh scenario')} the same schedule costs {money(found.mean_pence)} on "
        f"average, with 95% confidence {money(found.low_pence)} to {money(found.high_pence)}"
    )
    if result.plan is None or result.case.risk.weight:
        return f"{head}."  # the value is no mean
    cost = result.plan.value_pence - result.plan.shortfall_pence
    if cost < found.low_pence:
        expected = f"the {money(cost)} that the plan expects"
        return f"{head}: more than {expected}, which is too hopeful; plan with more scenarios."
    if cost > found.high_pence:
        return f"{head}: less than the {money(cost)} that the plan expects; plan with more scenarios."
    return f"{head}; the {money(cost)} that the plan expects, prices of missed targets left out, lies within."


def clash_sentences(case: PlanningCase, clash: Clash) -> Iterator[str]:
    """Which targets cannot hold together, and the least that would have to be given."""
    targets = {target.id: target for target in case.targets}
    this, them, other = "This target", "These", ""
    if clash.is_with_pins:
        this, them, other = f"{WITH_PINS}, this target", f"{WITH_PINS}, these", "else "
    for number, found in enumerate((clash.members, *clash.further)):
        members = [_asked(case, targets[key], year, targets[key].values[year]) for key, year in found]
        also = "Nor can this one" if number else f"{this} cannot be met, whatever {other}is done"
        if len(members) == 1:
            yield f"{also}: {members[0]}."
            continue
        these = f"Nor can these {len(members)} hold" if number else f"{them} {len(members)} targets cannot hold"
        rest = "without any one of them the others can" if clash.is_smallest else "nor, perhaps, can fewer of them"
        yield f"{these} together; {rest}:"
        yield from (f"   {member}" for member in members)
    if clash.relaxation and clash.is_least:
        yield "The least change with which all targets hold (others may be as small; what they cost plays no part):"
    elif clash.relaxation:
        yield "A change with which all targets hold (no time was left to find the least):"
    for target_id, year, required, reachable in clash.relaxation:
        target = targets[target_id]
        where = f"{target_words(case, target)} in {case.year_names[year]}"
        asked = amount(target.measure, required)
        yield f"   {where}: {reachable_words(target, reachable)} instead of {asked}"
    if clash.likely:
        yield "With the least change that was found, likely targets hold in fewer scenarios:"
    for target_id, year, share, reached in clash.likely:
        where = f"{target_words(case, targets[target_id])} in {case.year_names[year]}"
        yield f"   {where}: in {fine_percent(reached)} of the scenarios instead of {fine_percent(share)}"


def _asked(case: PlanningCase, target: Target, year: int, value: float) -> str:
    words = f"{target_words(case, target)} in {case.year_names[year]}: {required_words(target, value)}"
    return f"{words}, {meant_words(target)}" if target.firmness is Firmness.LIKELY else words


def warnings(case: PlanningCase, schedule: Sequence[Action]) -> Iterator[str]:
    """What a reader must know beside the numbers."""
    levers = levers_of(case)
    if any(_adds_beds(levers[action.lever_id]) for action in schedule):
        yield INDUCED_DEMAND
    yield OCCUPANCY


def _adds_beds(lever: object) -> bool:
    if isinstance(lever, HomeChange):
        return lever.kind is HomeChangeKind.ENLARGE
    return isinstance(lever, NewHome | Block)
