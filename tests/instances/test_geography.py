"""Places, distances and authorities, against the map, the arithmetic and other people's libraries."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from rightplace.instances import postcodes
from rightplace.instances.geography import (
    UNKNOWN_LOCATION,
    Authority,
    Point,
    Precision,
    distance_miles,
    distance_tenths,
    english_authorities,
    find_authority,
    locate,
    locate_many,
    postcodes_of,
)

BARNET = "E09000003"


def names(ids: frozenset[str]) -> set[str]:
    return {english_authorities()[authority_id].name for authority_id in ids}


# ------------------------------------------------------------------------------------------------- distances


@pytest.mark.parametrize(
    ("metres", "tenths"),
    [
        (0, 0),
        (80, 0),
        (81, 1),
        (16_093, 100),
        (16_173, 100),
        (16_174, 101),
        (160_930, 1000),
        (1_000_000, 6214),
    ],
)
def test_distance_is_metres_over_1609_3_rounded_half_up(metres: int, tenths: int) -> None:
    """16,093 m are 10.0 miles; 80.465 m, half a tenth of a mile, is where 0.0 becomes 0.1."""
    assert distance_tenths(400_000, 300_000, 400_000 + metres, 300_000) == tenths
    assert distance_tenths(400_000, 300_000 + metres, 400_000, 300_000) == tenths


@given(st.tuples(*[st.integers(0, 700_000), st.integers(0, 1_300_000)] * 2))
def test_distance_is_rounded_exactly(ends: tuple[int, int, int, int]) -> None:
    """The answer is the whole number k with (k - 1/2) * 160.93 <= metres < (k + 1/2) * 160.93, in exact
    arithmetic.
    """
    square = 40_000 * ((ends[0] - ends[2]) ** 2 + (ends[1] - ends[3]) ** 2)
    k = int(distance_tenths(*ends))
    assert k == 0 or ((2 * k - 1) * 16_093) ** 2 <= square
    assert square < ((2 * k + 1) * 16_093) ** 2


def test_distances_broadcast() -> None:
    """Children down, settings across: one matrix of int32."""
    child, setting = np.array([[500_000], [510_000]]), np.array([500_000, 516_093, 532_186])
    tenths = distance_tenths(child, 200_000, setting, 200_000)
    assert tenths.dtype == np.int32
    assert tenths.tolist() == [[0, 100, 200], [62, 38, 138]]


@given(
    st.tuples(st.floats(50.2, 55.5), st.floats(-5.2, 1.7)),
    st.tuples(st.floats(50.2, 55.5), st.floats(-5.2, 1.7)),
)
def test_grid_distance_agrees_with_the_earth(a: tuple[float, float], b: tuple[float, float]) -> None:
    """Within half a per cent of the geodesic on the WGS 84 ellipsoid, beyond 20 miles (below, tenths are
    coarse).
    """
    from geopy.distance import geodesic

    from rightplace.instances.coordinates import read_coordinates

    positions = [read_coordinates(f"{latitude:.6f},{longitude:.6f}") for latitude, longitude in (a, b)]
    assert positions[0]
    assert positions[1]
    expected = geodesic(a, b).miles
    assume(expected > 20)
    tenths = distance_tenths(*positions[0][1:], *positions[1][1:])
    assert tenths / 10 == pytest.approx(expected, rel=0.005)


def test_distance_to_an_unknown_place_is_unknown() -> None:
    """Never 0, never infinity."""
    assert distance_miles(locate("NW9"), UNKNOWN_LOCATION) is None
    assert distance_miles(UNKNOWN_LOCATION, locate("NW9")) is None


def test_distance_between_two_points() -> None:
    """7,700 m east and 9,500 m south are 12,229 m, so 7.6 miles: Colindale to Westminster, by hand."""
    assert distance_miles(locate("521800 190000"), locate("529500 180500")) == 7.6


# -------------------------------------------------------------------------------------------------- locating

sectors = st.sampled_from(sorted(postcodes.sectors()))
outcodes = st.sampled_from(sorted(postcodes.outcodes()))


@given(st.one_of(sectors, outcodes, st.sampled_from([f"authority:{a}" for a in english_authorities()])))
@example("unknown")
def test_what_is_written_back_reads_the_same(text: str) -> None:
    """locate(p.text) == p for areas of every kind, whatever case they were typed in."""
    point = locate(text.lower())
    assert point.text == text
    assert locate(point.text) == point


def test_points_written_back_read_the_same() -> None:
    """locate(p.text) == p for coordinates of every kind, on 300 of each from a fixed seed, and for full
    postcodes.
    """
    rng = np.random.default_rng(7)
    texts = [f"{e} {n}" for e, n in rng.integers(100_000, 650_000, (300, 2)).tolist()]
    texts += [f"{a:.4f}, {o:.7f}" for a, o in rng.uniform((50, -5), (55, 1.5), (300, 2)).tolist()]
    texts += [f"TQ{d:010d}" for d in rng.integers(0, 10**10, 300).tolist()]
    texts += [f"sk {d:04d}" for d in rng.integers(0, 10**4, 300).tolist()]
    codes, _, _ = postcodes_of([BARNET])[BARNET]
    texts += codes[::40].tolist()
    first = locate_many(texts)
    again = locate_many(point.text for point in first.values() if isinstance(point, Point))
    assert list(again.values()) == list({p.text: p for p in first.values() if isinstance(p, Point)}.values())
    assert all(isinstance(point, Point) for point in first.values())


@pytest.mark.parametrize("text", ["NW9 5XE", "nw95xe", " Nw9  5xe ", "NW95XE", "N W9 5 X E", "NW9\u00a05XE"])
def test_a_postcode_in_any_case_and_spacing(text: str) -> None:
    """Every spelling is the same point, written with one space."""
    point = locate(text)
    assert (point.text, point.precision, point.authority_id) == ("NW9 5XE", Precision.POSTCODE, BARNET)


@pytest.mark.parametrize(
    "text",
    ["TQ 234 905", "tq234905", "TQ 23400 90500", "523400 190500", "523400,190500", "523400.4, 190499.5"],
)
def test_a_grid_point_in_any_spelling(text: str) -> None:
    """A grid reference is its south-west corner, and TQ is the square at 500,000, 100,000."""
    point = locate(text)
    assert (point.easting, point.northing) == (523_400, 190_500)
    assert (point.precision, point.authority_id) == (Precision.POINT, BARNET)


@pytest.mark.parametrize(
    "text",
    [
        "51.6, -0.2",
        "51.6 -0.2",
        "51.6N 0.2W",
        "51°36'N 0°12'W",
        "51° 36' 0\" N, 0° 12' 0\" W",
        "51.6°,-0.2°",
        "N51°36' W0°12'",
    ],
)
def test_degrees_in_any_spelling(text: str) -> None:
    """Latitude first; 51.6 N, 0.2 W is 524765 190552 on the grid, to within the 5 m of PROJ without OS's
    grids.
    """
    point = locate(text)
    assert point.text == "51.600000,-0.200000"
    assert point.easting == pytest.approx(524_765, abs=6)
    assert point.northing == pytest.approx(190_552, abs=6)
    assert point.authority_id == BARNET


@pytest.mark.parametrize(
    ("reference", "easting", "northing"),
    [
        ("SV 00 00", 0, 0),
        ("NN 16660 71280", 216_660, 771_280),  # Ben Nevis
        ("HU 39 75", 439_000, 1_175_000),  # Sullom Voe
        ("TG 51 14", 651_000, 314_000),  # near Great Yarmouth
        ("NY 21 07", 321_000, 507_000),  # Scafell Pike
    ],
)
def test_grid_squares_all_over_the_country(reference: str, easting: int, northing: int) -> None:
    """Letters give the 100 km square; the digits its eastings, then its northings."""
    point = locate(reference)
    assert (point.easting, point.northing) == (easting, northing)


def test_a_sector_without_its_space() -> None:
    """NW95 is sector NW9 5, since there is no outcode NW95; NW11 is the outcode, not sector NW1 1."""
    assert locate("NW95").text == "NW9 5"
    assert locate("NW11").precision is Precision.OUTCODE


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("NW9 5ZZ", "postcode NW9 5ZZ does not exist; sector NW9 5 is known"),
        ("NW9 3AA", "postcode NW9 3AA does not exist; outcode NW9 is known"),
        ("EG19 7TT", "postcode EG19 7TT does not exist; nothing of it is known"),
        ("NW9 3", "postcode sector NW9 3 is not one of Great Britain's; outcode NW9 is known"),
        ("ZZ9", "outcode ZZ9 is not one of Great Britain's; nothing of it is known"),
        ("GY1 1AA", "no position on the National Grid"),
        ("Barnet", "'Barnet' is not a place: expected a postcode"),
        ("", "'' is not a place: expected a postcode"),
        ("NW", "expected a postcode"),
        ("51.6", "expected a postcode"),
        ("51 36 0 N, 0 12 0 W", "expected a postcode"),  # no degree signs: which number is which?
        ("51°36' 0°12'", "expected a postcode"),  # north and west of what?
        ("-0.2, 51.6", "latitude comes first"),
        ("48.8566, 2.3522", "outside Great Britain"),
        ("951°36'N 0°12'W", "outside Great Britain"),
        ("900000 200000", "easting under 700,000 m"),
        ("AA 12 34", "outside Great Britain"),
        ("TI 12 34", "letter I"),
        ("TQ 234 90", "4, 6, 8 or 10 digits"),
        ("TQ 234 9051", "4, 6, 8 or 10 digits"),
        ("authority:Barnt", "did you mean Barnet"),
        ("authority:", "expected a name or a GSS code"),
    ],
)
def test_what_is_no_place_is_refused_with_what_was_expected(text: str, message: str) -> None:
    """A ValueError whose message helps; the same one from locate_many, as a value."""
    with pytest.raises(ValueError, match=message):
        locate(text)
    assert isinstance(locate_many([text])[text], ValueError)


def test_many_keep_their_order_and_their_faults() -> None:
    """Good, bad and repeated texts: each distinct one once, in order of first appearance."""
    found = locate_many(["523400 190500", "nowhere", "NW9", "nowhere", "unknown"])
    assert list(found) == ["523400 190500", "nowhere", "NW9", "unknown"]
    assert isinstance(found["nowhere"], ValueError)
    assert found["523400 190500"] == locate("523400 190500")
    assert found["unknown"] is UNKNOWN_LOCATION


@pytest.mark.parametrize(
    "text", ["CF10 1AA", "EH1 1YZ", "BT1 1AA", "TR21 0LW", "CF10", "EH1 1", "325000 673000", "50.95, 1.85"]
)
def test_outside_the_152_there_is_no_authority(text: str) -> None:
    """Cardiff, Edinburgh, Belfast, the Isles of Scilly and Calais are places, in no English authority."""
    point = locate(text)
    assert point.easting is not None
    assert point.authority_id is None


def test_belfast_is_on_the_british_grid() -> None:
    """The national table has Belfast on the Irish Grid; to Liverpool it is 145 miles, not 30."""
    assert distance_miles(locate("BT1 5GS"), locate("L1 1JD")) == pytest.approx(145, abs=5)


def test_coordinates_lie_in_the_authority_of_the_postcode_there() -> None:
    """At the very spot of a postcode a point has the postcode's authority, but for the odd shared spot."""
    for authority_id, (_, eastings, northings) in postcodes_of([BARNET, "E10000015"]).items():
        texts = {f"{e} {n}" for e, n in zip(eastings[::50], northings[::50], strict=True)}
        ids = [p.authority_id for p in locate_many(texts).values() if isinstance(p, Point)]
        assert ids.count(authority_id) >= 0.99 * len(texts)


# ----------------------------------------------------------------------------------------------- authorities


def test_there_are_152_authorities_of_four_kinds() -> None:
    """21 counties, 33 in London, 36 metropolitan districts, 62 unitary authorities; nine regions."""
    kinds = Counter(authority_id[:3] for authority_id in english_authorities())
    assert kinds == {"E06": 62, "E08": 36, "E09": 33, "E10": 21}
    regions = Counter(authority.region for authority in english_authorities().values())
    assert len(regions) == 9
    assert regions["London"] == 33
    assert sum(regions.values()) == 152


def test_authorities_agree_with_the_published_look_up() -> None:
    """All but the reorganised have the names, and their districts the parents, of the look-up of 2021."""
    import qlacref_authorities  # type: ignore[import-untyped,unused-ignore]

    reorganised = {"E10000006", "E10000023", "E10000027", "E08000016", "E08000019", "E06000053"}
    for row in qlacref_authorities.records:
        if row["LTLA21CD"].startswith("E") and row["UTLA21CD"] not in reorganised:
            authority = find_authority(row["LTLA21CD"])
            assert (authority.id, authority.name) == (row["UTLA21CD"], row["UTLA21NM"])


def test_neighbours_are_mutual_and_never_oneself() -> None:
    """Adjoining is symmetric, and every authority but the Isle of Wight adjoins another."""
    authorities = english_authorities()
    for authority_id, authority in authorities.items():
        assert authority_id not in authority.neighbour_ids
        assert all(authority_id in authorities[other].neighbour_ids for other in authority.neighbour_ids)
        assert bool(authority.neighbour_ids) == (authority.name != "Isle of Wight")
        assert not authority.partner_ids


@pytest.mark.parametrize(
    ("name", "neighbours"),
    [
        ("Barnet", {"Hertfordshire", "Enfield", "Haringey", "Camden", "Brent", "Harrow"}),
        ("Cornwall", {"Devon", "Plymouth"}),
        ("Wirral", {"Liverpool", "Sefton", "Cheshire West and Chester"}),
        ("Blackpool", {"Lancashire"}),
        ("Kingston upon Hull", {"East Riding of Yorkshire"}),
        ("Rutland", {"Leicestershire", "Lincolnshire", "North Northamptonshire"}),
        ("Barking and Dagenham", {"Havering", "Redbridge", "Newham", "Greenwich", "Bexley"}),
        ("Cumberland", {"Westmorland and Furness", "Northumberland"}),
        ("Torbay", {"Devon"}),
    ],
)
def test_neighbours_on_the_map(name: str, neighbours: set[str]) -> None:
    """Boundaries along the middle of a river count; facing each other over the sea does not."""
    assert names(find_authority(name).neighbour_ids) == neighbours


def test_neighbours_are_near() -> None:
    """Centres of adjoining authorities are under 80 miles apart (the farthest are in the large counties)."""
    authorities = english_authorities()
    for authority in authorities.values():
        assert authority.centre
        for other in authority.neighbour_ids:
            centre = authorities[other].centre
            assert centre
            distance = distance_miles(authority.centre, centre)
            assert distance is not None
            assert distance < 80


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("e09000003", "Barnet"),
        ("London Borough of Barnet", "Barnet"),
        ("LB Barnet", "Barnet"),
        ("BARNET COUNCIL", "Barnet"),
        ("Bristol", "Bristol, City of"),
        ("City of Bristol Council", "Bristol, City of"),
        ("Hull City Council", "Kingston upon Hull, City of"),
        ("Durham County Council", "County Durham"),
        ("Telford & Wrekin", "Telford and Wrekin"),
        ("St Helens MBC", "St. Helens"),
        ("Stoke on Trent", "Stoke-on-Trent"),
        ("Royal Borough of Kensington & Chelsea", "Kensington and Chelsea"),
        ("City of London Corporation", "City of London"),
        ("Watford Borough Council", "Hertfordshire"),
        ("E07000098", "Hertfordshire"),  # Hertsmere
        ("Harrogate", "North Yorkshire"),  # a district until 2023
        ("E10000027", "Somerset"),  # the county's code until 2023
        ("E08000016", "Barnsley"),  # before its boundary changed
    ],
)
def test_authorities_by_any_name(text: str, name: str) -> None:
    """Case, punctuation, civic style, districts and retired codes are all understood."""
    assert find_authority(text).name == name


def test_every_authority_answers_to_its_name() -> None:
    """Plain, in capitals, and with the styles councils use."""
    for authority in english_authorities().values():
        for text in (
            authority.id,
            authority.name.upper(),
            f"{authority.name} Council",
            f"City of {authority.name}",
        ):
            assert find_authority(text) is authority


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Cumbria County Council", "became Cumberland and Westmorland and Furness"),
        ("E10000021", "North Northamptonshire and West Northamptonshire"),
        ("Hertfordsire", "did you mean Hertfordshire"),
        ("London", "is not an English local authority"),
        ("Isles of Scilly", "is not an English local authority"),
        ("W06000015", "is not an English local authority"),
    ],
)
def test_authorities_that_are_none_or_not_one(text: str, message: str) -> None:
    """Refused, with what became of it or what may have been meant."""
    with pytest.raises(ValueError, match=message):
        find_authority(text)


def test_an_instance_may_have_authorities_of_its_own() -> None:
    """Only id and name are needed."""
    assert Authority(id="north", name="North").neighbour_ids == frozenset()
