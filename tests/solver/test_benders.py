"""The decomposition of staged programs: it equals the extensive form, and every cut holds at every point."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rightplace.program import Domain
from rightplace.solver import highs, search
from rightplace.solver.benders import decompose, service
from rightplace.solver.outcome import SolveOptions
from rightplace.solver.recourse import risk_mix, told_apart
from rightplace.staged import StagedProgram, extensive
from tests.staged_builders import random_staged

OPTIONS = SolveOptions(relative_gap=1e-6, time_limit_seconds=60)
KINDS = [
    {"with_targets": False},
    {},
    {"is_hard": True},
    {"risk_weight": 0.5},
    {"risk_weight": 0.9, "with_targets": False},
    {"with_single_scenarios": True},
    {"with_single_scenarios": True, "risk_weight": 0.3},
    {"num_scenarios": 1},
]


def extensive_value(staged: StagedProgram) -> float:
    program, _ = extensive(staged)
    found = highs.minimise(program, program.objectives[0], replace(OPTIONS, relative_gap=0.0))
    assert found.values is not None
    return float(program.objectives[0].costs @ found.values)


def held(staged: StagedProgram, point: np.ndarray) -> StagedProgram:
    """The program with its first stage decided."""
    first = replace(staged.first, lower=point, upper=point)
    return replace(staged, first=first)


@settings(max_examples=15)
@given(seed=st.integers(0, 10_000), kind=st.sampled_from(KINDS))
def test_the_decomposition_equals_the_extensive_form(seed: int, kind: dict) -> None:
    staged = random_staged(seed, **kind)
    found = decompose(staged, OPTIONS)
    best = extensive_value(staged)
    slack = 0.6 + 1e-6 * abs(best)  # HiGHS closes to half a unit
    assert found.value == pytest.approx(best, abs=slack)
    assert found.bound <= best + slack


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_is_done_for_large_programs_gives_the_same(seed: int, kind: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rounding in steps, settling, and leaving cuts out of the integer program: value and bound stay right."""
    monkeypatch.setattr(search, "_MANY_ARCS", 0)
    staged = random_staged(seed, **kind)
    found = decompose(staged, OPTIONS)
    best = extensive_value(staged)
    slack = 0.6 + 1e-6 * abs(best)
    assert found.value == pytest.approx(best, abs=slack)
    assert found.bound <= best + slack


def test_what_tells_arcs_apart_is_less_than_a_mile() -> None:
    """A mile counts a millionth of a pound: a place a mile nearer stays the cheaper of two at one price."""
    costs = np.array([10_000.0, *(500.0 + 1e-6 * np.arange(50))])
    lowered = told_apart(costs)
    assert (np.diff(lowered[1:]) > 0).all()
    assert (lowered <= costs).all()
    assert len(np.unique(told_apart(np.full(50, 500.0)))) == 50


@settings(max_examples=15)
@given(seed=st.integers(0, 10_000), kind=st.sampled_from(KINDS), other=st.integers(0, 10_000))
def test_every_cut_holds_at_every_point(seed: int, kind: dict, other: int) -> None:
    staged = random_staged(seed, **kind)
    found = decompose(staged, OPTIONS)
    dice = np.random.default_rng(other)
    point = dice.uniform(staged.first.lower, staged.first.upper)
    point[:3] *= 0.6  # keeps the budget row
    whole = staged.first.domains == Domain.INTEGER
    at_point = replace(held(staged, point), first=replace(
        held(staged, point).first, domains=np.where(whole, Domain.CONTINUOUS, staged.first.domains),
        row_upper=np.full(staged.first.num_rows, np.inf),
    ))  # fmt: skip
    program, _ = extensive(at_point)
    true = highs.minimise(program, program.objectives[0], replace(OPTIONS, relative_gap=0.0))
    assert true.values is not None
    service_cost = float(program.objectives[0].costs @ true.values) - float(staged.first_costs @ point)
    groups = {cut.group for cut in found.cuts}
    claimed = sum(
        max(cut.constant - float(cut.slope @ point) for cut in found.cuts if cut.group == group) for group in groups
    )
    assert claimed <= service_cost + 1e-6 * max(1.0, abs(service_cost))


@settings(max_examples=15)
@given(seed=st.integers(0, 10_000), kind=st.sampled_from(KINDS))
def test_the_flows_of_the_answer_are_a_policy_of_its_value(seed: int, kind: dict) -> None:
    staged = random_staged(seed, **kind)
    found = decompose(staged, OPTIONS)
    assert found.point is not None
    capacity = staged.capacity(found.point)
    cost = np.zeros(staged.num_scenarios)
    reached = np.zeros((staged.num_scenarios, len(staged.couplings)))
    seen = set()
    for w, t, flow in service(found):
        seen.add((w, t))
        served = np.bincount(staged.arc_cohort, flow, minlength=staged.num_cohorts)
        assert served == pytest.approx(staged.demand[w, t], abs=1e-9)
        used = np.bincount(staged.arc_node, flow, minlength=staged.num_nodes)
        assert (used <= capacity[t] + 1e-7).all()
        assert (flow >= 0).all()
        cost[w] += staged.period_weights[t] * float(staged.arc_costs @ flow)
        for i, coupling in enumerate(staged.couplings):
            if t in coupling.periods:
                reached[w, i] += float(coupling.arc_values @ flow)
    assert len(seen) == staged.num_scenarios * staged.num_periods
    value = float(staged.first_costs @ found.point) + risk_mix(staged, cost)
    for i, coupling in enumerate(staged.couplings):
        total = reached[coupling.scenario, i] if coupling.scenario is not None else staged.probability @ reached[:, i]
        total += float(coupling.column_values @ found.point[coupling.columns])
        value += coupling.price * max(0.0, coupling.at_least - float(total))
    assert value == pytest.approx(found.value, rel=1e-7, abs=1e-5)


def test_an_executor_changes_nothing() -> None:
    staged = random_staged(3, num_scenarios=60)
    alone = decompose(staged, OPTIONS)
    with ThreadPoolExecutor(2) as executor:
        shared = decompose(staged, OPTIONS, executor)
    assert shared.value == pytest.approx(alone.value, rel=1e-9)
    assert shared.bound == pytest.approx(alone.bound, rel=1e-9)


def test_a_stop_keeps_the_best_point_so_far() -> None:
    staged = random_staged(4)
    OPTIONS_STOPPED = replace(OPTIONS, time_limit_seconds=0.0)
    start = np.zeros(staged.first.num_columns)
    found = decompose(staged, OPTIONS_STOPPED, starts=(start,))
    assert found.point is not None
    assert found.bound <= extensive_value(staged) <= found.value + 0.6


def test_a_search_cut_short_says_nothing_of_shadow_prices() -> None:
    """No time for the relaxation: a price of 0 would say that asking less saves nothing, which nobody looked at."""
    staged = random_staged(4)
    found = decompose(staged, replace(OPTIONS, time_limit_seconds=0.0), starts=(np.zeros(staged.first.num_columns),))
    assert np.isnan(found.prices).all()
