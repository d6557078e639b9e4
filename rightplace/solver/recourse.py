"""The recourse of a staged program: what service costs in every scenario, once the first stage is decided.

Couplings are priced (Lagrange multipliers), so that the blocks are independent transportation problems. Each round of
prices gives a bound and a cut that are valid for every first-stage point; the best mixture of the flows found, block by
block, is a policy that can be carried out, and its prices are the next round's (Dantzig and Wolfe 1960,
doi:10.1287/opre.8.1.101). All scenarios share one set of feasible prices, so a cut needs no exact answer to be valid.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from rightplace.errors import SolverError
from rightplace.program import Domain, Objective, Program, ProgramBuilder
from rightplace.solver import highs
from rightplace.solver.parts import Network, Part, Prices, kept, mix_part, serve_part
from rightplace.solver.transport import Arcs, Int32s, no_trees
from rightplace.staged import Coupling, Floats, Ints, StagedProgram

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Executor

    from rightplace.solver.outcome import SolveOptions

_Answer = TypeVar("_Answer")
_SCENARIOS_A_TASK = 25
_SAME = 1e-12
_STEP, _FIRST_STEP = 2.0, 0.005
"""By how many times its width, and by which part of the price of missing, prices may leave the range of those tried."""
_TINY = 1e-9
"""Slopes smaller than this part of the largest of a cut are rounding."""
_APART = 1e-10
"""By which part of the largest cost arcs are told apart: more than rounding, less than a mile."""


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """``cost of a group >= constant - slope @ x``, at every first-stage point.

    ``constant`` holds ``prices.couplings @ at_least`` already; with the prices beside it, it can be moved to others.
    """

    group: int
    constant: float
    slope: Floats
    prices: Prices


@dataclass(frozen=True, slots=True, eq=False)
class Served:
    """All blocks of a group at one set of prices: (scenarios x periods of the group) flows, measured.

    Parameters
    ----------
    cost
        (W, T) of service, period weights included.
    usage
        (W, T, M) of each coupling of the group.
    """

    prices: Prices
    cost: Floats
    usage: Floats
    bound: float
    cut: Cut


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """How a group is served: a mixture of the flows at several prices, block by block.

    Parameters
    ----------
    shares
        (W, T, len(prices)): of each flow in each block.
    cost
        (W,): of service by scenario, period weights included.
    missed
        (M,): of each coupling of the group.
    value, bound
        Cost of service and of what is missed, as the objective counts them; no policy at this point is below the bound.
    duals
        The prices of the last mixture: shadow prices of the couplings.
    """

    prices: tuple[Prices, ...]
    shares: Floats
    cost: Floats
    missed: Floats
    value: float
    bound: float
    duals: Prices


@dataclass(frozen=True, slots=True)
class Group:
    """Periods that couplings tie together, and these couplings (positions)."""

    number: int
    periods: Ints
    couplings: tuple[int, ...]


def groups_of(staged: StagedProgram) -> tuple[Group, ...]:
    """The smallest sets of periods that no coupling ties to others; one set where risk ties whole scenarios."""
    root = np.arange(staged.num_periods)
    ties = [coupling.periods for coupling in staged.couplings]
    for periods in (*ties, *((np.arange(staged.num_periods),) if staged.risk_weight else ())):
        if len(periods):
            root[np.isin(root, root[periods])] = root[periods[0]]
    groups = []
    for number, first in enumerate(np.unique(root)):
        periods = np.flatnonzero(root == first)
        mine = tuple(i for i, c in enumerate(staged.couplings) if len(c.periods) and root[c.periods[0]] == first)
        groups.append(Group(number, periods, mine))
    return tuple(groups)


class Recourse:
    """Serves the groups of a staged program at given first-stage points and prices.

    ``ends`` (by ``time.perf_counter``) and ``options.stop`` end the rounds of a policy: what it has is one.
    """

    def __init__(self, staged: StagedProgram, options: SolveOptions, executor: Executor | None = None) -> None:
        self.staged = staged
        self.groups = groups_of(staged)
        self.arcs = Arcs(
            np.searchsorted(staged.arc_cohort, np.arange(staged.num_cohorts + 1)), staged.arc_node, staged.num_nodes
        )
        self.num_rounds = 0
        self.options = options
        self.ends = np.inf
        self._executor = executor
        self._given: dict[int, tuple[Network, tuple[Part, ...]]] = {}
        self._trees: dict[int, tuple[Int32s | None, ...]] = {}

    @cached_property
    def _limited(self) -> Floats:
        return np.where(np.isfinite(self.staged.base_capacity), self.staged.base_capacity, 0.0)

    def couplings(self, group: Group) -> tuple[Coupling, ...]:
        """The couplings of a group."""
        return tuple(self.staged.couplings[i] for i in group.couplings)

    def needs(self, group: Group, point: Floats) -> Floats:
        """(M,): what the flows must reach of each coupling, once the first stage has done its part."""
        return np.array([c.at_least - c.column_values @ point[c.columns] for c in self.couplings(group)])

    def even_prices(self, group: Group, couplings: Floats | None = None) -> Prices:
        """Prices under which every scenario weighs the same."""
        num = len(group.couplings)
        return Prices(np.zeros(num) if couplings is None else couplings, np.ones(self.staged.num_scenarios))

    def serve(self, group: Group, point: Floats, prices: Prices) -> Served:
        """Every block of a group at one set of prices."""
        staged, couplings = self.staged, self.couplings(group)
        capacity = staged.capacity(point)[group.periods]
        num_periods = len(group.periods)
        cost = np.zeros((staged.num_scenarios, num_periods))
        usage = np.zeros((staged.num_scenarios, num_periods, len(couplings)))
        place_prices, total = np.zeros((staged.num_periods, staged.num_nodes)), 0.0
        asked = [
            (capacity, _of_part(prices, scenarios), trees)
            for scenarios, trees in zip(self._chunks, self._trees_of(group), strict=True)
        ]
        for scenarios, served in self._on_parts(serve_part, group, asked):
            cost[scenarios], usage[scenarios] = served.cost, served.usage
            total += served.priced_demand
            place_prices[group.periods] += served.place_prices
        self.num_rounds += 1
        constant = total - float((place_prices * self._limited).sum())
        constant += float(sum(p * c.at_least for p, c in zip(prices.couplings, couplings, strict=True)))
        slope = staged.capacity_slope(place_prices)
        for price, coupling in zip(prices.couplings, couplings, strict=True):
            np.add.at(slope, coupling.columns, price * coupling.column_values)
        cut = Cut(group.number, *self._clean(constant, slope), prices)
        return Served(prices, cost, usage, constant - float(slope @ point), cut)

    def _clean(self, constant: float, slope: Floats) -> tuple[float, Floats]:
        """A cut without slopes that are rounding; what they could be worth is left out of the constant."""
        tiny = np.flatnonzero((np.abs(slope) < _TINY * np.abs(slope).max(initial=0.0)) & (slope != 0))
        most = np.maximum(slope[tiny], 0.0) * self.staged.first.upper[tiny]
        tiny, most = tiny[np.isfinite(most)], most[np.isfinite(most)]
        kept = slope.copy()
        kept[tiny] = 0.0
        return constant - float(most.sum()), kept

    @cached_property
    def _chunks(self) -> tuple[Ints, ...]:
        """Scenarios by the part that they are in; the parts do not depend on who serves them."""
        num = self.staged.num_scenarios
        return tuple(np.arange(at, min(at + _SCENARIOS_A_TASK, num)) for at in range(0, num, _SCENARIOS_A_TASK))

    def _network(self, group: Group) -> Network:
        staged, couplings = self.staged, self.couplings(group)
        arc_values, at = _different(staged, couplings)
        counts = np.zeros((len(group.periods), len(couplings)))
        for m, coupling in enumerate(couplings):
            counts[:, m] = np.isin(group.periods, coupling.periods)
        scenario = np.array([-1 if c.scenario is None else c.scenario for c in couplings], dtype=np.int64)
        weights = staged.period_weights[group.periods]
        return Network(
            self.arcs, staged.arc_costs, told_apart(staged.arc_costs), weights, arc_values, at, counts, scenario
        )

    def _parts(self, group: Group) -> tuple[Network, tuple[Part, ...]]:
        """The network and the parts of a group, or what stands for them on the executor."""
        if group.number not in self._given:
            staged = self.staged
            parts = (
                Part(some, staged.probability[some], staged.demand[_run(some)][:, _run(group.periods)])
                for some in self._chunks
            )
            network = kept(self._executor, self._network(group))
            self._given[group.number] = network, tuple(kept(self._executor, part) for part in parts)
        return self._given[group.number]

    def _trees_of(self, group: Group) -> tuple[Int32s | None, ...]:
        """Where each block of the parts of a group ended the last time; not where another process serves them."""
        if not (self._executor is None or isinstance(self._executor, ThreadPoolExecutor)):
            return (None,) * len(self._chunks)
        if group.number not in self._trees:
            num_periods = len(group.periods)
            self._trees[group.number] = tuple(no_trees(len(some) * num_periods, self.arcs) for some in self._chunks)
        return self._trees[group.number]

    def _on_parts(
        self, task: Callable[..., _Answer], group: Group, asked: Sequence[tuple[object, ...]]
    ) -> Iterator[tuple[Ints, _Answer]]:
        """What a task answers for every part of a group, on the executor where there is one."""
        network, parts = self._parts(group)
        if self._executor is None:
            for scenarios, part, rest in zip(self._chunks, parts, asked, strict=True):
                yield scenarios, task(network, part, *rest)
            return
        futures = [self._executor.submit(task, network, part, *rest) for part, rest in zip(parts, asked, strict=True)]
        for scenarios, future in zip(self._chunks, futures, strict=True):
            yield scenarios, future.result()

    def policy(
        self,
        group: Group,
        point: Floats,
        starts: Sequence[Prices],
        tolerance: float,
        most_rounds: int,
        less: Floats | None = None,
    ) -> tuple[Policy, list[Served]]:
        """The best policy of a group at a first-stage point, to a tolerance, and every round on the way (their cuts).

        Parameters
        ----------
        starts
            Prices to begin with, at least one, tried in turn as long as the tolerance is not kept; those outside what
            missing a coupling costs are moved there, because no dearer price gives a valid bound.
        less
            (M,): by how much less than its ``at_least`` each coupling is to reach; nothing when absent. The rounds and
            their cuts are those of the program as it is.
        """
        less = np.zeros(len(group.couplings)) if less is None else less
        needs = self.needs(group, point) - less
        most = np.array([coupling.price for coupling in self.couplings(group)])
        boxed = [replace(prices, couplings=np.clip(prices.couplings, 0.0, most)) for prices in starts]
        rounds = [self.serve(group, point, boxed.pop(0))]
        while True:
            mixed = _mixture(self.staged, self.couplings(group), needs, rounds, self.options)
            bound = max(served.bound - float(served.prices.couplings @ less) for served in rounds)
            is_over = self.options.stop.is_set() or time.perf_counter() > self.ends
            done = mixed.value - bound <= tolerance or len(rounds) >= most_rounds or is_over
            boxed = [prices for prices in boxed if not any(_same(prices, served.prices) for served in rounds)]
            following = boxed.pop(0) if boxed else _stepped(mixed.duals, rounds, most)
            if done or any(_same(following, served.prices) for served in rounds):
                return _with_bound(mixed, bound), rounds
            rounds.append(self.serve(group, point, following))

    def flows(self, group: Group, point: Floats, policy: Policy) -> Iterator[tuple[int, int, Floats]]:
        """The flow of each block of a group under a policy: (scenario, period, (num_arcs,) flow)."""
        capacity = self.staged.capacity(point)[group.periods]
        used = [i for i in range(len(policy.prices)) if policy.shares[..., i].any()]
        asked = [
            (capacity, [_of_part(policy.prices[i], some) for i in used], policy.shares[some][..., used], trees)
            for some, trees in zip(self._chunks, self._trees_of(group), strict=True)
        ]
        periods = group.periods.tolist()
        for scenarios, flows in self._on_parts(mix_part, group, asked):
            block = 0
            for w in scenarios.tolist():
                for t in periods:
                    taken = slice(flows.starts[block], flows.starts[block + 1])
                    flow = np.zeros(len(self.staged.arc_costs))
                    flow[flows.arcs[taken]] = flows.values[taken]
                    block += 1
                    yield w, t, flow


def told_apart(costs: Floats) -> Floats:
    """Costs less a ten-billionth of the largest, times a number of its own for each arc."""
    own: Floats = np.random.default_rng(0).random(len(costs))
    lowered: Floats = costs - _APART * float(np.abs(costs).max(initial=0.0)) * own
    return lowered


def _run(positions: Ints) -> slice | Ints:
    """Consecutive positions as a slice, which copies nothing."""
    is_run = bool((np.diff(positions) == 1).all())
    return slice(int(positions[0]), int(positions[-1]) + 1) if is_run else positions


def _of_part(prices: Prices, scenarios: Ints) -> Prices:
    return Prices(prices.couplings, prices.scenarios[scenarios])


def _different(staged: StagedProgram, couplings: Sequence[Coupling]) -> tuple[Floats, Ints]:
    """(D, A): the different arc values of the couplings; and which of them each coupling has."""
    different: dict[bytes, int] = {}
    rows: list[Floats] = []
    at = []
    for coupling in couplings:
        key = coupling.arc_values.tobytes()
        if key not in different:
            different[key] = len(rows)
            rows.append(coupling.arc_values)
        at.append(different[key])
    return np.array(rows).reshape(len(rows), len(staged.arc_costs)), np.array(at, dtype=np.int64)


def _stepped(duals: Prices, rounds: Sequence[Served], most: Floats) -> Prices:
    """The next prices, not far from those tried: the duals of few rounds jump to what missing a coupling costs."""
    tried = np.array([served.prices.couplings for served in rounds])
    low, high = tried.min(axis=0), tried.max(axis=0)
    step = _STEP * (high - low) + _FIRST_STEP * most
    return replace(duals, couplings=np.clip(duals.couplings, low - step, high + step))


def _same(one: Prices, other: Prices) -> bool:
    near = np.allclose(one.couplings, other.couplings, rtol=_SAME, atol=_SAME)
    return bool(near and np.allclose(one.scenarios, other.scenarios, rtol=_SAME, atol=_SAME))


def _with_bound(policy: Policy, bound: float) -> Policy:
    return Policy(
        policy.prices, policy.shares, policy.cost, policy.missed, policy.value, min(bound, policy.value), policy.duals
    )


def _mixture(
    staged: StagedProgram, couplings: Sequence[Coupling], needs: Floats, rounds: Sequence[Served], options: SolveOptions
) -> Policy:
    """The best mixture of rounds, block by block: a small linear program, whose duals are the next prices."""
    num_scenarios, num_periods = rounds[0].cost.shape
    num_blocks, num_rounds = num_scenarios * num_periods, len(rounds)
    cost = np.stack([served.cost for served in rounds], axis=-1)
    usage = np.stack([served.usage for served in rounds], axis=-2)
    prices = tuple(served.prices for served in rounds)
    if not len(couplings) and not staged.risk_weight:
        shares = np.ones((num_scenarios, num_periods, 1))
        by_scenario = rounds[0].cost.sum(axis=1)
        value = float(staged.probability @ by_scenario)
        return Policy(prices[:1], shares, by_scenario, np.zeros(0), value, value, prices[0])
    program, share, _missed = _mixing_program(staged, couplings, needs, cost, usage)
    unhurried = replace(options, stop=threading.Event())  # half a mixture is no policy; it takes little time
    lp = highs.GrowingLP(
        program, program.objectives[0].costs, np.arange(program.num_columns), np.arange(program.num_rows), unhurried
    )
    if not lp.solve(np.inf, is_short=True):
        raise SolverError("flows of several rounds could not be mixed")
    point, duals = lp.point, lp.duals
    parts = np.maximum(point[share], 0.0).reshape(num_blocks, num_rounds)
    shares = (parts / parts.sum(axis=1, keepdims=True)).reshape(num_scenarios, num_periods, num_rounds)
    by_scenario = (cost * shares).sum(axis=(1, 2))
    reached = _reached(staged, couplings, (usage * shares[..., None]).sum(axis=2))
    left = np.maximum(needs - reached, 0.0)
    value = risk_mix(staged, by_scenario) + float(sum(c.price * e for c, e in zip(couplings, left, strict=True)))
    rows = program.row_blocks
    coupled = left
    if couplings:
        most = np.array([coupling.price for coupling in couplings])
        coupled = np.clip(duals[rows["couplings"].start : rows["couplings"].stop], 0.0, most)
    weights = np.ones(num_scenarios)
    if staged.risk_weight:
        tail = duals[rows["tail"].start : rows["tail"].stop]
        weights = _envelope(staged, (1 - staged.risk_weight) + np.maximum(tail, 0.0) / staged.probability)
    return Policy(prices, shares, by_scenario, left, value, -np.inf, Prices(coupled, weights))


def _mixing_program(
    staged: StagedProgram, couplings: Sequence[Coupling], needs: Floats, cost: Floats, usage: Floats
) -> tuple[Program, Ints, Ints]:
    num_scenarios, num_periods, num_rounds = cost.shape
    num_blocks = num_scenarios * num_periods
    builder = ProgramBuilder()
    share = builder.add_columns("share", num_blocks * num_rounds, Domain.CONTINUOUS)
    missed = builder.add_columns("missed", len(couplings), Domain.CONTINUOUS, np.inf)
    builder.add_rows("whole", np.repeat(np.arange(num_blocks), num_rounds), share, 1.0, 1.0, 1.0, num_blocks)
    rows, columns, values = [], [], []
    for i, coupling in enumerate(couplings):
        weight = staged.probability if coupling.scenario is None else np.ones(num_scenarios)
        used = (weight[:, None, None] * usage[..., i]).ravel()
        at = np.flatnonzero(used)
        rows += [np.full(len(at) + 1, i)]
        columns += [share[at], missed[i : i + 1]]
        values += [used[at], np.ones(1)]
    if couplings:
        builder.add_rows(
            "couplings", np.concatenate(rows), np.concatenate(columns), np.concatenate(values), needs, np.inf
        )
    weighted = (1 - staged.risk_weight) * staged.probability[:, None, None] * cost
    costs = [weighted.ravel(), np.array([coupling.price for coupling in couplings])]
    if staged.risk_weight:
        threshold = builder.add_columns("threshold", 1, Domain.CONTINUOUS, np.inf)
        excess = builder.add_columns("excess", num_scenarios, Domain.CONTINUOUS, np.inf)
        scenario = np.repeat(np.arange(num_scenarios), num_periods * num_rounds)
        each = np.arange(num_scenarios)
        builder.add_rows(
            "tail",
            np.concatenate([scenario, each, each]),
            np.concatenate([share, np.repeat(threshold, num_scenarios), excess]),
            np.concatenate([-cost.ravel(), np.ones(2 * num_scenarios)]),
            np.zeros(num_scenarios),
            np.inf,
        )
        tail = staged.risk_weight / (1 - staged.risk_level) * staged.probability
        costs.append(np.concatenate([[staged.risk_weight], tail]))
    return builder.build([Objective("policy", np.concatenate(costs))]), share, missed


def _reached(staged: StagedProgram, couplings: Sequence[Coupling], usage: Floats) -> Floats:
    """(M,): what flows reach of each coupling; usage is (W, T, M)."""
    by_scenario = usage.sum(axis=1)
    reached: Floats = staged.probability @ by_scenario
    for i, coupling in enumerate(couplings):
        if coupling.scenario is not None:
            reached[i] = by_scenario[coupling.scenario, i]
    return reached


def _envelope(staged: StagedProgram, weights: Floats) -> Floats:
    """Weights of scenarios moved to where the measure of risk allows: mean 1, between the weight of the mean and of the
    tail. Rounding may have moved duals out of it by a little."""
    low = 1 - staged.risk_weight
    high = low + staged.risk_weight / (1 - staged.risk_level)
    for _ in range(100):
        weights = np.clip(weights, low, high)
        error = 1.0 - float(staged.probability @ weights)
        if abs(error) < 1e-15:
            break
        free = (weights < high) if error > 0 else (weights > low)
        weights = weights + free * error / float(staged.probability @ free)
    return weights


def risk_mix(staged: StagedProgram, by_scenario: Floats) -> float:
    """The mean of the scenarios' costs, mixed with the mean of the worst of them as the program says."""
    mean = float(staged.probability @ by_scenario)
    if not staged.risk_weight:
        return mean
    order = np.argsort(-by_scenario)
    tail = 1 - staged.risk_level
    taken = np.diff(np.minimum(np.cumsum(staged.probability[order]), tail), prepend=0.0)
    return (1 - staged.risk_weight) * mean + staged.risk_weight * float(taken @ by_scenario[order]) / tail
