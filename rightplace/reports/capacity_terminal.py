"""What a commissioner reads of a capacity plan in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from rightplace.reports.capacity_carers import carers_by_year
from rightplace.reports.capacity_chart import chart_lines, runs_of
from rightplace.reports.capacity_difference import difference_sentences
from rightplace.reports.capacity_sentences import (
    MARGINAL,
    clash_sentences,
    foresight_sentences,
    fresh_sentence,
    price_sentences,
    proof_sentences,
    warnings,
)
from rightplace.reports.capacity_words import (
    action_words,
    amount,
    change,
    meant_words,
    money,
    percent,
    range_words,
    required_words,
    target_words,
)
from rightplace.reports.terminal import print_table
from rightplace.reports.wording import and_list, capital, day_words
from rightplace.result import Status
from rightplace.rules.words import count
from rightplace.schedules import Verb, levers_of, verb_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from rightplace.capacity_plan import Action, CapacityPlan
    from rightplace.certificate import Certificate
    from rightplace.instances.planning_case import PlanningCase
    from rightplace.plan_result import PlanResult, TargetsAudit

_MOST_LINES, _MOST_SENTENCES = 60, 20
_KINDS = {
    Verb.OPEN: ("home to open", "homes to open"),
    Verb.CHANGE: ("change to a home", "changes to homes"),
    Verb.RECRUIT: ("profile of households to recruit", "profiles of households to recruit"),
    Verb.RETAIN: ("offer to keep carers", "offers to keep carers"),
    Verb.CONVERT: ("conversion of places", "conversions of places"),
    Verb.LET: ("block contract", "block contracts"),
}


def print_capacity_result(result: PlanResult, console: Console) -> None:
    """The whole report: what was asked, the plan and its proof, or why there is none."""
    print_asked(result.case, console)
    plan = result.plan
    if plan is None:
        _print_no_plan(result, console)
        return
    for sentence in proof_sentences(result):
        _say(sentence, console)
    if result.certificate is not None:
        print_verdict(result.certificate, console)
    print_schedule(result.case, plan.schedule, console)
    print_carers(result.case, plan.schedule, console)
    print_years(result.case, plan, result.baseline, console)
    print_targets(result, console)
    _print_payers(result, console)
    _print_margins(result, console)
    _print_next_best(result, plan, console)
    _print_uncertainty(result, plan, console)
    _head("Bear in mind", console)
    for sentence in (*warnings(result.case, plan.schedule), *result.notes):
        _say(f"{capital(sentence).rstrip('.')}.", console)


def _print_payers(result: PlanResult, console: Console) -> None:
    """What each authority pays, where the plan is for several."""
    if not result.payers:
        return
    _head("Who pays, over the whole plan, on average, not discounted", console)
    names = {authority.id: authority.name for authority in result.case.instance.authorities}
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("authority", "pays", "of it for what it shares"):
        table.add_column(name, justify="left" if name == "authority" else "right")
    for payer in result.payers:
        table.add_row(escape(names[payer.authority_id]), money(payer.pence), money(payer.shared_pence))
    print_table(table, console)


def print_asked(case: PlanningCase, console: Console) -> None:
    """What was asked: the place and time, the children, the futures, the levers and the targets."""
    demand, last = case.demand, case.first + (case.demand.num_quarters - 1)
    expected = demand.mean.sum(axis=1)
    name, day = escape(case.instance.name), day_words(case.instance.date)
    console.print(f"[bold]{name}[/bold], {day}: a plan for {case.first} to {last}.", highlight=False)
    _say(
        f"{expected[0]:,.0f} children in care in {case.first}, {expected[-1]:,.0f} expected in {last}; "
        f"{count(len(demand.cohorts), 'cohort')}, {count(demand.num_scenarios, 'scenario')}.",
        console,
    )
    _say(f"Demand: {demand.source.rstrip('.')}.", console)
    _say(f"Levers: {_levers_words(case)}. {_targets_words(case)}", console)
    if case.risk.weight:
        weight, worst = 100 * case.risk.weight, 100 * (1 - case.risk.level)
        _say(f"The worst {worst:.0f}% of the futures weigh {weight:.0f}% of the value, the mean the rest.", console)
    _say("This is advice. People decide; every line below says what it rests on.\n", console)


def _levers_words(case: PlanningCase) -> str:
    verbs = [verb_of(lever) for lever in case.levers.usable]
    parts = [count(verbs.count(name), *words) for name, words in _KINDS.items() if name in verbs]
    off = len(levers_of(case)) - len(verbs)
    words = and_list(parts) or "none"
    return f"{words}; {off} switched off" if off else words


def _targets_words(case: PlanningCase) -> str:
    if not case.targets:
        return "No targets: the cheapest plan is sought."
    return f"{count(len(case.targets), 'target')}."


def _print_no_plan(result: PlanResult, console: Console) -> None:
    if result.clash is None and result.status is Status.INFEASIBLE:
        console.print("[bold]There is no plan that keeps what is pinned and forbidden.[/bold]")
        for note in result.notes:
            _say(note, console)
        return
    if result.clash is None:
        _say(f"No plan that meets every target was found (stopped by: {result.stopped_by}).", console)
        return
    console.print("[bold]There is no plan that meets these targets.[/bold]")
    for sentence in clash_sentences(result.case, result.clash):
        _say(sentence, console)
    for note in result.notes:
        _say(note, console)


def print_audit_of_targets(case: PlanningCase, audit: TargetsAudit, console: Console) -> None:
    """Whether the targets fit together; where not, which clash and what would have to give."""
    print_asked(case, console)
    if audit.clash is None:
        met = "The targets fit together: with these levers and this demand a plan was found that meets all of them."
        unknown = "Not known: the search was stopped before it found a plan that meets all targets, or a clash."
        _say(met if audit.fits else unknown, console)
        _say("Priced targets are wishes; they take no part in a clash.", console)
        return
    for sentence in clash_sentences(case, audit.clash):
        _say(sentence, console)


def print_verdict(certificate: Certificate, console: Console) -> None:
    """The checker's verdict, with every violation."""
    if certificate.is_accepted:
        console.print(
            "Certificate: [green]accepted[/green]; every household, place, child and penny recomputed.", highlight=False
        )
        return
    console.print("Certificate: [red]refused[/red]")
    for violation in certificate.violations:
        console.print(f"   {violation}", markup=False, highlight=False)


def print_schedule(case: PlanningCase, schedule: Sequence[Action], console: Console) -> None:
    """The schedule by quarter, as a table and as a chart."""
    if not schedule:
        _head("Schedule", console)
        _say("Nothing is done: no lever is used.", console)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("quarter", no_wrap=True)
    table.add_column("what takes effect", overflow="fold")
    runs, before = runs_of(case, schedule), None
    for run in runs[:_MOST_LINES]:
        each = " each quarter" if run.num_quarters > 1 else ""
        table.add_row("" if run.when == before else run.when, escape(action_words(case, run.action)) + each)
        before = run.when
    _head("Schedule", console)
    print_table(table, console)
    if len(runs) > _MOST_LINES:
        _say(f"and {count(len(runs) - _MOST_LINES, 'more line')} (see --json)", console)
    console.print()
    for line in chart_lines(case, schedule):
        _say(line, console)


def print_carers(case: PlanningCase, schedule: Sequence[Action], console: Console) -> None:
    """In-house foster carers at the start of each year and of the last quarter."""
    rows = carers_by_year(case, schedule)
    if not rows:
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("at the start of", "recruited", "left", "households", "places", "room for children"):
        table.add_column(name, justify="left" if name == "at the start of" else "right", no_wrap=True)
    for row in rows:
        amounts = (row.recruited, row.left, row.households, row.places, row.room)
        table.add_row(str(row.quarter), *(f"{max(0.0, amount):,.1f}" for amount in amounts))
    _head("In-house foster carers; recruited and left since the line before", console)
    print_table(table, console)


def print_years(case: PlanningCase, plan: CapacityPlan, baseline: CapacityPlan, console: Console) -> None:
    """Cost by year against doing nothing, not discounted."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("year", "revenue", "capital", "total", "doing nothing", "difference"):
        table.add_column(name, justify="left" if name == "year" else "right", no_wrap=True)
    rows = [
        (
            case.year_names[own.year],
            own.revenue_pence,
            own.capital_pence,
            nothing.revenue_pence + nothing.capital_pence,
        )
        for own, nothing in zip(plan.years, baseline.years, strict=True)
    ]
    rows.append(("all years", sum(row[1] for row in rows), sum(row[2] for row in rows), sum(row[3] for row in rows)))
    for name, revenue, spent, nothing in rows:
        total = revenue + spent
        table.add_row(name, money(revenue), money(spent), money(total), money(nothing), change(total - nothing))
    _head("Cost by year, on average, not discounted; capital in the year of opening", console)
    print_table(table, console)


def print_targets(result: PlanResult, console: Console) -> None:
    """Each target by year: what is asked, what is reached and how surely."""
    plan, targets = result.plan, {target.id: target for target in result.case.targets}
    rows = [] if plan is None else [found for year in plan.years for found in year.targets]
    if not rows:
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("target", "year", "asked", "mean", "10% to 90%", "met", "scenarios that meet it"):
        table.add_column(name, justify="left" if name in ("target", "year", "met") else "right")
    rows.sort(key=lambda found: (list(targets).index(found.target_id), found.year))
    before = None
    for found in rows:
        target = targets[found.target_id]
        measure = target.measure
        table.add_row(
            "" if found.target_id == before else escape(target_words(result.case, target)),
            result.case.year_names[found.year],
            required_words(target, found.required),
            amount(measure, found.mean),
            range_words(measure, found.p10, found.p90),
            "yes" if found.met else "no",
            percent(found.probability_met),
        )
        before = found.target_id
    _head("Targets", console)
    print_table(table, console)
    for target in result.case.targets:
        _say(f"{target_words(result.case, target)}: meant {meant_words(target)}.", console)


def _print_margins(result: PlanResult, console: Console) -> None:
    """Shadow prices and what binds."""
    sentences = list(price_sentences(result))
    if sentences:
        _head("What a little more would cost", console)
        _say_some(sentences, console)
        _say(MARGINAL, console)
    if result.binding:
        _head("What binds", console)
        _say_some(result.binding, console)


def _print_next_best(result: PlanResult, plan: CapacityPlan, console: Console) -> None:
    other = result.next_best
    if other is None:
        return
    _head("The next-best plan that differs", console)
    more = other.value_pence - plan.value_pence
    _say(f"It costs {money(other.value_pence)}, {money(more)} more than this one, and does this differently:", console)
    differences = difference_sentences(result.case, plan.schedule, other.schedule)
    _say_some([f"   {sentence}" for sentence in differences], console)


def _print_uncertainty(result: PlanResult, plan: CapacityPlan, console: Console) -> None:
    if result.foresight is None and result.out_of_sample is None:
        return
    _head("How sure this is", console)
    if result.out_of_sample is not None:
        _say(fresh_sentence(result.out_of_sample, result), console)
    if result.foresight is not None:
        for sentence in foresight_sentences(result.foresight, plan.value_pence):
            _say(sentence, console)


def _head(words: str, console: Console) -> None:
    console.print(f"\n[bold]{words}[/bold]", highlight=False)


def _say_some(sentences: Sequence[str], console: Console) -> None:
    """The first of many sentences, and how many more there are."""
    for sentence in sentences[:_MOST_SENTENCES]:
        _say(sentence, console)
    if len(sentences) > _MOST_SENTENCES:
        _say(f"and {len(sentences) - _MOST_SENTENCES} more (see --json)", console)


def _say(words: str, console: Console) -> None:
    console.print(words, markup=False, highlight=False, soft_wrap=True)


__all__ = [
    "print_asked",
    "print_audit_of_targets",
    "print_capacity_result",
    "print_carers",
    "print_schedule",
    "print_targets",
    "print_verdict",
    "print_years",
]
