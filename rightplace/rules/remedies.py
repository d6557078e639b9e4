"""What would lift a rule: the cheapest lawful thing, who does it, and by when; or that nothing can.

Every hard rule has a line in ``REMEDIES``, which says what lifts the rule in general. Where a pair says more (how many
levels of need are missing, which condition of secure accommodation), ``REFINED`` has a function. An approval is its own
remedy: its signature. A remedy says "check" wherever the field guide knows the text only at second hand, and it never
says that something will be granted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from rightplace.instances.children import LegalStatus, Place, Urgency
from rightplace.instances.settings import Carer, Home, ParentAndChild
from rightplace.rules import words
from rightplace.rules.catalogue import rules_by_id
from rightplace.rules.rule import Kind, Owner, Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rightplace.rules.one_pair import OnePair


class RemedyKind(StrEnum):
    """What kind of thing would lift a rule, from what a signature settles to what nothing can."""

    APPROVAL = "approval"
    START = "a later start"
    SUPPORT = "support package"
    AGREEMENT = "agreement"
    POLICY = "policy setting"
    EXEMPTION = "exemption"
    ADAPTATION = "adaptation"
    VARIATION = "variation"
    REGISTRATION = "registration"
    CARE_PLAN = "care plan"
    COURT = "order"
    VACANCY = "vacancy"
    NOTHING = "nothing"

    @property
    def step(self) -> int:
        """Position in the order in which a team would try: 0 is the least trouble."""
        return list(RemedyKind).index(self)


@dataclass(frozen=True, slots=True)
class Remedy:
    """The cheapest thing that would lift a rule.

    Parameters
    ----------
    sentence
        What a social worker reads.
    who
        Who would have to do or decide it; empty where nothing can.
    by_when
        The deadline, where the law or the authority sets one.
    pence_per_week
        What it costs beside the fee, where the policy says so.
    """

    kind: RemedyKind
    sentence: str
    who: str = ""
    by_when: str = ""
    pence_per_week: int | None = None


_SOCIAL_WORKER = "the child's social worker and their manager"
_FOSTERING = "the carer's fostering service"
_PROVIDER = "the provider"

REMEDIES: Mapping[str, Remedy] = {
    "P01": Remedy(
        RemedyKind.VACANCY, "Only a place that becomes free: ask whether one is coming and could be held.", _PROVIDER
    ),
    "P02": Remedy(
        RemedyKind.AGREEMENT,
        "An agreement with the authority that runs the setting, for this child or as partners of a consortium.",
        "both authorities' placement services",
    ),
    "P03": Remedy(
        RemedyKind.VARIATION,
        "The carer would have to be assessed and approved for this child as well; check with the fostering service.",
        _FOSTERING,
    ),
    "P04": Remedy(
        RemedyKind.POLICY, "A wider search: raise the limit of miles in the policy's section [search].", "the authority"
    ),
    "P05": Remedy(
        RemedyKind.CARE_PLAN,
        "Nothing while another home is sought; if the child can stay, end the search.",
        _SOCIAL_WORKER,
    ),
    "P06": Remedy(
        RemedyKind.SUPPORT,
        "Additional support up to the child's level, where the setting takes it; otherwise its own level would have to "
        "be assessed again.",
        _PROVIDER,
    ),
    "P07": Remedy(
        RemedyKind.CARE_PLAN, "Only a new assessment that no longer calls this type of care unsuitable.", _SOCIAL_WORKER
    ),
    "P08": Remedy(
        RemedyKind.SUPPORT, "More staff for this child: agree the ratio and its price with the home.", _PROVIDER
    ),
    "P12": Remedy(
        RemedyKind.AGREEMENT,
        "Only the officer who decided, or the provider who declined, can take it back.",
        "whoever decided",
    ),
    "R02": Remedy(
        RemedyKind.NOTHING, "Nothing can: custody is no placement of a looked-after child who is not on remand."
    ),
    "R06": Remedy(
        RemedyKind.CARE_PLAN,
        "Only a care plan that no longer requires the siblings to live together.",
        _SOCIAL_WORKER,
    ),
    "R07": Remedy(
        RemedyKind.ADAPTATION,
        "The setting would have to be adapted to the child's needs before the child comes.",
        _PROVIDER,
    ),
    "R11": Remedy(
        RemedyKind.NOTHING,
        "Nothing can before the sixteenth birthday. Regulation 27B has an exception whose text was not read: check.",
    ),
    "R12": Remedy(
        RemedyKind.REGISTRATION, "Nothing the authority signs: the provider must be registered first.", _PROVIDER
    ),
    "R13": Remedy(
        RemedyKind.NOTHING,
        "Nothing can: a child under 16, or one who should live alone, needs another kind of setting.",
    ),
    "R14": Remedy(
        RemedyKind.REGISTRATION,
        "Nothing the authority signs: the provider must complete its registration (PLACE K3) first.",
        _PROVIDER,
    ),
    "R15": Remedy(
        RemedyKind.REGISTRATION,
        "Registration of the home. Without it only a court that authorises a deprivation of liberty opens the way of "
        "R15C; the authority cannot.",
        _PROVIDER,
    ),
    "R16": Remedy(
        RemedyKind.VARIATION,
        "The provider would have to change its statement of purpose, and perhaps its registration, before the child "
        "comes; check with Ofsted what that takes.",
        _PROVIDER,
    ),
    "R17": Remedy(
        RemedyKind.VARIATION,
        "The provider would have to have its registration varied for more places; check with Ofsted what that takes.",
        _PROVIDER,
    ),
    "R18": Remedy(
        RemedyKind.CARE_PLAN,
        "Nothing while both are there, unless a new assessment of each child finds that they may share; check "
        "regulation 14, whose text was not read.",
        "the children's social workers and the registered manager or fostering service",
    ),
    "R19": Remedy(
        RemedyKind.EXEMPTION,
        "An exemption that names every child who would live there; without it the household counts as a children's "
        "home (Schedule 7 paragraphs 4 and 5).",
        "the authority in whose area the carer lives",
        "before the child comes",
    ),
    "R21": Remedy(
        RemedyKind.VARIATION,
        "The carer's terms of approval would have to be varied; check with the fostering service what that takes.",
        _FOSTERING,
    ),
    "R22": Remedy(
        RemedyKind.AGREEMENT,
        "The agreement of each child's authority, after assessment, that the child shares a bedroom (a national "
        "standard, not a regulation).",
        "the authorities of the children who would share",
        "before the child comes",
    ),
    "R23": Remedy(
        RemedyKind.APPROVAL,
        "An extension of the temporary approval by 8 weeks, or full approval as a foster carer; check the weeks, whose "
        "text was not read.",
        "nominated officer",
        "before the temporary approval runs out",
    ),
    "R29": Remedy(
        RemedyKind.COURT,
        "A court order under section 25, for a child who meets its criteria; under 13 the approval of the Secretary of "
        "State as well.",
        "the court",
    ),
    "R30": Remedy(
        RemedyKind.NOTHING,
        "Nothing can while the court's authorisation stands: it does not go with this kind of setting.",
    ),
    "R31": Remedy(
        RemedyKind.AGREEMENT,
        "The provider would have to accept a child on remand; check the conditions of the remand.",
        _PROVIDER,
    ),
    "R33": Remedy(
        RemedyKind.VARIATION,
        "The setting would have to be approved for a parent with a baby; check its terms with the provider.",
        _PROVIDER,
    ),
    "R35": Remedy(
        RemedyKind.POLICY,
        "The authority's own rule: lower quality.min_grade, or allow ungraded providers, in the policy.",
        "the authority",
    ),
    "R36": Remedy(RemedyKind.NOTHING, "Nothing can until the child is old enough."),
    "R38": Remedy(
        RemedyKind.CARE_PLAN,
        "Only a new risk assessment that no longer names the location, or names a smaller radius.",
        _SOCIAL_WORKER,
    ),
}  # fmt: skip
"""By id of a hard rule. One entry a rule."""


def remedy_of(rule: Rule) -> Remedy | None:
    """What lifts a rule in general; ``None`` for one that stops nothing (a preference, a warning).

    Raises
    ------
    KeyError
        For a hard rule that ``REMEDIES`` does not know.
    """
    if rule.kind is Kind.APPROVAL:
        unread = "" if rule.is_verified else " (the text was not read: check)"
        sentence = f"Approval by the {rule.signatory.removeprefix('the ')}; by when: {rule.deadline}{unread}."
        return Remedy(RemedyKind.APPROVAL, sentence, rule.signatory, rule.deadline)
    return _completed(rule, REMEDIES[rule.id]) if rule.kind is Kind.HARD else None


def remedy_for(rule: Rule, one: OnePair) -> Remedy | None:
    """What lifts a rule that this pair breaks, as exactly as the pair tells."""
    refined = REFINED.get(rule.id)
    found = refined(one) if refined is not None else None
    return remedy_of(rule) if found is None else _completed(rule, found)


def _completed(rule: Rule, found: Remedy) -> Remedy:
    """From its own rules the authority may make exceptions; a text that was not read sends people to look."""
    sentence = found.sentence
    if rule.owner is Owner.AUTHORITY:
        sentence += " Or an exception of the authority for the child or the setting, recorded as an authorisation."
    if not rule.is_verified and "check" not in sentence:
        sentence += " The text of the rule was not read: check."
    return replace(found, sentence=sentence)


def _vacancy(one: OnePair) -> Remedy:
    """A place that is vacant later, within the days that the instance knows, is a matter of the start."""
    counts, start = one.setting.offer.place_counts, one.instance.start(one.child)
    dates = (day for count in counts for day in (count.from_date, count.until_date) if day is not None)
    later = sorted(day for day in dates if day > start)
    free = [day for day in later if one.setting.offer.num_vacant(day) > 0]
    if not free:
        return REMEDIES["P01"]
    sentence = f"A later start, if the child can wait: a place is vacant from {free[0].day} {free[0]:%B %Y}."
    return Remedy(RemedyKind.START, sentence, _SOCIAL_WORKER)


def _support(one: OnePair) -> Remedy:
    """For a carer, the package that lifts them far enough, if one does."""
    if not isinstance(one.setting, Carer):
        level = one.facts.children.need_level[one.child_idx]
        sentence = (
            f"The provider would have to say that it meets needs of level {level}; check its statement of purpose."
        )
        return Remedy(RemedyKind.VARIATION, sentence, _PROVIDER)
    packages, limit = one.policy.support, one.setting.support_limit.name.lower()
    taken = "takes no support so far" if limit == "none" else f"takes {limit} support only so far"
    offers = (
        ("low", packages.low_lifts_levels, packages.low_pence),
        ("medium", packages.medium_lifts_levels, packages.medium_pence),
    )
    for name, lift, pence in offers:
        if lift >= one.missing_levels:
            sentence = f"{name.capitalize()} support ({words.pounds(pence)} a week), if the carer agrees, who {taken}."
            return Remedy(RemedyKind.SUPPORT, sentence, _FOSTERING, pence_per_week=pence)
    sentence = "No support package lifts the carer far enough: the carer's own level would have to be assessed again."
    return Remedy(RemedyKind.VARIATION, sentence, _FOSTERING)


def _radius(one: OnePair) -> Remedy:
    names = {Carer: "carer_max_miles", Home: "home_max_miles"}
    name = names.get(type(one.setting), "supported_max_miles")
    away = words.miles(int(one.row.miles_from_home_tenths[0]))
    sentence = f"A wider search: the policy's search.{name} would have to be at least {away}."
    return Remedy(RemedyKind.POLICY, sentence, REMEDIES["P04"].who)


def _under_16(one: OnePair) -> Remedy:
    if one.setting.place is not Place.Z1 or not isinstance(one.setting, Home):
        return REMEDIES["R11"]
    sentence = "Only a court that authorises the child's deprivation of liberty there; the authority cannot."
    return Remedy(RemedyKind.COURT, sentence, "the court")


def _fostering_limit(one: OnePair) -> Remedy:
    general = REMEDIES["R19"]
    area = one.instance.authorities[one.facts.authority_idx[one.setting.offer.authority_id]].name
    return Remedy(
        general.kind, general.sentence, f"{area}, the authority in whose area the carer lives", general.by_when
    )


def _terms(one: OnePair) -> Remedy:
    """An emergency that only age or sex speaks against may go outside the terms for some days."""
    if one.child.urgency is not Urgency.EMERGENCY or one.fits_age_and_sex or not one.fits_needs:
        return REMEDIES["R21"]
    signed = rules_by_id()["R21E"]
    sentence = (
        "As an emergency outside the terms, for at most six working days (regulation 23: check, the text was not "
        "read); the policy must allow it: emergency.outside_terms. For longer the terms would have to be varied."
    )
    return Remedy(RemedyKind.APPROVAL, sentence, signed.signatory, signed.deadline)


def _emergency(one: OnePair) -> Remedy | None:
    """Nobody can sign for going outside the terms when the placement is planned."""
    if one.child.urgency is Urgency.EMERGENCY:
        return remedy_of(rules_by_id()["R21E"])
    return Remedy(
        RemedyKind.NOTHING, "Nobody can sign for this: it is for emergencies only, and the placement is planned."
    )


def _unregistered(one: OnePair) -> Remedy | None:
    """Nobody but a court opens an unregistered home."""
    if one.child.deprivation_of_liberty:
        return remedy_of(rules_by_id()["R15C"])
    sentence = "Nobody can sign for this: no court has authorised a deprivation of the child's liberty."
    return Remedy(RemedyKind.NOTHING, sentence)


def _secure(one: OnePair) -> Remedy:
    """Which of the conditions is missing decides whether anything can help."""
    child = one.child
    if not child.secure_criteria:
        return Remedy(RemedyKind.NOTHING, "Nothing can: the child does not meet the criteria of section 25.")
    if child.legal_status is LegalStatus.V2 and child.age_months >= 192:
        sentence = "Nothing can while the young person is accommodated under section 20(5)."
        return Remedy(RemedyKind.NOTHING, sentence)
    if child.age_months < 156 and not child.secretary_of_state_approval:
        sentence = "The approval of the Secretary of State for a child under 13, beside the order of the court."
        return Remedy(RemedyKind.COURT, sentence, "the Secretary of State and the court", "before the child comes")
    return Remedy(RemedyKind.COURT, "A court order under section 25.", "the court", "before the child comes")


def _dyad(one: OnePair) -> Remedy:
    if one.setting.offer.terms.parent_and_child is not ParentAndChild.ONLY:
        return REMEDIES["R33"]
    sentence = "The provider would have to agree to take a child alone; check that its terms allow it."
    return Remedy(RemedyKind.AGREEMENT, sentence, _PROVIDER)


def _quality(one: OnePair) -> Remedy:
    name, value = (
        ("quality.ungraded_allowed", "true") if one.grade is None else ("quality.min_grade", words.grade(one.grade))
    )
    sentence = f"The authority's own rule: {name} = {value} in the policy would let the provider in."
    return Remedy(RemedyKind.POLICY, sentence, REMEDIES["R35"].who)


REFINED: Mapping[str, Callable[[OnePair], Remedy | None]] = {
    "P01": _vacancy,
    "P04": _radius,
    "P06": _support,
    "R11": _under_16,
    "R15C": _unregistered,
    "R19": _fostering_limit,
    "R21": _terms,
    "R21E": _emergency,
    "R29": _secure,
    "R33": _dyad,
    "R35": _quality,
}
"""By rule id: what lifts the rule for one pair."""
