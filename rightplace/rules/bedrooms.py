"""Who needs a bedroom of its own (rule R22), counted in half bedrooms.

A child over three takes a whole bedroom, one who may share by a recorded agreement half of one, a younger child none.
Halves add up over a household, so that two who have agreed take one bedroom, and one who has agreed alone takes one
too: both authorities must agree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rightplace.instances.settings import Carer
from rightplace.rules.pairs import Facts, Pairs
from rightplace.rules.rule import Mask, Scope, hard

if TYPE_CHECKING:
    from rightplace.rules.attributes import Ints

OWN_BEDROOM_MONTHS = 36
"""Age in months from which a child is over three: the third birthday."""


class Bedrooms:
    """The bedrooms of every carer, and how many of them those take who cannot have left.

    Parameters
    ----------
    is_counted
        Per setting: it is a carer whose bedrooms somebody counted.
    halves
        Per setting: half bedrooms, 0 where they are not counted.
    taken
        (num_settings, num_days): half bedrooms of residents who are there on the day whatever the plan, and of people
        in filled places whom the instance does not list, who count as over three.
    """

    def __init__(self, facts: Facts) -> None:
        settings = facts.instance.settings
        counts = [s.num_bedrooms if isinstance(s, Carer) else None for s in settings]
        self.is_counted = np.array([num is not None for num in counts], dtype=np.bool_)
        self.halves = np.array([2 * (num or 0) for num in counts], dtype=np.int64)
        current = facts.children.current_setting_idx
        residents = np.flatnonzero(current >= 0)
        need = half_bedrooms(Pairs(facts, residents, current[residents]))
        days = np.arange(len(facts.days))
        may_have_left = facts.is_candidate[residents, None] & (facts.start_day_idx[residents, None] <= days)
        self.taken = 2 * facts.unnamed
        np.add.at(self.taken, current[residents], need[:, None] * ~may_have_left)


def half_bedrooms(p: Pairs) -> Ints:
    """Half bedrooms that the child takes in the setting: 2 over three, 1 if it may share, 0 up to three."""
    over_three = p.child(p.facts.children.ages_months) >= OWN_BEDROOM_MONTHS
    return np.where(over_three, 2 - p.is_authorised("R22"), 0).astype(np.int64)


@hard(
    "R22",
    "A bedroom of their own",
    source="Fostering National Minimum Standards 2011, standard 10.6 (a standard, not a regulation)",
    sentence="A foster child over three has a bedroom of their own, unless each child's authority has agreed that they "
    "share one.",
    scope=Scope.HOUSEHOLD,
    lifted_by="the agreement of the child's authority, after assessment, that the child shares a bedroom",
    weighs_authorisations=True,
)
def bedroom_of_its_own(p: Pairs) -> Mask:
    """Beside those who are there on the child's first day whatever the plan, a bedroom is left for the child.

    A carer whose bedrooms nobody counted passes. Two children with an agreement share one bedroom.
    """
    rooms = p.facts.bedrooms
    counted = p.setting(rooms.is_counted)
    keeps = np.ones(len(p), dtype=np.bool_)
    rows = np.flatnonzero(counted)
    some = p.where(counted)
    need = half_bedrooms(some)
    taken = rooms.taken[some.setting_idx, some.start_day_idx]
    keeps[rows] = (need == 0) | (taken + need <= some.setting(rooms.halves))
    return keeps


RULES = (bedroom_of_its_own,)
