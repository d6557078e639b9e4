"""The workbook that a council fills in: what is in it, what is refused of it, and that it matches once it is right."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook

from rightplace.errors import Fault, InstanceError
from rightplace.instances.children import AdultRatio, Sex
from rightplace.instances.schema import TABLES
from rightplace.instances.settings import Carer
from rightplace.instances.tables import read_instance
from rightplace.instances.template import write_template
from rightplace.solve import match

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from openpyxl import Workbook

Rows = dict[str, list[dict[str, Any]]]


def filled_rows() -> Rows:
    """Thirty rows over five sheets, typed in many ways, all of them readable."""
    providers = [
        {
            "id": "LBB",
            "name": "London Borough of Barnet",
            "sector": "Local Authority",
            "authority_id": "Barnet",
            "grade": "good",
        },
        {"id": "AG1", "name": "Agency One", "sector": "PR4", "grade": "Outstanding"},
        {"id": "AG2", "name": "Agency Two", "sector": "voluntary", "grade": "requires-improvement"},
    ]
    carers = [
        {
            "id": f"A{n}",
            "provider_id": "AG1" if n % 2 else "LBB",
            "location": ("NW9 5", "HA8 0", "N12")[n % 3],
            "num_places": 2,
            "need_level": 1 + n % 3,
            "fee_level_1": ("£646", "901.00", 901, "£1,001.50 per week")[n % 4],
        }
        for n in range(1, 9)
    ]
    homes = [
        {
            "id": f"H{n}",
            "provider_id": "LBB",
            "location": "NW7 1",
            "num_places": 4,
            "age_min_months": 11,
            "age_max_months": "17",
            "fee_level_1": "£3,493",
            "adult_ratio": "one to one",
            "vacant": "1; 1 from 20/12/2023",
            "grade": "Good",
        }
        for n in range(1, 4)
    ]
    children = [
        {
            "id": f"C{n}",
            "age_months": ("7y 3m", 120, "15y", 130.0)[n % 4],
            "sex": ("m", "F", "Boy", 2)[n % 4],
            "home": ("NW9 5", "ha80", "NW4 4")[n % 3],
            "authority_id": "LB Barnet" if n % 2 else "E09000003",
            "referred_on": (datetime(2023, 12, 1), "3/11/2023", date(2023, 11, 20))[n % 3],
            "need_level": 1,
            "must_stay_at_school": ("Y", "n", True)[n % 3],
        }
        for n in range(1, 15)
    ]
    groups = [
        {"id": "G1", "child_ids": "C1; C2", "togetherness": "required"},
        {"id": "G2", "child_ids": "C3, C4, C5", "togetherness": "Preferred"},
    ]
    return {"providers": providers, "carers": carers, "homes": homes, "children": children, "sibling_groups": groups}


def filled(folder: Path, rows: Rows, day: Any = "11/12/2023", change: Callable[[Workbook], None] | None = None) -> Path:
    """A template with rows typed into it, as a person would: column by column under the headers of each sheet."""
    path = folder / "filled.xlsx"
    write_template(path)
    workbook = load_workbook(path)
    workbook["about"]["B2"] = "Barnet, made up"
    workbook["about"]["B3"] = day
    for name, items in rows.items():
        sheet = workbook[name]
        columns = [cell.value for cell in sheet[1]]
        for number, item in enumerate(items, start=2):
            for column, value in item.items():
                sheet.cell(number, columns.index(column) + 1, value)
    if change is not None:
        change(workbook)
    workbook.save(path)
    return path


def faults_of(path: Path) -> tuple[Fault, ...]:
    """All that is wrong with an instance."""
    with pytest.raises(InstanceError) as caught:
        read_instance(path)
    return caught.value.faults


def places_of(faults: tuple[Fault, ...]) -> list[tuple[str, int | None, str | None, str | None]]:
    """Where each fault is, and what was found there."""
    return sorted((f.table, f.row, f.column, f.value) for f in faults)  # type: ignore[type-var]


MISTAKES = [
    ("children", 2, "age_months", "eleven"),
    ("children", 3, "home", "NW9 5ZZ"),
    ("children", 4, "sex", "girll"),
    ("children", 5, "referred_on", "31/11/2023"),
    ("children", 6, "need_level", "5"),
    ("children", 7, "authority_id", None),
    ("children", 8, "current_setting_id", "A99"),
    ("carers", 4, "fee_level_1", "£9O1"),
    ("carers", 5, "id", "A3"),
    ("homes", 2, "provider_id", "LBBB"),
    ("homes", 3, "grade", "goood"),
    ("sibling_groups", 3, "child_ids", "C3; C4; C77"),
]


def test_every_mistake_is_named_and_the_corrected_workbook_matches(tmp_path: Path) -> None:
    """A filled template with twelve mistakes is refused with these twelve and no other; corrected, it matches."""
    rows = filled_rows()
    assert sum(map(len, rows.values())) == 30
    for table, row, column, value in MISTAKES:
        rows[table][row - 2][column] = value
    faults = faults_of(filled(tmp_path, rows))
    expected = [(*m[:3], "C77") if m[3] == "C3; C4; C77" else m for m in MISTAKES]
    assert places_of(faults) == sorted(expected, key=lambda m: m[:3])
    text = str(InstanceError(faults))
    assert "carers, row 5, column id: found 'A3'; expected another id: row 4 has this one" in text
    assert "children, row 5, column referred_on: found '31/11/2023'; expected a date such as" in text
    assert "homes, row 2, column provider_id: found 'LBBB'; expected the id of a provider" in text
    assert "children, row 3, column home: found 'NW9 5ZZ'; expected a postcode, sector or outcode" in text
    assert "postcode NW9 5ZZ does not exist; sector NW9 5 is known" in text

    result = match(read_instance(filled(tmp_path, filled_rows())))
    assert result.best.certificate.violations == ()
    assert len(result.best.plan.placements) + len(result.best.plan.waiting_ids) == 14
    assert result.best.plan.placements


def test_references_to_rows_that_could_not_be_read_are_no_faults(tmp_path: Path) -> None:
    """A misspelt grade of a provider is one fault, and not also one in each of its settings."""
    rows = filled_rows()
    rows["providers"][0]["grade"] = "goood"
    rows["children"][0]["age_months"] = "?"
    rows["carers"][0]["num_places"] = "many"
    rows["children"][1]["current_setting_id"] = "A1"
    rows["children"][2]["connected_carer_ids"] = "A1"
    rows["children"][3]["separate_from_ids"] = "C1"
    assert places_of(faults_of(filled(tmp_path, rows))) == [
        ("carers", 2, "num_places", "many"),
        ("children", 2, "age_months", "?"),
        ("providers", 2, "grade", "goood"),
    ]


def test_an_untouched_template_is_refused_for_its_date(tmp_path: Path) -> None:
    """Nothing is wrong with an untouched template but that it has no date."""
    path = tmp_path / "empty.xlsx"
    write_template(path)
    (fault,) = faults_of(path)
    assert (fault.table, fault.row, fault.column) == ("about", 3, "value")
    assert "the day of the instance" in fault.expected


def test_a_template_with_a_date_only_is_an_instance_without_children(tmp_path: Path) -> None:
    """With its date filled in, an otherwise empty template is read; that nobody waits is an optimal answer."""
    instance = read_instance(filled(tmp_path, {}, datetime(2024, 1, 15)))
    assert (instance.name, instance.date, instance.children) == ("Barnet, made up", date(2024, 1, 15), ())
    assert match(instance).status == "optimal"


def test_every_column_of_every_table_is_there_with_its_note(tmp_path: Path) -> None:
    """The template has every column that the reader knows, in order, bold, with a note that says what is expected."""
    path = tmp_path / "empty.xlsx"
    write_template(path)
    workbook = load_workbook(path)
    assert workbook.sheetnames[0] == "guide"
    for table in TABLES:
        sheet = workbook[table.name]
        assert [cell.value for cell in sheet[1]] == [column.name for column in table.columns]
        fills = {True: set(), False: set()}  # type: dict[bool, set[str]]
        for cell, column in zip(sheet[1], table.columns, strict=True):
            assert cell.font.bold
            assert column.kind.expected in cell.comment.text
            fills[column.required].add(cell.fill.fgColor.rgb)
        assert not fills[True] & fills[False]
        assert sheet.freeze_panes == "B2"


def test_drop_downs_offer_words_that_are_read(tmp_path: Path) -> None:
    """Every word that a drop-down offers is one that its column accepts."""
    path = tmp_path / "empty.xlsx"
    write_template(path)
    workbook = load_workbook(path)
    assert workbook["lists"].sheet_state == "hidden"
    offered = 0
    rows: Rows = {"providers": filled_rows()["providers"], "children": [], "carers": [], "homes": []}
    for name in ("children", "carers", "homes"):
        base = filled_rows()[name][0]
        headers = {cell.column_letter: str(cell.value) for cell in workbook[name][1]}
        for validation in workbook[name].data_validations.dataValidation:
            assert validation.errorStyle == "warning"
            column = headers[str(validation.sqref).split(":")[0].rstrip("0123456789")]
            title, _, cells = str(validation.formula1).partition("!")
            if title != "lists" or column in ("place", "current_place", "may_move"):
                continue  # ids of other sheets; words that must fit the rest of their row
            for (cell,) in workbook["lists"][cells.replace("$", "")]:
                rows[name].append({**base, "id": f"{name}{len(rows[name])}", column: cell.value})
                offered += 1
    assert offered > 200
    read_instance(filled(tmp_path, rows))


def test_cells_keep_what_people_type(tmp_path: Path) -> None:
    """Columns of ids, locations and ratios hold text, columns of dates dates, and columns of money pounds."""
    path = tmp_path / "empty.xlsx"
    write_template(path)
    workbook = load_workbook(path)

    def form(name: str, column: str) -> str:
        letters = {str(cell.value): cell.column_letter for cell in workbook[name][1]}
        return str(workbook[name].column_dimensions[letters[column]].number_format)

    assert form("children", "id") == form("children", "home") == form("homes", "adult_ratio") == "@"
    assert form("children", "needed_by") == "yyyy-mm-dd"
    assert "£" in form("carers", "fee_level_1")
    assert form("children", "age_months") == "General"


def test_excel_types_are_read_as_what_they_mean(tmp_path: Path) -> None:
    """Dates, whole floats, numbers as ids, truth values and times of day are read as a person meant them."""
    rows = filled_rows()
    rows["children"] = rows["children"][:3]
    del rows["sibling_groups"]
    rows["children"][0] |= {"id": 17.0, "needed_by": datetime(2024, 1, 2), "uasc": True, "age_months": 100.0, "sex": 1}
    rows["children"][0] |= {
        "adult_ratio": datetime(2024, 1, 1, 2, 1).time(),
        "school_year": 5.0,
        "separate_from_ids": "C2",
    }
    rows["carers"][0] |= {"fee_level_1": 900.1, "fee_level_2": 1000}
    instance = read_instance(filled(tmp_path, rows, date(2023, 12, 11)))
    child = instance.child["17"]
    assert (child.needed_by, child.uasc, child.age_months, child.sex) == (date(2024, 1, 2), True, 100, Sex.MALE)
    assert (child.adult_ratio, child.school_year) == (AdultRatio.TWO_TO_ONE, 5)
    carer = instance.setting["A1"]
    assert isinstance(carer, Carer)
    assert carer.offer.fees_pence_per_week == (90_010, 100_000)


def test_a_misspelt_column_is_named_with_the_right_one(tmp_path: Path) -> None:
    """A misspelt column is a fault of the header that suggests the right name, and not one of every row."""

    def rename(workbook: Workbook) -> None:
        workbook["children"]["B1"] = "age_month"

    faults = faults_of(filled(tmp_path, filled_rows(), change=rename))
    assert places_of(faults) == [("children", 1, "age_month", None), ("children", 1, "age_months", None)]
    assert "did you mean age_months?" in faults[0].expected


@pytest.mark.parametrize("name", ["carers", "providers", "children", "homes"])
def test_a_misspelt_sheet_is_one_fault(tmp_path: Path, name: str) -> None:
    """A misspelt sheet is one fault that suggests the right name, whatever other sheets refer to in it."""

    def rename(workbook: Workbook) -> None:
        workbook[name].title = f"{name[:-1]}z"

    (fault,) = faults_of(filled(tmp_path, filled_rows(), change=rename))
    assert (fault.table, fault.row, fault.column) == (f"{name[:-1]}z", None, None)
    assert f"did you mean {name}?" in fault.expected


def test_an_id_is_used_once_among_all_settings(tmp_path: Path) -> None:
    """A home with the id of a carer is refused, and the fault says where the id stands already."""
    rows = filled_rows()
    rows["homes"][0]["id"] = "A1"
    (fault,) = faults_of(filled(tmp_path, rows))
    assert str(fault) == "homes, row 2, column id: found 'A1'; expected another id: carers, row 2, has this one"


def test_a_typo_in_an_own_authority_is_one_fault(tmp_path: Path) -> None:
    """An authority of the workbook whose row cannot be read is not also a fault where children refer to it."""
    rows = filled_rows()
    rows["authorities"] = [{"id": "X1", "name": "Exton", "centre": "ZZ99 9ZZ"}]
    rows["children"][0]["authority_id"] = "X1"
    assert places_of(faults_of(filled(tmp_path, rows))) == [("authorities", 2, "centre", "ZZ99 9ZZ")]
