"""Certificate: is this plan lawful, does it add up, and does it keep its claims? Decided from instance and plan alone.

This file shares no code with the models or the solver. It lives through the plan day by day, setting by setting, and
adds up every penny in its own plain way, so that a wrong formulation cannot certify itself. The rules on single pairs
are the catalogue's, run on a table of one row.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from rightplace.instances.children import CaredForAlongside, Child, Togetherness, Urgency
from rightplace.instances.geography import distance_miles
from rightplace.instances.policy import SearchOrder
from rightplace.instances.settings import (
    AccommodationCategory,
    Carer,
    Contract,
    ContractKind,
    Home,
    PlaceState,
    Sector,
    Setting,
    Support,
    SupportedAccommodation,
)
from rightplace.plan import Placement, PlacementKind, Plan
from rightplace.rules.catalogue import APPROVAL_RULES, HARD_RULES, PREFERENCE_RULES
from rightplace.rules.pairs import Facts, Pairs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rightplace.instances.instance import Instance


@dataclass(frozen=True, slots=True)
class Violation:
    """One reason to refuse a plan: the rule or check, the children and setting concerned, and the sentence to read."""

    rule: str
    child_ids: tuple[str, ...]
    setting_id: str | None
    sentence: str

    def __str__(self) -> str:
        who = ", ".join(self.child_ids)
        where = "" if self.setting_id is None else f" in {self.setting_id}"
        return f"[{self.rule}] {who}{where}: {self.sentence}" if who or where else f"[{self.rule}] {self.sentence}"


@dataclass(frozen=True, slots=True)
class Certificate:
    """The checker's verdict: accepted exactly when there is no violation. ``value`` is the checker's own sum."""

    value_pence_per_week: int
    violations: tuple[Violation, ...]

    @property
    def is_accepted(self) -> bool:
        """Nothing speaks against the plan."""
        return not self.violations


def check(instance: Instance, plan: Plan) -> Certificate:
    """Check a plan against its instance.

    Parameters
    ----------
    instance
        On the plan's date and with the plan's policy: its digest must be the plan's.

    Returns
    -------
    Certificate
        With every violation found, not only the first.
    """
    violations = list(_identity(instance, plan))
    if violations:
        return Certificate(0, tuple(violations))
    checker = _Checker(instance, plan)
    violations = [*checker.pairs(), *checker.days(), *checker.siblings(), *checker.contracts(), *checker.money()]
    violations += checker.tiers()
    return Certificate(checker.value, tuple(violations))


def _identity(instance: Instance, plan: Plan) -> Iterator[Violation]:
    """The plan speaks of this instance, of each candidate once, and of nobody else."""
    if plan.digest != instance.digest:
        yield Violation("digest", (), None, "the plan answers another instance, policy or date")
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

    def __init__(self, instance: Instance, plan: Plan) -> None:
        self.instance = instance
        self.plan = plan
        self.facts = Facts(instance, rematch=plan.rematch)
        self.where = {p.child_id: p for p in plan.placements}
        self.candidates = {child.id for child in instance.candidates(plan.rematch)}
        self.value = 0

    # -- each placement by itself ------------------------------------------------------------------------------------

    def pairs(self) -> Iterator[Violation]:
        """Every placement keeps the hard rules (staying needs none), starts when it should, and is what it says."""
        for placement in self.plan.placements:
            child = self.instance.child[placement.child_id]
            lives_there = child.current_setting_id == placement.setting_id
            is_stay = placement.kind is PlacementKind.STAY
            if is_stay != (lives_there and not child.is_waiting):
                yield self._about(placement, "kind", f"is no {placement.kind.value}")
                continue
            if not is_stay and (placement.kind is PlacementKind.NEW) != child.is_waiting:
                yield self._about(placement, "kind", f"is no {placement.kind.value}")
            if placement.starts_on != self._start(child):
                expected = self._start(child).isoformat()
                yield self._about(
                    placement, "starts_on", f"starts on {placement.starts_on.isoformat()}, not {expected}"
                )
            if not is_stay:
                row = self._row(placement)
                for rule in HARD_RULES:
                    if not bool(rule.passes(row)[0]):
                        yield self._about(placement, rule.id, rule.sentence)

    def _row(self, placement: Placement) -> Pairs:
        return Pairs.of(self.facts, placement.child_id, placement.setting_id)

    def _start(self, child: Child) -> date:
        return (
            child.needed_by
            if child.needed_by is not None and child.needed_by > self.instance.date
            else self.instance.date
        )

    @staticmethod
    def _about(placement: Placement, rule: str, sentence: str) -> Violation:
        return Violation(rule, (placement.child_id,), placement.setting_id, sentence)

    # -- day by day ----------------------------------------------------------------------------------------------------

    def days(self) -> Iterator[Violation]:
        """Whoever comes, comes to a free place, to people they may live with, within the usual fostering limit."""
        coming = defaultdict(list)
        for placement in self.plan.placements:
            if placement.kind is not PlacementKind.STAY:
                coming[placement.setting_id].append(self.instance.child[placement.child_id])
        for setting_id, newcomers in sorted(coming.items()):
            setting = self.instance.setting[setting_id]
            seen = set()
            for day in self._days_of(setting):
                for violation in self._one_day(setting, newcomers, day):
                    if (violation.rule, violation.child_ids) not in seen:
                        seen.add((violation.rule, violation.child_ids))
                        yield violation

    def _days_of(self, setting: Setting) -> list[date]:
        """The days on which anything may change in a setting: starts of candidates, dates of its places."""
        starts = {self._start(self.instance.child[child_id]) for child_id in self.candidates}
        dates = {day for n in setting.offer.place_counts for day in (n.from_date, n.until_date) if day is not None}
        return sorted(starts | {day for day in dates if self.instance.date <= day <= max(starts)})

    def _one_day(self, setting: Setting, newcomers: list[Child], day: date) -> Iterator[Violation]:
        here_new = [child for child in newcomers if self._start(child) <= day]
        residents = self.instance.residents.get(setting.id, ())
        here_still = [child for child in residents if not self._has_left(child, day)]
        if not here_new:
            return
        free = setting.offer.num_vacant(day) + self._num_left(setting, residents, here_still, day)
        if len(here_new) > free:
            names = tuple(child.id for child in here_new)
            yield Violation("capacity", names, setting.id, f"{len(names)} children on {day}, {free} places free")
        if not (
            isinstance(setting, SupportedAccommodation) and setting.category is AccommodationCategory.SELF_CONTAINED
        ):
            yield from self._household(setting, here_new, here_still, day)
        if isinstance(setting, Carer):
            yield from self._fostering_limit(setting, here_new, here_still, day)

    def _num_left(self, setting: Setting, residents: tuple[Child, ...], still: list[Child], day: date) -> int:
        """Places that the plan frees: those of residents who have gone, unless their filling ended by itself before.

        Where fewer places are filled than residents could have gone, the places not filled are counted as vacant, and
        who could go but stays takes one of them.
        """
        could_go = [child for child in residents if child.id in self.candidates and self._start(child) <= day]
        filled = sum(
            n.num_places for n in setting.offer.place_counts if n.state is PlaceState.FILLED and not n.num_vacant(day)
        )
        num_staying = sum(child in still for child in could_go)
        return min(filled, len(could_go)) - num_staying

    def _has_left(self, child: Child, day: date) -> bool:
        """Whether a resident has gone by a day: it is placed elsewhere and its placement has begun."""
        placement = self.where.get(child.id)
        return placement is not None and placement.setting_id != child.current_setting_id and self._start(child) <= day

    def _household(self, setting: Setting, new: list[Child], still: list[Child], day: date) -> Iterator[Violation]:
        for child in new:
            others = [other for other in (*new, *still) if other.id != child.id]
            idx = np.array([self.facts.child_idx[other.id] for other in others], dtype=np.int64)
            own = np.full(len(idx), self.facts.child_idx[child.id])
            for other, clash in zip(others, self.facts.household.clash(own, idx), strict=True):
                if clash:
                    pair = tuple(sorted((child.id, other.id)))
                    yield Violation("R18", pair, setting.id, f"must not live together, but do on {day}")
            if child.cared_for_alongside is CaredForAlongside.SOLO and self._unnamed(setting, day):
                yield Violation("R18", (child.id,), setting.id, f"should live alone, but others live there on {day}")

    def _unnamed(self, setting: Setting, day: date) -> int:
        """People in filled places who are no children of the instance."""
        counts = (n for n in setting.offer.place_counts if n.state is PlaceState.FILLED and not n.num_vacant(day))
        return max(0, sum(n.num_places for n in counts) - len(self.instance.residents.get(setting.id, ())))

    def _fostering_limit(self, carer: Carer, new: list[Child], still: list[Child], day: date) -> Iterator[Violation]:
        unnamed = self._unnamed(carer, day)
        people = unnamed + sum(2 if child.parent_and_child else 1 for child in (*new, *still))
        if people <= 3:
            return
        names = {child.id for child in (*new, *still)}
        siblings = any(names <= set(group.child_ids) for group in self.instance.sibling_groups)
        if unnamed or not (siblings or names <= carer.exempt_child_ids):
            yield Violation(
                "R19", tuple(sorted(names)), carer.id, f"{people} children on {day}, three is the usual limit"
            )

    # -- siblings ------------------------------------------------------------------------------------------------------

    def siblings(self) -> Iterator[Violation]:
        """Groups that must stay together do, or stay as they are; the number of pairs apart is right."""
        for group in self.instance.sibling_groups:
            if group.togetherness is Togetherness.REQUIRED:
                moved = [c for c in group.child_ids if c in self.where and self.where[c].kind is not PlacementKind.STAY]
                homes = {self._home(child_id) for child_id in group.child_ids} - {None}
                left_waiting = [c for c in group.child_ids if c in self.plan.waiting_ids]
                if moved and (len(homes) > 1 or left_waiting):
                    yield Violation("R06", tuple(group.child_ids), None, "must live together, but would not")
        if self.num_pairs_apart() != self.plan.num_sibling_pairs_apart:
            said = f"the plan says {self.plan.num_sibling_pairs_apart} pairs of siblings are apart; it is"
            yield Violation("siblings", (), None, f"{said} {self.num_pairs_apart()}")

    def _home(self, child_id: str) -> str | None:
        """Where a child lives after the plan: placed, or where it lives for good; ``None`` while it waits."""
        if child_id in self.candidates:
            placement = self.where.get(child_id)
            return None if placement is None else placement.setting_id
        return self.instance.child[child_id].current_setting_id

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
        for contract in self.instance.contracts:
            movers = [self.instance.child[c] for c in self.candidates if not self.instance.child[c].is_waiting]
            homes = [self.instance.setting[c.current_setting_id] for c in movers if c.current_setting_id is not None]
            leaving = sum(home.offer.contract_id == contract.id for home in homes)
            free = contract.num_beds - contract.num_beds_used + min(contract.num_beds_used, leaving)
            if used[contract.id] > free:
                yield Violation("block", (), None, f"{contract.id}: {used[contract.id]} beds used, {free} free")

    def money(self) -> Iterator[Violation]:
        """Each fee, each price, each distance and every total, to the penny."""
        fees = policy = 0
        for placement in self.plan.placements:
            child, setting = self.instance.child[placement.child_id], self.instance.setting[placement.setting_id]
            support = self._support(child, setting)
            if placement.support is not support:
                yield self._about(placement, "support", f"needs {support.name.lower()} support")
            contract = self._contract(child, setting)
            if placement.on_block and (contract is None or contract.kind is not ContractKind.BLOCK):
                yield self._about(placement, "block", "no block contract covers this place")
            fee = self._fee(child, setting, contract, placement.on_block) + self._support_price(support)
            yield from self._amount(placement, "fee", placement.fee_pence_per_week, fee)
            row = self._row(placement)
            priced = sum(int(rule.pence_per_week(row)[0]) for rule in (*APPROVAL_RULES, *PREFERENCE_RULES))
            yield from self._amount(placement, "policy", placement.policy_pence_per_week, priced)
            miles = distance_miles(child.home, setting.offer.location)
            if placement.distance_miles != miles:
                yield self._about(placement, "distance", f"is {miles} miles from home, not {placement.distance_miles}")
            fees, policy = fees + fee, policy + priced
        self.value = fees + policy + self.instance.policy.price.siblings_apart * self.num_pairs_apart()
        for name, said, found in (
            ("fees", self.plan.fees_pence_per_week, fees),
            ("value", self.plan.value_pence_per_week, self.value),
        ):
            if said != found:
                yield Violation("total", (), None, f"the plan's {name} are {said} pence a week; they add up to {found}")

    def _amount(self, placement: Placement, name: str, said: int, found: int) -> Iterator[Violation]:
        if said != found:
            yield self._about(placement, name, f"costs {found} pence a week, not {said}")

    def _level(self, setting: Setting) -> int:
        if setting.offer.terms.need_level is not None:
            return setting.offer.terms.need_level
        default = self.instance.policy.default_need_level
        if isinstance(setting, Carer):
            return default.connected_carer if setting.connected else default.carer
        return default.home if isinstance(setting, Home) else default.supported_accommodation

    def _child_level(self, child: Child) -> int:
        return child.need_level if child.need_level is not None else self.instance.policy.default_need_level.child

    def _support(self, child: Child, setting: Setting) -> Support:
        missing = self._child_level(child) - self._level(setting)
        if missing <= 0:
            return Support.NONE
        return Support.LOW if missing <= self.instance.policy.support.low_lifts_levels else Support.MEDIUM

    def _support_price(self, support: Support) -> int:
        packages = self.instance.policy.support
        return {Support.NONE: 0, Support.LOW: packages.low_pence, Support.MEDIUM: packages.medium_pence}[support]

    def _contract(self, child: Child, setting: Setting) -> Contract | None:
        if setting.offer.contract_id is None:
            return None
        contract = self.instance.contract[setting.offer.contract_id]
        return contract if contract.authority_id in (None, child.authority_id) else None

    def _fee(self, child: Child, setting: Setting, contract: Contract | None, on_block: bool) -> int:
        """The fee before support: a block's second part, the first fitting band, the setting's fee, or the default."""
        level = self._child_level(child)
        if on_block and contract is not None:
            return contract.second_part_pence_per_week
        if contract is not None and contract.kind is ContractKind.FRAMEWORK:
            for band in contract.bands:
                if (
                    band.age_min_months <= child.age_months <= band.age_max_months
                    and level <= band.need_level_max
                    and (not band.solo or child.cared_for_alongside is CaredForAlongside.SOLO)
                    and (not band.parent_and_child or child.parent_and_child)
                ):
                    return band.fee_pence_per_week
        asked = setting.offer.fees_pence_per_week
        return asked[min(level, len(asked)) - 1] if asked else self._default_fee(setting)

    def _default_fee(self, setting: Setting) -> int:
        default = self.instance.policy.default_fee
        in_house = self.instance.provider[setting.offer.provider_id].sector is Sector.LOCAL_AUTHORITY
        if isinstance(setting, Carer):
            if setting.connected:
                return default.carer_connected
            return default.carer_in_house if in_house else default.carer_independent
        if isinstance(setting, Home):
            return default.home_in_house if in_house else default.home_independent
        return default.supported_accommodation

    # -- claims --------------------------------------------------------------------------------------------------------

    def tiers(self) -> Iterator[Violation]:
        """The tiers are those of the search order, their values are the plan's, no bound lies above its value."""
        values = {"waiting": self._weighted_waiting(), "price": self.value}
        if self.plan.search_order is SearchOrder.CASCADE:
            values["search order"] = sum(self._step(placement) for placement in self.plan.placements)
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
            if child.urgency is Urgency.EMERGENCY:
                total += urgency.emergency_weight
            elif child.needed_by is not None and child.needed_by <= soon:
                total += urgency.within_days_weight
            else:
                total += urgency.planned_weight
        return total

    def _step(self, placement: Placement) -> int:
        """The step of the cascade at which a placement is found: own, consortium, contract, spot."""
        child, setting = self.instance.child[placement.child_id], self.instance.setting[placement.setting_id]
        owner = self.instance.provider[setting.offer.provider_id].authority_id
        if owner == child.authority_id or setting.id in child.connected_carer_ids:
            return 0
        if owner is not None:
            return 1
        contract = self._contract(child, setting)
        return 3 if contract is None or contract.kind is ContractKind.SPOT else 2
