"""The compiled half of ``transport``: a primal network simplex on a tree that stays from block to block.

The only file that knows ``numba``. It is imported on first use. Its machine code is kept beside this file, or in the
user's cache folder; where neither can be written it is compiled anew in each process.

Nodes are the cohorts 0..K-1, the places K..K+S-1 and a root. Each cohort may send to the root what its market takes,
at cost 0: all other costs are less the market's. The root fills what is left of a place. With ``price`` of a cohort *u*
and of a place *v*, both 0 at the root, an arc's reduced cost is ``cost - u + v``. A spanning tree hangs from the root;
each node keeps the flow on the arc to its parent, and whether that arc goes up (from a cohort) or down (to a place)
follows from the node. Trees are strongly feasible (every arc without flow goes up), so that degenerate pivots cannot
cycle: Cunningham 1976 (doi:10.1007/BF01580379).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

import numba
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from rightplace.program import Floats, Ints

    Nodes = Any  # an array of ``_NODE``: records whose fields numba reads as attributes

F = TypeVar("F", bound="Callable[..., object]")

SOLVED, TOO_MANY_PIVOTS, INACCURATE, NO_MARKET = 0, 1, 2, 3

_NODE = np.dtype(
    [
        *((name, np.int32) for name in ("parent", "child", "next", "previous", "depth")),
        ("arc", np.int64),  # to the parent; -1 where that is what is left of a place
        ("cost", np.float64),  # of that arc
        ("flow", np.float64),  # on that arc
    ],
    align=True,
)
_ROUNDING = 1e-13
"""Of the demand of a block, or of the largest cost: what is smaller is nothing."""
_ACCURACY = 1e-9
"""Of the demand of a block, or of that times the largest cost: a flow or a gap that is off by more is refused."""
_ARCS_A_PIVOT = 300
"""Priced at least before the best of them enters."""


def _compiled(function: F) -> F:
    """The function as machine code that runs without the interpreter's lock."""
    try:
        return cast("F", numba.njit(nogil=True, cache=True)(function))
    except RuntimeError:  # numba finds no folder that it can write to
        return cast("F", numba.njit(nogil=True)(function))


@_compiled
def _link(nodes: Nodes, node: int, parent: int, arc: int, cost: float, flow: float) -> None:
    first = nodes[parent].child
    nodes[node].parent, nodes[node].arc, nodes[node].cost, nodes[node].flow = parent, arc, cost, flow
    nodes[node].next, nodes[node].previous = first, -1
    if first >= 0:
        nodes[first].previous = node
    nodes[parent].child = node


@_compiled
def _unlink(nodes: Nodes, node: int) -> None:
    after, before = nodes[node].next, nodes[node].previous
    if after >= 0:
        nodes[after].previous = before
    if before >= 0:
        nodes[before].next = after
    else:
        nodes[nodes[node].parent].child = after


@_compiled
def _to_root(nodes: Nodes, node: int, flow: float, market: Ints) -> None:
    """Hang a node on the root instead."""
    _unlink(nodes, node)
    _link(nodes, node, len(nodes) - 1, market[node] if node < len(market) else -1, 0.0, flow)


@_compiled
def _following(nodes: Nodes, node: int, top: int) -> int:
    """The node after this one in preorder below ``top``; -1 after the last."""
    after: int = nodes[node].child
    while after < 0 and node != top:
        after = nodes[node].next
        node = nodes[node].parent
    return after


@_compiled
def _reprice(nodes: Nodes, price: Floats, num_cohorts: int, order: Ints) -> int:
    """Prices, depths and preorder from the tree alone; how many nodes hang in it, the root among them."""
    root, num = len(nodes) - 1, 0
    node = root
    while node >= 0:
        order[num] = node
        num += 1
        if node != root:
            parent, cost = nodes[node].parent, nodes[node].cost
            nodes[node].depth = nodes[parent].depth + 1
            price[node] = price[parent] + (cost if node < num_cohorts else -cost)
        node = _following(nodes, node, root)
    return num


@_compiled
def _first_tree(nodes: Nodes, num_cohorts: int, useful: tuple[Ints, Ints, Floats, Ints], market: Ints) -> None:
    """Every place on the root, every cohort on its cheapest place: what is too much there is mended later."""
    first, head, cost, arc = useful
    root = len(nodes) - 1
    for node in range(len(nodes)):
        nodes[node].parent, nodes[node].child, nodes[node].depth = -1, -1, 0
        nodes[node].next, nodes[node].previous = -1, -1
    for cohort in range(num_cohorts):
        best = -1
        for entry in range(first[cohort], first[cohort + 1]):
            if nodes[head[entry]].parent < 0:
                _link(nodes, head[entry], root, -1, 0.0, 0.0)
            if best < 0 or cost[entry] < cost[best]:
                best = entry
        if best < 0:
            _link(nodes, cohort, root, market[cohort], 0.0, 0.0)
        else:
            _link(nodes, cohort, head[best], arc[best], cost[best], 0.0)


@_compiled
def _mend(nodes: Nodes, amount: Floats, market: Ints, order: Ints, num: int, rounding: float) -> None:
    """Flows of a tree under other demands, from the leaves up; what does not fit is hung on the root.

    A cohort whose places ask for more than it has, or a place whose cohorts bring more than it holds, keeps the
    children that fit. It then hangs below the one that fits in part, and that one's rest goes to the root.
    """
    for position in range(num - 1, 0, -1):
        node = order[position]
        is_cohort = node < len(market)
        left = amount[node]
        child = nodes[node].child
        while child >= 0:
            left -= nodes[child].flow
            child = nodes[child].next
        if left > rounding or (is_cohort and left >= -rounding):
            nodes[node].flow = max(left, 0.0)
            continue
        slack = rounding if is_cohort else -rounding
        left, part, arc, cost, part_flow = amount[node], -1, -1, 0.0, 0.0
        child = nodes[node].child
        while child >= 0:
            after, flow = nodes[child].next, nodes[child].flow
            if flow <= left + slack:
                left -= flow
            else:
                kept = min(flow, left) if left > rounding else 0.0
                if kept > 0.0:
                    part, arc, cost, part_flow = child, nodes[child].arc, nodes[child].cost, kept
                    left = 0.0
                _to_root(nodes, child, flow - kept, market)
            child = after
        if part >= 0:
            _unlink(nodes, node)
            _link(nodes, node, part, arc, cost, part_flow)
        elif is_cohort:
            nodes[node].flow = 0.0
        else:
            _to_root(nodes, node, max(left, 0.0), market)


@_compiled
def _pivot(
    nodes: Nodes, price: Floats, entering: tuple[int, int, int, float, float], num_cohorts: int, rounding: float
) -> None:
    """Let an arc into the tree, push as much along its cycle as goes, and let out the last arc that blocks."""
    tail, head, arc, cost, reduced = entering
    above, below = tail, head
    leaving, most, is_head_side = -1, np.inf, False
    head_leaving, head_most = -1, np.inf
    while above != below:
        if nodes[above].depth >= nodes[below].depth:
            if above < num_cohorts and nodes[above].flow < most:
                leaving, most = above, nodes[above].flow
            above = nodes[above].parent
        else:
            if below >= num_cohorts and nodes[below].flow <= head_most:
                head_leaving, head_most = below, nodes[below].flow
            below = nodes[below].parent
    if head_most <= most:
        leaving, most, is_head_side = head_leaving, head_most, True
    join = above
    if most > 0.0:
        node = tail
        while node != join:
            flow = nodes[node].flow + (-most if node < num_cohorts else most)
            nodes[node].flow = flow if flow > rounding else 0.0
            node = nodes[node].parent
        node = head
        while node != join:
            flow = nodes[node].flow + (most if node < num_cohorts else -most)
            nodes[node].flow = flow if flow > rounding else 0.0
            node = nodes[node].parent
    # what hung between the leaving arc and the entering one is turned over
    top, parent = (head, tail) if is_head_side else (tail, head)
    node, flow = top, most
    while True:
        old_parent, old_arc = nodes[node].parent, nodes[node].arc
        old_cost, old_flow = nodes[node].cost, nodes[node].flow
        _unlink(nodes, node)
        _link(nodes, node, parent, arc, cost, flow)
        if node == leaving:
            break
        parent, node, arc, cost, flow = node, old_parent, old_arc, old_cost, old_flow
    change = -reduced if is_head_side else reduced
    node = top
    while node >= 0:
        price[node] += change
        nodes[node].depth = nodes[nodes[node].parent].depth + 1
        node = _following(nodes, node, top)


@_compiled
def _optimise(
    nodes: Nodes,
    price: Floats,
    useful: tuple[Ints, Ints, Floats, Ints],
    amount: Floats,
    market: Ints,
    order: Ints,
    rounding: float,
    tolerance: float,
    most_pivots: int,
) -> int:
    """Pivots until no arc is worth taking in, prices being fresh; how many, or -1 after too many."""
    first, heads, costs, arcs = useful
    num_cohorts, root = len(market), len(nodes) - 1
    cursor, pivots, is_fresh = 0, 0, True
    _reprice(nodes, price, num_cohorts, order)
    while True:
        best, tail, entry, scanned = -tolerance, -1, -1, 0
        for _ in range(root):
            node = cursor
            cursor = cursor + 1 if cursor + 1 < root else 0
            if node >= num_cohorts:
                if price[node] < best:
                    best, tail, entry = price[node], root, node
            elif amount[node] > 0.0:
                own = price[node]
                if -own < best:
                    best, tail, entry = -own, node, -1
                for other in range(first[node], first[node + 1]):
                    reduced = costs[other] + price[heads[other]] - own
                    if reduced < best:
                        best, tail, entry = reduced, node, other
                scanned += first[node + 1] - first[node]
                if scanned >= _ARCS_A_PIVOT and tail >= 0:
                    break
        if tail < 0:
            if is_fresh:
                return pivots
            _reprice(nodes, price, num_cohorts, order)
            is_fresh = True
            continue
        if pivots == most_pivots:
            return -1
        if tail == root:
            entering = (tail, entry, -1, 0.0, best)
        elif entry < 0:
            entering = (tail, root, market[tail], 0.0, best)
        else:
            entering = (tail, heads[entry], arcs[entry], costs[entry], best)
        _pivot(nodes, price, entering, num_cohorts, rounding)
        pivots += 1
        is_fresh = False


@_compiled
def _useful_arcs(
    first: Ints, place: Ints, costs: Floats, capacity: Floats, market: Ints, useful: tuple[Ints, Ints, Floats, Ints]
) -> bool:
    """Each cohort's cheapest unlimited arc, and the cheaper arcs to places with room; is there a market for all?"""
    starts, heads, relative, arcs = useful
    num = 0
    for cohort in range(len(market)):
        best = -1
        for arc in range(first[cohort], first[cohort + 1]):
            if np.isinf(capacity[place[arc]]) and (best < 0 or costs[arc] < costs[best]):
                best = arc
        if best < 0:
            return False
        market[cohort] = best
        for arc in range(first[cohort], first[cohort + 1]):
            room = capacity[place[arc]]
            if costs[arc] < costs[best] and room > 0.0 and not np.isinf(room):
                heads[num], relative[num], arcs[num] = len(market) + place[arc], costs[arc] - costs[best], arc
                num += 1
        starts[cohort + 1] = num
    return True


@_compiled
def _dual_prices(
    first: Ints,
    place: Ints,
    costs: Floats,
    demand: Floats,
    capacity: Floats,
    market: Ints,
    price: Floats,
    cohort_price: Floats,
    place_price: Floats,
) -> float:
    """Prices that no rounding makes infeasible, and the bound that they prove.

    A place without room costs as little as the cohorts with children allow; then each cohort's price is the least of
    cost and place price over all its arcs.
    """
    num_cohorts = len(demand)
    for node in range(len(capacity)):
        place_price[node] = max(0.0, price[num_cohorts + node]) if capacity[node] < np.inf else 0.0
    for cohort in range(num_cohorts):
        if demand[cohort] > 0.0:
            own = price[cohort] + costs[market[cohort]]
            for arc in range(first[cohort], first[cohort + 1]):
                node = place[arc]
                if capacity[node] == 0.0 and own - costs[arc] > place_price[node]:
                    place_price[node] = own - costs[arc]
    bound = 0.0
    for cohort in range(num_cohorts):
        least = np.inf
        for arc in range(first[cohort], first[cohort + 1]):
            least = min(least, costs[arc] + place_price[place[arc]])
        cohort_price[cohort] = least
        bound += least * demand[cohort]
    for node in range(len(capacity)):
        if place_price[node] > 0.0:
            bound -= place_price[node] * capacity[node]
    return bound


@_compiled
def _read_flow(
    nodes: Nodes,
    amount: Floats,
    order: Ints,
    num: int,
    num_cohorts: int,
    costs: Floats,
    measures: Floats,
    measured: Floats,
    flow: Floats,
) -> tuple[float, float]:
    """The value and the smallest flow, from the tree alone; fills the measures too and, unless empty, the flow."""
    value, least = 0.0, 0.0
    for position in range(num - 1, 0, -1):
        node = order[position]
        left = amount[node]
        child = nodes[node].child
        while child >= 0:
            left -= nodes[child].flow
            child = nodes[child].next
        least = min(least, left)
        nodes[node].flow = max(left, 0.0)
        arc = nodes[node].arc
        if arc >= 0 and left > 0.0:
            value += left * costs[arc]
            for measure in range(len(measured)):
                measured[measure] += left * measures[arc, measure]
            if len(flow):
                flow[arc] = left
    return value, least


@_compiled
def solve(
    first: Ints,
    place: Ints,
    costs: Floats,
    group: Ints,
    demand: Floats,
    capacity: Floats,
    capacity_row: Ints,
    measures: Floats,
    blocks: Ints,
    is_warm: bool,
    most_pivots: int,
    value: Floats,
    bound: Floats,
    measured: Floats,
    cohort_price: Floats,
    place_price: Floats,
    flow: Floats,
    pivots: Ints,
) -> tuple[int, int]:
    """Solve ``blocks`` in that order into the last seven arrays; see ``transport.solve_blocks``.

    Blocks that share costs and capacities should come one after another. ``measures`` is (A, M) here.
    Returns a status and the block that it is about: ``SOLVED``, or why the work stopped there.
    """
    num_cohorts, num_places, num_arcs = demand.shape[1], capacity.shape[1], len(place)
    num_nodes = num_cohorts + num_places + 1
    nodes = np.empty(num_nodes, _NODE)
    price, amount = np.zeros(num_nodes), np.zeros(num_nodes)
    order, market = np.zeros(num_nodes, np.int64), np.zeros(num_cohorts, np.int64)
    nothing = np.zeros(num_arcs, np.int64)
    useful = (np.zeros(num_cohorts + 1, np.int64), nothing, np.zeros(num_arcs), nothing.copy())
    before, largest, largest_saving = -1, 0.0, 0.0
    for block in blocks:
        own_costs, own_capacity = costs[group[block]], capacity[capacity_row[block]]
        is_same = before >= 0 and group[before] == group[block] and capacity_row[before] == capacity_row[block]
        if not is_same:
            if not _useful_arcs(first, place, own_costs, own_capacity, market, useful):
                return NO_MARKET, block
            largest = np.abs(own_costs).max()
            largest_saving = 0.0
            for entry in range(useful[0][num_cohorts]):
                largest_saving = max(largest_saving, -useful[2][entry])
            price[:] = 0.0
        if not is_same or not is_warm:
            _first_tree(nodes, num_cohorts, useful, market)
        before = block
        total = demand[block].sum()
        amount[:num_cohorts] = demand[block]
        amount[num_cohorts : num_nodes - 1] = np.minimum(own_capacity, 2 * total)
        rounding = _ROUNDING * total
        num = _reprice(nodes, price, num_cohorts, order)
        _mend(nodes, amount, market, order, num, rounding)
        pivots[block] = _optimise(
            nodes, price, useful, amount, market, order, rounding, _ROUNDING * largest_saving, most_pivots
        )
        if pivots[block] < 0:
            return TOO_MANY_PIVOTS, block
        own_flow = flow[block] if len(flow) else flow.reshape(-1)
        value[block], least = _read_flow(
            nodes, amount, order, num, num_cohorts, own_costs, measures, measured[block], own_flow
        )
        bound[block] = _dual_prices(
            first, place, own_costs, demand[block], own_capacity, market, price, cohort_price[block], place_price[block]
        )
        if least < -_ACCURACY * total or abs(value[block] - bound[block]) > _ACCURACY * total * largest:
            return INACCURATE, block
    return SOLVED, -1
