"""HiGHS directly: arrays in, a start, callbacks for progress and for stopping. The only file that knows ``highspy``."""

from __future__ import annotations

import os
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import highspy
import numpy as np

from rightplace.errors import SolverError
from rightplace.program import Domain, Floats, Ints, Objective, Program
from rightplace.solver.outcome import Answer, Limit, Progress, Reason, SolveOptions, claim

if TYPE_CHECKING:
    from collections.abc import Iterator

_START_WITHIN = 1e-6
"""Rows and bounds that a start may miss."""
_SOON_SECONDS = 1.0
"""The longest that ``minimise_soon`` may take."""
_LOST = (highspy.HighsModelStatus.kUnknown, highspy.HighsModelStatus.kSolveError, highspy.HighsModelStatus.kNotset)
_WHOLE = 1e-7
"""A bound this near to a whole number is one."""
_TYPES = {
    Domain.CONTINUOUS: highspy.HighsVarType.kContinuous,
    Domain.INTEGER: highspy.HighsVarType.kInteger,
    Domain.IMPLIED: highspy.HighsVarType.kContinuous,
}


def version() -> str:
    """The version of HiGHS."""
    return str(highspy.Highs().version())


def model_of(program: Program, objective: Objective) -> Any:
    """A program with one of its objectives as a HiGHS model."""
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = program.num_columns, program.num_rows
    lp.col_cost_ = objective.costs
    lp.col_lower_, lp.col_upper_ = _whole_bounds(program)
    lp.row_lower_, lp.row_upper_ = program.row_lower, program.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = program.row_starts
    lp.a_matrix_.index_ = program.row_columns
    lp.a_matrix_.value_ = program.row_values
    kinds = np.array([_TYPES[domain] for domain in Domain], dtype=object)
    lp.integrality_ = list(kinds[program.domains])
    model = highspy.HighsModel()
    model.lp_ = lp
    return model


def _whole_bounds(program: Program) -> tuple[Floats, Floats]:
    """Bounds of the columns, those of integer ones whole.

    HiGHS 1.12 takes points that are not the best for optimal where an integer column has a bound such as 1.145.
    """
    lower, upper = np.ceil(program.lower - _WHOLE), np.floor(program.upper + _WHOLE)
    rounds = (program.domains == Domain.INTEGER) & (lower <= upper)
    return np.where(rounds, lower, program.lower), np.where(rounds, upper, program.upper)


def minimise(program: Program, objective: Objective, options: SolveOptions) -> Answer:
    """Minimise one objective with HiGHS; see ``solver.answer.Minimise``.

    Raises
    ------
    SolverError
        When HiGHS refuses the model or ends in a status that makes no sense here.
    """
    highs = highspy.Highs()
    _quietly(highs, options)
    highs.setOptionValue("time_limit", options.time_limit_seconds)
    highs.setOptionValue("mip_rel_gap", options.relative_gap)
    highs.setOptionValue("mip_abs_gap", 0.5)
    highs.setOptionValue("mip_heuristic_run_feasibility_jump", False)
    if highs.passModel(model_of(program, objective)) == highspy.HighsStatus.kError:
        raise SolverError("HiGHS refuses the model")
    if program.start is not None and _takes_start(program, program.start):
        solution = highspy.HighsSolution()
        solution.col_value = list(program.start)
        highs.setSolution(solution)
    _watch(highs, objective.name, options)
    _run_interruptibly(highs)
    return _answer(highs, options)


def _takes_start(program: Program, start: Floats) -> bool:
    """HiGHS 1.12 may end without any status from a start that misses rows, or of a program without whole columns."""
    return bool((program.domains == Domain.INTEGER).any()) and program.worst_violation(start) <= _START_WITHIN


def minimise_soon(program: Program, objective: Objective, options: SolveOptions) -> Answer:
    """``minimise`` for a program without a start that takes milliseconds: a thread is not worth it, signals wait."""
    highs = highspy.Highs()
    _quietly(highs, options)
    highs.setOptionValue("time_limit", min(options.time_limit_seconds, _SOON_SECONDS))
    highs.setOptionValue("mip_abs_gap", 0.5)
    highs.setOptionValue("mip_rel_gap", 0.0)
    if highs.passModel(model_of(program, objective)) == highspy.HighsStatus.kError:
        raise SolverError("HiGHS refuses the model")
    _run_here(highs)
    return _answer(highs, options)


class GrowingLP:
    """The linear relaxation of some columns and rows of a program; it grows and goes on from where it stood.

    Parameters
    ----------
    program
        Of which columns and rows are positions. Columns that are left out are 0.
    costs
        One for each column of the program.
    """

    def __init__(self, program: Program, costs: Floats, columns: Ints, rows: Ints, options: SolveOptions) -> None:
        self.program = program
        self.columns = columns
        self.rows = rows
        self.is_infeasible = False
        self._costs = costs
        self._options = options
        self._highs = highspy.Highs()
        _quietly(self._highs, options)
        self._highs.setOptionValue("solver", "simplex")
        self._stop_with(options)
        empty = replace(
            program,
            lower=program.lower[columns],
            upper=program.upper[columns],
            domains=np.zeros(len(columns), dtype=np.int8),
            row_starts=np.zeros(1, dtype=np.int64),
            row_columns=columns[:0],
            row_values=costs[:0],
            row_lower=costs[:0],
            row_upper=costs[:0],
        )
        self._highs.passModel(model_of(empty, Objective("relaxation", costs[columns])))
        self.rows = rows[:0]
        self.add_rows(program, rows)

    def _stop_with(self, options: SolveOptions) -> None:
        def interrupt(event: Any) -> None:
            event.data_in.user_interrupt = options.stop.is_set()

        self._highs.cbSimplexInterrupt += interrupt

    def add_columns(self, columns: Ints) -> None:
        """Let more columns take part."""
        at, rows, values = _entries(self.program, columns, self.rows)
        order = np.argsort(at, kind="stable")
        starts = np.searchsorted(at[order], np.arange(len(columns)))
        low, high = self.program.lower[columns], self.program.upper[columns]
        self._highs.addCols(
            len(columns), self._costs[columns], low, high, len(at),
            starts.astype(np.int32), rows[order].astype(np.int32), values[order],
        )  # fmt: skip
        self.columns = np.concatenate([self.columns, columns])

    def add_rows(self, program: Program, rows: Ints) -> None:
        """Let more rows take part, of a program that has the rows so far and maybe others."""
        self.program = program
        at, rows_at, values = _entries(program, self.columns, rows)
        order = np.argsort(rows_at, kind="stable")
        starts = np.searchsorted(rows_at[order], np.arange(len(rows)))
        self._highs.addRows(
            len(rows), program.row_lower[rows], program.row_upper[rows], len(at),
            starts.astype(np.int32), at[order].astype(np.int32), values[order],
        )  # fmt: skip
        self.rows = np.concatenate([self.rows, rows])

    def set_upper(self, columns: Ints, upper: Floats) -> None:
        """Other upper bounds of some columns; of those that are left out nothing need be said."""
        at = self._positions(columns, self.columns, self.program.num_columns)
        taken = at >= 0
        low = self.program.lower[columns[taken]]
        self._highs.changeColsBounds(int(taken.sum()), at[taken].astype(np.int32), low, upper[taken])

    def set_row_upper(self, rows: Ints, upper: Floats) -> None:
        """Other upper sides of some rows; of those that are left out nothing need be said."""
        at = self._positions(rows, self.rows, self.program.num_rows)
        for position, row, side in zip(at.tolist(), rows.tolist(), upper.tolist(), strict=True):
            if position >= 0:
                self._highs.changeRowBounds(position, float(self.program.row_lower[row]), side)

    @staticmethod
    def _positions(wanted: Ints, taking_part: Ints, num: int) -> Ints:
        at = np.full(num, -1, dtype=np.int64)
        at[taking_part] = np.arange(len(taking_part))
        return at[wanted]

    def set_costs(self, costs: Floats) -> None:
        """Minimise something else from now on."""
        self._costs = costs
        positions = np.arange(len(self.columns), dtype=np.int32)
        self._highs.changeColsCost(len(positions), positions, costs[self.columns])

    def solve(self, seconds: float, *, primal: bool = False, is_short: bool = False) -> bool:
        """Solve, by the primal simplex method if asked to; ``False`` when a limit came first or nothing is feasible.

        ``is_infeasible`` tells the two apart. A short solve is not worth a thread: a signal waits for its end.

        Raises
        ------
        SolverError
            When HiGHS ends in any other way.
        """
        self.is_infeasible = False
        self._highs.setOptionValue("simplex_strategy", 4 if primal else 1)
        self._highs.setOptionValue("time_limit", self._highs.getRunTime() + max(seconds, 0.0))
        status = self._run(is_short=is_short)
        if status in _LOST:
            self._highs.clearSolver()  # from the start, without the basis that it lost its way from
            status = self._run(is_short=is_short)
        if status in (highspy.HighsModelStatus.kTimeLimit, highspy.HighsModelStatus.kInterrupt):
            return False
        self.is_infeasible = status == highspy.HighsModelStatus.kInfeasible
        if self.is_infeasible:
            return False
        if status != highspy.HighsModelStatus.kOptimal:
            raise SolverError(f"HiGHS on a relaxation: {self._highs.modelStatusToString(status)}")
        return True

    def _run(self, *, is_short: bool) -> highspy.HighsModelStatus:
        if is_short:
            _run_here(self._highs)
        else:
            self._highs.setOptionValue("threads", self._options.num_threads)
            _run_interruptibly(self._highs)
        return self._highs.getModelStatus()

    @property
    def value(self) -> float:
        """The value of the last solution."""
        return float(self._highs.getInfo().objective_function_value)

    @property
    def point(self) -> Floats:
        """The last solution, one entry for each column of the program."""
        point = np.zeros(self.program.num_columns)
        point[self.columns] = self._highs.getSolution().col_value
        return point

    @property
    def duals(self) -> Floats:
        """The row duals of the last solution, one for each row of the program; 0 for rows that are left out."""
        duals = np.zeros(self.program.num_rows)
        duals[self.rows] = self._highs.getSolution().row_dual
        return duals

    @property
    def reduced_costs(self) -> Floats:
        """The reduced costs of the last solution, one for each column of the program; 0 for those left out."""
        reduced = np.zeros(self.program.num_columns)
        reduced[self.columns] = self._highs.getSolution().col_dual
        return reduced

    @property
    def ray(self) -> Floats:
        """Row multipliers that show why nothing is feasible, one for each row of the program; all 0 if HiGHS has none.

        It may need a run without presolve to find them.
        """
        ray = np.zeros(self.program.num_rows)
        _, is_known, values = self._highs.getDualRay()
        if not is_known:
            self._highs.setOptionValue("presolve", "off")
            _run_here(self._highs)
            _, is_known, values = self._highs.getDualRay()
            self._highs.setOptionValue("presolve", "choose")
        if is_known:
            ray[self.rows] = values
        return ray


def _entries(program: Program, columns: Ints, rows: Ints) -> tuple[Ints, Ints, Floats]:
    """The entries of A in some columns and rows: positions among the columns, among the rows, and values."""
    column_at = np.full(program.num_columns, -1, dtype=np.int64)
    column_at[columns] = np.arange(len(columns))
    row_at = np.full(program.num_rows, -1, dtype=np.int64)
    row_at[rows] = np.arange(len(rows))
    of_entry = np.repeat(row_at, np.diff(program.row_starts))
    taken = np.flatnonzero((of_entry >= 0) & (column_at[program.row_columns] >= 0))
    return column_at[program.row_columns[taken]], of_entry[taken], program.row_values[taken]


def _quietly(highs: Any, options: SolveOptions) -> None:
    highs.setOptionValue("output_flag", True)
    highs.setOptionValue("log_to_console", False)
    highs.setOptionValue("threads", options.num_threads)
    highs.setOptionValue("random_seed", options.seed)


def _watch(highs: Any, tier: str, options: SolveOptions) -> None:
    """Report progress and honour ``options.stop`` from HiGHS's own callbacks."""
    began = time.perf_counter()

    def interrupt(event: Any) -> None:
        event.data_in.user_interrupt = options.stop.is_set()

    def report(event: Any) -> None:
        out = event.data_out
        if options.progress is not None:
            found = out.mip_primal_bound if abs(out.mip_primal_bound) < 1e30 else None
            bound = out.mip_dual_bound if abs(out.mip_dual_bound) < 1e30 else None
            options.progress(Progress(tier, time.perf_counter() - began, found, bound))

    highs.cbMipInterrupt += interrupt
    highs.cbSimplexInterrupt += interrupt
    if options.progress is not None:
        highs.cbMipLogging += report


def _run_here(highs: Any) -> None:
    """Run HiGHS in the thread that asks, which may never ask for another number of threads: so always for one."""
    highs.setOptionValue("threads", 1)
    highs.run()


def _run_interruptibly(highs: Any) -> None:
    """Run HiGHS beside the main thread, so that a signal handler can run while HiGHS works."""
    failure: list[BaseException] = []

    def run() -> None:
        try:
            highs.run()
        except BaseException as error:
            failure.append(error)

    worker = threading.Thread(target=run, name="highs")
    with _without_chatter():
        worker.start()
        while worker.is_alive():
            worker.join(0.05)
    if failure:
        raise failure[0]


@contextmanager
def _without_chatter() -> Iterator[None]:
    """Keep what HiGHS 1.12 prints past its own log (a line for each repaired point) out of standard output.

    Of several at once the first one turns standard output away, and the last one turns it back.
    """
    with _silence.lock:
        if not _silence.num_inside:
            sys.stdout.flush()
            _silence.kept = os.dup(1)
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 1)
            os.close(nowhere)
        _silence.num_inside += 1
    try:
        yield
    finally:
        with _silence.lock:
            _silence.num_inside -= 1
            if not _silence.num_inside:
                os.dup2(_silence.kept, 1)
                os.close(_silence.kept)


class _Silence:
    """How many keep standard output turned away, and where it went before."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.num_inside = 0
        self.kept = -1


_silence = _Silence()


def _answer(highs: Any, options: SolveOptions) -> Answer:
    status = highs.getModelStatus()
    info = highs.getInfo()
    detail = f"HiGHS: {highs.modelStatusToString(status)}"
    known = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    values = np.array(highs.getSolution().col_value) if known else None
    statuses = highspy.HighsModelStatus
    if not any(kind != highspy.HighsVarType.kContinuous for kind in highs.getLp().integrality_):
        bound = info.objective_function_value if status == statuses.kOptimal else None
    else:
        bound = info.mip_dual_bound if abs(info.mip_dual_bound) < 1e30 else None
    if status == statuses.kOptimal and values is not None and bound is not None:
        return claim(values, info.objective_function_value, bound, detail)
    if status == statuses.kInfeasible:
        return Answer(Reason.INFEASIBLE, Limit.NONE, None, None, detail)
    if status in (statuses.kTimeLimit, statuses.kInterrupt):
        limit = Limit.INTERRUPT if options.stop.is_set() else Limit.TIME
        reason = Reason.FEASIBLE if values is not None else Reason.NO_SOLUTION
        return Answer(reason, limit, values, bound, detail)
    raise SolverError(f"{detail}; primal status {info.primal_solution_status}")
