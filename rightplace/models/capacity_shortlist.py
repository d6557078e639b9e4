"""The pairs of a cohort and a supply that enter the model of a plan: all lawful ones, or a shortlist of them.

The policy says how long (``search.shortlist``), as for a match; a proof then holds among the shortlisted pairs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rightplace.instances.supply import Source
from rightplace.models.eligible import spread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rightplace.instances.planning_case import PlanningCase
    from rightplace.instances.supply import Supply
    from rightplace.rules.attributes import Mask
    from rightplace.rules.service import Service


def shortlisted(case: PlanningCase, supplies: Sequence[Supply], service: Service) -> Service:
    """The service that the policy's shortlist leaves; all of it where the policy has none.

    Of each cohort all pairs with what levers would add, with the market, and with the own provision of its authority
    stay. Of the other pairs with today's settings stay about as many as the policy says: half of them the cheapest,
    half spread over the dearer ones, and other ones for other cohorts, so that not all queue for the same few places.
    """
    num = case.instance.policy.search.shortlist
    if not num:
        return service
    rest = np.flatnonzero(~_always(case, supplies, service))
    keeps = np.ones(len(service.cohort_idx), dtype=np.bool_)
    keeps[rest] = spread(service.cohort_idx[rest], service.use_pence_per_week[rest], num)
    return service.where(np.flatnonzero(keeps))


def _always(case: PlanningCase, supplies: Sequence[Supply], service: Service) -> Mask:
    """Pairs to which no shortlist applies."""
    position = {authority_id: i for i, authority_id in enumerate(case.authority_ids)}
    owners = {provider.id: provider.authority_id for provider in case.instance.providers}
    owner = np.full(len(supplies), -1)
    for i, supply in enumerate(supplies):
        if supply.in_house and supply.source is Source.TODAY:
            owner[i] = position[owners[supply.representative.offer.provider_id] or ""]
    is_today = np.array([supply.source is Source.TODAY for supply in supplies], dtype=np.bool_)
    authority = np.array([position[cohort.authority_id] for cohort in case.demand.cohorts], dtype=np.int64)
    own = owner[service.supply_idx] == authority[service.cohort_idx]
    kept: Mask = ~is_today[service.supply_idx] | own
    return kept
