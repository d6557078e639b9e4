"""The panel paper as an Excel workbook: a sheet of contents, then a sheet a child, each A4 and one page wide."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.properties import PageSetupProperties

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

    from rightplace.reports.panel_pages import Checklist, ChildPage, Panel

CONTENTS = "Contents"
_WIDTHS = (19.0, 18.0, 18.0, 18.0, 18.0, 18.0)
"""Columns A to F, in characters: labels, then five options."""
_CONTENTS_WIDTHS = (10.0, 16.0, 16.0, 11.0, 17.0, 20.0, 20.0)
_LINE_POINTS = 13.5
_HIGHEST_ROW = 409.0
"""Points; Excel takes no more."""
_TITLE_LENGTH = 31
_FORBIDDEN = "[]:*?/\\"
_LINE, _BAR = Side("thin", color="FF666666"), Side("medium")
_THIN = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_THICK = Border(left=_BAR, right=_BAR, top=_BAR, bottom=_BAR)
_TOP = Alignment(wrap_text=True, vertical="top")
_PLAIN, _BOLD, _SMALL = (
    Font("Arial", size=10),
    Font("Arial", size=10, bold=True),
    Font("Arial", size=9, color="FF333333"),
)
_LINK = Font("Arial", size=10, bold=True, underline="single")
_HEADING, _TITLE = Font("Arial", size=12, bold=True), Font("Arial", size=16, bold=True)
_DONE = "done"


def workbook_of(panel: Panel) -> Workbook:
    """The whole workbook."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    names = sheet_names([page.child_id for page in panel.pages])
    _contents_sheet(workbook.create_sheet(CONTENTS), panel, names)
    for page, name in zip(panel.pages, names, strict=True):
        _child_sheet(workbook.create_sheet(name), page, panel.subject)
    return workbook


def sheet_names(child_ids: Sequence[str]) -> list[str]:
    """A name for each child's sheet: its id, as far as Excel takes it, and numbered where two would be alike."""
    taken = {CONTENTS.casefold(), "history"}
    names = []
    for child_id in child_ids:
        plain = "".join("_" if char in _FORBIDDEN else char for char in child_id).strip("'")[:_TITLE_LENGTH] or "_"
        name, number = plain, 1
        while name.casefold() in taken:
            number += 1
            ending = f" ({number})"
            name = plain[: _TITLE_LENGTH - len(ending)] + ending
        taken.add(name.casefold())
        names.append(name)
    return names


class _Writer:
    """Writes a sheet from the top down; text never becomes a formula, and rows are as high as their text needs."""

    def __init__(self, sheet: Worksheet, widths: Sequence[float], running_head: str) -> None:
        self.sheet, self.widths, self.row = sheet, widths, 1
        for number, width in enumerate(widths, start=1):
            sheet.column_dimensions[get_column_letter(number)].width = width
        sheet.sheet_view.showGridLines = False
        sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
        sheet.page_setup.orientation = "portrait"
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.page_margins.left = sheet.page_margins.right = 0.45
        sheet.page_margins.top, sheet.page_margins.bottom = 0.75, 0.65
        sheet.page_margins.header = sheet.page_margins.footer = 0.3
        sheet.oddHeader.left.text = running_head.replace("&", "&&")  # type: ignore[union-attr]
        sheet.oddFooter.right.text = "Page &P of &N"  # type: ignore[union-attr]

    def cells(self, texts: Sequence[str], fonts: Sequence[Font], border: Border | None = _THIN) -> list[Cell]:
        """One row of cells side by side."""
        found = [self.put(column, text, font) for column, (text, font) in enumerate(zip(texts, fonts, strict=True), 1)]
        for cell in found:
            cell.border = border or Border()
        self.end_row(max(_num_lines(text, width) for text, width in zip(texts, self.widths, strict=False)))
        return found

    def spanning(self, text: str, font: Font, first: int = 1, last: int | None = None) -> Cell:
        """One row with a text across columns, on the same row as a label where ``first`` is not 1."""
        last = last or len(self.widths)
        cell = self.put(first, text, font)
        if last > first:
            self.sheet.merge_cells(start_row=self.row, end_row=self.row, start_column=first, end_column=last)
        scale = (font.size or 10) / 10
        self.end_row(scale * _num_lines(text, sum(self.widths[first - 1 : last]) / scale))
        return cell

    def labelled(self, label: str, text: str, first: int = 2) -> None:
        """A label, and its text from the column ``first`` to the last."""
        row = self.row
        self.put(1, label, _BOLD)
        if first > 2:
            self.sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=first - 1)
        self.spanning(text, _PLAIN, first)
        high = _LINE_POINTS * _num_lines(label, sum(self.widths[: first - 1])) + 2
        self.sheet.row_dimensions[row].height = max(high, self.sheet.row_dimensions[row].height or 0)

    def gap(self) -> None:
        """An empty row."""
        self.end_row(0.6)

    def put(self, column: int, text: str, font: Font) -> Cell:
        """One cell of the present row."""
        cell: Any = self.sheet.cell(self.row, column)
        cell.value = text
        if cell.data_type == "f":  # text that begins with = is no formula
            cell.data_type = "s"
        cell.font, cell.alignment = font, _TOP
        found: Cell = cell
        return found

    def end_row(self, num_lines: float) -> None:
        """Go to the next row; the present one is so many lines high."""
        self.sheet.row_dimensions[self.row].height = min(_LINE_POINTS * num_lines + 2, _HIGHEST_ROW)
        self.row += 1


def _num_lines(text: str, width: float) -> int:
    """About how many lines a text takes in a column so many digits wide; letters are narrower, broken lines lose."""
    letters = max(1.0, 1.18 * width - 2)
    return sum(max(1, math.ceil(len(line) / letters)) for line in text.split("\n"))


def _contents_sheet(sheet: Worksheet, panel: Panel, names: Sequence[str]) -> None:
    write = _Writer(sheet, _CONTENTS_WIDTHS, panel.subject)
    write.spanning(panel.title, _TITLE)
    write.spanning(panel.subject, _HEADING)
    for sentence in panel.what_this_is:
        write.spanning(sentence, _PLAIN)
    for heading, facts in (("Totals", panel.totals), ("How to read a child's page", panel.how_to_read)):
        write.gap()
        write.spanning(heading, _HEADING)
        for fact in facts:
            write.labelled(fact.label, fact.text, first=3)
    write.gap()
    write.spanning("How good the plan is, and who says so", _HEADING)
    for sentence in panel.proof:
        write.spanning(sentence, _PLAIN)
    write.spanning(f"Digest of the instance and policy: {panel.digest}", _SMALL)
    write.gap()
    heads = ("Child", "Age", "Need level", "Search", "Needed by", "Suggested by the plan", "Signatures")
    write.cells(heads, [_BOLD] * len(heads))
    sheet.print_title_rows = f"{write.row - 1}:{write.row - 1}"
    for line, name in zip(panel.contents, names, strict=True):
        texts = (
            line.child_id,
            line.age,
            line.need_level,
            line.search,
            line.needed_by,
            line.suggestion,
            line.signatures,
        )
        cells = write.cells(texts, [_BOLD, *[_PLAIN] * (len(texts) - 1)])
        quoted = name.replace("'", "''")
        place = cells[0].coordinate
        cells[0].hyperlink = Hyperlink(ref=place, location=f"'{quoted}'!A1", display=line.child_id)
        cells[0].font = _LINK


def _child_sheet(sheet: Worksheet, page: ChildPage, subject: str) -> None:
    write = _Writer(sheet, _WIDTHS, f"Child {page.child_id}, {subject}")
    write.spanning(f"Child {page.child_id}", _TITLE)
    write.spanning(page.suggestion, _PLAIN)
    write.gap()
    write.spanning("Needs", _HEADING)
    for fact in page.needs:
        write.labelled(fact.label, fact.text)
    write.gap()
    write.spanning("Options", _HEADING)
    _options(write, page)
    for sentence in page.sentences:
        write.spanning(sentence, _PLAIN)
    write.gap()
    _decision(write, page)
    sheet.row_breaks.append(Break(id=write.row - 1))
    write.spanning(f"Child {page.child_id}: settings that are not offered", _HEADING)
    write.spanning(page.more, _PLAIN)
    _exclusions(write, page)
    write.gap()
    write.spanning(f"Child {page.child_id}: what the law asks once a choice is made", _HEADING)
    write.spanning(page.law, _SMALL)
    for checklist in page.checklists:
        _checklist(write, checklist)


def _options(write: _Writer, page: ChildPage) -> None:
    if not page.options:
        write.spanning("No setting is open to this child.", _PLAIN)
        return
    marks = ["\nsuggested by the plan" if option.in_plan else "" for option in page.options]
    heads = [f"Option {o.rank}\n{o.setting_id}{mark}" for o, mark in zip(page.options, marks, strict=True)]
    write.cells(["", *heads], [_BOLD] * (len(heads) + 1))
    for row in page.rows:
        texts = ["\n".join(line for line in cell if line) for cell in row.cells]
        write.cells([row.label, *texts], [_BOLD, *[_PLAIN] * len(texts)])


def _decision(write: _Writer, page: ChildPage) -> None:
    """The box to fill in: a list to choose from, and room to write."""
    write.spanning(f"Decision on child {page.child_id}", _HEADING)
    sheet, last = write.sheet, len(write.widths)
    boxes = (
        ("Decision (choose)", 1.5),
        ("Reason", 6),
        ("What the child says of it", 4),
        ("Officer and role", 1.5),
        ("Signature", 2.5),
        ("Date", 1.5),
    )
    for label, num_lines in boxes:
        write.put(1, label, _BOLD).border = _THICK
        sheet.merge_cells(start_row=write.row, end_row=write.row, start_column=2, end_column=last)
        for column in range(2, last + 1):
            cell = sheet.cell(write.row, column)
            cell.border, cell.alignment, cell.font = _THICK, _TOP, _PLAIN
        write.end_row(num_lines)
    first = write.row - len(boxes)
    write.spanning("The list offers: " + "; ".join(page.decisions) + ".", _SMALL)
    _choice(sheet, f"B{first}", _listed(page.decisions), "One of the options, going on waiting, or another decision.")


def _listed(decisions: Iterable[str]) -> str:
    """What Excel offers to choose: commas part the entries there, and quotation marks end the list."""
    plain = ",".join(words.replace(",", "").replace('"', "'") for words in decisions)
    return plain if len(plain) <= 255 else ",".join(words.split(":")[0] for words in plain.split(","))


def _choice(sheet: Worksheet, cells: str, listed: str, prompt: str) -> None:
    validation = DataValidation(type="list", formula1=f'"{listed}"', allow_blank=True, showErrorMessage=True)
    validation.errorTitle, validation.error = "Choose from the list", "Please choose from the list, or leave it empty."
    validation.promptTitle, validation.prompt, validation.showInputMessage = "Choose", prompt, True
    validation.add(cells)
    sheet.add_data_validation(validation)


def _exclusions(write: _Writer, page: ChildPage) -> None:
    if not page.exclusions:
        write.spanning("No rule closes any setting to this child.", _PLAIN)
        return
    write.cells(("Rule", "What it says", "", "Settings", "The nearest, with miles", "What could lift it"), [_BOLD] * 6)
    for item in page.exclusions:
        sentence = f"{item.sentence}\n{item.source}"
        nearest, remedy = item.nearest, item.remedy
        texts = (f"{item.title} ({item.rule})", sentence, "", str(item.num_settings), nearest, remedy)
        row = write.row
        write.cells(texts, [_BOLD, *[_PLAIN] * 5])
        write.sheet.merge_cells(start_row=row, end_row=row, start_column=2, end_column=3)
        high = max(_num_lines(sentence, 36.0), *(_num_lines(text, 18.0) for text in (texts[0], nearest, remedy)))
        write.sheet.row_dimensions[row].height = min(_LINE_POINTS * high + 2, _HIGHEST_ROW)
    if page.num_more_rules:
        write.spanning(f"{page.num_more_rules} more rules close fewer settings.", _SMALL)


def _checklist(write: _Writer, item: Checklist) -> None:
    write.gap()
    write.spanning(f"{item.regulation}: {item.title}", _BOLD)
    write.spanning(f"{item.applies} {item.deadline}", _PLAIN)
    first = write.row
    for text in item.items:
        write.put(1, "", _PLAIN).border = _THICK
        write.spanning(text, _PLAIN, first=2)
    if item.items:
        _choice(write.sheet, f"A{first}:A{write.row - 1}", f"{_DONE},not needed", "Done, or not needed here.")
    if item.note:
        write.spanning(item.note, _SMALL)
