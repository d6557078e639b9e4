"""Levers and targets of generated instances: the same for the same seed, and nothing that nobody knows."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from rightplace.instances.cohorts import CohortKind
from rightplace.instances.generate import PROFILES, generate
from rightplace.instances.generator.planning import planning_levers, planning_targets
from rightplace.instances.generator.planning_files import write_planning
from rightplace.instances.geography import english_authorities
from rightplace.instances.levers import CostSharing
from rightplace.instances.library import library_path
from rightplace.instances.planning_tables import read_levers
from rightplace.instances.planning_targets import read_targets
from rightplace.instances.quarters import Quarter
from rightplace.instances.tables import read_instance
from rightplace.instances.targets import Firmness, Measure, Risk

if TYPE_CHECKING:
    from pathlib import Path

    from rightplace.instances.instance import Instance

SHARED_KINDS = {
    CohortKind.SOLO,
    CohortKind.DEPRIVATION_OF_LIBERTY,
    CohortKind.PARENT_AND_CHILD,
    CohortKind.REMAND,
    CohortKind.SECURE,
}


@pytest.fixture(scope="module")
def london() -> Instance:
    """London with few children: its 33 authorities are there all the same."""
    return generate(replace(PROFILES["london"], num_children=1000, waiting_share=0.05), 1)


def test_the_same_seed_gives_the_same_levers_and_another_seed_others(london: Instance) -> None:
    """Levers are equal for the same instance and seed, and differ for another seed."""
    assert planning_levers(london, 3) == planning_levers(london, 3)
    assert planning_levers(london, 3) != planning_levers(london, 4)


def test_the_same_seed_writes_the_same_bytes_and_they_read_back(london: Instance, tmp_path: Path) -> None:
    """Files of the same instance and seed are equal byte for byte, and read back as the levers and targets they are."""
    files = []
    for name in ("a", "b"):
        write_planning(london, 1, tmp_path / name)
        files.append(
            {f.relative_to(tmp_path / name): f.read_bytes() for f in (tmp_path / name).rglob("*") if f.is_file()}
        )
    assert files[0] == files[1]
    first, folder = Quarter.after(london.date), tmp_path / "a" / "planning"
    assert read_levers(folder / "levers", london, first, 5) == planning_levers(london, 1)
    assert read_targets(folder / "targets.toml", london, first, 5) == (planning_targets(london, 5), Risk())


def test_london_has_two_own_sites_an_authority_and_homes_to_share(london: Instance) -> None:
    """33 authorities have 66 sites of their own; eight groups share four homes each, and all share a secure one."""
    sites = {home.site: home for home in planning_levers(london, 1).new_homes}
    own = Counter(home.authority_id for home in sites.values() if len(home.open_to_ids) == 1)
    assert len(own) == 33
    assert set(own.values()) == {2}
    shared = [home for home in sites.values() if len(home.open_to_ids) > 1]
    assert len(shared) == 8 * 4 + 1
    assert {kind for home in shared for kind in home.focus.kinds} == SHARED_KINDS


def test_each_authority_shares_one_home_of_each_kind_with_four_others_at_most(london: Instance) -> None:
    """The groups that share a home hold every authority once, and two to five of them; the secure home is for all."""
    homes = planning_levers(london, 1).new_homes
    ids = {child.authority_id for child in london.children}
    for kind in SHARED_KINDS - {CohortKind.SECURE}:
        groups = [home.open_to_ids for home in homes if home.focus.kinds == {kind}]
        assert Counter(key for group in groups for key in group) == dict.fromkeys(ids, 1)
        assert {len(group) for group in groups} <= {2, 3, 4, 5}
    (secure,) = (home for home in homes if CohortKind.SECURE in home.focus.kinds)
    assert secure.open_to_ids == ids
    assert secure.cost_sharing is CostSharing.EQUAL


def test_levers_name_only_what_the_instance_knows(london: Instance) -> None:
    """Authorities, providers and funnels of all levers are known, and every home has a location in its area."""
    levers = planning_levers(london, 1)
    known = set(london.authority)
    for home in levers.new_homes:
        assert home.open_to_ids | {home.authority_id} <= known
        assert london.provider[home.provider_id].authority_id == home.authority_id
        assert home.location.easting is not None
        assert home.location.authority_id == home.authority_id
    for block in levers.blocks:
        assert block.authority_id in known
        assert london.provider[block.provider_id].authority_id is None
    assert {profile.funnel_id for profile in levers.profiles} == {funnel.id for funnel in levers.funnels}
    assert {row.funnel_id for row in levers.retention} == {funnel.id for funnel in levers.funnels}
    assert {funnel.authority_id for funnel in levers.funnels} == {child.authority_id for child in london.children}


def test_ids_are_unique_over_all_tables(london: Instance) -> None:
    """No two rows of levers, funnels and markets have one id."""
    levers = planning_levers(london, 1)
    tables = (levers.new_homes, levers.funnels, levers.profiles, levers.retention, levers.conversions, levers.blocks)
    counts = Counter(row.id for table in tables for row in table)
    assert set(counts.values()) == {1}


def test_a_child_costs_the_price_of_the_area_when_the_home_is_used_as_planned(london: Instance) -> None:
    """Running and use of an own home come, a child in 85% of its places, within 12% of £6,100, to a pound."""
    for home in planning_levers(london, 1).new_homes:
        if len(home.open_to_ids) == 1:
            pence = home.running_pence_per_week / (0.85 * home.num_places) + home.use_pence_per_week
            assert abs(pence - 610_000) <= 0.12 * (610_000 - 30_000) + 100


def test_where_an_authority_has_no_provision_of_its_own_others_run_what_there_is() -> None:
    """Without a provider of its own a council has no sites, funnels or conversions, and no fault either."""
    tiny = read_instance(library_path("tiny"))
    providers = tuple(replace(provider, authority_id=None) for provider in tiny.providers)
    levers = planning_levers(tiny.replace(providers=providers), 0)
    assert not levers.new_homes + levers.funnels + levers.profiles + levers.retention + levers.conversions


def test_targets_ask_for_a_little_more_than_today(london: Instance) -> None:
    """The share in area rises by two points a year from today's, at a price, so that every instance has a plan."""
    placed = [
        child.authority_id == london.setting[child.current_setting_id].offer.authority_id
        for child in london.children
        if child.current_setting_id is not None
    ]
    in_area, homes = planning_targets(london, 3)
    today = sum(placed) / len(placed)
    assert in_area.values == {n: round(today + 0.02 * (n + 1), 3) for n in range(3)}
    assert {target.firmness for target in (in_area, homes)} == {Firmness.PRICED}
    assert (in_area.measure, homes.measure) == (Measure.IN_AREA_SHARE, Measure.RESIDENTIAL_SHARE)


def test_targets_of_an_instance_where_nobody_lives_anywhere_are_the_published_shares() -> None:
    """Where all children wait, 40% in area and 11% in homes are taken as today's shares."""
    in_area, homes = planning_targets(read_instance(library_path("tiny")), 1)
    assert in_area.values == {0: 0.42}
    assert homes.values == {0: 0.106}


def test_every_authority_of_england_can_have_levers() -> None:
    """All 152 authorities get sites, and shared homes lie among them."""
    instance = generate(replace(PROFILES["england"], num_children=1500, waiting_share=0.05), 0)
    levers = planning_levers(instance, 0)
    assert {home.authority_id for home in levers.new_homes} <= set(english_authorities())
    assert max(len(h.open_to_ids) for h in levers.new_homes if CohortKind.SECURE not in h.focus.kinds) <= 5
