"""On tiny cases every plan can be tried: decomposition and extensive form find the best of them, and say so rightly."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING

import pytest

from rightplace.planning import plan_capacity
from rightplace.result import Status
from rightplace.solver.outcome import SolveOptions
from tests.planning.enumeration import Enumerated, best_by_enumeration
from tests.planning.tiny_cases import ALONE, tiny_case

if TYPE_CHECKING:
    from rightplace.plan_result import PlanResult

GAP = 1e-5
POUND = 100.0
"""Second tiers and tolerances of solvers: a pound over the whole plan."""


@cache
def tried(seed: int) -> Enumerated:
    """The best plan of a case by trying every one."""
    return best_by_enumeration(tiny_case(seed))


def answer(seed: int, solver: str, gap: float) -> PlanResult:
    """What ``plan`` says of a case."""
    return plan_capacity(tiny_case(seed), ALONE, SolveOptions(solver=solver, relative_gap=gap))


def refusal_of(found: PlanResult, best: Enumerated, gap: float) -> str | None:
    """What is wrong with an answer, seen from the best plan that there is."""
    if math.isinf(best.pence):
        is_right = found.status is Status.INFEASIBLE and found.plan is None and found.clash is not None
        return None if is_right else f"no plan meets the targets, and the answer is {found.status}"
    if found.plan is None or found.certificate is None:
        return f"{best.schedule} costs {best.pence:.0f}, and the answer is {found.status}"
    if not found.certificate.is_accepted:
        return f"refused: {found.certificate.violations}"
    if found.plan.value_pence < best.pence * (1 - 1e-9) - POUND:
        return f"{found.plan.value_pence:.0f}: no plan costs less than {best.pence:.0f}"
    if found.plan.value_pence > best.pence * (1 + gap) + POUND:
        return f"{found.plan.value_pence:.0f}: {best.schedule} costs {best.pence:.0f}"
    if found.plan.bound_pence > best.pence + POUND:
        return f"bound {found.plan.bound_pence:.0f}: {best.schedule} costs {best.pence:.0f}"
    if found.plan.bound_pence < best.pence * (1 - gap) - POUND:
        return f"bound {found.plan.bound_pence:.0f} does not prove {best.pence:.0f}"
    return None


@pytest.mark.parametrize("decade", range(10))
def test_the_extensive_form_finds_the_best_of_all_plans(decade: int) -> None:
    """HiGHS on the extensive form of 100 random cases has the value of the best plan that trying every one finds."""
    wrong = {
        seed: refusal
        for seed in range(10 * decade, 10 * decade + 10)
        if (refusal := refusal_of(answer(seed, "highs", 1e-7), tried(seed), 1e-7))
    }
    assert wrong == {}


@pytest.mark.parametrize("decade", range(10))
def test_the_decomposition_finds_it_within_its_gap(decade: int) -> None:
    """On the same 100 cases the value of the decomposition, its bound, and its clashes are right."""
    wrong = {
        seed: refusal
        for seed in range(10 * decade, 10 * decade + 10)
        if (refusal := refusal_of(answer(seed, "ours", GAP), tried(seed), GAP))
    }
    assert wrong == {}


@pytest.mark.parametrize("solver", ["cbc", "scip"])
def test_other_solvers_of_the_extensive_form_agree(solver: str) -> None:
    """CBC and SCIP find the best plan too."""
    wrong = {
        seed: refusal
        for seed in (0, 1, 4, 6, 9)
        if (refusal := refusal_of(answer(seed, solver, 1e-6), tried(seed), 1e-6))
    }
    assert wrong == {}


def test_the_cases_have_some_of_everything() -> None:
    """Among the 100 are cases with every measure, firmness and lever, with risk, and with targets that clash."""
    cases = [tiny_case(seed) for seed in range(100)]
    targets = [target for case in cases for target in case.targets]
    assert {target.firmness.value for target in targets} == {"hard", "priced", "likely"}
    assert len({target.measure for target in targets}) >= 12
    assert {len(case.authority_ids) for case in cases} == {1, 2}
    assert {case.num_years for case in cases} == {1, 2}
    assert {case.demand.num_scenarios for case in cases} == {1, 2, 3}
    assert {bool(case.risk.weight) for case in cases} == {True, False}
    for table in ("new_homes", "home_changes", "profiles", "conversions", "blocks", "staying_put"):
        assert any(getattr(case.levers, table) for case in cases), table
    infinite = sum(math.isinf(tried(seed).pence) for seed in range(100))
    assert 3 <= infinite <= 30
