"""What each measure counts, and what each kind of target asks of the flows: numbers by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from rightplace.capacity_plan import Action
from rightplace.instances.cohorts import Cohort, CohortKind
from rightplace.instances.levers import CostSharing, HomeChangeKind, Levers, SettingType
from rightplace.instances.targets import Firmness, Measure, Sense, Target
from rightplace.models.capacity import capacity_program, measures_of, point_of
from rightplace.models.capacity_payers import payers
from tests.models.capacity_cases import (
    CHILD,
    FIRST,
    PLAIN,
    agency,
    block,
    change,
    connected,
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
    from rightplace.models.capacity_today import CapacityData
    from rightplace.staged import Coupling, Floats

SUPPLIES = (
    own_carers(),
    own_homes(),
    agency(),
    connected(),
    spot(),
    spot(100_000, SettingType.FOSTERING, "far carers"),
)
LIVES = {"own carers": 4.0, "own homes": 2.0, "agency": 3.0, "connected": 5.0, "spot": 1.0, "far carers": 1.0}
"""Sixteen children, of whom these live where in every quarter."""


class Asked:
    """A case with targets, the same flow in each quarter and maybe some actions."""

    def __init__(self, *targets: Target, actions: tuple[Action, ...] = (), children: Any = None, **tables: Any) -> None:
        levers = Levers(**({"assumptions": PLAIN} | tables))
        self.data: CapacityData = planning_data(SUPPLIES, levers, children or steady(16.0, 2), targets=targets)
        self.staged, self.columns = capacity_program(self.data)
        self.point: Floats = point_of(self.data, self.columns, actions)
        names = [self.data.supplies[i].id for i in self.data.service.supply_idx]
        self.flow = np.array([LIVES.get(name, 0.0) for name in names])

    def values(self) -> list[float]:
        """Of each target in each year."""
        found = []
        for measure in measures_of(self.data, self.columns):
            num = len(measure.periods)
            whole = 0.0 if measure.whole is None else num * float(measure.whole.arcs @ self.flow)
            counted = np.array(num * float(measure.counted.arcs @ self.flow))
            found.append(float(measure.value(counted, np.array(whole), self.point)))
        return found

    def slack(self, i: int = 0) -> float:
        """How much more than needed a coupling has."""
        return slack(self.staged.couplings[i], self.flow, self.point)


def slack(coupling: Coupling, flow: Floats, point: Floats) -> float:
    """``arc_values @ flow`` in each quarter and ``column_values @ point``, less what is needed."""
    arcs = len(coupling.periods) * float(coupling.arc_values @ flow)
    return arcs + float(coupling.column_values @ point[coupling.columns]) - coupling.at_least


@pytest.mark.parametrize(
    ("measure", "value"),
    [
        (Measure.IN_AREA_SHARE, 14 / 16),
        (Measure.WITHIN_20_MILES_SHARE, 14 / 16),
        (Measure.FAMILY_SHARE, 13 / 16),
        (Measure.RESIDENTIAL_SHARE, 3 / 16),
        (Measure.IN_HOUSE_FOSTERING_SHARE, 4 / 8),
        (Measure.LOCAL_BED_SHARE, 2 / 6),
        (Measure.IN_HOUSE_FOSTERING_CHILDREN, 4.0),
        (Measure.INDEPENDENT_FOSTERING_CHILDREN, 4.0),
        (Measure.IN_HOUSE_RESIDENTIAL_CHILDREN, 2.0),
        (Measure.INDEPENDENT_RESIDENTIAL_CHILDREN, 1.0),
        (Measure.PROVIDERS_IN_AREA, 2.0),
        (Measure.SETTING_TYPES_IN_AREA, 2.0),
        (Measure.CAPITAL_BUDGET, 0.0),
        (Measure.REVENUE_BUDGET, 52 * (4 * 500 + 2 * 3_000 + 3 * 900 + 5 * 300 + 4_000 + 1_000.0)),
    ],
)
def test_a_measure_is_what_its_name_says_and_couplings_bind_exactly_at_it(measure: Measure, value: float) -> None:
    """Both senses: no slack at the value, some on the right side, too little on the wrong one."""
    step = value * 0.01 or 1.0
    for sense, sign in ((Sense.AT_LEAST, 1), (Sense.AT_MOST, -1)):
        asked = Asked(
            *(target(measure, {1: value + off}, sense, id=str(off)) for off in (0, -sign * step, sign * step))
        )
        assert asked.values() == pytest.approx([value] * 3)
        assert asked.slack(0) == pytest.approx(0, abs=1e-6)
        assert asked.slack(1) > 1e-3
        assert asked.slack(2) < -1e-3


def test_a_coupling_of_a_share_is_in_children_of_the_year() -> None:
    """14 of 16 in area, 75% wanted: two children more than needed, in the quarters of that year only."""
    asked = Asked(target(Measure.IN_AREA_SHARE, {1: 0.75}))
    (coupling,) = asked.staged.couplings
    assert coupling.name == "in_area_share 2025/26"
    assert coupling.periods.tolist() == [4, 5, 6, 7]
    assert coupling.scenario is None
    assert asked.slack() == pytest.approx(2.0)


def test_siblings_together_counts_children_with_brothers_or_sisters_only() -> None:
    """Three of a group; the agency's carers take two at most: 8 of 11 children of groups are together."""
    pair, three = Cohort("A", 2, 1, group_size=2), Cohort("A", 2, 1, group_size=3)
    data = Asked(
        target(Measure.SIBLINGS_TOGETHER_SHARE, {0: 0.5}), children=demand(np.ones((1, 4, 3)), (CHILD, pair, three))
    ).data
    (measure,) = measures_of(data, capacity_program(data)[1])
    assert measure.whole is not None
    sibling = data.service.cohort_idx > 0
    assert (measure.whole.arcs == np.where(sibling, 0.25, 0.0)).all()
    assert (measure.counted.arcs == np.where(sibling & data.service.is_together, 0.25, 0.0)).all()


def test_a_share_of_nothing_is_no_number() -> None:
    """Nobody has brothers or sisters."""
    asked = Asked(target(Measure.SIBLINGS_TOGETHER_SHARE, {0: 0.5}))
    assert np.isnan(asked.values()).all()


def test_a_target_of_one_authority_counts_its_children_and_places_only() -> None:
    """Two of three children are Aston's."""
    cohorts = (CHILD, Cohort("B", 2, 1))
    children = demand(np.ones((1, 4, 2)), cohorts)
    asked = Asked(target(Measure.IN_AREA_SHARE, {0: 0.5}, authority_id="B"), children=children)
    (coupling,) = asked.staged.couplings
    of_b = asked.data.service.cohort_idx == 1
    assert not coupling.arc_values[~of_b].any()
    assert coupling.arc_values[of_b] == pytest.approx(-0.125)


def test_local_beds_grow_with_new_homes_blocks_and_changes_over_the_part_of_the_year_they_stand() -> None:
    """6 today; 3 more from the third quarter, 2 from the second for two quarters, the home of 4 becomes one of 5."""
    enlarge = change("enlarge", kind=HomeChangeKind.ENLARGE, num_places=5)
    actions = (
        Action(lever_id="new home", quantity=1, quarter=FIRST + 2),
        Action(lever_id="block", quantity=2, quarter=FIRST + 1),
        Action(lever_id="enlarge", quantity=1, quarter=FIRST + 3),
    )
    asked = Asked(
        target(Measure.LOCAL_BED_SHARE, {0: 0.1, 1: 0.1}), actions=actions, new_homes=(new_home(),),
        blocks=(block(num_quarters=2),), home_changes=(enlarge,),
    )  # fmt: skip
    beds = [6 + 3 * 0.5 + 2 * 0.5 + 1 * 0.25, 6 + 3 + 1]
    assert asked.values() == pytest.approx([2 / number for number in beds])
    assert [asked.slack(0), asked.slack(1)] == pytest.approx([2 - 0.1 * number for number in beds])


def test_providers_count_once_and_only_while_they_are_there_at_the_end_of_the_year() -> None:
    """Own and agency today; a home of the agency's adds nobody, a block of another one does while it runs."""
    targets = (target(Measure.PROVIDERS_IN_AREA, {0: 3.0, 1: 3.0}), target(Measure.SETTING_TYPES_IN_AREA, {0: 3.0}))
    tables: dict[str, Any] = {
        "new_homes": (new_home(provider_id="good"), new_home("flats", type=SettingType.SUPPORTED, num_places=5)),
        "blocks": (block(num_quarters=3),),
    }
    assert Asked(*targets, **tables).values() == [2.0, 2.0, 2.0]
    actions = [Action(lever_id=key, quantity=2, quarter=FIRST + at) for key, at in (("block", 2), ("new home", 0))]
    assert Asked(*targets, actions=tuple(actions[:1]), **tables).values() == [3.0, 2.0, 2.0]
    ended = (Action(lever_id="block", quantity=2, quarter=FIRST + 1),)
    assert Asked(*targets, actions=ended, **tables).values() == [3.0, 2.0, 2.0]
    gone = (Action(lever_id="block", quantity=2, quarter=FIRST),)
    assert Asked(*targets, actions=gone, **tables).values() == [2.0, 2.0, 2.0]
    one = (
        Action(lever_id="new home", quantity=1, quarter=FIRST),
        Action(lever_id="flats", quantity=1, quarter=FIRST + 1),
    )
    assert Asked(*targets, actions=one, **tables).values() == [2.0, 2.0, 3.0]


def test_budgets_add_the_first_stage_of_the_year() -> None:
    """A home for three quarters of the first year, £65,000 each, and £500,000 of capital in it."""
    targets = (
        target(Measure.REVENUE_BUDGET, {0: 1e6, 1: 1e6}, Sense.AT_MOST),
        target(Measure.CAPITAL_BUDGET, {0: 1.0, 1: 1.0}),
    )
    actions = (Action(lever_id="new home", quantity=1, quarter=FIRST + 1),)
    asked = Asked(*targets, actions=actions, new_homes=(new_home(),))
    fees = 52 * 17_200.0
    assert asked.values() == pytest.approx([fees + 195_000, fees + 260_000, 500_000, 0])
    assert asked.slack(0) == pytest.approx(1e6 - fees - 195_000)


def test_an_authority_pays_its_own_levers_and_its_part_of_shared_ones() -> None:
    """Equally, or three to one by children, or equally where none are; a home of one authority alone is its own."""
    cohorts = (CHILD, Cohort("B", 2, 1))
    both = frozenset({"A", "B"})
    homes = (
        new_home("equal", open_to_ids=both), new_home("alone"),
        new_home("children", open_to_ids=both, cost_sharing=CostSharing.BY_CHILDREN),
        new_home("use", open_to_ids=both, cost_sharing=CostSharing.BY_USE),
        new_home("nobody", open_to_ids=frozenset({"C", "D"}), cost_sharing=CostSharing.BY_CHILDREN),
    )  # fmt: skip
    children = demand(np.tile([3.0, 1.0], (1, 4, 1)), cohorts)
    tables: dict[str, Any] = {
        "new_homes": homes, "home_changes": (change(),), "funnels": (funnel(),), "profiles": (profile(),),
        "retention": (retention(),), "conversions": (conversion(authority_id="B"),),
        "blocks": (block(open_to_ids=both),),
    }  # fmt: skip
    budget = target(Measure.CAPITAL_BUDGET, {0: 1.0}, Sense.AT_MOST, authority_id="B")
    actions = tuple(Action(lever_id=home.id, quantity=1, quarter=FIRST) for home in homes)
    asked = Asked(budget, children=children, actions=actions, **tables)
    assert asked.values() == pytest.approx([500_000 * (0.5 + 0 + 0.25 + 0.25)])
    parts = {lever.id: payers(asked.data, lever) for lever in asked.data.case.levers.usable}
    assert parts == {
        "equal": {"A": 0.5, "B": 0.5}, "alone": {"A": 1.0}, "children": {"A": 0.75, "B": 0.25},
        "use": {"A": 0.75, "B": 0.25},
        "nobody": {"C": 0.5, "D": 0.5}, "change": {"A": 1.0}, "profile": {"A": 1.0}, "offer": {"A": 1.0},
        "support": {"B": 1.0}, "block": {"A": 0.5, "B": 0.5},
    }  # fmt: skip


def test_a_priced_target_costs_its_price_in_pounds_and_may_be_missed() -> None:
    """£500 a child and year."""
    priced = target(Measure.IN_AREA_SHARE, {0: 0.5}, firmness=Firmness.PRICED, price_pence=50_000)
    (coupling,) = Asked(priced).staged.couplings
    assert (coupling.price, coupling.is_hard) == (500.0, False)


def test_a_hard_target_costs_more_to_miss_than_any_place_over_the_whole_plan() -> None:
    """Dearest use £4,000 a week; a home of £50,000 a week for 3 x 85% children is dearer."""
    hard = target(Measure.IN_AREA_SHARE, {0: 0.5})
    (coupling,) = Asked(hard).staged.couplings
    assert coupling.is_hard
    assert coupling.price == pytest.approx(2 * 4_000 * 104)
    (coupling,) = Asked(hard, new_homes=(new_home(running_pence_per_week=5_000_000),)).staged.couplings
    assert coupling.price > 2 * 50_000 / 2.55 * 104


@pytest.mark.parametrize("firmness", [Firmness.PRICED, Firmness.LIKELY])
def test_a_target_without_what_its_firmness_needs_is_refused(firmness: Firmness) -> None:
    """A price, a probability."""
    with pytest.raises(ValueError, match="in_area_share is"):
        Asked(target(Measure.IN_AREA_SHARE, {0: 0.5}, firmness=firmness))


def test_a_likely_target_is_vacuous_in_a_scenario_that_gives_it_up_and_no_looser_than_that() -> None:
    """75% of 8 and of 16 children in area: at worst nobody is, and 6 or 12 are missing."""
    children = demand(np.stack([np.full((4, 1), 8.0), np.full((4, 1), 16.0)]))
    likely = target(Measure.IN_AREA_SHARE, {0: 0.75}, firmness=Firmness.LIKELY, probability=0.5)
    asked = Asked(likely, children=children)
    assert [coupling.scenario for coupling in asked.staged.couplings] == [0, 1]
    assert [coupling.name[-10:] for coupling in asked.staged.couplings] == ["scenario 0", "scenario 1"]
    far = np.array([asked.data.supplies[i].id == "spot" for i in asked.data.service.supply_idx])
    for coupling, number in zip(asked.staged.couplings, (8.0, 16.0), strict=True):
        worst = np.where(far, number, 0.0)
        assert coupling.columns.tolist() == [asked.columns.missed[0, 0][coupling.scenario or 0]]
        assert slack(coupling, worst, asked.point) == pytest.approx(-0.75 * number)
        given_up = asked.point.copy()
        given_up[coupling.columns] = 1.0
        assert slack(coupling, worst, given_up) == pytest.approx(0.0, abs=1e-9)


def test_a_likely_budget_allows_for_each_site_home_and_block_once() -> None:
    """Two sizes of a site over four quarters: only the dearest of the site counts in what can be missed."""
    likely = target(Measure.REVENUE_BUDGET, {0: 1e6}, Sense.AT_MOST, firmness=Firmness.LIKELY, probability=1.0)
    homes = (new_home("small", site="s"), new_home("large", site="s", running_pence_per_week=600_000))
    asked = Asked(likely, children=steady(10.0), new_homes=homes)
    (coupling,) = asked.staged.couplings
    at = coupling.columns.tolist().index(asked.columns.missed[0, 0][0])
    assert coupling.column_values[at] == pytest.approx(10 * 4_000 * 52 + 6_000 * 52 - 1e6)


def test_a_likely_target_that_demand_has_no_part_in_is_simply_hard() -> None:
    """The number of providers is the same in all scenarios."""
    likely = target(Measure.PROVIDERS_IN_AREA, {0: 2.0}, firmness=Firmness.LIKELY, probability=0.9)
    asked = Asked(likely, children=demand(np.ones((3, 4, 1))))
    (coupling,) = asked.staged.couplings
    assert (coupling.scenario, coupling.is_hard, asked.columns.missed) == (None, True, {})


def test_every_measure_is_tested_above_or_by_name() -> None:
    """None is forgotten: each can be asked for, hard, in one year."""
    for measure in Measure:
        kinds = (CHILD, Cohort("A", 3, 1, CohortKind.MAINSTREAM, 2))
        asked = Asked(target(measure, {0: 0.5}), children=demand(np.ones((1, 4, 2)), kinds))
        assert len(asked.staged.couplings) == 1
