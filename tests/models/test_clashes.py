"""Rows of children who must not share, made on demand: the same requirement as the rows made at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from rightplace.instances.generate import PROFILES, generate
from rightplace.models.allocation import allocation_data, allocation_program
from rightplace.models.greedy import greedy_point
from rightplace.solver.slices import Slices

if TYPE_CHECKING:
    from rightplace.instances.instance import Instance
    from rightplace.program import Program

NAME = "children_who_must_not_share"


REMATCH = pytest.mark.parametrize("rematch", [False, True])


@pytest.fixture(scope="module", params=range(3))
def instance(request: pytest.FixtureRequest) -> Instance:
    """Sixty children, many of whom pose a risk to others or have siblings."""
    shape = replace(PROFILES["council"], num_children=60, waiting_share=0.5, sibling_share=0.5, conflict_share=0.4)
    return generate(shape, int(request.param))


def _both(instance: Instance, rematch: bool) -> tuple[Program, Program]:
    """The program with its rows on demand and the one that has them all."""
    data = allocation_data(instance, rematch=rematch)
    full, _ = allocation_program(data)
    assert NAME in full.row_blocks
    on_demand, _ = allocation_program(data, many_columns=0)
    assert on_demand.on_demand is not None
    assert NAME not in on_demand.row_blocks
    return on_demand, full


@REMATCH
def test_all_rows_on_demand_are_the_rows_made_at_once(instance: Instance, rematch: bool) -> None:
    """Row by row, entry by entry."""
    on_demand, full = _both(instance, rematch)
    whole = on_demand.whole()
    mine, its = whole.row_blocks[NAME], full.row_blocks[NAME]
    assert len(mine) == len(its)
    assert (whole.matrix[mine.start : mine.stop] != full.matrix[its.start : its.stop]).nnz == 0
    assert (whole.row_upper[mine.start : mine.stop] == full.row_upper[its.start : its.stop]).all()


@REMATCH
@pytest.mark.parametrize("seed", range(8))
def test_a_point_breaks_rows_on_demand_just_where_it_breaks_those_made_at_once(
    instance: Instance, rematch: bool, seed: int
) -> None:
    """Whatever columns are taken, in so far as places allow: a row may count on them."""
    share = 0.1 + 0.05 * seed
    on_demand, full = _both(instance, rematch)
    random = np.random.default_rng(seed)
    point = np.zeros(full.num_columns)
    places = np.arange(full.num_rows) < full.row_blocks[NAME].start
    for column in random.permutation(full.num_columns)[: 1 + int(share * full.num_columns)]:
        point[column] = 1.0
        if (full.matrix @ point > full.row_upper)[places & ~np.isfinite(full.row_lower)].any():
            point[column] = 0.0
    block = full.row_blocks[NAME]
    broken = (full.matrix[block.start : block.stop] @ point > full.row_upper[block.start : block.stop]).any()
    source = on_demand.on_demand
    assert source is not None
    assert (source.worst_violation(point) > 0) == broken
    taken = np.flatnonzero(point)
    alone = [source.stands_against(int(j), set(taken.tolist()) - {int(j)}) for j in taken]
    assert any(alone) == broken
    held = random.random(len(taken)) < 0.5
    free = taken[~held]
    rest = np.where(np.isin(np.arange(full.num_columns), taken[held]), point, 0.0)
    if len(free) and not source.worst_violation(rest):
        small = Slices(on_demand).cut(free, point, full.objectives[0])
        kept = small.row_blocks.get(NAME, range(0))
        is_broken = (small.matrix @ np.ones(len(free)) > small.row_upper)[kept.start : kept.stop].any()
        assert is_broken == broken


@REMATCH
def test_one_by_one_is_the_same_with_rows_on_demand(instance: Instance, rematch: bool) -> None:
    """Each child goes where it would go beside all rows."""
    data = allocation_data(instance, rematch=rematch)
    points = []
    for many_columns in (None, 0):
        program, columns = allocation_program(data, many_columns=many_columns)
        points.append(greedy_point(data, program, columns))
        assert program.worst_violation(points[-1]) <= 1e-9
    assert (points[0] == points[1]).all()
