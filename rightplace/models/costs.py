"""Fees of many pairs at once, pence a week: contract bands, fees by need level, support packages, block contracts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rightplace.instances.settings import (
    MAX_NEED_LEVEL,
    Carer,
    Contract,
    ContractKind,
    Home,
    Sector,
    Setting,
    Support,
    SupportedAccommodation,
)
from rightplace.rules.pairs import Facts, Ints, Pairs

if TYPE_CHECKING:
    from rightplace.instances.instance import Instance

OWN, CONSORTIUM, CONTRACTED, SPOT = range(4)
"""Steps of a cascade search (Barnet 2014, figure 19)."""


@dataclass(frozen=True, slots=True)
class Fees:
    """Arrays over pairs.

    Parameters
    ----------
    fee
        Pence a week without a block bed, support included.
    block_saving
        Pence a week that a block bed saves; 0 without a block.
    block_idx
        Position of the block contract in the instance's contracts, -1 without.
    support
        Support package, as ``Support``.
    step
        Step of the cascade at which the setting is searched: 0 own to 3 spot.
    """

    fee: Ints
    block_saving: Ints
    block_idx: Ints
    support: Ints
    step: Ints


def default_fee(instance: Instance, setting: Setting) -> int:
    """The policy's fee for a setting that has neither a fee nor a contract band, pence a week."""
    defaults = instance.policy.default_fee
    in_house = instance.provider[setting.offer.provider_id].sector is Sector.LOCAL_AUTHORITY
    match setting:
        case Carer(connected=True):
            return defaults.carer_connected
        case Carer():
            return defaults.carer_in_house if in_house else defaults.carer_independent
        case Home():
            return defaults.home_in_house if in_house else defaults.home_independent
        case SupportedAccommodation():
            return defaults.supported_accommodation


def _fee_table(instance: Instance) -> Ints:
    """(num_settings, 4): fee by need level."""
    table = np.zeros((len(instance.settings), MAX_NEED_LEVEL), dtype=np.int64)
    for i, setting in enumerate(instance.settings):
        fees = setting.offer.fees_pence_per_week or (default_fee(instance, setting),)
        table[i] = [fees[min(level, len(fees)) - 1] for level in range(1, MAX_NEED_LEVEL + 1)]
    return table


def fees_of(pairs: Pairs) -> Fees:
    """What each pair costs, which support and contract it uses, and where a cascade would find it."""
    facts = pairs.facts
    instance = facts.instance
    level = pairs.child(facts.children.need_level)
    fee = _fee_table(instance)[pairs.setting_idx, level - 1]
    contract_of = {contract.id: i for i, contract in enumerate(instance.contracts)}
    contract_idx = np.array(
        [contract_of[s.offer.contract_id] if s.offer.contract_id is not None else -1 for s in instance.settings],
        dtype=np.int64,
    )
    contract = pairs.setting(contract_idx) if len(contract_idx) else np.zeros(0, dtype=np.int64)
    saving = np.zeros(len(pairs), dtype=np.int64)
    block = np.full(len(pairs), -1, dtype=np.int64)
    contracted = np.zeros(len(pairs), dtype=np.bool_)
    for i, terms in enumerate(instance.contracts):
        rows = np.flatnonzero(contract == i)
        if terms.authority_id is not None:
            rows = rows[pairs.child(facts.children.authority_idx)[rows] == facts.authority_idx[terms.authority_id]]
        if terms.kind is ContractKind.FRAMEWORK:
            fee[rows] = _band_fees(pairs, rows, terms, fee[rows])
            contracted[rows] = True
        elif terms.kind is ContractKind.BLOCK:
            saving[rows] = np.maximum(fee[rows] - terms.second_part_pence_per_week, 0)
            block[rows] = i
            contracted[rows] = True
    support = _support(pairs, level)
    packages = instance.policy.support
    fee = fee + np.array([0, packages.low_pence, packages.medium_pence])[support]
    return Fees(fee, saving, block, support, _steps(pairs, contracted))


def _band_fees(pairs: Pairs, rows: Ints, contract: Contract, otherwise: Ints) -> Ints:
    """The fee of the first band that fits each child; what the setting asks where none does."""
    children = pairs.facts.children
    idx = pairs.child_idx[rows]
    fees = otherwise.copy()
    open_rows = np.ones(len(rows), dtype=np.bool_)
    for band in contract.bands:
        fits = open_rows & (children.ages_months[idx] >= band.age_min_months)
        fits &= (children.ages_months[idx] <= band.age_max_months) & (children.need_level[idx] <= band.need_level_max)
        if band.solo:
            fits &= children.solo[idx]
        if band.parent_and_child:
            fits &= children.parent_and_child[idx]
        fees[fits] = band.fee_pence_per_week
        open_rows &= ~fits
    return fees


def _support(pairs: Pairs, level: Ints) -> Ints:
    """The least support package that lifts the setting to the child's level."""
    above = level - pairs.setting(pairs.facts.settings.need_level)
    low = pairs.facts.instance.policy.support.low_lifts_levels
    return np.where(above <= 0, Support.NONE, np.where(above <= low, Support.LOW, Support.MEDIUM)).astype(np.int64)


def _steps(pairs: Pairs, contracted: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Ints:
    owner = pairs.setting(pairs.facts.settings.owner_idx)
    elsewhere = np.where(contracted, CONTRACTED, SPOT)
    own = pairs.is_own | pairs.is_connected
    return np.where(own, OWN, np.where(owner >= 0, CONSORTIUM, elsewhere)).astype(np.int64)


def settled_siblings_apart(facts: Facts, pairs: Pairs) -> Ints:
    """From how many siblings each pair would separate the child, of those who live somewhere for good.

    Counted are siblings of a PREFERRED or REQUIRED group who are no candidates and live in a setting of the instance.
    """
    total = np.zeros(len(pairs), dtype=np.int64)
    for child_idx, homes in _settled_siblings(facts).items():
        rows = np.flatnonzero(pairs.child_idx == child_idx)
        for home in homes:
            total[rows] += pairs.setting_idx[rows] != home
    return total


def _settled_siblings(facts: Facts) -> dict[int, list[int]]:
    """Candidate to the settings of its settled siblings, one entry a sibling."""
    instance = facts.instance
    found: dict[int, list[int]] = {}
    for child_idx in facts.candidate_idx:
        child = instance.children[int(child_idx)]
        group = instance.together_group.get(child.id)
        others = [facts.child_idx[other] for other in group.child_ids if other != child.id] if group else []
        homes = [int(facts.children.current_setting_idx[o]) for o in others if not facts.is_candidate[o]]
        if any(home >= 0 for home in homes):
            found[int(child_idx)] = [home for home in homes if home >= 0]
    return found
