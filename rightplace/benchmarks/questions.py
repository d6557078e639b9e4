"""What a solver is asked in the bench, and who judges its answer.

A question is a program with one objective in whole numbers, and a judge that recomputes the value of a point and looks
for faults without the program: the certificate for placements, ``evaluation`` for public problems.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from rightplace.program import Domain, Floats, Program


@dataclass(frozen=True, slots=True)
class Judged:
    """What the judge says of a point: its value in the question's own unit, and every fault in a sentence."""

    value: float
    faults: tuple[str, ...]


class Question(ABC):
    """One instance as solvers see it.

    Attributes
    ----------
    name
        Of the instance.
    program
        One objective; a start where one is known.
    scale
        The program's objective is so many times the question's own.
    """

    name: str
    program: Program
    scale: int = 1

    @property
    @abstractmethod
    def instance_digest(self) -> str:
        """SHA-256 of the instance, in hexadecimal."""

    @property
    def digest(self) -> str:
        """SHA-256 of the mathematics."""
        return program_digest(self.program)

    @abstractmethod
    def judged(self, point: Floats) -> Judged:
        """Value and faults of a point of the program, found without the program."""

    def flow_bound(self) -> float | None:
        """The value of the min-cost flow relaxation, which no answer is below; ``None`` where there is none."""
        return None

    @cached_property
    def is_whole(self) -> bool:
        """Every value that a feasible point can have is a whole number of the program's units."""
        costs = self.program.objectives[0].costs
        return not costs[self.program.domains == Domain.CONTINUOUS].any()

    def keeps(self, value: float, claimed: float | None) -> bool:
        """Whether an answer costs no more than a solver claims, up to rounding where values are not whole.

        It may cost less: a point far from the best can leave a saving unused that the answer has all the same, such as
        a bed of a block. Then the judge's value counts; a bound above it is a contradiction, whoever claims it.
        """
        if claimed is None:
            return False
        tolerance = 0.5 / self.scale if self.is_whole else 1e-5 * max(1.0, abs(value))
        return value - claimed <= tolerance

    def own(self, value: float) -> float:
        """A value of the program in the question's own unit."""
        return value / self.scale


def program_digest(program: Program) -> str:
    """SHA-256 of a program's arrays: rows, bounds, domains and objectives, not its start nor names of blocks."""
    sums = hashlib.sha256()
    parts: list[Any] = [
        program.lower, program.upper, program.domains, program.row_starts, program.row_columns, program.row_values,
        program.row_lower, program.row_upper, *(objective.costs for objective in program.objectives),
    ]  # fmt: skip
    for part in parts:
        kind = "<i8" if part.dtype.kind in "iu" else "<f8"
        sums.update(f"{part.shape}:".encode())
        sums.update(np.ascontiguousarray(part + 0, dtype=kind).tobytes())
    return sums.hexdigest()
