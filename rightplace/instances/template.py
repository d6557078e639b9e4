"""The empty workbook that a council fills in: a guide, a sheet a table, drop-downs, notes on every column."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from rightplace.files import excel_cell, written_at_once
from rightplace.instances import cells, planning_cells
from rightplace.instances.geography import english_authorities
from rightplace.instances.schema import (
    AUTHORISATIONS,
    BANDS,
    CARERS,
    CHILDREN,
    CONTRACTS,
    DECISIONS,
    HOMES,
    PROVIDERS,
    RATIO,
    SIBLING_GROUPS,
    SUPPORTED,
    Column,
    Table,
)
from rightplace.instances.tables import AUTHORITIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from rightplace.files import Row

_SHEETS = (
    CHILDREN,
    SIBLING_GROUPS,
    CARERS,
    HOMES,
    SUPPORTED,
    PROVIDERS,
    CONTRACTS,
    BANDS,
    AUTHORISATIONS,
    DECISIONS,
    AUTHORITIES,
)
_LAST_ROW = 2000
_REQUIRED_FILL, _OPTIONAL_FILL = "FFE699", "DDEBF7"
_TEXT, _DATE, _MONEY = "@", "yyyy-mm-dd", '"£"#,##0.00'
# Excel would turn these into something else: 007 into 7, 1:1 into a time of day, 1e5 into a number.
_AS_TEXT = (
    cells.IDENTIFIER,
    cells.IDENTIFIERS,
    cells.IDENTIFIER_LIST,
    cells.TEXT,
    cells.WORD,
    cells.WORDS,
    cells.LOCATION,
    cells.AVOID,
    cells.AUTHORITY,
    cells.AUTHORITIES,
    RATIO,
    planning_cells.LEVER_ID,
)
_REFERENCES = {"provider_id": PROVIDERS.name, "contract_id": CONTRACTS.name, "child_id": CHILDREN.name}
Lines = tuple[tuple[str, ...], ...]
_ORDER = (
    ("about", "1", "The date that ages and vacancies are taken at, and a name for the workbook. Must be filled."),
    (PROVIDERS.name, "2", PROVIDERS.note),
    (CARERS.name, "3", CARERS.note),
    (HOMES.name, "4", HOMES.note),
    (SUPPORTED.name, "5", SUPPORTED.note),
    (CHILDREN.name, "6", f"{CHILDREN.note} Must be filled."),
    (SIBLING_GROUPS.name, "7", SIBLING_GROUPS.note),
    (CONTRACTS.name, "if any", CONTRACTS.note),
    (BANDS.name, "if any", BANDS.note),
    (AUTHORISATIONS.name, "if any", AUTHORISATIONS.note),
    (DECISIONS.name, "if any", DECISIONS.note),
    (AUTHORITIES.name, "rarely", AUTHORITIES.note),
)
TYPING: Lines = (
    (
        "Headers",
        "Leave the first row of each sheet as it is. Rest the mouse on a header to read what belongs below it.",
    ),
    (
        "Colours",
        "Below a yellow header every row that you use must be filled; below a blue one it may stay empty.",
    ),
    ("Ids", "Short names of your own for children, settings, providers and contracts: letters and digits, no commas."),
    ("Dates", "11/12/2023 is 11 December: day before month. 2023-12-11 and 11 Dec 2023 do as well."),
    (
        "Money",
        "Pounds a week: 901, £1,234.50, £901 per week. Columns of money hold pounds although their names say pence.",
    ),
    ("Yes or no", "yes, y, true, 1 or x; no, n, false or 0."),
    ("Ages", "Of a child: months, or 7y 3m. Of a carer or home: years, such as 11; 18m means months."),
    (
        "Locations",
        "A postcode, NW9 5XY; a sector, NW9 5; an outcode, NW9; latitude, longitude; a grid reference; unknown.",
    ),
    ("Several in a cell", "Separate them by semicolons: english; arabic."),
    ("Risks", "Each with its level: going missing: high; self-harm: low."),
    (
        "Places",
        "2 means two places; 1; 1 from 20/12/2023 means one now and one from that day; 1 until 31/1/2024 as well.",
    ),
    (
        "Drop-downs",
        "A word that is not in the list brings a warning; other spellings are understood too: choose Yes.",
    ),
)
_PRIVACY = (
    "Do not type names or dates of birth: your own reference and an age are enough.",
    "A postcode sector such as NW9 5 is enough for distances; a full postcode of a small household is best left out.",
    "Nothing leaves this computer: rightplace looks up places in tables of its own and makes no connection.",
    "The file holds facts about children in care. Keep it where you keep such files, and delete it when you are done.",
)


def write_template(path: Path) -> None:
    """Write the workbook that a council fills in, all at once or not at all; ``read_instance`` reads it back.

    Parameters
    ----------
    path
        An .xlsx.
    """
    from openpyxl import Workbook

    workbook = Workbook()
    add_guide(workbook, "Children and vacancies for rightplace", _parts(path.name))
    _about(workbook.create_sheet("about"))
    names = tuple(sorted(authority.name for authority in english_authorities().values()))
    lists = Lists(workbook, _REFERENCES, names)
    for table in _SHEETS:
        add_table(workbook, table, lists)
    lists.write()
    with written_at_once(path) as target:
        workbook.save(target)


def _parts(name: str) -> tuple[tuple[str, Lines], ...]:
    """What each sheet is for, how cells may be typed, privacy, and the command to run."""
    return (
        ("Fill the sheets in this order", tuple((title, f"{order}. {note}") for title, order, note in _ORDER)),
        ("How to type", TYPING),
        ("Privacy", tuple(("", line) for line in _PRIVACY)),
        (
            "Then run",
            (
                ("", f"rightplace match {name}"),
                ("", "Whatever cannot be read is listed at once, each with its sheet, row and column."),
                ("", "Weights, prices and thresholds are in a policy file of their own: see --policy."),
            ),
        ),
    )


def add_guide(workbook: Workbook, title: str, parts: Iterable[tuple[str, Lines]]) -> None:
    """Make the first sheet of a new workbook its guide: headed parts of lines, of a word and what it means."""
    from openpyxl.styles import Alignment, Font

    sheet = workbook.worksheets[0]
    sheet.title = "guide"
    sheet.append([title])
    sheet["A1"].font = Font(bold=True, size=14)
    for heading, lines in parts:
        sheet.append([])
        sheet.append([heading])
        sheet.cell(sheet.max_row, 1).font = Font(bold=True)
        for line in lines:
            sheet.append(list(line))
            sheet.cell(sheet.max_row, 2).alignment = Alignment(wrap_text=True, vertical="top")
            sheet.cell(sheet.max_row, 1).alignment = Alignment(vertical="top")
    sheet.column_dimensions["A"].width = 26
    sheet.column_dimensions["B"].width = 110


def _about(sheet: Worksheet) -> None:
    """Rows of field and value, the fields filled in."""
    from openpyxl.comments import Comment

    for row in (["field", "value"], ["name", None], ["date", None]):
        sheet.append(row)
    _header(sheet, 1, False, "What is said.")
    _header(sheet, 2, True, "A name for the workbook, and the day that ages and vacancies are taken at.")
    sheet["B3"].number_format = _DATE
    sheet["B3"].comment = Comment(f"expected {cells.DATE.expected}", "rightplace")
    sheet.column_dimensions["A"].width = 14
    sheet.column_dimensions["B"].width = 24
    sheet.freeze_panes = "A2"


def add_table(workbook: Workbook, table: Table, lists: Lists, rows: Iterable[Row] = ()) -> None:
    """A sheet for a table: its header; formats and drop-downs for the rows below it, of which some may be filled in."""
    from openpyxl.utils import get_column_letter

    sheet = workbook.create_sheet(table.name)
    sheet.append([column.name for column in table.columns])
    for number, column in enumerate(table.columns, start=1):
        _header(sheet, number, column.required, f"{column.note}\n\nexpected {column.kind.expected}".strip())
        letter = get_column_letter(number)
        dimension = sheet.column_dimensions[letter]
        dimension.width = min(28, max(12, len(column.name) + 3))
        form = _format_of(column)
        if form is not None:
            dimension.number_format = form
        source = lists.source_of(column)
        if source is not None:
            _drop_down(sheet, f"{letter}2:{letter}{_LAST_ROW}", source, column)
    for number, row in enumerate(rows, start=2):
        for position, column in enumerate(table.columns, start=1):
            cell = sheet.cell(number, position, excel_cell(row.get(column.name)))
            cell.number_format = _format_of(column) or cell.number_format
    sheet.freeze_panes = "B2"


def _header(sheet: Worksheet, number: int, required: bool, note: str) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import Font, PatternFill

    cell = sheet.cell(1, number)
    cell.font = Font(bold=True)
    cell.fill = PatternFill("solid", fgColor=_REQUIRED_FILL if required else _OPTIONAL_FILL)
    text = ("Must be filled. " if required else "May stay empty. ") + note
    cell.comment = Comment(text, "rightplace", height=60 + 18 * (len(text) // 40), width=320)


def _format_of(column: Column) -> str | None:
    if column.kind == cells.DATE:
        return _DATE
    if column.kind in (cells.MONEY, cells.AMOUNT):
        return _MONEY
    return _TEXT if column.kind in _AS_TEXT else None


def _drop_down(sheet: Worksheet, where: str, source: str, column: Column) -> None:
    """Offer a list; other words bring a warning only, so that variants can be typed and pasted."""
    from openpyxl.worksheet.datavalidation import DataValidation

    validation = DataValidation(
        type="list",
        formula1=source,
        allow_blank=True,
        showErrorMessage=True,
        errorStyle="warning",
        errorTitle=column.name[:32],
        error=f"Expected {column.kind.expected}"[:255],
    )
    validation.add(where)
    sheet.add_data_validation(validation)


class Lists:
    """The hidden sheet of the words that drop-downs offer, a column a list.

    Parameters
    ----------
    references
        By name of a column, the table of the workbook whose ids it offers.
    authorities
        What a column of an authority offers.
    words
        By name of a column, what it offers.
    """

    def __init__(
        self,
        workbook: Workbook,
        references: Mapping[str, str],
        authorities: tuple[str, ...],
        words: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
    ) -> None:
        self._workbook = workbook
        self._references = references
        self._authorities = authorities
        self._words = words
        self._lists: list[tuple[str, ...]] = []

    def source_of(self, column: Column) -> str | None:
        """The range of a column's drop-down; ``None`` when it has none."""
        from openpyxl.utils import get_column_letter

        if column.name in self._references:
            return f"{self._references[column.name]}!$A$2:$A${_LAST_ROW}"
        choices = self._words.get(column.name, column.kind.choices)
        if column.kind == cells.AUTHORITY:
            choices = self._authorities
        if not choices:
            return None
        if choices not in self._lists:
            self._lists.append(choices)
        letter = get_column_letter(self._lists.index(choices) + 1)
        return f"lists!${letter}$2:${letter}${len(choices) + 1}"

    def write(self) -> None:
        """Add the sheet. Whole numbers are written as numbers, as they are typed."""
        sheet = self._workbook.create_sheet("lists")
        for column, choices in enumerate(self._lists, start=1):
            sheet.cell(1, column, f"list_{column}")
            for row, choice in enumerate(choices, start=2):
                sheet.cell(row, column, int(choice) if choice.lstrip("-").isdigit() else choice)
        sheet.sheet_state = "hidden"
