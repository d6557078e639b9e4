"""Readers of public formats: each reads a tiny file to the arrays that it means, in spite of the traps met so far."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import numpy as np
import pytest

from rightplace.benchmarks.problems import Assignment, FacilityLocation, TwoStage, digest
from rightplace.benchmarks.readers import FORMATS, format_of, read, read_all, reading_of
from rightplace.errors import InstanceError
from tests.benchmarks import public_files as files

if TYPE_CHECKING:
    from pathlib import Path

PLAIN = {
    "gap": files.GAP,
    "gap_collection": "1\n" + files.GAP,
    "orlib_cap": files.CAP,
    "facility_major": files.FACILITY_MAJOR,
    "facility_major_with_value": files.FACILITY_MAJOR + "89\n",
    "diaz_fernandez": files.DIAZ_FERNANDEZ,
    "plc": files.PLC,
    "pmedcap": files.PMEDCAP,
    "pmedcap_collection": "1\n" + files.PMEDCAP,
}
SAME_AS_CAP = ("facility_major", "facility_major_with_value", "diaz_fernandez", "plc")


def assignment(path: Path, format: str = "gap", variant: str = "") -> Assignment:
    found = read(path, format, variant)
    assert isinstance(found, Assignment)
    return found


def facilities(path: Path, format: str, variant: str = "") -> FacilityLocation:
    found = read(path, format, variant)
    assert isinstance(found, FacilityLocation)
    return found


def test_every_format_has_a_tiny_file() -> None:
    """No format of the registry goes without the tests below."""
    assert set(PLAIN) | {"smps"} == set(FORMATS)


def test_generalised_assignment(tmp_path: Path) -> None:
    """Costs and resources come agent by agent, capacities last."""
    found = assignment(files.written(tmp_path, "tiny", files.GAP))
    assert found.name == "tiny"
    assert found.costs.tolist() == [[1, 2, 3], [4, 5, 6]]
    assert found.resources.tolist() == [[1, 1, 2], [2, 2, 1]]
    assert found.capacities.tolist() == [2, 3]
    assert not found.is_maximisation


def test_a_maximum_becomes_a_minimum_of_negatives(tmp_path: Path) -> None:
    """The variant max turns the costs and says so; nothing else changes."""
    path = files.written(tmp_path, "gap1-0", files.GAP)
    least, most = assignment(path), assignment(path, variant="max")
    assert most.name == "gap1-0@max"
    assert most.is_maximisation
    assert (most.costs == -least.costs).all()
    assert (most.resources == least.resources).all()
    assert digest(most) != digest(least)


def test_a_collection_gives_every_problem(tmp_path: Path) -> None:
    """A leading number says how many problems follow; each has its place in its name."""
    path = files.written(tmp_path, "gap1.txt", "2\n" + files.GAP + files.GAP.replace("1 2 3", "7 2 3"))
    found = [reading.problem for reading in read_all(path, "gap_collection")]
    assert [problem.name for problem in found] == ["gap1-0", "gap1-1"]
    assert [problem.costs[0, 0] for problem in found if isinstance(problem, Assignment)] == [1, 7]
    with pytest.raises(InstanceError, match="this has 2"):
        read(path, "gap_collection")


def test_capacitated_facilities_customer_by_customer(tmp_path: Path) -> None:
    """OR-Library's cap gives each customer's demand and costs in turn, and lets customers be split."""
    found = facilities(files.written(tmp_path, "cap41.txt", files.CAP), "orlib_cap")
    assert found.fixed_costs.tolist() == [100, 50]
    assert found.capacities.tolist() == [10, 20]
    assert found.demands.tolist() == [4, 6, 9]
    assert found.costs.tolist() == [[8, 6, 27], [12, 18, 9]]
    assert not found.is_single_source
    assert found.num_open is None


@pytest.mark.parametrize("format", SAME_AS_CAP)
def test_the_same_problem_in_other_layouts(tmp_path: Path, format: str) -> None:
    """Customers first, facilities first, costs of a unit: one problem, one digest, once cap is single-source too."""
    cap = facilities(files.written(tmp_path, "cap", files.CAP), "orlib_cap", "single")
    found = facilities(files.written(tmp_path, "other", PLAIN[format]), format)
    assert found.is_single_source
    assert digest(found) == digest(cap)


@pytest.mark.parametrize("format", [*SAME_AS_CAP, "pmedcap"])
def test_splitting_can_be_allowed(tmp_path: Path, format: str) -> None:
    """The variant split lets customers be split where the format would not."""
    assert not facilities(files.written(tmp_path, "it", PLAIN[format]), format, "split").is_single_source


def test_the_stated_value_is_kept_apart(tmp_path: Path) -> None:
    """The value behind Guastaroba's files and at the head of pmedcap is read, and is no part of the problem."""
    assert reading_of(files.written(tmp_path, "a", PLAIN["pmedcap"]), "pmedcap").stated_value == 3
    path = files.written(tmp_path, "b", PLAIN["facility_major_with_value"])
    assert reading_of(path, "facility_major_with_value").stated_value == 89
    with pytest.raises(InstanceError, match="row 7: found '89'; expected the end of the file: 1 more"):
        read(path, "facility_major")


def test_the_literal_capacity_takes_the_callers_number(tmp_path: Path) -> None:
    """capa@8000: every literal word becomes 8000; without a number the file is refused, once for each word."""
    path = files.written(
        tmp_path, "capa.txt", files.CAP.replace(" 10 100.", " capacity 100.").replace(" 20 ", " capacity ")
    )
    found = facilities(path, "orlib_cap", "8000")
    assert found.name == "capa@8000"
    assert found.capacities.tolist() == [8000, 8000]
    with pytest.raises(InstanceError, match=r"2 faults found(.|\n)*capa@8000"):
        read(path, "orlib_cap")


def test_a_capacity_that_changes_nothing_is_refused(tmp_path: Path) -> None:
    """A capacity for a file that has its own is not ignored."""
    path = files.written(tmp_path, "cap41.txt", files.CAP)
    with pytest.raises(InstanceError, match="this file has its own"):
        read(path, "orlib_cap", "8000")


def test_capacitated_medians(tmp_path: Path) -> None:
    """Distances are rounded down; every node is customer and possible median; exactly p are open."""
    found = facilities(files.written(tmp_path, "pmedcap01.txt", files.PMEDCAP), "pmedcap")
    assert found.costs.tolist() == [[0, 1, 14, 16], [1, 0, 12, 14], [14, 12, 0, 2], [16, 14, 2, 0]]
    assert found.demands.tolist() == [5, 5, 5, 5]
    assert found.capacities.tolist() == [10, 10, 10, 10]
    assert found.fixed_costs.tolist() == [0, 0, 0, 0]
    assert (found.num_open, found.is_single_source) == (2, True)


@pytest.mark.parametrize("scenarios", [files.SCENARIOS, files.INDEPENDENT])
def test_two_stages(tmp_path: Path, scenarios: str) -> None:
    """Core, time and scenarios make the two stages, whether scenarios are listed or combined."""
    found = read(files.written_smps(tmp_path, scenarios=scenarios))
    assert isinstance(found, TwoStage)
    assert found.first_costs.tolist() == [3]
    assert (found.first_lower.tolist(), found.first_upper.tolist()) == ([0], [8])
    assert found.first_is_integer.tolist() == [True]
    assert (found.first_matrix.toarray().tolist(), found.first_row_upper.tolist()) == ([[1]], [9])
    assert found.first_row_lower.tolist() == [-np.inf]
    assert (found.second_costs.tolist(), found.second_is_integer.tolist()) == ([5], [False])
    assert (found.second_lower.tolist(), found.second_upper.tolist()) == ([0], [np.inf])
    assert (found.technology.toarray().tolist(), found.recourse.toarray().tolist()) == ([[1]], [[1]])
    assert found.probabilities.tolist() == [0.25, 0.75]
    assert found.row_lower.tolist() == [[2], [4]]
    assert found.row_upper.tolist() == [[np.inf], [np.inf]]


def test_a_scenario_inherits_from_the_one_it_branches_from(tmp_path: Path) -> None:
    """What a scenario does not say is as in its parent, and as in the core where that is ROOT."""
    listed = files.SCENARIOS.replace("    RHS       served    4\n", "").replace("high      ROOT", "high      low")
    found = read(files.written_smps(tmp_path, scenarios=listed))
    assert isinstance(found, TwoStage)
    assert found.row_lower.tolist() == [[2], [2]]
    nothing = files.SCENARIOS.replace("    RHS       served    4\n", "")
    found = read(files.written_smps(tmp_path, scenarios=nothing))
    assert isinstance(found, TwoStage)
    assert found.row_lower.tolist() == [[2], [1]]


def test_independent_right_hand_sides_are_combined(tmp_path: Path) -> None:
    """Two rows of two values each make four scenarios, whose probabilities multiply."""
    core = files.CORE.replace(" G  served\n", " G  served\n E  also\n").replace(
        "    buy       obj                 5   served               1\n",
        "    buy       obj                 5   served               1\n    other     also   1\n",
    )
    more = "    RHS       also   6   SECOND  0.5\n    RHS       also   7   SECOND  0.5\nENDATA"
    found = read(files.written_smps(tmp_path, core, scenarios=files.INDEPENDENT.replace("ENDATA", more)))
    assert isinstance(found, TwoStage)
    assert found.row_lower.tolist() == [[2, 6], [2, 7], [4, 6], [4, 7]]
    assert found.row_upper[:, 1].tolist() == [6, 7, 6, 7]
    assert found.probabilities.tolist() == [0.125, 0.125, 0.375, 0.375]


def test_ranges_and_bounds_of_a_core(tmp_path: Path) -> None:
    """A range of 2 makes >= 1 into 1 to 3, and moves with the right-hand side; FR, MI, BV, FX are known."""
    core = files.CORE.replace("BOUNDS", "RANGES\n    rng  served  2\nBOUNDS\n FR bnd buy")
    found = read(files.written_smps(tmp_path, core))
    assert isinstance(found, TwoStage)
    assert (found.row_lower.tolist(), found.row_upper.tolist()) == ([[2], [4]], [[4], [6]])
    assert (found.second_lower.tolist(), found.second_upper.tolist()) == ([-np.inf], [np.inf])
    found = read(
        files.written_smps(tmp_path, files.CORE.replace(" UP bnd       build               8", " BV bnd build"))
    )
    assert isinstance(found, TwoStage)
    assert (found.first_upper.tolist(), found.first_is_integer.tolist()) == ([1], [True])
    found = read(files.written_smps(tmp_path, files.CORE.replace(" UP bnd", " FX bnd")))
    assert isinstance(found, TwoStage)
    assert (found.first_lower.tolist(), found.first_upper.tolist()) == ([8], [8])


@pytest.mark.parametrize("format", PLAIN)
@pytest.mark.parametrize(
    "tail", [b"\0" * 50, b"\0\0 7 garbage\xff 12 \0", b"\x1a", b"\x1a\0\0 99", b"\n\n  \r\n"], ids=repr
)
def test_what_stands_after_the_end_is_no_data(tmp_path: Path, format: str, tail: bytes) -> None:
    """Trailing NULs, garbage behind them, Ctrl-Z and blank lines leave every problem as it was."""
    clean = read(files.written(tmp_path, "it", PLAIN[format]), format)
    dirty = read(files.written(tmp_path, "it", PLAIN[format].encode() + tail), format)
    assert digest(dirty) == digest(clean)


@pytest.mark.parametrize("format", PLAIN)
def test_lines_and_packing_do_not_matter(tmp_path: Path, format: str) -> None:
    """Windows or old Macintosh ends of lines, all on one line, a byte-order mark, gzip: the same problem."""
    text = PLAIN[format]
    clean = digest(read(files.written(tmp_path, "it", text), format))
    others = [text.replace("\n", "\r\n"), text.replace("\n", "\r"), " ".join(text.split())]
    contents = [other.encode() for other in others] + [b"\xef\xbb\xbf" + text.encode(), gzip.compress(text.encode())]
    assert {digest(read(files.written(tmp_path, "it", content), format)) for content in contents} == {clean}


def test_packed_stages_are_found(tmp_path: Path) -> None:
    """The three files of SMPS may be gzipped, each by itself, and any of them names the problem."""
    clean = digest(read(files.written_smps(tmp_path)))
    packed = files.written(tmp_path, "tiny.sto.gz", gzip.compress(files.SCENARIOS.encode()))
    (tmp_path / "tiny.sto").unlink()
    assert digest(read(packed)) == clean
    assert read(packed).name == "tiny"


def test_formats_are_recognised_by_folder_or_extension(tmp_path: Path) -> None:
    """The nearest folder with a known name decides; an extension that only one format has comes first."""
    assert format_of(tmp_path / "sscflp" / "holmberg" / "p1") == "facility_major"
    assert (
        format_of(tmp_path / "sscflp" / "gadegaard_tb4" / "50-100" / "50-100-2" / "50-100-1.dat.gz") == "facility_major"
    )
    assert format_of(tmp_path / "cflp_orlib" / "original" / "capa.txt") == "orlib_cap"
    assert format_of(tmp_path / "gap" / "e05100.gz") == "gap"
    assert format_of(tmp_path / "anywhere" / "i300_1.plc") == "plc"
    assert format_of(tmp_path / "anywhere" / "sslp_5_25_50.cor.gz") == "smps"
    assert format_of(tmp_path / "anywhere" / "e05100") is None


def test_an_unknown_layout_is_not_guessed(tmp_path: Path) -> None:
    """A file in a folder of no known name is refused, with the formats that it might be."""
    path = files.written(tmp_path, "e05100", files.GAP)
    with pytest.raises(InstanceError, match="a named format: one of gap, gap_collection"):
        read(path)
    with pytest.raises(ValueError, match="unknown format 'csv'"):
        read(path, "csv")
    with pytest.raises(ValueError, match="unknown variant 'best'"):
        read(path, "gap", "best")
    with pytest.raises(ValueError, match="the format gap has no variant by capacity"):
        read(path, "gap", "8000")
