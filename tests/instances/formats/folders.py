"""Small returns for tests, written as the national CSV files."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

DATA = Path(__file__).parents[2] / "data"
SAMPLES = {"demand_model_2017_2021": "Southwark", "regional_v1": None}
"""The samples, and the authority that has to be named for each."""

DAY = date(2024, 3, 31)
HEADER = ("CHILD", "SEX", "DOB", "ETHNIC", "UPN", "MOTHER", "MC_DOB")
EPISODES = (
    "CHILD", "DECOM", "RNE", "LS", "CIN", "PLACE", "PLACE_PROVIDER", "DEC", "REC", "REASON_PLACE_CHANGE", "HOME_POST",
    "PL_POST", "URN",
)  # fmt: skip
UASC = ("CHILD", "SEX", "DOB", "DUC")

Line = Mapping[str, str]


def person(child: str, **cells: str) -> Line:
    """A header row: a girl of ten, unless the cells say otherwise."""
    return {"CHILD": child, "SEX": "2", "DOB": "05/06/2013", "ETHNIC": "WBRI"} | cells


def episode(child: str, **cells: str) -> Line:
    """An episode row: open since 2023, with a private agency's carer, unless the cells say otherwise."""
    usual = {"DECOM": "01/09/2023", "LS": "C2", "PLACE": "U6", "PLACE_PROVIDER": "PR4", "HOME_POST": "NW9 5AA"}
    return {"CHILD": child} | usual | cells


def write(path: Path, columns: Iterable[str], rows: Iterable[Line]) -> Path:
    """Write one CSV file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(columns), restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_return(
    folder: Path, header: Iterable[Line], episodes: Iterable[Line], uasc: Iterable[Line] | None = None, extra: str = ""
) -> Path:
    """Write the files of a return; ``extra`` names more columns for all of them, separated by spaces."""
    more = extra.split()
    write(folder / "header.csv", (*HEADER, *more), header)
    write(folder / "episodes.csv", (*EPISODES, *more), episodes)
    if uasc is not None:
        write(folder / "uasc.csv", (*UASC, *more), uasc)
    return folder


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file, read plainly."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
