"""What people read of an explanation: one verdict, every remedy, and the example of the documentation."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from rightplace.explain import explain_child, explain_pair
from rightplace.instances.children import SiblingGroup, Togetherness
from rightplace.instances.library import library_path
from rightplace.instances.tables import read_instance
from rightplace.models.eligible import options_of
from rightplace.reports.explanation import (
    child_object,
    pair_object,
    print_pair,
    print_rules,
    rule_object,
    verdict,
    weekly_cost,
)
from rightplace.rules.catalogue import RULES
from rightplace.rules.pairs import Facts
from tests.rules.builders import carer, child, filled, home, instance, vacant

DOCS = Path(__file__).parents[2] / "docs"
WORLD = read_instance(library_path("barnet_2023"))


def printed(print_it: Any, *given: Any) -> str:
    """What a function prints where there is no terminal."""
    stream = io.StringIO()
    print_it(*given, Console(file=stream, width=140))
    return stream.getvalue()


def _verdict(*children: Any, setting: Any, of: str = "child", **world: Any) -> str:
    made = instance(children, (setting,), **world)
    return verdict(made, explain_pair(made, of, "setting"))


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        (carer(), "match may use child in setting: no hard rule speaks against it."),
        (
            home(authority_id="FAR"),
            "match may use child in setting: no hard rule speaks against it, once signed: R25 by the director of "
            "children's services.",
        ),
        (
            carer(age_max_months=60, place_counts=()),
            "match may not use child in setting: the child and the setting break P01 (a place is free) and R21 "
            "(terms of approval).",
        ),
    ],
)
def test_the_verdict_is_one_plain_sentence(setting: Any, sentence: str) -> None:
    """It says yes or no, and why."""
    assert _verdict(child(), setting=setting) == sentence


def test_the_verdict_names_who_must_come_along() -> None:
    """A brother who must come is named, whether he may or not."""
    group = SiblingGroup(id="G", child_ids=("child", "brother"), togetherness=Togetherness.REQUIRED)
    both = carer(place_counts=(vacant(2),), age_max_months=130)
    young, old = child("brother"), child("brother", age_months=150)
    assert _verdict(child(), young, setting=both, groups=(group,)).endswith("; brother must come along (R06).")
    assert "brother must come along (R06) and would break R21 (terms of approval)" in _verdict(
        child(), old, setting=both, groups=(group,)
    )


def test_the_verdict_tells_staying_moving_and_being_settled_apart() -> None:
    """Who may move may stay or move with --rematch; who is settled stays."""
    mover = child(is_waiting=False, may_move=True, current_setting_id="setting")
    settled = child(is_waiting=False, current_setting_id="setting")
    here = carer(place_counts=(filled(),))
    assert _verdict(mover, setting=here).startswith("match may leave child in setting")
    assert "no home is sought for the child, who stays (P11)" in _verdict(settled, setting=here)
    made = instance((mover,), (here, carer("other")))
    assert "only --rematch proposes" in verdict(made, explain_pair(made, "child", "other"))


def test_the_verdict_warns_of_the_shortlist() -> None:
    """Where the policy shortlists, an open pair may still be left out."""
    assert "the shortlist of 3 settings a child" in _verdict(
        child(), setting=carer(), policy={"search": {"shortlist": 3}}
    )


def test_text_names_every_rule_and_every_remedy() -> None:
    """Whatever is in the object is in the text: ids, both sides, remedies, the verdict; and no line ends in blanks."""
    found = explain_pair(WORLD, "C003", "L01")
    text, plain = printed(print_pair, WORLD, found), pair_object(WORLD, found)
    for rule in plain["rules"]:
        assert rule["id"] in text
        assert rule["child_side"] in text
        assert rule["setting_side"] in text
        assert rule["source"] in text
        if rule["remedy"] is not None:
            assert rule["remedy"]["sentence"] in text
    assert text.rstrip().endswith(plain["sentence"])
    assert [line for line in text.splitlines() if line != line.rstrip()] == []


def test_unverified_texts_are_marked() -> None:
    """A rule at second hand says so wherever its source is printed."""
    text = " ".join(printed(print_rules, RULES).split())
    assert text.count("text not verified: check") == sum(not rule.is_verified for rule in RULES)


def test_costs_are_those_of_the_model() -> None:
    """What an open pair would cost is what the match of the same instance says that it costs."""
    options = options_of(Facts(WORLD))
    assert weekly_cost(options.pairs).tolist() == options.cost.tolist()


def test_every_key_is_documented() -> None:
    """Each key of the three objects stands in docs/explain.md."""
    page = (DOCS / "explain.md").read_text(encoding="utf-8")
    pair = pair_object(WORLD, explain_pair(WORLD, "C003", "L01"))
    whole = child_object(WORLD, explain_child(WORLD, "C003", weekly_cost))
    rule = rule_object(RULES[0], WORLD.policy)
    remedy = next(r["remedy"] for r in pair["rules"] if r["remedy"])
    for key in (*pair, *pair["rules"][0], *whole, *whole["excluded"][0], *whole["nearest"][0], *rule, *remedy):
        assert f"`{key}`" in page, key
