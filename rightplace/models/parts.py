"""Parts of sibling groups: every two or more siblings who could live together in one setting, as one column each.

A column for each part says at once who is with whom. Columns for single children alone would have to be multiplied
with each other to say it, and their relaxation would spread a group thinly over many small settings at no price.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from rightplace.rules.attributes import Ints, Mask

if TYPE_CHECKING:
    from rightplace.models.allocation import AllocationData


@dataclass(frozen=True, slots=True)
class Parts:
    """``Q`` parts of groups in settings, with ``R`` members in all.

    Parameters
    ----------
    group, setting, column
        (Q,): position of the group and of the setting; column of the program.
    first
        (Q + 1,): the members of part ``q`` stand at ``first[q]:first[q + 1]``.
    member, option
        (R,): each member and its option in the setting.
    """

    group: Ints
    setting: Ints
    column: Ints
    first: Ints
    member: Ints
    option: Ints

    @property
    def size(self) -> Ints:
        """(Q,): number of members."""
        return np.diff(self.first)

    @property
    def part_of_member(self) -> Ints:
        """(R,): the part of each member."""
        return np.repeat(np.arange(len(self.column)), self.size)

    def sums(self, amounts: Ints) -> Ints:
        """(Q,): amounts of options added up over the members of each part."""
        return np.add.reduceat(amounts[self.option], self.first[:-1]) if len(self.column) else self.column

    def is_whole(self, data: AllocationData) -> Mask:
        """(Q,): the part is the whole group."""
        sizes = np.array([len(group.members) for group in data.groups], dtype=np.int64)
        whole: Mask = self.size == sizes[self.group]
        return whole


def parts_of(data: AllocationData) -> Parts:
    """Every part of a group in each setting that all its members have as an option and where they may live together.

    The setting has room for them, and none of them clashes with another. A group that must stay together has one part:
    itself. The columns count from 0.
    """
    room = data.facts.free.max(axis=1, initial=0)
    groups: list[Ints] = []
    settings: list[Ints] = []
    members: list[Ints] = []
    options: list[Ints] = []
    sizes: list[Ints] = []
    for number, group in enumerate(data.groups):
        where, option = _options_by_setting(data, group.members)
        apart = _must_not_share(data, group.members, where)
        for size in range(len(group.members) if group.is_required else 2, len(group.members) + 1):
            roomy = room[where] >= size
            for chosen in combinations(range(len(group.members)), size):
                may = roomy & (option[:, chosen] >= 0).all(axis=1)
                rows = np.flatnonzero(may & ~apart[:, chosen][:, :, chosen].any(axis=(1, 2)))
                groups.append(np.full(len(rows), number))
                settings.append(where[rows])
                sizes.append(np.full(len(rows), size))
                members.append(np.tile(np.array(group.members)[list(chosen)], len(rows)))
                options.append(option[rows][:, chosen].ravel())
    empty = np.zeros(0, dtype=np.int64)
    first = np.cumsum(np.concatenate([[0], *sizes])).astype(np.int64)
    return Parts(
        group=np.concatenate([empty, *groups]),
        setting=np.concatenate([empty, *settings]),
        column=np.arange(len(first) - 1),
        first=first,
        member=np.concatenate([empty, *members]),
        option=np.concatenate([empty, *options]),
    )


def _options_by_setting(data: AllocationData, members: tuple[int, ...]) -> tuple[Ints, Ints]:
    """The settings that any of some candidates has as an option, and a table setting x candidate of options (or -1)."""
    spans = [np.arange(data.first_option[c], data.first_option[c + 1]) for c in members]
    own = [data.options.pairs.setting_idx[span] for span in spans]
    where = np.unique(np.concatenate(own))
    option = np.full((len(where), len(members)), -1, dtype=np.int64)
    for position, (span, settings) in enumerate(zip(spans, own, strict=True)):
        option[np.searchsorted(where, settings), position] = span
    return where, option


def _must_not_share(data: AllocationData, members: tuple[int, ...], where: Ints) -> Mask:
    """(settings, size, size): who of a group must not live with whom there; who live there already may go on."""
    facts = data.facts
    children = facts.candidate_idx[list(members)]
    a, b = np.repeat(children, len(children)), np.tile(children, len(children))
    clash = facts.household.clash(a, b).reshape(len(children), len(children))
    comes = facts.children.current_setting_idx[children] != where[:, None]
    shared = ~facts.settings.self_contained[where]
    found: Mask = clash & (comes[:, :, None] | comes[:, None, :]) & shared[:, None, None]
    return found
