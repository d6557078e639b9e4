"""Read and write an instance as tables: a folder of CSVs, one .xlsx workbook, or one .json.

Writing and reading again gives an equal instance in all three. Every fault of the input is reported at once.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from rightplace.errors import Fault, InstanceError
from rightplace.files import Cell, Form, Row, Sheet, read_sheets, write_sheets
from rightplace.instances import cells
from rightplace.instances.geography import Authority, Point, english_authorities
from rightplace.instances.instance import SETTING_TABLE_NAMES, Instance, Tables, cross_faults, table_of
from rightplace.instances.policy import Policy, policy_from, policy_settings, read_policy, write_toml
from rightplace.instances.schema import (
    AUTHORISATIONS,
    BANDS,
    CHILDREN,
    CONTRACTS,
    DECISIONS,
    PROVIDERS,
    SETTING_TABLES,
    SIBLING_GROUPS,
    TABLES,
    Column,
    Table,
    Values,
)
from rightplace.instances.settings import Contract, PlaceCount, PlaceState, Provider, Setting
from rightplace.instances.table_reader import PlaceLookup, TableReader, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from rightplace.instances.children import Child, SiblingGroup

AUTHORITIES = Table(
    "authorities",
    "Authorities that are not upper-tier English ones, or whose consortium partners matter.",
    (
        Column("id", cells.IDENTIFIER, "GSS code, or an id of your own.", required=True),
        Column("name", cells.TEXT, ""),
        Column("region", cells.TEXT, ""),
        Column("neighbour_ids", cells.IDENTIFIERS, "Adjoining authorities: the legal test of at a distance."),
        Column("partner_ids", cells.IDENTIFIERS, "Consortium that shares vacancies."),
        Column("centre", cells.LOCATION, ""),
    ),
    lambda v: _authority(v),
    lambda item: {name: getattr(item, name) for name in item.__dataclass_fields__},
)
_ABOUT = "about"
_POLICY = "policy"
_POLICY_FILE = "policy.toml"
_GUIDES = {"guide", "lists"}


def _authority(values: Values) -> Authority:
    """A row of the authorities table; what it leaves empty comes from the shipped English table."""
    known = english_authorities().get(values["id"])
    return replace(known, **values) if known is not None else Authority(**({"name": values["id"]} | values))


class _Reader(TableReader):
    """Reads the tables of an instance; its own authorities come before the English ones."""

    def __init__(self, sheets: Mapping[str, Sheet]) -> None:
        super().__init__(sheets, (AUTHORITIES, *TABLES), (_ABOUT, _POLICY), [SETTING_TABLE_NAMES])
        self.know(self.read(AUTHORITIES))


def read_instance(path: Path, policy: Policy | None = None) -> Instance:
    """Read an instance from a folder, workbook or JSON file.

    Parameters
    ----------
    policy
        Used in place of the policy that the instance brings (or the default).

    Raises
    ------
    InstanceError
        Listing every fault with file or sheet, row, column, value and what was expected.
    """
    sheets = {name: sheet for name, sheet in read_sheets(path).items() if name not in _GUIDES}
    reader = _Reader(sheets)
    about = _about(reader, sheets.get(_ABOUT), path)
    children = [_child(values) for _, values in reader.values(CHILDREN)]
    living: dict[str, int] = {}
    for child in children:
        if child.current_setting_id is not None:
            living[child.current_setting_id] = living.get(child.current_setting_id, 0) + 1
    settings = [s for table in SETTING_TABLES for s in _settings(reader, table, living)]
    providers: list[Provider] = reader.read(PROVIDERS)
    contracts = _contracts(reader)
    groups: list[SiblingGroup] = reader.read(SIBLING_GROUPS)
    try:
        policy = policy or _policy(path, sheets.get(_POLICY))
    except InstanceError as error:
        reader.faults.extend(error.faults)
    tables: dict[str, Any] = {
        "children": tuple(children),
        "settings": tuple(settings),
        "providers": tuple(providers),
        "contracts": tuple(contracts),
        "sibling_groups": tuple(groups),
        "authorities": _authorities(reader.lookup, children, settings, providers, contracts),
        "authorisations": tuple(reader.read(AUTHORISATIONS)),
        "decisions": tuple(reader.read(DECISIONS)),
    }
    if reader.faults or policy is None:
        faults = [*reader.faults, *cross_faults(Tables(**tables), reader.where, reader.unread, about.get("date"))]
        sources = list(dict.fromkeys(fault.table for fault in faults))
        raise InstanceError(sorted(faults, key=lambda fault: (sources.index(fault.table), fault.row or 0)))
    return Instance(name=about["name"], date=about["date"], policy=policy, where=reader.where, **tables)


def read_settings(sheet: Sheet, table: Table) -> list[Setting]:
    """The settings of a table that stands alone; without children, empty counts of places mean that all are vacant.

    Raises
    ------
    InstanceError
        Listing every fault of the table. That its providers and contracts exist is for ``Instance`` to check.
    """
    reader = _Reader({table.name: sheet})
    settings = list(_settings(reader, table, {}))
    if reader.faults:
        raise InstanceError(reader.faults)
    return settings


def _about(reader: _Reader, sheet: Sheet | None, path: Path) -> dict[str, Any]:
    """Name and date of the instance: rows of field and value."""
    found: dict[str, Any] = {"name": path.resolve().stem}
    date_row: int | None = None
    for number, row in sheet.rows if sheet is not None else ():
        field, cell = str(row.get("field", "")).strip().lower(), row.get("value")
        date_row = number if field == "date" else date_row
        kind = {"name": cells.TEXT, "date": cells.INSTANCE_DATE}.get(field)
        if sheet is None or kind is None:
            reader.faults.append(
                Fault(_ABOUT if sheet is None else sheet.source, number, "field", field, "name or date")
            )
        elif cell is not None:
            found[field], expected = cells.read_cell(kind, cell, reader.lookup)
            if expected is not None:
                reader.faults.append(Fault(sheet.source, number, "value", str(cell), expected))
    if "date" not in found and date_row is not None and sheet is not None:
        reader.faults.append(
            Fault(sheet.source, date_row, "value", None, f"{cells.DATE.expected}: the day of the instance")
        )
    elif "date" not in found and _ABOUT not in reader.unread.tables:
        source = _ABOUT if sheet is None else sheet.source
        reader.faults.append(Fault(source, None, "date", None, "a row with field date: the day of the instance"))
    return found


def _child(values: Values) -> Child:
    values.setdefault("is_waiting", "current_setting_id" not in values and "current_place" not in values)
    return CHILDREN.build(values)  # type: ignore[no-any-return]


def _settings(reader: _Reader, table: Table, living: Mapping[str, int]) -> Iterable[Setting]:
    """Settings of a table; counts of places that it leaves empty follow from the children and the other counts."""
    for number, values in reader.values(table):
        location: Point = values["location"]
        if "authority_id" not in values:
            if location.authority_id is None:
                source = reader.sheets[table.name].source
                expected = "the authority; it cannot be read from the location"
                reader.faults.append(Fault(source, number, "authority_id", None, expected))
                reader.refused[table.name].add(values["id"])
                continue
            values["authority_id"] = location.authority_id
        residents = living.get(values["id"], 0)
        if "filled" not in values:
            values["filled"] = (PlaceCount(PlaceState.FILLED, residents),) if residents else ()
        if "vacant" not in values:
            taken = (*values["filled"], *values.get("not_available", ()))
            vacant = values["num_places"] - sum(count.num_places for count in taken)
            values["vacant"] = (PlaceCount(PlaceState.VACANT, vacant),) if vacant > 0 else ()
        yield table.build(values)


def _contracts(reader: _Reader) -> list[Contract]:
    contracts: dict[str, Contract] = {contract.id: contract for contract in reader.read(CONTRACTS)}
    for number, values in reader.values(BANDS):
        contract_id, band = BANDS.build(dict(values))
        if contract_id not in contracts and reader.unread.may_hold(CONTRACTS.name, contract_id):
            continue
        if contract_id not in contracts:
            source = reader.sheets[BANDS.name].source
            reader.faults.append(Fault(source, number, "contract_id", contract_id, "the id of a contract"))
            continue
        contract = contracts[contract_id]
        contracts[contract_id] = replace(contract, bands=(*contract.bands, band))
    return list(contracts.values())


def _policy(path: Path, sheet: Sheet | None) -> Policy:
    """The policy that an instance brings: policy.toml in a folder, else rows of setting and value, else the default."""
    if Form.of(path) == Form.FOLDER and os.path.lexists(path / _POLICY_FILE):
        return read_policy(path / _POLICY_FILE)
    settings: dict[str, dict[str, Any]] = {}
    for _, row in sheet.rows if sheet is not None else ():
        section, _, name = str(row.get("setting", "")).partition(".")
        settings.setdefault(section, {})[name] = _policy_value(row.get("value"))
    return policy_from(settings, _POLICY)


def _policy_value(cell: Cell) -> Any:
    """A cell of the policy table: lists are JSON, numbers and yes/no may come as text, Excel's whole numbers as 5.0."""
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    if not isinstance(cell, str):
        return cell
    try:
        return json.loads({"yes": "true", "no": "false"}.get(cell.strip().lower(), cell))
    except json.JSONDecodeError:
        return cell


def _authorities(
    lookup: PlaceLookup,
    children: Iterable[Child],
    settings: Iterable[Setting],
    providers: Iterable[Provider],
    contracts: Iterable[Contract],
) -> tuple[Authority, ...]:
    """The authorities of the instance's own table, and the English ones that anything refers to, by id."""
    used = {child.authority_id for child in children} | {setting.offer.authority_id for setting in settings}
    used |= {provider.authority_id for provider in providers if provider.authority_id is not None}
    used |= {contract.authority_id for contract in contracts if contract.authority_id is not None}
    english = english_authorities()
    found = {key: english[key] for key in used if key in english} | lookup.authorities
    return tuple(found[key] for key in sorted(found))


def instance_sheets(instance: Instance) -> dict[str, tuple[tuple[str, ...], list[Row]]]:
    """The tables of an instance as cells, empty ones left out."""
    bands = [(contract.id, band) for contract in instance.contracts for band in contract.bands]
    items: dict[str, Iterable[Any]] = {
        CHILDREN.name: instance.children,
        SIBLING_GROUPS.name: instance.sibling_groups,
        PROVIDERS.name: instance.providers,
        CONTRACTS.name: instance.contracts,
        BANDS.name: bands,
        AUTHORITIES.name: instance.authorities,
        AUTHORISATIONS.name: instance.authorisations,
        DECISIONS.name: instance.decisions,
    }
    for table in SETTING_TABLES:
        items[table.name] = [setting for setting in instance.settings if table_of(setting) == table.name]
    about: list[Row] = [{"field": "name", "value": instance.name}, {"field": "date", "value": instance.date}]
    sheets: dict[str, tuple[tuple[str, ...], list[Row]]] = {_ABOUT: (("field", "value"), about)}
    for table in (*TABLES, AUTHORITIES):
        rows = rows_of(table, items[table.name])
        if rows or table.needed:
            sheets[table.name] = (tuple(column.name for column in table.columns), rows)
    return sheets


def _policy_rows(policy: Policy) -> list[Row]:
    return [
        {"setting": f"{section}.{name}", "value": json.dumps(value) if isinstance(value, list) else value}
        for section, values in policy_settings(policy).items()
        for name, value in values.items()
    ]


def write_instance(instance: Instance, path: Path) -> None:
    """Write an instance as a folder, .xlsx or .json, whichever the path's ending says; all at once or not at all."""
    sheets = instance_sheets(instance)
    if Form.of(path) != Form.FOLDER:
        sheets[_POLICY] = (("setting", "value"), _policy_rows(instance.policy))
        write_sheets(path, sheets)
        return
    write_sheets(path, sheets, {_POLICY_FILE: write_toml(instance.policy)})
    for table in (*TABLES, AUTHORITIES):
        if table.name not in sheets:
            (path / f"{table.name}.csv").unlink(missing_ok=True)


def digest(instance: Instance) -> str:
    """SHA-256 over the cells of all tables and the policy."""
    sheets = {name: rows for name, (_, rows) in instance_sheets(instance).items()}
    whole = json.dumps([sheets, policy_settings(instance.policy)], sort_keys=True, default=date.isoformat)
    return hashlib.sha256(whole.encode()).hexdigest()
