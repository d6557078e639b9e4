"""Single-source facility location, facility by facility (Holmberg, Yang, Gadegaard; Guastaroba and Speranza).

``m n``; capacity and fixed cost of each facility; n demands; m x n costs of serving the whole customer, facility by
facility. Guastaroba and Speranza end their files with the best value: that is a format of its own here, so that one
number too many is never mistaken for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rightplace.benchmarks.problems import FacilityLocation
from rightplace.benchmarks.readers.variants import Reading

if TYPE_CHECKING:
    from rightplace.benchmarks.readers.tokens import Tokens
    from rightplace.benchmarks.readers.variants import Variant


def read_facility_major(tokens: Tokens, name: str, variant: Variant) -> Reading:
    """One problem from where the tokens stand."""
    num_facilities, num_customers = tokens.size("facilities, customers")
    pairs = tokens.numbers("capacities and fixed costs", num_facilities, 2, least=(0.0, -np.inf))
    demands = tokens.numbers("demands", num_customers, least=0.0)
    costs = tokens.numbers("costs", num_facilities, num_customers)
    is_single_source = variant.is_single_source is not False
    return Reading(FacilityLocation(name, pairs[:, 1], pairs[:, 0], demands, costs, is_single_source))


def read_facility_major_with_value(tokens: Tokens, name: str, variant: Variant) -> Reading:
    """One problem, and the best value behind it."""
    reading = read_facility_major(tokens, name, variant)
    return Reading(reading.problem, float(tokens.numbers("the best value", 1)[0]))
