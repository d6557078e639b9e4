"""Decisions: what officers have decided about children and settings, which every later suggestion keeps to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Set as AbstractSet

    from rightplace.instances.instance import References


class DecisionKind(StrEnum):
    """What was decided of a child and a setting."""

    FIXED = "fixed"
    FORBIDDEN = "forbidden"
    DECLINED = "declined"
    SUGGESTED = "suggested"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision.

    Parameters
    ----------
    kind
        FIXED: the child goes to this setting, or goes on waiting. FORBIDDEN: the child does not go there, DECLINED:
        the provider has said no. SUGGESTED: this was suggested before, and changing it has a price (rule P13).
    setting_id
        ``None`` only with FIXED: the child goes on waiting.
    decided_by
        An office, never a person's name.
    """

    id: str
    child_id: str
    kind: DecisionKind
    decided_by: str
    decided_on: date
    setting_id: str | None = None

    def is_known(self, day: date, child_ids: AbstractSet[str]) -> bool:
        """Whether it had been taken by a day, of one of some children."""
        return self.decided_on <= day and self.child_id in child_ids

    def __str__(self) -> str:
        return f"{self.child_id}={self.setting_id or WAITING}"


WAITING = "waiting"
"""What stands for the setting of a child who is to go on waiting."""


def decision_faults(
    references: References, row: Decision, others: Iterable[Decision], on: date | None
) -> Iterator[tuple[str, object, str]]:
    """Column, value and what was expected, for everything wrong with a decision beside others of the same child."""
    if references.lacks("children", row.child_id):
        yield "child_id", row.child_id, "the id of a child"
    if row.setting_id is None and row.kind is not DecisionKind.FIXED:
        yield "setting_id", "", f"the id of the setting that is {row.kind}"
    if row.setting_id is not None and references.lacks("settings", row.setting_id):
        yield "setting_id", row.setting_id, "the id of a setting"
    if on is not None and row.decided_on > on:
        yield "decided_on", row.decided_on, f"a day up to {on.isoformat()}, the day of the instance"
    for other in others:
        if other.kind is row.kind and row.kind in (DecisionKind.FIXED, DecisionKind.SUGGESTED):
            yield "child_id", row.child_id, f"one decision of this kind for each child; {other.id} is another"
        against = {DecisionKind.FORBIDDEN, DecisionKind.DECLINED}
        if row.kind is DecisionKind.FIXED and other.kind in against and other.setting_id == row.setting_id:
            yield "setting_id", row.setting_id or "", f"a setting that is not {other.kind} for the child by {other.id}"
