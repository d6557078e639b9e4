"""Who can be asked in the bench: our method, the general solvers on the same program, and the relaxation by flow."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rightplace.benchmarks.asked import FLOW, SPOPT
from rightplace.benchmarks.publics import PublicQuestion
from rightplace.benchmarks.results import Status
from rightplace.program import Domain, Floats
from rightplace.solver.answer import OURS, answer, version_of
from rightplace.solver.outcome import Outcome, Progress, Reason, SolveOptions

if TYPE_CHECKING:
    from rightplace.benchmarks.questions import Question

_STATUS = {
    Reason.OPTIMAL: Status.OPTIMAL,
    Reason.FEASIBLE: Status.FEASIBLE,
    Reason.INFEASIBLE: Status.INFEASIBLE,
    Reason.NO_SOLUTION: Status.NO_SOLUTION,
}


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a solver says, in the question's own unit; ``point`` is of the program, ``None`` without an answer."""

    status: Status
    point: Floats | None
    value: float | None
    bound: float | None
    version: str
    detail: str


def prepare(question: Question, solver: str) -> None:
    """Do what is done once and is no part of solving: our own methods for public problems are compiled."""
    if solver == OURS and isinstance(question, PublicQuestion):
        from rightplace.benchmarks import ours

        ours.prepare(question.problem)


def answered(question: Question, options: SolveOptions) -> Claimed:
    """Ask the solver that the options name.

    Raises
    ------
    SolverError
        When it fails.
    """
    if options.solver == FLOW:
        return _flow(question)
    if options.solver == SPOPT:
        return _spopt(question, options)
    refusal = _refusal(question, options.solver)
    if refusal:
        return Claimed(Status.UNSUPPORTED, None, None, None, version_of(options.solver), refusal)
    if options.solver == OURS and isinstance(question, PublicQuestion):
        return _ours(question, options)
    return _claimed(question, answer(question.program, options))


def _refusal(question: Question, solver: str) -> str:
    """Why a solver cannot be asked this; empty when it can."""
    if solver == "cpsat" and (question.program.domains == Domain.CONTINUOUS).any():
        return "CP-SAT has whole columns only; this program has others"
    return ""


def _spopt(question: Question, options: SolveOptions) -> Claimed:
    from rightplace.benchmarks import spopt_peer

    refusal = "a placement is no p-median"
    if isinstance(question, PublicQuestion):
        refusal = spopt_peer.refusal(question.problem)
        if not refusal:
            return _claimed(question, spopt_peer.solve(question, options))
    return Claimed(Status.UNSUPPORTED, None, None, None, "", refusal)


def _ours(question: PublicQuestion, options: SolveOptions) -> Claimed:
    """Our own methods for assignment and location, which speak in the problem's unit."""
    from rightplace.benchmarks.ours import solve

    report = options.progress

    def told(news: Progress) -> None:
        assert report is not None  # else nobody asks
        value = None if news.value is None else news.value * question.scale
        report(replace(news, value=value, bound=None if news.bound is None else news.bound * question.scale))

    given, _ = solve(question.problem, replace(options, progress=None if report is None else told))
    value = None
    if given.values is not None:
        value = question.own(float(question.program.objectives[0].costs @ given.values))
    limit = f"stopped by {given.limit}" if given.reason is Reason.FEASIBLE else ""
    detail = "; ".join(filter(None, [limit, given.detail]))
    return Claimed(_STATUS[given.reason], given.values, value, given.bound, version_of(OURS), detail)


def _flow(question: Question) -> Claimed:
    from rightplace.solver import min_cost_flow

    bound = question.flow_bound()
    if bound is None:
        return Claimed(
            Status.UNSUPPORTED, None, None, None, min_cost_flow.version(), "there is no relaxation by flow of this"
        )
    return Claimed(Status.BOUND, None, None, bound, min_cost_flow.version(), "min-cost flow, siblings by themselves")


def _claimed(question: Question, outcome: Outcome) -> Claimed:
    """An outcome as a claim. Tiers are in whole numbers; where values are not, a bound may be rounded up by one."""
    value = bound = None
    if outcome.tiers:
        tier = outcome.tiers[0]
        exact = question.program.objectives[0].costs @ outcome.values if outcome.values is not None else tier.value
        value = question.own(tier.value if question.is_whole else float(exact))
        bound = question.own(tier.bound if question.is_whole else tier.bound - 1)
    limit = f"stopped by {outcome.limit}" if outcome.reason is Reason.FEASIBLE else ""
    detail = "; ".join(filter(None, [limit, outcome.detail]))
    return Claimed(_STATUS[outcome.reason], outcome.values, value, bound, outcome.version, detail)
