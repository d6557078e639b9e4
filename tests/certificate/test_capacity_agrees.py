"""The model's plans of random small cases are what the certificate says they are: two ways of reckoning, one answer."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rightplace.capacity_plan import CapacityPlan, PlanYear, Service, TargetYear
from rightplace.certificate.capacity import certify, check_capacity
from rightplace.commands.planning_inputs import PlanningInputs, open_case
from rightplace.instances.cohorts import Cohort
from rightplace.instances.levers import (
    CostSharing,
    Deregistrations,
    Focus,
    HomeChangeKind,
    Levers,
    SettingType,
    StayingPut,
)
from rightplace.instances.quarters import WEEKS_A_QUARTER
from rightplace.instances.scenario import Demand
from rightplace.instances.targets import Firmness, Measure, Risk, Sense, Target
from rightplace.models.capacity import capacity_program, capacity_schedule, measures_of, plan_years
from rightplace.models.capacity_today import capacity_data
from rightplace.program import Objective
from rightplace.solver.highs import minimise
from rightplace.solver.outcome import SolveOptions
from rightplace.staged import extensive
from tests.models.capacity_cases import (
    FIRST,
    PLAIN,
    agency,
    block,
    change,
    connected,
    conversion,
    funnel,
    new_home,
    own_carers,
    own_homes,
    planning_data,
    profile,
    retention,
    spot,
)

if TYPE_CHECKING:
    from rightplace.models.capacity_columns import CapacityColumns
    from rightplace.models.capacity_today import CapacityData
    from rightplace.staged import Floats, StagedProgram

COHORTS = (Cohort("A", 2, 1), Cohort("A", 2, 2, group_size=3), Cohort("B", 3, 1))


def levers(random: np.random.Generator) -> Levers:
    """Some of everything, with random prices, lead times and limits."""

    def pence(most: int) -> int:
        return int(random.integers(0, most))

    homes = (
        new_home("rose", num_places=int(random.integers(1, 5)), lead_quarters=int(random.integers(0, 7))),
        new_home("rose, large", site="rose", capital_pence=pence(90_000_000), open_to_ids=frozenset({"A", "B"})),
        new_home(
            "lily",
            authority_id="B",
            type=SettingType.SUPPORTED,
            provider_id="good",
            open_to_ids=frozenset({"A", "B"}),
            cost_sharing=list(CostSharing)[random.integers(3)],
            latest=FIRST + int(random.integers(0, 8)),
        ),
    )
    changes = (
        change("home closes", saved_pence_per_week=pence(90_000)),
        change(
            "home grows",
            kind=HomeChangeKind.ENLARGE,
            num_places=int(random.integers(4, 7)),
            running_pence_per_week=pence(300_000),
            capital_pence=pence(20_000_000),
            earliest=FIRST + int(random.integers(0, 6)),
        ),
        change("other refocused", setting_id="other home", kind=HomeChangeKind.REFOCUS, num_places=2, lead_quarters=2),
    )
    campaign = funnel(
        enquiries_per_year=tuple(random.uniform(40, 200, 2)),
        visit_rate=tuple(random.uniform(0.3, 0.9, 2)),
        word_of_mouth_per_household=random.choice([0.0, 2.0]),
        word_of_mouth_factor=1.5,
        lag_quarters=int(random.integers(0, 4)),
        deregistration_rate_per_year=random.choice([0.0, 0.12, 0.3]),
        max_households_per_year=random.choice([None, 4.0, 9.0]),
    )
    stated = Deregistrations(id="stated", funnel_id="funnel", households_per_year=tuple(random.uniform(0, 3, 2)))
    return Levers(
        new_homes=homes,
        home_changes=changes,
        funnels=(campaign,),
        profiles=(
            profile(min_share=random.choice([0.0, 0.3])),
            profile("other", places_per_household=1.5, max_share=random.choice([0.5, 1.0]), focus=Focus(need_level=2)),
        ),
        retention=(retention(),) if campaign.deregistration_rate_per_year > 0.04 else (),
        conversions=(conversion(max_places=3.0), conversion("from two", from_level=2, to_level=3, max_places=2.0)),
        blocks=(block(num_quarters=[None, 3][random.integers(2)]), block("foster block", type=SettingType.FOSTERING)),
        staying_put=(StayingPut(id="stay", authority_id="A", young_people_per_year=(2.0, 1.0), num_years=1.25),),
        deregistrations=(stated,) if random.random() < 0.3 else (),
        assumptions=replace(
            PLAIN, discount_rate_per_year=random.choice([0.0, 0.035]), whole_households=bool(random.random() < 0.7)
        ),
    )


def targets(random: np.random.Generator) -> tuple[Target, ...]:
    """Every measure, priced; one of them is also wanted in most scenarios."""
    found = []
    for measure in Measure:
        value = random.uniform(0, 1) if measure.is_share else random.uniform(0, 10)
        found.append(
            Target(
                id=measure.value,
                measure=measure,
                sense=list(Sense)[random.integers(2)],
                values={0: float(value), 1: float(value) * 1.1} if random.random() < 0.7 else {1: float(value)},
                firmness=Firmness.PRICED,
                price_pence=int(random.integers(1, 100_000)),
                authority_id=[None, "A", "B"][random.integers(3)],
            )
        )
    likely = replace(found[0], id="likely", firmness=Firmness.LIKELY, price_pence=None, probability=0.5)
    return (*found, replace(likely, values={1: 0.1}, sense=Sense.AT_LEAST))


def data_of(random: np.random.Generator) -> CapacityData:
    """Two years, three scenarios."""
    children = random.integers(0, 9, (3, 8, len(COHORTS))).astype(np.float64)
    probability = random.uniform(0.2, 1.0, 3)
    demand = Demand(COHORTS, FIRST, children, probability / probability.sum(), ("low", "middle", "high"), "random")
    return planning_data(
        (
            own_carers(6, 9.0),
            own_carers(2, 3.0, 2, "skilled"),
            own_homes(),
            agency(2.5),
            connected(1.0),
            spot(),
            spot(120_000, SettingType.FOSTERING, "spot carers"),
        ),
        levers(random),
        demand,
        targets=targets(random),
        risk=Risk(weight=random.choice([0.0, 0.3]), level=0.6),
    )


def any_plan(
    data: CapacityData, staged: StagedProgram, columns: CapacityColumns, random: np.random.Generator
) -> tuple[Floats, Floats, Floats]:
    """A point that the rows allow, at random prices; flows (scenario, quarter, arc); what is missed of couplings."""
    program, first = extensive(staged)
    prices = np.zeros(program.num_columns)
    prices[first] = random.normal(-0.2, 1.0, len(first))
    flows = program.column_blocks["service"]
    prices[flows.start : flows.stop] = random.uniform(0, 0.1, len(flows))
    missed = program.column_blocks["missed"]
    prices[missed.start : missed.stop] = [1000.0 if coupling.is_hard else 0.001 for coupling in staged.couplings]
    tail = {name: program.column_blocks[name] for name in ("threshold", "excess") if name in program.column_blocks}
    for block_ in tail.values():
        prices[block_.start : block_.stop] = 1e-9
    answer = minimise(program, Objective("any", prices), SolveOptions())
    assert answer.values is not None
    shape = (staged.num_scenarios, staged.num_periods, len(staged.arc_costs))
    point = answer.values[first].copy()
    whole = program.domains[first] == 1
    point[whole] = np.round(point[whole])
    flow = np.maximum(answer.values[flows.start : flows.stop].reshape(shape), 0.0)
    return point, flow, answer.values[missed.start : missed.stop]


def claims(
    data: CapacityData, staged: StagedProgram, columns: CapacityColumns, point: Floats, flow: Floats
) -> CapacityPlan:
    """What the model says of a point and its flows."""
    probability = data.case.demand.probability
    pence = WEEKS_A_QUARTER * (flow @ data.service.use_pence_per_week)
    costs, level, risk = pence @ data.discount, data.case.risk.level, data.case.risk.weight
    # Rockafellar and Uryasev: the least over thresholds, which one of the costs attains
    tail = min(float(cost + probability @ np.maximum(costs - cost, 0.0) / (1 - level)) for cost in costs)
    mean = float(probability @ costs)
    shortfall, by_year = 0.0, defaultdict[int, list[TargetYear]](list)
    for measure in measures_of(data, columns):
        target = data.case.targets[measure.target]
        quarters = flow[:, measure.periods].sum(axis=1)
        counted = quarters @ measure.counted.arcs
        whole = np.zeros(len(flow)) if measure.whole is None else quarters @ measure.whole.arcs
        said, missed = target_year(measure, target, probability, counted, whole, point)
        by_year[measure.year].append(said)
        shortfall += missed * (target.price_pence or 0)
    revenue, capital = plan_years(data, columns, point, probability @ pence)
    value = 100 * float(staged.first_costs @ point) + (1 - risk) * mean + risk * tail + shortfall
    years = tuple(
        PlanYear(year=y, revenue_pence=revenue[y], capital_pence=capital[y], targets=tuple(by_year[y]))
        for y in range(data.case.num_years)
    )
    return CapacityPlan(
        schedule=capacity_schedule(data, columns, point),
        value_pence=value,
        bound_pence=0.0,
        claimed_by="the model",
        shortfall_pence=shortfall,
        years=years,
    )


def target_year(
    measure: Any, target: Target, probability: Floats, counted: Floats, whole: Floats, point: Floats
) -> tuple[TargetYear, float]:
    """One target in one year, and by how much it is missed on average."""
    value, sign = target.values[measure.year], 1 if target.sense is Sense.AT_LEAST else -1
    values = measure.value(counted, whole, point)
    mean = float(measure.value(probability @ counted, probability @ whole, point))
    above = counted + float(measure.counted.columns @ point) + measure.counted.constant
    below = np.ones(len(whole))
    if measure.whole is not None:
        below = whole + float(measure.whole.columns @ point) + measure.whole.constant
    spare = sign * (above - value * below)
    known = ~np.isnan(values)
    order = np.argsort(values[known])
    reached = np.cumsum(probability[known][order]) / max(probability[known].sum(), 1e-9)
    ranges = [
        values[known][order][np.argmax(reached >= level - 1e-9)] if known.any() else np.nan for level in (0.1, 0.9)
    ]
    tolerance = 1e-6 + 1e-9 * (np.abs(above) + np.abs(value * below))
    reaches = float(probability[spare >= -tolerance].sum())
    expected = float(probability @ spare)
    met = expected >= -float(probability @ tolerance)
    if target.firmness is Firmness.LIKELY:
        met = reaches >= (target.probability or 0.0) - 1e-9
    said = TargetYear(
        target_id=target.id,
        year=measure.year,
        required=value,
        mean=mean,
        p10=float(ranges[0]),
        p90=float(ranges[1]),
        met=met,
        probability_met=reaches,
    )
    return said, max(0.0, -expected)


def made(data: CapacityData, random: np.random.Generator) -> tuple[CapacityPlan, list[Service], bool]:
    """A random plan of a case, who lives where, and whether it reaches every target that may not be missed."""
    staged, columns = capacity_program(data)
    point, flow, missed = any_plan(data, staged, columns, random)
    blocks = [
        Service(w, t, data.service.cohort_idx, data.service.supply_idx, flow[w, t])
        for w in range(staged.num_scenarios)
        for t in range(staged.num_periods)
    ]
    reached = all(miss <= 1e-6 or not row.is_hard for miss, row in zip(missed, staged.couplings, strict=True))
    return claims(data, staged, columns, point, flow), blocks, reached


@settings(max_examples=40)
@given(seed=st.integers(0, 10_000))
def test_model_and_certificate_agree(seed: int) -> None:
    """Whatever plan the rows of the model allow, the certificate finds the same room, money and targets.

    It refuses the plan exactly when a target that may not be missed is out of reach.
    """
    random = np.random.default_rng(seed)
    data = data_of(random)
    said, blocks, reached = made(data, random)
    found = certify(data.case, data.supplies, data.service, said, blocks)
    words = [str(violation) for violation in found.violations]
    assert {violation.rule for violation in found.violations} == (set() if reached else {"target"}), words


@pytest.mark.parametrize("name", ["tiny", "barnet_2014"])
def test_plans_of_library_cases_are_accepted(name: str) -> None:
    """With the supply, rules and levers of a library case, a plan of the model is what the certificate finds."""
    case = open_case(PlanningInputs(instance=name))
    said, blocks, reached = made(capacity_data(case), np.random.default_rng(1))
    assert reached
    assert len(said.schedule) >= 5
    assert [str(violation) for violation in check_capacity(case, said, iter(blocks)).violations] == []
