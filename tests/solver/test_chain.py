"""Our own method for large programs, against HiGHS and enumeration on small ones, and on a council for real."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rightplace.instances.generate import PROFILES, generate
from rightplace.instances.policy import SearchOrder
from rightplace.models.allocation import allocation_data, allocation_program
from rightplace.models.families import parts_filled
from rightplace.models.greedy import greedy_point
from rightplace.program import Domain, Objective, Program, ProgramBuilder
from rightplace.solve import MatchOptions, match
from rightplace.solver import chain
from rightplace.solver.answer import answer
from rightplace.solver.cuts import Clashes
from rightplace.solver.outcome import SolveOptions
from rightplace.solver.structure import structure_of
from tests.strategies import instances

if TYPE_CHECKING:
    from rightplace.instances.instance import Instance

HIGHS = SolveOptions(solver="highs", time_limit_seconds=60)


def _program(instance: Instance, rematch: bool, order: SearchOrder = SearchOrder.LEVEL) -> Program:
    data = allocation_data(instance, rematch=rematch, search_order=order)
    program, columns = allocation_program(data)
    return replace(program, start=greedy_point(data, program, columns))


@settings(max_examples=150)
@given(instance=instances(), rematch=st.booleans(), order=st.sampled_from(SearchOrder), threads=st.sampled_from([1, 2]))
def test_decomposition_equals_compact(instance: Instance, rematch: bool, order: SearchOrder, threads: int) -> None:
    """The chain proves the same values as HiGHS on the whole program, tier by tier, on one thread and on two."""
    program = _program(instance, rematch, order)
    assume(program.num_columns)
    ours, theirs = chain.solve(program, replace(HIGHS, num_threads=threads)), answer(program, HIGHS)
    assert ours.reason == theirs.reason == "optimal"
    assert [(t.name, t.value, t.bound) for t in ours.tiers] == [(t.name, t.value, t.bound) for t in theirs.tiers]


@settings(max_examples=100)
@given(instance=instances(), rematch=st.booleans(), seconds=st.sampled_from([0.0, 0.005, 0.02]))
def test_a_bound_is_never_passed(instance: Instance, rematch: bool, seconds: float) -> None:
    """However soon the chain is stopped, its point is feasible and no bound lies above what is possible."""
    program = _program(instance, rematch)
    assume(program.num_columns)
    stopped = chain.solve(program, replace(HIGHS, time_limit_seconds=seconds))
    assert stopped.values is not None
    assert program.worst_violation(stopped.values) <= 1e-6
    for tier, best in zip(stopped.tiers, answer(program, HIGHS).tiers, strict=True):
        assert tier.bound <= best.value <= tier.value
        if tier.value > best.value:  # later tiers hold this one where it is
            break


@settings(max_examples=100)
@given(instance=instances(), rematch=st.booleans(), data=st.data())
def test_clash_cuts_hold_at_every_feasible_point(instance: Instance, rematch: bool, data: st.DataObject) -> None:
    """Cuts that a random point breaks are kept by the optimum and by the first solution."""
    program = _program(instance, rematch)
    assume(program.num_columns)
    halves = st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=program.num_columns, max_size=program.num_columns)
    cut = Clashes(program, structure_of(program)).separate(program, np.array(data.draw(halves)))
    best = answer(program, HIGHS).values
    assert best is not None
    assert program.start is not None
    assert cut.worst_violation(best) <= 1e-6
    assert cut.worst_violation(program.start) <= 1e-6


def test_a_clash_cut_by_hand() -> None:
    """A solo child in a home of three, 3 solo + a + b <= 3: a half and twice three quarters keep the row, not the cuts.

    3/2 + 3/4 + 3/4 = 3, but solo + a = 1/2 + 3/4 > 1.
    """
    builder = ProgramBuilder()
    columns = builder.add_columns("place", 3, Domain.INTEGER)
    waits = builder.add_columns("wait", 3, Domain.INTEGER)
    builder.add_rows("once", [0, 1, 2] * 2, np.concatenate([columns, waits]), 1.0, 1.0, 1.0)
    builder.add_rows("share", [0, 0, 0], columns, [3.0, 1.0, 1.0], -np.inf, 3.0)
    program = builder.build([Objective("price", np.zeros(6))])
    point = np.array([0.5, 0.75, 0.75, 0.5, 0.25, 0.25])
    assert program.worst_violation(np.array([0.0, 1.0, 1.0, 1.0, 0.0, 0.0])) == 0
    cut = Clashes(program, structure_of(program)).separate(program, point)
    assert cut.num_rows == program.num_rows + 2
    assert [cut.row_columns[cut.row_starts[r] : cut.row_starts[r + 1]].tolist() for r in (4, 5)] == [[0, 1], [0, 2]]


@pytest.mark.parametrize("places", range(1, 10))
def test_siblings_fill_places(places: int) -> None:
    """Of all ways to fill a home with parts of groups, none breaks a cut; for three places a pair excludes a pair."""
    sizes = np.arange(1, places + 1)
    for k in range(2, places + 1):
        counts = parts_filled(sizes, np.full(len(sizes), places), k)
        for num in range(1, places + 1):
            for chosen in combinations_with_replacement(sizes.tolist(), num):
                if sum(chosen) <= places:
                    assert sum(counts[size - 1] for size in chosen) <= places // k
    assert parts_filled(np.array([2, 3]), np.array([3, 3]), 2).tolist() == [1, 1]
    assert parts_filled(np.array([2, 3, 4]), np.array([4, 4, 4]), 2).tolist() == [1, 2, 2]


def test_a_council_that_waits_as_a_whole() -> None:
    """330 children, all waiting, are placed to within one per cent of a bound, better than one by one."""
    world = generate(PROFILES["council"], 3)
    result = match(world, MatchOptions(compare=False), SolveOptions(relative_gap=0.01, time_limit_seconds=120))
    assert result.solver.startswith("rightplace")
    assert result.best.certificate.violations == ()
    assert len(result.best.plan.waiting_ids) < len(result.greedy.plan.waiting_ids)
    assert all(tier.bound <= tier.value for tier in result.best.plan.tiers)
