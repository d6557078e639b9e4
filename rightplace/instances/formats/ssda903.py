"""The SSDA903 return (children looked after in England): header, episodes and uasc, in the national CSV layout.

One set of files or several years of them. The rules for cleaning episodes are those of the public demand model
(``data-to-insight/cs-demand-model``, ``datacontainer.py``), save that a blank end never equals another blank end: an
open episode of an earlier year's return is closed by the start of the next one. Columns follow the public validator
(``data-to-insight/csc-validator-be-903``, ``config.py``).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from rightplace.errors import Fault, InstanceError
from rightplace.files import Sheet, read_csv
from rightplace.instances.cells import as_text, read_date
from rightplace.instances.children import ADULT_MONTHS
from rightplace.instances.formats.report import RowCount, Tally
from rightplace.instances.geography import find_authority

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "header": ("child", "sex", "dob", "ethnic"),
    "episodes": ("child", "decom", "ls", "place", "place_provider", "dec", "home_post", "pl_post", "urn"),
    "uasc": ("child", "duc"),
}
"""The columns that each file must have; others are tolerated. LA and YEAR are used where they stand."""

_TELLING = {"episodes": "decom", "uasc": "duc", "header": "ethnic"}  # no other file of the return has these
_NAMED = re.compile(r"(?<![a-z])(header|episodes|uasc)", re.IGNORECASE)
_SOCIAL_WORKERS = re.compile(r"sw[\W_]*episodes", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
_TIME = re.compile(r"[T ]\d{1,2}:\d\d(:\d\d(\.\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildInCare:
    """A child with an episode that is open on the day; codes and postcodes as the return has them, blank when blank.

    ``is_uasc`` holds for those in the uasc file whose DUC is blank or after the day.
    """

    id: str
    authority_id: str
    date_of_birth: date
    age_months: int
    sex: str
    ethnic: str
    is_mother: bool
    is_uasc: bool
    started_on: date
    legal_status: str
    place: str
    place_provider: str
    home_post: str
    placement_post: str
    urn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Return903:
    """The children in care on a day, and what became of every row."""

    children: tuple[ChildInCare, ...]
    files: tuple[RowCount, ...]
    files_not_read: tuple[str, ...]
    unreadable: tuple[Fault, ...]


def age_in_months(born: date, day: date) -> int:
    """Whole months from birth to a day; negative before birth."""
    return (day.year - born.year) * 12 + day.month - born.month - (day.day < born.day)


def read_ssda903(folder: Path, day: date, authority: str | None, tally: Tally) -> Return903:
    """The children in care on a day: DECOM on or before it, and DEC blank or after it.

    Parameters
    ----------
    folder
        Holds the CSV files, in itself or in folders for the years.
    authority
        Name or code of the responsible authority; needed for files without the column LA.
    tally
        Takes the counts of what was met on the way.

    Raises
    ------
    InstanceError
        For files or columns that are missing, files that are no CSV, and an authority that is missing or unknown. Rows
        that cannot be used are left out and counted instead.
    """
    sheets, not_read = _find(folder)
    unreadable: list[Fault] = []
    responsible = _responsible(authority, sheets)
    header = _frame(sheets["header"], responsible, tally)
    episodes = _frame(sheets["episodes"], responsible, tally)
    uasc = _frame(sheets["uasc"], responsible, tally)
    _clean_header(header, unreadable)
    _clean_episodes(episodes, pd.Timestamp(day), unreadable, tally)
    _join(header, episodes, day)
    in_care = set(episodes.loc[episodes["outcome"] == "", "key"])
    _clean_uasc(uasc, in_care, pd.Timestamp(day), unreadable)
    frames = {"header": header, "episodes": episodes, "uasc": uasc}
    files = []
    for kind, found in sheets.items():
        for sheet in found:
            outcomes = frames[kind].loc[frames[kind]["source"] == sheet.source, "outcome"]
            files.append(RowCount.of(sheet.source, kind, len(sheet.rows), outcomes))
    uasc_keys = set(uasc.loc[uasc["outcome"] == "", "key"])
    children = _children(header, episodes, uasc_keys, day)
    return Return903(children=children, files=tuple(files), files_not_read=not_read, unreadable=tuple(unreadable))


def _find(folder: Path) -> tuple[dict[str, list[Sheet]], tuple[str, ...]]:
    """The files of each kind, told by their columns, and the names of the other CSV files."""
    if not folder.is_dir():
        raise InstanceError([Fault(str(folder), None, None, None, "a folder with the CSV files of an SSDA903 return")])
    sheets: dict[str, list[Sheet]] = {kind: [] for kind in COLUMNS}
    not_read: list[str] = []
    faults: list[Fault] = []
    for file in sorted(path for path in folder.rglob("*") if path.suffix.lower() == ".csv"):
        name = file.relative_to(folder).as_posix()
        try:
            sheet = read_csv(file)
        except InstanceError as error:
            faults += error.faults
            continue
        sheet.source = name
        kind = _kind(name, sheet)
        if kind is None:
            not_read.append(name)
            continue
        missing = [column for column in COLUMNS[kind] if column not in sheet.columns]
        faults += [Fault(name, 1, column.upper(), None, f"this column, as in every {kind} file") for column in missing]
        sheets[kind].append(sheet)
    if not faults:
        for kind in ("header", "episodes"):
            if not sheets[kind]:
                wanted = f"a CSV file with the columns {', '.join(COLUMNS[kind]).upper()}"
                faults.append(Fault(f"{folder.name}/*{kind}*.csv", None, None, None, wanted))
    if faults:
        raise InstanceError(faults)
    return sheets, tuple(not_read)


def _kind(name: str, sheet: Sheet) -> str | None:
    """What a file is, by the column that only this kind has; else by its name."""
    if "child" in sheet.columns:
        for kind, column in _TELLING.items():
            if column in sheet.columns:
                return kind
    named = _NAMED.search(Path(name).name)
    return named[1].lower() if named and not _SOCIAL_WORKERS.search(name) else None


def _responsible(authority: str | None, sheets: Mapping[str, Sequence[Sheet]]) -> str:
    """The id of the authority for rows that name none; blank when every file has the column LA and none was given."""
    if authority is not None:
        try:
            return find_authority(authority).id
        except ValueError as error:
            raise InstanceError([Fault("authority", None, None, authority, str(error))]) from error
    faults = [
        Fault(sheet.source, 1, "LA", None, "this column, or the responsible authority (--authority NAME)")
        for found in sheets.values()
        for sheet in found
        if "la" not in sheet.columns
    ]
    if faults:
        raise InstanceError(faults)
    return ""


@cache
def _authority_id(text: str) -> str:
    """The id of an authority, blank where there is none of this name."""
    try:
        return find_authority(text).id
    except ValueError:
        return ""


def _frame(sheets: Sequence[Sheet], responsible: str, tally: Tally) -> pd.DataFrame:
    """The rows of all files of a kind, cells as stripped text, with where each stands and an empty outcome."""
    wanted = dict.fromkeys(column for columns in COLUMNS.values() for column in columns) | {"la": None, "mother": None}
    records, rows = [], []
    for sheet in sheets:
        named = _YEAR.findall(sheet.source)
        for number, row in sheet.rows:
            record = {column: as_text(row.get(column, "")) for column in wanted}
            year = as_text(row.get("year", ""))
            authority_id = _authority_id(record["la"]) if record["la"] else responsible
            record |= {"source": sheet.source, "year": year if year.isdigit() else (named or [""])[-1]}
            record |= {"authority_id": authority_id, "key": f"{authority_id}|{record['child']}", "outcome": ""}
            records.append(record)
            rows.append(number)
    texts = [*wanted, "source", "year", "authority_id", "key", "outcome"]
    frame = pd.DataFrame(records, columns=texts, dtype="str")
    frame["row"] = rows
    frame["order"] = range(len(frame))
    named_wrongly = (frame["la"] != "") & (frame["authority_id"] == "")
    tally.unknown_codes.update(Counter("LA " + frame.loc[named_wrongly, "la"]))
    _leave_out(frame, frame["child"] == "", "no CHILD")
    _leave_out(frame, frame["child"].str.contains("[,;]"), "CHILD holds a comma or semicolon")
    _leave_out(frame, frame["authority_id"] == "", "LA is blank or no English authority")
    return frame


def _leave_out(frame: pd.DataFrame, mask: pd.Series[bool], reason: str) -> None:
    """Give rows that have no outcome yet a reason to be left out."""
    frame.loc[mask & (frame["outcome"] == ""), "outcome"] = reason


def _dates(frame: pd.DataFrame, column: str, unreadable: list[Fault]) -> pd.Series[pd.Timestamp]:
    """A column of dates; blank and unreadable ones are NaT, the latter with a fault."""
    days: dict[str, date | None] = {text: _day(text) for text in frame[column].unique()}
    for source, row, text in frame.loc[frame[column] != "", ["source", "row", column]].itertuples(index=False):
        if days[text] is None:
            unreadable.append(Fault(source, row, column.upper(), text, "a date such as 03/04/2023 or 2023-04-03"))
    return pd.to_datetime(frame[column].map(days), errors="coerce")


def _day(text: str) -> date | None:
    try:
        day = read_date(_TIME.sub("", text))
    except ValueError:
        return None
    return day if 1900 <= day.year <= 2100 else None


def _clean_header(header: pd.DataFrame, unreadable: list[Fault]) -> None:
    """One row a child: the latest year's whose date of birth can be read."""
    header["born"] = _dates(header, "dob", unreadable)
    _leave_out(header, header["born"].isna(), "DOB blank or unreadable")
    usable = header.loc[header["outcome"] == ""].sort_values(["year", "order"])
    earlier = usable.index[usable.duplicated("key", keep="last")]
    _leave_out(header, _among(header, earlier), "a later row of the same child is used")


def _clean_episodes(episodes: pd.DataFrame, day: pd.Timestamp, unreadable: list[Fault], tally: Tally) -> None:
    """Remove duplicates and overlaps, then leave out what is not open on the day: at most one episode a child stays."""
    episodes["start"] = _dates(episodes, "decom", unreadable)
    episodes["end"] = _dates(episodes, "dec", unreadable)
    _leave_out(episodes, episodes["start"].isna(), "DECOM blank or unreadable")
    _leave_out(episodes, episodes["end"].isna() & (episodes["dec"] != ""), "DEC unreadable")
    _leave_out(episodes, episodes["end"] < episodes["start"], "DEC before DECOM")

    usable = episodes.loc[episodes["outcome"] == ""].sort_values(["key", "start", "end", "order"], na_position="first")
    twice = usable.index[usable.duplicated(["key", "start"], keep="last")]
    _leave_out(episodes, _among(episodes, twice), "same DECOM as a row that ends later, or is from a later file")

    usable = episodes.loc[(episodes["outcome"] == "") & episodes["end"].notna()].sort_values(["key", "start"])
    shorter = usable.index[usable.duplicated(["key", "end"], keep="first")]
    _leave_out(episodes, _among(episodes, shorter), "same DEC as a longer episode")

    usable = episodes.loc[episodes["outcome"] == ""].sort_values(["key", "start"])
    follows = usable.groupby("key")["start"].shift(-1)
    overlapping = usable["end"] > follows
    tally.notes["episodes that overlapped the next and were cut short at its DECOM"] += int(overlapping.sum())
    endless = usable["end"].isna() & follows.notna()
    tally.notes["episodes without DEC that were ended by the DECOM of the next"] += int(endless.sum())
    cut = usable.index[overlapping | endless]
    episodes.loc[cut, "end"] = follows.loc[cut]

    _leave_out(episodes, episodes["start"] > day, "begins after the date")
    _leave_out(episodes, episodes["end"] <= day, "ended on or before the date")


def _among(frame: pd.DataFrame, index: pd.Index) -> pd.Series[bool]:
    return pd.Series(frame.index.isin(index), frame.index)


def _join(header: pd.DataFrame, episodes: pd.DataFrame, day: date) -> None:
    """Leave out children of whom one half is missing, and those who are not under 18 on the day."""
    unreadable = set(header.loc[header["outcome"] == "DOB blank or unreadable", "key"])
    usable = header.loc[header["outcome"] == ""]
    born = dict(zip(usable["key"], usable["born"], strict=True))
    births_of = [born.get(key, pd.NaT) for key in episodes["key"]]
    of_child = pd.Series(pd.to_datetime(births_of), episodes.index)
    _leave_out(episodes, of_child.isna() & episodes["key"].isin(unreadable), "the child's DOB is blank or unreadable")
    _leave_out(episodes, of_child.isna(), "the child has no header row")
    open_now = set(episodes.loc[episodes["outcome"] == "", "key"])
    _leave_out(header, ~header["key"].isin(open_now), "no episode open on the date")
    for frame, births in ((header, header["born"]), (episodes, of_child)):
        ages = [0 if at is pd.NaT else age_in_months(at.date(), day) for at in births]
        months = pd.Series(ages, frame.index, dtype="int64")
        _leave_out(frame, births > pd.Timestamp(day), "born after the date")
        _leave_out(frame, months >= ADULT_MONTHS, "aged 18 or over on the date")


def _clean_uasc(uasc: pd.DataFrame, in_care: set[str], day: pd.Timestamp, unreadable: list[Fault]) -> None:
    """One row a child in care who is unaccompanied on the day."""
    ended = _dates(uasc, "duc", unreadable)
    _leave_out(uasc, ended.isna() & (uasc["duc"] != ""), "DUC unreadable")
    usable = uasc.loc[uasc["outcome"] == ""].sort_values(["year", "order"])
    earlier = usable.index[usable.duplicated("key", keep="last")]
    _leave_out(uasc, _among(uasc, earlier), "a later row of the same child is used")
    _leave_out(uasc, ~uasc["key"].isin(in_care), "the child is not in care on the date")
    _leave_out(uasc, ended <= day, "no longer unaccompanied on the date (DUC)")


def _children(header: pd.DataFrame, episodes: pd.DataFrame, uasc: set[str], day: date) -> tuple[ChildInCare, ...]:
    open_now = episodes.loc[episodes["outcome"] == ""].sort_values(["authority_id", "child"])
    people = header.loc[header["outcome"] == ""].set_index("key").to_dict("index")
    shared = set(open_now.loc[open_now.duplicated("child", keep=False), "child"])
    children = []
    for row in open_now.to_dict("records"):
        person = people[row["key"]]
        born = person["born"].date()
        children.append(
            ChildInCare(
                id=f"{row['child']}-{row['authority_id']}" if row["child"] in shared else row["child"],
                authority_id=row["authority_id"],
                date_of_birth=born,
                age_months=age_in_months(born, day),
                sex=person["sex"].upper(),
                ethnic=person["ethnic"].upper(),
                is_mother=person["mother"] in ("1", "1.0"),
                is_uasc=row["key"] in uasc,
                started_on=row["start"].date(),
                legal_status=row["ls"].upper(),
                place=row["place"].upper(),
                place_provider=row["place_provider"].upper(),
                home_post=row["home_post"],
                placement_post=row["pl_post"],
                urn=row["urn"].removesuffix(".0"),
            )
        )
    return tuple(children)
