"""Service: which cohort may live in which kind of place, by the same rules as a match, and what that means for it.

A representative child stands for each cohort and a representative setting for each supply; the catalogue's hard rules
are asked about every pair of them. Nobody lives anywhere, every place is free, and nothing is decided, so rules about
residents, vacancies and decisions say nothing. The representative child has the age in the middle of the band, lives at
the centre of the authority, is of no known sex (so of both), and has what its kind says:

- ``RESIDENTIAL``: fostering and supported accommodation are unsuitable. ``DEPRIVATION_OF_LIBERTY``: likewise, and two
  adults are needed. ``SOLO``: must live alone, and two adults are needed in a home. ``SECURE``: the criteria of section
  25 are met and a court has made its order. ``CONNECTED``: every connected carer of its own authority is a relative or
  friend; which of them is whose is known in a match only.

What a supply says of itself comes on top: the authorities that it is open to and its focus. Exceptions that the rules
let an authority make are taken as made where a lever or the market asks for them: a place stated to be open to an
authority may be used by it whoever runs it (P02), one stated to be for children who should live in a home may be of
another type (P07), supported accommodation stated to be for who must live alone has the adults for it (P08).
Furthermore: ``SECURE`` cohorts live in secure homes only, ``CONNECTED`` ones with connected carers only, ``SOLO`` ones
in settings with one place or in places stated to be for them, ``DEPRIVATION_OF_LIBERTY`` ones in registered homes only.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rightplace.errors import Fault, InstanceError
from rightplace.instances.authorisations import Authorisation
from rightplace.instances.children import AdultRatio, CaredForAlongside, Child, Place, Sex, Suitability
from rightplace.instances.cohorts import CohortKind
from rightplace.instances.geography import distance_tenths
from rightplace.instances.levers import DistanceBand, SettingType
from rightplace.instances.settings import Carer
from rightplace.instances.supply import MARKET_PROVIDER, Source, is_for
from rightplace.instances.supply_today import centre_of
from rightplace.rules.catalogue import lawful_among
from rightplace.rules.pairs import Facts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rightplace.instances.cohorts import Cohort
    from rightplace.instances.geography import Point
    from rightplace.instances.instance import Instance
    from rightplace.instances.planning_case import PlanningCase
    from rightplace.instances.supply import Supply

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

_FOR_HOMES = frozenset({CohortKind.RESIDENTIAL, CohortKind.DEPRIVATION_OF_LIBERTY})
MILES_IN_AREA = 2.0
"""The least distance of a place, since neither children nor settings are at the centre of their areas."""
NEAR_MILES = 20.0
"""The distance that the national return counts by (SSDA903: placed more than 20 miles from home)."""


@dataclass(frozen=True, slots=True, eq=False)
class Service:
    """The lawful and sensible pairs of a cohort and a supply, sorted by cohort, then supply: arrays over them.

    Parameters
    ----------
    cohort_idx, supply_idx
        Positions in the demand's cohorts and in the supplies.
    use_pence_per_week
        For each child who lives there: fee at the child's need level, with the framework's band and support.
    miles
        From the centre of the child's authority to the place, at least ``MILES_IN_AREA``; what the market says of its
        own.
    in_area, adjoining, within_20_miles
        Where the place lies, seen from the child's authority: in its area, in the area of a neighbour, and, these
        included or not, no farther than 20 miles. All that is in area is within 20 miles.
    is_together
        Brothers and sisters of the cohort live there together; true for cohorts without any.
    """

    cohort_idx: Ints
    supply_idx: Ints
    use_pence_per_week: Ints
    miles: Floats
    in_area: Mask
    adjoining: Mask
    within_20_miles: Mask
    is_together: Mask

    def where(self, rows: Ints) -> Service:
        """Some of the pairs, in the order of ``rows``."""
        parts = {field.name: getattr(self, field.name)[rows] for field in dataclasses.fields(self)}
        return Service(**parts)


def service_of(case: PlanningCase, supplies: Sequence[Supply]) -> Service:
    """Every lawful and sensible pair.

    Raises
    ------
    InstanceError
        Naming every cohort that no unlimited supply may serve: it could be left without a place. Also where a cohort's
        authority is not in the instance, or a centre that distances are measured from is not known.
    """
    cohorts = case.demand.cohorts
    facts = Facts(stand_ins(case, supplies))
    setting_idx = np.array([facts.setting_idx[supply.id] for supply in supplies], dtype=np.int64)
    supply_of_setting = np.empty(len(supplies), dtype=np.int64)
    supply_of_setting[setting_idx] = np.arange(len(supplies))
    pairs = lawful_among(facts, np.arange(len(cohorts)), setting_idx, if_vacant=True)
    cohort_idx, supply_idx = pairs.child_idx, supply_of_setting[pairs.setting_idx]
    is_meant = _are_meant(cohorts, supplies)[cohort_idx, supply_idx]
    cohort_idx, supply_idx = cohort_idx[is_meant], supply_idx[is_meant]
    _refuse_cohorts_without_a_place(cohorts, cohort_idx[[supplies[s].is_unlimited for s in supply_idx.tolist()]])
    levels = np.array([cohort.need_level for cohort in cohorts], dtype=np.int64)
    fees = np.array([supply.fee_pence_per_week for supply in supplies], dtype=np.int64)
    sizes = np.array([cohort.group_size for cohort in cohorts], dtype=np.int64)
    largest = np.array([supply.focus.group_size for supply in supplies], dtype=np.int64)
    where = _Where.of(case, supplies)
    seen_from = np.array([case.authority_ids.index(cohort.authority_id) for cohort in cohorts], dtype=np.int64)
    at = (seen_from[cohort_idx], supply_idx)
    where.refuse_unknown(case, supplies, at)
    return Service(
        cohort_idx=cohort_idx,
        supply_idx=supply_idx,
        use_pence_per_week=fees[supply_idx, levels[cohort_idx] - 1],
        miles=where.miles[at],
        in_area=where.in_area[at],
        adjoining=where.adjoining[at],
        within_20_miles=where.within_20_miles[at],
        is_together=(sizes[cohort_idx] == 1) | (largest[supply_idx] >= sizes[cohort_idx]),
    )


def _refuse_cohorts_without_a_place(cohorts: Sequence[Cohort], served: Ints) -> None:
    without = sorted(set(range(len(cohorts))) - set(served.tolist()))
    expected = (
        "a cohort that some place without limit may serve by the rules: mend the cohort, or add a row to the market"
    )
    if without:
        raise InstanceError([Fault("demand", None, "cohort", cohorts[i].id, expected) for i in without])


def stand_ins(case: PlanningCase, supplies: Sequence[Supply]) -> Instance:
    """The instance of the representatives, on the day and under the policy of the case."""
    instance = case.instance
    exceptions = (
        Authorisation(
            id=f"{rule} {supply.id}",
            rule=rule,
            setting_id=supply.id,
            authorised_by="whoever states the lever",
            authorised_on=instance.date,
        )
        for supply in supplies
        for rule in _exceptions(supply)
    )
    return instance.replace(
        children=tuple(_child(instance, cohort, supplies) for cohort in case.demand.cohorts),
        settings=tuple(supply.representative for supply in supplies),
        providers=(*instance.providers, MARKET_PROVIDER),
        sibling_groups=(),
        authorisations=tuple(exceptions),
        decisions=(),
    )


def _exceptions(supply: Supply) -> Iterator[str]:
    """The rules of the authority's own that a supply is excepted from, because of whom it is stated to be for."""
    kinds = supply.focus.kinds
    if supply.open_to_ids and supply.source is not Source.MARKET:
        yield "P02"
    if supply.type is not SettingType.RESIDENTIAL and kinds & _FOR_HOMES:
        yield "P07"
    if supply.type is SettingType.SUPPORTED and CohortKind.SOLO in kinds:
        yield "P08"


def _child(instance: Instance, cohort: Cohort, supplies: Sequence[Supply]) -> Child:
    kind = cohort.kind
    is_deprived = kind is CohortKind.DEPRIVATION_OF_LIBERTY
    two_adults = is_deprived or kind is CohortKind.SOLO
    connected = kind is CohortKind.CONNECTED
    return Child(
        id=cohort.id,
        age_months=cohort.middle_age_months,
        sex=Sex.UNKNOWN,
        home=centre_of(instance, cohort.authority_id),
        authority_id=cohort.authority_id,
        need_level=cohort.need_level,
        adult_ratio=AdultRatio.TWO_TO_ONE if two_adults else AdultRatio.STANDARD,
        uasc=kind is CohortKind.UNACCOMPANIED,
        remand=kind is CohortKind.REMAND,
        parent_and_child=kind is CohortKind.PARENT_AND_CHILD,
        deprivation_of_liberty=is_deprived,
        secure_criteria=kind is CohortKind.SECURE,
        secure_order=kind is CohortKind.SECURE,
        cared_for_alongside=CaredForAlongside.SOLO if kind is CohortKind.SOLO else CaredForAlongside.NO_PREFERENCE,
        foster_suitability=Suitability.UNSUITABLE if kind in _FOR_HOMES else Suitability.NOT_SPECIFIED,
        supported_suitability=Suitability.UNSUITABLE if kind in _FOR_HOMES else Suitability.NOT_SPECIFIED,
        connected_carer_ids=_relatives(instance, cohort, supplies) if connected else frozenset(),
    )


def _relatives(instance: Instance, cohort: Cohort, supplies: Sequence[Supply]) -> frozenset[str]:
    """The connected carers that may be a child's of the cohort: approved by its authority, or nobody knows by whom."""
    owner = {provider.id: provider.authority_id for provider in instance.providers}
    allowed = (None, cohort.authority_id)
    connected = (supply for supply in supplies if supply.connected)
    return frozenset(s.id for s in connected if owner.get(s.representative.offer.provider_id) in allowed)


def _are_meant(cohorts: Sequence[Cohort], supplies: Sequence[Supply]) -> Mask:
    """(num_cohorts, num_supplies): what supplies say of themselves, beside the rules, lets the cohort in."""
    alike = {dataclasses.replace(cohort, authority_id="", group_size=1): 0 for cohort in cohorts}
    row = {cohort: i for i, cohort in enumerate(alike)}
    meant = np.array([[_is_meant(cohort, supply) for supply in supplies] for cohort in row], dtype=np.bool_)
    authorities = {cohort.authority_id: 0 for cohort in cohorts}
    open_to = {
        authority: np.array([not s.open_to_ids or authority in s.open_to_ids for s in supplies], dtype=np.bool_)
        for authority in authorities
    }
    rows = [row[dataclasses.replace(cohort, authority_id="", group_size=1)] for cohort in cohorts]
    return meant[rows] & np.array([open_to[cohort.authority_id] for cohort in cohorts])


def _is_meant(cohort: Cohort, supply: Supply) -> bool:
    setting, kind = supply.representative, cohort.kind
    if supply.connected is not (kind is CohortKind.CONNECTED) or not is_for(supply.focus, cohort):
        return False
    match kind:
        case CohortKind.SECURE:
            return setting.place is Place.K1
        case CohortKind.SOLO:
            return setting.offer.terms.num_places == 1 or kind in supply.focus.kinds
        case CohortKind.DEPRIVATION_OF_LIBERTY:
            return isinstance(setting, Carer) or setting.registered
        case _:
            return True


@dataclass(frozen=True, slots=True, eq=False)
class _Where:
    """(num_authorities, num_supplies): where each supply lies, seen from each authority of the plan."""

    miles: Floats
    in_area: Mask
    adjoining: Mask
    within_20_miles: Mask

    @classmethod
    def of(cls, case: PlanningCase, supplies: Sequence[Supply]) -> _Where:
        """Where the supplies lie; ``nan`` miles where a centre is not known."""
        areas, bands = [s.authority_id for s in supplies], [s.band for s in supplies]
        authorities = np.array(case.authority_ids)[:, None]
        in_area = (authorities == np.array([area or "" for area in areas])) | _is_any(bands, DistanceBand.IN_AREA)
        adjoining = _adjoining(case, areas) | _is_any(bands, DistanceBand.ADJOINING)
        miles = np.maximum(_miles(case, supplies), MILES_IN_AREA)
        miles[in_area & np.isnan(miles)] = MILES_IN_AREA
        stated = np.array([np.nan if supply.miles is None else supply.miles for supply in supplies])
        miles = np.where(np.isnan(stated), miles, stated)
        far = _is_any(bands, DistanceBand.BEYOND)
        within = in_area | _is_any(bands, DistanceBand.WITHIN_20_MILES) | ((miles <= NEAR_MILES) & ~far)
        return cls(miles, in_area, adjoining & ~in_area, within)

    def refuse_unknown(self, case: PlanningCase, supplies: Sequence[Supply], at: tuple[Ints, Ints]) -> None:
        """Refuse pairs whose distance nobody knows, because a centre is missing."""
        unknown = np.isnan(self.miles[at])
        ends = {case.authority_ids[i] for i in at[0][unknown].tolist()}
        ends |= {supplies[s].authority_id or "" for s in at[1][unknown].tolist()}
        lacking = sorted(key for key in ends if centre_of(case.instance, key).easting is None)
        if lacking:
            expected = "the centre of the authority: a plan measures distances between centres"
            raise InstanceError([Fault("authorities", None, "centre", key, expected) for key in lacking])


def _is_any(bands: Sequence[DistanceBand | None], band: DistanceBand) -> Mask:
    return np.array([found is band for found in bands], dtype=np.bool_)


def _adjoining(case: PlanningCase, areas: Sequence[str | None]) -> Mask:
    """(num_authorities, num_supplies): the area shares a boundary with the authority's, whichever of them says so."""
    known = case.instance.authority
    found = np.zeros((len(case.authority_ids), len(areas)), dtype=np.bool_)
    for i, authority_id in enumerate(case.authority_ids):
        for s, area in enumerate(areas):
            if area is not None:
                found[i, s] = area in known[authority_id].neighbour_ids or authority_id in known[area].neighbour_ids
    return found


def _miles(case: PlanningCase, supplies: Sequence[Supply]) -> Floats:
    """(num_authorities, num_supplies): straight lines from the centres; ``nan`` where an end is unknown."""
    east, north, known = _metres([centre_of(case.instance, authority_id) for authority_id in case.authority_ids])
    to_east, to_north, to_known = _metres([supply.representative.offer.location for supply in supplies])
    tenths = distance_tenths(east[:, None], north[:, None], to_east, to_north)
    return np.where(known[:, None] & to_known, tenths / 10, np.nan)


def _metres(points: Sequence[Point]) -> tuple[Ints, Ints, Mask]:
    """Eastings, northings (0 where unknown), and whether each point is known."""
    known = np.array([point.easting is not None for point in points], dtype=np.bool_)
    east = np.array([point.easting or 0 for point in points], dtype=np.int64)
    north = np.array([point.northing or 0 for point in points], dtype=np.int64)
    return east, north, known
