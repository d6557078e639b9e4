"""rightplace explain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from rightplace.commands.common import (
    DEFAULT_INSTANCE,
    DateOption,
    InstanceArgument,
    JsonOption,
    PolicyOption,
    SolverName,
    TimeLimitOption,
    console,
    open_instance,
    print_json,
    solving_on,
    unknown_ids,
)

if TYPE_CHECKING:
    from rightplace.instances.instance import Instance


def explain(
    instance: InstanceArgument = DEFAULT_INSTANCE,
    child: Annotated[str | None, typer.Option(help="The id of a child.")] = None,
    setting: Annotated[str | None, typer.Option(help="With --child: the id of a setting.")] = None,
    rule: Annotated[list[str] | None, typer.Option(help="The id of a rule, such as R19. May be repeated.")] = None,
    rules: Annotated[bool, typer.Option("--rules", help="List all rules.")] = False,
    date: DateOption = None,
    rematch: Annotated[bool, typer.Option("--rematch", help="As match --rematch: who may move may leave.")] = False,
    policy: PolicyOption = None,
    time_limit: TimeLimitOption = 300.0,
    json: JsonOption = False,
) -> None:
    """Explain why a child may, or may not, go to a setting: every rule, the values it compares, and what would lift it.

    Without --child: which capacities bind, and what one more place of each kind would bring (as rightplace shortage).
    With --child and --setting: every rule on that pair. With --child alone: how many settings each rule excludes, how
    many it alone excludes, and the nearest misses. --rule prints a rule, --rules lists all.
    """
    asked_for = [child is not None, bool(rule), rules]
    if sum(asked_for) > 1:
        raise typer.BadParameter("name only one of --child, --rule and --rules")
    if setting is not None and child is None:
        raise typer.BadParameter("--setting goes with --child")
    from rightplace.commands.explaining_shortage import print_what_is_short
    from rightplace.solve import MatchOptions

    opened = open_instance(instance, policy)
    if date is not None:
        opened = opened.at(date.date())
    if not any(asked_for):
        with solving_on(SolverName.OURS.value, time_limit, 0.0, 1, 0) as solving:
            print_what_is_short(opened, MatchOptions(rematch=rematch, compare=False), solving, json=json)
    elif child is not None:
        _explain_child(opened, child, setting, rematch, json)
    else:
        _explain_rules(opened, rule, json)


def _explain_child(instance: Instance, child: str, setting: str | None, rematch: bool, json: bool) -> None:
    from rightplace.explain import explain_child, explain_pair
    from rightplace.reports.explanation import child_object, pair_object, print_child, print_pair, weekly_cost

    wrong = unknown_ids("child", [child], instance.child)
    wrong += unknown_ids("setting", [] if setting is None else [setting], instance.setting)
    if wrong:
        raise typer.BadParameter("\n".join(wrong))
    if setting is not None:
        pair = explain_pair(instance, child, setting, rematch=rematch)
        if json:
            print_json(pair_object(instance, pair))
        else:
            print_pair(instance, pair, console())
        return
    found = explain_child(instance, child, weekly_cost, rematch=rematch)
    if json:
        print_json(child_object(instance, found))
    else:
        print_child(instance, found, console())


def _explain_rules(instance: Instance, ids: list[str] | None, json: bool) -> None:
    from rightplace.reports.explanation import print_rule, print_rules, rule_object
    from rightplace.rules.catalogue import RULES, rules_by_id

    known = rules_by_id()
    wrong = unknown_ids("rule", [name.upper() for name in ids or []], known)
    if wrong:
        raise typer.BadParameter("\n".join(wrong))
    chosen = [known[name.upper()] for name in ids] if ids else list(RULES)
    if json:
        print_json({"rules": [rule_object(rule, instance.policy) for rule in chosen]})
    elif ids is None:
        print_rules(chosen, console())
    else:
        for rule in chosen:
            print_rule(rule, instance.policy, console())
