"""Frontiers: points share what they prove, are never worse than stricter ones, and say what is not known."""

from __future__ import annotations

import importlib
import itertools
from dataclasses import replace

import numpy as np
import pytest

from rightplace.errors import SolverError
from rightplace.instances.targets import Measure, Sense, Target
from rightplace.planning import FrontierPoint, frontier, plan_capacity
from rightplace.planning.frontier import _monotone, moved
from rightplace.planning.question import dearer, question_of, solved
from rightplace.solver.outcome import SolveOptions
from tests.planning.tiny_cases import ALONE, tiny_case

SOLVING = SolveOptions(relative_gap=1e-5)
NEAR = Target(id="near", measure=Measure.IN_AREA_SHARE, sense=Sense.AT_LEAST, values={0: 0.6})
FAR = Target(id="far", measure=Measure.RESIDENTIAL_SHARE, sense=Sense.AT_MOST, values={0: 0.4})
MODULE = importlib.import_module("rightplace.planning.frontier")


@pytest.mark.parametrize("seed", range(8))
def test_cuts_of_a_dearer_program_are_cuts_of_the_given_one_only_where_no_price_is_above_its_own(seed: int) -> None:
    """What is kept lies below the cost of service at the plan; all cuts of the given one hold for the dearer."""
    staged = question_of(tiny_case(seed).replace(targets=(NEAR,)), ALONE).staged
    dear = dearer(staged)
    first, second = solved(staged, SOLVING, None), solved(dear, SOLVING, None)
    assert len(moved(first.cuts, staged, dear)) == len(first.cuts)
    most = np.array([coupling.price for coupling in staged.couplings])
    for cut in moved(second.cuts, dear, staged):
        assert (cut.prices.couplings <= most.max() * (1 + 1e-9)).all()
    point = first.point
    assert point is not None
    at_point = [policy.value for policy in first.policies]
    for cut in moved(second.cuts, dear, staged):
        assert cut.constant - float(cut.slope @ point) <= at_point[cut.group] * (1 + 1e-6) + 1e-3


@pytest.mark.parametrize(("target", "values"), [(NEAR, (0.1, 0.9, 0.5, 0.3, 0.7)), (FAR, (0.6, 0.0, 0.4, 0.2))])
@pytest.mark.parametrize("seed", range(4))
def test_a_looser_value_never_costs_more_nor_has_a_higher_bound(
    seed: int, target: Target, values: tuple[float, ...]
) -> None:
    """However wide the gap, in whichever order, and whichever side is wanted."""
    points = frontier(
        tiny_case(seed).replace(targets=(target,)), target.id, values, ALONE, SolveOptions(relative_gap=0.3)
    )
    reached = [point for point in points if point.reachable]
    reached.sort(key=lambda point: point.value, reverse=target.sense is Sense.AT_MOST)
    for loose, strict in itertools.pairwise(reached):
        assert loose.cost_pence is not None
        assert loose.bound_pence is not None
        assert loose.cost_pence <= (strict.cost_pence or 0.0)
        assert loose.bound_pence <= (strict.bound_pence or 0.0)
    assert all(point.reachable or point.reachable is False for point in points)


def test_plans_go_to_looser_values_and_bounds_to_stricter_ones() -> None:
    """At least 40%, 50%, 60%: 50% takes the plan of 60% and the bound of 40%; at most, it is the other way round."""
    points = [
        FrontierPoint(value=0.4, cost_pence=100.0, bound_pence=95.0, reachable=True),
        FrontierPoint(value=0.5, fault="lost"),
        FrontierPoint(value=0.6, cost_pence=98.0, bound_pence=90.0, reachable=True),
    ]
    found = _monotone(Sense.AT_LEAST, points)
    assert [(point.cost_pence, point.bound_pence) for point in found] == [(98.0, 95.0)] * 3
    assert (found[1].reachable, found[1].fault) == (True, "")
    found = _monotone(Sense.AT_MOST, points)
    assert [(point.cost_pence, point.bound_pence) for point in found] == [(100.0, 95.0), (100.0, 90.0), (98.0, 90.0)]


@pytest.mark.parametrize("seed", range(4))
def test_a_point_costs_what_its_plan_costs(seed: int) -> None:
    """Miles, which break ties in the program, are no part of the cost: it is that of a plan, to a billionth."""
    case, exact = tiny_case(seed).replace(targets=(replace(NEAR, values={0: 0.1}),)), SolveOptions(relative_gap=1e-9)
    (point,) = frontier(case, "near", [0.1], ALONE, exact)
    plan = plan_capacity(case, ALONE, exact).plan
    assert plan is not None
    assert point.cost_pence == pytest.approx(plan.value_pence, rel=1e-9)
    in_program = solved(question_of(case, ALONE).staged, exact, None)
    assert 100 * in_program.value > plan.value_pence * (1 + 2e-9)


def test_what_is_proven_impossible_is_told_from_what_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """No carers at all but a share of 100% near: proven; without that proof it is not known."""
    case = next(
        case
        for case in (tiny_case(seed).replace(targets=(NEAR,)) for seed in range(20))
        if frontier(case, "near", [1.0], ALONE, SOLVING)[0].reachable is False
    )
    assert [point.reachable for point in frontier(case, "near", [1.0, 0.0], ALONE, SOLVING)] == [False, True]
    monkeypatch.setattr(MODULE, "is_impossible", lambda *_: False)
    assert [point.reachable for point in frontier(case, "near", [1.0, 0.0], ALONE, SOLVING)] == [None, True]


def test_a_point_that_fails_loses_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """The others have their plans, the failed one says why; when all fail, the frontier does."""
    case, tries = tiny_case(1).replace(targets=(NEAR,)), itertools.count()

    def failing(*arguments: object) -> object:
        if next(tries) == 1:
            raise SolverError("Not Set")
        return solved(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(MODULE, "solved", failing)
    points = frontier(case, "near", [0.0, 0.05, 0.0], ALONE, SOLVING)
    assert [(point.reachable, point.fault) for point in points] == [(True, ""), (None, "Not Set"), (True, "")]
    tries = itertools.repeat(1)  # type: ignore[assignment]
    with pytest.raises(SolverError, match="Not Set"):
        frontier(case, "near", [0.0, 0.05], ALONE, SOLVING)


def test_time_that_a_point_does_not_need_is_left_to_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 3,000 seconds for three points that take next to none, the last may have nearly all."""
    limits = []

    def watched(staged: object, solving: SolveOptions, *rest: object) -> object:
        limits.append(solving.time_limit_seconds)
        return solved(staged, solving, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(MODULE, "solved", watched)
    case = tiny_case(1).replace(targets=(NEAR,))
    frontier(case, "near", [0.0, 0.0, 0.0], ALONE, replace(SOLVING, time_limit_seconds=3000.0))
    assert limits[0] <= 0.7 * 1000
    assert limits[-1] > 0.7 * 2000
