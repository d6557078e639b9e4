"""The decisions of an instance as arrays, and the two rules that rest on them: what is decided, what was suggested."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rightplace.instances.decisions import DecisionKind
from rightplace.rules.rule import Amounts, Mask, Owner, hard, preference

if TYPE_CHECKING:
    from rightplace.rules.pairs import Facts, Pairs

_UNDECIDED = -2


class Decided:
    """Decisions as positions.

    Parameters
    ----------
    fixed
        Per child: the position of the setting it is fixed to, -1 where it is to go on waiting, -2 where neither.
    suggested
        Per child: the position of the setting suggested before, -1 without.
    excluded
        Sorted keys child * num_settings + setting of what is forbidden or declined.
    """

    def __init__(self, facts: Facts) -> None:
        instance = facts.instance
        self.fixed = np.full(len(instance.children), _UNDECIDED, dtype=np.int64)
        self.suggested = np.full(len(instance.children), -1, dtype=np.int64)
        excluded = []
        for row in instance.decisions:
            child = facts.child_idx[row.child_id]
            setting = -1 if row.setting_id is None else facts.setting_idx[row.setting_id]
            match row.kind:
                case DecisionKind.FIXED:
                    self.fixed[child] = setting
                case DecisionKind.SUGGESTED:
                    self.suggested[child] = setting
                case DecisionKind.FORBIDDEN | DecisionKind.DECLINED:
                    excluded.append(child * len(instance.settings) + setting)
        self.excluded = np.array(sorted(excluded), dtype=np.int64)


@hard(
    "P12",
    "As decided",
    source="The officer's decision (table decisions)",
    sentence="A child goes where an officer has decided, and to no setting that an officer has ruled out or whose "
    "provider has declined.",
    owner=Owner.QUESTION,
)
def as_decided(p: Pairs) -> Mask:
    """The child is not fixed elsewhere, and the pair is neither forbidden nor declined."""
    decided = p.facts.decided
    fixed = p.child(decided.fixed)
    keeps: Mask = (fixed == _UNDECIDED) | (fixed == p.setting_idx)
    if len(decided.excluded):
        keeps &= ~np.isin(p.child_idx * len(p.facts.instance.settings) + p.setting_idx, decided.excluded)
    return keeps


@preference(
    "P13",
    "As suggested before",
    source="Practice: an offer once made binds people's time (table decisions)",
    sentence="A child goes where it was suggested before, so that offers already made need not be taken back.",
    price=lambda policy: policy.price.changed_suggestion,
    owner=Owner.AUTHORITY,
)
def as_suggested(p: Pairs) -> Amounts:
    """1 where another setting was suggested before."""
    suggested = p.child(p.facts.decided.suggested)
    return ((suggested >= 0) & (suggested != p.setting_idx)).astype(np.int64)
