"""The opportunity cost of a choice: what the best plan with it comes to, less what the best plan of all comes to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rightplace.instances.decisions import Decision, DecisionKind
from rightplace.instances.library import library_path
from rightplace.instances.tables import read_instance
from rightplace.ranking import Interval, Ranking, RankOptions, displaced, rank
from rightplace.solve import MatchOptions, match
from rightplace.solver.highs import GrowingLP
from rightplace.solver.outcome import SolveOptions
from tests.oracles import best_with_each_choice
from tests.rules.builders import carer, child
from tests.rules.builders import instance as instance_of
from tests.strategies import instances

if TYPE_CHECKING:
    from rightplace.instances.instance import Instance

EVERY = RankOptions(top=0)


def _costs(ranking: Ranking) -> dict[tuple[str, str | None], dict[str, Interval]]:
    return {(r.child_ids[0], s.setting_id): dict(s.costs) for r in ranking.children for s in r.suggestions}


@settings(max_examples=200)
@given(instance=instances(max_children=4, max_settings=3), rematch=st.booleans())
def test_costs_equal_brute_force(instance: Instance, rematch: bool) -> None:
    """Each choice costs, tier by tier and to the penny, what trying every plan says; no feasible one is missing."""
    expected = best_with_each_choice(instance, rematch=rematch)
    ranking = rank(instance, RankOptions(top=0, rematch=rematch))
    values = [tier.value for tier in ranking.result.best.plan.tiers]
    found = _costs(ranking)
    assert set(expected) <= set(found)
    for choice, costs in found.items():
        if choice in expected:
            assert list(costs.values()) == [
                Interval(e - v, e - v) for e, v in zip(expected[choice], values, strict=True)
            ]
        else:
            assert all(interval.at_most is None for interval in costs.values())


@settings(max_examples=50)
@given(instance=instances(max_children=4, max_settings=3))
def test_intervals_hold_without_time(instance: Instance) -> None:
    """A ranking that is stopped at once says nothing that brute force contradicts."""
    expected = best_with_each_choice(instance, rematch=False)
    ranking = rank(instance, EVERY, SolveOptions(time_limit_seconds=0.0))
    plan = ranking.result.best.plan
    best = min(expected.values(), default=None)
    for choice, costs in _costs(ranking).items():
        waiting = costs["waiting"]
        if choice in expected and best is not None and expected[choice][0] == best[0]:
            assert (waiting.at_least or 0) <= 0
        if waiting.at_most is not None and best is not None:
            assert expected[choice][0] - best[0] <= waiting.at_most
        for tier, interval in enumerate(costs.values()):
            if interval.at_most is not None and best is not None:
                assert expected[choice][tier] - best[tier] <= interval.at_most
            if interval.at_least is not None and best is not None and choice in expected:
                assert interval.at_least <= expected[choice][tier] - best[tier]
    assert len(plan.placements) + len(plan.waiting_ids) == len(instance.candidates())


@settings(max_examples=100)
@given(instance=instances(max_children=4, max_settings=3), num_solves=st.integers(1, 25))
def test_no_cost_is_called_exact_when_the_search_is_cut_short(instance: Instance, num_solves: int) -> None:
    """Stopped after any relaxation: what is then given as a cost, or as one end of an interval, is still true."""
    expected = best_with_each_choice(instance, rematch=False)
    best = min(expected.values(), default=None)
    options = SolveOptions()
    solve, left = GrowingLP.solve, iter(range(num_solves))

    def counted(lp: GrowingLP, *given: Any, **named: Any) -> bool:
        if next(left, None) is None:
            options.stop.set()
        return solve(lp, *given, **named)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(GrowingLP, "solve", counted)
        costs = _costs(rank(instance, EVERY, options))
    for choice, of_choice in costs.items():
        for tier, interval in enumerate(of_choice.values()):
            if interval.at_most is not None and best is not None:
                assert expected[choice][tier] - best[tier] <= interval.at_most
            if interval.at_least is not None and best is not None and choice in expected:
                assert interval.at_least <= expected[choice][tier] - best[tier]


def two_carers() -> Instance:
    """C1 and C2 wait. A is dear and B cheap, one place each: C1 costs 500 or 400 there, C2 the same."""
    return instance_of(
        [child(id="C1"), child(id="C2")],
        [carer(id="A", fees_pence_per_week=(500,)), carer(id="B", fees_pence_per_week=(400,))],
    )


def test_a_child_in_the_way_is_displaced() -> None:
    """Two like children, two places: the other way round costs nothing more, and both change places."""
    ranking = rank(two_carers(), EVERY)
    for ranked in ranking.children:
        first, second, waiting = ranked.suggestions
        assert first.is_in_plan
        assert [s.costs["price"] for s in (first, second)] == [Interval(0, 0), Interval(0, 0)]
        assert waiting.setting_id is None
        assert waiting.costs["waiting"].at_least == ranking.result.best.plan.tiers[0].value + 1
        assert waiting.costs["price"] == Interval(-500, -500)
        (moved,) = displaced(ranking, second, ranked.child_ids)
        assert moved[1:] == (second.setting_id, first.setting_id)


@given(instance=instances(max_children=4, max_settings=3))
def test_waiting_is_always_told(instance: Instance) -> None:
    """With one choice asked for, going on waiting is told all the same, and costs what brute force says."""
    expected = best_with_each_choice(instance, rematch=False)
    ranking = rank(instance, RankOptions(top=1))
    values = [tier.value for tier in ranking.result.best.plan.tiers]
    num_choices = {r.child_ids: len(r.suggestions) for r in rank(instance, EVERY).children}
    for ranked in ranking.children:
        (first,) = ranked.suggestions
        waiting = first if first.setting_id is None else ranked.waiting_below
        assert waiting is not None
        assert waiting.setting_id is None
        told = (ranked.child_ids[0], None)
        assert [cost.at_most for cost in waiting.costs.values()] == [
            e - v for e, v in zip(expected[told], values, strict=True)
        ]
        assert waiting.is_exact
        shown = 1 + (ranked.waiting_below is not None)
        assert ranked.num_left_out == num_choices[ranked.child_ids] - shown


@pytest.mark.parametrize("name", ["barnet_2023", "tiny"])
def test_forbidding_the_best_costs_the_second(name: str) -> None:
    """Without the choice that the plan makes for a child, everybody together pays the second-ranked cost."""
    world = read_instance(library_path(name), None)
    ranking = rank(world, RankOptions(top=2))
    base = [tier.value for tier in ranking.result.best.plan.tiers]
    for ranked in ranking.children:
        first, second = ranked.suggestions[:2]
        assert first.is_in_plan
        assert all(interval == Interval(0, 0) for interval in first.costs.values())
        row = Decision(
            id="D",
            child_id=ranked.child_ids[0],
            kind=DecisionKind.FIXED if first.setting_id is None else DecisionKind.FORBIDDEN,
            setting_id=first.setting_id if first.setting_id is not None else second.setting_id,
            decided_by="panel",
            decided_on=world.date,
        )
        again = match(world.replace(decisions=(row,)), MatchOptions(compare=False)).best.plan
        more = [tier.value - value for tier, value in zip(again.tiers, base, strict=True)]
        assert more == [interval.at_least for interval in second.costs.values()]
