"""The usual fostering limit for one more child: who will be with a carer in any case, and whom siblings excuse."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from rightplace.rules.attributes import Type, ints
from rightplace.rules.pairs import USUAL_FOSTERING_LIMIT

if TYPE_CHECKING:
    from rightplace.rules.attributes import Ints, Mask
    from rightplace.rules.pairs import Facts, Pairs


class FosteringLimit:
    """Children Act 1989 Sch 7 paras 2 to 4, with everybody gone who could have left when the child comes.

    What others of the plan add is for model and certificate.
    """

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    @cached_property
    def most_there(self) -> Ints:
        """(num_settings, num_days): the most people on the day or a later one who could not have left."""
        facts = self._facts
        people = facts.unnamed.copy()
        lives = np.flatnonzero(facts.children.current_setting_idx >= 0)
        still = np.arange(len(facts.days)) < facts.start_day_idx[lives, None]
        still[~facts.is_candidate[lives]] = True
        num = facts.children.num_children[lives, None] * still
        np.add.at(people, facts.children.current_setting_idx[lives], num)
        most: Ints = np.maximum.accumulate(people[:, ::-1], axis=1)[:, ::-1]
        return most

    def keeps(self, pairs: Pairs) -> Mask:
        """Whether the carer would keep the limit with the child and those who could not have left."""
        facts = self._facts
        people = self.most_there[pairs.setting_idx, pairs.start_day_idx] + pairs.child(facts.children.num_children)
        over = (pairs.type == Type.CARER) & (people > USUAL_FOSTERING_LIMIT)
        keys = pairs.child_idx * len(facts.instance.settings) + pairs.setting_idx
        maybe = over & (np.isin(keys, self._sibling_homes) | pairs.setting(self._has_exemption))
        keeps: Mask = ~over
        for row in np.flatnonzero(maybe).tolist():
            keeps[row] = self._is_excepted(int(pairs.child_idx[row]), int(pairs.setting_idx[row]))
        return keeps

    @cached_property
    def _sibling_homes(self) -> Ints:
        """Keys child_idx * num_settings + setting_idx of children and the settings where a sibling lives."""
        facts, num_settings = self._facts, len(self._facts.instance.settings)
        current = facts.children.current_setting_idx
        groups = ([facts.child_idx[c] for c in group.child_ids] for group in facts.instance.sibling_groups)
        pairs = ((c, int(current[s])) for group in groups for c in group for s in group if s != c and current[s] >= 0)
        return ints(child * num_settings + setting for child, setting in pairs)

    @cached_property
    def _has_exemption(self) -> Mask:
        exempt = self._facts.instance.exempt_child_ids
        return np.array([setting.id in exempt for setting in self._facts.instance.settings], dtype=np.bool_)

    def _is_excepted(self, child: int, setting: int) -> bool:
        """On every day on which there are too many, all are siblings of each other or exempt."""
        facts, instance = self._facts, self._facts.instance
        carer_id, child_id = instance.settings[setting].id, instance.children[child].id
        residents = [facts.child_idx[resident.id] for resident in instance.residents.get(carer_id, ())]
        groups = [set(instance.sibling_groups[n].child_ids) for n in facts.group_numbers.get(child_id, ())]
        allowed = [*groups, set(instance.exempt_child_ids.get(carer_id, frozenset()))]
        for day in range(int(facts.start_day_idx[child]), len(facts.days)):
            there = {c for c in residents if not facts.is_candidate[c] or facts.start_day_idx[c] > day} | {child}
            unnamed = int(facts.unnamed[setting, day])
            is_over = unnamed + facts.children.num_children[list(there)].sum() > USUAL_FOSTERING_LIMIT
            names = {instance.children[c].id for c in there}
            if is_over and (unnamed > 0 or not any(names <= group for group in allowed)):
                return False
        return True
