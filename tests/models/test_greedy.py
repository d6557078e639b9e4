"""Greedy, the comparison and first solution of every match."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from rightplace.instances.children import SiblingGroup
from rightplace.instances.policy import SearchOrder
from rightplace.instances.settings import ParentAndChild
from rightplace.models.allocation import allocation_data, allocation_plan, allocation_program
from rightplace.models.greedy import point_of
from rightplace.solve import MatchOptions, match
from tests.oracles import tier_values
from tests.rules.builders import carer, child, filled, instance, vacant
from tests.strategies import instances

if TYPE_CHECKING:
    from rightplace.instances.instance import Instance


def test_siblings_above_the_fostering_limit_may_go_on_waiting_where_they_live() -> None:
    """Two sisters with babies live with one carer, four people, and wait; another child looks at the free place."""
    sisters = tuple(child(name, parent_and_child=True, current_setting_id="full") for name in ("a", "b"))
    full = carer("full", place_counts=(filled(2), vacant(1)), parent_and_child=ParentAndChild.ALSO)
    world = instance((*sisters, child("c")), (full,), groups=(SiblingGroup(id="G", child_ids=("a", "b")),))
    result = match(world, MatchOptions(compare=False))
    assert result.greedy.certificate.violations == ()
    assert result.best.certificate.violations == ()
    assert set(result.best.plan.waiting_ids) == {"a", "b", "c"}


@settings(max_examples=60)
@given(drawn=instances(), rematch=st.booleans(), order=st.sampled_from(SearchOrder))
def test_the_point_of_a_plan_means_the_plan(drawn: Instance, rematch: bool, order: SearchOrder) -> None:
    """A plan becomes a feasible point of the same values, and the point becomes the same plan again."""
    data = allocation_data(drawn, rematch=rematch, search_order=order)
    program, columns = allocation_program(data)
    result = match(drawn, MatchOptions(rematch=rematch, search_order=order, compare=False))
    for plan in (result.best.plan, result.greedy.plan):
        point = point_of(data, program, columns, plan)
        assert program.worst_violation(point) <= 1e-6
        assert allocation_plan(data, columns, program, point) == replace(plan, tiers=())
        values = dict(zip((o.name for o in program.objectives), tier_values(plan, data), strict=True))
        assert {o.name: program.value(o, point) for o in program.objectives} == values
