"""rightplace match."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from rightplace.commands.common import (
    DEFAULT_INSTANCE,
    EXIT_FAILED,
    EXIT_NO_ANSWER,
    DateOption,
    GapOption,
    InstanceArgument,
    JsonOption,
    Order,
    PolicyOption,
    SeedOption,
    SolverName,
    SolverOption,
    ThreadsOption,
    TimeLimitOption,
    console,
    open_instance,
    print_json,
    refuse_paths,
    solving_on,
    sources_of,
    tell,
)
from rightplace.commands.deciding import DeclinedOption, FixOption, ForbidOption, KeepOption, with_decisions


def match(
    instance: InstanceArgument = DEFAULT_INSTANCE,
    date: DateOption = None,
    rematch: Annotated[bool, typer.Option("--rematch", help="Also propose moves for children who may move.")] = False,
    search_order: Annotated[Order | None, typer.Option(help="In place of the policy's.")] = None,
    fix: FixOption = None,
    forbid: ForbidOption = None,
    offer_declined: DeclinedOption = None,
    keep: KeepOption = None,
    policy: PolicyOption = None,
    out: Annotated[
        list[Path] | None, typer.Option(help="Write the answer: .xlsx, .json or a folder. May be repeated.")
    ] = None,
    panel: Annotated[
        list[Path] | None,
        typer.Option(help="Write a panel paper, .html or .xlsx: a page a child with five ranked settings. Repeatable."),
    ] = None,
    export: Annotated[Path | None, typer.Option(help="Write the model as .mps or .lp for other solvers.")] = None,
    compare: Annotated[bool, typer.Option(help="Also solve the other search order.")] = True,
    solver: SolverOption = SolverName.OURS,
    time_limit: TimeLimitOption = 300.0,
    gap: GapOption = 0.0,
    threads: ThreadsOption = 1,
    seed: SeedOption = 0,
    json: JsonOption = False,
) -> None:
    """Match waiting children to vacancies, all children considered together.

    Prints a suggestion for each child, who stays waiting and why, and the totals beside what doing it child by child
    in order of arrival, and searching own provision first, would come to. Every answer is checked
    without the model, by the same catalogue of rules and prices.
    """
    from dataclasses import replace

    from rightplace import outputs
    from rightplace.files import written_at_once
    from rightplace.instances.decisions import WAITING, DecisionKind
    from rightplace.instances.policy import SearchOrder
    from rightplace.ranking import RankOptions, rank_beside
    from rightplace.reports.answer import answer_of, write_answer
    from rightplace.reports.changes import changes_of, print_changes
    from rightplace.reports.panel import write_panel
    from rightplace.reports.ranking import ranking_object
    from rightplace.reports.terminal import print_answer
    from rightplace.solve import MatchOptions, export_model, solved

    sources = sources_of(instance, policy)
    refuse_paths(outputs.ANSWER, out or [], sources)
    refuse_paths(outputs.PANEL, panel or [], sources)
    refuse_paths(outputs.MODEL, [export] if export else [], sources)
    began = time.perf_counter()
    asked = open_instance(instance, policy)
    if date is not None:
        asked = asked.at(date.date())
    asked = with_decisions(asked, fix, forbid, offer_declined, keep, rematch=rematch)
    read_s = time.perf_counter() - began
    options = MatchOptions(rematch, SearchOrder(search_order.value) if search_order else None, compare)
    if export is not None:
        with written_at_once(export) as target:
            plain = target.with_suffix(target.suffix.lower())  # the writers know these endings in lower case
            export_model(asked, plain, options)
            plain.replace(target)
        tell(f"wrote {export}")
    with solving_on(solver.value, time_limit, gap, threads, seed) as solving:
        base = solved(asked, options, solving)
        changes = changes_of(base, solving)
        ranking = ranking_object(rank_beside(base, RankOptions(), solving, time.perf_counter())) if panel else {}
    if base.outcome.flow_seconds:
        tell(beside_flow(base.outcome.flow_seconds, time.process_time()))
    result = base.result
    result = replace(result, timing=replace(result.timing, read_s=read_s))
    answer = answer_of(result) | {"changes": changes}
    accepted = result.best.certificate.is_accepted
    if json:
        print_json(answer)
    else:
        print_answer(result, answer, console())
        suggested = [row for row in result.best.plan.decisions if row.kind is DecisionKind.SUGGESTED]
        if suggested:
            print_changes(changes, len(suggested), console())
    sys.stdout.flush()  # the answer is worth having even when it cannot be written
    for path in out or []:
        if accepted:
            write_answer(answer, path)
            tell(f"wrote {path}")
    for path in panel or []:
        if accepted:
            write_panel(asked, ranking, path)
            tell(f"wrote {path}")
    if not accepted:
        tell("the certificate refused the plan: this is a fault of rightplace, please report it; nothing was written")
        raise typer.Exit(EXIT_FAILED)
    if not_kept := [row for row in answer["decisions"] if row["kind"] == DecisionKind.FIXED and not row["kept"]]:
        names = ", ".join(f"{row['child']}={row['setting'] or WAITING}" for row in not_kept)
        tell(f"these decisions cannot be kept together with the others: {names}; the answer says what is in the way")
        raise typer.Exit(EXIT_NO_ANSWER)


def beside_flow(flow_seconds: float, all_seconds: float) -> str:
    """How long everything took beside the relaxation that nobody can beat, in seconds of the processor."""
    times = all_seconds / flow_seconds
    return (
        f"from files to a checked answer: {all_seconds:.1f} s of the processor, {times:.0f} times the "
        f"{flow_seconds:.2f} s of the minimum-cost flow alone"
    )
