"""rightplace import: national files to instances."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from rightplace.commands.common import JsonOption, PolicyOption, print_json, refuse_paths, tell

imports = typer.Typer(name="import", help="Read national files into an instance.", no_args_is_help=True)


@imports.callback()
def _imports() -> None:
    """Read national files into an instance."""


@imports.command("ssda903")
def import_ssda903(
    folder: Annotated[Path, typer.Argument(help="Folder with header, episodes and uasc CSV files.")],
    date: Annotated[datetime, typer.Option(formats=["%Y-%m-%d", "%d/%m/%Y"], help="Children in care on this day.")],
    out: Annotated[Path, typer.Option(help="Where to: a folder for CSV files, .xlsx or .json.")],
    ofsted: Annotated[list[Path] | None, typer.Option(help="An Ofsted provider list. May be repeated.")] = None,
    carers: Annotated[Path | None, typer.Option(help="A CSV of carers, as in the template.")] = None,
    authority: Annotated[str | None, typer.Option(help="Responsible authority, for files without a column LA.")] = None,
    waiting: Annotated[str, typer.Option(help="Who waits: none, temporary or unmatched.")] = "temporary",
    movable: Annotated[str, typer.Option(help="Who may move: none, agency or all.")] = "agency",
    policy: PolicyOption = None,
    json: JsonOption = False,
) -> None:
    """Read an SSDA903 return: the children in care on a day, where they live, and the settings of an Ofsted list."""
    from rightplace import outputs
    from rightplace.files import write_json
    from rightplace.instances.formats.importing import import_ssda903 as read
    from rightplace.instances.formats.living import Movable, Waiting
    from rightplace.instances.policy import read_policy
    from rightplace.instances.tables import write_instance

    given = (folder, *(ofsted or []), carers, policy)
    refuse_paths(outputs.INSTANCE, [out], [path for path in given if path is not None])
    chosen = (_member(Waiting, waiting, "--waiting"), _member(Movable, movable, "--movable"))
    made, report = read(
        folder,
        date.date(),
        ofsted or [],
        carers,
        authority,
        waiting=chosen[0],
        movable=chosen[1],
        policy=read_policy(policy) if policy is not None else None,
    )
    told = report.as_dict()
    write_instance(made, out)
    report_path = out / "import_report.json" if out.is_dir() else out.with_name(f"{out.stem}_import_report.json")
    write_json(report_path, told)
    if json:
        print_json(told)
    else:
        print("\n".join(report.lines()))
    tell(f"wrote {out} and {report_path}")


def _member(enum: Any, text: str, option: str) -> Any:
    try:
        return enum(text)
    except ValueError:
        choices = ", ".join(member.value for member in enum)
        raise typer.BadParameter(f"{text!r} is none of {choices}", param_hint=option) from None
