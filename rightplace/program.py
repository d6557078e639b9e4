"""Program: a solver-neutral mixed-integer linear program in arrays, with named blocks and ordered objectives.

The one thing that models and solvers share. Columns and rows come in named blocks, so that every number of an exported
file can be traced to a constraint family of the documentation.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
MANY_COLUMNS = 1_500_000
"""From so many columns on a program is solved part by part, and rows are made on demand: more than a region has."""
_WHOLE = 1e-6
"""A side this near to a whole number is one."""

_ROUNDING = 1e-6
"""How far from a whole number a solver may leave a column that stands on one."""


class Domain(IntEnum):
    """What values a column may take. IMPLIED columns are integral in some optimal solution without being told so."""

    CONTINUOUS = 0
    INTEGER = 1
    IMPLIED = 2


@dataclass(frozen=True, slots=True)
class Objective:
    """One tier: minimise ``costs @ x``, all coefficients whole numbers. Earlier tiers come before later ones.

    ``least``: the model knows that no feasible point has a smaller value.
    """

    name: str
    costs: Floats
    least: float = -np.inf


class OnDemand(Protocol):
    """A block of rows, each at most some number and with positive entries only, too many to be made all at once."""

    @property
    def name(self) -> str:
        """The name of the block."""

    def among(self, columns: Ints, held: Ints) -> tuple[Ints, Ints, Floats, Floats]:
        """The rows that some columns need while others are held at 1 and all the rest at 0.

        Row, column and value of each entry, those of equal places to be added up, and the upper side of each row.
        """

    def leading(self, num_columns: int) -> Mask:
        """Per column of the program: some row needs it to be broken; no row is, where none of these is at 1."""

    def worst_violation(self, point: Floats) -> float:
        """0 where a point of whole columns keeps all rows, else at least 1."""

    def stands_against(self, column: int, taken: set[int]) -> bool:
        """Whether a column breaks a row together with columns that are at 1."""


@dataclass(frozen=True, slots=True)
class Program:
    """Minimise the objectives one after another, subject to ``row_lower <= A x <= row_upper``, ``lower <= x <= upper``.

    Parameters
    ----------
    row_starts, row_columns, row_values
        A by rows (compressed sparse row form).
    domains
        ``Domain`` of each column, as small integers.
    column_blocks, row_blocks
        Name to the half-open range of positions, in order.
    start
        A feasible point to begin with, or ``None``.
    lazy_blocks
        Names of row blocks of which few rows bind: a solver may leave each row out until a point breaks it.
    on_demand
        A block of lazy rows that is not among the rows; ``whole`` adds it.
    """

    lower: Floats
    upper: Floats
    domains: NDArray[np.int8]
    row_starts: Ints
    row_columns: Ints
    row_values: Floats
    row_lower: Floats
    row_upper: Floats
    objectives: tuple[Objective, ...]
    column_blocks: dict[str, range]
    row_blocks: dict[str, range]
    start: Floats | None = None
    lazy_blocks: frozenset[str] = frozenset()
    on_demand: OnDemand | None = None

    @property
    def num_columns(self) -> int:
        """Number of columns."""
        return len(self.lower)

    @property
    def num_rows(self) -> int:
        """Number of rows."""
        return len(self.row_lower)

    def value(self, objective: Objective, point: Floats) -> int:
        """The value of an objective at a feasible point: exact where all is whole, else to the nearest whole number.

        What is whole but for the solver's rounding is taken as whole; a continuous column may stand in between.
        """
        taken = np.flatnonzero(point)
        found, near = point[taken], np.round(point[taken])
        is_between = (self.domains[taken] == Domain.CONTINUOUS) & (np.abs(found - near) > _ROUNDING)
        return round(float(objective.costs[taken] @ np.where(is_between, found, near)))

    def trivial_bound(self, objective: Objective) -> int:
        """What no point is below: as the model knows, and as the columns' own bounds say."""
        priced = np.flatnonzero(objective.costs)
        costs = objective.costs[priced]
        least = np.minimum(costs * self.lower[priced], costs * self.upper[priced])
        return int(max(objective.least, np.floor(least.sum())))

    def worst_violation(self, point: Floats) -> float:
        """The largest amount by which a point breaks a bound, a row or integrality (0 when it is feasible)."""
        activity = np.bincount(self.entry_rows, self.row_values * point[self.row_columns], minlength=self.num_rows)
        parts = [self.lower - point, point - self.upper, self.row_lower - activity, activity - self.row_upper]
        whole = self.domains == Domain.INTEGER
        parts.append(np.abs(point - np.round(point))[whole])
        worst = max((float(part.max()) for part in parts if len(part)), default=0.0)
        return worst if self.on_demand is None else max(worst, self.on_demand.worst_violation(point))

    def whole(self) -> Program:
        """The same program with the rows on demand among the others."""
        if self.on_demand is None:
            return self
        nothing = np.zeros(0, dtype=np.int64)
        rows, columns, values, upper = self.on_demand.among(np.arange(self.num_columns), nothing)
        if not len(upper):
            return replace(self, on_demand=None)
        full = self.with_rows(self.on_demand.name, *added_up(rows, columns, values), upper)
        return replace(full, lazy_blocks=self.lazy_blocks | {self.on_demand.name}, on_demand=None)

    def blended(self) -> Program:
        """The same program with one objective that orders points as the tiers do.

        Each tier is weighted by one more than the range of everything after it. The weights may exceed what floating
        point can add exactly; solvers that take several objectives should take the tiers.
        """
        blend, weight = np.zeros(self.num_columns), 1.0
        for objective in reversed(self.objectives):
            blend = blend + weight * objective.costs
            weight *= 1.0 + float(np.abs(objective.costs * (self.upper - self.lower)).sum())
        return replace(self, objectives=(Objective("blended", blend),))

    @property
    def entry_rows(self) -> Ints:
        """The row of each entry of A, beside ``row_columns`` and ``row_values``."""
        return np.repeat(np.arange(self.num_rows), np.diff(self.row_starts))

    @property
    def matrix(self) -> Any:
        """A as a ``scipy.sparse.csr_array``, with short positions where they fit."""
        from scipy.sparse import csr_array

        width = np.int32 if max(len(self.row_columns), self.num_columns) < 2**31 else np.int64
        entries = (self.row_values, self.row_columns.astype(width), self.row_starts.astype(width))
        return csr_array(entries, shape=(self.num_rows, self.num_columns))

    def only(self, columns: Ints) -> Program:
        """The same program with some of its columns, given in ascending order; the others are 0. Every row stays."""
        if self.on_demand is not None:
            return self.whole().only(columns)
        at = np.full(self.num_columns, -1, dtype=np.int64)
        at[columns] = np.arange(len(columns))
        kept = at[self.row_columns] >= 0
        sizes = np.bincount(self.entry_rows[kept], minlength=self.num_rows)
        ends = {name: np.searchsorted(columns, [block.start, block.stop]) for name, block in self.column_blocks.items()}
        return replace(
            self,
            lower=self.lower[columns],
            upper=self.upper[columns],
            domains=self.domains[columns],
            row_starts=np.concatenate([[0], np.cumsum(sizes)]),
            row_columns=at[self.row_columns[kept]],
            row_values=self.row_values[kept],
            objectives=tuple(replace(objective, costs=objective.costs[columns]) for objective in self.objectives),
            column_blocks={name: range(int(first), int(last)) for name, (first, last) in ends.items() if first < last},
            start=None if self.start is None else self.start[columns],
        )

    def with_row(self, costs: Floats, upper: float) -> Program:
        """The same program with ``costs @ x <= upper`` as a last row: how a tier is held for the next."""
        columns = np.flatnonzero(costs)
        rows = np.zeros(len(columns), dtype=np.int64)
        return self.with_rows(f"tier_{len(self.row_blocks)}", rows, columns, costs[columns], np.array([upper]))

    def with_rows(self, name: str, rows: Ints, columns: Ints, values: Floats, upper: Floats) -> Program:
        """The same program with a block of rows at the end, each at most ``upper``; entries sorted by row."""
        sizes = np.bincount(rows, minlength=len(upper))
        return replace(
            self,
            row_starts=np.concatenate([self.row_starts, self.row_starts[-1] + np.cumsum(sizes)]),
            row_columns=np.concatenate([self.row_columns, columns]),
            row_values=np.concatenate([self.row_values, values]),
            row_lower=np.concatenate([self.row_lower, np.full(len(upper), -np.inf)]),
            row_upper=np.concatenate([self.row_upper, upper]),
            row_blocks=self.row_blocks | {name: range(self.num_rows, self.num_rows + len(upper))},
        )

    def with_whole_sides(self) -> Program:
        """The same program; rows of whole columns with whole entries have whole sides, so that fractions reach less."""
        is_whole = (self.domains[self.row_columns] == Domain.INTEGER) & (self.row_values == np.round(self.row_values))
        rows = np.bincount(self.entry_rows, ~is_whole, self.num_rows) == 0
        lower, upper = np.ceil(self.row_lower - _WHOLE), np.floor(self.row_upper + _WHOLE)
        return replace(
            self, row_lower=np.where(rows, lower, self.row_lower), row_upper=np.where(rows, upper, self.row_upper)
        )

    def without_rows(self, rows: Ints) -> Program:
        """The same program without some of its rows; the names of blocks of rows are left out."""
        if not len(rows):
            return self
        kept = np.ones(self.num_rows, dtype=bool)
        kept[rows] = False
        entries = np.repeat(kept, np.diff(self.row_starts))
        return replace(
            self,
            row_starts=np.concatenate([[0], np.cumsum(np.diff(self.row_starts)[kept])]),
            row_columns=self.row_columns[entries],
            row_values=self.row_values[entries],
            row_lower=self.row_lower[kept],
            row_upper=self.row_upper[kept],
            row_blocks={},
        )


@dataclass(frozen=True, slots=True)
class _Rows:
    """A block of rows in compressed sparse row form; columns and values in half the width, to save memory."""

    name: str
    starts: Ints
    columns: NDArray[np.int32]
    values: NDArray[np.float32] | Floats
    lower: Floats
    upper: Floats


def _sorted_rows(name: str, rows: Ints, columns: Ints, values: Floats, lower: Floats, upper: Floats) -> _Rows:
    rows, columns, values = added_up(rows, columns, values)
    short = values.astype(np.float32)
    kept = short if (short == values).all() else values
    starts = np.searchsorted(rows, np.arange(len(lower) + 1))
    return _Rows(name, starts, columns.astype(np.int32), kept, lower.copy(), upper.copy())


def added_up(rows: Ints, columns: Ints, values: Floats) -> tuple[Ints, Ints, Floats]:
    """Triplets by row and column, those of equal places added up."""
    rows, columns = rows.astype(np.int64), columns.astype(np.int64)
    key = rows * (int(columns.max(initial=0)) + 1) + columns
    step = np.diff(key, prepend=-1)
    if (step < 0).any():
        order = np.argsort(key, kind="stable")
        rows, columns, values = rows[order], columns[order], values[order]
        step = np.diff(key[order], prepend=-1)
    first = np.flatnonzero(step)
    if len(first) < len(key):
        rows, columns, values = rows[first], columns[first], np.add.reduceat(values, first)
    return rows, columns, values.astype(np.float64)


class ProgramBuilder:
    """Collects blocks of columns and rows, then makes the frozen ``Program``."""

    def __init__(self) -> None:
        self._num_columns = 0
        self._columns: list[tuple[str, Floats, Floats, NDArray[np.int8]]] = []
        self._rows: list[_Rows] = []
        self._lazy: set[str] = set()

    def add_columns(self, name: str, num: int, domain: Domain, upper: float = 1.0) -> Ints:
        """Add a block of columns in [0, upper]; returns their positions.

        Raises
        ------
        ValueError
            When there is a block of that name.
        """
        _refuse_twice(name, (block[0] for block in self._columns))
        self._columns.append((name, np.zeros(num), np.full(num, upper), np.full(num, int(domain), dtype=np.int8)))
        first, self._num_columns = self._num_columns, self._num_columns + num
        return np.arange(first, first + num)

    def add_rows(
        self,
        name: str,
        rows: Any,
        columns: Any,
        values: Any,
        lower: Any,
        upper: Any,
        num: int | None = None,
        *,
        is_lazy: bool = False,
    ) -> None:
        """Add a block of rows given as (row within the block, column, value) triplets; equal places add up.

        ``lower`` and ``upper`` are scalars or one number a row; ``num`` is the number of rows when they are scalars
        and the last rows may be empty. ``is_lazy``: few of the rows will bind (``Program.lazy_blocks``).

        Raises
        ------
        ValueError
            When there is a block of that name.
        """
        _refuse_twice(name, (block.name for block in self._rows))
        rows = np.asarray(rows, dtype=np.int64)
        columns = np.asarray(columns, dtype=np.int64)
        values = np.broadcast_to(np.asarray(values, dtype=np.float64), columns.shape)
        if num is None:
            num = len(lower) if np.ndim(lower) else len(upper) if np.ndim(upper) else int(rows.max(initial=-1)) + 1
        low = np.broadcast_to(np.asarray(lower, dtype=np.float64), (num,))
        high = np.broadcast_to(np.asarray(upper, dtype=np.float64), (num,))
        self._rows.append(_sorted_rows(name, rows, columns, values, low, high))
        if is_lazy:
            self._lazy.add(name)

    def add_rows_of(self, program: Program) -> None:
        """Add the rows of another program, block by block; its columns are the first ones here."""
        for name, rows in program.row_blocks.items():
            taken = slice(program.row_starts[rows.start], program.row_starts[rows.stop])
            self.add_rows(
                name,
                program.entry_rows[taken] - rows.start,
                program.row_columns[taken],
                program.row_values[taken],
                program.row_lower[rows.start : rows.stop],
                program.row_upper[rows.start : rows.stop],
            )

    def build(self, objectives: Sequence[Objective]) -> Program:
        """The program so far, with empty blocks left out."""
        num_entries = [0, *np.cumsum([len(block.columns) for block in self._rows]).tolist()]
        starts = [block.starts[1:] + first for block, first in zip(self._rows, num_entries, strict=False)]
        return Program(
            lower=_joined((block[1] for block in self._columns), np.float64),
            upper=_joined((block[2] for block in self._columns), np.float64),
            domains=_joined((block[3] for block in self._columns), np.int8),
            row_starts=_joined([np.zeros(1, dtype=np.int64), *starts], np.int64),
            row_columns=_joined((block.columns for block in self._rows), np.int64),
            row_values=_joined((block.values for block in self._rows), np.float64),
            row_lower=_joined((block.lower for block in self._rows), np.float64),
            row_upper=_joined((block.upper for block in self._rows), np.float64),
            objectives=tuple(objectives),
            column_blocks=_ranges((name, len(low)) for name, low, _, _ in self._columns),
            row_blocks=_ranges((block.name, len(block.lower)) for block in self._rows),
            lazy_blocks=frozenset(self._lazy),
        )

    @property
    def num_columns(self) -> int:
        """Columns added so far."""
        return self._num_columns


def _refuse_twice(name: str, names: Iterable[str]) -> None:
    if name in set(names):
        raise ValueError(f"a block called {name!r} is there already")


def _joined(parts: Iterable[NDArray[Any]], dtype: Any) -> NDArray[Any]:
    listed = list(parts)
    return np.concatenate(listed, dtype=dtype) if listed else np.zeros(0, dtype=dtype)


def _ranges(sizes: Iterable[tuple[str, int]]) -> dict[str, range]:
    blocks: dict[str, range] = {}
    first = 0
    for name, size in sizes:
        if size:
            blocks[name] = range(first, first + size)
        first += size
    return blocks
