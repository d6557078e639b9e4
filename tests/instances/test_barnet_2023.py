"""``barnet_2023`` holds the totals that its page claims; every count is made in the loaded instance."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
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
from rightplace.instances.library import library_path
from rightplace.instances.policy import default_policy
from rightplace.instances.settings import (
    AccommodationCategory,
    Carer,
    ContractKind,
    Grade,
    Home,
    ParentAndChild,
    PlaceState,
    Sector,
    SupportedAccommodation,
)
from rightplace.instances.tables import read_instance
from tests.instances.library_counts import (
    BARNET,
    in_borough,
    kind_of,
    miles_from_home,
    of_kind,
    own_foster_homes,
    places,
    settings_where,
    ties,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rightplace.instances.instance import Instance


@pytest.fixture(scope="module")
def barnet_2023() -> Instance:
    """The instance as it ships."""
    return read_instance(library_path("barnet_2023"))


def test_date_and_number_of_children(barnet_2023: Instance) -> None:
    """332 children are in care (figure 13), on a day in December 2023."""
    assert barnet_2023.date == date(2023, 12, 11)
    assert len(barnet_2023.children) == 332
    assert all(child.authority_id == BARNET for child in barnet_2023.children)
    assert barnet_2023.policy == default_policy()


def test_shares_by_placement_type(barnet_2023: Instance) -> None:
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


def test_unaccompanied_children(barnet_2023: Instance) -> None:
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


def test_ethnicity(barnet_2023: Instance) -> None:
    """35% are white and 65% are not; 19% are black and 19% other or unknown."""
    count = by_ethnicity(barnet_2023.children)
    assert sum(count.values()) == 332
    assert ties(count["white"], 35, 332)
    assert ties(332 - count["white"], 65, 332)
    assert ties(count["black"], 19, 332)
    assert ties(count["other or unknown"], 19, 332)


def test_ages(barnet_2023: Instance) -> None:
    """10 are under 1, 30 are 1 to 4, 47 are 5 to 9, 124 are 10 to 15 and 121 (36.4%) are 16 or 17."""
    limits = (1, 5, 10, 16, 18)
    count = Counter(next(limit for limit in limits if child.age_months < 12 * limit) for child in barnet_2023.children)
    assert count == {1: 10, 5: 30, 10: 47, 16: 124, 18: 121}
    assert ties(count[18], 36.4, 332, 1)


def test_where_they_live(barnet_2023: Instance) -> None:
    """40% live in the borough; of those in residential care 34% do and 50% live more than 20 miles from home."""
    assert ties(sum(in_borough(barnet_2023, child) for child in barnet_2023.children), 40, 332)
    residential = of_kind(barnet_2023, "own home", "other home")
    assert len(residential) == 36
    assert ties(sum(in_borough(barnet_2023, child) for child in residential), 34, 36)
    far = [child for child in residential if miles_from_home(barnet_2023, child) > 20]
    assert ties(len(far), 50, 36)


def test_homes_of_figure_9(barnet_2023: Instance) -> None:
    """Seven homes have 6, 6, 2, 5, 5, 3 and 4 beds, two of them Barnet's own; the home for one child is vacant."""
    homes = [barnet_2023.setting[f"H{number}"] for number in range(1, 9)]
    assert [home.offer.terms.num_places for home in homes] == [6, 6, 2, 5, 5, 3, 4, 1]
    assert all(isinstance(home, Home) and home.offer.authority_id == BARNET for home in homes)
    own = [barnet_2023.provider[home.offer.provider_id].sector is Sector.LOCAL_AUTHORITY for home in homes]
    assert own == [True, True, False, False, False, False, False, True]
    assert homes[7].offer.num_vacant(barnet_2023.date) == 1
    assert homes[1].offer.terms.age_min_months == 144
    assert homes[1].offer.terms.needs == frozenset({NeedCategory.EMOTIONAL_BEHAVIOURAL})


def test_use_of_local_beds(barnet_2023: Instance) -> None:
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


def test_few_and_special(barnet_2023: Instance) -> None:
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


def test_in_house_fostering(barnet_2023: Instance) -> None:
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


def test_who_waits(barnet_2023: Instance) -> None:
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


def test_settings_that_rules_refuse(barnet_2023: Instance) -> None:
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


def test_contracts(barnet_2023: Instance) -> None:
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
