"""What is wanted but not required: a rule says how much of the unwanted a pair has, the policy what it costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from rightplace.instances.children import Child, Place, Suitability, Wish
from rightplace.instances.settings import Carer, Setting
from rightplace.rules.rule import Amounts, Owner, preference

if TYPE_CHECKING:
    from collections.abc import Hashable

    from numpy.typing import NDArray

    from rightplace.instances.instance import Instance
    from rightplace.rules.pairs import Pairs

_NOT_PREFERRED = list(Suitability).index(Suitability.SUITABLE)


@preference(
    "R03",
    "Relatives and friends first",
    source="Children Act 1989 s22C(7)(a); the like of it in the Social Services and Well-being (Wales) Act 2014 s81",
    sentence="A relative or friend who is a foster carer comes before every other placement.",
    price=lambda policy: policy.price.connected_carer_not_used,
    verified=False,
)
def connected_carer_first(p: Pairs) -> Amounts:
    """1 where a connected carer could lawfully take the child and this setting is none."""
    return (p.child(p.facts.has_lawful_connected_carer) & ~p.is_connected).astype(np.int64)


@preference(
    "R32",
    "Foster for adoption",
    source="Children Act 1989 s22C(9A) to (9C)",
    sentence="Where the plan may be adoption, a foster carer who is also approved to adopt is considered, after "
    "relatives and friends.",
    price=lambda policy: policy.price.not_foster_for_adoption,
    verified=False,
)
def foster_for_adoption(p: Pairs) -> Amounts:
    """1 where adoption is considered and the carer is neither for it (U2, U5) nor a relative or friend."""
    other = ~p.is_place(Place.U2, Place.U5) & ~p.is_connected
    return (p.child(p.facts.children.adoption_considered) & other).astype(np.int64)


@preference(
    "R04",
    "Near home",
    source="Children Act 1989 s22C(8)(a)",
    sentence="The placement is near the child's home.",
    verified=False,
    price=lambda policy: policy.price.mile_from_home,
    divisor=10,
)
def near_home(p: Pairs) -> Amounts:
    """Tenths of a mile from home; 0 where unknown."""
    return np.maximum(p.miles_from_home_tenths, 0)


@preference(
    "R05",
    "Near school",
    source="Children Act 1989 s22C(8)(b)",
    sentence="The placement is near the child's school.",
    verified=False,
    price=lambda policy: policy.price.mile_from_school,
    divisor=10,
)
def near_school(p: Pairs) -> Amounts:
    """Tenths of a mile from school; 0 for a child without one."""
    return np.maximum(p.miles_from_school_tenths, 0)


def changes_school(p: Pairs) -> NDArray[np.bool_]:
    """Whether the journey to the child's school is so long that it means a change of school."""
    changes: NDArray[np.bool_] = p.miles_from_school_tenths > 10 * p.facts.instance.policy.price.school_change_miles
    return changes


@preference(
    "R05C",
    "Same school",
    source="Children Act 1989 s22C(8)(b)",
    sentence="The placement does not disrupt the child's education by a change of school.",
    verified=False,
    price=lambda policy: policy.price.school_change,
)
def same_school(p: Pairs) -> Amounts:
    """1 where the journey is so long that it means a change of school, for children who could change."""
    return (changes_school(p) & ~p.child(p.facts.children.must_stay_at_school)).astype(np.int64)


@preference(
    "R05M",
    "School that must continue",
    source="Children Act 1989 s22C(8)(b); South West referral standard",
    sentence="The child can go on at a school where the referral says they must continue.",
    verified=False,
    price=lambda policy: policy.price.school_change_when_it_must_continue,
)
def school_that_must_continue(p: Pairs) -> Amounts:
    """1 where the journey is too long, for children who must continue at their school."""
    return (changes_school(p) & p.child(p.facts.children.must_stay_at_school)).astype(np.int64)


@preference(
    "R08",
    "In area",
    source="Children Act 1989 s22C(9)",
    sentence="The placement is within the responsible authority's area.",
    verified=False,
    price=lambda policy: policy.price.out_of_area,
)
def in_area(p: Pairs) -> Amounts:
    """1 outside the area."""
    return (~p.in_area).astype(np.int64)


def meets_wish(child: Child, setting: Setting, wish: Wish) -> bool:
    """Whether a setting shares what the child wishes it to share; a wish about nothing recorded is met."""
    match wish:
        case Wish.FAITH:
            return child.religion is None or child.religion in setting.offer.faiths
        case Wish.LANGUAGE:
            return not child.languages or bool(child.languages & setting.offer.languages)
        case Wish.ETHNICITY:
            return child.ethnicity is None or not isinstance(setting, Carer) or child.ethnicity in setting.ethnicities


def _asked(child: Child, wish: Wish) -> Hashable:
    """What decides a wish on the child's side; ``None`` where there is no such wish."""
    if wish not in child.wishes:
        return None
    return {Wish.FAITH: child.religion, Wish.LANGUAGE: child.languages, Wish.ETHNICITY: child.ethnicity}[wish]


def _offered(setting: Setting, wish: Wish) -> Hashable:
    """What decides a wish on the setting's side."""
    if wish is Wish.ETHNICITY:
        return setting.ethnicities if isinstance(setting, Carer) else None
    return setting.offer.faiths if wish is Wish.FAITH else setting.offer.languages


class UnmetWish:
    """Which settings do not meet one wish of which children, for all of an instance.

    Children who ask alike and settings that offer alike are judged once.
    """

    def __init__(self, instance: Instance, wish: Wish) -> None:
        children, settings = instance.children, instance.settings
        self.asks = _kinds([_asked(child, wish) for child in children])
        self.offers = _kinds([_offered(setting, wish) for setting in settings])
        self.unmet = np.zeros((len(self.asks.first), len(self.offers.first)), dtype=np.int64)
        for i, c in enumerate(self.asks.first):
            if wish in children[c].wishes:
                self.unmet[i] = [not meets_wish(children[c], settings[s], wish) for s in self.offers.first]

    def of(self, p: Pairs) -> Amounts:
        """1 where the child has this wish and the setting does not meet it."""
        return self.unmet[p.child(self.asks.kind), p.setting(self.offers.kind)]


class _Kinds(NamedTuple):
    """``kind`` of each item, and the position of the first item of each kind."""

    kind: NDArray[np.int64]
    first: list[int]


def _kinds(items: list[Hashable]) -> _Kinds:
    number: dict[Hashable, int] = {}
    first = []
    kind = np.zeros(len(items), dtype=np.int64)
    for position, item in enumerate(items):
        if item not in number:
            number[item] = len(number)
            first.append(position)
        kind[position] = number[item]
    return _Kinds(kind, first)


_WISHES = "Children Act 1989 s22(4), (5)"


@preference(
    "R10F",
    "Faith",
    source=_WISHES,
    sentence="The setting supports the faith that the child wishes to live with.",
    price=lambda policy: policy.price.unmet_faith,
)
def faith(p: Pairs) -> Amounts:
    """1 where a wish about faith is unmet."""
    return p.facts.unmet_wishes[Wish.FAITH].of(p)


@preference(
    "R10L",
    "Language",
    source=_WISHES,
    sentence="Somebody in the setting speaks a language of the child's.",
    price=lambda policy: policy.price.unmet_language,
)
def language(p: Pairs) -> Amounts:
    """1 where a wish about language is unmet."""
    return p.facts.unmet_wishes[Wish.LANGUAGE].of(p)


@preference(
    "R10E",
    "Ethnicity",
    source=_WISHES,
    sentence="The carer shares the child's ethnicity where the child wishes it.",
    price=lambda policy: policy.price.unmet_ethnicity,
)
def ethnicity(p: Pairs) -> Amounts:
    """1 where a wish about ethnicity is unmet."""
    return p.facts.unmet_wishes[Wish.ETHNICITY].of(p)


@preference(
    "P10",
    "Preferred type of care",
    source="South West referral standard: foster, residential and supported suitability",
    sentence="The setting is of the type of care that the referral prefers.",
    price=lambda policy: policy.price.not_the_preferred_type,
    owner=Owner.AUTHORITY,
)
def preferred_type(p: Pairs) -> Amounts:
    """1 where the type is suitable but not preferred."""
    return (p.facts.children.suitability[p.child_idx, p.type] == _NOT_PREFERRED).astype(np.int64)


@preference(
    "P11",
    "Stability",
    source="Ofsted; DfE stability measures (field guide, E1)",
    sentence="A child for whom no home is sought stays where they are.",
    price=lambda policy: policy.price.move,
    owner=Owner.AUTHORITY,
)
def stability(p: Pairs) -> Amounts:
    """1 for a move of a child who does not wait for a home."""
    return (~p.child(p.facts.children.is_waiting) & ~p.is_stay).astype(np.int64)


RULES = (
    connected_carer_first,
    foster_for_adoption,
    near_home,
    near_school,
    same_school,
    school_that_must_continue,
    in_area,
    faith,
    language,
    ethnicity,
    preferred_type,
    stability,
)
