"""SCIP and CP-SAT through OR-Tools. Beside ``flow`` the only file that knows ``ortools``.

CP-SAT is reached through MathOpt. SCIP is not: so that it can be interrupted, MathOpt 9.15 asks SCIP for a kind of
event that SCIP refuses, which prints an error at every solve. OR-Tools' older wrapper interrupts it without.
"""

from __future__ import annotations

import datetime
import threading
import time
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import ortools
from ortools.linear_solver import pywraplp
from ortools.math_opt.python import mathopt
from ortools.util.python.solve_interrupter import SolveInterrupter

from rightplace.errors import SolverError
from rightplace.program import Domain, Objective, Program
from rightplace.solver.outcome import Answer, Limit, Reason, SolveOptions, claim

if TYPE_CHECKING:
    from collections.abc import Callable

Solved = TypeVar("Solved")

_SCIP_INFINITY = 1e20


def version() -> str:
    """The version of OR-Tools, which brings both."""
    return f"OR-Tools {ortools.__version__}"


def _interruptible(solve: Callable[[], Solved], interrupt: Callable[[], Any], stop: threading.Event) -> Solved:
    """Solve beside the main thread, interrupting when ``stop`` is set."""
    results: list[Solved] = []
    failures: list[BaseException] = []

    def run() -> None:
        try:
            results.append(solve())
        except BaseException as error:
            failures.append(error)

    worker = threading.Thread(target=run, name="ortools")
    worker.start()
    while worker.is_alive():
        worker.join(0.05)
        if stop.is_set():
            interrupt()
            time.sleep(0.05)
    if failures:
        raise failures[0]
    return results[0]


# -- SCIP ----------------------------------------------------------------------------------------------------------


def minimise_with_scip(program: Program, objective: Objective, options: SolveOptions) -> Answer:
    """Minimise one objective with SCIP, on one thread; see ``solver.answer.Minimise``.

    Raises
    ------
    SolverError
        When SCIP ends for a reason that makes no sense here.
    """
    solver, variables = _wrapped(program, objective)
    if program.start is not None:
        solver.SetHint(variables, program.start.tolist())
    solver.SetTimeLimit(max(1, round(1000 * options.time_limit_seconds)))
    own = f"limits/absgap = 0.5\nrandomization/randomseedshift = {options.seed}\n"
    own += "misc/catchctrlc = FALSE\n"  # SCIP would take SIGINT for itself, and our handler would never hear of it
    if not solver.SetSolverSpecificParametersAsString(own):
        raise SolverError(f"SCIP refuses its parameters: {own!r}")
    parameters = pywraplp.MPSolverParameters()
    parameters.SetDoubleParam(parameters.RELATIVE_MIP_GAP, options.relative_gap)
    status = _interruptible(lambda: solver.Solve(parameters), solver.InterruptSolve, options.stop)
    return _scip_answer(solver, status, variables, objective, options)


def _wrapped(program: Program, objective: Objective) -> tuple[Any, list[Any]]:
    solver = pywraplp.Solver.CreateSolver("SCIP")
    if solver is None:
        raise SolverError("this OR-Tools brings no SCIP")
    whole = program.domains == Domain.INTEGER
    bounds = zip(program.lower.tolist(), program.upper.tolist(), whole.tolist(), strict=True)
    variables = [solver.Var(lower, upper, is_whole, "") for lower, upper, is_whole in bounds]
    for row in range(program.num_rows):
        constraint = solver.Constraint(float(program.row_lower[row]), float(program.row_upper[row]))
        for at in range(int(program.row_starts[row]), int(program.row_starts[row + 1])):
            constraint.SetCoefficient(variables[int(program.row_columns[at])], float(program.row_values[at]))
    costs = solver.Objective()
    costs.SetMinimization()
    for column in np.flatnonzero(objective.costs):
        costs.SetCoefficient(variables[int(column)], float(objective.costs[column]))
    return solver, variables


def _scip_answer(solver: Any, status: int, variables: list[Any], objective: Objective, options: SolveOptions) -> Answer:
    detail = f"SCIP through OR-Tools: status {status}"
    best = float(solver.Objective().BestBound())
    bound = best if abs(best) < _SCIP_INFINITY else None
    limit = Limit.INTERRUPT if options.stop.is_set() else Limit.TIME
    if status in (pywraplp.Solver.OPTIMAL, pywraplp.Solver.FEASIBLE):
        values = np.array([variable.solution_value() for variable in variables])
        if status == pywraplp.Solver.OPTIMAL and bound is not None:
            return claim(values, float(objective.costs @ values), bound, detail)
        return Answer(Reason.FEASIBLE, limit, values, bound, detail)
    if status == pywraplp.Solver.INFEASIBLE:
        return Answer(Reason.INFEASIBLE, Limit.NONE, None, None, detail)
    interrupted = options.stop.is_set() and status == pywraplp.Solver.ABNORMAL
    if interrupted or status == pywraplp.Solver.NOT_SOLVED:
        return Answer(Reason.NO_SOLUTION, limit, None, None, detail)
    raise SolverError(detail)


# -- CP-SAT --------------------------------------------------------------------------------------------------------


def minimise_with_cpsat(program: Program, objective: Objective, options: SolveOptions) -> Answer:
    """Minimise one objective with CP-SAT, for which every column is an integer; see ``solver.answer.Minimise``.

    Raises
    ------
    SolverError
        When CP-SAT ends for a reason that makes no sense here.
    """
    model, variables = _model(program, objective)
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
    own = mathopt.ModelSolveParameters(solution_hints=hints)
    interrupter = SolveInterrupter()

    def solve() -> Any:
        cpsat = mathopt.SolverType.CP_SAT
        return mathopt.solve(model, cpsat, params=parameters, model_params=own, interrupter=interrupter)

    result = _interruptible(solve, interrupter.interrupt, options.stop)
    return _cpsat_answer(result, variables, objective, options)


def _model(program: Program, objective: Objective) -> tuple[Any, list[Any]]:
    model = mathopt.Model(name="rightplace")
    bounds = zip(program.lower.tolist(), program.upper.tolist(), strict=True)
    variables = [model.add_variable(lb=lower, ub=upper, is_integer=True) for lower, upper in bounds]
    for row in range(program.num_rows):
        constraint = model.add_linear_constraint(lb=float(program.row_lower[row]), ub=float(program.row_upper[row]))
        for at in range(int(program.row_starts[row]), int(program.row_starts[row + 1])):
            constraint.set_coefficient(variables[int(program.row_columns[at])], float(program.row_values[at]))
    for column in np.flatnonzero(objective.costs):
        model.objective.set_linear_coefficient(variables[int(column)], float(objective.costs[column]))
    return model, variables


def _cpsat_answer(result: Any, variables: list[Any], objective: Objective, options: SolveOptions) -> Answer:
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
