"""Levers and demand in files: what is written reads back the same, what is wrong is named, all of it at once."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as options

from rightplace.errors import InstanceError
from rightplace.files import write_sheets
from rightplace.instances.cohorts import CohortKind, cohort_of
from rightplace.instances.geography import locate
from rightplace.instances.levers import (
    Conversion,
    ConversionKind,
    CostSharing,
    DistanceBand,
    Focus,
    Funnel,
    Levers,
    Market,
    NewHome,
    SettingType,
)
from rightplace.instances.library import library_path
from rightplace.instances.planning_checks import lever_notes
from rightplace.instances.planning_tables import read_demand, read_levers, write_demand, write_levers
from rightplace.instances.quarters import Quarter
from rightplace.instances.tables import read_instance
from tests.instances import strategies_planning as odd

if TYPE_CHECKING:
    from rightplace.files import Row
    from rightplace.instances.instance import Instance
    from rightplace.instances.scenario import Demand

FIRST, NUM_YEARS = odd.FIRST, odd.NUM_YEARS
FORMS = ["levers", "levers.xlsx", "levers.json"]
TINY = read_instance(library_path("tiny"))
NEW_HOME: Row = {
    "id": "hill",
    "site": "hill",
    "type": "residential",
    "authority_id": "Barnet",
    "location": "NW9 5",
    "provider_id": "OWN",
    "num_places": 3,
}
FUNNEL: Row = {"id": "own", "authority_id": "Barnet"}
PROFILE: Row = {"id": "teens", "funnel_id": "own", "places_per_household": 1.5, "fee_level_1": 646}
Rows = dict[str, list["Row"]]


def written(folder: Path, rows: Rows) -> Path:
    """Rows as a folder of CSVs."""
    path = folder / "levers"
    write_sheets(
        path, {name: (tuple(dict.fromkeys(c for row in some for c in row)), some) for name, some in rows.items()}
    )
    return path


def faults_of(folder: Path, rows: Rows, instance: Instance = TINY) -> list[str]:
    """All that is wrong with levers, as a person reads it."""
    with pytest.raises(InstanceError) as caught:
        read_levers(written(folder, rows), instance, FIRST, NUM_YEARS)
    return [str(fault) for fault in caught.value.faults]


# -------------------------------------------------------------------------------------------------- levers


@pytest.mark.parametrize("form", FORMS)
@options(max_examples=25)
@given(levers=odd.levers())
def test_levers_read_back_equal(form: str, levers: Levers) -> None:
    """Any levers that are written read back equal from every form."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / form
        write_levers(levers, path)
        assert read_levers(path, TINY, FIRST, NUM_YEARS) == levers


def test_a_table_that_levers_no_longer_have_is_gone(tmp_path: Path) -> None:
    """Written over earlier ones, levers leave no table of those behind."""
    path = tmp_path / "levers"
    funnel = Funnel(id="own", authority_id="E09000003")
    write_levers(Levers(funnels=(funnel,)), path)
    write_levers(Levers(), path)
    assert read_levers(path, TINY, FIRST, NUM_YEARS) == Levers()


def test_cells_are_read_as_people_type_them(tmp_path: Path) -> None:
    """Pounds, shares, names of authorities, lists by year, kinds and quarters, with defaults for what is left out."""
    home = NEW_HOME | {
        "age_min_months": 11,
        "age_max_months": 15,
        "kinds": "Solo; secure",
        "open_to_ids": "Barnet; Harrow",
        "cost_sharing": "By Use",
        "capital": "£1,250,000.50",
        "running_per_week": "£12,345.60 per week",
        "earliest": "2025q3",
        "enabled": "n",
    }
    funnel = FUNNEL | {"enquiries_per_year": "280; 290; 260", "visit_rate": "31%", "approval_rate": "0.5; 60%"}
    rows: Rows = {
        "new_homes": [home],
        "funnels": [funnel],
        "profiles": [PROFILE | {"fee_level_3": "£900"}],
        "assumptions": [{"name": "Opening share", "value": "25%"}, {"name": "whole_households", "value": "no"}],
    }
    levers = read_levers(written(tmp_path, rows), TINY, FIRST, NUM_YEARS)
    assert levers.new_homes == (
        NewHome(
            id="hill",
            site="hill",
            type=SettingType.RESIDENTIAL,
            authority_id="E09000003",
            location=locate("NW9 5"),
            provider_id="OWN",
            num_places=3,
            focus=Focus(age_min_months=132, age_max_months=191, kinds=frozenset({CohortKind.SOLO, CohortKind.SECURE})),
            open_to_ids=frozenset({"E09000003", "E09000015"}),
            cost_sharing=CostSharing.BY_USE,
            capital_pence=125_000_050,
            running_pence_per_week=1_234_560,
            earliest=Quarter(2025, 3),
            enabled=False,
        ),
    )
    assert levers.funnels == (
        Funnel(
            id="own",
            authority_id="E09000003",
            enquiries_per_year=(280, 290, 260),
            visit_rate=(0.31,),
            approval_rate=(0.5, 0.6),
        ),
    )
    assert levers.profiles[0].fee_pence_per_week == (64_600, 64_600, 90_000)
    assert (levers.assumptions.opening_share, levers.assumptions.whole_households) == (0.25, False)
    assert levers.assumptions.spot_premium == 1.1


def test_misspelt_tables_columns_and_names_bring_the_one_that_was_meant(tmp_path: Path) -> None:
    """Of a table, a column, an assumption, a funnel and a provider; of a home, those that there are."""
    rows: Rows = {
        "new_homs": [NEW_HOME],
        "home_changes": [{"id": "x", "setting_id": "H2", "kind": "close"}],
        "funnels": [FUNNEL | {"visit_rates": 0.3}],
        "profiles": [PROFILE | {"funnel_id": "owns"}],
        "blocks": [
            {"id": "b", "type": "residential", "authority_id": "Barnet", "location": "HA8"}
            | {"provider_id": "CHARTY", "max_beds": 2}
        ],
        "assumptions": [{"name": "spot_premum", "value": 1}],
    }
    faults = "\n".join(faults_of(tmp_path, rows))
    meant = ("new_homes", "visit_rate", "own", "CHARITY", "spot_premium")
    assert [word for word in meant if f"(did you mean {word}?)" not in faults] == []
    assert "found 'H2'; expected a home or supported accommodation of the instance: H1, S1" in faults


WRONG: list[tuple[str, dict[str, Any], str, str]] = [
    ("new_homes", NEW_HOME | {"num_places": 0}, "num_places", "a whole number from 1 to 60"),
    ("new_homes", NEW_HOME | {"provider_id": "NOBODY"}, "provider_id", "a provider of the instance"),
    ("new_homes", NEW_HOME | {"authority_id": "Kent"}, "authority_id", "an authority of the instance"),
    ("new_homes", NEW_HOME | {"authority_id": "Barnett"}, "authority_id", "did you mean Barnet"),
    ("new_homes", NEW_HOME | {"open_to_ids": "Barnet; Kent"}, "open_to_ids", "an authority of the instance"),
    ("new_homes", NEW_HOME | {"type": "fostering"}, "type", "residential or supported accommodation"),
    ("new_homes", NEW_HOME | {"age_min_months": 12, "age_max_months": 9}, "age_max_months", "at least age_min_months"),
    ("new_homes", NEW_HOME | {"kinds": "none"}, "kinds", "one or more of"),
    ("new_homes", NEW_HOME | {"earliest": "2026Q1", "latest": "2025Q4"}, "latest", "not before earliest, 2026Q1"),
    ("new_homes", NEW_HOME | {"latest": "2025Q1"}, "latest", "2025Q2 or later, after a lead of 4 quarters"),
    ("new_homes", NEW_HOME | {"earliest": "2052Q1"}, "earliest", "a quarter before 2039Q2"),
    ("new_homes", NEW_HOME | {"earliest": "2025Q5"}, "earliest", "a quarter such as 2025Q2"),
    ("new_homes", NEW_HOME | {"id": "a@b"}, "id", "an identifier without commas"),
    ("home_changes", {"id": "x", "setting_id": "C1", "kind": "close"}, "setting_id", "a home or supported"),
    ("home_changes", {"id": "x", "setting_id": "H1", "kind": "close", "num_places": 2}, "num_places", "0: the home"),
    ("home_changes", {"id": "x", "setting_id": "H1", "kind": "enlarge"}, "num_places", "at least 1"),
    ("funnels", {"id": "f", "authority_id": "Barnet", "visit_rate": "0.3; 1.2"}, "visit_rate", "a share from 0 to 1"),
    ("funnels", {"id": "f", "authority_id": "Barnet", "type": "residential"}, "type", "households, not homes"),
    ("profiles", PROFILE | {"fee_level_1": None}, "fee_level_1", "a fee for at least one need level"),
    ("profiles", PROFILE | {"min_share": 0.5, "max_share": 0.4}, "max_share", "at least min_share, 0.5"),
    ("profiles", PROFILE | {"places_per_household": 0}, "places_per_household", "more than 0"),
    (
        "retention",
        {"id": "r", "funnel_id": "own", "deregistration_rate_per_year": 0.12, "household_per_year": 500},
        "deregistration_rate_per_year",
        "less than the funnel's rate, 0.12",
    ),
    (
        "conversions",
        {"id": "c", "kind": "support", "authority_id": "Barnet", "from_level": 2, "to_level": 2},
        "to_level",
        "more than from_level, 2",
    ),
    (
        "blocks",
        {"id": "b", "type": "residential", "authority_id": "Barnet", "location": "HA8", "provider_id": "AGENCY1"}
        | {"min_beds": 3, "max_beds": 2},
        "max_beds",
        "at least min_beds, 3",
    ),
    (
        "market",
        {"id": "m", "type": "fostering", "band": "in area", "miles": 2},
        "fee_level_1",
        "a fee for at least one need level",
    ),
    ("staying_put", {"id": "s", "authority_id": "Kent", "young_people_per_year": 3}, "authority_id", "of the instance"),
    ("deregistrations", {"id": "d", "funnel_id": "none", "households_per_year": 3}, "funnel_id", "a row of funnels"),
    ("assumptions", {"name": "opening_share", "value": "2"}, "value", "a share from 0 to 1"),
    ("assumptions", {"name": "occupancy_fostering", "value": 0}, "value", "a share above 0"),
]


@pytest.mark.parametrize(("table", "row", "column", "expected"), WRONG)
def test_what_is_wrong_with_a_row_is_the_one_fault(
    tmp_path: Path, table: str, row: Row, column: str, expected: str
) -> None:
    """The fault names file, row and column and what was expected; nothing else is found wrong."""
    rows: Rows = {"funnels": [FUNNEL], "profiles": [PROFILE]}
    rows[table] = [*([FUNNEL] if table == "funnels" else []), row]
    (fault,) = faults_of(tmp_path, rows)
    assert fault.startswith(f"{table}.csv, row {len(rows[table]) + 1}, column {column}:")
    assert expected in fault


def test_ids_are_unique_over_all_tables(tmp_path: Path) -> None:
    """A profile cannot be called as a home is, and the fault says where the other one stands."""
    rows: Rows = {"new_homes": [NEW_HOME], "funnels": [FUNNEL], "profiles": [PROFILE | {"id": "hill"}]}
    (fault,) = faults_of(tmp_path, rows)
    assert (
        fault == "profiles.csv, row 2, column id: found 'hill'; expected another id: new_homes.csv, row 2, has this one"
    )


def test_least_shares_of_a_funnel_fit_into_one(tmp_path: Path) -> None:
    """0.6 and 0.5 of the same approvals cannot be; of a profile that is off nothing is asked."""
    two = [PROFILE | {"min_share": 0.6}, PROFILE | {"id": "small", "min_share": 0.5}]
    (fault,) = faults_of(tmp_path, {"funnels": [FUNNEL], "profiles": two})
    assert "profiles.csv, row 3, column min_share" in fault
    assert "add up to 1.1" in fault
    off = two[1] | {"enabled": "no"}
    levers = read_levers(written(tmp_path, {"funnels": [FUNNEL], "profiles": [two[0], off]}), TINY, FIRST, NUM_YEARS)
    assert len(levers.profiles) == 2


def test_a_reference_to_a_row_that_could_not_be_read_is_no_fault(tmp_path: Path) -> None:
    """Only the funnel is wrong, not the profile that names it; the same where the table itself is misspelt."""
    (fault,) = faults_of(tmp_path, {"funnels": [FUNNEL | {"visit_rate": 3}], "profiles": [PROFILE]})
    assert "visit_rate" in fault
    (tmp_path / "levers" / "funnels.csv").unlink()
    (fault,) = faults_of(tmp_path, {"funnel": [FUNNEL], "profiles": [PROFILE]})
    assert "did you mean funnels?" in fault


def test_faults_of_all_tables_come_at_once(tmp_path: Path) -> None:
    """Three tables, four faults, one answer."""
    rows: Rows = {
        "new_homes": [NEW_HOME | {"num_places": "x", "capital": "lots"}],
        "funnels": [FUNNEL | {"authority_id": "Nowhere"}],
        "assumptions": [{"name": "discount_rate_per_year", "value": "x"}],
    }
    assert len(faults_of(tmp_path, rows)) == 4


def test_a_lever_that_a_short_plan_cannot_use_is_noted_and_no_fault(tmp_path: Path) -> None:
    """A home that opens in its third year at the earliest can be read for a plan of two; the note names it."""
    rows: Rows = {
        "new_homes": [NEW_HOME | {"earliest": "2026Q2"}, NEW_HOME | {"id": "soon"}],
        "funnels": [FUNNEL | {"lag_quarters": 8}],
        "profiles": [PROFILE],
    }
    levers = read_levers(written(tmp_path, rows), TINY, FIRST, 2)
    short = lever_notes(levers, FIRST, 2)
    assert [note.split(" cannot be used")[0] for note in short] == ["hill", "teens"]
    assert lever_notes(levers, FIRST, 3) == ()


def test_no_levers_at_all_are_refused(tmp_path: Path) -> None:
    """A folder without any table is not taken for levers without rows."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(InstanceError, match="at least one table of levers"):
        read_levers(tmp_path / "empty", TINY, FIRST, NUM_YEARS)


def test_a_lever_id_made_in_code_is_checked_as_well(tmp_path: Path) -> None:
    """Levers with one id twice are refused when they are read back."""
    kinds = {"type": SettingType.FOSTERING, "band": DistanceBand.IN_AREA, "miles": 2.0, "fee_pence_per_week": (1,)}
    twice = tuple(Market(id="m", **kinds) for _ in range(2))  # type: ignore[arg-type]
    write_levers(Levers(market=twice), tmp_path / "levers")
    with pytest.raises(InstanceError, match="another id: row 2 has this one"):
        read_levers(tmp_path / "levers", TINY, FIRST, NUM_YEARS)


def test_places_for_any_kind_leave_the_cell_empty(tmp_path: Path) -> None:
    """No kind named means every kind, and the cell never says none."""
    conversion = Conversion(
        id="c", kind=ConversionKind.SUPPORT, authority_id="E09000003", from_level=1, to_level=2, max_places=3
    )
    write_levers(Levers(conversions=(conversion,)), tmp_path / "levers")
    header, row = (tmp_path / "levers" / "conversions.csv").read_text(encoding="utf-8").splitlines()
    assert dict(zip(header.split(","), row.split(","), strict=True))["kinds"] == ""


# -------------------------------------------------------------------------------------------------- demand


def same(one: Demand, other: Demand) -> bool:
    """Whether two demands say the same."""
    return (
        (one.cohorts, one.first, one.names, one.source) == (other.cohorts, other.first, other.names, other.source)
        and np.array_equal(one.children, other.children)
        and np.array_equal(one.probability, other.probability)
    )


@pytest.mark.parametrize("form", ["demand.csv", "demand.xlsx", "demand.json", "folder"])
@options(max_examples=40)
@given(demand=odd.demands())
def test_demand_reads_back_the_same(form: str, demand: Demand) -> None:
    """Any demand that is written reads back the same, in every form, its zeros included."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / form
        begins = replace(demand, first=Quarter.after(TINY.date))
        write_demand(begins, path)
        assert same(read_demand(path, TINY), begins)


HEADER = "cohort,quarter,scenario,children"
LAST_DECEMBER = replace(TINY, date=date(2023, 12, 31))
"""Demand begins in 2024Q1."""


def demand_of(folder: Path, *lines: str, header: str = HEADER) -> Demand:
    """Demand from the lines of a CSV."""
    path = folder / "demand.csv"
    path.write_text("\n".join([header, *lines, ""]), encoding="utf-8")
    return read_demand(path, LAST_DECEMBER)


def demand_faults(folder: Path, *lines: str, header: str = HEADER) -> list[str]:
    """All that is wrong with it."""
    with pytest.raises(InstanceError) as caught:
        demand_of(folder, *lines, header=header)
    return [str(fault) for fault in caught.value.faults]


YEAR = [f"Barnet/10-15/2,2024Q{n},low,{n}" for n in (1, 2, 3, 4)]


def test_what_a_scenario_leaves_out_is_nobody(tmp_path: Path) -> None:
    """A cohort that one scenario mentions in one quarter has 0 children elsewhere; scenarios are equally likely."""
    demand = demand_of(tmp_path, *YEAR, "E09000015/16-17/4/solo/1,2024Q3,high,2.5")
    assert demand.cohorts == (cohort_of("E09000003/10-15/2"), cohort_of("E09000015/16-17/4/solo/1"))
    assert (demand.first, demand.num_quarters, demand.names) == (Quarter(2024, 1), 4, ("low", "high"))
    assert demand.children.tolist() == [
        [[1, 0], [2, 0], [3, 0], [4, 0]],
        [[0, 0], [0, 0], [0, 2.5], [0, 0]],
    ]
    assert demand.probability.tolist() == [0.5, 0.5]
    assert demand.source == "demand.csv"


def test_a_probability_in_one_row_of_each_scenario_is_enough(tmp_path: Path) -> None:
    """The other rows of a scenario may leave it out."""
    lines = [YEAR[0] + ",0.25", *(line + "," for line in YEAR[1:]), "Barnet/10-15/2,2024Q1,high,9,75%"]
    assert demand_of(tmp_path, *lines, header=f"{HEADER},probability").probability.tolist() == [0.25, 0.75]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Barnet/10-16/2,2024Q1,low,1", "expected one of 0-4, 5-9, 10-15, 16-17"),
        ("Barnet/10-15/5,2024Q1,low,1", "expected 1 to 4"),
        ("Barnet/10-15/2/sole,2024Q1,low,1", "expected one of mainstream"),
        ("Barnett/10-15/2,2024Q1,low,1", "did you mean Barnet"),
        ("Kent/10-15/2,2024Q1,low,1", "a cohort of an authority of the instance"),
        ("Barnet,2024Q1,low,1", "a cohort, authority/ages"),
        ("Barnet/5-9/2,2024-01,low,1", "a quarter such as 2025Q2"),
        ("Barnet/5-9/2,2024Q1,low,-1", "a number from 0"),
        ("Barnet/5-9/2,2024Q1,low,", "a number from 0"),
        ("E09000003/10-15/2/mainstream/1,2024Q1,low,1", "one row for this cohort, quarter and scenario; row 2 is one"),
    ],
)
def test_a_row_that_says_nothing_is_refused(tmp_path: Path, line: str, expected: str) -> None:
    """Unknown cohorts, quarters and numbers, and the same row twice, are each the one fault, at their row."""
    (fault,) = demand_faults(tmp_path, *YEAR, line)
    assert fault.startswith("demand.csv, row 6, column")
    assert expected in fault


def test_quarters_are_whole_years_without_a_gap(tmp_path: Path) -> None:
    """A missing quarter is named; so is how many there are of a year that is not whole."""
    (gap,) = demand_faults(tmp_path, YEAR[0], YEAR[3])
    assert "every quarter from 2024Q1 to 2024Q4; missing: 2024Q2, 2024Q3" in gap
    (part,) = demand_faults(tmp_path, *YEAR[:3])
    assert "2024Q1 to 2024Q3 are 3 quarters" in part


@pytest.mark.parametrize("later", [-1, 1, 40])
def test_demand_begins_in_the_first_quarter_after_the_date(tmp_path: Path, later: int) -> None:
    """Sooner or later than that is refused, at the first row of its first quarter, with the quarter expected."""
    begins = Quarter(2024, 1) + later
    lines = [f"Barnet/10-15/2,{begins + n},low,1" for n in (3, 0, 1, 2)]
    assert demand_faults(tmp_path, *lines) == [
        f"demand.csv, row 3, column quarter: found '{begins}'; expected demand that begins in 2024Q1, the first "
        "quarter after the date of the instance"
    ]


def test_probabilities_agree_and_add_up(tmp_path: Path) -> None:
    """A scenario with two, scenarios that add up to 0.9, one without, one of nothing: each is refused."""
    header = f"{HEADER},probability"

    def faults(*given: str) -> list[str]:
        low = [f"{line},{share}" for line, share in zip(YEAR, given, strict=False)]
        rest = [f"{line}," for line in YEAR[len(low) :]]
        return demand_faults(tmp_path, *low, *rest, "Barnet/10-15/2,2024Q1,high,9," + given[-1], header=header)

    assert "0.4, as in row 2: a scenario has one probability" in faults("0.4", "0.5", "0.6")[0]
    assert "they add up to 0.9" in faults("0.45")[0]
    assert any("the probability of high" in fault for fault in faults("0.4", ""))
    expected = "expected a share above 0 and up to 1, such as 0.12 or 12%"
    assert faults("0") == [f"demand.csv, row {row}, column probability: found '0'; {expected}" for row in (2, 6)]


def test_an_empty_table_of_demand_is_refused(tmp_path: Path) -> None:
    """A header alone is no demand; neither is a file that has no such table."""
    (fault,) = demand_faults(tmp_path)
    assert "at least one row of demand" in fault
    write_levers(Levers(), tmp_path / "levers.json")
    with pytest.raises(InstanceError, match="a table named one of demand"):
        read_demand(tmp_path / "levers.json", TINY)


def test_reading_an_instance_leaves_the_folder_of_planning_alone(tmp_path: Path) -> None:
    """An instance with planning inputs beside it is the same instance, and writing it again keeps them."""
    from rightplace.instances.planning_files import planning_folder
    from rightplace.instances.tables import write_instance

    folder = tmp_path / "council"
    write_instance(TINY, folder)
    assert planning_folder(folder) is None
    write_levers(Levers(), folder / "planning" / "levers")
    assert read_instance(folder) == replace(TINY)
    write_instance(TINY, folder)
    assert planning_folder(str(folder)) == folder / "planning"
    assert read_levers(folder / "planning" / "levers", TINY, FIRST, NUM_YEARS) == Levers()


def test_a_workbook_has_no_folder_of_planning(tmp_path: Path) -> None:
    """Neither a file nor an unknown name has planning inputs beside it."""
    from rightplace.instances.planning_files import planning_folder

    assert planning_folder(tmp_path / "council.xlsx") is None
    assert planning_folder("no_such_instance") is None
