"""Each family of first-stage rows refuses what it must and no more: points by hand, just within and just beyond."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse import csr_array

from rightplace.instances.levers import Deregistrations, Focus, HomeChangeKind, Levers
from rightplace.instances.targets import Firmness, Measure
from rightplace.models.capacity import CapacityColumns, baseline_point, capacity_program
from tests.models.capacity_cases import (
    PLAIN,
    block,
    broken,
    change,
    conversion,
    demand,
    funnel,
    new_home,
    own_carers,
    own_homes,
    planning_data,
    profile,
    retention,
    spot,
    steady,
    target,
)

if TYPE_CHECKING:
    from rightplace.staged import StagedProgram


def program(
    years: int = 1, children: Any = None, targets: Any = (), **tables: Any
) -> tuple[StagedProgram, CapacityColumns]:
    """The program of Aston's carers (90 households) and homes with some levers."""
    levers = Levers(**({"assumptions": PLAIN} | tables))
    supplies = (own_carers(), own_homes(), spot())
    return capacity_program(planning_data(supplies, levers, children or steady(1.0, years), targets=targets))


def at(columns: CapacityColumns, **amounts: list[float]) -> Any:
    """A point with the first columns of some blocks."""
    point = baseline_point(columns)
    for name, values in amounts.items():
        point[columns.blocks[name].column[: len(values)]] = values
    return point


def test_one_size_of_a_site_opens_once() -> None:
    """Two rows of one site, four quarters each."""
    staged, columns = program(new_homes=(new_home("small", site="s"), new_home("large", site="s"), new_home("other")))
    assert not broken(staged, at(columns, open=[1, 0, 0, 0, 0, 0, 0, 0, 1]))
    assert broken(staged, at(columns, open=[1, 0, 0, 0, 0, 1])) == {"one_opening_a_site"}
    assert broken(staged, at(columns, open=[1, 1])) == {"one_opening_a_site"}


def test_one_change_is_made_to_a_home() -> None:
    """Close it or enlarge it; the other home is another matter."""
    enlarge = change("enlarge", kind=HomeChangeKind.ENLARGE, num_places=6)
    staged, columns = program(home_changes=(change(), enlarge, change("close other", setting_id="other home")))
    assert not broken(staged, at(columns, change=[1, 0, 0, 0, 0, 0, 0, 0, 0, 1]))
    assert broken(staged, at(columns, change=[1, 0, 0, 0, 0, 1])) == {"one_change_a_home"}


def test_a_block_starts_once_with_as_many_beds_as_may_be_let() -> None:
    """Two to five."""
    staged, columns = program(blocks=(block(),))
    assert not broken(staged, at(columns, let=[1], beds=[2]))
    assert not broken(staged, at(columns, let=[1], beds=[5]))
    for beds in (0, 1, 6):
        assert broken(staged, at(columns, let=[1], beds=[beds])) == {"beds_of_a_block"}
    assert broken(staged, at(columns, beds=[2])) == {"beds_of_a_block"}
    assert broken(staged, at(columns, let=[1, 1], beds=[2, 2])) == {"one_start_a_block"}


def test_a_block_without_a_least_number_has_a_bed_when_it_is_let() -> None:
    """Else it would count as a provider without a place."""
    staged, columns = program(blocks=(block(min_beds=0),))
    assert broken(staged, at(columns, let=[1])) == {"beds_of_a_block"}
    assert not broken(staged, at(columns, let=[1], beds=[1]))


def test_approvals_are_what_enquiries_a_lag_ago_yield() -> None:
    """40 enquiries a quarter, one in eight approved: 5, whichever profile they are of."""
    staged, columns = program(funnels=(funnel(),), profiles=(profile(), profile("siblings")), years=1)
    assert columns.recruit.quarter.tolist() == [3, 3]
    assert not broken(staged, at(columns, recruit=[2, 3]))
    assert broken(staged, at(columns, recruit=[3, 3])) == {"enquiries"}


def test_word_of_mouth_of_todays_and_recruited_households_brings_more() -> None:
    """0.4 enquiries a household and year, twice as likely to be approved: 90 x 0.1 x 2 = 18 more a quarter.

    58 / 8 = 7.25 approvals in quarters 1 to 4 with a lag of one; 4 recruits of quarter 1 make 0.8 / 8 = 0.1 more from
    quarter 2 on.
    """
    tables: dict[str, Any] = {
        "funnels": (funnel(lag_quarters=1, word_of_mouth_per_household=0.4, word_of_mouth_factor=2.0),),
        "profiles": (profile(),),
    }
    staged, columns = program(years=2, **tables)
    assert not broken(staged, at(columns, recruit=[7.25]))
    assert broken(staged, at(columns, recruit=[7.26])) == {"enquiries"}
    assert not broken(staged, at(columns, recruit=[4, 7.35]))
    assert broken(staged, at(columns, recruit=[4, 7.36])) == {"enquiries"}
    assert broken(staged, at(columns, recruit=[0, 7.35])) == {"enquiries"}


def test_the_year_of_the_enquiry_sets_the_rates_and_the_campaign() -> None:
    """160 enquiries in the first year, none in the second: with a lag of 3 quarters, none approved from the 7th on."""
    staged, columns = program(years=2, funnels=(funnel(enquiries_per_year=(160.0, 0.0)),), profiles=(profile(),))
    assert columns.recruit.quarter.tolist() == [3, 4, 5, 6]
    assert staged.first.upper[columns.recruit.column] == pytest.approx([5.0] * 4)


def test_no_more_households_a_year_than_the_limit() -> None:
    """Six a year."""
    staged, columns = program(funnels=(funnel(lag_quarters=0, max_households_per_year=6.0),), profiles=(profile(),))
    assert not broken(staged, at(columns, recruit=[5, 1]))
    assert broken(staged, at(columns, recruit=[5, 1, 1])) == {"most_households"}


def test_profiles_keep_their_shares_of_a_year() -> None:
    """At least a third siblings, at most half teenagers; over the year, not the quarter."""
    profiles = (profile("siblings", min_share=1 / 3), profile("teenagers", max_share=0.5), profile("others"))
    staged, columns = program(funnels=(funnel(lag_quarters=2),), profiles=profiles)
    assert columns.recruit.quarter.tolist() == [2, 3] * 3
    assert not broken(staged, at(columns, recruit=[0, 2, 3, 0, 1, 0]))
    assert broken(staged, at(columns, recruit=[0, 1, 0, 1, 1, 0])) == set()
    assert broken(staged, at(columns, recruit=[0, 1, 0, 1, 2, 0])) == {"shares_of_profiles"}
    assert broken(staged, at(columns, recruit=[0, 2, 3, 0, 0, 0])) == {"shares_of_profiles"}


def test_no_more_are_kept_than_the_offer_reaches() -> None:
    """8 points of 90 households a year: 1.8 in the first quarter, of those who are left in the next one."""
    offer = retention(lead_quarters=0)
    staged, columns = program(funnels=(funnel(deregistration_rate_per_year=0.12),), retention=(offer,))
    assert not broken(staged, at(columns, retain=[1.8]))
    assert broken(staged, at(columns, retain=[1.81])) == {"prevented"}
    left = 90 * 0.88**0.25
    assert not broken(staged, at(columns, retain=[0, 0.02 * left]))
    assert broken(staged, at(columns, retain=[0, 0.02 * left + 0.01])) == {"prevented"}
    assert not broken(staged, at(columns, retain=[1.8, 0.02 * (left + 1.8)]))


def test_each_household_gets_one_offer() -> None:
    """Half of them the one, half the other."""
    offers = (
        retention("good", lead_quarters=3),
        retention("better", deregistration_rate_per_year=0.0, lead_quarters=3),
    )
    stable = Deregistrations(id="few", funnel_id="funnel", households_per_year=(400.0, 0.0))
    rates = funnel(deregistration_rate_per_year=0.12)
    staged, columns = program(funnels=(rates,), retention=offers)
    left = 90 * 0.88**0.75
    assert not broken(staged, at(columns, retain=[0.02 * left / 2, 0.03 * left / 2]))
    assert broken(staged, at(columns, retain=[0.02 * left, 0.01])) == {"prevented"}
    staged, columns = program(funnels=(rates,), retention=offers, deregistrations=(stable,))
    assert broken(staged, at(columns, retain=[0.01])) == {"prevented"}


def test_no_more_stated_leavers_are_kept_than_leave() -> None:
    """One a quarter leaves, though the offer would reach 1.8."""
    stated = Deregistrations(id="few", funnel_id="funnel", households_per_year=(4.0,))
    tables: dict[str, Any] = {"funnels": (funnel(deregistration_rate_per_year=0.12),), "deregistrations": (stated,)}
    staged, columns = program(retention=(retention(lead_quarters=0),), **tables)
    assert not broken(staged, at(columns, retain=[1.0]))
    assert broken(staged, at(columns, retain=[1.01])) == {"prevented"}
    assert (staged.first.upper[columns.retain.column] <= 1.0).all()


@pytest.mark.parametrize("lag", [0, 1])
def test_upper_bounds_cut_nothing_off_that_the_rows_allow(lag: int) -> None:
    """The most of each column that rows alone allow, found by an LP each, is within its bound; some reach it."""
    rates = funnel(
        lag_quarters=lag, word_of_mouth_per_household=4.0, word_of_mouth_factor=2.0, deregistration_rate_per_year=0.3,
        enquiries_per_year=(160.0, 40.0),
    )  # fmt: skip
    offer = retention(deregistration_rate_per_year=0.0, lead_quarters=0)
    staged, columns = program(years=2, funnels=(rates,), profiles=(profile(),), retention=(offer,))
    first = staged.first
    shape = (first.num_rows, first.num_columns)
    matrix = csr_array((first.row_values, first.row_columns, first.row_starts), shape=shape)
    taken = [*columns.recruit.column, *columns.retain.column]
    most = [-linprog(-np.eye(first.num_columns)[i], A_ub=matrix, b_ub=first.row_upper).fun for i in taken]
    assert (np.array(most) <= first.upper[taken] + 1e-6).all()
    assert np.isclose(most, first.upper[taken]).sum() > len(taken) / 2


def test_conversions_keep_to_their_number_and_to_the_room_there_is() -> None:
    """Ten places at most; of 2 recruits' 3.2 places no more than those."""
    tables: dict[str, Any] = {
        "funnels": (funnel(lag_quarters=1),),
        "profiles": (profile(focus=Focus(need_level=1)), profile("other level", focus=Focus(need_level=3))),
        "conversions": (conversion(),),
    }
    staged, columns = program(**tables)
    uses = columns.convert
    assert sorted(set(uses.origin.tolist())) == [0, 3]
    point = at(columns, recruit=[2])
    today, recruits = (uses.column[(uses.quarter == 1) & (uses.origin == origin)] for origin in (0, 3))
    point[today], point[recruits] = 6.8, 3.2
    assert not broken(staged, point)
    point[today] = 6.9
    assert broken(staged, point) == {"converted"}
    point[today], point[recruits] = 0.0, 3.3
    assert broken(staged, point) == {"taken_off"}


def test_two_conversions_share_the_room_of_the_carers_they_come_off() -> None:
    """108 places today."""
    both = (conversion("one", max_places=100.0), conversion("two", max_places=100.0))
    staged, columns = program(conversions=both)
    uses, point = columns.convert, baseline_point(columns)
    for lever in (0, 1):
        point[uses.column[(uses.lever == lever) & (uses.quarter == 1)]] = 54.0
    assert not broken(staged, point)
    point[uses.column[0]] += 0.1
    assert broken(staged, point) == {"taken_off"}


def test_a_new_provider_is_there_exactly_when_one_of_its_openings_is() -> None:
    """Neither claimed without nor denied with."""
    homes = (new_home("one", provider_id="good"), new_home("two", provider_id="good"))
    staged, columns = program(new_homes=homes, targets=(target(Measure.PROVIDERS_IN_AREA, {0: 2.0}),))
    (row,) = columns.present
    point = baseline_point(columns)
    point[row.column] = 1
    assert broken(staged, point) == {"present"}
    point[columns.open.column[[0, 4]]] = 1
    assert not broken(staged, point)
    point[row.column] = 0
    assert broken(staged, point) == {"present"}


def test_a_likely_target_is_given_up_in_no_more_than_its_share_of_scenarios() -> None:
    """In at least 70% of four scenarios: one may be missed, two may not."""
    likely = target(Measure.IN_AREA_SHARE, {0: 0.5}, firmness=Firmness.LIKELY, probability=0.7)
    staged, columns = program(children=demand(np.ones((4, 4, 1))), targets=(likely,))
    point = baseline_point(columns)
    point[columns.missed[0, 0][:1]] = 1
    assert not broken(staged, point)
    point[columns.missed[0, 0][:2]] = 1
    assert broken(staged, point) == {"missed"}


def test_using_no_lever_breaks_no_row_and_bounds_hold_what_rows_allow() -> None:
    """The baseline is a point of every program; whole numbers are whole."""
    staged, columns = program(
        new_homes=(new_home(),), home_changes=(change(),), funnels=(funnel(deregistration_rate_per_year=0.1),),
        profiles=(profile(min_share=0.5),), retention=(retention(),), conversions=(conversion(),), blocks=(block(),),
    )  # fmt: skip
    assert staged.first.worst_violation(baseline_point(columns)) == 0
    assert staged.first.worst_violation(at(columns, open=[0.5])) == 0.5
    assert staged.first.worst_violation(at(columns, recruit=[0.5])) == 0.5
    assert staged.first.worst_violation(at(columns, retain=[0.5])) <= 0
    assert np.isfinite(staged.first.upper).all()


def test_households_may_be_recruited_in_parts_where_the_assumptions_say_so() -> None:
    """``whole_households`` off."""
    assumptions = PLAIN.__class__(whole_households=False)
    staged, columns = program(funnels=(funnel(),), profiles=(profile(),), assumptions=assumptions)
    assert staged.first.worst_violation(at(columns, recruit=[0.5])) <= 0
