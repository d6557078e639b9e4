"""Capacitated facility location as in OR-Library (cap41 to cap134, capa, capb, capc).

``m n``; capacity and fixed cost of each facility; then for each customer its demand and m costs of serving all of it.
Customers may be split, unless the variant is ``single``. In capa, capb and capc the word ``capacity`` stands where the
capacities belong; the variant gives the number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rightplace.benchmarks.problems import FacilityLocation
from rightplace.benchmarks.readers.variants import Reading

if TYPE_CHECKING:
    from rightplace.benchmarks.readers.tokens import Tokens
    from rightplace.benchmarks.readers.variants import Variant

LITERAL = "capacity"


def read_orlib_cap(tokens: Tokens, name: str, variant: Variant) -> Reading:
    """One problem from where the tokens stand."""
    num_facilities, num_customers = tokens.size("facilities, customers")
    capacities, fixed_costs = np.zeros(num_facilities), np.zeros(num_facilities)
    remedy = f"a number; name the instance with the capacity that is meant, as in {name}@8000"
    for facility in range(num_facilities):
        capacities[facility] = tokens.number_or_literal(variant.capacity, "a capacity", remedy)
        fixed_costs[facility] = tokens.numbers("fixed costs", 1)[0]
    if variant.capacity is not None and not tokens.num_literals:
        tokens.fault(-1, None, f"the word {LITERAL}, since a capacity was named: this file has its own")
    demands, costs = np.zeros(num_customers), np.zeros((num_customers, num_facilities))
    for customer in range(num_customers):
        demands[customer] = tokens.numbers("demands", 1, least=0.0)[0]
        costs[customer] = tokens.numbers("costs of a customer", num_facilities)
    is_single_source = variant.is_single_source is True
    return Reading(FacilityLocation(name, fixed_costs, capacities, demands, costs.T.copy(), is_single_source))
