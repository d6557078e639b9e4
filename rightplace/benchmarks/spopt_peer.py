"""spopt as a peer: its own model of the capacitated p-median, solved by CBC as a user of spopt would.

spopt (https://pysal.org/spopt) has no fixed costs, no customers that are split and no facilities without a number of
them to open; so it is asked about p-median problems and no others. It is not among our dependencies: its thirty
packages are for maps.
"""

from __future__ import annotations

from dataclasses import replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np

from rightplace.benchmarks.problems import FacilityLocation
from rightplace.errors import BackendMissing, SolverError
from rightplace.program import Domain, Floats, Objective, Program, ProgramBuilder
from rightplace.solver.answer import answer

if TYPE_CHECKING:
    from rightplace.benchmarks.problems import Problem
    from rightplace.benchmarks.publics import PublicQuestion
    from rightplace.solver.outcome import Outcome, SolveOptions

_ROUNDING = 1e-6
"""Costs of spopt's model are demand times cost a unit; so far they may be from the whole ones that they stand for."""


def refusal(problem: Problem) -> str:
    """Why spopt has no model of a problem; empty where it has one."""
    if not isinstance(problem, FacilityLocation) or problem.num_open is None:
        return "spopt has capacities in its p-median only; this is none"
    if problem.fixed_costs.any() or not problem.is_single_source or (problem.demands <= 0).any():
        return "spopt's p-median has no fixed costs, no split customers and no customers without demand"
    return ""


def solve(question: PublicQuestion, options: SolveOptions) -> Outcome:
    """What spopt's model and CBC say, as a point of the question's program; building the model is part of the time.

    Raises
    ------
    BackendMissing
        When spopt is not installed.
    SolverError
        When CBC fails, or spopt's model is not the question's.
    """
    try:
        from spopt.locate import PMedian
    except ImportError as error:
        raise BackendMissing(f"spopt cannot be imported ({error}): pip install spopt") from error
    problem = question.problem
    assert isinstance(problem, FacilityLocation)
    model = PMedian.from_cost_matrix(
        (problem.costs / problem.demands).T,
        problem.demands,
        p_facilities=problem.num_open,
        facility_capacities=problem.capacities,
    )
    variables = [*model.fac_vars, *model.cli_assgn_vars.T.ravel()]  # in the order of the question's columns
    program = _program_of(model.problem, variables, question.scale)
    outcome = answer(program, replace(options, solver="cbc"))
    said = f"spopt {version('spopt')}, {outcome.version}"
    return replace(outcome, version=said)


def _program_of(model: Any, variables: list[Any], scale: int) -> Program:
    """A PuLP model of binary variables as a program, its costs times ``scale`` as whole numbers."""
    position = {variable.name: i for i, variable in enumerate(variables)}
    costs = np.zeros(len(variables))
    for variable, cost in model.objective.items():
        costs[position[variable.name]] = scale * cost
    if np.abs(costs - np.round(costs)).max() > _ROUNDING * max(1.0, np.abs(costs).max()):
        raise SolverError("spopt's model has costs that are no whole numbers of the question's unit")
    builder = ProgramBuilder()
    builder.add_columns("variable", len(variables), Domain.INTEGER)
    rows, columns, values, limits, senses = [], [], [], [], []
    for row, constraint in enumerate(model.constraints.values()):
        for variable, value in constraint.items():
            rows.append(row)
            columns.append(position[variable.name])
            values.append(float(value))
        limits.append(-float(constraint.constant))
        senses.append(constraint.sense)
    limit, sense = np.array(limits, dtype=np.float64), np.array(senses)
    lower: Floats = np.where(sense >= 0, limit, -np.inf)
    upper: Floats = np.where(sense <= 0, limit, np.inf)
    builder.add_rows("constraint", np.array(rows), np.array(columns), np.array(values), lower, upper)
    return builder.build([Objective("cost", np.round(costs))])
