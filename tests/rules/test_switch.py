"""A rule that a policy switches off, or a decision overrides, is off for model, certificate and reasons alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from rightplace.certificate import check
from rightplace.reasons import waiting_reasons
from rightplace.rules.catalogue import priced
from rightplace.rules.pairs import Facts
from rightplace.solve import MatchOptions, match
from tests.plans import placed, rules_broken, written
from tests.rules.builders import carer, child, decided, filled, instance, pair, vacant

if TYPE_CHECKING:
    from rightplace.instances.instance import Instance


def _poor_agency(**more: Any) -> Instance:
    """A child, and an agency's carer whose grade is too low."""
    return instance((child(),), (carer(provider_id="improving"),), **more)


@pytest.mark.parametrize(
    ("more", "fits"),
    [
        ({}, False),
        ({"policy": {"rules": {"off": ["R35"]}}}, True),
        ({"policy": {"rules": {"off": ["P04"]}}}, False),
        ({"authorisations": (decided("R35"),)}, True),
        ({"authorisations": (decided("R35", None),)}, True),
        ({"authorisations": (decided("P04"),)}, False),
    ],
)
def test_model_certificate_and_reasons_agree(more: dict[str, Any], fits: bool) -> None:
    """With the quality gate off, or an exception to it, the child is placed and that accepted; else R35 is why."""
    world = _poor_agency(**more)
    plan = match(world, MatchOptions(compare=False)).best.plan
    assert check(world, plan).is_accepted
    assert [p.setting_id for p in plan.placements] == (["setting"] if fits else [])
    assert rules_broken(world, written(world, placed("child"))) == ([] if fits else ["R35"])
    reasons = waiting_reasons(Facts(world), plan)
    assert {child_id: [r.rule for r in found] for child_id, found in reasons.items()} == (
        {} if fits else {"child": ["R35"]}
    )


def test_a_preference_that_is_off_costs_nothing() -> None:
    """A move of a settled child costs its price, and nothing where the policy does not count moves."""
    mover = child(is_waiting=False, may_move=True, current_setting_id="home")
    world: dict[str, Any] = {"elsewhere": (carer("home", place_counts=(filled(),)),), "rematch": True}
    assert priced(pair(mover, carer(), **world)).tolist() == [30_000]
    assert priced(pair(mover, carer(), policy={"rules": {"off": ["P11"]}}, **world)).tolist() == [0]


def test_an_exemption_may_be_recorded_in_either_place() -> None:
    """Four children who are no siblings come to one carer if all are exempt, by the carer's row or by decisions."""
    names = ("a", "b", "c", "d")
    children = tuple(map(child, names))
    places = {"place_counts": (vacant(4),)}
    rows = tuple(decided("R19", name) for name in names)
    by_row = instance(children, (carer(exempt_child_ids=frozenset(names), **places),))
    by_decision = instance(children, (carer(**places),), authorisations=rows)
    mixed = instance(children, (carer(exempt_child_ids=frozenset("ab"), **places),), authorisations=rows[2:])
    one_short = instance(children, (carer(**places),), authorisations=rows[1:])
    for world, num_placed in ((by_row, 4), (by_decision, 4), (mixed, 4), (one_short, 3)):
        best = match(world, MatchOptions(compare=False)).best
        assert best.certificate.is_accepted
        assert len(best.plan.placements) == num_placed
