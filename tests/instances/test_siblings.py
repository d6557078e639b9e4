"""Sibling groups that contradict each other, or other tables, are refused, and the fault says how."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rightplace.errors import InstanceError
from rightplace.instances.children import SiblingGroup, Togetherness
from tests.rules.builders import carer, child, instance

if TYPE_CHECKING:
    from rightplace.instances.children import Child

_REQUIRED, _PREFERRED, _APART = Togetherness.REQUIRED, Togetherness.PREFERRED, Togetherness.APART


def group(group_id: str, *child_ids: str, togetherness: Togetherness = _REQUIRED) -> SiblingGroup:
    """A sibling group."""
    return SiblingGroup(id=group_id, child_ids=child_ids, togetherness=togetherness)


def faults(*groups: SiblingGroup, children: tuple[Child, ...] = ()) -> list[str]:
    """What is wrong with five children in these groups, as people read it."""
    given = {c.id: c for c in children}
    people = tuple(given.get(name, child(name)) for name in "ABCDE")
    try:
        instance(people, (carer(),), groups=groups)
    except InstanceError as error:
        return [str(fault) for fault in error.faults]
    return []


def test_siblings_who_must_live_together_and_apart_are_refused() -> None:
    """Two groups that say the opposite of the same two children are a fault of the group that keeps them apart."""
    (found,) = faults(group("G1", "A", "B", "C"), group("G2", "B", "C", togetherness=_APART))
    assert "sibling_groups" in found
    assert "column togetherness" in found
    assert "apart (B, C)" in found
    assert "they must: B with C (G1)" in found


def test_a_chain_of_groups_that_contradicts_another_is_named() -> None:
    """A with B, B with C, C with D, and A never with D: the chain stands in the fault, beside the overlaps."""
    groups = (group("G1", "A", "B"), group("G2", "B", "C"), group("G3", "C", "D"))
    found = faults(*groups, group("G4", "A", "D", togetherness=_APART))
    assert len(found) == 3
    assert sum("each child in one required or preferred group" in fault for fault in found) == 2
    assert "they must: A with B (G1), B with C (G2), C with D (G3)" in found[-1]


def test_a_named_separation_from_a_required_sibling_is_refused() -> None:
    """A child that must never share with a brother, and must live with him, is a fault of the child's own row."""
    (found,) = faults(group("G1", "A", "B"), children=(child("A", separate_from_ids=frozenset({"B"})),))
    assert "column separate_from_ids" in found
    assert "they must: A with B (G1)" in found


@pytest.mark.parametrize(
    "groups",
    [
        (group("G1", "A", "B"), group("G2", "C", "D", togetherness=_APART)),
        (group("G1", "A", "B"), group("G2", "B", "C", togetherness=_APART)),
        (group("G1", "A", "B"), group("G2", "C", "D"), group("G3", "B", "C", togetherness=_APART)),
        (group("G1", "A", "B", togetherness=_PREFERRED), group("G2", "A", "B", togetherness=_APART)),
    ],
)
def test_groups_that_can_all_be_kept_are_accepted(groups: tuple[SiblingGroup, ...]) -> None:
    """Who must live together and who must not are different pairs, or living together is only preferred."""
    assert faults(*groups) == []


def test_an_exemption_names_children_of_the_instance() -> None:
    """An exemption from the usual fostering limit that names a child who is not there is refused; others are not."""
    named = carer(exempt_child_ids=frozenset({"A", "ghost"}))
    with pytest.raises(InstanceError) as caught:
        instance((child("A"),), (named,))
    (fault,) = caught.value.faults
    assert (fault.column, "ghost" in str(fault), fault.expected) == ("exempt_child_ids", True, "the id of a child")
    instance((child("A"),), (carer(exempt_child_ids=frozenset({"A"})),))


def test_an_exemption_forgets_who_has_left() -> None:
    """On a later day an exemption no longer names a child who is eighteen by then."""
    young, old = child("young", age_months=100), child("old", age_months=215)
    world = instance((young, old), (carer(exempt_child_ids=frozenset({"young", "old"})),))
    later = world.at(world.date.replace(year=world.date.year + 1))
    assert later.setting["setting"].exempt_child_ids == {"young"}  # type: ignore[union-attr]
