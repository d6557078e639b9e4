"""What is known of each child and of each setting, as arrays: one entry a child, one entry a setting."""

from __future__ import annotations

from enum import Enum, IntEnum
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rightplace.instances.children import (
    CaredForAlongside,
    Child,
    LegalStatus,
    NeedCategory,
    Place,
    Sex,
    Urgency,
)
from rightplace.instances.defaults import own_level
from rightplace.instances.settings import (
    AccommodationCategory,
    Carer,
    Home,
    Sector,
    Setting,
    Support,
    SupportedAccommodation,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from rightplace.instances.geography import Point
    from rightplace.instances.instance import Instance
    from rightplace.rules.pairs import Facts

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


class Type(IntEnum):
    """The three types of setting, as numbers."""

    CARER = 0
    HOME = 1
    SUPPORTED = 2


PLACES = tuple(Place)
_NEEDS = {need: 1 << i for i, need in enumerate(NeedCategory)}
_SEXES = {sex: 1 << i for i, sex in enumerate(Sex)}
ALL_NEEDS = sum(_NEEDS.values())


def _bits(members: Iterable[Any], bits: dict[Any, int]) -> int:
    return sum(bits[member] for member in members)


def ints(values: Iterable[int]) -> Ints:
    """An array of whole numbers."""
    return np.fromiter(values, dtype=np.int64)


def flags(values: Iterable[bool]) -> Mask:
    """An array of yes and no."""
    return np.fromiter(values, dtype=np.bool_)


def _code(member: Enum) -> int:
    return list(type(member)).index(member)


def _grid(points: Sequence[Point | None]) -> tuple[Ints, Ints, Mask]:
    """Eastings, northings (0 where unknown), and whether each point is known."""
    known = [point is not None and point.easting is not None for point in points]
    east = ints(point.easting or 0 if point is not None else 0 for point in points)
    north = ints(point.northing or 0 if point is not None else 0 for point in points)
    return east, north, np.array(known, dtype=np.bool_)


class ChildFacts:
    """Arrays over children, one entry a child."""

    def __init__(self, facts: Facts, children: Sequence[Child]) -> None:
        policy = facts.instance.policy
        self.ages_months = ints(c.age_months for c in children)
        self.sex_bit = ints(_SEXES[c.sex] for c in children)
        self.authority_idx = ints(facts.authority_idx[c.authority_id] for c in children)
        default = policy.default_need_level.child
        self.need_level = ints(c.need_level if c.need_level is not None else default for c in children)
        self.need_bits = ints(_bits(c.needs, _NEEDS) for c in children)
        self.adaptation_needed = flags(c.adaptation_needed for c in children)
        self.adult_ratio = ints(int(c.adult_ratio) for c in children)
        self.section_20 = flags(c.legal_status is LegalStatus.V2 for c in children)
        self.remand = flags(c.remand for c in children)
        self.parent_and_child = flags(c.parent_and_child for c in children)
        self.deprivation_of_liberty = flags(c.deprivation_of_liberty for c in children)
        self.secure_criteria = flags(c.secure_criteria for c in children)
        self.secure_order = flags(c.secure_order for c in children)
        self.secretary_of_state_approval = flags(c.secretary_of_state_approval for c in children)
        self.emergency = flags(c.urgency is Urgency.EMERGENCY for c in children)
        self.solo = flags(c.cared_for_alongside is CaredForAlongside.SOLO for c in children)
        suits = [(c.foster_suitability, c.residential_suitability, c.supported_suitability) for c in children]
        self.suitability = np.array([[_code(s) for s in three] for three in suits], dtype=np.int64).reshape(-1, 3)
        self.home = _grid([c.home for c in children])
        self.school = _grid([c.school for c in children])
        self.must_stay_at_school = flags(c.must_stay_at_school for c in children)
        self.num_children = ints(c.num_children for c in children)
        self.is_waiting = flags(c.is_waiting for c in children)
        self.current_setting_idx = ints(
            facts.setting_idx[c.current_setting_id] if c.current_setting_id is not None else -1 for c in children
        )
        self.start_day = ints(facts.instance.start(c).toordinal() for c in children)
        self.school_year = ints(_year_group(c, facts.instance.date) for c in children)
        self.is_placed = flags(c.current_setting_id is not None or c.current_place is not None for c in children)
        self.with_parents = flags(c.current_place is Place.P1 for c in children)
        self.adoption_considered = flags(c.adoption_considered for c in children)
        self.has_wishes = flags(bool(c.wishes) for c in children)
        self.has_avoid = flags(bool(c.avoid) for c in children)


class SettingFacts:
    """Arrays over settings, one entry a setting."""

    def __init__(self, facts: Facts, settings: Sequence[Setting]) -> None:
        instance = facts.instance
        offers = [s.offer for s in settings]
        terms = [offer.terms for offer in offers]
        providers = [instance.provider[offer.provider_id] for offer in offers]
        self.type = ints(setting_type(s) for s in settings)
        self.place = ints(PLACES.index(s.place) for s in settings)
        self.authority_idx = ints(facts.authority_idx[offer.authority_id] for offer in offers)
        self.owner_idx = ints(
            facts.authority_idx[p.authority_id] if p.authority_id is not None else -1 for p in providers
        )
        self.in_house = flags(p.sector is Sector.LOCAL_AUTHORITY for p in providers)
        self.age_min_months = ints(t.age_min_months for t in terms)
        self.age_max_months = ints(t.age_max_months for t in terms)
        self.sex_bits = ints(_bits(t.sexes, _SEXES) for t in terms)
        self.need_bits = ints(ALL_NEEDS if t.needs is None else _bits(t.needs, _NEEDS) for t in terms)
        self.need_level = ints(own_level(instance, s) for s in settings)
        self.lifted_level = ints(own_level(instance, s) + support_lift(instance, s) for s in settings)
        self.parent_and_child = ints(_code(t.parent_and_child) for t in terms)
        self.adapted = flags(offer.adapted for offer in offers)
        self.takes_remand = flags(offer.takes_remand for offer in offers)
        self.registered = flags(isinstance(s, Carer) or s.registered for s in settings)
        grades = [
            (None if isinstance(s, Carer) else s.grade) or p.grade for s, p in zip(settings, providers, strict=True)
        ]
        self.grade = ints(int(grade) if grade is not None else 0 for grade in grades)
        self.adult_ratio = ints(int(s.adult_ratio) if isinstance(s, Home) else 0 for s in settings)
        self.connected = flags(isinstance(s, Carer) and s.connected for s in settings)
        self.self_contained = flags(
            isinstance(s, SupportedAccommodation) and s.category is AccommodationCategory.SELF_CONTAINED
            for s in settings
        )
        self.num_places = ints(t.num_places for t in terms)
        self.num_adults = ints(s.num_adults if isinstance(s, Home) else 0 for s in settings)
        temporary = [s.temporarily_approved_on if isinstance(s, Carer) else None for s in settings]
        self.temporarily_approved_on = ints(0 if day is None else day.toordinal() for day in temporary)
        self.location = _grid([offer.location for offer in offers])


def _year_group(child: Child, on: date) -> int:
    """The school year as given, else of a child who has never changed classes: the age when the year began, less 4."""
    if child.school_year is not None:
        return child.school_year
    months_into_year = (on.month - 9) % 12
    return (child.age_months - months_into_year) // 12 - 4


def setting_type(setting: Setting) -> Type:
    """Carer, home or supported accommodation, as a number."""
    match setting:
        case Carer():
            return Type.CARER
        case Home():
            return Type.HOME
        case SupportedAccommodation():
            return Type.SUPPORTED


def support_lift(instance: Instance, setting: Setting) -> int:
    """By how many need levels additional support can lift a setting: only carers take support."""
    packages = instance.policy.support
    lifts = {Support.NONE: 0, Support.LOW: packages.low_lifts_levels, Support.MEDIUM: packages.medium_lifts_levels}
    return lifts[setting.support_limit] if isinstance(setting, Carer) else 0
