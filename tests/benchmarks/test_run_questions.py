"""What solvers are asked: variants stress what they say, flows are bounds, public values are in their own unit."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from rightplace.benchmarks.opening import opened, placement_instance
from rightplace.benchmarks.peers import answered
from rightplace.benchmarks.placements import WAITING_PENCE_PER_WEEK, PlacementQuestion
from rightplace.benchmarks.problems import FacilityLocation
from rightplace.benchmarks.publics import PublicQuestion
from rightplace.benchmarks.registry import STRESSES, Spec, Variant, known_digests
from rightplace.benchmarks.results import Status
from rightplace.benchmarks.suites import SUITES, spec_of
from rightplace.benchmarks.variants import make
from rightplace.instances.geography import distance_miles
from rightplace.solver.outcome import SolveOptions

SMALL = 40


@pytest.mark.parametrize("variant", Variant)
def test_a_flow_is_below_an_optimum_that_the_certificate_accepts(variant: Variant) -> None:
    """On every variant: siblings kept together, limits and who may share a home only make plans dearer."""
    question = PlacementQuestion(make("council", SMALL, variant, 5))
    best = answered(question, SolveOptions(solver="highs", time_limit_seconds=60))
    assert best.point is not None
    assert best.value is not None
    judged = question.judged(best.point)
    assert (judged.value, judged.faults) == (best.value, ())
    assert 0 < question.flow_bound() <= best.value


def test_a_flow_is_the_optimum_where_nothing_but_places_counts() -> None:
    """Tiny without sibling groups, and without anybody to be kept apart, is a transportation problem."""
    tiny = placement_instance(spec_of("tiny", None).source)
    alone = tiny.replace(
        sibling_groups=(), children=tuple(replace(child, separate_from_ids=frozenset()) for child in tiny.children)
    )
    question = PlacementQuestion(alone)
    best = answered(question, SolveOptions(solver="highs", time_limit_seconds=60))
    assert question.flow_bound() == best.value


def test_waiting_counts_once_for_each_unit_of_weight() -> None:
    """The value of a point where nobody is placed: all the weights times the price of waiting."""
    question = PlacementQuestion(make("council", SMALL, Variant.PLAIN, 1))
    waits = question.program.column_blocks["wait"]
    point = np.zeros(question.program.num_columns)
    point[list(waits)] = 1.0
    costs = question.program.objectives[0].costs[list(waits)]
    judged = question.judged(point)
    assert judged.faults == ()
    assert judged.value == costs.sum()
    assert set(costs / WAITING_PENCE_PER_WEEK) <= {1.0, 4.0, 10.0}


def test_an_answer_that_breaks_a_rule_is_refused() -> None:
    """The judge of a placement says why: here a setting takes more children than it has places for."""
    question = PlacementQuestion(make("council", SMALL, Variant.PLAIN, 1))
    point = np.ones(question.program.num_columns)
    point[list(question.program.column_blocks["wait"])] = 0.0
    assert question.judged(point).faults


def test_an_answer_may_cost_less_than_the_solver_says_but_not_more() -> None:
    """An answer costs 100: who claims 110 left something unused, who claims 90 is wrong, as is who claims nothing."""
    question = PlacementQuestion(make("council", SMALL, Variant.PLAIN, 1))
    assert [question.keeps(100.0, claimed) for claimed in (110.0, 100.0, 99.0, 90.0, None)] == [
        True, True, False, False, False,
    ]  # fmt: skip


def test_the_same_name_is_the_same_instance() -> None:
    """Made twice, an instance has one digest; another seed has another; and the registry's digests hold."""
    one, again, other = (make("council", SMALL, Variant.TIGHT, seed).digest for seed in (1, 1, 2))
    assert one == again != other
    known = known_digests()
    spec = spec_of("council-incompatible-1", None)
    assert placement_instance(spec.source).digest == known[spec.name] == spec.digest


def test_incompatible_children_live_near_each_other_and_are_no_siblings() -> None:
    """Who must be apart beyond the plain instance: mutual, within three miles, of different families, about 2%."""
    plain, apart = (make("council", 200, variant, 3) for variant in (Variant.PLAIN, Variant.INCOMPATIBLE))
    family = {child_id: group.id for group in plain.sibling_groups for child_id in group.child_ids}
    near = added = 0
    for a, b in combinations(range(200), 2):
        one, other = apart.children[a], apart.children[b]
        miles = distance_miles(one.home, other.home)
        is_near = miles is not None and miles <= 3.1
        near += is_near
        if other.id in one.separate_from_ids and other.id not in plain.children[a].separate_from_ids:
            added += 1
            assert one.id in other.separate_from_ids
            assert is_near
            assert one.id not in family or family[one.id] != family.get(other.id)
    assert 0.01 * near < added < 0.03 * near


def test_other_variants_stress_what_they_say() -> None:
    """More siblings, fewer places, longer ways to school, higher needs than the plain instance has."""
    plain, siblings, scarce, distant, tight = (
        make("council", 200, variant, 1)
        for variant in (Variant.PLAIN, Variant.SIBLINGS, Variant.SCARCE, Variant.DISTANT, Variant.TIGHT)
    )
    assert len(siblings.sibling_groups) > 1.5 * len(plain.sibling_groups)
    places = [sum(s.offer.num_vacant(made.date) for s in made.settings) for made in (scarce, plain)]
    assert places[0] < places[1]
    moved = sum(a.home != b.home for a, b in zip(plain.children, distant.children, strict=True))
    assert 0.2 * 200 < moved < 0.5 * 200
    raised = [(b.need_level or 0) - (a.need_level or 0) for a, b in zip(plain.children, tight.children, strict=True)]
    assert set(raised) == {0, 1}
    assert max(child.need_level or 0 for child in tight.children) == max(c.need_level or 0 for c in plain.children)


def test_a_split_customer_is_priced_in_the_unit_of_the_file() -> None:
    """Two facilities of fixed cost 10, one customer of demand 3, capacities 2: both open, 2/3 at 1.5 and 1/3 at 4.5."""
    problem = FacilityLocation(
        name="split",
        fixed_costs=np.array([10.0, 10.0]),
        capacities=np.array([2.0, 2.0]),
        demands=np.array([3.0]),
        costs=np.array([[1.5], [4.5]]),
        is_single_source=False,
    )
    question = PublicQuestion("split", problem)
    found = answered(question, SolveOptions(solver="highs", time_limit_seconds=10))
    assert found.point is not None
    assert found.bound is not None
    assert question.judged(found.point).value == pytest.approx(22.5)
    assert found.bound == pytest.approx(22.5, abs=1e-4)
    assert found.bound <= 22.5
    assert answered(question, SolveOptions(solver="cpsat")).status is Status.UNSUPPORTED
    assert answered(question, SolveOptions(solver="flow")).status is Status.UNSUPPORTED


def test_every_instance_of_every_suite_is_found_by_its_name() -> None:
    """Names are unique within a suite, and a run finds its instance by name alone."""
    for suite in SUITES.values():
        specs = list(suite.specs(None))
        assert len({spec.name for spec in specs}) == len(specs)
        for spec in specs[::40]:
            assert _same_source(spec, spec_of(spec.name, None))


def _same_source(one: Spec, other: Spec) -> bool:
    return (one.name, one.source) == (other.name, other.source)


def test_every_variant_says_what_it_stresses() -> None:
    """The registry has words for each."""
    assert set(STRESSES) == set(Variant)


def test_smoke_has_every_public_format() -> None:
    """Each format that there is a reader for is read by the smoke suite."""
    from rightplace.benchmarks.readers import FORMATS

    names = {spec.name.removeprefix("tiny/").partition("@")[0] for spec in SUITES["smoke"].specs(None)}
    assert set(FORMATS) <= names


def test_a_spec_that_is_no_placement_opens_as_a_public_question() -> None:
    """Of the shipped files."""
    question = opened(spec_of("tiny/gap", None))
    assert isinstance(question, PublicQuestion)
    assert question.digest == question.instance_digest
