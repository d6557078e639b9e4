"""What is printed of a shortage: the sentences, the JSON object, and the command that gives both."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner

from rightplace.commands.explaining_shortage import shortage as command
from rightplace.instances.children import AdultRatio, CaredForAlongside, NeedCategory, SiblingGroup, Togetherness
from rightplace.reports.shortages import must_have, print_shortage, sentence, shortage_data, worth_a_line
from rightplace.rules.attributes import Type
from rightplace.shortage import Interval, Shortage, shortage_of
from rightplace.shortage.kinds import Area, Kind
from rightplace.solve import MatchOptions, match
from rightplace.solver.outcome import SolveOptions
from tests.rules.builders import carer, child, instance, teenager

if TYPE_CHECKING:
    from rightplace.instances.instance import Instance


def of(world: Instance, solving: SolveOptions = SolveOptions()) -> Shortage:
    """What is short in the best plan."""
    return shortage_of(world, match(world, MatchOptions(compare=False)).best.plan, solving)


@cache
def sisters() -> Shortage:
    """Two sisters of six and seven who must stay together wait; a boy has the only place."""
    group = SiblingGroup(id="G", child_ids=("a", "b"), togetherness=Togetherness.REQUIRED)
    girls = (child("a", age_months=72), child("b", age_months=84))
    return of(instance((*girls, child("c")), (carer("one"),), groups=(group,)))


def printed(shortage: Shortage) -> list[str]:
    """The lines on a console."""
    stream = io.StringIO()
    print_shortage(shortage, Console(file=stream, width=140))
    return [line.rstrip() for line in stream.getvalue().splitlines()]


def test_a_sentence_says_kind_and_effect() -> None:
    """Type, places, level, ages and area; how many more children; who would live there."""
    assert sentence(sisters().instance, sisters().trials[0]) == (
        "one more in-house carer with 2 places, level 1, ages 5 to 9, in area: places 2 more children; "
        "a, b would live there"
    )


def test_a_sentence_says_what_is_saved_and_reunited() -> None:
    """Two siblings at £900 each with two carers: one carer for both saves £508 in fees and £200 of separation."""
    group = SiblingGroup(id="G", child_ids=("a", "b"))
    dear = tuple(carer(name, fees_pence_per_week=(90_000,)) for name in ("x", "y"))
    found = of(instance((child("a"), child("b")), dear, groups=(group,)))
    assert sentence(found.instance, found.trials[0]) == (
        "one more in-house carer with 2 places, level 1, ages 10 to 15, in area: saves £708 a week (fees £508 less); "
        "reunites 1 pair of siblings; a, b would live there"
    )
    assert printed(found)[0] == "Every waiting child has a place. One more could only save, or suit a child better."


def test_a_sentence_of_what_is_not_proven_gives_the_interval() -> None:
    """A trial that a limit ended says between which numbers the truth lies."""
    trial = sisters().trials[0]
    waiting = replace(trial, is_exact=False, less_waiting=Interval(1, 2))
    assert sentence(sisters().instance, waiting).endswith("not proven: weighted waiting falls by 1 to 2")
    price = replace(trial, is_exact=False, saving_in_all=Interval(-500, 12_300))
    assert sentence(sisters().instance, price).endswith("not proven: all children together cost -£5 to £123 less")
    dearer = replace(trial, is_exact=False, saving_in_all=Interval(-12_300, -500))
    assert sentence(sisters().instance, dearer).endswith("not proven: all children together cost £5 to £123 more")


def test_the_text_is_short() -> None:
    """Who waits, what is full, and at most ten kinds, however many there are."""
    lines = printed(sisters())
    assert lines[0] == "2 children wait for want of a place."
    many = tuple(
        replace(sisters().trials[0], kind=_kind(level, low)) for level in range(1, 5) for low in range(0, 90, 10)
    )
    text = printed(replace(sisters(), trials=many[::-1]))
    assert sum(line.startswith("one more ") for line in text) == 10
    assert "26 other kinds would help as well (see --json)." in text


def _kind(level: int, low: int) -> Kind:
    return Kind("A", Type.CARER, 1, level, low, low + 9, Area.OWN)


def test_what_asks_more_and_brings_no_more_has_no_line() -> None:
    """After a carer of level 2, one of level 3 or of wider ages is no news; one of level 1 or for other ages is."""
    kinds = [_kind(2, 10), _kind(3, 10), replace(_kind(2, 10), age_max_months=30), _kind(1, 10), _kind(3, 40)]
    trials = [replace(sisters().trials[0], kind=kind) for kind in kinds]
    assert [trial.kind for trial in worth_a_line(trials)] == [kinds[0], kinds[3], kinds[4]]


def test_nothing_to_say_is_said() -> None:
    """A child at the best carer there is: nothing is full, and no kind would help."""
    found = printed(of(instance((child(),), (carer(),))))
    assert "No kind of place that was tried would better this plan." in found
    assert not any("Full" in line for line in found)


def test_a_limit_is_named_with_what_was_not_tried() -> None:
    """Stopped before the first kind, the text says by what and how many kinds are open."""
    stopped = of(instance((child("a"), child("b")), (carer(),)), SolveOptions(time_limit_seconds=0.0))
    assert printed(stopped)[-1] == "Stopped by time: 2 kinds not tried."


def test_what_children_need_beside_the_kind_is_named() -> None:
    """Adaptation, baby, remand, adults to a child in a home, living alone in supported accommodation, needs."""
    one = teenager(
        adaptation_needed=True,
        parent_and_child=True,
        remand=True,
        adult_ratio=AdultRatio.TWO_TO_ONE,
        cared_for_alongside=CaredForAlongside.SOLO,
        needs=frozenset({NeedCategory.DRUGS}),
    )
    common = ["adapted", "takes a parent with a baby", "accepts remand"]
    by_type = {kind: list(must_have(replace(_kind(1, 0), type=kind), [one])) for kind in Type}
    assert by_type[Type.CARER] == [*common, "present drug problems"]
    assert by_type[Type.HOME] == [*common, "two to one adults", "present drug problems"]
    assert by_type[Type.SUPPORTED] == [*common, "two to one adults", "self-contained", "present drug problems"]
    assert list(must_have(_kind(1, 0), [child()])) == []


def test_the_object_is_plain_data() -> None:
    """It survives JSON, names the full settings, and each kind with its numbers."""
    data = json.loads(json.dumps(shortage_data(sisters())))
    assert data["waiting"] == ["a", "b"]
    assert [(item["setting"], item["num_waiting"]) for item in data["full_settings"]] == [("one", 2)]
    best = data["one_more_place"][0]
    assert best["in_the_new_place"] == best["placed"] == ["a", "b"]
    assert (best["num_places"], best["need_level"], best["age_min_months"], best["age_max_months"]) == (2, 1, 60, 119)
    assert best["fee_pence_per_week"] == 64_600
    assert best["less_weighted_waiting"] == {"at_least": 2, "at_most": 2}
    assert best["saving_in_all_pence_per_week"] == -129_200
    assert best["exact"] is True


@pytest.fixture
def app() -> typer.Typer:
    """A program with this command alone."""
    made = typer.Typer()
    made.command()(command)
    return made


def test_the_command_prints_one_object(app: typer.Typer) -> None:
    """With --json standard output is one object: C8 waits in tiny, and a carer of level 4 for C9 lets it in."""
    result = CliRunner().invoke(app, ["tiny", "--json"])
    assert result.exit_code == 0
    data = json.loads(result.stdout)
    assert data["waiting"] == ["C8"]
    best = data["one_more_place"][0]
    assert (best["type"], best["need_level"], best["in_the_new_place"]) == ("in-house carer", 4, ["C9"])
    assert best["placed"] == ["C8"]


def test_the_command_prints_sentences(app: typer.Typer) -> None:
    """Without --json it prints what the report prints; with moves too."""
    result = CliRunner().invoke(app, ["tiny", "--rematch", "--search-order", "cascade"])
    assert result.exit_code == 0
    assert "One more place (the authority's own, at the policy's default fee)" in result.stdout
