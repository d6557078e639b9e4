"""StagedProgram: decide first, then serve demand in every scenario; solver-neutral, in arrays.

First-stage columns are decided before demand is known. Then, in each period of each scenario, demand of cohorts is
served from nodes whose capacities the first stage has fixed: one transportation problem a block. Couplings tie the
blocks of some periods together, in expectation over the scenarios or within one. What ``program.Program`` is to
``match``, this is to ``plan``: the one thing that the planning model and the solver share.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rightplace.program import Domain, Objective, Program, ProgramBuilder

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Coupling:
    """``arc_values @ y`` summed over periods (and the mean of scenarios) + ``column_values @ x`` + missed >= at_least.

    Parameters
    ----------
    periods
        Positions of the periods whose flows count.
    arc_values
        (num_arcs,): by unit of flow.
    columns, column_values
        First-stage columns that count, and by how much.
    scenario
        Position of the one scenario whose flows count; ``None``: the mean over all.
    price
        Cost of each unit missed, positive and finite; of a hard coupling, high enough to be worth avoiding.
    is_hard
        It may not be missed at all: a solution that misses it is none.
    """

    name: str
    periods: Ints
    arc_values: Floats
    columns: Ints
    column_values: Floats
    at_least: float
    price: float
    is_hard: bool
    scenario: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class StagedProgram:
    """Minimise first-stage cost + mean cost of service (or its mix with the worst tail) + prices of what is missed.

    Parameters
    ----------
    first
        Columns, rows and cost of the first stage (one objective). Its rows keep every capacity at 0 or more.
    arc_cohort, arc_node
        (num_arcs,): which cohort each arc serves, from which node; sorted by cohort, then node.
    arc_costs
        (num_arcs,): by unit of flow and period, before the period's weight. Every cohort has an arc to an unlimited
        node, so demand can always be served.
    period_weights
        (num_periods,): what a cost in the period counts.
    base_capacity
        (num_periods, num_nodes): without any first-stage column; infinite for unlimited nodes.
    change_period, change_node, change_column, change_value
        What a unit of a first-stage column adds to a capacity.
    demand
        (num_scenarios, num_periods, num_cohorts).
    probability
        (num_scenarios,), adding up to 1.
    risk_weight, risk_level
        The objective is ``(1 - risk_weight)`` of the mean and ``risk_weight`` of the mean of the worst
        ``1 - risk_level`` of the scenarios' costs of service (conditional value at risk; Rockafellar and Uryasev 2000,
        doi:10.21314/JOR.2000.038).
    """

    first: Program
    arc_cohort: Ints
    arc_node: Ints
    arc_costs: Floats
    period_weights: Floats
    base_capacity: Floats
    change_period: Ints
    change_node: Ints
    change_column: Ints
    change_value: Floats
    demand: Floats
    probability: Floats
    couplings: tuple[Coupling, ...] = ()
    risk_weight: float = 0.0
    risk_level: float = 0.9

    @property
    def num_scenarios(self) -> int:
        """Number of scenarios."""
        return int(self.demand.shape[0])

    @property
    def num_periods(self) -> int:
        """Number of periods."""
        return int(self.demand.shape[1])

    @property
    def num_cohorts(self) -> int:
        """Number of cohorts."""
        return int(self.demand.shape[2])

    @property
    def num_nodes(self) -> int:
        """Number of nodes."""
        return int(self.base_capacity.shape[1])

    @property
    def first_costs(self) -> Floats:
        """(first.num_columns,): cost of the first stage."""
        return self.first.objectives[0].costs

    def capacity(self, point: Floats) -> Floats:
        """(num_periods, num_nodes): what a first-stage point leaves to serve from; rounding below 0 is 0."""
        capacity = self.base_capacity.copy()
        np.add.at(capacity, (self.change_period, self.change_node), self.change_value * point[self.change_column])
        return np.maximum(capacity, 0.0)

    def capacity_slope(self, prices: Floats) -> Floats:
        """(first.num_columns,): what a unit of each column adds to ``sum(prices * capacity)``."""
        weights = prices[self.change_period, self.change_node] * self.change_value
        return np.bincount(self.change_column, weights, minlength=self.first.num_columns).astype(np.float64)


def extensive(staged: StagedProgram) -> tuple[Program, Ints]:
    """The same problem as one mixed-integer program, and the positions of its first-stage columns.

    Column blocks: those of the first stage, ``service`` (scenario by period by arc), ``missed``, and with a risk weight
    ``threshold`` and ``excess``.
    """
    builder = ProgramBuilder()
    first = staged.first
    columns = np.arange(first.num_columns)
    for name, block in first.column_blocks.items():
        builder.add_columns(name, len(block), Domain.CONTINUOUS)
    num_blocks, num_arcs = staged.num_scenarios * staged.num_periods, len(staged.arc_costs)
    service = builder.add_columns("service", num_blocks * num_arcs, Domain.CONTINUOUS, np.inf)
    service = service.reshape(staged.num_scenarios, staged.num_periods, num_arcs)
    missed = builder.add_columns("missed", len(staged.couplings), Domain.CONTINUOUS, np.inf)
    builder.add_rows_of(first)
    _add_demand(builder, staged, service)
    _add_capacity(builder, staged, service)
    _add_couplings(builder, staged, service, missed)
    costs = [staged.first_costs, np.zeros(num_blocks * num_arcs), np.array([c.price for c in staged.couplings])]
    block_costs = staged.period_weights[:, None] * staged.arc_costs
    costs[1] = ((1 - staged.risk_weight) * staged.probability[:, None, None] * block_costs).ravel()
    if staged.risk_weight:
        costs.append(_add_tail(builder, staged, service, block_costs))
    program = builder.build([Objective("cost", np.concatenate(costs))])
    program.lower[columns], program.upper[columns] = first.lower, first.upper
    program.domains[columns] = first.domains
    return program, columns


def _add_demand(builder: ProgramBuilder, staged: StagedProgram, service: Ints) -> None:
    num_blocks = staged.num_scenarios * staged.num_periods
    rows = np.arange(num_blocks)[:, None] * staged.num_cohorts + staged.arc_cohort
    demand = staged.demand.ravel()
    builder.add_rows("demand", rows.ravel(), service.ravel(), 1.0, demand, demand)


def _add_capacity(builder: ProgramBuilder, staged: StagedProgram, service: Ints) -> None:
    limited = np.flatnonzero(np.isfinite(staged.base_capacity).all(axis=0))
    at = np.full(staged.num_nodes, -1, dtype=np.int64)
    at[limited] = np.arange(len(limited))
    arcs = np.flatnonzero(at[staged.arc_node] >= 0)
    block = np.arange(staged.num_scenarios * staged.num_periods).reshape(staged.num_scenarios, staged.num_periods)
    rows = (block[:, :, None] * len(limited) + at[staged.arc_node[arcs]]).ravel()
    changes = np.flatnonzero(at[staged.change_node] >= 0)
    change_rows = block[:, staged.change_period[changes]] * len(limited) + at[staged.change_node[changes]]
    change_columns = np.broadcast_to(staged.change_column[changes], change_rows.shape)
    change_values = np.broadcast_to(-staged.change_value[changes], change_rows.shape)
    builder.add_rows(
        "capacity",
        np.concatenate([rows, change_rows.ravel()]),
        np.concatenate([service[:, :, arcs].ravel(), change_columns.ravel()]),
        np.concatenate([np.ones(len(rows)), change_values.ravel()]),
        -np.inf,
        np.tile(staged.base_capacity[:, limited], (staged.num_scenarios, 1, 1)).ravel(),
    )


def _add_couplings(builder: ProgramBuilder, staged: StagedProgram, service: Ints, missed: Ints) -> None:
    if not staged.couplings:
        return
    rows, columns, values = [], [], []
    for i, coupling in enumerate(staged.couplings):
        scenarios = range(staged.num_scenarios) if coupling.scenario is None else [coupling.scenario]
        arcs = np.flatnonzero(coupling.arc_values)
        for w in scenarios:
            weight = staged.probability[w] if coupling.scenario is None else 1.0
            flow = service[w][np.ix_(coupling.periods, arcs)].ravel()
            columns.append(flow)
            values.append(weight * np.tile(coupling.arc_values[arcs], len(coupling.periods)))
            rows.append(np.full(len(flow), i))
        columns += [coupling.columns, missed[i : i + 1]]
        values += [coupling.column_values, np.ones(1)]
        rows += [np.full(len(coupling.columns), i), np.array([i])]
    least = np.array([coupling.at_least for coupling in staged.couplings])
    builder.add_rows("couplings", np.concatenate(rows), np.concatenate(columns), np.concatenate(values), least, np.inf)


def _add_tail(builder: ProgramBuilder, staged: StagedProgram, service: Ints, block_costs: Floats) -> Floats:
    """Rows of the conditional value at risk; the costs of the threshold and the excesses over it."""
    num = staged.num_scenarios
    threshold = builder.add_columns("threshold", 1, Domain.CONTINUOUS, np.inf)
    excess = builder.add_columns("excess", num, Domain.CONTINUOUS, np.inf)
    size = service[0].size
    rows = np.concatenate([np.repeat(np.arange(num), size), np.arange(num), np.arange(num)])
    columns = np.concatenate([service.ravel(), np.repeat(threshold, num), excess])
    values = np.concatenate([np.tile(-block_costs.ravel(), num), np.ones(num), np.ones(num)])
    builder.add_rows("tail", rows, columns, values, np.zeros(num), np.inf)
    share = staged.risk_weight / (1 - staged.risk_level)
    return np.concatenate([[staged.risk_weight], share * staged.probability])
