"""Rule: a small function over the pair table, with its statutory source and the sentence a social worker reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from rightplace.instances.policy import Policy
from rightplace.rules.pairs import Pairs

Mask = NDArray[np.bool_]
Amounts = NDArray[np.int64]


class Kind(StrEnum):
    """What breaking a rule means."""

    HARD = "hard"
    APPROVAL = "approval"
    PREFERENCE = "preference"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule of the catalogue.

    Parameters
    ----------
    test
        Pairs to a mask, ``True`` where the pair keeps the rule. For a preference, where it costs nothing.
    amount
        Preferences only: pairs to how much of the unwanted there is, in units of ``1 / divisor`` (tenths of a mile).
    price
        Policy to the price of one unit (preference) or of the signature (approval), pence a week.
    signatory, deadline
        Approvals only: who signs, and by when.
    in_force_from
        First day of the law, when it is newer than the data may be.
    is_verified
        The statutory text was read (field guide, section D); ``False`` where it is known at second hand.
    """

    id: str
    title: str
    kind: Kind
    source: str
    sentence: str
    test: Callable[[Pairs], Mask]
    amount: Callable[[Pairs], Amounts] | None = None
    divisor: int = 1
    price: Callable[[Policy], int] | None = None
    signatory: str = ""
    deadline: str = ""
    in_force_from: date | None = None
    is_verified: bool = True

    def passes(self, pairs: Pairs) -> Mask:
        """The mask of the pairs that keep the rule, on the day of their instance."""
        if self.in_force_from is not None and pairs.facts.instance.date < self.in_force_from:
            return np.ones(len(pairs), dtype=np.bool_)
        return self.test(pairs)

    def pence_per_week(self, pairs: Pairs) -> Amounts:
        """The policy's price of each pair under this rule, rounded half up to whole pence.

        Raises
        ------
        ValueError
            For a hard rule, which has no price.
        """
        if self.price is None:
            raise ValueError(f"{self.id} has no price: it is {self.kind}")
        price = self.price(pairs.facts.instance.policy)
        if self.amount is None:
            return np.where(self.passes(pairs), 0, price).astype(np.int64)
        return (self.amount(pairs) * price + self.divisor // 2) // self.divisor


def hard(
    id: str, title: str, *, source: str, sentence: str, since: date | None = None, verified: bool = True
) -> Callable[[Callable[[Pairs], Mask]], Rule]:
    """Declare a rule that a pair must keep."""

    def declare(test: Callable[[Pairs], Mask]) -> Rule:
        return Rule(
            id=id, title=title, kind=Kind.HARD, source=source, sentence=sentence, test=test,
            in_force_from=since, is_verified=verified,
        )  # fmt: skip

    return declare


def approval(
    id: str,
    title: str,
    *,
    source: str,
    sentence: str,
    signatory: str,
    deadline: str,
    price: Callable[[Policy], int],
    verified: bool = True,
) -> Callable[[Callable[[Pairs], Mask]], Rule]:
    """Declare a rule whose breach is allowed once somebody signs."""

    def declare(test: Callable[[Pairs], Mask]) -> Rule:
        return Rule(
            id=id, title=title, kind=Kind.APPROVAL, source=source, sentence=sentence, test=test, price=price,
            signatory=signatory, deadline=deadline, is_verified=verified,
        )  # fmt: skip

    return declare


def preference(
    id: str,
    title: str,
    *,
    source: str,
    sentence: str,
    price: Callable[[Policy], int],
    divisor: int = 1,
    verified: bool = True,
) -> Callable[[Callable[[Pairs], Amounts]], Rule]:
    """Declare something wanted: its function returns how much of the unwanted a pair has."""

    def declare(amount: Callable[[Pairs], Amounts]) -> Rule:
        return Rule(
            id=id, title=title, kind=Kind.PREFERENCE, source=source, sentence=sentence, price=price, divisor=divisor,
            amount=amount, test=lambda pairs: amount(pairs) == 0, is_verified=verified,
        )  # fmt: skip

    return declare
