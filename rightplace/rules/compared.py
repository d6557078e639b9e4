"""The two values that a rule compares, in words, for one pair: the child's side and the setting's side.

``COMPARED`` has a line for every rule of the catalogue. A new rule takes the function of its family, or a small one of
its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from rightplace.instances.children import CaredForAlongside, LegalStatus, Place, Suitability, Wish
from rightplace.instances.geography import distance_tenths
from rightplace.instances.settings import (
    AccommodationCategory,
    Carer,
    Home,
    ParentAndChild,
    SupportedAccommodation,
)
from rightplace.rules import words
from rightplace.rules.one_pair import OnePair
from rightplace.rules.pairs import USUAL_FOSTERING_LIMIT

if TYPE_CHECKING:
    from rightplace.instances.geography import Point
    from rightplace.rules.rule import Rule


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


Compare = Callable[[OnePair], Compared]


def compared(rule: Rule, one: OnePair) -> Compared:
    """The two values that a rule compares for a pair."""
    return COMPARED[rule.id](one)


def _vacancy(one: OnePair) -> Compared:
    facts, terms = one.facts, one.setting.offer.terms
    day = facts.start_day_idx[one.child_idx]
    free = int(facts.free[one.setting_idx, day])
    first = date.fromordinal(int(facts.days[day]))
    return Compared(
        f"needs a place on {first.day} {first:%B %Y}", f"{free} of {words.count(terms.num_places, 'place')} free then"
    )


def _authority(one: OnePair) -> str:
    return f"looked after by {_name(one, one.child.authority_id)}"


def _name(one: OnePair, authority_id: str) -> str:
    return one.instance.authorities[one.facts.authority_idx[authority_id]].name


def _owner(one: OnePair) -> Compared:
    owner = one.instance.provider[one.setting.offer.provider_id].authority_id
    if owner is None:
        return Compared(_authority(one), "run by an independent provider")
    if owner == one.child.authority_id:
        return Compared(_authority(one), "run by the authority itself")
    partners = one.instance.authorities[one.facts.authority_idx[one.child.authority_id]].partner_ids
    consortium = "a partner of the consortium" if owner in partners else "no partner of the consortium"
    return Compared(_authority(one), f"run by {_name(one, owner)}, {consortium}")


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


def _avoid(one: OnePair) -> Compared:
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


def _settled_siblings(one: OnePair) -> Compared:
    where = int(one.facts.required_setting_idx[one.child_idx])
    here = f"this is {one.setting.id}"
    if where < 0:
        return Compared("no settled sibling whom the care plan requires to be with the child", here)
    siblings = words.listed(one.settled_sibling_ids, "siblings")
    return Compared(f"must be with {siblings} in {one.instance.settings[where].id}", here)


def _fostering_limit(one: OnePair) -> Compared:
    newcomer = "two people: a parent with a baby" if one.child.parent_and_child else "one child"
    if not isinstance(one.setting, Carer):
        return Compared(newcomer, f"{words.type_of(one.setting)}: no such limit")
    residents = one.instance.residents.get(one.setting.id, ())
    unnamed = int(one.facts.unnamed[one.setting_idx, 0])
    num = unnamed + sum(child.num_children for child in residents)
    today = f"{words.count(num, 'child', 'children')} today, the usual limit is {USUAL_FOSTERING_LIMIT}"
    if num <= USUAL_FOSTERING_LIMIT:
        return Compared(newcomer, today)
    kept = one.facts.keeps_fostering_limit[one.setting_idx]
    why = "all are siblings or exempt" if kept else "not all are siblings, and no exemption names them all"
    return Compared(newcomer, f"{today}; {why}")


def _company(one: OnePair) -> Compared:
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


def _adaptation(one: OnePair) -> Compared:
    needed = "needs an adapted home" if one.child.adaptation_needed else "needs no adaptation"
    return Compared(needed, "adapted" if one.setting.offer.adapted else "not adapted")


def _age(one: OnePair) -> str:
    return f"age {words.age(one.child.age_months)}"


def _age_and_place(one: OnePair) -> Compared:
    return Compared(_age(one), words.type_and_place(one.setting))


def _age_and_category(one: OnePair) -> Compared:
    alone = ", should live alone" if one.child.cared_for_alongside is CaredForAlongside.SOLO else ""
    if not isinstance(one.setting, SupportedAccommodation):
        return Compared(f"{_age(one)}{alone}", words.type_of(one.setting))
    category = one.setting.category
    shared = "self-contained" if category is AccommodationCategory.SELF_CONTAINED else "not self-contained"
    return Compared(f"{_age(one)}{alone}", f"supported accommodation from 16, {shared}")


def _least_age(one: OnePair) -> Compared:
    years = {Place.S1: 4, Place.R5: 10, Place.P3: 14, Place.K3: 16}.get(one.setting.place)
    least = "no least age" if years is None else f"from {years} years"
    return Compared(_age(one), f"PLACE {one.setting.place.value}: {least}")


def _registration(one: OnePair) -> Compared:
    authorised = one.child.deprivation_of_liberty
    court = "deprivation of liberty authorised by a court" if authorised else "no deprivation of liberty authorised"
    if isinstance(one.setting, Carer):
        return Compared(court, "foster carer: approved, not registered")
    return Compared(court, f"{words.type_of(one.setting)}, {'' if one.setting.registered else 'not '}registered")


def _supported_registration(one: OnePair) -> Compared:
    return Compared(_age(one), _registration(one).setting)


def _terms(one: OnePair) -> Compared:
    """Age, sex and needs against the setting's terms: where some do not fit, only those."""
    child, terms = one.child, one.setting.offer.terms
    sexes = words.listed((words.sex(sex) for sex in terms.sexes), "no sex")
    needs = "any needs" if terms.needs is None else f"needs: {words.listed(terms.needs, 'none')}"
    fits_age = terms.age_min_months <= child.age_months <= terms.age_max_months
    parts = [
        (fits_age, _age(one), words.ages(terms.age_min_months, terms.age_max_months)),
        (child.sex in terms.sexes, words.sex(child.sex), sexes),
        (one.fits_needs, f"needs: {words.listed(child.needs, 'none')}", needs),
    ]
    shown = [part for part in parts if not part[0]] or parts
    return Compared("; ".join(part[1] for part in shown), "; ".join(part[2] for part in shown))


def _statement_of_purpose(one: OnePair) -> Compared:
    found = _terms(one)
    return Compared(found.child, "foster carer: see R21") if isinstance(one.setting, Carer) else found


def _terms_of_approval(one: OnePair) -> Compared:
    found = _terms(one)
    return found if isinstance(one.setting, Carer) else Compared(found.child, f"{words.type_of(one.setting)}: see R16")


def _secure(one: OnePair) -> Compared:
    child = one.child
    said = [
        "meets the criteria of section 25" if child.secure_criteria else "does not meet the criteria of section 25",
        "with a court order" if child.secure_order else "no court order",
        _age(one),
    ]
    if child.age_months < 13 * 12:
        said.append(f"{'' if child.secretary_of_state_approval else 'no '}approval of the Secretary of State")
    if child.legal_status is LegalStatus.V2:
        said.append("accommodated under section 20")
    secure = "a secure home" if one.setting.place is Place.K1 else "not a secure home"
    return Compared(", ".join(said), f"{secure}, PLACE {one.setting.place.value}")


def _liberty(one: OnePair) -> Compared:
    return Compared(_registration(one).child, words.type_and_place(one.setting))


def _remand(one: OnePair) -> Compared:
    remanded = "on remand" if one.child.remand else "not on remand"
    return Compared(remanded, "accepts remand" if one.setting.offer.takes_remand else "does not accept remand")


def _dyad(one: OnePair) -> Compared:
    takes = {
        ParentAndChild.NO: "takes no parent with a baby",
        ParentAndChild.ALSO: "takes a parent with a baby too",
        ParentAndChild.ONLY: "takes only parents with babies",
    }
    comes = "a parent with a baby" if one.child.parent_and_child else "a child alone"
    return Compared(comes, takes[one.setting.offer.terms.parent_and_child])


def _quality(one: OnePair) -> Compared:
    asked = one.policy.quality
    ungraded = "" if asked.ungraded_allowed else ", not ungraded"
    wanted = f"the policy asks for {asked.min_grade} or better{ungraded}"
    facts = one.facts.settings
    exempt = facts.in_house[one.setting_idx] or facts.connected[one.setting_idx]
    return Compared(wanted, "no independent provider" if exempt else words.grade(one.grade))


def _area(one: OnePair) -> Compared:
    row, name = one.row, _name(one, one.setting.offer.authority_id)
    if row.in_area[0]:
        return Compared(_authority(one), f"in {name}, in area")
    near = one.facts.adjoining[
        one.facts.children.authority_idx[one.child_idx], one.facts.settings.authority_idx[one.setting_idx]
    ]
    exempt = row.is_connected[0] or (row.is_own[0] and isinstance(one.setting, Carer))
    where = f"in {name}, {'an adjoining area' if near else 'not an adjoining area'}"
    return Compared(_authority(one), where + ("; connected or own carers are exempt" if exempt else ""))


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
    "R04": _near_home,
    "R05": _near_school,
    "R05C": _near_school,
    "R05M": _near_school,
    "R06": _settled_siblings,
    "R07": _adaptation,
    "R08": _area,
    "R10E": _wish(Wish.ETHNICITY),
    "R10F": _wish(Wish.FAITH),
    "R10L": _wish(Wish.LANGUAGE),
    "R11": _age_and_place,
    "R12": _supported_registration,
    "R13": _age_and_category,
    "R14": _age_and_place,
    "R15": _registration,
    "R15C": _registration,
    "R16": _statement_of_purpose,
    "R18": _company,
    "R19": _fostering_limit,
    "R21": _terms_of_approval,
    "R21E": _terms_of_approval,
    "R24": _area,
    "R25": _area,
    "R29": _secure,
    "R29C": _secure,
    "R30": _liberty,
    "R31": _remand,
    "R33": _dyad,
    "R35": _quality,
    "R36": _least_age,
    "R38": _avoid,
}
"""By rule id. One line a rule."""
