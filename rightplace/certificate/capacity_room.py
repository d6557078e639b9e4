"""Room: how many children each kind of place has room for in each quarter, and how many places stand in an area."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rightplace.certificate.capacity_actions import Use, refusal
from rightplace.certificate.capacity_households import SLACK, Households, carers_leave_by, todays_carers
from rightplace.instances.defaults import own_level
from rightplace.instances.levers import (
    Block,
    Conversion,
    HomeChange,
    HomeChangeKind,
    NewHome,
    Profile,
    Retention,
    SettingType,
    of_year,
)
from rightplace.instances.quarters import QUARTERS_A_YEAR
from rightplace.instances.supply import Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rightplace.certificate.violation import Violation
    from rightplace.instances.planning_case import PlanningCase
    from rightplace.instances.supply import Supply

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Room:
    """What a schedule leaves to live in.

    Parameters
    ----------
    children
        (num_quarters, num_supplies): room for children, before conversions take any; infinite without limit.
    places
        (num_quarters, num_supplies): usable places that stand somewhere, without occupancy: today's, and what new and
        changed homes and blocks add or end.
    converted
        (num_quarters,) places in force, by conversion.
    """

    children: Floats
    places: Floats
    converted: dict[str, Floats]


def room_of(case: PlanningCase, supplies: Sequence[Supply], stocks: dict[str, Households], uses: Sequence[Use]) -> Room:
    """Today's room, what leaves and stays put, and what each action adds or takes away."""
    num = case.demand.num_quarters
    today = [_room_today(case, supply) for supply in supplies]
    places = np.tile([s.num_places if s.source is Source.TODAY else 0.0 for s in supplies], (num, 1))
    room = Room(np.tile(today, (num, 1)), places, _in_force(num, uses))
    _carers_who_leave(case, supplies, stocks, room)
    _staying_put(case, supplies, room)
    _kept(case, supplies, stocks, room)
    at = {supply.id: i for i, supply in enumerate(supplies)}
    for stock in stocks.values():
        for profile in case.levers.profiles:
            if profile.id in stock.recruited:
                filled = profile.places_per_household * occupancy(case, stock.funnel.type)
                room.children[:, at[profile.id]] += filled * np.array(stock.recruited[profile.id])
    for use in uses:
        _add(case, supplies, at, room, use)
    for conversion_id, in_force in room.converted.items():
        room.children[:, at[conversion_id]] += in_force
    return room


def occupancy(case: PlanningCase, type: SettingType) -> float:
    """Share of the places of a type that are taken as usable."""
    assumed = case.levers.assumptions
    return {
        SettingType.FOSTERING: assumed.occupancy_fostering,
        SettingType.RESIDENTIAL: assumed.occupancy_residential,
        SettingType.SUPPORTED: assumed.occupancy_supported,
    }[type]


def _room_today(case: PlanningCase, supply: Supply) -> float:
    """Own places by planning occupancy; independent ones, connected carers and the market as they are."""
    if supply.is_unlimited:
        return float("inf")
    return supply.num_places * (occupancy(case, supply.type) if supply.in_house and not supply.connected else 1.0)


def _carers_who_leave(
    case: PlanningCase, supplies: Sequence[Supply], stocks: dict[str, Households], room: Room
) -> None:
    """Today's own carers leave from every kind of them in proportion."""
    for authority_id in case.authority_ids:
        funnel = carers_leave_by(case, authority_id)
        if funnel is not None and stocks[funnel.id].todays[0]:
            left = np.array(stocks[funnel.id].todays) / stocks[funnel.id].todays[0]
            for i in todays_carers(case, supplies, authority_id):
                room.children[:, i] *= left


def _staying_put(case: PlanningCase, supplies: Sequence[Supply], room: Room) -> None:
    """Young people past 18 keep places with today's own carers: a quarter of a year's starters from each quarter on."""
    num = case.demand.num_quarters
    for row in case.levers.staying_put:
        carers = todays_carers(case, supplies, row.authority_id)
        total = sum(supplies[i].num_places for i in carers)
        if not row.enabled or not total:
            continue
        for t in range(num):
            staying = 0.0
            for started in range(t):
                quarters_left = row.num_years * QUARTERS_A_YEAR - (t - 1 - started)
                starters = of_year(row.young_people_per_year, started // QUARTERS_A_YEAR) / QUARTERS_A_YEAR
                staying += starters * min(1.0, max(0.0, quarters_left))
            for i in carers:
                taken = staying * supplies[i].num_places / total
                room.children[t, i] = max(0.0, room.children[t, i] - taken)


def _kept(case: PlanningCase, supplies: Sequence[Supply], stocks: dict[str, Households], room: Room) -> None:
    """A household that an offer keeps has the places of today's average one, over all kinds of them."""
    for stock in stocks.values():
        today = stock.todays[0]
        if not any(stock.kept) or not today:
            continue
        for i in todays_carers(case, supplies, stock.funnel.authority_id):
            places_each = supplies[i].num_places / today
            room.children[:, i] += np.array(stock.kept) * places_each * occupancy(case, SettingType.FOSTERING)


def _add(case: PlanningCase, supplies: Sequence[Supply], at: dict[str, int], room: Room, use: Use) -> None:
    """What one home or block does to room and places."""
    lever, t = use.lever, use.at
    match lever:
        case NewHome():
            children = lever.num_places * occupancy(case, lever.type)
            room.children[t, at[lever.id]] += children * case.levers.assumptions.opening_share
            room.children[t + 1 :, at[lever.id]] += children
            room.places[t:, at[lever.id]] += lever.num_places
        case HomeChange():
            for i, supply in enumerate(supplies):
                if lever.setting_id in supply.setting_ids:
                    places = _places_of(case, supply, lever.setting_id)
                    room.places[t:, i] -= places
                    room.children[t:, i] -= places * _room_today(case, supply) / supply.num_places if places else 0.0
            if lever.kind is not HomeChangeKind.CLOSE:
                type = supplies[at[lever.id]].type
                room.children[t:, at[lever.id]] += lever.num_places * occupancy(case, type)
                room.places[t:, at[lever.id]] += lever.num_places
        case Block():
            end = case.demand.num_quarters if lever.num_quarters is None else t + lever.num_quarters
            room.children[t:end, at[lever.id]] += use.quantity * occupancy(case, lever.type)
            room.places[t:end, at[lever.id]] += use.quantity
        case Profile() | Retention() | Conversion():
            pass


def _places_of(case: PlanningCase, supply: Supply, setting_id: str) -> float:
    """The usable places of one setting of a supply: its part of them by registered places."""
    registered = {key: case.instance.setting[key].offer.terms.num_places for key in supply.setting_ids}
    return supply.num_places * registered[setting_id] / sum(registered.values())


def _in_force(num_quarters: int, uses: Sequence[Use]) -> dict[str, Floats]:
    """Each conversion's places by quarter: a number holds until the next one."""
    found: dict[str, Floats] = {}
    for use in uses:
        if isinstance(use.lever, Conversion):
            found.setdefault(use.lever.id, np.zeros(num_quarters))[use.at :] = use.quantity
    return found


def crowded(
    case: PlanningCase, supplies: Sequence[Supply], room: Room, most_used: Floats, num_over: NDArray[np.int64]
) -> Iterator[Violation]:
    """No kind of place houses more children than it has room for, and what is converted is there to be converted.

    Converted places come off carers of one level together, whichever the plan takes: what all those carers have room
    for must hold the children who live with them, in the worst scenario of each kind, and the converted places.

    Parameters
    ----------
    most_used
        (num_quarters, num_supplies): most children in any scenario.
    num_over
        (num_quarters, num_supplies): scenarios in which there are more than there is room for.
    """
    for t, i in zip(*np.nonzero(most_used > room.children + SLACK), strict=True):
        there = f"{most_used[t, i]:.3f} children live there in one scenario, with room for {room.children[t, i]:.3f}"
        scenarios = f"too many in {num_over[t, i]} of {case.demand.num_scenarios} scenarios"
        yield refusal("room", f"{supplies[i].id} in {case.first + int(t)}: {there} ({scenarios})")
    for t, i in zip(*np.nonzero(room.children < -SLACK), strict=True):
        yield refusal("room", f"{supplies[i].id} in {case.first + int(t)}: more places end there than there are")
    for (authority_id, level), conversions in _by_carers(case, room).items():
        carers = _carers_at(case, supplies, authority_id, level)
        spare = np.maximum(room.children[:, carers] - most_used[:, carers], 0.0).sum(axis=1)
        wanted = sum((room.converted[conversion.id] for conversion in conversions), np.zeros(len(spare)))
        for t in np.flatnonzero(wanted > spare + SLACK * (1 + len(carers))):
            names = ", ".join(conversion.id for conversion in conversions)
            sentence = f"{wanted[t]:.3f} places are converted, but carers of level {level} have only {spare[t]:.3f}"
            yield refusal("conversion", f"{names} in {case.first + int(t)}: {sentence} beside the children with them")


def _by_carers(case: PlanningCase, room: Room) -> dict[tuple[str, int], list[Conversion]]:
    """The conversions in use that draw on the same carers."""
    found: dict[tuple[str, int], list[Conversion]] = {}
    for conversion in case.levers.conversions:
        if conversion.id in room.converted:
            found.setdefault((conversion.authority_id, conversion.from_level), []).append(conversion)
    return found


def _carers_at(case: PlanningCase, supplies: Sequence[Supply], authority_id: str, level: int) -> list[int]:
    """An authority's own carers of one need level: today's, and those of recruited profiles."""
    funnels = {
        row.id
        for row in case.levers.funnels
        if row.enabled and row.type is SettingType.FOSTERING and row.authority_id == authority_id
    }
    recruits = {
        row.id for row in case.levers.profiles if row.enabled and row.funnel_id in funnels
        if row.focus.need_level == level
    }  # fmt: skip
    found = [i for i, supply in enumerate(supplies) if supply.id in recruits]
    for i in todays_carers(case, supplies, authority_id):
        if own_level(case.instance, supplies[i].representative) == level:
            found.append(i)
    return found
