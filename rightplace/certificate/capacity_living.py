"""Who lives where: every quarter of every scenario is read once, checked, and added up."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rightplace.certificate.capacity_actions import refusal
from rightplace.certificate.capacity_households import SLACK
from rightplace.certificate.capacity_money import discount
from rightplace.instances.quarters import QUARTERS_A_YEAR, WEEKS_A_QUARTER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from rightplace.capacity_plan import Service as Block
    from rightplace.certificate.capacity_room import Room
    from rightplace.certificate.violation import Violation
    from rightplace.instances.planning_case import PlanningCase
    from rightplace.instances.supply import Supply
    from rightplace.rules.service import Service

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Counting = tuple[NDArray[np.bool_], NDArray[np.bool_]]
"""Over the lawful pairs: whether a child there counts for a measure, and for what a share is of."""


class Living:
    """What the blocks of a plan come to.

    Attributes
    ----------
    violations
        Of the blocks themselves and of who lives in them.
    most_used, num_over
        (num_quarters, num_supplies): the most children in any scenario, and the scenarios with more than there is room.
    fees
        (num_scenarios, num_quarters): pence, not discounted.
    fees_of
        By authority, the same: for those with a budget of their own.
    counted, whole
        By measure, (num_scenarios, num_years): children on average over the year, and those whom a share is of.
    """

    def __init__(
        self,
        case: PlanningCase,
        supplies: Sequence[Supply],
        service: Service,
        room: Room,
        counting: Mapping[str, Counting],
        paying: Iterable[str],
    ) -> None:
        demand = case.demand
        self._case, self._supplies, self._service, self._room, self._counting = case, supplies, service, room, counting
        self._key = service.cohort_idx * len(supplies) + service.supply_idx
        of_cohort = np.array([cohort.authority_id for cohort in demand.cohorts])[service.cohort_idx]
        self._pays = {authority_id: of_cohort == authority_id for authority_id in paying}
        by_quarter = (demand.num_scenarios, demand.num_quarters)
        by_year = (demand.num_scenarios, -(-demand.num_quarters // QUARTERS_A_YEAR))
        self.fees = np.zeros(by_quarter)
        self.fees_of = {authority_id: np.zeros(by_quarter) for authority_id in self._pays}
        self.counted = {name: np.zeros(by_year) for name in counting}
        self.whole = {name: np.zeros(by_year) for name in counting}
        self.most_used = np.zeros((demand.num_quarters, len(supplies)))
        self.num_over = np.zeros(self.most_used.shape, dtype=np.int64)
        self._times = np.zeros(by_quarter, dtype=np.int64)
        self._unlawful: dict[tuple[int, int], int] = defaultdict(int)
        self._wrong: dict[tuple[int, int], tuple[int, float]] = {}
        self._malformed: list[Violation] = []

    def read(self, blocks: Iterable[Block]) -> None:
        """Read every block, one after another; none is kept."""
        for block in blocks:
            if self._is_well_formed(block):
                self._times[block.scenario, block.quarter] += 1
                if self._times[block.scenario, block.quarter] == 1:
                    self._add(block)

    def _is_well_formed(self, block: Block) -> bool:
        """Whether it speaks of this case at all."""
        num_scenarios, num_quarters = self.fees.shape
        where = f"scenario {block.scenario}, quarter {block.quarter}"
        if not (0 <= block.scenario < num_scenarios and 0 <= block.quarter < num_quarters):
            self._malformed.append(refusal("service", f"{where}: the demand has no such scenario or quarter"))
            return False
        pairs = ((block.cohort_idx, len(self._case.demand.cohorts)), (block.supply_idx, len(self._supplies)))
        fits = all(len(idx) == len(block.children) and bool(((idx >= 0) & (idx < most)).all()) for idx, most in pairs)
        if not fits or not np.isfinite(block.children).all():
            self._malformed.append(refusal("service", f"{where}: speaks of cohorts, places or children that are none"))
            return False
        return True

    def _add(self, block: Block) -> None:
        case, w, t = self._case, block.scenario, block.quarter
        children = np.asarray(block.children, dtype=np.float64)
        num_cohorts, num_supplies = len(case.demand.cohorts), len(self._supplies)
        if (children < -SLACK).any():
            when = f"{case.first + t}, scenario {case.demand.names[w]}"
            self._malformed.append(refusal("service", f"{when}: {children.min():g} children live in one kind of place"))
        housed = np.bincount(block.cohort_idx, children, num_cohorts)
        off = np.abs(housed - case.demand.children[w, t])
        for cohort in np.flatnonzero(off > SLACK).tolist():
            times, worst = self._wrong.get((cohort, t), (0, 0.0))
            self._wrong[cohort, t] = times + 1, max(worst, float(off[cohort]))
        used = np.bincount(block.supply_idx, children, num_supplies)
        self.most_used[t] = np.maximum(self.most_used[t], used)
        self.num_over[t] += used > self._room.children[t] + SLACK
        key = block.cohort_idx * num_supplies + block.supply_idx
        arc = np.minimum(np.searchsorted(self._key, key), len(self._key) - 1)
        is_lawful = self._key[arc] == key
        for pair in np.flatnonzero(~is_lawful & (children > SLACK)).tolist():
            self._unlawful[int(block.cohort_idx[pair]), int(block.supply_idx[pair])] += 1
        self._reckon(w, t, arc[is_lawful], children[is_lawful])

    def _reckon(self, w: int, t: int, arc: Ints, children: Floats) -> None:
        """Add up fees and measures."""
        fees = WEEKS_A_QUARTER * self._service.use_pence_per_week[arc] * children
        self.fees[w, t] = fees.sum()
        for authority_id, of_authority in self.fees_of.items():
            of_authority[w, t] = fees[self._pays[authority_id][arc]].sum()
        year = t // QUARTERS_A_YEAR
        for name, (counted, whole) in self._counting.items():
            self.counted[name][w, year] += children[counted[arc]].sum() / QUARTERS_A_YEAR
            self.whole[name][w, year] += children[whole[arc]].sum() / QUARTERS_A_YEAR

    @property
    def violations(self) -> Iterator[Violation]:
        """Blocks that are missing or doubled, children who are too many or too few, and pairs that may not be."""
        case, num = self._case, self._case.demand.num_scenarios
        yield from self._malformed
        for w, t in zip(*np.nonzero(self._times != 1), strict=True):
            where = f"{case.first + int(t)}, scenario {case.demand.names[w]}"
            said = f"it is said {self._times[w, t]} times who lives where, not once"
            yield refusal("service", f"{where}: {said}" if self._times[w, t] else f"{where}: nobody lives anywhere")
        for (cohort, t), (times, worst) in sorted(self._wrong.items()):
            said = f"{worst:.6g} children too many or too few have a place"
            yield refusal("demand", f"{case.demand.cohorts[cohort].id} in {case.first + t}: {said}, {_of(times, num)}")
        for (cohort, supply), times in sorted(self._unlawful.items()):
            said = f"live in {self._supplies[supply].id}, where they may not ({times} times)"
            yield refusal("lawful", f"{case.demand.cohorts[cohort].id}: {said}")

    def discounted_fees(self) -> Floats:
        """(num_scenarios,): pence over the whole plan."""
        factors = np.array([discount(self._case, t) for t in range(self.fees.shape[1])])
        pence: Floats = self.fees @ factors
        return pence


def _of(times: int, num_scenarios: int) -> str:
    return f"the worst of {times}" if times > 1 else f"in 1 of {num_scenarios} scenarios"
