"""Shadow prices: what asking a little less or more of a coupling changes, in the relaxation over all scenarios."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from rightplace.solver.master import Master
from rightplace.solver.recourse import Recourse
from rightplace.solver.search import Best, Search, relax

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from rightplace.solver.benders import StagedOutcome
    from rightplace.solver.outcome import SolveOptions
    from rightplace.staged import Floats, StagedProgram

_LITTLE, _LITTLE_SHARE, _LITTLE_SUM = 0.1, 1e-3, 1e-4
"""By how much what is asked of a target is moved: of a child, or of all children if there are few; of a large sum."""
_EXACT, _SURE = 1e-8, 0.02
"""Share of the cost, and of the difference, to which the relaxation is closed."""
_ROUNDS = 60
"""Of cuts, and of prices in each."""
_INWARD = 0.75
"""How near the best point, seen from the relaxation's own, cuts are made; there alone, the next one jumps."""
_SERVED = 0.1
"""Share of that, to which all groups together are served."""
_ALL = 0.99
"""Of the price of missing a coupling: a cost of more that is this near it is known well enough."""
_MISSED = 1e-3
"""Share of what more is asked, that may be missing by rounding."""
_NOTHING = 1e-3
"""A difference that is nothing, in pounds, however little is spent: rounding."""


def slopes(search: Search) -> Floats:
    """By coupling: what asking a little less would save, as the cuts so far have it: a first idea of its price.

    Each coupling is moved in all cuts that price it, and the relaxation solved again from where it stood. Prices of a
    single round will not do: where a target is just reached, they may be anything up to the price of missing it. Not a
    number where a limit came first, and of couplings of single scenarios or of no period.
    """
    found = np.full(len(search.staged.couplings), np.nan)
    solved = search.master.relaxation(search.left)
    if solved is None:
        return found
    for i in _priced(search):
        moved = search.with_less(i, _little(search, i))
        if moved is not None:
            saved = solved[1] - moved[1]
            found[i] = saved / _little(search, i) if saved > max(_NOTHING, _EXACT * abs(solved[1])) else 0.0
    return found


def marginal_costs(
    staged: StagedProgram, outcome: StagedOutcome, options: SolveOptions, executor: Executor | None = None
) -> Floats:
    """By coupling: what asking a little more would cost; infinite where that misses what must not be missed.

    The cuts that led to the plan do not tell: of targets that bind together, each seems to save what only all of them
    save, and where the relaxation was not solved to its end it costs too little. So all groups are served where the
    relaxation stands, and where it would stand with more asked of one coupling, until the cuts agree. Of a large
    program, whose serving takes nearly all the time, the answer is the outcome's: what less would save, at about most.
    Not a number where a limit came first, where the outcome of a large program has none, and of couplings of single
    scenarios or of no period.
    """
    found = np.full(len(staged.couplings), np.nan)
    recourse = Recourse(staged, options, executor)
    master = Master(staged, recourse.groups, options)
    search = Search(staged, options, recourse, master, time.perf_counter() + options.time_limit_seconds)
    if search.is_large:
        return outcome.prices if outcome.cuts else found
    recourse.ends = search.ends
    search.prices = [recourse.even_prices(group) for group in recourse.groups]
    search.add(list(outcome.cuts))
    search.take_prices()
    relax(search, _ROUNDS, 1.0)
    here = _closed(search, None, np.inf, np.inf)
    if here is None:
        return found
    for i in _priced(search):
        more = np.zeros(len(staged.couplings))
        more[i] = _little(search, i)
        all_of_it = here + _ALL * staged.couplings[i].price * more[i]
        moved = _closed(search, more, here, all_of_it)
        if moved is None:
            continue
        if _misses(search, more) or (staged.couplings[i].is_hard and moved >= all_of_it):
            found[i] = np.inf
        else:
            found[i] = (moved - here) / more[i] if moved - here > max(_NOTHING, _EXACT * abs(here)) else 0.0
    return found


def _misses(search: Search, more: Floats) -> bool:
    """Whether the best that was found with more asked misses something that must not be missed."""
    for group, policy in zip(search.recourse.groups, search.best.policies, strict=False):
        for i, missed in zip(group.couplings, policy.missed, strict=True):
            if search.staged.couplings[i].is_hard and missed > _MISSED * more.max():
                return True
    return False


def _priced(search: Search) -> list[int]:
    """Positions of the couplings that have a price of their own, as long as no limit has come."""
    couplings = enumerate(search.staged.couplings)
    return [i for i, c in couplings if c.scenario is None and len(c.periods) and not search.is_over]


def _little(search: Search, position: int) -> float:
    coupling, staged = search.staged.couplings[position], search.staged
    mean = np.tensordot(staged.probability, staged.demand[:, coupling.periods].sum(axis=1), axes=1)
    largest = np.zeros(staged.num_cohorts)
    np.maximum.at(largest, staged.arc_cohort, np.abs(coupling.arc_values))
    most = float(mean @ largest)
    least = min(_LITTLE, _LITTLE_SHARE * most) if most > 0 else _LITTLE
    return max(least, _LITTLE_SUM * abs(coupling.at_least))


def _closed(search: Search, more: Floats | None, here: float, enough: float) -> float | None:
    """The relaxation's value, as it stands or with more asked, by cuts around its point; ``None`` if a limit came.

    Parameters
    ----------
    here
        Its value as it stands: what is of interest is how much more it costs.
    enough
        When its bound is this large, it will do.
    """
    search.best = Best()
    less = None if more is None else -more
    for _ in range(_ROUNDS):
        solved = search.master.relaxation(search.left)
        if solved is not None and less is not None:
            position = int(np.argmin(less))
            solved = search.with_less(position, less[position])
        if solved is None or search.is_over:
            return None
        outside, bound = solved
        closed = max(_EXACT * abs(bound), _SURE * max(bound - here, _NOTHING))
        if bound >= enough or search.best.value - bound <= closed:
            return bound
        inside = search.best.point
        point = outside if inside is None else _INWARD * inside + (1 - _INWARD) * outside
        served_to = _SERVED * closed / len(search.recourse.groups)
        search.evaluate(point, served_to, _ROUNDS, is_candidate=True, less=less)
    return None
