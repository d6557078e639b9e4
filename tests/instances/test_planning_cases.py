"""The planning inputs of the library say what their sources print."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np
import pytest

from rightplace.errors import InstanceError
from rightplace.instances.children import Place
from rightplace.instances.cohorts import CohortKind, cohort_of
from rightplace.instances.demand import generate_demand
from rightplace.instances.library import library_path
from rightplace.instances.planning_case import PlanningCase
from rightplace.instances.planning_instance import planning_instance
from rightplace.instances.planning_tables import read_demand, read_levers
from rightplace.instances.planning_targets import read_targets
from rightplace.instances.quarters import Quarter
from rightplace.instances.settings import Carer, Home
from rightplace.instances.tables import read_instance
from rightplace.models.capacity import capacity_data, capacity_program
from rightplace.models.capacity_schedule import point_of
from rightplace.schedules import read_schedule

if TYPE_CHECKING:
    from pathlib import Path

    from rightplace.instances.instance import Instance

SHIPPED = ("barnet_2014", "barnet_2023", "tiny")
FOLDER = library_path("barnet_2014") / "planning"
NUM_YEARS = 6


def shipped_case(name: str) -> PlanningCase:
    """The planning case of a library instance, of the files that ship; demand is generated where none ships."""
    folder = library_path(name) / "planning"
    instance = planning_instance(read_instance(library_path(name)), folder)
    path = folder / "demand.csv"
    demand = read_demand(path, instance) if path.exists() else generate_demand(instance, scenarios=2)
    num_years = demand.num_quarters // 4
    levers = read_levers(folder / "levers", instance, demand.first, num_years)
    targets, risk = read_targets(folder / "targets.toml", instance, demand.first, num_years)
    return PlanningCase(instance=instance, demand=demand, levers=levers, targets=targets, risk=risk)


@pytest.mark.parametrize("name", SHIPPED)
def test_the_planning_files_that_ship_can_be_read(name: str) -> None:
    """Levers, targets and demand have no fault, and the plan begins with the quarter after the instance's date."""
    case = shipped_case(name)
    assert case.first == Quarter.after(case.instance.date)
    assert case.levers.usable
    assert case.targets


@pytest.mark.parametrize(
    ("name", "file", "quantity"),
    [
        ("barnet_2014", "published.csv", 111 - 13 / 4),
        ("barnet_2014", "stand_still.csv", 72 - 13 / 4),
        ("barnet_2023", "home.csv", 1),
        ("barnet_2023", "block.csv", 4),
        ("barnet_2023", "carers.csv", 20),
        ("tiny", "grow_own.csv", 2),
    ],
)
def test_the_schedules_that_ship_keep_to_the_rules_of_their_levers(name: str, file: str, quantity: float) -> None:
    """Each schedule has its total and is one that the model has columns and room for: lags, rates, shares, limits."""
    case = shipped_case(name)
    schedule = read_schedule(library_path(name) / "planning" / file, case)
    assert sum(action.quantity for action in schedule) == pytest.approx(quantity)
    data = capacity_data(case.replace(targets=()))
    staged, columns = capacity_program(data)
    point = point_of(data, columns, schedule)
    first = staged.first
    found = np.zeros(len(first.row_lower))
    np.add.at(found, first.entry_rows, first.row_values * point[first.row_columns])
    assert (found >= first.row_lower - 1e-6).all()
    assert (found <= first.row_upper + 1e-6).all()
    assert (point >= first.lower - 1e-9).all()
    assert (point <= first.upper + 1e-9).all()


@pytest.mark.parametrize(("name", "file"), [("barnet_2014", "figure_23.toml"), ("barnet_2023", "local.toml")])
def test_the_other_targets_that_ship_can_be_read(name: str, file: str) -> None:
    """Targets that a case offers beside its own have no fault."""
    case = shipped_case(name)
    (target,), _ = read_targets(library_path(name) / "planning" / file, case.instance, case.first, case.num_years)
    assert target.values


def rows(*names: str) -> list[dict[str, str]]:
    """The rows of a file of the planning folder of barnet_2014."""
    with FOLDER.joinpath(*names).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def printed(name: str) -> list[int]:
    """A row of the README's table by year."""
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    (line,) = (line for line in text.splitlines() if line.startswith(f"| {name} |"))
    return [int(cell) for cell in line.split("|")[2:8] if cell.strip().isdigit()]


def by_year(text: str) -> list[float]:
    """The values of a cell by year."""
    return [float(part) for part in text.split(";")]


@pytest.fixture(scope="module")
def counted() -> Instance:
    """barnet_2014 as the strategy counts supply."""
    return planning_instance(read_instance(library_path("barnet_2014")), FOLDER)


def recruits() -> dict[str, list[float]]:
    """Households by profile and year of approval, of the published schedule; they have room one quarter later."""
    found: dict[str, list[float]] = defaultdict(lambda: [0.0] * NUM_YEARS)
    for row in rows("published.csv"):
        position = Quarter.of(row["quarter"]).since(Quarter(2014, 2)) - 1
        found[row["lever"]][position // 4] += float(row["quantity"])
    return found


def test_the_published_schedule_recruits_as_printed() -> None:
    """Summed by year, the schedule has the printed households of each age; a quarter of the last year comes after."""
    names = {"ages_0_4": "0 to 4", "ages_5_9": "5 to 9", "ages_10_15": "10 to 15", "ages_16_17": "16 and 17"}
    for profile, households in recruits().items():
        wanted: list[float] = [*printed(f"recruited for ages {names[profile]}")]
        wanted[-1] *= 3 / 4
        assert households == pytest.approx(wanted)


def test_support_follows_the_thirds_of_the_strategy() -> None:
    """A third each of the children taken in-house need low and medium support; in the end half each of 147.8 - 116.

    Households at a year's end by figure 23: 107 are 122.6 children, 20.6 more than 102, 6.9 a third.
    """
    found = {(row["lever"], row["quarter"]): float(row["quantity"]) for row in rows("published_with_support.csv")}
    for tier in ("support_low", "support_medium"):
        assert found[tier, "2016Q2"] == pytest.approx((107 * 1.5 * 0.764 - 102) / 3, abs=0.005)
        assert found[tier, "2020Q1"] == pytest.approx((129 * 1.5 * 0.764 - 116) / 2, abs=0.005)


def test_standing_still_recruits_as_many_as_leave() -> None:
    """Summed by year, the households of the schedule are the printed de-registrations; the last quarter comes after."""
    found = [0.0] * NUM_YEARS
    for row in rows("stand_still.csv"):
        found[(Quarter.of(row["quarter"]).since(Quarter(2014, 2)) - 1) // 4] += float(row["quantity"])
    assert found == pytest.approx([10, 11, 12, 13, 13, 13 * 3 / 4], abs=1e-4)


def test_the_ages_add_up_to_the_households_recruited() -> None:
    """In each year the four ages add up to the printed number of households."""
    ages = [printed(f"recruited for ages {name}") for name in ("0 to 4", "5 to 9", "10 to 15", "16 and 17")]
    assert [sum(year) for year in zip(*ages, strict=True)] == printed("households recruited")


def test_households_follow_from_recruits_and_deregistrations() -> None:
    """90 households, plus recruits, less the de-registrations of the file, are the printed households of each year."""
    (stated,) = rows("levers", "deregistrations.csv")
    assert by_year(stated["households_per_year"]) == printed("de-registrations")
    households, found = 90, []
    for joined, left in zip(printed("households recruited"), printed("de-registrations"), strict=True):
        households += joined - left
        found.append(households)
    assert found == printed("households at year end")


def test_places_add_up_when_each_years_change_is_rounded_up() -> None:
    """Places printed are 135 and one and a half for each household of the net gain, each year's half rounded up."""
    per_household = {float(row["places_per_household"]) for row in rows("levers", "profiles.csv")}
    assert per_household == {1.5}
    places, before, found = 135, 90, []
    for households in printed("households at year end"):
        places += -int(-1.5 * (households - before) // 1)
        before = households
        found.append(places)
    assert found == printed("places at year end")


def test_one_share_of_the_unrounded_places_gives_every_printed_number_in_use() -> None:
    """The occupancy of the file makes 110, 123, 135 and 148 of the unrounded places."""
    share = {row["name"]: row["value"] for row in rows("levers", "assumptions.csv")}["occupancy_fostering"]
    used = [round(1.5 * households * float(share)) for households in printed("households at year end")]
    assert used == printed("places in use at year end")


def test_the_funnel_gives_the_printed_visits_assessments_and_approvals() -> None:
    """Enquiries times the rates of the file are the printed counts, and never fewer approvals than printed."""
    (funnel,) = rows("levers", "funnels.csv")
    steps = by_year(funnel["enquiries_per_year"])
    assert steps == [*printed("enquiries"), 264]
    steps = steps[:4]
    for rate, name in (
        ("visit", "initial visits"),
        ("assessment", "assessments"),
        ("approval", "households recruited"),
    ):
        steps = [count * share for count, share in zip(steps, by_year(funnel[f"{rate}_rate"]), strict=True)]
        assert [round(count) for count in steps] == printed(name)[:4]
    assert all(yes >= count for yes, count in zip(steps, printed("households recruited")[:4], strict=True))


def test_the_shares_of_ages_hold_every_printed_year() -> None:
    """Each year's printed share of each age lies between the profile's least and most."""
    for row in rows("levers", "profiles.csv"):
        joined = printed("households recruited")
        households = [*recruits()[row["id"]][:-1], recruits()[row["id"]][-1] * 4 / 3]
        shares = [some / every for some, every in zip(households, joined, strict=True)]
        assert float(row["min_share"]) <= min(shares)
        assert max(shares) <= float(row["max_share"])


def test_demand_is_figure_11_in_every_quarter() -> None:
    """314 children in each of 24 quarters: 191 fostered, 37 connected or for adoption, 45 in homes, 41 others."""
    quarters: dict[str, dict[tuple[CohortKind, int], float]] = defaultdict(lambda: defaultdict(float))
    for row in rows("demand.csv"):
        cohort = cohort_of(row["cohort"])
        quarters[row["quarter"]][cohort.kind, cohort.need_level] += float(row["children"])
    expected = {
        (CohortKind.MAINSTREAM, 1): 102 + 14,
        (CohortKind.MAINSTREAM, 2): 54,
        (CohortKind.MAINSTREAM, 3): 21,
        (CohortKind.CONNECTED, 1): 30 + 7,
        (CohortKind.RESIDENTIAL, 1): 29,
        (CohortKind.RESIDENTIAL, 2): 7 + 5,
        (CohortKind.RESIDENTIAL, 3): 36 - 7,
        (CohortKind.RESIDENTIAL, 4): 9 + 7,
    }
    assert len(quarters) == 24
    assert all(found == expected for found in quarters.values())
    assert sum(expected.values()) == 314


def test_supply_starts_with_90_households_and_135_places(counted: Instance) -> None:
    """Barnet's own carers who are no relatives: 90 households, 135 places, 102 children, all at £646."""
    own = [s for s in counted.settings if isinstance(s, Carer) and s.offer.provider_id == "LBB" and not s.connected]
    assert len(own) == 90
    assert sum(carer.offer.terms.num_places for carer in own) == 135
    assert sum(len(counted.residents.get(carer.id, ())) for carer in own) == 102
    assert {carer.offer.fees_pence_per_week for carer in own} == {(64_600,)}


def test_prices_are_those_of_figure_12(counted: Instance) -> None:
    """The README's prices stand in the tables: 646, 901, 3,493 and 3,708 pounds a week."""
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    names = ("LBB fostering", "IFA fostering", "LBB residential", "independent residential")
    price = {n: int(re.findall(rf"\| {n} \| ([\d,]+) \| figure 12", text)[0].replace(",", "")) for n in names}
    fees = defaultdict(set)
    for setting in counted.settings:
        own = setting.offer.provider_id == "LBB"
        if isinstance(setting, Carer) and not setting.connected:
            fees[f"{'LBB' if own else 'IFA'} fostering"] |= set(setting.offer.fees_pence_per_week)
        elif isinstance(setting, Home) and setting.place is not Place.R3:
            fees[f"{'LBB' if own else 'independent'} residential"] |= set(setting.offer.fees_pence_per_week)
    assert fees == {name: {100 * pounds} for name, pounds in price.items()}
    market = {row["id"]: int(row["fee_level_1"]) for row in rows("levers", "market.csv")}
    assert (market["ifa"], market["independent_home"]) == (price["IFA fostering"], price["independent residential"])
    assert {int(row["fee_level_1"]) for row in rows("levers", "profiles.csv")} == {price["LBB fostering"]}


def test_an_instance_without_tables_of_its_own_is_given_back(tmp_path: Path) -> None:
    """A planning folder without a folder of tables changes nothing."""
    tiny = read_instance(library_path("tiny"))
    assert planning_instance(tiny, tmp_path) is tiny


def test_a_table_that_is_none_of_settings_is_refused_with_every_other_fault(tmp_path: Path) -> None:
    """A table of children, and a carer without a place to stand, are both reported."""
    folder = tmp_path / "instance"
    folder.mkdir()
    (folder / "children.csv").write_text("id\nC1\n")
    (folder / "carers.csv").write_text("id,provider_id,location,num_places\nF1,OWN,nowhere,1\n")
    with pytest.raises(InstanceError) as caught:
        planning_instance(read_instance(library_path("tiny")), tmp_path)
    assert {(fault.table, fault.column) for fault in caught.value.faults} == {
        ("children.csv", None),
        ("carers.csv", "location"),
    }
