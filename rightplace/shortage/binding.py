"""Which capacities bind: settings all of whose places a plan takes, and who could lawfully use another place there."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rightplace.models.costs import CostTables, cost_tables, fees_of, settled_siblings_apart
from rightplace.reasons import CLASH, LIMIT, Lived
from rightplace.rules.attributes import Ints, Mask, Type
from rightplace.rules.catalogue import CAPACITY, lawful_if_vacant, priced
from rightplace.rules.pairs import Facts, Pairs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rightplace.plan import Placement, Plan


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
    must not live with is there, and the usual fostering limit allows one more; siblings who must come along too.
    """
    lived, tables = Lived(facts, plan), cost_tables(facts)
    full = np.flatnonzero(_is_full(lived))
    waiting, dearer = defaultdict(list), defaultdict(list)
    for child_id in plan.waiting_ids:
        for setting in _open_but_full(lived, facts.child_idx[child_id], full).tolist():
            waiting[setting].append(child_id)
    for placement in plan.placements:
        child = facts.child_idx[placement.child_id]
        if not lived.must_come_along(child):
            cheaper = _cheaper(lived, tables, placement, plan, full)
            for setting in _open_but_full(lived, child, cheaper).tolist():
                dearer[setting].append(placement.child_id)
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


def _open_but_full(lived: Lived, child: int, settings: Ints) -> Ints:
    """The settings where nothing but a place is missing for a child, and for the siblings who must come along."""
    one = np.array([child])
    found = lawful_if_vacant(Pairs.product(lived.facts, one, settings)).setting_idx
    family = lived.must_come_along(child)
    may_come: Mask = lived.against([child], found)[CAPACITY]
    for sibling in family:
        open_too = lawful_if_vacant(Pairs.product(lived.facts, np.array([sibling]), found)).setting_idx
        may_come &= np.isin(found, open_too)
    together = lived.against([child, *family], found)
    return found[may_come & ~together[CLASH] & ~together[LIMIT]]


def _cheaper(lived: Lived, tables: CostTables, placement: Placement, plan: Plan, settings: Ints) -> Ints:
    """Those of some settings in which a placed child would cost less than where the plan places it."""
    facts = lived.facts
    one, here = np.array([facts.child_idx[placement.child_id]]), facts.setting_idx[placement.setting_id]
    pairs = lawful_if_vacant(Pairs.product(facts, one, settings[settings != here]))
    siblings = _homes_of_siblings(facts, placement.child_id, plan)
    apart = facts.instance.policy.price.siblings_apart

    def separation(rows: Pairs) -> Ints:
        num = settled_siblings_apart(rows, tables) + (rows.setting_idx[:, None] != siblings).sum(axis=1)
        pence: Ints = apart * num
        return pence

    paid = placement.fee_pence_per_week + placement.policy_pence_per_week
    now = paid + separation(Pairs(facts, one, np.array([here])))
    less: Mask = fees_of(pairs, tables).fee + priced(pairs) + separation(pairs) < now
    return pairs.setting_idx[less]


def _homes_of_siblings(facts: Facts, child_id: str, plan: Plan) -> Ints:
    """Where the plan places the siblings whom a child should live with."""
    group = facts.instance.together_group.get(child_id)
    others = set() if group is None else set(group.child_ids) - {child_id}
    homes = [facts.setting_idx[p.setting_id] for p in plan.placements if p.child_id in others]
    return np.array(homes, dtype=np.int64)
