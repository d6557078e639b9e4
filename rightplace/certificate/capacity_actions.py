"""Whether each action of a capacity plan may be taken at all: lever, quantity, quarter, and how often."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightplace.certificate.violation import Violation
from rightplace.instances.levers import Block, Conversion, HomeChange, Lever, NewHome, Profile, Retention

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rightplace.capacity_plan import Action
    from rightplace.instances.planning_case import PlanningCase
    from rightplace.instances.quarters import Quarter

WHOLE = 1e-6
"""A quantity this near to a whole number is one."""


@dataclass(frozen=True, slots=True)
class Use:
    """An action that may be taken: its lever, how much of it, and the position of its quarter in the plan."""

    lever: Lever
    quantity: float
    at: int


def refusal(rule: str, sentence: str) -> Violation:
    """One reason to refuse a capacity plan."""
    return Violation(rule, (), None, sentence)


def uses_of(case: PlanningCase, schedule: Sequence[Action]) -> tuple[list[Use], list[Violation]]:
    """The actions that can be reckoned with, in order of quarters, and everything that speaks against the schedule."""
    levers = _levers(case)
    uses, found = [], []
    for action in schedule:
        lever = levers.get(action.lever_id)
        if lever is None:
            found.append(refusal("lever", f"{action.lever_id}: no lever of the case has this name"))
            continue
        is_off = list(_switch(case, lever))
        found += [*is_off, *_quantity(case, lever, action), *_quarter(case, lever, action)]
        at = action.quarter.since(case.first)
        if is_off:
            continue
        counts = action.quantity > 0 or (action.quantity == 0 and isinstance(lever, Conversion))
        if 0 <= at < case.demand.num_quarters and counts and math.isfinite(action.quantity):
            uses.append(Use(lever, action.quantity, at))
    found += _repeated(schedule)
    uses.sort(key=lambda use: use.at)
    found += [*_once(uses), *_ends_of_conversions(case, uses)]
    return uses, found


def funnel_id_of(lever: Lever) -> str | None:
    """The funnel that a lever belongs to, if it is one of households."""
    return lever.funnel_id if isinstance(lever, Profile | Retention) else None


def _levers(case: PlanningCase) -> dict[str, Lever]:
    rows = case.levers
    tables: tuple[tuple[Lever, ...], ...] = (
        rows.new_homes,
        rows.home_changes,
        rows.profiles,
        rows.retention,
        rows.conversions,
        rows.blocks,
    )
    return {lever.id: lever for table in tables for lever in table}


def _switch(case: PlanningCase, lever: Lever) -> Iterator[Violation]:
    """A lever is on, and so is the funnel that it works through."""
    if not lever.enabled:
        yield refusal("switch", f"{lever.id}: is switched off and may not be used")
    funnel_id = funnel_id_of(lever)
    if funnel_id is not None:
        funnel = next((row for row in case.levers.funnels if row.id == funnel_id), None)
        if funnel is None or not funnel.enabled:
            yield refusal("switch", f"{lever.id}: works through {funnel_id}, which is missing or switched off")


def _quantity(case: PlanningCase, lever: Lever, action: Action) -> Iterator[Violation]:
    """1 for homes, whole beds within the block's limits, whole households if asked for, positive for all."""
    quantity = action.quantity
    where = f"{lever.id} in {action.quarter}"
    if not math.isfinite(quantity) or quantity < 0:
        yield refusal("quantity", f"{where}: {quantity:g} is no quantity")
        return
    if quantity == 0 and not isinstance(lever, Conversion):
        yield refusal("quantity", f"{where}: an action uses nothing of it")
        return
    is_whole = abs(quantity - round(quantity)) <= WHOLE
    match lever:
        case NewHome() | HomeChange():
            if quantity != 1:
                yield refusal("quantity", f"{where}: a home is opened or changed once, not {quantity:g} times")
        case Block():
            least = max(1, lever.min_beds)
            if not is_whole:
                yield refusal("quantity", f"{where}: {quantity:g} is no whole number of beds")
            if not least - WHOLE <= quantity <= lever.max_beds + WHOLE:
                yield refusal("quantity", f"{where}: {quantity:g} beds; it can be let with {least} to {lever.max_beds}")
        case Profile():
            if case.levers.assumptions.whole_households and not is_whole:
                yield refusal("quantity", f"{where}: {quantity:g} is no whole number of households")
        case Conversion():
            if quantity > lever.max_places + WHOLE:
                yield refusal("quantity", f"{where}: {quantity:g} places; at most {lever.max_places:g} at any time")
        case Retention():
            pass


def _quarter(case: PlanningCase, lever: Lever, action: Action) -> Iterator[Violation]:
    """Within the plan, and neither before the lever can take effect nor after it may."""
    at = action.quarter.since(case.first)
    last = case.first + (case.demand.num_quarters - 1)
    if not 0 <= at < case.demand.num_quarters:
        sentence = f"{lever.id}: {action.quarter} lies outside the plan, {case.first} to {last}"
        yield refusal("quarter", sentence)
        return
    if isinstance(lever, Profile):
        lags = [funnel.lag_quarters for funnel in case.levers.funnels if funnel.id == lever.funnel_id]
        if lags and at < lags[0]:
            sentence = f"households cannot be approved before {case.first + lags[0]}, {lags[0]} quarters after enquiry"
            yield refusal("lead time", f"{lever.id} in {action.quarter}: {sentence}")
        return
    if at < lever.lead_quarters:
        sentence = f"takes {lever.lead_quarters} quarters to prepare, so not before {case.first + lever.lead_quarters}"
        yield refusal("lead time", f"{lever.id} in {action.quarter}: {sentence}")
    if lever.earliest is not None and action.quarter < lever.earliest:
        yield refusal("earliest", f"{lever.id} in {action.quarter}: not before {lever.earliest}")
    latest: Quarter | None = lever.latest if isinstance(lever, NewHome | HomeChange | Block) else None
    if latest is not None and action.quarter > latest:
        yield refusal("latest", f"{lever.id} in {action.quarter}: not after {latest}")


def _repeated(schedule: Sequence[Action]) -> Iterator[Violation]:
    """No lever stands twice in one quarter."""
    for (lever_id, quarter), times in Counter((action.lever_id, action.quarter) for action in schedule).items():
        if times > 1:
            yield refusal("repeated", f"{lever_id}: stands {times} times in {quarter}")


def _once(uses: Sequence[Use]) -> Iterator[Violation]:
    """One opening a site, one change a home, one start a block."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for use in uses:
        match use.lever:
            case NewHome():
                found["site", use.lever.site].append(use.lever.id)
            case HomeChange():
                found["home", use.lever.setting_id].append(use.lever.id)
            case Block():
                found["block", use.lever.id].append(use.lever.id)
            case Profile() | Retention() | Conversion():
                pass
    words = {"site": "only one home can open there", "home": "only one change can be made", "block": "is let once only"}
    for (what, name), ids in found.items():
        if len(ids) > 1:
            yield refusal(f"one {what}", f"{name}: {words[what]}, not {len(ids)} ({', '.join(ids)})")


def _ends_of_conversions(case: PlanningCase, uses: Sequence[Use]) -> Iterator[Violation]:
    """Only a conversion that runs can be ended."""
    running: dict[str, float] = {}
    for use in uses:
        if isinstance(use.lever, Conversion):
            if use.quantity == 0 and not running.get(use.lever.id):
                yield refusal("quantity", f"{use.lever.id} in {case.first + use.at}: nothing is running that could end")
            running[use.lever.id] = use.quantity
