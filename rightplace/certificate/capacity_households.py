"""Households quarter by quarter: who is there, who leaves, who is recruited and kept, and what the funnel allows."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightplace.certificate.capacity_actions import Use, funnel_id_of, refusal
from rightplace.instances.levers import Funnel, Profile, Retention, SettingType, of_year
from rightplace.instances.quarters import QUARTERS_A_YEAR
from rightplace.instances.supply import Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rightplace.certificate.violation import Violation
    from rightplace.instances.planning_case import PlanningCase
    from rightplace.instances.supply import Supply

SLACK = 1e-6
"""Households, places or children by which a limit may be passed through rounding."""


@dataclass(frozen=True, slots=True)
class Households:
    """One funnel's households at the start of each quarter, after that quarter's approvals.

    Parameters
    ----------
    todays
        Of today's in-house households those who are still there.
    kept
        Those whom an offer has kept.
    recruited
        By profile.
    """

    funnel: Funnel
    todays: list[float]
    kept: list[float]
    recruited: dict[str, list[float]]

    def at(self, t: int) -> float:
        """All of them."""
        return self.todays[t] + self.kept[t] + sum(stock[t] for stock in self.recruited.values())


def stocks_of(case: PlanningCase, supplies: Sequence[Supply], uses: Sequence[Use]) -> dict[str, Households]:
    """Live through the quarters: who was there leaves in part, who was kept or approved is added."""
    return {
        funnel.id: _stock(case, funnel, _num_today(case, supplies, funnel), uses)
        for funnel in case.levers.funnels
        if funnel.enabled
    }


def todays_carers(case: PlanningCase, supplies: Sequence[Supply], authority_id: str) -> list[int]:
    """Positions of today's in-house fostering supplies of an authority, relatives and friends apart."""
    owner = {provider.id: provider.authority_id for provider in case.instance.providers}
    return [
        i
        for i, supply in enumerate(supplies)
        if supply.source is Source.TODAY
        and supply.type is SettingType.FOSTERING
        and supply.in_house
        and not supply.connected
        and authority_id in {owner[provider_id] for provider_id in supply.provider_ids}
    ]


def carers_leave_by(case: PlanningCase, authority_id: str) -> Funnel | None:
    """The funnel whose rate today's carers of an authority leave at: its first enabled one for fostering."""
    for funnel in case.levers.funnels:
        if funnel.enabled and funnel.type is SettingType.FOSTERING and funnel.authority_id == authority_id:
            return funnel
    return None


def _num_today(case: PlanningCase, supplies: Sequence[Supply], funnel: Funnel) -> float:
    if carers_leave_by(case, funnel.authority_id) is not funnel:
        return 0.0
    return float(sum(supplies[i].num_households for i in todays_carers(case, supplies, funnel.authority_id)))


def stated_leavers(case: PlanningCase, funnel: Funnel) -> list[float] | None:
    """Households who leave in each quarter where a strategy states them."""
    for row in case.levers.deregistrations:
        if row.funnel_id == funnel.id:
            by_year = [of_year(row.households_per_year, t // QUARTERS_A_YEAR) for t in range(case.demand.num_quarters)]
            return [households / QUARTERS_A_YEAR for households in by_year]
    return None


def _stock(case: PlanningCase, funnel: Funnel, today: float, uses: Sequence[Use]) -> Households:
    num = case.demand.num_quarters
    stated = stated_leavers(case, funnel)
    stay = 1.0 if stated is not None else (1 - funnel.deregistration_rate_per_year) ** (1 / QUARTERS_A_YEAR)
    mine = [use for use in uses if funnel_id_of(use.lever) == funnel.id]
    recruited = {use.lever.id: [0.0] * num for use in mine if isinstance(use.lever, Profile)}
    todays, kept, gone = [today] + [0.0] * (num - 1), [0.0] * num, 0.0
    for t in range(num):
        if t:
            gone += stated[t - 1] if stated is not None else 0.0
            todays[t] = max(0.0, today - gone) if stated is not None else todays[t - 1] * stay
            before = [use for use in mine if use.at == t - 1 and isinstance(use.lever, Retention)]
            kept[t] = kept[t - 1] * stay + sum(use.quantity for use in before)
            for stock in recruited.values():
                stock[t] = stock[t - 1] * stay
        for use in mine:
            if use.at == t and isinstance(use.lever, Profile):
                recruited[use.lever.id][t] += use.quantity
    return Households(funnel, todays, kept, recruited)


def limits_of_households(case: PlanningCase, stocks: dict[str, Households], uses: Sequence[Use]) -> Iterator[Violation]:
    """No more approvals than enquiries yield and the funnel takes, shares of profiles, no more kept than leave."""
    for stock in stocks.values():
        mine = [use for use in uses if funnel_id_of(use.lever) == stock.funnel.id]
        approvals = [use for use in mine if isinstance(use.lever, Profile)]
        yield from _enquiries(case, stock, approvals)
        yield from _by_year(case, stock.funnel, approvals)
        yield from _kept(case, stock, [use for use in mine if isinstance(use.lever, Retention)])


def _enquiries(case: PlanningCase, stock: Households, approvals: Sequence[Use]) -> Iterator[Violation]:
    """Approvals of a quarter come from the enquiries made a lag before, general ones and by word of mouth."""
    funnel = stock.funnel
    approved: dict[int, float] = defaultdict(float)
    for use in approvals:
        approved[use.at] += use.quantity
    for t, households in sorted(approved.items()):
        asked = t - funnel.lag_quarters
        if asked < 0:
            continue
        year = asked // QUARTERS_A_YEAR
        general = of_year(funnel.enquiries_per_year, year) / QUARTERS_A_YEAR
        by_word = funnel.word_of_mouth_per_household / QUARTERS_A_YEAR * stock.at(asked)
        rate = (
            of_year(funnel.visit_rate, year)
            * of_year(funnel.assessment_rate, year)
            * of_year(funnel.approval_rate, year)
        )
        most = rate * (general + funnel.word_of_mouth_factor * by_word)
        if households > most + SLACK:
            sentence = f"{households:g} households approved in {case.first + t}; the enquiries of"
            yield refusal("enquiries", f"{funnel.id}: {sentence} {case.first + asked} lead to {most:.3f} at most")


def _by_year(case: PlanningCase, funnel: Funnel, approvals: Sequence[Use]) -> Iterator[Violation]:
    """The most approvals of a year, and each profile's share of them."""
    profiles = [row for row in case.levers.profiles if row.funnel_id == funnel.id and row.enabled]
    for year, name in enumerate(case.year_names):
        of_profile: dict[str, float] = defaultdict(float)
        for use in approvals:
            if use.at // QUARTERS_A_YEAR == year:
                of_profile[use.lever.id] += use.quantity
        total = sum(of_profile.values())
        if funnel.max_households_per_year is not None and total > funnel.max_households_per_year + SLACK:
            most = f"at most {funnel.max_households_per_year:g} a year"
            yield refusal("funnel", f"{funnel.id}: {total:g} households approved in {name}; {most}")
        for profile in profiles:
            number = of_profile[profile.id]
            if number < profile.min_share * total - SLACK or number > profile.max_share * total + SLACK:
                share = f"between {profile.min_share:.0%} and {profile.max_share:.0%}"
                sentence = f"{number:g} of {total:g} households approved in {name}; it must be {share}"
                yield refusal("profile share", f"{profile.id}: {sentence}")


def _kept(case: PlanningCase, stock: Households, offers: Sequence[Use]) -> Iterator[Violation]:
    """An offer keeps the part of the households by which its rate is lower; each household gets one offer."""
    reached: dict[int, float] = defaultdict(float)
    kept: dict[int, float] = defaultdict(float)
    for use in offers:
        assert isinstance(use.lever, Retention)
        gain = (stock.funnel.deregistration_rate_per_year - use.lever.deregistration_rate_per_year) / QUARTERS_A_YEAR
        if gain <= 0:
            yield refusal("retention", f"{use.lever.id}: lowers no rate, so it keeps nobody")
            continue
        reached[use.at] += use.quantity / gain
        kept[use.at] += use.quantity
    stated = stated_leavers(case, stock.funnel)
    for t, households in sorted(reached.items()):
        when = case.first + t
        if households > stock.at(t) + SLACK * households / kept[t]:
            sentence = f"{kept[t]:g} kept in {when} would need {households:.3f} households with an offer"
            yield refusal("retention", f"{stock.funnel.id}: {sentence}; there are {stock.at(t):.3f}")
        if stated is not None and kept[t] > stated[t] + SLACK:
            yield refusal("retention", f"{stock.funnel.id}: {kept[t]:g} kept in {when}, but only {stated[t]:g} leave")
