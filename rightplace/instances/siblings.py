"""What is wrong with the sibling groups of an instance: who they name, and where they contradict each other."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

from rightplace.instances.children import SiblingGroup, Togetherness

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import networkx as nx

    from rightplace.errors import Fault
    from rightplace.instances.instance import References, Tables

    MakeFault = Callable[[str, str, str, object, str], Fault]
    """Table, id, column, value and what was expected, to the fault in the file and row where the object stands."""


def group_faults(references: References, fault: MakeFault) -> Iterator[Fault]:
    """Every sibling group that names too few or unknown children, or that other tables contradict."""
    groups_of: dict[str, list[str]] = defaultdict(list)
    for group in references.tables.sibling_groups:
        if len(set(group.child_ids)) < 2 or len(set(group.child_ids)) < len(group.child_ids):
            shown = "; ".join(group.child_ids)
            yield fault("sibling_groups", group.id, "child_ids", shown, "two or more different children")
        for child_id in group.child_ids:
            if references.lacks("children", child_id):
                yield fault("sibling_groups", group.id, "child_ids", child_id, "the id of a child")
            elif group.togetherness is not Togetherness.APART:
                groups_of[child_id].append(group.id)
        homes = _settled_homes(references.tables, group)
        if group.togetherness is Togetherness.REQUIRED and len(homes) > 1:
            expected = f"siblings who do not live apart for good; they do, in {', '.join(homes)}"
            yield fault("sibling_groups", group.id, "togetherness", "required", expected)
    for child_id, groups in groups_of.items():
        if len(groups) > 1:
            expected = f"each child in one required or preferred group; {child_id} is in {', '.join(groups)}"
            yield fault("sibling_groups", groups[1], "child_ids", child_id, expected)
    yield from _contradictions(references.tables, fault)


def _settled_homes(tables: Tables, group: SiblingGroup) -> list[str]:
    """Where the members live who neither wait nor may move."""
    known = [tables.child[child_id] for child_id in group.child_ids if child_id in tables.child]
    homes = {c.current_setting_id for c in known if not c.is_waiting and not c.may_move and c.current_setting_id}
    return sorted(homes)


def _contradictions(tables: Tables, fault: MakeFault) -> Iterator[Fault]:
    """Children who must live together, by one group or by a chain of them, and yet must never share a setting."""
    required = [group for group in tables.sibling_groups if group.togetherness is Togetherness.REQUIRED]
    named = {child_id for group in required for child_id in group.child_ids}
    apart = [pair for pair in _kept_apart(tables) if pair[0] in named and pair[1] in named]
    if not apart:
        return
    together = _together(required)
    for one, other, table, key, column, value in apart:
        chain = _chain(together, one, other)
        if chain:
            expected = f"children who need not live together; they must: {chain}"
            yield fault(table, key, column, value, expected)


def _kept_apart(tables: Tables) -> Iterator[tuple[str, str, str, str, str, str]]:
    """Each two children named never to share, with the table, id, column and value that say so."""
    for group in tables.sibling_groups:
        if group.togetherness is Togetherness.APART:
            for one, other in combinations(dict.fromkeys(group.child_ids), 2):
                yield one, other, "sibling_groups", group.id, "togetherness", f"apart ({one}, {other})"
    for child in tables.children:
        for other in sorted(child.separate_from_ids - {child.id}):
            yield child.id, other, "children", child.id, "separate_from_ids", other


def _together(required: Iterable[SiblingGroup]) -> nx.Graph[str]:
    """The graph of siblings who must live together: an edge for each two of a group, named after the group."""
    import networkx as nx

    graph: nx.Graph[str] = nx.Graph()
    for group in required:
        graph.add_edges_from(combinations(dict.fromkeys(group.child_ids), 2), group_id=group.id)
    return graph


def _chain(together: nx.Graph[str], one: str, other: str) -> str:
    """The shortest chain of required groups from one child to another, in words; empty where there is none."""
    import networkx as nx

    if not nx.has_path(together, one, other):
        return ""
    path = nx.shortest_path(together, one, other)
    return ", ".join(f"{a} with {b} ({together.edges[a, b]['group_id']})" for a, b in pairwise(path))
