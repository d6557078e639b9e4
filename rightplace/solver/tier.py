"""One objective of a program by one back end, with what every answer needs: a check, whole columns, the start."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from rightplace.errors import SolverError
from rightplace.program import Domain, Floats, Objective, Program
from rightplace.solver.outcome import Answer, Limit, Reason, SolveOptions

Minimise = Callable[[Program, Objective, SolveOptions], Answer]
"""A back end: minimise one objective of a program within the options' limits."""

_TOLERANCE = 1e-5


def one_tier(minimise: Minimise, program: Program, objective: Objective, limits: SolveOptions) -> Answer:
    """One tier, short-cut where nothing is left to do: no time, or no cost that could be avoided."""
    start = program.start
    if program.num_columns == 0:
        return Answer(Reason.OPTIMAL, Limit.NONE, np.zeros(0), 0.0, "nothing to decide")
    if start is not None and (objective.costs >= 0).all() and program.value(objective, start) == 0:
        return Answer(Reason.OPTIMAL, Limit.NONE, start, 0.0, "the start is free")
    if limits.stop.is_set() or limits.time_limit_seconds <= 0:
        limit = Limit.INTERRUPT if limits.stop.is_set() else Limit.TIME
        reason = Reason.FEASIBLE if start is not None else Reason.NO_SOLUTION
        return Answer(reason, limit, start, None, "no time left")
    given = minimise(program, objective, limits)
    if given.values is None:
        if start is not None and given.reason is Reason.INFEASIBLE:
            raise SolverError(f"the back end says infeasible, but a feasible start exists: {given.detail}")
        reason = Reason.FEASIBLE if start is not None else given.reason
        return Answer(reason, given.limit, start, given.bound, given.detail)
    point = _whole_point(minimise, program, objective, limits, given.values)
    violation = program.worst_violation(point)
    if violation > _TOLERANCE:
        raise SolverError(f"the back end's point breaks a constraint by {violation:g}: {given.detail}")
    if start is not None and program.value(objective, start) < program.value(objective, point):
        return Answer(given.reason, given.limit, start, given.bound, given.detail)
    return Answer(given.reason, given.limit, point, given.bound, given.detail)


def _whole_point(
    minimise: Minimise, program: Program, objective: Objective, limits: SolveOptions, values: Floats
) -> Floats:
    """A back end's point with whole columns made exactly whole.

    Implied columns can always be whole at no loss, yet an optimal point may split them (two beds half used instead of
    one). Then they are solved for once more, with everything else held.
    """
    rounded = np.where(program.domains == Domain.CONTINUOUS, values, np.round(values))
    implied = program.domains == Domain.IMPLIED
    if np.abs(values - rounded)[implied].max(initial=0.0) <= _TOLERANCE:
        return rounded
    held = program.domains == Domain.INTEGER
    again = replace(
        program,
        lower=np.where(held, rounded, program.lower),
        upper=np.where(held, rounded, program.upper),
        domains=np.where(implied, Domain.INTEGER, program.domains),
        start=None,
    )
    given = minimise(again, objective, replace(limits, time_limit_seconds=max(limits.time_limit_seconds, 10.0)))
    if given.values is None:
        return rounded
    return np.where(program.domains == Domain.CONTINUOUS, given.values, np.round(given.values))
