"""The answer of a match as plain data: the object of ``--json``, and the tables of an answer in Excel or CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rightplace.files import Form, Row, write_json, write_sheets
from rightplace.instances.decisions import DecisionKind
from rightplace.plan import Placement, PlacementKind, Plan
from rightplace.reports.wording import homes_after, setting_type, siblings_with
from rightplace.result import Status
from rightplace.rules.catalogue import APPROVAL_RULES, NOTIFICATION_RULES, WARNING_RULES
from rightplace.rules.pairs import Facts, Pairs
from rightplace.rules.rule import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from rightplace.instances.instance import Instance
    from rightplace.reasons import Reason
    from rightplace.result import Checked, Result
    from rightplace.rules.rule import Rule


def approvals_of(facts: Facts, of: Sequence[Placement]) -> dict[str, list[Rule]]:
    """The approvals that each of some placements needs, by child id; staying needs none."""
    return _called_for(facts, of, APPROVAL_RULES)


def _called_for(facts: Facts, of: Sequence[Placement], rules: Sequence[Rule]) -> dict[str, list[Rule]]:
    """The rules of some that each of some placements does not keep, by child id; staying calls for none."""
    placements = [p for p in of if p.kind is not PlacementKind.STAY]
    children = np.array([facts.child_idx[p.child_id] for p in placements], dtype=np.int64)
    settings = np.array([facts.setting_idx[p.setting_id] for p in placements], dtype=np.int64)
    pairs = Pairs(facts, children, settings)
    needed: dict[str, list[Rule]] = {placement.child_id: [] for placement in of}
    for rule in rules:
        for row in np.flatnonzero(~rule.passes(pairs)):
            needed[placements[int(row)].child_id].append(rule)
    return needed


def summary(instance: Instance, checked: Checked) -> dict[str, Any]:
    """What one plan comes to: children, money, miles, siblings, approvals."""
    plan = checked.plan
    facts = Facts(instance, rematch=plan.rematch)
    homes = homes_after(instance, plan)
    new = [p for p in plan.placements if p.kind is PlacementKind.NEW]
    miles = [p.distance_miles for p in plan.placements if p.distance_miles is not None]
    together = [siblings_with(instance, homes, p.child_id) for p in plan.placements]
    return {
        "num_placed": len(new),
        "num_waiting": len(plan.waiting_ids),
        "num_moves": sum(p.kind is PlacementKind.MOVE for p in plan.placements),
        "fees_pence_per_week": plan.fees_pence_per_week,
        "value_pence_per_week": plan.value_pence_per_week,
        "miles_from_home": round(sum(miles), 1),
        "mean_miles_from_home": _mean(miles),
        "num_with_all_siblings": sum(total > 0 and len(found) == total for found, total in together),
        "num_sibling_pairs_apart": plan.num_sibling_pairs_apart,
        "num_approvals": sum(len(rules) for rules in approvals_of(facts, plan.placements).values()),
        "certificate_accepted": checked.certificate.is_accepted,
    }


def in_both(compared: Plan, match: Plan) -> dict[str, Any]:
    """Like with like: what a plan and the match come to for those children only to whom both give a place.

    A plan that leaves a child waiting pays no fee for that child, so whole plans compare only where nobody is left out.
    """
    ours = {p.child_id: p for p in match.placements}
    both = [(p, ours[p.child_id]) for p in compared.placements if p.child_id in ours]
    known = [
        (p.distance_miles, own.distance_miles)
        for p, own in both
        if p.distance_miles is not None and own.distance_miles is not None
    ]
    return {
        "num_in_both": len(both),
        "fees_in_both_pence_per_week": sum(p.fee_pence_per_week for p, _ in both),
        "match_fees_in_both_pence_per_week": sum(own.fee_pence_per_week for _, own in both),
        "mean_miles_in_both": _mean([theirs for theirs, _ in known]),
        "match_mean_miles_in_both": _mean([own for _, own in known]),
    }


def _mean(miles: list[float]) -> float | None:
    return round(sum(miles) / len(miles), 1) if miles else None


def answer_of(result: Result) -> dict[str, Any]:
    """The whole answer, ready for JSON."""
    return settled_of(result.instance, result.best, result.reasons) | {
        "stopped_by": result.stopped_by,
        "greedy": _compared(result, result.greedy),
        result.other_search_order.value: None if result.other is None else _compared(result, result.other),
        "timing": {name: round(getattr(result.timing, name), 4) for name in result.timing.__dataclass_fields__},
        "solver": {"name": result.solver, "version": result.solver_version},
    }


def settled_of(instance: Instance, checked: Checked, reasons: Mapping[str, Sequence[Reason]]) -> dict[str, Any]:
    """What an answer says that follows from the instance and the plan, the plan's claims included."""
    plan, certificate = checked.plan, checked.certificate
    own = summary(instance, checked)
    return {
        "instance": {"name": instance.name, "digest": plan.digest},
        "date": plan.date.isoformat(),
        "status": (Status.OPTIMAL if plan.is_proven else Status.FEASIBLE).value,
        "value_pence_per_week": plan.value_pence_per_week,
        "bound_pence_per_week": plan.bound_pence_per_week,
        "gap": plan.gap,
        "fees_pence_per_week": plan.fees_pence_per_week,
        "num_placed": own["num_placed"],
        "num_waiting": own["num_waiting"],
        "rematch": plan.rematch,
        "search_order": plan.search_order.value,
        "shortlist": plan.shortlist,
        "num_sibling_pairs_apart": plan.num_sibling_pairs_apart,
        "tiers": [{"name": t.name, "value": t.value, "bound": t.bound, "claimed_by": t.claimed_by} for t in plan.tiers],
        "decisions": decisions_of(plan),
        "placements": placements_of(instance, plan),
        "waiting": [
            {"child": child_id, "reasons": [{"rule": r.rule, "num_settings": r.num_settings} for r in found]}
            for child_id, found in reasons.items()
        ],
        "totals": own,
        "certificate": {
            "accepted": certificate.is_accepted,
            "value_pence_per_week": certificate.value_pence_per_week,
            "violations": [
                {"rule": v.rule, "children": list(v.child_ids), "setting": v.setting_id, "sentence": v.sentence}
                for v in certificate.violations
            ],
        },
    }


def _compared(result: Result, other: Checked) -> dict[str, Any]:
    """What another plan comes to, altogether and beside the match."""
    return summary(result.instance, other) | in_both(other.plan, result.best.plan)


def placements_of(
    instance: Instance, plan: Plan, facts: Facts | None = None, child_ids: Sequence[str] | None = None
) -> list[dict[str, Any]]:
    """One object a placement.

    Parameters
    ----------
    facts
        Of the instance and the plan's candidates, where many plans are described.
    child_ids
        Only of these children.
    """
    facts = facts if facts is not None else Facts(instance, rematch=plan.rematch)
    placements = [p for p in plan.placements if child_ids is None or p.child_id in child_ids]
    called_for = _called_for(facts, placements, (*APPROVAL_RULES, *NOTIFICATION_RULES, *WARNING_RULES))
    homes = homes_after(instance, plan)
    return [_placement(instance, placement, homes, called_for[placement.child_id]) for placement in placements]


def _placement(instance: Instance, placement: Placement, homes: dict[str, str], rules: list[Rule]) -> dict[str, Any]:
    child, setting = instance.child[placement.child_id], instance.setting[placement.setting_id]
    found, total = siblings_with(instance, homes, child.id)
    return {
        "child": child.id,
        "setting": setting.id,
        "setting_type": setting_type(instance, setting, child.authority_id),
        "kind": placement.kind.value,
        "starts_on": placement.starts_on.isoformat(),
        "fee_pence_per_week": placement.fee_pence_per_week,
        "policy_pence_per_week": placement.policy_pence_per_week,
        "support": placement.support.name.lower(),
        "on_block": placement.on_block,
        "distance_miles": placement.distance_miles,
        "with_siblings": None if total == 0 else len(found) == total,
        "siblings": found,
        "num_siblings": total,
        "approvals": [
            {"rule": r.id, "title": r.title, "signatory": r.signatory, "deadline": r.deadline}
            for r in rules
            if r.kind is Kind.APPROVAL
        ],
        "notifications": [
            {"rule": r.id, "title": r.title, "by": r.signatory, "deadline": r.deadline}
            for r in rules
            if r.kind is Kind.NOTIFICATION
        ],
        "warnings": [{"rule": r.id, "title": r.title, "sentence": r.sentence} for r in rules if r.kind is Kind.WARNING],
    }


_PLACEMENTS = (
    "child",
    "setting",
    "setting_type",
    "kind",
    "starts_on",
    "distance_miles",
    "fee_per_week",
    "policy_price_per_week",
    "support",
    "on_block",
    "with_siblings",
    "approvals",
)


def decisions_of(plan: Plan) -> list[dict[str, Any]]:
    """What had been decided, and whether the plan has it so: only a fixed setting that is taken cannot be kept."""
    homes = {placement.child_id: placement.setting_id for placement in plan.placements}
    excluding = (DecisionKind.FORBIDDEN, DecisionKind.DECLINED)
    return [
        {
            "id": row.id,
            "child": row.child_id,
            "kind": row.kind.value,
            "setting": row.setting_id,
            "decided_by": row.decided_by,
            "decided_on": row.decided_on.isoformat(),
            "kept": (homes.get(row.child_id) == row.setting_id) != (row.kind in excluding),
        }
        for row in plan.decisions
    ]


def answer_sheets(answer: dict[str, Any]) -> dict[str, tuple[Sequence[str], list[Row]]]:
    """The answer as tables for Excel or CSV; money in pounds."""
    placements: list[Row] = []
    for item in answer["placements"]:
        row: Row = {
            name: item[name] for name in _PLACEMENTS if name in item and name not in ("approvals", "with_siblings")
        }
        row["fee_per_week"] = item["fee_pence_per_week"] / 100
        row["policy_price_per_week"] = item["policy_pence_per_week"] / 100
        row["with_siblings"] = "" if item["with_siblings"] is None else bool(item["with_siblings"])
        row["approvals"] = "; ".join(f"{a['rule']} {a['title']}: {a['signatory']}" for a in item["approvals"])
        placements.append(row)
    waiting: list[Row] = [
        {"child": w["child"], "reasons": "; ".join(f"{r['rule']} ({r['num_settings']} settings)" for r in w["reasons"])}
        for w in answer["waiting"]
    ]
    names = ("totals", "greedy", "level", "cascade")
    compared = {name: answer[name] for name in names if answer.get(name) is not None}
    totals: list[Row] = [
        {"measure": measure} | {name: plan.get(measure) for name, plan in compared.items()}
        for measure in dict.fromkeys(measure for plan in compared.values() for measure in plan)
    ]
    return {
        "placements": (_PLACEMENTS, placements),
        "waiting": (("child", "reasons"), waiting),
        "totals": (("measure", *compared), totals),
        "summary": (("field", "value"), _summary_rows(answer)),
        "tiers": (("name", "value", "bound", "claimed_by"), answer["tiers"]),
    } | ({"decisions": (tuple(answer["decisions"][0]), answer["decisions"])} if answer["decisions"] else {})


def _summary_rows(answer: dict[str, Any]) -> list[Row]:
    plain = {name: value for name, value in answer.items() if isinstance(value, str | int | float | bool)}
    plain |= {f"instance_{name}": value for name, value in answer["instance"].items()}
    plain |= {"certificate_accepted": answer["certificate"]["accepted"]}
    plain |= {f"solver_{name}": value for name, value in answer["solver"].items()}
    return [{"field": name, "value": value} for name, value in plain.items()]


def write_answer(answer: dict[str, Any], path: Path) -> None:
    """Write the answer as .json, .xlsx or a folder of CSVs, all at once or not at all."""
    if Form.of(path) == Form.JSON:
        write_json(path, answer)
    else:
        write_sheets(path, answer_sheets(answer))
