"""The independent check of public problems: it adds up by itself, and names every broken constraint."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from rightplace.benchmarks.evaluation import evaluate
from rightplace.benchmarks.problems import AssignmentSolution, FacilitySolution, Problem, TwoStageSolution
from rightplace.benchmarks.readers import read
from tests.benchmarks import public_files as files

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def gap(tmp_path: Path) -> Problem:
    return read(files.written(tmp_path, "it", files.GAP), "gap")


@pytest.fixture
def cap(tmp_path: Path) -> Problem:
    return read(files.written(tmp_path, "it", files.CAP), "orlib_cap")


@pytest.fixture
def stages(tmp_path: Path) -> Problem:
    return read(files.written_smps(tmp_path))


ALL_AT_1 = FacilitySolution(np.array([False, True]), np.array([[0.0, 0, 0], [1, 1, 1]]))
BUILD_4 = TwoStageSolution(np.array([4.0]), np.zeros((2, 1)))


def test_an_assignment_is_added_up(gap: Problem) -> None:
    """Jobs 0 and 1 at agent 0 and job 2 at agent 1: 1 + 2 + 6, and both agents full to the last unit."""
    assert evaluate(gap, AssignmentSolution(np.array([0, 0, 1]))) == (9.0, [])


def test_agents_have_no_more_than_their_capacity(gap: Problem) -> None:
    """All at agent 0 would use 4 of 2; the cost is told all the same."""
    assert evaluate(gap, AssignmentSolution(np.array([0, 0, 0]))) == (6.0, ["agent 0 uses 4 of a capacity of 2"])


@pytest.mark.parametrize(
    ("agents", "sentence"),
    [
        (np.array([0, 0]), "2 jobs have an agent: expected 3"),
        (np.array([0, 2, 1]), "job 1 goes to agent 2: expected 0 to 1"),
        (np.array([0, -1, 1]), "job 1 goes to agent -1: expected 0 to 1"),
        (np.array([0.0, 0.5, 1.0]), "job 1 goes to agent 0.5: expected 0 to 1"),
        (np.array([0.0, np.nan, 1.0]), "job 1 goes to agent nan: expected 0 to 1"),
    ],
)
def test_every_job_has_one_agent_that_there_is(gap: Problem, agents: Any, sentence: str) -> None:
    """A job without an agent, or with one that is not there, costs no number and is named."""
    value, faults = evaluate(gap, AssignmentSolution(agents))
    assert np.isnan(value)
    assert faults == [sentence]


def test_facilities_are_added_up(cap: Problem) -> None:
    """All at facility 1: 50 + 12 + 18 + 9. Customer 2 halved: 100 + 50 + 8 + 6 + 13.5 + 4.5, and 14.5 above 10."""
    assert evaluate(cap, ALL_AT_1) == (89.0, [])
    halved = FacilitySolution(np.array([True, True]), np.array([[1.0, 1, 0.5], [0, 0, 0.5]]))
    assert evaluate(cap, halved) == (182.0, ["facility 0 serves 14.5 of a capacity of 10"])


@pytest.mark.parametrize(
    ("is_open", "shares", "sentence"),
    [
        ([False, False], [[0.0, 0, 0], [1, 1, 1]], "facility 1 serves and is not open"),
        ([False, True], [[0.0, 0, 0], [1, 1, 0.9]], "customer 2 gets 0.9 of its demand: expected 1"),
        ([True, True], [[0.0, 0, -0.5], [1, 1, 1.5]], "customer 2 gets a share below 0"),
        ([False, True], [[0.0, 0, 0], [1, 1, np.nan]], "a share is not a finite number"),
        ([False, True], [[0.0, 0], [1, 1]], "shares of shape (2, 2), open of (2,): expected (2, 3), (2,)"),
        ([True, True], [[0.0, 0, 0.5], [1, 1, 0.5]], "customer 2 is split: expected one facility"),
        ([True, True], [[0.0, 0, 0], [1, 1, 1]], "2 facilities are open: expected 1"),
    ],
)
def test_facilities_and_customers_are_checked(cap: Problem, is_open: Any, shares: Any, sentence: str) -> None:
    """Whatever constraint is broken has its sentence, with one source for each customer and exactly one open."""
    strict = replace(cap, is_single_source=True, num_open=1)
    _, faults = evaluate(strict, FacilitySolution(np.array(is_open), np.array(shares)))
    assert sentence in faults


def test_two_stages_are_added_up(stages: Problem) -> None:
    """Build 2 and buy 2 in the high scenario: 6 + 0.75 * 10 = 13.5."""
    assert evaluate(stages, BUILD_4) == (12.0, [])
    assert evaluate(stages, TwoStageSolution(np.array([2.0]), np.array([[0.0], [2.0]]))) == (13.5, [])


@pytest.mark.parametrize(
    ("first", "second", "sentence"),
    [
        ([9.0], [[0.0], [0.0]], "the first stage: column 0 is 9: expected 0 to 8"),
        ([10.0], [[0.0], [0.0]], "the first stage: row 0 is 10: expected -inf to 9"),
        ([3.5], [[0.0], [0.5]], "the first stage: column 0 is 3.5: expected a whole number"),
        ([4.0], [[0.0], [-1.0]], "scenario 1: column 0 is -1: expected 0 to inf"),
        ([3.0], [[0.0], [0.5]], "scenario 1: row 0 is 3.5: expected 4 to inf"),
        ([4.0], [[0.0], [np.inf]], "a column is not a finite number"),
        ([4.0], [[0.0]], "stages of shape (1,) and (1, 1): expected (1,) and (2, 1)"),
    ],
)
def test_stages_are_checked(stages: Problem, first: Any, second: Any, sentence: str) -> None:
    """Bounds, rows and whole numbers of both stages, in every scenario."""
    _, faults = evaluate(stages, TwoStageSolution(np.array(first), np.array(second)))
    assert sentence in faults


def test_rounding_is_forgiven_and_no_more(cap: Problem) -> None:
    """A share short by 1e-7 is a solver's rounding; by 1e-5 it is a fault."""
    for short, num_faults in ((1e-7, 0), (1e-5, 1)):
        shares = ALL_AT_1.shares - np.array([[0, 0, 0], [0, 0, short]])
        assert len(evaluate(cap, FacilitySolution(ALL_AT_1.is_open, shares))[1]) == num_faults


def test_a_solution_of_another_kind_is_no_answer(gap: Problem, cap: Problem, stages: Problem) -> None:
    """Facilities do not answer an assignment, and so on."""
    for problem, solution in ((gap, ALL_AT_1), (cap, BUILD_4), (stages, AssignmentSolution(np.zeros(3, dtype=int)))):
        with pytest.raises(TypeError, match="does not answer a problem of kind"):
            evaluate(problem, solution)
