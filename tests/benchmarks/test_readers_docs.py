"""The page on public instances says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

from rightplace.benchmarks.best_known import best_known, best_solution
from rightplace.benchmarks.evaluation import evaluate
from rightplace.benchmarks.families import DATA, FAMILIES, OWN_FOLDER, instances, load
from rightplace.benchmarks.readers import FORMATS

PAGE = (Path(__file__).parents[2] / "docs" / "formats" / "public_instances.md").read_text(encoding="utf-8")


def test_every_family_and_format_has_its_line() -> None:
    """Family with its format, format with its layout, and whether the files ship."""
    for name, family in FAMILIES.items():
        [line] = [line for line in PAGE.splitlines() if line.startswith(f"| `{name}` | ") and line.count("|") == 6]
        assert family.format is None or f"`{family.format}`" in line
        assert ("bring your own" in line) == (not family.is_shipped)
        assert all(f"`{folder}`" in PAGE for folder in family.folders if name not in ("gadegaard", "cap")), name
    for name in FORMATS:
        assert re.search(rf"^\| `{name}` \| [^|]+ \|$", PAGE, re.MULTILINE), name
    assert f"export {OWN_FOLDER}=" in PAGE


def test_the_numbers_of_instances_are_right() -> None:
    """How many there are, and how many are in the package."""
    for name, family in FAMILIES.items():
        if family.is_shipped:
            in_package = [path for path in (DATA / name).glob("*") if path.is_file()]
            [line] = [line for line in PAGE.splitlines() if line.startswith(f"| `{name}` | ") and line.count("|") == 6]
            assert re.search(rf"\b{len(instances(name))}\b", line)
            if "others" in line:
                ours = {path.name.partition(".")[0] for path in in_package} & set(instances(name))
                assert f"{len(ours)} in the package" in line


def test_the_example_says_what_python_says() -> None:
    """The value of e05100, and what its solution evaluates to."""
    solution = best_solution("gap", "e05100")
    assert solution is not None
    found = evaluate(load("gap", "e05100"), solution)
    assert f"# {best_known('gap')['e05100'].value}\n" in PAGE
    assert f"# {found}: " in PAGE


def test_every_column_of_best_known_is_documented() -> None:
    """The head of each best_known.csv is the table of the page."""
    documented = re.findall(r"^\| `(\w+)` \| [^|]+ \|$", PAGE.split("## What is known")[1], re.MULTILINE)
    for path in DATA.glob("*/best_known.csv"):
        assert path.read_text(encoding="utf-8").splitlines()[0].split(",") == documented
