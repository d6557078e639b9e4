"""The pairs that enter the model: every lawful pair of a candidate and a setting, or the cheapest few of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rightplace.models.costs import CostTables, Fees, cost_tables, fees_of, settled_siblings_apart
from rightplace.rules.attributes import Ints, Mask
from rightplace.rules.catalogue import lawful_among, priced
from rightplace.rules.pairs import Facts, Pairs
from rightplace.rules.practice import settings_in_reach

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHUNK = 1_000_000
"""Pairs looked at together, so that memory does not grow with the instance."""
_CELL_METRES = 16_000
"""Children whose homes lie in one square of this side are looked at together: the same settings are in their reach."""


@dataclass(frozen=True, slots=True)
class Options:
    """What each candidate may be given: arrays over pairs, sorted by child, then setting.

    Parameters
    ----------
    is_stay
        The child lives there now and may go on doing so (children who may move, never those who wait).
    policy_pence
        What the policy adds to the fee.
    num_apart
        Settled siblings from whom the option separates the child.
    cost
        Fee, policy and separation from settled siblings, pence a week; without any block saving.
    """

    pairs: Pairs
    is_stay: Mask
    fees: Fees
    policy_pence: Ints
    num_apart: Ints
    cost: Ints

    def where(self, rows: Ints) -> Options:
        """Some of the options."""
        fees = self.fees
        return Options(
            Pairs(self.pairs.facts, self.pairs.child_idx[rows], self.pairs.setting_idx[rows]),
            self.is_stay[rows],
            Fees(fees.fee[rows], fees.block_saving[rows], fees.block_idx[rows], fees.support[rows], fees.step[rows]),
            self.policy_pence[rows],
            self.num_apart[rows],
            self.cost[rows],
        )


def options_of(facts: Facts, beside_shortlist: frozenset[str] = frozenset()) -> Options:
    """All options of all candidates of an instance, shortlisted where its policy says so.

    Parameters
    ----------
    beside_shortlist
        Ids of settings to which no shortlist applies.
    """
    exempt = np.array([setting.id in beside_shortlist for setting in facts.instance.settings], dtype=np.bool_)
    open_settings = np.flatnonzero(facts.free.max(axis=1, initial=0) > 0)
    shortlist = facts.instance.policy.search.shortlist
    tables = cost_tables(facts)
    parts = []
    for children, settings in _chunks(facts, open_settings):
        part = _priced_options(lawful_among(facts, children, settings), tables, stays=False)
        is_beside = part.pairs.setting(exempt)
        parts.append(part.where(np.flatnonzero(is_beside)))
        part = part.where(np.flatnonzero(~is_beside))
        parts.append(_shortlisted(part, shortlist) if shortlist else part)
    movers = facts.candidate_idx[~facts.children.is_waiting[facts.candidate_idx]]
    stays = Pairs(facts, movers, facts.children.current_setting_idx[movers])
    parts.append(_priced_options(stays, tables, stays=True))
    return _joined(facts, parts)


def _chunks(facts: Facts, open_settings: Ints) -> Iterator[tuple[Ints, Ints]]:
    """The candidates, neighbours and siblings together, with the settings that the search may reach for them."""
    cell = _cells(facts)
    order = np.argsort(cell, kind="stable")
    for in_cell in np.split(order, np.flatnonzero(np.diff(cell[order])) + 1):
        settings = open_settings[settings_in_reach(facts, facts.candidate_idx[in_cell])[open_settings]]
        size = max(1, _CHUNK // max(1, len(settings)))
        for children in _split(facts.candidate_idx[in_cell], facts.group_idx, size):
            yield children, settings


def _cells(facts: Facts) -> Ints:
    """Per candidate: the square of the map where its home lies; siblings have that of the first of them."""
    east, north, known = (side[facts.candidate_idx] for side in facts.children.home)
    cell = np.where(known, (east // _CELL_METRES) * 10_000 + north // _CELL_METRES, -1)
    group = facts.group_idx[facts.candidate_idx]
    _, first, of_group = np.unique(group, return_index=True, return_inverse=True)
    return np.where(group >= 0, cell[first][of_group], cell)


def _split(children: Ints, group_idx: Ints, size: int) -> Iterator[Ints]:
    """Some children in parts of about ``size``, siblings together."""
    group = group_idx[children]
    key = np.where(group >= 0, group, group_idx.max(initial=0) + 1 + np.arange(len(group)))
    order = np.argsort(key, kind="stable")
    first = 0
    while first < len(order):
        last = min(first + size, len(order))
        while last < len(order) and key[order[last]] == key[order[last - 1]]:
            last += 1
        yield children[order[first:last]]
        first = last


def _priced_options(pairs: Pairs, tables: CostTables, *, stays: bool) -> Options:
    fees = fees_of(pairs, tables)
    policy = priced(pairs)
    apart = settled_siblings_apart(pairs, tables)
    cost = fees.fee + policy + pairs.facts.instance.policy.price.siblings_apart * apart
    return Options(pairs, np.full(len(pairs), stays), fees, policy, apart, cost)


def _shortlisted(options: Options, num: int) -> Options:
    """About ``num`` options of each child, as many that all siblings of a group share, and the homes of siblings.

    Half are the cheapest. The others are spread over the rest, thinning out towards the dearest and shifted from child
    to child: if every child had its cheapest options only, all would queue for the same few places.
    """
    facts = options.pairs.facts
    children = options.pairs.child_idx
    keep = spread(children, options.cost, num)
    number = facts.group_idx[children]
    rows = np.flatnonzero(number >= 0)
    if len(rows):
        keep[rows] |= _shared_by_group(options, rows, num)
    return options.where(np.flatnonzero(keep))


def _shared_by_group(options: Options, rows: Ints, num: int) -> Mask:
    """Of the options of children with siblings: those in settings shortlisted for the group as a whole.

    Such a setting is open to every candidate of the group and has room for all of them. The homes of siblings who may
    move are kept as well: the others may join them there.
    """
    facts = options.pairs.facts
    num_settings = len(facts.instance.settings)
    key = facts.group_idx[options.pairs.child_idx[rows]] * num_settings + options.pairs.setting_idx[rows]
    unique, inverse, counts = np.unique(key, return_inverse=True, return_counts=True)
    group, setting = np.divmod(unique, num_settings)
    total = np.zeros(len(unique), dtype=np.int64)
    np.add.at(total, inverse, options.cost[rows])
    members = facts.group_idx[facts.candidate_idx]
    size = np.bincount(members[members >= 0], minlength=len(facts.instance.sibling_groups))
    current = facts.children.current_setting_idx[facts.candidate_idx]
    living = np.bincount(
        np.searchsorted(unique, (members * num_settings + current)[(members >= 0) & (current >= 0)]),
        minlength=len(unique) + 1,
    )[: len(unique)]
    is_home = np.isin(unique, (members * num_settings + current)[(members >= 0) & (current >= 0)])
    room = facts.free.max(axis=1, initial=0)
    whole = (counts + living * is_home >= size[group]) & (room[setting] >= size[group])
    chosen = is_home
    chosen[whole] |= spread(group[whole], total[whole], num)
    return chosen[inverse]


def spread(owner: Ints, cost: Ints, num: int) -> Mask:
    """Mask of the ``num // 2`` cheapest entries of each owner, and of others at ranks that grow geometrically.

    The ranks are shifted by a fraction that differs from owner to owner (multiples of the golden ratio).
    """
    if not len(owner):
        return np.zeros(0, dtype=np.bool_)
    dearer = cost - cost.min()
    order = np.argsort(owner * (dearer.max() + 1) + dearer, kind="stable")  # by owner, then cost
    sorted_owner = owner[order]
    first = np.flatnonzero(np.diff(sorted_owner, prepend=-1))
    num_entries = np.diff(first, append=len(owner))
    rank = np.arange(len(owner)) - np.repeat(first, num_entries)
    near, far = num - num // 2, num // 2
    shift = np.modf(sorted_owner[first] * 0.6180339887498949)[0]
    growth = np.log(np.maximum(num_entries, near + 1) / near)
    is_far = np.flatnonzero(rank >= near)
    of_owner = np.repeat(np.arange(len(first)), num_entries)[is_far]
    step = np.floor(np.log(rank[is_far] / near) * far / growth[of_owner] + shift[of_owner])
    keep_sorted = (rank < near) | np.repeat(num_entries <= num, num_entries)
    keep_sorted[is_far] |= (rank[is_far] > near) & (np.diff(step, prepend=0) > 0)
    keep = np.zeros(len(owner), dtype=np.bool_)
    keep[order] = keep_sorted
    return keep


def _joined(facts: Facts, parts: list[Options]) -> Options:
    def all_of(name: str, of_fees: bool = False) -> Ints:
        return np.concatenate([getattr(part.fees if of_fees else part, name) for part in parts])

    pairs = Pairs(
        facts,
        np.concatenate([part.pairs.child_idx for part in parts]),
        np.concatenate([part.pairs.setting_idx for part in parts]),
    )
    fees = Fees(*(all_of(name, True) for name in ("fee", "block_saving", "block_idx", "support", "step")))
    rest = (all_of(name) for name in ("policy_pence", "num_apart", "cost"))
    options = Options(pairs, all_of("is_stay").astype(np.bool_), fees, *rest)
    return options.where(np.argsort(pairs.child_idx * len(facts.instance.settings) + pairs.setting_idx))
