"""Who serves scenarios beside this thread: processes of this machine, or the workers of a Dask scheduler.

Tasks need nothing but their arguments, so each can be done again anywhere. Whoever is lost, the answer is the same:
what they left is done in this process, and that is said. The only file that knows ``distributed``.
"""

from __future__ import annotations

import hashlib
import logging
import pickle
import signal
import time
from abc import ABC, abstractmethod
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any, TypeVar

from rightplace import __version__
from rightplace.errors import BackendMissing, SolverError

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

_Value = TypeVar("_Value")
_POLL_SECONDS = 0.5
_CONNECT_SECONDS = 10.0
_PATIENCE_SECONDS = 20.0
"""How long a cluster may be without workers."""
_STOPPING_SECONDS = 3.0
"""Once a search is to stop: how long it still waits for a task."""


class _Lost(Exception):
    """Those who did a task are gone; the message says who, as a sentence begins."""


class SteadyExecutor(Executor, ABC):
    """Tasks go elsewhere; when those who do them are lost, this process does what is left, and says so once."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.is_lost = False
        self._say = say

    def submit(self, fn: Callable[..., _Value], /, *args: Any, **kwargs: Any) -> Future[_Value]:
        """Begin a task. Its result is waited for as ``concurrent.futures`` has it."""
        return _Task(self, fn, args, kwargs)

    def begun(self, fn: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """The task as it is under way elsewhere; ``None`` when there is nobody left to do it."""
        if self.is_lost:
            return None
        try:
            return self._begin(fn, args, kwargs)
        except _Lost as lost:
            self._lose(lost)
            return None

    def ended(self, begun: Any, fn: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """What a task answers, from elsewhere or from here."""
        if begun is not None and not self.is_lost:
            try:
                return self._end(begun)
            except _Lost as lost:
                self._lose(lost)
        return fn(*(_own(value) for value in args), **{name: _own(value) for name, value in kwargs.items()})

    def _lose(self, lost: _Lost) -> None:
        if not self.is_lost:
            self.is_lost = True
            self._say(f"{lost}: from now on scenarios are served in this process alone")

    @abstractmethod
    def _begin(self, fn: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Send a task away."""

    @abstractmethod
    def _end(self, begun: Any) -> Any:
        """Wait for it."""


class _Task(Future[_Value]):
    """A task; it is waited for, and done here if it must be, when its result is asked for."""

    def __init__(
        self, by: SteadyExecutor, fn: Callable[..., _Value], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        super().__init__()
        self._asked = by, fn, args, kwargs
        self._begun = by.begun(fn, args, kwargs)

    def result(self, timeout: float | None = None) -> _Value:
        """What the task answers, however long it takes."""
        if not self.done():
            by, task, args, kwargs = self._asked
            self.set_result(by.ended(self._begun, task, args, kwargs))
            self._begun = None
        return super().result(timeout)


@dataclass(frozen=True, slots=True, eq=False)
class _Kept:
    """A value, and what stands for it on the cluster."""

    value: Any
    there: Any


def _own(value: Any) -> Any:
    return value.value if isinstance(value, _Kept) else value


class ProcessExecutor(SteadyExecutor):
    """Processes of this machine. They leave Ctrl-C to this one.

    Parameters
    ----------
    say
        Told in a sentence when they are lost.
    """

    def __init__(self, num_processes: int, say: Callable[[str], None]) -> None:
        super().__init__(say)
        self._pool = ProcessPoolExecutor(num_processes, mp_context=get_context("spawn"), initializer=_leave_ctrl_c)
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # what is spawned begins like that
        try:
            for _ in range(num_processes):
                self._pool.submit(_leave_ctrl_c)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _begin(self, fn: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        try:
            return self._pool.submit(fn, *args, **kwargs)
        except BrokenExecutor as error:
            raise _Lost("a process that served scenarios has ended") from error

    def _end(self, begun: Any) -> Any:
        try:
            return begun.result()
        except BrokenExecutor as error:
            raise _Lost("a process that served scenarios has ended") from error

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes; tasks that nobody waits for are not begun."""
        self._pool.shutdown(wait, cancel_futures=True)


def _leave_ctrl_c() -> None:
    """The process that began this one decides what Ctrl-C means."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


class ClusterExecutor(SteadyExecutor):
    """The workers of a Dask scheduler.

    A worker that ends in the middle is made up for by the others: Dask does its tasks again there. Without any worker
    for ``patience_seconds``, or without the scheduler, this process goes on alone.

    Parameters
    ----------
    stop
        When it is set, nobody waits longer than a few seconds for the cluster.

    Raises
    ------
    BackendMissing
        When Dask is not installed here.
    SolverError
        When no scheduler answers, it has no workers, or rightplace is not the same there.
    """

    def __init__(
        self,
        address: str,
        stop: threading.Event,
        say: Callable[[str], None],
        patience_seconds: float = _PATIENCE_SECONDS,
    ) -> None:
        super().__init__(say)
        try:
            import distributed
        except ImportError as error:
            raise BackendMissing("--scheduler needs Dask: install rightplace[cluster]") from error
        self._address, self._stop, self.patience_seconds = address, stop, patience_seconds
        self._kept: dict[bytes, _Kept] = {}
        self._logger = logging.getLogger("distributed")
        self._level = self._logger.level
        self._logger.setLevel(logging.CRITICAL + 1)  # what it has to say is said here, in words
        self._dead: type[Exception] = distributed.scheduler.KilledWorker
        try:
            self._client = distributed.Client(address, timeout=_CONNECT_SECONDS, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            self._logger.setLevel(self._level)
            raise SolverError(
                f"no Dask scheduler answers at {address} ({error}); start one with: dask scheduler"
            ) from error
        try:
            self._wait_for_workers()
            self._refuse_others()
        except BaseException:
            self.shutdown()
            raise

    def keep(self, value: object) -> object:
        """What stands for a value in the arguments of tasks: it is sent once, and found again if a worker is lost."""
        if self.is_lost:
            return value
        packed = pickle.dumps(value, protocol=5)
        digest = hashlib.sha256(packed).digest()
        if digest not in self._kept:
            there = self.begun(pickle.loads, (packed,), {})
            if there is None:
                return value
            self._kept[digest] = _Kept(value, there)
        return self._kept[digest]

    def _begin(self, fn: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        there = [value.there if isinstance(value, _Kept) else value for value in args]
        try:
            return self._client.submit(fn, *there, pure=False, **kwargs)
        except Exception as error:
            raise _Lost(f"the scheduler at {self._address} does not answer") from error

    def _end(self, begun: Any) -> Any:
        began = alive = time.monotonic()
        while True:
            try:
                return begun.result(timeout=_POLL_SECONDS)
            except TimeoutError as error:
                if begun.status == "error":  # of the task itself
                    raise
                now = time.monotonic()
                if self._stop.is_set() and now - began > _STOPPING_SECONDS:
                    raise _Lost(f"the workers of {self._address} take too long to stop") from error
                alive = now if self.num_workers() else alive
                if now - alive > self.patience_seconds:
                    raise _Lost(f"no workers are left at {self._address}") from error
            except (self._dead, CancelledError, OSError) as error:
                raise _Lost(f"the workers of {self._address} are lost") from error
            except ImportError as error:
                raise SolverError(_not_installed(self._address, f"a worker: {error}")) from error

    def num_workers(self) -> int:
        """How many there are now.

        Raises
        ------
        _Lost
            When the scheduler does not say.
        """
        try:
            scheduler: Any = self._client.scheduler
            return len(self._client.sync(scheduler.ncores, callback_timeout=_CONNECT_SECONDS))
        except (OSError, TimeoutError, CancelledError) as error:
            raise _Lost(f"the scheduler at {self._address} does not answer") from error

    def _wait_for_workers(self) -> None:
        ends = time.monotonic() + self.patience_seconds
        while not self.num_workers():
            if time.monotonic() > ends:
                raise SolverError(
                    f"the scheduler at {self._address} has no workers; start some with: dask worker {self._address}"
                )
            time.sleep(_POLL_SECONDS)

    def _refuse_others(self) -> None:
        """Refuse a cluster whose scheduler or workers have no rightplace, or another version of it."""
        versions = {f"worker {at}": found for at, found in self._client.run(version_here, on_error="return").items()}
        try:
            versions["its scheduler"] = self._client.run_on_scheduler(version_here)
        except ImportError as error:
            versions["its scheduler"] = error
        lacking = [name for name, found in versions.items() if isinstance(found, Exception)]
        if lacking:
            raise SolverError(_not_installed(self._address, ", ".join(lacking)))
        others = [f"{name} has {found}" for name, found in versions.items() if found != version_here()]
        if others:
            raise SolverError(
                f"the cluster at {self._address} has another rightplace than this machine ({version_here()}): "
                f"{', '.join(others)}; install the same everywhere"
            )

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Leave the cluster; its workers go on for others."""
        self._kept.clear()
        with suppress(OSError, TimeoutError, CancelledError):  # it may be gone already
            self._client.close(timeout=_STOPPING_SECONDS)
        self._logger.setLevel(self._level)


def version_here() -> str:
    """The version of rightplace, on whichever machine this runs."""
    return __version__


def _not_installed(address: str, where: str) -> str:
    return (
        f"rightplace is not installed everywhere on the cluster at {address}: it cannot be loaded by {where}; "
        "install the same version of rightplace[cluster] there"
    )
