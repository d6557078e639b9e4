"""Annealing of assignments: whatever it finds fits, costs what it says, and is no worse than what it began with."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rightplace.solver.assignment_anneal import chains, draft_of, refill
from rightplace.solver.assignment_improve import Annealing


@given(seed=st.integers(0, 10**6), num_agents=st.integers(1, 6), num_jobs=st.integers(1, 90))
@settings(deadline=None)
def test_what_is_found_fits_and_costs_what_it_says(seed: int, num_agents: int, num_jobs: int) -> None:
    """From an assignment that fits exactly, with some agents shut: every job has an open agent that has the room."""
    dice = np.random.default_rng(seed)
    costs = dice.integers(1, 50, (num_agents, num_jobs)).astype(float)
    weights = dice.integers(0, 12, (num_agents, num_jobs))
    is_open = dice.random(num_agents) < 0.7
    is_open[0] = True
    agents = dice.choice(np.flatnonzero(is_open), num_jobs)
    jobs = np.arange(num_jobs)
    room = np.bincount(agents, weights[agents, jobs], minlength=num_agents).astype(np.int64)
    value = float(costs[agents, jobs].sum())
    annealing = Annealing(costs, weights, room, dice.random(num_agents) * 3.0, is_open)
    found, cost = annealing.run(agents, value, -np.inf, 0.02, lambda: False)
    assert cost <= value
    assert cost == costs[found, jobs].sum()
    assert is_open[found].all()
    assert (np.bincount(found, weights[found, jobs], minlength=num_agents) <= room).all()


@pytest.mark.parametrize("way", [refill, chains])
def test_a_chain_of_two_is_found(way: object) -> None:
    """Two agents full of the other's cheap job: each way swaps them, from 20 to 2."""
    costs, weights = np.array([[1.0, 10.0], [10.0, 1.0]]), np.full((2, 2), 3)
    room = np.array([3, 3])
    annealing = Annealing(costs, weights, room, np.ones(2), np.ones(2, dtype=np.bool_))
    start = np.array([1, 0])
    assert callable(way)
    ground, found = annealing.grounds[way], start.copy()
    draft = draft_of(ground, start)
    draft.rise[0] = 0.1
    assert way(ground, draft, 1.0, 2_000, np.random.default_rng(1), 20.0, -np.inf, found) == 2.0
    assert found.tolist() == [0, 1]


def test_a_goal_that_is_reached_ends_it() -> None:
    """With a goal at the value nothing is tried."""
    annealing = Annealing(
        np.ones((2, 3)), np.ones((2, 3), dtype=np.int64), np.array([2, 2]), np.ones(2), np.full(2, True)
    )
    found, cost = annealing.run(np.array([0, 0, 1]), 3.0, 3.0, 60.0, lambda: pytest.fail("asked"))
    assert (found.tolist(), cost) == ([0, 0, 1], 3.0)
