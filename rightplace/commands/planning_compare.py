"""rightplace compare."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rightplace.commands.common import (
    DEFAULT_INSTANCE,
    EXIT_REFUSED_PLAN,
    JsonOption,
    PolicyOption,
    ThreadsOption,
    TimeLimitOption,
    console,
    print_json,
    tell,
)
from rightplace.commands.planning_inputs import (
    DemandOption,
    GrowthOption,
    LeversOption,
    PlanningInputs,
    ScenariosOption,
    SchedulerOption,
    TargetsOption,
    WorkersOption,
    YearsOption,
    open_case,
    schedule_path,
)
from rightplace.commands.planning_running import planning_on

if TYPE_CHECKING:
    from rightplace.capacity_plan import Action
    from rightplace.errors import Fault
    from rightplace.instances.planning_case import PlanningCase


def compare(
    plans: Annotated[
        list[Path], typer.Argument(metavar="PLAN...", help="Plans that plan --out wrote (.json), or schedules (.csv).")
    ],
    instance: Annotated[
        str | None, typer.Option(help=f"The instance; absent: that of the first plan file, or {DEFAULT_INSTANCE}.")
    ] = None,
    demand: DemandOption = None,
    targets: TargetsOption = None,
    levers: LeversOption = None,
    scenarios: ScenariosOption = None,
    years: YearsOption = None,
    growth: GrowthOption = None,
    policy: PolicyOption = None,
    scheduler: SchedulerOption = None,
    workers: WorkersOption = 1,
    time_limit: TimeLimitOption = 600.0,
    threads: ThreadsOption = 1,
    seed: Annotated[int | None, typer.Option(min=0, help="Seed for scenarios; that of the first plan, or 0.")] = None,
    json: JsonOption = False,
) -> None:
    """Compare plans on the same demand: cost by year against doing nothing, targets, and when each pays back.

    To test an investment: write it as a schedule (lever, quantity, quarter), or let plan --pin or --forbid make one.
    For example: rightplace compare home block carers --targets local.

    Every plan is computed again exactly as its file says, on the case that the options name. Left out, they are those
    with which the first .json was made. A plan that was made for another instance or other demand is refused. Exit
    code 4 when the checker refuses a plan for more than hard targets that it misses.
    """
    from rightplace.planning import compare as compared
    from rightplace.reports.capacity_comparison import comparison_object, is_refused, print_comparison
    from rightplace.reports.capacity_files import inputs_of

    given = {
        "instance": instance,
        "policy": policy,
        "demand": demand,
        "targets": targets,
        "levers": levers,
        "scenarios": scenarios,
        "years": years,
        "growth": growth,
        "seed": seed,
    }
    plans = [schedule_path(instance or DEFAULT_INSTANCE, path) for path in plans]
    made_with = next((inputs_of(path) for path in plans if path.suffix.lower() == ".json"), {})
    case = open_case(PlanningInputs.of(given, made_with))
    schedules = named_schedules(case, plans)
    with planning_on(scheduler, workers, "ours", time_limit, 0.0, threads, seed or 0) as (solving, executor):
        comparison = compared(case, schedules, solving, executor)
    if json:
        print_json(comparison_object(comparison))
    else:
        print_comparison(comparison, console())
    if any(is_refused(result) for result in comparison.results):
        tell("the certificate refuses a plan, as the answer says")
        raise typer.Exit(EXIT_REFUSED_PLAN)


def named_schedules(case: PlanningCase, paths: list[Path]) -> dict[str, tuple[Action, ...]]:
    """Schedules by the names of their files; by their paths where two files have one name.

    Raises
    ------
    PlanError
        Listing every file that answers another question, or asks of a lever what it cannot do.
    """
    from rightplace.errors import PlanError
    from rightplace.reports.capacity_files import question_faults
    from rightplace.schedules import read_schedule

    faults = [fault for path in paths for fault in question_faults(path, case)]
    if faults:
        raise PlanError(faults)
    stems = [path.stem for path in paths]
    names = [path.stem if stems.count(path.stem) == 1 else str(path) for path in paths]
    schedules = {name: read_schedule(path, case) for name, path in zip(names, paths, strict=True)}
    faults = list(_impossible(case, schedules))
    if faults:
        raise PlanError(faults)
    return schedules


def _impossible(case: PlanningCase, schedules: Mapping[str, tuple[Action, ...]]) -> Iterator[Fault]:
    """Schedules that ask of a lever what it cannot do, such as opening before its lead time."""
    from rightplace.errors import Fault
    from rightplace.models.capacity import capacity_data, capacity_program
    from rightplace.models.capacity_schedule import point_of

    data = capacity_data(case)
    _, columns = capacity_program(data)
    for name, schedule in schedules.items():
        try:
            point_of(data, columns, schedule)
        except ValueError as error:
            yield Fault(name, None, "schedule", None, f"only what these levers can do ({error})")
