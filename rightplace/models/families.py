r"""The constraint families of an allocation, one function each, rows named after the function.

Notation: candidates :math:`c \in C`, settings :math:`h \in H`, days :math:`t \in T`, groups :math:`g \in G`;
:math:`x_{ch}` places a child alone, :math:`y_{gh}` a whole group, :math:`w_c` leaves a child as it is. A *seat* is a
column through which a candidate is in a setting from its first day on: a new one, or one in which it lives already.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from rightplace.instances.settings import Carer
from rightplace.program import Domain, ProgramBuilder
from rightplace.rules.pairs import USUAL_FOSTERING_LIMIT, Ints, Mask

if TYPE_CHECKING:
    from rightplace.models.allocation import AllocationData, Columns


@dataclass(frozen=True, slots=True)
class Seats:
    """Every way for a candidate to be in a setting, sorted by setting.

    Parameters
    ----------
    column, candidate, setting
        Positions.
    day
        Position in ``facts.days`` of the candidate's first day.
    is_new
        The candidate does not live there already.
    first
        (m + 1,): the seats of setting ``h`` are ``first[h]:first[h + 1]``.
    """

    column: Ints
    candidate: Ints
    setting: Ints
    day: Ints
    is_new: Mask
    first: Ints


def seats_of(data: AllocationData, single: Ints, whole: dict[tuple[int, int], int], wait: Ints) -> Seats:
    """Collect the seats: an option alone, each member of a whole group, and who stays where they live."""
    facts = data.facts
    alone = np.flatnonzero(single >= 0)
    members = [(col, c, s) for (number, s), col in whole.items() for c in data.groups[number].members]
    current = facts.children.current_setting_idx[facts.candidate_idx]
    stays = np.flatnonzero((wait >= 0) & (current >= 0))
    column = np.concatenate([single[alone], [col for col, _, _ in members], wait[stays]]).astype(np.int64)
    candidate = np.concatenate([data.option_candidate[alone], [c for _, c, _ in members], stays]).astype(np.int64)
    setting = np.concatenate([data.options.pairs.setting_idx[alone], [s for _, _, s in members], current[stays]])
    order = np.argsort(setting, kind="stable")
    column, candidate, setting = column[order], candidate[order], setting[order].astype(np.int64)
    day = facts.start_day_idx[facts.candidate_idx[candidate]]
    first = np.searchsorted(setting, np.arange(len(data.instance.settings) + 1))
    return Seats(column, candidate, setting, day, current[candidate] != setting, first)


def each_child_once(data: AllocationData, columns: Columns, builder: ProgramBuilder) -> None:
    r"""Each candidate has one place, alone or with its group, or stays as it is.

    .. math:: \sum_h x_{ch} + \sum_{h} y_{g(c)h} + w_c = 1 \quad \forall c
    """
    alone = np.flatnonzero(columns.single >= 0)
    waits = np.flatnonzero(columns.wait >= 0)
    members = [(c, col) for (number, _), col in columns.whole.items() for c in data.groups[number].members]
    rows = np.concatenate([data.option_candidate[alone], waits, [c for c, _ in members]])
    cols = np.concatenate([columns.single[alone], columns.wait[waits], [col for _, col in members]])
    builder.add_rows("each_child_once", rows, cols, 1.0, 1.0, 1.0, num=data.num_candidates)


def vacant_places(data: AllocationData, columns: Columns, builder: ProgramBuilder) -> None:
    r"""On no day are more places taken than are vacant or have been left.

    .. math:: \sum_{seats\ of\ h,\ day \le t} \le vacant_{ht} + left_{ht} \quad \forall h, t

    A row is left out where a later day is at least as tight, or where all its seats fit anyway.
    """
    seats = columns.seats
    free = data.facts.vacant + data.facts.leavers
    later = np.full(free.shape[0], np.iinfo(np.int64).max)
    for t in range(free.shape[1] - 1, -1, -1):
        here = np.flatnonzero(seats.day <= t)
        num = np.bincount(seats.setting[here], minlength=free.shape[0])
        binding = (free[:, t] < later) & (num > free[:, t])
        later = np.minimum(later, free[:, t])
        settings = np.flatnonzero(binding)
        row_of = np.full(free.shape[0], -1, dtype=np.int64)
        row_of[settings] = np.arange(len(settings))
        here = here[binding[seats.setting[here]]]
        rows = row_of[seats.setting[here]]
        builder.add_rows("vacant_places", rows, seats.column[here], 1.0, -np.inf, free[settings, t])


def whole_groups_fill_places(data: AllocationData, columns: Columns, builder: ProgramBuilder) -> None:
    r"""Floor cuts: places left over by whole groups cannot be filled by parts of groups (valid, not needed).

    .. math:: \sum_g \lfloor s_g / k \rfloor y_{gh} \le \lfloor free_h / k \rfloor \quad \forall h,\ k = 2, 3, ...
    """
    free = (data.facts.vacant + data.facts.leavers)[:, -1]
    by_setting: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for (number, setting_idx), column in columns.whole.items():
        by_setting[setting_idx].append((len(data.groups[number].members), column))
    rows, cols, values, upper = [], [], [], []
    for setting_idx, groups in by_setting.items():
        places = int(free[setting_idx])
        for k in range(2, max(size for size, _ in groups) + 1):
            parts = [(size // k, column) for size, column in groups if size >= k]
            if places % k and sum(num for num, _ in parts) > places // k:
                rows += [len(upper)] * len(parts)
                cols += [column for _, column in parts]
                values += [num for num, _ in parts]
                upper.append(places // k)
    if upper:
        builder.add_rows("whole_groups_fill_places", rows, cols, values, -np.inf, np.array(upper, dtype=np.float64))


def children_who_must_not_share(data: AllocationData, columns: Columns, builder: ProgramBuilder) -> None:
    r"""A child and those it must not live with never share (solo children: anybody).

    .. math:: \sum_{d \in D_c} seat_{dh} + M\,seat_{ch} \le M, \qquad M = \min(|D_c|, free_h)

    One row gathers all opponents of a child in a setting. Who stays where they live clashes with new children only.
    """
    facts, seats = data.facts, columns.seats
    household = facts.household
    hot = household.may_clash()[facts.candidate_idx]
    free = (facts.vacant + facts.leavers).max(axis=1, initial=0)
    shared = ~facts.settings.self_contained & (free > 1)
    rows, cols, values, upper = [], [], [], []
    for at in np.flatnonzero(hot[seats.candidate] & shared[seats.setting]):
        candidate, setting = int(seats.candidate[at]), int(seats.setting[at])
        near = np.arange(seats.first[setting], seats.first[setting + 1])
        other = seats.candidate[near]
        near = near[(other != candidate) & ((other > candidate) | ~hot[other]) & (seats.is_new[near] | seats.is_new[at])]
        child = np.full(len(near), facts.candidate_idx[candidate])
        near = near[household.clash(child, facts.candidate_idx[seats.candidate[near]])]
        if len(near):
            most = min(len(np.unique(seats.candidate[near])), int(free[setting]))
            rows += [len(upper)] * (len(near) + 1)
            cols += [*seats.column[near].tolist(), int(seats.column[at])]
            values += [1] * len(near) + [most]
            upper.append(most)
    if upper:
        builder.add_rows("children_who_must_not_share", rows, cols, values, -np.inf, np.array(upper, dtype=np.float64))


def usual_fostering_limit(data: AllocationData, columns: Columns, builder: ProgramBuilder) -> None:
    r"""A carer looks after at most three children, unless all are siblings or an exemption names them all.

    .. math:: \sum_{seats,\ day \le t} people_c \le 3 - people_{ht} + M \sum_k r_{htk}, \qquad
              \sum_{seats\ outside\ set\ k} \le M (1 - r_{htk})

    ``r`` relaxes the limit for one set ``k``: a sibling group, or the children that the carer's exemption names.
    """
    seats = columns.seats
    for setting_idx, setting in enumerate(data.instance.settings):
        span = np.arange(seats.first[setting_idx], seats.first[setting_idx + 1])
        if not isinstance(setting, Carer) or not seats.is_new[span].any():
            continue
        for t in range(len(data.facts.days)):
            _limit_on(data, columns, builder, setting_idx, setting, span[seats.day[span] <= t], t)


def _limit_on(
    data: AllocationData, columns: Columns, builder: ProgramBuilder, setting_idx: int, carer: Carer, span: Ints, t: int
) -> None:
    """The fostering limit of one carer on one day."""
    facts, seats = data.facts, columns.seats
    residents = data.instance.residents.get(carer.id, ())
    there = [r for r in residents if not _may_have_left(data, facts.child_idx[r.id], t)]
    unnamed = max(0, carer.offer.num_filled - len(residents))
    settled = unnamed + sum(r.num_children for r in there)
    people = facts.children.num_children[facts.candidate_idx[seats.candidate[span]]]
    free = int((facts.vacant + facts.leavers)[setting_idx, t])
    if not len(span) or settled + free * int(people.max()) <= USUAL_FOSTERING_LIMIT:
        return
    room = USUAL_FOSTERING_LIMIT - settled
    big = free * int(people.max())
    sets = [] if unnamed else _relaxing_sets(data, carer, {r.id for r in there}, seats.candidate[span])
    relax = builder.add_columns("limit_relaxed", len(sets), Domain.INTEGER)
    rows, cols, values = [0] * len(span), seats.column[span].tolist(), people.tolist()
    upper = [float(max(room, 0))]
    for column, names in zip(relax, sets, strict=True):
        rows.append(0)
        cols.append(int(column))
        values.append(-big)
        outside = np.array([data.instance.children[int(c)].id not in names for c in _children(data, span, columns)])
        rows += [len(upper)] * (int(outside.sum()) + 1)
        cols += [*seats.column[span[outside]].tolist(), int(column)]
        values += [1] * int(outside.sum()) + [big]
        upper.append(float(big))
    builder.add_rows("usual_fostering_limit", rows, cols, values, -np.inf, np.array(upper))


def _children(data: AllocationData, span: Ints, columns: Columns) -> Ints:
    return data.facts.candidate_idx[columns.seats.candidate[span]]


def _may_have_left(data: AllocationData, child_idx: int, t: int) -> bool:
    return bool(data.facts.is_candidate[child_idx] and data.facts.start_day_idx[child_idx] <= t)


def _relaxing_sets(data: AllocationData, carer: Carer, settled: set[str], candidates: Ints) -> list[frozenset[str]]:
    """Sets of children of whom a carer may look after more than three, holding all who live there for good."""
    named = {data.instance.children[int(data.facts.candidate_idx[c])].id for c in candidates}
    sets = [frozenset(group.child_ids) for group in data.instance.sibling_groups]
    sets = [names for names in sets if len(names & (named | settled)) > 1]
    if carer.exempt_child_ids:
        sets.append(carer.exempt_child_ids)
    return [names for names in dict.fromkeys(sets) if settled <= names]


def siblings_apart(data: AllocationData, columns: Columns, builder: ProgramBuilder) -> Ints:
    r"""Each pair of siblings, one of whom is placed alone, is apart unless both are placed alone in one setting.

    .. math:: a_{cd} \ge \sum_h x_{ch} - \sum_h b_{cdh}, \quad a_{cd} \ge \sum_h x_{dh} - \sum_h b_{cdh},
              \quad b_{cdh} \le x_{ch}, \quad b_{cdh} \le x_{dh}

    Returns the columns ``a``.
    """
    pairs = [(c, d) for g in data.groups if not g.is_required for c, d in combinations(g.members, 2)]
    apart = builder.add_columns("siblings_apart", len(pairs), Domain.IMPLIED)
    if not data.siblings_apart_pence:
        return apart
    setting = data.options.pairs.setting_idx
    for (c, d), column in zip(pairs, apart, strict=True):
        of_c, of_d = (np.arange(data.first_option[i], data.first_option[i + 1]) for i in (c, d))
        _, at_c, at_d = np.intersect1d(setting[of_c], setting[of_d], return_indices=True)
        both = builder.add_columns("siblings_both", len(at_c), Domain.IMPLIED)
        num = len(both)
        for own in (of_c, of_d):
            cols = np.concatenate([columns.single[own], both, [column]])
            values = np.concatenate([np.ones(len(own)), -np.ones(num), [-1.0]])
            builder.add_rows("siblings_apart", np.zeros(len(cols)), cols, values, -np.inf, 0.0, num=1)
        for shared in (of_c[at_c], of_d[at_d]):
            rows, cols = np.tile(np.arange(num), 2), np.concatenate([both, columns.single[shared]])
            values = np.repeat([1.0, -1.0], num)
            builder.add_rows("siblings_both", rows, cols, values, -np.inf, 0.0, num=num)
    return apart


def block_beds(data: AllocationData, columns: Columns, builder: ProgramBuilder) -> tuple[Ints, Ints]:
    r"""A bed that a block pays for already saves the difference; no more beds save than are free.

    .. math:: u_{ch} \le seat_{ch}, \qquad \sum_{(c,h) \in block} u_{ch} \le beds

    Returns the columns ``u`` and what each saves, pence a week.
    """
    fees, seats = data.options.fees, columns.seats
    useful = np.array([data.blocks.get(int(block), 0) > 0 for block in fees.block_idx], dtype=np.bool_)
    options = np.flatnonzero((fees.block_saving > 0) & useful)
    used = builder.add_columns("block_bed", len(options), Domain.IMPLIED)
    for option, column in zip(options, used, strict=True):
        setting = int(data.options.pairs.setting_idx[option])
        span = np.arange(seats.first[setting], seats.first[setting + 1])
        own = span[seats.candidate[span] == data.option_candidate[option]]
        cols = np.append(seats.column[own], column)
        values = np.append(-np.ones(len(own)), 1.0)
        builder.add_rows("block_bed_is_taken", np.zeros(len(cols)), cols, values, -np.inf, 0.0, num=1)
    if len(options):
        blocks, rows = np.unique(fees.block_idx[options], return_inverse=True)
        beds = np.array([data.blocks[int(block)] for block in blocks], dtype=np.float64)
        builder.add_rows("block_beds", rows, used, 1.0, -np.inf, beds)
    return used, fees.block_saving[options]


