"""What the checks of many plans for one instance have in common: each pair and each household is judged once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from rightplace.instances.geography import distance_miles
from rightplace.rules.catalogue import broken, priced
from rightplace.rules.pairs import Pairs
from rightplace.rules.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rightplace.certificate.violation import Violation
    from rightplace.instances.authorisations import Authorisation
    from rightplace.rules.pairs import Facts

    Household = tuple[str, tuple[str, ...], tuple[str, ...]]
    """A setting, who comes to it and who leaves it."""


@dataclass(frozen=True, slots=True)
class JudgedPair:
    """One child in one setting: the hard rules it breaks, in the catalogue's order, the policy's price, the miles."""

    broken: tuple[Rule, ...]
    policy_pence: int
    miles: float | None


class Judged:
    """Judgements on the pairs and households of one instance, by ids; they grow as plans are checked."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self._pairs: dict[tuple[str, str], JudgedPair] = {}
        self.households: dict[Household, tuple[Violation, ...]] = {}

    @cached_property
    def sharing(self) -> dict[tuple[str, str], list[Authorisation]]:
        """Who may share a bedroom with whom of the carers (R22), by child and carer."""
        found: dict[tuple[str, str], list[Authorisation]] = {}
        for row in self.facts.instance.authorisations:
            if row.rule == "R22" and row.child_id is not None and row.setting_id is not None:
                found.setdefault((row.child_id, row.setting_id), []).append(row)
        return found

    def pairs(self, ids: Sequence[tuple[str, str]]) -> list[JudgedPair]:
        """The judgements on some pairs of a child and a setting."""
        self.judge(pair for pair in dict.fromkeys(ids) if pair not in self._pairs)
        return [self._pairs[pair] for pair in ids]

    def judge(self, ids: Iterable[tuple[str, str]]) -> None:
        """Judge some pairs together, which is faster than one after another."""
        new = list(ids)
        if not new:
            return
        facts = self.facts
        children = np.array([facts.child_idx[child_id] for child_id, _ in new], dtype=np.int64)
        settings = np.array([facts.setting_idx[setting_id] for _, setting_id in new], dtype=np.int64)
        table = Pairs(facts, children, settings)
        found: list[list[Rule]] = [[] for _ in new]
        for rule, rows in broken(table):
            for row in rows.tolist():
                found[row].append(rule)
        for pair, rules, price in zip(new, found, priced(table).tolist(), strict=True):
            child, setting = facts.instance.child[pair[0]], facts.instance.setting[pair[1]]
            miles = distance_miles(child.home, setting.offer.location)
            self._pairs[pair] = JudgedPair(tuple(rules), price, miles)
