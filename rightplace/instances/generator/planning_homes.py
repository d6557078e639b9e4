"""Homes that authorities of a generated instance could open: sites of their own, and homes that neighbours share."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from rightplace.instances.cohorts import CohortKind
from rightplace.instances.generator.dice import Dice, Shares
from rightplace.instances.generator.providers import HOME_PENCE, PARENT_AND_CHILD_PENCE, SECURE_PENCE, SOLO_HOME_PENCE
from rightplace.instances.levers import CostSharing, Focus, NewHome, SettingType
from rightplace.instances.settings import Home

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rightplace.instances.geography import Authority, Point
    from rightplace.instances.instance import Instance

SITES_AN_AUTHORITY = 2
"""Sites where an authority could open a home of its own: 66 in London."""
MOST_TO_SHARE = 5
"""Authorities that share a home, at most: London makes eight groups of neighbours."""
OCCUPANCY_PER_CENT = 85
"""Of a home's places, whose price per child is the national one (CIPFA, FG E4)."""
AREA_PER_CENT = 12
"""Prices of an authority, give or take, assumed."""
USE_PENCE = 30_000
"""What a child who lives in a home costs on top of its running, pence a week, assumed."""
CAPITAL_PENCE = {1: 45_000_000, 2: 70_000_000, 3: 90_000_000, 4: 110_000_000}
"""To buy and adapt a home by its places, assumed."""
SIZES = Shares({(2, 3): 3, (2, 4): 3, (3, 4): 4})
"""The two sizes between which a site leaves the choice: 3.05 children a home that an authority runs (FG E4)."""
AGES = Shares({(60, 155): 2, (96, 215): 3, (132, 215): 5})
"""Youngest and oldest age in months at a site, assumed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shared:
    """A kind of home that neighbours share because each of them has few such children.

    Attributes
    ----------
    child_pence
        For a child and week when 85% of places are in use.
    """

    kinds: frozenset[CohortKind]
    num_places: int
    child_pence: int
    capital_pence: int
    cost_sharing: CostSharing
    lead_quarters: int
    age_min_months: int = 120


_SHARED: Mapping[str, _Shared] = {
    "solo": _Shared(
        kinds=frozenset({CohortKind.SOLO}),
        num_places=1,
        child_pence=SOLO_HOME_PENCE,
        capital_pence=CAPITAL_PENCE[1],
        cost_sharing=CostSharing.BY_USE,
        lead_quarters=5,
    ),
    "liberty": _Shared(
        kinds=frozenset({CohortKind.DEPRIVATION_OF_LIBERTY}),
        num_places=2,
        child_pence=SOLO_HOME_PENCE,
        capital_pence=CAPITAL_PENCE[2],
        cost_sharing=CostSharing.BY_USE,
        lead_quarters=5,
    ),
    "parents": _Shared(
        kinds=frozenset({CohortKind.PARENT_AND_CHILD}),
        num_places=6,
        child_pence=PARENT_AND_CHILD_PENCE * 2,
        capital_pence=150_000_000,
        cost_sharing=CostSharing.BY_CHILDREN,
        lead_quarters=6,
        age_min_months=0,
    ),
    "remand": _Shared(
        kinds=frozenset({CohortKind.REMAND}),
        num_places=3,
        child_pence=HOME_PENCE,
        capital_pence=CAPITAL_PENCE[3],
        cost_sharing=CostSharing.BY_CHILDREN,
        lead_quarters=5,
    ),
}
"""For each group of neighbours; places, capital and lead times are assumed, 6 to 18 months to open (FG E4)."""
_SECURE = _Shared(
    kinds=frozenset({CohortKind.SECURE}),
    num_places=12,
    child_pence=SECURE_PENCE,
    capital_pence=2_000_000_000,
    cost_sharing=CostSharing.EQUAL,
    lead_quarters=8,
)
"""One for all authorities together, as London plans (FG 0.2); places and capital are assumed."""


class World:
    """What levers are made from."""

    def __init__(self, instance: Instance, seed: int) -> None:
        self.instance = instance
        self.seed = seed
        self.num_children = Counter(child.authority_id for child in instance.children)
        self.ids = tuple(sorted(self.num_children))

    @cached_property
    def own(self) -> dict[str, str]:
        """By authority id, the provider that is its own provision."""
        found: dict[str, str] = {}
        for provider in self.instance.providers:
            if provider.authority_id is not None:
                found.setdefault(provider.authority_id, provider.id)
        return found

    @cached_property
    def companies(self) -> dict[str, list[str]]:
        """By authority id, the independent providers with a children's home in its area, in order."""
        found: dict[str, set[str]] = {}
        for setting in self.instance.settings:
            if isinstance(setting, Home) and self.instance.provider[setting.offer.provider_id].authority_id is None:
                found.setdefault(setting.offer.authority_id, set()).add(setting.offer.provider_id)
        return {key: sorted(ids) for key, ids in found.items()}

    @cached_property
    def points(self) -> dict[str, list[Point]]:
        """By authority id, where settings of today are, in order."""
        found: dict[str, dict[str, Point]] = {}
        for setting in self.instance.settings:
            found.setdefault(setting.offer.authority_id, {})[setting.offer.location.text] = setting.offer.location
        return {key: [points[text] for text in sorted(points)] for key, points in found.items()}

    def authority(self, key: str) -> Authority:
        """The authority of this id."""
        return self.instance.authority[key]

    def somewhere(self, dice: Dice, key: str) -> Point | None:
        """A place in an authority: where a setting is, else the centre."""
        points = self.points.get(key)
        return dice.one_of(points) if points else self.authority(key).centre

    def price(self, key: str, pence: int) -> int:
        """A national price in an authority: all its prices are dearer or cheaper by the same share."""
        return Dice(self.seed, "prices", key).around(pence, AREA_PER_CENT)


def new_homes(world: World) -> Iterator[NewHome]:
    """Each authority's own sites, homes that neighbours share, and a secure one for all where there are several."""
    for key in world.ids:
        yield from _homes_alone(world, key)
    for group in _groups(world, world.ids):
        for name in _SHARED:
            yield from _shared_home(world, name, group)
    if len(world.ids) > 1:
        yield from _shared_home(world, "secure", world.ids)


def _running(world: World, key: str, child_pence: int, num_places: int) -> int:
    """What a home costs a week whoever lives there, such that a child costs the price when 85% of places are in use."""
    return world.price(key, (child_pence - USE_PENCE) * OCCUPANCY_PER_CENT * num_places // 100)


def _homes_alone(world: World, key: str) -> Iterator[NewHome]:
    """The authority's own sites, each with a choice of two sizes."""
    if key not in world.own:
        return
    for number in range(1, SITES_AN_AUTHORITY + 1):
        dice = Dice(world.seed, "site", key, number)
        where = world.somewhere(dice, key)
        if where is None:
            continue
        low, high = dice.pick(AGES)
        level = 4 if dice.chance(0.6) else 3
        lead = dice.between(2, 6)
        for num_places in dice.pick(SIZES):
            yield NewHome(
                id=f"home-{key}-{number}-{num_places}",
                site=f"site-{key}-{number}",
                type=SettingType.RESIDENTIAL,
                authority_id=key,
                location=where,
                provider_id=world.own[key],
                num_places=num_places,
                focus=Focus(age_min_months=low, age_max_months=high, need_level=level, group_size=min(2, num_places)),
                open_to_ids=frozenset({key}),
                capital_pence=world.price(key, CAPITAL_PENCE[num_places]),
                running_pence_per_week=_running(world, key, HOME_PENCE, num_places),
                use_pence_per_week=USE_PENCE,
                lead_quarters=lead,
            )


def _groups(world: World, ids: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Authorities near each other, at most five together: halved along the longer side until they are."""
    if len(ids) <= MOST_TO_SHARE:
        yield tuple(ids)
        return
    points = {key: _position(world.authority(key)) for key in ids}
    spreads = [max(p[axis] for p in points.values()) - min(p[axis] for p in points.values()) for axis in (0, 1)]
    axis = 0 if spreads[0] >= spreads[1] else 1
    ordered = sorted(ids, key=lambda key: (points[key][axis], key))
    half = len(ordered) // 2
    yield from _groups(world, sorted(ordered[:half]))
    yield from _groups(world, sorted(ordered[half:]))


def _position(authority: Authority) -> tuple[int, int]:
    """Easting and northing of an authority's centre; one that nobody knows stands at the south-western corner."""
    centre = authority.centre
    return (0, 0) if centre is None else (centre.easting or 0, centre.northing or 0)


def _shared_home(world: World, name: str, ids: tuple[str, ...]) -> Iterator[NewHome]:
    """A home that one of these authorities would run for all of them; none where none has provision of its own."""
    kind = _SECURE if name == "secure" else _SHARED[name]
    hosts = [key for key in ids if key in world.own]
    if not hosts:
        return
    dice = Dice(world.seed, "shared", name, *ids)
    host = dice.one_of(hosts)
    where = world.somewhere(dice, host)
    if where is None:
        return
    yield NewHome(
        id=f"shared-{name}-{host}",
        site=f"shared-{name}-{host}",
        type=SettingType.RESIDENTIAL,
        authority_id=host,
        location=where,
        provider_id=world.own[host],
        num_places=kind.num_places,
        focus=Focus(age_min_months=kind.age_min_months, kinds=kind.kinds),
        open_to_ids=frozenset(ids),
        cost_sharing=kind.cost_sharing,
        capital_pence=world.price(host, kind.capital_pence),
        running_pence_per_week=_running(world, host, kind.child_pence, kind.num_places),
        use_pence_per_week=USE_PENCE,
        lead_quarters=kind.lead_quarters,
    )
