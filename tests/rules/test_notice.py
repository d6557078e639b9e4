"""Notifications, warnings and planning notes: just inside and just outside, and that they never cost or exclude."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from rightplace.instances.children import Place, Urgency
from rightplace.rules.catalogue import HARD_RULES, RULES
from rightplace.rules.notice import RULES as NOTICES
from tests.rules.builders import Case, carer, child, each, filled, home, inside, outside, pair, vacant

if TYPE_CHECKING:
    from rightplace.rules.pairs import Pairs
    from rightplace.rules.rule import Rule

_NOW = Urgency.EMERGENCY


def _stays() -> Pairs:
    one = child(is_waiting=False, may_move=True, current_setting_id="setting")
    return pair(one, carer(place_counts=(filled(),)), rematch=True)


def _adults(num_adults: int, children: int) -> Pairs:
    """A home with so many adults and unnamed children, and a place for one more child."""
    people = (filled(num_adults + children),) if num_adults + children else ()
    return pair(child(), home(place_counts=(vacant(), *people), num_adults=num_adults))


def _waiting(num: int, num_places: int, **more: Any) -> Pairs:
    beside = tuple(child(f"other {n}") for n in range(num - 1))
    return pair(child(), carer(place_counts=(vacant(num_places),), **more), beside=beside)


CASES = (
    inside("R26", "an emergency, which has its own time", lambda: pair(child(urgency=_NOW))),
    inside("R26", "a child who stays", _stays),
    outside("R26", "a planned placement", lambda: pair(child())),
    inside("R26E", "a planned placement, which has its own time", lambda: pair(child())),
    outside("R26E", "an emergency", lambda: pair(child(urgency=_NOW))),
    inside("R28", "an emergency, which has its own time", lambda: pair(child(urgency=_NOW))),
    inside("R28", "a child who stays", _stays),
    outside("R28", "a planned placement", lambda: pair(child())),
    inside("R28E", "a planned placement, which has its own time", lambda: pair(child())),
    outside("R28E", "an emergency", lambda: pair(child(urgency=_NOW))),
    inside("R01", "placed with a foster carer now", lambda: pair(child(current_place=Place.U6))),
    outside("R01", "placed with parents now", lambda: pair(child(current_place=Place.P1))),
    inside("R37", "one adult, two children with the newcomer", lambda: _adults(1, 1)),
    outside("R37", "one adult, no child but the newcomer", lambda: _adults(1, 0)),
    inside("R37", "no adults", lambda: _adults(0, 0)),
    inside("R09", "two wait, two places", lambda: _waiting(2, 2)),
    outside("R09", "two wait, one place", lambda: _waiting(2, 1)),
    outside("R09", "two wait, two places in the next area", lambda: _waiting(2, 2, authority_id="B")),
    outside("R09", "level 3, a place for level 2", lambda: pair(child(need_level=3), carer(need_level=2))),
    inside("R09", "level 3, a place for level 3", lambda: pair(child(need_level=3), carer(need_level=3))),
    inside("R34", "a year and a month before 18", lambda: pair(child(age_months=203), carer())),
    outside("R34", "a year before 18", lambda: pair(child(age_months=204), carer())),
    inside("R34", "a year before 18, a home", lambda: pair(child(age_months=204), home())),
)


@each(CASES)
def test_notice(case: Case) -> None:
    """The rule says nothing of the pair just inside it and speaks of the one just outside."""
    case.test()


@pytest.mark.parametrize("rule", NOTICES, ids=lambda rule: rule.id)
def test_a_notice_neither_excludes_nor_costs(rule: Rule) -> None:
    """No notification, warning or planning note is among the hard rules, and none has a price."""
    assert rule not in HARD_RULES
    assert rule in RULES
    with pytest.raises(ValueError, match=f"{rule.id} has no price"):
        rule.pence_per_week(pair())
