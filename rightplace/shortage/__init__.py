"""Shortage: which capacities bind in a plan, and what one more place of each kind would bring.

From the plan of a match: settings that are full although somebody could use another place there (``binding``); kinds of
places that could be missing (``kinds``); and the match solved again with one of each (``trials``). ``docs/shortage.md``
says what is assumed of a place that does not exist.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from rightplace.instances.instance import Instance
from rightplace.plan import Plan
from rightplace.rules.pairs import Facts
from rightplace.shortage.binding import FullKind, FullSetting, full_kinds, full_settings
from rightplace.shortage.kinds import Area, Hypotheticals, Kind, kinds_wanted
from rightplace.shortage.measures import Change
from rightplace.shortage.trials import Interval, Trial, Trials
from rightplace.solver.outcome import Limit, SolveOptions

__all__ = ["Area", "Change", "FullKind", "FullSetting", "Interval", "Kind", "Shortage", "Trial", "shortage_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortage:
    """What is short in a plan.

    Parameters
    ----------
    trials
        Kinds of places that better the plan: those that place most children first, then those that save most.
    without_effect, without_promise
        Kinds that were tried and change nothing for sure, and those of which a bound says so.
    unsettled, untried
        Kinds in whose trial a limit came before anything better was found, and those that no time was left for.
    stopped_by
        The limit that ended the trials: none, gap, time or interrupt.
    """

    instance: Instance
    plan: Plan
    full_settings: tuple[FullSetting, ...]
    full_kinds: tuple[FullKind, ...]
    trials: tuple[Trial, ...]
    without_effect: tuple[Kind, ...]
    without_promise: tuple[Kind, ...]
    unsettled: tuple[Kind, ...]
    untried: tuple[Kind, ...]
    stopped_by: str


def shortage_of(instance: Instance, plan: Plan, solving: SolveOptions = SolveOptions()) -> Shortage:
    """What is short in the plan of a match.

    Parameters
    ----------
    plan
        Of ``match`` for this very instance: the certificate accepts it, and it has tiers.
    solving
        The time limit is for all trials together; when it comes, or at Ctrl-C, what is done so far is the answer.

    Raises
    ------
    SolverError
        When a back end fails, or the certificate refuses a plan with one more place.
    ValueError
        When nothing is claimed of the plan.
    """
    if not plan.tiers:
        raise ValueError("expected the plan of a match, with its tiers")
    began = time.perf_counter()
    facts = Facts(instance, rematch=plan.rematch)
    full = full_settings(facts, plan)
    kinds = kinds_wanted(plan, instance, Hypotheticals(instance))
    left = solving.time_limit_seconds - (time.perf_counter() - began)
    trials = Trials(instance, plan, kinds, replace(solving, time_limit_seconds=left))
    done = list(trials.run())
    untried = trials.to_try[len(done) :]
    return Shortage(
        instance=instance,
        plan=plan,
        full_settings=full,
        full_kinds=full_kinds(facts, plan, full),
        trials=tuple(sorted((trial for trial in done if trial.improves), key=_merit)),
        without_effect=tuple(t.kind for t in done if t.plan.is_proven and not t.improves),
        without_promise=trials.without_promise,
        unsettled=tuple(t.kind for t in done if not t.plan.is_proven and not t.improves),
        untried=untried,
        stopped_by=_limit(solving, [*(trial.limit for trial in done), *(Limit.TIME for _ in untried)]).value,
    )


def _merit(trial: Trial) -> tuple[int, ...]:
    """Most children placed, the most urgent ones, most saved for those with a place both ways; then who asks least."""
    found, kind = trial.change, trial.kind
    asks = (kind.num_places, kind.need_level, kind.age_max_months - kind.age_min_months, kind.area is Area.ADJOINING)
    return -found.num_placed_more, trial.plan.tiers[0].value, -found.saving_in_both, *asks


def _limit(solving: SolveOptions, limits: list[Limit]) -> Limit:
    """The limit that ended the trials, if one did."""
    if solving.stop.is_set():
        return Limit.INTERRUPT
    return next((limit for limit in (Limit.TIME, Limit.GAP) if limit in limits), Limit.NONE)
