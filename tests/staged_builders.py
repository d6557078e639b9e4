"""Small staged programs at random: what tests of the decomposition are fed with."""

from __future__ import annotations

import numpy as np

from rightplace.program import Domain, Objective, ProgramBuilder
from rightplace.staged import Coupling, StagedProgram


def random_staged(
    seed: int,
    *,
    num_scenarios: int = 3,
    num_periods: int = 4,
    num_cohorts: int = 3,
    num_nodes: int = 4,
    num_levers: int = 3,
    with_targets: bool = True,
    with_single_scenarios: bool = False,
    risk_weight: float = 0.0,
    is_hard: bool = False,
) -> StagedProgram:
    """Homes (whole) and households (continuous) at a few nodes, one unlimited node, targets a year of two periods."""
    dice = np.random.default_rng(seed)
    market = num_nodes - 1
    pairs = [(k, s) for k in range(num_cohorts) for s in range(num_nodes) if s == market or dice.random() < 0.7]
    cohort, node = np.array(pairs).T
    costs = dice.integers(1, 30, len(pairs)).astype(float) + np.where(node == market, 30.0, 0.0)
    base = dice.integers(0, 4, (num_periods, num_nodes)).astype(float)
    base[:, market] = np.inf
    builder = ProgramBuilder()
    homes = builder.add_columns("home", num_levers, Domain.INTEGER)
    households = builder.add_columns("household", num_levers, Domain.CONTINUOUS, 2.0)
    binaries = (
        builder.add_columns("missed_scenario", num_scenarios, Domain.INTEGER)
        if with_single_scenarios
        else np.zeros(0, dtype=np.int64)
    )
    builder.add_rows("budget", np.zeros(num_levers), homes, 1.0, -np.inf, 2.0, 1)
    probability = dice.dirichlet(np.ones(num_scenarios) * 4)
    if with_single_scenarios:
        builder.add_rows("likely", np.zeros(num_scenarios), binaries, probability, -np.inf, 0.4, 1)
    first_costs = np.concatenate(
        [dice.integers(10, 120, num_levers), dice.integers(5, 60, num_levers), np.zeros(len(binaries))]
    ).astype(float)
    first = builder.build([Objective("cost", first_costs)])
    change = [
        (t, int(dice.integers(0, market)), column, float(dice.integers(1, 4)))
        for column in (*homes, *households)
        for t in range(int(dice.integers(0, num_periods)), num_periods)
    ]
    period, at, column, value = (np.array(part) for part in zip(*change, strict=True))
    demand = dice.poisson(3, (num_scenarios, num_periods, num_cohorts)).astype(float)
    near = (dice.random(len(pairs)) < 0.5) & (node != market)
    couplings = []
    for year in range(num_periods // 2 if with_targets else 0):
        periods = np.array([2 * year, 2 * year + 1])
        couplings.append(
            Coupling(f"near_{year}", periods, (near - 0.4) / 2, homes[:1], np.array([0.1]), 0.0, 40.0, is_hard)
        )
    for w in range(num_scenarios if with_single_scenarios else 0):
        periods = np.array([0, 1])
        most = float(demand[w, :2].sum()) / 2
        couplings.append(
            Coupling(
                f"single_{w}", periods, (near - 0.3) / 2, binaries[w : w + 1], np.array([most]), 0.0, 60.0, is_hard, w
            )
        )
    return StagedProgram(
        first=first,
        arc_cohort=cohort,
        arc_node=node,
        arc_costs=costs,
        period_weights=0.9 ** np.arange(num_periods),
        base_capacity=base,
        change_period=period,
        change_node=at,
        change_column=column,
        change_value=value,
        demand=demand,
        probability=probability,
        couplings=tuple(couplings),
        risk_weight=risk_weight,
        risk_level=0.6,
    )
