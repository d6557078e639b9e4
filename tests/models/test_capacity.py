"""The whole program of tiny cases, solved by HiGHS, against trying every first-stage plan with a plain LP each."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from rightplace.instances.levers import Levers
from rightplace.instances.targets import Firmness, Measure, Sense
from rightplace.models.capacity import CapacityColumns, baseline_point, capacity_program
from rightplace.models.capacity_today import CapacityData
from rightplace.solver.highs import minimise
from rightplace.solver.outcome import Reason, SolveOptions
from rightplace.staged import Floats, StagedProgram, extensive
from tests.models.capacity_cases import (
    PLAIN,
    block,
    demand,
    funnel,
    new_home,
    own_carers,
    own_homes,
    planning_data,
    profile,
    spot,
    target,
)


@dataclass(frozen=True)
class Tiny:
    """One cohort, two scenarios, one year; a home, a block and a recruit or two."""

    data: CapacityData
    staged: StagedProgram
    columns: CapacityColumns

    @classmethod
    def of(cls, children: Any, spot_pence: int, home_pence: int, targets: Any = ()) -> Tiny:
        """With a late home, a block and few recruits, so that all first-stage plans can be tried."""
        levers = Levers(
            new_homes=(
                new_home(running_pence_per_week=home_pence, capital_pence=1_000_000, lead_quarters=2),
                new_home(
                    "large", site="new home", num_places=5, running_pence_per_week=2 * home_pence, lead_quarters=3
                ),
            ),
            funnels=(funnel(lag_quarters=3, max_households_per_year=2.0),),
            profiles=(profile(),),
            blocks=(block(min_beds=1, max_beds=2, lead_quarters=3),),
            assumptions=PLAIN,
        )
        supplies = (own_carers(2, 2.0), own_homes(2.0), spot(spot_pence))
        data = planning_data(supplies, levers, demand(children), targets=targets)
        return cls(data, *capacity_program(data))

    def plans(self) -> list[Floats]:
        """Every whole point of the first stage that its rows allow."""
        first = self.staged.first
        ranges = [range(int(upper) + 1) for upper in first.upper]
        points = (np.array(point, dtype=np.float64) for point in product(*ranges))
        return [point for point in points if first.worst_violation(point) <= 1e-9]

    def service_pounds(self, point: Floats) -> float:
        """The least mean cost of service with what a plan has room for, and of missed targets; by hand, as one LP."""
        room, fees = self.staged.capacity(point), np.array([s.fee_pence_per_week[0] / 100 for s in self.data.supplies])
        children, couplings = self.data.case.demand.children[:, :, 0], self.staged.couplings
        num_scenarios, num_quarters = children.shape
        size, num = room.size, room.size * num_scenarios
        costs = np.concatenate(
            [np.tile(13 * fees / num_scenarios, num_scenarios * num_quarters), [c.price for c in couplings]]
        )
        lives = np.kron(np.eye(num_scenarios * num_quarters), np.ones(len(fees)))
        lives = np.hstack([lives, np.zeros((len(lives), len(couplings)))])
        needed = np.zeros((len(couplings), num + len(couplings)))
        least = np.zeros(len(couplings))
        for i, coupling in enumerate(couplings):
            for w in range(num_scenarios):
                weight = 1 / num_scenarios if coupling.scenario is None else float(coupling.scenario == w)
                needed[i, w * size : (w + 1) * size] = weight * np.tile(coupling.arc_values, num_quarters)
            needed[i, num + i] = 1.0
            least[i] = coupling.at_least - coupling.column_values @ point[coupling.columns]
        upper = [(0.0, None if np.isinf(places) else places) for places in np.tile(room.ravel(), num_scenarios)]
        sides: Any = (-needed, -least) if couplings else (None, None)
        bounds = [*upper, *[(0.0, None)] * len(couplings)]
        found = linprog(costs, A_eq=lives, b_eq=children.ravel(), A_ub=sides[0], b_ub=sides[1], bounds=bounds)
        assert found.status == 0
        return float(found.fun)

    def best(self) -> tuple[float, Floats]:
        """The least cost over all plans, and its plan."""
        costs = [
            (self.staged.first_costs @ point + self.service_pounds(point), i) for i, point in enumerate(self.plans())
        ]
        cost, i = min(costs)
        return float(cost), self.plans()[i]

    def solved(self) -> tuple[float, Floats]:
        """The same by the extensive form."""
        program, columns = extensive(self.staged)
        answer = minimise(program, program.objectives[0], SolveOptions())
        assert answer.reason is Reason.OPTIMAL
        assert answer.values is not None
        return float(program.objectives[0].costs @ answer.values), answer.values[columns]


_IN_AREA = Measure.IN_AREA_SHARE


@pytest.mark.parametrize(
    "targets",
    [
        (),
        (target(_IN_AREA, {0: 0.9}),),
        (target(_IN_AREA, {0: 0.9}, firmness=Firmness.PRICED, price_pence=2_000_000),),
        (target(_IN_AREA, {0: 0.6}, firmness=Firmness.LIKELY, probability=0.5),),
        (target(Measure.REVENUE_BUDGET, {0: 400_000.0}, Sense.AT_MOST, firmness=Firmness.PRICED, price_pence=120),),
        (target(Measure.PROVIDERS_IN_AREA, {0: 2.0}), target(Measure.CAPITAL_BUDGET, {0: 1e6}, Sense.AT_MOST)),
        (target(Measure.LOCAL_BED_SHARE, {0: 0.9}, firmness=Firmness.PRICED, price_pence=5_000_000),),
    ],
    ids=["none", "hard", "priced", "likely", "revenue", "first stage", "beds"],
)
def test_the_extensive_form_costs_what_the_best_of_all_plans_costs(targets: Any) -> None:
    """Within a pound: HiGHS proves to half a pound, and miles break ties by a millionth."""
    children = np.array([[[3.0], [4.0], [5.0], [6.0]], [[2.0], [3.0], [3.0], [4.0]]])
    tiny = Tiny.of(children, 400_000, 500_000, targets)
    cost, _ = tiny.best()
    found, point = tiny.solved()
    assert found == pytest.approx(cost, abs=1.0)
    assert tiny.staged.first.worst_violation(np.round(point)) <= 1e-6


def test_targets_and_prices_change_which_plan_is_best() -> None:
    """Recruits and a block reach 13.8 of 15 children in area: 95% takes the home, 90% does not."""
    children = np.array([[[3.0], [4.0], [5.0], [6.0]], [[2.0], [3.0], [3.0], [4.0]]])
    free = Tiny.of(children, 400_000, 500_000)
    asked = [Tiny.of(children, 400_000, 500_000, (target(_IN_AREA, {0: share}),)) for share in (0.9, 0.95)]
    opened = [tiny.best()[1][tiny.columns.open.column].sum() for tiny in (free, *asked)]
    assert opened == [0, 0, 1]


@settings(max_examples=15)
@given(
    st.lists(st.integers(0, 9), min_size=8, max_size=8),
    st.integers(100_000, 900_000),
    st.integers(50_000, 900_000),
    st.sampled_from([0.5, 0.8, 1.0]),
)
def test_random_cases_cost_what_the_best_of_all_plans_costs(
    children: list[int], spot_pence: int, home_pence: int, share: float
) -> None:
    """Demand, prices and a priced target at random."""
    priced = target(_IN_AREA, {0: share}, firmness=Firmness.PRICED, price_pence=3_000_000)
    tiny = Tiny.of(np.array(children, dtype=np.float64).reshape(2, 4, 1), spot_pence, home_pence, (priced,))
    assert tiny.solved()[0] == pytest.approx(tiny.best()[0], abs=1.0)


def test_a_case_without_levers_and_targets_is_a_program_too() -> None:
    """No first-stage column at all: six children, two with own carers at £500, two in own homes at £3,000, two spot."""
    data = planning_data(
        (own_carers(2, 2.5), own_homes(2 / 0.85), spot()), Levers(assumptions=PLAIN), demand(np.full((1, 4, 1), 6.0))
    )
    staged, columns = capacity_program(data)
    assert columns.num_columns == len(baseline_point(columns)) == 0
    program, _ = extensive(staged)
    answer = minimise(program, program.objectives[0], SolveOptions())
    assert answer.values is not None
    pounds = float(program.objectives[0].costs @ answer.values)
    assert pounds == pytest.approx(52 * (2 * 500 + 2 * 3_000 + 2 * 4_000), abs=0.1)
