"""Fostering households: connected, in-house, of agencies, for parents with babies."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rightplace.instances.children import ADULT_MONTHS, NeedCategory, Place, Sex
from rightplace.instances.generator.dice import Dice, Shares
from rightplace.instances.generator.providers import (
    CARER_AGENCY_PENCE,
    CARER_CONNECTED_PENCE,
    CARER_OWN_PENCE,
    FOSTER_PER_CENT,
    PARENT_AND_CHILD_PENCE,
    fees,
    meets_gate,
)
from rightplace.instances.generator.supply import Demand, Queue, Supply, ages_covering, ethnicity_near, takes
from rightplace.instances.settings import (
    MAX_NEED_LEVEL,
    Carer,
    ParentAndChild,
    Provider,
    Support,
    Terms,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rightplace.instances.generator.places import Area

CARER_PLACES = Shares({1: 48, 2: 36, 3: 16})
"""Approved places of a household: 70,465 places in 42,615 households (2023-24, FG C1)."""
OWN_SHARE = 0.53
"""In-house of all mainstream fostering: 27.9 against 24.8 for agencies (September 2024, FG C3)."""
CONNECTED_SHARE = 0.23
"""Connected of all who are fostered: 15.6 of 68.3 (September 2024, FG C3)."""
CONNECTED_WAITING_SHARE = 0.02
"""Of those who wait for a foster home, assumed."""
NOT_AVAILABLE_SHARE = 0.2
"""Households with one more place that cannot be used, assumed; 23% of approved places (FG C1)."""
CARER_AGES = Shares(
    {(0, 17): 20, (0, 4): 12, (0, 8): 10, (0, 12): 12, (5, 12): 14, (5, 17): 10, (8, 17): 10, (11, 17): 12}
)
"""Ages in years of the terms of approval, assumed."""


def add_carers(supply: Supply, area: Area, demands: Iterable[Demand], num_agencies: int) -> None:
    """Fostering households for the children of an authority who are to be fostered.

    Parameters
    ----------
    num_agencies
        Agencies at work in the authority's region.
    """
    dice = Dice(supply.seed, "carers", area.authority.id)
    queue = Queue(dice, demands)
    region = area.authority.region or "England"
    while (first := queue.first()) is not None:
        if dice.chance(CONNECTED_SHARE if first.lives else CONNECTED_WAITING_SHARE):
            _add_connected(supply, dice, area, first)
        elif dice.chance(OWN_SHARE):
            where = supply.beside(dice, area) if dice.chance(0.2) else area
            _add_carer(supply, dice, where, first, queue, supply.market.own(area.authority), None)
        else:
            where = supply.beside(dice, area) if dice.chance(0.55) else area
            agency, contract_id = supply.market.agency(dice, region, num_agencies, first.lives)
            if not meets_gate(agency.grade):  # a vacancy that the policy will not use, beside one that it may
                _add_carer(supply, dice, where, first, Queue(dice, ()), agency, contract_id)
                agency, contract_id = supply.market.agency(dice, region, num_agencies, True)
            _add_carer(supply, dice, where, first, queue, agency, contract_id)


def _add_connected(supply: Supply, dice: Dice, area: Area, first: Demand) -> None:
    """A relative or friend, approved for these children only."""
    children = first.children
    terms = Terms(
        num_places=first.num_places,
        need_level=max(3, *(child.need_level or 1 for child in children)),
        parent_and_child=ParentAndChild.ALSO if children[0].parent_and_child else ParentAndChild.NO,
    )
    where = area.near(dice, children[0].home, 8)
    fee = (dice.around(CARER_CONNECTED_PENCE, 10),)
    setting_id = supply.settle("F", [first])
    supply.connected_to |= {child.id: setting_id for child in children}
    supply.settings.append(
        Carer(
            id=setting_id,
            offer=supply.offer(dice, area, where, supply.market.own(area.authority), terms, [first], fee),
            place=Place.U1 if first.lives and dice.chance(0.5) else Place.U3,
            connected=True,
            ethnicities=frozenset(child.ethnicity for child in children if child.ethnicity is not None),
            num_bedrooms=terms.num_places,
        )
    )


def _add_carer(
    supply: Supply, dice: Dice, area: Area, first: Demand, queue: Queue, provider: Provider, contract_id: str | None
) -> None:
    """A mainstream or parent-and-child carer around a demand."""
    children = first.children
    dyad = children[0].parent_and_child
    level = max(child.need_level or 1 for child in children)
    support = dice.one_of(tuple(Support)) if not dyad else Support.NONE  # a third each (Barnet 2014, FG 0.1)
    if support is not Support.NONE and level > 1 and dice.chance(0.4):
        level -= 1  # the child needs the support
    elif level < 3 and dice.chance(0.2):
        level += 1
    low, high = ages_covering(dice, CARER_AGES, children) if not dyad else (0, ADULT_MONTHS - 1)
    needs = None
    if dice.chance(0.1):
        needs = frozenset({NeedCategory.EMOTIONAL_BEHAVIOURAL}).union(*(child.needs for child in children))
    terms = Terms(
        num_places=max(first.num_places, dice.pick(CARER_PLACES)),
        age_min_months=low,
        age_max_months=high,
        sexes=frozenset(child.sex for child in children) if dice.chance(0.15) else frozenset(Sex),
        needs=needs,
        need_level=level,
        parent_and_child=ParentAndChild.ONLY if dyad else ParentAndChild.NO,
    )
    demands = [first]
    if not dyad:
        reach = replace(terms, need_level=level + (support is not Support.NONE))
        demands += queue.more(first, terms.num_places - first.num_places, lambda child: takes(reach, child))
    num_places = sum(demand.num_places for demand in demands)
    num_places += num_places < 3 and not dyad and dice.chance(NOT_AVAILABLE_SHARE)
    terms = replace(terms, num_places=num_places)
    own = provider.authority_id is not None
    base_pence = PARENT_AND_CHILD_PENCE if dyad else CARER_OWN_PENCE if own else CARER_AGENCY_PENCE
    prices = fees(dice, base_pence, FOSTER_PER_CENT)[: min(MAX_NEED_LEVEL, level + support)]
    where = area.near(dice, children[0].home, 3)
    supply.settings.append(
        Carer(
            id=supply.settle("F", demands),
            offer=supply.offer(
                dice, area, where, provider, terms, demands, () if contract_id is not None else prices, contract_id
            ),
            place=dice.one_of((Place.U6, Place.U6, Place.U4)),
            ethnicities=frozenset({ethnicity_near(dice, area, children[0])}),
            num_bedrooms=num_places,
            support_limit=support,
        )
    )
