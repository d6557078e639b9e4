"""How people and programs read an explanation: plain data for ``--json``, and the text of the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table

from rightplace.explain import Standing, State
from rightplace.models.costs import cost_tables, fees_of, settled_siblings_apart
from rightplace.reports.terminal import print_table
from rightplace.reports.wording import pounds, setting_type
from rightplace.rules.catalogue import priced
from rightplace.rules.remedies import Remedy, RemedyKind, remedy_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from rightplace.explain import ChildExplained, Judged, NearMiss, PairExplained
    from rightplace.instances.instance import Instance
    from rightplace.instances.policy import Policy
    from rightplace.rules.attributes import Ints
    from rightplace.rules.pairs import Pairs
    from rightplace.rules.rule import Rule

_MOST_OPEN = 40
_UNVERIFIED = "text not verified: check"


def weekly_cost(pairs: Pairs) -> Ints:
    """What pairs cost, pence a week: fee, support included, what the policy adds, and settled siblings left apart."""
    tables = cost_tables(pairs.facts)
    apart = pairs.facts.instance.policy.price.siblings_apart * settled_siblings_apart(pairs, tables)
    return fees_of(pairs, tables).fee + priced(pairs) + apart


def rule_object(rule: Rule, policy: Policy) -> dict[str, Any]:
    """A rule as plain data, with the policy's price."""
    remedy = remedy_of(rule)
    return {
        "id": rule.id,
        "title": rule.title,
        "kind": rule.kind.value,
        "source": rule.source,
        "verified": rule.is_verified,
        "in_force_from": None if rule.in_force_from is None else rule.in_force_from.isoformat(),
        "sentence": rule.sentence,
        "price_pence_per_week": None if rule.price is None else rule.price(policy),
        "price_per": None if rule.price is None else _unit(rule),
        "signatory": rule.signatory or None,
        "deadline": rule.deadline or None,
        "owner": rule.owner.value,
        "lifted_by": rule.lifted_by or None,
        "remedy": None if remedy is None else _remedy_object(remedy),
    }


def _unit(rule: Rule) -> str:
    return "mile" if rule.divisor == 10 else "placement"


def _remedy_object(remedy: Remedy) -> dict[str, Any]:
    return {
        "kind": remedy.kind.value,
        "sentence": remedy.sentence,
        "who": remedy.who or None,
        "by_when": remedy.by_when or None,
        "pence_per_week": remedy.pence_per_week,
    }


def pair_object(instance: Instance, found: PairExplained) -> dict[str, Any]:
    """An explained pair as plain data."""
    return _heading(instance, found.child_id, found.standing) | {
        "setting": found.setting_id,
        "setting_type": _type(instance, found.child_id, found.setting_id),
        "may_be_used": found.may_be_used,
        "stopped_by": list(found.stopping_ids),
        "approvals": [rule.id for rule in found.approvals],
        "policy_pence_per_week": found.policy_pence_per_week,
        "sentence": verdict(instance, found),
        "must_come_along": [
            {"child": companion.child_id, "stopped_by": [rule.id for rule in companion.rules]}
            for companion in found.companions
        ],
        "rules": [_judged_object(judged, instance.policy) for judged in found.judged],
    }


def _heading(instance: Instance, child_id: str, standing: Standing) -> dict[str, Any]:
    return {
        "instance": {"name": instance.name, "digest": instance.digest},
        "date": instance.date.isoformat(),
        "child": child_id,
        "standing": standing.value,
    }


def _type(instance: Instance, child_id: str, setting_id: str) -> str:
    return setting_type(instance, instance.setting[setting_id], instance.child[child_id].authority_id)


def _judged_object(judged: Judged, policy: Policy) -> dict[str, Any]:
    names = ("id", "title", "kind", "source", "verified", "sentence", "signatory", "deadline")
    rule = rule_object(judged.rule, policy)
    return {name: rule[name] for name in names} | {
        "state": judged.state.value,
        "child_side": judged.compared.child,
        "setting_side": judged.compared.setting,
        "pence_per_week": judged.pence_per_week,
        "remedy": None if judged.remedy is None else _remedy_object(judged.remedy),
    }


def child_object(instance: Instance, found: ChildExplained) -> dict[str, Any]:
    """What the rules leave to a child, as plain data."""
    return _heading(instance, found.child_id, found.standing) | {
        "num_settings": found.num_settings,
        "num_open": len(found.open_ids),
        "open": list(found.open_ids),
        "excluded": [
            {"rule": e.rule.id, "title": e.rule.title, "num_settings": e.num_settings, "num_alone": e.num_alone}
            for e in found.excluded
        ],
        "num_excluded_by_one_rule": found.num_near,
        "nearest": [
            {
                "setting": miss.setting_id,
                "setting_type": _type(instance, found.child_id, miss.setting_id),
                "rule": miss.rule.id,
                "source": miss.rule.source,
                "child_side": miss.compared.child,
                "setting_side": miss.compared.setting,
                "remedy": _remedy_object(miss.remedy),
                "cost_pence_per_week": miss.cost_pence_per_week,
            }
            for miss in found.nearest
        ],
    }


def verdict(instance: Instance, found: PairExplained) -> str:
    """One plain sentence: whether ``match`` may use the pair, and why."""
    pair = f"{found.child_id} in {found.setting_id}"
    if found.is_stay:
        return f"match may leave {found.child_id} in {found.setting_id}: the child lives there and need not move."
    against = _against(found)
    if against:
        return f"match may not use {pair}: {'; '.join(against)}."
    words = "no hard rule speaks against it"
    if found.approvals:
        words += ", once signed: " + "; ".join(f"{rule.id} by the {_signs(rule)}" for rule in found.approvals)
    if found.standing is Standing.MAY_MOVE:
        words += "; it would be a move, which only --rematch proposes"
    if found.companions:
        words += f"; {_named([c.child_id for c in found.companions])} must come along (R06)"
    if instance.policy.search.shortlist:
        words += f"; the shortlist of {instance.policy.search.shortlist} settings a child may still leave it out"
    return f"match may use {pair}: {words}."


def _signs(rule: Rule) -> str:
    return rule.signatory.removeprefix("the ")


def _against(found: PairExplained) -> list[str]:
    """Everything that keeps a plan from using the pair."""
    against = []
    if found.standing is Standing.SETTLED:
        against.append("no home is sought for the child, who stays (P11); the rules are judged as if one were")
    if found.stopped_by:
        against.append("the child and the setting break " + _titles(found.stopped_by))
    for companion in found.companions:
        if companion.rules:
            against.append(f"{companion.child_id} must come along (R06) and would break {_titles(companion.rules)}")
    if found.lacks_places_for_all:
        names = _named([companion.child_id for companion in found.companions])
        against.append(f"{names} must come along (R06) and there are not places enough for all")
    return against


def _titles(rules: Sequence[Rule]) -> str:
    return _named([f"{rule.id} ({rule.title.lower()})" for rule in rules])


def _named(items: Sequence[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


_HEADINGS = {
    "hard": ("Hard rules that are broken", "Hard rules that are kept"),
    "approval": ("Signatures that are needed", "Signatures that are not needed"),
    "notification": ("What must be told or written", "What need not be told or written"),
    "warning": ("What somebody should look at", "Warnings that do not apply"),
    "preference": ("What is wanted and missing", "What is wanted and met"),
    "planning": ("What to plan for", "Planning notes that do not apply"),
}
"""Of each kind of rule, what stops a placement first: the headings of those that a pair breaks, and of the others."""


def print_pair(instance: Instance, found: PairExplained, console: Console) -> None:
    """What is broken with all that belongs to it, what is kept, and the verdict."""
    kind = _type(instance, found.child_id, found.setting_id)
    console.print(f"[bold]{found.child_id} in {found.setting_id}[/bold] ({kind}), {instance.date:%d %B %Y}\n")
    for is_broken, print_it in ((True, _print_broken), (False, _print_kept)):
        some = [judged for judged in found.judged if (judged.state is State.BROKEN) is is_broken]
        for name, (broken_heading, kept_heading) in _HEADINGS.items():
            of_kind = [judged for judged in some if judged.rule.kind.value == name]
            if of_kind:
                console.print(f"[bold]{broken_heading if is_broken else kept_heading}[/bold]")
                for judged in of_kind:
                    print_it(judged, console)
                console.print()
    if found.policy_pence_per_week:
        console.print(f"The policy adds {pounds(found.policy_pence_per_week)} a week to the fee.\n", highlight=False)
    _print_line(verdict(instance, found), console)


def _print_line(line: str, console: Console) -> None:
    """A line as it is, however long: terminals wrap it, files and pipes keep it whole."""
    console.print(line, markup=False, highlight=False, soft_wrap=True)


def _print_broken(judged: Judged, console: Console) -> None:
    rule = judged.rule
    lines = [("child", judged.compared.child), ("setting", judged.compared.setting), ("source", _source(rule))]
    if judged.pence_per_week is not None:
        lines.append(("price", f"{pounds(judged.pence_per_week)} a week"))
    if rule.signatory and judged.remedy is None:
        lines += [("who", rule.signatory), ("by when", rule.deadline)]
    if judged.remedy is not None:
        lines.append(("remedy", _remedy_words(judged.remedy)))
    _print_line(f"{rule.id:<5} {rule.title}", console)
    for name, words in lines:
        _print_line(f"      {name:<8} {words}", console)


def _remedy_words(remedy: Remedy) -> str:
    """The remedy and who decides it; a signature says that already."""
    told = remedy.who and remedy.kind is not RemedyKind.APPROVAL
    return remedy.sentence + (f" Who: {remedy.who}." if told else "")


def _print_kept(judged: Judged, console: Console) -> None:
    rule, two = judged.rule, judged.compared
    state = "" if judged.state is State.KEPT else f" ({judged.state.value})"
    _print_line(f"{rule.id:<5} {rule.title}{state}: {two.child} / {two.setting}", console)
    _print_line(f"      {_source(rule)}", console)


def _source(rule: Rule) -> str:
    """The source, and for a law whether its words were read."""
    if not rule.is_verified:
        return f"{rule.source} ({_UNVERIFIED})"
    return f"{rule.source} (text verified)" if rule.cites_law else rule.source


def print_child(instance: Instance, found: ChildExplained, console: Console) -> None:
    """What the hard rules exclude, what they leave open, and the nearest misses with their remedies."""
    console.print(
        f"[bold]{found.child_id}[/bold], {instance.date:%d %B %Y}: the rules leave {len(found.open_ids)} of "
        f"{found.num_settings} settings open.",
        highlight=False,
    )
    if found.standing is Standing.SETTLED:
        console.print("No home is sought for this child; the rules are judged as if one were.")
    console.print()
    table = Table(box=None, pad_edge=False, header_style="bold", title="Settings excluded", title_justify="left")
    table.add_column("rule", no_wrap=True)
    table.add_column("title")
    table.add_column("settings", justify="right")
    table.add_column("by it alone", justify="right")
    for excluded in found.excluded:
        table.add_row(excluded.rule.id, excluded.rule.title, str(excluded.num_settings), str(excluded.num_alone))
    print_table(table, console)
    if found.open_ids:
        more = len(found.open_ids) - _MOST_OPEN
        shown = ", ".join(found.open_ids[:_MOST_OPEN]) + (f" and {more} more (see --json)" if more > 0 else "")
        console.print(f"\nOpen: {shown}", highlight=False, soft_wrap=True)
    _print_nearest(instance, found, console)


def _print_nearest(instance: Instance, found: ChildExplained, console: Console) -> None:
    if not found.nearest:
        console.print("\nNo setting is excluded by one rule alone.")
        return
    some = f", the nearest {len(found.nearest)}" if found.num_near > len(found.nearest) else ""
    console.print(f"\n[bold]Excluded by one rule alone[/bold]: {found.num_near} settings{some}", highlight=False)
    for miss in found.nearest:
        _print_miss(miss, _type(instance, found.child_id, miss.setting_id), console)


def _print_miss(miss: NearMiss, kind: str, console: Console) -> None:
    lines = (
        f"{miss.setting_id} ({kind}), {pounds(miss.cost_pence_per_week)} a week with the policy's prices",
        f"       {miss.rule.id:<8}{miss.compared.child} / {miss.compared.setting}",
        f"       remedy  {_remedy_words(miss.remedy)}",
    )
    for line in lines:
        _print_line(line, console)


def print_rule(rule: Rule, policy: Policy, console: Console) -> None:
    """One rule with all that the catalogue says of it."""
    lines = [("kind", rule.kind.value), ("source", _source(rule))]
    if rule.in_force_from is not None:
        lines.append(("in force", f"from {rule.in_force_from.day} {rule.in_force_from:%B %Y}"))
    if rule.price is not None:
        lines.append(("price", f"{pounds(rule.price(policy))} a week for each {_unit(rule)}"))
    if rule.signatory:
        lines += [("who", rule.signatory), ("by when", rule.deadline)]
    if rule.lifted_by:
        lines.append(("lifted", f"by {rule.lifted_by}, as an authorisation of the instance"))
    remedy = remedy_of(rule)
    if remedy is not None:
        lines.append(("remedy", _remedy_words(remedy)))
    console.print(f"[bold]{rule.id}: {rule.title}[/bold]", highlight=False)
    _print_line(rule.sentence, console)
    for name, words in lines:
        _print_line(f"      {name:<8} {words}", console)


def print_rules(rules: Sequence[Rule], console: Console) -> None:
    """All rules as a table."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("rule", "kind"):
        table.add_column(name, no_wrap=True)
    for name in ("title", "source"):
        table.add_column(name, overflow="fold")
    for rule in rules:
        table.add_row(rule.id, rule.kind.value, rule.title, _source(rule))
    print_table(table, console)
    console.print("\nOne of them: rightplace explain --rule R19", highlight=False)
