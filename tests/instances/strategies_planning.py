"""Hypothesis strategies that draw every field of planning inputs, for whatever must survive being written and read.

They are valid for the library instance ``tiny`` and a plan of five years, but no sensible council looks like them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from rightplace.instances.cohorts import AGE_NAMES, Cohort, CohortKind
from rightplace.instances.levers import (
    Assumptions,
    Block,
    Conversion,
    ConversionKind,
    CostSharing,
    Deregistrations,
    DistanceBand,
    Focus,
    Funnel,
    HomeChange,
    HomeChangeKind,
    Levers,
    Market,
    NewHome,
    Profile,
    Retention,
    SettingType,
    StayingPut,
)
from rightplace.instances.quarters import Quarter
from rightplace.instances.scenario import Demand
from rightplace.instances.targets import Firmness, Measure, Risk, Sense, Target
from tests.instances import strategies_tables as odd

FIRST, NUM_YEARS = Quarter(2024, 2), 5
AUTHORITIES, PROVIDERS, HOMES = ("E09000003", "E09000015"), ("OWN", "AGENCY1"), ("H1",)
IDS = odd.IDS.filter(lambda text: not set(text) & set("@="))
PENCE = st.integers(0, 10**9 - 1)
MONEY = st.integers(0, 10**12 - 1)
SHARES = st.floats(0, 1, allow_subnormal=False)
NUMBERS = st.floats(0, 1_000_000, allow_subnormal=False)
AUTHORITY, PROVIDER = st.sampled_from(AUTHORITIES), st.sampled_from(PROVIDERS)
AUTHORITY_SETS = st.frozensets(AUTHORITY)
BEFORE_LONG = st.integers(0, 40).map(lambda num: FIRST + num)
FEES = st.lists(PENCE, min_size=1, max_size=4).map(tuple)
LEAD = st.integers(0, 8)


def yearly(values: st.SearchStrategy[float]) -> st.SearchStrategy[Any]:
    """Values by year."""
    return st.lists(values, min_size=1, max_size=6).map(tuple)


@st.composite
def focuses(draw: st.DrawFn) -> Focus:
    """Whom places are for."""
    low, high = sorted(draw(st.tuples(st.integers(0, 215), st.integers(0, 215))))
    return Focus(
        age_min_months=low,
        age_max_months=high,
        need_level=draw(st.integers(1, 4)),
        kinds=draw(odd.some(odd.member(CohortKind))),
        group_size=draw(st.integers(1, 6)),
    )


@st.composite
def windows(draw: st.DrawFn) -> dict[str, Any]:
    """Lead time, and quarters that it reaches."""
    lead = draw(LEAD)
    earliest = draw(odd.maybe(BEFORE_LONG))
    start = max(earliest or FIRST, FIRST + lead)
    latest = draw(odd.maybe(st.integers(0, 40).map(lambda num: start + num)))
    return {"lead_quarters": lead, "earliest": earliest, "latest": latest}


@st.composite
def homes(draw: st.DrawFn, keys: list[str]) -> dict[str, Any]:
    """New homes, changes of homes and blocks."""
    new_homes = tuple(
        NewHome(
            id=key,
            site=draw(odd.NAMES),
            type=draw(st.sampled_from([SettingType.RESIDENTIAL, SettingType.SUPPORTED])),
            authority_id=draw(AUTHORITY),
            location=draw(odd.POINTS),
            provider_id=draw(PROVIDER),
            num_places=draw(st.integers(1, 60)),
            focus=draw(focuses()),
            open_to_ids=draw(AUTHORITY_SETS),
            cost_sharing=draw(odd.member(CostSharing)),
            capital_pence=draw(MONEY),
            running_pence_per_week=draw(PENCE),
            use_pence_per_week=draw(PENCE),
            enabled=draw(st.booleans()),
            **draw(windows()),
        )
        for key in keys[:2]
    )
    kind = draw(odd.member(HomeChangeKind))
    change = HomeChange(
        id=keys[2],
        setting_id=draw(st.sampled_from(HOMES)),
        kind=kind,
        num_places=0 if kind is HomeChangeKind.CLOSE else draw(st.integers(1, 60)),
        focus=draw(focuses()),
        capital_pence=draw(MONEY),
        saved_pence_per_week=draw(PENCE),
        running_pence_per_week=draw(PENCE),
        use_pence_per_week=draw(PENCE),
        enabled=draw(st.booleans()),
        **draw(windows()),
    )
    most = draw(st.integers(1, 99))
    block = Block(
        id=keys[3],
        type=draw(odd.member(SettingType)),
        authority_id=draw(AUTHORITY),
        location=draw(odd.POINTS),
        provider_id=draw(PROVIDER),
        focus=draw(focuses()),
        open_to_ids=draw(AUTHORITY_SETS),
        min_beds=draw(st.integers(0, most)),
        max_beds=most,
        first_pence_per_week=draw(PENCE),
        second_pence_per_week=draw(PENCE),
        num_quarters=draw(odd.maybe(st.integers(1, 400))),
        enabled=draw(st.booleans()),
        **draw(windows()),
    )
    return {"new_homes": new_homes, "home_changes": (change,), "blocks": (block,)}


@st.composite
def carers(draw: st.DrawFn, keys: list[str]) -> dict[str, Any]:
    """A funnel and what hangs on it."""
    funnel = Funnel(
        id=keys[0],
        authority_id=draw(AUTHORITY),
        type=draw(st.sampled_from([SettingType.FOSTERING, SettingType.SUPPORTED])),
        enquiries_per_year=draw(yearly(NUMBERS)),
        word_of_mouth_per_household=draw(st.floats(0, 1000)),
        word_of_mouth_factor=draw(st.floats(0, 1000)),
        visit_rate=draw(yearly(SHARES)),
        assessment_rate=draw(yearly(SHARES)),
        approval_rate=draw(yearly(SHARES)),
        enquiry_pence=draw(MONEY),
        visit_pence=draw(MONEY),
        assessment_pence=draw(MONEY),
        lag_quarters=draw(st.integers(0, 400)),
        deregistration_rate_per_year=draw(st.floats(0.1, 1)),
        max_households_per_year=draw(odd.maybe(NUMBERS)),
        enabled=draw(st.booleans()),
    )
    shares = [
        sorted(draw(st.tuples(st.floats(0, 0.5, allow_subnormal=False), st.floats(0, 0.5, allow_subnormal=False))))
        for _ in range(2)
    ]
    profiles = tuple(
        Profile(
            id=key,
            funnel_id=funnel.id,
            places_per_household=draw(st.floats(0.1, 60)),
            focus=draw(focuses()),
            fee_pence_per_week=draw(FEES),
            household_pence_per_week=draw(PENCE),
            features=draw(odd.some(odd.WORDS)),
            min_share=least,
            max_share=most,
            enabled=draw(st.booleans()),
        )
        for key, (least, most) in zip(keys[1:3], shares, strict=True)
    )
    retention = Retention(
        id=keys[3],
        funnel_id=funnel.id,
        deregistration_rate_per_year=draw(st.floats(0, 0.09, allow_subnormal=False)),
        household_pence_per_year=draw(MONEY),
        lead_quarters=draw(LEAD),
        earliest=draw(odd.maybe(BEFORE_LONG)),
        enabled=draw(st.booleans()),
    )
    stated = Deregistrations(id=keys[4], funnel_id=funnel.id, households_per_year=draw(yearly(NUMBERS)))
    return {"funnels": (funnel,), "profiles": profiles, "retention": (retention,), "deregistrations": (stated,)}


@st.composite
def others(draw: st.DrawFn, keys: list[str]) -> dict[str, Any]:
    """Conversions, the market, staying put."""
    low = draw(st.integers(1, 3))
    conversion = Conversion(
        id=keys[0],
        kind=draw(odd.member(ConversionKind)),
        authority_id=draw(AUTHORITY),
        from_level=low,
        to_level=draw(st.integers(low + 1, 4)),
        kinds=draw(odd.some(odd.member(CohortKind))),
        place_pence_per_week=draw(PENCE),
        use_pence_per_week=draw(odd.maybe(PENCE)),
        max_places=draw(NUMBERS),
        lead_quarters=draw(LEAD),
        earliest=draw(odd.maybe(BEFORE_LONG)),
        enabled=draw(st.booleans()),
    )
    market = Market(
        id=keys[1],
        type=draw(odd.member(SettingType)),
        band=draw(odd.member(DistanceBand)),
        miles=draw(st.floats(0, 1000, allow_subnormal=False)),
        fee_pence_per_week=draw(FEES),
        focus=draw(focuses()),
        authority_id=draw(odd.maybe(AUTHORITY)),
        num_places=draw(odd.maybe(NUMBERS)),
        enabled=draw(st.booleans()),
    )
    staying = StayingPut(
        id=keys[2],
        authority_id=draw(AUTHORITY),
        young_people_per_year=draw(yearly(NUMBERS)),
        num_years=draw(st.floats(0, 100, allow_subnormal=False)),
        enabled=draw(st.booleans()),
    )
    return {"conversions": (conversion,), "market": (market,), "staying_put": (staying,)}


@st.composite
def levers(draw: st.DrawFn) -> Levers:
    """Levers of every table, some of the tables left out."""
    keys = draw(st.lists(IDS, min_size=12, max_size=12, unique=True))
    tables = draw(homes(keys[:4])) | draw(carers(keys[4:9])) | draw(others(keys[9:]))
    left_out = draw(st.sets(st.sampled_from(["new_homes", "home_changes", "blocks", "market", "conversions"])))
    occupancy = st.floats(0.01, 1)
    assumptions = Assumptions(
        occupancy_fostering=draw(occupancy),
        occupancy_residential=draw(occupancy),
        occupancy_supported=draw(occupancy),
        independent_vacancy_share=draw(SHARES),
        spot_premium=draw(st.floats(0, 1000, allow_subnormal=False)),
        discount_rate_per_year=draw(SHARES),
        capital_life_years=draw(st.floats(1, 1000)),
        opening_share=draw(SHARES),
        whole_households=draw(st.booleans()),
    )
    return Levers(**{name: rows for name, rows in tables.items() if name not in left_out}, assumptions=assumptions)


@st.composite
def demands(draw: st.DrawFn) -> Demand:
    """Demand with many zeros."""
    cohort = st.builds(
        Cohort,
        AUTHORITY,
        st.integers(0, len(AGE_NAMES) - 1),
        st.integers(1, 4),
        odd.member(CohortKind),
        st.integers(1, 6),
    )
    cohorts = draw(st.lists(cohort, min_size=1, max_size=3, unique=True))
    names = draw(st.lists(odd.NAMES, min_size=1, max_size=3, unique=True))
    shape = (len(names), 4 * draw(st.integers(1, 2)), len(cohorts))
    size = int(np.prod(shape))
    children = draw(st.lists(st.just(0.0) | NUMBERS, min_size=size, max_size=size))
    weights = np.array(draw(st.lists(st.integers(1, 9), min_size=len(names), max_size=len(names))), dtype=np.float64)
    return Demand(
        cohorts=tuple(cohorts),
        first=draw(BEFORE_LONG),
        children=np.array(children).reshape(shape),
        probability=weights / weights.sum(),
        names=tuple(names),
        source=draw(odd.NAMES),
    )


@st.composite
def targets(draw: st.DrawFn) -> tuple[tuple[Target, ...], Risk]:
    """Targets of every kind, and a risk."""
    found = []
    for key in draw(st.lists(odd.IDS, max_size=4, unique=True)):
        measure, firmness = draw(odd.member(Measure)), draw(odd.member(Firmness))
        years = draw(st.sets(st.integers(0, NUM_YEARS - 1), min_size=1))
        values = SHARES if measure.is_share else st.floats(0, 10.0**9, allow_subnormal=False)
        found.append(
            Target(
                id=key,
                measure=measure,
                sense=Sense.AT_MOST if measure.is_money else draw(odd.member(Sense)),
                values={year: draw(values) for year in sorted(years)},
                firmness=firmness,
                price_pence=draw(PENCE) if firmness is Firmness.PRICED else None,
                probability=draw(st.floats(0.01, 1)) if firmness is Firmness.LIKELY else None,
                authority_id=draw(odd.maybe(AUTHORITY)),
            )
        )
    risk = Risk(weight=draw(SHARES), level=draw(st.floats(0, 0.99, allow_subnormal=False)))
    return tuple(found), risk
