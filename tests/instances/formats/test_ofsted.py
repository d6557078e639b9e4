"""The Ofsted list of providers, in every layout that we know, becomes settings and providers."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import openpyxl
import pytest

from rightplace.errors import InstanceError
from rightplace.instances.children import NeedCategory, Place
from rightplace.instances.formats.ofsted import OfstedList, read_ofsted
from rightplace.instances.formats.report import Tally
from rightplace.instances.geography import Precision
from rightplace.instances.settings import AccommodationCategory, Grade, ParentAndChild, Sector
from tests.instances.formats.folders import DATA, write

if TYPE_CHECKING:
    from pathlib import Path

LISTS = DATA / "ofsted"
DAY = date(2024, 3, 31)
NOT_IN_ENGLAND = "neither the postcode nor the local authority is in England"
NO_PLACEMENT = "type of provision that is no placement here"
HOME = {
    "Local authority": "Barnet",
    "URN": "1",
    "Provider type": "Children's home",
    "Sector": "Private",
    "Provider name": "The Elms",
    "Registration status": "Active",
    "Placement code": "K2",
    "Provider postcode": "NW9 5AA",
    "Number of registered places": "3",
    "Owner ID": "77",
    "Owner name": "Elms Ltd",
}


def read(*paths: Path, day: date = DAY, tally: Tally | None = None) -> OfstedList:
    return read_ofsted(paths, day, tally if tally is not None else Tally())


def listed(tmp_path: Path, *changes: dict[str, str], tally: Tally | None = None, **columns: str) -> OfstedList:
    """A list with one home for each set of changes."""
    rows = [HOME | columns | change for change in changes]
    return read(write(tmp_path / "list.csv", dict.fromkeys(name for row in rows for name in row), rows), tally=tally)


def outcomes(read_list: OfstedList) -> list[tuple[int, int, list[str]]]:
    return [(file.num_rows, file.num_used, list(file.left_out)) for file in read_list.files]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "ch_fake.xlsx",
            [
                (1, 0, ["number of places blank, 0 or unreadable"]),
                (1, 0, ["a sheet of addresses or conditions, not of providers"]),
            ],
        ),
        (
            "combined_scp_ch_fake.xlsx",
            [(4, 2, ["adoption agency", NOT_IN_ENGLAND])],
        ),
        (
            "scp_ch_2025_fake.xlsx",
            [(1, 0, [NOT_IN_ENGLAND]), (1, 0, ["closed on or before the date"])],
        ),
        ("scp_fake.xlsx", [(1, 1, []), (1, 0, ["closed on or before the date"])]),
        ("own_2025.xlsx", [(26, 24, ["adoption agency", "closed on or before the date"]), (15, 15, [])]),
    ],
)
def test_every_layout_is_recognised(name: str, expected: list[tuple[int, int, list[str]]]) -> None:
    """Each published layout is read by its column names, and every row of it is used or left out for a reason."""
    found = read(LISTS / name)
    assert outcomes(found) == expected
    assert all(file.adds_up() for file in found.files)


def test_the_combined_layout() -> None:
    """In the combined sample the home is read with its places and its grade, at the outcode that exists."""
    found = read(LISTS / "combined_scp_ch_fake.xlsx")
    (home,) = found.homes
    assert (home.urn, home.place, home.offer.terms.num_places) == ("RHN00004", Place.K2, 12)
    assert home.offer.location.precision is Precision.OUTCODE
    assert home.grade is Grade.REQUIRES_IMPROVEMENT
    assert home.offer.terms.needs is None
    assert found.agencies == {"ARN00001": "ARN00001"}


def test_the_layout_of_2025() -> None:
    """Our list in the layout of 2025 gives its 20 open homes, one suspended, 15 supported settings, 3 agencies."""
    tally = Tally()
    found = read(LISTS / "own_2025.xlsx", tally=tally)
    homes = {home.urn: home for home in found.homes}
    assert len(homes) == len(found.homes) == 21
    assert [urn for urn, home in homes.items() if not home.registered] == ["2520006"]
    assert tally.notes["settings that are not registered, by their status"] == 1
    assert homes["2510020"].place is Place.K1
    assert homes["2510018"].offer.terms.parent_and_child is ParentAndChild.ONLY
    larch = homes["2510012"]
    assert larch.offer.terms.needs == {NeedCategory.LEARNING_DIFFICULTY, NeedCategory.PHYSICAL_DISABILITY}
    assert larch.grade is Grade.OUTSTANDING
    assert larch.offer.authority_id == "E09000015"
    assert larch.offer.location.precision is Precision.POSTCODE
    assert larch.offer.num_vacant(DAY) == 5
    assert homes["2510014"].grade is None
    own = found.providers[homes["2510001"].offer.provider_id]
    assert (own.id, own.sector, own.authority_id) == ("E09000028", Sector.LOCAL_AUTHORITY, "E09000028")
    assert found.agencies == {"2520001": "2520001", "2520002": "2520002", "2520003": "E09000028"}
    assert found.providers["2520001"].grade is Grade.GOOD
    assert len(found.supported) == 15
    assert [s.id for s in found.supported if s.urn == "2530001"] == ["URN2530001", "URN2530001-2", "URN2530001-3"]
    assert {s.category for s in found.supported} == set(AccommodationCategory)
    assert {s.offer.terms.age_min_months for s in found.supported} == {192}


def test_owners_are_providers(tmp_path: Path) -> None:
    """Homes with the same owner have one provider between them."""
    found = listed(tmp_path, {"URN": "1"}, {"URN": "2"}, {"URN": "3", "Owner ID": "", "Owner name": "Oak, Ash & Co"})
    assert [home.offer.provider_id for home in found.homes] == ["owner-77", "owner-77", "owner-oak-ash-co"]
    assert {provider.name for provider in found.providers.values()} == {"Elms Ltd", "Oak, Ash & Co"}


def test_column_names_of_all_vintages(tmp_path: Path) -> None:
    """Older names of the same columns, in any case, are read alike."""
    row = {
        "LOCAL AUTHORITY": "Barnet", "urn": "1", "Provider Type": "Childrens Home", "sector": "private",
        "Setting Name": "The Elms", "Provider Status": "Active", "Provider Code": "K2", "Max Users": "3",
        "Setting Postcode": "nw95aa", "Owner ID": "77", "Owner Name": "Elms Ltd",
    }  # fmt: skip
    old = read(write(tmp_path / "old.csv", row, [row]))
    new = read(write(tmp_path / "new.csv", HOME, [HOME]))
    assert old.homes == new.homes
    assert old.providers == new.providers


def test_addresses_in_a_sheet_of_their_own(tmp_path: Path) -> None:
    """Where postcodes stand in another sheet of the workbook they are found by URN."""
    workbook = openpyxl.Workbook()
    settings = workbook.active
    assert settings is not None
    settings.title = "Settings and Inspection Info"
    settings.append(["URN", "Local Authority", "Provider Type", "Provider Code", "Sector", "Max Users"])
    settings.append([5, "Barnet", "Childrens Home", "K2", "Private", 4])
    addresses = workbook.create_sheet("Address Details")
    addresses.append(["URN", "Setting Postcode"])
    addresses.append([5, "NW9 5AA"])
    workbook.save(tmp_path / "list.xlsx")
    (home,) = read(tmp_path / "list.xlsx").homes
    assert (home.id, home.offer.location.text) == ("URN5", "NW9 5AA")


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"Placement code": "U1,U2"}, "agency"),
        ({"Placement code": "K1"}, "K1"),
        ({"Placement code": "R3/K2"}, "R3"),
        ({"Placement code": "H5, K3"}, "K3"),
        ({"Placement code": "H5"}, "H5"),
        ({"Placement code": "A3,A4"}, "adoption agency"),
        ({"Placement code": "-"}, "K2"),
        ({"Placement code": "", "Provider subtype": "Secure Unit"}, "K1"),
        ({"Placement code": "X9", "Provider type": "Residential special school (registered)"}, "S1"),
        ({"Placement code": "", "Provider type": "Independent Fostering Agency"}, "agency"),
        ({"Placement code": "", "Provider type": "Residential holiday scheme"}, NO_PLACEMENT),
        ({"Deregistration date": "2024-03-31"}, "closed on or before the date"),
        ({"Deregistration date": "2024-04-01", "Registration status": "Resigned"}, "K2"),
        ({"Registration status": "Cancelled"}, "closed, without a date"),
        ({"Number of registered places": "-"}, "number of places blank, 0 or unreadable"),
        ({"Provider postcode": "CF10 1AA", "Local authority": "Cardiff"}, NOT_IN_ENGLAND),
        ({"URN": ""}, "no URN"),
    ],
)
def test_what_a_row_becomes(tmp_path: Path, cells: dict[str, str], expected: str) -> None:
    """The placement code decides what a row is, then the words for its type; what is closed or unusable says so."""
    found = listed(tmp_path, cells)
    kinds = [setting.place.value for setting in (*found.homes, *found.supported)] + ["agency"] * len(found.agencies)
    assert [*kinds, *found.files[0].left_out] == [expected]


@pytest.mark.parametrize(
    ("postcode", "authority", "precision"),
    [
        ("NW9 5AA", "Barnet", Precision.POSTCODE),
        ("NW9 5ZZ", "Barnet", Precision.SECTOR),
        ("NW9 0ZZ", "Barnet", Precision.SECTOR),
        ("NW9", "nowhere", Precision.OUTCODE),
        ("ZZ1 1ZZ", "London Borough of Barnet", Precision.AUTHORITY),
        ("", "Barnet", Precision.AUTHORITY),
    ],
)
def test_where_a_home_is(tmp_path: Path, postcode: str, authority: str, precision: Precision) -> None:
    """A home is placed by as much of its postcode as exists, else in the middle of its authority; each is counted."""
    tally = Tally()
    cells = {"Provider postcode": postcode, "Local authority": authority}
    (home,) = listed(tmp_path, cells, tally=tally).homes
    assert home.offer.location.precision is precision
    assert home.offer.authority_id in ("E09000003", "E09000005")
    assert dict(tally.precision["settings of the Ofsted list"]) == {precision: 1}
    assert tally.invalid_postcodes["Ofsted postcode"] == (postcode in ("NW9 5ZZ", "NW9 0ZZ", "ZZ1 1ZZ"))


def test_flags_and_words_that_no_list_has_are_counted(tmp_path: Path) -> None:
    """Unknown flags, grades and codes leave their field absent and are counted, never refused."""
    tally = Tally()
    cells = {"Sensory impairment": "Blind", "Mental disorders": "1", "Overall effectiveness": "Excellent"}
    (home,) = listed(tmp_path, cells, tally=tally).homes
    assert home.offer.terms.needs == {NeedCategory.MENTAL_DISORDER}
    assert home.grade is None
    assert tally.unknown_codes == {"sensory impairment blind": 1, "Overall effectiveness Excellent": 1}


def test_a_urn_counts_once(tmp_path: Path) -> None:
    """A home that is listed twice, in one list or in two, becomes one setting."""
    first = write(tmp_path / "a.csv", HOME, [HOME, HOME])
    second = write(tmp_path / "b.csv", HOME, [HOME, HOME | {"URN": "2"}])
    found = read(first, second)
    assert [home.id for home in found.homes] == ["URN1", "URN2"]
    assert [file.left_out for file in found.files] == [{"URN listed before": 1}, {"URN listed before": 1}]


def test_files_that_are_no_list_are_refused_together(tmp_path: Path) -> None:
    """A file that is no workbook, one without providers and one without places are named in one refusal."""
    (tmp_path / "a.xlsx").write_text("no workbook")
    write(tmp_path / "b.csv", ("URN", "Conditions"), [])
    write(tmp_path / "c.csv", ("URN", "Placement code"), [])
    with pytest.raises(InstanceError) as refusal:
        read(*sorted(tmp_path.iterdir()))
    assert [fault.table.rpartition("/")[2] for fault in refusal.value.faults] == ["a.xlsx", "b.csv", "c.csv"]
