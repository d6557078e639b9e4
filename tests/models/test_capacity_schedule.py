"""A schedule and a first-stage point say the same; what is pinned is fixed and what is forbidden is out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightplace.capacity_plan import Action, schedule_of
from rightplace.instances.levers import Focus, HomeChangeKind, Levers
from rightplace.instances.targets import Measure
from rightplace.models.capacity import baseline_point, capacity_program, capacity_schedule, pinned, point_of
from tests.models.capacity_cases import (
    FIRST,
    PLAIN,
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
    spot,
    steady,
    target,
)

if TYPE_CHECKING:
    from rightplace.instances.quarters import Quarter

LEVERS = Levers(
    new_homes=(
        new_home("small", site="s", provider_id="good"), new_home("large", site="s"), new_home("late", lead_quarters=3),
    ),
    home_changes=(change(), change("enlarge", kind=HomeChangeKind.ENLARGE, num_places=6)),
    funnels=(funnel(deregistration_rate_per_year=0.12, lag_quarters=1),),
    profiles=(profile(), profile("siblings", focus=Focus(need_level=2))),
    retention=(retention(),),
    conversions=(conversion(), conversion("step-down", from_level=2, to_level=3)),
    blocks=(block(), block("short", num_quarters=2, min_beds=1)),
    assumptions=PLAIN,
)  # fmt: skip
DATA = planning_data(
    (own_carers(), own_homes(), spot()), LEVERS, steady(1.0, years=2),
    targets=(target(Measure.PROVIDERS_IN_AREA, {0: 3.0, 1: 3.0}),),
)  # fmt: skip
STAGED, COLUMNS = capacity_program(DATA)
WHEN = {
    lever.id: sorted({int(q) for q in uses.quarter[uses.of(i)]})
    for uses in COLUMNS.blocks.values()
    for i, lever in enumerate(uses.levers)
}


def act(lever_id: str, quantity: float, at: int) -> Action:
    """An action, quarters counted from 0."""
    return Action(lever_id=lever_id, quantity=quantity, quarter=FIRST + at)


@st.composite
def schedules(draw: st.DrawFn) -> tuple[Action, ...]:
    """Any mix of actions in quarters in which they may take effect; conversions change with each action."""
    actions = []
    for lever_id, quarters in WHEN.items():
        chosen = sorted(draw(st.sets(st.sampled_from(quarters), max_size=3)))
        before = 0.0
        for at in chosen:
            match lever_id:
                case "profile" | "siblings" | "block" | "short":
                    quantity = float(draw(st.integers(2, 5)))
                case "offer":
                    quantity = draw(st.floats(0.01, 2.0))
                case "support" | "step-down":
                    quantity = draw(st.floats(0.5, 9.0).filter(lambda n, b=before: abs(n - b) > 1e-3))
                    before = quantity
                case _:
                    quantity = 1.0
            actions.append(act(lever_id, quantity, at))
    return schedule_of(actions)


@given(schedules())
def test_the_schedule_of_the_point_of_a_schedule_is_the_schedule(schedule: tuple[Action, ...]) -> None:
    """And the point of that is the same point, providers included."""
    point = point_of(DATA, COLUMNS, schedule)
    again = capacity_schedule(DATA, COLUMNS, point)
    assert [(a.lever_id, a.quarter) for a in again] == [(a.lever_id, a.quarter) for a in schedule]
    assert [a.quantity for a in again] == pytest.approx([a.quantity for a in schedule])
    assert point_of(DATA, COLUMNS, again) == pytest.approx(point)
    assert not broken(STAGED, point) & {"present", "beds_of_a_block", "converted"}


def test_an_empty_schedule_is_the_baseline() -> None:
    """Nothing used, nobody new."""
    assert (point_of(DATA, COLUMNS, ()) == baseline_point(COLUMNS)).all()
    assert capacity_schedule(DATA, COLUMNS, baseline_point(COLUMNS)) == ()


def test_amounts_that_are_rounding_are_left_out_and_whole_numbers_are_whole() -> None:
    """A solver's 0.9999999 is one home; its 1e-9 is none."""
    point = baseline_point(COLUMNS)
    point[COLUMNS.open.column[0]] = 0.9999999
    point[COLUMNS.open.column[1]] = 1e-9
    point[COLUMNS.retain.column[0]] = 1e-9
    assert capacity_schedule(DATA, COLUMNS, point) == (act("small", 1.0, 0),)


def test_a_conversion_is_listed_when_it_changes_and_when_it_ends() -> None:
    """Four places, then six, then none."""
    schedule = schedule_of([act("support", 4.0, 2), act("support", 6.0, 4), act("support", 0.0, 5)])
    point = point_of(DATA, COLUMNS, schedule)
    total = np.bincount(COLUMNS.convert.quarter, point[COLUMNS.convert.column], 8)
    assert total == pytest.approx([0, 0, 4, 4, 6, 0, 0, 0])
    assert capacity_schedule(DATA, COLUMNS, point) == schedule


def test_converted_places_come_off_supplies_by_the_room_they_have() -> None:
    """In quarter 1: 108 x 0.88^(1/4) children's room with today's carers and 3.2 with two recruits."""
    point = point_of(DATA, COLUMNS, [act("profile", 2.0, 1), act("support", 8.0, 1)])
    uses = COLUMNS.convert
    taken = point[uses.column[(uses.lever == 0) & (uses.quarter == 1)]]
    today, recruits = 108 * 0.88**0.25, 3.2
    assert taken == pytest.approx([8 * today / (today + recruits), 8 * recruits / (today + recruits)])


def test_a_schedule_is_free_of_the_noise_of_sums() -> None:
    """Quantities a solver cannot tell from 3 and 8 are 3 and 8, and reading them again changes nothing."""
    point = point_of(DATA, COLUMNS, [act("profile", 3.0, 1), act("support", 8.0, 1)])
    schedule = capacity_schedule(DATA, COLUMNS, point * (1 + 1e-15 * 3) + (point > 0) * 2e-11)
    assert schedule == (act("profile", 3.0, 1), act("support", 8.0, 1))
    assert capacity_schedule(DATA, COLUMNS, point_of(DATA, COLUMNS, schedule)) == schedule


def test_every_action_without_a_column_is_named() -> None:
    """Too early, unknown, one that is fine, one that stands twice."""
    wrong = [act("late", 1, 2), act("nowhere", 1, 0), act("small", 1, 0), act("profile", 1, 3), act("profile", 2, 3)]
    with pytest.raises(ValueError, match=r"late in 2024Q4: expected a quarter from 2025Q1 to 2026Q1") as caught:
        point_of(DATA, COLUMNS, wrong)
    assert "nowhere in 2024Q2: expected an enabled lever" in str(caught.value)
    assert "profile in 2025Q1: expected once, found 2 times" in str(caught.value)
    assert "small" not in str(caught.value)


def bounds(staged: object, column: int) -> tuple[float, float]:
    """Of a first-stage column."""
    first = staged.first  # type: ignore[attr-defined]
    return float(first.lower[column]), float(first.upper[column])


def test_a_pin_fixes_its_quarter_and_leaves_the_others_free() -> None:
    """A home, households, beds."""
    fixed = pinned(STAGED, COLUMNS, [act("small", 1, 1), act("profile", 3, 2), act("block", 4, 0)])
    recruit = COLUMNS.recruit
    assert bounds(fixed, COLUMNS.open.column[1]) == (1, 1)
    assert bounds(fixed, COLUMNS.open.column[2]) == (0, 1)
    assert bounds(fixed, recruit.column[recruit.quarter == 2][0]) == (3, 3)
    assert bounds(fixed, COLUMNS.let.column[0]) == (1, 1)
    assert bounds(fixed, COLUMNS.beds.column[0]) == (4, 4)
    assert (STAGED.first.lower == 0).all()


def test_a_pinned_conversion_holds_its_total_until_the_next_pin() -> None:
    """Three places from quarter 2, none from 5; which carers they come off stays free."""
    fixed = pinned(STAGED, COLUMNS, [act("support", 3, 2), act("support", 0, 5)])
    assert not broken(fixed, point_of(DATA, COLUMNS, [act("support", 3, 2), act("support", 0, 5)]))
    for other in ([act("support", 3, 2)], [act("support", 3, 3), act("support", 0, 5)], [act("support", 2, 2)]):
        assert broken(fixed, point_of(DATA, COLUMNS, other)) & {"pinned_most", "pinned_least"}
    early = [act("support", 5, 1), act("support", 3, 2), act("support", 0, 5)]
    assert not broken(fixed, point_of(DATA, COLUMNS, early))


def test_what_is_forbidden_is_out_in_its_quarter_or_altogether() -> None:
    """One quarter of one home, all of another lever."""
    fixed = pinned(STAGED, COLUMNS, forbids=[("small", FIRST + 1), ("support", None)])
    assert [bounds(fixed, column)[1] for column in COLUMNS.open.column[:3]] == [1, 0, 1]
    uses = COLUMNS.convert
    assert not fixed.first.upper[uses.column[uses.lever == 0]].any()
    assert fixed.first.upper[uses.column[uses.lever == 1]].all()


@pytest.mark.parametrize(
    ("pin", "forbid", "expected"),
    [
        (act("small", 1, 1), ("small", None), "small is pinned in 2024Q3 and forbidden in every quarter"),
        (act("small", 1, 1), ("small", FIRST + 1), "small is pinned in 2024Q3 and forbidden in 2024Q3"),
        (act("support", 3, 2), ("support", FIRST + 4), "support is pinned in 2025Q2 and forbidden in 2025Q2"),
    ],
)
def test_a_pin_that_is_forbidden_is_refused(pin: Action, forbid: tuple[str, Quarter | None], expected: str) -> None:
    """Altogether, in its quarter, and of a conversion while it holds: both are named."""
    with pytest.raises(ValueError, match=expected):
        pinned(STAGED, COLUMNS, [pin], [forbid])


def test_a_pin_beside_what_is_forbidden_is_kept() -> None:
    """Another quarter of the lever, a conversion before it begins and after it has ended."""
    pinned(STAGED, COLUMNS, [act("small", 1, 1)], [("small", FIRST + 2)])
    ends = [act("support", 3, 2), act("support", 0, 4)]
    pinned(STAGED, COLUMNS, ends, [("support", FIRST + 1), ("support", FIRST + 4)])


def test_pins_and_forbids_that_mean_nothing_are_refused_all_at_once() -> None:
    """As a schedule is."""
    with pytest.raises(ValueError, match=r"late in 2024Q2.*nowhere: expected an enabled lever"):
        pinned(STAGED, COLUMNS, [act("late", 1, 0)], [("nowhere", None)])
