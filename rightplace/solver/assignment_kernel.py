"""The compiled half of ``assignment``: Lagrangian bounds of assignment problems, and a tree search that goes by them.

All that is compiled stands in this one file (``transport_kernel`` says why, and lends its compiler).

Every job goes to one agent; an agent that is open costs its fixed cost and has limited room. The rule that each job
has one agent is priced (``prices``, one a job): what is left is a 0-1 knapsack for each agent, solved by dynamic
programming over its room. Open agents must bring enough ``strength``: of room, all that the jobs need; or there must be
exactly so many. That rule has a price too (``toll``), the best for the knapsacks at hand.

Costs are whole numbers, and prices and tolls stand on a grid of 1/1024, so that every sum below is exact: a bound
above ``cutoff - 1`` proves that nothing is better than ``cutoff``. Posta, Ferland and Michelon 2012
(doi:10.1007/s10589-011-9432-0) search GAP in this way: depth first, with few steps at each node, and much fixed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from rightplace.solver.transport_kernel import compiled

if TYPE_CHECKING:
    from rightplace.program import Floats, Ints

GRID = 1024.0
"""Prices are whole multiples of one over this."""
CLOSED, OPEN, UNDECIDED = 0, 1, 2
RUNNING, EXHAUSTED, IMPROVED = 0, 1, 2
_MEMORY = 0.3
"""What is left of the last direction in the next."""
_PATIENCE = 6
"""Steps without a better bound after which steps are half as long."""


class Question(NamedTuple):
    """What is asked: agents by jobs, whole numbers throughout; ``need`` of ``strength``, exactly or at least."""

    costs: Floats
    weights: Ints
    fixed: Floats
    strength: Floats
    need: float
    is_exact: bool


class State(NamedTuple):
    """What is decided: pairs still possible, the agent of each job or -1, agents open or closed, room left.

    ``paid`` holds one number, the cost of the jobs that have their agent.
    """

    is_possible: Any
    agent: Ints
    status: Ints
    room: Ints
    paid: Floats


class Work(NamedTuple):
    """Room to work in; after ``evaluate``: what each agent costs beyond its prices, what it holds, who is served."""

    forward: Any
    backward: Any
    items: Ints
    profits: Floats
    sizes: Ints
    balance: Floats
    is_held: Any
    served: Ints
    loss_with: Any
    loss_without: Any
    often_open: Floats
    ratios: Floats
    order: Ints
    current: Floats
    direction: Floats


class Trail(NamedTuple):
    """The branch of the tree: what was changed (kind, agent, job), and at each depth where that begins and what is
    still to be tried. ``depth`` holds the depth, the length of the trail, and 1 where the node is not yet bounded.
    """

    changes: Ints
    marks: Ints
    prices: Any
    branched: Ints
    options: Any
    num_options: Ints
    depth: Ints


def room_to_work(num_agents: int, num_jobs: int, most_room: int) -> Work:
    """Empty arrays of the right sizes."""
    tables = np.zeros((2, num_jobs + 1, most_room + 1))
    pairs = np.zeros((2, num_agents, num_jobs))
    jobs = np.zeros((3, num_jobs))
    counts = np.zeros((3, num_jobs), np.int64)
    agents = np.zeros((3, num_agents))
    order = np.zeros(num_agents, np.int64)
    is_held = np.zeros((num_agents, num_jobs), np.uint8)
    return Work(
        tables[0], tables[1], counts[0], jobs[0], counts[1], agents[0], is_held, counts[2], pairs[0], pairs[1],
        agents[1] + 0.5, agents[2], order, jobs[1], jobs[2],
    )  # fmt: skip


def empty_trail(num_agents: int, num_jobs: int) -> Trail:
    """A tree of which nothing is searched."""
    depths = num_agents + num_jobs + 2
    return Trail(
        changes=np.zeros((num_agents * num_jobs + num_agents + num_jobs + 1, 3), np.int64),
        marks=np.zeros(depths, np.int64),
        prices=np.zeros((depths, num_jobs)),
        branched=np.zeros(depths, np.int64),
        options=np.zeros((depths, max(2, num_agents)), np.int64),
        num_options=np.zeros(depths, np.int64),
        depth=np.array([0, 0, 1], np.int64),
    )


@compiled
def _gather(question: Question, state: State, work: Work, prices: Floats, agent: int) -> int:
    """The jobs that an agent would gain by, as items of its knapsack; how many."""
    num = 0
    for job in range(len(prices)):
        work.is_held[agent, job] = 0
        profit = prices[job] - question.costs[agent, job]
        size = question.weights[agent, job]
        if profit > 0.0 and state.agent[job] < 0 and state.is_possible[agent, job] and size <= state.room[agent]:
            work.items[num], work.profits[num], work.sizes[num] = job, profit, size
            num += 1
    return num


@compiled
def _extend(row: Floats, after: Floats, profit: float, size: int, room: int) -> None:
    """The best profit within each capacity, with one more item."""
    for used in range(size):
        after[used] = row[used]
    for used in range(size, room + 1):
        taken = row[used - size] + profit
        after[used] = taken if taken > row[used] else row[used]


@compiled
def _fill_forward(work: Work, num: int, room: int) -> None:
    for used in range(room + 1):
        work.forward[0, used] = 0.0
    for item in range(num):
        _extend(work.forward[item], work.forward[item + 1], work.profits[item], work.sizes[item], room)


@compiled
def _fill_backward(work: Work, num: int, room: int) -> None:
    for used in range(room + 1):
        work.backward[num, used] = 0.0
    for item in range(num - 1, -1, -1):
        _extend(work.backward[item + 1], work.backward[item], work.profits[item], work.sizes[item], room)


@compiled
def _toll(question: Question, state: State, work: Work) -> float:
    """The price of strength that makes the bound best; infinite where there is not enough."""
    need, most, num = question.need, 0.0, 0
    for agent in range(len(state.status)):
        if state.status[agent] == OPEN:
            need -= question.strength[agent]
        elif state.status[agent] == UNDECIDED and question.strength[agent] > 0.0:
            most += question.strength[agent]
            ratio, at = work.balance[agent] / question.strength[agent], num
            while at > 0 and work.ratios[at - 1] > ratio:
                work.ratios[at], work.order[at] = work.ratios[at - 1], work.order[at - 1]
                at -= 1
            work.ratios[at], work.order[at] = ratio, agent
            num += 1
    if need > most or (question.is_exact and need < 0.0):
        return np.inf
    if num == 0 or (need <= 0.0 and not question.is_exact):
        return 0.0
    position = 0
    while position < num - 1 and need > question.strength[work.order[position]]:
        need -= question.strength[work.order[position]]
        position += 1
    toll: float = np.floor(work.ratios[position] * GRID) / GRID
    return toll if question.is_exact else max(toll, 0.0)


@compiled
def evaluate(question: Question, state: State, work: Work, prices: Floats) -> float:
    """The bound of some prices (exact: they stand on the grid), infinite where nothing is feasible."""
    num_agents, num_jobs = question.costs.shape
    for agent in range(num_agents):
        if state.status[agent] == CLOSED:
            continue
        room = state.room[agent]
        num = _gather(question, state, work, prices, agent)
        _fill_forward(work, num, room)
        work.balance[agent] = question.fixed[agent] - work.forward[num, room]
        left = room
        for item in range(num - 1, -1, -1):
            if work.forward[item + 1, left] != work.forward[item, left]:
                work.is_held[agent, work.items[item]] = 1
                left -= work.sizes[item]
    toll = _toll(question, state, work)
    if toll == np.inf:
        return np.inf
    bound: float = state.paid[0] + toll * question.need
    for job in range(num_jobs):
        work.served[job] = 0
        if state.agent[job] < 0:
            bound += prices[job]
    for agent in range(num_agents):
        if state.status[agent] == CLOSED:
            continue
        work.balance[agent] -= toll * question.strength[agent]
        is_open = state.status[agent] == OPEN or work.balance[agent] <= 0.0
        work.often_open[agent] += 0.1 * ((1.0 if is_open else 0.0) - work.often_open[agent])
        if is_open:
            bound += work.balance[agent]
            for job in range(num_jobs):
                work.served[job] += work.is_held[agent, job]
    return bound


@compiled
def ascend(
    question: Question, state: State, work: Work, prices: Floats, cutoff: float, num_steps: int, length: float
) -> float:
    """Better prices by subgradient steps towards ``cutoff``, in place; the best bound, at these prices.

    It ends early once the bound is above ``cutoff - 1``.
    """
    num_jobs = len(prices)
    best, fruitless = -np.inf, 0
    for job in range(num_jobs):
        work.current[job], work.direction[job] = prices[job], 0.0
    for step in range(num_steps + 1):
        bound = evaluate(question, state, work, work.current)
        if bound > best:
            best, fruitless = bound, 0
            for job in range(num_jobs):
                prices[job] = work.current[job]
        else:
            fruitless += 1
        if best > cutoff - 1.0 or step == num_steps:
            break
        if fruitless > _PATIENCE:
            fruitless, length = 0, 0.5 * length
            for job in range(num_jobs):
                work.current[job] = prices[job]
            if length < 1e-3:
                break
        norm = 0.0
        for job in range(num_jobs):
            if state.agent[job] < 0:
                work.direction[job] = _MEMORY * work.direction[job] + (1 - work.served[job])
                norm += work.direction[job] ** 2
        if norm < 1e-9:
            break
        stride = length * (cutoff - bound) / norm
        for job in range(num_jobs):
            if state.agent[job] < 0:
                moved = work.current[job] + stride * work.direction[job]
                work.current[job] = np.floor(moved * GRID + 0.5) / GRID
    return best


@compiled
def weigh(question: Question, state: State, work: Work, prices: Floats) -> float:
    """``evaluate``, and for each pair the bound if the job goes to the agent, in ``loss_with``."""
    bound = evaluate(question, state, work, prices)
    if bound == np.inf:
        return bound
    num_agents, num_jobs = question.costs.shape
    for agent in range(num_agents):
        for job in range(num_jobs):
            work.loss_with[agent, job], work.loss_without[agent, job] = np.inf, 0.0
        if state.status[agent] != CLOSED:
            _weigh_agent(question, state, work, prices, agent)
    for job in range(num_jobs):
        without = 0.0
        for agent in range(num_agents):
            without += work.loss_without[agent, job]
        for agent in range(num_agents):
            work.loss_with[agent, job] += bound + without - work.loss_without[agent, job]
    return bound


@compiled
def _weigh_agent(question: Question, state: State, work: Work, prices: Floats, agent: int) -> None:
    """What the bound grows by if a job must, or must not, be held by an agent."""
    room, balance = state.room[agent], work.balance[agent]
    is_open = state.status[agent] == OPEN
    own = balance if is_open else min(balance, 0.0)
    for job in range(len(prices)):  # gathering empties what is held
        work.loss_without[agent, job] = work.is_held[agent, job]
    num = _gather(question, state, work, prices, agent)
    for job in range(len(prices)):
        work.is_held[agent, job] = 1 if work.loss_without[agent, job] > 0.0 else 0
        work.loss_without[agent, job] = 0.0
    _fill_forward(work, num, room)
    _fill_backward(work, num, room)
    best = work.forward[num, room]
    for job in range(len(prices)):
        size = question.weights[agent, job]
        if state.agent[job] < 0 and state.is_possible[agent, job] and size <= room:
            forced = prices[job] - question.costs[agent, job] + work.forward[num, room - size]
            work.loss_with[agent, job] = balance + best - forced - own
    for item in range(num):
        job, size = work.items[item], work.sizes[item]
        before, after = work.forward[item], work.backward[item + 1]
        without, rest = 0.0, 0.0
        for used in range(room + 1):
            without = max(without, before[used] + after[room - used])
        for used in range(room - size + 1):
            rest = max(rest, before[used] + after[room - size - used])
        left = balance + best - without
        work.loss_without[agent, job] = (left if is_open else min(left, 0.0)) - own
        work.loss_with[agent, job] = balance + best - rest - work.profits[item] - own


@compiled
def _change(trail: Trail, kind: int, agent: int, job: int) -> None:
    at = trail.depth[1]
    trail.changes[at, 0], trail.changes[at, 1], trail.changes[at, 2] = kind, agent, job
    trail.depth[1] = at + 1


@compiled
def _decide_agent(state: State, trail: Trail, agent: int, status: int) -> None:
    if state.status[agent] == UNDECIDED:
        state.status[agent] = status
        _change(trail, 2, agent, 0)


@compiled
def _assign(question: Question, state: State, trail: Trail, agent: int, job: int) -> None:
    _decide_agent(state, trail, agent, OPEN)
    state.agent[job] = agent
    state.room[agent] -= question.weights[agent, job]
    state.paid[0] += question.costs[agent, job]
    _change(trail, 1, agent, job)


@compiled
def _undo(question: Question, state: State, trail: Trail, mark: int) -> None:
    """Take back all changes but the first ``mark``."""
    while trail.depth[1] > mark:
        trail.depth[1] -= 1
        at = trail.depth[1]
        kind, agent, job = trail.changes[at, 0], trail.changes[at, 1], trail.changes[at, 2]
        if kind == 0:
            state.is_possible[agent, job] = 1
        elif kind == 1:
            state.agent[job] = -1
            state.room[agent] += question.weights[agent, job]
            state.paid[0] -= question.costs[agent, job]
        else:
            state.status[agent] = UNDECIDED


@compiled
def fix(question: Question, state: State, work: Work, trail: Trail, bound: float, cutoff: float) -> int:
    """After ``weigh``: decide what cannot be otherwise below ``cutoff``; how much, or -1 where nothing is left."""
    num_agents, num_jobs = question.costs.shape
    before = trail.depth[1]
    for agent in range(num_agents):
        if state.status[agent] == UNDECIDED and bound + abs(work.balance[agent]) > cutoff - 1.0:
            _decide_agent(state, trail, agent, OPEN if work.balance[agent] < 0.0 else CLOSED)
    for job in range(num_jobs):
        if state.agent[job] >= 0:
            continue
        num, last = 0, -1
        for agent in range(num_agents):
            if not state.is_possible[agent, job]:
                continue
            is_shut = state.status[agent] == CLOSED or question.weights[agent, job] > state.room[agent]
            if is_shut or work.loss_with[agent, job] > cutoff - 1.0:
                state.is_possible[agent, job] = 0
                _change(trail, 0, agent, job)
            else:
                num, last = num + 1, agent
        if num == 0:
            return -1
        if num == 1:
            _assign(question, state, trail, last, job)
    num_changes: int = trail.depth[1] - before
    return num_changes


@compiled
def _bounded(
    question: Question, state: State, work: Work, trail: Trail, prices: Floats, cutoff: float, num_steps: int
) -> bool:
    """Steps and fixing in turn while that helps; ``False`` where nothing better than ``cutoff`` is left."""
    for _ in range(50):
        if ascend(question, state, work, prices, cutoff, num_steps, 0.7) > cutoff - 1.0:
            return False
        bound = weigh(question, state, work, prices)
        if bound > cutoff - 1.0:
            return False
        num = fix(question, state, work, trail, bound, cutoff)
        if num < 0:
            return False
        num_open = 0
        for job in range(len(prices)):
            num_open += state.agent[job] < 0
        if num == 0 or num_open == 0 or 20 * num < num_open:
            return True
    return True


@compiled
def _branch(question: Question, state: State, work: Work, trail: Trail, cutoff: float) -> bool:
    """What to decide next, and its options, most promising last; ``False`` where every job has its agent.

    Agents before jobs: the one that is open in about half of the steps. Of the jobs, the one whose options together
    leave least.
    """
    num_agents, num_jobs = question.costs.shape
    depth = trail.depth[0]
    best, chosen = np.inf, -1
    for agent in range(num_agents):
        if state.status[agent] == UNDECIDED:
            score = abs(work.often_open[agent] - 0.5)
            if score < best:
                best, chosen = score, agent
    is_any_left = False
    for job in range(num_jobs):
        is_any_left = is_any_left or state.agent[job] < 0
    if not is_any_left:
        return False
    if chosen >= 0:
        trail.branched[depth], trail.num_options[depth] = num_jobs + chosen, 2
        is_likely = work.often_open[chosen] >= 0.5
        trail.options[depth, 0], trail.options[depth, 1] = (CLOSED, OPEN) if is_likely else (OPEN, CLOSED)
        return True
    for job in range(num_jobs):
        if state.agent[job] >= 0:
            continue
        score = 0.0
        for agent in range(num_agents):
            if state.is_possible[agent, job]:
                score += max(0.0, cutoff - work.loss_with[agent, job])
        if score < best:
            best, chosen = score, job
    if chosen < 0:
        return False
    num = 0
    for agent in range(num_agents):
        if state.is_possible[agent, chosen]:
            at = num
            while at > 0 and work.loss_with[trail.options[depth, at - 1], chosen] < work.loss_with[agent, chosen]:
                trail.options[depth, at] = trail.options[depth, at - 1]
                at -= 1
            trail.options[depth, at] = agent
            num += 1
    trail.branched[depth], trail.num_options[depth] = chosen, num
    return True


@compiled
def _complete(question: Question, state: State, work: Work, agents: Ints) -> float:
    """The cost of a full assignment, infinite where strength is missing; of undecided agents, only needed ones open."""
    cost: float = state.paid[0]
    missing = question.need
    for agent in range(len(state.status)):
        if state.status[agent] == OPEN:
            cost += question.fixed[agent]
            missing -= question.strength[agent]
    if question.is_exact:
        if missing < 0.0:
            return np.inf
        for agent in range(len(state.status)):
            work.balance[agent] = question.fixed[agent] if state.status[agent] == UNDECIDED else np.inf
        while missing > 0.0:
            cheapest = 0
            for agent in range(len(state.status)):
                if work.balance[agent] < work.balance[cheapest]:
                    cheapest = agent
            if work.balance[cheapest] == np.inf:
                return np.inf
            cost, missing = cost + work.balance[cheapest], missing - 1.0
            work.balance[cheapest] = np.inf
    for job in range(len(agents)):
        agents[job] = state.agent[job]
    return cost


@compiled
def search(
    question: Question,
    state: State,
    work: Work,
    trail: Trail,
    cutoff: float,
    num_steps: int,
    num_nodes: int,
    agents: Ints,
) -> tuple[int, float, int]:
    """Go on with the tree for some nodes; a status, the cost of ``agents`` if ``IMPROVED``, and nodes still unused.

    It begins with the prices in ``trail.prices[0]``. ``EXHAUSTED``: nothing is better than ``cutoff``.
    """
    while num_nodes > 0:
        depth = trail.depth[0]
        if trail.depth[2]:
            num_nodes -= 1
            trail.depth[2] = 0
            trail.num_options[depth] = 0
            is_left = _bounded(question, state, work, trail, trail.prices[depth], cutoff, num_steps)
            trail.marks[depth] = trail.depth[1]
            if is_left and not _branch(question, state, work, trail, cutoff):
                cost = _complete(question, state, work, agents)
                if cost < cutoff:
                    return IMPROVED, cost, num_nodes
        _undo(question, state, trail, trail.marks[depth])
        if trail.num_options[depth] == 0:
            if depth == 0:
                return EXHAUSTED, np.inf, num_nodes
            trail.depth[0] = depth - 1
            continue
        trail.num_options[depth] -= 1
        option, branched = trail.options[depth, trail.num_options[depth]], trail.branched[depth]
        if branched >= len(state.agent):
            _decide_agent(state, trail, branched - len(state.agent), option)
        elif question.weights[option, branched] > state.room[option]:
            continue
        else:
            _assign(question, state, trail, option, branched)
        for job in range(len(agents)):
            trail.prices[depth + 1, job] = trail.prices[depth, job]
        trail.depth[0] = depth + 1
        trail.depth[2] = 1
    return RUNNING, np.inf, 0
