"""A point filled in the order of any wishes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rightplace.models.allocation import allocation_data, allocation_program
from rightplace.models.greedy import greedy_point
from rightplace.solver.filling import fill
from rightplace.solver.slices import Slices
from rightplace.solver.structure import filled_rows, structure_of
from tests.strategies import instances

if TYPE_CHECKING:
    from rightplace.instances.instance import Instance
    from rightplace.program import Program


@settings(max_examples=80)
@given(instance=instances(), rematch=st.booleans(), on_demand=st.booleans(), seed=st.integers(0, 9))
def test_what_is_filled_keeps_places_and_never_brings_those_together_who_clash(
    instance: Instance, rematch: bool, on_demand: bool, seed: int
) -> None:
    """Whatever the order: no row that columns fill is broken, made at once or on demand; no item has two columns.

    An item that is left open has no column that would still fit.
    """
    data = allocation_data(instance, rematch=rematch)
    program, columns = allocation_program(data, many_columns=0 if on_demand else None)
    assume(program.num_columns)
    program = replace(program, start=greedy_point(data, program, columns))
    structure, slices = structure_of(program), Slices(program)
    order = np.random.default_rng(seed).permutation(program.num_columns)
    point, is_open = np.zeros(program.num_columns), np.ones(structure.num_items, dtype=np.bool_)
    fill(slices, structure, point, is_open, order)
    whole = program.whole()
    assert not (_broken(whole, point) & filled_rows(whole)).any()
    num_columns = np.bincount(structure.item, point[structure.column], minlength=structure.num_items)
    assert (num_columns == ~is_open).all()
    for column in np.flatnonzero((structure.num_of_column == 1) & (point == 0)):
        if is_open[structure.first_item[column]]:
            more = point.copy()
            more[column] = 1.0
            assert _broken(whole, more).any()


def _broken(program: Program, point: np.ndarray) -> np.ndarray:
    taken = program.row_values * point[program.row_columns]
    activity = np.bincount(program.entry_rows, taken, minlength=program.num_rows)
    return activity > program.row_upper + 1e-9
