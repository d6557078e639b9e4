"""How finely today's settings are told apart: a plan for many authorities together looks at coarser kinds of place.

What a coarse kind of place is taken to allow, all its settings allow:

- of the ages, the largest of a few standard ranges within the setting's own;
- places of foster carers for any number of children (so not for a child who must live alone); homes with one place
  apart from larger ones only where such children exist. Sizes are told apart all the same where a target asks whether
  brothers and sisters live together;
- fewer than two adults for each child in a home counts as the usual staff;
- remand of homes and supported accommodation only, and only where children on remand exist.

Foster carers of an authority of the plan who live outside its area count as living where most of their places are.
"""

from __future__ import annotations

import dataclasses
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightplace.instances.children import AdultRatio
from rightplace.instances.cohorts import CohortKind
from rightplace.instances.levers import SettingType
from rightplace.instances.settings import Carer
from rightplace.instances.targets import Measure

if TYPE_CHECKING:
    from rightplace.instances.planning_case import PlanningCase
    from rightplace.instances.supply_today import Likeness

MANY_AUTHORITIES = 8
"""A plan for more authorities than these tells settings apart coarsely."""
ANY_SIZE = 0
"""Size of a kind of place whose settings are not told apart by it."""
_RANGES = ((0, 1, 2, 3), (0, 1), (2, 3), (0,), (1,), (2,), (3,))
"""Standard ranges of age bands, the largest first."""


def is_coarse(case: PlanningCase) -> bool:
    """Whether the case has too many authorities to tell all kinds of place apart."""
    return len(case.authority_ids) > MANY_AUTHORITIES


@dataclass(frozen=True, slots=True)
class Grain:
    """What a coarse kind of place keeps of what its settings have in common.

    Parameters
    ----------
    kinds
        Of the cohorts of the case.
    tells_sizes
        A target asks whether brothers and sisters live together.
    elsewhere
        By authority of the plan, the area outside its own where most places of its carers are.
    """

    kinds: frozenset[CohortKind]
    tells_sizes: bool
    elsewhere: dict[str, str]

    @classmethod
    def of(cls, case: PlanningCase) -> Grain:
        """As coarse as a case allows."""
        kinds = frozenset(cohort.kind for cohort in case.demand.cohorts)
        tells_sizes = any(target.measure is Measure.SIBLINGS_TOGETHER_SHARE for target in case.targets)
        return cls(kinds, tells_sizes, _elsewhere(case))

    def coarsened(self, likeness: Likeness) -> Likeness:
        """The coarse kind of place that a fine one belongs to."""
        ages = (bands for bands in _RANGES if set(bands) <= set(likeness.age_bands))
        is_carer = likeness.type is SettingType.FOSTERING
        is_alone = likeness.size == 1 and not is_carer and CohortKind.SOLO in self.kinds
        has_many = likeness.adult_ratio >= AdultRatio.TWO_TO_ONE
        return dataclasses.replace(
            likeness,
            authority_id=self._area(likeness),
            age_bands=next(ages, ()),
            size=likeness.size if self.tells_sizes else 1 if is_alone else ANY_SIZE,
            adult_ratio=AdultRatio.TWO_TO_ONE if has_many else AdultRatio.STANDARD,
            takes_remand=likeness.takes_remand and not is_carer and CohortKind.REMAND in self.kinds,
        )

    def _area(self, likeness: Likeness) -> str:
        is_carer = likeness.type is SettingType.FOSTERING and not likeness.connected
        if not is_carer or likeness.owner_id is None or likeness.owner_id == likeness.authority_id:
            return likeness.authority_id
        return self.elsewhere.get(likeness.owner_id, likeness.authority_id)


def _elsewhere(case: PlanningCase) -> dict[str, str]:
    """``Grain.elsewhere``; of two areas with as many places the first by its code."""
    places: dict[str, Counter[str]] = defaultdict(Counter)
    authority_ids = frozenset(case.authority_ids)
    for setting in case.instance.settings:
        offer = setting.offer
        owner = case.instance.provider[offer.provider_id].authority_id
        is_own = isinstance(setting, Carer) and not setting.connected and owner in authority_ids
        if is_own and owner is not None and owner != offer.authority_id:
            places[owner][offer.authority_id] += offer.terms.num_places
    return {owner: min(areas, key=lambda area: (-areas[area], area)) for owner, areas in places.items()}
