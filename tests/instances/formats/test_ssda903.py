"""The return as published becomes the children in care on a day, and no row is lost on the way."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from typing import TYPE_CHECKING

import pytest

from rightplace.errors import InstanceError
from rightplace.instances.formats.report import Tally
from rightplace.instances.formats.ssda903 import Return903, age_in_months, read_ssda903
from tests.instances.formats.folders import (
    DATA,
    DAY,
    EPISODES,
    HEADER,
    SAMPLES,
    episode,
    person,
    read_rows,
    write,
    write_return,
)

if TYPE_CHECKING:
    from pathlib import Path

DAYS = (date(2017, 6, 30), date(2018, 6, 30), date(2019, 6, 30), date(2021, 3, 31))


def read(folder: Path, day: date = DAY, authority: str | None = "Barnet") -> Return903:
    return read_ssda903(folder, day, authority, Tally())


def reasons(returned: Return903, name: str) -> dict[str, int]:
    return next(dict(file.left_out) for file in returned.files if file.source == name)


def plainly(text: str) -> date | None:
    for form in ("%d/%m/%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    return None


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("day", DAYS)
def test_the_episode_that_began_last_decides(sample: str, day: date) -> None:
    """A child of a sample is in care on a day exactly when the episode that began last by then has not ended."""
    folder = DATA / "ssda903" / sample
    last: dict[str, tuple[date, date | None]] = {}
    for file in sorted(folder.glob("*episodes.csv")):
        for row in read_rows(file):
            start, end = plainly(row["DECOM"]), plainly(row["DEC"])
            assert start is not None
            known = last.get(row["CHILD"])
            if start <= day and (known is None or start > known[0] or (start == known[0] and end is not None)):
                last[row["CHILD"]] = start, end
    born: dict[str, date | None] = {}
    for file in sorted(folder.glob("*header.csv")):
        born |= {row["CHILD"]: plainly(row["DOB"]) for row in read_rows(file)}
    expected = set()
    for child, (_, end) in last.items():
        birth = born.get(child)
        is_open = end is None or end > day
        if birth is not None and birth <= day and age_in_months(birth, day) < 216 and is_open:
            expected.add(child)
    assert {child.id for child in read(folder, day, SAMPLES[sample]).children} == expected


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("day", DAYS)
def test_every_row_of_the_samples_is_accounted_for(sample: str, day: date) -> None:
    """The rows used and left out of each file of a sample add up to the rows that a plain reader counts in it."""
    folder = DATA / "ssda903" / sample
    files = read(folder, day, SAMPLES[sample]).files
    assert {file.source: file.num_used + sum(file.left_out.values()) for file in files} == {
        path.name: len(read_rows(path)) for path in folder.glob("*.csv")
    }
    assert all(file.adds_up() for file in files)


def test_both_layouts_say_the_same() -> None:
    """The samples, which hold the same episodes in two layouts, give the same children living in the same places."""
    found = []
    for sample, authority in SAMPLES.items():
        children = read(DATA / "ssda903" / sample, date(2018, 6, 30), authority).children
        found.append({(c.id, c.place, c.place_provider, c.urn, c.started_on, c.placement_post) for c in children})
    assert found[0] == found[1]
    assert len(found[0]) == 476


def test_an_episode_counts_from_its_first_day_to_the_day_before_its_last(tmp_path: Path) -> None:
    """On DECOM a child is in care, on DEC no longer."""
    rows = [episode("first", DECOM="31/03/2024"), episode("last", DEC="31/03/2024"), episode("stays", DEC="01/04/2024")]
    write_return(tmp_path, [person(row["CHILD"]) for row in rows], rows)
    assert {child.id for child in read(tmp_path).children} == {"first", "stays"}


def test_who_turns_eighteen_on_the_day_has_left(tmp_path: Path) -> None:
    """A child whose eighteenth birthday is the day is left out; one whose birthday is tomorrow is not."""
    births = {"today": "31/03/2006", "tomorrow": "01/04/2006"}
    write_return(tmp_path, [person(child, DOB=born) for child, born in births.items()], map(episode, births))
    returned = read(tmp_path)
    assert [(child.id, child.age_months) for child in returned.children] == [("tomorrow", 215)]
    assert reasons(returned, "header.csv") == {"aged 18 or over on the date": 1}
    assert reasons(returned, "episodes.csv") == {"aged 18 or over on the date": 1}


def test_every_reason_to_leave_out_an_episode(tmp_path: Path) -> None:
    """Each way in which a row can be useless is counted under its own reason, and the useful row is still used."""
    rows = [
        episode("ok"),
        episode("ok", DECOM="01/09/2023"),
        episode("ok", DECOM="01/01/2021", DEC="01/02/2022"),
        episode("ok", DECOM="01/06/2021", DEC="01/02/2022"),
        episode("ok", DECOM="01/04/2024"),
        episode(""),
        episode("a;b"),
        episode("ok", DECOM="soon"),
        episode("ok", DECOM=""),
        episode("ok", DECOM="01/05/2020", DEC="31/02/2021"),
        episode("ok", DECOM="01/05/2020", DEC="01/05/2019"),
        episode("nobody"),
        episode("baby"),
        episode("blurred"),
        episode("elsewhere", LA="Atlantis"),
    ]
    header = [person("ok"), person("baby", DOB="01/04/2024"), person("blurred", DOB="?"), person("absent")]
    write_return(tmp_path, header, rows, extra="LA")
    tally = Tally()
    returned = read_ssda903(tmp_path, DAY, "Barnet", tally)
    assert [child.id for child in returned.children] == ["ok"]
    assert reasons(returned, "episodes.csv") == {
        "CHILD holds a comma or semicolon": 1,
        "DEC before DECOM": 1,
        "DEC unreadable": 1,
        "DECOM blank or unreadable": 2,
        "LA is blank or no English authority": 1,
        "begins after the date": 1,
        "born after the date": 1,
        "ended on or before the date": 1,
        "no CHILD": 1,
        "same DEC as a longer episode": 1,
        "same DECOM as a row that ends later, or is from a later file": 1,
        "the child has no header row": 1,
        "the child's DOB is blank or unreadable": 1,
    }
    assert reasons(returned, "header.csv") == {
        "DOB blank or unreadable": 1,
        "born after the date": 1,
        "no episode open on the date": 1,
    }
    assert tally.unknown_codes == {"LA Atlantis": 1}
    unreadable = {(fault.row, fault.column, fault.value) for fault in returned.unreadable}
    assert unreadable == {(9, "DECOM", "soon"), (11, "DEC", "31/02/2021"), (4, "DOB", "?")}
    assert all(file.adds_up() for file in returned.files)


def test_an_overlap_ends_where_the_next_episode_begins(tmp_path: Path) -> None:
    """A child with an open episode and a later one lives where the later one says, whichever ends last."""
    rows = [
        episode("overlaps", DECOM="01/01/2023", DEC="01/01/2025", PLACE="K2"),
        episode("overlaps", DECOM="01/02/2024", PLACE="U4"),
        episode("returned", DECOM="01/01/2023", PLACE="K2"),
        episode("returned", DECOM="01/06/2023", DEC="01/09/2023"),
    ]
    write_return(tmp_path, [person("overlaps"), person("returned")], rows)
    tally = Tally()
    children = read_ssda903(tmp_path, DAY, "Barnet", tally).children
    assert [(child.id, child.place) for child in children] == [("overlaps", "U4")]
    assert tally.notes["episodes that overlapped the next and were cut short at its DECOM"] == 1
    assert tally.notes["episodes without DEC that were ended by the DECOM of the next"] == 1


@pytest.mark.parametrize("text", ["5/6/2013", "2013-06-05", "2013-06-05T00:00:00", "05/06/2013 00:00", "5-Jun-13"])
def test_dates_as_systems_write_them(tmp_path: Path, text: str) -> None:
    """The same day is read from each way of writing it, with or without a time."""
    write_return(tmp_path, [person("a", DOB=text)], [episode("a")])
    assert [child.date_of_birth for child in read(tmp_path).children] == [date(2013, 6, 5)]


def test_the_latest_year_of_a_child_is_used(tmp_path: Path) -> None:
    """Of several header rows of a child the latest year's counts, whether a column or the file's name says the year."""
    write(tmp_path / "2022-header.csv", HEADER, [person("a", ETHNIC="NOBT"), person("b", ETHNIC="WBRI")])
    older = [person("a", ETHNIC="BAFR"), person("b", YEAR="2023", ETHNIC="AIND")]
    write(tmp_path / "2021-Header.CSV", (*HEADER, "YEAR"), older)
    write(tmp_path / "2022" / "episodes.csv", EPISODES, [episode("a"), episode("b")])
    returned = read(tmp_path)
    assert {child.id: child.ethnic for child in returned.children} == {"a": "NOBT", "b": "AIND"}
    assert {file.source for file in returned.files} == {"2021-Header.CSV", "2022-header.csv", "2022/episodes.csv"}


def test_unaccompanied_until_duc(tmp_path: Path) -> None:
    """A child in the uasc file is unaccompanied while DUC is blank or to come."""
    children = ("still", "blank", "ended", "never")
    uasc = [
        {"CHILD": "still", "DUC": "01/04/2024"},
        {"CHILD": "blank"},
        {"CHILD": "ended", "DUC": "31/03/2024"},
        {"CHILD": "gone"},
        {"CHILD": "never", "DUC": "x"},
    ]
    write_return(tmp_path, map(person, children), map(episode, children), uasc)
    returned = read(tmp_path)
    assert {child.id for child in returned.children if child.is_uasc} == {"still", "blank"}
    assert reasons(returned, "uasc.csv") == {
        "DUC unreadable": 1,
        "no longer unaccompanied on the date (DUC)": 1,
        "the child is not in care on the date": 1,
    }


def test_one_number_in_two_authorities_is_two_children(tmp_path: Path) -> None:
    """The same CHILD in two authorities gives two children with ids of their own."""
    header = [person("7", LA="Bromley"), person("7", LA="London Borough of Southwark"), person("8", LA="Bromley")]
    write_return(tmp_path, header, [episode(row["CHILD"], LA=row["LA"]) for row in header], extra="LA")
    children = read(tmp_path, authority=None).children
    assert [child.id for child in children] == ["7-E09000006", "8", "7-E09000028"]


def test_other_files_of_the_return_are_named_but_not_read(tmp_path: Path) -> None:
    """Files are told by their columns: reviews and social workers' episodes are neither read nor refused."""
    write_return(tmp_path, [person("a")], [episode("a")])
    write(tmp_path / "reviews.csv", ("CHILD", "DOB", "REVIEW", "REVIEW_CODE"), [])
    write(tmp_path / "sw_episodes.csv", ("CHILD", "DOB", "SW_ID", "SW_DECOM", "SW_DEC"), [])
    assert read(tmp_path).files_not_read == ("reviews.csv", "sw_episodes.csv")


def test_faults_of_all_files_come_together(tmp_path: Path) -> None:
    """Missing columns of several files are named in one refusal, by file and column."""
    write(tmp_path / "header.csv", ("CHILD", "SEX", "ETHNIC"), [])
    write(tmp_path / "episodes.csv", [name for name in EPISODES if name not in ("DEC", "URN")], [])
    with pytest.raises(InstanceError) as refusal:
        read(tmp_path)
    found = {(fault.table, fault.column) for fault in refusal.value.faults}
    assert found == {("header.csv", "DOB"), ("episodes.csv", "DEC"), ("episodes.csv", "URN")}


@pytest.mark.parametrize(
    ("authority", "expected"), [(None, "--authority"), ("Atlantis", "not an English local authority")]
)
def test_the_responsible_authority_must_be_known(tmp_path: Path, authority: str | None, expected: str) -> None:
    """Files without the column LA need the name of an English authority."""
    write_return(tmp_path, [person("a")], [episode("a")])
    with pytest.raises(InstanceError, match=expected):
        read(tmp_path, authority=authority)


def test_a_folder_without_a_return_is_refused(tmp_path: Path) -> None:
    """A folder without header and episodes is refused with what was looked for, and so is no folder."""
    with pytest.raises(InstanceError) as refusal:
        read(tmp_path)
    assert len(refusal.value.faults) == 2
    with pytest.raises(InstanceError, match="a folder"):
        read(tmp_path / "none")


def test_a_return_without_children_in_care_is_read(tmp_path: Path) -> None:
    """A return with headers only, and one with no rows at all, give no children and still add up."""
    write_return(tmp_path / "empty", [], [], [])
    write_return(tmp_path / "headers", [person("a")], [])
    for name in ("empty", "headers"):
        returned = read(tmp_path / name)
        assert returned.children == ()
        assert all(file.adds_up() for file in returned.files)


def test_months_follow_the_calendar() -> None:
    """A child born on 29 February is one month short of the next age until 1 March in years without that day."""
    born = date(2008, 2, 29)
    assert [age_in_months(born, day) for day in (date(2026, 2, 28), date(2026, 3, 1), born)] == [215, 216, 0]


def test_where_a_row_is_counted_follows_its_file() -> None:
    """Files of several years are counted apart: each of the samples' fifteen files stands once in the report."""
    files = read(DATA / "ssda903" / "demand_model_2017_2021", date(2018, 6, 30), "Southwark").files
    by_kind = defaultdict(list)
    for file in files:
        by_kind[file.kind].append(file.source)
    assert {kind: len(sources) for kind, sources in by_kind.items()} == {"header": 5, "episodes": 5, "uasc": 5}
