"""The workbook of levers and the file of targets that a council fills in for a plan."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from rightplace import cli
from rightplace.errors import InstanceError
from rightplace.instances.library import library_names, library_path
from rightplace.instances.planning_schema import ASSUMPTIONS, LEVER_TABLES
from rightplace.instances.planning_tables import read_levers
from rightplace.instances.planning_targets import read_targets
from rightplace.instances.planning_template import example_levers, write_planning_template
from rightplace.instances.quarters import Quarter
from rightplace.instances.tables import read_instance
from rightplace.instances.targets import Firmness, Risk

if TYPE_CHECKING:
    from pathlib import Path

BARNET = read_instance(library_path("barnet_2023"))
FIRST = Quarter.after(BARNET.date)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook for barnet_2023, with the targets beside it."""
    path = tmp_path_factory.mktemp("template") / "levers.xlsx"
    write_planning_template(path, BARNET)
    return path


def test_the_examples_read_back_and_none_of_them_is_used(written: Path) -> None:
    """Every table has one row, all of them as they were written, and a plan may use none."""
    levers = read_levers(written, BARNET, FIRST, 5)
    assert levers == example_levers(BARNET, FIRST)
    workbook = load_workbook(written)
    assert [workbook[table.name].max_row for table in LEVER_TABLES] == [2] * len(LEVER_TABLES)
    assert levers.usable == ()
    assert not any(row.enabled for row in (*levers.funnels, *levers.market, *levers.staying_put))
    assert levers.deregistrations[0].funnel_id == levers.funnels[0].id


@pytest.mark.parametrize("name", library_names())
def test_every_instance_of_the_library_has_a_template(tmp_path: Path, name: str) -> None:
    """Its examples fit the instance, whatever that lacks."""
    instance = read_instance(library_path(name))
    write_planning_template(tmp_path / "levers.xlsx", instance)
    first = Quarter.after(instance.date)
    assert read_levers(tmp_path / "levers.xlsx", instance, first, 5) == example_levers(instance, first)


def test_the_guide_explains_every_column(written: Path) -> None:
    """Each table has a part in which each of its columns is named with what may be typed."""
    rows = [
        (str(a or ""), str(b or "")) for a, b in load_workbook(written)["guide"].iter_rows(max_col=2, values_only=True)
    ]
    for table in (*LEVER_TABLES, ASSUMPTIONS):
        start = rows.index((f"Columns of {table.name}", "")) + 1
        part = rows[start : start + len(table.columns)]
        for column, (name, note) in zip(table.columns, part, strict=True):
            assert name == column.name
            assert column.note in note
            assert column.kind.expected in note


def test_drop_downs_offer_what_the_instance_has(written: Path) -> None:
    """Providers, homes and authorities of the instance, funnels of the workbook, and the words of each choice."""
    workbook = load_workbook(written)
    lists = workbook["lists"]

    def offered(table: str, column: str) -> list[str] | str:
        sheet = workbook[table]
        letter = next(cell.column_letter for cell in sheet[1] if cell.value == column)
        (found,) = [v for v in sheet.data_validations.dataValidation if str(v.sqref).startswith(f"{letter}2:")]
        if not found.formula1.startswith("lists!"):
            return str(found.formula1)
        first, last = (re.sub(r"\$", "", cell) for cell in found.formula1.removeprefix("lists!").split(":"))
        return [str(row[0].value) for row in lists[first:last]]

    assert offered("new_homes", "provider_id") == [provider.id for provider in BARNET.providers]
    assert set(offered("home_changes", "setting_id")) >= {"H1", "H2"}
    assert "Barnet" in offered("funnels", "authority_id")
    assert offered("profiles", "funnel_id") == "funnels!$A$2:$A$2000"
    assert offered("market", "band") == ["in area", "adjoining", "within 20 miles", "beyond 20 miles"]
    assert "spot_premium" in offered("assumptions", "name")


def test_the_targets_are_empty_until_an_example_is_uncommented(written: Path, tmp_path: Path) -> None:
    """As it comes the file has no target; without the marks before them its three examples are read."""
    path = written.with_name("targets.toml")
    assert read_targets(path, BARNET, FIRST, 5) == ((), Risk())
    text = path.read_text(encoding="utf-8")
    used = tmp_path / "targets.toml"
    used.write_text(re.sub(r"^#(?! |$)", "", text, flags=re.MULTILINE), encoding="utf-8")
    targets, risk = read_targets(used, BARNET, FIRST, 5)
    assert {target.firmness for target in targets} == set(Firmness)
    assert risk == Risk()


def run(*arguments: object) -> tuple[int, str]:
    """Exit code and standard error of a command."""
    result = CliRunner().invoke(cli.app, [str(argument) for argument in arguments])
    return result.exit_code, " ".join(re.sub(r"[│╭╮╰╯─]", " ", result.stderr).split())


def test_the_command_writes_both_and_says_what_to_do_next(tmp_path: Path) -> None:
    """``template --planning`` writes the workbook and the targets, and refuses to write over either."""
    path, targets = tmp_path / "levers.xlsx", tmp_path / "targets.toml"
    code, said = run("template", "--planning", path, "tiny")
    assert code == 0
    assert f"rightplace plan tiny --levers {path} --targets {targets}" in said
    assert path.exists()
    assert targets.exists()
    assert run("template", "--planning", path, "tiny")[0] == 2
    path.unlink()
    code, said = run("template", "--planning", path, "tiny")
    assert code == 2
    assert "expected a name that is still free" in said
    assert not path.exists()


def test_an_instance_goes_with_planning_only(tmp_path: Path) -> None:
    """The template of an instance is for no instance."""
    code, said = run("template", tmp_path / "mine.xlsx", "tiny")
    assert code == 2
    assert "expected none without --planning" in said


def test_a_changed_example_is_checked_like_any_other_input(written: Path, tmp_path: Path) -> None:
    """A switch turned on with a provider that is misspelt brings its sheet and row."""
    workbook = load_workbook(written)
    sheet = workbook["new_homes"]
    columns = {cell.value: cell.column for cell in sheet[1]}
    sheet.cell(2, columns["provider_id"], "LBBB")
    sheet.cell(2, columns["enabled"], "yes")
    workbook.save(tmp_path / "mine.xlsx")
    with pytest.raises(InstanceError, match=r"new_homes, row 2, column provider_id: found 'LBBB'.*did you mean LBB\?"):
        read_levers(tmp_path / "mine.xlsx", BARNET, FIRST, 5)
