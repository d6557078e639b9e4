"""The arithmetic of chance, on arrays."""

from __future__ import annotations

import numpy as np
import pytest

from rightplace import chance
from rightplace.chance import Floats, Ints, Sample


def sample(
    values: list[float] | Floats,
    members: list[int] | Floats,
    clusters: list[int] | Ints | None = None,
    strata: list[int] | Ints | None = None,
) -> Sample:
    """A sample; every item its own cluster, and one stratum, unless said otherwise. Members: one column or several."""
    found = np.array(values, dtype=np.float64)
    columns = np.array(members, dtype=np.float64).reshape(len(found), -1)
    own = np.arange(len(found)) if clusters is None else np.array(clusters)
    one = np.zeros(len(found), dtype=np.int64) if strata is None else np.array(strata)
    return Sample(found, columns, own, one)


def rng(*seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


# -- gaps ----------------------------------------------------------------------------------------------------------


def test_a_gap_is_the_difference_of_means() -> None:
    """(1 + 3) / 2 - (5 + 9) / 2 = -5, and 5 from the other side."""
    assert chance.gaps(sample([1, 3, 5, 9], [[1, 0], [1, 0], [0, 1], [0, 1]])).tolist() == [-5, 5]


def test_like_for_like_weighs_the_gaps_of_the_strata() -> None:
    """Stratum 0: 10 less 4, weight 1 * 2 / 3. Stratum 1: 7 less 6, weight 1 * 1 / 2: (6 * 2/3 + 1 * 1/2) / (7/6)."""
    found = chance.gaps(sample([10, 3, 5, 7, 6], [1, 0, 0, 1, 0], strata=[0, 0, 0, 1, 1]))
    assert found == pytest.approx([4.5 / (7 / 6)])


def test_a_stratum_of_one_kind_says_nothing() -> None:
    """Items whose stratum holds no others do not count; if all strata are so, there is no gap."""
    assert chance.gaps(sample([1, 3, 100], [1, 0, 1], strata=[0, 0, 1])).tolist() == [-2]
    assert np.isnan(chance.gaps(sample([1, 3], [1, 0], strata=[0, 1]))).all()


def test_shared_strata_and_clusters_are_counted() -> None:
    """Of five items three lie in a stratum that has both kinds; they are of two clusters."""
    found = sample([0] * 5, [1, 0, 0, 1, 1], clusters=[7, 7, 2, 2, 3], strata=[0, 0, 0, 1, 1])
    assert found.is_shared()[:, 0].tolist() == [True, True, True, False, False]
    assert found.num_clusters(found.is_shared()).tolist() == [2]


# -- permutations ----------------------------------------------------------------------------------------------------


def test_p_value_is_the_share_of_deals_as_far_from_the_middle() -> None:
    """Three items of six hold the three largest values: of 20 deals that and its mirror image are as far, 2 / 20."""
    found = chance.permutation_test(sample([1, 2, 3, 4, 5, 6], [0, 0, 0, 1, 1, 1]), 20_000, rng(0))
    assert found.p_value == pytest.approx([0.1], abs=0.01)


def test_p_value_is_never_below_one_in_so_many_deals() -> None:
    """A gap as wide as can be, among 99 deals and the real one, has p = 1 / 100, never 0."""
    found = chance.permutation_test(sample(list(range(40)), [0] * 20 + [1] * 20), 99, rng(0))
    assert found.p_value.tolist() == [0.01]


def test_deviation_is_that_of_the_gaps_chance_makes() -> None:
    """Values 0, 0, 1, 1 dealt to two and two: gaps -1, 0 (4 times in 6), 1, so the deviation is sqrt(1/3)."""
    found = chance.permutation_test(sample([0, 0, 1, 1], [1, 1, 0, 0]), 20_000, rng(1))
    assert found.deviation == pytest.approx([np.sqrt(1 / 3)], rel=0.02)


def test_clusters_are_dealt_whole() -> None:
    """Two clusters of five, one all members with value 1: there are two deals, as far from the middle as each other."""
    values, clusters = [1.0] * 5 + [0.0] * 5, [0] * 5 + [1] * 5
    whole = chance.permutation_test(sample(values, values, clusters), 999, rng(0))
    single = chance.permutation_test(sample(values, values), 999, rng(0))
    assert whole.p_value.tolist() == [1.0]
    assert single.p_value[0] < 0.02


_NUM_LABELS = 2_000


def _share_of_alarms(values: Floats, labels: Floats, clusters: Ints, strata: Ints | None = None) -> float:
    """How many of the labellings of the same values pass for different at 5%."""
    found = chance.permutation_test(sample(values, labels, clusters, strata), 999, rng(3))
    return float((found.p_value <= 0.05).mean())


def _family(num: int, source: np.random.Generator) -> Ints:
    """The cluster of each item: a half single, the others in pairs and threes."""
    sizes = source.permutation([1] * (num // 2) + [2] * (num // 8) + [3] * (num // 12))
    return np.repeat(np.arange(len(sizes)), sizes)


def test_random_labels_raise_as_many_alarms_as_the_level() -> None:
    """Labels that clusters share and that mean nothing: near 5% of p-values are at most 0.05.

    Dealing single items instead of clusters raises more than twice as many: values of brothers and sisters are alike.
    """
    source = rng(5)
    clusters = _family(96, source)
    num = clusters.max() + 1
    values = source.normal(size=num)[clusters] + 0.3 * source.normal(size=len(clusters))
    labels = (source.random((num, _NUM_LABELS)) < 0.4).astype(np.float64)[clusters]
    assert 0.03 <= _share_of_alarms(values, labels, clusters) <= 0.07
    assert _share_of_alarms(values, labels, np.arange(len(clusters))) > 0.1


def test_what_strata_explain_is_no_alarm_like_for_like() -> None:
    """Values and labels that both follow the stratum: alarms in most labellings over all, in near 5% within strata."""
    source = rng(6)
    strata = np.repeat([0, 1], 60)
    values = 2.0 * strata + source.normal(size=120)
    labels = (source.random((120, _NUM_LABELS)) < np.where(strata, 0.7, 0.3)[:, None]).astype(np.float64)
    items = np.arange(120)
    assert _share_of_alarms(values, labels, items) > 0.6
    assert 0.03 <= _share_of_alarms(values, labels, items, strata) <= 0.07


# -- bootstrap -------------------------------------------------------------------------------------------------------


def test_bootstrap_draws_what_plain_repetition_gives() -> None:
    """Means, gaps and like-for-like gaps of each draw are those of the items repeated as often as their cluster."""
    clusters, strata = np.array([0, 0, 1, 2, 3, 4, 4]), np.array([0, 1, 0, 1, 1, 0, 0])
    one = sample([3, 1, 4, 1, 5, 9, 2], [1, 0, 1, 0, 1, 0, 0], clusters, strata)
    drawn = chance.bootstrap(one, 50, rng(7))
    times = rng(7).multinomial(5, np.full(5, 0.2), size=50)
    compared = 0
    for row, often in enumerate(times):
        items = np.repeat(np.arange(7), often[clusters])
        inside = one.members[items, 0] > 0
        if not 0 < inside.sum() < len(items):
            continue
        again = Sample(one.values[items], one.members[items], items, strata[items])
        assert drawn.means[row] == pytest.approx([again.values[inside].mean()])
        assert drawn.gaps[row] == pytest.approx(chance.gaps(again.pooled()))
        assert drawn.like[row] == pytest.approx(chance.gaps(again), nan_ok=True)
        compared += 1
    assert compared > 30


def test_an_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    """Of 300 samples of 60 with a true gap of 1, the 95% intervals hold it in 90 to 98 of a hundred."""
    covered = []
    for seed in range(300):
        source = rng(8, seed)
        labels = np.repeat([0.0, 1.0], 30)
        drawn = chance.bootstrap(sample(labels + source.normal(size=60), labels), 400, source)
        low, high = chance.intervals(drawn.gaps)[:, 0]
        covered.append(low <= 1 <= high)
    assert 0.90 <= np.mean(covered) <= 0.98


def test_an_interval_leaves_out_draws_without_the_group() -> None:
    """2.5% and 97.5% of 0, 1, ..., 100 are 2.5 and 97.5; unknown draws do not count, and nothing known is unknown."""
    draws = np.append(np.arange(101.0), [np.nan, np.nan])
    found = chance.intervals(np.column_stack([draws, np.full(103, np.nan)]))
    assert found[:, 0] == pytest.approx([2.5, 97.5])
    assert np.isnan(found[:, 1]).all()


# -- many comparisons --------------------------------------------------------------------------------------------------


def test_holm_by_hand() -> None:
    """Sorted 0.01, 0.03, 0.04 times 3, 2, 1 are 0.03, 0.06, 0.04; none is less than the one before, none above 1."""
    assert chance.holm(np.array([0.01, 0.04, 0.03])) == pytest.approx([0.03, 0.06, 0.06])
    assert chance.holm(np.array([0.9, 0.8])).tolist() == [1.0, 1.0]
    assert chance.holm(np.zeros(0)).tolist() == []


def test_the_smallest_gap_seen_is_seen_four_times_in_five() -> None:
    """A gap of that size, planted into normal values, is found in 70 to 90 of a hundred samples."""
    labels = np.repeat([0.0, 1.0], 40)
    found = []
    for seed in range(200):
        source = rng(9, seed)
        noise = source.normal(size=80)
        dealt = chance.permutation_test(sample(noise, labels), 199, source)
        planted = noise + chance.smallest_seen(dealt, 1) * labels
        found.append(chance.permutation_test(sample(planted, labels), 399, source).p_value[0] <= 0.05)
    assert 0.7 <= np.mean(found) <= 0.9


def test_where_no_gap_could_pass_none_is_seen() -> None:
    """Two of ten values are 1: both fall on one side in 20 of 45 deals, so no p-value is below 0.44."""
    found = chance.permutation_test(sample([1, 0, 0, 0, 0] * 2, [0] * 5 + [1] * 5), 9_999, rng(2))
    assert found.least_p_value == pytest.approx([20 / 45], abs=0.02)
    assert np.isnan(chance.smallest_seen(found, 1)).all()


def test_fewer_resamples_than_the_least_can_find_nothing() -> None:
    """40 comparisons need 799: 1 / 800 times 40 is 0.05, and with 798 it is more."""
    least = chance.least_resamples(40)
    assert least == 799
    assert 40 / (least + 1) <= chance.LEVEL < 40 / least
