"""Why the other settings are not offered to a child: which rules close how many, which are near, what lifts it."""

from __future__ import annotations

import heapq
import math
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from rightplace.instances.geography import distance_tenths
from rightplace.reports.panel_options import is_known, miles_words, shown_of
from rightplace.reports.panel_pages import Exclusion
from rightplace.rules.catalogue import CAPACITY, OPEN, rules_by_id

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rightplace.instances.children import Child
    from rightplace.instances.instance import Instance

_NUM_RULES = 5
"""Rules that close settings, listed on a page."""
_NUM_NEAREST = 3
_NUM_REMEDIES = 1


def more_words(instance: Instance, child: Child, found: Mapping[str, Any]) -> str:
    """How many settings are open to the child beyond those shown, and how many nearer ones are not."""
    num_open, shown = len(found["suggestions"]) + found["num_left_out"], shown_of(found["suggestions"])
    if not num_open:
        return f"None of the {len(found['ineligible'])} settings is open to this child."
    verb = "is" if num_open == 1 else "are"
    words = f"{num_open} of {num_open + len(found['ineligible'])} settings {verb} open to this child"
    if num_open > len(shown) > 0:
        words += f"; the {len(shown)} best ranked are shown" if len(shown) > 1 else "; the best ranked is shown"
    num_unknown = sum(not is_known(suggestion) for suggestion in found["suggestions"])
    if num_unknown:
        words += f". With {num_unknown} of them no plan was found: the other children leave no room, or time ran out"
    first = shown[0]["distance_miles"] if shown else None
    if first is not None:
        miles = miles_from_home(instance, child, [item["setting"] for item in found["ineligible"]])
        nearer = sum(mile < first for mile in miles.values())
        if nearer:
            which = "that is nearer" if nearer == 1 else "that are nearer"
            verb = "is" if nearer == 1 else "are"
            words += f". {nearer} {which} to the family home than option {shown[0]['rank']} {verb} not open"
    return words + "."


def exclusions_of(
    instance: Instance, child: Child, ineligible: Sequence[Mapping[str, Any]]
) -> tuple[tuple[Exclusion, ...], int]:
    """Which rules close settings, those that close most first, and how many further rules there are."""
    settings: dict[str, list[str]] = defaultdict(list)
    sources: dict[str, str] = {}
    remedies: dict[str, Counter[str]] = defaultdict(Counter)
    for item in ineligible:
        for rule in item["rules"]:
            settings[rule["id"]].append(item["setting"])
            sources[rule["id"]] = rule["source"]
            remedies[rule["id"]][rule["remedy"] or "nothing can"] += 1
    miles = miles_from_home(instance, child, [item["setting"] for item in ineligible])
    order = sorted(settings, key=lambda rule_id: (-len(settings[rule_id]), rule_id))
    found = tuple(
        Exclusion(
            rule=rule_id,
            title=_rule_words(rule_id)[0],
            sentence=_rule_words(rule_id)[1],
            source=sources[rule_id],
            num_settings=len(settings[rule_id]),
            nearest=_nearest_words(settings[rule_id], miles),
            remedy="; ".join(remedy for remedy, _ in remedies[rule_id].most_common(_NUM_REMEDIES)),
        )
        for rule_id in order[:_NUM_RULES]
    )
    return found, max(0, len(order) - _NUM_RULES)


_BY_PLAN = {
    CAPACITY: ("Places taken", "All places go to other children."),
    OPEN: ("Not considered", "The setting would still take the child, but was not on the shortlist."),
}


def _rule_words(rule_id: str) -> tuple[str, str]:
    """Title and sentence of a rule.

    Raises
    ------
    ValueError
        When the catalogue has no such rule.
    """
    if rule_id in _BY_PLAN:
        return _BY_PLAN[rule_id]
    rule = rules_by_id().get(rule_id)
    if rule is None:
        raise ValueError(f"the ranking names the rule {rule_id}, which the catalogue does not have")
    return rule.title, rule.sentence


def miles_from_home(instance: Instance, child: Child, setting_ids: Sequence[str]) -> dict[str, float]:
    """Miles from the family home by setting id; those at an unknown distance are left out."""
    if child.home.easting is None or child.home.northing is None:
        return {}
    known, east, north = [], [], []
    for setting_id in setting_ids:
        place = instance.setting[setting_id].offer.location
        if place.easting is not None and place.northing is not None:
            known.append(setting_id)
            east.append(place.easting)
            north.append(place.northing)
    tenths = distance_tenths(child.home.easting, child.home.northing, east, north)
    return {setting_id: int(tenth) / 10 for setting_id, tenth in zip(known, tenths, strict=True)}


def _nearest_words(setting_ids: Sequence[str], miles: Mapping[str, float]) -> str:
    """The nearest few of some settings with their miles; those at an unknown distance come last."""
    near = heapq.nsmallest(_NUM_NEAREST, setting_ids, key=lambda name: (miles.get(name, math.inf), name))
    return ", ".join(f"{name}\N{NO-BREAK SPACE}({miles_words(miles.get(name))})" for name in near)
