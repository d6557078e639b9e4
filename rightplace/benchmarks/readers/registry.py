"""The formats by name, and how one is recognised."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rightplace.benchmarks.readers.diaz_fernandez import read_diaz_fernandez
from rightplace.benchmarks.readers.facility_major import read_facility_major, read_facility_major_with_value
from rightplace.benchmarks.readers.gap import read_gap
from rightplace.benchmarks.readers.orlib_cap import LITERAL, read_orlib_cap
from rightplace.benchmarks.readers.plc import read_plc
from rightplace.benchmarks.readers.pmedcap import read_pmedcap
from rightplace.benchmarks.readers.smps import read_smps
from rightplace.benchmarks.readers.tokens import Tokens
from rightplace.benchmarks.readers.variants import Reading, Variant, parse_variant
from rightplace.errors import Fault, InstanceError

if TYPE_CHECKING:
    from rightplace.benchmarks.problems import Problem

_SPLITTING = frozenset({"is_single_source"})


@dataclass(frozen=True, slots=True)
class Format:
    """How files of one layout are read.

    Parameters
    ----------
    layout
        Reads one problem; ``None`` for SMPS, whose files have keywords.
    variants
        Fields of ``Variant`` that mean something here.
    folders
        Names of folders whose files are taken to be in this format.
    extensions
        Extensions of files that can only be in this format.
    is_collection
        A leading number says how many problems follow.
    """

    about: str
    layout: Callable[[Tokens, str, Variant], Reading] | None
    variants: frozenset[str] = frozenset()
    folders: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()
    is_collection: bool = False


FORMATS: dict[str, Format] = {
    "gap": Format(
        "generalised assignment, one problem a file",
        read_gap,
        frozenset({"is_maximisation"}),
        ("gap", "cattrysse1994", "chu1997", "yagiura2004"),
    ),
    "gap_collection": Format(
        "generalised assignment, a leading number of problems (OR-Library's own files)",
        read_gap,
        frozenset({"is_maximisation"}),
        is_collection=True,
    ),
    "orlib_cap": Format(
        "OR-Library cap: customer by customer, may be split",
        read_orlib_cap,
        frozenset({"capacity", "is_single_source"}),
        ("cap", "orlib_cap", "cflp_orlib"),
    ),
    "facility_major": Format(
        "facility by facility, single source: Holmberg, Yang, Gadegaard",
        read_facility_major,
        _SPLITTING,
        ("holmberg", "yang", "gadegaard", "gadegaard_tb4"),
    ),
    "facility_major_with_value": Format(
        "facility by facility, the best value behind it: Guastaroba and Speranza",
        read_facility_major_with_value,
        _SPLITTING,
        ("guastaroba", "facility_major"),
    ),
    "diaz_fernandez": Format(
        "customers first, single source: Delmaire, Diaz and Fernandez",
        read_diaz_fernandez,
        _SPLITTING,
        ("diaz_fernandez",),
    ),
    "plc": Format("costs of a unit, single source: TBED1", read_plc, _SPLITTING, ("tbed1",), (".plc",)),
    "pmedcap": Format("capacitated p-median, one problem a file", read_pmedcap, _SPLITTING, ("pmedcap",)),
    "pmedcap_collection": Format(
        "capacitated p-median, a leading number of problems (OR-Library's own file)",
        read_pmedcap,
        _SPLITTING,
        is_collection=True,
    ),
    "smps": Format("two-stage stochastic, three files", None, extensions=(".cor", ".tim", ".sto"), folders=("sslp",)),
}


def format_of(path: Path) -> str | None:
    """The format that the extension, or the nearest folder with a known name, stands for; ``None`` if neither does."""
    extensions = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"][-1:]
    for name, found in FORMATS.items():
        if set(extensions) & set(found.extensions):
            return name
    for folder in path.absolute().parent.parts[::-1]:
        for name, found in FORMATS.items():
            if folder.lower() in found.folders:
                return name
    return None


def read(path: Path | str, format: str | None = None, variant: str = "") -> Problem:
    """The one problem of a file in its original format.

    Parameters
    ----------
    format
        A name of ``FORMATS``; left out, it is recognised by the extension or a folder's name.
    variant
        What the file does not say: a capacity, ``max``, ``single``, ``split``, joined by ``@``.

    Raises
    ------
    InstanceError
        With every fault of the file that can be known: file, line, value, what was expected. So also when the
        format is not recognised, or when the file holds several problems (``read_all``).
    ValueError
        For an unknown format, or a variant that it does not have.
    """
    return reading_of(path, format, variant).problem


def reading_of(path: Path | str, format: str | None = None, variant: str = "") -> Reading:
    """As ``read``, with the best value that the file itself states."""
    readings = read_all(path, format, variant)
    if len(readings) != 1:
        expected = f"a file with one problem; this has {len(readings)}: read it with read_all"
        raise InstanceError([Fault(str(path), None, None, None, expected)])
    return readings[0]


def read_all(path: Path | str, format: str | None = None, variant: str = "") -> tuple[Reading, ...]:
    """Every problem of a file, in order, each with the best value that the file states; raises as ``read``."""
    path = Path(path)
    named = format or format_of(path)
    if named is None:
        expected = f"a named format: one of {', '.join(FORMATS)}"
        raise InstanceError([Fault(str(path), None, None, None, expected)])
    if named not in FORMATS:
        raise ValueError(f"unknown format {named!r}: expected one of {', '.join(FORMATS)}")
    chosen, meaning = FORMATS[named], parse_variant(variant)
    meaning.refuse_others(chosen.variants, named)
    name = "@".join(filter(None, [stem_of(path), variant]))
    if chosen.layout is None:
        return (read_smps(path, name),)
    tokens = Tokens(path, LITERAL if named == "orlib_cap" else None)
    num = tokens.count("the number of problems") if chosen.is_collection else 1
    readings = []
    for position in range(num):
        own = f"{stem_of(path)}-{position}" if chosen.is_collection else stem_of(path)
        readings.append(chosen.layout(tokens, "@".join(filter(None, [own, variant])), meaning))
    tokens.end()
    return tuple(readings)


def stem_of(path: Path) -> str:
    """The name without ``.gz`` and the extension of a text file; ``50-100-1.dat`` is ``50-100-1``."""
    name = path.name.removesuffix(".gz")
    return Path(name).stem
