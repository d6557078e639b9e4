"""One child and one setting as objects and as a table of one row: what words about a pair are made from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from rightplace.instances.children import Togetherness
from rightplace.instances.settings import Carer, Grade, Setting
from rightplace.rules.pairs import Facts, Pairs

if TYPE_CHECKING:
    from rightplace.instances.children import Child
    from rightplace.instances.instance import Instance
    from rightplace.instances.policy import Policy
    from rightplace.rules.attributes import Ints


@dataclass(frozen=True)
class OnePair:
    """A pair by the positions of its child and its setting."""

    facts: Facts
    child_idx: int
    setting_idx: int

    @property
    def instance(self) -> Instance:
        """The instance that the pair belongs to."""
        return self.facts.instance

    @property
    def policy(self) -> Policy:
        """The authority's policy."""
        return self.instance.policy

    @property
    def child(self) -> Child:
        """The child."""
        return self.instance.children[self.child_idx]

    @property
    def setting(self) -> Setting:
        """The setting."""
        return self.instance.settings[self.setting_idx]

    @cached_property
    def row(self) -> Pairs:
        """The table of one row."""
        return Pairs(self.facts, np.array([self.child_idx]), np.array([self.setting_idx]))

    @property
    def missing_levels(self) -> int:
        """Need levels by which the child is above what the setting looks after without support."""
        facts = self.facts
        return int(facts.children.need_level[self.child_idx] - facts.settings.need_level[self.setting_idx])

    @property
    def fits_age_and_sex(self) -> bool:
        """Whether the setting's terms hold the child's age and sex."""
        terms = self.setting.offer.terms
        return terms.age_min_months <= self.child.age_months <= terms.age_max_months and self.child.sex in terms.sexes

    @property
    def fits_needs(self) -> bool:
        """Whether the setting's terms hold every need category of the child."""
        needs = self.setting.offer.terms.needs
        return needs is None or self.child.needs <= needs

    @property
    def grade(self) -> Grade | None:
        """The setting's Ofsted grade; its provider's where it has none of its own."""
        own = None if isinstance(self.setting, Carer) else self.setting.grade
        return own or self.instance.provider[self.setting.offer.provider_id].grade

    @property
    def staying_residents(self) -> Ints:
        """Positions of the residents who are there at least until the child comes."""
        facts = self.facts
        first, residents = facts.residents
        here = residents[first[self.setting_idx] : first[self.setting_idx + 1]]
        stays = ~facts.is_candidate[here] | (facts.start_day_idx[here] > facts.start_day_idx[self.child_idx])
        return here[stays]

    @property
    def clashing_ids(self) -> list[str]:
        """Those of them with whom the child must not live."""
        here = self.staying_residents
        clash = self.facts.household.clash(np.full(len(here), self.child_idx, dtype=np.int64), here)
        return [self.instance.children[i].id for i in here[clash].tolist()]

    @property
    def settled_sibling_ids(self) -> list[str]:
        """Siblings who must live with the child and live somewhere for good."""
        group = self.instance.together_group.get(self.child.id)
        if group is None or group.togetherness is not Togetherness.REQUIRED:
            return []
        others = [self.facts.child_idx[child_id] for child_id in group.child_ids if child_id != self.child.id]
        settled = (i for i in others if not self.facts.is_candidate[i])
        found = (self.instance.children[i] for i in settled)
        return [child.id for child in found if child.current_setting_id is not None]
