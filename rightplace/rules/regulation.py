"""Statutory rules on a single pair: what the law lets happen (field guide, section D)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from rightplace.instances.children import Place
from rightplace.instances.settings import ParentAndChild
from rightplace.rules.attributes import Type
from rightplace.rules.rule import Mask, Owner, Scope, hard

if TYPE_CHECKING:
    from rightplace.rules.pairs import Pairs

_SUPPORTED_RULES = date(2023, 10, 28)
_PNC = list(ParentAndChild)


@hard(
    "R02",
    "A placement of section 22C",
    source="Children Act 1989 s22C(5), (6)",
    sentence="A looked-after child lives with a connected carer, with another foster carer, in a children's home, or "
    "in another arrangement that the regulations allow; custody is none of these, except for a child on remand.",
)
def is_placement_of_section_22c(p: Pairs) -> Mask:
    """Every setting but a young offender institution; whether homes and other arrangements comply, R11 to R15 say."""
    return ~p.is_place(Place.R5) | p.child(p.facts.children.remand)


@hard(
    "R07",
    "Adapted home",
    source="Children Act 1989 s22C(8)(d)",
    sentence="A child with a disability needs accommodation that is suitable to their particular needs.",
    verified=False,
)
def adapted_home(p: Pairs) -> Mask:
    """An adaptation that the referral flags as needed is there."""
    return ~p.child(p.facts.children.adaptation_needed) | p.setting(p.facts.settings.adapted)


@hard(
    "R11",
    "Under 16: regulated settings only",
    source="Care Planning Regulations 2010 reg 27A (SI 2021/161), in force 9 September 2021",
    sentence="A child under 16 may live with a foster carer or in a children's home, care home, hospital, residential "
    "family centre or residential school, and in no other arrangement that a court has not authorised.",
    since=date(2021, 9, 9),
)
def under_16_regulated(p: Pairs) -> Mask:
    """Under 16: a carer, or a home whose PLACE is one of the listed kinds.

    R5 (custody) is no placement under section 22C (R02). Z1, any other placement, needs a court, as rule R15 does.
    """
    listed = p.is_place(Place.K1, Place.K2, Place.R1, Place.R2, Place.R3, Place.S1, Place.R5)
    authorised = p.child(p.facts.children.deprivation_of_liberty) | p.is_authorised("R15")
    court = p.is_place(Place.Z1) & authorised
    other = (p.type == Type.SUPPORTED) | ((p.type == Type.HOME) & ~listed & ~court)
    return ~other | (p.child(p.facts.children.ages_months) >= 192)


@hard(
    "R12",
    "Supported accommodation is registered",
    source="Care Planning Regulations 2010 reg 27C (SI 2023/416 reg 36), in force 28 October 2023",
    sentence="A young person of 16 or 17 may only live in supported accommodation that is registered.",
    since=_SUPPORTED_RULES,
)
def supported_is_registered(p: Pairs) -> Mask:
    """Supported accommodation has a registration."""
    return (p.type != Type.SUPPORTED) | p.setting(p.facts.settings.registered)


@hard(
    "R13",
    "Supported accommodation is for 16 and over",
    source="SI 2023/416 reg 2; its categories at second hand only",
    sentence="Supported accommodation is for young people of 16 and over; who must live alone needs the self-contained "
    "category.",
    since=_SUPPORTED_RULES,
    verified=False,
)
def supported_age_and_category(p: Pairs) -> Mask:
    """16 or older, and self-contained for a young person who should live alone."""
    old_enough = p.child(p.facts.children.ages_months) >= 192
    fits = ~p.child(p.facts.children.solo) | p.setting(p.facts.settings.self_contained)
    return (p.type != Type.SUPPORTED) | (old_enough & fits)


@hard(
    "R14",
    "Supported accommodation has completed its registration",
    source="SI 2023/416 (registration open from 28 April 2023); Ofsted guidance",
    sentence="Supported accommodation that is returned under PLACE H5 or P2 has not completed registration as K3.",
    since=_SUPPORTED_RULES,
)
def supported_is_returned_as_k3(p: Pairs) -> Mask:
    """After registration became compulsory, only K3 is supported accommodation."""
    return (p.type != Type.SUPPORTED) | p.is_place(Place.K3)


@hard(
    "R15",
    "Children's homes are registered",
    source="Care Standards Act 2000; Children Act 1989 s22C(6)(c)",
    sentence="A children's home must be registered; only a court-authorised deprivation of liberty lets a child be "
    "placed in one that is not, and it must apply within seven working days.",
    lifted_by="the order of a court that authorises the placement",
)
def home_is_registered(p: Pairs) -> Mask:
    """Registered, or a court has authorised the child's deprivation of liberty."""
    court = p.child(p.facts.children.deprivation_of_liberty)
    return (p.type != Type.HOME) | p.setting(p.facts.settings.registered) | court


@hard(
    "R16",
    "Statement of purpose",
    source="Children's Homes Regulations 2015 reg 16(5), Sch 1 paras 1 and 3(b)",
    sentence="A home takes children of the ages, sexes and needs that its statement of purpose names.",
)
def within_statement_of_purpose(p: Pairs) -> Mask:
    """Homes and supported accommodation: age, sex and need categories."""
    return (p.type == Type.CARER) | (age_and_sex_fit(p) & needs_fit(p))


@hard(
    "R17",
    "Conditions of registration",
    source="Care Standards Act 2000; the conditions in the Ofsted provider list",
    sentence="A home or supported accommodation has no more people than its registration has places.",
    verified=False,
    scope=Scope.HOUSEHOLD,
)
def within_registered_places(p: Pairs) -> Mask:
    """With the child, and those who will be there from the child's first day on, there are enough places."""
    people = p.facts.others[p.setting_idx, p.start_day_idx] + 1
    return (p.type == Type.CARER) | (people <= p.setting(p.facts.settings.num_places))


def age_and_sex_fit(p: Pairs) -> Mask:
    """The child's age and sex lie within the setting's terms."""
    s = p.facts.settings
    age = p.child(p.facts.children.ages_months)
    sex = (p.child(p.facts.children.sex_bit) & p.setting(s.sex_bits)) != 0
    return sex & (p.setting(s.age_min_months) <= age) & (age <= p.setting(s.age_max_months))


def needs_fit(p: Pairs) -> Mask:
    """Every need category of the child is among the setting's."""
    return (p.child(p.facts.children.need_bits) & ~p.setting(p.facts.settings.need_bits)) == 0


@hard(
    "R21",
    "Terms of approval",
    source="Fostering Services (England) Regulations 2011 reg 27(5); Care Planning Regulations 2010 reg 23, its six "
    "days at second hand only",
    sentence="A foster carer takes children of the ages, sexes and needs that their terms of approval name; an "
    "emergency may go outside the ages and sexes for up to six working days where the policy allows it.",
    verified=False,
    lifted_by="a variation of the terms of approval for the child",
)
def within_terms_of_approval(p: Pairs) -> Mask:
    """Carers: age, sex and needs; the policy may let an emergency outside age and sex."""
    fits = age_and_sex_fit(p)
    if p.facts.instance.policy.emergency.outside_terms:
        fits = fits | p.child(p.facts.children.emergency)
    return (p.type != Type.CARER) | (fits & needs_fit(p))


_TEMPORARY_DAYS, _EXTENSION_DAYS = 16 * 7, 8 * 7


@hard(
    "R23",
    "Temporary approval has not run out",
    source="Care Planning Regulations 2010 regs 24 and 25; the 16 and 8 weeks at second hand only",
    sentence="A relative or friend who is approved for the time being may look after the child for 16 weeks, and for 8 "
    "more where the approval is extended.",
    verified=False,
    lifted_by="the extension of the temporary approval by 8 weeks",
    weighs_authorisations=True,
)
def temporary_approval_lasts(p: Pairs) -> Mask:
    """The child comes within 16 weeks of a temporary approval, 24 where its extension is recorded."""
    since = p.setting(p.facts.settings.temporarily_approved_on)
    weeks = _TEMPORARY_DAYS + _EXTENSION_DAYS * p.is_authorised("R23")
    return (since == 0) | (p.child(p.facts.children.start_day) < since + weeks)


@hard(
    "R29",
    "Secure accommodation",
    source="Children Act 1989 s25, s20(5); Children (Secure Accommodation) Regulations 1991, their 72 hours at second "
    "hand only",
    sentence="A secure home only takes a child who meets the criteria of section 25, with a court order (an emergency "
    "may wait up to 72 hours for it), aged 13 or over unless the Secretary of State approves, and not a young person "
    "of 16 or over accommodated under section 20(5).",
    verified=False,
    lifted_by="the Secretary of State's approval, for a child under 13; nothing else of the rule",
    weighs_authorisations=True,
)
def secure_accommodation(p: Pairs) -> Mask:
    """K1 needs criteria, an order or an emergency, age 13 or approval, and no section 20 accommodation from 16."""
    c = p.facts.children
    age = p.child(c.ages_months)
    order = p.child(c.secure_order) | p.child(c.emergency)
    old_enough = (age >= 156) | p.child(c.secretary_of_state_approval) | p.is_authorised("R29")
    lawful = p.child(c.secure_criteria) & order & old_enough & ~(p.child(c.section_20) & (age >= 192))
    return ~p.is_place(Place.K1) | lawful


@hard(
    "R30",
    "Deprivation of liberty",
    source="SSDA903 rules 709 and 710 (2026-27)",
    sentence="A child whose deprivation of liberty a court has authorised does not live in a secure home, a young "
    "offender institution or supported accommodation.",
)
def deprivation_of_liberty(p: Pairs) -> Mask:
    """Not K1, P1, R5 or K3."""
    return ~p.child(p.facts.children.deprivation_of_liberty) | ~p.is_place(Place.K1, Place.P1, Place.R5, Place.K3)


@hard(
    "R31",
    "Remand",
    source="Legal Aid, Sentencing and Punishment of Offenders Act 2012 ss92-93, s104",
    sentence="A child remanded to local authority accommodation lives in a setting that accepts remand.",
    verified=False,
)
def remand(p: Pairs) -> Mask:
    """Remanded children need a setting that takes remand."""
    return ~p.child(p.facts.children.remand) | p.setting(p.facts.settings.takes_remand)


@hard(
    "R33",
    "Parent and child",
    source="Practice; Residential Family Centres Regulations 2002",
    sentence="A parent with a baby lives where both are taken together; some settings take nobody else.",
    verified=False,
)
def parent_and_child(p: Pairs) -> Mask:
    """A dyad needs a setting that takes dyads; a setting for dyads only takes no single child."""
    dyad = p.child(p.facts.children.parent_and_child)
    takes = p.setting(p.facts.settings.parent_and_child)
    return np.where(dyad, takes != _PNC.index(ParentAndChild.NO), takes != _PNC.index(ParentAndChild.ONLY))


@hard(
    "R35",
    "Ofsted grade",
    source="The authority's policy (Barnet 2014: Good or Outstanding; East Riding: not Inadequate)",
    sentence="An independent provider has at least the Ofsted grade that the policy asks for.",
    owner=Owner.AUTHORITY,
    lifted_by="an exception that the authority has made for the child or the setting",
)
def quality_gate(p: Pairs) -> Mask:
    """Independent settings reach the policy's grade; ungraded ones pass where the policy says so."""
    quality = p.facts.instance.policy.quality
    grade = p.setting(p.facts.settings.grade)
    ungraded = (grade == 0) & quality.ungraded_allowed
    independent = ~p.setting(p.facts.settings.in_house) & ~p.setting(p.facts.settings.connected)
    return ~independent | ungraded | (grade >= int(quality.least_grade))


@hard(
    "R36",
    "Least ages",
    source="SSDA903 rules 371 to 374",
    sentence="Residential schools take children from 4, young offender institutions from 10, residential employment "
    "from 14, supported accommodation from 16.",
)
def least_age(p: Pairs) -> Mask:
    """S1 from 4, R5 from 10, P3 from 14, K3 from 16 years."""
    age = p.child(p.facts.children.ages_months)
    keeps = np.ones(len(p), dtype=np.bool_)
    for place, years in ((Place.S1, 4), (Place.R5, 10), (Place.P3, 14), (Place.K3, 16)):
        keeps &= ~p.is_place(place) | (age >= 12 * years)
    return keeps


RULES = (
    is_placement_of_section_22c,
    under_16_regulated,
    supported_is_registered,
    supported_age_and_category,
    supported_is_returned_as_k3,
    home_is_registered,
    within_statement_of_purpose,
    within_registered_places,
    within_terms_of_approval,
    temporary_approval_lasts,
    secure_accommodation,
    deprivation_of_liberty,
    remand,
    parent_and_child,
    quality_gate,
    least_age,
    adapted_home,
)
