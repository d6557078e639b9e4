"""The command line, as people and scripts use it: what it prints where, what it writes, how it ends."""

from __future__ import annotations

import gc
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

import rightplace
from rightplace import cli
from rightplace.commands.common import progress_line
from rightplace.errors import InstanceError, PlanError
from rightplace.files import write_sheets
from rightplace.instances.tables import read_instance
from rightplace.solver.highs import highspy  # the one place that may know it
from rightplace.solver.outcome import Progress

SOURCE = Path(rightplace.__file__).parents[1]
TABLES: dict[str, list[dict[str, Any]]] = {
    "about": [{"field": "name", "value": "small"}, {"field": "date", "value": "2024-01-15"}],
    "providers": [
        {"id": "OWN", "name": "Barnet", "sector": "local authority", "authority_id": "Barnet"},
        {"id": "AG", "name": "Agency", "sector": "private", "grade": "good"},
    ],
    "carers": [
        {"id": "A1", "provider_id": "OWN", "location": "EN5 5", "num_places": 1, "fee_level_1": 600},
        {
            "id": "A2",
            "provider_id": "AG",
            "location": "NW9 5",
            "num_places": 2,
            "fee_level_1": 620,
            "age_max_months": 12,
        },
    ],
    "homes": [
        {
            "id": "H1",
            "provider_id": "OWN",
            "location": "HA8 0",
            "num_places": 1,
            "age_min_months": 11,
            "fee_level_1": 3500,
        },
    ],
    "children": [
        {
            "id": "C1",
            "age_months": 100,
            "sex": "F",
            "home": "NW9 5",
            "authority_id": "Barnet",
            "referred_on": "2024-01-02",
        },
        {
            "id": "C2",
            "age_months": 120,
            "sex": "M",
            "home": "NW9 5",
            "authority_id": "Barnet",
            "referred_on": "2024-01-03",
        },
        {
            "id": "C3",
            "age_months": 180,
            "sex": "M",
            "home": "HA8 0",
            "authority_id": "Barnet",
            "referred_on": "2024-01-01",
        },
        {"id": "C4", "age_months": 30, "sex": "F", "home": "N12 8", "authority_id": "Barnet", "urgency": "emergency"},
        {"id": "C5", "age_months": 198, "sex": "F", "home": "N12 8", "authority_id": "Barnet", "need_level": 4},
    ],
    "sibling_groups": [{"id": "G1", "child_ids": "C1; C2", "togetherness": "preferred"}],
}


def tables(**changes: Any) -> dict[str, Any]:
    """The small instance as tables, some of them changed."""
    whole = {**TABLES, **changes}
    return {name: (tuple(dict.fromkeys(c for row in rows for c in row)), rows) for name, rows in whole.items()}


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Five waiting children, two carers and a home with four places in all."""
    path = tmp_path / "small.json"
    write_sheets(path, tables())
    return path


def run(*arguments: object, code: int = 0) -> tuple[str, str]:
    """Run a command in this process; what it printed on standard output and standard error."""
    result = CliRunner().invoke(cli.app, [str(argument) for argument in arguments])
    if isinstance(result.exception, InstanceError | PlanError):
        pytest.fail(f"refused: {result.exception}")
    assert result.exit_code == code, result.output
    return result.stdout, result.stderr


def command(*arguments: object) -> list[str]:
    """A command line that runs in a process of its own."""
    return [sys.executable, "-m", "rightplace.cli", *map(str, arguments)]


def finished(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own."""
    environment = os.environ | {"PYTHONPATH": str(SOURCE)}
    return subprocess.run(
        command(*arguments), env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def answer(*arguments: object) -> dict[str, Any]:
    """The JSON that a command prints."""
    value: dict[str, Any] = json.loads(run(*arguments, "--json")[0])
    return value


# -------------------------------------------------------------------------------------------------- match


def test_json_is_one_object_with_all_that_scripts_rely_on(small: Path) -> None:
    """``match --json`` prints one JSON object, which has every key that the documentation names, and nothing else."""
    done = finished("match", small, "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert {
        *("instance", "status", "value_pence_per_week", "bound_pence_per_week", "gap", "num_placed", "num_waiting"),
        *("placements", "waiting", "greedy", "certificate", "timing", "solver"),
    } <= found.keys()
    assert found["instance"].keys() == {"name", "digest"}
    placement = {"child", "setting", "fee_pence_per_week", "distance_miles", "with_siblings", "approvals"}
    assert all(placement <= item.keys() for item in found["placements"])
    assert all(item.keys() == {"child", "reasons"} for item in found["waiting"])
    assert all(reason.keys() == {"rule", "num_settings"} for item in found["waiting"] for reason in item["reasons"])
    assert {"num_placed", "value_pence_per_week"} <= found["greedy"].keys()
    assert found["certificate"].keys() == {"accepted", "value_pence_per_week", "violations"}
    assert found["timing"].keys() == {"read_s", "build_s", "solve_s", "check_s"}
    assert found["solver"].keys() == {"name", "version"}
    assert (found["status"], found["gap"], found["num_placed"], found["num_waiting"]) == ("optimal", 0.0, 4, 1)
    assert found["certificate"] == {
        "accepted": True,
        "value_pence_per_week": found["value_pence_per_week"],
        "violations": [],
    }
    assert [item["child"] for item in found["waiting"]] == ["C5"] or found["num_waiting"] == 1


def test_text_names_every_child_and_setting(small: Path) -> None:
    """What ``match`` prints for people names every child who is placed, and where, and every child who waits."""
    found = answer("match", small)
    text, _ = run("match", small)
    for item in found["placements"]:
        assert any(item["child"] in line and item["setting"] in line for line in text.splitlines())
    for item in found["waiting"]:
        assert item["child"] in text


def test_a_missing_instance_is_refused_with_the_names_there_are() -> None:
    """An instance that is neither a file nor in the library ends with code 3 and says what there is."""
    done = finished("match", "no_such_place")
    assert (done.returncode, done.stdout) == (3, "")
    assert "'no_such_place'" in done.stderr
    assert "barnet_2023" in done.stderr


def test_a_bad_file_is_refused_with_all_its_faults_and_writes_nothing(tmp_path: Path) -> None:
    """A file with three faults ends with code 3, all three on standard error, nothing on standard output or disk."""
    children = [dict(row) for row in TABLES["children"]]
    children[0]["age_months"] = "eight"
    children[1]["sex"] = "?"
    children[2]["current_setting_id"] = "A9"
    bad = tmp_path / "bad.json"
    write_sheets(bad, tables(children=children))
    done = finished("match", bad, "--json", "--out", tmp_path / "answer.xlsx", "--export", tmp_path / "model.mps")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("3 faults found:")
    for words in (
        "row 1, column age_months: found 'eight'",
        "row 2, column sex: found '?'",
        "found 'A9'; expected the id of",
    ):
        assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == [bad]


@pytest.mark.parametrize(
    "arguments",
    [
        ("match", "--solver", "abacus"),
        ("match", "--gap", "2"),
        ("match", "--threads", "0"),
        ("match", "--date", "tomorrow"),
        ("match", "--out", "answer.docx"),
        ("match", "--export", "model.json"),
        ("match", "a", "b"),
        ("template", "out.csv"),
        ("generate", "--out", "x", "--children", "0"),
        ("generate", "--out", "x.json", "--profile", "london", "--authority", "Barnet"),
        ("play",),
    ],
)
def test_wrong_usage_ends_with_code_2(
    arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cannot be meant is refused before any work, with code 2, and nothing is written."""
    monkeypatch.chdir(tmp_path)
    out, error = run(*arguments, code=2)
    assert out == ""
    assert error
    assert list(tmp_path.iterdir()) == []


def test_date_rematch_policy_and_search_order_are_obeyed(small: Path, tmp_path: Path) -> None:
    """Each of these options shows in the answer, and a policy changes the value by what it says."""
    plain = answer("match", small)
    assert answer("match", small, "--date", "1/2/2024")["date"] == "2024-02-01"
    assert answer("match", small, "--rematch")["rematch"] is True
    cascade = answer("match", small, "--search-order", "cascade")
    assert (plain["search_order"], cascade["search_order"]) == ("level", "cascade")
    assert cascade["value_pence_per_week"] == plain["cascade"]["value_pence_per_week"]
    assert cascade["tiers"][0]["name"] == "waiting"
    policy = tmp_path / "policy.toml"
    policy.write_text("[price]\nmile_from_home = 0\nmile_from_school = 0\n", encoding="utf-8")
    assert answer("match", small, "--policy", policy)["value_pence_per_week"] < plain["value_pence_per_week"]
    assert "cascade" in plain
    assert (
        "cascade" not in answer("match", small, "--no-compare")
        or answer("match", small, "--no-compare")["cascade"] is None
    )


@pytest.mark.parametrize("solver", ["highs", "cbc", "scip", "cpsat"])
def test_every_back_end_finds_the_same_value(small: Path, solver: str) -> None:
    """All four back ends prove the same tiers, and say who they are."""
    found = answer("match", small, "--no-compare", "--solver", solver)
    assert found["status"] == "optimal"
    assert found["certificate"]["accepted"] is True
    assert found["solver"]["name"] == solver
    tiers = [(tier["name"], tier["value"], tier["bound"]) for tier in found["tiers"]]
    assert tiers == [(t["name"], t["value"], t["bound"]) for t in answer("match", small, "--no-compare")["tiers"]]


@pytest.mark.parametrize("solver", ["highs", "cbc", "scip", "cpsat"])
def test_a_back_end_says_nothing_of_its_own(solver: str) -> None:
    """No library prints anything on standard error, or anything but the answer on standard output."""
    done = finished("match", "tiny", "--solver", solver, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["solver"]["name"] == solver


@pytest.mark.parametrize("ending", ["mps", "lp"])
def test_an_exported_model_has_the_same_optimum(small: Path, tmp_path: Path, ending: str) -> None:
    """HiGHS reads the exported file back, and its optimum is that of the blended objective."""
    from rightplace.models.allocation import allocation_data, allocation_program
    from rightplace.solver.answer import answer as solved
    from rightplace.solver.outcome import SolveOptions

    path = tmp_path / f"model.{ending}"
    run("match", small, "--export", path, "--no-compare")
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    assert highs.readModel(str(path)) == highspy.HighsStatus.kOk
    highs.run()
    program, _ = allocation_program(allocation_data(read_instance(small), rematch=False))
    blended = program.blended()
    values = solved(program, SolveOptions()).values
    assert values is not None
    assert highs.getInfo().objective_function_value == pytest.approx(
        blended.value(blended.objectives[0], values), rel=1e-9
    )


# -------------------------------------------------------------------------------------------------- check


@pytest.fixture(params=["answer.json", "answer.xlsx", "answer"])
def written(request: pytest.FixtureRequest, small: Path, tmp_path: Path) -> Path:
    """A fresh answer in each form."""
    path = tmp_path / str(request.param)
    run("match", small, "--out", path)
    return path


def edit(path: Path, table: str, row: int, column: str, value: Any) -> None:
    """Change one cell of an answer by hand, whatever its form; without a value, drop the row. Rows count from 0."""
    if path.suffix == ".json":
        whole = json.loads(path.read_text(encoding="utf-8"))
        if value is None:
            del whole[table][row]
        else:
            name = {"fee_per_week": "fee_pence_per_week"}.get(column, column)
            whole[table][row][name] = value * 100 if name != column else value
        path.write_text(json.dumps(whole), encoding="utf-8")
    elif path.suffix == ".xlsx":
        workbook = load_workbook(path)
        sheet = workbook[table]
        names = [cell.value for cell in sheet[1]]
        if value is None:
            sheet.delete_rows(row + 2)
        else:
            sheet.cell(row + 2, names.index(column) + 1, value)
        workbook.save(path)
    else:
        import csv

        file = path / f"{table}.csv"
        rows = list(csv.reader(file.read_text(encoding="utf-8").splitlines()))
        if value is None:
            del rows[row + 1]
        else:
            rows[row + 1][rows[0].index(column)] = str(value)
        with file.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(rows)


def placed(small: Path) -> list[dict[str, Any]]:
    """The placements of the small instance."""
    found: list[dict[str, Any]] = answer("match", small)["placements"]
    return found


def test_a_fresh_answer_is_accepted(small: Path, written: Path) -> None:
    """What ``match`` wrote passes ``check`` in every form, at the same value."""
    assert answer("check", small, written) == {
        "accepted": True,
        "value_pence_per_week": answer("match", small)["value_pence_per_week"],
        "violations": [],
    }
    assert "accepted" in run("check", small, written)[0].lower()


def test_a_moved_child_is_refused(small: Path, written: Path) -> None:
    """A child moved by hand to another setting is refused with code 4, and the child is named."""
    first = placed(small)[0]
    other = next(s for s in ("A1", "A2", "H1") if s != first["setting"])
    edit(written, "placements", 0, "setting", other)
    found = json.loads(run("check", small, written, "--json", code=4)[0])
    assert found["accepted"] is False
    assert any(first["child"] in violation["children"] for violation in found["violations"])


def test_a_changed_fee_is_refused(small: Path, written: Path) -> None:
    """A fee that is a pound higher than it should be is refused with code 4, and the child is named."""
    first = placed(small)[0]
    edit(written, "placements", 0, "fee_per_week", first["fee_pence_per_week"] // 100 + 1)
    text, _ = run("check", small, written, code=4)
    assert first["child"] in text


def test_a_dropped_waiting_child_is_refused(small: Path, written: Path) -> None:
    """A waiting child left out of the plan is refused with code 4, and is named."""
    (waiting,) = answer("match", small)["waiting"]
    edit(written, "waiting", 0, "child", None)
    found = json.loads(run("check", small, written, "--json", code=4)[0])
    assert [v["children"] for v in found["violations"]] == [[waiting["child"]]]


@pytest.mark.parametrize("row", [0, 1])
def test_a_changed_claim_is_refused(small: Path, written: Path, row: int) -> None:
    """The value of a tier that is one less than the plan's is refused with code 4."""
    tier = answer("match", small)["tiers"][row]
    edit(written, "tiers", row, "value", tier["value"] - 1)
    run("check", small, written, code=4)


def test_an_answer_to_another_instance_is_refused(small: Path, tmp_path: Path, written: Path) -> None:
    """A plan does not pass for an instance that differs in one fee."""
    carers = [dict(row) for row in TABLES["carers"]]
    carers[0]["fee_level_1"] = 601
    write_sheets(tmp_path / "other.json", tables(carers=carers))
    found = json.loads(run("check", tmp_path / "other.json", written, "--json", code=4)[0])
    assert [violation["rule"] for violation in found["violations"]] == ["digest"]


def test_a_plan_that_cannot_be_read_is_refused_as_input(small: Path, tmp_path: Path) -> None:
    """A file that is no plan, and a plan that is not there, end with code 3 and no traceback."""
    (tmp_path / "plan.json").write_text("{}", encoding="utf-8")
    for name in ("plan.json", "absent.json", "absent.xlsx"):
        done = finished("check", small, tmp_path / name)
        assert (done.returncode, done.stdout) == (3, "")
        assert "Traceback" not in done.stderr


# -------------------------------------------------------------------------------------------------- the others


def test_every_form_that_is_asked_for_is_written(small: Path, tmp_path: Path) -> None:
    """``--out`` may be repeated; the Excel answer has a sheet a table, and no scratch files are left."""
    outs = [tmp_path / name for name in ("a.json", "a.xlsx", "a")]
    run("match", small, *(part for out in outs for part in ("--out", out)))
    assert {path.name for path in tmp_path.iterdir()} == {"small.json", "a.json", "a.xlsx", "a"}
    assert {"placements", "waiting", "totals", "summary"} <= set(load_workbook(tmp_path / "a.xlsx").sheetnames)
    assert (tmp_path / "a" / "placements.csv").exists()


@pytest.mark.parametrize("options", [(), ("--rematch",), ("--time-limit", "0")])
def test_a_panel_paper_is_written_of_whatever_is_known(tmp_path: Path, options: tuple[str, ...]) -> None:
    """Barnet's paper says of each waiting child what going on waiting would mean, even when no time was left."""
    paper = tmp_path / "paper.html"
    run("match", "barnet_2023", *options, "--panel", paper)
    assert paper.read_text(encoding="utf-8").count("Going on waiting is ranked") == 30


def test_show_counts_what_is_there(small: Path) -> None:
    """``show`` prints one screen for people, and the same counts as JSON."""
    text, _ = run("show", small)
    assert "small" in text
    assert text.count("\n") < 60
    assert "5" in json.dumps(answer("show", small))
    assert "4 of 5 children name no need_level: level 1 is taken" in text
    (first, *_) = answer("show", small)["defaults_taken"]
    assert (first["whose"], first["column"], first["number"], first["of"]) == ("children", "need_level", 4, 5)


def test_convert_there_and_back_is_the_same_instance(small: Path, tmp_path: Path) -> None:
    """From JSON to Excel to CSV and back to JSON nothing is lost: the instance is equal, and so are the bytes."""
    first, book, folder, last = (tmp_path / name for name in ("first.json", "book.xlsx", "folder", "last.json"))
    run("convert", small, first)
    run("convert", first, book)
    run("convert", book, folder)
    run("convert", folder, last)
    assert read_instance(last) == read_instance(small)
    assert last.read_bytes() == first.read_bytes()


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    """``generate`` twice with one seed writes equal files; another seed writes others."""
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        run("generate", "--children", 20, "--seed", seed, "--out", tmp_path / name)
    a, b, c = ({file.name: file.read_bytes() for file in (tmp_path / name).iterdir()} for name in "abc")
    assert a == b
    assert a != c


def test_several_councils_can_be_generated_together(tmp_path: Path) -> None:
    """``--authority`` may be repeated: each one has children; and the collector of garbage is left as it was."""
    names = ("--authority", "Barnet", "--authority", "Rutland")
    run("generate", "--children", 40, *names, "--out", tmp_path / "two.json")
    made = read_instance(tmp_path / "two.json")
    assert {made.authority[c.authority_id].name for c in made.children} == {"Barnet", "Rutland"}
    assert gc.isenabled()


def test_template_says_what_to_do_next(tmp_path: Path) -> None:
    """``template`` writes a workbook, and ``match`` refuses an untouched one with code 3 and no traceback."""
    path = tmp_path / "council.xlsx"
    _, error = run("template", path)
    assert f"rightplace match {path}" in error
    done = finished("match", path)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("1 fault found:\nabout, row 3, column value: expected a date")


# -------------------------------------------------------------------------------------------------- interruption


@pytest.mark.parametrize(
    ("tier", "value", "bound", "line"),
    [
        ("price", 4_498_440.0, 4_453_455.6, "price: 55 s, £44,984 a week, gap 1.00%"),
        ("waiting", 52.0, 50.0, "waiting: 55 s, 52 of weighted waiting, gap 3.85%"),
        ("waiting", None, None, "waiting: 55 s, no plan yet, no bound yet"),
        ("all tiers", 1_649_114_940.0, 824_557_470.0, "all tiers: 55 s, gap 50.00%"),
        ("all tiers", 1_649_114_940.0, float("-inf"), "all tiers: 55 s, no bound yet"),
        ("all tiers", 1_649_114_940.0, -15_000_000_000.0, "all tiers: 55 s, no bound yet"),
    ],
)
def test_progress_is_in_words(tier: str, value: float | None, bound: float | None, line: str) -> None:
    """Each tier has its unit, what has none is left out, and there is no gap without a bound."""
    assert progress_line(Progress(tier, 55.2, value, bound)) == line


def test_an_interrupted_match_gives_its_best_plan(tmp_path: Path) -> None:
    """SIGINT in a long search ends it with code 0, a certified plan and its gap, and no half-written file."""
    hard = ("--waiting-share", 1, "--scarcity", 0.9, "--sibling-share", 0.5, "--conflict-share", 0.3, "--seed", 3)
    run("generate", "--children", 300, "--profile", "london", *hard, "--out", tmp_path / "big.json")
    arguments = (
        "match",
        tmp_path / "big.json",
        "--json",
        "--out",
        tmp_path / "answer.json",
        "--out",
        tmp_path / "answer",
    )
    process = subprocess.Popen(
        command(*arguments),
        env=os.environ | {"PYTHONPATH": str(SOURCE)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        first = process.stderr.readline()  # progress: the search has begun
        assert re.match(r"[\w ]+: \d+ s, ", first), first
        time.sleep(0.5)
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        out, error = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 0, error
    found = json.loads(out)
    assert (found["status"], found["stopped_by"]) == ("feasible", "interrupt")
    assert found["certificate"]["accepted"] is True
    assert found["gap"] >= 0
    assert found["bound_pence_per_week"] <= found["value_pence_per_week"]
    assert {path.name for path in tmp_path.iterdir()} == {"big.json", "answer.json", "answer"}
    assert json.loads((tmp_path / "answer.json").read_text(encoding="utf-8")) == found


# -------------------------------------------------------------------------------------------------- where to write


def snapshot(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with what it holds."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_is_read_is_never_written_over(small: Path, tmp_path: Path) -> None:
    """An output at, in or around what is read is refused, and so are a folder of other things and a used name."""
    run("convert", small, tmp_path / "mine.xlsx")
    run("convert", small, tmp_path / "folder")
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "notes.txt").write_text("mine", encoding="utf-8")
    before = snapshot(tmp_path)
    for arguments in (
        ("match", tmp_path / "mine.xlsx", "--out", tmp_path / "mine.xlsx"),
        ("match", tmp_path / "folder", "--out", tmp_path / "folder"),
        ("match", tmp_path / "folder", "--out", tmp_path / "folder" / ".." / "folder" / "in"),
        ("match", tmp_path / "folder", "--out", tmp_path),
        ("match", small, "--out", tmp_path / "folder"),
        ("match", small, "--out", tmp_path / "notes"),
        ("convert", tmp_path / "folder", tmp_path / "folder" / "x.json"),
        ("convert", small, tmp_path / "notes"),
        ("generate", "--out", tmp_path / "notes"),
        ("template", tmp_path / "mine.xlsx"),
    ):
        out, error = run(*arguments, code=2)
        assert out == ""
        assert "expected" in error
    assert snapshot(tmp_path) == before


def test_a_return_is_not_mixed_with_the_instance_made_of_it(tmp_path: Path) -> None:
    """``import --out`` refuses the folder of the return itself."""
    source = Path(__file__).parent / "data" / "ssda903" / "regional_v1"
    before = snapshot(source)
    run("import", "ssda903", source, "--date", "2018-06-30", "--out", source, code=2)
    assert snapshot(source) == before


def test_an_earlier_output_of_the_same_kind_is_replaced(small: Path, tmp_path: Path) -> None:
    """An answer goes into the folder of an earlier answer, and an instance into that of an earlier instance."""
    for _ in range(2):
        run("match", small, "--out", tmp_path / "answer")
        run("convert", small, tmp_path / "instance")
    run("match", small, "--out", tmp_path / "instance", code=2)
    run("convert", small, tmp_path / "answer", code=2)


def test_an_output_that_cannot_be_written_is_refused_before_any_work(small: Path, tmp_path: Path) -> None:
    """A file for a folder, a folder for a file, a file as parent, and a place where nothing can be created."""
    (tmp_path / "afile").write_text("x", encoding="utf-8")
    (tmp_path / "dd.json").mkdir()
    (tmp_path / "model.mps").mkdir()
    for option, path in (
        ("--out", Path("/proc/nope/x.json")),
        ("--out", tmp_path / "afile" / "x.json"),
        ("--out", tmp_path / "afile"),
        ("--out", tmp_path / "dd.json"),
        ("--export", tmp_path / "model.mps"),
        ("--export", tmp_path / "afile" / "m.lp"),
    ):
        out, error = run("match", small, option, path, code=2)
        assert out == ""
        assert path.name in error
    assert {path.name for path in tmp_path.iterdir()} == {"afile", "dd.json", "model.mps", "small.json"}


def test_a_model_is_exported_into_a_new_folder_whatever_the_case_of_its_ending(small: Path, tmp_path: Path) -> None:
    """``--export`` creates folders as ``--out`` does, and takes .MPS for .mps."""
    for name in ("nodir/m.lp", "M.MPS"):
        run("match", small, "--export", tmp_path / name, "--no-compare")
        assert (tmp_path / name).stat().st_size > 0


def test_a_failure_to_write_comes_after_the_answer_and_in_words(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A disk that is full when the answer is written costs the file, not the answer, and no traceback is shown."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", str(tmp_path / "a.json"))

    monkeypatch.setattr("rightplace.reports.answer.write_json", full)
    monkeypatch.setattr("rightplace.interruption.listen", lambda: None)  # the signals of the tests are their own
    monkeypatch.setattr(sys, "argv", ["rightplace", "match", str(small), "--json", "--out", str(tmp_path / "a.json")])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    printed = capsys.readouterr()
    assert ended.value.code == 1
    assert json.loads(printed.out)["status"] == "optimal"
    assert printed.err == f"rightplace failed: {tmp_path / 'a.json'}: No space left on device\n"


# -------------------------------------------------------------------------------------------------- odd input


def test_an_import_for_a_day_without_a_child_in_care_is_reported(tmp_path: Path) -> None:
    """No child in care is an empty instance with its report, not a failure halfway."""
    source = Path(__file__).parent / "data" / "ssda903" / "regional_v1"
    out, _ = run("import", "ssda903", source, "--date", "1990-01-01", "--out", tmp_path / "q", "--json")
    report = json.loads(out)
    assert (report["num_children"], report["adds_up"]) == (0, True)
    assert json.loads((tmp_path / "q" / "import_report.json").read_text(encoding="utf-8")) == report


def test_folders_and_depths_in_place_of_files_are_refused_as_input(small: Path, tmp_path: Path) -> None:
    """A policy or a plan that is a folder, and a plan that nests too deeply, end with code 3 and no traceback."""
    (tmp_path / "folder.json").mkdir()
    (tmp_path / "deep.json").write_text("[" * 100_000, encoding="utf-8")
    for arguments in (
        ("match", small, "--policy", tmp_path),
        ("check", small, tmp_path / "folder.json"),
        ("check", small, tmp_path / "deep.json"),
    ):
        done = finished(*arguments)
        assert (done.returncode, done.stdout) == (3, "")
        assert str(arguments[-1]) in done.stderr
        assert "Traceback" not in done.stderr


def test_a_fault_of_a_plan_names_its_folder(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan given as ``.`` is named as its folder is, not as nothing."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    done = finished("check", small, ".")
    assert done.returncode == 3
    assert "\nhere, column summary: expected" in done.stderr


@pytest.mark.parametrize("seconds", [0.0, 0.1, 0.4])
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interruption_before_the_search_is_one_line(
    tmp_path: Path, seconds: float, number: signal.Signals, code: int
) -> None:
    """Ctrl-C while the program loads or reads ends it with one clear line, no traceback and nothing written."""
    arguments = ["generate", "--profile", "england", "--out", str(tmp_path / "out")]
    program = (
        "from rightplace import __main__, interruption\n"
        "listen = interruption.listen\n"
        "interruption.listen = lambda: (listen(), print('listening', flush=True))\n"
        "__main__.main()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        env=os.environ | {"PYTHONPATH": str(SOURCE)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "listening\n"  # before anything that takes time is loaded
        time.sleep(seconds)
        process.send_signal(number)
        out, error = process.communicate(timeout=60)
    finally:
        process.kill()
    assert (process.returncode, out.replace("listening\n", "")) == (code, "")
    assert error == "interrupted before the end; every file is written whole or not at all\n"
    assert list(tmp_path.iterdir()) == []
