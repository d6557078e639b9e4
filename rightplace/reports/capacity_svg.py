"""Pictures as SVG, written by hand: axes, lines, areas and words; they fetch nothing and need no program to draw."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightplace.reports.panel_html import Html, element, joined

if TYPE_CHECKING:
    from collections.abc import Sequence

INK, QUIET, GRID = "#222222", "#666666", "#dddddd"
COLOURS = ("#0072b2", "#e69f00", "#009e73", "#56b4e9", "#cc79a7", "#d55e00")
"""Colours that colour-blind people can tell apart (Okabe and Ito)."""
_FONT = "system-ui, 'Segoe UI', Arial, sans-serif"


@dataclass(frozen=True, slots=True)
class Scale:
    """Maps values of an axis to the picture: ``low`` to ``start``, ``high`` to ``end``, in units of the picture."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Where a value lies."""
        span = self.high - self.low
        return self.start + (self.end - self.start) * ((value - self.low) / span if span else 0.5)


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round values from ``low`` to ``high``, at most so many, a step of 1, 2 or 5 times a power of ten apart."""
    if high <= low:
        return [low]
    rough = (high - low) / max(1, most - 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(part * power for part in (1, 2, 5, 10) if part * power >= rough * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    return [i * step for i in range(first, math.floor(high / step + 1e-9) + 1)]


def picture(width: float, height: float, title: str, *content: str) -> Html:
    """The whole file, on white."""
    drawn = element(
        "svg",
        element("title", title),
        rectangle(0, 0, width, height, "#ffffff"),
        *content,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width:g} {height:g}",
        width=f"{width:g}",
        height=f"{height:g}",
        role="img",
        font_family=_FONT,
        font_size="13",
    )
    return joined((drawn, Html("\n")))


def rectangle(x: float, y: float, width: float, height: float, colour: str, title: str = "") -> Html:
    """A filled rectangle; ``title`` is shown where the mouse rests."""
    content = (element("title", title),) if title else ()
    return element(
        "rect", *content, x=f"{x:.1f}", y=f"{y:.1f}", width=f"{width:.1f}", height=f"{height:.1f}", fill=colour
    )


def line(points: Sequence[tuple[float, float]], colour: str, width: float = 1.0, dashes: str = "") -> Html:
    """A line through points."""
    return element(
        "polyline",
        points=_points(points),
        fill="none",
        stroke=colour,
        stroke_width=f"{width:g}",
        stroke_dasharray=dashes,
    )


def area(points: Sequence[tuple[float, float]], colour: str, opacity: float = 1.0) -> Html:
    """A filled area round points."""
    return element("polygon", points=_points(points), fill=colour, fill_opacity=f"{opacity:g}")


def dot(x: float, y: float, colour: str, title: str) -> Html:
    """A point with words where the mouse rests."""
    return element("circle", element("title", title), cx=f"{x:.1f}", cy=f"{y:.1f}", r="4", fill=colour)


def words(x: float, y: float, text: str, *, anchor: str = "start", colour: str = INK, weight: str = "") -> Html:
    """Words with their foot at ``y``: beginning, in the middle or ending at ``x`` (start, middle, end)."""
    return element("text", text, x=f"{x:.1f}", y=f"{y:.1f}", text_anchor=anchor, fill=colour, font_weight=weight)


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
