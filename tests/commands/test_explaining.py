"""``rightplace explain`` as people and scripts use it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from rightplace import cli
from rightplace.rules.catalogue import RULES


def run(*arguments: str) -> Any:
    """The command on the instance tiny."""
    return CliRunner().invoke(cli.app, ["explain", *arguments], catch_exceptions=False)


def found(*arguments: str) -> Any:
    """What the command prints with --json: one object and nothing else."""
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_pair_says_all_that_scripts_rely_on() -> None:
    """Each rule of the catalogue once, with id, kind, source, both sides and, where broken, a remedy."""
    pair = found("tiny", "--child", "C4", "--setting", "F3")
    assert (pair["child"], pair["setting"], pair["may_be_used"], pair["stopped_by"]) == ("C4", "F3", True, [])
    assert [rule["id"] for rule in pair["rules"]] == [rule.id for rule in RULES]
    for rule in pair["rules"]:
        assert rule["source"]
        assert rule["child_side"]
        assert rule["setting_side"]
    assert "match may use C4 in F3" in pair["sentence"]


def test_a_broken_pair_names_rule_values_and_remedy() -> None:
    """C5 is 13 and F1 takes children up to 10: R21 stops the pair, and a variation of terms would lift it."""
    pair = found("tiny", "--child", "C5", "--setting", "F1")
    (rule,) = (rule for rule in pair["rules"] if rule["id"] == "R21")
    assert (rule["state"], rule["child_side"], rule["setting_side"]) == ("broken", "age 13 years", "ages 0 to 10")
    assert rule["remedy"]["kind"] == "variation"
    assert pair["stopped_by"] == ["R21"]
    assert pair["may_be_used"] is False


def test_a_child_is_told_what_excludes_and_what_comes_nearest() -> None:
    """The counts of a child add up, and near misses carry their remedy and cost."""
    told = found("tiny", "--child", "C5")
    assert told["num_open"] == len(told["open"])
    assert told["num_settings"] == 6
    assert sum(rule["num_alone"] for rule in told["excluded"]) == told["num_excluded_by_one_rule"]
    assert {miss["setting"] for miss in told["nearest"]}.isdisjoint(told["open"])
    assert all(miss["remedy"]["sentence"] and miss["cost_pence_per_week"] > 0 for miss in told["nearest"])


def test_text_ends_with_the_verdict() -> None:
    """The last line for people is the plain sentence."""
    result = run("tiny", "--child", "C5", "--setting", "F1")
    assert result.stdout.splitlines()[-1] == (
        "match may not use C5 in F1: the child and the setting break R21 (terms of approval)."
    )


def test_a_rule_needs_no_instance() -> None:
    """Several rules can be asked for, in any case of letters; each prints its source and what lifts it."""
    result = run("--rule", "r19", "--rule", "R25")
    assert result.exit_code == 0
    assert "R19: Usual fostering limit" in result.stdout
    assert "Children Act 1989 Sch 7 paras 2 to 4" in result.stdout
    assert "An exemption that names every child" in result.stdout
    assert "director of children's services" in result.stdout
    (rule,) = found("--rule", "R19")["rules"]
    assert (rule["id"], rule["kind"], rule["verified"]) == ("R19", "hard", True)
    assert rule["remedy"]["kind"] == "exemption"


def test_all_rules_are_listed() -> None:
    """--rules names every rule of the catalogue, with its price under the policy."""
    listed = found("--rules")["rules"]
    assert [rule["id"] for rule in listed] == [rule.id for rule in RULES]
    (mile,) = (rule for rule in listed if rule["id"] == "R04")
    assert (mile["price_pence_per_week"], mile["price_per"]) == (400, "mile")
    text = run("--rules").stdout
    assert all(rule.id in text for rule in RULES)


def test_an_instance_alone_is_asked_what_is_short() -> None:
    """Without a child or a rule: which capacities bind, and what one more place would bring."""
    assert {"full_settings", "one_more_place", "untried"} <= set(found("tiny"))
    assert "One more place" in run("tiny").stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--child", "C5", "--rules"], "name only one of --child, --rule and --rules"),
        (["--setting", "F1", "--rules"], "--setting goes with --child"),
        (["--rule", "R91"], "there is no rule 'R91'"),
        (["--rule", "R91"], "R19"),
        (["tiny", "--child", "C55", "--setting", "F11"], "there is no child 'C55'; close to it: C5"),
        (["tiny", "--child", "C55", "--setting", "F11"], "there is no setting 'F11'; close to it: F1"),
        (["tiny", "--child", "nobody"], "expected one such as C1, C2"),
    ],
)
def test_wrong_usage_ends_with_code_2_and_says_what_was_meant(arguments: list[str], words: str) -> None:
    """Missing and contradicting options, and unknown ids, all of them at once, with those close to them."""
    result = run(*arguments)
    assert result.exit_code == 2
    assert words in " ".join(result.stderr.split())
    assert result.stdout == ""


def test_another_day_and_policy_are_obeyed(tmp_path: Any) -> None:
    """Two years on C5 is 15, and a policy of one's own is the one that is judged by."""
    later = found("tiny", "--child", "C5", "--setting", "F1", "--date", "2026-01-15")
    (rule,) = (rule for rule in later["rules"] if rule["id"] == "R21")
    assert rule["child_side"] == "age 15 years"
    policy = tmp_path / "policy.toml"
    policy.write_text("[price]\nmile_from_home = 100\n", encoding="utf-8")
    (mile,) = found("--rule", "R04", "--policy", str(policy))["rules"]
    assert mile["price_pence_per_week"] == 100
