"""``barnet_2023``: made-up children and settings whose totals are those of Barnet's *Sufficiency Strategy 2023-27*.

Ties, and where the strategy contradicts itself: ``docs/library/barnet_2023.md``.
"""

from __future__ import annotations

from datetime import date
from random import Random
from typing import TYPE_CHECKING, Any

from rightplace.instances.children import Ethnicity, RiskLevel, RiskToOthers, Sex, Suitability
from rightplace.instances.geography import find_authority
from rightplace.instances.policy import policy_from
from rightplace.instances.settings import (
    Band,
    Contract,
    ContractKind,
    Grade,
    Provider,
    Sector,
)
from tools.library.barnet_2023_fostering import (
    add_agencies,
    add_connected,
    add_consortium_carers,
    add_in_house,
)
from tools.library.barnet_2023_homes import add_homes, add_supported
from tools.library.barnet_2023_waiting import add_waiting
from tools.library.world import (
    BARNET,
    CONSORTIUM,
    Draft,
    World,
    finish,
    give_cultures,
    give_ethnicities,
    give_needs,
    give_schools,
)

if TYPE_CHECKING:
    from rightplace.instances.instance import Instance

SEED = 2023
DAY = date(2023, 12, 11)


# 332 children: 116 white (35%), 63 black (19%), 63 other or unknown (19%), and the rest mixed and Asian.
ETHNICITIES = {
    Ethnicity.WBRI: 86,
    Ethnicity.WOTH: 26,
    Ethnicity.WIRI: 4,
    Ethnicity.BCRB: 21,
    Ethnicity.BAFR: 36,
    Ethnicity.BOTH: 6,
    Ethnicity.MWBC: 22,
    Ethnicity.MWBA: 12,
    Ethnicity.MWAS: 8,
    Ethnicity.MOTH: 12,
    Ethnicity.AIND: 10,
    Ethnicity.APKN: 6,
    Ethnicity.ABAN: 4,
    Ethnicity.AOTH: 14,
    Ethnicity.CHNE: 2,
    Ethnicity.OOTH: 45,
    Ethnicity.REFU: 8,
    Ethnicity.NOBT: 10,
}
# 68 of them unaccompanied: 12 black (17%), 7 white (10%), 36 other or unknown (53%).
UASC_ETHNICITIES = {
    Ethnicity.WOTH: 7,
    Ethnicity.BAFR: 10,
    Ethnicity.BOTH: 2,
    Ethnicity.AOTH: 8,
    Ethnicity.MOTH: 3,
    Ethnicity.CHNE: 2,
    Ethnicity.OOTH: 29,
    Ethnicity.REFU: 2,
    Ethnicity.NOBT: 5,
}


def providers() -> tuple[Provider, ...]:
    """Barnet's own services, the consortium's, and made-up agencies and companies."""
    own = [
        Provider(
            id="LBB",
            name="London Borough of Barnet",
            sector=Sector.LOCAL_AUTHORITY,
            authority_id=BARNET,
            grade=Grade.GOOD,
        )
    ]
    own += [
        Provider(
            id=f"LB{name[:3].upper()}",
            name=f"London Borough of {name}",
            sector=Sector.LOCAL_AUTHORITY,
            authority_id=find_authority(name).id,
            grade=Grade.GOOD,
        )
        for name in CONSORTIUM
    ]
    grades = [
        Grade.GOOD,
        Grade.OUTSTANDING,
        Grade.GOOD,
        Grade.GOOD,
        Grade.REQUIRES_IMPROVEMENT,
        Grade.GOOD,
        None,
        Grade.GOOD,
    ]
    agencies = [
        Provider(
            id=f"AG{n}",
            name=f"Fostering agency {n} (made up)",
            sector=Sector.VOLUNTARY if n in (2, 6) else Sector.PRIVATE,
            grade=grade,
        )
        for n, grade in enumerate(grades, start=1)
    ]
    homes = [
        Provider(
            id=f"RH{n:02}",
            name=f"Residential provider {n} (made up)",
            sector=Sector.VOLUNTARY if n % 9 == 0 else Sector.PRIVATE,
        )
        for n in range(1, 31)
    ]
    supported = [
        Provider(id=f"SP{n:02}", name=f"Supported accommodation provider {n} (made up)", sector=Sector.PRIVATE)
        for n in range(1, 15)
    ]
    return (*own, *agencies, *homes, *supported)


def contracts() -> tuple[Contract, ...]:
    """A framework with the lots of the West London framework (2014 strategy, figure 20) and a block of three beds."""
    under_16 = 16 * 12 - 1
    bands = (
        Band(name="Lot 2, parent and child, parent under 18", fee_pence_per_week=139000, parent_and_child=True),
        Band(name="Lot 1, core, solo", fee_pence_per_week=115000, need_level_max=2, solo=True),
        Band(name="Lot 3, specialist, solo", fee_pence_per_week=165000, solo=True),
        Band(name="Lot 1, core, age 0 to 15", fee_pence_per_week=90100, age_max_months=under_16, need_level_max=2),
        Band(name="Lot 1, core, age 16 and 17", fee_pence_per_week=93500, need_level_max=2),
        Band(name="Lot 3, specialist, age 0 to 15", fee_pence_per_week=121000, age_max_months=under_16),
        Band(name="Lot 3, specialist, age 16 and 17", fee_pence_per_week=125000),
    )
    return (
        Contract(id="IFA-FRAMEWORK", kind=ContractKind.FRAMEWORK, authority_id=BARNET, bands=bands),
        Contract(
            id="BLOCK-H4",
            kind=ContractKind.BLOCK,
            authority_id=BARNET,
            num_beds=3,
            num_beds_used=1,
            first_part_pence_per_week=410000,
            second_part_pence_per_week=95000,
        ),
    )


def _stock(world: World) -> dict[str, list[Draft]]:
    """The 302 children who wait for nothing, by type of placement and age (years, number)."""
    plan: dict[str, tuple[tuple[int, int, int], ...]] = {
        "in-house": ((0, 0, 7), (1, 4, 18), (5, 9, 20), (10, 15, 29), (16, 17, 4)),
        "in-house uasc": ((14, 15, 2), (16, 17, 6)),
        "agency": ((1, 4, 3), (5, 9, 13), (10, 15, 51), (16, 17, 7)),
        "agency uasc": ((15, 15, 4), (16, 17, 12)),
        "agency parent": ((16, 17, 3),),
        "connected": ((0, 0, 1), (1, 4, 4), (5, 9, 5), (10, 15, 5), (16, 17, 1)),
        "parents": ((0, 0, 1), (1, 4, 2), (5, 9, 1), (10, 15, 1)),
        "residential": ((9, 9, 1), (10, 11, 4), (12, 15, 18), (16, 17, 6)),
        "residential parent": ((16, 17, 2),),
        "residential uasc": ((16, 17, 1),),
        "lodgings": ((16, 17, 9),),
        "lodgings uasc": ((16, 17, 6),),
        "supported": ((16, 17, 23),),
        "supported uasc": ((16, 17, 32),),
    }
    stock: dict[str, list[Draft]] = {}
    for kind, bands in plan.items():
        flags: dict[str, Any] = {"uasc": True} if "uasc" in kind else {}
        flags |= {"parent_and_child": True, "sex": Sex.FEMALE, "need_level": 3} if "parent" in kind.split() else {}
        drafts = [world.child((low, high), **flags) for low, high, number in bands for _ in range(number)]
        for draft in drafts if "uasc" in kind else ():
            draft["sex"] = world.rng.choices((Sex.MALE, Sex.FEMALE), (88, 12))[0]
        stock[kind] = drafts
    return stock


def _movable(world: World) -> None:
    """Twelve children for whom a better home may be proposed (``--rematch``): far away, or with an agency."""
    where = {setting.id: setting for setting in world.settings}
    living = [d for d in world.children if not d["is_waiting"] and "current_setting_id" in d]
    alone = {d["id"] for d in living} - {key for group in world.groups for key in group.child_ids}

    def pick(prefix: str, number: int, *, level: int, **values: Any) -> None:
        fits = [
            d
            for d in living
            if d["id"] in alone and d["current_setting_id"].startswith(prefix) and not d.get("may_move")
        ]
        fits = [
            d
            for d in fits
            if d["need_level"] <= level and not d.get("parent_and_child") and not d.get("deprivation_of_liberty")
        ]
        fits = [
            d for d in fits if where[d["current_setting_id"]].offer.authority_id != BARNET and not d.get("secure_order")
        ]
        fits = [d for d in fits if d.get("school_year") not in (10, 11)]
        for draft in world.rng.sample(fits, number):
            draft |= {"may_move": True} | values

    pick("A", 6, level=1)
    pick("E", 3, level=3, foster_suitability=Suitability.SUITABLE, residential_suitability=Suitability.PREFERRED)
    pick("S", 3, level=2, supported_suitability=Suitability.PREFERRED)


def build() -> Instance:
    """The instance, the same at every call."""
    world = World(DAY, Random(SEED))
    add_waiting(world)
    waiting = world.children[:30]
    stock = _stock(world)
    shares = {
        "in-house": {1: 48, 2: 40, 3: 12},
        "agency": {1: 16, 2: 61, 3: 23},
        "connected": {1: 60, 2: 30, 3: 10},
        "parents": {1: 60, 2: 40},
        "residential": {3: 70, 4: 30},
        "lodgings": {1: 60, 2: 40},
        "supported": {1: 45, 2: 45, 3: 10},
    }
    for kind, drafts in stock.items():
        give_needs(world, drafts, shares[kind.split()[0]])
    give_needs(world, waiting, {1: 1})
    add_in_house(world, stock, waiting)
    add_agencies(world, stock, waiting)
    add_connected(world, stock, waiting)
    add_homes(world, stock, waiting)
    add_supported(world, stock, waiting)
    add_consortium_carers(world)
    in_families = {draft["id"] for family in world.families for draft in family}
    world.families += [[draft] for draft in waiting if draft["id"] not in in_families]
    uasc = [[d for d in family if d.get("uasc")] for family in world.families]
    give_ethnicities(world, [family for family in uasc if family], UASC_ETHNICITIES)
    give_ethnicities(world, world.families, ETHNICITIES)
    give_cultures(world, world.children)
    give_schools(world, world.children)
    _movable(world)
    # One resident of Home 1 must not be joined by a younger child.
    risk = next(d for d in world.children if d.get("current_setting_id") == "H4")
    risk["risks_to_others"] = {RiskToOthers.PHYSICAL_HARM: RiskLevel.HIGH}
    return finish(
        world, name="barnet_2023", providers=providers(), contracts=contracts(), policy=policy_from({}, "policy")
    )
