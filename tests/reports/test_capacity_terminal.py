"""A capacity plan in the terminal: the sentences and figures that a commissioner reads."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from rightplace.capacity_plan import Action
from rightplace.certificate import Certificate, Violation
from rightplace.instances.quarters import Quarter
from rightplace.instances.targets import Risk
from rightplace.plan_result import Clash, OutOfSample, PlanResult, WorthOfForesight
from rightplace.reports.capacity_chart import chart_lines, runs_of
from rightplace.reports.capacity_difference import difference_sentences
from rightplace.reports.capacity_sentences import (
    INDUCED_DEMAND,
    clash_sentences,
    foresight_sentences,
    fresh_sentence,
    price_sentences,
    proof_sentences,
    warnings,
)
from rightplace.reports.capacity_terminal import print_capacity_result
from rightplace.result import Status
from tests.planning_doubles import CLASH, LEVERS, SCHEDULE, case, no_result, nothing, plan, result


def printed(found: PlanResult) -> str:
    """What the terminal shows."""
    stream = io.StringIO()
    print_capacity_result(found, Console(file=stream, width=140))
    return stream.getvalue()


def test_the_whole_report_says_what_was_asked_found_and_proven() -> None:
    """Each part that a commissioner needs stands in the report, in their words."""
    text = printed(result())
    for words in (
        "built, 31 December 2025: a plan for 2026Q1 to 2027Q4.",
        "30 children in care in 2026Q1, 30 expected in 2027Q4; 2 cohorts, 3 scenarios.",
        "Demand: made by hand.",
        "1 profile of households to recruit",
        "1 switched off",
        "Doing nothing: £19.90m; the plan saves £1.00m.",
        "The gap is 0.05% of total cost and 0.99% of what a plan can influence.",
        "Certificate: accepted",
        "2027Q1   open north_3: children's home with 3 places, Aston",
        "2027        £9.00m  £600,000   £9.60m        £10.00m   -£400,000",
        "all years  £18.80m  £600,000  £19.40m        £20.00m   -£600,000",
        "2027  at least 55.0%   55.0%    49.5% to 60.5%  yes                   75.0%",
        "teens: no more households can be approved in 2026",
        "A note.",
    ):
        assert words in text


def test_no_line_ends_in_blanks() -> None:
    """Where there is no terminal, no line ends in blanks."""
    assert [line for line in printed(result()).splitlines() if line != line.rstrip()] == []


def test_an_unfinished_search_says_so() -> None:
    """A plan that a limit ended is never called proven."""
    text = printed(result(status=Status.FEASIBLE, stopped_by="time"))
    assert "Stopped by time: no plan costs less than £18.89m" in text
    assert "Proven" not in text


def test_a_gap_of_nothing_is_a_proof() -> None:
    """Only a bound that equals the value reads as nothing being cheaper."""
    exact = replace(plan(), bound_pence=plan().value_pence)
    assert "Proven: no plan is cheaper, says ours 1." in list(proof_sentences(result(plan=exact)))


def test_missed_targets_are_not_hidden_in_the_value() -> None:
    """Prices of missed targets are told beside the value that holds them."""
    missed = replace(plan(), shortfall_pence=5_000_000.0)
    assert "Of the value, £50,000 are prices of targets that are missed." in list(proof_sentences(result(plan=missed)))


def test_a_refused_plan_shows_every_violation() -> None:
    """The checker's sentences are printed, and nothing says accepted."""
    refused = Certificate(0, (Violation("lead", (), "north_3", "it opens before it can"),))
    text = printed(result(certificate=refused))
    assert "Certificate: refused" in text
    assert "[lead]  in north_3: it opens before it can" in text
    assert "accepted" not in text


def test_marginal_costs_are_sentences() -> None:
    """By year, over all years, budgets by the thousand, and what would cost nothing is said."""
    assert list(price_sentences(result())) == [
        "One more percentage point of children in their own area in 2027 costs about £123,456.",
        "One more percentage point of children in their own area in each of these 2 years costs about £61,728 a year.",
        "£1,000 less of revenue in 2027 costs about £200.",
    ]
    free = [replace(price, pence=0.0) for price in result().shadow_prices]
    assert list(price_sentences(result(shadow_prices=tuple(free)))) == [
        "Asking a little more would cost nothing: children in their own area and revenue."
    ]


def test_one_more_of_what_is_missed_is_only_a_dearer_miss() -> None:
    """A priced target that the plan misses: a point more is not bought, it adds to what missing costs."""
    years = tuple(
        replace(year, targets=tuple(replace(one, met=False) for one in year.targets)) for year in plan().years
    )
    first, *_ = price_sentences(result(plan=replace(plan(), years=years)))
    assert first == (
        "One more percentage point of children in their own area in 2027 adds to the prices paid for missing it about "
        "£123,456."
    )


def test_what_can_be_asked_is_rounded_to_the_safe_side() -> None:
    """Typed back it holds: a share that is reached is rounded down, a budget that is needed up to the next pound."""
    reached = replace(CLASH, relaxation=(("in_area", 1, 0.55, 0.53399), ("purse", 1, 9.5e6, 9_530_000.2)))
    *_, share, budget = clash_sentences(case(), reached)
    assert share.endswith("at least 53.3% instead of 55.0%")
    assert budget.endswith("at most £9,530,001 instead of £9.50m")


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (9e8, 11e8, "the £10.00m that the plan expects, prices of missed targets left out, lies within"),
        (11e8, 12e8, "more than the £10.00m that the plan expects, which is too hopeful"),
        (8e8, 9e8, "less than the £10.00m that the plan expects"),
    ],
)
def test_fresh_scenarios_are_compared_with_the_value(low: float, high: float, words: str) -> None:
    """A cost outside the interval of fresh scenarios is called what it is; prices of missed targets are no cost."""
    found = OutOfSample(num_scenarios=200, mean_pence=(low + high) / 2, low_pence=low, high_pence=high)
    made = replace(plan(), value_pence=12e8, shortfall_pence=2e8)
    assert words in fresh_sentence(found, result(plan=made))
    assert "expects" not in fresh_sentence(found, result(plan=made, case=case(risk=Risk(weight=0.5, level=0.9))))


def test_the_next_best_plan_says_how_it_differs() -> None:
    """Levers more, levers less, other households and other quarters each have their sentence."""
    later = [replace(a, quarter=Quarter(2027, 3)) if a.lever_id == "north_3" else a for a in SCHEDULE]
    fewer = [replace(a, quantity=a.quantity - 1) if a.lever_id == "teens" else a for a in later]
    other = [*(a for a in fewer if a.lever_id != "beds"), Action(lever_id="shut", quantity=1, quarter=Quarter(2026, 3))]
    assert difference_sentences(case(), SCHEDULE, other) == [
        "open north_3: children's home with 3 places, Aston: from 2027Q3, not from 2027Q1",
        "recruit teens, households: 3 instead of 4 in 2026 and 1 instead of 2 in 2027",
        "without: block beds: children's home, Bexton",
        "also: close H1 (shut), from 2026Q3",
    ]


def test_what_moves_within_a_year_is_no_difference() -> None:
    """The same households a year, or converted places that add up alike, make no other plan; beds and places do."""
    later = {Quarter(2027, 2): Quarter(2027, 3)}
    moved = [replace(a, quarter=later.get(a.quarter, a.quarter)) for a in SCHEDULE]
    assert difference_sentences(case(), SCHEDULE, moved) == []
    other = [replace(a, quantity=3) if a.lever_id in ("beds", "help") and a.quantity else a for a in SCHEDULE]
    assert difference_sentences(case(), SCHEDULE, other) == [
        "block beds: children's home, Bexton: 3 beds begin in 2026Q2, not 2 beds begin in 2026Q2",
        "support places help: level 1 to 2, places on average: 1.5 instead of 1.75 in 2026 and 1.5 instead of 1.75 in "
        "2027",
    ]
    assert difference_sentences(case(), (), SCHEDULE)[1] == "also: recruit teens, households: 4 in 2026 and 2 in 2027"


def test_targets_that_clash_are_named_with_the_least_relaxation() -> None:
    """No plan, but the smallest clash and what would have to give."""
    assert list(clash_sentences(case(), CLASH)) == [
        "These 2 targets cannot hold together; without any one of them the others can:",
        "   children in their own area in 2027: at least 55.0%",
        "   revenue in 2027: at most £9.50m",
        "The least change with which all targets hold (others may be as small; what they cost plays no part):",
        "   children in their own area in 2027: at least 53.4% instead of 55.0%",
    ]
    assert "There is no plan that meets these targets." in printed(no_result())


def test_one_target_alone_can_be_out_of_reach() -> None:
    """A clash of one is no clash between targets, and does not read as one."""
    alone = Clash(members=(("in_area", 1),), relaxation=())
    (sentence,) = clash_sentences(case(), alone)
    assert sentence == (
        "This target cannot be met, whatever is done: children in their own area in 2027: at least 55.0%."
    )


def test_a_clash_says_that_it_holds_with_what_is_pinned() -> None:
    """Without the pins the targets may well hold."""
    alone = Clash(members=(("in_area", 1),), further=(CLASH.members,), relaxation=(), is_with_pins=True)
    assert list(clash_sentences(case(), alone))[:2] == [
        "With what is pinned and forbidden, this target cannot be met, whatever else is done: children in their own "
        "area in 2027: at least 55.0%.",
        "Nor can these 2 hold together; without any one of them the others can:",
    ]
    first = next(iter(clash_sentences(case(), replace(CLASH, is_with_pins=True))))
    assert first.startswith("With what is pinned and forbidden, these 2 targets cannot hold together;")


def test_changes_of_a_conversion_that_cannot_be_read_are_left_out() -> None:
    """14.831 and 14.834 places both read 14.83; 14.836 reads otherwise, and so does its end."""
    amounts = (14.831, 14.834, 14.836, 14.838, 0.0)
    first = Quarter(2026, 2)
    steps = [Action(lever_id="help", quantity=amount, quarter=first + n) for n, amount in enumerate(amounts)]
    assert [run.action.quantity for run in runs_of(case(), steps)] == [14.831, 14.836, 0.0]


def test_new_beds_come_with_a_warning() -> None:
    """Beds can induce demand; recruiting carers alone brings no such warning."""
    assert INDUCED_DEMAND in list(warnings(case(), SCHEDULE))
    carers = [action for action in SCHEDULE if action.lever_id in ("teens", "help")]
    assert INDUCED_DEMAND not in list(warnings(case(), carers))


def test_the_chart_has_a_line_a_lever_and_two_signs_a_quarter() -> None:
    """Homes from their opening on, blocks while they run, households when they are approved."""
    assert chart_lines(case(), SCHEDULE) == [
        "                                                    2026    2027",
        "quarter                                             1 2 3 4 1 2 3 4",
        "open north_3: children's home with 3 places, Aston  ········████████",
        "recruit teens                                       ······██··▄▄···· 6",
        "support places help: level 1 to 2                   ····████████···· 3.5",
        "block beds: children's home, Bexton                 ··████████······ 2",
    ]


def test_doing_nothing_is_said() -> None:
    """A plan without actions has no empty table."""
    assert "Nothing is done: no lever is used." in printed(result(plan=nothing(), next_best=None))
    assert chart_lines(case(), ()) == []


def test_the_weight_of_the_worst_futures_is_told() -> None:
    """A value that is not a plain mean does not pass for one; a plain mean is not explained."""
    words = "The worst 10% of the futures weigh 20% of the value"
    assert words in printed(result(case=case(risk=Risk(weight=0.2, level=0.9))))
    assert "worst" not in printed(result())


def test_long_names_are_cut_in_the_chart_only() -> None:
    """A chart stays on the screen; the table has the whole name."""
    long = replace(LEVERS.profiles[0], id="x" * 80)
    levers = replace(LEVERS, profiles=(long,))
    done = [Action(lever_id=long.id, quantity=2, quarter=Quarter(2026, 4))]
    assert chart_lines(case(levers=levers), done)[-1].startswith("recruit " + "x" * 61 + "…  ······██")


def test_recruiting_at_an_even_rate_is_one_line() -> None:
    """The same number of households quarter after quarter is told once; a gap or another number begins anew."""
    quantities = {1: 0.75, 2: 0.75, 3: 0.75, 5: 0.75, 6: 2.0}
    even = [Action(lever_id="teens", quantity=q, quarter=case().first + at) for at, q in quantities.items()]
    text = printed(result(plan=replace(plan(), schedule=tuple(even)), next_best=None))
    assert "2026Q2 to 2026Q4  recruit teens, 0.75 households approved each quarter" in text
    assert [(run.when, run.action.quantity) for run in runs_of(case(), even)] == [
        ("2026Q2 to 2026Q4", 0.75),
        ("2027Q2", 0.75),
        ("2027Q3", 2.0),
    ]


def test_doing_nothing_is_not_shown_cheaper_than_it_is() -> None:
    """Where doing nothing misses targets, that is said; where it is cheapest, the gap is no share of a saving."""
    cheap = replace(nothing(), value_pence=1_000_000_000.0, years=plan().years)
    missing = [replace(year, targets=tuple(replace(t, met=False) for t in year.targets)) for year in cheap.years]
    first, proof = list(proof_sentences(result(baseline=replace(cheap, years=tuple(missing)))))
    assert "Doing nothing: £10.00m, which misses 3 of 3 yearly targets; the plan costs £8.90m more." in first
    assert proof.endswith("No plan that meets the targets is cheaper than doing nothing.")


def test_names_are_no_markup() -> None:
    """Square brackets in the id of a lever are printed as they are."""
    levers = replace(LEVERS, profiles=(replace(LEVERS.profiles[0], id="[bold]teens[/bold]"),))
    done = (Action(lever_id="[bold]teens[/bold]", quantity=2, quarter=Quarter(2026, 4)),)
    found = result(case=case(levers=levers), plan=replace(plan(), schedule=done), next_best=None)
    assert "2026Q4   recruit [bold]teens[/bold], 2 households approved" in printed(found)


def test_many_sentences_are_cut_with_their_number() -> None:
    """Long lists end with how much more there is in the JSON."""
    text = printed(result(binding=tuple(f"limit {i}." for i in range(25))))
    assert "limit 19." in text
    assert "limit 20." not in text
    assert "and 5 more (see --json)" in text


def test_what_scenarios_are_worth_can_be_a_target() -> None:
    """Where a plan for average demand would miss a hard target, no sum is made up; nor for foresight not known."""
    (sentence,) = foresight_sentences(WorthOfForesight(stochastic_pence=None, perfect_pence_at_most=None), 1e9)
    assert sentence.startswith("A plan made for average demand would miss a target that this one keeps")


def test_perfect_information_says_by_which_scenarios_it_was_judged() -> None:
    """A bound from some of the scenarios is not claimed for all of them."""
    of_all = WorthOfForesight(stochastic_pence=None, perfect_pence_at_most=5_000_000.0)
    assert list(foresight_sentences(of_all, 1e9))[1].startswith("Knowing demand beforehand would save at most £50,000:")
    of_some = WorthOfForesight(stochastic_pence=None, perfect_pence_at_most=5_000_000.0, num_judged=20)
    assert "£50,000 on average over the 20 scenarios that were looked at" in list(foresight_sentences(of_some, 1e9))[1]
