"""Frontiers, comparisons and pins tell the same story as separate plans."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from rightplace.capacity_plan import Action
from rightplace.instances.targets import Measure, Sense, Target
from rightplace.planning import PlanOptions, compare, frontier, plan_capacity
from rightplace.solver.outcome import SolveOptions
from tests.planning.tiny_cases import ALONE, tiny_case

GAP = 1e-5
POUND = 100.0
SOLVING = SolveOptions(relative_gap=GAP)
SEEDS = range(4)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("values", [(0.1, 0.3, 0.5, 0.7, 0.9), (0.9, 0.2, 0.6)])
def test_a_frontier_is_what_separate_plans_say(seed: int, values: tuple[float, ...]) -> None:
    """Each point has the value of a plan made for it alone, in whichever order; more of the target costs no less."""
    near = Target(id="near", measure=Measure.IN_AREA_SHARE, sense=Sense.AT_LEAST, values={0: 0.0})
    case = tiny_case(seed).replace(targets=(near,))
    points = frontier(case, "near", values, ALONE, SOLVING)
    assert [point.value for point in points] == list(values)
    for point in points:
        alone = plan_capacity(case.replace(targets=(replace(near, values={0: point.value}),)), ALONE, SOLVING)
        assert point.reachable is (alone.plan is not None)
        if alone.plan is not None:
            assert point.cost_pence is not None
            assert point.bound_pence is not None
            assert point.cost_pence <= alone.plan.value_pence * (1 + GAP) + POUND
            assert point.bound_pence <= alone.plan.value_pence + POUND
            assert alone.plan.bound_pence <= point.cost_pence + POUND
    reached = sorted((point for point in points if point.reachable), key=lambda point: point.value)
    for less, more in itertools.pairwise(reached):
        assert (less.bound_pence or 0.0) <= (more.cost_pence or 0.0) + POUND
    worst = max((point.value for point in reached), default=-1.0)
    assert all(point.value > worst for point in points if not point.reachable)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_plan_compared_or_pinned_is_worth_what_it_was(seed: int) -> None:
    """Its own schedule evaluated, and given back as pins with nothing else allowed, has its value and its years."""
    case = tiny_case(seed).replace(targets=())
    plan = plan_capacity(case, ALONE, SOLVING).plan
    assert plan is not None
    (result,) = compare(case, {"the plan": plan.schedule}, SOLVING).results
    assert result.plan is not None
    assert result.certificate is not None
    assert result.certificate.is_accepted
    assert result.plan.value_pence == pytest.approx(plan.value_pence, abs=POUND, rel=GAP)
    for one, other in zip(result.plan.years, plan.years, strict=True):
        assert one.capital_pence == pytest.approx(other.capital_pence, abs=1.0)
        assert one.revenue_pence == pytest.approx(other.revenue_pence, abs=POUND, rel=1e-4)
    used = {action.lever_id for action in plan.schedule}
    others = tuple((lever.id, None) for lever in case.levers.usable if lever.id not in used)
    kept = plan_capacity(case, replace(ALONE, pins=plan.schedule, forbids=others), SOLVING).plan
    assert kept is not None
    assert kept.value_pence == pytest.approx(plan.value_pence, abs=POUND, rel=2 * GAP)


@pytest.mark.parametrize("seed", SEEDS)
def test_pins_and_bans_never_make_a_plan_better(seed: int) -> None:
    """A home that must open, or a lever that must not be used: no value below the free plan's bound, and it is so."""
    case = tiny_case(seed)
    free = plan_capacity(case, ALONE, SOLVING)
    home = case.levers.new_homes[0]
    opening = Action(lever_id=home.id, quantity=1, quarter=case.first + home.lead_quarters)
    for options in (
        PlanOptions(next_best=False, foresight=False, pins=(opening,)),
        PlanOptions(next_best=False, foresight=False, forbids=(("profile", None),)),
    ):
        held = plan_capacity(case, options, SOLVING)
        if free.plan is None:
            assert held.plan is None
        if held.plan is None or free.plan is None:
            continue
        assert held.plan.value_pence >= free.plan.bound_pence - POUND
        done = {(action.lever_id, action.quarter) for action in held.plan.schedule}
        assert not options.pins or (home.id, opening.quarter) in done
        assert not options.forbids or "profile" not in {lever_id for lever_id, _ in done}
