"""The two values that a rule compares read as people would say them, and tell inside from outside."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from rightplace.instances.children import (
    AdultRatio,
    AvoidArea,
    CaredForAlongside,
    NeedCategory,
    Sex,
    SiblingGroup,
    Suitability,
    Togetherness,
    Wish,
)
from rightplace.instances.settings import ParentAndChild, Support
from rightplace.rules import words
from rightplace.rules.compared import COMPARED
from tests.rules.builders import DAY, carer, child, east_of_home, filled, home, pair, supported, teenager, vacant
from tests.rules.test_catalogue import CASES
from tests.rules.test_remedies import one

if TYPE_CHECKING:
    from rightplace.rules.pairs import Pairs

_TOMORROW = DAY + timedelta(days=1)
_TEN_MILES = east_of_home(16_093)


@pytest.mark.parametrize(
    ("rule", "row", "child_side", "setting_side"),
    [
        ("R21", lambda: pair(child(age_months=111), carer(age_min_months=120, age_max_months=215)),
         "age 9 years 3 months", "ages 10 to 17"),
        ("R16", lambda: pair(child(needs={NeedCategory.DRUGS}), home(sexes={Sex.FEMALE}, needs=frozenset())),
         "male; needs: present drug problems", "female; needs: none"),
        ("P06", lambda: pair(child(need_level=3), carer(need_level=2, support_limit=Support.LOW)),
         "level 3", "level 2, 3 with low support"),
        ("P06", lambda: pair(child(need_level=3), carer(need_level=2)), "level 3", "level 2"),
        ("P01", lambda: pair(child(), carer(place_counts=(filled(2),))),
         "needs a place from 15 January 2024", "0 of 2 places free then"),
        ("P01", lambda: pair(child(), carer(place_counts=(vacant(1, None, _TOMORROW),)),
                             beside=(child("other", needed_by=_TOMORROW),)),
         "needs a place from 15 January 2024", "1 of 1 place free then, none from 16 January 2024"),
        ("P01", lambda: pair(child(), carer(place_counts=(filled(),)),
                             beside=(child("other", current_setting_id="setting"),)),
         "needs a place from 15 January 2024",
         "1 of 1 place free then, of which 1 only if a child who seeks another home has left"),
        ("P02", lambda: pair(child(), carer(provider_id="foreign")),
         "looked after by Aston", "run by Farford, no partner of the consortium"),
        ("P02", lambda: pair(child(), carer(provider_id="partner")),
         "looked after by Aston", "run by Bexton, a partner of the consortium"),
        ("P07", lambda: pair(child(foster_suitability=Suitability.UNSUITABLE), carer()),
         "foster care: unsuitable", "foster carer"),
        ("P08", lambda: pair(child(adult_ratio=AdultRatio.TWO_TO_ONE), home(adult_ratio=AdultRatio.ONE_TO_ONE)),
         "two adults to one child", "one adult to one child"),
        ("P04", lambda: pair(child(), carer(location=_TEN_MILES), policy={"search": {"carer_max_miles": 5.0}}),
         "family home 10.0 miles away", "the policy searches 5 miles around"),
        ("R11", lambda: pair(child(age_months=191), supported()),
         "age 15 years 11 months", "supported accommodation, PLACE K3"),
        ("R13", lambda: pair(teenager(cared_for_alongside=CaredForAlongside.SOLO), supported()),
         "age 16 years, should live alone", "supported accommodation from 16, not self-contained"),
        ("R24", lambda: pair(child(), home(authority_id="B")),
         "looked after by Aston", "in Bexton, an adjoining area"),
        ("R25", lambda: pair(child(), carer(authority_id="FAR")),
         "looked after by Aston", "in Farford, not an adjoining area; exempt as a connected or own carer"),
        ("R33", lambda: pair(child(parent_and_child=True), carer()),
         "a parent with a baby", "takes no parent with a baby"),
        ("R33", lambda: pair(child(), carer(parent_and_child=ParentAndChild.ONLY)),
         "a child alone", "takes only parents with babies"),
        ("R35", lambda: pair(child(), home(provider_id="improving")),
         "the policy asks for good or better", "requires improvement"),
        ("R38", lambda: pair(child(avoid=(AvoidArea(east_of_home(1_609), 2.0),)), carer()),
         "more than 2 miles from 525009 190500", "1.0 miles from 525009 190500"),
        ("R04", lambda: pair(child(), carer(location=east_of_home(1_609))),
         "family home at 523400 190500", "1.0 miles away"),
        ("R10F", lambda: pair(child(religion="hindu", wishes={Wish.FAITH}), carer(faiths={"sikh"})),
         "wishes to share faith: hindu", "sikh"),
        ("R31", lambda: pair(child(remand=True), carer()), "on remand", "does not accept remand"),
    ],
)  # fmt: skip
def test_values_in_words(rule: str, row: Any, child_side: str, setting_side: str) -> None:
    """Each side of a rule says the value that decides it."""
    found = COMPARED[rule](one(row()))
    assert (found.child, found.setting) == (child_side, setting_side)


def test_who_clashes_is_named() -> None:
    """R18 names the resident whom the child must not live with, and not the other one."""
    there = (
        child("foe", current_setting_id="setting", is_waiting=False),
        child("friend", current_setting_id="setting", is_waiting=False),
    )
    row = pair(child(separate_from_ids={"foe"}), carer(place_counts=(filled(2), vacant())), beside=there)
    assert COMPARED["R18"](one(row)).setting == "must not be shared with foe, who lives there"


def test_the_siblings_who_are_settled_are_named() -> None:
    """R06 says with whom the child must be, and where."""
    sister = child("sister", current_setting_id="there", is_waiting=False)
    group = SiblingGroup(id="G", child_ids=("child", "sister"), togetherness=Togetherness.REQUIRED)
    row = pair(
        child(), carer(), beside=(sister,), elsewhere=(carer("there", place_counts=(filled(),)),), groups=(group,)
    )
    found = COMPARED["R06"](one(row))
    assert (found.child, found.setting) == ("must be with sister in there", "this is setting")


def test_the_household_is_counted() -> None:
    """R19 says how many there are, and that the exemption does not name them all."""
    there = tuple(child(f"other{i}", current_setting_id="setting", is_waiting=False) for i in range(4))
    row = pair(child(), carer(place_counts=(filled(4), vacant())), beside=there)
    assert COMPARED["R19"](one(row)).setting == (
        "4 children today, the usual limit is 3; 4 will be there still, with the child not all are siblings or exempt"
    )


def test_words_tell_inside_from_outside() -> None:
    """No two pairs of one day and policy, one inside and one outside a rule, have the same two values."""
    said: dict[tuple[Any, ...], set[bool]] = defaultdict(set)
    for case in CASES:
        row: Pairs = case.build()
        found = COMPARED[case.rule](one(row))
        world = row.facts.instance
        said[case.rule, world.date, world.policy, world.authorisations, found.child, found.setting].add(case.keeps)
    assert [key for key, kept in said.items() if len(kept) > 1] == []


@pytest.mark.parametrize(
    ("months", "text"),
    [(0, "0 months"), (1, "1 month"), (12, "1 year"), (13, "1 year 1 month"), (111, "9 years 3 months")],
)
def test_ages(months: int, text: str) -> None:
    """Ages read as people say them."""
    assert words.age(months) == text


@pytest.mark.parametrize(
    ("least", "most", "text"),
    [(120, 215, "ages 10 to 17"), (192, 203, "age 16"), (0, 5, "ages 0 months to 5 months")],
)
def test_age_ranges(least: int, most: int, text: str) -> None:
    """Ranges of whole years read in years, others to the month."""
    assert words.ages(least, most) == text
