"""Targets in files: what is written reads back the same, what contradicts itself is named, all of it at once."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as options

from rightplace.errors import InstanceError
from rightplace.instances.library import library_path
from rightplace.instances.planning_targets import read_targets, write_targets
from rightplace.instances.quarters import Quarter
from rightplace.instances.tables import read_instance
from rightplace.instances.targets import Firmness, Measure, Risk, Sense, Target
from tests.instances import strategies_planning as odd

TINY = read_instance(library_path("tiny"))
Targets = tuple[tuple[Target, ...], Risk]


def targets_of(folder: Path, text: str, first: Quarter = Quarter(2024, 1), num_years: int = 5) -> Targets:
    """Targets from the text of a file."""
    path = folder / "targets.toml"
    path.write_text(text, encoding="utf-8")
    return read_targets(path, TINY, first, num_years)


def faults_of(folder: Path, text: str) -> list[str]:
    """All that is wrong with it."""
    with pytest.raises(InstanceError) as caught:
        targets_of(folder, text)
    return [str(fault) for fault in caught.value.faults]


@options(max_examples=100)
@given(targets=odd.targets())
def test_targets_read_back_equal(targets: Targets) -> None:
    """Any targets that are written read back equal, for a plan whose years begin in spring."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "targets.toml"
        write_targets(*targets, path, odd.FIRST, odd.NUM_YEARS)
        assert read_targets(path, TINY, odd.FIRST, odd.NUM_YEARS) == targets


def test_the_file_of_the_page_on_formats(tmp_path: Path) -> None:
    """Values by year, a price in pounds, an authority by name, and the weight of the worst futures."""
    text = """
    [[target]]
    id = "near"
    measure = "in_area_share"
    at_least = { "2026" = 0.42, 2028 = 0.50 }
    meant = "priced"
    price = 500.50
    authority = "Barnet"
    [risk]
    weight = 0.2
    level = 0.95
    """
    target = Target(
        id="near",
        measure=Measure.IN_AREA_SHARE,
        sense=Sense.AT_LEAST,
        values={2: 0.42, 4: 0.5},
        firmness=Firmness.PRICED,
        price_pence=50_050,
        authority_id="E09000003",
    )
    assert targets_of(tmp_path, text) == ((target,), Risk(weight=0.2, level=0.95))


def test_what_is_left_out_has_a_default(tmp_path: Path) -> None:
    """The measure's name, every year, hard, everybody, and no weight on the worst futures."""
    ((target,), risk) = targets_of(tmp_path, '[[target]]\nmeasure = "revenue_budget"\nat_most = 1000000')
    values = dict.fromkeys(range(5), 1e6)
    assert target == Target(id="revenue_budget", measure=Measure.REVENUE_BUDGET, sense=Sense.AT_MOST, values=values)
    assert risk == Risk()


def test_a_list_is_by_year_and_may_end_early(tmp_path: Path) -> None:
    """Two values are those of the first two years; later years have none."""
    ((target,), _) = targets_of(tmp_path, '[[target]]\nmeasure = "providers_in_area"\nat_least = [3, 4]')
    assert target.values == {0: 3, 1: 4}


def test_years_that_begin_in_spring_have_their_own_names(tmp_path: Path) -> None:
    """The plan of 2014 has a year 2019/20, and none that is called 2019."""
    text = '[[target]]\nmeasure = "in_house_fostering_children"\nat_least = {{ "{}" = 166 }}'
    ((target,), _) = targets_of(tmp_path, text.format("2019/20"), Quarter(2014, 2), 6)
    assert target.values == {5: 166}
    with pytest.raises(InstanceError, match=r"2014/15, 2015/16.* \(did you mean 2019/20\?\)"):
        targets_of(tmp_path, text.format("2019"), Quarter(2014, 2), 6)


SHARE = '[[target]]\nmeasure = "in_area_share"\n'
WRONG = [
    ('[[target]]\nmeasure = "in_area_shar"\nat_least = 1', "measure", "did you mean in_area_share?"),
    ("[[target]]\nat_least = 1", "measure", "one of in_area_share"),
    (SHARE + "at_least = 1.5", "at_least", "a share from 0 to 1"),
    (SHARE + "at_least = 42", "at_least", "a share from 0 to 1"),
    (SHARE + "at_least = nan", "at_least", "a share from 0 to 1"),
    (SHARE + "at_least = true", "at_least", "a share from 0 to 1"),
    (SHARE + 'at_least = "40%"', "at_least", "a share from 0 to 1"),
    (SHARE + "at_least = { 2031 = 0.5 }", "at_least.2031", "one of the years of the plan, 2024, 2025"),
    (SHARE + "at_least = {}", "at_least", "a value for at least one of the years"),
    (SHARE + "at_least = [0, 0, 0, 0, 0, 0]", "at_least", "1 to 5 values"),
    (SHARE + "at_least = [0.4, 4]", "at_least[2]", "a share from 0 to 1"),
    (SHARE + "at_least = 0.4\nat_most = 0.5", "at_least or at_most", "one of the two"),
    (SHARE, "at_least or at_most", "one of the two"),
    (SHARE + "atleast = 0.4\nat_most = 1", "atleast", "did you mean at_least?"),
    (SHARE + 'at_least = 0.4\nmeant = "firm"', "meant", "one of hard, priced, likely"),
    (SHARE + 'at_least = 0.4\nmeant = "priced"', "price", "pounds for each unit missed"),
    (SHARE + "at_least = 0.4\nprice = 5", "price", 'no price, or meant = "priced"'),
    (SHARE + 'at_least = 0.4\nmeant = "priced"\nprice = "£5"', "price", "pounds, 0 or more"),
    (SHARE + 'at_least = 0.4\nmeant = "priced"\nprice = 0.001', "price", "whole pence"),
    (SHARE + 'at_least = 0.4\nmeant = "likely"', "probability", "the share of scenarios that it must hold in"),
    (SHARE + "at_least = 0.4\nprobability = 0.9", "probability", 'no probability, or meant = "likely"'),
    (SHARE + 'at_least = 0.4\nmeant = "likely"\nprobability = 0', "probability", "a share above 0"),
    (SHARE + 'at_least = 0.4\nauthority = "Kent"', "authority", "an authority of the instance"),
    (SHARE + 'at_least = 0.4\nauthority = "Barnett"', "authority", "did you mean Barnet"),
    (SHARE + "at_least = 0.4\nid = 3", "id", "an identifier"),
    ('[[target]]\nmeasure = "capital_budget"\nat_least = 5', "at_least", "at_most: a budget"),
    ('[[target]]\nmeasure = "capital_budget"\nat_most = -5', "at_most", "pounds a year, 0 or more"),
    ("[targets]\n", "targets", "did you mean [[target]]?"),
    ("[target]\nmeasure = 3", "target", "two pairs of brackets"),
    ("[risk]\nweight = 2", "weight", "a share from 0 to 1"),
    ("[risk]\nlevel = 1", "level", "a share below 1"),
    ("[risk]\nwait = 0", "wait", "did you mean weight?"),
    ("risk = 3", "risk", "[risk], with weight and level"),
]


@pytest.mark.parametrize(("text", "key", "expected"), WRONG)
def test_what_is_wrong_with_a_target_is_the_one_fault(tmp_path: Path, text: str, key: str, expected: str) -> None:
    """The fault names the key and what was expected; nothing else is found wrong."""
    (fault,) = faults_of(tmp_path, text)
    place = fault.removeprefix("targets.toml, column ").split(" expected ")[0].split(" found ")[0].removesuffix(":")
    assert place.split(": ")[-1] == key
    assert expected in fault


def test_two_targets_need_two_ids(tmp_path: Path) -> None:
    """Two targets on one measure cannot both be called as it is, also when something else is wrong with one."""
    (fault,) = faults_of(tmp_path, SHARE + "at_least = 0.4\n" + SHARE + "at_most = 0.6")
    assert "target 2: id: found 'in_area_share'; expected an id of its own" in fault
    assert len(faults_of(tmp_path, SHARE + "at_least = 4\n" + SHARE + "at_most = 0.6")) == 2


def test_faults_of_all_targets_come_at_once(tmp_path: Path) -> None:
    """Each names the number of its target and, where it has one, its id."""
    text = (
        '[[target]]\nid = "a"\nmeasure = "x"\nat_least = 1\n'
        + SHARE
        + 'at_most = 3\nmeant = "priced"\n[risk]\nlevel = 2'
    )
    places = [fault.removeprefix("targets.toml, column ").split(": ")[0] for fault in faults_of(tmp_path, text)]
    assert places == ["target 1 (a)", "target 2 (in_area_share)", "target 2 (in_area_share)", "risk"]


def test_what_is_no_toml_is_refused(tmp_path: Path) -> None:
    """A file that is not there, and one that is no TOML, are refused like any other input."""
    with pytest.raises(InstanceError, match="a file of targets; there is none here"):
        read_targets(tmp_path / "none.toml", TINY, Quarter(2024, 1), 5)
    with pytest.raises(InstanceError, match="a TOML file"):
        targets_of(tmp_path, "[[target")
