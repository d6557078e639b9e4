"""rightplace bench: measure solvers on placement instances and on the literature's, and compare what was measured."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rightplace import interruption
from rightplace.commands.bench_comparing import compare
from rightplace.commands.common import (
    JsonOption,
    ThreadsOption,
    console,
    print_json,
    refuse_paths,
    tell,
    unknown_ids,
)

if TYPE_CHECKING:
    from rightplace.benchmarks.registry import Spec
    from rightplace.benchmarks.results import Row
    from rightplace.benchmarks.runner import Task

bench = typer.Typer(
    name="bench",
    help="Measure solvers on placement instances and on the literature's, with proof.\n\n"
    "list shows what there is; run measures, each run in a process of its own, and appends rows to a CSV; compare "
    "reads such files, checks every row against every other, and draws profiles; export writes instances for others. "
    "For example: rightplace bench run smoke --out smoke.csv, then rightplace bench compare smoke.csv.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

SuiteArgument = Annotated[str, typer.Argument(metavar="SUITE", help="A suite; rightplace bench list shows them.")]
FolderOption = Annotated[
    Path | None,
    typer.Option(help="Your folder, with one in it called as the family (cap, holmberg, ...) that holds its files."),
]
OnlyOption = Annotated[
    list[str] | None, typer.Option(help="Only instances whose name fits, such as '*-siblings-*'. May be repeated.")
]


@bench.callback()
def _bench() -> None:
    """Measure solvers on placement instances and on the literature's, with proof."""


@bench.command("list")
def list_(
    suite: Annotated[
        str | None, typer.Argument(metavar="SUITE", help="Show the instances of this suite; absent: the suites.")
    ] = None,
    folder: FolderOption = None,
    json: JsonOption = False,
) -> None:
    """Show the suites, or the instances of one: what each is, its digest once known, its time limit."""
    from rich.table import Table

    from rightplace.benchmarks.suites import SUITES
    from rightplace.reports.terminal import print_table

    shown: list[dict[str, Any]]
    if suite is None:
        shown = [
            {"suite": one.name, "instances": len(list(one.specs(folder))), "what": one.what} for one in SUITES.values()
        ]
    else:
        shown = [
            {
                "instance": spec.name,
                "family": spec.family,
                "limit_seconds": spec.limit_seconds,
                "digest": spec.digest,
                "what": spec.what,
            }
            for spec in specs_of(suite, folder, None)
        ]
    if json:
        print_json(shown)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in shown[0] if shown else ():
        table.add_column(name.replace("_", " "))
    for row in shown:
        cells = {name: "" if value is None else str(value) for name, value in row.items()}
        if "digest" in cells:
            cells["digest"] = cells["digest"][:12]
        table.add_row(*cells.values())
    print_table(table, console())


@bench.command()
def run(
    suite: SuiteArgument,
    out: Annotated[
        Path | None, typer.Option(help="The results: a .csv that rows are appended to; absent: SUITE.csv, here.")
    ] = None,
    solvers: Annotated[
        str,
        typer.Option(
            help="Who solves, with commas between; flow is the min-cost flow relaxation, a bound only; spopt, where "
            "it is installed, is asked of p-median problems only."
        ),
    ] = "ours,highs,scip,cbc,cpsat,flow,spopt",
    time_limit: Annotated[
        float | None, typer.Option(min=0.0, help="Seconds for each run; absent: what the registry gives each instance.")
    ] = None,
    gap: Annotated[float, typer.Option(min=0.0, max=1.0, help="A solver may stop at this gap: 0.001 is 0.1%.")] = 0.0,
    seeds: Annotated[str, typer.Option(help="Seeds of the solvers, with commas between.")] = "0",
    threads: ThreadsOption = 1,
    only: OnlyOption = None,
    folder: FolderOption = None,
    memory: Annotated[float, typer.Option(min=0.0, help="GiB that a run may have; 0: no limit.")] = 0.0,
    scheduler: Annotated[
        str | None, typer.Option(help="A Dask scheduler, such as tcp://host:8786: its workers make the runs.")
    ] = None,
    workers: Annotated[
        int, typer.Option(min=1, help="Runs at the same time. More than one disturb each other's times.")
    ] = 1,
    json: JsonOption = False,
) -> None:
    """Measure: every instance of SUITE by every solver with every seed, each in a process of its own.

    Each run is a row of the results, also one that failed, ran out of time or of memory. Values are recomputed and
    checked without the solver's program. Runs that have a row already are not made again: after Ctrl-C, or after the
    machine went down, the same command goes on where it was. docs/benchmarks/bench.md explains the columns.
    """
    from rightplace.benchmarks.asked import PEERS
    from rightplace.benchmarks.results import results_at
    from rightplace.benchmarks.runner import run_all, tasks_of

    out = Path(f"{suite}.csv") if out is None else out
    if out.suffix.lower() != ".csv":
        raise typer.BadParameter(f"--out {out}: expected a .csv")
    asked = _listed(solvers)
    wrong = [*unknown_ids("solver", asked, PEERS), *_no_numbers(seeds)]
    if wrong:
        raise typer.BadParameter("\n".join(wrong))
    tasks = tasks_of(
        specs_of(suite, folder, only), asked, [int(seed) for seed in _listed(seeds)], limit_seconds=time_limit,
        wanted_gap=gap, threads=threads, folder=folder, memory_gib=memory,
    )  # fmt: skip
    stop = interruption.Stop()
    with _ended_by(stop), results_at(out) as results, _elsewhere(scheduler, workers, stop) as (executor, num_at_once):
        before = {row.key for row in results.rows}
        num_known = sum(task.key in before for task in tasks)
        if num_known:
            tell(f"{num_known} of {len(tasks)} runs stand in {out} already")
        run_all(tasks, results, _teller(len(tasks)), stop, num_at_once=num_at_once, executor=executor)
        wanted = {task.key for task in tasks}
        rows = [row for row in results.rows if row.key in wanted]
    _show_rows(rows, json=json)
    if stop.is_set():
        tell("stopped: the same command makes the runs that are missing")
        raise typer.Exit(128 + stop.number)


bench.command()(compare)


@bench.command()
def export(
    suite: SuiteArgument,
    out: Annotated[Path, typer.Option(help="A folder; each instance becomes a folder of CSV files in it.")],
    only: OnlyOption = None,
    form: Annotated[str, typer.Option("--format", help="csv (a folder each) or json (a file each).")] = "csv",
) -> None:
    """Write the placement instances of SUITE in their public format, for other people's solvers.

    docs/file_formats.md describes every table and column; docs/allocation.md says what is asked of them.
    """
    from rightplace import outputs
    from rightplace.benchmarks.opening import placement_instance
    from rightplace.benchmarks.registry import FromLibrary, Generated
    from rightplace.instances.tables import write_instance

    if form not in ("csv", "json"):
        raise typer.BadParameter(f"--format {form}: expected csv or json")
    sources = [(spec.name, spec.source) for spec in specs_of(suite, None, only)]
    placements = [(name, source) for name, source in sources if isinstance(source, Generated | FromLibrary)]
    if not placements:
        raise typer.BadParameter(f"suite {suite}: expected one with placement instances; public files are public")
    targets = [out / (name if form == "csv" else f"{name}.json") for name, _ in placements]
    refuse_paths(outputs.INSTANCE, targets)
    for target, (_, source) in zip(targets, placements, strict=True):
        write_instance(placement_instance(source), target)
        tell(f"wrote {target}")


def specs_of(suite: str, folder: Path | None, only: list[str] | None) -> list[Spec]:
    """The instances of a suite, those alone whose names fit a pattern."""
    from rightplace.benchmarks.suites import SUITES

    unknown = unknown_ids("suite", [suite], SUITES)
    if unknown:
        raise typer.BadParameter("\n".join(unknown))
    chosen = SUITES[suite]
    if folder is not None and not chosen.takes_folder:
        raise typer.BadParameter(f"suite {suite}: expected no --folder; it has no files of yours")
    specs = list(chosen.specs(folder))
    if not specs:
        where = "--folder, a folder that holds" if folder is None else f"{folder} to be or to hold"
        raise typer.BadParameter(f"suite {suite}: expected {where} one called {suite} with its files")
    for pattern in only or ():
        if not any(fnmatchcase(spec.name, pattern) for spec in specs):
            raise typer.BadParameter(f"--only {pattern}: fits no instance of {suite}, such as {specs[0].name}")
    return [spec for spec in specs if only is None or any(fnmatchcase(spec.name, pattern) for pattern in only)]


def _listed(text: str) -> list[str]:
    return list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def _no_numbers(text: str) -> list[str]:
    return [f"--seeds {part}: expected a whole number from 0 on" for part in _listed(text) if not part.isdecimal()]


@contextmanager
def _ended_by(stop: interruption.Stop) -> Iterator[None]:
    """Ctrl-C and SIGTERM end the runs under way; a second one ends the bench at once."""

    def end(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            interruption.end(number, frame)
        stop.number = number
        stop.set()
        interruption.say("stopping: runs under way leave no row")

    before = {number: signal.signal(number, end) for number in interruption.SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _elsewhere(scheduler: str | None, workers: int, stop: threading.Event) -> Iterator[tuple[Any, int]]:
    """Who makes the runs (``None``: processes of this machine), and how many at once."""
    if scheduler is None:
        yield None, workers
        return
    from rightplace.solver.executors import ClusterExecutor

    with ClusterExecutor(scheduler, stop, tell) as cluster:
        yield cluster, max(workers, cluster.num_workers())


def _teller(num: int) -> Callable[[int, Task, Row | None], None]:
    """Progress on standard error, a line as each run begins and ends."""

    def say(position: int, task: Task, row: Row | None) -> None:
        who = f"{position}/{num} {task.spec.name} by {task.asked.solver}, seed {task.asked.seed}"
        tell(f"{who} ..." if row is None else f"{who}: {_words(row)}")

    return say


def _words(row: Row) -> str:
    """A row in a line."""
    words = [row.status.value]
    if row.value is not None:
        words.append(f"value {row.value:,.6g}")
    if row.bound is not None:
        words.append(f"bound {row.bound:,.6g}")
    if row.gap is not None:
        words.append(f"gap {100 * row.gap:.3f}%")
    if row.certificate:
        words.append(row.certificate)
    words.append(f"{row.seconds:.1f} s, {row.peak_mib:,.0f} MiB")
    if row.status in ("failed", "out of memory", "unsupported") or row.certificate == "refused":
        words.append(row.detail)
    return ", ".join(words)


def _show_rows(rows: list[Row], *, json: bool) -> None:
    """How many runs ended how."""
    from collections import Counter

    counts = Counter(row.status.value for row in rows)
    refused = sum(row.certificate == "refused" for row in rows)
    if json:
        print_json({"rows": len(rows), "by_status": dict(counts), "refused": refused})
        return
    print(f"{len(rows)} runs: {', '.join(f'{num} {status}' for status, num in counts.most_common())}")
    print(f"{refused} answers refused by the check")
