"""What each value of a target costs: as a table, sentences, CSV, JSON and a picture."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from rich.table import Table

from rightplace.files import Row, write_csv, written_at_once
from rightplace.instances.targets import Sense
from rightplace.reports.capacity_answer import case_object, schedule_object
from rightplace.reports.capacity_svg import COLOURS, GRID, QUIET, Scale, dot, line, picture, ticks, words
from rightplace.reports.capacity_terminal import print_asked
from rightplace.reports.capacity_words import amount, change, money, more_words, required_words, target_words, told_unit
from rightplace.reports.terminal import print_table
from rightplace.reports.wording import capital

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from rich.console import Console

    from rightplace.instances.planning_case import PlanningCase
    from rightplace.instances.targets import Target
    from rightplace.planning import FrontierPoint
    from rightplace.reports.panel_html import Html

COLUMNS = (
    "value",
    "reachable",
    "cost_pounds",
    "bound_pounds",
    "more_than_least_pounds",
    "one_more_pounds",
    "schedule",
)
"""Of the CSV; money in pounds with pence."""
_LEGEND = ((False, "✕", "cannot be reached"), (None, "?", "no plan found, nothing proven"))
_MARKS = {kind: mark for kind, mark, _ in _LEGEND}
_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 800.0, 460.0, 110.0, 770.0, 70.0, 390.0


def by_strictness(target: Target, points: Sequence[FrontierPoint]) -> list[FrontierPoint]:
    """Points from the loosest value of the target to the strictest."""
    return sorted(points, key=lambda point: point.value, reverse=target.sense is Sense.AT_MOST)


def frontier_sentences(case: PlanningCase, target: Target, points: Sequence[FrontierPoint]) -> Iterator[str]:
    """How far the target is free, what the strictest reachable value costs, and where it ends."""
    ordered = by_strictness(target, points)
    costs = _reached(ordered)
    name = capital(target_words(case, target))
    if not costs:
        yield f"{name}: no plan was found that reaches any of these values."
        yield from _unreached(case, target, ordered)
        return
    least = min(cost for _, cost in costs)
    bounds = [(point, cost, cost if point.bound_pence is None else point.bound_pence) for point, cost in costs]
    free = [(point, cost - bound) for point, cost, bound in bounds if bound <= least]
    unsure = max((doubt for _, doubt in free), default=0.0)
    last, dearest = costs[-1]
    if free and free[-1][0] is not last:
        asked = required_words(target, free[-1][0].value)
        doubt = f", as far as the gap of {money(unsure)} can tell" if round(unsure / 100) else ""
        yield f"{name}: {asked} costs no more than less does{doubt}."
    yield f"{name}: {required_words(target, last.value)} costs {money(dearest - least)} more than the least here."
    yield from _unreached(case, target, ordered)


def _unreached(case: PlanningCase, target: Target, ordered: Sequence[FrontierPoint]) -> Iterator[str]:
    """Where it is proven to end, what is not known, and where the search failed."""
    name = capital(target_words(case, target))
    proven = next((point for point in ordered if point.reachable is False), None)
    if proven is not None:
        asked = required_words(target, proven.value)
        yield f"{name}: no plan reaches {asked} with these levers and targets; that is proven."
    for point in ordered:
        asked = required_words(target, point.value)
        if point.fault:
            yield f"{name}: the search for {asked} failed: {point.fault}."
        elif point.reachable is None:
            yield f"{name}: no plan for {asked} was found before the search ended; whether there is one is not known."


def print_frontier(case: PlanningCase, target: Target, points: Sequence[FrontierPoint], console: Console) -> None:
    """A line a value, then what it means."""
    print_asked(case, console)
    table = Table(box=None, pad_edge=False, header_style="bold")
    names = (
        target_words(case, target),
        "cost",
        "more than the least",
        "no plan costs less than",
        f"{more_words(case, target)}, from the next looser value",
    )
    for name in names:
        table.add_column(name, justify="right")
    costs = {point.value: cost for point, cost in _reached(points)}
    more = one_more(target, points)
    for point in points:
        asked = amount(target.measure, point.value)
        if point.value not in costs:
            table.add_row(asked, _unreached_words(point), "", "", "")
            continue
        bound, price = point.bound_pence, more.get(point.value)
        table.add_row(
            asked,
            money(costs[point.value]),
            change(costs[point.value] - min(costs.values())),
            "" if bound is None else money(bound),
            "" if price is None else money(price),
        )
    print_table(table, console)
    console.print()
    for sentence in frontier_sentences(case, target, points):
        console.print(sentence, markup=False, highlight=False, soft_wrap=True)


def one_more(target: Target, points: Sequence[FrontierPoint]) -> dict[float, float]:
    """Pence for one unit more of the target (``more_words``), by value: from the next looser value, if both have plans.

    A finite difference of two costs, each within its gap. Of a share, the unit is a percentage point.
    """
    found = {}
    for looser, point in itertools.pairwise(by_strictness(target, points)):
        apart = abs(point.value - looser.value) / told_unit(target.measure)
        if looser.cost_pence is not None and point.cost_pence is not None and apart:
            found[point.value] = (point.cost_pence - looser.cost_pence) / apart
    return found


def _unreached_words(point: FrontierPoint) -> str:
    if point.fault:
        return "failed"
    return "not known" if point.reachable is None else "not reached"


def _reached(points: Sequence[FrontierPoint]) -> list[tuple[FrontierPoint, float]]:
    """The points that can be reached, with their cost."""
    return [(point, point.cost_pence) for point in points if point.reachable and point.cost_pence is not None]


def frontier_object(case: PlanningCase, target: Target, points: Sequence[FrontierPoint]) -> dict[str, Any]:
    """The frontier, ready for JSON; money in pence; ``reachable`` is null where nothing is known."""
    more = one_more(target, points)
    return {
        "target": target.id,
        "points": [
            {
                "value": point.value,
                "reachable": point.reachable,
                "cost_pence": point.cost_pence,
                "bound_pence": point.bound_pence,
                "one_more_pence": more.get(point.value),
                "fault": point.fault or None,
                "schedule": schedule_object(case, point.schedule),
            }
            for point in points
        ],
        "sentences": list(frontier_sentences(case, target, points)),
        **case_object(case),
    }


def write_frontier(target: Target, points: Sequence[FrontierPoint], path: Path) -> None:
    """Write the frontier as a CSV, a row a value; ``reachable`` is empty where nothing is known."""
    costs = {point.value: cost for point, cost in _reached(points)}
    more = one_more(target, points)
    rows: list[Row] = []
    for point in points:
        row: Row = {"value": point.value, "reachable": point.reachable}
        if point.value in costs:
            cost = costs[point.value]
            row |= {
                "cost_pounds": _pounds(cost),
                "bound_pounds": _pounds(point.bound_pence),
                "more_than_least_pounds": _pounds(cost - min(costs.values())),
                "one_more_pounds": _pounds(more.get(point.value)),
                "schedule": "; ".join(f"{a.quarter} {a.lever_id} {a.quantity:g}" for a in point.schedule),
            }
        rows.append(row)
    with written_at_once(path) as place:
        write_csv(place, COLUMNS, rows)


def _pounds(pence: float | None) -> float | None:
    return None if pence is None else round(pence / 100, 2)


def frontier_picture(case: PlanningCase, target: Target, points: Sequence[FrontierPoint]) -> str:
    """An SVG: cost against the target; on the axis a cross where it cannot be reached, a ? where nothing is known."""
    name = capital(target_words(case, target))
    title = f"{case.instance.name}: what the target costs"
    values = [point.value for point in points]
    found = sorted((point.value, cost / 100) for point, cost in _reached(points))
    costs = [cost for _, cost in found] or [0.0]
    kinds = {point.reachable for point in points}
    marks = [f"{mark} {told}" for kind, mark, told in _LEGEND if kind in kinds]
    room = 0.08 * (max(costs) - min(costs)) or max(1.0, 0.01 * max(costs))
    across = Scale(min(values), max(values), _LEFT, _RIGHT)
    up = Scale(min(costs) - room, max(costs) + room, _BOTTOM, _TOP)
    return picture(
        _WIDTH,
        _HEIGHT,
        title,
        words(20, 30, title, weight="bold"),
        words(20, 52, "expected discounted cost over the plan", colour=QUIET),
        *_axes(target, across, up),
        words((_LEFT + _RIGHT) / 2, _BOTTOM + 48, f"{name}: {target.sense.value}", anchor="middle"),
        line([(across(value), up(cost)) for value, cost in found], COLOURS[0], 2),
        *(
            dot(across(value), up(cost), COLOURS[0], f"{amount(target.measure, value)}: {money(100 * cost)}")
            for value, cost in found
        ),
        *(
            words(across(point.value), _BOTTOM - 6, _MARKS[point.reachable], anchor="middle", colour=COLOURS[5])
            for point in points
            if not point.reachable
        ),
        *([words(20, _HEIGHT - 6, "; ".join(marks), colour=COLOURS[5])] if marks else []),
    )


def _axes(target: Target, across: Scale, up: Scale) -> Iterator[Html]:
    for value in ticks(up.low, up.high):
        yield line([(_LEFT, up(value)), (_RIGHT, up(value))], GRID)
        yield words(_LEFT - 8, up(value) + 4, money(100 * value), anchor="end", colour=QUIET)
    for value in ticks(across.low, across.high, 8):
        yield line([(across(value), _BOTTOM), (across(value), _BOTTOM + 5)], QUIET)
        yield words(across(value), _BOTTOM + 20, amount(target.measure, value), anchor="middle", colour=QUIET)
