"""The same instance on another day."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest

from rightplace.errors import InstanceError
from rightplace.instances.library import library_path
from rightplace.instances.tables import read_instance


def test_a_day_before_a_child_was_born_is_refused() -> None:
    """Children who were not born by then are named, all of them, and none is taken for a newborn."""
    instance = read_instance(library_path("tiny"))
    youngest = min(child.age_months for child in instance.children)
    first = instance.children[0]
    babies = [dataclasses.replace(child, age_months=youngest) for child in instance.children[:2]]
    instance = instance.replace(children=(*babies, *instance.children[2:]))
    months = instance.date.year * 12 + instance.date.month - 1 - youngest
    assert instance.at(date(months // 12, months % 12 + 1, instance.date.day)).child[first.id].age_months == 0
    months -= 1
    day = date(months // 12, months % 12 + 1, instance.date.day)
    with pytest.raises(InstanceError) as caught:
        instance.at(day)
    young = {child.id for child in instance.children if child.age_months == youngest}
    assert len(caught.value.faults) == len(young) >= 2
    assert str(caught.value.faults[0]) == (
        f"children, column age_months: found '{youngest} months on {instance.date.isoformat()} (of {first.id})'; "
        f"expected a child born by {day.isoformat()}, the day asked for"
    )
