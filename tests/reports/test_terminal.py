"""What a placement officer reads: siblings in numbers, and lines that end where their words do."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from rightplace.instances.library import library_path
from rightplace.instances.tables import read_instance
from rightplace.reports.answer import answer_of
from rightplace.reports.terminal import _siblings_words, print_answer, print_instance
from rightplace.solve import MatchOptions, match


@pytest.mark.parametrize(
    ("with_siblings", "siblings", "words"),
    [(None, [], ""), (True, ["b"], "together"), (False, ["b", "c"], "with 2 of 9"), (False, [], "apart")],
)
def test_siblings_are_counted(with_siblings: bool | None, siblings: list[str], words: str) -> None:
    """A child with some of its siblings is not apart from all of them."""
    assert _siblings_words({"with_siblings": with_siblings, "siblings": siblings, "num_siblings": 9}) == words


def test_piped_lines_have_no_blanks_at_their_ends() -> None:
    """Where there is no terminal, no line ends in blanks."""
    world = read_instance(library_path("tiny"))
    result = match(world, MatchOptions(compare=False))
    stream = io.StringIO()
    console = Console(file=stream, width=140)
    print_answer(result, answer_of(result), console)
    print_instance(world, console)
    assert [line for line in stream.getvalue().splitlines() if line != line.rstrip()] == []
