"""Levers and targets for a generated instance: sites, shared homes, funnels, contracts, the same for the same seed.

``docs/generator.md`` says which prices are published and which are assumed. Prices of an authority are the national
ones give or take 12%. Places that nothing here offers are bought without limit: ``supply`` adds them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightplace.instances.cohorts import CohortKind
from rightplace.instances.generator.dice import Dice
from rightplace.instances.generator.planning_homes import World, new_homes
from rightplace.instances.generator.providers import CARER_OWN_PENCE, FOSTER_PER_CENT, PARENT_AND_CHILD_PENCE
from rightplace.instances.levers import (
    Block,
    Conversion,
    ConversionKind,
    Focus,
    Funnel,
    Levers,
    Profile,
    Retention,
    SettingType,
)
from rightplace.instances.settings import Home
from rightplace.instances.targets import Firmness, Measure, Sense, Target

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rightplace.instances.instance import Instance

ENQUIRIES_PER_CENT = 90
"""Enquiries a year by children in care: 280 for 314 (Barnet 2014, FG 0.1), give or take 30%."""
VISIT_RATE, ASSESSMENT_RATE, APPROVAL_RATE = 0.31, 0.5, 0.71
"""31% of enquiries are visited, 11% approved (Fostering Network 2013/14, FG E4); the step between is assumed."""
BLOCK_PENCE, BLOCK_USE_PENCE = 410_000, 95_000
"""A two-part price, pence a week for each bed and on top for each in use, assumed after Barnet's block of 2023."""


def planning_levers(instance: Instance, seed: int) -> Levers:
    """What the authorities of an instance's children could do about supply.

    Each has two sites for a home, a funnel of foster carers, retention, support packages, step-down help and a local
    block contract; neighbours could share homes for children of whom each has few. An authority without provision of
    its own among the providers has only what others would run for it.

    Parameters
    ----------
    seed
        Any whole number: the same instance and seed give the same levers.
    """
    world = World(instance, seed)
    own = [key for key in world.ids if key in world.own]
    return Levers(
        new_homes=tuple(new_homes(world)),
        funnels=tuple(_funnel(world, key) for key in own),
        profiles=tuple(profile for key in own for profile in _profiles(world, key)),
        retention=tuple(_retention(key) for key in own),
        conversions=tuple(conversion for key in own for conversion in _conversions(world, key)),
        blocks=tuple(block for key in world.ids if (block := _block(world, key)) is not None),
    )


def _funnel(world: World, key: str) -> Funnel:
    """Enquiries by the number of children, national rates."""
    dice = Dice(world.seed, "funnel", key)
    enquiries = max(10, dice.around(world.num_children[key] * ENQUIRIES_PER_CENT, 30, 1) // 100)
    return Funnel(
        id=f"funnel-{key}",
        authority_id=key,
        enquiries_per_year=(float(enquiries),),
        visit_rate=(VISIT_RATE,),
        assessment_rate=(ASSESSMENT_RATE,),
        approval_rate=(APPROVAL_RATE,),
        enquiry_pence=2_000,
        visit_pence=10_000,
        assessment_pence=400_000,
    )


def _profiles(world: World, key: str) -> Iterator[Profile]:
    """Younger children, teenagers, brothers and sisters, parents with a baby; fees in house rise by need level."""
    fees = tuple(world.price(key, CARER_OWN_PENCE * share // 100) for share in FOSTER_PER_CENT)
    dyads = frozenset({CohortKind.PARENT_AND_CHILD})
    focuses = {
        "younger": (1.5, Focus(age_max_months=119, need_level=2, group_size=1), 1.0),
        "teenagers": (1.5, Focus(age_min_months=120, need_level=3, group_size=1), 1.0),
        "siblings": (3.0, Focus(age_max_months=191, need_level=2, group_size=3), 0.5),
        "parents": (2.0, Focus(kinds=dyads, group_size=2), 0.2),
    }
    for name, (places, focus, most) in focuses.items():
        yield Profile(
            id=f"{name}-{key}",
            funnel_id=f"funnel-{key}",
            places_per_household=places,
            focus=focus,
            fee_pence_per_week=(world.price(key, PARENT_AND_CHILD_PENCE),) if focus.kinds == dyads else fees,
            household_pence_per_week=world.price(key, 12_000),
            max_share=most,
        )


def _retention(key: str) -> Retention:
    """Three percentage points fewer leave: 9% and not 12% a year, assumed."""
    return Retention(
        id=f"retention-{key}",
        funnel_id=f"funnel-{key}",
        deregistration_rate_per_year=0.09,
        household_pence_per_year=80_000,
        lead_quarters=2,
    )


def _conversions(world: World, key: str) -> Iterator[Conversion]:
    """Support for need levels 2 and 3 at the policy's prices, and step-down help, for so many of the children."""
    support = world.instance.policy.support
    for from_level, pence in ((1, support.low_pence), (2, support.medium_pence)):
        yield Conversion(
            id=f"support-{key}-{from_level + 1}",
            kind=ConversionKind.SUPPORT,
            authority_id=key,
            from_level=from_level,
            to_level=from_level + 1,
            kinds=frozenset({CohortKind.MAINSTREAM, CohortKind.UNACCOMPANIED}),
            place_pence_per_week=pence,
            max_places=float(world.num_children[key] * 3 // 100),
        )
    yield Conversion(
        id=f"step-down-{key}",
        kind=ConversionKind.STEP_DOWN,
        authority_id=key,
        from_level=3,
        to_level=4,
        kinds=frozenset({CohortKind.RESIDENTIAL}),
        place_pence_per_week=60_000,
        max_places=float(world.num_children[key] // 100),
    )


def _block(world: World, key: str) -> Block | None:
    """Beds of a company with a home in the area; ``None`` where there is none."""
    dice = Dice(world.seed, "block", key)
    companies = world.companies.get(key)
    where = world.somewhere(dice, key)
    if not companies or where is None:
        return None
    return Block(
        id=f"block-{key}",
        type=SettingType.RESIDENTIAL,
        authority_id=key,
        location=where,
        provider_id=dice.one_of(companies),
        focus=Focus(age_min_months=120, group_size=2),
        open_to_ids=frozenset({key}),
        min_beds=2,
        max_beds=6,
        first_pence_per_week=world.price(key, BLOCK_PENCE),
        second_pence_per_week=world.price(key, BLOCK_USE_PENCE),
        lead_quarters=2,
    )


def planning_targets(instance: Instance, num_years: int) -> tuple[Target, ...]:
    """Targets that ask for a little more each year than today: more children in area, and fewer in children's homes.

    They are priced, £20,000 for each child and year missed, so that there is a plan whatever the instance. Today's
    shares are those of the children who live in a setting of the instance; where few do, 40% and 11% (FG 0.2).
    """
    placed = [
        (child.authority_id, instance.setting[child.current_setting_id])
        for child in instance.children
        if child.current_setting_id is not None
    ]
    is_known = 2 * len(placed) >= len(instance.children)
    in_area = _share([key == setting.offer.authority_id for key, setting in placed]) if is_known else 0.4
    in_homes = _share([isinstance(setting, Home) for _, setting in placed]) if is_known else 0.11
    return (
        _target("in_area", Measure.IN_AREA_SHARE, Sense.AT_LEAST, [in_area + 0.02 * (n + 1) for n in range(num_years)]),
        _target(
            "homes", Measure.RESIDENTIAL_SHARE, Sense.AT_MOST, [in_homes - 0.004 * (n + 1) for n in range(num_years)]
        ),
    )


def _share(flags: Iterable[bool]) -> float:
    found = list(flags)
    return sum(found) / len(found)


def _target(name: str, measure: Measure, sense: Sense, values: Sequence[float]) -> Target:
    return Target(
        id=name,
        measure=measure,
        sense=sense,
        values={year: min(1.0, max(0.0, round(value, 3))) for year, value in enumerate(values)},
        firmness=Firmness.PRICED,
        price_pence=2_000_000,
    )
