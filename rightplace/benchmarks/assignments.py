"""Public assignment and facility problems by our own method and by HiGHS, one after another on this machine.

A row a run is added to a CSV; runs that are there are not made again. ``--summary`` prints the tables of a CSV instead.
Times are processor seconds, which other work on the machine disturbs less than those of the clock; reading is left out,
building HiGHS's program is part of its time. What our compiled half needs once to be compiled is left out.
"""

from __future__ import annotations

import argparse
import csv
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rightplace.benchmarks.best_known import best_known
from rightplace.benchmarks.evaluation import evaluate
from rightplace.benchmarks.families import instances, load
from rightplace.benchmarks.ours import solve
from rightplace.benchmarks.problems import Problem, program_of, scale_of, solution_of
from rightplace.solver import highs
from rightplace.solver.outcome import Answer, Reason, SolveOptions
from rightplace.solver.tier import one_tier

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rightplace.benchmarks.problems import Solution

COLUMNS = ("family", "instance", "solver", "status", "value", "bound", "clock_seconds", "processor_seconds")
SOLVERS = ("ours", "highs")
_SHIFT_SECONDS = 1.0


def by_highs(problem: Problem, options: SolveOptions) -> tuple[Answer, Solution | None]:
    """HiGHS on the compact program."""
    program = program_of(problem)
    answer = one_tier(highs.minimise, program, program.objectives[0], options)
    return answer, None if answer.values is None else solution_of(problem, answer.values)


def run(family: str, name: str, solver: str, own_folder: Path | None, options: SolveOptions) -> list[str]:
    """One row; see ``COLUMNS``.

    Raises
    ------
    ValueError
        When the independent evaluation refuses the answer.
    """
    problem = load(family, name, own_folder)
    clock, processor = time.perf_counter(), time.process_time()
    answer, solution = (solve if solver == "ours" else by_highs)(problem, options)
    seconds, processor = time.perf_counter() - clock, time.process_time() - processor
    unit = 1 if solver == "ours" else scale_of(problem)
    bound = "" if answer.bound is None else f"{answer.bound / unit:.12g}"
    value = ""
    if solution is not None:
        cost, faults = evaluate(problem, solution)
        if faults:
            raise ValueError(f"{solver} on {family}/{name}: {faults[0]}")
        value = f"{cost:.12g}"
    return [family, name, solver, answer.reason.value, value, bound, f"{seconds:.3f}", f"{processor:.3f}"]


def measure(out: Path, specs: Sequence[str], solvers: Sequence[str], own: Path | None, options: SolveOptions) -> None:
    """Add the rows that are missing for some families (``gap``) or instances of one (``gap/a05100,c05100``)."""
    made = {tuple(row[:3]) for row in _rows(out)}
    for spec in specs:
        family, _, names = spec.partition("/")
        for name in names.split(",") if names else instances(family, own):
            for solver in solvers:
                if (family, name, solver) not in made:
                    row = run(family, name, solver, own, options)
                    with out.open("a", newline="", encoding="utf-8") as lines:
                        csv.writer(lines, lineterminator="\n").writerow(row)


def _rows(out: Path) -> list[list[str]]:
    if not out.is_file():
        return []
    with out.open(newline="", encoding="utf-8") as lines:
        return list(csv.reader(lines))


def shifted_mean(seconds: Sequence[float]) -> float:
    """The shifted geometric mean, the shift 1 s."""
    return float(np.exp(np.mean(np.log(np.array(seconds) + _SHIFT_SECONDS))) - _SHIFT_SECONDS)


def summary(rows: list[list[str]]) -> list[str]:
    """Lines of the tables: for each family and solver what was proven, how far values and bounds are, and the time.

    Only instances that all solvers of the family have run count. The hard half are those that took HiGHS longest.
    """
    lines = [
        "| set | solver | instances | proven | at the best known | worst gap | mean, s | mean on the hard half, s |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for family in dict.fromkeys(_set_of(row) for row in rows):
        own = [row for row in rows if _set_of(row) == family]
        solvers = [solver for solver in SOLVERS if any(row[2] == solver for row in own)]
        runs = {solver: {row[1]: row for row in own if row[2] == solver} for solver in solvers}
        common = [name for name in runs[solvers[0]] if all(name in runs[solver] for solver in solvers)]
        order = sorted(common, key=lambda name: float(runs[solvers[-1]][name][7]))
        hard = order[len(order) // 2 :]
        lines += [_line(family, solver, [runs[solver][name] for name in order], hard) for solver in solvers if order]
    return lines


def _set_of(row: list[str]) -> str:
    """The family; of GAP the type too."""
    return f"gap, type {row[1][0].upper()}" if row[0] == "gap" and not row[1].startswith("gap") else row[0]


def _line(family: str, solver: str, rows: list[list[str]], hard: list[str]) -> str:
    known = best_known(rows[0][0])
    proven = sum(row[3] == Reason.OPTIMAL for row in rows)
    reached, gaps = 0, []
    for row in rows:
        best = known[row[1]].value if row[1] in known else None
        if row[4]:
            value = float(row[4])
            reached += best is not None and value <= best + 0.0011
            gaps.append((value - float(row[5])) / max(1.0, abs(value)) if row[5] else np.inf)
        else:
            gaps.append(np.inf)
    seconds = [float(row[7]) for row in rows]
    hardest = [float(row[7]) for row in rows if row[1] in hard]
    return (
        f"| {family} | {solver} | {len(rows)} | {proven} | {reached} | {max(gaps):.3%} | {shifted_mean(seconds):.2f} "
        f"| {shifted_mean(hardest):.2f} |"
    )


def main() -> None:
    """Measure into a CSV, or print the tables of one."""
    parser = argparse.ArgumentParser(prog="python -m rightplace.benchmarks.assignments", description=__doc__)
    parser.add_argument("sets", nargs="*", help="families, or instances of one as in gap/a05100,c05100")
    parser.add_argument("--out", type=Path, default=Path("assignments.csv"))
    parser.add_argument("--solvers", nargs="+", choices=SOLVERS, default=list(SOLVERS))
    parser.add_argument("--folder", type=Path, help="a folder of one's own with the families that do not ship")
    parser.add_argument("--time-limit", type=float, default=60.0, help="seconds of the clock a run")
    parser.add_argument("--summary", action="store_true", help="print the tables of the CSV and run nothing")
    given = parser.parse_args()
    if given.summary:
        print("\n".join(summary(_rows(given.out))))
        return
    if "ours" in given.solvers:
        solve(load("gap", "gap1-0"), SolveOptions())  # compiles
    options = SolveOptions(time_limit_seconds=given.time_limit)
    measure(given.out, given.sets, given.solvers, given.folder, options)


if __name__ == "__main__":
    main()
