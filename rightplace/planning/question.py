"""The question as mathematics: a case with what its user pins and forbids, and how it is answered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from rightplace.capacity_plan import Action
from rightplace.instances.planning_case import PlanningCase
from rightplace.instances.quarters import Quarter
from rightplace.instances.scenario import Demand
from rightplace.models.capacity import CapacityColumns, CapacityData, capacity_data, capacity_program, pinned
from rightplace.solver.benders import StagedOutcome, decompose
from rightplace.solver.extensive_form import solve_extensive
from rightplace.staged import Floats, StagedProgram

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from rightplace.solver.outcome import SolveOptions
    from rightplace.solver.recourse import Cut

MISSED = 1e-6
"""A hard target is missed when more than this lacks: of a child, a provider, a pound."""
_DEARER = 100.0
"""A hard target that is missed although it can be met was too cheap to miss."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOptions:
    """What to find out, beside how to solve it.

    Parameters
    ----------
    pins
        Actions that the plan must have.
    forbids
        Levers that it must not use in a quarter, or at all (``None``).
    next_best
        Also look for the best plan that differs.
    foresight
        Also say what scenarios and foresight are worth.
    fresh
        Scenarios that the plan was not made for, to test it on.
    """

    pins: tuple[Action, ...] = ()
    forbids: tuple[tuple[str, Quarter | None], ...] = ()
    next_best: bool = True
    foresight: bool = True
    fresh: Demand | None = None

    @property
    def restricts(self) -> bool:
        """Whether anything is pinned or forbidden."""
        return bool(self.pins or self.forbids)


@dataclass(frozen=True, slots=True, eq=False)
class PlanningQuestion:
    """A case in numbers."""

    case: PlanningCase
    data: CapacityData
    columns: CapacityColumns
    staged: StagedProgram

    def on(self, demand: Demand) -> PlanningQuestion:
        """The same levers and targets on other scenarios, without what is pinned."""
        return question_of(self.case.replace(demand=demand))


def question_of(case: PlanningCase, options: PlanOptions = PlanOptions()) -> PlanningQuestion:
    """A case as a staged program.

    Raises
    ------
    ValueError
        Naming every pin or forbidden lever that there is no column for.
    InstanceError
        When a cohort could be left without any place.
    """
    data = capacity_data(case)
    staged, columns = capacity_program(data)
    if options.restricts:
        staged = pinned(staged, columns, options.pins, options.forbids)
    return PlanningQuestion(case, data, columns, staged)


def solved(
    staged: StagedProgram,
    solving: SolveOptions,
    executor: Executor | None,
    starts: tuple[Floats, ...] = (),
    cuts: tuple[Cut, ...] = (),
) -> StagedOutcome:
    """Solve by our decomposition, or the extensive form by the back end that the options name."""
    if solving.solver == "ours":
        return decompose(staged, solving, executor, starts, cuts)
    return solve_extensive(staged, solving, executor)


def hard_misses(staged: StagedProgram, missed: Floats) -> list[int]:
    """Positions of the hard couplings that are missed."""
    return [i for i, c in enumerate(staged.couplings) if c.is_hard and missed[i] > MISSED]


def dearer(staged: StagedProgram) -> StagedProgram:
    """The same program with hard couplings dearer to miss.

    Cuts of the given program are valid for the dearer one, not the other way round: a cut is valid where it prices no
    coupling above what a miss of it costs.
    """
    couplings = (replace(c, price=c.price * _DEARER) if c.is_hard else c for c in staged.couplings)
    return replace(staged, couplings=tuple(couplings))


def nothing(question: PlanningQuestion) -> Floats:
    """The first-stage point of doing nothing."""
    return np.zeros(question.staged.first.num_columns)
