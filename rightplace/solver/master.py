"""The master of a decomposition: the first stage, one cost column a group of periods, and cuts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from rightplace.errors import NoFeasiblePoint
from rightplace.memory import give_back
from rightplace.program import Domain, Objective, ProgramBuilder
from rightplace.solver import highs
from rightplace.solver.outcome import Reason, SolveOptions
from rightplace.solver.within import is_heavy, minimise_within, worthwhile

if TYPE_CHECKING:
    from collections.abc import Callable

    from rightplace.solver.outcome import Progress
    from rightplace.solver.recourse import Cut, Group
    from rightplace.staged import Floats, Ints, StagedProgram

_NEAR = 1e-5
"""Share of the whole cost by which a cut may say less than the one that says most, and still be of use."""


class Master:
    """First stage, one cost column a group, cuts. Rows are scaled by a unit of cost, so that they are of size one."""

    def __init__(self, staged: StagedProgram, groups: tuple[Group, ...], options: SolveOptions) -> None:
        self.staged = staged
        self.options = options
        self.unit = max(1.0, _rough_cost(staged) / 1e3)
        builder = ProgramBuilder()
        first = staged.first
        for name, block in first.column_blocks.items():
            builder.add_columns(name, len(block), Domain.CONTINUOUS)
        self.theta = builder.add_columns("service_cost", len(groups), Domain.CONTINUOUS, np.inf)
        alone = [c for c in staged.couplings if not len(c.periods)]
        missed = builder.add_columns("missed", len(alone), Domain.CONTINUOUS, np.inf)
        builder.add_rows_of(first)
        for column, coupling in zip(missed.tolist(), alone, strict=True):
            columns = np.append(coupling.columns, column)
            values = np.append(coupling.column_values, 1.0)
            builder.add_rows(f"coupling_{column}", np.zeros(len(columns)), columns, values, [coupling.at_least], np.inf)
        self.alone = alone
        costs = np.zeros(builder.num_columns)
        costs[: first.num_columns] = staged.first_costs
        costs[self.theta] = self.unit
        costs[missed] = [coupling.price for coupling in alone]
        self.program = builder.build([Objective("cost", costs)])
        self.program.lower[: first.num_columns] = first.lower
        self.program.upper[: first.num_columns] = first.upper
        self.program.domains[: first.num_columns] = first.domains
        self.program = self.program.with_whole_sides()
        least = least_cost(staged, groups)
        self.program.lower[self.theta] = least / self.unit
        self.num_first = first.num_columns
        self.cut_rows: list[int] = []
        self._near: set[int] = set()
        self._is_thinned = False
        self._lp: highs.GrowingLP | None = None

    def free_below(self) -> None:
        """Let service cost less than nothing: where couplings are priced, slack in them earns."""
        self.program.lower[self.theta] = -self.unit * 1e6

    def own_cost(self, point: Floats) -> float:
        """What the first stage costs by itself, couplings without flows included."""
        return float(self.staged.first_costs @ point) + sum(
            c.price * max(0.0, c.at_least - float(c.column_values @ point[c.columns])) for c in self.alone
        )

    def add(self, cuts: list[Cut]) -> None:
        """Let cuts take part."""
        if not cuts:
            return
        rows, columns, values, upper = [], [], [], []
        for i, cut in enumerate(cuts):
            used = np.flatnonzero(cut.slope)
            columns.append(np.concatenate([used, self.theta[cut.group : cut.group + 1]]))
            values.append(np.concatenate([-cut.slope[used] / self.unit, [-1.0]]))
            rows.append(np.full(len(used) + 1, i))
            upper.append(-cut.constant / self.unit)
        name = f"cuts_{len(self.program.row_blocks)}"
        before = self.program.num_rows
        self.program = self.program.with_rows(
            name, np.concatenate(rows), np.concatenate(columns), np.concatenate(values), np.array(upper)
        )
        self.cut_rows += range(before, self.program.num_rows)
        if self._lp is not None:
            self._lp.add_rows(self.program, np.arange(before, self.program.num_rows))

    def relaxation(self, seconds: float) -> tuple[Floats, float] | None:
        """The linear relaxation: point and value; ``None`` when a limit came first."""
        if self._lp is None:
            columns, rows = np.arange(self.program.num_columns), np.arange(self.program.num_rows)
            if self._is_thinned:
                rows = np.setdiff1d(rows, self._far)
            costs = self.program.objectives[0].costs
            self._lp = highs.GrowingLP(self.program, costs, columns, rows, self.options)
        if not self._lp.solve(seconds, is_short=True):
            if self._lp.is_infeasible:
                raise NoFeasiblePoint("the first stage has no feasible point")
            return None
        return self._lp.point[: self.num_first], self._lp.value

    def with_less(
        self, cuts: list[Cut], position: int, less: float, groups: tuple[Group, ...], seconds: float
    ) -> tuple[Floats, float] | None:
        """The relaxation with a little less asked of one coupling of a group: point and value; ``None`` at a limit."""
        assert self._lp is not None  # the relaxation has been solved
        rows, changed = [], []
        for row, cut in zip(self.cut_rows, cuts, strict=True):
            mine = groups[cut.group].couplings
            price = cut.prices.couplings[mine.index(position)] if position in mine else 0.0
            if price:
                rows.append(row)
                changed.append((price * less - cut.constant) / self.unit)
        at = np.array(rows, dtype=np.int64)
        self._lp.set_row_upper(at, np.array(changed))
        is_solved = self._lp.solve(seconds, is_short=True)
        found = (self._lp.point[: self.num_first], self._lp.value) if is_solved else None
        self._lp.set_row_upper(at, self.program.row_upper[at])
        return found

    def whole(
        self,
        gap: float,
        seconds: float,
        start: Floats | None,
        progress: Callable[[Progress], None] | None = None,
        within: tuple[Floats, Floats] | None = None,
        enough: Callable[[float], bool] | None = None,
        below: float = np.inf,
    ) -> tuple[Floats | None, float | None]:
        """The integer program: point and bound.

        Parameters
        ----------
        within
            Bounds of the first stage's columns, tighter than its own; then the bound is none of the program.
        enough
            Says of a bound whether it is all that is asked for: then the search ends with it.
        below
            Only points that cost less are asked for. Then the bound is at most this, and the point ``None`` if there
            is none.
        """
        if not (self.program.domains == Domain.INTEGER).any():
            return self.relaxation(seconds) or (None, None)
        lower, upper = self.program.lower.copy(), self.program.upper.copy()
        if np.isfinite(below) and self.relaxation(seconds) is not None and self._lp is not None:
            lower, upper = worthwhile(self.program, self._lp, below, self.num_first)
        if start is not None:
            start = self._completed(start)
            self._note_near(start)
        if self._lp is not None:
            self._note_near(self._lp.point)
        if within is not None:
            lower[: self.num_first] = np.maximum(lower[: self.num_first], within[0])
            upper[: self.num_first] = np.minimum(upper[: self.num_first], within[1])
        program = replace(self.program.without_rows(self._far), start=start)
        limit = max(seconds, 0.0)
        options = replace(self.options, relative_gap=gap, time_limit_seconds=limit, progress=progress)
        given = minimise_within(program, lower, upper, options, enough)
        if given.reason is Reason.INFEASIBLE and within is None and not np.isfinite(below):
            raise NoFeasiblePoint("the first stage has no feasible point")
        bound = None if given.bound is None else min(given.bound, below)
        if given.values is None:
            return None, below if given.reason is Reason.INFEASIBLE else bound
        self._note_near(given.values)
        point = given.values[: self.num_first]
        whole = self.staged.first.domains == Domain.INTEGER
        return np.where(whole, np.round(point), point), bound

    @property
    def _far(self) -> Ints:
        """Rows of the cuts that nothing speaks for."""
        return np.array(sorted(set(self.cut_rows) - self._near), dtype=np.int64)

    def forget_relaxation(self) -> None:
        """Give back the memory of the linear relaxation; when it is asked for again, only cuts that are near return."""
        if self._lp is not None:
            self._note_near(self._lp.point)
            self._lp, self._is_thinned = None, True
            if is_heavy(self.program):
                give_back()

    def cuts_near(self, cuts: list[Cut]) -> list[Cut]:
        """Of all cuts, those that say about as much as any at one of the points that were looked at."""
        if self._lp is not None:
            self._note_near(self._lp.point)
        return [cut for cut, row in zip(cuts, self.cut_rows, strict=True) if row in self._near]

    def _note_near(self, full: Floats) -> None:
        """Cuts that say about as much as any at a point take part in the integer program from now on."""
        program = self.program
        activity = np.bincount(program.entry_rows, program.row_values * full[program.row_columns], program.num_rows)
        rows = np.array(self.cut_rows, dtype=np.int64)
        cost = abs(float(program.objectives[0].costs @ full)) / self.unit
        self._near.update(rows[activity[rows] >= program.row_upper[rows] - _NEAR * cost].tolist())

    def _completed(self, point: Floats) -> Floats:
        """A start: the point, and the least that the cuts and couplings allow beside it."""
        full = np.zeros(self.program.num_columns)
        full[: self.num_first] = point
        full[self.theta] = self.program.lower[self.theta]
        rest = self.program
        for column, coupling in zip(range(self.num_columns_alone, rest.num_columns), self.alone, strict=True):
            full[column] = max(0.0, coupling.at_least - float(coupling.column_values @ point[coupling.columns]))
        rows = rest.entry_rows
        activity = np.bincount(rows, rest.row_values * full[rest.row_columns], minlength=rest.num_rows)
        is_theta = np.isin(rest.row_columns, self.theta)
        for entry in np.flatnonzero(is_theta):
            row, column = rows[entry], rest.row_columns[entry]
            lacks = activity[row] - rest.row_upper[row]
            full[column] = max(full[column], self.program.lower[column] + lacks)
        return full

    @property
    def num_columns_alone(self) -> int:
        """Position of the first column of a coupling without flows."""
        return self.program.num_columns - len(self.alone)


def _rough_cost(staged: StagedProgram) -> float:
    """The cost of serving the mean demand by dear arcs: for scaling only."""
    dear = np.zeros(staged.num_cohorts)
    np.maximum.at(dear, staged.arc_cohort, staged.arc_costs)
    mean = np.tensordot(staged.probability, staged.demand, axes=1)
    return float((mean @ dear) @ staged.period_weights)


def least_cost(staged: StagedProgram, groups: tuple[Group, ...]) -> Floats:
    """(groups,): what service costs at least, every child on its cheapest arc."""
    cheap = np.full(staged.num_cohorts, np.inf)
    np.minimum.at(cheap, staged.arc_cohort, staged.arc_costs)
    mean = np.tensordot(staged.probability, staged.demand, axes=1)
    by_period = (mean @ np.where(np.isfinite(cheap), cheap, 0.0)) * staged.period_weights
    return np.array([by_period[group.periods].sum() for group in groups])
