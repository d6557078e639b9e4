"""Ethnicity, religion, language, sex and asylum reach a plan by a child's wish or a setting's lawful purpose only."""

from __future__ import annotations

import ast
import dataclasses
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import rightplace
from rightplace.instances.children import Child, Ethnicity, Sex
from rightplace.instances.library import library_path
from rightplace.instances.tables import read_instance
from rightplace.solve import MatchOptions, match
from tests.strategies import instances

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rightplace.instances.instance import Instance
    from rightplace.plan import Plan

# -- exchanging them changes nothing -----------------------------------------------------------------------------------

_OTHERS: dict[str, Any] = {
    "ethnicity": st.sampled_from([None, Ethnicity.WBRI, Ethnicity.BAFR]),
    "religion": st.sampled_from([None, "muslim", "sikh"]),
    "languages": st.sampled_from([frozenset(), frozenset({"arabic"}), frozenset({"tigrinya"})]),
    "uasc": st.booleans(),
    "sex": st.sampled_from(Sex),
}


def _decided(instance: Instance, rematch: bool) -> tuple[Any, ...]:
    """Who gets what, who waits, and at which values, by the match and one by one."""
    result = match(instance, MatchOptions(rematch=rematch, compare=False))
    plans: list[Plan] = [result.best.plan, result.greedy.plan]
    return tuple((plan.placements, plan.waiting_ids, plan.tiers, plan.value_pence_per_week) for plan in plans)


def _with(instance: Instance, *changed: Child) -> Instance:
    by_id = {child.id: child for child in changed}
    return instance.replace(children=tuple(by_id.get(child.id, child) for child in instance.children))


def _for_anybody(instance: Instance) -> Instance:
    """The same with settings whose terms name no sex."""
    terms = [replace(setting.offer.terms, sexes=frozenset(Sex)) for setting in instance.settings]
    offers = [replace(setting.offer, terms=t) for setting, t in zip(instance.settings, terms, strict=True)]
    return instance.replace(
        settings=tuple(replace(setting, offer=o) for setting, o in zip(instance.settings, offers, strict=True))
    )


@pytest.mark.parametrize("name", ["ethnicity", "sex"])
@settings(max_examples=60)
@given(instance=instances(), rematch=st.booleans(), data=st.data())
def test_exchanging_it_between_two_equal_children_changes_nothing(
    name: str, instance: Instance, rematch: bool, data: st.DataObject
) -> None:
    """Two children equal in everything else and without wishes exchange one characteristic: everybody gets the same.

    For sex no setting's terms name one. Placements, values, and what one by one comes to are the same.
    """
    first, second = data.draw(st.permutations(instance.children))[:2]
    one, other = data.draw(_OTHERS[name]), data.draw(_OTHERS[name])
    assume(one != other)
    twins = [replace(child, wishes=frozenset(), **_shared(first)) for child in (first, second)]
    world = _for_anybody(instance) if name == "sex" else instance
    given_to = [
        _with(world, *(replace(t, **{name: v}) for t, v in zip(twins, values, strict=True)))
        for values in (
            (one, other),
            (other, one),
        )
    ]
    assert _decided(given_to[0], rematch) == _decided(given_to[1], rematch)


def _shared(child: Child) -> dict[str, Any]:
    """What two children of one instance can have in common without contradicting its tables."""
    own = {"id", "wishes", "is_waiting", "may_move", "current_setting_id", "separate_from_ids", "connected_carer_ids"}
    return {field.name: getattr(child, field.name) for field in dataclasses.fields(Child) if field.name not in own}


@settings(max_examples=60)
@given(instance=instances(), rematch=st.booleans(), data=st.data())
def test_changing_them_without_wishes_changes_nothing(instance: Instance, rematch: bool, data: st.DataObject) -> None:
    """Whatever all five are for children without wishes, the plan is the same, where no setting's terms name a sex."""
    world = _for_anybody(instance)
    silent = [replace(child, wishes=frozenset()) for child in world.children]
    changed = [replace(child, **{name: data.draw(drawn) for name, drawn in _OTHERS.items()}) for child in silent]
    assert _decided(_with(world, *silent), rematch) == _decided(_with(world, *changed), rematch)


# -- who reads them ----------------------------------------------------------------------------------------------------

_SOURCE = Path(rightplace.__file__).parent
_NAMES = {"ethnicity", "religion", "languages", "uasc", "sex"}
_DERIVED = _NAMES | {"ethnicities", "faiths", "sexes", "sex_bit", "sex_bits"}
"""Of children; of settings, which name them by their lawful purpose or offer; and what is kept of either as numbers."""
_DECIDE_NOTHING = ("instances", "audit", "reports")
"""Rooms that say what the world is, and that tell what was decided."""
_READERS = {
    ("rules.preference", "meets_wish"): "the child's own wish",
    ("rules.preference", "_asked"): "the child's own wish",
    ("rules.preference", "_offered"): "what settings offer to those who wish it",
    ("rules.attributes", "ChildFacts.__init__"): "sex, for the rule below",
    ("rules.attributes", "SettingFacts.__init__"): "the sexes of a statement of purpose or terms of approval",
    ("rules.regulation", "age_and_sex_fit"): "the sexes of a statement of purpose or terms of approval",
    ("rules.compared", "_wish.compare"): "an explanation says what was wished for and what is offered",
    ("rules.sides", "terms"): "an explanation names the sexes of the terms",
    ("rules.one_pair", "OnePair.fits_age_and_sex"): "an explanation says which part of the terms stands in the way",
}
"""Module and function, and by what right. Whoever adds one has to say why here."""


def _readers(tree: ast.AST, inside: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Each function, and each of the characteristics that it names as an attribute or in a string."""
    for node in ast.iter_child_nodes(tree):
        named = isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef)
        if isinstance(node, ast.Attribute) and node.attr in _DERIVED:
            yield ".".join(inside), node.attr
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in _DERIVED:
            yield ".".join(inside), node.value
        yield from _readers(node, (*inside, node.name) if named else inside)  # type: ignore[attr-defined]


def _deciding() -> Iterator[tuple[str, Path]]:
    """The modules that take part in deciding."""
    for path in sorted(_SOURCE.rglob("*.py")):
        parts = path.relative_to(_SOURCE).with_suffix("").parts
        if parts[0] not in _DECIDE_NOTHING:
            yield ".".join(parts), path


def test_only_wishes_and_lawful_purposes_are_read() -> None:
    """The functions that name a protected characteristic are those listed, no more and no fewer."""
    found = {
        (module, function)
        for module, path in _deciding()
        for function, _ in _readers(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert found == set(_READERS)


@pytest.mark.parametrize(
    "use", ["child.ethnicity", "getattr(child, 'religion')", "[c.sex for c in children]", "facts.children.sex_bit"]
)
def test_a_further_use_would_be_found(use: str) -> None:
    """A function that reads one of them in any of these ways is named."""
    assert [name for name, _ in _readers(ast.parse(f"def price(child):\n    return {use}"))] == ["price"]


_reads: set[tuple[str, str, str]] = set()


class _Watched(Child):
    """A child who notes which function of the package asks for a protected characteristic."""

    __slots__ = ()

    def __getattribute__(self, name: str) -> Any:
        frame = sys._getframe(1)
        if name in _NAMES and frame.f_code.co_name != "__eq__":
            while frame.f_back is not None and _SOURCE not in Path(frame.f_code.co_filename).parents:
                frame = frame.f_back
            module = ".".join(Path(frame.f_code.co_filename).relative_to(_SOURCE).with_suffix("").parts)
            _reads.add((module, frame.f_code.co_qualname.split(".<locals>")[0], name))
        return object.__getattribute__(self, name)


def test_of_a_child_without_wishes_only_the_sex_is_asked() -> None:
    """In a whole match of barnet_2014, certificate, reasons and comparison included, nobody asks for more.

    The digest aside, which takes in all of an instance, and whether two objects are the same child.
    """
    world = read_instance(library_path("barnet_2014"))
    fields = [field.name for field in dataclasses.fields(Child)]
    watched = [
        _Watched(**{name: getattr(child, name) for name in fields}) for child in world.children if not child.wishes
    ]
    assert len(watched) > 100
    asked = _with(world, *watched)
    _reads.clear()
    assert match(asked, MatchOptions(rematch=True)).best.certificate.is_accepted
    deciding = {read for read in _reads if read[0].split(".")[0] not in _DECIDE_NOTHING}
    assert deciding == {("rules.attributes", "ChildFacts.__init__", "sex")}
    assert {name for module, _, name in _reads if module.startswith("instances")} == _NAMES  # the digest: we do watch
