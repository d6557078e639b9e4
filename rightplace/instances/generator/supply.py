"""What the makers of settings share: demands to have room for, the queue of them, and the setting in the making.

A ``Demand`` is a child, or brothers and sisters, that a setting is to have room for: filled places for those who live
there, vacant ones for those who wait. A maker takes demands in random order, makes a setting whose terms fit the first
one, and gives its other places to later demands that fit as well. Nobody who waits is told which setting that was.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from rightplace.instances.children import CaredForAlongside, Child, Ethnicity, RiskLevel, RiskToOthers, Wish
from rightplace.instances.generator.children import Drawn
from rightplace.instances.generator.providers import Market
from rightplace.instances.generator.shares import ethnicities_in, faiths_of
from rightplace.instances.geography import distance_miles
from rightplace.instances.settings import Offer, ParentAndChild, PlaceCount, PlaceState, Provider, Setting, Terms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from rightplace.instances.generator.dice import Dice, Shares
    from rightplace.instances.generator.places import Area
    from rightplace.instances.geography import Point

DATED_SHARE = 0.06
"""Share of settings whose vacancies begin within six weeks and not today, assumed."""
_ALONE = {CaredForAlongside.SOLO, CaredForAlongside.ONLY_OLDER, CaredForAlongside.ONLY_YOUNGER}
_HARMS = (RiskToOthers.PHYSICAL_HARM, RiskToOthers.SEXUAL_HARM)
_WINDOW = 40
"""How many demands are looked through for those that fit into a setting's other places."""


@dataclass(frozen=True, slots=True)
class Demand:
    """Children to have room for in one setting: they live in it (``lives``) or wait and could take its vacancies."""

    members: tuple[Drawn, ...]
    lives: bool

    @property
    def children(self) -> tuple[Child, ...]:
        """The children."""
        return tuple(member.child for member in self.members)

    @property
    def num_places(self) -> int:
        """Places that they take: one each, a baby counted in with its parent."""
        return len(self.members)

    @property
    def is_apart(self) -> bool:
        """No other demand shares the setting: the child is cared for alone, or lives there and is a risk to others."""
        return any(
            child.cared_for_alongside is CaredForAlongside.SOLO
            or (self.lives and child.cared_for_alongside in _ALONE)
            or (self.lives and any(child.risk_to_others(kind) is RiskLevel.HIGH for kind in _HARMS))
            for child in self.children
        )


class Queue:
    """Demands in random order; each is taken once."""

    def __init__(self, dice: Dice, demands: Iterable[Demand]) -> None:
        self._items: list[Demand | None] = list(demands)
        dice.shuffle(self._items)
        self._next = 0

    def first(self) -> Demand | None:
        """The next demand, or ``None`` when all are taken."""
        while self._next < len(self._items):
            found, self._items[self._next] = self._items[self._next], None
            self._next += 1
            if found is not None:
                return found
        return None

    def more(self, first: Demand, num_places: int, fits: Callable[[Child], bool]) -> list[Demand]:
        """Further demands of one child each, among the next few, that may share a setting with the first one."""
        found: list[Demand] = []
        if first.is_apart:
            return found
        inside = {child.id for child in first.children}
        unwanted = {other for child in first.children for other in child.separate_from_ids}
        for position in range(self._next, min(self._next + _WINDOW, len(self._items))):
            if len(found) >= num_places:
                break
            demand = self._items[position]
            if demand is None or len(demand.members) > 1 or demand.is_apart:
                continue
            child = demand.members[0].child
            if fits(child) and child.id not in inside and child.id not in unwanted:
                self._items[position] = None
                found.append(demand)
                inside.add(child.id)
                unwanted |= child.separate_from_ids
        return found


def ages_covering(dice: Dice, bands: Shares[tuple[int, int]], children: Iterable[Child]) -> tuple[int, int]:
    """One of the bands of ages in years that covers the children, as months, both ends included; else widened."""
    years = [child.age_months // 12 for child in children]
    youngest, oldest = min(years), max(years)
    low, high = dice.pick(bands.where(band for band in bands.items if band[0] <= youngest and oldest <= band[1]))
    return 12 * min(low, youngest), 12 * max(high, oldest) + 11


def takes(terms: Terms, child: Child) -> bool:
    """Whether terms let a child in by age, sex, level, needs, and with or without a baby."""
    only, no = ParentAndChild.ONLY, ParentAndChild.NO
    return (
        terms.parent_and_child is not (no if child.parent_and_child else only)
        and terms.age_min_months <= child.age_months <= terms.age_max_months
        and child.sex in terms.sexes
        and (child.need_level or 1) <= (terms.need_level or 1)
        and (terms.needs is None or child.needs <= terms.needs)
    )


class Supply:
    """The settings made so far, who lives in them, and the market that runs them.

    Parameters
    ----------
    areas
        Every authority that a setting may stand in, by id.
    on
        The day of the instance.
    """

    def __init__(self, seed: int, areas: Mapping[str, Area], on: date) -> None:
        self.seed = seed
        self.areas = areas
        self.market = Market(seed)
        self.settings: list[Setting] = []
        self.setting_of: dict[str, str] = {}
        self.connected_to: dict[str, str] = {}
        self._on = on
        self._beyond: dict[str, tuple[str, ...]] = {}
        self._counts: dict[str, int] = {}

    def settle(self, letter: str, demands: Iterable[Demand]) -> str:
        """Name the next setting of a kind and let the children live there who live somewhere; its id."""
        number = self._counts[letter] = self._counts.get(letter, 0) + 1
        setting_id = f"{letter}{number:05}"
        for demand in demands:
            if demand.lives:
                self.setting_of |= {child.id: setting_id for child in demand.children}
        return setting_id

    def beside(self, dice: Dice, area: Area) -> Area:
        """An adjoining area of the instance, or the area itself when it has none."""
        return self.areas[dice.one_of(area.host_ids)] if area.host_ids else area

    def beyond(self, dice: Dice, area: Area) -> Area:
        """An area whose centre is 20 to 70 miles off, or an adjoining one when there is none."""
        key = area.authority.id
        if key not in self._beyond:
            self._beyond[key] = tuple(other for other, there in self.areas.items() if _is_beyond(area, there))
        return self.areas[dice.one_of(self._beyond[key])] if self._beyond[key] else self.beside(dice, area)

    def offer(
        self,
        dice: Dice,
        area: Area,
        location: Point,
        provider: Provider,
        terms: Terms,
        demands: Iterable[Demand],
        fees_pence_per_week: tuple[int, ...],
        contract_id: str | None = None,
        num_others: int = 0,
        num_vacant: int = 0,
    ) -> Offer:
        """The offer of a setting: places for the demands, of people outside the instance, more vacancies, idle ones."""
        demands = tuple(demands)
        filled = sum(demand.num_places for demand in demands if demand.lives) + num_others
        vacant = sum(demand.num_places for demand in demands if not demand.lives) + num_vacant
        start = self._on + timedelta(days=dice.between(1, 42)) if dice.chance(DATED_SHARE) else None
        children = [child for demand in demands for child in demand.children]
        wishes = [(child, dice.chance(0.5)) for child in children if child.wishes]
        languages = {
            tongue for child, met in wishes if met and Wish.LANGUAGE in child.wishes for tongue in child.languages
        }
        faiths = {child.religion for child, met in wishes if met and Wish.FAITH in child.wishes}
        faiths.add(dice.pick(faiths_of(dice.pick(ethnicities_in(area.authority.region)))))
        return Offer(
            provider_id=provider.id,
            location=location,
            authority_id=area.authority.id,
            terms=terms,
            place_counts=(
                PlaceCount(PlaceState.FILLED, filled),
                PlaceCount(PlaceState.VACANT, vacant, start),
                PlaceCount(PlaceState.NOT_AVAILABLE, terms.num_places - filled - vacant),
            ),
            fees_pence_per_week=fees_pence_per_week,
            contract_id=contract_id,
            adapted=any(child.adaptation_needed for child in children) or dice.chance(0.05),
            takes_remand=any(child.remand for child in children) or dice.chance(0.05),
            languages=frozenset(languages | {"english"}),
            faiths=frozenset(faith for faith in faiths if faith not in (None, "no religion")),
        )


def _is_beyond(here: Area, there: Area) -> bool:
    """Whether the centres of two areas are 20 to 70 miles apart."""
    assert here.authority.centre is not None
    assert there.authority.centre is not None  # every English authority has one
    miles = distance_miles(here.authority.centre, there.authority.centre)
    return miles is not None and 20 <= miles <= 70


def ethnicity_near(dice: Dice, area: Area, child: Child) -> Ethnicity:
    """The ethnicity of a carer: the child's with a probability of 40%, else any of the area's region."""
    if child.ethnicity is not None and dice.chance(0.4):
        return child.ethnicity
    return dice.pick(ethnicities_in(area.authority.region))
