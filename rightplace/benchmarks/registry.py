"""The registry: every instance of the bench by name, what it is, how it is made or read, and its digest once known."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rightplace.benchmarks.variants import VARIANTS, Variant, instance_name

DIGESTS = Path(__file__).with_name("digests.csv")
"""Instance and SHA-256 of those that have been made once and must not change."""


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
class Shipped:
    """A public problem that ships with rightplace."""

    family: str
    name: str


@dataclass(frozen=True, slots=True)
class Brought:
    """A public problem in a file that the user brings."""

    family: str
    path: Path


Source = Generated | FromLibrary | Shipped | Brought


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


def generated(profile: str, variant: Variant, seed: int, limit_seconds: float, num_children: int | None = None) -> Spec:
    """The spec of a generated placement instance."""
    name = instance_name(profile, num_children, variant, seed)
    size = "" if num_children is None else f" with {num_children} children"
    return Spec(
        name=name,
        family=profile if num_children is None else f"{profile}{num_children}",
        what=f"profile {profile}{size}, seed {seed}: {VARIANTS[variant].what}",
        source=Generated(profile, num_children, variant, seed),
        digest=known_digests().get(name),
        limit_seconds=limit_seconds,
    )


@cache
def known_digests() -> dict[str, str]:
    """The digests of ``digests.csv``, by instance."""
    with DIGESTS.open(encoding="utf-8", newline="") as file:
        return {row["instance"]: row["digest"] for row in csv.DictReader(file)}
