"""The pairs that enter the model: every lawful pair of a candidate and a setting, or the cheapest few of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rightplace.models.costs import Fees, fees_of, settled_siblings_apart
from rightplace.rules.catalogue import lawful, priced
from rightplace.rules.pairs import Facts, Ints, Mask, Pairs

_CHUNK = 2_000_000
"""Pairs looked at together, so that memory does not grow with the instance."""


@dataclass(frozen=True, slots=True)
class Options:
    """What each candidate may be given: arrays over pairs, sorted by child, then setting.

    Parameters
    ----------
    is_stay
        The child lives there now and may go on doing so (children who may move, never those who wait).
    policy_pence
        What the policy adds to the fee.
    num_apart
        Settled siblings from whom the option separates the child.
    cost
        Fee, policy and separation from settled siblings, pence a week; without any block saving.
    """

    pairs: Pairs
    is_stay: Mask
    fees: Fees
    policy_pence: Ints
    num_apart: Ints
    cost: Ints

    def where(self, rows: Ints) -> Options:
        """Some of the options."""
        fees = self.fees
        return Options(
            Pairs(self.pairs.facts, self.pairs.child_idx[rows], self.pairs.setting_idx[rows]),
            self.is_stay[rows],
            Fees(fees.fee[rows], fees.block_saving[rows], fees.block_idx[rows], fees.support[rows], fees.step[rows]),
            self.policy_pence[rows],
            self.num_apart[rows],
            self.cost[rows],
        )


def options_of(facts: Facts) -> Options:
    """All options of all candidates of an instance, shortlisted where its policy says so."""
    open_settings = np.flatnonzero((facts.vacant + facts.leavers).max(axis=1, initial=0) > 0)
    size = max(1, _CHUNK // max(1, len(open_settings)))
    shortlist = facts.instance.policy.search.shortlist
    parts = []
    for first in range(0, len(facts.candidate_idx), size):
        children = facts.candidate_idx[first : first + size]
        part = _priced_options(facts, lawful(Pairs.product(facts, children, open_settings)), stays=False)
        parts.append(_shortlisted(part, shortlist) if shortlist else part)
    movers = facts.candidate_idx[~facts.children.is_waiting[facts.candidate_idx]]
    stays = Pairs(facts, movers, facts.children.current_setting_idx[movers])
    parts.append(_priced_options(facts, stays, stays=True))
    return _joined(facts, parts)


def _priced_options(facts: Facts, pairs: Pairs, *, stays: bool) -> Options:
    fees = fees_of(pairs)
    policy = priced(pairs)
    apart = settled_siblings_apart(facts, pairs)
    cost = fees.fee + policy + facts.instance.policy.price.siblings_apart * apart
    return Options(pairs, np.full(len(pairs), stays), fees, policy, apart, cost)


def _shortlisted(options: Options, num: int) -> Options:
    """The cheapest ``num`` options of each child, and the cheapest ``num`` that all siblings of a group share."""
    facts = options.pairs.facts
    children = options.pairs.child_idx
    keep = _cheapest(children, options.cost, num)
    group_of = {}
    for number, group in enumerate(facts.instance.sibling_groups):
        group_of.update({facts.child_idx[c]: (number, group) for c in group.child_ids})
    in_group = np.array([int(c) in group_of for c in np.unique(children)])
    if not in_group.any():
        return options.where(np.flatnonzero(keep))
    number = np.array([group_of[int(c)][0] if int(c) in group_of else -1 for c in children])
    rows = np.flatnonzero(number >= 0)
    key = number[rows] * len(facts.instance.settings) + options.pairs.setting_idx[rows]
    unique, inverse, counts = np.unique(key, return_inverse=True, return_counts=True)
    total = np.bincount(inverse, options.cost[rows]).astype(np.int64)
    size = np.array([np.isin([facts.child_idx[c] for c in g.child_ids], children).sum() for g in facts.instance.sibling_groups])
    whole = counts == size[unique // len(facts.instance.settings)]
    chosen = np.zeros(len(unique), dtype=np.bool_)
    chosen[whole] = _cheapest(unique[whole] // len(facts.instance.settings), total[whole], num)
    keep[rows] |= chosen[inverse]
    return options.where(np.flatnonzero(keep))


def _cheapest(owner: Ints, cost: Ints, num: int) -> Mask:
    """Mask of the ``num`` cheapest entries of each owner; ties by position."""
    order = np.lexsort((cost, owner))
    first = np.searchsorted(owner[order], owner[order], side="left")
    keep = np.zeros(len(owner), dtype=np.bool_)
    keep[order[np.arange(len(owner)) - first < num]] = True
    return keep


def _joined(facts: Facts, parts: list[Options]) -> Options:
    def all_of(name: str, of_fees: bool = False) -> Ints:
        return np.concatenate([getattr(part.fees if of_fees else part, name) for part in parts])

    pairs = Pairs(
        facts,
        np.concatenate([part.pairs.child_idx for part in parts]),
        np.concatenate([part.pairs.setting_idx for part in parts]),
    )
    fees = Fees(*(all_of(name, True) for name in ("fee", "block_saving", "block_idx", "support", "step")))
    rest = (all_of(name) for name in ("policy_pence", "num_apart", "cost"))
    options = Options(pairs, all_of("is_stay").astype(np.bool_), fees, *rest)
    return options.where(np.lexsort((pairs.setting_idx, pairs.child_idx)))
