"""What today's supply has room for, quarter by quarter, when no lever is used: arithmetic by hand."""

from __future__ import annotations

import pytest

from rightplace.errors import InstanceError
from rightplace.instances.levers import Deregistrations, Levers, SettingType, StayingPut
from tests.models.capacity_cases import (
    PLAIN,
    agency,
    connected,
    funnel,
    own_carers,
    own_homes,
    planning_data,
    spot,
    steady,
)


def test_own_places_take_the_occupancy_of_their_type_and_others_are_taken_as_they_are() -> None:
    """135 x 80%, 6 x 85%; agency and connected places whole; spot places without end."""
    data = planning_data((own_carers(), own_homes(), agency(), connected(), spot()))
    for quarter in data.base:
        assert quarter.tolist() == pytest.approx([108.0, 5.1, 10.0, 5.0, float("inf")])


def test_without_a_funnel_nobody_leaves_and_with_one_the_yearly_rate_is_reached_after_a_year() -> None:
    """12% a year: 88% after four quarters, first felt in the second quarter."""
    levers = Levers(funnels=(funnel(deregistration_rate_per_year=0.12),), assumptions=PLAIN)
    base = planning_data((own_carers(), agency(), connected(), spot()), levers, steady(1.0, years=2)).base
    assert base[:, 0] == pytest.approx([108.0 * 0.88 ** (t / 4) for t in range(8)])
    assert (base[:, 1:3] == [10.0, 5.0]).all()


@pytest.mark.parametrize("changes", [{"enabled": False}, {"authority_id": "B"}, {"type": SettingType.SUPPORTED}])
def test_carers_leave_at_the_rate_of_an_enabled_fostering_funnel_of_their_own_authority_only(
    changes: dict[str, object],
) -> None:
    """Any other funnel says nothing about them."""
    levers = Levers(funnels=(funnel(deregistration_rate_per_year=0.5, **changes),), assumptions=PLAIN)
    assert (planning_data((own_carers(), spot()), levers).base[:, 0] == 108.0).all()


def test_stated_deregistrations_replace_the_rate_and_fall_evenly_within_a_year() -> None:
    """Barnet 2014: 10 of 90 households leave in the first year, 2.5 a quarter; then 11."""
    stated = Deregistrations(id="stated", funnel_id="funnel", households_per_year=(10.0, 11.0))
    levers = Levers(funnels=(funnel(deregistration_rate_per_year=0.5),), deregistrations=(stated,), assumptions=PLAIN)
    data = planning_data((own_carers(), spot()), levers, steady(1.0, years=2))
    households = [90.0, 87.5, 85.0, 82.5, 80.0, 77.25, 74.5, 71.75]
    assert data.funnels[0].households == pytest.approx(households)
    assert data.base[:, 0] == pytest.approx([108.0 * n / 90 for n in households])
    assert data.funnels[0].survival == 1.0


def test_more_stated_leavers_than_households_leave_none() -> None:
    """Never fewer than nobody."""
    stated = Deregistrations(id="stated", funnel_id="funnel", households_per_year=(200.0,))
    levers = Levers(funnels=(funnel(),), deregistrations=(stated,), assumptions=PLAIN)
    assert planning_data((own_carers(), spot()), levers).base[:, 0].tolist() == pytest.approx([108.0, 48.0, 0.0, 0.0])


def test_leavers_are_taken_off_two_supplies_in_proportion() -> None:
    """30 and 60 households: both halve when 45 have gone."""
    stated = Deregistrations(id="stated", funnel_id="funnel", households_per_year=(180.0,))
    levers = Levers(funnels=(funnel(),), deregistrations=(stated,), assumptions=PLAIN)
    supplies = (own_carers(30, 60.0), own_carers(60, 75.0, level=2, id="others"), spot())
    data = planning_data(supplies, levers)
    assert data.base[1, :2].tolist() == pytest.approx([24.0, 30.0])
    assert data.funnels[0].children_per_household.tolist() == pytest.approx([60 * 0.8 / 90, 75 * 0.8 / 90])


def test_young_people_who_stay_put_fill_up_and_then_stay_level() -> None:
    """Four a year for half a year: one more each quarter from the second on, two at most, by places 3 to 1."""
    stays = StayingPut(id="stay", authority_id="A", young_people_per_year=(4.0,), num_years=0.5)
    supplies = (own_carers(30, 75.0), own_carers(30, 25.0, id="others"), spot())
    base = planning_data(supplies, Levers(staying_put=(stays,), assumptions=PLAIN)).base
    assert base[:, 0] == pytest.approx([60.0, 59.25, 58.5, 58.5])
    assert base[:, 1] == pytest.approx([20.0, 19.75, 19.5, 19.5])


def test_part_of_a_quarter_of_staying_counts_in_part_and_no_supply_falls_below_nothing() -> None:
    """0.375 years is a quarter and a half: 25 start a quarter, 37.5 are there; 20 children's room is gone."""
    stays = StayingPut(id="stay", authority_id="A", young_people_per_year=(100.0,), num_years=0.375)
    wide = planning_data((own_carers(100, 125.0), spot()), Levers(staying_put=(stays,), assumptions=PLAIN)).base
    assert wide[:, 0] == pytest.approx([100.0, 75.0, 62.5, 62.5])
    narrow = planning_data((own_carers(20, 25.0), spot()), Levers(staying_put=(stays,), assumptions=PLAIN)).base
    assert narrow[:, 0].tolist() == pytest.approx([20.0, 0.0, 0.0, 0.0])


def test_word_of_mouth_without_lag_that_feeds_itself_is_refused() -> None:
    """One enquiry in eight is approved: 32 enquiries a household and year would bring one household each quarter."""
    endless = funnel(lag_quarters=0, word_of_mouth_per_household=32.0)
    with pytest.raises(InstanceError, match="word_of_mouth_per_household"):
        planning_data((own_carers(), spot()), Levers(funnels=(endless,), assumptions=PLAIN))
