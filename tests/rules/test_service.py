"""Service: each kind of cohort against each kind of supply, and what is said of the pairs that remain."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rightplace.errors import InstanceError
from rightplace.instances.children import AdultRatio, Place
from rightplace.instances.cohorts import Cohort, CohortKind
from rightplace.instances.geography import UNKNOWN_LOCATION
from rightplace.instances.levers import (
    Conversion,
    ConversionKind,
    DistanceBand,
    Focus,
    Funnel,
    Levers,
    Market,
    NewHome,
    Profile,
    SettingType,
)
from rightplace.instances.library import library_path
from rightplace.instances.planning_case import PlanningCase
from rightplace.instances.settings import ParentAndChild, Support
from rightplace.instances.supply import Source, Supply, supply_of
from rightplace.instances.tables import read_instance
from rightplace.rules.catalogue import broken
from rightplace.rules.pairs import Facts, Pairs
from rightplace.rules.service import Service, service_of, stand_ins
from tests.instances.planning_cases import AUTHORITIES, case, centre, cohort, demand
from tests.rules.builders import carer, home, supported

if TYPE_CHECKING:
    from rightplace.instances.settings import Setting

KINDS = tuple(CohortKind)
SETTINGS = {
    "carer": carer("carer", num_places=2, need_level=2),
    "single": carer("single", num_places=1, need_level=2),
    "relative": carer("relative", connected=True),
    "home": home("home", num_places=4),
    "staffed": home("staffed", num_places=2, adult_ratio=AdultRatio.TWO_TO_ONE),
    "bespoke": home("bespoke", num_places=1, adult_ratio=AdultRatio.TWO_TO_ONE),
    "secure": home("secure", num_places=20, place=Place.K1, provider_id="good"),
    "centre": home("centre", num_places=6, place=Place.R3, parent_and_child=ParentAndChild.ONLY),
    "remand": home("remand", num_places=4, takes_remand=True),
    "unregistered": home("unregistered", num_places=1, adult_ratio=AdultRatio.TWO_TO_ONE, registered=False),
    "lodgings": supported("lodgings", num_places=3),
}
"""One setting of each kind; all take level 2 and young people of 16."""
WHERE = ("miles", "in_area", "adjoining", "within_20_miles")
MEANT = "whom it is meant for"
"""No rule keeps the cohort out, but what supplies and kinds say of themselves."""
_ORDINARY = {"relative": "P03", "secure": "R29", "centre": "R33", "unregistered": "R15"}
_NOT_SHARED = dict.fromkeys(("carer", "staffed"), MEANT)
EXCLUDED: dict[CohortKind, dict[str, str]] = {
    CohortKind.MAINSTREAM: _ORDINARY,
    CohortKind.UNACCOMPANIED: _ORDINARY,
    CohortKind.RESIDENTIAL: _ORDINARY | dict.fromkeys(("carer", "single", "lodgings"), "P07"),
    CohortKind.CONNECTED: dict.fromkeys(SETTINGS, MEANT) | _ORDINARY,
    CohortKind.PARENT_AND_CHILD: dict.fromkeys(SETTINGS.keys() - {"centre"}, "R33"),
    CohortKind.SOLO: _ORDINARY | _NOT_SHARED | dict.fromkeys(("home", "remand", "lodgings"), "P08"),
    CohortKind.DEPRIVATION_OF_LIBERTY: _ORDINARY
    | dict.fromkeys(("carer", "single"), "P07")
    | dict.fromkeys(("home", "remand"), "P08")
    | {"lodgings": "R30", "secure": "R30", "unregistered": MEANT},
    CohortKind.SECURE: _ORDINARY
    | dict.fromkeys(("carer", "single", "home", "staffed", "bespoke", "remand", "lodgings"), MEANT),
    CohortKind.REMAND: dict.fromkeys(SETTINGS.keys() - {"remand"}, "R31"),
}
"""By kind, the settings that it is kept out of, and what keeps it out: one rule, where there are several."""
del EXCLUDED[CohortKind.CONNECTED]["relative"]
del EXCLUDED[CohortKind.SECURE]["secure"]


def served(planned: PlanningCase) -> set[tuple[str, str]]:
    """Ids of cohort and supply, of every pair that may be."""
    supplies = supply_of(planned)
    service = service_of(planned, supplies)
    cohorts = planned.demand.cohorts
    return {
        (cohorts[c].id, supplies[s].id)
        for c, s in zip(service.cohort_idx.tolist(), service.supply_idx.tolist(), strict=True)
    }


def may(planned: PlanningCase, one: Cohort, supply_id: str) -> bool:
    """Whether a cohort may live in a supply."""
    return (one.id, supply_id) in served(planned)


def everybody() -> PlanningCase:
    """Young people of 16 and 17 of each kind, and a setting of each kind."""
    return case(tuple(SETTINGS.values()), [cohort(kind, band=3, level=2) for kind in KINDS])


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_cohort_lives_where_rules_and_meaning_let_it(kind: CohortKind) -> None:
    """What is not in the table of exclusions may be; what is, is kept out by the rule that the table names."""
    planned = everybody()
    one = cohort(kind, band=3, level=2)
    supplies = supply_of(planned)
    facts = Facts(stand_ins(planned, supplies))
    pairs = served(planned)
    for supply in supplies:
        if supply.source is not Source.TODAY:
            continue
        (name,) = supply.setting_ids
        reason = EXCLUDED[kind].get(name)
        rules = {rule.id for rule, _ in broken(Pairs.of(facts, one.id, supply.id))}
        assert ((one.id, supply.id) in pairs) is (reason is None), name
        assert reason in rules if reason not in (None, MEANT) else not rules, name


def test_every_kind_has_an_unlimited_place() -> None:
    """The added rows of the market take every kind of young person of 16."""
    planned = everybody()
    unlimited = {supply.id for supply in supply_of(planned) if supply.is_unlimited}
    assert {one for one, supply in served(planned) if supply in unlimited} == {c.id for c in planned.demand.cohorts}


@pytest.mark.parametrize(
    ("setting", "band", "level", "fits"),
    [
        (carer("1", need_level=1), 2, 2, False),
        (carer("1", need_level=1, support_limit=Support.LOW), 2, 2, True),
        (carer("1", age_min_months=156), 2, 1, True),
        (carer("1", age_min_months=157), 2, 1, False),
        (supported("1"), 2, 1, False),
        (supported("1"), 3, 1, True),
        (carer("1", provider_id="improving"), 2, 1, False),
        (carer("1", provider_id="partner", authority_id="B"), 2, 1, True),
    ],
)
def test_levels_ages_grades_and_owners_count_as_in_a_match(setting: Setting, band: int, level: int, fits: bool) -> None:
    """Support lifts a carer, 13 is the middle of 10 to 15, and the quality gate keeps its door."""
    planned = case((setting,), (one := cohort(band=band, level=level),))
    assert may(planned, one, supply_of(planned)[0].id) is fits


def test_the_search_radius_counts_between_centres_and_not_for_the_market() -> None:
    """With 10 miles for carers, one in Bexton (8 miles) may be, one in Nearham (15) may not, a bought one may."""
    carers = tuple(carer(key, provider_id="good", authority_id=key) for key in ("B", "NEAR"))
    planned = case(carers, policy={"search": {"carer_max_miles": 10.0}})
    near, far = (supply.id for supply in supply_of(planned)[:2])
    found = {supply for _, supply in served(planned)}
    assert near in found
    assert far not in found
    assert "spot:fostering" in found


def row_of(planned: PlanningCase, supply_id: str) -> dict[str, Any]:
    """What is said of the pair of the first cohort and a supply."""
    supplies = supply_of(planned)
    service = service_of(planned, supplies)
    at = [supply.id for supply in supplies].index(supply_id)
    (row,) = np.flatnonzero((service.cohort_idx == 0) & (service.supply_idx == at))
    return {field.name: getattr(service, field.name)[row].item() for field in dataclasses.fields(Service)}


@pytest.mark.parametrize(
    ("area", "miles", "in_area", "adjoining", "within"),
    [
        ("A", 2.0, True, False, True),
        ("B", 8.0, False, True, True),
        ("NEAR", 15.0, False, False, True),
        ("FAR", 60.0, False, False, False),
    ],
)
def test_where_a_place_lies_is_seen_from_the_childs_authority(
    area: str, miles: float, in_area: bool, adjoining: bool, within: bool
) -> None:
    """In Aston two miles are taken; Bexton adjoins at 8; Nearham is within 20 at 15; Farford is beyond at 60."""
    planned = case((carer("1", provider_id="good", authority_id=area),))
    row = row_of(planned, supply_of(planned)[0].id)
    assert [row[name] for name in WHERE] == [miles, in_area, adjoining, within]


@pytest.mark.parametrize(
    ("band", "miles", "in_area", "adjoining", "within"),
    [
        (DistanceBand.IN_AREA, 3.0, True, False, True),
        (DistanceBand.ADJOINING, 9.0, False, True, True),
        (DistanceBand.ADJOINING, 25.0, False, True, False),
        (DistanceBand.WITHIN_20_MILES, 15.0, False, False, True),
        (DistanceBand.BEYOND, 45.0, False, False, False),
    ],
)
def test_the_market_says_itself_where_its_places_lie(
    band: DistanceBand, miles: float, in_area: bool, adjoining: bool, within: bool
) -> None:
    """The band of the row, and its miles."""
    market = Market(id="m", type=SettingType.FOSTERING, band=band, miles=miles, fee_pence_per_week=(1,))
    row = row_of(case(levers=Levers(market=(market,))), "m")
    assert [row[name] for name in WHERE] == [miles, in_area, adjoining, within]


def test_a_boundary_is_shared_whichever_side_says_so() -> None:
    """Bexton names no neighbour; its children in Aston live in an adjoining area all the same."""
    planned = case((carer("1", provider_id="good"),), (Cohort("B", 2, 1),))
    assert row_of(planned, supply_of(planned)[0].id)["adjoining"] is True


def test_use_costs_the_fee_of_the_childs_level() -> None:
    """£1 at level 1, £2 at level 2, £5 from level 3 on."""
    setting = home("1", fees_pence_per_week=(100, 200, 500))
    for level, expected in ((1, 100), (2, 200), (3, 500), (4, 500)):
        planned = case((setting,), (cohort(level=level),))
        assert row_of(planned, supply_of(planned)[0].id)["use_pence_per_week"] == expected


@pytest.mark.parametrize(("size", "together"), [(1, True), (3, True), (4, False)])
def test_brothers_and_sisters_are_together_where_there_are_places_enough(size: int, together: bool) -> None:
    """A home of three takes three together; four may live there, but not all of them."""
    planned = case((home("1", num_places=3),), (cohort(size=size),))
    assert row_of(planned, supply_of(planned)[0].id)["is_together"] is together


def shared_home(**changes: Any) -> NewHome:
    """A home that Farford would open, open to Aston."""
    given: dict[str, Any] = {
        "id": "new",
        "site": "site",
        "type": SettingType.RESIDENTIAL,
        "authority_id": "FAR",
        "location": UNKNOWN_LOCATION,
        "provider_id": "foreign",
        "num_places": 2,
        "open_to_ids": frozenset({"A"}),
    }
    return NewHome(**(given | changes))


def test_a_home_stated_to_be_open_to_an_authority_is_so_whoever_runs_it() -> None:
    """Farford's home takes Aston's children and no others; without a word it takes nobody of Aston's (P02)."""
    cohorts = (cohort(), Cohort("B", 2, 1))
    planned = case(cohorts=cohorts, levers=Levers(new_homes=(shared_home(),)))
    assert may(planned, cohorts[0], "new")
    assert not may(planned, cohorts[1], "new")
    silent = case(cohorts=cohorts, levers=Levers(new_homes=(shared_home(open_to_ids=frozenset()),)))
    assert not may(silent, cohorts[0], "new")


def test_bought_places_of_one_authority_are_for_its_children() -> None:
    """A row of Bexton's is not for Aston."""
    market = Market(
        id="m",
        type=SettingType.FOSTERING,
        band=DistanceBand.IN_AREA,
        miles=2.0,
        fee_pence_per_week=(1,),
        authority_id="B",
    )
    cohorts = (cohort(), Cohort("B", 2, 1))
    planned = case(cohorts=cohorts, levers=Levers(market=(dataclasses.replace(market, authority_id="B"),)))
    assert [may(planned, one, "m") for one in cohorts] == [False, True]


def test_step_down_places_are_for_children_whose_plan_asked_for_a_home() -> None:
    """A conversion that names them may serve them in a family; one that names nobody may not."""
    named = Conversion(
        id="down",
        kind=ConversionKind.STEP_DOWN,
        authority_id="A",
        from_level=1,
        to_level=3,
        kinds=frozenset({CohortKind.RESIDENTIAL}),
    )
    silent = dataclasses.replace(named, id="silent", kinds=frozenset())
    one, other = cohort(CohortKind.RESIDENTIAL, level=3), cohort(level=3)
    planned = case(cohorts=(one, other), levers=Levers(conversions=(named, silent)))
    assert [may(planned, one, key) for key in ("down", "silent")] == [True, False]
    assert [may(planned, other, key) for key in ("down", "silent")] == [False, True]


@pytest.mark.parametrize("kind", [CohortKind.SOLO, CohortKind.DEPRIVATION_OF_LIBERTY, CohortKind.SECURE])
def test_a_new_home_that_names_a_special_kind_takes_it_and_one_that_does_not_does_not(kind: CohortKind) -> None:
    """Two beds: for the kind where it is named, for mainstream children otherwise."""
    own = {"provider_id": "own", "authority_id": "A", "open_to_ids": frozenset[str]()}
    named = shared_home(id="named", focus=Focus(kinds=frozenset({kind})), **own)
    silent = shared_home(id="silent", **own)
    one, other = cohort(kind), cohort()
    planned = case(cohorts=(one, other), levers=Levers(new_homes=(named, silent)))
    assert [may(planned, one, key) for key in ("named", "silent")] == [True, False]
    assert [may(planned, other, key) for key in ("named", "silent")] == [False, True]


def test_a_home_with_one_place_is_for_a_child_who_must_live_alone() -> None:
    """Without a word about whom it is for."""
    own = {"provider_id": "own", "authority_id": "A", "open_to_ids": frozenset[str]()}
    levers = Levers(new_homes=(shared_home(num_places=1, **own),))
    assert may(case(cohorts=(one := cohort(CohortKind.SOLO),), levers=levers), one, "new")


def test_supported_accommodation_for_who_must_live_alone_has_the_adults_for_it() -> None:
    """At sixteen, and where it says so."""
    own = {"provider_id": "own", "authority_id": "A", "open_to_ids": frozenset[str]()}
    focus = Focus(kinds=frozenset({CohortKind.SOLO}))
    levers = Levers(new_homes=(shared_home(type=SettingType.SUPPORTED, focus=focus, **own),))
    young, old = cohort(CohortKind.SOLO, band=2), cohort(CohortKind.SOLO, band=3)
    planned = case(cohorts=(young, old), levers=levers)
    assert [may(planned, one, "new") for one in (young, old)] == [False, True]


def test_recruits_serve_the_children_of_their_profile() -> None:
    """Households for 16 and over and level 1."""
    profile = Profile(id="p", funnel_id="f", places_per_household=1, focus=Focus(age_min_months=192, need_level=1))
    levers = Levers(funnels=(Funnel(id="f", authority_id="A"),), profiles=(profile,))
    cohorts = (cohort(band=2), cohort(band=3), cohort(band=3, level=2))
    planned = case(cohorts=cohorts, levers=levers)
    assert [may(planned, one, "p") for one in cohorts] == [False, True, False]


def test_relatives_are_of_their_own_authority() -> None:
    """Aston's connected carers do not look after Bexton's children, nor the other way round."""
    carers = (carer("ours", connected=True), carer("theirs", connected=True, provider_id="partner"))
    cohorts = (cohort(CohortKind.CONNECTED), Cohort("B", 2, 1, CohortKind.CONNECTED))
    planned = case(carers, cohorts)
    ids = [supply.id for supply in supply_of(planned)[:2]]
    assert [[may(planned, one, key) for key in ids] for one in cohorts] == [[True, False], [False, True]]


def test_cohorts_that_could_be_left_without_a_place_are_all_refused_by_name() -> None:
    """Secure homes are from 13: no law lets younger children into one, so two cohorts have no place."""
    without = [cohort(CohortKind.SECURE, band=band) for band in (0, 1)]
    planned = case(cohorts=[cohort(), *without, cohort(CohortKind.SECURE, band=2)])
    with pytest.raises(InstanceError) as refused:
        service_of(planned, supply_of(planned))
    assert [fault.value for fault in refused.value.faults] == [one.id for one in without]


def test_a_row_that_only_looks_unlimited_for_a_cohort_does_not_hide_that_it_has_no_place() -> None:
    """Unlimited carers and homes for under-fives are rows of their types; teenagers have none."""
    rows = tuple(
        Market(
            id=type.value,
            type=type,
            band=DistanceBand.BEYOND,
            miles=45.0,
            fee_pence_per_week=(1,),
            focus=Focus(age_max_months=59),
        )
        for type in (SettingType.FOSTERING, SettingType.RESIDENTIAL)
    )
    planned = case(cohorts=(cohort(band=0), one := cohort(band=2)), levers=Levers(market=rows))
    with pytest.raises(InstanceError, match=one.id):
        service_of(planned, supply_of(planned))


def test_a_centre_that_distances_need_must_be_known() -> None:
    """Without Bexton's centre nobody knows how far its carers are; within Aston none is needed."""
    unknown = tuple(dataclasses.replace(a, centre=None) for a in AUTHORITIES)
    in_area = case((carer("1"),), authorities=unknown)
    assert row_of(in_area, supply_of(in_area)[0].id)["miles"] == 2.0
    elsewhere = case((carer("1", provider_id="good", authority_id="B"),), authorities=unknown)
    with pytest.raises(InstanceError) as refused:
        service_of(elsewhere, supply_of(elsewhere))
    assert [(fault.column, fault.value) for fault in refused.value.faults] == [("centre", "A"), ("centre", "B")]


def test_an_authority_that_the_instance_does_not_know_is_refused() -> None:
    """Children of nowhere have no rules to be judged by."""
    planned = case(cohorts=(Cohort("NOWHERE", 2, 1),))
    with pytest.raises(InstanceError, match="NOWHERE"):
        service_of(planned, supply_of(planned))


def test_a_stated_location_is_measured_from_the_centre() -> None:
    """A new home 12 miles east of the centre of Aston, in Bexton."""
    lever = shared_home(provider_id="own", authority_id="B", location=centre("B", 12))
    assert row_of(case(levers=Levers(new_homes=(lever,))), "new")["miles"] == 12.0


_SERVED = served(everybody())


@settings(max_examples=20)
@given(st.permutations(everybody().demand.cohorts))
def test_the_order_of_the_cohorts_does_not_matter(cohorts: list[Cohort]) -> None:
    """The same pairs, by their ids, in the order of cohort and supply."""
    planned = dataclasses.replace(everybody(), demand=demand(cohorts))
    supplies = supply_of(planned)
    service = service_of(planned, supplies)
    assert served(planned) == _SERVED
    keys = service.cohort_idx * len(supplies) + service.supply_idx
    assert (np.diff(keys) > 0).all()


def barnet(name: str) -> PlanningCase:
    """A library instance of Barnet's, with every cohort that its children could be in."""
    area = "E09000003"
    ages, levels = range(4), (1, 2, 3, 4)
    cohorts = [Cohort(area, band, level, kind) for kind in KINDS for band in ages for level in levels]
    lawful = [c for c in cohorts if c.kind is not CohortKind.SECURE or c.age_band > 1]
    return PlanningCase(instance=read_instance(library_path(name)), demand=demand(lawful))


@pytest.mark.parametrize("name", ["barnet_2014", "barnet_2023"])
def test_every_cohort_of_the_library_has_an_unlimited_place_and_another(name: str) -> None:
    """No child of Barnet's is ever without a place; and those of each kind that Barnet has today have one today."""
    planned = barnet(name)
    supplies = supply_of(planned)
    service = service_of(planned, supplies)
    unlimited = np.array([supply.is_unlimited for supply in supplies])[service.supply_idx]
    assert set(service.cohort_idx[unlimited].tolist()) == set(range(len(planned.demand.cohorts)))
    assert {planned.demand.cohorts[c].kind for c in service.cohort_idx[~unlimited].tolist()} >= _KINDS_TODAY[name]


_KINDS_TODAY = {
    "barnet_2014": set(CohortKind) - {CohortKind.SECURE, CohortKind.DEPRIVATION_OF_LIBERTY},
    "barnet_2023": set(CohortKind),
}


def test_other_names_for_settings_change_no_pair() -> None:
    """The pairs are those of what settings are, not of what they are called."""
    planned = barnet("barnet_2023")
    instance = planned.instance
    bare = instance.replace(children=(), sibling_groups=(), authorisations=())
    renamed = bare.replace(settings=tuple(dataclasses.replace(s, id=f"x{s.id}") for s in bare.settings))
    assert served(planned.replace(instance=bare)) == served(planned.replace(instance=renamed))


def test_a_supply_that_takes_more_loses_nobody() -> None:
    """Raising what a representative looks after, and widening its ages, only ever adds pairs."""
    planned = everybody()
    supplies = supply_of(planned)
    wider = tuple(_wider(supply) for supply in supplies)
    before, after = service_of(planned, supplies), service_of(planned, wider)
    pairs = [set(zip(s.cohort_idx.tolist(), s.supply_idx.tolist(), strict=True)) for s in (before, after)]
    assert pairs[0] <= pairs[1]


def _wider(supply: Supply) -> Supply:
    setting = supply.representative
    terms = dataclasses.replace(setting.offer.terms, need_level=4, age_min_months=0, age_max_months=215)
    offer = dataclasses.replace(setting.offer, terms=terms, takes_remand=True)
    return dataclasses.replace(supply, representative=dataclasses.replace(setting, offer=offer))
