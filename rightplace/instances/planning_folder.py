"""Planning inputs that lie beside an instance, in its folder ``planning``: levers, targets, demand, schedules."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from rightplace.errors import Fault, InstanceError
from rightplace.instances.library import library_names, library_path

_FOLDER = "planning"
_LEVERS = ("levers", "levers.xlsx", "levers.json")
_TARGETS = "targets.toml"
_DEMAND = "demand.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanningFiles:
    """What lies in a folder of planning inputs; ``None`` for what does not.

    Parameters
    ----------
    schedules
        Every other CSV of the folder, by its name without ending.
    """

    levers: Path | None = None
    targets: Path | None = None
    demand: Path | None = None
    schedules: dict[str, Path] = field(default_factory=dict)


def planning_folder(instance: str | Path) -> Path | None:
    """The folder of planning inputs of an instance given by path or library name; ``None`` where it has none.

    A path that exists comes before a library name. A workbook or a JSON file has none.
    """
    path = Path(instance)
    if not path.exists() and str(instance) in library_names():
        path = library_path(str(instance))
    folder = path / _FOLDER
    return folder if folder.is_dir() else None


def planning_files(instance: str | Path) -> PlanningFiles:
    """The planning inputs that lie beside an instance.

    Raises
    ------
    InstanceError
        When levers lie there in more than one form.
    """
    folder = planning_folder(instance)
    if folder is None:
        return PlanningFiles()
    levers = [folder / name for name in _LEVERS if (folder / name).exists()]
    if len(levers) > 1:
        names = " and ".join(path.name for path in levers)
        raise InstanceError([Fault(str(folder), None, None, names, "levers in one form")])
    targets, demand = folder / _TARGETS, folder / _DEMAND
    return PlanningFiles(
        levers=levers[0] if levers else None,
        targets=targets if targets.exists() else None,
        demand=demand if demand.exists() else None,
        schedules={path.stem: path for path in sorted(folder.glob("*.csv")) if path.name != _DEMAND},
    )
