"""The pairs that need a signature: just inside and just outside, and what the policy's price of the signature is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rightplace.instances.children import Place, RiskLevel, RiskToOthers, Sex, Urgency
from tests.rules.builders import (
    DAY,
    Case,
    carer,
    child,
    decided,
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

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rightplace.instances.children import Child
    from rightplace.rules.pairs import Pairs

_AUNT = child(connected_carer_ids=frozenset({"setting"}))
_CRITERIA = {"age_months": 156, "secure_criteria": True, "urgency": Urgency.EMERGENCY}

_LOW = {RiskToOthers.PHYSICAL_HARM: RiskLevel.LOW}
_LOW_RISK = child(risks_to_others=_LOW)


def _beside(one: Child, age_months: int, risks: Mapping[RiskToOthers, RiskLevel] | None = None) -> Pairs:
    """A child and a carer with whom somebody of an age lives."""
    other = child(
        "other", age_months=age_months, risks_to_others=risks or {}, is_waiting=False, current_setting_id="setting"
    )
    return pair(one, carer(place_counts=(vacant(), filled())), beside=(other,))


def _moves(miles: int = 6, **changes: Any) -> Pairs:
    """A child who is placed elsewhere, and a carer so many miles from its school."""
    given: dict[str, Any] = {"school": east_of_home(int(miles * 1609.3)), "current_place": Place.U6} | changes
    return pair(child(**given), carer())


CASES = (
    inside("R24", "in area", lambda: pair(child(), home(authority_id="A")), pence=0),
    outside("R24", "in the adjoining area", lambda: pair(child(), home(authority_id="B")), pence=1_000),
    inside("R24", "at a distance, which asks for more", lambda: pair(child(), home(authority_id="FAR")), pence=0),
    inside("R24", "the authority's own carer", lambda: pair(child(), carer(authority_id="B")), pence=0),
    outside(
        "R24", "an agency's carer", lambda: pair(child(), carer(authority_id="B", provider_id="good")), pence=1_000
    ),
    outside(
        "R24",
        "the partner's own carer",
        lambda: pair(child(), carer(authority_id="B", provider_id="partner")),
        pence=1_000,
    ),
    inside(
        "R24",
        "an aunt whom another authority approved",
        lambda: pair(_AUNT, carer(authority_id="B", provider_id="partner", connected=True)),
        pence=0,
    ),
    outside(
        "R24",
        "adjoining, said by the other authority only",
        lambda: pair(child(authority_id="B"), home(authority_id="A", provider_id="good")),
        pence=1_000,
    ),
    inside("R25", "in area", lambda: pair(child(), home(authority_id="A")), pence=0),
    inside("R25", "in the adjoining area", lambda: pair(child(), home(authority_id="B")), pence=0),
    outside("R25", "beyond the adjoining area", lambda: pair(child(), home(authority_id="FAR")), pence=3_000),
    inside("R25", "the authority's own carer", lambda: pair(child(), carer(authority_id="FAR")), pence=0),
    outside("R25", "the authority's own home", lambda: pair(child(), home(authority_id="FAR")), pence=3_000),
    inside(
        "R25", "an aunt", lambda: pair(_AUNT, carer(authority_id="FAR", provider_id="good", connected=True)), pence=0
    ),
    inside("R21E", "as old as the oldest", lambda: pair(child(age_months=143), carer(age_max_months=143)), pence=0),
    outside("R21E", "a month too old", lambda: pair(child(age_months=144), carer(age_max_months=143)), pence=3_000),
    outside("R21E", "the other sex", lambda: pair(child(), carer(sexes=frozenset({Sex.FEMALE}))), pence=3_000),
    inside(
        "R21E", "a home has no such exception", lambda: pair(child(age_months=144), home(age_max_months=143)), pence=0
    ),
    inside("R15C", "a registered home", lambda: pair(child(deprivation_of_liberty=True), home()), pence=0),
    outside(
        "R15C",
        "a home that is not",
        lambda: pair(child(deprivation_of_liberty=True), home(registered=False)),
        pence=100_000,
    ),
    inside(
        "R15C",
        "supported accommodation, which has no such exception",
        lambda: pair(teenager(), supported(registered=False)),
        pence=0,
    ),
    inside(
        "R29C",
        "the court has made its order",
        lambda: pair(child(secure_order=True, **_CRITERIA), home(place=Place.K1)),
        pence=0,
    ),
    outside("R29C", "the court has not yet", lambda: pair(child(**_CRITERIA), home(place=Place.K1)), pence=3_000),
    inside(
        "R25",
        "beyond the adjoining area, signed for",
        lambda: pair(child(), home(authority_id="FAR"), authorisations=(decided("R25"),)),
        pence=0,
    ),
    inside("R18A", "a carer whom nobody else lives with", lambda: pair(_LOW_RISK, carer()), pence=0),
    outside("R18A", "a low risk to somebody younger", lambda: _beside(_LOW_RISK, 60), pence=1_000),
    outside("R18A", "a low risk from somebody older", lambda: _beside(child(), 180, _LOW), pence=1_000),
    inside("R18A", "a low risk, somebody older", lambda: _beside(_LOW_RISK, 180), pence=0),
    inside("R18A", "no known risk", lambda: _beside(child(), 60), pence=0),
    inside("R20", "no exemption", lambda: pair(child(), carer()), pence=0),
    outside(
        "R20",
        "an exemption of which no more is known",
        lambda: pair(child(), carer(exempt_child_ids=frozenset({"child"}))),
        pence=1_000,
    ),
    inside(
        "R20",
        "an exemption that is recorded",
        lambda: pair(child(), carer(exempt_child_ids=frozenset({"child"})), authorisations=(decided("R19"),)),
        pence=0,
    ),
    inside("R23T", "a carer approved for good", lambda: pair(child(), carer()), pence=0),
    outside(
        "R23T",
        "a carer approved for the time being",
        lambda: pair(child(), carer(temporarily_approved_on=DAY)),
        pence=1_000,
    ),
    inside("R27", "year 9, a change of school", lambda: _moves(school_year=9), pence=0),
    outside("R27", "year 10, a change of school", lambda: _moves(school_year=10), pence=1_000),
    outside("R27", "year 11, a change of school", lambda: _moves(school_year=11), pence=1_000),
    inside("R27", "year 12, a change of school", lambda: _moves(school_year=12), pence=0),
    inside("R27", "year 10, the same school", lambda: _moves(5, school_year=10), pence=0),
    inside("R27", "year 10, an emergency", lambda: _moves(school_year=10, urgency=Urgency.EMERGENCY), pence=0),
    inside("R27", "year 10, not looked after yet", lambda: _moves(school_year=10, current_place=None), pence=0),
    inside("R27", "14 when the year began less a month", lambda: _moves(age_months=171), pence=0),
    outside("R27", "14 when the year began in September", lambda: _moves(age_months=172), pence=1_000),
    outside("R27", "16 when the year began less a month", lambda: _moves(age_months=195), pence=1_000),
    inside("R27", "16 when the year began", lambda: _moves(age_months=196), pence=0),
    inside("R29C", "no secure home", lambda: pair(child(**_CRITERIA), home()), pence=0),
)


@each(CASES)
def test_approval(case: Case) -> None:
    """Just inside the rule nobody signs and nothing is added; just outside the policy's price of the signature is."""
    case.test()
