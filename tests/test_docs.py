"""The pages of the documentation that are built from the code."""

from __future__ import annotations

import io
import re
import tomllib
from pathlib import Path

import pytest
from rich.console import Console

from rightplace.instances import policy
from rightplace.instances.library import library_path
from rightplace.instances.tables import read_instance
from rightplace.reports.answer import answer_of
from rightplace.reports.terminal import print_answer
from rightplace.solve import match
from tools.build_docs import DOCS, PAGES


@pytest.mark.parametrize("name", PAGES)
def test_built_pages_are_up_to_date(name: str) -> None:
    """What ``python -m tools.build_docs`` would write is what stands in docs."""
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name]()


def test_every_key_of_an_answer_is_documented() -> None:
    """Each key of the JSON of a match, and of each placement in it, stands on the page of file formats."""
    page = (DOCS / "file_formats.md").read_text(encoding="utf-8")
    answer = answer_of(match(read_instance(library_path("barnet_2014"))))
    for key in (*answer, *answer["placements"][0], *(answer["greedy"].keys() - answer["totals"].keys())):
        assert f"`{key}`" in page, key


def test_every_default_has_a_line_on_its_source() -> None:
    """Each setting of the default policy stands on its page with the value that it has."""
    page = (DOCS / "default_policy.md").read_text(encoding="utf-8")
    text = Path(policy.__file__).with_name("default_policy.toml").read_text(encoding="utf-8")
    assert "docs/default_policy.md" in text
    for section, settings in tomllib.loads(text).items():
        for name, value in settings.items():
            shown = "" if isinstance(value, list) else str(value).lower() if isinstance(value, bool) else f"{value} |"
            assert f"| `{section}.{name}` | {shown}" in page, f"{section}.{name}"


PAGES_ON_THE_CHECKER = ("README.md", "CONTRIBUTING.md", "docs/decisions.md", "docs/glossary.md", "docs/file_formats.md")


@pytest.mark.parametrize("name", PAGES_ON_THE_CHECKER)
def test_who_calls_the_checker_independent_says_what_it_shares(name: str) -> None:
    """Rules and the prices of pairs are the same for model and checker, and each page on the checker says so."""
    text = " ".join((Path(__file__).parents[1] / name).read_text(encoding="utf-8").split())
    about = re.search(r"(independent checker|independent of|shares no code)(.{0,500})", text)
    assert about is not None
    assert "share" in about.group()
    assert "prices" in about.group()


def test_the_readme_shows_what_is_printed() -> None:
    """The output in the README is that of ``make demo``: each of its lines, in order, what "..." leaves out aside."""
    readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    (shown,) = (block for block in readme.split("```") if block.startswith("\nbarnet_2023,"))
    result = match(read_instance(library_path("barnet_2023")))
    stream = io.StringIO()
    print_answer(result, answer_of(result), Console(file=stream, width=140))
    printed = iter([line.rstrip() for line in stream.getvalue().splitlines()])
    for line in shown.strip().splitlines():
        assert line == "..." or line.rstrip() in printed, line
