"""The minimum-cost flow that a large program relaxes to: each item goes its own way, and rows count places only.

It is the cheapest bound there is: the time of everything else is measured against its time. Its prices tell which
columns to begin with. OR-Tools finds the flow, and the prices follow from it by shortest paths.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rightplace.program import Floats, Ints
from rightplace.solver import min_cost_flow
from rightplace.solver.structure import filled_rows

if TYPE_CHECKING:
    from rightplace.program import Mask, Program
    from rightplace.solver.structure import Structure

_LARGEST = 2.0**58
"""Costs times nodes stay below this: OR-Tools computes in 64 bits."""


@dataclass(frozen=True, slots=True)
class Flow:
    """A cheapest flow.

    Parameters
    ----------
    bound
        No point of the program costs less.
    prices
        One for each row of the program, at least 0: what another unit of a full row would save.
    seconds
        Of the processor, for the flow alone.
    """

    bound: float
    prices: Floats
    seconds: float


@dataclass(frozen=True, slots=True)
class _Arcs:
    """From items to rows (``num_rows``: to none), each pair once at its least cost."""

    item: Ints
    row: Ints
    cost: Ints
    num_items: int


def cheapest_flow(program: Program, structure: Structure, costs: Floats, rows: Mask) -> Flow:
    """Send every item through one of its columns, at an equal share of its cost; what fills a row is counted there.

    Parameters
    ----------
    costs
        What is minimised, one for each column.
    rows
        The rows that may take part. Of the rows of a column that columns fill, the last one counts it.

    Raises
    ------
    SolverError
        When there is no flow, although the program has a feasible point.
    """
    counted = filled_rows(program) & rows
    largest = float(np.abs(costs).max(initial=1.0)) * (structure.num_items + int(counted.sum()) + 1)
    unit = max(1.0, largest / _LARGEST)
    arcs = _arcs(program, structure, costs / unit, counted)
    found = np.flatnonzero(counted)
    node = np.full(program.num_rows + 1, len(found), dtype=np.int64)
    node[found] = np.arange(len(found))
    head, root = node[arcs.row], arcs.num_items + len(found)
    places = np.floor(program.row_upper[found] + 1e-9).astype(np.int64)
    supplies = np.zeros(root + 1, dtype=np.int64)
    supplies[: arcs.num_items], supplies[root] = 1, -arcs.num_items
    began = time.thread_time()
    flow = min_cost_flow.cheapest_flow(
        np.concatenate([arcs.item, arcs.num_items + np.arange(len(found))]),
        np.concatenate([arcs.num_items + head, np.full(len(found), root)]),
        np.concatenate([np.ones(len(head), dtype=np.int64), places]),
        np.concatenate([arcs.cost, np.zeros(len(found), dtype=np.int64)]),
        supplies,
    )
    seconds = time.thread_time() - began
    prices = np.zeros(program.num_rows)
    prices[found] = unit * _prices(arcs, head, flow.flows[: len(head)] > 0, len(found))
    loose = structure.num_of_column == 0
    rest = float((np.minimum(costs * program.lower, costs * program.upper))[loose].sum())
    return Flow(unit * flow.cost + rest, prices, seconds)


def _arcs(program: Program, structure: Structure, costs: Floats, counted: Mask) -> _Arcs:
    """An arc for each item and each row where one of its columns leads; a column counts one for each of its items."""
    rows = program.entry_rows
    enough = program.row_values >= structure.num_of_column[program.row_columns]
    entries = np.flatnonzero(counted[rows] & enough)
    row_of = np.full(program.num_columns, program.num_rows, dtype=np.int64)
    row_of[program.row_columns[entries]] = rows[entries]
    is_open = program.upper[structure.column] > 0
    item, column = structure.item[is_open], structure.column[is_open]
    share = np.floor(costs / np.maximum(1, structure.num_of_column)).astype(np.int64)[column]
    key = item * (program.num_rows + 1) + row_of[column]
    order = np.lexsort((share, key))
    first = order[np.flatnonzero(np.diff(key[order], prepend=-1))]
    return _Arcs(item[first], row_of[column[first]], share[first], structure.num_items)


def _prices(arcs: _Arcs, head: Ints, is_used: Mask, num: int) -> Ints:
    """The least prices under which every used arc is a cheapest one of its item, 0 where places are left.

    An item at ``k`` that would rather be at ``h`` raises the price there: ``price[h] >= price[k] + cost[k] - cost[h]``.
    """
    at, cost = np.zeros(arcs.num_items, dtype=np.int64), np.zeros(arcs.num_items, dtype=np.int64)
    at[arcs.item[is_used]], cost[arcs.item[is_used]] = head[is_used], arcs.cost[is_used]
    order = np.argsort(head, kind="stable")
    order = order[head[order] < num]
    prices = np.zeros(num + 1, dtype=np.int64)
    if not len(order):
        return prices[:num]
    source, gain = at[arcs.item[order]], cost[arcs.item[order]] - arcs.cost[order]
    first = np.flatnonzero(np.diff(head[order], prepend=-1))
    where = head[order][first]
    while True:
        wanted = np.maximum(prices[where], np.maximum.reduceat(prices[source] + gain, first))
        if (wanted == prices[where]).all():
            return prices[:num]
        prices[where] = wanted
