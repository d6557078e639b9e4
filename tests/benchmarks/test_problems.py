"""Public problems: their compact programs, solved, cost what brute force finds, and evaluation says the same."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from rightplace.benchmarks.evaluation import evaluate, published_value
from rightplace.benchmarks.problems import (
    Assignment,
    FacilityLocation,
    Problem,
    Solution,
    TwoStage,
    digest,
    program_of,
    scale_of,
    solution_of,
)
from rightplace.benchmarks.readers import read
from rightplace.solver.answer import answer
from rightplace.solver.outcome import Reason, SolveOptions
from tests.benchmarks import public_files as files

if TYPE_CHECKING:
    from pathlib import Path

    from rightplace.program import Floats

INFINITY = float("inf")
FEW = settings(max_examples=40)


def whole_numbers(draw: st.DrawFn, most: int, *shape: int) -> Floats:
    listed = draw(st.lists(st.integers(0, most), min_size=int(np.prod(shape)), max_size=int(np.prod(shape))))
    return np.array(listed, dtype=np.float64).reshape(shape)


@st.composite
def assignments(draw: st.DrawFn) -> Assignment:
    m, n = draw(st.integers(1, 3)), draw(st.integers(1, 4))
    costs, resources = whole_numbers(draw, 9, m, n), whole_numbers(draw, 4, m, n)
    is_maximisation = draw(st.booleans())
    capacities = whole_numbers(draw, 9, m)
    return Assignment("drawn", -costs if is_maximisation else costs, resources, capacities, is_maximisation)


@st.composite
def facility_problems(draw: st.DrawFn) -> FacilityLocation:
    m, n = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    return FacilityLocation(
        "drawn",
        fixed_costs=whole_numbers(draw, 20, m) / 4,
        capacities=whole_numbers(draw, 12, m),
        demands=whole_numbers(draw, 5, n),
        costs=whole_numbers(draw, 90, m, n) / 10,
        is_single_source=draw(st.booleans()),
        num_open=draw(st.none() | st.integers(1, m)),
    )


@st.composite
def two_stage_problems(draw: st.DrawFn) -> TwoStage:
    """One or two whole columns up to 2 in each stage, one row in each, whole numbers throughout."""
    n1, n2, num = draw(st.integers(1, 2)), draw(st.integers(1, 2)), draw(st.integers(1, 3))
    right = whole_numbers(draw, 5, num, 1)
    is_equal = draw(st.booleans())
    return TwoStage(
        name="drawn",
        first_costs=whole_numbers(draw, 9, n1) - 4,
        first_lower=np.zeros(n1),
        first_upper=np.full(n1, 2.0),
        first_is_integer=np.ones(n1, dtype=bool),
        first_matrix=csr_matrix(whole_numbers(draw, 3, 1, n1)),
        first_row_lower=np.array([-np.inf]),
        first_row_upper=whole_numbers(draw, 6, 1),
        second_costs=whole_numbers(draw, 9, n2) - 4,
        second_lower=np.zeros(n2),
        second_upper=np.full(n2, 2.0),
        second_is_integer=np.ones(n2, dtype=bool),
        technology=csr_matrix(whole_numbers(draw, 3, 1, n1) - 1),
        recourse=csr_matrix(whole_numbers(draw, 3, 1, n2) - 1),
        probabilities=np.full(num, 1.0 / num) if num != 3 else np.array([0.5, 0.125, 0.375]),
        row_lower=right,
        row_upper=right if is_equal else np.full((num, 1), np.inf),
    )


def least_assignment(problem: Assignment) -> float:
    m, n = problem.costs.shape
    best = INFINITY
    for agents in itertools.product(range(m), repeat=n):
        used, cost = [0.0] * m, 0.0
        for job, agent in enumerate(agents):
            used[agent] += problem.resources[agent, job]
            cost += problem.costs[agent, job]
        if all(used[agent] <= problem.capacities[agent] for agent in range(m)):
            best = min(best, cost)
    return best


def least_facilities(problem: FacilityLocation) -> float:
    m = len(problem.fixed_costs)
    best = INFINITY
    for is_open in itertools.product([False, True], repeat=m):
        if problem.num_open is None or sum(is_open) == problem.num_open:
            opened = [facility for facility in range(m) if is_open[facility]]
            serving = _least_whole(problem, opened) if problem.is_single_source else _least_split(problem, opened)
            best = min(best, float(problem.fixed_costs[opened].sum()) + serving)
    return best


def _least_whole(problem: FacilityLocation, opened: list[int]) -> float:
    best, n = INFINITY, len(problem.demands)
    for served_by in itertools.product(opened, repeat=n):
        loads = [sum(problem.demands[j] for j in range(n) if served_by[j] == i) for i in opened]
        if all(load <= problem.capacities[i] for load, i in zip(loads, opened, strict=True)):
            best = min(best, sum(float(problem.costs[served_by[j], j]) for j in range(n)))
    return best


def _least_split(problem: FacilityLocation, opened: list[int]) -> float:
    n = len(problem.demands)
    if not opened:
        return INFINITY
    loads = np.kron(np.eye(len(opened)), problem.demands[None, :])
    once = np.kron(np.ones((1, len(opened))), np.eye(n))
    found = linprog(
        problem.costs[opened].ravel(), A_ub=loads, b_ub=problem.capacities[opened], A_eq=once, b_eq=np.ones(n)
    )
    return float(found.fun) if found.success else INFINITY


def least_two_stage(problem: TwoStage) -> float:
    best = INFINITY
    technology, recourse = problem.technology.toarray()[0], problem.recourse.toarray()[0]
    for x in itertools.product(range(3), repeat=len(problem.first_costs)):
        if problem.first_matrix.toarray()[0] @ x > problem.first_row_upper[0]:
            continue
        cost = float(problem.first_costs @ x)
        for scenario, probability in enumerate(problem.probabilities):
            low, high = problem.row_lower[scenario, 0], problem.row_upper[scenario, 0]
            feasible = [
                float(problem.second_costs @ y)
                for y in itertools.product(range(3), repeat=len(problem.second_costs))
                if low <= technology @ x + recourse @ y <= high
            ]
            cost += probability * min(feasible, default=INFINITY)
        best = min(best, cost)
    return best


def solved(problem: Problem) -> tuple[Solution | None, float, float]:
    """(solution, claimed value and bound in the problem's own unit) from HiGHS on the compact program."""
    outcome = answer(program_of(problem), SolveOptions(solver="highs"))
    if outcome.values is None:
        assert outcome.reason is Reason.INFEASIBLE
        return None, INFINITY, INFINITY
    assert outcome.reason is Reason.OPTIMAL
    [claim], scale = outcome.tiers, scale_of(problem)
    return solution_of(problem, outcome.values), claim.value / scale, claim.bound / scale


def assert_equals(problem: Problem, least: float) -> None:
    """The compact program's optimum is ``least``, and the evaluated solution costs that and breaks nothing."""
    solution, value, bound = solved(problem)
    assert (solution is None) == (least == INFINITY)
    if solution is not None:
        cost, faults = evaluate(problem, solution)
        assert faults == []
        unit = 1.0 / scale_of(problem)
        assert cost == pytest.approx(least, abs=unit)
        assert value == pytest.approx(least, abs=unit)
        assert bound <= least + unit


@FEW
@given(assignments())
def test_assignments_equal_brute_force(problem: Assignment) -> None:
    """The program of a generalised assignment has the optimum of trying every agent for every job."""
    assert_equals(problem, least_assignment(problem))


@FEW
@given(facility_problems())
def test_facilities_equal_brute_force(problem: FacilityLocation) -> None:
    """The program of facility location has the optimum of trying every set of open facilities, split or whole."""
    assert_equals(problem, least_facilities(problem))


@FEW
@given(two_stage_problems())
def test_two_stages_equal_brute_force(problem: TwoStage) -> None:
    """The extensive form has the optimum of trying every first stage, and every second in each scenario."""
    assert_equals(problem, least_two_stage(problem))


@pytest.mark.parametrize(
    ("format", "text", "variant", "least"),
    [
        ("gap", files.GAP, "", 9),
        ("gap", files.GAP, "max", 12),
        ("orlib_cap", files.CAP, "", 89),
        ("orlib_cap", files.CAP, "single", 89),
        ("facility_major", files.FACILITY_MAJOR, "", 89),
        ("diaz_fernandez", files.DIAZ_FERNANDEZ, "", 89),
        ("plc", files.PLC, "", 89),
        ("pmedcap", files.PMEDCAP, "", 3),
    ],
)
def test_tiny_files_have_the_optimum_done_by_hand(
    tmp_path: Path, format: str, text: str, variant: str, least: float
) -> None:
    """From file to published value: the arithmetic beside each tiny file."""
    problem = read(files.written(tmp_path, "it", text), format, variant)
    solution, _, _ = solved(problem)
    assert solution is not None
    cost, faults = evaluate(problem, solution)
    assert (published_value(problem, cost), faults) == (least, [])


def test_tiny_stages_have_the_optimum_done_by_hand(tmp_path: Path) -> None:
    """Building all four at 3 each beats buying any."""
    problem = read(files.written_smps(tmp_path))
    solution, _, _ = solved(problem)
    assert solution is not None
    assert evaluate(problem, solution) == (12.0, [])


def test_costs_are_scaled_to_whole_numbers() -> None:
    """Cents are scaled by 100; more than six decimals are cut down, so that no bound can lie too high."""
    problem = FacilityLocation("it", np.array([1.25]), np.ones(1), np.ones(1), np.array([[0.1]]), True)
    assert scale_of(problem) == 100
    assert program_of(problem).objectives[0].costs.tolist() == [125, 10]
    fine = replace(problem, costs=np.array([[2 / 3]]))
    assert scale_of(fine) == 1_000_000
    assert program_of(fine).objectives[0].costs.tolist() == [1_250_000, 666_666]


CHANGES: dict[str, Any] = {
    "fixed_costs": np.array([2.0]),
    "capacities": np.array([2.0]),
    "demands": np.array([2.0]),
    "costs": np.array([[2.0]]),
    "is_single_source": False,
    "num_open": 1,
}


@pytest.mark.parametrize("field", CHANGES)
def test_a_digest_knows_every_number(field: str) -> None:
    """Changing anything but the name changes the digest."""
    problem = FacilityLocation("it", np.ones(1), np.ones(1), np.ones(1), np.ones((1, 1)), True)
    assert digest(replace(problem, **{field: CHANGES[field]})) != digest(problem)
    assert digest(replace(problem, name="that")) == digest(problem)


@given(two_stage_problems())
def test_a_digest_does_not_know_how_a_matrix_is_stored(problem: TwoStage) -> None:
    """Zeros that are stored, and entries out of order, are the same matrix."""
    dense = problem.recourse.toarray()
    rows, columns = np.indices(dense.shape)
    order = slice(None, None, -1)
    stored = csr_matrix((dense.ravel()[order], (rows.ravel()[order], columns.ravel()[order])), shape=dense.shape)
    assert digest(replace(problem, recourse=stored)) == digest(problem)
