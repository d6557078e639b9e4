"""Hard rules beside the statutes: a place must be free, open to the authority and meet the child's needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rightplace.instances.children import Suitability
from rightplace.instances.geography import distance_tenths
from rightplace.rules.attributes import Type
from rightplace.rules.rule import Mask, Owner, Scope, hard

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rightplace.rules.attributes import Ints
    from rightplace.rules.pairs import Facts, Pairs

    Floats = NDArray[np.float64]

_EXCEPTION = "an exception that the authority has made for the child or the setting"

_UNSUITABLE = list(Suitability).index(Suitability.UNSUITABLE)


@hard(
    "P01",
    "A place is free",
    source="Practice",
    sentence="A place is vacant on the day the child needs it and until the last day on which a child of the match "
    "starts, or a child who is looking for another home could leave one.",
    owner=Owner.QUESTION,
    scope=Scope.HOUSEHOLD,
)
def has_vacancy(p: Pairs) -> Mask:
    """Vacant places and places that candidates could have left are at least one, on the child's first day and after."""
    return p.facts.free_from[p.setting_idx, p.start_day_idx] > 0


@hard(
    "P02",
    "Open to the authority",
    source="Practice (Barnet 2014, figure 19)",
    sentence="An authority uses its own provision, that of its consortium and independent providers, not another "
    "authority's own carers and homes.",
    owner=Owner.AUTHORITY,
    lifted_by=_EXCEPTION,
)
def open_to_authority(p: Pairs) -> Mask:
    """The setting belongs to the authority, to a consortium partner, or to nobody's authority."""
    owner = p.setting(p.facts.settings.owner_idx)
    return p.facts.own_provision[p.child(p.facts.children.authority_idx), owner] | p.is_connected


@hard(
    "P03",
    "Connected carers",
    source="Children Act 1989 s22C(6)(a)",
    sentence="A connected carer is approved for children who are their relatives or friends, and for no others.",
)
def connected_to_child(p: Pairs) -> Mask:
    """Connected carers take only the children that name them."""
    return ~p.setting(p.facts.settings.connected) | p.is_connected


@hard(
    "P04",
    "Search radius",
    source="The authority's policy",
    sentence="The setting is no farther from the family home than the policy searches.",
    owner=Owner.AUTHORITY,
    lifted_by=_EXCEPTION,
)
def within_search_radius(p: Pairs) -> Mask:
    """Miles from home are at most the policy's limit for the type of setting; unknown distances pass."""
    limits = _limits_tenths(p.facts)
    if np.isinf(limits).all():
        return np.ones(len(p), dtype=np.bool_)
    return p.miles_from_home_tenths <= limits[p.type]


def _limits_tenths(facts: Facts) -> Floats:
    """How far the policy searches for each type of setting, tenths of a mile; infinite where it sets no limit."""
    search = facts.instance.policy.search
    limits = np.array([search.carer_max_miles, search.home_max_miles, search.supported_max_miles]) * 10
    limits[limits == 0] = np.inf
    return limits


def settings_in_reach(facts: Facts, child_idx: Ints) -> Mask:
    """(num_settings,): settings that P04 may leave to one of some children at least; it leaves no others to any.

    Told by the rectangle in which the children's homes lie, so that neighbours need not be asked one by one.
    """
    east, north, known = (side[child_idx] for side in facts.children.home)
    at_east, at_north, is_known = facts.settings.location
    everywhere = np.ones(len(at_east), dtype=np.bool_)
    if not within_search_radius.applies(facts.instance) or within_search_radius.id in facts.authorised:
        return everywhere
    if not known.all() or not len(child_idx):
        return everywhere
    tenths = distance_tenths(
        np.clip(at_east, east.min(), east.max()), np.clip(at_north, north.min(), north.max()), at_east, at_north
    )
    near: Mask = tenths <= _limits_tenths(facts)[facts.settings.type]
    return near | ~is_known


@hard(
    "P05",
    "A new home",
    source="Practice",
    sentence="A child for whom a home is sought is not offered the setting where they live now.",
    owner=Owner.QUESTION,
)
def is_not_where_the_child_lives(p: Pairs) -> Mask:
    """The setting is not the child's present one."""
    return ~p.is_stay


@hard(
    "P06",
    "Level of need",
    source="Barnet 2014, figure 22 and section 8; Children's Homes Regulations 2015 reg 14",
    sentence="The setting looks after children of this level of need, with additional support if the carer takes it.",
    verified=False,
)
def meets_need_level(p: Pairs) -> Mask:
    """The child's level is at most the setting's, lifted by the most support the carer takes."""
    return p.child(p.facts.children.need_level) <= p.setting(p.facts.settings.lifted_level)


@hard(
    "P07",
    "Type of care",
    source="South West referral standard: foster, residential and supported suitability",
    sentence="The referral does not call this type of care unsuitable for the child.",
    owner=Owner.AUTHORITY,
    lifted_by=_EXCEPTION,
)
def type_is_suitable(p: Pairs) -> Mask:
    """The suitability of the setting's type is not unsuitable."""
    return p.facts.children.suitability[p.child_idx, p.type] != _UNSUITABLE


@hard(
    "P08",
    "Adult ratio",
    source="South West referral standard: minimum adult ratio",
    sentence="A home provides at least as many adults to a child as the referral asks for.",
    owner=Owner.AUTHORITY,
    lifted_by=_EXCEPTION,
)
def adult_ratio(p: Pairs) -> Mask:
    """Homes reach the child's minimum adult ratio; carers are one household and pass."""
    enough = p.setting(p.facts.settings.adult_ratio) >= p.child(p.facts.children.adult_ratio)
    return (p.type == Type.CARER) | enough


@hard(
    "R38",
    "Locations to avoid",
    source="South West referral standard: locations to avoid; Children's Homes Regulations 2015 reg 46",
    sentence="The setting lies outside the radius of every location that the child must avoid.",
    verified=False,
)
def avoids_locations(p: Pairs) -> Mask:
    """Farther than the radius from each location to avoid; unknown locations of settings fail."""
    keeps = np.ones(len(p), dtype=np.bool_)
    concerned = np.flatnonzero(p.child(p.facts.children.has_avoid))
    if not len(concerned):
        return keeps
    east, north, known = p.facts.settings.location
    policy_miles = p.facts.instance.policy.compatibility.avoid_radius_miles
    for child_idx in np.unique(p.child_idx[concerned]):
        rows = concerned[p.child_idx[concerned] == child_idx]
        at = p.setting_idx[rows]
        for area in p.facts.instance.children[int(child_idx)].avoid:
            if area.location.easting is None or area.location.northing is None:
                continue
            miles = policy_miles if area.radius_miles is None else area.radius_miles
            tenths = distance_tenths(area.location.easting, area.location.northing, east[at], north[at])
            keeps[rows] &= known[at] & (tenths > 10 * miles)
    return keeps


@hard(
    "R06",
    "Siblings who must live together",
    source="Children Act 1989 s22C(8)(c)",
    sentence="Where the care plan requires siblings to live together, a child joins those who are already placed.",
    verified=False,
    scope=Scope.SIBLINGS,
)
def joins_required_siblings(p: Pairs) -> Mask:
    """A child whose siblings, required to be with it, live somewhere for good goes there."""
    where = p.child(p.facts.required_setting_idx)
    return (where < 0) | (where == p.setting_idx)


@hard(
    "R19",
    "Usual fostering limit",
    source="Children Act 1989 Sch 7 paras 2 to 4",
    sentence="A foster carer looks after at most three children, unless all are siblings of each other or an exemption "
    "names them. A carer who is above the limit already takes nobody.",
    scope=Scope.HOUSEHOLD,
    lifted_by="an exemption that names the child, by the authority in whose area the carer lives",
    weighs_authorisations=True,
)
def below_fostering_limit(p: Pairs) -> Mask:
    """The carer keeps the limit today, and with the child and those who stay; the plan's others are the model's."""
    return p.setting(p.facts.keeps_fostering_limit) & p.facts.fostering_limit.keeps(p)


RULES = (
    has_vacancy,
    open_to_authority,
    connected_to_child,
    within_search_radius,
    is_not_where_the_child_lives,
    meets_need_level,
    type_is_suitable,
    adult_ratio,
    avoids_locations,
    joins_required_siblings,
    below_fostering_limit,
)
