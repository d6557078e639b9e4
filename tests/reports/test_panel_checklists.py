"""The checklists of the Care Planning Regulations: which apply to which options, and by which day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from rightplace.reports.panel_checklists import checklists_of
from tests.reports.rankings import suggestion
from tests.rules.builders import carer, child, east_of_home, instance

if TYPE_CHECKING:
    from rightplace.instances.children import Child
    from rightplace.reports.panel_pages import Checklist

_DIRECTOR = {"rule": "R25", "title": "At a distance", "signatory": "director", "deadline": "before the placement"}
_OFFICER = {"rule": "R24", "title": "Out of area", "signatory": "nominated officer", "deadline": "before the placement"}


def _lists(one: Child, *suggestions: dict[str, Any]) -> dict[str, Checklist]:
    places = (carer("in"), carer("adjoining", authority_id="B", provider_id="good"), carer("own", authority_id="FAR"))
    far = carer("far", authority_id="FAR", provider_id="good")
    world = instance((one,), (*places, far))
    return {item.regulation: item for item in checklists_of(world, one, suggestions)}


def test_in_area_nothing_is_to_be_signed() -> None:
    """With all options in area regulation 11 has no list, and the area authority is not notified."""
    lists = _lists(child(), suggestion("in"))
    assert list(lists) == ["Regulation 9", "Regulation 11", "Regulation 13"]
    assert lists["Regulation 11"].items == ()
    assert lists["Regulation 11"].applies == "None of the options is outside the authority's area."
    assert len(lists["Regulation 9"].items) == 5
    assert len(lists["Regulation 13"].items) == 8


def test_who_signs_for_which_option() -> None:
    """Outside the area the nominated officer, at a distance the director; own carers are exempt but notified of."""
    lists = _lists(
        child(),
        suggestion("in"),
        suggestion("adjoining", 2, approvals=[_OFFICER]),
        suggestion("far", 3, approvals=[_DIRECTOR]),
        suggestion("own", 4),
    )
    law = lists["Regulation 11"]
    assert law.applies == (
        "Option 2: outside the area; signed by a nominated officer. "
        "Option 3: at a distance; signed by the director of children's services. "
        "Option 4: outside the area, but exempt (own or connected carer)."
    )
    assert "The area authority has been notified." in law.items[3]
    assert "consulted and has a copy of the care plan" in law.items[3]
    assert law.note.startswith("Check:")
    assert lists["Regulation 13"].items[-1].startswith("Options 2, 3 and 4: the area authority")


def test_an_exempt_option_alone_needs_no_signature() -> None:
    """Own carers outside the area: nothing to sign under regulation 11, but the area authority is told."""
    lists = _lists(child(), suggestion("own"))
    assert lists["Regulation 11"].items == ()
    assert "exempt" in lists["Regulation 11"].applies
    assert "Option 1: the area authority" in lists["Regulation 13"].items[-1]


def test_deadlines_name_the_day() -> None:
    """From Monday 18 December 2023 five working days end on the 27th, past Christmas and Boxing Day."""
    lists = _lists(child(), suggestion("in", starts_on="2023-12-18"))
    assert lists["Regulation 9"].deadline == (
        "Before the placement starts on 18 December 2023; where that is not reasonably practicable, within five "
        "working days of the start, by 27 December 2023."
    )
    assert (
        "in an emergency within five working days of the start, by 27 December 2023" in lists["Regulation 13"].deadline
    )


def test_options_that_start_on_different_days_name_none() -> None:
    """Where the start depends on the choice, the deadline is said in words only."""
    options = (suggestion("in", starts_on="2023-12-18"), suggestion("far", 2, starts_on="2023-12-19"))
    deadline = _lists(child(), *options)["Regulation 9"].deadline
    assert deadline.endswith("within five working days of the start.")
    assert "2023" not in deadline


@pytest.mark.parametrize(
    ("year", "at_school", "protected"), [(9, 1, 0), (10, 1, 1), (11, 1, 1), (12, 1, 0), (11, 0, 0)]
)
def test_key_stage_4_has_a_list_of_its_own(year: int, at_school: int, protected: int) -> None:
    """Regulation 10 protects pupils of year 10 and 11, and nobody who is at no school."""
    one = child(school_year=year, school=east_of_home(0) if at_school else None)
    assert ("Regulation 10" in _lists(one, suggestion("in"))) == bool(protected)


def test_without_options_the_law_is_told_all_the_same() -> None:
    """A place may be found elsewhere: then it may be outside the area."""
    law = _lists(child())["Regulation 11"]
    assert law.applies.startswith("A setting outside the area, if one is found")
    assert len(law.items) == 5
