"""Policies: what their settings may be, and how a wrong one is told."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from rightplace.errors import InstanceError
from rightplace.instances.library import library_path
from rightplace.instances.policy import default_policy, policy_from, policy_settings, read_policy
from rightplace.instances.tables import read_instance

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("section", "name", "value", "expected"),
    [
        ("price", "move", True, "a whole number"),
        ("price", "move", "100", "a whole number"),
        ("price", "move", 100.0, "a whole number"),
        ("price", "mile_from_home", 10**22, "less than or equal to"),
        ("price", "move", -1, "greater than or equal to 0"),
        ("search", "shortlist", 10**20, "less than or equal to 100000"),
        ("search", "carer_max_miles", float("inf"), "less than or equal to 10000"),
        ("search", "carer_max_miles", float("nan"), "less than or equal to 10000"),
        ("search", "carer_max_miles", True, "a number"),
        ("search", "carer_max_miles", "5", "a number"),
        ("urgency", "within_days", 100_000_000, "less than or equal to 3650"),
        ("urgency", "planned_weight", 10**7, "less than or equal to 1000000"),
        ("support", "low_lifts_levels", 5, "less than or equal to 4"),
        ("default_need_level", "child", True, "a whole number"),
        ("quality", "ungraded_allowed", "true", "true or false"),
        ("quality", "ungraded_allowed", 1, "true or false"),
        ("compatibility", "younger_by_months", 1_000, "less than or equal to"),
    ],
)
def test_a_value_of_the_wrong_type_or_size_is_refused(section: str, name: str, value: Any, expected: str) -> None:
    """Nothing is read as something else, and the fault names file, key, value and what would do."""
    with pytest.raises(InstanceError) as caught:
        policy_from({section: {name: value}}, "mine.toml")
    (fault,) = caught.value.faults
    assert (fault.table, fault.column, fault.value) == ("mine.toml", f"{section}.{name}", str(value))
    assert expected in fault.expected


def test_medium_support_lifts_no_less_than_low_support() -> None:
    """Support that is called medium but lifts fewer levels than low support is a slip."""
    with pytest.raises(InstanceError) as caught:
        policy_from({"support": {"low_lifts_levels": 3, "medium_lifts_levels": 1}}, "mine.toml")
    assert [str(fault) for fault in caught.value.faults] == [
        "mine.toml, column support.medium_lifts_levels: found '1'; expected at least support.low_lifts_levels, 3: "
        "medium support is more than low support"
    ]


@pytest.mark.parametrize("rule", ["R11", "P01", "R99", "r35"])
def test_only_the_authority_s_own_rules_can_be_switched_off(rule: str) -> None:
    """A rule of law, one that says what a placement is, and an unknown one are refused, with those that may be."""
    with pytest.raises(InstanceError) as caught:
        policy_from({"rules": {"off": ["R35", rule]}}, "mine.toml")
    assert [str(fault) for fault in caught.value.faults] == [
        f"mine.toml, column rules.off: found '{rule}'; expected a rule that is the authority's own, one of P02, P04, "
        "P07, P08, P10, P11, P13, R35: no policy switches off others"
    ]


def test_whole_miles_and_the_defaults_are_accepted(tmp_path: Path) -> None:
    """A number of miles needs no decimals, and the defaults pass their own test."""
    (tmp_path / "mine.toml").write_text("[search]\ncarer_max_miles = 5\n", encoding="utf-8")
    assert read_policy(tmp_path / "mine.toml").search.carer_max_miles == 5
    assert policy_from(policy_settings(default_policy()), "defaults") == default_policy()


@pytest.mark.parametrize("day", [date(9999, 12, 31), date(1, 1, 1)])
def test_an_instance_is_of_our_time(day: date) -> None:
    """A day at the end of the calendar is a slip of the keyboard, and no day can be counted from it."""
    instance = read_instance(library_path("tiny"))
    with pytest.raises(InstanceError) as caught:
        instance.replace(date=day)
    assert any(fault.column == "date" and fault.value == day.isoformat() for fault in caught.value.faults)
