"""The page of rules says what the catalogue says."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rightplace.rules.catalogue import RULES

if TYPE_CHECKING:
    from rightplace.rules.rule import Rule

_TOOL = Path(__file__).parents[2] / "tools" / "build_rules_doc.py"
_SPEC = importlib.util.spec_from_file_location("build_rules_doc", _TOOL)
assert _SPEC is not None
assert _SPEC.loader is not None
_MODULE = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_MODULE)


def test_page_is_up_to_date() -> None:
    """The page is, letter by letter, what the tool writes today."""
    assert _MODULE.PAGE.read_text(encoding="utf-8") == _MODULE.page(), "run python -m tools.build_rules_doc"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_page_has_every_rule(rule: Rule) -> None:
    """Each rule stands on the page once under its id and title, with its sentence and source."""
    text = _MODULE.PAGE.read_text(encoding="utf-8")
    assert text.count(f"\n### {rule.id}: {rule.title}\n") == 1
    assert rule.sentence in text
    assert rule.source in text


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.price is not None], ids=lambda rule: rule.id)
def test_price_is_found(rule: Rule) -> None:
    """Each approval and preference has exactly one price in the policy, and the page names it."""
    assert f"`{_MODULE.price_name(rule)}`" in _MODULE.PAGE.read_text(encoding="utf-8")
