"""Best known values and bounds of public problems, as ``bench compare`` wants them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rightplace.benchmarks.compare import Known


def best_known() -> list[Known]:
    """Of every public problem that ships."""
    return []
