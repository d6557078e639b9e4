"""What the certificate adds up: fees, support, miles, waiting and search order, each worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from rightplace.certificate import check
from rightplace.instances.children import CaredForAlongside, Child, SiblingGroup, Urgency
from rightplace.instances.policy import SearchOrder
from rightplace.instances.settings import (
    Band,
    Contract,
    ContractKind,
    Setting,
    Support,
)
from tests.oracles import with_tiers
from tests.plans import FEE, NEXT_WEEK, placed, rules_broken, written
from tests.rules.builders import (
    carer,
    child,
    east_of_home,
    home,
    instance,
    supported,
    teenager,
    vacant,
)

_SOLO = CaredForAlongside.SOLO


def test_totals_by_hand() -> None:
    """Fees, support, miles, area, signature and siblings apart add up to what they add up to on paper.

    First child: £600. Second child, level 2 with a level 1 carer of an agency: £800 and low support £100; 2.0 miles at
    £4, out of area £40, nominated officer £10. A pair of siblings apart: £200. Together £1,758.
    """
    first, second = child("first"), child("second", need_level=2)
    agency = carer(
        "agency",
        provider_id="good",
        authority_id="B",
        location=east_of_home(3_299),
        fees_pence_per_week=(80_000,),
        need_level=1,
        support_limit=Support.LOW,
    )
    group = SiblingGroup(id="G", child_ids=("first", "second"))
    world = instance((first, second), (carer(), agency), groups=(group,))
    away = placed("second", "agency", fee=90_000, policy=5_800, support=Support.LOW, distance_miles=2.0)
    certificate = check(world, written(world, placed("first"), away, apart=1))
    assert certificate.violations == ()
    assert certificate.value_pence_per_week == 175_800


_BLOCK = Contract(id="c", kind=ContractKind.BLOCK, num_beds=2, num_beds_used=1, second_part_pence_per_week=10_000)
_BANDS = (
    Band(name="young", fee_pence_per_week=50_000, age_max_months=119),
    Band(name="alone", fee_pence_per_week=90_000, solo=True),
    Band(name="rest", fee_pence_per_week=70_000, need_level_max=2),
)
_FRAME = Contract(id="c", kind=ContractKind.FRAMEWORK, bands=_BANDS)
_THEIRS = Contract(id="c", kind=ContractKind.FRAMEWORK, authority_id="B", bands=_BANDS)


@pytest.mark.parametrize(
    ("one", "setting", "contract", "fee"),
    [
        (child(), carer(), None, 60_000),
        (child(), carer(fees_pence_per_week=()), None, 64_600),
        (child(), carer(fees_pence_per_week=(), provider_id="good"), None, 90_100),
        (
            child(connected_carer_ids=frozenset({"setting"})),
            carer(fees_pence_per_week=(), connected=True),
            None,
            30_000,
        ),
        (child(), home(fees_pence_per_week=()), None, 610_000),
        (teenager(), supported(fees_pence_per_week=()), None, 62_100),
        (child(need_level=2), home(fees_pence_per_week=(1, 2, 3)), None, 2),
        (child(need_level=4), home(fees_pence_per_week=(1, 2, 3)), None, 3),
        (child(age_months=119), carer(contract_id="c"), _FRAME, 50_000),
        (child(age_months=120), carer(contract_id="c"), _FRAME, 70_000),
        (child(cared_for_alongside=_SOLO), carer(contract_id="c"), _FRAME, 90_000),
        (child(need_level=3), home(contract_id="c"), _FRAME, 60_000),
        (child(age_months=119), carer(contract_id="c"), _THEIRS, 60_000),
        (child(), carer(contract_id="c"), _BLOCK, 60_000),
    ],
)
def test_fee_by_hand(one: Child, setting: Setting, contract: Contract | None, fee: int) -> None:
    """The fee is the first band that fits, else what the setting asks for the level, else the policy's default."""
    world = instance((one,), (setting,), contracts=() if contract is None else (contract,))
    assert check(world, written(world, placed("child", fee=fee))).violations == ()
    assert "fee" in rules_broken(world, written(world, placed("child", fee=fee + 1)))


def test_block_bed_by_hand() -> None:
    """A bed that the block pays for already costs its second part, and only as many as are free do."""
    world = instance(
        (child("a"), child("b")), (carer(contract_id="c", place_counts=(vacant(2),)),), contracts=(_BLOCK,)
    )
    cheap = [placed(i, fee=10_000, on_block=True) for i in ("a", "b")]
    assert rules_broken(world, written(world, cheap[0], placed("b"))) == []
    assert rules_broken(world, written(world, *cheap)) == ["block"]


@pytest.mark.parametrize(
    ("waiting", "weight"),
    [
        (child(), 1),
        (child(needed_by=NEXT_WEEK), 4),
        (child(needed_by=NEXT_WEEK + timedelta(days=1)), 1),
        (child(urgency=Urgency.EMERGENCY, needed_by=NEXT_WEEK), 10),
    ],
)
def test_waiting_by_hand(waiting: Child, weight: int) -> None:
    """Leaving a child waiting counts 1, or 4 when the need is within seven days, or 10 in an emergency."""
    world = instance((waiting,), ())
    plan = written(world, waiting=("child",))
    assert rules_broken(world, with_tiers(plan, {"waiting": weight, "price": 0})) == []
    assert rules_broken(world, with_tiers(plan, {"waiting": weight + 1, "price": 0})) == ["claim"]


@pytest.mark.parametrize(
    ("setting", "contract", "step"),
    [
        (carer(), None, 0),
        (carer(provider_id="partner"), None, 1),
        (carer(provider_id="good", contract_id="c"), _FRAME, 2),
        (carer(provider_id="good", contract_id="c"), _BLOCK, 2),
        (carer(provider_id="good", contract_id="c"), _THEIRS, 3),
        (carer(provider_id="good"), None, 3),
    ],
)
def test_search_order_by_hand(setting: Setting, contract: Contract | None, step: int) -> None:
    """A cascade finds own provision at step 0, the consortium's at 1, blocks and frameworks at 2, spot at 3."""
    world = instance((child(),), (setting,), contracts=() if contract is None else (contract,))
    fee = 70_000 if contract is _FRAME else FEE
    plan = replace(written(world, placed("child", fee=fee)), search_order=SearchOrder.CASCADE)
    assert rules_broken(world, with_tiers(plan, {"waiting": 0, "search order": step, "price": fee})) == []
    assert rules_broken(world, with_tiers(plan, {"waiting": 0, "search order": step + 1, "price": fee})) == ["claim"]
