"""The master's integer program: what is left out by reduced costs, or held, is never what was asked for."""

from __future__ import annotations

import gc
import weakref
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rightplace.memory import give_back
from rightplace.program import Domain
from rightplace.solver import benders, rounding, search
from rightplace.solver.benders import decompose
from rightplace.solver.master import Master
from rightplace.solver.outcome import SolveOptions
from rightplace.solver.recourse import Recourse, groups_of
from tests.staged_builders import random_staged

if TYPE_CHECKING:
    from rightplace.staged import Floats, StagedProgram

OPTIONS = SolveOptions(relative_gap=1e-6, time_limit_seconds=60)


def solved_master(seed: int) -> tuple[StagedProgram, Master, float]:
    """A program, its master with all cuts of a run, and the cost of the run's plan."""
    staged = random_staged(seed)
    found = decompose(staged, OPTIONS)
    master = Master(staged, groups_of(staged), OPTIONS)
    master.add(list(found.cuts))
    return staged, master, found.value


def settled(
    master: Master, below: float, within: tuple[Floats, Floats] | None = None
) -> tuple[Floats | None, float | None]:
    """Point and bound once every cut that says most at some point found takes part."""
    last = None
    while True:
        point, bound = master.whole(1e-6, 60, None, below=below, within=within)
        if bound == last:
            return point, bound
        last = bound


@settings(max_examples=4)
@given(seed=st.integers(0, 10_000), more=st.floats(0.0, 0.3))
def test_points_that_cost_less_than_asked_are_found(seed: int, more: float) -> None:
    """With all cuts, the master's least cost is the plan's: below more than that it is found, to the same value."""
    staged, master, value = solved_master(seed)
    slack = 1.0 + 1e-5 * abs(value)
    below = value + slack + more * abs(value)
    point, bound = settled(master, below)
    assert point is not None
    assert bound == pytest.approx(value, abs=slack)
    assert staged.first.worst_violation(point) <= 1e-6


@settings(max_examples=4)
@given(seed=st.integers(0, 10_000), less=st.floats(0.01, 0.3))
def test_where_no_point_costs_less_the_bound_is_what_was_asked(seed: int, less: float) -> None:
    _, master, value = solved_master(seed)
    below = value - 1.0 - less * abs(value)
    _, bound = settled(master, below)
    assert bound == below


def test_bounds_that_leave_nothing_free_and_break_a_row_have_no_point() -> None:
    """Every column held at its upper bound breaks a row with no free column in it: no program is left to be solved."""
    staged = random_staged(1)
    first = staged.first
    assert first.worst_violation(first.upper) > 1e-3
    master = Master(staged, groups_of(staged), OPTIONS)
    assert master.whole(1e-6, 60, None, within=(first.upper, first.upper))[0] is None


def test_half_a_home_is_no_point() -> None:
    """A whole column that is held between two whole numbers has no point, though nobody has to choose it any more."""
    staged = random_staged(1)
    half = np.where(staged.first.domains == Domain.INTEGER, 0.5, 0.0)
    master = Master(staged, groups_of(staged), OPTIONS)
    assert master.whole(1e-6, 60, None, within=(half, half))[0] is None


def test_held_columns_count_in_point_and_bound() -> None:
    """Held at the best plan, the program has one point: this one, at this cost."""
    staged, master, value = solved_master(3)
    best = decompose(staged, OPTIONS).point
    assert best is not None
    point, bound = settled(master, np.inf, (best, best))
    assert point == pytest.approx(best)
    assert bound == pytest.approx(value, abs=1.0 + 1e-5 * abs(value))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_rounding_finds_a_plan(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a large program: the integer program over all columns comes only after there is a plan to beat."""
    monkeypatch.setattr(search, "_MANY_ARCS", 0)
    found: list[float] = []
    near = benders._near_relaxation

    def watched(one: search.Search) -> bool:
        done = near(one)
        found.append(one.best.value)
        return done

    monkeypatch.setattr(benders, "_near_relaxation", watched)
    decompose(replace(random_staged(seed), risk_weight=0.0), OPTIONS)
    assert found
    assert np.isfinite(found).all()


def test_a_search_that_has_found_nothing_goes_on() -> None:
    """Within a rounding, neither a value nor a bound is known at first: that is no reason to end."""
    staged = random_staged(1)
    recourse = Recourse(staged, OPTIONS)
    master = Master(staged, recourse.groups, OPTIONS)
    outer = search.Search(staged, OPTIONS, recourse, master, np.inf)
    inner = rounding._held(outer, staged.first.lower, staged.first.upper)
    assert not inner.is_enough
    inner.best.value, outer.bound = 100.0, 99.99
    assert not inner.is_enough
    outer.bound = 100.0
    assert inner.is_enough


def test_memory_of_a_forgotten_relaxation_is_given_back() -> None:
    staged = random_staged(1)
    gc.disable()
    try:
        master = Master(staged, groups_of(staged), OPTIONS)
        master.relaxation(10)
        assert master._lp is not None
        gone = weakref.ref(master._lp._highs)
        master.forget_relaxation()
        give_back()
        assert gone() is None
    finally:
        gc.enable()


def test_the_programs_here_have_whole_columns() -> None:
    assert (random_staged(1).first.domains == Domain.INTEGER).any()
