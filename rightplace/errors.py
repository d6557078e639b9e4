"""The exceptions of rightplace.

RightplaceError
├── InstanceError     input refused: every fault of it, each with file, row, column, value and what was expected
├── PlanError         a plan file that cannot be read as a plan
└── SolverError       a back end failed or said something that makes no sense
    ├── NoFeasiblePoint   proven: nothing satisfies the limits
    └── BackendMissing
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "BackendMissing",
    "Fault",
    "InstanceError",
    "NoFeasiblePoint",
    "PlanError",
    "RightplaceError",
    "SolverError",
    "reason_of",
]


class RightplaceError(Exception):
    """Base of every exception that rightplace raises on purpose."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with the input, and where.

    Parameters
    ----------
    table
        File or sheet name, as the user sees it.
    row
        Row as a spreadsheet numbers it (the header is row 1); ``None`` when the fault is not in one row.
    column
        Column name; ``None`` when the fault is not in one column.
    value
        What was found, as text; ``None`` when nothing was found.
    expected
        What would have been accepted, in words.
    """

    table: str
    row: int | None
    column: str | None
    value: str | None
    expected: str

    def __str__(self) -> str:
        where = self.table
        if self.row is not None:
            where += f", row {self.row}"
        if self.column is not None:
            where += f", column {self.column}"
        found = "" if self.value is None else f" found {self.value!r};"
        return f"{where}:{found} expected {self.expected}"


class _Faulty(RightplaceError):
    """Carries all the faults of one input, in the order they were met."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        count = len(self.faults)
        super().__init__("\n".join([f"{count} fault{'s' if count != 1 else ''} found:", *map(str, self.faults)]))


class InstanceError(_Faulty):
    """The input was refused; ``faults`` lists everything wrong with it."""


class PlanError(_Faulty):
    """A plan file was refused; ``faults`` lists everything wrong with it."""


def reason_of(error: BaseException) -> str:
    """Why a file could not be read, in words for the user."""
    if isinstance(error, RecursionError):
        return "nested too deeply"
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


class SolverError(RightplaceError):
    """A back end failed; the message carries its raw status and the end of its log."""


class NoFeasiblePoint(SolverError):
    """It is proven that nothing satisfies the limits, whatever it costs."""


class BackendMissing(SolverError):
    """The named back end is not installed on this machine."""
