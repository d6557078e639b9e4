"""Plans written by hand, for the certificate to judge."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from rightplace.certificate import check
from rightplace.instances.policy import SearchOrder
from rightplace.plan import Placement, PlacementKind, Plan
from tests.rules.builders import (
    DAY,
    carer,
    child,
    instance,
    vacant,
)

if TYPE_CHECKING:
    from rightplace.instances.instance import Instance

TOMORROW, NEXT_WEEK = DAY + timedelta(days=1), DAY + timedelta(days=7)
FEE = 60_000
"""The fee of a carer of the builders, pence a week."""


def placed(child_id: str, setting_id: str = "setting", fee: int = FEE, policy: int = 0, **more: Any) -> Placement:
    """A new placement from today, at the child's door."""
    given: dict[str, Any] = {"kind": PlacementKind.NEW, "starts_on": DAY, "distance_miles": 0.0}
    return Placement(
        child_id=child_id, setting_id=setting_id, fee_pence_per_week=fee, policy_pence_per_week=policy, **(given | more)
    )


def stays(child_id: str, setting_id: str) -> Placement:
    return placed(child_id, setting_id, kind=PlacementKind.STAY)


def written(
    world: Instance, *placements: Placement, waiting: tuple[str, ...] = (), apart: int = 0, rematch: bool = False
) -> Plan:
    """A plan that adds itself up, with £200 for each pair of siblings apart, and claims nothing."""
    fees = sum(p.fee_pence_per_week for p in placements)
    return Plan(
        decisions=world.decisions,
        instance_name=world.name,
        digest=world.digest,
        date=world.date,
        rematch=rematch,
        search_order=SearchOrder.LEVEL,
        shortlist=0,
        placements=placements,
        waiting_ids=waiting,
        num_sibling_pairs_apart=apart,
        fees_pence_per_week=fees,
        value_pence_per_week=fees + sum(p.policy_pence_per_week for p in placements) + 20_000 * apart,
    )


def rules_broken(world: Instance, plan: Plan) -> list[str]:
    """Which rules and checks a plan breaks."""
    return [violation.rule for violation in check(world, plan).violations]


def later(child_id: str, setting_id: str = "setting", day: date = TOMORROW) -> Placement:
    return placed(child_id, setting_id, starts_on=day)


TWO = instance((child("a"), child("b")), (carer("one"), carer("two", place_counts=(vacant(2),))))
"""Two children who wait, a carer with one place and a carer with two."""
