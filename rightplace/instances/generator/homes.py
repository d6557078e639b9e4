"""Children's homes, solo and secure homes, residential schools, family centres, and supported accommodation."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from rightplace.instances.children import AdultRatio, NeedCategory, Place, Sex
from rightplace.instances.generator.dice import Dice, Shares
from rightplace.instances.generator.providers import (
    GRADES,
    GRADES_SUPPORTED,
    HOME_PENCE,
    HOME_PER_CENT,
    PARENT_AND_CHILD_PENCE,
    SCHOOL_PENCE,
    SECURE_PENCE,
    SOLO_HOME_PENCE,
    SUPPORTED_PENCE,
    fees,
    meets_gate,
)
from rightplace.instances.generator.shares import Plan
from rightplace.instances.generator.supply import Demand, Queue, Supply, ages_covering, takes
from rightplace.instances.settings import (
    MAX_NEED_LEVEL,
    AccommodationCategory,
    Grade,
    Home,
    ParentAndChild,
    SupportedAccommodation,
    Terms,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rightplace.instances.generator.places import Area

HOME_PLACES = Shares({2: 16, 3: 26, 4: 30, 5: 16, 6: 12})
"""Registered places: 3.76 a home (March 2023, FG C1)."""
OWN_SHARE = 0.114
"""Children in homes who live in one that an authority runs (FG C3)."""
IN_AREA_SHARE = 0.4
"""Private homes in the area of the first child's authority: a third of children are in homes in their own area, since
children of several authorities share a home (NAO, March 2024, FG C3)."""
BESIDE_SHARE = 0.4
"""Of the other places, those in an adjoining area; the rest are farther off: half beyond 20 miles (NAO, FG C3)."""
HOME_AGES = Shares({(5, 12): 2, (7, 13): 3, (8, 17): 35, (10, 17): 25, (11, 17): 20, (12, 17): 10, (16, 17): 5})
"""Ages in years of statements of purpose, assumed."""
BLOCK_SHARE = 0.12
"""Private homes with a block contract, assumed."""
SECURE_PLACES = 10
"""Places of a secure home, assumed."""
CATEGORIES = Shares(
    {
        AccommodationCategory.SELF_CONTAINED: 25,
        AccommodationCategory.SHARED_FOR_CARE: 45,
        AccommodationCategory.SHARED_OPEN: 15,
        AccommodationCategory.LODGINGS: 15,
    }
)
"""Supported accommodation by category, assumed."""
CATEGORY_PLACES = {
    AccommodationCategory.SELF_CONTAINED: (1, 2),
    AccommodationCategory.SHARED_FOR_CARE: (3, 6),
    AccommodationCategory.SHARED_OPEN: (4, 8),
    AccommodationCategory.LODGINGS: (1, 2),
}
"""Least and most places by category, assumed."""
_ALL_NEEDS = frozenset(NeedCategory)
_USUAL_NEEDS = frozenset({NeedCategory.EMOTIONAL_BEHAVIOURAL, NeedCategory.LEARNING_DIFFICULTY})


def add_homes(supply: Supply, region: str, plan: Plan, demands: Iterable[Demand]) -> None:
    """Homes of one kind for the children of a region's authorities."""
    dice = Dice(supply.seed, plan, region)
    demands = list(demands)
    queue = Queue(dice, demands)
    num_companies = 1 + len(demands) // 12
    while (first := queue.first()) is not None:
        grade = dice.pick(GRADES)
        if not first.lives and not meets_gate(grade):  # a vacancy that the policy will not use, beside one that it may
            _add_home(supply, dice, region, plan, first, Queue(dice, ()), grade, num_companies)
            grade = Grade.GOOD
        _add_home(supply, dice, region, plan, first, queue, grade, num_companies)


def _add_home(
    supply: Supply,
    dice: Dice,
    region: str,
    plan: Plan,
    first: Demand,
    queue: Queue,
    grade: Grade | None,
    num_companies: int,
) -> None:
    own_area = supply.areas[first.children[0].authority_id]
    is_own = plan is Plan.HOME and dice.chance(OWN_SHARE)
    area = own_area if is_own else _site(supply, dice, own_area)
    terms = _terms(dice, plan, first)
    ratio = max(AdultRatio.ONE_TO_ONE if plan is Plan.SECURE else AdultRatio.STANDARD, *_ratios(first))
    if ratio is AdultRatio.STANDARD and plan is Plan.HOME and dice.chance(0.25):
        ratio = AdultRatio.ONE_TO_ONE
    demands = [first]
    demands += queue.more(
        first, terms.num_places - first.num_places, lambda child: takes(terms, child) and child.adult_ratio <= ratio
    )
    spare = terms.num_places - sum(demand.num_places for demand in demands)
    others = 0 if first.is_apart else spare if plan in (Plan.SCHOOL, Plan.SECURE) else dice.between(0, spare)
    provider = supply.market.own(own_area.authority) if is_own else supply.market.company(dice, region, num_companies)
    base_pence = _BASE_PENCE.get(plan, HOME_PENCE)
    prices = fees(dice, base_pence, HOME_PER_CENT if plan in (Plan.HOME, Plan.SCHOOL) else (100,) * MAX_NEED_LEVEL, 25)
    contract_id = None
    if plan is Plan.HOME and not is_own and dice.chance(BLOCK_SHARE):
        mine = own_area.authority.id
        used = sum(d.lives and d.children[0].authority_id == mine for d in demands)
        num_beds = max(1, used, dice.between(1, terms.num_places))
        contract_id = supply.market.block(dice, mine, num_beds, used, prices[2])
    where = area.near(dice, first.children[0].home, 2)
    supply.settings.append(
        Home(
            id=supply.settle("H", demands),
            offer=supply.offer(dice, area, where, provider, terms, demands, prices, contract_id, others),
            place=_PLACES.get(plan, Place.K2),
            grade=grade,
            adult_ratio=ratio,
        )
    )


_BASE_PENCE = {
    Plan.SOLO_HOME: SOLO_HOME_PENCE,
    Plan.SCHOOL: SCHOOL_PENCE,
    Plan.SECURE: SECURE_PENCE,
    Plan.PARENT_AND_CHILD: PARENT_AND_CHILD_PENCE * 2,
}
_PLACES = {Plan.SCHOOL: Place.S1, Plan.SECURE: Place.K1, Plan.PARENT_AND_CHILD: Place.R3}


def _ratios(demand: Demand) -> list[AdultRatio]:
    return [child.adult_ratio for child in demand.children]


def _site(supply: Supply, dice: Dice, area: Area) -> Area:
    """The area of a private home: the authority's own, one beside it, or farther off (49% beyond 20 miles, FG C3)."""
    if dice.chance(IN_AREA_SHARE):
        return area
    return supply.beside(dice, area) if dice.chance(BESIDE_SHARE) else supply.beyond(dice, area)


def _terms(dice: Dice, plan: Plan, first: Demand) -> Terms:
    """A statement of purpose around a child."""
    children = first.children
    level = max(child.need_level or 1 for child in children)
    needs = _USUAL_NEEDS.union(*(child.needs for child in children))
    needs |= {need for need in NeedCategory if dice.chance(0.35)}
    sexes = frozenset(child.sex for child in children) if dice.chance(0.35) else frozenset(Sex)
    low, high = ages_covering(dice, HOME_AGES, children)
    terms = Terms(
        num_places=2 if first.is_apart else dice.pick(HOME_PLACES),
        age_min_months=low,
        age_max_months=high,
        sexes=sexes,
        needs=needs,
        need_level=max(level, 4 if dice.chance(0.6) else 3),
    )
    if plan is Plan.SOLO_HOME:
        return replace(terms, num_places=1, needs=_ALL_NEEDS, need_level=MAX_NEED_LEVEL)
    if plan is Plan.SCHOOL:
        return replace(terms, num_places=dice.between(8, 20), age_min_months=min(96, low), sexes=frozenset(Sex))
    if plan is Plan.SECURE:
        return replace(
            terms,
            num_places=SECURE_PLACES,
            age_min_months=120,
            age_max_months=215,
            sexes=frozenset(Sex),
            needs=_ALL_NEEDS,
            need_level=MAX_NEED_LEVEL,
        )
    if plan is Plan.PARENT_AND_CHILD:
        return replace(
            terms, num_places=max(2, first.num_places), age_min_months=0, parent_and_child=ParentAndChild.ONLY
        )
    return terms


def add_secure_home(supply: Supply, region: str, area: Area) -> None:
    """A secure home with one vacancy, for a region whose children ask for none: it is there all the same."""
    dice = Dice(supply.seed, "empty secure home", region)
    terms = Terms(num_places=SECURE_PLACES, age_min_months=120, need_level=MAX_NEED_LEVEL, needs=_ALL_NEEDS)
    provider = supply.market.own(area.authority)
    prices = fees(dice, SECURE_PENCE, (100,) * MAX_NEED_LEVEL)
    offer = supply.offer(
        dice, area, area.anywhere(dice), provider, terms, (), prices, num_others=SECURE_PLACES - 1, num_vacant=1
    )
    supply.settings.append(
        Home(
            id=supply.settle("H", ()), offer=offer, place=Place.K1, grade=Grade.GOOD, adult_ratio=AdultRatio.ONE_TO_ONE
        )
    )


def add_supported(supply: Supply, area: Area, demands: Iterable[Demand], num_landlords: int) -> None:
    """Supported accommodation for the children of an authority.

    Parameters
    ----------
    num_landlords
        Providers at work in the authority's region.
    """
    dice = Dice(supply.seed, "supported", area.authority.id)
    queue = Queue(dice, demands)
    region = area.authority.region or "England"
    while (first := queue.first()) is not None:
        category = dice.pick(CATEGORIES)
        where = supply.beside(dice, area) if dice.chance(0.4) else area
        children = first.children
        terms = Terms(
            num_places=max(first.num_places, 1 if first.is_apart else dice.between(*CATEGORY_PLACES[category])),
            age_min_months=192,
            sexes=frozenset(child.sex for child in children) if dice.chance(0.25) else frozenset(Sex),
            need_level=max(2 if dice.chance(0.85) else 3, *(child.need_level or 1 for child in children)),
        )
        demands_here = [first]
        demands_here += queue.more(first, terms.num_places - first.num_places, partial(takes, terms))
        own = dice.chance(0.1)
        provider = supply.market.own(area.authority) if own else supply.market.landlord(dice, region, num_landlords)
        prices = fees(dice, SUPPORTED_PENCE[category], (100, 115, 150, 190), 20)
        point = where.near(dice, children[0].home, 2)
        spare = terms.num_places - sum(demand.num_places for demand in demands_here)
        grade = dice.pick(GRADES_SUPPORTED)
        supply.settings.append(
            SupportedAccommodation(
                id=supply.settle("S", demands_here),
                offer=supply.offer(
                    dice, where, point, provider, terms, demands_here, prices, num_others=dice.between(0, spare)
                ),
                category=category,
                grade=grade if meets_gate(grade) else Grade.GOOD,
            )
        )
