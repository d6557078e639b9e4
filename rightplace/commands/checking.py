"""rightplace check."""

from __future__ import annotations

import typer

from rightplace.commands.common import (
    EXIT_REFUSED_PLAN,
    InstanceArgument,
    JsonOption,
    PlanArgument,
    PolicyOption,
    beside_plan,
    open_instance,
    open_plan,
    show_certificate,
)


def check(
    instance: InstanceArgument,
    plan: PlanArgument,
    policy: PolicyOption = None,
    json: JsonOption = False,
) -> None:
    """Check a plan: recompute every rule, place and penny, and all else the answer says, from instance and plan alone.

    Exit code 0 when the plan is accepted, 4 when it is refused.
    """
    from rightplace.reports.answer_check import NOT_LOOKED_AT, check_answer

    opened = open_instance(instance, policy)
    found = open_plan(plan)
    asked = beside_plan(opened, found)
    certificate = check_answer(asked, found, plan)
    show_certificate(certificate, json=json)
    if not json:
        print(NOT_LOOKED_AT)
    if not certificate.is_accepted:
        raise typer.Exit(EXIT_REFUSED_PLAN)
