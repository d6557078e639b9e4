"""``tiny`` has the optimum that ``docs/library/tiny.md`` works out by hand, on every back end."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rightplace.instances.library import library_path
from rightplace.instances.policy import SearchOrder, default_policy
from rightplace.instances.tables import read_instance
from rightplace.models.allocation import allocation_data
from rightplace.solve import MatchOptions, match
from rightplace.solver.outcome import SolveOptions

if TYPE_CHECKING:
    from rightplace.instances.instance import Instance
    from rightplace.plan import Plan

PAGE = Path(__file__).parents[1] / "docs" / "library" / "tiny.md"
BACK_ENDS = ("highs", "cbc", "scip", "cpsat")

WAITING = 1
PRICE = 887_600
FEES = 875_000
PLACEMENTS = {"C1": "F1", "C2": "F1", "C3": "F3", "C4": "F3", "C5": "F4", "C6": "F2", "C7": "S1", "C9": "H1"}

GREEDY_WAITING = 12
GREEDY_PRICE = 713_600
GREEDY_PLACEMENTS = {"C3": "F1", "C4": "F1", "C5": "F3", "C6": "F2", "C7": "S1", "C8": "H1"}

CASCADE_STEPS = 7
CASCADE_PRICE = 1_196_000


@cache
def tiny() -> Instance:
    """The instance as it ships."""
    return read_instance(library_path("tiny"))


def page() -> str:
    """The text of the page, with its line breaks and runs of spaces as single spaces."""
    return " ".join(PAGE.read_text(encoding="utf-8").split())


def where(plan: Plan) -> dict[str, str]:
    """Child to setting."""
    return {placement.child_id: placement.setting_id for placement in plan.placements}


def tiers(plan: Plan) -> list[tuple[str, int, int]]:
    """Name, value and bound of each tier."""
    return [(tier.name, tier.value, tier.bound) for tier in plan.tiers]


@pytest.mark.parametrize("solver", BACK_ENDS)
def test_every_back_end_finds_the_optimum_worked_by_hand(solver: str) -> None:
    """Values, bounds and placements are those of the page, and the certificate accepts them."""
    result = match(tiny(), MatchOptions(compare=False), SolveOptions(solver=solver))
    plan = result.best.plan
    assert result.status == "optimal"
    assert tiers(plan) == [("waiting", WAITING, WAITING), ("price", PRICE, PRICE)]
    assert where(plan) == PLACEMENTS
    assert plan.waiting_ids == ("C8",)
    assert plan.fees_pence_per_week == FEES
    assert result.best.certificate.violations == ()
    assert result.best.certificate.value_pence_per_week == PRICE


@pytest.mark.parametrize("solver", BACK_ENDS)
def test_every_back_end_finds_the_cascade_worked_by_hand(solver: str) -> None:
    """Own provision first moves C5 into the authority's own home, and nobody else."""
    options = MatchOptions(search_order=SearchOrder.CASCADE, compare=False)
    result = match(tiny(), options, SolveOptions(solver=solver))
    assert tiers(result.best.plan) == [
        ("waiting", WAITING, WAITING),
        ("search order", CASCADE_STEPS, CASCADE_STEPS),
        ("price", CASCADE_PRICE, CASCADE_PRICE),
    ]
    assert where(result.best.plan) == PLACEMENTS | {"C5": "H1"}
    assert result.best.certificate.violations == ()


def test_greedy_does_what_the_page_says() -> None:
    """Child by child in order of arrival, three wait, the emergency among them."""
    greedy = match(tiny(), MatchOptions(compare=False)).greedy
    assert where(greedy.plan) == GREEDY_PLACEMENTS
    assert greedy.plan.waiting_ids == ("C1", "C2", "C9")
    assert greedy.plan.value_pence_per_week == GREEDY_PRICE
    assert greedy.certificate.violations == ()
    urgency = tiny().policy.urgency
    assert 2 * urgency.planned_weight + urgency.emergency_weight == GREEDY_WAITING


def test_the_page_has_these_numbers() -> None:
    """The constants above stand in the page as its results."""
    text = page()
    for sentence in (
        f"**The optimum of the first tier is {WAITING}**",
        f"**The optimum of the second tier is {PRICE:,} pence: £{PRICE // 100:,} a week.**",
        f"{FEES:,} pence. The policy adds",
        f"at weights 1 + 1 + 10 = **{GREEDY_WAITING}** against {WAITING}",
        f"**{GREEDY_PRICE:,}** pence, £{GREEDY_PRICE // 100:,} a week",
        f"**the optimum of the search order is {CASCADE_STEPS}**",
        f"**{CASCADE_PRICE:,}** pence, £{CASCADE_PRICE // 100:,} a week",
    ):
        assert sentence in text, sentence
    best = dict(re.findall(r"^\| (C\d) \| (F\d|H\d|S\d|waits) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    assert best == PLACEMENTS | {"C8": "waits"}


def test_the_page_has_the_cost_of_every_lawful_pair() -> None:
    """The table of the page lists exactly the options of the model, each at its cost."""
    data = allocation_data(tiny(), rematch=False)
    pairs = data.options.pairs
    ours = {
        (tiny().children[child].id, tiny().settings[setting].id): int(cost)
        for child, setting, cost in zip(pairs.child_idx, pairs.setting_idx, data.options.cost, strict=True)
    }
    rows = re.findall(r"^\| (C\d) in (\w\d) \|.* ([\d,]+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert {(child, setting): int(cost.replace(",", "")) for child, setting, cost in rows} == ours
    assert len(rows) == 20


def test_every_sum_of_the_page_adds_up() -> None:
    """Wherever the page writes numbers with plus, minus and times, an equals sign and a number, it is right."""
    number = r"\d[\d,]*"
    sums = re.findall(rf"((?:{number} [-+x] )+{number})(?: \w+)? = \**({number})", page())
    assert len(sums) > 15
    for left, right in sums:
        plain = left.replace(",", "").replace("x", "*")
        total = 0
        for term in re.findall(r"[-+]?[^-+]+", plain.replace(" ", "")):
            product = 1
            for factor in term.lstrip("+-").split("*"):
                product *= int(factor)
            total += -product if term.startswith("-") else product
        assert total == int(right.replace(",", "").rstrip(",")), f"{left} = {right}"


def test_tiny_has_the_default_policy() -> None:
    """The prices on the page are the default ones."""
    assert tiny().policy == default_policy()
