"""Facility location with customers split: the search by prices equals HiGHS on the whole, and every bound holds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rightplace.solver import highs, split_facilities
from rightplace.solver.assignment_program import Sites, sites_program
from rightplace.solver.outcome import Answer, Limit, Progress, Reason, SolveOptions
from rightplace.solver.split_facilities import solve_split

if TYPE_CHECKING:
    from rightplace.program import Floats

OPTIONS = SolveOptions(relative_gap=1e-6, time_limit_seconds=60)


def random_sites(seed: int, *, is_even: bool = False, num_open: int | None = None) -> tuple[Sites, Floats]:
    """Some facilities near some customers; room for about twice the demand, now and then for less than all of it."""
    dice = np.random.default_rng(seed)
    num, many = int(dice.integers(2, 7)), int(dice.integers(1, 9))
    apart = np.linalg.norm(dice.random((num, 1, 2)) - dice.random((1, many, 2)), axis=2)
    demands = dice.integers(0, 8, many).astype(float)
    room = dice.integers(0, 14, num).astype(float) + demands.sum() / num
    if is_even:
        room[:] = room.max()
    fixed = dice.integers(0, 40, num).astype(float)
    nothing, all_of_them = np.zeros(num, dtype=np.bool_), np.ones(num, dtype=np.bool_)
    costs = np.round(10 * apart * (1 + demands))
    number = None if num_open is None else min(num_open, num)
    return Sites(costs, np.tile(demands, (num, 1)), room, fixed, nothing, all_of_them, True, number), demands


def by_highs(sites: Sites) -> Answer:
    """The whole program by HiGHS."""
    program = sites_program(sites, np.ones(sites.costs.shape, dtype=np.bool_))
    return highs.minimise(program, program.objectives[0], replace(OPTIONS, relative_gap=0.0))


@pytest.mark.parametrize("few", [0, 12, 5_000])
@settings(max_examples=40)
@given(seed=st.integers(0, 100_000), is_even=st.booleans(), num_open=st.sampled_from([None, None, 1, 2, 3]))
def test_the_search_equals_the_whole_program(few: int, seed: int, is_even: bool, num_open: int | None) -> None:
    """However little is left to HiGHS: the same cost, or both say that there is not room enough."""
    sites, demands = random_sites(seed, is_even=is_even, num_open=num_open)
    told: list[Progress] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(split_facilities, "_FEW", few)
        options = replace(OPTIONS, progress=told.append)
        found = solve_split(sites.fixed, sites.room, demands, sites.costs, options, sites.num_open)
    exact = by_highs(sites)
    assert found.reason is exact.reason
    if exact.values is None:
        return
    assert found.values is not None
    assert found.bound is not None
    costs = np.concatenate([sites.fixed, sites.costs.ravel()])
    value, best = float(costs @ found.values), float(costs @ exact.values)
    assert value == pytest.approx(best, rel=1e-6, abs=1e-5)
    for bound in (found.bound, *(progress.bound for progress in told if progress.bound is not None)):
        assert bound <= best + 1e-6 * max(1.0, best)


def test_without_time_the_bound_still_holds() -> None:
    """Nothing was looked at: no plan, and no claim that there is none."""
    sites, demands = random_sites(3, is_even=True)
    found = solve_split(sites.fixed, sites.room, demands, sites.costs, replace(OPTIONS, time_limit_seconds=0.0))
    assert found.reason is Reason.NO_SOLUTION
    assert found.limit is Limit.TIME
    assert found.bound is None


def test_the_number_of_facilities_counts_as_well_as_their_room() -> None:
    """Three facilities of 10 for a demand of 11, each at 100: two are needed, not 1.1, and the first bound knows it."""
    ones = np.ones((3, 2))
    sites = Sites(ones, np.tile([5.0, 6.0], (3, 1)), np.full(3, 10.0), np.full(3, 100.0), np.zeros(3, bool),
                  np.ones(3, bool), True)  # fmt: skip
    search = split_facilities._Split(sites, np.array([5.0, 6.0]), OPTIONS)
    branch = split_facilities._Branch(sites.is_open, sites.may_open, np.ones(2), -np.inf)
    assert search._priced(branch, np.ones(2)).bound == pytest.approx(202.0)
    assert search.run().bound == pytest.approx(202.0)
