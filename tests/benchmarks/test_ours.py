"""Our own methods on the literature's problems find what brute force and the literature found, and prove it."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightplace.benchmarks.best_known import best_known
from rightplace.benchmarks.evaluation import evaluate
from rightplace.benchmarks.families import load
from rightplace.benchmarks.ours import solve
from rightplace.benchmarks.problems import Assignment, FacilityLocation, Problem, TwoStage, program_of
from rightplace.solver import assignment_kernel as kernel
from rightplace.solver.outcome import Limit, Progress, Reason, SolveOptions
from tests.benchmarks.test_problems import (
    FEW,
    assignments,
    facility_problems,
    least_assignment,
    least_facilities,
    least_two_stage,
    two_stage_problems,
)

if TYPE_CHECKING:
    from random import Random

    from rightplace.program import Floats

OPTIONS = SolveOptions(time_limit_seconds=60.0)


def check(problem: Problem, least: float) -> None:
    """Our answer is what brute force found: feasible, of that value, its bound no higher; or there is none."""
    answer, solution = solve(problem, OPTIONS)
    if least == math.inf:
        assert (answer.reason, solution) == (Reason.INFEASIBLE, None)
        return
    assert solution is not None
    assert answer.reason is Reason.OPTIMAL
    value, faults = evaluate(problem, solution)
    assert faults == []
    assert value == pytest.approx(least, abs=2e-3)
    assert answer.bound is not None
    assert answer.bound <= least + 1e-6
    assert answer.values is not None
    assert program_of(problem).worst_violation(answer.values) <= 1e-6


@given(assignments())
@FEW
def test_assignments_equal_brute_force(problem: Assignment) -> None:
    """The least cost of every way to give jobs to agents is found and proven, or that there is no way."""
    check(problem, least_assignment(problem))


@given(facility_problems())
@FEW
def test_facilities_equal_brute_force(problem: FacilityLocation) -> None:
    """The least cost over all sets of open facilities is found and proven, customers split or whole."""
    check(problem, least_facilities(problem))


@given(two_stage_problems())
@FEW
def test_two_stages_equal_brute_force(problem: TwoStage) -> None:
    """The least expected cost over all first stages is found."""
    check(problem, least_two_stage(problem))


@given(assignments())
@FEW
def test_weights_that_are_no_whole_numbers_are_taken(problem: Assignment) -> None:
    """Thirds have no decimals that end, and no knapsack can have a table of them: the least cost is found still."""
    thirds = replace(problem, resources=problem.resources / 3, capacities=problem.capacities / 3 + 1e-9)
    check(thirds, least_assignment(problem))


@given(facility_problems(), st.randoms(use_true_random=False))
@FEW
def test_labels_mean_nothing(problem: FacilityLocation, random: Random) -> None:
    """Facilities and customers in another order: the same value."""
    m, n = problem.costs.shape
    rows, columns = list(range(m)), list(range(n))
    random.shuffle(rows)
    random.shuffle(columns)
    other = replace(
        problem,
        fixed_costs=problem.fixed_costs[rows],
        capacities=problem.capacities[rows],
        demands=problem.demands[columns],
        costs=problem.costs[np.ix_(rows, columns)],
    )
    values = [
        None if s is None else evaluate(p, s)[0] for p, s in ((p, solve(p, OPTIONS)[1]) for p in (problem, other))
    ]
    assert values[0] == pytest.approx(values[1])


@given(assignments(), st.lists(st.integers(-20 * 1024, 40 * 1024), min_size=4, max_size=4))
@FEW
def test_any_prices_give_a_bound(problem: Assignment, prices: list[int]) -> None:
    """Whatever the prices, the bound is at most the cost of every assignment; of a pair, of all those that have it."""
    m, n = problem.costs.shape
    rooms = problem.capacities.astype(np.int64)
    question = kernel.Question(
        problem.costs, problem.resources.astype(np.int64), np.zeros(m), np.zeros(m), 0.0, is_exact=False
    )
    possible = np.ones((m, n), dtype=np.uint8)
    state = kernel.State(possible, np.full(n, -1), np.full(m, kernel.OPEN), rooms, np.zeros(1))
    work = kernel.room_to_work(m, n, int(rooms.max()))
    bound = kernel.weigh(question, state, work, np.array(prices[:n]) / kernel.GRID)
    for agents in itertools.product(range(m), repeat=n):
        cost = cost_of(problem, agents)
        assert bound <= cost
        for job, agent in enumerate(agents):
            assert work.loss_with[agent, job] <= cost


def cost_of(problem: Assignment, agents: tuple[int, ...]) -> float:
    """Infinite where it does not fit."""
    used = np.zeros(len(problem.capacities))
    for job, agent in enumerate(agents):
        used[agent] += problem.resources[agent, job]
    costs: Floats = problem.costs[list(agents), range(len(agents))]
    return math.inf if (used > problem.capacities).any() else float(costs.sum())


PROVEN = (
    ("gap", "gap1-0"),
    ("gap", "gap12-0"),
    ("gap", "a05100"),
    ("gap", "b05100"),
    ("gap", "c05100"),
    ("gap", "a05200"),
    ("gap", "c05200"),
    ("gap", "e05100"),
    ("pmedcap", "pmedcap01"),
)


@pytest.mark.parametrize(("family", "name"), PROVEN)
def test_the_literature_is_proven(family: str, name: str) -> None:
    """The published optimum is reached and proven, and nothing reported on the way contradicts it."""
    problem, best = load(family, name), best_known(family)[name].value
    told: list[Progress] = []
    answer, solution = solve(problem, replace(OPTIONS, progress=told.append))
    assert solution is not None
    assert best is not None
    assert (answer.reason, answer.bound, evaluate(problem, solution)) == (Reason.OPTIMAL, best, (best, []))
    assert told
    assert all(progress.bound is not None and progress.bound <= best for progress in told)
    assert all(progress.value is None or progress.value >= best for progress in told)


def test_a_stop_gives_what_there_is() -> None:
    """Stopped at the first value: that value, a bound below it, and the interruption as the reason."""
    options = SolveOptions(time_limit_seconds=60.0)

    def stop(progress: Progress) -> None:
        if progress.value is not None:
            options.stop.set()

    problem = load("gap", "d05100")
    answer, solution = solve(problem, replace(options, progress=stop))
    assert solution is not None
    assert (answer.reason, answer.limit) == (Reason.FEASIBLE, Limit.INTERRUPT)
    value, faults = evaluate(problem, solution)
    assert faults == []
    assert answer.bound is not None
    assert answer.bound < value


def test_no_time_is_no_answer() -> None:
    """Without any time there is no value, and the limit is said to be the time."""
    answer, solution = solve(load("gap", "d05100"), replace(OPTIONS, time_limit_seconds=0.0))
    assert (answer.reason, answer.limit, solution) == (Reason.NO_SOLUTION, Limit.TIME, None)


def test_a_gap_is_enough_where_it_is_asked_for() -> None:
    """With a wanted gap of a half the solve ends there, and says so."""
    problem = load("gap", "d05100")
    answer, solution = solve(problem, replace(OPTIONS, relative_gap=0.5))
    assert solution is not None
    value, _ = evaluate(problem, solution)
    assert (answer.reason, answer.limit) == (Reason.FEASIBLE, Limit.GAP)
    assert answer.bound is not None
    assert value - answer.bound <= 0.5 * value


@pytest.mark.parametrize("seed", [129, 743, 1120])
def test_a_facility_that_nobody_needs_may_stay_undecided(seed: int) -> None:
    """Room for everyone everywhere: the tree ends where every customer has a facility, whatever others are."""
    dice = np.random.default_rng(seed)
    num, num_customers = int(dice.integers(4, 9)), int(dice.integers(6, 14))
    demands = dice.integers(1, 10, num_customers).astype(float)
    problem = FacilityLocation(
        name="roomy",
        capacities=np.full(num, demands.sum()),
        demands=demands,
        fixed_costs=np.full(num, float(dice.integers(20, 200))),
        costs=dice.integers(1, 100, (num, num_customers)).astype(float),
        is_single_source=True,
    )
    check(problem, {129: 570.0, 743: 452.0, 1120: 312.0}[seed])
