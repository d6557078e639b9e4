"""Min-cost flow through OR-Tools: whole units along arcs at whole costs, exactly. This file knows ``ortools`` too."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import ortools
from ortools.graph.python import min_cost_flow

from rightplace.errors import SolverError
from rightplace.program import Ints


@dataclass(frozen=True, slots=True)
class Flow:
    """A cheapest flow: its cost, and what goes along each arc."""

    cost: int
    flows: Ints


def version() -> str:
    """The version of OR-Tools."""
    return f"OR-Tools {ortools.__version__}"


def cheapest_flow(tails: Ints, heads: Ints, capacities: Ints, costs: Ints, supplies: Ints) -> Flow:
    """The cheapest flow that takes all supply where it is wanted.

    Parameters
    ----------
    tails, heads, capacities, costs
        Of each arc: nodes from 0, whole units, whole costs a unit.
    supplies
        Of each node: what starts there, negative where it is wanted; they add up to 0.

    Raises
    ------
    SolverError
        When no flow does so, or OR-Tools refuses the numbers.
    """
    network = min_cost_flow.SimpleMinCostFlow()
    arcs = network.add_arcs_with_capacity_and_unit_cost(tails, heads, capacities, costs)
    network.set_nodes_supplies(np.arange(len(supplies)), supplies)
    status = network.solve()
    if status != network.OPTIMAL:
        raise SolverError(f"OR-Tools' min-cost flow ended with status {status}")
    return Flow(int(network.optimal_cost()), np.asarray(network.flows(arcs), dtype=np.int64))
