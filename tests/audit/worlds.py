"""Plans written by hand for an audit: who is placed how far from home, at what fee, and who waits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rightplace.audit import Audit, Characteristic, GroupFinding, Measure, MeasureFinding, audit
from rightplace.instances.children import Ethnicity
from tests.plans import placed, written
from tests.rules.builders import carer, child, filled, instance, vacant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rightplace.instances.children import Child, SiblingGroup
    from rightplace.instances.instance import Instance
    from rightplace.instances.settings import Setting
    from rightplace.plan import Placement, Plan

WHITE, BLACK = Ethnicity.WBRI, Ethnicity.BAFR
FEW = 1_999
"""Resamples, enough for the comparisons of these worlds."""


@dataclass(frozen=True)
class Given:
    """One child of a plan; ``miles`` of ``None`` leaves it waiting."""

    id: str
    miles: float | None
    fee: int = 60_000
    about: tuple[tuple[str, Any], ...] = ()


def given(id: str, miles: float | None, fee: int = 60_000, **about: Any) -> Given:
    """A child, and how the plan treats it."""
    return Given(id, miles, fee, tuple(about.items()))


def series(prefix: str, miles: Sequence[float | None], **about: Any) -> list[Given]:
    """Children alike in all but how far from home they are placed."""
    return [given(f"{prefix}{number}", far, **about) for number, far in enumerate(miles)]


def world(children: Sequence[Given], groups: tuple[SiblingGroup, ...] = ()) -> tuple[Instance, Plan]:
    """A carer with room for all, and the plan."""
    people: tuple[Child, ...] = tuple(child(one.id, **dict(one.about)) for one in children)
    return with_plan(people, (carer(place_counts=(vacant(len(people)),)),), _placements(children), groups)


def _placements(children: Sequence[Given]) -> list[Placement]:
    return [placed(one.id, fee=one.fee, distance_miles=one.miles) for one in children if one.miles is not None]


def with_plan(
    children: tuple[Child, ...],
    settings: tuple[Setting, ...],
    placements: list[Placement],
    groups: tuple[SiblingGroup, ...] = (),
    *,
    rematch: bool = False,
) -> tuple[Instance, Plan]:
    """An instance and a plan in which everybody without a placement waits."""
    asked = instance(children, settings, groups=groups)
    housed = {placement.child_id for placement in placements}
    waiting = tuple(c.id for c in asked.candidates(rematch) if c.id not in housed)
    return asked, written(asked, *placements, waiting=waiting, rematch=rematch)


def audited(children: Sequence[Given], seed: int = 0, **options: Any) -> Audit:
    """The audit of a plan written by hand."""
    asked, plan = world(children, options.pop("groups", ()))
    return audit(asked, plan, seed=seed, **({"resamples": FEW} | options))


def measure(found: Audit, name: Measure) -> MeasureFinding:
    """One measure of an audit."""
    (one,) = (finding for finding in found.measures if finding.measure is name)
    return one


def group(found: Audit, name: Measure, characteristic: Characteristic, words: str) -> GroupFinding:
    """One group of a measure."""
    (one,) = (g for g in measure(found, name).groups if (g.characteristic, g.group) == (characteristic, words))
    return one


__all__ = ["BLACK", "FEW", "WHITE", "audited", "filled", "given", "group", "measure", "series", "with_plan", "world"]
