"""What makes, shows and converts instances: rightplace show, convert, template, generate."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from rightplace.commands.common import (
    DEFAULT_INSTANCE,
    InstanceArgument,
    JsonOption,
    PolicyOption,
    console,
    open_instance,
    print_json,
    refuse_paths,
    sources_of,
    tell,
)


class ProfileName(StrEnum):
    """Sizes of generated instances."""

    COUNCIL = "council"
    LONDON = "london"
    ENGLAND = "england"


def show(instance: InstanceArgument = DEFAULT_INSTANCE, policy: PolicyOption = None, json: JsonOption = False) -> None:
    """Show an instance on one screen."""
    from dataclasses import asdict

    from rightplace.instances.defaults import defaults_taken
    from rightplace.reports.terminal import instance_summary, print_instance

    asked = open_instance(instance, policy)
    taken = defaults_taken(asked)
    if json:
        print_json(instance_summary(asked) | {"defaults_taken": [asdict(found) for found in taken]})
        return
    print_instance(asked, console())
    if taken:
        print("\nTaken from the policy where the tables are silent:")
        print("\n".join(f"  {found}" for found in taken))


def convert(
    instance: InstanceArgument,
    out: Annotated[Path, typer.Argument(help="Where to: .xlsx, .json, or a folder for CSV files.")],
    policy: PolicyOption = None,
) -> None:
    """Convert an instance between a folder of CSVs, an .xlsx workbook and a .json."""
    from rightplace import outputs
    from rightplace.instances.tables import write_instance

    refuse_paths(outputs.INSTANCE, [out], sources_of(instance, policy))
    write_instance(open_instance(instance, policy), out)
    tell(f"wrote {out}")


def template(
    out: Annotated[Path, typer.Argument(help="An .xlsx workbook to write.")],
    instance: Annotated[
        str | None,
        typer.Argument(metavar="INSTANCE", help="With --planning: folder, .xlsx, .json or library name."),
    ] = None,
    planning: Annotated[
        bool, typer.Option("--planning", help="The levers of a plan for INSTANCE, and targets.toml beside them.")
    ] = False,
) -> None:
    """Write an empty workbook that a council can fill in, with drop-downs and notes."""
    from rightplace import outputs
    from rightplace.instances.template import write_template

    if planning:
        _planning_template(out, DEFAULT_INSTANCE if instance is None else instance)
        return
    if instance is not None:
        raise typer.BadParameter(f"INSTANCE {instance}: expected none without --planning")
    refuse_paths(outputs.TEMPLATE, [out])
    write_template(out)
    tell(f"wrote {out}: fill it in, then run: rightplace match {out}")


def _planning_template(out: Path, instance: str) -> None:
    """Levers and targets to fill in, for an instance."""
    from rightplace import outputs
    from rightplace.instances.planning_template import TARGETS_FILE, write_planning_template

    targets, sources = out.with_name(TARGETS_FILE), sources_of(instance, None)
    refuse_paths(outputs.TEMPLATE, [out], sources)
    refuse_paths(outputs.TARGETS, [targets], sources)
    write_planning_template(out, open_instance(instance, None))
    tell(f"wrote {out} and {targets}: fill them in, then run:")
    tell(f"rightplace plan {instance} --levers {out} --targets {targets}")


def generate(
    out: Annotated[Path, typer.Option(help="Where to: a folder for CSV files, .xlsx or .json.")],
    profile: Annotated[ProfileName, typer.Option(help="Size and shape.")] = ProfileName.COUNCIL,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same bytes.")] = 0,
    children: Annotated[int | None, typer.Option(min=1, help="Number of children, instead of the profile's.")] = None,
    authority: Annotated[
        list[str] | None, typer.Option(help="A council of the council profile. May be repeated.")
    ] = None,
    waiting_share: Annotated[
        float | None, typer.Option(min=0.0, max=1.0, help="Share who wait; the rest live somewhere.")
    ] = None,
    sibling_share: Annotated[
        float | None, typer.Option(min=0.0, max=1.0, help="Share of placement units with siblings.")
    ] = None,
    scarcity: Annotated[
        float | None, typer.Option(min=0.01, help="Vacant suitable places for each waiting child.")
    ] = None,
    conflict_share: Annotated[
        float | None, typer.Option(min=0.0, max=1.0, help="Share who pose a high risk to others.")
    ] = None,
    rematch_share: Annotated[
        float | None, typer.Option(min=0.0, max=1.0, help="Share of placed children who may move.")
    ] = None,
    planning: Annotated[
        bool, typer.Option("--planning", help="Also levers and targets for rightplace plan, in the folder planning.")
    ] = False,
) -> None:
    """Make a synthetic instance with real geography, of any size."""
    from dataclasses import replace

    from rightplace import outputs
    from rightplace.files import Form
    from rightplace.instances.generate import PROFILES
    from rightplace.instances.generate import generate as make
    from rightplace.instances.generator.planning_files import write_planning
    from rightplace.instances.planning_files import FOLDER
    from rightplace.instances.tables import write_instance

    refuse_paths(outputs.INSTANCE, [out])
    if planning and Form.of(out) != Form.FOLDER:
        raise typer.BadParameter(f"--planning: expected a folder; {out} has no room for a folder of planning inputs")
    chosen = PROFILES[profile.value]
    if authority:
        if profile is not ProfileName.COUNCIL:
            raise typer.BadParameter("--authority goes with --profile council")
        chosen = replace(chosen, authorities=tuple(authority))
    given: dict[str, Any] = {
        "num_children": children,
        "waiting_share": waiting_share,
        "sibling_share": sibling_share,
        "scarcity": scarcity,
        "conflict_share": conflict_share,
        "rematch_share": rematch_share,
    }
    with _without_collector():
        made = make(replace(chosen, **{name: value for name, value in given.items() if value is not None}), seed)
    write_instance(made, out)
    tell(f"wrote {out}: {len(made.children)} children, {len(made.settings)} settings")
    if planning:
        write_planning(made, seed, out)
        tell(f"wrote levers and targets to {out / FOLDER}; plan with: rightplace plan {out}")


@contextmanager
def _without_collector() -> Iterator[None]:
    """Work that makes millions of objects and drops none of them goes faster without looking for garbage."""
    import gc

    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
