"""Transportation problems: optimal, with prices that prove it, whatever the order and whoever the neighbours are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from rightplace.errors import SolverError
from rightplace.solver import transport
from rightplace.solver.transport import Arcs, Blocks, solve_blocks
from rightplace.solver.transport_kernel import compiled

if TYPE_CHECKING:
    from rightplace.program import Floats, Ints

TWO_BY_TWO = Arcs(np.array([0, 3, 6]), np.array([0, 1, 2, 0, 1, 2]), 3)
"""Two cohorts, each with arcs to the places 0 and 1 and to the market, 2."""


def _one(arcs: Arcs, costs: list[float], demand: list[float], capacity: list[float], **options: bool) -> Blocks:
    zero = np.zeros(1, dtype=np.int64)
    rows = (np.array([row], dtype=float) for row in (costs, demand, capacity))
    cost_row, demand_row, capacity_row = rows
    return solve_blocks(arcs, cost_row, zero, demand_row, capacity_row, zero, cost_row, flows=True, **options)


def test_two_cohorts_and_two_places_by_hand() -> None:
    """Five and four children, three and four places: the arithmetic is in the comments."""
    solved = _one(TWO_BY_TWO, [10, 20, 50, 10, 40, 60], [5, 4], [3, 4, np.inf])

    # A place of 0 is worth 50 to cohort 1 and at most 40 to cohort 0, whose other place is 1 (worth 30 there).
    # So cohort 1 takes all 3 of place 0 and buys 1; cohort 0 takes all 4 of place 1 and buys 1.
    assert solved.value[0] == 3 * 10 + 1 * 60 + 4 * 20 + 1 * 50
    assert solved.flow is not None
    assert solved.flow[0].tolist() == [0, 4, 1, 3, 0, 1]
    # One more child buys at 50 or 60; one more of place 0 saves 60 - 10, of place 1 50 - 20.
    assert solved.cohort_prices[0].tolist() == [50, 60]
    assert solved.place_prices[0].tolist() == [50, 30, 0]
    assert solved.bound[0] == 5 * 50 + 4 * 60 - 3 * 50 - 4 * 30


def test_a_market_that_is_cheapest_takes_everyone() -> None:
    """Places that cost as much as the market, or more, are worth nothing."""
    solved = _one(TWO_BY_TWO, [10, 20, 10, 30, 40, 25], [5, 4], [3, 4, np.inf])

    assert solved.value[0] == 5 * 10 + 4 * 25
    assert solved.place_prices[0].tolist() == [0, 0, 0]


def test_negative_costs_are_costs() -> None:
    """A place that earns 5 takes whom it can, and its price is what it earns beyond the market."""
    solved = _one(TWO_BY_TWO, [-5, 9, 1, 9, 9, 1], [2, 2], [1, 0, np.inf])

    assert solved.value[0] == -5 + 1 + 2
    assert solved.place_prices[0].tolist() == [6, 0, 0]


def test_a_place_without_capacity_is_worth_what_one_of_it_would_save() -> None:
    """Place 1 has no room: one unit would take a child of cohort 0 from the market, 50 - 20."""
    solved = _one(TWO_BY_TWO, [10, 20, 50, 10, 40, 60], [5, 4], [3, 0, np.inf])

    assert solved.place_prices[0].tolist() == [50, 30, 0]
    assert solved.bound[0] == solved.value[0] == 3 * 10 + 60 + 5 * 50


def test_a_cohort_without_a_market_is_refused() -> None:
    """The error names the block."""
    with pytest.raises(SolverError, match="block 0: a cohort has no arc to an unlimited place"):
        _one(TWO_BY_TWO, [1] * 6, [1, 1], [3, 3, 3])


def test_too_many_pivots_are_an_error_and_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the block; the answer so far is not given."""
    monkeypatch.setattr(transport, "_PIVOTS_A_NODE", 0)
    with pytest.raises(SolverError, match="block 0: no optimum after 0 pivots"):
        _one(TWO_BY_TWO, [10, 20, 50, 10, 40, 60], [5, 4], [3, 4, np.inf])


def _twice(number: int) -> int:
    return 2 * number


def test_what_is_compiled_needs_no_folder_to_write_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """Installed read-only, for a user without a cache folder, functions are compiled all the same."""
    monkeypatch.setattr("numba.core.caching._CacheLocator.ensure_cache_path", _refused)
    with pytest.raises(RuntimeError, match="cannot cache function"):
        numba.njit(cache=True)(_twice)

    assert compiled(_twice)(4) == 8


def _refused(_: object) -> None:
    raise PermissionError


def test_arrays_that_do_not_fit_are_refused_all_at_once() -> None:
    """Shapes first; then every wrong value."""
    one, zero = np.ones((1, 6)), np.zeros(1, dtype=np.int64)
    with pytest.raises(ValueError, match=r"demand has shape \(1, 3\).*capacity has shape \(1, 2\)"):
        solve_blocks(TWO_BY_TWO, one, zero, np.ones((1, 3)), np.ones((1, 2)), zero, one)
    with pytest.raises(ValueError, match=r"group names a row outside 0 to 0; demand.*; capacity"):
        solve_blocks(TWO_BY_TWO, one, zero + 1, -np.ones((1, 2)), np.full((1, 3), np.nan), zero, one)
    with pytest.raises(ValueError, match="consecutive"):
        Arcs(np.array([0, 2]), np.array([0]), 1)
    with pytest.raises(ValueError, match="outside 0 to 0"):
        Arcs(np.array([0, 1]), np.array([1]), 1)


Problem = tuple[Arcs, Any, Any, Any, Any, Any, Any]
"""What ``solve_blocks`` takes, in its order."""

_WHOLE = st.integers(0, 4).map(float)
_ANY = st.one_of(_WHOLE, st.floats(0, 30, allow_subnormal=False).map(lambda value: round(value, 6)))


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """A few blocks of up to 7 cohorts and 6 places; many ties, zeros and equal sums, or none of them."""
    num_cohorts, num_places, num_blocks = draw(st.integers(1, 7)), draw(st.integers(1, 6)), draw(st.integers(1, 4))
    amounts = draw(st.sampled_from([_WHOLE, _ANY]))
    prices = draw(st.sampled_from([st.integers(-3, 3).map(float), st.floats(-100, 100).map(lambda v: round(v, 4))]))
    first, place = [0], list[int]()
    for _ in range(num_cohorts):
        place += [*draw(st.lists(st.integers(0, num_places - 1), max_size=6)), num_places]
        first.append(len(place))

    def table(rows: int, columns: int, values: st.SearchStrategy[float]) -> Floats:
        drawn = draw(st.lists(values, min_size=rows * columns, max_size=rows * columns))
        return np.array(drawn).reshape(rows, columns)

    def chosen(rows: int) -> Ints:
        return np.array(draw(st.lists(st.integers(0, rows - 1), min_size=num_blocks, max_size=num_blocks)))

    groups, rows = draw(st.integers(1, 2)), draw(st.integers(1, 2))
    capacity = np.hstack([table(rows, num_places, st.one_of(amounts, st.just(np.inf))), np.full((rows, 1), np.inf)])
    return (
        Arcs(np.array(first), np.array(place), num_places + 1),
        table(groups, len(place), prices),
        chosen(groups),
        table(num_blocks, num_cohorts, amounts),
        capacity,
        chosen(rows),
        table(2, len(place), prices),
    )


def _by_linprog(arcs: Arcs, costs: Floats, demand: Floats, capacity: Floats) -> float:
    cohort = np.repeat(np.arange(arcs.num_cohorts), np.diff(arcs.first))
    of_cohort = (cohort == np.arange(arcs.num_cohorts)[:, None]).astype(float)
    limited = np.flatnonzero(np.isfinite(capacity))
    of_place = (arcs.place == limited[:, None]).astype(float)
    found = linprog(costs, of_place, capacity[limited], of_cohort, demand, method="highs")
    assert found.status == 0, found.message
    return float(found.fun)


def _scale(costs: Floats, demand: Floats) -> float:
    return float(1 + np.abs(costs).max() * demand.sum())


@settings(max_examples=400)
@given(problem=problems(), warm=st.booleans())
def test_the_value_is_that_of_a_linear_program(problem: Problem, warm: bool) -> None:
    """Each block costs what HiGHS says, and its prices prove it, both to nine digits."""
    arcs, costs, group, demand, capacity, row, _ = problem

    solved = solve_blocks(*problem, warm=warm)

    for block, (g, c) in enumerate(zip(group, row, strict=True)):
        exact = pytest.approx(solved.value[block], rel=1e-9, abs=1e-9 * _scale(costs[g], demand[block]))
        assert _by_linprog(arcs, costs[g], demand[block], capacity[c]) == exact
        assert solved.bound[block] == exact


@pytest.mark.parametrize("load", [0.0, 0.4, 0.9, 1.5])
def test_blocks_of_a_council_cost_what_a_linear_program_says(load: float) -> None:
    """Forty cohorts and fifty places, whole numbers with many ties, thirty blocks one from another's tree."""
    random = np.random.default_rng(7)
    place = np.hstack([random.random((40, 49)).argsort(axis=1)[:, :20], np.full((40, 1), 49)])
    costs = np.where(place == 49, 12.0, random.integers(1, 15, size=(40, 21))).reshape(1, -1)
    arcs = Arcs(np.arange(0, 841, 21), place.ravel(), 50)
    demand = random.poisson(random.gamma(1.0, 7.0, size=40), size=(30, 40)).astype(float)
    capacity = np.append(random.poisson(load * demand.sum() / 30 / 49, size=49), np.inf)
    zeros = np.zeros(30, dtype=np.int64)

    solved = solve_blocks(arcs, costs, zeros, demand, capacity[None], zeros, costs)

    by_linprog = [_by_linprog(arcs, costs[0], own, capacity) for own in demand]
    assert solved.value == pytest.approx(by_linprog, rel=1e-9)
    assert solved.bound == pytest.approx(by_linprog, rel=1e-9)


@settings(max_examples=300)
@given(problem=problems(), warm=st.booleans())
def test_the_flow_is_feasible_and_costs_the_value(problem: Problem, warm: bool) -> None:
    """Every child is somewhere, no place overflows; value and measures are sums over the flow."""
    arcs, costs, group, demand, capacity, row, measures = problem

    solved = solve_blocks(*problem, flows=True, warm=warm)

    assert solved.flow is not None
    assert (solved.flow >= 0).all()
    for block, flow in enumerate(solved.flow):
        near = 1e-9 * (1 + demand[block].sum())
        assert np.add.reduceat(flow, arcs.first[:-1]) == pytest.approx(demand[block], abs=near)
        assert (np.bincount(arcs.place, flow, arcs.num_places) <= capacity[row[block]] + near).all()
        assert flow @ costs[group[block]] == pytest.approx(solved.value[block], abs=near * 100)
        assert measures @ flow == pytest.approx(solved.measured[block], abs=near * 100)


@settings(max_examples=300)
@given(problem=problems())
def test_prices_are_feasible_to_the_last_bit_and_slack_where_they_should_be(problem: Problem) -> None:
    """No price of a cohort exceeds cost and place price; used arcs are tight, places with room left are free."""
    arcs, costs, group, demand, capacity, row, _ = problem
    cohort = np.repeat(np.arange(arcs.num_cohorts), np.diff(arcs.first))

    solved = solve_blocks(*problem, flows=True)

    assert solved.flow is not None
    assert (solved.place_prices >= 0).all()
    assert (solved.place_prices[np.isinf(capacity[row])] == 0).all()
    tolerance = 1e-9 * (1 + np.abs(costs).max())
    for block, flow in enumerate(solved.flow):
        limit = costs[group[block]] + solved.place_prices[block][arcs.place]
        own = solved.cohort_prices[block][cohort]
        assert (own <= limit).all()
        near = 1e-9 * (1 + demand[block].sum())
        assert own[flow > near] == pytest.approx(limit[flow > near], abs=tolerance)
        has_room = np.bincount(arcs.place, flow, arcs.num_places) < capacity[row[block]] - near
        assert (solved.place_prices[block][has_room] <= tolerance).all()


@settings(max_examples=200)
@given(problem=problems(), data=st.data())
def test_prices_are_a_cut_for_every_other_demand_and_capacity(problem: Problem, data: st.DataObject) -> None:
    """``u @ demand - v @ capacity`` never exceeds the value of a block with the same costs."""
    arcs, costs, group, demand, capacity, row, measures = problem
    other = data.draw(st.lists(_ANY, min_size=arcs.num_cohorts, max_size=arcs.num_cohorts))
    room = data.draw(st.lists(_ANY, min_size=arcs.num_places, max_size=arcs.num_places))
    other_demand, other_capacity = np.tile(other, (len(demand), 1)), np.where(np.isinf(capacity), np.inf, room)

    cuts = solve_blocks(*problem)
    truth = solve_blocks(arcs, costs, group, other_demand, other_capacity, row, measures)

    finite = np.where(np.isinf(other_capacity), 0, other_capacity)[row]
    cut = (cuts.cohort_prices * other_demand).sum(axis=1) - (cuts.place_prices * finite).sum(axis=1)
    assert (cut <= truth.value + 1e-9 * _scale(costs, np.array([*other, *room]))).all()


@settings(max_examples=200)
@given(problem=problems(), seed=st.integers(0, 2**32 - 1))
def test_names_and_order_change_no_value(problem: Problem, seed: int) -> None:
    """Cohorts, their arcs, places and blocks in another order: the same values."""
    arcs, costs, group, demand, capacity, row, measures = problem
    shuffled = np.random.default_rng(seed).permutation
    places, cohorts, blocks = (shuffled(num) for num in (arcs.num_places, arcs.num_cohorts, len(demand)))
    moved = [arcs.first[k] + shuffled(arcs.first[k + 1] - arcs.first[k]) for k in cohorts]
    arc = np.concatenate(moved)
    renamed = Arcs(
        np.concatenate([[0], np.cumsum([len(own) for own in moved])]), np.argsort(places)[arcs.place[arc]], len(places)
    )

    before = solve_blocks(*problem).value
    tables = (demand[blocks][:, cohorts], capacity[:, places], row[blocks], measures[:, arc])
    after = solve_blocks(renamed, costs[:, arc], group[blocks], *tables).value

    assert after == pytest.approx(before[blocks], abs=1e-9 * _scale(costs, demand))
