"""``barnet_2014``: made-up children and settings calibrated to Barnet's *Placements Commissioning Strategy* of 2014.

Ties, and where the strategy contradicts itself: ``docs/library/barnet_2014.md``.
"""

from __future__ import annotations

from datetime import date
from random import Random
from typing import TYPE_CHECKING, Any

from rightplace.instances.children import Ethnicity, NeedCategory, Sex, Suitability
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
from tools.library.barnet_2014_settings import (
    NUM_FRAMEWORK_AGENCIES,
    add_agencies,
    add_consortium_carers,
    add_homes,
    add_in_house,
    add_semi_independent,
)
from tools.library.barnet_2014_waiting import add_waiting
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

SEED = 2014
DAY = date(2014, 3, 31)

# Figure 7 (shares of 1 April 2013) on 314 children; the 8% that the figure leaves out stand as mixed.
ETHNICITIES = {
    Ethnicity.WBRI: 96,
    Ethnicity.WOTH: 30,
    Ethnicity.WIRI: 6,
    Ethnicity.BCRB: 17,
    Ethnicity.BAFR: 42,
    Ethnicity.BOTH: 11,
    Ethnicity.APKN: 4,
    Ethnicity.CHNE: 1,
    Ethnicity.AOTH: 17,
    Ethnicity.OOTH: 64,
    Ethnicity.MWBC: 14,
    Ethnicity.MWBA: 8,
    Ethnicity.MOTH: 4,
}
_UASC_ETHNICITIES = {Ethnicity.OOTH: 16, Ethnicity.AOTH: 3, Ethnicity.WOTH: 3, Ethnicity.BAFR: 2}
_SENSE, _BODY = NeedCategory.SENSORY_IMPAIRMENT, NeedCategory.PHYSICAL_DISABILITY
_SEN = NeedCategory.LEARNING_DIFFICULTY


def providers() -> tuple[Provider, ...]:
    """Barnet, the consortium, the 31 agencies of the framework and four others, and made-up companies."""
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
    agencies = [
        Provider(
            id=f"IFA{n:02}",
            name=f"Fostering agency {n} (made up)",
            sector=Sector.VOLUNTARY if n % 8 == 0 else Sector.PRIVATE,
            grade=Grade.REQUIRES_IMPROVEMENT if n == 33 else Grade.OUTSTANDING if n % 5 == 0 else Grade.GOOD,
        )
        for n in range(1, NUM_FRAMEWORK_AGENCIES + 5)
    ]
    homes = [
        Provider(id=f"RH{n:02}", name=f"Residential provider {n} (made up)", sector=Sector.PRIVATE, grade=Grade.GOOD)
        for n in range(1, 36)
    ]
    semi = [
        Provider(
            id=f"SI{n:02}", name=f"Semi-independent provider {n} (made up)", sector=Sector.PRIVATE, grade=Grade.GOOD
        )
        for n in range(1, 16)
    ]
    return (*own, *agencies, *homes, *semi)


def contracts() -> tuple[Contract, ...]:
    """The West London framework: three lots and their price bands (figure 20); prices are ours, with a mean of £901."""
    core, specialist = {"need_level_max": 2}, {"need_level_max": 4}

    def band(name: str, pounds: int, **values: Any) -> Band:
        return Band(name=name, fee_pence_per_week=100 * pounds, **values)

    under_16 = 16 * 12 - 1
    bands = (
        band("Lot 2, parent and child, parent under 18", 1180, parent_and_child=True),
        band("Lot 1, core, solo", 1010, solo=True, **core),
        band("Lot 3, specialist, solo", 1290, solo=True, **specialist),
        band("Lot 1, core, age 0 to 15", 862, age_max_months=under_16, **core),
        band("Lot 1, core, age 16 and 17", 889, **core),
        band("Lot 3, specialist, age 0 to 15", 1004, age_max_months=under_16, **specialist),
        band("Lot 3, specialist, age 16 and 17", 1032, **specialist),
    )
    return (Contract(id="WLA-IFA", kind=ContractKind.FRAMEWORK, authority_id=BARNET, bands=bands),)


def _stock(world: World) -> dict[str, list[Draft]]:
    """The 289 children who wait for nothing, by type of placement and age (years, number)."""
    plan: dict[str, tuple[tuple[int, int, int], ...]] = {
        "in-house": ((0, 0, 12), (1, 4, 22), (5, 9, 24), (10, 15, 27), (16, 17, 6)),
        "in-house uasc": ((15, 15, 2), (16, 17, 2)),
        "kinship": ((1, 4, 5), (5, 9, 8), (10, 15, 9)),
        "regulation 24": ((1, 4, 1), (5, 9, 2), (10, 15, 1)),
        "agency": ((1, 4, 8), (5, 9, 20), (10, 15, 41), (16, 17, 9)),
        "agency uasc": ((15, 15, 1), (16, 17, 5)),
        "own homes": ((12, 15, 7), (16, 17, 3)),
        "homes": ((11, 15, 17), (16, 17, 6)),
        "schools": ((8, 15, 9),),
        "family centre parent": ((16, 17, 4),),
        "adoption": ((0, 3, 7),),
        "semi-independent": ((16, 17, 19),),
        "semi-independent uasc": ((16, 17, 12),),
    }
    stock: dict[str, list[Draft]] = {}
    for kind, bands in plan.items():
        flags: dict[str, Any] = {"uasc": True} if "uasc" in kind else {}
        flags |= {"parent_and_child": True, "sex": Sex.FEMALE} if "parent" in kind.split() else {}
        drafts = [world.child((low, high), **flags) for low, high, number in bands for _ in range(number)]
        for draft in drafts if "uasc" in kind else ():
            draft["sex"] = world.rng.choices((Sex.MALE, Sex.FEMALE), (88, 12))[0]
        stock[kind] = drafts
    # Figure 22: of the 89 children with agencies, 14 at level 1, 54 at level 2, 20 at level 3, and one left out.
    levels: list[int | None] = [*[1] * 12, *[2] * 52, *[3] * 19, None]
    world.rng.shuffle(levels)
    for draft, level in zip(stock["agency"] + stock["agency uasc"], levels, strict=True):
        draft["need_level"] = level
    return stock


def _disabilities(world: World, stock: dict[str, list[Draft]]) -> None:
    """Figure 8 on 314 children: 9 with a disability, 32 with special educational needs, 34 with both.

    Special educational needs stand as a learning difficulty, the nearest of the seven need flags. All nine children in
    residential schools are among them, and most of the disabled children live with agencies (section 5.4).
    """
    at_school = [
        d
        for kind in ("in-house", "kinship", "agency", "homes", "own homes")
        for d in stock[kind]
        if d["age_months"] >= 60
    ]
    agency = [d for d in stock["agency"] if d["age_months"] >= 24]
    world.rng.shuffle(at_school)
    world.rng.shuffle(agency)
    both = [*stock["schools"], *agency[:24]]  # and C013
    disabled = agency[24:33]
    taken = {d["id"] for d in both + disabled}
    only_sen = [d for d in at_school if d["id"] not in taken][:32]
    for drafts, needs in ((both, {_BODY, _SEN}), (disabled, {_SENSE}), (only_sen, {_SEN})):
        for draft in drafts:
            draft["needs"] = draft["needs"] | needs


def build() -> Instance:
    """The instance, the same at every call."""
    world = World(DAY, Random(SEED))
    add_waiting(world)
    waiting = world.children[:25]
    stock = _stock(world)
    lower = {1: 50, 2: 38, 3: 12}
    shares = {"homes": {3: 70, 4: 30}, "own homes": {3: 1}, "schools": {3: 1}, "semi-independent": {1: 60, 2: 40}}
    unassessed = next(d for d in stock["agency"] + stock["agency uasc"] if d["need_level"] is None)
    unassessed["need_level"] = 2
    for kind, drafts in stock.items():
        give_needs(world, drafts, shares.get(kind.removesuffix(" uasc"), lower))
    give_needs(world, waiting, {1: 1})
    unassessed["need_level"] = None
    _disabilities(world, stock)
    add_in_house(world, stock, waiting)
    add_agencies(world, stock, waiting)
    add_homes(world, stock, waiting)
    add_semi_independent(world, stock, waiting)
    add_consortium_carers(world)
    world.families += [[draft] for draft in waiting]
    unaccompanied = [[d for d in family if d.get("uasc")] for family in world.families]
    give_ethnicities(world, [family for family in unaccompanied if family], _UASC_ETHNICITIES)
    give_ethnicities(world, world.families, ETHNICITIES)
    give_cultures(world, world.children)
    give_schools(world, world.children)
    # Figure 22, level 1: with an agency only because Barnet had no room. A home of Barnet's own may be proposed.
    for draft in stock["agency"] + stock["agency uasc"]:
        if draft["need_level"] == 1:
            draft |= {"may_move": True, "foster_suitability": Suitability.PREFERRED}
    policy = {
        "search": {"order": "cascade"},
        "quality": {"min_grade": "good", "ungraded_allowed": False},
        "default_fee": {
            "carer_in_house": 64600,
            "carer_independent": 90100,
            "home_in_house": 349300,
            "home_independent": 370800,
            "supported_accommodation": 65000,
        },
    }
    return finish(
        world, name="barnet_2014", providers=providers(), contracts=contracts(), policy=policy_from(policy, "policy")
    )
