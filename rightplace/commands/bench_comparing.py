"""rightplace bench compare."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rightplace.commands.common import EXIT_FAILED, JsonOption, console, print_json, refuse_paths, tell

if TYPE_CHECKING:
    from rightplace.benchmarks.summary import Field

_MOST_PROBLEMS = 120
"""A report lists problems one by one up to so many in a field."""


def compare(
    results: Annotated[
        list[Path], typer.Argument(metavar="RESULTS...", help="Results that bench run wrote (.csv): one, or several.")
    ],
    report: Annotated[
        Path | None, typer.Option(help="Write tables (.md) and, beside it, pictures (.svg) of every family.")
    ] = None,
    processor: Annotated[
        bool, typer.Option("--processor", help="Times of the processor, which other work on a machine disturbs less.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Check every row against every other and against best known values, and show who was how good.

    For each family, limit and gap: runs solved, shifted geometric mean of seconds, also until 0.1%, gap at the end,
    primal integral, times the min-cost flow relaxation, memory. What several files have of the same solver is told
    apart by file: yesterday's and today's, say.

    Exit code 1 when a value or a bound is wrong or the check refused an answer, and the rows are named by file and
    line; never because of a time.
    """
    from dataclasses import asdict

    from rightplace.benchmarks.compare import Found, contradictions
    from rightplace.benchmarks.known import known_values
    from rightplace.benchmarks.registry import known_digests
    from rightplace.benchmarks.results import read_rows
    from rightplace.benchmarks.summary import fields_of, lines_of

    _refuse_report(report, results)
    missing = [str(path) for path in results if not path.is_file()]
    if missing:
        raise typer.BadParameter("\n".join(f"{path}: expected a results file; there is none" for path in missing))
    stems = [path.stem for path in results]
    labels = [path.stem if stems.count(path.stem) == 1 else str(path) for path in results]
    files = {label: read_rows(path) for label, path in zip(labels, results, strict=True)}
    found = [
        Found(f"{path}, row {number}", row)
        for path, rows in zip(results, files.values(), strict=True)
        for number, row in enumerate(rows, start=2)
    ]
    wrong = list(contradictions(found, known_values(), known_digests()))
    fields = fields_of(files, by_processor=processor)
    if json:
        tables = [
            {"family": field.family, "limit_seconds": field.limit_seconds, "wanted_gap": field.wanted_gap,
             "shift_seconds": field.shift, "methods": [asdict(line) for line in lines_of(field)]}
            for field in fields
        ]  # fmt: skip
        print_json({"rows": len(found), "wrong": wrong, "fields": tables})
    else:
        _print_fields(fields)
        print(f"{len(found)} rows, {len(wrong)} contradictions")
    if report is not None:
        _write_report(fields, report, results, wrong)
    for sentence in wrong:
        tell(f"wrong: {sentence}")
    if wrong:
        raise typer.Exit(EXIT_FAILED)


def _refuse_report(report: Path | None, results: list[Path]) -> None:
    from rightplace import outputs

    if report is not None:
        refuse_paths(outputs.REPORT, [report], results)


def _heading(field: Field) -> str:
    num, num_common = len(field.problems), len(field.common)
    clock = "processor" if field.by_processor else "clock"
    part = "" if num == num_common else f" ({num_common} that all methods have run count)"
    return f"{num} problem{'' if num == 1 else 's'}{part}, seconds of the {clock}, shifted by {field.shift:g} s"


def _print_fields(fields: list[Field]) -> None:
    from rich.table import Table

    from rightplace.benchmarks.summary import TITLES, cells_of, explanation, lines_of
    from rightplace.reports.terminal import print_table

    for field in fields:
        print(f"{field.name}: {_heading(field)}")
        table = Table(box=None, pad_edge=False, header_style="bold")
        for title in TITLES:
            table.add_column(title, justify="left" if title == "method" else "right")
        for line in lines_of(field):
            table.add_row(*cells_of(line))
        print_table(table, console())
        print()
    print(explanation())


def _write_report(fields: list[Field], report: Path, results: list[Path], wrong: list[str]) -> None:
    """Tables as Markdown, and three pictures a family beside them."""
    from rightplace.benchmarks import profiles
    from rightplace.benchmarks.summary import explanation, lines_of, markdown, markdown_by_problem
    from rightplace.files import written_at_once

    words = [path.name for path in results] + ["--processor"] * any(field.by_processor for field in fields)
    parts = [f"# Results: {', '.join(path.stem for path in results)}", ""]
    parts += [f"Written by `rightplace bench compare {' '.join(words)} --report {report.name}`; do not edit.", ""]
    parts += [f"{len(wrong)} contradictions between rows, or with best known values.", "", explanation(), ""]
    drawings = {"profile": profiles.performance, "gaps": profiles.gaps, "primal": profiles.primal}
    for field in fields:
        parts += [f"## {field.name}", "", f"{_heading(field)}.", ""]
        parts += [markdown(lines_of(field)), ""]
        if len(field.problems) <= _MOST_PROBLEMS:
            parts += ["By problem, seconds and gap at the end:", "", markdown_by_problem(field), ""]
        for kind, drawn in drawings.items():
            target = report.with_name(f"{report.stem}-{field.name}-{kind}.svg")
            with written_at_once(target) as scratch:
                scratch.write_text(str(drawn(field)), encoding="utf-8")
            parts += [f"![{kind}]({target.name})", ""]
    with written_at_once(report) as scratch:
        scratch.write_text("\n".join(parts), encoding="utf-8")
    tell(f"wrote {report} and {len(drawings) * len(fields)} pictures beside it")
