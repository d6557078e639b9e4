"""Decisions that override a rule: how they are read, what is refused, and what becomes of them."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from rightplace.errors import InstanceError
from rightplace.instances.tables import read_instance, write_instance
from tests.rules.builders import DAY, carer, child, decided, instance, vacant

if TYPE_CHECKING:
    from pathlib import Path

    from rightplace.instances.authorisations import Authorisation
    from rightplace.instances.instance import Instance

TOMORROW, YESTERDAY = DAY + timedelta(days=1), DAY - timedelta(days=1)


def _with(*rows: Authorisation) -> Instance:
    return instance((child(), child("other")), (carer(place_counts=(vacant(2),)),), authorisations=rows)


@pytest.mark.parametrize("form", ["council", "council.xlsx", "council.json"])
def test_a_decision_survives_every_form(tmp_path: Path, form: str) -> None:
    """Written and read again, who decided what for whom and until when is the same, and so is the digest."""
    world = _with(decided("R22"), decided("R35", None, last_day=TOMORROW), decided("R27", setting_id=None))
    write_instance(world, tmp_path / form)
    again = read_instance(tmp_path / form)
    assert again.authorisations == world.authorisations
    assert again.digest == world.replace(name=again.name).digest


def test_a_decision_is_in_the_digest() -> None:
    """An instance with a decision, or with the same one on another day, has another digest."""
    rows = [(), (decided("R22"),), (decided("R22", last_day=TOMORROW),)]
    assert len({_with(*row).digest for row in rows}) == 3


@pytest.mark.parametrize(
    ("row", "column", "expected"),
    [
        (decided("R11"), "rule", "a rule that may be overridden: one of P02, "),
        (decided("R99"), "rule", "a rule that may be overridden: one of P02, "),
        (decided("R35", "ghost"), "child_id", "the id of a child"),
        (decided("R35", setting_id="ghost"), "setting_id", "the id of a setting"),
        (decided("R19", None), "child_id", "an id: R19 is overridden for one child at a time"),
        (decided("R22", setting_id=None), "setting_id", "an id: R22 is overridden for one setting at a time"),
        (decided("R35", None, None), "child_id", "the id of a child, or a setting_id, or both"),
        (decided("R35", authorised_on=TOMORROW), "authorised_on", "a day up to 2024-01-15, the day of the instance"),
        (decided("R35", last_day=YESTERDAY), "last_day", "a day from 2024-01-15 on, when it was given"),
    ],
)
def test_a_decision_that_cannot_be_is_refused(row: Authorisation, column: str, expected: str) -> None:
    """A rule that nobody may override, an unknown id, nobody named, and a day that cannot be are faults in words."""
    with pytest.raises(InstanceError) as caught:
        _with(row)
    (fault,) = caught.value.faults
    assert (fault.table, fault.column) == ("authorisations", column)
    assert fault.expected.startswith(expected)


def test_faults_of_a_file_name_its_row(tmp_path: Path) -> None:
    """A misspelt rule, an unknown child and a late day stand in one list, each with file, row and column."""
    write_instance(_with(decided("R22")), tmp_path / "council")
    header = "id,rule,child_id,setting_id,authorised_by,authorised_on,last_day\n"
    rows = "D1,R11,child,setting,panel,2024-01-15,\nD2,R22,ghost,setting,panel,16/1/2024,\n"
    (tmp_path / "council" / "authorisations.csv").write_text(header + rows, encoding="utf-8")
    with pytest.raises(InstanceError) as caught:
        read_instance(tmp_path / "council")
    found = [(fault.row, fault.column) for fault in caught.value.faults]
    assert found == [(2, "rule"), (3, "child_id"), (3, "authorised_on")]


def test_another_day_keeps_what_was_decided_by_then() -> None:
    """A day earlier the decision of today is not given yet; later it is there, unless its child has left at 18."""
    world = _with(decided("R22", authorised_on=YESTERDAY), decided("R22", "other"))
    assert [row.child_id for row in world.at(YESTERDAY).authorisations] == ["child"]
    assert world.at(TOMORROW).authorisations == world.authorisations
    grown = world.replace(children=(dataclasses.replace(world.children[0], age_months=215), world.children[1]))
    assert [row.child_id for row in grown.at(DAY + timedelta(days=31)).authorisations] == ["other"]


@pytest.mark.parametrize(("last_day", "exempt"), [(None, True), (TOMORROW, True), (DAY, False)])
def test_an_exemption_holds_on_the_day_the_child_comes(last_day: object, exempt: bool) -> None:
    """An exemption in the table counts like one in the carer's row, while it lasts until the child's first day."""
    late = child(needed_by=TOMORROW)
    row = decided("R19", last_day=last_day)
    world = instance((late,), (carer(),), authorisations=(row,))
    assert world.exempt_child_ids == ({"setting": {"child"}} if exempt else {})
    both = instance((late, child("other")), (carer(exempt_child_ids=frozenset({"other"})),), authorisations=(row,))
    assert both.exempt_child_ids["setting"] == ({"child", "other"} if exempt else {"other"})
