"""The settings of ``barnet_2014``, and who lives in them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from rightplace.instances.children import NeedCategory, Place
from rightplace.instances.geography import locate
from rightplace.instances.settings import (
    AccommodationCategory,
    Carer,
    Grade,
    Home,
    ParentAndChild,
    Support,
    SupportedAccommodation,
)
from tools.library.world import (
    BOYS,
    GIRLS,
    Draft,
    World,
    age_range,
    carer_culture,
    carer_ethnicities,
    exactly,
    households,
)

_GROUND = (
    *("Enfield", "Enfield", "Harrow", "Brent", "Haringey", "Hertfordshire", "Hertfordshire", "Ealing", "Hillingdon"),
    *("Waltham Forest", "Redbridge", "Croydon", "Luton", "Essex", "Kent", "Milton Keynes"),
)
_FAR = (
    *(
        "Hertfordshire",
        "Enfield",
        "Harrow",
        "Bedford",
        "Essex",
        "Kent",
        "Norfolk",
        "Suffolk",
        "Cambridgeshire",
        "Birmingham",
    ),
    *("Staffordshire", "Derbyshire", "Lancashire", "Rochdale", "Shropshire", "Luton", "Croydon", "Leicestershire"),
)
NUM_FRAMEWORK_AGENCIES = 31
_SEN = NeedCategory.LEARNING_DIFFICULTY


def _join(world: World, families: list[list[Draft]], child: Draft, ages: tuple[int, int]) -> list[Draft]:
    """Make a waiting child the brother or sister of a placed pair within some ages; the pair is returned, taken out."""
    pair = next(
        f
        for f in families
        if len(f) == 2 and ages[0] <= f[0]["age_months"] // 12 <= f[1]["age_months"] // 12 <= ages[1]
    )
    group = next(g for g in world.groups if pair[0]["id"] in g.child_ids)
    world.groups[world.groups.index(group)] = replace(group, child_ids=(child["id"], *group.child_ids))
    for draft in pair:
        draft |= {"home": child["home"], "ethnicity": child["ethnicity"]}
    families.remove(pair)
    return pair


def add_in_house(world: World, stock: dict[str, list[Draft]], waiting: list[Draft]) -> None:
    """90 approved households with 138 places (102 filled: 74%), four respite carers, twelve kinship carers."""
    families = households(world, stock["in-house"], 4, 15)
    families += [stock["in-house uasc"][:2], stock["in-house uasc"][2:]]
    world.families += families[-2:]
    brothers = _join(world, families, waiting[10], (3, 9))
    number = 0

    def add(where: str, residents: list[Draft], ages: tuple[int, int], away: int = 0, **values: Any) -> None:
        nonlocal number
        number += 1
        vacant = values.pop("vacant", 0)
        limit = values.pop("support_limit", list(Support)[number % 3])
        skills = frozenset({"disability"}) if number % 5 < 2 else frozenset()
        offer = world.offer(
            *("LBB", locate(where), len(residents) + vacant + away, len(residents), vacant, away),
            ages=ages,
            fees_pence_per_week=(64600,),
            **(carer_culture(world) | {"skills": skills} | values),
        )
        bedrooms = max(1, offer.terms.num_places - (len(residents) > 1))
        carer = Carer(
            id=f"F{number:03}",
            offer=offer,
            ethnicities=carer_ethnicities(world),
            num_bedrooms=bedrooms,
            support_limit=limit,
        )
        world.settings.append(carer)
        world.live(residents, carer.id)

    # F001 to F004: where waiting children live; F005: the brothers of C011, with a vacancy.
    add("NW9 4", waiting[0:3], (0, 12), need_level=1)
    add("HA8 4", waiting[3:5], (0, 4), need_level=1)
    add("N3 2", waiting[20:21], (0, 8), need_level=1)
    add("NW7 1", waiting[21:22], (10, 17), need_level=2)
    add("NW4 3", brothers, (0, 12), vacant=1, need_level=1)
    # F006 to F020: vacancies and nobody there yet (sector, number, since, ages, level, more).
    vacancies: tuple[tuple[str, int, date | None, tuple[int, int], int, dict[str, Any]], ...] = (
        ("NW9 6", 3, None, (0, 10), 1, {}),
        ("HA8 0", 2, None, (0, 8), 1, {}),
        ("EN2 8", 2, None, (5, 12), 2, {}),
        ("N20 0", 1, None, (0, 4), 1, {}),
        ("EN4 8", 1, date(2014, 4, 7), (0, 4), 1, {}),
        ("N12 7", 1, None, (0, 1), 1, {}),
        ("NW7 4", 1, None, (10, 17), 3, {}),
        ("HA3 8", 1, None, (11, 17), 2, {}),
        ("N2 9", 1, None, (12, 17), 2, {"sexes": GIRLS}),
        ("NW9 7", 2, date(2014, 4, 14), (12, 17), 1, {}),
        (
            "NW11 9",
            1,
            None,
            (0, 11),
            1,
            {"faiths": frozenset({"jewish"}), "languages": frozenset({"english", "hebrew"})},
        ),
        ("NW4 1", 1, date(2014, 4, 7), (8, 17), 1, {}),
        ("EN5 3", 1, None, (10, 16), 2, {"takes_remand": True}),
        (
            "NW2 2",
            1,
            None,
            (14, 17),
            1,
            {"faiths": frozenset({"muslim"}), "languages": frozenset({"english", "arabic"})},
        ),
        ("N11 3", 2, None, (9, 16), 1, {"sexes": BOYS}),
    )
    for sector, vacant, since, ages, level, more in vacancies:
        add(sector, [], ages, vacant=vacant, since=since, need_level=level, **more)
    # F021: nothing available. The rest: the children who live there, and 12 places that cannot be used beside them.
    add(world.family_home().text, [], (0, 17), away=2, need_level=1)
    world.rng.shuffle(families)
    local = exactly(world, families, 60 - 9)
    near = ("Enfield", "Harrow", "Brent", "Haringey", "Hertfordshire", "Hertfordshire", "Ealing")
    for position, family in enumerate(families):
        ground = "Barnet" if position in local else world.rng.choice(near)
        level = min(3, max(draft["need_level"] for draft in family))
        add(world.sector_in(ground, 14).text, family, age_range(family), away=int(position < 12), need_level=level)
    for n in range(1, 5):
        offer = world.offer(
            "LBB", world.family_home(), 1, away=1, fees_pence_per_week=(64600,), skills=frozenset({"respite only"})
        )
        world.settings.append(Carer(id=f"T{n:02}", offer=offer, num_bedrooms=1))
    kin = households(world, stock["kinship"], 2, 6)
    at_home = exactly(world, kin, 13)
    for n, family in enumerate(kin, start=1):
        ground = (
            "Barnet" if n - 1 in at_home else world.rng.choice(("Enfield", "Brent", "Essex", "Birmingham", "Croydon"))
        )
        offer = world.offer(
            "LBB", world.sector_in(ground), len(family), len(family), need_level=3, fees_pence_per_week=(30000,)
        )
        key = f"K{n:02}"
        world.settings.append(
            Carer(id=key, offer=offer, place=Place.U3, connected=True, num_bedrooms=(len(family) + 1) // 2)
        )
        world.live(family, key)
        for draft in family:
            draft["connected_carer_ids"] = frozenset({key})
    for kind, place in (("regulation 24", Place.U3), ("adoption", Place.A6)):
        for draft in stock[kind]:
            draft["current_place"] = place
            world.families.append([draft])


def add_agencies(world: World, stock: dict[str, list[Draft]], waiting: list[Draft]) -> None:
    """Independent fostering: 89 children, 24 of them in the borough, with 35 agencies, and 28 vacant places."""
    families = households(world, stock["agency"], 2, 14)
    for draft in stock["agency uasc"]:
        families.append([draft])
        world.families.append([draft])
    sisters = _join(world, families, waiting[11], (5, 12))
    number = 0

    def add(ground: str, residents: list[Draft], ages: tuple[int, int], agency: int = 0, **values: Any) -> None:
        nonlocal number
        number += 1
        agency = agency or 1 + number % NUM_FRAMEWORK_AGENCIES
        vacant, since = values.pop("vacant", 0), values.pop("since", None)
        own = {"support_limit": values.pop("support_limit", Support.NONE)}
        spot = {"fees_pence_per_week": (93000, 95500, 110000)}
        price = {"contract_id": "WLA-IFA"} if agency <= NUM_FRAMEWORK_AGENCIES else spot
        offer = world.offer(
            *(
                f"IFA{agency:02}",
                world.sector_in(ground, 60),
                len(residents) + vacant,
                len(residents),
                vacant,
                0,
                since,
            ),
            ages=ages,
            **(carer_culture(world) | price | values),
        )
        bedrooms = max(1, offer.terms.num_places - (len(residents) > 1))
        carer = Carer(
            id=f"A{number:03}", offer=offer, ethnicities=carer_ethnicities(world), num_bedrooms=bedrooms, **own
        )
        world.settings.append(carer)
        world.live(residents, carer.id)

    # A001 to A005: where waiting children live; A006: the siblings of C012, with a vacancy.
    for index, ages, level in (
        (8, (10, 17), 2),
        (10, (0, 8), 1),
        (12, (5, 15), 3),
        (13, (10, 17), 2),
        (16, (12, 17), 1),
    ):
        add(world.rng.choice(("Enfield", "Harrow", "Brent")), [waiting[index]], ages, need_level=level)
    add("Harrow", sisters, (4, 14), need_level=2, vacant=1)
    low, medium = Support.LOW, Support.MEDIUM
    # A007 to A025: vacancies (number, ages, level, agency, ground, more).
    vacancies: tuple[tuple[int, tuple[int, int], int, int, str, dict[str, Any]], ...] = (
        (1, (0, 5), 1, 1, "Enfield", {}),
        (2, (0, 10), 2, 2, "Brent", {}),
        (3, (0, 12), 2, 3, "Luton", {"support_limit": low}),
        (1, (5, 15), 2, 4, "Hertfordshire", {}),
        (1, (8, 17), 3, 5, "Essex", {}),
        (1, (10, 17), 3, 6, "Croydon", {"support_limit": medium}),
        (2, (5, 12), 2, 7, "Waltham Forest", {"since": date(2014, 4, 3)}),
        (1, (10, 17), 2, 8, "Redbridge", {"sexes": BOYS, "takes_remand": True}),
        (1, (11, 17), 2, 9, "Hillingdon", {"support_limit": low}),
        (1, (8, 15), 3, 10, "Milton Keynes", {"adapted": True}),
        (1, (5, 15), 3, 11, "Hertfordshire", {"adapted": True, "since": date(2014, 4, 22)}),
        (
            1,
            (14, 17),
            1,
            12,
            "Haringey",
            {"faiths": frozenset({"muslim"}), "languages": frozenset({"english", "dari"})},
        ),
        (2, (8, 17), 2, 13, "Ealing", {"since": date(2014, 4, 9)}),
        (1, (0, 3), 1, 14, "Harrow", {}),
        (1, (0, 17), 3, 15, "Essex", {"parent_and_child": ParentAndChild.ONLY}),
        (1, (0, 17), 3, 16, "Luton", {"parent_and_child": ParentAndChild.ONLY}),
        (2, (5, 17), 3, 33, "Enfield", {"support_limit": medium}),
        (1, (10, 17), 3, 34, "Harrow", {"support_limit": medium}),
        (1, (5, 17), 2, 35, "Barnet", {"support_limit": low}),
    )
    for vacant, ages, level, agency, ground, more in vacancies:
        add(ground, [], ages, agency, vacant=vacant, need_level=level, **more)
    world.rng.shuffle(families)
    local = exactly(world, families, 24)
    for position, family in enumerate(families):
        ground = "Barnet" if position in local else world.rng.choice(_GROUND)
        level = max((draft["need_level"] or 1) for draft in family)
        add(ground, family, age_range(family), 32 if position % 20 == 7 else 0, need_level=level)


def add_homes(world: World, stock: dict[str, list[Draft]], waiting: list[Draft]) -> None:
    """Two homes of six beds (11 children), 25 children in other homes, 9 in residential schools, 5 parents assessed."""
    world.families += [[d] for kind in ("own homes", "homes", "schools", "family centre parent") for d in stock[kind]]
    ebd = frozenset({NeedCategory.EMOTIONAL_BEHAVIOURAL, NeedCategory.ALCOHOL, NeedCategory.DRUGS})
    wide = ebd | {NeedCategory.MENTAL_DISORDER, _SEN}

    def add(
        key: str, provider: str, ground: str, beds: int, residents: list[Draft], others: int, pounds: int, **values: Any
    ) -> None:
        own: Draft = {name: values.pop(name) for name in ("place", "grade") if name in values}
        vacant, since = values.pop("vacant", 0), values.pop("since", None)
        filled = len(residents) + others
        where = locate(ground) if ground[-1].isdigit() else world.sector_in(ground)
        terms: Draft = {"ages": (10, 17), "need_level": 4, "needs": wide, "fees_pence_per_week": (100 * pounds,)}
        offer = world.offer(provider, where, beds, filled, vacant, 0, since, **(terms | values))
        own.setdefault("grade", Grade.GOOD)
        world.settings.append(Home(id=key, offer=offer, **own))
        world.live(residents, key)

    own = stock["own homes"]
    in_house: Draft = {"ages": (12, 17), "need_level": 3, "needs": ebd}
    add("H1", "LBB", "N12 8", 6, [waiting[9], *own[:5]], 0, 3493, **in_house)
    add("H2", "LBB", "NW7 3", 6, own[5:], 0, 3493, vacant=1, **in_house)
    # E01 to E25: one child each, prices spread evenly about the unit cost of £3,708.
    placed = [waiting[14], waiting[15], *stock["homes"]]
    for n, draft in enumerate(placed):
        ground = _FAR[n % len(_FAR)]
        beds, pounds = 3 + n % 3, 3708 + 45 * (n - 12)
        extra = {"vacant": 1} if n in (5, 9, 14, 20) else {}
        add(f"E{n + 1:02}", f"RH{n + 1:02}", ground, beds, [draft], beds - 1 - len(extra), pounds, **extra)
    # E26 to E29: residential schools. E30: a family centre for assessments.
    pupils = stock["schools"]
    for n, ground in enumerate(("Hertfordshire", "Kent", "Surrey", "Norfolk")):
        some = pupils[n::4]
        more: Draft = {"place": Place.S1, "ages": (8, 17), "needs": frozenset(NeedCategory), "adapted": True}
        add(f"E{n + 26}", f"RH{n + 26}", ground, 20, some, 19 - len(some), 3708, vacant=1, **more)
    parents = [waiting[19], *stock["family centre parent"]]
    only: Draft = {"place": Place.R3, "ages": (0, 17), "parent_and_child": ParentAndChild.ONLY}
    add("E30", "RH30", "Ealing", 6, parents, 0, 2900, vacant=1, **only)
    # E31 to E34: vacancies.
    add("E31", "RH31", "Enfield", 4, [], 3, 3650, vacant=1, grade=Grade.REQUIRES_IMPROVEMENT)
    add("E32", "RH32", "Luton", 3, [], 2, 3890, vacant=1, since=date(2014, 4, 7))
    add("E33", "RH33", "Essex", 1, [], 0, 5200, vacant=1)
    add("E34", "RH34", "Hertfordshire", 4, [], 3, 3990, vacant=1, sexes=GIRLS, ages=(13, 17))


def add_semi_independent(world: World, stock: dict[str, list[Draft]], waiting: list[Draft]) -> None:
    """18 settings of 15 providers, £300 to £1,000 a week; nobody registers them in 2014."""
    drafts = stock["semi-independent"] + stock["semi-independent uasc"]
    world.rng.shuffle(drafts)
    world.families += [[draft] for draft in drafts]
    rest = [waiting[17], *drafts]
    grounds = ("Barnet", "Brent", "Barnet", "Harrow", "Enfield", "Barnet", "Ealing", "Haringey", "Hillingdon")
    for n in range(18):
        number = 2 if n < 14 else 1
        residents, rest = rest[:number], rest[number:]
        vacant = 1 if n % 3 == 1 else 0
        step = 300 + 700 * n // 17
        offer = world.offer(
            *(f"SI{n % 15 + 1:02}", world.sector_in(grounds[n % 9], 20), number + 1 + vacant, number + 1, vacant),
            ages=(16, 17),
            need_level=3 if step > 800 else 2 if step > 450 else 1,
            fees_pence_per_week=(100 * step,),
            takes_remand=step > 800,
            languages=frozenset({"english", "arabic"} if n % 4 == 0 else {"english"}),
        )
        key = f"S{n + 1:02}"
        category = AccommodationCategory.SHARED_FOR_CARE if n % 3 else AccommodationCategory.SELF_CONTAINED
        world.settings.append(
            SupportedAccommodation(id=key, offer=offer, category=category, place=Place.H5, registered=False)
        )
        world.live(residents, key)
    assert not rest, len(rest)


def add_consortium_carers(world: World) -> None:
    """Vacant places that the five partners share (section 6.1)."""
    for n, (code, ground, vacant, ages, level) in enumerate(
        (
            ("CAM", "Camden", 1, (11, 17), 2),
            ("ENF", "Enfield", 2, (0, 10), 1),
            ("HAR", "Haringey", 1, (8, 15), 3),
            ("ISL", "Islington", 1, (0, 2), 1),
            ("HAC", "Hackney", 1, (15, 17), 1),
        ),
        start=1,
    ):
        where = world.sector_in(ground)
        offer = world.offer(
            f"LB{code}",
            where,
            vacant,
            0,
            vacant,
            ages=ages,
            need_level=level,
            fees_pence_per_week=(72000,),
            takes_remand=n == 1,
        )
        world.settings.append(
            Carer(
                id=f"N{n:02}",
                offer=offer,
                ethnicities=carer_ethnicities(world),
                num_bedrooms=vacant,
                support_limit=Support.LOW,
            )
        )
