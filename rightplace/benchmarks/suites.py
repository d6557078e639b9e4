"""Suites: named sets of instances to be measured together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rightplace.benchmarks.best_known import best_known
from rightplace.benchmarks.families import FAMILIES, Family, instances
from rightplace.benchmarks.registry import FromLibrary, Public, Spec, Variant, generated

SEEDS = (1, 2, 3)
_SMOKE_SECONDS, _SMOKE_PUBLIC_SECONDS = 5.0, 2.0
_PUBLIC_SECONDS = 60.0
_SMOKE_PUBLIC = {
    "gap": ("gap1-0", "gap12-0@max"),
    "pmedcap": ("pmedcap01",),
    "gadegaard": ("50-100-2_50-100-1",),
    "sslp": ("sslp_5_25_50",),
}


@dataclass(frozen=True, slots=True)
class Suite:
    """A named set of instances.

    Parameters
    ----------
    what
        In words, for ``rightplace bench list``.
    specs
        Its instances, given the folder that the user brings, if any.
    takes_folder
        Files of the user's may belong to it.
    """

    name: str
    what: str
    specs: Callable[[Path | None], Iterator[Spec]]
    takes_folder: bool = False


def _placements(profile: str, limit_seconds: float) -> Callable[[Path | None], Iterator[Spec]]:
    def specs(_folder: Path | None) -> Iterator[Spec]:
        for variant in Variant:
            for seed in SEEDS:
                yield generated(profile, variant, seed, limit_seconds)

    return specs


def _public(family: Family) -> Callable[[Path | None], Iterator[Spec]]:
    def specs(folder: Path | None) -> Iterator[Spec]:
        named = list(best_known(family.name))
        for name in instances(family.name, folder):
            variants = [known for known in named if known.partition("@")[0] == name] or [name]
            for variant in variants:
                yield public(family.name, variant, _PUBLIC_SECONDS, folder)

    return specs


def public(family: str, name: str, limit_seconds: float, folder: Path | None = None) -> Spec:
    """The spec of a public problem."""
    return Spec(
        name=f"{family}/{name}",
        family=family,
        what=FAMILIES[family].about,
        source=Public(family, name, folder),
        digest=None,
        limit_seconds=limit_seconds,
    )


def _smoke(_folder: Path | None) -> Iterator[Spec]:
    yield Spec(
        name="tiny",
        family="library",
        what="nine children and six settings, solved by hand (docs/library/tiny.md)",
        source=FromLibrary("tiny"),
        digest=None,
        limit_seconds=_SMOKE_SECONDS,
    )
    for variant in (Variant.SIBLINGS, Variant.INCOMPATIBLE):
        yield generated("council", variant, 1, _SMOKE_SECONDS, num_children=20)
    for name in best_known("tiny"):
        yield public("tiny", name, _SMOKE_SECONDS)
    for family, names in _SMOKE_PUBLIC.items():
        for name in names:
            yield public(family, name, _SMOKE_PUBLIC_SECONDS)


def _about(family: Family) -> str:
    return family.about if family.is_shipped else f"{family.about}; bring your own files (--folder)"


SUITES = {
    suite.name: suite
    for suite in (
        Suite("smoke", "every reader, every solver and every check on small instances: minutes", _smoke),
        Suite("council", "330 children of one authority: 3 seeds, 6 variants", _placements("council", 60.0)),
        Suite("london", "10,000 children of 33 authorities: 3 seeds, 6 variants", _placements("london", 600.0)),
        Suite("england", "83,000 children of 152 authorities: 3 seeds, 6 variants", _placements("england", 3600.0)),
        *(
            Suite(family.name, _about(family), _public(family), takes_folder=True)
            for family in FAMILIES.values()
            if family.name != "tiny"
        ),
    )
}


def spec_of(name: str, folder: Path | None) -> Spec:
    """The instance of a name, in any suite.

    Raises
    ------
    KeyError
        When there is none.
    """
    family, _, rest = name.partition("/")
    if rest and family in FAMILIES:
        return public(family, rest, _PUBLIC_SECONDS, folder)
    for suite in SUITES.values():
        if not suite.takes_folder:
            for spec in suite.specs(None):
                if spec.name == name:
                    return spec
    raise KeyError(name)
