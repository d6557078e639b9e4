"""Whom an audit looks at, the groups they belong to, and what is measured of each child."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from rightplace.instances.children import AGE_BANDS, Child, NeedCategory, Sex
from rightplace.instances.settings import MAX_NEED_LEVEL
from rightplace.plan import PlacementKind
from rightplace.rules.preference import meets_wish

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rightplace.instances.instance import Instance
    from rightplace.plan import Placement, Plan

NOT_RECORDED = "not recorded"
YES, NO = "yes", "no"


class Characteristic(StrEnum):
    """By what children are grouped."""

    ETHNICITY = "ethnicity"
    SEX = "sex"
    AGE_BAND = "age_band"
    DISABILITY = "disability"
    UASC = "uasc"
    NEED_LEVEL = "need_level"


class Measure(StrEnum):
    """What is measured of each child; the unit stands in the name."""

    DISTANCE = "distance_miles"
    FEE = "fee_pence_per_week"
    SIBLINGS_SPLIT = "share_split_from_a_sibling"
    UNMET_WISHES = "num_unmet_wishes"
    OPPORTUNITY_COST = "opportunity_cost_pence_per_week"
    WAITING = "share_waiting"


SHARES = (Measure.SIBLINGS_SPLIT, Measure.WAITING)
"""Measures that are 0 or 1 for a child."""
BROAD_ETHNICITIES: Mapping[str, str] = {
    **dict.fromkeys(("WBRI", "WIRI", "WOTH", "WIRT", "WROM"), "White"),
    **dict.fromkeys(("MWBC", "MWBA", "MWAS", "MOTH"), "Mixed"),
    **dict.fromkeys(("AIND", "APKN", "ABAN", "AOTH", "CHNE"), "Asian or Asian British"),
    **dict.fromkeys(("BCRB", "BAFR", "BOTH"), "Black or Black British"),
    "OOTH": "another ethnic group",
    **dict.fromkeys(("REFU", "NOBT"), NOT_RECORDED),
}
"""The broad group of each SSDA903 code, as in the census of 2021; refused and not yet obtained are not recorded."""
IMPAIRMENTS = frozenset(
    {
        NeedCategory.MENTAL_DISORDER,
        NeedCategory.SENSORY_IMPAIRMENT,
        NeedCategory.LEARNING_DIFFICULTY,
        NeedCategory.PHYSICAL_DISABILITY,
    }
)
"""Need categories taken as a recorded disability: a physical or mental impairment (Equality Act 2010 s6)."""
_SEXES = {Sex.FEMALE: "female", Sex.MALE: "male", Sex.UNKNOWN: NOT_RECORDED}
_LIKE: Mapping[Characteristic, tuple[Characteristic, ...]] = {
    Characteristic.NEED_LEVEL: (Characteristic.AGE_BAND,),
    Characteristic.AGE_BAND: (Characteristic.NEED_LEVEL,),
}
BOTH = (Characteristic.NEED_LEVEL, Characteristic.AGE_BAND)


def like_in(characteristic: Characteristic) -> tuple[Characteristic, ...]:
    """In what children are alike who are compared like for like: need level and age band, less what is compared."""
    return _LIKE.get(characteristic, BOTH)


def audited(instance: Instance, plan: Plan) -> tuple[Child, ...]:
    """The children for whom the plan sought a home: placed anew, moved, or still waiting; not those who stay."""
    stays = {p.child_id for p in plan.placements if p.kind is PlacementKind.STAY}
    return tuple(child for child in instance.candidates(plan.rematch) if child.id not in stays)


def group_of(instance: Instance, child: Child, characteristic: Characteristic) -> str:
    """The group of a child, in a word or two."""
    match characteristic:
        case Characteristic.ETHNICITY:
            return NOT_RECORDED if child.ethnicity is None else BROAD_ETHNICITIES[child.ethnicity]
        case Characteristic.SEX:
            return _SEXES[child.sex]
        case Characteristic.AGE_BAND:
            return next(words for words, low, high in AGE_BANDS if low <= child.age_months < high)
        case Characteristic.DISABILITY:
            return YES if child.adaptation_needed or child.needs & IMPAIRMENTS else NO
        case Characteristic.UASC:
            return YES if child.uasc else NO
        case Characteristic.NEED_LEVEL:
            default = instance.policy.default_need_level.child
            return str(default if child.need_level is None else child.need_level)


_ORDER = (
    *dict.fromkeys(group for group in BROAD_ETHNICITIES.values() if group != NOT_RECORDED),
    *(group for group in _SEXES.values() if group != NOT_RECORDED),
    *(YES, NO),
    *(words for words, _, _ in AGE_BANDS),
    *map(str, range(1, MAX_NEED_LEVEL + 1)),
    NOT_RECORDED,
)


def groups_of(instance: Instance, children: Sequence[Child], characteristic: Characteristic) -> dict[str, list[bool]]:
    """Who belongs to each group that has anybody, in the order in which groups are listed."""
    of_child = [group_of(instance, child, characteristic) for child in children]
    return {group: [other == group for other in of_child] for group in sorted(set(of_child), key=_ORDER.index)}


def measured(
    instance: Instance, plan: Plan, children: Sequence[Child], opportunity_cost: Mapping[str, int] | None = None
) -> dict[Measure, list[float | None]]:
    """What each measure is for each child; ``None`` where it says nothing of the child."""
    where = {placement.child_id: placement for placement in plan.placements}
    waiting = frozenset(plan.waiting_ids)
    placed = [where.get(child.id) for child in children]
    found: dict[Measure, list[float | None]] = {
        Measure.DISTANCE: [None if p is None else p.distance_miles for p in placed],
        Measure.FEE: [None if p is None else float(p.fee_pence_per_week) for p in placed],
        Measure.SIBLINGS_SPLIT: [is_split(instance, where, waiting, child) for child in children],
        Measure.UNMET_WISHES: [num_unmet_wishes(instance, where, child) for child in children],
    }
    if opportunity_cost is not None:
        costs = [None if p is None else opportunity_cost.get(p.child_id) for p in placed]
        found[Measure.OPPORTUNITY_COST] = [None if cost is None else float(cost) for cost in costs]
    found[Measure.WAITING] = [float(child.id in waiting) if child.is_waiting else None for child in children]
    return found


def is_split(instance: Instance, where: Mapping[str, Placement], waiting: frozenset[str], child: Child) -> float | None:
    """1 where the plan parts the child from a sibling it should live with, else 0; ``None`` where it does neither.

    A pair counts as the plan counts pairs apart: one of the two is placed, and the other is placed, waits, or lives in
    a setting for good. Siblings to be kept apart are no pair.
    """
    group = instance.together_group.get(child.id)
    if group is None:
        return None
    own = where.get(child.id)
    found = []
    for other_id in group.child_ids:
        other = where.get(other_id)
        settled = None if other_id in waiting else instance.child[other_id].current_setting_id
        home = settled if other is None else other.setting_id
        known = home is not None or other_id in waiting
        if other_id != child.id and known and (own is not None or other is not None):
            found.append(own is None or own.setting_id != home)
    return float(any(found)) if found else None


def num_unmet_wishes(instance: Instance, where: Mapping[str, Placement], child: Child) -> float | None:
    """How many of the child's wishes its setting does not meet; ``None`` without wishes or without a setting."""
    placement = where.get(child.id)
    if placement is None or not child.wishes:
        return None
    setting = instance.setting[placement.setting_id]
    return float(sum(not meets_wish(child, setting, wish) for wish in child.wishes))


def families(instance: Instance, children: Sequence[Child]) -> list[int]:
    """The number of each child's family, from 0: children whom sibling groups link, to live together or apart."""
    root = {child.id: child.id for child in instance.children}

    def top(child_id: str) -> str:
        while root[child_id] != child_id:
            root[child_id] = root[root[child_id]]
            child_id = root[child_id]
        return child_id

    for group in instance.sibling_groups:
        for child_id in group.child_ids[1:]:
            root[top(child_id)] = top(group.child_ids[0])
    number: dict[str, int] = {}
    return [number.setdefault(top(child.id), len(number)) for child in children]
