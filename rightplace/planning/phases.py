"""What a person is told while a plan is made: the phase, the time since the start, value and bound so far."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

from rightplace.solver.outcome import Progress, SolveOptions


@dataclass(slots=True)
class Phases:
    """One run, from phase to phase.

    Parameters
    ----------
    solving
        As it was asked for; its ``progress`` hears of every phase.
    value, bound
        Of the plan, in pounds, once there is one: what phases that look for nothing themselves are shown with.
    """

    solving: SolveOptions
    value: float | None = None
    bound: float | None = None
    _began: float = field(default_factory=time.perf_counter)

    @property
    def seconds(self) -> float:
        """Since the start."""
        return time.perf_counter() - self._began

    @property
    def is_stopped(self) -> bool:
        """Somebody has asked for the end."""
        return self.solving.stop.is_set()

    def begin(self, name: str) -> None:
        """Say that a phase begins."""
        if self.solving.progress is not None:
            self.solving.progress(Progress(name, self.seconds, self.value, self.bound))

    def solving_for(self, name: str | None = None, share: float = 1.0) -> SolveOptions:
        """Options for a search within the run: its progress goes by the name of its phase, or by its own.

        Parameters
        ----------
        share
            Of the time limit.
        """
        report = self.solving.progress
        limit = self.solving.time_limit_seconds * share
        if report is None:
            return replace(self.solving, time_limit_seconds=limit)

        def told(progress: Progress) -> None:
            report(replace(progress, tier=name or progress.tier, seconds=self.seconds))

        return replace(self.solving, time_limit_seconds=limit, progress=told)
