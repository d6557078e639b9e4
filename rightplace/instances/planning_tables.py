"""Read and write what a plan is made from as tables: levers and demand, in the manner of the tables of an instance.

Writing and reading again gives the same levers and the same demand. Every fault of the input is reported at once.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from rightplace.errors import Fault, InstanceError
from rightplace.files import Form, read_csv, read_sheets, write_csv, write_sheets, written_at_once
from rightplace.instances import cells
from rightplace.instances.levers import Assumptions, Levers
from rightplace.instances.planning_checks import lever_faults, tables_of
from rightplace.instances.planning_schema import (
    ASSUMPTION_KINDS,
    ASSUMPTIONS,
    DEMAND,
    LEVER_TABLES,
    assumption_rows,
)
from rightplace.instances.quarters import QUARTERS_A_YEAR, Quarter
from rightplace.instances.scenario import Demand
from rightplace.instances.table_reader import TableReader, rows_of, suggestion

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from rightplace.files import Row, Sheet
    from rightplace.instances.cohorts import Cohort
    from rightplace.instances.instance import Instance
    from rightplace.instances.schema import Values

_GUIDES = {"guide", "lists"}
_CSV = ".csv"


def read_levers(path: Path, instance: Instance, first: Quarter, num_years: int) -> Levers:
    """Read levers from a folder of CSVs, a workbook or a JSON file.

    Parameters
    ----------
    instance
        Whose providers, homes and authorities the levers name.
    first, num_years
        The first quarter of the plan, and how long it is.

    Raises
    ------
    InstanceError
        Listing every fault with file or sheet, row, column, value and what was expected.
    """
    sheets = {name: sheet for name, sheet in read_sheets(path).items() if name not in _GUIDES}
    if not sheets:
        names = ", ".join(table.name for table in (*LEVER_TABLES, ASSUMPTIONS))
        raise InstanceError([Fault(str(path), None, None, None, f"at least one table of levers: {names}")])
    ids = [table.name for table in LEVER_TABLES]
    reader = TableReader(sheets, (*LEVER_TABLES, ASSUMPTIONS), sharing_ids=[ids])
    reader.know(instance.authorities)
    rows: dict[str, Any] = {table.name: tuple(reader.read(table)) for table in LEVER_TABLES}
    levers = Levers(**rows, assumptions=_assumptions(reader))
    faults = [*reader.faults, *lever_faults(levers, instance, first, num_years, reader.where, reader.unread)]
    if faults:
        raise _in_order(faults)
    return levers


def _in_order(faults: Sequence[Fault]) -> InstanceError:
    """The faults by source, in the order in which the sources were met, and row."""
    sources = list(dict.fromkeys(fault.table for fault in faults))
    return InstanceError(sorted(faults, key=lambda fault: (sources.index(fault.table), fault.row or 0)))


def _assumptions(reader: TableReader) -> Assumptions:
    """The assumptions of rows of name and value."""
    found: dict[str, Any] = {}
    for number, values in reader.values(ASSUMPTIONS):
        source, name = reader.sheets[ASSUMPTIONS.name].source, values["name"].strip().lower().replace(" ", "_")
        if name not in ASSUMPTION_KINDS:
            expected = suggestion("one of the assumptions", name, ASSUMPTION_KINDS)
            reader.faults.append(Fault(source, number, "name", values["name"], expected))
            continue
        if name in found:
            reader.faults.append(Fault(source, number, "name", name, "each assumption once"))
        kind, _ = ASSUMPTION_KINDS[name]
        found[name], expected_value = cells.read_cell(kind, values["value"], reader.lookup)
        if expected_value is not None:
            reader.faults.append(Fault(source, number, "value", str(values["value"]), expected_value))
            found[name] = getattr(Assumptions(), name)
    return replace(Assumptions(), **found)


def lever_sheets(levers: Levers) -> dict[str, tuple[tuple[str, ...], list[Row]]]:
    """The tables of levers as cells, empty ones left out."""
    items = tables_of(levers)
    sheets: dict[str, tuple[tuple[str, ...], list[Row]]] = {}
    for table in LEVER_TABLES:
        if rows := rows_of(table, items[table.name]):
            sheets[table.name] = (tuple(column.name for column in table.columns), rows)
    columns = tuple(column.name for column in ASSUMPTIONS.columns)
    sheets[ASSUMPTIONS.name] = (columns, rows_of(ASSUMPTIONS, assumption_rows(levers.assumptions)))
    return sheets


def write_levers(levers: Levers, path: Path) -> None:
    """Write levers as a folder, .xlsx or .json, whichever the path's ending says; all at once or not at all."""
    sheets = lever_sheets(levers)
    write_sheets(path, sheets)
    if Form.of(path) == Form.FOLDER:
        for table in LEVER_TABLES:
            if table.name not in sheets:
                (path / f"{table.name}{_CSV}").unlink(missing_ok=True)


def read_demand(path: Path, instance: Instance) -> Demand:
    """Read demand from one CSV, or from the table ``demand`` of a folder, workbook or JSON file.

    Raises
    ------
    InstanceError
        Listing every fault with file or sheet, row, column, value and what was expected.
    """
    sheets = demand_sheets(path)
    reader = TableReader(sheets, (DEMAND,))
    reader.know(instance.authorities)
    rows = list(reader.values(DEMAND))
    is_whole = not reader.faults
    source = sheets[DEMAND.name].source if DEMAND.name in sheets else str(path)
    reading = _DemandRows(source, reader.faults, Quarter.after(instance.date))
    for number, values in rows:
        reading.add(number, values, instance)
    if not rows and not reader.faults:
        reader.faults.append(Fault(source, None, None, None, "at least one row of demand"))
    demand = reading.demand(path.name) if rows and is_whole else None
    if reader.faults or demand is None:
        raise _in_order(reader.faults)
    return demand


def demand_sheets(path: Path) -> Mapping[str, Sheet]:
    """The sheets of a file of demand; a CSV is the one table."""
    if path.suffix.lower() == _CSV and not path.is_dir():
        return {DEMAND.name: read_csv(path)}
    return {name: sheet for name, sheet in read_sheets(path).items() if name not in _GUIDES}


class _DemandRows:
    """The rows of a table of demand put together, with what they say against each other."""

    def __init__(self, source: str, faults: list[Fault], first: Quarter) -> None:
        self._source = source
        self._faults = faults
        self._first = first
        self._children: dict[tuple[str, Quarter, Cohort], tuple[float, int]] = {}
        self._probability: dict[str, tuple[float, int]] = {}
        self._scenarios: dict[str, int] = {}
        self._cohorts: dict[Cohort, int] = {}
        self._told: str | None = None

    def _fault(self, row: int | None, column: str, value: object, expected: str) -> None:
        self._faults.append(Fault(self._source, row, column, None if value is None else str(value), expected))

    def add(self, number: int, values: Values, instance: Instance) -> None:
        """Take one row."""
        cohort, scenario = values["cohort"], values["scenario"]
        if cohort not in self._cohorts and cohort.authority_id not in instance.authority:
            expected = "a cohort of an authority of the instance (its table authorities can name more)"
            self._fault(number, "cohort", cohort.id, expected)
        self._cohorts.setdefault(cohort, len(self._cohorts))
        self._scenarios.setdefault(scenario, number)
        key = (scenario, values["quarter"], cohort)
        if key in self._children:
            first = self._children[key][1]
            expected = f"one row for this cohort, quarter and scenario; row {first} is one"
            self._fault(number, "cohort", cohort.id, expected)
        self._children.setdefault(key, (values["children"], number))
        self._told = self._told or values.get("source")
        if "probability" in values:
            self._add_probability(number, scenario, values["probability"])

    def _add_probability(self, number: int, scenario: str, value: float) -> None:
        before = self._probability.setdefault(scenario, (value, number))
        if before[0] != value:
            expected = f"{before[0]:g}, as in row {before[1]}: a scenario has one probability"
            self._fault(number, "probability", value, expected)

    def demand(self, name: str) -> Demand | None:
        """The whole; ``None`` where it contradicts itself, or a row is wrong."""
        quarters = sorted({quarter for _, quarter, _ in self._children})
        self._check_quarters(quarters)
        self._check_probabilities()
        if self._faults:
            return None
        at = {scenario: i for i, scenario in enumerate(self._scenarios)}
        children = np.zeros((len(at), len(quarters), len(self._cohorts)))
        for (scenario, quarter, cohort), (value, _) in self._children.items():
            children[at[scenario], quarter.since(quarters[0]), self._cohorts[cohort]] = value
        equal = (1 / len(at), 0)
        probability = np.array([self._probability.get(scenario, equal)[0] for scenario in at])
        source = self._told or name
        return Demand(tuple(self._cohorts), quarters[0], children, probability, tuple(at), source)

    def _check_quarters(self, quarters: Sequence[Quarter]) -> None:
        first, last = quarters[0], quarters[-1]
        if first != self._first:
            row = min(row for (_, quarter, _), (_, row) in self._children.items() if quarter == first)
            expected = f"demand that begins in {self._first}, the first quarter after the date of the instance"
            self._fault(row, "quarter", first, expected)
        missing = [str(first + n) for n in range(last.since(first) + 1) if first + n not in quarters]
        if missing:
            self._fault(None, "quarter", None, f"every quarter from {first} to {last}; missing: {', '.join(missing)}")
        elif len(quarters) % QUARTERS_A_YEAR:
            expected = f"whole years of four quarters; {first} to {last} are {len(quarters)} quarters"
            self._fault(None, "quarter", None, expected)

    def _check_probabilities(self) -> None:
        if not self._probability:
            return
        for scenario, number in self._scenarios.items():
            if scenario not in self._probability:
                self._fault(number, "probability", None, f"the probability of {scenario}, as other scenarios have one")
        total = sum(value for value, _ in self._probability.values())
        if len(self._probability) == len(self._scenarios) and abs(total - 1) > 1e-9:
            expected = f"probabilities of the scenarios that add up to 1; they add up to {total:.9g}"
            self._fault(None, "probability", None, expected)


def write_demand(demand: Demand, path: Path) -> None:
    """Write demand as one CSV, or as the table ``demand`` of a folder, .xlsx or .json; all at once or not at all."""
    columns = tuple(column.name for column in DEMAND.columns)
    rows = rows_of(DEMAND, _demand_items(demand))
    if path.suffix.lower() == _CSV:
        with written_at_once(path) as target:
            write_csv(target, columns, rows)
    else:
        write_sheets(path, {DEMAND.name: (columns, rows)})


def _demand_items(demand: Demand) -> Iterable[Values]:
    """All rows of the first scenario, which order the cohorts; of the others the first, and those with children."""
    source: str | None = demand.source
    for scenario, name in enumerate(demand.names):
        for quarter in range(demand.num_quarters):
            for cohort, number in enumerate(demand.children[scenario, quarter].tolist()):
                if number or not scenario or not (quarter or cohort):
                    yield {
                        "cohort": demand.cohorts[cohort],
                        "quarter": demand.first + quarter,
                        "scenario": name,
                        "children": number,
                        "probability": float(demand.probability[scenario]),
                        "source": source,
                    }
                source = None
