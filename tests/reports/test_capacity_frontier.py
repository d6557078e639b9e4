"""What a target costs at each value: sentences, table, CSV, JSON and picture agree."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest
from rich.console import Console

from rightplace.instances.targets import Sense
from rightplace.planning import FrontierPoint
from rightplace.reports.capacity_frontier import (
    COLUMNS,
    by_strictness,
    frontier_object,
    frontier_picture,
    frontier_sentences,
    one_more,
    print_frontier,
    write_frontier,
)
from tests.planning_doubles import TARGETS, case, frontier_points

if TYPE_CHECKING:
    from pathlib import Path

TARGET = TARGETS[0]


def test_sentences_say_what_is_free_what_is_dear_and_where_it_ends() -> None:
    """What the gap cannot tell from nothing is free; the last reachable value has its price; then it ends."""
    assert list(frontier_sentences(case(), TARGET, frontier_points())) == [
        "Children in their own area: at least 45.0% costs no more than less does, as far as the gap of £18,005 can "
        "tell.",
        "Children in their own area: at least 55.0% costs £2.00m more than the least here.",
        "Children in their own area: no plan reaches at least 60.0% with these levers and targets; that is proven.",
    ]


def test_a_value_that_is_proven_dearer_is_not_called_free() -> None:
    """However wide the gap of the dearest value is: each value counts by its own bound."""
    points = list(frontier_points())
    points[3] = replace(points[3], bound_pence=1.9e9)
    first = next(frontier_sentences(case(), TARGET, points))
    assert first.startswith("Children in their own area: at least 45.0% costs no more than less does")


def test_a_gap_of_nothing_is_not_told() -> None:
    """Where every point is proven, what is free is free without a doubt."""
    exact = [replace(point, bound_pence=point.cost_pence) for point in frontier_points()]
    exact[1] = replace(exact[1], cost_pence=exact[0].cost_pence, bound_pence=exact[0].cost_pence)
    first = next(frontier_sentences(case(), TARGET, exact))
    assert first == "Children in their own area: at least 45.0% costs no more than less does."


def test_nothing_reachable_is_said() -> None:
    """A frontier without a plan has one sentence."""
    none = [FrontierPoint(value=0.4, reachable=False)]
    assert list(frontier_sentences(case(), TARGET, none)) == [
        "Children in their own area: no plan was found that reaches any of these values.",
        "Children in their own area: no plan reaches at least 40.0% with these levers and targets; that is proven.",
    ]


def test_what_is_not_known_is_not_called_impossible(tmp_path: Path) -> None:
    """A value without a plan and without a proof, and one whose search failed, say so wherever they are shown."""
    points = [*frontier_points()[:3], FrontierPoint(value=0.55), FrontierPoint(value=0.6, fault="HiGHS: Not Set")]
    assert list(frontier_sentences(case(), TARGET, points))[2:] == [
        "Children in their own area: no plan for at least 55.0% was found before the search ended; whether there is "
        "one is not known.",
        "Children in their own area: the search for at least 60.0% failed: HiGHS: Not Set.",
    ]
    stream = io.StringIO()
    print_frontier(case(), TARGET, points, Console(file=stream, width=140))
    assert "55.0% not known" in " ".join(stream.getvalue().split())
    assert "60.0% failed" in " ".join(stream.getvalue().split())
    assert [one["reachable"] for one in frontier_object(case(), TARGET, points)["points"]] == [True] * 3 + [None] * 2
    write_frontier(TARGET, points, tmp_path / "frontier.csv")
    with (tmp_path / "frontier.csv").open(encoding="utf-8", newline="") as read:
        assert [row["reachable"] for row in csv.DictReader(read)] == ["yes"] * 3 + [""] * 2
    text = frontier_picture(case(), TARGET, points)
    assert "? no plan found" in text
    assert "✕" not in text


def test_one_more_is_the_difference_to_the_next_looser_value() -> None:
    """From 45% at 18.005 million to 50% at 18.5: 99,000 pounds a point; the other way round for a limit from above."""
    points = frontier_points()
    more = one_more(TARGET, tuple(reversed(points)))
    assert list(more) == [0.45, 0.5, 0.55]
    assert more[0.5] == pytest.approx(9_900_000)
    less = one_more(replace(TARGET, sense=Sense.AT_MOST), points)
    assert list(less) == [0.5, 0.45, 0.4]
    assert less[0.45] == pytest.approx(-9_900_000)


def test_at_most_is_stricter_when_smaller() -> None:
    """Points run from the loosest to the strictest, whichever side is wanted."""
    ends = [by_strictness(replace(TARGET, sense=sense), frontier_points())[-1].value for sense in Sense]
    assert ends == [0.6, 0.4]


def test_the_table_has_a_line_a_value() -> None:
    """Cost, difference and bound, or that it cannot be reached."""
    stream = io.StringIO()
    print_frontier(case(), TARGET, frontier_points(), Console(file=stream, width=140))
    lines = [" ".join(line.split()) for line in stream.getvalue().splitlines()]
    assert "50.0% £18.50m +£500,000 £18.48m £99,000" in lines
    assert "60.0% not reached" in lines


def test_the_csv_reads_back(tmp_path: Path) -> None:
    """Each value a row in pounds; what cannot be reached has no cost."""
    write_frontier(TARGET, frontier_points(), tmp_path / "frontier.csv")
    with (tmp_path / "frontier.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert tuple(rows[0]) == COLUMNS
    assert [row["reachable"] for row in rows] == ["yes"] * 4 + ["no"]
    assert (rows[2]["value"], rows[2]["cost_pounds"], rows[2]["more_than_least_pounds"]) == (
        "0.5",
        "18500000.0",
        "500000.0",
    )
    assert (rows[2]["one_more_pounds"], rows[4]["cost_pounds"]) == ("99000.0", "")


def test_the_json_has_every_point() -> None:
    """Scripts find values, costs, schedules and the sentences."""
    found = json.loads(json.dumps(frontier_object(case(), TARGET, frontier_points())))
    assert [point["value"] for point in found["points"]] == [0.4, 0.45, 0.5, 0.55, 0.6]
    assert found["points"][0]["schedule"][3]["site"] == "north"
    assert len(found["sentences"]) == 3


def test_the_picture_has_a_dot_for_each_point_that_is_reached() -> None:
    """Well-formed SVG; a cross where there is no plan."""
    text = frontier_picture(case(), TARGET, frontier_points())
    drawn = ElementTree.fromstring(text)
    assert len([part for part in drawn.iter() if part.tag.endswith("circle")]) == 4
    assert "✕" in text
    alone = frontier_picture(case(), TARGET, frontier_points()[4:])
    assert not [part for part in ElementTree.fromstring(alone).iter() if part.tag.endswith("circle")]
