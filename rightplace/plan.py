"""Plan: the answer in domain words, as plain data. Who lives where, from when, at what fee, and what is claimed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from rightplace.instances.decisions import Decision
from rightplace.instances.policy import SearchOrder
from rightplace.instances.settings import Support


class PlacementKind(StrEnum):
    """A home for a child who waits, a move of a child who does not, or staying where they are."""

    NEW = "new"
    MOVE = "move"
    STAY = "stay"


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """One child in one setting.

    Parameters
    ----------
    fee_pence_per_week
        What the setting is paid for this child, support included.
    policy_pence_per_week
        What the policy adds for miles, school, unmet wishes, approvals and moves (not siblings).
    on_block
        The place is one that a block contract pays for already.
    distance_miles
        Straight line from the family home, one decimal; ``None`` when either place is unknown.
    """

    child_id: str
    setting_id: str
    kind: PlacementKind
    starts_on: date
    fee_pence_per_week: int
    policy_pence_per_week: int
    support: Support = Support.NONE
    on_block: bool = False
    distance_miles: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """What is claimed of one tier of the objective: the plan's value, and a bound that nothing can beat.

    ``claimed_by`` names who claims the bound. Tiers are minimised in order: ``waiting`` (weighted children without a
    home), ``search order`` (only for a cascade), ``price`` (pence a week).
    """

    name: str
    value: int
    bound: int
    claimed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Placements of all candidates, and who stays waiting.

    Parameters
    ----------
    digest
        Of the instance and policy that the plan answers.
    shortlist
        How many settings a child were considered (0: all): the bounds hold for those pairs only.
    fees_pence_per_week
        All fees of the placements together.
    decisions
        What officers had decided; the digest is of the instance with them.
    value_pence_per_week
        Fees, what the policy adds, and its price for siblings apart.
    """

    instance_name: str
    digest: str
    date: date
    rematch: bool
    search_order: SearchOrder
    shortlist: int
    placements: tuple[Placement, ...]
    waiting_ids: tuple[str, ...]
    num_sibling_pairs_apart: int
    fees_pence_per_week: int
    value_pence_per_week: int
    tiers: tuple[Tier, ...] = ()
    decisions: tuple[Decision, ...] = ()

    @property
    def is_proven(self) -> bool:
        """Nothing better exists, by the claims: in every tier value and bound are equal."""
        return bool(self.tiers) and all(tier.bound == tier.value for tier in self.tiers)

    @property
    def bound_pence_per_week(self) -> int:
        """No plan that does as well on the earlier tiers costs less, by the claim; 0 where none is made."""
        return next((tier.bound for tier in self.tiers if tier.name == "price"), 0)

    @property
    def gap(self) -> float:
        """(value - bound) / value of the price tier, 0 when both are 0."""
        value = self.value_pence_per_week
        return (value - self.bound_pence_per_week) / value if value else 0.0
