r"""The constraint families of an allocation, one function each, rows named after the function.

Notation: candidates :math:`c \in C`, settings :math:`h \in H`, days :math:`t \in T`, groups :math:`g \in G`;
:math:`x_{ch}` places a child alone, :math:`y_{Sh}` the siblings :math:`S \subseteq g` together, :math:`w_c` leaves a
child as it is. A *seat* is a
column through which a candidate is in a setting from its first day on: a new one, or one in which it lives already.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from rightplace.instances.settings import Carer
from rightplace.program import Domain, Floats, ProgramBuilder
from rightplace.rules.attributes import Ints, Mask
from rightplace.rules.pairs import USUAL_FOSTERING_LIMIT

if TYPE_CHECKING:
    from rightplace.models.allocation import AllocationData, Columns
    from rightplace.models.parts import Parts


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

    def where(self, chosen: Ints) -> Seats:
        """Some of the seats, in the same order."""
        setting = self.setting[chosen]
        return Seats(
            self.column[chosen],
            self.candidate[chosen],
            setting,
            self.day[chosen],
            self.is_new[chosen],
            np.searchsorted(setting, np.arange(len(self.first))),
        )


class Rows:
    """Collects the rows of one family, each at most some number."""

    def __init__(self) -> None:
        self._rows: list[Any] = []
        self._columns: list[Any] = []
        self._values: list[Any] = []
        self._upper: list[Any] = []
        self._num = 0

    def append(self, columns: Any, values: Any, upper: float) -> None:
        """Add one row."""
        self.extend(np.zeros(len(columns), dtype=np.int64), columns, values, [upper])

    def extend(self, rows: Ints, columns: Any, values: Any, upper: Any) -> None:
        """Add several rows, given as triplets; ``rows`` counts from 0. Kept in half the width: there are many."""
        self._rows.append((rows + self._num).astype(np.int32))
        self._columns.append(np.asarray(columns, dtype=np.int32))
        self._values.append(np.asarray(values, dtype=np.float32))
        self._upper.append(upper)
        self._num += len(upper)

    def add_to(self, builder: ProgramBuilder, name: str, *, is_lazy: bool = False) -> None:
        """Add the rows as a block; they are gone from here afterwards, which halves the memory that a country needs."""
        if self._num:
            rows, columns, values, upper = self.taken()
            builder.add_rows(name, rows, columns, values, -np.inf, upper, is_lazy=is_lazy)

    def taken(self) -> tuple[Ints, Ints, Floats, Floats]:
        """The rows as triplets with their right-hand sides; they are gone from here afterwards."""
        joined: list[Any] = []
        for parts in (self._rows, self._columns, self._values, self._upper):
            joined.append(np.concatenate(parts) if parts else np.zeros(0, dtype=np.int32))
            parts.clear()
        self._num = 0
        rows, columns, values, upper = joined
        return rows, columns, values, upper.astype(np.float64)


def seats_of(data: AllocationData, single: Ints, parts: Parts, wait: Ints) -> Seats:
    """Collect the seats: an option alone, each member of a part of a group, and who stays where they live."""
    facts = data.facts
    alone = np.flatnonzero(single >= 0)
    part = parts.part_of_member
    current = facts.children.current_setting_idx[facts.candidate_idx]
    stays = np.flatnonzero((wait >= 0) & (current >= 0))
    column = np.concatenate([single[alone], parts.column[part], wait[stays]])
    candidate = np.concatenate([data.option_candidate[alone], parts.member, stays])
    setting = np.concatenate([data.options.pairs.setting_idx[alone], parts.setting[part], current[stays]])
    order = np.argsort(setting, kind="stable")
    column, candidate, setting = column[order], candidate[order], setting[order]
    day = facts.start_day_idx[facts.candidate_idx[candidate]]
    first = np.searchsorted(setting, np.arange(len(data.instance.settings) + 1))
    return Seats(column, candidate, setting, day, current[candidate] != setting, first)


def each_child_once(data: AllocationData, columns: Columns, builder: ProgramBuilder) -> None:
    r"""Each candidate has one place, alone or with its group, or stays as it is.

    .. math:: \sum_h x_{ch} + \sum_{S \ni c, h} y_{Sh} + w_c = 1 \quad \forall c
    """
    alone = np.flatnonzero(columns.single >= 0)
    waits = np.flatnonzero(columns.wait >= 0)
    parts = columns.parts
    rows = np.concatenate([data.option_candidate[alone], waits, parts.member])
    cols = np.concatenate([columns.single[alone], columns.wait[waits], parts.column[parts.part_of_member]])
    builder.add_rows("each_child_once", rows, cols, 1.0, 1.0, 1.0, num=data.num_candidates)


def vacant_places(data: AllocationData, columns: Columns, builder: ProgramBuilder) -> None:
    r"""On no day are more places taken than are vacant or have been left.

    .. math:: \sum_{seats\ of\ h,\ day \le t} \le vacant_{ht} + left_{ht} \quad \forall h, t

    A row is left out where a later day is at least as tight, or where all its seats fit anyway.
    """
    seats = columns.seats
    free = data.facts.free
    later = np.full(free.shape[0], np.iinfo(np.int64).max)
    block = Rows()
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


def siblings_fill_places(data: AllocationData, columns: Columns, builder: ProgramBuilder) -> None:
    r"""Cuts: places left over by siblings together cannot be filled by fractions of siblings (valid, not needed).

    .. math:: \sum_{S} f_k(|S|) y_{Sh} \le \lfloor free_h / k \rfloor \quad \forall h,\ k = 2, 3, ...

    A part of :math:`s` siblings counts :math:`f_k(s) = \lfloor s / k \rfloor`, or, where it takes more than half of the
    places, all parts of ``k`` for which it leaves no room: :math:`\lfloor free_h / k \rfloor - \lfloor (free_h - s) / k
    \rfloor`. Two such parts cannot be there together.
    """
    parts = columns.parts
    places, size = data.facts.free[parts.setting, -1], parts.size
    block = Rows()
    for k in range(2, int(size.max(initial=1)) + 1):
        count = parts_filled(size, places, k)
        tighter = np.bincount(parts.setting, (count * k > size) | (places % k > 0)) > 0
        binding = np.bincount(parts.setting, count) > data.facts.free[: len(tighter), -1] // k
        rows = np.flatnonzero((count > 0) & (tighter & binding)[parts.setting])
        settings, row = np.unique(parts.setting[rows], return_inverse=True)
        block.extend(row, parts.column[rows], count[rows], data.facts.free[settings, -1] // k)
    block.add_to(builder, "siblings_fill_places", is_lazy=True)


def parts_filled(size: Ints, places: Ints, k: int) -> Ints:
    """f_k of ``siblings_fill_places``: how many parts of ``k`` a part of ``size`` stands for in a setting."""
    crowding_out = places // k - np.maximum(places - size, 0) // k
    return np.where(2 * size > places, crowding_out, size // k)


def usual_fostering_limit(data: AllocationData, columns: Columns, builder: ProgramBuilder) -> None:
    r"""A carer looks after at most three children, unless all are siblings or an exemption names them all.

    .. math:: \sum_{columns,\ day \le t} \min(people, room_{ht}) \le room_{ht} + M \sum_k r_{htk}, \qquad
              \sum_{seats\ outside\ set\ k} \le M (1 - r_{htk})

    :math:`room` is what those who stay leave of three. A column that brings more people than that has its full weight,
    which forbids it, unless they and those who stay are all siblings: then it fills the room, and nobody else can come.
    :math:`r` relaxes the limit for one set of children: those whom the carer's exemption names, or those who live
    there already, who may always go on doing so by themselves.
    """
    limits = []
    for setting_idx, setting in enumerate(data.instance.settings):
        span = np.arange(columns.seats.first[setting_idx], columns.seats.first[setting_idx + 1])
        if isinstance(setting, Carer) and columns.seats.is_new[span].any():
            limits += _limits_of(data, columns, setting_idx, setting, span)
    num_sets = sum(len(limit.outside) for limit in limits)
    relaxations = iter(builder.add_columns("limit_relaxed", num_sets, Domain.INTEGER))
    block = Rows()
    for limit in limits:
        relax = [next(relaxations) for _ in limit.outside]
        cols = np.concatenate([limit.columns, np.array(relax, dtype=np.int64)])
        block.append(cols, np.append(limit.people, [-limit.most] * len(relax)), limit.room)
        for column, outside in zip(relax, limit.outside, strict=True):
            block.append(np.append(outside, column), np.append(np.ones(len(outside)), limit.most), limit.most)
    block.add_to(builder, "usual_fostering_limit", is_lazy=True)


@dataclass(frozen=True, slots=True)
class _Limit:
    """The fostering limit of one carer on one day.

    Columns and the people that each counts for, room left, the most that come, for each set of children that lifts the
    limit the columns of others, and who stays for good.
    """

    columns: Ints
    people: Ints
    room: int
    most: int
    outside: list[Ints]
    there: frozenset[str]


def _limits_of(data: AllocationData, columns: Columns, setting_idx: int, carer: Carer, span: Ints) -> list[_Limit]:
    """The days on which the limit of one carer can bind and no later day leaves the same people as little room."""
    free = data.facts.free[setting_idx]
    people = data.facts.children.num_children[data.facts.candidate_idx[columns.seats.candidate[span]]]
    household = int(data.facts.filled[setting_idx].max()) + int(free.max()) * int(people.max())
    residents = data.instance.residents.get(carer.id, ())
    if household <= USUAL_FOSTERING_LIMIT and not any(r.num_children > 1 for r in residents):
        return []
    limits: list[_Limit] = []
    for t in range(len(data.facts.days) - 1, -1, -1):
        limit = _limit_on(data, columns, setting_idx, carer, span[columns.seats.day[span] <= t], t)
        if limit is not None and all(limit.room < later.room or limit.there != later.there for later in limits):
            limits.append(limit)
    return limits


def _limit_on(
    data: AllocationData, columns: Columns, setting_idx: int, carer: Carer, span: Ints, t: int
) -> _Limit | None:
    """The limit of one carer on one day; ``None`` where it cannot bind."""
    facts, seats = data.facts, columns.seats
    residents = data.instance.residents.get(carer.id, ())
    staying = [r for r in residents if not _may_have_left(data, facts.child_idx[r.id], t)]
    there = frozenset(r.id for r in staying)
    unnamed = int(facts.unnamed[setting_idx, t])
    settled = unnamed + sum(r.num_children for r in staying)
    children = facts.candidate_idx[seats.candidate[span]]
    each = facts.children.num_children[children]
    most = int(facts.free[setting_idx, t]) * int(each.max(initial=0))
    if settled + min(most, int(each.sum())) <= USUAL_FOSTERING_LIMIT:
        return None
    room = max(USUAL_FOSTERING_LIMIT - settled, 0)
    cols, at = np.unique(seats.column[span], return_inverse=True)
    people = np.bincount(at, each).astype(np.int64)
    crowded = np.flatnonzero(people > room) if not unnamed else np.zeros(0, dtype=np.int64)
    if not there:  # a part of a group is made of siblings
        is_part = np.bincount(at)[crowded] > 1
        people[crowded[is_part]] = room
        crowded = crowded[~is_part]
    for column in crowded:
        coming = children[at == column]
        if _are_siblings(data, there | {data.instance.children[int(c)].id for c in coming}):
            people[column] = room
    outside = []
    exempt = data.instance.exempt_child_ids.get(carer.id, frozenset())
    if exempt and exempt >= there and not unnamed:
        named = [facts.child_idx[i] for i in exempt]
        outside.append(seats.column[span[~np.isin(children, named)]])
    live_there = ~seats.is_new[span]
    if int(facts.children.num_children[np.unique(children[live_there])].sum()) > room:
        outside.append(seats.column[span[~live_there]])
    return _Limit(cols, people, room, most, outside, there)


def _may_have_left(data: AllocationData, child_idx: int, t: int) -> bool:
    return bool(data.facts.is_candidate[child_idx] and data.facts.start_day_idx[child_idx] <= t)


def _are_siblings(data: AllocationData, names: frozenset[str]) -> bool:
    """Whether one sibling group holds them all."""
    numbers = data.facts.group_numbers.get(next(iter(names)), ())
    return any(names <= set(data.instance.sibling_groups[number].child_ids) for number in numbers)


def siblings_apart(data: AllocationData, columns: Columns, builder: ProgramBuilder) -> Ints:
    r"""Two siblings are apart unless they live together or both are left as they are.

    .. math:: a_{cd} + w_c + \sum_h \sum_{S \ni c, d} y_{Sh} \ge 1 \quad \forall c, d

    Returns the columns ``a``.
    """
    groups = [(number, group) for number, group in enumerate(data.groups) if not group.is_required]
    num_pairs = sum(len(group.members) * (len(group.members) - 1) // 2 for _, group in groups)
    apart = builder.add_columns("siblings_apart", num_pairs, Domain.IMPLIED)
    if not data.siblings_apart_pence:
        return apart
    block, parts, pair = Rows(), columns.parts, iter(apart)
    first = np.searchsorted(parts.group, np.arange(len(data.groups) + 1))
    for number, group in groups:
        span = slice(parts.first[first[number]], parts.first[first[number + 1]])
        part = np.repeat(parts.column[first[number] : first[number + 1]], parts.size[first[number] : first[number + 1]])
        holding = {c: part[parts.member[span] == c] for c in group.members}
        for c, d in combinations(group.members, 2):
            together = np.append(np.intersect1d(holding[c], holding[d], assume_unique=True), next(pair))
            for wait in columns.wait[[c, d]]:
                cols = np.append(together, wait) if wait >= 0 else together
                block.append(cols, -np.ones(len(cols)), -1)
    block.add_to(builder, "siblings_apart")
    return apart


def block_beds(data: AllocationData, columns: Columns, builder: ProgramBuilder) -> tuple[Ints, Ints]:
    r"""A bed that a block pays for already saves the difference; no more beds save than are free.

    .. math:: u_{ch} \le seat_{ch}, \qquad \sum_{(c,h) \in block} u_{ch} \le beds

    Returns the columns ``u`` and what each saves, pence a week.
    """
    fees, seats = data.options.fees, columns.seats
    free_blocks = [block for block, beds in data.blocks.items() if beds > 0]
    options = np.flatnonzero((fees.block_saving > 0) & np.isin(fees.block_idx, free_blocks))
    used = builder.add_columns("block_bed", len(options), Domain.IMPLIED)
    block = Rows()
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
