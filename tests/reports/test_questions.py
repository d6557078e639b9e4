"""Separate questions: what one of them decides changes nothing in another."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import settings as options

from rightplace.instances.children import SiblingGroup
from rightplace.instances.library import library_path
from rightplace.instances.settings import Contract, ContractKind
from rightplace.instances.tables import read_instance
from rightplace.models.allocation import allocation_data
from rightplace.reports import questions
from rightplace.reports.questions import Questions, questions_of
from tests.rules.builders import carer, child, filled, instance
from tests.strategies import instances

if TYPE_CHECKING:
    from rightplace.instances.instance import Instance

_YOUNG, _OLD = carer("young", age_max_months=100), carer("old", age_min_months=101)
_A, _B = child("a", age_months=60), child("b", age_months=150)
_BLOCK = Contract(id="block", kind=ContractKind.BLOCK, num_beds=2, second_part_pence_per_week=1)


def test_two_children_with_nothing_in_common_are_two_questions() -> None:
    """Each has a carer whom the other may not have; a third child has nobody."""
    world = instance((_A, _B, child("c", age_months=150, need_level=4)), (_YOUNG, _OLD))
    assert questions_of(world) == Questions(((1, 1), (1, 1)), ("c",))


@pytest.mark.parametrize("tie", ["siblings", "block", "chain"])
def test_what_ties_children_makes_one_question(tie: str) -> None:
    """Siblings, a block with beds in both settings, and a place that one child leaves for the other each tie them."""
    young, old, b = _YOUNG, _OLD, _B
    groups = (SiblingGroup(id="G", child_ids=("a", "b")),) if tie == "siblings" else ()
    contracts = (_BLOCK,) if tie == "block" else ()
    if tie == "block":
        young, old = (replace(s, offer=replace(s.offer, contract_id="block")) for s in (young, old))
    if tie == "chain":
        young, b = carer("young", age_max_months=100, place_counts=(filled(),)), replace(_B, current_setting_id="young")
    assert questions_of(instance((_A, b), (young, old), groups=groups, contracts=contracts)) == Questions(((2, 2),), ())


def test_tiny_is_one_question() -> None:
    """The nine children of tiny and its six settings all hang together."""
    assert questions_of(read_instance(library_path("tiny"))) == Questions(((9, 6),), ())


def test_a_very_large_instance_is_not_looked_into(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond a number of pairs there is no answer rather than a long wait."""
    monkeypatch.setattr(questions, "MOST_PAIRS", 1)
    assert questions_of(instance((_A, _B), (_YOUNG,))) is None


@options(max_examples=60)
@given(world=instances())
def test_questions_count_the_children_and_settings_of_the_model(world: Instance) -> None:
    """Every waiting child is in one question or has no setting; the settings are those of the model's options."""
    found = questions_of(world)
    assert found is not None
    data = allocation_data(world, rematch=False)
    assert sum(settings for _, settings in found.sizes) == len(set(data.options.pairs.setting_idx.tolist()))
    in_questions = sum(children for children, _ in found.sizes)
    siblings = sum(child_id in world.together_group for child_id in found.without_settings)
    assert len(world.candidates()) - len(found.without_settings) <= in_questions
    assert in_questions <= len(world.candidates()) - len(found.without_settings) + siblings
