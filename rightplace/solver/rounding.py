"""Rounding a large staged program's first stage, and settling what is not whole beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from rightplace.program import Domain
from rightplace.solver.master import Master
from rightplace.solver.outcome import Progress
from rightplace.solver.search import Search, relax

if TYPE_CHECKING:
    from collections.abc import Callable

    from rightplace.staged import Floats

MIP_SHARE = 0.3
"""The master's integer program is solved to this share of the gap asked for: the rest is left to the cuts."""
CLOSED_IF_LARGE = 0.25
"""Share of the gap asked for at which the relaxation of a large program counts as solved."""
_STEPS, _ROUNDS_BETWEEN = (0.2, 0.5, 1.0), 4
"""Steps of rounding: how far a number may move to be held from then on; and rounds of the relaxation after each."""
_SETTLING_ROUNDS, _SETTLED = 12, 0.2
"""Rounds for all that is not whole, and to which share of the gap asked for."""
_USED = 1e-6
"""What is this near to a whole number is one."""


def rounded(search: Search) -> None:
    """Round the best point that was served, what moves least first; the relaxation is solved on between the steps.

    Cuts are made where fractions are, and say too little of whole numbers far from them: rounding all at once would
    choose by what nobody has looked at.
    """
    first, inside = search.staged.first, search.inside
    whole = first.domains == Domain.INTEGER
    lower, upper = first.lower, first.upper
    for share in _STEPS:
        if search.is_over or inside is None:
            return
        near = (
            np.where(whole, np.maximum(np.floor(inside + _USED), lower), lower),
            np.where(whole, np.minimum(np.ceil(inside - _USED), upper), upper),
        )
        search.master.forget_relaxation()
        candidate, _ = search.master.whole(search.options.relative_gap * MIP_SHARE, search.left, None, within=near)
        if candidate is None:
            return
        held = whole & (np.abs(candidate - inside) <= share)
        lower, upper = np.where(held, candidate, lower), np.where(held, candidate, upper)
        if held.sum() == whole.sum():
            settle(search, candidate, served(search, candidate))
            take_bound(search)
            return
        inner = _held(search, lower, upper)
        num_known = len(inner.cuts)
        relax(inner, _ROUNDS_BETWEEN, CLOSED_IF_LARGE)
        search.add(inner.cuts[num_known:])
        inside = inner.inside
        inner.master.forget_relaxation()


def _held(search: Search, lower: Floats, upper: Floats) -> Search:
    """The same search with other bounds of the first stage, and its cuts that say most."""
    held = replace(search.staged, first=replace(search.staged.first, lower=lower, upper=upper))
    options = replace(search.options, progress=watched(search, is_held=True))
    inner = Search(held, options, search.recourse, Master(held, search.recourse.groups, options), search.ends)
    gap = search.options.relative_gap
    inner.enough = lambda value, bound: (
        bound >= search.best.value or (np.isfinite(value) and value - search.bound <= gap * abs(value))
    )
    inner.prices = search.prices
    inner.add(search.master.cuts_near(search.cuts))
    return inner


def settle(search: Search, candidate: Floats, value: float) -> None:
    """Hold what is whole in a candidate, and find what is best for the rest, which the cuts know little of so far."""
    first = search.staged.first
    whole = first.domains == Domain.INTEGER
    inner = _held(search, np.where(whole, candidate, first.lower), np.where(whole, candidate, first.upper))
    num_known = len(inner.cuts)
    relax(inner, _SETTLING_ROUNDS, _SETTLED, candidate, value)
    search.add(inner.cuts[num_known:])
    if inner.best.value < search.best.value:
        search.best = inner.best


def served(search: Search, candidate: Floats) -> float:
    """Serve a whole plan closely; its value."""
    inner = max(abs(search.bound) * search.options.relative_gap * 0.1, 1e-6)
    return search.evaluate(candidate, inner, 12, is_candidate=True)


def take_bound(search: Search) -> None:
    """What the cuts prove by now."""
    solved = search.master.relaxation(search.left)
    if solved is not None:
        search.bound = max(search.bound, solved[1])
    if search.options.progress is not None:
        search.options.progress(Progress("plan", search.seconds, search.told_value, search.bound))


def watched(search: Search, *, is_held: bool = False) -> Callable[[Progress], None] | None:
    """What the master's integer program proves meanwhile, told beside the best value so far.

    ``is_held``: something is held, so that bounds are none of the whole program.
    """
    report = search.options.progress
    if report is None:
        return None

    def told(progress: Progress) -> None:
        proven = progress.bound if progress.bound is not None and not is_held else -np.inf
        bound = max(search.bound, min(proven, search.asked))  # beyond that, only cheaper points were looked at
        report(Progress("plan", search.seconds, search.told_value, bound))

    return told
