"""Each child in care belongs to one cohort."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from rightplace.instances.children import CaredForAlongside, Child, Place, SiblingGroup, Suitability, Togetherness
from rightplace.instances.cohorts import Cohort, CohortKind
from rightplace.instances.instance import Instance
from rightplace.instances.library import library_path
from rightplace.instances.tables import read_instance
from rightplace.instances.todays_cohorts import SMALLEST_SHARE, cohort_of_child, cohorts_of, left_out
from tests.rules.builders import AUTHORITIES, DAY, PROVIDERS, carer, child, filled, home

if TYPE_CHECKING:
    from rightplace.instances.settings import Setting


def of(*children: Child, settings: tuple[Setting, ...] = (), groups: tuple[SiblingGroup, ...] = ()) -> Instance:
    """An instance of these children."""
    return Instance(
        name="tiny",
        date=DAY,
        children=children,
        settings=settings,
        sibling_groups=groups,
        providers=PROVIDERS,
        authorities=AUTHORITIES,
    )


def living(setting: Setting, **changes: Any) -> Instance:
    """A child of ten who lives in a setting."""
    one = child(current_setting_id=setting.id, is_waiting=False, **changes)
    return of(one, settings=(setting,))


HOME = home(place_counts=(filled(),))
KIN = carer(place_counts=(filled(),), connected=True, place=Place.U3)


@pytest.mark.parametrize(
    ("instance", "kind"),
    [
        (of(child()), CohortKind.MAINSTREAM),
        (living(KIN, secure_order=True), CohortKind.CONNECTED),
        (of(child(current_place=Place.U1, is_waiting=False, uasc=True)), CohortKind.CONNECTED),
        (of(child(secure_order=True, deprivation_of_liberty=True)), CohortKind.SECURE),
        (of(child(deprivation_of_liberty=True, remand=True)), CohortKind.DEPRIVATION_OF_LIBERTY),
        (of(child(remand=True, uasc=True)), CohortKind.REMAND),
        (
            of(child(age_months=190, parent_and_child=True, cared_for_alongside=CaredForAlongside.SOLO)),
            CohortKind.PARENT_AND_CHILD,
        ),
        (
            of(child(cared_for_alongside=CaredForAlongside.SOLO, foster_suitability=Suitability.UNSUITABLE)),
            CohortKind.SOLO,
        ),
        (of(child(foster_suitability=Suitability.UNSUITABLE, uasc=True)), CohortKind.RESIDENTIAL),
        (living(HOME), CohortKind.RESIDENTIAL),
        (living(HOME, age_months=191), CohortKind.RESIDENTIAL),
        (living(HOME, age_months=192), CohortKind.MAINSTREAM),
        (living(HOME, foster_suitability=Suitability.SUITABLE), CohortKind.MAINSTREAM),
        (of(child(uasc=True)), CohortKind.UNACCOMPANIED),
    ],
)
def test_kind_is_the_first_that_holds(instance: Instance, kind: CohortKind) -> None:
    """A child for whom several things hold is of the kind that limits the choice of places most."""
    (cohort,) = cohorts_of(instance)
    assert cohort.kind is kind


def test_band_level_and_default_level() -> None:
    """A child of 59 months is in the first band, one of 60 in the second; who has no level takes the policy's."""
    instance = of(child("a", age_months=59, need_level=3), child("b", age_months=60))
    default = instance.policy.default_need_level.child
    assert cohorts_of(instance) == {Cohort("A", 0, 3): 1, Cohort("A", 1, default): 1}


def test_group_size_counts_siblings_who_should_live_together() -> None:
    """Two siblings are a group of 2; kept apart they are alone, and so is one who lives with a connected carer."""
    pair = (child("a", need_level=1), child("b", need_level=1))
    together = SiblingGroup(id="g", child_ids=("a", "b"))
    assert cohorts_of(of(*pair, groups=(together,))) == {Cohort("A", 2, 1, group_size=2): 2}
    apart = SiblingGroup(id="g", child_ids=("a", "b"), togetherness=Togetherness.APART)
    assert cohorts_of(of(*pair, groups=(apart,))) == {Cohort("A", 2, 1): 2}
    kin = child("b", need_level=1, current_place=Place.U2, is_waiting=False)
    counts = cohorts_of(of(pair[0], kin, groups=(together,)))
    assert counts == {Cohort("A", 2, 1, group_size=2): 1, Cohort("A", 2, 1, CohortKind.CONNECTED): 1}


def test_seven_siblings_count_as_six() -> None:
    """Groups larger than planning knows are of the largest size."""
    seven = tuple(child(name, need_level=1) for name in "abcdefg")
    instance = of(*seven, groups=(SiblingGroup(id="g", child_ids=tuple("abcdefg")),))
    assert cohorts_of(instance) == {Cohort("A", 2, 1, group_size=6): 7}


def test_who_needs_no_place_is_left_out_and_counted() -> None:
    """With parents or placed for adoption nobody is planned for, unless a home is sought."""
    instance = of(
        child("a", current_place=Place.P1, is_waiting=False),
        child("b", current_place=Place.A4, is_waiting=False),
        child("c", current_place=Place.P1, is_waiting=True),
        child("d", current_place=Place.K2, is_waiting=False),
    )
    assert left_out(instance) == {Place.A4: 1, Place.P1: 1}
    assert sum(cohorts_of(instance).values()) == 2


def test_every_child_of_a_library_instance_counts_once() -> None:
    """Of barnet_2023's children, 5 with parents are left out and all others counted, merged or not."""
    instance = read_instance(library_path("barnet_2023"))
    plain, merged = cohorts_of(instance), cohorts_of(instance, merge=True)
    assert left_out(instance) == {Place.P1: 5}
    assert sum(plain.values()) == sum(merged.values()) == len(instance.children) - 5
    assert list(plain) == sorted(plain)


def test_merging_keeps_kinds_and_rounds_need_up() -> None:
    """A small cohort goes to the same ages and kind, one need level up rather than down; a kind of its own stays."""
    counts = {"a": (1, 150), "b": (2, 1), "c": (3, 150)}
    children = [child(f"{key}{i}", need_level=level) for key, (level, number) in counts.items() for i in range(number)]
    children.append(child("alone", need_level=2, remand=True))
    merged = cohorts_of(of(*children), merge=True)
    assert merged == {Cohort("A", 2, 1): 150, Cohort("A", 2, 3): 151, Cohort("A", 2, 2, CohortKind.REMAND): 1}


def test_merging_leaves_no_small_cohort_with_a_neighbour() -> None:
    """In barnet_2023 whatever stays small is the only cohort of its authority and kind."""
    merged = cohorts_of(read_instance(library_path("barnet_2023")), merge=True)
    for cohort, number in merged.items():
        alike = [c for c in merged if (c.authority_id, c.kind) == (cohort.authority_id, cohort.kind)]
        assert number >= SMALLEST_SHARE * sum(merged.values()) or len(alike) == 1


def test_cohort_of_child_agrees_with_the_counts() -> None:
    """Counting children one by one gives the same cohorts."""
    instance = read_instance(library_path("tiny"))
    assert {cohort_of_child(instance, one) for one in instance.children} == set(cohorts_of(instance))
