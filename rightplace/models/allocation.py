"""Allocation: which of today's vacancies for each waiting child, all children considered together.

Sets, data, variables, objective and constraints stand here in the order of ``docs/allocation.md``:
``allocation_data`` -> ``AllocationData`` -> ``allocation_program`` -> ``Program`` -> ``allocation_plan`` -> ``Plan``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rightplace.instances.children import Togetherness, Urgency
from rightplace.instances.policy import SearchOrder
from rightplace.instances.settings import ContractKind, Support
from rightplace.models import bedrooms, clashes, families
from rightplace.models.eligible import Options, options_of
from rightplace.models.parts import Parts, parts_of
from rightplace.plan import Placement, PlacementKind, Plan
from rightplace.program import Domain, Objective, Program, ProgramBuilder
from rightplace.rules.attributes import Ints, Mask
from rightplace.rules.pairs import Facts

if TYPE_CHECKING:
    from rightplace.instances.instance import Instance

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Group:
    """Siblings who are candidates: positions among the candidates, and whether they must stay together."""

    members: tuple[int, ...]
    is_required: bool


@dataclass(frozen=True, slots=True)
class AllocationData:
    """The numbers of an allocation. ``n`` candidates, ``m`` settings, ``P`` options (pairs).

    Parameters
    ----------
    option_candidate
        (P,): position of the candidate, 0 to n - 1, ascending.
    first_option
        (n + 1,): the options of candidate ``c`` are ``first_option[c]:first_option[c + 1]``.
    weight
        (n,): what leaving the candidate waiting counts; 0 for candidates who live somewhere and may move.
    may_wait
        (n,): the candidate seeks a home and may be left waiting.
    blocks
        Position of a block contract in the instance's contracts to its beds that are not in use.
    """

    facts: Facts
    search_order: SearchOrder
    options: Options
    option_candidate: Ints
    first_option: Ints
    weight: Ints
    may_wait: Mask
    groups: tuple[Group, ...]
    siblings_apart_pence: int
    blocks: dict[int, int]

    @property
    def instance(self) -> Instance:
        """The instance."""
        return self.facts.instance

    @property
    def num_candidates(self) -> int:
        """Children whom the plan may place."""
        return len(self.weight)

    def option(self, candidate: int, setting_idx: int) -> int:
        """The option of a candidate in a setting; -1 when there is none."""
        first, last = self.first_option[candidate : candidate + 2]
        at = int(first + np.searchsorted(self.options.pairs.setting_idx[first:last], setting_idx))
        return at if at < last and self.options.pairs.setting_idx[at] == setting_idx else -1

    def stays(self) -> Ints:
        """(n,): the option of each candidate who may move to stay where it lives, -1 for who waits."""
        found = np.full(self.num_candidates, -1, dtype=np.int64)
        options = np.flatnonzero(self.options.is_stay)
        found[self.option_candidate[options]] = options
        return found


def allocation_data(
    instance: Instance,
    *,
    rematch: bool,
    search_order: SearchOrder | None = None,
    beside_shortlist: frozenset[str] = frozenset(),
) -> AllocationData:
    """Turn an instance into the numbers of its allocation.

    Parameters
    ----------
    rematch
        Children who may move are candidates too.
    search_order
        In place of the policy's.
    beside_shortlist
        Ids of settings of which every lawful pair is an option, and which take nobody's place on a shortlist.
    """
    facts = Facts(instance, rematch=rematch)
    options = options_of(facts, beside_shortlist)
    candidate_of = np.full(len(instance.children), -1, dtype=np.int64)
    candidate_of[facts.candidate_idx] = np.arange(len(facts.candidate_idx))
    option_candidate = candidate_of[options.pairs.child_idx]
    waits = facts.children.is_waiting[facts.candidate_idx]
    groups = []
    for group in instance.sibling_groups:
        members = tuple(int(c) for c in (candidate_of[facts.child_idx[i]] for i in group.child_ids) if c >= 0)
        if group.togetherness is not Togetherness.APART and len(members) > 1:
            groups.append(Group(members, group.togetherness is Togetherness.REQUIRED))
    return AllocationData(
        facts=facts,
        search_order=search_order or instance.policy.search.order,
        options=options,
        option_candidate=option_candidate,
        first_option=np.searchsorted(option_candidate, np.arange(len(facts.candidate_idx) + 1)),
        weight=np.where(waits, _weights(facts), 0),
        may_wait=waits,
        groups=tuple(groups),
        siblings_apart_pence=instance.policy.price.siblings_apart,
        blocks=_free_block_beds(facts),
    )


def _weights(facts: Facts) -> Ints:
    """What placing each candidate counts, by urgency."""
    urgency = facts.instance.policy.urgency
    soon = facts.instance.date.toordinal() + urgency.within_days
    weights = []
    for child_idx in facts.candidate_idx:
        child = facts.instance.children[int(child_idx)]
        if child.id in facts.instance.placed_by_decision:
            weights.append(urgency.decided_weight)
        elif child.urgency is Urgency.EMERGENCY:
            weights.append(urgency.emergency_weight)
        elif child.needed_by is not None and child.needed_by.toordinal() <= soon:
            weights.append(urgency.within_days_weight)
        else:
            weights.append(urgency.planned_weight)
    return np.array(weights, dtype=np.int64)


def _free_block_beds(facts: Facts) -> dict[int, int]:
    """Beds of each block that a candidate may use: unused ones, and those of residents who may move."""
    free = {}
    movers = facts.candidate_idx[~facts.children.is_waiting[facts.candidate_idx]]
    for i, contract in enumerate(facts.instance.contracts):
        if contract.kind is ContractKind.BLOCK:
            homes = [facts.instance.settings[int(s)] for s in facts.children.current_setting_idx[movers]]
            living = sum(home.offer.contract_id == contract.id for home in homes)
            free[i] = contract.num_beds - contract.num_beds_used + min(contract.num_beds_used, living)
    return free


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column of the program means what.

    Parameters
    ----------
    single
        (P,): column of an option taken alone, -1 for members of groups that must stay together.
    parts
        Two or more siblings together in a setting.
    wait
        (n,): column of staying as one is: waiting for who waits, at home for who must move together or not at all; -1
        for other candidates who may move.
    seats
        Every way for a candidate to be in a setting.
    """

    single: Ints
    parts: Parts
    wait: Ints
    seats: families.Seats


def allocation_program(data: AllocationData, *, many_columns: int | None = None) -> tuple[Program, Columns]:
    """The mixed-integer program of an allocation: variables, constraints by family, objectives in order.

    Parameters
    ----------
    many_columns
        With more columns than this the rows of children who must not share are made on demand.
    """
    builder = ProgramBuilder()
    columns = _columns(data, builder)
    families.each_child_once(data, columns, builder)
    families.vacant_places(data, columns, builder)
    families.siblings_fill_places(data, columns, builder)
    rows = clashes.Clashes(data, columns.seats)
    is_on_demand = many_columns is not None and builder.num_columns > many_columns
    if not is_on_demand:
        clashes.children_who_must_not_share(rows, builder)
    families.usual_fostering_limit(data, columns, builder)
    bedrooms.bedrooms_of_their_own(data, columns, builder)
    apart = families.siblings_apart(data, columns, builder)
    saving, saved = families.block_beds(data, columns, builder)
    program = builder.build(_objectives(data, columns, builder.num_columns, apart, saving, saved))
    return (replace(program, on_demand=rows) if is_on_demand else program), columns


def _columns(data: AllocationData, builder: ProgramBuilder) -> Columns:
    num_options = len(data.option_candidate)
    together = np.zeros(data.num_candidates, dtype=np.bool_)
    for group in data.groups:
        if group.is_required:
            together[list(group.members)] = True
    alone = np.flatnonzero(~together[data.option_candidate])
    single = np.full(num_options, -1, dtype=np.int64)
    single[alone] = builder.add_columns("place", len(alone), Domain.INTEGER)
    parts = parts_of(data)
    parts = replace(parts, column=builder.add_columns("place_together", len(parts.column), Domain.INTEGER))
    waits = np.flatnonzero(data.may_wait | together)
    wait = np.full(data.num_candidates, -1, dtype=np.int64)
    wait[waits] = builder.add_columns("wait", len(waits), Domain.INTEGER)
    return Columns(single, parts, wait, families.seats_of(data, single, parts, wait))


def _objectives(
    data: AllocationData, columns: Columns, num_columns: int, apart: Ints, saving: Ints, saved: Ints
) -> list[Objective]:
    """Tiers in order: children without a home, the steps of a cascade, pence a week."""
    waiting, steps, price = (np.zeros(num_columns) for _ in range(3))
    waiting[columns.wait[data.may_wait]] = data.weight[data.may_wait]
    alone = columns.single >= 0
    steps[columns.single[alone]] = data.options.fees.step[alone]
    price[columns.single[alone]] = data.options.cost[alone]
    steps[columns.parts.column] = columns.parts.sums(data.options.fees.step)
    price[columns.parts.column] = columns.parts.sums(data.options.cost)
    stays = data.stays()
    stay_together = np.flatnonzero(~data.may_wait & (columns.wait >= 0))
    steps[columns.wait[stay_together]] = data.options.fees.step[stays[stay_together]]
    price[columns.wait[stay_together]] = data.options.cost[stays[stay_together]]
    for group in data.groups:
        if group.is_required:
            homes = {c: int(data.options.pairs.setting_idx[stays[c]]) for c in group.members if not data.may_wait[c]}
            price[columns.wait[group.members[0]]] += data.siblings_apart_pence * _pairs_apart(group, homes)
    price[apart] = data.siblings_apart_pence
    price[saving] = -saved
    tiers = [Objective("waiting", waiting, least=0), Objective("price", price, least=0)]  # no block saves a whole fee
    if data.search_order is SearchOrder.CASCADE:
        tiers.insert(1, Objective("search order", steps, least=0))
    return tiers


def allocation_plan(data: AllocationData, columns: Columns, program: Program, values: Floats) -> Plan:
    """The plan that a point of the program means; its value is added up from the options, not taken from the solver."""
    point = values > 0.5
    alone = np.flatnonzero(columns.single >= 0)
    together = columns.parts.option[point[columns.parts.column][columns.parts.part_of_member]]
    option_of = data.stays()
    for taken in (alone[point[columns.single[alone]]], together):
        option_of[data.option_candidate[taken]] = taken
    return plan_of(data, {c: option for c, option in enumerate(option_of.tolist()) if option >= 0})


def plan_of(data: AllocationData, chosen: dict[int, int]) -> Plan:
    """The plan in which each candidate of ``chosen`` takes one of its options and the others wait.

    Block beds go to the placements that save most.
    """
    instance = data.instance
    on_block = _on_block(data, chosen)
    placements = tuple(_placement(data, option, on_block) for _, option in sorted(chosen.items()))
    waiting = [child_idx for c, child_idx in enumerate(data.facts.candidate_idx.tolist()) if c not in chosen]
    where = {c: int(data.options.pairs.setting_idx[option]) for c, option in chosen.items()}
    num_apart = sum(_pairs_apart(group, where) for group in data.groups)
    settled = sum(int(data.options.num_apart[option]) for option in chosen.values())
    fees = sum(placement.fee_pence_per_week for placement in placements)
    policy = sum(placement.policy_pence_per_week for placement in placements)
    return Plan(
        instance_name=instance.name,
        digest=instance.digest,
        date=instance.date,
        rematch=data.facts.rematch,
        search_order=data.search_order,
        shortlist=instance.policy.search.shortlist,
        placements=placements,
        waiting_ids=tuple(instance.children[c].id for c in waiting),
        num_sibling_pairs_apart=num_apart + settled,
        fees_pence_per_week=fees,
        value_pence_per_week=fees + policy + data.siblings_apart_pence * (num_apart + settled),
        decisions=instance.decisions,
    )


def _pairs_apart(group: Group, where: dict[int, int]) -> int:
    """Pairs of a group, at least one of whom has a place (``where``: candidate to setting), not in one setting."""
    pairs = combinations(group.members, 2)
    return sum(where.get(a, -1) != where.get(b, -2) for a, b in pairs if a in where or b in where)


def _on_block(data: AllocationData, chosen: dict[int, int]) -> set[int]:
    """The chosen options that use a block bed: those that save most, within the free beds of each block."""
    found: set[int] = set()
    fees = data.options.fees
    for block, beds in data.blocks.items():
        rows = [
            option for option in chosen.values() if fees.block_idx[option] == block and fees.block_saving[option] > 0
        ]
        rows.sort(key=lambda option: (-int(fees.block_saving[option]), option))
        found.update(rows[:beds])
    return found


def _placement(data: AllocationData, option: int, on_block: set[int]) -> Placement:
    instance, options = data.instance, data.options
    child = instance.children[int(options.pairs.child_idx[option])]
    kind = PlacementKind.NEW if child.is_waiting else PlacementKind.MOVE
    tenths = int(options.pairs.miles_from_home_tenths[option])
    saving = int(options.fees.block_saving[option]) if option in on_block else 0
    return Placement(
        child_id=child.id,
        setting_id=instance.settings[int(options.pairs.setting_idx[option])].id,
        kind=PlacementKind.STAY if options.is_stay[option] else kind,
        starts_on=date.fromordinal(int(data.facts.children.start_day[options.pairs.child_idx[option]])),
        fee_pence_per_week=int(options.fees.fee[option]) - saving,
        policy_pence_per_week=int(options.policy_pence[option]),
        support=Support(int(options.fees.support[option])),
        on_block=option in on_block,
        distance_miles=None if tenths < 0 else tenths / 10,
    )
