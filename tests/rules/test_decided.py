"""What an officer has decided, and what was suggested before: a pair just inside, and one just outside."""

from __future__ import annotations

from rightplace.instances.decisions import Decision, DecisionKind
from tests.rules.builders import DAY, Case, carer, child, each, inside, outside, pair


def decided(kind: DecisionKind, setting_id: str | None = "setting", child_id: str = "child") -> Decision:
    """A decision of the panel on the day."""
    return Decision(id="D1", child_id=child_id, kind=kind, setting_id=setting_id, decided_by="panel", decided_on=DAY)


_OTHER = carer("other")
FIXED, FORBIDDEN, DECLINED, SUGGESTED = DecisionKind

CASES = (
    inside("P12", "nothing decided", lambda: pair()),
    inside("P12", "fixed here", lambda: pair(decisions=(decided(FIXED),))),
    outside("P12", "fixed elsewhere", lambda: pair(elsewhere=(_OTHER,), decisions=(decided(FIXED, "other"),))),
    outside("P12", "to go on waiting", lambda: pair(decisions=(decided(FIXED, None),))),
    outside("P12", "forbidden", lambda: pair(decisions=(decided(FORBIDDEN),))),
    outside("P12", "declined", lambda: pair(decisions=(decided(DECLINED),))),
    inside("P12", "another forbidden", lambda: pair(elsewhere=(_OTHER,), decisions=(decided(FORBIDDEN, "other"),))),
    inside(
        "P12",
        "forbidden to another child",
        lambda: pair(beside=(child("second"),), decisions=(decided(FORBIDDEN, child_id="second"),)),
    ),
    inside("P13", "nothing suggested", lambda: pair(), amount=0, pence=0),
    inside("P13", "suggested", lambda: pair(decisions=(decided(SUGGESTED),)), amount=0, pence=0),
    outside(
        "P13",
        "another one suggested",
        lambda: pair(elsewhere=(_OTHER,), decisions=(decided(SUGGESTED, "other"),)),
        amount=1,
        pence=5_000,
    ),
)


@each(CASES)
def test_case(case: Case) -> None:
    """The rule is kept or broken as the case says, and costs what it says."""
    case.test()
