"""Ranking: for each child the few best settings, and what choosing each would cost all children together.

The composition, as in ``solve.py``: match -> choices -> spans -> plans -> certificates -> ``Ranking``.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from rightplace.certificate import Judged, check
from rightplace.errors import SolverError
from rightplace.models.allocation import allocation_plan
from rightplace.models.ranking import Choice, choices_of, group_choices_of, place_rows
from rightplace.plan import Plan
from rightplace.result import Result
from rightplace.rules.pairs import Facts
from rightplace.solve import MatchOptions, Solved, solved
from rightplace.solver.outcome import SolveOptions
from rightplace.solver.variations import Span, Study, Variation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rightplace.instances.instance import Instance
    from rightplace.plan import Placement


@dataclass(frozen=True, slots=True)
class Interval:
    """A number known to lie between two others; ``None`` where nothing is known on that side."""

    at_least: int | None
    at_most: int | None

    @property
    def is_exact(self) -> bool:
        """Both sides are the same number."""
        return self.at_least is not None and self.at_least == self.at_most


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One choice for a child, or for all of a sibling group.

    Parameters
    ----------
    setting_id
        ``None``: waiting.
    costs
        By tier, in order: how much more than in the best plan, over all children. ``price`` is the opportunity cost in
        pence a week; where an earlier tier differs, it is the price under that difference.
    plan
        The best plan found in which the choice is made, ``None`` where none was.
    """

    setting_id: str | None
    costs: Mapping[str, Interval]
    is_in_plan: bool
    plan: Plan | None

    @property
    def num_waiting(self) -> int | None:
        """How many children wait in the plan with this choice."""
        return None if self.plan is None else len(self.plan.waiting_ids)

    @property
    def is_exact(self) -> bool:
        """The cost is proven in every tier."""
        return all(interval.is_exact for interval in self.costs.values())


@dataclass(frozen=True, slots=True)
class Ranked:
    """The choices of a child or sibling group, best first.

    Parameters
    ----------
    waiting_below
        Going on waiting, where the child may and it is not among the suggestions: it ranks somewhere below them.
    num_left_out
        Settings that are known to be no better than the suggestions.
    open_ids
        Every setting among the choices.
    """

    child_ids: tuple[str, ...]
    suggestions: tuple[Suggestion, ...]
    waiting_below: Suggestion | None
    num_left_out: int
    open_ids: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """The ranked choices of some children.

    Parameters
    ----------
    result
        The match that everything is compared with, and its instance as arrays.
    groups
        Sibling groups who could all live together, with settings for all of them.
    savings
        By setting that could run short: what one more place there would save a week, at most, pence; ``None`` where no
        time was left to find out. One more place in any other setting saves nothing.
    is_complete
        Neither a limit nor an interrupt ended the ranking early.
    """

    result: Result
    facts: Facts
    children: tuple[Ranked, ...]
    groups: tuple[Ranked, ...]
    savings: Mapping[str, int | None]
    is_complete: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class RankOptions:
    """Whom to rank for, beside how to match.

    Parameters
    ----------
    child_ids
        Children for whom a home is sought (with ``rematch``, who may move too); empty: all of them.
    top
        How many of the best choices of each; 0: every choice. What going on waiting would cost is found in any case.
    """

    child_ids: tuple[str, ...] = ()
    top: int = 5
    rematch: bool = False


def rank(instance: Instance, options: RankOptions = RankOptions(), solving: SolveOptions = SolveOptions()) -> Ranking:
    """Rank the choices of some children by what each would cost all children together.

    Parameters
    ----------
    instance
        On the day of the match, with the policy to use.
    solving
        The time limit holds for the match and the ranking together.

    Raises
    ------
    SolverError
        When a back end fails, a bound contradicts a value, or the checker refuses a plan.
    """
    began = time.perf_counter()
    base = solved(instance, MatchOptions(rematch=options.rematch, compare=False), solving)
    return rank_beside(base, options, solving, began)


def rank_beside(base: Solved, options: RankOptions, solving: SolveOptions, began: float) -> Ranking:
    """Rank beside a match that is there already; the time limit counts from ``began`` (``time.perf_counter``)."""
    left = solving.time_limit_seconds - (time.perf_counter() - began)
    return Ranker(base, options, replace(solving, time_limit_seconds=max(left, 0.0))).ranking(began)


def cost_of_keeping(
    base: Solved, kept: Mapping[str, str], solving: SolveOptions, rematch: bool = False
) -> dict[str, Suggestion]:
    """What it would cost to leave some children where they were suggested before: by child, where that is possible."""
    ranker = Ranker(base, RankOptions(tuple(kept), 1, rematch), solving)
    found = {}
    for choices in ranker.children:
        child_id = ranker.ids_of(choices)[0]
        for choice in choices:
            if choice.setting >= 0 and base.data.instance.settings[choice.setting].id == kept[child_id]:
                found[child_id] = ranker.settled(choice)
    return found


def costs_of_plan(plan: Plan, instance: Instance, solving: SolveOptions) -> dict[str, int]:
    """What each placement of a plan costs all children together, beside the best plan: pence a week, by child.

    Only of children of whom it is known to the penny, and whose placement leaves nobody else waiting.
    """
    began = time.perf_counter()
    base = solved(instance, MatchOptions(rematch=plan.rematch, compare=False), solving)
    left = solving.time_limit_seconds - (time.perf_counter() - began)
    placed = {placement.child_id: placement.setting_id for placement in plan.placements}
    if not placed:
        return {}
    found = cost_of_keeping(base, placed, replace(solving, time_limit_seconds=max(left, 0.0)), plan.rematch)
    costs: dict[str, int] = {}
    for child_id, choice in found.items():
        *before, price = choice.costs.values()
        if choice.is_exact and all(interval.at_most == 0 for interval in before):
            costs[child_id] = int(price.at_most or 0)
    return costs


class Ranker:
    """The choices of some children as variations of the program of a match.

    ``study`` knows the span of each: see ``solver.variations``.
    """

    def __init__(self, base: Solved, options: RankOptions, solving: SolveOptions) -> None:
        self._base = base
        self._data, self._columns, self._program = base.data, base.columns, base.program.whole()
        self._instance = base.data.instance
        self._top = options.top
        ids = [self._instance.children[int(c)].id for c in self._data.facts.candidate_idx]
        wanted = [c for c, child_id in enumerate(ids) if not options.child_ids or child_id in options.child_ids]
        groups = [number for number, group in enumerate(self._data.groups) if set(group.members) & set(wanted)]
        self.children = [choices_of(self._data, self._columns, candidate) for candidate in wanted]
        self._groups = [group_choices_of(self._data, self._columns, number) for number in groups]
        choices = [choice for of_one in (*self.children, *self._groups) for choice in of_one]
        self._number = {id(choice): number for number, choice in enumerate(choices)}
        variations = [Variation(choice.closed, choice.columns) for choice in choices]
        self._judged = Judged(self._data.facts)
        self.study = Study(self._program, base.outcome, variations, solving)

    def ranking(self, began: float) -> Ranking:
        """Narrow the spans, as far as the time goes, and read the choices off them; ``began`` for the clock."""
        every = [choices for choices in (*self.children, *self._groups) if choices]
        for choices in every:
            self._examine(choices)
        for position in range(max(map(len, every), default=0)):
            for choices in every:
                self._prove(choices, position)
        self._judged.judge(self._all_pairs())
        children = tuple(self._ranked(choices) for choices in self.children if choices)
        groups = tuple(self._ranked(choices) for choices in self._groups if choices)
        return Ranking(
            result=self._base.result,
            facts=self._data.facts,
            children=children,
            groups=groups,
            savings=self._savings(),
            is_complete=not self.study.is_over,
            seconds=time.perf_counter() - began,
        )

    def _all_pairs(self) -> set[tuple[str, str]]:
        """The pairs of which plans with the choices are made, by ids."""
        settings, facts = self._instance.settings, self._data.facts
        seats = self._columns.seats
        used = np.zeros(self._program.num_columns, dtype=np.bool_)
        for span in self.study.spans:
            if span.point is not None:
                used[span.point] = True
        rows = np.flatnonzero(used[seats.column])
        children = facts.candidate_idx[seats.candidate[rows]].tolist()
        ids = (self._instance.children[child].id for child in children)
        return set(zip(ids, (settings[at].id for at in seats.setting[rows].tolist()), strict=True))

    def ids_of(self, choices: Sequence[Choice]) -> tuple[str, ...]:
        """The children that some choices are about."""
        candidates = self._data.facts.candidate_idx[list(choices[0].candidates)]
        return tuple(self._instance.children[int(child)].id for child in candidates)

    def settled(self, choice: Choice) -> Suggestion:
        """One choice, with its interval closed as far as the time goes."""
        self.study.examine(self._number[id(choice)], prove=True)
        return self._suggestion(choice, self._span(choice))

    def _span(self, choice: Choice) -> Span:
        return self.study.spans[self._number[id(choice)]]

    def _examine(self, choices: Sequence[Choice]) -> None:
        """Look at the choices in the order of what is known of them, until no other can be among the best.

        Going on waiting is looked at in any case.
        """
        waiting = sorted(choices, key=lambda choice: self._span(choice).at_least)
        while waiting and not self.study.is_over:
            most = sorted(span.at_most for span in map(self._span, choices) if span.at_most is not None)
            if self._top and len(most) >= self._top and most[self._top - 1] < self._span(waiting[0]).at_least:
                break
            self.study.examine(self._number[id(waiting.pop(0))])
        going_on = _going_on_waiting(choices)
        if going_on is not None:
            self.study.examine(self._number[id(going_on)])

    def _prove(self, choices: Sequence[Choice], position: int) -> None:
        """Close the interval of the choice that stands at a position now, if it is to be shown; waiting first."""
        going_on = _going_on_waiting(choices)
        if position == 0 and going_on is not None:
            self.study.examine(self._number[id(going_on)], prove=True)
        while position < (self._top or len(choices)) and position < len(choices) and not self.study.is_over:
            choice = sorted(choices, key=self._order)[position]
            if self._span(choice).is_exact or self._span(choice).is_tried:
                break
            self.study.examine(self._number[id(choice)], prove=True)

    def _ranked(self, choices: Sequence[Choice]) -> Ranked:
        order = sorted(choices, key=self._order)
        best, rest = order[: self._top or len(order)], order[self._top or len(order) :]
        found = tuple(self._suggestion(choice, self._span(choice)) for choice in best)
        below = _going_on_waiting(rest)
        open_ids = frozenset(self._instance.settings[c.setting].id for c in choices if c.setting >= 0)
        if below is None:
            return Ranked(self.ids_of(choices), found, None, len(rest), open_ids)
        waiting = self._suggestion(below, self._span(below))
        return Ranked(self.ids_of(choices), found, waiting, len(rest) - 1, open_ids)

    def _order(self, choice: Choice) -> tuple[object, ...]:
        """What is known to be good first; among equals the plan's own choice, then as settings are listed."""
        span = self._span(choice)
        known = span.at_most is not None
        return (not known, span.at_most or span.at_least, not self._is_in_plan(choice), span.at_least, choice.setting)

    def _is_in_plan(self, choice: Choice) -> bool:
        return bool((self.study.best[choice.columns] > 0.5).any())

    def _suggestion(self, choice: Choice, span: Span) -> Suggestion:
        setting_id = self._instance.settings[choice.setting].id if choice.setting >= 0 else None
        return Suggestion(setting_id, self._costs(span), self._is_in_plan(choice), self._plan(span))

    def _costs(self, span: Span) -> dict[str, Interval]:
        """Tier by tier: from the least the choice can come to less the most the best plan can, to the opposite."""
        costs: dict[str, Interval] = {}
        same = True
        names = [objective.name for objective in self._program.objectives]
        for tier, name in enumerate(names):
            value, bound = self.study.values[tier], self.study.bounds[tier]
            low: int | None = span.at_least[tier] - value
            high = None if span.at_most is None else span.at_most[tier] - bound
            if not all(interval.is_exact for interval in costs.values()):
                low = high = None  # what this tier comes to depends on the one before, which is open
            elif same:
                low = max(0, low or 0)
            costs[name] = Interval(low, high)
            same = same and costs[name] == Interval(0, 0)
        return costs

    def _plan(self, span: Span) -> Plan | None:
        if span.point is None:
            return None
        point = np.zeros(self._program.num_columns)
        point[span.point] = 1.0
        plan = allocation_plan(self._data, self._columns, self._program, point)
        verdict = check(self._instance, plan, self._judged)
        if not verdict.is_accepted:
            raise SolverError(f"the certificate refuses the plan of a suggestion: {verdict.violations[0]}")
        return plan

    def _savings(self) -> dict[str, int | None]:
        rows = place_rows(self._data, self._columns, self._program)
        return {self._instance.settings[setting].id: self.study.saving(own) for setting, own in rows.items()}


def _going_on_waiting(choices: Sequence[Choice]) -> Choice | None:
    return next((choice for choice in choices if choice.setting < 0), None)


def displaced(
    ranking: Ranking, suggestion: Suggestion, child_ids: Sequence[str]
) -> list[tuple[str, str | None, str | None]]:
    """Whom else a suggestion moves: child, setting in the best plan, setting in the suggestion's (``None``: waits)."""
    if suggestion.plan is None:
        return []
    before, after = (_settings(plan) for plan in (ranking.result.best.plan, suggestion.plan))
    others = [child_id for child_id in dict.fromkeys((*before, *after)) if child_id not in child_ids]
    return [(c, before.get(c), after.get(c)) for c in others if before.get(c) != after.get(c)]


def _settings(plan: Plan) -> dict[str, str]:
    return {placement.child_id: placement.setting_id for placement in plan.placements}


def placement_of(plan: Plan, child_id: str) -> Placement | None:
    """Where a plan puts a child."""
    return next((placement for placement in plan.placements if placement.child_id == child_id), None)
