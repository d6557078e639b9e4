"""A schedule as a chart of characters: a line for each lever that is used, the quarters across."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rightplace.capacity_plan import Action
from rightplace.instances.levers import Block, Conversion, HomeChange, Lever, NewHome, Profile, Retention
from rightplace.instances.quarters import QUARTERS_A_YEAR
from rightplace.reports.capacity_words import lever_name, quantity, quantity_words
from rightplace.schedules import levers_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rightplace.instances.planning_case import PlanningCase

Floats = NDArray[np.float64]

_LEVELS = "▁▂▃▄▅▆▇█"
_WIDTH = 2
"""Characters a quarter."""
_LONGEST_NAME = 70
_SAME = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """What one lever does in each quarter.

    Parameters
    ----------
    amounts
        (num_quarters,): 1 while a home is open as changed, beds while a block runs, converted places; households
        approved or kept in the quarter itself.
    is_lasting
        The amount is a state that lasts, not what happens in the quarter.
    """

    lever: Lever
    name: str
    amounts: Floats
    is_lasting: bool

    @property
    def summary(self) -> str:
        """How much in all, or at most where it lasts; nothing for homes."""
        if isinstance(self.lever, NewHome | HomeChange):
            return ""
        return quantity(float(self.amounts.max() if self.is_lasting else self.amounts.sum()))


def tracks_of(case: PlanningCase, schedule: Sequence[Action]) -> list[Track]:
    """A track for each lever that a schedule uses, in the order of the tables."""
    used = {action.lever_id for action in schedule}
    return [_track(case, lever, schedule) for lever_id, lever in levers_of(case).items() if lever_id in used]


def _track(case: PlanningCase, lever: Lever, schedule: Sequence[Action]) -> Track:
    amounts = np.zeros(case.demand.num_quarters)
    own = sorted((a for a in schedule if a.lever_id == lever.id), key=lambda action: action.quarter)
    lasts = isinstance(lever, NewHome | HomeChange | Block | Conversion)
    for action in own:
        at = action.quarter.since(case.first)
        if not lasts:
            amounts[at] += action.quantity
            continue
        end = None
        if isinstance(lever, Block) and lever.num_quarters is not None:
            end = at + lever.num_quarters
        amounts[at:end] = action.quantity
    return Track(lever, lever_name(case, lever), amounts, lasts)


def chart_lines(case: PlanningCase, schedule: Sequence[Action]) -> list[str]:
    """The chart: two lines of heads, then a line a lever; empty without any action.

    A full block is a home that is open or a block at its largest; lower blocks are households or places by quarter, by
    the lever's own largest quarter.
    """
    tracks = tracks_of(case, schedule)
    if not tracks:
        return []
    names = [shortened(track.name, _LONGEST_NAME) for track in tracks]
    longest = max(map(len, names))
    year_width = _WIDTH * QUARTERS_A_YEAR
    years = "".join(f"{name:<{year_width}}" for name in case.year_names)
    quarters = "".join(f"{(case.first + i).number:<{_WIDTH}}" for i in range(case.demand.num_quarters))
    lines = [f"{'':<{longest}}  {years}", f"{'quarter':<{longest}}  {quarters}"]
    for name, track in zip(names, tracks, strict=True):
        lines.append(f"{name:<{longest}}  {_cells(track.amounts)} {track.summary}")
    return [line.rstrip() for line in lines]


@dataclass(frozen=True, slots=True)
class Run:
    """An action, and how many quarters one after the other it happens in the same way."""

    action: Action
    num_quarters: int

    @property
    def when(self) -> str:
        """The quarter, or the first and the last."""
        first, last = self.action.quarter, self.action.quarter + (self.num_quarters - 1)
        return str(first) if self.num_quarters == 1 else f"{first} to {last}"


def runs_of(case: PlanningCase, schedule: Sequence[Action]) -> list[Run]:
    """A schedule by quarter in which recruiting and keeping carers at an even rate is one line.

    Changes of a conversion too small to be read off its words are left out.
    """
    levers = levers_of(case)
    runs: list[Run] = []
    open_runs: dict[str, int] = {}
    for action in schedule:
        at, lever = open_runs.get(action.lever_id), levers[action.lever_id]
        if at is not None and isinstance(lever, Conversion):
            if quantity_words(lever, action.quantity) == quantity_words(lever, runs[at].action.quantity):
                continue
        elif at is not None and isinstance(lever, Profile | Retention):
            run = runs[at]
            follows = action.quarter == run.action.quarter + run.num_quarters
            if follows and abs(action.quantity - run.action.quantity) < _SAME:
                runs[at] = Run(run.action, run.num_quarters + 1)
                continue
        open_runs[action.lever_id] = len(runs)
        runs.append(Run(action, 1))
    return runs


def shortened(name: str, most: int) -> str:
    """A name of at most so many characters."""
    return name if len(name) <= most else f"{name[: most - 1]}…"


def _cells(amounts: Floats) -> str:
    top = float(amounts.max())
    shown = []
    for value in amounts:
        level = int(np.ceil(len(_LEVELS) * value / top)) if top > 0 else 0
        shown.append((_LEVELS[level - 1] if level > 0 else "·") * _WIDTH)
    return "".join(shown)
