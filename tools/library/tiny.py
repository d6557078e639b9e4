"""``tiny``: nine made-up children and six made-up settings, small enough to find the best plan by hand.

Everything stands on a straight line with a mark every mile, so that distances can be read off. ``docs/library/tiny.md``
works the optimum out; ``tests/test_tiny.py`` holds every back end to it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from rightplace.instances.children import Child, Sex, SiblingGroup, Suitability, Togetherness, Urgency
from rightplace.instances.geography import Point, english_authorities, find_authority, locate
from rightplace.instances.instance import Instance
from rightplace.instances.settings import (
    AccommodationCategory,
    Band,
    Carer,
    Contract,
    ContractKind,
    Grade,
    Home,
    Offer,
    PlaceCount,
    PlaceState,
    Provider,
    Sector,
    Setting,
    Support,
    SupportedAccommodation,
    Terms,
)

DAY = date(2024, 1, 15)
BARNET, HARROW = find_authority("Barnet").id, find_authority("Harrow").id
METRES_A_MILE = 1609.3
"""As the Department for Education counts."""


def mark(mile: int) -> Point:
    """A point of the line: mark 0 stands in Harrow, marks 1 to 5 stand in Barnet."""
    return locate(f"{519400 + round(METRES_A_MILE * mile)} 191000")


def _child(number: int, years: int, sex: Sex, home: int, referred: date, **values: Any) -> Child:
    return Child(
        id=f"C{number}",
        age_months=12 * years,
        sex=sex,
        home=mark(home),
        authority_id=BARNET,
        referred_on=referred,
        need_level=values.pop("need_level", 1),
        **values,
    )


def _children() -> tuple[Child, ...]:
    girl, boy = Sex.FEMALE, Sex.MALE
    pair, others = date(2024, 1, 2), date(2023, 12, 11)
    no_foster_home = {"foster_suitability": Suitability.UNSUITABLE}
    return (
        _child(1, 4, boy, 3, pair),
        _child(2, 6, girl, 3, pair),
        _child(3, 8, girl, 4, others, need_level=2),
        _child(4, 10, boy, 4, others),
        _child(5, 13, girl, 5, date(2023, 12, 18), school=mark(2)),
        _child(6, 12, boy, 3, date(2024, 1, 10), needed_by=date(2024, 1, 20)),
        _child(
            7,
            17,
            girl,
            3,
            date(2024, 1, 4),
            supported_suitability=Suitability.PREFERRED,
            residential_suitability=Suitability.SUITABLE,
            **no_foster_home,
        ),
        _child(8, 14, boy, 1, date(2024, 1, 8), need_level=4, separate_from_ids=frozenset({"C9"})),
        _child(9, 15, boy, 5, DAY, need_level=4, urgency=Urgency.EMERGENCY),
    )


def _offer(provider_id: str, mile: int, vacant: int, ages: tuple[int, int], pounds: int | None, **values: Any) -> Offer:
    """An offer with vacant places only; ages in years, both inclusive; one fee for all need levels."""
    place = mark(mile)
    return Offer(
        provider_id=provider_id,
        location=place,
        authority_id=place.authority_id or "",
        terms=Terms(
            num_places=vacant,
            age_min_months=12 * ages[0],
            age_max_months=12 * ages[1] + 11,
            need_level=values.pop("need_level"),
        ),
        place_counts=(PlaceCount(PlaceState.VACANT, vacant),),
        fees_pence_per_week=() if pounds is None else (100 * pounds,),
        **values,
    )


def _settings() -> tuple[Setting, ...]:
    return (
        Carer(id="F1", offer=_offer("OWN", 4, 2, (0, 10), 500, need_level=1), support_limit=Support.LOW),
        Carer(id="F2", offer=_offer("OWN", 5, 1, (8, 12), 500, need_level=1)),
        Carer(id="F3", offer=_offer("AGENCY1", 2, 2, (0, 17), None, need_level=2, contract_id="FRAMEWORK")),
        Carer(id="F4", offer=_offer("AGENCY2", 0, 1, (11, 17), 850, need_level=2)),
        Home(id="H1", offer=_offer("OWN", 3, 2, (11, 17), 4000, need_level=4)),
        SupportedAccommodation(
            id="S1",
            offer=_offer("CHARITY", 5, 1, (16, 17), 600, need_level=2),
            category=AccommodationCategory.SHARED_FOR_CARE,
        ),
    )


def build() -> Instance:
    """The instance, the same at every call."""
    english = english_authorities()
    bands = (Band(name="all ages and levels", fee_pence_per_week=90000),)
    return Instance(
        name="tiny",
        date=DAY,
        children=_children(),
        settings=_settings(),
        providers=(
            Provider(
                id="OWN", name="The authority", sector=Sector.LOCAL_AUTHORITY, authority_id=BARNET, grade=Grade.GOOD
            ),
            Provider(id="AGENCY1", name="Agency 1 (made up)", sector=Sector.PRIVATE, grade=Grade.GOOD),
            Provider(id="AGENCY2", name="Agency 2 (made up)", sector=Sector.PRIVATE, grade=Grade.OUTSTANDING),
            Provider(id="CHARITY", name="Charity (made up)", sector=Sector.VOLUNTARY, grade=Grade.GOOD),
        ),
        contracts=(Contract(id="FRAMEWORK", kind=ContractKind.FRAMEWORK, authority_id=BARNET, bands=bands),),
        sibling_groups=(
            SiblingGroup(id="G1", child_ids=("C1", "C2"), togetherness=Togetherness.REQUIRED),
            SiblingGroup(id="G2", child_ids=("C3", "C4"), togetherness=Togetherness.PREFERRED),
        ),
        authorities=tuple(replace(english[key], partner_ids=frozenset()) for key in (BARNET, HARROW)),
    )
