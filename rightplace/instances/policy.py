"""Policy: the authority's own choices (weights, tiers, thresholds); data, not code.

``default_policy.toml`` beside this file holds every setting with its default and a comment that a commissioner can
argue with. A policy file overlays it: what it leaves out keeps the default, what it misspells is refused.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from annotated_types import Ge, Le
from pydantic import Strict

from rightplace.errors import Fault, InstanceError
from rightplace.files import read_toml, toml_value
from rightplace.instances.children import ADULT_MONTHS, RiskLevel, RiskToOthers
from rightplace.instances.settings import MAX_NEED_LEVEL, Grade

if TYPE_CHECKING:
    from pydantic import TypeAdapter

_FORBID: dict[str, Any] = {"extra": "forbid"}
Settings = Annotated[int, Strict(), Ge(0), Le(100_000)]
Days = Annotated[int, Strict(), Ge(0), Le(3_650)]
Months = Annotated[int, Strict(), Ge(0), Le(ADULT_MONTHS)]
Weight = Annotated[int, Strict(), Ge(0), Le(1_000_000)]
Pence = Annotated[int, Strict(), Ge(0), Le(10**9 - 1)]
Miles = Annotated[float, Strict(), Ge(0), Le(10_000)]
NeedLevel = Annotated[int, Strict(), Ge(1), Le(MAX_NEED_LEVEL)]
Lift = Annotated[int, Strict(), Ge(0), Le(MAX_NEED_LEVEL)]
YesNo = Annotated[bool, Strict()]


SWITCHABLE_RULES = ("P02", "P04", "P07", "P08", "P10", "P11", "P13", "R35")
"""The rules that are the authority's own, so that its policy may switch them off. All others are law, or say what a
placement is."""


class SearchOrder(StrEnum):
    """Whether all settings are considered together or own provision first."""

    LEVEL = "level"
    CASCADE = "cascade"


class SeparateFrom(StrEnum):
    """From whom a child who poses a risk is kept apart."""

    YOUNGER = "younger"
    ANY = "any"
    AT_RISK = "at risk"


@dataclass(frozen=True, slots=True)
class Search:
    """Where to look, and in which order."""

    __pydantic_config__: ClassVar[Any] = _FORBID
    order: SearchOrder
    shortlist: Settings
    carer_max_miles: Miles
    home_max_miles: Miles
    supported_max_miles: Miles


@dataclass(frozen=True, slots=True)
class UrgencyWeights:
    """What placing a child counts, by urgency."""

    __pydantic_config__: ClassVar[Any] = _FORBID
    emergency_weight: Weight
    within_days: Days
    within_days_weight: Weight
    planned_weight: Weight
    decided_weight: Weight


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices of what is wanted, pence a week."""

    __pydantic_config__: ClassVar[Any] = _FORBID
    mile_from_home: Pence
    mile_from_school: Pence
    school_change_miles: Miles
    school_change: Pence
    school_change_when_it_must_continue: Pence
    out_of_area: Pence
    siblings_apart: Pence
    not_the_preferred_type: Pence
    connected_carer_not_used: Pence
    not_foster_for_adoption: Pence
    unmet_faith: Pence
    unmet_language: Pence
    unmet_ethnicity: Pence
    move: Pence
    changed_suggestion: Pence
    approval_nominated_officer: Pence
    approval_director: Pence
    approval_emergency_terms: Pence
    approval_unregistered: Pence
    approval_impact_on_residents: Pence


@dataclass(frozen=True, slots=True)
class SupportPackages:
    """How far additional support lifts a carer's level, and its price."""

    __pydantic_config__: ClassVar[Any] = _FORBID
    low_lifts_levels: Lift
    low_pence: Pence
    medium_lifts_levels: Lift
    medium_pence: Pence


@dataclass(frozen=True, slots=True)
class DefaultNeedLevel:
    """Need levels where none is given."""

    __pydantic_config__: ClassVar[Any] = _FORBID
    child: NeedLevel
    carer: NeedLevel
    connected_carer: NeedLevel
    home: NeedLevel
    supported_accommodation: NeedLevel


@dataclass(frozen=True, slots=True)
class DefaultFee:
    """Fees where none is given, pence a week."""

    __pydantic_config__: ClassVar[Any] = _FORBID
    carer_in_house: Pence
    carer_independent: Pence
    carer_connected: Pence
    home_in_house: Pence
    home_independent: Pence
    supported_accommodation: Pence


@dataclass(frozen=True, slots=True)
class Quality:
    """The authority's quality gate for independent providers (rule R35)."""

    __pydantic_config__: ClassVar[Any] = _FORBID
    min_grade: Literal["inadequate", "requires improvement", "good", "outstanding"]
    ungraded_allowed: YesNo

    @property
    def least_grade(self) -> Grade:
        """``min_grade`` as a grade."""
        return Grade[self.min_grade.upper().replace(" ", "_")]


@dataclass(frozen=True, slots=True)
class Separation:
    """A risk to others, from a level up, and the children it is kept apart from."""

    __pydantic_config__: ClassVar[Any] = _FORBID
    risk: RiskToOthers
    level: Literal["low", "high"]
    separate_from: SeparateFrom

    @property
    def least_level(self) -> RiskLevel:
        """``level`` as a risk level."""
        return RiskLevel[self.level.upper()]


@dataclass(frozen=True, slots=True)
class Compatibility:
    """Who may not live together, and how far a location to avoid reaches."""

    __pydantic_config__: ClassVar[Any] = _FORBID
    avoid_radius_miles: Miles
    younger_by_months: Months
    separations: tuple[Separation, ...]


@dataclass(frozen=True, slots=True)
class EmergencyPolicy:
    """What an emergency may do that a planned placement may not."""

    __pydantic_config__: ClassVar[Any] = _FORBID
    outside_terms: YesNo


@dataclass(frozen=True, slots=True)
class RuleSwitches:
    """The authority's own rules that it does not apply."""

    __pydantic_config__: ClassVar[Any] = _FORBID
    off: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """All choices of one authority; see ``default_policy.toml`` for the meaning and default of each."""

    __pydantic_config__: ClassVar[Any] = _FORBID
    search: Search
    urgency: UrgencyWeights
    price: Prices
    support: SupportPackages
    default_need_level: DefaultNeedLevel
    default_fee: DefaultFee
    quality: Quality
    compatibility: Compatibility
    emergency: EmergencyPolicy
    rules: RuleSwitches


def default_policy() -> Policy:
    """The policy that ``default_policy.toml`` describes."""
    return policy_from({}, "default_policy.toml")


@cache
def _default_settings() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("default_policy.toml").read_text(encoding="utf-8"))


@cache
def _adapter() -> TypeAdapter[Policy]:
    from pydantic import TypeAdapter

    return TypeAdapter(Policy)


def policy_from(settings: Mapping[str, Any], table: str) -> Policy:
    """Overlay the defaults with an authority's settings.

    Parameters
    ----------
    settings
        ``{section: {name: value}}``; any part may be absent.
    table
        What to call the source in a fault.

    Raises
    ------
    InstanceError
        Naming every unknown section or name and every value of the wrong type or range.
    """
    from pydantic import ValidationError

    merged: dict[str, Any] = {section: dict(values) for section, values in _default_settings().items()}
    faults = []
    for section, values in settings.items():
        if not isinstance(values, Mapping):
            faults.append(Fault(table, None, section, str(values), "a section such as [price]"))
        elif section not in merged:
            faults.append(Fault(table, None, section, None, f"one of the sections {', '.join(merged)}"))
        else:
            merged[section].update(values)
    policy = None
    try:
        policy = _adapter().validate_python(merged)
    except ValidationError as error:
        for item in error.errors(include_url=False):
            value = None if item["type"] == "unexpected_keyword_argument" else str(item["input"])
            faults.append(Fault(table, None, ".".join(map(str, item["loc"])), value, _expected(item)))
    else:
        faults += _contradictions(policy, table)
    if faults or policy is None:
        raise InstanceError(faults)
    return policy


def _contradictions(policy: Policy, table: str) -> list[Fault]:
    """What one setting says against another, and rules that no policy can switch off."""
    faults = []
    low, medium = policy.support.low_lifts_levels, policy.support.medium_lifts_levels
    if medium < low:
        expected = f"at least support.low_lifts_levels, {low}: medium support is more than low support"
        faults.append(Fault(table, None, "support.medium_lifts_levels", str(medium), expected))
    expected = (
        f"a rule that is the authority's own, one of {', '.join(SWITCHABLE_RULES)}: no policy switches off others"
    )
    return faults + [
        Fault(table, None, "rules.off", rule, expected) for rule in policy.rules.off if rule not in SWITCHABLE_RULES
    ]


_TYPES = {
    "int_type": "a whole number such as 400, without quotes or decimals",
    "float_type": "a number such as 5 or 2.5, without quotes",
    "bool_type": "true or false, without quotes",
    "unexpected_keyword_argument": "a name that default_policy.toml has",
}


def _expected(item: Any) -> str:
    """What a value should have been; ranges in the words of pydantic, types in our own."""
    return _TYPES.get(item["type"], str(item["msg"]).removeprefix("Input should be "))


def read_policy(path: Path) -> Policy:
    """Read a policy file.

    Raises
    ------
    InstanceError
        As ``policy_from``; also when the file is no TOML.
    """
    return policy_from(read_toml(path, "a policy file"), path.name)


def policy_settings(policy: Policy) -> dict[str, dict[str, Any]]:
    """``{section: {name: value}}`` of a policy, such that ``policy_from`` gives the policy back."""
    settings: dict[str, dict[str, Any]] = _plain(asdict(policy))
    return settings


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.value if isinstance(value, StrEnum) else value


def write_toml(policy: Policy) -> str:
    """A policy as the text of a TOML file."""
    lines = []
    for section, values in policy_settings(policy).items():
        lines.append(f"[{section}]")
        lines += [f"{name} = {toml_value(value)}" for name, value in values.items()]
        lines.append("")
    return "\n".join(lines)
