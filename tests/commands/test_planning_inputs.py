"""Where a planning case comes from: options, the folder beside the instance, or what is generated; said each time."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
import typer

from rightplace.commands.planning_inputs import PlanningInputs, open_case
from rightplace.errors import InstanceError
from rightplace.instances.growth import GROWTH_LINES
from rightplace.instances.library import library_path

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def alone(tmp_path: Path) -> Path:
    """The tiny instance without a planning folder beside it."""
    path = tmp_path / "tiny"
    shutil.copytree(library_path("tiny"), path, ignore=shutil.ignore_patterns("planning"))
    return path


def test_what_lies_beside_an_instance_is_used_and_named(capsys: pytest.CaptureFixture[str]) -> None:
    """The library's own demand, levers and targets, each with its path on standard error."""
    case = open_case(PlanningInputs("tiny"))
    told = capsys.readouterr()
    assert told.out == ""
    for words in ("demand: ", "levers: ", "targets: "):
        assert f"{words}{library_path('tiny') / 'planning'}" in told.err
    assert case.targets
    assert case.levers.usable


def test_an_instance_alone_is_planned_for_with_what_is_generated(
    alone: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Futures around today's children, national unit costs, no targets; and this is said."""
    case = open_case(PlanningInputs(str(alone), scenarios=7, years=2))
    assert (case.demand.num_scenarios, case.num_years, case.targets) == (7, 2, ())
    told = capsys.readouterr().err
    assert "7 scenarios of 2 years generated, growth steady, seed 0" in told
    assert "national unit costs" in told
    assert "targets: none" in told


@pytest.mark.parametrize("line", GROWTH_LINES)
def test_growth_makes_futures_in_place_of_the_table(line: str) -> None:
    """A line of growth that is asked for is generated, even where a table lies beside the instance."""
    case = open_case(PlanningInputs("tiny", scenarios=2, growth=line, years=2))
    assert line in case.demand.source


def test_the_same_seed_gives_the_same_case(alone: Path) -> None:
    """Seeds reach the futures."""
    first, again, other = (open_case(PlanningInputs(str(alone), scenarios=3, seed=seed)) for seed in (1, 1, 2))
    assert (first.demand.children == again.demand.children).all()
    assert (first.demand.children != other.demand.children).any()


def test_a_part_of_a_table_can_be_asked_for(alone: Path) -> None:
    """The first scenarios and years of a table; probabilities add up again."""
    table = library_path("tiny") / "planning" / "demand.csv"
    whole = open_case(PlanningInputs("tiny")).demand
    part = open_case(PlanningInputs(str(alone), demand=table, scenarios=1, years=1)).demand
    assert part.children.tolist() == whole.children[:1, :4].tolist()
    assert part.probability.tolist() == [1.0]


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        (PlanningInputs("tiny", scenarios=99), "--scenarios 99: .* has 2"),
        (PlanningInputs("tiny", years=9), "--years 9: .* has 2"),
        (PlanningInputs("tiny", growth="upwards"), "--growth: 'upwards'"),
    ],
)
def test_more_than_there_is_is_wrong_usage(inputs: PlanningInputs, words: str) -> None:
    """What a table has not is not invented."""
    with pytest.raises(typer.BadParameter, match=words):
        open_case(inputs)


def test_a_table_and_a_line_of_growth_contradict_each_other(tmp_path: Path) -> None:
    """A table says itself how children grow."""
    with pytest.raises(typer.BadParameter, match="--growth is for generated demand"):
        open_case(PlanningInputs("tiny", demand=tmp_path / "demand.csv", growth="steady"))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """A path that was named and cannot be read is a fault, never a silent default."""
    for inputs in (
        PlanningInputs("tiny", demand=tmp_path / "demand.csv"),
        PlanningInputs("tiny", levers=tmp_path / "levers"),
        PlanningInputs("tiny", targets=tmp_path / "targets.toml"),
    ):
        with pytest.raises(InstanceError):
            open_case(inputs)


def test_targets_for_years_beyond_the_plan_are_refused() -> None:
    """A plan that is cut short does not drop targets in silence."""
    with pytest.raises(InstanceError, match="one of the years of the plan"):
        open_case(PlanningInputs("tiny", years=1))


def test_a_planning_folder_may_count_supply_its_own_way() -> None:
    """Settings that a planning folder brings stand in place of the instance's."""
    case = open_case(PlanningInputs("barnet_2014"))
    assert (library_path("barnet_2014") / "planning" / "instance").is_dir()
    assert case.instance.digest != open_case(PlanningInputs("barnet_2023", scenarios=1)).instance.digest
