"""Supply: which settings are one, what each has and costs, and what levers and the market add."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from rightplace.errors import InstanceError
from rightplace.instances.children import AdultRatio, Place, Sex
from rightplace.instances.cohorts import Cohort, CohortKind
from rightplace.instances.geography import UNKNOWN_LOCATION
from rightplace.instances.levers import (
    Assumptions,
    Block,
    Conversion,
    ConversionKind,
    DistanceBand,
    Focus,
    Funnel,
    HomeChange,
    HomeChangeKind,
    Levers,
    Market,
    NewHome,
    Profile,
    Retention,
    SettingType,
)
from rightplace.instances.library import library_path
from rightplace.instances.settings import (
    AccommodationCategory,
    Band,
    Carer,
    Contract,
    ContractKind,
    Home,
    ParentAndChild,
    PlaceCount,
    PlaceState,
    Support,
    SupportedAccommodation,
)
from rightplace.instances.supply import Source, Supply, is_for, supply_of
from rightplace.instances.supply_market import SPECIAL_KINDS
from rightplace.instances.tables import read_instance
from tests.instances.planning_cases import case, centre, cohort, demand
from tests.rules.builders import carer, child, filled, home, supported, vacant

if TYPE_CHECKING:
    from rightplace.instances.planning_case import PlanningCase
    from rightplace.instances.settings import Setting

TEENS = (120, 215)


def today(planned: PlanningCase) -> tuple[Supply, ...]:
    """The supplies that are there today."""
    return tuple(supply for supply in supply_of(planned) if supply.source is Source.TODAY)


def the(planned: PlanningCase, supply_id: str) -> Supply:
    """The supply of this id."""
    return next(supply for supply in supply_of(planned) if supply.id == supply_id)


def test_settings_that_are_alike_are_one_supply() -> None:
    """Where a carer lives in the area, for which sex and with what skills makes no other supply."""
    boys_only = carer("2", sexes=frozenset({Sex.MALE}), skills=frozenset({"autism"}), num_bedrooms=1)
    (supply,) = today(case((carer("1"), boys_only)))
    assert supply.setting_ids == ("1", "2")
    assert supply.num_households == 2
    assert supply.provider_ids == {"own"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (carer("1"), home("2")),
        (carer("1"), carer("2", provider_id="good")),
        (carer("1"), carer("2", provider_id="partner")),
        (carer("1"), carer("2", connected=True)),
        (carer("1"), carer("2", authority_id="B")),
        (carer("1", need_level=1), carer("2", need_level=2)),
        (carer("1", need_level=1), carer("2", need_level=1, support_limit=Support.LOW)),
        (carer("1"), carer("2", age_min_months=31)),
        (carer("1"), carer("2", parent_and_child=ParentAndChild.ALSO)),
        (carer("1"), carer("2", takes_remand=True)),
        (home("1"), home("2", adult_ratio=AdultRatio.TWO_TO_ONE)),
        (home("1"), home("2", registered=False)),
        (home("1"), home("2", place=Place.S1)),
        (supported("1"), supported("2", category=AccommodationCategory.SELF_CONTAINED)),
        (carer("1", provider_id="good"), carer("2", provider_id="improving")),
        (carer("1", num_places=1), carer("2", num_places=2)),
        (home("1", num_places=3), home("2", num_places=4)),
    ],
)
def test_settings_that_differ_for_planning_are_two_supplies(one: Setting, other: Setting) -> None:
    """Each part of what supplies have in common keeps two settings apart, also by the ids of their supplies."""
    supplies = today(case((one, other)))
    assert len({supply.id for supply in supplies}) == len(supplies) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (carer("1", age_min_months=31), carer("2", age_min_months=90)),
        (carer("1", provider_id="good"), carer("2", provider_id="outstanding")),
        (carer("1", provider_id="improving"), carer("2", provider_id="improving")),
        (home("1", num_places=4), home("2", num_places=6)),
        (
            carer("1", need_level=2),
            carer("2", need_level=1, support_limit=Support.LOW),
        ),
    ],
)
def test_settings_that_no_cohort_tells_apart_are_one_supply(one: Setting, other: Setting) -> None:
    """Ages count by the middles of the bands, grades by the policy's gate, sizes up to four, levels with support."""
    assert len(today(case((one, other)))) == 1


def test_the_representative_is_vacant_at_the_centre_and_takes_what_the_group_takes() -> None:
    """It has the most places of the group, all free, both sexes, and the ages of whole bands."""
    one = home("1", num_places=4, age_min_months=130, age_max_months=200, sexes=frozenset({Sex.FEMALE}))
    two = home("2", num_places=6, age_min_months=120, age_max_months=191)
    far = dataclasses.replace(two, offer=dataclasses.replace(two.offer, location=centre("A", 3)))
    (supply,) = today(case((one, far)))
    offer = supply.representative.offer
    assert (offer.terms.num_places, offer.num_vacant(date(2024, 1, 15))) == (6, 6)
    assert (offer.terms.age_min_months, offer.terms.age_max_months) == (120, 191)
    assert offer.terms.sexes == frozenset(Sex)
    assert offer.location == centre("A", 0)
    assert supply.focus.group_size == 6


def test_settings_for_no_whole_age_band_stay_and_take_no_cohort() -> None:
    """Places for babies under one are places, but the middle of no band is among their ages."""
    (supply,) = today(case((carer("1", age_max_months=11),)))
    terms = supply.representative.offer.terms
    assert supply.num_places == 1
    assert not any(
        terms.age_min_months <= cohort(band=band).middle_age_months <= terms.age_max_months for band in range(4)
    )


def test_in_house_places_count_whether_used_or_not_and_connected_ones_when_filled() -> None:
    """Of four approved places one filled, one out of use: four; with a relative, the one in which a child lives."""
    counts = (filled(1), PlaceCount(PlaceState.NOT_AVAILABLE, 1), vacant(2))
    own, relative = today(
        case((home("1", place_counts=counts), carer("2", connected=True, place_counts=(filled(1), vacant(1)))))
    )[::-1]
    assert (own.num_places, own.in_house, own.num_households) == (4, True, 0)
    assert (relative.num_places, relative.connected, relative.num_households) == (1, True, 0)


def test_of_independent_places_those_count_that_the_plan_uses_or_could_win() -> None:
    """One child of Aston's lives there, one of Farford's, two places are vacant at 35%: 1.7."""
    counts = (filled(3), vacant(2))
    children = (
        child("ours", current_setting_id="1", is_waiting=False),
        child("theirs", authority_id="FAR", current_setting_id="1", is_waiting=False),
    )
    (supply,) = today(case((home("1", provider_id="good", place_counts=counts),), children=children))
    assert supply.num_places == pytest.approx(1.7)
    assert not supply.in_house


def test_a_place_that_is_vacant_by_the_first_day_of_the_plan_counts() -> None:
    """The plan begins on 1 April: a place that is vacant from that day counts, one from the day after does not."""
    for day, expected in ((date(2024, 4, 1), 0.35), (date(2024, 4, 2), 0.0)):
        (supply,) = today(case((home("1", provider_id="good", place_counts=(vacant(1, day),)),)))
        assert supply.num_places == pytest.approx(expected)


def test_another_authoritys_own_provision_is_left_out_unless_it_is_a_partners() -> None:
    """Rule P02 leaves Farford's carers to Farford; where the policy switches the rule off, they are there."""
    settings = (carer("own"), carer("partner", provider_id="partner"), carer("foreign", provider_id="foreign"))
    kept = [supply.setting_ids for supply in today(case(settings))]
    assert kept == [("own",), ("partner",)]
    everybody = today(case(settings, policy={"rules": {"off": ["P02"]}}))
    assert [supply.setting_ids for supply in everybody] == [("own",), ("partner",), ("foreign",)]
    assert [supply.in_house for supply in everybody] == [True, False, False]


def test_a_groups_fee_is_the_mean_over_its_places_rounded_half_up() -> None:
    """4 places at £1.00 and 5 at £1.05: (400 + 525) / 9 = 102.8, so 103 pence; a half is rounded up."""
    one = home("1", num_places=4, fees_pence_per_week=(100, 200))
    two = home("2", num_places=5, fees_pence_per_week=(105, 205, 305))
    (supply,) = today(case((one, two)))
    assert supply.fee_pence_per_week == (103, 203, 258, 258)  # 258.3 at levels 3 and 4
    half = (carer("3", fees_pence_per_week=(100,)), carer("4", fees_pence_per_week=(101,)))
    assert today(case(half))[0].fee_pence_per_week[0] == 101  # 100.5


def test_support_is_in_the_fee_above_the_carers_own_level() -> None:
    """A carer of level 1 with medium support: low support for level 2, medium for level 3, on top of £600."""
    (supply,) = today(case((carer("1", need_level=1, support_limit=Support.MEDIUM),)))
    assert supply.representative.offer.terms.need_level == 3
    assert supply.fee_pence_per_week[:3] == (60_000, 60_000 + 10_000, 60_000 + 25_000)


def test_a_setting_without_a_fee_costs_the_policys_default() -> None:
    """£646 in-house and £901 with an agency, as the default policy says."""
    own, agency = today(
        case((carer("1", fees_pence_per_week=()), carer("2", provider_id="good", fees_pence_per_week=())))
    )
    assert own.fee_pence_per_week[0] == 64_600
    assert agency.fee_pence_per_week[0] == 90_100


BANDS = (
    Band(name="dyad", fee_pence_per_week=900, parent_and_child=True),
    Band(name="solo", fee_pence_per_week=800, solo=True),
    Band(name="core to 15", fee_pence_per_week=100, age_max_months=191, need_level_max=2),
    Band(name="core", fee_pence_per_week=201, need_level_max=2),
)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"age_min_months": 192}, (201, 201, 600, 600)),
        ({"age_max_months": 191}, (100, 100, 600, 600)),
        ({"age_min_months": 120}, (151, 151, 600, 600)),  # (100 + 201) / 2
        ({"parent_and_child": ParentAndChild.ONLY}, (900, 900, 900, 900)),
        ({"parent_and_child": ParentAndChild.ALSO, "age_min_months": 192}, (201, 201, 600, 600)),
    ],
)
def test_a_framework_is_priced_by_the_first_band_that_fits(changes: dict[str, Any], expected: tuple[int, ...]) -> None:
    """Mainstream children of the ages taken, mean over age bands; the setting's own fee where no band fits."""
    contract = Contract(id="F", kind=ContractKind.FRAMEWORK, authority_id="A", bands=BANDS)
    setting = carer("1", provider_id="good", contract_id="F", fees_pence_per_week=(600,), need_level=4, **changes)
    (supply,) = today(case((setting,), contracts=(contract,)))
    assert supply.fee_pence_per_week == expected


def test_a_contract_of_an_authority_outside_the_plan_changes_nothing() -> None:
    """Farford's framework is not Aston's."""
    contract = Contract(id="F", kind=ContractKind.FRAMEWORK, authority_id="FAR", bands=BANDS)
    setting = carer("1", provider_id="good", contract_id="F", fees_pence_per_week=(600,), need_level=4)
    (supply,) = today(case((setting,), contracts=(contract,)))
    assert supply.fee_pence_per_week == (600, 600, 600, 600)


def test_block_beds_cost_their_second_part() -> None:
    """3 of 5 places at £1 and 2 at £6 are £3 on average; a block of more beds than places costs £1 throughout."""
    for num_beds, expected in ((3, 300), (9, 100)):
        contract = Contract(
            id="B",
            kind=ContractKind.BLOCK,
            num_beds=num_beds,
            first_part_pence_per_week=400,
            second_part_pence_per_week=100,
        )
        setting = home("1", num_places=5, contract_id="B", fees_pence_per_week=(600,))
        (supply,) = today(case((setting,), contracts=(contract,)))
        assert supply.fee_pence_per_week == (expected,) * 4


def new_home(**changes: Any) -> NewHome:
    """A two-bed home in Aston, £3 a child and week."""
    given: dict[str, Any] = {
        "id": "new",
        "site": "site",
        "type": SettingType.RESIDENTIAL,
        "authority_id": "A",
        "location": UNKNOWN_LOCATION,
        "provider_id": "own",
        "num_places": 2,
        "use_pence_per_week": 300,
    }
    return NewHome(**(given | changes))


@pytest.mark.parametrize(
    ("kinds", "num_places", "expected"),
    [
        ((), 2, (Place.K2, AdultRatio.STANDARD, ParentAndChild.NO, False)),
        ((), 1, (Place.K2, AdultRatio.TWO_TO_ONE, ParentAndChild.NO, False)),
        ((CohortKind.SECURE,), 2, (Place.K1, AdultRatio.STANDARD, ParentAndChild.NO, False)),
        ((CohortKind.PARENT_AND_CHILD,), 2, (Place.R3, AdultRatio.STANDARD, ParentAndChild.ONLY, False)),
        (
            (CohortKind.PARENT_AND_CHILD, CohortKind.MAINSTREAM),
            2,
            (Place.K2, AdultRatio.STANDARD, ParentAndChild.ALSO, False),
        ),
        ((CohortKind.SOLO,), 2, (Place.K2, AdultRatio.TWO_TO_ONE, ParentAndChild.NO, False)),
        ((CohortKind.DEPRIVATION_OF_LIBERTY,), 2, (Place.K2, AdultRatio.TWO_TO_ONE, ParentAndChild.NO, False)),
        ((CohortKind.REMAND,), 2, (Place.K2, AdultRatio.STANDARD, ParentAndChild.NO, True)),
    ],
)
def test_a_new_home_is_what_its_focus_names(
    kinds: tuple[CohortKind, ...], num_places: int, expected: tuple[Any, ...]
) -> None:
    """PLACE, adults, parents with a baby and remand follow from the kinds that it is for."""
    lever = new_home(focus=Focus(kinds=frozenset(kinds)), num_places=num_places)
    setting = the(case(levers=Levers(new_homes=(lever,))), "new").representative
    assert isinstance(setting, Home)
    found = setting.place, setting.adult_ratio, setting.offer.terms.parent_and_child, setting.offer.takes_remand
    assert found == expected


def test_a_new_home_lies_where_it_is_said_to_and_takes_no_more_siblings_than_places() -> None:
    """Without a location it is at the centre of its area; a home of two takes two together; fees are the use cost."""
    planned = case(levers=Levers(new_homes=(new_home(), new_home(id="placed", location=centre("A", 4)))))
    assert the(planned, "new").representative.offer.location == centre("A", 0)
    assert the(planned, "placed").representative.offer.location == centre("A", 4)
    supply = the(planned, "new")
    assert (supply.focus.group_size, supply.fee_pence_per_week, supply.num_places) == (2, (300,) * 4, 0)
    assert (supply.in_house, supply.source) == (True, Source.NEW_HOME)
    agency = new_home(provider_id="good", type=SettingType.SUPPORTED, num_places=1)
    bought = the(case(levers=Levers(new_homes=(agency,))), "new")
    assert not bought.in_house
    assert isinstance(bought.representative, SupportedAccommodation)
    assert bought.representative.category is AccommodationCategory.SELF_CONTAINED


def change(kind: HomeChangeKind, **changes: Any) -> HomeChange:
    """Something done to home 1."""
    return HomeChange(id="change", setting_id="1", kind=kind, **changes)


def test_an_enlarged_home_keeps_its_terms_and_a_refocused_one_gets_new_ones() -> None:
    """A school for 10 to 15 and level 3 with remand: enlarged it stays so, re-focused it is a home for all."""
    terms: dict[str, Any] = {"need_level": 3, "age_min_months": 120, "age_max_months": 191}
    school = home("1", place=Place.S1, takes_remand=True, adult_ratio=AdultRatio.ONE_TO_ONE, **terms)
    found = []
    for kind in (HomeChangeKind.ENLARGE, HomeChangeKind.REFOCUS):
        lever = change(kind, num_places=3, use_pence_per_week=70)
        supply = the(case((school,), levers=Levers(home_changes=(lever,))), "change")
        setting = supply.representative
        assert isinstance(setting, Home)
        assert (setting.adult_ratio, setting.offer.takes_remand) == (AdultRatio.ONE_TO_ONE, True)
        assert (setting.offer.terms.num_places, supply.fee_pence_per_week[0], supply.in_house) == (3, 70, True)
        offer = setting.offer.terms
        found.append((setting.place, offer.age_min_months, offer.age_max_months, offer.need_level))
    assert found == [(Place.S1, 120, 191, 3), (Place.K2, 0, 215, 4)]


def test_levers_that_are_off_or_add_no_places_have_no_supply() -> None:
    """A home that closes, retention, and whatever is switched off."""
    funnel = Funnel(id="funnel", authority_id="A")
    levers = Levers(
        new_homes=(new_home(enabled=False),),
        home_changes=(change(HomeChangeKind.CLOSE),),
        funnels=(funnel,),
        retention=(
            Retention(id="r", funnel_id="funnel", deregistration_rate_per_year=0.1, household_pence_per_year=1),
        ),
        market=(market(enabled=False),),
    )
    sources = {supply.source for supply in supply_of(case((home("1"),), levers=levers))}
    assert sources == {Source.TODAY, Source.MARKET}
    assert all(supply.id.startswith("spot:") for supply in supply_of(case(levers=levers, settings=(home("1"),)))[1:])


def test_recruits_are_carers_of_the_funnels_authority() -> None:
    """One and a half places a household: up to two brothers and sisters, in-house, at the centre of Aston."""
    profile = Profile(
        id="p",
        funnel_id="funnel",
        places_per_household=1.5,
        fee_pence_per_week=(100, 200),
        focus=Focus(kinds=frozenset({CohortKind.PARENT_AND_CHILD, CohortKind.MAINSTREAM}), need_level=2),
    )
    levers = Levers(funnels=(Funnel(id="funnel", authority_id="A"),), profiles=(profile,))
    supply = the(case(levers=levers), "p")
    setting = supply.representative
    assert isinstance(setting, Carer)
    assert (setting.offer.provider_id, setting.offer.authority_id, setting.offer.location) == (
        "own",
        "A",
        centre("A", 0),
    )
    assert (supply.in_house, supply.focus.group_size, setting.offer.terms.num_places) == (True, 2, 2)
    assert setting.offer.terms.parent_and_child is ParentAndChild.ALSO
    assert (setting.offer.terms.need_level, setting.support_limit) == (2, Support.NONE)
    assert supply.fee_pence_per_week == (100, 200, 200, 200)


def conversion(**changes: Any) -> Conversion:
    """Additional support from level 1 to level 3."""
    given: dict[str, Any] = {
        "id": "c",
        "kind": ConversionKind.SUPPORT,
        "authority_id": "A",
        "from_level": 1,
        "to_level": 3,
    }
    return Conversion(**(given | changes))


def test_a_converted_place_costs_what_it_says_or_else_the_carers_fee() -> None:
    """Carers of level 1, 2 places at £1 and 1 at £4, are paid £2 on average; of level 2 they are none of them."""
    carers = (
        carer("1", num_places=2, fees_pence_per_week=(100,)),
        carer("2", num_places=1, fees_pence_per_week=(400,)),
        carer("3", need_level=2, fees_pence_per_week=(999,)),
        carer("4", connected=True, need_level=1, fees_pence_per_week=(999,)),
        carer("5", provider_id="good", fees_pence_per_week=(999,)),
    )
    for price, expected in ((None, 200), (77, 77)):
        levers = Levers(conversions=(conversion(use_pence_per_week=price),))
        supply = the(case(carers, levers=levers), "c")
        assert supply.fee_pence_per_week == (expected,) * 4
    assert (supply.in_house, supply.focus.group_size) == (True, 1)
    assert supply.representative.offer.terms.need_level == 3


def test_a_conversion_of_recruits_only_costs_their_fee() -> None:
    """Without carers of the level today, profiles of the level say the fee; without these, the policy does."""
    levers = Levers(
        funnels=(Funnel(id="funnel", authority_id="A"),),
        profiles=(
            Profile(
                id="p",
                funnel_id="funnel",
                places_per_household=1,
                focus=Focus(need_level=1),
                fee_pence_per_week=(50,),
            ),
        ),
        conversions=(conversion(),),
    )
    assert the(case(levers=levers), "c").fee_pence_per_week == (50,) * 4
    assert the(case(levers=Levers(conversions=(conversion(),))), "c").fee_pence_per_week == (64_600,) * 4


def test_a_block_is_in_its_area_and_costs_its_second_part() -> None:
    """Three beds with an agency in Bexton, open to Aston."""
    block = Block(
        id="b",
        type=SettingType.RESIDENTIAL,
        authority_id="B",
        location=UNKNOWN_LOCATION,
        provider_id="good",
        open_to_ids=frozenset({"A"}),
        max_beds=3,
        first_pence_per_week=500,
        second_pence_per_week=40,
    )
    supply = the(case(levers=Levers(blocks=(block,))), "b")
    assert (supply.authority_id, supply.open_to_ids, supply.fee_pence_per_week) == ("B", {"A"}, (40,) * 4)
    assert (supply.focus.group_size, supply.representative.offer.terms.num_places) == (3, 3)


def test_every_lever_that_refers_to_nothing_is_refused_at_once() -> None:
    """An unknown provider, home and funnel, a carer to enlarge, and an authority without own provision."""
    levers = Levers(
        new_homes=(new_home(provider_id="nobody"),),
        home_changes=(change(HomeChangeKind.ENLARGE), HomeChange(id="x", setting_id="2", kind=HomeChangeKind.CLOSE)),
        profiles=(Profile(id="p", funnel_id="nowhere", places_per_household=1),),
        conversions=(conversion(authority_id="NEAR"),),
    )
    with pytest.raises(InstanceError) as refused:
        supply_of(case((carer("2"),), levers=levers))
    found = [(fault.table, fault.column, fault.value) for fault in refused.value.faults]
    assert found == [
        ("new", "provider_id", "nobody"),
        ("change", "setting_id", "1"),
        ("x", "setting_id", "2"),
        ("p", "funnel_id", "nowhere"),
        ("c", "authority_id", "NEAR"),
    ]


def market(**changes: Any) -> Market:
    """Unlimited fostering within 20 miles."""
    given: dict[str, Any] = {
        "id": "m",
        "type": SettingType.FOSTERING,
        "band": DistanceBand.WITHIN_20_MILES,
        "miles": 9.0,
        "fee_pence_per_week": (10, 20),
    }
    return Market(**(given | changes))


def spot_ids(planned: PlanningCase) -> list[str]:
    """The unlimited rows that were added."""
    return [supply.id for supply in supply_of(planned) if supply.id.startswith("spot:")]


def test_every_type_has_an_unlimited_place_of_the_table_or_an_added_one() -> None:
    """A limited row, one that is off, one of another authority's and one for other ages leave the added row."""
    every = ["spot:fostering", "spot:residential", "spot:supported accommodation"]
    assert spot_ids(case()) == every
    assert spot_ids(case(levers=Levers(market=(market(),)))) == every[1:]
    for row in (
        market(num_places=3.0),
        market(enabled=False),
        market(authority_id="B"),
        market(focus=Focus(age_max_months=100)),
    ):
        assert spot_ids(case(levers=Levers(market=(row,)))) == every


def test_rows_of_the_market_say_their_own_distance_and_price() -> None:
    """A limited row of Aston's has its places, an unlimited one has none to count."""
    limited = market(id="l", num_places=3.5, authority_id="A")
    planned = case(levers=Levers(market=(market(), limited)))
    one, two = the(planned, "m"), the(planned, "l")
    assert (one.is_unlimited, one.num_places, one.open_to_ids) == (True, 0, frozenset())
    assert (two.is_unlimited, two.num_places, two.open_to_ids) == (False, 3.5, {"A"})
    assert (one.miles, one.band, one.fee_pence_per_week) == (9.0, DistanceBand.WITHIN_20_MILES, (10, 20, 20, 20))
    assert one.authority_id is None
    assert one.representative.offer.location == UNKNOWN_LOCATION


def test_an_added_place_costs_the_premium_on_the_dearest_fee_of_the_level() -> None:
    """Agency carers of level 1 at £9 and of level 2 at £5: £9.90 at both levels, default £901 above, plus a tenth."""
    carers = (
        carer("1", provider_id="good", need_level=1, fees_pence_per_week=(900,)),
        carer("2", provider_id="good", need_level=2, fees_pence_per_week=(500,)),
        carer("own", need_level=2, fees_pence_per_week=(99_999,)),
    )
    supply = the(case(carers), "spot:fostering")
    assert supply.fee_pence_per_week == (990, 990, 99_110, 99_110)
    assert (supply.miles, supply.band, supply.focus.need_level) == (45.0, DistanceBand.BEYOND, 2)
    dearer = Levers(assumptions=Assumptions(spot_premium=1.5))
    assert the(case(carers, levers=dearer), "spot:fostering").fee_pence_per_week[0] == 1_350


def test_ordinary_added_homes_are_not_priced_as_special_ones() -> None:
    """A secure home, one with two adults to a child and one that is not registered do not make every bed dear."""
    homes = (
        home("1", provider_id="good", fees_pence_per_week=(100,)),
        home("2", provider_id="good", fees_pence_per_week=(999,), place=Place.K1),
        home("3", provider_id="good", fees_pence_per_week=(888,), adult_ratio=AdultRatio.TWO_TO_ONE),
        home("4", provider_id="good", fees_pence_per_week=(777,), registered=False),
    )
    kinds = (CohortKind.SECURE, CohortKind.DEPRIVATION_OF_LIBERTY, CohortKind.REMAND)
    planned = case(homes, (cohort(), *(cohort(kind) for kind in kinds)))
    fees = {supply.id: supply.fee_pence_per_week[0] for supply in supply_of(planned) if supply.is_unlimited}
    assert fees["spot:residential"] == 110
    assert fees["spot:secure"] == 1_099  # 999 x 1.1 = 1098.9
    assert fees["spot:deprivation of liberty"] == 977  # 888 x 1.1 = 976.8
    assert fees["spot:remand"] == 671_000  # the policy's £6,100 for a home, and a tenth


def test_special_kinds_have_an_added_place_only_where_there_is_such_a_cohort_and_no_row_that_fits() -> None:
    """A row for solo children to level 2 does for a cohort of level 2 and not for one of level 3."""
    solo = market(
        id="s",
        type=SettingType.RESIDENTIAL,
        focus=Focus(kinds=frozenset({CohortKind.SOLO}), need_level=2),
    )
    fits = case(cohorts=(cohort(CohortKind.SOLO, level=2),), levers=Levers(market=(solo,)))
    does_not = case(cohorts=(cohort(CohortKind.SOLO, level=3),), levers=Levers(market=(solo,)))
    assert "spot:solo" not in spot_ids(fits)
    assert "spot:solo" in spot_ids(does_not)
    assert not [key for key in spot_ids(case()) if key in {f"spot:{kind}" for kind in SPECIAL_KINDS}]


def test_places_with_relatives_cost_the_policys_fee_without_a_premium() -> None:
    """£300, within 20 miles and not in area."""
    supply = the(case(cohorts=(cohort(CohortKind.CONNECTED),)), "spot:connected")
    assert supply.fee_pence_per_week == (30_000,) * 4
    assert (supply.connected, supply.band) == (True, DistanceBand.WITHIN_20_MILES)


@pytest.mark.parametrize(
    ("changes", "fits"),
    [
        ({}, True),
        ({"age_min_months": 156}, True),
        ({"age_min_months": 157}, False),
        ({"age_max_months": 155}, False),
        ({"need_level": 1}, False),
        ({"kinds": frozenset({CohortKind.SOLO})}, False),
        ({"kinds": frozenset({CohortKind.SOLO, CohortKind.MAINSTREAM})}, True),
    ],
)
def test_a_focus_is_for_cohorts_by_middle_age_level_and_kind(changes: dict[str, Any], fits: bool) -> None:
    """Ten to fifteen are thirteen in the middle, 156 months."""
    assert is_for(Focus(**changes), cohort(level=2)) is fits


@pytest.mark.parametrize("name", ["barnet_2014", "barnet_2023"])
def test_no_own_place_is_lost_or_counted_twice(name: str) -> None:
    """The in-house supplies of Barnet hold every place that Barnet's own carers and homes are approved for."""
    barnet = "E09000003"
    instance = read_instance(library_path(name))
    planned = dataclasses.replace(case(), instance=instance, demand=demand([Cohort(barnet, 2, 1)]))
    mine = [supply for supply in supply_of(planned) if supply.in_house and not supply.connected]
    own = [s for s in instance.settings if instance.provider[s.offer.provider_id].authority_id == barnet]
    unrelated = [s for s in own if not (isinstance(s, Carer) and s.connected)]
    assert sum(supply.num_places for supply in mine) == sum(s.offer.terms.num_places for s in unrelated) > 100
    assert sorted(key for supply in mine for key in supply.setting_ids) == sorted(s.id for s in unrelated)
    households = [s for s in unrelated if isinstance(s, Carer)]
    assert sum(supply.num_households for supply in mine) == len(households)


def test_barnet_2023_has_fewer_supplies_than_settings() -> None:
    """297 settings are 239 supplies: what rules and siblings tell apart in 35 areas leaves no fewer."""
    instance = read_instance(library_path("barnet_2023"))
    planned = dataclasses.replace(case(), instance=instance, demand=demand([Cohort("E09000003", 2, 1)]))
    supplies = today(planned)
    assert len(supplies) == 239
    kept = {key for supply in supplies for key in supply.setting_ids}
    assert len(instance.settings) == len(kept) == 297


def test_other_names_for_settings_and_children_change_nothing_but_names() -> None:
    """Supplies are made of what settings have in common, not of what they are called."""
    instance = read_instance(library_path("barnet_2023"))
    renamed = instance.replace(
        settings=tuple(dataclasses.replace(s, id=f"x{s.id}") for s in instance.settings),
        children=tuple(
            dataclasses.replace(
                c,
                current_setting_id=None if c.current_setting_id is None else f"x{c.current_setting_id}",
                connected_carer_ids=frozenset(f"x{key}" for key in c.connected_carer_ids),
            )
            for c in instance.children
        ),
        authorisations=(),
    )
    asked = demand([Cohort("E09000003", 2, 1)])
    before = supply_of(dataclasses.replace(case(), instance=instance, demand=asked))
    after = supply_of(dataclasses.replace(case(), instance=renamed, demand=asked))
    names = [tuple(f"x{key}" for key in supply.setting_ids) for supply in before]
    assert [supply.setting_ids for supply in after] == names
    assert [dataclasses.replace(supply, setting_ids=()) for supply in after] == [
        dataclasses.replace(supply, setting_ids=()) for supply in before
    ]


def test_an_unlimited_row_for_a_special_kind_does_not_stand_for_its_whole_type() -> None:
    """Places with relatives without limit leave other children in need of a carer that can be bought."""
    relatives = market(focus=Focus(kinds=frozenset({CohortKind.CONNECTED})))
    planned = case(cohorts=(cohort(), cohort(CohortKind.CONNECTED)), levers=Levers(market=(relatives,)))
    assert "spot:fostering" in spot_ids(planned)
    assert "spot:connected" not in spot_ids(planned)
