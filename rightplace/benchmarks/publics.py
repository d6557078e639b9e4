"""Public problems as questions of the bench: their compact program, judged by the independent evaluation."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from rightplace.benchmarks.evaluation import evaluate
from rightplace.benchmarks.problems import Problem, digest, program_of, scale_of, solution_of
from rightplace.benchmarks.questions import Judged, Question

if TYPE_CHECKING:
    from rightplace.program import Floats

_FINEST, _LARGEST = 1_000_000, 1e8
"""The most that costs are multiplied by in all, and the largest cost that this may make."""


class PublicQuestion(Question):
    """A problem of the literature, minimised in the unit of its file (a maximum has its sign turned)."""

    def __init__(self, name: str, problem: Problem) -> None:
        self.name = name
        self.problem = problem
        self.program = program_of(problem)
        self.scale = scale_of(problem)
        if not self.is_whole:
            self._refine()

    def _refine(self) -> None:
        """Let a unit of the program be less: solvers prove to the unit, and here values lie between whole numbers."""
        (objective,) = self.program.objectives
        most, times = float(np.abs(objective.costs).max(initial=1.0)), 1
        while 10 * times * self.scale <= _FINEST and 10 * times * most <= _LARGEST:
            times *= 10
        self.scale *= times
        self.program = replace(self.program, objectives=(replace(objective, costs=times * objective.costs),))

    @property
    def instance_digest(self) -> str:
        """Of the problem's canonical arrays."""
        return digest(self.problem)

    @property
    def digest(self) -> str:
        """The same: the program is one formulation of it, and others may come."""
        return digest(self.problem)

    def judged(self, point: Floats) -> Judged:
        """Cost and constraints from the problem's arrays alone."""
        value, faults = evaluate(self.problem, solution_of(self.problem, point))
        return Judged(value, tuple(faults))
