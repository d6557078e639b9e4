"""Build the pages of ``docs`` that follow from the code, so that they cannot disagree with it.

Run from the top folder:

    python -m tools.build_docs

``tests/test_docs.py`` asserts that the pages are up to date.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rightplace.instances import policy
from rightplace.instances.cohorts import CohortKind
from rightplace.instances.planning_schema import ASSUMPTION_KINDS, ASSUMPTIONS, DEMAND, LEVER_TABLES
from rightplace.instances.schema import TABLES
from rightplace.instances.tables import AUTHORITIES
from rightplace.instances.targets import Measure
from rightplace.schedules import SCHEDULE
from tools import build_explain_doc

if TYPE_CHECKING:
    from collections.abc import Callable

    from rightplace.instances.schema import Table

DOCS = Path(__file__).parents[1] / "docs"
PAGES_BY_HAND = Path(__file__).with_name("pages")
WARNING = "<!-- Built by `python -m tools.build_docs` from tools/pages and the code: change those, not this page. -->"


def file_formats() -> str:
    """The page on tables, policy and answer: what is written by hand, with the tables and the default policy put in."""
    parts = {"tables": "\n\n".join(map(_table, (*TABLES, AUTHORITIES))), "policy": _toml("default_policy.toml")}
    return _filled("file_formats.md", parts)


def planning() -> str:
    """The page on the files of planning, with its tables and the default levers put in."""
    rows = [f"| `{name}` | {kind.expected} | {note} |" for name, (kind, note) in ASSUMPTION_KINDS.items()]
    parts = {
        "levers": "\n\n".join(map(_table, (*LEVER_TABLES, ASSUMPTIONS))),
        "assumptions": "\n".join(["| name | value | note |", "|---|---|---|", *rows]),
        "default_levers": _toml("default_levers.toml"),
        "demand": _table(DEMAND),
        "schedule": _table(SCHEDULE),
        "kinds": ", ".join(CohortKind),
        "measures": ", ".join(f"`{measure}`" for measure in Measure),
    }
    return _filled("formats/planning.md", parts)


def explain() -> str:
    """The page on explanations, with what the command prints."""
    return _filled("explain.md", build_explain_doc.parts())


def _filled(name: str, parts: dict[str, str]) -> str:
    """A page that is written by hand, with some parts and the warning put in."""
    page = (PAGES_BY_HAND / name).read_text(encoding="utf-8")
    for part, text in (parts | {"warning": WARNING}).items():
        page = page.replace(f"<!-- built: {part} -->", text)
    return page


def _table(table: Table) -> str:
    lines = [f"### `{table.name}`", "", table.note + (" This table is needed." if table.needed else ""), ""]
    lines += ["| column | required | what may be typed | note |", "|---|---|---|---|"]
    for column in table.columns:
        required = "yes" if column.required else ""
        lines.append(f"| `{column.name}` | {required} | {column.kind.expected} | {column.note} |")
    return "\n".join(lines)


def _toml(name: str) -> str:
    """A file of defaults, as it stands."""
    text = Path(policy.__file__).with_name(name).read_text(encoding="utf-8")
    return f"```toml\n{text.strip()}\n```"


PAGES: dict[str, Callable[[], str]] = {
    "file_formats.md": file_formats,
    "formats/planning.md": planning,
    "explain.md": explain,
}


def build_docs(folder: Path) -> None:
    """Write every generated page into a folder."""
    for name, page in PAGES.items():
        (folder / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    build_docs(DOCS)
