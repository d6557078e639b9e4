"""Money, targets and levers in words, as a commissioner reads them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rightplace.instances.levers import HomeChange, HomeChangeKind
from rightplace.instances.targets import Firmness, Measure, Sense, Target
from rightplace.reports.capacity_words import (
    MEASURES,
    action_words,
    amount,
    change,
    fine_percent,
    lever_name,
    meant_words,
    money,
    more_words,
    number,
    required_words,
    target_words,
)
from tests.planning_doubles import SCHEDULE, TARGETS, case


@pytest.mark.parametrize(
    ("pence", "words"),
    [
        (0.0, "£0"),
        (-20.0, "£0"),
        (12_345_600.0, "£123,456"),
        (-12_345_600.0, "-£123,456"),
        (99_999_949.0, "£999,999"),
        (99_999_950.0, "£1.00m"),
        (123_456_789_000.0, "£1,234.57m"),
    ],
)
def test_sums_are_readable(pence: float, words: str) -> None:
    """Whole pounds with thousands separators below a million, millions from there."""
    assert money(pence) == words


def test_a_change_shows_its_sign() -> None:
    """More is +, less is -, nothing has no sign."""
    assert [change(100.0), change(-100.0), change(20.0)] == ["+£1", "-£1", "£0"]


def test_numbers_and_gaps_hide_nothing() -> None:
    """A tenth is shown where there is one, and a gap that is not 0 never reads as 0."""
    assert [number(1234.0), number(3.5), number(3.04)] == ["1,234", "3.5", "3"]
    assert [fine_percent(0.0), fine_percent(1e-6), fine_percent(0.00529)] == ["0.00%", "less than 0.01%", "0.53%"]


def test_every_measure_has_words() -> None:
    """No measure is left without a name, and each amount has its own form."""
    assert set(MEASURES) == set(Measure)
    assert amount(Measure.IN_AREA_SHARE, 0.425) == "42.5%"
    assert amount(Measure.REVENUE_BUDGET, 9.5e6) == "£9.50m"
    assert amount(Measure.PROVIDERS_IN_AREA, 3.0) == "3"


@pytest.mark.parametrize(
    ("measure", "sense", "words"),
    [
        (Measure.IN_AREA_SHARE, Sense.AT_LEAST, "one more percentage point of children in their own area"),
        (Measure.RESIDENTIAL_SHARE, Sense.AT_MOST, "one percentage point less of children in children's homes"),
        (Measure.INDEPENDENT_FOSTERING_CHILDREN, Sense.AT_MOST, "one child fewer with an independent carer"),
        (Measure.PROVIDERS_IN_AREA, Sense.AT_LEAST, "one more provider in the area"),
        (Measure.CAPITAL_BUDGET, Sense.AT_MOST, "£1,000 less of capital"),
    ],
)
def test_one_more_is_named_in_its_unit(measure: Measure, sense: Sense, words: str) -> None:
    """What a marginal cost is for reads as a phrase, whichever side is wanted."""
    assert more_words(case(), Target(id="x", measure=measure, sense=sense, values={0: 0.5})) == words


def test_an_authority_is_named() -> None:
    """A target of one authority says whose."""
    target = Target(id="x", measure=Measure.IN_AREA_SHARE, sense=Sense.AT_LEAST, values={0: 0.5}, authority_id="B")
    assert more_words(case(), target).endswith("own area (Bexton)")
    assert required_words(target, 0.5) == "at least 50.0%"


@pytest.mark.parametrize(
    ("firmness", "words"),
    [
        (Firmness.EXPECTED, "on average over the scenarios"),
        (Firmness.PRICED, "on average, or £1.50 for each child missed"),
        (Firmness.LIKELY, "in 90% of the scenarios"),
    ],
)
def test_firmness_is_told(firmness: Firmness, words: str) -> None:
    """How a target is meant stands in a sentence."""
    target = Target(
        id="x",
        measure=Measure.IN_AREA_SHARE,
        sense=Sense.AT_LEAST,
        values={0: 0.5},
        firmness=firmness,
        price_pence=150,
        probability=0.9,
    )
    assert meant_words(target) == words


def test_every_action_reads_as_what_happens() -> None:
    """Each kind of lever says what takes effect, and how much of it."""
    assert [action_words(case(), action) for action in SCHEDULE] == [
        "block beds: children's home, Bexton, 2 beds begin",
        "support places help: level 1 to 2, 3.5 places from now on",
        "recruit teens, 4 households approved",
        "open north_3: children's home with 3 places, Aston",
        "recruit teens, 2 households approved",
        "support places help: level 1 to 2, ends",
    ]


def test_changes_to_homes_name_the_home() -> None:
    """Closing needs no places; the others say how many there will be."""
    bigger = HomeChange(id="more", setting_id="H1", kind=HomeChangeKind.ENLARGE, num_places=4)
    shut = HomeChange(id="shut", setting_id="H1", kind=HomeChangeKind.CLOSE)
    assert lever_name(case(), bigger) == "enlarge H1, 4 places (more)"
    assert lever_name(case(), shut) == "close H1 (shut)"


def test_targets_about_the_same_are_told_apart() -> None:
    """Two targets of one measure are named by their ids too; one alone is not."""
    stretch = replace(TARGETS[0], id="stretch")
    both = case(targets=(*TARGETS, stretch))
    assert [target_words(both, target) for target in both.targets] == [
        "children in their own area (in_area)",
        "revenue",
        "children in their own area (stretch)",
    ]
    assert target_words(case(), TARGETS[0]) == "children in their own area"
