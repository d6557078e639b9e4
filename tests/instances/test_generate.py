"""Generated instances: the same for the same seed, of the size asked for, and right in themselves."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rightplace.errors import InstanceError
from rightplace.instances.children import ADULT_MONTHS, RiskLevel, RiskToOthers, Togetherness
from rightplace.instances.generate import PROFILES, generate
from rightplace.instances.generator.dice import Dice, Shares
from rightplace.instances.geography import english_authorities, locate, locate_many
from rightplace.instances.settings import Carer, Home, ParentAndChild, PlaceState
from rightplace.instances.tables import read_instance, write_instance

if TYPE_CHECKING:
    from pathlib import Path

    from rightplace.instances.instance import Instance

COUNCIL = PROFILES["council"]
SMALL = replace(COUNCIL, num_children=12)
LONDON = replace(PROFILES["london"], num_children=600)


@pytest.fixture(scope="module")
def council() -> Instance:
    """The council profile as it is, seed 7."""
    return generate(COUNCIL, 7)


@pytest.fixture(scope="module")
def london() -> Instance:
    """London with 600 children instead of 10,000, seed 7."""
    return generate(LONDON, 7)


@pytest.fixture(scope="module")
def placed() -> Instance:
    """A council where a tenth of the children wait and the others live in settings."""
    return generate(replace(COUNCIL, waiting_share=0.1, rematch_share=0.5), 7)


def num_vacant(instance: Instance) -> int:
    """Vacant places, whatever their dates."""
    counts = (count for setting in instance.settings for count in setting.offer.place_counts)
    return sum(count.num_places for count in counts if count.state is PlaceState.VACANT)


def test_dice_are_promised() -> None:
    """The draws of a stream are these, on every platform and every version of Python."""
    dice = Dice(7, "x")
    assert [dice.below(1000) for _ in range(6)] == [629, 686, 470, 966, 464, 234]
    assert dice.pick(Shares({"a": 1, "b": 2, "c": 3})) == "c"
    assert dice.around(61_000, 10) == 57_900
    items = list(range(8))
    dice.shuffle(items)
    assert items == [1, 0, 5, 7, 6, 3, 4, 2]


def test_shares_draw_by_weight() -> None:
    """Weights are kept to, a weight of nothing is never drawn, and ``where`` narrows the choice."""
    shares = Shares({"never": 0, "rare": 1, "often": 9})
    dice = Dice(1, "weights")
    drawn = Counter(dice.pick(shares) for _ in range(2_000))
    assert drawn["never"] == 0
    assert 120 < drawn["rare"] < 280
    assert {dice.pick(shares.where(["rare"])) for _ in range(50)} == {"rare"}
    assert {dice.pick(shares.where([])) for _ in range(200)} == {"rare", "often"}


def test_same_seed_same_bytes(council: Instance, tmp_path: Path) -> None:
    """The same profile and seed write the same files, byte for byte."""
    write_instance(council, tmp_path / "a")
    write_instance(generate(COUNCIL, 7), tmp_path / "b")
    names = sorted(file.name for file in (tmp_path / "a").iterdir())
    assert names == sorted(file.name for file in (tmp_path / "b").iterdir())
    assert "children.csv" in names
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_another_seed_another_instance(council: Instance) -> None:
    """Seeds give different children and different settings."""
    other = generate(COUNCIL, 8)
    assert other.children != council.children
    assert other.settings != council.settings
    assert other.digest != council.digest


def test_an_option_moves_nothing_it_does_not_concern(council: Instance) -> None:
    """With more places to go round, the children stay the very same."""
    more = generate(replace(COUNCIL, scarcity=2.0), 7)
    children = [replace(child, connected_carer_ids=frozenset()) for child in more.children]
    assert children == [replace(child, connected_carer_ids=frozenset()) for child in council.children]


@pytest.mark.parametrize(
    ("name", "num_children", "num_authorities"), [("council", 330, 1), ("london", 10_000, 33), ("england", 83_000, 152)]
)
def test_profiles_are_of_the_published_sizes(name: str, num_children: int, num_authorities: int) -> None:
    """A council of 330 children, London of 10,000 in 33 authorities, England of 83,000 in 152."""
    profile = PROFILES[name]
    assert (profile.name, profile.num_children, len(profile.authority_ids)) == (name, num_children, num_authorities)


def test_council_counts(council: Instance) -> None:
    """330 children of Barnet, all waiting, nobody placed; neighbours host settings; a place and a bit each."""
    assert len(council.children) == len(council.candidates()) == 330
    assert {child.authority_id for child in council.children} == {"E09000003"}
    assert not council.residents
    barnet = english_authorities()["E09000003"]
    assert set(council.authority) == {barnet.id} | barnet.neighbour_ids
    assert {setting.offer.authority_id for setting in council.settings} > {barnet.id}
    assert 1.15 * 330 <= num_vacant(council) <= 1.35 * 330
    assert council.policy.search.shortlist == 0


def test_london_counts(london: Instance) -> None:
    """Children in nearly all 33 authorities; settings around London too; consortia are mutual; the list is short."""
    assert len(london.children) == 600
    placing = {child.authority_id for child in london.children}
    assert 30 <= len(placing) <= 33
    assert {london.authority[key].region for key in placing} == {"London"}
    assert {setting.offer.authority_id for setting in london.settings} - placing
    camden = english_authorities()["E09000007"]
    assert camden.id in london.authority["E09000003"].partner_ids
    for authority in london.authorities:
        assert all(authority.id in london.authority[partner].partner_ids for partner in authority.partner_ids)
    assert london.policy.search.shortlist == 40
    assert london.policy.search.carer_max_miles > 0


def test_england_counts() -> None:
    """England has 152 authorities, a secure home in each of nine regions and, scaled down, the children asked for."""
    england = generate(replace(PROFILES["england"], num_children=1_000), 7)
    assert len(england.children) == 1_000
    assert set(england.authority) == set(english_authorities())
    assert len({child.authority_id for child in england.children}) > 140
    secure = [setting for setting in england.settings if setting.place.value == "K1"]
    assert len(secure) >= 9


@pytest.mark.parametrize("form", ["council", "council.xlsx", "council.json"])
def test_council_written_and_read(council: Instance, form: str, tmp_path: Path) -> None:
    """A generated council comes back equal from all three forms."""
    write_instance(council, tmp_path / form)
    assert read_instance(tmp_path / form) == council


def test_london_written_and_read(london: Instance, placed: Instance, tmp_path: Path) -> None:
    """So do London, and a council where most children live somewhere, from a folder of CSVs."""
    for instance in (london, placed):
        write_instance(instance, tmp_path / instance.name)
        assert read_instance(tmp_path / instance.name) == instance


def test_every_place_exists(london: Instance) -> None:
    """Homes, schools and settings stand at real postcodes, exactly where the postcode table has them."""
    points = [child.home for child in london.children] + [setting.offer.location for setting in london.settings]
    points += [child.school for child in london.children if child.school is not None]
    points += [area.location for child in london.children for area in child.avoid]
    found = locate_many(point.text for point in points)
    assert all(found[point.text] == point for point in points)
    for child in london.children:
        assert child.home.authority_id == child.authority_id
    for setting in london.settings:
        assert setting.offer.location.authority_id == setting.offer.authority_id
    assert locate(london.children[0].home.text) == london.children[0].home


def test_no_reference_leads_nowhere(placed: Instance) -> None:
    """Every id that one table mentions is in another, and separations are mutual."""
    for child in placed.children:
        assert child.current_setting_id is None or child.current_setting_id in placed.setting
        assert all(isinstance(placed.setting[key], Carer) for key in child.connected_carer_ids)
        assert all(child.id in placed.child[other].separate_from_ids for other in child.separate_from_ids)
    for setting in placed.settings:
        assert setting.offer.provider_id in placed.provider
        assert setting.offer.contract_id is None or setting.offer.contract_id in placed.contract
    for group in placed.sibling_groups:
        family = [placed.child[key] for key in group.child_ids]
        assert 2 <= len(family) <= 6
        assert len({child.home for child in family}) == 1
    for authority in placed.authorities:
        assert authority.partner_ids <= set(placed.authority)


def test_placed_children_live_where_they_may(placed: Instance) -> None:
    """Exactly a tenth wait. The others live where age, sex and places admit them; no separated pair shares."""
    assert len(placed.candidates()) == 33
    assert len(placed.candidates(rematch=True)) > 100
    for child in placed.children:
        assert child.is_waiting or child.current_setting_id is not None
        if child.current_setting_id is not None:
            offer = placed.setting[child.current_setting_id].offer
            assert offer.terms.age_min_months <= child.age_months <= offer.terms.age_max_months
            assert child.sex in offer.terms.sexes
            mates = {mate.id for mate in placed.residents[child.current_setting_id]}
            assert not mates & child.separate_from_ids
    for setting in placed.settings:
        residents = placed.residents.get(setting.id, ())
        assert setting.offer.num_filled >= len(residents)


def test_a_carer_for_parents_with_babies_has_one_place(london: Instance, placed: Instance) -> None:
    """A second parent with a baby would break the usual fostering limit, so no carer is given room for one."""
    for instance in (london, placed):
        takers = [s for s in instance.settings if s.offer.terms.parent_and_child is ParentAndChild.ONLY]
        carers = [setting for setting in takers if isinstance(setting, Carer)]
        assert carers
        assert {carer.offer.terms.num_places for carer in carers} == {1}
        for child in instance.children:
            if child.current_setting_id is not None:
                only = instance.setting[child.current_setting_id].offer.terms.parent_and_child is ParentAndChild.ONLY
                assert child.parent_and_child or not only


def test_usual_fostering_limit(london: Instance, placed: Instance) -> None:
    """No carer lives with more than three children who are not all brothers and sisters."""
    for instance in (london, placed):
        for setting in instance.settings:
            residents = {child.id for child in instance.residents.get(setting.id, ())}
            if isinstance(setting, Carer) and len(residents) > 3:
                assert any(residents <= set(group.child_ids) for group in instance.sibling_groups)


def test_shares_are_met() -> None:
    """Asked for 30% sibling groups, one place for two children and 10% who pose a high risk, that is what comes."""
    profile = replace(PROFILES["london"], num_children=3_000, sibling_share=0.3, scarcity=0.5, conflict_share=0.1)
    instance = generate(profile, 1)
    num_in_groups = sum(len(group.child_ids) for group in instance.sibling_groups)
    num_units = len(instance.children) - num_in_groups + len(instance.sibling_groups)
    assert 0.27 < len(instance.sibling_groups) / num_units < 0.33
    kinds = (RiskToOthers.PHYSICAL_HARM, RiskToOthers.SEXUAL_HARM)
    high = [c for c in instance.children if RiskLevel.HIGH in map(c.risk_to_others, kinds)]
    assert 0.08 < len(high) / len(instance.children) < 0.13
    assert 0.5 <= num_vacant(instance) / len(instance.children) < 0.6
    assert 0.13 < sum(child.uasc for child in instance.children) / len(instance.children) < 0.21


def test_all_kinds_are_there(london: Instance) -> None:
    """Six hundred children of London bring all that the rules speak of but the rarest."""
    children = london.children
    assert any(child.parent_and_child for child in children)
    assert any(child.uasc for child in children)
    assert any(child.deprivation_of_liberty or child.secure_order for child in children)
    assert {group.togetherness for group in london.sibling_groups} == set(Togetherness)
    assert {"U3", "U6", "K1", "K2", "K3"} <= {setting.place.value for setting in london.settings}
    assert any(isinstance(s, Home) and s.offer.terms.num_places == 1 for s in london.settings)
    assert {contract.kind.value for contract in london.contracts} == {"framework", "block"}


def test_wrong_options_are_refused_together() -> None:
    """Every option out of range is named at once, and so is an authority that does not exist."""
    with pytest.raises(InstanceError) as caught:
        replace(COUNCIL, num_children=0, sibling_share=1.5, scarcity=float("nan"), authorities=("Barnet", "Atlantis"))
    assert [fault.column for fault in caught.value.faults] == [
        "sibling_share",
        "num_children",
        "scarcity",
        "authorities",
    ]
    assert "Atlantis" in str(caught.value)


def test_authorities_by_name_code_or_region() -> None:
    """An authority may be named, given by code, or come with its region; a place named twice counts once."""
    assert replace(COUNCIL, authorities=("City of Westminster", "E09000033")).authority_ids == ("E09000033",)
    assert len(replace(COUNCIL, authorities=("North East", "Barnet")).authority_ids) == 13


@settings(max_examples=40)
@given(
    seed=st.integers(-(2**70), 2**70),
    num_children=st.integers(1, 16),
    sibling_share=st.floats(0, 1),
    waiting_share=st.floats(0, 1),
    scarcity=st.floats(0, 3),
    conflict_share=st.floats(0, 1),
    rematch_share=st.floats(0, 1),
    host_rings=st.integers(0, 1),
    authorities=st.sampled_from([("Barnet",), ("Rutland",), ("Isle of Wight",), ("Barnet", "City of London")]),
)
def test_never_contradicts_itself(seed: int, **options: object) -> None:
    """Whatever the seed and options, the instance passes its own cross-checks and is the same again."""
    profile = replace(SMALL, **options)
    instance = generate(profile, seed)
    assert instance == generate(profile, seed)
    assert len(instance.children) == profile.num_children
    assert len(instance.candidates()) == round(profile.waiting_share * profile.num_children)
    assert all(0 <= child.age_months < ADULT_MONTHS for child in instance.children)
    for child in instance.children:
        assert child.is_waiting or child.current_setting_id is not None
    assert num_vacant(instance) >= round(profile.scarcity * len(instance.candidates()))


def test_an_authority_that_is_none_is_told_in_one_sentence() -> None:
    """The fault says what is expected, then what is wrong with the name, then what it may have meant."""
    with pytest.raises(InstanceError) as caught:
        replace(PROFILES["council"], authorities=("Isles of Scilly",))
    assert [str(fault) for fault in caught.value.faults] == [
        "profile, column authorities: found 'Isles of Scilly'; expected an English authority by name or GSS code, or a "
        "region such as London; 'Isles of Scilly' is not an English local authority (did you mean Isle of Wight?)"
    ]
