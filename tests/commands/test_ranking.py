"""rightplace rank, as people and scripts use it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from rightplace import cli
from rightplace.instances.library import library_path
from rightplace.instances.tables import read_instance


def run(*arguments: str) -> Any:
    """The command."""
    return CliRunner().invoke(cli.app, ["rank", *arguments], catch_exceptions=False)


def test_barnet_has_every_setting_of_every_child() -> None:
    """Each setting is a suggestion or is ineligible by a named rule; the plan's own comes first and costs nothing."""
    found = json.loads(run("barnet_2023", "--all", "--top", "0", "--json").stdout)
    settings = {setting.id for setting in read_instance(library_path("barnet_2023"), None).settings}
    assert len(found["children"]) == 30
    for child in found["children"]:
        suggested = {one["setting"] for one in child["suggestions"]}
        excluded = {one["setting"] for one in child["ineligible"]}
        assert suggested | excluded == settings
        assert not suggested & excluded
        assert all(
            one["rules"] and all(rule["id"] and rule["source"] for rule in one["rules"]) for one in child["ineligible"]
        )
        first = child["suggestions"][0]
        assert (first["setting"], first["opportunity_cost_pence_per_week"]) == (child["in_plan"], 0)
        costs = [(one["additional_waiting"], one["opportunity_cost_pence_per_week"]) for one in child["suggestions"]]
        assert all(one["exact"] for one in child["suggestions"])
        assert costs == sorted(costs)


def test_a_child_reads_as_a_table() -> None:
    """One child in the terminal: the plan's choice first, the others with what they cost, and waiting."""
    text = run("tiny", "--child", "C5").stdout
    assert "in the best plan" in text
    assert "opportunity cost" in text
    assert "waiting" in text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "--child"),
        (["--child", "C5", "--all"], "--all"),
        (["--child", "C55"], "there is no child"),
    ],
)
def test_wrong_usage_says_what_was_meant(arguments: list[str], words: str) -> None:
    """Exit code 2."""
    result = run("tiny", *arguments)
    assert result.exit_code == 2
    assert words in " ".join(result.output.replace("│", " ").split())
