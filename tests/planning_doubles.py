"""A small planning case and answers to it made by hand, for what people see of plans."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from rightplace.capacity_plan import Action, CapacityPlan, PlanYear, TargetYear, schedule_of
from rightplace.certificate import Certificate
from rightplace.instances.cohorts import Cohort
from rightplace.instances.geography import Point, Precision
from rightplace.instances.levers import (
    Block,
    Conversion,
    ConversionKind,
    Funnel,
    HomeChange,
    HomeChangeKind,
    Levers,
    NewHome,
    Profile,
    Retention,
    SettingType,
)
from rightplace.instances.planning_case import PlanningCase
from rightplace.instances.quarters import Quarter
from rightplace.instances.scenario import Demand
from rightplace.instances.targets import Firmness, Measure, Sense, Target
from rightplace.plan_result import Clash, OutOfSample, PlanResult, ShadowPrice, WorthOfForesight
from rightplace.planning import Comparison, FrontierPoint
from rightplace.result import Status
from tests.rules.builders import carer, child, home, instance

CENTRE = Point("523400 190500", 523_400, 190_500, Precision.POINT, None)
FIRST = Quarter(2026, 1)
ASTON = Cohort("A", 2, 2)
YOUNG = Cohort("A", 0, 1)
LEVERS = Levers(
    new_homes=(
        NewHome(
            id="north_3",
            site="north",
            type=SettingType.RESIDENTIAL,
            authority_id="A",
            location=CENTRE,
            provider_id="own",
            num_places=3,
        ),
        NewHome(
            id="south_1",
            site="south",
            type=SettingType.SUPPORTED,
            authority_id="B",
            location=CENTRE,
            provider_id="own",
            num_places=1,
            enabled=False,
        ),
    ),
    home_changes=(HomeChange(id="shut", setting_id="H1", kind=HomeChangeKind.CLOSE),),
    funnels=(Funnel(id="funnel", authority_id="A", enquiries_per_year=(100.0,)),),
    profiles=(Profile(id="teens", funnel_id="funnel", places_per_household=1.5),),
    retention=(
        Retention(id="stay", funnel_id="funnel", deregistration_rate_per_year=0.08, household_pence_per_year=100),
    ),
    conversions=(
        Conversion(id="help", kind=ConversionKind.SUPPORT, authority_id="A", from_level=1, to_level=2, max_places=9),
    ),
    blocks=(
        Block(
            id="beds",
            type=SettingType.RESIDENTIAL,
            authority_id="B",
            location=CENTRE,
            provider_id="good",
            min_beds=1,
            max_beds=6,
            num_quarters=4,
        ),
    ),
)
TARGETS = (
    Target(id="in_area", measure=Measure.IN_AREA_SHARE, sense=Sense.AT_LEAST, values={0: 0.5, 1: 0.55}),
    Target(
        id="purse",
        measure=Measure.REVENUE_BUDGET,
        sense=Sense.AT_MOST,
        values={1: 9_500_000.0},
        firmness=Firmness.PRICED,
        price_pence=150,
    ),
)
SCHEDULE = schedule_of(
    [
        Action(lever_id="north_3", quantity=1, quarter=Quarter(2027, 1)),
        Action(lever_id="teens", quantity=4, quarter=Quarter(2026, 4)),
        Action(lever_id="teens", quantity=2, quarter=Quarter(2027, 2)),
        Action(lever_id="beds", quantity=2, quarter=Quarter(2026, 2)),
        Action(lever_id="help", quantity=3.5, quarter=Quarter(2026, 3)),
        Action(lever_id="help", quantity=0, quarter=Quarter(2027, 3)),
    ]
)


def case(**changes: object) -> PlanningCase:
    """Aston, two years, two cohorts, three scenarios of 20 to 40 children."""
    level = np.array([20.0, 30.0, 40.0])
    children = np.stack([np.full((8, 2), each / 2) for each in level])
    demand = Demand(
        (YOUNG, ASTON), FIRST, children, np.array([0.25, 0.5, 0.25]), ("low", "middle", "high"), "made by hand"
    )
    world = instance((child(),), (carer("F1", need_level=1), home("H1")), on=date(2025, 12, 31))
    world = world.replace(authorities=tuple(replace(one, centre=CENTRE) for one in world.authorities))
    return PlanningCase(instance=world, demand=demand, levers=LEVERS, targets=TARGETS).replace(**changes)


def target_year(target_id: str, year: int, required: float, mean: float, met: bool) -> TargetYear:
    """A target's year whose range is a tenth to either side of the mean."""
    return TargetYear(
        target_id=target_id,
        year=year,
        required=required,
        mean=mean,
        p10=0.9 * mean,
        p90=1.1 * mean,
        met=met,
        probability_met=0.75 if met else 0.25,
    )


def plan(**changes: object) -> CapacityPlan:
    """A plan of £18.9m against £20m for doing nothing."""
    years = (
        PlanYear(
            year=0,
            revenue_pence=980_000_000.0,
            capital_pence=0.0,
            targets=(target_year("in_area", 0, 0.5, 0.52, True),),
        ),
        PlanYear(
            year=1,
            revenue_pence=900_000_000.0,
            capital_pence=60_000_000.0,
            targets=(target_year("in_area", 1, 0.55, 0.55, True), target_year("purse", 1, 9.5e6, 9.0e6, True)),
        ),
    )
    made = CapacityPlan(
        schedule=SCHEDULE,
        value_pence=1_890_000_000.0,
        bound_pence=1_889_000_000.0,
        claimed_by="ours 1",
        shortfall_pence=0.0,
        years=years,
    )
    return replace(made, **changes)


def nothing() -> CapacityPlan:
    """Doing nothing: £10m a year."""
    years = tuple(PlanYear(year=i, revenue_pence=1_000_000_000.0, capital_pence=0.0, targets=()) for i in range(2))
    return plan(schedule=(), value_pence=1_990_000_000.0, bound_pence=0.0, years=years)


def result(**changes: object) -> PlanResult:
    """The answer with everything that can be in it."""
    other = plan(schedule=schedule_of([*SCHEDULE[1:], Action(lever_id="shut", quantity=1, quarter=FIRST + 2)]))
    made = PlanResult(
        case=case(),
        status=Status.OPTIMAL,
        stopped_by="gap",
        solver="ours",
        solver_version="1",
        seconds=1.5,
        plan=plan(),
        certificate=Certificate(0, ()),
        baseline=nothing(),
        shadow_prices=(
            ShadowPrice(target_id="in_area", year=0, pence=0.0, unit="percentage point"),
            ShadowPrice(target_id="in_area", year=1, pence=12_345_600.0, unit="percentage point"),
            ShadowPrice(target_id="purse", year=1, pence=20.0, unit="pound"),
        ),
        binding=("teens: no more households can be approved in 2026",),
        next_best=replace(other, value_pence=1_900_000_000.0),
        foresight=WorthOfForesight(stochastic_pence=600_000.0, perfect_pence_at_most=9_000_000.0),
        out_of_sample=OutOfSample(
            num_scenarios=200, mean_pence=1_895_000_000.0, low_pence=1_880_000_000.0, high_pence=1_910_000_000.0
        ),
        notes=("a note",),
    )
    return replace(made, **changes)


CLASH = Clash(members=(("in_area", 1), ("purse", 1)), relaxation=(("in_area", 1, 0.55, 0.534),))


def no_result() -> PlanResult:
    """The answer to targets that contradict each other."""
    return result(
        status=Status.INFEASIBLE,
        stopped_by="none",
        plan=None,
        certificate=None,
        shadow_prices=(),
        binding=(),
        next_best=None,
        foresight=None,
        out_of_sample=None,
        clash=CLASH,
    )


def frontier_points() -> tuple[FrontierPoint, ...]:
    """In-area shares of 40% to 60%: free, free within the gap, dearer, dear, out of reach."""
    costs = (1.8e9, 1.8005e9, 1.85e9, 2.0e9, None)
    return tuple(
        FrontierPoint(
            value=round(0.4 + 0.05 * i, 10),
            cost_pence=cost,
            bound_pence=None if cost is None else 0.999 * cost,
            schedule=() if cost is None else SCHEDULE,
            reachable=cost is not None,
        )
        for i, cost in enumerate(costs)
    )


def comparison() -> Comparison:
    """A plan that pays back, beside doing nothing."""
    results = (result(), result(plan=nothing()))
    return Comparison(case=case(), names=("home", "nothing"), results=results, payback=(Quarter(2027, 3), None))
