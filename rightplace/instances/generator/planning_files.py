"""Write levers and targets of a generated instance beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightplace.instances.generator.planning import planning_levers, planning_targets
from rightplace.instances.planning_files import FOLDER
from rightplace.instances.planning_tables import write_levers
from rightplace.instances.planning_targets import write_targets
from rightplace.instances.quarters import Quarter
from rightplace.instances.targets import Risk

if TYPE_CHECKING:
    from pathlib import Path

    from rightplace.instances.instance import Instance

NUM_YEARS = 5


def write_planning(instance: Instance, seed: int, folder: Path) -> None:
    """Write levers and targets into the planning folder of an instance.

    Parameters
    ----------
    seed
        As of ``planning_levers``.
    folder
        The folder of the instance.
    """
    first = Quarter.after(instance.date)
    planning = folder / FOLDER
    write_levers(planning_levers(instance, seed), planning / "levers")
    targets = planning_targets(instance, NUM_YEARS)
    write_targets(targets, Risk(), planning / "targets.toml", first, NUM_YEARS)
