"""Words for settings, money and siblings, shared by all reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightplace.instances.children import Place, Togetherness
from rightplace.instances.settings import AccommodationCategory, Carer, Home, ParentAndChild, Sector, Setting
from rightplace.instances.settings import SupportedAccommodation as Supported
from rightplace.rules.words import pounds as pounds

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from rightplace.instances.instance import Instance
    from rightplace.plan import Plan

_HOMES = {
    Place.K1: "secure home",
    Place.K2: "children's home",
    Place.S1: "residential school",
    Place.R1: "care home",
    Place.R2: "health setting",
    Place.R3: "family centre",
    Place.R5: "young offender institution",
}

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def setting_type(instance: Instance, setting: Setting, authority_id: str) -> str:
    """What a setting is to an authority, in words."""
    provider = instance.provider[setting.offer.provider_id]
    own = provider.authority_id == authority_id
    match setting:
        case Carer(connected=True):
            return "connected carer"
        case Carer():
            kind = (
                "parent and child carer" if setting.offer.terms.parent_and_child is not ParentAndChild.NO else "carer"
            )
            whose = "in-house" if own else "consortium" if provider.sector is Sector.LOCAL_AUTHORITY else "agency"
            return f"{whose} {kind}"
        case Home():
            return ("in-house " if own else "") + _HOMES.get(setting.place, "residential setting")
        case Supported(category=AccommodationCategory.LODGINGS):
            return "supported lodgings"
        case Supported():
            return "supported accommodation"


def day_words(day: date) -> str:
    """A day as people write it: 4 January 2024."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def capital(text: str) -> str:
    """Text with a capital at its beginning, the rest as it is."""
    return text[:1].upper() + text[1:]


def and_list(words: Sequence[str]) -> str:
    """Words in a row: a, b and c."""
    return " and ".join(part for part in (", ".join(words[:-1]), "".join(words[-1:])) if part)


def homes_after(instance: Instance, plan: Plan) -> dict[str, str]:
    """Where each child lives once the plan is carried out: setting id by child id; who waits is left out."""
    waiting = set(plan.waiting_ids)
    homes = {c.id: c.current_setting_id for c in instance.children if c.current_setting_id and c.id not in waiting}
    return homes | {placement.child_id: placement.setting_id for placement in plan.placements}


def siblings_with(instance: Instance, homes: dict[str, str], child_id: str) -> tuple[list[str], int]:
    """The siblings who live with a child after the plan, and how many siblings (not to be kept apart) it has."""
    group = instance.together_group.get(child_id)
    if group is None or group.togetherness is Togetherness.APART:
        return [], 0
    others = [other for other in group.child_ids if other != child_id]
    return [other for other in others if homes.get(other, "") == homes.get(child_id)], len(others)
