"""The words of the Ofsted lists of providers: names of columns, codes and labels, in all layouts that we know.

Column names are in lower case with underscores for spaces, as ``rightplace.files`` reads them. Sources: the samples of
``data-to-insight/csc-validator-be-903`` and its ``ingress.py`` (which of two columns holds which code), the categories
of supported accommodation from SI 2023/416 regulation 2.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rightplace.instances.children import NeedCategory, Place
from rightplace.instances.settings import AccommodationCategory, Grade, Sector

if TYPE_CHECKING:
    from collections.abc import Mapping

HOME_PLACES = frozenset({Place.K1, Place.K2, Place.R1, Place.R2, Place.R3, Place.R5, Place.S1, Place.P3})
SUPPORTED_PLACES = frozenset({Place.K3, Place.H5, Place.P2})
FOSTER_PLACES = frozenset({Place.U1, Place.U2, Place.U3, Place.U4, Place.U5, Place.U6})
ADOPTION_PLACES = frozenset({Place.A3, Place.A4, Place.A5, Place.A6})

NAMES: Mapping[str, tuple[str, ...]] = {
    "urn": ("urn",),
    "authority": ("setting_local_authority", "local_authority", "provider_local_authority"),
    "type": ("provider_type", "provision_type"),
    "subtype": ("provider_subtype",),
    "sector": ("sector",),
    "name": ("setting_name", "provider_name"),
    "status": ("setting_status", "registration_status", "provider_status"),
    "registered_on": ("registration_date",),
    "closed_on": ("deregistration_date", "closed_date", "date_closed"),
    "place": ("placement_code", "provider_code"),
    "postcode": ("setting_address_postcode", "setting_postcode", "provider_postcode", "postcode"),
    "grade": (
        "overall_effectiveness",
        "latest_overall_effectiveness_grade_from_last_full_inspection",
        "overall_experiences_and_progress_of_children_and_young_people",
    ),
    "num_places": ("number_of_registered_places", "max_users", "capacity", "maximum_fostering_places", "places"),
    "category": ("setting_category",),
    "owner_id": ("owner_id",),
    "owner": ("owner_name", "organisation_name", "organisation_which_owns_the_provider"),
}
NEEDS = {
    "emotional_and_behavioural_difficulties": NeedCategory.EMOTIONAL_BEHAVIOURAL,
    "mental_disorders": NeedCategory.MENTAL_DISORDER,
    "sensory_impairment": NeedCategory.SENSORY_IMPAIRMENT,
    "present_alcohol_problems": NeedCategory.ALCOHOL,
    "present_drug_problems": NeedCategory.DRUGS,
    "learning_difficulty": NeedCategory.LEARNING_DIFFICULTY,
    "physical_disabilities": NeedCategory.PHYSICAL_DISABILITY,
}
SECTORS = {
    "local authority": Sector.LOCAL_AUTHORITY,
    "public": Sector.LOCAL_AUTHORITY,
    "private": Sector.PRIVATE,
    "voluntary": Sector.VOLUNTARY,
    "health": Sector.HEALTH,
    "health authority": Sector.HEALTH,
}
GRADES = {
    "outstanding": Grade.OUTSTANDING,
    "good": Grade.GOOD,
    "requires improvement": Grade.REQUIRES_IMPROVEMENT,
    "requires improvement to be good": Grade.REQUIRES_IMPROVEMENT,
    "adequate": Grade.REQUIRES_IMPROVEMENT,  # the word until 2015
    "satisfactory": Grade.REQUIRES_IMPROVEMENT,  # and before that
    "inadequate": Grade.INADEQUATE,
}
UNGRADED = re.compile(r"-?|n/?a|null|not (yet|provided|inspected|judged|applicable).*", re.IGNORECASE)
CLOSED = re.compile(r"closed|resigned|cancelled|deregistered|expired|removed|refused|withdrawn", re.IGNORECASE)
TYPES: tuple[tuple[re.Pattern[str], Place], ...] = tuple(
    (re.compile(words, re.IGNORECASE), place)
    for words, place in (
        ("supported accommodation", Place.K3),
        ("foster", Place.U6),
        ("adoption", Place.A3),
        ("secure", Place.K1),
        ("children'?s'? home", Place.K2),
        ("residential special school|boarding school", Place.S1),
        ("family centre", Place.R3),
    )
)
CATEGORIES: tuple[tuple[re.Pattern[str], AccommodationCategory], ...] = tuple(
    (re.compile(words, re.IGNORECASE), category)
    for words, category in (
        ("(category )?1|.*(self[- ]contained|single occupancy).*", AccommodationCategory.SELF_CONTAINED),
        ("(category )?4|.*(private residence|lodgings|host).*", AccommodationCategory.LODGINGS),
        ("(category )?3|.*(not (limited|restricted|only)|open to|any age).*", AccommodationCategory.SHARED_OPEN),
        ("(category )?2|.*(shared|group).*", AccommodationCategory.SHARED_FOR_CARE),
    )
)
