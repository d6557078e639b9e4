"""The catalogue as a whole: every rule is tested on both sides, says where it comes from, and reads row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rightplace.instances.authorisations import LIFTABLE_RULES
from rightplace.instances.policy import SWITCHABLE_RULES, default_policy
from rightplace.rules.catalogue import (
    GRID_RULES,
    GUIDE_NUMBERS,
    HARD_RULES,
    RULES,
    lawful,
    lawful_among,
    parts_of,
    priced,
    rules_by_id,
)
from rightplace.rules.pairs import Facts, Pairs
from rightplace.rules.practice import settings_in_reach, within_search_radius
from rightplace.rules.rule import Kind, Owner, Rule, Scope
from tests.rules import (
    test_approval,
    test_bedrooms,
    test_compatibility,
    test_decided,
    test_notice,
    test_practice,
    test_preference,
    test_regulation,
)
from tests.rules.builders import child, home, pair, supported, teenager
from tests.strategies import instances

if TYPE_CHECKING:
    from rightplace.instances.instance import Instance

CASES = (
    *test_regulation.CASES,
    *test_practice.CASES,
    *test_decided.CASES,
    *test_compatibility.CASES,
    *test_approval.CASES,
    *test_preference.CASES,
    *test_bedrooms.CASES,
    *test_notice.CASES,
)


@pytest.mark.parametrize("keeps", [True, False])
def test_every_rule_has_a_case_on_each_side(keeps: bool) -> None:
    """Each rule of the catalogue, and no other, is tested just inside and just outside."""
    assert {case.rule for case in CASES if case.keeps is keeps} == {rule.id for rule in RULES}


def test_every_price_has_a_case_worked_by_hand() -> None:
    """Each approval and preference has its pence tested where it applies and where it does not."""
    priced_rules = {rule.id for rule in RULES if rule.price is not None}
    for keeps in (True, False):
        assert {case.rule for case in CASES if case.keeps is keeps and case.pence is not None} == priced_rules


def test_cases_are_told_apart() -> None:
    """No two cases of a rule make the same claim."""
    assert len({(case.rule, case.claim) for case in CASES}) == len(CASES)


def test_ids_are_used_once() -> None:
    """No id of a rule stands for two rules."""
    assert len({rule.id for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("number", GUIDE_NUMBERS)
def test_catalogue_covers_the_guide(number: str) -> None:
    """Each rule of law from R01 to R38 is in the catalogue, by its own id or by its parts."""
    assert parts_of(number)


def test_every_rule_of_law_has_one_number() -> None:
    """Every rule whose id begins with R is a part of exactly one number, and all others are practice."""
    found = [rule.id for number in GUIDE_NUMBERS for rule in parts_of(number)]
    assert sorted(found) == sorted(rule.id for rule in RULES if rule.id.startswith("R"))
    assert all(rule.id[0] in "RP" for rule in RULES)
    assert set(rules_by_id()) == {rule.id for rule in RULES}


def test_rules_about_more_than_a_pair_say_so() -> None:
    """Places, company, fostering limit and bedrooms are about a household, R06 about siblings, two notes on an area."""
    scopes = {rule.id: rule.scope for rule in RULES if rule.scope is not Scope.PAIR}
    assert {rule for rule, scope in scopes.items() if scope is Scope.HOUSEHOLD} == {"P01", "R17", "R18", "R19", "R22"}
    assert {rule for rule, scope in scopes.items() if scope is Scope.SIBLINGS} == {"R06"}
    assert {rule for rule, scope in scopes.items() if scope is Scope.AREA} == {"R09", "R34"}


def test_a_policy_may_switch_off_the_authority_s_own_rules_only() -> None:
    """The rules that a policy may name are those that are the authority's, and none of them is about a group."""
    own = {rule.id for rule in RULES if rule.owner is Owner.AUTHORITY}
    assert set(SWITCHABLE_RULES) == own
    assert all(rules_by_id()[rule].scope is Scope.PAIR for rule in own)


def test_what_may_be_overridden_says_how() -> None:
    """The rules that an authorisation may name are those that say what lifts them."""
    assert {rule.id for rule in RULES if rule.lifted_by} == set(LIFTABLE_RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_rule_speaks_for_itself(rule: Rule) -> None:
    """A rule has a title, source and sentence; a signatory, deadline and price exactly where its kind has them."""
    assert rule.title
    assert rule.source
    assert rule.sentence[0].isupper()
    assert rule.sentence.endswith(".")
    is_timed = rule.kind in (Kind.APPROVAL, Kind.NOTIFICATION)
    assert (bool(rule.signatory), bool(rule.deadline)) == (is_timed, is_timed)
    assert (rule.price is not None) == (rule.kind in (Kind.APPROVAL, Kind.PREFERENCE))
    assert (rule.amount is None) == (rule.kind is not Kind.PREFERENCE)
    if rule.price is not None:
        assert rule.price(default_policy()) > 0


@pytest.mark.parametrize("rule", HARD_RULES, ids=lambda rule: rule.id)
def test_hard_rule_has_no_price(rule: Rule) -> None:
    """Asking what a breach of the law costs is refused."""
    with pytest.raises(ValueError, match=f"{rule.id} has no price"):
        rule.pence_per_week(pair())


@pytest.mark.parametrize(
    "row", [pair(), pair(child(), home()), pair(teenager(), supported())], ids=["carer", "home", "supported"]
)
def test_default_pair_breaks_nothing(row: Pairs) -> None:
    """The pair that other cases change one thing about keeps all rules, needs notice and a plan, and costs nothing."""
    assert [rule.id for rule in RULES if not rule.passes(row).all()] == ["R26", "R28"]
    assert priced(row).tolist() == [0]


@settings(max_examples=60)
@given(instance=instances(), rematch=st.booleans())
def test_rules_read_row_by_row(instance: Instance, rematch: bool) -> None:
    """A table of all pairs gives each rule's mask and pence exactly as tables of one row do."""
    facts = Facts(instance, rematch=rematch)
    table = Pairs.product(facts, facts.candidate_idx, np.arange(len(instance.settings)))
    rows = [table.where(np.arange(len(table)) == i) for i in range(len(table))]
    for rule in RULES:
        assert rule.passes(table).tolist() == [bool(rule.passes(row)[0]) for row in rows]
        if rule.price is not None:
            assert rule.pence_per_week(table).tolist() == [int(rule.pence_per_week(row)[0]) for row in rows]
    keeps_all = [all(rule.passes(row)[0] for rule in HARD_RULES) for row in rows]
    found = lawful(table)
    assert list(zip(found.child_idx, found.setting_idx, strict=True)) == [
        (row.child_idx[0], row.setting_idx[0]) for row, keeps in zip(rows, keeps_all, strict=True) if keeps
    ]


@given(instances())
@settings(max_examples=60)
def test_the_grid_of_children_and_settings_finds_the_same_pairs(world: Instance) -> None:
    """The lawful pairs among some children and settings are those of the table of all their pairs, in its order."""
    facts = Facts(world, rematch=True)
    everybody, everywhere = facts.candidate_idx, np.arange(len(world.settings))
    expected = lawful(Pairs.product(facts, everybody, everywhere))
    found = lawful_among(facts, everybody, everywhere)
    assert found.child_idx.tolist() == expected.child_idx.tolist()
    assert found.setting_idx.tolist() == expected.setting_idx.tolist()


@given(instances())
@settings(max_examples=60)
def test_grid_rules_read_a_grid_like_a_table(world: Instance) -> None:
    """A rule that runs on the grid of children and settings says of each pair what it says in the table of pairs."""
    facts = Facts(world, rematch=True)
    everybody, everywhere = np.arange(len(world.children)), np.arange(len(world.settings))
    grid = Pairs(facts, everybody[:, None], everywhere[None, :])
    table = Pairs.product(facts, everybody, everywhere)
    for rule in GRID_RULES:
        assert rule.in_force_from is None
        on_grid = np.broadcast_to(rule.passes(grid), (len(everybody), len(everywhere)))
        assert on_grid.ravel().tolist() == rule.passes(table).tolist()


@given(instances())
@settings(max_examples=60)
def test_what_is_out_of_reach_of_children_is_beyond_the_search_radius_of_each(world: Instance) -> None:
    """A setting that the search may not reach for some children breaks the search radius of every one of them."""
    facts = Facts(world, rematch=True)
    everybody, everywhere = np.arange(len(world.children)), np.arange(len(world.settings))
    in_reach = settings_in_reach(facts, everybody)
    table = Pairs.product(facts, everybody, everywhere)
    assert in_reach[table.setting_idx[within_search_radius.passes(table)]].all()
