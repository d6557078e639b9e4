"""The hard rules that are no statute, the siblings' rule and the fostering limit: just inside, and just outside."""

from __future__ import annotations

from datetime import timedelta

import pytest

from rightplace.instances.children import AdultRatio, AvoidArea, SiblingGroup, Suitability, Togetherness
from rightplace.instances.geography import UNKNOWN_LOCATION
from rightplace.instances.settings import Support
from tests.rules.builders import (
    DAY,
    Case,
    carer,
    child,
    each,
    east_of_home,
    filled,
    home,
    inside,
    outside,
    pair,
    supported,
    teenager,
    vacant,
)

_TOMORROW = DAY + timedelta(days=1)
# 2.0 miles are 20 x 160.93 m = 3,218.6 m; a tenth more begins at 20.5 x 160.93 m = 3,299.065 m.
_AT_2_MILES, _BEYOND_2_MILES = east_of_home(3_299), east_of_home(3_300)
_TWO_MILES = {"search": {"carer_max_miles": 2, "supported_max_miles": 1}}
_AVOIDS = child(avoid=(AvoidArea(east_of_home(0), 2.0),))
_BROTHERS = ("child", "b1")
_REQUIRED = SiblingGroup(id="G", child_ids=_BROTHERS, togetherness=Togetherness.REQUIRED)
_PREFERRED = SiblingGroup(id="G", child_ids=_BROTHERS, togetherness=Togetherness.PREFERRED)


def _living(number: int, **changes: object) -> tuple:  # type: ignore[type-arg]
    """Children who live in the setting for good."""
    return tuple(child(f"r{n}", current_setting_id="setting", is_waiting=False, **changes) for n in range(number))


def _brother(where: str, **changes: object) -> tuple:  # type: ignore[type-arg]
    return (child("b1", current_setting_id=where, **({"is_waiting": False} | changes)),)


def _with_residents(number: int, strangers: int = 0, **changes: object):  # type: ignore[no-untyped-def]
    return carer(place_counts=(filled(number + strangers), vacant()), **changes)


_FOUR = ("r0", "r1", "r2", "r3")
_ALL_SIBLINGS = SiblingGroup(id="G", child_ids=_FOUR)
_THREE_SIBLINGS = SiblingGroup(id="G", child_ids=_FOUR[:3])

CASES = (
    inside("P01", "vacant from today", lambda: pair(child(), carer(place_counts=(vacant(1, DAY),)))),
    outside("P01", "vacant from tomorrow", lambda: pair(child(), carer(place_counts=(vacant(1, _TOMORROW),)))),
    inside(
        "P01",
        "vacant on the day of need",
        lambda: pair(child(needed_by=_TOMORROW), carer(place_counts=(vacant(1, _TOMORROW),))),
    ),
    outside(
        "P01",
        "vacant until the day of need",
        lambda: pair(child(needed_by=_TOMORROW), carer(place_counts=(vacant(1, None, _TOMORROW),))),
    ),
    outside(
        "P01",
        "vacant on the day of need, but not on a later day of the match",
        lambda: pair(
            child(), carer(place_counts=(vacant(1, None, _TOMORROW),)), beside=(child("other", needed_by=_TOMORROW),)
        ),
    ),
    inside(
        "P01",
        "a waiting child may leave",
        lambda: pair(child(), carer(place_counts=(filled(),)), beside=(child("other", current_setting_id="setting"),)),
    ),
    outside(
        "P01",
        "a waiting child may leave too late",
        lambda: pair(
            child(),
            carer(place_counts=(filled(),)),
            beside=(child("other", current_setting_id="setting", needed_by=_TOMORROW),),
        ),
    ),
    outside(
        "P01",
        "a child who may move stays put without rematch",
        lambda: pair(
            child(),
            carer(place_counts=(filled(),)),
            beside=(child("other", current_setting_id="setting", is_waiting=False, may_move=True),),
        ),
    ),
    inside(
        "P01",
        "a child may move",
        lambda: pair(
            child(),
            carer(place_counts=(filled(),)),
            rematch=True,
            beside=(child("other", current_setting_id="setting", is_waiting=False, may_move=True),),
        ),
    ),
    inside("P02", "the authority's own", lambda: pair(child(), carer(provider_id="own"))),
    inside("P02", "a consortium partner's", lambda: pair(child(), carer(provider_id="partner"))),
    inside("P02", "an independent provider's", lambda: pair(child(), carer(provider_id="good"))),
    outside("P02", "another authority's", lambda: pair(child(), carer(provider_id="foreign"))),
    outside(
        "P02",
        "a partner's whose partnership is not mutual",
        lambda: pair(child(authority_id="B"), carer(provider_id="own")),
    ),
    inside(
        "P02",
        "an aunt approved by another authority",
        lambda: pair(child(connected_carer_ids=frozenset({"setting"})), carer(provider_id="foreign", connected=True)),
    ),
    inside(
        "P03",
        "the child's own aunt",
        lambda: pair(child(connected_carer_ids=frozenset({"setting"})), carer(connected=True)),
    ),
    outside("P03", "another child's aunt", lambda: pair(child(), carer(connected=True))),
    inside("P04", "exactly at the limit", lambda: pair(child(), carer(location=_AT_2_MILES), policy=_TWO_MILES)),
    outside(
        "P04", "a tenth of a mile beyond", lambda: pair(child(), carer(location=_BEYOND_2_MILES), policy=_TWO_MILES)
    ),
    inside("P04", "a type without a limit", lambda: pair(child(), home(location=_BEYOND_2_MILES), policy=_TWO_MILES)),
    outside(
        "P04",
        "a type with a smaller limit",
        lambda: pair(teenager(), supported(location=_AT_2_MILES), policy=_TWO_MILES),
    ),
    inside("P04", "nobody knows where", lambda: pair(child(), carer(location=UNKNOWN_LOCATION), policy=_TWO_MILES)),
    inside("P05", "a new setting", lambda: pair(child(), carer())),
    outside(
        "P05",
        "where the child lives",
        lambda: pair(child(current_setting_id="setting"), carer(place_counts=(filled(), vacant()))),
    ),
    inside("P06", "the setting's level", lambda: pair(child(need_level=2), carer(need_level=2))),
    outside("P06", "a level above", lambda: pair(child(need_level=3), carer(need_level=2))),
    inside(
        "P06",
        "a level above, low support",
        lambda: pair(child(need_level=3), carer(need_level=2, support_limit=Support.LOW)),
    ),
    outside(
        "P06",
        "two levels above, low support",
        lambda: pair(child(need_level=4), carer(need_level=2, support_limit=Support.LOW)),
    ),
    inside(
        "P06",
        "two levels above, medium support",
        lambda: pair(child(need_level=4), carer(need_level=2, support_limit=Support.MEDIUM)),
    ),
    inside("P06", "level 2 in supported accommodation by default", lambda: pair(teenager(need_level=2), supported())),
    outside("P06", "level 3 in supported accommodation by default", lambda: pair(teenager(need_level=3), supported())),
    inside("P07", "suitable, if not preferred", lambda: pair(child(foster_suitability=Suitability.SUITABLE), carer())),
    outside("P07", "unsuitable", lambda: pair(child(foster_suitability=Suitability.UNSUITABLE), carer())),
    inside(
        "P07",
        "another type is unsuitable",
        lambda: pair(child(residential_suitability=Suitability.UNSUITABLE), carer()),
    ),
    outside(
        "P07",
        "supported accommodation is unsuitable",
        lambda: pair(teenager(supported_suitability=Suitability.UNSUITABLE), supported()),
    ),
    inside(
        "P08",
        "as many adults as asked for",
        lambda: pair(child(adult_ratio=AdultRatio.TWO_TO_ONE), home(adult_ratio=AdultRatio.TWO_TO_ONE)),
    ),
    outside(
        "P08",
        "fewer adults than asked for",
        lambda: pair(child(adult_ratio=AdultRatio.TWO_TO_ONE), home(adult_ratio=AdultRatio.ONE_TO_ONE)),
    ),
    inside("P08", "a carer", lambda: pair(child(adult_ratio=AdultRatio.TWO_TO_ONE), carer())),
    outside("P08", "supported accommodation", lambda: pair(teenager(adult_ratio=AdultRatio.ONE_TO_ONE), supported())),
    inside("R38", "a tenth of a mile beyond the radius", lambda: pair(_AVOIDS, carer(location=_BEYOND_2_MILES))),
    outside("R38", "exactly at the radius", lambda: pair(_AVOIDS, carer(location=_AT_2_MILES))),
    outside("R38", "nobody knows where the setting is", lambda: pair(_AVOIDS, carer(location=UNKNOWN_LOCATION))),
    # The policy's radius is 3 miles: 30.5 x 160.93 m = 4,908.365 m.
    inside(
        "R38",
        "beyond the policy's radius",
        lambda: pair(child(avoid=(AvoidArea(east_of_home(0)),)), carer(location=east_of_home(4_909))),
    ),
    outside(
        "R38",
        "at the policy's radius",
        lambda: pair(child(avoid=(AvoidArea(east_of_home(0)),)), carer(location=east_of_home(4_908))),
    ),
    outside(
        "R38",
        "within the second of two radii",
        lambda: pair(
            child(avoid=(AvoidArea(east_of_home(90_000), 1.0), AvoidArea(east_of_home(3_300), 1.0))),
            carer(location=_BEYOND_2_MILES),
        ),
    ),
    inside(
        "R06",
        "a required brother lives here",
        lambda: pair(
            child(), carer(place_counts=(filled(), vacant())), beside=_brother("setting"), groups=(_REQUIRED,)
        ),
    ),
    outside(
        "R06",
        "a required brother lives elsewhere",
        lambda: pair(
            child(),
            carer(),
            beside=_brother("other"),
            elsewhere=(carer("other", place_counts=(filled(),)),),
            groups=(_REQUIRED,),
        ),
    ),
    inside(
        "R06",
        "a preferred brother lives elsewhere",
        lambda: pair(
            child(),
            carer(),
            beside=_brother("other"),
            elsewhere=(carer("other", place_counts=(filled(),)),),
            groups=(_PREFERRED,),
        ),
    ),
    inside(
        "R06",
        "a required brother waits too",
        lambda: pair(
            child(),
            carer(),
            beside=_brother("other", is_waiting=True),
            elsewhere=(carer("other", place_counts=(filled(),)),),
            groups=(_REQUIRED,),
        ),
    ),
    inside("R19", "three children", lambda: pair(child(), _with_residents(2), beside=_living(2))),
    outside("R19", "four children", lambda: pair(child(), _with_residents(4), beside=_living(4))),
    inside(
        "R19",
        "a fifth sibling",
        lambda: pair(
            child(),
            _with_residents(4),
            beside=_living(4),
            groups=(SiblingGroup(id="G", child_ids=("child", *_FOUR)),),
        ),
    ),
    outside(
        "R19",
        "no sibling of four siblings",
        lambda: pair(child(), _with_residents(4), beside=_living(4), groups=(_ALL_SIBLINGS,)),
    ),
    outside("R19", "a fourth child", lambda: pair(child(), _with_residents(3), beside=_living(3))),
    outside("R19", "a fourth, three of whom no table names", lambda: pair(child(), _with_residents(0, 3))),
    inside(
        "R19",
        "a fourth child, after one of three has left",
        lambda: pair(
            child(),
            _with_residents(3),
            beside=(*_living(2), child("leaves", current_setting_id="setting")),
        ),
    ),
    outside(
        "R19",
        "three siblings and another",
        lambda: pair(child(), _with_residents(4), beside=_living(4), groups=(_THREE_SIBLINGS,)),
    ),
    inside(
        "R19",
        "an exemption names the child and all four",
        lambda: pair(child(), _with_residents(4, exempt_child_ids=frozenset(("child", *_FOUR))), beside=_living(4)),
    ),
    outside(
        "R19",
        "an exemption names the four but not the child",
        lambda: pair(child(), _with_residents(4, exempt_child_ids=frozenset(_FOUR)), beside=_living(4)),
    ),
    outside(
        "R19",
        "three siblings and a stranger",
        lambda: pair(child(), _with_residents(3, 1), beside=_living(3), groups=(_THREE_SIBLINGS,)),
    ),
    outside(
        "R19",
        "two parents with their babies",
        lambda: pair(child(), _with_residents(2), beside=_living(2, parent_and_child=True)),
    ),
    inside(
        "R19",
        "four children in a home",
        lambda: pair(child(), home(place_counts=(filled(4), vacant())), beside=_living(4)),
    ),
)


@each(CASES)
def test_rule_of_practice(case: Case) -> None:
    """The rule lets through the pair just inside it and stops the one just outside."""
    case.test()


@pytest.mark.parametrize(("days", "free"), [(0, 1), (1, 1)])
def test_a_place_is_never_free_twice(days: int, free: int) -> None:
    """A place that its resident may leave, and whose filling ends by itself, counts once before and after it ends."""
    setting = carer(place_counts=(filled(1, None, _TOMORROW),))
    facts = pair(child(needed_by=_TOMORROW), setting, beside=(child("other", current_setting_id="setting"),)).facts
    assert (facts.vacant + facts.leavers)[0, days] == free
