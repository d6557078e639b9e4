"""Demand futures begin with today's children and follow the line of growth."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightplace.instances.children import AGE_BANDS
from rightplace.instances.cohorts import Cohort, CohortKind
from rightplace.instances.demand import GROWTH_LINES, STEADY, Growth, generate_demand, growth_of
from rightplace.instances.instance import Instance
from rightplace.instances.library import library_path
from rightplace.instances.quarters import Quarter
from rightplace.instances.tables import read_instance
from tests.rules.builders import AUTHORITIES, PROVIDERS

if TYPE_CHECKING:
    from rightplace.instances.scenario import Demand

SINGLES = Cohort("A", 2, 1)
TRIPLETS = Cohort("A", 1, 2, group_size=3)
LEAVERS = Cohort("A", 3, 3, CohortKind.UNACCOMPANIED)
TODAY = {SINGLES: 40, TRIPLETS: 12, LEAVERS: 9}


def demand(growth: Growth = STEADY, today: dict[Cohort, int] = TODAY, **more: object) -> Demand:
    """Futures of three cohorts."""
    instance = Instance(
        name="tiny", date=date(2024, 1, 15), children=(), settings=(), providers=PROVIDERS, authorities=AUTHORITIES
    )
    return generate_demand(instance, growth=growth, today=today, **more)  # type: ignore[arg-type]


def test_begins_after_the_day_with_todays_children() -> None:
    """Every scenario starts in the first quarter after the instance's date with exactly today's children."""
    made = demand(years=2, scenarios=7)
    assert made.first == Quarter(2024, 2)
    assert made.cohorts == (TRIPLETS, SINGLES, LEAVERS)
    assert made.children.shape == (7, 8, 3)
    assert (made.children[:, 0] == [12, 40, 9]).all()
    assert (made.children[:, -1] != made.children[:1, -1]).any()


@pytest.mark.parametrize("name", GROWTH_LINES)
def test_mean_follows_the_line(name: str) -> None:
    """The mean over 1,000 scenarios is within four standard errors of today's number times the line, every quarter."""
    made = demand(GROWTH_LINES[name], scenarios=1_000)
    rate = GROWTH_LINES[name].rate_per_year[0]
    line = np.array([12, 40, 9]) * (1 + rate) ** (np.arange(20) / 4)[:, None]
    error = made.children.std(axis=0) / np.sqrt(1_000)
    assert (np.abs(made.mean - line) <= 4 * error + 1e-9).all()


def test_mean_follows_a_line_that_falls_faster_than_children_leave() -> None:
    """Halving each year, with 20% leaving by themselves: after two years a quarter of the children are left."""
    made = demand(Growth(name="half", rate_per_year=(-0.5,), reason="test"), {SINGLES: 400}, years=3, scenarios=1_000)
    assert made.mean[8, 0] == pytest.approx(100, rel=0.015)


def test_kinds_can_grow_by_themselves_year_by_year() -> None:
    """One kind doubles in the first year and then stays; the others do not grow."""
    growth = Growth(name="more", rate_per_year=(0.0,), by_kind={CohortKind.UNACCOMPANIED: (1.0, 0.0)}, reason="test")
    line = growth.line([CohortKind.MAINSTREAM, CohortKind.UNACCOMPANIED], 12)
    assert line[:, 0] == pytest.approx(np.ones(12))
    assert line[[0, 2, 4, 8, 11], 1] == pytest.approx([1, 2**0.5, 2, 2, 2])


def test_stationary_law_is_poisson() -> None:
    """Without growth and its spread, variance nears the mean for single children, three times that for triplets."""
    made = demand(years=8, scenarios=1_500, growth_deviation=0.0)
    variance = made.children[:, -1].var(axis=0)
    assert variance == pytest.approx([3 * 12, 40, 9], rel=0.12)


def test_spread_of_growth_makes_whole_councils_differ() -> None:
    """With 400 cohorts alike, small numbers even out, and what is left after 4 years is 4 x 2 percentage points."""
    today = {Cohort(f"A{i}", 2, 1): 100 for i in range(400)}
    made = demand(today=today, scenarios=300)
    total = made.children[:, 16].sum(axis=1)
    assert total.std() / total.mean() == pytest.approx(0.08, rel=0.1)


def test_siblings_enter_and_leave_in_whole_groups() -> None:
    """Twelve triplets change by threes; of 13 the thirteenth, whose siblings are elsewhere, may leave alone."""
    assert set(np.unique(demand(scenarios=200).children[:, :, 0] % 3)) == {0}
    assert set(np.unique(demand(today={TRIPLETS: 13}, scenarios=200).children % 3)) == {0, 1}


@given(seed=st.integers(0, 10), stream=st.integers(0, 3), rate=st.floats(-0.9, 1.0), scenarios=st.integers(1, 4))
def test_children_are_whole_and_same_seed_gives_same_bytes(seed: int, stream: int, rate: float, scenarios: int) -> None:
    """Children are whole numbers, none negative; the same seed and stream give the same bytes."""
    growth = Growth(name="any", rate_per_year=(rate,), reason="test")
    made, again = (demand(growth, years=2, scenarios=scenarios, seed=seed, stream=stream) for _ in range(2))
    assert (made.children == np.rint(made.children)).all()
    assert (made.children >= 0).all()
    assert made.children.tobytes() == again.children.tobytes()


def test_scenario_is_the_same_whatever_the_number_of_scenarios_and_years() -> None:
    """The first 5 of 50 scenarios over five years begin with the 5 scenarios over two years."""
    few, many = demand(years=2, scenarios=5), demand(years=5, scenarios=50)
    assert (many.children[:5, :8] == few.children).all()
    assert many.names[:5] == few.names


def test_another_stream_or_seed_gives_other_futures() -> None:
    """Neither a stream nor a seed repeats scenarios of another, and streams are named apart."""
    made = [demand(scenarios=20), demand(scenarios=20, stream=1), demand(scenarios=20, seed=1)]
    seen = {future.tobytes() for one in made for future in one.children}
    assert len(seen) == 60
    assert not set(made[0].names) & set(made[1].names)


@given(first=st.floats(-0.3, 0.3), more=st.floats(0.0, 0.3))
def test_more_growth_never_means_fewer_expected_children(first: float, more: float) -> None:
    """The line of a larger rate lies nowhere below the line of a smaller one."""
    kinds = [CohortKind.MAINSTREAM]
    low, high = (
        Growth(name="g", rate_per_year=(rate,), reason="test").line(kinds, 20) for rate in (first, first + more)
    )
    assert (high >= low).all()


def test_more_growth_brings_more_children() -> None:
    """Of the named lines, each brings more children after five years than the one below it."""
    names = ("movement", "steady", "demographics", "deprivation")
    means = [demand(GROWTH_LINES[name], scenarios=1_000).mean[-1].sum() for name in names]
    assert means == sorted(means)
    assert means[-1] - means[0] > 8


def test_source_says_where_the_figures_come_from() -> None:
    """A report can say how many children, which line, which seed."""
    source = demand(GROWTH_LINES["deprivation"], scenarios=1, seed=3, stream=2).source
    for words in ("61 children of tiny", "3 cohorts", "'deprivation'", "rightplace's own", "seed 3, stream 2"):
        assert words in source


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"years": 0}, "at least one year"),
        ({"scenarios": 0}, "one scenario"),
        ({"seed": -1}, "seed"),
        ({"leaving_rate_per_year": (0.1,) * (len(AGE_BANDS) - 1)}, "leaving rates"),
        ({"leaving_rate_per_year": (0.1, 0.1, 0.1, 1.1)}, "leaving rates"),
        ({"growth_deviation": -0.1}, "deviation"),
        ({"today": {}}, "at least one child"),
    ],
)
def test_refuses_what_cannot_be(more: dict[str, object], words: str) -> None:
    """Numbers out of their range are refused in words."""
    with pytest.raises(ValueError, match=words):
        demand(**more)  # type: ignore[arg-type]


def test_growth_by_name_or_rate() -> None:
    """A name or a percentage names a line; anything else is refused with the names that exist."""
    assert growth_of(" Movement ").rate_per_year == (-0.01,)
    assert growth_of("-2.5 %").rate_per_year == (-0.025,)
    with pytest.raises(ValueError, match="steady, deprivation, demographics, movement"):
        growth_of("boom")
    with pytest.raises(ValueError, match="above -100%"):
        growth_of("-100%")


def test_too_many_cohorts_are_merged_and_the_source_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Above the limit small cohorts are put together unless it is said otherwise; no child is lost by it."""
    instance = read_instance(library_path("barnet_2023"))
    plain = generate_demand(instance, years=1, scenarios=1)
    monkeypatch.setattr("rightplace.instances.demand.MANY_COHORTS", 5)
    merged = generate_demand(instance, years=1, scenarios=1)
    assert len(merged.cohorts) < len(plain.cohorts)
    assert merged.children[0, 0].sum() == plain.children[0, 0].sum()
    assert f"(of {len(plain.cohorts)}, the small ones put together" in merged.source
    assert generate_demand(instance, years=1, scenarios=1, merge=False).cohorts == plain.cohorts
