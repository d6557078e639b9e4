"""Shadow prices against differences of the whole relaxation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rightplace.program import Domain
from rightplace.solver import highs, search, slopes
from rightplace.solver.benders import decompose
from rightplace.solver.outcome import SolveOptions
from rightplace.solver.slopes import marginal_costs
from rightplace.staged import StagedProgram, extensive
from tests.staged_builders import random_staged

OPTIONS = SolveOptions(relative_gap=1e-6, time_limit_seconds=60)
LITTLE = 0.1


def relaxed(seed: int, *, is_hard: bool = False) -> StagedProgram:
    """Nothing need be whole, so the cost is convex in what is asked."""
    staged = random_staged(seed, is_hard=is_hard)
    fractions = np.full(staged.first.num_columns, Domain.CONTINUOUS, dtype=np.int8)
    return replace(staged, first=replace(staged.first, domains=fractions))


def value(staged: StagedProgram, position: int, change: float) -> float:
    """Of the whole relaxation, with one target moved."""
    couplings = list(staged.couplings)
    couplings[position] = replace(couplings[position], at_least=couplings[position].at_least + change)
    program, _ = extensive(replace(staged, couplings=tuple(couplings)))
    answer = highs.minimise(program, program.objectives[0], replace(OPTIONS, relative_gap=0.0))
    assert answer.values is not None
    return float(program.objectives[0].costs @ answer.values)


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000))
def test_one_more_costs_what_the_whole_relaxation_says(seed: int) -> None:
    """Within 2% or a pound for each unit, also where the plan's own cuts would say something else."""
    staged = relaxed(seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(slopes, "_LITTLE_SHARE", 1.0)  # so few children would be moved by less
        found = marginal_costs(staged, decompose(staged, replace(OPTIONS, relative_gap=0.05)), OPTIONS)
    for i, price in enumerate(found):
        true = (value(staged, i, LITTLE) - value(staged, i, 0.0)) / LITTLE
        assert price == pytest.approx(true, rel=0.02, abs=1.0 + 1e-9)


@settings(max_examples=15)
@given(seed=st.integers(0, 10_000))
def test_first_ideas_lie_between_the_slopes_on_both_sides(seed: int) -> None:
    """A search closed to its end: a price lies between what less saves and what more costs."""
    staged = relaxed(seed)
    found = decompose(staged, replace(OPTIONS, relative_gap=1e-9))
    for i, price in enumerate(found.prices):
        here = value(staged, i, 0.0)
        less, more = here - value(staged, i, -LITTLE), value(staged, i, LITTLE) - here
        assert less / LITTLE - 1.0 <= price <= more / LITTLE + 1.0


def test_where_no_more_can_be_had_there_is_no_price() -> None:
    """A target that must not be missed, asked for all that the best service can give: more is a miss, not a cost."""
    staged = relaxed(4, is_hard=True)
    last = len(staged.couplings) - 1
    asked = replace(staged.couplings[last], at_least=1e4, price=1e4)
    missed = decompose(replace(staged, couplings=(*staged.couplings[:last], asked)), OPTIONS).missed[last]
    most = replace(asked, at_least=1e4 - missed)
    full = replace(staged, couplings=(*staged.couplings[:last], most))
    assert np.isinf(marginal_costs(full, decompose(full, OPTIONS), OPTIONS)[last])
    half = replace(full, couplings=(*staged.couplings[:last], replace(most, at_least=most.at_least - 1.0)))
    assert np.isfinite(marginal_costs(half, decompose(half, OPTIONS), OPTIONS)[last])


def test_without_time_nothing_is_said() -> None:
    """A price of 0 would say that more costs nothing, which nobody looked at."""
    staged = relaxed(4)
    found = marginal_costs(staged, decompose(staged, OPTIONS), replace(OPTIONS, time_limit_seconds=0.0))
    assert np.isnan(found).all()


def test_a_large_program_keeps_the_prices_of_its_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """And has none where another solver found the plan."""
    staged = relaxed(4)
    outcome = decompose(staged, OPTIONS)
    monkeypatch.setattr(search, "_MANY_ARCS", 0)
    assert (marginal_costs(staged, outcome, OPTIONS) == outcome.prices).all()
    assert np.isnan(marginal_costs(staged, replace(outcome, cuts=()), OPTIONS)).all()


def test_other_solvers_leave_no_cuts_and_the_prices_are_the_same() -> None:
    """The relaxation is solved anew then."""
    staged = relaxed(7)
    outcome = decompose(staged, OPTIONS)
    assert marginal_costs(staged, replace(outcome, cuts=()), OPTIONS) == pytest.approx(
        marginal_costs(staged, outcome, OPTIONS), rel=0.03, abs=2.0
    )
