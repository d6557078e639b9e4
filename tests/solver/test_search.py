"""What a search says of its gap, and what is told on the way."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightplace.solver import search as module
from rightplace.solver.benders import decompose
from rightplace.solver.master import Master
from rightplace.solver.outcome import Progress, SolveOptions
from rightplace.solver.recourse import Recourse
from rightplace.solver.search import Best, Search
from tests.staged_builders import random_staged

GAPS = st.sampled_from([1e-2, 1e-3, 5e-4, 1e-4])


@given(value=st.floats(2.0, 1e11), gap=GAPS)
def test_the_bound_that_is_asked_for_closes_the_gap(value: float, gap: float) -> None:
    """Proving that nothing costs less than ``asked`` ends the search, however the division rounds."""
    staged, options = random_staged(0), SolveOptions(relative_gap=gap)
    recourse = Recourse(staged, options)
    search = Search(staged, options, recourse, Master(staged, recourse.groups, options), np.inf)
    search.best = Best(np.zeros(staged.first.num_columns), value, ())
    search.bound = search.asked
    assert search.is_closed
    search.bound = search.asked - 1e-6 * value
    assert not search.is_closed


@pytest.mark.parametrize("seed", [0, 1, 3, 8, 26, 36])
def test_every_bound_that_is_told_holds(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also while something is held whole, when the program at hand proves more than the whole one does."""
    monkeypatch.setattr(module, "_MANY_ARCS", 0)
    staged = random_staged(seed, num_levers=6, num_scenarios=4)
    told: list[Progress] = []
    found = decompose(staged, SolveOptions(relative_gap=1e-3, time_limit_seconds=60, progress=told.append))
    bounds = [progress.bound for progress in told if progress.bound is not None]
    assert bounds
    assert max(bounds) <= found.value * (1 + 1e-9)
    exact = decompose(staged, SolveOptions(relative_gap=1e-9, time_limit_seconds=60))
    assert max(bounds) <= exact.value * (1 + 1e-7)
