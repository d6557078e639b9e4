"""Who may not live together: pairs of children, residents included (rule R18)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rightplace.instances.children import CaredForAlongside, Child, RiskLevel, RiskToOthers, RiskToSelf, Togetherness
from rightplace.instances.policy import SeparateFrom, Separation
from rightplace.rules.rule import Scope, approval, hard

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from rightplace.rules.attributes import Ints, Mask
    from rightplace.rules.pairs import Facts, Pairs

_EXPLOITED_BY = {
    RiskToOthers.SEXUAL_HARM: RiskToSelf.SEXUAL_EXPLOITATION,
    RiskToOthers.CRIMINAL_EXPLOITATION: RiskToSelf.CRIMINAL_EXPLOITATION,
}


class Household:
    """The facts about children that decide who may share a setting, as arrays over ``facts.instance.children``."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        children = facts.instance.children
        self.ages_months = facts.children.ages_months
        self.only_older = _flag(children, lambda c: c.cared_for_alongside is CaredForAlongside.ONLY_OLDER)
        self.only_younger = _flag(children, lambda c: c.cared_for_alongside is CaredForAlongside.ONLY_YOUNGER)
        self.separations = facts.instance.policy.compatibility.separations
        self.poses = [self._flags(separation, _poses) for separation in self.separations]
        self.poses_any = [self._flags(separation, _poses_at_all) for separation in self.separations]
        self.runs = [self._flags(separation, _is_at_risk) for separation in self.separations]
        self.named_keys = self._named_keys()
        self.is_named = np.zeros(len(children), dtype=np.bool_)
        self.is_named[self.named_keys // max(1, len(children))] = True

    def _flags(self, separation: Separation, test: Callable[[Child, Separation], bool]) -> Mask:
        return _flag(self.facts.instance.children, lambda child: test(child, separation))

    def _named_keys(self) -> Ints:
        """Sorted keys a * num_children + b of children named never to share: by name, or siblings kept APART."""
        index, instance = self.facts.child_idx, self.facts.instance
        named = {(index[c.id], index[other]) for c in instance.children for other in c.separate_from_ids}
        for group in instance.sibling_groups:
            if group.togetherness is Togetherness.APART:
                members = [index[child_id] for child_id in group.child_ids]
                named |= {(a, b) for a in members for b in members if a != b}
        both = named | {(b, a) for a, b in named}
        return np.array(sorted(a * len(instance.children) + b for a, b in both), dtype=np.int64)

    def clash(self, a: Ints, b: Ints) -> Mask:
        """Whether children at positions ``a`` and ``b``, element by element, must not share a setting."""
        return (self._are_named(a, b) | self._one_way(a, b) | self._one_way(b, a)) & (a != b)

    def _are_named(self, a: Ints, b: Ints) -> Mask:
        """Whether ``a`` and ``b`` are named never to share."""
        named: Mask = self.is_named[a] & self.is_named[b]
        maybe = np.flatnonzero(named)
        keys = a[maybe] * len(self.ages_months) + b[maybe]
        named[maybe] = np.append(self.named_keys, -1)[np.searchsorted(self.named_keys, keys)] == keys
        return named

    def _one_way(self, a: Ints, b: Ints) -> Mask:
        """What ``a``'s plan and risks say about living with ``b``."""
        older_by = self.ages_months[a] - self.ages_months[b]
        clashes: Mask = (self.facts.children.solo[a]) | (self.only_older[a] & (older_by > 0))
        clashes |= self.only_younger[a] & (older_by < 0)
        return clashes | self._endangers(a, b, self.poses)

    def is_risk(self, a: Ints, b: Ints) -> Mask:
        """Whether one of each two poses a known risk to the other, of a kind that the policy separates."""
        return (self._endangers(a, b, self.poses_any) | self._endangers(b, a, self.poses_any)) & (a != b)

    def _endangers(self, a: Ints, b: Ints, poses: list[NDArray[np.bool_]]) -> Mask:
        """Whether ``a`` is among those who pose a risk, and ``b`` among those whom the policy keeps from them."""
        older_by = self.ages_months[a] - self.ages_months[b]
        found: Mask = np.zeros(len(a), dtype=np.bool_)
        least = max(1, self.facts.instance.policy.compatibility.younger_by_months)
        for separation, poses_it, runs in zip(self.separations, poses, self.runs, strict=True):
            match separation.separate_from:
                case SeparateFrom.YOUNGER:
                    found |= poses_it[a] & (older_by >= least)
                case SeparateFrom.AT_RISK:
                    found |= poses_it[a] & runs[b]
                case SeparateFrom.ANY:
                    found |= poses_it[a]
        return found

    def may_clash(self) -> Mask:
        """Per child: whether anything about them could clash with another child (a superset, quickly)."""
        found: Mask = self.is_named | self.facts.children.solo | self.only_older | self.only_younger
        for poses in self.poses:
            found |= poses
        return found


def _flag(children: tuple[Child, ...], test: Callable[[Child], bool]) -> NDArray[np.bool_]:
    return np.fromiter((test(child) for child in children), dtype=np.bool_, count=len(children))


def _poses(child: Child, separation: Separation) -> bool:
    return child.risk_to_others(separation.risk) >= separation.least_level


def _poses_at_all(child: Child, separation: Separation) -> bool:
    return child.risk_to_others(separation.risk) > RiskLevel.NO_KNOWN


def _is_at_risk(child: Child, separation: Separation) -> bool:
    exploited_by = _EXPLOITED_BY.get(separation.risk)
    return exploited_by is not None and child.risk_to_self(exploited_by) is RiskLevel.HIGH


@hard(
    "R18",
    "Compatible with the children who live there",
    source="Children's Homes Regulations 2015 regs 12 and 14; Fostering NMS 2011 standard 15",
    sentence="The child and those who live there may share a home: no risk, named separation or wish for older or "
    "younger company speaks against it; a child who should live alone goes where nobody lives.",
    verified=False,
    scope=Scope.HOUSEHOLD,
)
def compatible_with_residents(p: Pairs) -> Mask:
    """No clash with a resident who will still be there on the child's first day; solo children need an empty setting.

    Empty means from that day on: nobody may come into a place that fills later.
    Self-contained supported accommodation is not shared, so nobody clashes there.
    """
    facts = p.facts
    shared = ~p.setting(facts.settings.self_contained)
    crowded = p.child(facts.children.solo) & (facts.others[p.setting_idx, p.start_day_idx] > 0)
    return ~(shared & (crowded | _clashes_with_residents(p)))


def _clashes_with_residents(p: Pairs) -> Mask:
    return _any_resident(p, p.facts.household.clash)


def _any_resident(p: Pairs, speaks_against: Callable[[Ints, Ints], Mask]) -> Mask:
    """Expand each pair by the residents who stay at least until the child comes, and ask of each of them."""
    facts = p.facts
    first, residents = facts.residents
    num = facts.num_residents[p.setting_idx]
    pair = np.repeat(np.arange(len(p)), num)
    offset = np.arange(len(pair)) - np.repeat(np.cumsum(num) - num, num)
    resident = residents[first[p.setting_idx[pair]] + offset]
    child = p.child_idx[pair]
    stays = ~facts.is_candidate[resident] | (facts.start_day_idx[resident] > facts.start_day_idx[child])
    clash = np.zeros(len(p), dtype=np.bool_)
    hit = stays & speaks_against(child, resident)
    clash[pair[hit]] = True
    return clash


@approval(
    "R18A",
    "Impact on the children who live there",
    source="Children's Homes Regulations 2015 regs 12 and 14; Fostering NMS 2011 standard 15",
    sentence="Where the child or one who lives there poses a risk that is too low to separate them, somebody assesses "
    "what living together would mean for both, and signs.",
    signatory="registered manager of the home, or supervising social worker of the carer",
    deadline="before the placement",
    price=lambda policy: policy.price.approval_impact_on_residents,
    verified=False,
)
def impact_on_residents(p: Pairs) -> Mask:
    """No resident who stays would be separated from the child if a known risk counted at any level."""
    shared = ~p.setting(p.facts.settings.self_contained)
    return ~(shared & ~p.is_stay & _any_resident(p, p.facts.household.is_risk))


RULES = (compatible_with_residents,)
