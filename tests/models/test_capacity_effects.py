"""What each lever does to room for children and to money, quarter by quarter: arithmetic by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from rightplace.capacity_plan import Action
from rightplace.instances.levers import Assumptions, Deregistrations, Focus, HomeChangeKind, Levers, SettingType
from rightplace.models.capacity import CapacityColumns, capacity_program, plan_years, point_of, year_pence
from rightplace.models.capacity_effects import revenue_and_capital
from tests.models.capacity_cases import (
    FIRST,
    PLAIN,
    agency,
    block,
    broken,
    change,
    conversion,
    funnel,
    new_home,
    own_carers,
    own_homes,
    planning_data,
    profile,
    retention,
    room,
    spot,
    steady,
)

if TYPE_CHECKING:
    from rightplace.models.capacity_today import CapacityData
    from rightplace.staged import Floats, StagedProgram


class Planned:
    """A case with some actions taken; quarters count from 0."""

    def __init__(self, levers: Levers, *actions: tuple[str, float, int], years: int = 1) -> None:
        supplies = (own_carers(), own_homes(), agency(), spot())
        self.data: CapacityData = planning_data(supplies, levers, steady(1.0, years))
        self.staged: StagedProgram
        self.columns: CapacityColumns
        self.staged, self.columns = capacity_program(self.data)
        schedule = [Action(lever_id=key, quantity=quantity, quarter=FIRST + at) for key, quantity, at in actions]
        self.point: Floats = point_of(self.data, self.columns, schedule)

    def room(self, supply_id: str) -> list[float]:
        """By quarter."""
        return room(self.data, self.staged, self.point, supply_id)

    @property
    def pounds(self) -> list[float]:
        """Revenue of the first stage by quarter."""
        return [float(pence) / 100 for pence in revenue_and_capital(self.data, self.columns)[0] @ self.point]

    @property
    def capital(self) -> list[float]:
        """Pounds by quarter."""
        return [float(pence) / 100 for pence in revenue_and_capital(self.data, self.columns)[1] @ self.point]


def levers(**tables: Any) -> Levers:
    """Levers with plain assumptions."""
    return Levers(**({"assumptions": PLAIN} | tables))


def test_a_new_home_has_room_from_its_opening_half_of_it_in_the_first_quarter() -> None:
    """3 places x 85%; £5,000 x 13 weeks from the opening on; £500,000 once."""
    plan = Planned(levers(new_homes=(new_home(),)), ("new home", 1, 1))
    assert plan.room("new home") == pytest.approx([0.0, 1.275, 2.55, 2.55])
    assert plan.pounds == [0.0, 65_000.0, 65_000.0, 65_000.0]
    assert plan.capital == [0.0, 500_000.0, 0.0, 0.0]


def test_supported_accommodation_takes_its_own_occupancy() -> None:
    """10 places x 90%."""
    home = new_home(type=SettingType.SUPPORTED, num_places=10)
    assert Planned(levers(new_homes=(home,)), ("new home", 1, 0)).room("new home") == pytest.approx([4.5, 9, 9, 9])


def test_a_change_ends_todays_places_of_one_home_and_begins_its_own() -> None:
    """Of two homes with 4 and 2 places the first becomes one of 5; it saves £1,000 a week and costs £3,000."""
    enlarge = change(
        kind=HomeChangeKind.ENLARGE, num_places=5, saved_pence_per_week=100_000, running_pence_per_week=300_000,
        capital_pence=7_000_000,
    )  # fmt: skip
    plan = Planned(levers(home_changes=(enlarge,)), ("change", 1, 2))
    assert plan.room("own homes") == pytest.approx([5.1, 5.1, 1.7, 1.7])
    assert plan.room("change") == pytest.approx([0.0, 0.0, 4.25, 4.25])
    assert plan.pounds == [0.0, 0.0, 26_000.0, 26_000.0]
    assert plan.capital == [0.0, 0.0, 70_000.0, 0.0]


def test_closing_a_home_only_takes_away_and_saves() -> None:
    """£2,000 a week."""
    plan = Planned(levers(home_changes=(change(saved_pence_per_week=200_000),)), ("change", 1, 1))
    assert plan.room("own homes") == pytest.approx([5.1, 1.7, 1.7, 1.7])
    assert plan.pounds == [0.0, -26_000.0, -26_000.0, -26_000.0]


def test_recruits_come_after_the_lag_and_are_paid_for_when_they_enquire() -> None:
    """Two households of 2 places at 80% from quarter 3 on.

    An approval takes 8 enquiries at £10, 4 visits at £100 and 2 assessments at £3,000: £6,480, three quarters before.
    A household costs £70 a week.
    """
    plan = Planned(levers(funnels=(funnel(),), profiles=(profile(),)), ("profile", 2, 3), years=2)
    assert plan.room("profile") == pytest.approx([0, 0, 0, 3.2, 3.2, 3.2, 3.2, 3.2])
    assert plan.pounds == pytest.approx([12_960.0, 0, 0, *[1_820.0] * 5])


def test_recruits_leave_like_the_others_and_their_cost_with_them() -> None:
    """At 12% a year."""
    tables = levers(funnels=(funnel(deregistration_rate_per_year=0.12, lag_quarters=0),), profiles=(profile(),))
    plan = Planned(tables, ("profile", 1, 1))
    left = [0.88 ** (t / 4) for t in range(3)]
    assert plan.room("profile") == pytest.approx([0.0, *(1.6 * share for share in left)])
    assert plan.pounds == pytest.approx([0.0, 6_480 + 910, 910 * left[1], 910 * left[2]])


def test_the_rates_of_the_year_of_the_enquiry_count() -> None:
    """Approved in the second year, asked in the first: its rates, not those of the second."""
    of_years = funnel(visit_rate=(0.5, 1.0), assessment_rate=(0.5, 1.0), approval_rate=(0.5, 1.0))
    plan = Planned(levers(funnels=(of_years,), profiles=(profile(),)), ("profile", 1, 4), ("profile", 1, 7), years=2)
    assert plan.pounds == pytest.approx([0, 6_480.0, 0, 0, 10 + 100 + 3_000 + 910.0, 910, 910, 1_820])


def test_a_prevented_leaver_is_an_average_household_from_the_next_quarter_on() -> None:
    """135 places of 90 households at 80%: room for 1.2 children each, fewer later at 12%.

    An offer of £200 a year for each household lowers the rate by 8 points: £2,500 for each leaver prevented.
    """
    tables = levers(funnels=(funnel(deregistration_rate_per_year=0.12),), retention=(retention(),))
    plan, nothing = Planned(tables, ("offer", 1.5, 1)), Planned(tables)
    gained = np.array(plan.room("own carers")) - nothing.room("own carers")
    assert gained == pytest.approx([0.0, 0.0, 1.8, 1.8 * 0.88**0.25])
    assert plan.pounds == pytest.approx([0.0, 3_750.0, 0.0, 0.0])


def test_converted_places_change_sides_as_long_as_they_are_converted() -> None:
    """£150 a week each."""
    plan = Planned(levers(conversions=(conversion(),)), ("support", 6.0, 1), ("support", 2.0, 3))
    assert plan.room("support") == pytest.approx([0.0, 6.0, 6.0, 2.0])
    assert plan.room("own carers") == pytest.approx([108.0, 102.0, 102.0, 106.0])
    assert plan.pounds == pytest.approx([0.0, 11_700.0, 11_700.0, 3_900.0])


def test_a_block_runs_its_time() -> None:
    """Three beds at 85% for two quarters, £2,000 a bed and week."""
    plan = Planned(levers(blocks=(block(num_quarters=2),)), ("block", 3, 1))
    assert plan.room("block") == pytest.approx([0.0, 2.55, 2.55, 0.0])
    assert plan.pounds == [0.0, 78_000.0, 78_000.0, 0.0]


def test_only_quarters_that_lead_earliest_latest_and_lag_allow_have_columns() -> None:
    """Lead 1 but not before the second quarter nor after the third; a block from the start; offers with a lead of 1."""
    tables = levers(
        new_homes=(new_home(lead_quarters=1, earliest=FIRST + 2, latest=FIRST + 4), new_home("off", enabled=False)),
        home_changes=(change(latest=FIRST + 1),),
        funnels=(funnel(deregistration_rate_per_year=0.1, lag_quarters=6),),
        profiles=(profile(), profile("of a funnel that is off", funnel_id="no")),
        retention=(retention(lead_quarters=5), retention("no better", deregistration_rate_per_year=0.1)),
        conversions=(conversion(earliest=FIRST + 7, max_places=1.0),),
        blocks=(block(earliest=FIRST + -3, latest=FIRST), block("empty", min_beds=0, max_beds=0)),
    )
    columns = Planned(tables, years=2).columns
    found = {name: uses.quarter.tolist() for name, uses in columns.blocks.items()}
    assert found == {
        "open": [2, 3, 4], "change": [0, 1], "recruit": [6, 7], "retain": [5, 6, 7], "convert": [7, 7], "let": [0],
        "beds": [0],
    }  # fmt: skip
    assert [columns.open.levers[i].id for i in columns.open.lever] == ["new home"] * 3


def test_discounted_cost_is_revenue_and_an_annuity_of_the_capital_by_quarter() -> None:
    """A home that opens in the second quarter, at 5% with capital that lasts 10 years."""
    assumptions = Assumptions(discount_rate_per_year=0.05, capital_life_years=10.0)
    plan = Planned(levers(new_homes=(new_home(),), assumptions=assumptions), ("new home", 1, 1))
    annuity = 500_000 * 0.05 / (1 - 1.05**-10)
    assert annuity == pytest.approx(64_752.29, abs=0.01)
    expected = sum((65_000 + annuity / 4) / 1.05 ** ((t + 0.5) / 4) for t in (1, 2, 3))
    assert plan.staged.first_costs @ plan.point == pytest.approx(expected)
    assert plan.staged.period_weights == pytest.approx([13 / 1.05 ** ((t + 0.5) / 4) for t in range(4)])


def test_without_discount_capital_is_charged_in_equal_parts() -> None:
    """£500,000 over 25 years: £5,000 a quarter, three quarters, and £65,000 to run."""
    plan = Planned(levers(new_homes=(new_home(),)), ("new home", 1, 1))
    assert plan.staged.first_costs @ plan.point == pytest.approx(3 * 70_000)


def test_years_add_the_first_stage_to_the_use_of_places_and_count_capital_whole() -> None:
    """Two years: the home opens in the last quarter of the first one."""
    plan = Planned(levers(new_homes=(new_home(),)), ("new home", 1, 3), years=2)
    use = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0])
    revenue, capital = plan_years(plan.data, plan.columns, plan.point, use)
    assert revenue.tolist() == [6_500_000 + 10, 26_000_000 + 26]
    assert capital.tolist() == [50_000_000, 0]
    by_column = year_pence(plan.data, plan.columns)
    assert [part.shape for part in by_column] == [(2, plan.columns.num_columns)] * 2


def test_use_costs_are_pounds_a_week_and_miles_decide_only_between_equals() -> None:
    """£4,000 at 45 miles; a millionth of a pound for each."""
    plan = Planned(levers())
    assert plan.staged.arc_costs[-1] == pytest.approx(4_000.000045, abs=1e-9)


@pytest.mark.parametrize("lag", [0, 3])
def test_barnets_strategy_of_2014_is_reproduced(lag: int) -> None:
    """90 households, stated recruits and leavers: 96, 107, 118, 129, 129, 129 at the ends of the years."""
    recruits, leavers = (16, 22, 23, 24, 13, 13), (10.0, 11.0, 12.0, 13.0, 13.0, 13.0)
    stated = Deregistrations(id="stated", funnel_id="funnel", households_per_year=leavers)
    tables = levers(
        funnels=(funnel(lag_quarters=lag, enquiries_per_year=(2_000.0,)),),
        profiles=(profile(places_per_household=1.5, focus=Focus(need_level=1)),),
        deregistrations=(stated,),
    )
    quarters = [4 * year + 3 for year in range(6)]
    schedule = [("profile", float(num), at) for num, at in zip(recruits, quarters, strict=True)]
    plan = Planned(tables, *schedule, years=7)
    children = np.array(plan.room("own carers")) + plan.room("profile")
    assert children[[at + 1 for at in quarters]] / (1.5 * 0.8) == pytest.approx([96, 107, 118, 129, 129, 129])
    assert not broken(plan.staged, plan.point)
