"""One more place of each kind: by hand, against brute force, and what it may never do."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rightplace.certificate import Certificate, Violation, check
from rightplace.errors import SolverError
from rightplace.instances.children import SiblingGroup, Togetherness, Urgency
from rightplace.instances.library import library_path
from rightplace.instances.tables import read_instance
from rightplace.models.allocation import allocation_data
from rightplace.rules.attributes import Type
from rightplace.shortage import Interval, shortage_of
from rightplace.shortage.kinds import AGE_BANDS_MONTHS, Area, Hypotheticals, Kind, kinds_wanted
from rightplace.shortage.trials import Trials
from rightplace.solve import MatchOptions, match
from rightplace.solver.outcome import SolveOptions
from tests.oracles import brute_force
from tests.rules.builders import carer, child, east_of_home, instance, vacant
from tests.strategies import instances

if TYPE_CHECKING:
    from rightplace.instances.instance import Instance
    from rightplace.plan import Plan
    from rightplace.shortage import Shortage, Trial

DEFAULT_FEE = 64_600
"""Of an in-house carer, pence a week."""


def planned(world: Instance, *, rematch: bool = False) -> Plan:
    """The best plan."""
    return match(world, MatchOptions(rematch=rematch, compare=False)).best.plan


def carer_kind(num_places: int, low: int, high: int, level: int = 1) -> Kind:
    """A carer of Aston's in its own area, by the first and last of the age bands."""
    ages = AGE_BANDS_MONTHS[low][0], AGE_BANDS_MONTHS[high][1]
    return Kind("A", Type.CARER, num_places, level, *ages, Area.OWN)


def found(shortage: Shortage, kind: Kind) -> Trial:
    """The trial of a kind."""
    return next(trial for trial in shortage.trials if trial.kind == kind)


def test_two_siblings_wait_and_a_household_for_two_places_both() -> None:
    """Two sisters who must stay together wait; one carer with two places takes both, and saves the others nothing."""
    sisters = (child("a", age_months=72), child("b", age_months=84))
    group = SiblingGroup(id="G", child_ids=("a", "b"), togetherness=Togetherness.REQUIRED)
    world = instance((*sisters, child("c", age_months=80)), (carer("one"),), groups=(group,))
    plan = planned(world)
    assert plan.waiting_ids == ("a", "b")
    best = shortage_of(world, plan).trials[0]
    assert best.kind == carer_kind(2, 1, 1)
    assert best.there_ids == best.change.placed_ids == ("a", "b")
    assert best.change.num_placed_more == 2
    assert best.change.saving_in_both == 0
    assert best.change.saving_in_all == -2 * DEFAULT_FEE
    assert best.fee_pence_per_week == DEFAULT_FEE
    assert best.is_exact
    assert best.less_waiting == Interval(2, 2)


def test_a_household_that_frees_dear_places_saves_the_difference() -> None:
    """Brothers of six live dear, at £900 each; sisters of ten wait. A carer for two of six takes the brothers.

    The sisters have the dear places then. The brothers cost £646 each instead of £900: £508 a week are saved.
    """
    brothers = tuple(child(i, age_months=72, urgency=Urgency.EMERGENCY) for i in ("b1", "b2"))
    sisters = (child("s1"), child("s2"))
    dear = carer("dear", place_counts=(vacant(2),), fees_pence_per_week=(90_000,))
    groups = tuple(
        SiblingGroup(id=name, child_ids=ids, togetherness=Togetherness.REQUIRED)
        for name, ids in (("B", ("b1", "b2")), ("S", ("s1", "s2")))
    )
    shortage = shortage_of(*_world_and_plan(instance((*brothers, *sisters), (dear,), groups=groups)))
    by_freeing, direct = found(shortage, carer_kind(2, 1, 1)), found(shortage, carer_kind(2, 2, 2))
    assert shortage.trials[:2] == (by_freeing, direct)
    assert by_freeing.there_ids == ("b1", "b2")
    assert by_freeing.change.placed_ids == ("s1", "s2")
    assert by_freeing.change.saving_in_both == by_freeing.change.fees_saving_in_both == 2 * (90_000 - DEFAULT_FEE)
    assert by_freeing.change.saving_in_all == -2 * DEFAULT_FEE
    assert (direct.there_ids, direct.change.saving_in_both) == (("s1", "s2"), 0)


def test_siblings_parted_for_want_of_room_are_reunited() -> None:
    """Two who should be together live with two carers for £600 each; a carer for both costs £1,292 and no separation.

    That is £92 more in fees, and £200 less for siblings apart: £108 saved.
    """
    group = SiblingGroup(id="G", child_ids=("a", "b"))
    world = instance((child("a"), child("b")), (carer("one"), carer("two")), groups=(group,))
    trial = found(shortage_of(*_world_and_plan(world)), carer_kind(2, 2, 2))
    assert (trial.change.num_pairs_reunited, trial.change.num_pairs_parted) == (1, 0)
    assert trial.change.num_placed_more == 0
    assert trial.change.fees_saving_in_both == 120_000 - 2 * DEFAULT_FEE == -9_200
    assert trial.change.saving_in_both == trial.change.saving_in_all == 20_000 - 9_200


def test_what_a_bound_rules_out_is_not_tried() -> None:
    """A child with a carer out of area, £652.40 with the miles: a carer in area saves, no home could."""
    far = carer("far", authority_id="B", location=east_of_home(5_000))
    near = carer("near", age_min_months=215)
    shortage = shortage_of(*_world_and_plan(instance((child(),), (far, near))))
    assert [trial.kind for trial in shortage.trials] == [carer_kind(1, 2, 2)]
    assert shortage.trials[0].change.saving_in_all == 65_240 - DEFAULT_FEE
    assert [kind.type for kind in shortage.without_promise] == [Type.HOME]
    assert shortage.without_effect == ()


def test_a_plan_that_cannot_be_bettered_has_no_kinds() -> None:
    """A child at the door of a carer at £600, below the default fee, gains from no further place."""
    shortage = shortage_of(*_world_and_plan(instance((child(),), (carer(),))))
    assert shortage.trials == shortage.without_effect == shortage.without_promise == ()
    assert shortage.stopped_by == "none"


def test_with_nobody_to_place_nothing_is_short() -> None:
    """An instance without candidates has neither full settings nor kinds."""
    shortage = shortage_of(*_world_and_plan(instance((), (carer(),))))
    assert (shortage.full_settings, shortage.trials) == ((), ())


@pytest.mark.parametrize("interrupted", [True, False])
def test_a_limit_leaves_the_rest_untried(interrupted: bool) -> None:
    """Stopped before the first trial, by Ctrl-C or by time, every kind is named as untried."""
    world, plan = _world_and_plan(instance((child("a"), child("b")), (carer(),)))
    solving = SolveOptions(time_limit_seconds=60.0 if interrupted else 0.0)
    if interrupted:
        solving.stop.set()
    shortage = shortage_of(world, plan, solving)
    assert shortage.trials == shortage.unsettled == ()
    assert set(shortage.untried) == set(kinds_wanted(plan, world, Hypotheticals(world)))
    assert shortage.stopped_by == ("interrupt" if interrupted else "time")


def test_ctrl_c_keeps_what_is_done() -> None:
    """Stopped after two kinds, these two are there as they would be without, and the others untried."""
    world, plan = _world_and_plan(instance((child("a"), child("b", age_months=72)), (carer("x", age_min_months=192),)))
    whole = shortage_of(world, plan)
    kinds = kinds_wanted(plan, world, Hypotheticals(world))
    solving = SolveOptions()
    trials = Trials(world, plan, kinds, solving)
    done = []
    for trial in trials.run():
        done.append(trial)
        if len(done) == 2:
            solving.stop.set()
    assert len(done) == 2 < len(trials.to_try)
    assert all(trial in whole.trials for trial in done)


def test_a_plan_of_which_nothing_is_claimed_is_refused() -> None:
    """Without tiers there is nothing to compare with."""
    world, plan = _world_and_plan(instance((child(),), (carer(),)))
    with pytest.raises(ValueError, match="tiers"):
        shortage_of(world, replace(plan, tiers=()))


def test_a_plan_that_breaks_the_model_is_refused() -> None:
    """Two children in the only place of a carer are no plan to start from."""
    world, plan = _world_and_plan(instance((child("a"), child("b")), (carer(),)))
    (placed,) = plan.placements
    both = (placed, replace(placed, child_id=plan.waiting_ids[0]))
    with pytest.raises(SolverError, match="breaks a constraint"):
        shortage_of(world, replace(plan, placements=both, waiting_ids=()))


def test_what_the_certificate_refuses_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the checker finds anything in a plan with one more place, there is an error and no number."""
    world, plan = _world_and_plan(instance((child("a"), child("b")), (carer(),)))
    refused = Certificate(0, (Violation("R18", ("a",), None, "must not"),))
    monkeypatch.setattr("rightplace.shortage.trials.check", lambda *_: refused)
    with pytest.raises(SolverError, match="R18"):
        shortage_of(world, plan)


def _world_and_plan(world: Instance, *, rematch: bool = False) -> tuple[Instance, Plan]:
    return world, planned(world, rematch=rematch)


def _tiers(plan: Plan) -> tuple[int, ...]:
    return tuple(tier.value for tier in plan.tiers)


@settings(max_examples=30)
@given(drawn=instances(max_children=4, max_settings=3), rematch=st.booleans(), data=st.data())
def test_every_number_is_that_of_brute_force(drawn: Instance, rematch: bool, data: st.DataObject) -> None:
    """With one more place of a kind, whatever became of it, the best of all plans has the values that were found."""
    plan = planned(drawn, rematch=rematch)
    shortage = shortage_of(drawn, plan)
    values = {trial.kind: _tiers(trial.plan) for trial in shortage.trials}
    values |= dict.fromkeys((*shortage.without_effect, *shortage.without_promise), _tiers(plan))
    assert (shortage.untried, shortage.unsettled) == ((), ())
    hypotheticals = Hypotheticals(drawn)
    for kind in data.draw(st.sets(st.sampled_from(sorted(values, key=str)), max_size=2)) if values else ():
        world = hypotheticals.world({kind: hypotheticals.setting(kind, 1)})
        assert brute_force(world, rematch=rematch) == values[kind]


@settings(max_examples=30)
@given(drawn=instances(), rematch=st.booleans())
def test_one_more_place_never_hurts(drawn: Instance, rematch: bool) -> None:
    """A trial is better, tier by tier; what it says adds up; and the certificate accepts it with that place alone."""
    plan = planned(drawn, rematch=rematch)
    hypotheticals = Hypotheticals(drawn)
    for trial in shortage_of(drawn, plan).trials:
        assert trial.is_exact
        assert _tiers(trial.plan) < _tiers(plan)
        assert trial.less_waiting == Interval(*[plan.tiers[0].value - trial.plan.tiers[0].value] * 2)
        assert trial.less_waiting.at_least >= 0
        assert trial.saving_in_all == Interval(*[plan.value_pence_per_week - trial.plan.value_pence_per_week] * 2)
        assert trial.change.saving_in_all == trial.saving_in_all.at_least
        assert trial.change.num_placed_more == len(plan.waiting_ids) - len(trial.plan.waiting_ids)
        world = hypotheticals.world({trial.kind: trial.setting})
        assert check(world, trial.plan).violations == ()
        assert {p.setting_id for p in trial.plan.placements} <= {*drawn.setting, trial.setting.id}
        if not plan.waiting_ids and not trial.plan.waiting_ids:
            assert trial.change.saving_in_both == trial.change.saving_in_all
            if len(plan.tiers) == 2:
                assert trial.change.saving_in_all > 0


@settings(max_examples=30)
@given(drawn=instances(), rematch=st.booleans(), shortlist=st.integers(0, 3))
def test_settings_that_do_not_exist_change_nothing_about_those_that_do(
    drawn: Instance, rematch: bool, shortlist: int
) -> None:
    """Beside them, the options of real settings stay, shortlisted or not, and so does what each of them costs."""
    policy = replace(drawn.policy, search=replace(drawn.policy.search, shortlist=shortlist))
    real = drawn.replace(policy=policy)
    hypotheticals = Hypotheticals(real)
    kinds = kinds_wanted(planned(real, rematch=rematch), real, hypotheticals)
    made = {kind: hypotheticals.setting(kind, number) for number, kind in enumerate(kinds)}
    names = frozenset(setting.id for setting in made.values())
    assert not names & {*real.setting}
    beside = allocation_data(hypotheticals.world(made), rematch=rematch, beside_shortlist=names)
    alone = allocation_data(real, rematch=rematch)

    def options(data: object) -> list[tuple[str, str, int]]:
        assert isinstance(data, type(alone))
        pairs, world = data.options.pairs, data.instance
        rows = zip(pairs.child_idx, pairs.setting_idx, data.options.cost, strict=True)
        named = [(world.children[int(c)].id, world.settings[int(s)].id, int(cost)) for c, s, cost in rows]
        return [row for row in named if row[1] not in names]

    assert options(beside) == options(alone)


@settings(max_examples=30)
@given(drawn=instances(), rematch=st.booleans(), gap=st.sampled_from([0.05, 0.5]))
def test_a_stopped_trial_gives_an_interval_that_holds(drawn: Instance, rematch: bool, gap: float) -> None:
    """Where a gap ends the searches, the true fall of the waiting and the true saving lie in their intervals."""
    solving = SolveOptions(relative_gap=gap)
    rough = match(drawn, MatchOptions(rematch=rematch, compare=False), solving).best.plan
    best = planned(drawn, rematch=rematch)
    hypotheticals = Hypotheticals(drawn)
    for trial in shortage_of(drawn, rough, solving).trials:
        world = hypotheticals.world({trial.kind: trial.setting})
        with_it = planned(world, rematch=rematch)
        fall = best.tiers[0].value - with_it.tiers[0].value
        assert trial.less_waiting.at_least <= fall <= trial.less_waiting.at_most
        if trial.saving_in_all is not None:
            saving = best.value_pence_per_week - with_it.value_pence_per_week
            assert trial.saving_in_all.at_least <= saving <= trial.saving_in_all.at_most


@cache
def barnet() -> tuple[Instance, Plan]:
    """barnet_2023 and its best plan."""
    return _world_and_plan(read_instance(library_path("barnet_2023")))


def test_barnet_has_places_that_save() -> None:
    """Everybody has a place in barnet_2023, every kind only saves, and most does a home for who has one far away."""
    world, plan = barnet()
    shortage = shortage_of(world, plan)
    assert plan.waiting_ids == ()
    assert shortage.trials
    assert all(trial.is_exact and trial.change.num_placed_more == 0 for trial in shortage.trials)
    savings = [trial.change.saving_in_all for trial in shortage.trials]
    assert savings == sorted(savings, reverse=True)
    assert shortage.trials[0].kind.type is Type.HOME
    (there,) = shortage.trials[0].there_ids
    assert there in ("C001", "C002")  # one of them has the only such home in area, the other one 99 miles away


def test_a_trial_of_barnet_is_a_match_with_that_place() -> None:
    """The first and the last trial have the values of a match of the instance with the setting added."""
    world, plan = barnet()
    shortage = shortage_of(world, plan)
    hypotheticals = Hypotheticals(world)
    for trial in (shortage.trials[0], shortage.trials[-1]):
        assert _tiers(planned(hypotheticals.world({trial.kind: trial.setting}))) == _tiers(trial.plan)
