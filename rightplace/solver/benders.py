"""Benders' decomposition of a staged program (Benders 1962, doi:10.1007/BF01386316; Van Slyke and Wets 1969).

The master decides the first stage against cuts: lower bounds on what service will cost, one sum over all scenarios for
each group of periods. First the mean scenario alone is solved, whose cuts are valid for all scenarios (Jensen); then
the relaxation over all of them; then the master's own integer program, whose bound is the bound of the answer. The
answer's value is that of a policy that can be carried out, so the gap is honest at any time.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from rightplace.errors import NoFeasiblePoint, SolverError
from rightplace.program import Domain, Mask, Objective, ProgramBuilder
from rightplace.solver import highs
from rightplace.solver.outcome import Limit, Progress, Reason, SolveOptions
from rightplace.solver.parts import Prices
from rightplace.solver.recourse import Cut, Group, Policy, Recourse
from rightplace.staged import Floats, StagedProgram

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Executor

_MOST_ROUNDS = 400
_SERVED_TO = 1e-7
"""A single point is served to within this share of what service costs at least."""
_LAST_GAP, _LAST_SECONDS = 0.001, 3.0
"""When a limit came before any point: how closely the master is then solved, and how long it, and serving, may take."""
_MANY_ARCS = 20_000
"""More arcs than these make a program large."""
_OUTWARD = 0.5
"""How far from the best point towards the master's a cut is made."""
_FAR = 0.01
"""Share of the value: with a gap above it, cuts are made at the master's point itself."""
_INNER = 0.1
"""Share of the gap of the relaxation to which a group is served."""
_LITTLE = 0.01
"""How much less is asked of a target for its shadow price: of a child; of a large sum, a ten-thousandth."""
_FEW_ROUNDS, _SEEN, _USED = 3, 6, 1e-7
"""Rounds among few columns: those that one of the last points of the relaxation used, and by how much at least."""
_MIP_SHARE = 0.3
"""The master's integer program is solved to this share of the gap asked for: the rest is left to the cuts."""


@dataclass(frozen=True, slots=True, eq=False)
class StagedOutcome:
    """What the decomposition claims. ``point`` is ``None`` only when nothing was evaluated before a limit.

    Parameters
    ----------
    value, bound
        In the program's unit of cost.
    policies
        One a group, at ``point``.
    missed, prices
        By coupling: how much of it is missed, and its shadow price (of the relaxation over all scenarios).
    cuts
        All cuts found: valid for every program that differs in the first stage only, or (``moved``) in its targets.
    """

    reason: Reason
    limit: Limit
    point: Floats | None
    value: float
    bound: float
    policies: tuple[Policy, ...]
    missed: Floats
    prices: Floats
    cuts: tuple[Cut, ...]
    seconds: float
    num_rounds: int


@dataclass(slots=True)
class _Best:
    point: Floats | None = None
    value: float = np.inf
    policies: tuple[Policy, ...] = ()


@dataclass(slots=True)
class _Search:
    """The state of one run."""

    staged: StagedProgram
    options: SolveOptions
    recourse: Recourse
    master: Master
    ends: float
    cuts: list[Cut] = field(default_factory=list)
    best: _Best = field(default_factory=_Best)
    bound: float = -np.inf
    prices: list[Prices] = field(default_factory=list)
    relaxed: Floats | None = None
    seen: list[Mask] = field(default_factory=list)
    enough: Callable[[float, float], bool] | None = None

    def add(self, cuts: list[Cut]) -> None:
        self.cuts += cuts
        self.master.add(cuts)

    @property
    def left(self) -> float:
        return self.ends - time.perf_counter()

    @property
    def seconds(self) -> float:
        """Since the start."""
        return self.options.time_limit_seconds - self.left

    @property
    def is_over(self) -> bool:
        return self.left <= 0 or self.options.stop.is_set() or self.is_enough

    @property
    def is_enough(self) -> bool:
        """Who asked has the answer already."""
        return self.enough is not None and self.enough(self.best.value, self.bound)

    def gap(self) -> float:
        return (self.best.value - self.bound) / max(1.0, abs(self.best.value))

    @property
    def is_large(self) -> bool:
        """Serving takes nearly all the time, so points and prices are chosen with more care."""
        return len(self.staged.arc_costs) > _MANY_ARCS

    def _starts(self, group: Group) -> list[Prices]:
        """Prices to begin with: those around the last ones; of a large program, first these alone."""
        start = self.prices[group.number]
        around = _bracket(start) if len(group.couplings) else []
        return [start, *around] if self.is_large or not around else around

    def evaluate(self, point: Floats, inner: float, most_rounds: int, *, is_candidate: bool) -> float:
        """Serve all groups at a point to a tolerance, keep their cuts, and the point where it is the best so far."""
        policies = []
        for group in self.recourse.groups:
            starts = self._starts(group)
            policy, rounds = self.recourse.policy(group, point, starts, inner, most_rounds)
            self.add([served.cut for served in rounds])
            self.prices[group.number] = max(rounds, key=lambda served: served.bound).prices
            policies.append(policy)
        value = self.master.own_cost(point) + sum(policy.value for policy in policies)
        if is_candidate and value < self.best.value:
            self.best = _Best(point, value, tuple(policies))
        return value


def _bracket(prices: Prices) -> list[Prices]:
    """Prices a little below and above: their flows, mixed block by block, are near any policy in between."""
    if not prices.couplings.any():
        return []
    return [Prices(prices.couplings * factor, prices.scenarios) for factor in (0.97, 1.03)]


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
        for name, rows in first.row_blocks.items():
            taken = slice(first.row_starts[rows.start], first.row_starts[rows.stop])
            builder.add_rows(
                name,
                first.entry_rows[taken] - rows.start,
                first.row_columns[taken],
                first.row_values[taken],
                first.row_lower[rows.start : rows.stop],
                first.row_upper[rows.start : rows.stop],
            )
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
        least = least_cost(staged, groups)
        self.program.lower[self.theta] = least / self.unit
        self.num_first = first.num_columns
        self.cut_rows: list[int] = []
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
            costs = self.program.objectives[0].costs
            self._lp = highs.GrowingLP(self.program, costs, columns, rows, self.options)
        if not self._lp.solve(seconds, is_short=True):
            if self._lp.is_infeasible:
                raise NoFeasiblePoint("the first stage has no feasible point")
            return None
        return self._lp.point[: self.num_first], self._lp.value

    def with_less(
        self, cuts: list[Cut], position: int, less: float, groups: tuple[Group, ...], seconds: float
    ) -> float | None:
        """The value of the relaxation with a little less asked of one coupling; ``None`` at a limit."""
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
        value = self._lp.value if is_solved else None
        self._lp.set_row_upper(at, self.program.row_upper[at])
        return value

    def whole(
        self,
        gap: float,
        seconds: float,
        start: Floats | None,
        progress: Callable[[Progress], None] | None = None,
        among: Mask | None = None,
    ) -> tuple[Floats | None, float | None]:
        """The integer program: point and bound.

        Parameters
        ----------
        among
            (first.num_columns,): the whole columns that may be used; then the bound is none of the program.
        """
        program = self.program
        if among is not None:
            barred = np.flatnonzero((self.staged.first.domains == Domain.INTEGER) & ~among)
            upper = program.upper.copy()
            upper[barred] = program.lower[barred]
            program = replace(program, upper=upper)
        if start is not None:
            program = replace(program, start=self._completed(start))
        options = replace(self.options, relative_gap=gap, time_limit_seconds=max(seconds, 0.0), progress=progress)
        given = highs.minimise(program, program.objectives[0], options)
        if given.reason is Reason.INFEASIBLE and among is None:
            raise NoFeasiblePoint("the first stage has no feasible point")
        if given.values is None:
            return None, given.bound
        point = given.values[: self.num_first]
        whole = self.staged.first.domains == Domain.INTEGER
        return np.where(whole, np.round(point), point), given.bound

    def _completed(self, point: Floats) -> Floats:
        """A start: the point, and the least that the cuts and couplings allow beside it."""
        full = np.zeros(self.program.num_columns)
        full[: self.num_first] = point
        full[self.theta] = self.program.lower[self.theta]
        rest = self.program
        for column, coupling in zip(range(self.num_columns_alone, rest.num_columns), self.alone, strict=True):
            full[column] = max(0.0, coupling.at_least - float(coupling.column_values @ point[coupling.columns]))
        activity = np.bincount(rest.entry_rows, rest.row_values * full[rest.row_columns], minlength=rest.num_rows)
        is_theta = np.isin(rest.row_columns, self.theta)
        for entry in np.flatnonzero(is_theta):
            row, column = rest.entry_rows[entry], rest.row_columns[entry]
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


def mean_program(staged: StagedProgram) -> StagedProgram:
    """The same with one scenario, the mean: its cuts are valid for the whole.

    Couplings of single scenarios become their mean, by the scenarios' probabilities.
    """
    mean = np.tensordot(staged.probability, staged.demand, axes=1)[None]
    couplings = tuple(c for c in staged.couplings if c.scenario is None)
    return replace(staged, demand=mean, probability=np.ones(1), couplings=couplings, risk_weight=0.0)


def decompose(
    staged: StagedProgram,
    options: SolveOptions,
    executor: Executor | None = None,
    starts: tuple[Floats, ...] = (),
    cuts: tuple[Cut, ...] = (),
    enough: Callable[[float, float], bool] | None = None,
) -> StagedOutcome:
    """Solve a staged program to ``options.relative_gap`` of its value.

    Parameters
    ----------
    executor
        Where the scenarios are served; this thread when absent.
    starts
        First-stage points that are known to be feasible.
    cuts
        Known to be valid for this program.
    enough
        Says of value and bound whether they are all that is asked for.

    Raises
    ------
    NoFeasiblePoint
        When the first stage has no feasible point.
    SolverError
        When a bound lies above a value.
    """
    began = time.perf_counter()
    recourse = Recourse(staged, options, executor)
    search = _Search(
        staged, options, recourse, Master(staged, recourse.groups, options), began + options.time_limit_seconds
    )
    search.enough = enough
    search.prices = [recourse.even_prices(group) for group in recourse.groups]
    if cuts:
        search.add(list(cuts))
    if {cut.group for cut in cuts} == {group.number for group in recourse.groups}:
        _take_prices(search)
    elif staged.num_scenarios > 1:
        _mean_phase(search)
    limit = _whole_phase(search, starts)
    return _outcome(search, limit, time.perf_counter() - began)


def _take_prices(search: _Search) -> None:
    """The prices of each group's cut that says most where the cuts known so far would have the plan."""
    solved = search.master.relaxation(search.left)
    if solved is not None:
        for group in search.recourse.groups:
            mine = (cut for cut in search.cuts if cut.group == group.number)
            search.prices[group.number] = max(mine, key=lambda cut: cut.constant - float(cut.slope @ solved[0])).prices


def _mean_phase(search: _Search) -> None:
    """Solve the mean scenario; its cuts, and its prices, carry over."""
    mean = mean_program(search.staged)
    options = replace(search.options, progress=None, relative_gap=max(search.options.relative_gap, 1e-5))
    recourse = Recourse(mean, options)
    inner = _Search(mean, options, recourse, Master(mean, recourse.groups, options), search.ends)
    inner.prices = [recourse.even_prices(group) for group in recourse.groups]
    _relax(inner, 60)
    groups = search.recourse.groups
    for group in recourse.groups:
        for one in groups:
            if set(group.periods) <= set(one.periods) and len(one.periods) == len(group.periods):
                found = inner.prices[group.number].couplings
                at = {search.staged.couplings[i].name: j for j, i in enumerate(one.couplings)}
                prices = np.zeros(len(one.couplings))
                for i, price in zip(group.couplings, found, strict=True):
                    prices[at[mean.couplings[i].name]] = price
                search.prices[one.number] = recourse_prices(search.recourse, one, prices)
                search.add(
                    [
                        replace(
                            cut,
                            group=one.number,
                            prices=recourse_prices(
                                search.recourse, one, _spread(cut.prices.couplings, group, mean, at, len(one.couplings))
                            ),
                        )
                        for cut in inner.cuts
                        if cut.group == group.number
                    ]
                )


def _spread(prices: Floats, group: Group, mean: StagedProgram, at: dict[str, int], num: int) -> Floats:
    spread = np.zeros(num)
    for i, price in zip(group.couplings, prices, strict=True):
        spread[at[mean.couplings[i].name]] = price
    return spread


def recourse_prices(recourse: Recourse, group: Group, couplings: Floats) -> Prices:
    """Prices of couplings with even weights of scenarios."""
    return recourse.even_prices(group, couplings)


def _relax(search: _Search, most_rounds: int) -> None:
    """Cutting planes on the linear relaxation, until its bound is near the value of the best point found.

    Of a large program, cuts are made between the best point so far and the master's own, which jumps about while it has
    few cuts (in-out separation; Ben-Ameur and Neto 2007, doi:10.1002/net.20190).
    """
    inside, least = None, np.inf
    for _ in range(most_rounds):
        solved = search.master.relaxation(search.left)
        if solved is None or search.is_over:
            return
        outside, bound = solved
        search.bound = max(search.bound, bound)
        search.seen = [*search.seen[1 - _SEEN :], outside > _USED]
        point = outside
        if search.is_large and inside is not None and least - bound <= abs(least) * _FAR:
            point = _OUTWARD * outside + (1 - _OUTWARD) * inside
        inner = max(abs(bound) * search.options.relative_gap * 0.1, 1e-6)
        if search.is_large and np.isfinite(least):
            inner = max(inner, _INNER * (least - bound))
        value = search.evaluate(point, inner, 8, is_candidate=False)
        if value < least:
            inside, least = point, value
        if search.options.progress is not None:
            search.options.progress(Progress("relaxation", search.seconds, least, bound))
        if least - bound <= abs(least) * search.options.relative_gap * 0.5:
            return


def _whole_phase(search: _Search, starts: tuple[Floats, ...]) -> Limit:
    options = search.options
    for point in starts:
        search.evaluate(point, np.inf, 3, is_candidate=True)
    _relax(search, 60)
    search.relaxed = _slopes(search)
    if _few_columns(search):
        return Limit.GAP
    for _ in range(_MOST_ROUNDS):
        if search.is_over:
            break
        gap = options.relative_gap * _MIP_SHARE
        candidate, bound = search.master.whole(gap, search.left, search.best.point, _watched(search))
        if bound is not None:
            search.bound = max(search.bound, bound)
        if candidate is None:
            break
        inner = max(abs(search.bound) * options.relative_gap * 0.1, 1e-6)
        search.evaluate(candidate, inner, 12, is_candidate=True)
        if options.progress is not None:
            options.progress(Progress("plan", search.seconds, search.best.value, search.bound))
        if search.gap() <= options.relative_gap:
            return Limit.NONE if search.gap() <= 1e-9 else Limit.GAP
    if search.best.point is None and not search.is_enough:
        _last_try(search)
    if options.stop.is_set():
        return Limit.INTERRUPT
    return Limit.GAP if search.is_enough else Limit.TIME


def _few_columns(search: _Search) -> bool:
    """Look for a plan among the columns that the relaxation used lately; whether one is near enough to the bound."""
    gap = search.options.relative_gap
    among = np.logical_or.reduce(search.seen) if search.seen else None
    for _ in range(_FEW_ROUNDS):
        if search.is_over or among is None:
            return False
        candidate, _ = search.master.whole(gap * _MIP_SHARE, search.left, search.best.point, among=among)
        if candidate is None:
            return False
        before = search.best.value
        search.evaluate(candidate, max(abs(search.bound) * gap * 0.1, 1e-6), 12, is_candidate=True)
        solved = search.master.relaxation(search.left)
        if solved is not None:
            search.bound = max(search.bound, solved[1])
        if search.options.progress is not None:
            search.options.progress(Progress("plan", search.seconds, search.best.value, search.bound))
        if search.gap() <= gap:
            return True
        if search.best.value >= before:
            return False
    return False


def _watched(search: _Search) -> Callable[[Progress], None] | None:
    """What the master's integer program proves meanwhile, told beside the best value so far."""
    report = search.options.progress
    if report is None:
        return None

    def told(progress: Progress) -> None:
        bound = max(search.bound, -np.inf if progress.bound is None else progress.bound)
        value = None if search.best.point is None else search.best.value
        report(Progress("plan", search.seconds, value, bound))

    return told


def _last_try(search: _Search) -> None:
    """A limit came before any point was served: serve the best one that the cuts so far point to, within seconds."""
    unhurried = replace(search.options, stop=threading.Event(), progress=None)
    search.master.options = search.recourse.options = unhurried
    point, bound = search.master.whole(_LAST_GAP, _LAST_SECONDS, None)
    if bound is not None:
        search.bound = max(search.bound, bound)
    if point is not None:
        search.recourse.ends = time.perf_counter() + _LAST_SECONDS
        search.evaluate(point, abs(search.bound) * _LAST_GAP * 0.1, 12, is_candidate=True)


def _slopes(search: _Search) -> Floats:
    """What asking a little less of each coupling would save, as the cuts have it: at most so much.

    Each coupling is moved in all cuts that price it, and the relaxation solved again from where it stood. Prices of a
    single round will not do: where a target is just reached, they may be anything up to the price of missing it.
    """
    staged, master = search.staged, search.master
    slopes = np.zeros(len(staged.couplings))
    solved = master.relaxation(search.left)
    if solved is None:
        return slopes
    for i, coupling in enumerate(staged.couplings):
        if search.is_over or coupling.scenario is not None:
            continue
        less = _LITTLE * max(1.0, _LITTLE * abs(coupling.at_least))
        value = master.with_less(search.cuts, i, less, search.recourse.groups, search.left)
        if value is not None:
            slopes[i] = max(0.0, (solved[1] - value) / less)
    return slopes


def _outcome(search: _Search, limit: Limit, seconds: float) -> StagedOutcome:
    best, staged = search.best, search.staged
    missed, prices = np.zeros(len(staged.couplings)), np.zeros(len(staged.couplings))
    for group, policy in zip(search.recourse.groups, best.policies, strict=False):
        missed[list(group.couplings)] = policy.missed
        if search.relaxed is None:
            prices[list(group.couplings)] = policy.duals.couplings
    if search.relaxed is not None:
        prices = search.relaxed
    for coupling in search.master.alone:
        at = [i for i, one in enumerate(staged.couplings) if one is coupling]
        lacks = 0.0 if best.point is None else coupling.at_least - coupling.column_values @ best.point[coupling.columns]
        missed[at] = max(0.0, float(lacks))
    if search.bound > best.value * (1 + 1e-7) + 1.0:
        raise SolverError(f"a bound of {search.bound:g} lies above the value {best.value:g}")
    if best.point is None:
        return StagedOutcome(
            Reason.NO_SOLUTION, limit, None, np.inf, search.bound, (), missed, prices, tuple(search.cuts), seconds, 0
        )
    reason = Reason.OPTIMAL if limit in (Limit.NONE, Limit.GAP) else Reason.FEASIBLE
    return StagedOutcome(
        reason, limit, best.point, best.value, min(search.bound, best.value), best.policies, missed, prices,
        tuple(search.cuts), seconds, search.recourse.num_rounds,
    )  # fmt: skip


def outcome_at(
    staged: StagedProgram, point: Floats, options: SolveOptions, executor: Executor | None = None,
    prices: Floats | None = None,
) -> StagedOutcome:  # fmt: skip
    """One first-stage point, served as well as it can be: value and bound are of this point only.

    Parameters
    ----------
    prices
        Of the couplings, to begin with: the closer to the right ones, the sooner it is done.
    """
    began = time.perf_counter()
    recourse = Recourse(staged, options, executor)
    recourse.ends = began + options.time_limit_seconds
    master = Master(staged, recourse.groups, options)
    search = _Search(staged, options, recourse, master, recourse.ends)
    for group in recourse.groups:
        start = None if prices is None else prices[list(group.couplings)]
        search.prices.append(recourse.even_prices(group, start))
    rough = max(1.0, float(least_cost(staged, recourse.groups).sum()))
    value = search.evaluate(point, rough * _SERVED_TO, 40, is_candidate=True)
    search.bound = master.own_cost(point) + sum(policy.bound for policy in search.best.policies)
    search.relaxed = None
    limit = Limit.NONE if value - search.bound <= rough * _SERVED_TO * len(recourse.groups) else Limit.GAP
    if limit is Limit.GAP and search.left <= 0:
        limit = Limit.TIME
    return _outcome(search, limit, time.perf_counter() - began)


def service(staged: StagedProgram, outcome: StagedOutcome, options: SolveOptions, executor: Executor | None = None
            ) -> Iterator[tuple[int, int, Floats]]:  # fmt: skip
    """The flows of an outcome: (scenario, period, (num_arcs,) flow), block by block."""
    recourse = Recourse(staged, options, executor)
    if outcome.point is None:
        return
    for group, policy in zip(recourse.groups, outcome.policies, strict=True):
        yield from recourse.flows(group, outcome.point, policy)
