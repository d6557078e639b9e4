"""Who pays for a lever: for budgets of one authority among several."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rightplace.instances.levers import (
    Block,
    Conversion,
    CostSharing,
    HomeChange,
    Lever,
    NewHome,
    Profile,
    Retention,
)

if TYPE_CHECKING:
    from rightplace.instances.targets import Target
    from rightplace.models.capacity_columns import CapacityColumns
    from rightplace.models.capacity_today import CapacityData
    from rightplace.staged import Floats


def paid(data: CapacityData, columns: CapacityColumns, target: Target) -> Floats:
    """(num_columns,): the part of the first stage that the authority of a target pays; all of it without one."""
    if target.authority_id is None:
        return np.ones(columns.num_columns)
    share = np.zeros(columns.num_columns)
    for uses in columns.blocks.values():
        of_lever = np.array([payers(data, lever).get(target.authority_id, 0.0) for lever in uses.levers])
        if len(of_lever):
            share[uses.column] = of_lever[uses.lever]
    return share


def payers(data: CapacityData, lever: Lever) -> dict[str, float]:
    """Who pays which part of a lever's own cost.

    Authorities who share a home or block: equally, or by children in care over the plan. By use cannot be known before
    it is used, and goes by children in care. Without others to share with: the authority of the lever. A changed home
    is paid by the authority that runs it, an independent one by the area that it stands in.
    """
    match lever:
        case HomeChange():
            offer = data.case.instance.setting[lever.setting_id].offer
            runs_it = data.case.instance.provider[offer.provider_id].authority_id
            return {runs_it or offer.authority_id: 1.0}
        case Profile() | Retention():
            funnel = next(funnel.funnel for funnel in data.funnels if funnel.funnel.id == lever.funnel_id)
            return {funnel.authority_id: 1.0}
        case Conversion():
            return {lever.authority_id: 1.0}
        case NewHome() | Block():
            return _sharing(data, lever)


def _sharing(data: CapacityData, lever: NewHome | Block) -> dict[str, float]:
    """The parts of those who share a home or block."""
    sharing = sorted(lever.open_to_ids) or [lever.authority_id]
    weight = dict.fromkeys(sharing, 1.0)
    if isinstance(lever, NewHome) and lever.cost_sharing is not CostSharing.EQUAL:
        mean = data.case.demand.mean.sum(axis=0)
        by_authority = dict.fromkeys(sharing, 0.0)
        for cohort, children in zip(data.case.demand.cohorts, mean.tolist(), strict=True):
            if cohort.authority_id in by_authority:
                by_authority[cohort.authority_id] += children
        weight = by_authority if sum(by_authority.values()) > 0 else weight
    whole = sum(weight.values())
    return {authority_id: part / whole for authority_id, part in weight.items()}
