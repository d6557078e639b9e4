"""The two values that a rule compares, in words, for one pair: the child's side and the setting's side.

``COMPARED`` has a line for every rule of the catalogue. A new rule takes the function of its family, or a small one of
its own: those of the law stand in ``sides``, those of practice and preference here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from rightplace.instances.children import Suitability, Wish
from rightplace.instances.settings import Carer, Home, SupportedAccommodation
from rightplace.rules import sides, words
from rightplace.rules.one_pair import OnePair
from rightplace.rules.sides import Compared

if TYPE_CHECKING:
    from rightplace.rules.rule import Rule

Compare = Callable[[OnePair], Compared]


def compared(rule: Rule, one: OnePair) -> Compared:
    """The two values that a rule compares for a pair."""
    return COMPARED[rule.id](one)


def _vacancy(one: OnePair) -> Compared:
    facts, terms = one.facts, one.setting.offer.terms
    day = facts.start_day_idx[one.child_idx]
    free = facts.free[one.setting_idx, day:]
    needed = f"needs a place from {words.day(date.fromordinal(int(facts.days[day])))}"
    offered = f"{free[0]} of {words.count(terms.num_places, 'place')} free then"
    if facts.leavers[one.setting_idx, day]:
        offered += f", of which {facts.leavers[one.setting_idx, day]} only if a child who seeks another home has left"
    if free[0] > 0 and free.min() == 0:
        gone = facts.days[day + int(np.argmin(free > 0))]
        offered += f", none from {words.day(date.fromordinal(int(gone)))}"
    return Compared(needed, offered)


def _owner(one: OnePair) -> Compared:
    owner = one.instance.provider[one.setting.offer.provider_id].authority_id
    if owner is None:
        return Compared(sides.looked_after_by(one), "run by an independent provider")
    if owner == one.child.authority_id:
        return Compared(sides.looked_after_by(one), "run by the authority itself")
    partners = one.instance.authorities[one.facts.authority_idx[one.child.authority_id]].partner_ids
    consortium = "a partner of the consortium" if owner in partners else "no partner of the consortium"
    consortium += ", a connected carer of the child" if one.row.is_connected[0] else ""
    return Compared(sides.looked_after_by(one), f"run by {sides.authority_name(one, owner)}, {consortium}")


def _connection(one: OnePair) -> Compared:
    named = "names this carer as a relative or friend" if one.row.is_connected[0] else "does not name this carer"
    connected = isinstance(one.setting, Carer) and one.setting.connected
    return Compared(named, "a connected carer" if connected else "not a connected carer")


def _radius(one: OnePair) -> Compared:
    search = one.policy.search
    match one.setting:
        case Carer():
            limit = search.carer_max_miles
        case Home():
            limit = search.home_max_miles
        case SupportedAccommodation():
            limit = search.supported_max_miles
    searched = f"the policy searches {limit:g} miles around" if limit else "the policy sets no limit"
    return Compared(f"family home {words.miles(int(one.row.miles_from_home_tenths[0]))} away", searched)


def _lives_here(one: OnePair) -> Compared:
    home = one.child.current_setting_id
    return Compared(f"lives in {home}" if home else "lives in no setting of the instance", f"this is {one.setting.id}")


def _level(one: OnePair) -> Compared:
    facts = one.facts
    own = int(facts.settings.need_level[one.setting_idx])
    lifted = int(facts.settings.lifted_level[one.setting_idx])
    support = one.setting.support_limit.name.lower() if isinstance(one.setting, Carer) else ""
    more = f", {lifted} with {support} support" if lifted > own else ""
    return Compared(f"level {facts.children.need_level[one.child_idx]}", f"level {own}{more}")


def _suitability(one: OnePair) -> Compared:
    child = one.child
    match one.setting:
        case Carer():
            care, suits = "foster care", child.foster_suitability
        case Home():
            care, suits = "residential care", child.residential_suitability
        case SupportedAccommodation():
            care, suits = "supported accommodation", child.supported_suitability
    said = "not specified" if suits is Suitability.NOT_SPECIFIED else suits.value
    return Compared(f"{care}: {said}", words.type_of(one.setting))


def _adults(one: OnePair) -> Compared:
    asked = words.ratio(one.child.adult_ratio)
    match one.setting:
        case Carer():
            return Compared(asked, "a carer's household: no ratio is compared")
        case Home():
            return Compared(asked, words.ratio(one.setting.adult_ratio))
        case SupportedAccommodation():
            return Compared(asked, "supported accommodation: the standard number of adults")


def _quality(one: OnePair) -> Compared:
    asked = one.policy.quality
    ungraded = "" if asked.ungraded_allowed else ", not ungraded"
    wanted = f"the policy asks for {asked.min_grade} or better{ungraded}"
    facts = one.facts.settings
    exempt = facts.in_house[one.setting_idx] or facts.connected[one.setting_idx]
    return Compared(wanted, "no independent provider" if exempt else words.grade(one.grade))


def _near_home(one: OnePair) -> Compared:
    away = words.miles(int(one.row.miles_from_home_tenths[0]))
    return Compared(f"family home at {one.child.home.text}", f"{away} away")


def _near_school(one: OnePair) -> Compared:
    if one.child.school is None:
        return Compared("no school named", "nothing to compare")
    must = " where the child must continue" if one.child.must_stay_at_school else ""
    far = f"a journey beyond {one.policy.price.school_change_miles:g} miles means a change"
    away = words.miles(int(one.row.miles_from_school_tenths[0]))
    return Compared(f"school at {one.child.school.text}{must}", f"{away} away; {far}")


def _wish(wish: Wish) -> Compare:
    """The function of a rule on one wish."""

    def compare(one: OnePair) -> Compared:
        child, offer = one.child, one.setting.offer
        match wish:
            case Wish.FAITH:
                own, there = child.religion or "", words.listed(offer.faiths, "no faith recorded")
            case Wish.LANGUAGE:
                own, there = words.listed(child.languages, ""), words.listed(offer.languages, "no language recorded")
            case Wish.ETHNICITY:
                own = child.ethnicity.value if child.ethnicity else ""
                there = "not compared for this type of setting"
                if isinstance(one.setting, Carer):
                    there = words.listed(one.setting.ethnicities, "no ethnicity recorded")
        wanted = f"wishes to share {wish.value}: {own or 'not recorded'}"
        return Compared(wanted if wish in child.wishes else f"no wish about {wish.value}", there)

    return compare


def _moving(one: OnePair) -> Compared:
    sought = "a home is sought" if one.child.is_waiting else "no home is sought"
    return Compared(sought, "where the child lives now" if one.row.is_stay[0] else "not where the child lives now")


def _decision(one: OnePair) -> Compared:
    rows = [row for row in one.facts.instance.decisions if row.child_id == one.child.id]
    own = [f"{row.kind}: {row.setting_id or 'go on waiting'} ({row.decided_by}, {row.decided_on})" for row in rows]
    return Compared("; ".join(own) or "nothing decided", f"this is {one.setting.id}")


COMPARED: Mapping[str, Compare] = {
    "P01": _vacancy,
    "P02": _owner,
    "P03": _connection,
    "P04": _radius,
    "P05": _lives_here,
    "P06": _level,
    "P07": _suitability,
    "P08": _adults,
    "P10": _suitability,
    "P11": _moving,
    "P12": _decision,
    "P13": _decision,
    "R01": sides.parents,
    "R02": sides.custody,
    "R03": sides.relatives,
    "R04": _near_home,
    "R05": _near_school,
    "R05C": _near_school,
    "R05M": _near_school,
    "R06": sides.settled_siblings,
    "R07": sides.adaptation,
    "R08": sides.area,
    "R09": sides.sufficiency,
    "R10E": _wish(Wish.ETHNICITY),
    "R10F": _wish(Wish.FAITH),
    "R10L": _wish(Wish.LANGUAGE),
    "R11": sides.age_and_court,
    "R12": sides.supported_registration,
    "R13": sides.age_and_category,
    "R14": sides.age_and_place,
    "R15": sides.registration,
    "R15C": sides.registration,
    "R16": sides.statement_of_purpose,
    "R17": sides.people,
    "R18": sides.company,
    "R18A": sides.impact,
    "R19": sides.fostering_limit,
    "R20": sides.exemption,
    "R21": sides.terms_of_approval,
    "R21E": sides.terms_of_approval,
    "R22": sides.bedroom,
    "R23": sides.temporary,
    "R23T": sides.temporary,
    "R24": sides.area,
    "R25": sides.area,
    "R26": sides.start,
    "R26E": sides.start,
    "R27": sides.key_stage_4,
    "R28": sides.start,
    "R28E": sides.start,
    "R29": sides.secure,
    "R29C": sides.secure,
    "R30": sides.liberty,
    "R31": sides.remand,
    "R32": sides.adoption,
    "R33": sides.dyad,
    "R34": sides.age_and_place,
    "R35": _quality,
    "R36": sides.least_age,
    "R37": sides.people,
    "R38": sides.avoid,
}
"""By rule id. One line a rule."""
