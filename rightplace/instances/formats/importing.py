"""An instance from national files: the children of an SSDA903 return, the homes of an Ofsted list, carers of a table.

What the files do not hold (need levels, brothers and sisters, fees, schools) stays absent: the policy's defaults stand
in for it, and the report says for how many.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from rightplace.errors import Fault, InstanceError
from rightplace.files import Row, Sheet, read_csv
from rightplace.instances.children import Child, Ethnicity, LegalStatus, Place, Sex
from rightplace.instances.formats.living import OUTSIDE_ENGLAND, Living, Movable, Waiting, house
from rightplace.instances.formats.locations import Locator
from rightplace.instances.formats.ofsted import OfstedList, own_service, read_ofsted
from rightplace.instances.formats.report import ImportReport, RowCount, Tally
from rightplace.instances.formats.ssda903 import ChildInCare, Return903, read_ssda903
from rightplace.instances.geography import english_authorities, find_authority
from rightplace.instances.instance import Instance
from rightplace.instances.policy import default_policy
from rightplace.instances.schema import CARERS
from rightplace.instances.settings import Carer, Home, Provider, Sector, Setting, SupportedAccommodation
from rightplace.instances.tables import read_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from rightplace.instances.geography import Authority
    from rightplace.instances.policy import Policy

_THIRTEEN_MONTHS = 13 * 12
_IN_HOUSE = "in-house"
T = TypeVar("T")
_SEXES = {"1": Sex.MALE, "2": Sex.FEMALE, "M": Sex.MALE, "F": Sex.FEMALE, "U": Sex.UNKNOWN}


def import_ssda903(
    folder: Path,
    day: date,
    ofsted: Sequence[Path] = (),
    carers: Path | None = None,
    authority: str | None = None,
    *,
    waiting: Waiting = Waiting.TEMPORARY,
    movable: Movable = Movable.AGENCY,
    policy: Policy | None = None,
) -> tuple[Instance, ImportReport]:
    """The children in care on a day with where they live, and the settings that lists and tables give.

    Parameters
    ----------
    folder
        Header, episodes and uasc files; see ``rightplace.instances.formats.ssda903``.
    day
        The date of the instance.
    ofsted
        Lists of providers (.xlsx or .csv); see ``rightplace.instances.formats.ofsted``.
    carers
        A CSV in the columns of the carers table of an instance; provider_id may name an authority, an agency by URN or
        anything else, and is the authority's own service when blank.
    authority
        The responsible authority, by name or code, for files without the column LA.
    waiting, movable
        Which children wait for a home, and to which another may be proposed.
    policy
        Kept with the instance; the default policy when absent.

    Raises
    ------
    InstanceError
        Listing every fault of all the files. Rows that cannot be used are counted in the report instead.
    """
    tally = Tally()
    faults: list[Fault] = []
    returned = _collect(faults, lambda: read_ssda903(folder, day, authority, tally))
    listed = _collect(faults, lambda: read_ofsted(ofsted, day, tally))
    households = _collect(faults, lambda: _read_carers(carers) if carers is not None else _Carers())
    if returned is None or listed is None or households is None:
        raise InstanceError(faults)
    chosen = policy if policy is not None else default_policy()
    housed = house(returned.children, listed, waiting, movable, tally)
    providers = {provider.id: provider for provider in housed.providers}
    own = tuple(_own(carer, returned.children, listed, providers, tally) for carer in households.carers)
    settings = (*own, *housed.settings)
    children = _children(housed.living, tally)
    instance = Instance(
        name=f"{folder.resolve().name} {day.isoformat()}",
        date=day,
        children=children,
        settings=settings,
        providers=tuple(providers.values()),
        authorities=_authorities(children, settings, providers.values()),
        policy=chosen,
    )
    if ofsted:
        note = "settings of the Ofsted list whose places are vacant unless a child of the return lives there"
        tally.notes[note] = len(listed.homes) + len(listed.supported)
    report = _report(instance, returned, (*listed.files, *households.files), housed.living, housed.lives, tally)
    return instance, report


def _collect(faults: list[Fault], read: Callable[[], T]) -> T | None:
    """What reading gives; ``None`` when it was refused, with its faults added to the others."""
    try:
        return read()
    except InstanceError as error:
        faults += error.faults
        return None


@dataclass(frozen=True, slots=True)
class _Carers:
    """Carers as a table has them, and what became of its rows."""

    carers: tuple[Carer, ...] = ()
    files: tuple[RowCount, ...] = ()


def _read_carers(path: Path) -> _Carers:
    if not path.is_file():
        raise InstanceError([Fault(str(path), None, None, None, "a CSV file of carers; there is none here")])
    sheet = read_csv(path)
    default: Row = {"provider_id": _IN_HOUSE}
    rows = [(number, default | row) for number, row in sheet.rows]
    whole = Sheet(sheet.source, tuple(dict.fromkeys((*sheet.columns, "provider_id"))), rows)
    carers = tuple(setting for setting in read_settings(whole, CARERS) if isinstance(setting, Carer))
    return _Carers(carers, (RowCount.of(sheet.source, "carers", len(sheet.rows), [""] * len(carers)),))


def _own(
    carer: Carer,
    children: Sequence[ChildInCare],
    listed: OfstedList,
    providers: dict[str, Provider],
    tally: Tally,
) -> Carer:
    """A carer of the table with a provider that exists, made where nothing declares it."""
    name = carer.offer.provider_id
    if name == _IN_HOUSE:
        responsible = {child.authority_id for child in children}
        authority_id = responsible.pop() if len(responsible) == 1 else carer.offer.authority_id
        provider = own_service(authority_id)
    elif name in listed.agencies or name in providers:
        provider = providers[listed.agencies.get(name, name)]
    else:
        try:
            provider = own_service(find_authority(name).id)
        except ValueError:  # no authority: an agency that no list declares
            provider = Provider(id=name, name=name, sector=Sector.PRIVATE)
            tally.notes["carers of a provider that no list declares, taken as private"] += 1
    providers.setdefault(provider.id, provider)
    return replace(carer, offer=replace(carer.offer, provider_id=provider.id))


def _children(living: Iterable[Living], tally: Tally) -> tuple[Child, ...]:
    found = list(living)
    locator = Locator((item.child.home_post for item in found), tally)
    return tuple(_child(item, locator, tally) for item in found)


def _child(living: Living, locator: Locator, tally: Tally) -> Child:
    row = living.child
    home = locator.find(row.home_post, row.authority_id)
    locator.count(row.home_post, home, "home", "HOME_POST")
    if row.is_mother:
        tally.notes["young mothers in care (MOTHER): their babies are not in the header, so not matched with them"] += 1
    secure = living.place is Place.K1
    if secure:
        tally.notes["children in secure homes (K1): taken to meet the criteria and to be there by order"] += 1
    sex = _SEXES.get(row.sex)
    if sex is None:
        tally.unknown_codes[f"SEX {row.sex or 'blank'}"] += 1
    return Child(
        id=row.id,
        age_months=row.age_months,
        sex=sex if sex is not None else Sex.UNKNOWN,
        home=home,
        authority_id=row.authority_id,
        legal_status=_legal_status(row.legal_status, tally),
        ethnicity=_ethnicity(row.ethnic, tally),
        uasc=row.is_uasc,
        remand=row.legal_status == "J1",
        secure_criteria=secure,
        secure_order=secure,
        secretary_of_state_approval=secure and row.age_months < _THIRTEEN_MONTHS,
        is_waiting=living.is_waiting,
        may_move=living.may_move,
        current_setting_id=living.setting_id,
        current_place=living.place if living.setting_id is None else None,
    )


def _legal_status(code: str, tally: Tally) -> LegalStatus | None:
    if code in LegalStatus.__members__:
        return LegalStatus(code)
    tally.unknown_codes[f"LS {code or 'blank'}"] += 1
    return None


def _ethnicity(code: str, tally: Tally) -> Ethnicity | None:
    if code in Ethnicity.__members__:
        return Ethnicity(code)
    tally.unknown_codes[f"ETHNIC {code or 'blank'}"] += 1
    return None


def _authorities(
    children: Iterable[Child], settings: Iterable[Setting], providers: Iterable[Provider]
) -> tuple[Authority, ...]:
    used = {child.authority_id for child in children} | {setting.offer.authority_id for setting in settings}
    used |= {provider.authority_id for provider in providers if provider.authority_id is not None}
    known = {**english_authorities(), OUTSIDE_ENGLAND.id: OUTSIDE_ENGLAND}
    return tuple(known[key] for key in sorted(used))


def _report(
    instance: Instance,
    returned: Return903,
    other_files: tuple[RowCount, ...],
    living: Sequence[Living],
    lives: Mapping[str, int],
    tally: Tally,
) -> ImportReport:
    places = Counter(item.child.place or "blank" for item in living)
    return ImportReport(
        date=instance.date,
        files=(*returned.files, *other_files),
        files_not_read=returned.files_not_read,
        num_children=len(instance.children),
        num_waiting=sum(child.is_waiting for child in instance.children),
        num_movable=sum(child.may_move for child in instance.children),
        num_settings=len(instance.settings),
        lives=dict(sorted(lives.items())),
        places=dict(sorted(places.items())),
        precision={whose: dict(counts) for whose, counts in sorted(tally.precision.items())},
        invalid_postcodes=dict(sorted(tally.invalid_postcodes.items())),
        unknown_codes=dict(sorted(tally.unknown_codes.items())),
        absent=tuple(item for item in _absent(instance) if item[1]),
        notes={note: number for note, number in sorted(tally.notes.items()) if number},
        unreadable=returned.unreadable,
    )


def _absent(instance: Instance) -> Iterable[tuple[str, int, str]]:
    """What is absent: field, for how many, what the policy or the type takes in its place."""
    num = len(instance.children)
    levels, fees = instance.policy.default_need_level, instance.policy.default_fee
    yield "need level of children", num, f"{levels.child} (policy: default_need_level.child)"
    yield "brothers and sisters", num, "none: no sibling groups"
    yield "schools, needs, risks, religion, languages, wishes", num, "none known"
    yield "legal status", sum(child.legal_status is None for child in instance.children), "none known"
    yield "ethnicity", sum(child.ethnicity is None for child in instance.children), "none known"
    yield "sex", sum(child.sex is Sex.UNKNOWN for child in instance.children), "U"
    supported = levels.supported_accommodation
    kinds: tuple[tuple[str, type[Setting], int, set[int]], ...] = (
        ("carers", Carer, levels.carer, {fees.carer_in_house, fees.carer_independent, fees.carer_connected}),
        ("homes", Home, levels.home, {fees.home_in_house, fees.home_independent}),
        ("supported accommodation", SupportedAccommodation, supported, {fees.supported_accommodation}),
    )
    for name, kind, level, defaults in kinds:
        found = [setting for setting in instance.settings if isinstance(setting, kind)]
        shown = " or ".join(f"£{fee / 100:,.0f}" for fee in sorted(defaults))
        feeless = sum(not s.offer.fees_pence_per_week and s.offer.contract_id is None for s in found)
        yield f"fees of {name}", feeless, f"{shown} a week (policy: default_fee)"
        yield f"need level of {name}", sum(s.offer.terms.need_level is None for s in found), f"{level} (policy)"
    others = sum(not isinstance(setting, Carer) for setting in instance.settings)
    yield "ages and sexes that homes and supported accommodation take", others, "all (listed supported: 16 and 17)"
