"""Compiled local search for assignments: jobs shifted and swapped, agents filled too far at a price that adapts.

After Yagiura, Ibaraki and Glover 2006 (doi:10.1016/j.ejor.2004.08.015), without their chains. As in
``transport_kernel``, all that is compiled and calls each other stands in one file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rightplace.solver.transport_kernel import compiled

if TYPE_CHECKING:
    from rightplace.program import Floats, Ints


@compiled
def _grown(load: int, room: int, by: int) -> int:
    """By how much the excess of an agent grows with its load."""
    return max(0, load + by - room) - max(0, load - room)


@compiled
def _shift(costs: Floats, weights: Ints, room: Ints, is_usable: Any, agents: Ints, load: Ints, penalty: float) -> bool:
    """Each job to the agent where it is best; is any better off?"""
    is_any = False
    for job in range(len(agents)):
        old = agents[job]
        freed = _grown(load[old], room[old], -weights[old, job])
        best, chosen = -1e-6, -1
        for agent in range(len(room)):
            if agent != old and is_usable[agent]:
                excess = freed + _grown(load[agent], room[agent], weights[agent, job])
                change = costs[agent, job] - costs[old, job] + penalty * excess
                if change < best:
                    best, chosen = change, agent
        if chosen >= 0:
            load[old] -= weights[old, job]
            load[chosen] += weights[chosen, job]
            agents[job] = chosen
            is_any = True
    return is_any


@compiled
def _swap(costs: Floats, weights: Ints, room: Ints, is_usable: Any, agents: Ints, load: Ints, penalty: float) -> bool:
    """Each job with the later one with which that is best; is any better off?"""
    is_any = False
    for job in range(len(agents)):
        one = agents[job]
        best, chosen = -1e-6, -1
        for other in range(job + 1, len(agents)):
            two = agents[other]
            if one == two:
                continue
            change = costs[two, job] + costs[one, other] - costs[one, job] - costs[two, other]
            if change > 0.0 and load[one] <= room[one] and load[two] <= room[two]:
                continue
            excess = _grown(load[one], room[one], weights[one, other] - weights[one, job])
            excess += _grown(load[two], room[two], weights[two, job] - weights[two, other])
            change += penalty * excess
            if change < best:
                best, chosen = change, other
        if chosen >= 0:
            two = agents[chosen]
            load[one] += weights[one, chosen] - weights[one, job]
            load[two] += weights[two, job] - weights[two, chosen]
            agents[job], agents[chosen] = two, one
            is_any = True
    return is_any


@compiled
def mend(
    costs: Floats,
    weights: Ints,
    room: Ints,
    is_usable: Any,
    agents: Ints,
    penalty: float,
    num_rounds: int,
    best_agents: Ints,
) -> float:
    """The cost of the best assignment found from ``agents``, kept in ``best_agents``; infinite where none fits."""
    load = np.zeros(len(room), np.int64)
    for job in range(len(agents)):
        load[agents[job]] += weights[agents[job], job]
    best = np.inf
    for _ in range(num_rounds):
        while True:
            is_any = _shift(costs, weights, room, is_usable, agents, load, penalty)
            if not _swap(costs, weights, room, is_usable, agents, load, penalty) and not is_any:
                break
        excess, cost = 0, 0.0
        for agent in range(len(room)):
            excess += max(0, load[agent] - room[agent])
        for job in range(len(agents)):
            cost += costs[agents[job], job]
        if excess > 0:
            penalty *= 1.7
            continue
        penalty *= 0.6
        if cost < best:
            best = cost
            for job in range(len(agents)):
                best_agents[job] = agents[job]
    return best
