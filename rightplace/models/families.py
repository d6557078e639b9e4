r"""The constraint families of an allocation, one function each, rows named after the function.

Notation: candidates :math:`c \in C`, settings :math:`h \in H`, days :math:`t \in T`, groups :math:`g \in G`;
:math:`x_{ch}` places a child alone, :math:`y_{gh}` a whole group, :math:`w_c` leaves a child as it is. A *seat* is a
column through which a candidate is in a setting from its first day on: a new one, or one in which it lives already.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from rightplace.instances.settings import Carer
from rightplace.program import Domain, ProgramBuilder
from rightplace.rules.pairs import USUAL_FOSTERING_LIMIT, Ints, Mask

if TYPE_CHECKING:
    from rightplace.models.allocation import AllocationData, Columns, Wholes


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


class _Rows:
    """Collects the rows of one family, each at most some number."""

    def __init__(self) -> None:
        self._rows: list[Ints] = []
        self._columns: list[Any] = []
        self._values: list[Any] = []
        self._upper: list[Any] = []
        self._num = 0

    def append(self, columns: Any, values: Any, upper: float) -> None:
        """Add one row."""
        self.extend(np.zeros(len(columns), dtype=np.int64), columns, values, [upper])

    def extend(self, rows: Ints, columns: Any, values: Any, upper: Any) -> None:
        """Add several rows, given as triplets; ``rows`` counts from 0."""
        self._rows.append(rows + self._num)
        self._columns.append(columns)
        self._values.append(values)
        self._upper.append(upper)
        self._num += len(upper)

    def add_to(self, builder: ProgramBuilder, name: str) -> None:
        """Add the rows as a block."""
        if self._num:
            rows, columns, values = map(np.concatenate, (self._rows, self._columns, self._values))
            upper = np.concatenate(self._upper).astype(np.float64)
            builder.add_rows(name, rows, columns, values, -np.inf, upper)


def seats_of(data: AllocationData, single: Ints, whole: Wholes, wait: Ints) -> Seats:
    """Collect the seats: an option alone, each member of a whole group, and who stays where they live."""
    facts = data.facts
    alone = np.flatnonzero(single >= 0)
    current = facts.children.current_setting_idx[facts.candidate_idx]
    stays = np.flatnonzero((wait >= 0) & (current >= 0))
    options = np.concatenate([alone, whole.option])
    column = np.concatenate([single[alone], whole.column[whole.member_of], wait[stays]])
    candidate = np.concatenate([data.option_candidate[options], stays])
    setting = np.concatenate([data.options.pairs.setting_idx[options], current[stays]])
    order = np.argsort(setting, kind="stable")
    column, candidate, setting = column[order], candidate[order], setting[order]
    day = facts.start_day_idx[facts.candidate_idx[candidate]]
    first = np.searchsorted(setting, np.arange(len(data.instance.settings) + 1))
    return Seats(column, candidate, setting, day, current[candidate] != setting, first)


def each_child_once(data: AllocationData, columns: Columns, builder: ProgramBuilder) -> None:
    r"""Each candidate has one place, alone or with its group, or stays as it is.

    .. math:: \sum_h x_{ch} + \sum_{h} y_{g(c)h} + w_c = 1 \quad \forall c
    """
    alone = np.flatnonzero(columns.single >= 0)
    waits = np.flatnonzero(columns.wait >= 0)
    whole = columns.whole
    rows = np.concatenate([data.option_candidate[alone], waits, data.option_candidate[whole.option]])
    cols = np.concatenate([columns.single[alone], columns.wait[waits], whole.column[whole.member_of]])
    builder.add_rows("each_child_once", rows, cols, 1.0, 1.0, 1.0, num=data.num_candidates)


def vacant_places(data: AllocationData, columns: Columns, builder: ProgramBuilder) -> None:
    r"""On no day are more places taken than are vacant or have been left.

    .. math:: \sum_{seats\ of\ h,\ day \le t} \le vacant_{ht} + left_{ht} \quad \forall h, t

    A row is left out where a later day is at least as tight, or where all its seats fit anyway.
    """
    seats = columns.seats
    free = data.facts.free
    later = np.full(free.shape[0], np.iinfo(np.int64).max)
    block = _Rows()
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
        block.extend(rows, seats.column[here], np.ones(len(here)), free[settings, t])
    block.add_to(builder, "vacant_places")


def whole_groups_fill_places(data: AllocationData, columns: Columns, builder: ProgramBuilder) -> None:
    r"""Floor cuts: places left over by whole groups cannot be filled by parts of groups (valid, not needed).

    .. math:: \sum_g \lfloor s_g / k \rfloor y_{gh} \le \lfloor free_h / k \rfloor \quad \forall h,\ k = 2, 3, ...
    """
    free = data.facts.free[:, -1]
    by_setting: dict[int, list[tuple[int, int]]] = defaultdict(list)
    whole = columns.whole
    size = np.bincount(whole.member_of, minlength=len(whole.column))
    for setting_idx, num, column in zip(whole.setting.tolist(), size.tolist(), whole.column.tolist(), strict=True):
        by_setting[setting_idx].append((num, column))
    block = _Rows()
    for setting_idx, groups in by_setting.items():
        places = int(free[setting_idx])
        for k in range(2, max(size for size, _ in groups) + 1):
            parts = [(size // k, column) for size, column in groups if size >= k]
            if places % k and sum(num for num, _ in parts) > places // k:
                block.append([column for _, column in parts], [num for num, _ in parts], places // k)
    block.add_to(builder, "whole_groups_fill_places")


def children_who_must_not_share(data: AllocationData, columns: Columns, builder: ProgramBuilder) -> None:
    r"""A child and those it must not live with never share (solo children: anybody).

    .. math:: \sum_{d \in D_c} seat_{dh} + M\,seat_{ch} \le M, \qquad M = \min(|D_c|, free_h)

    One row gathers all opponents of a child in a setting. Who stays where they live clashes with new children only.
    """
    facts, seats = data.facts, columns.seats
    household = facts.household
    hot = household.may_clash()[facts.candidate_idx]
    free = facts.free.max(axis=1, initial=0)
    shared = ~facts.settings.self_contained & (free > 1)
    at = np.flatnonzero(hot[seats.candidate] & shared[seats.setting])
    own, near = _beside(seats, at)
    other = seats.candidate[near]
    once = (other > seats.candidate[own]) | ~hot[other]
    meets = (other != seats.candidate[own]) & once & (seats.is_new[near] | seats.is_new[own])
    own, near = own[meets], near[meets]
    child, opponent = (facts.candidate_idx[seats.candidate[side]] for side in (own, near))
    clash = household.clash(child, opponent)
    own, near = own[clash], near[clash]
    if not len(own):
        return
    is_first = np.diff(own, prepend=-1) > 0
    starts, row = own[is_first], np.cumsum(is_first) - 1
    pairs = np.sort(row * data.num_candidates + seats.candidate[near])
    num_opponents = np.bincount(pairs[np.diff(pairs, prepend=-1) > 0] // data.num_candidates)
    most = np.minimum(num_opponents, free[seats.setting[starts]])
    rows = np.concatenate([row, np.arange(len(starts))])
    cols = np.concatenate([seats.column[near], seats.column[starts]])
    values = np.concatenate([np.ones(len(near)), most])
    builder.add_rows("children_who_must_not_share", rows, cols, values, -np.inf, most.astype(np.float64))


def _beside(seats: Seats, at: Ints) -> tuple[Ints, Ints]:
    """Each of some seats beside every seat of the same setting, itself included: two arrays, element by element."""
    first, last = seats.first[seats.setting[at]], seats.first[seats.setting[at] + 1]
    row, near = _ranges(first, last)
    return at[row], near


def _ranges(first: Ints, last: Ints) -> tuple[Ints, Ints]:
    """Ranges of positions, one after another: which range, and the position."""
    num = last - first
    row = np.repeat(np.arange(len(num)), num)
    return row, np.arange(len(row)) + np.repeat(first - (np.cumsum(num) - num), num)


def usual_fostering_limit(data: AllocationData, columns: Columns, builder: ProgramBuilder) -> None:
    r"""A carer looks after at most three children, unless all are siblings or an exemption names them all.

    .. math:: \sum_{seats,\ day \le t} people_c \le 3 - people_{ht} + M \sum_k r_{htk}, \qquad
              \sum_{seats\ outside\ set\ k} \le M (1 - r_{htk})

    ``r`` relaxes the limit for one set ``k``: a sibling group, or the children that the carer's exemption names.
    """
    limits = []
    for setting_idx, setting in enumerate(data.instance.settings):
        span = np.arange(columns.seats.first[setting_idx], columns.seats.first[setting_idx + 1])
        if isinstance(setting, Carer) and columns.seats.is_new[span].any():
            limits += _limits_of(data, columns, setting_idx, setting, span)
    relaxations = builder.add_columns("limit_relaxed", sum(len(limit.outside) for limit in limits), Domain.INTEGER)
    block, used = _Rows(), 0
    for limit in limits:
        relax = relaxations[used : used + len(limit.outside)]
        used += len(relax)
        cols = np.concatenate([columns.seats.column[limit.span], relax])
        block.append(cols, np.concatenate([limit.people, np.full(len(relax), -limit.most)]), limit.room)
        for column, outside in zip(relax, limit.outside, strict=True):
            cols = np.append(columns.seats.column[outside], column)
            block.append(cols, np.append(np.ones(len(outside)), limit.most), limit.most)
    block.add_to(builder, "usual_fostering_limit")


@dataclass(frozen=True, slots=True)
class _Limit:
    """The fostering limit of one carer on one day: seats, people each brings, room left, the most that come, and for
    each set of children that lifts the limit the seats of others."""

    span: Ints
    people: Ints
    room: int
    most: int
    outside: list[Ints]


def _limits_of(data: AllocationData, columns: Columns, setting_idx: int, carer: Carer, span: Ints) -> list[_Limit]:
    """The days on which the limit of one carer can bind and no later day leaves as little room."""
    free = data.facts.free[setting_idx]
    people = data.facts.children.num_children[data.facts.candidate_idx[columns.seats.candidate[span]]]
    household = int(data.facts.filled[setting_idx].max()) + int(free.max()) * int(people.max())
    residents = data.instance.residents.get(carer.id, ())
    if household <= USUAL_FOSTERING_LIMIT and not any(r.num_children > 1 for r in residents):
        return []
    limits: list[_Limit] = []
    least_room = USUAL_FOSTERING_LIMIT + 1
    for t in range(len(data.facts.days) - 1, -1, -1):
        limit = _limit_on(data, columns, setting_idx, carer, span[columns.seats.day[span] <= t], t, least_room)
        if limit is not None:
            limits.append(limit)
            least_room = limit.room
    return limits


def _limit_on(
    data: AllocationData, columns: Columns, setting_idx: int, carer: Carer, span: Ints, t: int, least_room: int
) -> _Limit | None:
    """The limit of one carer on one day; ``None`` where it cannot bind, or leaves no less room than a later day."""
    facts, seats = data.facts, columns.seats
    residents = data.instance.residents.get(carer.id, ())
    there = [r for r in residents if not _may_have_left(data, facts.child_idx[r.id], t)]
    unnamed = int(facts.unnamed[setting_idx, t])
    settled = unnamed + sum(r.num_children for r in there)
    room = max(USUAL_FOSTERING_LIMIT - settled, 0)
    children = facts.candidate_idx[seats.candidate[span]]
    people = facts.children.num_children[children]
    free = int(facts.free[setting_idx, t])
    most = free * int(people.max(initial=0))
    if room >= least_room or settled + min(most, int(people.sum())) <= USUAL_FOSTERING_LIMIT:
        return None
    sets = [] if unnamed else _relaxing_sets(data, carer, {r.id for r in there}, children, free)
    named = ([facts.child_idx[name] for name in names if name in facts.child_idx] for names in sets)
    return _Limit(span, people, room, most, [span[~np.isin(children, chosen)] for chosen in named])


def _may_have_left(data: AllocationData, child_idx: int, t: int) -> bool:
    return bool(data.facts.is_candidate[child_idx] and data.facts.start_day_idx[child_idx] <= t)


def _relaxing_sets(
    data: AllocationData, carer: Carer, settled: set[str], coming: Ints, free: int
) -> list[frozenset[str]]:
    """Sets of children of whom a carer may look after more than three, holding all who live there for good.

    Sets that cannot bring more than three people together are left out: the limit itself lets them in.
    """
    facts, children = data.facts, data.instance.children
    here = settled | {children[c].id for c in coming[facts.in_big_group[coming]].tolist()}
    numbers = sorted({number for name in here for number in facts.group_numbers.get(name, ())})
    found = [frozenset(data.instance.sibling_groups[number].child_ids) for number in numbers]
    if carer.exempt_child_ids:
        found.append(carer.exempt_child_ids)
        here |= {children[c].id for c in coming.tolist()}
    child = data.instance.child

    def most_people(names: frozenset[str]) -> int:
        coming = sorted((child[name].num_children for name in (names & here) - settled), reverse=True)
        return sum(child[name].num_children for name in settled) + sum(coming[:free])

    return [n for n in dict.fromkeys(found) if settled <= n and most_people(n) > USUAL_FOSTERING_LIMIT]


def siblings_apart(data: AllocationData, columns: Columns, builder: ProgramBuilder) -> Ints:
    r"""Each pair of siblings, one of whom is placed alone, is apart unless both are placed alone in one setting.

    .. math:: a_{cd} \ge \sum_h x_{ch} - \sum_h b_{cdh}, \quad a_{cd} \ge \sum_h x_{dh} - \sum_h b_{cdh},
              \quad b_{cdh} \le x_{ch}, \quad b_{cdh} \le x_{dh}

    Returns the columns ``a``.
    """
    groups = [g for g in data.groups if not g.is_required]
    pairs = [(c, d, len(g.members)) for g in groups for c, d in combinations(g.members, 2)]
    apart = builder.add_columns("siblings_apart", len(pairs), Domain.IMPLIED)
    if not data.siblings_apart_pence or not pairs:
        return apart
    first, second, size = np.array(pairs, dtype=np.int64).T
    pair, of_first, of_second = _shared(data, first, second, np.flatnonzero(size > 2))
    both = builder.add_columns("siblings_both", len(pair), Domain.IMPLIED)
    row, options = _options_of(data, np.stack([first, second], axis=1).ravel())  # the rows 2p and 2p + 1 are of pair p
    rows = [row, 2 * pair, 2 * pair + 1, np.arange(2 * len(pairs))]
    cols = [columns.single[options], both, both, np.repeat(apart, 2)]
    values = np.ones(sum(map(len, cols)))
    values[len(options) :] = -1
    is_apart, is_both = _Rows(), _Rows()
    is_apart.extend(np.concatenate(rows), np.concatenate(cols), values, np.zeros(2 * len(pairs)))
    is_apart.add_to(builder, "siblings_apart")
    taken = columns.single[np.stack([of_first, of_second], axis=1).ravel()]
    cols = [np.repeat(both, 2), taken]
    values = np.repeat([1.0, -1.0], len(taken))
    is_both.extend(np.tile(np.arange(len(taken)), 2), np.concatenate(cols), values, np.zeros(len(taken)))
    is_both.add_to(builder, "siblings_both")
    return apart


def _options_of(data: AllocationData, candidates: Ints) -> tuple[Ints, Ints]:
    """All options of some candidates, one after another: the position in ``candidates``, and the option."""
    first, last = data.first_option[candidates], data.first_option[candidates + 1]
    return _ranges(first, last)


def _shared(data: AllocationData, first: Ints, second: Ints, pairs: Ints) -> tuple[Ints, Ints, Ints]:
    """Options of two siblings in the same setting, where there is room for both: the pair, and the option of each."""
    setting = data.options.pairs.setting_idx
    num_settings = len(data.instance.settings)
    at_first, of_first = _options_of(data, first[pairs])
    at_second, of_second = _options_of(data, second[pairs])
    keys = at_second * num_settings + setting[of_second]
    wanted = at_first * num_settings + setting[of_first]
    found = np.searchsorted(keys, wanted)
    room = data.facts.free.max(axis=1, initial=0) > 1
    meet = (np.append(keys, -1)[found] == wanted) & room[setting[of_first]]
    return pairs[at_first[meet]], of_first[meet], of_second[found[meet]]


def block_beds(data: AllocationData, columns: Columns, builder: ProgramBuilder) -> tuple[Ints, Ints]:
    r"""A bed that a block pays for already saves the difference; no more beds save than are free.

    .. math:: u_{ch} \le seat_{ch}, \qquad \sum_{(c,h) \in block} u_{ch} \le beds

    Returns the columns ``u`` and what each saves, pence a week.
    """
    fees, seats = data.options.fees, columns.seats
    free_blocks = [block for block, beds in data.blocks.items() if beds > 0]
    options = np.flatnonzero((fees.block_saving > 0) & np.isin(fees.block_idx, free_blocks))
    used = builder.add_columns("block_bed", len(options), Domain.IMPLIED)
    block = _Rows()
    for option, column in zip(options, used, strict=True):
        setting = int(data.options.pairs.setting_idx[option])
        span = np.arange(seats.first[setting], seats.first[setting + 1])
        own = span[seats.candidate[span] == data.option_candidate[option]]
        block.append(np.append(seats.column[own], column), np.append(-np.ones(len(own)), 1.0), 0)
    block.add_to(builder, "block_bed_is_taken")
    if len(options):
        blocks, rows = np.unique(fees.block_idx[options], return_inverse=True)
        beds = np.array([data.blocks[int(block)] for block in blocks], dtype=np.float64)
        builder.add_rows("block_beds", rows, used, 1.0, -np.inf, beds)
    return used, fees.block_saving[options]
