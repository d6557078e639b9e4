"""The library instances hold the totals that their pages claim; every count here is made in the loaded instance."""

from __future__ import annotations

import time
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rightplace.instances.children import (
    CaredForAlongside,
    Child,
    Ethnicity,
    NeedCategory,
    Place,
    RiskLevel,
    RiskToOthers,
    Togetherness,
    Urgency,
)
from rightplace.instances.geography import Precision, distance_miles, english_authorities, find_authority
from rightplace.instances.library import library_names, library_path
from rightplace.instances.policy import SearchOrder, default_policy
from rightplace.instances.settings import (
    AccommodationCategory,
    Carer,
    ContractKind,
    Grade,
    Home,
    ParentAndChild,
    PlaceState,
    Sector,
    Setting,
    Support,
    SupportedAccommodation,
)
from rightplace.instances.tables import read_instance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rightplace.instances.instance import Instance

BARNET = "E09000003"
CALIBRATED = ("barnet_2014", "barnet_2023")
SHIPPED = (*CALIBRATED, "tiny")
TOP = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def barnet_2023() -> Instance:
    """The instance as it ships."""
    return read_instance(library_path("barnet_2023"))


@pytest.fixture(scope="module")
def barnet_2014() -> Instance:
    """The instance as it ships."""
    return read_instance(library_path("barnet_2014"))


def kind_of(instance: Instance, child: Child) -> str:
    """The placement type that the strategies would count a child under."""
    if child.current_setting_id is None:
        return "none" if child.current_place is None else child.current_place.value
    setting = instance.setting[child.current_setting_id]
    match setting:
        case Home():
            in_house = instance.provider[setting.offer.provider_id].sector is Sector.LOCAL_AUTHORITY
            return "own home" if in_house else "other home"
        case SupportedAccommodation():
            return "lodgings" if setting.category is AccommodationCategory.LODGINGS else "supported"
        case Carer():
            if setting.connected:
                return "connected"
            in_house = instance.provider[setting.offer.provider_id].sector is Sector.LOCAL_AUTHORITY
            return "in-house" if in_house else "agency"


def of_kind(instance: Instance, *kinds: str) -> list[Child]:
    """The children of some placement types."""
    return [child for child in instance.children if kind_of(instance, child) in kinds]


def in_borough(instance: Instance, child: Child) -> bool:
    """Whether a child lives in Barnet; who has no placement yet lives nowhere."""
    if child.current_setting_id is not None:
        return instance.setting[child.current_setting_id].offer.authority_id == BARNET
    return child.current_place is Place.P1 and child.home.authority_id == BARNET


def miles_from_home(instance: Instance, child: Child) -> float:
    """Miles between a child's family home and where the child lives."""
    assert child.current_setting_id is not None
    miles = distance_miles(child.home, instance.setting[child.current_setting_id].offer.location)
    assert miles is not None
    return miles


def ties(count: int, percent: float, total: int, decimals: int = 0) -> bool:
    """Whether a count is a published share: it rounds to it, or is the nearest whole number to it."""
    return round(100 * count / total, decimals) == percent or abs(count - percent * total / 100) <= 0.5


def places(settings: Iterable[Setting]) -> dict[PlaceState, int]:
    """Places by state, whatever their dates."""
    found = dict.fromkeys(PlaceState, 0)
    for setting in settings:
        for count in setting.offer.place_counts:
            found[count.state] += count.num_places
    return found


def settings_where(instance: Instance, wanted: Callable[[Setting], bool]) -> list[Setting]:
    """The settings for which something holds."""
    return [setting for setting in instance.settings if wanted(setting)]


def own_foster_homes(instance: Instance) -> list[Carer]:
    """Barnet's own fostering households, without connected carers."""
    return [s for s in instance.settings if isinstance(s, Carer) and s.offer.provider_id == "LBB" and not s.connected]


# ---------------------------------------------------------------------------------------------------- every instance


def test_the_library_lists_what_it_holds() -> None:
    """Every name of the library is a folder that can be read, and the three that we know of are among them."""
    assert set(SHIPPED) <= set(library_names())
    assert all(library_path(name).is_dir() for name in library_names())


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    """A name that the library does not have raises a ValueError that lists those it has."""
    with pytest.raises(ValueError, match="barnet_2023"):
        library_path("atlantis")


@pytest.mark.parametrize("name", SHIPPED)
def test_the_script_writes_the_shipped_files(name: str, tmp_path: Path) -> None:
    """tools/build_library.py makes the shipped files again, byte for byte."""
    tool = pytest.importorskip("tools.build_library", reason="the tools are not in the source distribution")
    tool.build_library(tmp_path, name)
    made = {file.name: file.read_bytes() for file in (tmp_path / name).iterdir()}
    shipped = {file.name: file.read_bytes() for file in library_path(name).iterdir()}
    assert made == shipped


@pytest.mark.parametrize("name", SHIPPED)
def test_an_instance_is_read_quickly(name: str) -> None:
    """Reading a library instance takes less than half a second once the geography is loaded."""
    read_instance(library_path(name))
    began = time.perf_counter()
    read_instance(library_path(name))
    assert time.perf_counter() - began < 0.5


@pytest.mark.parametrize("name", CALIBRATED)
def test_no_location_is_closer_than_a_postcode_sector(name: str) -> None:
    """No home, school or setting is located more closely than a postcode sector."""
    instance = read_instance(library_path(name))
    points = [child.home for child in instance.children] + [c.school for c in instance.children if c.school is not None]
    points += [setting.offer.location for setting in instance.settings]
    assert {point.precision for point in points} == {Precision.SECTOR}


@pytest.mark.parametrize("name", CALIBRATED)
def test_the_children_of_a_setting_are_within_its_terms(name: str) -> None:
    """Everybody who lives in a setting has an age and sex that its terms allow."""
    instance = read_instance(library_path(name))
    for setting_id, residents in instance.residents.items():
        terms = instance.setting[setting_id].offer.terms
        for child in residents:
            assert terms.age_min_months <= child.age_months <= terms.age_max_months, child.id
            assert child.sex in terms.sexes, child.id


@pytest.mark.parametrize("name", CALIBRATED)
def test_only_siblings_exceed_the_usual_fostering_limit(name: str) -> None:
    """No carer looks after more than three children."""
    instance = read_instance(library_path(name))
    carers = {setting.id for setting in instance.settings if isinstance(setting, Carer)}
    assert max(len(residents) for key, residents in instance.residents.items() if key in carers) <= 3


@pytest.mark.parametrize("name", CALIBRATED)
def test_a_parent_with_a_baby_takes_one_place(name: str) -> None:
    """Carers for parents with babies have one place, filled by the parent who lives there and by nobody unnamed."""
    instance = read_instance(library_path(name))
    takers = settings_where(instance, lambda s: s.offer.terms.parent_and_child is ParentAndChild.ONLY)
    carers = [setting for setting in takers if isinstance(setting, Carer)]
    assert carers
    assert {carer.offer.terms.num_places for carer in carers} == {1}
    assert all(carer.offer.num_filled == len(instance.residents.get(carer.id, ())) for carer in carers)


@pytest.mark.parametrize("name", CALIBRATED)
def test_the_consortium_shares_vacancies(name: str) -> None:
    """Barnet's partners are the five other boroughs of the North London consortium, each with a vacancy."""
    instance = read_instance(library_path(name))
    partners = {find_authority(n).id for n in ("Camden", "Enfield", "Hackney", "Haringey", "Islington")}
    barnet = instance.authority[BARNET]
    assert barnet.partner_ids == partners
    assert barnet.neighbour_ids == english_authorities()[BARNET].neighbour_ids
    shared = settings_where(instance, lambda s: instance.provider[s.offer.provider_id].authority_id in partners)
    assert {instance.provider[s.offer.provider_id].authority_id for s in shared} == partners
    assert all(places([s])[PlaceState.VACANT] for s in shared)


@pytest.mark.parametrize("name", CALIBRATED)
def test_there_are_more_vacancies_than_children_who_wait(name: str) -> None:
    """Vacancies outnumber the children who wait, but not those of Barnet's own carers on the day."""
    instance = read_instance(library_path(name))
    waiting = len(instance.candidates())
    assert places(instance.settings)[PlaceState.VACANT] > 2 * waiting
    assert sum(carer.offer.num_vacant(instance.date) for carer in own_foster_homes(instance)) < waiting


# -------------------------------------------------------------------------------------------------------- barnet_2023


def test_2023_date_and_number_of_children(barnet_2023: Instance) -> None:
    """332 children are in care (figure 13), on a day in December 2023."""
    assert barnet_2023.date == date(2023, 12, 11)
    assert len(barnet_2023.children) == 332
    assert all(child.authority_id == BARNET for child in barnet_2023.children)
    assert barnet_2023.policy == default_policy()


def test_2023_shares_by_placement_type(barnet_2023: Instance) -> None:
    """Shares: 27.6% in-house fostering, 29.4% agencies, 11% residential, 22% supported, 71% families with lodgings."""
    count = Counter(kind_of(barnet_2023, child) for child in barnet_2023.children)
    assert count == {
        "in-house": 92,
        "agency": 98,
        "connected": 18,
        "P1": 12,
        "own home": 10,
        "other home": 26,
        "lodgings": 15,
        "supported": 57,
        "none": 4,
    }
    assert ties(count["in-house"], 27.6, 332, 1)
    assert ties(count["agency"], 29.4, 332, 1)
    assert ties(count["own home"] + count["other home"], 11, 332)
    assert ties(count["lodgings"] + count["supported"], 22, 332)
    assert ties(sum(count[k] for k in ("in-house", "agency", "connected", "P1", "lodgings")), 71, 332)


def test_2023_unaccompanied_children(barnet_2023: Instance) -> None:
    """Of all, 20.4% came unaccompanied: 58% in supported accommodation, 38% fostered; 17% black, 10% white."""
    unaccompanied = [child for child in barnet_2023.children if child.uasc]
    assert ties(len(unaccompanied), 20.4, 332, 1)
    count = Counter(kind_of(barnet_2023, child) for child in unaccompanied)
    assert ties(count["supported"] + count["lodgings"], 58, len(unaccompanied))
    assert ties(count["in-house"] + count["agency"], 38, len(unaccompanied))
    assert by_ethnicity(unaccompanied) == {"black": 12, "white": 7, "other or unknown": 36, "mixed": 3, "asian": 10}
    for group, percent in (("black", 17), ("white", 10), ("other or unknown", 53)):
        assert ties(by_ethnicity(unaccompanied)[group], percent, len(unaccompanied))


def by_ethnicity(children: Iterable[Child]) -> Counter[str]:
    """Children by the groups of the 2023 strategy."""
    groups = {
        "white": {Ethnicity.WBRI, Ethnicity.WIRI, Ethnicity.WOTH, Ethnicity.WIRT, Ethnicity.WROM},
        "black": {Ethnicity.BCRB, Ethnicity.BAFR, Ethnicity.BOTH},
        "mixed": {Ethnicity.MWBC, Ethnicity.MWBA, Ethnicity.MWAS, Ethnicity.MOTH},
        "asian": {Ethnicity.AIND, Ethnicity.APKN, Ethnicity.ABAN, Ethnicity.AOTH, Ethnicity.CHNE},
        "other or unknown": {Ethnicity.OOTH, Ethnicity.REFU, Ethnicity.NOBT},
    }
    return Counter(name for child in children for name, codes in groups.items() if child.ethnicity in codes)


def test_2023_ethnicity(barnet_2023: Instance) -> None:
    """35% are white and 65% are not; 19% are black and 19% other or unknown."""
    count = by_ethnicity(barnet_2023.children)
    assert sum(count.values()) == 332
    assert ties(count["white"], 35, 332)
    assert ties(332 - count["white"], 65, 332)
    assert ties(count["black"], 19, 332)
    assert ties(count["other or unknown"], 19, 332)


def test_2023_ages(barnet_2023: Instance) -> None:
    """10 are under 1, 30 are 1 to 4, 47 are 5 to 9, 124 are 10 to 15 and 121 (36.4%) are 16 or 17."""
    limits = (1, 5, 10, 16, 18)
    count = Counter(next(limit for limit in limits if child.age_months < 12 * limit) for child in barnet_2023.children)
    assert count == {1: 10, 5: 30, 10: 47, 16: 124, 18: 121}
    assert ties(count[18], 36.4, 332, 1)


def test_2023_where_they_live(barnet_2023: Instance) -> None:
    """40% live in the borough; of those in residential care 34% do and 50% live more than 20 miles from home."""
    assert ties(sum(in_borough(barnet_2023, child) for child in barnet_2023.children), 40, 332)
    residential = of_kind(barnet_2023, "own home", "other home")
    assert len(residential) == 36
    assert ties(sum(in_borough(barnet_2023, child) for child in residential), 34, 36)
    far = [child for child in residential if miles_from_home(barnet_2023, child) > 20]
    assert ties(len(far), 50, 36)


def test_2023_homes_of_figure_9(barnet_2023: Instance) -> None:
    """Seven homes have 6, 6, 2, 5, 5, 3 and 4 beds, two of them Barnet's own; the home for one child is vacant."""
    homes = [barnet_2023.setting[f"H{number}"] for number in range(1, 9)]
    assert [home.offer.terms.num_places for home in homes] == [6, 6, 2, 5, 5, 3, 4, 1]
    assert all(isinstance(home, Home) and home.offer.authority_id == BARNET for home in homes)
    own = [barnet_2023.provider[home.offer.provider_id].sector is Sector.LOCAL_AUTHORITY for home in homes]
    assert own == [True, True, False, False, False, False, False, True]
    assert homes[7].offer.num_vacant(barnet_2023.date) == 1
    assert homes[1].offer.terms.age_min_months == 144
    assert homes[1].offer.terms.needs == frozenset({NeedCategory.EMOTIONAL_BEHAVIOURAL})


def test_2023_use_of_local_beds(barnet_2023: Instance) -> None:
    """Barnet uses 35.1% of 31 beds; of the 12 that no London authority uses 67% are vacant, 7% not available.

    Eight beds (27.2%) hold children of other London authorities and three (26% of the 12) children from elsewhere; the
    tables do not say whose they are, only that eleven residents are not Barnet's.
    """
    homes = [barnet_2023.setting[f"H{number}"] for number in range(1, 8)]
    count = places(homes)
    ours = sum(len(barnet_2023.residents.get(home.id, ())) for home in homes)
    assert sum(count.values()) == 31
    assert ties(ours, 35.1, 31, 1)
    assert count[PlaceState.FILLED] - ours == 8 + 3
    assert ties(8, 27.2, 31, 1)
    assert ties(31 - ours - 8, 37.7, 31, 1)
    assert ties(count[PlaceState.VACANT], 67, 12)
    assert ties(count[PlaceState.NOT_AVAILABLE], 7, 12)
    assert ties(3, 26, 12)


def test_2023_few_and_special(barnet_2023: Instance) -> None:
    """Six deprivation-of-liberty orders; five parents with a baby and one who waits; a secure home 192 miles away."""
    instance = barnet_2023
    dol = [child for child in instance.children if child.deprivation_of_liberty]
    assert len(dol) == 6
    parents = [child for child in instance.children if child.parent_and_child]
    placed = [child for child in parents if child.current_setting_id is not None]
    assert (len(placed), len(parents)) == (5, 6)
    for child in placed:
        setting = instance.setting[child.current_setting_id or ""]
        assert setting.offer.authority_id != BARNET
        assert instance.provider[setting.offer.provider_id].sector is not Sector.LOCAL_AUTHORITY
    takers = settings_where(instance, lambda s: s.offer.terms.parent_and_child is not ParentAndChild.NO)
    assert all(s.offer.authority_id != BARNET and s.offer.provider_id != "LBB" for s in takers)
    secure = [child for child in instance.children if child.secure_order]
    assert len(secure) == 1
    assert miles_from_home(instance, secure[0]) == pytest.approx(192, abs=2)
    assert instance.setting[secure[0].current_setting_id or ""].place is Place.K1


def test_2023_in_house_fostering(barnet_2023: Instance) -> None:
    """Of the places of Barnet's 95 carers 60% are filled and 16% vacant, as England's; 11 more offer lodgings."""
    carers = own_foster_homes(barnet_2023)
    count = places(carers)
    total = sum(count.values())
    assert (len(carers), total) == (95, 153)
    assert ties(count[PlaceState.FILLED], 60, total)
    assert ties(count[PlaceState.VACANT], 16, total)
    lodgings = settings_where(
        barnet_2023, lambda s: isinstance(s, SupportedAccommodation) and s.category is AccommodationCategory.LODGINGS
    )
    assert len(lodgings) == 11
    assert {s.offer.provider_id for s in lodgings} == {"LBB"}
    assert {s.offer.authority_id for s in lodgings} == {BARNET}


def test_2023_who_waits(barnet_2023: Instance) -> None:
    """Thirty wait, referred in the last six weeks and needed in the next four; every case of the page is there."""
    instance = barnet_2023
    waiting = {child.id: child for child in instance.candidates()}
    day = instance.date
    assert len(waiting) == 30
    assert all(day - timedelta(weeks=6) <= (c.referred_on or date.min) <= day for c in waiting.values())
    assert all(day <= (c.needed_by or date.max) <= day + timedelta(weeks=4) for c in waiting.values())
    tonight = [c for c in waiting.values() if c.urgency is Urgency.EMERGENCY]
    assert [c.needed_by for c in tonight] == [day]
    assert Counter(c.cared_for_alongside for c in waiting.values())[CaredForAlongside.SOLO] == 1
    assert sum(c.deprivation_of_liberty for c in waiting.values()) == 1
    assert sum(c.parent_and_child for c in waiting.values()) == 1
    assert sum(c.remand for c in waiting.values()) == 1
    assert sum(c.uasc for c in waiting.values()) == 5
    assert sum(bool(c.avoid) for c in waiting.values()) == 1
    assert sum(c.adaptation_needed for c in waiting.values()) == 1
    assert sum(c.risk_to_others(RiskToOthers.SEXUAL_HARM) is RiskLevel.HIGH for c in waiting.values()) == 1
    assert any("K02" in c.connected_carer_ids for c in waiting.values())
    assert any(c.current_setting_id == "H1" for c in waiting.values())
    groups = [g for g in instance.sibling_groups if set(g.child_ids) <= set(waiting)]
    assert Counter((g.togetherness, len(g.child_ids)) for g in groups) == {
        (Togetherness.PREFERRED, 3): 1,
        (Togetherness.PREFERRED, 2): 1,
        (Togetherness.REQUIRED, 2): 1,
        (Togetherness.APART, 2): 1,
    }
    pulled = next(g for g in instance.sibling_groups if "C013" in g.child_ids)
    homes = {instance.child[c].current_setting_id for c in pulled.child_ids if c != "C013"}
    assert homes == {"F006"}
    assert instance.setting["F006"].offer.num_vacant(day) == 1
    assert sum(child.may_move for child in instance.children) == 12


def test_2023_settings_that_rules_refuse(barnet_2023: Instance) -> None:
    """One supported accommodation (with no Barnet child) and one crisis home are not registered, and no other."""
    instance = barnet_2023
    unregistered = settings_where(instance, lambda s: not isinstance(s, Carer) and not s.registered)
    assert [type(s) for s in unregistered] == [Home, SupportedAccommodation]
    assert unregistered[1].id not in instance.residents
    grades = Counter(
        h.grade for h in instance.settings if isinstance(h, Home) and h.id in {f"H{n}" for n in range(1, 8)}
    )
    assert grades[Grade.REQUIRES_IMPROVEMENT] == 1
    assert grades[None] == 1


def test_2023_contracts(barnet_2023: Instance) -> None:
    """Barnet has a framework of seven bands and a block of three beds, one of them in use by a Barnet child."""
    kinds = {contract.kind: contract for contract in barnet_2023.contracts}
    assert set(kinds) == {ContractKind.FRAMEWORK, ContractKind.BLOCK}
    assert len(kinds[ContractKind.FRAMEWORK].bands) == 7
    block = kinds[ContractKind.BLOCK]
    bought = settings_where(barnet_2023, lambda s: s.offer.contract_id == block.id)
    assert (block.num_beds, block.num_beds_used) == (3, 1)
    assert sum(len(barnet_2023.residents.get(s.id, ())) for s in bought) == block.num_beds_used
    assert own_foster_homes(barnet_2023)[0].offer.fees_pence_per_week[0] == 64600
    assert 90100 in {band.fee_pence_per_week for band in kinds[ContractKind.FRAMEWORK].bands}


# -------------------------------------------------------------------------------------------------------- barnet_2014


def test_2014_placement_mix(barnet_2014: Instance) -> None:
    """Of 314, 102 are in-house, 30 kinship, 89 with agencies, 11 in own homes, 34 in others, 48 other (figure 11)."""
    instance = barnet_2014
    assert instance.date == date(2014, 3, 31)
    count = Counter(kind_of(instance, child) for child in instance.children)
    assessed = sum(
        1
        for child in of_kind(instance, "other home")
        if instance.setting[child.current_setting_id or ""].place is Place.R3
    )
    assert len(instance.children) == 314
    assert count["in-house"] == 102
    assert count["connected"] + count["U3"] == 30
    assert count["agency"] == 89
    assert count["own home"] == 11
    assert count["other home"] - assessed == 34
    assert assessed + count["supported"] + count["A6"] + count["none"] == 48


def test_2014_residential(barnet_2014: Instance) -> None:
    """In homes are 11.5%, in residential schools 2.8% (figure 16); Barnet's two homes have six beds from age 12."""
    instance = barnet_2014
    residents = of_kind(instance, "own home", "other home")
    count = Counter(instance.setting[c.current_setting_id or ""].place for c in residents)
    assert ties(count[Place.K2], 11.5, 314, 1)
    assert ties(count[Place.S1], 2.8, 314, 1)
    homes = settings_where(instance, lambda s: isinstance(s, Home) and s.offer.provider_id == "LBB")
    assert [(h.offer.terms.num_places, h.offer.terms.age_min_months) for h in homes] == [(6, 144), (6, 144)]


def test_2014_unaccompanied_children(barnet_2014: Instance) -> None:
    """24 came unaccompanied (section 4.9)."""
    assert sum(child.uasc for child in barnet_2014.children) == 24


def test_2014_disability_and_special_needs(barnet_2014: Instance) -> None:
    """3% have a disability, 10.2% special educational needs, 10.9% both (figure 8)."""
    disability = {NeedCategory.PHYSICAL_DISABILITY, NeedCategory.SENSORY_IMPAIRMENT}
    flags = Counter(
        (bool(child.needs & disability), NeedCategory.LEARNING_DIFFICULTY in child.needs)
        for child in barnet_2014.children
    )
    assert (flags[True, False], flags[False, True], flags[True, True]) == (9, 32, 34)
    for flag, percent in (((True, False), 3.0), ((False, True), 10.2), ((True, True), 10.9)):
        assert ties(flags[flag], percent, 314, 1)


def test_2014_ethnicity(barnet_2014: Instance) -> None:
    """Each row of figure 7 holds on 314 children, and the 8% that it leaves out are the mixed ones."""
    count = Counter(child.ethnicity for child in barnet_2014.children)
    white = count[Ethnicity.WBRI] + count[Ethnicity.WOTH] + count[Ethnicity.WIRI]
    rows = (
        (white, 42.12),
        (count[Ethnicity.BCRB], 5.47),
        (count[Ethnicity.BAFR], 13.50),
        (count[Ethnicity.BOTH], 3.54),
        (count[Ethnicity.AIND], 0.00),
        (count[Ethnicity.APKN], 1.29),
        (count[Ethnicity.ABAN], 0.00),
        (count[Ethnicity.CHNE], 0.32),
        (count[Ethnicity.AOTH], 5.47),
        (count[Ethnicity.OOTH], 20.26),
    )
    assert all(ties(number, percent, 314, 2) for number, percent in rows)
    assert sum(number for number, _ in rows) + 26 == 314


def test_2014_need_levels_with_agencies(barnet_2014: Instance) -> None:
    """With agencies 14 are at level 1, 54 at 2, 20 at 3 (figure 22), one has none; those at 1 wait or may move."""
    children = of_kind(barnet_2014, "agency")
    assert Counter(child.need_level for child in children) == {1: 14, 2: 54, 3: 20, None: 1}
    assert all(child.is_waiting or child.may_move for child in children if child.need_level == 1)


def test_2014_carers(barnet_2014: Instance) -> None:
    """Ninety households, 4 respite carers, 12 kinship carers (section 5.3); 74% of the 138 places are in use."""
    instance = barnet_2014
    own = own_foster_homes(instance)
    respite = [carer for carer in own if "respite only" in carer.offer.skills]
    approved = [carer for carer in own if carer not in respite]
    kin = settings_where(instance, lambda s: isinstance(s, Carer) and s.connected)
    assert (len(approved), len(respite), len(kin)) == (90, 4, 12)
    count = places(approved)
    assert sum(count.values()) == 138
    assert ties(count[PlaceState.FILLED], 74, 138)
    assert not places(respite)[PlaceState.VACANT]
    assert Counter(carer.support_limit for carer in approved) == dict.fromkeys(Support, 30)
    assert ties(sum("disability" in carer.offer.skills for carer in approved), 40, 90)


def test_2014_siblings(barnet_2014: Instance) -> None:
    """One child in three is part of a sibling group (section 8.2)."""
    assert len({child_id for group in barnet_2014.sibling_groups for child_id in group.child_ids}) == 105
    assert abs(105 - 314 / 3) < 0.5


def test_2014_own_carers_are_nearer(barnet_2014: Instance) -> None:
    """More than twice as many children with Barnet's own carers live in the borough as with agencies (section 5.4)."""
    own = sum(in_borough(barnet_2014, child) for child in of_kind(barnet_2014, "in-house"))
    agency = sum(in_borough(barnet_2014, child) for child in of_kind(barnet_2014, "agency"))
    assert own > 2 * agency


def test_2014_boys_are_more(barnet_2014: Instance) -> None:
    """More boys than girls are in care (section 4.5)."""
    count = Counter(child.sex.value for child in barnet_2014.children)
    assert count["M"] > count["F"]


def fee_of(instance: Instance, child: Child) -> int:
    """Fee in pence a week for where a child lives now: the setting's by level, or the first band that fits."""
    offer = instance.setting[child.current_setting_id or ""].offer
    level = child.need_level or instance.policy.default_need_level.child
    if offer.fees_pence_per_week:
        return offer.fees_pence_per_week[min(level, len(offer.fees_pence_per_week)) - 1]
    for band in instance.contract[offer.contract_id or ""].bands:
        fits = band.age_min_months <= child.age_months <= band.age_max_months and level <= band.need_level_max
        if fits and not band.solo and not band.parent_and_child:
            return band.fee_pence_per_week
    raise AssertionError(child.id)


def mean_pounds(instance: Instance, children: list[Child]) -> int:
    """Mean fee in whole pounds a week."""
    return round(sum(fee_of(instance, child) for child in children) / len(children) / 100)


def test_2014_unit_costs(barnet_2014: Instance) -> None:
    """The mean fee of the children placed is the unit cost of figure 12: £646, £901, £3,493 and £3,708 a week."""
    instance = barnet_2014
    others = [
        child
        for child in of_kind(instance, "other home")
        if instance.setting[child.current_setting_id or ""].place is not Place.R3
    ]
    assert mean_pounds(instance, of_kind(instance, "in-house")) == 646
    assert mean_pounds(instance, of_kind(instance, "agency")) == 901
    assert mean_pounds(instance, of_kind(instance, "own home")) == 3493
    assert mean_pounds(instance, others) == 3708


def test_2014_semi_independent(barnet_2014: Instance) -> None:
    """Fifteen semi-independent providers charge £300 to £1,000 a week (section 5.7); none need be registered."""
    settings = settings_where(barnet_2014, lambda s: isinstance(s, SupportedAccommodation))
    fees = [fee for setting in settings for fee in setting.offer.fees_pence_per_week]
    assert len({setting.offer.provider_id for setting in settings}) == 15
    assert (min(fees), max(fees)) == (30000, 100000)
    assert all(s.place is Place.H5 and not s.registered for s in settings if isinstance(s, SupportedAccommodation))


def test_2014_framework(barnet_2014: Instance) -> None:
    """31 agencies hold the framework (figure 20), whose bands are its three lots."""
    (framework,) = barnet_2014.contracts
    agencies = {s.offer.provider_id for s in barnet_2014.settings if s.offer.contract_id == framework.id}
    assert framework.kind is ContractKind.FRAMEWORK
    assert len(agencies) == 31
    assert {band.name[:5] for band in framework.bands} == {"Lot 1", "Lot 2", "Lot 3"}


def test_2014_policy(barnet_2014: Instance) -> None:
    """Own carers come first, and agencies must be graded good or outstanding (sections 5.4, 6.1)."""
    assert barnet_2014.policy.search.order is SearchOrder.CASCADE
    assert barnet_2014.policy.quality.least_grade is Grade.GOOD
    assert not barnet_2014.policy.quality.ungraded_allowed


def test_2014_who_waits(barnet_2014: Instance) -> None:
    """Twenty-five wait: groups of two and three, a required pair, brothers to be apart, an emergency."""
    waiting = {child.id: child for child in barnet_2014.candidates()}
    assert len(waiting) == 25
    groups = [g for g in barnet_2014.sibling_groups if set(g.child_ids) <= set(waiting)]
    assert Counter((g.togetherness, len(g.child_ids)) for g in groups) == {
        (Togetherness.PREFERRED, 3): 1,
        (Togetherness.PREFERRED, 2): 1,
        (Togetherness.REQUIRED, 2): 1,
        (Togetherness.APART, 2): 1,
    }
    assert [c.needed_by for c in waiting.values() if c.urgency is Urgency.EMERGENCY] == [barnet_2014.date]
