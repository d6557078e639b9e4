"""CBC through PuLP, and export to .mps and .lp. The only file that knows ``pulp``.

PuLP makes a Python object of every variable (about 0.7 s per 100,000), so it stays off the hot path.
"""

from __future__ import annotations

import re
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pulp

from rightplace.errors import BackendMissing, SolverError
from rightplace.program import Domain, Objective, Program
from rightplace.solver.outcome import Answer, Limit, Reason, SolveOptions, claim


def version() -> str:
    """The version of PuLP, which brings CBC."""
    return f"CBC of PuLP {pulp.__version__}"


def names(blocks: dict[str, range], num: int) -> list[str]:
    """A name for each column or row: its block and position within it."""
    found = [f"unnamed_{i}" for i in range(num)]
    for name, positions in blocks.items():
        for position in positions:
            found[position] = f"{name}_{position - positions.start}"
    return found


def problem_of(program: Program, objective: Objective) -> tuple[Any, list[Any]]:
    """A program with one of its objectives as a PuLP problem, and its variables in column order."""
    pulp.set_v4_migration_warnings(False)  # pulp < 4 is pinned; its 3.3 warns of names that 4 will drop
    problem = pulp.LpProblem("rightplace", pulp.LpMinimize)
    variables = [
        problem.add_variable(
            name,
            lowBound=float(low),
            upBound=float(high),
            cat=pulp.LpInteger if domain == Domain.INTEGER else pulp.LpContinuous,
        )
        for name, low, high, domain in zip(
            names(program.column_blocks, program.num_columns),
            program.lower,
            program.upper,
            program.domains,
            strict=True,
        )
    ]
    costs = zip(variables, objective.costs, strict=True)
    problem.setObjective(pulp.LpAffineExpression([(variable, float(cost)) for variable, cost in costs if cost]))
    row_names = names(program.row_blocks, program.num_rows)
    for row in range(program.num_rows):
        span = slice(int(program.row_starts[row]), int(program.row_starts[row + 1]))
        terms = zip(program.row_columns[span], program.row_values[span], strict=True)
        expression = pulp.LpAffineExpression([(variables[int(column)], float(value)) for column, value in terms])
        low, high = float(program.row_lower[row]), float(program.row_upper[row])
        if low == high:
            problem.addConstraint(expression == low, row_names[row])
            continue
        if np.isfinite(high):
            problem.addConstraint(expression <= high, row_names[row])
        if np.isfinite(low):
            problem.addConstraint(expression >= low, f"{row_names[row]}_from")
    return problem, variables


def minimise_with_cbc(program: Program, objective: Objective, options: SolveOptions) -> Answer:
    """Minimise one objective with CBC; see ``solver.answer.Minimise``.

    Raises
    ------
    BackendMissing
        When PuLP has no CBC for this machine.
    SolverError
        When CBC's log cannot be understood.
    """
    problem, variables = problem_of(program, objective)
    if not pulp.PULP_CBC_CMD().available():
        raise BackendMissing("PuLP has no CBC for this machine")
    with tempfile.TemporaryDirectory(prefix="rightplace-") as scratch:
        log = Path(scratch) / "cbc.log"
        if program.start is not None:
            for variable, value in zip(variables, program.start, strict=True):
                variable.setInitialValue(float(value))
        solver = pulp.PULP_CBC_CMD(
            msg=False,
            timeLimit=options.time_limit_seconds,
            gapRel=options.relative_gap,
            threads=options.num_threads,
            warmStart=program.start is not None,
            logPath=str(log),
            options=[f"randomSeed {options.seed + 1}", f"randomCbcSeed {options.seed + 1}", "allowableGap 0.5"],
        )
        began = time.perf_counter()
        problem.solve(solver)
        seconds = time.perf_counter() - began
        text = log.read_text(encoding="utf-8", errors="replace")
    return _answer(program, objective, problem, variables, text, seconds, options)


def _answer(
    program: Program,
    objective: Objective,
    problem: Any,
    variables: list[Any],
    log: str,
    seconds: float,
    options: SolveOptions,
) -> Answer:
    detail = f"CBC: {pulp.LpStatus[problem.status]}, {pulp.LpSolution[problem.sol_status]} after {seconds:.1f} s"
    if problem.sol_status in (pulp.LpSolutionOptimal, pulp.LpSolutionIntegerFeasible):
        values = np.array([variable.value() or 0.0 for variable in variables])
        value = float(objective.costs @ np.where(program.domains == Domain.INTEGER, np.round(values), values))
        bound = _bound(log)
        if problem.sol_status == pulp.LpSolutionOptimal:
            return claim(values, value, value if bound is None else bound, detail)
        return Answer(Reason.FEASIBLE, _limit(options), values, bound, detail)
    if problem.sol_status == pulp.LpSolutionInfeasible:
        return Answer(Reason.INFEASIBLE, Limit.NONE, None, None, detail)
    if problem.sol_status == pulp.LpSolutionNoSolutionFound:
        return Answer(Reason.NO_SOLUTION, _limit(options), None, _bound(log), detail)
    raise SolverError(f"{detail}; end of its log: {log[-500:]}")


def _limit(options: SolveOptions) -> Limit:
    return Limit.INTERRUPT if options.stop.is_set() else Limit.TIME


def _bound(log: str) -> float | None:
    """The lower bound that CBC prints when it stops before proof."""
    found = re.findall(r"Lower bound:\s*(-?[\d.]+(?:e[+-]?\d+)?)", log)
    return float(found[-1]) if found else None


def export(program: Program, path: Path) -> None:
    """Write a program to ``path`` as .mps or .lp, with its last objective; earlier tiers must be rows already.

    Raises
    ------
    ValueError
        For another ending.
    """
    writers = {".mps": pulp.LpProblem.writeMPS, ".lp": pulp.LpProblem.writeLP}
    if path.suffix not in writers:
        raise ValueError(f"{path.name}: a model is exported as .mps or .lp")
    problem, _ = problem_of(program, program.objectives[-1])
    writers[path.suffix](problem, str(path))
