"""What a placement officer reads in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table

from rightplace.instances.children import ADULT_MONTHS, AGE_BANDS, Urgency
from rightplace.instances.decisions import DecisionKind
from rightplace.instances.instance import Instance, table_of
from rightplace.reasons import BEDROOMS, CLASH, LIMIT, SIBLINGS, Reason
from rightplace.reports.proof import proof_sentences
from rightplace.reports.questions import questions_of
from rightplace.reports.wording import pounds
from rightplace.rules.catalogue import CAPACITY, OPEN, rules_by_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from rightplace.certificate import Certificate
    from rightplace.result import Result

_ORDERS = {"level": "all settings together", "cascade": "own provision first"}


def print_answer(result: Result, answer: dict[str, Any], console: Console) -> None:
    """Placements, who waits and why, totals beside today's practice and the other search order, and the proof."""
    _print_heading(result, answer, console)
    _print_placements(answer, console)
    _print_decisions(answer, console)
    _print_waiting(result, console)
    _print_totals(result, answer, console)
    for sentence in proof_sentences(result):
        console.print(sentence)
    print_certificate(result.best.certificate, console)


def _print_heading(result: Result, answer: dict[str, Any], console: Console) -> None:
    instance = result.instance
    seeking = f"{answer['num_placed'] + answer['num_waiting']} children seek a home"
    console.print(
        f"[bold]{instance.name}[/bold], {instance.date:%d %B %Y}: {seeking}; "
        f"{len(instance.children)} children, {len(instance.settings)} settings."
    )
    console.print("These are suggestions. People decide; every line below says what it rests on.\n")


def _print_placements(answer: dict[str, Any], console: Console) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold", title="Suggested placements", title_justify="left")
    for name in ("child", "setting", "type"):
        table.add_column(name, no_wrap=True)
    table.add_column("miles", justify="right", no_wrap=True)
    table.add_column("£ a week", justify="right", no_wrap=True)
    table.add_column("siblings", no_wrap=True)
    table.add_column("from", no_wrap=True)
    table.add_column("needs", overflow="fold")
    for item in answer["placements"]:
        if item["kind"] != "stay":
            table.add_row(*_placement_cells(item))
    print_table(table, console)
    for item in answer["placements"]:
        for found in item["warnings"]:
            console.print(f"Look at {item['child']}: {found['sentence']} ({found['rule']})", highlight=False)
    stays = sum(item["kind"] == "stay" for item in answer["placements"])
    if stays:
        console.print(f"{stays} children who may move are best left where they are.")


def _placement_cells(item: dict[str, Any]) -> list[str]:
    needs = [f"{a['rule']} {a['signatory']}" for a in item["approvals"]]
    if item["support"] != "none":
        needs.insert(0, f"{item['support']} support")
    if item["on_block"]:
        needs.insert(0, "block bed")
    miles = "?" if item["distance_miles"] is None else f"{item['distance_miles']:.1f}"
    kind = item["setting_type"] + (" (a move)" if item["kind"] == "move" else "")
    fee = pounds(item["fee_pence_per_week"]).removeprefix("£")
    return [
        item["child"],
        item["setting"],
        kind,
        miles,
        fee,
        _siblings_words(item),
        item["starts_on"],
        "; ".join(needs),
    ]


def _siblings_words(item: dict[str, Any]) -> str:
    """Whether a child will live with its siblings, or with how many of them."""
    if item["with_siblings"] is None:
        return ""
    if item["with_siblings"]:
        return "together"
    return f"with {len(item['siblings'])} of {item['num_siblings']}" if item["siblings"] else "apart"


def _print_decisions(answer: dict[str, Any], console: Console) -> None:
    """What officers had decided, and whether the plan could keep to it; what was only suggested is left out."""
    for row in answer["decisions"]:
        if row["kind"] != DecisionKind.SUGGESTED:
            kept = "" if row["kept"] else " - [red]not possible together with the other decisions[/red]"
            console.print(
                f"Decided: {row['child']}, {row['setting'] or 'waiting'}: {row['kind']}{kept}", highlight=False
            )


def _print_waiting(result: Result, console: Console) -> None:
    if not result.reasons:
        console.print("\nNobody stays waiting.\n")
        return
    console.print("\n[bold]Still waiting[/bold]")
    for child_id, reasons in result.reasons.items():
        console.print(f"{child_id}: of {len(result.instance.settings)} settings,")
        lines = [line for reason in reasons for line in _reason_lines(reason)]
        lines.sort(key=lambda line: line[0])
        for _, num, words in lines[:_MOST_REASONS]:
            console.print(f"   {num:>5}  {words}", highlight=False)
        if len(lines) > _MOST_REASONS:
            console.print(f"          and {len(lines) - _MOST_REASONS} more rules (see --json)")
    console.print()


_MOST_REASONS = 6


def _reason_lines(reason: Reason) -> Iterator[tuple[bool, int, str]]:
    """What this plan has put in the way, then what the rule itself excludes: whether it is the rule, number, words."""
    if reason.num_by_plan:
        yield False, reason.num_by_plan, _plan_words(reason)
    if reason.num_settings > reason.num_by_plan:
        title = rules_by_id()[reason.rule].title.lower()
        yield True, reason.num_settings - reason.num_by_plan, f"excluded by {reason.rule}: {title}"


def _plan_words(reason: Reason) -> str:
    named = ", ".join(reason.child_ids[:3]) + (" and others" if len(reason.child_ids) > 3 else "")
    words = {
        CAPACITY: "suit the child, but their places go to others",
        OPEN: "would still take the child: not on the shortlist, or the search ended too early",
        CLASH: f"suit the child, but must not be shared with {named}, who will live there (R18)",
        LIMIT: "suit the child, but the carer would look after too many (R19)",
        BEDROOMS: "suit the child, but the carer would have too few bedrooms (R22)",
        SIBLINGS: f"suit the child, but {named} must come too and cannot (R06)",
    }
    return words[reason.rule]


_MEASURES = (
    ("num_placed", "children placed"),
    ("num_waiting", "still waiting"),
    ("num_moves", "moves"),
    ("fees_pence_per_week", "fees, £ a week"),
    ("value_pence_per_week", "with the policy's prices, £ a week"),
    ("mean_miles_from_home", "miles from home, mean"),
    ("num_with_all_siblings", "with all their siblings"),
    ("num_sibling_pairs_apart", "pairs of siblings apart"),
    ("num_approvals", "approvals needed"),
)


def _print_totals(result: Result, answer: dict[str, Any], console: Console) -> None:
    plan = result.best.plan
    columns = {
        f"this match ({_ORDERS[plan.search_order]})": answer["totals"],
        "one by one, as they came": answer["greedy"],
    }
    other = result.other_search_order.value
    if answer.get(other) is not None:
        columns[_ORDERS[other]] = answer[other]
    table = Table(box=None, pad_edge=False, header_style="bold", title="Totals", title_justify="left")
    table.add_column("")
    for name in columns:
        table.add_column(name, justify="right")
    for measure, words in _MEASURES:
        table.add_row(words, *(_amount(measure, totals[measure]) for totals in columns.values()))
    print_table(table, console)
    if answer.get(other) is None:
        console.print(f"The other search order ({_ORDERS[other]}) was not compared.")
    console.print()
    _print_like_with_like(dict(list(columns.items())[1:]), console)


def _print_like_with_like(compared: dict[str, dict[str, Any]], console: Console) -> None:
    """Fees and miles of the children to whom both a plan and the match give a place."""
    title = "Like with like: only the children who have a place both ways"
    table = Table(box=None, pad_edge=False, header_style="bold", title=title, title_justify="left")
    for name in ("", "children", "fees, £ a week", "in this match", "miles, mean", "in this match"):
        table.add_column(name, justify="right" if name else "left")
    for name, totals in compared.items():
        table.add_row(
            name,
            str(totals["num_in_both"]),
            pounds(totals["fees_in_both_pence_per_week"]),
            pounds(totals["match_fees_in_both_pence_per_week"]),
            _amount("miles", totals["mean_miles_in_both"]),
            _amount("miles", totals["match_mean_miles_in_both"]),
        )
    print_table(table, console)
    console.print()


def _amount(measure: str, value: Any) -> str:
    if value is None:
        return "unknown"
    return pounds(value) if measure.endswith("pence_per_week") else str(value)


def print_certificate(certificate: Certificate, console: Console) -> None:
    """The checker's verdict, with every violation."""
    if certificate.is_accepted:
        value = pounds(certificate.value_pence_per_week)
        console.print(f"Certificate: [green]accepted[/green]; every rule, place and penny recomputed ({value} a week).")
        return
    console.print("Certificate: [red]refused[/red]")
    for violation in certificate.violations:
        console.print(f"   {violation}", markup=False, highlight=False)


def print_table(table: Table, console: Console) -> None:
    """A table, without the blanks at the ends of its lines where nobody sees them: in files and pipes."""
    if console.is_terminal:
        console.print(table)
        return
    with console.capture() as capture:
        console.print(table)
    for line in capture.get().splitlines():
        console.print(line.rstrip(), markup=False, highlight=False, soft_wrap=True)


def instance_summary(instance: Instance) -> dict[str, Any]:
    """What an instance holds, as plain data."""
    bands = {}
    for words, low, high in (*AGE_BANDS, ("all", 0, ADULT_MONTHS)):
        band = [child for child in instance.children if low <= child.age_months < high]
        bands[words] = {
            "in_care": len(band),
            "waiting": sum(child.is_waiting for child in band),
            "may_move": sum(child.may_move for child in band),
        }
    tables = {}
    for name in ("carers", "homes", "supported_accommodation"):
        offers = [setting.offer for setting in instance.settings if table_of(setting) == name]
        tables[name] = {
            "settings": len(offers),
            "places": sum(offer.terms.num_places for offer in offers),
            "filled": sum(offer.num_filled for offer in offers),
            "vacant": sum(offer.num_vacant(instance.date) for offer in offers),
        }
    return {
        "instance": {"name": instance.name, "digest": instance.digest},
        "date": instance.date.isoformat(),
        "children_by_age": bands,
        "settings_by_type": tables,
        "num_sibling_groups": len(instance.sibling_groups),
        "num_emergencies": sum(c.is_waiting and c.urgency is Urgency.EMERGENCY for c in instance.children),
        "num_providers": len(instance.providers),
        "num_contracts": len(instance.contracts),
        "num_authorities": len(instance.authorities),
        "search_order": instance.policy.search.order.value,
        "questions": _questions(instance),
    }


def _questions(instance: Instance) -> dict[str, Any] | None:
    found = questions_of(instance)
    if found is None:
        return None
    sizes = [{"num_children": children, "num_settings": settings} for children, settings in found.sizes]
    return {"separate": sizes, "without_settings": list(found.without_settings)}


def print_instance(instance: Instance, console: Console) -> None:
    """An instance on one screen."""
    found = instance_summary(instance)
    digest = found["instance"]["digest"][:12]
    console.print(f"[bold]{instance.name}[/bold] on {instance.date:%d %B %Y} (digest {digest})\n", highlight=False)
    _print_counts("children aged", found["children_by_age"], console)
    _print_counts("settings", found["settings_by_type"], console)
    console.print(
        f"{found['num_sibling_groups']} sibling groups; {found['num_emergencies']} of the waiting are emergencies; "
        f"{found['num_providers']} providers, {found['num_contracts']} contracts, "
        f"{found['num_authorities']} authorities; "
        f"search order: {_ORDERS[found['search_order']]}.",
        highlight=False,
    )
    if found["questions"] is not None:
        console.print(_questions_words(found["questions"]), highlight=False)


def _questions_words(questions: dict[str, Any]) -> str:
    """How many separate questions the children who wait pose, and who has no setting at all."""
    sizes = [f"{size['num_children']} with {size['num_settings']}" for size in questions["separate"]]
    shown = ", ".join(sizes[:5]) + (" ..." if len(sizes) > 5 else "")
    words = f"Separate questions (waiting children with the settings open to any of them): {shown or 'none'}."
    alone = questions["without_settings"]
    if alone:
        names = ", ".join(alone[:5]) + (" ..." if len(alone) > 5 else "")
        words += f"\nThe rules leave no setting open to {len(alone)} of them: {names}."
    return words


def _print_counts(heading: str, rows: dict[str, dict[str, int]], console: Console) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(heading)
    for name in next(iter(rows.values())):
        table.add_column(name.replace("_", " "), justify="right")
    for name, counts in rows.items():
        table.add_row(name.replace("_", " "), *map(str, counts.values()))
    print_table(table, console)
    console.print()
