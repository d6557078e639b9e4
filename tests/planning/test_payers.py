"""Who pays for what authorities share."""

from __future__ import annotations

import numpy as np
import pytest

from rightplace.capacity_plan import Action
from rightplace.instances.cohorts import Cohort
from rightplace.instances.levers import CostSharing, Levers
from rightplace.models.capacity import capacity_program, point_of, year_pence
from rightplace.planning.payers import payers_of
from rightplace.planning.question import PlanningQuestion
from tests.models.capacity_cases import CHILD, FIRST, PLAIN, demand, new_home, own_carers, planning_data, spot


@pytest.mark.parametrize(("of_a", "of_b"), [(8.0, 0.0), (6.0, 2.0)])
def test_a_home_shared_by_use_is_shared_though_one_authority_alone_uses_it(of_a: float, of_b: float) -> None:
    """By the children who live there: all to A, or three to one. Either way it is a shared home that is paid for."""
    home = new_home("use", open_to_ids=frozenset({"A", "B"}), cost_sharing=CostSharing.BY_USE)
    children = demand(np.tile([3.0, 1.0], (1, 4, 1)), (CHILD, Cohort("B", 2, 1)))
    data = planning_data((own_carers(), spot()), Levers(new_homes=(home,), assumptions=PLAIN), children)
    staged, columns = capacity_program(data)
    question = PlanningQuestion(case=data.case, data=data, columns=columns, staged=staged)
    point = point_of(data, columns, (Action(lever_id="use", quantity=1, quarter=FIRST),))
    revenue, capital = year_pence(data, columns)
    cost = float((revenue + capital).sum(axis=0) @ point)
    lived = np.zeros((staged.num_nodes, 2))
    lived[data.supply_at["use"]] = of_a, of_b
    a, b = payers_of(question, point, np.zeros(2), lived)
    assert cost > 0
    assert (a.pence, a.shared_pence) == pytest.approx((cost * of_a / 8, cost * of_a / 8))
    assert (b.pence, b.shared_pence) == pytest.approx((cost * of_b / 8, cost * of_b / 8))
