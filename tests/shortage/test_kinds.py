"""Kinds of places: what children need, where such a place would stand, and which of them are left out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from rightplace.instances.children import AvoidArea, SiblingGroup, Suitability, Togetherness
from rightplace.instances.defaults import default_fee, own_level
from rightplace.instances.geography import UNKNOWN_LOCATION, Precision
from rightplace.rules.attributes import Type
from rightplace.shortage.kinds import Area, Hypotheticals, Kind, kinds_wanted
from rightplace.solve import MatchOptions, match
from tests.rules.builders import carer, child, east_of_home, filled, home, instance, teenager

if TYPE_CHECKING:
    from rightplace.instances.instance import Instance
    from rightplace.instances.settings import Setting

NOWHERE = carer("none", age_min_months=215)
"""A carer for nobody, at the child's door."""


def wanted(world: Instance, *, rematch: bool = False) -> set[Kind]:
    """The kinds wanted beside the best plan."""
    plan = match(world, MatchOptions(rematch=rematch, compare=False)).best.plan
    return set(kinds_wanted(plan, world, Hypotheticals(world)))


def kind(type_: Type, level: int = 1, ages: tuple[int, int] = (120, 191), places: int = 1, **more: Any) -> Kind:
    """A kind of Aston's in its own area."""
    return Kind("A", type_, places, level, *ages, more.get("area", Area.OWN))


def test_a_child_of_ten_who_waits_needs_a_carer_or_a_home_for_ten_to_fifteen() -> None:
    """Not supported accommodation, which is for 16 and over; and of the child's own level."""
    world = instance((child(need_level=2),), (NOWHERE,))
    assert wanted(world) == {kind(Type.CARER, 2), kind(Type.HOME, 2)}


def test_a_teenager_may_need_all_three_types_and_what_is_unsuitable_is_left_out() -> None:
    """At 16 supported accommodation comes in; a carer who would be unsuitable does not."""
    world = instance((teenager(foster_suitability=Suitability.UNSUITABLE),), (NOWHERE,))
    assert wanted(world) == {kind(Type.HOME, ages=(192, 215)), kind(Type.SUPPORTED, ages=(192, 215))}


def test_siblings_need_a_place_for_all_of_them_with_the_ages_of_all() -> None:
    """Who must stay together needs two places; who should, two places or one each."""
    children = (child("a", age_months=50), child("b", need_level=3))
    both = {kind(Type.CARER, 3, (0, 191), 2), kind(Type.HOME, 3, (0, 191), 2)}
    for togetherness, more in (
        (Togetherness.REQUIRED, set()),
        (
            Togetherness.PREFERRED,
            {kind(t, n, a) for t in (Type.CARER, Type.HOME) for n, a in ((1, (0, 59)), (3, (120, 191)))},
        ),
    ):
        group = SiblingGroup(id="G", child_ids=("a", "b"), togetherness=togetherness)
        assert wanted(instance(children, (NOWHERE,), groups=(group,))) == both | more


def test_who_is_placed_well_needs_nothing_and_who_is_placed_dear_or_far_does() -> None:
    """At £600 nothing is wanted; at £900 a carer at £646; outside the area both types, whatever they cost."""
    assert wanted(instance((child(),), (carer(),))) == set()
    assert wanted(instance((child(),), (carer(fees_pence_per_week=(90_000,)),))) == {kind(Type.CARER)}
    far = (carer(authority_id="B", location=east_of_home(5_000)), replace(NOWHERE, id="near"))
    assert wanted(instance((child(),), far)) == {kind(Type.CARER), kind(Type.HOME)}


def test_a_higher_level_that_nobody_needs_is_left_out() -> None:
    """Children of level 1 and 3 of one age need kinds of both levels; two of level 1 need one."""
    two = instance((child("a"), child("b", need_level=3)), (NOWHERE,))
    assert {k.need_level for k in wanted(two)} == {1, 3}
    same = instance((child("a"), child("b")), (NOWHERE,))
    assert {k.need_level for k in wanted(same)} == {1}


def test_an_adjoining_area_is_wanted_by_who_must_avoid_the_own_one() -> None:
    """Bexton's mean lies 10 km east; the child must stay three miles away from where Aston's settings are."""
    there = carer("there", authority_id="B", location=east_of_home(10_000), age_min_months=215)
    avoids = child(avoid=(AvoidArea(east_of_home(0), 3.0),))
    assert {k.area for k in wanted(instance((child(),), (NOWHERE, there)))} == {Area.OWN}
    assert wanted(instance((avoids,), (NOWHERE, there))) == {
        kind(Type.CARER, area=Area.ADJOINING),
        kind(Type.HOME, area=Area.ADJOINING),
    }


def _made(world: Instance, wanted_kind: Kind) -> tuple[Instance, Setting]:
    hypotheticals = Hypotheticals(world)
    setting = hypotheticals.setting(wanted_kind, 1)
    return hypotheticals.world({wanted_kind: setting}), setting


def test_a_place_stands_at_the_mean_of_its_area_and_is_the_authoritys_own() -> None:
    """Two carers at 0 and 4 km east: it stands at 2 km, run by Aston, at the default fee and of the kind's level."""
    settings = (carer("w", age_min_months=215), carer("e", age_min_months=215, location=east_of_home(4_000)))
    world, setting = _made(instance((child(),), settings), kind(Type.HOME, 4))
    location = setting.offer.location
    assert (location.easting, location.northing) == (east_of_home(2_000).easting, east_of_home(0).northing)
    assert location.precision is Precision.POINT
    assert world.provider[setting.offer.provider_id].authority_id == "A"
    assert default_fee(world, setting) == world.policy.default_fee.home_in_house
    assert own_level(world, setting) == 4


def test_a_known_centre_comes_before_the_mean_and_an_unknown_area_has_no_location() -> None:
    """The centre of an authority is where the place stands; without centre or settings, nobody knows where."""
    plain = instance((child(),), (NOWHERE,))
    centred = plain.replace(
        authorities=tuple(replace(a, centre=east_of_home(700)) if a.id == "A" else a for a in plain.authorities)
    )
    assert _made(centred, kind(Type.CARER))[1].offer.location == east_of_home(700)
    empty = instance((child(),), (carer(authority_id="FAR"),))
    assert _made(empty, kind(Type.CARER))[1].offer.location == UNKNOWN_LOCATION


def test_ids_are_free() -> None:
    """Where a setting has the name that a hypothetical one would have, another name is found."""
    world, setting = _made(instance((child(),), (carer("hypothetical-1"),)), kind(Type.CARER))
    assert setting.id == "more-hypothetical-1"
    assert len(world.settings) == 2


def test_without_a_neighbour_there_is_no_adjoining_area() -> None:
    """Farford adjoins nobody: no kind there, and asking for one is refused."""
    hypotheticals = Hypotheticals(instance((child(authority_id="FAR"),), (NOWHERE,)))
    assert hypotheticals.has_area("A", Area.ADJOINING)
    assert not hypotheticals.has_area("FAR", Area.ADJOINING)
    with pytest.raises(ValueError, match="FAR"):
        hypotheticals.area_id(replace(kind(Type.CARER, area=Area.ADJOINING), authority_id="FAR"))


def test_who_may_move_and_lives_dear_needs_a_place_only_where_moves_are_proposed() -> None:
    """A child in a home at £3,000 needs a carer with moves, for they save more than a move's price; else nothing."""
    dear = home("dear", fees_pence_per_week=(300_000,), place_counts=(filled(),))
    lives = child(current_setting_id="dear", is_waiting=False, may_move=True)
    assert wanted(instance((lives,), (dear,)), rematch=True) == {kind(Type.CARER)}
    assert wanted(instance((lives,), (dear,))) == set()
