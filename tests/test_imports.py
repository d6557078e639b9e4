"""Importing is safe and cheap. Each test asks a fresh interpreter, because an import cannot be undone."""

import subprocess
import sys
from pathlib import Path

import pytest

import rightplace

SOURCE = Path(rightplace.__file__).parents[1]

HIGHSPY = "import highspy"
MATH_OPT = "from ortools.math_opt.python import mathopt"
CP_SAT = "from ortools.sat.python import cp_model"

SOLVE_WITH_HIGHSPY = """
highs = highspy.Highs()
highs.setOptionValue("output_flag", False)
x = highs.addVariable(lb=0, ub=2.5, type=highspy.HighsVarType.kInteger)
highs.maximize(x)
assert highs.getInfo().objective_function_value == 2
"""
SOLVE_WITH_MATH_OPT = """
model = mathopt.Model()
model.maximize(model.add_integer_variable(lb=0, ub=2.5))
for solver in (mathopt.SolverType.HIGHS, mathopt.SolverType.GSCIP):
    assert mathopt.solve(model, solver).objective_value() == 2
"""
SOLVE_WITH_CP_SAT = """
model = cp_model.CpModel()
model.maximize(model.new_int_var(0, 2, "x"))
solver = cp_model.CpSolver()
solver.parameters.num_workers = 1
solver.solve(model)
assert solver.objective_value == 2
"""


def run_fresh(*statements: str) -> str:
    """Run the statements in a new interpreter, warnings being errors; return what they print."""
    command = [sys.executable, "-W", "error", "-c", "\n".join(statements)]
    finished = subprocess.run(command, cwd=SOURCE, capture_output=True, text=True, timeout=120)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


@pytest.mark.parametrize(
    ("first", "second", "solve_with_ortools"),
    [
        pytest.param(HIGHSPY, MATH_OPT, SOLVE_WITH_MATH_OPT, id="highspy-then-math_opt"),
        pytest.param(MATH_OPT, HIGHSPY, SOLVE_WITH_MATH_OPT, id="math_opt-then-highspy"),
        pytest.param(HIGHSPY, CP_SAT, SOLVE_WITH_CP_SAT, id="highspy-then-cp_model"),
        pytest.param(CP_SAT, HIGHSPY, SOLVE_WITH_CP_SAT, id="cp_model-then-highspy"),
    ],
)
def test_highspy_and_ortools_share_a_process(first: str, second: str, solve_with_ortools: str) -> None:
    """highspy and ortools load into one process in either order, and both then solve.

    ortools 9.15 bundles HiGHS 1.12; beside a newer highspy, whichever comes second fails to load (undefined
    symbol).
    """
    run_fresh(first, second, SOLVE_WITH_HIGHSPY, solve_with_ortools)


def test_importing_rightplace_loads_no_heavy_library() -> None:
    """`import rightplace` loads no solver, table, graph or workbook library, so that it stays quick."""
    heavy = {"highspy", "networkx", "numba", "openpyxl", "ortools", "pandas", "pulp"}

    loaded = run_fresh("import sys", "import rightplace", "print(*sys.modules)").split()

    assert "rightplace" in loaded
    assert heavy.isdisjoint(loaded), sorted(heavy.intersection(loaded))
