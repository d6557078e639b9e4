"""Greedy, the comparison and first solution of every match."""

from __future__ import annotations

from rightplace.instances.children import SiblingGroup
from rightplace.instances.settings import ParentAndChild
from rightplace.solve import MatchOptions, match
from tests.rules.builders import carer, child, filled, instance, vacant


def test_siblings_above_the_fostering_limit_may_go_on_waiting_where_they_live() -> None:
    """Two sisters with babies live with one carer, four people, and wait; another child looks at the free place."""
    sisters = tuple(child(name, parent_and_child=True, current_setting_id="full") for name in ("a", "b"))
    full = carer("full", place_counts=(filled(2), vacant(1)), parent_and_child=ParentAndChild.ALSO)
    world = instance((*sisters, child("c")), (full,), groups=(SiblingGroup(id="G", child_ids=("a", "b")),))
    result = match(world, MatchOptions(compare=False))
    assert result.greedy.certificate.violations == ()
    assert result.best.certificate.violations == ()
    assert set(result.best.plan.waiting_ids) == {"a", "b", "c"}
