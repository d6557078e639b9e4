"""Tables in files: a folder of CSVs, one .xlsx workbook with a sheet a table, or one .json. No meaning, only cells.

Everything that rightplace writes goes through ``written_at_once``: to a temporary name beside the target, then renamed.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import tempfile
import tomllib
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from types import MappingProxyType
from typing import IO, TYPE_CHECKING, Any

from rightplace.errors import Fault, InstanceError, reason_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

Cell = str | int | float | bool | date | None
Row = dict[str, Cell]


@dataclass(slots=True)
class Sheet:
    """One table as found in a file: ``rows`` holds the row number that a spreadsheet shows, and the cells by column."""

    source: str
    columns: tuple[str, ...]
    rows: list[tuple[int, Row]] = field(default_factory=list)


class Form:
    """The three forms of a set of tables, told apart by the name of the path."""

    FOLDER = "folder"
    WORKBOOK = ".xlsx"
    JSON = ".json"

    @staticmethod
    def of(path: Path) -> str:
        """Which form a path has, by its ending; a path without ending is a folder.

        Raises
        ------
        InstanceError
            For any other ending.
        """
        suffix = path.suffix.lower()
        if suffix in (Form.WORKBOOK, Form.JSON):
            return suffix
        if path.is_dir() or suffix in ("", ".csv-folder"):
            return Form.FOLDER
        raise InstanceError([Fault(str(path), None, None, None, "a folder of CSV files, an .xlsx or a .json")])


@contextmanager
def written_at_once(path: Path) -> Iterator[Path]:
    """Give a temporary path in the target's folder; on success it replaces ``path``, on failure it is removed.

    A folder replaces an existing one file by file: files of the same name are replaced, others are left alone.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=".rightplace-", dir=path.parent))
    try:
        target = scratch / path.name
        yield target
        if target.is_dir() and path.is_dir():
            for item in sorted(target.iterdir()):
                os.replace(item, path / item.name)
        else:
            os.replace(target, path)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def read_sheets(path: Path) -> dict[str, Sheet]:
    """Read every table of a folder, workbook or JSON file, by its name in lower case.

    Raises
    ------
    InstanceError
        When there is no such file, or it is not what its name says.
    """
    form = Form.of(path)
    if not path.exists():
        raise InstanceError([Fault(str(path), None, None, None, "a folder, .xlsx or .json; there is none here")])
    if form == Form.WORKBOOK:
        return _read_workbook(path)
    if form == Form.JSON:
        return _read_json(path)
    return _read_folder(path)


def _read_folder(path: Path) -> dict[str, Sheet]:
    sheets: dict[str, Sheet] = {}
    faults: list[Fault] = []
    for file in sorted(path.glob("*.csv")):
        try:
            _add(sheets, file.stem, read_csv(file))
        except InstanceError as error:
            faults.extend(error.faults)
    if faults:
        raise InstanceError(faults)
    return sheets


def _add(sheets: dict[str, Sheet], name: str, sheet: Sheet) -> None:
    """Add a sheet under its name as tables are named: in lower case, with underscores."""
    plain = name.strip().lower().replace(" ", "_")
    if plain in sheets:
        raise InstanceError(
            [Fault(sheet.source, None, None, None, f"one table of {plain}; {sheets[plain].source} is one")]
        )
    sheets[plain] = sheet


def read_csv(file: Path) -> Sheet:
    """One CSV file (UTF-8, with or without byte-order mark; comma separated).

    Raises
    ------
    InstanceError
        When it is not UTF-8, has no header, or a row has more cells than the header.
    """
    name = file.name
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise InstanceError([Fault(name, None, None, None, f"a CSV file ({reason_of(error)})")]) from error
    except UnicodeDecodeError as error:
        wanted = 'text in UTF-8 (in Excel: save as "CSV UTF-8")'
        raise InstanceError([Fault(name, None, None, f"byte {error.start}", wanted)]) from error
    lines = csv.reader(io.StringIO(text, newline=""))
    try:
        return _csv_sheet(name, lines)
    except csv.Error as error:
        raise InstanceError([Fault(name, lines.line_num, None, None, f"comma-separated values ({error})")]) from error


def _csv_sheet(name: str, lines: Any) -> Sheet:
    header = next(lines, None)
    if header is None:
        raise InstanceError([Fault(name, None, None, None, "a header row; the file is empty")])
    if len(header) == 1 and (wrong := next((mark for mark in ";\t|" if mark in header[0]), None)) is not None:
        wanted = 'a comma between columns (in Excel: save as "CSV UTF-8 (Comma delimited)", or use an .xlsx)'
        raise InstanceError([Fault(name, 1, None, wrong, wanted)])
    columns = _header(name, header)
    rows: list[tuple[int, Row]] = []
    faults: list[Fault] = []
    number = 2
    for cells in lines:
        if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
            faults.append(Fault(name, number, None, cells[len(columns)], f"{len(columns)} cells, as in the header"))
        elif any(cell.strip() for cell in cells):
            rows.append((number, {column: cell for column, cell in zip(columns, cells, strict=False) if cell.strip()}))
        number = lines.line_num + 1
    if faults:
        raise InstanceError(faults)
    return Sheet(name, columns, rows)


def _header(source: str, cells: Sequence[Any]) -> tuple[str, ...]:
    names = [str(cell).strip().lower().replace(" ", "_") if cell is not None else "" for cell in cells]
    while names and not names[-1]:
        names.pop()
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise InstanceError([Fault(source, 1, name, None, "each column once") for name in twice])
    return tuple(names)


def _read_workbook(path: Path) -> dict[str, Sheet]:
    import warnings
    import zipfile
    import zlib
    from xml.etree.ElementTree import ParseError

    from openpyxl.utils.exceptions import InvalidFileException

    broken = (
        InvalidFileException,
        zipfile.BadZipFile,
        zlib.error,
        ParseError,
        OSError,
        EOFError,
        KeyError,
        ValueError,
        TypeError,
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # openpyxl's, of drop-downs and styles that it cannot read
            with path.open("rb") as stream:  # openpyxl leaves files open that it cannot read
                return _workbook_sheets(stream)
    except broken as error:
        raise InstanceError([Fault(str(path), None, None, None, f"an Excel workbook (.xlsx) ({error})")]) from error


def _workbook_sheets(stream: IO[bytes]) -> dict[str, Sheet]:
    import openpyxl

    workbook = openpyxl.load_workbook(stream, read_only=True, data_only=True)
    sheets: dict[str, Sheet] = {}
    try:
        for worksheet in workbook.worksheets:
            worksheet.reset_dimensions()  # some programs write wrong ones
            lines = worksheet.iter_rows(values_only=True)
            columns = _header(worksheet.title, next(lines, ()))
            rows: list[tuple[int, Row]] = []
            for number, cells in enumerate(lines, start=2):
                row = {c: v for c, v in zip(columns, map(_from_excel, cells), strict=False) if c and not _blank(v)}
                if row:
                    rows.append((number, row))
            _add(sheets, worksheet.title, Sheet(worksheet.title, columns, rows))
    finally:
        workbook.close()
    return sheets


def _blank(value: Cell) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _from_excel(value: Any) -> Cell:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, time):  # Excel takes 1:1 for one minute past one
        return f"{value.hour}:{value.minute}"
    if value is None or isinstance(value, str | int | float | bool | date):
        return value
    return str(value)


def read_json(path: Path) -> Any:
    """The value of a JSON file (UTF-8, with or without byte-order mark).

    Raises
    ------
    InstanceError
        When it cannot be opened or is no JSON.
    """
    try:
        return json.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise InstanceError([Fault(str(path), None, None, None, f"a file of JSON ({reason_of(error)})")]) from error
    except (ValueError, RecursionError) as error:
        raise InstanceError([Fault(str(path), None, None, None, f"JSON ({reason_of(error)})")]) from error


def read_toml(path: Path, what: str) -> dict[str, Any]:
    """The value of a TOML file (UTF-8, with or without byte-order mark).

    Parameters
    ----------
    what
        What it should be, with its article, for the faults.

    Raises
    ------
    InstanceError
        When there is none, it cannot be opened, or it is no TOML.
    """
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        raise InstanceError([Fault(str(path), None, None, None, f"{what}; there is none here")]) from None
    except OSError as error:
        raise InstanceError([Fault(str(path), None, None, None, f"{what} ({reason_of(error)})")]) from error
    except (ValueError, RecursionError) as error:
        raise InstanceError([Fault(str(path), None, None, None, f"a TOML file ({reason_of(error)})")]) from error


def toml_value(value: Any) -> str:
    """A value as TOML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, list):
        return f"[{', '.join(map(toml_value, value))}]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_toml_key(name)} = {toml_value(item)}" for name, item in value.items()) + " }"
    return repr(value)


def _toml_key(name: str) -> str:
    """A key, in quotes where it needs them."""
    return name if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_-]*", name) else toml_value(name)


def _read_json(path: Path) -> dict[str, Sheet]:
    whole = read_json(path)
    tables = whole.get("tables") if isinstance(whole, dict) else None
    if not isinstance(tables, dict):
        raise InstanceError([Fault(str(path), None, None, None, 'an object with "tables": {name: [rows]}')])
    sheets: dict[str, Sheet] = {}
    for name, rows in tables.items():
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise InstanceError([Fault(path.name, None, str(name), None, "a list of objects, one a row")])
        columns = tuple(dict.fromkeys(column for row in rows for column in row))
        found = [(n, {c: v for c, v in row.items() if not _blank(v)}) for n, row in enumerate(rows, start=1)]
        _add(sheets, name, Sheet(f"{path.name}: {name}", columns, found))
    return sheets


def write_sheets(
    path: Path,
    sheets: Mapping[str, tuple[Sequence[str], Iterable[Row]]],
    beside: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Write tables in the form that the path's ending names, all at once or not at all.

    Parameters
    ----------
    beside
        Other text files of a folder, by name.
    """
    form = Form.of(path)
    with written_at_once(path) as target:
        if form == Form.WORKBOOK:
            _write_workbook(target, sheets)
        elif form == Form.JSON:
            tables = {name: [_json_row(row) for row in rows] for name, (_, rows) in sheets.items()}
            target.write_text(json.dumps({"tables": tables}, indent=1, ensure_ascii=False), encoding="utf-8")
        else:
            target.mkdir()
            for name, (columns, rows) in sheets.items():
                write_csv(target / f"{name}.csv", columns, rows)
            for name, text in beside.items():
                (target / name).write_text(text, encoding="utf-8")


def write_json(path: Path, value: Any) -> None:
    """Write one JSON value, all at once or not at all."""
    with written_at_once(path) as target, target.open("w", encoding="utf-8") as stream:
        json.dump(value, stream, indent=1, ensure_ascii=False)


def write_csv(file: Path, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Write one CSV file in UTF-8; absent cells are empty."""
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_text(row.get(column)) for column in columns] for row in rows)


def _text(value: Cell) -> Cell:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if isinstance(value, date) else value


def _json_row(row: Row) -> dict[str, Any]:
    return {column: _text(value) for column, value in row.items() if value is not None}


def _write_workbook(target: Path, sheets: Mapping[str, tuple[Sequence[str], Iterable[Row]]]) -> None:
    import openpyxl
    from openpyxl.styles import Font

    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)  # type: ignore[arg-type]
    for name, (columns, rows) in sheets.items():
        worksheet = workbook.create_sheet(name)
        worksheet.append(list(columns))
        for cell in worksheet[1]:
            cell.font = Font(bold=True)
        for row in rows:
            worksheet.append([excel_cell(row.get(column)) for column in columns])
            for cell in worksheet[worksheet.max_row]:
                if cell.data_type == "f":  # text that begins with = is no formula
                    cell.data_type = "s"
        worksheet.freeze_panes = "B2"
    workbook.save(target)


def excel_cell(value: Cell) -> Cell:
    """A cell as it is written into a workbook."""
    if isinstance(value, float) and float(f"{value:.15g}") != value:
        return repr(value)  # Excel keeps 15 digits
    return ("yes" if value else "no") if isinstance(value, bool) else value
