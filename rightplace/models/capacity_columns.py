"""The first-stage columns of a capacity plan: which lever, in which quarter, and how much of it at most.

Blocks: ``open``, ``change``, ``recruit``, ``retain``, ``convert``, ``let``, ``beds``, then ``present`` (a provider or
type of setting that new places bring to an area by the end of a year) and ``missed_scenario`` (a scenario that a likely
target gives up).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np

from rightplace.instances.defaults import own_level
from rightplace.instances.levers import (
    Block,
    Conversion,
    HomeChange,
    Lever,
    NewHome,
    Profile,
    Retention,
    SettingType,
)
from rightplace.instances.quarters import Quarter
from rightplace.instances.targets import Firmness, Measure, Target
from rightplace.models.capacity_presence import Presence, presences
from rightplace.models.capacity_today import CapacityData, FunnelData, is_in_house_fostering, owner_id
from rightplace.staged import Floats, Ints

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

L = TypeVar("L", NewHome, HomeChange, Profile, Retention, Conversion, Block)
B = TypeVar("B", NewHome, HomeChange, Block)
_WITHOUT_DEMAND = frozenset({Measure.PROVIDERS_IN_AREA, Measure.SETTING_TYPES_IN_AREA, Measure.CAPITAL_BUDGET})


@dataclass(frozen=True, slots=True, eq=False)
class Uses(Generic[L]):
    """One block of columns: a lever in a quarter each, sorted by lever, then quarter.

    Parameters
    ----------
    levers
        The enabled levers of the table.
    lever, quarter
        Positions among the levers and in the plan.
    column
        Position in the first-stage program.
    origin
        Of conversions: position of the supply that the places come off; -1 for the other levers.
    upper
        Most of it.
    """

    levers: tuple[L, ...]
    lever: Ints
    quarter: Ints
    column: Ints
    origin: Ints
    upper: Floats

    def of(self, i: int) -> Ints:
        """Entries of one lever."""
        return np.flatnonzero(self.lever == i)


@dataclass(frozen=True, slots=True, eq=False)
class CapacityColumns:
    """Where everything stands in the first-stage program.

    Parameters
    ----------
    first
        The first quarter of the plan.
    missed
        By position of a likely target and year: the columns, one a scenario, that are 1 where the target is given up.
    whole
        Names of the blocks of whole numbers.
    """

    first: Quarter
    num_quarters: int
    open: Uses[NewHome]
    change: Uses[HomeChange]
    recruit: Uses[Profile]
    retain: Uses[Retention]
    convert: Uses[Conversion]
    let: Uses[Block]
    beds: Uses[Block]
    present: tuple[Presence, ...]
    missed: dict[tuple[int, int], Ints]
    num_columns: int
    whole: frozenset[str]

    @property
    def blocks(self) -> dict[str, Uses[Any]]:
        """The blocks of levers by name, in the order of the columns."""
        return {
            "open": self.open,
            "change": self.change,
            "recruit": self.recruit,
            "retain": self.retain,
            "convert": self.convert,
            "let": self.let,
            "beds": self.beds,
        }

    @property
    def levers(self) -> dict[str, Lever]:
        """Every enabled lever by its id."""
        return {lever.id: lever for uses in self.blocks.values() for lever in uses.levers}


def columns_of(data: CapacityData) -> CapacityColumns:
    """The columns of a case: only quarters that lead times, lags, earliest and latest allow."""
    levers = data.case.levers
    counter = _Counter()
    homes = _enabled(levers.new_homes)
    opening = _uses(data, counter, homes, [1.0] * len(homes))
    changes = _enabled(levers.home_changes)
    change = _uses(data, counter, changes, [1.0] * len(changes))
    funnels = {funnel.funnel.id: funnel for funnel in data.funnels}
    most = {funnel_id: _most(data, funnel) for funnel_id, funnel in funnels.items()}
    profiles = tuple(profile for profile in _enabled(levers.profiles) if profile.funnel_id in funnels)
    recruit = _recruit(data, counter, profiles, funnels, {key: value[0] for key, value in most.items()})
    retention = tuple(offer for offer in _enabled(levers.retention) if offer.funnel_id in funnels)
    retain = _retain(data, counter, retention, funnels, {key: value[1] for key, value in most.items()})
    convert = _convert(data, counter, _enabled(levers.conversions))
    blocks = tuple(block for block in _enabled(levers.blocks) if block.max_beds > 0)
    let = _uses(data, counter, blocks, [1.0] * len(blocks))
    beds = _uses(data, counter, blocks, [float(block.max_beds) for block in blocks])
    present = presences(data, lambda: int(counter.take(1)[0]), opening, let)
    missed = {
        (i, year): counter.take(data.case.demand.num_scenarios)
        for i, target in enumerate(data.case.targets)
        if is_likely(target)
        for year in target.values
    }
    return CapacityColumns(
        first=data.case.first,
        num_quarters=data.num_quarters,
        open=opening,
        change=change,
        recruit=recruit,
        retain=retain,
        convert=convert,
        let=let,
        beds=beds,
        present=present,
        missed=missed,
        num_columns=counter.num,
        whole=frozenset(
            {"open", "change", "let", "beds"} | ({"recruit"} if levers.assumptions.whole_households else set())
        ),
    )


def is_likely(target: Target) -> bool:
    """Whether a target is meant scenario by scenario: a likely one that scenarios make a difference to."""
    return target.firmness is Firmness.LIKELY and target.measure not in _WITHOUT_DEMAND


def spans(begin: Ints, end: Ints | int) -> tuple[Ints, Ints]:
    """Every period from ``begin`` until before ``end`` of each item: positions of items, and periods."""
    length = np.maximum(np.broadcast_to(np.asarray(end, dtype=np.int64), begin.shape) - begin, 0)
    item = np.repeat(np.arange(len(begin)), length)
    before = np.cumsum(length) - length
    return item, np.arange(len(item)) - before[item] + begin[item]


class _Counter:
    """Hands out positions of columns, block after block."""

    def __init__(self) -> None:
        self.num = 0

    def take(self, num: int) -> Ints:
        first, self.num = self.num, self.num + num
        return np.arange(first, first + num)


def _enabled(levers: Iterable[L]) -> tuple[L, ...]:
    return tuple(lever for lever in levers if lever.enabled)


def _window(data: CapacityData, lever: NewHome | HomeChange | Retention | Conversion | Block) -> range:
    """Positions of the quarters in which a lever may take effect."""
    first, last = max(0, lever.lead_quarters), data.num_quarters - 1
    if lever.earliest is not None:
        first = max(first, lever.earliest.since(data.case.first))
    latest: Quarter | None = getattr(lever, "latest", None)
    if latest is not None:
        last = min(last, latest.since(data.case.first))
    return range(first, last + 1)


def _made(counter: _Counter, levers: tuple[L, ...], entries: Sequence[tuple[int, int, int, float]]) -> Uses[L]:
    """A block from entries (lever, quarter, origin, upper)."""
    lever, quarter, origin = (np.array([entry[i] for entry in entries], dtype=np.int64) for i in range(3))
    upper = np.array([entry[3] for entry in entries], dtype=np.float64)
    return Uses(levers, lever, quarter, counter.take(len(entries)), origin, upper)


def _uses(data: CapacityData, counter: _Counter, levers: tuple[B, ...], upper: Sequence[float]) -> Uses[B]:
    """A column for each quarter in which a home or a block may begin."""
    entries = [(i, t, -1, upper[i]) for i, lever in enumerate(levers) for t in _window(data, lever)]
    return _made(counter, levers, entries)


def _recruit(
    data: CapacityData,
    counter: _Counter,
    profiles: tuple[Profile, ...],
    funnels: dict[str, FunnelData],
    most: dict[str, Floats],
) -> Uses[Profile]:
    """Approvals: from the lag on, where an enquiry can lead to approval."""
    entries = [
        (i, t, -1, float(most[profile.funnel_id][t]))
        for i, profile in enumerate(profiles)
        for t in range(funnels[profile.funnel_id].funnel.lag_quarters, data.num_quarters)
        if most[profile.funnel_id][t] > 0
    ]
    return _made(counter, profiles, entries)


def _retain(
    data: CapacityData,
    counter: _Counter,
    offers: tuple[Retention, ...],
    funnels: dict[str, FunnelData],
    most: dict[str, Floats],
) -> Uses[Retention]:
    """De-registrations prevented in a quarter; where no rate is lower, there is nothing to prevent."""
    entries = []
    for i, offer in enumerate(offers):
        funnel = funnels[offer.funnel_id]
        share = funnel.prevented_per_household(offer.deregistration_rate_per_year)
        upper = share * most[offer.funnel_id]
        if funnel.leavers is not None:
            upper = np.minimum(upper, funnel.leavers)
        entries += [(i, t, -1, float(upper[t])) for t in _window(data, offer) if share > 0]
    return _made(counter, offers, entries)


def _convert(data: CapacityData, counter: _Counter, conversions: tuple[Conversion, ...]) -> Uses[Conversion]:
    """Places converted in a quarter, one column for each supply that they may come off."""
    carers = _carers(data) if conversions else {}
    entries = [
        (i, t, origin, conversion.max_places)
        for i, conversion in enumerate(conversions)
        for t in _window(data, conversion)
        for origin in carers.get((conversion.authority_id, conversion.from_level), ())
    ]
    return _made(counter, conversions, entries)


def _carers(data: CapacityData) -> dict[tuple[str | None, int], list[int]]:
    """In-house fostering supplies by authority and need level: those of today, then those of recruited households."""
    case = data.case
    found: dict[tuple[str | None, int], list[int]] = defaultdict(list)
    for i, supply in enumerate(data.supplies):
        if is_in_house_fostering(supply):
            found[owner_id(case, supply), own_level(case.instance, supply.representative)].append(i)
    funnels = {funnel.funnel.id: funnel.funnel for funnel in data.funnels}
    for profile in _enabled(case.levers.profiles):
        funnel = funnels.get(profile.funnel_id)
        if funnel is not None and funnel.type is SettingType.FOSTERING:
            found[funnel.authority_id, profile.focus.need_level].append(data.supply_at[profile.id])
    return found


def _most(data: CapacityData, funnel: FunnelData) -> tuple[Floats, Floats]:
    """The most approvals in each quarter, and the most households at its start: no plan has more."""
    num, lag = data.num_quarters, funnel.funnel.lag_quarters
    offers = [row for row in _enabled(data.case.levers.retention) if row.funnel_id == funnel.funnel.id]
    rates = [funnel.prevented_per_household(row.deregistration_rate_per_year) for row in offers]
    kept = max(rates, default=0.0)
    limit = funnel.funnel.max_households_per_year
    approvals, households, added = np.zeros(num), funnel.households.copy(), 0.0
    for t in range(num):
        if t:
            added = added * funnel.survival + kept * households[t - 1]
        households[t] += added
        if t >= lag:
            share = funnel.conversion(t - lag)
            worth = share * funnel.enquiries_per_household
            own = 1 / (1 - worth) if lag == 0 else 1.0
            approvals[t] = own * (share * funnel.enquiries(t - lag) + worth * households[t - lag])
            approvals[t] = approvals[t] if limit is None else min(approvals[t], limit)
        added += approvals[t]
        households[t] += approvals[t]
    return approvals, households
