"""How many places a schedule leaves to use in each quarter, by type of setting and who runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rightplace.instances.levers import SettingType
from rightplace.models.capacity import capacity_data, capacity_program
from rightplace.models.capacity_schedule import point_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rightplace.capacity_plan import Action
    from rightplace.instances.planning_case import PlanningCase
    from rightplace.instances.supply import Supply

Floats = NDArray[np.float64]

_NAMES = {
    SettingType.FOSTERING: ("in-house and connected carers", "independent carers"),
    SettingType.RESIDENTIAL: ("in-house homes", "independent homes"),
    SettingType.SUPPORTED: ("in-house supported accommodation", "independent supported accommodation"),
}


def places_by_type(case: PlanningCase, schedule: Sequence[Action]) -> dict[str, Floats]:
    """(num_quarters,) each, after planning occupancy; the market without limit is left out, and so is what is empty.

    Raises
    ------
    ValueError
        When an action of the schedule cannot be carried out.
    """
    data = capacity_data(case)
    staged, columns = capacity_program(data)
    capacity = staged.capacity(point_of(data, columns, schedule))
    found: dict[str, Floats] = {}
    for names in _NAMES.values():
        for name in names:
            nodes = [i for i, supply in enumerate(data.supplies) if name_of(supply) == name and not supply.is_unlimited]
            total = capacity[:, nodes].sum(axis=1)
            if total.any():
                found[name] = total
    return found


def name_of(supply: Supply) -> str:
    """Type of setting and who runs it, in words."""
    in_house, independent = _NAMES[supply.type]
    return in_house if supply.in_house or supply.connected else independent
