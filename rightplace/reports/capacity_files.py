"""Plan files read back: which question they answer, and what they were made with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rightplace.errors import Fault, PlanError
from rightplace.files import read_json
from rightplace.reports.capacity_answer import demand_digest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rightplace.instances.planning_case import PlanningCase

_JSON = ".json"


def answer_in(path: Path) -> dict[str, Any]:
    """The object that a plan file holds.

    Raises
    ------
    InstanceError
        When it cannot be opened or is no JSON.
    PlanError
        When it is no answer of ``plan``.
    """
    whole = read_json(path)
    parts = ("instance", "demand", "schedule")
    if not isinstance(whole, dict) or not all(part in whole for part in parts):
        raise PlanError([Fault(str(path), None, None, None, "a capacity plan that plan --out wrote")])
    return whole


def inputs_of(path: Path) -> dict[str, Any]:
    """The options that a plan file was made with; none where it does not say."""
    inputs = answer_in(path).get("inputs", {})
    if not isinstance(inputs, dict):
        raise PlanError([Fault(str(path), None, "inputs", None, "an object, as plan --out wrote it")])
    return inputs


def question_faults(path: Path, case: PlanningCase) -> Iterator[Fault]:
    """Where a plan file answers another question than the case; a bare schedule (.csv) answers any."""
    if path.suffix.lower() != _JSON:
        return
    answer = answer_in(path)
    wanted = {
        "instance": (case.instance.digest, f"a plan for this {case.instance.name}, its policy and date"),
        "demand": (demand_digest(case.demand), f"a plan for this demand ({case.demand.num_scenarios} scenarios)"),
    }
    for part, (digest, expected) in wanted.items():
        found = answer[part].get("digest") if isinstance(answer[part], dict) else None
        if found != digest:
            yield Fault(str(path), None, part, None if found is None else str(found)[:12], expected)
