"""Read a plan back from an answer that ``match`` wrote: .json, .xlsx or a folder of CSVs, edited by hand or not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from rightplace.errors import Fault, InstanceError, PlanError
from rightplace.files import Cell, Form, Row, Sheet, read_sheets
from rightplace.instances import cells
from rightplace.instances.decisions import Decision, DecisionKind
from rightplace.instances.policy import SearchOrder
from rightplace.instances.settings import Support
from rightplace.plan import Placement, PlacementKind, Plan, Tier

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def _read_pounds(cell: Cell, lookup: cells.Lookup) -> Any:
    """Pounds with whole pence: what a spreadsheet shows rounded is not what stands in its cell."""
    return cells.MONEY.read(str(cell) if isinstance(cell, float) else cell, lookup)


_POUNDS = cells.Kind(f"{cells.MONEY.expected}, in whole pence", _read_pounds, cells.MONEY.show)
_WHOLE = cells.integer(0, 10**12)
_MILES = cells.Kind("a number of miles", lambda cell, _: float(cells.as_text(cell)), float)
_SUMMARY: dict[str, cells.Kind] = {
    "instance_name": cells.TEXT,
    "instance_digest": cells.TEXT,
    "date": cells.DATE,
    "rematch": cells.YES_NO,
    "search_order": cells.one_of(SearchOrder),
    "shortlist": _WHOLE,
    "num_sibling_pairs_apart": _WHOLE,
    "fees_pence_per_week": _WHOLE,
    "value_pence_per_week": _WHOLE,
}
_PLACEMENT: dict[str, cells.Kind] = {
    "child": cells.IDENTIFIER,
    "setting": cells.IDENTIFIER,
    "kind": cells.one_of(PlacementKind),
    "starts_on": cells.DATE,
    "fee_per_week": _POUNDS,
    "policy_price_per_week": _POUNDS,
    "support": cells.one_of(Support),
    "on_block": cells.YES_NO,
    "distance_miles": _MILES,
}
_TIER: dict[str, cells.Kind] = {"name": cells.TEXT, "value": _WHOLE, "bound": _WHOLE, "claimed_by": cells.TEXT}
_DECISION: dict[str, cells.Kind] = {
    "id": cells.IDENTIFIER,
    "child": cells.IDENTIFIER,
    "kind": cells.one_of(DecisionKind),
    "setting": cells.IDENTIFIER,
    "decided_by": cells.TEXT,
    "decided_on": cells.DATE,
}
_DECISION_FIELDS = {"child": "child_id", "setting": "setting_id"}
_OPTIONAL = frozenset({"distance_miles"})


class _NoLookup:
    """Plans refer to nothing that has to be looked up."""

    def locate(self, text: str) -> Any:
        """See ``cells.Lookup``."""
        raise ValueError(text)

    def authority_id(self, text: str) -> str:
        """See ``cells.Lookup``."""
        raise ValueError(text)


def read_plan(path: Path) -> Plan:
    """Read the plan of an answer.

    Raises
    ------
    PlanError
        Listing every cell that is missing or cannot be read.
    """
    try:
        sheets = _json_sheets(path) if Form.of(path) == Form.JSON else read_sheets(path)
    except InstanceError as error:
        raise PlanError(error.faults) from error
    faults: list[Fault] = [
        Fault(path.name, None, name, None, f"a table of {name}, as match writes it")
        for name in ("summary", "placements", "waiting", "tiers")
        if name not in sheets
    ]
    if faults:
        raise PlanError(faults)
    about = _about(sheets["summary"], faults)
    placements = [
        Placement(
            child_id=v["child"],
            setting_id=v["setting"],
            kind=v["kind"],
            starts_on=v["starts_on"],
            fee_pence_per_week=v["fee_per_week"],
            policy_pence_per_week=v["policy_price_per_week"],
            support=v["support"],
            on_block=v["on_block"],
            distance_miles=v.get("distance_miles"),
        )
        for v in _rows(sheets["placements"], _PLACEMENT, faults)
    ]
    waiting = [v["child"] for v in _rows(sheets["waiting"], {"child": cells.IDENTIFIER}, faults)]
    decided = _rows(sheets["decisions"], _DECISION, faults, frozenset({"setting"})) if "decisions" in sheets else ()
    decisions = [Decision(**{_DECISION_FIELDS.get(name, name): value for name, value in v.items()}) for v in decided]
    tiers = [Tier(**v) for v in _rows(sheets["tiers"], _TIER, faults)]
    if faults:
        raise PlanError(faults)
    about["digest"] = about.pop("instance_digest")
    return Plan(
        placements=tuple(placements),
        waiting_ids=tuple(waiting),
        tiers=tuple(tiers),
        decisions=tuple(decisions),
        **about,
    )


def _about(sheet: Sheet, faults: list[Fault]) -> dict[str, Any]:
    fields = {str(row.get("field")): (number, row.get("value")) for number, row in sheet.rows}
    found: dict[str, Any] = {}
    for name, kind in _SUMMARY.items():
        number, cell = fields.get(name, (None, None))
        if cell is None:
            faults.append(Fault(sheet.source, number, name, None, kind.expected))
            continue
        found[name], expected = cells.read_cell(kind, cell, _NoLookup())
        if expected is not None:
            faults.append(Fault(sheet.source, number, name, str(cell), expected))
    return found


def _rows(
    sheet: Sheet, kinds: dict[str, cells.Kind], faults: list[Fault], optional: frozenset[str] = _OPTIONAL
) -> Iterable[dict[str, Any]]:
    for number, row in sheet.rows:
        values: dict[str, Any] = {}
        before = len(faults)
        for name, kind in kinds.items():
            if row.get(name) is None:
                if name not in optional:
                    faults.append(Fault(sheet.source, number, name, None, kind.expected))
                continue
            values[name], expected = cells.read_cell(kind, row[name], _NoLookup())
            if expected is not None:
                faults.append(Fault(sheet.source, number, name, str(row[name]), expected))
        if len(faults) == before:
            yield values


def _json_sheets(path: Path) -> dict[str, Sheet]:
    """The tables of a JSON answer, as the other forms have them."""
    try:
        answer = json.loads(path.read_text(encoding="utf-8"))
        summary = {f"instance_{name}": value for name, value in answer["instance"].items()} | answer
        placements = [{**p, **_in_pounds(p)} for p in answer["placements"]]
        tables: dict[str, list[Row]] = {
            "summary": [{"field": name, "value": summary.get(name)} for name in _SUMMARY],
            "placements": [{name: p.get(name) for name in _PLACEMENT} for p in placements],
            "waiting": [{"child": w["child"]} for w in answer["waiting"]],
            "tiers": [{name: t.get(name) for name in _TIER} for t in answer["tiers"]],
            "decisions": [{name: d.get(name) for name in _DECISION} for d in answer.get("decisions", ())],
        }
    except FileNotFoundError:
        raise PlanError(
            [Fault(str(path), None, None, None, "an answer that match wrote; there is none here")]
        ) from None
    except (json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError, AttributeError) as error:
        wanted = f"the JSON of an answer that match wrote ({type(error).__name__}: {error})"
        raise PlanError([Fault(path.name, None, None, None, wanted)]) from error
    return {name: Sheet(f"{path.name}: {name}", (), list(enumerate(rows, start=1))) for name, rows in tables.items()}


def _in_pounds(placement: dict[str, Any]) -> Row:
    return {
        "fee_per_week": placement["fee_pence_per_week"] / 100,
        "policy_price_per_week": placement["policy_pence_per_week"] / 100,
    }
