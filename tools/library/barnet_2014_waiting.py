"""The twenty-five children of ``barnet_2014`` who wait on 31 March 2014."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from rightplace.instances.children import (
    AvoidArea,
    Ethnicity,
    LegalStatus,
    NeedCategory,
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

if TYPE_CHECKING:
    from tools.library.world import World

_YES, _ALSO, _NO = Suitability.PREFERRED, Suitability.SUITABLE, Suitability.UNSUITABLE
_EBD, _LEARNING = NeedCategory.EMOTIONAL_BEHAVIOURAL, NeedCategory.LEARNING_DIFFICULTY
_PHYSICAL, _DRUGS = NeedCategory.PHYSICAL_DISABILITY, NeedCategory.DRUGS
_LOW, _HIGH = RiskLevel.LOW, RiskLevel.HIGH


def add_waiting(world: World) -> None:
    """Add C001 to C025. Homes now: a setting, ``U3`` (regulation 24, carer not on the list), or none yet."""

    def wait(
        age: str, sex: str, home: str, level: int, referred: str, needed: str, lives: str = "", **values: Any
    ) -> dict[str, Any]:
        years, months = age.split(".")
        at = {} if not lives else {"current_place": Place.U3} if lives == "U3" else {"current_setting_id": lives}
        needs = frozenset(values.pop("needs", ()))
        return world.child(
            (0, 0),
            age_months=12 * int(years) + int(months),
            sex=Sex(sex),
            home=locate(home),
            need_level=level,
            needs=needs,
            is_waiting=True,
            referred_on=date.fromisoformat(f"2014-{referred}"),
            needed_by=date.fromisoformat(f"2014-{needed}"),
            **at,
            **values,
        )

    at_nw9, at_ha8 = locate("NW9 5"), locate("HA8 0")
    white, african, mixed = Ethnicity.WBRI, Ethnicity.BAFR, Ethnicity.MWBC
    # A group of three with a short-term carer (F001).
    three = [
        wait(age, sex, "NW9 5", level, "02-17", "04-11", "F001", ethnicity=african, needs=needs, school=at_nw9)
        for age, sex, level, needs in (("5.2", "M", 1, ()), ("7.8", "F", 1, ()), ("10.1", "M", 2, (_EBD,)))
    ]
    world.siblings(three)
    # A pair with another short-term carer (F002).
    pair = [wait(age, "F", "HA8 0", 1, "02-18", "04-18", "F002", ethnicity=white) for age in ("1.4", "3.0")]
    world.siblings(pair)
    # Twins who must stay together; the aunt under regulation 24 will not be approved.
    twins = [
        wait("8.6", sex, "N12 0", 2, "02-20", "04-07", "U3", ethnicity=mixed, needs=(_EBD,), school=locate("N12 0"))
        for sex in ("F", "M")
    ]
    world.siblings(twins, Togetherness.REQUIRED)
    # Brothers to be placed apart.
    younger = wait(
        "11.3", "M", "NW2 1", 2, "02-24", "04-14", "U3", ethnicity=white, needs=(_EBD,), school=locate("NW2 1")
    )
    older = wait(
        *("14.9", "M", "NW2 1", 2, "02-24", "04-14", "A001"),
        ethnicity=white,
        needs=(_EBD,),
        school=locate("NW2 2"),
        must_stay_at_school=True,
        risks_to_others={RiskToOthers.PHYSICAL_HARM: _HIGH},
    )
    world.siblings([younger, older], Togetherness.APART)
    # Stepping down from the first home to a family.
    wait(
        *("13.7", "F", "HA8 7", 3, "02-25", "04-22", "H1"),
        ethnicity=white,
        needs=(_EBD,),
        foster_suitability=_YES,
        residential_suitability=_ALSO,
        school=locate("HA8 7"),
        must_stay_at_school=True,
    )
    # Brothers live with F005, who has a vacancy (made a group with them later).
    wait(
        "6.3",
        "M",
        "NW4 2",
        1,
        "02-26",
        "04-10",
        "A002",
        ethnicity=african,
        school=locate("NW4 2"),
        must_stay_at_school=True,
    )
    # Likewise, with a carer of an agency.
    wait("9.0", "F", "NW7 2", 2, "02-28", "04-15", "U3", ethnicity=white, needs=(_EBD,), school=locate("NW7 2"))
    # Disabled, in a family whose house is not adapted.
    wait(
        *("12.4", "M", "EN5 1", 3, "03-03", "04-25", "A003"),
        ethnicity=Ethnicity.AOTH,
        needs=(_PHYSICAL, _LEARNING),
        adaptation_needed=True,
        foster_suitability=_YES,
        residential_suitability=_ALSO,
        school=locate("EN5 2"),
    )
    # Gang links in Tottenham.
    wait(
        *("15.5", "M", "N11 3", 2, "03-04", "04-04", "A004"),
        ethnicity=Ethnicity.BCRB,
        needs=(_EBD, _DRUGS),
        avoid=(AvoidArea(locate("N17 8"), 4.0),),
        risks_to_self={RiskToSelf.CRIMINAL_EXPLOITATION: _HIGH, RiskToSelf.GOING_MISSING: _LOW},
        school=locate("N11 3"),
    )
    # Sexualised behaviour: not with younger children.
    wait(
        *("12.10", "M", "NW9 6", 3, "03-05", "04-09", "E01"),
        ethnicity=white,
        needs=(_EBD,),
        foster_suitability=_ALSO,
        residential_suitability=_YES,
        risks_to_others={RiskToOthers.SEXUAL_HARM: _HIGH},
        school=locate("NW9 6"),
    )
    # Two who could come nearer home.
    wait(
        *("16.3", "F", "HA8 9", 3, "03-06", "04-28", "E02"),
        ethnicity=mixed,
        needs=(_EBD,),
        residential_suitability=_YES,
        supported_suitability=_NO,
        risks_to_self={RiskToSelf.SELF_HARM: _HIGH},
    )
    wait(
        "17.1",
        "M",
        "N2 8",
        1,
        "03-07",
        "04-21",
        "A005",
        ethnicity=white,
        supported_suitability=_YES,
        foster_suitability=_ALSO,
    )
    # Unaccompanied young people.
    wait(
        *("16.6", "M", "NW4 4", 1, "03-10", "04-08", "S01"),
        ethnicity=Ethnicity.OOTH,
        uasc=True,
        languages=frozenset({"dari"}),
        religion="muslim",
        wishes=frozenset({Wish.FAITH, Wish.LANGUAGE}),
        foster_suitability=_YES,
        supported_suitability=_ALSO,
    )
    wait(
        *("17.4", "M", "NW4 4", 1, "03-27", "04-01"),
        ethnicity=Ethnicity.OOTH,
        uasc=True,
        languages=frozenset({"arabic"}),
        religion="muslim",
        wishes=frozenset({Wish.LANGUAGE}),
        supported_suitability=_YES,
        foster_suitability=_ALSO,
    )
    # A mother of seventeen whose assessment in a family centre ends.
    wait(
        *("17.0", "F", "NW7 4", 2, "03-12", "04-16", "E30"),
        ethnicity=white,
        parent_and_child=True,
        foster_suitability=_YES,
        residential_suitability=_ALSO,
    )
    # Two single children in short-term care.
    wait(
        "4.2",
        "F",
        "N3 1",
        1,
        "03-13",
        "04-24",
        "F003",
        ethnicity=Ethnicity.WOTH,
        religion="jewish",
        wishes=frozenset({Wish.FAITH}),
    )
    wait("13.1", "F", "NW9 7", 2, "03-14", "04-17", "F004", ethnicity=african, needs=(_EBD,), school=locate("NW9 7"))
    # Remanded to local authority accommodation.
    wait(
        *("15.11", "M", "HA8 4", 2, "03-26", "04-02"),
        ethnicity=Ethnicity.BCRB,
        legal_status=LegalStatus.J1,
        remand=True,
        needs=(_EBD,),
    )
    # A newborn leaving hospital, and an emergency for tonight.
    wait("0.0", "M", "NW11 7", 1, "03-28", "04-03", ethnicity=white)
    wait(
        *("9.8", "M", "HA8 0", 2, "03-31", "03-31"),
        ethnicity=mixed,
        legal_status=LegalStatus.L1,
        urgency=Urgency.EMERGENCY,
        needs=(_EBD,),
        school=at_ha8,
    )
