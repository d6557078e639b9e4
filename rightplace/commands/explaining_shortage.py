"""rightplace shortage, which `rightplace explain` without a child is too."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from rightplace.commands.common import (
    DEFAULT_INSTANCE,
    EXIT_FAILED,
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
    solving_on,
    tell,
)

if TYPE_CHECKING:
    from rightplace.instances.instance import Instance
    from rightplace.solve import MatchOptions
    from rightplace.solver.outcome import SolveOptions


def shortage(
    instance: InstanceArgument = DEFAULT_INSTANCE,
    date: DateOption = None,
    rematch: Annotated[bool, typer.Option("--rematch", help="Also propose moves for children who may move.")] = False,
    search_order: Annotated[Order | None, typer.Option(help="In place of the policy's.")] = None,
    policy: PolicyOption = None,
    solver: SolverOption = SolverName.OURS,
    time_limit: TimeLimitOption = 300.0,
    gap: GapOption = 0.0,
    threads: ThreadsOption = 1,
    seed: SeedOption = 0,
    json: JsonOption = False,
) -> None:
    """Which capacities bind, and what one more place of each kind would bring.

    Matches first, then solves again with one more place of each kind that the children could use. Every plan behind a
    number is checked without the model.
    """
    from rightplace.instances.policy import SearchOrder
    from rightplace.solve import MatchOptions

    asked = open_instance(instance, policy)
    if date is not None:
        asked = asked.at(date.date())
    order = SearchOrder(search_order.value) if search_order else None
    options = MatchOptions(rematch=rematch, search_order=order, compare=False)
    with solving_on(solver.value, time_limit, gap, threads, seed) as solving:
        print_what_is_short(asked, options, solving, json=json)


def print_what_is_short(instance: Instance, options: MatchOptions, solving: SolveOptions, *, json: bool) -> None:
    """Match, find what is short, and print it; ``solving`` limits both together.

    Raises
    ------
    typer.Exit
        When the certificate refuses the plan of the match.
    """
    from rightplace.reports.shortages import print_shortage, shortage_data
    from rightplace.shortage import shortage_of
    from rightplace.solve import match

    began = time.perf_counter()
    best = match(instance, options, solving).best
    if not best.certificate.is_accepted:
        tell("the certificate refused the plan: this is a fault of rightplace, please report it")
        raise typer.Exit(EXIT_FAILED)
    left = solving.time_limit_seconds - (time.perf_counter() - began)
    found = shortage_of(instance, best.plan, replace(solving, time_limit_seconds=left))
    if json:
        print_json(shortage_data(found))
    else:
        print_shortage(found, console())
