"""How two schedules differ, a lever a sentence: homes and blocks by quarter, all else by year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rightplace.instances.levers import Block, HomeChange, NewHome, Profile, Retention
from rightplace.instances.quarters import QUARTERS_A_YEAR
from rightplace.reports.capacity_chart import Track, tracks_of
from rightplace.reports.capacity_words import quantity, quantity_words
from rightplace.reports.wording import and_list

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rightplace.capacity_plan import Action
    from rightplace.instances.planning_case import PlanningCase

_SAME = 0.005
"""Households and places that differ by less are told alike."""


def difference_sentences(case: PlanningCase, plan: Sequence[Action], other: Sequence[Action]) -> list[str]:
    """How another schedule differs from the plan's; what differs within a year only, by carers or places, is no matter.

    Homes, changes, recruiting and blocks come first; offers to carers and converted places follow from them.
    """
    ours = {track.lever.id: track for track in tracks_of(case, plan)}
    theirs = {track.lever.id: track for track in tracks_of(case, other)}
    first: list[str] = []
    then: list[str] = []
    for lever_id in dict.fromkeys([*ours, *theirs]):
        sentence = _sentence(case, ours.get(lever_id), theirs.get(lever_id))
        if sentence is not None:
            lever = (ours.get(lever_id) or theirs[lever_id]).lever
            (first if isinstance(lever, NewHome | HomeChange | Profile | Block) else then).append(sentence)
    return first + then


def _sentence(case: PlanningCase, mine: Track | None, its: Track | None) -> str | None:
    """What differs for one lever; ``None`` where nothing does."""
    if its is None:
        return None if mine is None else f"without: {mine.name}"
    if mine is None:
        return f"also: {its.name}, {_use(case, its)}"
    if isinstance(its.lever, NewHome | HomeChange | Block):
        same = np.array_equal(mine.amounts, its.amounts)
        return None if same else f"{its.name}: {_use(case, its)}, not {_use(case, mine)}"
    return _changed_years(case, mine, its)


def _use(case: PlanningCase, track: Track) -> str:
    """From which quarter, or how much by year."""
    if isinstance(track.lever, NewHome | HomeChange | Block):
        start = int(np.flatnonzero(track.amounts)[0])
        words = quantity_words(track.lever, float(track.amounts[start]))
        return f"{words} in {case.first + start}" if words else f"from {case.first + start}"
    years = _by_year(track)
    parts = [f"{quantity(n)} in {name}" for n, name in zip(years, case.year_names, strict=True) if n >= _SAME]
    return f"{_things(track)}: {and_list(parts)}"


def _changed_years(case: PlanningCase, mine: Track, its: Track) -> str | None:
    """The years in which the amounts differ."""
    before, after = _by_year(mine), _by_year(its)
    changed = [
        f"{quantity(new)} instead of {quantity(old)} in {name}"
        for old, new, name in zip(before, after, case.year_names, strict=True)
        if abs(new - old) >= _SAME
    ]
    return f"{its.name}, {_things(its)}: {and_list(changed)}" if changed else None


def _by_year(track: Track) -> list[float]:
    """Households of each year, or places on average over it."""
    years = track.amounts.reshape(-1, QUARTERS_A_YEAR)
    return [float(amount) for amount in (years.mean(axis=1) if track.is_lasting else years.sum(axis=1))]


def _things(track: Track) -> str:
    if isinstance(track.lever, Profile | Retention):
        return "households"
    return "places on average"
