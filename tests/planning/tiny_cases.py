"""Tiny planning cases at random: small enough that every plan can be tried, with some of everything that couples."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from rightplace.instances.cohorts import Cohort, CohortKind
from rightplace.instances.geography import Point, Precision
from rightplace.instances.levers import (
    Assumptions,
    Block,
    Conversion,
    ConversionKind,
    CostSharing,
    DistanceBand,
    Focus,
    Funnel,
    HomeChange,
    HomeChangeKind,
    Levers,
    Market,
    NewHome,
    Profile,
    SettingType,
    StayingPut,
)
from rightplace.instances.planning_case import PlanningCase
from rightplace.instances.quarters import Quarter
from rightplace.instances.scenario import Demand
from rightplace.instances.targets import Firmness, Measure, Risk, Sense, Target
from rightplace.planning import PlanOptions
from tests.rules.builders import DAY, EAST, NORTH, carer, east_of_home, filled, home
from tests.rules.builders import instance as instance_of

if TYPE_CHECKING:
    from rightplace.instances.instance import Instance

Random = np.random.Generator
ALONE = PlanOptions(next_best=False, foresight=False)
"""The plan and nothing else."""
FIRST = Quarter.after(DAY)
TEENAGER, SIBLINGS, SKILLED = Cohort("A", 2, 1), Cohort("A", 2, 2, group_size=2), Cohort("A", 2, 2)
FOR_A_HOME, NEIGHBOUR = Cohort("A", 2, 3, CohortKind.RESIDENTIAL), Cohort("B", 2, 1)
COHORTS = (TEENAGER, SIBLINGS, SKILLED, FOR_A_HOME, NEIGHBOUR)
MARKET = (
    Market(
        id="agency",
        type=SettingType.FOSTERING,
        band=DistanceBand.WITHIN_20_MILES,
        miles=12.0,
        fee_pence_per_week=(90_000, 100_000, 120_000),
    ),
    Market(
        id="far home",
        type=SettingType.RESIDENTIAL,
        band=DistanceBand.BEYOND,
        miles=50.0,
        fee_pence_per_week=(500_000,),
    ),
)


def tiny_case(seed: int) -> PlanningCase:
    """One or two authorities, a few children, one or two sites, a profile, a block, a conversion; one or two years."""
    random = np.random.default_rng(seed)
    num_years = 2 if random.random() < 0.1 else 1
    instance = tiny_instance(random)
    case = PlanningCase(
        instance=instance,
        demand=_demand(random, num_years),
        levers=_levers(random, instance, num_years),
        risk=Risk(weight=float(random.choice([0.0, 0.0, 0.4])), level=float(random.choice([0.5, 0.7]))),
    )
    return case.replace(targets=_targets(random, case))


def tiny_instance(random: Random) -> Instance:
    """Aston with a carer and perhaps a home of its own, and an agency's carer; Bexton beside it."""
    places = int(random.integers(1, 4))
    settings = (
        carer("own carer", num_places=places, need_level=1, place_counts=(filled(places),)),
        carer("agency carer", provider_id="good", place_counts=(filled(1),), fees_pence_per_week=(85_000,)),
    )
    own = home("own home", num_places=2, place_counts=(filled(2),), fees_pence_per_week=(300_000,))
    world = instance_of((), (*settings, own) if random.random() < 0.6 else settings)
    miles = {"A": 0, "B": 8_000, "FAR": 60_000}
    centres = {
        key: Point(f"{EAST + away} {NORTH}", EAST + away, NORTH, Precision.POINT, None) for key, away in miles.items()
    }
    return world.replace(authorities=tuple(replace(one, centre=centres[one.id]) for one in world.authorities))


def _demand(random: Random, num_years: int) -> Demand:
    """One to three futures of at most four children a cohort."""
    others = [cohort for cohort in COHORTS[1:] if random.random() < 0.55]
    cohorts = (TEENAGER, *others)
    num = int(random.integers(1, 4)) if num_years == 1 else 2
    children = random.integers(0, 4, (num, 4 * num_years, len(cohorts))).astype(np.float64)
    weights = random.integers(1, 5, num).astype(np.float64)
    names = tuple(f"future {i}" for i in range(num))
    return Demand(cohorts, FIRST, children, weights / weights.sum(), names, "random")


def _levers(random: Random, instance: Instance, num_years: int) -> Levers:
    """Few enough choices that all of them can be tried: some hundred at most, fewer over two years."""
    homes = [_home(random, f"site {i}", num_years) for i in range(int(random.integers(1, 3)) if num_years == 1 else 1)]
    if random.random() < 0.2:
        homes.append(replace(homes[0], id="site 0, large", num_places=3, running_pence_per_week=900_000))
    has_change = num_years == 1 and "own home" in instance.setting and random.random() < 0.4
    start = FIRST + int(random.integers(0, 3))
    block = Block(
        id="block",
        type=SettingType.FOSTERING if random.random() < 0.4 else SettingType.RESIDENTIAL,
        authority_id="A",
        location=east_of_home(0),
        provider_id="outstanding",
        open_to_ids=frozenset({"A"}) if random.random() < 0.6 else frozenset({"A", "B"}),
        min_beds=1,
        max_beds=2,
        first_pence_per_week=int(random.integers(20_000, 260_000)),
        second_pence_per_week=int(random.integers(0, 60_000)),
        lead_quarters=int(random.integers(0, 2)),
        earliest=start,
        latest=start + int(random.random() < 0.3),
        num_quarters=[None, 2][int(random.integers(2))],
    )
    support = Conversion(
        id="support",
        kind=ConversionKind.SUPPORT,
        authority_id="A",
        from_level=1,
        to_level=2,
        place_pence_per_week=int(random.integers(0, 30_000)),
        max_places=float(random.choice([0.7, 1.5])),
        lead_quarters=int(random.integers(0, 3)),
    )
    stay = StayingPut(id="stay", authority_id="A", young_people_per_year=(0.8,), num_years=0.5)
    return Levers(
        new_homes=tuple(homes),
        home_changes=(_change(random),) if has_change else (),
        funnels=(_funnel(random, num_years),),
        profiles=(_profile(random),),
        conversions=(support,) if random.random() < 0.7 else (),
        blocks=(block,) if num_years == 1 and random.random() < 0.7 else (),
        market=MARKET,
        staying_put=(stay,) if random.random() < 0.2 else (),
        assumptions=Assumptions(
            discount_rate_per_year=float(random.choice([0.0, 0.035])), opening_share=float(random.choice([0.5, 1.0]))
        ),
    )


def _home(random: Random, site: str, num_years: int) -> NewHome:
    lead = int(random.integers(0, 3))
    is_shared = random.random() < 0.4
    return NewHome(
        id=site,
        site=site,
        type=SettingType.RESIDENTIAL,
        authority_id="B" if is_shared and random.random() < 0.5 else "A",
        location=east_of_home(4_000),
        provider_id="own",
        num_places=int(random.integers(1, 3)),
        focus=Focus(group_size=int(random.integers(1, 3))),
        open_to_ids=frozenset({"A", "B"}) if is_shared else frozenset({"A"}),
        cost_sharing=list(CostSharing)[int(random.integers(3))],
        capital_pence=int(random.integers(0, 30_000_000)),
        running_pence_per_week=int(random.integers(50_000, 700_000)),
        use_pence_per_week=int(random.integers(0, 30_000)),
        lead_quarters=lead,
        latest=FIRST + lead + (int(random.random() < 0.6) if num_years == 1 else 0),
    )


def _change(random: Random) -> HomeChange:
    """Close Aston's own home, or make it larger."""
    closes = random.random() < 0.5
    return HomeChange(
        id="change",
        setting_id="own home",
        kind=HomeChangeKind.CLOSE if closes else HomeChangeKind.ENLARGE,
        num_places=0 if closes else 3,
        focus=Focus(group_size=2),
        capital_pence=0 if closes else int(random.integers(0, 10_000_000)),
        saved_pence_per_week=int(random.integers(0, 300_000)),
        running_pence_per_week=0 if closes else int(random.integers(0, 500_000)),
        use_pence_per_week=20_000,
        lead_quarters=2,
        latest=FIRST + int(random.integers(2, 4)),
    )


def _funnel(random: Random, num_years: int) -> Funnel:
    return Funnel(
        id="funnel",
        authority_id="A",
        enquiries_per_year=(float(random.choice([20.0, 40.0])),),
        word_of_mouth_per_household=float(random.choice([0.0, 3.0])),
        visit_rate=(0.5,),
        assessment_rate=(0.5,),
        approval_rate=(0.8,),
        enquiry_pence=1_000,
        visit_pence=10_000,
        assessment_pence=int(random.integers(0, 500_000)),
        lag_quarters=int(random.integers(2, 4)) if num_years == 1 else 6,
        deregistration_rate_per_year=float(random.choice([0.0, 0.12])),
        max_households_per_year=float(random.integers(1, 3)) if num_years == 1 else 1.0,
    )


def _profile(random: Random) -> Profile:
    return Profile(
        id="profile",
        funnel_id="funnel",
        places_per_household=float(random.choice([1.0, 1.5, 2.0])),
        focus=Focus(need_level=int(random.integers(1, 3)), group_size=2),
        fee_pence_per_week=(50_000, 60_000),
        household_pence_per_week=int(random.integers(0, 20_000)),
    )


_SHARES = (
    Measure.IN_AREA_SHARE,
    Measure.WITHIN_20_MILES_SHARE,
    Measure.FAMILY_SHARE,
    Measure.IN_HOUSE_FOSTERING_SHARE,
    Measure.SIBLINGS_TOGETHER_SHARE,
    Measure.LOCAL_BED_SHARE,
)


def _targets(random: Random, case: PlanningCase) -> tuple[Target, ...]:
    """None to three targets, at most one of them likely; some of them cannot be met."""
    found: list[Target] = []
    for i in range(int(random.integers(0, 4))):
        firmness = list(Firmness)[int(random.integers(3))]
        if firmness is Firmness.LIKELY and any(target.firmness is Firmness.LIKELY for target in found):
            firmness = Firmness.PRICED
        found.append(_target(random, case, f"target {i}", firmness))
    return tuple(found)


def _target(random: Random, case: PlanningCase, id: str, firmness: Firmness) -> Target:
    """A share, a number of children, a number of providers or a budget."""
    sense, year = Sense.AT_LEAST, int(random.integers(case.num_years))
    dice = random.random()
    if dice < 0.5:
        measure = _SHARES[int(random.integers(len(_SHARES)))]
        value = float(random.uniform(0.2, 0.7))
    elif dice < 0.65:
        measure, value = Measure.IN_HOUSE_FOSTERING_CHILDREN, float(random.uniform(0.2, 1.5))
    elif dice < 0.75:
        measure, value, sense = Measure.INDEPENDENT_FOSTERING_CHILDREN, float(random.uniform(0.5, 3.0)), Sense.AT_MOST
    elif dice < 0.82:
        measure, value = Measure.PROVIDERS_IN_AREA, float(random.integers(2, 4))
    elif dice < 0.86:
        measure, value = Measure.SETTING_TYPES_IN_AREA, 2.0
    elif dice < 0.93:
        measure, value, sense = Measure.CAPITAL_BUDGET, float(random.uniform(0, 300_000)), Sense.AT_MOST
    else:
        expected = float(case.demand.mean.sum()) / case.demand.num_quarters * 52 * 2_000
        measure, value, sense = Measure.REVENUE_BUDGET, expected * float(random.uniform(0.5, 1.5)), Sense.AT_MOST
    return Target(
        id=id,
        measure=measure,
        sense=sense,
        values={year: value},
        firmness=firmness,
        price_pence=int(random.integers(1_000, 5_000_000)) if firmness is Firmness.PRICED else None,
        probability=float(random.choice([0.5, 0.7, 0.9])) if firmness is Firmness.LIKELY else None,
        authority_id=[None, None, "A"][int(random.integers(3))],
    )
