"""Generalised assignment as in OR-Library, Chu and Beasley (A to D) and Yagiura, Ibaraki and Glover (C to E).

``m n``; costs, agent by agent (m x n); resources, agent by agent (m x n); capacities (m).

The files of the original problems gap1 to gap12 mean a maximum and do not say so; most of the literature minimises over
the same numbers. The variant ``max`` chooses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightplace.benchmarks.problems import Assignment
from rightplace.benchmarks.readers.variants import Reading

if TYPE_CHECKING:
    from rightplace.benchmarks.readers.tokens import Tokens
    from rightplace.benchmarks.readers.variants import Variant


def read_gap(tokens: Tokens, name: str, variant: Variant) -> Reading:
    """One problem from where the tokens stand."""
    num_agents, num_jobs = tokens.size("agents, jobs")
    costs = tokens.numbers("costs", num_agents, num_jobs)
    resources = tokens.numbers("resources", num_agents, num_jobs, least=0.0)
    capacities = tokens.numbers("capacities", num_agents, least=0.0)
    sign = -1.0 if variant.is_maximisation else 1.0
    return Reading(Assignment(name, sign * costs, resources, capacities, variant.is_maximisation))
