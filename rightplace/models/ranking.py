"""Ranking: the choices that are open to a child, as variations of an allocation.

A choice puts a child in one setting, alone or together with siblings, or leaves it waiting; a choice of a sibling group
puts all its members in one setting. One more place in a setting is a variation too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rightplace.rules.attributes import Ints

if TYPE_CHECKING:
    from rightplace.models.allocation import AllocationData, Columns
    from rightplace.program import Program


@dataclass(frozen=True, slots=True)
class Choice:
    """Some candidates in one setting.

    Parameters
    ----------
    candidates
        Positions among the candidates: one child, or all of a sibling group.
    setting
        Position of the setting; -1 for waiting.
    columns
        The columns of the program of which one has to be taken.
    closed
        All other columns of these candidates.
    """

    candidates: tuple[int, ...]
    setting: int
    columns: Ints
    closed: Ints


def choices_of(data: AllocationData, columns: Columns, candidate: int) -> list[Choice]:
    """Every choice that is open to a candidate: each setting in which it has a seat, and waiting."""
    own = _columns_of(data, columns, candidate)
    seats = np.flatnonzero(columns.seats.candidate == candidate)
    wait = int(columns.wait[candidate])
    seats = seats[columns.seats.column[seats] != wait]
    found = []
    for setting in np.unique(columns.seats.setting[seats]):
        chosen = np.unique(columns.seats.column[seats[columns.seats.setting[seats] == setting]])
        found.append(Choice((candidate,), int(setting), chosen, np.setdiff1d(own, chosen)))
    if wait >= 0:
        where = -1 if data.may_wait[candidate] else int(data.options.pairs.setting_idx[data.stays()[candidate]])
        found.append(Choice((candidate,), where, np.array([wait]), np.setdiff1d(own, [wait])))
    return found


def group_choices_of(data: AllocationData, columns: Columns, group: int) -> list[Choice]:
    """Every setting that could take a whole group of siblings together."""
    members = data.groups[group].members
    own = np.unique(np.concatenate([_columns_of(data, columns, member) for member in members]))
    found = []
    for part in np.flatnonzero((columns.parts.group == group) & columns.parts.is_whole(data)).tolist():
        chosen = columns.parts.column[[part]]
        found.append(Choice(members, int(columns.parts.setting[part]), chosen, np.setdiff1d(own, chosen)))
    return found


def _columns_of(data: AllocationData, columns: Columns, candidate: int) -> Ints:
    """The columns of the row in which a candidate has one place or stays as it is."""
    alone = np.arange(data.first_option[candidate], data.first_option[candidate + 1])
    single = columns.single[alone]
    part = columns.parts.column[columns.parts.part_of_member[columns.parts.member == candidate]]
    wait = columns.wait[[candidate]]
    return np.unique(np.concatenate([single[single >= 0], part, wait[wait >= 0]]))


def place_rows(data: AllocationData, columns: Columns, program: Program) -> dict[int, Ints]:
    """The rows that would give way if a setting had one more place, by position of the setting.

    Its vacant places, and what is made of their number: the cuts for siblings, the rows of children who must not share.
    """
    names = ("vacant_places", "siblings_fill_places", "children_who_must_not_share")
    rows = np.concatenate([np.arange(0), *(np.array(program.row_blocks.get(name, ())) for name in names)]).astype(int)
    setting_of = np.full(program.num_columns, -1, dtype=np.int64)
    setting_of[columns.seats.column] = columns.seats.setting
    setting = setting_of[program.row_columns[program.row_starts[rows]]]
    scarce = np.unique(setting[np.isin(rows, np.array(program.row_blocks.get("vacant_places", ())))])
    return {int(one): rows[setting == one] for one in scarce}
