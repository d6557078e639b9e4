"""The capacitated p-median as in OR-Library (pmedcap): nodes on a plane, distances rounded down.

Number of the problem and its best value; ``n p Q``; then for each node its number, x, y and demand. Every node is a
customer and may be a median; exactly p are, each with capacity Q.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rightplace.benchmarks.problems import FacilityLocation
from rightplace.benchmarks.readers.variants import Reading

if TYPE_CHECKING:
    from rightplace.benchmarks.readers.tokens import Tokens
    from rightplace.benchmarks.readers.variants import Variant

_LEAST = (-np.inf, -np.inf, -np.inf, 0.0)


def read_pmedcap(tokens: Tokens, name: str, variant: Variant) -> Reading:
    """One problem from where the tokens stand."""
    tokens.count("the number of the problem")
    best = float(tokens.numbers("the best value", 1)[0])
    num_nodes = tokens.count("the number of nodes")
    num_medians = tokens.count("the number of medians", most=num_nodes)
    capacity = float(tokens.numbers("the capacity", 1, least=0.0)[0])
    nodes = tokens.numbers("the number, x, y and demand of each node", num_nodes, 4, least=_LEAST)
    for node in np.flatnonzero(nodes[:, 0] != np.arange(1, num_nodes + 1)).tolist():
        tokens.fault(4 * (node - num_nodes), f"{nodes[node, 0]:g}", f"{node + 1}, the number of the node")
    apart = nodes[:, None, 1:3] - nodes[None, :, 1:3]
    distances = np.floor(np.sqrt((apart**2).sum(axis=2)))
    problem = FacilityLocation(
        name,
        fixed_costs=np.zeros(num_nodes),
        capacities=np.full(num_nodes, capacity),
        demands=nodes[:, 3].copy(),
        costs=distances,
        is_single_source=variant.is_single_source is not False,
        num_open=num_medians,
    )
    return Reading(problem, best)
