"""The catalogue: every rule, in the order in which pairs are filtered (cheap and selective ones first)."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from rightplace.rules import approval, compatibility, practice, preference, regulation
from rightplace.rules.rule import Kind, Rule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rightplace.rules.pairs import Ints, Pairs

HARD_RULES: tuple[Rule, ...] = (*practice.RULES, *regulation.RULES, *compatibility.RULES)
APPROVAL_RULES: tuple[Rule, ...] = approval.RULES
PREFERENCE_RULES: tuple[Rule, ...] = preference.RULES
RULES: tuple[Rule, ...] = (*HARD_RULES, *APPROVAL_RULES, *PREFERENCE_RULES)
CAPACITY = "capacity"
"""What stands for a rule where a setting is lawful but other children take its places."""
OPEN = "open"
"""What stands for a rule where a setting would still take the child."""


@cache
def rules_by_id() -> Mapping[str, Rule]:
    """The catalogue by rule id."""
    return {rule.id: rule for rule in RULES}


def lawful(pairs: Pairs) -> Pairs:
    """The pairs that keep every hard rule; each rule only sees what the ones before it left."""
    for rule in HARD_RULES:
        pairs = pairs.where(rule.passes(pairs))
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
