"""Read the rows of tables into values and objects: one reader for the tables of an instance and those of planning.

Every fault is collected with file or sheet, row, column, value and what was expected.
"""

from __future__ import annotations

from collections import defaultdict
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from rightplace.errors import Fault
from rightplace.instances import cells
from rightplace.instances.geography import Authority, Point, find_authority, locate_many
from rightplace.instances.instance import Unread

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rightplace.files import Row, Sheet
    from rightplace.instances.schema import Table, Values

_AUTHORITIES = "authorities"


class PlaceLookup:
    """Locations and authorities that the tables mention; an authority whose own row could not be read passes."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._unread = Unread()
        self._points = locate_many(texts)
        self.authorities: dict[str, Authority] = {}
        self._ids: dict[str, str] = {}
        self._found: dict[str, str] = {}

    def know(self, authorities: Iterable[Authority], unread: Unread) -> None:
        """Look authorities up among these, and where none of them fits, among the English ones."""
        self._unread = unread
        self.authorities = {authority.id: authority for authority in authorities}
        self._ids = {authority.name.casefold(): authority.id for authority in self.authorities.values()}
        self._found = {}

    def locate(self, text: str) -> Point:
        """See ``cells.Lookup``."""
        point = self._points[text]
        if isinstance(point, ValueError):
            raise point
        return point

    def authority_id(self, text: str) -> str:
        """See ``cells.Lookup``; authorities of the instance come before the English ones."""
        if text in self.authorities or self._unread.may_hold(_AUTHORITIES, text):
            return text
        if text not in self._found:
            own = self._ids.get(text.casefold())
            self._found[text] = own if own is not None else find_authority(text).id
        return self._found[text]


class TableReader:
    """Reads the rows of tables, collecting faults as it goes, and remembers what it had to refuse.

    Parameters
    ----------
    sheets
        The tables as found, by name.
    tables
        Those that may be among them.
    besides
        Names of further sheets that are read in another way.
    sharing_ids
        Sets of tables whose ids are unique over all of them.
    """

    def __init__(
        self,
        sheets: Mapping[str, Sheet],
        tables: Iterable[Table],
        besides: Iterable[str] = (),
        sharing_ids: Iterable[Sequence[str]] = (),
    ) -> None:
        self.sheets = sheets
        self.faults: list[Fault] = []
        self.where: dict[tuple[str, str], tuple[str, int]] = {}
        self.refused: dict[str, set[str]] = defaultdict(set)
        tables = tuple(tables)
        self._sharing = {name: tuple(names) for names in sharing_ids for name in names}
        self.unread = Unread(self.refused, self._unread_tables({*besides, *(table.name for table in tables)}))
        self.lookup = PlaceLookup({text for table in tables for text in self._texts(table)})

    def know(self, authorities: Iterable[Authority]) -> None:
        """Let cells name these authorities, before the English ones."""
        self.lookup.know(authorities, self.unread)

    def _unread_tables(self, known: set[str]) -> frozenset[str]:
        """Tables that cannot be read: without a column of ids, or missing where another sheet's name is unknown."""
        for name, sheet in self.sheets.items():
            if name not in known:
                expected = suggestion("a table named one of", name, sorted(known))
                self.faults.append(Fault(sheet.source, None, None, None, expected))
        headless = {name for name, sheet in self.sheets.items() if sheet.rows and "id" not in sheet.columns}
        return frozenset(headless if self.sheets.keys() <= known else headless | (known - self.sheets.keys()))

    def _texts(self, table: Table) -> Iterable[str]:
        columns = [column for column in table.columns if column.kind.locations is not None]
        sheet = self.sheets.get(table.name)
        for _, row in sheet.rows if sheet is not None else ():
            for column in columns:
                if column.name in row and column.kind.locations is not None:
                    yield from column.kind.locations(row[column.name])

    def values(self, table: Table) -> Iterable[tuple[int, Values]]:
        """The readable rows of a table: row number and values by column; faults go to ``faults``."""
        sheet = self.sheets.get(table.name)
        if sheet is None:
            if table.needed and table.name not in self.unread.tables:
                self.faults.append(Fault(table.name, None, None, None, f"a table of {table.name}"))
            return
        known = {column.name: column for column in table.columns}
        for name in sheet.columns:
            if name and name not in known:
                self.faults.append(Fault(sheet.source, 1, name, None, suggestion("one of the columns", name, known)))
        for column in table.columns:
            if column.required and column.name not in sheet.columns and sheet.rows:
                self.faults.append(Fault(sheet.source, 1, column.name, None, "this column, which is required"))
        for number, row in sheet.rows:
            values, complete = self._row(sheet.source, number, row, table)
            key = values.get("id")
            if key is not None and self._is_taken(table.name, key, sheet.source, number):
                continue
            if complete:
                yield number, values
            elif key is not None:
                self.refused[table.name].add(key)

    def _is_taken(self, table: str, key: str, source: str, number: int) -> bool:
        """Whether an earlier row has this id, which is a fault."""
        for name in self._sharing.get(table, (table,)):
            if (name, key) in self.where:
                first, row = self.where[name, key]
                other = f"row {row}" if first == source else f"{first}, row {row},"
                self.faults.append(Fault(source, number, "id", key, f"another id: {other} has this one"))
                return True
        self.where[table, key] = (source, number)
        return False

    def _row(self, source: str, number: int, row: Row, table: Table) -> tuple[Values, bool]:
        values: Values = {}
        complete = True
        for column in table.columns:
            if column.name not in row:
                if column.required and column.name in self.sheets[table.name].columns:
                    self.faults.append(Fault(source, number, column.name, None, column.kind.expected))
                complete = complete and not column.required
                continue
            cell = row[column.name]
            value, expected = cells.read_cell(column.kind, cell, self.lookup)
            if expected is not None:
                self.faults.append(Fault(source, number, column.name, str(cell), expected))
                complete = False
            else:
                values[column.name] = value
        return values, complete

    def read(self, table: Table) -> list[Any]:
        """The objects of a table."""
        return [table.build(values) for _, values in self.values(table)]


def suggestion(what: str, found: str, known: Iterable[str]) -> str:
    """The names that would do, and the closest of them first."""
    names = list(known)
    close = get_close_matches(found, names, n=1)
    return f"{what} {', '.join(names)}" + (f" (did you mean {close[0]}?)" if close else "")


def rows_of(table: Table, items: Iterable[Any]) -> list[Row]:
    """The rows of a table that hold these objects; ``TableReader.read`` gives them back."""
    rows: list[Row] = []
    for item in items:
        values = table.flatten(item)
        rows.append({c.name: c.kind.show(values[c.name]) for c in table.columns if values.get(c.name) is not None})
    return rows
