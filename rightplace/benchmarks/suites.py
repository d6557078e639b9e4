"""Suites: named sets of instances to be measured together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rightplace.benchmarks.registry import FromLibrary, Spec, generated
from rightplace.benchmarks.variants import Variant

SEEDS = (1, 2, 3)
_SMOKE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Suite:
    """A named set of instances.

    Parameters
    ----------
    what
        In words, for ``rightplace bench list``.
    specs
        Its instances; of a suite that the user brings, given the folder.
    needs_folder
        The user brings the files.
    """

    name: str
    what: str
    specs: Callable[[Path | None], Iterator[Spec]]
    needs_folder: bool = False


def _placements(profile: str, limit_seconds: float) -> Callable[[Path | None], Iterator[Spec]]:
    def specs(_folder: Path | None) -> Iterator[Spec]:
        for variant in Variant:
            for seed in SEEDS:
                yield generated(profile, variant, seed, limit_seconds)

    return specs


def _library() -> Iterator[Spec]:
    yield Spec(
        name="tiny",
        family="library",
        what="nine children and six settings, solved by hand (docs/library/tiny.md)",
        source=FromLibrary("tiny"),
        digest=None,
        limit_seconds=_SMOKE_SECONDS,
    )


def _smoke(_folder: Path | None) -> Iterator[Spec]:
    yield from _library()
    for variant in (Variant.SIBLINGS, Variant.INCOMPATIBLE):
        yield generated("council", variant, 1, _SMOKE_SECONDS, num_children=20)


_ALL = (
    Suite("smoke", "tiny instances of every kind: every reader, every solver, every check; minutes", _smoke),
    Suite("council", "330 children of one authority, all waiting: 3 seeds, 6 variants", _placements("council", 60.0)),
    Suite("london", "10,000 children of 33 authorities: 3 seeds, 6 variants", _placements("london", 600.0)),
    Suite("england", "83,000 children of 152 authorities: 3 seeds, 6 variants", _placements("england", 3600.0)),
)
SUITES = {suite.name: suite for suite in _ALL}


def spec_of(name: str, folder: Path | None) -> Spec:
    """The instance of a name, in any suite.

    Raises
    ------
    KeyError
        When there is none.
    """
    for suite in SUITES.values():
        if not suite.needs_folder or folder is not None:
            for spec in suite.specs(folder):
                if spec.name == name:
                    return spec
    raise KeyError(name)
