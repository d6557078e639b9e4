"""Pins that no plan can keep: it is proven, and the pins and the limit that they break are named."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from rightplace import cli

ONE_BEGINS = ("--pin", "let:agency_beds=1@2024Q3", "--pin", "let:agency_beds=2@2024Q4")


def planned(*arguments: str) -> Any:
    """The command ``plan tiny``."""
    return CliRunner().invoke(cli.app, ["plan", "tiny", *arguments], catch_exceptions=False)


@pytest.mark.parametrize(
    ("pins", "named", "limit"),
    [
        (("--pin", "recruit:any_age=5@2025Q1"), "recruit:any_age=5@2025Q1", "than the enquiries yield"),
        (("--pin", "recruit:any_age=0.5@2025Q1"), "recruit:any_age=0.5@2025Q1", "a fraction is pinned"),
        (ONE_BEGINS, "let:agency_beds=1@2024Q3, let:agency_beds=2@2024Q4", "a block contract begins once"),
    ],
)
def test_pins_that_no_plan_keeps_end_with_code_4(pins: tuple[str, ...], named: str, limit: str) -> None:
    """More households than enquire, half a household, a block that begins twice."""
    found = planned(*pins)
    words = " ".join(found.stdout.split())
    assert found.exit_code == 4
    assert "There is no plan that keeps what is pinned and forbidden." in words
    assert f"Pinned and forbidden: {named}." in words
    assert limit in words


def test_json_says_so_too() -> None:
    """Infeasible, without a clash of targets, with the reason among the notes."""
    found = planned(*ONE_BEGINS, "--json")
    answer = json.loads(found.stdout)
    assert (found.exit_code, answer["status"], answer["clash"]) == (4, "infeasible", None)
    assert "a block contract begins once" in answer["notes"][1]
