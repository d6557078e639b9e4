"""The statutory rules on a single pair: a child or a setting just inside, and one just outside."""

from __future__ import annotations

from datetime import date, timedelta

from rightplace.instances.children import CaredForAlongside, LegalStatus, NeedCategory, Place, Sex, Urgency
from rightplace.instances.settings import AccommodationCategory, Grade, ParentAndChild
from tests.rules.builders import (
    DAY,
    Case,
    carer,
    child,
    decided,
    each,
    filled,
    home,
    inside,
    outside,
    pair,
    supported,
    teenager,
    vacant,
)

_BEFORE_REG_27A, _REG_27A = date(2021, 9, 8), date(2021, 9, 9)
_BEFORE_REG_27C, _REG_27C = date(2023, 10, 27), date(2023, 10, 28)
_GIRLS = frozenset({Sex.FEMALE})
_SENSORY = frozenset({NeedCategory.SENSORY_IMPAIRMENT})
_BOTH = _SENSORY | {NeedCategory.DRUGS}
_SOLO = CaredForAlongside.SOLO
_NOW = Urgency.EMERGENCY
_OUTSIDE_TERMS = {"emergency": {"outside_terms": True}}
_NEXT_WEEK = DAY + timedelta(days=7)
_EXTENDED = decided("R23", None)
_SECURE = home(place=Place.K1)
_MEETS = {"secure_criteria": True, "secure_order": True}


def _days_ago(days: int) -> date:
    return DAY - timedelta(days=days)


CASES = (
    # R02
    inside("R02", "a children's home", lambda: pair(child(), home(place=Place.K2))),
    outside("R02", "a young offender institution", lambda: pair(teenager(), home(place=Place.R5))),
    inside("R02", "that institution, on remand", lambda: pair(teenager(remand=True), home(place=Place.R5))),
    # R07
    inside("R07", "an adapted home", lambda: pair(child(adaptation_needed=True), home(adapted=True))),
    inside("R07", "no adaptation needed", lambda: pair(child(), home(adapted=False))),
    outside("R07", "a home that is not adapted", lambda: pair(child(adaptation_needed=True), home(adapted=False))),
    # R11
    inside("R11", "16 today", lambda: pair(child(age_months=192), supported())),
    outside("R11", "15 years and 11 months", lambda: pair(child(age_months=191), supported())),
    inside("R11", "15, the day before reg 27A", lambda: pair(child(age_months=191), supported(), on=_BEFORE_REG_27A)),
    outside("R11", "15, on the day of reg 27A", lambda: pair(child(age_months=191), supported(), on=_REG_27A)),
    inside("R11", "15, a foster carer", lambda: pair(child(age_months=191), carer())),
    *(
        inside(
            "R11", f"15, a home returned as {place}", lambda place=place: pair(child(age_months=191), home(place=place))
        )
        for place in (Place.K1, Place.K2, Place.R1, Place.R2, Place.R3, Place.S1, Place.R5)
    ),
    outside("R11", "15, residential employment", lambda: pair(child(age_months=191), home(place=Place.P3))),
    inside("R11", "16, residential employment", lambda: pair(child(age_months=192), home(place=Place.P3))),
    outside("R11", "15, any other placement", lambda: pair(child(age_months=191), home(place=Place.Z1))),
    inside(
        "R11",
        "15, another placement that a court has authorised",
        lambda: pair(child(age_months=191, deprivation_of_liberty=True), home(place=Place.Z1)),
    ),
    inside(
        "R11",
        "15, another placement by an order recorded for it",
        lambda: pair(child(age_months=191), home(place=Place.Z1), authorisations=(decided("R15"),)),
    ),
    # R12
    inside("R12", "registered", lambda: pair(teenager(), supported(registered=True))),
    outside("R12", "not registered", lambda: pair(teenager(), supported(registered=False), on=_REG_27C)),
    inside(
        "R12",
        "not registered, the day before",
        lambda: pair(teenager(), supported(registered=False), on=_BEFORE_REG_27C),
    ),
    # R13
    inside("R13", "16 today", lambda: pair(child(age_months=192), supported())),
    outside("R13", "15 years and 11 months", lambda: pair(child(age_months=191), supported(), on=_REG_27C)),
    inside(
        "R13",
        "15, the day before the regulations",
        lambda: pair(child(age_months=191), supported(), on=_BEFORE_REG_27C),
    ),
    outside(
        "R13",
        "should live alone, lodgings",
        lambda: pair(teenager(cared_for_alongside=_SOLO), supported(category=AccommodationCategory.LODGINGS)),
    ),
    inside(
        "R13",
        "should live alone, self-contained",
        lambda: pair(teenager(cared_for_alongside=_SOLO), supported(category=AccommodationCategory.SELF_CONTAINED)),
    ),
    # R14
    inside("R14", "returned as K3", lambda: pair(teenager(), supported(place=Place.K3))),
    outside("R14", "returned as H5", lambda: pair(teenager(), supported(place=Place.H5), on=_REG_27C)),
    outside("R14", "returned as P2", lambda: pair(teenager(), supported(place=Place.P2), on=_REG_27C)),
    inside(
        "R14", "returned as H5, the day before", lambda: pair(teenager(), supported(place=Place.H5), on=_BEFORE_REG_27C)
    ),
    # R15
    inside("R15", "registered", lambda: pair(child(), home(registered=True))),
    outside("R15", "not registered", lambda: pair(child(), home(registered=False))),
    inside(
        "R15",
        "not registered, authorised by a court",
        lambda: pair(child(deprivation_of_liberty=True), home(registered=False)),
    ),
    inside(
        "R15",
        "not registered, the order recorded for this home",
        lambda: pair(child(), home(registered=False), authorisations=(decided("R15"),)),
    ),
    outside(
        "R15",
        "not registered, the order run out before the child comes",
        lambda: pair(
            child(needed_by=_NEXT_WEEK),
            home(registered=False),
            authorisations=(decided("R15", last_day=_NEXT_WEEK - timedelta(days=1)),),
        ),
    ),
    inside(
        "R15",
        "not registered, the child comes on the last day of the order",
        lambda: pair(
            child(needed_by=_NEXT_WEEK), home(registered=False), authorisations=(decided("R15", last_day=_NEXT_WEEK),)
        ),
    ),
    # R16
    inside("R16", "as old as the youngest", lambda: pair(child(age_months=120), home(age_min_months=120))),
    outside("R16", "a month too young", lambda: pair(child(age_months=119), home(age_min_months=120))),
    inside("R16", "as old as the oldest", lambda: pair(child(age_months=143), home(age_max_months=143))),
    outside("R16", "a month too old", lambda: pair(child(age_months=144), home(age_max_months=143))),
    inside("R16", "a girl in a home for girls", lambda: pair(child(sex=Sex.FEMALE), home(sexes=_GIRLS))),
    outside("R16", "a boy in a home for girls", lambda: pair(child(sex=Sex.MALE), home(sexes=_GIRLS))),
    inside("R16", "the need it names", lambda: pair(child(needs=_SENSORY), home(needs=_SENSORY))),
    outside("R16", "one need more than it names", lambda: pair(child(needs=_BOTH), home(needs=_SENSORY))),
    inside("R16", "a document that names no needs", lambda: pair(child(needs=_BOTH), home(needs=None))),
    outside(
        "R16",
        "supported accommodation for older ones",
        lambda: pair(child(age_months=203), supported(age_min_months=204)),
    ),
    # R17
    inside("R17", "the last registered place", lambda: pair(child(), home(place_counts=(vacant(), filled(2))))),
    outside("R17", "every registered place taken", lambda: pair(child(), home(place_counts=(filled(3),)))),
    outside(
        "R17",
        "every place taken before the child comes",
        lambda: pair(child(needed_by=_NEXT_WEEK), supported(place_counts=(filled(1, _REG_27C),))),
    ),
    inside("R17", "a carer, who has no registration", lambda: pair(child(), carer(place_counts=(filled(3),)))),
    # R21
    inside("R21", "as old as the oldest", lambda: pair(child(age_months=143), carer(age_max_months=143))),
    outside("R21", "a month too old", lambda: pair(child(age_months=144), carer(age_max_months=143))),
    inside("R21", "as old as the youngest", lambda: pair(child(age_months=60), carer(age_min_months=60))),
    outside("R21", "a month too young", lambda: pair(child(age_months=59), carer(age_min_months=60))),
    outside("R21", "a boy with a carer for girls", lambda: pair(child(), carer(sexes=_GIRLS))),
    outside("R21", "a need that is not named", lambda: pair(child(needs=_BOTH), carer(needs=_SENSORY))),
    outside(
        "R21",
        "an emergency where the policy forbids it",
        lambda: pair(child(age_months=144, urgency=_NOW), carer(age_max_months=143)),
    ),
    inside(
        "R21",
        "an emergency where the policy allows it",
        lambda: pair(child(age_months=144, urgency=_NOW), carer(age_max_months=143), policy=_OUTSIDE_TERMS),
    ),
    outside(
        "R21",
        "a planned search where the policy allows emergencies",
        lambda: pair(child(age_months=144), carer(age_max_months=143), policy=_OUTSIDE_TERMS),
    ),
    outside(
        "R21",
        "an emergency with a need that is not named",
        lambda: pair(child(needs=_BOTH, urgency=_NOW), carer(needs=_SENSORY), policy=_OUTSIDE_TERMS),
    ),
    inside(
        "R21",
        "a month too old, the terms varied for the child",
        lambda: pair(child(age_months=144), carer(age_max_months=143), authorisations=(decided("R21"),)),
    ),
    outside(
        "R21",
        "a month too old, the terms varied for another child",
        lambda: pair(
            child(age_months=144),
            carer(age_max_months=143),
            beside=(child("other"),),
            authorisations=(decided("R21", "other"),),
        ),
    ),
    # R23
    inside("R23", "the last day of 16 weeks", lambda: pair(child(), carer(temporarily_approved_on=_days_ago(111)))),
    outside("R23", "16 weeks later", lambda: pair(child(), carer(temporarily_approved_on=_days_ago(112)))),
    inside(
        "R23",
        "16 weeks later, extended",
        lambda: pair(child(), carer(temporarily_approved_on=_days_ago(112)), authorisations=(_EXTENDED,)),
    ),
    inside(
        "R23",
        "the last day of 24 weeks, extended",
        lambda: pair(child(), carer(temporarily_approved_on=_days_ago(167)), authorisations=(_EXTENDED,)),
    ),
    outside(
        "R23",
        "24 weeks later, extended",
        lambda: pair(child(), carer(temporarily_approved_on=_days_ago(168)), authorisations=(_EXTENDED,)),
    ),
    inside("R23", "approved for good", lambda: pair(child(), carer())),
    # R29
    inside("R29", "13 today, criteria and order", lambda: pair(child(age_months=156, **_MEETS), _SECURE)),
    outside("R29", "12 years and 11 months", lambda: pair(child(age_months=155, **_MEETS), _SECURE)),
    inside(
        "R29",
        "12, approved by the Secretary of State",
        lambda: pair(child(age_months=155, secretary_of_state_approval=True, **_MEETS), _SECURE),
    ),
    inside(
        "R29",
        "12, the Secretary of State's approval recorded",
        lambda: pair(child(age_months=155, **_MEETS), _SECURE, authorisations=(decided("R29", setting_id=None),)),
    ),
    outside(
        "R29",
        "12, that approval, no criteria",
        lambda: pair(
            child(age_months=155, secure_order=True), _SECURE, authorisations=(decided("R29", setting_id=None),)
        ),
    ),
    outside("R29", "an order without the criteria", lambda: pair(child(age_months=156, secure_order=True), _SECURE)),
    outside("R29", "the criteria without an order", lambda: pair(child(age_months=156, secure_criteria=True), _SECURE)),
    inside(
        "R29",
        "the criteria in an emergency",
        lambda: pair(child(age_months=156, secure_criteria=True, urgency=_NOW), _SECURE),
    ),
    inside(
        "R29",
        "15, accommodated under section 20",
        lambda: pair(child(age_months=191, legal_status=LegalStatus.V2, **_MEETS), _SECURE),
    ),
    outside(
        "R29",
        "16, accommodated under section 20",
        lambda: pair(child(age_months=192, legal_status=LegalStatus.V2, **_MEETS), _SECURE),
    ),
    inside(
        "R29",
        "16, under a care order",
        lambda: pair(child(age_months=192, legal_status=LegalStatus.C2, **_MEETS), _SECURE),
    ),
    # R30
    inside("R30", "a children's home", lambda: pair(child(deprivation_of_liberty=True), home(place=Place.K2))),
    outside("R30", "a secure home", lambda: pair(child(deprivation_of_liberty=True), _SECURE)),
    outside(
        "R30", "a young offender institution", lambda: pair(child(deprivation_of_liberty=True), home(place=Place.R5))
    ),
    outside("R30", "supported accommodation", lambda: pair(teenager(deprivation_of_liberty=True), supported())),
    inside("R30", "a secure home without an authorisation", lambda: pair(child(), _SECURE)),
    # R31
    inside("R31", "a setting that takes remand", lambda: pair(child(remand=True), home(takes_remand=True))),
    outside("R31", "a setting that does not", lambda: pair(child(remand=True), home())),
    # R33
    inside(
        "R33",
        "a parent where parents are also taken",
        lambda: pair(child(parent_and_child=True), carer(parent_and_child=ParentAndChild.ALSO)),
    ),
    outside("R33", "a parent where none is taken", lambda: pair(child(parent_and_child=True), carer())),
    inside(
        "R33",
        "a single child where parents are also taken",
        lambda: pair(child(), carer(parent_and_child=ParentAndChild.ALSO)),
    ),
    outside(
        "R33",
        "a single child where only parents are taken",
        lambda: pair(child(), carer(parent_and_child=ParentAndChild.ONLY)),
    ),
    # R35
    inside("R35", "an agency graded good", lambda: pair(child(), carer(provider_id="good"))),
    outside("R35", "an agency that requires improvement", lambda: pair(child(), carer(provider_id="improving"))),
    inside(
        "R35",
        "that agency under East Riding's policy",
        lambda: pair(
            child(), carer(provider_id="improving"), policy={"quality": {"min_grade": "requires improvement"}}
        ),
    ),
    outside(
        "R35",
        "an inadequate agency under East Riding's policy",
        lambda: pair(
            child(), carer(provider_id="inadequate"), policy={"quality": {"min_grade": "requires improvement"}}
        ),
    ),
    inside(
        "R35",
        "an agency that requires improvement, by an exception for the setting",
        lambda: pair(child(), carer(provider_id="improving"), authorisations=(decided("R35", None),)),
    ),
    inside(
        "R35",
        "an inadequate agency where the policy switches the rule off",
        lambda: pair(child(), carer(provider_id="inadequate"), policy={"rules": {"off": ["R35"]}}),
    ),
    inside("R35", "an agency not graded yet", lambda: pair(child(), carer(provider_id="ungraded"))),
    outside(
        "R35",
        "an agency not graded yet where the policy wants a grade",
        lambda: pair(child(), carer(provider_id="ungraded"), policy={"quality": {"ungraded_allowed": False}}),
    ),
    inside("R35", "the authority's own home of any grade", lambda: pair(child(), home(grade=Grade.INADEQUATE))),
    outside(
        "R35",
        "a home worse than its provider",
        lambda: pair(child(), home(provider_id="good", grade=Grade.REQUIRES_IMPROVEMENT)),
    ),
    inside(
        "R35", "a home better than its provider", lambda: pair(child(), home(provider_id="improving", grade=Grade.GOOD))
    ),
    # R36
    inside("R36", "a residential school at 4", lambda: pair(child(age_months=48), home(place=Place.S1))),
    outside("R36", "a residential school before 4", lambda: pair(child(age_months=47), home(place=Place.S1))),
    inside("R36", "custody at 10", lambda: pair(child(age_months=120), home(place=Place.R5))),
    outside("R36", "custody before 10", lambda: pair(child(age_months=119), home(place=Place.R5))),
    inside("R36", "residential employment at 14", lambda: pair(child(age_months=168), home(place=Place.P3))),
    outside("R36", "residential employment before 14", lambda: pair(child(age_months=167), home(place=Place.P3))),
    inside("R36", "supported accommodation at 16", lambda: pair(child(age_months=192), supported())),
    outside("R36", "supported accommodation before 16", lambda: pair(child(age_months=191), supported())),
    inside("R36", "a children's home at any age", lambda: pair(child(age_months=0), home())),
)


@each(CASES)
def test_statutory_rule(case: Case) -> None:
    """The rule lets through the pair just inside it and stops the one just outside."""
    case.test()
