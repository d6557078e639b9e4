"""Items without others change places among themselves: exact for them, and nobody else moves."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rightplace.models.allocation import allocation_data, allocation_program
from rightplace.models.greedy import greedy_point
from rightplace.program import Domain, Objective, ProgramBuilder
from rightplace.solver import highs
from rightplace.solver.chain import tier_weights
from rightplace.solver.outcome import SolveOptions
from rightplace.solver.reassign import plain_columns, reassigned
from rightplace.solver.slices import Slices
from rightplace.solver.structure import structure_of
from rightplace.solver.tier import one_tier
from tests.strategies import instances

if TYPE_CHECKING:
    from rightplace.instances.instance import Instance


def test_two_children_swap_by_hand() -> None:
    """The first has the one cheap place at 5 (else 9), the second pays 20 for 6: swapped they cost 15, not 25."""
    builder = ProgramBuilder()
    columns = builder.add_columns("place", 4, Domain.INTEGER)
    builder.add_rows("once", [0, 0, 1, 1], columns, 1.0, 1.0, 1.0)
    builder.add_rows("places", [0, 0], columns[[0, 2]], 1.0, -np.inf, [1.0])
    program = builder.build([Objective("price", np.array([5.0, 9.0, 6.0, 20.0]))])
    structure = structure_of(program)
    plain = plain_columns(program, structure)
    assert plain.all()
    point = reassigned(Slices(program), structure, program.objectives[0].costs, np.array([1.0, 0.0, 0.0, 1.0]), plain)
    assert point.tolist() == [0.0, 1.0, 1.0, 0.0]


@settings(max_examples=60)
@given(instance=instances(), rematch=st.booleans(), on_demand=st.booleans())
def test_nothing_better_is_left_for_those_alone(instance: Instance, rematch: bool, on_demand: bool) -> None:
    """HiGHS finds no better point either that differs in the same columns only; every row is kept."""
    data = allocation_data(instance, rematch=rematch)
    program, columns = allocation_program(data, many_columns=0 if on_demand else None)
    assume(program.num_columns)
    start = greedy_point(data, program, columns)
    structure, slices = structure_of(program), Slices(program)
    tiers = zip(tier_weights(program, structure), program.objectives, strict=True)
    costs = np.asarray(sum(weight * objective.costs for weight, objective in tiers), dtype=np.float64)
    plain = plain_columns(program, structure)
    point = reassigned(slices, structure, costs, start, plain)
    assert program.worst_violation(point) <= 1e-6
    changed = np.flatnonzero(point != start)
    assert plain[changed].all()
    items = structure.first_item[plain & (start > 0.5)]
    free = np.flatnonzero(plain & np.isin(structure.first_item, items))
    small = replace(slices.cut(free, start, Objective("all tiers", costs)), start=start[free])
    best = one_tier(highs.minimise, small, small.objectives[0], SolveOptions(solver="highs")).values
    assert best is not None
    assert costs[free] @ point[free] <= costs[free] @ best + 1e-6
