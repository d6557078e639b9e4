"""The catalogue: every rule, in the order of its tables, and what is asked of all of them together."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from rightplace.rules import approval, bedrooms, compatibility, decided, notice, practice, preference, regulation
from rightplace.rules.pairs import Pairs
from rightplace.rules.rule import Kind, Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rightplace.rules.attributes import Ints
    from rightplace.rules.pairs import Facts

HARD_RULES: tuple[Rule, ...] = (
    *practice.RULES,
    decided.as_decided,
    *regulation.RULES,
    *compatibility.RULES,
    *bedrooms.RULES,
)
APPROVAL_RULES: tuple[Rule, ...] = approval.RULES
PREFERENCE_RULES: tuple[Rule, ...] = (*preference.RULES, decided.as_suggested)
NOTIFICATION_RULES: tuple[Rule, ...] = tuple(rule for rule in notice.RULES if rule.kind is Kind.NOTIFICATION)
WARNING_RULES: tuple[Rule, ...] = tuple(rule for rule in notice.RULES if rule.kind is Kind.WARNING)
PLANNING_RULES: tuple[Rule, ...] = tuple(rule for rule in notice.RULES if rule.kind is Kind.PLANNING)
RULES: tuple[Rule, ...] = (
    *HARD_RULES,
    *APPROVAL_RULES,
    *PREFERENCE_RULES,
    *NOTIFICATION_RULES,
    *WARNING_RULES,
    *PLANNING_RULES,
)
GRID_RULES: tuple[Rule, ...] = (
    practice.type_is_suitable,
    practice.meets_need_level,
    practice.open_to_authority,
    practice.connected_to_child,
    regulation.within_terms_of_approval,
)
"""Hard rules that compare attributes only and leave few pairs: ``lawful_among`` runs them first, on a grid."""
CAPACITY = "capacity"
"""What stands for a rule where a setting is lawful but other children take its places."""
OPEN = "open"
"""What stands for a rule where a setting would still take the child."""


GUIDE_NUMBERS = tuple(f"R{number:02}" for number in range(1, 39))
"""The rules of law that the catalogue covers, each by a rule of its number or by parts of it (R05, R05C, R05M)."""


def parts_of(number: str) -> tuple[Rule, ...]:
    """The rules that a number of the field guide stands for: its own, and those with a letter behind it."""
    return tuple(rule for rule in RULES if rule.id == number or (rule.id[:3] == number and rule.id[3:].isalpha()))


@cache
def rules_by_id() -> Mapping[str, Rule]:
    """The catalogue by rule id."""
    return {rule.id: rule for rule in RULES}


def lawful(pairs: Pairs) -> Pairs:
    """The pairs that keep every hard rule; each rule only sees what the ones before it left."""
    return _filtered(pairs, HARD_RULES)


def lawful_if_vacant(pairs: Pairs) -> Pairs:
    """The pairs that keep every hard rule but the one that a place is free."""
    return _filtered(pairs, (rule for rule in HARD_RULES if rule is not practice.has_vacancy))


def lawful_whatever_decided(pairs: Pairs) -> Pairs:
    """The pairs that keep every hard rule but an officer's decision, which does not change what the law prefers."""
    return _filtered(pairs, (rule for rule in HARD_RULES if rule is not decided.as_decided))


def lawful_among(facts: Facts, child_idx: Ints, setting_idx: Ints, *, if_vacant: bool = False) -> Pairs:
    """The lawful ones of all pairs of some children and some settings: ``lawful`` of their product, but faster.

    ``if_vacant``: whether or not a place is free, as in ``lawful_if_vacant``.

    Few pairs are lawful. So the rules that leave least run first, on the grid with the children down and the settings
    across: there an attribute is looked up once for each child or setting, not once for each pair.
    """
    grid = Pairs(facts, child_idx[:, None], setting_idx[None, :])
    keeps = np.ones((len(child_idx), len(setting_idx)), dtype=np.bool_)
    for rule in GRID_RULES:
        keeps &= rule.passes(grid)
    down, across = np.divmod(np.flatnonzero(keeps), max(1, len(setting_idx)))
    done = {*GRID_RULES, practice.within_search_radius, *((practice.has_vacancy,) if if_vacant else ())}
    rest = [rule for rule in HARD_RULES if rule not in done]
    return _filtered(Pairs(facts, child_idx[down], setting_idx[across]), (practice.within_search_radius, *rest))


def _filtered(pairs: Pairs, rules: Iterable[Rule]) -> Pairs:
    for rule in rules:
        keeps = rule.passes(pairs)
        if not keeps.all():
            pairs = pairs.where(keeps)
    return pairs


def broken(pairs: Pairs, kind: Kind = Kind.HARD) -> list[tuple[Rule, Ints]]:
    """Every rule of a kind with the positions of the pairs that break it; rules that nobody breaks are left out."""
    rules = [rule for rule in RULES if rule.kind is kind]
    found = [(rule, np.flatnonzero(~rule.passes(pairs))) for rule in rules]
    return [(rule, rows) for rule, rows in found if len(rows)]


def priced(pairs: Pairs) -> Ints:
    """Pence a week that the policy adds to the fee of each pair: preferences and approvals."""
    total = np.zeros(len(pairs), dtype=np.int64)
    for rule in (*APPROVAL_RULES, *PREFERENCE_RULES):
        total += rule.pence_per_week(pairs)
    return total
