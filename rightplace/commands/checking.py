"""rightplace check."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rightplace.commands.common import (
    EXIT_REFUSED_PLAN,
    InstanceArgument,
    JsonOption,
    PolicyOption,
    console,
    open_instance,
    open_plan,
    print_json,
)


def check(
    instance: InstanceArgument,
    plan: Annotated[Path, typer.Argument(help="An answer that match wrote: .json, .xlsx or folder.")],
    policy: PolicyOption = None,
    json: JsonOption = False,
) -> None:
    """Check a plan: recompute every rule, place and penny, and all else the answer says, from instance and plan alone.

    Exit code 0 when the plan is accepted, 4 when it is refused.
    """
    from rightplace.reports.answer_check import NOT_LOOKED_AT, check_answer
    from rightplace.reports.terminal import print_certificate

    asked = open_instance(instance, policy)
    found = open_plan(plan)
    asked = asked if found.date == asked.date else asked.at(found.date)
    certificate = check_answer(asked, found, plan)
    if json:
        violations = [
            {"rule": v.rule, "children": list(v.child_ids), "setting": v.setting_id, "sentence": v.sentence}
            for v in certificate.violations
        ]
        value = certificate.value_pence_per_week
        print_json({"accepted": certificate.is_accepted, "value_pence_per_week": value, "violations": violations})
    else:
        print_certificate(certificate, console())
        print(NOT_LOOKED_AT)
    if not certificate.is_accepted:
        raise typer.Exit(EXIT_REFUSED_PLAN)
