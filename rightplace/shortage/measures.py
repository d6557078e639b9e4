"""What one plan changes against another for the same children."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from rightplace.instances.children import Togetherness

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rightplace.instances.instance import Instance
    from rightplace.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """From a plan ``before`` to a plan ``after``. Savings are pence a week, negative where ``after`` is dearer.

    Parameters
    ----------
    placed_ids, no_longer_placed_ids
        Children who have a place only after, and only before.
    num_in_both
        Children who have a place both ways.
    fees_saving_in_both, saving_in_both
        Of these children: their fees; fees, what the policy adds, and its price for siblings of theirs apart.
    fees_saving_in_all, saving_in_all
        Of the whole plans; the difference of ``Plan.value_pence_per_week``.
    num_pairs_reunited, num_pairs_parted
        Pairs of siblings who live apart before and together after, and the other way round. Two who both wait are
        neither.
    """

    placed_ids: tuple[str, ...]
    no_longer_placed_ids: tuple[str, ...]
    num_in_both: int
    fees_saving_in_both: int
    saving_in_both: int
    fees_saving_in_all: int
    saving_in_all: int
    num_pairs_reunited: int
    num_pairs_parted: int

    @property
    def num_placed_more(self) -> int:
        """How many more children have a place after than before."""
        return len(self.placed_ids) - len(self.no_longer_placed_ids)


def change(instance: Instance, before: Plan, after: Plan) -> Change:
    """What ``after`` changes against ``before``, both plans for the candidates of the instance."""
    old = {placement.child_id: placement for placement in before.placements}
    new = {placement.child_id: placement for placement in after.placements}
    both = [child_id for child_id in old if child_id in new]
    fees = sum(old[c].fee_pence_per_week - new[c].fee_pence_per_week for c in both)
    policy = sum(old[c].policy_pence_per_week - new[c].policy_pence_per_week for c in both)
    candidates = old.keys() | new.keys() | set(before.waiting_ids)
    then, now = (_homes(instance, plan, candidates) for plan in (before, after))
    settled = then.keys() - candidates
    apart = reunited = parted = 0
    for a, b in _pairs(instance):
        was_apart, is_apart = (_are_apart(homes, a, b) for homes in (then, now))
        was_together, is_together = (_are_together(homes, a, b) for homes in (then, now))
        reunited += was_apart and is_together
        parted += was_together and is_apart
        if {a, b} <= {*both, *settled} and not {a, b} <= settled:
            apart += was_apart - is_apart
    return Change(
        placed_ids=tuple(c for c in new if c not in old),
        no_longer_placed_ids=tuple(c for c in old if c not in new),
        num_in_both=len(both),
        fees_saving_in_both=fees,
        saving_in_both=fees + policy + instance.policy.price.siblings_apart * apart,
        fees_saving_in_all=before.fees_pence_per_week - after.fees_pence_per_week,
        saving_in_all=before.value_pence_per_week - after.value_pence_per_week,
        num_pairs_reunited=reunited,
        num_pairs_parted=parted,
    )


def _pairs(instance: Instance) -> Iterator[tuple[str, str]]:
    """Every two siblings who are not to be kept apart."""
    for group in instance.sibling_groups:
        if group.togetherness is not Togetherness.APART:
            yield from combinations(group.child_ids, 2)


def _are_apart(homes: Mapping[str, str], a: str, b: str) -> bool:
    """One of them has a home, and the other another one or none."""
    return homes.get(a) != homes.get(b)


def _are_together(homes: Mapping[str, str], a: str, b: str) -> bool:
    return homes.get(a, "") == homes.get(b)


def _homes(instance: Instance, plan: Plan, candidates: set[str]) -> dict[str, str]:
    """Where children live once the plan is carried out, by child id; candidates who go on waiting are left out."""
    settled = {c.id: c.current_setting_id for c in instance.children if c.id not in candidates}
    homes = {child_id: home for child_id, home in settled.items() if home is not None}
    return homes | {placement.child_id: placement.setting_id for placement in plan.placements}
