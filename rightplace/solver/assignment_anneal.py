"""Compiled annealing of assignments: agents that fill themselves anew, and chains of jobs that push each other on.

Both go by the *excess* of a pair: what the job costs there above where it is cheapest, with room at its price. With
whole agents full and no excess anywhere, an assignment would cost what the linear relaxation does.

- ``refill``: some jobs have no agent. Again and again an agent takes the best set of its own jobs and of those, by
  dynamic programming over its room, with a little noise. A job that stays without an agent is worth more each time.
- ``chains``: a job goes to another agent and pushes out one there, which goes to a third, until one fits: ejection
  chains after Yagiura, Ibaraki and Glover (EJOR 169, 2006, pages 548-569), accepted as annealing does.

As in ``transport_kernel``, all that is compiled and calls each other stands in one file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from rightplace.solver.transport_kernel import compiled

if TYPE_CHECKING:
    from rightplace.program import Floats, Ints

_FADE, _FADE_EVERY = 0.999, 50
"""Of what a job is worth beyond its cost: its decay, in some steps."""
_NOISE = 0.3
"""Of what jobs are worth to an agent, in temperatures."""
_DROPPED, _FEW, _DEAR = 0.03, 2, 0.3
"""How often a dear job is taken from its agent, where fewer jobs than this have none; the excess that is dear."""
_MOST_FREE = 32
"""Jobs of an agent that are looked at anew at once."""
_BY_NEED = 0.8
"""How often the next agent is one that is near a job without an agent."""
_DEPTH = 6
"""The longest chain."""


class Ground(NamedTuple):
    """What does not change: agents by jobs, room and its price, ``excess`` of pairs, and the near agents of jobs."""

    costs: Floats
    weights: Ints
    room: Ints
    room_price: Floats
    excess: Floats
    near: Ints


class Draft(NamedTuple):
    """An assignment, perhaps with jobs that have no agent (-1); what jobs are worth beyond their cost; room to work in.

    ``rise`` holds one number, by which the worth of a job grows when it is left; ``num_whole`` counts assignments of
    all jobs since it was set to 0.
    """

    agents: Ints
    worth: Floats
    held: Any
    place: Ints
    num_held: Ints
    slack: Ints
    table: Any
    rise: Floats
    num_whole: Ints


def draft_of(ground: Ground, agents: Ints) -> Draft:
    """A draft of an assignment."""
    num_agents, num_jobs = ground.costs.shape
    held, table = (
        np.zeros((num_agents, num_jobs), np.int64),
        np.zeros((num_jobs + 1, int(ground.room.max()) + 1), np.float32),
    )
    jobs, counts = np.zeros(num_jobs, np.int64), np.zeros((2, num_agents), np.int64)
    return Draft(
        agents.copy(), np.zeros(num_jobs), held, jobs, counts[0], counts[1], table, np.zeros(1), np.zeros(1, np.int64)
    )


@compiled
def _take(ground: Ground, draft: Draft, agent: int, job: int) -> None:
    draft.held[agent, draft.num_held[agent]], draft.place[job] = job, draft.num_held[agent]
    draft.num_held[agent] += 1
    draft.slack[agent] -= ground.weights[agent, job]
    draft.agents[job] = agent


@compiled
def _drop(ground: Ground, draft: Draft, job: int) -> None:
    agent = draft.agents[job]
    draft.num_held[agent] -= 1
    last = draft.held[agent, draft.num_held[agent]]
    draft.held[agent, draft.place[job]], draft.place[last] = last, draft.place[job]
    draft.slack[agent] += ground.weights[agent, job]
    draft.agents[job] = -1


@compiled
def _lay_out(ground: Ground, draft: Draft) -> float:
    """Who holds what, from ``agents``; the cost."""
    cost = 0.0
    for agent in range(len(ground.room)):
        draft.num_held[agent], draft.slack[agent] = 0, ground.room[agent]
    for job in range(len(draft.agents)):
        if draft.agents[job] >= 0:
            cost += ground.costs[draft.agents[job], job]
            _take(ground, draft, draft.agents[job], job)
    return cost


@compiled
def _fill(ground: Ground, draft: Draft, agent: int, items: Ints, profits: Floats, num: int, room: int) -> int:
    """The most profitable of some items within the room, in place of ``items``; how many."""
    table = draft.table
    for used in range(room + 1):
        table[0, used] = 0.0
    for item in range(num):
        row, after = table[item], table[item + 1]
        profit, size = np.float32(profits[item]), ground.weights[agent, items[item]]
        if profit <= 0.0 or size > room:
            for used in range(room + 1):
                after[used] = row[used]
            continue
        for used in range(size):
            after[used] = row[used]
        for used in range(size, room + 1):
            taken = row[used - size] + profit
            after[used] = taken if taken > row[used] else row[used]
    left, first = room, num
    for item in range(num - 1, -1, -1):
        if table[item + 1, left] != table[item, left]:
            left -= ground.weights[agent, items[item]]
            first -= 1
            items[first], items[item] = items[item], items[first]
    for item in range(num - first):
        items[item], items[first + item] = items[first + item], items[item]
    return num - first


@compiled
def _keep_some(ground: Ground, draft: Draft, agent: int, dice: Any) -> int:
    """Put those that an agent keeps whatever comes, by lot, at the front of what it holds; the room beside them."""
    room, num = ground.room[agent], draft.num_held[agent]
    for at in range(num - _MOST_FREE):
        other = at + int(dice.random() * (num - at))
        job, kept = draft.held[agent, at], draft.held[agent, other]
        draft.held[agent, at], draft.held[agent, other] = kept, job
        draft.place[kept], draft.place[job] = at, other
        room -= ground.weights[agent, kept]
    return int(room)


@compiled
def _dear_job(ground: Ground, draft: Draft, dice: Any) -> int:
    """Of three jobs, the one with the most excess; -1 where none is dear."""
    chosen, most = -1, _DEAR
    for _ in range(3):
        job = int(dice.random() * len(draft.agents))
        agent = draft.agents[job]
        if agent >= 0 and ground.excess[agent, job] > most:
            chosen, most = job, ground.excess[agent, job]
    return chosen


@compiled
def refill(
    ground: Ground, draft: Draft, temperature: float, num_steps: int, dice: Any, best: float, goal: float, found: Ints
) -> float:
    """Some steps at a temperature; the least cost of ``best`` and what was found, which is then in ``found``.

    It ends early at ``goal`` or less.
    """
    num_agents, num_jobs = ground.costs.shape
    agents = draft.agents
    cost = _lay_out(ground, draft)
    waiting, num_waiting = np.zeros(num_jobs, np.int64), 0
    items, profits = np.zeros(num_jobs, np.int64), np.zeros(num_jobs)
    for job in range(num_jobs):
        if agents[job] < 0:
            waiting[num_waiting] = job
            num_waiting += 1
    for step in range(num_steps):
        if num_waiting < _FEW and dice.random() < _DROPPED:
            job = _dear_job(ground, draft, dice)
            if job >= 0:
                cost -= ground.costs[agents[job], job]
                _drop(ground, draft, job)
                waiting[num_waiting] = job
                num_waiting += 1
                draft.worth[job] *= 0.5
        agent = int(dice.random() * num_agents)
        if num_waiting > 0 and dice.random() < _BY_NEED:
            job = waiting[int(dice.random() * num_waiting)]
            agent = ground.near[job, int(dice.random() * ground.near.shape[1])]
        num, room = 0, _keep_some(ground, draft, agent, dice)
        for at in range(max(0, draft.num_held[agent] - _MOST_FREE), draft.num_held[agent]):
            items[num] = draft.held[agent, at]
            num += 1
        for at in range(num_waiting):
            if ground.excess[agent, waiting[at]] < np.inf:
                items[num] = waiting[at]
                num += 1
        for at in range(num):
            job = items[at]
            noise = -_NOISE * temperature * np.log(-np.log(1e-12 + (1.0 - 2e-12) * dice.random()))
            gain = ground.room_price[agent] * ground.weights[agent, job] - ground.excess[agent, job]
            profits[at] = gain + draft.worth[job] + noise
        num_taken = _fill(ground, draft, agent, items, profits, num, room)
        for at in range(num_taken, num):
            job = items[at]
            if agents[job] == agent:
                cost -= ground.costs[agent, job]
                _drop(ground, draft, job)
                waiting[num_waiting] = job
                num_waiting += 1
        for at in range(num_taken):
            job = items[at]
            if agents[job] < 0:
                cost += ground.costs[agent, job]
                _take(ground, draft, agent, job)
        num = 0
        for at in range(num_waiting):
            job = waiting[at]
            if agents[job] < 0:
                waiting[num] = job
                num += 1
                draft.worth[job] += draft.rise[0]
        num_waiting = num
        if step % _FADE_EVERY == 0:
            for job in range(num_jobs):
                draft.worth[job] *= _FADE
        draft.num_whole[0] += num_waiting == 0
        if num_waiting == 0 and cost < best:
            best = cost
            for job in range(num_jobs):
                found[job] = agents[job]
            if best <= goal:
                break
    return best


@compiled
def _last_link(
    ground: Ground, draft: Draft, marks: Ints, mark: int, job: int, start: int, hole: int, most: float
) -> int:
    """The cheapest agent with room for a job, at ``most`` of cost, or -1; ``hole`` is left where the chain began."""
    chosen = -1
    if hole >= ground.weights[start, job] and ground.costs[start, job] <= most:
        most, chosen = ground.costs[start, job], start
    for at in range(ground.near.shape[1]):
        agent = ground.near[job, at]
        if (
            marks[agent] != mark
            and draft.slack[agent] >= ground.weights[agent, job]
            and ground.costs[agent, job] <= most
        ):
            most, chosen = ground.costs[agent, job], agent
    return chosen


@compiled
def _next_link(
    ground: Ground, draft: Draft, marks: Ints, mark: int, job: int, spent: float, most: float, spread: float, dice: Any
) -> tuple[int, int, float]:
    """Where a job goes and whom it pushes out there, with what is then spent; -1 where all is dearer than ``most``."""
    best, chosen, pushed, then = most, -1, -1, 0.0
    for at in range(ground.near.shape[1]):
        agent = ground.near[job, at]
        num = draft.num_held[agent]
        if marks[agent] == mark or num == 0:
            continue
        weight, begin = ground.weights[agent, job], int(dice.random() * num)
        base = spent + ground.excess[agent, job]
        for offset in range(num):
            other = draft.held[agent, (begin + offset) % num]
            freed = ground.weights[agent, other]
            if freed + draft.slack[agent] < weight:
                continue
            after = base - ground.excess[agent, other] + ground.room_price[agent] * (freed - weight)
            if after > most:
                continue
            score = after - spread * dice.random()
            if score < best:
                best, chosen, pushed, then = score, agent, other, after
    return chosen, pushed, then


@compiled
def chains(
    ground: Ground, draft: Draft, temperature: float, num_tries: int, dice: Any, best: float, goal: float, found: Ints
) -> float:
    """Some tries at a temperature, of a draft where all jobs have agents; as ``refill``."""
    num_agents, num_jobs = ground.costs.shape
    cost = _lay_out(ground, draft)
    marks = np.full(num_agents, -1)
    jobs, takers = np.zeros(_DEPTH + 1, np.int64), np.zeros(_DEPTH + 1, np.int64)
    for mark in range(num_tries):
        job = int(dice.random() * num_jobs)
        start = draft.agents[job]
        most = -temperature * np.log(1.0 - dice.random())
        hole = draft.slack[start] + ground.weights[start, job]
        marks[start] = mark
        change, spent, length, is_whole = -ground.costs[start, job], -ground.excess[start, job], 0, False
        while True:
            own_hole = hole if length > 0 else -1
            agent = _last_link(ground, draft, marks, mark, job, start, own_hole, most - change)
            jobs[length], takers[length] = job, agent
            if agent >= 0:
                change, is_whole = change + ground.costs[agent, job], True
                break
            if length == _DEPTH:
                break
            agent, pushed, spent = _next_link(ground, draft, marks, mark, job, spent, most, 2.0 * temperature, dice)
            if agent < 0:
                break
            takers[length], marks[agent] = agent, mark
            change += ground.costs[agent, job] - ground.costs[agent, pushed]
            job, length = pushed, length + 1
        if not is_whole:
            continue
        for link in range(length + 1):
            _drop(ground, draft, jobs[link])
        for link in range(length + 1):
            _take(ground, draft, takers[link], jobs[link])
        cost += change
        if cost < best:
            best = cost
            for each in range(num_jobs):
                found[each] = draft.agents[each]
            if best <= goal:
                break
    return best
