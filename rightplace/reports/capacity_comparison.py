"""Plans side by side, each against doing nothing: cost by year, targets, and when it pays back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

from rightplace.reports.capacity_answer import capacity_object, case_object
from rightplace.reports.capacity_terminal import (
    print_asked,
    print_carers,
    print_schedule,
    print_targets,
    print_verdict,
    print_years,
)
from rightplace.reports.capacity_words import change, money
from rightplace.reports.terminal import print_table

if TYPE_CHECKING:
    from rich.console import Console

    from rightplace.certificate import Certificate
    from rightplace.instances.quarters import Quarter
    from rightplace.plan_result import PlanResult
    from rightplace.planning import Comparison

NEVER = "never within the plan"
_MISSED = "target"
"""The checker's word for a hard target that is missed."""
_KEYS = ("status", "value_pence", "shortfall_pence", "schedule", "carers", "years", "certificate", "clash", "notes")


def payback_words(quarter: Quarter | None) -> str:
    """The quarter in which a plan has paid for itself."""
    return NEVER if quarter is None else str(quarter)


def print_comparison(comparison: Comparison, console: Console) -> None:
    """A table over all plans, then each plan by year with its targets."""
    print_asked(comparison.case, console)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("plan", "value", "against doing nothing", "capital", "targets missed", "paid back by"):
        table.add_column(name, justify="left" if name in ("plan", "paid back by") else "right")
    for name, result, quarter in _plans(comparison):
        table.add_row(escape(name), *_summary(result), payback_words(quarter))
    print_table(table, console)
    for name, result, quarter in _plans(comparison):
        console.print(f"\n[bold]{escape(name)}[/bold]", highlight=False)
        if result.plan is None:
            console.print("It cannot be carried out on this case.")
            continue
        print_schedule(result.case, result.plan.schedule, console)
        print_carers(result.case, result.plan.schedule, console)
        print_years(result.case, result.plan, result.baseline, console)
        print_targets(result, console)
        console.print(f"\nPaid back by: {payback_words(quarter)}.", highlight=False)
        for note in result.notes:
            console.print(f"{note[0].upper()}{note[1:]}.", highlight=False, soft_wrap=True)
        if result.certificate is not None and _only_misses(result.certificate):
            console.print("Certificate: every household, place, child and penny recomputed; hard targets are missed.")
        elif result.certificate is not None:
            print_verdict(result.certificate, console)
    console.print(
        "\nA plan has paid back by the end of the first year from which on what it has saved against doing nothing, "
        "added up and not discounted, covers what is spent.",
        soft_wrap=True,
    )


def is_refused(result: PlanResult) -> bool:
    """The checker refuses a schedule for more than hard targets that it misses, which are its own affair."""
    return result.certificate is not None and not (result.certificate.is_accepted or _only_misses(result.certificate))


def _only_misses(certificate: Certificate) -> bool:
    return not certificate.is_accepted and all(found.rule == _MISSED for found in certificate.violations)


def _plans(comparison: Comparison) -> list[tuple[str, PlanResult, Quarter | None]]:
    return list(zip(comparison.names, comparison.results, comparison.payback, strict=True))


def _summary(result: PlanResult) -> tuple[str, str, str, str]:
    """Value, difference to doing nothing, capital, and missed of all target years."""
    plan = result.plan
    if plan is None:
        return "none", "", "", ""
    found = [target for year in plan.years for target in year.targets]
    missed = sum(not target.met for target in found)
    return (
        money(plan.value_pence),
        change(plan.value_pence - result.baseline.value_pence),
        money(sum(year.capital_pence for year in plan.years)),
        f"{missed} of {len(found)}",
    )


def comparison_object(comparison: Comparison) -> dict[str, Any]:
    """The comparison, ready for JSON; money in pence."""
    plans = []
    for name, result, quarter in _plans(comparison):
        whole = capacity_object(result)
        plans.append({"name": name} | {key: whole[key] for key in _KEYS} | {"paid_back_by": quarter and str(quarter)})
    baseline = comparison.results[0].baseline.value_pence if comparison.results else None
    return {"plans": plans, "baseline_pence": baseline, **case_object(comparison.case)}
