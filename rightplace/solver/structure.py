"""What a program looks like to the heuristics: items of which each takes one column, and rows that columns fill."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rightplace.program import Floats, Ints, Mask, Program


@dataclass(frozen=True, slots=True)
class Structure:
    """Items and their columns.

    An item is a row of a partition: its columns sum to one (all coefficients 1, both sides 1). A column may belong to
    several items, which it settles together, or to none.

    Parameters
    ----------
    item, column
        One entry for each column of each item, sorted by item.
    first
        (num_items + 1,): the entries of item ``i`` are ``first[i]:first[i + 1]``.
    num_of_column
        Per column of the program: to how many items it belongs.
    first_item
        Per column: one of its items, -1 without.
    cluster
        Per item: number of its cluster; items that share a column are in one.
    """

    item: Ints
    column: Ints
    first: Ints
    num_of_column: Ints
    first_item: Ints
    cluster: Ints

    @property
    def num_items(self) -> int:
        """Number of items."""
        return len(self.first) - 1


def structure_of(program: Program) -> Structure:
    """Find the items of a program."""
    rows = program.entry_rows
    ones = np.bincount(rows, program.row_values != 1.0, minlength=program.num_rows) == 0
    is_item = ones & (program.row_lower == 1) & (program.row_upper == 1) & (np.diff(program.row_starts) > 0)
    number = np.cumsum(is_item) - 1
    entry = is_item[rows]
    item, column = number[rows[entry]], program.row_columns[entry]
    num_of_column = np.bincount(column, minlength=program.num_columns)
    first_item = np.full(program.num_columns, -1, dtype=np.int64)
    first_item[column[::-1]] = item[::-1]
    num_items = int(is_item.sum())
    return Structure(
        item=item,
        column=column,
        first=np.searchsorted(item, np.arange(num_items + 1)),
        num_of_column=num_of_column,
        first_item=first_item,
        cluster=_clusters(num_items, item, column, first_item, num_of_column > 1),
    )


def _clusters(num_items: int, item: Ints, column: Ints, first_item: Ints, is_shared: Mask) -> Ints:
    """Number the connected components of the graph in which items that share a column are joined."""
    import networkx

    graph: networkx.Graph[int] = networkx.Graph()
    graph.add_nodes_from(range(num_items))
    shared = is_shared[column]
    pairs = np.unique(np.stack([first_item[column[shared]], item[shared]], axis=1), axis=0)
    graph.add_edges_from(pairs.tolist())
    cluster = np.zeros(num_items, dtype=np.int64)
    for number, members in enumerate(networkx.connected_components(graph)):
        cluster[list(members)] = number
    return cluster


def filled_rows(program: Program) -> Mask:
    """Rows that their columns fill up: no lower side, and every coefficient positive."""
    empties = np.bincount(program.entry_rows, program.row_values <= 0, minlength=program.num_rows) > 0
    found: Mask = ~empties & ~np.isfinite(program.row_lower) & (program.row_upper > 0)
    return found


def shares(structure: Structure, amounts: Floats) -> Floats:
    """Per entry of the structure: the amount of its column, divided among the items that the column settles."""
    return (amounts / np.maximum(1, structure.num_of_column))[structure.column]
