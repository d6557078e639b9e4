"""Service: which cohort may live in which kind of place, by the same rules as a match, and what that means for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rightplace.instances.planning_case import PlanningCase
    from rightplace.instances.supply import Supply

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Service:
    """The lawful and sensible pairs of a cohort and a supply, sorted by cohort, then supply: arrays over them.

    Parameters
    ----------
    cohort_idx, supply_idx
        Positions in the demand's cohorts and in the supplies.
    use_pence_per_week
        For each child who lives there: fee at the child's need level, with the framework's band and support.
    miles
        From the centre of the child's authority to the place; what the market says of its own.
    in_area, within_20_miles
        Where the place lies, seen from the child's authority.
    is_together
        Brothers and sisters of the cohort live there together; true for cohorts without any.
    """

    cohort_idx: Ints
    supply_idx: Ints
    use_pence_per_week: Ints
    miles: Floats
    in_area: Mask
    adjoining: Mask
    within_20_miles: Mask
    is_together: Mask


def service_of(case: PlanningCase, supplies: Sequence[Supply]) -> Service:
    """Every lawful and sensible pair.

    Raises
    ------
    InstanceError
        Naming every cohort that no unlimited supply may serve: it could be left without a place.
    """
    raise NotImplementedError
