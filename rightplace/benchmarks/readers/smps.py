"""Two-stage stochastic programs in SMPS: a core (.cor), its stages (.tim) and its scenarios (.sto).

Read: implicit time files of two stages; stochastic files INDEP DISCRETE (every combination becomes a scenario) and
SCENARIOS DISCRETE; random right-hand sides of the second stage. Anything else is refused by name.
Probabilities stay as the file states them; they may miss 1 by rounding.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from rightplace.benchmarks.problems import TwoStage
from rightplace.benchmarks.readers.mps import Core, Words, read_core
from rightplace.benchmarks.readers.variants import Reading
from rightplace.errors import Fault, InstanceError

if TYPE_CHECKING:
    from pathlib import Path

    from rightplace.program import Floats

MOST_SCENARIOS = 100_000
_PROBABILITY_ROUNDING = 1e-3
_EXTENSIONS = (".cor", ".tim", ".sto")


@dataclass(slots=True)
class _Stages:
    """The names of rows and columns, cut where the second stage begins; ``periods``: the names of the two."""

    rows: tuple[list[str], list[str]]
    columns: tuple[list[str], list[str]]
    periods: list[str]


@dataclass(slots=True)
class _Scenario:
    probability: float
    right: dict[str, float] = field(default_factory=dict)


def read_smps(path: Path, name: str) -> Reading:
    """The problem of three files that share a name; ``path`` is any one of them.

    Raises
    ------
    InstanceError
        When one is missing or has faults, or says something that is not read here.
    """
    core_path, time_path, stoch_path = _three(path)
    core = read_core(core_path)
    stages = _read_stages(time_path, core)
    _refuse_backwards(core, stages, core_path)
    return Reading(_problem(name, core, stages, _read_scenarios(stoch_path, core, stages)))


def _three(path: Path) -> list[Path]:
    packed = path.suffix if path.suffix.lower() == ".gz" else ""
    stem = path.with_suffix("").with_suffix("") if packed else path.with_suffix("")
    there = {p.name.lower(): p for p in stem.parent.iterdir()} if stem.parent.is_dir() else {}
    found, faults = [], []
    for extension in _EXTENSIONS:
        wanted = (stem.name + extension).lower()
        match = there.get(wanted) or there.get(wanted + ".gz")
        if match is None:
            faults.append(
                Fault(str(stem.parent / (stem.name + extension)), None, None, None, "this file: SMPS has three")
            )
        else:
            found.append(match)
    if faults:
        raise InstanceError(faults)
    return found


def _read_stages(path: Path, core: Core) -> _Stages:
    words = Words(path)
    starts: list[tuple[str, str, str]] = []
    for is_head, line in words:
        if is_head:
            if words.section not in ("TIME", "PERIODS", "ENDATA"):
                words.fault(line[0], "TIME, PERIODS or ENDATA")
            if words.section == "PERIODS" and [word.upper() for word in line[1:]] not in ([], ["LP"], ["IMPLICIT"]):
                words.fault(" ".join(line), "PERIODS of implicit stages")
        elif words.section != "PERIODS" or len(line) != 3:
            words.fault(" ".join(line), "the first column, the first row and the name of a stage, below PERIODS")
        else:
            starts.append((line[0], line[1], line[2]))
            for found, known, what in ((line[0], core.entries, "column"), (line[1], core.kinds, "row")):
                if found not in known:
                    words.fault(found, f"the name of a {what} of the core")
    if len(starts) != 2:
        words.fault(str(len(starts)), "two stages")
    words.refuse()
    columns = list(core.entries)
    rows = [row for row, kind in core.kinds.items() if kind != "N"]
    all_rows = list(core.kinds)
    cut = all_rows.index(starts[1][1])
    num_first = sum(core.kinds[row] != "N" for row in all_rows[:cut])
    first_column = columns.index(starts[1][0])
    return _Stages(
        (rows[:num_first], rows[num_first:]),
        (columns[:first_column], columns[first_column:]),
        [start[2] for start in starts],
    )


def _refuse_backwards(core: Core, stages: _Stages, path: Path) -> None:
    """A row of the first stage must not know a column of the second."""
    first = set(stages.rows[0])
    faults = [
        Fault(str(path), None, column, row, "no column of the second stage in a row of the first")
        for column in stages.columns[1]
        for row in core.entries[column]
        if row in first
    ]
    if faults:
        raise InstanceError(faults)


class _ScenarioReader:
    def __init__(self, path: Path, core: Core, stages: _Stages) -> None:
        self.words = Words(path)
        self.core = core
        self.random_rows = set(stages.rows[1])
        self.second_period = stages.periods[1]
        self.scenarios: dict[str, _Scenario] = {}
        self.at: _Scenario | None = None
        self.independent: dict[str, list[tuple[float, float]]] = {}

    def read(self) -> list[_Scenario]:
        for is_head, words in self.words:
            section = self.words.section
            if is_head:
                self._head(section, words)
            elif section == "SCENARIOS":
                self._scenario_line(words)
            elif section == "INDEP":
                self._independent_line(words)
            else:
                self.words.fault(" ".join(words), "a line below INDEP or SCENARIOS")
        found = self._combined() if self.independent else list(self.scenarios.values())
        total = sum(scenario.probability for scenario in found)
        if abs(total - 1.0) > _PROBABILITY_ROUNDING:
            self.words.fault(f"{total:g}", "scenarios whose probabilities add up to 1")
        self.words.refuse()
        return found

    def _head(self, section: str, words: list[str]) -> None:
        if section not in ("STOCH", "INDEP", "SCENARIOS", "ENDATA"):
            self.words.fault(words[0], "STOCH, INDEP, SCENARIOS or ENDATA (others, as BLOCKS, are not read here)")
        if section in ("INDEP", "SCENARIOS"):
            if [word.upper() for word in words[1:]] not in (["DISCRETE"], ["DISCRETE", "REPLACE"]):
                self.words.fault(" ".join(words), f"{section} DISCRETE, whose numbers replace the core's")
            if self.independent or self.scenarios:
                self.words.fault(words[0], "one section of scenarios, not a second")

    def _scenario_line(self, words: list[str]) -> None:
        if words[0].upper() == "SC":
            self._new_scenario(words)
        elif self.at is None:
            self.words.fault(" ".join(words), "a line SC that opens a scenario")
        elif len(words) not in (3, 5):
            self.words.fault(" ".join(words), "RHS, and one or two pairs of a row and a number")
        else:
            for row, value in zip(words[1::2], words[2::2], strict=True):
                number = self.words.number(value)
                if self._is_random(words[0], row):
                    self.at.right[row] = number

    def _new_scenario(self, words: list[str]) -> None:
        if len(words) != 5:
            self.words.fault(" ".join(words), "SC, a name, the scenario it branches from, a probability and a stage")
            return
        name, parent = words[1], words[2].strip("'")
        if name in self.scenarios:
            self.words.fault(name, "the name of a new scenario")
        if parent.upper() != "ROOT" and parent not in self.scenarios:
            self.words.fault(words[2], "ROOT or the name of a scenario above")
        if words[4] != self.second_period:
            self.words.fault(words[4], f"{self.second_period}, the second stage")
        inherited = self.scenarios.get(parent, _Scenario(0.0)).right
        self.at = self.scenarios[name] = _Scenario(self._probability(words[3]), dict(inherited))

    def _probability(self, text: str) -> float:
        found = self.words.number(text)
        if not 0.0 <= found <= 1.0:
            self.words.fault(text, "a probability, from 0 to 1")
        return found

    def _independent_line(self, words: list[str]) -> None:
        """``RHS row value [stage] probability``."""
        if len(words) not in (4, 5) or (len(words) == 5 and words[3] != self.second_period):
            self.words.fault(" ".join(words), f"RHS, a row, a number, {self.second_period} and a probability")
            return
        value, probability = self.words.number(words[2]), self._probability(words[-1])
        if self._is_random(words[0], words[1]):
            self.independent.setdefault(words[1], []).append((value, probability))

    def _is_random(self, what: str, row: str) -> bool:
        if what.upper() != "RHS" and what != self.core.right_name:
            self.words.fault(what, "RHS: only right-hand sides may be random here")
            return False
        if row not in self.random_rows:
            self.words.fault(row, "the name of a row of the second stage")
            return False
        return True

    def _combined(self) -> list[_Scenario]:
        """Every combination of the independent right-hand sides."""
        num = int(np.prod([len(values) for values in self.independent.values()], dtype=object))
        if num > MOST_SCENARIOS:
            self.words.fault(str(num), f"at most {MOST_SCENARIOS} combinations of the independent right-hand sides")
            self.words.refuse()
        scenarios = []
        for combination in itertools.product(*self.independent.values()):
            right = dict(zip(self.independent, (value for value, _ in combination), strict=True))
            scenarios.append(_Scenario(float(np.prod([probability for _, probability in combination])), right))
        return scenarios


def _read_scenarios(path: Path, core: Core, stages: _Stages) -> list[_Scenario]:
    return _ScenarioReader(path, core, stages).read()


def _problem(name: str, core: Core, stages: _Stages, scenarios: list[_Scenario]) -> TwoStage:
    first_rows, second_rows = stages.rows
    first_columns, second_columns = stages.columns
    first_right = np.array([core.right.get(row, 0.0) for row in first_rows])
    second_right = np.array(
        [[scenario.right.get(row, core.right.get(row, 0.0)) for row in second_rows] for scenario in scenarios]
    ).reshape(len(scenarios), len(second_rows))
    first_lower, first_upper = core.limits(first_rows, first_right)
    row_lower, row_upper = core.limits(second_rows, second_right)
    return TwoStage(
        name=name,
        first_costs=_costs(core, first_columns),
        first_lower=_bounds(core.lower, first_columns, 0.0),
        first_upper=_bounds(core.upper, first_columns, np.inf),
        first_is_integer=np.array([core.is_integer[column] for column in first_columns], dtype=bool),
        first_matrix=core.matrix(first_rows, first_columns),
        first_row_lower=first_lower,
        first_row_upper=first_upper,
        second_costs=_costs(core, second_columns),
        second_lower=_bounds(core.lower, second_columns, 0.0),
        second_upper=_bounds(core.upper, second_columns, np.inf),
        second_is_integer=np.array([core.is_integer[column] for column in second_columns], dtype=bool),
        technology=core.matrix(second_rows, first_columns),
        recourse=core.matrix(second_rows, second_columns),
        probabilities=np.array([scenario.probability for scenario in scenarios]),
        row_lower=row_lower,
        row_upper=row_upper,
    )


def _costs(core: Core, columns: list[str]) -> Floats:
    return np.array([core.entries[column].get(core.objective, 0.0) for column in columns])


def _bounds(given: dict[str, float], columns: list[str], otherwise: float) -> Floats:
    return np.array([given.get(column, otherwise) for column in columns])
