"""A return, a list and a table of carers become one instance, with a report that adds up."""

from __future__ import annotations

import csv
import json
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

import pytest

from rightplace.errors import InstanceError
from rightplace.files import read_sheets, write_sheets
from rightplace.instances.children import Ethnicity, LegalStatus, Place, Sex
from rightplace.instances.formats.importing import import_ssda903
from rightplace.instances.formats.living import Movable, Waiting
from rightplace.instances.geography import Precision
from rightplace.instances.settings import Carer, Home, Sector
from rightplace.instances.tables import read_instance, write_instance
from tests.instances.formats.folders import DATA, DAY, SAMPLES, episode, person, read_rows, write, write_return

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from rightplace.instances.formats.report import ImportReport
    from rightplace.instances.instance import Instance

OWN_LIST = DATA / "ofsted" / "own_2025.xlsx"
OWN_CARERS = DATA / "ofsted" / "carers.csv"


def imported(folder: Path, *episodes: Mapping[str, str], **options: object) -> tuple[Instance, ImportReport]:
    """The import of a return with one child for each episode."""
    write_return(folder, [person(row["CHILD"]) for row in episodes], episodes)
    return import_ssda903(folder, DAY, authority="Barnet", **options)  # type: ignore[arg-type]


@cache
def sample(name: str, day: date) -> tuple[Instance, ImportReport]:
    return import_ssda903(DATA / "ssda903" / name, day, [OWN_LIST], OWN_CARERS, SAMPLES[name])


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("day", [date(2018, 6, 30), date(2019, 6, 30)])
def test_the_report_adds_up_to_the_files(name: str, day: date) -> None:
    """For each sample with our own list and carers, used and left-out rows add up to the row counts of all files."""
    instance, report = sample(name, day)
    assert report.adds_up()
    counted = {path.name: len(read_rows(path)) for path in (DATA / "ssda903" / name).glob("*.csv")}
    counted |= {"own_2025.xlsx: Providers": 26, "own_2025.xlsx: SA Providers": 15, "carers.csv": 25}
    assert {file.source: file.num_used + sum(file.left_out.values()) for file in report.files} == counted
    assert report.num_children == len(instance.children) == {2018: 476, 2019: 307}[day.year]
    assert report.num_movable == len(instance.candidates(rematch=True)) > 20
    assert report.num_settings == len(instance.settings)
    assert len(instance.residents) > 25


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("demand_model_2017_2021", "instance"),
        ("demand_model_2017_2021", "instance.json"),
        ("regional_v1", "instance"),
        ("regional_v1", "instance.xlsx"),
    ],
)
def test_an_imported_instance_reads_back(tmp_path: Path, name: str, form: str) -> None:
    """An imported instance is equal to itself after being written and read, in every form."""
    instance, _ = sample(name, date(2018, 6, 30))
    write_instance(instance, tmp_path / form)
    assert read_instance(tmp_path / form) == instance


def test_the_report_for_people_and_for_programs(tmp_path: Path) -> None:
    """Text, tables and JSON of a report hold the same numbers."""
    _, report = sample("regional_v1", date(2018, 6, 30))
    lines = report.lines()
    assert any("1,304  header.csv: rows read" in line for line in lines)
    numbers = [number for *_, number in report.rows()]
    assert [line[:11] for line in lines if line.startswith("  ")] == [f"  {number:>7,}  " for number in numbers]
    write_sheets(tmp_path / "report.xlsx", report.sheets())
    assert len(read_sheets(tmp_path / "report.xlsx")["import_report"].rows) == len(numbers)
    whole = json.loads(json.dumps(report.as_dict()))
    assert whole["adds_up"] is True
    assert sum(whole["lives"].values()) == whole["num_children"] == 476


def test_a_child_is_found_at_the_listed_home(tmp_path: Path) -> None:
    """A child whose URN is that of a listed home lives there, and takes one of its places."""
    row = episode("a", PLACE="K2", URN="2510001", PLACE_PROVIDER="PR1")
    instance, report = imported(tmp_path, row, episode("b", PLACE="U4", URN="2510001"), ofsted=[OWN_LIST])
    assert instance.child["a"].current_setting_id == "URN2510001"
    offer = instance.setting["URN2510001"].offer
    assert (offer.num_filled, offer.num_vacant(DAY)) == (1, 4)
    assert instance.child["b"].current_place is Place.U4
    assert report.notes["placements whose URN is listed, but as provision of another kind than PLACE"] == 1
    assert report.lives == {"in a setting of the Ofsted list, by URN": 1, "known by PLACE code only": 1}


def test_of_several_settings_with_one_urn_the_postcode_chooses(tmp_path: Path) -> None:
    """Supported accommodation with one URN for several settings: PL_POST says which, else one with room."""
    columns = ("Setting Local Authority", "URN", "Sector", "Setting category", "Capacity", "Setting address postcode")
    rows = [dict(zip((*columns, "Provider type"), (*cells, "Supported Accommodation"), strict=True)) for cells in (
        ("Barnet", "5", "Private", "2", "1", "NW9 5AA"), ("Barnet", "5", "Private", "2", "2", "NW9 6AA"),
    )]  # fmt: skip
    found = write(tmp_path / "list.csv", rows[0], rows)
    children = [episode(name, PLACE="K3", URN="5") for name in ("a", "b")]
    children.append(episode("c", PLACE="K3", URN="5", PL_POST="nw96aa"))
    instance, _ = imported(tmp_path / "return", *children, ofsted=[found])
    assert [child.current_setting_id for child in instance.children] == ["URN5", "URN5-2", "URN5-2"]


def test_a_home_with_too_many_residents_is_full(tmp_path: Path) -> None:
    """A listed home with more children of the return than registered places keeps them all and has no vacancy."""
    rows = [episode(str(n), PLACE="K2", URN="1183689") for n in range(3)]
    instance, report = imported(tmp_path, *rows, ofsted=[OWN_LIST])
    offer = instance.setting["URN1183689"].offer
    assert (offer.terms.num_places, offer.num_filled, offer.num_vacant(DAY)) == (3, 3, 0)
    assert report.notes["listed settings with more residents than registered places (taken as full)"] == 1


WAITS_OR_MOVES = (  # t, u: waits under temporary, unmatched; a, e: may move under agency, all ("everyone")
    ({"PLACE": "T4", "PLACE_PROVIDER": ""}, "tu--"),
    ({"PLACE": "Z12", "PLACE_PROVIDER": ""}, "tu--"),
    ({"PLACE": "Q7"}, "tu--"),
    ({"PLACE": "T1", "PLACE_PROVIDER": ""}, "----"),
    ({"PLACE": "U6"}, "--ae"),
    ({"PLACE": "U6", "PLACE_PROVIDER": "PR1"}, "---e"),
    ({"PLACE": "U4"}, "---e"),
    ({"PLACE": "U3", "PLACE_PROVIDER": "PR1"}, "----"),
    ({"PLACE": "K2"}, "-uae"),
    ({"PLACE": "K2", "URN": "2510001"}, "--ae"),
    ({"PLACE": "K2", "LS": "V4"}, "----"),
    ({"PLACE": "K1"}, "----"),
    ({"PLACE": "P1", "PLACE_PROVIDER": "PR0"}, "----"),
    ({"PLACE": "A5"}, "----"),
)


def test_who_waits_and_who_may_move(tmp_path: Path) -> None:
    """Who waits and who may move follows from PLACE, PLACE_PROVIDER, LS and URN in each of the ways to choose."""
    rows = [episode(f"{n:02d}", **cells) for n, (cells, _) in enumerate(WAITS_OR_MOVES)]
    for waiting, letter in ((Waiting.NONE, "?"), (Waiting.TEMPORARY, "t"), (Waiting.UNMATCHED, "u")):
        instance, report = imported(tmp_path, *rows, waiting=waiting, movable=Movable.NONE, ofsted=[OWN_LIST])
        expected = [cells for cells, letters in WAITS_OR_MOVES if letter in letters]
        assert [WAITS_OR_MOVES[int(child.id)][0] for child in instance.children if child.is_waiting] == expected
        assert (report.num_waiting, report.num_movable) == (len(expected), 0)
    for movable, letter in ((Movable.NONE, "?"), (Movable.AGENCY, "a"), (Movable.ALL, "e")):
        instance, report = imported(tmp_path, *rows, movable=movable, ofsted=[OWN_LIST])
        expected = [cells for cells, letters in WAITS_OR_MOVES if letter in letters]
        assert [WAITS_OR_MOVES[int(child.id)][0] for child in instance.children if child.may_move] == expected
        assert report.num_movable == len(expected)
        assert report.adds_up()


def test_settings_are_made_for_those_who_may_move(tmp_path: Path) -> None:
    """A child who may move gets a full setting where they live; those at the same URN and postcode live with them."""
    rows = [episode(str(n), URN="2520001", PL_POST="CR0 1AA") for n in range(4)]
    rows += [episode("kin", PLACE="U3", PLACE_PROVIDER="PR1", PL_POST="CR0 1AA")]
    rows += [episode("home", PLACE="K2", PL_POST="", PLACE_PROVIDER="PR5")]
    rows += [episode("wales", PLACE="K2", PL_POST="CF10 1AA", URN="9")]
    instance, report = imported(tmp_path, *rows, ofsted=[OWN_LIST])
    made = {child.id: child.current_setting_id for child in instance.children}
    assert made == {
        "0": "carer-of-0", "1": "carer-of-0", "2": "carer-of-0", "3": "carer-of-3", "kin": None, "home": "home-of-home",
        "wales": "home-of-wales",
    }  # fmt: skip
    carer = instance.setting["carer-of-0"]
    assert isinstance(carer, Carer)
    assert (carer.offer.num_filled, carer.offer.num_vacant(DAY), carer.offer.provider_id) == (3, 0, "2520001")
    home = instance.setting["home-of-home"]
    assert isinstance(home, Home)
    assert home.offer.location.precision is Precision.UNKNOWN
    assert home.offer.authority_id == "E09000003"
    assert instance.provider[home.offer.provider_id].sector is Sector.VOLUNTARY
    assert instance.setting["home-of-wales"].offer.authority_id == "outside-england"
    assert report.lives == {"in a setting made for the placement": 6, "known by PLACE code only": 1}
    write_instance(instance, tmp_path / "out.json")
    assert read_instance(tmp_path / "out.json") == instance


def test_what_a_child_takes_from_the_return(tmp_path: Path) -> None:
    """Codes become the fields of a child; unknown ones leave the field absent and are counted."""
    header = [
        person("a", SEX="1", ETHNIC="BAFR", MOTHER="1", MC_DOB="01/02/2024"),
        person("b", SEX="f", ETHNIC="??", DOB="01/01/2012"),
        person("c", SEX="9", ETHNIC="", DOB="01/01/2009"),
    ]
    rows = [
        episode("a", LS="J1", PLACE="K1"),
        episode("b", LS="J2", PLACE="K1"),
        episode("c", LS="Z9", PLACE="U4", PLACE_PROVIDER="PR9"),
    ]
    write_return(tmp_path, header, rows, [{"CHILD": "c"}])
    instance, report = import_ssda903(tmp_path, DAY, authority="Barnet")
    a, b, c = instance.children
    assert (a.sex, a.ethnicity, a.legal_status, a.remand) == (Sex.MALE, Ethnicity.BAFR, LegalStatus.J1, True)
    assert (a.age_months, b.age_months) == (129, 146)
    assert (a.secure_order, a.secure_criteria, a.secretary_of_state_approval) == (True, True, True)
    assert (b.secretary_of_state_approval, b.remand, b.legal_status) == (True, False, LegalStatus.J2)
    assert (c.sex, c.ethnicity, c.legal_status, c.uasc) == (Sex.UNKNOWN, None, None, True)
    assert report.unknown_codes == {
        "ETHNIC ??": 1, "ETHNIC blank": 1, "LS Z9": 1, "PLACE_PROVIDER PR9": 1, "SEX 9": 1,
    }  # fmt: skip
    absent = {name: number for name, number, _ in report.absent}
    assert (absent["need level of children"], absent["ethnicity"], absent["legal status"]) == (3, 2, 1)
    assert report.notes["children in secure homes (K1): taken to meet the criteria and to be there by order"] == 2


@pytest.mark.parametrize(
    ("postcode", "precision", "invalid"),
    [
        ("NW9 5AA", Precision.POSTCODE, 0),
        ("nw95aa", Precision.POSTCODE, 0),
        ("NW9 5ZZ", Precision.SECTOR, 1),
        ("NW9 5", Precision.SECTOR, 0),
        ("NW9", Precision.OUTCODE, 0),
        ("SE28 1AA", Precision.OUTCODE, 1),
        ("V28 5OY", Precision.AUTHORITY, 1),
        ("authority:Kent", Precision.AUTHORITY, 1),
        ("51.6,-0.2", Precision.AUTHORITY, 1),
        ("", Precision.AUTHORITY, 0),
    ],
)
def test_where_the_family_lives(tmp_path: Path, postcode: str, precision: Precision, invalid: int) -> None:
    """As much of HOME_POST as exists places the family, else the middle of the authority; each is counted."""
    instance, report = imported(tmp_path, episode("a", HOME_POST=postcode))
    assert instance.child["a"].home.precision is precision
    if precision is Precision.AUTHORITY:
        assert instance.child["a"].home.text == "authority:E09000003"
    assert report.precision["home"] == {precision: 1}
    assert report.invalid_postcodes.get("HOME_POST", 0) == invalid


def test_whose_carers_they_are(tmp_path: Path) -> None:
    """A carer is the responsible authority's when nothing is said, else theirs whom the table names."""
    columns = ("id", "provider_id", "location", "num_places")
    names = {"own": "", "other": "Enfield", "agency": "2520001", "council": "2520003", "new": "Harbour Care"}
    rows = [{"id": key, "provider_id": name, "location": "NW9 5", "num_places": "2"} for key, name in names.items()]
    carers = write(tmp_path / "carers.csv", columns, rows)
    instance, report = imported(tmp_path / "return", episode("a", PLACE="P1"), ofsted=[OWN_LIST], carers=carers)
    providers = {key: instance.provider[instance.setting[key].offer.provider_id] for key in names}
    assert {key: provider.id for key, provider in providers.items()} == {
        "own": "E09000003", "other": "E09000010", "agency": "2520001", "council": "E09000028", "new": "Harbour Care",
    }  # fmt: skip
    assert providers["own"].sector is Sector.LOCAL_AUTHORITY
    assert providers["new"].sector is Sector.PRIVATE
    assert instance.setting["own"].offer.num_vacant(DAY) == 2
    assert report.notes["carers of a provider that no list declares, taken as private"] == 1


def test_a_table_of_carers_may_leave_out_providers(tmp_path: Path) -> None:
    """Without a column of providers all carers are the authority's own."""
    row = {"id": "x", "location": "N1", "num_places": "1"}
    carers = write(tmp_path / "carers.csv", row, [row])
    instance, _ = imported(tmp_path / "return", episode("a", PLACE="P1"), carers=carers)
    assert instance.setting["x"].offer.provider_id == "E09000003"


def test_faults_of_return_list_and_carers_come_together(tmp_path: Path) -> None:
    """One refusal names what is wrong in the return, in the list and in the table of carers."""
    write(tmp_path / "return" / "header.csv", ("CHILD", "SEX", "DOB", "ETHNIC"), [])
    listed = write(tmp_path / "list.csv", ("URN", "Conditions"), [])
    row = {"id": "x", "location": "N1", "num_places": "two"}
    carers = write(tmp_path / "carers.csv", row, [row])
    with pytest.raises(InstanceError) as refusal:
        import_ssda903(tmp_path / "return", DAY, [listed], carers, "Barnet")
    tables = [fault.table for fault in refusal.value.faults]
    assert tables == ["return/*episodes*.csv", "list.csv", "carers.csv"]


def test_csv_counts_are_what_a_spreadsheet_shows() -> None:
    """The plain count of rows that these tests compare with is the number of records of the csv module."""
    path = DATA / "ssda903" / "regional_v1" / "episodes.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        assert len(list(csv.reader(stream))) - 1 == len(read_rows(path)) == 3737
