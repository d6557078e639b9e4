"""Like with like: other plans are compared with the match for the children to whom both give a place."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import settings as options
from hypothesis import strategies as st

from rightplace.instances.library import library_path
from rightplace.instances.tables import read_instance
from rightplace.reports.answer import answer_of, answer_sheets, in_both
from rightplace.solve import MatchOptions, match
from tests.strategies import instances

if TYPE_CHECKING:
    from rightplace.instances.instance import Instance


def test_tiny_by_hand() -> None:
    """Both place C3 to C7: 600 + 500 + 900 + 500 + 600 one by one, 900 + 900 + 850 + 500 + 600 together."""
    answer = answer_of(match(read_instance(library_path("tiny"))))
    greedy = answer["greedy"]
    assert greedy["num_in_both"] == 5
    assert greedy["fees_in_both_pence_per_week"] == 310_000
    assert greedy["match_fees_in_both_pence_per_week"] == 375_000
    assert greedy["mean_miles_in_both"] == round((0 + 0 + 3 + 2 + 2) / 5, 1)
    assert greedy["match_mean_miles_in_both"] == round((2 + 2 + 5 + 2 + 2) / 5, 1)
    assert answer["cascade"]["num_in_both"] == 8
    assert answer["cascade"]["match_fees_in_both_pence_per_week"] == answer["fees_pence_per_week"]


def test_greedy_places_fewer_of_barnet_and_the_comparison_leaves_them_out() -> None:
    """Of barnet_2023 greedy leaves C002 waiting, so 29 are compared, without what C002's home costs the match."""
    result = match(read_instance(library_path("barnet_2023")), MatchOptions(compare=False))
    answer = answer_of(result)
    assert result.greedy.plan.waiting_ids == ("C002",)
    (dear,) = (p.fee_pence_per_week for p in result.best.plan.placements if p.child_id == "C002")
    greedy = answer["greedy"]
    assert greedy["num_in_both"] == 29
    assert greedy["fees_in_both_pence_per_week"] == greedy["fees_pence_per_week"]
    assert greedy["match_fees_in_both_pence_per_week"] == answer["fees_pence_per_week"] - dear


def test_an_answer_in_tables_has_the_comparison_too() -> None:
    """The sheet of totals has a row for each measure of the comparison, empty for the match itself."""
    answer = answer_of(match(read_instance(library_path("tiny"))))
    columns, rows = answer_sheets(answer)["totals"]
    (row,) = (row for row in rows if row["measure"] == "fees_in_both_pence_per_week")
    assert tuple(columns) == ("measure", "totals", "greedy", "cascade")
    assert (row["totals"], row["greedy"]) == (None, 310_000)


@options(max_examples=60)
@given(world=instances(), rematch=st.booleans())
def test_a_plan_beside_itself(world: Instance, rematch: bool) -> None:
    """A plan compared with itself has both sides equal to its totals, and with nobody placed in common, nothing."""
    result = match(world, MatchOptions(rematch=rematch, compare=False))
    plan = result.best.plan
    same = in_both(plan, plan)
    assert same["num_in_both"] == len(plan.placements)
    assert same["fees_in_both_pence_per_week"] == same["match_fees_in_both_pence_per_week"] == plan.fees_pence_per_week
    assert same["mean_miles_in_both"] == same["match_mean_miles_in_both"]
    nothing = in_both(result.greedy.plan, replace(plan, placements=()))
    assert set(nothing.values()) == {0, None}
