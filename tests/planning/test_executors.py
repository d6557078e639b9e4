"""Whoever serves the scenarios, and whoever is lost meanwhile, the plan is the same."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from rightplace import cli
from rightplace.commands.planning_running import computing_on
from rightplace.errors import BackendMissing, SolverError
from rightplace.instances.demand import generate_demand
from rightplace.instances.growth import growth_of
from rightplace.instances.library import library_path
from rightplace.instances.planning_case import PlanningCase
from rightplace.instances.planning_files import planning_folder
from rightplace.instances.planning_instance import planning_instance
from rightplace.instances.planning_tables import read_levers
from rightplace.instances.planning_targets import read_targets
from rightplace.instances.tables import read_instance
from rightplace.interruption import Stop
from rightplace.planning import PlanOptions, plan_capacity
from rightplace.solver import executors
from rightplace.solver.executors import ClusterExecutor, ProcessExecutor
from rightplace.solver.hindsight import hindsight_bounds
from rightplace.solver.outcome import Progress, SolveOptions
from tests.staged_builders import random_staged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rightplace.plan_result import PlanResult

pytest.importorskip("distributed")
SOURCE = Path(__file__).parents[2]
NUM_SCENARIOS = 51  # three parts
OPTIONS = PlanOptions(next_best=False, foresight=False)


@pytest.fixture(scope="module")
def case() -> PlanningCase:
    """The library's smallest instance under many futures."""
    beside = planning_folder("tiny")
    assert beside is not None
    instance = planning_instance(read_instance(library_path("tiny")), beside)
    demand = generate_demand(instance, years=2, scenarios=NUM_SCENARIOS, seed=1, growth=growth_of("steady"))
    levers = read_levers(beside / "levers", instance, demand.first, 2)
    targets, risk = read_targets(beside / "targets.toml", instance, demand.first, 2)
    return PlanningCase(instance=instance, demand=demand, levers=levers).replace(targets=targets, risk=risk)


@pytest.fixture(scope="module")
def alone(case: PlanningCase) -> PlanResult:
    """The plan of this thread alone."""
    return plan_capacity(case, OPTIONS, SolveOptions(relative_gap=1e-4))


def assert_same(found: PlanResult, alone: PlanResult) -> None:
    """The same plan, and what is said of it."""
    assert found.plan is not None
    assert alone.plan is not None
    assert found.plan.value_pence == pytest.approx(alone.plan.value_pence, rel=1e-9)
    assert found.plan.bound_pence == pytest.approx(alone.plan.bound_pence, rel=1e-9)
    assert found.plan.schedule == alone.plan.schedule
    assert found.certificate is not None
    assert found.certificate.is_accepted


class OnceServing:
    """Progress that does something once, when the search is well on its way."""

    def __init__(self, do: Callable[[], None]) -> None:
        self.done = False
        self._do = do

    def __call__(self, progress: Progress) -> None:
        if not self.done and progress.tier == "relaxation" and progress.bound is not None:
            self.done = True
            self._do()


class Cluster:
    """A scheduler and workers in processes of their own, as people start them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.workers: list[subprocess.Popen[bytes]] = []
        place = folder / "scheduler.json"
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(place))
        wait_until(lambda: place.exists() and "address" in place.read_text(encoding="utf-8"))
        self.address = json.loads(place.read_text(encoding="utf-8"))["address"]

    def _start(self, what: str, *arguments: str, path: Path = SOURCE) -> subprocess.Popen[bytes]:
        with (self._folder / f"{what}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "dask", what, *arguments, "--no-dashboard"],
                env=os.environ | {"PYTHONPATH": str(path)}, cwd=self._folder, stdout=log, stderr=log,
            )  # fmt: skip

    def add_worker(self, path: Path = SOURCE) -> None:
        """One more, with the modules of a folder."""
        folder = str(self._folder)
        arguments = (self.address, "--nthreads", "1", "--no-nanny", "--local-directory", folder)
        self.workers.append(self._start("worker", *arguments, path=path))

    def kill_workers(self) -> None:
        """End all workers at once."""
        for worker in self.workers:
            worker.kill()
            worker.wait()
        self.workers.clear()

    def end(self) -> None:
        """End everything."""
        self.kill_workers()
        self.scheduler.kill()
        self.scheduler.wait()


def wait_until(is_so: Callable[[], bool]) -> None:
    """Wait for something, half a minute at most."""
    ends = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < ends
        time.sleep(0.02)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """A scheduler without workers."""
    started = Cluster(tmp_path)
    try:
        yield started
    finally:
        started.end()


def with_two_workers(
    cluster: Cluster, stop: Stop, say: Callable[[str], None], patience: float = 1.0
) -> ClusterExecutor:
    """An executor that both workers stand behind."""
    cluster.add_worker()
    cluster.add_worker()
    executor = ClusterExecutor(cluster.address, stop, say)
    wait_until(lambda: executor.num_workers() == 2)
    executor.patience_seconds = patience
    return executor


def planned(case: PlanningCase, executor: Executor, do: Callable[[], None]) -> PlanResult:
    """The plan, with something that happens half-way; it does happen."""
    once = OnceServing(do)
    found = plan_capacity(case, OPTIONS, SolveOptions(relative_gap=1e-4, progress=once), executor)
    assert once.done
    return found


def test_a_worker_that_is_killed_half_way_changes_nothing(
    cluster: Cluster, case: PlanningCase, alone: PlanResult
) -> None:
    """Two workers, one killed during the search: the other does its part again, and the cluster is used to the end."""
    said: list[str] = []
    with with_two_workers(cluster, Stop(), said.append) as executor:
        found = planned(case, executor, cluster.workers[0].kill)
        assert executor.num_workers() == 1
    assert_same(found, alone)
    assert said == []


def test_without_any_worker_this_process_goes_on_alone(cluster: Cluster, case: PlanningCase, alone: PlanResult) -> None:
    """All workers die: the plan is the same, and it is said once who made it."""
    said: list[str] = []
    with with_two_workers(cluster, Stop(), said.append) as executor:
        found = planned(case, executor, cluster.kill_workers)
    assert_same(found, alone)
    (sentence,) = said
    assert sentence.startswith(f"no workers are left at {cluster.address}")


def test_without_a_scheduler_this_process_goes_on_alone(
    cluster: Cluster, case: PlanningCase, alone: PlanResult
) -> None:
    """The scheduler dies half-way: the plan is the same, and it is said."""
    said: list[str] = []
    with with_two_workers(cluster, Stop(), said.append) as executor:
        found = planned(case, executor, cluster.scheduler.kill)
    assert_same(found, alone)
    assert len(said) == 1


def test_ctrl_c_does_not_wait_for_a_cluster_that_hangs(
    cluster: Cluster, case: PlanningCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Workers that do not answer, then Ctrl-C: the run ends at once, with a plan that the certificate accepts."""
    monkeypatch.setattr(executors, "_STOPPING_SECONDS", 0.5)
    said: list[str] = []
    solving = SolveOptions(relative_gap=0.0, time_limit_seconds=600, stop=Stop())

    def hang() -> None:
        for worker in cluster.workers:
            worker.send_signal(signal.SIGSTOP)
        threading.Timer(1.0, solving.stop.set).start()

    with with_two_workers(cluster, solving.stop, said.append, patience=600) as executor:
        options = replace(OPTIONS, foresight=True)
        found = plan_capacity(case, options, replace(solving, progress=OnceServing(hang)), executor)
    assert found.stopped_by == "interrupt"
    assert found.plan is not None
    assert found.certificate is not None
    assert found.certificate.is_accepted
    assert found.plan.bound_pence <= found.plan.value_pence
    assert "foresight" in found.notes[-1]
    assert [sentence.split(":")[0] for sentence in said] == [f"the workers of {cluster.address.split(':')[0]}"]


def test_no_scheduler_is_said_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody at the address: exit code 1, one sentence with what to do, no traceback, nothing on standard output."""
    monkeypatch.setattr(executors, "_CONNECT_SECONDS", 0.3)
    monkeypatch.setattr("rightplace.interruption.listen", lambda: None)  # the signals of the tests are their own
    for address in ("tcp://127.0.0.1:1", "nonsense://x"):
        monkeypatch.setattr(sys, "argv", ["rightplace", "plan", "tiny", "--json", "--scheduler", address])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        printed = capsys.readouterr()
        assert (ended.value.code, printed.out) == (1, "")
        last = printed.err.splitlines()[-1]
        assert last.startswith(f"rightplace failed: no Dask scheduler answers at {address}")
        assert "Traceback" not in printed.err


def test_a_cluster_that_cannot_serve_is_refused_in_a_sentence(cluster: Cluster, tmp_path: Path) -> None:
    """A scheduler without workers is not waited for without end; a worker that cannot load rightplace is named."""
    with pytest.raises(SolverError, match=f"{cluster.address} has no workers; start some with: dask worker"):
        ClusterExecutor(cluster.address, Stop(), pytest.fail, patience_seconds=0.2)
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['rightplace'] = None\n", encoding="utf-8")
    cluster.add_worker(path=tmp_path)
    with pytest.raises(SolverError, match=r"cannot be loaded by worker tcp://127\.0\.0\.1:\d+; install the same"):
        ClusterExecutor(cluster.address, Stop(), pytest.fail)


def test_a_worker_does_as_this_process_would(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """Equal values are sent once; a task gets the value itself; what it raises is raised here; versions must match."""
    cluster.add_worker()
    with ClusterExecutor(cluster.address, Stop(), pytest.fail) as executor:
        first, second = executor.keep(np.arange(5.0)), executor.keep(np.arange(5.0))
        assert first is second
        assert executor.submit(np.sum, first).result() == 10.0
        with pytest.raises(ValueError, match="invalid literal"):
            executor.submit(int, "x").result()
        assert not executor.is_lost
    monkeypatch.setattr(executors, "__version__", "99")
    with pytest.raises(SolverError, match=r"another rightplace than this machine \(99\)"):
        ClusterExecutor(cluster.address, Stop(), pytest.fail)


def test_a_process_that_is_killed_changes_nothing(case: PlanningCase, alone: PlanResult) -> None:
    """Processes of this machine, one killed half-way: this process goes on alone, says so, and the plan is the same."""
    said: list[str] = []
    with ProcessExecutor(2, said.append) as executor:
        pids = executor.submit(os.getpid).result(), executor.submit(os.getpid).result()
        found = planned(case, executor, lambda: os.kill(pids[0], signal.SIGKILL))
    assert_same(found, alone)
    assert len(said) == 1


def test_processes_leave_ctrl_c_to_this_one() -> None:
    """Ctrl-C reaches every process of a terminal: those that serve go on, and the search decides what becomes of it."""
    with ProcessExecutor(2, pytest.fail) as executor:
        os.kill(executor.submit(os.getpid).result(), signal.SIGINT)
        assert list(executor.map(abs, [-1, 2])) == [1, 2]


def test_threads_give_the_same_plan(case: PlanningCase, alone: PlanResult) -> None:
    """Two threads: the same plan to the last bit."""
    with computing_on(None, 1, 2, Stop()) as executor:
        assert isinstance(executor, ThreadPoolExecutor)
        found = plan_capacity(case, OPTIONS, SolveOptions(relative_gap=1e-4, num_threads=2), executor)
    assert found.plan == alone.plan


def test_hindsight_is_the_same_wherever_it_is_computed() -> None:
    """Scenarios looked at one by one: two threads say what this thread says, and the end can be asked for."""
    staged = random_staged(3, num_scenarios=4)
    prices, scenarios, solving = np.zeros(len(staged.couplings)), np.arange(4), SolveOptions()
    alone = hindsight_bounds(staged, prices, scenarios, solving)
    with ThreadPoolExecutor(2) as executor:
        shared = hindsight_bounds(staged, prices, scenarios, solving, executor)
        assert alone is not None
        assert shared is not None
        assert shared.tolist() == alone.tolist()
        solving.stop.set()
        assert hindsight_bounds(staged, prices, scenarios, solving, executor) is None
    assert hindsight_bounds(staged, prices, scenarios, solving) is None


def test_one_thread_needs_nobody() -> None:
    """One worker with one thread is this thread."""
    with computing_on(None, 1, 1, Stop()) as executor:
        assert executor is None


def test_no_dask_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Dask is not installed, what to install is named."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(BackendMissing, match=r"rightplace\[cluster\]"),
        computing_on("tcp://nowhere:1", 1, 1, Stop()),
    ):
        pytest.fail("there is nobody to compute")
