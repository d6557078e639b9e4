"""The checker: runs every check of a plan against its instance and gathers what speaks against it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING

from rightplace.certificate.days import Days
from rightplace.certificate.fees import Fees
from rightplace.certificate.judged import Judged
from rightplace.certificate.violation import Violation
from rightplace.instances.children import Togetherness, Urgency
from rightplace.instances.policy import SearchOrder
from rightplace.instances.settings import ContractKind
from rightplace.plan import Placement, PlacementKind, Plan
from rightplace.rules.pairs import Facts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rightplace.instances.instance import Instance


@dataclass(frozen=True, slots=True)
class Certificate:
    """The checker's verdict: accepted exactly when there is no violation. ``value`` is the checker's own sum."""

    value_pence_per_week: int
    violations: tuple[Violation, ...]

    @property
    def is_accepted(self) -> bool:
        """Nothing speaks against the plan."""
        return not self.violations


def check(instance: Instance, plan: Plan, judged: Judged | None = None) -> Certificate:
    """Check a plan against its instance.

    Parameters
    ----------
    instance
        On the plan's date and with the plan's policy: its digest must be the plan's.
    judged
        What earlier checks of plans for this very instance and the same candidates found out, where many are checked.

    Returns
    -------
    Certificate
        With every violation found, not only the first.
    """
    violations = list(_identity(instance, plan))
    if violations:
        return Certificate(0, tuple(violations))
    checker = _Checker(plan, judged if judged is not None else Judged(Facts(instance, rematch=plan.rematch)))
    violations = [*checker.pairs(), *checker.days.violations(), *checker.siblings()]
    violations += [*checker.contracts(), *checker.money(), *checker.tiers()]
    return Certificate(checker.value, tuple(violations))


def _identity(instance: Instance, plan: Plan) -> Iterator[Violation]:
    """The plan speaks of this instance, of each candidate once, and of nobody else."""
    if plan.digest != instance.digest:
        yield Violation("digest", (), None, "the plan answers another instance, policy or date")
    elif set(plan.decisions) != set(instance.decisions):
        yield Violation("decisions", (), None, "the plan rests on other decisions than the instance")
    elif plan.date != instance.date:
        yield Violation("date", (), None, f"the plan is for {plan.date.isoformat()}, not {instance.date.isoformat()}")
    elif plan.shortlist != instance.policy.search.shortlist:
        said = f"the plan says {plan.shortlist} settings a child were considered; the policy says"
        yield Violation("shortlist", (), None, f"{said} {instance.policy.search.shortlist}")
    candidates = {child.id for child in instance.candidates(plan.rematch)}
    seen = Counter([p.child_id for p in plan.placements]) + Counter(plan.waiting_ids)
    for child_id, times in seen.items():
        if child_id not in candidates:
            yield Violation("candidates", (child_id,), None, "is nobody for whom a home is sought here")
        elif times > 1:
            yield Violation("candidates", (child_id,), None, f"stands {times} times in the plan")
    for child_id in sorted(candidates - set(seen)):
        yield Violation("candidates", (child_id,), None, "is missing: neither placed nor waiting")
    for child_id in plan.waiting_ids:
        if child_id in candidates and not instance.child[child_id].is_waiting:
            yield Violation(
                "candidates", (child_id,), None, "lives somewhere and seeks no home, so cannot be left waiting"
            )
    for placement in plan.placements:
        if placement.setting_id not in instance.setting:
            yield Violation("settings", (placement.child_id,), placement.setting_id, "is no setting of the instance")


class _Checker:
    """A plan beside its instance."""

    def __init__(self, plan: Plan, judged: Judged) -> None:
        self.instance = instance = judged.facts.instance
        self.plan = plan
        self.judged = judged
        self.fees = Fees(instance)
        self.days = Days(judged, plan)
        self.where = {p.child_id: p for p in plan.placements}
        self.waiting = set(plan.waiting_ids)
        self.candidates = {child.id for child in instance.candidates(plan.rematch)}
        self.pairs_judged = judged.pairs([(p.child_id, p.setting_id) for p in plan.placements])
        self.value = 0

    # -- each placement by itself ------------------------------------------------------------------------------------

    def pairs(self) -> Iterator[Violation]:
        """Every placement keeps the hard rules (staying needs none), starts when it should, and is what it says."""
        for placement, pair in zip(self.plan.placements, self.pairs_judged, strict=True):
            child = self.instance.child[placement.child_id]
            lives_there = child.current_setting_id == placement.setting_id
            is_stay = placement.kind is PlacementKind.STAY
            if is_stay != (lives_there and not child.is_waiting):
                yield Violation.about(placement, "kind", f"is no {placement.kind.value}")
                continue
            if not is_stay and (placement.kind is PlacementKind.NEW) != child.is_waiting:
                yield Violation.about(placement, "kind", f"is no {placement.kind.value}")
            if placement.starts_on != self.days.start(child):
                expected = self.days.start(child).isoformat()
                yield Violation.about(
                    placement, "starts_on", f"starts on {placement.starts_on.isoformat()}, not {expected}"
                )
            if not is_stay:
                for rule in pair.broken:
                    yield Violation.about(placement, rule.id, rule.sentence)

    # -- siblings ------------------------------------------------------------------------------------------------------

    def siblings(self) -> Iterator[Violation]:
        """Groups that must stay together do, or stay as they are; the number of pairs apart is right."""
        for group in self.instance.sibling_groups:
            if group.togetherness is Togetherness.REQUIRED:
                moved = [c for c in group.child_ids if c in self.where and self.where[c].kind is not PlacementKind.STAY]
                homes = {self._home(child_id) for child_id in group.child_ids} - {None}
                left_waiting = [c for c in group.child_ids if c in self.waiting]
                if moved and (len(homes) > 1 or left_waiting):
                    yield Violation("R06", tuple(group.child_ids), None, "must live together, but would not")
        if self.num_pairs_apart != self.plan.num_sibling_pairs_apart:
            said = f"the plan says {self.plan.num_sibling_pairs_apart} pairs of siblings are apart; it is"
            yield Violation("siblings", (), None, f"{said} {self.num_pairs_apart}")

    def _home(self, child_id: str) -> str | None:
        """Where a child lives after the plan: placed, or where it lives for good; ``None`` while it waits."""
        if child_id in self.candidates:
            placement = self.where.get(child_id)
            return None if placement is None else placement.setting_id
        return self.instance.child[child_id].current_setting_id

    @cached_property
    def num_pairs_apart(self) -> int:
        """Pairs of siblings (not those kept apart), at least one a candidate with a home, in different homes."""
        count = 0
        for group in self.instance.sibling_groups:
            if group.togetherness is Togetherness.APART:
                continue
            for a, b in combinations(group.child_ids, 2):
                housed = [c for c in (a, b) if c in self.where]
                known = all(c in self.candidates or self._home(c) is not None for c in (a, b))
                count += bool(housed) and known and self._home(a) != self._home(b)
        return count

    # -- money ---------------------------------------------------------------------------------------------------------

    def contracts(self) -> Iterator[Violation]:
        """No block has more beds in use than it pays for."""
        used = Counter(
            self.instance.setting[p.setting_id].offer.contract_id for p in self.plan.placements if p.on_block
        )
        movers = [self.instance.child[c] for c in self.candidates if not self.instance.child[c].is_waiting]
        homes = [self.instance.setting[c.current_setting_id] for c in movers if c.current_setting_id is not None]
        leaving = Counter(home.offer.contract_id for home in homes)
        for contract in self.instance.contracts:
            free = contract.num_beds - contract.num_beds_used + min(contract.num_beds_used, leaving[contract.id])
            if used[contract.id] > free:
                yield Violation("block", (), None, f"{contract.id}: {used[contract.id]} beds used, {free} free")

    def money(self) -> Iterator[Violation]:
        """Each fee, each price, each distance and every total, to the penny."""
        fees = policy = 0
        for placement, pair in zip(self.plan.placements, self.pairs_judged, strict=True):
            child, setting = self.instance.child[placement.child_id], self.instance.setting[placement.setting_id]
            support = self.fees.support(child, setting)
            if placement.support is not support:
                yield Violation.about(placement, "support", f"needs {support.name.lower()} support")
            contract = self.fees.contract(child, setting)
            if placement.on_block and (contract is None or contract.kind is not ContractKind.BLOCK):
                yield Violation.about(placement, "block", "no block contract covers this place")
            fee = self.fees.fee(child, setting, contract, placement.on_block) + self.fees.support_price(support)
            yield from self._amount(placement, "fee", placement.fee_pence_per_week, fee)
            yield from self._amount(placement, "policy", placement.policy_pence_per_week, pair.policy_pence)
            if placement.distance_miles != pair.miles:
                yield Violation.about(
                    placement, "distance", f"is {pair.miles} miles from home, not {placement.distance_miles}"
                )
            fees, policy = fees + fee, policy + pair.policy_pence
        self.value = fees + policy + self.instance.policy.price.siblings_apart * self.num_pairs_apart
        for name, said, found in (
            ("fees", self.plan.fees_pence_per_week, fees),
            ("value", self.plan.value_pence_per_week, self.value),
        ):
            if said != found:
                yield Violation("total", (), None, f"the plan's {name} are {said} pence a week; they add up to {found}")

    def _amount(self, placement: Placement, name: str, said: int, found: int) -> Iterator[Violation]:
        if said != found:
            yield Violation.about(placement, name, f"costs {found} pence a week, not {said}")

    # -- claims --------------------------------------------------------------------------------------------------------

    def tiers(self) -> Iterator[Violation]:
        """The tiers are those of the search order, their values are the plan's, no bound lies above its value."""
        values = {"waiting": self._weighted_waiting(), "price": self.value}
        if self.plan.search_order is SearchOrder.CASCADE:
            values["search order"] = sum(self.fees.step(placement) for placement in self.plan.placements)
            values = {name: values[name] for name in ("waiting", "search order", "price")}
        names = [tier.name for tier in self.plan.tiers]
        if names and set(names) <= set(values) and names != list(values):
            order = ", ".join(values)
            yield Violation("claim", (), None, f"the tiers of this search order are {order}, not {', '.join(names)}")
        for tier in self.plan.tiers:
            if tier.name not in values:
                yield Violation("claim", (), None, f"no tier is called {tier.name!r}")
            elif tier.value != values[tier.name]:
                yield Violation("claim", (), None, f"{tier.name} is {values[tier.name]}, not {tier.value}")
            elif tier.bound > tier.value:
                yield Violation(
                    "claim", (), None, f"the bound {tier.bound} of {tier.name} lies above the value {tier.value}"
                )

    def _weighted_waiting(self) -> int:
        urgency = self.instance.policy.urgency
        soon = self.instance.date + timedelta(days=urgency.within_days)
        total = 0
        for child_id in self.plan.waiting_ids:
            child = self.instance.child[child_id]
            if child_id in self.instance.placed_by_decision:
                total += urgency.decided_weight
            elif child.urgency is Urgency.EMERGENCY:
                total += urgency.emergency_weight
            elif child.needed_by is not None and child.needed_by <= soon:
                total += urgency.within_days_weight
            else:
                total += urgency.planned_weight
        return total
