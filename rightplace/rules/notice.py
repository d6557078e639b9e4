"""What a placement obliges somebody to do, what somebody should look at, and what a commissioner should plan for.

None of these rules excludes a pair or costs anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rightplace.instances.children import ADULT_MONTHS
from rightplace.rules.attributes import Ints, Type
from rightplace.rules.rule import Mask, Scope, notification, planning, warning

if TYPE_CHECKING:
    from rightplace.rules.pairs import Pairs

_REG_13 = "Care Planning Regulations 2010 reg 13(4)"
_REG_9 = "Care Planning Regulations 2010 reg 9"
_NOTIFIED = (
    "Parents, the area's health and education services and the others whom regulation 13 names are told of "
    "a placement in writing."
)
_PLANNED = "A placement plan is agreed with the carer or home, saying how the placement meets the child's needs."


def _is_planned(p: Pairs) -> Mask:
    return ~p.is_stay & ~p.child(p.facts.children.emergency)


def _is_emergency(p: Pairs) -> Mask:
    return ~p.is_stay & p.child(p.facts.children.emergency)


@notification(
    "R26",
    "Notice of a planned placement",
    source=_REG_13,
    sentence=_NOTIFIED,
    by="responsible authority",
    deadline="in writing, before the placement",
)
def notice_before(p: Pairs) -> Mask:
    """The child stays, or it is an emergency (R26E)."""
    return ~_is_planned(p)


@notification(
    "R26E",
    "Notice of an emergency placement",
    source=_REG_13,
    sentence=_NOTIFIED,
    by="responsible authority",
    deadline="in writing, within 5 working days of the placement",
)
def notice_after(p: Pairs) -> Mask:
    """The child stays, or the placement is planned (R26)."""
    return ~_is_emergency(p)


@notification(
    "R28",
    "Placement plan of a planned placement",
    source=_REG_9,
    sentence=_PLANNED,
    by="responsible authority, with the carer or home",
    deadline="before the placement",
)
def plan_before(p: Pairs) -> Mask:
    """The child stays, or it is an emergency (R28E)."""
    return ~_is_planned(p)


@notification(
    "R28E",
    "Placement plan of an emergency placement",
    source=_REG_9,
    sentence=_PLANNED,
    by="responsible authority, with the carer or home",
    deadline="within 5 working days of the start of the placement",
)
def plan_after(p: Pairs) -> Mask:
    """The child stays, or the placement is planned (R28)."""
    return ~_is_emergency(p)


@warning(
    "R01",
    "Parents first",
    source="Children Act 1989 s22C(2) to (4)",
    sentence="A child lives with a parent, or another person with parental responsibility, unless that is not "
    "practicable or not consistent with their welfare; a child placed with parents now needs this decided first.",
)
def parents_first(p: Pairs) -> Mask:
    """The child is not placed with parents now (P1): whether a child could be is nowhere in the data."""
    return ~(p.child(p.facts.children.with_parents) & ~p.is_stay)


@warning(
    "R37",
    "Adults only as a minority",
    source="Care Standards Act 2000, as a law firm reads it",
    sentence="A children's home may go on looking after people over 18 only while they are fewer than the children.",
    verified=False,
)
def adults_are_a_minority(p: Pairs) -> Mask:
    """In a home with people over 18, they are fewer than the children who will be there with this one."""
    facts = p.facts
    adults = p.setting(facts.settings.num_adults)
    people = facts.others[p.setting_idx, p.start_day_idx] + 1
    return (p.type != Type.HOME) | (adults == 0) | (adults < people - adults)


@planning(
    "R09",
    "Enough places in the area",
    source="Children Act 1989 s22G(1) to (4)",
    sentence="The authority secures, so far as reasonably practicable, enough accommodation in its area for the needs "
    "of its children: no fewer free places of the child's need level and above than children who wait for one.",
    scope=Scope.AREA,
)
def enough_places_in_area(p: Pairs) -> Mask:
    """Free places in the authority's area of the child's level or above are as many as such children who wait.

    Counted on the day of the instance, over all types of setting and all providers.
    """
    return p.child(_sufficient(p))


def _sufficient(p: Pairs) -> Mask:
    facts = p.facts
    waiting = facts.children.is_waiting
    authority, level = facts.children.authority_idx, facts.children.need_level
    sufficient = np.ones(len(waiting), dtype=np.bool_)
    vacant: Ints = facts.vacant[:, 0]
    for a, least in set(zip(authority[waiting].tolist(), level[waiting].tolist(), strict=True)):
        alike = (authority == a) & (level == least) & waiting
        places = vacant[(facts.settings.authority_idx == a) & (facts.settings.lifted_level >= least)].sum()
        sufficient[alike] = places >= ((authority == a) & (level >= least) & waiting).sum()
    return sufficient


@planning(
    "R34",
    "Staying put",
    source="Children Act 1989 s23CZA",
    sentence="A young person may stay with a foster carer until 21, so a place taken at 17 may not be free at 18.",
    scope=Scope.AREA,
    verified=False,
)
def may_stay_put(p: Pairs) -> Mask:
    """No carer, or a child with a year or more to the eighteenth birthday."""
    return (p.type != Type.CARER) | (p.child(p.facts.children.ages_months) < ADULT_MONTHS - 12)


RULES = (notice_before, notice_after, plan_before, plan_after, parents_first, adults_are_a_minority,
         enough_places_in_area, may_stay_put)  # fmt: skip
