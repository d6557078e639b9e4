"""Capacity plans that were right and have been tampered with are refused, each for its own reason."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rightplace.instances.targets import Firmness
from tests.certificate.capacity_case import (
    BLUE,
    CARERS,
    ELM_PLUS,
    LEVERS,
    ROSE,
    SPOT_CARER,
    SPOT_HOME,
    TARGETS,
    TEENS,
    action,
    block,
    case,
    lawful,
    living,
    plan,
    verdict,
    with_levers,
)

if TYPE_CHECKING:
    from rightplace.capacity_plan import Action, CapacityPlan, Service
    from rightplace.certificate.capacity import CapacityCertificate


def rules(certificate: CapacityCertificate) -> set[str]:
    """Which checks refuse."""
    return {violation.rule for violation in certificate.violations}


def sentences(certificate: CapacityCertificate) -> str:
    """Why, in words."""
    return "\n".join(str(violation) for violation in certificate.violations)


def without(*ids: str) -> tuple[Action, ...]:
    """The schedule without some levers."""
    return tuple(one for one in plan().schedule if one.lever_id not in ids)


def scheduled(*more: Action, leave_out: tuple[str, ...] = ()) -> CapacityPlan:
    """The plan with other actions."""
    return replace(plan(), schedule=(*without(*leave_out), *more))


@pytest.mark.parametrize(
    ("said", "rule", "words"),
    [
        (scheduled(action("castle", 1.0, 3)), "lever", "castle: no lever"),
        (scheduled(action("campaign", 1.0, 3)), "lever", "campaign: no lever"),
        (scheduled(action("off", 1.0, 5)), "switch", "off: is switched off"),
        (scheduled(action("rose", 2.0, 2), leave_out=("rose",)), "quantity", "opened or changed once, not 2 times"),
        (scheduled(action("rose", 0.5, 2), leave_out=("rose",)), "quantity", "not 0.5 times"),
        (scheduled(action("teens", -1.0, 4)), "quantity", "-1 is no quantity"),
        (scheduled(action("teens", float("nan"), 4)), "quantity", "nan is no quantity"),
        (scheduled(action("teens", float("inf"), 4)), "quantity", "inf is no quantity"),
        (scheduled(action("teens", 0.0, 4)), "quantity", "uses nothing"),
        (scheduled(action("teens", 0.5, 4)), "quantity", "no whole number of households"),
        (scheduled(action("blue", 2.5, 1), leave_out=("blue",)), "quantity", "no whole number of beds"),
        (scheduled(action("blue", 5.0, 1), leave_out=("blue",)), "quantity", "5 beds; it can be let with 2 to 4"),
        (scheduled(action("blue", 1.0, 1), leave_out=("blue",)), "quantity", "1 beds; it can be let with 2 to 4"),
        (scheduled(action("support", 3.0, 5)), "quantity", "3 places; at most 2"),
        (scheduled(action("support", 0.0, 7)), "quantity", "nothing is running that could end"),
        (scheduled(action("rose", 1.0, 1), leave_out=("rose",)), "lead time", "not before 2024Q4"),
        (scheduled(action("blue", 2.0, 0), leave_out=("blue",)), "lead time", "not before 2024Q3"),
        (scheduled(action("teens", 1.0, 0), leave_out=("teens",)), "lead time", "cannot be approved before 2024Q3"),
        (scheduled(action("elm+", 1.0, 3), leave_out=("elm+",)), "earliest", "not before 2025Q2"),
        (scheduled(action("rose", 1.0, 6), leave_out=("rose",)), "latest", "not after 2025Q3"),
        (scheduled(action("teens", 1.0, 8)), "quarter", "2026Q2 lies outside the plan, 2024Q2 to 2026Q1"),
        (scheduled(action("teens", 1.0, -1)), "quarter", "outside the plan"),
        (scheduled(action("teens", 1.0, 1)), "repeated", "teens: stands 2 times in 2024Q3"),
        (scheduled(action("rose, large", 1.0, 5)), "one site", "only one home can open there, not 2"),
        (scheduled(action("elm closes", 1.0, 5)), "one home", "only one change can be made, not 2"),
        (scheduled(action("blue", 2.0, 6)), "one block", "is let once only, not 2"),
        (scheduled(action("teens", 3.0, 4)), "enquiries", "3 households approved in 2025Q2; the enquiries of 2025Q1"),
        (scheduled(action("teens", 2.0, 2), action("teens", 1.0, 3)), "funnel", "4 households approved in 2024/25"),
        (scheduled(leave_out=("rose",)), "room", "rose in 2024Q4"),
        (scheduled(leave_out=("teens",)), "room", "teens in 2024Q3"),
        (scheduled(leave_out=("blue",)), "room", "blue in 2024Q3"),
        (scheduled(leave_out=("elm+",)), "room", "elm+ in 2025Q2"),
        (scheduled(action("elm+", 1.0, 5), leave_out=("elm+",)), "room", "elm+ in 2025Q2"),
        (scheduled(leave_out=("support",)), "room", "support in 2024Q4"),
        (scheduled(action("support", 1.0, 5)), "room", "support in 2025Q3: 2.000 children"),
        (scheduled(action("elm closes", 1.0, 2)), "room", "more places end there than there are"),
    ],
)
def test_actions_that_may_not_be_are_refused(said: CapacityPlan, rule: str, words: str) -> None:
    """An action that is unknown, off, too much, too early, too late or once too often is refused in words."""
    found = verdict(said=said)
    assert rule in rules(found), sentences(found)
    assert words in sentences(found)


def block_changed(scenario: int, quarter: int, *more: tuple[int, int, float]) -> list[Service]:
    """The flows with rows (cohort, supply, children more than before) in one block."""
    blocks = living()
    i = next(i for i, one in enumerate(blocks) if (one.scenario, one.quarter) == (scenario, quarter))
    old = zip(blocks[i].cohort_idx.tolist(), blocks[i].supply_idx.tolist(), blocks[i].children.tolist(), strict=True)
    rows: dict[tuple[int, int], float] = defaultdict(float)
    for cohort, supply, children in (*old, *more):
        rows[cohort, supply] += children
    blocks[i] = block(scenario, quarter, [(*pair, children) for pair, children in rows.items()])
    return blocks


@pytest.mark.parametrize(
    ("blocks", "rule", "words"),
    [
        (living()[1:], "service", "2024Q2, scenario low: nobody lives anywhere"),
        ([*living(), living()[0]], "service", "2024Q2, scenario low: it is said 2 times"),
        ([*living(), replace(living()[0], scenario=2)], "service", "scenario 2, quarter 0: the demand has no such"),
        ([*living(), replace(living()[0], quarter=8)], "service", "scenario 0, quarter 8: the demand has no such"),
        ([*living(), replace(living()[0], quarter=-1)], "service", "no such scenario or quarter"),
        (block_changed(0, 0, (3, CARERS, 0.0)), "service", "cohorts, places or children that are none"),
        (block_changed(0, 0, (0, 99, 0.0)), "service", "cohorts, places or children that are none"),
        (block_changed(0, 0, (0, CARERS, float("nan"))), "service", "cohorts, places or children that are none"),
        (block_changed(0, 1, (0, SPOT_CARER, -0.5), (0, CARERS, 0.5)), "service", "-0.5 children"),
        (block_changed(0, 0, (0, SPOT_CARER, 1.0)), "demand", "mainstream/1 in 2024Q2: 1 children too many or too few"),
        (block_changed(1, 7, (2, ROSE, -0.4)), "demand", "residential/1 in 2026Q1: 0.4 children too many or too few"),
        (block_changed(0, 7, (0, CARERS, -1.0), (0, SPOT_CARER, 1.00001)), "demand", "1e-05 children"),
        (block_changed(0, 7, (0, CARERS, -1.0), (0, SPOT_HOME, 1.0)), "lawful", "where they may not (1 times)"),
        (block_changed(0, 7, (2, ELM_PLUS, -1.0), (2, CARERS, 1.0)), "lawful", "live in carers"),
        (block_changed(1, 7, (2, ROSE, -0.4), (2, ELM_PLUS, 0.4)), "room", "elm+ in 2026Q1: 4.000 children"),
        (block_changed(1, 1, (0, CARERS, -0.1), (0, TEENS, 0.1)), "room", "1.700 children live there in one scenario"),
        (block_changed(1, 5, (0, SPOT_CARER, -0.1), (0, BLUE, 0.1)), "room", "blue in 2025Q3: 0.100 children"),
        (block_changed(0, 5, (0, SPOT_CARER, -0.3), (0, CARERS, 0.3)), "conversion", "have only 1.700 beside"),
    ],
)
def test_children_who_cannot_live_so_are_refused(blocks: list[Service], rule: str, words: str) -> None:
    """Blocks missing or doubled, children left out, in places that may not take them or have no room, are refused."""
    found = verdict(blocks=blocks)
    assert rule in rules(found), sentences(found)
    assert words in sentences(found)


def test_lawful_moves_only_change_the_sums() -> None:
    """Moving a child to the spot market is lawful, and only the sums of the plan no longer hold."""
    found = verdict(blocks=block_changed(0, 0, (0, CARERS, -1.0), (0, SPOT_CARER, 1.0)))
    assert rules(found) == {"total", "year"}
    assert found.value_pence - verdict().value_pence == pytest.approx(0.25 * 13 * (900 - 400) * 100)


def claiming(**changes: Any) -> CapacityPlan:
    """The plan with other claims."""
    return replace(plan(), **changes)


def year_claiming(year: int, **changes: Any) -> CapacityPlan:
    """The plan with other claims for a year."""
    return claiming(years=tuple(replace(row, **changes) if row.year == year else row for row in plan().years))


def target_claiming(position: int, **changes: Any) -> CapacityPlan:
    """The plan with other claims for one target of the second year."""
    rows = plan().years[1].targets
    return year_claiming(1, targets=tuple(replace(r, **changes) if i == position else r for i, r in enumerate(rows)))


SECOND = plan().years[1].targets


@pytest.mark.parametrize(
    ("said", "rule", "words"),
    [
        (claiming(value_pence=plan().value_pence + 3), "total", "value is said to be £1,495,380.03"),
        (claiming(value_pence=plan().value_pence - 3), "total", "it adds up to £1,495,380.00"),
        (claiming(value_pence=float("nan")), "total", "value"),
        (claiming(value_pence=float("inf")), "total", "value"),
        (claiming(shortfall_pence=0.0), "total", "price of missed targets is said to be £0.00"),
        (claiming(bound_pence=plan().value_pence + 3), "bound", "this one costs £1,495,380.00"),
        (claiming(bound_pence=float("nan")), "bound", "no plan is said to cost less"),
        (claiming(years=plan().years[:1]), "years", "of 1 years, not of each of 2"),
        (claiming(years=plan().years[::-1]), "years", "not of each of 2"),
        (claiming(years=(*plan().years, replace(plan().years[1], year=2))), "years", "of 3 years"),
        (year_claiming(0, revenue_pence=70_223_002.0), "year", "revenue in 2024/25 is said to be £702,230.02"),
        (year_claiming(1, capital_pence=0.0), "year", "capital in 2025/26 is said to be £0.00; it is £100,000.00"),
        (year_claiming(1, targets=SECOND[1:]), "target year", "near: stands 0 times in 2025/26, not 1"),
        (year_claiming(1, targets=(*SECOND, SECOND[0])), "target year", "near: stands 2 times"),
        (target_claiming(0, target_id="far"), "target year", "far: stands 1 times in 2025/26, not 0"),
        (target_claiming(0, year=0), "target year", "near in 2025/26: is said to be of year 0"),
        (target_claiming(0, required=0.8), "target year", "value asked for is 0.85, not 0.8"),
        (target_claiming(0, mean=0.86), "target year", "its mean is 0.857377, not 0.86"),
        (target_claiming(0, p10=0.86), "target year", "10% value is 0.85"),
        (target_claiming(0, p90=0.85), "target year", "90% value is 0.884615"),
        (target_claiming(0, mean=float("nan")), "target year", "not nan"),
        (target_claiming(1, probability_met=1.0), "target year", "probability of being met is 0.75, not 1"),
        (target_claiming(1, met=False), "target year", "own homes in 2025/26: is met, not as the plan says"),
    ],
)
def test_claims_that_do_not_hold_are_refused(said: CapacityPlan, rule: str, words: str) -> None:
    """Any total, bound or target that is a little off is refused, by that check only."""
    found = verdict(said=said)
    assert rules(found) == {rule}, sentences(found)
    assert words in sentences(found)


def asking(position: int, **changes: Any) -> CapacityCertificate:
    """The verdict where one target asks for something else, and the plan knows it."""
    targets = tuple(replace(t, **changes) if i == position else t for i, t in enumerate(TARGETS))
    return verdict(of=case(targets=targets))


@pytest.mark.parametrize(
    ("position", "changes", "words"),
    [
        (0, {"values": {1: 0.8574}}, "near in 2025/26: must be at least 0.8574, and is 0.857377 on average"),
        (1, {"firmness": Firmness.EXPECTED}, "few homes in 2024/25: must be at most 0.2, and is 0.6 on average"),
        (2, {"probability": 0.8}, "at least 3.2 with probability 80%, and is with 75.0%"),
        (4, {"values": {0: 399_999.0, 1: 100_000.0}}, "capital in 2024/25: must be at most 399,999, and is 400,000"),
        (5, {"values": {1: 761_149.0}}, "revenue in 2025/26: must be at most 761,149, and is 761,150"),
        (6, {"values": {0: 2.0}}, "providers in 2024/25: must be at least 2, and is 1"),
        (7, {"values": {1: 0.63}}, "local beds in 2025/26: must be at least 0.63, and is 0.625"),
    ],
)
def test_missed_targets_are_refused(position: int, changes: dict[str, Any], words: str) -> None:
    """A hard or likely target that is missed refuses the plan, whatever the plan says of it."""
    found = asking(position, **changes)
    assert "target" in rules(found)
    assert words in sentences(found)


@pytest.mark.parametrize(
    "changes",
    [
        {"new_homes": tuple(replace(home, running_pence_per_week=1) for home in LEVERS.new_homes)},
        {"home_changes": tuple(replace(change, saved_pence_per_week=1) for change in LEVERS.home_changes)},
        {"profiles": tuple(replace(profile, household_pence_per_week=1) for profile in LEVERS.profiles)},
        {"conversions": tuple(replace(row, place_pence_per_week=1) for row in LEVERS.conversions)},
        {"blocks": tuple(replace(row, first_pence_per_week=1) for row in LEVERS.blocks)},
        {"funnels": tuple(replace(row, assessment_pence=1) for row in LEVERS.funnels)},
        {"funnels": tuple(replace(row, visit_pence=1) for row in LEVERS.funnels)},
        {"funnels": tuple(replace(row, enquiry_pence=1) for row in LEVERS.funnels)},
    ],
)
def test_every_price_counts(changes: dict[str, Any]) -> None:
    """With any one price of the levers changed, the sums of the plan no longer hold."""
    assert {"total", "year"} <= rules(verdict(of=with_levers(**changes)))


@given(start=st.integers(0, 15), pair=st.integers(0, 9), other=st.integers(0, 9), children=st.floats(0.001, 1.0))
def test_a_child_moved_anywhere_is_refused(start: int, pair: int, other: int, children: float) -> None:
    """Whoever is moved from one lawful place to another, something no longer holds: fees, room, or demand."""
    may = lawful()
    rows = [(int(may.cohort_idx[i]), int(may.supply_idx[i])) for i in (pair, other)]
    one = living()[start]
    blocks = block_changed(one.scenario, one.quarter, (*rows[0], -children), (*rows[1], children))
    alike = may.use_pence_per_week[pair] == may.use_pence_per_week[other] and rows[0][0] == rows[1][0]
    assume(not alike)
    assert not verdict(blocks=blocks).is_accepted


def test_every_violation_is_found_not_only_the_first() -> None:
    """A plan with three faults of different kinds is refused for each."""
    said = replace(scheduled(action("castle", 1.0, 3)), value_pence=0.0)
    assert {"lever", "total", "service"} <= rules(verdict(said=said, blocks=living()[1:]))
