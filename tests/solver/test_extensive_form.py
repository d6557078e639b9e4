"""The extensive form by general solvers: the peers of the decomposition."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rightplace.solver.benders import decompose
from rightplace.solver.extensive_form import solve_extensive
from rightplace.solver.outcome import SolveOptions
from tests.staged_builders import random_staged


@pytest.mark.parametrize("solver", ["highs", "cbc", "scip"])
def test_every_general_solver_finds_what_the_decomposition_finds(solver: str) -> None:
    """Columns without an upper bound, such as flows, are no hindrance."""
    staged, options = random_staged(5), SolveOptions(relative_gap=1e-6, time_limit_seconds=60)
    ours = decompose(staged, options)
    theirs = solve_extensive(staged, replace(options, solver=solver))
    assert theirs.value == pytest.approx(ours.value, abs=0.6 + 1e-6 * abs(ours.value))
    assert theirs.bound <= ours.value + 0.6
