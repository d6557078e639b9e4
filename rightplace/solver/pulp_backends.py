"""CBC through PuLP, and export to .mps and .lp. The only file that knows ``pulp``.

PuLP makes a Python object of every variable (about 0.7 s per 100,000), so it stays off the hot path.
"""

from __future__ import annotations

import re
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pulp

from rightplace.errors import BackendMissing, SolverError
from rightplace.program import Domain, Objective, Program
from rightplace.solver.outcome import Answer, Limit, Reason, SolveOptions, claim

if TYPE_CHECKING:
    import threading


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
            lowBound=float(low) if np.isfinite(low) else None,
            upBound=float(high) if np.isfinite(high) else None,
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
        When CBC fails, or ends for a reason that makes no sense here.
    """
    problem, variables = problem_of(program, objective)
    if not pulp.PULP_CBC_CMD().available():
        raise BackendMissing("PuLP has no CBC for this machine")
    if program.start is not None:
        for variable, value in zip(variables, program.start, strict=True):
            variable.setInitialValue(float(value))
    with tempfile.TemporaryDirectory(prefix="rightplace-") as scratch:
        solver = _StoppableCBC(
            Path(scratch),
            options.stop,
            msg=False,
            timeLimit=options.time_limit_seconds,
            gapRel=options.relative_gap,
            threads=options.num_threads,
            warmStart=program.start is not None,
            options=[f"randomSeed {options.seed + 1}", f"randomCbcSeed {options.seed + 1}", "allowableGap 0.5"],
        )
        began = time.perf_counter()
        problem.solve(solver)
        seconds = time.perf_counter() - began
        text = solver.log.read_text(encoding="utf-8", errors="replace")
    return _answer(program, objective, problem, variables, text, seconds, options)


_PATIENCE_SECONDS = 1.5
"""How long CBC may take to end by itself once asked to; in the middle of its preprocessing it does not listen."""


class _StoppableCBC(pulp.PULP_CBC_CMD):  # type: ignore[misc]
    """CBC as PuLP runs it, except that setting ``stop`` ends it: PuLP itself waits for CBC however long it takes.

    CBC runs in a session of its own, so that Ctrl-C in a terminal reaches it through ``stop`` only, and once.
    """

    def __init__(self, scratch: Path, stop: threading.Event, **known_to_pulp: Any) -> None:
        super().__init__(**known_to_pulp)
        self.log = scratch / "cbc.log"
        self._scratch = scratch
        self._stop = stop

    def solve_CBC(self, lp: Any, use_mps: bool = True) -> int:
        """Solve a PuLP problem: PuLP's own files, our own process."""
        model, start, solution = (self._scratch / f"cbc.{ending}" for ending in ("mps", "mst", "sol"))
        variables, variable_names, row_names, _ = lp.writeMPS(str(model), rename=1)
        command = [self.path, str(model)]
        if self.optionsDict["warmStart"]:
            self.writesol(str(start), lp, variables, variable_names, row_names)
            command += ["-mips", str(start)]
        command += ["-sec", str(self.timeLimit)]
        for option in (*self.options, *self.getOptions()):
            command += f"-{option}".split()
        command += ["-solve", "-printingOptions", "all", "-solution", str(solution)]
        if not self._run(command):
            lp.assignStatus(pulp.LpStatusNotSolved, pulp.LpSolutionNoSolutionFound)
            return int(lp.status)
        if not solution.exists():
            raise SolverError(f"CBC wrote no solution; end of its log: {self.log.read_text(errors='replace')[-500:]}")
        status, values, _, _, _, found = self.readsol_MPS(str(solution), lp, variables, variable_names, row_names)
        lp.assignVarsVals(values)
        lp.assignStatus(status, found)
        return int(status)

    def _run(self, command: list[str]) -> bool:
        """Run CBC until it ends; whether it ended by itself, at the latest when asked to."""
        with self.log.open("wb") as log:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
            try:
                self._wait(process)
            except subprocess.TimeoutExpired:
                return False
            finally:
                process.kill()
                process.wait()
        if process.returncode != 0:
            end = self.log.read_text(encoding="utf-8", errors="replace")[-500:]
            raise SolverError(f"CBC ended with code {process.returncode}; end of its log: {end}")
        return True

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        """Wait for CBC; once ``stop`` is set ask it to end, as Ctrl-C does, and wait a little longer.

        Raises
        ------
        subprocess.TimeoutExpired
            When it does not end although asked to.
        """
        while process.poll() is None:
            if self._stop.wait(0.02):
                process.send_signal(signal.SIGINT)
                process.wait(_PATIENCE_SECONDS)


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
