"""Who may live where on which day: places, clashes, the fostering limit and siblings."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from rightplace.instances.children import CaredForAlongside, Child, SiblingGroup, Togetherness
from rightplace.instances.settings import (
    AccommodationCategory,
    ParentAndChild,
    Setting,
)
from tests.plans import NEXT_WEEK, TOMORROW, TWO, later, placed, rules_broken, written
from tests.rules.builders import (
    DAY,
    carer,
    child,
    decided,
    filled,
    home,
    instance,
    supported,
    teenager,
    vacant,
)

if TYPE_CHECKING:
    from datetime import date

    from rightplace.instances.instance import Instance

_SOLO = CaredForAlongside.SOLO


def _chain(*, leaver_from: date | None = None, ends: date | None = None) -> Instance:
    """A newcomer, a waiting child who lives in the only place of ``setting``, and a free place elsewhere."""
    leaver = child("leaver", current_setting_id="setting", needed_by=leaver_from)
    new, second = child("new"), child("second", needed_by=TOMORROW)
    places = (filled(1, None, ends),)
    return instance((new, leaver, second), (carer(place_counts=places), carer("other", place_counts=(vacant(3),))))


def test_capacity_counts_days() -> None:
    """A place vacant from tomorrow takes a child from tomorrow and none from today."""
    world = instance((child("a"), child("b", needed_by=TOMORROW)), (carer(place_counts=(vacant(1, TOMORROW),)),))
    assert rules_broken(world, written(world, later("b"), waiting=("a",))) == []
    assert rules_broken(world, written(world, placed("a"), waiting=("b",))) == ["P01", "capacity"]


def test_capacity_follows_chains() -> None:
    """A place that a waiting child leaves is free if it does leave, and not while it goes on waiting there."""
    world = _chain()
    leaves = placed("leaver", "other")
    assert rules_broken(world, written(world, placed("new"), leaves, waiting=("second",))) == []
    assert rules_broken(world, written(world, placed("new"), waiting=("leaver", "second"))) == ["capacity"]
    assert rules_broken(world, written(world, placed("new"), leaves, later("second"))) == ["capacity"]


def test_capacity_waits_for_the_leaver() -> None:
    """A place is not free before the day on which the child leaves it."""
    world = _chain(leaver_from=TOMORROW)
    leaves = later("leaver", "other")
    assert rules_broken(world, written(world, leaves, later("second"), waiting=("new",))) == []
    assert rules_broken(world, written(world, placed("new"), leaves, waiting=("second",))) == ["P01", "capacity"]


def test_capacity_counts_no_place_twice() -> None:
    """A place whose filling ends tomorrow and whose resident leaves today takes one child, not two."""
    world = _chain(ends=TOMORROW)
    leaves = placed("leaver", "other")
    assert rules_broken(world, written(world, placed("new"), leaves, later("second", "other"))) == []
    assert rules_broken(world, written(world, placed("new"), leaves, later("second"))) == ["capacity"]
    assert rules_broken(world, written(world, later("second"), waiting=("new", "leaver"))) == ["capacity"]


def _sharing(a: Child, b: Child, setting: Setting, **world: Any) -> list[str]:
    """What the certificate says of two children who come to one setting."""
    shared = instance((a, b), (setting,), **world)
    return rules_broken(
        shared, written(shared, *(placed(c.id, starts_on=max(DAY, c.needed_by or DAY)) for c in (a, b)))
    )


_PLACES = {"place_counts": (vacant(2),)}


@pytest.mark.parametrize("apart", [False, True])
def test_newcomers_must_be_compatible(apart: bool) -> None:
    """Two who are named never to share are refused in one setting, on whichever days they come."""
    named = frozenset({"b"}) if apart else frozenset()
    expected = ["R18"] if apart else []
    assert _sharing(child("a", separate_from_ids=named), child("b"), carer(**_PLACES)) == expected
    assert _sharing(child("a", separate_from_ids=named), child("b", needed_by=NEXT_WEEK), carer(**_PLACES)) == expected


def test_flats_of_their_own_are_not_shared() -> None:
    """Two who must not live together may both have flats in self-contained accommodation, not rooms in a shared one."""
    a, b = teenager("a", separate_from_ids=frozenset({"b"})), teenager("b")
    assert _sharing(a, b, supported(category=AccommodationCategory.SELF_CONTAINED, **_PLACES)) == []
    assert _sharing(a, b, supported(**_PLACES)) == ["R18"]


def test_solo_child_lives_alone() -> None:
    """A child who should live alone is refused beside a newcomer."""
    assert _sharing(child("a", cared_for_alongside=_SOLO), child("b"), carer(**_PLACES)) == ["R18"]


def test_solo_child_lives_without_strangers() -> None:
    """A child who should live alone is refused where an unnamed child comes later, by the rule and by the household."""
    one, late = child(cared_for_alongside=_SOLO), child("late", needed_by=NEXT_WEEK)
    world = instance((one, late), (carer(place_counts=(vacant(), filled(1, TOMORROW))),))
    assert rules_broken(world, written(world, placed("child"), waiting=("late",))) == ["R18", "R18"]


def test_resident_who_has_left_speaks_against_nobody() -> None:
    """A newcomer may come where a child it must not live with has left, not while that child still waits there."""
    leaver = child("leaver", current_setting_id="setting")
    new = child("new", separate_from_ids=frozenset({"leaver"}))
    world = instance((new, leaver), (carer(place_counts=(filled(), vacant())), carer("other")))
    assert rules_broken(world, written(world, placed("new"), placed("leaver", "other"))) == []
    assert rules_broken(world, written(world, placed("new"), waiting=("leaver",))) == ["R18"]


def _household(number: int, *, siblings: int = 0, exempt: int = 0, parents: bool = False) -> list[str]:
    """What the certificate says of so many children who come to one carer."""
    names = [f"c{n}" for n in range(number)]
    children = tuple(child(name, parent_and_child=parents) for name in names)
    takes = ParentAndChild.ALSO if parents else ParentAndChild.NO
    setting = carer(place_counts=(vacant(number),), exempt_child_ids=frozenset(names[:exempt]), parent_and_child=takes)
    groups = (SiblingGroup(id="G", child_ids=tuple(names[:siblings])),) if siblings else ()
    rows = tuple(decided("R19", name) for name in names[:exempt])
    world = instance(children, (setting,), groups=groups, authorisations=rows)
    return rules_broken(world, written(world, *map(placed, names)))


@pytest.mark.parametrize(
    ("number", "how", "rules"),
    [
        (3, {}, []),
        (4, {}, ["R19"]),
        (4, {"siblings": 4}, []),
        (4, {"siblings": 3}, ["R19"]),
        (4, {"exempt": 4}, []),
        (4, {"exempt": 3}, ["R19"]),
        (1, {"parents": True}, []),
        (2, {"parents": True}, ["R19"]),
    ],
)
def test_usual_fostering_limit(number: int, how: dict[str, Any], rules: list[str]) -> None:
    """Three share a carer; four only if all are siblings or all exempt; a parent with a baby counts as two."""
    assert _household(number, **how) == rules


def test_home_has_no_fostering_limit() -> None:
    """Four children who come to one children's home are not refused."""
    names = ["a", "b", "c", "d"]
    world = instance(tuple(map(child, names)), (home(place_counts=(vacant(4),)),))
    assert rules_broken(world, written(world, *map(placed, names))) == []


def _brothers(togetherness: Togetherness) -> Instance:
    group = SiblingGroup(id="G", child_ids=("a", "b"), togetherness=togetherness)
    return instance((child("a"), child("b")), (carer("one"), carer("two", place_counts=(vacant(2),))), groups=(group,))


def test_required_siblings_stay_together() -> None:
    """Siblings required to be together are refused apart or one without the other; both placed or both waiting pass."""
    world = _brothers(Togetherness.REQUIRED)
    assert rules_broken(world, written(world, placed("a", "two"), placed("b", "two"))) == []
    assert rules_broken(world, written(world, waiting=("a", "b"))) == []
    assert rules_broken(world, written(world, placed("a", "one"), placed("b", "two"), apart=1)) == ["R06"]
    assert rules_broken(world, written(world, placed("a", "two"), waiting=("b",), apart=1)) == ["R06"]


def test_siblings_apart_are_counted() -> None:
    """A preferred pair counts as apart in two settings or when one waits; a pair to be kept apart never counts."""
    world = _brothers(Togetherness.PREFERRED)
    assert rules_broken(world, written(world, placed("a", "one"), placed("b", "two"), apart=1)) == []
    assert rules_broken(world, written(world, placed("a", "two"), waiting=("b",), apart=1)) == []
    assert rules_broken(world, written(world, waiting=("a", "b"), apart=0)) == []
    assert rules_broken(world, written(world, placed("a", "two"), placed("b", "two"), apart=0)) == []
    assert rules_broken(TWO, replace(written(TWO, placed("a", "one"), placed("b", "two"), apart=1))) == [
        "siblings",
        "total",
    ]
    kept = _brothers(Togetherness.APART)
    assert rules_broken(kept, written(kept, placed("a", "one"), placed("b", "two"), apart=0)) == []
    assert rules_broken(kept, written(kept, placed("a", "two"), placed("b", "two"), apart=0)) == ["R18"]
