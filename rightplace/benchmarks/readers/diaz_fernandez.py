"""Single-source facility location as in Delmaire, Diaz and Fernandez: customers come first.

``n m``; n x m costs of serving the whole customer, customer by customer; n demands; m fixed costs; m capacities.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightplace.benchmarks.problems import FacilityLocation
from rightplace.benchmarks.readers.variants import Reading

if TYPE_CHECKING:
    from rightplace.benchmarks.readers.tokens import Tokens
    from rightplace.benchmarks.readers.variants import Variant


def read_diaz_fernandez(tokens: Tokens, name: str, variant: Variant) -> Reading:
    """One problem from where the tokens stand."""
    num_customers, num_facilities = tokens.size("customers, facilities")
    costs = tokens.numbers("costs", num_customers, num_facilities)
    demands = tokens.numbers("demands", num_customers, least=0.0)
    fixed_costs = tokens.numbers("fixed costs", num_facilities)
    capacities = tokens.numbers("capacities", num_facilities, least=0.0)
    is_single_source = variant.is_single_source is not False
    return Reading(FacilityLocation(name, fixed_costs, capacities, demands, costs.T.copy(), is_single_source))
