"""HiGHS directly: arrays in, a start, callbacks for progress and for stopping. The only file that knows ``highspy``."""

from __future__ import annotations

import threading
import time
from typing import Any

import highspy
import numpy as np

from rightplace.errors import SolverError
from rightplace.program import Domain, Objective, Program
from rightplace.solver.outcome import Answer, Limit, Progress, Reason, SolveOptions, claim

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
    lp.col_lower_, lp.col_upper_ = program.lower, program.upper
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


def minimise(program: Program, objective: Objective, options: SolveOptions) -> Answer:
    """Minimise one objective with HiGHS; see ``solver.answer.Minimise``.

    Raises
    ------
    SolverError
        When HiGHS refuses the model or ends in a status that makes no sense here.
    """
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", True)
    highs.setOptionValue("log_to_console", False)
    highs.setOptionValue("time_limit", options.time_limit_seconds)
    highs.setOptionValue("mip_rel_gap", options.relative_gap)
    highs.setOptionValue("mip_abs_gap", 0.5)
    highs.setOptionValue("threads", options.num_threads)
    highs.setOptionValue("random_seed", options.seed)
    highs.setOptionValue("mip_heuristic_run_feasibility_jump", False)
    if highs.passModel(model_of(program, objective)) == highspy.HighsStatus.kError:
        raise SolverError("HiGHS refuses the model")
    if program.start is not None:
        solution = highspy.HighsSolution()
        solution.col_value = list(program.start)
        highs.setSolution(solution)
    _watch(highs, objective.name, options)
    _run_interruptibly(highs)
    return _answer(highs, options)


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


def _run_interruptibly(highs: Any) -> None:
    """Run HiGHS beside the main thread, so that a signal handler can run while HiGHS works."""
    failure: list[BaseException] = []

    def run() -> None:
        try:
            highs.run()
        except BaseException as error:
            failure.append(error)

    worker = threading.Thread(target=run, name="highs")
    worker.start()
    while worker.is_alive():
        worker.join(0.05)
    if failure:
        raise failure[0]


def _answer(highs: Any, options: SolveOptions) -> Answer:
    status = highs.getModelStatus()
    info = highs.getInfo()
    detail = f"HiGHS: {highs.modelStatusToString(status)}"
    known = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    values = np.array(highs.getSolution().col_value) if known else None
    bound = info.mip_dual_bound if abs(info.mip_dual_bound) < 1e30 else None
    statuses = highspy.HighsModelStatus
    if status == statuses.kOptimal and values is not None and bound is not None:
        return claim(values, info.objective_function_value, bound, detail)
    if status == statuses.kInfeasible:
        return Answer(Reason.INFEASIBLE, Limit.NONE, None, None, detail)
    if status in (statuses.kTimeLimit, statuses.kInterrupt):
        limit = Limit.INTERRUPT if options.stop.is_set() else Limit.TIME
        reason = Reason.FEASIBLE if values is not None else Reason.NO_SOLUTION
        return Answer(reason, limit, values, bound, detail)
    raise SolverError(f"{detail}; primal status {info.primal_solution_status}")
