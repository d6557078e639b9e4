"""Holds rows of results against each other and against what is known: what contradicts is wrong, whoever is right.

Times are never looked at here. A row is named by its file and line.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightplace.benchmarks.results import Row, Status, Verdict, gap_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_TOLERANCE = 1e-6
_PUBLISHED_ROUNDING = 5e-4
_UNIT = 1.0
"""Solvers prove to the unit: a value is optimal where less than this separates it from its bound."""


@dataclass(frozen=True, slots=True)
class Found:
    """A row, and where it stands."""

    where: str
    row: Row

    def __str__(self) -> str:
        row = self.row
        return f"{self.where} ({row.instance} by {row.solver}, seed {row.seed})"


@dataclass(frozen=True, slots=True)
class Known:
    """The best known value and bound of an instance of the registry, minimised; published ones may be rounded."""

    instance: str
    value: float | None
    bound: float | None
    source: str


def is_above(one: float, other: float) -> bool:
    """Whether one number is above another: whole ones exactly, others by more than a millionth of the larger."""
    if one.is_integer() and other.is_integer():
        return one > other
    return one - other > _TOLERANCE * max(1.0, abs(one), abs(other))


def contradictions(
    found: Iterable[Found], known: Iterable[Known] = (), registered: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Every contradiction, in a sentence that names its rows.

    Parameters
    ----------
    known
        Best known values and bounds.
    registered
        By instance, the digest that the registry has for it.
    """
    rows = list(found)
    for one in rows:
        yield from _within(one, registered or {})
    groups: defaultdict[str, list[Found]] = defaultdict(list)
    for one in rows:
        if one.row.digest:
            groups[one.row.digest].append(one)
    for group in groups.values():
        yield from _between(group)
    by_instance = {best.instance: best for best in known}
    for one in rows:
        if one.row.instance in by_instance:
            yield from _against(one, by_instance[one.row.instance])


def _within(one: Found, registered: Mapping[str, str]) -> Iterator[str]:
    """What a row says against itself."""
    row = one.row
    if row.certificate is Verdict.REFUSED:
        yield f"{one}: the check refuses the answer: {row.detail}"
    if row.status in (Status.OPTIMAL, Status.FEASIBLE):
        if row.value is None:
            yield f"{one}: {row.status}, but without a value"
        if row.certificate is Verdict.NONE:
            yield f"{one}: {row.status}, but nobody checked the answer"
    wanted = registered.get(row.instance)
    if wanted is not None and row.instance_digest not in ("", wanted):
        yield f"{one}: instance digest {row.instance_digest[:12]}, but the registry has {wanted[:12]}"
    if row.value is None or row.bound is None:
        return
    if is_above(row.bound, row.value):
        yield f"{one}: its bound {row.bound:.15g} is above its value {row.value:.15g}"
    elif row.status is Status.OPTIMAL and row.value - row.bound > max(_UNIT, _TOLERANCE * abs(row.value)):
        yield f"{one}: optimal, but its bound {row.bound:.15g} is below its value {row.value:.15g}"
    gap = gap_of(row.value, row.bound)
    if (gap is None) != (row.gap is None) or (gap is not None and abs(gap - (row.gap or 0.0)) > 1e-9 * (1 + gap)):
        yield f"{one}: its gap is {row.gap}, but value {row.value:.15g} and bound {row.bound:.15g} make {gap}"
    last = row.trace[-1].value if row.trace else None
    if last is not None and (is_above(last, row.value) or is_above(row.value, last)):
        yield f"{one}: its value is {row.value:.15g}, but its trace ends with {last:.15g}"


def _between(group: Sequence[Found]) -> Iterator[str]:
    """What rows of the same mathematics say against each other."""
    valued = [one for one in group if one.row.value is not None and one.row.certificate is Verdict.ACCEPTED]
    if not valued:
        return
    best = min(valued, key=lambda one: one.row.value or 0.0)
    least = best.row.value
    assert least is not None
    for one in group:
        row = one.row
        if one is not best and row.bound is not None and is_above(row.bound, least):
            yield f"{one}: nothing is below {row.bound:.15g}, it says, but {best} has {least:.15g}"
        if row.status is Status.OPTIMAL and row.value is not None and row.value - least >= _UNIT - _TOLERANCE:
            yield f"{one}: optimal with {row.value:.15g}, it says, but {best} has {least:.15g}"


def _less(published: float, sign: int) -> float:
    """A published number, less what rounding to three decimals may have added; a whole one is taken as it is."""
    return published if published.is_integer() else published - sign * _PUBLISHED_ROUNDING


def _against(one: Found, best: Known) -> Iterator[str]:
    """What a row says against what is known."""
    row = one.row
    if row.value is not None and best.bound is not None and is_above(_less(best.bound, 1), row.value):
        yield f"{one}: its value {row.value:.15g} is below the proven bound {best.bound:.15g} ({best.source})"
    if row.bound is not None and best.value is not None and is_above(row.bound, _less(best.value, -1)):
        yield f"{one}: its bound {row.bound:.15g} is above the known value {best.value:.15g} ({best.source})"
