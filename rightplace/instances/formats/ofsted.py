"""The Ofsted list of providers that local authorities receive, in its known layouts, by the names of its columns.

Layouts, after the samples of ``data-to-insight/csc-validator-be-903``: children's homes (``Provider information`` with
``Registration Conditions``, or a sheet of settings with ``Address Details``); all providers in one sheet
(``Providers``); the same with supported accommodation beside it (``SA Providers``, 2025); fostering
(``Current providers`` with ``Providers closed in ...``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from rightplace.errors import Fault, InstanceError
from rightplace.files import Row, Sheet, read_csv, read_sheets
from rightplace.instances.cells import as_text, read_date
from rightplace.instances.children import ADULT_MONTHS, NeedCategory, Place
from rightplace.instances.formats.locations import Locator
from rightplace.instances.formats.ofsted_words import (
    ADOPTION_PLACES,
    CATEGORIES,
    CLOSED,
    FOSTER_PLACES,
    GRADES,
    HOME_PLACES,
    NAMES,
    NEEDS,
    SECTORS,
    SUPPORTED_PLACES,
    TYPES,
    UNGRADED,
)
from rightplace.instances.formats.report import RowCount, Tally
from rightplace.instances.geography import find_authority
from rightplace.instances.settings import (
    AccommodationCategory,
    Grade,
    Home,
    Offer,
    ParentAndChild,
    PlaceCount,
    PlaceState,
    Provider,
    Sector,
    SupportedAccommodation,
    Terms,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date
    from pathlib import Path

_SIXTEEN_MONTHS = 16 * 12


@dataclass(frozen=True, slots=True, kw_only=True)
class OfstedList:
    """What one or several lists hold: settings with every place vacant, their providers, agencies by URN.

    ``agencies`` maps the URN of a fostering agency to the id of its provider.
    """

    homes: tuple[Home, ...] = ()
    supported: tuple[SupportedAccommodation, ...] = ()
    providers: Mapping[str, Provider]
    agencies: Mapping[str, str]
    files: tuple[RowCount, ...] = ()


def read_ofsted(paths: Sequence[Path], day: date, tally: Tally) -> OfstedList:
    """Read lists of providers, workbooks (.xlsx) or tables (.csv); a URN that an earlier list had is left out.

    The list has no occupancy: every registered place is given as vacant.

    Raises
    ------
    InstanceError
        For files that are no workbook or table, and for files without a list of providers.
    """
    sheets: list[Sheet] = []
    faults: list[Fault] = []
    for path in paths:
        try:
            found = list(_sheets(path))
        except InstanceError as error:
            faults += error.faults
            continue
        if not any(_is_list(sheet) for sheet in found):
            wanted = "a sheet with the columns URN and Provider type or Placement code"
            faults.append(Fault(path.name, None, None, None, wanted))
        for sheet in filter(_is_list, found):
            if not _column(sheet, "num_places") and "closed" not in sheet.source.casefold():
                wanted = "a column of places, such as Number of registered places"
                faults.append(Fault(sheet.source, 1, None, None, wanted))
        sheets += found
    if faults:
        raise InstanceError(faults)
    return _Lister(sheets, day, tally).read()


def _sheets(path: Path) -> Iterable[Sheet]:
    if path.suffix.lower() == ".csv":
        yield read_csv(path)
        return
    for sheet in read_sheets(path).values():
        sheet.source = f"{path.name}: {sheet.source}"
        yield sheet


def _column(sheet: Sheet, field: str) -> str | None:
    """The column of a sheet that holds a field."""
    return next((name for name in NAMES[field] if name in sheet.columns), None)


def _is_list(sheet: Sheet) -> bool:
    return "urn" in sheet.columns and bool(_column(sheet, "type") or _column(sheet, "place"))


@cache
def _authority_id(text: str) -> str | None:
    """The id of an authority; ``None`` where there is none of this name."""
    try:
        return find_authority(text).id
    except ValueError:
        return None


class _Lister:
    """Reads the rows of all sheets into one list."""

    def __init__(self, sheets: Sequence[Sheet], day: date, tally: Tally) -> None:
        self._sheets = sheets
        self._day = day
        self._tally = tally
        self._addresses = {  # for the layout that keeps addresses in a sheet of their own
            as_text(row["urn"]): as_text(row[column])
            for sheet in sheets
            if (column := _column(sheet, "postcode")) is not None
            for _, row in sheet.rows
            if "urn" in row and column in row
        }
        self._locator = Locator({"", *self._addresses.values(), *self._postcodes()}, tally)
        self._homes: list[Home] = []
        self._supported: list[SupportedAccommodation] = []
        self._providers: dict[str, Provider] = {}
        self._agencies: dict[str, str] = {}
        self._listed: dict[str, Sheet] = {}
        self._num_of_urn: dict[str, int] = {}

    def _postcodes(self) -> Iterable[str]:
        for sheet in self._sheets:
            for _, row in sheet.rows:
                yield from (as_text(row[name]) for name in NAMES["postcode"] if name in row)

    def read(self) -> OfstedList:
        """The whole, with what became of every row."""
        files = []
        for sheet in self._sheets:
            if _is_list(sheet):
                outcomes = [self._row(sheet, row) for _, row in sheet.rows]
            else:
                outcomes = ["a sheet of addresses or conditions, not of providers"] * len(sheet.rows)
            files.append(RowCount.of(sheet.source, "ofsted", len(sheet.rows), outcomes))
        return OfstedList(
            homes=tuple(self._homes),
            supported=tuple(self._supported),
            providers=self._providers,
            agencies=self._agencies,
            files=tuple(files),
        )

    def _row(self, sheet: Sheet, row: Row) -> str:
        """Take a row into the list; the reason why not, or an empty text."""
        fields = {name: _text(row, names) for name, names in NAMES.items()}
        urn = fields["urn"].removesuffix(".0")
        if not urn or re.search("[,;]", urn):
            return "no URN"
        reason = self._closed(sheet, row, fields)
        if reason:
            return reason
        place = self._place(sheet, row, fields)
        if place is None:
            return "type of provision that is no placement here"
        if place in ADOPTION_PLACES:
            return "adoption agency"
        earlier = self._listed.get(urn)  # in one sheet, a provider of supported accommodation has a row a setting
        if earlier is not None and (earlier is not sheet or place not in SUPPORTED_PLACES):
            return "URN listed before"
        if place in FOSTER_PLACES:
            self._listed[urn] = sheet
            self._agencies[urn] = self._provider(fields, urn, as_agency=True)
            self._tally.notes["fostering agencies (providers, not settings: their carers are not in the list)"] += 1
            return ""
        num_places = _whole(fields["num_places"])
        if not num_places:
            return "number of places blank, 0 or unreadable"
        reason = self._setting(fields, row, urn, place, num_places)
        if not reason:
            self._listed[urn] = sheet
        return reason

    def _closed(self, sheet: Sheet, row: Row, fields: Mapping[str, str]) -> str:
        closed_on = self._date(row, "closed_on")
        if closed_on is not None:
            return "closed on or before the date" if closed_on <= self._day else ""
        if CLOSED.search(fields["status"]) or "closed" in sheet.source.rpartition(":")[2].casefold():
            return "closed, without a date"
        registered_on = self._date(row, "registered_on")
        if registered_on is not None and registered_on > self._day:
            self._tally.notes["providers registered after the date of the instance (used all the same)"] += 1
        return ""

    def _date(self, row: Row, field: str) -> date | None:
        cell = next((row[name] for name in NAMES[field] if name in row), None)
        if cell is None or cell == "-":
            return None
        try:
            return read_date(cell)
        except ValueError:
            self._tally.notes[f"dates of providers that could not be read ({field.replace('_', ' ')})"] += 1
            return None

    def _place(self, sheet: Sheet, row: Row, fields: Mapping[str, str]) -> Place | None:
        """The placement code; where there is none that we know, what the type of provision says."""
        codes = [code for code in re.split(r"[\s,;/]+", fields["place"].upper()) if code and code != "-"]
        known = [Place(code) for code in codes if code in Place.__members__]
        self._tally.unknown_codes.update(f"Placement code {code}" for code in codes if code not in Place.__members__)
        if _column(sheet, "category") is not None:  # a sheet of supported accommodation
            supported = [place for place in known if place in SUPPORTED_PLACES]
            return Place.K3 if Place.K3 in supported or not supported else supported[0]
        usable = [place for place in known if place in HOME_PLACES | SUPPORTED_PLACES | FOSTER_PLACES | ADOPTION_PLACES]
        if usable:
            return Place.K3 if Place.K3 in usable else usable[0]
        found = _type(fields["type"]) or _type(fields["subtype"])
        if found is Place.K2 and _type(fields["subtype"]) is Place.K1:
            return Place.K1
        if found is None and _whole(_text(row, ("maximum_fostering_places",))):
            return Place.U6
        return found

    def _provider(self, fields: Mapping[str, str], urn: str, as_agency: bool = False) -> str:
        """The id of the provider of a row; an authority's own services are one provider under its code."""
        sector = SECTORS.get(fields["sector"].casefold())
        if sector is None:
            self._tally.notes[f"sector {fields['sector'] or 'blank'!r}, taken as private"] += 1
            sector = Sector.PRIVATE
        authority_id = None
        if sector is Sector.LOCAL_AUTHORITY:
            authority_id = _authority_id(fields["owner"]) or _authority_id(fields["authority"])
        name = (fields["name"] if as_agency else fields["owner"] or fields["name"]) or f"provider of URN {urn}"
        if authority_id is not None:
            provider = own_service(authority_id)
        elif as_agency:
            provider = Provider(id=urn, name=name, sector=sector, grade=self._grade(fields["grade"]))
        else:
            owner = fields["owner_id"].removesuffix(".0") or re.sub(r"\W+", "-", name.casefold()).strip("-")
            provider = Provider(id=f"owner-{re.sub('[,;]', '-', owner)}", name=name, sector=sector)
        return self._providers.setdefault(provider.id, provider).id

    def _grade(self, text: str) -> Grade | None:
        grade = GRADES.get(text.casefold())
        if grade is None and not UNGRADED.fullmatch(text):
            self._tally.unknown_codes[f"Overall effectiveness {text}"] += 1
        return grade

    def _needs(self, row: Row) -> frozenset[NeedCategory] | None:
        """The need categories whose flag is yes; ``None`` when none is."""
        needs = set()
        for column, need in NEEDS.items():
            flag = as_text(row[column]).casefold() if column in row else ""
            if flag in ("yes", "y", "1", "true"):
                needs.add(need)
            elif flag not in ("", "-", "no", "n", "0", "false"):
                self._tally.unknown_codes[f"{column.replace('_', ' ')} {flag}"] += 1
        return frozenset(needs) or None

    def _setting(self, fields: Mapping[str, str], row: Row, urn: str, place: Place, num_places: int) -> str:
        """Add a home or supported accommodation; the reason why not, or an empty text."""
        named = _authority_id(fields["authority"])
        postcode = fields["postcode"] if fields["postcode"] not in ("", "-") else self._addresses.get(urn, "")
        location = self._locator.find(postcode, named)
        authority_id = location.authority_id or named
        if authority_id is None:
            return "neither the postcode nor the local authority is in England"
        self._locator.count(postcode, location, "settings of the Ofsted list", "Ofsted postcode")
        supported = place in SUPPORTED_PLACES
        offer = Offer(
            provider_id=self._provider(fields, urn),
            location=location,
            authority_id=authority_id,
            terms=Terms(
                num_places=num_places,
                age_min_months=_SIXTEEN_MONTHS if supported else 0,
                age_max_months=ADULT_MONTHS - 1,
                needs=self._needs(row),
                parent_and_child=ParentAndChild.ONLY if place is Place.R3 else ParentAndChild.NO,
            ),
            place_counts=(PlaceCount(PlaceState.VACANT, num_places),),
        )
        num = self._num_of_urn[urn] = self._num_of_urn.get(urn, 0) + 1
        setting_id = f"URN{urn}" if num == 1 else f"URN{urn}-{num}"
        status = fields["status"].casefold()  # "closed" gets here only with a date after the day
        registered = status in ("", "-", "active", "registered", "open") or bool(CLOSED.search(status))
        if not registered:
            self._tally.notes["settings that are not registered, by their status"] += 1
        grade = self._grade(fields["grade"])
        if supported:
            setting = SupportedAccommodation(
                id=setting_id, offer=offer, place=place, urn=urn, registered=registered, grade=grade
            )
            self._supported.append(replace(setting, category=self._category(fields["category"])))
        else:
            home = Home(id=setting_id, offer=offer, place=place, urn=urn, registered=registered, grade=grade)
            self._homes.append(home)
        return ""

    def _category(self, text: str) -> AccommodationCategory:
        found = next((category for pattern, category in CATEGORIES if pattern.fullmatch(text)), None)
        if found is None:
            self._tally.notes["supported accommodation of unknown category, taken as shared for children in care"] += 1
        return found or AccommodationCategory.SHARED_FOR_CARE


def own_service(authority_id: str) -> Provider:
    """The provider that stands for everything an English authority runs itself."""
    name = find_authority(authority_id).name
    return Provider(id=authority_id, name=name, sector=Sector.LOCAL_AUTHORITY, authority_id=authority_id)


def _text(row: Row, names: Iterable[str]) -> str:
    """The first cell of a row that is not blank, on one line."""
    return next((" ".join(as_text(row[name]).split()) for name in names if name in row), "")


def _type(words: str) -> Place | None:
    """The placement code that the words for a type of provision stand for."""
    return next((place for pattern, place in TYPES if pattern.search(words)), None)


def _whole(text: str) -> int:
    return int(text) if text.isdigit() else 0
