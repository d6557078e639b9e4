"""Each part of the capacity certificate's arithmetic, by hand: households, room over time, money, risk, targets."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from rightplace.capacity_plan import TargetYear
from rightplace.certificate.capacity import CapacityCertificate, certify
from rightplace.certificate.capacity_actions import Use, uses_of
from rightplace.certificate.capacity_households import Households, limits_of_households, stocks_of
from rightplace.certificate.capacity_money import discounted_pence, parts_of, sums_of
from rightplace.certificate.capacity_room import Room, room_of
from rightplace.instances.levers import CostSharing, Deregistrations, Lever, Retention, StayingPut
from rightplace.instances.scenario import Demand
from rightplace.instances.targets import Firmness, Measure, Risk
from tests.certificate.capacity_case import (
    ASSUMED,
    CARERS,
    FIRST,
    HOME_CHILDREN,
    LEAST,
    LEVERS,
    MOST,
    SIBLINGS,
    SINGLES,
    SPOT_CARER,
    TEENS,
    P,
    action,
    block,
    case,
    lawful,
    plan,
    supplies,
    target,
    verdict,
    with_levers,
)

if TYPE_CHECKING:
    from rightplace.instances.planning_case import PlanningCase

NINE_TENTHS = 1 - 0.9**4
"""A yearly rate of de-registration that leaves nine tenths of the households after a quarter."""
LEAVING = replace(LEVERS.funnels[0], deregistration_rate_per_year=NINE_TENTHS)
OFFER = Retention(
    id="thanks",
    funnel_id="campaign",
    deregistration_rate_per_year=NINE_TENTHS - 0.2,
    household_pence_per_year=500 * P,
)


def reckoned(of: PlanningCase, *actions: tuple[str, float, int]) -> tuple[Households, Room, list[Use], list[str]]:
    """Households of the campaign, room, uses, and what the household checks say."""
    uses, _ = uses_of(of, tuple(action(*one) for one in actions))
    stocks = stocks_of(of, supplies(), uses)
    wrong = [violation.sentence for violation in limits_of_households(of, stocks, uses)]
    return stocks["campaign"], room_of(of, supplies(), stocks, uses), uses, wrong


def test_households_leave_at_the_rate_first_at_the_end_of_the_first_quarter() -> None:
    """Eight households become 8 x 0.9^t; a recruit of quarter 3 is 1, then 0.9, then 0.81; room goes with them."""
    stock, room, _, _ = reckoned(with_levers(funnels=(LEAVING,)), ("teens", 1.0, 3))
    assert stock.todays == pytest.approx([8 * 0.9**t for t in range(8)])
    assert stock.recruited["teens"] == pytest.approx([0, 0, 0, 1, 0.9, 0.81, 0.729, 0.6561])
    assert stock.at(4) == pytest.approx(8 * 0.9**4 + 0.9)
    assert room.children[:, CARERS] == pytest.approx([8 * 0.9**t for t in range(8)])
    assert room.children[:, TEENS] == pytest.approx([0, 0, 0, 1.6, 1.44, 1.296, 1.1664, 1.04976])


def test_without_a_funnel_nobody_leaves() -> None:
    """No funnel, or one that is switched off: today's carers stay."""
    for funnels in ((), (replace(LEAVING, enabled=False),)):
        of = with_levers(funnels=funnels)
        assert room_of(of, supplies(), stocks_of(of, supplies(), []), []).children[:, CARERS] == pytest.approx(
            [8.0] * 8
        )


def test_stated_deregistrations_replace_the_rate() -> None:
    """Four leave in the first year, two in the second, a quarter of them each quarter; recruits do not leave."""
    stated = Deregistrations(id="stated", funnel_id="campaign", households_per_year=(4.0, 2.0))
    stock, room, _, _ = reckoned(with_levers(funnels=(LEAVING,), deregistrations=(stated,)), ("teens", 1.0, 1))
    assert stock.todays == pytest.approx([8, 7, 6, 5, 4, 3.5, 3, 2.5])
    assert stock.recruited["teens"] == [0, 1, 1, 1, 1, 1, 1, 1]
    assert room.children[:, CARERS] == pytest.approx([8, 7, 6, 5, 4, 3.5, 3, 2.5])


def test_more_stated_deregistrations_than_households_leave_none() -> None:
    """When all have left, none is left."""
    stated = Deregistrations(id="stated", funnel_id="campaign", households_per_year=(16.0,))
    stock, _, _, _ = reckoned(with_levers(deregistrations=(stated,)))
    assert stock.todays == pytest.approx([8, 4, 0, 0, 0, 0, 0, 0])


def test_kept_household_stays_from_the_next_quarter_on_with_places_like_the_others() -> None:
    """0.3 kept in quarter 1 are 0.3 in quarter 2, then 0.27; each has 10/8 places, 80% of them used."""
    of = with_levers(funnels=(LEAVING,), retention=(OFFER,))
    stock, room, _, wrong = reckoned(of, ("thanks", 0.3, 1))
    assert stock.kept == pytest.approx([0, 0, 0.3, 0.27, 0.243, 0.2187, 0.19683, 0.177147])
    assert room.children[2, CARERS] == pytest.approx(8 * 0.9**2 + 0.3 * 10 / 8 * 0.8)
    assert wrong == []


def test_no_more_households_are_kept_than_the_lower_rate_prevents() -> None:
    """A rate lower by 20 points keeps 5% a quarter: of 7.2 households 0.36, and of more it keeps no more."""
    of = with_levers(funnels=(LEAVING,), retention=(OFFER,))
    assert reckoned(of, ("thanks", 0.36, 1))[3] == []
    assert "would need 7.220 households with an offer; there are 7.200" in reckoned(of, ("thanks", 0.361, 1))[3][0]
    useless = replace(OFFER, deregistration_rate_per_year=NINE_TENTHS)
    assert "lowers no rate" in reckoned(with_levers(funnels=(LEAVING,), retention=(useless,)), ("thanks", 0.1, 1))[3][0]


def test_no_more_are_kept_than_are_stated_to_leave() -> None:
    """Where one household leaves in a year, a quarter of one can be kept in a quarter."""
    stated = Deregistrations(id="stated", funnel_id="campaign", households_per_year=(1.0,))
    of = with_levers(funnels=(LEAVING,), retention=(OFFER,), deregistrations=(stated,))
    assert reckoned(of, ("thanks", 0.25, 1))[3] == []
    assert "0.3 kept in 2024Q3, but only 0.25 leave" in reckoned(of, ("thanks", 0.3, 1))[3][0]


def test_cost_of_retention_is_by_household_with_the_offer() -> None:
    """To keep 0.36 in a quarter with 5% fewer leaving takes 7.2 offers, at £500 a year each: £900 in the quarter."""
    of = with_levers(funnels=(LEAVING,), retention=(OFFER,))
    uses, _ = uses_of(of, (action("thanks", 0.36, 1),))
    stocks = stocks_of(of, supplies(), uses)
    (cost,) = sums_of(of, stocks, room_of(of, supplies(), stocks, uses), uses)
    assert (cost.at, cost.pence) == (1, pytest.approx(7.2 * 500 / 4 * P))


def test_word_of_mouth_counts_households_when_the_enquiry_is_made() -> None:
    """Ten general enquiries, and 8 x 2/4 by word of mouth worth 1.5 each: 0.2 x 16 = 3.2 approvals a quarter later.

    With three more households there are 0.2 x (10 + 11 x 2/4 x 1.5).
    """
    funnel = replace(
        LEVERS.funnels[0], word_of_mouth_per_household=2.0, word_of_mouth_factor=1.5, max_households_per_year=None
    )
    of = with_levers(funnels=(funnel,))
    assert reckoned(of, ("teens", 3.0, 1))[3] == []
    assert "lead to 3.200 at most" in reckoned(of, ("teens", 4.0, 1))[3][0]
    assert "lead to 3.650 at most" in reckoned(of, ("teens", 3.0, 1), ("teens", 4.0, 2))[3][0]


def test_enquiries_count_in_their_own_year() -> None:
    """Approvals of the second year's first quarter come from enquiries, at the rates and prices, of the first year."""
    funnel = replace(LEVERS.funnels[0], enquiries_per_year=(40.0, 0.0), approval_rate=(0.8, 0.4))
    of = with_levers(funnels=(funnel,))
    assert reckoned(of, ("teens", 2.0, 4))[3] == []
    assert "lead to 0.000 at most" in reckoned(of, ("teens", 1.0, 5))[3][0]
    _, room, uses, _ = reckoned(of, ("teens", 1.0, 5))
    sums = sums_of(of, stocks_of(of, supplies(), uses), room, uses)
    recruiting = next(one for one in sums if one.at == 4)
    assert recruiting.pence == pytest.approx((10 * 10 + 5 * 40 + 2.5 * 1_000) * P)


def test_shares_of_profiles_hold_in_each_year() -> None:
    """A profile that must be a third to a half of the recruits may be one of two or three, not none, not both."""
    teens, other = LEVERS.profiles[0], replace(LEVERS.profiles[0], id="siblings", min_share=1 / 3, max_share=0.5)
    of = with_levers(profiles=(teens, other))
    kinds = (*supplies(), replace(supplies()[TEENS], id="siblings"))

    def wrong(*actions: tuple[str, float, int]) -> list[str]:
        uses, _ = uses_of(of, tuple(action(*one) for one in actions))
        return [v.sentence for v in limits_of_households(of, stocks_of(of, kinds, uses), uses)]

    assert wrong(("teens", 1.0, 1), ("siblings", 1.0, 3)) == []
    assert wrong(("teens", 2.0, 1), ("siblings", 1.0, 3)) == []
    assert "siblings: 0 of 1 households approved in 2024/25; it must be between 33% and 50%" in wrong(("teens", 1.0, 1))
    assert len(wrong(("teens", 1.0, 1), ("siblings", 1.0, 4))) == 2


def test_young_people_who_stay_put_take_places() -> None:
    """Four a year, each for 1.25 years: one more place each quarter from the second on, until five are taken."""
    stay = StayingPut(id="stay", authority_id="A", young_people_per_year=(4.0,), num_years=1.25)
    _, room, _, _ = reckoned(with_levers(staying_put=(stay,)))
    assert room.children[:, CARERS] == pytest.approx([8, 7, 6, 5, 4, 3, 3, 3])
    many = replace(stay, young_people_per_year=(16.0,), num_years=2.0)
    assert reckoned(with_levers(staying_put=(many,)))[1].children[:, CARERS] == pytest.approx([8, 4] + [0] * 6)
    assert reckoned(with_levers(staying_put=(replace(stay, enabled=False),)))[1].children[7, CARERS] == 8


def test_home_that_closes_ends_its_places() -> None:
    """From its quarter on there is room for nobody, and no place stands."""
    _, room, _, _ = reckoned(with_levers(), ("elm closes", 1.0, 3))
    assert room.children[:, 4] == pytest.approx([2.7] * 3 + [0.0] * 5)
    assert room.places[:, 4] == pytest.approx([3.0] * 3 + [0.0] * 5)


def test_discounting_is_from_the_middle_of_each_quarter() -> None:
    """A block of one year and a home's capital charge, at 4% a year."""
    of = with_levers(assumptions=replace(ASSUMED, discount_rate_per_year=0.04, capital_life_years=10.0))
    stock, room, uses, _ = reckoned(of, ("blue", 2.0, 1))
    factor = [1.04 ** (-(t + 0.5) / 4) for t in range(8)]
    sums = sums_of(of, {"campaign": stock}, room, uses)
    assert discounted_pence(of, sums) == pytest.approx(sum(13 * 2 * 300 * P * factor[t] for t in (1, 2, 3, 4)))
    stock, room, uses, _ = reckoned(of, ("rose", 1.0, 3))
    annuity = 0.04 / (1 - 1.04**-10)
    quarterly = (400_000 * annuity / 4 + 13 * 5_000) * P
    sums = sums_of(of, {"campaign": stock}, room, uses)
    assert discounted_pence(of, sums) == pytest.approx(sum(quarterly * factor[t] for t in range(3, 8)))


def _shared(**changes: Any) -> Lever:
    return replace(LEVERS.new_homes[0], **changes)


@pytest.mark.parametrize(
    ("lever", "parts"),
    [
        (_shared(), {"A": 1.0}),
        (_shared(open_to_ids=frozenset({"A", "B"})), {"A": 0.5, "B": 0.5}),
        (_shared(open_to_ids=frozenset({"A", "B"}), cost_sharing=CostSharing.BY_CHILDREN), {"A": 1.0, "B": 0.0}),
        (_shared(open_to_ids=frozenset({"B", "FAR"}), cost_sharing=CostSharing.BY_USE), {"B": 0.5, "FAR": 0.5}),
        (LEVERS.blocks[0], {"A": 1.0}),
        (LEVERS.home_changes[0], {"A": 1.0}),
        (LEVERS.profiles[0], {"A": 1.0}),
        (LEVERS.conversions[0], {"A": 1.0}),
    ],
)
def test_who_pays(lever: Lever, parts: dict[str, float]) -> None:
    """A home is paid by those who share it as its row says; everything else by its authority."""
    assert parts_of(case(), lever) == pytest.approx(parts)


def far_away(
    *children: float, probability: tuple[float, ...], said: tuple[TargetYear, ...] = (), **changes: Any
) -> CapacityCertificate:
    """The verdict where nothing is done and all live far away; so many mainstream children in each scenario."""
    numbers = np.array([[[number, 0.0, 0.0]] * 8 for number in children])
    names = tuple(str(i) for i in range(len(children)))
    demand = Demand((SINGLES, SIBLINGS, HOME_CHILDREN), FIRST, numbers, np.array(probability), names, "made up")
    blocks = [block(w, t, [(0, SPOT_CARER, number)]) for w, number in enumerate(children) for t in range(8)]
    years = (replace(plan().years[0], targets=said), replace(plan().years[1], targets=()))
    claims = replace(plan(), schedule=(), years=years)
    return certify(case(demand=demand, **{"targets": ()} | changes), supplies(), lawful(), claims, blocks)


def of_targets(found: CapacityCertificate) -> list[str]:
    """What is wrong with the targets, or with what is said of them."""
    return [v.sentence for v in found.violations if v.rule in ("target", "target year")]


def test_risk_weighs_the_worst_futures() -> None:
    """Of costs 1, 2, 3, 4 with probabilities 0.4, 0.3, 0.2, 0.1, the worst quarter is 0.1 of 4 and 0.15 of 3."""
    unit = 8 * 13 * 900 * P
    probability = (0.4, 0.3, 0.2, 0.1)
    mean, worst = 2.0, (0.1 * 4 + 0.15 * 3) / 0.25
    assert far_away(1, 2, 3, 4, probability=probability).value_pence == pytest.approx(mean * unit)
    mixed = far_away(1, 2, 3, 4, probability=probability, risk=Risk(weight=0.4, level=0.75))
    assert mixed.value_pence == pytest.approx((0.6 * mean + 0.4 * worst) * unit)


def test_share_of_nothing_meets_every_target_and_is_no_number() -> None:
    """Without any siblings, 90% of them live together; mean and range are not numbers, and to say 0 is wrong."""
    pairs = target("pairs", Measure.SIBLINGS_TOGETHER_SHARE, LEAST, {0: 0.9})
    nothing = math.nan
    said = TargetYear(
        target_id="pairs",
        year=0,
        required=0.9,
        mean=nothing,
        p10=nothing,
        p90=nothing,
        met=True,
        probability_met=1.0,
    )
    assert of_targets(far_away(5, probability=(1.0,), targets=(pairs,), said=(said,))) == []
    wrong = far_away(5, probability=(1.0,), targets=(pairs,), said=(replace(said, mean=0.0),))
    assert of_targets(wrong) == ["pairs in 2024/25: its mean is nan, not 0"]


def test_quantile_is_the_smallest_value_with_enough_probability() -> None:
    """Of ten equally probable futures the first is the 10% value and the ninth the 90% value, without interpolation."""
    children = target("agency", Measure.INDEPENDENT_FOSTERING_CHILDREN, MOST, {0: 100.0})
    said = TargetYear(
        target_id="agency", year=0, required=100.0, mean=5.5, p10=1.0, p90=9.0, met=True, probability_met=1.0
    )
    futures = [float(number) for number in range(10, 0, -1)]
    assert of_targets(far_away(*futures, probability=(0.1,) * 10, targets=(children,), said=(said,))) == []


def test_capital_budget_of_one_authority_is_its_part() -> None:
    """Of a home for £400,000 that two authorities share equally each pays £200,000, and a budget of less is missed."""
    shared = (replace(LEVERS.new_homes[0], open_to_ids=frozenset({"A", "B"})), *LEVERS.new_homes[1:])
    budget = target("budget", Measure.CAPITAL_BUDGET, MOST, {0: 199_999.0}, authority_id="B")
    found = verdict(of=with_levers(new_homes=shared).replace(targets=(budget,)))
    assert "budget in 2024/25: must be at most 199,999, and is 200,000 on average" in of_targets(found)


@pytest.mark.parametrize(("probability", "is_met"), [(0.6, True), (0.7, True), (0.71, False)])
def test_likely_target_is_met_in_enough_of_the_probability(probability: float, is_met: bool) -> None:
    """At most 3 children with agencies holds in futures of probability 0.4 + 0.3, however bad the others are."""
    children = target(
        "agency",
        Measure.INDEPENDENT_FOSTERING_CHILDREN,
        MOST,
        {0: 3.0},
        firmness=Firmness.LIKELY,
        probability=probability,
    )
    found = far_away(2, 3, 4, 90, probability=(0.4, 0.3, 0.2, 0.1), targets=(children,))
    assert ("target" not in {violation.rule for violation in found.violations}) == is_met
