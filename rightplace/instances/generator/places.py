"""Real places for generated children and settings: postcodes, schools, and which authorities host whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rightplace.instances.generator.dice import Dice
from rightplace.instances.geography import Authority, Point, Precision, english_authorities, postcodes_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


CONSORTIA: tuple[tuple[str, ...], ...] = (
    ("Barnet", "Camden", "Enfield", "Hackney", "Haringey", "Islington"),
    (
        "Brent", "Ealing", "Hammersmith and Fulham", "Harrow", "Hillingdon", "Hounslow", "Kensington and Chelsea",
        "Westminster",
    ),
    ("Barking and Dagenham", "City of London", "Havering", "Newham", "Redbridge", "Tower Hamlets", "Waltham Forest"),
    ("Bexley", "Bromley", "Greenwich", "Lambeth", "Lewisham", "Southwark"),
    ("Croydon", "Kingston upon Thames", "Merton", "Richmond upon Thames", "Sutton", "Wandsworth"),
)  # fmt: skip
"""Sub-regional groups of London that share vacancies. The first is the North London consortium of Barnet's strategy of
2014 (field guide 0.1); the others are geography only."""

_POSTCODES_A_SCHOOL = 100
"""About 24,000 schools to the 2.26 million English postcodes of the directory (the number of schools is unverified)."""


@dataclass(frozen=True, slots=True, eq=False)
class Area:
    """An authority and its full postcodes: ``codes`` as written, positions in metres on the British National Grid.

    ``school_rows`` are the postcodes where a school stands, as positions in ``codes``. ``host_ids`` are the adjoining
    authorities that are in the instance.
    """

    authority: Authority
    codes: NDArray[np.str_]
    eastings: NDArray[np.int32]
    northings: NDArray[np.int32]
    school_rows: NDArray[np.int64]
    school_eastings: NDArray[np.int64]
    school_northings: NDArray[np.int64]
    host_ids: tuple[str, ...]
    num_positions: int

    def point(self, row: int) -> Point:
        """The point of a postcode, equal to what ``locate`` gives for it."""
        easting, northing = int(self.eastings[row]), int(self.northings[row])
        return Point(str(self.codes[row]), easting, northing, Precision.POSTCODE, self.authority.id)

    def anywhere(self, dice: Dice) -> Point:
        """One of the postcodes, all equally likely."""
        return self.point(dice.below(len(self.codes)))

    def near(self, dice: Dice, place: Point, num_tries: int) -> Point:
        """The nearest to a place of so many random postcodes: the more tries, the nearer."""
        rows = [dice.below(len(self.codes)) for _ in range(num_tries)]
        if num_tries == 1 or place.easting is None or place.northing is None:
            return self.point(rows[0])
        east, north = place.easting, place.northing

        def square_metres(row: int) -> int:
            return (int(self.eastings[row]) - east) ** 2 + (int(self.northings[row]) - north) ** 2

        return self.point(min(rows, key=square_metres))

    def school(self, dice: Dice, home: Point, nearest_share: float) -> Point:
        """The nearest school with a probability, else any school of the authority."""
        if dice.chance(nearest_share) and home.easting is not None and home.northing is not None:
            east, north = self.school_eastings - home.easting, self.school_northings - home.northing
            return self.point(int(self.school_rows[int((east * east + north * north).argmin())]))
        return self.point(int(self.school_rows[dice.below(len(self.school_rows))]))


def areas_of(placing_ids: Iterable[str], host_rings: int, seed: int) -> Mapping[str, Area]:
    """The areas of the placing authorities and so many rings of authorities around them, by id in ascending order."""
    import numpy as np

    english = english_authorities()
    found = set(placing_ids)
    for _ in range(host_rings):
        found |= {near for key in found for near in english[key].neighbour_ids if near in english}
    ids = sorted(found)
    names = {english[key].name: key for key in ids}
    partners = {names[name]: group for group in CONSORTIA for name in group if name in names}
    areas = {}
    for key, (codes, eastings, northings) in postcodes_of(ids).items():
        dice = Dice(seed, "schools", key)
        num_schools = max(3, len(codes) // _POSTCODES_A_SCHOOL)
        rows = np.array(sorted({dice.below(len(codes)) for _ in range(num_schools)}))
        group = frozenset(names[name] for name in partners.get(key, ()) if name in names and names[name] != key)
        authority = english[key]
        areas[key] = Area(
            authority=Authority(
                id=key,
                name=authority.name,
                region=authority.region,
                neighbour_ids=authority.neighbour_ids,
                partner_ids=group,
                centre=authority.centre,
            ),
            codes=codes,
            eastings=eastings,
            northings=northings,
            school_rows=rows,
            school_eastings=eastings[rows].astype(np.int64),
            school_northings=northings[rows].astype(np.int64),
            host_ids=tuple(sorted(authority.neighbour_ids & set(ids))),
            num_positions=len(np.unique(eastings.astype(np.int64) * 2_000_000 + northings)),
        )
    return areas


def apportion(num_children: int, areas: Iterable[Area], seed: int) -> dict[str, int]:
    """Children by authority id: by distinct positions of postcodes, give or take 40%, by largest remainder.

    Positions and not postcodes, since an office block can hold hundreds of postcodes. The jitter stands for everything
    that makes one authority's rate higher than another's, of which deprivation is the greatest and is not looked at.
    """
    weights = {a.authority.id: a.num_positions * Dice(seed, "size", a.authority.id).between(60, 140) for a in areas}
    total = sum(weights.values())
    counts = {key: num_children * weight // total for key, weight in weights.items()}
    by_remainder = sorted(weights, key=lambda key: (-(num_children * weights[key] % total), key))
    for key in by_remainder[: num_children - sum(counts.values())]:
        counts[key] += 1
    return counts
