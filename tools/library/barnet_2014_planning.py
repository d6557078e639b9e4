"""The planning inputs of ``barnet_2014`` that follow from printed figures: supply as counted, demand, the schedule.

``rightplace/instances/library/barnet_2014/planning/README.md`` says which figure is printed where, and which are ours.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from rightplace.files import write_csv
from rightplace.instances.children import ADULT_MONTHS
from rightplace.instances.cohorts import Cohort, CohortKind
from rightplace.instances.geography import find_authority
from rightplace.instances.quarters import QUARTERS_A_YEAR, Quarter
from rightplace.instances.settings import Carer, Home, PlaceCount, PlaceState, Support
from rightplace.instances.tables import instance_sheets
from tools.library import barnet_2014
from tools.library.world import BARNET, CONSORTIUM

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from rightplace.files import Row
    from rightplace.instances.instance import Instance
    from rightplace.instances.settings import Setting

FIRST = Quarter(2014, 2)
NUM_QUARTERS = 6 * QUARTERS_A_YEAR
NUM_PLACES = 135
"""One and a half a household: 144 places of 96 households a year later (figure 23)."""
IFA_PENCE = 90_100
HOME_PENCE = 370_800
"""Pence a week, figure 12."""

RECRUITED = {
    "ages_0_4": (3, 3, 4, 4, 2, 2),
    "ages_5_9": (3, 5, 5, 5, 3, 3),
    "ages_10_15": (6, 8, 8, 9, 4, 4),
    "ages_16_17": (4, 6, 6, 6, 4, 4),
}
"""Households by year from 2014/15. Printed for ages 10 to 15 in the last two years: 5, but then the ages add to 14."""

JOINED = tuple(zip(*RECRUITED.values(), strict=True))
"""By year, the households of each age."""
LEAVING = (10, 11, 12, 13, 13, 13)
"""De-registrations by year, figure 23."""
NUM_HOUSEHOLDS = 90
CHILDREN_A_HOUSEHOLD = 1.5 * 0.764
"""Places by household and the share of them in use: ``levers/assumptions.csv``."""
NUM_IN_HOUSE, NUM_NO_SUPPORT = 102, 14
"""Children with Barnet's carers today (figure 11), and with agencies only for want of those (figure 22, level 1)."""

_MAINSTREAM, _RESIDENTIAL = CohortKind.MAINSTREAM, CohortKind.RESIDENTIAL
_CONNECTED = CohortKind.CONNECTED
COHORT: tuple[tuple[str, CohortKind, int, tuple[int, int, int, int]], ...] = (
    ("LBB fostering", _MAINSTREAM, 1, (37, 26, 39, 0)),
    ("IFA fostering, level 1", _MAINSTREAM, 1, (0, 3, 11, 0)),
    ("IFA fostering, level 2", _MAINSTREAM, 2, (4, 13, 37, 0)),
    ("IFA fostering, level 3", _MAINSTREAM, 3, (4, 5, 12, 0)),
    ("Kinship / reg 24", _CONNECTED, 1, (6, 13, 11, 0)),
    ("Residential, level 3", _RESIDENTIAL, 3, (0, 2, 27, 0)),
    ("Residential, level 4", _RESIDENTIAL, 4, (0, 0, 6, 10)),
    ("Other: semi-independent, level 1", _RESIDENTIAL, 1, (0, 0, 0, 29)),
    ("Other: semi-independent, level 2, and family assessment", _RESIDENTIAL, 2, (0, 0, 0, 12)),
    ("Other: placed for adoption", _CONNECTED, 1, (7, 0, 0, 0)),
)
"""Row of figures 11 and 22, kind, need level, children by age band. Ages are those of the instance, which are ours, but
fostered young people of 16 and 17 stand in the band below: by law they could live in supported accommodation, for less.
"""


def write_planning(folder: Path) -> None:
    """Write what follows from figures into the planning folder of the instance."""
    _write_supply(folder / "instance")
    write_csv(folder / "demand.csv", ("cohort", "quarter", "scenario", "children"), _demand())
    stand_still = {
        profile: tuple(n * left / sum(joined) for n, left, joined in zip(households, LEAVING, JOINED, strict=True))
        for profile, households in RECRUITED.items()
    }
    schedules = {
        "published": _recruitment(RECRUITED),
        "published_with_support": [*_recruitment(RECRUITED), *_support()],
        "stand_still": _recruitment(stand_still),
    }
    for name, rows in schedules.items():
        write_csv(folder / f"{name}.csv", ("lever", "quantity", "quarter"), rows)


def _write_supply(folder: Path) -> None:
    sheets = instance_sheets(as_counted(barnet_2014.build()))
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("carers", "homes"):
        columns, rows = sheets[name]
        write_csv(folder / f"{name}.csv", columns, rows)


def as_counted(instance: Instance) -> Instance:
    """Supply as figures 12 and 23 count it: 90 households, 135 places, one price for each type of provision.

    Barnet's respite carers and the consortium's vacancies, which the figures leave out, are left out. The places that
    the instance has beyond 135 come off what is not available, one a household.
    """
    own = {p.id for p in instance.providers if p.authority_id == BARNET}
    consortium = {find_authority(name).id for name in CONSORTIUM}
    partners = {p.id for p in instance.providers if p.authority_id in consortium}
    surplus = -NUM_PLACES
    kept: list[Setting] = []
    for setting in instance.settings:
        if setting.offer.provider_id in partners or "respite only" in setting.offer.skills:
            continue
        match setting:
            case Carer(connected=False) if setting.offer.provider_id in own:
                surplus += setting.offer.terms.num_places
                kept.append(_plain_carer(setting))
            case Carer(connected=False):
                kept.append(_priced(setting, IFA_PENCE))
            case Home() if setting.offer.provider_id not in own and setting.place.value != "R3":
                kept.append(_priced(setting, HOME_PENCE))
            case _:
                kept.append(setting)
    for position, setting in enumerate(kept):
        if surplus and isinstance(setting, Carer) and setting.offer.provider_id in own and _can_lose_a_place(setting):
            kept[position] = _without_a_place(setting)
            surplus -= 1
    if surplus:
        raise ValueError(f"{surplus} places too many, and no household to take them off")
    return instance.replace(settings=tuple(kept))


def _plain_carer(carer: Carer) -> Carer:
    """A household as figures 22 and 23 count it: any age, and nothing beyond need level 1 without further support."""
    terms = replace(carer.offer.terms, age_min_months=0, age_max_months=ADULT_MONTHS - 1, need_level=1)
    return replace(carer, offer=replace(carer.offer, terms=terms), support_limit=Support.NONE)


def _priced(setting: Carer | Home, pence: int) -> Carer | Home:
    return replace(setting, offer=replace(setting.offer, fees_pence_per_week=(pence,) * 4, contract_id=None))


def _can_lose_a_place(carer: Carer) -> bool:
    states = Counter({count.state: count.num_places for count in carer.offer.place_counts})
    return states[PlaceState.FILLED] > 0 and states[PlaceState.NOT_AVAILABLE] > 0


def _without_a_place(carer: Carer) -> Carer:
    counts = [c for c in carer.offer.place_counts if c.state is not PlaceState.NOT_AVAILABLE]
    left = sum(c.num_places for c in carer.offer.place_counts if c.state is PlaceState.NOT_AVAILABLE) - 1
    if left:
        counts.append(PlaceCount(PlaceState.NOT_AVAILABLE, left))
    terms = replace(carer.offer.terms, num_places=carer.offer.terms.num_places - 1)
    return replace(carer, offer=replace(carer.offer, terms=terms, place_counts=tuple(counts)))


def _demand() -> list[Row]:
    """The cohort of figures 11 and 22 in every quarter: section 8.2 assumes that the number of children is stable."""
    children: Counter[Cohort] = Counter()
    for _, kind, level, by_age in COHORT:
        for band, number in enumerate(by_age):
            children[Cohort(BARNET, band, level, kind)] += number
    return [
        {"cohort": cohort.id, "quarter": str(FIRST + t), "scenario": "stable", "children": number}
        for t in range(NUM_QUARTERS)
        for cohort, number in sorted(children.items())
        if number
    ]


def _recruitment(by_profile: Mapping[str, Sequence[float]]) -> list[Row]:
    """A quarter of each year's recruits is approved in each quarter, and has room from the start of the next one."""
    rows: list[Row] = []
    for t in range(1, NUM_QUARTERS):
        year = (t - 1) // QUARTERS_A_YEAR
        for profile, households in by_profile.items():
            rows.append({"lever": profile, "quantity": round(households[year] / 4, 6), "quarter": str(FIRST + t)})
    return rows


def _support() -> list[Row]:
    """Of the children whom the growth takes in-house a third need no, a third low, a third medium support.

    Section 8.2. Once the children who need none are all in-house, half of the others need low and half medium support.
    """
    rows: list[Row] = []
    for t in range(1, NUM_QUARTERS):
        taken = max(0.0, CHILDREN_A_HOUSEHOLD * _households(t) - NUM_IN_HOUSE)
        each = round((taken - min(taken / 3, NUM_NO_SUPPORT)) / 2, 2)
        rows += [
            {"lever": f"support_{tier}", "quantity": each, "quarter": str(FIRST + t)} for tier in ("low", "medium")
        ]
    return rows


def _households(t: int) -> float:
    """Households at the start of a quarter of the plan, when every quarter of a year adds and loses as many."""
    gains = [sum(joined) - left for joined, left in zip(JOINED, LEAVING, strict=True)]
    return NUM_HOUSEHOLDS + sum(gains[quarter // QUARTERS_A_YEAR] / QUARTERS_A_YEAR for quarter in range(t))
