"""The library instances are what they say: made by the script, right in themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from rightplace.instances.geography import Precision, english_authorities, find_authority
from rightplace.instances.library import library_names, library_path
from rightplace.instances.settings import (
    Carer,
    ParentAndChild,
    PlaceState,
)
from rightplace.instances.tables import read_instance
from tests.instances.library_counts import (
    BARNET,
    own_foster_homes,
    places,
    settings_where,
)

CALIBRATED = ("barnet_2014", "barnet_2023")
SHIPPED = (*CALIBRATED, "tiny")
TOP = Path(__file__).parents[2]


def test_the_library_lists_what_it_holds() -> None:
    """Every name of the library is a folder that can be read, and the three that we know of are among them."""
    assert set(SHIPPED) <= set(library_names())
    assert all(library_path(name).is_dir() for name in library_names())


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    """A name that the library does not have raises a ValueError that lists those it has."""
    with pytest.raises(ValueError, match="barnet_2023"):
        library_path("atlantis")


@pytest.mark.parametrize("name", SHIPPED)
def test_the_script_writes_the_shipped_files(name: str, tmp_path: Path) -> None:
    """tools/build_library.py makes the shipped files again, byte for byte."""
    tool = pytest.importorskip("tools.build_library", reason="the tools are not in the source distribution")
    tool.build_library(tmp_path, name)
    made = {file.relative_to(tmp_path): file.read_bytes() for file in (tmp_path / name).rglob("*") if file.is_file()}
    folder = library_path(name)
    shipped = {path: (folder.parent / path).read_bytes() for path in made if (folder.parent / path).is_file()}
    assert made == shipped
    by_hand = {file.name for file in folder.iterdir() if file.is_file()} - {path.name for path in made}
    assert not by_hand, "only planning inputs are written by hand"


@pytest.mark.parametrize("name", CALIBRATED)
def test_no_location_is_closer_than_a_postcode_sector(name: str) -> None:
    """No home, school or setting is located more closely than a postcode sector."""
    instance = read_instance(library_path(name))
    points = [child.home for child in instance.children] + [c.school for c in instance.children if c.school is not None]
    points += [setting.offer.location for setting in instance.settings]
    assert {point.precision for point in points} == {Precision.SECTOR}


@pytest.mark.parametrize("name", CALIBRATED)
def test_the_children_of_a_setting_are_within_its_terms(name: str) -> None:
    """Everybody who lives in a setting has an age and sex that its terms allow."""
    instance = read_instance(library_path(name))
    for setting_id, residents in instance.residents.items():
        terms = instance.setting[setting_id].offer.terms
        for child in residents:
            assert terms.age_min_months <= child.age_months <= terms.age_max_months, child.id
            assert child.sex in terms.sexes, child.id


@pytest.mark.parametrize("name", CALIBRATED)
def test_only_siblings_exceed_the_usual_fostering_limit(name: str) -> None:
    """No carer looks after more than three children."""
    instance = read_instance(library_path(name))
    carers = {setting.id for setting in instance.settings if isinstance(setting, Carer)}
    assert max(len(residents) for key, residents in instance.residents.items() if key in carers) <= 3


@pytest.mark.parametrize("name", CALIBRATED)
def test_a_parent_with_a_baby_takes_one_place(name: str) -> None:
    """Carers for parents with babies have one place, filled by the parent who lives there and by nobody unnamed."""
    instance = read_instance(library_path(name))
    takers = settings_where(instance, lambda s: s.offer.terms.parent_and_child is ParentAndChild.ONLY)
    carers = [setting for setting in takers if isinstance(setting, Carer)]
    assert carers
    assert {carer.offer.terms.num_places for carer in carers} == {1}
    assert all(carer.offer.num_filled == len(instance.residents.get(carer.id, ())) for carer in carers)


@pytest.mark.parametrize("name", CALIBRATED)
def test_the_consortium_shares_vacancies(name: str) -> None:
    """Barnet's partners are the five other boroughs of the North London consortium, each with a vacancy."""
    instance = read_instance(library_path(name))
    partners = {find_authority(n).id for n in ("Camden", "Enfield", "Hackney", "Haringey", "Islington")}
    barnet = instance.authority[BARNET]
    assert barnet.partner_ids == partners
    assert barnet.neighbour_ids == english_authorities()[BARNET].neighbour_ids
    shared = settings_where(instance, lambda s: instance.provider[s.offer.provider_id].authority_id in partners)
    assert {instance.provider[s.offer.provider_id].authority_id for s in shared} == partners
    assert all(places([s])[PlaceState.VACANT] for s in shared)


@pytest.mark.parametrize("name", CALIBRATED)
def test_there_are_more_vacancies_than_children_who_wait(name: str) -> None:
    """Vacancies outnumber the children who wait, but not those of Barnet's own carers on the day."""
    instance = read_instance(library_path(name))
    waiting = len(instance.candidates())
    assert places(instance.settings)[PlaceState.VACANT] > 2 * waiting
    assert sum(carer.offer.num_vacant(instance.date) for carer in own_foster_homes(instance)) < waiting
