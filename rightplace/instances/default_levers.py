"""Levers at national unit costs, for a plan that is given none: ``default_levers.toml`` beside this file, with sources.

For each authority whose children the instance holds: new homes of several sizes, a site each; a recruiting funnel with
profiles; support packages; a block contract; and a market of every type and distance. Prices are the policy's.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rightplace.instances.children import Place
from rightplace.instances.cohorts import CohortKind
from rightplace.instances.levers import (
    Assumptions,
    Block,
    Conversion,
    ConversionKind,
    DistanceBand,
    Focus,
    Funnel,
    Levers,
    Market,
    NewHome,
    Profile,
    SettingType,
)
from rightplace.instances.settings import MAX_NEED_LEVEL, Home, Sector

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rightplace.instances.instance import Instance
    from rightplace.instances.quarters import Quarter

_PENCE = 100
_BEYOND = DistanceBand.BEYOND


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("default_levers.toml").read_text(encoding="utf-8"))


def default_levers(instance: Instance, first: Quarter) -> Levers:
    """Levers for every authority whose children the instance holds.

    An authority that runs no provider of the instance, or whose centre is not known, gets no new homes; where no
    independent provider runs a home there is no block.

    Parameters
    ----------
    first
        The first quarter of the plan: homes open and blocks begin after their lead time from it.
    """
    num_children = Counter(child.authority_id for child in instance.children)
    authorities = [_Authority(instance, key, num_children[key], first) for key in sorted(num_children)]
    return Levers(
        new_homes=tuple(row for one in authorities for row in one.new_homes()),
        funnels=tuple(one.funnel() for one in authorities),
        profiles=tuple(row for one in authorities for row in one.profiles()),
        conversions=tuple(row for one in authorities for row in one.support()),
        blocks=tuple(row for one in authorities for row in one.blocks()),
        market=(*(row for one in authorities for row in one.market()), *unlimited_market(instance)),
    )


def unlimited_market(instance: Instance, assumptions: Assumptions = Assumptions()) -> tuple[Market, ...]:
    """Places beyond 20 miles that can always be bought: of every type at a premium, and of every special kind."""
    rows = []
    for type in SettingType:
        fees = tuple(round(assumptions.spot_premium * fee) for fee in _market_fees(instance, type))
        miles = float(_data()["market"][type.value]["miles"][_BEYOND.value])
        focus = _market_focus(instance, type)
        key = f"far_{_slug(type.value)}"
        rows.append(Market(id=key, type=type, band=_BEYOND, miles=miles, fee_pence_per_week=fees, focus=focus))
    for special in _data()["special"]:
        kind = CohortKind(special["kind"])
        rows.append(
            Market(
                id=f"far_{_slug(kind.value)}",
                type=SettingType(special["type"]),
                band=_BEYOND,
                miles=float(special["miles"]),
                fee_pence_per_week=(special["per_week"] * _PENCE,),
                focus=Focus(kinds=frozenset({kind}), group_size=1),
            )
        )
    return tuple(rows)


def _slug(text: str) -> str:
    """A text as part of an id."""
    return re.sub(r"[^a-z0-9]+", "_", text.casefold()).strip("_")


def _focus(data: dict[str, Any], need_level: int) -> Focus:
    """The focus that a section of the data describes."""
    return Focus(
        age_min_months=12 * data.get("age_min_years", 0),
        age_max_months=12 * data.get("age_max_years", 17) + 11,
        need_level=need_level,
        kinds=frozenset(map(CohortKind, data.get("kinds", ()))),
        group_size=data["group_size"],
    )


def _with_support(instance: Instance, fee: int) -> tuple[int, ...]:
    """Fees of a carer by need level: with the policy's price of the support that lifts the carer so far."""
    own, support = instance.policy.default_need_level.carer, instance.policy.support
    fees = []
    for level in range(1, MAX_NEED_LEVEL + 1):
        if level <= own:
            more = 0
        else:
            more = support.low_pence if level <= own + support.low_lifts_levels else support.medium_pence
        fees.append(fee + more)
    return tuple(fees)


def _market_fees(instance: Instance, type: SettingType) -> tuple[int, ...]:
    """The policy's default fees of a type by need level, pence a week."""
    fees = instance.policy.default_fee
    match type:
        case SettingType.FOSTERING:
            return _with_support(instance, fees.carer_independent)
        case SettingType.RESIDENTIAL:
            return (fees.home_independent,)
        case SettingType.SUPPORTED:
            return (fees.supported_accommodation,)


def _market_focus(instance: Instance, type: SettingType) -> Focus:
    """Whom ordinary places of a type take: up to the level that the policy's defaults, with support, let in."""
    levels = instance.policy.default_need_level
    level = {
        SettingType.FOSTERING: min(MAX_NEED_LEVEL, levels.carer + instance.policy.support.medium_lifts_levels),
        SettingType.RESIDENTIAL: levels.home,
        SettingType.SUPPORTED: levels.supported_accommodation,
    }[type]
    return _focus(_data()["market"][type.value], level)


class _Authority:
    """Builds the levers of one authority."""

    def __init__(self, instance: Instance, key: str, num_children: int, first: Quarter) -> None:
        authority = instance.authority[key]
        names = Counter(_slug(one.name) for one in instance.authorities)
        name = _slug(authority.name)
        self.name = name if name and names[name] == 1 else _slug(key) or key
        self.key = key
        self._instance = instance
        self._num_children = num_children
        self._first = first
        self._centre = authority.centre

    def new_homes(self) -> Iterator[NewHome]:
        """A home of each size, on a site of its own."""
        data, provider_id = _data()["new_homes"], self._own_provider()
        if provider_id is None or self._centre is None:
            return
        for num_places in data["places"]:
            capital = data["capital_per_home"] + data["capital_per_place"] * num_places
            yield NewHome(
                id=f"{self.name}_home_{num_places}",
                site=f"{self.name}_site_{num_places}",
                type=SettingType.RESIDENTIAL,
                authority_id=self.key,
                location=self._centre,
                provider_id=provider_id,
                num_places=num_places,
                focus=_focus(data, MAX_NEED_LEVEL),
                open_to_ids=frozenset({self.key}),
                capital_pence=capital * _PENCE,
                running_pence_per_week=self._running_pence(num_places),
                use_pence_per_week=data["use_per_week"] * _PENCE,
                lead_quarters=data["lead_quarters"],
                earliest=self._first + data["lead_quarters"],
            )

    def _running_pence(self, num_places: int) -> int:
        """Cost of a home, used or not: a child-week in the home of reference costs the policy's fee, use included."""
        data, occupancy = _data()["new_homes"], Assumptions().occupancy_residential
        places, share = data["reference_places"], data["fixed_share"]
        whole: float = self._instance.policy.default_fee.home_in_house * occupancy
        of_home: float = whole * (share * places + (1 - share) * num_places)
        of_use: float = data["use_per_week"] * _PENCE * occupancy * num_places
        return max(0, round(of_home - of_use))

    def _own_provider(self) -> str | None:
        """The provider that the authority itself runs."""
        own = [one for one in self._instance.providers if one.sector is Sector.LOCAL_AUTHORITY]
        return next((one.id for one in own if one.authority_id == self.key), None)

    def funnel(self) -> Funnel:
        """Recruiting at national rates."""
        data = _data()["funnel"]
        assessments = data["visits_by_enquiry"] * data["assessments_by_visit"]
        return Funnel(
            id=f"{self.name}_carers",
            authority_id=self.key,
            enquiries_per_year=(float(round(data["enquiries_per_child_in_care"] * self._num_children)),),
            visit_rate=(data["visits_by_enquiry"],),
            assessment_rate=(data["assessments_by_visit"],),
            approval_rate=(round(data["approvals_by_enquiry"] / assessments, 4),),
            enquiry_pence=data["enquiry"] * _PENCE,
            visit_pence=data["visit"] * _PENCE,
            assessment_pence=data["assessment"] * _PENCE,
            lag_quarters=data["lag_quarters"],
            deregistration_rate_per_year=data["deregistration_rate_per_year"],
        )

    def profiles(self) -> Iterator[Profile]:
        """Kinds of household."""
        fee = self._instance.policy.default_fee.carer_in_house
        for data in _data()["profile"]:
            more = data.get("more_per_week", 0) * _PENCE
            yield Profile(
                id=f"{self.name}_{data['name']}",
                funnel_id=self.funnel().id,
                places_per_household=float(data["places_per_household"]),
                focus=_focus(data, data["need_level"]),
                fee_pence_per_week=_with_support(self._instance, fee + more)[: data["need_level"]],
                max_share=data["max_share"],
            )

    def support(self) -> Iterator[Conversion]:
        """Support that lifts today's carers, low and medium, where the policy lets it lift them at all."""
        policy, data = self._instance.policy, _data()["support"]
        own = policy.default_need_level.carer
        kinds = (
            ("low", policy.support.low_lifts_levels, policy.support.low_pence),
            ("medium", policy.support.medium_lifts_levels, policy.support.medium_pence),
        )
        for name, lifts, pence in kinds:
            to_level = min(MAX_NEED_LEVEL, own + lifts)
            if to_level > own:
                yield Conversion(
                    id=f"{self.name}_{name}_support",
                    kind=ConversionKind.SUPPORT,
                    authority_id=self.key,
                    from_level=own,
                    to_level=to_level,
                    place_pence_per_week=pence,
                    max_places=float(round(data[f"{name}_places_per_child_in_care"] * self._num_children)),
                    lead_quarters=data["lead_quarters"],
                )

    def blocks(self) -> Iterator[Block]:
        """Beds of an independent provider in the area."""
        data, provider_id = _data()["block"], self._home_provider()
        if provider_id is None or self._centre is None:
            return
        fee = self._instance.policy.default_fee.home_independent
        yield Block(
            id=f"{self.name}_block",
            type=SettingType.RESIDENTIAL,
            authority_id=self.key,
            location=self._centre,
            provider_id=provider_id,
            focus=_focus(data, MAX_NEED_LEVEL),
            open_to_ids=frozenset({self.key}),
            min_beds=data["min_beds"],
            max_beds=data["max_beds"],
            first_pence_per_week=round(data["first_share"] * fee),
            second_pence_per_week=round(data["second_share"] * fee),
            lead_quarters=data["lead_quarters"],
            earliest=self._first + data["lead_quarters"],
        )

    def _home_provider(self) -> str | None:
        """The independent provider with most places in children's homes: in the area, or else anywhere."""
        provider = self._instance.provider
        places: Counter[str] = Counter()
        local: Counter[str] = Counter()
        for setting in self._instance.settings:
            offer = setting.offer
            is_home = isinstance(setting, Home) and setting.place is Place.K2
            if is_home and provider[offer.provider_id].sector is not Sector.LOCAL_AUTHORITY:
                places[offer.provider_id] += offer.terms.num_places
                if offer.authority_id == self.key:
                    local[offer.provider_id] += offer.terms.num_places
        most = (local or places).most_common(1)
        return most[0][0] if most else None

    def market(self) -> Iterator[Market]:
        """Places nearby that can be bought up to a number, of every type and distance."""
        for type in SettingType:
            data = _data()["market"][type.value]
            for band, share in data["places_per_child_in_care"].items():
                yield Market(
                    id=f"{self.name}_{_slug(type.value)}_{_slug(band)}",
                    type=type,
                    band=DistanceBand(band),
                    miles=float(data["miles"][band]),
                    fee_pence_per_week=_market_fees(self._instance, type),
                    focus=_market_focus(self._instance, type),
                    authority_id=self.key,
                    num_places=round(share * self._num_children, 1),
                )
