"""Read and write targets: a TOML file with a ``[[target]]`` for each, and ``[risk]``.

Every fault is reported at once, with the number and id of the target, the key, what was found and what was expected.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rightplace.errors import Fault, InstanceError
from rightplace.files import read_toml, toml_value, written_at_once
from rightplace.instances import cells
from rightplace.instances.instance import Unread
from rightplace.instances.quarters import year_names
from rightplace.instances.table_reader import PlaceLookup, suggestion
from rightplace.instances.targets import Firmness, Measure, Risk, Sense, Target

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from rightplace.instances.instance import Instance
    from rightplace.instances.quarters import Quarter

_SENSES = {"at_least": Sense.AT_LEAST, "at_most": Sense.AT_MOST}
_KEYS = ("id", "measure", *_SENSES, "meant", "price", "probability", "authority")
_MEASURES = tuple(measure.value for measure in Measure)
_MEANT = tuple(firmness.value for firmness in Firmness)
_MOST_POUNDS = 10.0**12


def read_targets(path: Path, instance: Instance, first: Quarter, num_years: int) -> tuple[tuple[Target, ...], Risk]:
    """Read targets, and how much the worst futures weigh.

    Parameters
    ----------
    instance
        Whose authorities the targets name.
    first, num_years
        The first quarter of the plan, and how long it is: years are called as ``PlanningCase.year_names`` says.

    Raises
    ------
    InstanceError
        Listing every fault of the file.
    """
    whole = read_toml(path, "a file of targets")
    reader = _TargetReader(path.name, instance, year_names(first, num_years))
    found = reader.read(whole)
    if reader.faults:
        raise InstanceError(reader.faults)
    return found


class _TargetReader:
    """Reads the parts of a file of targets, collecting faults."""

    def __init__(self, source: str, instance: Instance, years: Sequence[str]) -> None:
        self.faults: list[Fault] = []
        self._source = source
        self._years = list(years)
        self._instance = instance
        self._lookup = PlaceLookup(())
        self._lookup.know(instance.authorities, Unread())

    def _fault(self, place: str, value: object, expected: str) -> None:
        self.faults.append(Fault(self._source, None, place, None if value is None else str(value), expected))

    def read(self, whole: Mapping[str, Any]) -> tuple[tuple[Target, ...], Risk]:
        """Every target, and the risk."""
        for key in sorted(whole.keys() - {"target", "risk"}):
            self._fault(key, None, suggestion("one of", key, ("[[target]]", "[risk]")))
        targets: list[Target] = []
        tables = whole.get("target", [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            self._fault("target", None, "[[target]], in two pairs of brackets, above each target")
            tables = []
        ids: dict[str, int] = {}
        for number, table in enumerate(tables, start=1):
            target = self._target(number, table)
            name = table.get("id", table.get("measure")) if target is None else target.id
            if isinstance(name, str) and name in ids:
                expected = f"an id of its own: target {ids[name]} is called {name}"
                self._fault(f"target {number}: id", name, expected)
            elif isinstance(name, str):
                ids[name] = number
            if target is not None:
                targets.append(target)
        return tuple(targets), self._risk(whole.get("risk", {}))

    def _target(self, number: int, table: Mapping[str, Any]) -> Target | None:
        """One target; ``None`` when something is wrong with it."""
        before = len(self.faults)
        named = table.get("id", table.get("measure"))
        place = f"target {number}" + (f" ({named})" if isinstance(named, str) else "")
        for key in table:
            if key not in _KEYS:
                self._fault(f"{place}: {key}", None, suggestion("one of the keys", key, _KEYS))
        measure = self._measure(place, table.get("measure"))
        name = self._cell(f"{place}: id", cells.IDENTIFIER, table.get("id", None if measure is None else measure.value))
        sense, values = self._values(place, table, measure)
        firmness = self._firmness(place, table)
        price = self._price(place, table, firmness)
        probability = self._probability(place, table, firmness)
        authority_id = self._authority(place, table)
        if measure is None or sense is None or firmness is None or name is None or len(self.faults) > before:
            return None
        return Target(
            id=name,
            measure=measure,
            sense=sense,
            values=values,
            firmness=firmness,
            price_pence=price,
            probability=probability,
            authority_id=authority_id,
        )

    def _measure(self, place: str, value: object) -> Measure | None:
        if value not in _MEASURES:
            names = suggestion("one of", value, _MEASURES) if isinstance(value, str) else f"one of {_joined(_MEASURES)}"
            self._fault(f"{place}: measure", value, names)
            return None
        return Measure(value)

    def _cell(self, place: str, kind: cells.Kind, value: object) -> str | None:
        """A text as a cell of this kind; ``None`` when there is none or it cannot be read."""
        if value is None:
            return None
        if not isinstance(value, str):
            self._fault(place, value, kind.expected)
            return None
        read, expected = cells.read_cell(kind, value, self._lookup)
        if expected is not None:
            self._fault(place, value, expected)
        return None if expected is not None else str(read)

    def _authority(self, place: str, table: Mapping[str, Any]) -> str | None:
        key = self._cell(f"{place}: authority", cells.AUTHORITY, table.get("authority"))
        if key is not None and key not in self._instance.authority:
            self._fault(f"{place}: authority", table["authority"], "an authority of the instance")
        return key

    def _values(
        self, place: str, table: Mapping[str, Any], measure: Measure | None
    ) -> tuple[Sense | None, dict[int, float]]:
        """Which side is wanted, and the value by year."""
        given = [key for key in _SENSES if key in table]
        if len(given) != 1:
            found = " and ".join(given) or None
            self._fault(f"{place}: at_least or at_most", found, "one of the two: a number, a list, or values by year")
            return None, {}
        key = given[0]
        if measure is not None and measure.is_money and key == "at_least":
            self._fault(f"{place}: at_least", None, "at_most: a budget is the most that may be spent")
        values: dict[int, float] = {}
        for years, where, value in self._by_year(f"{place}: {key}", table[key]):
            number = self._number(where, value, measure)
            if number is not None:
                values |= dict.fromkeys(years, number)
        return _SENSES[key], values

    def _by_year(self, place: str, given: object) -> list[tuple[Sequence[int], str, object]]:
        """Years, place for a fault and value of each value given."""
        if isinstance(given, Mapping):
            if not given:
                self._fault(place, None, f"a value for at least one of the years {_joined(self._years)}")
            for name in given:
                if name not in self._years:
                    expected = suggestion("one of the years of the plan,", name, self._years)
                    self._fault(f"{place}.{name}", None, expected)
            return [([i], f"{place}.{name}", given[name]) for i, name in enumerate(self._years) if name in given]
        if isinstance(given, list):
            if not 1 <= len(given) <= len(self._years):
                expected = f"1 to {len(self._years)} values, for the years {_joined(self._years)}"
                self._fault(place, f"{len(given)} values", expected)
                return []
            return [([i], f"{place}[{i + 1}]", value) for i, value in enumerate(given)]
        return [(range(len(self._years)), place, given)]

    def _number(self, place: str, value: object, measure: Measure | None) -> float | None:
        if measure is not None and measure.is_share:
            low, high, expected = 0.0, 1.0, "a share from 0 to 1, such as 0.42"
        elif measure is not None and measure.is_money:
            low, high, expected = 0.0, _MOST_POUNDS, "pounds a year, 0 or more, without quotes or £"
        else:
            low, high, expected = 0.0, _MOST_POUNDS, "a number, 0 or more"
        return self._within(place, value, low, high, expected)

    def _within(self, place: str, value: object, low: float, high: float, expected: str) -> float | None:
        if not _is_number(value) or not low <= float(value) <= high:  # type: ignore[arg-type]
            self._fault(place, value, expected)
            return None
        return float(value)  # type: ignore[arg-type]

    def _firmness(self, place: str, table: Mapping[str, Any]) -> Firmness | None:
        meant = table.get("meant", Firmness.EXPECTED.value)
        if meant not in _MEANT:
            self._fault(f"{place}: meant", meant, f"one of {_joined(_MEANT)}")
            return None
        return Firmness(meant)

    def _price(self, place: str, table: Mapping[str, Any], firmness: Firmness | None) -> int | None:
        if "price" not in table:
            if firmness is Firmness.PRICED:
                self._fault(f"{place}: price", None, 'pounds for each unit missed in a year, as meant is "priced"')
            return None
        if firmness not in (Firmness.PRICED, None):
            self._fault(f"{place}: price", table["price"], 'no price, or meant = "priced"')
        pounds = self._within(f"{place}: price", table["price"], 0, 10**9, "pounds, 0 or more, without quotes or £")
        pence = None if pounds is None else round(pounds * 100)
        if pounds is not None and pence is not None and abs(pence - pounds * 100) > 1e-4:
            self._fault(f"{place}: price", table["price"], "whole pence")
        return pence

    def _probability(self, place: str, table: Mapping[str, Any], firmness: Firmness | None) -> float | None:
        if "probability" not in table:
            if firmness is Firmness.LIKELY:
                expected = 'the share of scenarios that it must hold in, such as 0.9, as meant is "likely"'
                self._fault(f"{place}: probability", None, expected)
            return None
        if firmness not in (Firmness.LIKELY, None):
            self._fault(f"{place}: probability", table["probability"], 'no probability, or meant = "likely"')
        return self._within(f"{place}: probability", table["probability"], math.ulp(0), 1, "a share above 0, up to 1")

    def _risk(self, table: object) -> Risk:
        """The weight of the worst futures."""
        if not isinstance(table, Mapping):
            self._fault("risk", table, "[risk], with weight and level below it")
            return Risk()
        default = Risk()
        for key in sorted(table.keys() - {"weight", "level"}):
            self._fault(f"risk: {key}", None, suggestion("one of the keys", key, ("weight", "level")))
        weight = self._within("risk: weight", table.get("weight", default.weight), 0, 1, "a share from 0 to 1")
        given, below_one = table.get("level", default.level), math.nextafter(1, 0)
        level = self._within("risk: level", given, 0, below_one, "a share below 1, such as 0.9")
        if weight is None or level is None:
            return default
        return Risk(weight=weight, level=level)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _joined(names: Iterable[str]) -> str:
    return ", ".join(names)


def targets_toml(targets: Iterable[Target], risk: Risk, first: Quarter, num_years: int) -> str:
    """Targets as the text of a TOML file; ``read_targets`` gives them back."""
    years = year_names(first, num_years)
    lines: list[str] = []
    for target in targets:
        key = next(key for key, sense in _SENSES.items() if sense is target.sense)
        entries: dict[str, Any] = {
            "id": target.id,
            "measure": target.measure.value,
            key: {years[year]: value for year, value in sorted(target.values.items())},
            "meant": target.firmness.value,
            "price": None if target.price_pence is None else target.price_pence / 100,
            "probability": target.probability,
            "authority": target.authority_id,
        }
        lines.append("[[target]]")
        lines += [f"{name} = {toml_value(value)}" for name, value in entries.items() if value is not None]
        lines.append("")
    lines += ["[risk]", f"weight = {toml_value(risk.weight)}", f"level = {toml_value(risk.level)}", ""]
    return "\n".join(lines)


def write_targets(targets: Iterable[Target], risk: Risk, path: Path, first: Quarter, num_years: int) -> None:
    """Write targets as TOML, all at once or not at all."""
    text = targets_toml(targets, risk, first, num_years)
    with written_at_once(path) as target:
        target.write_text(text, encoding="utf-8")
