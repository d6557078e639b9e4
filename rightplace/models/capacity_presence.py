"""Number and range of providers (Children Act 1989 s22G(4)): who is in an area today, and whom new places bring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rightplace.instances.quarters import QUARTERS_A_YEAR
from rightplace.instances.targets import Measure, Target
from rightplace.models.capacity_today import CapacityData, areas
from rightplace.staged import Ints

if TYPE_CHECKING:
    from collections.abc import Callable

    from rightplace.instances.levers import Block, NewHome
    from rightplace.models.capacity_columns import Uses


@dataclass(frozen=True, slots=True, eq=False)
class Presence:
    """A provider, or type of setting, that is in the areas of a target by the end of a year once new places are.

    Parameters
    ----------
    target
        Position among the targets.
    name
        Provider id, or type of setting.
    column
        1 exactly when one of ``openings`` is.
    openings
        Columns of new homes and let blocks that bring it, open at the end of the year.
    """

    target: int
    year: int
    name: str
    column: int
    openings: Ints


def presences(
    data: CapacityData, take: Callable[[], int], opening: Uses[NewHome], let: Uses[Block]
) -> tuple[Presence, ...]:
    """Columns for what new homes and blocks bring to the areas of a target that are without it today."""
    found = []
    for i, target in enumerate(data.case.targets):
        if target.measure not in (Measure.PROVIDERS_IN_AREA, Measure.SETTING_TYPES_IN_AREA):
            continue
        today = present_today(data, target)
        for year in target.values:
            end = QUARTERS_A_YEAR * (year + 1) - 1
            by_name: dict[str, list[int]] = {}
            for lever, begin, column in _openings(opening, let):
                until = getattr(lever, "num_quarters", None)
                is_open = begin <= end and (until is None or end < begin + until)
                name = lever.provider_id if target.measure is Measure.PROVIDERS_IN_AREA else lever.type.value
                if is_open and lever.authority_id in areas(data.case, target) and name not in today:
                    by_name.setdefault(name, []).append(column)
            found += [
                Presence(i, year, name, take(), np.array(by_name[name], dtype=np.int64)) for name in sorted(by_name)
            ]
    return tuple(found)


def present_today(data: CapacityData, target: Target) -> frozenset[str]:
    """Providers, or types of setting, that have places in the areas of a target today."""
    there = [
        supply
        for supply in data.supplies
        if supply.setting_ids and supply.num_places > 0 and supply.authority_id in areas(data.case, target)
    ]
    if target.measure is Measure.PROVIDERS_IN_AREA:
        return frozenset(provider_id for supply in there for provider_id in supply.provider_ids)
    return frozenset(supply.type.value for supply in there)


def _openings(opening: Uses[NewHome], let: Uses[Block]) -> list[tuple[NewHome | Block, int, int]]:
    """Every lever that begins something somewhere, when, and its column."""
    found: list[tuple[NewHome | Block, int, int]] = []
    for lever, t, column in zip(opening.lever.tolist(), opening.quarter.tolist(), opening.column.tolist(), strict=True):
        found.append((opening.levers[lever], t, column))
    for lever, t, column in zip(let.lever.tolist(), let.quarter.tolist(), let.column.tolist(), strict=True):
        found.append((let.levers[lever], t, column))
    return found
