"""rightplace audit."""

from __future__ import annotations

from typing import Annotated

import typer

from rightplace.commands.common import (
    EXIT_REFUSED_PLAN,
    InstanceArgument,
    JsonOption,
    PlanArgument,
    PolicyOption,
    SolverName,
    TimeLimitOption,
    beside_plan,
    console,
    open_instance,
    open_plan,
    print_json,
    show_certificate,
    solving_on,
)


def audit(
    instance: InstanceArgument,
    plan: PlanArgument,
    policy: PolicyOption = None,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same numbers.")] = 0,
    resamples: Annotated[
        int | None,
        typer.Option(min=1, max=1_000_000, help="Permutations and bootstrap samples a comparison; 9999 if absent."),
    ] = None,
    opportunity_cost: Annotated[
        bool,
        typer.Option(
            help="Solve too, and say what each placement costs all children together beside the best plan; needs "
            "--time-limit seconds at most."
        ),
    ] = True,
    time_limit: TimeLimitOption = 60.0,
    json: JsonOption = False,
) -> None:
    """Audit a plan for fairness: distance, fee, siblings split, unmet wishes, opportunity cost and waiting, by group.

    Groups: ethnicity, sex, age band, disability, unaccompanied asylum-seeking children, need level. A sentence says
    where a gap is larger than chance would make it, and whether need level and age explain it; where there is none, how
    large a gap would have had to be. The plan is checked first; exit code 4 when it is refused.
    """
    from rightplace.audit import DEFAULT_RESAMPLES
    from rightplace.audit import audit as audited
    from rightplace.certificate import check
    from rightplace.ranking import costs_of_plan
    from rightplace.reports.fairness import audit_json, print_audit

    opened = open_instance(instance, policy)
    found = open_plan(plan)
    asked = beside_plan(opened, found)
    certificate = check(asked, found)
    if not certificate.is_accepted:
        show_certificate(certificate, json=json)
        raise typer.Exit(EXIT_REFUSED_PLAN)
    costs = None
    if opportunity_cost:
        with solving_on(SolverName.OURS.value, time_limit, 0.0, 1, seed) as solving:
            costs = costs_of_plan(found, asked, solving)
    try:
        result = audited(asked, found, seed=seed, resamples=resamples or DEFAULT_RESAMPLES, opportunity_cost=costs)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--resamples") from error
    if json:
        print_json(audit_json(asked, found, result))
    else:
        print_audit(asked, found, result, console())
