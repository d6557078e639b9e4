"""What today's practice amounts to: children one by one in order of arrival, each to the best setting still open.

It walks over the columns of the same program as the optimiser, so that both keep the same constraints; its answer is
the comparison that every match prints, and the optimiser's first solution.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rightplace.instances.children import Urgency
from rightplace.instances.policy import SearchOrder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from rightplace.models.allocation import AllocationData, Columns
    from rightplace.program import Program

Floats = NDArray[np.float64]


class _Walk:
    """A point of the program, and how full each row is."""

    def __init__(self, program: Program) -> None:
        rows = np.repeat(np.arange(program.num_rows), np.diff(program.row_starts))
        order = np.argsort(program.row_columns, kind="stable")
        self._rows: list[int] = rows[order].tolist()
        self._values: list[float] = program.row_values[order].tolist()
        ends = np.searchsorted(program.row_columns[order], np.arange(program.num_columns + 1))
        self._starts: list[int] = ends.tolist()
        self._upper: list[float] = program.row_upper.tolist()
        self._activity = [0.0] * program.num_rows
        self.point = np.zeros(program.num_columns)
        self.relaxations: dict[int, list[int]] = {}
        for column in program.column_blocks.get("limit_relaxed", range(0)):
            for row, value in self._entries(column):
                if value < 0:
                    self.relaxations.setdefault(row, []).append(column)

    def _entries(self, column: int) -> Iterator[tuple[int, float]]:
        span = slice(self._starts[column], self._starts[column + 1])
        return zip(self._rows[span], self._values[span], strict=True)

    def set(self, column: int, value: float) -> None:
        """Give a column a value, whether or not rows allow it."""
        change = value - float(self.point[column])
        for row, coefficient in self._entries(column):
            self._activity[row] += coefficient * change
        self.point[column] = value

    def overfull(self, column: int) -> bool:
        """Whether a row of the column is broken."""
        return any(self._is_broken(row) for row, _ in self._entries(column))

    def swap(self, take: list[int], leave: list[int]) -> bool:
        """Set ``take`` to 1 and ``leave`` to 0 if the rows allow it, relaxing the fostering limit if need be."""
        for column in leave:
            self.set(column, 0.0)
        for column in take:
            self.set(column, 1.0)
        if not any(map(self.overfull, take)) or self.relax(take):
            return True
        for column in take:
            self.set(column, 0.0)
        for column in leave:
            self.set(column, 1.0)
        return False

    def relax(self, take: list[int]) -> bool:
        """Turn on the relaxations in the broken rows of the columns taken; undo them if that is not enough."""
        broken = {row for column in take for row, _ in self._entries(column) if self._is_broken(row)}
        turned = []
        for column in {column for row in broken for column in self.relaxations.get(row, ())}:
            if not self.point[column]:
                self.set(column, 1.0)
                if self.overfull(column):
                    self.set(column, 0.0)
                else:
                    turned.append(column)
        if not any(map(self.overfull, take)):
            return True
        for column in turned:
            self.set(column, 0.0)
        return False

    def _is_broken(self, row: int) -> bool:
        return self._activity[row] > self._upper[row] + 1e-9


def greedy_point(data: AllocationData, program: Program, columns: Columns) -> Floats:
    """A feasible point of the program: each child or sibling group in order of arrival takes its cheapest open place.

    A sibling group comes when its first child was referred; it is placed whole where that is possible, else, unless it
    must stay together, child by child. Children who may move stay. Emergencies do not jump the queue, unless referred
    the same day.
    """
    walk = _Walk(program)
    stays = []
    for candidate in range(data.num_candidates):
        column = columns.wait[candidate] if columns.wait[candidate] >= 0 else columns.single[data.stay(candidate)]
        stays.append(int(column))
        walk.set(int(column), 1.0)
    walk.relax(stays)  # siblings who live with one carer may be more than three already
    for column in program.column_blocks.get("siblings_apart", range(0)):
        walk.set(column, 1.0)
    whole: dict[int, list[tuple[int, int]]] = {}
    for (number, setting_idx), column in columns.whole.items():
        whole.setdefault(number, []).append((setting_idx, column))
    in_group = {c: number for number, group in enumerate(data.groups) for c in group.members}
    done: set[int] = set()
    for candidate in sorted(np.flatnonzero(data.may_wait).tolist(), key=lambda c: _arrival(data, c)):
        number = in_group.get(candidate, -1)
        if number >= 0 and number not in done:
            done.add(number)
            _place_group(data, columns, walk, number, whole.get(number, []))
        if walk.point[columns.wait[candidate]] and not (number >= 0 and data.groups[number].is_required):
            _place_alone(data, columns, walk, candidate)
    _complete(program, walk)
    return walk.point


def _arrival(data: AllocationData, candidate: int) -> tuple[date, bool, int]:
    child = data.instance.children[int(data.facts.candidate_idx[candidate])]
    return child.referred_on or data.instance.date, child.urgency is not Urgency.EMERGENCY, candidate


def _place_group(
    data: AllocationData, columns: Columns, walk: _Walk, number: int, whole: list[tuple[int, int]]
) -> None:
    """The cheapest of the settings (with their columns) that take the whole group, if it only has children who wait."""
    members = data.groups[number].members
    if not data.may_wait[list(members)].all():
        return
    found = []
    for setting_idx, column in whole:
        options = [data.option(c, setting_idx) for c in members]
        step = int(data.options.fees.step[options].max()) if data.search_order is SearchOrder.CASCADE else 0
        found.append((step, int(data.options.cost[options].sum()), column))
    waits = [int(columns.wait[c]) for c in members]
    for _, _, column in sorted(found):
        if walk.swap([column], waits):
            return


def _place_alone(data: AllocationData, columns: Columns, walk: _Walk, candidate: int) -> None:
    """The cheapest setting that takes one child."""
    span = np.arange(data.first_option[candidate], data.first_option[candidate + 1])
    step = data.options.fees.step[span] if data.search_order is SearchOrder.CASCADE else np.zeros(len(span))
    for option in span[np.lexsort((data.options.cost[span], step))]:
        if walk.swap([int(columns.single[option])], [int(columns.wait[candidate])]):
            return


def _complete(program: Program, walk: _Walk) -> None:
    """Give the columns that follow from the placements their values: siblings together or apart, and block beds."""
    savings = -program.objectives[-1].costs
    for name in ("siblings_both", "block_bed"):
        for column in sorted(program.column_blocks.get(name, range(0)), key=lambda j: -savings[j]):
            walk.set(column, 1.0)
            if walk.overfull(column):
                walk.set(column, 0.0)
    for column in program.column_blocks.get("siblings_apart", range(0)):
        walk.set(column, 0.0)
        if walk.overfull(column):
            walk.set(column, 1.0)
