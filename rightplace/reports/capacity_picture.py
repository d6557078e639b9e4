"""The picture of a capacity plan: its schedule, and places by type against expected demand, over the same quarters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rightplace.instances.quarters import QUARTERS_A_YEAR
from rightplace.reports.capacity_chart import Track, shortened, tracks_of
from rightplace.reports.capacity_svg import (
    COLOURS,
    GRID,
    INK,
    QUIET,
    Scale,
    area,
    line,
    picture,
    rectangle,
    ticks,
    words,
)
from rightplace.reports.capacity_words import number, quantity_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rightplace.capacity_plan import Action
    from rightplace.instances.planning_case import PlanningCase
    from rightplace.instances.scenario import Demand
    from rightplace.reports.panel_html import Html

Floats = NDArray[np.float64]

_WIDTH, _LEFT, _RIGHT, _TOP = 1160.0, 440.0, 1110.0, 70.0
_LONGEST_NAME = 56
_ROW, _CHART_HEIGHT, _BETWEEN = 24.0, 300.0, 70.0


def demand_range(demand: Demand, low: float = 0.1, high: float = 0.9) -> tuple[Floats, Floats]:
    """(num_quarters,) each: children in all in the scenario at which each share of probability is reached."""
    children = demand.children.sum(axis=2)
    order = np.argsort(children, axis=0, kind="stable")
    reached = np.cumsum(demand.probability[order], axis=0)
    ordered = np.take_along_axis(children, order, axis=0)
    ends = []
    for share in (low, high):
        at = np.minimum((reached < share - 1e-9).sum(axis=0), demand.num_scenarios - 1)
        ends.append(np.take_along_axis(ordered, at[None], axis=0)[0])
    return ends[0], ends[1]


def plan_picture(case: PlanningCase, schedule: Sequence[Action], places: Mapping[str, Floats]) -> str:
    """An SVG.

    Parameters
    ----------
    places
        By type of setting, in words: usable places in each quarter, after planning occupancy; the market left out.
    """
    tracks = tracks_of(case, schedule)
    across = Scale(0, case.demand.num_quarters, _LEFT, _RIGHT)
    top = _TOP + _ROW * max(1, len(tracks)) + _BETWEEN
    height = top + _CHART_HEIGHT + 60 + 20 * len(places)
    last = case.first + (case.demand.num_quarters - 1)
    title = f"{case.instance.name}: plan from {case.first} to {last}"
    return picture(
        _WIDTH,
        height,
        title,
        words(20, 30, title, weight="bold"),
        *_years(case, across, _TOP - 8, top + _CHART_HEIGHT),
        *_schedule(case, tracks, across),
        *_chart(case, places, across, top),
    )


def _years(case: PlanningCase, across: Scale, top: float, bottom: float) -> Iterator[Html]:
    """A line at the beginning of each year, with its name above."""
    for year, name in enumerate(case.year_names):
        x = across(QUARTERS_A_YEAR * year)
        yield line([(x, top), (x, bottom)], GRID)
        yield words(x + 4, top - 2, name, colour=QUIET)


def _schedule(case: PlanningCase, tracks: Sequence[Track], across: Scale) -> Iterator[Html]:
    if not tracks:
        yield words(_LEFT - 10, _TOP + 16, "Nothing is done: no lever is used.", anchor="end")
    for row, track in enumerate(tracks):
        y = _TOP + _ROW * row
        yield words(_LEFT - 10, y + 16, shortened(track.name, _LONGEST_NAME), anchor="end")
        highest = float(track.amounts.max())
        for quarter, value in enumerate(track.amounts):
            if value <= 0:
                continue
            tall = (_ROW - 6) * float(value) / highest
            happens = quantity_words(track.lever, float(value)) or "open"
            title = f"{case.first + quarter}: {happens}"
            x, width = across(quarter), across(1) - across(0)
            gap = 0.0 if track.is_lasting else 2.0
            yield rectangle(x, y + _ROW - 3 - tall, width - gap, tall, COLOURS[0], title)
        if track.summary and not track.is_lasting:
            yield words(_RIGHT + 4, y + 16, track.summary, colour=QUIET)


def _chart(case: PlanningCase, places: Mapping[str, Floats], across: Scale, top: float) -> Iterator[Html]:
    """Places stacked by type, and over them the children expected with their range."""
    mean = case.demand.mean.sum(axis=1)
    low, high = demand_range(case.demand)
    stacked = np.cumsum(np.array([np.zeros(case.demand.num_quarters), *places.values()]), axis=0)
    up = Scale(0, 1.08 * max(float(stacked[-1].max()), float(high.max()), 1.0), top + _CHART_HEIGHT, top)
    yield words(20, top - 20, "Usable places and children in care", weight="bold")
    for value in ticks(0, up.high):
        yield line([(_LEFT, up(value)), (_RIGHT, up(value))], GRID)
        yield words(_LEFT - 10, up(value) + 4, number(value), anchor="end", colour=QUIET)
    for i, colour in enumerate(COLOURS[: len(places)]):
        yield area(_between(across, up, stacked[i], stacked[i + 1]), colour, 0.75)
    yield area(_between(across, up, low, high), INK, 0.18)
    for end in (low, high):
        yield line(_steps(across, up, end), INK, 1, "3 3")
    middles = [(across(quarter + 0.5), up(float(value))) for quarter, value in enumerate(mean)]
    yield line(middles, INK, 2.5)
    yield from _legend(list(places), top + _CHART_HEIGHT + 30)


def _between(across: Scale, up: Scale, low: Floats, high: Floats) -> list[tuple[float, float]]:
    """Round the area between two series of steps, one a quarter."""
    return _steps(across, up, high) + _steps(across, up, low)[::-1]


def _steps(across: Scale, up: Scale, values: Floats) -> list[tuple[float, float]]:
    return [(across(i + end), up(float(value))) for i, value in enumerate(values) for end in (0, 1)]


def _legend(names: Sequence[str], y: float) -> Iterator[Html]:
    yield line([(_LEFT, y - 4), (_LEFT + 24, y - 4)], INK, 2.5)
    yield words(_LEFT + 32, y, "children in care, expected; grey: 10% to 90% of the scenarios")
    for i, name in enumerate(reversed(names)):
        row = y + 20 * (i + 1)
        yield rectangle(_LEFT, row - 11, 24, 12, COLOURS[len(names) - 1 - i])
        yield words(_LEFT + 32, row, name)
