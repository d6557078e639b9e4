"""Why a child may, or may not, go to a setting: what each rule says of a pair, and what would lift those it breaks.

Everything is decided by the functions of the catalogue on the pair alone. What other children take, and siblings who
come at the same time, is for ``match`` to weigh; only siblings who *must* come along are looked at here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from rightplace.instances.children import Togetherness
from rightplace.rules.catalogue import RULES, broken
from rightplace.rules.compared import compared
from rightplace.rules.one_pair import OnePair
from rightplace.rules.pairs import Facts, Pairs
from rightplace.rules.remedies import Remedy, remedy_for
from rightplace.rules.rule import Kind, Rule
from rightplace.rules.sides import Compared

if TYPE_CHECKING:
    from collections.abc import Callable

    from rightplace.instances.instance import Instance
    from rightplace.rules.attributes import Ints

NEAREST = 10
"""How many near misses are worth a look."""


class Standing(StrEnum):
    """What a plan may do with a child."""

    WAITING = "waiting"
    MAY_MOVE = "may move"
    SETTLED = "settled"


class State(StrEnum):
    """What a rule says of a pair."""

    KEPT = "kept"
    BROKEN = "broken"
    NOT_IN_FORCE = "not in force yet"
    SWITCHED_OFF = "switched off by the policy"
    AUTHORISED = "lifted by an authorisation"
    NOT_ASKED = "not asked of a child who stays"


@dataclass(frozen=True, slots=True)
class Judged:
    """One rule and one pair.

    Parameters
    ----------
    pence_per_week
        What the policy adds to the fee because of the rule; ``None`` for a rule without a price.
    remedy
        For a rule that is broken and stops something: what would lift it here.
    """

    rule: Rule
    state: State
    compared: Compared
    pence_per_week: int | None
    remedy: Remedy | None


@dataclass(frozen=True, slots=True)
class Companion:
    """A sibling who must come along, and the hard rules that exclude the setting for them."""

    child_id: str
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class PairExplained:
    """What every rule says of a pair.

    Parameters
    ----------
    standing
        Whether a home is sought for the child. A settled child is judged as if one were.
    is_stay
        The child lives there, waits for no home and may stay: no hard rule and no approval is asked.
    companions
        Who else must come: siblings who wait or may move, and whom the care plan requires to be with the child.
    lacks_places_for_all
        There are never places enough for the child together with them.
    """

    child_id: str
    setting_id: str
    standing: Standing
    is_stay: bool
    judged: tuple[Judged, ...]
    companions: tuple[Companion, ...]
    lacks_places_for_all: bool

    @property
    def stopped_by(self) -> tuple[Rule, ...]:
        """The hard rules that the pair breaks."""
        return tuple(j.rule for j in self.judged if j.rule.kind is Kind.HARD and j.state is State.BROKEN)

    @property
    def approvals(self) -> tuple[Rule, ...]:
        """The approvals that the pair needs."""
        return tuple(j.rule for j in self.judged if j.rule.kind is Kind.APPROVAL and j.state is State.BROKEN)

    @property
    def policy_pence_per_week(self) -> int:
        """What the policy adds to the fee of the pair."""
        return sum(j.pence_per_week or 0 for j in self.judged)

    @property
    def family_may_come(self) -> bool:
        """Whether the rules let everybody come who must."""
        return not self.lacks_places_for_all and not any(companion.rules for companion in self.companions)

    @property
    def stopping_ids(self) -> tuple[str, ...]:
        """The ids of all rules that keep ``match`` from the pair: P11 for a settled child, R06 for a family."""
        settled = ("P11",) if self.standing is Standing.SETTLED else ()
        hard = tuple(rule.id for rule in self.stopped_by)
        family = () if self.family_may_come or "R06" in hard else ("R06",)
        return settled + hard + family

    @property
    def may_be_used(self) -> bool:
        """Whether ``match`` may use the pair, as far as rules on the pair and on who must come along decide it."""
        return not self.stopping_ids


@dataclass(frozen=True, slots=True)
class ExcludedBy:
    """How many settings a hard rule excludes for a child, and how many of them no other rule does."""

    rule: Rule
    num_settings: int
    num_alone: int


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A setting that one rule alone excludes.

    Parameters
    ----------
    cost_pence_per_week
        What the pair would cost: the fee and what the policy adds.
    """

    setting_id: str
    rule: Rule
    compared: Compared
    remedy: Remedy
    cost_pence_per_week: int


@dataclass(frozen=True, slots=True)
class ChildExplained:
    """What the hard rules leave to a child.

    Parameters
    ----------
    excluded
        The rules that exclude any setting, those first that exclude most alone.
    open_ids
        The settings that no rule excludes.
    num_near
        Settings that one rule alone excludes.
    nearest
        Those of them that are most easily had: by what kind of thing would lift the rule, then by cost.
    """

    child_id: str
    standing: Standing
    num_settings: int
    excluded: tuple[ExcludedBy, ...]
    open_ids: tuple[str, ...]
    num_near: int
    nearest: tuple[NearMiss, ...]


def standing_of(instance: Instance, child_id: str) -> Standing:
    """Whether a child waits, may move, or neither."""
    child = instance.child[child_id]
    if child.is_waiting:
        return Standing.WAITING
    return Standing.MAY_MOVE if child.may_move else Standing.SETTLED


def facts_for(instance: Instance, child_id: str, *, rematch: bool = False) -> Facts:
    """The facts in which a child can be judged: a candidate, and, if settled, as if a home were sought.

    Parameters
    ----------
    rematch
        As ``match`` with moves, whoever the child is; for a child who may move this is so in any case.
    """
    standing = standing_of(instance, child_id)
    if standing is Standing.SETTLED:
        children = (replace(c, is_waiting=True) if c.id == child_id else c for c in instance.children)
        instance = instance.replace(children=tuple(children))
    return Facts(instance, rematch=rematch or standing is Standing.MAY_MOVE)


def explain_pair(instance: Instance, child_id: str, setting_id: str, *, rematch: bool = False) -> PairExplained:
    """Every rule of the catalogue on one pair.

    Raises
    ------
    KeyError
        For a child or a setting that the instance does not hold.
    """
    facts = facts_for(instance, child_id, rematch=rematch)
    one = OnePair(facts, facts.child_idx[child_id], facts.setting_idx[setting_id])
    return explain_one(one, standing_of(instance, child_id))


def explain_one(one: OnePair, standing: Standing) -> PairExplained:
    """As ``explain_pair``, in facts that are made already and in which the child is a candidate."""
    is_stay = bool(one.row.is_stay[0]) and not one.child.is_waiting
    companions = () if is_stay else _companions(one)
    return PairExplained(
        child_id=one.child.id,
        setting_id=one.setting.id,
        standing=standing,
        is_stay=is_stay,
        judged=tuple(_judged(rule, one, is_stay) for rule in RULES),
        companions=companions,
        lacks_places_for_all=bool(companions) and _lacks_places(one, [companion.child_id for companion in companions]),
    )


def _judged(rule: Rule, one: OnePair, is_stay: bool) -> Judged:
    """What one rule says; a stay is tested against no hard rule and needs no approval."""
    state = State.NOT_ASKED if is_stay and rule.kind in (Kind.HARD, Kind.APPROVAL) else _state(rule, one)
    price = None if rule.price is None else int(rule.pence_per_week(one.row)[0])
    remedy = remedy_for(rule, one) if state is State.BROKEN else None
    return Judged(rule, state, compared(rule, one), price, remedy)


def _state(rule: Rule, one: OnePair) -> State:
    if rule.in_force_from is not None and one.instance.date < rule.in_force_from:
        return State.NOT_IN_FORCE
    if not rule.applies(one.instance):
        return State.SWITCHED_OFF
    if not rule.passes(one.row)[0]:
        return State.BROKEN
    return State.KEPT if rule.test(one.row)[0] else State.AUTHORISED


def _companions(one: OnePair) -> tuple[Companion, ...]:
    """The siblings who must come along, with what excludes the setting for each of those who do not stay there."""
    facts, group = one.facts, one.instance.together_group.get(one.child.id)
    if group is None or group.togetherness is not Togetherness.REQUIRED:
        return ()
    found = []
    for child_id in group.child_ids:
        child = facts.child_idx[child_id]
        if child_id != one.child.id and facts.is_candidate[child]:
            pairs = Pairs(facts, np.array([child]), np.array([one.setting_idx]))
            stays = bool(pairs.is_stay[0]) and not facts.children.is_waiting[child]
            found.append(Companion(child_id, () if stays else tuple(rule for rule, _ in broken(pairs))))
    return tuple(found)


def _lacks_places(one: OnePair, companion_ids: list[str]) -> bool:
    """Whether on some day fewer places could be free than children of the family come by then."""
    facts = one.facts
    family = np.array([one.child_idx, *(facts.child_idx[child_id] for child_id in companion_ids)])
    comes = (facts.children.current_setting_idx[family] != one.setting_idx) | facts.children.is_waiting[family]
    have_come = (facts.start_day_idx[family[comes], None] <= np.arange(len(facts.days))).sum(axis=0)
    return bool(((have_come > 0) & (have_come > facts.free[one.setting_idx])).any())


def explain_child(
    instance: Instance,
    child_id: str,
    cost_of: Callable[[Pairs], Ints],
    *,
    rematch: bool = False,
    num_nearest: int = NEAREST,
) -> ChildExplained:
    """What the hard rules exclude for a child, what they leave open, and the nearest misses.

    Parameters
    ----------
    cost_of
        What pairs cost, pence a week.

    Raises
    ------
    KeyError
        For a child whom the instance does not hold.
    """
    facts = facts_for(instance, child_id, rematch=rematch)
    child, settings = facts.child_idx[child_id], np.arange(len(facts.instance.settings))
    found = broken(Pairs.product(facts, np.array([child]), settings))
    num_rules = np.zeros(len(settings), dtype=np.int64)
    for _, rows in found:
        num_rules[rows] += 1
    excluded = [ExcludedBy(rule, len(rows), int((num_rules[rows] == 1).sum())) for rule, rows in found]
    near = [(rule, int(setting)) for rule, rows in found for setting in rows[num_rules[rows] == 1]]
    costs = cost_of(Pairs.product(facts, np.array([child]), settings))
    misses = [_near_miss(rule, OnePair(facts, child, setting), int(costs[setting])) for rule, setting in near]
    misses.sort(key=lambda miss: (miss.remedy.kind.step, miss.cost_pence_per_week, miss.setting_id))
    return ChildExplained(
        child_id=child_id,
        standing=standing_of(instance, child_id),
        num_settings=len(settings),
        excluded=tuple(sorted(excluded, key=lambda e: (-e.num_alone, -e.num_settings, e.rule.id))),
        open_ids=tuple(facts.instance.settings[setting].id for setting in np.flatnonzero(num_rules == 0)),
        num_near=len(near),
        nearest=tuple(misses[:num_nearest]),
    )


def _near_miss(rule: Rule, one: OnePair, cost_pence_per_week: int) -> NearMiss:
    remedy = remedy_for(rule, one)
    if remedy is None:
        raise ValueError(f"{rule.id} is hard and has no remedy, not even that nothing can lift it")
    return NearMiss(one.setting.id, rule, compared(rule, one), remedy, cost_pence_per_week)


def ineligible(facts: Facts, child_idx: int) -> list[tuple[int, tuple[Rule, ...]]]:
    """The settings that some hard rule excludes for a child, with all the rules that do, by position of the setting.

    Parameters
    ----------
    child_idx
        Position of a candidate of the facts.
    """
    return ineligible_of_all(facts, np.array([child_idx]))[0]


def ineligible_of_all(facts: Facts, child_idx: Ints) -> list[list[tuple[int, tuple[Rule, ...]]]]:
    """As ``ineligible``, of many candidates at once: one list a child, in their order."""
    num_settings = len(facts.instance.settings)
    pairs = Pairs.product(facts, child_idx, np.arange(num_settings))
    found = broken(pairs)
    rules = [rule for rule, _ in found]
    breaks = np.zeros((len(pairs), len(rules)), dtype=np.bool_)
    for column, (_, rows) in enumerate(found):
        breaks[rows, column] = True
    packed = np.packbits(breaks, axis=1)
    kinds, kind_of = np.unique(packed, axis=0, return_inverse=True)
    unpacked = np.unpackbits(kinds, axis=1, count=len(rules))
    tuples = [tuple(rules[column] for column in np.flatnonzero(row)) for row in unpacked]
    by_child = kind_of.reshape(len(child_idx), num_settings)
    return [[(s, tuples[kind]) for s, kind in enumerate(row) if tuples[kind]] for row in by_child.tolist()]
