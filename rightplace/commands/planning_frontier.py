"""rightplace frontier."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rightplace.commands.common import (
    DEFAULT_INSTANCE,
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
    unknown_ids,
)
from rightplace.commands.planning import PICTURE
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
    open_case,
)
from rightplace.commands.planning_running import planning_on
from rightplace.outputs import Output

if TYPE_CHECKING:
    from rightplace.instances.planning_case import PlanningCase
    from rightplace.instances.targets import Target

FRONTIER_FILE = Output("a frontier", (".csv",))


def frontier(
    instance: InstanceArgument = DEFAULT_INSTANCE,
    target: Annotated[
        str, typer.Option(help="The id of a target, or a measure such as in_area_share: then in the last year.")
    ] = "in_area_share",
    first: Annotated[float, typer.Option("--from", help="First value: 0.40 is 40%; budgets in pounds.")] = 0.4,
    last: Annotated[float, typer.Option("--to", help="Last value.")] = 0.6,
    steps: Annotated[int, typer.Option(min=2, max=1000, help="How many values, both ends included.")] = 11,
    demand: DemandOption = None,
    targets: TargetsOption = None,
    levers: LeversOption = None,
    scenarios: ScenariosOption = None,
    years: YearsOption = None,
    growth: GrowthOption = None,
    policy: PolicyOption = None,
    scheduler: SchedulerOption = None,
    workers: WorkersOption = 1,
    solver: PlanSolverOption = PlanSolverName.OURS,
    time_limit: TimeLimitOption = 600.0,
    gap: PlanGapOption = DEFAULT_GAP,
    threads: ThreadsOption = 1,
    seed: PlanSeedOption = 0,
    out: Annotated[list[Path] | None, typer.Option(help="Write the frontier as .csv. May be repeated.")] = None,
    picture: Annotated[list[Path] | None, typer.Option(help="Draw the frontier as .svg. May be repeated.")] = None,
    json: JsonOption = False,
) -> None:
    """What a target costs: the least expected cost at each of several values of it, all other targets as they are.

    Shows up to where a target is nearly free, and where the next point becomes dear. Exit code 4 when it is
    proven that none of the values can be reached, 5 when a limit came before any plan.
    """
    from rightplace.files import written_at_once
    from rightplace.planning import PlanOptions
    from rightplace.planning import frontier as cost_at
    from rightplace.reports.capacity_frontier import (
        frontier_object,
        frontier_picture,
        print_frontier,
        write_frontier,
    )

    inputs = PlanningInputs(instance, policy, demand, targets, levers, scenarios, years, growth, seed)
    refuse_paths(FRONTIER_FILE, out or [], inputs.sources)
    refuse_paths(PICTURE, picture or [], inputs.sources)
    case, chosen = with_target(open_case(inputs), target)
    if chosen.measure.is_share and not (0 <= first <= 1 and 0 <= last <= 1):
        raise typer.BadParameter(f"--from {first:g} --to {last:g}: {target} is a share, expected 0 to 1 (0.4 is 40%)")
    values = [round(first + (last - first) * i / (steps - 1), 10) for i in range(steps)]
    options = PlanOptions(next_best=False, foresight=False)
    with planning_on(scheduler, workers, solver.value, time_limit, gap, threads, seed) as (solving, executor):
        points = cost_at(case, chosen.id, values, options, solving, executor)
    if json:
        print_json(frontier_object(case, chosen, points) | {"inputs": inputs.as_object()})
    else:
        print_frontier(case, chosen, points, console())
    for path in out or []:
        write_frontier(chosen, points, path)
        tell(f"wrote {path}")
    for path in picture or []:
        with written_at_once(path) as place:
            place.write_text(frontier_picture(case, chosen, points), encoding="utf-8")
        tell(f"wrote {path}")
    if not any(point.reachable for point in points):
        is_proven = all(point.reachable is False for point in points)
        raise typer.Exit(EXIT_NO_ANSWER if is_proven else EXIT_LIMIT)


def with_target(case: PlanningCase, name: str) -> tuple[PlanningCase, Target]:
    """The case with the target that a name means, which a measure gets for the last year where no target has it.

    Raises
    ------
    typer.BadParameter
        When the name is neither a target of the case nor a measure, or targets of several authorities have the measure.
    """
    from rightplace.instances.targets import Measure, Sense, Target

    found = [target for target in case.targets if target.id == name]
    found = found or [target for target in case.targets if target.measure.value == name]
    if len(found) > 1:
        raise typer.BadParameter(f"--target {name}: expected one of {', '.join(target.id for target in found)}")
    if found:
        return case, found[0]
    measures = [measure.value for measure in Measure]
    if name not in measures:
        (sentence,) = unknown_ids("target or measure", [name], [*(target.id for target in case.targets), *measures])
        raise typer.BadParameter(sentence)
    measure = Measure(name)
    at_most = measure.is_money or name.startswith(("residential", "independent"))
    year = case.num_years - 1
    made = Target(id=name, measure=measure, sense=Sense.AT_MOST if at_most else Sense.AT_LEAST, values={year: 0.0})
    tell(f"there is no target {name}: it is asked for in {case.year_names[year]}, {made.sense.value} each value")
    return replace(case, targets=(*case.targets, made)), made
