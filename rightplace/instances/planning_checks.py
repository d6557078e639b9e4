"""What levers say against each other, against the instance, or against the time of the plan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from rightplace.errors import Fault
from rightplace.instances.instance import Instance, Unread, table_of
from rightplace.instances.levers import (
    Block,
    Conversion,
    ConversionKind,
    Deregistrations,
    Focus,
    Funnel,
    HomeChange,
    HomeChangeKind,
    Lever,
    Levers,
    Market,
    NewHome,
    Profile,
    Retention,
    SettingType,
    StayingPut,
)
from rightplace.instances.planning_schema import (
    BLOCKS,
    CONVERSIONS,
    DEREGISTRATIONS,
    FUNNELS,
    HOME_CHANGES,
    MARKET,
    NEW_HOMES,
    PROFILES,
    RETENTION,
    STAYING_PUT,
)
from rightplace.instances.quarters import QUARTERS_A_YEAR, Quarter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rightplace.instances.instance import Where

LeverRow = Lever | Funnel | Market | StayingPut | Deregistrations
"""A row of any table of levers."""
Finding = tuple[str, object, str]
"""Column, what was found, what was expected."""
_YEARS_AHEAD = 10
_FEW = 12


@dataclass(frozen=True, slots=True)
class World:
    """What a row of levers is checked against."""

    instance: Instance
    funnels: Mapping[str, Funnel]
    first: Quarter
    num_years: int
    unread: Unread


def tables_of(levers: Levers) -> dict[str, tuple[LeverRow, ...]]:
    """The rows of each table of levers, by its name."""
    return {
        NEW_HOMES.name: levers.new_homes,
        HOME_CHANGES.name: levers.home_changes,
        FUNNELS.name: levers.funnels,
        PROFILES.name: levers.profiles,
        RETENTION.name: levers.retention,
        CONVERSIONS.name: levers.conversions,
        BLOCKS.name: levers.blocks,
        MARKET.name: levers.market,
        STAYING_PUT.name: levers.staying_put,
        DEREGISTRATIONS.name: levers.deregistrations,
    }


def lever_faults(
    levers: Levers, instance: Instance, first: Quarter, num_years: int, where: Where, unread: Unread = Unread()
) -> Iterator[Fault]:
    """Every contradiction of the levers.

    Parameters
    ----------
    first, num_years
        The first quarter of the plan, and how long it is.
    where
        Where the rows were read; a row that is not there is named by its id.
    unread
        What could not be read, so that references to it are no faults.
    """
    world = World(instance, {funnel.id: funnel for funnel in levers.funnels}, first, num_years, unread)
    ids: dict[str, str] = {}
    for table, rows in tables_of(levers).items():
        for row in rows:
            source, number = where.get((table, row.id), (table, None))
            if row.id in ids:
                yield Fault(source, number, "id", row.id, f"another id: {ids[row.id]} has this one")
            ids.setdefault(row.id, table)
            for column, value, expected in _faults_of(row, world):
                beside = "" if number is not None else f" (row of {row.id})"
                yield Fault(source, number, column, None if value is None else str(value), expected + beside)
    yield from _share_faults(levers.profiles, where)
    yield from _twice(levers.deregistrations, DEREGISTRATIONS.name, where)


def _faults_of(row: LeverRow, world: World) -> Iterator[Finding]:
    match row:
        case NewHome():
            yield from _new_home(row, world)
        case HomeChange():
            yield from _home_change(row, world)
        case Funnel():
            yield from _authority("authority_id", row.authority_id, world)
            if row.type is SettingType.RESIDENTIAL:
                yield "type", row.type, "fostering or supported accommodation: households, not homes"
        case Profile():
            yield from _profile(row, world)
        case Retention():
            yield from _retention(row, world)
        case Conversion():
            yield from _conversion(row, world)
        case Block():
            yield from _block(row, world)
        case Market():
            yield from _market(row, world)
        case StayingPut():
            yield from _authority("authority_id", row.authority_id, world)
        case Deregistrations():
            yield from _funnel(row.funnel_id, world)


def _new_home(row: NewHome, world: World) -> Iterator[Finding]:
    yield from _authority("authority_id", row.authority_id, world)
    yield from _authorities(row.open_to_ids, world)
    yield from _provider(row.provider_id, world)
    yield from _focus(row.focus)
    yield from _window(row, world)
    if row.type is SettingType.FOSTERING:
        yield "type", row.type, "residential or supported accommodation; households are recruited by a funnel"


def _home_change(row: HomeChange, world: World) -> Iterator[Finding]:
    homes = [setting.id for setting in world.instance.settings if table_of(setting) != "carers"]
    if row.setting_id not in homes:
        yield (
            "setting_id",
            row.setting_id,
            _close("a home or supported accommodation of the instance", row.setting_id, homes),
        )
    yield from _focus(row.focus)
    yield from _window(row, world)
    if row.kind is HomeChangeKind.CLOSE and row.num_places:
        yield "num_places", row.num_places, "0: the home closes"
    if row.kind is not HomeChangeKind.CLOSE and not row.num_places:
        yield "num_places", row.num_places, "the places after the change, at least 1"


def _profile(row: Profile, world: World) -> Iterator[Finding]:
    yield from _funnel(row.funnel_id, world)
    yield from _focus(row.focus)
    yield from _fees(row.fee_pence_per_week)
    if row.min_share > row.max_share:
        yield "max_share", row.max_share, f"at least min_share, {row.min_share}"
    if not row.places_per_household:
        yield "places_per_household", 0, "more than 0"


def _retention(row: Retention, world: World) -> Iterator[Finding]:
    yield from _funnel(row.funnel_id, world)
    yield from _window(row, world)
    funnel = world.funnels.get(row.funnel_id)
    if funnel is not None and row.deregistration_rate_per_year >= funnel.deregistration_rate_per_year:
        expected = f"less than the funnel's rate, {funnel.deregistration_rate_per_year}"
        yield "deregistration_rate_per_year", row.deregistration_rate_per_year, expected


def _conversion(row: Conversion, world: World) -> Iterator[Finding]:
    yield from _authority("authority_id", row.authority_id, world)
    yield from _window(row, world)
    if row.kind is ConversionKind.SUPPORT and row.to_level <= row.from_level:
        yield "to_level", row.to_level, f"more than from_level, {row.from_level}: support is for a higher need"


def _block(row: Block, world: World) -> Iterator[Finding]:
    yield from _authority("authority_id", row.authority_id, world)
    yield from _authorities(row.open_to_ids, world)
    yield from _provider(row.provider_id, world)
    yield from _focus(row.focus)
    yield from _window(row, world)
    if row.min_beds > row.max_beds:
        yield "max_beds", row.max_beds, f"at least min_beds, {row.min_beds}"
    if not row.max_beds:
        yield "max_beds", row.max_beds, "the most beds that can be let, at least 1"


def _market(row: Market, world: World) -> Iterator[Finding]:
    if row.authority_id is not None:
        yield from _authority("authority_id", row.authority_id, world)
    yield from _focus(row.focus)
    yield from _fees(row.fee_pence_per_week)


def _focus(focus: Focus) -> Iterator[Finding]:
    if focus.age_min_months > focus.age_max_months:
        yield "age_max_months", focus.age_max_months, f"at least age_min_months, {focus.age_min_months} months"


def _fees(fees: tuple[int, ...]) -> Iterator[Finding]:
    if not fees:
        yield "fee_level_1", None, "a fee for at least one need level (0 where there is none to pay)"


def _window(row: NewHome | HomeChange | Retention | Conversion | Block, world: World) -> Iterator[Finding]:
    """A lever can take effect in some quarter after its lead time, and before long."""
    earliest: Quarter | None = row.earliest
    latest: Quarter | None = getattr(row, "latest", None)
    far = world.first + QUARTERS_A_YEAR * (world.num_years + _YEARS_AHEAD)
    if earliest is not None and earliest >= far:
        yield "earliest", earliest, f"a quarter before {far}, {_YEARS_AHEAD} years after the plan"
    if latest is None:
        return
    if earliest is not None and earliest > latest:
        yield "latest", latest, f"not before earliest, {earliest}"
    can_be = world.first + row.lead_quarters
    if row.enabled and latest < can_be:
        expected = f"{can_be} or later, after a lead of {row.lead_quarters} quarters from {world.first}, or enabled: no"
        yield "latest", latest, expected


def _authority(column: str, key: str, world: World) -> Iterator[Finding]:
    if key not in world.instance.authority:
        yield column, key, "an authority of the instance (its table authorities can name more)"


def _authorities(keys: Iterable[str], world: World) -> Iterator[Finding]:
    for key in sorted(keys):
        yield from _authority("open_to_ids", key, world)


def _provider(key: str, world: World) -> Iterator[Finding]:
    if key not in world.instance.provider:
        yield "provider_id", key, _close("a provider of the instance", key, world.instance.provider)


def _funnel(key: str, world: World) -> Iterator[Finding]:
    if key not in world.funnels and not world.unread.may_hold(FUNNELS.name, key):
        yield "funnel_id", key, _close("the id of a row of funnels", key, world.funnels)


def _close(what: str, key: str, known: Iterable[str]) -> str:
    """What was expected: the few names that would do, or the closest of many."""
    names = list(known)
    close = get_close_matches(key, names, n=1)
    if len(names) <= _FEW:
        what = f"{what}: {', '.join(names) or 'there is none'}"
    return f"{what} (did you mean {close[0]}?)" if close else what


def _share_faults(profiles: Iterable[Profile], where: Where) -> Iterator[Fault]:
    """The least shares of a funnel's profiles fit into one whole."""
    by_funnel: dict[str, list[Profile]] = defaultdict(list)
    for row in profiles:
        if row.enabled:
            by_funnel[row.funnel_id].append(row)
    for funnel_id, rows in by_funnel.items():
        total = sum(row.min_share for row in rows)
        if total > 1 + 1e-9:
            source, number = where.get((PROFILES.name, rows[-1].id), (PROFILES.name, None))
            expected = f"least shares of the profiles of {funnel_id} that add up to 1 at most; they add up to {total:g}"
            yield Fault(source, number, "min_share", str(rows[-1].min_share), expected)


def _twice(rows: Iterable[Deregistrations], table: str, where: Where) -> Iterator[Fault]:
    """A funnel has one row of stated numbers."""
    seen: dict[str, str] = {}
    for row in rows:
        if row.funnel_id in seen:
            source, number = where.get((table, row.id), (table, None))
            yield Fault(source, number, "funnel_id", row.funnel_id, f"one row a funnel: {seen[row.funnel_id]} is one")
        seen.setdefault(row.funnel_id, row.id)


def lever_notes(levers: Levers, first: Quarter, num_years: int) -> tuple[str, ...]:
    """What a plan of so many years cannot use of the levers, in sentences; nothing of it is a fault."""
    end = first + QUARTERS_A_YEAR * num_years
    notes = []
    for row in levers.usable:
        lead: int = getattr(row, "lead_quarters", 0)
        if isinstance(row, Profile):
            lead = next((funnel.lag_quarters for funnel in levers.funnels if funnel.id == row.funnel_id), 0)
        starts = max(first + lead, getattr(row, "earliest", None) or first)
        if starts >= end:
            notes.append(f"{row.id} cannot be used: it takes effect from {starts} on, and the plan ends before {end}.")
    return tuple(notes)
