"""What the planning commands share: the options that name a planning case, and opening it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rightplace.commands.common import DEFAULT_INSTANCE, open_instance, tell

if TYPE_CHECKING:
    from rightplace.instances.growth import Growth
    from rightplace.instances.instance import Instance
    from rightplace.instances.levers import Levers
    from rightplace.instances.planning_case import PlanningCase
    from rightplace.instances.scenario import Demand

DEFAULT_YEARS, DEFAULT_SCENARIOS, DEFAULT_GROWTH = 5, 100, "steady"
DEFAULT_GAP = 0.001
"""0.1% of total cost: what a plan can influence is a tenth or less of it, so this is about 1% of that."""
_FRESH_STREAM = 1
"""Of the generator: futures that no plan was made for."""
EXIT_LIMIT = 5
"""A limit came before any answer."""


class PlanSolverName(StrEnum):
    """Who solves: our decomposition, or another solver on the extensive form."""

    OURS = "ours"
    HIGHS = "highs"
    CBC = "cbc"
    SCIP = "scip"


DemandOption = Annotated[
    Path | None,
    typer.Option(
        help="A table of demand: cohort, quarter, scenario, children. Left out: the one that lies beside the instance; "
        "where there is none, or --growth is given, futures are generated around today's children."
    ),
]
TargetsOption = Annotated[
    Path | None,
    typer.Option(
        help="A targets.toml, or the name of one that lies with the instance. Left out: targets.toml there, or none."
    ),
]
LeversOption = Annotated[
    Path | None,
    typer.Option(
        help="Levers: folder, .xlsx or .json. Left out: those beside the instance, or levers at national unit costs."
    ),
]
ScenariosOption = Annotated[
    int | None,
    typer.Option(min=1, help=f"Scenarios to generate ({DEFAULT_SCENARIOS} if absent); of a table, the first so many."),
]
YearsOption = Annotated[
    int | None,
    typer.Option(min=1, max=30, help=f"Years of the plan ({DEFAULT_YEARS} if absent, or as many as a table has)."),
]
GrowthOption = Annotated[
    str | None,
    typer.Option(
        metavar="LINE",
        help="How the number of children in care grows: steady, deprivation, demographics, movement (the three lines "
        "of Barnet's strategy of 2014; their rates are ours), or a yearly rate such as 2%.",
    ),
]
SchedulerOption = Annotated[
    str | None,
    typer.Option(metavar="tcp://...", help="A Dask scheduler whose workers share the scenarios (rightplace[cluster])."),
]
WorkersOption = Annotated[int, typer.Option(min=1, help="Processes on this machine that share the scenarios.")]
PlanSolverOption = Annotated[
    PlanSolverName, typer.Option(help="Who solves. ours: a decomposition; the others take the extensive form whole.")
]
PlanGapOption = Annotated[
    float, typer.Option(min=0.0, max=1.0, help="Stop when the value may be this share too high: 0.001 is 0.1%.")
]
PlanSeedOption = Annotated[int, typer.Option(min=0, help="Seed for scenarios and solver.")]


_PATHS = ("policy", "demand", "targets", "levers")


@dataclass(frozen=True, slots=True)
class PlanningInputs:
    """Where a planning case comes from; plan files keep it, so that ``compare`` finds the case again."""

    instance: str
    policy: Path | None = None
    demand: Path | None = None
    targets: Path | None = None
    levers: Path | None = None
    scenarios: int | None = None
    years: int | None = None
    growth: str | None = None
    seed: int = 0

    @classmethod
    def of(cls, given: Mapping[str, Any], made_with: Mapping[str, Any]) -> PlanningInputs:
        """What the options say; where they say nothing, what a plan file was made with (``as_object``)."""
        found: dict[str, Any] = {}
        for part in fields(cls):
            value = given.get(part.name)
            value = made_with.get(part.name) if value is None else value
            if value is not None:
                found[part.name] = Path(value) if part.name in _PATHS else value
        return cls(**({"instance": DEFAULT_INSTANCE} | found))

    @property
    def sources(self) -> list[Path]:
        """What is read, as far as it has a path."""
        named = (Path(self.instance), self.policy, self.demand, self.targets, self.levers)
        return [path for path in named if path is not None and path.exists()]

    def as_object(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {name: str(value) if isinstance(value, Path) else value for name, value in asdict(self).items()}


def schedule_path(instance: str, path: Path) -> Path:
    """A schedule's file: as it is named, or else among the planning inputs that lie with the instance."""
    from rightplace.instances.planning_files import planning_folder

    return _beside(planning_folder(instance), path, ".csv")


def _beside(folder: Path | None, path: Path, ending: str) -> Path:
    """A file as it is named, or else, where no folder is, the one of that name in the planning folder.

    The ending may be left out there.
    """
    if path.exists() or folder is None or path.parent != Path():
        return path
    return _found(folder, path.name, f"{path.name}{ending}") or path


def open_case(inputs: PlanningInputs) -> PlanningCase:
    """The planning case that the options name; says on standard error where its parts come from.

    Raises
    ------
    typer.BadParameter
        When options contradict each other or ask for more than a table has.
    InstanceError
        Listing every fault of a file.
    """
    from rightplace.instances.planning_case import PlanningCase
    from rightplace.instances.planning_files import planning_folder
    from rightplace.instances.planning_instance import planning_instance
    from rightplace.instances.planning_targets import read_targets

    beside = planning_folder(inputs.instance)
    instance = open_instance(inputs.instance, inputs.policy)
    if beside is not None:
        instance = planning_instance(instance, beside)
    demand = _demand(inputs, instance, beside)
    levers = _levers(inputs, instance, beside, demand)
    case = PlanningCase(instance=instance, demand=demand, levers=levers)
    path = _found(beside, "targets.toml") if inputs.targets is None else _beside(beside, inputs.targets, ".toml")
    if path is None:
        tell("targets: none")
        return case
    targets, risk = read_targets(path, instance, demand.first, case.num_years)
    tell(f"targets: {path}")
    return case.replace(targets=targets, risk=risk)


def _found(folder: Path | None, *names: str) -> Path | None:
    """The first of some names that lies in the planning folder."""
    if folder is None:
        return None
    return next((folder / name for name in names if (folder / name).exists()), None)


def _table_of_demand(inputs: PlanningInputs, beside: Path | None) -> Path | None:
    """The table that demand is read from; ``None`` where it is generated."""
    if inputs.demand is not None and inputs.growth is not None:
        raise typer.BadParameter("--growth is for generated demand; a table (--demand) says itself how children grow")
    return inputs.demand or (None if inputs.growth is not None else _found(beside, "demand.csv"))


def _demand(inputs: PlanningInputs, instance: Instance, beside: Path | None) -> Demand:
    from rightplace.instances.demand import generate_demand
    from rightplace.instances.planning_tables import read_demand

    path = _table_of_demand(inputs, beside)
    if path is not None:
        tell(f"demand: {path}")
        return _part(read_demand(path, instance), inputs, path)
    growth = _growth(inputs)
    years, scenarios = inputs.years or DEFAULT_YEARS, inputs.scenarios or DEFAULT_SCENARIOS
    tell(f"demand: {scenarios} scenarios of {years} years generated, growth {growth.name}, seed {inputs.seed}")
    demand = generate_demand(instance, years=years, scenarios=scenarios, seed=inputs.seed, growth=growth)
    tell(f"cohorts: {len(demand.cohorts):,}")
    return demand


def fresh_demand(inputs: PlanningInputs, case: PlanningCase, scenarios: int) -> Demand | None:
    """Other futures of the same law, to test a plan on; ``None`` where none are asked for or demand is a table."""
    from rightplace.instances.demand import generate_demand
    from rightplace.instances.planning_files import planning_folder

    if not scenarios or _table_of_demand(inputs, planning_folder(inputs.instance)) is not None:
        return None
    growth = _growth(inputs)
    return generate_demand(
        case.instance, years=case.num_years, scenarios=scenarios, seed=inputs.seed, growth=growth, stream=_FRESH_STREAM
    )


def _growth(inputs: PlanningInputs) -> Growth:
    from rightplace.instances.growth import growth_of

    try:
        return growth_of(inputs.growth or DEFAULT_GROWTH)
    except ValueError as error:
        raise typer.BadParameter(f"--growth: {error}") from error


def _part(demand: Demand, inputs: PlanningInputs, path: Path) -> Demand:
    """The scenarios and years asked for of a table of demand."""
    import numpy as np

    from rightplace.instances.quarters import QUARTERS_A_YEAR

    num_years = demand.num_quarters // QUARTERS_A_YEAR
    years, scenarios = inputs.years or num_years, inputs.scenarios or demand.num_scenarios
    if years > num_years:
        raise typer.BadParameter(f"--years {years}: {path} has {num_years}")
    if scenarios > demand.num_scenarios:
        raise typer.BadParameter(f"--scenarios {scenarios}: {path} has {demand.num_scenarios}")
    some = demand if scenarios == demand.num_scenarios else demand.where(np.arange(scenarios))
    return replace(some, children=some.children[:, : years * QUARTERS_A_YEAR])


def _levers(inputs: PlanningInputs, instance: Instance, beside: Path | None, demand: Demand) -> Levers:
    from rightplace.instances.default_levers import default_levers
    from rightplace.instances.planning_tables import read_levers
    from rightplace.instances.quarters import QUARTERS_A_YEAR

    path = inputs.levers or _found(beside, "levers", "levers.xlsx", "levers.json")
    if path is None:
        tell("levers: at national unit costs, from rightplace (docs/formats/planning.md)")
        return default_levers(instance, demand.first)
    tell(f"levers: {path}")
    return read_levers(path, instance, demand.first, demand.num_quarters // QUARTERS_A_YEAR)
