"""rightplace plan."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from rightplace.commands.common import (
    DEFAULT_INSTANCE,
    EXIT_FAILED,
    EXIT_NO_ANSWER,
    InstanceArgument,
    JsonOption,
    PolicyOption,
    ThreadsOption,
    TimeLimitOption,
    console,
    print_json,
    refuse_paths,
    tell,
)
from rightplace.commands.planning_inputs import (
    DEFAULT_GAP,
    EXIT_LIMIT,
    DemandOption,
    GrowthOption,
    LeversOption,
    PlanGapOption,
    PlanningInputs,
    PlanSeedOption,
    PlanSolverName,
    PlanSolverOption,
    ScenariosOption,
    SchedulerOption,
    TargetsOption,
    WorkersOption,
    YearsOption,
    fresh_demand,
    open_case,
    schedule_path,
)
from rightplace.commands.planning_running import exit_code_of, planning_on
from rightplace.outputs import Output

if TYPE_CHECKING:
    from rightplace.capacity_plan import Action
    from rightplace.instances.planning_case import PlanningCase
    from rightplace.instances.quarters import Quarter

PLAN_FILE = Output("a capacity plan", (".json",))
PICTURE = Output("a picture", (".svg",))
_Parsed = TypeVar("_Parsed")


def plan(
    instance: InstanceArgument = DEFAULT_INSTANCE,
    demand: DemandOption = None,
    targets: TargetsOption = None,
    levers: LeversOption = None,
    scenarios: ScenariosOption = None,
    years: YearsOption = None,
    growth: GrowthOption = None,
    pin: Annotated[
        list[str] | None,
        typer.Option(
            metavar="VERB:LEVER[=QUANTITY]@QUARTER",
            help="The plan must do this: open:site3@2025Q2, recruit:teens=16@2026Q4. Verbs: open, change, recruit, "
            "retain, convert, let. Repeatable.",
        ),
    ] = None,
    forbid: Annotated[
        list[str] | None,
        typer.Option(metavar="VERB:LEVER[@QUARTER]", help="The plan must not do this, then or at all. Repeatable."),
    ] = None,
    pins: Annotated[
        Path | None,
        typer.Option(
            help="A schedule to keep: .csv (lever, quantity, quarter), a plan's .json, or one that lies with the "
            "instance. Its levers do exactly that, the others are free."
        ),
    ] = None,
    next_best: Annotated[bool, typer.Option(help="Also look for the next-best plan that differs.")] = True,
    foresight: Annotated[bool, typer.Option(help="Also say what scenarios and foresight are worth.")] = True,
    fresh_scenarios: Annotated[
        int, typer.Option(min=0, help="Generated scenarios that the plan was not made for, to test it on; 0: none.")
    ] = 200,
    policy: PolicyOption = None,
    scheduler: SchedulerOption = None,
    workers: WorkersOption = 1,
    solver: PlanSolverOption = PlanSolverName.OURS,
    time_limit: TimeLimitOption = 600.0,
    gap: PlanGapOption = DEFAULT_GAP,
    threads: ThreadsOption = 1,
    seed: PlanSeedOption = 0,
    out: Annotated[list[Path] | None, typer.Option(help="Write the plan as .json. May be repeated.")] = None,
    picture: Annotated[
        list[Path] | None,
        typer.Option(help="Draw the schedule, and places against expected demand, as .svg. May be repeated."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Plan homes, carers and contracts that meet the targets at least expected cost, whatever demand does.

    Which homes to open or change, how many foster carers to recruit and keep, which places to support, which contracts
    to let, and when. Levers say what can be done, at what cost and how soon; targets what is wanted, by when; scenarios
    are futures of the children in care.

    Prints the schedule by quarter, carers and cost by year against doing nothing, each target with its range and what a
    little more of it costs, what binds, and how good and how sure the plan is. Every plan is checked without the model.
    Exit code 4 when the targets cannot hold together: then it says which, and the least that would have to give; and
    when no plan keeps what is pinned.

    To begin with: rightplace plan barnet_2014 --pins published. Levers and targets of your own: rightplace template
    --planning. What each line means: docs/plan.md.
    """
    from rightplace.files import write_json
    from rightplace.planning import PlanOptions, plan_capacity
    from rightplace.reports.capacity_answer import capacity_object
    from rightplace.reports.capacity_terminal import print_capacity_result
    from rightplace.result import Status

    inputs = PlanningInputs(instance, policy, demand, targets, levers, scenarios, years, growth, seed)
    sources = [*inputs.sources, *([pins] if pins is not None else [])]
    refuse_paths(PLAN_FILE, out or [], sources)
    refuse_paths(PICTURE, picture or [], sources)
    case = open_case(inputs)
    kept = None if pins is None else schedule_path(inputs.instance, pins)
    pinned, forbidden = decided(case, pin or (), forbid or (), kept)
    options = PlanOptions(
        pins=pinned,
        forbids=forbidden,
        next_best=next_best,
        foresight=foresight,
        fresh=fresh_demand(inputs, case, fresh_scenarios),
    )
    with planning_on(scheduler, workers, solver.value, time_limit, gap, threads, seed) as (solving, executor):
        result = plan_capacity(case, options, solving, executor)
    answer = capacity_object(result) | {"inputs": inputs.as_object()}
    if json:
        print_json(answer)
    else:
        print_capacity_result(result, console())
    sys.stdout.flush()  # the answer is worth having even when it cannot be written
    if result.plan is None:
        interrupted = exit_code_of(solving)
        raise typer.Exit(EXIT_NO_ANSWER if result.status is Status.INFEASIBLE else interrupted or EXIT_LIMIT)
    if result.certificate is not None and not result.certificate.is_accepted:
        tell("the certificate refused the plan: this is a fault of rightplace, please report it; nothing was written")
        raise typer.Exit(EXIT_FAILED)
    for path in out or []:
        write_json(path, answer)
        tell(f"wrote {path}")
    for path in picture or []:
        draw(case, result.plan.schedule, path)


def decided(
    case: PlanningCase, pin: Sequence[str], forbid: Sequence[str], pins: Path | None
) -> tuple[tuple[Action, ...], tuple[tuple[str, Quarter | None], ...]]:
    """What the command line pins and forbids.

    Raises
    ------
    typer.BadParameter
        For every text that names no use of a lever, all at once.
    """
    from rightplace.schedules import parse_forbid, parse_pin, read_schedule

    wrong: list[str] = []
    pinned = _parsed("--pin", pin, lambda text: parse_pin(text, case), wrong)
    forbidden = _parsed("--forbid", forbid, lambda text: parse_forbid(text, case), wrong)
    if wrong:
        raise typer.BadParameter("\n".join(wrong))
    if pins is not None:
        kept = read_schedule(pins, case)
        pinned += kept
        forbidden += _all_else(case, kept)
    if pinned or forbidden:
        _refuse_impossible(case, pinned, forbidden)
    return tuple(pinned), tuple(forbidden)


def _all_else(case: PlanningCase, kept: Sequence[Action]) -> list[tuple[str, Quarter]]:
    """The other quarters of the levers of a schedule; a conversion goes on from its first quarter."""
    conversions = {conversion.id for conversion in case.levers.conversions}
    said = {(action.lever_id, action.quarter) for action in kept}
    begins = {key: min(when for lever_id, when in said if lever_id == key) for key, _ in said}
    quarters = [case.first + t for t in range(case.demand.num_quarters)]
    return [
        (key, when)
        for key in sorted(begins)
        for when in quarters
        if (key, when) not in said and not (key in conversions and when > begins[key])
    ]


def _refuse_impossible(
    case: PlanningCase, pinned: Sequence[Action], forbidden: Sequence[tuple[str, Quarter | None]]
) -> None:
    """Refuse what a lever cannot do, such as opening before its lead time, before anything is solved."""
    from rightplace.models.capacity import capacity_data, capacity_program
    from rightplace.models.capacity import pinned as with_pins

    staged, columns = capacity_program(capacity_data(case))
    try:
        with_pins(staged, columns, pinned, forbidden)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def _parsed(option: str, texts: Sequence[str], parse: Callable[[str], _Parsed], wrong: list[str]) -> list[_Parsed]:
    """Each text as what it names; what names nothing is added to ``wrong``."""
    found = []
    for text in texts:
        try:
            found.append(parse(text))
        except ValueError as error:
            wrong.append(f"{option} {error}")
    return found


def draw(case: PlanningCase, schedule: tuple[Action, ...], path: Path) -> None:
    """Write the picture of a plan."""
    from rightplace.files import written_at_once
    from rightplace.reports.capacity_picture import plan_picture
    from rightplace.reports.capacity_places import places_by_type

    text = plan_picture(case, schedule, places_by_type(case, schedule))
    with written_at_once(path) as target:
        target.write_text(text, encoding="utf-8")
    tell(f"wrote {path}")
