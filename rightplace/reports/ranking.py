"""A ranking as plain data, the object of ``rank --json``, and as what a placement officer reads in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from rich.table import Table

from rightplace.explain import ineligible_of_all
from rightplace.instances.children import Togetherness, Wish
from rightplace.ranking import Interval, Ranked, Ranking, Suggestion, displaced
from rightplace.reports.answer import placements_of, settled_of
from rightplace.reports.terminal import print_table
from rightplace.reports.wording import pounds
from rightplace.rules.catalogue import rules_by_id
from rightplace.rules.pairs import Pairs
from rightplace.rules.preference import meets_wish
from rightplace.rules.remedies import remedy_of

if TYPE_CHECKING:
    from rich.console import Console

    from rightplace.result import Result
    from rightplace.rules.pairs import Facts

_WAITING, _STEPS, _PRICE = "waiting", "search order", "price"
_HEADING = (
    "instance", "date", "status", "value_pence_per_week", "bound_pence_per_week", "gap", "num_placed", "num_waiting",
    "rematch", "search_order", "shortlist", "tiers", "certificate",
)  # fmt: skip


def ranking_object(ranking: Ranking) -> dict[str, Any]:
    """The whole ranking, ready for JSON."""
    result = ranking.result
    settled = settled_of(result.instance, result.best, result.reasons)
    ids = [ranked.child_ids[0] for ranked in ranking.children]
    excluded = _ineligible(ranking)
    in_plan = {p.child_id: p.setting_id for p in result.best.plan.placements}
    return {name: settled[name] for name in _HEADING} | {
        "is_complete": ranking.is_complete,
        "children": [
            {"child": child_id, "in_plan": in_plan.get(child_id)}
            | _choices(ranking, ranked)
            | {"ineligible": excluded[child_id]}
            for child_id, ranked in zip(ids, ranking.children, strict=True)
        ],
        "sibling_groups": [
            {"children": list(ranked.child_ids)} | _choices(ranking, ranked) for ranked in ranking.groups
        ],
        "scarce_settings": [
            {"setting": setting_id, "shadow_price_pence_per_week": saving}
            for setting_id, saving in sorted(ranking.savings.items(), key=lambda item: -(item[1] or 0))
            if saving
        ],
        "timing": {"match_s": _seconds(ranking), "total_s": round(ranking.seconds, 4)},
    }


def _seconds(ranking: Ranking) -> float:
    timing = ranking.result.timing
    return round(timing.build_s + timing.solve_s + timing.check_s, 4)


def _ineligible(ranking: Ranking) -> dict[str, list[dict[str, Any]]]:
    """The settings that a hard rule excludes for each child, with every such rule and what could lift it.

    A setting that is open to a child, but not to the siblings who must be with it, is excluded by R06. One that is
    neither open nor excluded was not on the child's shortlist.
    """
    instance, facts = ranking.result.instance, ranking.facts
    ids = [ranked.child_ids[0] for ranked in ranking.children]
    positions = np.array([facts.child_idx[child_id] for child_id in ids], dtype=np.int64)
    siblings = (rules_by_id()["R06"],)
    found = {}
    for ranked, child_id, settings in zip(ranking.children, ids, ineligible_of_all(facts, positions), strict=True):
        excluded = {instance.settings[setting].id: rules for setting, rules in settings}
        group = instance.together_group.get(child_id)
        if group is not None and group.togetherness is Togetherness.REQUIRED:
            excluded |= {s: siblings for s in instance.setting if s not in excluded and s not in ranked.open_ids}
        found[child_id] = [
            {"setting": s, "rules": [{"id": r.id, "source": r.source, "remedy": _remedy(r)} for r in rules]}
            for s, rules in excluded.items()
        ]
    return found


def _remedy(rule: Any) -> str | None:
    remedy = remedy_of(rule)
    return None if remedy is None else remedy.sentence


def _choices(ranking: Ranking, ranked: Ranked) -> dict[str, Any]:
    """Suggestions and waiting, numbered together in the order of their cost; waiting below them has no number."""
    numbered: list[tuple[int | None, Suggestion]] = list(enumerate(ranked.suggestions, start=1))
    if ranked.waiting_below is not None:
        numbered.append((None, ranked.waiting_below))
    settings = [_suggestion(ranking, ranked, rank, one) for rank, one in numbered if one.setting_id is not None]
    waiting = [_cost(ranking, ranked, rank, one) for rank, one in numbered if one.setting_id is None]
    return {
        "suggestions": settings,
        "waiting": waiting[0] if waiting else None,
        "num_left_out": ranked.num_left_out,
    }


def _cost(ranking: Ranking, ranked: Ranked, rank: int | None, one: Suggestion) -> dict[str, Any]:
    """What a choice costs all children together, and whom it displaces."""
    moved = displaced(ranking, one, ranked.child_ids)
    found: dict[str, Any] = {"rank": rank, "in_plan": one.is_in_plan} | costs_object(ranking.result, one)
    return found | {"displaced": [{"child": child, "from": before, "to": after} for child, before, after in moved]}


def costs_object(result: Result, one: Suggestion) -> dict[str, Any]:
    """What a choice costs all children together, tier by tier."""
    found = {
        "opportunity_cost_pence_per_week": _number(one.costs[_PRICE]),
        "additional_waiting": _number(one.costs[_WAITING]),
        "additional_children_waiting": _more_waiting(result, one),
        "exact": one.is_exact,
    }
    if _STEPS in one.costs:
        found["additional_search_steps"] = _number(one.costs[_STEPS])
    return found


def _more_waiting(result: Result, one: Suggestion) -> int | None:
    """How many more children wait than in the best plan, whatever their urgency."""
    return None if one.num_waiting is None else one.num_waiting - len(result.best.plan.waiting_ids)


def _number(interval: Interval) -> int | dict[str, int | None] | None:
    if interval.is_exact:
        return interval.at_most
    return {"at_least": interval.at_least, "at_most": interval.at_most}


def _suggestion(ranking: Ranking, ranked: Ranked, rank: int | None, one: Suggestion) -> dict[str, Any]:
    """One setting for a child, or for all of a sibling group, as it would be in the plan with this choice."""
    instance = ranking.result.instance
    found = {"setting": one.setting_id} | _cost(ranking, ranked, rank, one)
    found["shadow_price_pence_per_week"] = ranking.savings.get(one.setting_id or "", 0)
    if one.plan is None:
        return found
    items = placements_of(instance, one.plan, ranking.facts, ranked.child_ids)
    for item in items:
        item |= _near_school_and_wishes(ranking.facts, item["child"], item["setting"])
    if len(items) == 1:
        return found | {name: value for name, value in items[0].items() if name not in ("child", "setting")}
    return found | {"setting_type": items[0]["setting_type"], "placements": items}


def _near_school_and_wishes(facts: Facts, child_id: str, setting_id: str) -> dict[str, Any]:
    tenths = int(Pairs.of(facts, child_id, setting_id).miles_from_school_tenths[0])
    child, setting = facts.instance.child[child_id], facts.instance.setting[setting_id]
    met = [wish.value for wish in Wish if wish in child.wishes and meets_wish(child, setting, wish)]
    return {
        "school_miles": None if tenths < 0 else tenths / 10,
        "wishes_met": met,
        "wishes_unmet": [wish.value for wish in Wish if wish in child.wishes and wish.value not in met],
    }


def print_ranking(ranking: Ranking, console: Console) -> None:
    """The choices of each child, best first, with what each costs all children together."""
    result = ranking.result
    value, bound = result.value_pence_per_week, result.bound_pence_per_week
    proof = "proven best" if result.best.plan.is_proven else f"nothing below {pounds(bound)} is possible"
    console.print(
        f"[bold]{result.instance.name}[/bold], {result.instance.date:%d %B %Y}: the best plan for all children "
        f"comes to {pounds(value)} a week ({proof}); {len(result.best.plan.waiting_ids)} wait.",
        highlight=False,
    )
    console.print(
        "Opportunity cost: what choosing a setting for this child would add to that, a week, for all children together."
        "\nThese are suggestions. People decide.\n",
        highlight=False,
    )
    found = ranking_object(ranking)
    for item in found["children"]:
        _print_choices(item["child"], item, console)
    for item in found["sibling_groups"]:
        _print_choices("Together: " + ", ".join(item["children"]), item, console)
    if not ranking.is_complete:
        console.print("The search was ended early: intervals could be narrower, and places further down unknown.")


def _print_choices(name: str, item: dict[str, Any], console: Console) -> None:
    left = f", {item['num_left_out']} further settings left out" if item["num_left_out"] else ""
    excluded = f", {len(item['ineligible'])} settings excluded by rules" if "ineligible" in item else ""
    console.print(f"[bold]{name}[/bold]{left}{excluded}", highlight=False)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading, justify in (
        ("", "right"), ("setting", "left"), ("type", "left"), ("opportunity cost", "right"), ("fee", "right"),
        ("miles", "right"), ("school", "right"), ("siblings", "left"), ("one place more", "right"), ("notes", "left"),
    ):  # fmt: skip
        table.add_column(heading, justify=justify, no_wrap=heading != "notes")  # type: ignore[arg-type]
    rows = [*item["suggestions"], *([item["waiting"]] if item["waiting"] else [])]
    for row in sorted(rows, key=lambda row: (row["rank"] is None, row["rank"])):
        table.add_row(*_cells(row))
    print_table(table, console)
    console.print()


def _cells(row: dict[str, Any]) -> list[str]:
    saving = row.get("shadow_price_pence_per_week")
    return [
        "below" if row["rank"] is None else f"{row['rank']}.",
        row.get("setting") or "waiting",
        row.get("setting_type", ""),
        cost_words(row),
        pounds(row["fee_pence_per_week"]) if "fee_pence_per_week" in row else "",
        _miles(row.get("distance_miles")) if "setting_type" in row and "placements" not in row else "",
        _miles(row.get("school_miles")) if row.get("school_miles") is not None else "",
        _siblings(row),
        f"saves up to {pounds(saving)}" if saving else "",
        "; ".join(_notes(row)),
    ]


def cost_words(row: dict[str, Any]) -> str:
    """The price, and before it how many more would wait."""
    words = _amount(row["opportunity_cost_pence_per_week"], pounds)
    weighted, more = row["additional_waiting"], row["additional_children_waiting"]
    if weighted == 0:
        return words
    if not isinstance(weighted, int) or more is None:
        return f"perhaps more waiting, {words}"
    who = f"{more} more waiting" if more > 0 else "as many waiting, but more urgent ones"
    return f"{who if weighted > 0 else 'fewer waiting'}, {words}"


def _amount(number: int | dict[str, int | None] | None, words: Any) -> str:
    if isinstance(number, int):
        return str(words(number))
    if number is None or number["at_most"] is None:
        return "unknown" if number is None or number["at_least"] is None else f"at least {words(number['at_least'])}"
    return (
        f"at most {words(number['at_most'])}"
        if number["at_least"] is None
        else (f"{words(number['at_least'])} to {words(number['at_most'])}")
    )


def _miles(miles: float | None) -> str:
    return "?" if miles is None else f"{miles:.1f}"


def _siblings(row: dict[str, Any]) -> str:
    if row.get("with_siblings") is None:
        return ""
    if row["with_siblings"]:
        return "together"
    return f"with {len(row['siblings'])} of {row['num_siblings']}" if row["siblings"] else "apart"


def _notes(row: dict[str, Any]) -> list[str]:
    notes = ["in the best plan"] if row["in_plan"] else []
    if row.get("support", "none") != "none":
        notes.append(f"{row['support']} support")
    notes += [f"{a['rule']} {a['signatory']}" for a in row.get("approvals", ())]
    if row.get("wishes_unmet"):
        notes.append("wishes unmet: " + ", ".join(row["wishes_unmet"]))
    moved = [f"{d['child']} to {d['to'] or 'waiting'}" for d in row["displaced"]]
    if moved:
        notes.append("moves " + ", ".join(moved[:3]) + (f" and {len(moved) - 3} more" if len(moved) > 3 else ""))
    return notes
