"""One more place of each kind, tried by solving the match again with it.

One program holds the settings of all kinds. The columns of a kind are there only while it is tried, and every search
starts from today's plan. Kinds of which the relaxation shows beforehand that they cannot help are not tried, and those
that promise most come first, so that a search that is stopped has seen them.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from rightplace.certificate import check
from rightplace.errors import SolverError
from rightplace.instances.defaults import default_fee
from rightplace.instances.settings import Setting
from rightplace.models.allocation import allocation_data, allocation_plan, allocation_program
from rightplace.models.greedy import point_of
from rightplace.plan import Plan
from rightplace.shortage.kinds import Hypotheticals, Kind
from rightplace.shortage.measures import Change, change
from rightplace.solve import best_point, claimed
from rightplace.solver.answer import answer
from rightplace.solver.openings import Opening, most_gained
from rightplace.solver.outcome import Limit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rightplace.instances.instance import Instance
    from rightplace.plan import Tier
    from rightplace.program import Floats, Ints
    from rightplace.solver.outcome import Progress, SolveOptions

_TOLERANCE = 1e-6
_LARGEST_SHARE = 4.0
"""One kind gets at most so many times the time that is left for each."""
_BOUND_SHARE = 0.2
"""What the bounds of all kinds may take of the time limit."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Where a number lies, both ends included."""

    at_least: int
    at_most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One more place of a kind: the best plan found with it, and what that changes.

    Parameters
    ----------
    setting
        The hypothetical setting.
    fee_pence_per_week
        What it is assumed to cost a child, by the policy.
    plan
        Where it improves on today's, the certificate has accepted it for the instance with the setting.
    there_ids
        Children whom the plan places in it.
    limit
        What ended the search, if it did not end by itself.
    is_exact
        Nothing better exists with it, and today's plan is the best without it, says the solver.
    improves
        The plan is better than today's, in the order of the tiers.
    less_waiting
        By how much the weighted waiting falls (an emergency counts more than one child).
    saving_in_all
        Pence a week, all children together; ``None`` where it is open who waits.
    """

    kind: Kind
    setting: Setting
    fee_pence_per_week: int
    plan: Plan
    change: Change
    there_ids: tuple[str, ...]
    limit: Limit
    is_exact: bool
    improves: bool
    less_waiting: Interval
    saving_in_all: Interval | None


class Trials:
    """Kinds of places to try beside a plan, in the order of what they promise."""

    def __init__(self, instance: Instance, plan: Plan, kinds: Sequence[Kind], solving: SolveOptions) -> None:
        self._instance, self._plan, self._solving = instance, plan, solving
        self._deadline = time.perf_counter() + solving.time_limit_seconds
        self._hypotheticals = Hypotheticals(instance)
        self._settings = {kind: self._hypotheticals.setting(kind, number) for number, kind in enumerate(kinds, 1)}
        world = self._hypotheticals.world(self._settings)
        names = frozenset(setting.id for setting in self._settings.values())
        self._data = allocation_data(
            world, rematch=plan.rematch, search_order=plan.search_order, beside_shortlist=names
        )
        self._program, self._columns = allocation_program(self._data)
        self._openings = {kind: self._opening(kind) for kind in kinds}
        self._start = point_of(self._data, self._program, self._columns, plan)
        gains = self._most_gained()
        self.without_promise = tuple(kind for kind in kinds if not any(gains[kind]))
        self.to_try = tuple(sorted((k for k in kinds if any(gains[k])), key=lambda k: [-gain for gain in gains[k]]))

    def _most_gained(self) -> dict[Kind, list[float]]:
        """By how much each kind could better each tier of today's plan, by bounds.

        Raises
        ------
        SolverError
            When the plan is none of the model's.
        """
        upper = self._program.upper.copy()
        upper[self._hypothetical] = 0.0
        today = replace(self._program, upper=upper, start=self._start)
        violation = today.worst_violation(self._start)
        if violation > _TOLERANCE:
            raise SolverError(f"today's plan breaks a constraint of the model by {violation:g}")
        limits = replace(self._solving, time_limit_seconds=_BOUND_SHARE * self._solving.time_limit_seconds)
        gains = most_gained(today, list(self._openings.values()), limits)
        return dict(zip(self._openings, gains.tolist(), strict=True))

    @cached_property
    def _hypothetical(self) -> Ints:
        """The columns of all kinds."""
        return np.concatenate([np.zeros(0, dtype=np.int64), *(o.columns for o in self._openings.values())])

    @cached_property
    def _real(self) -> Ints:
        """The columns of today's program."""
        real: Ints = np.setdiff1d(np.arange(self._program.num_columns), self._hypothetical)
        return real

    def run(self) -> Iterator[Trial]:
        """Try kind after kind, until all are tried or the limit comes."""
        for number, kind in enumerate(self.to_try):
            left = self._deadline - time.perf_counter()
            if self._solving.stop.is_set() or left <= 0:
                return
            share = _LARGEST_SHARE * left / (len(self.to_try) - number)
            report = _numbered(self._solving.progress, number + 1, len(self.to_try))
            yield self._try(kind, replace(self._solving, time_limit_seconds=min(left, share), progress=report))

    def _opening(self, kind: Kind) -> Opening:
        """The columns that place somebody in the setting of a kind."""
        at = self._data.facts.setting_idx[self._settings[kind].id]
        parts, single = self._columns.parts, self._columns.single
        alone = single[(self._data.options.pairs.setting_idx == at) & (single >= 0)]
        together = np.flatnonzero(parts.setting == at)
        columns = np.concatenate([alone, parts.column[together]])
        num_places = np.concatenate([np.ones(len(alone), dtype=np.int64), parts.size[together]])
        return Opening(columns, num_places, kind.num_places)

    def _try(self, kind: Kind, solving: SolveOptions) -> Trial:
        columns: Ints = np.union1d(self._real, self._openings[kind].columns)
        program = replace(self._program, start=self._start).only(columns)
        outcome = answer(program, solving)
        point: Floats = np.zeros(self._program.num_columns)
        point[columns] = best_point(outcome, program)
        plan = allocation_plan(self._data, self._columns, self._program, point)
        trial = self._trial(kind, claimed(plan, outcome), outcome.limit)
        if trial.improves:
            trial = replace(trial, plan=self._certified(trial))
        return trial

    def _certified(self, trial: Trial) -> Plan:
        """The plan of a trial as the answer to the instance with one more place, and with no other.

        Raises
        ------
        SolverError
            When the certificate refuses it.
        """
        world = self._hypotheticals.world({trial.kind: trial.setting})
        plan = replace(trial.plan, digest=world.digest)
        violations = check(world, plan).violations
        if violations:
            said = "; ".join(map(str, violations[:3]))
            raise SolverError(f"the certificate refuses the plan with {trial.kind}: {said}")
        return plan

    def _trial(self, kind: Kind, plan: Plan, limit: Limit) -> Trial:
        setting = self._settings[kind]
        before, after = self._plan.tiers, plan.tiers
        return Trial(
            kind=kind,
            setting=setting,
            fee_pence_per_week=default_fee(self._data.instance, setting),
            plan=plan,
            change=change(self._instance, self._plan, plan),
            there_ids=tuple(p.child_id for p in plan.placements if p.setting_id == setting.id),
            limit=limit,
            is_exact=self._plan.is_proven and plan.is_proven,
            improves=[tier.value for tier in after] < [tier.value for tier in before],
            less_waiting=_less(before[0], after[0]),
            saving_in_all=_less_price(before, after),
        )


def _less(before: Tier, after: Tier) -> Interval:
    """By how much the best value of a tier falls."""
    return Interval(before.bound - after.value, before.value - after.bound)


def _less_price(before: Sequence[Tier], after: Sequence[Tier]) -> Interval | None:
    """By how much the best price falls; ``None`` where the tiers before it are open, on which it rests."""
    if any(tier.bound < tier.value for tier in (*before[:-1], *after[:-1])):
        return None
    return _less(before[-1], after[-1])


def _numbered(report: Callable[[Progress], None] | None, number: int, of: int) -> Callable[[Progress], None] | None:
    """Progress that says which kind is being tried."""
    if report is None:
        return None
    return lambda progress: report(replace(progress, tier=f"place {number} of {of}, {progress.tier}"))
