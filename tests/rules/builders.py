"""One child and one setting that suit each other in every way, and what a test changes about them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from rightplace.instances.authorisations import Authorisation
from rightplace.instances.children import Child, Sex, SiblingGroup
from rightplace.instances.geography import Authority, Point, Precision
from rightplace.instances.instance import Instance
from rightplace.instances.policy import policy_from
from rightplace.instances.settings import (
    Carer,
    Contract,
    Grade,
    Home,
    Offer,
    PlaceCount,
    PlaceState,
    Provider,
    Sector,
    Setting,
    SupportedAccommodation,
    Terms,
)
from rightplace.rules.catalogue import rules_by_id
from rightplace.rules.pairs import Facts, Pairs

if TYPE_CHECKING:
    from rightplace.instances.decisions import Decision

DAY = date(2024, 1, 15)
EAST, NORTH = 523_400, 190_500
"""Where the child's family lives, metres on the National Grid."""
AUTHORITIES = (
    Authority(id="A", name="Aston", neighbour_ids=frozenset({"B"}), partner_ids=frozenset({"B"})),
    Authority(id="B", name="Bexton"),
    Authority(id="FAR", name="Farford"),
)
PROVIDERS = (
    Provider(id="own", name="Aston", sector=Sector.LOCAL_AUTHORITY, authority_id="A"),
    Provider(id="partner", name="Bexton", sector=Sector.LOCAL_AUTHORITY, authority_id="B"),
    Provider(id="foreign", name="Farford", sector=Sector.LOCAL_AUTHORITY, authority_id="FAR"),
    Provider(id="outstanding", name="Outstanding", sector=Sector.PRIVATE, grade=Grade.OUTSTANDING),
    Provider(id="good", name="Good", sector=Sector.PRIVATE, grade=Grade.GOOD),
    Provider(id="improving", name="Improving", sector=Sector.PRIVATE, grade=Grade.REQUIRES_IMPROVEMENT),
    Provider(id="inadequate", name="Inadequate", sector=Sector.PRIVATE, grade=Grade.INADEQUATE),
    Provider(id="ungraded", name="Ungraded", sector=Sector.VOLUNTARY),
)
_TERMS = {field.name for field in dataclasses.fields(Terms)}
_OFFER = {field.name for field in dataclasses.fields(Offer)}


def east_of_home(metres: int) -> Point:
    """A place so many metres east of the child's family home."""
    return Point(f"{EAST + metres} {NORTH}", EAST + metres, NORTH, Precision.POINT, None)


def child(id: str = "child", **changes: Any) -> Child:
    """A boy of ten from Aston, of whom nothing else is known."""
    given: dict[str, Any] = {"age_months": 120, "sex": Sex.MALE, "home": east_of_home(0), "authority_id": "A"}
    return Child(id=id, **(given | changes))


def teenager(id: str = "child", **changes: Any) -> Child:
    """A boy of sixteen."""
    return child(id, **({"age_months": 192} | changes))


def vacant(number: int = 1, first: date | None = None, until: date | None = None) -> PlaceCount:
    """So many vacant places."""
    return PlaceCount(PlaceState.VACANT, number, first, until)


def filled(number: int = 1, first: date | None = None, until: date | None = None) -> PlaceCount:
    """So many filled places."""
    return PlaceCount(PlaceState.FILLED, number, first, until)


def _offer(changes: dict[str, Any]) -> Offer:
    """An offer of the authority's own, in its area, at the child's door, with one vacant place for £600 a week."""
    counts = changes.pop("place_counts", (vacant(),))
    terms = {"num_places": max(1, sum(n.num_places for n in counts))}
    terms |= {name: changes.pop(name) for name in _TERMS & set(changes)}
    given = {"provider_id": "own", "location": east_of_home(0), "authority_id": "A", "fees_pence_per_week": (60_000,)}
    given |= {name: changes.pop(name) for name in _OFFER & set(changes)}
    return Offer(terms=Terms(**terms), place_counts=counts, **given)


def carer(id: str = "setting", **changes: Any) -> Carer:
    """A foster carer; changes may name what a carer, an offer or its terms have."""
    offer = _offer(changes)
    return Carer(id=id, offer=offer, **changes)


def home(id: str = "setting", **changes: Any) -> Home:
    """A registered children's home, as ``carer``."""
    offer = _offer(changes)
    return Home(id=id, offer=offer, **changes)


def supported(id: str = "setting", **changes: Any) -> SupportedAccommodation:
    """Registered supported accommodation, as ``carer``."""
    offer = _offer(changes)
    return SupportedAccommodation(id=id, offer=offer, **changes)


def decided(
    rule: str, child_id: str | None = "child", setting_id: str | None = "setting", **more: Any
) -> Authorisation:
    """A decision of the day that overrides a rule."""
    given: dict[str, Any] = {"id": f"{rule} {child_id} {setting_id}", "authorised_by": "panel", "authorised_on": DAY}
    return Authorisation(rule=rule, child_id=child_id, setting_id=setting_id, **(given | more))


def instance(
    children: tuple[Child, ...],
    settings: tuple[Setting, ...],
    *,
    on: date = DAY,
    policy: dict[str, dict[str, Any]] | None = None,
    groups: tuple[SiblingGroup, ...] = (),
    contracts: tuple[Contract, ...] = (),
    authorisations: tuple[Authorisation, ...] = (),
    decisions: tuple[Decision, ...] = (),
) -> Instance:
    """An instance of Aston's."""
    return Instance(
        name="built",
        date=on,
        children=children,
        settings=settings,
        providers=PROVIDERS,
        contracts=contracts,
        sibling_groups=groups,
        authorities=AUTHORITIES,
        authorisations=authorisations,
        decisions=decisions,
        policy=policy_from(policy or {}, "built"),
    )


def pair(
    one: Child | None = None,
    setting: Setting | None = None,
    *,
    beside: tuple[Child, ...] = (),
    elsewhere: tuple[Setting, ...] = (),
    rematch: bool = False,
    **world: Any,
) -> Pairs:
    """The table of one row: the child and the setting, in a world with others beside them."""
    one, setting = one or child(), setting or carer()
    facts = Facts(instance((one, *beside), (setting, *elsewhere), **world), rematch=rematch)
    return Pairs.of(facts, one.id, setting.id)


@dataclass(frozen=True, slots=True)
class Case:
    """A pair just inside or just outside a rule.

    Parameters
    ----------
    claim
        What is so about the pair.
    amount, pence
        Preferences: how much of the unwanted there is, in the rule's unit; with approvals: pence a week.
    """

    rule: str
    keeps: bool
    claim: str
    build: Callable[[], Pairs]
    amount: int | None = None
    pence: int | None = None

    def test(self) -> None:
        """The rule says of the pair what the case says."""
        rule, row = rules_by_id()[self.rule], self.build()
        assert rule.passes(row).tolist() == [self.keeps]
        if self.amount is not None:
            assert rule.amount is not None
            assert rule.amount(row).tolist() == [self.amount]
        if self.pence is not None:
            assert rule.pence_per_week(row).tolist() == [self.pence]


def inside(rule: str, claim: str, build: Callable[[], Pairs], **numbers: int) -> Case:
    """A pair that keeps the rule."""
    return Case(rule, True, claim, build, **numbers)


def outside(rule: str, claim: str, build: Callable[[], Pairs], **numbers: int) -> Case:
    """A pair that breaks the rule."""
    return Case(rule, False, claim, build, **numbers)


def each(cases: tuple[Case, ...]) -> Any:
    """Run a test once a case, named by its rule and claim."""
    names = [f"{case.rule} {'inside' if case.keeps else 'outside'}: {case.claim}" for case in cases]
    return pytest.mark.parametrize("case", cases, ids=names)
