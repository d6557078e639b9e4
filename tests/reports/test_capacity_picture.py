"""The picture of a plan: well-formed, self-contained, and true to the numbers."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightplace.reports.capacity_picture import demand_range, plan_picture
from rightplace.reports.capacity_svg import Scale, ticks
from tests.planning_doubles import SCHEDULE, case

PLACES = {"foster care": np.full(8, 10.0), "children's homes": np.arange(8.0)}


def test_the_range_weighs_scenarios() -> None:
    """With a quarter, a half and a quarter of the probability, 10% and 90% are the outer scenarios."""
    low, high = demand_range(case().demand)
    assert (low.tolist(), high.tolist()) == ([20.0] * 8, [40.0] * 8)
    inner = demand_range(case().demand, 0.3, 0.7)
    assert inner[0].tolist() == inner[1].tolist() == [30.0] * 8


def test_the_picture_is_svg_that_fetches_nothing() -> None:
    """Every lever that is used and every type of place is named; names are escaped; no address but the namespace's."""
    text = plan_picture(case(), SCHEDULE, PLACES)
    drawn = ElementTree.fromstring(text)
    shown = [part.text for part in drawn.iter() if part.tag.endswith("text")]
    for words in ("recruit teens", "block beds: children's home, Bexton", *PLACES, "2026", "2027"):
        assert words in shown
    assert text.count("http") == 1


def test_a_rectangle_says_what_happens_in_its_quarter() -> None:
    """Where the mouse rests, the quarter and the quantity can be read."""
    text = plan_picture(case(), SCHEDULE, PLACES)
    for words in ("2026Q4: 4 households approved", "2027Q4: open", "2026Q2: 2 beds begin"):
        assert f"<title>{words}</title>" in text


def test_doing_nothing_has_a_picture() -> None:
    """Without actions there is still supply and demand to look at."""
    assert "Nothing is done" in plan_picture(case(), (), PLACES)


@given(low=st.floats(-1e6, 1e6), span=st.floats(1e-3, 1e6), most=st.integers(2, 12))
def test_ticks_are_round_and_lie_within(low: float, span: float, most: int) -> None:
    """Ticks are evenly spaced, no more than asked for and one, and none lies outside."""
    found = ticks(low, low + span, most)
    assert len(found) <= most + 1
    assert all(low - 1e-6 * span <= value <= low + span * (1 + 1e-6) for value in found)
    steps = np.diff(found)
    assert np.allclose(steps, steps[0]) if len(steps) else True


def test_a_scale_maps_its_ends() -> None:
    """Low to start, high to end; a scale without a span draws in the middle."""
    scale = Scale(10, 20, 100, 0)
    assert (scale(10), scale(20), scale(15)) == (100, 0, 50)
    assert Scale(5, 5, 0, 10)(5) == pytest.approx(5)
