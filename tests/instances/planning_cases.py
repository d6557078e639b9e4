"""A planning case by hand around Aston, its neighbour and partner Bexton, and Farford, far away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rightplace.instances.cohorts import Cohort, CohortKind
from rightplace.instances.geography import Authority, Point, Precision
from rightplace.instances.levers import Levers
from rightplace.instances.planning_case import PlanningCase
from rightplace.instances.quarters import Quarter
from rightplace.instances.scenario import Demand
from tests.rules.builders import EAST, NORTH, instance

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rightplace.instances.children import Child
    from rightplace.instances.settings import Setting

METRES_A_MILE = 1609.3
FIRST = Quarter(2024, 2)
"""The first quarter after the day of the built instance, 15 January 2024."""


def centre(name: str, miles_east: float) -> Point:
    """A place so many miles east of the centre of Aston."""
    return Point(f"authority:{name}", EAST + round(miles_east * METRES_A_MILE), NORTH, Precision.AUTHORITY, name)


AUTHORITIES = (
    Authority(
        id="A",
        name="Aston",
        neighbour_ids=frozenset({"B"}),
        partner_ids=frozenset({"B"}),
        centre=centre("A", 0),
    ),
    Authority(id="B", name="Bexton", centre=centre("B", 8)),
    Authority(id="NEAR", name="Nearham", centre=centre("NEAR", 15)),
    Authority(id="FAR", name="Farford", centre=centre("FAR", 60)),
)


def cohort(kind: CohortKind = CohortKind.MAINSTREAM, band: int = 2, level: int = 1, size: int = 1) -> Cohort:
    """Children of Aston's, 10 to 15 years old and of level 1."""
    return Cohort("A", band, level, kind, size)


def demand(cohorts: Iterable[Cohort]) -> Demand:
    """One child of each cohort in each quarter of a year, for sure."""
    some = tuple(cohorts)
    return Demand(some, FIRST, np.ones((1, 4, len(some))), np.ones(1), ("sure",), "by hand")


def case(
    settings: tuple[Setting, ...] = (),
    cohorts: Iterable[Cohort] = (cohort(),),
    *,
    children: tuple[Child, ...] = (),
    levers: Levers | None = None,
    authorities: tuple[Authority, ...] = AUTHORITIES,
    **world: Any,
) -> PlanningCase:
    """What Aston plans for."""
    built = instance((), (), **world).replace(authorities=authorities, settings=settings, children=children)
    return PlanningCase(instance=built, demand=demand(cohorts), levers=levers or Levers())
