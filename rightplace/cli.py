"""The command line: parse, call one function, print. Human text on stdout; with --json one object and nothing else.

Exit codes: 0 answered; 1 our own failure; 2 wrong usage; 3 input refused; 5 a limit came before any answer; for
``check``, 4 when the plan is refused; 130 when Ctrl-C, and 143 when SIGTERM, ended it before there was an answer.
"""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rightplace import interruption
from rightplace.errors import Fault, InstanceError, PlanError, RightplaceError, reason_of

if TYPE_CHECKING:
    from rich.console import Console

    from rightplace.instances.instance import Instance
    from rightplace.instances.policy import Policy
    from rightplace.outputs import Output
    from rightplace.plan import Plan
    from rightplace.solver.outcome import Progress

EXIT_FAILED, EXIT_REFUSED_INPUT, EXIT_REFUSED_PLAN = 1, 3, 4
DEFAULT_INSTANCE = "barnet_2023"

app = typer.Typer(
    name="rightplace",
    help="The right placement, in the right place, at the right time, for children in care.\n\n"
    "INSTANCE is a folder of CSV files, an .xlsx workbook, a .json, or the name of a library instance "
    "(barnet_2023, barnet_2014, tiny). Left out, it is barnet_2023. No data leaves this machine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
imports = typer.Typer(name="import", help="Read national files into an instance.", no_args_is_help=True)
app.add_typer(imports)


class SolverName(StrEnum):
    """Back ends."""

    OURS = "ours"
    HIGHS = "highs"
    CBC = "cbc"
    SCIP = "scip"
    CPSAT = "cpsat"


class Order(StrEnum):
    """Search orders."""

    LEVEL = "level"
    CASCADE = "cascade"


class ProfileName(StrEnum):
    """Sizes of generated instances."""

    COUNCIL = "council"
    LONDON = "london"
    ENGLAND = "england"


InstanceArgument = Annotated[str, typer.Argument(metavar="INSTANCE", help="Folder, .xlsx, .json or library name.")]
PolicyOption = Annotated[Path | None, typer.Option(help="A policy.toml to use instead of the instance's own.")]
DateOption = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d", "%d/%m/%Y"], help="Day of the match; the instance's own if absent."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object on standard output, and nothing else there.")]


@app.command()
def match(
    instance: InstanceArgument = DEFAULT_INSTANCE,
    date: DateOption = None,
    rematch: Annotated[bool, typer.Option("--rematch", help="Also propose moves for children who may move.")] = False,
    search_order: Annotated[Order | None, typer.Option(help="In place of the policy's.")] = None,
    policy: PolicyOption = None,
    out: Annotated[
        list[Path] | None, typer.Option(help="Write the answer: .xlsx, .json or a folder. May be repeated.")
    ] = None,
    export: Annotated[Path | None, typer.Option(help="Write the model as .mps or .lp for other solvers.")] = None,
    compare: Annotated[bool, typer.Option(help="Also solve the other search order.")] = True,
    solver: Annotated[
        SolverName, typer.Option(help="Who solves. ours: HiGHS for small instances, a decomposition for large ones.")
    ] = SolverName.OURS,
    time_limit: Annotated[
        float, typer.Option(min=0.0, help="Seconds for solving. Reading, building the model and checking come on top.")
    ] = 300.0,
    gap: Annotated[
        float,
        typer.Option(
            min=0.0,
            max=1.0,
            help="Stop when the price may be this share too high: 0.01 is one per cent. Who waits is always solved "
            "to proof, if time allows.",
        ),
    ] = 0.0,
    threads: Annotated[int, typer.Option(min=1, help="Threads for the solver.")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="Seed for the solver.")] = 0,
    json: JsonOption = False,
) -> None:
    """Match waiting children to vacancies, all children considered together.

    Prints a suggestion for each child, who stays waiting and why, and the totals beside what doing it child by child
    in order of arrival, and searching own provision first, would come to. Every answer is checked
    without the model, by the same catalogue of rules and prices.
    """
    from dataclasses import replace

    from rightplace import outputs
    from rightplace.files import written_at_once
    from rightplace.instances.policy import SearchOrder
    from rightplace.reports.answer import answer_of, write_answer
    from rightplace.reports.terminal import print_answer
    from rightplace.solve import MatchOptions, export_model
    from rightplace.solve import match as solve_match

    sources = _sources(instance, policy)
    _refuse_paths(outputs.ANSWER, out or [], sources)
    _refuse_paths(outputs.MODEL, [export] if export else [], sources)
    began = time.perf_counter()
    asked = _open(instance, policy)
    if date is not None:
        asked = asked.at(date.date())
    read_s = time.perf_counter() - began
    options = MatchOptions(rematch, SearchOrder(search_order.value) if search_order else None, compare)
    if export is not None:
        with written_at_once(export) as target:
            plain = target.with_suffix(target.suffix.lower())  # the writers know these endings in lower case
            export_model(asked, plain, options)
            plain.replace(target)
        _tell(f"wrote {export}")
    with _solving(solver.value, time_limit, gap, threads, seed) as solving:
        result = solve_match(asked, options, solving)
    result = replace(result, timing=replace(result.timing, read_s=read_s))
    answer = answer_of(result)
    accepted = result.best.certificate.is_accepted
    if json:
        _print_json(answer)
    else:
        print_answer(result, answer, _console())
    sys.stdout.flush()  # the answer is worth having even when it cannot be written
    for path in out or []:
        if accepted:
            write_answer(answer, path)
            _tell(f"wrote {path}")
    if not accepted:
        _tell("the certificate refused the plan: this is a fault of rightplace, please report it; nothing was written")
        raise typer.Exit(EXIT_FAILED)


@app.command()
def check(
    instance: InstanceArgument,
    plan: Annotated[Path, typer.Argument(help="An answer that match wrote: .json, .xlsx or folder.")],
    policy: PolicyOption = None,
    json: JsonOption = False,
) -> None:
    """Check a plan: recompute every rule, place and penny, and all else the answer says, from instance and plan alone.

    Exit code 0 when the plan is accepted, 4 when it is refused.
    """
    from rightplace.reports.answer_check import NOT_LOOKED_AT, check_answer
    from rightplace.reports.terminal import print_certificate

    asked = _open(instance, policy)
    found = _read_plan(plan)
    asked = asked if found.date == asked.date else asked.at(found.date)
    certificate = check_answer(asked, found, plan)
    if json:
        violations = [
            {"rule": v.rule, "children": list(v.child_ids), "setting": v.setting_id, "sentence": v.sentence}
            for v in certificate.violations
        ]
        value = certificate.value_pence_per_week
        _print_json({"accepted": certificate.is_accepted, "value_pence_per_week": value, "violations": violations})
    else:
        print_certificate(certificate, _console())
        print(NOT_LOOKED_AT)
    if not certificate.is_accepted:
        raise typer.Exit(EXIT_REFUSED_PLAN)


@app.command()
def show(instance: InstanceArgument = DEFAULT_INSTANCE, policy: PolicyOption = None, json: JsonOption = False) -> None:
    """Show an instance on one screen."""
    from dataclasses import asdict

    from rightplace.instances.defaults import defaults_taken
    from rightplace.reports.terminal import instance_summary, print_instance

    asked = _open(instance, policy)
    taken = defaults_taken(asked)
    if json:
        _print_json(instance_summary(asked) | {"defaults_taken": [asdict(found) for found in taken]})
        return
    print_instance(asked, _console())
    if taken:
        print("\nTaken from the policy where the tables are silent:")
        print("\n".join(f"  {found}" for found in taken))


@app.command()
def convert(
    instance: InstanceArgument,
    out: Annotated[Path, typer.Argument(help="Where to: .xlsx, .json, or a folder for CSV files.")],
    policy: PolicyOption = None,
) -> None:
    """Convert an instance between a folder of CSVs, an .xlsx workbook and a .json."""
    from rightplace import outputs
    from rightplace.instances.tables import write_instance

    _refuse_paths(outputs.INSTANCE, [out], _sources(instance, policy))
    write_instance(_open(instance, policy), out)
    _tell(f"wrote {out}")


@app.command()
def template(out: Annotated[Path, typer.Argument(help="An .xlsx workbook to write.")]) -> None:
    """Write an empty workbook that a council can fill in, with drop-downs and notes."""
    from rightplace import outputs
    from rightplace.instances.template import write_template

    _refuse_paths(outputs.TEMPLATE, [out])
    write_template(out)
    _tell(f"wrote {out}: fill it in, then run: rightplace match {out}")


@app.command()
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
) -> None:
    """Make a synthetic instance with real geography, of any size."""
    from dataclasses import replace

    from rightplace import outputs
    from rightplace.instances.generate import PROFILES
    from rightplace.instances.generate import generate as make
    from rightplace.instances.tables import write_instance

    _refuse_paths(outputs.INSTANCE, [out])
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
    _tell(f"wrote {out}: {len(made.children)} children, {len(made.settings)} settings")


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
    _refuse_paths(outputs.INSTANCE, [out], [path for path in given if path is not None])
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
        _print_json(told)
    else:
        print("\n".join(report.lines()))
    _tell(f"wrote {out} and {report_path}")


def _member(enum: Any, text: str, option: str) -> Any:
    try:
        return enum(text)
    except ValueError:
        choices = ", ".join(member.value for member in enum)
        raise typer.BadParameter(f"{text!r} is none of {choices}", param_hint=option) from None


def _open(text: str, policy: Path | None) -> Instance:
    """The instance of a path or a library name; a path that exists comes before a name."""
    from rightplace.instances.library import library_names, library_path
    from rightplace.instances.policy import read_policy
    from rightplace.instances.tables import read_instance

    chosen: Policy | None = read_policy(policy) if policy is not None else None
    path = Path(text)
    if not path.exists():
        if text not in library_names():
            expected = f"a folder, .xlsx, .json, or one of {', '.join(library_names())}"
            raise InstanceError([Fault("INSTANCE", None, None, text, expected)])
        path = library_path(text)
    return read_instance(path, chosen)


def _read_plan(path: Path) -> Plan:
    """The plan of an answer; what cannot even be opened is refused as a plan like any other."""
    from rightplace.reports.plan_files import read_plan

    try:
        return read_plan(path if path.name else path.resolve())
    except (OSError, RecursionError) as error:
        wanted = f"an answer that match wrote ({reason_of(error)})"
        raise PlanError([Fault(str(path), None, None, None, wanted)]) from error


def _sources(instance: str, policy: Path | None) -> list[Path]:
    """What a command reads: the instance, when its name is a path, and the policy."""
    return [path for path in (Path(instance), policy) if path is not None and path.exists()]


def _refuse_paths(output: Output, paths: list[Path], sources: Sequence[Path] = ()) -> None:
    """Refuse every path that cannot take the output, or where it would destroy something, before any work is done."""
    from rightplace.outputs import refusals

    found = [sentence for path in paths for sentence in refusals(output, path, sources)]
    if found:
        raise typer.BadParameter("\n".join(found))


@contextmanager
def _solving(solver: str, time_limit: float, gap: float, threads: int, seed: int) -> Iterator[Any]:
    """Options for a solve that Ctrl-C or SIGTERM ends with its best answer, and that shows its progress on stderr."""
    from rich.console import Console

    from rightplace.solver.outcome import SolveOptions

    console = Console(stderr=True)
    with console.status("building the model", spinner="line") as status:

        def show(progress: Progress) -> None:
            status.update(_progress_line(progress))

        interactive = console.is_terminal
        options = SolveOptions(solver, time_limit, gap, threads, seed, progress=show if interactive else _Log())

        def stop(number: int, frame: FrameType | None) -> None:
            if options.stop.is_set():
                interruption.end(number, frame)
            options.stop.set()
            console.print("stopping with the best plan so far")

        before = {number: signal.signal(number, stop) for number in interruption.SIGNALS}
        try:
            yield options
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


class _Log:
    """Progress as plain lines on stderr, after two seconds and then every ten, where there is no terminal."""

    def __init__(self) -> None:
        self._next = time.monotonic() + 2

    def __call__(self, progress: Progress) -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + 10
            _tell(_progress_line(progress))


def _progress_line(progress: Progress) -> str:
    """The tier being worked at, how long, how good the plan is in the tier's own unit, and what is proven of it."""
    value, bound = progress.value, progress.bound
    words = [f"{progress.tier}: {progress.seconds:.0f} s"]
    if value is None:
        words.append("no plan yet")
    elif progress.tier in _UNITS:
        words.append(_UNITS[progress.tier](value))
    if value is not None and bound is not None and 0 < bound <= value:
        words.append(f"gap {100 * (value - bound) / value:.2f}%")
    else:
        words.append("no bound yet")
    return ", ".join(words)


_UNITS: dict[str, Callable[[float], str]] = {
    "waiting": lambda value: f"{value:,.0f} of weighted waiting",
    "search order": lambda value: f"{value:,.0f} steps",
    "price": lambda value: f"£{value / 100:,.0f} a week",
}
"""What each tier counts. All tiers together are a blend of them that has no unit."""


def _console() -> Console:
    """Standard output; wide enough for the tables where it is no terminal."""
    from rich.console import Console

    console = Console()
    return console if console.is_terminal else Console(width=140)


def _print_json(value: Any) -> None:
    import json

    print(json.dumps(value, indent=1, ensure_ascii=False))


def _tell(text: str) -> None:
    print(text, file=sys.stderr)


def main() -> None:
    """Run the command line; turn refused input into its exit code."""
    interruption.listen()
    try:
        app()
    except (InstanceError, PlanError) as error:
        _tell(str(error))
        sys.exit(EXIT_REFUSED_INPUT)
    except RightplaceError as error:
        _tell(f"rightplace failed: {error}")
        sys.exit(EXIT_FAILED)
    except OSError as error:
        where = "" if error.filename is None else f"{error.filename}: "
        _tell(f"rightplace failed: {where}{error.strerror or error}")
        sys.exit(EXIT_FAILED)


if __name__ == "__main__":
    main()
