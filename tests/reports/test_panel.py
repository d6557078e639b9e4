"""What a panel paper says: sentences by hand arithmetic, and nothing of it about another instance."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from rightplace import outputs
from rightplace.instances.children import (
    AvoidArea,
    CaredForAlongside,
    LegalStatus,
    RiskLevel,
    RiskToOthers,
    RiskToSelf,
    SiblingGroup,
    Togetherness,
    Urgency,
    Wish,
)
from rightplace.reports.panel import panel_of, write_panel
from rightplace.reports.panel_options import because
from tests.reports.rankings import found_for, moved, ranking, suggestion
from tests.rules.builders import carer, child, east_of_home, filled, home, instance, supported

if TYPE_CHECKING:
    from pathlib import Path

    from rightplace.instances.instance import Instance
    from rightplace.reports.panel_pages import ChildPage


def _between(least: int | None, most: int | None) -> dict[str, int | None]:
    return {"at_least": least, "at_most": most}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "Costs the other children nothing"),
        (
            {"displaced": [moved("C7", "S3", "S10")]},
            "Costs nothing over all children: C7 would go to S10 instead of S3",
        ),
        (
            {"opportunity_cost_pence_per_week": 41_200, "displaced": [moved("C7", "S3", "S10")]},
            "£412 a week more over all children: C7 would go to S10 instead of S3",
        ),
        (
            {"opportunity_cost_pence_per_week": 41_250},
            "£412.50 a week more for this placement itself; no other child is affected",
        ),
        (
            {"opportunity_cost_pence_per_week": 100, "displaced": [moved(f"C{n}", "S3", "S4") for n in range(3)]},
            "£1 a week more over all children: 3 other suggestions would change",
        ),
        (
            {"opportunity_cost_pence_per_week": _between(10_000, 30_000), "exact": False},
            "Between £100 and £300 a week more over all children (not proven closer)",
        ),
        (
            {"opportunity_cost_pence_per_week": _between(0, 30_000), "exact": False},
            "At most £300 a week more over all children, perhaps nothing (not proven closer)",
        ),
        (
            {
                "additional_waiting": 4,
                "opportunity_cost_pence_per_week": -50_000,
                "displaced": [moved("C9", "S3", None)],
            },
            "Leaves C9 without a home; £500 a week less over all children",
        ),
        (
            {
                "additional_waiting": _between(0, 4),
                "opportunity_cost_pence_per_week": _between(-50_000, 2_000),
                "exact": False,
                "displaced": [moved("C9", "S3", None)],
            },
            "May leave more children without a home; between £500 a week less and £20 more over all children (not "
            "proven closer). In the best plan found, C9 would go on waiting instead of going to S3",
        ),
        (
            {"displaced": [moved("C8", None, "S3")]},
            "Costs nothing over all children: C8, who would otherwise wait, would go to S3",
        ),
        (
            {
                "additional_waiting": _between(None, 1),
                "opportunity_cost_pence_per_week": _between(None, None),
                "exact": False,
            },
            "May leave more children without a home; what it would cost over all children is not known (not proven "
            "closer)",
        ),
        (
            {"opportunity_cost_pence_per_week": _between(30_000, None), "exact": False},
            "At least £300 a week more over all children (not proven closer)",
        ),
        (
            {
                "in_plan": True,
                "additional_waiting": _between(0, 3),
                "opportunity_cost_pence_per_week": _between(None, None),
                "exact": False,
            },
            "As the plan does; whether a better plan for all children does otherwise is not proven",
        ),
        (
            {"additional_search_steps": 2, "opportunity_cost_pence_per_week": -2_000},
            "Takes settings that come later in the search order; £20 a week less over all children",
        ),
        (
            {"displaced": [moved("C7", "S3", None), moved("C8", None, "S3"), moved("C9", "S4", "S5")]},
            "Costs nothing over all children: 3 other suggestions would change, C7 would go on waiting",
        ),
    ],
)
def test_each_option_says_in_one_sentence_why_it_is_ranked_there(changes: dict[str, Any], words: str) -> None:
    """The sentence names what all children together pay, and whose suggestion changes."""
    assert because(suggestion("S1", 2, **changes)) == words


def _page(world: Instance, *children: dict[str, Any]) -> ChildPage:
    return panel_of(world, ranking(world, *children)).pages[0]


def _cell(page: ChildPage, label: str, option: int = 0) -> tuple[str, ...]:
    (row,) = (row for row in page.rows if row.label == label)
    return row.cells[option]


def test_waiting_is_a_choice_with_its_rank_and_cost() -> None:
    """A child whose place costs £600 leaves as much to spend and is alone in going without."""
    page = _page(instance((child(),), (carer(),)), found_for("child", suggestion("setting")))
    assert (
        page.waiting == "Going on waiting is ranked 2. Leaves child without a home; £600 a week less over all children."
    )


def test_waiting_below_the_options_shown_is_said_in_words() -> None:
    """Waiting that is not among the best choices has no rank but a cost all the same."""
    waiting = found_for("child", suggestion("setting"))["waiting"] | {"rank": None}
    page = _page(instance((child(),), (carer(),)), found_for("child", suggestion("setting"), waiting=waiting))
    assert page.waiting == (
        "Going on waiting is ranked below the options shown. "
        "Leaves child without a home; £600 a week less over all children."
    )


def test_a_child_who_may_move_can_stay() -> None:
    """A child who lives somewhere is offered to stay there, not to go on waiting, and is counted apart."""
    world = instance(
        (child(current_setting_id="here", is_waiting=False),), (carer("here", place_counts=(filled(),)), carer("there"))
    )
    stay = suggestion("here", 2, kind="stay", in_plan=False, opportunity_cost_pence_per_week=500)
    move = suggestion("there", 1, kind="move")
    panel = panel_of(world, ranking(world, found_for("child", move, stay, waiting=None)))
    (page,) = panel.pages
    assert page.waiting == "The child lives in here and need not move: to stay there is option 2."
    assert page.decisions == ("Option 1: there", "Option 2: here (stay)", "Put off", "Another decision")
    assert _cell(page, "Can start", 1) == ("lives here now",)
    assert {fact.label: fact.text for fact in page.needs}["Home sought"] == "a move may be proposed"
    assert (panel.contents[0].search, panel.contents[0].needed_by) == ("may move", "")
    totals = {fact.label: fact.text for fact in panel.totals}
    assert (totals["Children who seek a home"], totals["Children who may move"]) == ("0", "1; the plan moves 1")
    page = panel_of(world, ranking(world, found_for("child", move, waiting=None))).pages[0]
    assert page.waiting == "The child lives in here and need not move: to stay there is not among the options shown."
    assert page.decisions == ("Option 1: there", "Stay in here", "Put off", "Another decision")


def test_settings_without_a_known_plan_are_counted_but_no_options() -> None:
    """A setting of which no plan was found has nothing to show but its id; settings left out count as open."""
    world = instance((child(),), tuple(carer(f"s{n}") for n in range(1, 5)))
    unknown = {
        "rank": 2,
        "setting": "s2",
        "in_plan": False,
        "opportunity_cost_pence_per_week": _between(0, None),
        "additional_waiting": _between(0, None),
        "exact": False,
        "displaced": [],
    }
    page = _page(world, found_for("child", suggestion("s1"), unknown, num_left_out=2))
    assert [option.setting_id for option in page.options] == ["s1"]
    assert page.more.startswith(
        "4 of 4 settings are open to this child; the best ranked is shown. "
        "With 1 of them no plan was found: the other children leave no room, or time ran out"
    )


def test_of_many_displaced_children_those_who_lose_or_gain_a_home_come_first() -> None:
    """At most six lines stand under an option: who waits anew, who need not wait any more, and how many others move."""
    others = [*(moved(f"m{n}", "setting", "b") for n in range(9)), moved("up", None, "b"), moved("down", "b", None)]
    page = _page(instance((child(),), (carer(),)), found_for("child", suggestion("setting", displaced=others)))
    cell = _cell(page, "Other children")
    assert cell[:3] == ("down: b to waiting", "up: waits to b", "m0: setting to b")
    assert cell[-1] == "and 6 more would change"
    assert len(cell) == 6


def test_warnings_and_settings_for_all_siblings_are_told() -> None:
    """What to look at stands under its option and in a sentence; a sibling's page offers homes for all of them."""
    world = instance((child(), child("sister")), (carer(), carer("large")))
    warning = {"rule": "R01", "title": "Parents first", "sentence": "A child lives with a parent."}
    together = suggestion("large", 1, in_plan=False, opportunity_cost_pence_per_week=4_000) | {"placements": []}
    groups = [{"children": ["child", "sister"], "suggestions": [together], "waiting": None, "num_left_out": 0}]
    found = found_for("child", suggestion("setting", warnings=[warning]))
    page = panel_of(world, ranking(world, found, sibling_groups=groups)).pages[0]
    assert _cell(page, "To look at") == ("Parents first (R01)",)
    assert page.warnings == ("Option 1: to look at, Parents first (R01). A child lives with a parent.",)
    assert page.together == (
        "All siblings in one setting, child with sister, best first: in large: £40 a week more for these "
        "placements themselves; no other child is affected."
    )


def test_a_child_whom_the_plan_leaves_waiting_is_told_so() -> None:
    """The suggestion is to go on waiting, and it costs nothing more than the plan."""
    waiting = {"rank": 1, "opportunity_cost_pence_per_week": 0, "additional_waiting": 0, "exact": True, "displaced": []}
    waiting |= {"in_plan": True}
    world = instance((child(),), (carer(),))
    ineligible = [{"setting": "setting", "rules": [{"id": "R21", "source": "a source", "remedy": "other terms"}]}]
    page = _page(world, found_for("child", waiting=waiting, ineligible=ineligible))
    assert "go on waiting" in page.suggestion
    assert page.waiting == "Going on waiting is ranked 1. Leaves child without a home, as the plan does."
    assert page.more == "None of the 1 settings is open to this child."
    assert page.decisions == ("Go on waiting", "Put off", "Another decision")


def test_needs_are_told_in_the_words_of_the_field() -> None:
    """All that decides a match is there; the family's address, faith and language are not."""
    one = child(
        age_months=170,
        need_level=3,
        legal_status=LegalStatus.C2,
        urgency=Urgency.EMERGENCY,
        referred_on=date(2024, 1, 5),
        needed_by=date(2024, 1, 20),
        school=east_of_home(100),
        school_year=9,
        must_stay_at_school=True,
        cared_for_alongside=CaredForAlongside.SOLO,
        separate_from_ids=frozenset({"enemy"}),
        risks_to_others={RiskToOthers.FIRE_SETTING: RiskLevel.HIGH, RiskToOthers.PHYSICAL_HARM: RiskLevel.NO_KNOWN},
        risks_to_self={RiskToSelf.CRIMINAL_EXPLOITATION: RiskLevel.LOW, RiskToSelf.SELF_HARM: RiskLevel.HIGH},
        wishes=frozenset({Wish.FAITH, Wish.LANGUAGE}),
        religion="zoroastrian",
        languages=frozenset({"gaelic"}),
        avoid=(AvoidArea(east_of_home(9_999)), AvoidArea(east_of_home(8_888))),
    )
    groups = (SiblingGroup(id="g", child_ids=("child", "sister"), togetherness=Togetherness.REQUIRED),)
    world = instance((one, child("enemy"), child("sister")), (carer(),), groups=groups)
    page = _page(world, found_for("child", suggestion("setting")))
    told = {fact.label: fact.text for fact in page.needs}
    assert told["Age and sex"] == "14 years 2 months, male"
    assert told["Need level"] == "3, specialist"
    assert told["Legal status"] == "full care order (C2)"
    assert told["Home sought"] == "emergency; referred 5 January 2024 (10 days ago); needed by 20 January 2024"
    assert told["Siblings"] == "must live with sister"
    assert told["School"] == "year 9; must go on at the present school"
    assert told["Sharing a home"] == "solo: with no other children; never with enemy"
    assert told["Risks to others"] == "fire-setting (high)"
    assert told["Exploitation risk"] == "criminal exploitation (low)"
    assert told["Wishes"] == "a setting of the child's faith and language"
    assert told["Places to avoid"] == "2"
    said = " ".join(told.values())
    for private in ("zoroastrian", "gaelic", "self-harm", one.home.text, str(one.avoid[0].location.easting)):
        assert private not in said


def test_one_day_is_a_day() -> None:
    """A child referred yesterday has waited for 1 day."""
    world = instance((child(referred_on=date(2024, 1, 14)),), (carer(),))
    page = _page(world, found_for("child", suggestion("setting")))
    assert "14 January 2024 (1 day ago)" in {f.label: f.text for f in page.needs}["Home sought"]


def test_a_default_need_level_is_called_one() -> None:
    """Where the referral names no level, the policy's is shown as the policy's."""
    page = _page(instance((child(),), (carer(),)), found_for("child", suggestion("setting")))
    assert {f.label: f.text for f in page.needs}["Need level"] == "1, core (not recorded: the policy's default)"


def test_at_most_five_options_are_shown_and_the_plans_is_among_them() -> None:
    """The best five by rank; the plan's own takes the last place when ties put it behind them."""
    world = instance((child(),), tuple(carer(f"s{n}") for n in range(1, 8)))
    by_rank = [suggestion(f"s{n}", n, in_plan=n == 7) for n in range(7, 0, -1)]
    page = _page(world, found_for("child", *by_rank))
    assert [option.setting_id for option in page.options] == ["s1", "s2", "s3", "s4", "s7"]
    assert [option.in_plan for option in page.options] == [False, False, False, False, True]
    assert page.more.startswith("7 of 7 settings are open to this child; the 5 best ranked are shown")


def test_the_rows_tell_each_option_apart() -> None:
    """Area, miles, siblings, wishes, fee, scarcity and signatures stand under the option that they belong to."""
    far = carer("far", authority_id="FAR", location=east_of_home(16_093), provider_id="good")
    near = carer("near", authority_id="B")
    world = instance((child(school=east_of_home(0)),), (near, far))
    approval = {"rule": "R25", "title": "At a distance", "signatory": "director", "deadline": "before the placement"}
    page = _page(
        world,
        found_for(
            "child",
            suggestion(
                "near", with_siblings=False, siblings=["b"], num_siblings=2, wishes_met=["faith"], school_miles=0.0
            ),
            suggestion(
                "far",
                2,
                distance_miles=10.0,
                with_siblings=False,
                num_siblings=2,
                wishes_unmet=["faith"],
                support="low",
                on_block=True,
                policy_pence_per_week=1_050,
                approvals=[approval],
                shadow_price_pence_per_week=4_000,
                displaced=[moved("x", "far", "near"), moved("y", "near", None), moved("z", None, "near")],
            ),
        ),
    )
    assert (_cell(page, "Area"), _cell(page, "Area", 1)) == (("adjoining: Bexton",), ("at a distance: Farford",))
    assert _cell(page, "Miles") == ("0.0 from home", "0.0 from school")
    assert _cell(page, "Miles", 1) == ("10.0 from home", "unknown from school")
    assert (_cell(page, "Siblings"), _cell(page, "Siblings", 1)) == (("with b, 1 of 2",), ("apart from 2",))
    assert (_cell(page, "Wishes"), _cell(page, "Wishes", 1)) == (("met: faith",), ("not met: faith",))
    assert _cell(page, "Fee a week", 1) == ("£600", "policy adds £10.50", "with low support", "block bed")
    assert _cell(page, "Kind and grade", 1) == ("in-house carer", "good provider")
    assert (_cell(page, "One more place"), _cell(page, "One more place", 1)) == (
        ("saves nothing",),
        ("saves up to £40 a week",),
    )
    assert _cell(page, "Signatures", 1) == ("At a distance (R25)",)
    assert _cell(page, "Other children", 1) == ("y: near to waiting", "z: waits to near", "x: far to near")
    assert page.signatures == (
        "Option 2: At a distance (R25). Signed by the director. Before the placement; "
        "the placement would start on 15 January 2024.",
    )


def test_reasons_against_other_settings_are_grouped_by_rule() -> None:
    """A rule says how many settings it closes, which of them are nearest, and what could lift it."""
    places = tuple(home(f"h{n}", location=east_of_home(1_609 * n)) for n in range(1, 5))
    world = instance((child(),), (carer("open", location=east_of_home(3 * 1_609)), *places, supported("old")))
    purpose = {"id": "R16", "source": "a regulation", "remedy": "a variation"}
    age = {"id": "R13", "source": "another", "remedy": None}
    ineligible = [{"setting": place.id, "rules": [purpose]} for place in places]
    ineligible.append({"setting": "old", "rules": [purpose, age]})
    page = _page(world, found_for("child", suggestion("open", distance_miles=3.0), ineligible=ineligible))
    first, second = page.exclusions
    assert (first.rule, first.num_settings, first.remedy) == ("R16", 5, "a variation")
    assert first.nearest.replace("\N{NO-BREAK SPACE}", " ") == "old (0.0), h1 (1.0), h2 (2.0)"
    assert first.sentence.startswith("A home takes children of the ages, sexes and needs")
    assert (second.rule, second.num_settings, second.remedy) == ("R13", 1, "nothing can")
    assert page.more == (
        "1 of 6 settings is open to this child. 3 that are nearer to the family home than option 1 are not open."
    )


def test_only_five_rules_are_listed_and_the_others_counted() -> None:
    """Of six rules the one that closes fewest settings is left to the note."""
    world = instance((child(),), (carer("open"), home("h1"), home("h2")))
    ids = ("P01", "P02", "P06", "R16", "R21")
    rules = [{"id": rule_id, "source": "a source", "remedy": None} for rule_id in ids]
    least = {"id": "P08", "source": "a source", "remedy": None}
    ineligible = [{"setting": "h1", "rules": [*rules, least]}, {"setting": "h2", "rules": rules}]
    page = _page(world, found_for("child", suggestion("open"), ineligible=ineligible))
    assert [item.rule for item in page.exclusions] == list(ids)
    assert page.num_more_rules == 1


def test_the_front_page_says_what_is_proven_and_by_whom() -> None:
    """A proven plan and one stopped early read differently, and both name who claims it."""
    world = instance((child(),), (carer(),))
    found = found_for("child", suggestion("setting"))
    proven = panel_of(world, ranking(world, found)).proof
    assert proven[0] == "No better plan for all children together exists, says a solver 1.0."
    tier = {"name": "price", "value": 60_000, "bound": 50_000, "claimed_by": "a solver 1.0"}
    early = panel_of(world, ranking(world, found, status="feasible", bound_pence_per_week=50_000, tiers=[tier])).proof
    assert early[0] == "A better plan for all children together may exist, says a solver 1.0:"
    assert "at most 20.00% above" in early[1]
    assert early[-1].startswith("Certificate: accepted.")


def test_totals_count_the_children_of_the_ranking() -> None:
    """Two children seek a home, one of them has a place, and none is open to the other."""
    world = instance((child(), child("other")), (carer(),))
    waiting = {"rank": 1, "opportunity_cost_pence_per_week": 0, "additional_waiting": 0, "exact": True, "displaced": []}
    waiting |= {"in_plan": True}
    panel = panel_of(
        world, ranking(world, found_for("child", suggestion("setting")), found_for("other", waiting=waiting))
    )
    assert [fact.text for fact in panel.totals] == ["2", "1", "1", "1", "£600 a week", "0"]
    assert [line.suggestion for line in panel.contents] == ["setting (in-house carer)", "go on waiting"]


def _wrong(world: Instance) -> dict[str, dict[str, Any]]:
    found = found_for("child", suggestion("setting"))
    unknown_rule = [{"setting": "setting", "rules": [{"id": "R99", "source": "", "remedy": None}]}]
    return {
        "certificate refused": ranking(world, found, certificate={"accepted": False}),
        "another instance": ranking(world, found, instance={"name": world.name, "digest": "other"}),
        "does not have: nobody": ranking(world, found_for("nobody", suggestion("setting"))),
        "does not have: nowhere": ranking(world, found_for("child", suggestion("nowhere"))),
        "R99": ranking(world, found_for("child", suggestion("setting"), ineligible=unknown_rule)),
    }


@pytest.mark.parametrize("says", ["certificate refused", "another instance", "nobody", "nowhere", "R99"])
def test_a_ranking_that_cannot_be_trusted_makes_no_paper(says: str, tmp_path: Path) -> None:
    """A refused plan, another instance, or unknown children, settings and rules: nothing is written."""
    world = instance((child(),), (carer(),))
    (wrong,) = (given for key, given in _wrong(world).items() if says in key)
    with pytest.raises(ValueError, match=says):
        write_panel(world, wrong, tmp_path / "paper.html")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["paper.pdf", "paper.docx", "paper", "paper.json"])
def test_other_endings_are_refused_before_any_work_and_when_writing(name: str, tmp_path: Path) -> None:
    """A panel paper ends in .html or .xlsx and nothing else."""
    assert list(outputs.refusals(outputs.PANEL, tmp_path / name))
    world = instance((child(),), (carer(),))
    with pytest.raises(ValueError, match=r"\.html or \.xlsx"):
        write_panel(world, ranking(world, found_for("child", suggestion("setting"))), tmp_path / name)


@pytest.mark.parametrize("name", ["paper.html", "paper.xlsx", "new folder/PAPER.HTML"])
def test_a_paper_is_written_where_it_may_be(name: str, tmp_path: Path) -> None:
    """Both endings are taken, in either case, and nothing else is left beside the paper."""
    path = tmp_path / name
    assert not list(outputs.refusals(outputs.PANEL, path))
    world = instance((child(),), (carer(),))
    write_panel(world, ranking(world, found_for("child", suggestion("setting"))), path)
    assert [item.name for item in path.parent.iterdir()] == [path.name]
