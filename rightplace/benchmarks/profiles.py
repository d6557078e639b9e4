"""Pictures of results as SVG: performance profiles, gaps at the end, and primal gaps over time."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rightplace.benchmarks.metrics import primal_gap, primal_integral, profile
from rightplace.benchmarks.summary import is_solved
from rightplace.reports.capacity_svg import COLOURS, GRID, INK, QUIET, Scale, line, picture, words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from rightplace.benchmarks.results import Row
    from rightplace.benchmarks.summary import Field
    from rightplace.reports.panel_html import Html

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 760.0, 440.0, 70.0, 560.0, 50.0, 380.0
_LEAST_GAP, _MOST_GAP = 1e-5, 1.0
_LEAST_SECONDS = 0.01
Curve = list[tuple[float, float]]


def performance(field: Field) -> Html:
    """Share of problems solved within a multiple of the best time (Dolan and Moré 2002)."""
    problems = field.problems
    curves = profile({method: [_seconds(field, method, one) for one in problems] for method in field.methods})
    most = max((ratio for curve in curves.values() for ratio, _ in curve), default=1.0)
    return _drawn(
        f"Solved within a multiple of the best time: {field.name}",
        "times the best time (logarithmic)",
        "share of problems",
        {method: _steps(curve, most) for method, curve in curves.items()},
        (1.0, max(most, 2.0)),
        (0.0, 1.0),
        lambda share: f"{100 * share:.0f}%",
    )


def gaps(field: Field) -> Html:
    """Share of problems that ended within a gap."""
    num = len(field.problems)
    curves = {}
    for method in field.methods:
        known = (row.gap for row in field.runs[method].values() if row.gap is not None)
        ended = sorted(max(gap, _LEAST_GAP) for gap in known if gap <= _MOST_GAP)
        curves[method] = _steps([(gap, (i + 1) / num) for i, gap in enumerate(ended)], _MOST_GAP)
    return _drawn(
        f"Ended within a gap: {field.name}",
        "gap (logarithmic; 0.001% and less at the left)",
        "share of problems",
        curves,
        (_LEAST_GAP, _MOST_GAP),
        (0.0, 1.0),
        lambda share: f"{100 * share:.0f}%",
        lambda gap: f"{100 * gap:g}%",
    )


def primal(field: Field) -> Html:
    """The mean primal gap over time; what lies under each curve is its primal integral (Berthold 2013)."""
    until = max(field.limit_seconds, 2 * _LEAST_SECONDS)
    times = [_LEAST_SECONDS * (until / _LEAST_SECONDS) ** (i / 200) for i in range(201)]
    curves = {}
    for method in field.methods:
        rows = [(row, field.best[one]) for one, row in field.runs[method].items() if one in field.best]
        if rows:
            mean = sum(primal_integral(row.trace, best, until) for row, best in rows) / len(rows)
            curve = [(at, sum(_gap_at(row, best, at) for row, best in rows) / len(rows)) for at in times]
            curves[f"{method}: {mean:.3g} s"] = curve
    return _drawn(
        f"Mean primal gap over time, and its integral: {field.name}",
        "seconds (logarithmic)",
        "mean primal gap",
        curves,
        (_LEAST_SECONDS, until),
        (0.0, max((gap for curve in curves.values() for _, gap in curve), default=1.0) or 1.0),
        lambda gap: f"{100 * gap:.3g}%",
    )


def _seconds(field: Field, method: str, problem: tuple[str, int]) -> float | None:
    row = field.runs[method].get(problem)
    return field.seconds(row) if row is not None and is_solved(row) else None


def _gap_at(row: Row, best: float, seconds: float) -> float:
    value = None
    for point in row.trace:
        if point.seconds <= seconds:
            value = point.value
    return primal_gap(value, best)


def _steps(points: Sequence[tuple[float, float]], until: float) -> Curve:
    """A curve that is level between its points, up to the right edge."""
    curve: Curve = []
    height = 0.0
    for at, share in points:
        curve += [(at, height), (at, share)]
        height = share
    return [*curve, (until, height)] if curve else []


def _drawn(
    title: str,
    across: str,
    up: str,
    curves: Mapping[str, Curve],
    span: tuple[float, float],
    heights: tuple[float, float],
    height_words: Callable[[float], str],
    span_words: Callable[[float], str] = lambda value: f"{value:g}",
) -> Html:
    """Curves over a logarithmic axis, with a legend at the right."""
    x = Scale(math.log10(span[0]), math.log10(span[1]), _LEFT, _RIGHT)
    y = Scale(*heights, _BOTTOM, _TOP)
    content: list[Html] = [words(_LEFT, 24, title, weight="bold")]
    for i in range(6):
        height = heights[0] + (heights[1] - heights[0]) * i / 5
        content.append(line([(_LEFT, y(height)), (_RIGHT, y(height))], GRID))
        content.append(words(_LEFT - 8, y(height) + 4, height_words(height), anchor="end", colour=QUIET))
    for mark in _marks(*span):
        content.append(line([(x(math.log10(mark)), _TOP), (x(math.log10(mark)), _BOTTOM)], GRID))
        content.append(words(x(math.log10(mark)), _BOTTOM + 18, span_words(mark), anchor="middle", colour=QUIET))
    content.append(words((_LEFT + _RIGHT) / 2, _BOTTOM + 42, across, anchor="middle", colour=INK))
    content.append(words(_LEFT, _TOP - 8, up, colour=QUIET))
    for i, (name, curve) in enumerate(curves.items()):
        colour = COLOURS[i % len(COLOURS)]
        dashes = "" if i < len(COLOURS) else "5 3"
        points = [(x(math.log10(max(at, span[0]))), y(min(height, heights[1]))) for at, height in curve]
        content.append(line(points, colour, 2.0, dashes))
        foot = _TOP + 22 * i
        content.append(line([(_RIGHT + 20, foot - 4), (_RIGHT + 44, foot - 4)], colour, 2.0, dashes))
        content.append(words(_RIGHT + 50, foot, name))
    return picture(_WIDTH, _HEIGHT, title, *content)


def _marks(low: float, high: float) -> list[float]:
    """Powers of ten from ``low`` to ``high``; powers of two where that would be fewer than two."""
    tens = range(math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9) + 1)
    if len(tens) >= 2:
        return [10.0**power for power in tens]
    return [2.0**power for power in range(math.ceil(math.log2(low) - 1e-9), math.floor(math.log2(high) + 1e-9) + 1)]
