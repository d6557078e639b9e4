"""rightplace generate --planning, as people and scripts use it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typer.testing import CliRunner

from rightplace import cli
from rightplace.instances.planning_files import planning_folder

if TYPE_CHECKING:
    from pathlib import Path


def generate(*arguments: str) -> Any:
    """The command."""
    return CliRunner().invoke(cli.app, ["generate", *arguments])


def test_levers_and_targets_lie_beside_the_instance(tmp_path: Path) -> None:
    """--planning puts levers and targets where the planner looks for them, and leaves the instance as it is without."""
    options = ("--children", "40", "--seed", "3")
    assert generate("--out", str(tmp_path / "plain"), *options).exit_code == 0
    assert generate("--out", str(tmp_path / "planned"), "--planning", *options).exit_code == 0
    folder = planning_folder(tmp_path / "planned")
    assert folder is not None
    assert (folder / "targets.toml").is_file()
    assert (folder / "levers" / "new_homes.csv").is_file()
    assert planning_folder(tmp_path / "plain") is None
    files = [{f.name: f.read_bytes() for f in (tmp_path / n).iterdir() if f.is_file()} for n in ("plain", "planned")]
    assert files[0] == files[1]


def test_a_workbook_has_no_room_for_planning_inputs(tmp_path: Path) -> None:
    """--planning with a file for the instance is refused before anything is written."""
    result = generate("--out", str(tmp_path / "one.xlsx"), "--planning", "--children", "10")
    assert result.exit_code == 2
    assert "expected a folder" in result.output
    assert not list(tmp_path.iterdir())
