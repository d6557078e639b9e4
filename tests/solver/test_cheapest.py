"""The cheapest columns of each item."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rightplace.solver.cheapest import cheapest_columns
from rightplace.solver.structure import Structure


@given(
    amounts=st.lists(st.lists(st.integers(-3, 3), max_size=8), max_size=6),
    num=st.integers(1, 5),
)
def test_they_are_those_that_sorting_gives(amounts: list[list[int]], num: int) -> None:
    """Of each item the first few of its columns in the order of their amounts, of equals the earlier ones."""
    sizes = [len(item) for item in amounts]
    first = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    entries = np.arange(first[-1])
    none = np.zeros(0, dtype=np.int64)
    structure = Structure(np.repeat(np.arange(len(sizes)), sizes), entries[::-1].copy(), first, none, none, none)
    expected = []
    for start, item in zip(first, amounts, strict=False):
        expected += [int(start) + k for k in sorted(range(len(item)), key=lambda k, item=item: item[k])[:num]]
    flat = np.array([amount for item in amounts for amount in item], dtype=np.float64)
    assert cheapest_columns(structure, flat, num).tolist() == structure.column[expected].tolist()
