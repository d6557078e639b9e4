"""What is proven of an answer, in sentences: tier by tier, so that a proven price hides no open question before it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rightplace.reports.wording import pounds
from rightplace.result import Result, Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rightplace.plan import Tier


def proof_sentences(result: Result) -> list[str]:
    """That nothing better exists; or what ended the search, and how much better each tier could be."""
    claimed = f"{result.solver} {result.solver_version}"
    shortlist = result.best.plan.shortlist
    scope = f" among the {shortlist} settings shortlisted for each child" if shortlist else ""
    if result.status is Status.OPTIMAL:
        return [f"Proof: nothing better exists{scope}, says {claimed}."]
    head = f"Stopped by {result.stopped_by}; something better may exist{scope}, says {claimed}:"
    return [head, *open_sentences(result.best.plan.tiers)]


def open_sentences(tiers: Sequence[Tier]) -> list[str]:
    """What is not proven, tier by tier; and that the price is, where it is."""
    open_tiers = [tier for tier in tiers if tier.bound < tier.value]
    sentences = [_WORDS[tier.name](tier) for tier in open_tiers]
    if "price" not in [tier.name for tier in open_tiers]:
        sentences.append("price: no plan that does as well before is cheaper.")
    return sentences


def percent_above(value: int, bound: int) -> str | None:
    """How far a value may be above the least that is possible, rounded up; ``None`` when nothing is known."""
    if bound <= 0:
        return None
    return f"{math.ceil(10_000 * (value - bound) / bound) / 100:.2f}%"


def _waiting(tier: Tier) -> str:
    return (
        f"waiting: between {tier.bound:,} and {tier.value:,} of the weighted waiting may be unavoidable: "
        "more children, or more urgent ones, might be placed."
    )


def _search_order(tier: Tier) -> str:
    return (
        f"search order: between {tier.bound:,} and {tier.value:,} of its steps may be unavoidable: "
        "more children might be placed in own provision."
    )


def _price(tier: Tier) -> str:
    above = percent_above(tier.value, tier.bound)
    if above is None:
        return "price: nothing is known of how much cheaper a plan that does as well before could be."
    return (
        f"price: at most {above} above the cheapest plan that does as well before "
        f"(no such plan costs less than {pounds(tier.bound)} a week)."
    )


_WORDS = {"waiting": _waiting, "search order": _search_order, "price": _price}
