"""What an officer decides on the command line, and how the answer, the checker and the next answer keep to it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from rightplace import cli

if TYPE_CHECKING:
    from pathlib import Path


def run(*arguments: str) -> Any:
    """A command of the program."""
    return CliRunner().invoke(cli.app, [str(argument) for argument in arguments], catch_exceptions=False)


def matched(*arguments: str) -> Any:
    """The answer of a match of tiny."""
    result = run("match", "tiny", "--no-compare", "--json", *arguments)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def homes(answer: Any) -> dict[str, str]:
    """Where each child goes."""
    return {item["child"]: item["setting"] for item in answer["placements"]}


def test_a_fixed_child_goes_there() -> None:
    """C8 may not share with C9, the emergency. Fixed to H1, C8 has the place and C9 waits, whatever that costs."""
    answer = matched("--fix", "C8=H1")
    assert homes(answer)["C8"] == "H1"
    assert [item["child"] for item in answer["waiting"]] == ["C9"]
    (row,) = answer["decisions"]
    assert (row["child"], row["setting"], row["kind"], row["kept"]) == ("C8", "H1", "fixed", True)


def test_a_child_can_be_left_waiting() -> None:
    """C7=waiting: C7, who would have S1, waits, and everybody else goes where they went."""
    before, after = homes(matched()), homes(matched("--fix", "C7=waiting"))
    assert before.pop("C7") == "S1"
    assert after == before


@pytest.mark.parametrize("option", ["--forbid", "--offer-declined"])
def test_a_setting_ruled_out_is_not_used(option: str) -> None:
    """C6 goes to F2 by the plan; without it, elsewhere."""
    assert homes(matched())["C6"] == "F2"
    assert homes(matched(option, "C6=F2")).get("C6") != "F2"


def test_fixing_to_every_choice_costs_what_rank_says() -> None:
    """The price of a plan with C5 fixed is the best price and the opportunity cost of that choice, for each setting."""
    base = matched()
    ranked = json.loads(run("rank", "tiny", "--child", "C5", "--top", "0", "--json").stdout)["children"][0]
    assert len(ranked["suggestions"]) > 1
    for choice in ranked["suggestions"]:
        assert choice["exact"]
        fixed = matched("--fix", f"C5={choice['setting']}")
        more = fixed["value_pence_per_week"] - base["value_pence_per_week"]
        assert more == choice["opportunity_cost_pence_per_week"]
        assert fixed["num_waiting"] - base["num_waiting"] == choice["additional_children_waiting"]


@pytest.mark.parametrize("name", ["answer.json", "answer.xlsx", "answer"])
def test_an_answer_carries_its_decisions(tmp_path: Path, name: str) -> None:
    """The checker accepts an answer that rests on decisions, and refuses it when one of them is taken out."""
    path = tmp_path / name
    assert run("match", "tiny", "--no-compare", "--fix", "C8=H1", "--forbid", "C6=F2", "--out", path).exit_code == 0
    assert run("check", "tiny", path).exit_code == 0
    if path.suffix == ".json":
        answer = json.loads(path.read_text(encoding="utf-8"))
        answer["decisions"] = answer["decisions"][:1]
        path.write_text(json.dumps(answer), encoding="utf-8")
        assert run("check", "tiny", path).exit_code == 4


def test_keeping_an_earlier_answer_prices_each_change(tmp_path: Path) -> None:
    """C6 is declined by F2: of eight suggestions, the one of C6 goes, and the answer says by which rule."""
    path = tmp_path / "before.json"
    assert run("match", "tiny", "--no-compare", "--out", path).exit_code == 0
    answer = matched("--keep", str(path), "--offer-declined", "C6=F2")
    changed = {item["child"]: item for item in answer["changes"]}
    assert changed["C6"]["from"] == "F2"
    assert changed["C6"]["keeping"] is None
    assert changed["C6"]["rules"] == ["P12"]
    for child, item in changed.items():
        if child != "C6":
            assert item["keeping"]["exact"]
    assert matched("--keep", str(path))["changes"] == []


def test_what_the_rules_close_cannot_be_fixed() -> None:
    """C1 and C2 are too young for supported accommodation: both refusals at once, with rule and remedy, exit code 3."""
    runner = CliRunner()
    with pytest.raises(cli.InstanceError) as refused:
        runner.invoke(cli.app, ["match", "tiny", "--fix", "C1=S1", "--fix", "C8=F1"], catch_exceptions=False)
    text = str(refused.value)
    assert "C1=S1" in text
    assert "C8=F1" in text
    assert "R13" in text


def test_decisions_that_exclude_each_other_end_with_4() -> None:
    """F4 has one place: both cannot be fixed there; the answer is printed, and says who had to wait."""
    result = run("match", "tiny", "--no-compare", "--fix", "C5=F4", "--fix", "C6=F4")
    assert result.exit_code == 4
    assert "not possible together" in result.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--fix", "C1"], "expected CHILD=SETTING"),
        (["--forbid", "C55=F1"], "there is no child who seeks a home 'C55'"),
        (["--offer-declined", "C5=F11"], "there is no setting 'F11'; close to it: F1"),
    ],
)
def test_what_names_nobody_is_wrong_usage(arguments: list[str], words: str) -> None:
    """Exit code 2, with what was meant."""
    result = run("match", "tiny", *arguments)
    assert result.exit_code == 2
    assert words in " ".join(result.output.replace("│", " ").split())
