"""Hypothesis strategies that build valid instances, small enough for brute force."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from rightplace.errors import InstanceError
from rightplace.instances.authorisations import Authorisation
from rightplace.instances.children import (
    AvoidArea,
    CaredForAlongside,
    Child,
    Ethnicity,
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
from rightplace.instances.geography import Authority, Point, locate
from rightplace.instances.instance import Instance
from rightplace.instances.policy import Policy, policy_from
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

DAY = date(2024, 1, 15)
A, B, FAR = "A", "B", "FAR"
AUTHORITIES = (
    Authority(id=A, name="Aston", neighbour_ids=frozenset({B}), partner_ids=frozenset({B})),
    Authority(id=B, name="Bexton", neighbour_ids=frozenset({A})),
    Authority(id=FAR, name="Farford"),
)
PROVIDERS = (
    Provider(id="own", name="Aston", sector=Sector.LOCAL_AUTHORITY, authority_id=A),
    Provider(id="partner", name="Bexton", sector=Sector.LOCAL_AUTHORITY, authority_id=B),
    Provider(id="agency", name="Agency", sector=Sector.PRIVATE, grade=Grade.GOOD),
    Provider(id="poor", name="Poor", sector=Sector.PRIVATE, grade=Grade.REQUIRES_IMPROVEMENT),
)
CONTRACTS = (
    Contract(id="block", kind=ContractKind.BLOCK, num_beds=2, num_beds_used=1, second_part_pence_per_week=10_000),
    Contract(
        id="frame",
        kind=ContractKind.FRAMEWORK,
        bands=(
            Band(name="young", fee_pence_per_week=50_000, age_max_months=119),
            Band(name="solo", fee_pence_per_week=90_000, solo=True),
            Band(name="rest", fee_pence_per_week=70_000, need_level_max=2),
        ),
    ),
)
_TEXTS = ("523400 190500", "524400 190500", "527000 191000", "540000 200000", "unknown")
POINTS = st.sampled_from(_TEXTS).map(locate)


def mostly(value: Any, other: st.SearchStrategy[Any], one_in: int = 4) -> st.SearchStrategy[Any]:
    """Usually ``value``, now and then something else."""
    return st.integers(1, one_in).flatmap(lambda n: other if n == 1 else st.just(value))


STARTS = st.one_of(st.none(), st.integers(0, 6).map(lambda n: DAY + timedelta(days=n)))


@st.composite
def children(draw: st.DrawFn, number: int, setting_ids: list[str]) -> Child:
    """A child; some already live in a setting."""
    current = draw(mostly(None, st.sampled_from(setting_ids), 3))
    is_waiting = current is None or draw(st.booleans())
    return Child(
        id=f"C{number}",
        age_months=draw(st.sampled_from([30, 60, 110, 150, 195, 200])),
        sex=draw(st.sampled_from([Sex.MALE, Sex.FEMALE])),
        home=draw(POINTS),
        authority_id=A,
        school=draw(mostly(None, POINTS)),
        must_stay_at_school=draw(st.booleans()),
        need_level=draw(st.sampled_from([None, 1, 1, 1, 2, 3])),
        adaptation_needed=draw(mostly(False, st.just(True), 16)),
        parent_and_child=draw(mostly(False, st.just(True), 16)),
        religion=draw(mostly(None, st.just("muslim"))),
        ethnicity=draw(mostly(None, st.just(Ethnicity.BAFR))),
        languages=draw(mostly(frozenset(), st.just(frozenset({"arabic"})))),
        wishes=draw(st.frozensets(st.sampled_from(list(Wish)), max_size=2)),
        risks_to_others=draw(mostly({}, st.sampled_from(list(RiskToOthers)).map(lambda r: {r: RiskLevel.HIGH}))),
        risks_to_self=draw(mostly({}, st.just({RiskToSelf.CRIMINAL_EXPLOITATION: RiskLevel.HIGH}))),
        cared_for_alongside=draw(mostly(CaredForAlongside.NO_PREFERENCE, st.sampled_from(list(CaredForAlongside)), 5)),
        foster_suitability=draw(mostly(Suitability.NOT_SPECIFIED, st.sampled_from(list(Suitability)), 8)),
        residential_suitability=draw(mostly(Suitability.NOT_SPECIFIED, st.sampled_from(list(Suitability)), 8)),
        avoid=draw(mostly((), POINTS.map(lambda p: (AvoidArea(p, 2.0),)), 6)),
        urgency=draw(mostly(Urgency.PLANNED, st.just(Urgency.EMERGENCY))),
        referred_on=draw(STARTS),
        needed_by=draw(STARTS),
        is_waiting=is_waiting,
        may_move=not is_waiting and draw(st.booleans()),
        current_setting_id=current,
    )


@st.composite
def settings(draw: st.DrawFn, number: int) -> Setting:
    """A setting whose places are counted once its residents are known."""
    terms = Terms(
        num_places=draw(st.sampled_from([1, 2, 3, 4, 5])),
        age_min_months=draw(mostly(0, st.sampled_from([48, 132, 192]), 8)),
        age_max_months=draw(mostly(215, st.sampled_from([131, 191]), 8)),
        sexes=draw(mostly(frozenset(Sex), st.just(frozenset({Sex.FEMALE})), 8)),
        need_level=draw(st.sampled_from([None, 1, 2, 3, 4])),
        parent_and_child=draw(mostly(ParentAndChild.NO, st.sampled_from(list(ParentAndChild)), 16)),
    )
    offer = Offer(
        provider_id=draw(st.sampled_from([p.id for p in PROVIDERS[:3]] + ["own", "own"])),
        location=draw(POINTS),
        authority_id=draw(st.sampled_from([A, A, B, FAR])),
        terms=terms,
        fees_pence_per_week=draw(st.sampled_from([(), (60_000,), (65_000, 80_000, 99_000)])),
        contract_id=draw(mostly(None, st.sampled_from(["block", "frame"]), 2)),
        adapted=draw(st.booleans()),
        faiths=draw(st.sampled_from([frozenset(), frozenset({"muslim"})])),
        languages=draw(st.sampled_from([frozenset(), frozenset({"arabic"})])),
    )
    kind = draw(st.sampled_from(["carer"] * 5 + ["home", "supported"]))
    if kind == "carer":
        limit = draw(st.sampled_from(list(Support)))
        bedrooms = draw(st.sampled_from([None, 1, 2, 2, 3]))
        return Carer(id=f"S{number}", offer=offer, support_limit=limit, num_bedrooms=bedrooms)
    if kind == "home":
        return Home(id=f"S{number}", offer=offer, place=draw(mostly(Place.K2, st.just(Place.S1))), grade=Grade.GOOD)
    category = draw(st.sampled_from(list(AccommodationCategory)))
    return SupportedAccommodation(id=f"S{number}", offer=offer, category=category, grade=Grade.GOOD)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """The default policy, with a few other choices."""
    price = {
        "siblings_apart": draw(st.sampled_from([0, 20_000, 200_000])),
        "move": draw(st.sampled_from([0, 30_000])),
    }
    order = draw(st.sampled_from(["level", "level", "cascade"]))
    outside = draw(mostly(False, st.just(True)))
    return policy_from({"search": {"order": order}, "price": price, "emergency": {"outside_terms": outside}}, "drawn")


@st.composite
def authorisations(draw: st.DrawFn, people: list[Child], where: list[Setting]) -> tuple[Authorisation, ...]:
    """Up to four decisions: exemptions and agreements to share a bedroom, mostly, and exceptions of the authority."""
    rows = []
    for number in range(draw(st.sampled_from([0, 0, 2, 4]))):
        rows.append(
            Authorisation(
                id=f"D{number}",
                rule=draw(st.sampled_from(["R22", "R22", "R22", "R19", "R35", "P07", "R21"])),
                child_id=draw(st.sampled_from(people)).id,
                setting_id=draw(st.sampled_from(where)).id,
                authorised_by="panel",
                authorised_on=DAY,
                last_day=draw(mostly(None, st.integers(0, 6).map(lambda n: DAY + timedelta(days=n)))),
            )
        )
    return tuple(rows)


@st.composite
def decisions(draw: st.DrawFn, people: list[Child], where: list[Setting]) -> tuple[Decision, ...]:
    """Mostly none; else up to three of different children."""
    some = st.lists(st.sampled_from(range(len(people))), max_size=3, unique=True)
    chosen = [people[i] for i in draw(some)] if draw(mostly(False, st.just(True))) else []
    return tuple(
        Decision(
            id=f"D{number}",
            child_id=one.id,
            kind=draw(st.sampled_from(DecisionKind)),
            setting_id=draw(st.sampled_from(where)).id,
            decided_by="panel",
            decided_on=DAY,
        )
        for number, one in enumerate(chosen)
    )


@st.composite
def instances(draw: st.DrawFn, max_children: int = 5, max_settings: int = 4) -> Instance:
    """A valid instance; those that contradict themselves are drawn again."""
    bare = [draw(settings(n)) for n in range(draw(st.sampled_from([max_settings, 3, 3, 2, 1])))]
    people = [draw(children(n, [s.id for s in bare])) for n in range(draw(st.sampled_from([max_children, 4, 4, 3, 2])))]
    free = [c.id for c in people]
    groups = []
    if len(free) > 1 and draw(st.booleans()):
        size = draw(st.integers(2, min(4, len(free))))
        groups.append(
            SiblingGroup(id="G0", child_ids=tuple(free[:size]), togetherness=draw(st.sampled_from(Togetherness)))
        )
        if len(free) - size > 1 and draw(st.booleans()):
            kind = draw(st.sampled_from(Togetherness))
            groups.append(SiblingGroup(id="G1", child_ids=tuple(free[size:]), togetherness=kind))
    named = draw(mostly(frozenset(), st.just(frozenset(free[-1:]))))
    if len(people) > 1:
        people[0] = _with(people[0], separate_from_ids=named)
    placed = [_counted(draw, setting, people) for setting in bare]
    try:
        return Instance(
            name="drawn",
            date=DAY,
            children=tuple(people),
            settings=tuple(placed),
            providers=PROVIDERS,
            contracts=CONTRACTS,
            sibling_groups=tuple(groups),
            authorities=AUTHORITIES,
            authorisations=draw(authorisations(people, placed)),
            decisions=draw(decisions(people, placed)),
            policy=draw(policies()),
        )
    except InstanceError:
        from hypothesis import reject

        reject()
        raise


def _with(item: Any, **changes: Any) -> Any:
    import dataclasses

    return dataclasses.replace(item, **changes)


def _counted(draw: st.DrawFn, setting: Setting, people: list[Child]) -> Setting:
    """Give a setting its places by state: residents of the instance, strangers, dated vacancies."""
    residents = sum(child.current_setting_id == setting.id for child in people)
    num = min(5, setting.offer.terms.num_places + residents)
    num = max(num, residents)
    strangers = draw(mostly(0, st.integers(0, num - residents), 5))
    vacant = num - residents - strangers
    later = draw(mostly(None, st.integers(0, 6).map(lambda n: DAY + timedelta(days=n))))
    until = draw(mostly(None, st.integers(1, 8).map(lambda n: DAY + timedelta(days=n)), 6))
    num_ending = draw(mostly(0, st.integers(0, residents + strangers), 6))
    day = DAY + timedelta(days=draw(st.integers(1, 5)))
    dates = draw(st.sampled_from([(None, day), (day, None)]))
    counts = (
        PlaceCount(PlaceState.FILLED, residents + strangers - num_ending),
        PlaceCount(PlaceState.FILLED, num_ending, *dates),
        PlaceCount(
            PlaceState.VACANT, vacant, later, until if later is None or until is None or until > later else None
        ),
    )
    exempt = frozenset(child.id for child in people[:4]) if draw(mostly(False, st.just(True), 6)) else frozenset()
    terms = _with(setting.offer.terms, num_places=max(1, num))
    changed = _with(setting, offer=_with(setting.offer, terms=terms, place_counts=counts))
    return _with(changed, exempt_child_ids=exempt) if isinstance(changed, Carer) else changed


__all__ = ["AUTHORITIES", "DAY", "FAR", "POINTS", "PROVIDERS", "A", "B", "Point", "instances", "settings"]
