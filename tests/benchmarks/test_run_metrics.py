"""Means, profiles, integrals and times to a gap, by hand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightplace.benchmarks.metrics import primal_gap, primal_integral, profile, shifted_geometric_mean
from rightplace.benchmarks.results import Point, gap_of, improving, times_of


def test_the_shifted_geometric_mean_by_hand() -> None:
    """Of 1 s and 7 s, shifted by 1 s: the root of 2 x 8 = 16 is 4, less 1 is 3."""
    assert shifted_geometric_mean([1.0, 7.0], 1.0) == pytest.approx(3.0)


def test_a_mean_of_nothing_is_refused() -> None:
    """There is no mean of no times."""
    with pytest.raises(ValueError, match="no values"):
        shifted_geometric_mean([], 1.0)


@given(st.lists(st.floats(0, 1e4), min_size=1, max_size=9), st.floats(0.1, 10))
def test_a_shifted_mean_lies_between_the_least_and_the_most(values: list[float], shift: float) -> None:
    """Whatever the shift, no mean is outside the range of what it is made of."""
    mean = shifted_geometric_mean(values, shift)
    assert min(values) - 1e-6 <= mean <= max(values) * (1 + 1e-9) + 1e-6


def test_a_profile_by_hand() -> None:
    """Three problems. a: 1, 4, unsolved; b: 2, 2, unsolved.

    Ratios of a are 1 and 2, of b 2 and 1, so each has 1 of 3 at ratio 1 and 2 of 3 from ratio 2 on.
    """
    third = pytest.approx([1 / 3, 2 / 3])
    for curve in profile({"a": [1.0, 4.0, None], "b": [2.0, 2.0, None]}).values():
        assert [ratio for ratio, _ in curve] == [1.0, 2.0]
        assert [share for _, share in curve] == third


def test_equal_ratios_are_one_step() -> None:
    """A method that is best on both of two problems rises once, to 1."""
    assert profile({"a": [1.0, 3.0], "b": [2.0, None]}) == {"a": [(1.0, 1.0)], "b": [(2.0, 0.5)]}


def test_times_below_a_hundredth_are_equal() -> None:
    """Noise of the clock is no advantage."""
    assert profile({"a": [0.001], "b": [0.009]}) == {"a": [(1.0, 1.0)], "b": [(1.0, 1.0)]}


def test_the_primal_integral_by_hand() -> None:
    """Nothing for 2 s (gap 1), 200 for 3 s (gap 0.5 to the best, 100), then 100 to the end of 10 s: 2 + 1.5 + 0."""
    trace = (Point(2.0, 200.0, None), Point(5.0, 100.0, 90.0))
    assert primal_integral(trace, 100.0, 10.0) == pytest.approx(3.5)


def test_a_point_after_the_end_counts_for_nothing() -> None:
    """A run that overran its limit of 10 s without a point has the whole limit as its integral."""
    assert primal_integral((Point(12.0, 100.0, None),), 100.0, 10.0) == pytest.approx(10.0)


def test_primal_gaps_by_hand() -> None:
    """None and other signs: 1. Equal: 0, also at zero. 80 above 60: 20 of 80."""
    found = [primal_gap(value, best) for value, best in ((None, 1.0), (-1.0, 1.0), (0.0, 0.0), (80.0, 60.0))]
    assert found == [1.0, 1.0, 0.0, 0.25]


def test_gaps_by_hand() -> None:
    """(100 - 95) / 100; negative values by their size; nothing known, and a value of zero, have none."""
    pairs = ((100.0, 95.0), (-100.0, -105.0), (None, 1.0), (1.0, None), (0.0, -1.0), (5.0, 5.0))
    found = [gap_of(value, bound) for value, bound in pairs]
    assert found == [0.05, 0.05, None, None, None, 0.0]


def test_times_to_gaps_by_hand() -> None:
    """First point at 1 s; 8% at 3 s and 0.1% at 9 s: 10% at 3 s, all the others at 9 s."""
    trace = (Point(0.5, None, 92.0), Point(1.0, 200.0, 92.0), Point(3.0, 100.0, 92.0), Point(9.0, 100.0, 99.9))
    assert times_of(trace) == {
        "first_seconds": 1.0,
        "gap_10_seconds": 3.0,
        "gap_1_seconds": 9.0,
        "gap_05_seconds": 9.0,
        "gap_01_seconds": 9.0,
    }


numbers = st.none() | st.floats(-1e6, 1e6)


@given(st.lists(st.tuples(numbers, numbers), max_size=600))
def test_a_trace_only_improves(pairs: list[tuple[float | None, float | None]]) -> None:
    """Whatever a solver reports, values of its trace fall, bounds rise, and the last point is the best of both."""
    trace = improving(Point(float(i), value, bound) for i, (value, bound) in enumerate(pairs))
    assert len(trace) <= 200
    values = [math.inf if point.value is None else point.value for point in trace]
    bounds = [-math.inf if point.bound is None else point.bound for point in trace]
    assert values == sorted(values, reverse=True)
    assert bounds == sorted(bounds)
    if trace:
        assert values[-1] == min((v for v, _ in pairs if v is not None), default=math.inf)
        assert bounds[-1] == max((b for _, b in pairs if b is not None), default=-math.inf)
