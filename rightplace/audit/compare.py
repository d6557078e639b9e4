"""Every group beside everybody else, in every measure, judged together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rightplace import chance
from rightplace.audit.findings import Audit, Gap, GroupFinding, MeasureFinding
from rightplace.audit.measures import SHARES, Characteristic, Measure, audited, families, groups_of, like_in, measured
from rightplace.chance import Chance, Drawn, Floats, Ints, Sample
from rightplace.plan import PlacementKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rightplace.instances.children import Child
    from rightplace.instances.instance import Instance
    from rightplace.plan import Plan


Mask = NDArray[np.bool_]

LEAST_FAMILIES = 5
"""A group, and everybody else, must hold children of so many families before their means are given and compared."""
DEFAULT_RESAMPLES = 9_999
"""Twice what it takes where every group and measure can be compared."""
_LARGEST_SHARE = 1.0


def audit(
    instance: Instance,
    plan: Plan,
    *,
    opportunity_cost: Mapping[str, int] | None = None,
    seed: int = 0,
    resamples: int = DEFAULT_RESAMPLES,
) -> Audit:
    """Compare every group with everybody else in every measure.

    Parameters
    ----------
    plan
        Of this instance, and accepted by the checker.
    opportunity_cost
        Of each child's placement, pence a week, by child id. Children who are not named are left out of the measure;
        with ``None`` there is no such measure.
    seed
        Same seed, same numbers.
    resamples
        Permutations, and bootstrap samples, of each comparison.

    Raises
    ------
    ValueError
        With fewer resamples than it takes to find anything among so many comparisons.
    """
    children = audited(instance, plan)
    values = measured(instance, plan, children, opportunity_cost)
    questions = [q for measure, found in values.items() for q in _questions(instance, children, measure, found)]
    num_comparisons = sum(int(question.judged.sum()) for question in questions)
    least = chance.least_resamples(num_comparisons)
    if resamples < least:
        raise ValueError(f"at least {least}: with fewer, {num_comparisons} comparisons can find nothing")
    answers = [question.answer(seed, resamples) for question in questions]
    _adjust(questions, answers)
    groups: dict[Measure, list[GroupFinding]] = {measure: [] for measure in values}
    for question, answer in zip(questions, answers, strict=True):
        groups[question.measure] += _findings(question, answer, num_comparisons)
    kinds = [placement.kind for placement in plan.placements]
    return Audit(
        num_new=kinds.count(PlacementKind.NEW),
        num_waiting=len(plan.waiting_ids),
        num_moves=kinds.count(PlacementKind.MOVE),
        num_stays=kinds.count(PlacementKind.STAY),
        seed=seed,
        resamples=resamples,
        num_comparisons=num_comparisons,
        measures=tuple(_measure_finding(instance, children, m, found, groups[m]) for m, found in values.items()),
    )


def _measure_finding(
    instance: Instance,
    children: Sequence[Child],
    measure: Measure,
    values: Sequence[float | None],
    groups: list[GroupFinding],
) -> MeasureFinding:
    known = [value for value in values if value is not None]
    of_whom = [child for child, value in zip(children, values, strict=True) if value is not None]
    is_large = len(set(families(instance, of_whom))) >= LEAST_FAMILIES
    order = list(Characteristic)
    return MeasureFinding(
        measure=measure,
        num_children=len(known),
        num_left_out=len(values) - len(known),
        mean=float(np.mean(known)) if is_large else None,
        groups=tuple(sorted(groups, key=lambda finding: order.index(finding.characteristic))),
    )


@dataclass(frozen=True, slots=True)
class _Answer:
    """What one question comes to: plain (row 0) and like for like (row 1), a column a group."""

    gaps: Floats
    chance: tuple[Chance, Chance]
    p_adjusted: Floats
    drawn: Drawn


@dataclass(frozen=True, slots=True)
class _Question:
    """One measure, and the groups whose children are compared like for like in the same way.

    Parameters
    ----------
    names
        Characteristic and group of each column of the sample.
    num_families
        Of each group, among those of whom the measure is known.
    is_large
        Group and everybody else have families enough.
    judged
        (2, G) whether there is a comparison, plain and like for like, that is not another one's mirror image.
    mirrors
        The column that a group mirrors, -1 for none.
    """

    measure: Measure
    like: tuple[Characteristic, ...]
    names: tuple[tuple[Characteristic, str], ...]
    sample: Sample
    num_families: Ints
    is_large: Mask
    judged: Mask
    mirrors: Ints

    def answer(self, seed: int, resamples: int) -> _Answer:
        """Judge each gap by itself. The random numbers depend on seed, measure and kind of comparison only."""
        key = [seed, list(Measure).index(self.measure), sum(1 << list(Characteristic).index(c) for c in self.like)]
        plain, like = self.sample.pooled(), self.sample
        return _Answer(
            gaps=np.array([chance.gaps(plain), chance.gaps(like)]),
            chance=(
                chance.permutation_test(plain, resamples, np.random.default_rng([*key, 0])),
                chance.permutation_test(like, resamples, np.random.default_rng([*key, 1])),
            ),
            p_adjusted=np.ones(self.judged.shape),
            drawn=chance.bootstrap(like, resamples, np.random.default_rng([*key, 2])),
        )


def _questions(
    instance: Instance, children: Sequence[Child], measure: Measure, values: Sequence[float | None]
) -> list[_Question]:
    """The questions of one measure, about the children of whom it is known."""
    known = [child for child, value in zip(children, values, strict=True) if value is not None]
    if not known:
        return []
    found = np.array([value for value in values if value is not None])
    family = np.array(families(instance, known), dtype=np.int64)
    questions = []
    for like in dict.fromkeys(like_in(characteristic) for characteristic in Characteristic):
        groups = {
            (characteristic, group): members
            for characteristic in Characteristic
            if like_in(characteristic) == like
            for group, members in groups_of(instance, known, characteristic).items()
        }
        members = np.array(list(groups.values()), dtype=np.float64).T
        sample = Sample(found, members, family, _strata(instance, known, like))
        questions.append(_question(measure, like, tuple(groups), sample))
    return questions


def _strata(instance: Instance, children: Sequence[Child], like: tuple[Characteristic, ...]) -> Ints:
    """The number of each child's stratum: children alike in these characteristics."""
    by_group = [groups_of(instance, children, characteristic) for characteristic in like]
    columns = [np.argmax(np.array(list(groups.values())), axis=0) for groups in by_group]
    _, strata = np.unique(np.column_stack(columns), axis=0, return_inverse=True)
    return strata.reshape(-1)


def _question(
    measure: Measure, like: tuple[Characteristic, ...], names: tuple[tuple[Characteristic, str], ...], sample: Sample
) -> _Question:
    inside = sample.members > 0
    mirrors = _mirrors(names)
    is_large = _are_enough(sample, np.ones_like(inside))
    judged = np.array([_are_enough(s, s.is_shared()) & _differs(s) for s in (sample.pooled(), sample)])
    num_families = sample.num_clusters(inside)
    return _Question(measure, like, names, sample, num_families, is_large, judged & (mirrors < 0), mirrors)


def _are_enough(sample: Sample, items: Mask) -> Mask:
    """Whether there are families enough on both sides, among these items (a column a group)."""
    inside = sample.members > 0
    sides = (sample.num_clusters(items & inside), sample.num_clusters(items & ~inside))
    enough: Mask = np.minimum(*sides) >= LEAST_FAMILIES
    return enough


def _differs(sample: Sample) -> bool:
    """Whether anything differs between children who are compared."""
    return bool(np.abs(sample.residuals()).max() > 1e-9 * max(1.0, np.abs(sample.values).max()))


def _mirrors(names: tuple[tuple[Characteristic, str], ...]) -> Ints:
    """Of only two groups the second says what the first says, from the other side."""
    characteristics = [characteristic for characteristic, _ in names]
    mirrors = np.full(len(names), -1, dtype=np.int64)
    for column, characteristic in enumerate(characteristics):
        first = characteristics.index(characteristic)
        if characteristics.count(characteristic) == 2 and column != first:
            mirrors[column] = first
    return mirrors


def _adjust(questions: Sequence[_Question], answers: Sequence[_Answer]) -> None:
    """Judge all comparisons of the audit together."""
    if not questions:
        return
    p_values = [
        np.array([found.p_value for found in answer.chance])[question.judged]
        for question, answer in zip(questions, answers, strict=True)
    ]
    adjusted = chance.holm(np.concatenate(p_values))
    first = 0
    for question, answer in zip(questions, answers, strict=True):
        num = int(question.judged.sum())
        answer.p_adjusted[question.judged] = adjusted[first : first + num]
        first += num


def _findings(question: _Question, answer: _Answer, num_comparisons: int) -> list[GroupFinding]:
    """One finding a group."""
    members, values = question.sample.members, question.sample.values
    num = members.sum(axis=0)
    drawn = answer.drawn
    means = chance.intervals(drawn.means)
    plain = _gaps(question, answer, 0, chance.intervals(drawn.gaps), num_comparisons)
    like = _gaps(question, answer, 1, chance.intervals(drawn.like), num_comparisons)
    shift = chance.intervals(drawn.gaps - drawn.like)
    findings = []
    for column, (characteristic, group) in enumerate(question.names):
        mirrors, is_large = int(question.mirrors[column]), bool(question.is_large[column])
        source = mirrors if mirrors >= 0 else column
        inside = members[:, column] > 0
        both = (plain[source], like[source])
        findings.append(
            GroupFinding(
                characteristic=characteristic,
                group=group,
                num_children=int(num[column]),
                num_families=int(question.num_families[column]),
                mean=float(values[inside].mean()) if is_large else None,
                low=float(means[0, column]) if is_large else None,
                high=float(means[1, column]) if is_large else None,
                mean_of_others=float(values[~inside].mean()) if is_large else None,
                gap=_turned(both[0], mirrors >= 0),
                like=_turned(both[1], mirrors >= 0),
                is_accounted=bool(both[1] is not None and (shift[0, source] > 0 or shift[1, source] < 0)),
                mirrors=question.names[mirrors][1] if mirrors >= 0 else None,
            )
        )
    return findings


def _turned(gap: Gap | None, turn: bool) -> Gap | None:
    return gap.mirrored() if turn and gap is not None else gap


def _gaps(question: _Question, answer: _Answer, row: int, ends: Floats, num_comparisons: int) -> list[Gap | None]:
    """The gap of each group, plain or like for like; ``None`` where nothing is judged."""
    seen = chance.smallest_seen(answer.chance[row], max(1, num_comparisons))
    largest = _LARGEST_SHARE if question.measure in SHARES else np.inf
    return [
        Gap(
            value=float(answer.gaps[row, column]),
            low=float(ends[0, column]),
            high=float(ends[1, column]),
            p_value=float(answer.chance[row].p_value[column]),
            p_adjusted=float(answer.p_adjusted[row, column]),
            smallest_seen=float(seen[column]) if 0 < seen[column] <= largest else None,
        )
        if question.judged[row, column]
        else None
        for column in range(len(question.names))
    ]
