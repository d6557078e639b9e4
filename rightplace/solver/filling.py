"""A whole point from a wish for each column: what is wished for most comes first, as far as the rows allow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from rightplace.program import Floats, Ints, Mask
    from rightplace.solver.slices import Slices
    from rightplace.solver.structure import Structure


def fill(slices: Slices, structure: Structure, point: Floats, is_open: Mask, columns: Ints) -> None:
    """Set columns of a point to one in this order, for items that are open, where no row stands against it.

    Columns without items come last: they are set where a row that is still broken needs them. An item may be left
    without a column.

    Parameters
    ----------
    point, is_open
        Changed in place: columns at one, and the items that still have none.
    """
    program = slices.program
    activity: Floats = np.bincount(
        program.entry_rows, program.row_values * point[program.row_columns], minlength=program.num_rows
    ).astype(np.float64)
    taken = set(np.flatnonzero(point > 0.5).tolist()) if program.on_demand is not None else set()
    order = np.argsort(structure.column, kind="stable")
    items = structure.item[order]
    first = np.searchsorted(structure.column[order], np.arange(program.num_columns + 1))
    of_items = first[columns + 1] > first[columns]
    for column in columns[of_items].tolist():
        own = items[first[column] : first[column + 1]]
        if not is_open[own].all():
            continue
        entries = slice(slices.first[column], slices.first[column + 1])
        rows, values = slices.rows[entries], slices.values[entries]
        if not ((values < 0) | (activity[rows] + values <= program.row_upper[rows])).all():
            continue
        if program.on_demand is not None:
            if program.on_demand.stands_against(column, taken):
                continue
            taken.add(column)
        is_open[own] = False
        point[column] = 1.0
        activity[rows] += values
    for column in columns[~of_items].tolist():
        entries = slice(slices.first[column], slices.first[column + 1])
        rows, values = slices.rows[entries], slices.values[entries]
        if ((values < 0) & (activity[rows] > program.row_upper[rows])).any():
            point[column] = 1.0
            activity[rows] += values
