"""Makes or reads an instance of the registry, and turns it into what solvers are asked; loads what that needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from rightplace.benchmarks.registry import FromLibrary, Generated, Public, Spec

if TYPE_CHECKING:
    from rightplace.benchmarks.questions import Question
    from rightplace.instances.instance import Instance


def placement_instance(source: Generated | FromLibrary) -> Instance:
    """The placement instance of a source."""
    from rightplace.benchmarks.variants import make
    from rightplace.instances.library import library_path
    from rightplace.instances.tables import read_instance

    match source:
        case Generated():
            return make(source.profile, source.num_children, source.variant, source.seed)
        case FromLibrary():
            return read_instance(library_path(source.name))
        case _:
            assert_never(source)


def opened(spec: Spec) -> Question:
    """An instance as solvers see it.

    Raises
    ------
    InstanceError
        When a file is not what its family says.
    """
    match spec.source:
        case Generated() | FromLibrary():
            from rightplace.benchmarks.placements import PlacementQuestion

            return PlacementQuestion(placement_instance(spec.source))
        case Public():
            from rightplace.benchmarks.families import load
            from rightplace.benchmarks.publics import PublicQuestion

            source = spec.source
            return PublicQuestion(spec.name, load(source.family, source.name, source.folder))
        case _:
            assert_never(spec.source)


def wrong_digest(spec: Spec, digest: str) -> str:
    """What is wrong when an instance is not the one that the registry knows; empty when nothing is."""
    if spec.digest in (None, digest):
        return ""
    return f"{spec.name} has the digest {digest}, the registry says {spec.digest}: it is not the same instance"
