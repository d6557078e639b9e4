"""The columns with which a relaxation begins: those that are cheap at some prices, as of a minimum-cost flow.

Prices are only a guess: a bad one makes the relaxation slower, never wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rightplace.solver.cheapest import cheapest_columns
from rightplace.solver.structure import shares

if TYPE_CHECKING:
    from rightplace.program import Floats, Mask, Program
    from rightplace.solver.flow import Flow
    from rightplace.solver.structure import Structure

_COLUMNS = 8
"""Columns of an item to begin with."""


def first_columns(program: Program, structure: Structure, reduced: Floats) -> Mask:
    """Of each item the columns that are cheapest now; the start; what fills no row or belongs to none."""
    chosen: Mask = structure.num_of_column == 0
    chosen |= np.bincount(program.row_columns, program.row_values > 0, minlength=program.num_columns) <= (
        structure.num_of_column
    )
    chosen[cheapest_columns(structure, shares(structure, reduced), _COLUMNS)] = True
    if program.start is not None:
        chosen |= program.start > 0
    return chosen


def reduced_by(program: Program, costs: Floats, flow: Flow) -> Floats:
    """What each column costs at the prices of a flow."""
    priced = flow.prices[program.entry_rows] * program.row_values
    found: Floats = costs + np.bincount(program.row_columns, priced, minlength=program.num_columns)
    return found
