"""``barnet_2014`` holds the totals that its page claims; every count is made in the loaded instance."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

import pytest

from rightplace.instances.children import (
    Child,
    Ethnicity,
    NeedCategory,
    Place,
    Togetherness,
    Urgency,
)
from rightplace.instances.library import library_path
from rightplace.instances.policy import SearchOrder
from rightplace.instances.settings import (
    Carer,
    ContractKind,
    Grade,
    Home,
    PlaceState,
    Support,
    SupportedAccommodation,
)
from rightplace.instances.tables import read_instance
from tests.instances.library_counts import (
    in_borough,
    kind_of,
    of_kind,
    own_foster_homes,
    places,
    settings_where,
    ties,
)

if TYPE_CHECKING:
    from rightplace.instances.instance import Instance


@pytest.fixture(scope="module")
def barnet_2014() -> Instance:
    """The instance as it ships."""
    return read_instance(library_path("barnet_2014"))


def test_placement_mix(barnet_2014: Instance) -> None:
    """Of 314, 102 are in-house, 30 kinship, 89 with agencies, 11 in own homes, 34 in others, 48 other (figure 11)."""
    instance = barnet_2014
    assert instance.date == date(2014, 3, 31)
    count = Counter(kind_of(instance, child) for child in instance.children)
    assessed = sum(
        1
        for child in of_kind(instance, "other home")
        if instance.setting[child.current_setting_id or ""].place is Place.R3
    )
    assert len(instance.children) == 314
    assert count["in-house"] == 102
    assert count["connected"] + count["U3"] == 30
    assert count["agency"] == 89
    assert count["own home"] == 11
    assert count["other home"] - assessed == 34
    assert assessed + count["supported"] + count["A6"] + count["none"] == 48


def test_residential(barnet_2014: Instance) -> None:
    """In homes are 11.5%, in residential schools 2.8% (figure 16); Barnet's two homes have six beds from age 12."""
    instance = barnet_2014
    residents = of_kind(instance, "own home", "other home")
    count = Counter(instance.setting[c.current_setting_id or ""].place for c in residents)
    assert ties(count[Place.K2], 11.5, 314, 1)
    assert ties(count[Place.S1], 2.8, 314, 1)
    homes = settings_where(instance, lambda s: isinstance(s, Home) and s.offer.provider_id == "LBB")
    assert [(h.offer.terms.num_places, h.offer.terms.age_min_months) for h in homes] == [(6, 144), (6, 144)]


def test_unaccompanied_children(barnet_2014: Instance) -> None:
    """24 came unaccompanied (section 4.9)."""
    assert sum(child.uasc for child in barnet_2014.children) == 24


def test_disability_and_special_needs(barnet_2014: Instance) -> None:
    """3% have a disability, 10.2% special educational needs, 10.9% both (figure 8)."""
    disability = {NeedCategory.PHYSICAL_DISABILITY, NeedCategory.SENSORY_IMPAIRMENT}
    flags = Counter(
        (bool(child.needs & disability), NeedCategory.LEARNING_DIFFICULTY in child.needs)
        for child in barnet_2014.children
    )
    assert (flags[True, False], flags[False, True], flags[True, True]) == (9, 32, 34)
    for flag, percent in (((True, False), 3.0), ((False, True), 10.2), ((True, True), 10.9)):
        assert ties(flags[flag], percent, 314, 1)


def test_ethnicity(barnet_2014: Instance) -> None:
    """Each row of figure 7 holds on 314 children, and the 8% that it leaves out are the mixed ones."""
    count = Counter(child.ethnicity for child in barnet_2014.children)
    white = count[Ethnicity.WBRI] + count[Ethnicity.WOTH] + count[Ethnicity.WIRI]
    rows = (
        (white, 42.12),
        (count[Ethnicity.BCRB], 5.47),
        (count[Ethnicity.BAFR], 13.50),
        (count[Ethnicity.BOTH], 3.54),
        (count[Ethnicity.AIND], 0.00),
        (count[Ethnicity.APKN], 1.29),
        (count[Ethnicity.ABAN], 0.00),
        (count[Ethnicity.CHNE], 0.32),
        (count[Ethnicity.AOTH], 5.47),
        (count[Ethnicity.OOTH], 20.26),
    )
    assert all(ties(number, percent, 314, 2) for number, percent in rows)
    assert sum(number for number, _ in rows) + 26 == 314


def test_need_levels_with_agencies(barnet_2014: Instance) -> None:
    """With agencies 14 are at level 1, 54 at 2, 20 at 3 (figure 22), one has none; those at 1 wait or may move."""
    children = of_kind(barnet_2014, "agency")
    assert Counter(child.need_level for child in children) == {1: 14, 2: 54, 3: 20, None: 1}
    assert all(child.is_waiting or child.may_move for child in children if child.need_level == 1)


def test_carers(barnet_2014: Instance) -> None:
    """Ninety households, 4 respite carers, 12 kinship carers (section 5.3); 74% of the 138 places are in use."""
    instance = barnet_2014
    own = own_foster_homes(instance)
    respite = [carer for carer in own if "respite only" in carer.offer.skills]
    approved = [carer for carer in own if carer not in respite]
    kin = settings_where(instance, lambda s: isinstance(s, Carer) and s.connected)
    assert (len(approved), len(respite), len(kin)) == (90, 4, 12)
    count = places(approved)
    assert sum(count.values()) == 138
    assert ties(count[PlaceState.FILLED], 74, 138)
    assert not places(respite)[PlaceState.VACANT]
    assert Counter(carer.support_limit for carer in approved) == dict.fromkeys(Support, 30)
    assert ties(sum("disability" in carer.offer.skills for carer in approved), 40, 90)


def test_siblings(barnet_2014: Instance) -> None:
    """One child in three is part of a sibling group (section 8.2)."""
    assert len({child_id for group in barnet_2014.sibling_groups for child_id in group.child_ids}) == 105
    assert abs(105 - 314 / 3) < 0.5


def test_own_carers_are_nearer(barnet_2014: Instance) -> None:
    """More than twice as many children with Barnet's own carers live in the borough as with agencies (section 5.4)."""
    own = sum(in_borough(barnet_2014, child) for child in of_kind(barnet_2014, "in-house"))
    agency = sum(in_borough(barnet_2014, child) for child in of_kind(barnet_2014, "agency"))
    assert own > 2 * agency


def test_boys_are_more(barnet_2014: Instance) -> None:
    """More boys than girls are in care (section 4.5)."""
    count = Counter(child.sex.value for child in barnet_2014.children)
    assert count["M"] > count["F"]


def fee_of(instance: Instance, child: Child) -> int:
    """Fee in pence a week for where a child lives now: the setting's by level, or the first band that fits."""
    offer = instance.setting[child.current_setting_id or ""].offer
    level = child.need_level or instance.policy.default_need_level.child
    if offer.fees_pence_per_week:
        return offer.fees_pence_per_week[min(level, len(offer.fees_pence_per_week)) - 1]
    for band in instance.contract[offer.contract_id or ""].bands:
        fits = band.age_min_months <= child.age_months <= band.age_max_months and level <= band.need_level_max
        if fits and not band.solo and not band.parent_and_child:
            return band.fee_pence_per_week
    raise AssertionError(child.id)


def mean_pounds(instance: Instance, children: list[Child]) -> int:
    """Mean fee in whole pounds a week."""
    return round(sum(fee_of(instance, child) for child in children) / len(children) / 100)


def test_unit_costs(barnet_2014: Instance) -> None:
    """The mean fee of the children placed is the unit cost of figure 12: £646, £901, £3,493 and £3,708 a week."""
    instance = barnet_2014
    others = [
        child
        for child in of_kind(instance, "other home")
        if instance.setting[child.current_setting_id or ""].place is not Place.R3
    ]
    assert mean_pounds(instance, of_kind(instance, "in-house")) == 646
    assert mean_pounds(instance, of_kind(instance, "agency")) == 901
    assert mean_pounds(instance, of_kind(instance, "own home")) == 3493
    assert mean_pounds(instance, others) == 3708


def test_semi_independent(barnet_2014: Instance) -> None:
    """Fifteen semi-independent providers charge £300 to £1,000 a week (section 5.7); none need be registered."""
    settings = settings_where(barnet_2014, lambda s: isinstance(s, SupportedAccommodation))
    fees = [fee for setting in settings for fee in setting.offer.fees_pence_per_week]
    assert len({setting.offer.provider_id for setting in settings}) == 15
    assert (min(fees), max(fees)) == (30000, 100000)
    assert all(s.place is Place.H5 and not s.registered for s in settings if isinstance(s, SupportedAccommodation))


def test_framework(barnet_2014: Instance) -> None:
    """31 agencies hold the framework (figure 20), whose bands are its three lots."""
    (framework,) = barnet_2014.contracts
    agencies = {s.offer.provider_id for s in barnet_2014.settings if s.offer.contract_id == framework.id}
    assert framework.kind is ContractKind.FRAMEWORK
    assert len(agencies) == 31
    assert {band.name[:5] for band in framework.bands} == {"Lot 1", "Lot 2", "Lot 3"}


def test_policy(barnet_2014: Instance) -> None:
    """Own carers come first, and agencies must be graded good or outstanding (sections 5.4, 6.1)."""
    assert barnet_2014.policy.search.order is SearchOrder.CASCADE
    assert barnet_2014.policy.quality.least_grade is Grade.GOOD
    assert not barnet_2014.policy.quality.ungraded_allowed


def test_who_waits(barnet_2014: Instance) -> None:
    """Twenty-five wait: groups of two and three, a required pair, brothers to be apart, an emergency."""
    waiting = {child.id: child for child in barnet_2014.candidates()}
    assert len(waiting) == 25
    groups = [g for g in barnet_2014.sibling_groups if set(g.child_ids) <= set(waiting)]
    assert Counter((g.togetherness, len(g.child_ids)) for g in groups) == {
        (Togetherness.PREFERRED, 3): 1,
        (Togetherness.PREFERRED, 2): 1,
        (Togetherness.REQUIRED, 2): 1,
        (Togetherness.APART, 2): 1,
    }
    assert [c.needed_by for c in waiting.values() if c.urgency is Urgency.EMERGENCY] == [barnet_2014.date]
