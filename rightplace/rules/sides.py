"""The child's side and the setting's side of what the law compares, in words: one small function a rule or family."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rightplace.instances.children import CaredForAlongside, LegalStatus, Place, Urgency
from rightplace.instances.geography import distance_tenths
from rightplace.instances.settings import (
    AccommodationCategory,
    Carer,
    Home,
    ParentAndChild,
    SupportedAccommodation,
)
from rightplace.rules import words
from rightplace.rules.bedrooms import half_bedrooms
from rightplace.rules.pairs import USUAL_FOSTERING_LIMIT

if TYPE_CHECKING:
    from rightplace.instances.geography import Point
    from rightplace.rules.one_pair import OnePair


@dataclass(frozen=True, slots=True)
class Compared:
    """What a rule holds against each other, in words.

    Parameters
    ----------
    child
        The child's side: "age 9 years 3 months".
    setting
        The setting's side, or the policy's where the rule is the authority's own: "ages 10 to 17".
    """

    child: str
    setting: str


def looked_after_by(one: OnePair) -> str:
    """The responsible authority."""
    return f"looked after by {authority_name(one, one.child.authority_id)}"


def authority_name(one: OnePair, authority_id: str) -> str:
    """The name of an authority of the instance."""
    return one.instance.authorities[one.facts.authority_idx[authority_id]].name


def avoid(one: OnePair) -> Compared:
    """Locations to avoid with their radius, against the distance from each."""
    areas, radius, at = one.child.avoid, one.policy.compatibility.avoid_radius_miles, one.setting.offer.location
    if not areas:
        return Compared("no location to avoid", "nothing to compare")
    wanted, found = [], []
    for area in areas:
        least = radius if area.radius_miles is None else area.radius_miles
        wanted.append(f"more than {least:g} miles from {area.location.text}")
        known = None not in (area.location.easting, at.easting)
        tenths = distance_tenths(*_metres(area.location), *_metres(at)) if known else -1
        found.append(f"{words.miles(int(tenths))} from {area.location.text}")
    return Compared("; ".join(wanted), "; ".join(found))


def _metres(point: Point) -> tuple[int, int]:
    """Easting and northing; 0 where the place is not known."""
    return point.easting or 0, point.northing or 0


def settled_siblings(one: OnePair) -> Compared:
    """Siblings who must be with the child and live somewhere for good, against the setting."""
    where = int(one.facts.required_setting_idx[one.child_idx])
    here = f"this is {one.setting.id}"
    if where < 0:
        return Compared("no settled sibling whom the care plan requires to be with the child", here)
    siblings = words.listed(one.settled_sibling_ids, "siblings")
    return Compared(f"must be with {siblings} in {one.instance.settings[where].id}", here)


def fostering_limit(one: OnePair) -> Compared:
    """Who comes, against who lives with the carer today."""
    newcomer = "two people: a parent with a baby" if one.child.parent_and_child else "one child"
    if not isinstance(one.setting, Carer):
        return Compared(newcomer, f"{words.type_of(one.setting)}: no such limit")
    residents = one.instance.residents.get(one.setting.id, ())
    unnamed = int(one.facts.unnamed[one.setting_idx, 0])
    num = unnamed + sum(child.num_children for child in residents)
    today = f"{words.count(num, 'child', 'children')} today, the usual limit is {USUAL_FOSTERING_LIMIT}"
    there = int(one.facts.fostering_limit.most_there[one.setting_idx, one.facts.start_day_idx[one.child_idx]])
    too_many = there + one.child.num_children > USUAL_FOSTERING_LIMIT
    excepted = one.facts.fostering_limit.keeps(one.row)[0]
    if too_many:
        who = "with the child all are" if excepted else "with the child not all are"
        today += f"; {there} will be there still, {who} siblings or exempt"
    if num <= USUAL_FOSTERING_LIMIT or not excepted:
        return Compared(newcomer, today)
    kept = one.facts.keeps_fostering_limit[one.setting_idx]
    why = "today all are siblings or exempt" if kept else "today not all are siblings, and no exemption names them all"
    return Compared(newcomer, f"{today}; {why}")


def company(one: OnePair) -> Compared:
    """Whom the child should live with, against who will be there."""
    facts, alongside = one.facts, one.child.cared_for_alongside
    silent = alongside is CaredForAlongside.NO_PREFERENCE
    wanted = "no preference about company" if silent else f"care alongside others: {alongside.value}"
    if facts.settings.self_contained[one.setting_idx]:
        return Compared(wanted, "self-contained: nobody shares it")
    clashing = one.clashing_ids
    if clashing:
        live = "lives" if len(clashing) == 1 else "live"
        return Compared(wanted, f"must not be shared with {words.listed(clashing, '')}, who {live} there")
    others = int(facts.others[one.setting_idx, facts.start_day_idx[one.child_idx]])
    return Compared(
        wanted, f"{words.count(others, 'other place')} filled, no clash known" if others else "no other place filled"
    )


def adaptation(one: OnePair) -> Compared:
    """Whether a home must be, and is, adapted."""
    needed = "needs an adapted home" if one.child.adaptation_needed else "needs no adaptation"
    return Compared(needed, "adapted" if one.setting.offer.adapted else "not adapted")


def age(one: OnePair) -> str:
    """The child's age."""
    return f"age {words.age(one.child.age_months)}"


def age_and_place(one: OnePair) -> Compared:
    """Age against the type of setting."""
    return Compared(age(one), words.type_and_place(one.setting))


def age_and_court(one: OnePair) -> Compared:
    """Age, and for any other placement (Z1) what a court has authorised, against the type of setting."""
    court = f", {registration(one).child}" if one.setting.place is Place.Z1 else ""
    return Compared(f"{age(one)}{court}", words.type_and_place(one.setting))


def age_and_category(one: OnePair) -> Compared:
    """Age and living alone against the category of supported accommodation."""
    alone = ", should live alone" if one.child.cared_for_alongside is CaredForAlongside.SOLO else ""
    if not isinstance(one.setting, SupportedAccommodation):
        return Compared(f"{age(one)}{alone}", words.type_of(one.setting))
    category = one.setting.category
    shared = "self-contained" if category is AccommodationCategory.SELF_CONTAINED else "not self-contained"
    return Compared(f"{age(one)}{alone}", f"supported accommodation from 16, {shared}")


def least_age(one: OnePair) -> Compared:
    """Age against the least age of the PLACE code."""
    years = {Place.S1: 4, Place.R5: 10, Place.P3: 14, Place.K3: 16}.get(one.setting.place)
    least = "no least age" if years is None else f"from {years} years"
    return Compared(age(one), f"PLACE {one.setting.place.value}: {least}")


def registration(one: OnePair) -> Compared:
    """What a court has authorised, against the registration."""
    authorised = one.child.deprivation_of_liberty
    court = "deprivation of liberty authorised by a court" if authorised else "no deprivation of liberty authorised"
    if isinstance(one.setting, Carer):
        return Compared(court, "foster carer: approved, not registered")
    return Compared(court, f"{words.type_of(one.setting)}, {'' if one.setting.registered else 'not '}registered")


def supported_registration(one: OnePair) -> Compared:
    """Age against the registration."""
    return Compared(age(one), registration(one).setting)


def terms(one: OnePair) -> Compared:
    """Age, sex and needs against the setting's terms: where some do not fit, only those."""
    child, terms = one.child, one.setting.offer.terms
    sexes = words.listed((words.sex(sex) for sex in terms.sexes), "no sex")
    needs = "any needs" if terms.needs is None else f"needs: {words.listed(terms.needs, 'none')}"
    fits_age = terms.age_min_months <= child.age_months <= terms.age_max_months
    parts = [
        (fits_age, age(one), words.ages(terms.age_min_months, terms.age_max_months)),
        (child.sex in terms.sexes, words.sex(child.sex), sexes),
        (one.fits_needs, f"needs: {words.listed(child.needs, 'none')}", needs),
    ]
    shown = [part for part in parts if not part[0]] or parts
    return Compared("; ".join(part[1] for part in shown), "; ".join(part[2] for part in shown))


def statement_of_purpose(one: OnePair) -> Compared:
    """As ``terms``, for homes and supported accommodation."""
    found = terms(one)
    return Compared(found.child, "foster carer: see R21") if isinstance(one.setting, Carer) else found


def terms_of_approval(one: OnePair) -> Compared:
    """As ``terms``, for carers; with what the policy lets an emergency do."""
    found = terms(one)
    if not isinstance(one.setting, Carer):
        return Compared(found.child, f"{words.type_of(one.setting)}: see R16")
    if one.child.urgency is not Urgency.EMERGENCY:
        return found
    allowed = "may" if one.policy.emergency.outside_terms else "may not"
    return Compared(f"{found.child}; an emergency", f"{found.setting}; by the policy an emergency {allowed} go outside")


def secure(one: OnePair) -> Compared:
    """The conditions of secure accommodation, against whether it is that."""
    child = one.child
    said = [
        "meets the criteria of section 25" if child.secure_criteria else "does not meet the criteria of section 25",
        "with a court order" if child.secure_order else "no court order",
        *(["an emergency"] if child.urgency is Urgency.EMERGENCY else []),
        age(one),
    ]
    if child.age_months < 13 * 12:
        said.append(f"{'' if child.secretary_of_state_approval else 'no '}approval of the Secretary of State")
    if child.legal_status is LegalStatus.V2:
        said.append("accommodated under section 20")
    secure = "a secure home" if one.setting.place is Place.K1 else "not a secure home"
    return Compared(", ".join(said), f"{secure}, PLACE {one.setting.place.value}")


def liberty(one: OnePair) -> Compared:
    """What a court has authorised, against the type of setting."""
    return Compared(registration(one).child, words.type_and_place(one.setting))


def remand(one: OnePair) -> Compared:
    """Remand on both sides."""
    remanded = "on remand" if one.child.remand else "not on remand"
    return Compared(remanded, "accepts remand" if one.setting.offer.takes_remand else "does not accept remand")


def dyad(one: OnePair) -> Compared:
    """A parent with a baby or not, on both sides."""
    takes = {
        ParentAndChild.NO: "takes no parent with a baby",
        ParentAndChild.ALSO: "takes a parent with a baby too",
        ParentAndChild.ONLY: "takes only parents with babies",
    }
    comes = "a parent with a baby" if one.child.parent_and_child else "a child alone"
    return Compared(comes, takes[one.setting.offer.terms.parent_and_child])


def area(one: OnePair) -> Compared:
    """The responsible authority against the area the setting stands in."""
    row, name = one.row, authority_name(one, one.setting.offer.authority_id)
    if row.in_area[0]:
        return Compared(looked_after_by(one), f"in {name}, in area")
    near = one.facts.adjoining[
        one.facts.children.authority_idx[one.child_idx], one.facts.settings.authority_idx[one.setting_idx]
    ]
    exempt = row.is_connected[0] or (row.is_own[0] and isinstance(one.setting, Carer))
    where = f"in {name}, {'an adjoining area' if near else 'not an adjoining area'}"
    return Compared(looked_after_by(one), where + ("; exempt as a connected or own carer" if exempt else ""))


def custody(one: OnePair) -> Compared:
    """Remand against the type of setting."""
    return Compared(remand(one).child, words.type_and_place(one.setting))


def parents(one: OnePair) -> Compared:
    """Whether the child is placed with parents, against the setting."""
    now = "placed with parents now" if one.child.current_place is Place.P1 else "not placed with parents now"
    return Compared(now, f"this is {one.setting.id}")


def relatives(one: OnePair) -> Compared:
    """Whether a relative or friend could take the child, against the carer."""
    could = one.facts.has_lawful_connected_carer[one.child_idx]
    named = "a relative or friend could take the child" if could else "no relative or friend could take the child"
    return Compared(named, "is a relative or friend" if one.row.is_connected[0] else "is no relative or friend")


def adoption(one: OnePair) -> Compared:
    """Whether adoption is considered, against the kind of carer."""
    considered = "adoption is considered" if one.child.adoption_considered else "adoption is not considered"
    relative = ", a relative or friend" if one.row.is_connected[0] else ""
    return Compared(considered, words.type_and_place(one.setting) + relative)


def people(one: OnePair) -> Compared:
    """The child and those who will be there, against the places and the adults among them."""
    there = int(one.facts.others[one.setting_idx, one.facts.start_day_idx[one.child_idx]])
    adults = one.setting.num_adults if isinstance(one.setting, Home) else 0
    over_18 = f", {words.count(adults, 'adult')} among them" if adults else ""
    places = words.count(one.setting.offer.terms.num_places, "place")
    return Compared(f"the child and {there} who will be there{over_18}", f"{words.type_of(one.setting)}, {places}")


def impact(one: OnePair) -> Compared:
    """Risks that are too low to separate children, against the residents they concern."""
    facts = one.facts
    here = one.staying_residents
    risk = facts.household.is_risk(np.full(len(here), one.child_idx, dtype=np.int64), here)
    ids = [one.instance.children[i].id for i in here[risk].tolist()]
    shared = not facts.settings.self_contained[one.setting_idx]
    concerned = (
        f"a risk between the child and {words.listed(ids, '')}" if ids and shared else "no risk to anybody there"
    )
    return Compared(concerned, "stays there" if one.row.is_stay[0] else "comes to live there")


def exemption(one: OnePair) -> Compared:
    """Whether the carer's exemption names the child, and whether who decided it is recorded."""
    carer = one.setting
    named = isinstance(carer, Carer) and one.child.id in carer.exempt_child_ids
    recorded = "with" if one.row.is_authorised("R19")[0] or one.row.is_authorised("R20")[0] else "without"
    where = "where the child lives now" if one.row.is_stay[0] else "not where the child lives now"
    said = (
        f"an exemption that names the child, {recorded} a record of who decided it" if named else "no undated exemption"
    )
    return Compared(said, where)


def bedroom(one: OnePair) -> Compared:
    """Half bedrooms that the child needs, against those that are left."""
    rooms = one.facts.bedrooms
    need = {0: "needs no bedroom of their own yet", 1: "may share a bedroom", 2: "needs a bedroom"}
    side = need[int(half_bedrooms(one.row)[0])]
    if not rooms.is_counted[one.setting_idx]:
        return Compared(side, "bedrooms not counted")
    left = rooms.halves[one.setting_idx] - rooms.taken[one.setting_idx, one.facts.start_day_idx[one.child_idx]]
    return Compared(side, f"{max(0, int(left)) / 2:g} of {int(rooms.halves[one.setting_idx]) // 2} bedrooms left")


def temporary(one: OnePair) -> Compared:
    """When the child comes, against since when the carer is approved for the time being."""
    start = one.instance.start(one.child)
    since = one.setting.temporarily_approved_on if isinstance(one.setting, Carer) else None
    if since is None:
        return Compared(f"comes on {words.day(start)}", "not approved for the time being only")
    extended = ", extended" if one.row.is_authorised("R23")[0] else ""
    return Compared(f"comes on {words.day(start)}", f"approved for the time being since {words.day(since)}{extended}")


def key_stage_4(one: OnePair) -> Compared:
    """School year and journey: who is placed and changes school in year 10 or 11."""
    facts = one.facts
    placed = "placed now" if facts.children.is_placed[one.child_idx] else "not placed now"
    urgent = ", an emergency" if one.child.urgency is Urgency.EMERGENCY else ""
    year = f"school year {facts.children.school_year[one.child_idx]}, {placed}{urgent}"
    far = int(one.row.miles_from_school_tenths[0])
    stays = "; lives there now" if one.row.is_stay[0] else ""
    limit = one.policy.price.school_change_miles
    return Compared(year, f"school {words.miles(far)} away; beyond {limit:g} miles means a change{stays}")


def start(one: OnePair) -> Compared:
    """Planned or an emergency, against what the placement is."""
    urgent = "an emergency" if one.child.urgency is Urgency.EMERGENCY else "planned"
    return Compared(
        f"{urgent}, from {words.day(one.instance.start(one.child))}", "a stay" if one.row.is_stay[0] else "a placement"
    )


def sufficiency(one: OnePair) -> Compared:
    """Children who wait against free places in the authority's area, of the child's level or above."""
    facts, level = one.facts, int(one.facts.children.need_level[one.child_idx])
    own = facts.children.authority_idx[one.child_idx]
    alike = facts.children.is_waiting & (facts.children.authority_idx == own) & (facts.children.need_level >= level)
    places = facts.vacant[(facts.settings.authority_idx == own) & (facts.settings.lifted_level >= level), 0].sum()
    waiting = "waits" if one.child.is_waiting else "does not wait"
    return Compared(
        f"{waiting}; {words.count(int(alike.sum()), 'child waits', 'children wait')} of level {level} or above",
        f"{words.count(int(places), 'place')} free in area",
    )
