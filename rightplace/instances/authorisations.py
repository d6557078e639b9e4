"""Authorisations: what the law lets override a rule, for whom, who decided it, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from rightplace.instances.instance import References

_CHILD, _SETTING = frozenset({"child_id"}), frozenset({"setting_id"})
_BOTH, _EITHER = _CHILD | _SETTING, frozenset[str]()
LIFTABLE_RULES: Mapping[str, frozenset[str]] = {
    "P02": _EITHER,
    "P04": _EITHER,
    "P07": _EITHER,
    "P08": _EITHER,
    "R15": _BOTH,
    "R15C": _BOTH,
    "R18A": _BOTH,
    "R19": _BOTH,
    "R20": _BOTH,
    "R21": _BOTH,
    "R21E": _BOTH,
    "R22": _BOTH,
    "R23": _SETTING,
    "R23T": _SETTING,
    "R24": _BOTH,
    "R25": _BOTH,
    "R27": _CHILD,
    "R29": _CHILD,
    "R29C": _CHILD,
    "R35": _EITHER,
}
"""The rules that an authorisation may override, each with the columns that its row must fill: a rule that the law
lets be lifted for one child with one carer cannot be lifted for everybody. Where none is named, either will do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorisation:
    """One recorded decision that overrides a rule: an exemption, a court's order, an agreement, a signature.

    Parameters
    ----------
    id
        The reference of the decision.
    rule
        The id of the rule.
    child_id, setting_id
        Whom it is for: a child, a setting, or a child in a setting.
    authorised_by
        Who decided: an office or a court, never a child's or a carer's name.
    authorised_on, last_day
        When it was given, and the last day on which it holds (``None``: until it is withdrawn).
    """

    id: str
    rule: str
    authorised_by: str
    authorised_on: date
    child_id: str | None = None
    setting_id: str | None = None
    last_day: date | None = None

    def is_in_force(self, on: date) -> bool:
        """Whether it holds on a day."""
        return self.authorised_on <= on and (self.last_day is None or on <= self.last_day)

    def is_known(self, day: date, child_ids: AbstractSet[str]) -> bool:
        """Whether it has been given by a day, to one of some children or to no child in particular."""
        return self.authorised_on <= day and (self.child_id is None or self.child_id in child_ids)


def authorisation_faults(
    references: References, row: Authorisation, on: date | None
) -> Iterator[tuple[str, object, str]]:
    """Column, value and what was expected, for everything wrong with an authorisation.

    Parameters
    ----------
    on
        The day of the instance, where it is known.
    """
    if row.rule not in LIFTABLE_RULES:
        yield "rule", row.rule, f"a rule that may be overridden: one of {', '.join(LIFTABLE_RULES)}"
    if row.child_id is not None and references.lacks("children", row.child_id):
        yield "child_id", row.child_id, "the id of a child"
    if row.setting_id is not None and references.lacks("settings", row.setting_id):
        yield "setting_id", row.setting_id, "the id of a setting"
    given = {name for name, value in (("child_id", row.child_id), ("setting_id", row.setting_id)) if value is not None}
    for column in sorted(LIFTABLE_RULES.get(row.rule, _EITHER) - given):
        yield column, "", f"an id: {row.rule} is overridden for one {column.removesuffix('_id')} at a time"
    if not given and not LIFTABLE_RULES.get(row.rule):
        yield "child_id", "", "the id of a child, or a setting_id, or both"
    if on is not None and row.authorised_on > on:
        yield "authorised_on", row.authorised_on, f"a day up to {on.isoformat()}, the day of the instance"
    if row.last_day is not None and row.last_day < row.authorised_on:
        yield "last_day", row.last_day, f"a day from {row.authorised_on.isoformat()} on, when it was given"
