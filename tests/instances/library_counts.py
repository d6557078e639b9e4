"""Counts in a library instance, as the strategies count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightplace.instances.children import (
    Child,
    Place,
)
from rightplace.instances.geography import distance_miles
from rightplace.instances.settings import (
    AccommodationCategory,
    Carer,
    Home,
    PlaceState,
    Sector,
    Setting,
    SupportedAccommodation,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rightplace.instances.instance import Instance

BARNET = "E09000003"


def kind_of(instance: Instance, child: Child) -> str:
    """The placement type that the strategies would count a child under."""
    if child.current_setting_id is None:
        return "none" if child.current_place is None else child.current_place.value
    setting = instance.setting[child.current_setting_id]
    match setting:
        case Home():
            in_house = instance.provider[setting.offer.provider_id].sector is Sector.LOCAL_AUTHORITY
            return "own home" if in_house else "other home"
        case SupportedAccommodation():
            return "lodgings" if setting.category is AccommodationCategory.LODGINGS else "supported"
        case Carer():
            if setting.connected:
                return "connected"
            in_house = instance.provider[setting.offer.provider_id].sector is Sector.LOCAL_AUTHORITY
            return "in-house" if in_house else "agency"


def of_kind(instance: Instance, *kinds: str) -> list[Child]:
    """The children of some placement types."""
    return [child for child in instance.children if kind_of(instance, child) in kinds]


def in_borough(instance: Instance, child: Child) -> bool:
    """Whether a child lives in Barnet; who has no placement yet lives nowhere."""
    if child.current_setting_id is not None:
        return instance.setting[child.current_setting_id].offer.authority_id == BARNET
    return child.current_place is Place.P1 and child.home.authority_id == BARNET


def miles_from_home(instance: Instance, child: Child) -> float:
    """Miles between a child's family home and where the child lives."""
    assert child.current_setting_id is not None
    miles = distance_miles(child.home, instance.setting[child.current_setting_id].offer.location)
    assert miles is not None
    return miles


def ties(count: int, percent: float, total: int, decimals: int = 0) -> bool:
    """Whether a count is a published share: it rounds to it, or is the nearest whole number to it."""
    return round(100 * count / total, decimals) == percent or abs(count - percent * total / 100) <= 0.5


def places(settings: Iterable[Setting]) -> dict[PlaceState, int]:
    """Places by state, whatever their dates."""
    found = dict.fromkeys(PlaceState, 0)
    for setting in settings:
        for count in setting.offer.place_counts:
            found[count.state] += count.num_places
    return found


def settings_where(instance: Instance, wanted: Callable[[Setting], bool]) -> list[Setting]:
    """The settings for which something holds."""
    return [setting for setting in instance.settings if wanted(setting)]


def own_foster_homes(instance: Instance) -> list[Carer]:
    """Barnet's own fostering households, without connected carers."""
    return [s for s in instance.settings if isinstance(s, Carer) and s.offer.provider_id == "LBB" and not s.connected]
