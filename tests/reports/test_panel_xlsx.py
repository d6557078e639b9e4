"""The workbook of a panel paper, read back: a sheet a child, ready to print, with a list of decisions to choose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightplace.reports.panel import panel_of, write_panel
from rightplace.reports.panel_xlsx import CONTENTS, sheet_names
from tests.reports.rankings import found_for, ranking, suggestion
from tests.reports.test_panel_html import barnet
from tests.rules.builders import carer, child, instance

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Barnet's paper, as Excel would open it."""
    path = tmp_path_factory.mktemp("paper") / "paper.xlsx"
    write_panel(*barnet(), path)
    return openpyxl.load_workbook(path)


def _texts(sheet: Any) -> list[str]:
    return [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value]


def test_a_sheet_a_child_after_the_contents(workbook: Any) -> None:
    """The sheets are the contents and then the children in the order of the ranking, each linked from the contents."""
    ids = [found["child"] for found in barnet()[1]["children"]]
    assert workbook.sheetnames == [CONTENTS, *ids]
    links = [cell.hyperlink.location for row in workbook[CONTENTS].iter_rows() for cell in row if cell.hyperlink]
    assert links == [f"'{name}'!A1" for name in ids]


def test_a_sheet_says_all_that_the_page_says(workbook: Any) -> None:
    """Each need, option, reason, signature, rule and line of a checklist of a page stands on its sheet."""
    for page in panel_of(*barnet()).pages:
        said = "\n".join(_texts(workbook[page.child_id]))
        told = [page.suggestion, page.waiting, page.more, *page.signatures]
        told += [fact.text for fact in page.needs]
        told += [option.setting_id for option in page.options]
        told += [line for row in page.rows for cell in row.cells for line in cell]
        told += [text for item in page.exclusions for text in (item.sentence, item.nearest, item.remedy)]
        told += [text for item in page.checklists for text in (*item.items, item.applies, item.deadline)]
        assert [text for text in told if text not in said] == []


def test_every_sheet_prints_on_a4_one_page_wide(workbook: Any) -> None:
    """Paper size A4, fitted to one page wide and as many as it takes."""
    for sheet in workbook.worksheets:
        assert sheet.page_setup.paperSize == int(sheet.PAPERSIZE_A4)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)


def test_the_decision_is_chosen_from_a_list(workbook: Any) -> None:
    """The cell beside "Decision" offers every option, waiting, putting off and more, within Excel's limit."""
    for page in panel_of(*barnet()).pages:
        sheet = workbook[page.child_id]
        (row,) = (cell.row for cell in sheet["A"] if cell.value == "Decision (choose)")
        (offered,) = (v for v in sheet.data_validations.dataValidation if str(v.sqref) == f"B{row}")
        assert offered.type == "list"
        assert offered.formula1.strip('"').split(",") == list(page.decisions)
        assert len(offered.formula1) <= 257


def test_text_is_never_a_formula(tmp_path: Path) -> None:
    """An id that begins with an equals sign is shown, not computed."""
    world = instance((child("=1+1"),), (carer('=HYPERLINK("http://evil.example")'),))
    path = tmp_path / "paper.xlsx"
    found = found_for("=1+1", suggestion('=HYPERLINK("http://evil.example")'))
    write_panel(world, ranking(world, found), path)
    book = openpyxl.load_workbook(path)
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert [cell.value for cell in cells if cell.data_type == "f"] == []
    assert "=1+1" in [cell.value for cell in cells]


def test_long_ids_leave_the_list_of_decisions_within_its_limit(tmp_path: Path) -> None:
    """Where five settings have ids of 60 letters, the list names the options by their ranks."""
    ids = [f"{n}" + "x" * 60 for n in range(1, 6)]
    world = instance((child(),), tuple(carer(setting_id) for setting_id in ids))
    path = tmp_path / "paper.xlsx"
    options = (suggestion(setting_id, n) for n, setting_id in enumerate(ids, start=1))
    write_panel(world, ranking(world, found_for("child", *options)), path)
    sheet = openpyxl.load_workbook(path)["child"]
    offered = sheet.data_validations.dataValidation[0].formula1
    assert offered == '"Option 1,Option 2,Option 3,Option 4,Option 5,Go on waiting,Put off,Another decision"'


def test_no_row_is_higher_than_excel_allows(tmp_path: Path) -> None:
    """Ids of 120 letters that are named many times still make rows of at most 409 points."""
    ids = [f"{n}" + "x" * 120 for n in range(9)]
    displaced = [{"child": child_id, "from": ids[0], "to": ids[1]} for child_id in ids]
    path = tmp_path / "paper.xlsx"
    world = instance((child(),), (carer(),))
    write_panel(world, ranking(world, found_for("child", suggestion("setting", displaced=displaced))), path)
    rows = openpyxl.load_workbook(path)["child"].row_dimensions.values()
    assert max(row.height or 0 for row in rows) == 409


@given(st.lists(st.text(min_size=1, max_size=40), max_size=8, unique=True))
def test_sheets_have_names_that_excel_takes(child_ids: list[str]) -> None:
    """At most 31 characters, none forbidden, no two alike in whatever case, and none taken by Excel or the contents."""
    names = sheet_names(child_ids)
    assert len({name.casefold() for name in (*names, CONTENTS, "History")}) == len(child_ids) + 2
    for name in names:
        assert 1 <= len(name) <= 31
        assert not set(name) & set("[]:*?/\\")
        assert not name.startswith("'")
        assert not name.endswith("'")
