"""What a solver claims: no bound below what is plain, and none above its value passed over in silence."""

from __future__ import annotations

import numpy as np
import pytest

from rightplace.errors import SolverError
from rightplace.instances.library import library_path
from rightplace.instances.tables import read_instance
from rightplace.program import Domain, Objective, Program, ProgramBuilder
from rightplace.solve import MatchOptions, claimed, match
from rightplace.solver import answer as answers
from rightplace.solver.outcome import Answer, Limit, Outcome, Reason, SolveOptions, TierClaim


def _program(cost: float) -> Program:
    builder = ProgramBuilder()
    builder.add_columns("taken", 3, Domain.INTEGER, upper=10.0)
    return builder.build([Objective("waiting", np.full(3, cost))])


@pytest.mark.parametrize(("cost", "claimed", "bound"), [(1.0, -479.0, 0), (1.0, None, 0), (-1.0, -479.0, -30)])
def test_a_bound_is_at_least_the_plain_one(
    monkeypatch: pytest.MonkeyPatch, cost: float, claimed: float | None, bound: int
) -> None:
    """Columns from 0 to 10 with a cost of 1 come to at least 0, and with one of -1 to at least -30."""

    def stopped(program: Program, objective: Objective, options: SolveOptions) -> Answer:
        return Answer(Reason.FEASIBLE, Limit.TIME, np.full(3, 5.0), claimed, "stopped")

    monkeypatch.setitem(answers.BACK_ENDS, "highs", lambda: (stopped, "0"))
    (tier,) = answers.answer(_program(cost), SolveOptions(solver="highs")).tiers
    assert tier.bound == bound


def test_a_bound_above_the_value_is_an_error() -> None:
    """A claim that nothing costs less than the plan plus £1 is wrong and is not repaired; a penny is rounding."""
    plan = match(read_instance(library_path("tiny")), MatchOptions(compare=False)).best.plan
    value = plan.value_pence_per_week

    def outcome(bound: int) -> Outcome:
        tiers = (TierClaim("waiting", 1, 1), TierClaim("price", value + 200, bound))
        return Outcome(Reason.FEASIBLE, Limit.TIME, np.zeros(1), tiers, "highs", "0", 0.0, "")

    assert claimed(plan, outcome(value + 1)).tiers[1].bound == value
    with pytest.raises(SolverError, match="price is at least"):
        claimed(plan, outcome(value + 100))
