"""The generated market: who runs settings, how good Ofsted finds them, on what terms and at what price they sell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightplace.instances.children import ADULT_MONTHS
from rightplace.instances.generator.dice import Dice, Shares
from rightplace.instances.settings import (
    AccommodationCategory,
    Band,
    Contract,
    ContractKind,
    Grade,
    Provider,
    Sector,
)

if TYPE_CHECKING:
    from rightplace.instances.geography import Authority

GRADES: Shares[Grade | None] = Shares(
    {Grade.OUTSTANDING: 16, Grade.GOOD: 68, Grade.REQUIRES_IMPROVEMENT: 10, Grade.INADEQUATE: 1, None: 5}
)
"""Ofsted grades (``None``: not graded yet), assumed."""
GRADES_SUPPORTED: Shares[Grade | None] = Shares({None: 80, Grade.GOOD: 18, Grade.REQUIRES_IMPROVEMENT: 2})
"""Inspections of supported accommodation only began in April 2024 (FG D, R14); the shares are assumed."""
SECTORS = Shares({Sector.PRIVATE: 85, Sector.VOLUNTARY: 15})
"""Independent providers, assumed; 84% of children's homes are private (NAO, FG C3)."""
FRAMEWORK_SHARE = 0.5
"""Share of fostering agencies that sell through a framework, assumed."""

CARER_OWN_PENCE = 64_600
"""In-house fostering, pence a week (Barnet 2014, FG 0.1)."""
CARER_AGENCY_PENCE = 90_100
"""Agency fostering, pence a week (Barnet 2014, FG 0.1)."""
CARER_CONNECTED_PENCE = 30_000
"""Connected carers: about the national minimum allowance and travel (FG C4), pence a week."""
PARENT_AND_CHILD_PENCE = 185_000
"""A parent and child with a carer, pence a week, assumed."""
HOME_PENCE = 610_000
"""A children's home, England 2023-24, pence a week (NAO 2025, FG C4)."""
SOLO_HOME_PENCE = 1_150_000
"""A home for one, pence a week: 1,510 placements of £10,000 or more (LGA 2022/23, FG C4)."""
SECURE_PENCE = 750_000
"""A secure home, pence a week, assumed."""
SCHOOL_PENCE = 420_000
"""The care side of a residential school place, pence a week, assumed."""
SUPPORTED_PENCE = {
    AccommodationCategory.SELF_CONTAINED: 90_000,
    AccommodationCategory.SHARED_FOR_CARE: 62_000,
    AccommodationCategory.SHARED_OPEN: 52_000,
    AccommodationCategory.LODGINGS: 38_000,
}
"""Supported accommodation, pence a week: £621 on average (Lincolnshire 2023, FG C4); the split is assumed."""
FOSTER_PER_CENT = (100, 112, 130, 165)
"""Fees of carers by need level, in per cent of level 1; no public source (FG C4), assumed."""
HOME_PER_CENT = (85, 85, 100, 128)
"""Fees of homes by need level, in per cent of level 3, assumed."""


def meets_gate(grade: Grade | None) -> bool:
    """Whether the default policy's quality gate lets an independent provider of this grade through."""
    return grade is None or grade >= Grade.GOOD


def fees(dice: Dice, base_pence: int, per_cent: tuple[int, ...], spread_per_cent: int = 12) -> tuple[int, ...]:
    """Fees in pence a week for need levels 1 to 4: the base give or take a spread, rising by level."""
    amount = dice.around(base_pence, spread_per_cent)
    return tuple(amount * share // 10_000 * 100 for share in per_cent)


class Market:
    """Makes providers and contracts as settings need them, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self.providers: list[Provider] = []
        self.contracts: list[Contract] = []
        self._seed = seed
        self._own: dict[str, Provider] = {}
        self._pools: dict[tuple[str, str], list[tuple[Provider, str | None]]] = {}

    def own(self, authority: Authority) -> Provider:
        """An authority's own service."""
        if authority.id not in self._own:
            grade = Dice(self._seed, "own", authority.id).pick(GRADES)
            name = f"{authority.name} children's services"
            self._own[authority.id] = self._provider(name, Sector.LOCAL_AUTHORITY, grade, authority.id)
        return self._own[authority.id]

    def agency(self, dice: Dice, region: str, num_in_pool: int, good_only: bool) -> tuple[Provider, str | None]:
        """A fostering agency of a region and the id of its framework contract, if it has one."""
        return self._from_pool(dice, "Agency", region, num_in_pool, good_only, GRADES)

    def company(self, dice: Dice, region: str, num_in_pool: int) -> Provider:
        """Who runs children's homes in a region; homes have grades of their own, so the company has none."""
        return self._from_pool(dice, "Homes", region, num_in_pool, False, Shares({None: 1}))[0]

    def landlord(self, dice: Dice, region: str, num_in_pool: int) -> Provider:
        """Who runs supported accommodation in a region."""
        return self._from_pool(dice, "Pathways", region, num_in_pool, True, GRADES_SUPPORTED)[0]

    def block(self, dice: Dice, authority_id: str, num_beds: int, num_beds_used: int, fee_pence: int) -> str:
        """A block contract for so many beds: 80 to 90% of the fee is owed whether used or not; its id."""
        first = fee_pence * dice.between(80, 90) // 10_000 * 100
        contract = Contract(
            id=f"K{len(self.contracts) + 1:04}",
            kind=ContractKind.BLOCK,
            authority_id=authority_id,
            num_beds=num_beds,
            num_beds_used=num_beds_used,
            first_part_pence_per_week=first,
            second_part_pence_per_week=max(0, fee_pence - first),
        )
        self.contracts.append(contract)
        return contract.id

    def _provider(self, name: str, sector: Sector, grade: Grade | None, authority_id: str | None = None) -> Provider:
        number = len(self.providers) + 1
        provider = Provider(id=f"P{number:04}", name=name, sector=sector, authority_id=authority_id, grade=grade)
        self.providers.append(provider)
        return provider

    def _from_pool(
        self, dice: Dice, kind: str, region: str, num_in_pool: int, good_only: bool, grades: Shares[Grade | None]
    ) -> tuple[Provider, str | None]:
        """One of the providers of a kind in a region; the first call makes them, one at least that passes the gate."""
        if (kind, region) not in self._pools:
            own = Dice(self._seed, kind, region)
            pool = self._pools[kind, region] = []
            for number in range(1, max(2, num_in_pool) + 1):
                grade = own.pick(grades) if number > 1 else None
                provider = self._provider(f"{kind} {region} {number}", own.pick(SECTORS), grade)
                sells = kind == "Agency" and own.chance(FRAMEWORK_SHARE)
                pool.append((provider, self._framework(own) if sells else None))
        pool = self._pools[kind, region]
        return dice.one_of([p for p in pool if meets_gate(p[0].grade)] if good_only else pool)

    def _framework(self, dice: Dice) -> str:
        """A framework contract of a fostering agency, with the lots of the West London framework (FG 0.1); its id."""
        amount = dice.around(CARER_AGENCY_PENCE, 6)
        alone = amount * 150 // 10_000 * 100
        bands = [
            Band(
                name="Parent and child",
                fee_pence_per_week=dice.around(PARENT_AND_CHILD_PENCE, 6),
                parent_and_child=True,
            ),
            Band(name="Solo", fee_pence_per_week=alone, solo=True),
        ]
        for level, (name, per_cent) in enumerate(zip(_LOTS, FOSTER_PER_CENT, strict=True), start=1):
            fee = amount * per_cent // 10_000 * 100
            under = Band(name=f"{name}, 0 to 15", fee_pence_per_week=fee, age_max_months=191, need_level_max=level)
            over = Band(
                name=f"{name}, 16 and 17",
                fee_pence_per_week=fee * 106 // 10_000 * 100,
                age_min_months=192,
                age_max_months=ADULT_MONTHS - 1,
                need_level_max=level,
            )
            bands += [under, over]
        contract = Contract(id=f"K{len(self.contracts) + 1:04}", kind=ContractKind.FRAMEWORK, bands=tuple(bands))
        self.contracts.append(contract)
        return contract.id


_LOTS = ("Core", "Enhanced", "Specialist", "Complex")
