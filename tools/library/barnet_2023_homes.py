"""The children's homes and supported accommodation of ``barnet_2023``."""

from __future__ import annotations

from datetime import date
from typing import Any

from rightplace.instances.children import AdultRatio, Place, Sex
from rightplace.instances.geography import Point, locate
from rightplace.instances.settings import (
    AccommodationCategory,
    Grade,
    Home,
    ParentAndChild,
    SupportedAccommodation,
)
from tools.library.world import (
    BOYS,
    DRUGS,
    EBD,
    GIRLS,
    LEARNING,
    MENTAL,
    PHYSICAL,
    Draft,
    World,
    carer_culture,
)


def add_homes(world: World, stock: dict[str, list[Draft]], waiting: list[Draft]) -> None:
    """The seven homes of figure 9, the home for one child, and homes elsewhere: 36 Barnet children."""
    rng = world.rng
    teens = [d for d in stock["residential"] if d["age_months"] >= 144]
    young = [d for d in stock["residential"] if d["age_months"] < 144]
    world.families += [
        [draft] for draft in (*stock["residential"], *stock["residential uasc"], *stock["residential parent"])
    ]
    standard = frozenset({EBD, MENTAL, DRUGS})
    wide = frozenset({EBD, MENTAL, DRUGS, LEARNING})

    def add(
        key: str, provider: str, where: Point, beds: int, residents: list[Draft], others: int = 0, **values: Any
    ) -> None:
        names = ("place", "registered", "grade", "adult_ratio")
        own: Draft = {name: values.pop(name) for name in names if name in values}
        vacant, away, since = values.pop("vacant", 0), values.pop("away", 0), values.pop("since", None)
        filled = len(residents) + others
        values = {"languages": frozenset({"english"}), "needs": wide} | values
        offer = world.offer(provider, where, beds, filled, vacant, away, since, **values)
        own.setdefault("grade", Grade.GOOD)
        world.settings.append(Home(id=key, offer=offer, **own))
        world.live(residents, key)

    def thousands(*pounds: int) -> tuple[int, ...]:
        return tuple(100 * amount for amount in pounds)

    # The seven homes in the borough: 11 of 31 beds with Barnet children, 8 with other London children, 3 with
    # children from elsewhere, 8 vacant, 1 not available.
    rng.shuffle(teens)
    in_house: Draft = {"need_level": 3, "fees_pence_per_week": thousands(4400, 4400, 4700, 5600), "needs": standard}
    add("H1", "LBB", locate("N12 8"), 6, [waiting[2], *teens[:5]], ages=(10, 17), **in_house)
    add(
        *("H2", "LBB", locate("NW7 4"), 6, teens[5:8] + stock["residential uasc"]),
        **(in_house | {"needs": frozenset({EBD})}),
        vacant=1,
        away=1,
        since=date(2023, 12, 20),
        ages=(12, 17),
    )
    add(
        *("H3", "RH01", locate("EN5 2"), 2, [], 1),
        vacant=1,
        ages=(12, 17),
        need_level=3,
        sexes=BOYS,
        fees_pence_per_week=thousands(6400, 6400, 6900, 7900),
    )
    add(
        *("H4", "RH02", locate("HA8 7"), 5, teens[8:9], 2),
        vacant=2,
        ages=(11, 17),
        need_level=3,
        contract_id="BLOCK-H4",
    )
    add(
        *("H5", "RH03", locate("NW4 2"), 5, [], 3),
        vacant=2,
        ages=(10, 17),
        need_level=4,
        grade=Grade.REQUIRES_IMPROVEMENT,
        fees_pence_per_week=thousands(4700, 4700, 5200, 6800),
    )
    add(
        *("H6", "RH04", locate("N20 9"), 3, [], 2),
        vacant=1,
        ages=(8, 13),
        need_level=3,
        grade=None,
        fees_pence_per_week=thousands(5300, 5300, 5900),
    )
    add(
        *("H7", "RH05", locate("N2 0"), 4, [], 3),
        vacant=1,
        ages=(13, 17),
        sexes=GIRLS,
        need_level=4,
        needs=frozenset({EBD, MENTAL}),
        adult_ratio=AdultRatio.ONE_TO_ONE,
        fees_pence_per_week=thousands(5900, 5900, 6300, 7600),
    )
    add(
        *("H8", "LBB", locate("EN4 9"), 1, []),
        vacant=1,
        ages=(8, 17),
        need_level=4,
        grade=None,
        adult_ratio=AdultRatio.TWO_TO_ONE,
        takes_remand=True,
        fees_pence_per_week=thousands(9800, 9800, 9800, 10400),
    )
    far: Draft = {"ages": (10, 17), "need_level": 4, "adult_ratio": AdultRatio.TWO_TO_ONE}
    add("E01", "RH06", world.sector_in("West Northamptonshire", 70, 40), 2, waiting[0:1], 1, **far)
    add(
        *("E02", "RH07", world.sector_in("Luton", 30, 22), 1, waiting[1:2]),
        **far,
        place=Place.Z1,
        registered=False,
        grade=None,
        fees_pence_per_week=thousands(16600),
    )
    add(
        "E03",
        "RH08",
        world.sector_in("Leicestershire", 100, 70),
        4,
        waiting[26:27],
        2,
        away=1,
        ages=(12, 17),
        need_level=4,
    )
    # E04 family centre, E05 secure home, E06 and E07 residential schools.
    add(
        *("E04", "RH09", world.sector_in("Ealing", 15), 6, stock["residential parent"], 2),
        vacant=2,
        ages=(0, 17),
        place=Place.R3,
        need_level=3,
        parent_and_child=ParentAndChild.ONLY,
        fees_pence_per_week=thousands(4900),
    )
    secure = teens[9]
    secure |= {"secure_criteria": True, "secure_order": True, "need_level": 4}
    secure["sex"] = Sex.MALE
    add(
        *("E05", "RH10", locate("FY4 2"), 20, [secure], 17),
        vacant=1,
        away=1,
        ages=(10, 17),
        place=Place.K1,
        need_level=4,
        fees_pence_per_week=thousands(8600),
    )
    pupils = young[:2]
    for pupil in pupils:
        pupil |= {"needs": frozenset({LEARNING}), "need_level": 3}
    school: Draft = {"place": Place.S1, "need_level": 3, "needs": frozenset({EBD, LEARNING, PHYSICAL}), "adapted": True}
    add("E06", "RH11", locate("NW7 3"), 8, pupils[:1], 7, ages=(8, 17), fees_pence_per_week=thousands(4100), **school)
    add(
        *("E07", "RH12", world.sector_in("Kent", 60, 35), 24, pupils[1:], 22),
        vacant=1,
        ages=(8, 17),
        fees_pence_per_week=thousands(4300),
        **school,
    )
    # Children's homes elsewhere: four children within 20 miles, the rest farther; five homes where the court has
    # authorised a deprivation of liberty.
    near = ("Enfield", "Harrow", "Hertfordshire", "Croydon")
    farther = (
        *(
            "Bedford",
            "Essex",
            "Kent",
            "Norfolk",
            "Cambridgeshire",
            "Birmingham",
            "Staffordshire",
            "Stoke-on-Trent",
            "Derbyshire",
        ),
        *("Nottinghamshire", "Lancashire", "Rochdale", "Kirklees"),
    )
    rest = teens[10:] + young[2:]
    for n, (ground, draft) in enumerate(zip((*near, *farther), rest, strict=True)):
        dol = 4 <= n < 9
        low, high = (0, 14) if n < 4 else (27, 1000)
        if dol:
            draft |= {"deprivation_of_liberty": True, "need_level": 4, "adult_ratio": AdultRatio.TWO_TO_ONE}
        price = (4600 + 200 * (n % 7), 5000 + 200 * (n % 7), 5600 + 150 * (n % 7), 7400 + 300 * (n % 7))
        beds = 1 if dol and n % 2 else 2 + n % 4
        more: dict[str, Any] = {"adult_ratio": AdultRatio.TWO_TO_ONE} if dol else {}
        add(
            *(f"E{n + 8:02}", f"RH{13 + n % 12:02}", world.sector_in(ground, high, low), beds, [draft], beds - 1),
            ages=(8, 17),
            need_level=4 if dol else 3,
            fees_pence_per_week=thousands(*(price if beds > 1 else (10900,))),
            grade=Grade.OUTSTANDING if n % 6 == 5 else Grade.GOOD,
            **more,
        )
    # E25 to E32: vacancies elsewhere.
    solo: dict[str, Any] = {"adult_ratio": AdultRatio.TWO_TO_ONE, "need_level": 4}
    vacancies: tuple[tuple[str, float, int, tuple[int, int], tuple[int, ...], dict[str, Any]], ...] = (
        ("Norfolk", 120, 1, (10, 17), (11900,), solo | {"since": date(2023, 12, 18)}),
        (
            "Suffolk",
            120,
            2,
            (12, 17),
            (7300, 7300, 7700, 8900),
            {"need_level": 4, "sexes": GIRLS, "needs": frozenset({EBD, MENTAL})},
        ),
        ("Hertfordshire", 16, 4, (9, 15), (5600, 5600, 6200), {"need_level": 3}),
        ("Enfield", 10, 4, (10, 17), (4300, 4300, 4900, 6100), {"need_level": 4, "grade": Grade.INADEQUATE}),
        ("Luton", 30, 3, (12, 17), (5400, 5400, 6000), {"need_level": 3, "since": date(2024, 1, 2)}),
        ("Birmingham", 120, 4, (10, 17), (4500, 4500, 5100, 6600), {"need_level": 4}),
        ("Lancashire", 220, 3, (8, 17), (4200, 4200, 4800, 6200), {"need_level": 4}),
        (
            "Bedford",
            60,
            3,
            (6, 14),
            (5200, 5200, 5800),
            {"need_level": 3, "adapted": True, "needs": frozenset({EBD, LEARNING, PHYSICAL})},
        ),
    )
    for n, (ground, miles, beds, ages, pounds, more) in enumerate(vacancies):
        fees = thousands(*pounds)
        where = world.sector_in(ground, miles)
        add(
            f"E{n + 25:02}",
            f"RH{23 + n % 8:02}",
            where,
            beds,
            [],
            beds - 1,
            vacant=1,
            ages=ages,
            fees_pence_per_week=fees,
            **more,
        )


def add_supported(world: World, stock: dict[str, list[Draft]], waiting: list[Draft]) -> None:
    """11 supported-lodgings carers of Barnet's own (15 young people) and 25 other settings (57): 41 in the borough."""
    rng = world.rng
    lodgers = stock["lodgings"] + stock["lodgings uasc"]
    rng.shuffle(lodgers)
    world.families += [[draft] for draft in (*lodgers, *stock["supported"], *stock["supported uasc"])]
    for n, (size, vacant, away) in enumerate(
        (
            (2, 0, 0),
            (2, 0, 0),
            (2, 0, 0),
            (2, 0, 0),
            (1, 1, 0),
            (1, 1, 0),
            (1, 0, 1),
            (1, 0, 1),
            (1, 0, 0),
            (1, 0, 0),
            (1, 0, 0),
        )
    ):
        residents, lodgers = lodgers[:size], lodgers[size:]
        offer = world.offer(
            *("LBB", world.family_home(), size + vacant + away, size, vacant, away),
            since=date(2023, 12, 18) if n == 5 else None,
            ages=(16, 17),
            need_level=2,
            fees_pence_per_week=(38000, 46000),
            **carer_culture(world),
        )
        key = f"L{n + 1:02}"
        category = AccommodationCategory.LODGINGS
        world.settings.append(SupportedAccommodation(id=key, offer=offer, category=category))
        world.live(residents, key)
    assert not lodgers
    rest = stock["supported"] + stock["supported uasc"]
    rng.shuffle(rest)
    rest = [waiting[17], waiting[22], *rest]
    self_contained, shared, open_to_all = AccommodationCategory(1), AccommodationCategory(2), AccommodationCategory(3)
    # Ground, Barnet young people, others, vacant, category, pounds for level 1 to 3, more.
    plan: list[tuple[str, int, int, int, AccommodationCategory, tuple[int, ...], dict[str, Any]]] = [
        ("Brent", 1, 3, 0, shared, (620, 780, 1050), {}),
        ("Barnet", 1, 3, 0, shared, (700, 880, 1200), {"takes_remand": True}),
        ("Barnet", 4, 1, 1, shared, (640, 800, 1100), {"languages": frozenset({"english", "albanian"})}),
        ("Barnet", 4, 0, 0, shared, (560, 720, 980), {"languages": frozenset({"english", "arabic"})}),
        ("Barnet", 3, 1, 1, self_contained, (480, 690), {}),
        ("Barnet", 4, 2, 0, open_to_all, (420, 640), {}),
        ("Barnet", 3, 1, 0, shared, (700, 880, 1200), {}),
        ("Barnet", 3, 0, 1, shared, (820, 990, 1350), {"takes_remand": True, "since": date(2023, 12, 13)}),
        ("Barnet", 2, 1, 0, self_contained, (520, 700), {}),
        ("Barnet", 2, 0, 1, shared, (1150, 1350, 1600), {"need_level": 3}),
        ("Enfield", 3, 2, 1, shared, (540, 690, 940), {}),
        ("Enfield", 3, 1, 1, open_to_all, (400, 600), {}),
        ("Harrow", 3, 1, 0, shared, (560, 720, 980), {}),
        (
            "Haringey",
            3,
            2,
            1,
            shared,
            (520, 700, 930),
            {"languages": frozenset({"english", "kurdish sorani", "farsi"})},
        ),
        ("Brent", 3, 1, 0, self_contained, (470, 660), {}),
        ("Waltham Forest", 3, 0, 1, shared, (510, 670, 900), {}),
        ("Ealing", 2, 2, 1, shared, (560, 700, 950), {}),
        ("Hertfordshire", 2, 2, 0, open_to_all, (390, 560), {}),
        ("Croydon", 2, 3, 2, open_to_all, (360, 520), {}),
        ("Redbridge", 2, 1, 1, shared, (480, 640), {}),
        ("Luton", 2, 1, 1, self_contained, (400, 580), {}),
        ("Newham", 2, 2, 0, shared, (490, 650), {}),
        ("Barnet", 0, 2, 2, shared, (300, 420, 600), {"registered": False}),
        ("Hillingdon", 0, 3, 2, open_to_all, (370, 520), {}),
        ("Essex", 0, 2, 2, self_contained, (350, 500), {}),
    ]
    for n, (ground, number, others, vacant, category, pounds, more) in enumerate(plan):
        residents, rest = rest[:number], rest[number:]
        registered = more.pop("registered", True)
        since = more.pop("since", None)
        values: Draft = {"languages": frozenset({"english"}), "need_level": min(2, len(pounds) - 1)} | more
        offer = world.offer(
            *(
                f"SP{n % 14 + 1:02}",
                world.sector_in(ground, 30),
                number + others + vacant,
                number + others,
                vacant,
                0,
                since,
            ),
            ages=(16, 17),
            fees_pence_per_week=tuple(100 * amount for amount in pounds),
            **values,
        )
        key = f"S{n + 1:02}"
        world.settings.append(SupportedAccommodation(id=key, offer=offer, category=category, registered=registered))
        world.live(residents, key)
    assert not rest, len(rest)
