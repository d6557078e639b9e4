"""The instances that ship with the package: folders of CSV tables beside this file, one an instance.

All children and settings in them are made up; ``docs/library`` says what each is calibrated to.
"""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent


def library_names() -> tuple[str, ...]:
    """Names of the library instances, in alphabetical order."""
    return tuple(sorted(about.parent.name for about in _HERE.glob("*/about.csv")))


def library_path(name: str) -> Path:
    """The folder of a library instance, for ``read_instance``.

    Raises
    ------
    ValueError
        If the library has no instance of this name; the message lists those it has.
    """
    if name not in library_names():
        raise ValueError(f"{name!r} is not in the library: expected one of {', '.join(library_names())}")
    return _HERE / name
