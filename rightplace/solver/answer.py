"""Solve a program's objectives one after another with one back end, holding each tier while the next is improved."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from rightplace.errors import SolverError
from rightplace.program import Domain, Objective, Program
from rightplace.solver.outcome import Answer, Floats, Limit, Outcome, Reason, SolveOptions, TierClaim

Minimise = Callable[[Program, Objective, SolveOptions], Answer]
"""A back end: minimise one objective of a program within the options' limits."""

_TOLERANCE = 1e-5


def _highs() -> tuple[Minimise, str]:
    from rightplace.solver import highs

    return highs.minimise, highs.version()


def _cbc() -> tuple[Minimise, str]:
    from rightplace.solver import pulp_backends

    return pulp_backends.minimise_with_cbc, pulp_backends.version()


def _scip() -> tuple[Minimise, str]:
    from rightplace.solver import mathopt_backends

    return mathopt_backends.minimise_with_scip, mathopt_backends.version()


def _cpsat() -> tuple[Minimise, str]:
    from rightplace.solver import mathopt_backends

    return mathopt_backends.minimise_with_cpsat, mathopt_backends.version()


BACK_ENDS: dict[str, Callable[[], tuple[Minimise, str]]] = {
    "highs": _highs,
    "cbc": _cbc,
    "scip": _scip,
    "cpsat": _cpsat,
}


def answer(program: Program, options: SolveOptions) -> Outcome:
    """Minimise the tiers in order; the first that a limit stops ends the search with the best point so far.

    Raises
    ------
    ValueError
        For an unknown back end.
    SolverError
        When a back end fails, or gives a point that is not feasible.
    """
    if options.solver not in BACK_ENDS:
        raise ValueError(f"unknown solver {options.solver!r}: one of {', '.join(BACK_ENDS)}")
    minimise, version = BACK_ENDS[options.solver]()
    began = time.perf_counter()
    deadline = began + options.time_limit_seconds
    point, claims, held = program.start, [], program
    last = Answer(Reason.NO_SOLUTION, Limit.TIME, None, None, "no objective")
    for position, objective in enumerate(program.objectives):
        is_last = position == len(program.objectives) - 1
        left = deadline - time.perf_counter()
        limits = replace(
            options,
            time_limit_seconds=max(left if is_last else left / 2, 0.0),
            relative_gap=options.relative_gap if is_last else 0.0,
        )
        last = _one_tier(minimise, replace(held, start=point), objective, limits)
        if last.reason in (Reason.INFEASIBLE, Reason.NO_SOLUTION):
            break
        assert last.values is not None  # Answer guarantees it
        point = last.values
        value = program.value(objective, point)
        bound = value if last.reason is Reason.OPTIMAL else _whole(last.bound, value)
        claims.append(TierClaim(objective.name, value, bound))
        held = held.with_row(objective.costs, value + 0.25)
    return _outcome(program, point, claims, last, options.solver, version, time.perf_counter() - began)


def _one_tier(minimise: Minimise, program: Program, objective: Objective, limits: SolveOptions) -> Answer:
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


def _whole(bound: float | None, value: int) -> int:
    """A claimed bound, less the solver's rounding, up to the next whole number, at most the value."""
    if bound is None or not math.isfinite(bound):
        return 0
    return min(value, math.ceil(bound - 1e-8 * abs(bound) - 1e-3))


def _outcome(
    program: Program,
    point: Floats | None,
    claims: list[TierClaim],
    last: Answer,
    solver: str,
    version: str,
    seconds: float,
) -> Outcome:
    if last.values is None:
        return Outcome(last.reason, last.limit, None, tuple(claims), solver, version, seconds, last.detail)
    assert point is not None  # some tier had values
    if all(claim.is_proven for claim in claims):
        return Outcome(Reason.OPTIMAL, Limit.NONE, point, tuple(claims), solver, version, seconds, last.detail)
    limit = last.limit if last.limit is not Limit.NONE else Limit.TIME
    return Outcome(Reason.FEASIBLE, limit, point, tuple(claims), solver, version, seconds, last.detail)
