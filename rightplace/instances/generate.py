"""Generate instances of any size: invented children and settings at real postcodes, the same for the same seed.

``docs/generator.md`` says what is drawn from which published shares and what is not realistic.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING

from rightplace.errors import Fault, InstanceError
from rightplace.instances.children import Child, SiblingGroup, Togetherness
from rightplace.instances.generator.carers import add_carers
from rightplace.instances.generator.children import Drawn, Referrals, Unit
from rightplace.instances.generator.dice import Dice
from rightplace.instances.generator.homes import add_homes, add_secure_home, add_supported
from rightplace.instances.generator.places import Area, apportion, areas_of
from rightplace.instances.generator.shares import Plan
from rightplace.instances.generator.supply import Demand, Supply
from rightplace.instances.geography import english_authorities, find_authority
from rightplace.instances.instance import Instance
from rightplace.instances.policy import policy_from

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

TOGETHER_SHARE = 0.66
"""Sibling groups who live together: 34% are separated when first placed (Children's Commissioner 2023, FG C3)."""
ROOM_TOGETHER_SHARE = 0.6
"""Waiting sibling groups for whom one setting with room for all is made, assumed; the others must compete or split."""
SOME_WAIT_SHARE = 0.3
"""Sibling groups some of whom wait while the others live somewhere, where not every child waits, assumed."""
LIVES_SOMEWHERE_SHARE = 0.25
"""Waiting children who live in a setting that they must leave, where not every child waits, assumed."""
SEPARATED_SHARE = 0.004
"""Named pairs who must never share a setting, to each child of the authority, assumed."""
FAMILY_CENTRE_SHARE = 0.15
"""Parents with babies whose vacancy is in a family centre and not with a carer, assumed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What to generate; ``dataclasses.replace`` a profile of ``PROFILES`` to vary one thing.

    Parameters
    ----------
    num_children
        Children altogether, 1 to 200,000.
    authorities
        The placing authorities: names or GSS codes, or regions such as ``"London"``; empty for all 152 of England.
    on
        The day of the instance.
    host_rings
        Settings may stand in the placing authorities and so many rings of authorities around them, 0 to 9.
    sibling_share
        Share of placement units that are sibling groups, 0 to 1; the others are single children.
    waiting_share
        Share of children who wait, 0 to 1. The others live in settings and are not looked for.
    scarcity
        Vacant places that suit, to each waiting child, 0 to 10. Places below the default quality gate come on top.
    conflict_share
        About this share of children pose a high risk of physical or sexual harm to others, 0 to 1. None under eight do,
        so that it stays below two thirds.
    rematch_share
        Share of children living in a setting, and not waiting, for whom a move may be proposed, 0 to 1.
    shortlist, carer_max_miles, home_max_miles, supported_max_miles
        The search section of the instance's policy: settings a child, and miles from home; 0 for no limit.

    Raises
    ------
    InstanceError
        Naming every value out of range and every authority that is not one.
    """

    name: str
    num_children: int
    authorities: tuple[str, ...] = ()
    on: date = date(2024, 9, 2)
    host_rings: int = 1
    sibling_share: float = 0.2
    waiting_share: float = 1.0
    scarcity: float = 1.15
    conflict_share: float = 0.02
    rematch_share: float = 0.1
    shortlist: int = 0
    carer_max_miles: float = 0
    home_max_miles: float = 0
    supported_max_miles: float = 0

    def __post_init__(self) -> None:
        """Check the ranges."""
        shares = ("sibling_share", "waiting_share", "conflict_share", "rematch_share")
        miles = ("carer_max_miles", "home_max_miles", "supported_max_miles")
        ranges = dict.fromkeys(shares, (0.0, 1.0)) | dict.fromkeys(miles, (0.0, 1000.0))
        ranges |= {"num_children": (1, 200_000), "scarcity": (0, 10), "host_rings": (0, 9), "shortlist": (0, 100_000)}
        faults = []
        for name, (low, high) in ranges.items():
            value = getattr(self, name)
            if not low <= value <= high:
                faults.append(Fault("profile", None, name, str(value), f"{low:g} to {high:g}"))
        for name in self.authorities:
            try:
                _ids_named(name)
            except ValueError as error:
                detail = str(error).split(": expected ")[0]
                expected = f"an English authority by name or GSS code, or a region such as London; {detail}"
                faults.append(Fault("profile", None, "authorities", name, expected))
        if faults:
            raise InstanceError(faults)

    @property
    def authority_ids(self) -> tuple[str, ...]:
        """The placing authorities by GSS code, in ascending order."""
        if not self.authorities:
            return tuple(sorted(english_authorities()))
        return tuple(sorted({key for name in self.authorities for key in _ids_named(name)}))


def _ids_named(name: str) -> list[str]:
    """The authorities of a region, or the one authority of that name or code."""
    in_region = [key for key, authority in english_authorities().items() if authority.region == name]
    return in_region or [find_authority(name).id]


PROFILES: Mapping[str, Profile] = MappingProxyType(
    {
        "council": Profile(name="council", num_children=330, authorities=("Barnet",)),
        "london": Profile(
            name="london",
            num_children=10_000,
            authorities=("London",),
            shortlist=40,
            host_rings=2,
            carer_max_miles=8,
            supported_max_miles=10,
        ),
        "england": Profile(
            name="england",
            num_children=83_000,
            shortlist=40,
            carer_max_miles=10,
            home_max_miles=100,
            supported_max_miles=15,
        ),
    }
)
"""A council of the size of Barnet (332 children, 2023), London, and England (83,530 children in March 2024, FG C3)."""


def generate(profile: Profile, seed: int) -> Instance:
    """An instance of invented children and settings.

    The same profile and seed give the same instance, and its files the same bytes, on every platform.

    Parameters
    ----------
    seed
        Any whole number.
    """
    areas = areas_of(profile.authority_ids, profile.host_rings, seed)
    units = _units(profile, areas, seed)
    units = {key: _with_separations(some, Dice(seed, "separations", key)) for key, some in units.items()}
    waiting = _waiting(profile, [unit for some in units.values() for unit in some], Dice(seed, "waiting"))
    demands = _demands(profile, units, waiting, Dice(seed, "demands"))
    supply = _supply(profile, areas, demands, seed)
    dice = Dice(seed, "rematch")
    children = tuple(
        _settled(member.child, member.child.id in waiting, supply, dice, profile.rematch_share)
        for some in units.values()
        for unit in some
        for member in unit.members
    )
    groups = (unit.group for some in units.values() for unit in some if unit.group is not None)
    search = ("shortlist", "carer_max_miles", "home_max_miles", "supported_max_miles")
    return Instance(
        name=f"{profile.name}-{seed}",
        date=profile.on,
        children=children,
        settings=tuple(supply.settings),
        providers=tuple(supply.market.providers),
        contracts=tuple(supply.market.contracts),
        sibling_groups=tuple(
            SiblingGroup(id=f"G{number:05}", child_ids=group.child_ids, togetherness=group.togetherness)
            for number, group in enumerate(groups, start=1)
        ),
        authorities=tuple(areas[key].authority for key in sorted(areas)),
        policy=policy_from({"search": {name: getattr(profile, name) for name in search}}, "profile"),
    )


def _units(profile: Profile, areas: Mapping[str, Area], seed: int) -> dict[str, list[Unit]]:
    """The units of each placing authority."""
    counts = apportion(profile.num_children, [areas[key] for key in profile.authority_ids], seed)
    units: dict[str, list[Unit]] = {}
    number = 1
    for key, num_children in counts.items():
        dice = Dice(seed, "children", key)
        referrals = Referrals(dice, areas[key], profile.on, number, profile.sibling_share, profile.conflict_share)
        units[key] = list(referrals.units(num_children))
        number += num_children
    return units


def _with_separations(units: list[Unit], dice: Dice) -> list[Unit]:
    """The units with a few named pairs, of different units, who must never share a setting."""
    num_pairs = round(SEPARATED_SHARE * sum(len(unit.members) for unit in units)) if len(units) > 1 else 0
    apart: defaultdict[str, set[str]] = defaultdict(set)
    for _ in range(num_pairs):
        first = dice.below(len(units))
        second = (first + 1 + dice.below(len(units) - 1)) % len(units)
        one, other = (dice.one_of(units[position].members).child.id for position in (first, second))
        apart[one].add(other)
        apart[other].add(one)

    def separated(member: Drawn) -> Drawn:
        others = apart.get(member.child.id)
        if others is None:
            return member
        return Drawn(replace(member.child, separate_from_ids=frozenset(others)), member.plan)

    return [replace(unit, members=tuple(map(separated, unit.members))) for unit in units]


def _waiting(profile: Profile, units: list[Unit], dice: Dice) -> frozenset[str]:
    """The ids of those who wait: exactly the share of all children, rounded."""
    everyone = [member.child.id for unit in units for member in unit.members]
    left = round(profile.waiting_share * len(everyone))
    if left == len(everyone):
        return frozenset(everyone)
    order = list(units)
    dice.shuffle(order)
    found: set[str] = set()
    for unit in order:
        size = len(unit.members)
        if size > 1 and dice.chance(SOME_WAIT_SHARE):
            size = dice.between(1, size - 1)
        found.update(member.child.id for member in unit.members[: min(size, left - len(found))])
    rest = [child_id for child_id in everyone if child_id not in found]
    dice.shuffle(rest)
    return frozenset(found).union(rest[: left - len(found)])


def _demands(
    profile: Profile, units: Mapping[str, Iterable[Unit]], waiting: frozenset[str], dice: Dice
) -> dict[tuple[str, Plan], list[Demand]]:
    """What there is to be room for, by authority and kind of home: each child's place, more or less scarcity."""
    lived: list[Demand] = []
    wanted: list[Demand] = []
    for unit in (unit for some in units.values() for unit in some):
        waits = tuple(member for member in unit.members if member.child.id in waiting)
        lives = tuple(member for member in unit.members if member.child.id not in waiting)
        if profile.waiting_share < 1 and unit.group is None and waits and dice.chance(LIVES_SOMEWHERE_SHARE):
            lives = waits
        required = unit.group is not None and unit.group.togetherness is Togetherness.REQUIRED
        apart = unit.group is not None and unit.group.togetherness is Togetherness.APART
        together = required or (not apart and dice.chance(TOGETHER_SHARE))
        lived += _bundles(lives, together, True)
        wanted += _bundles(waits, not apart and dice.chance(ROOM_TOGETHER_SHARE), False)
    num_waiting = len(waiting)
    change = round(profile.scarcity * num_waiting) - num_waiting
    dice.shuffle(wanted)
    if change > 0:
        everyone = [member for demand in wanted for member in demand.members]
        wanted += [Demand((dice.one_of(everyone),), False) for _ in range(change)]
    kept = []
    for demand in wanted:
        if change < 0 and len(demand.members) <= -change:
            change += len(demand.members)
        else:
            kept.append(demand)
    found: defaultdict[tuple[str, Plan], list[Demand]] = defaultdict(list)
    for demand in lived + kept:
        found[demand.members[0].child.authority_id, demand.members[0].plan].append(demand)
    return found


def _bundles(members: tuple[Drawn, ...], together: bool, lives: bool) -> list[Demand]:
    """One demand for all who are to live in the same kind of home, or one for each."""
    if not together:
        return [Demand((member,), lives) for member in members]
    by_plan: defaultdict[Plan, list[Drawn]] = defaultdict(list)
    for member in members:
        by_plan[member.plan].append(member)
    return [Demand(tuple(some), lives) for some in by_plan.values()]


def _supply(
    profile: Profile, areas: Mapping[str, Area], demands: Mapping[tuple[str, Plan], list[Demand]], seed: int
) -> Supply:
    """All settings: carers and supported accommodation by authority, homes by region."""
    supply = Supply(seed, areas, profile.on)
    regions: defaultdict[str, list[str]] = defaultdict(list)
    for key in profile.authority_ids:
        regions[areas[key].authority.region or "England"].append(key)
    for region in sorted(regions):
        keys = regions[region]
        by_plan = {plan: [d for key in keys for d in demands.get((key, plan), ())] for plan in Plan}
        dice = Dice(seed, "family centres", region)
        centres = [d for d in by_plan[Plan.PARENT_AND_CHILD] if dice.chance(FAMILY_CENTRE_SHARE)]
        in_centres = set(map(id, centres))
        num_fostered = len(by_plan[Plan.FOSTER])
        for key in keys:
            families = demands.get((key, Plan.FOSTER), []) + demands.get((key, Plan.PARENT_AND_CHILD), [])
            families = [demand for demand in families if id(demand) not in in_centres]
            add_carers(supply, areas[key], families, 3 + num_fostered // 120)
            add_supported(supply, areas[key], demands.get((key, Plan.SUPPORTED), ()), 2 + num_fostered // 200)
        for plan in (Plan.HOME, Plan.SOLO_HOME, Plan.SCHOOL, Plan.SECURE):
            add_homes(supply, region, plan, by_plan[plan])
        add_homes(supply, region, Plan.PARENT_AND_CHILD, centres)
        if not by_plan[Plan.SECURE]:
            add_secure_home(supply, region, areas[keys[Dice(seed, "secure", region).below(len(keys))]])
    return supply


def _settled(child: Child, waits: bool, supply: Supply, dice: Dice, rematch_share: float) -> Child:
    """The child with where they live now, whether they wait, and the carer of their own family."""
    setting_id = supply.setting_of.get(child.id)
    carer_id = supply.connected_to.get(child.id)
    if waits and setting_id is None and carer_id is None:
        return child
    return replace(
        child,
        is_waiting=waits,
        may_move=not waits and dice.chance(rematch_share),
        current_setting_id=setting_id,
        connected_carer_ids=frozenset({carer_id} if carer_id is not None else ()),
    )
