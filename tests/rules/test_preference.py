"""What is wanted: pairs that lack nothing and pairs that lack a little, with amounts and pence worked by hand."""

from __future__ import annotations

from rightplace.instances.children import Ethnicity, Place, Suitability, Wish
from rightplace.instances.geography import UNKNOWN_LOCATION
from tests.rules.builders import DAY, Case, carer, child, each, east_of_home, filled, home, inside, outside, pair

# One tenth of a mile is 160.93 m; the first rounds up from 80.465 m, the 20th holds until 3,299.065 m, and five miles
# (50 tenths) hold until 50.5 x 160.93 m = 8,126.965 m.
_DOOR, _TENTH, _TWO_MILES, _FIVE_MILES, _FARTHER = map(east_of_home, (80, 81, 3_299, 8_126, 8_127))
_PUPIL, _MUST_STAY = child(school=east_of_home(0)), child(school=east_of_home(0), must_stay_at_school=True)
_MUSLIM = child(religion="muslim", wishes=frozenset({Wish.FAITH}))
_SPEAKER = child(languages=frozenset({"arabic", "french"}), wishes=frozenset({Wish.LANGUAGE}))
_BAFR = child(ethnicity=Ethnicity.BAFR, wishes=frozenset({Wish.ETHNICITY}))
_SETTLED = {"is_waiting": False, "may_move": True}

_NIECE = child(connected_carer_ids=frozenset({"aunt"}))
_AUNT = carer("aunt", connected=True)

CASES = (
    inside("R03", "no connected carer", lambda: pair(child(), carer()), amount=0, pence=0),
    outside("R03", "an aunt who could", lambda: pair(_NIECE, carer(), elsewhere=(_AUNT,)), amount=1, pence=60_000),
    inside(
        "R03",
        "with that aunt",
        lambda: pair(child(connected_carer_ids=frozenset({"setting"})), carer(connected=True)),
        amount=0,
        pence=0,
    ),
    inside(
        "R03",
        "an aunt who has no place",
        lambda: pair(_NIECE, carer(), elsewhere=(carer("aunt", connected=True, place_counts=(filled(),)),)),
        amount=0,
        pence=0,
    ),
    outside(
        "R03",
        "an aunt whom the child lives with and need not leave",
        lambda: pair(
            child(connected_carer_ids=frozenset({"aunt"}), current_setting_id="aunt", **_SETTLED),
            carer(),
            elsewhere=(carer("aunt", connected=True, place_counts=(filled(),)),),
            rematch=True,
        ),
        amount=1,
        pence=60_000,
    ),
    inside("R32", "adoption not considered", lambda: pair(child(), carer()), amount=0, pence=0),
    outside(
        "R32", "considered, any carer", lambda: pair(child(adoption_considered=True), carer()), amount=1, pence=10_000
    ),
    inside(
        "R32",
        "considered, foster for adoption",
        lambda: pair(child(adoption_considered=True), carer(place=Place.U5)),
        amount=0,
        pence=0,
    ),
    inside(
        "R32",
        "considered, an aunt",
        lambda: pair(
            child(adoption_considered=True, connected_carer_ids=frozenset({"setting"})), carer(connected=True)
        ),
        amount=0,
        pence=0,
    ),
    inside("R04", "80 m round to no tenth", lambda: pair(child(), carer(location=_DOOR)), amount=0, pence=0),
    outside(
        "R04", "81 m round to a tenth: 400 / 10", lambda: pair(child(), carer(location=_TENTH)), amount=1, pence=40
    ),
    outside("R04", "2.0 miles: 2 x 400", lambda: pair(child(), carer(location=_TWO_MILES)), amount=20, pence=800),
    outside(
        "R04",
        "half a penny rounds up: 405 / 10",
        lambda: pair(child(), carer(location=_TENTH), policy={"price": {"mile_from_home": 405}}),
        amount=1,
        pence=41,
    ),
    inside("R04", "unknown", lambda: pair(child(), carer(location=UNKNOWN_LOCATION)), amount=0, pence=0),
    inside("R05", "at the school's door", lambda: pair(_PUPIL, carer(location=_DOOR)), amount=0, pence=0),
    outside("R05", "2.0 miles: 2 x 400", lambda: pair(_PUPIL, carer(location=_TWO_MILES)), amount=20, pence=800),
    inside("R05", "a child without a school", lambda: pair(child(), carer(location=_TWO_MILES)), amount=0, pence=0),
    inside("R05C", "5.0 miles", lambda: pair(_PUPIL, carer(location=_FIVE_MILES)), amount=0, pence=0),
    outside("R05C", "5.1 miles", lambda: pair(_PUPIL, carer(location=_FARTHER)), amount=1, pence=6_000),
    inside(
        "R05C",
        "5.1 miles, another rule's school",
        lambda: pair(_MUST_STAY, carer(location=_FARTHER)),
        amount=0,
        pence=0,
    ),
    inside("R05M", "5.0 miles", lambda: pair(_MUST_STAY, carer(location=_FIVE_MILES)), amount=0, pence=0),
    outside("R05M", "5.1 miles", lambda: pair(_MUST_STAY, carer(location=_FARTHER)), amount=1, pence=25_000),
    inside(
        "R05M", "5.1 miles, another rule's school", lambda: pair(_PUPIL, carer(location=_FARTHER)), amount=0, pence=0
    ),
    inside("R08", "in area", lambda: pair(child(), carer(authority_id="A")), amount=0, pence=0),
    outside("R08", "in the adjoining area", lambda: pair(child(), carer(authority_id="B")), amount=1, pence=4_000),
    inside(
        "R10F", "the faith is supported", lambda: pair(_MUSLIM, carer(faiths=frozenset({"muslim"}))), amount=0, pence=0
    ),
    outside(
        "R10F", "another faith is", lambda: pair(_MUSLIM, carer(faiths=frozenset({"hindu"}))), amount=1, pence=5_000
    ),
    inside("R10F", "no wish", lambda: pair(child(religion="muslim"), carer()), amount=0, pence=0),
    inside(
        "R10F",
        "a wish, but no faith recorded",
        lambda: pair(child(wishes=frozenset({Wish.FAITH})), carer()),
        amount=0,
        pence=0,
    ),
    inside(
        "R10L",
        "one of the languages is spoken",
        lambda: pair(_SPEAKER, home(languages=frozenset({"french"}))),
        amount=0,
        pence=0,
    ),
    outside(
        "R10L", "none is spoken", lambda: pair(_SPEAKER, home(languages=frozenset({"urdu"}))), amount=1, pence=5_000
    ),
    inside("R10L", "no wish", lambda: pair(child(languages=frozenset({"arabic"})), home()), amount=0, pence=0),
    inside(
        "R10E",
        "shared",
        lambda: pair(_BAFR, carer(ethnicities=frozenset({Ethnicity.BAFR, Ethnicity.WBRI}))),
        amount=0,
        pence=0,
    ),
    outside(
        "R10E", "not shared", lambda: pair(_BAFR, carer(ethnicities=frozenset({Ethnicity.WBRI}))), amount=1, pence=3_000
    ),
    inside("R10E", "a home", lambda: pair(_BAFR, home()), amount=0, pence=0),
    inside("R10E", "no wish", lambda: pair(child(ethnicity=Ethnicity.BAFR), carer()), amount=0, pence=0),
    inside(
        "P10", "preferred", lambda: pair(child(foster_suitability=Suitability.PREFERRED), carer()), amount=0, pence=0
    ),
    outside(
        "P10",
        "suitable but not preferred",
        lambda: pair(child(foster_suitability=Suitability.SUITABLE), carer()),
        amount=1,
        pence=10_000,
    ),
    inside("P10", "not specified", lambda: pair(child(), carer()), amount=0, pence=0),
    inside("P11", "a child who waits", lambda: pair(child(), carer()), amount=0, pence=0),
    outside(
        "P11",
        "a child who need not move",
        lambda: pair(
            child(current_setting_id="other", **_SETTLED),
            carer(),
            rematch=True,
            elsewhere=(carer("other", place_counts=(filled(),)),),
        ),
        amount=1,
        pence=30_000,
    ),
    inside(
        "P11",
        "who stays",
        lambda: pair(child(current_setting_id="setting", **_SETTLED), carer(place_counts=(filled(),)), rematch=True),
        amount=0,
        pence=0,
    ),
)


@each(CASES)
def test_preference(case: Case) -> None:
    """Where nothing is lacking nothing is added; where something is, its amount times the policy's price."""
    case.test()


def test_a_settled_child_with_a_relative_needs_no_day() -> None:
    """Of a child who stays, whose day is later than all others, no connected carer is asked for a place."""
    settled = child(
        "settled", current_setting_id="other", connected_carer_ids={"aunt"}, needed_by=DAY.replace(day=30), **_SETTLED
    )
    row = pair(
        child(),
        carer(),
        beside=(settled,),
        elsewhere=(carer("other", place_counts=(filled(),)), carer("aunt", connected=True)),
    )
    assert row.facts.has_lawful_connected_carer.tolist() == [False, False]
