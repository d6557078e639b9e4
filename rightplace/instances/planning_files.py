"""Planning inputs that lie beside an instance, in the folder ``planning`` of its own.

There are ``levers`` (a folder, .xlsx or .json), ``targets.toml``, ``demand.csv``, and schedules as further CSVs.
"""

from __future__ import annotations

from pathlib import Path

from rightplace.instances.library import library_names, library_path

FOLDER = "planning"
"""Its name."""


def planning_folder(instance: str | Path) -> Path | None:
    """The folder of planning inputs of an instance given by path or library name; ``None`` where it has none.

    A path that exists comes before a library name. A workbook or a JSON file has none.
    """
    path = Path(instance)
    if not path.exists() and str(instance) in library_names():
        path = library_path(str(instance))
    folder = path / FOLDER
    return folder if folder.is_dir() else None
