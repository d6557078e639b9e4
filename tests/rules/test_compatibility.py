"""Who may not live together: pairs of children just inside and just outside rule R18, and what the clash is like."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given, settings

from rightplace.instances.children import (
    CaredForAlongside,
    Child,
    RiskLevel,
    RiskToOthers,
    RiskToSelf,
    SiblingGroup,
    Togetherness,
)
from rightplace.instances.settings import AccommodationCategory, Setting
from rightplace.rules.pairs import Facts, Pairs
from tests.rules.builders import DAY, Case, carer, child, each, filled, inside, outside, pair, supported, vacant
from tests.strategies import instances

if TYPE_CHECKING:
    from rightplace.instances.instance import Instance

_HIGH, _LOW = RiskLevel.HIGH, RiskLevel.LOW
_SOLO = {"cared_for_alongside": CaredForAlongside.SOLO}
_ONLY_OLDER = {"cared_for_alongside": CaredForAlongside.ONLY_OLDER}
_ONLY_YOUNGER = {"cared_for_alongside": CaredForAlongside.ONLY_YOUNGER}
_HARM = {"risks_to_others": {RiskToOthers.SEXUAL_HARM: _HIGH}}
_CRIME = {"risks_to_others": {RiskToOthers.CRIMINAL_EXPLOITATION: _HIGH}}
_FIRE = {"risks_to_others": {RiskToOthers.FIRE_SETTING: _HIGH}}
_TOMORROW = DAY + timedelta(days=1)
_LATER = DAY + timedelta(days=5)


def _beside(newcomer: Child, setting: Setting | None = None, **world: object) -> Pairs:
    """A newcomer and a setting where a child of ten lives; what is said of them begins with ``r_``."""
    about = {name[2:]: world.pop(name) for name in list(world) if name.startswith("r_")}
    resident = child("resident", **({"current_setting_id": "setting", "is_waiting": False} | about))
    at = setting or carer(place_counts=(filled(), vacant()))
    return pair(newcomer, at, beside=(resident,), **world)  # type: ignore[arg-type]


def _at_risk(level: RiskLevel) -> dict[RiskToSelf, RiskLevel]:
    return {RiskToSelf.CRIMINAL_EXPLOITATION: level}


def _flat(**changes: object) -> Setting:
    return supported(place_counts=(filled(), vacant()), category=AccommodationCategory.SELF_CONTAINED, **changes)


_ELDER = {"age_months": 193}

CASES = (
    inside("R18", "nothing speaks against it", lambda: _beside(child())),
    outside("R18", "should live alone, one lives there", lambda: _beside(child(**_SOLO))),
    inside(
        "R18", "should live alone, nobody lives there", lambda: pair(child(**_SOLO), carer(place_counts=(vacant(2),)))
    ),
    outside(
        "R18",
        "should live alone, somebody unnamed lives there",
        lambda: pair(child(**_SOLO), carer(place_counts=(filled(), vacant()))),
    ),
    outside(
        "R18",
        "who lives there should live alone",
        lambda: _beside(child(), r_cared_for_alongside=CaredForAlongside.SOLO),
    ),
    inside(
        "R18", "should live alone, a waiting child leaves today", lambda: _beside(child(**_SOLO), r_is_waiting=True)
    ),
    outside(
        "R18",
        "should live alone, a waiting child leaves tomorrow",
        lambda: _beside(child(**_SOLO), r_is_waiting=True, r_needed_by=_TOMORROW),
    ),
    inside(
        "R18",
        "should live alone from tomorrow, a waiting child leaves tomorrow",
        lambda: _beside(child(needed_by=_TOMORROW, **_SOLO), r_is_waiting=True, r_needed_by=_TOMORROW),
    ),
    outside(
        "R18",
        "should live alone, somebody comes tomorrow",
        lambda: pair(
            child(**_SOLO),
            carer(place_counts=(filled(1, _TOMORROW), vacant())),
            beside=(child("late", needed_by=_LATER),),
        ),
    ),
    inside(
        "R18",
        "should live alone from tomorrow, somebody leaves tomorrow",
        lambda: pair(child(needed_by=_TOMORROW, **_SOLO), carer(place_counts=(filled(1, None, _TOMORROW), vacant()))),
    ),
    inside(
        "R18",
        "should live alone, a flat of one's own",
        lambda: _beside(child(age_months=192, **_SOLO), _flat(), r_age_months=192),
    ),
    inside("R18", "only older, as old", lambda: _beside(child(**_ONLY_OLDER))),
    inside("R18", "only older, a month older", lambda: _beside(child(**_ONLY_OLDER), r_age_months=121)),
    outside("R18", "only older, a month younger", lambda: _beside(child(**_ONLY_OLDER), r_age_months=119)),
    inside("R18", "only younger, a month younger", lambda: _beside(child(**_ONLY_YOUNGER), r_age_months=119)),
    outside("R18", "only younger, a month older", lambda: _beside(child(**_ONLY_YOUNGER), r_age_months=121)),
    outside(
        "R18",
        "a resident's wish for only older",
        lambda: _beside(child(), r_cared_for_alongside=CaredForAlongside.ONLY_OLDER, r_age_months=121),
    ),
    inside("R18", "high risk of sexual harm, as old", lambda: _beside(child(**_HARM))),
    outside("R18", "high risk of sexual harm, a month younger", lambda: _beside(child(**_HARM), r_age_months=119)),
    inside("R18", "high risk of sexual harm, a month older", lambda: _beside(child(**_HARM), r_age_months=121)),
    inside(
        "R18",
        "low risk of sexual harm, a month younger",
        lambda: _beside(child(risks_to_others={RiskToOthers.SEXUAL_HARM: _LOW}), r_age_months=119),
    ),
    outside(
        "R18",
        "high risk of physical harm, a month younger",
        lambda: _beside(child(risks_to_others={RiskToOthers.PHYSICAL_HARM: _HIGH}), r_age_months=119),
    ),
    inside(
        "R18",
        "24 months apart where the policy says so, 23 months",
        lambda: _beside(child(**_HARM), r_age_months=97, policy={"compatibility": {"younger_by_months": 24}}),
    ),
    outside(
        "R18",
        "24 months apart where the policy says so, 24 months",
        lambda: _beside(child(**_HARM), r_age_months=96, policy={"compatibility": {"younger_by_months": 24}}),
    ),
    outside(
        "R18",
        "criminal exploitation, at high risk of it",
        lambda: _beside(child(**_CRIME), r_risks_to_self=_at_risk(_HIGH)),
    ),
    inside(
        "R18",
        "criminal exploitation, at low risk of it",
        lambda: _beside(child(**_CRIME), r_risks_to_self=_at_risk(_LOW)),
    ),
    inside("R18", "fire-setting by the default policy", lambda: _beside(child(**_FIRE))),
    outside(
        "R18",
        "fire-setting where the policy separates it from anybody",
        lambda: _beside(
            child(**_FIRE),
            policy={
                "compatibility": {"separations": [{"risk": "fire-setting", "level": "low", "separate_from": "any"}]}
            },
        ),
    ),
    outside("R18", "named by the newcomer", lambda: _beside(child(separate_from_ids=frozenset({"resident"})))),
    outside("R18", "named by the resident", lambda: _beside(child(), r_separate_from_ids=frozenset({"child"}))),
    inside(
        "R18",
        "named, but leaves today",
        lambda: _beside(child(separate_from_ids=frozenset({"resident"})), r_is_waiting=True),
    ),
    outside(
        "R18",
        "named, and may not move",
        lambda: _beside(child(separate_from_ids=frozenset({"resident"})), r_may_move=True),
    ),
    inside(
        "R18",
        "named, and may move",
        lambda: _beside(child(separate_from_ids=frozenset({"resident"})), r_may_move=True, rematch=True),
    ),
    inside(
        "R18",
        "named, in flats of their own",
        lambda: _beside(child(age_months=192, separate_from_ids=frozenset({"resident"})), _flat(), r_age_months=192),
    ),
    outside(
        "R18",
        "named, in shared supported accommodation",
        lambda: _beside(
            child(age_months=192, separate_from_ids=frozenset({"resident"})),
            supported(place_counts=(filled(), vacant())),
            r_age_months=192,
        ),
    ),
    outside(
        "R18",
        "siblings to be kept apart",
        lambda: _beside(
            child(), groups=(SiblingGroup(id="G", child_ids=("child", "resident"), togetherness=Togetherness.APART),)
        ),
    ),
    inside(
        "R18",
        "siblings to be together",
        lambda: _beside(
            child(), groups=(SiblingGroup(id="G", child_ids=("child", "resident"), togetherness=Togetherness.REQUIRED),)
        ),
    ),
)


@each(CASES)
def test_compatible_with_residents(case: Case) -> None:
    """The rule lets through the pair just inside it and stops the one just outside."""
    case.test()


@settings(max_examples=100)
@given(instance=instances())
def test_clash_is_mutual(instance: Instance) -> None:
    """If one child must not live with another, nor must the other with the first; nobody clashes with themselves."""
    everybody = Facts(instance)
    num = len(instance.children)
    a, b = np.repeat(np.arange(num), num), np.tile(np.arange(num), num)
    clashes = everybody.household.clash(a, b).reshape(num, num)
    assert (clashes == clashes.T).all()
    assert not clashes.diagonal().any()


@settings(max_examples=100)
@given(instance=instances())
def test_every_clash_is_announced(instance: Instance) -> None:
    """Of two children who must not live together at least one is among those who may clash, where the model looks."""
    everybody = Facts(instance)
    num = len(instance.children)
    a, b = np.repeat(np.arange(num), num), np.tile(np.arange(num), num)
    clashes = everybody.household.clash(a, b)
    announced = everybody.household.may_clash()
    assert (announced[a] | announced[b])[clashes].all()
