"""The pairs that need a signature: just inside and just outside, and what the policy's price of the signature is."""

from __future__ import annotations

from rightplace.instances.children import Place, Sex, Urgency
from tests.rules.builders import Case, carer, child, each, home, inside, outside, pair, supported, teenager

_AUNT = child(connected_carer_ids=frozenset({"setting"}))
_CRITERIA = {"age_months": 156, "secure_criteria": True, "urgency": Urgency.EMERGENCY}

CASES = (
    inside("R24", "in area", lambda: pair(child(), home(authority_id="A")), pence=0),
    outside("R24", "in the adjoining area", lambda: pair(child(), home(authority_id="B")), pence=1_000),
    inside("R24", "at a distance, which asks for more", lambda: pair(child(), home(authority_id="FAR")), pence=0),
    inside("R24", "the authority's own carer", lambda: pair(child(), carer(authority_id="B")), pence=0),
    outside(
        "R24", "an agency's carer", lambda: pair(child(), carer(authority_id="B", provider_id="good")), pence=1_000
    ),
    outside(
        "R24",
        "the partner's own carer",
        lambda: pair(child(), carer(authority_id="B", provider_id="partner")),
        pence=1_000,
    ),
    inside(
        "R24",
        "an aunt whom another authority approved",
        lambda: pair(_AUNT, carer(authority_id="B", provider_id="partner", connected=True)),
        pence=0,
    ),
    outside(
        "R24",
        "adjoining, said by the other authority only",
        lambda: pair(child(authority_id="B"), home(authority_id="A", provider_id="good")),
        pence=1_000,
    ),
    inside("R25", "in area", lambda: pair(child(), home(authority_id="A")), pence=0),
    inside("R25", "in the adjoining area", lambda: pair(child(), home(authority_id="B")), pence=0),
    outside("R25", "beyond the adjoining area", lambda: pair(child(), home(authority_id="FAR")), pence=3_000),
    inside("R25", "the authority's own carer", lambda: pair(child(), carer(authority_id="FAR")), pence=0),
    outside("R25", "the authority's own home", lambda: pair(child(), home(authority_id="FAR")), pence=3_000),
    inside(
        "R25", "an aunt", lambda: pair(_AUNT, carer(authority_id="FAR", provider_id="good", connected=True)), pence=0
    ),
    inside("R21E", "as old as the oldest", lambda: pair(child(age_months=143), carer(age_max_months=143)), pence=0),
    outside("R21E", "a month too old", lambda: pair(child(age_months=144), carer(age_max_months=143)), pence=3_000),
    outside("R21E", "the other sex", lambda: pair(child(), carer(sexes=frozenset({Sex.FEMALE}))), pence=3_000),
    inside(
        "R21E", "a home has no such exception", lambda: pair(child(age_months=144), home(age_max_months=143)), pence=0
    ),
    inside("R15C", "a registered home", lambda: pair(child(deprivation_of_liberty=True), home()), pence=0),
    outside(
        "R15C",
        "a home that is not",
        lambda: pair(child(deprivation_of_liberty=True), home(registered=False)),
        pence=100_000,
    ),
    inside(
        "R15C",
        "supported accommodation, which has no such exception",
        lambda: pair(teenager(), supported(registered=False)),
        pence=0,
    ),
    inside(
        "R29C",
        "the court has made its order",
        lambda: pair(child(secure_order=True, **_CRITERIA), home(place=Place.K1)),
        pence=0,
    ),
    outside("R29C", "the court has not yet", lambda: pair(child(**_CRITERIA), home(place=Place.K1)), pence=3_000),
    inside("R29C", "no secure home", lambda: pair(child(**_CRITERIA), home()), pence=0),
)


@each(CASES)
def test_approval(case: Case) -> None:
    """Just inside the rule nobody signs and nothing is added; just outside the policy's price of the signature is."""
    case.test()
