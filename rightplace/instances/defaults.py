"""What an instance leaves empty and the policy or the type fills in: counted, so that nobody takes it for their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightplace.instances.instance import Instance, table_of
from rightplace.instances.settings import Carer, Home, Sector, Setting, Support, SupportedAccommodation

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["DefaultTaken", "default_fee", "defaults_taken", "own_level"]

_NAMES = {"carers": "carers", "homes": "homes", "supported_accommodation": "supported accommodation"}


@dataclass(frozen=True, slots=True)
class DefaultTaken:
    """One thing that is taken because the tables say nothing.

    Parameters
    ----------
    whose
        Children, carers, homes or supported accommodation.
    column
        The column that is empty; for fees, ``fee_level_1`` to ``fee_level_4`` all are.
    number, of
        How many take the default, of how many altogether.
    taken
        What they take, in words.
    """

    whose: str
    column: str
    number: int
    of: int
    taken: str

    def __str__(self) -> str:
        return f"{self.number} of {self.of} {self.whose} name no {self.column}: {self.taken}"


def defaults_taken(instance: Instance) -> tuple[DefaultTaken, ...]:
    """The defaults that an instance takes, and for how many; those that nobody takes are left out."""
    return tuple(found for found in (*_of_children(instance), *_of_settings(instance)) if found.number)


def _of_children(instance: Instance) -> Iterator[DefaultTaken]:
    level = instance.policy.default_need_level.child
    number = sum(child.need_level is None for child in instance.children)
    yield DefaultTaken("children", "need_level", number, len(instance.children), f"level {level} is taken")


def _of_settings(instance: Instance) -> Iterator[DefaultTaken]:
    for table, name in _NAMES.items():
        settings = [setting for setting in instance.settings if table_of(setting) == table]
        for column, lacks, words, sentence in _CHECKS:
            some = [setting for setting in settings if lacks(instance, setting)]
            taken = " or ".join(sorted({words(instance, setting) for setting in some}))
            yield DefaultTaken(name, column, len(some), len(settings), sentence.format(taken))


def _has_no_level(instance: Instance, setting: Setting) -> bool:
    return setting.offer.terms.need_level is None


def _has_fees_above(instance: Instance, setting: Setting) -> bool:
    """Whether fees are named for need levels above the one that is taken."""
    return _has_no_level(instance, setting) and len(setting.offer.fees_pence_per_week) > own_level(instance, setting)


def _has_no_support(instance: Instance, setting: Setting) -> bool:
    is_carer = isinstance(setting, Carer) and setting.support_limit is Support.NONE
    return is_carer and _has_no_level(instance, setting)


def _has_no_fee(instance: Instance, setting: Setting) -> bool:
    return not setting.offer.fees_pence_per_week and setting.offer.contract_id is None


def _level(instance: Instance, setting: Setting) -> str:
    return f"level {own_level(instance, setting)}"


def _fee(instance: Instance, setting: Setting) -> str:
    return f"£{default_fee(instance, setting) / 100:,.2f}"


_Lacks = Callable[["Instance", "Setting"], bool]
_Words = Callable[["Instance", "Setting"], str]
_CHECKS: tuple[tuple[str, _Lacks, _Words, str], ...] = (
    ("need_level", _has_no_level, _level, "{} is taken"),
    ("need_level, but fees for levels above it", _has_fees_above, _level, "{} is taken, whatever the fees say"),
    ("need_level and no support_limit", _has_no_support, _level, "no child above {} is placed there"),
    ("fee and no contract", _has_no_fee, _fee, "{} a week is taken"),
)


def own_level(instance: Instance, setting: Setting) -> int:
    """The highest need level a setting looks after without extra support; the policy's default where it is silent."""
    if setting.offer.terms.need_level is not None:
        return setting.offer.terms.need_level
    default = instance.policy.default_need_level
    match setting:
        case Carer(connected=True):
            return default.connected_carer
        case Carer():
            return default.carer
        case Home():
            return default.home
        case SupportedAccommodation():
            return default.supported_accommodation


def default_fee(instance: Instance, setting: Setting) -> int:
    """The policy's fee for a setting that has neither a fee nor a contract band, pence a week."""
    defaults = instance.policy.default_fee
    in_house = instance.provider[setting.offer.provider_id].sector is Sector.LOCAL_AUTHORITY
    match setting:
        case Carer(connected=True):
            return defaults.carer_connected
        case Carer():
            return defaults.carer_in_house if in_house else defaults.carer_independent
        case Home():
            return defaults.home_in_house if in_house else defaults.home_independent
        case SupportedAccommodation():
            return defaults.supported_accommodation
