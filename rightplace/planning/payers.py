"""Who pays: the cost of a plan by authority, shared homes and blocks divided as their rule says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rightplace.instances.levers import CostSharing, NewHome
from rightplace.models.capacity import year_pence
from rightplace.models.capacity_payers import payers
from rightplace.plan_result import Payer

if TYPE_CHECKING:
    from rightplace.planning.question import PlanningQuestion
    from rightplace.staged import Floats, Ints


def payers_of(question: PlanningQuestion, point: Floats, fees: Floats, lived: Floats) -> tuple[Payer, ...]:
    """What each authority pays over the plan, on average, not discounted, and what of it goes into what it shares.

    A home whose cost is shared by use is divided by the children who live there in the plan; where nobody does, as the
    model takes it: by children in care.

    Parameters
    ----------
    fees
        (authorities,): pence for the places in which their children live.
    lived
        (nodes, authorities): children of each authority in each supply, added up over the quarters.
    """
    case, data, columns = question.case, question.data, question.columns
    ids = {authority_id: i for i, authority_id in enumerate(case.authority_ids)}
    total, shared = fees.copy(), np.zeros(len(ids))
    revenue, capital = year_pence(data, columns)
    cost = (revenue + capital).sum(axis=0) * point
    for uses in columns.blocks.values():
        for n, lever in enumerate(uses.levers):
            pence = float(cost[uses.column[uses.lever == n]].sum())
            if not pence:
                continue
            parts = payers(data, lever)
            is_shared = len(parts) > 1
            if isinstance(lever, NewHome) and lever.cost_sharing is CostSharing.BY_USE and is_shared:
                used = lived[data.supply_at[lever.id]]
                if used.sum() > 0:
                    parts = {key: float(used[i] / used.sum()) for key, i in ids.items() if used[i]}
            for key, part in parts.items():
                if key in ids:
                    total[ids[key]] += part * pence
                    shared[ids[key]] += part * pence if is_shared else 0.0
    return tuple(
        Payer(authority_id=key, pence=float(total[i]), shared_pence=float(shared[i])) for key, i in ids.items()
    )


def authority_of_arcs(question: PlanningQuestion) -> Ints:
    """(arcs,): position of the authority whose children an arc houses."""
    at = {authority_id: i for i, authority_id in enumerate(question.case.authority_ids)}
    of_cohort = np.array([at[cohort.authority_id] for cohort in question.case.demand.cohorts], dtype=np.int64)
    return of_cohort[question.staged.arc_cohort]
