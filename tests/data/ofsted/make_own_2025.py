"""Make ``own_2025.xlsx``, a list of providers in the layout of 2025, and ``carers.csv`` beside it.

Run from the top folder: ``python tests/data/ofsted/make_own_2025.py``. Providers, people and addresses are made up; the
postcodes exist, drawn with a seed from those of each authority. Ten URNs are those of placements in the samples of
``tests/data/ssda903``, so that children of the samples live in listed settings.
"""

from __future__ import annotations

import random
from datetime import datetime
from pathlib import Path

import openpyxl

from rightplace.files import write_csv
from rightplace.instances.geography import english_authorities, find_authority, postcodes_of

HERE = Path(__file__).parent
PROVIDERS = (
    "Local authority", "URN", "Provider type", "Provider subtype", "Sector", "Provider name", "Registration date",
    "Registration status", "Deregistration date", "Placement code", "Provider address line 1", "Provider town",
    "Provider postcode", "Owner type", "Owner ID", "Owner name", "Region", "Placement provider code",
    "Date of last full inspection", "Overall effectiveness", "Number of registered places",
    "Emotional and behavioural difficulties", "Mental disorders", "Sensory impairment", "Present alcohol problems",
    "Present drug problems", "Learning difficulty", "Physical disabilities", "Multi building CH", "Conditions",
)  # fmt: skip
SUPPORTED = (
    "Provider local authority", "Setting Local Authority", "URN", "Provider type", "Sector", "Provider name",
    "Registration date", "Registration status", "Closed date", "Placement code", "Setting status", "Setting category",
    "Capacity", "Setting address line 1", "Setting address town", "Setting address postcode", "Owner type", "Owner ID",
    "Owner name", "Conditions",
)  # fmt: skip
CATEGORIES = (
    "Self-contained single occupancy accommodation",
    "Shared accommodation for looked after children and care leavers only",
    "Shared accommodation not limited to looked after children and care leavers",
    "Accommodation in a private residence (supported lodgings)",
)
SECTORS = {"L": "Local Authority", "P": "Private", "V": "Voluntary"}
GRADES = {
    "good": "Good",
    "outstanding": "Outstanding",
    "improve": "Requires improvement to be good",
    "inadequate": "Inadequate",
    "not yet": "Not yet inspected",
}
FLAGS = dict(zip("EMSADLP", PROVIDERS[21:28], strict=True))
KINDS = {
    "IFA": "Independent fostering agency",
    "LAF": "Local authority fostering agency",
    "VAA": "Voluntary adoption agency",
    "CH": "Children's home",
}

# URNs that do not begin with 25 are those of placements in the samples.
# name | authority | URN | owner | sector (L, P, V) | placement code | places | grade | need flags
HOMES = """
Alder House | Southwark | 2510001 | Southwark Council | L | K2 | 5 | good | E
Bramble Cottage | Bromley | 2510002 | Bromley Council | L | K2 | 4 | outstanding | L
Cedar Lodge | Hillingdon | 2510003 | Hillingdon Council | L | K2 | 6 | good | EL
Damson House | Barnet | 2510004 | Barnet Council | L | K2 | 5 | good | E
Elm View | Croydon | 7098940 | Heronsgate Care Ltd | P | K2 | 4 | good | E
Fern Bank | Lewisham | 3311876 | Heronsgate Care Ltd | P | K2 | 3 | improve | E
Gorse Hill | Kent | 7068233 | Medway Vale Homes Ltd | P | K2 | 4 | good | ED
Hazel Croft | Kent | 8033006 | Medway Vale Homes Ltd | P | K2 | 2 | good | EM
Ivy Dene | Surrey | 1183689 | Northlight Children Ltd | P | K2 | 1 | good | EM
Juniper House | Essex | 2510010 | Northlight Children Ltd | P | K2 | 3 | inadequate | E
Kestrel Place | Enfield | 2510011 | Kestrel Residential Ltd | P | K2 | 4 | good | E
Larch Grove | Harrow | 2510012 | Kestrel Residential Ltd | P | K2 | 5 | outstanding | LP
Maple Rise | Hertfordshire | 2510013 | The Lantern Trust | V | K2 | 4 | good | LS
Nettle End | Greenwich | 2510014 | Kestrel Residential Ltd | P | K2 | 3 | not yet | E
Oak Tree House | Bexley | 2510015 | Heronsgate Care Ltd | P | K2 | 4 | good |
Poplar Court | Haringey | 2510016 | The Lantern Trust | V | K2 | 6 | good | EA
Quince Cottage | Medway | 2510017 | Medway Vale Homes Ltd | P | K2 | 2 | improve | E
Rowan Family Centre | Lambeth | 2510018 | The Lantern Trust | V | R3 | 6 | good |
Sycamore School | East Sussex | 2510019 | Sycamore Schools Ltd | P | S1 | 12 | good | L
Thornfield | Hampshire | 2510020 | Hampshire County Council | L | K1 | 8 | good | E
"""
TYPES = {
    "K1": ("Children's home", "Secure Unit"),
    "K2": ("Children's home", "Children's home"),
    "R3": ("Residential family centre", None),
    "S1": ("Residential special school", None),
}
# name | authority | URN | owner | sector | type of provider | placement code | status | closed
OTHERS = """
Fairway Fostering | Croydon | 2520001 | Fairway Fostering Ltd | P | IFA | U1,U2,U3,U4,U5,U6 | Active | -
Kindling Families | Hertfordshire | 2520002 | Kindling Families | V | IFA | U4, U5, U6 | Active | -
Southwark Fostering | Southwark | 2520003 | Southwark Council | L | LAF | U1/U2/U3/U4/U5/U6 | Active | -
Harbour Adoption | Kent | 2520004 | Harbour Adoption | V | VAA | A3,A4,A5,A6 | Active | -
Underhill House | Essex | 2520005 | Northlight Children Ltd | P | CH | K2 | Resigned | 2016-11-30
Vine Cottage | Redbridge | 2520006 | Kestrel Residential Ltd | P | CH | K2 | Suspended | -
"""
SUPPORTED_SETTINGS = (  # authority, URN, owner, sector, category, places
    ("Southwark", 2428571, "Stepping Stones Living Ltd", "Private", 1, 1),
    ("Southwark", 2530001, "Stepping Stones Living Ltd", "Private", 2, 5),
    ("Lambeth", 2530001, "Stepping Stones Living Ltd", "Private", 1, 2),
    ("Lewisham", 2530001, "Stepping Stones Living Ltd", "Private", 2, 4),
    ("Bromley", 7652614, "Threshold Housing Association", "Voluntary", 2, 4),
    ("Croydon", 2530002, "Threshold Housing Association", "Voluntary", 3, 8),
    ("Hillingdon", 6145826, "Anchor Point Ltd", "Private", 2, 3),
    ("Ealing", 2530003, "Anchor Point Ltd", "Private", 1, 1),
    ("Harrow", 2530003, "Anchor Point Ltd", "Private", 2, 4),
    ("Barnet", 2669825, "Open Door Lodgings", "Voluntary", 4, 2),
    ("Haringey", 2530004, "Open Door Lodgings", "Voluntary", 4, 2),
    ("Enfield", 2530004, "Open Door Lodgings", "Voluntary", 4, 1),
    ("Greenwich", 2642751, "Riverside Independence Ltd", "Private", 2, 5),
    ("Bexley", 2530005, "Riverside Independence Ltd", "Private", 1, 1),
    ("Kent", 2530005, "Riverside Independence Ltd", "Private", 3, 6),
)
CARERS = ("Southwark",) * 5 + ("Bromley",) * 5 + ("Hillingdon",) * 4 + ("2520001",) * 6 + ("2520002",) * 5
CARER_AREAS = {
    "2520001": ("Croydon", "Sutton", "Lewisham", "Surrey", "Bexley", "Kent"),
    "2520002": ("Hertfordshire", "Ealing", "Harrow", "Enfield", "Barnet"),
}
CARER_COLUMNS = (
    "id", "provider_id", "location", "num_places", "filled", "age_min_months", "age_max_months", "sexes", "need_level",
    "fee_level_1", "num_bedrooms", "support_limit", "place",
)  # fmt: skip


class Postcodes:
    """Real postcodes of an authority, one after the other, the same in every run."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        ids = [find_authority(name).id for name in _areas()]
        self._codes = {authority_id: codes for authority_id, (codes, _, _) in postcodes_of(sorted(set(ids))).items()}

    def draw(self, authority: str) -> str:
        """A postcode of an authority."""
        return str(self._random.choice(self._codes[find_authority(authority).id]))


def _areas() -> list[str]:
    listed = [row[1] for row in (*_rows(HOMES), *_rows(OTHERS))] + [row[0] for row in SUPPORTED_SETTINGS]
    return [*listed, *CARERS[:14], *(area for areas in CARER_AREAS.values() for area in areas)]


def _rows(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]


def main() -> None:
    """Write both files."""
    rng = random.Random(2025)
    postcodes = Postcodes(2025)
    rows = [*_rows(HOMES), *_rows(OTHERS)]
    owners = {name: 900_000 + i for i, name in enumerate(dict.fromkeys(row[3] for row in rows))}
    owners |= {name: 950_000 + i for i, name in enumerate(dict.fromkeys(row[2] for row in SUPPORTED_SETTINGS))}
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "Providers"
    sheet.append(PROVIDERS)
    for name, authority, urn, owner, sector, code, places, grade, flags in _rows(HOMES):
        kind, subtype = TYPES[code]
        row = _provider(name, authority, urn, owner, sector, code, postcodes, owners, rng)
        row |= {"Provider type": kind, "Provider subtype": subtype, "Registration status": "Active"}
        row |= {"Overall effectiveness": GRADES[grade], "Number of registered places": int(places)}
        row |= {flag: "Yes" if letter in flags else "No" for letter, flag in FLAGS.items()}
        sheet.append([row.get(column) for column in PROVIDERS])
    for name, authority, urn, owner, sector, kind, code, status, closed_on in _rows(OTHERS):
        row = _provider(name, authority, urn, owner, sector, code, postcodes, owners, rng)
        row |= {"Provider type": KINDS[kind], "Registration status": status}
        row |= {"Deregistration date": "-" if closed_on == "-" else datetime.fromisoformat(closed_on)}
        row |= {"Overall effectiveness": "Good" if kind != "LAF" else "-"}
        row |= {"Number of registered places": 3 if code == "K2" else None} | dict.fromkeys(PROVIDERS[21:28], "-")
        sheet.append([row.get(column) for column in PROVIDERS])
    supported = workbook.create_sheet("SA Providers")
    supported.append(SUPPORTED)
    for authority, urn, owner, sector, category, places in SUPPORTED_SETTINGS:
        row = {
            "Provider local authority": authority, "Setting Local Authority": authority, "URN": urn,
            "Provider type": "Supported Accommodation", "Sector": sector, "Provider name": owner,
            "Registration date": datetime(2023, 4 + rng.randrange(8), 3), "Registration status": "Registered",
            "Placement code": "K3", "Setting status": "Active", "Setting category": CATEGORIES[category - 1],
            "Capacity": places, "Setting address line 1": f"{rng.randint(1, 99)} Example Road",
            "Setting address town": authority, "Setting address postcode": postcodes.draw(authority),
            "Owner type": "Organisation", "Owner ID": owners[owner], "Owner name": owner, "Conditions": "-",
        }  # fmt: skip
        supported.append([row.get(column) for column in SUPPORTED])
    workbook.properties.created = workbook.properties.modified = datetime(2025, 4, 1)
    workbook.save(HERE / "own_2025.xlsx")
    _write_carers(postcodes, rng)


def _provider(
    name: str,
    authority: str,
    urn: str,
    owner: str,
    sector: str,
    code: str,
    postcodes: Postcodes,
    owners: dict[str, int],
    rng: random.Random,
) -> dict[str, object]:
    region = english_authorities()[find_authority(authority).id].region
    return {
        "Local authority": authority, "URN": int(urn), "Sector": SECTORS[sector], "Provider name": name,
        "Registration date": datetime(2008 + rng.randrange(9), 1 + rng.randrange(12), 14), "Deregistration date": "-",
        "Placement code": code, "Provider address line 1": f"{rng.randint(1, 99)} Example Street",
        "Provider town": authority, "Provider postcode": postcodes.draw(authority), "Owner type": "Organisation",
        "Owner ID": owners[owner], "Owner name": owner, "Region": region,
        "Placement provider code": {"L": "PR1,PR2", "P": "PR4", "V": "PR5"}[sector],
        "Date of last full inspection": datetime(2024, 1 + rng.randrange(12), 9), "Multi building CH": "No",
        "Conditions": "-",
    }  # fmt: skip


def _write_carers(postcodes: Postcodes, rng: random.Random) -> None:
    rows = []
    for number, provider in enumerate(CARERS):
        areas = CARER_AREAS.get(provider)
        area = areas[number % len(areas)] if areas else provider
        places = rng.choice((1, 1, 2, 2, 3))
        youngest = rng.choice((0, 0, 5, 8, 11))
        level = rng.choice((1, 1, 2, 3))
        independent = areas is not None
        rows.append(
            {
                "id": f"C{number + 1:02d}",
                "provider_id": provider,
                "location": postcodes.draw(area),
                "num_places": places,
                "filled": rng.randrange(places),
                "age_min_months": youngest,
                "age_max_months": rng.choice((10, 17, 17)) if youngest < 8 else 17,
                "sexes": rng.choice(("M; F; U", "M; F; U", "F")),
                "need_level": level,
                "fee_level_1": (850 if independent else 480) + 90 * (level - 1),
                "num_bedrooms": places,
                "support_limit": rng.choice(("none", "low", "medium")),
                "place": "U6",
            }
        )
    rows[0]["provider_id"] = None  # blank: the responsible authority's own service
    write_csv(HERE / "carers.csv", CARER_COLUMNS, rows)


if __name__ == "__main__":
    main()
