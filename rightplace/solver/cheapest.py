"""The few cheapest columns of each item of a large program, found in one pass by compiled code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rightplace.solver.transport_kernel import compiled

if TYPE_CHECKING:
    from rightplace.program import Floats, Ints
    from rightplace.solver.structure import Structure


def cheapest_columns(structure: Structure, amounts: Floats, num: int) -> Ints:
    """The columns of each item with the least amounts, at most ``num`` of them; of equals those that come first.

    Parameters
    ----------
    amounts
        One for each entry of the structure.
    """
    found: Ints = structure.column[_least(amounts, structure.first, num)]
    return found


@compiled
def _least(amounts: Floats, first: Ints, num: int) -> Ints:
    """Positions of the ``num`` least amounts between each two ends, sorted."""
    found = np.empty(min(len(amounts), num * (len(first) - 1)), dtype=np.int64)
    size = 0
    best = np.empty(num, dtype=np.int64)
    for item in range(len(first) - 1):
        many = 0
        for entry in range(first[item], first[item + 1]):
            amount = amounts[entry]
            if many == num and not amount < amounts[best[num - 1]]:
                continue
            place = many if many < num else num - 1
            while place > 0 and amount < amounts[best[place - 1]]:
                best[place] = best[place - 1]
                place -= 1
            best[place] = entry
            many = min(num, many + 1)
        found[size : size + many] = best[:many]
        size += many
    return found[:size]
