"""Tables in files: what is written reads back the same, what people type is understood, what is wrong is named."""

from __future__ import annotations

import dataclasses
import json
import tempfile
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import settings as options
from hypothesis import strategies as st

from rightplace import files
from rightplace.errors import InstanceError
from rightplace.instances import cells, schema
from rightplace.instances.children import AdultRatio, NeedCategory, RiskLevel, RiskToOthers, RiskToSelf, Sex
from rightplace.instances.geography import Point, find_authority, locate
from rightplace.instances.library import library_path
from rightplace.instances.settings import Grade, PlaceCount, PlaceState, Sector
from rightplace.instances.tables import digest, read_instance, write_instance
from tests import strategies
from tests.instances import strategies_tables as odd

if TYPE_CHECKING:
    from rightplace.instances.children import Child
    from rightplace.instances.instance import Instance

FORMS = ["folder", "book.xlsx", "tables.json"]


class Lookup:
    """Looks up what cells refer to, as the reader of tables does."""

    def locate(self, text: str) -> Point:
        """A place."""
        return locate(text)

    def authority_id(self, text: str) -> str:
        """An authority."""
        return find_authority(text).id


def round_trip(instance: Instance, form: str) -> Instance:
    """Write an instance to a new place and read it back."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / form
        write_instance(instance, path)
        return read_instance(path)


# ---------------------------------------------------------------------------------------------- instances


@pytest.mark.parametrize("form", FORMS)
@options(max_examples=40)
@given(instance=st.one_of(odd.instances(), strategies.instances()))
def test_written_and_read_again_is_the_same(form: str, instance: Instance) -> None:
    """Any instance that is written reads back equal, with the same digest."""
    again = round_trip(instance, form)
    assert again == instance
    assert digest(again) == digest(instance)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["barnet_2023", "barnet_2014"])
def test_the_library_survives_every_form(name: str, form: str) -> None:
    """The library's instances read back equal from every form, through any other."""
    instance = read_instance(library_path(name))
    again = round_trip(instance, form)
    assert again == instance
    assert digest(again) == digest(instance)


SMALL = read_instance(library_path("barnet_2014"))


@options(max_examples=60)
@given(other=odd.children("x", ["E09000003"], [], []), data=st.data())
def test_digests_tell_instances_apart(other: Child, data: st.DataObject) -> None:
    """When one field of one child changes, the digest changes exactly if the child does."""
    plain = {"separate_from_ids", "connected_carer_ids", "current_setting_id", "may_move", "id"}
    names = [field.name for field in dataclasses.fields(other) if field.name not in plain]
    name = data.draw(st.sampled_from(names))
    child = dataclasses.replace(SMALL.children[0], **{name: getattr(other, name)})
    changed = SMALL.replace(children=(child, *SMALL.children[1:]))
    assert (digest(changed) == digest(SMALL)) == (changed == SMALL)


@options(max_examples=20)
@given(instance=odd.instances(), name=odd.NAMES, day=odd.DATES, policy=odd.policies())
def test_name_date_and_policy_are_in_the_digest(instance: Instance, name: str, day: date, policy: Any) -> None:
    """Another name, date or policy is another digest."""
    instance = instance.replace(authorisations=(), decisions=())  # those after another day would be refused
    for changed in (instance.replace(name=name), instance.replace(date=day), instance.replace(policy=policy)):
        assert (digest(changed) == digest(instance)) == (changed == instance)


def test_the_order_in_which_risks_are_known_is_no_difference() -> None:
    """Two children whose risks are equal but were noted in another order have one digest."""
    instance = read_instance(library_path("barnet_2023"))
    risks = {RiskToSelf.SELF_HARM: RiskLevel.HIGH, RiskToSelf.OTHER: RiskLevel.LOW}
    swapped = dict(reversed(risks.items()))
    one, two = (
        instance.replace(children=(dataclasses.replace(instance.children[0], risks_to_self=r), *instance.children[1:]))
        for r in (risks, swapped)
    )
    assert list(swapped) != list(risks)
    assert one == two
    assert digest(one) == digest(two)


def test_a_table_that_has_become_empty_leaves_the_folder(tmp_path: Path) -> None:
    """A folder written over an older one holds no table of the older one that the newer one lacks."""
    instance = read_instance(library_path("barnet_2023"))
    write_instance(instance, tmp_path / "here")
    fewer = instance.replace(sibling_groups=())
    write_instance(fewer, tmp_path / "here")
    assert read_instance(tmp_path / "here") == fewer


# -------------------------------------------------------------------------------------------------- cells

READ: list[tuple[cells.Kind, Any, Any]] = [
    (cells.MONEY, "£1,234.50", 123_450),
    (cells.MONEY, "1234.5", 123_450),
    (cells.MONEY, 1234.5, 123_450),
    (cells.MONEY, 901, 90_100),
    (cells.MONEY, "£901 per week", 90_100),
    (cells.MONEY, " £ 901/wk ", 90_100),
    (cells.MONEY, 0.1 + 0.2, 30),
    (cells.DATE, "3/4/2023", date(2023, 4, 3)),
    (cells.DATE, "03-04-2023", date(2023, 4, 3)),
    (cells.DATE, "3 Apr 2023", date(2023, 4, 3)),
    (cells.DATE, "2023-04-03 00:00:00", date(2023, 4, 3)),
    (cells.DATE, datetime(2023, 4, 3), date(2023, 4, 3)),
    (cells.DATE, date(2023, 4, 3), date(2023, 4, 3)),
    (cells.DATE, "29/2/2024", date(2024, 2, 29)),
    *((cells.YES_NO, cell, True) for cell in ("Y", "yes", "TRUE", True, 1, 1.0, "1", "x", " Yes ")),
    *((cells.YES_NO, cell, False) for cell in ("n", "No", "FALSE", False, 0, "0", "-")),
    (cells.AGE, "7y 3m", 87),
    (cells.AGE, "7y", 84),
    (cells.AGE, "7 years 3 months", 87),
    (cells.AGE, "3m", 3),
    (cells.AGE, 87, 87),
    (cells.AGE, 87.0, 87),
    (cells.AGE_FROM, 11, 132),
    (cells.AGE_FROM, "18m", 18),
    (cells.AGE_TO, 17, 215),
    (cells.AGE_TO, "17 years", 215),
    (cells.AGE_TO, "18m", 18),
    (cells.integer(1, 4), "3", 3),
    (cells.integer(0, 9999), "1,000", 1000),
    (cells.IDENTIFIER, 17.0, "17"),
    (cells.IDENTIFIER, " C\xa01 ", "C 1"),
    (cells.IDENTIFIERS, "C2; C1,C2\nC3", frozenset({"C1", "C2", "C3"})),
    (cells.IDENTIFIER_LIST, "C2; C1", ("C2", "C1")),
    (cells.WORDS, "Arabic; SOMALI", frozenset({"arabic", "somali"})),
    (schema.SEX, "M; f", frozenset({Sex.MALE, Sex.FEMALE})),
    (schema.SEX, "girls", frozenset({Sex.FEMALE})),
    (schema.ONE_SEX, 2, Sex.FEMALE),
    (schema.NEEDS, "EBD, drugs", frozenset({NeedCategory.EMOTIONAL_BEHAVIOURAL, NeedCategory.DRUGS})),
    (schema.NEEDS, "none", frozenset()),
    (schema.RATIO, "2:1", AdultRatio.TWO_TO_ONE),
    (schema.RATIO, "one-to-one", AdultRatio.ONE_TO_ONE),
    (schema.GRADE, "Requires_Improvement", Grade.REQUIRES_IMPROVEMENT),
    (cells.one_of(Sector), "LOCAL AUTHORITY", Sector.LOCAL_AUTHORITY),
    (cells.AUTHORITY, "London Borough of Barnet", "E09000003"),
    (
        cells.risks(RiskToOthers),
        "Sexual harm: HIGH; fire setting:low",
        {RiskToOthers.SEXUAL_HARM: RiskLevel.HIGH, RiskToOthers.FIRE_SETTING: RiskLevel.LOW},
    ),
    (cells.place_counts(PlaceState.VACANT), 2, (PlaceCount(PlaceState.VACANT, 2),)),
    (cells.place_counts(PlaceState.VACANT), 0, ()),
    (
        cells.place_counts(PlaceState.VACANT),
        "2; 1 from 20/12/2023",
        (PlaceCount(PlaceState.VACANT, 2), PlaceCount(PlaceState.VACANT, 1, date(2023, 12, 20))),
    ),
    (
        cells.place_counts(PlaceState.FILLED),
        "1 FROM 2024-01-01 until 31 Jan 2024",
        (PlaceCount(PlaceState.FILLED, 1, date(2024, 1, 1), date(2024, 1, 31)),),
    ),
]


@pytest.mark.parametrize(("kind", "cell", "value"), READ)
def test_cells_are_read_as_people_type_them(kind: cells.Kind, cell: Any, value: Any) -> None:
    """Each of these spellings means the value beside it."""
    assert cells.read_cell(kind, cell, Lookup()) == (value, None)


def test_locations_to_avoid_have_an_optional_radius() -> None:
    """A radius stands behind "within"; where there is none, it is the policy's."""
    areas, expected = cells.read_cell(cells.AVOID, "NW9 5 within 3 miles; HA8", Lookup())
    assert expected is None
    assert [(area.location.text, area.radius_miles) for area in areas] == [("NW9 5", 3.0), ("HA8", None)]


REFUSED: list[tuple[cells.Kind, Any]] = [
    *(
        (cells.MONEY, cell)
        for cell in ("abc", "12.345", "-5", "£", True, "1e12", "nan", float("inf"), date(2023, 1, 1))
    ),
    *((cells.DATE, cell) for cell in ("4/13/2023", "31/11/2023", "29/2/2023", "soon", 45_000, "2023")),
    *((cells.YES_NO, cell) for cell in ("maybe", 2, "yess", "ja")),
    *((cells.AGE, cell) for cell in ("eleven", "7.5", -1, "25y", "1000", "²", True)),
    *((cells.AGE_FROM, cell) for cell in ("26", "-1", "11-17", 11.5)),
    *((cells.integer(1, 4), cell) for cell in (0, 5, 2.5, "two", True, float("nan"), "1e999999999", "-1e999999999")),
    (cells.MONEY, "1e999999999"),
    *((cells.IDENTIFIER, cell) for cell in ("C1; C2", "a,b", "\x07")),
    *((schema.SEX, cell) for cell in ("X", "M; X")),
    *((schema.GRADE, cell) for cell in ("goood", "5")),
    *(
        (cells.risks(RiskToOthers), cell)
        for cell in ("sexual harm", "sexual harm: very", "x: low", "other: low; other: high")
    ),
    *(
        (cells.place_counts(PlaceState.VACANT), cell)
        for cell in ("two", "-1", "1 from", "1 until 1/1/2024 from 1/2/2024")
    ),
    (cells.place_counts(PlaceState.VACANT), "1 from 2/1/2024 until 2/1/2024"),
    *((cells.LOCATION, cell) for cell in ("NW9 5ZZ", "ZZ99", "somewhere", "51.6")),
    *((cells.AVOID, cell) for cell in ("NW9 within x miles", "HA8; nowhere", "NW9 within 3.4.5 miles")),
    *((cells.AUTHORITY, cell) for cell in ("Barnett", "Cumbria", "E99")),
]


@pytest.mark.parametrize(("kind", "cell"), REFUSED)
def test_cells_that_mean_nothing_are_refused_in_words(kind: cells.Kind, cell: Any) -> None:
    """None of these can be read, and what was expected is said without a word of Python."""
    value, expected = cells.read_cell(kind, cell, Lookup())
    assert value is None
    assert expected is not None
    assert expected.startswith(kind.expected)
    assert not any(word in expected for word in ("literal", "convert", "ConversionSyntax", "time data"))


def test_close_names_are_suggested() -> None:
    """A misspelt authority brings the one that was meant; a postcode that does not exist, the part that does."""
    assert "did you mean Barnet" in str(cells.read_cell(cells.AUTHORITY, "Barnett", Lookup())[1])
    assert "sector NW9 5 is known" in str(cells.read_cell(cells.LOCATION, "NW9 5ZZ", Lookup())[1])


KINDS: dict[str, tuple[cells.Kind, st.SearchStrategy[Any]]] = {
    "money": (cells.MONEY, odd.PENCE),
    "date": (cells.DATE, odd.DATES),
    "yes or no": (cells.YES_NO, st.booleans()),
    "age": (cells.AGE, st.integers(0, 215)),
    "youngest age": (cells.AGE_FROM, st.integers(0, 215)),
    "oldest age": (cells.AGE_TO, st.integers(0, 215)),
    "whole number": (cells.integer(-1, 13), st.integers(-1, 13)),
    "identifier": (cells.IDENTIFIER, odd.IDS),
    "identifiers": (cells.IDENTIFIERS, odd.some(odd.IDS)),
    "identifiers in order": (cells.IDENTIFIER_LIST, st.lists(odd.IDS).map(tuple)),
    "text": (cells.TEXT, odd.NAMES),
    "word": (cells.WORD, odd.WORDS),
    "words": (cells.WORDS, odd.some(odd.WORDS)),
    "one of": (schema.RATIO, odd.member(AdultRatio)),
    "some of": (schema.NEEDS, odd.some(odd.member(NeedCategory))),
    "risks": (cells.risks(RiskToSelf), odd.RISKS_TO_SELF),
    "location": (cells.LOCATION, odd.POINTS),
    "avoid": (cells.AVOID, odd.AVOID),
    "places": (cells.place_counts(PlaceState.NOT_AVAILABLE), odd.place_counts(PlaceState.NOT_AVAILABLE)),
}


@pytest.mark.parametrize("name", KINDS)
@given(data=st.data())
def test_a_shown_value_reads_as_itself(name: str, data: st.DataObject) -> None:
    """Every kind of cell reads what it shows, whether the file keeps its type or only its text."""
    kind, values = KINDS[name]
    value = data.draw(values)
    shown = kind.show(value)
    assert cells.read_cell(kind, shown, Lookup()) == (value, None)
    assert cells.read_cell(kind, str(shown), Lookup()) == (value, None)


# -------------------------------------------------------------------------------------------------- files


def faults_of(path: Path) -> list[str]:
    """All that is wrong with an instance, as a person reads it."""
    with pytest.raises(InstanceError) as caught:
        read_instance(path)
    return [str(fault) for fault in caught.value.faults]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small instance as CSV files."""
    path = tmp_path / "small"
    path.mkdir()
    (path / "about.csv").write_text("field,value\ndate,2024-01-15\n", encoding="utf-8")
    (path / "providers.csv").write_text("id,name,sector\nP1,Ågency,private\n", encoding="utf-8")
    (path / "carers.csv").write_text("id,provider_id,location,num_places\nA1,P1,NW9 5,2\n", encoding="utf-8")
    (path / "children.csv").write_text("id,age_months,sex,home,authority_id\nC1,87,F,HA8 0,Barnet\n", encoding="utf-8")
    return path


def test_a_small_folder_is_read(folder: Path) -> None:
    """Four small files make an instance, named after its folder."""
    instance = read_instance(folder)
    assert (instance.name, len(instance.children), len(instance.settings)) == ("small", 1, 1)
    assert instance.setting["A1"].offer.num_vacant(date(2024, 1, 15)) == 2


def test_text_that_is_not_utf_8_is_refused_with_a_way_out(folder: Path) -> None:
    """A file in another encoding is refused, and the fault says how Excel saves the right one."""
    (folder / "providers.csv").write_bytes("id,name,sector\nP1,Ågency,private\n".encode("cp1252"))
    (fault,) = faults_of(folder)
    assert fault.startswith("providers.csv: found 'byte 18'; expected text in UTF-8")
    assert "CSV UTF-8" in fault


def test_a_byte_order_mark_is_no_part_of_the_first_column(folder: Path) -> None:
    """Excel's mark at the start of a file does no harm."""
    text = (folder / "providers.csv").read_text(encoding="utf-8")
    (folder / "providers.csv").write_text(text, encoding="utf-8-sig")
    assert read_instance(folder).provider["P1"].name == "Ågency"


def test_windows_line_ends_headers_in_capitals_and_empty_rows_do_no_harm(folder: Path) -> None:
    """Line ends, capitals and spaces in headers, blank lines and trailing commas are as Excel leaves them."""
    lines = [
        "Id,Age months,SEX,Home,Authority ID,,",
        "",
        "C1,87,F,HA8 0,Barnet,,",
        ",,,,,,",
        "C2,88,M,HA8 0,Barnet,,",
        "",
    ]
    (folder / "children.csv").write_bytes("\r\n".join(lines).encode())
    assert [child.id for child in read_instance(folder).children] == ["C1", "C2"]


def test_rows_are_numbered_as_a_spreadsheet_shows_them(folder: Path) -> None:
    """A fault behind a blank line and a cell of several lines is found in the line where it stands."""
    (folder / "children.csv").write_text(
        "id,age_months,sex,home,authority_id,languages\n\n"
        'C1,87,F,HA8 0,Barnet,"english\narabic"\nC2,x,F,HA8 0,Barnet,\n',
        encoding="utf-8",
    )
    (fault,) = faults_of(folder)
    assert fault.startswith("children.csv, row 5, column age_months: found 'x'")


def test_a_row_with_more_cells_than_the_header_is_refused(folder: Path) -> None:
    """An unquoted comma, which shifts the cells behind it, is found."""
    (folder / "providers.csv").write_text("id,name,sector\nP1,Agency, Ltd,private\n", encoding="utf-8")
    assert faults_of(folder) == ["providers.csv, row 2: found 'private'; expected 3 cells, as in the header"]


def test_a_column_that_stands_twice_is_refused(folder: Path) -> None:
    """Of two columns with one name none is taken silently."""
    (folder / "providers.csv").write_text("id,name,Name ,sector\nP1,a,b,private\n", encoding="utf-8")
    assert faults_of(folder) == ["providers.csv, row 1, column name: expected each column once"]


def test_an_empty_file_is_refused(folder: Path) -> None:
    """A file without a header is refused, and so are all others that are wrong, at once."""
    (folder / "providers.csv").write_bytes(b"")
    (folder / "carers.csv").write_bytes(b"\xff\xfe")
    assert [fault.split(":")[0] for fault in faults_of(folder)] == ["carers.csv", "providers.csv"]


def test_two_files_of_one_table_are_refused(folder: Path) -> None:
    """Of two files that name one table none is taken silently."""
    (folder / "sibling groups.csv").write_text("id,child_ids\n", encoding="utf-8")
    (folder / "sibling_groups.csv").write_text("id,child_ids\n", encoding="utf-8")
    (fault,) = faults_of(folder)
    assert "expected one table of sibling_groups" in fault


@pytest.mark.parametrize(
    ("name", "content", "wanted"),
    [
        ("x.xlsx", b"no zip", "an Excel workbook"),
        ("x.xlsx", b"PK\x03\x04 broken", "an Excel workbook"),
        ("x.xlsx", b"", "an Excel workbook"),
        ("x.json", b"{", "JSON"),
        ("x.json", b"\xff", "JSON"),
        ("x.json", b"[" * 100_000, "nested too deeply"),
        ("x.json", b"9" * 5_000, "JSON"),
        ("x.json", b"[]", '"tables"'),
        ("x.json", b'{"tables": []}', '"tables"'),
        ("x.json", b'{"tables": {"children": 3}}', "a list of objects"),
        ("x.json", b'{"tables": {"children": [3]}}', "a list of objects"),
        ("x.txt", b"", "a folder of CSV files, an .xlsx or a .json"),
        ("absent.json", None, "there is none here"),
    ],
)
def test_files_that_are_not_what_they_say_are_refused(
    tmp_path: Path, name: str, content: bytes | None, wanted: str
) -> None:
    """A broken or missing file is one fault that says what was expected, never a traceback."""
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    (fault,) = faults_of(path)
    assert wanted in fault


@pytest.mark.parametrize("name", ["children.csv", "policy.toml"])
def test_a_folder_where_a_file_belongs_is_a_fault(folder: Path, name: str) -> None:
    """A folder that has the name of a table or of the policy is neither a crash nor passed over."""
    (folder / name).unlink(missing_ok=True)
    (folder / name).mkdir()
    faults = faults_of(folder)
    assert len(faults) == 1
    assert name in faults[0]
    assert "Is a directory" in faults[0]


@pytest.mark.parametrize("name", ["x.json", "x.xlsx"])
def test_a_folder_that_is_named_as_a_file_is_a_fault(tmp_path: Path, name: str) -> None:
    """A folder called x.json is no JSON, one called x.xlsx no workbook."""
    (tmp_path / name).mkdir()
    (fault,) = faults_of(tmp_path / name)
    assert "Is a directory" in fault


def test_a_day_at_the_end_of_the_calendar_is_a_fault(folder: Path) -> None:
    """The day of an instance is told with its row, along with all other faults."""
    (folder / "about.csv").write_text("field,value\ndate,9999-12-31\n", encoding="utf-8")
    (fault,) = faults_of(folder)
    assert fault.startswith("about.csv, row 2, column value: found '9999-12-31'; expected a date such as")
    assert fault.endswith("from 1900 to 2100")


@pytest.mark.parametrize("separator", [";", "\t"])
def test_another_separator_than_the_comma_is_told_with_a_way_out(folder: Path, separator: str) -> None:
    """A CSV from an Excel with other settings is one fault, without its header as the name of a column."""
    lines = ["id,age_months,sex,home,authority_id", "C1,87,F,HA8 0,Barnet"]
    text = "\n".join(lines).replace(",", separator)
    (folder / "children.csv").write_text(text, encoding="utf-8")
    (fault,) = faults_of(folder)
    assert fault.startswith(f"children.csv, row 1: found {separator!r}; expected a comma between columns (in Excel: ")


@pytest.mark.parametrize(
    ("columns", "cells_", "fault"),
    [
        ("vacant", "3", "vacant: found '3'; expected at most 2: num_places is 2"),
        ("filled,vacant", "1,2", "vacant: found '2'; expected at most 1: num_places is 2, of which 1 are counted as"),
        ("filled,not_available", "1,2", "not_available: found '2'; expected at most 1: num_places is 2, of which 1"),
        ("filled", "3", "filled: found '3'; expected at most 2: num_places is 2"),
    ],
)
def test_too_many_places_are_told_where_they_stand(folder: Path, columns: str, cells_: str, fault: str) -> None:
    """The count that the setting has no room for is named, and not the number of its places."""
    header = f"id,provider_id,location,num_places,{columns}"
    (folder / "carers.csv").write_text(f"{header}\nA1,P1,NW9 5,2,{cells_}\n", encoding="utf-8")
    (found,) = faults_of(folder)
    assert found.startswith(f"carers.csv, row 2, column {fault}")


def test_a_policy_that_leads_nowhere_is_a_fault(folder: Path) -> None:
    """A link to a policy that is gone is not the same as no policy."""
    (folder / "policy.toml").symlink_to(folder / "gone.toml")
    (fault,) = faults_of(folder)
    assert "policy.toml: expected a policy file; there is none here" in fault


def test_an_instance_in_the_folder_that_one_stands_in_has_its_name(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``.`` is called what the folder is called."""
    monkeypatch.chdir(folder)
    assert read_instance(Path(".")).name == "small"


def test_a_byte_order_mark_in_json_and_toml_does_no_harm(folder: Path, tmp_path: Path) -> None:
    """Windows programs put a mark before JSON and TOML as they do before CSV."""
    path = tmp_path / "small.json"
    write_instance(read_instance(folder), path)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    (folder / "policy.toml").write_bytes(b"\xef\xbb\xbf[price]\nmove = 1\n")
    assert read_instance(path).name == "small"
    assert read_instance(folder).policy.price.move == 1


def test_a_workbook_whose_sheets_are_broken_is_refused(tmp_path: Path) -> None:
    """A workbook that opens, but whose sheets are no XML, is refused as well."""
    import zipfile

    path, broken = tmp_path / "good.xlsx", tmp_path / "broken.xlsx"
    write_instance(read_instance(library_path("barnet_2014")), path)
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(broken, "w") as new:
        for name in old.namelist():
            new.writestr(name, b"<oops" if "sheet2" in name else old.read(name))
    (fault,) = faults_of(broken)
    assert "an Excel workbook" in fault


def test_a_json_with_cells_of_any_type_is_read_as_the_others_are(folder: Path, tmp_path: Path) -> None:
    """In JSON, numbers and truth values may stand for themselves."""
    path = tmp_path / "small.json"
    write_instance(read_instance(folder), path)
    whole = json.loads(path.read_text(encoding="utf-8"))
    whole["tables"]["children"][0] |= {"age_months": 87.0, "uasc": False, "need_level": 2}
    path.write_text(json.dumps(whole), encoding="utf-8")
    child = read_instance(path).child["C1"]
    assert (child.age_months, child.uasc, child.need_level) == (87, False, 2)


@pytest.mark.parametrize("form", FORMS)
def test_a_failure_while_writing_leaves_what_was_there(
    tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When writing fails half-way, the old file is intact, and where there was none there is none."""
    old = read_instance(library_path("barnet_2014"))
    new = old.replace(name="changed")
    write_instance(old, tmp_path / form)

    def fail(value: Any) -> Any:
        calls.append(value)
        if len(calls) > 200:
            raise OSError("disk full")
        return value

    calls: list[Any] = []
    monkeypatch.setattr(files, "_text", fail)
    monkeypatch.setattr(files, "excel_cell", fail)
    with pytest.raises(OSError, match="disk full"):
        write_instance(new, tmp_path / form)
    with pytest.raises(OSError, match="disk full"):
        write_instance(new, tmp_path / f"other_{form}")
    assert [path.name for path in tmp_path.iterdir()] == [form]
    assert read_instance(tmp_path / form) == old


def test_a_failure_in_the_policy_leaves_the_old_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tables of a folder and its policy are replaced together."""
    from rightplace.instances import tables

    old = read_instance(library_path("barnet_2014"))
    write_instance(old, tmp_path / "here")

    def fail(policy: Any) -> str:
        raise OSError("disk full")

    monkeypatch.setattr(tables, "write_toml", fail)
    with pytest.raises(OSError, match="disk full"):
        write_instance(old.replace(name="changed"), tmp_path / "here")
    assert read_instance(tmp_path / "here") == old
