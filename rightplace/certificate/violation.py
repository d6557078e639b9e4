"""Violation: one reason to refuse a plan, in words to read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rightplace.plan import Placement


@dataclass(frozen=True, slots=True)
class Violation:
    """One reason to refuse a plan: the rule or check, the children and setting concerned, and the sentence to read."""

    rule: str
    child_ids: tuple[str, ...]
    setting_id: str | None
    sentence: str

    def __str__(self) -> str:
        who = ", ".join(self.child_ids)
        where = "" if self.setting_id is None else f" in {self.setting_id}"
        return f"[{self.rule}] {who}{where}: {self.sentence}" if who or where else f"[{self.rule}] {self.sentence}"

    @classmethod
    def about(cls, placement: Placement, rule: str, sentence: str) -> Violation:
        """What speaks against one placement."""
        return cls(rule, (placement.child_id,), placement.setting_id, sentence)
