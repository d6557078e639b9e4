"""Coordinates as people type them: degrees, National Grid references, eastings and northings. No look-up, no
data.

Each reader returns ``None`` for a text that is not of its kind, and raises ``ValueError`` for one that is but
names no place in Great Britain or Northern Ireland.
"""

from __future__ import annotations

import re
from functools import cache
from math import floor
from typing import Any, NamedTuple

# The extent of the British National Grid (EPSG:27700), metres.
MAX_EASTING = 700_000
MAX_NORTHING = 1_300_000

_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
_METRES = re.compile(rf"({_NUMBER})(?:\s*,\s*|\s+)({_NUMBER})")
_DEGREES = re.compile(rf"([+-]?{_NUMBER})\s*°?(?:\s*,\s*|\s+)([+-]?{_NUMBER})\s*°?")
_GRID = re.compile(r"([A-Z]{2})\s*([0-9]+)(?:\s+([0-9]+))?")
# One angle with its compass letter before or after: degrees, or degrees and minutes, or all three.
_ANGLE = rf"({{0}}?)\s*({_NUMBER})\s*°?(?:(?<=°)\s*({_NUMBER})\s*['′’](?:\s*({_NUMBER})\s*[\"″”])?)?\s*({{0}}?)"
_COMPASS = re.compile(_ANGLE.format("[NS]") + r"(?:\s*,\s*|\s+|(?<=[NS]))" + _ANGLE.format("[EW]"))


class Position(NamedTuple):
    """A place on the British National Grid, metres, and the normalised text that says so."""

    text: str
    easting: int
    northing: int


def read_coordinates(text: str) -> Position | None:
    """Read coordinates of any kind; ``None`` if the text is none.

    Raises
    ------
    ValueError
        if they lie outside Great Britain and Northern Ireland, or are cut short.
    """
    plain = " ".join(text.upper().split())
    return read_metres(plain) or read_degrees(plain) or read_grid_reference(plain)


def read_metres(text: str) -> Position | None:
    """Eastings and northings, ``"523400 190500"``: both 1,000 or more, so that they cannot be taken for
    degrees.
    """
    match = _METRES.fullmatch(text)
    if not match or min(float(match[1]), float(match[2])) < 1000:
        return None
    easting, northing = _whole(float(match[1])), _whole(float(match[2]))
    return _within_grid(Position(f"{easting} {northing}", easting, northing), text)


def read_grid_reference(text: str) -> Position | None:
    """A National Grid reference, ``"TQ 234 905"``: two letters and 4, 6, 8 or 10 digits.

    It names a square by its south-west corner, as the Ordnance Survey does, and that corner is the position.
    """
    match = _GRID.fullmatch(text)
    if not match:
        return None
    letters, digits = match[1], match[2] + (match[3] or "")
    size = len(digits) // 2
    if len(digits) not in (4, 6, 8, 10) or (match[3] and len(match[2]) != len(match[3])):
        raise ValueError(
            f"{text!r} is not a grid reference: expected two letters and 4, 6, 8 or 10 digits (TQ 234 905)"
        )
    if "I" in letters:
        raise ValueError(f"{text!r} is not a grid reference: no square of the National Grid has the letter I")
    # Squares of 500 km (first letter) and of 100 km within them (second), each five by five, A at the
    # north-west. The grid's false origin is the south-west corner of square SV.
    first, second = ("ABCDEFGHJKLMNOPQRSTUVWXYZ".index(letter) for letter in letters)
    east = (first % 5 - 2) * 500_000 + second % 5 * 100_000
    north = (3 - first // 5) * 500_000 + (4 - second // 5) * 100_000
    metres = 10 ** (5 - size)
    position = Position(
        f"{letters} {digits[:size]} {digits[size:]}",
        east + int(digits[:size]) * metres,
        north + int(digits[size:]) * metres,
    )
    return _within_grid(position, text)


def read_degrees(text: str) -> Position | None:
    """Latitude then longitude, WGS 84: ``"51.6, -0.2"``, ``"51.6N 0.2W"``, ``"51°36'N 0°12'W"``.

    The normalised text has six decimals (0.1 m). The position on the grid is good to some 5 m, and depends to
    that extent on whether the Ordnance Survey's correction grids are installed with PROJ.
    """
    if match := _DEGREES.fullmatch(text):
        latitude, longitude = float(match[1]), float(match[2])
    elif match := _COMPASS.fullmatch(text):
        north, east = _signed_degrees(*match.groups()[:5]), _signed_degrees(*match.groups()[5:])
        if north is None or east is None:
            return None
        latitude, longitude = north, east
    else:
        return None
    latitude, longitude = round(latitude, 6) + 0.0, round(longitude, 6) + 0.0  # + 0.0: no minus zero
    if not (49 <= latitude <= 62 and -9 <= longitude <= 3):
        swapped = 49 <= longitude <= 62 and -9 <= latitude <= 3
        hint = "latitude comes first" if swapped else "expected a latitude of 49 to 62, a longitude of -9 to 3"
        raise ValueError(f"{text!r} is outside Great Britain and Northern Ireland: {hint}")
    easting, northing = _grid_from_degrees().transform(latitude, longitude)
    return _within_grid(Position(f"{latitude:.6f},{longitude:.6f}", _whole(easting), _whole(northing)), text)


def _signed_degrees(before: str, degrees: str, minutes: str, seconds: str, after: str) -> float | None:
    """``None`` unless there is exactly one compass letter, before or after."""
    if bool(before) == bool(after):
        return None
    from geopy.point import Point as Geodetic

    return float(Geodetic.parse_degrees(degrees, minutes or 0, seconds or 0, before or after))


@cache
def _grid_from_degrees() -> Any:
    from pyproj import Transformer

    return Transformer.from_crs("EPSG:4326", "EPSG:27700")


def _whole(metres: float) -> int:
    return floor(metres + 0.5)


def _within_grid(position: Position, text: str) -> Position:
    if not (0 <= position.easting < MAX_EASTING and 0 <= position.northing < MAX_NORTHING):
        raise ValueError(
            f"{text!r} is outside Great Britain and Northern Ireland: expected an easting under "
            f"{MAX_EASTING:,} m and a northing under {MAX_NORTHING:,} m of the National Grid"
        )
    return position
