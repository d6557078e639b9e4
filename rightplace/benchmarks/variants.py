"""Variants of generated placement instances: each stresses one thing, as the registry says.

Some change the profile that the generator is given, others the instance that it made. The same seed gives the same
instance on every machine.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

from rightplace.benchmarks.registry import Variant, instance_name
from rightplace.instances.generate import PROFILES, Profile, generate
from rightplace.instances.instance import Instance

if TYPE_CHECKING:
    from collections.abc import Mapping

NEARBY_MILES = 3.0
INCOMPATIBLE_SHARE = 0.02
HIGHER_NEED_SHARE = 1 / 3
MOVED_SHARE = 1 / 3
_HIGHEST_COMMON_LEVEL = 3
"""Level 4 is care around one child: nobody's need is raised to it."""
_METRES_A_MILE = 1609.344


@dataclass(frozen=True, slots=True)
class Made:
    """How a variant is made of a profile.

    Parameters
    ----------
    profile
        The profile to generate from.
    change
        What is then changed in the instance.
    """

    profile: Callable[[Profile], Profile]
    change: Callable[[Instance, int], Instance]


def make(profile_name: str, num_children: int | None, variant: Variant, seed: int) -> Instance:
    """The instance of a profile, a size (``None``: the profile's own), a variant and a seed."""
    profile = PROFILES[profile_name]
    if num_children is not None:
        profile = replace(profile, num_children=num_children)
    how = VARIANTS[variant]
    made = how.change(generate(how.profile(profile), seed), seed)
    return made.replace(name=instance_name(profile_name, num_children, variant, seed))


def _same(profile: Profile) -> Profile:
    return profile


def _unchanged(instance: Instance, _seed: int) -> Instance:
    return instance


def _many_siblings(profile: Profile) -> Profile:
    return replace(profile, sibling_share=0.5)


def _scarce_places(profile: Profile) -> Profile:
    return replace(profile, scarcity=0.85)


def _distant_homes(profile: Profile) -> Profile:
    return replace(
        profile,
        host_rings=profile.host_rings + 1,
        carer_max_miles=2.5 * profile.carer_max_miles,
        supported_max_miles=2.5 * profile.supported_max_miles,
    )


def families_far_away(instance: Instance, seed: int) -> Instance:
    """A third of the families, drawn at random, now live where some setting stands; their schools stay."""
    dice = np.random.default_rng([seed, len(instance.children)])
    family = {child_id: group.id for group in instance.sibling_groups for child_id in group.child_ids}
    names = list(dict.fromkeys(family.get(child.id, child.id) for child in instance.children))
    moves = dice.random(len(names)) < MOVED_SHARE
    where = dice.integers(0, len(instance.settings), len(names))
    home = {
        name: instance.settings[at].offer.location
        for name, at, is_moved in zip(names, where.tolist(), moves.tolist(), strict=True)
        if is_moved
    }
    children = (
        replace(child, home=home.get(family.get(child.id, child.id), child.home)) for child in instance.children
    )
    return instance.replace(children=tuple(children))


def incompatible_children(instance: Instance, seed: int) -> Instance:
    """Each pair of children of different families whose homes are near each other must be apart with a small chance."""
    known = [i for i, child in enumerate(instance.children) if child.home.easting is not None]
    homes = (instance.children[i].home for i in known)
    metres = np.array([(home.easting, home.northing) for home in homes], dtype=np.float64).reshape(-1, 2)
    pairs = cKDTree(metres).query_pairs(NEARBY_MILES * _METRES_A_MILE, output_type="ndarray")
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    chosen = pairs[np.random.default_rng([seed, len(instance.children)]).random(len(pairs)) < INCOMPATIBLE_SHARE]
    family = {child_id: group.id for group in instance.sibling_groups for child_id in group.child_ids}
    apart: defaultdict[str, set[str]] = defaultdict(set)
    for first, second in chosen.tolist():
        one, other = instance.children[known[first]].id, instance.children[known[second]].id
        if one not in family or family[one] != family.get(other):
            apart[one].add(other)
            apart[other].add(one)
    children = (
        replace(child, separate_from_ids=child.separate_from_ids | apart[child.id]) if child.id in apart else child
        for child in instance.children
    )
    return instance.replace(children=tuple(children))


def tight_needs(instance: Instance, seed: int) -> Instance:
    """A third of the children, drawn at random, need one level more than the places were made for, up to level 3."""
    is_chosen = np.random.default_rng([seed, len(instance.children)]).random(len(instance.children))
    children = (
        replace(child, need_level=child.need_level + 1)
        if draw < HIGHER_NEED_SHARE and child.need_level is not None and child.need_level < _HIGHEST_COMMON_LEVEL
        else child
        for child, draw in zip(instance.children, is_chosen.tolist(), strict=True)
    )
    return instance.replace(children=tuple(children))


VARIANTS: Mapping[Variant, Made] = {
    Variant.PLAIN: Made(_same, _unchanged),
    Variant.SIBLINGS: Made(_many_siblings, _unchanged),
    Variant.SCARCE: Made(_scarce_places, _unchanged),
    Variant.INCOMPATIBLE: Made(_same, incompatible_children),
    Variant.DISTANT: Made(_distant_homes, families_far_away),
    Variant.TIGHT: Made(_same, tight_needs),
}
