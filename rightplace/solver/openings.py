"""What it could bring to open columns that are closed, from the relaxation alone: bounds, without solving anew.

A column is closed when its upper bound is 0. The relaxation of the program as it is gives every column a reduced cost,
closed ones too. By weak duality, opening some of them lowers the bound by no more than their reduced costs allow within
the places that they fill.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rightplace.errors import SolverError
from rightplace.program import Floats, Ints
from rightplace.solver.relaxation import Relaxation
from rightplace.solver.structure import structure_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rightplace.program import Program
    from rightplace.solver.outcome import SolveOptions

_TOLERANCE = 1e-6
"""How near the bound is brought to the value of the relaxation, as a share of it."""


@dataclass(frozen=True, slots=True)
class Opening:
    """Columns that could be opened together.

    Parameters
    ----------
    columns, num_places
        Each column, and how many places it would fill.
    most
        How many places there are for all of them.
    """

    columns: Ints
    num_places: Ints
    most: int


def most_gained(program: Program, openings: Sequence[Opening], options: SolveOptions) -> Floats:
    """By how much each opening could at most better each tier of the start, the tiers before held where they are.

    Parameters
    ----------
    program
        With all openings closed, and with a start.

    Returns
    -------
    (num_openings, num_tiers), whole numbers of at least 0; infinite where the limit came before a bound.

    Raises
    ------
    SolverError
        When there is no start, or HiGHS fails.
    """
    if program.start is None:
        raise SolverError("what an opening gains is measured from a start, and there is none")
    gains = np.full((len(openings), len(program.objectives)), np.inf)
    if not openings or not program.num_columns:
        return gains
    deadline = time.perf_counter() + options.time_limit_seconds
    relaxation = Relaxation(program, structure_of(program), program.objectives[0].costs, options)
    for tier, objective in enumerate(program.objectives):
        if options.stop.is_set() or time.perf_counter() >= deadline:
            break
        relaxed = relaxation.minimise(objective.costs, _TOLERANCE, deadline, lambda _: None)
        value = program.value(objective, program.start)
        for number, opening in enumerate(openings):
            bound = relaxed.bound - _most_taken_off(opening, relaxed.reduced)
            if not len(opening.columns):
                gains[number, tier] = 0.0
            elif math.isfinite(bound):
                gains[number, tier] = max(0.0, value - math.ceil(bound - 1e-8 * abs(bound) - 1e-3))
        relaxation.hold(objective.costs, float(value), program.start)  # any slack would come off every later bound
    return gains


def _most_taken_off(opening: Opening, reduced: Floats) -> float:
    """The most by which the opening lowers the bound: its best column a place, in every place."""
    a_place = reduced[opening.columns] / opening.num_places
    return opening.most * max(0.0, -float(a_place.min(initial=0.0)))
