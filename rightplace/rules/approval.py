"""Pairs that are allowed once somebody signs, with who signs and by when."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rightplace.instances.children import Place
from rightplace.rules.attributes import Type
from rightplace.rules.compatibility import impact_on_residents
from rightplace.rules.preference import changes_school
from rightplace.rules.regulation import age_and_sex_fit
from rightplace.rules.rule import Mask, approval

if TYPE_CHECKING:
    from rightplace.rules.pairs import Pairs

_REG_11 = "Care Planning Regulations 2010 reg 11 (as amended by SI 2013/3239)"


def _exempt(p: Pairs) -> Mask:
    """Connected carers, and the responsible authority's own foster carers, need no out-of-area approval."""
    return p.is_connected | (p.is_own & (p.type == Type.CARER))


@approval(
    "R24",
    "Out of area",
    source=f"{_REG_11}, (1)(a), (2)(d)(i); the exemption at second hand only",
    sentence="A placement outside the authority's area needs the nominated officer's approval, and the area authority "
    "is notified. Connected carers and the authority's own foster carers are exempt.",
    signatory="nominated officer",
    deadline="before the placement; in an emergency the area authority is notified within 5 working days",
    price=lambda policy: policy.price.approval_nominated_officer,
    verified=False,
)
def out_of_area(p: Pairs) -> Mask:
    """In area, exempt, or at a distance (which R25 asks more for)."""
    return p.in_area | _exempt(p) | ~_adjoining(p)


def _adjoining(p: Pairs) -> Mask:
    near = p.facts.adjoining
    return near[p.child(p.facts.children.authority_idx), p.setting(p.facts.settings.authority_idx)]


@approval(
    "R25",
    "At a distance",
    source=f"{_REG_11}, (1)(b), (5)",
    sentence="A placement outside the area and not within any adjoining authority needs the director of children's "
    "services' approval; the area authority is consulted and gets the care plan.",
    signatory="director of children's services",
    deadline="before the placement",
    price=lambda policy: policy.price.approval_director,
)
def at_a_distance(p: Pairs) -> Mask:
    """In area, in an adjoining area, or exempt. The legal test is the shared boundary, not 20 miles."""
    return p.in_area | _exempt(p) | _adjoining(p)


@approval(
    "R21E",
    "Emergency outside the terms of approval",
    source="Care Planning Regulations 2010 reg 23",
    sentence="An emergency placement outside a carer's terms of approval lasts at most six working days.",
    signatory="nominated officer",
    deadline="ends after 6 working days unless the terms are varied",
    price=lambda policy: policy.price.approval_emergency_terms,
    verified=False,
)
def emergency_outside_terms(p: Pairs) -> Mask:
    """The age and sex fit the carer's terms."""
    return (p.type != Type.CARER) | age_and_sex_fit(p)


@approval(
    "R15C",
    "Unregistered home by order of a court",
    source="Care Standards Act 2000; Practice Guidance of the President of the Family Division",
    sentence="A court-authorised placement in an unregistered home obliges the provider to apply for registration.",
    signatory="the court, and the director of children's services",
    deadline="application for registration within 7 working days",
    price=lambda policy: policy.price.approval_unregistered,
)
def unregistered_home(p: Pairs) -> Mask:
    """The home is registered."""
    return (p.type != Type.HOME) | p.setting(p.facts.settings.registered)


@approval(
    "R29C",
    "Secure accommodation before a court order",
    source="Children (Secure Accommodation) Regulations 1991 reg 10",
    sentence="Without a court order a child may be kept in a secure home for at most 72 hours in any 28 days.",
    signatory="the court",
    deadline="72 hours",
    price=lambda policy: policy.price.approval_director,
    verified=False,
)
def secure_without_order(p: Pairs) -> Mask:
    """Not a secure home, or the court has made its order."""
    return ~p.is_place(Place.K1) | p.child(p.facts.children.secure_order)


@approval(
    "R20",
    "Exemption by the authority where the carer lives",
    source="Children Act 1989 Sch 7 paras 4 and 5",
    sentence="Only the local authority in whose area the carer lives may exempt them from the usual fostering limit, "
    "in writing and naming the children; without it the household counts as a children's home.",
    signatory="local authority in whose area the carer lives",
    deadline="before the placement",
    price=lambda policy: policy.price.approval_nominated_officer,
)
def exemption_is_recorded(p: Pairs) -> Mask:
    """The carer's row names no exemption for the child, or the decision is recorded with who and when (R19 or R20)."""
    named = p.facts.undated_exemptions
    keys = p.child_idx * len(p.facts.instance.settings) + p.setting_idx
    return ~np.isin(keys, named) | p.is_authorised("R19") | p.is_stay


@approval(
    "R23T",
    "Temporary approval of a relative or friend",
    source="Care Planning Regulations 2010 regs 24 and 25; the 16 and 8 weeks at second hand only",
    sentence="A relative or friend may look after the child before they are approved as a foster carer, if they are "
    "assessed as suitable and approved for the time being.",
    signatory="nominated officer",
    deadline="full approval within 16 weeks of the temporary one; 24 weeks where it is extended",
    price=lambda policy: policy.price.approval_nominated_officer,
    verified=False,
)
def temporary_approval(p: Pairs) -> Mask:
    """The carer is not approved for the time being only."""
    return p.setting(p.facts.settings.temporarily_approved_on) == 0


@approval(
    "R27",
    "Change of school in years 10 and 11",
    source="Care Planning Regulations 2010 reg 10",
    sentence="A looked-after child in key stage 4 is not moved so that their education is disrupted until the "
    "nominated officer approves, having consulted the designated teacher and the reviewing officer. Emergencies are "
    "excepted.",
    signatory="nominated officer",
    deadline="before the move",
    price=lambda policy: policy.price.approval_nominated_officer,
)
def key_stage_4(p: Pairs) -> Mask:
    """Not a placed child in year 10 or 11 whose journey to school means a change of school; no emergency."""
    c = p.facts.children
    year = p.child(c.school_year)
    concerned = p.child(c.is_placed) & ((year == 10) | (year == 11)) & ~p.child(c.emergency)
    return ~(concerned & ~p.is_stay & changes_school(p))


RULES = (
    out_of_area,
    at_a_distance,
    emergency_outside_terms,
    unregistered_home,
    secure_without_order,
    impact_on_residents,
    exemption_is_recorded,
    temporary_approval,
    key_stage_4,
)
