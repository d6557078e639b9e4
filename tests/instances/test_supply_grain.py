"""Supply of a plan for many authorities: coarser kinds of place, which never allow what their settings do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rightplace.instances import supply_grain
from rightplace.instances.children import AdultRatio
from rightplace.instances.cohorts import CohortKind
from rightplace.instances.levers import SettingType
from rightplace.instances.supply import Source, supply_of
from rightplace.instances.supply_fees import bands_taken
from rightplace.instances.targets import Firmness, Measure, Sense, Target
from tests.instances.planning_cases import case, cohort
from tests.rules.builders import carer, home

if TYPE_CHECKING:
    from rightplace.instances.planning_case import PlanningCase
    from rightplace.instances.settings import Setting
    from rightplace.instances.supply import Supply

COHORTS = (cohort(), cohort(CohortKind.SOLO), cohort(CohortKind.REMAND))


@pytest.fixture(autouse=True)
def _one_authority_is_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supply_grain, "MANY_AUTHORITIES", 0)


def today(planned: PlanningCase) -> tuple[Supply, ...]:
    """The supplies that are there today."""
    return tuple(supply for supply in supply_of(planned) if supply.source is Source.TODAY)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (carer("1", num_places=1), carer("2", num_places=3)),
        (carer("1", takes_remand=True), carer("2")),
        (home("1", num_places=2), home("2", num_places=6)),
        (home("1"), home("2", adult_ratio=AdultRatio.ONE_TO_ONE)),
        (carer("1", age_min_months=60, age_max_months=215), carer("2", age_min_months=120, age_max_months=215)),
        (carer("1", authority_id="B"), carer("2", authority_id="NEAR", num_places=1)),
    ],
)
def test_settings_that_many_authorities_do_not_tell_apart(one: Setting, other: Setting) -> None:
    """Sizes above one, remand with carers, staff below two adults, odd ages, and where carers outside the area live."""
    assert len(today(case((one, other), COHORTS))) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (home("1", num_places=1), home("2", num_places=2)),
        (home("1", takes_remand=True), home("2")),
        (home("1"), home("2", adult_ratio=AdultRatio.TWO_TO_ONE)),
        (carer("1", need_level=1), carer("2", need_level=2)),
        (carer("1"), carer("2", authority_id="B")),
    ],
)
def test_settings_that_many_authorities_tell_apart(one: Setting, other: Setting) -> None:
    """What decides for cohorts of the case who may live there."""
    assert len(today(case((one, other), COHORTS))) == 2


@pytest.mark.parametrize("first", [0, 60, 120, 192])
@pytest.mark.parametrize("last", [59, 119, 191, 215])
def test_a_coarse_kind_of_place_takes_no_age_that_its_settings_do_not(first: int, last: int) -> None:
    """Whatever whole bands a carer takes, the coarse kind takes some of them and no other."""
    if first > last:
        return
    one = carer("1", age_min_months=first, age_max_months=last)
    (supply,) = today(case((one,)))
    assert set(bands_taken(supply.representative)) <= set(bands_taken(one))
    assert bands_taken(supply.representative)


def test_places_are_all_there_whatever_the_grain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Grouping changes how many kinds of place there are, not how many places and households."""
    settings = tuple(carer(str(i), num_places=1 + i % 4, takes_remand=i % 2 == 0) for i in range(12))
    coarse = today(case(settings))
    monkeypatch.setattr(supply_grain, "MANY_AUTHORITIES", 8)
    fine = today(case(settings))
    assert len(coarse) < len(fine)
    assert sum(supply.num_places for supply in coarse) == sum(supply.num_places for supply in fine)
    assert sum(supply.num_households for supply in coarse) == sum(supply.num_households for supply in fine) == 12


def test_what_is_said_of_brothers_and_sisters_holds_in_the_smallest_place() -> None:
    """A kind of place of any size takes as many together as its smallest setting; sizes count where a target asks."""
    settings = (carer("1", num_places=2), carer("2", num_places=3))
    (supply,) = today(case(settings))
    assert supply.type is SettingType.FOSTERING
    assert supply.focus.group_size == 2
    target = Target(
        id="together",
        measure=Measure.SIBLINGS_TOGETHER_SHARE,
        sense=Sense.AT_LEAST,
        values={0: 0.5},
        firmness=Firmness.PRICED,
        price_pence=100,
    )
    assert len(today(case(settings).replace(targets=(target,)))) == 2
