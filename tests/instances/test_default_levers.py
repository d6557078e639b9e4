"""Levers at national unit costs: what they add up to, and that every instance of the library can use them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rightplace.instances.cohorts import CohortKind
from rightplace.instances.default_levers import default_levers, unlimited_market
from rightplace.instances.levers import Assumptions, DistanceBand, SettingType
from rightplace.instances.library import library_names, library_path
from rightplace.instances.planning_checks import lever_faults
from rightplace.instances.policy import policy_from
from rightplace.instances.quarters import Quarter
from rightplace.instances.tables import read_instance

BARNET = read_instance(library_path("barnet_2023"))
FIRST = Quarter.after(BARNET.date)


@pytest.mark.parametrize("name", library_names())
def test_every_instance_of_the_library_can_use_them(name: str) -> None:
    """They contradict neither each other nor the instance, and all of them are on."""
    instance = read_instance(library_path(name))
    first = Quarter.after(instance.date)
    levers = default_levers(instance, first)
    assert list(lever_faults(levers, instance, first, 5, {})) == []
    assert len(levers.usable) == len(levers.new_homes) + 4 + len(levers.conversions) + len(levers.blocks)
    assert [home.num_places for home in levers.new_homes] == [2, 3, 4]
    assert len({home.site for home in levers.new_homes}) == 3


def test_the_funnel_has_the_national_rates() -> None:
    """31% of enquiries lead to a visit and 11% to approval, nine months later; 12% of households leave in a year."""
    (funnel,) = default_levers(BARNET, FIRST).funnels
    assert funnel.visit_rate == (0.31,)
    assert funnel.conversion(0) == pytest.approx(0.11, abs=1e-4)
    assert (funnel.lag_quarters, funnel.deregistration_rate_per_year) == (3, 0.12)


def test_a_child_week_in_a_home_of_three_costs_the_national_average() -> None:
    """At 85% occupancy, running cost and use come to £6,100 for each child and week; in a smaller home to more."""
    two, three, four = (
        home.running_pence_per_week / (0.85 * home.num_places) + home.use_pence_per_week
        for home in default_levers(BARNET, FIRST).new_homes
    )
    assert three == pytest.approx(610_000)
    assert two > three > four


def test_there_is_always_a_place_to_buy() -> None:
    """Of each type for ordinary children, and of each kind that few providers take, without limit, beyond 20 miles."""
    rows = [row for row in default_levers(BARNET, FIRST).market if row.num_places is None]
    assert {row.band for row in rows} == {DistanceBand.BEYOND}
    assert {row.type for row in rows if not row.focus.kinds} == set(SettingType)
    assert {kind for row in rows for kind in row.focus.kinds} == {
        CohortKind.PARENT_AND_CHILD,
        CohortKind.SOLO,
        CohortKind.DEPRIVATION_OF_LIBERTY,
        CohortKind.SECURE,
        CohortKind.REMAND,
    }


def test_the_market_has_every_type_at_every_distance() -> None:
    """Nearer places are few and are for the children of one authority."""
    near = [row for row in default_levers(BARNET, FIRST).market if row.num_places is not None]
    bands = set(DistanceBand) - {DistanceBand.BEYOND}
    assert {(row.type, row.band) for row in near} == {(type, band) for type in SettingType for band in bands}
    assert {row.authority_id for row in near} == {"E09000003"}


def test_prices_are_those_of_the_policy() -> None:
    """An agency's fee and the support that lifts a carer; far away, the premium on top."""
    settings = {
        "default_fee": {"carer_independent": 100_000},
        "support": {"low_pence": 5_000, "medium_pence": 20_000},
    }
    instance = BARNET.replace(policy=policy_from(settings, "test"))
    (row,) = [row for row in default_levers(instance, FIRST).market if row.id == "barnet_fostering_in_area"]
    assert row.fee_pence_per_week == (100_000, 105_000, 120_000, 120_000)
    (far, *_) = unlimited_market(instance, Assumptions(spot_premium=2))
    assert far.fee_pence_per_week == (200_000, 210_000, 240_000, 240_000)


def test_support_that_lifts_nobody_is_no_lever() -> None:
    """Where the policy lets low support lift no level, only the medium package remains."""
    instance = BARNET.replace(policy=policy_from({"support": {"low_lifts_levels": 0}}, "test"))
    assert [row.id for row in default_levers(instance, FIRST).conversions] == ["barnet_medium_support"]


def test_an_authority_without_a_provider_of_its_own_gets_no_home() -> None:
    """Somebody must run it; carers can be recruited all the same."""
    others = tuple(replace(one, authority_id=None) if one.id == "LBB" else one for one in BARNET.providers)
    levers = default_levers(BARNET.replace(providers=others), FIRST)
    assert levers.new_homes == ()
    assert len(levers.profiles) == 4


def test_the_block_is_with_the_largest_provider_of_the_area() -> None:
    """RH02 and RH03 have five places in Barnet each, more than any other; without homes of others there is no block."""
    (block,) = default_levers(BARNET, FIRST).blocks
    assert block.provider_id in {"RH02", "RH03"}
    tiny = read_instance(library_path("tiny"))
    assert default_levers(tiny, FIRST).blocks == ()
