"""Best known values and bounds of public problems, as ``bench compare`` wants them: minimised."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightplace.benchmarks.best_known import best_known
from rightplace.benchmarks.compare import Known
from rightplace.benchmarks.families import FAMILIES
from rightplace.benchmarks.readers.variants import parse_variant

if TYPE_CHECKING:
    from collections.abc import Iterator


def known_values() -> Iterator[Known]:
    """Of every public problem of which something is known, whether or not its file is here."""
    for family in FAMILIES:
        for name, best in best_known(family).items():
            sign = -1 if parse_variant(name.partition("@")[2]).is_maximisation else 1
            value, bound = (None if v is None else sign * v for v in (best.value, best.bound))
            yield Known(f"{family}/{name}", value, bound, best.source)
