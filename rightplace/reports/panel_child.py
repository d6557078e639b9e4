"""What a panel paper says of a child: needs in words, nothing that could name anybody, and no place but distances."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightplace.instances.children import (
    AdultRatio,
    CaredForAlongside,
    Child,
    LegalStatus,
    Place,
    RiskLevel,
    RiskToSelf,
    Sex,
    Suitability,
    Togetherness,
    Urgency,
)
from rightplace.reports.panel_pages import Fact
from rightplace.reports.wording import and_list, day_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rightplace.instances.instance import Instance

LEGAL_STATUS = {
    LegalStatus.C1: "interim care order",
    LegalStatus.C2: "full care order",
    LegalStatus.D1: "freeing order",
    LegalStatus.E1: "placement order",
    LegalStatus.V2: "accommodated under section 20",
    LegalStatus.V3: "short breaks (individual)",
    LegalStatus.V4: "short breaks (agreement)",
    LegalStatus.J1: "remanded to local authority accommodation",
    LegalStatus.J2: "detained under PACE",
    LegalStatus.J3: "youth rehabilitation order with residence requirement",
    LegalStatus.L1: "police protection",
    LegalStatus.L2: "emergency protection order",
    LegalStatus.L3: "child assessment order",
}
"""SSDA903 LS in words."""
_PLACES = {
    Place.P1: "with parents",
    Place.P2: "in independent living",
    Place.P3: "in residential employment",
    Place.T0: "in a temporary placement",
    Place.T1: "in hospital",
    Place.T2: "on holiday",
    Place.T3: "with temporary carers",
    Place.T4: "in a temporary placement",
    Place.H5: "in semi-independent accommodation",
    Place.K1: "in a secure home",
    Place.K2: "in a children's home",
    Place.K3: "in supported accommodation",
    Place.R1: "in a care home",
    Place.R2: "in a health setting",
    Place.R3: "in a family centre",
    Place.R5: "in a young offender institution",
    Place.S1: "in a residential school",
    Place.U1: "with a connected carer",
    Place.U2: "with a connected carer",
    Place.U3: "with a connected carer",
    Place.U4: "with a carer",
    Place.U5: "with a carer",
    Place.U6: "with a carer",
    Place.A3: "placed for adoption",
    Place.A4: "placed for adoption",
    Place.A5: "placed for adoption",
    Place.A6: "placed for adoption",
}
NEED_LEVELS = {1: "core", 2: "additional services", 3: "specialist", 4: "complex"}
_SEXES = {Sex.MALE: "male", Sex.FEMALE: "female", Sex.UNKNOWN: "sex not recorded"}
_RATIOS = {
    AdultRatio.ONE_TO_ONE: "one adult to the child",
    AdultRatio.TWO_TO_ONE: "two adults to the child",
    AdultRatio.MORE_THAN_TWO_TO_ONE: "more than two adults to the child",
}
_EXPLOITATION = (RiskToSelf.SEXUAL_EXPLOITATION, RiskToSelf.CRIMINAL_EXPLOITATION)
"""The risks to a child that decide with whom they may share a home."""
_SHARING = {
    CaredForAlongside.NO_PREFERENCE: "no preference",
    CaredForAlongside.SOLO: "solo: with no other children",
    CaredForAlongside.WITH_OTHERS: "with other children",
    CaredForAlongside.ONLY_OLDER: "only with older children",
    CaredForAlongside.ONLY_YOUNGER: "only with younger children",
}


def needs_of(instance: Instance, child: Child) -> tuple[Fact, ...]:
    """All that the paper says of a child, the most telling first."""
    return tuple(Fact(label, text) for label, text in _needs(instance, child) if text)


def _needs(instance: Instance, child: Child) -> Iterator[tuple[str, str]]:
    yield "Age and sex", f"{age_words(child)}, {_SEXES[child.sex]}"
    yield "Need level", need_level_words(instance, child)
    yield "Needs", _needs_words(child)
    yield "Legal status", f"{LEGAL_STATUS[child.legal_status]} ({child.legal_status})" if child.legal_status else ""
    yield "Circumstances", "; ".join(_circumstances(child))
    yield "Home sought", search_words(instance, child)
    yield "Lives now", _lives_now(child)
    yield "Siblings", _siblings_words(instance, child)
    yield "School", _school_words(child)
    yield "Type of care", _care_words(child)
    yield "Sharing a home", _sharing_words(child)
    yield "Risks to others", _risks(child.risks_to_others.items())
    yield "Exploitation risk", _risks((kind, child.risk_to_self(kind)) for kind in _EXPLOITATION)
    yield "Wishes", _wishes(child)
    yield "Places to avoid", f"{len(child.avoid)}" if child.avoid else ""
    yield "Connected carers", and_list(sorted(child.connected_carer_ids))


def age_words(child: Child) -> str:
    """Years and months; a parent who comes with a baby is said to be one."""
    years, months = divmod(child.age_months, 12)
    words = f"{years} year{'' if years == 1 else 's'}" if years else ""
    if months or not years:
        words += f"{' ' if words else ''}{months} month{'' if months == 1 else 's'}"
    return words + (", a parent with a baby" if child.parent_and_child else "")


def need_level_words(instance: Instance, child: Child) -> str:
    """The level and what it means; that it is a default where the referral names none."""
    if child.need_level is not None:
        return f"{child.need_level}, {NEED_LEVELS[child.need_level]}"
    level = instance.policy.default_need_level.child
    return f"{level}, {NEED_LEVELS[level]} (not recorded: the policy's default)"


def _needs_words(child: Child) -> str:
    words = sorted(need.value for need in child.needs)
    if child.adaptation_needed:
        words.append("an adapted home")
    if child.adult_ratio in _RATIOS:
        words.append(f"at least {_RATIOS[child.adult_ratio]}")
    return "; ".join(words) or "none recorded"


def _circumstances(child: Child) -> Iterator[str]:
    said = {
        "unaccompanied asylum-seeking child": child.uasc,
        "remanded": child.remand,
        "deprivation of liberty authorised by a court": child.deprivation_of_liberty,
        "meets the criteria of section 25 (secure accommodation)": child.secure_criteria,
        "secure accommodation order made": child.secure_order,
        "Secretary of State's approval given (under 13, secure home)": child.secretary_of_state_approval,
    }
    yield from (words for words, holds in said.items() if holds)


def search_words(instance: Instance, child: Child) -> str:
    """Planned or emergency, since when and by when."""
    words = [child.urgency.value if child.is_waiting else "a move may be proposed"]
    if child.referred_on is not None:
        waited = (instance.date - child.referred_on).days
        words.append(
            f"referred {day_words(child.referred_on)}"
            + (f" ({waited} day{'' if waited == 1 else 's'} ago)" if waited > 0 else "")
        )
    if child.is_waiting:
        words.append(f"needed by {needed_by_words(child)}")
    return "; ".join(words)


def needed_by_words(child: Child) -> str:
    """The day by which a home is needed; at once where none is named."""
    return day_words(child.needed_by) if child.needed_by is not None else "now"


def is_emergency(child: Child) -> bool:
    """Whether the search is an emergency."""
    return child.urgency is Urgency.EMERGENCY


def _lives_now(child: Child) -> str:
    if child.current_setting_id is not None:
        return f"in setting {child.current_setting_id}"
    if child.current_place is None:
        return "not in a placement"
    return f"{_PLACES.get(child.current_place, 'elsewhere')} ({child.current_place})"


def _siblings_words(instance: Instance, child: Child) -> str:
    said = []
    for group in instance.sibling_groups:
        others = [other for other in group.child_ids if other != child.id]
        if child.id not in group.child_ids or not others:
            continue
        named = and_list(others)
        match group.togetherness:
            case Togetherness.REQUIRED:
                said.append(f"must live with {named}")
            case Togetherness.PREFERRED:
                said.append(f"should live with {named} if possible")
            case Togetherness.APART:
                said.append(f"must not live with {named}")
    return "; ".join(said) or "none recorded"


def _school_words(child: Child) -> str:
    if child.school is None:
        return "none recorded"
    words = [_year_words(child.school_year)]
    if is_in_key_stage_4(child):
        words.append("Key Stage 4")
    words.append("must go on at the present school" if child.must_stay_at_school else "a change of school is possible")
    return "; ".join(words)


def _year_words(school_year: int | None) -> str:
    if school_year is None:
        return "year not recorded"
    return f"year {school_year}" if school_year > 0 else "reception" if school_year == 0 else "nursery"


def is_in_key_stage_4(child: Child) -> bool:
    """At a school in year 10 or 11: regulation 10 protects the child's education."""
    return child.school is not None and child.school_year in (10, 11)


def _care_words(child: Child) -> str:
    kinds = {
        "foster care": child.foster_suitability,
        "residential care": child.residential_suitability,
        "supported accommodation": child.supported_suitability,
    }
    said = [f"{kind} {value}" for kind, value in kinds.items() if value is not Suitability.NOT_SPECIFIED]
    return "; ".join(said) or "not specified"


def _sharing_words(child: Child) -> str:
    words = [_SHARING[child.cared_for_alongside]]
    if child.separate_from_ids:
        words.append(f"never with {and_list(sorted(child.separate_from_ids))}")
    return "; ".join(words)


def _risks(risks: Iterable[tuple[object, RiskLevel]]) -> str:
    known = sorted((-level, str(kind)) for kind, level in risks if level is not RiskLevel.NO_KNOWN)
    return "; ".join(f"{kind} ({RiskLevel(-level).name.lower()})" for level, kind in known) or "none known"


def _wishes(child: Child) -> str:
    if not child.wishes:
        return "none recorded"
    return "a setting of the child's " + and_list(sorted(wish.value for wish in child.wishes))
