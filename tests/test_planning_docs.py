"""The output of planning commands that stands in the documentation is what they print."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rightplace import cli

TOP = Path(__file__).parents[1]
SHORT = "..."
PAGES = ("README.md", "docs/cases/barnet_2014.md", "docs/cases/barnet_2023.md")


def shown() -> list[tuple[str, list[str]]]:
    """Every block of these pages that begins with a planning command: the command, and the lines under it."""
    found: dict[str, list[str]] = {}
    for page in PAGES:
        for block in re.findall(r"```\n\$ rightplace (.*?)\n(.*?)```", (TOP / page).read_text(encoding="utf-8"), re.S):
            found.setdefault(block[0], []).extend([*block[1].splitlines(), SHORT])
    return list(found.items())


@pytest.mark.parametrize(("command", "lines"), shown(), ids=[command for command, _ in shown()])
def test_what_the_pages_show_is_what_is_printed(command: str, lines: list[str]) -> None:
    """Each line is printed; lines without "..." between them follow each other."""
    printed = [line.rstrip() for line in CliRunner().invoke(cli.app, command.split()).stdout.splitlines()]
    for part in "\n".join(lines).split(SHORT):
        assert part.strip("\n") in "\n".join(printed), part


def test_there_is_something_to_show() -> None:
    """The commands that the case of 2014 is about stand on its page with their output."""
    assert len(shown()) >= 3
