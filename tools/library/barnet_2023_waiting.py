"""The thirty children of ``barnet_2023`` who wait on 11 December 2023."""

from __future__ import annotations

from datetime import date
from typing import Any

from rightplace.instances.children import (
    AdultRatio,
    AvoidArea,
    CaredForAlongside,
    Ethnicity,
    LegalStatus,
    Place,
    RiskLevel,
    RiskToOthers,
    RiskToSelf,
    Sex,
    Suitability,
    Togetherness,
    Urgency,
    Wish,
)
from rightplace.instances.geography import locate
from tools.library.world import (
    ALCOHOL,
    DRUGS,
    EBD,
    LEARNING,
    MENTAL,
    PHYSICAL,
    Draft,
    World,
)

_YES, _ALSO, _NO = Suitability.PREFERRED, Suitability.SUITABLE, Suitability.UNSUITABLE
_HIGH, _LOW = RiskLevel.HIGH, RiskLevel.LOW


def add_waiting(world: World) -> None:
    """Add C001 to C030. Homes now: a setting, ``P1`` (with parents), or no placement yet."""

    def wait(
        age: str, sex: str, home: str, level: int, referred: str, needed: str, lives: str = "", **values: Any
    ) -> Draft:
        years, months = age.split(".")
        at = {} if not lives else {"current_place": Place.P1} if lives == "P1" else {"current_setting_id": lives}
        month, day = map(int, needed.split("-"))
        return world.child(
            (0, 0),
            age_months=12 * int(years) + int(months),
            sex=Sex(sex),
            home=locate(home),
            need_level=level,
            is_waiting=True,
            referred_on=date.fromisoformat(f"2023-{referred}"),
            needed_by=date(2024 if month == 1 else 2023, month, day),
            **at,
            **values,
        )

    # A home for one child: the home in Northamptonshire has given notice.
    wait(
        *("14.2", "M", "NW9 5", 4, "10-30", "12-18", "E01"),
        ethnicity=Ethnicity.MWBC,
        legal_status=LegalStatus.C2,
        needs=frozenset({EBD}),
        adult_ratio=AdultRatio.TWO_TO_ONE,
        cared_for_alongside=CaredForAlongside.SOLO,
        foster_suitability=_NO,
        residential_suitability=_YES,
        risks_to_self={RiskToSelf.GOING_MISSING: _HIGH, RiskToSelf.CRIMINAL_EXPLOITATION: _LOW},
        risks_to_others={RiskToOthers.PHYSICAL_HARM: _HIGH},
        school=locate("NW9 5"),
    )
    # Deprivation of liberty: lives in an unregistered crisis placement.
    wait(
        *("15.7", "F", "HA8 0", 4, "11-02", "12-15", "E02"),
        ethnicity=Ethnicity.WBRI,
        legal_status=LegalStatus.C2,
        needs=frozenset({EBD, MENTAL}),
        deprivation_of_liberty=True,
        adult_ratio=AdultRatio.TWO_TO_ONE,
        foster_suitability=_NO,
        residential_suitability=_YES,
        risks_to_self={
            RiskToSelf.SELF_HARM: _HIGH,
            RiskToSelf.SEXUAL_EXPLOITATION: _HIGH,
            RiskToSelf.GOING_MISSING: _HIGH,
        },
        school=locate("HA8 0"),
    )
    # Stepping down from Home 1 to a family.
    wait(
        *("13.4", "M", "NW7 2", 3, "11-03", "01-04", "H1"),
        ethnicity=Ethnicity.WBRI,
        legal_status=LegalStatus.C2,
        needs=frozenset({EBD}),
        foster_suitability=_YES,
        residential_suitability=_ALSO,
        risks_to_self={RiskToSelf.GOING_MISSING: _LOW},
        school=locate("NW7 2"),
        must_stay_at_school=True,
    )
    # A group of three who live with their parents until the court decides.
    three = [
        wait(
            age,
            sex,
            "NW9 6",
            level,
            "11-06",
            "01-05",
            "P1",
            ethnicity=Ethnicity.BAFR,
            legal_status=LegalStatus.C1,
            **more,
        )
        for age, sex, level, more in (
            ("4.5", "F", 1, {}),
            ("6.9", "M", 1, {"school": locate("NW9 6")}),
            ("9.2", "F", 2, {"school": locate("NW9 6"), "needs": frozenset({EBD})}),
        )
    ]
    world.siblings(three)
    # Two small children with a short-term carer (F001) until the end of the year.
    two = [
        wait(age, "F", "N12 0", 1, "11-08", "12-29", "F001", ethnicity=Ethnicity.WOTH, legal_status=LegalStatus.C1)
        for age in ("2.1", "3.8")
    ]
    world.siblings(two)
    # Twins who must stay together: the temporary approval of their grandmother (K01) ends.
    twins = [
        wait(
            *("7.3", sex, "HA8 7", 2, "11-10", "12-22", "K01"),
            ethnicity=Ethnicity.BCRB,
            legal_status=LegalStatus.C2,
            needs=frozenset({EBD}),
            school=locate("HA8 7"),
            must_stay_at_school=True,
            religion="christian",
        )
        for sex in ("M", "F")
    ]
    world.siblings(twins, Togetherness.REQUIRED)
    # Brothers whose care plans say apart.
    younger = wait(
        *("12.0", "M", "N2 8", 3, "11-13", "12-20", "P1"),
        ethnicity=Ethnicity.WBRI,
        legal_status=LegalStatus.C1,
        needs=frozenset({EBD}),
        school=locate("N2 8"),
        risks_to_self={RiskToSelf.OTHER: _LOW},
    )
    older = wait(
        *("15.1", "M", "N2 8", 2, "11-13", "12-20", "F002"),
        ethnicity=Ethnicity.WBRI,
        legal_status=LegalStatus.C1,
        needs=frozenset({EBD}),
        school=locate("N2 9"),
        must_stay_at_school=True,
        risks_to_others={RiskToOthers.PHYSICAL_HARM: _LOW},
    )
    world.siblings([younger, older], Togetherness.APART)
    # Her two sisters live with F006, who has a vacancy.
    wait(
        *("9.6", "F", "NW4 2", 2, "11-14", "12-18", "A001"),
        ethnicity=Ethnicity.MWBA,
        legal_status=LegalStatus.C2,
        needs=frozenset({EBD}),
        school=locate("NW4 2"),
        must_stay_at_school=True,
    )
    # His aunt (K02) has been approved for him.
    wait(
        *("11.1", "M", "N3 1", 1, "11-15", "12-22", "P1"),
        ethnicity=Ethnicity.BCRB,
        legal_status=LegalStatus.C1,
        school=locate("N3 1"),
        must_stay_at_school=True,
        connected_carer_ids=frozenset({"K02"}),
    )
    # Exploited in Edmonton and Harlesden: must live away from both.
    wait(
        *("15.4", "F", "EN4 8", 3, "11-16", "12-15", "F003"),
        ethnicity=Ethnicity.WBRI,
        legal_status=LegalStatus.V2,
        needs=frozenset({EBD, DRUGS}),
        risks_to_self={RiskToSelf.CRIMINAL_EXPLOITATION: _HIGH, RiskToSelf.GOING_MISSING: _LOW},
        avoid=(AvoidArea(locate("N18 2"), 4.0), AvoidArea(locate("NW10 8"))),
        school=locate("EN4 8"),
    )
    # Must not live with a younger child.
    wait(
        *("13.9", "M", "NW2 1", 3, "11-17", "12-19", "A002"),
        ethnicity=Ethnicity.MOTH,
        legal_status=LegalStatus.C2,
        needs=frozenset({EBD, LEARNING}),
        foster_suitability=_YES,
        residential_suitability=_ALSO,
        risks_to_others={RiskToOthers.SEXUAL_HARM: _HIGH},
        cared_for_alongside=CaredForAlongside.ONLY_OLDER,
        school=locate("NW2 1"),
    )
    # Unaccompanied young people, with what they ask for.
    wait(
        *("17.1", "M", "NW9 5", 1, "11-20", "12-18", "F004"),
        ethnicity=Ethnicity.WOTH,
        uasc=True,
        languages=frozenset({"albanian"}),
        wishes=frozenset({Wish.LANGUAGE}),
        supported_suitability=_YES,
        foster_suitability=_ALSO,
    )
    wait(
        *("16.8", "F", "NW4 4", 1, "11-21", "12-29", "S01"),
        ethnicity=Ethnicity.BAFR,
        uasc=True,
        languages=frozenset({"tigrinya"}),
        religion="orthodox",
        wishes=frozenset({Wish.LANGUAGE, Wish.FAITH}),
        foster_suitability=_YES,
        supported_suitability=_ALSO,
    )
    wait(
        *("16.1", "M", "NW4 4", 1, "12-07", "12-12"),
        ethnicity=Ethnicity.AOTH,
        uasc=True,
        languages=frozenset({"dari", "pashto"}),
        religion="muslim",
        wishes=frozenset({Wish.LANGUAGE, Wish.FAITH}),
        foster_suitability=_YES,
        supported_suitability=_ALSO,
    )
    wait(
        *("17.3", "M", "NW9 4", 2, "11-22", "12-28", "A003"),
        ethnicity=Ethnicity.OOTH,
        uasc=True,
        languages=frozenset({"arabic"}),
        religion="muslim",
        wishes=frozenset({Wish.FAITH}),
        supported_suitability=_YES,
        foster_suitability=_ALSO,
    )
    wait(
        *("16.5", "M", "NW4 4", 1, "12-08", "12-13"),
        ethnicity=Ethnicity.OOTH,
        uasc=True,
        languages=frozenset({"kurdish sorani"}),
        religion="muslim",
        wishes=frozenset({Wish.LANGUAGE, Wish.FAITH}),
        foster_suitability=_ALSO,
        supported_suitability=_YES,
    )
    # A mother of sixteen; she and her baby leave hospital on the 14th.
    wait(
        *("16.4", "F", "HA8 9", 3, "11-24", "12-14"),
        ethnicity=Ethnicity.WBRI,
        legal_status=LegalStatus.V2,
        parent_and_child=True,
        needs=frozenset({EBD}),
        foster_suitability=_YES,
        residential_suitability=_ALSO,
    )
    # Remanded to local authority accommodation.
    wait(
        *("17.0", "M", "NW9 7", 2, "12-05", "12-14", "S02"),
        ethnicity=Ethnicity.BCRB,
        legal_status=LegalStatus.J1,
        remand=True,
        needs=frozenset({EBD, ALCOHOL}),
        supported_suitability=_YES,
        risks_to_self={RiskToSelf.CRIMINAL_EXPLOITATION: _LOW},
    )
    # Ready for more independence; supported lodgings would suit.
    wait(
        *("17.2", "F", "N20 0", 1, "11-23", "01-08", "A004"),
        ethnicity=Ethnicity.WBRI,
        legal_status=LegalStatus.C2,
        supported_suitability=_YES,
        foster_suitability=_ALSO,
    )
    # A baby whose short-term carer (F005) takes newborns only.
    wait("0.5", "M", "EN5 2", 1, "11-27", "12-21", "F005", ethnicity=Ethnicity.WBRI, legal_status=LegalStatus.C1)
    # Needs an adapted home.
    wait(
        *("10.2", "M", "N11 3", 3, "11-28", "01-05", "A005"),
        ethnicity=Ethnicity.AIND,
        legal_status=LegalStatus.V2,
        needs=frozenset({LEARNING, PHYSICAL}),
        adaptation_needed=True,
        foster_suitability=_YES,
        residential_suitability=_ALSO,
        school=locate("N11 3"),
        must_stay_at_school=True,
    )
    # Comes back from a home in the Midlands.
    wait(
        *("16.2", "F", "NW7 4", 3, "11-29", "01-03", "E03"),
        ethnicity=Ethnicity.MWBC,
        legal_status=LegalStatus.C2,
        needs=frozenset({MENTAL, EBD}),
        foster_suitability=_ALSO,
        residential_suitability=_YES,
        risks_to_self={RiskToSelf.SELF_HARM: _HIGH},
    )
    # Two who ask for a family of their faith or language.
    wait(
        *("6.4", "M", "NW11 0", 1, "11-30", "12-19", "P1"),
        ethnicity=Ethnicity.WOTH,
        legal_status=LegalStatus.C1,
        religion="jewish",
        wishes=frozenset({Wish.FAITH}),
        school=locate("NW11 8"),
        must_stay_at_school=True,
    )
    wait(
        *("12.7", "F", "NW9 5", 1, "12-01", "12-20", "P1"),
        ethnicity=Ethnicity.BAFR,
        legal_status=LegalStatus.C1,
        religion="muslim",
        languages=frozenset({"somali", "english"}),
        wishes=frozenset({Wish.FAITH, Wish.LANGUAGE}),
        school=locate("NW9 5"),
    )
    # Tonight.
    wait(
        *("8.3", "F", "HA8 0", 2, "12-11", "12-11"),
        ethnicity=Ethnicity.MWBC,
        legal_status=LegalStatus.L2,
        urgency=Urgency.EMERGENCY,
        needs=frozenset({EBD}),
        school=locate("HA8 0"),
    )
