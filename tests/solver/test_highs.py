"""HiGHS is asked what it answers rightly."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rightplace.program import Domain, Objective, Program, ProgramBuilder
from rightplace.solver import highs
from rightplace.solver.extensive_form import solve_extensive
from rightplace.solver.outcome import SolveOptions
from tests.staged_builders import random_staged


def bounded(domain: Domain, lower: float, upper: float) -> Program:
    """One column between two bounds."""
    builder = ProgramBuilder()
    builder.add_columns("households", 1, domain, upper)
    program = builder.build([Objective("cost", np.ones(1))])
    program.lower[:] = lower
    return program


@pytest.mark.parametrize(
    ("domain", "given", "told"),
    [
        (Domain.INTEGER, (0.2, 1.145), (1, 1)),
        (Domain.INTEGER, (1 - 1e-12, 2.9999999999), (1, 3)),
        (Domain.INTEGER, (0.0, np.inf), (0, np.inf)),
        (Domain.INTEGER, (0.2, 0.8), (0.2, 0.8)),  # nothing whole lies in between: HiGHS says so
        (Domain.CONTINUOUS, (0.2, 1.145), (0.2, 1.145)),
    ],
)
def test_integer_columns_have_whole_bounds(
    domain: Domain, given: tuple[float, float], told: tuple[float, float]
) -> None:
    """HiGHS 1.12 calls worse points optimal where an integer column may be 1.145 at most: it is told 1."""
    program = bounded(domain, *given)
    lp: Any = highs.model_of(program, program.objectives[0]).lp_
    assert (lp.col_lower_[0], lp.col_upper_[0]) == told


@pytest.mark.parametrize("solver", ["cbc", "scip"])
def test_other_back_ends_take_columns_without_limit(solver: str) -> None:
    """The extensive form has columns without an upper bound: CBC and SCIP find what HiGHS finds."""
    staged = random_staged(3)
    options = SolveOptions(solver=solver, relative_gap=1e-6)
    value = solve_extensive(staged, SolveOptions(solver="highs", relative_gap=1e-6)).value
    assert solve_extensive(staged, options).value == pytest.approx(value, abs=1.0)


@pytest.mark.parametrize("name", ["kNotset", "kUnknown", "kSolveError"])
def test_a_relaxation_that_loses_its_way_is_solved_once_more_from_the_start(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows, bounds and options stay: the answer is that of a relaxation that never was lost; lost twice is an error."""
    lost = getattr(highs.highspy.HighsModelStatus, name)
    program = bounded(Domain.CONTINUOUS, 0.0, 5.0)
    nothing = np.zeros(1, dtype=np.int64)
    rows = program.with_rows("at least 2", nothing, nothing, np.full(1, -1.0), np.full(1, -2.0))
    lp = highs.GrowingLP(program, np.ones(1), np.arange(1), np.arange(program.num_rows), SolveOptions())
    lp.add_rows(rows, np.arange(program.num_rows, rows.num_rows))
    run, ends = highs.GrowingLP._run, [lost]

    def losing(one: highs.GrowingLP, **named: Any) -> Any:
        status = run(one, **named)
        return ends.pop() if ends else status

    monkeypatch.setattr(highs.GrowingLP, "_run", losing)
    assert lp.solve(10.0, is_short=True)
    assert (lp.value, lp.point[0]) == (2.0, 2.0)
    ends[:] = [lost, lost]
    with pytest.raises(highs.SolverError):
        lp.solve(10.0, is_short=True)
