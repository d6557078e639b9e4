"""A linear program in the words of an MPS file: rows, columns, right-hand sides, ranges and bounds.

Words are separated by blanks, so names have none. Minimised; without an upper bound a column has none, integer or not.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from rightplace.benchmarks.readers.tokens import is_number, text_of
from rightplace.errors import Fault, InstanceError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rightplace.program import Floats

_BOUNDS = ("UP", "LO", "FX", "FR", "MI", "PL", "BV", "UI", "LI")
_WITHOUT_VALUE = ("FR", "MI", "PL", "BV")


class Words:
    """The lines of a keyword file as words, and the faults found in them."""

    def __init__(self, path: Path) -> None:
        self.table = str(path)
        self.faults: list[Fault] = []
        self._text = text_of(path)
        self.row = 0
        self.section = ""

    def __iter__(self) -> Iterator[tuple[bool, list[str]]]:
        """(whether it is a section's head, words) of each line that says something; ``section`` is where it stands."""
        for row, line in enumerate(self._text.split("\n"), start=1):
            words = line.split()
            if words and not line.startswith("*"):
                self.row = row
                is_head = not line[0].isspace()
                self.section = words[0].upper() if is_head else self.section
                yield is_head, words

    def fault(self, value: str | None, expected: str, row: int | None = None) -> None:
        """Remember a fault, in the line at hand unless another is named."""
        self.faults.append(Fault(self.table, self.row if row is None else row, None, value, expected))

    def number(self, text: str) -> float:
        """A finite number; otherwise a fault and 0."""
        if is_number(text):
            return float(text)
        self.fault(text, "a number")
        return 0.0

    def refuse(self) -> None:
        """Raise the faults, if there are any; that the last section is ENDATA is looked at here."""
        if self.section != "ENDATA":
            self.fault(None, "ENDATA at the end: the file is cut off")
        if self.faults:
            raise InstanceError(self.faults)


@dataclass(slots=True)
class Core:
    """What the .cor file says, by name. ``kinds``: N, L, G or E of each row; the first N row is the objective."""

    kinds: dict[str, str] = field(default_factory=dict)
    objective: str = ""
    entries: dict[str, dict[str, float]] = field(default_factory=dict)
    is_integer: dict[str, bool] = field(default_factory=dict)
    right: dict[str, float] = field(default_factory=dict)
    right_name: str = "RHS"
    ranges: dict[str, float] = field(default_factory=dict)
    lower: dict[str, float] = field(default_factory=dict)
    upper: dict[str, float] = field(default_factory=dict)

    def limits(self, rows: list[str], right: Floats) -> tuple[Floats, Floats]:
        """Lower and upper bounds of rows whose right-hand sides are ``right`` (..., rows)."""
        kinds = np.array([self.kinds[row] for row in rows])
        span = np.array([self.ranges.get(row, 0.0) for row in rows])
        has_range = np.array([row in self.ranges for row in rows], dtype=bool)
        below = np.where(has_range, np.where(kinds == "E", np.maximum(-span, 0.0), np.abs(span)), np.inf)
        above = np.where(has_range, np.where(kinds == "E", np.maximum(span, 0.0), np.abs(span)), np.inf)
        equal = (kinds == "E") & ~has_range
        below, above = np.where(equal | (kinds == "G"), 0.0, below), np.where(equal | (kinds == "L"), 0.0, above)
        return right - below, right + above

    def matrix(self, rows: list[str], columns: list[str]) -> Any:
        """The numbers of some rows and columns, as a sparse matrix by rows."""
        from scipy.sparse import csr_matrix

        at = {row: position for position, row in enumerate(rows)}
        found = [
            (at[row], position, value)
            for position, column in enumerate(columns)
            for row, value in self.entries[column].items()
            if row in at
        ]
        row_at, column_at, values = zip(*found, strict=True) if found else ((), (), ())
        return csr_matrix((np.array(values, dtype=np.float64), (row_at, column_at)), shape=(len(rows), len(columns)))


class _CoreReader:
    def __init__(self, path: Path) -> None:
        self.words = Words(path)
        self.core = Core()
        self.in_integers = False

    def read(self) -> Core:
        for is_head, words in self.words:
            if is_head:
                self._head(self.words.section, words)
            else:
                self._line(self.words.section, words)
        if not self.core.objective:
            self.words.fault(None, "a row of kind N, the objective", row=1)
        self.words.refuse()
        return self.core

    def _head(self, section: str, words: list[str]) -> None:
        if section not in ("NAME", "ROWS", "COLUMNS", "RHS", "RANGES", "BOUNDS", "ENDATA"):
            self.words.fault(words[0], "NAME, ROWS, COLUMNS, RHS, RANGES, BOUNDS or ENDATA")

    def _line(self, section: str, words: list[str]) -> None:
        match section:
            case "ROWS":
                self._row(words)
            case "COLUMNS":
                self._column(words)
            case "RHS":
                self._right(words)
            case "RANGES":
                for row, value in self._pairs(words[1:] if len(words) % 2 else words):
                    self.core.ranges[row] = value
            case "BOUNDS":
                self._bound(words)
            case _:
                self.words.fault(" ".join(words), "a line of a section ROWS, COLUMNS, RHS, RANGES or BOUNDS")

    def _row(self, words: list[str]) -> None:
        if len(words) != 2 or words[0].upper() not in "NLGE" or words[1] in self.core.kinds:
            self.words.fault(" ".join(words), "a kind (N, L, G or E) and the name of a new row")
            return
        kind, name = words[0].upper(), words[1]
        self.core.kinds[name] = kind
        if kind == "N" and not self.core.objective:
            self.core.objective = name

    def _column(self, words: list[str]) -> None:
        if len(words) == 3 and words[1].strip("'").upper() == "MARKER":
            marker = words[2].strip("'").upper()
            if marker not in ("INTORG", "INTEND"):
                self.words.fault(words[2], "INTORG or INTEND")
            self.in_integers = marker == "INTORG"
            return
        column = self.core.entries.setdefault(words[0], {})
        self.core.is_integer.setdefault(words[0], self.in_integers)
        for row, value in self._pairs(words[1:]):
            if row in column:
                self.words.fault(row, f"one number for column {words[0]} in this row, not a second")
            column[row] = value

    def _right(self, words: list[str]) -> None:
        if len(words) % 2:
            self.core.right_name, words = words[0], words[1:]
        for row, value in self._pairs(words):
            if row in self.core.right:
                self.words.fault(row, "one right-hand side for this row, not a second")
            if row == self.core.objective and value:
                self.words.fault(str(value), "no constant in the objective")
            self.core.right[row] = value

    def _pairs(self, words: list[str]) -> list[tuple[str, float]]:
        """(row, number) pairs; a row must be known."""
        if len(words) not in (2, 4):
            self.words.fault(" ".join(words), "one or two pairs of a row and a number")
            return []
        for row in words[::2]:
            if row not in self.core.kinds:
                self.words.fault(row, "the name of a row")
        found = zip(words[::2], map(self.words.number, words[1::2]), strict=True)
        return [(row, value) for row, value in found if row in self.core.kinds]

    def _bound(self, words: list[str]) -> None:
        kind = words[0].upper()
        num = 2 if kind in _WITHOUT_VALUE else 3
        if kind not in _BOUNDS or len(words) not in (num, num + 1):
            self.words.fault(" ".join(words), f"a bound ({', '.join(_BOUNDS)}), its set, a column and a number")
            return
        column = words[-1] if kind in _WITHOUT_VALUE else words[-2]
        if column not in self.core.entries:
            self.words.fault(column, "the name of a column")
            return
        value = {"BV": 1.0, "MI": -np.inf}.get(kind, np.inf)
        if kind not in _WITHOUT_VALUE:
            value = self.words.number(words[-1])
        if kind in ("LO", "LI", "FX", "MI"):
            self.core.lower[column] = value
        if kind in ("UP", "UI", "FX", "BV", "PL"):
            self.core.upper[column] = value
        if kind == "FR":
            self.core.lower[column], self.core.upper[column] = -np.inf, np.inf
        if kind in ("BV", "UI", "LI"):
            self.core.is_integer[column] = True
        if self.core.lower.get(column, 0.0) > self.core.upper.get(column, np.inf):
            self.words.fault(" ".join(words), "an upper bound that is not below the lower one (0 unless it is given)")


def read_core(path: Path) -> Core:
    """The program of a .cor or .mps file.

    Raises
    ------
    InstanceError
        With every fault of the file.
    """
    return _CoreReader(path).read()
