"""What the commands share: arguments and options, opening what they name, solving until stopped, printing."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rightplace import interruption
from rightplace.errors import Fault, InstanceError, PlanError, reason_of

if TYPE_CHECKING:
    from rich.console import Console

    from rightplace.certificate import Certificate
    from rightplace.instances.instance import Instance
    from rightplace.instances.policy import Policy
    from rightplace.outputs import Output
    from rightplace.plan import Plan
    from rightplace.solver.outcome import Progress

EXIT_FAILED, EXIT_REFUSED_INPUT, EXIT_REFUSED_PLAN, EXIT_NO_ANSWER = 1, 3, 4, 4
DEFAULT_INSTANCE = "barnet_2023"


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


InstanceArgument = Annotated[str, typer.Argument(metavar="INSTANCE", help="Folder, .xlsx, .json or library name.")]
PlanArgument = Annotated[
    Path, typer.Argument(metavar="PLAN", help="An answer that match wrote: .json, .xlsx or folder.")
]
PolicyOption = Annotated[Path | None, typer.Option(help="A policy.toml to use instead of the instance's own.")]
DateOption = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d", "%d/%m/%Y"], help="Day of the match; the instance's own if absent."),
]
SolverOption = Annotated[
    SolverName, typer.Option(help="Who solves. ours: HiGHS for small instances, a decomposition for large ones.")
]
TimeLimitOption = Annotated[
    float, typer.Option(min=0.0, help="Seconds for solving. Reading, building the model and checking come on top.")
]
GapOption = Annotated[
    float,
    typer.Option(
        min=0.0,
        max=1.0,
        help="Stop when the price may be this share too high: 0.01 is one per cent. Who waits is always solved "
        "to proof, if time allows.",
    ),
]
ThreadsOption = Annotated[int, typer.Option(min=1, help="Threads for the solver.")]
SeedOption = Annotated[int, typer.Option(min=0, help="Seed for the solver.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object on standard output, and nothing else there.")]


def open_instance(text: str, policy: Path | None) -> Instance:
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
    instance = read_instance(path, chosen)
    interruption.insist()
    return instance


def open_plan(path: Path) -> Plan:
    """The plan of an answer; what cannot even be opened is refused as a plan like any other."""
    from rightplace.reports.plan_files import read_plan

    try:
        return read_plan(path if path.name else path.resolve())
    except (OSError, RecursionError) as error:
        wanted = f"an answer that match wrote ({reason_of(error)})"
        raise PlanError([Fault(str(path), None, None, None, wanted)]) from error


def show_certificate(certificate: Certificate, *, json: bool) -> None:
    """Print the checker's verdict with every violation."""
    from rightplace.reports.terminal import print_certificate

    if not json:
        print_certificate(certificate, console())
        return
    violations = [
        {"rule": v.rule, "children": list(v.child_ids), "setting": v.setting_id, "sentence": v.sentence}
        for v in certificate.violations
    ]
    value = certificate.value_pence_per_week
    print_json({"accepted": certificate.is_accepted, "value_pence_per_week": value, "violations": violations})


def beside_plan(instance: Instance, plan: Plan) -> Instance:
    """The instance on the day of a plan, with the decisions that the plan rests on.

    Raises
    ------
    PlanError
        When these contradict the instance.
    """
    on_the_day = instance if plan.date == instance.date else instance.at(plan.date)
    if plan.decisions == on_the_day.decisions:
        return on_the_day
    try:
        return on_the_day.replace(decisions=plan.decisions)
    except InstanceError as error:
        raise PlanError(error.faults) from error


def sources_of(instance: str, policy: Path | None) -> list[Path]:
    """What a command reads: the instance, when its name is a path, and the policy."""
    return [path for path in (Path(instance), policy) if path is not None and path.exists()]


def refuse_paths(output: Output, paths: list[Path], sources: Sequence[Path] = ()) -> None:
    """Refuse every path that cannot take the output, or where it would destroy something, before any work is done."""
    from rightplace.outputs import refusals

    found = [sentence for path in paths for sentence in refusals(output, path, sources)]
    if found:
        raise typer.BadParameter("\n".join(found))


@contextmanager
def solving_on(
    solver: str,
    time_limit: float,
    gap: float,
    threads: int,
    seed: int,
    line: Callable[[Progress], str] | None = None,
    until: interruption.Stop | None = None,
) -> Iterator[Any]:
    """Options for a solve that Ctrl-C or SIGTERM ends with its best answer, and that shows its progress on stderr.

    Parameters
    ----------
    line
        What to show of it; ``progress_line`` if absent.
    until
        What the signals set; a new one if absent.
    """
    from rich.console import Console

    from rightplace.solver.outcome import SolveOptions

    errors = Console(stderr=True)
    with errors.status("building the model", spinner="line") as status:

        def show(progress: Progress) -> None:
            status.update(shown(progress))

        shown = line or progress_line
        stopping = until or interruption.Stop()
        report = show if errors.is_terminal else _Log(shown)
        options = SolveOptions(solver, time_limit, gap, threads, seed, stop=stopping, progress=report)

        def stop(number: int, frame: FrameType | None) -> None:
            if stopping.is_set():
                interruption.end(number, frame)
            stopping.number = number
            stopping.set()
            interruption.say("stopping with the best plan so far")

        interruption.insist()
        before = {number: signal.signal(number, stop) for number in interruption.SIGNALS}
        try:
            yield options
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


class _Log:
    """Progress as plain lines on stderr, after two seconds and then every ten, where there is no terminal."""

    def __init__(self, line: Callable[[Progress], str]) -> None:
        self._line = line
        self._next = time.monotonic() + 2

    def __call__(self, progress: Progress) -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + 10
            tell(self._line(progress))


def progress_line(progress: Progress) -> str:
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


def console() -> Console:
    """Standard output; wide enough for the tables where it is no terminal."""
    from rich.console import Console

    plain = Console()
    return plain if plain.is_terminal else Console(width=140)


def print_json(value: Any) -> None:
    import json

    print(json.dumps(value, indent=1, ensure_ascii=False))


def tell(text: str) -> None:
    print(text, file=sys.stderr)


def unknown_ids(what: str, ids: Iterable[str], known: Iterable[str]) -> list[str]:
    """A sentence for each id that does not exist, with those that look most like it."""
    names = list(known)
    sentences = []
    for name in ids:
        if name not in names:
            close = get_close_matches(name, names, n=5, cutoff=0.5)
            expected = f"close to it: {', '.join(close)}" if close else f"expected one such as {', '.join(names[:5])}"
            sentences.append(f"there is no {what} {name!r}; {expected}")
    return sentences
