"""rightplace rank."""

from __future__ import annotations

from typing import Annotated

import typer

from rightplace.commands.common import (
    DEFAULT_INSTANCE,
    DateOption,
    GapOption,
    InstanceArgument,
    JsonOption,
    PolicyOption,
    SeedOption,
    SolverName,
    SolverOption,
    ThreadsOption,
    TimeLimitOption,
    console,
    open_instance,
    print_json,
    solving_on,
    unknown_ids,
)
from rightplace.commands.deciding import DeclinedOption, FixOption, ForbidOption, KeepOption, with_decisions


def rank(
    instance: InstanceArgument = DEFAULT_INSTANCE,
    child: Annotated[
        list[str] | None, typer.Option(help="The id of a child who seeks a home. May be repeated.")
    ] = None,
    everybody: Annotated[bool, typer.Option("--all", help="Every child who seeks a home, and sibling groups.")] = False,
    top: Annotated[int, typer.Option(min=0, help="How many choices of each child; 0 for every one.")] = 5,
    date: DateOption = None,
    rematch: Annotated[bool, typer.Option("--rematch", help="As match --rematch.")] = False,
    fix: FixOption = None,
    forbid: ForbidOption = None,
    offer_declined: DeclinedOption = None,
    keep: KeepOption = None,
    policy: PolicyOption = None,
    solver: SolverOption = SolverName.OURS,
    time_limit: TimeLimitOption = 300.0,
    gap: GapOption = 0.0,
    threads: ThreadsOption = 1,
    seed: SeedOption = 0,
    json: JsonOption = False,
) -> None:
    """Rank the settings open to a child by what choosing each would cost all children together.

    0 is the choice that harms nobody. Each cost is exact, or an interval in which it is proven to lie. Beside it: the
    child's own fee and miles, siblings, wishes, approvals, whom else the choice would move and where to, and what one
    more place in the setting would save at most.
    """
    from rightplace.ranking import RankOptions
    from rightplace.ranking import rank as rank_choices
    from rightplace.reports.ranking import print_ranking, ranking_object

    if everybody == bool(child):
        raise typer.BadParameter("name children with --child, or take --all of them")
    asked = open_instance(instance, policy)
    if date is not None:
        asked = asked.at(date.date())
    asked = with_decisions(asked, fix, forbid, offer_declined, keep, rematch=rematch)
    seeking = [one.id for one in asked.candidates(rematch)]
    wrong = unknown_ids("child who seeks a home", child or [], seeking)
    if wrong:
        raise typer.BadParameter("\n".join(wrong))
    with solving_on(solver.value, time_limit, gap, threads, seed) as solving:
        ranking = rank_choices(asked, RankOptions(tuple(child or ()), top, rematch), solving)
    if json:
        print_json(ranking_object(ranking))
    else:
        print_ranking(ranking, console())
