"""Children and sibling groups, as a placement referral describes them.

Field names follow the South West referral standard (``SocialFinanceDigitalLabs/sw-sufficiency-model``, data standards
v3) and codes follow the SSDA903 return, so that a council's own extract needs no translation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum, StrEnum

from rightplace.instances.geography import Point

ADULT_MONTHS = 216
"""Age in months at which a child becomes an adult: the eighteenth birthday."""
AGE_BANDS = (("0 to 4", 0, 60), ("5 to 9", 60, 120), ("10 to 15", 120, 192), ("16 and 17", 192, ADULT_MONTHS))
"""Words, first age in months, and the age in months at which the next band begins."""


class Sex(StrEnum):
    """SSDA903 SEX, codes from 2025 (1 and 2 until 2024 are read as M and F)."""

    MALE = "M"
    FEMALE = "F"
    UNKNOWN = "U"


class NeedCategory(StrEnum):
    """The seven need flags of the Ofsted provider list."""

    EMOTIONAL_BEHAVIOURAL = "emotional and behavioural difficulties"
    MENTAL_DISORDER = "mental disorders"
    SENSORY_IMPAIRMENT = "sensory impairment"
    ALCOHOL = "present alcohol problems"
    DRUGS = "present drug problems"
    LEARNING_DIFFICULTY = "learning difficulty"
    PHYSICAL_DISABILITY = "physical disabilities"


class LegalStatus(StrEnum):
    """SSDA903 LS."""

    C1 = "C1"
    C2 = "C2"
    D1 = "D1"
    E1 = "E1"
    V2 = "V2"
    V3 = "V3"
    V4 = "V4"
    J1 = "J1"
    J2 = "J2"
    J3 = "J3"
    L1 = "L1"
    L2 = "L2"
    L3 = "L3"


class Ethnicity(StrEnum):
    """SSDA903 ETHNIC."""

    WBRI = "WBRI"
    WIRI = "WIRI"
    WOTH = "WOTH"
    WIRT = "WIRT"
    WROM = "WROM"
    MWBC = "MWBC"
    MWBA = "MWBA"
    MWAS = "MWAS"
    MOTH = "MOTH"
    AIND = "AIND"
    APKN = "APKN"
    ABAN = "ABAN"
    AOTH = "AOTH"
    BCRB = "BCRB"
    BAFR = "BAFR"
    BOTH = "BOTH"
    CHNE = "CHNE"
    OOTH = "OOTH"
    REFU = "REFU"
    NOBT = "NOBT"


class RiskLevel(IntEnum):
    """How likely and how grave a risk is, in the three steps of the South West standard."""

    NO_KNOWN = 0
    LOW = 1
    HIGH = 2


class RiskToSelf(StrEnum):
    """Risks to the child."""

    SELF_HARM = "self-harm"
    SEXUAL_EXPLOITATION = "sexual exploitation"
    CRIMINAL_EXPLOITATION = "criminal exploitation"
    DRUGS_ALCOHOL = "drugs or alcohol"
    EATING_DISORDER = "eating disorder"
    GOING_MISSING = "going missing"
    OTHER = "other"


class RiskToOthers(StrEnum):
    """Risks that the child poses to others."""

    PHYSICAL_HARM = "physical harm"
    SEXUAL_HARM = "sexual harm"
    FIRE_SETTING = "fire-setting"
    HARM_TO_ANIMALS = "harm to animals"
    CRIMINAL_EXPLOITATION = "criminal exploitation"
    OTHER = "other"


class CaredForAlongside(StrEnum):
    """Whom the child should live with, beside adults."""

    NO_PREFERENCE = "no preference"
    SOLO = "solo"
    WITH_OTHERS = "with other children"
    ONLY_OLDER = "only with older"
    ONLY_YOUNGER = "only with younger"


class Suitability(StrEnum):
    """How well a type of care suits the child."""

    PREFERRED = "preferred"
    SUITABLE = "suitable but not preferred"
    UNSUITABLE = "unsuitable"
    NOT_SPECIFIED = "not specified"


class AdultRatio(IntEnum):
    """Least number of adults to a child."""

    STANDARD = 0
    ONE_TO_ONE = 1
    TWO_TO_ONE = 2
    MORE_THAN_TWO_TO_ONE = 3


class Wish(StrEnum):
    """What the child asks a setting to share with them (Children Act 1989 s22(4), (5)); priced, never hard."""

    FAITH = "faith"
    LANGUAGE = "language"
    ETHNICITY = "ethnicity"


class Urgency(StrEnum):
    """Planned or emergency home search."""

    PLANNED = "planned"
    EMERGENCY = "emergency"


class Togetherness(StrEnum):
    """What a care plan says of a sibling group (Children Act 1989 s22C(8)(c))."""

    REQUIRED = "required"
    PREFERRED = "preferred"
    APART = "apart"


class Place(StrEnum):
    """SSDA903 PLACE: the code under which a placement in a setting is returned."""

    A3 = "A3"
    A4 = "A4"
    A5 = "A5"
    A6 = "A6"
    H5 = "H5"
    K1 = "K1"
    K2 = "K2"
    K3 = "K3"
    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    R1 = "R1"
    R2 = "R2"
    R3 = "R3"
    R5 = "R5"
    S1 = "S1"
    T0 = "T0"
    T1 = "T1"
    T2 = "T2"
    T3 = "T3"
    T4 = "T4"
    U1 = "U1"
    U2 = "U2"
    U3 = "U3"
    U4 = "U4"
    U5 = "U5"
    U6 = "U6"
    Z1 = "Z1"


@dataclass(frozen=True, slots=True)
class AvoidArea:
    """A location the child must stay away from; ``None`` miles means the policy's radius."""

    location: Point
    radius_miles: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """One child in care, or about to be; a parent with a baby is one child with ``parent_and_child`` set.

    Parameters
    ----------
    age_months
        Age at the instance's date, 0 to 215.
    home, school
        Where the family lives and where the child goes to school.
    authority_id
        The responsible authority.
    need_level
        1 core, 2 additional services, 3 specialist (the three levels of Barnet 2014, figure 22), 4 complex: bespoke
        care around one child. ``None`` takes the policy's default.
    school_year
        National curriculum year group, -1 (nursery) to 13.
    secure_order
        A court has authorised secure accommodation (Children Act 1989 s25).
    secretary_of_state_approval
        Given for a child under 13 to be placed in a secure home.
    adoption_considered
        The plan may be adoption, and no placement order is made yet (Children Act 1989 s22C(9A)).
    avoid
        Locations to avoid (rule R38).
    separate_from_ids
        Children who must never share a setting with this one.
    connected_carer_ids
        Settings whose carer is the child's relative or friend.
    referred_on
        When the search began: the order in which today's practice serves children.
    needed_by
        Latest start. The child takes a place from this date, at once when absent.
    is_waiting
        A home is sought now, whether or not the child lives somewhere (``current_setting_id``).
    may_move
        A better home may be proposed although none is sought.
    current_place
        SSDA903 PLACE of where the child lives, for those who live in no setting of the instance (with parents, say).
    """

    id: str
    age_months: int
    sex: Sex
    home: Point
    authority_id: str
    school: Point | None = None
    must_stay_at_school: bool = False
    school_year: int | None = None
    need_level: int | None = None
    needs: frozenset[NeedCategory] = frozenset()
    adaptation_needed: bool = False
    adult_ratio: AdultRatio = AdultRatio.STANDARD
    legal_status: LegalStatus | None = None
    uasc: bool = False
    remand: bool = False
    parent_and_child: bool = False
    deprivation_of_liberty: bool = False
    secure_criteria: bool = False
    secure_order: bool = False
    secretary_of_state_approval: bool = False
    religion: str | None = None
    ethnicity: Ethnicity | None = None
    languages: frozenset[str] = frozenset()
    wishes: frozenset[Wish] = frozenset()
    risks_to_self: Mapping[RiskToSelf, RiskLevel] = field(default_factory=dict)
    risks_to_others: Mapping[RiskToOthers, RiskLevel] = field(default_factory=dict)
    cared_for_alongside: CaredForAlongside = CaredForAlongside.NO_PREFERENCE
    foster_suitability: Suitability = Suitability.NOT_SPECIFIED
    residential_suitability: Suitability = Suitability.NOT_SPECIFIED
    supported_suitability: Suitability = Suitability.NOT_SPECIFIED
    adoption_considered: bool = False
    avoid: tuple[AvoidArea, ...] = ()
    separate_from_ids: frozenset[str] = frozenset()
    connected_carer_ids: frozenset[str] = frozenset()
    urgency: Urgency = Urgency.PLANNED
    referred_on: date | None = None
    needed_by: date | None = None
    is_waiting: bool = True
    may_move: bool = False
    current_setting_id: str | None = None
    current_place: Place | None = None

    @property
    def num_children(self) -> int:
        """People under 18 who come with this placement: 2 for a parent and child, else 1."""
        return 2 if self.parent_and_child else 1

    def risk_to_others(self, kind: RiskToOthers) -> RiskLevel:
        """How much risk of this kind the child poses; no known risk when the referral is silent."""
        return self.risks_to_others.get(kind, RiskLevel.NO_KNOWN)

    def risk_to_self(self, kind: RiskToSelf) -> RiskLevel:
        """How much risk of this kind the child runs; no known risk when the referral is silent."""
        return self.risks_to_self.get(kind, RiskLevel.NO_KNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiblingGroup:
    """Brothers and sisters, two to six or more, and what their care plans say of living together."""

    id: str
    child_ids: tuple[str, ...]
    togetherness: Togetherness = Togetherness.PREFERRED
