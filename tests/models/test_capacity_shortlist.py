"""Shortlists of a plan: what always stays, and that little else does."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pytest

from rightplace.instances.cohorts import CohortKind
from rightplace.instances.supply import Source, supply_of
from rightplace.models.capacity_shortlist import shortlisted
from rightplace.rules.service import service_of
from tests.instances.planning_cases import case, cohort
from tests.rules.builders import carer

if TYPE_CHECKING:
    from rightplace.instances.planning_case import PlanningCase


def _case(shortlist: int) -> PlanningCase:
    """Two dozen independent kinds of place, told apart by level, size and ages, and one of Aston's own."""
    settings = [
        carer(f"{level}-{size}-{last}", provider_id="good", need_level=level, num_places=size, age_max_months=last,
              fees_pence_per_week=(50_000 + 1_000 * level + 100 * size + last,))
        for level in (1, 2, 3, 4) for size in (1, 2, 3) for last in (191, 215)
    ]  # fmt: skip
    planned = case((carer("own"), *settings), (cohort(), cohort(CohortKind.SOLO)))
    policy = planned.instance.policy
    policy = dataclasses.replace(policy, search=dataclasses.replace(policy.search, shortlist=shortlist))
    return planned.replace(instance=planned.instance.replace(policy=policy))


def test_without_a_shortlist_every_lawful_pair_stays() -> None:
    """The policy's 0 means all."""
    planned = _case(0)
    supplies = supply_of(planned)
    service = service_of(planned, supplies)
    assert shortlisted(planned, supplies, service) is service


@pytest.mark.parametrize("num", [4, 10])
def test_a_shortlist_keeps_own_places_the_market_and_the_cheapest(num: int) -> None:
    """About so many others stay of each cohort, the cheapest half among them, and nothing is added or changed."""
    planned = _case(num)
    supplies = supply_of(planned)
    every = service_of(planned, supplies)
    some = shortlisted(planned, supplies, every)
    pairs = set(zip(every.cohort_idx.tolist(), every.supply_idx.tolist(), strict=True))
    kept = set(zip(some.cohort_idx.tolist(), some.supply_idx.tolist(), strict=True))
    assert kept < pairs
    always = {
        (k, s) for k, s in pairs if supplies[s].source is not Source.TODAY or supplies[s].in_house
    }  # fmt: skip
    assert always <= kept
    for k in range(2):
        others = [s for c, s in kept - always if c == k]
        fees = sorted(supplies[s].fee_pence_per_week[0] for c, s in pairs - always if c == k)
        assert num // 2 <= len(others) <= num + 1
        assert fees[: num // 2] == sorted(supplies[s].fee_pence_per_week[0] for s in others)[: num // 2]
    assert (np.diff(some.cohort_idx) >= 0).all()
