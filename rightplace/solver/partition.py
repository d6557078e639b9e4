"""Regions of a large program: items and rows that have much to do with each other, and little with others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from rightplace.solver.cheapest import cheapest_columns
from rightplace.solver.structure import filled_rows
from rightplace.solver.transport_kernel import compiled

if TYPE_CHECKING:
    from rightplace.program import Floats, Ints, Mask, Program
    from rightplace.solver.structure import Structure

_NEAR_COLUMNS = 6
"""Columns of an item, the cheapest by reduced cost, that tie it to rows."""


class Map:
    """Which items and rows lie near each other.

    Its nodes are the clusters of items, then the rows that columns fill and that are not lazy.
    """

    def __init__(self, program: Program, structure: Structure) -> None:
        self._structure = structure
        rows = program.entry_rows
        lazy = lazy_rows(program)
        leads = filled_rows(program) & ~lazy
        self.num_clusters = int(structure.cluster.max(initial=-1)) + 1
        number = self.num_clusters + np.cumsum(leads) - 1
        entries = np.flatnonzero(leads[rows])
        self._row_node = np.full(program.num_columns, -1, dtype=np.int64)
        self._row_node[program.row_columns[entries]] = number[rows[entries]]
        self.cluster_of_column = np.where(structure.first_item >= 0, structure.cluster[structure.first_item], -1)
        with_item = np.flatnonzero(structure.first_item[program.row_columns] >= 0)[::-1]
        first_column = np.full(program.num_rows, -1, dtype=np.int64)
        first_column[rows[with_item]] = program.row_columns[with_item]
        row_node, cluster = self._row_node[first_column], self.cluster_of_column[first_column]
        self.node_of_column: Ints = np.where(self._row_node >= 0, self._row_node, self.cluster_of_column)
        self.node_of_row: Ints = np.where(lazy & (row_node >= 0), row_node, cluster)
        self.node_of_row[first_column < 0] = -1
        self.node_of_row[leads] = number[leads]
        self.num_nodes = self.num_clusters + int(leads.sum())
        self._weight = np.zeros(self.num_nodes, dtype=np.int64)
        self._weight[: self.num_clusters] = np.bincount(structure.cluster, minlength=self.num_clusters)

    def regions(self, reduced: Floats, size: int, seed: int) -> Ints:
        """The region of each node: connected as far as may be, of at most ``size`` items."""
        near = self._near(reduced)
        ends = (self.cluster_of_column[near], self._row_node[near])
        graph = csr_array((np.ones(len(near)), ends), shape=(self.num_nodes, self.num_nodes))
        found: list[Ints] = []
        self._split((graph + graph.T).tocsr(), np.arange(self.num_nodes), size, np.random.default_rng(seed), found)
        region = np.zeros(self.num_nodes, dtype=np.int64)
        for number, nodes in enumerate(found):
            region[nodes] = number
        return region

    def guests(self, reduced: Floats, inside: Mask) -> Mask:
        """The clusters of items elsewhere that have a row of a region among the rows of their cheapest columns.

        A price in the region is worth raising for what it brings in from them too, so theirs have to rise with it.
        """
        near = self._near(reduced)
        found = np.zeros(self.num_nodes, dtype=np.bool_)
        found[self.cluster_of_column[near[inside[self._row_node[near]]]]] = True
        return found & ~inside

    def _near(self, reduced: Floats) -> Ints:
        """The cheapest columns of each item that fill a row."""
        is_near = np.zeros(len(reduced), dtype=np.bool_)
        is_near[cheapest_columns(self._structure, reduced[self._structure.column], _NEAR_COLUMNS)] = True
        found: Ints = np.flatnonzero(is_near & (self._row_node >= 0))
        return found

    def _split(self, graph: csr_array, nodes: Ints, size: int, random: np.random.Generator, found: list[Ints]) -> None:
        """Halve some nodes, from one end of their graph to the other or from its midst, until no part is too large."""
        if self._weight[nodes].sum() <= size or len(nodes) < 2:
            found.append(nodes)
            return
        part = graph[nodes][:, nodes]
        order, reached = _breadth_first(part.indptr, part.indices, int(random.integers(len(nodes))))
        if random.random() < 0.5:  # else what lies around the node against the rest: other borders every time
            order, _ = _breadth_first(part.indptr, part.indices, int(order[reached - 1]))
        sums = np.cumsum(self._weight[nodes[order]])
        middle = min(max(int(np.searchsorted(sums, sums[-1] / 2)), 1), len(order) - 1)
        self._split(graph, nodes[order[:middle]], size, random, found)
        self._split(graph, nodes[order[middle:]], size, random, found)


@compiled
def _breadth_first(starts: Ints, neighbours: Ints, start: int) -> tuple[Ints, int]:
    """All nodes of a graph breadth first, one connected part after another, and how many the first part has."""
    num = len(starts) - 1
    order = np.empty(num, dtype=np.int64)
    is_seen = np.zeros(num, dtype=np.bool_)
    size, reached, done = 0, 0, 0
    for number in range(-1, num):
        node = start if number < 0 else number
        if is_seen[node]:
            continue
        is_seen[node] = True
        order[size] = node
        size += 1
        while done < size:
            for entry in range(starts[order[done]], starts[order[done] + 1]):
                other = neighbours[entry]
                if not is_seen[other]:
                    is_seen[other] = True
                    order[size] = other
                    size += 1
            done += 1
        if number < 0:
            reached = size
    return order, reached


def lazy_rows(program: Program) -> Mask:
    """The rows of the lazy blocks."""
    found = np.zeros(program.num_rows, dtype=np.bool_)
    for name in program.lazy_blocks:
        block = program.row_blocks.get(name, range(0))
        found[block.start : block.stop] = True
    return found
