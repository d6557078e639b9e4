"""What today's practice amounts to: children one by one in order of arrival, each to the best setting still open.

It walks over the columns of the same program as the optimiser, so that both keep the same constraints; its answer is
the comparison that every match prints, and the optimiser's first solution. ``point_of`` walks to the point of any plan.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rightplace.instances.children import Urgency
from rightplace.instances.policy import SearchOrder
from rightplace.plan import PlacementKind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from rightplace.models.allocation import AllocationData, Columns
    from rightplace.plan import Plan
    from rightplace.program import Program

Floats = NDArray[np.float64]


class _Walk:
    """A point of the program, and how full each row is."""

    def __init__(self, program: Program) -> None:
        by_column = program.matrix.tocsc()
        self._rows, self._values = by_column.indices, by_column.data
        self._starts: list[int] = by_column.indptr.tolist()
        self._upper: list[float] = program.row_upper.tolist()
        self._activity = [0.0] * program.num_rows
        self.point = [0.0] * program.num_columns
        self._on_demand = program.on_demand
        self._taken: set[int] = set()
        self.relaxations: dict[int, list[int]] = {}
        for block in ("limit_relaxed", "bedrooms_relaxed"):
            for column in program.column_blocks.get(block, range(0)):
                for row, value in self._entries(column):
                    if value < 0:
                        self.relaxations.setdefault(row, []).append(column)

    def _entries(self, column: int) -> Iterator[tuple[int, float]]:
        span = slice(self._starts[column], self._starts[column + 1])
        return zip(self._rows[span].tolist(), self._values[span].tolist(), strict=True)

    def set(self, column: int, value: float) -> None:
        """Give a column a value, whether or not rows allow it."""
        change = value - self.point[column]
        for row, coefficient in self._entries(column):
            self._activity[row] += coefficient * change
        self.point[column] = value
        if value:
            self._taken.add(column)
        else:
            self._taken.discard(column)

    def overfull(self, column: int) -> bool:
        """Whether a row of the column is broken."""
        return any(self._is_broken(row) for row, _ in self._entries(column))

    def take_first(self, take: list[int], leave: list[int]) -> None:
        """Set the first of ``take`` that the rows allow to 1 and ``leave`` to 0; relax limits if need be.

        Where they allow none, everything stays as it is.
        """
        for column in leave:
            self.set(column, 0.0)
        for column in take:
            if self._may_fit(column):
                self.set(column, 1.0)
                if not self.overfull(column) or self.relax(column):
                    return
                self.set(column, 0.0)
        for column in leave:
            self.set(column, 1.0)

    def _may_fit(self, column: int) -> bool:
        """Whether a column can be taken so far as the rows go that nothing relaxes."""
        for row, coefficient in self._entries(column):
            if self._activity[row] + coefficient > self._upper[row] + 1e-9 and row not in self.relaxations:
                return False
        return self._on_demand is None or not self._on_demand.stands_against(column, self._taken)

    def relax(self, take: int) -> bool:
        """Turn on the relaxations in the broken rows of the column taken; undo them if that is not enough."""
        broken = {row for row, _ in self._entries(take) if self._is_broken(row)}
        turned = []
        for column in sorted({column for row in broken for column in self.relaxations.get(row, ())}):
            if not self.point[column]:
                self.set(column, 1.0)
                if self.overfull(column):
                    self.set(column, 0.0)
                else:
                    turned.append(column)
        if not self.overfull(take):
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
    as_today, stays = columns.wait.copy(), np.flatnonzero(columns.wait < 0)
    as_today[stays] = columns.single[data.stays()[stays]]
    for column in as_today.tolist():
        walk.set(column, 1.0)
    for column in as_today.tolist():
        walk.relax(column)  # children who live with one carer already may be more than three
    for column in program.column_blocks.get("siblings_apart", range(0)):
        walk.set(column, 1.0)
    wholes = _wholes_by_group(data, columns)
    in_group = {c: number for number, group in enumerate(data.groups) for c in group.members}
    done: set[int] = set()
    for candidate in sorted(np.flatnonzero(data.may_wait).tolist(), key=lambda c: _arrival(data, c)):
        number = in_group.get(candidate, -1)
        if number >= 0 and number not in done:
            done.add(number)
            _place_group(data, columns, walk, number, wholes.get(number, []))
        if walk.point[columns.wait[candidate]] and not (number >= 0 and data.groups[number].is_required):
            _place_alone(data, columns, walk, candidate)
    _join_siblings(columns, walk)
    _complete(program, walk)
    return np.array(walk.point)


def point_of(data: AllocationData, program: Program, columns: Columns, plan: Plan) -> Floats:
    """The point of the program that means a plan.

    It is feasible where the plan keeps the constraints and every pair of it is an option.
    """
    walk = _Walk(program)
    chosen = _chosen_columns(data, columns, plan)
    for column in chosen:
        walk.set(column, 1.0)
    for column in chosen:
        walk.relax(column)
    _complete(program, walk)
    return np.array(walk.point)


def _chosen_columns(data: AllocationData, columns: Columns, plan: Plan) -> list[int]:
    """The columns of a plan: parts of groups who are together, children alone, and who stays as they are."""
    facts, parts = data.facts, columns.parts
    candidate = {facts.instance.children[child].id: c for c, child in enumerate(facts.candidate_idx.tolist())}
    where = {candidate[p.child_id]: facts.setting_idx[p.setting_id] for p in plan.placements}
    as_is = {candidate[child_id] for child_id in plan.waiting_ids}
    as_is |= {candidate[p.child_id] for p in plan.placements if p.kind is PlacementKind.STAY}
    part_of = {}
    for part, column in enumerate(parts.column.tolist()):
        members = parts.member[parts.first[part] : parts.first[part + 1]].tolist()
        part_of[int(parts.setting[part]), frozenset(members)] = column
    chosen: list[int] = []
    open_candidates = set(range(data.num_candidates))
    for group in data.groups:
        for home in sorted({where[c] for c in group.members if c in where}):
            together = frozenset(c for c in group.members if where.get(c) == home)
            if (home, together) in part_of:
                chosen.append(part_of[home, together])
                open_candidates -= together
    for c in sorted(open_candidates):
        is_left = c in as_is and columns.wait[c] >= 0
        chosen.append(int(columns.wait[c] if is_left else columns.single[data.option(c, where[c])]))
    return chosen


def _arrival(data: AllocationData, candidate: int) -> tuple[date, bool, int]:
    child = data.instance.children[int(data.facts.candidate_idx[candidate])]
    return child.referred_on or data.instance.date, child.urgency is not Urgency.EMERGENCY, candidate


def _wholes_by_group(data: AllocationData, columns: Columns) -> dict[int, list[int]]:
    """For each group the columns that place it whole, the best first."""
    parts = columns.parts
    step, cost = np.zeros(len(parts.column), dtype=np.int64), parts.sums(data.options.cost)
    if data.search_order is SearchOrder.CASCADE:
        np.maximum.at(step, parts.part_of_member, data.options.fees.step[parts.option])
    order = np.lexsort((parts.column, cost, step))
    found: dict[int, list[int]] = {}
    for at in order[parts.is_whole(data)[order]].tolist():
        found.setdefault(int(parts.group[at]), []).append(int(parts.column[at]))
    return found


def _place_group(data: AllocationData, columns: Columns, walk: _Walk, number: int, wholes: list[int]) -> None:
    """The first of the settings that takes the whole group, if it only has children who wait."""
    members = list(data.groups[number].members)
    if data.may_wait[members].all():
        walk.take_first(wholes, columns.wait[members].tolist())


def _place_alone(data: AllocationData, columns: Columns, walk: _Walk, candidate: int) -> None:
    """The cheapest setting that takes one child."""
    span = np.arange(data.first_option[candidate], data.first_option[candidate + 1])
    step = data.options.fees.step[span] if data.search_order is SearchOrder.CASCADE else np.zeros(len(span))
    best_first = span[np.lexsort((data.options.cost[span], step))]
    walk.take_first(columns.single[best_first].tolist(), [int(columns.wait[candidate])])


def _join_siblings(columns: Columns, walk: _Walk) -> None:
    """Siblings who came one by one to the same setting are there together: one column says so."""
    parts = columns.parts
    single = columns.single[parts.option]
    alone = (np.array(walk.point)[single] > 0) & (single >= 0)
    complete = np.bincount(parts.part_of_member, alone, minlength=len(parts.column)) == parts.size
    for part in sorted(np.flatnonzero(complete).tolist(), key=lambda q: -int(parts.size[q])):
        one_by_one = single[parts.first[part] : parts.first[part + 1]].tolist()
        if all(walk.point[column] for column in one_by_one):
            walk.take_first([int(parts.column[part])], one_by_one)


def _complete(program: Program, walk: _Walk) -> None:
    """Give the columns that follow from the placements their values: siblings together or apart, and block beds."""
    costs = program.objectives[-1].costs.tolist()
    for column in sorted(program.column_blocks.get("block_bed", range(0)), key=lambda j: costs[j]):
        walk.set(column, 1.0)
        if walk.overfull(column):
            walk.set(column, 0.0)
    for column in program.column_blocks.get("siblings_apart", range(0)):
        walk.set(column, 0.0)
        if walk.overfull(column):
            walk.set(column, 1.0)
