"""Fees of many pairs at once, pence a week: contract bands, fees by need level, support packages, block contracts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rightplace.instances.defaults import default_fee
from rightplace.instances.settings import (
    MAX_NEED_LEVEL,
    Contract,
    ContractKind,
    Support,
)
from rightplace.rules.attributes import Ints

if TYPE_CHECKING:
    from rightplace.instances.instance import Instance
    from rightplace.rules.pairs import Facts, Pairs

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


def _fee_table(instance: Instance) -> Ints:
    """(num_settings, 4): fee by need level."""
    table = np.zeros((len(instance.settings), MAX_NEED_LEVEL), dtype=np.int64)
    for i, setting in enumerate(instance.settings):
        fees = setting.offer.fees_pence_per_week or (default_fee(instance, setting),)
        table[i] = [fees[min(level, len(fees)) - 1] for level in range(1, MAX_NEED_LEVEL + 1)]
    return table


def _contract_idx(instance: Instance) -> Ints:
    """(num_settings,): position of the contract in the instance's contracts, -1 without."""
    contract_of = {contract.id: i for i, contract in enumerate(instance.contracts)}
    ids = [setting.offer.contract_id for setting in instance.settings]
    return np.array([-1 if contract_id is None else contract_of[contract_id] for contract_id in ids], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class CostTables:
    """What the costs of all pairs of an instance are looked up in.

    Parameters
    ----------
    fee
        (num_settings, 4): what a setting asks by need level, pence a week.
    contract_idx
        (num_settings,): position of the contract in the instance's contracts, -1 without.
    first_settled, settled_home
        ``settled_home[first_settled[c]:first_settled[c + 1]]`` are the settings of the settled siblings of child ``c``.
    """

    fee: Ints
    contract_idx: Ints
    first_settled: Ints
    settled_home: Ints


def cost_tables(facts: Facts) -> CostTables:
    """Make the tables of an instance."""
    first_settled, settled_home = _settled_siblings(facts)
    return CostTables(_fee_table(facts.instance), _contract_idx(facts.instance), first_settled, settled_home)


def fees_of(pairs: Pairs, tables: CostTables) -> Fees:
    """What each pair costs, which support and contract it uses, and where a cascade would find it."""
    facts = pairs.facts
    instance = facts.instance
    level = pairs.child(facts.children.need_level)
    fee = tables.fee[pairs.setting_idx, level - 1]
    contract = pairs.setting(tables.contract_idx)
    saving = np.zeros(len(pairs), dtype=np.int64)
    block = np.full(len(pairs), -1, dtype=np.int64)
    contracted = np.zeros(len(pairs), dtype=np.bool_)
    by_contract = np.argsort(contract, kind="stable")
    first = np.searchsorted(contract[by_contract], np.arange(len(instance.contracts) + 1))
    for i in np.flatnonzero(np.diff(first)).tolist():
        terms = instance.contracts[i]
        rows = by_contract[first[i] : first[i + 1]]
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
    age, level = children.ages_months[idx], children.need_level[idx]
    solo, dyad = children.solo[idx], children.parent_and_child[idx]
    fees = otherwise.copy()
    open_rows = np.ones(len(rows), dtype=np.bool_)
    for band in contract.bands:
        fits = open_rows & (age >= band.age_min_months) & (age <= band.age_max_months) & (level <= band.need_level_max)
        if band.solo:
            fits &= solo
        if band.parent_and_child:
            fits &= dyad
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


def settled_siblings_apart(pairs: Pairs, tables: CostTables) -> Ints:
    """From how many siblings each pair would separate the child, of those who live somewhere for good.

    Counted are siblings of a PREFERRED or REQUIRED group who are no candidates and live in a setting of the instance.
    """
    num = np.diff(tables.first_settled)[pairs.child_idx]
    pair = np.repeat(np.arange(len(pairs)), num)
    offset = np.arange(len(pair)) - np.repeat(np.cumsum(num) - num, num)
    home = tables.settled_home[tables.first_settled[pairs.child_idx[pair]] + offset]
    return np.bincount(pair[home != pairs.setting_idx[pair]], minlength=len(pairs))


def _settled_siblings(facts: Facts) -> tuple[Ints, Ints]:
    """The settings of the settled siblings of each candidate, one entry a sibling: first entries and entries."""
    instance = facts.instance
    homes: list[list[int]] = [[] for _ in instance.children]
    for child_idx in facts.candidate_idx.tolist():
        child = instance.children[child_idx]
        group = instance.together_group.get(child.id)
        others = [facts.child_idx[other] for other in group.child_ids if other != child.id] if group else []
        settled = (int(facts.children.current_setting_idx[o]) for o in others if not facts.is_candidate[o])
        homes[child_idx] = [home for home in settled if home >= 0]
    first = np.cumsum([0, *map(len, homes)])
    return first, np.array([home for of_child in homes for home in of_child], dtype=np.int64)
