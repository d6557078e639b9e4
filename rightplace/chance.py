"""Is a gap between groups larger than chance would make it? Arrays only: nothing here knows what a child is.

Everything is about one measure of many items. Items of one cluster are not independent of each other, so clusters are
exchanged and drawn, never single items. A gap is the mean of a group less the mean of all other items, *like for like*:
the mean of the gaps within each stratum, weighted by ``n1 * n0 / (n1 + n0)``, where ``n1`` items of the stratum are in
the group and ``n0`` are not. With one stratum for all it is the plain difference of means.

Sources: Phipson and Smyth 2010 (doi:10.2202/1544-6115.1585) for the p-values, Efron 1979 (doi:10.1214/aos/1176344552)
for the bootstrap, Holm 1979 (Scandinavian Journal of Statistics 6, 65-70) for many comparisons.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Iterator

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LEVEL = 0.05
"""The probability of even one false alarm among all comparisons."""
POWER = 0.8
"""How often a gap has to be seen to count as one that could be seen."""
CONFIDENCE = 0.95
_MOST_NUMBERS = 4_000_000
"""Numbers held at once, so that memory does not grow with the number of resamples."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One measure of n items, and G groups.

    Parameters
    ----------
    values
        (n,) what is measured.
    members
        (n, G) 1 where the item is in the group, 0 elsewhere. Groups may overlap.
    clusters
        (n,) the number of each item's cluster.
    strata
        (n,) the number of each item's stratum, from 0.
    """

    values: Floats
    members: Floats
    clusters: Ints
    strata: Ints

    def pooled(self) -> Sample:
        """The same with one stratum for all."""
        return Sample(self.values, self.members, self.clusters, np.zeros_like(self.strata))

    def residuals(self) -> Floats:
        """(n,) values less the mean of their stratum."""
        num = np.bincount(self.strata)
        means = np.bincount(self.strata, weights=self.values) / np.maximum(num, 1)
        residuals: Floats = self.values - means[self.strata]
        return residuals

    def weights(self) -> Floats:
        """(G,) the sum over strata of n1 * n0 / (n1 + n0)."""
        indicator = (self.strata[:, None] == np.arange(self.strata.max(initial=0) + 1)).astype(np.float64)
        num, inside = indicator.sum(axis=0)[:, None], indicator.T @ self.members
        weights: Floats = (inside * (num - inside) / np.maximum(num, 1)).sum(axis=0)
        return weights

    def is_shared(self) -> NDArray[np.bool_]:
        """(n, G) whether the item's stratum holds items of the group and others: only those can be compared."""
        num_strata = self.strata.max(initial=0) + 1
        indicator = (self.strata[:, None] == np.arange(num_strata)).astype(np.float64)
        inside = indicator.T @ self.members
        both: NDArray[np.bool_] = (inside > 0) & (inside < indicator.sum(axis=0)[:, None])
        shared: NDArray[np.bool_] = both[self.strata]
        return shared

    def num_clusters(self, items: NDArray[np.bool_]) -> Ints:
        """(G,) how many clusters have at least one of the items, column by column of an (n, G) mask."""
        found = np.zeros((self.clusters.max(initial=0) + 1, items.shape[1]), dtype=np.bool_)
        rows, columns = np.nonzero(items)
        found[self.clusters[rows], columns] = True
        num: Ints = found.sum(axis=0)
        return num


def gaps(sample: Sample) -> Floats:
    """(G,) the gap of each group, like for like; NaN where no stratum has both members and others.

    Summing residuals over a group gives n1 * n0 / (n1 + n0) times its gap in each stratum.
    """
    return _ratio(sample.members.T @ sample.residuals(), sample.weights())


def _ratio(above: Floats, below: Floats) -> Floats:
    """Element by element, NaN where the denominator is 0."""
    ratio: Floats = np.full(np.broadcast_shapes(above.shape, below.shape), np.nan)
    np.divide(above, below, out=ratio, where=below > 0)
    return ratio


@dataclass(frozen=True, slots=True)
class Chance:
    """What chance alone makes of the gaps: arrays over groups.

    Parameters
    ----------
    p_value
        Two-sided: how often chance makes a gap at least as far from what it makes on average.
    deviation
        Standard deviation of the gaps that chance makes.
    least_p_value
        Of the widest gap that chance made: with these values in these groups, no gap has a p-value below it.
    """

    p_value: Floats
    deviation: Floats
    least_p_value: Floats


def permutation_test(sample: Sample, resamples: int, rng: np.random.Generator) -> Chance:
    """Deal the values out anew among like clusters: those with as many items, of the same strata.

    If groups made no difference, every such deal would be as likely as the one that is. The observed deal counts as one
    of them, so no p-value is below 1 / (resamples + 1) (Phipson and Smyth 2010).
    """
    residuals, members = sample.residuals(), sample.members
    blocks = _exchangeable(sample.clusters, sample.strata)
    width = len(residuals) + members.shape[1]
    dealt = np.concatenate([_dealt(residuals, blocks, num, rng) @ members for num in _chunks(resamples, width)])
    centre = _on_average(residuals, blocks) @ members
    away, observed = np.abs(dealt - centre), np.abs(residuals @ members - centre)
    rounding = 1e-9 * np.abs(residuals).sum()
    p_value: Floats = (1 + (away >= observed - rounding).sum(axis=0)) / (resamples + 1)
    least: Floats = (away >= away.max(axis=0) - rounding).sum(axis=0) / (resamples + 1)
    return Chance(p_value, _ratio(dealt.std(axis=0), sample.weights()), least)


def _exchangeable(clusters: Ints, strata: Ints) -> list[Ints]:
    """Positions of items, a row a cluster, in one table for all clusters with as many items of the same strata."""
    order = np.lexsort((strata, clusters))
    _, first, num = np.unique(clusters[order], return_index=True, return_counts=True)
    tables: dict[tuple[int, ...], list[Ints]] = defaultdict(list)
    for start, size in zip(first.tolist(), num.tolist(), strict=True):
        positions = order[start : start + size]
        tables[tuple(strata[positions].tolist())].append(positions)
    return [np.array(rows) for rows in tables.values()]


def _dealt(residuals: Floats, blocks: list[Ints], num: int, rng: np.random.Generator) -> Floats:
    """(num, n) the residuals, dealt out anew within each block."""
    dealt = np.empty((num, len(residuals)))
    for positions in blocks:
        rows = rng.permuted(np.tile(np.arange(len(positions)), (num, 1)), axis=1)
        dealt[:, positions.ravel()] = residuals[positions][rows].reshape(num, -1)
    return dealt


def _on_average(residuals: Floats, blocks: list[Ints]) -> Floats:
    """(n,) what each item is dealt on average."""
    average = np.empty_like(residuals)
    for positions in blocks:
        average[positions] = residuals[positions].mean(axis=0)
    return average


def _chunks(total: int, width: int) -> Iterator[int]:
    """How many rows of a width to work on at a time."""
    size = max(1, _MOST_NUMBERS // max(1, width))
    for first in range(0, total, size):
        yield min(size, total - first)


@dataclass(frozen=True, slots=True)
class Drawn:
    """What the groups would have been in other samples of clusters: (resamples, G) each, NaN where one is empty.

    Parameters
    ----------
    means
        Of the groups.
    gaps
        Between each group and all others.
    like
        The same, like for like.
    """

    means: Floats
    gaps: Floats
    like: Floats


def bootstrap(sample: Sample, resamples: int, rng: np.random.Generator) -> Drawn:
    """Draw as many clusters as there are, with replacement, again and again (Efron 1979)."""
    num_strata, num_groups = int(sample.strata.max(initial=0)) + 1, sample.members.shape[1]
    num_clusters = len(np.unique(sample.clusters))
    sums = _sums(sample)
    parts: list[Drawn] = []
    for num in _chunks(resamples, num_clusters + sums.shape[1]):
        times = rng.multinomial(num_clusters, np.full(num_clusters, 1 / num_clusters), size=num)
        drawn = (times @ sums).reshape(num, num_strata, 2, num_groups + 1)
        parts.append(_drawn(drawn[:, :, 0, :], drawn[:, :, 1, :]))
    return Drawn(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("means", "gaps", "like")))


def _sums(sample: Sample) -> Floats:
    """A row a cluster: by stratum, numbers of items and sums of values, in each group and in all (the last column)."""
    _, cluster = np.unique(sample.clusters, return_inverse=True)
    both = np.column_stack([sample.members, np.ones(len(sample.values))])
    num_clusters, num_strata = int(cluster.max(initial=0)) + 1, int(sample.strata.max(initial=0)) + 1
    row = cluster * num_strata + sample.strata
    sums = np.zeros((num_clusters * num_strata, 2, both.shape[1]))
    np.add.at(sums[:, 0], row, both)
    np.add.at(sums[:, 1], row, both * sample.values[:, None])
    return sums.reshape(num_clusters, -1)


def _drawn(num: Floats, total: Floats) -> Drawn:
    """From (resamples, strata, groups and all) numbers of items and sums of values."""
    inside, among, value, value_among = num[..., :-1], num[..., -1:], total[..., :-1], total[..., -1:]
    means = _ratio(value.sum(axis=1), inside.sum(axis=1))
    others = _ratio((value_among - value).sum(axis=1), (among - inside).sum(axis=1))
    some = np.maximum(among, 1)
    above = (value - inside * value_among / some).sum(axis=1)
    like = _ratio(above, (inside * (among - inside) / some).sum(axis=1))
    return Drawn(means, means - others, like)


def intervals(drawn: Floats) -> Floats:
    """(2, G) the percentile interval of each column, at ``CONFIDENCE``; NaN for a column of nothing else."""
    found = np.full((2, drawn.shape[1]), np.nan)
    tail = 100 * (1 - CONFIDENCE) / 2
    for column, values in enumerate(drawn.T):
        known = values[np.isfinite(values)]
        if len(known):
            found[:, column] = np.percentile(known, [tail, 100 - tail])
    return found


def holm(p_values: Floats) -> Floats:
    """P-values adjusted for all of them together: those up to a level contain a false alarm at most that often.

    That holds whatever the comparisons have to do with each other (Holm 1979).
    """
    order = np.argsort(p_values, kind="stable")
    stepped = p_values[order] * np.arange(len(p_values), 0, -1)
    adjusted = np.empty_like(p_values)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(stepped))
    return adjusted


def smallest_seen(found: Chance, num_comparisons: int) -> Floats:
    """(G,) the gaps that would be found with probability ``POWER``, by the normal approximation; NaN where none would.

    A gap has to pass Holm's first step, the strictest. None would where even the widest gap that chance made does not.
    """
    normal, level = NormalDist(), LEVEL / num_comparisons
    steps = normal.inv_cdf(1 - level / 2) + normal.inv_cdf(POWER)
    seen: Floats = np.where(found.least_p_value <= level, steps * found.deviation, np.nan)
    return seen


def least_resamples(num_comparisons: int) -> int:
    """With fewer resamples no gap, however large, could pass for larger than chance."""
    return int(np.ceil(num_comparisons / LEVEL - 1e-9)) - 1
