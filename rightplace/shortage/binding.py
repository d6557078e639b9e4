"""Which capacities bind: settings all of whose places a plan takes, and who could lawfully use another place there."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rightplace.models.costs import CostTables, cost_tables, fees_of, settled_siblings_apart
from rightplace.reasons import BEDROOMS, CLASH, LIMIT, Lived
from rightplace.rules.attributes import Ints, Mask, Type
from rightplace.rules.catalogue import CAPACITY, lawful_among, lawful_if_vacant, priced
from rightplace.rules.pairs import Facts, Pairs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rightplace.plan import Placement, Plan

_CHUNK = 2_000_000
"""Pairs of a child and a full setting that are looked at together."""


@dataclass(frozen=True, slots=True)
class FullSetting:
    """A setting with no place left, and whom another place there would be open to.

    Parameters
    ----------
    waiting_ids
        Children who wait and could lawfully live there.
    dearer_ids
        Children who could too and whom the plan places elsewhere at a higher price.
    """

    setting_id: str
    waiting_ids: tuple[str, ...]
    dearer_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FullKind:
    """The settings of one type and need level, of which some bind.

    Parameters
    ----------
    num_settings, num_full, num_binding
        Settings of the kind in the instance; those of them without a place left; and those of these that somebody
        could use.
    waiting_ids, dearer_ids
        As for each setting, for any of them.
    """

    type: Type
    need_level: int
    num_settings: int
    num_full: int
    num_binding: int
    waiting_ids: tuple[str, ...]
    dearer_ids: tuple[str, ...]


def full_settings(facts: Facts, plan: Plan) -> tuple[FullSetting, ...]:
    """The settings that bind, those open to most waiting children first.

    A child counts for a setting when every hard rule but the vacancy leaves it open, nobody of the plan whom the child
    must not live with is there, and the usual fostering limit and the bedrooms allow one more; siblings who must come
    along too.
    """
    lived, tables = Lived(facts, plan), cost_tables(facts)
    full = np.flatnonzero(_is_full(lived))
    waiting, dearer = defaultdict(list), defaultdict(list)
    for child_id in plan.waiting_ids:
        child = facts.child_idx[child_id]
        lawful = lawful_if_vacant(Pairs.product(facts, np.array([child]), full)).setting_idx
        for setting in _open_but_full(lived, child, lawful).tolist():
            waiting[setting].append(child_id)
    alone = [p for p in plan.placements if not lived.must_come_along(facts.child_idx[p.child_id])]
    size = max(1, _CHUNK // max(1, len(full)))
    for first in range(0, len(alone), size):
        for child, cheaper in _cheaper(lived, tables, alone[first : first + size], plan, full):
            for setting in _open_but_full(lived, child, cheaper).tolist():
                dearer[setting].append(facts.instance.children[child].id)
    found = [
        FullSetting(facts.instance.settings[s].id, tuple(waiting[s]), tuple(dearer[s]))
        for s in sorted(waiting.keys() | dearer.keys())
    ]
    return tuple(sorted(found, key=lambda item: (-len(item.waiting_ids), -len(item.dearer_ids))))


def full_kinds(facts: Facts, plan: Plan, settings: Iterable[FullSetting]) -> tuple[FullKind, ...]:
    """The settings that bind by type and need level, those open to most waiting children first."""
    is_full = _is_full(Lived(facts, plan))
    levels, types = facts.settings.need_level, facts.settings.type
    by_kind: dict[tuple[int, int], list[FullSetting]] = defaultdict(list)
    for setting in settings:
        at = facts.setting_idx[setting.setting_id]
        by_kind[int(types[at]), int(levels[at])].append(setting)
    found = [
        FullKind(
            type=Type(type_),
            need_level=level,
            num_settings=int(((types == type_) & (levels == level)).sum()),
            num_full=int(((types == type_) & (levels == level) & is_full).sum()),
            num_binding=len(members),
            waiting_ids=_in_order(facts, (c for setting in members for c in setting.waiting_ids)),
            dearer_ids=_in_order(facts, (c for setting in members for c in setting.dearer_ids)),
        )
        for (type_, level), members in sorted(by_kind.items())
    ]
    return tuple(sorted(found, key=lambda item: (-len(item.waiting_ids), -len(item.dearer_ids))))


def _is_full(lived: Lived) -> Mask:
    """Per setting: no place is left on some day, so that nobody could come on that day or before and stay."""
    full: Mask = (lived.room <= 0).any(axis=1)
    return full


def _in_order(facts: Facts, child_ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(child_ids), key=lambda child_id: facts.child_idx[child_id]))


def _open_but_full(lived: Lived, child: int, found: Ints) -> Ints:
    """Of the settings that are lawful if vacant for a child: where nothing but a place is missing for it.

    And for the siblings who must come along.
    """
    family = lived.must_come_along(child)
    may_come: Mask = lived.against([child], found)[CAPACITY]
    for sibling in family:
        open_too = lawful_if_vacant(Pairs.product(lived.facts, np.array([sibling]), found)).setting_idx
        may_come &= np.isin(found, open_too)
    together = lived.against([child, *family], found)
    return found[may_come & ~together[CLASH] & ~together[LIMIT] & ~together[BEDROOMS]]


def _cheaper(
    lived: Lived, tables: CostTables, placements: Sequence[Placement], plan: Plan, settings: Ints
) -> Iterator[tuple[int, Ints]]:
    """Placed children with those of some settings in which each would cost less than where the plan places it."""
    facts = lived.facts
    child = np.array([facts.child_idx[p.child_id] for p in placements], dtype=np.int64)
    here = np.array([facts.setting_idx[p.setting_id] for p in placements], dtype=np.int64)
    paid = np.array([p.fee_pence_per_week + p.policy_pence_per_week for p in placements], dtype=np.int64)
    homes = [_homes_of_siblings(facts, p.child_id, plan) for p in placements]
    at = np.full(len(facts.instance.children), -1, dtype=np.int64)
    at[child] = np.arange(len(child))

    def separation(rows: Pairs) -> Ints:
        """What siblings apart would cost; those of the plan only where there are any."""
        num = settled_siblings_apart(rows, tables)
        for row in np.flatnonzero([len(homes[i]) > 0 for i in at[rows.child_idx]]).tolist():
            num[row] += int((homes[at[rows.child_idx[row]]] != rows.setting_idx[row]).sum())
        pence: Ints = facts.instance.policy.price.siblings_apart * num
        return pence

    now = paid + separation(Pairs(facts, child, here))
    pairs = lawful_among(facts, child, settings, if_vacant=True)
    pairs = pairs.where(pairs.setting_idx != here[at[pairs.child_idx]])
    less = pairs.where(fees_of(pairs, tables).fee + priced(pairs) + separation(pairs) < now[at[pairs.child_idx]])
    order = np.argsort(less.child_idx, kind="stable")
    found, first = np.unique(less.child_idx[order], return_index=True)
    if len(found):
        yield from zip(found.tolist(), np.split(less.setting_idx[order], first[1:]), strict=True)


def _homes_of_siblings(facts: Facts, child_id: str, plan: Plan) -> Ints:
    """Where the plan places the siblings whom a child should live with."""
    group = facts.instance.together_group.get(child_id)
    others = set() if group is None else set(group.child_ids) - {child_id}
    homes = [facts.setting_idx[p.setting_id] for p in plan.placements if p.child_id in others]
    return np.array(homes, dtype=np.int64)
