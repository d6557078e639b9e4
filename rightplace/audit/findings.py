"""What an audit finds, as plain data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from rightplace import chance
from rightplace.audit.measures import Characteristic, Measure


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """The mean of a group less the mean of everybody else, in the measure's unit.

    Parameters
    ----------
    low, high
        The bootstrap interval at 95%, by itself: not widened for the number of comparisons.
    p_adjusted
        Holm's, for all comparisons of the audit.
    smallest_seen
        The gap that would be found four times in five; ``None`` where none could be.
    """

    value: float
    low: float
    high: float
    p_value: float
    p_adjusted: float
    smallest_seen: float | None

    @property
    def is_larger_than_chance(self) -> bool:
        """No more than one audit in twenty says so of any gap where chance alone is at work."""
        return self.p_adjusted <= chance.LEVEL

    def mirrored(self) -> Gap:
        """The same gap, seen from everybody else."""
        return replace(self, value=-self.value, low=-self.high, high=-self.low)


class Explanation(StrEnum):
    """What need level and age have to do with a gap that is larger than chance."""

    ALSO_AMONG_LIKE = "also among like children"
    REVERSED = "the other way round among like children"
    ACCOUNTED = "need level and age account for at least part of it"
    UNSETTLED = "cannot be told: no larger than chance among like children"
    TOO_FEW = "cannot be told: too few children are alike"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFinding:
    """One group beside everybody else, in one measure.

    Parameters
    ----------
    num_children, num_families
        Of whom the measure is known; brothers and sisters are one family.
    mean, low, high
        Of the group, with its bootstrap interval; ``None`` where the group or everybody else is too small.
    gap, like
        Among all, and like for like; ``None`` where there are too few, or nothing differs.
    is_accounted
        The bootstrap interval of the difference between the two leaves out 0.
    mirrors
        The only other group, whose comparison this is, seen from the other side. It is counted once.
    """

    characteristic: Characteristic
    group: str
    num_children: int
    num_families: int
    mean: float | None
    low: float | None
    high: float | None
    mean_of_others: float | None
    gap: Gap | None
    like: Gap | None
    is_accounted: bool
    mirrors: str | None

    @property
    def explanation(self) -> Explanation | None:
        """``None`` where the gap is no larger than chance."""
        if self.gap is None or not self.gap.is_larger_than_chance:
            return None
        if self.like is None:
            return Explanation.TOO_FEW
        if self.like.is_larger_than_chance:
            return Explanation.ALSO_AMONG_LIKE if self.like.value * self.gap.value > 0 else Explanation.REVERSED
        return Explanation.ACCOUNTED if self.is_accounted else Explanation.UNSETTLED


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureFinding:
    """All groups in one measure.

    Parameters
    ----------
    num_left_out
        The children of whom the measure says nothing.
    mean
        Of all others; ``None`` where those are too few.
    """

    measure: Measure
    num_children: int
    num_left_out: int
    mean: float | None
    groups: tuple[GroupFinding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What an audit found.

    Parameters
    ----------
    num_stays
        Children who may move and stay: nobody sought a home for them, so they are not audited.
    num_comparisons
        Gaps judged, among all children and like for like, each once.
    measures
        Opportunity cost only where it was given.
    """

    num_new: int
    num_waiting: int
    num_moves: int
    num_stays: int
    seed: int
    resamples: int
    num_comparisons: int
    measures: tuple[MeasureFinding, ...]

    @property
    def num_children(self) -> int:
        """The children audited."""
        return self.num_new + self.num_waiting + self.num_moves
