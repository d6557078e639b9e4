"""What an import read, what became of every row, and what it had to assume.

``ImportReport`` is for people: a council checks it against its own counts before it believes an answer.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from rightplace.errors import Fault
from rightplace.instances.geography import Precision

if TYPE_CHECKING:
    from rightplace.files import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class RowCount:
    """What became of the rows of one file or sheet.

    Parameters
    ----------
    source
        File, or file and sheet, as the user sees it.
    kind
        ``header``, ``episodes``, ``uasc``, ``ofsted`` or ``carers``.
    num_rows
        Rows found, without the header and without empty ones.
    num_used
        Rows that something in the instance came from.
    left_out
        The other rows, by reason.
    """

    source: str
    kind: str
    num_rows: int
    num_used: int
    left_out: Mapping[str, int]

    @classmethod
    def of(cls, source: str, kind: str, num_rows: int, outcomes: Iterable[str]) -> RowCount:
        """Count the outcomes of rows: a reason each, or an empty text for a row that was used."""
        reasons = Counter(outcomes)
        num_used = reasons.pop("", 0)
        left_out = dict(sorted(reasons.items()))
        return cls(source=source, kind=kind, num_rows=num_rows, num_used=num_used, left_out=left_out)

    def adds_up(self) -> bool:
        """Whether every row was either used or left out for one reason."""
        return self.num_rows == self.num_used + sum(self.left_out.values())


@dataclass(slots=True)
class Tally:
    """Counts that are taken on the way, by whoever meets the thing to be counted."""

    notes: Counter[str] = field(default_factory=Counter)
    unknown_codes: Counter[str] = field(default_factory=Counter)
    invalid_postcodes: Counter[str] = field(default_factory=Counter)
    precision: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """Everything that a reader of an imported instance should know.

    Parameters
    ----------
    date
        The day of the instance.
    files
        What became of the rows of each file.
    files_not_read
        CSV files of the folder that are neither header, episodes nor uasc.
    num_children, num_waiting, num_movable, num_settings
        Of the instance.
    lives
        The children, by how the instance knows where they live.
    places
        The children, by SSDA903 PLACE.
    precision
        How closely places are known, by whose place it is: so many of each ``Precision``.
    invalid_postcodes
        Postcodes that do not exist, by the column they stand in; a blank is none.
    unknown_codes
        Codes that no code list has, by column and code: the field stays absent.
    absent
        What the files do not hold: field, how many children or settings lack it, what is taken in its place.
    notes
        What else was met or assumed, and how often.
    unreadable
        Cells that could not be read, for which their rows were left out.
    """

    date: date
    files: tuple[RowCount, ...]
    files_not_read: tuple[str, ...]
    num_children: int
    num_waiting: int
    num_movable: int
    num_settings: int
    lives: Mapping[str, int]
    places: Mapping[str, int]
    precision: Mapping[str, Mapping[str, int]]
    invalid_postcodes: Mapping[str, int]
    unknown_codes: Mapping[str, int]
    absent: tuple[tuple[str, int, str], ...]
    notes: Mapping[str, int]
    unreadable: tuple[Fault, ...]

    def adds_up(self) -> bool:
        """Whether every row is accounted for, and every child counted once in every breakdown of the children."""
        used = Counter[str]()
        for file in self.files:
            used[file.kind] += file.num_used
        counts = [used["header"], used["episodes"], sum(self.lives.values()), sum(self.places.values())]
        counts.append(sum(self.precision.get("home", {}).values()))
        return all(file.adds_up() for file in self.files) and all(count == self.num_children for count in counts)

    def rows(self) -> list[tuple[str, str, str, int]]:
        """Every number of the report: part, what it is about, what is counted, the number."""
        found: list[tuple[str, str, str, int]] = []
        for file in self.files:
            found.append(("rows", file.source, "rows read", file.num_rows))
            found.append(("rows", file.source, "used", file.num_used))
            found += [("rows", file.source, f"left out: {reason}", number) for reason, number in file.left_out.items()]
        found += [("files not read", name, "", 1) for name in self.files_not_read]
        found += [
            ("instance", "", "children", self.num_children),
            ("instance", "", "children waiting", self.num_waiting),
            ("instance", "", "children who may move", self.num_movable),
            ("instance", "", "settings", self.num_settings),
        ]
        found += [("where children live", "", what, number) for what, number in self.lives.items()]
        found += [("where children live, SSDA903 PLACE", "", code, number) for code, number in self.places.items()]
        for whose, counts in self.precision.items():
            found += [("how closely places are known", whose, str(p), counts[p]) for p in Precision if counts.get(p)]
        found += [("postcodes that do not exist", column, "", n) for column, n in self.invalid_postcodes.items()]
        found += [("codes that no list has", code, "left absent", n) for code, n in self.unknown_codes.items()]
        found += [("not in the files", name, taken, number) for name, number, taken in self.absent]
        found += [("notes", "", note, number) for note, number in self.notes.items()]
        return found

    def lines(self) -> list[str]:
        """The report as lines of text for a terminal."""
        lines = [f"import for {self.date.isoformat()}"]
        part = ""
        for heading, about, what, number in self.rows():
            if heading != part:
                part = heading
                lines.append(heading)
            lines.append(f"  {number:>7,}  {': '.join(text for text in (about, what) if text)}")
        if self.unreadable:
            lines += ["cells that could not be read", *(f"  {fault}" for fault in self.unreadable)]
        return lines

    def sheets(self) -> dict[str, tuple[tuple[str, ...], list[Row]]]:
        """The report as tables, in the shape that ``rightplace.files.write_sheets`` takes."""
        columns = ("part", "about", "what", "number")
        rows: list[Row] = [dict(zip(columns, row, strict=True)) for row in self.rows()]
        sheets: dict[str, tuple[tuple[str, ...], list[Row]]] = {"import_report": (columns, rows)}
        if self.unreadable:
            names = ("table", "row", "column", "value", "expected")
            faults: list[Row] = [{name: getattr(fault, name) for name in names} for fault in self.unreadable]
            sheets["unreadable"] = (names, faults)
        return sheets

    def as_dict(self) -> dict[str, Any]:
        """The report as plain values for JSON."""
        return {
            "date": self.date.isoformat(),
            "adds_up": self.adds_up(),
            "files": [
                {
                    "source": file.source,
                    "kind": file.kind,
                    "num_rows": file.num_rows,
                    "num_used": file.num_used,
                    "left_out": dict(file.left_out),
                }
                for file in self.files
            ],
            "files_not_read": list(self.files_not_read),
            "num_children": self.num_children,
            "num_waiting": self.num_waiting,
            "num_movable": self.num_movable,
            "num_settings": self.num_settings,
            "lives": dict(self.lives),
            "places": dict(self.places),
            "precision": {whose: dict(counts) for whose, counts in self.precision.items()},
            "invalid_postcodes": dict(self.invalid_postcodes),
            "unknown_codes": dict(self.unknown_codes),
            "absent": [{"field": name, "number": number, "taken": taken} for name, number, taken in self.absent],
            "notes": dict(self.notes),
            "unreadable": [str(fault) for fault in self.unreadable],
        }
