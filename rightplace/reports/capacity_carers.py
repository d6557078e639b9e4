"""In-house foster carers year by year under a schedule: who is recruited, who leaves, and what they have room for."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from rightplace.certificate.capacity_actions import uses_of
from rightplace.certificate.capacity_households import carers_leave_by, stocks_of, todays_carers
from rightplace.certificate.capacity_room import occupancy, room_of
from rightplace.instances.levers import Profile, SettingType
from rightplace.instances.quarters import QUARTERS_A_YEAR, Quarter
from rightplace.instances.supply import supply_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rightplace.capacity_plan import Action
    from rightplace.instances.planning_case import PlanningCase


@dataclass(frozen=True, slots=True, kw_only=True)
class CarersAt:
    """In-house foster carers with a funnel, relatives and friends apart, at the start of a quarter.

    Parameters
    ----------
    quarter
        The first of a year, or the last of the plan.
    recruited, left
        Households since the row before, those approved for this quarter included; who was kept has not left.
    households
        Who may have children now.
    places
        Theirs, less what young people who stay put keep.
    room
        Children, after planning occupancy.
    """

    quarter: Quarter
    recruited: float
    left: float
    households: float
    places: float
    room: float

    def as_object(self) -> dict[str, Any]:
        """Ready for JSON."""
        return asdict(self) | {"quarter": str(self.quarter)}


def carers_by_year(case: PlanningCase, schedule: Sequence[Action]) -> tuple[CarersAt, ...]:
    """At the start of each year and of the last quarter; empty where nobody is recruited and none are there."""
    supplies = supply_of(case)
    uses, _ = uses_of(case, schedule)
    all_stocks = stocks_of(case, supplies, uses)
    room = room_of(case, supplies, all_stocks, uses)
    stocks = [stock for stock in all_stocks.values() if stock.funnel.type is SettingType.FOSTERING]
    profiles = {row.id for row in case.levers.profiles if row.funnel_id in {stock.funnel.id for stock in stocks}}
    own = {i for i, supply in enumerate(supplies) if supply.id in profiles}
    for stock in stocks:
        if carers_leave_by(case, stock.funnel.authority_id) is stock.funnel:
            own.update(todays_carers(case, supplies, stock.funnel.authority_id))
    last = case.demand.num_quarters - 1
    there = [sum(stock.at(t) for stock in stocks) for t in range(last + 1)]
    if not any(there):
        return ()
    approved = [0.0] * (last + 1)
    for use in uses:
        if isinstance(use.lever, Profile) and use.lever.id in profiles:
            approved[use.at] += use.quantity
    rows, before, since = [], there[0] - approved[0], 0
    for t in sorted({*range(0, last + 1, QUARTERS_A_YEAR), last}):
        recruited = sum(approved[since : t + 1])
        children = float(room.children[t, sorted(own)].sum())
        rows.append(
            CarersAt(
                quarter=case.first + t,
                recruited=recruited,
                left=before + recruited - there[t],
                households=there[t],
                places=children / occupancy(case, SettingType.FOSTERING),
                room=children,
            )
        )
        before, since = there[t], t + 1
    return tuple(rows)
