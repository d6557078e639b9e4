"""Solve a program's objectives one after another with one back end, holding each tier while the next is improved."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from rightplace import __version__
from rightplace.program import MANY_COLUMNS
from rightplace.solver.outcome import Answer, Floats, Limit, Outcome, Reason, SolveOptions, TierClaim, whole_bound
from rightplace.solver.tier import Minimise, one_tier

if TYPE_CHECKING:
    from collections.abc import Callable

    from rightplace.program import Program


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


OURS = "ours"
"""The default: our own method for large programs (``solver.chain``), HiGHS alone for small ones."""
SOLVERS = (OURS, *BACK_ENDS)


def version_of(solver: str) -> str:
    """The version of a back end; ours with that of HiGHS, which solves its linear and small integer programs."""
    if solver == OURS:
        return f"{__version__} with HiGHS {BACK_ENDS['highs']()[1]}"
    return BACK_ENDS[solver]()[1]


_SMALL = 10_000
"""Columns up to which a program is small."""


def answer(program: Program, options: SolveOptions) -> Outcome:
    """Minimise the tiers in order; the first that a limit stops ends the search with the best point so far.

    Raises
    ------
    ValueError
        For an unknown back end.
    SolverError
        When a back end fails, or gives a point that is not feasible.
    """
    if options.solver not in SOLVERS:
        raise ValueError(f"unknown solver {options.solver!r}: one of {', '.join(SOLVERS)}")
    if options.solver == OURS and program.num_columns > _SMALL and program.start is not None:
        from rightplace.solver import chain, regions

        if program.num_columns > MANY_COLUMNS:
            return regions.solve(program, options)
        return chain.solve(program.whole(), options)
    program = program.whole()
    options = replace(options, solver="highs") if options.solver == OURS else options
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
        last = one_tier(minimise, replace(held, start=point), objective, limits)
        if last.reason in (Reason.INFEASIBLE, Reason.NO_SOLUTION):
            break
        assert last.values is not None  # Answer guarantees it
        point = last.values
        value = program.value(objective, point)
        least = program.trivial_bound(objective)
        bound = value if last.reason is Reason.OPTIMAL else whole_bound(last.bound, value, least)
        claims.append(TierClaim(objective.name, value, bound))
        held = held.with_row(objective.costs, value + 0.25)
    return _outcome(program, point, claims, last, options.solver, version, time.perf_counter() - began)


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
