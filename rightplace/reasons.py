"""Why a child stays waiting: for every setting, which rules exclude it, or what this plan has put in the way there.

A hard rule of the catalogue may exclude a setting whatever the plan. Every other setting is *open* to the child, and
something else must hold there, decided from instance and plan alone as if the child were placed there too:

- ``capacity``: all places go to others;
- ``R18``: the child would share with another child of the plan with whom it must not live;
- ``R19``: the carer would look after more children than the usual fostering limit allows;
- ``R22``: with the children of the plan, the carer would have too few bedrooms;
- ``R06``: siblings who must be with the child cannot come along, because a rule excludes the setting for one of them
  or because one of those above holds for all of them together and not for the child alone;
- ``open``: none of these. The setting would still take the child, but was not on its shortlist, or the search ended
  before it was found.

As with hard rules, a setting is counted under every reason that holds, so that numbers may add up to more than there
are settings.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from rightplace.instances.children import Togetherness
from rightplace.instances.settings import Carer
from rightplace.rules.attributes import Ints, Mask, Type
from rightplace.rules.bedrooms import half_bedrooms
from rightplace.rules.catalogue import CAPACITY, OPEN, broken, lawful
from rightplace.rules.pairs import USUAL_FOSTERING_LIMIT, Facts, Pairs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rightplace.instances.children import SiblingGroup
    from rightplace.plan import Plan

CLASH, LIMIT, BEDROOMS, SIBLINGS = "R18", "R19", "R22", "R06"
"""The hard rules that a plan can break, and not only an instance."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason for which a waiting child is not in some of the settings.

    Parameters
    ----------
    rule
        The id of a hard rule, ``capacity`` or ``open``.
    num_settings
        Settings for which it holds.
    num_by_plan
        Those of them that no rule excludes: only this plan has put something in the way.
    child_ids
        Who is in the way there: children of the plan, or, for R06, the siblings who cannot come along.
    """

    rule: str
    num_settings: int
    num_by_plan: int = 0
    child_ids: tuple[str, ...] = ()


def waiting_reasons(facts: Facts, plan: Plan) -> dict[str, tuple[Reason, ...]]:
    """The reasons of every child whom the plan leaves waiting: capacity first, then those with most settings."""
    lived = Lived(facts, plan)
    return {child_id: _reasons(lived, facts.child_idx[child_id]) for child_id in plan.waiting_ids}


def _reasons(lived: Lived, child: int) -> tuple[Reason, ...]:
    by_rule, open_settings = excluded(lived.facts, child)
    by_plan: dict[str, int] = defaultdict(int)
    named: dict[str, set[str]] = defaultdict(set)
    for found in in_the_way(lived, child, open_settings).values():
        for rule, child_ids in (found or {OPEN: ()}).items():
            by_plan[rule] += 1
            named[rule].update(child_ids)
    reasons = [
        Reason(rule, by_rule.get(rule, 0) + by_plan.get(rule, 0), by_plan.get(rule, 0), tuple(sorted(named[rule])))
        for rule in dict.fromkeys((*by_plan, *by_rule))
    ]
    return tuple(sorted(reasons, key=lambda reason: (reason.rule != CAPACITY, -reason.num_settings)))


def excluded(facts: Facts, child: int) -> tuple[dict[str, int], Ints]:
    """How many settings each hard rule excludes for a child, by rule id, and the settings that none excludes."""
    everywhere = np.arange(len(facts.instance.settings))
    is_open = np.ones(len(everywhere), dtype=np.bool_)
    counts = {}
    for rule, rows in broken(Pairs.product(facts, np.array([child]), everywhere)):
        counts[rule.id] = len(rows)
        is_open[rows] = False
    return counts, everywhere[is_open]


def in_the_way(lived: Lived, child: int, settings: Ints) -> dict[int, dict[str, tuple[str, ...]]]:
    """What a plan has put in the way of a waiting child in each of some settings: reasons, with the children meant.

    A setting with nothing against it has no reasons.
    """
    found: dict[int, dict[str, tuple[str, ...]]] = {int(setting): {} for setting in settings}
    alone = lived.against([child], settings)
    for rule, mask in alone.items():
        met = lived.met(child, settings[mask]) if rule == CLASH else {}
        for setting in settings[mask].tolist():
            found[setting][rule] = tuple(met.get(setting, ()))
    family = lived.must_come_along(child)
    if family:
        whole = lived.against([child, *family], settings)
        barred = ~lived.may_all_come(family, settings)
        for rule, mask in whole.items():
            barred |= mask & ~alone[rule]
        names = tuple(lived.facts.instance.children[sibling].id for sibling in family)
        for setting in map(int, settings[barred]):
            found[setting][SIBLINGS] = names
    return found


class Lived:
    """A plan carried out: who is in which setting on which day, and what would break if others came too."""

    def __init__(self, facts: Facts, plan: Plan) -> None:
        self.facts = facts
        self.home = facts.children.current_setting_idx.copy()
        """Per child: where it lives once the plan is carried out, -1 nowhere; who goes on waiting stays."""
        for placement in plan.placements:
            self.home[facts.child_idx[placement.child_id]] = facts.setting_idx[placement.setting_id]
        members = np.flatnonzero(facts.is_candidate & (self.home >= 0))
        self._members = members[np.argsort(self.home[members], kind="stable")]
        self._first = np.searchsorted(self.home[self._members], np.arange(len(facts.instance.settings) + 1))
        taken = np.zeros_like(facts.free)
        np.add.at(taken, (self.home[members], facts.start_day_idx[members]), 1)
        self.room = facts.free - taken.cumsum(axis=1)
        """(settings, days): places that the plan leaves free."""

    @cached_property
    def _groups_of(self) -> Mapping[str, list[SiblingGroup]]:
        """The sibling groups of each child, by child id."""
        found: dict[str, list[SiblingGroup]] = defaultdict(list)
        for group in self.facts.instance.sibling_groups:
            for child_id in group.child_ids:
                found[child_id].append(group)
        return found

    def must_come_along(self, child: int) -> list[int]:
        """The siblings whom a plan may place and who must be where the child is."""
        for group in self._groups_of[self.facts.instance.children[child].id]:
            if group.togetherness is Togetherness.REQUIRED:
                others = (self.facts.child_idx[child_id] for child_id in group.child_ids)
                return [other for other in others if other != child and self.facts.is_candidate[other]]
        return []

    def may_all_come(self, children: Sequence[int], settings: Ints) -> Mask:
        """Per setting: whether the rules leave it open to all of some children, or they live there and may stay."""
        kept: Mask = np.ones(len(settings), dtype=np.bool_)
        for child in children:
            kept_here = np.isin(settings, lawful(Pairs.product(self.facts, np.array([child]), settings)).setting_idx)
            lives = ~self.facts.children.is_waiting[child] & (settings == self.home[child])
            kept &= kept_here | lives
        return kept

    def against(self, children: Sequence[int], settings: Ints) -> dict[str, Mask]:
        """Per setting: what breaks if these children, those of them who do not live there, came to it together."""
        return {
            CAPACITY: self._is_full(children, settings),
            CLASH: self._clashes(children, settings),
            LIMIT: self._exceeds_limit(children, settings),
            BEDROOMS: self._lacks_bedrooms(children, settings),
        }

    def _is_full(self, children: Sequence[int], settings: Ints) -> Mask:
        """On some day there are fewer places left than there are children who have come by then."""
        full: Mask = np.zeros(len(settings), dtype=np.bool_)
        for day in range(len(self.facts.days)):
            by_then = [child for child in children if self.facts.start_day_idx[child] <= day]
            coming = sum((settings != self.home[child]).astype(np.int64) for child in by_then)
            full |= (coming > 0) & (coming > self.room[settings, day])
        return full

    def _clashes(self, children: Sequence[int], settings: Ints) -> Mask:
        """Somebody who comes must not live with another of them, or with a child of the plan.

        Residents who are no candidates, or leave only after the child comes, are rule R18's own matter.
        """
        clash: Mask = np.zeros(len(settings), dtype=np.bool_)
        for child in children:
            family = np.array([other for other in children if other != child], dtype=np.int64)
            at, other = self._members_beside(settings)
            hit = self._must_not_share(child, other) & ~np.isin(other, family)
            meets = np.full(len(settings), self._must_not_share(child, family).any())
            meets[at[hit]] = True
            clash |= meets & (settings != self.home[child])
        return clash & ~self.facts.settings.self_contained[settings]

    def _members_beside(self, settings: Ints) -> tuple[Ints, Ints]:
        """Every candidate who is in one of the settings after the plan: the position in ``settings``, and the child."""
        num = self._first[settings + 1] - self._first[settings]
        at = np.repeat(np.arange(len(settings)), num)
        offset = np.arange(len(at)) - np.repeat(np.cumsum(num) - num, num)
        return at, self._members[self._first[settings[at]] + offset]

    def _must_not_share(self, child: int, others: Ints) -> Mask:
        return self.facts.household.clash(np.full(len(others), child, dtype=np.int64), others)

    def met(self, child: int, settings: Ints) -> dict[int, list[str]]:
        """By setting: the children of the plan there with whom a child must not live."""
        at, other = self._members_beside(settings)
        found: dict[int, list[str]] = defaultdict(list)
        for i in np.flatnonzero(self._must_not_share(child, other)).tolist():
            found[int(settings[at[i]])].append(self.facts.instance.children[int(other[i])].id)
        return found

    def _exceeds_limit(self, children: Sequence[int], settings: Ints) -> Mask:
        """On some day a carer would look after too many, siblings and exemptions aside."""
        facts = self.facts
        start, num = facts.start_day_idx[list(children)], facts.children.num_children[list(children)]
        have_come = np.arange(len(facts.days)) >= start[:, None]
        lives_there = self.home[list(children)][:, None] == settings
        coming = np.einsum("c,cs,cd->sd", num, (~lives_there).astype(np.int64), have_come.astype(np.int64))
        over = (coming > 0) & (self._people[settings] + coming > USUAL_FOSTERING_LIMIT)
        over &= (facts.settings.type[settings] == Type.CARER)[:, None]
        exceeds: Mask = over.any(axis=1)
        for at in np.flatnonzero(exceeds & self._may_be_excepted(children, settings)):
            setting = int(settings[at])
            carer = facts.instance.settings[setting]
            newcomers = {child for child in children if self.home[child] != setting}
            days = np.flatnonzero(over[at]).tolist()
            exceeds[at] = isinstance(carer, Carer) and any(self._is_over(carer, setting, newcomers, d) for d in days)
        return exceeds

    def _lacks_bedrooms(self, children: Sequence[int], settings: Ints) -> Mask:
        """On some day those who come and need a bedroom, with everybody there, need more than the carer has."""
        facts = self.facts
        coming = np.zeros((len(settings), len(facts.days)), dtype=np.int64)
        for child in children:
            need = half_bedrooms(Pairs(facts, np.full(len(settings), child), settings)) * (settings != self.home[child])
            coming[:, facts.start_day_idx[child] :] += need[:, None]
        left = facts.bedrooms.halves[settings][:, None] - self._half_bedrooms[settings] - coming
        lacks: Mask = ((coming > 0) & (left < 0)).any(axis=1) & facts.bedrooms.is_counted[settings]
        return lacks

    @cached_property
    def _half_bedrooms(self) -> Ints:
        """(settings, days): half bedrooms taken on the day once the plan is carried out."""
        facts, members = self.facts, self._members
        taken = facts.bedrooms.taken.copy()
        has_begun = facts.start_day_idx[members, None] <= np.arange(len(facts.days))
        need = half_bedrooms(Pairs(facts, members, self.home[members]))
        np.add.at(taken, self.home[members], need[:, None] * has_begun)
        return taken

    def _may_be_excepted(self, children: Sequence[int], settings: Ints) -> Mask:
        """Per setting: it has an exemption, or whoever is ever there could be a sibling of the children."""
        instance = self.facts.instance
        groups = (group for child in children for group in self._groups_of[instance.children[child].id])
        siblings = np.array([self.facts.child_idx[i] for group in groups for i in group.child_ids], dtype=np.int64)
        homes = np.concatenate([self.home[siblings], self.facts.children.current_setting_idx[siblings]])
        empty = self._people.max(axis=1, initial=0) == 0
        found: Mask = self._has_exemption[settings] | np.isin(settings, homes) | empty[settings]
        return found

    @cached_property
    def _has_exemption(self) -> Mask:
        """Per setting: a carer with an exemption from the usual fostering limit."""
        settings = self.facts.instance.settings
        return np.array([s.id in self.facts.instance.exempt_child_ids for s in settings], dtype=np.bool_)

    @cached_property
    def _people(self) -> Ints:
        """(settings, days): the people who are there on the day once the plan is carried out."""
        facts = self.facts
        num, current, start = facts.children.num_children, facts.children.current_setting_idx, facts.start_day_idx
        change = np.zeros_like(facts.unnamed)
        at_first = np.zeros_like(current)
        for_good = np.flatnonzero((current >= 0) & ~facts.is_candidate)
        np.add.at(change, (current[for_good], at_first[for_good]), num[for_good])
        leaving = np.flatnonzero((current >= 0) & facts.is_candidate)
        np.add.at(change, (current[leaving], at_first[leaving]), num[leaving])
        np.subtract.at(change, (current[leaving], start[leaving]), num[leaving])
        np.add.at(change, (self.home[self._members], start[self._members]), num[self._members])
        people: Ints = facts.unnamed + change.cumsum(axis=1)
        return people

    def _is_over(self, carer: Carer, setting: int, coming: set[int], day: int) -> bool:
        """Whether a carer would look after too many on one day."""
        facts, instance = self.facts, self.facts.instance
        _, members = self._members_beside(np.array([setting]))
        there = {c for c in coming.union(members.tolist()) if facts.start_day_idx[c] <= day}
        residents = [facts.child_idx[child.id] for child in instance.residents.get(carer.id, ())]
        there |= {c for c in residents if not facts.is_candidate[c] or facts.start_day_idx[c] > day}
        unnamed = int(facts.unnamed[setting, day])
        if unnamed + sum(instance.children[c].num_children for c in there) <= USUAL_FOSTERING_LIMIT:
            return False
        names = {instance.children[c].id for c in there}
        siblings = any(names <= set(group.child_ids) for group in self._groups_of[min(names)])
        return unnamed > 0 or not (siblings or names <= instance.exempt_child_ids.get(carer.id, frozenset()))
