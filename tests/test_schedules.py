"""Schedules and pins: what a person may say of a plan, and what is not understood."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightplace.capacity_plan import Action, schedule_of
from rightplace.errors import PlanError
from rightplace.instances.cohorts import cohort_of
from rightplace.instances.geography import locate
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
from rightplace.instances.library import library_path
from rightplace.instances.planning_case import PlanningCase
from rightplace.instances.quarters import Quarter
from rightplace.instances.scenario import Demand
from rightplace.instances.tables import read_instance
from rightplace.schedules import parse_forbid, parse_pin, read_schedule, write_schedule

FIRST = Quarter(2024, 2)
BARNET = "E09000003"


def _home(key: str, site: str, *, enabled: bool = True) -> NewHome:
    return NewHome(
        id=key,
        site=site,
        type=SettingType.RESIDENTIAL,
        authority_id=BARNET,
        location=locate("NW9 5"),
        provider_id="OWN",
        num_places=2,
        enabled=enabled,
    )


CASE = PlanningCase(
    instance=read_instance(library_path("tiny")),
    demand=Demand((cohort_of(f"{BARNET}/10-15/2"),), FIRST, np.ones((1, 8, 1)), np.ones(1), ("one",), "made up"),
    levers=Levers(
        new_homes=(
            _home("hill_2", "hill"),
            _home("hill_3", "hill"),
            _home("dale_2", "dale"),
            _home("off", "x", enabled=False),
        ),
        home_changes=(HomeChange(id="close_h1", setting_id="H1", kind=HomeChangeKind.CLOSE),),
        funnels=(Funnel(id="own", authority_id=BARNET),),
        profiles=(Profile(id="mainstream", funnel_id="own", places_per_household=1.5),),
        retention=(
            Retention(id="offer", funnel_id="own", deregistration_rate_per_year=0.1, household_pence_per_year=50_000),
        ),
        conversions=(
            Conversion(
                id="support",
                kind=ConversionKind.SUPPORT,
                authority_id=BARNET,
                from_level=1,
                to_level=2,
                max_places=6,
            ),
        ),
        blocks=(
            Block(
                id="beds",
                type=SettingType.RESIDENTIAL,
                authority_id=BARNET,
                location=locate("HA8"),
                provider_id="AGENCY1",
                min_beds=2,
                max_beds=4,
            ),
        ),
    ),
)
QUARTERS = st.integers(0, 7).map(lambda num: FIRST + num)


@st.composite
def schedules(draw: st.DrawFn) -> tuple[Action, ...]:
    """Actions that the case could take."""
    quantity = {
        "hill_3": st.just(1.0),
        "close_h1": st.just(1.0),
        "mainstream": st.floats(0.01, 100),
        "offer": st.floats(0.01, 100),
        "support": st.floats(0, 6, allow_subnormal=False),
        "beds": st.integers(2, 4).map(float),
    }
    keys = draw(st.lists(st.tuples(st.sampled_from(sorted(quantity)), QUARTERS), unique=True))
    return schedule_of(Action(lever_id=key, quantity=draw(quantity[key]), quarter=quarter) for key, quarter in keys)


@given(actions=schedules())
def test_a_schedule_reads_back_equal(actions: tuple[Action, ...]) -> None:
    """As a CSV, and out of the JSON of a plan, whatever else stands there."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "schedule.csv"
        write_schedule(actions, path)
        assert read_schedule(path, CASE) == actions
        rows = [
            {"lever": one.lever_id, "site": "somewhere", "quantity": one.quantity, "quarter": str(one.quarter)}
            for one in actions
        ]
        path = Path(folder) / "plan.json"
        path.write_text(json.dumps({"status": "solved", "schedule": rows}), encoding="utf-8")
        assert read_schedule(path, CASE) == actions


def test_every_fault_of_a_schedule_comes_at_once(tmp_path: Path) -> None:
    """Unknown levers, ones that are off, quarters outside the plan, wrong quantities, the same action twice."""
    lines = (
        "hill_4,1,2024Q3",
        "off,1,2024Q3",
        "mainstream,0,2024Q3",
        "hill_2,2,2024Q3",
        "beds,1,2024Q3",
        "support,7,2026Q2",
        "beds,3,2024Q3",
        "mainstream,x,",
    )
    path = tmp_path / "schedule.csv"
    path.write_text("\n".join(["lever,quantity,quarter", *lines]), encoding="utf-8")
    with pytest.raises(PlanError) as caught:
        read_schedule(path, CASE)
    found = [(fault.row, fault.column) for fault in caught.value.faults]
    assert found == [
        *((2, "lever"), (3, "lever"), (4, "quantity"), (5, "quantity"), (6, "quantity")),
        *((7, "quarter"), (7, "quantity"), (8, "lever"), (9, "quantity"), (9, "quarter")),
    ]
    text = str(caught.value)
    for words in ("did you mean hill_", "this one is off", "2 to 4 beds", "0 to 6 places", "2024Q2 to 2026Q1", "row 6"):
        assert words in text


@pytest.mark.parametrize("text", ["[]", "{}", '{"schedule": 3}', '{"schedule": [3]}', "{"])
def test_what_is_no_plan_is_refused(tmp_path: Path, text: str) -> None:
    """A JSON without a list of actions is no schedule; neither is a file that is none."""
    path = tmp_path / "plan.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PlanError):
        read_schedule(path, CASE)


@pytest.mark.parametrize(
    ("text", "lever", "quantity", "quarter"),
    [
        ("open:hill_2@2025Q2", "hill_2", 1, Quarter(2025, 2)),
        ("open:dale@2025Q2", "dale_2", 1, Quarter(2025, 2)),
        (" Open : dale_2 = 1 @ 2025q2 ", "dale_2", 1, Quarter(2025, 2)),
        ("change:close_h1@2024Q2", "close_h1", 1, Quarter(2024, 2)),
        ("recruit:mainstream=16@2024Q4", "mainstream", 16, Quarter(2024, 4)),
        ("recruit:mainstream=0.75@2024Q4", "mainstream", 0.75, Quarter(2024, 4)),
        ("retain:offer=2@2026Q1", "offer", 2, Quarter(2026, 1)),
        ("convert:support=0@2025Q1", "support", 0, Quarter(2025, 1)),
        ("let:beds=3@2024Q3", "beds", 3, Quarter(2024, 3)),
    ],
)
def test_a_pin_says_what_when_and_how_much(text: str, lever: str, quantity: float, quarter: Quarter) -> None:
    """Every verb on its own kind of lever; homes by id or by a site that has one row, and without a quantity."""
    assert parse_pin(text, CASE) == Action(lever_id=lever, quantity=quantity, quarter=quarter)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hill_2@2025Q2", "expected open, change, recruit, retain, convert, let, a colon and a lever"),
        ("opn:hill_2@2025Q2", "did you mean open?"),
        ("recruit:hill_2=1@2025Q2", "expected open:hill_2"),
        ("open:mainstream@2025Q2", "expected recruit:mainstream"),
        ("open:hill_4@2025Q2", "did you mean hill_"),
        ("open:hill@2025Q2", "expected one of hill_2, hill_3"),
        ("open:off@2025Q2", "this one is off"),
        ("open:hill_2", "expected @ and a quarter, such as open:hill_2@2024Q2"),
        ("open:hill_2@spring", "is no quarter such as 2025Q2"),
        ("open:hill_2@2024Q1", "a quarter of the plan, 2024Q2 to 2026Q1"),
        ("open:hill_2@2026Q2", "a quarter of the plan, 2024Q2 to 2026Q1"),
        ("open:hill_2=2@2025Q2", "1: a home is opened or changed once"),
        ("recruit:mainstream@2025Q2", "expected = and a quantity, such as recruit:mainstream=4@2025Q2"),
        ("recruit:mainstream=many@2025Q2", "a number from 0 to 1,000,000"),
        ("recruit:mainstream=@2025Q2", "a number from 0 to 1,000,000"),
        ("recruit:mainstream=0@2025Q2", "more than 0"),
        ("let:beds=5@2025Q2", "2 to 4 beds, a whole number"),
        ("let:beds=2.5@2025Q2", "2 to 4 beds, a whole number"),
        ("convert:support=6.5@2025Q2", "0 to 6 places"),
    ],
)
def test_a_pin_that_says_something_else_is_refused(text: str, expected: str) -> None:
    """The refusal repeats the pin and says what was expected."""
    with pytest.raises(ValueError, match=r".") as caught:
        parse_pin(text, CASE)
    assert repr(text) in str(caught.value) or "is no quarter" in str(caught.value)
    assert expected in str(caught.value)


def test_what_is_forbidden_may_leave_the_quarter_out() -> None:
    """Then it is forbidden whenever; a lever that is off may be forbidden too, and a quantity has no meaning."""
    assert parse_forbid("open:dale", CASE) == ("dale_2", None)
    assert parse_forbid("open:off", CASE) == ("off", None)
    assert parse_forbid("let:beds@2025Q2", CASE) == ("beds", Quarter(2025, 2))
    with pytest.raises(ValueError, match="expected no quantity"):
        parse_forbid("let:beds=3", CASE)
    with pytest.raises(ValueError, match="2024Q2 to 2026Q1"):
        parse_forbid("let:beds@2027Q1", CASE)
