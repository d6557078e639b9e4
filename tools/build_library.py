"""Build the instances of ``rightplace/instances/library``: two calibrated to Barnet's strategies, and a tiny one.

Run from the top folder, with the development dependencies installed:

    python -m tools.build_library

It takes a few seconds and writes the same bytes each time. All children and settings are made up; places are real.
``docs/library/<name>.md`` ties the totals to the published figures, and works out the best plan of ``tiny`` by hand.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rightplace.instances.tables import write_instance
from tools.library import barnet_2014, barnet_2014_planning, barnet_2023, tiny

if TYPE_CHECKING:
    from collections.abc import Callable

    from rightplace.instances.instance import Instance

LIBRARY = Path(__file__).parents[1] / "rightplace" / "instances" / "library"
BUILDERS: dict[str, Callable[[], Instance]] = {
    "barnet_2014": barnet_2014.build,
    "barnet_2023": barnet_2023.build,
    "tiny": tiny.build,
}
PLANNING: dict[str, Callable[[Path], None]] = {"barnet_2014": barnet_2014_planning.write_planning}
"""What writes the planning inputs that follow from figures; the others are written by hand."""


def build_library(folder: Path, *names: str) -> None:
    """Write the instances of these names (all when none is given) as folders of CSV tables below a folder."""
    for name in names or tuple(BUILDERS):
        write_instance(BUILDERS[name](), folder / name)
        if name in PLANNING:
            PLANNING[name](folder / name / "planning")


if __name__ == "__main__":
    build_library(LIBRARY, *sys.argv[1:])
