"""Targets that cannot hold together: the set that is named clashes, is a smallest one, and what would have to give is
enough."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from rightplace.instances.targets import Firmness, Measure, Sense, Target
from rightplace.planning import audit_targets, clash, plan_capacity
from rightplace.reports.capacity_sentences import clash_sentences
from rightplace.result import Status
from rightplace.solver.outcome import SolveOptions
from tests.planning.tiny_cases import ALONE, tiny_case

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rightplace.instances.planning_case import PlanningCase
    from rightplace.plan_result import PlanResult

SOLVING = SolveOptions(relative_gap=1e-4)
HARSH = (
    Target(id="own", measure=Measure.IN_HOUSE_FOSTERING_SHARE, sense=Sense.AT_LEAST, values={0: 0.95}),
    Target(id="near", measure=Measure.IN_AREA_SHARE, sense=Sense.AT_LEAST, values={0: 0.98}),
    Target(id="beds", measure=Measure.LOCAL_BED_SHARE, sense=Sense.AT_LEAST, values={0: 0.9}),
    Target(id="purse", measure=Measure.REVENUE_BUDGET, sense=Sense.AT_MOST, values={0: 90_000.0}),
    Target(id="building", measure=Measure.CAPITAL_BUDGET, sense=Sense.AT_MOST, values={0: 0.0}),
)
CLASHING = (3, 7, 10)


def harsh(seed: int, measures: Iterable[str] = ("own", "near", "beds", "purse", "building")) -> PlanningCase:
    """A tiny case with targets that go too far."""
    return tiny_case(seed).replace(targets=tuple(target for target in HARSH if target.id in measures))


def answer(case: PlanningCase) -> PlanResult:
    """The plan or the clash."""
    return plan_capacity(case, ALONE, SOLVING)


def only(case: PlanningCase, members: Iterable[tuple[str, int]]) -> PlanningCase:
    """The case with some years of its targets only."""
    kept = set(members)
    targets = []
    for target in case.targets:
        values = {year: value for year, value in target.values.items() if (target.id, year) in kept}
        if values:
            targets.append(replace(target, values=values))
    return case.replace(targets=tuple(targets))


@pytest.mark.parametrize("seed", CLASHING)
def test_the_clash_is_a_smallest_one(seed: int) -> None:
    """No plan meets its members together; without any one of them there is a plan."""
    case = harsh(seed)
    found = answer(case)
    assert (found.status, found.plan) == (Status.INFEASIBLE, None)
    assert found.clash is not None
    assert audit_targets(case, SOLVING).clash == found.clash
    members = found.clash.members
    assert members
    assert answer(only(case, members)).plan is None
    for member in members:
        rest = answer(only(case, set(members) - {member}))
        assert rest.plan is not None, f"{member} is not needed for the clash of {members}"


@pytest.mark.parametrize(
    "ids", [("own",), ("near",), ("beds",), ("purse",), ("own", "near", "beds"), ("near", "purse")]
)
@pytest.mark.parametrize("seed", CLASHING)
def test_what_would_have_to_give_is_enough(seed: int, ids: tuple[str, ...]) -> None:
    """With every target at the value that is called reachable, and a hair of slack, there is a plan."""
    case = harsh(seed, ids)
    clash = audit_targets(case, SOLVING).clash
    if clash is None:
        assert answer(case).plan is not None
        return
    assert clash.relaxation
    reachable = {(target_id, year): value for target_id, year, _, value in clash.relaxation}

    def eased(target: Target) -> Target:
        sign = -1 if target.sense is Sense.AT_LEAST else 1
        values = {year: reachable.get((target.id, year), value) for year, value in target.values.items()}
        return replace(target, values={year: value + sign * 1e-5 * max(1.0, value) for year, value in values.items()})

    assert answer(case.replace(targets=tuple(eased(target) for target in case.targets))).plan is not None


@pytest.mark.parametrize("measure", [Measure.FAMILY_SHARE, Measure.IN_HOUSE_FOSTERING_CHILDREN])
@pytest.mark.parametrize("most", [0.5, 0.5998])
def test_at_least_more_than_at_most_clashes(measure: Measure, most: float) -> None:
    """At least 60% and at most 50%, or a hair less than 60%, of the same: exactly these two clash, whatever else is
    asked for."""
    case = tiny_case(1).replace(
        targets=(
            Target(id="other", measure=Measure.IN_AREA_SHARE, sense=Sense.AT_LEAST, values={0: 0.01}),
            Target(id="much", measure=measure, sense=Sense.AT_LEAST, values={0: 0.6}),
            Target(id="little", measure=measure, sense=Sense.AT_MOST, values={0: most}),
            Target(
                id="wish",
                measure=Measure.IN_AREA_SHARE,
                sense=Sense.AT_LEAST,
                values={0: 1.0},
                firmness=Firmness.PRICED,
                price_pence=9,
            ),
        )
    )
    found = answer(case)
    assert found.plan is None
    assert found.clash is not None
    assert set(found.clash.members) == {("much", 0), ("little", 0)}


def test_a_likely_target_that_is_never_reached_clashes_by_itself() -> None:
    """All children in area in nine of ten scenarios, with nothing in area but a few places: that one target.

    They are enough in the third scenario, which has 9, 4 and 4 children."""
    case = tiny_case(1)
    likely = Target(
        id="likely",
        measure=Measure.IN_AREA_SHARE,
        sense=Sense.AT_LEAST,
        values={0: 1.0},
        firmness=Firmness.LIKELY,
        probability=0.9,
    )
    found = answer(case.replace(targets=(likely,)))
    assert found.plan is None
    assert found.clash is not None
    assert found.clash.members == (("likely", 0),)
    assert found.clash.likely == (("likely", 0, 0.9, pytest.approx(case.demand.probability[2])),)


def test_a_clash_that_was_not_thinned_out_in_time_does_not_say_smallest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no plan for the others was found, nothing says that they can hold without it."""
    targets = [
        Target(id=name, measure=Measure.IN_AREA_SHARE, sense=sense, values={0: value})
        for name, sense, value in (("much", Sense.AT_LEAST, 0.6), ("little", Sense.AT_MOST, 0.5))
    ]
    case = tiny_case(1).replace(targets=tuple(targets))
    proven = audit_targets(case, SolveOptions(relative_gap=1e-4)).clash
    assert proven is not None
    assert proven.is_smallest
    monkeypatch.setattr(clash, "_MET", -1.0)
    unproven = audit_targets(case, SolveOptions(relative_gap=1e-4)).clash
    assert unproven is not None
    assert not unproven.is_smallest
    assert any("nor, perhaps, can fewer of them" in line for line in clash_sentences(case, unproven))


@pytest.mark.parametrize("measure", [Measure.REVENUE_BUDGET, Measure.CAPITAL_BUDGET])
@pytest.mark.parametrize("firmness", list(Firmness))
@pytest.mark.parametrize("seed", [0, 3, 7])
def test_without_money_there_is_a_plan_or_the_clash(seed: int, firmness: Firmness, measure: Measure) -> None:
    """Nothing to build for: buy places. Nothing for fees: the budget is named, or its price is paid."""
    price, probability = {"priced": (5, None), "likely": (None, 0.5), "hard": (None, None)}[firmness.value]
    empty = Target(
        id="empty purse",
        measure=measure,
        sense=Sense.AT_MOST,
        values={0: 0.0},
        firmness=firmness,
        price_pence=price,
        probability=probability,
    )
    found = answer(tiny_case(seed).replace(targets=(empty,)))
    if measure is Measure.CAPITAL_BUDGET or firmness is Firmness.PRICED:
        assert found.plan is not None
        assert found.certificate is not None
        assert found.certificate.is_accepted
    else:
        assert found.clash is not None
        assert found.clash.members == (("empty purse", 0),)
