"""The best that items can do by changing places among themselves, with everything else held: one minimum-cost flow.

Where nobody comes together with anybody and a column takes one unit of one row, a program is a transportation problem,
and a flow through the whole of it is exact, however large it is. Such are most children: those without siblings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rightplace.solver import min_cost_flow
from rightplace.solver.partition import lazy_rows
from rightplace.solver.structure import filled_rows

if TYPE_CHECKING:
    from rightplace.program import Floats, Ints, Mask, Program
    from rightplace.solver.slices import Slices
    from rightplace.solver.structure import Structure


def plain_columns(program: Program, structure: Structure) -> Mask:
    """Columns of one item that shares none with another, in at most one more row, of which they take one unit.

    That row is none of the lazy ones, and no row on demand speaks of the column in the first place.
    """
    rows, columns = program.entry_rows, program.row_columns
    counted = filled_rows(program) & ~lazy_rows(program)
    is_unit = counted[rows] & (program.row_values == 1.0)
    num_units = np.bincount(columns, is_unit, minlength=program.num_columns)
    num_entries = np.bincount(columns, minlength=program.num_columns)
    size = np.bincount(structure.cluster)
    alone = (structure.num_of_column == 1) & (size[structure.cluster[structure.first_item]] == 1)
    found: Mask = alone & (num_units <= 1) & (num_entries == 1 + num_units) & (program.upper == 1)
    if program.on_demand is not None:
        found &= ~program.on_demand.leading(program.num_columns)
    return found


def reassigned(slices: Slices, structure: Structure, costs: Floats, point: Floats, columns: Mask) -> Floats:
    """The cheapest point that differs from a feasible one in plain columns only.

    Parameters
    ----------
    costs
        What is minimised, whole numbers, one for each column.
    columns
        Plain columns that may be used; an item takes part if the point's column is one of them.

    Raises
    ------
    SolverError
        When there is no flow, although the point is one.
    """
    takes_part = np.zeros(structure.num_items, dtype=np.bool_)
    takes_part[structure.first_item[columns & (point > 0.5)]] = True
    free = np.flatnonzero(columns & takes_part[structure.first_item])
    if not len(free):
        return point
    held = point.copy()
    held[free] = 0.0
    row, room = _rows_of(slices, free, held)
    item, tails = np.unique(structure.first_item[free], return_inverse=True)
    fits = np.flatnonzero((row < 0) | (room[row] >= 1))
    places, heads = np.unique(row[fits], return_inverse=True)
    sink = len(item) + len(places)
    capacity = np.where(places >= 0, np.floor(room[places]), len(item)).astype(np.int64)
    supplies = np.zeros(sink + 1, dtype=np.int64)
    supplies[: len(item)], supplies[sink] = 1, -len(item)
    flow = min_cost_flow.cheapest_flow(
        np.concatenate([tails[fits], len(item) + np.arange(len(places))]),
        np.concatenate([len(item) + heads, np.full(len(places), sink)]),
        np.concatenate([np.ones(len(fits), dtype=np.int64), capacity]),
        np.concatenate([costs[free[fits]].astype(np.int64), np.zeros(len(places), dtype=np.int64)]),
        supplies,
    )
    held[free[fits[flow.flows[: len(fits)] > 0]]] = 1.0
    return held


def _rows_of(slices: Slices, free: Ints, held: Floats) -> tuple[Ints, Floats]:
    """The row that each of some plain columns fills, -1 for none, and what those held leave of all rows.

    A column that a row on demand forbids beside those held is led to a row without room.
    """
    program = slices.program
    fixed = np.flatnonzero(held)
    at, rows, values = slices.entries(fixed)
    taken = np.bincount(rows, values * held[fixed][at], minlength=program.num_rows)
    room = np.append(program.row_upper - taken, 0.0)
    filled = ~np.isfinite(program.row_lower)
    found = np.full(len(free), -1, dtype=np.int64)
    at, rows, _ = slices.entries(free)
    found[at[filled[rows]]] = rows[filled[rows]]
    if program.on_demand is not None:
        row, column, value, upper = program.on_demand.among(free, fixed)
        left = upper - np.bincount(row, value * held[column], minlength=len(upper))
        full = np.zeros(program.num_columns, dtype=np.bool_)
        full[column[value > left[row]]] = True
        found[full[free]] = program.num_rows
    return found, room
