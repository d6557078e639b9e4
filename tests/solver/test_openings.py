"""What opening closed columns could gain: a bound, never less than the truth."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rightplace.errors import SolverError
from rightplace.models.allocation import allocation_data, allocation_program
from rightplace.solver.answer import answer
from rightplace.solver.openings import Opening, most_gained
from rightplace.solver.outcome import SolveOptions
from tests.strategies import instances

if TYPE_CHECKING:
    from rightplace.instances.instance import Instance
    from rightplace.program import Program

HIGHS = SolveOptions(solver="highs", time_limit_seconds=60)


def _closed(instance: Instance, rematch: bool, setting: int) -> tuple[Program, Program, Opening]:
    """The program; the same with new seats of one setting closed, and its optimum as start; and these seats."""
    data = allocation_data(instance, rematch=rematch)
    program, columns = allocation_program(data)
    own = np.flatnonzero((data.options.pairs.setting_idx == setting) & ~data.options.is_stay)
    alone = columns.single[own][columns.single[own] >= 0]
    parts = np.flatnonzero(columns.parts.setting == setting)
    opening = Opening(
        np.concatenate([alone, columns.parts.column[parts]]),
        np.concatenate([np.ones(len(alone), dtype=np.int64), columns.parts.size[parts]]),
        int(data.facts.free[setting].max(initial=0)),
    )
    upper = program.upper.copy()
    upper[opening.columns] = 0.0
    closed = replace(program, upper=upper)
    return program, replace(closed, start=answer(closed, HIGHS).values), opening


@settings(max_examples=80)
@given(instance=instances(), rematch=st.booleans(), data=st.data())
def test_a_gain_is_never_larger_than_its_bound(instance: Instance, rematch: bool, data: st.DataObject) -> None:
    """In the first tier in which the optimum with the columns is better, it is better by no more than the bound."""
    setting = data.draw(st.integers(0, len(instance.settings) - 1))
    program, closed, opening = _closed(instance, rematch, setting)
    assume(program.num_columns)
    assert closed.start is not None
    gains = most_gained(closed, [opening], HIGHS)[0]
    for tier, objective, gain in zip(answer(program, HIGHS).tiers, program.objectives, gains, strict=True):
        gained = closed.value(objective, closed.start) - tier.value
        assert 0 <= gained <= gain
        if gained:
            break


@settings(max_examples=30)
@given(instance=instances(), rematch=st.booleans())
def test_no_columns_gain_nothing(instance: Instance, rematch: bool) -> None:
    """An opening of no columns gains nothing in any tier."""
    program, closed, _ = _closed(instance, rematch, 0)
    assume(program.num_columns)
    nothing = Opening(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), 1)
    assert most_gained(closed, [nothing], HIGHS).tolist() == [[0.0] * len(program.objectives)]


def test_without_time_nothing_is_known() -> None:
    """When the limit comes first, every gain is possible."""
    from tests.plans import TWO

    _, closed, opening = _closed(TWO, False, 0)
    assert np.isinf(most_gained(closed, [opening], replace(HIGHS, time_limit_seconds=0.0))).all()


def test_without_a_start_there_is_nothing_to_gain_from() -> None:
    """A program without a start is refused."""
    from tests.plans import TWO

    _, closed, opening = _closed(TWO, False, 0)
    with pytest.raises(SolverError, match="start"):
        most_gained(replace(closed, start=None), [opening], HIGHS)


@settings(max_examples=40)
@given(instance=instances(), rematch=st.booleans(), data=st.data())
def test_a_program_without_columns_is_one_with_them_at_nought(
    instance: Instance, rematch: bool, data: st.DataObject
) -> None:
    """Leaving columns out and closing them have the same optimum, tier by tier, in the same columns."""
    program, closed, opening = _closed(instance, rematch, data.draw(st.integers(0, len(instance.settings) - 1)))
    kept = np.setdiff1d(np.arange(program.num_columns), opening.columns)
    assume(len(kept))
    small = closed.only(kept)
    found = answer(small, HIGHS)
    assert closed.start is not None
    assert small.start is not None
    assert [t.value for t in found.tiers] == [closed.value(o, closed.start) for o in closed.objectives]
    whole = np.zeros(program.num_columns)
    whole[kept] = found.values
    assert closed.worst_violation(whole) <= 1e-6
    names = {name: [int(kept[i]) for i in block] for name, block in small.column_blocks.items()}
    for name, block in program.column_blocks.items():
        assert names.get(name, []) == [i for i in block if i in set(kept.tolist())]
