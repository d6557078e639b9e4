"""Facility location as in the test beds of Avella and Boccia (TBED1, .plc): costs are of one unit of demand.

``m n``; n demands; m capacities; m fixed costs; m x n costs of a unit, facility by facility.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightplace.benchmarks.problems import FacilityLocation
from rightplace.benchmarks.readers.variants import Reading

if TYPE_CHECKING:
    from rightplace.benchmarks.readers.tokens import Tokens
    from rightplace.benchmarks.readers.variants import Variant


def read_plc(tokens: Tokens, name: str, variant: Variant) -> Reading:
    """One problem from where the tokens stand."""
    num_facilities, num_customers = tokens.size("facilities, customers")
    demands = tokens.numbers("demands", num_customers, least=0.0)
    capacities = tokens.numbers("capacities", num_facilities, least=0.0)
    fixed_costs = tokens.numbers("fixed costs", num_facilities)
    unit_costs = tokens.numbers("costs of a unit", num_facilities, num_customers)
    is_single_source = variant.is_single_source is not False
    return Reading(FacilityLocation(name, fixed_costs, capacities, demands, unit_costs * demands, is_single_source))
