"""Explanations agree with the match: what it may use breaks no hard rule, what it may not use breaks one at least."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as options
from hypothesis import strategies as st

from rightplace.explain import (
    Companion,
    Standing,
    State,
    explain_child,
    explain_one,
    explain_pair,
    facts_for,
    ineligible,
    ineligible_of_all,
    standing_of,
)
from rightplace.instances.authorisations import Authorisation
from rightplace.instances.children import SiblingGroup, Togetherness
from rightplace.instances.library import library_path
from rightplace.instances.policy import policy_from
from rightplace.instances.settings import Support
from rightplace.instances.tables import read_instance
from rightplace.models.eligible import options_of
from rightplace.reports.explanation import weekly_cost
from rightplace.rules.catalogue import HARD_RULES, priced, rules_by_id
from rightplace.rules.one_pair import OnePair
from rightplace.rules.pairs import Facts
from rightplace.rules.remedies import RemedyKind
from rightplace.rules.rule import Kind
from rightplace.solve import MatchOptions, match
from tests.rules.builders import DAY, carer, child, filled, home, instance, supported, teenager, vacant
from tests.strategies import instances

if TYPE_CHECKING:
    from rightplace.instances.instance import Instance

WORLD = read_instance(library_path("barnet_2023"))


def usable(facts: Facts) -> set[tuple[int, int]]:
    """The pairs that enter the model of a match, as positions."""
    assert facts.instance.policy.search.shortlist == 0
    pairs = options_of(facts).pairs
    return set(zip(pairs.child_idx.tolist(), pairs.setting_idx.tolist(), strict=True))


def test_every_pair_of_barnet_that_match_may_not_use_has_a_rule() -> None:
    """Of all waiting children and settings, hard rules exclude exactly the pairs that are no options of the match."""
    facts = Facts(WORLD)
    may = usable(facts)
    excluded = ineligible_of_all(facts, facts.candidate_idx)
    for child_idx, found in zip(facts.candidate_idx.tolist(), excluded, strict=True):
        named = dict(found)
        for setting_idx in range(len(WORLD.settings)):
            rules = named.get(setting_idx, ())
            assert bool(rules) != ((child_idx, setting_idx) in may)
            assert all(rule.kind is Kind.HARD for rule in rules)


@pytest.mark.parametrize("child_id", ["C002", "C009", "C021"])
def test_explaining_a_pair_says_the_same_as_excluding_it(child_id: str) -> None:
    """One by one, each setting of barnet_2023 is stopped by the rules that exclude it in bulk, and open otherwise."""
    facts = Facts(WORLD)
    child_idx = facts.child_idx[child_id]
    in_bulk = dict(ineligible(facts, child_idx))
    for setting_idx in range(len(WORLD.settings)):
        found = explain_one(OnePair(facts, child_idx, setting_idx), Standing.WAITING)
        assert found.stopped_by == in_bulk.get(setting_idx, ())
        assert found.may_be_used == (not found.stopped_by and found.family_may_come)
        assert all((judged.remedy is not None) == (judged.rule.kind is Kind.HARD or judged.rule.kind is Kind.APPROVAL)
                   for judged in found.judged if judged.state is State.BROKEN)  # fmt: skip


@given(instances(), st.booleans())
@options(max_examples=30, deadline=None)
def test_rules_stop_what_the_model_leaves_out(world: Instance, rematch: bool) -> None:
    """For every candidate and setting: no option of the match is stopped by a hard rule, and every other pair is.

    In bulk the rules know nothing of staying, which is tested against none.
    """
    world = world.replace(policy=replace(world.policy, search=replace(world.policy.search, shortlist=0)))
    facts = Facts(world, rematch=rematch)
    may = usable(facts)
    excluded = ineligible_of_all(facts, facts.candidate_idx)
    for child_idx, in_bulk in zip(facts.candidate_idx.tolist(), excluded, strict=True):
        assert in_bulk == ineligible(facts, child_idx)
        for setting_idx in range(len(world.settings)):
            one = OnePair(facts, child_idx, setting_idx)
            found = explain_one(one, standing_of(world, one.child.id))
            assert (not found.stopped_by) == ((child_idx, setting_idx) in may)
            assert found.policy_pence_per_week == priced(one.row)[0]
            if not found.is_stay:
                assert found.stopped_by == dict(in_bulk).get(setting_idx, ())


@given(instances(), st.booleans())
@options(max_examples=20, deadline=None)
def test_what_a_match_does_may_be_done(world: Instance, rematch: bool) -> None:
    """Every placement of a plan may be used, siblings who must come along included, and says so."""
    plan = match(world, MatchOptions(rematch=rematch, compare=False)).best.plan
    for placement in plan.placements:
        found = explain_pair(world, placement.child_id, placement.setting_id, rematch=rematch)
        assert found.may_be_used
        assert found.stopping_ids == ()


@given(instances())
@options(max_examples=20, deadline=None)
def test_what_a_child_is_told_adds_up(world: Instance) -> None:
    """Open and excluded settings are all there are, and each that one rule alone excludes is a near miss of it."""
    facts = Facts(world)
    for child_idx in facts.candidate_idx.tolist():
        child_id = world.children[child_idx].id
        found = explain_child(world, child_id, weekly_cost, num_nearest=len(world.settings))
        bulk = ineligible(facts, child_idx)
        assert len(found.open_ids) + len(bulk) == found.num_settings == len(world.settings)
        assert sum(e.num_settings for e in found.excluded) == sum(len(rules) for _, rules in bulk)
        alone = {world.settings[s].id: rules[0] for s, rules in bulk if len(rules) == 1}
        assert {miss.setting_id: miss.rule for miss in found.nearest} == alone
        assert found.num_near == sum(e.num_alone for e in found.excluded) == len(alone)


def test_many_children_are_as_fast_as_one_table() -> None:
    """All children of the instance at once give the lists that each gives alone."""
    facts = Facts(WORLD)
    assert ineligible_of_all(facts, facts.candidate_idx[:5]) == [
        ineligible(facts, int(c)) for c in facts.candidate_idx[:5]
    ]
    assert ineligible_of_all(facts, np.zeros(0, dtype=np.int64)) == []


def test_nearest_misses_come_by_trouble_then_by_cost() -> None:
    """Support before variation, and of two that want support the cheaper first; a setting out of two rules is none."""
    world = instance(
        (child(need_level=2),),
        (
            carer("dear", need_level=1, fees_pence_per_week=(90_000,)),
            carer("cheap", need_level=1, fees_pence_per_week=(50_000,)),
            carer("young", need_level=2, age_max_months=60, fees_pence_per_week=(10_000,)),
            carer("both", need_level=1, age_max_months=60),
            carer("good", need_level=2),
        ),
    )
    found = explain_child(world, "child", weekly_cost)
    assert [(miss.setting_id, miss.rule.id) for miss in found.nearest] == [
        ("cheap", "P06"),
        ("dear", "P06"),
        ("young", "R21"),
    ]
    assert found.nearest[0].remedy.kind is RemedyKind.SUPPORT
    assert found.nearest[0].cost_pence_per_week == 50_000 + 10_000  # the fee and low support
    assert found.nearest[2].cost_pence_per_week == 10_000 + 3_000  # the fee and the price of R21E
    assert found.open_ids == ("good",)
    assert [(e.rule.id, e.num_settings, e.num_alone) for e in found.excluded] == [("P06", 3, 2), ("R21", 2, 1)]


def test_no_more_near_misses_than_asked_for() -> None:
    """Twelve carers of too low a level: ten are shown, twelve counted."""
    carers = tuple(carer(f"F{i:02}", need_level=1) for i in range(12))
    found = explain_child(instance((child(need_level=2),), carers), "child", weekly_cost)
    assert (len(found.nearest), found.num_near) == (10, 12)


def test_a_rule_that_is_not_in_force_is_not_broken() -> None:
    """Before 28 October 2023 supported accommodation needs no registration: the rule is not in force."""
    before = instance(
        (teenager(),), (supported(registered=False),), on=rules_by_id()["R12"].in_force_from.replace(day=27)
    )  # type: ignore[union-attr]
    found = explain_pair(before, "child", "setting")
    (registered,) = (judged for judged in found.judged if judged.rule.id == "R12")
    assert registered.state is State.NOT_IN_FORCE
    assert found.may_be_used


def test_a_settled_child_is_judged_as_if_a_home_were_sought() -> None:
    """P11 keeps a settled child where it is; the other rules speak as if a home were sought."""
    settled = child("settled", is_waiting=False, current_setting_id="there")
    world = instance((settled,), (carer("there", place_counts=(filled(),)), carer("setting", age_max_months=60)))
    found = explain_pair(world, "settled", "setting")
    assert found.standing is Standing.SETTLED
    assert found.stopping_ids == ("P11", "R21")
    assert not explain_pair(world, "settled", "there").may_be_used
    assert facts_for(world, "settled").is_candidate.tolist() == [True]
    assert world.children[0].is_waiting is False


def test_a_child_who_stays_is_asked_no_hard_rule() -> None:
    """A child who may move may stay, although the carer's terms end below its age."""
    mover = child("mover", is_waiting=False, may_move=True, current_setting_id="here")
    world = instance((mover,), (carer("here", place_counts=(filled(),), age_max_months=60), carer("setting")))
    stay = explain_pair(world, "mover", "here")
    assert stay.is_stay
    assert stay.may_be_used
    assert {judged.state for judged in stay.judged if judged.rule in HARD_RULES} == {State.NOT_ASKED}
    move = explain_pair(world, "mover", "setting")
    assert (move.standing, move.is_stay, move.may_be_used) == (Standing.MAY_MOVE, False, True)


def _siblings(brother_age: int, counts: int) -> Instance:
    group = SiblingGroup(id="G", child_ids=("child", "brother"), togetherness=Togetherness.REQUIRED)
    setting = home(place_counts=(vacant(counts),), num_places=2, age_max_months=130)
    return instance((child(), child("brother", age_months=brother_age)), (setting,), groups=(group,))


def test_a_sibling_who_must_come_and_may_not_stops_the_pair() -> None:
    """The child may live there and the older brother may not: R06 stops the pair, and the brother's rule is named."""
    found = explain_pair(_siblings(brother_age=140, counts=2), "child", "setting")
    assert found.stopped_by == ()
    assert found.companions == (Companion("brother", (rules_by_id()["R16"],)),)
    assert found.stopping_ids == ("R06",)


def test_siblings_who_must_be_together_need_places_for_all() -> None:
    """One place is too few for two who must be together, two are enough."""
    too_few = explain_pair(_siblings(brother_age=120, counts=1), "child", "setting")
    assert too_few.lacks_places_for_all
    assert too_few.stopping_ids == ("R06",)
    enough = explain_pair(_siblings(brother_age=120, counts=2), "child", "setting")
    assert enough.may_be_used
    assert enough.companions == (Companion("brother", ()),)


def test_rematch_frees_the_places_of_those_who_may_move() -> None:
    """A place that a child who may move could leave is free with rematch, and not without."""
    mover = child("mover", is_waiting=False, may_move=True, current_setting_id="setting")
    world = instance((child(), mover), (carer(place_counts=(filled(),)), carer("other")))
    assert [rule.id for rule in explain_pair(world, "child", "setting").stopped_by] == ["P01"]
    assert explain_pair(world, "child", "setting", rematch=True).may_be_used


def test_more_support_in_the_policy_changes_the_remedy() -> None:
    """Where low support lifts two levels, it is the remedy for two missing levels."""
    world = instance((child(need_level=3),), (carer(need_level=1, support_limit=Support.NONE),))
    (miss,) = explain_child(world, "child", weekly_cost).nearest
    assert miss.remedy.pence_per_week == 25_000
    generous = world.replace(policy=policy_from({"support": {"low_lifts_levels": 2}}, "test"))
    (miss,) = explain_child(generous, "child", weekly_cost).nearest
    assert miss.remedy.pence_per_week == 10_000


def test_a_rule_switched_off_or_lifted_is_not_broken() -> None:
    """A policy without R35, or a recorded exception, lets in a provider below the grade, and says which it was."""
    poor = home(provider_id="improving")
    off = instance((child(),), (poor,), policy={"rules": {"off": ["R35"]}})
    row = Authorisation(id="E1", rule="R35", setting_id="setting", authorised_by="head of service", authorised_on=DAY)
    for world, state in (
        (off, State.SWITCHED_OFF),
        (instance((child(),), (poor,), authorisations=(row,)), State.AUTHORISED),
    ):
        found = explain_pair(world, "child", "setting")
        assert [judged.state for judged in found.judged if judged.rule.id == "R35"] == [state]
        assert found.may_be_used
    assert not explain_pair(instance((child(),), (poor,)), "child", "setting").may_be_used


def test_a_fourth_child_is_excluded_by_the_fostering_limit() -> None:
    """Of a carer with three strangers who stay and one free place, match makes no use, and explain says why."""
    world = instance((child(),), (carer(place_counts=(filled(3), vacant())),))
    assert match(world, MatchOptions(compare=False)).best.plan.waiting_ids == ("child",)
    assert explain_pair(world, "child", "setting").stopping_ids == ("R19",)
