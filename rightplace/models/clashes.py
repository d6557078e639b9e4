r"""The constraint family of children who must not live together, beside the others in ``families.py``.

Its rows are many and few of them bind: a country has more entries in them than in all other rows. So they can be had on
demand, as ``program.OnDemand``, from what they are made of: who may be where, and who clashes with whom.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rightplace.models.families import Rows
from rightplace.rules.attributes import Ints, Mask

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rightplace.models.allocation import AllocationData
    from rightplace.models.families import Seats
    from rightplace.program import Floats, ProgramBuilder

NAME = "children_who_must_not_share"


def children_who_must_not_share(clashes: Clashes, builder: ProgramBuilder) -> None:
    r"""A child and those it must not live with never share (solo children: anybody).

    .. math:: M \sum_{k \in \{c\} \cup K_c} seat_{kh} + \sum_{d \in D_c \setminus K_c} seat_{dh} \le M,
              \qquad M = \min(|D_c \setminus K_c|, free_h)

    One row gathers all opponents :math:`D_c` of a child in a setting. :math:`K_c` are those opponents who clash with
    all others of :math:`D_c` too: where one of them is, nobody else of the row can be.
    """
    clashes.rows().add_to(builder, NAME, is_lazy=True)


class Clashes:
    """Who must not live with whom, and the rows that say so: all of them, or those that some columns need."""

    name = NAME

    def __init__(self, data: AllocationData, seats: Seats) -> None:
        self._data = data
        self._hot: Mask = data.facts.household.may_clash()[data.facts.candidate_idx]
        shared = ~data.facts.settings.self_contained & (data.facts.free[:, -1] > 1)
        hot_here = np.bincount(seats.setting[self._hot[seats.candidate]], minlength=len(shared)) > 0
        self._seats = seats.where(np.flatnonzero((shared & hot_here)[seats.setting]))
        self._order: Ints = np.argsort(self._seats.column, kind="stable")
        self._by_column: Ints = self._seats.column[self._order]

    def rows(self) -> Rows:
        """All rows."""
        return self._rows_of(self._seats)

    def among(self, columns: Ints, held: Ints) -> tuple[Ints, Ints, Floats, Floats]:
        """The rows of some columns and of those held where they lead, with all others at 0; see ``OnDemand``."""
        free = self._seats_of(columns)
        touched = np.zeros(len(self._seats.first), dtype=np.bool_)
        touched[self._seats.setting[free]] = True
        others = self._seats_of(held)
        chosen = np.union1d(free, others[touched[self._seats.setting[others]]])
        return self._rows_of(self._seats.where(chosen)).taken()

    def leading(self, num_columns: int) -> Mask:
        """Per column of the program: somebody in it may clash with others."""
        found = np.zeros(num_columns, dtype=np.bool_)
        found[self._seats.column[self._hot[self._seats.candidate]]] = True
        return found

    def worst_violation(self, point: Floats) -> float:
        """By how much two children who clash are in one setting more than one of them can be."""
        there = self._seats.where(np.sort(self._seats_of(np.flatnonzero(point > 0))))
        num = np.diff(there.first)[there.setting]
        own = np.flatnonzero(self._hot[there.candidate] & (num > 1))
        one = np.repeat(own, num[own])
        offset = np.arange(len(one)) - np.repeat(np.cumsum(num[own]) - num[own], num[own])
        other = there.first[there.setting[one]] + offset
        both = point[there.column[one]] + point[there.column[other]] - 1
        return float(both[self._clash(there, one, other)].max(initial=0.0))

    def stands_against(self, column: int, taken: set[int]) -> bool:
        """Whether somebody of a column clashes with somebody of the columns taken."""
        seats = self._seats
        for seat in self._seats_of(np.array([column])).tolist():
            here = range(int(seats.first[seats.setting[seat]]), int(seats.first[seats.setting[seat] + 1]))
            columns = seats.column[here.start : here.stop].tolist()
            others = np.array([k for k, other in zip(here, columns, strict=True) if other in taken], dtype=np.int64)
            if len(others) and self._clash(seats, np.full(len(others), seat), others).any():
                return True
        return False

    def _seats_of(self, columns: Ints) -> Ints:
        """Positions of the seats of some columns."""
        first = np.searchsorted(self._by_column, columns)
        num = np.searchsorted(self._by_column, columns, side="right") - first
        at = np.repeat(first - (np.cumsum(num) - num), num) + np.arange(int(num.sum()))
        found: Ints = self._order[at]
        return found

    def _clash(self, seats: Seats, one: Ints, other: Ints) -> Mask:
        """Whether those who sit in pairs of seats of one setting clash; who lives there already may go on."""
        child = self._data.facts.candidate_idx
        a, b = child[seats.candidate[one]], child[seats.candidate[other]]
        found: Mask = self._data.facts.household.clash(a, b) & (seats.is_new[one] | seats.is_new[other])
        return found

    def _rows_of(self, seats: Seats) -> Rows:
        block = Rows()
        for here in self._clashing(seats):
            block.extend(*_clash_rows(here, int(self._data.facts.free[here.setting, -1])))
        return block

    def _clashing(self, seats: Seats) -> Iterator[_Here]:
        """Each setting where children clash."""
        facts = self._data.facts
        for setting in np.unique(seats.setting[self._hot[seats.candidate]]):
            here = np.arange(seats.first[setting], seats.first[setting + 1])
            candidate, one, at = np.unique(seats.candidate[here], return_index=True, return_inverse=True)
            num, own, new = len(candidate), np.flatnonzero(self._hot[candidate]), seats.is_new[here[one]]
            if num < 2:
                continue
            child = facts.candidate_idx[candidate]
            found = facts.household.clash(np.repeat(child[own], num), np.tile(child, len(own))).reshape(len(own), num)
            if found.any():
                clash = np.zeros((num, num), dtype=np.bool_)
                clash[own] = found & (new[own, None] | new)
                yield _Here(int(setting), seats.column[here], at, self._hot[candidate], clash | clash.T)


@dataclass(frozen=True, slots=True)
class _Here:
    """A setting where children clash: column and child of each of its seats, and of the children who may, who does.

    Children are numbered in ascending order of the candidates.
    """

    setting: int
    column: Ints
    child: Ints
    is_hot: Mask
    clash: Mask


def _clash_rows(here: _Here, free: int) -> tuple[Ints, Ints, Ints, Ints]:
    """The rows of one setting as triplets with their right-hand sides: one for each child who may clash.

    Of children with the same row, one keeps it.
    """
    clash_or_self = here.clash | np.eye(len(here.clash), dtype=np.bool_)
    own = np.flatnonzero(here.is_hot & here.clash.any(axis=1))
    opponents = here.clash[own]
    misses = (~clash_or_self[own]).astype(np.float32) @ opponents.T.astype(np.float32)
    alone = np.zeros_like(opponents)
    alone[:, own] = opponents[:, own] & (misses.T == 0)
    alone[np.arange(len(own)), own] = True
    rest = opponents & ~alone
    most = np.maximum(1, np.minimum(rest.sum(axis=1), free))
    weight = alone * most[:, None] + rest
    seen: dict[bytes, int] = {}
    for number, line in enumerate(weight):
        seen.setdefault(line.tobytes(), number)
    first = list(seen.values())
    by_seat = weight[first][:, here.child]
    row, seat = np.nonzero(by_seat)
    return row, here.column[seat], by_seat[row, seat], most[first]
