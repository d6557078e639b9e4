"""Rule: a small function over the pair table, with its statutory source and the sentence a social worker reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rightplace.instances.policy import Policy
from rightplace.rules.pairs import Pairs

if TYPE_CHECKING:
    from rightplace.instances.instance import Instance

Mask = NDArray[np.bool_]
Amounts = NDArray[np.int64]


class Kind(StrEnum):
    """What breaking a rule means.

    HARD: the pair cannot be. APPROVAL: somebody must sign. NOTIFICATION: somebody must be told, or something written,
    by a deadline. PREFERENCE: it has a price. WARNING: somebody should look at it. PLANNING: it speaks about the
    places that an authority has or will lack, not about this placement. The last two and notifications never exclude
    a pair and cost nothing.
    """

    HARD = "hard"
    APPROVAL = "approval"
    NOTIFICATION = "notification"
    PREFERENCE = "preference"
    WARNING = "warning"
    PLANNING = "planning"


class Owner(StrEnum):
    """Whose rule it is. A policy may switch off the authority's own rules and no other.

    STATUTE: Acts, regulations, national standards and the statutory return. AUTHORITY: policy and practice of the
    authority. QUESTION: what a placement is, so that the rule cannot be otherwise (a place must be free).
    """

    STATUTE = "statute"
    AUTHORITY = "authority"
    QUESTION = "question"


class Scope(StrEnum):
    """Whom a rule is about, beside the pair that its test looks at.

    PAIR: one child and one setting, nobody else. HOUSEHOLD: everybody in the setting together. SIBLINGS: a sibling
    group together. Of HOUSEHOLD and SIBLINGS the test sees those who live somewhere for good; model and certificate
    keep the rule for whoever else comes or goes by the plan. AREA: all children and places of an authority.
    """

    PAIR = "pair"
    HOUSEHOLD = "household"
    SIBLINGS = "siblings"
    AREA = "area"


_NO_LAW = ("Practice", "The authority's policy", "South West", "Barnet", "Ofsted; DfE")
"""How the sources of rules begin that rest on no law."""


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
        Approvals and notifications only: who signs or sees to it, and by when.
    in_force_from
        First day of the law, when it is newer than the data may be.
    is_verified
        The statutory text was read (field guide, section D); ``False`` where it is known at second hand.
    owner
        Whose rule it is.
    scope
        Whom it is about.
    lifted_by
        What the law lets override the rule for a child, a setting or a pair, as recorded in the table
        ``authorisations``; empty where nothing does.
    weighs_authorisations
        The test itself says what an authorisation changes; otherwise one in force lifts the rule for its pairs.
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
    owner: Owner = Owner.STATUTE
    scope: Scope = Scope.PAIR
    lifted_by: str = ""
    weighs_authorisations: bool = False

    @property
    def cites_law(self) -> bool:
        """Whether the source is a text of law or a national standard, and not practice, policy or a measure."""
        return not self.source.startswith(_NO_LAW)

    def applies(self, instance: Instance) -> bool:
        """Whether the rule is in force on the day of an instance and its policy leaves it on."""
        too_early = self.in_force_from is not None and instance.date < self.in_force_from
        return not too_early and self.id not in instance.policy.rules.off

    def passes(self, pairs: Pairs) -> Mask:
        """The mask of the pairs that keep the rule, or for which an authorisation lifts it, on their instance's day."""
        if not self.applies(pairs.facts.instance):
            return np.ones(pairs.shape, dtype=np.bool_)
        keeps = self.test(pairs)
        if self.lifted_by and not self.weighs_authorisations and self.id in pairs.facts.authorised:
            keeps = keeps | pairs.is_authorised(self.id)
        return keeps

    def pence_per_week(self, pairs: Pairs) -> Amounts:
        """The policy's price of each pair under this rule, rounded half up to whole pence.

        Raises
        ------
        ValueError
            For a rule without a price: hard rules, notifications, warnings and planning notes.
        """
        if self.price is None:
            raise ValueError(f"{self.id} has no price: it is {self.kind}")
        price = self.price(pairs.facts.instance.policy) if self.applies(pairs.facts.instance) else 0
        if self.amount is None:
            return np.where(self.passes(pairs), 0, price).astype(np.int64)
        return (self.amount(pairs) * price + self.divisor // 2) // self.divisor


Declares = Callable[[Callable[[Pairs], Mask]], Rule]


def _declares(kind: Kind, id: str, title: str, verified: bool, since: date | None = None, **fields: Any) -> Declares:
    """A decorator that makes a rule of its test."""
    given = {"is_verified": verified, "in_force_from": since} | fields
    return lambda test: Rule(id=id, title=title, kind=kind, test=test, **given)


def hard(
    id: str,
    title: str,
    *,
    source: str,
    sentence: str,
    since: date | None = None,
    verified: bool = True,
    owner: Owner = Owner.STATUTE,
    scope: Scope = Scope.PAIR,
    lifted_by: str = "",
    weighs_authorisations: bool = False,
) -> Declares:
    """Declare a rule that a pair must keep."""
    return _declares(
        Kind.HARD, id, title, verified, since, source=source, sentence=sentence, owner=owner, scope=scope,
        lifted_by=lifted_by, weighs_authorisations=weighs_authorisations,
    )  # fmt: skip


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
) -> Declares:
    """Declare a rule whose breach is allowed once somebody signs; a recorded signature settles it."""
    return _declares(
        Kind.APPROVAL, id, title, verified, source=source, sentence=sentence, price=price, signatory=signatory,
        deadline=deadline, lifted_by=f"the signature, once it is given: {signatory}",
    )  # fmt: skip


def notification(
    id: str, title: str, *, source: str, sentence: str, by: str, deadline: str, verified: bool = True
) -> Declares:
    """Declare what a placement obliges somebody to do by a deadline: the test is ``True`` where there is nothing."""
    return _declares(
        Kind.NOTIFICATION, id, title, verified, source=source, sentence=sentence, signatory=by, deadline=deadline
    )


def warning(id: str, title: str, *, source: str, sentence: str, verified: bool = True) -> Declares:
    """Declare what somebody should look at: the test is ``True`` where there is nothing to see."""
    return _declares(Kind.WARNING, id, title, verified, source=source, sentence=sentence)


def planning(id: str, title: str, *, source: str, sentence: str, scope: Scope, verified: bool = True) -> Declares:
    """Declare what a commissioner should plan for: the test is ``True`` where there is nothing to plan."""
    return _declares(Kind.PLANNING, id, title, verified, source=source, sentence=sentence, scope=scope)


def preference(
    id: str,
    title: str,
    *,
    source: str,
    sentence: str,
    price: Callable[[Policy], int],
    divisor: int = 1,
    verified: bool = True,
    owner: Owner = Owner.STATUTE,
) -> Callable[[Callable[[Pairs], Amounts]], Rule]:
    """Declare something wanted: its function returns how much of the unwanted a pair has."""

    def declare(amount: Callable[[Pairs], Amounts]) -> Rule:
        return Rule(
            id=id, title=title, kind=Kind.PREFERENCE, source=source, sentence=sentence, price=price, divisor=divisor,
            amount=amount, test=lambda pairs: amount(pairs) == 0, is_verified=verified, owner=owner,
        )  # fmt: skip

    return declare
