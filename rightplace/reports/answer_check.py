"""Check an answer that ``match`` wrote: the plan in it, and everything else in it that follows from the plan."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rightplace.certificate import Certificate, Violation, check
from rightplace.files import Form, read_sheets
from rightplace.instances import cells
from rightplace.reasons import waiting_reasons
from rightplace.reports.answer import answer_sheets, settled_of
from rightplace.result import Checked
from rightplace.rules.pairs import Facts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rightplace.instances.instance import Instance
    from rightplace.plan import Plan

NOT_LOOKED_AT = (
    "Not looked at: whether the bounds are right and who claims them, what ended the search, the comparison with one "
    "by one and with the other search order, what leaving changed suggestions as they were would cost, timing, solver."
)
"""What of an answer cannot be recomputed from the instance and the plan without solving."""
_KEYS = {
    "placements": "child",
    "waiting": "child",
    "tiers": "name",
    "decisions": "id",
    "approvals": "rule",
    "notifications": "rule",
    "warnings": "rule",
    "reasons": "rule",
}
"""By what the items of each list of an answer are told apart."""
_READ_AS_PLAN = {"placements": {"setting_type", "with_siblings", "approvals"}, "waiting": {"reasons"}}
"""Of tables, what is no part of the plan; the plan is read cell by cell, as people type, and checked by itself."""

_TRUTH = {"yes": True, "true": True, "no": False, "false": False}


def check_answer(instance: Instance, plan: Plan, path: Path) -> Certificate:
    """Check the plan of an answer, and where it is accepted, what the answer says beside it.

    Parameters
    ----------
    plan
        As ``read_plan`` reads it from ``path``.
    """
    certificate = check(instance, plan)
    if not certificate.is_accepted:
        return certificate
    reasons = waiting_reasons(Facts(instance, rematch=plan.rematch), plan)
    settled = settled_of(instance, Checked(plan, certificate), reasons)
    said = _said_in_json(path, settled) if Form.of(path) == Form.JSON else _said_in_tables(path, settled)
    violations = [] if plan.tiers else [Violation("answer", (), None, "tiers: there are none; every answer has them")]
    violations += [_violation(place, found, true) for place, found, true in said if not _is_same(found, true)]
    return replace(certificate, violations=tuple(violations))


Place = tuple[str, ...]
Said = tuple[Place, Any, Any]
"""Where something stands in an answer, what stands there, and what should."""


def _said_in_json(path: Path, settled: dict[str, Any]) -> Iterator[Said]:
    answer = json.loads(path.read_text(encoding="utf-8"))
    found, true = dict(_leaves(answer)), dict(_leaves(settled))
    for place in dict.fromkeys((*true, *found)):
        if place[0] in settled:
            yield place, found.get(place), true.get(place)


def _leaves(value: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    """The numbers and words of an answer, each with the way to it."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _leaves(item, (*place, name))
    elif isinstance(value, list):
        key = _KEYS.get(place[-1], "") if place else ""
        for position, item in enumerate(value, start=1):
            name = item.get(key, position) if isinstance(item, dict) else position
            yield from _leaves(item, (*place, str(name)))
    else:
        yield place, value


def _said_in_tables(path: Path, settled: dict[str, Any]) -> Iterator[Said]:
    sheets = {name: [row for _, row in sheet.rows] for name, sheet in read_sheets(path).items()}
    true = answer_sheets(settled | {"solver": {}})
    for name, columns in _READ_AS_PLAN.items():
        found = {cells.as_text(row.get("child")): row for row in sheets[name]}
        for row in true[name][1]:
            child_id = str(row["child"])
            for column in sorted(columns):
                yield (name, child_id, column), found[child_id].get(column), row.get(column)
    for name, key, column in (("summary", "field", "value"), ("totals", "measure", "totals")):
        found = {str(row.get(key)): row for row in sheets.get(name, [])}
        for row in true[name][1]:
            if row[key] != "date":  # the plan's, which may be typed in many ways
                yield (name, str(row[key])), found.get(str(row[key]), {}).get(column), row.get(column)


def _is_same(found: Any, true: Any) -> bool:
    """Whether a cell holds a value: truth as yes or no, numbers as numbers or text, nothing as an empty cell."""
    if isinstance(true, bool):
        return _TRUTH.get(str(found).lower()) is true
    if true is None or true == "":
        return found is None or found == ""
    if isinstance(true, int | float) and not isinstance(found, bool):
        try:
            return float(found) == true
        except (TypeError, ValueError):
            return False
    return str(found).strip() == str(true)


def _violation(place: Place, found: Any, true: Any) -> Violation:
    about_child = place[0] in ("placements", "waiting") and len(place) > 1
    name = " ".join((place[0], *place[2:]) if about_child else place)
    said = "nothing" if found is None else repr(found)
    should = "nothing" if true is None or true == "" else repr(true)
    return Violation(
        "answer", place[1:2] if about_child else (), None, f"{name}: the answer says {said}; it is {should}"
    )
