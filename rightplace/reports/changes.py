"""Changes to the suggestions already given: who would go elsewhere now, and what leaving it as it was would cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rightplace.instances.decisions import DecisionKind
from rightplace.ranking import cost_of_keeping
from rightplace.reports.ranking import cost_words, costs_object
from rightplace.rules.catalogue import broken, rules_by_id
from rightplace.rules.pairs import Facts, Pairs

if TYPE_CHECKING:
    from rich.console import Console

    from rightplace.solve import Solved
    from rightplace.solver.outcome import SolveOptions


def changes_of(base: Solved, solving: SolveOptions) -> list[dict[str, Any]]:
    """One object for each child whose suggestion differs from the one before; empty where nothing was suggested."""
    instance, plan = base.data.instance, base.result.best.plan
    suggested = {r.child_id: str(r.setting_id) for r in instance.decisions if r.kind is DecisionKind.SUGGESTED}
    now = {placement.child_id: placement.setting_id for placement in plan.placements}
    changed = {child: before for child, before in suggested.items() if now.get(child) != before}
    if not changed:
        return []
    facts = Facts(instance, rematch=plan.rematch)
    kept = cost_of_keeping(base, changed, solving, plan.rematch)
    found = []
    for child, before in changed.items():
        item: dict[str, Any] = {"child": child, "from": before, "to": now.get(child)}
        if child in kept:
            item |= {"keeping": costs_object(base.result, kept[child])}
        else:
            item |= {"keeping": None, "rules": [rule.id for rule, _ in broken(Pairs.of(facts, child, before))]}
        found.append(item)
    return found


def print_changes(changes: list[dict[str, Any]], num_suggested: int, console: Console) -> None:
    """What changes, a line a child."""
    console.print(f"\n{num_suggested - len(changes)} of {num_suggested} suggestions given before stay.")
    for item in changes:
        if item["keeping"] is not None:
            words = f"leaving it would cost {cost_words(item['keeping'])} a week, all children together"
        elif item["rules"]:
            titles = (f"{rule} {rules_by_id()[rule].title.lower()}" for rule in item["rules"])
            words = f"no longer open: {', '.join(titles)}"
        else:
            words = "no longer among the settings looked at"
        console.print(f"{item['child']}: {item['from']} becomes {item['to'] or 'waiting'}; {words}.", highlight=False)
