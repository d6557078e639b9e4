"""The registry: every instance of the bench by name, what it is, how it is made or read, and its digest once known."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

DIGESTS = Path(__file__).with_name("digests.csv")
"""Instance and SHA-256 of those that have been made once and must not change."""


class Variant(StrEnum):
    """What an instance stresses."""

    PLAIN = "plain"
    SIBLINGS = "siblings"
    SCARCE = "scarce"
    INCOMPATIBLE = "incompatible"
    DISTANT = "distant"
    TIGHT = "tight"


STRESSES: Mapping[Variant, str] = {
    Variant.PLAIN: "as the generator makes it",
    Variant.SIBLINGS: "half of the families are sibling groups (plain: a fifth)",
    Variant.SCARCE: "0.85 vacant places to each waiting child (plain: 1.15)",
    Variant.INCOMPATIBLE: "2% of the pairs of children who live within 3 miles of each other must be apart",
    Variant.DISTANT: "settings in one more ring of authorities, carers considered 2.5 times as far away, a third of "
    "the families where some setting stands, far from their schools",
    Variant.TIGHT: "a third of the children need one level more than the places were made for",
}
"""What each variant stresses; ``variants`` makes it so."""


@dataclass(frozen=True, slots=True)
class Generated:
    """A placement instance that our generator makes (``docs/generator.md``).

    Parameters
    ----------
    num_children
        ``None``: the profile's own number.
    """

    profile: str
    num_children: int | None
    variant: Variant
    seed: int


@dataclass(frozen=True, slots=True)
class FromLibrary:
    """A placement instance that ships with rightplace."""

    name: str


@dataclass(frozen=True, slots=True)
class Public:
    """A public problem, in a file that ships with rightplace or that the user brings.

    Parameters
    ----------
    name
        As ``families.load`` has it, with its variant.
    folder
        Where the user's files are; ``None``: those that ship.
    """

    family: str
    name: str
    folder: Path | None = None


Source = Generated | FromLibrary | Public


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """One instance of the bench.

    Parameters
    ----------
    name
        Unique in the registry; what a row of results is about.
    family
        Tables have one part for each: the size of a placement instance, or the name of a public family.
    what
        What it is, in words.
    source
        How it is made or read.
    digest
        SHA-256 that the instance must have; ``None``: not known yet.
    limit_seconds
        What a solver gets where nothing else is said.
    """

    name: str
    family: str
    what: str
    source: Source
    digest: str | None
    limit_seconds: float


def instance_name(profile_name: str, num_children: int | None, variant: Variant, seed: int) -> str:
    """``council-siblings-1``, ``council20-plain-1``: what such an instance is called everywhere."""
    return f"{profile_name}{'' if num_children is None else num_children}-{variant}-{seed}"


def generated(profile: str, variant: Variant, seed: int, limit_seconds: float, num_children: int | None = None) -> Spec:
    """The spec of a generated placement instance."""
    name = instance_name(profile, num_children, variant, seed)
    size = "" if num_children is None else f" with {num_children} children"
    return Spec(
        name=name,
        family=profile if num_children is None else f"{profile}{num_children}",
        what=f"profile {profile}{size}, seed {seed}: {STRESSES[variant]}",
        source=Generated(profile, num_children, variant, seed),
        digest=known_digests().get(name),
        limit_seconds=limit_seconds,
    )


@cache
def known_digests() -> dict[str, str]:
    """The digests of ``digests.csv``, by instance."""
    with DIGESTS.open(encoding="utf-8", newline="") as file:
        return {row["instance"]: row["digest"] for row in csv.DictReader(file)}
