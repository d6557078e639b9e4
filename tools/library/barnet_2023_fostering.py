"""The fostering households of ``barnet_2023``: Barnet's own, agencies', connected carers', and the consortium's."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from rightplace.instances.children import Place, Sex
from rightplace.instances.geography import Point, locate
from rightplace.instances.settings import (
    Carer,
    ParentAndChild,
    Support,
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
    support_limit,
)

# Pounds a week by need level 1 to 4. Level 1 of fostering is the unit cost of 2013/14 (2014 strategy, figure 12),
# the last that Barnet published; every step above it is our assumption.
_IN_HOUSE = (64600, 69600, 84600, 104600)
_CONSORTIUM = (71000, 76000, 92000, 112000)
_SPOT_AGENCY = (95000, 104500, 128000, 155000)

_OTHERS_IN_LONDON = ("Enfield", "Harrow", "Brent", "Haringey", "Camden")
_AGENCY_GROUND = (
    *(
        "Enfield",
        "Enfield",
        "Harrow",
        "Brent",
        "Haringey",
        "Hertfordshire",
        "Hertfordshire",
        "Waltham Forest",
        "Ealing",
    ),
    *("Redbridge", "Hillingdon", "Luton", "Croydon", "Essex", "Kent", "Bedford", "Milton Keynes", "Thurrock"),
)


def add_in_house(world: World, stock: dict[str, list[Draft]], waiting: list[Draft]) -> None:
    """95 households with 153 places: 92 filled, 25 vacant, 36 not available (60%, 16% and 24%, as in England)."""
    families = households(world, stock["in-house"], 3, 16) + households(world, stock["in-house uasc"], 0, 0)
    # The sisters whom C013 misses: two girls of one household, living with F006.
    sisters = next(
        f for f in families if len(f) == 2 and f[0]["age_months"] // 12 >= 5 and f[1]["age_months"] // 12 <= 10
    )
    c013 = waiting[12]
    group = next(g for g in world.groups if sisters[0]["id"] in g.child_ids)
    world.groups[world.groups.index(group)] = replace(group, child_ids=("C013", *group.child_ids))
    for sister in sisters:
        sister |= {"sex": Sex.FEMALE, "home": c013["home"], "ethnicity": c013["ethnicity"]}
    families.remove(sisters)
    world.families.append([c013])

    def add(where: Point, residents: list[Draft], ages: tuple[int, int], away: int = 0, **values: Any) -> None:
        own = {name: values.pop(name) for name in ("support_limit", "exempt_child_ids") if name in values}
        number = len([s for s in world.settings if s.id.startswith("F")]) + 1
        vacant = values.pop("vacant", 0)
        offer = world.offer(
            *("LBB", where, len(residents) + vacant + away, len(residents), vacant, away),
            ages=ages,
            fees_pence_per_week=_IN_HOUSE,
            **(carer_culture(world) | values),
        )
        own.setdefault("support_limit", support_limit(world))
        carer = Carer(
            id=f"F{number:03}",
            offer=offer,
            ethnicities=carer_ethnicities(world),
            num_bedrooms=max(1, offer.terms.num_places - (len(residents) > 1)),
            **own,
        )
        world.settings.append(carer)
        world.live(residents, carer.id)

    # F001 to F006: where waiting children live, and the sisters of C013.
    add(locate("N12 9"), waiting[6:8], (0, 4), need_level=1)
    add(locate("N3 2"), waiting[11:12], (10, 17), need_level=2)
    add(locate("EN5 1"), waiting[14:15], (12, 17), need_level=3)
    add(locate("NW9 4"), waiting[16:17], (14, 17), away=1, need_level=1)
    add(locate("EN5 4"), waiting[24:25], (0, 0), need_level=1)
    add(locate("NW4 3"), sisters, (0, 12), vacant=1, need_level=2, support_limit=Support.LOW)
    # F007 to F023: vacancies and nobody there yet. Few take groups, fewer take level 3.
    soon, christmas, year, mid = date(2023, 12, 20), date(2023, 12, 27), date(2024, 1, 2), date(2024, 1, 15)
    none, low, medium = Support.NONE, Support.LOW, Support.MEDIUM
    muslim, jewish = frozenset({"muslim"}), frozenset({"jewish"})
    vacancies: tuple[tuple[str, int, date | None, tuple[int, int], int, Support, dict[str, Any]], ...] = (
        ("NW9 7", 3, None, (0, 10), 2, low, {}),
        ("HA8 4", 2, None, (0, 8), 1, none, {}),
        ("HA7 4", 2, None, (5, 12), 2, low, {}),
        ("N20 8", 1, None, (0, 4), 1, none, {}),
        ("N12 7", 1, soon, (0, 2), 1, none, {}),
        ("NW7 1", 1, None, (10, 17), 3, medium, {}),
        ("HA3 9", 1, None, (11, 17), 2, low, {}),
        ("N3 3", 1, None, (13, 17), 2, low, {"sexes": GIRLS}),
        ("NW4 1", 1, christmas, (8, 17), 1, low, {}),
        (
            "NW9 6",
            2,
            date(2024, 1, 8),
            (12, 17),
            2,
            low,
            {"languages": frozenset({"arabic", "english"}), "faiths": muslim},
        ),
        (
            "HA9 9",
            1,
            None,
            (15, 17),
            1,
            none,
            {"languages": frozenset({"dari", "english"}), "faiths": muslim, "sexes": BOYS},
        ),
        ("NW11 9", 1, None, (5, 11), 1, none, {"faiths": jewish, "languages": frozenset({"english", "hebrew"})}),
        ("WD6 1", 1, date(2023, 12, 18), (0, 17), 2, low, {}),
        ("EN5 5", 2, mid, (0, 5), 1, none, {}),
        ("N2 9", 1, year, (10, 16), 3, low, {}),
        ("HA8 8", 1, None, (6, 12), 1, low, {"skills": frozenset({"emergency"})}),
        ("NW2 2", 2, None, (9, 16), 1, none, {"sexes": BOYS}),
    )
    for sector, vacant, since, ages, level, limit, more in vacancies:
        add(locate(sector), [], ages, vacant=vacant, since=since, need_level=level, support_limit=limit, **more)
    # F024 to F032: nothing available (a break, a young adult who stays put, a review).
    for away in (2, 2, 2, 2, 2, 1, 1, 1, 1):
        add(world.family_home(), [], (0, 17), away=away, need_level=1)
    # The rest: the children who live there, and 21 places that cannot be used beside them.
    world.rng.shuffle(families)
    local = exactly(world, families, 49 - 8)
    for position, family in enumerate(families):
        where = world.family_home() if position in local else _near(world)
        level = max(draft["need_level"] for draft in family)
        add(where, family, age_range(family), away=int(position < 21), need_level=min(3, level))


def _near(world: World) -> Point:
    ground = world.rng.choice((*_OTHERS_IN_LONDON, "Hertfordshire", "Hertfordshire", "Waltham Forest", "Ealing"))
    return world.sector_in(ground, max_miles=14)


def add_agencies(world: World, stock: dict[str, list[Draft]], waiting: list[Draft]) -> None:
    """Independent fostering: 98 Barnet children, 3 of them parents with a baby, and 36 vacant places."""
    rng = world.rng
    framework = {"AG1", "AG2", "AG3", "AG4", "AG7"}

    def add(where: Point, residents: list[Draft], ages: tuple[int, int], provider: str = "", **values: Any) -> None:
        provider = provider or rng.choice(("AG1", "AG2", "AG3", "AG4", "AG6", "AG8"))
        own = {name: values.pop(name) for name in ("support_limit",) if name in values}
        number = len([s for s in world.settings if s.id.startswith("A")]) + 1
        vacant, others, away = (values.pop(name, 0) for name in ("vacant", "others", "away"))
        filled = len(residents) + others
        price = {"contract_id": "IFA-FRAMEWORK"} if provider in framework else {"fees_pence_per_week": _SPOT_AGENCY}
        offer = world.offer(
            *(provider, where, filled + vacant + away, filled, vacant, away),
            ages=ages,
            **(carer_culture(world) | price | values),
        )
        own.setdefault("support_limit", support_limit(world))
        bedrooms = max(1, offer.terms.num_places - (len(residents) > 1))
        carer = Carer(
            id=f"A{number:03}", offer=offer, ethnicities=carer_ethnicities(world), num_bedrooms=bedrooms, **own
        )
        world.settings.append(carer)
        world.live(residents, carer.id)

    # A001 to A005: where waiting children live.
    for index, ages, level in (
        (12, (5, 12), 2),
        (15, (11, 17), 3),
        (19, (14, 17), 2),
        (23, (12, 17), 1),
        (25, (5, 15), 3),
    ):
        more: Draft = {"adapted": True, "provider": "AG6"} if index == 25 else {}
        add(_near(world), [waiting[index]], ages, need_level=level, **more)
    # A006 to A008: parents with a baby, all outside Barnet. A009 and A010: vacancies for them.
    only = ParentAndChild.ONLY
    for draft, ground in zip(stock["agency parent"], ("Luton", "Essex", "Hertfordshire"), strict=True):
        add(world.sector_in(ground, 30), [draft], (0, 17), "AG3", parent_and_child=only, need_level=3)
        world.families.append([draft])
    add(world.sector_in("Bedford", 60), [], (0, 17), "AG3", parent_and_child=only, need_level=3, vacant=1)
    add(world.sector_in("Kent", 60, 40), [], (0, 17), "AG2", parent_and_child=only, need_level=3, vacant=1)
    # A011 to A035: vacancies (number, ages, level, most support, agency, ground, more).
    low, medium, soon = Support.LOW, Support.MEDIUM, date(2023, 12, 20)
    vacancies: tuple[tuple[int, tuple[int, int], int, str, str, dict[str, Any]], ...] = (
        (1, (0, 10), 1, "AG1", "Enfield", {}),
        (2, (0, 12), 2, "AG1", "Harrow", {"since": date(2023, 12, 28)}),
        (1, (5, 15), 2, "AG1", "Hertfordshire", {}),
        (1, (10, 17), 3, "AG1", "Luton", {"support_limit": medium}),
        (2, (5, 15), 2, "AG2", "Waltham Forest", {"support_limit": low}),
        (
            1,
            (12, 17),
            1,
            "AG2",
            "Brent",
            {"languages": frozenset({"arabic", "english"}), "faiths": frozenset({"muslim"})},
        ),
        (1, (10, 17), 3, "AG2", "Essex", {"since": soon}),
        (
            1,
            (0, 17),
            2,
            "AG2",
            "Haringey",
            {"languages": frozenset({"somali", "english"}), "faiths": frozenset({"muslim"})},
        ),
        (
            1,
            (14, 17),
            2,
            "AG3",
            "Enfield",
            {"languages": frozenset({"tigrinya", "english"}), "faiths": frozenset({"orthodox"})},
        ),
        (3, (0, 12), 2, "AG3", "Bedford", {"support_limit": low}),
        (2, (0, 8), 1, "AG3", "Croydon", {}),
        (1, (8, 17), 3, "AG3", "Kent", {"support_limit": medium}),
        (1, (10, 17), 2, "AG4", "Redbridge", {"sexes": BOYS}),
        (2, (5, 17), 2, "AG4", "Essex", {}),
        (1, (8, 15), 3, "AG4", "Milton Keynes", {"adapted": True}),
        (1, (11, 17), 2, "AG4", "Hillingdon", {"sexes": GIRLS, "support_limit": low}),
        (2, (0, 17), 3, "AG5", "Enfield", {"support_limit": medium}),
        (1, (10, 17), 3, "AG5", "Harrow", {"support_limit": medium}),
        (1, (5, 15), 3, "AG6", "Hertfordshire", {"adapted": True, "since": date(2024, 1, 3)}),
        (2, (4, 12), 2, "AG6", "Ealing", {"support_limit": low, "since": date(2024, 1, 2)}),
        (1, (0, 5), 2, "AG6", "Barnet", {}),
        (1, (12, 17), 2, "AG7", "Brent", {"languages": frozenset({"albanian", "english"})}),
        (1, (10, 17), 3, "AG8", "Thurrock", {"sexes": BOYS}),
        (1, (15, 17), 1, "AG8", "Haringey", {"languages": frozenset({"kurdish sorani", "english"})}),
        (2, (9, 17), 2, "AG8", "Luton", {"support_limit": medium, "since": date(2024, 1, 6)}),
    )
    for vacant, ages, level, agency, ground, more in vacancies:
        more = {"support_limit": Support.NONE} | more
        add(world.sector_in(ground, 55), [], ages, agency, vacant=vacant, need_level=level, **more)
    # The rest, 12 children of them in the borough.
    families = households(world, stock["agency"], 2, 14) + households(world, stock["agency uasc"], 0, 0)
    rng.shuffle(families)
    local = exactly(world, families, 12)
    for position, family in enumerate(families):
        ground = "Barnet" if position in local else rng.choice(_AGENCY_GROUND)
        level = min(3, max(draft["need_level"] for draft in family))
        add(world.sector_in(ground, 60), family, age_range(family), need_level=level, away=int(rng.random() < 0.15))


def add_connected(world: World, stock: dict[str, list[Draft]], waiting: list[Draft]) -> None:
    """Relatives and friends: 18 children, 7 in the borough; K02 has been approved for C014 and waits for him."""

    def add(where: Point, residents: list[Draft], vacant: int = 0) -> None:
        number = len([s for s in world.settings if s.id.startswith("K")]) + 1
        offer = world.offer(
            *("LBB", where, len(residents) + vacant, len(residents), vacant),
            fees_pence_per_week=(30000,),
            need_level=3,
            languages=frozenset({"english"}),
        )
        carer = Carer(
            id=f"K{number:02}", offer=offer, place=Place.U3, connected=True, num_bedrooms=1 + (len(residents) > 2)
        )
        world.settings.append(carer)
        world.live(residents, carer.id)
        for draft in residents:
            draft["connected_carer_ids"] = frozenset({carer.id})

    add(locate("HA8 9"), waiting[8:10])
    for twin in waiting[8:10]:
        del twin["connected_carer_ids"]  # her approval ends, so she is no choice for them
    add(locate("NW10 2"), [], vacant=1)
    families = households(world, stock["connected"], 0, 4)
    local = exactly(world, families, 5)
    grounds = ("Enfield", "Brent", "Hertfordshire", "Croydon", "Essex", "Birmingham", "Haringey", "Luton")
    for position, family in enumerate(families):
        add(world.family_home() if position in local else world.sector_in(world.rng.choice(grounds)), family)
    for draft in stock["parents"]:
        draft["current_place"] = Place.P1
        draft["home"] = world.family_home()
        world.families.append([draft])


def add_consortium_carers(world: World) -> None:
    """Vacancies that the five partners share (reciprocal arrangement: 2014 strategy, section 6.1)."""
    vacancies = (
        ("CAM", "Camden", 1, (10, 17), 2, frozenset({"english"})),
        ("ENF", "Enfield", 2, (0, 12), 2, frozenset({"english"})),
        ("HAR", "Haringey", 1, (8, 15), 3, frozenset({"english"})),
        ("ISL", "Islington", 1, (0, 3), 1, frozenset({"english"})),
        ("HAC", "Hackney", 1, (15, 17), 1, frozenset({"english", "tigrinya"})),
    )
    for n, (code, ground, vacant, ages, level, languages) in enumerate(vacancies, start=1):
        offer = world.offer(
            *(f"LB{code}", world.sector_in(ground), vacant, 0, vacant),
            ages=ages,
            need_level=level,
            fees_pence_per_week=_CONSORTIUM,
            languages=languages,
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
