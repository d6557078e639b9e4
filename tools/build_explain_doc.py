"""The page on ``rightplace explain``: written by hand, with what the command prints put in.

``python -m tools.build_docs`` writes it, ``tests/test_docs.py`` asserts that it is up to date.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from rich.console import Console

from rightplace.explain import explain_child, explain_pair
from rightplace.instances.library import library_path
from rightplace.instances.tables import read_instance
from rightplace.reports.explanation import print_child, print_pair, weekly_cost
from rightplace.rules.remedies import RemedyKind

if TYPE_CHECKING:
    from collections.abc import Callable

CHILD, SETTING = "C003", "F002"
"""A child of barnet_2023, and a carer whom one rule alone excludes for it."""
_DOTS = "..."


def parts() -> dict[str, str]:
    """What is put into the page, by the name of its place."""
    world = read_instance(library_path("barnet_2023"))
    pair = _printed(lambda console: print_pair(world, explain_pair(world, CHILD, SETTING), console))
    child = _printed(lambda console: print_child(world, explain_child(world, CHILD, weekly_cost), console))
    return {
        "pair": _block(f"--child {CHILD} --setting {SETTING}", _short_pair(pair)),
        "child": _block(f"--child {CHILD}", _short_child(child)),
        "trouble": ", ".join(kind.value for kind in RemedyKind) + ".",
    }


def _printed(print_it: Callable[[Console], None]) -> list[str]:
    stream = io.StringIO()
    print_it(Console(file=stream, width=140))
    return [line.rstrip() for line in stream.getvalue().rstrip().splitlines()]


def _block(options: str, lines: list[str]) -> str:
    return "\n".join(["```", f"$ rightplace explain {options}", *lines, "```"])


def _short_pair(lines: list[str]) -> list[str]:
    """All that is broken, the first two rules that are kept, and the end."""
    kept = lines.index("Hard rules that are kept")
    return [*lines[: kept + 5], _DOTS, *lines[-3:]]


def _short_child(lines: list[str]) -> list[str]:
    """The rules that exclude most, what is open, and the first near misses."""
    is_open = next(i for i, line in enumerate(lines) if line.startswith("Open:"))
    return [*lines[:8], _DOTS, *lines[is_open : is_open + 12], _DOTS]
