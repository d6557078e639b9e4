"""What people read of an audit: sentences, tables and JSON; and the command that prints them."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from rightplace import cli
from rightplace.audit import Characteristic, Gap, GroupFinding, Measure, audit
from rightplace.audit.measures import BROAD_ETHNICITIES
from rightplace.instances.children import AGE_BANDS, Sex
from rightplace.instances.library import library_path
from rightplace.instances.tables import read_instance
from rightplace.reports.answer import answer_of, write_answer
from rightplace.reports.fairness import audit_json, print_audit, sentences, who
from rightplace.solve import MatchOptions, match
from tests.audit.worlds import BLACK, FEW, WHITE, audited, given, series, world

if TYPE_CHECKING:
    from click.testing import Result

    from rightplace.audit import Audit
    from tests.audit.worlds import Given

_GROUPS = {
    Characteristic.ETHNICITY: set(BROAD_ETHNICITIES.values()),
    Characteristic.SEX: {"female", "male", "not recorded"},
    Characteristic.AGE_BAND: {words for words, _, _ in AGE_BANDS},
    Characteristic.DISABILITY: {"yes", "no"},
    Characteristic.UASC: {"yes", "no"},
    Characteristic.NEED_LEVEL: set("1234"),
}


def test_every_group_has_words_of_its_own() -> None:
    """No two groups are called the same, and each begins a sentence about children."""
    words = [who(characteristic, group) for characteristic, groups in _GROUPS.items() for group in groups]
    assert len(set(words)) == len(words) == 6 + 3 + 4 + 2 + 2 + 4
    assert all(
        word.startswith("Children ") or word.endswith(" children") or word in ("Girls", "Boys") for word in words
    )


_NEAR, _FAR = [float(n % 8) for n in range(16)], [20.0 + n % 8 for n in range(16)]


def _treated(name: Measure) -> tuple[list[Given], dict[str, Any]]:
    """Sixteen girls who are worse off in one measure than sixteen boys, and what else the audit is given."""
    girl, boy = {"sex": Sex.FEMALE}, {"sex": Sex.MALE}
    match name:
        case Measure.FEE:
            fees = [100_000 + 100 * n for n in range(16)], [50_000 + 100 * n for n in range(16)]
            girls = [given(f"g{n}", 1.0, fee, **girl) for n, fee in enumerate(fees[0])]
            return girls + [given(f"b{n}", 1.0, fee, **boy) for n, fee in enumerate(fees[1])], {}
        case Measure.OPPORTUNITY_COST:
            children = series("g", [1.0] * 16, **girl) + series("b", [1.0] * 16, **boy)
            costs = {one.id: 10_000 * one.id.startswith("g") + 100 * n for n, one in enumerate(children)}
            return children, {"opportunity_cost": costs}
        case Measure.WAITING:
            return series("g", [None] * 16, **girl) + series("b", [1.0] * 16, **boy), {}
        case _:
            return series("g", _FAR, **girl) + series("b", _NEAR, **boy), {}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            Measure.DISTANCE,
            "Girls are placed further from home than others: 23.5 against 3.5 (20.0 miles, 95% interval",
        ),
        (Measure.FEE, "Girls are placed at higher fees than others: £1,008 against £508 (£500 a week, 95% interval"),
        (
            Measure.OPPORTUNITY_COST,
            "Girls have places that cost other children more than those of others do: £108 against £24 (£84 a week",
        ),
        (Measure.WAITING, "Girls wait more often than others: 100% against 0% (100 points, 95% interval 100 to 100)"),
    ],
)
def test_a_gap_is_said_in_the_words_of_its_measure(name: Measure, said: str) -> None:
    """One plain sentence with both means, the gap and its unit; all by hand from the sixteen and sixteen."""
    children, more = _treated(name)
    assert sentences(audited(children, **more))[0].startswith(said)


def test_a_smaller_share_is_said_as_less() -> None:
    """The same group with fewer waiting waits less often, and the interval is turned with the gap."""
    children = series("g", [1.0] * 15 + [None], sex=Sex.FEMALE) + series("b", [None] * 12 + [1.0] * 4)
    (said, *_) = sentences(audited(children))
    assert said.startswith("Girls wait less often than others: 6% against 75% (69 points, 95% interval 4")
    assert "-" not in said


def _found(gap: float, like: float, *, p_like: float, is_accounted: bool = False) -> str:
    """The first sentence on girls of whom a gap in miles from 0 is found, and one like for like."""

    def between(value: float, p_adjusted: float) -> Gap:
        return Gap(value=value, low=value - 2, high=value + 3, p_value=0.0, p_adjusted=p_adjusted, smallest_seen=None)

    found = GroupFinding(
        characteristic=Characteristic.SEX,
        group="female",
        num_children=9,
        num_families=9,
        mean=gap,
        low=0.0,
        high=0.0,
        mean_of_others=0.0,
        gap=between(gap, 0.01),
        like=between(like, p_like),
        is_accounted=is_accounted,
        mirrors=None,
    )
    (measure,) = (one for one in audited(series("w", [1])).measures if one.measure is Measure.DISTANCE)
    whole = replace(audited(series("w", [1])), num_comparisons=1, measures=(replace(measure, groups=(found,)),))
    return sentences(whole)[0]


_NEARER = "Girls are placed nearer to home than others: -9.0 against 0.0 (9.0 miles, 95% interval 6.0 to 11.0)"
_LIKE = "among children of like need level and age"


@pytest.mark.parametrize(
    ("like", "p_like", "is_accounted", "said"),
    [
        (-7.0, 0.01, False, f", also {_LIKE} (7.0 miles, 95% interval 4.0 to 9.0)."),
        (
            7.0,
            0.01,
            True,
            f", but {_LIKE} it is the other way round: they are placed further from home than others (7.0 miles, 95% "
            "interval 5.0 to 10.0).",
        ),
        (
            1.0,
            0.3,
            True,
            ", which need level and age explain at least in part: "
            f"{_LIKE} it is no larger than chance (-1.0 miles, 95% interval -4.0 to 1.0).",
        ),
        (
            -7.0,
            0.3,
            False,
            f"; {_LIKE} it is no larger than chance (7.0 miles, 95% interval 4.0 to 9.0), so whether need level and "
            "age explain it cannot be told.",
        ),
    ],
)
def test_what_need_and_age_have_to_do_with_a_gap_is_said(
    like: float, p_like: float, is_accounted: bool, said: str
) -> None:
    """Also among like children, the other way round, explained in part, or not to be told, the right side up."""
    assert _found(-9.0, like, p_like=p_like, is_accounted=is_accounted) == _NEARER + said


def test_what_could_not_have_been_seen_is_said() -> None:
    """One of six girls waits and one of six boys: had both been girls, chance would have made it in 5 of 11 deals."""
    children = series("g", [1.0] * 5 + [None], sex=Sex.FEMALE) + series("b", [1.0] * 5 + [None])
    found = sentences(audited(children))
    assert found[0] == "No gap is larger than chance would make with groups of this size."
    assert "Waiting: with groups of this size no gap, however large, would have been seen." in found
    assert "Distance from home: nothing could be compared (all 10 children are alike)." in found
    assert any(sentence.startswith("Unmet wishes: nothing could be compared (groups of fewer") for sentence in found)


def _mixed() -> list[Given]:
    return [
        *series("far", _FAR, ethnicity=BLACK, need_level=2),
        *series("near", _NEAR, ethnicity=WHITE, sex=Sex.FEMALE),
        *series("few", [99.5] * 4, uasc=True),
        given("waits", None, ethnicity=WHITE),
    ]


def _printed(children: list[Given]) -> tuple[str, Audit]:
    asked, plan = world(children)
    found = audit(asked, plan, resamples=FEW)
    stream = io.StringIO()
    print_audit(asked, plan, found, Console(file=stream, width=140))
    return stream.getvalue(), found


def test_the_terminal_shows_sizes_seed_and_what_is_missing() -> None:
    """How many children, each measure with those left out, the seed, and how to get opportunity cost."""
    text, found = _printed(_mixed())
    assert text.startswith("built, 15 January 2024: 37 children audited, 36 with a new place and 1 waiting.\n")
    assert "Distance from home of children with a place whose distance is known (36, mean" in text
    assert "; 1 left out)" in text
    assert f"Seed 0, {FEW:,} resamples." in text
    assert f"{found.num_comparisons} comparisons judged together" in text
    assert "rightplace rank" in text
    assert "99.5" not in text


def test_json_names_no_child_and_no_mean_of_few() -> None:
    """Every key, sizes of all groups, the four children far away as a number only, and no id of anybody."""
    asked, plan = world(_mixed())
    found = audit_json(asked, plan, audit(asked, plan, resamples=FEW))
    text = json.dumps(found)
    assert all(f'"{child.id}"' not in text for child in asked.children)
    assert "99.5" not in text
    assert found["children"] == {
        "num_audited": 37,
        "num_new": 36,
        "num_waiting": 1,
        "num_moves": 0,
        "num_stays_not_audited": 0,
    }
    distance = found["measures"][0]
    assert (distance["measure"], distance["num_children"], distance["num_left_out"]) == ("distance_miles", 36, 1)
    (few,) = (g for g in distance["groups"] if (g["characteristic"], g["group"]) == ("uasc", "yes"))
    assert few == {
        "characteristic": "uasc",
        "group": "yes",
        "num_children": 4,
        "num_families": 4,
        "mean": None,
        "interval": None,
        "mean_of_others": None,
        "gap": None,
        "gap_like_for_like": None,
        "explanation": None,
        "mirrors": None,
    }
    (black,) = (g for g in distance["groups"] if g["group"] == "Black or Black British")
    assert black["gap"].keys() == {
        *("value", "interval", "p_value", "p_adjusted", "larger_than_chance", "smallest_seen"),
    }
    assert list(found["not_measured"]) == ["opportunity_cost_pence_per_week"]


# -- the command -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["answer.json", "answer.xlsx", "answer"])
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The answer to tiny, as match writes it."""
    path: Path = tmp_path_factory.mktemp("audit") / request.param
    write_answer(answer_of(match(read_instance(library_path("tiny")), MatchOptions(compare=False))), path)
    return path


def _run(*arguments: object) -> Result:
    return CliRunner().invoke(cli.app, ["audit", *map(str, arguments)])


def test_an_answer_in_any_form_is_audited(written: Path) -> None:
    """.json, .xlsx and folder: nine children, the JSON of the engine, to the byte the same for the same seed."""
    done = _run("tiny", written, "--json", "--seed", 3, "--resamples", 999)
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert (found["seed"], found["resamples"]) == (3, 999)
    assert found["children"]["num_audited"] == 9
    assert _run("tiny", written, "--json", "--seed", 3, "--resamples", 999).stdout == done.stdout
    assert "9 children audited" in _run("tiny", written).stdout


def test_an_answer_to_another_instance_is_not_audited(written: Path) -> None:
    """Exit code 4 and the checker's words, in JSON and on the screen, as check says them."""
    for options in (["--json"], []):
        done = _run("barnet_2014", written, *options)
        assert done.exit_code == 4
        assert "another instance" in done.stdout
        assert "audited" not in done.stdout
    assert json.loads(_run("barnet_2014", written, "--json").stdout)["accepted"] is False


def test_a_plan_that_is_refused_is_not_audited(tmp_path: Path) -> None:
    """A fee a pound too high: exit code 4, and no audit of it."""
    answer = answer_of(match(read_instance(library_path("tiny")), MatchOptions(compare=False)))
    answer["placements"][0]["fee_pence_per_week"] += 100
    write_answer(answer, tmp_path / "answer.json")
    done = _run("tiny", tmp_path / "answer.json", "--json")
    assert done.exit_code == 4
    found = json.loads(done.stdout)
    assert found["accepted"] is False
    assert "measures" not in found


def test_too_few_resamples_are_wrong_usage(tmp_path: Path) -> None:
    """barnet_2023 with 20 resamples ends with code 2 and says how many it takes."""
    path = tmp_path / "answer.json"
    write_answer(answer_of(match(read_instance(library_path("barnet_2023")), MatchOptions(compare=False))), path)
    done = _run("barnet_2023", path, "--resamples", 20)
    assert done.exit_code == 2
    assert "at least" in done.stderr


def test_every_key_of_the_json_is_documented() -> None:
    """Each key of the object, of its measures, groups and gaps stands on the page on fairness; so does each measure."""
    page = (Path(__file__).parents[2] / "docs" / "fairness.md").read_text(encoding="utf-8")
    asked, plan = world(_mixed())
    found = audit_json(asked, plan, audit(asked, plan, resamples=FEW))
    measure = found["measures"][0]
    gap = next(group["gap"] for group in measure["groups"] if group["gap"] is not None)
    for key in (*found, *found["children"], *measure, *measure["groups"][0], *gap, *Measure):
        assert f"`{key}`" in page, key
