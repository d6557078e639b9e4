"""What an answer says of its proof: for each tier how much better it could be, and no more than is known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rightplace.instances.library import library_path
from rightplace.instances.tables import read_instance
from rightplace.plan import Tier
from rightplace.reports.proof import percent_above, proof_sentences
from rightplace.result import Result, Status
from rightplace.solve import MatchOptions, match


def stopped(**tiers: tuple[int, int]) -> list[str]:
    """The sentences of a search that time ended with these values and bounds."""
    result = match(read_instance(library_path("tiny")), MatchOptions(compare=False))
    claims = tuple(Tier(name=name, value=value, bound=bound, claimed_by="x") for name, (value, bound) in tiers.items())
    plan = replace(result.best.plan, tiers=claims)
    return proof_sentences(_feasible(replace(result, best=replace(result.best, plan=plan))))


def _feasible(result: Result) -> Result:
    return replace(result, status=Status.FEASIBLE, stopped_by="time")


@pytest.mark.parametrize(
    ("value", "bound", "words"),
    [(200, 100, "100.00%"), (100, 100, "0.00%"), (100_001, 100_000, "0.01%"), (5, 0, None), (5, -3, None)],
)
def test_above_the_bound_is_a_share_of_the_bound(value: int, bound: int, words: str | None) -> None:
    """200 is 100% above 100; the share is rounded up, so that "at most" is true; above nothing there is no share."""
    assert percent_above(value, bound) == words


def test_an_open_price() -> None:
    """A price of £2 with a bound of £1 may be twice what it need be."""
    heading, price = stopped(waiting=(7, 7), price=(200, 100))
    assert heading.startswith("Stopped by time; something better may exist, says highs")
    assert price.startswith("price: at most 100.00% above the cheapest plan that does as well before")
    assert "£1 a week" in price


def test_a_price_of_which_nothing_is_known() -> None:
    """With a bound of nothing the answer claims nothing."""
    assert stopped(waiting=(7, 7), price=(200, 0))[1] == (
        "price: nothing is known of how much cheaper a plan that does as well before could be."
    )


def test_open_waiting_is_said_first_even_beside_a_proven_price() -> None:
    """That more children might be placed is never hidden behind the price."""
    _, waiting, price = stopped(waiting=(1_052, 50), price=(200, 200))
    assert waiting.startswith("waiting: between 50 and 1,052 of the weighted waiting may be unavoidable: more children")
    assert price == "price: no plan that does as well before is cheaper."
    _, waiting, order, price = stopped(**{"waiting": (52, 50), "search order": (9, 3), "price": (200, 199)})
    assert (waiting.split(":")[0], order.split(":")[0], price.split(":")[0]) == ("waiting", "search order", "price")
