"""The public instances that ship: every file reads to its size, every solution is worth what is said of it."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from rightplace.benchmarks import families
from rightplace.benchmarks.best_known import best_known, best_solution, solution_path
from rightplace.benchmarks.evaluation import evaluate, published_value
from rightplace.benchmarks.families import FAMILIES, instance_path, instances, load
from rightplace.benchmarks.problems import Assignment, FacilityLocation, Problem, TwoStage
from rightplace.benchmarks.readers import FORMATS
from rightplace.benchmarks.solutions import read_solution, solution_text
from rightplace.errors import InstanceError

SHIPPED = [name for name, family in FAMILIES.items() if family.is_shipped]
TOP = Path(__file__).parents[2]
NUM_SHIPPED = {"tiny": 10, "gap": 117, "pmedcap": 20, "gadegaard": 45, "sslp": 10}
ROUNDING = 1e-6


def size_of(problem: Problem) -> tuple[int, int]:
    match problem:
        case Assignment() | FacilityLocation():
            first, second = problem.costs.shape
            return first, second
        case TwoStage():
            return len(problem.first_costs), len(problem.probabilities)


@pytest.mark.parametrize("family", SHIPPED)
def test_every_shipped_file_reads_to_its_size(family: str) -> None:
    """No file is missing or has another size than its line of best_known.csv; and there is no line without a file."""
    known = best_known(family)
    names = instances(family)
    assert len(names) == NUM_SHIPPED[family]
    assert {name.partition("@")[0] for name in known} == set(names)
    for name in names:
        assert size_of(load(family, name)) == known[name].size, name


@pytest.mark.parametrize("family", SHIPPED)
def test_every_shipped_solution_is_worth_what_is_said(family: str) -> None:
    """The independent check accepts it, adds up the stated value, and that is no better than value and bound."""
    num_checked = 0
    for name, known in best_known(family).items():
        path = solution_path(family, name)
        assert (known.solution_value is None) == (path is None)
        if path is None:
            continue
        problem = load(family, name)
        cost, faults = evaluate(problem, read_solution(path, problem))
        assert (name, faults) == (name, [])
        assert published_value(problem, cost) == pytest.approx(known.solution_value, abs=1e-6)
        assert known.value is not None
        sense = -1 if name.endswith("@max") else 1
        assert sense * known.value <= sense * known.solution_value + ROUNDING
        num_checked += 1
    assert num_checked > 0


@pytest.mark.parametrize("family", FAMILIES)
def test_what_is_known_does_not_contradict_itself(family: str) -> None:
    """A bound is on its side of the value; what is proven has both, equal; everything has a source."""
    for name, known in best_known(family).items():
        assert known.source
        if known.value is not None and known.bound is not None:
            sense = -1 if name.endswith("@max") else 1
            assert sense * known.bound <= sense * known.value
        if known.is_proven:
            assert known.value is not None
            assert known.bound == known.value


def test_split_customers_never_cost_more_than_whole_ones() -> None:
    """OR-Library's values and the single-source values agree: to be allowed to split is worth nothing or something."""
    known = best_known("cap")
    pairs = [(known[name.removesuffix("@single")], known[name]) for name in known if name.endswith("@single")]
    assert len(pairs) == 36
    for split, single in pairs:
        assert split.value is not None
        assert single.value is not None
        assert split.value <= single.value + 0.01


def test_open_instances_of_generalised_assignment() -> None:
    """Seven of the 117 are not proven; d20200 is at its solution's 12238, not the 12244 of an older table."""
    known = best_known("gap")
    is_open = {name for name, found in known.items() if not found.is_proven and not name.endswith("@max")}
    assert is_open == {"c801600", "d20200", "d20400", "d30900", "d40400", "d60900", "d201600"}
    assert (known["d20200"].value, known["d20200"].solution_value) == (12238, 12238)
    assert (known["gap1-0"].value, known["gap1-0@max"].value) == (261, 336)


def test_the_package_carries_a_small_selection() -> None:
    """What goes into the wheel is under 1.5 MB, and every format has an instance in it."""
    assert sum(path.stat().st_size for path in families.DATA.rglob("*")) < 1_500_000
    assert set(instances("tiny")) == set(FORMATS)


@pytest.mark.parametrize("folder", sorted({*families.DATA.iterdir(), *(TOP / "instances").iterdir()}), ids=str)
def test_shipped_files_carry_their_licence_and_origin(folder: Path) -> None:
    """A folder with files of others has the licence and says where they come from; figures alone need neither."""
    files = {path.name for path in folder.iterdir()}
    if files != {"best_known.csv"}:
        assert "ORIGIN.md" in files
        assert (
            folder.name == "tiny"
            or "MIT License" in (folder / "LICENCE").read_text()
            or "MIT" in (folder / "LICENCE").read_text()
        )


def test_packing_is_the_same_everywhere() -> None:
    """No packed file carries a time or a name, so that packing the same content gives the same bytes."""
    packed = [path for root in (families.DATA, TOP / "instances") for path in root.rglob("*.gz")]
    assert packed
    for path in packed:
        assert path.read_bytes()[:8] == gzip.compress(b"", 9, mtime=0)[:8], path


@pytest.mark.parametrize("name", sorted(best_known("tiny")))
def test_solutions_read_back_as_written(tmp_path: Path, name: str) -> None:
    """Writing a solution gives the text it was read from."""
    assert best_solution("tiny", name) is not None
    path, problem = solution_path("tiny", name), load("tiny", name)
    assert path is not None
    assert solution_text(problem, read_solution(path, problem)) == path.read_text()


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("gap", "0 0 2\n", "row 1: found '2'; expected a whole number from 0 to 1"),
        ("gap", "0 0\n", "3 agents of the jobs, but the file ends after 2"),
        ("plc", "1\n1\n1 1 0.5\n", "row 3: found '0.5'; expected a whole number from 0 to 1"),
        ("plc", "3\n1\n1 1 1\n", "row 1: found '3'; expected the number of open facilities"),
        ("smps", "4 0\n0 7\n", "row 2: found '7'; expected the end of the file"),
    ],
)
def test_damaged_solutions_are_refused(tmp_path: Path, name: str, text: str, message: str) -> None:
    """A solution with numbers that mean nothing, too few or too many is refused as input, with its line."""
    path = tmp_path / "it.txt"
    path.write_text(text)
    with pytest.raises(InstanceError, match=message):
        read_solution(path, load("tiny", name))


def test_a_folder_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Families that do not ship are found in the folder that the variable names, wherever below it they lie."""
    monkeypatch.delenv(families.OWN_FOLDER, raising=False)
    with pytest.raises(InstanceError, match="Bring a folder that holds one called cap, and name it in RIGHTPLACE"):
        load("cap", "cap41")
    own = tmp_path / "mine" / "cflp_orlib" / "original"
    (own.parent / "facility_major").mkdir(parents=True)
    own.mkdir()
    (own / "cap41.txt").write_bytes(instance_path("tiny", "orlib_cap").read_bytes())
    (own.parent / "capopt.txt").write_text("cap41 89")
    (own.parent / "facility_major" / "cap41").write_bytes(
        instance_path("tiny", "facility_major_with_value").read_bytes()
    )
    monkeypatch.setenv(families.OWN_FOLDER, str(tmp_path))
    assert instances("cap") == ("cap41",)
    assert load("cap", "cap41@single").name == "cap41@single"
    assert load("guastaroba", "cap41").name == "cap41"
    monkeypatch.delenv(families.OWN_FOLDER)
    assert load("cap", "cap41", tmp_path).name == "cap41"


def test_our_files_come_before_ones_own(tmp_path: Path) -> None:
    """An own copy of a shipped instance does not replace it, so that results stay comparable."""
    (tmp_path / "gap").mkdir()
    (tmp_path / "gap" / "a05100").write_text("1 1 1 1 1")
    assert instance_path("gap", "a05100", tmp_path) == instance_path("gap", "a05100")


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    """Nobody could say which of two is meant."""
    for folder in ("a", "b"):
        (tmp_path / "yang" / folder).mkdir(parents=True)
        (tmp_path / "yang" / folder / "p1").write_text("1 1 1 1 1 1")
    with pytest.raises(InstanceError, match="one file of this name"):
        instances("yang", tmp_path)


def test_names_that_come_again_are_told_by_their_folder(tmp_path: Path) -> None:
    """Gadegaard's own layout gives the names that the shipped files have, which come first."""
    for folder in ("50-100-2", "50-100-9"):
        (tmp_path / "gadegaard_tb4" / "50-100" / folder).mkdir(parents=True)
        (tmp_path / "gadegaard_tb4" / "50-100" / folder / "50-100-1.dat").write_text("1 1 1 1 1 1")
    names = instances("gadegaard", tmp_path)
    assert set(names) == {*instances("gadegaard"), "50-100-9_50-100-1"}
    assert instance_path("gadegaard", "50-100-9_50-100-1", tmp_path).parent.name == "50-100-9"
    assert instance_path("gadegaard", "50-100-2_50-100-1", tmp_path).parent.parent == families.DATA


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    """An unknown family, a folder that is none, an instance that no family has."""
    with pytest.raises(ValueError, match="unknown family 'tsp': expected one of tiny, gap"):
        load("tsp", "berlin52")
    with pytest.raises(InstanceError, match="a folder"):
        instances("yang", tmp_path / "missing")
    with pytest.raises(InstanceError, match="gap/a05101"):
        load("gap", "a05101")


def test_names_are_in_the_order_of_their_numbers() -> None:
    """gap2 comes before gap10."""
    assert instances("gap")[-60:][::5] == tuple(f"gap{number}-0" for number in range(1, 13))
