"""Benders' decomposition of a staged program (Benders 1962, doi:10.1007/BF01386316; Van Slyke and Wets 1969).

The master decides the first stage against cuts: lower bounds on what service will cost, one sum over all scenarios for
each group of periods. First the mean scenario alone is solved, whose cuts are valid for all scenarios (Jensen); then
the relaxation over all of them; then the master's own integer program, whose bound is the bound of the answer. The
answer's value is that of a policy that can be carried out, so the gap is honest at any time.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from rightplace.errors import SolverError
from rightplace.memory import map_large_blocks
from rightplace.solver.master import Master, least_cost
from rightplace.solver.outcome import Limit, Progress, Reason, SolveOptions
from rightplace.solver.recourse import Cut, Group, Policy, Recourse
from rightplace.solver.rounding import CLOSED_IF_LARGE, MIP_SHARE, rounded, served, settle, take_bound, watched
from rightplace.solver.search import Search, relax
from rightplace.solver.slopes import slopes
from rightplace.staged import Floats, Ints, StagedProgram

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Executor

    from rightplace.solver.parts import Prices

_MOST_ROUNDS = 400
_SERVED_TO = 1e-7
"""A single point is served to within this share of what service costs at least."""
_LAST_GAP, _LAST_SECONDS = 0.001, 3.0
"""When a limit came before any point: how closely the master is then solved, and how long it, and serving, may take."""
_CLOSED = 0.5
"""Share of the gap asked for at which the relaxation counts as solved."""
_FEW_ROUNDS = 3
"""Rounds near the relaxation."""


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
        By coupling: how much of it is missed, and its shadow price (of the relaxation over all scenarios); not a number
        where a limit came before it was found.
    cuts
        All cuts found: valid for every program that differs in the first stage only, or (``moved``) in its targets.
    recourse
        Who served the point.
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
    recourse: Recourse | None = None


def mean_program(staged: StagedProgram) -> StagedProgram:
    """The same with one scenario, the mean: its cuts are valid for the whole.

    Couplings of single scenarios are left out.
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
    search = Search(
        staged, options, recourse, Master(staged, recourse.groups, options), began + options.time_limit_seconds
    )
    if search.is_large:
        map_large_blocks()
    search.enough = enough
    search.prices = [recourse.even_prices(group) for group in recourse.groups]
    if cuts:
        search.add(list(cuts))
    if {cut.group for cut in cuts} == {group.number for group in recourse.groups}:
        search.take_prices()
    elif staged.num_scenarios > 1:
        _mean_phase(search)
    limit = _whole_phase(search, starts)
    return _outcome(search, limit, time.perf_counter() - began)


def _mean_phase(search: Search) -> None:
    """Solve the mean scenario; its cuts, and its prices, carry over."""
    mean = mean_program(search.staged)
    options = replace(search.options, progress=None, relative_gap=max(search.options.relative_gap, 1e-5))
    recourse = Recourse(mean, options)
    inner = Search(mean, options, recourse, Master(mean, recourse.groups, options), search.ends)
    inner.prices = [recourse.even_prices(group) for group in recourse.groups]
    relax(inner, 60, _CLOSED)
    useful = inner.master.cuts_near(inner.cuts) if search.is_large else inner.cuts
    inner.master.forget_relaxation()
    same_periods = {tuple(group.periods): group for group in search.recourse.groups}
    for group in recourse.groups:
        one = same_periods.get(tuple(group.periods))
        if one is not None:  # else risk ties all periods together
            at = _positions(mean, group, search.staged, one)
            search.prices[one.number] = _carried(inner.prices[group.number], at, search.recourse, one)
            mine = [cut for cut in useful if cut.group == group.number]
            search.add(
                [replace(cut, group=one.number, prices=_carried(cut.prices, at, search.recourse, one)) for cut in mine]
            )


def _positions(mean: StagedProgram, group: Group, staged: StagedProgram, one: Group) -> Ints:
    """Where the couplings of a group of the mean scenario stand among those of the same group of all scenarios."""
    at = {staged.couplings[i].name: position for position, i in enumerate(one.couplings)}
    return np.array([at[mean.couplings[i].name] for i in group.couplings], dtype=np.int64)


def _carried(prices: Prices, at: Ints, recourse: Recourse, one: Group) -> Prices:
    """Prices of the mean scenario for all scenarios; of couplings of single scenarios it has none."""
    couplings = np.zeros(len(one.couplings))
    couplings[at] = prices.couplings
    return recourse.even_prices(one, couplings)


def _whole_phase(search: Search, starts: tuple[Floats, ...]) -> Limit:
    options = search.options
    for point in starts:
        search.evaluate(point, np.inf, 3, is_candidate=True)
    relax(search, 60, CLOSED_IF_LARGE if search.is_large else _CLOSED)
    search.relaxed = slopes(search)
    if _near_relaxation(search):
        return Limit.GAP
    for _ in range(_MOST_ROUNDS):
        if search.is_over:
            break
        gap = options.relative_gap * MIP_SHARE
        below = search.asked if search.is_large else np.inf
        candidate, bound = search.master.whole(
            gap, search.left, search.best.point, watched(search), enough=search.is_closed_by, below=below
        )
        if bound is not None:
            search.bound = max(search.bound, bound)
        if search.is_closed:
            return Limit.NONE if search.gap() <= 1e-9 else Limit.GAP
        if candidate is None:
            break
        value = served(search, candidate)
        if search.is_large and not search.is_closed:
            settle(search, candidate, value)
        if options.progress is not None:
            options.progress(Progress("plan", search.seconds, search.told_value, search.bound))
        if search.is_closed:
            return Limit.NONE if search.gap() <= 1e-9 else Limit.GAP
    if search.best.point is None and not search.is_enough:
        _last_try(search)
    if options.stop.is_set():
        return Limit.INTERRUPT
    return Limit.GAP if search.is_enough else Limit.TIME


def _near_relaxation(search: Search) -> bool:
    """Look for a plan where the cuts know most: near the relaxation. Whether one is near enough to the bound."""
    if search.is_large:
        rounded(search)
    else:
        _few_columns(search)
    return search.is_closed


def _few_columns(search: Search) -> None:
    """Look for a plan among the columns that the relaxation used lately."""
    first, gap = search.staged.first, search.options.relative_gap
    for _ in range(_FEW_ROUNDS):
        if search.is_over or not search.seen:
            return
        upper = np.where(np.logical_or.reduce(search.seen), first.upper, first.lower)
        best = search.best
        if best.point is not None:
            upper = np.maximum(upper, best.point)
        candidate, _ = search.master.whole(gap * MIP_SHARE, search.left, best.point, within=(first.lower, upper))
        if candidate is None:
            return
        served(search, candidate)
        take_bound(search)
        if search.is_closed or search.best.value >= best.value:
            return


def _last_try(search: Search) -> None:
    """A limit came before any point was served: serve the best one that the cuts so far point to, within seconds."""
    unhurried = replace(search.options, stop=threading.Event(), progress=None)
    search.master.options = search.recourse.options = unhurried
    point, bound = search.master.whole(_LAST_GAP, _LAST_SECONDS, None)
    if bound is not None:
        search.bound = max(search.bound, bound)
    if point is not None:
        search.recourse.ends = time.perf_counter() + _LAST_SECONDS
        search.evaluate(point, abs(search.bound) * _LAST_GAP * 0.1, 12, is_candidate=True)


def _outcome(search: Search, limit: Limit, seconds: float) -> StagedOutcome:
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
        tuple(search.cuts), seconds, search.recourse.num_rounds, search.recourse,
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
    search = Search(staged, options, recourse, master, recourse.ends)
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


def service(outcome: StagedOutcome) -> Iterator[tuple[int, int, Floats]]:
    """The flows of an outcome: (scenario, period, (num_arcs,) flow), block by block."""
    if outcome.point is None or outcome.recourse is None:
        return
    for group, policy in zip(outcome.recourse.groups, outcome.policies, strict=True):
        yield from outcome.recourse.flows(group, outcome.point, policy)
