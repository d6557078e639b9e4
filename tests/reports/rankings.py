"""Rankings made by hand: what ``rank --all --json`` would print, and one of an answer with costs made up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rightplace.instances.geography import distance_miles
from rightplace.reports.wording import setting_type
from rightplace.rules.catalogue import APPROVAL_RULES, HARD_RULES, lawful, priced
from rightplace.rules.pairs import Facts, Pairs

if TYPE_CHECKING:
    from rightplace.instances.instance import Instance


def suggestion(setting_id: str, rank: int = 1, **changes: Any) -> dict[str, Any]:
    """A suggestion that costs nobody anything: an in-house carer at the door."""
    given: dict[str, Any] = {
        "rank": rank,
        "setting": setting_id,
        "setting_type": "in-house carer",
        "opportunity_cost_pence_per_week": 0,
        "exact": True,
        "additional_waiting": 0,
        "in_plan": rank == 1,
        "kind": "new",
        "fee_pence_per_week": 60_000,
        "policy_pence_per_week": 0,
        "support": "none",
        "on_block": False,
        "starts_on": "2024-01-15",
        "distance_miles": 0.0,
        "school_miles": None,
        "with_siblings": None,
        "siblings": [],
        "num_siblings": 0,
        "wishes_met": [],
        "wishes_unmet": [],
        "approvals": [],
        "notifications": [],
        "warnings": [],
        "displaced": [],
        "shadow_price_pence_per_week": 0,
    }
    return given | changes


def moved(child_id: str, before: str | None, after: str | None) -> dict[str, Any]:
    """Another child whose suggestion would change."""
    return {"child": child_id, "from": before, "to": after}


def found_for(child_id: str, *suggestions: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """What a ranking says of one child."""
    waiting = {"rank": len(suggestions) + 1, "opportunity_cost_pence_per_week": -60_000, "additional_waiting": 1}
    return {
        "child": child_id,
        "in_plan": next((item["setting"] for item in suggestions if item["in_plan"]), None),
        "suggestions": list(suggestions),
        "waiting": waiting
        | {"exact": True, "displaced": [], "in_plan": not any(item["in_plan"] for item in suggestions)},
        "num_left_out": 0,
        "ineligible": [],
    } | changes


def ranking(instance: Instance, /, *children: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A proven and accepted ranking of an instance."""
    tier = {"name": "price", "value": 60_000, "bound": 60_000, "claimed_by": "a solver 1.0"}
    return {
        "instance": {"name": instance.name, "digest": instance.digest},
        "date": instance.date.isoformat(),
        "status": "optimal",
        "value_pence_per_week": 60_000,
        "bound_pence_per_week": 60_000,
        "gap": 0.0,
        "num_waiting": sum(found["in_plan"] is None for found in children),
        "tiers": [tier],
        "certificate": {"accepted": True},
        "children": list(children),
        "sibling_groups": [],
    } | changes


def ranking_of(instance: Instance, answer: dict[str, Any]) -> dict[str, Any]:
    """Rank the lawful settings of each waiting child by what they cost more than the plan's.

    Only the facts of a pair are the engine's own; what a choice costs the others is made up: it is their difference in
    price, every third of them is an interval, and who has the setting in the plan is displaced to where the child was.
    """
    facts = Facts(instance)
    homes = {item["child"]: item for item in answer["placements"]}
    names = (
        "instance",
        "date",
        "status",
        "value_pence_per_week",
        "bound_pence_per_week",
        "gap",
        "num_waiting",
        "tiers",
    )
    children = [_child(instance, facts, homes, child.id) for child in instance.children if child.is_waiting]
    return {name: answer[name] for name in (*names, "certificate")} | {"children": children, "sibling_groups": []}


def _child(instance: Instance, facts: Facts, homes: dict[str, Any], child_id: str) -> dict[str, Any]:
    everywhere = np.arange(len(instance.settings))
    one = np.full(len(everywhere), facts.child_idx[child_id])
    table = Pairs(facts, one, everywhere)
    placed = homes.get(child_id)
    open_idx = [int(i) for i in lawful(table).setting_idx]
    prices = {i: _price(instance, i, int(price)) for i, price in zip(everywhere.tolist(), priced(table), strict=True)}
    planned = facts.setting_idx[placed["setting"]] if placed else None
    order = sorted(open_idx, key=lambda i: (i != planned, prices[i], i))
    least = prices[planned] if planned is not None else 0
    suggestions = [
        _suggestion(instance, facts, homes, child_id, (rank, i), max(0, prices[i] - least) if rank > 1 else 0)
        for rank, i in enumerate(order, start=1)
    ]
    broken = {rule.id: ~rule.passes(table) for rule in HARD_RULES}
    ineligible = [
        {"setting": instance.settings[i].id, "rules": [_rule(r) for r in HARD_RULES if broken[r.id][i]]}
        for i in everywhere.tolist()
        if i not in open_idx
    ]
    waiting = {
        "rank": len(suggestions) + 1,
        "opportunity_cost_pence_per_week": -least if placed else 0,
        "additional_waiting": 1 if placed else 0,
        "in_plan": not placed,
        "exact": True,
        "displaced": [],
    }
    return {
        "child": child_id,
        "in_plan": placed["setting"] if placed else None,
        "num_left_out": 0,
        "suggestions": suggestions,
        "waiting": waiting,
        "ineligible": ineligible,
    }


def _price(instance: Instance, setting_idx: int, policy_pence: int) -> int:
    fees = instance.settings[setting_idx].offer.fees_pence_per_week
    return (fees[0] if fees else 60_000) + policy_pence


def _rule(rule: Any) -> dict[str, Any]:
    remedies = {"R16": "a variation of the home's registration", "R21": "a change of the carer's terms of approval"}
    return {"id": rule.id, "source": rule.source, "remedy": remedies.get(rule.id)}


def _suggestion(
    instance: Instance, facts: Facts, homes: dict[str, Any], child_id: str, place: tuple[int, int], cost: int
) -> dict[str, Any]:
    rank, setting_idx = place
    child, setting = instance.child[child_id], instance.settings[setting_idx]
    pair = Pairs.of(facts, child_id, setting.id)
    in_plan = rank == 1 and child_id in homes
    exact = rank % 3 != 0
    away = [c for c, item in homes.items() if item["setting"] == setting.id and c != child_id and not in_plan]
    group = instance.together_group.get(child_id)
    siblings = [c for c in group.child_ids if c != child_id] if group else []
    beside = [c for c in siblings if homes.get(c, {}).get("setting") == setting.id]
    price = int(priced(pair)[0])
    wishes = sorted(wish.value for wish in child.wishes)
    return suggestion(
        setting.id,
        rank,
        **{
            "setting_type": setting_type(instance, setting, child.authority_id),
            "opportunity_cost_pence_per_week": cost if exact else {"at_least": cost // 2, "at_most": cost + 1},
            "exact": exact,
            "additional_waiting": 0,
            "in_plan": in_plan,
            "fee_pence_per_week": _price(instance, setting_idx, 0),
            "policy_pence_per_week": price,
            "on_block": setting_idx % 7 == 0,
            "starts_on": instance.start(child).isoformat(),
            "distance_miles": distance_miles(child.home, setting.offer.location),
            "school_miles": distance_miles(child.school, setting.offer.location) if child.school else None,
            "with_siblings": None if not siblings else len(beside) == len(siblings),
            "siblings": beside,
            "num_siblings": len(siblings),
            "wishes_met": wishes[:1],
            "wishes_unmet": wishes[1:],
            "approvals": [
                {"rule": r.id, "title": r.title, "signatory": r.signatory, "deadline": r.deadline}
                for r in APPROVAL_RULES
                if not r.passes(pair)[0]
            ],
            "displaced": [
                {"child": c, "from": setting.id, "to": homes[child_id]["setting"] if child_id in homes else None}
                for c in away
            ],
            "shadow_price_pence_per_week": 4_050 * (setting_idx % 3),
        },
    )
