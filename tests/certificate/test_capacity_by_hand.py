"""A capacity plan whose every sum was done by hand is accepted, and the certificate finds the same sums."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.certificate.capacity_case import P, living, plan, verdict


def test_plan_by_hand_is_accepted() -> None:
    """Nothing speaks against the plan."""
    assert [str(violation) for violation in verdict().violations] == []


def test_value_is_the_sum_by_hand() -> None:
    """Fees, levers, capital charges and the price of a missed target add up to £1,495,380.

    Fees a week in the low future: 8,900 + 8,500 + 6,860 + 6,860, then 6,600 + 7,120 + 7,920 + 7,920; in the high one
    14,700 + 13,300 + 9,380 + 7,860, then 8,480 + 3 x 9,600. Thirteen weeks a quarter, weights 1/4 and 3/4.
    """
    low = 13 * (8_900 + 8_500 + 2 * 6_860 + 6_600 + 7_120 + 2 * 7_920)
    high = 13 * (14_700 + 13_300 + 9_380 + 7_860 + 8_480 + 3 * 9_600)
    fees = 0.25 * low + 0.75 * high
    running = 13 * (6 * 5_000 + 4 * (700 - 200))
    household = 1_400 + 13 * 7 * 100
    support = 13 * 50 * (1 + 1 + 2 + 2)
    block = 13 * 4 * 2 * 300
    charge = (400_000 * 6 + 100_000 * 4) / 25 / 4
    missed = 10_000 * (0.25 * 0.15 + 0.75 * 0.75 - 0.2)
    found = verdict()
    assert found.shortfall_pence == pytest.approx(missed * P)
    assert found.value_pence == pytest.approx((fees + running + household + support + block + charge + missed) * P)
    assert found.value_pence == pytest.approx(1_495_380 * P)
    assert found.value_pence_per_week == round(1_495_380 * P / 104)


def test_order_of_blocks_and_actions_does_not_matter() -> None:
    """Blocks may come in any order, and actions may stand in any order."""
    assert verdict(blocks=living()[::-1], said=replace(plan(), schedule=plan().schedule[::-1])).violations == ()
