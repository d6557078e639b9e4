"""The published shares that generated children are drawn from, each with its source.

"FG" is the field guide that the project started from, by section; "assumed" is our own guess.
``Shares`` hold weights of any total. ``docs/generator.md`` says what is not realistic.
"""

from __future__ import annotations

from enum import StrEnum

from rightplace.instances.children import (
    CaredForAlongside,
    Ethnicity,
    LegalStatus,
    NeedCategory,
    RiskToSelf,
    Togetherness,
)
from rightplace.instances.generator.dice import Shares


class Plan(StrEnum):
    """The kind of home that a child's care plan asks for first."""

    FOSTER = "foster"
    PARENT_AND_CHILD = "parent and child"
    HOME = "home"
    SOLO_HOME = "solo home"
    SCHOOL = "residential school"
    SECURE = "secure home"
    SUPPORTED = "supported accommodation"


GROUP_SIZES = Shares({2: 60, 3: 24, 4: 10, 5: 4, 6: 2})
"""Children in a sibling group, assumed; a fifth of units being groups, 39% of children are in one (37%, FG C3)."""
TOGETHERNESS = Shares({Togetherness.PREFERRED: 82, Togetherness.REQUIRED: 10, Togetherness.APART: 8})
"""What care plans say, assumed."""
UASC_SHARES = {"London": 0.169}
"""Unaccompanied children: London 16.9% of children in care (Barnet strategy 2023-27, figure 4)."""
UASC_SHARE_ELSEWHERE = 0.07
"""Elsewhere, assumed."""
PARENT_SHARE = 0.4
"""Of girls of 15 to 17 who are planned for fostering, assumed: 5 or 6 of 332 children at any time (FG 0.2)."""
SINGLE_AGES = Shares({(0, 11): 5, (12, 59): 9, (60, 119): 12, (120, 155): 16, (156, 191): 30, (192, 215): 28})
"""Ages in months of single children who are not unaccompanied, assumed."""
UASC_AGES = Shares({(144, 191): 15, (192, 215): 85})
"""Typically 70% enter at 16 or over (Barnet strategy 2023-27, figure 7); more of those who stay are, assumed."""
YOUNGEST_AGES = Shares({(0, 11): 10, (12, 59): 30, (60, 119): 40, (120, 155): 20})
"""Ages in months of the youngest of a sibling group, assumed."""

_P = Plan
SINGLE_PLANS = {
    5: Shares({_P.FOSTER: 998, _P.HOME: 2}),
    10: Shares({_P.FOSTER: 950, _P.HOME: 38, _P.SCHOOL: 12}),
    13: Shares({_P.FOSTER: 795, _P.HOME: 180, _P.SOLO_HOME: 8, _P.SCHOOL: 17}),
    16: Shares({_P.FOSTER: 665, _P.HOME: 275, _P.SOLO_HOME: 28, _P.SCHOOL: 25, _P.SECURE: 7}),
    18: Shares({_P.FOSTER: 315, _P.HOME: 170, _P.SOLO_HOME: 25, _P.SCHOOL: 15, _P.SECURE: 5, _P.SUPPORTED: 470}),
}
"""Plans of single children by the birthday before which they hold: set so that fostering, homes and
supported accommodation together stand about as 68, 11 and 10 (England, 1 September 2024, FG C3)."""
SIBLING_PLANS = {
    10: Shares({_P.FOSTER: 100}),
    16: Shares({_P.FOSTER: 94, _P.HOME: 6}),
    18: Shares({_P.FOSTER: 60, _P.HOME: 6, _P.SUPPORTED: 34}),
}
UASC_PLANS = {16: Shares({_P.FOSTER: 100}), 18: Shares({_P.SUPPORTED: 60, _P.FOSTER: 37, _P.HOME: 3})}
"""London: 51% of unaccompanied children in supported accommodation, 46% fostered (Barnet strategy 2023, figure 8)."""
NEED_LEVELS = {
    _P.FOSTER: Shares({1: 50, 2: 37, 3: 12, 4: 1}),
    _P.PARENT_AND_CHILD: Shares({1: 20, 2: 60, 3: 20}),
    _P.HOME: Shares({2: 15, 3: 55, 4: 30}),
    _P.SOLO_HOME: Shares({3: 20, 4: 80}),
    _P.SCHOOL: Shares({2: 30, 3: 50, 4: 20}),
    _P.SECURE: Shares({4: 1}),
    _P.SUPPORTED: Shares({1: 45, 2: 45, 3: 10}),
}
"""Agency foster children stand as 16, 61, 23 at levels 1, 2, 3 (Barnet 2014, figure 22); the authority's own carers
take mostly level 1. The rest is assumed."""
NEED_CHANCES: dict[NeedCategory, tuple[float, float, int]] = {
    NeedCategory.EMOTIONAL_BEHAVIOURAL: (0.30, 0.85, 3),
    NeedCategory.MENTAL_DISORDER: (0.06, 0.25, 8),
    NeedCategory.SENSORY_IMPAIRMENT: (0.015, 0.02, 0),
    NeedCategory.ALCOHOL: (0.01, 0.06, 13),
    NeedCategory.DRUGS: (0.02, 0.12, 13),
    NeedCategory.LEARNING_DIFFICULTY: (0.12, 0.25, 4),
    NeedCategory.PHYSICAL_DISABILITY: (0.025, 0.03, 0),
}
"""Chance of each need in family plans, in residential plans, and the youngest age in years; assumed."""

_E = Ethnicity
ETHNICITIES = Shares(
    {
        _E.WBRI: 650, _E.WIRI: 8, _E.WOTH: 35, _E.WIRT: 5, _E.WROM: 12, _E.MWBC: 40, _E.MWBA: 12, _E.MWAS: 18,
        _E.MOTH: 30, _E.AIND: 5, _E.APKN: 18, _E.ABAN: 7, _E.AOTH: 20, _E.BCRB: 20, _E.BAFR: 45, _E.BOTH: 20,
        _E.CHNE: 3, _E.OOTH: 30, _E.REFU: 4, _E.NOBT: 18,
    }
)  # fmt: skip
"""Outside London: 71% white (England, FG C3); the detail is assumed."""
ETHNICITIES_LONDON = Shares(
    {
        _E.WBRI: 250, _E.WIRI: 10, _E.WOTH: 75, _E.WIRT: 5, _E.WROM: 10, _E.MWBC: 60, _E.MWBA: 30, _E.MWAS: 20,
        _E.MOTH: 50, _E.AIND: 10, _E.APKN: 20, _E.ABAN: 35, _E.AOTH: 35, _E.BCRB: 100, _E.BAFR: 150, _E.BOTH: 40,
        _E.CHNE: 5, _E.OOTH: 70, _E.REFU: 5, _E.NOBT: 20,
    }
)  # fmt: skip
"""London: 35% white as in Barnet, 29% black (Barnet strategy 2023-27, figure 6); the detail is assumed."""
ETHNICITIES_UASC = Shares({_E.BAFR: 300, _E.BOTH: 30, _E.WOTH: 178, _E.AOTH: 250, _E.OOTH: 242})
"""33% black, 17.8% white (London, Barnet strategy 2023-27, figure 5); the detail is assumed."""

FAITHS = {
    "W": Shares({None: 55, "no religion": 20, "christian": 24, "jewish": 1}),
    "M": Shares({None: 45, "no religion": 18, "christian": 27, "muslim": 10}),
    "A": Shares({None: 20, "no religion": 5, "muslim": 55, "hindu": 8, "sikh": 7, "christian": 5}),
    "B": Shares({None: 25, "no religion": 5, "christian": 50, "muslim": 20}),
    "": Shares({None: 40, "no religion": 10, "muslim": 30, "christian": 18, "jewish": 2}),
}
"""Religion by the first letter of the ethnic code (``None``: not recorded), assumed."""
FAITHS_UASC = Shares({"muslim": 65, "christian": 25, None: 10})
LANGUAGES_UASC = Shares(
    {
        "kurdish": 20,
        "arabic": 20,
        "pashto": 15,
        "tigrinya": 14,
        "albanian": 10,
        "vietnamese": 8,
        "farsi": 8,
        "amharic": 5,
    }
)
LANGUAGES = Shares({"arabic": 3, "bengali": 4, "polish": 4, "portuguese": 2, "romanian": 3, "somali": 5, "urdu": 5})
LEGAL_STATUSES = Shares(
    {LegalStatus.C2: 58, LegalStatus.C1: 17, LegalStatus.V2: 20, LegalStatus.E1: 4, LegalStatus.L2: 1}
)
"""Legal status, assumed; unaccompanied children are accommodated (V2), remanded ones J1, those with a DoL order C2."""
ALONGSIDE = Shares(
    {
        CaredForAlongside.NO_PREFERENCE: 78, CaredForAlongside.WITH_OTHERS: 12, CaredForAlongside.ONLY_OLDER: 4,
        CaredForAlongside.ONLY_YOUNGER: 3, CaredForAlongside.SOLO: 3,
    }
)  # fmt: skip
RISKS_TO_SELF = {
    RiskToSelf.SELF_HARM: 0.08,
    RiskToSelf.SEXUAL_EXPLOITATION: 0.05,
    RiskToSelf.CRIMINAL_EXPLOITATION: 0.06,
    RiskToSelf.DRUGS_ALCOHOL: 0.06,
    RiskToSelf.GOING_MISSING: 0.09,
}
"""Chance of each risk at eight or over in a family plan, three times that in a residential one; assumed."""


def ethnicities_in(region: str | None) -> Shares[Ethnicity]:
    """The shares of ethnic codes of a region."""
    return ETHNICITIES_LONDON if region == "London" else ETHNICITIES


def faiths_of(ethnicity: Ethnicity) -> Shares[str | None]:
    """The shares of faiths of an ethnic code; ``None`` is a faith that is not recorded."""
    return FAITHS.get(ethnicity[0], FAITHS[""]) if ethnicity not in (_E.OOTH, _E.REFU, _E.NOBT) else FAITHS[""]
