"""A council of two years with every lever but one in use, and its plan, worked out by hand.

Discounting is off, so that sums can be done on paper; pounds are written as pounds times ``P``. Eight quarters from
2024Q2, two futures of probability 1/4 and 3/4. Mainstream children: 8 or 10. One pair of siblings of level 2. Children
who need a home: 3 or 4. Room, in children, by quarter (planning occupancy 80% of carers' places, 90% of homes'):

======== ==== ==== ==== ==== ==== ==== ==== ====
carers    8    8    7    7    6    6    8    8    10 places x 80%, less what is converted
teens          1.6  1.6  1.6  1.6  1.6  1.6  1.6  one household of 2 places
blue           1.6  1.6  1.6  1.6                 2 beds for four quarters
support             1    1    2    2              places converted for level 2
elm       2.7  2.7  2.7  2.7                      3 places x 90%, until it is enlarged
elm+                          3.6  3.6  3.6  3.6  4 places x 90%
rose                0.9  1.8  1.8  1.8  1.8  1.8  2 places x 90%, half in the quarter of its opening
======== ==== ==== ==== ==== ==== ==== ==== ====
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from rightplace.capacity_plan import Action, CapacityPlan, PlanYear, Service, TargetYear
from rightplace.certificate.capacity import CapacityCertificate, certify
from rightplace.instances.children import Place
from rightplace.instances.cohorts import Cohort, CohortKind
from rightplace.instances.instance import Instance
from rightplace.instances.levers import (
    Assumptions,
    Block,
    Conversion,
    ConversionKind,
    DistanceBand,
    Focus,
    Funnel,
    HomeChange,
    HomeChangeKind,
    Levers,
    NewHome,
    Profile,
    SettingType,
)
from rightplace.instances.planning_case import PlanningCase
from rightplace.instances.quarters import Quarter
from rightplace.instances.scenario import Demand
from rightplace.instances.settings import ParentAndChild
from rightplace.instances.supply import Source, Supply
from rightplace.instances.targets import Firmness, Measure, Sense, Target
from rightplace.rules.service import Service as Lawful
from tests.rules.builders import AUTHORITIES, DAY, PROVIDERS, carer, east_of_home, home, vacant

P = 100
FIRST = Quarter(2024, 2)
SINGLES, SIBLINGS = Cohort("A", 2, 1), Cohort("A", 2, 2, group_size=2)
HOME_CHILDREN = Cohort("A", 2, 3, CohortKind.RESIDENTIAL)
CARERS, TEENS, BLUE, SUPPORT, ELM, ELM_PLUS, ROSE, SPOT_CARER, SPOT_HOME = range(9)
FOSTERING, RESIDENTIAL = SettingType.FOSTERING, SettingType.RESIDENTIAL
ASSUMED = Assumptions(occupancy_fostering=0.8, occupancy_residential=0.9, opening_share=0.5, discount_rate_per_year=0.0)
LEVERS = Levers(
    new_homes=(
        NewHome(
            id="rose",
            site="rose lane",
            type=RESIDENTIAL,
            authority_id="A",
            location=east_of_home(0),
            provider_id="own",
            num_places=2,
            capital_pence=400_000 * P,
            running_pence_per_week=5_000 * P,
            use_pence_per_week=200 * P,
            lead_quarters=2,
            latest=Quarter(2025, 3),
        ),
        NewHome(
            id="rose, large",
            site="rose lane",
            type=RESIDENTIAL,
            authority_id="A",
            location=east_of_home(0),
            provider_id="own",
            num_places=3,
        ),
        NewHome(
            id="off",
            site="other lane",
            type=RESIDENTIAL,
            authority_id="A",
            location=east_of_home(0),
            provider_id="own",
            num_places=3,
            enabled=False,
        ),
    ),
    home_changes=(
        HomeChange(
            id="elm+",
            setting_id="elm",
            kind=HomeChangeKind.ENLARGE,
            num_places=4,
            capital_pence=100_000 * P,
            saved_pence_per_week=200 * P,
            running_pence_per_week=700 * P,
            use_pence_per_week=1_000 * P,
            lead_quarters=2,
            earliest=Quarter(2025, 2),
        ),
        HomeChange(id="elm closes", setting_id="elm", kind=HomeChangeKind.CLOSE),
    ),
    funnels=(
        Funnel(
            id="campaign",
            authority_id="A",
            enquiries_per_year=(40.0,),
            visit_rate=(0.5,),
            assessment_rate=(0.5,),
            approval_rate=(0.8,),
            enquiry_pence=10 * P,
            visit_pence=40 * P,
            assessment_pence=1_000 * P,
            lag_quarters=1,
            deregistration_rate_per_year=0.0,
            max_households_per_year=3.0,
        ),
    ),
    profiles=(
        Profile(
            id="teens",
            funnel_id="campaign",
            places_per_household=2.0,
            focus=Focus(need_level=2),
            fee_pence_per_week=(350 * P,),
            household_pence_per_week=100 * P,
        ),
    ),
    conversions=(
        Conversion(
            id="support",
            kind=ConversionKind.SUPPORT,
            authority_id="A",
            from_level=1,
            to_level=2,
            place_pence_per_week=50 * P,
            max_places=2.0,
            lead_quarters=2,
        ),
    ),
    blocks=(
        Block(
            id="blue",
            type=FOSTERING,
            authority_id="B",
            location=east_of_home(0),
            provider_id="good",
            open_to_ids=frozenset({"A"}),
            min_beds=2,
            max_beds=4,
            first_pence_per_week=300 * P,
            second_pence_per_week=200 * P,
            lead_quarters=1,
            num_quarters=4,
        ),
    ),
    assumptions=ASSUMED,
)


def target(id: str, measure: Measure, sense: Sense, values: dict[int, float], **more: Any) -> Target:
    """A target, hard on average unless said otherwise."""
    return Target(id=id, measure=measure, sense=sense, values=values, **more)


LEAST, MOST = Sense.AT_LEAST, Sense.AT_MOST
TARGETS = (
    target("near", Measure.IN_AREA_SHARE, LEAST, {1: 0.85}),
    target(
        "few homes",
        Measure.INDEPENDENT_RESIDENTIAL_CHILDREN,
        MOST,
        {0: 0.2},
        firmness=Firmness.PRICED,
        price_pence=10_000 * P,
    ),
    target(
        "own homes",
        Measure.IN_HOUSE_RESIDENTIAL_CHILDREN,
        LEAST,
        {1: 3.2},
        firmness=Firmness.LIKELY,
        probability=0.7,
    ),
    target("together", Measure.SIBLINGS_TOGETHER_SHARE, LEAST, {1: 0.5}),
    target("capital", Measure.CAPITAL_BUDGET, MOST, {0: 400_000, 1: 100_000}),
    target("revenue", Measure.REVENUE_BUDGET, MOST, {1: 770_000}, authority_id="A"),
    target("providers", Measure.PROVIDERS_IN_AREA, LEAST, {0: 1}, authority_id="B"),
    target("local beds", Measure.LOCAL_BED_SHARE, LEAST, {1: 0.6}),
)
ELM_HOME = home("elm", place_counts=(vacant(3),))


def demand() -> Demand:
    """The two futures."""
    children = np.tile(np.array([[[8.0, 2.0, 3.0]], [[10.0, 2.0, 4.0]]]), (1, 8, 1))
    cohorts = (SINGLES, SIBLINGS, HOME_CHILDREN)
    return Demand(cohorts, FIRST, children, np.array([0.25, 0.75]), ("low", "high"), "made up")


def case(**changes: Any) -> PlanningCase:
    """The case, with some parts changed."""
    instance = Instance(
        name="tiny", date=DAY, children=(), settings=(ELM_HOME,), providers=PROVIDERS, authorities=AUTHORITIES
    )
    made = PlanningCase(instance=instance, demand=demand(), levers=LEVERS, targets=TARGETS)
    return made.replace(**changes)


def supplies() -> tuple[Supply, ...]:
    """The kinds of place, in the order of their constants."""

    def fees(pounds: int) -> tuple[int, int, int, int]:
        return (pounds * P, pounds * P, pounds * P, pounds * P)

    def supply(id: str, source: Source, type: SettingType, pounds: int, **more: Any) -> Supply:
        representative = (
            carer(id, need_level=1)
            if type is FOSTERING
            else home(id, place=Place.K2, parent_and_child=ParentAndChild.NO)
        )
        given: dict[str, Any] = {"focus": Focus(), "representative": representative, "authority_id": "A"}
        return Supply(id=id, source=source, type=type, fee_pence_per_week=fees(pounds), **(given | more))

    own: dict[str, Any] = {"in_house": True, "provider_ids": frozenset({"own"})}
    spot: dict[str, Any] = {"authority_id": None, "band": DistanceBand.BEYOND, "miles": 45.0, "is_unlimited": True}
    return (
        supply("carers", Source.TODAY, FOSTERING, 400, num_places=10.0, num_households=8, **own),
        supply("teens", Source.PROFILE, FOSTERING, 350, **own),
        supply("blue", Source.BLOCK, FOSTERING, 200, authority_id="B", provider_ids=frozenset({"good"})),
        supply("support", Source.CONVERSION, FOSTERING, 400, **own),
        supply("elm today", Source.TODAY, RESIDENTIAL, 1_000, num_places=3.0, setting_ids=("elm",), **own),
        supply("elm+", Source.HOME_CHANGE, RESIDENTIAL, 1_000, **own),
        supply("rose", Source.NEW_HOME, RESIDENTIAL, 200, **own),
        supply("spot:fostering", Source.MARKET, FOSTERING, 900, **spot),
        supply("spot:residential", Source.MARKET, RESIDENTIAL, 4_000, **spot),
        supply("rose, large", Source.NEW_HOME, RESIDENTIAL, 0, **own),
    )


def lawful() -> Lawful:
    """Who may live where: singles with any carer, siblings with a supported one, the others in homes."""
    pairs = [(0, CARERS), (0, TEENS), (0, BLUE), (0, SPOT_CARER), (1, SUPPORT), (1, SPOT_CARER)]
    pairs += [(2, ELM), (2, ELM_PLUS), (2, ROSE), (2, SPOT_HOME)]
    cohort, supply = (np.array(column, dtype=np.int64) for column in zip(*pairs, strict=True))
    kinds = supplies()
    far = np.isin(supply, [SPOT_CARER, SPOT_HOME])
    return Lawful(
        cohort_idx=cohort,
        supply_idx=supply,
        use_pence_per_week=np.array([kinds[i].fee_pence_per_week[0] for i in supply], dtype=np.int64),
        miles=np.where(far, 45.0, 2.0),
        in_area=~far & (supply != BLUE),
        adjoining=supply == BLUE,
        within_20_miles=~far,
        is_together=~(far & (cohort == 1)),
    )


def living() -> list[Service]:
    """Who lives where: the flows of the plan, by future and quarter."""
    low = [
        [(0, CARERS, 8.0), (1, SPOT_CARER, 2.0), (2, ELM, 2.7), (2, SPOT_HOME, 0.3)],
        [*_fostered(4.8, 1.6, 1.6, 0.0), (1, SPOT_CARER, 2.0), (2, ELM, 2.7), (2, SPOT_HOME, 0.3)],
        *[[*_fostered(4.8, 1.6, 1.6, 0.0), *_supported(1.0), (2, ELM, 2.7), (2, ROSE, 0.3)]] * 2,
        [*_fostered(4.8, 1.6, 1.6, 0.0), *_supported(2.0), (2, ELM_PLUS, 3.0)],
        [*_fostered(6.0, 1.6, 0.0, 0.4), *_supported(2.0), (2, ELM_PLUS, 3.0)],
        *[[*_fostered(6.4, 1.6, 0.0, 0.0), *_supported(0.0), (2, ELM_PLUS, 3.0)]] * 2,
    ]
    high = [
        [*_fostered(8.0, 0.0, 0.0, 2.0), (1, SPOT_CARER, 2.0), (2, ELM, 2.7), (2, SPOT_HOME, 1.3)],
        [*_fostered(6.8, 1.6, 1.6, 0.0), (1, SPOT_CARER, 2.0), (2, ELM, 2.7), (2, SPOT_HOME, 1.3)],
        [*_fostered(6.8, 1.6, 1.6, 0.0), *_supported(1.0), (2, ELM, 2.7), (2, ROSE, 0.9), (2, SPOT_HOME, 0.4)],
        [*_fostered(6.8, 1.6, 1.6, 0.0), *_supported(1.0), (2, ELM, 2.7), (2, ROSE, 1.3)],
        [*_fostered(6.0, 1.6, 1.6, 0.8), *_supported(2.0), (2, ELM_PLUS, 3.6), (2, ROSE, 0.4)],
        [*_fostered(6.0, 1.6, 0.0, 2.4), *_supported(2.0), (2, ELM_PLUS, 3.6), (2, ROSE, 0.4)],
        *[[*_fostered(8.0, 1.6, 0.0, 0.4), *_supported(0.0), (2, ELM_PLUS, 3.6), (2, ROSE, 0.4)]] * 2,
    ]
    return [block(w, t, rows) for w, future in enumerate((low, high)) for t, rows in enumerate(future)]


def _fostered(*children: float) -> list[tuple[int, int, float]]:
    return list(zip([0] * 4, (CARERS, TEENS, BLUE, SPOT_CARER), children, strict=True))


def _supported(children: float) -> list[tuple[int, int, float]]:
    return [(1, SUPPORT, children), (1, SPOT_CARER, 2.0 - children)]


def block(scenario: int, quarter: int, rows: list[tuple[int, int, float]]) -> Service:
    """Rows (cohort, supply, children) as a block."""
    cohort, supply, children = zip(*rows, strict=True)
    return Service(scenario, quarter, np.array(cohort), np.array(supply), np.array(children, dtype=np.float64))


def action(lever_id: str, quantity: float, at: int) -> Action:
    """An action at a position of the plan."""
    return Action(lever_id=lever_id, quantity=quantity, quarter=FIRST + at)


def plan() -> CapacityPlan:
    """The plan and what it rightly claims; see ``test_capacity_by_hand`` for the sums."""
    first = (
        TargetYear(
            target_id="few homes",
            year=0,
            required=0.2,
            mean=0.25 * 0.15 + 0.75 * 0.75,
            p10=0.15,
            p90=0.75,
            met=False,
            probability_met=0.25,
        ),
        _settled("capital", 0, 400_000, 400_000),
        _settled("providers", 0, 1, 1),
    )
    second = (
        TargetYear(
            target_id="near",
            year=1,
            required=0.85,
            mean=(0.25 * 11.5 + 0.75 * 13.6) / (0.25 * 13 + 0.75 * 16),
            p10=13.6 / 16,
            p90=11.5 / 13,
            met=True,
            probability_met=1.0,
        ),
        TargetYear(
            target_id="own homes", year=1, required=3.2, mean=3.75, p10=3.0, p90=4.0, met=True, probability_met=0.75
        ),
        _settled("together", 1, 0.5, 0.5),
        _settled("capital", 1, 100_000, 100_000),
        TargetYear(
            target_id="revenue",
            year=1,
            required=770_000,
            mean=761_150,
            p10=685_880,
            p90=786_240,
            met=True,
            probability_met=0.25,
        ),
        TargetYear(
            target_id="local beds",
            year=1,
            required=0.6,
            mean=3.75 / 6,
            p10=0.5,
            p90=4 / 6,
            met=True,
            probability_met=0.75,
        ),
    )
    return CapacityPlan(
        schedule=(
            action("blue", 2.0, 1),
            action("teens", 1.0, 1),
            action("rose", 1.0, 2),
            action("support", 1.0, 2),
            action("elm+", 1.0, 4),
            action("support", 2.0, 4),
            action("support", 0.0, 6),
        ),
        value_pence=1_495_380.0 * P,
        bound_pence=1_400_000.0 * P,
        claimed_by="hand",
        shortfall_pence=4_000.0 * P,
        years=(
            PlanYear(year=0, revenue_pence=702_230.0 * P, capital_pence=400_000.0 * P, targets=first),
            PlanYear(year=1, revenue_pence=761_150.0 * P, capital_pence=100_000.0 * P, targets=second),
        ),
    )


def _settled(target_id: str, year: int, required: float, value: float) -> TargetYear:
    """A target that is the same in both futures, and met."""
    return TargetYear(
        target_id=target_id,
        year=year,
        required=required,
        mean=value,
        p10=value,
        p90=value,
        met=True,
        probability_met=1.0,
    )


def with_levers(**changes: Any) -> PlanningCase:
    """The case with some tables of levers changed."""
    return case(levers=replace(LEVERS, **changes))


def verdict(
    of: PlanningCase | None = None, said: CapacityPlan | None = None, blocks: list[Service] | None = None
) -> CapacityCertificate:
    """What the certificate says of the case, plan and flows by hand, or of others in their place."""
    given = living() if blocks is None else blocks
    return certify(of or case(), supplies(), lawful(), said or plan(), iter(given))
