"""The compiled half of ``transport``: a network simplex on a tree that stays from block to block.

The only file that knows ``numba``, which is loaded on first use. All that is compiled stands in this one file, because
numba takes kept machine code for good until the file of the function changes, whatever that function calls. The code is
kept beside this file or in the user's cache folder; where neither can be written it is compiled in each process.

Nodes are the cohorts 0..K-1, the places K..K+S-1 and a root. Each cohort may send to the root what its market takes,
at cost 0: all other costs are less the market's. The root fills what is left of a place. With ``price`` of a cohort *u*
and of a place *v*, both 0 at the root, an arc's reduced cost is ``cost - u + v``. A spanning tree hangs from the root;
each node keeps the flow on the arc to its parent, and whether that arc goes up (from a cohort) or down (to a place)
follows from the node.

A block begins with the tree of the block before. What no longer fits there is hung on the root; then pivots among the
few arcs of each cohort that the last prices favour, then among all arcs that can be of use. Trees are strongly feasible
(every arc without flow goes up), so that degenerate pivots cannot cycle: Cunningham 1976 (doi:10.1007/BF01580379).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

import numba
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from rightplace.program import Floats, Ints
    from rightplace.solver.transport import Int32s

    Nodes = Any  # an array of ``NODE``: records whose fields numba reads as attributes
    Table = tuple[Ints, Ints, Floats, Ints]  # arcs by cohort: where those of each begin, place nodes, costs, arcs
    Entering = tuple[int, int, int, float, float]  # tail, head, arc, cost, reduced cost

F = TypeVar("F", bound="Callable[..., object]")

SOLVED, TOO_MANY_PIVOTS, INACCURATE, NO_MARKET = 0, 1, 2, 3

ON_ROOT, OUTSIDE, NO_TREE = -1, -2, -3
"""In place of a node's arc in a tree that is kept: it hangs on the root, or nowhere; no tree is known."""

NODE = np.dtype(
    [
        *((name, np.int64) for name in ("parent", "child", "next", "previous", "depth")),
        ("arc", np.int64),  # to the parent; -1 where that is what is left of a place
        ("cost", np.float64),  # of that arc
        ("flow", np.float64),  # on that arc
    ]
)
_ROUNDING = 1e-13
"""Of the demand of a block, or of the largest cost: what is smaller is nothing."""
_ACCURACY = 1e-9
"""Of the demand of a block, or of that times the largest cost: a flow or a gap that is off by more is refused."""
_ARCS_A_PIVOT = 60
"""Priced at least before the best of them enters."""
_NEAR = 5
"""Arcs of a cohort, those that cost least at the last prices, among which pivots look first."""
_NEAR_FOR_BLOCKS = 8
"""Blocks after which these are chosen again."""


def compiled(function: F) -> F:
    """The function as machine code that runs without the interpreter's lock."""
    try:
        return cast("F", numba.njit(nogil=True, cache=True)(function))
    except RuntimeError:  # numba finds no folder that it can write to
        return cast("F", numba.njit(nogil=True)(function))


def _inner(function: F) -> F:
    """A function that only compiled ones call: it is kept as a part of theirs, and Python cannot call it."""
    without: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    return cast("F", numba.njit(**without)(function))


@_inner
def _link(nodes: Nodes, node: int, parent: int, arc: int, cost: float, flow: float) -> None:
    first = nodes[parent].child
    nodes[node].parent, nodes[node].arc, nodes[node].cost, nodes[node].flow = parent, arc, cost, flow
    nodes[node].next, nodes[node].previous = first, -1
    if first >= 0:
        nodes[first].previous = node
    nodes[parent].child = node


@_inner
def _unlink(nodes: Nodes, node: int) -> None:
    after, before = nodes[node].next, nodes[node].previous
    if after >= 0:
        nodes[after].previous = before
    if before >= 0:
        nodes[before].next = after
    else:
        nodes[nodes[node].parent].child = after


@_inner
def _to_root(nodes: Nodes, node: int, flow: float, market: Ints) -> None:
    """Hang a node on the root instead."""
    _unlink(nodes, node)
    _link(nodes, node, len(nodes) - 1, market[node] if node < len(market) else -1, 0.0, flow)


@_inner
def _following(nodes: Nodes, node: int, top: int) -> int:
    """The node after this one in preorder below ``top``; -1 after the last."""
    after: int = nodes[node].child
    while after < 0 and node != top:
        after = nodes[node].next
        node = nodes[node].parent
    return after


@_inner
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


@_inner
def _left(nodes: Nodes, node: int, amount: Floats) -> float:
    """What a node has or holds beyond the flows of its children; negative where they are too much."""
    left: float = amount[node]
    child = nodes[node].child
    while child >= 0:
        left -= nodes[child].flow
        child = nodes[child].next
    return left


@_inner
def _set_flows(nodes: Nodes, amount: Floats, order: Ints, num: int) -> float:
    """Every flow as the tree and the amounts make it; the least of them, negative where they do not fit."""
    least = 0.0
    for position in range(num - 1, 0, -1):
        node = order[position]
        left = _left(nodes, node, amount)
        nodes[node].flow = left
        least = min(least, left)
    return least


@_inner
def _clear(nodes: Nodes) -> None:
    for node in range(len(nodes)):
        nodes[node].parent, nodes[node].child, nodes[node].depth = -1, -1, 0
        nodes[node].next, nodes[node].previous, nodes[node].flow = -1, -1, 0.0


@_inner
def _first_tree(nodes: Nodes, useful: Table, market: Ints) -> None:
    """Every place on the root, every cohort on its cheapest place: what is too much there is mended later."""
    first, heads, costs, arcs = useful
    root = len(nodes) - 1
    _clear(nodes)
    for cohort in range(len(market)):
        best = -1
        for entry in range(first[cohort], first[cohort + 1]):
            if nodes[heads[entry]].parent < 0:
                _link(nodes, heads[entry], root, -1, 0.0, 0.0)
            if best < 0 or costs[entry] < costs[best]:
                best = entry
        if best < 0:
            _link(nodes, cohort, root, market[cohort], 0.0, 0.0)
        else:
            _link(nodes, cohort, heads[best], arcs[best], costs[best], 0.0)


@_inner
def _known_tree(
    nodes: Nodes, tree: Int32s, cohorts: Ints, place: Ints, costs: Floats, useful: Table, market: Ints
) -> None:
    """A tree that was kept, with the costs of now; places that it had no use for then hang on the root."""
    root, num_cohorts = len(nodes) - 1, len(market)
    _clear(nodes)
    for node in range(root):
        arc = tree[node]
        if arc >= 0:
            parent = num_cohorts + place[arc] if node < num_cohorts else cohorts[arc]
            _link(nodes, node, parent, arc, costs[arc] - costs[market[cohorts[arc]]], 0.0)
        elif arc == ON_ROOT:
            _link(nodes, node, root, market[node] if node < num_cohorts else -1, 0.0, 0.0)
    for entry in range(useful[0][num_cohorts]):
        if nodes[useful[1][entry]].parent < 0:
            _link(nodes, useful[1][entry], root, -1, 0.0, 0.0)


@_inner
def _keep_tree(nodes: Nodes, tree: Int32s) -> None:
    root = len(nodes) - 1
    for node in range(root):
        parent = nodes[node].parent
        tree[node] = nodes[node].arc if 0 <= parent < root else ON_ROOT if parent == root else OUTSIDE


@_inner
def _mend(nodes: Nodes, amount: Floats, market: Ints, order: Ints, num: int, rounding: float) -> None:
    """Flows of a tree under other demands, from the leaves up; what does not fit is hung on the root.

    A cohort whose places ask for more than it has, or a place whose cohorts bring more than it holds, keeps the
    children that fit. It then hangs below the one that fits in part, and that one's rest goes to the root.
    """
    for position in range(num - 1, 0, -1):
        node = order[position]
        is_cohort = node < len(market)
        left = _left(nodes, node, amount)
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


@_inner
def _blocking(nodes: Nodes, entering: Entering, num_cohorts: int, rounding: float) -> tuple[int, float, bool]:
    """The last arc of the cycle that blocks a push along the entering arc, as the node below it, and how much goes.

    Also whether it lies between the entering arc's head and the node where the cycle is highest.
    """
    leaving, most, is_head_side = -1, np.inf, False
    above, below = entering[0], entering[1]
    head_leaving, head_most = -1, np.inf
    while above != below:
        if nodes[above].depth >= nodes[below].depth:
            flow = nodes[above].flow if nodes[above].flow > rounding else 0.0
            if above < num_cohorts and flow < most:
                leaving, most = above, flow
            above = nodes[above].parent
        else:
            flow = nodes[below].flow if nodes[below].flow > rounding else 0.0
            if below >= num_cohorts and flow <= head_most:
                head_leaving, head_most = below, flow
            below = nodes[below].parent
    if head_most <= most:
        leaving, most, is_head_side = head_leaving, head_most, True
    return leaving, most, is_head_side


@_inner
def _pivot(nodes: Nodes, price: Floats, entering: Entering, num_cohorts: int, rounding: float) -> None:
    """Let an arc into the tree, push as much along its cycle as goes, and let out the last arc that blocks."""
    leaving, push, is_head_side = _blocking(nodes, entering, num_cohorts, rounding)
    tail, head, arc, cost, reduced = entering
    above, below = tail, head
    while push > 0.0 and above != below:
        if nodes[above].depth >= nodes[below].depth:
            nodes[above].flow += -push if above < num_cohorts else push
            above = nodes[above].parent
        else:
            nodes[below].flow += push if below < num_cohorts else -push
            below = nodes[below].parent
    top, parent = (head, tail) if is_head_side else (tail, head)
    node, flow = top, push
    while True:  # what hung between the leaving arc and the entering one is turned over
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


@_inner
def _optimise(
    nodes: Nodes,
    price: Floats,
    table: Table,
    amount: Floats,
    market: Ints,
    order: Ints,
    tolerances: tuple[float, float],
    most_pivots: int,
) -> int:
    """Pivots until no arc of the table is worth taking in, prices being fresh; how many, or -1 after too many.

    A cohort without demand takes no part: whatever its price, it changes nothing.
    """
    first, heads, costs, arcs = table
    rounding, tolerance = tolerances
    num_cohorts, root = len(market), len(nodes) - 1
    cursor, pivots, is_fresh = 0, 0, True
    _reprice(nodes, price, num_cohorts, order)
    while True:
        best, tail, entry, num_priced = -tolerance, -1, -1, 0
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
                num_priced += first[node + 1] - first[node]
                if num_priced >= _ARCS_A_PIVOT and tail >= 0:
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


@_inner
def _choose_useful(first: Ints, place: Ints, costs: Floats, capacity: Floats, market: Ints, useful: Table) -> bool:
    """Each cohort's cheapest unlimited arc, and the cheaper arcs to places with room; is there a market for all?"""
    starts, heads, relative, arcs = useful
    num = 0
    for cohort in range(len(market)):
        best = -1
        for arc in range(first[cohort], first[cohort + 1]):
            if capacity[place[arc]] == np.inf and (best < 0 or costs[arc] < costs[best]):
                best = arc
        if best < 0:
            return False
        market[cohort] = best
        for arc in range(first[cohort], first[cohort + 1]):
            if costs[arc] < costs[best] and 0.0 < capacity[place[arc]] < np.inf:
                heads[num], relative[num], arcs[num] = len(market) + place[arc], costs[arc] - costs[best], arc
                num += 1
        starts[cohort + 1] = num
    return True


@_inner
def _choose_near(useful: Table, price: Floats, near: Table, reduced: Floats) -> None:
    """Of the useful arcs of each cohort the ``_NEAR`` that cost least at these prices."""
    first, heads, costs, arcs = useful
    starts, near_heads, near_costs, near_arcs = near
    num = 0
    for cohort in range(len(first) - 1):
        begin = num
        for entry in range(first[cohort], first[cohort + 1]):
            own, position = costs[entry] + price[heads[entry]], num
            if num - begin < _NEAR:
                num += 1
            elif own < reduced[num - 1]:
                position = num - 1
            else:
                continue
            while position > begin and own < reduced[position - 1]:
                reduced[position], near_heads[position] = reduced[position - 1], near_heads[position - 1]
                near_costs[position], near_arcs[position] = near_costs[position - 1], near_arcs[position - 1]
                position -= 1
            reduced[position], near_heads[position] = own, heads[entry]
            near_costs[position], near_arcs[position] = costs[entry], arcs[entry]
        starts[cohort + 1] = num


@_inner
def _dual_prices(
    first: Ints,
    place: Ints,
    costs: Floats,
    demand: Floats,
    capacity: Floats,
    market: Ints,
    price: Floats,
    prices: tuple[Floats, Floats],
) -> float:
    """Prices that no rounding makes infeasible, and the bound that they prove.

    A place without room costs as little as the cohorts with children allow; then each cohort's price is the least of
    cost and place price over all its arcs.
    """
    cohort_price, place_price = prices
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


@_inner
def _read_flows(nodes: Nodes, costs: Floats, measures: Floats, measured: Floats, flow: Floats, has_flow: bool) -> float:
    """The value of the flow in the tree; adds up the measures too and, if it is wanted, fills in the flow."""
    value = 0.0
    for node in range(len(nodes) - 1):
        arc, on_arc = nodes[node].arc, nodes[node].flow
        if on_arc > 0.0 and arc >= 0:
            value += on_arc * costs[arc]
            for measure in range(len(measured)):
                measured[measure] += on_arc * measures[arc, measure]
            if has_flow:
                flow[arc] = on_arc
    return value


@_inner
def _table(num_starts: int, num_arcs: int) -> Table:
    starts, ends = np.zeros(num_starts, np.int64), np.zeros(num_arcs, np.int64)
    return starts, ends, np.zeros(num_arcs), np.zeros(num_arcs, np.int64)


@compiled
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
    nodes: Nodes,
    value: Floats,
    bound: Floats,
    measured: Floats,
    cohort_price: Floats,
    place_price: Floats,
    flow: Floats,
    has_flow: bool,
    pivots: Ints,
    trees: Int32s,
    has_trees: bool,
) -> tuple[int, int]:
    """Solve ``blocks`` in that order into the last arrays, which hold zeros; see ``transport.solve_blocks``.

    Blocks that share costs and capacities should come one after another. ``measures`` is (A, M) here, and ``flow`` has
    one row, which stays as it is, unless ``has_flow``; so have the trees, unless ``has_trees``.
    Returns a status and the block that it is about: ``SOLVED``, or why the work stopped there.
    """
    num_cohorts, root = demand.shape[1], len(nodes) - 1
    price, amount = np.zeros(len(nodes)), np.zeros(len(nodes))
    order, market = np.zeros(len(nodes), np.int64), np.zeros(num_cohorts, np.int64)
    useful, near = _table(num_cohorts + 1, len(place)), _table(num_cohorts + 1, _NEAR * num_cohorts)
    reduced, cohorts = np.zeros(_NEAR * num_cohorts), np.zeros(len(place), np.int64)
    for cohort in range(num_cohorts):
        cohorts[first[cohort] : first[cohort + 1]] = cohort
    before, largest, largest_saving, num_same = -1, 0.0, 0.0, 0
    for block in blocks:
        own_costs, own_capacity = costs[group[block]], capacity[capacity_row[block]]
        num_same += 1
        if before < 0 or group[before] != group[block] or capacity_row[before] != capacity_row[block]:
            num_same, largest, largest_saving = 0, 0.0, 0.0
            if not _choose_useful(first, place, own_costs, own_capacity, market, useful):
                return NO_MARKET, block
            for cost in own_costs:
                largest = max(largest, abs(cost))
            for entry in range(useful[0][num_cohorts]):
                largest_saving = max(largest_saving, -useful[2][entry])
            for node in range(root):
                price[node] = 0.0
        before, total = block, 0.0
        for cohort in range(num_cohorts):
            amount[cohort] = demand[block, cohort]
            total += demand[block, cohort]
        for node in range(num_cohorts, root):
            amount[node] = min(own_capacity[node - num_cohorts], 2.0 * total)
        rounding = _ROUNDING * total
        tolerances = (rounding, _ROUNDING * largest_saving)
        is_known = has_trees and trees[block, 0] != NO_TREE
        is_begun = num_same > 0 and is_warm and not is_known
        if is_known:
            _known_tree(nodes, trees[block], cohorts, place, own_costs, useful, market)
        elif not is_begun:
            _first_tree(nodes, useful, market)
        elif num_same % _NEAR_FOR_BLOCKS == 1:
            _choose_near(useful, price, near, reduced)
        num = _reprice(nodes, price, num_cohorts, order)
        _mend(nodes, amount, market, order, num, rounding)
        if is_begun:
            pivots[block] = _optimise(nodes, price, near, amount, market, order, tolerances, most_pivots)
            if pivots[block] < 0:
                return TOO_MANY_PIVOTS, block
        more = _optimise(nodes, price, useful, amount, market, order, tolerances, most_pivots - pivots[block])
        if more < 0:
            return TOO_MANY_PIVOTS, block
        pivots[block] += more
        if has_trees:
            _keep_tree(nodes, trees[block])
        least = _set_flows(nodes, amount, order, num)
        own_flow = flow[block if has_flow else 0]
        value[block] = _read_flows(nodes, own_costs, measures, measured[block], own_flow, has_flow)
        own_prices = (cohort_price[block], place_price[block])
        bound[block] = _dual_prices(first, place, own_costs, demand[block], own_capacity, market, price, own_prices)
        if least < -_ACCURACY * total or abs(value[block] - bound[block]) > _ACCURACY * total * largest:
            return INACCURATE, block
    return SOLVED, -1
