"""The method for the largest programs, region by region, on programs small enough to know the truth."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import networkx
import numpy as np
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from rightplace.models.allocation import allocation_data, allocation_program
from rightplace.models.greedy import greedy_point
from rightplace.program import Domain, Objective, Program, ProgramBuilder
from rightplace.solver import regions
from rightplace.solver.abreast import turns
from rightplace.solver.answer import answer
from rightplace.solver.ascent import Ascent
from rightplace.solver.chain import tier_weights
from rightplace.solver.dive import dive
from rightplace.solver.flow import cheapest_flow
from rightplace.solver.outcome import SolveOptions
from rightplace.solver.partition import Map, _breadth_first, lazy_rows
from rightplace.solver.structure import structure_of
from tests.strategies import instances

if TYPE_CHECKING:
    import pytest

    from rightplace.instances.instance import Instance

THREADS = st.sampled_from([1, 2, 3])
HIGHS = SolveOptions(solver="highs", time_limit_seconds=60)


def _program(instance: Instance, rematch: bool, *, on_demand: bool = False) -> Program:
    data = allocation_data(instance, rematch=rematch)
    program, columns = allocation_program(data, many_columns=0 if on_demand else None)
    assume(program.num_columns)
    return replace(program, start=greedy_point(data, program, columns))


def _costs(program: Program) -> np.ndarray:
    weights = tier_weights(program, structure_of(program))
    return np.asarray(sum(w * o.costs for w, o in zip(weights, program.objectives, strict=True)), dtype=np.float64)


@settings(max_examples=60)
@given(instance=instances(), rematch=st.booleans())
def test_a_flow_costs_no_more_than_any_plan(instance: Instance, rematch: bool) -> None:
    """Under each tier and under all of them the flow is a bound, and its prices are not negative."""
    program = _program(instance, rematch)
    best = answer(program, HIGHS).values
    assert best is not None
    for costs in (*(objective.costs for objective in program.objectives), _costs(program)):
        flow = cheapest_flow(program, structure_of(program), costs, ~lazy_rows(program))
        assert flow.bound <= float(costs @ best) + 1e-6
        assert (flow.prices >= 0).all()


def test_a_flow_by_hand() -> None:
    """Two children, 5 or 9 and 6 or 7 pence, one place in the cheap home: 5 + 7, and its place is worth 1.

    The second child would pay 1 for the place, the first 4.
    """
    builder = ProgramBuilder()
    columns = builder.add_columns("place", 4, Domain.INTEGER)
    builder.add_rows("once", [0, 0, 1, 1], columns, 1.0, 1.0, 1.0)
    builder.add_rows("places", [0, 1, 0, 1], columns, 1.0, -np.inf, [1.0, 2.0])
    program = builder.build([Objective("price", np.array([5.0, 9.0, 6.0, 7.0]))])
    flow = cheapest_flow(program, structure_of(program), program.objectives[0].costs, ~lazy_rows(program))
    assert flow.bound == 12
    assert flow.prices.tolist() == [0.0, 0.0, 1.0, 0.0]


@settings(max_examples=60)
@given(instance=instances(), rematch=st.booleans(), size=st.integers(1, 5), on_demand=st.booleans(), threads=THREADS)
def test_raised_prices_stay_a_bound_and_never_prove_less(
    instance: Instance, rematch: bool, size: int, on_demand: bool, threads: int
) -> None:
    """Sweep after sweep the bound rises or stays, and lies below what the best plan costs, on any number of threads."""
    program = _program(instance, rematch, on_demand=on_demand)
    best, costs = answer(program, HIGHS).values, _costs(program)
    assert best is not None
    ascent = Ascent(program, structure_of(program), costs, replace(HIGHS, num_threads=threads))
    for seed in range(3):
        before = ascent.bound
        ascent.sweep(size, seed, np.inf, lambda: None)
        assert before <= ascent.bound <= float(costs @ best) * (1 + 1e-9) + 1e-3


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    instance=instances(),
    rematch=st.booleans(),
    seconds=st.sampled_from([0.0, 0.05, 0.2]),
    on_demand=st.booleans(),
    threads=THREADS,
)
def test_regions_keep_to_the_truth(
    instance: Instance, rematch: bool, seconds: float, on_demand: bool, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However soon it is stopped: a feasible point, no worse than the start, and no bound above the optimum."""
    monkeypatch.setattr(regions, "_SWEEP_ITEMS", 3)
    monkeypatch.setattr(regions, "_PASS_ITEMS", 2)
    program = _program(instance, rematch, on_demand=on_demand)
    found = regions.solve(program, replace(HIGHS, time_limit_seconds=seconds, num_threads=threads))
    assert found.values is not None
    assert program.worst_violation(found.values) <= 1e-6
    assert program.start is not None
    costs = _costs(program)
    assert float(costs @ found.values) <= float(costs @ program.start)
    for tier, best in zip(found.tiers, answer(program, HIGHS).tiers, strict=True):
        assert tier.bound <= best.value <= tier.value
        if tier.value > best.value:  # later tiers hold this one where it is
            break


@given(num=st.integers(0, 50), threads=st.integers(1, 8))
def test_every_region_has_one_turn(num: int, threads: int) -> None:
    """No turn has more regions than threads, and all turns together have each region once."""
    found = list(turns(num, threads))
    assert sorted(number for numbers in found for number in numbers) == list(range(num))
    assert all(1 <= len(numbers) <= threads for numbers in found)


@settings(max_examples=40)
@given(instance=instances(), rematch=st.booleans(), size=st.integers(1, 6), seed=st.integers(0, 9))
def test_every_item_lies_in_one_region_of_the_size(instance: Instance, rematch: bool, size: int, seed: int) -> None:
    """No region has more items than asked for, unless it is a single cluster; siblings lie in one region."""
    program = _program(instance, rematch)
    structure = structure_of(program)
    near = Map(program, structure)
    region = near.regions(program.objectives[-1].costs, size, seed)
    items_of = np.bincount(structure.cluster, minlength=near.num_clusters)
    for number in np.unique(region):
        clusters = np.flatnonzero(region[: near.num_clusters] == number)
        assert items_of[clusters].sum() <= size or len(clusters) == 1


@settings(max_examples=60)
@given(instance=instances(), rematch=st.booleans(), slack=st.sampled_from([0.0, 1e4, 1e9]))
def test_a_dive_ends_in_a_feasible_point_or_in_none(instance: Instance, rematch: bool, slack: float) -> None:
    """What a dive gives keeps every row and is no better than the optimum."""
    program = replace(_program(instance, rematch), start=None)
    program = replace(program, objectives=(Objective("all tiers", _costs(program)),))
    point = dive(program, HIGHS, 60.0, slack)
    best = answer(program, HIGHS)
    assert best.values is not None
    if point is not None:
        assert program.worst_violation(point) <= 1e-6
        assert program.value(program.objectives[0], point) >= best.tiers[0].bound


@given(num=st.integers(1, 12), data=st.data())
def test_breadth_first_takes_one_connected_part_after_another(num: int, data: st.DataObject) -> None:
    """Every node once, parts whole one after another, the start's part first, each node near one before it."""
    ends = st.tuples(st.integers(0, num - 1), st.integers(0, num - 1))
    edges = data.draw(st.lists(ends, max_size=15))
    start = data.draw(st.integers(0, num - 1))
    graph = networkx.Graph(edges)
    graph.add_nodes_from(range(num))
    both = sorted({(a, b) for a, b in graph.edges} | {(b, a) for a, b in graph.edges})
    starts = np.searchsorted([a for a, _ in both], np.arange(num + 1))
    order, reached = _breadth_first(starts, np.array([b for _, b in both], dtype=np.int64), start)
    assert sorted(order.tolist()) == list(range(num))
    own = networkx.node_connected_component(graph, start)
    assert set(order[:reached].tolist()) == own
    far = networkx.single_source_shortest_path_length(graph, start)
    assert [far[node] for node in order[:reached].tolist()] == sorted(far.values())
    part_of = {node: number for number, part in enumerate(networkx.connected_components(graph)) for node in part}
    parts = [part_of[node] for node in order.tolist()]
    assert sum(a != b for a, b in pairwise(parts)) == len(set(parts)) - 1
