"""What an answer says beside its plan is checked too: nothing that an officer reads can be edited unnoticed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from rightplace import cli
from rightplace.errors import PlanError
from rightplace.files import write_sheets
from rightplace.instances.library import library_path
from rightplace.instances.tables import read_instance
from rightplace.reports.answer import answer_of, answer_sheets, write_answer
from rightplace.reports.answer_check import NOT_LOOKED_AT, check_answer
from rightplace.reports.plan_files import read_plan
from rightplace.solve import MatchOptions, match

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rightplace.instances.instance import Instance

Edit = tuple["Callable[[dict[str, Any]], Any]", str]


@pytest.fixture(scope="module")
def barnet() -> Instance:
    """The instance that the answers are about."""
    return read_instance(library_path("barnet_2023"))


@pytest.fixture(scope="module")
def fresh(barnet: Instance) -> str:
    """The answer to it, as JSON text."""
    return json.dumps(answer_of(match(barnet, MatchOptions(compare=False))))


def sentences(barnet: Instance, path: Path) -> list[str]:
    """Why an answer is refused."""
    return [str(violation) for violation in check_answer(barnet, read_plan(path), path).violations]


def _first_sibling(answer: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(p for p in answer["placements"] if p["with_siblings"] is not None)
    return found


EDITS: dict[str, Edit] = {
    "approvals": (lambda a: a["placements"][0].update(approvals=[]), "[answer] C001: placements approvals"),
    "setting_type": (lambda a: a["placements"][0].update(setting_type="in-house carer"), "placements setting_type"),
    "with_siblings": (lambda a: _first_sibling(a).update(with_siblings=False), "placements with_siblings"),
    "bound": (lambda a: a.update(bound_pence_per_week=1), "bound_pence_per_week"),
    "gap": (lambda a: a.update(gap=0.5), "gap: the answer says"),
    "status": (lambda a: a.update(status="feasible"), "status: the answer says 'feasible'; it is 'optimal'"),
    "tiers": (lambda a: a.update(tiers=[]), "tiers: there are none"),
    "num_placed": (lambda a: a.update(num_placed=31), "num_placed: the answer says"),
    "totals": (lambda a: a["totals"].update(num_approvals=0), "num_approvals: the answer says"),
    "certificate": (lambda a: a["certificate"].update(accepted=False), "accepted: the answer says"),
    "name": (lambda a: a["instance"].update(name="Barnet"), "name: the answer says 'Barnet'; it is 'barnet_2023'"),
}


@pytest.mark.parametrize("form", ["answer.json", "answer.xlsx", "answer"])
def test_a_fresh_answer_is_accepted_in_every_form(barnet: Instance, fresh: str, tmp_path: Path, form: str) -> None:
    """Nothing speaks against an answer as it was written."""
    write_answer(json.loads(fresh), tmp_path / form)
    assert sentences(barnet, tmp_path / form) == []


@pytest.mark.parametrize("form", ["answer.json", "answer.xlsx", "answer"])
@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_beside_the_plan_is_refused(barnet: Instance, fresh: str, tmp_path: Path, form: str, edit: str) -> None:
    """Whatever follows from the plan is recomputed, and the sentence names the field."""
    answer = json.loads(fresh)
    change, words = EDITS[edit]
    change(answer)
    write_answer(answer, tmp_path / form)
    found = sentences(barnet, tmp_path / form)
    assert any(words in sentence for sentence in found), found


def test_an_added_approval_and_an_edited_reason_are_refused(tmp_path: Path) -> None:
    """Items that should not be there are as wrong as items that are missing."""
    tiny = read_instance(library_path("tiny"))
    answer = answer_of(match(tiny, MatchOptions(compare=False)))
    assert answer["waiting"]
    answer["waiting"][0]["reasons"][0]["num_settings"] += 1
    answer["placements"][0]["approvals"].append({"rule": "R99", "title": "", "signatory": "nobody", "deadline": ""})
    for form in ("answer.json", "answer.xlsx", "answer"):
        write_answer(answer, tmp_path / form)
        found = sentences(tiny, tmp_path / form)
        assert any("waiting reasons" in sentence for sentence in found), found
        assert any("placements approvals" in sentence for sentence in found), found


@pytest.mark.parametrize("form", ["answer.json", "answer.xlsx", "answer"])
def test_parts_of_a_penny_are_refused(fresh: str, tmp_path: Path, form: str) -> None:
    """84,600.4 pence is no amount, and is not taken for 84,600."""
    answer = json.loads(fresh)
    placement = answer["placements"][2]
    placement["fee_pence_per_week"] += 0.4
    if form == "answer.json":
        write_answer(answer, tmp_path / form)
    else:
        write_sheets(tmp_path / form, answer_sheets(answer))
    with pytest.raises(PlanError, match=r"fee_per_week: found .*whole pence"):
        read_plan(tmp_path / form)


def test_check_says_what_it_did_not_look_at(fresh: str, tmp_path: Path) -> None:
    """The comparison, timing and solver cannot be recomputed: they may say anything, and one line says so."""
    answer = json.loads(fresh)
    answer["greedy"]["num_placed"] = 0
    answer["timing"]["solve_s"] = 0
    write_answer(answer, tmp_path / "answer.json")
    done = CliRunner().invoke(cli.app, ["check", "barnet_2023", str(tmp_path / "answer.json")])
    assert done.exit_code == 0
    assert NOT_LOOKED_AT in done.stdout.splitlines()
