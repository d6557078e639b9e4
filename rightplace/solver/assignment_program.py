"""Assignment and facility location as programs for HiGHS: all pairs, or those that are still worth a thought."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from rightplace.program import Domain, Floats, Ints, Mask, Objective, Program, ProgramBuilder


@dataclass(frozen=True, slots=True, eq=False)
class Sites:
    """Agents, or facilities, with what they may hold.

    Parameters
    ----------
    costs, weights
        Agents by jobs (m, n): of doing the whole job, and the room that it takes there.
    room, fixed
        Of each agent (m,): how much it holds, and what it costs to open.
    is_open, may_open
        (m,): those that are open whatever it costs, and those that are not shut.
    is_split
        Jobs may be shared among agents.
    num_open
        Exactly so many are open; ``None``: as many as are wanted.
    """

    costs: Floats
    weights: Floats
    room: Floats
    fixed: Floats
    is_open: Mask
    may_open: Mask
    is_split: bool = False
    num_open: int | None = None


def sites_program(sites: Sites, pairs: Mask, start: tuple[Mask, Floats] | None = None) -> Program:
    """The program of some pairs: a column for each agent (open or not), then one for each pair, agent after agent.

    ``y_ij <= x_i`` stands for every pair of an agent that is undecided. ``start``: who is open, and shares (m, n).
    """
    num_agents, num_jobs = sites.costs.shape
    agent, job = np.nonzero(pairs & sites.may_open[:, None])
    builder = ProgramBuilder()
    x = builder.add_columns("open", num_agents, Domain.INTEGER)
    y = builder.add_columns("share", len(agent), Domain.CONTINUOUS if sites.is_split else Domain.INTEGER)
    builder.add_rows("each job once", job, y, 1.0, 1.0, 1.0, num=num_jobs)
    builder.add_rows(
        "room",
        np.concatenate([agent, np.arange(num_agents)]),
        np.concatenate([y, x]),
        np.concatenate([sites.weights[agent, job], -sites.room]),
        -np.inf,
        0.0,
        num=num_agents,
    )
    strong = np.flatnonzero(~sites.is_open[agent])
    rows = np.arange(len(strong))
    builder.add_rows(
        "only open agents serve",
        np.concatenate([rows, rows]),
        np.concatenate([y[strong], x[agent[strong]]]),
        np.repeat([1.0, -1.0], len(strong)),
        -np.inf,
        0.0,
        num=len(strong),
    )
    if sites.num_open is not None:
        builder.add_rows("number open", np.zeros(num_agents), x, 1.0, float(sites.num_open), float(sites.num_open))
    costs = np.concatenate([sites.fixed, sites.costs[agent, job]])
    program = builder.build([Objective("cost", costs)])
    lower, upper = program.lower.copy(), program.upper.copy()
    lower[x], upper[x] = sites.is_open, sites.may_open
    point = None if start is None else np.concatenate([start[0].astype(np.float64), start[1][agent, job]])
    return replace(program, lower=lower, upper=upper, start=point)


def shares_of(sites: Sites, pairs: Mask, values: Floats) -> tuple[Mask, Floats]:
    """Who is open, and shares (m, n), of a point of ``sites_program``."""
    shares = np.zeros(sites.costs.shape)
    shares[pairs & sites.may_open[:, None]] = values[len(sites.room) :]
    return values[: len(sites.room)] > 0.5, shares


def shares_of_agents(agents: Ints, num_agents: int) -> Floats:
    """Shares (m, n) where each job has one agent."""
    shares = np.zeros((num_agents, len(agents)))
    shares[agents, np.arange(len(agents))] = 1.0
    return shares
