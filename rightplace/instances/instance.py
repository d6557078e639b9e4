"""Instance: the frozen whole that a question is asked about; cross-checked when it is made, varied by ``replace``."""

from __future__ import annotations

import dataclasses
import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import InitVar, dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

from rightplace.errors import Fault, InstanceError
from rightplace.instances.authorisations import Authorisation, authorisation_faults
from rightplace.instances.children import ADULT_MONTHS, Child, Place, SiblingGroup, Togetherness
from rightplace.instances.decisions import Decision, DecisionKind, decision_faults
from rightplace.instances.geography import Authority
from rightplace.instances.policy import Policy, default_policy
from rightplace.instances.settings import (
    Carer,
    Contract,
    ContractKind,
    Home,
    Offer,
    PlaceCount,
    PlaceState,
    Provider,
    Setting,
    SupportedAccommodation,
)
from rightplace.instances.siblings import group_faults

Where = Mapping[tuple[str, str], tuple[str, int]]
"""``(table, id)`` to the file or sheet and row that the object came from."""

_PLACES: dict[type, frozenset[Place]] = {
    Carer: frozenset({Place.U1, Place.U2, Place.U3, Place.U4, Place.U5, Place.U6}),
    Home: frozenset({Place.K1, Place.K2, Place.R1, Place.R2, Place.R3, Place.R5, Place.S1, Place.P3, Place.Z1}),
    SupportedAccommodation: frozenset({Place.K3, Place.H5, Place.P2, Place.Z1}),
}


YEARS = range(1900, 2101)
"""The years that the day of an instance may lie in."""
SETTING_TABLE_NAMES = ("carers", "homes", "supported_accommodation")


def table_of(setting: Setting) -> str:
    """The name of the table that a setting stands in."""
    match setting:
        case Carer():
            return "carers"
        case Home():
            return "homes"
        case SupportedAccommodation():
            return "supported_accommodation"


@dataclass(frozen=True, slots=True)
class Unread:
    """What a reader had to refuse; whatever refers to it may well be right.

    Parameters
    ----------
    ids
        By table, the ids of the rows that could not be read.
    tables
        The tables that could not be read at all.
    """

    ids: Mapping[str, AbstractSet[str]] = field(default_factory=dict)
    tables: AbstractSet[str] = frozenset()

    def may_hold(self, table: str, key: str) -> bool:
        """Whether an object of this id could be among what was refused."""
        return table in self.tables or key in self.ids.get(table, ())


@dataclass(frozen=True, kw_only=True)
class Tables:
    """What the tables of an instance hold, whether or not they agree with each other: see ``cross_faults``."""

    children: tuple[Child, ...]
    settings: tuple[Setting, ...]
    providers: tuple[Provider, ...] = ()
    contracts: tuple[Contract, ...] = ()
    sibling_groups: tuple[SiblingGroup, ...] = ()
    authorities: tuple[Authority, ...] = ()
    authorisations: tuple[Authorisation, ...] = ()
    decisions: tuple[Decision, ...] = ()

    @cached_property
    def child(self) -> Mapping[str, Child]:
        """Children by id."""
        return {child.id: child for child in self.children}

    @cached_property
    def setting(self) -> Mapping[str, Setting]:
        """Settings by id."""
        return {setting.id: setting for setting in self.settings}

    @cached_property
    def provider(self) -> Mapping[str, Provider]:
        """Providers by id."""
        return {provider.id: provider for provider in self.providers}

    @cached_property
    def contract(self) -> Mapping[str, Contract]:
        """Contracts by id."""
        return {contract.id: contract for contract in self.contracts}

    @cached_property
    def authority(self) -> Mapping[str, Authority]:
        """Authorities by id."""
        return {authority.id: authority for authority in self.authorities}

    @cached_property
    def residents(self) -> Mapping[str, tuple[Child, ...]]:
        """The children of the instance who live in each setting now, by setting id."""
        living = defaultdict(list)
        for child in self.children:
            if child.current_setting_id is not None:
                living[child.current_setting_id].append(child)
        return {setting_id: tuple(children) for setting_id, children in living.items()}

    @cached_property
    def together_group(self) -> Mapping[str, SiblingGroup]:
        """The sibling group that a child should live with (REQUIRED or PREFERRED), by child id."""
        groups = (group for group in self.sibling_groups if group.togetherness is not Togetherness.APART)
        return {child_id: group for group in groups for child_id in group.child_ids}


@dataclass(frozen=True, kw_only=True)
class Instance(Tables):
    """Children, settings, who runs and buys them, and the policy, on one day.

    Parameters
    ----------
    date
        The day that ages, vacancies and rules are taken at.
    authorities
        Every authority that a child or setting refers to, at least.
    where
        Where the objects were read, for the faults.

    Raises
    ------
    InstanceError
        Listing every reference that leads nowhere and every contradiction between tables.
    """

    name: str
    date: datetime.date
    policy: Policy = field(default_factory=default_policy)
    where: InitVar[Where] = MappingProxyType({})

    def __post_init__(self, where: Where) -> None:
        """Order the settings by table, as files hold them, and cross-check the whole."""
        ordered = sorted(self.settings, key=lambda setting: SETTING_TABLE_NAMES.index(table_of(setting)))
        object.__setattr__(self, "settings", tuple(ordered))
        faults = list(cross_faults(self, where, on=self.date))
        if self.date.year not in YEARS:
            expected = f"a day from {YEARS.start} to {YEARS[-1]}"
            faults.append(Fault("about", None, "date", self.date.isoformat(), expected))
        if faults:
            raise InstanceError(faults)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the tables and the policy, in hexadecimal: the same world, the same digest."""
        from rightplace.instances.tables import digest

        return digest(self)

    def candidates(self, rematch: bool = False) -> tuple[Child, ...]:
        """The children whom a plan may place: those who wait, and with ``rematch`` those who may move too."""
        return tuple(child for child in self.children if child.is_waiting or (rematch and child.may_move))

    def start(self, child: Child) -> datetime.date:
        """The day from which a placement of this child needs a place."""
        return max(self.date, child.needed_by) if child.needed_by is not None else self.date

    @cached_property
    def placed_by_decision(self) -> AbstractSet[str]:
        """The children whose setting an officer has fixed."""
        fixed = (row for row in self.decisions if row.kind is DecisionKind.FIXED)
        return {row.child_id for row in fixed if row.setting_id is not None}

    @cached_property
    def exempt_child_ids(self) -> Mapping[str, AbstractSet[str]]:
        """By carer id: the children whom an exemption from the usual fostering limit names when they start (R19).

        They stand in the carer's row or in the table of authorisations. Carers without an exemption are left out.
        """
        found: dict[str, set[str]] = defaultdict(set)
        for setting in self.settings:
            if isinstance(setting, Carer) and setting.exempt_child_ids:
                found[setting.id].update(setting.exempt_child_ids)
        for row in self.authorisations:
            if row.rule != "R19" or row.setting_id is None or row.child_id is None:
                continue
            if row.is_in_force(self.start(self.child[row.child_id])):
                found[row.setting_id].add(row.child_id)
        return found

    def replace(self, **changes: Any) -> Instance:
        """A copy with some fields changed, checked again."""
        return dataclasses.replace(self, **changes)

    def at(self, day: datetime.date) -> Instance:
        """The same instance on another day: children are older or younger, and those who are 18 by then have left.

        A child's place becomes vacant when they leave. Ages move by whole months. Authorisations that are not given yet
        on that day, or are for a child who has left, fall away.

        Raises
        ------
        InstanceError
            Naming every child who was not yet born on that day.
        """
        months = (day.year - self.date.year) * 12 + day.month - self.date.month - (day.day < self.date.day)
        older = [dataclasses.replace(child, age_months=child.age_months + months) for child in self.children]
        unborn = [child for child in older if child.age_months < 0]
        if unborn:
            raise InstanceError([self._unborn_fault(child.id, day) for child in unborn])
        stay = tuple(child for child in older if child.age_months < ADULT_MONTHS)
        left = Counter(c.current_setting_id for c in older if c.age_months >= ADULT_MONTHS and c.current_setting_id)
        names = frozenset(child.id for child in stay)
        settings = tuple(_without_exemptions(_vacate(s, left[s.id]) if left[s.id] else s, names) for s in self.settings)
        groups = [(g, tuple(c for c in g.child_ids if c in names)) for g in self.sibling_groups]
        return self.replace(
            date=day,
            children=tuple(dataclasses.replace(c, separate_from_ids=c.separate_from_ids & names) for c in stay),
            settings=settings,
            sibling_groups=tuple(dataclasses.replace(g, child_ids=ids) for g, ids in groups if len(ids) > 1),
            authorisations=tuple(row for row in self.authorisations if row.is_known(day, names)),
            decisions=tuple(row for row in self.decisions if row.is_known(day, names)),
        )

    def _unborn_fault(self, child_id: str, day: datetime.date) -> Fault:
        age = f"{self.child[child_id].age_months} months on {self.date.isoformat()} (of {child_id})"
        return Fault("children", None, "age_months", age, f"a child born by {day.isoformat()}, the day asked for")


def _without_exemptions(setting: Setting, names: AbstractSet[str]) -> Setting:
    """A setting whose exemption, if it has one, names only these children."""
    if not isinstance(setting, Carer) or setting.exempt_child_ids <= names:
        return setting
    return dataclasses.replace(setting, exempt_child_ids=setting.exempt_child_ids & names)


def _vacate(setting: Setting, num_left: int) -> Setting:
    """Turn filled places of a setting into vacant ones, undated counts first."""
    counts: list[PlaceCount] = []
    gone = 0
    for count in sorted(setting.offer.place_counts, key=lambda n: n.until_date is not None):
        if count.state is PlaceState.FILLED and gone < num_left:
            taken = min(count.num_places, num_left - gone)
            gone += taken
            if count.num_places > taken:
                counts.append(dataclasses.replace(count, num_places=count.num_places - taken))
        else:
            counts.append(count)
    offer: Offer = dataclasses.replace(setting.offer, place_counts=(*counts, PlaceCount(PlaceState.VACANT, gone)))
    return dataclasses.replace(setting, offer=offer)


def cross_faults(
    tables: Tables, where: Where, unread: Unread = Unread(), on: datetime.date | None = None
) -> Iterator[Fault]:
    """Everything that one table says against another, or an object against itself.

    Parameters
    ----------
    unread
        What is not in ``tables`` because it could not be read: a reference to it is no fault.
    on
        The day of the instance, where it is known.
    """
    references = References(tables, unread)

    def fault(table: str, key: str, column: str, value: object, expected: str) -> Fault:
        source, row = where.get((table, key), (table, None))
        shown = str(value) if row is not None or str(value) == key else f"{value} (of {key})"
        return Fault(source, row, column, shown, expected)

    objects: dict[str, Iterable[Any]] = {
        "children": tables.children,
        "sibling_groups": tables.sibling_groups,
        "providers": tables.providers,
        "contracts": tables.contracts,
        "settings": tables.settings,
        "authorities": tables.authorities,
        "authorisations": tables.authorisations,
        "decisions": tables.decisions,
    }
    for table, items in objects.items():
        for key, number in Counter(item.id for item in items).items():
            if number > 1:
                name = table_of(tables.setting[key]) if table == "settings" else table
                yield fault(name, key, "id", key, f"each id once; it stands {number} times")
    for child in tables.children:
        for column, value, expected in _child_faults(references, child):
            yield fault("children", child.id, column, value, expected)
    for setting in tables.settings:
        for column, value, expected in _setting_faults(references, setting):
            yield fault(table_of(setting), setting.id, column, value, expected)
    for provider in tables.providers:
        if provider.authority_id is not None and references.lacks("authorities", provider.authority_id):
            yield fault("providers", provider.id, "authority_id", provider.authority_id, "a known authority")
    for contract in tables.contracts:
        if contract.num_beds_used > contract.num_beds:
            expected = f"at most num_beds, {contract.num_beds}"
            yield fault("contracts", contract.id, "num_beds_used", contract.num_beds_used, expected)
        if contract.kind is ContractKind.BLOCK and not contract.num_beds:
            yield fault("contracts", contract.id, "num_beds", 0, "the number of beds that the block pays for")
        if contract.authority_id is not None and references.lacks("authorities", contract.authority_id):
            yield fault("contracts", contract.id, "authority_id", contract.authority_id, "a known authority")
    for row in tables.authorisations:
        for column, value, expected in authorisation_faults(references, row, on):
            yield fault("authorisations", row.id, column, value, expected)
    for decision in tables.decisions:
        others = [d for d in tables.decisions if d.child_id == decision.child_id and d is not decision]
        for column, value, expected in decision_faults(references, decision, others, on):
            yield fault("decisions", decision.id, column, value, expected)
    yield from group_faults(references, fault)


class References:
    """Answers whether a reference leads nowhere."""

    def __init__(self, tables: Tables, unread: Unread) -> None:
        self.tables = tables
        self._unread = unread
        settings = tables.setting
        self._ids: dict[str, AbstractSet[str]] = {
            "children": tables.child.keys(),
            "settings": settings.keys(),
            "carers": {key for key, setting in settings.items() if isinstance(setting, Carer)},
            "providers": tables.provider.keys(),
            "contracts": tables.contract.keys(),
            "authorities": tables.authority.keys(),
        }

    def lacks(self, table: str, key: str) -> bool:
        """Whether a table (``settings``: any of the three) holds no object of this id, read or unread."""
        tables = SETTING_TABLE_NAMES if table == "settings" else (table,)
        return key not in self._ids[table] and not any(self._unread.may_hold(name, key) for name in tables)


def _child_faults(references: References, child: Child) -> Iterator[tuple[str, object, str]]:
    if not 0 <= child.age_months < ADULT_MONTHS:
        yield "age_months", child.age_months, f"0 <= age_months < {ADULT_MONTHS}: a child under 18"
    if references.lacks("authorities", child.authority_id):
        yield "authority_id", child.authority_id, "a known authority"
    if child.current_setting_id is not None and references.lacks("settings", child.current_setting_id):
        yield "current_setting_id", child.current_setting_id, "the id of a setting"
    if child.may_move and not child.is_waiting and child.current_setting_id is None:
        yield "may_move", "yes", "a current_setting_id beside it: only a placed child can be moved"
    for other in sorted(child.separate_from_ids):
        if other == child.id or references.lacks("children", other):
            yield "separate_from_ids", other, "the id of another child"
    for carer in sorted(child.connected_carer_ids):
        if references.lacks("carers", carer):
            yield "connected_carer_ids", carer, "the id of a carer"


def _setting_faults(references: References, setting: Setting) -> Iterator[tuple[str, object, str]]:
    offer = setting.offer
    terms = offer.terms
    if references.lacks("providers", offer.provider_id):
        yield "provider_id", offer.provider_id, "the id of a provider"
    if offer.contract_id is not None and references.lacks("contracts", offer.contract_id):
        yield "contract_id", offer.contract_id, "the id of a contract"
    if references.lacks("authorities", offer.authority_id):
        yield "authority_id", offer.authority_id, "a known authority"
    if setting.place not in _PLACES[type(setting)]:
        yield "place", setting.place.value, "one of " + ", ".join(sorted(_PLACES[type(setting)]))
    if terms.age_min_months > terms.age_max_months:
        yield "age_max_months", terms.age_max_months, f"at least age_min_months, {terms.age_min_months} months"
    yield from _place_faults(offer)
    if isinstance(setting, Carer):
        for child_id in sorted(setting.exempt_child_ids):
            if references.lacks("children", child_id):
                yield "exempt_child_ids", child_id, "the id of a child"
    residents = len(references.tables.residents.get(setting.id, ()))
    if offer.num_filled < residents:
        yield "filled", offer.num_filled, f"at least {residents}, the children of the instance who live there"


def _place_faults(offer: Offer) -> Iterator[tuple[str, object, str]]:
    """The first count of places, in the order filled, not available, vacant, for which the setting has no room."""
    columns = {PlaceState.FILLED: "filled", PlaceState.NOT_AVAILABLE: "not_available", PlaceState.VACANT: "vacant"}
    before = 0
    for state, column in columns.items():
        num = sum(count.num_places for count in offer.place_counts if count.state is state)
        if before + num > offer.terms.num_places:
            beside = f", of which {before} are counted as filled or not available" if before else ""
            room = offer.terms.num_places - before
            yield column, num, f"at most {room}: num_places is {offer.terms.num_places}{beside}"
            return
        before += num
