"""SCIP and CP-SAT through OR-Tools MathOpt. The only file that knows ``ortools``."""

from __future__ import annotations

import datetime
import threading
import time
from typing import Any

import numpy as np
import ortools
from ortools.math_opt.python import mathopt
from ortools.util.python.solve_interrupter import SolveInterrupter

from rightplace.errors import SolverError
from rightplace.program import Domain, Objective, Program
from rightplace.solver.outcome import Answer, Limit, Reason, SolveOptions, claim


def version() -> str:
    """The version of OR-Tools, which brings both."""
    return f"OR-Tools {ortools.__version__}"


def minimise_with_scip(program: Program, objective: Objective, options: SolveOptions) -> Answer:
    """Minimise one objective with SCIP; see ``solver.answer.Minimise``."""
    return _minimise(program, objective, options, mathopt.SolverType.GSCIP)


def minimise_with_cpsat(program: Program, objective: Objective, options: SolveOptions) -> Answer:
    """Minimise one objective with CP-SAT, for which every column is an integer; see ``solver.answer.Minimise``."""
    return _minimise(program, objective, options, mathopt.SolverType.CP_SAT)


def _model(program: Program, objective: Objective, all_integer: bool) -> tuple[Any, list[Any]]:
    model = mathopt.Model(name="rightplace")
    whole = (program.domains == Domain.INTEGER) | all_integer
    bounds = zip(program.lower, program.upper, whole, strict=True)
    variables = [model.add_variable(lb=float(lb), ub=float(ub), is_integer=bool(w)) for lb, ub, w in bounds]
    for row in range(program.num_rows):
        constraint = model.add_linear_constraint(lb=float(program.row_lower[row]), ub=float(program.row_upper[row]))
        for at in range(int(program.row_starts[row]), int(program.row_starts[row + 1])):
            constraint.set_coefficient(variables[int(program.row_columns[at])], float(program.row_values[at]))
    for column in np.flatnonzero(objective.costs):
        model.objective.set_linear_coefficient(variables[int(column)], float(objective.costs[column]))
    return model, variables


def _minimise(program: Program, objective: Objective, options: SolveOptions, solver: Any) -> Answer:
    """Build, solve and translate.

    Raises
    ------
    SolverError
        When MathOpt ends for a reason that makes no sense here.
    """
    is_cpsat = solver == mathopt.SolverType.CP_SAT
    model, variables = _model(program, objective, is_cpsat)
    parameters = mathopt.SolveParameters(
        time_limit=datetime.timedelta(seconds=options.time_limit_seconds),
        relative_gap_tolerance=options.relative_gap,
        absolute_gap_tolerance=0.5,
        threads=options.num_threads,
        random_seed=options.seed,
    )
    hints = []
    if program.start is not None:
        values = dict(zip(variables, map(float, program.start), strict=True))
        hints.append(mathopt.SolutionHint(variable_values=values))
    result = _solve(model, solver, parameters, mathopt.ModelSolveParameters(solution_hints=hints), options)
    return _answer(result, variables, objective, options)


def _solve(model: Any, solver: Any, parameters: Any, model_parameters: Any, options: SolveOptions) -> Any:
    """Solve beside the main thread, interrupting when ``options.stop`` is set."""
    interrupter = SolveInterrupter()
    results: list[Any] = []
    failures: list[BaseException] = []

    def run() -> None:
        try:
            results.append(
                mathopt.solve(model, solver, params=parameters, model_params=model_parameters, interrupter=interrupter)
            )
        except BaseException as error:
            failures.append(error)

    worker = threading.Thread(target=run, name="mathopt")
    worker.start()
    while worker.is_alive():
        worker.join(0.05)
        if options.stop.is_set():
            interrupter.interrupt()
            time.sleep(0.05)
    if failures:
        raise failures[0]
    return results[0]


def _answer(result: Any, variables: list[Any], objective: Objective, options: SolveOptions) -> Answer:
    reason = result.termination.reason
    detail = f"MathOpt: {reason.name} {result.termination.detail}".strip()
    values = None
    if result.has_primal_feasible_solution():
        values = np.array(result.variable_values(variables))
    bound = result.dual_bound() if np.isfinite(result.dual_bound()) else None
    reasons = mathopt.TerminationReason
    if reason == reasons.OPTIMAL and values is not None and bound is not None:
        return claim(values, float(objective.costs @ values), bound, detail)
    if reason == reasons.INFEASIBLE:
        return Answer(Reason.INFEASIBLE, Limit.NONE, None, None, detail)
    if reason in (reasons.FEASIBLE, reasons.NO_SOLUTION_FOUND):
        limit = Limit.INTERRUPT if options.stop.is_set() else Limit.TIME
        return Answer(Reason.FEASIBLE if values is not None else Reason.NO_SOLUTION, limit, values, bound, detail)
    raise SolverError(detail)
