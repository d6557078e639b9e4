"""plan, frontier, compare and audit-targets as people and scripts use them; the composition is a double."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.testing import CliRunner

from rightplace import cli
from rightplace.capacity_plan import Action
from rightplace.certificate import Certificate, Violation
from rightplace.commands.planning_frontier import with_target
from rightplace.commands.planning_inputs import PlanningInputs
from rightplace.errors import PlanError
from rightplace.instances.quarters import Quarter
from rightplace.instances.targets import Sense
from rightplace.plan_result import TargetsAudit
from rightplace.result import Status
from tests.planning_doubles import CLASH, SCHEDULE, case, comparison, frontier_points, no_result, result

if TYPE_CHECKING:
    from collections.abc import Callable

FITS = TargetsAudit(clash=None, fits=True, stopped_by="none")
MODULES = ("planning", "planning_frontier", "planning_compare", "planning_audit")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The small case whatever the options name, and a record of what the composition was asked and will answer."""
    told = SimpleNamespace(calls=[], result=result(), points=frontier_points(), comparison=comparison(), audit=FITS)

    def opened(inputs: PlanningInputs) -> Any:
        told.inputs = inputs
        return case()

    for module in MODULES:
        monkeypatch.setattr(f"rightplace.commands.{module}.open_case", opened)

    def answers(name: str) -> Callable[..., Any]:
        def answer(*arguments: Any) -> Any:
            told.calls.append(arguments)
            return getattr(told, name)

        return answer

    names = {"plan_capacity": "result", "frontier": "points", "compare": "comparison", "audit_targets": "audit"}
    for function, name in names.items():
        monkeypatch.setattr(f"rightplace.planning.{function}", answers(name))
    return told


def run(*arguments: object) -> Any:
    """A command in this process."""
    return CliRunner().invoke(cli.app, [str(argument) for argument in arguments], catch_exceptions=False)


def test_plan_prints_the_report_and_one_object_with_json(asked: SimpleNamespace) -> None:
    """Text for people; with --json one object on standard output with what it was made with."""
    assert "Doing nothing: £19.90m" in run("plan", "tiny").stdout
    found = json.loads(run("plan", "tiny", "--seed", "7", "--json").stdout)
    assert found["status"] == "optimal"
    assert found["inputs"]["instance"] == "tiny"
    assert found["inputs"]["seed"] == asked.inputs.seed == 7


def test_plan_passes_on_what_it_is_asked(asked: SimpleNamespace) -> None:
    """Switches, limits and the solver reach the composition."""
    run(
        "plan",
        "tiny",
        "--no-next-best",
        "--no-foresight",
        "--fresh-scenarios",
        "0",
        "--gap",
        "0.01",
        "--solver",
        "scip",
    )
    _, options, solving, executor = asked.calls[0]
    assert (options.next_best, options.foresight, options.fresh) == (False, False, None)
    assert (solving.relative_gap, solving.solver, executor) == (0.01, "scip", None)


def test_fresh_scenarios_are_others_of_the_same_law(asked: SimpleNamespace) -> None:
    """Where demand is generated, a plan is tested on futures that it was not made for; a table has no others."""
    run("plan", "tiny", "--growth", "steady", "--fresh-scenarios", "3")
    run("plan", "tiny", "--fresh-scenarios", "3")
    fresh, none = (options.fresh for _, options, _, _ in asked.calls)
    assert (fresh.num_scenarios, fresh.num_quarters, fresh.names[0], none) == (3, 8, "1-1", None)


def test_pins_and_bans_are_read_and_tried_before_any_work(asked: SimpleNamespace) -> None:
    """What names no lever and what a lever cannot do is wrong usage, all at once; the rest reaches the composition."""
    wrong = run("plan", "tiny", "--pin", "open:north@2027Q1", "--forbid", "let:nobody")
    words = " ".join(wrong.output.replace("│", " ").split())
    assert (wrong.exit_code, asked.calls) == (2, [])
    assert "let:nobody" in words
    assert "open:north_3@2026Q1" in " ".join(run("plan", "tiny", "--pin", "open:north_3@2026Q1x").output.split())
    assert run("plan", "tiny", "--pin", "open:north_3@2026Q1").exit_code == 2
    assert asked.calls == []
    assert run("plan", "tiny", "--pin", "open:north_3@2027Q1", "--forbid", "let:beds@2026Q3").exit_code == 0
    options = asked.calls[0][1]
    assert options.pins == (Action(lever_id="north_3", quantity=1, quarter=Quarter(2027, 1)),)
    assert options.forbids == (("beds", Quarter(2026, 3)),)


def test_a_pin_that_is_forbidden_is_wrong_usage(asked: SimpleNamespace, tmp_path: Path) -> None:
    """Pinned on the command line or by a schedule: both are named, and nothing is solved."""
    kept = tmp_path / "kept.csv"
    kept.write_text("lever,quantity,quarter\nnorth_3,1,2027Q1\n", encoding="utf-8")
    for pins in (("--pin", "open:north_3@2027Q1"), ("--pins", kept)):
        for forbid in ("open:north_3", "open:north_3@2027Q1"):
            wrong = run("plan", "tiny", *pins, "--forbid", forbid)
            words = " ".join(wrong.output.replace("│", " ").split())
            assert (wrong.exit_code, asked.calls) == (2, [])
            assert "north_3 is pinned in 2027Q1 and forbidden in" in words


def test_a_schedule_with_a_conversion_can_be_kept(asked: SimpleNamespace, tmp_path: Path) -> None:
    """It goes on after the quarter in which it begins; before that it is forbidden."""
    kept = tmp_path / "kept.csv"
    kept.write_text("lever,quantity,quarter\nhelp,1,2026Q4\n", encoding="utf-8")
    assert run("plan", "tiny", "--pins", kept).exit_code == 0
    assert asked.calls[0][1].forbids == tuple(("help", Quarter(2026, n)) for n in (1, 2, 3))


def test_targets_that_clash_end_with_code_4(asked: SimpleNamespace, tmp_path: Path) -> None:
    """The clash is printed, and no file is written."""
    asked.result = no_result()
    found = run("plan", "tiny", "--out", tmp_path / "plan.json")
    assert found.exit_code == 4
    assert "These 2 targets cannot hold together" in found.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_limit_before_any_plan_ends_with_code_5(asked: SimpleNamespace) -> None:
    """No plan and no clash is a limit, and is called one."""
    asked.result = replace(no_result(), clash=None, status=Status.UNKNOWN, stopped_by="time")
    found = run("plan", "tiny")
    assert found.exit_code == 5
    assert "No plan that meets every target was found (stopped by: time)" in found.stdout


def test_a_refused_plan_is_not_written(asked: SimpleNamespace, tmp_path: Path) -> None:
    """What the checker refuses is our fault: code 1, no file."""
    asked.result = result(certificate=Certificate(0, (Violation("lead", (), None, "too early"),)))
    found = run("plan", "tiny", "--out", tmp_path / "plan.json")
    assert found.exit_code == 1
    assert "too early" in found.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_plan_file_holds_the_answer(asked: SimpleNamespace, tmp_path: Path) -> None:
    """What --out writes is what --json prints."""
    path = tmp_path / "plan.json"
    printed = run("plan", "tiny", "--out", path, "--json").stdout
    assert json.loads(path.read_text(encoding="utf-8")) == json.loads(printed)


@pytest.mark.parametrize(
    ("command", "option", "name", "words"),
    [
        ("plan", "--out", "plan.xlsx", "expected .json"),
        ("plan", "--picture", "plan.png", "expected .svg"),
        ("frontier", "--out", "frontier.json", "expected .csv"),
    ],
)
def test_outputs_are_checked_before_any_work(
    asked: SimpleNamespace, tmp_path: Path, command: str, option: str, name: str, words: str
) -> None:
    """A wrong ending is wrong usage, and nothing has been solved by then."""
    found = run(command, "tiny", option, tmp_path / name)
    assert found.exit_code == 2
    assert words in " ".join(found.output.replace("│", " ").split())
    assert asked.calls == []


def test_frontier_prints_and_writes(asked: SimpleNamespace, tmp_path: Path) -> None:
    """Values from --from to --to in so many steps; a table, a CSV and a picture."""
    found = run(
        "frontier", "tiny", "--target", "in_area", "--from", "0.4", "--to", "0.6", "--steps", "5",
        "--out", tmp_path / "f.csv", "--picture", tmp_path / "f.svg",
    )  # fmt: skip
    assert found.exit_code == 0
    assert asked.calls[0][1:3] == ("in_area", [0.4, 0.45, 0.5, 0.55, 0.6])
    assert "no plan reaches at least 60.0%" in found.stdout
    assert (tmp_path / "f.csv").read_text(encoding="utf-8").startswith("value,reachable")
    assert (tmp_path / "f.svg").read_text(encoding="utf-8").startswith("<svg")


def test_a_frontier_without_any_plan_ends_with_code_4(asked: SimpleNamespace) -> None:
    """None of the values can be reached: the table says so, and the exit code."""
    asked.points = frontier_points()[4:]
    assert run("frontier", "tiny", "--target", "in_area").exit_code == 4


def test_a_frontier_without_any_plan_or_proof_ends_with_code_5(asked: SimpleNamespace) -> None:
    """Nothing was found within the time, and nothing is proven."""
    asked.points = [replace(point, reachable=None) for point in frontier_points()[4:]]
    assert run("frontier", "tiny", "--target", "in_area").exit_code == 5


def test_shares_are_no_percentages(asked: SimpleNamespace) -> None:
    """40 is not taken for 40%."""
    assert run("frontier", "tiny", "--target", "in_area", "--from", "40", "--to", "60").exit_code == 2
    assert asked.calls == []


def test_a_frontier_target_is_an_id_or_a_measure() -> None:
    """A measure finds the target that has it, or is asked for in the last year; anything else is refused by name."""
    assert with_target(case(), "in_area")[1] is with_target(case(), "in_area_share")[1]
    wider, made = with_target(case(), "residential_share")
    assert (wider.targets[-1], made.sense, list(made.values)) == (made, Sense.AT_MOST, [1])
    with pytest.raises(typer.BadParameter, match="in_aera"):
        with_target(case(), "in_aera")


def test_audit_of_targets_says_whether_they_fit(asked: SimpleNamespace) -> None:
    """Fitting targets end with 0; a clash with 4, in words and as JSON."""
    assert "a plan was found that meets all of them" in run("audit-targets", "tiny").stdout
    asked.audit = TargetsAudit(clash=CLASH, fits=False, stopped_by="none")
    found = run("audit-targets", "tiny", "--json")
    assert found.exit_code == 4
    assert len(json.loads(found.stdout)["clash"]["members"]) == 2


def test_an_audit_cut_short_says_that_nothing_is_known(asked: SimpleNamespace) -> None:
    """Neither a plan nor a clash: no verdict, and exit code 5."""
    asked.audit = TargetsAudit(clash=None, fits=False, stopped_by="time")
    found = run("audit-targets", "tiny")
    assert found.exit_code == 5
    assert "Not known" in found.stdout
    assert "fit together" not in found.stdout
    known = json.loads(run("audit-targets", "tiny", "--json").stdout)
    assert (known["fits"], known["clash"], known["stopped_by"]) == (False, None, "time")


def test_no_targets_cannot_be_audited(asked: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing to audit is wrong usage, not a success."""
    monkeypatch.setattr("rightplace.commands.planning_audit.open_case", lambda _: case(targets=()))
    assert run("audit-targets", "tiny").exit_code == 2


def test_compare_reads_plan_files_back(asked: SimpleNamespace, tmp_path: Path) -> None:
    """The case is the one that the first plan was made with; each schedule is evaluated under its file's name."""
    run("plan", "tiny", "--seed", "7", "--out", tmp_path / "home.json")
    (tmp_path / "nothing.csv").write_text("lever,quantity,quarter\n", encoding="utf-8")
    found = run("compare", tmp_path / "home.json", tmp_path / "nothing.csv")
    assert found.exit_code == 0, found.output
    assert asked.inputs == PlanningInputs("tiny", seed=7)
    assert asked.calls[1][1] == {"home": SCHEDULE, "nothing": ()}
    assert "never within the plan" in found.stdout


def test_compare_ends_with_code_4_for_a_plan_that_breaks_a_rule(asked: SimpleNamespace, tmp_path: Path) -> None:
    """The comparison is printed all the same."""
    run("plan", "tiny", "--out", tmp_path / "plan.json")
    broken = result(certificate=Certificate(0, (Violation("lead", (), None, "too early"),)))
    asked.comparison = replace(comparison(), results=(broken, result()))
    found = run("compare", tmp_path / "plan.json")
    assert found.exit_code == 4
    assert "too early" in found.stdout


def test_compare_refuses_a_plan_for_other_demand(
    asked: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plan that answers another question is refused, naming the file and what differs."""
    run("plan", "tiny", "--out", tmp_path / "plan.json")
    other = case(demand=replace(case().demand, children=case().demand.children + 1))
    monkeypatch.setattr("rightplace.commands.planning_compare.open_case", lambda _: other)
    with pytest.raises(PlanError, match="a plan for this demand") as refused:
        run("compare", tmp_path / "plan.json")
    assert [fault.column for fault in refused.value.faults] == ["demand"] or "demand" in str(refused.value)


def test_compare_refuses_what_no_lever_can_do(asked: SimpleNamespace, tmp_path: Path) -> None:
    """A home that would open before its lead time is refused, naming the file."""
    (tmp_path / "early.csv").write_text("lever,quantity,quarter\nnorth_3,1,2026Q1\n", encoding="utf-8")
    with pytest.raises(PlanError, match=r"early.*north_3 in 2026Q1"):
        run("compare", tmp_path / "early.csv")


def test_compare_refuses_what_is_no_plan(asked: SimpleNamespace, tmp_path: Path) -> None:
    """A JSON of something else is refused in words."""
    (tmp_path / "other.json").write_text("[]", encoding="utf-8")
    with pytest.raises(PlanError, match="a capacity plan that plan --out wrote"):
        run("compare", tmp_path / "other.json")


def test_options_come_before_what_a_plan_was_made_with() -> None:
    """What is said now holds; the rest is as the plan file says; paths become paths again."""
    made = PlanningInputs("tiny", demand=Path("demand.csv"), scenarios=10, seed=3)
    found = PlanningInputs.of({"scenarios": 20, "seed": None}, json.loads(json.dumps(made.as_object())))
    assert found == replace(made, scenarios=20)
