"""What is made of results: shifted geometric means, performance profiles, primal integrals. Plain arithmetic."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rightplace.benchmarks.results import Point


def shifted_geometric_mean(values: Sequence[float], shift: float) -> float:
    r"""``(prod (v + shift)) ** (1/n) - shift``: a mean of times in which neither the shortest nor the longest rules.

    Raises
    ------
    ValueError
        For no values.
    """
    if not values:
        raise ValueError("a mean of no values")
    return math.exp(math.fsum(math.log(value + shift) for value in values) / len(values)) - shift


def profile(seconds: Mapping[str, Sequence[float | None]]) -> dict[str, list[tuple[float, float]]]:
    """Performance profiles: for each method, steps (ratio, share of problems solved within ratio times the best time).

    Dolan and Moré 2002, doi:10.1007/s101070100263.

    Parameters
    ----------
    seconds
        By method, its time on each problem, the same problems in the same order; ``None``: not solved. Times below a
        hundredth of a second count as that.

    Returns
    -------
    dict
        By method, the points at which its curve rises, in order of ratio; the first has ratio 1 or more. Problems that
        no method solves count in the shares.
    """
    num = max((len(times) for times in seconds.values()), default=0)
    floored = {
        method: [None if time is None else max(time, _LEAST_SECONDS) for time in times]
        for method, times in seconds.items()
    }
    best = [min((t[i] or math.inf for t in floored.values()), default=math.inf) for i in range(num)]
    curves = {}
    for method, times in floored.items():
        ratios = sorted(time / least for time, least in zip(times, best, strict=True) if time is not None)
        steps: list[tuple[float, float]] = []
        for count, ratio in enumerate(ratios, start=1):
            if steps and steps[-1][0] == ratio:
                steps.pop()
            steps.append((ratio, count / num))
        curves[method] = steps
    return curves


_LEAST_SECONDS = 0.01
"""Shorter times are noise."""


def primal_gap(value: float | None, best: float) -> float:
    """Between 0 and 1: 0 at the best value; 1 without a value or where the signs differ (Berthold 2013)."""
    if value is None or value * best < 0:
        return 1.0
    if value == best:
        return 0.0
    return min(1.0, abs(value - best) / max(abs(value), abs(best)))


def primal_integral(trace: Sequence[Point], best: float, until: float) -> float:
    """The integral of the primal gap over the first ``until`` seconds, in seconds: small when good points come early.

    Berthold 2013, doi:10.1016/j.orl.2013.08.007. The gap is 1 before the first point and constant between points.
    """
    total, since, gap = 0.0, 0.0, 1.0
    for point in trace:
        at = min(point.seconds, until)
        total += gap * (at - since)
        since, gap = at, primal_gap(point.value, best)
    return total + gap * max(0.0, until - since)
