"""First prices of the rows that columns fill, and with them the first columns of a relaxation.

Each item spreads over its columns by a soft minimum of cost plus prices; each row's price then rises or falls until
its columns fill it (Sinkhorn's iteration for transportation problems: Cuturi 2013, arXiv 1306.0895), at falling
temperature.
Prices are only a guess: a bad one makes the relaxation slower, never wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rightplace.solver.structure import filled_rows, shares

if TYPE_CHECKING:
    from rightplace.program import Floats, Ints, Mask, Program
    from rightplace.solver.structure import Structure

_ROUNDS = 20
"""Rounds at each temperature."""
_COLUMNS = 12
"""Columns of an item to begin with."""
_TEMPERATURES = (0.05, 0.015, 0.005, 0.0015, 0.0005, 0.00015)
"""As shares of the largest cost."""


def first_columns(program: Program, structure: Structure, costs: Floats, rows: Mask) -> Mask:
    """The columns with which to begin: of each item the cheapest under first prices, the start, and what fills no row.

    Parameters
    ----------
    rows
        The rows that take part.
    """
    filled = filled_rows(program) & rows
    entry = filled[program.entry_rows]
    number = np.cumsum(filled) - 1
    row, column = number[program.entry_rows[entry]], program.row_columns[entry]
    order = np.argsort(column, kind="stable")
    row, column, value = row[order], column[order], program.row_values[entry][order]
    prices = _prices(structure, costs, row, column, value, program.row_upper[filled])
    reduced = costs + np.bincount(column, value * prices[row], minlength=program.num_columns)
    share = shares(structure, reduced)
    order = np.lexsort((share, structure.item))
    rank = np.arange(len(order)) - structure.first[structure.item]
    chosen: Mask = structure.num_of_column == 0
    chosen |= np.bincount(column, minlength=program.num_columns) == 0
    chosen[structure.column[order[rank < _COLUMNS]]] = True
    if program.start is not None:
        chosen |= program.start > 0
    return chosen


def _prices(structure: Structure, costs: Floats, row: Ints, column: Ints, value: Floats, upper: Floats) -> Floats:
    prices = np.zeros(len(upper))
    if not len(upper) or not structure.num_items:
        return prices
    starts = structure.first[:-1]
    largest = float(np.abs(costs).max())
    for temperature in (share * largest for share in _TEMPERATURES if largest):
        for _ in range(_ROUNDS):
            reduced = costs + np.bincount(column, value * prices[row], minlength=len(costs))
            share = shares(structure, reduced)
            least = np.minimum.reduceat(share, starts)
            weight = np.exp(np.maximum((least[structure.item] - share) / temperature, -40))
            weight /= np.add.reduceat(weight, starts)[structure.item]
            taken = np.bincount(structure.column, weight, minlength=len(costs)) / np.maximum(1, structure.num_of_column)
            used = np.bincount(row, value * taken[column], minlength=len(upper))
            prices = np.maximum(0, prices + temperature * np.log(np.maximum(used, 1e-9) / upper))
    return prices
