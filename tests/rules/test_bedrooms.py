"""A bedroom for each foster child over three: rule, model, certificate and reasons."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from rightplace.models.allocation import allocation_data
from rightplace.reasons import waiting_reasons
from rightplace.rules.pairs import Facts
from rightplace.solve import MatchOptions, match
from tests.oracles import brute_force, tier_values
from tests.plans import placed, rules_broken, written
from tests.rules.builders import (
    Case,
    carer,
    child,
    decided,
    each,
    filled,
    home,
    inside,
    instance,
    outside,
    pair,
    vacant,
)

if TYPE_CHECKING:
    from rightplace.instances.authorisations import Authorisation
    from rightplace.instances.children import Child
    from rightplace.instances.instance import Instance
    from rightplace.rules.pairs import Pairs

_SETTLED = {"is_waiting": False, "current_setting_id": "setting"}


def _beside(one: Child, num_bedrooms: int | None, *rows: Authorisation, other_months: int = 120, **more: Any) -> Pairs:
    """A child and a carer with so many bedrooms and one other child."""
    setting = carer(place_counts=(vacant(), filled()), num_bedrooms=num_bedrooms)
    other = child("other", age_months=other_months, **_SETTLED)
    return pair(one, setting, beside=(other,), authorisations=rows, **more)


CASES = (
    inside("R22", "a bedroom each", lambda: _beside(child(), 2)),
    outside("R22", "one bedroom for two", lambda: _beside(child(), 1)),
    inside("R22", "nobody counted the bedrooms", lambda: _beside(child(), None)),
    inside("R22", "two years and 11 months", lambda: _beside(child(age_months=35), 1)),
    outside("R22", "three today", lambda: _beside(child(age_months=36), 1)),
    inside("R22", "beside a baby", lambda: _beside(child(), 1, other_months=35)),
    outside("R22", "beside a child of three", lambda: _beside(child(), 1, other_months=36)),
    outside("R22", "agreed for the child alone", lambda: _beside(child(), 1, decided("R22"))),
    outside("R22", "agreed for the other alone", lambda: _beside(child(), 1, decided("R22", "other"))),
    inside("R22", "agreed for both", lambda: _beside(child(), 1, decided("R22"), decided("R22", "other"))),
    outside("R22", "beside somebody unknown", lambda: pair(child(), _with_stranger(1))),
    inside("R22", "beside somebody unknown, two bedrooms", lambda: pair(child(), _with_stranger(2))),
    inside(
        "R22",
        "one bedroom, the other child leaves as this one comes",
        lambda: pair(
            child(),
            carer(place_counts=(vacant(), filled()), num_bedrooms=1),
            beside=(child("other", current_setting_id="setting"),),
        ),
    ),
    inside("R22", "a home", lambda: pair(child(), home(place_counts=(vacant(), filled(5))))),
)


def _with_stranger(num_bedrooms: int) -> Any:
    return carer(place_counts=(vacant(), filled()), num_bedrooms=num_bedrooms)


@each(CASES)
def test_bedrooms(case: Case) -> None:
    """The rule lets through the pair just inside it and stops the one just outside."""
    case.test()


def _two(num_bedrooms: int | None, *rows: Authorisation) -> Instance:
    """Two children who wait, and a carer with places for both."""
    setting = carer(place_counts=(vacant(2),), num_bedrooms=num_bedrooms)
    return instance((child("a"), child("b")), (setting,), authorisations=rows)


_AGREED = (decided("R22", "a"), decided("R22", "b"))


@pytest.mark.parametrize(
    ("num_bedrooms", "rows", "fit"),
    [(2, (), True), (1, (), False), (None, (), True), (1, _AGREED, True), (1, _AGREED[:1], False)],
)
def test_two_newcomers_need_two_bedrooms(num_bedrooms: int | None, rows: tuple[Authorisation, ...], fit: bool) -> None:
    """Two come to one carer with two bedrooms, or by agreement for both; model and certificate say the same."""
    world = _two(num_bedrooms, *rows)
    assert rules_broken(world, written(world, placed("a"), placed("b"))) == ([] if fit else ["R22"])
    plan = match(world, MatchOptions(compare=False)).best.plan
    assert len(plan.placements) == (2 if fit else 1)


def test_reasons_name_the_bedrooms() -> None:
    """A child who waits because the other has the only bedroom is told so; the carer's second place is no reason."""
    world = _two(1)
    plan = match(world, MatchOptions(compare=False)).best.plan
    (reasons,) = waiting_reasons(Facts(world), plan).values()
    assert [(reason.rule, reason.num_settings, reason.num_by_plan) for reason in reasons] == [("R22", 1, 1)]


def _shared_room(num_places: int = 3, **newcomer: Any) -> Instance:
    """Two who may move share the one bedroom of a carer with a further place, and a third child waits."""
    setting = carer(place_counts=(vacant(num_places - 2), filled(2)), num_bedrooms=1)
    living = tuple(child(name, may_move=True, **_SETTLED) for name in ("a", "b"))
    away = carer("away", provider_id="good", fees_pence_per_week=(900_000,))
    return instance((*living, child("new", **newcomer)), (setting, away))


def test_who_lives_there_may_stay() -> None:
    """Two who share a bedroom today may go on doing so; a third child who needs one goes elsewhere, a baby may come."""
    world = _shared_room()
    options = MatchOptions(rematch=True, compare=False)
    assert {p.child_id: p.setting_id for p in match(world, options).best.plan.placements}["new"] == "away"
    baby = _shared_room(age_months=35)
    assert {p.child_id: p.setting_id for p in match(baby, options).best.plan.placements}["new"] == "setting"
    for drawn in (world, baby):
        data = allocation_data(drawn, rematch=True)
        plan = match(drawn, options).best.plan
        assert tier_values(plan, data) == brute_force(drawn, rematch=True)


def test_nobody_is_asked_where_nothing_is_counted() -> None:
    """Without counted bedrooms an agreement changes nothing about what the plan costs."""
    bare, agreed = _two(None), _two(None, *_AGREED)
    best = [match(world, MatchOptions(compare=False)).best.plan for world in (bare, agreed)]
    assert replace(best[0], digest="") == replace(best[1], digest="")
