"""The certificate's walk through a plan: setting by setting, on each day on which something changes there."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from rightplace.certificate.violation import Violation
from rightplace.instances.children import CaredForAlongside
from rightplace.instances.settings import AccommodationCategory, Carer, PlaceState, SupportedAccommodation
from rightplace.plan import PlacementKind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from rightplace.certificate.judged import Judged
    from rightplace.instances.children import Child
    from rightplace.instances.settings import Setting
    from rightplace.plan import Plan


class Days:
    """Who lives where on which day, if the plan is carried out."""

    def __init__(self, judged: Judged, plan: Plan) -> None:
        self.facts = facts = judged.facts
        self.judged = judged
        self.plan = plan
        self.instance = facts.instance
        self.where = {p.child_id: p for p in plan.placements}
        self.candidates = {child.id for child in facts.instance.candidates(plan.rematch)}

    def start(self, child: Child) -> date:
        """The day on which a placement of this child starts."""
        asked = child.needed_by
        return asked if asked is not None and asked > self.instance.date else self.instance.date

    def violations(self) -> Iterator[Violation]:
        """Whoever comes, comes to a free place, to people they may live with, to a carer who may and can take them."""
        for setting_id, newcomers in sorted(self._newcomers.items()):
            residents = self.instance.residents.get(setting_id, ())
            leaving = (c.id for c in residents if c.id in self.where and self.where[c.id].setting_id != setting_id)
            household = (setting_id, tuple(child.id for child in newcomers), tuple(leaving))
            if household not in self.judged.households:
                self.judged.households[household] = tuple(self._all_days(self.instance.setting[setting_id], newcomers))
            yield from self.judged.households[household]

    def _all_days(self, setting: Setting, newcomers: list[Child]) -> Iterator[Violation]:
        """What is wrong in one setting, each thing on the first day on which it is."""
        seen = set()
        for day in self._days_of(setting, newcomers):
            for violation in self._one_day(setting, newcomers, day):
                if (violation.rule, violation.child_ids) not in seen:
                    seen.add((violation.rule, violation.child_ids))
                    yield violation

    @cached_property
    def _newcomers(self) -> dict[str, list[Child]]:
        """Who comes to each setting, by its id."""
        coming = defaultdict(list)
        for placement in self.plan.placements:
            if placement.kind is not PlacementKind.STAY:
                coming[placement.setting_id].append(self.instance.child[placement.child_id])
        return coming

    @cached_property
    def _last_day(self) -> date:
        """The last day on which a child who waits or may move could start: nothing is looked at after it."""
        return max(self.start(child) for child in self.instance.candidates(True))

    def _days_of(self, setting: Setting, newcomers: list[Child]) -> list[date]:
        """The days on which anything may change in a setting: somebody comes or could go, its places change."""
        could_go = [c for c in self.instance.residents.get(setting.id, ()) if c.id in self.candidates]
        starts = {self.start(child) for child in (*newcomers, *could_go)}
        dates = {day for n in setting.offer.place_counts for day in (n.from_date, n.until_date) if day is not None}
        return sorted(starts | {day for day in dates if self.instance.date <= day <= self._last_day})

    def _one_day(self, setting: Setting, newcomers: list[Child], day: date) -> Iterator[Violation]:
        here_new = [child for child in newcomers if self.start(child) <= day]
        residents = self.instance.residents.get(setting.id, ())
        here_still = [child for child in residents if not self._has_left(child, day)]
        if not here_new:
            return
        free = setting.offer.num_vacant(day) + self._num_left(setting, residents, here_still, day)
        if len(here_new) > free:
            names = tuple(child.id for child in here_new)
            yield Violation("capacity", names, setting.id, f"{len(names)} children on {day}, {free} places free")
        if not (
            isinstance(setting, SupportedAccommodation) and setting.category is AccommodationCategory.SELF_CONTAINED
        ):
            yield from self._household(setting, here_new, here_still, day)
        if isinstance(setting, Carer):
            yield from self._fostering_limit(setting, here_new, here_still, day)
            yield from self._bedrooms(setting, here_new, here_still, day)

    def _num_left(self, setting: Setting, residents: tuple[Child, ...], still: list[Child], day: date) -> int:
        """Places that the plan frees: those of residents who have gone, unless their filling ended by itself before.

        Where fewer places are filled than residents could have gone, the places not filled are counted as vacant, and
        who could go but stays takes one of them.
        """
        could_go = [child for child in residents if child.id in self.candidates and self.start(child) <= day]
        filled = sum(
            n.num_places for n in setting.offer.place_counts if n.state is PlaceState.FILLED and not n.num_vacant(day)
        )
        num_staying = sum(child in still for child in could_go)
        return min(filled, len(could_go)) - num_staying

    def _has_left(self, child: Child, day: date) -> bool:
        """Whether a resident has gone by a day: it is placed elsewhere and its placement has begun."""
        placement = self.where.get(child.id)
        return placement is not None and placement.setting_id != child.current_setting_id and self.start(child) <= day

    def _household(self, setting: Setting, new: list[Child], still: list[Child], day: date) -> Iterator[Violation]:
        for child in new:
            for other in (*new, *still):
                pair = tuple(sorted((child.id, other.id)))
                if pair in self._clashes:
                    yield Violation("R18", pair, setting.id, f"must not live together, but do on {day}")
            if child.cared_for_alongside is CaredForAlongside.SOLO and self._unnamed(setting, day):
                yield Violation("R18", (child.id,), setting.id, f"should live alone, but others live there on {day}")

    @cached_property
    def _clashes(self) -> set[tuple[str, ...]]:
        """Every two of those who come to a setting, or live there when somebody comes, who must not live together."""
        pairs = []
        for setting_id, newcomers in self._newcomers.items():
            residents = self.instance.residents.get(setting_id, ())
            pairs += [(child.id, other.id) for child in newcomers for other in (*newcomers, *residents)]
        own, others = (np.array([self.facts.child_idx[name] for name in side]) for side in zip(*pairs, strict=True))
        clash = self.facts.household.clash(own, others)
        return {tuple(sorted(pairs[at])) for at in np.flatnonzero(clash).tolist()}

    def _unnamed(self, setting: Setting, day: date) -> int:
        """People in filled places who are no children of the instance."""
        counts = (n for n in setting.offer.place_counts if n.state is PlaceState.FILLED and not n.num_vacant(day))
        return max(0, sum(n.num_places for n in counts) - len(self.instance.residents.get(setting.id, ())))

    def _fostering_limit(self, carer: Carer, new: list[Child], still: list[Child], day: date) -> Iterator[Violation]:
        unnamed = self._unnamed(carer, day)
        people = unnamed + sum(2 if child.parent_and_child else 1 for child in (*new, *still))
        if people <= 3:
            return
        names = {child.id for child in (*new, *still)}
        numbers = self.facts.group_numbers.get(new[0].id, ())
        siblings = any(names <= set(self.instance.sibling_groups[number].child_ids) for number in numbers)
        if unnamed or not (siblings or names <= self.instance.exempt_child_ids.get(carer.id, frozenset())):
            yield Violation(
                "R19", tuple(sorted(names)), carer.id, f"{people} children on {day}, three is the usual limit"
            )

    def _bedrooms(self, carer: Carer, new: list[Child], still: list[Child], day: date) -> Iterator[Violation]:
        if carer.num_bedrooms is None or all(child.age_months < 36 for child in new):
            return
        over_three = [child for child in (*new, *still) if child.age_months >= 36]
        sharing = [child for child in over_three if self._may_share(child, carer)]
        needed = self._unnamed(carer, day) + len(over_three) - len(sharing) + (len(sharing) + 1) // 2
        if needed > carer.num_bedrooms:
            names = tuple(sorted(child.id for child in over_three))
            yield Violation("R22", names, carer.id, f"need {needed} bedrooms on {day}, there are {carer.num_bedrooms}")

    def _may_share(self, child: Child, carer: Carer) -> bool:
        """Whether it is recorded that a child may share a bedroom with a carer, and holds when the child starts."""
        rows = self.judged.sharing.get((child.id, carer.id), ())
        return any(row.is_in_force(self.start(child)) for row in rows)
