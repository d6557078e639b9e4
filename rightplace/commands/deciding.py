"""What an officer decides on the command line: --fix, --forbid, --offer-declined, --keep."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rightplace.commands.common import open_plan, tell, unknown_ids
from rightplace.errors import Fault, InstanceError
from rightplace.instances.decisions import WAITING, Decision, DecisionKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rightplace.instances.instance import Instance

FixOption = Annotated[
    list[str] | None,
    typer.Option(metavar="CHILD=SETTING", help="The child goes there; CHILD=waiting: it goes on waiting. Repeatable."),
]
ForbidOption = Annotated[
    list[str] | None, typer.Option(metavar="CHILD=SETTING", help="The child does not go there. Repeatable.")
]
DeclinedOption = Annotated[
    list[str] | None,
    typer.Option("--offer-declined", metavar="CHILD=SETTING", help="The provider has declined the child. Repeatable."),
]
KeepOption = Annotated[
    Path | None,
    typer.Option(help="An answer that match wrote before: each change to its suggestions has a price."),
]
_BY = "command line"


def with_decisions(
    instance: Instance,
    fix: Sequence[str] | None,
    forbid: Sequence[str] | None,
    declined: Sequence[str] | None,
    keep: Path | None,
    *,
    rematch: bool,
) -> Instance:
    """The instance with what was decided on the command line beside what its own table says.

    Raises
    ------
    typer.BadParameter
        For what is no pair of a child who seeks a home and a setting, all at once.
    InstanceError
        For a setting that the rules close to the child fixed to it, and for decisions that contradict each other.
    """
    kinds = (DecisionKind.FIXED, fix), (DecisionKind.FORBIDDEN, forbid), (DecisionKind.DECLINED, declined)
    asked = [(kind, text) for kind, texts in kinds for text in texts or ()]
    pairs = _pairs(instance, [text for _, text in asked], rematch)
    made = [
        (kind, child, None if setting == WAITING else setting)
        for (kind, _), (child, setting) in zip(asked, pairs, strict=True)
    ]
    _refuse_unlawful(
        instance, [(child, setting) for kind, child, setting in made if kind is DecisionKind.FIXED and setting]
    )
    made += [(DecisionKind.SUGGESTED, child, setting) for child, setting in _suggested(instance, keep, rematch)]
    if not made:
        return instance
    again = {(kind, child) for kind, child, _ in made if kind in (DecisionKind.FIXED, DecisionKind.SUGGESTED)}
    kept = [row for row in instance.decisions if (row.kind, row.child_id) not in again]
    taken = {row.id for row in kept}
    free = (f"D{number}" for number in range(1, len(made) + len(taken) + 1) if f"D{number}" not in taken)
    rows = [
        Decision(id=id_, child_id=child, kind=kind, setting_id=setting, decided_by=_BY, decided_on=instance.date)
        for id_, (kind, child, setting) in zip(free, made, strict=False)
    ]
    return instance.replace(decisions=(*kept, *rows))


def _pairs(instance: Instance, texts: Sequence[str], rematch: bool) -> list[tuple[str, str]]:
    """Each CHILD=SETTING as two ids."""
    seeking = [child.id for child in instance.candidates(rematch)]
    wrong, pairs = [], []
    for text in texts:
        child, sign, setting = text.partition("=")
        if not sign:
            wrong.append(f"{text!r}: expected CHILD=SETTING")
            continue
        wrong += unknown_ids("child who seeks a home", [child], seeking)
        wrong += unknown_ids("setting", [setting], [*instance.setting, WAITING])
        pairs.append((child, setting))
    if wrong:
        raise typer.BadParameter("\n".join(wrong))
    return pairs


def _refuse_unlawful(instance: Instance, pairs: Sequence[tuple[str, str]]) -> None:
    """Nobody can decide what a hard rule excludes."""
    from rightplace.rules.catalogue import broken
    from rightplace.rules.pairs import Facts, Pairs
    from rightplace.rules.remedies import remedy_of

    facts = Facts(instance.replace(decisions=()), rematch=True)
    faults = []
    for child, setting in pairs:
        for rule, _ in broken(Pairs.of(facts, child, setting)):
            remedy = remedy_of(rule)
            expected = f"a setting that the rules leave open to the child: {rule.id} {rule.title.lower()}. "
            expected += "" if remedy is None else remedy.sentence
            faults.append(Fault("--fix", None, "setting", f"{child}={setting}", expected.strip()))
    if faults:
        raise InstanceError(faults)


def _suggested(instance: Instance, keep: Path | None, rematch: bool) -> list[tuple[str, str]]:
    """The suggestions of an earlier answer that are still about somebody and somewhere."""
    from rightplace.plan import PlacementKind

    if keep is None:
        return []
    seeking = {child.id for child in instance.candidates(rematch)}
    found = [(p.child_id, p.setting_id) for p in open_plan(keep).placements if p.kind is not PlacementKind.STAY]
    still = [(child, setting) for child, setting in found if child in seeking and setting in instance.setting]
    if len(still) < len(found):
        tell(f"{keep}: {len(found) - len(still)} of {len(found)} suggestions are about nobody who seeks a home now")
    return still
