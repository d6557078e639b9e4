"""Many transportation problems at once, with exact duals: the inner step of a decomposition of capacity planning.

Of one block: each cohort k sends its demand over its arcs to places; a place s takes no more than its capacity, which
may be unlimited. Minimise the cost:

    min sum_a cost_a y_a,  sum of y over the arcs of k = demand_k,  sum of y over the arcs into s <= capacity_s,  y >= 0

Its dual, with prices u of cohorts and v of places:

    max sum_k u_k demand_k - sum_s v_s capacity_s,  u_k - v_s <= cost_a for each arc a from k to s,  v >= 0

Prices that are feasible there bound every block with the same costs from below, whatever its demand and its capacities.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rightplace.errors import SolverError
from rightplace.program import Floats, Ints

Int32s = NDArray[np.int32]
_NO_TREE = -3
"""As the kernel has it, which is loaded later."""
_PIVOTS_A_NODE = 100
"""At most; a few are usual."""


@dataclass(frozen=True, slots=True)
class Arcs:
    """Which places each cohort may use; the same for all blocks.

    Parameters
    ----------
    first
        (K+1,) the arcs of cohort k are ``first[k]`` to ``first[k + 1]``, the last left out.
    place
        (A,) the place that each arc leads to, from 0.
    num_places
        S, how many places there are.
    """

    first: Ints
    place: Ints
    num_places: int

    def __post_init__(self) -> None:
        """Refuse what is no list of arcs.

        Raises
        ------
        ValueError
            Saying what is wrong.
        """
        starts, ends = self.first[:1].tolist(), self.first[-1:].tolist()
        if starts != [0] or ends != [len(self.place)] or (np.diff(self.first) < 0).any():
            raise ValueError("the arcs of the cohorts are not consecutive ranges of all arcs")
        if len(self.place) and not (self.place.min() >= 0 and self.place.max() < self.num_places):
            raise ValueError(f"an arc leads to a place outside 0 to {self.num_places - 1}")

    @property
    def num_cohorts(self) -> int:
        """K, how many cohorts there are."""
        return len(self.first) - 1


@dataclass(frozen=True, slots=True)
class Blocks:
    """The optima of B blocks, in the units of the costs.

    Parameters
    ----------
    value
        (B,) the least cost.
    bound
        (B,) what the prices prove; it differs from the value by rounding only.
    measured
        (B, M) the measures of the flow found.
    cohort_prices
        (B, K) u: what one more child of the cohort costs.
    place_prices
        (B, S) v, never negative: what one more unit of capacity saves; 0 where capacity is unlimited. Together with u
        feasible in the dual to the last bit: u is the least of cost and v over the cohort's arcs, as floats add up.
        Of a place without capacity, the least v that the cohorts with demand allow.
    flow
        (B, A) the flow itself, where it was asked for.
    pivots
        (B,) the pivots that each block took.
    """

    value: Floats
    bound: Floats
    measured: Floats
    cohort_prices: Floats
    place_prices: Floats
    flow: Floats | None
    pivots: Ints


def no_trees(num_blocks: int, arcs: Arcs) -> Int32s:
    """Room for the tree that each block ends with, none of which is known yet: what ``solve_blocks`` fills."""
    return np.full((num_blocks, arcs.num_cohorts + arcs.num_places), _NO_TREE, np.int32)


def solve_blocks(
    arcs: Arcs,
    costs: Floats,
    group: Ints,
    demand: Floats,
    capacity: Floats,
    capacity_row: Ints,
    measures: Floats,
    *,
    flows: bool = False,
    warm: bool = True,
    trees: Int32s | None = None,
) -> Blocks:
    """The optimum of every block, by network simplex.

    The interpreter's lock is not held meanwhile, so that threads can each solve a part of the blocks. Blocks with the
    same costs and capacities are solved one after another, each from the tree of the one before; the optimum found
    among several may depend on that order, value and bound do not.

    Parameters
    ----------
    costs
        (G, A) rows of costs, of any sign.
    group
        (B,) the row of costs that each block uses.
    demand
        (B, K) never negative.
    capacity
        (C, S) never negative; infinite where unlimited. Every cohort must have an arc to an unlimited place.
    capacity_row
        (B,) the row of capacities that each block uses.
    measures
        (M, A) linear measures of the flow to be reported.
    flows
        Also return each flow.
    warm
        Begin from the tree of the block before, which takes about half the time; without it each block is on its own.
    trees
        Of the same blocks when they were solved the last time, at other costs, capacities or demands: a block whose
        tree is known begins from that one. Filled with the trees of this time. (B, K + S), at first from ``no_trees``.

    Raises
    ------
    ValueError
        When the arrays do not fit each other, or hold what they must not.
    SolverError
        When a cohort has no unlimited place, or a block was not solved to the accuracy promised; it names the block.
    """
    _refuse(arcs, costs, group, demand, capacity, capacity_row, measures)
    from rightplace.solver import transport_kernel as kernel  # numba takes time to load

    num_blocks, num_arcs = len(demand), len(arcs.place)
    most_pivots = _PIVOTS_A_NODE * (100 + arcs.num_cohorts + arcs.num_places)
    blocks = Blocks(
        np.zeros(num_blocks),
        np.zeros(num_blocks),
        np.zeros((num_blocks, len(measures))),
        np.zeros((num_blocks, arcs.num_cohorts)),
        np.zeros((num_blocks, arcs.num_places)),
        np.zeros((num_blocks, num_arcs)) if flows else None,
        np.zeros(num_blocks, dtype=np.int64),
    )
    status, where = kernel.solve(
        _ints(arcs.first),
        _ints(arcs.place),
        _floats(costs),
        _ints(group),
        _floats(demand),
        _floats(capacity),
        _ints(capacity_row),
        _floats(measures.T),
        np.lexsort((capacity_row, group)),
        warm,
        most_pivots,
        np.zeros(arcs.num_cohorts + arcs.num_places + 1, dtype=kernel.NODE),
        blocks.value,
        blocks.bound,
        blocks.measured,
        blocks.cohort_prices,
        blocks.place_prices,
        np.zeros((1, num_arcs)) if blocks.flow is None else blocks.flow,
        flows,
        blocks.pivots,
        no_trees(1, arcs) if trees is None else trees,
        trees is not None,
    )
    if status == kernel.NO_MARKET:
        raise SolverError(f"transportation block {where}: a cohort has no arc to an unlimited place")
    if status == kernel.TOO_MANY_PIVOTS:
        raise SolverError(f"transportation block {where}: no optimum after {most_pivots} pivots")
    if status == kernel.INACCURATE:
        gap = blocks.value[where] - blocks.bound[where]
        raise SolverError(f"transportation block {where}: rounding leaves a gap of {gap:g} at {blocks.value[where]:g}")
    return blocks


def _ints(values: Ints) -> Ints:
    return np.ascontiguousarray(values, dtype=np.int64)


def _floats(values: Floats) -> Floats:
    return np.ascontiguousarray(values, dtype=np.float64)


def _refuse(
    arcs: Arcs, costs: Floats, group: Ints, demand: Floats, capacity: Floats, capacity_row: Ints, measures: Floats
) -> None:
    num_blocks, num_arcs = len(demand), len(arcs.place)
    shapes = {
        "costs": (costs, (len(costs), num_arcs)),
        "group": (group, (num_blocks,)),
        "demand": (demand, (num_blocks, arcs.num_cohorts)),
        "capacity": (capacity, (len(capacity), arcs.num_places)),
        "capacity_row": (capacity_row, (num_blocks,)),
        "measures": (measures, (len(measures), num_arcs)),
    }
    wrong = [f"{name} has shape {a.shape}, expected {shape}" for name, (a, shape) in shapes.items() if a.shape != shape]
    if wrong:
        raise ValueError("; ".join(wrong))
    for name, rows, table in (("group", group, costs), ("capacity_row", capacity_row, capacity)):
        if num_blocks and not (rows.min() >= 0 and rows.max() < len(table)):
            wrong.append(f"{name} names a row outside 0 to {len(table) - 1}")
    if not np.isfinite(costs).all() or not np.isfinite(measures).all():
        wrong.append("costs and measures must be finite")
    if not (np.isfinite(demand).all() and (demand >= 0).all()):
        wrong.append("demand must be finite and never negative")
    if not (capacity >= 0).all():
        wrong.append("capacity must be a number, never negative")
    if wrong:
        raise ValueError("; ".join(wrong))
