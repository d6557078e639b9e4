"""From a first-stage point to a schedule in domain words, back again, and what a user pins or forbids."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from rightplace.capacity_plan import Action, schedule_of
from rightplace.models.capacity_effects import capacity_effects

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet

    from rightplace.instances.quarters import Quarter
    from rightplace.models.capacity_columns import CapacityColumns
    from rightplace.models.capacity_today import CapacityData
    from rightplace.staged import Floats, Ints, StagedProgram

_NOTHING = 1e-6
"""Smaller amounts of a lever are rounding."""
_DECIMALS = 9
"""Of quantities: less than a solver can tell apart, so that a schedule keeps every limit that its point keeps."""


def capacity_schedule(data: CapacityData, columns: CapacityColumns, point: Floats) -> tuple[Action, ...]:
    """The levers that a point uses, by quarter."""
    actions = []
    for name, uses in columns.blocks.items():
        if name in ("let", "convert"):
            continue
        for lever, quarter, amount in zip(uses.lever, uses.quarter, point[uses.column].tolist(), strict=True):
            quantity = float(round(amount)) if name in columns.whole else round(amount, _DECIMALS)
            if quantity > _NOTHING:
                when = data.case.first + int(quarter)
                actions.append(Action(lever_id=uses.levers[lever].id, quantity=quantity, quarter=when))
    return schedule_of([*actions, *_conversions(columns, point)])


def point_of(data: CapacityData, columns: CapacityColumns, schedule: Iterable[Action]) -> Floats:
    """The point of a schedule; ``capacity_schedule`` of it is the schedule.

    A schedule does not say which supply converted places come off: they come off in proportion to the room that is left
    in each.

    Raises
    ------
    ValueError
        Naming every action that has no column: an unknown or disabled lever, or a quarter that its lead time, earliest
        or latest quarter or its enquiries rule out; and every lever that stands twice in a quarter.
    """
    actions = schedule_of(schedule)
    at, converting = _places(columns)
    _refuse(_wrong(columns, actions, at.keys() | converting))
    point = np.zeros(columns.num_columns)
    for action in actions:
        for column, is_switch in at.get((action.lever_id, action.quarter), ()):
            point[column] = 1.0 if is_switch else action.quantity
    _convert(data, columns, actions, point)
    for row in columns.present:
        point[row.column] = float(point[row.openings].max(initial=0.0))
    return point


def baseline_point(columns: CapacityColumns) -> Floats:
    """The point at which no lever is used."""
    return np.zeros(columns.num_columns)


def pinned(
    staged: StagedProgram,
    columns: CapacityColumns,
    pins: Iterable[Action] = (),
    forbids: Iterable[tuple[str, Quarter | None]] = (),
) -> StagedProgram:
    """The same program with some actions fixed, and some levers forbidden in a quarter or (``None``) altogether.

    A pin fixes the quantity of the lever in that quarter and leaves its other quarters free; of a conversion it holds
    until the next pin of the same one.

    Raises
    ------
    ValueError
        Naming every pin that has no column, every forbidden lever that there is none of, and every pin that is
        forbidden.
    """
    actions, banned = schedule_of(pins), tuple(forbids)
    at, converting = _places(columns)
    wrong = _wrong(columns, actions, at.keys() | converting)
    wrong += [f"{lever_id}: expected an enabled lever" for lever_id, _ in banned if lever_id not in columns.levers]
    _refuse(wrong + _contradictions(columns, actions, banned))
    first = staged.first
    lower, upper = first.lower.copy(), first.upper.copy()
    for action in actions:
        for column, is_switch in at.get((action.lever_id, action.quarter), ()):
            lower[column] = upper[column] = float(action.quantity > 0) if is_switch else action.quantity
    for uses in columns.blocks.values():
        for lever, quarter, column in zip(uses.lever, uses.quarter, uses.column, strict=True):
            when = columns.first + int(quarter)
            if any(uses.levers[lever].id == key and banned_at in (None, when) for key, banned_at in banned):
                lower[column] = upper[column] = 0.0
    held = _held(columns, [action for action in actions if (action.lever_id, action.quarter) in converting])
    program = replace(first, lower=lower, upper=upper)
    if held:
        sizes = [len(found) for found, _ in held]
        rows = np.repeat(np.arange(len(held)), sizes)
        found = np.concatenate([row[0] for row in held])
        amount = np.array([row[1] for row in held])
        one = np.ones(len(found))
        program = program.with_rows("pinned_most", rows, found, one, amount)
        program = program.with_rows("pinned_least", rows, found, -one, -amount)
    return replace(staged, first=program)


def _places(
    columns: CapacityColumns,
) -> tuple[dict[tuple[str, Quarter], list[tuple[int, bool]]], set[tuple[str, Quarter]]]:
    """By lever and quarter, the columns of an action and whether each is a switch; and what may be converted when."""
    at: dict[tuple[str, Quarter], list[tuple[int, bool]]] = defaultdict(list)
    converting = set()
    for name, uses in columns.blocks.items():
        for lever, quarter, column in zip(
            uses.lever.tolist(), uses.quarter.tolist(), uses.column.tolist(), strict=True
        ):
            key = (uses.levers[lever].id, columns.first + quarter)
            if name == "convert":
                converting.add(key)
            else:
                at[key].append((column, name == "let"))
    return dict(at), converting


def _wrong(columns: CapacityColumns, actions: tuple[Action, ...], known: AbstractSet[tuple[str, Quarter]]) -> list[str]:
    """What is wrong with actions: no column, or twice the same lever in a quarter."""
    times = Counter((action.lever_id, action.quarter) for action in actions)
    wrong = [_no_column(columns, action) for action in actions if (action.lever_id, action.quarter) not in known]
    return wrong + [f"{key} in {when}: expected once, found {n} times" for (key, when), n in times.items() if n > 1]


def _refuse(wrong: list[str]) -> None:
    if wrong:
        raise ValueError("; ".join(wrong))


def _contradictions(
    columns: CapacityColumns, actions: Iterable[Action], banned: Iterable[tuple[str, Quarter | None]]
) -> list[str]:
    """Each pin that is forbidden: both are named. A pinned conversion also holds in the quarters that follow."""
    actions = tuple(actions)
    pinned_at = {(action.lever_id, action.quarter) for action in actions if action.quantity > 0}
    pinned_at |= {
        (columns.convert.levers[lever].id, columns.first + quarter)
        for (lever, quarter), places in _in_force(columns, actions).items()
        if places > 0
    }
    found = []
    for key, banned_at in banned:
        pins = [quarter for lever_id, quarter in pinned_at if lever_id == key and banned_at in (None, quarter)]
        if pins:
            when = "in every quarter" if banned_at is None else f"in {banned_at}"
            found.append(f"{key} is pinned in {min(pins)} and forbidden {when}: expected one of the two")
    return found


def _no_column(columns: CapacityColumns, action: Action) -> str:
    """What is wrong with an action that has no column."""
    what = f"{action.lever_id} in {action.quarter}"
    if action.lever_id not in columns.levers:
        return f"{what}: expected an enabled lever"
    at, converting = _places(columns)
    when = sorted(quarter for lever_id, quarter in at.keys() | converting if lever_id == action.lever_id)
    if not when:
        return f"{what}: the lever cannot take effect within the plan"
    return f"{what}: expected a quarter from {when[0]} to {when[-1]} in which it can take effect"


def _conversions(columns: CapacityColumns, point: Floats) -> list[Action]:
    """Converted places, in each quarter in which their number changes."""
    uses, actions = columns.convert, []
    for i, conversion in enumerate(uses.levers):
        taken = uses.of(i)
        places = np.bincount(uses.quarter[taken], point[uses.column[taken]], columns.num_quarters)
        before = 0.0
        for quarter in np.unique(uses.quarter[taken]).tolist():
            now = round(float(places[quarter]), _DECIMALS) if places[quarter] > _NOTHING else 0.0
            if abs(now - before) > _NOTHING:
                actions.append(Action(lever_id=conversion.id, quantity=now, quarter=columns.first + quarter))
                before = now
    return actions


def _in_force(columns: CapacityColumns, actions: Iterable[Action]) -> dict[tuple[int, int], float]:
    """By conversion and quarter from its first action on: the places stated last."""
    uses, found = columns.convert, {}
    stated = {(action.lever_id, action.quarter): action.quantity for action in actions}
    for i, conversion in enumerate(uses.levers):
        now: float | None = None
        for quarter in np.unique(uses.quarter[uses.of(i)]).tolist():
            now = stated.get((conversion.id, columns.first + quarter), now)
            if now is not None:
                found[i, quarter] = now
    return found


def _convert(data: CapacityData, columns: CapacityColumns, actions: Iterable[Action], point: Floats) -> None:
    """Enter converted places, taken off in proportion to the room that is left."""
    in_force = _in_force(columns, actions)
    if not in_force:
        return
    effects, uses = capacity_effects(data, columns), columns.convert
    room = data.base.copy()
    np.add.at(room, (effects.period, effects.node), effects.value * point[effects.column])
    of_key: dict[tuple[int, int], list[int]] = defaultdict(list)
    for entry, key in enumerate(zip(uses.lever.tolist(), uses.quarter.tolist(), strict=True)):
        of_key[key].append(entry)
    for (lever, quarter), places in in_force.items():
        entries = of_key[lever, quarter]
        left = np.maximum(room[quarter, uses.origin[entries]], 0.0)
        share = left / left.sum() if left.sum() > 0 else np.full(len(entries), 1 / len(entries))
        point[uses.column[entries]] = places * share
        room[quarter, uses.origin[entries]] -= places * share


def _held(columns: CapacityColumns, actions: list[Action]) -> list[tuple[Ints, float]]:
    """Columns whose sum a pinned conversion fixes, quarter by quarter, and the sum."""
    uses = columns.convert
    return [
        (uses.column[(uses.lever == lever) & (uses.quarter == quarter)], places)
        for (lever, quarter), places in _in_force(columns, actions).items()
    ]
