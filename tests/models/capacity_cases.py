"""Planning cases made by hand: Aston's carers and home, what a test adds to them, and who may live where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rightplace.instances.cohorts import Cohort
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
    Retention,
    SettingType,
)
from rightplace.instances.planning_case import PlanningCase
from rightplace.instances.quarters import Quarter
from rightplace.instances.scenario import Demand
from rightplace.instances.supply import Source, Supply
from rightplace.instances.targets import Measure, Sense, Target
from rightplace.models.capacity_today import CapacityData, data_of
from rightplace.rules.service import Service
from tests.rules.builders import DAY, carer, east_of_home, filled, home, instance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rightplace.staged import StagedProgram

FIRST = Quarter.after(DAY)
CHILD = Cohort("A", 2, 1)
PLAIN = Assumptions(
    occupancy_fostering=0.8,
    occupancy_residential=0.85,
    occupancy_supported=0.9,
    discount_rate_per_year=0.0,
    capital_life_years=25.0,
    opening_share=0.5,
)
INSTANCE = instance(
    (),
    (
        carer("carer", num_places=2, need_level=1),
        home("home", num_places=4, place_counts=()),
        home("other home", num_places=2, place_counts=()),
        carer("agency carer", provider_id="good", place_counts=(filled(2),)),
    ),
)


def demand(children: Any, cohorts: Sequence[Cohort] = (CHILD,)) -> Demand:
    """Equally likely scenarios, from (num_scenarios, num_quarters, num_cohorts)."""
    array = np.array(children, dtype=np.float64)
    num = len(array)
    names = tuple(f"scenario {i}" for i in range(num))
    return Demand(tuple(cohorts), FIRST, array, np.full(num, 1 / num), names, "by hand")


def steady(children: float, years: int = 1) -> Demand:
    """As many children in every quarter, one scenario."""
    return demand(np.full((1, 4 * years, 1), children))


def own_carers(households: int = 90, places: float = 135.0, level: int = 1, id: str = "own carers") -> Supply:
    """Aston's own foster carers."""
    return Supply(
        id=id, source=Source.TODAY, type=SettingType.FOSTERING, in_house=True, provider_ids=frozenset({"own"}),
        authority_id="A", focus=Focus(), representative=carer(id, need_level=level), fee_pence_per_week=(50_000,) * 4,
        setting_ids=("carer",), num_households=households, num_places=places,
    )  # fmt: skip


def own_homes(places: float = 6.0) -> Supply:
    """Aston's two homes, one of 4 and one of 2 places."""
    return Supply(
        id="own homes", source=Source.TODAY, type=SettingType.RESIDENTIAL, in_house=True, authority_id="A",
        provider_ids=frozenset({"own"}), focus=Focus(), representative=home("own homes"),
        fee_pence_per_week=(300_000,) * 4, setting_ids=("home", "other home"), num_places=places,
    )  # fmt: skip


def agency(places: float = 10.0) -> Supply:
    """Independent carers in Aston."""
    return Supply(
        id="agency", source=Source.TODAY, type=SettingType.FOSTERING, authority_id="A",
        provider_ids=frozenset({"good"}), focus=Focus(), representative=carer("agency"),
        fee_pence_per_week=(90_000,) * 4, setting_ids=("agency carer",), num_places=places,
    )  # fmt: skip


def connected(places: float = 5.0) -> Supply:
    """Relatives and friends."""
    return Supply(
        id="connected", source=Source.TODAY, type=SettingType.FOSTERING, in_house=True, connected=True,
        authority_id="A", provider_ids=frozenset({"own"}), focus=Focus(), representative=carer("connected"),
        fee_pence_per_week=(30_000,) * 4, num_places=places, num_households=3,
    )  # fmt: skip


def spot(fee: int = 400_000, type: SettingType = SettingType.RESIDENTIAL, id: str = "spot") -> Supply:
    """As many places as are needed, beyond 20 miles."""
    representative = home(id) if type is SettingType.RESIDENTIAL else carer(id)
    return Supply(
        id=id, source=Source.MARKET, type=type, band=DistanceBand.BEYOND, miles=45.0, focus=Focus(),
        representative=representative, fee_pence_per_week=(fee,) * 4, is_unlimited=True,
    )  # fmt: skip


def new_home(id: str = "new home", **changes: Any) -> NewHome:
    """A home of three places that could be opened at once."""
    given: dict[str, Any] = {
        "site": id, "type": SettingType.RESIDENTIAL, "authority_id": "A", "location": east_of_home(0),
        "provider_id": "own", "num_places": 3, "lead_quarters": 0, "running_pence_per_week": 500_000,
        "use_pence_per_week": 10_000, "capital_pence": 50_000_000,
    }  # fmt: skip
    return NewHome(id=id, **(given | changes))


def change(id: str = "change", **changes: Any) -> HomeChange:
    """Close the home of four places at once."""
    given: dict[str, Any] = {"setting_id": "home", "kind": HomeChangeKind.CLOSE, "lead_quarters": 0}
    return HomeChange(id=id, **(given | changes))


def funnel(id: str = "funnel", **changes: Any) -> Funnel:
    """A hundred enquiries a year, a quarter of which lead to approval, after three quarters."""
    given: dict[str, Any] = {
        "authority_id": "A", "enquiries_per_year": (160.0,), "visit_rate": (0.5,), "assessment_rate": (0.5,),
        "approval_rate": (0.5,), "enquiry_pence": 1_000, "visit_pence": 10_000, "assessment_pence": 300_000,
        "deregistration_rate_per_year": 0.0, "lag_quarters": 3,
    }  # fmt: skip
    return Funnel(id=id, **(given | changes))


def profile(id: str = "profile", **changes: Any) -> Profile:
    """Households with two places, for children of level 1."""
    given: dict[str, Any] = {
        "funnel_id": "funnel", "places_per_household": 2.0, "focus": Focus(need_level=1),
        "fee_pence_per_week": (50_000,), "household_pence_per_week": 7_000,
    }  # fmt: skip
    return Profile(id=id, **(given | changes))


def retention(id: str = "offer", **changes: Any) -> Retention:
    """Fewer leave."""
    given: dict[str, Any] = {
        "funnel_id": "funnel", "deregistration_rate_per_year": 0.04, "household_pence_per_year": 20_000,
    }  # fmt: skip
    return Retention(id=id, **(given | changes))


def conversion(id: str = "support", **changes: Any) -> Conversion:
    """Carers of level 1 look after level 2."""
    given: dict[str, Any] = {
        "kind": ConversionKind.SUPPORT, "authority_id": "A", "from_level": 1, "to_level": 2,
        "place_pence_per_week": 15_000, "max_places": 10.0, "lead_quarters": 1,
    }  # fmt: skip
    return Conversion(id=id, **(given | changes))


def block(id: str = "block", **changes: Any) -> Block:
    """Two to five beds."""
    given: dict[str, Any] = {
        "type": SettingType.RESIDENTIAL, "authority_id": "A", "location": east_of_home(0), "provider_id": "outstanding",
        "min_beds": 2, "max_beds": 5, "first_pence_per_week": 200_000, "second_pence_per_week": 100_000,
        "lead_quarters": 0,
    }  # fmt: skip
    return Block(id=id, **(given | changes))


def target(measure: Measure, values: dict[int, float], sense: Sense = Sense.AT_LEAST, **changes: Any) -> Target:
    """A hard target."""
    return Target(id=changes.pop("id", measure.value), measure=measure, sense=sense, values=values, **changes)


def lever_supplies(levers: Levers) -> list[Supply]:
    """The supply of each lever that adds one."""
    found = []

    def add(id: str, source: Source, type: SettingType, fee: int, **more: Any) -> None:
        representative = home(id) if type is SettingType.RESIDENTIAL else carer(id)
        given: dict[str, Any] = {"in_house": True, "authority_id": "A", "focus": Focus()}
        given |= {"provider_ids": frozenset({"own"}), "fee_pence_per_week": (fee,) * 4, **more}
        found.append(Supply(id=id, source=source, type=type, representative=representative, **given))

    for lever in levers.usable:
        match lever:
            case NewHome():
                add(lever.id, Source.NEW_HOME, lever.type, lever.use_pence_per_week, authority_id=lever.authority_id,
                    provider_ids=frozenset({lever.provider_id}))  # fmt: skip
            case HomeChange() if lever.kind is not HomeChangeKind.CLOSE:
                add(lever.id, Source.HOME_CHANGE, SettingType.RESIDENTIAL, lever.use_pence_per_week)
            case Profile():
                add(lever.id, Source.PROFILE, SettingType.FOSTERING, lever.fee_pence_per_week[0])
            case Conversion():
                add(lever.id, Source.CONVERSION, SettingType.FOSTERING, lever.use_pence_per_week or 60_000)
            case Block():
                add(lever.id, Source.BLOCK, lever.type, lever.second_pence_per_week, in_house=False,
                    provider_ids=frozenset({lever.provider_id}))  # fmt: skip
    return found


def service_between(case: PlanningCase, supplies: Sequence[Supply]) -> Service:
    """Every cohort may live everywhere; what stands in its authority's area is in area, two miles away."""
    cohorts = case.demand.cohorts
    cohort, supply = (axis.ravel() for axis in np.indices((len(cohorts), len(supplies))))
    pairs = [(cohorts[k], supplies[s]) for k, s in zip(cohort.tolist(), supply.tolist(), strict=True)]
    use = [there.fee_pence_per_week[who.need_level - 1] for who, there in pairs]
    in_area = np.array([there.authority_id == who.authority_id for who, there in pairs])
    return Service(
        cohort_idx=cohort,
        supply_idx=supply,
        use_pence_per_week=np.array(use, dtype=np.int64),
        miles=np.where(in_area, 2.0, 45.0),
        in_area=in_area,
        adjoining=np.zeros(len(use), dtype=np.bool_),
        within_20_miles=in_area,
        is_together=np.array([there.focus.group_size >= who.group_size for who, there in pairs]),
    )


def planning_data(
    supplies: Sequence[Supply],
    levers: Levers | None = None,
    children: Demand | None = None,
    **more: Any,
) -> CapacityData:
    """The data of a case: today's supplies and those of its levers."""
    levers = levers or Levers(assumptions=PLAIN)
    case = PlanningCase(instance=INSTANCE, demand=children or steady(1.0), levers=levers, **more)
    every = (*supplies, *lever_supplies(levers))
    return data_of(case, every, service_between(case, every))


def room(data: CapacityData, staged: Any, point: Any, supply_id: str) -> list[float]:
    """Children that a supply has room for, by quarter."""
    return [float(value) for value in staged.capacity(point)[:, data.supply_at[supply_id]]]


def broken(staged: StagedProgram, point: Any) -> set[str]:
    """Names of the row families that a point breaks."""
    first = staged.first
    activity = np.bincount(first.entry_rows, first.row_values * point[first.row_columns], minlength=first.num_rows)
    off = np.flatnonzero((activity > first.row_upper + 1e-9) | (activity < first.row_lower - 1e-9)).tolist()
    return {name for name, rows in first.row_blocks.items() if any(row in rows for row in off)}
