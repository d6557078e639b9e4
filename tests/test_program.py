"""Programs: what a point of one is worth."""

from __future__ import annotations

import numpy as np

from rightplace.program import Domain, Objective, Program, ProgramBuilder
from rightplace.solver.answer import answer
from rightplace.solver.outcome import Reason, SolveOptions


def two_shares(upper: float = 1.0) -> Program:
    """Minimise 10 a + 30 b with a + b = 1 and a at most a half: 5 + 15 = 20."""
    builder = ProgramBuilder()
    shares = builder.add_columns("share", 2, Domain.CONTINUOUS, upper=upper)
    builder.add_rows("whole", [0, 0], shares, 1.0, 1.0, 1.0)
    builder.add_rows("half", [0], shares[:1], 1.0, -np.inf, 0.5)
    return builder.build([Objective("cost", np.array([10.0, 30.0]))])


def test_a_share_is_counted_as_a_share() -> None:
    """A customer served half and half costs half of each, and a solver's claim says so."""
    outcome = answer(two_shares(), SolveOptions(solver="highs"))
    assert outcome.reason is Reason.OPTIMAL
    assert [(claim.value, claim.bound) for claim in outcome.tiers] == [(20, 20)]


def test_rounding_of_a_solver_is_not_counted() -> None:
    """A column that is whole but for a solver's rounding is taken as whole, however dear it is."""
    objective = Objective("cost", np.array([1e9, 1e9]))
    assert two_shares().value(objective, np.array([1.0 - 1e-7, 1e-7])) == 1_000_000_000


def test_a_free_column_without_limit_costs_nothing() -> None:
    """A column that has no price and no upper bound leaves the trivial bound what the others make it."""
    assert two_shares(upper=np.inf).trivial_bound(Objective("cost", np.array([0.0, 3.0]))) == 0
