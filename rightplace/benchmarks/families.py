"""The public families of instances: which there are, where their files lie, and reading one by family and name.

Files with a licence that allows it ship with rightplace: a small selection in the package, the rest in the folder
``instances`` of the repository. Others are brought by their users, in a folder of their own.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rightplace.benchmarks.readers.registry import read, stem_of
from rightplace.errors import Fault, InstanceError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rightplace.benchmarks.problems import Problem

__all__ = ["FAMILIES", "OWN_FOLDER", "Family", "family_of", "instance_path", "instances", "load"]

OWN_FOLDER = "RIGHTPLACE_BENCHMARKS"
"""The environment variable that names a folder of one's own."""

DATA = Path(__file__).parent / "data"
_TOP = Path(__file__).parents[2]
_NO_INSTANCES = (
    "best_known.csv",
    "os",
    "format",
    "capopt.txt",
    "martinelli_bounds.txt",
    "readme",
    "readme.md",
    "readme.txt",
    "origin.md",
)
_EXTENSIONS = ("", ".txt", ".dat", ".cor", ".plc")


@dataclass(frozen=True, slots=True)
class Family:
    """One family of instances.

    Parameters
    ----------
    format
        A name of ``readers.FORMATS``; ``None``: each file is called as its format.
    folders
        What its folder may be called in a folder of one's own, beside the family's name.
    is_shipped
        Whether its licence lets us ship the files.
    is_named_by_folder
        The same names come again in folders below its own: ``folder_file`` is an instance's name.
    """

    name: str
    format: str | None
    about: str
    is_shipped: bool
    folders: tuple[str, ...] = ()
    is_named_by_folder: bool = False


FAMILIES: dict[str, Family] = {
    family.name: family
    for family in (
        Family("tiny", None, "our own, a few numbers each, one for each format", True),
        Family("gap", "gap", "generalised assignment: gap1 to gap12, types A to E", True),
        Family("pmedcap", "pmedcap", "capacitated p-median of OR-Library", True),
        Family(
            "gadegaard",
            "facility_major",
            "single-source facility location, Gadegaard's TB4",
            True,
            ("gadegaard_tb4",),
            True,
        ),
        Family("sslp", "smps", "stochastic server location, SIPLIB", True),
        Family("cap", "orlib_cap", "facility location of OR-Library", False, ("cflp_orlib", "orlib_cap")),
        Family("holmberg", "facility_major", "single-source facility location, Holmberg and others", False),
        Family("yang", "facility_major", "single-source facility location, Yang and others", False),
        Family(
            "diaz_fernandez",
            "diaz_fernandez",
            "single-source facility location, Delmaire, Diaz and Fernandez",
            False,
            ("delmaire",),
        ),
        Family(
            "guastaroba",
            "facility_major_with_value",
            "OR-Library's facilities, single-source, Guastaroba and Speranza",
            False,
            ("facility_major",),
        ),
        Family("orlib", "facility_major", "OR-Library's facilities, single-source, as in OR-Datasets", False),
        Family(
            "tbed1",
            "plc",
            "facility location, Avella and Boccia's test bed 1",
            False,
            ("tbed1_tb1_i300", "tbed1_tb3_i500"),
        ),
    )
}


def family_of(name: str) -> Family:
    """The family of a name.

    Raises
    ------
    ValueError
        When there is none; the message lists those there are.
    """
    if name not in FAMILIES:
        raise ValueError(f"unknown family {name!r}: expected one of {', '.join(FAMILIES)}")
    return FAMILIES[name]


def instances(family: str, own_folder: Path | None = None) -> tuple[str, ...]:
    """Names of the instances whose files are here, in order; ``own_folder`` as in ``instance_path``."""
    return tuple(sorted(_files(family_of(family), own_folder), key=_in_order))


def instance_path(family: str, name: str, own_folder: Path | None = None) -> Path:
    """The file of an instance (of SMPS: its core), ours before the user's own.

    Parameters
    ----------
    name
        With or without a variant, as in ``capa@8000``.
    own_folder
        A folder that somewhere holds a folder called as the family; left out, the one that the environment variable
        ``RIGHTPLACE_BENCHMARKS`` names, if it does.

    Raises
    ------
    InstanceError
        When there is no such file.
    """
    found = _files(family_of(family), own_folder).get(name.partition("@")[0])
    if found is None:
        remedy = f"an instance of the family {family}: " + (
            "these ship with rightplace, most of them in the folder instances of its repository"
            if family_of(family).is_shipped
            else f"its licence does not let us ship it. Bring a folder that holds one called {family}, and name it "
            f"in {OWN_FOLDER}"
        )
        raise InstanceError([Fault(f"{family}/{name}", None, None, None, remedy)])
    return found


def load(family: str, name: str, own_folder: Path | None = None) -> Problem:
    """The problem of a family and a name such as ``e05100``, ``gap1-0@max`` or ``capa@8000``.

    Raises
    ------
    InstanceError
        When its file is not here, or is refused.
    ValueError
        For an unknown family, or a variant that its format does not have.
    """
    path = instance_path(family, name, own_folder)
    return read(path, family_of(family).format or stem_of(path), name.partition("@")[2])


def _files(family: Family, own_folder: Path | None) -> dict[str, Path]:
    """The file of each name; ours come before the user's own."""
    shipped = _named(family, shipped_folders(family.name))
    own = own_folder or (Path(os.environ[OWN_FOLDER]) if os.environ.get(OWN_FOLDER) else None)
    return shipped if own is None else _named(family, list(_own_folders(family, own))) | shipped


def shipped_folders(family: str) -> list[Path]:
    """The folders of a family's files that ship with the package, and with the repository where this is a clone."""
    folders = [DATA / family]
    if (_TOP / "pyproject.toml").is_file():
        folders.append(_TOP / "instances" / family)
    return [folder for folder in folders if folder.is_dir()]


def _own_folders(family: Family, root: Path) -> Iterator[Path]:
    """Every folder in a user's that is called as the family, or is the user's folder itself."""
    if not root.is_dir():
        raise InstanceError([Fault(str(root), None, None, None, f"a folder (it is named in {OWN_FOLDER})")])
    called = {family.name, *family.folders}
    yield from (folder for folder in sorted([root, *root.rglob("*")]) if folder.name in called and folder.is_dir())


def _named(family: Family, folders: list[Path]) -> dict[str, Path]:
    """The instance files in some folders and below, by name; not those below a folder of another family."""
    found: dict[str, Path] = {}
    faults = []
    for folder in folders:
        for path in _below(folder):
            is_below = family.is_named_by_folder and path.parent != folder
            name = f"{path.parent.name}_{stem_of(path)}" if is_below else stem_of(path)
            first = found.setdefault(name, path)
            if first != path:
                faults.append(Fault(str(path), None, None, None, f"one file of this name, not {first} too"))
    if faults:
        raise InstanceError(faults)
    return found


def _below(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.is_dir() and path.name not in _OTHER_FOLDERS:
            yield from _below(path)
        elif path.is_file() and _is_instance(path):
            yield path


_OTHER_FOLDERS = {"solutions", "best_solutions"} | {
    folder for family in FAMILIES.values() for folder in (family.name, *family.folders)
}


def _is_instance(path: Path) -> bool:
    """By its name: no page about the instances, and of SMPS's three files the core."""
    name = path.name.lower().removesuffix(".gz")
    return Path(name).suffix in _EXTENSIONS and name not in _NO_INSTANCES and not name.startswith(("licen", "."))


def _in_order(name: str) -> list[tuple[int, str]]:
    """Numbers in names in the order of their size: p2 before p10."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)]
