"""Planning by our decomposition, beside general solvers on the extensive form: time, gap and memory, one thread.

The case is the planning case of a library instance: quarters of five years, generated scenarios, a fixed seed. Every
run is a process of its own, one after another. Ours is run several times and its median taken; ratios of processor
time are disturbed less by other work on the machine than those by the clock. A run that ends without the gap asked for
counts as what it took, or as its limit where that is more; its ratio is then a lower bound. What the
transportation blocks take alone is in ``rightplace.benchmarks.transport``.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from rightplace.benchmarks.measuring import ONE_THREAD
from rightplace.benchmarks.planning_run import Asked, Measured

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

OURS_GAP, PEER_GAP = 0.001, 0.005
PEERS = ("highs", "cbc")
LIMIT_TIMES, LIMIT_LEAST_SECONDS = 40.0, 300.0
"""A peer has so many times our time, at least so many seconds."""
TABLES = ("peers", "scenarios", "gap", "frontier")


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured."""

    peers_at: tuple[int, ...]
    scenarios: tuple[int, ...]
    gaps: tuple[float, ...]
    frontier_at: int
    values: tuple[float, ...]


FULL = Plan(
    (5, 20, 100),
    (25, 50, 100, 200, 500),
    (0.01, 0.005, 0.002, 0.001, 0.0005, 0.0002),
    100,
    tuple(round(0.45 + 0.01 * i, 2) for i in range(11)),
)
QUICK = Plan((5,), (25, 50, 100), (0.005, 0.001), 25, (0.45, 0.5, 0.55))


def ask(asked: Asked, num_runs: int = 1) -> Measured:
    """Run it in a process of its own, several times one after another; the one of median processor time.

    A process that is ended by the system, for want of memory, has no answer.

    Raises
    ------
    RuntimeError
        When our own method fails, with what the process said.
    """
    runs = sorted((_once(asked) for _ in range(num_runs)), key=lambda measured: measured.processor_seconds)
    return runs[len(runs) // 2]


def _once(asked: Asked) -> Measured:
    command = [sys.executable, "-m", "rightplace.benchmarks.planning_run"]
    environment = os.environ | ONE_THREAD
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )
    output, said = process.communicate(json.dumps(asdict(asked)))
    if process.returncode == 0:
        given = json.loads(output.splitlines()[-1])
        return Measured(**{**given, "pence": [tuple(pair) for pair in given["pence"]], "size": tuple(given["size"])})
    words = (said.strip().splitlines() or [f"code {process.returncode}"])[-1]
    if asked.solver == "ours":
        raise RuntimeError(f"{asked}: {said}")
    return Measured(
        clock_seconds=0.0, processor_seconds=0.0, pence=[(None, None)], nothing_pence=0.0, peak_mib=0.0,
        before_mib=0.0, ending=f"failed: {words[:60]}", size=(0, 0),
    )  # fmt: skip


def gap_of(value: float | None, bound: float | None) -> float | None:
    """By the value."""
    return None if value is None or bound is None else (value - bound) / value


def _table(titles: Sequence[str], rows: Iterator[Sequence[str]]) -> None:
    """As Markdown, each row as soon as it is known."""
    print(f"\n| {' | '.join(titles)} |\n|{'---|' * len(titles)}")
    for row in rows:
        print(f"| {' | '.join(row)} |", flush=True)


def _pounds(pence: float | None) -> str:
    return "none" if pence is None else f"£{pence / 1e8:.3f}m"


def _share(share: float | None) -> str:
    return "none" if share is None else f"{100 * share:.3f}%"


def _seconds(measured: Measured) -> list[str]:
    return [f"{measured.clock_seconds:.1f}", f"{measured.processor_seconds:.1f}"]


def peers(base: Asked, plan: Plan, solvers: Sequence[str], memory_gib: float, num_runs: int) -> Iterator[list[str]]:
    """Each number of scenarios by us, then by the peers, within a multiple of our time."""
    for scenarios in plan.peers_at:
        asked = replace(base, scenarios=scenarios)
        ours = ask(asked, num_runs)
        num_columns, num_rows = ours.size
        yield [f"{scenarios}", f"{num_columns:,} × {num_rows:,}", "ours", *_claims(ours), *_seconds(ours), "1", "1",
               f"{ours.peak_mib:,.0f}"]  # fmt: skip
        limit = max(LIMIT_LEAST_SECONDS, LIMIT_TIMES * ours.clock_seconds)
        for solver in solvers:
            limited = replace(asked, solver=solver, gap=PEER_GAP, limit_seconds=limit, memory_gib=memory_gib)
            theirs = ask(limited)
            yield [f"{scenarios}", "", solver, *_claims(theirs), *_seconds(theirs), *_ratios(ours, theirs, limit),
                   f"{theirs.peak_mib:,.0f}"]  # fmt: skip


def _claims(measured: Measured) -> list[str]:
    value, bound = measured.pence[0]
    return [_pounds(value), _pounds(bound), _share(gap_of(value, bound)), measured.ending]


def _ratios(ours: Measured, theirs: Measured, limit: float) -> list[str]:
    """By the clock and by the processor; with ">" where the gap was not reached."""
    gap = gap_of(*theirs.pence[0])
    if gap is not None and gap <= PEER_GAP + 1e-9:
        return [
            f"{theirs.clock_seconds / ours.clock_seconds:.1f}",
            f"{theirs.processor_seconds / ours.processor_seconds:.1f}",
        ]
    clock = max(theirs.clock_seconds, limit) / ours.clock_seconds
    return [f"> {clock:.0f}", f"> {theirs.processor_seconds / ours.processor_seconds:.0f}"]


def scenarios(base: Asked, plan: Plan, num_runs: int) -> Iterator[list[str]]:
    """Ours on more and more scenarios: how time and memory grow beside their number."""
    first: Measured | None = None
    for num in plan.scenarios:
        ours = ask(replace(base, scenarios=num), num_runs)
        first = first or ours
        growth = num / plan.scenarios[0]
        yield [f"{num}", _share(gap_of(*ours.pence[0])), *_seconds(ours), f"{growth:.0f}",
               f"{ours.processor_seconds / first.processor_seconds:.2f}", f"{ours.peak_mib:,.0f}",
               f"{ours.before_mib:,.0f}"]  # fmt: skip


def gaps(base: Asked, plan: Plan, num_runs: int) -> Iterator[list[str]]:
    """The gap asked for, the gap reached, by the whole cost and by what the plan can influence."""
    for gap in plan.gaps:
        ours = ask(replace(base, gap=gap), num_runs)
        value, bound = ours.pence[0]
        of_influence = None
        if value is not None and bound is not None:
            of_influence = (value - bound) / (ours.nothing_pence - bound)
        yield [_share(gap), _pounds(value), _pounds(bound), _pounds(ours.nothing_pence), _share(gap_of(value, bound)),
               _share(of_influence), *_seconds(ours)]  # fmt: skip


def frontiers(base: Asked, plan: Plan, target_id: str, num_runs: int) -> Iterator[list[str]]:
    """A frontier with one live set of cuts, and the same plans from nothing.

    Raises
    ------
    RuntimeError
        When the two contradict each other.
    """
    asked = replace(base, scenarios=plan.frontier_at, target_id=target_id, values=plan.values)
    live, cold = ask(replace(asked, is_live=True), num_runs), ask(asked, num_runs)
    for value, one, other in zip(plan.values, live.pence, cold.pence, strict=True):
        if None in (*one, *other):
            if one != other:
                raise RuntimeError(f"{target_id} at {value}: {one} with live cuts, {other} from nothing")
        elif one[1] > other[0] * (1 + 1e-9) or other[1] > one[0] * (1 + 1e-9):  # type: ignore[operator]
            raise RuntimeError(f"{target_id} at {value}: intervals {one} and {other} do not meet")
    for name, measured in (("one live set of cuts", live), ("each from nothing", cold)):
        yield [name, measured.ending, *_seconds(measured),
               f"{measured.clock_seconds / live.clock_seconds:.2f}",
               f"{measured.processor_seconds / live.processor_seconds:.2f}", f"{measured.peak_mib:,.0f}"]  # fmt: skip


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("instance", nargs="?", default="barnet_2023", help="of the library, with a planning folder")
    parser.add_argument("--quick", action="store_true", help="few scenarios, in some minutes")
    parser.add_argument("--tables", nargs="+", choices=TABLES, default=list(TABLES))
    parser.add_argument("--peers-at", type=int, nargs="+", help="numbers of scenarios that the peers are given")
    parser.add_argument("--solvers", nargs="+", choices=PEERS, default=list(PEERS), help="the peers")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--target", default="in_area_stretch", help="id of the frontier's target")
    parser.add_argument("--runs", type=int, default=3, help="of ours; its median counts")
    parser.add_argument("--memory", type=float, default=12.0, help="GiB of address space that a peer may use")
    given = parser.parse_args()
    plan = QUICK if given.quick else FULL
    if given.peers_at:
        plan = replace(plan, peers_at=tuple(given.peers_at))
    base = Asked(instance=given.instance, scenarios=100, seed=given.seed, gap=OURS_GAP, limit_seconds=3600.0)
    time_titles = ["seconds by the clock", "of processor"]
    print(f"{given.instance}, seed {given.seed}, one thread; load of the machine {os.getloadavg()[0]:.1f} at first")
    if "peers" in given.tables:
        titles = ["scenarios", "extensive form", "solver", "value", "bound", "gap", "ended", *time_titles]
        titles += ["times ours, clock", "processor", "peak MiB"]
        _table(titles, peers(base, plan, given.solvers, given.memory, given.runs))
    if "scenarios" in given.tables:
        titles = ["scenarios", "gap", *time_titles, "times the scenarios", "times the processor time", "peak MiB"]
        _table([*titles, "before solving"], scenarios(base, plan, given.runs))
    if "gap" in given.tables:
        titles = ["gap asked for", "value", "bound", "doing nothing", "gap of the cost", "of what a plan can influence"]
        _table([*titles, *time_titles], gaps(base, plan, given.runs))
    if "frontier" in given.tables:
        titles = [f"{len(plan.values)} points", "ended", *time_titles, "times, clock", "processor", "peak MiB"]
        _table(titles, frontiers(base, plan, given.target, given.runs))
    print(f"\nload of the machine {os.getloadavg()[0]:.1f} at last")


if __name__ == "__main__":
    main()
