"""What a child costs in a kind of place: fees by need level, contracts and support packages folded in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightplace.instances.children import AGE_BANDS
from rightplace.instances.defaults import default_fee, own_level
from rightplace.instances.settings import (
    MAX_NEED_LEVEL,
    Band,
    Carer,
    Contract,
    ContractKind,
    ParentAndChild,
    Setting,
    Support,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from rightplace.instances.instance import Instance

Fees = tuple[int, int, int, int]
"""Pence a week by need level, 1 to 4."""

MIDDLE_AGES = tuple((first + end) // 2 for _, first, end in AGE_BANDS)
"""Months: the age at which rules and terms are applied to each age band, as ``Cohort.middle_age_months``."""


def bands_taken(setting: Setting) -> tuple[int, ...]:
    """The age bands whose middles lie within the setting's terms."""
    terms = setting.offer.terms
    ages = enumerate(MIDDLE_AGES)
    return tuple(band for band, age in ages if terms.age_min_months <= age <= terms.age_max_months)


def lifted_level(instance: Instance, setting: Setting) -> int:
    """The highest need level a setting looks after, with the most support that its carer takes; at most 4."""
    packages = instance.policy.support
    lifts = {Support.NONE: 0, Support.LOW: packages.low_lifts_levels, Support.MEDIUM: packages.medium_lifts_levels}
    lift = lifts[setting.support_limit] if isinstance(setting, Carer) else 0
    return min(MAX_NEED_LEVEL, own_level(instance, setting) + lift)


def by_level(fees: Sequence[int]) -> Fees:
    """Fees that may stop at a level, which then holds for the levels above, as four."""
    one, two, three, four = (fees[min(level, len(fees) - 1)] for level in range(MAX_NEED_LEVEL))
    return one, two, three, four


def rounded(numerator: int, denominator: int) -> int:
    """A quotient of whole numbers from 0 up, rounded half up."""
    return (2 * numerator + denominator) // (2 * denominator)


def mean_fees(weighted: Iterable[tuple[int, Fees]]) -> Fees:
    """The mean of fees, each with its weight (places, above 0), rounded half up."""
    rows = list(weighted)
    total = sum(weight for weight, _ in rows)
    means = [rounded(sum(weight * fees[level] for weight, fees in rows), total) for level in range(MAX_NEED_LEVEL)]
    return by_level(means)


def fees_of_setting(instance: Instance, setting: Setting, authority_ids: Collection[str]) -> Fees:
    """What a mainstream child of each need level costs in one of today's settings, support packages left out.

    The setting's own fee, or the policy's default where it has none, unless a contract of one of the authorities (or
    of nobody's in particular) says otherwise. Framework: the first band that fits, as in a match; where bands differ
    by age, the mean over the age bands that the setting takes. Who takes only parents with a baby is priced for them.
    Block: its beds cost their second part, the other places of its settings the fee; the first part is owed whatever
    a plan does and is not part of it.
    """
    fees = by_level(setting.offer.fees_pence_per_week or (default_fee(instance, setting),))
    contract = instance.contract.get(setting.offer.contract_id or "")
    if contract is None or contract.authority_id not in (None, *authority_ids):
        return fees
    match contract.kind:
        case ContractKind.FRAMEWORK:
            return _framework_fees(contract, setting, fees)
        case ContractKind.BLOCK:
            return _block_fees(instance, contract, fees)
        case ContractKind.SPOT:
            return fees


def support_of_setting(instance: Instance, setting: Setting) -> Fees:
    """What the least support package that a carer needs for a child of each level costs; 0 at their own level."""
    if not isinstance(setting, Carer):
        return (0, 0, 0, 0)
    own, packages = own_level(instance, setting), instance.policy.support

    def pence(above: int) -> int:
        if above <= 0:
            return 0
        return packages.low_pence if above <= packages.low_lifts_levels else packages.medium_pence

    return by_level([pence(level - own) for level in range(1, MAX_NEED_LEVEL + 1)])


def _framework_fees(contract: Contract, setting: Setting, otherwise: Fees) -> Fees:
    terms = setting.offer.terms
    ages = [MIDDLE_AGES[band] for band in bands_taken(setting)] or [terms.age_min_months]
    dyads_only = terms.parent_and_child is ParentAndChild.ONLY

    def pence(level: int, age: int) -> int:
        fitting = (band for band in contract.bands if _fits(band, level, age, dyads_only))
        first = next(fitting, None)
        return otherwise[level - 1] if first is None else first.fee_pence_per_week

    levels = range(1, MAX_NEED_LEVEL + 1)
    return by_level([rounded(sum(pence(level, age) for age in ages), len(ages)) for level in levels])


def _fits(band: Band, level: int, age: int, parent_and_child: bool) -> bool:
    in_range = band.age_min_months <= age <= band.age_max_months and level <= band.need_level_max
    return in_range and not band.solo and (parent_and_child or not band.parent_and_child)


def _block_fees(instance: Instance, contract: Contract, otherwise: Fees) -> Fees:
    under_it = (s.offer.terms.num_places for s in instance.settings if s.offer.contract_id == contract.id)
    num_places = sum(under_it)
    num_beds = min(contract.num_beds, num_places)
    saved = [max(fee - contract.second_part_pence_per_week, 0) for fee in otherwise]
    return by_level([fee - rounded(num_beds * save, num_places) for fee, save in zip(otherwise, saved, strict=True)])
