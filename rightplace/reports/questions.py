"""Into how many separate questions an instance falls: children and settings that have nothing to do with the others."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from rightplace.instances.children import Togetherness
from rightplace.instances.settings import ContractKind
from rightplace.rules.catalogue import lawful
from rightplace.rules.pairs import Facts, Pairs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import networkx as nx

    from rightplace.instances.instance import Instance

    Node = tuple[str, str]
    """A table and an id."""

MOST_PAIRS = 10_000_000
"""Pairs of a waiting child and a setting up to which the questions are looked for: seconds, not minutes."""


@dataclass(frozen=True, slots=True)
class Questions:
    """The separate questions of an instance.

    Parameters
    ----------
    sizes
        Children who wait and settings of each question that has both, the one with most children first.
    without_settings
        The children who wait and to whom the rules leave no setting open.
    """

    sizes: tuple[tuple[int, int], ...]
    without_settings: tuple[str, ...]


def questions_of(instance: Instance) -> Questions | None:
    """The connected components of the graph of waiting children and settings; ``None`` for a very large instance."""
    import networkx as nx

    if len(instance.candidates()) * len(instance.settings) > MOST_PAIRS:
        return None
    open_to = _open_settings(instance)
    parts = [_count(part) for part in nx.connected_components(_graph(instance, open_to))]
    sizes = sorted((size for size in parts if all(size)), reverse=True)
    return Questions(tuple(sizes), tuple(child_id for child_id, settings in open_to.items() if not settings))


def _count(part: set[Node]) -> tuple[int, int]:
    """Waiting children and settings of a component."""
    tables = [table for table, _ in part]
    return tables.count("children"), tables.count("settings")


def _open_settings(instance: Instance) -> dict[str, list[str]]:
    """The settings that the rules leave open to each child who waits."""
    facts = Facts(instance)
    found: dict[str, list[str]] = {child.id: [] for child in instance.candidates()}
    pairs = lawful(Pairs.product(facts, facts.candidate_idx, np.arange(len(instance.settings))))
    for child, setting in zip(pairs.child_idx.tolist(), pairs.setting_idx.tolist(), strict=True):
        found[instance.children[child].id].append(instance.settings[setting].id)
    return found


def _graph(instance: Instance, open_to: Mapping[str, Sequence[str]]) -> nx.Graph[Node]:
    """What hangs together: a child and each setting open to it, brothers and sisters, settings that share a block.

    A child who leaves a setting in which others may follow it hangs together with them as well.
    """
    import networkx as nx

    graph: nx.Graph[Node] = nx.Graph()
    wanted = {setting_id for settings in open_to.values() for setting_id in settings}
    for child_id, settings in open_to.items():
        child: Node = ("children", child_id)
        graph.add_node(child)
        graph.add_edges_from((child, ("settings", setting_id)) for setting_id in settings)
        current = instance.child[child_id].current_setting_id
        if settings and current in wanted:
            graph.add_edge(child, ("settings", str(current)))
    for group in instance.sibling_groups:
        if group.togetherness is not Togetherness.APART:
            waiting = [child_id for child_id in group.child_ids if child_id in open_to]
            graph.add_edges_from((("children", one), ("children", other)) for one, other in pairwise(waiting))
    for setting_id in wanted:
        contract_id = instance.setting[setting_id].offer.contract_id
        if contract_id is not None and instance.contract[contract_id].kind is ContractKind.BLOCK:
            graph.add_edge(("settings", setting_id), ("contracts", contract_id))
    return graph
