"""Where things are: points, distances, authorities and their neighbours.

All of it is offline: no address leaves the machine.

``locate`` turns what people type into a ``Point``; ``distance_tenths`` measures as the Department for
Education does; ``english_authorities`` and ``find_authority`` are the table of children's services
authorities. The data that ships is described in ``data/ORIGIN.md``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from rightplace.instances import postcodes
from rightplace.instances.coordinates import Position, read_coordinates

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import ArrayLike, NDArray

EXPECTED_PLACE = (
    "expected a postcode (NW9 5XY), a postcode sector (NW9 5), an outcode (NW9), latitude,longitude "
    "(51.6,-0.2), a National Grid reference (TQ 234 905), eastings and northings in metres (523400 190500), "
    "authority: and a name or code (authority:Barnet), or unknown"
)


class Precision(StrEnum):
    """How closely a place is known, from best to worst."""

    POINT = "point"
    POSTCODE = "postcode"
    SECTOR = "sector"
    OUTCODE = "outcode"
    AUTHORITY = "authority"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Point:
    """A place in Great Britain or Northern Ireland, or an unknown one.

    Attributes
    ----------
    text
        how the place is written in a table, normalised: ``locate(point.text) == point``.
    easting, northing
        metres, British National Grid; ``None`` exactly when ``precision`` is ``UNKNOWN``.
    precision
        how closely the place is known.
    authority_id
        GSS code of the upper-tier (children's services) authority it lies in; ``None`` if unknown, outside
        England or in the Isles of Scilly.
    """

    text: str
    easting: int | None
    northing: int | None
    precision: Precision
    authority_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """A children's services authority.

    Attributes
    ----------
    id
        GSS code, such as ``"E09000003"`` (an instance may use ids of its own).
    name
        its name as the Office for National Statistics writes it.
    region
        which of the nine English regions it is in; ``None`` if not said.
    neighbour_ids
        the authorities that adjoin it: a placement outside the authority and all of these is "at a distance"
        (regulation 11 of the Care Planning, Placement and Case Review (England) Regulations 2010).
    partner_ids
        the authorities that it shares vacancies with; always empty in the shipped table.
    centre
        the median of its postcodes, so where its people are rather than where its land is.
    """

    id: str
    name: str
    region: str | None = None
    neighbour_ids: frozenset[str] = frozenset()
    partner_ids: frozenset[str] = frozenset()
    centre: Point | None = None


UNKNOWN_LOCATION = Point("unknown", None, None, Precision.UNKNOWN, None)


# ----------------------------------------------------------------------------------------------------- places

# Farther than this from any postcode, a point is at sea or abroad: in no authority.
MAX_METRES_TO_POSTCODE = 20_000


def locate(text: str) -> Point:
    """The place that a text names; see ``EXPECTED_PLACE`` for what may be written.

    Coordinates get the authority of the nearest full postcode. For places where people live that is wrong 3
    times in 1,000, all of them beside a boundary (200,000 postcodes, each compared with the next nearest); on
    empty land it can be wrong up to half the distance between postcodes, a kilometre or two. Give the
    postcode where there is one.

    Raises
    ------
    ValueError
        if the text names no place. The message says what was expected; for a postcode that does not exist,
        what of it does.
    """
    found = locate_many([text])[text]
    if isinstance(found, ValueError):
        raise found
    return found


def locate_many(texts: Iterable[str]) -> dict[str, Point | ValueError]:
    """``locate`` for many texts at once; each distinct text is looked at once.

    Returns
    -------
    text -> its place, or the error that ``locate`` would raise; in the order of first appearance.
    """
    found: dict[str, Point | ValueError] = {}
    positions: dict[str, Position] = {}
    for text in dict.fromkeys(texts):
        try:
            place = _place(text)
        except ValueError as fault:
            found[text] = fault
            continue
        if isinstance(place, Position):
            positions[text] = place
            found[text] = UNKNOWN_LOCATION  # keeps the order; replaced below
        else:
            found[text] = place
    if positions:
        _, eastings, northings = zip(*positions.values(), strict=True)
        districts, metres = postcodes.nearest_districts(np.array(eastings), np.array(northings))
        for (text, p), district, distance in zip(positions.items(), districts, metres.tolist(), strict=True):
            authority_id = _districts().get(district) if distance <= MAX_METRES_TO_POSTCODE else None
            found[text] = Point(p.text, p.easting, p.northing, Precision.POINT, authority_id)
    return found


def _place(text: str) -> Point | Position:
    """A place, or a bare position whose authority is still to be found."""
    plain = " ".join(text.split())
    if plain.casefold() == "unknown":
        return UNKNOWN_LOCATION
    prefix, colon, name = plain.partition(":")
    if colon and prefix.strip().casefold() == "authority":
        centre = find_authority(name).centre
        assert centre is not None  # every authority of the shipped table has one
        return centre
    parts = postcodes.split_postcode(plain)
    if parts:
        return _full_postcode(*parts)
    names = postcodes.area_candidates(plain)
    for name in names:
        is_sector = " " in name
        area = (postcodes.sectors() if is_sector else postcodes.outcodes()).get(name)
        if area:
            precision = Precision.SECTOR if is_sector else Precision.OUTCODE
            return Point(name, area.easting, area.northing, precision, area.authority_id)
    if names:
        kind = "postcode sector" if " " in names[0] else "outcode"
        known = postcodes.known_part(names[0].split()[0], "")
        raise ValueError(f"{kind} {names[0]} is not one of Great Britain's; {known}")
    position = read_coordinates(plain)
    if position is None:
        raise ValueError(f"{text!r} is not a place: {EXPECTED_PLACE}")
    return position


def _full_postcode(outcode: str, inward: str) -> Point:
    text = f"{outcode} {inward}"
    row = postcodes.find_postcode(outcode, inward)
    if row is None:
        raise ValueError(f"postcode {text} does not exist; {postcodes.known_part(outcode, inward)}")
    if row.easting is None:
        raise ValueError(
            f"postcode {text} has no position on the National Grid (the Channel Islands, the Isle of Man and "
            f"some terminated postcodes have none); {postcodes.known_part(outcode, inward)}"
        )
    return Point(text, row.easting, row.northing, Precision.POSTCODE, _districts().get(row.district))


# -------------------------------------------------------------------------------------------------- distances


def distance_tenths(
    easting_a: ArrayLike, northing_a: ArrayLike, easting_b: ArrayLike, northing_b: ArrayLike
) -> NDArray[np.int32]:
    """Straight-line distance in tenths of a mile, rounded half up.

    The definition is that of the DfE's guidance to the SSDA903 return, as quoted in the public validator of
    that return (``data-to-insight/csc-validator-be-903``): ``sqrt(dE**2 + dN**2) / 1000 / 1.6093`` miles to
    one decimal place. The rounding is settled in whole numbers, so the answer is the same on every machine.

    Parameters
    ----------
    easting_a, northing_a, easting_b, northing_b
        whole metres, British National Grid; shapes that broadcast together.

    Returns
    -------
    array of the broadcast shape, tenths of a mile, >= 0.
    """
    east = np.asarray(easting_a, dtype=np.int64) - np.asarray(easting_b, dtype=np.int64)
    north = np.asarray(northing_a, dtype=np.int64) - np.asarray(northing_b, dtype=np.int64)
    square = np.asarray(east * east + north * north)
    tenths = np.floor(np.sqrt(square) / 160.93 + 0.5).astype(np.int64)
    # k tenths is right if (k - 1/2) * 160.93 <= metres < (k + 1/2) * 160.93; squared, times 200**2, that is
    # exact.
    square *= 40_000
    tenths -= (tenths > 0) & ((2 * tenths - 1) ** 2 * 16_093**2 > square)
    tenths += (2 * tenths + 1) ** 2 * 16_093**2 <= square
    return np.asarray(tenths, dtype=np.int32)


def distance_miles(a: Point, b: Point) -> float | None:
    """Straight-line distance in miles to one decimal place, as ``distance_tenths``; ``None`` if either is
    unknown.
    """
    if a.easting is None or a.northing is None or b.easting is None or b.northing is None:
        return None
    return int(distance_tenths(a.easting, a.northing, b.easting, b.northing)) / 10


# ------------------------------------------------------------------------------------------------ authorities

# Authorities whose ground went to more than one other: no single answer, so they are refused by name.
_SPLIT = {
    "cumbria": "Cumbria became Cumberland and Westmorland and Furness in April 2023",
    "northamptonshire": ("Northamptonshire became North Northamptonshire and West Northamptonshire in April 2021"),
}
_SPLIT_CODES = {"E10000006": "cumbria", "E10000021": "northamptonshire"}
_ALIASES = {"hull": "E06000010", "bcp": "E06000058", "durham": "E06000047", "southend": "E06000033"}
_STYLE_BEFORE = re.compile(r"^(the )?((lb|rb|mbc) (of )?|((london|royal|metropolitan) )*(borough|city|county) of )")
_STYLE_AFTER = re.compile(
    r" (city|county) of$"
    r"|( (city|county|district|metropolitan|borough|unitary|mbc|lb|bc|cc|dc|council|authority))+$"
)


@cache
def english_authorities() -> Mapping[str, Authority]:
    """The 152 upper-tier authorities of England since April 2023, by GSS code, in order of it.

    All of them but the Council of the Isles of Scilly: 21 counties, 62 unitary authorities, 36 metropolitan
    districts, 32 London boroughs and the City of London.
    """
    return MappingProxyType(
        {
            row["id"]: Authority(
                id=row["id"],
                name=row["name"],
                region=row["region"],
                neighbour_ids=frozenset(row["neighbour_ids"].split()),
                centre=_centre(row["id"], int(row["easting"]), int(row["northing"])),
            )
            for row in postcodes.data_rows("authorities.csv")
        }
    )


def _centre(authority_id: str, easting: int, northing: int) -> Point:
    return Point(f"authority:{authority_id}", easting, northing, Precision.AUTHORITY, authority_id)


def find_authority(text: str) -> Authority:
    """An English authority by GSS code or by name.

    Names may differ in case, punctuation, ``&`` for ``and``, and civic style ("London Borough of", "City
    Council", "MBC", "County of"). Districts, by name or code and including those since abolished, stand for
    the authority that has their ground now.

    Raises
    ------
    ValueError
        if there is no such authority, or no single one; the message suggests close names.
    """
    plain = " ".join(text.split())
    code = plain.upper()
    known = english_authorities()
    if code in known:
        return known[code]
    if code in _districts():
        return known[_districts()[code]]
    name = _plain_name(plain)
    split = _SPLIT.get(_SPLIT_CODES.get(code, _without_style(name)))
    if split:
        raise ValueError(f"{plain!r} is not one authority: {split}")
    by_name = _authority_ids_by_name()
    for candidate in (name, _without_style(name)):
        if candidate in by_name:
            return known[by_name[candidate]]
    from difflib import get_close_matches

    matches = get_close_matches(_without_style(name), by_name, n=3)
    close = dict.fromkeys(known[by_name[match]].name for match in matches)
    hint = f" (did you mean {' or '.join(close)}?)" if close else ""
    raise ValueError(
        f"{plain!r} is not an English local authority{hint}: expected a name or a GSS code such as E09000003"
    )


@cache
def _districts() -> dict[str, str]:
    return {row["id"]: row["authority_id"] for row in postcodes.data_rows("districts.csv")}


@cache
def _authority_ids_by_name() -> dict[str, str]:
    ids = dict(_ALIASES)
    for row in postcodes.data_rows("districts.csv"):
        ids[_plain_name(row["name"])] = row["authority_id"]
    for authority in english_authorities().values():  # later and so above any district of the same name
        ids[_plain_name(authority.name)] = authority.id
    # "City of London" keeps its style: "London" alone is not one authority.
    styled = {_without_style(name): authority_id for name, authority_id in ids.items() if name != "city of london"}
    return styled | ids


def _plain_name(text: str) -> str:
    return " ".join(re.sub(r"[^a-z ]", "", re.sub(r"[-/,]", " ", text.lower().replace("&", " and "))).split())


def _without_style(name: str) -> str:
    if name.startswith("city of london"):
        return "city of london"
    return _STYLE_AFTER.sub("", _STYLE_BEFORE.sub("", name))


def postcodes_of(
    authority_ids: Iterable[str],
) -> dict[str, tuple[NDArray[np.str_], NDArray[np.int32], NDArray[np.int32]]]:
    """All full postcodes in each of the given authorities.

    Live and terminated ones alike: the directory at hand does not say which is which.

    Returns
    -------
    authority id -> (codes such as ``"NW9 5XY"``, eastings, northings), three arrays of shape (n,), metres on
    the British National Grid, in ascending order of first letter and then of the code as the directory pads
    it.

    Raises
    ------
    ValueError
        if an id is not one of ``english_authorities()``.
    """
    wanted = tuple(dict.fromkeys(authority_ids))
    letters: dict[str, str] = {row["id"]: row["postcode_letters"] for row in postcodes.data_rows("authorities.csv")}
    for authority_id in wanted:
        if authority_id not in letters:
            raise ValueError(f"{authority_id!r} is not the id of an English authority, such as E09000003")
    parts: dict[str, list[tuple[NDArray[np.bytes_], NDArray[np.int32], NDArray[np.int32]]]] = {a: [] for a in wanted}
    for letter in sorted(set("".join(letters[authority_id] for authority_id in wanted))):
        table = postcodes.postcode_table(letter)
        owners = np.array([_districts().get(district, "") for district in table.districts])
        for authority_id in (a for a in wanted if letter in letters[a]):
            rows = (owners == authority_id)[table.district_idx] & (table.eastings >= 0)
            parts[authority_id].append((table.codes[rows], table.eastings[rows], table.northings[rows]))
    return {
        authority_id: (
            postcodes.written_codes(np.concatenate([codes for codes, _, _ in found])),
            np.concatenate([eastings for _, eastings, _ in found]),
            np.concatenate([northings for _, _, northings in found]),
        )
        for authority_id, found in parts.items()
    }
