"""Hypothesis strategies that draw every field of every type, for whatever must survive being written and read.

The instances of ``tests.strategies`` are made for solving; these are made to be odd. They are valid, but no sensible
council looks like them.
"""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import assume
from hypothesis import strategies as st

from rightplace.instances.authorisations import LIFTABLE_RULES, Authorisation
from rightplace.instances.children import (
    AdultRatio,
    AvoidArea,
    CaredForAlongside,
    Child,
    Ethnicity,
    LegalStatus,
    NeedCategory,
    Place,
    RiskLevel,
    RiskToOthers,
    RiskToSelf,
    Sex,
    SiblingGroup,
    Suitability,
    Togetherness,
    Urgency,
    Wish,
)
from rightplace.instances.decisions import Decision, DecisionKind
from rightplace.instances.geography import Authority, english_authorities, locate
from rightplace.instances.instance import Instance
from rightplace.instances.policy import SWITCHABLE_RULES, Policy, policy_from
from rightplace.instances.settings import (
    AccommodationCategory,
    Band,
    Carer,
    Contract,
    ContractKind,
    Grade,
    Home,
    Offer,
    ParentAndChild,
    PlaceCount,
    PlaceState,
    Provider,
    Sector,
    Setting,
    Support,
    SupportedAccommodation,
    Terms,
)

if TYPE_CHECKING:
    from enum import Enum

POINTS = st.sampled_from(
    ["NW9 5", "ha80", "EC1A", "51.6,-0.2", "TQ 234 905", "523400 190500", "authority:Barnet", "unknown"]
).map(locate)
DATES = st.dates(date(1990, 1, 1), date(2060, 12, 31))
PENCE = st.integers(0, 10**9 - 1)


def _is_one_line(text: str) -> bool:
    return bool(text) and text == " ".join(text.split()) and text.isprintable()


LINES = st.text(st.characters(exclude_categories=("C", "Zl", "Zp")), min_size=1, max_size=12).filter(_is_one_line)
NAMES = st.one_of(
    LINES, st.sampled_from(["=1+1", "007", "1.0", "yes", "é, ü", 'the "Larches"', "2023-01-01", "#N/A", "-"])
)
IDS = st.one_of(NAMES, st.sampled_from(["C-1", "C 1", "c1", "C1"])).filter(lambda text: not set(text) & set(",;"))
WORDS = IDS.map(str.casefold).filter(lambda text: text == text.casefold() and _is_one_line(text))


def some(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A small set."""
    return st.frozensets(strategy, max_size=3)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A value or ``None``."""
    return st.none() | strategy


def member(enum: type[Enum]) -> st.SearchStrategy[Any]:
    """A member of an enumeration."""
    return st.sampled_from(list(enum))


RADII = st.floats(0, 500, allow_subnormal=False)
AVOID = st.lists(st.builds(AvoidArea, POINTS, maybe(RADII)), max_size=3).map(tuple)
RISKS_TO_SELF = st.dictionaries(member(RiskToSelf), member(RiskLevel))
RISKS_TO_OTHERS = st.dictionaries(member(RiskToOthers), member(RiskLevel))


@st.composite
def place_counts(draw: st.DrawFn, state: PlaceState) -> tuple[PlaceCount, ...]:
    """Up to three counts of places in one state, with dates."""
    found = []
    for _ in range(draw(st.integers(0, 3))):
        start, end = draw(maybe(DATES)), draw(maybe(DATES))
        assume(start is None or end is None or start < end)
        found.append(PlaceCount(state, draw(st.integers(1, 5)), start, end))
    return tuple(found)


@st.composite
def offers(draw: st.DrawFn, providers: list[str], contracts: list[str], authorities: list[str]) -> Offer:
    """What a setting offers."""
    counts = tuple(count for state in PlaceState for count in draw(place_counts(state)))
    low, high = sorted(draw(st.tuples(st.integers(0, 215), st.integers(0, 215))))
    terms = Terms(
        num_places=draw(st.integers(max(1, sum(count.num_places for count in counts)), 60)),
        age_min_months=low,
        age_max_months=high,
        sexes=draw(st.frozensets(member(Sex))),
        needs=draw(maybe(some(member(NeedCategory)))),
        need_level=draw(maybe(st.integers(1, 4))),
        parent_and_child=draw(member(ParentAndChild)),
    )
    return Offer(
        provider_id=draw(st.sampled_from(providers)),
        location=draw(POINTS),
        authority_id=draw(st.sampled_from(authorities)),
        terms=terms,
        place_counts=counts,
        fees_pence_per_week=tuple(draw(st.lists(PENCE, max_size=4))),
        contract_id=draw(st.none() | st.sampled_from(contracts)) if contracts else None,
        adapted=draw(st.booleans()),
        takes_remand=draw(st.booleans()),
        languages=draw(some(WORDS)),
        faiths=draw(some(WORDS)),
        skills=draw(some(WORDS)),
    )


@st.composite
def settings(draw: st.DrawFn, key: str, offer: st.SearchStrategy[Offer], child_ids: list[str]) -> Setting:
    """A setting of any type."""
    registered: dict[str, Any] = {
        "urn": draw(maybe(NAMES)),
        "registered": draw(st.booleans()),
        "grade": draw(maybe(member(Grade))),
    }
    match draw(st.sampled_from(["carer", "home", "supported"])):
        case "carer":
            return Carer(
                id=key,
                offer=draw(offer),
                place=draw(st.sampled_from([Place.U1, Place.U2, Place.U3, Place.U4, Place.U5, Place.U6])),
                connected=draw(st.booleans()),
                ethnicities=draw(some(member(Ethnicity))),
                num_bedrooms=draw(maybe(st.integers(0, 20))),
                temporarily_approved_on=draw(maybe(DATES)),
                support_limit=draw(member(Support)),
                exempt_child_ids=frozenset(draw(st.lists(st.sampled_from(child_ids), max_size=2))),
            )
        case "home":
            places = st.sampled_from([Place.K1, Place.K2, Place.S1, Place.R3, Place.Z1])
            return Home(
                id=key, offer=draw(offer), place=draw(places), adult_ratio=draw(member(AdultRatio)), **registered
            )
        case _:
            category, place = draw(member(AccommodationCategory)), draw(st.sampled_from([Place.K3, Place.H5, Place.P2]))
            return SupportedAccommodation(id=key, offer=draw(offer), category=category, place=place, **registered)


@st.composite
def children(draw: st.DrawFn, key: str, authority_ids: list[str], others: list[str], carer_ids: list[str]) -> Child:
    """A child with every field drawn; who lives where is decided by ``instances``."""
    flags = (
        *("must_stay_at_school", "adaptation_needed", "uasc", "remand", "parent_and_child", "deprivation_of_liberty"),
        *("secure_criteria", "secure_order", "secretary_of_state_approval"),
    )
    return Child(
        id=key,
        age_months=draw(st.integers(0, 215)),
        sex=draw(member(Sex)),
        home=draw(POINTS),
        authority_id=draw(st.sampled_from(authority_ids)),
        school=draw(maybe(POINTS)),
        school_year=draw(maybe(st.integers(-1, 13))),
        need_level=draw(maybe(st.integers(1, 4))),
        needs=draw(some(member(NeedCategory))),
        adult_ratio=draw(member(AdultRatio)),
        legal_status=draw(maybe(member(LegalStatus))),
        religion=draw(maybe(WORDS)),
        ethnicity=draw(maybe(member(Ethnicity))),
        languages=draw(some(WORDS)),
        wishes=draw(some(member(Wish))),
        risks_to_self=draw(RISKS_TO_SELF),
        risks_to_others=draw(RISKS_TO_OTHERS),
        cared_for_alongside=draw(member(CaredForAlongside)),
        foster_suitability=draw(member(Suitability)),
        residential_suitability=draw(member(Suitability)),
        supported_suitability=draw(member(Suitability)),
        avoid=draw(AVOID),
        separate_from_ids=draw(some(st.sampled_from(others))) if others else frozenset(),
        connected_carer_ids=draw(some(st.sampled_from(carer_ids))) if carer_ids else frozenset(),
        urgency=draw(member(Urgency)),
        referred_on=draw(maybe(DATES)),
        needed_by=draw(maybe(DATES)),
        is_waiting=draw(st.booleans()),
        current_place=draw(maybe(member(Place))),
        **{flag: draw(st.booleans()) for flag in flags},
    )


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """A policy with a few choices of its own in sections of every type of value."""
    separation = {"risk": "fire-setting", "level": "low", "separate_from": "at risk"}
    changes: dict[str, Any] = {
        "search": {"order": draw(st.sampled_from(["level", "cascade"])), "home_max_miles": draw(RADII)},
        "price": {"move": draw(PENCE)},
        "quality": {
            "min_grade": draw(st.sampled_from(["good", "requires improvement"])),
            "ungraded_allowed": draw(st.booleans()),
        },
        "rules": {"off": draw(st.lists(st.sampled_from(SWITCHABLE_RULES), max_size=2))},
        "compatibility": {"separations": draw(st.sampled_from([[], [separation], [separation, separation]]))},
    }
    return policy_from(changes, "drawn")


@st.composite
def instances(draw: st.DrawFn) -> Instance:
    """A valid instance in which any field may hold anything."""
    keys = st.lists(IDS, min_size=1, max_size=3, unique=True)
    own = [
        Authority(
            id=f"own {key}",
            name=draw(NAMES),
            region=draw(maybe(NAMES)),
            neighbour_ids=draw(some(IDS)),
            partner_ids=draw(some(IDS)),
            centre=draw(maybe(POINTS)),
        )
        for key in draw(keys)
    ]
    everywhere = [*own, english_authorities()["E09000003"], english_authorities()["E06000001"]]
    authority_ids = [authority.id for authority in everywhere]
    providers = tuple(
        Provider(
            id=key,
            name=draw(NAMES),
            sector=draw(member(Sector)),
            authority_id=draw(st.none() | st.sampled_from(authority_ids)),
            grade=draw(maybe(member(Grade))),
        )
        for key in draw(keys)
    )
    contracts = tuple(draw(_contracts(key, authority_ids)) for key in draw(keys))
    child_ids, setting_ids = draw(keys), draw(keys)
    offer = offers([p.id for p in providers], [c.id for c in contracts], authority_ids)
    built = [draw(settings(key, offer, child_ids)) for key in setting_ids]
    carer_ids = [setting.id for setting in built if isinstance(setting, Carer)]
    people = [
        draw(children(key, authority_ids, [other for other in child_ids if other != key], carer_ids))
        for key in child_ids
    ]
    for setting in built:
        if setting.offer.num_filled and draw(st.booleans()):
            changes = {"current_setting_id": setting.id, "may_move": draw(st.booleans())}
            people[0] = dataclasses.replace(people[0], **changes)
    groups = []
    if len(people) > 1:
        groups = [
            SiblingGroup(
                id=draw(IDS), child_ids=tuple(draw(st.permutations(child_ids))), togetherness=draw(member(Togetherness))
            )
        ]
    if any(group.togetherness is Togetherness.REQUIRED for group in groups):
        people = [dataclasses.replace(child, separate_from_ids=frozenset()) for child in people]
    day = draw(DATES)
    return Instance(
        name=draw(NAMES),
        date=day,
        children=tuple(people),
        settings=tuple(built),
        providers=providers,
        contracts=contracts,
        sibling_groups=tuple(groups),
        authorities=tuple(sorted(everywhere, key=lambda authority: authority.id)),
        authorisations=draw(_authorisations(child_ids, setting_ids, day)),
        decisions=draw(_decisions(child_ids, setting_ids, day)),
        policy=draw(policies()),
    )


@st.composite
def _authorisations(
    draw: st.DrawFn, child_ids: list[str], setting_ids: list[str], day: date
) -> tuple[Authorisation, ...]:
    """Decisions of or before the day, each with the ids that its rule asks for."""
    rows = []
    for key in draw(st.lists(IDS, max_size=3, unique=True)):
        rule = draw(st.sampled_from(list(LIFTABLE_RULES)))
        must = LIFTABLE_RULES[rule]
        either = draw(st.sampled_from(["child_id", "setting_id"]))
        named = must | ({either} if not must or draw(st.booleans()) else set())
        given = day - timedelta(days=draw(st.integers(0, 300)))
        num_days = draw(maybe(st.integers(0, 900)))
        rows.append(
            Authorisation(
                id=key,
                rule=rule,
                child_id=draw(st.sampled_from(child_ids)) if "child_id" in named else None,
                setting_id=draw(st.sampled_from(setting_ids)) if "setting_id" in named else None,
                authorised_by=draw(NAMES),
                authorised_on=given,
                last_day=None if num_days is None else given + timedelta(days=num_days),
            )
        )
    return tuple(rows)


@st.composite
def _decisions(draw: st.DrawFn, child_ids: list[str], setting_ids: list[str], day: date) -> tuple[Decision, ...]:
    """Decisions of or before the day, at most one of each child."""
    rows = []
    for key, child_id in zip(draw(st.lists(IDS, max_size=3, unique=True)), child_ids, strict=False):
        kind = draw(member(DecisionKind))
        needs_setting = kind is not DecisionKind.FIXED or draw(st.booleans())
        rows.append(
            Decision(
                id=key,
                child_id=child_id,
                kind=kind,
                setting_id=draw(st.sampled_from(setting_ids)) if needs_setting else None,
                decided_by=draw(NAMES),
                decided_on=day - timedelta(days=draw(st.integers(0, 300))),
            )
        )
    return tuple(rows)


@st.composite
def _contracts(draw: st.DrawFn, key: str, authority_ids: list[str]) -> Contract:
    beds = draw(st.integers(1, 50))
    return Contract(
        id=key,
        kind=draw(member(ContractKind)),
        authority_id=draw(st.none() | st.sampled_from(authority_ids)),
        num_beds=beds,
        num_beds_used=draw(st.integers(0, beds)),
        first_part_pence_per_week=draw(PENCE),
        second_part_pence_per_week=draw(PENCE),
        bands=tuple(
            Band(
                name=draw(NAMES),
                fee_pence_per_week=draw(PENCE),
                age_min_months=draw(st.integers(0, 215)),
                age_max_months=draw(st.integers(0, 215)),
                need_level_max=draw(st.integers(1, 4)),
                solo=draw(st.booleans()),
                parent_and_child=draw(st.booleans()),
            )
            for _ in range(draw(st.integers(0, 2)))
        ),
    )
