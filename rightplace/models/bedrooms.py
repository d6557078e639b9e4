"""The constraint family of bedrooms (rule R22), beside the others in ``families.py``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rightplace.models.families import Rows
from rightplace.program import Domain, ProgramBuilder
from rightplace.rules.attributes import Ints
from rightplace.rules.bedrooms import half_bedrooms
from rightplace.rules.pairs import Pairs

if TYPE_CHECKING:
    from rightplace.models.allocation import AllocationData, Columns


def bedrooms_of_their_own(data: AllocationData, columns: Columns, builder: ProgramBuilder) -> None:
    r"""Where somebody comes who needs a bedroom there are enough, two children with an agreement sharing one.

    .. math:: \sum_{seats,\ day \le t} half_{ch} \le room_{ht} + M r_{ht}, \qquad
              \sum_{new\ seats,\ half_{ch} > 0,\ day \le t} \le N (1 - r_{ht})

    Source: Fostering NMS 2011, standard 10.6. :math:`half` counts half bedrooms, :math:`room` is what those who stay
    leave of them. :math:`r` is there where those who live with the carer and may leave need more than that: they may
    all go on living there, if nobody comes who needs a bedroom.
    """
    seats, rooms = columns.seats, data.facts.bedrooms
    half = half_bedrooms(Pairs(data.facts, data.facts.candidate_idx[seats.candidate], seats.setting))
    needed = np.bincount(seats.setting[seats.is_new & (half > 0)], minlength=len(rooms.halves)) > 0
    left = np.maximum(rooms.halves[:, None] - rooms.taken, 0)
    may_run_short = (2 * data.facts.free > left).any(axis=1)
    carers = np.flatnonzero(rooms.is_counted & needed & may_run_short).tolist()
    rows = [row for h in carers for row in _of_carer(data, columns, h, half)]
    relax = iter(builder.add_columns("bedrooms_relaxed", sum(row.may_relax for row in rows), Domain.INTEGER))
    block = Rows()
    for row in rows:
        cols, values, newcomers = seats.column[row.seats], half[row.seats], row.newcomers
        if row.may_relax:
            column = next(relax)
            cols, values = np.append(cols, column), np.append(values, -row.most)
            comes = np.append(np.ones(len(newcomers)), len(newcomers))
            block.append(np.append(seats.column[newcomers], column), comes, len(newcomers))
        block.append(cols, values, row.room)
    block.add_to(builder, "bedrooms_of_their_own", is_lazy=True)


@dataclass(frozen=True, slots=True)
class _Row:
    """One carer on one day: seats that take a bedroom, the new ones of them, half bedrooms left, and the most that
    those who live there take."""

    seats: Ints
    newcomers: Ints
    room: int
    most: int

    @property
    def may_relax(self) -> bool:
        """Those who live there alone need more than there is."""
        return self.most > self.room


def _of_carer(data: AllocationData, columns: Columns, h: int, half: Ints) -> list[_Row]:
    """The days on which the bedrooms of one carer can run short and no later day leaves as few."""
    seats, facts = columns.seats, data.facts
    span = np.arange(seats.first[h], seats.first[h + 1])
    span = span[half[span] > 0]
    found: list[_Row] = []
    for t in range(len(facts.days) - 1, -1, -1):
        here = span[seats.day[span] <= t]
        room = max(int(facts.bedrooms.halves[h] - facts.bedrooms.taken[h, t]), 0)
        _, one = np.unique(seats.candidate[here], return_index=True)
        most = min(int(half[here[one]].sum()), 2 * int(facts.free[h, t]))
        if most <= room or any(room >= later.room for later in found):
            continue
        lives_there = here[~seats.is_new[here]]
        _, one = np.unique(seats.candidate[lives_there], return_index=True)
        found.append(_Row(here, here[seats.is_new[here]], room, int(half[lives_there[one]].sum())))
    return found
