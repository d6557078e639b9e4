"""Children and sibling groups, drawn one unit after the other from the shares of ``shares``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from rightplace.instances.children import (
    ADULT_MONTHS,
    AdultRatio,
    AvoidArea,
    CaredForAlongside,
    Child,
    Ethnicity,
    LegalStatus,
    NeedCategory,
    RiskLevel,
    RiskToOthers,
    RiskToSelf,
    Sex,
    SiblingGroup,
    Suitability,
    Togetherness,
    Urgency,
    Wish,
)
from rightplace.instances.generator.shares import (
    ALONGSIDE,
    ETHNICITIES_UASC,
    FAITHS_UASC,
    GROUP_SIZES,
    LANGUAGES,
    LANGUAGES_UASC,
    LEGAL_STATUSES,
    NEED_CHANCES,
    NEED_LEVELS,
    PARENT_SHARE,
    RISKS_TO_SELF,
    SIBLING_PLANS,
    SINGLE_AGES,
    SINGLE_PLANS,
    TOGETHERNESS,
    UASC_AGES,
    UASC_PLANS,
    UASC_SHARE_ELSEWHERE,
    UASC_SHARES,
    YOUNGEST_AGES,
    Plan,
    ethnicities_in,
    faiths_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rightplace.instances.generator.dice import Dice, Shares
    from rightplace.instances.generator.places import Area
    from rightplace.instances.geography import Point


@dataclass(frozen=True, slots=True)
class Drawn:
    """A child, and the kind of home that the plan asks for."""

    child: Child
    plan: Plan


@dataclass(frozen=True, slots=True)
class Unit:
    """Who is placed as one: a single child, or brothers and sisters with their group."""

    members: tuple[Drawn, ...]
    group: SiblingGroup | None = None


_RESIDENTIAL = {Plan.HOME, Plan.SOLO_HOME, Plan.SCHOOL, Plan.SECURE}
_S = Suitability
_MIN_RISK_MONTHS = 96
OVER_EIGHT = 1.5
"""Children to each child of eight and over, as measured on the generated instances."""


def _plan(plans: dict[int, Shares[Plan]], age_months: int, dice: Dice) -> Plan:
    return dice.pick(next(shares for years, shares in plans.items() if age_months < 12 * years))


class Referrals:
    """Draws the referrals of one authority, one unit after the other.

    Parameters
    ----------
    dice
        The authority's stream.
    on
        The day of the instance.
    first_number
        Children are numbered from here, in the order drawn.
    sibling_share
        Share of units that are sibling groups, 0 to 1.
    conflict_share
        Share of children who pose a high risk of physical or sexual harm to others, 0 to 1; those under eight do not.
    """

    def __init__(
        self, dice: Dice, area: Area, on: date, first_number: int, sibling_share: float, conflict_share: float
    ) -> None:
        self._dice = dice
        self._area = area
        self._on = on
        self._number = first_number
        self._sibling_share = sibling_share
        self._conflict_chance = min(1.0, conflict_share * OVER_EIGHT)
        single_children = 1 - sibling_share
        all_children = single_children + sibling_share * 2.64  # the mean of GROUP_SIZES
        share = UASC_SHARES.get(area.authority.region or "", UASC_SHARE_ELSEWHERE)
        self._uasc_chance = share * all_children / single_children if single_children else 0.0

    def units(self, num_children: int) -> Iterator[Unit]:
        """Units of so many children altogether; the last group may be cut to fit."""
        left = num_children
        while left:
            size = self._dice.pick(GROUP_SIZES) if self._dice.chance(self._sibling_share) else 1
            size = min(size, left)
            left -= size
            yield self._siblings(size) if size > 1 else self._single()

    def _single(self) -> Unit:
        dice = self._dice
        uasc = dice.chance(self._uasc_chance)
        age_months = dice.between(*dice.pick(UASC_AGES if uasc else SINGLE_AGES))
        sex = Sex.FEMALE if dice.chance(0.08 if uasc else 0.47) else Sex.MALE
        plan = _plan(UASC_PLANS if uasc else SINGLE_PLANS, age_months, dice)
        if plan is Plan.FOSTER and sex is Sex.FEMALE and age_months >= 180 and not uasc and dice.chance(PARENT_SHARE):
            plan = Plan.PARENT_AND_CHILD
        return Unit((self._child(self._family(uasc), age_months, sex, plan, True),))

    def _siblings(self, size: int) -> Unit:
        dice = self._dice
        togetherness = dice.pick(TOGETHERNESS)
        months = dice.between(*dice.pick(YOUNGEST_AGES))
        ages = [months]
        for _ in range(size - 1):  # one in forty is a twin
            months += 0 if dice.chance(0.025) else dice.between(11, 42)
            ages.append(min(months, ADULT_MONTHS - 1))
        family = self._family(False)
        members = []
        for age_months in ages:
            plan = _plan(SIBLING_PLANS, age_months, dice)
            if togetherness is Togetherness.REQUIRED:
                plan = Plan.FOSTER
            sex = Sex.FEMALE if dice.chance(0.46) else Sex.MALE
            members.append(self._child(family, age_months, sex, plan, False))
        ids = tuple(member.child.id for member in members)
        return Unit(tuple(members), SiblingGroup(id="", child_ids=ids, togetherness=togetherness))

    def _family(self, uasc: bool) -> dict[str, Any]:
        """What brothers and sisters share."""
        dice = self._dice
        ethnicity = dice.pick(ETHNICITIES_UASC if uasc else ethnicities_in(self._area.authority.region))
        languages = {dice.pick(LANGUAGES_UASC)} if uasc else {"english"}
        if uasc and dice.chance(0.2):
            languages.add("english")
        if not uasc and ethnicity[0] in "AOBR" and dice.chance(0.25):
            languages.add(dice.pick(LANGUAGES))
        urgent = dice.chance(0.2)  # a fifth of moves into homes are emergencies (Ofsted 2022, FG E1)
        needed_by = self._on + timedelta(days=dice.between(0, 1) if urgent else dice.between(3, 42))
        religion = dice.pick(FAITHS_UASC if uasc else faiths_of(ethnicity))
        return {
            "home": self._area.anywhere(dice),
            "authority_id": self._area.authority.id,
            "uasc": uasc,
            "religion": religion,
            "ethnicity": ethnicity,
            "languages": frozenset(languages),
            "legal_status": LegalStatus.V2 if uasc else dice.pick(LEGAL_STATUSES),
            "urgency": Urgency.EMERGENCY if urgent else Urgency.PLANNED,
            "referred_on": self._on - timedelta(days=dice.between(0, 2) if urgent else dice.between(0, 60)),
            "needed_by": needed_by if urgent or dice.chance(0.8) else None,
            "wishes": _wishes(dice, religion, languages, ethnicity),
        }

    def _child(self, family: dict[str, Any], age_months: int, sex: Sex, plan: Plan, single: bool) -> Drawn:
        dice = self._dice
        fields = family | {"age_months": age_months, "sex": sex, "need_level": dice.pick(NEED_LEVELS[plan])}
        fields |= _needs(dice, age_months, plan)
        fields |= _suitability(dice, age_months, plan, fields["need_level"])
        fields |= self._risks(age_months, plan)
        fields |= self._schooling(age_months, family["home"])
        fields["parent_and_child"] = plan is Plan.PARENT_AND_CHILD
        if plan is Plan.SOLO_HOME:
            fields["cared_for_alongside"] = CaredForAlongside.SOLO
        elif single and plan in (Plan.FOSTER, Plan.HOME):
            fields["cared_for_alongside"] = dice.pick(ALONGSIDE)
        if plan is Plan.SECURE:
            fields |= {"secure_criteria": True, "secure_order": True, "legal_status": LegalStatus.C2}
            fields["secretary_of_state_approval"] = age_months < 156
        elif single and plan in (Plan.HOME, Plan.SOLO_HOME) and age_months >= 120 and dice.chance(0.05):
            fields |= {"deprivation_of_liberty": True, "legal_status": LegalStatus.C2}
        elif (
            single
            and not family["uasc"]
            and age_months >= 144
            and not fields["parent_and_child"]
            and dice.chance(0.012)
        ):
            fields |= {"remand": True, "legal_status": LegalStatus.J1}
        child = Child(id=f"C{self._number:05}", **fields)
        self._number += 1
        return Drawn(child, plan)

    def _schooling(self, age_months: int, home: Point) -> dict[str, Any]:
        """School and year group of a child from four years up; a sixth-former may have none."""
        september = date(self._on.year - (self._on.month < 9), 9, 1)
        months_since = (self._on.year - september.year) * 12 + self._on.month - 9
        year = max(-1, (age_months - months_since) // 12 - 4)
        if age_months < 48 or year > 13 or not self._dice.chance(0.95 if year < 12 else 0.55):
            return {}
        school = self._area.school(self._dice, home, 0.7 if year < 7 else 0.4)
        must_stay = year in (10, 11) and self._dice.chance(0.3)
        return {"school": school, "school_year": year, "must_stay_at_school": must_stay}

    def _risks(self, age_months: int, plan: Plan) -> dict[str, Any]:
        dice = self._dice
        if age_months < _MIN_RISK_MONTHS:
            return {}
        much = 3 if plan in _RESIDENTIAL else 1
        others: dict[RiskToOthers, RiskLevel] = {}
        if dice.chance(self._conflict_chance):
            kind = RiskToOthers.SEXUAL_HARM if dice.chance(0.35) else RiskToOthers.PHYSICAL_HARM
            others[kind] = RiskLevel.HIGH
        for kind, chance in ((RiskToOthers.PHYSICAL_HARM, 0.06), (RiskToOthers.FIRE_SETTING, 0.01)):
            if kind not in others and dice.chance(chance * much):
                others[kind] = RiskLevel.LOW
        if age_months >= 144 and dice.chance(0.005 * much):
            others[RiskToOthers.CRIMINAL_EXPLOITATION] = RiskLevel.HIGH
        own: dict[RiskToSelf, RiskLevel] = {}
        for risk, chance in RISKS_TO_SELF.items():
            if dice.chance(chance * much):
                own[risk] = RiskLevel.HIGH if dice.chance(0.35) else RiskLevel.LOW
        fields: dict[str, Any] = {
            "risks_to_others": {kind: others[kind] for kind in RiskToOthers if kind in others},
            "risks_to_self": {kind: own[kind] for kind in RiskToSelf if kind in own},
        }
        if own.get(RiskToSelf.CRIMINAL_EXPLOITATION) is RiskLevel.HIGH and dice.chance(0.5):
            fields["avoid"] = (AvoidArea(self._area.anywhere(dice), dice.one_of((None, 1.0, 2.0))),)
        return fields


def _needs(dice: Dice, age_months: int, plan: Plan) -> dict[str, Any]:
    residential = plan in _RESIDENTIAL
    needs = frozenset(
        need
        for need, (family, home, from_years) in NEED_CHANCES.items()
        if age_months >= 12 * from_years and dice.chance(home if residential else family)
    )
    if plan is Plan.SCHOOL:
        needs |= {NeedCategory.LEARNING_DIFFICULTY}
    disabled = NeedCategory.PHYSICAL_DISABILITY in needs
    ratio = AdultRatio.STANDARD
    if plan is Plan.SOLO_HOME:
        ratio = AdultRatio.TWO_TO_ONE if dice.chance(0.4) else AdultRatio.ONE_TO_ONE
    elif plan is Plan.HOME and dice.chance(0.25):
        ratio = AdultRatio.ONE_TO_ONE
    return {"needs": needs, "adaptation_needed": disabled and dice.chance(0.6), "adult_ratio": ratio}


def _suitability(dice: Dice, age_months: int, plan: Plan, need_level: int) -> dict[str, Any]:
    """How well each type of care suits; fostering was the plan for a third of those in homes (Ofsted 2022, FG E1)."""
    foster, residential, supported = _S.UNSUITABLE, _S.UNSUITABLE, _S.UNSUITABLE
    teen, grown = age_months >= 120, age_months >= 192
    if plan in (Plan.FOSTER, Plan.PARENT_AND_CHILD):
        foster = _S.PREFERRED
        residential = _S.SUITABLE if plan is Plan.PARENT_AND_CHILD or (teen and dice.chance(0.2)) else _S.UNSUITABLE
        supported = _S.SUITABLE if plan is Plan.FOSTER and grown and dice.chance(0.3) else _S.UNSUITABLE
    elif plan is Plan.SUPPORTED:
        supported = _S.PREFERRED
        foster = _S.SUITABLE if dice.chance(0.35) else _S.UNSUITABLE
    else:
        residential = _S.PREFERRED
        if plan is Plan.HOME and need_level <= 3:
            foster = _S.SUITABLE if dice.chance(0.4) else _S.UNSUITABLE
            supported = _S.SUITABLE if grown and dice.chance(0.2) else _S.UNSUITABLE
    names = ("foster_suitability", "residential_suitability", "supported_suitability")
    return dict(zip(names, (foster, residential, supported), strict=True))


def _wishes(dice: Dice, religion: str | None, languages: set[str], ethnicity: Ethnicity) -> frozenset[Wish]:
    wishes = set()
    if religion not in (None, "no religion") and dice.chance(0.5 if religion != "christian" else 0.15):
        wishes.add(Wish.FAITH)
    if languages != {"english"} and dice.chance(0.4):
        wishes.add(Wish.LANGUAGE)
    if ethnicity is not Ethnicity.WBRI and dice.chance(0.12):
        wishes.add(Wish.ETHNICITY)
    return frozenset(wishes)
