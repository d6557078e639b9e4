"""The extensive form of a staged program by a general back end: the peer of the decomposition, and its check."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from rightplace.errors import NoFeasiblePoint
from rightplace.program import Domain
from rightplace.solver.answer import BACK_ENDS
from rightplace.solver.benders import StagedOutcome, outcome_at
from rightplace.solver.outcome import Limit, Reason, SolveOptions
from rightplace.staged import StagedProgram, extensive

if TYPE_CHECKING:
    from concurrent.futures import Executor


def solve_extensive(staged: StagedProgram, options: SolveOptions, executor: Executor | None = None) -> StagedOutcome:
    """Solve the whole as one program; the point found is then served as the decomposition would.

    Raises
    ------
    NoFeasiblePoint
        When the first stage has no feasible point.
    """
    began = time.perf_counter()
    program, columns = extensive(staged)
    minimise, _ = BACK_ENDS[options.solver]()
    given = minimise(program, program.objectives[0], options)
    if given.reason is Reason.INFEASIBLE:
        raise NoFeasiblePoint("the first stage has no feasible point")
    nothing_known = np.zeros(len(staged.couplings))
    bound = -np.inf if given.bound is None else given.bound
    if given.values is None:
        seconds = time.perf_counter() - began
        return StagedOutcome(
            Reason.NO_SOLUTION, given.limit, None, np.inf, bound, (), nothing_known, nothing_known, (), seconds, 0
        )
    point = given.values[columns]
    point = np.where(staged.first.domains == Domain.CONTINUOUS, point, np.round(point))
    served = outcome_at(staged, point, options, executor)
    gap = (served.value - bound) / max(1.0, abs(served.value))
    reason = Reason.OPTIMAL if gap <= options.relative_gap + 1e-9 else Reason.FEASIBLE
    limit = given.limit if reason is Reason.FEASIBLE and given.limit is not Limit.NONE else Limit.GAP
    return replace(
        served, reason=reason, limit=limit, bound=min(bound, served.value), seconds=time.perf_counter() - began
    )
