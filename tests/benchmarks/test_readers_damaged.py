"""Damaged files: what can be known to be wrong is refused, all of it at once, with the line it stands in."""

from __future__ import annotations

import gzip
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightplace.benchmarks.problems import digest
from rightplace.benchmarks.readers import read, read_all
from rightplace.errors import InstanceError
from tests.benchmarks import public_files as files
from tests.benchmarks.test_readers import PLAIN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SCRATCH = pytest.TempPathFactory


@pytest.fixture(scope="module")
def folder(tmp_path_factory: SCRATCH) -> Path:
    """One folder for all examples of a property."""
    return tmp_path_factory.mktemp("damaged")


def refusal(path: Path, format: str | None = None) -> list[tuple[int | None, str | None, str]]:
    """(line, value, what was expected) of every fault of a file that must be refused."""
    with pytest.raises(InstanceError) as refused:
        read(path, format)
    assert all(fault.table.startswith(str(path.parent)) for fault in refused.value.faults)
    return [(fault.row, fault.value, fault.expected) for fault in refused.value.faults]


def faults_of(path: Path, format: str) -> int | None:
    """How many faults a file is refused for; ``None`` when it is read."""
    try:
        read_all(path, format)
    except InstanceError as refused:
        return len(refused.faults)
    return None


@given(st.sampled_from(sorted(PLAIN)), st.data())
def test_a_missing_number_is_refused(folder: Path, format: str, data: st.DataObject) -> None:
    """Leaving out any one number of any plain file is refused: its sizes say how many there must be."""
    words = PLAIN[format].split()
    gone = data.draw(st.integers(0, len(words) - 1))
    assert refusal(files.written(folder, "it", " ".join(words[:gone] + words[gone + 1 :])), format)


@given(st.sampled_from(sorted(PLAIN)), st.data())
def test_a_number_too_many_is_refused(folder: Path, format: str, data: st.DataObject) -> None:
    """Putting in any one number anywhere is refused."""
    words = PLAIN[format].split()
    at = data.draw(st.integers(0, len(words)))
    new = data.draw(st.integers(-3, 30).map(str))
    assert refusal(files.written(folder, "it", " ".join([*words[:at], new, *words[at:]])), format)


@given(st.sampled_from(sorted(PLAIN)), st.data())
def test_a_file_cut_off_is_refused(folder: Path, format: str, data: st.DataObject) -> None:
    """A file that ends before its last number is refused, wherever it is cut."""
    text = PLAIN[format]
    last = len(text.rstrip()) - len(text.split()[-1])
    assert refusal(files.written(folder, "it", text[: data.draw(st.integers(0, last))]), format)


@given(
    st.sampled_from(sorted(PLAIN)), st.sampled_from(["x", "nan", "inf", "1,5", "1_0", "0x1", "1e999", "²"]), st.data()
)
def test_what_is_no_number_is_refused_in_its_line(folder: Path, format: str, wrong: str, data: st.DataObject) -> None:
    """Any word that is no finite decimal number is named, with its line."""
    lines = PLAIN[format].splitlines()
    row = data.draw(st.integers(0, len(lines) - 1))
    words = lines[row].split()
    words[data.draw(st.integers(0, len(words) - 1))] = wrong
    lines[row] = " ".join(words)
    path = files.written(folder, "it", "\n".join(lines).encode("latin-1"))
    assert (row + 1, wrong) in [(at, value) for at, value, _ in refusal(path, format)]


@given(st.one_of(st.binary(max_size=200), st.text("01279 .-\ne", max_size=80).map(str.encode)))
def test_any_bytes_are_read_or_refused(folder: Path, content: bytes) -> None:
    """No content makes a reader fail in any other way."""
    path = files.written(folder, "it", content)
    for format in PLAIN:
        assert faults_of(path, format) is None or faults_of(path, format)


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    """A word that is no number, a negative resource and numbers too many: three faults, each in its line."""
    text = files.GAP.replace("1 2 3", "1 x 3").replace("2 2 1", "2 -2 1") + "z 7\n"
    assert refusal(files.written(tmp_path, "it", text), "gap") == [
        (2, "x", "a number (costs)"),
        (5, "-2", "0 or more (resources)"),
        (7, "z", "the end of the file: 2 more than its sizes say"),
    ]


def test_what_is_missing_is_counted(tmp_path: Path) -> None:
    """A file cut off says how many numbers of what were expected, how many there were, and what else is wrong."""
    path = files.written(tmp_path, "it", "2 3\n1 2 3\n4 x\n")
    assert refusal(path, "gap") == [(3, "x", "a number"), (3, None, "6 costs, but the file ends after 5")]
    assert refusal(files.written(tmp_path, "it", ""), "gap") == [
        (None, None, "the number of agents, but the file ends")
    ]


def test_sizes_that_no_file_could_hold_are_refused_at_once(tmp_path: Path) -> None:
    """A size of billions is compared with what is there, not tried."""
    path = files.written(tmp_path, "it", "3000000000 3000000000\n1\n")
    assert refusal(path, "gap") == [(2, None, "9000000000000000000 costs, but the file ends after 1")]


@pytest.mark.parametrize("size", ["0", "-2", "2.5"])
def test_sizes_are_positive_whole_numbers(tmp_path: Path, size: str) -> None:
    """No agents, fewer than none, or parts of one: refused in line 1."""
    path = files.written(tmp_path, "it", files.GAP.replace("2 3", f"{size} 3", 1))
    assert refusal(path, "gap")[0] == (1, size, "the number of agents: a whole number of at least 1")


@pytest.mark.parametrize(
    ("format", "old", "new", "row", "what"),
    [
        ("gap", "2 3\n", "2 -3\n", 6, "capacities"),
        ("orlib_cap", " 20 50.", " -20 50.", 3, "a capacity"),
        ("orlib_cap", "\n 6\n", "\n -6\n", 6, "demands"),
        ("facility_major", "20 50", "-20 50", 3, "capacities and fixed costs"),
        ("diaz_fernandez", "4 6 9", "4 -6 9", 5, "demands"),
        ("plc", "10 20", "-10 20", 3, "capacities"),
        ("pmedcap", "10 10 5", "10 10 -5", 5, "the number, x, y and demand of each node"),
    ],
)
def test_sizes_of_things_are_not_negative(tmp_path: Path, format: str, old: str, new: str, row: int, what: str) -> None:
    """A negative capacity, demand or resource is refused; each format names the line."""
    before, found, after = PLAIN[format].rpartition(old)
    assert found
    value = next(word for word in new.split() if word.startswith("-"))
    path = files.written(tmp_path, "it", before + new + after)
    assert refusal(path, format) == [(row, value, f"0 or more ({what})")]


def test_nodes_are_numbered_in_order(tmp_path: Path) -> None:
    """A node out of its place, as where a line was lost and another doubled, is refused; so is p above n."""
    path = files.written(tmp_path, "it", files.PMEDCAP.replace(" 3 10", " 4 10"))
    assert refusal(path, "pmedcap") == [(5, "4", "3, the number of the node")]
    path = files.written(tmp_path, "it", files.PMEDCAP.replace("4 2 10", "4 5 10"))
    assert refusal(path, "pmedcap") == [(2, "5", "the number of medians: a whole number from 1 to 4")]


def test_thousands_of_faults_are_summed_up(tmp_path: Path) -> None:
    """Twenty faults of a kind are told one by one, the others counted."""
    path = files.written(tmp_path, "it", "10 10\n" + "x\n" * 100 + "1 " * 110)
    found = refusal(path, "gap")
    assert len(found) == 21
    assert found[-1] == (22, None, "a number (costs); so also at 80 more places from here on")


def test_files_that_cannot_be_opened_are_refused(tmp_path: Path) -> None:
    """A missing file, a folder, gzip cut short: refused as input, naming the file."""
    refusal(tmp_path / "missing", "gap")
    refusal(tmp_path, "gap")
    packed = gzip.compress(files.GAP.encode())
    refusal(files.written(tmp_path, "it.gz", packed[:-9]), "gap")
    refusal(files.written(tmp_path, "it.gz", packed[:10] + b"\xff" + packed[11:]), "gap")
    (tmp_path / "it.gz").unlink()
    expected = "this file: SMPS has three"
    assert refusal(tmp_path / "tiny.cor") == [(None, None, expected)] * 3


SMPS_FAULTS = [
    ("core", " G  served", " Q  served", (5, "Q served")),
    ("core", "build     served              1", "build     server              1", (9, "server")),
    ("core", "obj                 5", "obj                 five", (11, "five")),
    ("core", "most                9", "most                9 served", (13, "rhs most 9 served served 1")),
    ("core", " UP bnd       build               8", " XX bnd       build               8", (15, "XX bnd build 8")),
    ("core", " UP bnd       build               8", " UP bnd       builder             8", (15, "builder")),
    ("core", " UP bnd       build               8", " UP bnd       build              -8", (15, "UP bnd build -8")),
    ("core", "rhs       most                9", "rhs       obj                 9", (13, "9.0")),
    ("core", "COLUMNS", "COLUMN", (6, "COLUMN")),
    ("core", "ENDATA\n", "", (15, None)),
    ("core", "build     served              1", "build     most                1", (9, "most")),
    ("time", "buy       served", "bought    served", (4, "bought")),
    ("time", "    buy       served                   SECOND\n", "", (4, "1")),
    ("time", "PERIODS", "PERIODS EXPLICIT", (2, "PERIODS EXPLICIT")),
    ("time", "ENDATA\n", "", (4, None)),
    ("scenarios", "0.75 ", "0.65 ", (7, "0.9")),
    ("scenarios", "0.75 ", "-0.75", (5, "-0.75")),
    ("scenarios", "ROOT      0.75", "tall      0.75", (5, "tall")),
    ("scenarios", " SC high", " SC low ", (5, "low")),
    ("scenarios", "served    4", "most      4", (6, "most")),
    ("scenarios", "RHS       served    4", "buy       served    4", (6, "buy")),
    ("scenarios", "served    4", "served", (6, "RHS served")),
    ("scenarios", "SCENARIOS     DISCRETE", "BLOCKS        DISCRETE", (2, "BLOCKS")),
    ("scenarios", "SCENARIOS     DISCRETE", "SCENARIOS     DISCRETE   ADD", (2, "SCENARIOS DISCRETE ADD")),
    ("scenarios", "ENDATA\n", "", (6, None)),
]


@pytest.mark.parametrize(("which", "old", "new", "expected"), SMPS_FAULTS)
def test_faults_of_stages_are_told_by_line(
    tmp_path: Path, which: str, old: str, new: str, expected: tuple[int, str | None]
) -> None:
    """What SMPS does not say rightly, or says in a way that is not read here, is refused in its line."""
    texts = {"core": files.CORE, "time": files.TIME, "scenarios": files.SCENARIOS}
    assert old in texts[which]
    texts[which] = texts[which].replace(old, new)
    found = refusal(files.written_smps(tmp_path, **texts))
    assert expected in [(row, value) for row, value, _ in found]


def test_a_first_stage_row_cannot_know_the_second(tmp_path: Path) -> None:
    """A column of the second stage in a row of the first is refused: nobody could keep such a row today."""
    core = files.CORE.replace("RHS", "    buy       most                1\nRHS", 1)
    [(_, value, expected)] = refusal(files.written_smps(tmp_path, core))
    assert (value, expected) == ("most", "no column of the second stage in a row of the first")


def test_too_many_combinations_are_refused(tmp_path: Path) -> None:
    """Seventeen independent coins make 131,072 scenarios: more than are read."""
    names = [f"r{i}" for i in range(17)]
    core = files.CORE.replace(" G  served\n", " G  served\n" + "".join(f" G  {name}\n" for name in names))
    coins = "".join(f"    RHS {name} {side} 0.5\n" for name in names for side in (0, 1))
    path = files.written_smps(tmp_path, core, scenarios=f"STOCH tiny\nINDEP DISCRETE\n{coins}ENDATA\n")
    assert [value for _, value, _ in refusal(path)] == ["131072"]


@pytest.mark.parametrize("which", ["core", "time", "scenarios"])
def test_a_word_lost_from_stages_is_refused_or_harmless(tmp_path: Path, which: str) -> None:
    """Whichever word is left out, the files are refused or mean the same: no name of a set or of the whole matters."""
    clean = digest(read(files.written_smps(tmp_path)))
    texts = {"core": files.CORE, "time": files.TIME, "scenarios": files.SCENARIOS}
    num_refused = 0
    for lost in _each_word_lost(texts[which]):
        path = files.written_smps(tmp_path, **(texts | {which: lost}))
        is_refused = faults_of(path, "smps") is not None
        num_refused += is_refused
        assert is_refused or digest(read(path)) == clean, lost
    assert num_refused > 5


def _each_word_lost(text: str) -> Iterator[str]:
    lines = text.splitlines(keepends=True)
    for row, line in enumerate(lines):
        for word in re.finditer(r"\S+", line):
            yield "".join([*lines[:row], line[: word.start()] + line[word.end() :], *lines[row + 1 :]])
