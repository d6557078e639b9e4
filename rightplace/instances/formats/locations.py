"""Locations from postcodes that may not exist: the closest part of one that does, and how close that is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rightplace.instances.geography import UNKNOWN_LOCATION, Point, Precision, english_authorities, locate_many

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rightplace.instances.formats.report import Tally

_POSTCODE = re.compile(r"([A-Z]{1,2}\d[A-Z\d]?) ?(\d)([A-Z]{2})")
_PART = re.compile(r"[A-Z]{1,2}\d[A-Z\d]?( \d)?")


class Locator:
    """Looks postcodes up together, and counts how closely each place came to be known.

    A postcode that does not exist becomes its sector, else its outcode, else the centre of an authority where one is
    given, else unknown.
    """

    def __init__(self, postcodes: Iterable[str], tally: Tally) -> None:
        self._parts = {text: _parts(text) for text in set(postcodes)}
        self._points = locate_many(part for parts in self._parts.values() for part in parts)
        self._tally = tally

    def find(self, postcode: str, authority_id: str | None = None) -> Point:
        """The place of a postcode that the locator was made with.

        Parameters
        ----------
        authority_id
            Whose centre stands in for a postcode of which nothing is known; ``None`` where that would be a guess.
        """
        for part in self._parts[postcode]:
            found = self._points[part]
            if isinstance(found, Point):
                return found
        authority = english_authorities().get(authority_id) if authority_id is not None else None
        return authority.centre if authority is not None and authority.centre is not None else UNKNOWN_LOCATION

    def count(self, postcode: str, point: Point, whose: str, column: str) -> None:
        """Count how closely ``whose`` place is known, and the postcode of ``column`` if it does not exist."""
        self._tally.precision[whose][point.precision] += 1
        given_in_part = _PART.fullmatch(_plain(postcode)) and point.precision in (Precision.SECTOR, Precision.OUTCODE)
        if postcode and point.precision is not Precision.POSTCODE and not given_in_part:
            self._tally.invalid_postcodes[column] += 1


def full_postcode(text: str) -> str | None:
    """A postcode as ``NW9 5XY``, whether or not it exists; ``None`` for anything else."""
    match = _POSTCODE.fullmatch(_plain(text))
    return f"{match[1]} {match[2]}{match[3]}" if match else None


def _plain(text: str) -> str:
    return " ".join(text.upper().split())


def _parts(text: str) -> tuple[str, ...]:
    """A postcode, its sector and its outcode; what is less than a postcode as it stands; nothing for anything else."""
    plain = _plain(text)
    match = _POSTCODE.fullmatch(plain)
    if match:
        return f"{match[1]} {match[2]}{match[3]}", f"{match[1]} {match[2]}", match[1]
    if not _PART.fullmatch(plain):
        return ()
    return (plain, plain.split()[0]) if " " in plain else (plain,)
