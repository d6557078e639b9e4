"""Today's children in care of an instance, by cohort: where every demand future begins."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from rightplace.instances.children import AGE_BANDS, CaredForAlongside, Child, Place, Suitability
from rightplace.instances.cohorts import MAX_GROUP_SIZE, Cohort, CohortKind
from rightplace.instances.settings import Carer, Home

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rightplace.instances.instance import Instance

NOT_PLANNED_FOR = frozenset({Place.P1, Place.A3, Place.A4, Place.A5, Place.A6})
"""With parents, or with those who will adopt: no place has to be found or paid for."""
SMALLEST_SHARE = 0.025
"""Of the authority's children: merging leaves no cohort smaller than this if it has a neighbour."""
_WITH_CONNECTED_CARER = frozenset({Place.U1, Place.U2, Place.U3})
_WITH_SIBLINGS = frozenset({CohortKind.MAINSTREAM, CohortKind.RESIDENTIAL, CohortKind.UNACCOMPANIED})
"""The other kinds live alone, or with a carer of their own."""
_FOSTERING_FITS = frozenset({Suitability.PREFERRED, Suitability.SUITABLE})
_FOSTERED_FROM_16 = 192
"""Age in months from which living in a home says little of what the care plan asks for."""


def cohorts_of(instance: Instance, *, merge: bool = False) -> dict[Cohort, int]:
    """Today's children in care by cohort, in the order of the cohorts.

    All children count, whether they wait or live somewhere, and who lives in a setting outside the tables too; only
    those whom ``left_out`` counts do not.

    Parameters
    ----------
    merge
        Put cohorts with fewer than ``SMALLEST_SHARE`` of the authority's children together with the nearest one of the
        same authority and kind: it rounds needs up where it can, and is for cases that are too large otherwise.
    """
    counts = Counter(cohort_of_child(instance, child) for child in _planned_for(instance))
    return dict(sorted((_merged(counts) if merge else counts).items()))


def left_out(instance: Instance) -> dict[Place, int]:
    """Children in care for whom no place is planned, by where they live: with parents, or placed for adoption.

    Those among them for whom a home is sought are planned for, and not counted here.
    """
    places = (child.current_place for child in instance.children if not _is_planned_for(child))
    return dict(sorted(Counter(place for place in places if place is not None).items()))


def _planned_for(instance: Instance) -> Iterator[Child]:
    return (child for child in instance.children if _is_planned_for(child))


def _is_planned_for(child: Child) -> bool:
    return child.is_waiting or child.current_place not in NOT_PLANNED_FOR


def cohort_of_child(instance: Instance, child: Child) -> Cohort:
    """The cohort that a child belongs to today."""
    ages = next(i for i, (_, first, end) in enumerate(AGE_BANDS) if first <= child.age_months < end)
    level = child.need_level if child.need_level is not None else instance.policy.default_need_level.child
    kind = _kind(instance, child)
    group = instance.together_group.get(child.id) if kind in _WITH_SIBLINGS else None
    size = 1 if group is None else min(len(group.child_ids), MAX_GROUP_SIZE)
    return Cohort(child.authority_id, ages, level, kind, size)


def _kind(instance: Instance, child: Child) -> CohortKind:
    """What sets the child apart; where several things do, the first of this list, which limits the choice most."""
    setting = None if child.current_setting_id is None else instance.setting[child.current_setting_id]
    in_home = isinstance(setting, Home) and child.age_months < _FOSTERED_FROM_16
    asks_for_home = in_home and child.foster_suitability not in _FOSTERING_FITS
    is_with_connected = isinstance(setting, Carer) and setting.connected
    so = {
        CohortKind.CONNECTED: is_with_connected or child.current_place in _WITH_CONNECTED_CARER,
        CohortKind.SECURE: child.secure_order,
        CohortKind.DEPRIVATION_OF_LIBERTY: child.deprivation_of_liberty,
        CohortKind.REMAND: child.remand,
        CohortKind.PARENT_AND_CHILD: child.parent_and_child,
        CohortKind.SOLO: child.cared_for_alongside is CaredForAlongside.SOLO,
        CohortKind.RESIDENTIAL: child.foster_suitability is Suitability.UNSUITABLE or asks_for_home,
        CohortKind.UNACCOMPANIED: child.uasc,
    }
    return next((kind for kind, holds in so.items() if holds), CohortKind.MAINSTREAM)


def _merged(counts: Counter[Cohort]) -> dict[Cohort, int]:
    """Small cohorts put together with the nearest of the same authority and kind, the smallest first."""
    totals: dict[str, int] = defaultdict(int)
    for cohort, number in counts.items():
        totals[cohort.authority_id] += number
    merged = dict(counts)
    for cohort in sorted(counts, key=lambda c: (counts[c], c)):
        if cohort not in merged or merged[cohort] >= SMALLEST_SHARE * totals[cohort.authority_id]:
            continue
        alike = (c for c in merged if c != cohort and (c.authority_id, c.kind) == (cohort.authority_id, cohort.kind))
        nearest = min(alike, key=lambda c: _remoteness(cohort, c), default=None)
        if nearest is not None:
            merged[nearest] += merged.pop(cohort)
    return merged


def _remoteness(cohort: Cohort, other: Cohort) -> tuple[bool, int, int, int, Cohort]:
    """How unlike two cohorts are: less need first, then ages, then more need, then siblings."""
    level = other.need_level - cohort.need_level
    size = abs(other.group_size - cohort.group_size)
    return level < 0, abs(other.age_band - cohort.age_band), abs(level), size, other
