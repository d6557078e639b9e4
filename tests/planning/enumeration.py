"""The best plan by trying every one: the oracle that models and solvers are held against.

Whole decisions are tried one combination after another; the certificate's parts say which of them the rules of levers
allow, what each leaves to live in and what it costs. Who lives where, and how many places are converted, is a linear
program for scipy. Nothing of ``rightplace.models`` or ``rightplace.solver`` is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, product
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array

from rightplace.capacity_plan import Action
from rightplace.certificate.capacity_actions import Use, uses_of
from rightplace.certificate.capacity_households import limits_of_households, stocks_of, todays_carers
from rightplace.certificate.capacity_money import Bill, discount, discounted_pence, sums_of
from rightplace.certificate.capacity_room import Room, room_of
from rightplace.certificate.capacity_targets import counting_of
from rightplace.instances.defaults import own_level
from rightplace.instances.levers import Block, HomeChange, NewHome, Profile, SettingType
from rightplace.instances.quarters import QUARTERS_A_YEAR, WEEKS_A_QUARTER
from rightplace.instances.supply import Source, supply_of
from rightplace.instances.targets import Firmness, Measure, Sense
from rightplace.rules.service import service_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rightplace.instances.levers import Conversion, Lever
    from rightplace.instances.planning_case import PlanningCase
    from rightplace.instances.targets import Target

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_OF_LEVERS = {Measure.PROVIDERS_IN_AREA, Measure.SETTING_TYPES_IN_AREA, Measure.CAPITAL_BUDGET}


@dataclass(frozen=True, slots=True)
class Enumerated:
    """The least value of any plan, in pence (infinite: none meets the targets), a plan that has it, and how many."""

    pence: float
    schedule: tuple[Action, ...]
    num_plans: int


def best_by_enumeration(case: PlanningCase) -> Enumerated:
    """Try every combination of whole decisions, the cheapest first, until no other can be better.

    No plan has service cheaper than the most room of every kind and quarter would allow without any target.
    """
    serving = Serving(case)
    plans = sorted(_plans(case, serving), key=lambda plan: plan.own_pence)
    rooms = [plan.room.children for plan in plans]
    cheapest = serving.cheapest_pence(np.maximum.reduce(rooms))
    best, schedule = np.inf, ()
    for plan in plans:
        if plan.own_pence + cheapest > best:
            break
        pence = plan.own_pence + serving.least_pence(plan)
        if pence < best:
            best, schedule = pence, plan.actions
    return Enumerated(best, schedule, len(plans))


@dataclass(frozen=True, slots=True)
class Plan:
    """Whole decisions that the rules of levers allow, what they leave to live in, and what they cost."""

    actions: tuple[Action, ...]
    uses: list[Use]
    room: Room
    bill: Bill
    own_pence: float


def _plans(case: PlanningCase, serving: Serving) -> Iterator[Plan]:
    for actions in every_schedule(case):
        uses, refused = uses_of(case, actions)
        stocks = stocks_of(case, serving.supplies, uses)
        if refused or any(limits_of_households(case, stocks, uses)):
            continue
        room = room_of(case, serving.supplies, stocks, uses)
        if (room.children > -1e-9).all():
            sums = sums_of(case, stocks, room, uses)
            yield Plan(actions, uses, room, Bill(case, sums), discounted_pence(case, sums))


def every_schedule(case: PlanningCase) -> Iterator[tuple[Action, ...]]:
    """Every combination of whole uses of levers that may each be made by itself; conversions are no whole decisions."""
    levers = [lever for lever in case.levers.usable if not _is_gradual(lever)]
    choices = [[some for some in _uses_of_lever(case, lever) if not uses_of(case, some)[1]] for lever in levers]
    for chosen in product(*choices):
        yield tuple(action for actions in chosen for action in actions)


def _is_gradual(lever: Lever) -> bool:
    return not isinstance(lever, NewHome | HomeChange | Block | Profile)


def _uses_of_lever(case: PlanningCase, lever: Lever) -> Iterator[tuple[Action, ...]]:
    """Nothing, and each quarter and size; of households each number in each quarter."""
    quarters = [case.first + t for t in range(case.demand.num_quarters)]
    match lever:
        case Profile():
            (most,) = (row.max_households_per_year for row in case.levers.funnels if row.id == lever.funnel_id)
            assert most is not None  # tiny cases say so
            (lag,) = (row.lag_quarters for row in case.levers.funnels if row.id == lever.funnel_id)
            for numbers in product(range(int(most) + 1), repeat=len(quarters[lag:])):
                if sum(numbers) <= most * case.num_years:
                    yield tuple(
                        Action(lever_id=lever.id, quantity=number, quarter=quarter)
                        for number, quarter in zip(numbers, quarters[lag:], strict=True)
                        if number
                    )
        case Block():
            yield ()
            for quarter, beds in product(quarters, range(1, lever.max_beds + 1)):
                yield (Action(lever_id=lever.id, quantity=beds, quarter=quarter),)
        case _:
            yield ()
            for quarter in quarters:
                yield (Action(lever_id=lever.id, quantity=1, quarter=quarter),)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Inequalities ``row @ x <= right``; the right sides are another matter."""

    parts: list[tuple[Ints, Floats]]

    def matrix(self, num_columns: int) -> csr_array:
        """All rows."""
        sizes = [len(columns) for columns, _ in self.parts]
        rows = np.repeat(np.arange(len(sizes)), sizes)
        columns, values = (np.concatenate(part) for part in zip(*self.parts, strict=True))
        return csr_array((values, (rows, columns)), shape=(len(sizes), num_columns))


class Serving:
    """The linear program of a case: who lives where in each scenario and quarter, converted places, what is missed.

    Columns: children by scenario, quarter and lawful pair; places by conversion, carers they come off and quarter; a
    miss for each target and year; the threshold of the worst scenarios, and by how much each is above it. Pounds.
    """

    def __init__(self, case: PlanningCase) -> None:
        self.case = case
        self.supplies = supply_of(case)
        self.lawful = service_of(case, self.supplies)
        self.counting = counting_of(case, self.supplies, self.lawful)
        demand = case.demand
        num_flows = demand.num_scenarios * demand.num_quarters * len(self.lawful.cohort_idx)
        shape = (demand.num_scenarios, demand.num_quarters, len(self.lawful.cohort_idx))
        self.flow = np.arange(num_flows).reshape(shape)
        self.converted = [
            (conversion, carers, t)
            for conversion in case.levers.conversions
            if conversion.enabled
            for carers in self._carers(conversion)
            for t in range(demand.num_quarters)
            if t >= conversion.lead_quarters and (conversion.earliest is None or case.first + t >= conversion.earliest)
        ]
        self.first_converted = num_flows
        self.wanted = [(target, year) for target in case.targets for year in sorted(target.values)]
        self.first_missed = num_flows + len(self.converted)
        self.threshold = self.first_missed + len(self.wanted)
        self.num_columns = self.threshold + 1 + demand.num_scenarios
        self.discount = np.array([discount(case, t) for t in range(demand.num_quarters)])
        self.fees = WEEKS_A_QUARTER / 100 * self.lawful.use_pence_per_week
        self.costs, self.own_costs = self._costs(), self._costs_of_conversions()
        self.equal, self.children = self._demand_rows()
        self.limited = [
            (i, t, w)
            for i, supply in enumerate(self.supplies)
            if not supply.is_unlimited
            for t in range(demand.num_quarters)
            for w in range(demand.num_scenarios)
        ]
        self.most, self.tail = self._most_converted(), self._tail()
        self.sides = [self._side(target, year) for target, year in self.wanted]
        fixed = [*map(self._room_row, self.limited), *(row for row, _ in self.most), *self.tail]
        self.plain = _Rows(fixed).matrix(self.num_columns)
        self.ways = self._ways(fixed)

    def _carers(self, conversion: Conversion) -> list[int]:
        """Own carers of the level that a conversion starts from, today's and those of recruited profiles."""
        case = self.case
        funnels = {
            row.id
            for row in case.levers.funnels
            if row.enabled and row.type is SettingType.FOSTERING and row.authority_id == conversion.authority_id
        }
        of_level = {
            row.id
            for row in case.levers.profiles
            if row.enabled and row.funnel_id in funnels and row.focus.need_level == conversion.from_level
        }
        found = [i for i, supply in enumerate(self.supplies) if supply.id in of_level]
        for i in todays_carers(case, self.supplies, conversion.authority_id):
            if own_level(case.instance, self.supplies[i].representative) == conversion.from_level:
                found.append(i)
        return found

    def _costs(self) -> Floats:
        """Service weighed by probability, and the worst of it by the weight of risk; conversions; prices."""
        case, costs = self.case, np.zeros(self.num_columns)
        risk, probability = case.risk, case.demand.probability
        fees = self.discount[:, None] * self.fees
        costs[self.flow.ravel()] = ((1 - risk.weight) * probability[:, None, None] * fees).ravel()
        costs[self.threshold] = risk.weight
        costs[self.threshold + 1 :] = risk.weight * probability / (1 - risk.level)
        for i, (conversion, _, t) in enumerate(self.converted):
            weekly = conversion.place_pence_per_week / 100
            costs[self.first_converted + i] = WEEKS_A_QUARTER * weekly * self.discount[t]
        for i, (target, _) in enumerate(self.wanted):
            if target.firmness is Firmness.PRICED:
                costs[self.first_missed + i] = (target.price_pence or 0) / 100
        return costs

    def _costs_of_conversions(self) -> list[tuple[str, int, float]]:
        """Of each column of converted places: who pays, in which year, how many pounds a place."""
        return [
            (
                conversion.authority_id,
                t // QUARTERS_A_YEAR,
                WEEKS_A_QUARTER * conversion.place_pence_per_week / 100,
            )
            for conversion, _, t in self.converted
        ]

    def _demand_rows(self) -> tuple[csr_array, Floats]:
        demand = self.case.demand
        num = demand.num_scenarios * demand.num_quarters
        block = np.arange(num).reshape(demand.num_scenarios, demand.num_quarters, 1)
        rows = block * len(demand.cohorts) + self.lawful.cohort_idx
        shape = (num * len(demand.cohorts), self.num_columns)
        return csr_array((np.ones(self.flow.size), (rows.ravel(), self.flow.ravel())), shape=shape), (
            demand.children.ravel()
        )

    def cheapest_pence(self, children: Floats) -> float:
        """The least cost of service with so much room, without any target."""
        return self._solve(self.plain, self._right_of_room(children))

    def least_pence(self, plan: Plan) -> float:
        """The least cost of service with these whole decisions; infinite where the targets cannot be met."""
        room = self._right_of_room(plan.room.children)
        rights = [self._right(target, year, plan) for target, year in self.wanted]
        return min(self._solve(rows, [*room, *(rights[i] for i in at)]) for rows, at in self.ways)

    def _solve(self, rows: csr_array, right: list[float]) -> float:
        bounds = np.zeros((self.num_columns, 2))
        bounds[:, 1] = np.inf
        found = linprog(self.costs, rows, right, self.equal, self.children, bounds, method="highs")
        assert found.status in (0, 2), found.message
        return 100 * float(found.fun) if found.status == 0 else np.inf

    def _room_row(self, where: tuple[int, int, int]) -> tuple[Ints, Floats]:
        """Who lives there, and converted places that come off it, less those that it consists of."""
        i, t, w = where
        here = self.flow[w, t, self.lawful.supply_idx == i]
        of_quarter = [(n, conversion, carers) for n, (conversion, carers, at) in enumerate(self.converted) if at == t]
        taken = [self.first_converted + n for n, _, carers in of_quarter if carers == i]
        added = [self.first_converted + n for n, conversion, _ in of_quarter if conversion.id == self.supplies[i].id]
        columns = np.concatenate([here, np.array(taken + added, dtype=np.int64)])
        return columns, np.concatenate([np.ones(len(here) + len(taken)), -np.ones(len(added))])

    def _most_converted(self) -> list[tuple[tuple[Ints, Floats], float]]:
        """The most places of each conversion in each quarter."""
        found = []
        for conversion, t in {(conversion, t): 0 for conversion, _, t in self.converted}:
            mine = [n for n, (other, _, at) in enumerate(self.converted) if (other, at) == (conversion, t)]
            found.append(((self.first_converted + np.array(mine), np.ones(len(mine))), conversion.max_places))
        return found

    def _tail(self) -> list[tuple[Ints, Floats]]:
        """By how much each scenario costs more than the threshold."""
        if not self.case.risk.weight:
            return []
        fees = (self.discount[:, None] * self.fees).ravel()
        return [
            (np.append(flow.ravel(), [self.threshold, self.threshold + 1 + w]), np.append(fees, [-1.0, -1.0]))
            for w, flow in enumerate(self.flow)
        ]

    def _right_of_room(self, children: Floats) -> list[float]:
        room = [float(children[t, i]) for i, t, _ in self.limited]
        return [*room, *(most for _, most in self.most), *([0.0] * len(self.tail))]

    def _ways(self, fixed: list[tuple[Ints, Floats]]) -> list[tuple[csr_array, list[int]]]:
        """Rows of room and targets, and which target each of the latter is of, by choice of scenarios.

        A likely target holds in some smallest set of scenarios that has its probability, the others on average.
        """
        probability = self.case.demand.probability
        every = range(len(probability))
        ways: list[list[tuple[int, tuple[Ints, Floats]]]] = [[]]
        for i, (target, year) in enumerate(self.wanted):
            flows, columns, values = self.sides[i]
            if target.firmness is Firmness.LIKELY:
                each = [
                    (i, (np.append(self._year(w, year), columns), np.append(flows, values))) for w in every
                ]  # fmt: skip
                kept = _kept(probability, target.probability or 0.0)
                ways = [way + [each[w] for w in scenarios] for way in ways for scenarios in kept]
                continue
            missed = [self.first_missed + i] if target.firmness is Firmness.PRICED else []
            average = [weight * flows for weight in probability]
            row = (
                np.concatenate([*(self._year(w, year) for w in every), columns, np.array(missed, dtype=np.int64)]),
                np.concatenate([*average, values, -np.ones(len(missed))]),
            )
            ways = [[*way, (i, row)] for way in ways]
        return [
            (_Rows([*fixed, *(row for _, row in way)]).matrix(self.num_columns), [i for i, _ in way]) for way in ways
        ]

    def _year(self, scenario: int, year: int) -> Ints:
        quarters = slice(QUARTERS_A_YEAR * year, QUARTERS_A_YEAR * (year + 1))
        return self.flow[scenario, quarters].ravel()

    def _side(self, target: Target, year: int) -> tuple[Floats, Ints, Floats]:
        """What a target counts: ``flows @ children of the year + values @ columns <= _right``."""
        sign = -1.0 if target.sense is Sense.AT_LEAST else 1.0
        columns, values, by_quarter = np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(len(self.fees))
        if target.measure is Measure.REVENUE_BUDGET:
            by_quarter = np.where(self._is_of(target), self.fees, 0.0)
            mine = [
                (self.first_converted + n, pounds)
                for n, (payer, when, pounds) in enumerate(self.own_costs)
                if when == year and target.authority_id in (None, payer)
            ]
            columns, values = np.array([n for n, _ in mine], dtype=np.int64), np.array([p for _, p in mine])
        elif target.measure not in _OF_LEVERS:
            counted, whole = self.counting[target.id]
            is_of_children = target.measure.is_share and target.measure is not Measure.LOCAL_BED_SHARE
            by_quarter = (counted - (target.values[year] if is_of_children else 0.0) * whole) / QUARTERS_A_YEAR
        return np.tile(sign * by_quarter, QUARTERS_A_YEAR), columns, sign * values

    def _right(self, target: Target, year: int, plan: Plan) -> float:
        """What whole decisions leave of a target to be reached."""
        sign, value, reached = (-1.0 if target.sense is Sense.AT_LEAST else 1.0), target.values[year], 0.0
        match target.measure:
            case Measure.PROVIDERS_IN_AREA | Measure.SETTING_TYPES_IN_AREA:
                reached = float(len(self._present(target, year, plan.uses)))
            case Measure.CAPITAL_BUDGET | Measure.REVENUE_BUDGET:
                is_capital = target.measure is Measure.CAPITAL_BUDGET
                reached = plan.bill.pence(year, is_capital=is_capital, authority_id=target.authority_id) / 100
            case Measure.LOCAL_BED_SHARE:
                value *= self._beds(target, year, plan.room)
            case _:
                value = 0.0 if target.measure.is_share else value
        return sign * (value - reached)

    def _is_of(self, target: Target) -> Floats:
        cohorts = self.case.demand.cohorts
        mine = [target.authority_id in (None, cohort.authority_id) for cohort in cohorts]
        return np.array(mine)[self.lawful.cohort_idx]

    def _areas(self, target: Target) -> set[str]:
        return set(self.case.authority_ids) if target.authority_id is None else {target.authority_id}

    def _beds(self, target: Target, year: int, room: Room) -> float:
        quarters = slice(QUARTERS_A_YEAR * year, QUARTERS_A_YEAR * (year + 1))
        beds = [
            i for i, supply in enumerate(self.supplies)
            if supply.type is SettingType.RESIDENTIAL and supply.authority_id in self._areas(target)
        ]  # fmt: skip
        return float(room.places[quarters][:, beds].sum()) / QUARTERS_A_YEAR

    def _present(self, target: Target, year: int, uses: list[Use]) -> set[str]:
        """Providers, or types, with places in the areas in the last quarter of the year."""
        is_providers, areas, found = target.measure is Measure.PROVIDERS_IN_AREA, self._areas(target), set()
        for supply in self.supplies:
            if supply.source is Source.TODAY and supply.num_places > 0 and supply.authority_id in areas:
                found |= supply.provider_ids if is_providers else {supply.type.value}
        last = QUARTERS_A_YEAR * year + 3
        for use in uses:
            if not isinstance(use.lever, NewHome | Block) or use.lever.authority_id not in areas:
                continue
            num = getattr(use.lever, "num_quarters", None) or self.case.demand.num_quarters
            if use.at <= last < use.at + num:
                found.add(use.lever.provider_id if is_providers else use.lever.type.value)
        return found


def _kept(probability: Floats, wanted: float) -> list[tuple[int, ...]]:
    """The smallest sets of scenarios that have the probability wanted."""
    every = range(len(probability))
    enough = [
        set(some) for num in range(len(probability) + 1) for some in combinations(every, num)
        if probability[list(some)].sum() >= wanted - 1e-9
    ]  # fmt: skip
    return [tuple(sorted(some)) for some in enough if not any(other < some for other in enough)]
