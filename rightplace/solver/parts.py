"""A part of a staged program's recourse: some scenarios of a group of periods, which any machine can serve by itself.

What neither the first stage nor the prices change is sent once (``Network``, ``Part``); what is asked and what is
answered then is small: capacities and prices go out, sums come back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar, runtime_checkable

import numpy as np

from rightplace.solver.transport import Arcs, Blocks, Int32s, no_trees, solve_blocks
from rightplace.staged import Floats, Ints

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Executor

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True, eq=False)
class Prices:
    """Prices of a group's couplings, one each, and what each scenario's cost weighs (1 without aversion to risk)."""

    couplings: Floats
    scenarios: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """What all parts of a group share.

    Parameters
    ----------
    arc_costs
        (A,): by unit of flow and period, before the period's weight.
    told_apart
        (A,): the same, less a little of its own for each arc, so that no two flows cost the same: which one is found
        does not depend on where the search began. What is less than the costs bounds them from below.
    weights
        (T,): what a cost in each period of the group counts.
    arc_values
        (D, A): the different ones of the group's couplings.
    at
        (M,): which of them each coupling has.
    counts
        (T, M): 1 where a period counts for a coupling, else 0.
    scenario
        (M,): the one scenario whose flows count; -1: the mean over all.
    """

    arcs: Arcs
    arc_costs: Floats
    told_apart: Floats
    weights: Floats
    arc_values: Floats
    at: Ints
    counts: Floats
    scenario: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Some scenarios: their positions, probabilities (W,) and demand (W, T, K)."""

    scenarios: Ints
    probability: Floats
    demand: Floats


@dataclass(frozen=True, slots=True, eq=False)
class PartServed:
    """A part at one set of prices.

    Parameters
    ----------
    cost
        (W, T) of service, period weights included.
    usage
        (W, T, M) of each coupling.
    priced_demand
        Demand at its prices, by the scenarios' probabilities.
    place_prices
        (T, S), likewise.
    """

    cost: Floats
    usage: Floats
    priced_demand: float
    place_prices: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Flows:
    """Flows of blocks, without the arcs that are not used: arcs and flows of block b from ``starts[b]`` on."""

    starts: Ints
    arcs: Ints
    values: Floats


@runtime_checkable
class Keeper(Protocol):
    """An executor that keeps values near those who compute, so that they are not sent with every task."""

    def keep(self, value: object) -> object:
        """What stands for the value in the arguments of a task."""


def kept(executor: Executor | None, value: _Value) -> _Value:
    """What to give to tasks of an executor in place of a value that many of them need."""
    return executor.keep(value) if isinstance(executor, Keeper) else value


def serve_part(
    network: Network, part: Part, capacity: Floats, prices: Prices, trees: Int32s | None = None
) -> PartServed:
    """All blocks of a part; ``prices.scenarios`` are those of the part. It can be done again on any machine.

    Parameters
    ----------
    trees
        Of the part's blocks from the last time, in this process; replaced by those of this time.
    """
    num_scenarios, num_periods = part.demand.shape[:2]
    measures = np.vstack([network.arc_costs, network.arc_values])
    blocks = _blocks(network, part, capacity, prices, measures, trees, flows=False)
    measured = blocks.measured.reshape(num_scenarios, num_periods, -1)
    counts = np.tile(network.counts, (num_scenarios, 1, 1))
    others = (network.scenario >= 0) & (network.scenario != part.scenarios[:, None])
    counts *= ~others[:, None, :]
    demand = part.demand.reshape(num_scenarios * num_periods, -1)
    priced = (blocks.cohort_prices * demand).sum(axis=1).reshape(num_scenarios, -1).sum(axis=1)
    places = blocks.place_prices.reshape(num_scenarios, num_periods, -1)
    return PartServed(
        cost=measured[..., 0] * network.weights,
        usage=measured[..., 1 + network.at] * counts,
        priced_demand=float(priced @ part.probability),
        place_prices=np.tensordot(part.probability, places, axes=1),
    )


def mix_part(
    network: Network, part: Part, capacity: Floats, prices: Sequence[Prices], shares: Floats,
    trees: Int32s | None = None,
) -> Flows:  # fmt: skip
    """The flows of a part, mixed from those at several prices; shares are (W, T, len(prices)), trees as before."""
    num_scenarios, num_periods = part.demand.shape[:2]
    mixed = np.zeros((num_scenarios * num_periods, len(network.arc_costs)))
    none = np.zeros((0, len(network.arc_costs)))
    trees = no_trees(len(mixed), network.arcs) if trees is None else trees
    for i, each in enumerate(prices):
        flow = _blocks(network, part, capacity, each, none, trees, flows=True).flow
        assert flow is not None  # asked for
        mixed += shares[..., i].reshape(-1, 1) * flow
    rows, arcs = np.nonzero(mixed)
    starts = np.searchsorted(rows, np.arange(len(mixed) + 1))
    return Flows(starts, arcs, mixed[rows, arcs])


def _blocks(
    network: Network, part: Part, capacity: Floats, prices: Prices, measures: Floats, trees: Int32s | None, *,
    flows: bool,
) -> Blocks:  # fmt: skip
    costs, rows = _costs(network, part, prices)
    num_scenarios, num_periods = part.demand.shape[:2]
    demand = part.demand.reshape(num_scenarios * num_periods, -1)
    periods = np.tile(np.arange(num_periods), num_scenarios)
    return solve_blocks(network.arcs, costs, rows, demand, capacity, periods, measures, flows=flows, trees=trees)


def _costs(network: Network, part: Part, prices: Prices) -> tuple[Floats, Ints]:
    """Rows of arc costs, and which row each block (scenario, period) uses."""
    num_scenarios, num_periods = part.demand.shape[:2]
    base = network.weights[:, None] * network.told_apart
    shared = np.zeros((num_periods, len(network.arc_costs)))
    alone: dict[int, Floats] = {}
    place = {scenario: w for w, scenario in enumerate(part.scenarios.tolist())}
    for m, price in enumerate(prices.couplings.tolist()):
        if not price:
            continue
        paid = price * network.counts[:, m, None] * network.arc_values[network.at[m]]
        scenario = int(network.scenario[m])
        if scenario < 0:
            shared += paid
        elif scenario in place:
            w = place[scenario]
            alone[w] = alone.get(w, 0.0) + paid / part.probability[w]
    if not alone and np.ptp(prices.scenarios) == 0:
        return prices.scenarios[0] * base - shared, np.tile(np.arange(num_periods), num_scenarios)
    rows = prices.scenarios[:, None, None] * base - shared
    for w, paid in alone.items():
        rows[w] -= paid
    return rows.reshape(-1, len(network.arc_costs)), np.arange(num_scenarios * num_periods)
