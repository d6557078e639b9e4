"""rightplace audit-targets."""

from __future__ import annotations

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
)
from rightplace.commands.planning_inputs import (
    EXIT_LIMIT,
    DemandOption,
    GrowthOption,
    LeversOption,
    PlanningInputs,
    PlanSeedOption,
    ScenariosOption,
    SchedulerOption,
    TargetsOption,
    WorkersOption,
    YearsOption,
    open_case,
)
from rightplace.commands.planning_running import exit_code_of, planning_on


def audit_targets(
    instance: InstanceArgument = DEFAULT_INSTANCE,
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
    seed: PlanSeedOption = 0,
    json: JsonOption = False,
) -> None:
    """Do these targets fit together, with these levers and this demand? Hard and likely ones; priced ones are wishes.

    Where they do not: a smallest set of them that cannot hold together, the least change of their values that makes
    them fit (of likely ones, in how many scenarios they then hold), and exit code 4. Where a limit came before either
    was known, exit code 5.
    """
    from rightplace.planning import audit_targets as audited
    from rightplace.reports.capacity_answer import case_object, clash_object
    from rightplace.reports.capacity_terminal import print_audit_of_targets

    inputs = PlanningInputs(instance, policy, demand, targets, levers, scenarios, years, growth, seed)
    case = open_case(inputs)
    if not case.targets:
        raise typer.BadParameter("there are no targets to audit: name a file of them with --targets")
    with planning_on(scheduler, workers, "ours", time_limit, 0.0, threads, seed) as (solving, executor):
        audit = audited(case, solving, executor)
    if json:
        found = None if audit.clash is None else clash_object(case, audit.clash)
        known = {"fits": audit.fits, "clash": found, "stopped_by": audit.stopped_by}
        print_json({**known, **case_object(case), "inputs": inputs.as_object()})
    else:
        print_audit_of_targets(case, audit, console())
    if audit.clash is not None:
        raise typer.Exit(EXIT_NO_ANSWER)
    if not audit.fits:
        raise typer.Exit(exit_code_of(solving) or EXIT_LIMIT)
