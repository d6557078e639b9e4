"""The best values known for public instances: from whom, proven or not, and the solution itself where there is one."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightplace.benchmarks.families import DATA, family_of, load, shipped_folders
from rightplace.benchmarks.solutions import read_solution

if TYPE_CHECKING:
    from pathlib import Path

    from rightplace.benchmarks.problems import Solution

__all__ = ["BestKnown", "best_known", "best_solution", "solution_path"]


@dataclass(frozen=True, slots=True)
class BestKnown:
    """What is known of one instance, in the sense of its file: for a maximum the bound is above the value.

    Parameters
    ----------
    name
        As in ``families.load``, with its variant.
    size
        Agents and jobs, facilities and customers, or columns of the first stage and scenarios.
    value
        The best value that anybody reached, as published (the literature rounds to three decimals); ``None``: unknown.
    bound
        What nothing can be better than; ``None``: unknown.
    is_proven
        Value and bound are the same, and its source says so.
    source
        Who says so.
    solution_value
        What the solution that ships with rightplace is worth; ``None`` where none does. It may be a little worse than
        ``value``, where that was published without its solution.
    """

    name: str
    size: tuple[int, int]
    value: float | None
    bound: float | None
    is_proven: bool
    source: str
    solution_value: float | None


def best_known(family: str) -> dict[str, BestKnown]:
    """What is known of a family's instances, by name with variant; it holds instances that do not ship as well.

    Raises
    ------
    ValueError
        For an unknown family.
    """
    path = DATA / family_of(family).name / "best_known.csv"
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as lines:
        return {row["instance"]: _best_known(row) for row in csv.DictReader(lines)}


def _best_known(row: dict[str, str]) -> BestKnown:
    first, second = row["size"].split("x")
    return BestKnown(
        name=row["instance"],
        size=(int(first), int(second)),
        value=_number(row["value"]),
        bound=_number(row["bound"]),
        is_proven=row["proven"] == "yes",
        source=row["source"],
        solution_value=_number(row["solution_value"]),
    )


def _number(text: str) -> float | None:
    return float(text) if text else None


def solution_path(family: str, name: str) -> Path | None:
    """The file of the best solution that ships, ``None`` where none does."""
    for folder in shipped_folders(family_of(family).name):
        for path in (folder / "solutions" / f"{name}{end}" for end in (".txt", ".txt.gz")):
            if path.is_file():
                return path
    return None


def best_solution(family: str, name: str) -> Solution | None:
    """The best solution that ships, to be checked with ``evaluation.evaluate``; ``None`` where none does.

    Raises
    ------
    InstanceError
        When the instance or the solution cannot be read.
    """
    path = solution_path(family, name)
    return None if path is None else read_solution(path, load(family, name))
