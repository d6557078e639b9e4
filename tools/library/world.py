"""Draws of made-up children and settings on real ground, exact where a published figure says so.

Everything random comes from one ``random.Random(seed)``; whatever a page in ``docs/library`` ties to a figure is
counted out, not drawn. Locations are postcode sectors, so that no household is pointed at.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import TYPE_CHECKING, Any

from rightplace.instances import postcodes
from rightplace.instances.authorisations import Authorisation
from rightplace.instances.children import (
    Child,
    Ethnicity,
    LegalStatus,
    NeedCategory,
    Place,
    RiskLevel,
    RiskToSelf,
    Sex,
    SiblingGroup,
    Togetherness,
)
from rightplace.instances.geography import Authority, Point, distance_miles, english_authorities, find_authority, locate
from rightplace.instances.instance import Instance
from rightplace.instances.settings import (
    Carer,
    Offer,
    PlaceCount,
    PlaceState,
    Setting,
    Support,
    Terms,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Draft = dict[str, Any]
"""The fields of a child to be."""
Band = tuple[int, int]
"""Years of age, from and to, both inclusive."""

BARNET = "E09000003"
CONSORTIUM = ("Camden", "Enfield", "Hackney", "Haringey", "Islington")
"""The North London consortium beside Barnet (2014 strategy, section 7.1)."""

# Where families live. Burnt Oak and Colindale (HA8 0, NW9) come more than once: most looked-after children come from
# there (2014 strategy, section 4.2). Sectors of offices and PO boxes are left out.
_FAMILY_SECTORS = [
    "HA8 0",
    "HA8 0",
    "HA8 0",
    "NW9 5",
    "NW9 5",
    "NW9 5",
    "NW9 4",
    "NW9 4",
    "NW9 6",
    "NW9 7",
    "HA8 4",
    "HA8 7",
    "HA8 8",
    "HA8 9",
    "NW7 1",
    "NW7 2",
    "NW7 3",
    "NW7 4",
    "NW4 1",
    "NW4 2",
    "NW4 3",
    "NW4 4",
    "NW2 1",
    "NW2 2",
    "NW11 0",
    "NW11 7",
    "NW11 8",
    "NW11 9",
    "N2 0",
    "N2 8",
    "N2 9",
    "N3 1",
    "N3 2",
    "N3 3",
    "N11 3",
    "N12 0",
    "N12 7",
    "N12 8",
    "N12 9",
    "N20 0",
    "N20 8",
    "N20 9",
    "EN4 8",
    "EN4 9",
    "EN5 1",
    "EN5 2",
    "EN5 3",
    "EN5 4",
    "EN5 5",
]
GIRLS, BOYS = frozenset({Sex.FEMALE}), frozenset({Sex.MALE})
EBD = NeedCategory.EMOTIONAL_BEHAVIOURAL
MENTAL, LEARNING = NeedCategory.MENTAL_DISORDER, NeedCategory.LEARNING_DIFFICULTY
PHYSICAL = NeedCategory.PHYSICAL_DISABILITY
DRUGS, ALCOHOL, SENSORY = NeedCategory.DRUGS, NeedCategory.ALCOHOL, NeedCategory.SENSORY_IMPAIRMENT
_OF_NEED: tuple[NeedCategory, ...] = (EBD, EBD, EBD, EBD, MENTAL, MENTAL, DRUGS, ALCOHOL)
FAITHS = ("christian", "christian", "muslim", "muslim", "jewish", "hindu", "none", "none")
_SECOND_LANGUAGES = (
    *[""] * 3,
    *["arabic", "somali", "french", "hebrew", "farsi", "twi", "yoruba", "gujarati", "albanian"],
)
UASC_HOMES = {  # languages and faith of unaccompanied young people, by the ethnicity they are recorded under
    Ethnicity.WOTH: (("albanian",), "muslim"),
    Ethnicity.BAFR: (("tigrinya", "amharic"), "orthodox"),
    Ethnicity.BOTH: (("arabic",), "muslim"),
    Ethnicity.AOTH: (("dari", "pashto"), "muslim"),
    Ethnicity.CHNE: (("mandarin",), "none"),
    Ethnicity.MOTH: (("arabic",), "muslim"),
    Ethnicity.OOTH: (("kurdish sorani", "farsi"), "muslim"),
    Ethnicity.REFU: (("farsi",), "none"),
    Ethnicity.NOBT: (("vietnamese",), "none"),
}


@cache
def _sectors(authority_id: str) -> tuple[Point, ...]:
    names = (name for name, area in postcodes.sectors().items() if area.authority_id == authority_id)
    return tuple(locate(name) for name in names if not name.endswith("9"))  # 9 is mostly PO boxes and large users


@dataclass
class World:
    """An instance in the making."""

    day: date
    rng: Random
    children: list[Draft] = field(default_factory=list)
    families: list[list[Draft]] = field(default_factory=list)
    settings: list[Setting] = field(default_factory=list)
    groups: list[SiblingGroup] = field(default_factory=list)

    def family_home(self) -> Point:
        """A sector of Barnet, weighted as families live."""
        return locate(self.rng.choice(_FAMILY_SECTORS))

    def sector_in(self, authority: str, max_miles: float = 1000, min_miles: float = 0) -> Point:
        """A sector of an authority, some miles from the middle of Barnet."""
        centre = english_authorities()[BARNET].centre
        assert centre is not None
        if authority == "Barnet":
            return self.family_home()
        points = _sectors(find_authority(authority).id)
        near = [p for p in points if min_miles <= (distance_miles(centre, p) or 0) <= max_miles]
        return self.rng.choice(near)

    def child(self, years: Band, **values: Any) -> Draft:
        """A child in care who waits for nothing, with the next free id."""
        age_months = values.pop("age_months", None)
        if age_months is None:
            age_months = self.rng.randint(12 * years[0], 12 * years[1] + 11)
        draft: Draft = {
            "id": f"C{len(self.children) + 1:03}",
            "age_months": age_months,
            "sex": self.rng.choices((Sex.MALE, Sex.FEMALE), (53, 47))[0],
            "home": values.pop("home", None) or self.family_home(),
            "authority_id": BARNET,
            "school_year": school_year(age_months, self.day),
            "is_waiting": False,
            **values,
        }
        self.children.append(draft)
        return draft

    def live(self, drafts: Iterable[Draft], setting_id: str) -> None:
        """Let children live in a setting."""
        for draft in drafts:
            draft["current_setting_id"] = setting_id

    def siblings(self, drafts: Sequence[Draft], together: Togetherness = Togetherness.PREFERRED) -> None:
        """Make children brothers and sisters: one home, one ethnicity to come, one group."""
        for draft in drafts:
            draft["home"] = drafts[0]["home"]
        ids = tuple(sorted(draft["id"] for draft in drafts))
        self.groups.append(SiblingGroup(id=f"G{len(self.groups) + 1:02}", child_ids=ids, togetherness=together))

    def offer(
        self,
        provider_id: str,
        location: Point,
        num_places: int,
        filled: int = 0,
        vacant: int = 0,
        away: int = 0,
        since: date | None = None,
        ages: Band = (0, 17),
        **values: Any,
    ) -> Offer:
        """An offer: places by state (vacant from a date, ``away`` not available), ages in years, other terms."""
        fields = ("sexes", "needs", "need_level", "parent_and_child")
        terms = {name: values.pop(name) for name in fields if name in values}
        assert filled + vacant + away <= num_places
        counts = (
            PlaceCount(PlaceState.FILLED, filled),
            PlaceCount(PlaceState.VACANT, vacant, since),
            PlaceCount(PlaceState.NOT_AVAILABLE, away),
        )
        return Offer(
            provider_id=provider_id,
            location=location,
            authority_id=location.authority_id or "",
            terms=Terms(num_places=num_places, age_min_months=12 * ages[0], age_max_months=12 * ages[1] + 11, **terms),
            place_counts=counts,
            **values,
        )


def school_year(age_months: int, day: date) -> int | None:
    """Year group of a child on a day: the age at the start of the school year less four; nursery from three."""
    start = day.year if day.month >= 9 else day.year - 1
    months_into_year = (day.year - start) * 12 + day.month - 9
    year = (age_months - months_into_year) // 12 - 4
    return year if -1 <= year <= 13 else None


def households(world: World, drafts: Sequence[Draft], num_triples: int, num_pairs: int) -> list[list[Draft]]:
    """Children in households: so many triples and pairs of siblings of near ages, and the rest one by one."""
    by_age = sorted(drafts, key=lambda draft: (draft["age_months"], draft["id"]))
    sizes = [3] * num_triples + [2] * num_pairs
    sizes += [1] * (len(by_age) - sum(sizes))
    world.rng.shuffle(sizes)
    found = []
    for size in sizes:
        home, by_age = by_age[:size], by_age[size:]
        if size > 1:
            world.siblings(home)
        world.families.append(home)
        found.append(home)
    return found


def exactly(world: World, homes: Sequence[list[Draft]], num_children: int) -> set[int]:
    """Which of these households (by position) to take so that they hold exactly so many children."""
    order = list(range(len(homes)))
    world.rng.shuffle(order)
    chosen: set[int] = set()
    left = num_children
    for position in sorted(order, key=lambda i: -len(homes[i]) if left > 12 else 0):
        if len(homes[position]) <= left and world.rng.random() < 0.8:
            chosen.add(position)
            left -= len(homes[position])
    for position in sorted(set(order) - chosen, key=lambda i: -len(homes[i])):
        if len(homes[position]) <= left:
            chosen.add(position)
            left -= len(homes[position])
    assert left == 0, "no choice of households gives this number of children"
    return chosen


def age_range(drafts: Sequence[Draft]) -> Band:
    """The narrowest usual approval (0-4, 0-10, 5-12, 10-17 and so on) that covers the children who live there."""
    low = min(draft["age_months"] for draft in drafts) // 12
    high = max(draft["age_months"] for draft in drafts) // 12
    usual = ((0, 4), (0, 10), (5, 12), (5, 15), (8, 17), (10, 17), (0, 17))
    fits = [band for band in usual if band[0] <= low and high <= band[1]]
    return min(fits, key=lambda band: band[1] - band[0])


def give_needs(world: World, drafts: Iterable[Draft], shares: Mapping[int, int]) -> None:
    """Draw need levels with these weights, and needs, risks and legal statuses that go with them."""
    rng = world.rng
    for draft in drafts:
        level = draft.setdefault("need_level", rng.choices(list(shares), list(shares.values()))[0])
        years = draft["age_months"] // 12
        needs: set[NeedCategory] = set()
        if years >= 4 and not draft.get("uasc"):
            wanted = {1: rng.random() < 0.2, 2: 1, 3: 1, 4: 2}[level]
            needs = {rng.choice(_OF_NEED if years >= 12 else (EBD,)) for _ in range(wanted)}
        draft.setdefault("needs", frozenset(needs))
        risks = {}
        if level >= 3 and years >= 12:
            risks = {rng.choice(list(RiskToSelf)[:6]): RiskLevel.HIGH if level == 4 else RiskLevel.LOW}
        draft.setdefault("risks_to_self", risks)
        if draft.get("uasc"):
            draft.setdefault("legal_status", LegalStatus.V2)
        elif draft.get("current_place") == Place.P1:
            draft.setdefault("legal_status", LegalStatus.C2)
        else:
            shares_of = {
                LegalStatus.C2: 58,
                LegalStatus.C1: 22,
                LegalStatus.V2: 17,
                LegalStatus.E1: 3 if years < 5 else 0,
            }
            draft.setdefault("legal_status", rng.choices(list(shares_of), list(shares_of.values()))[0])


def give_schools(world: World, drafts: Iterable[Draft]) -> None:
    """Give every child of school age (reception to year 11) a school in a sector of Barnet; few keep one from afar."""
    for draft in drafts:
        year = draft.get("school_year")
        if year is not None and 0 <= year <= 11 and not draft.get("uasc"):
            school = world.family_home() if world.rng.random() < 0.6 else draft["home"]
            draft.setdefault("school", school)


def give_ethnicities(world: World, families: Sequence[list[Draft]], totals: Mapping[Ethnicity, int]) -> None:
    """Hand out ethnicities so that the totals come out exactly; brothers and sisters share theirs.

    Children who have one already keep it and count. ``families`` must hold every child who counts.
    """
    left = Counter(totals)
    left.subtract(draft["ethnicity"] for family in families for draft in family if "ethnicity" in draft)
    open_families = [family for family in families if any("ethnicity" not in draft for draft in family)]
    world.rng.shuffle(open_families)
    for family in sorted(open_families, key=len, reverse=True):
        fits = [code for code in totals if left[code] >= len(family)]
        code = world.rng.choices(fits, [left[fit] for fit in fits])[0]
        left[code] -= len(family)
        for draft in family:
            draft["ethnicity"] = code
    assert not any(left.values()), left


def give_cultures(world: World, drafts: Iterable[Draft]) -> None:
    """Give religions (at random), and unaccompanied young people the languages and faith of where they come from."""
    religions: dict[str, str] = {}
    for draft in drafts:
        if draft.get("uasc"):
            languages, faith = UASC_HOMES.get(draft["ethnicity"], (("arabic",), "muslim"))
            spoken = {languages[0], "english"} if world.rng.random() < 0.5 else set(languages)
            draft.setdefault("languages", frozenset(spoken))
        else:
            key = f"{draft['home'].text} {draft['ethnicity']}"
            faith = religions.setdefault(key, world.rng.choice(FAITHS))
        if faith != "none":
            draft.setdefault("religion", faith)


def carer_culture(world: World) -> dict[str, Any]:
    """Languages and faiths of a fostering household."""
    more = world.rng.choice(_SECOND_LANGUAGES)
    faith = world.rng.choice(FAITHS)
    return {
        "languages": frozenset({"english"} | ({more} if more else set())),
        "faiths": frozenset() if faith == "none" else frozenset({faith}),
    }


_ETHNIC_SHARES = {
    Ethnicity.WBRI: 38,
    Ethnicity.WOTH: 10,
    Ethnicity.BCRB: 14,
    Ethnicity.BAFR: 18,
    Ethnicity.AIND: 7,
    Ethnicity.APKN: 5,
    Ethnicity.AOTH: 4,
    Ethnicity.MWBC: 4,
}


def carer_ethnicities(world: World) -> frozenset[Ethnicity]:
    """Ethnicities of the adults of a fostering household (made up: neither strategy gives them for carers)."""
    codes = world.rng.choices(list(_ETHNIC_SHARES), list(_ETHNIC_SHARES.values()), k=world.rng.choice((1, 1, 2)))
    return frozenset(codes)


def support_limit(world: World) -> Support:
    """Most support a carer would take: none, low and medium in thirds (2014 strategy, section 8.2)."""
    return world.rng.choice(list(Support))


def authorities_of(world: World, others: Iterable[str] = ()) -> tuple[Authority, ...]:
    """The authorities that stand in the instance: Barnet with its consortium as partners, and all that it refers to."""
    english = english_authorities()
    ids = {setting.offer.authority_id for setting in world.settings} | {BARNET, *others}
    ids |= {find_authority(name).id for name in CONSORTIUM} | english[BARNET].neighbour_ids
    partners = {find_authority(name).id for name in CONSORTIUM} | {BARNET}
    return tuple(
        replace(english[key], partner_ids=frozenset(partners - {key})) if key in partners else english[key]
        for key in sorted(ids)
    )


def finish(world: World, **values: Any) -> Instance:
    """The instance of a world."""
    children = tuple(Child(**draft) for draft in world.children)
    return Instance(
        date=world.day,
        children=children,
        settings=tuple(sorted(world.settings, key=lambda setting: setting.id)),
        sibling_groups=tuple(world.groups),
        authorities=authorities_of(world),
        authorisations=_shared_bedrooms(world, children),
        **values,
    )


def _shared_bedrooms(world: World, children: Sequence[Child]) -> tuple[Authorisation, ...]:
    """Agreements that the youngest over three of a household share a bedroom, where bedrooms are fewer than places."""
    rows = []
    for carer in sorted(world.settings, key=lambda setting: setting.id):
        if not isinstance(carer, Carer) or carer.num_bedrooms is None:
            continue
        num_sharing = 2 * (carer.offer.terms.num_places - carer.num_bedrooms)
        living = [c for c in children if c.current_setting_id == carer.id and c.age_months >= 36]
        for child in sorted(living, key=lambda c: (c.age_months, c.id))[:num_sharing]:
            rows.append(
                Authorisation(
                    id=f"B{len(rows) + 1:03}",
                    rule="R22",
                    child_id=child.id,
                    setting_id=carer.id,
                    authorised_by="Barnet, head of service",
                    authorised_on=world.day - timedelta(days=182),
                )
            )
    return tuple(rows)
