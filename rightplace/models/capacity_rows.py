r"""The first-stage rows of a capacity plan, one function a family, blocks named after the function.

Notation: columns :math:`x_{lq}` of lever l and quarter q; :math:`H_f(q)` households of funnel f at the start of quarter
q, linear in recruits and prevented leavers; y years.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from rightplace.instances.quarters import QUARTERS_A_YEAR
from rightplace.models.capacity_effects import Effects, households_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rightplace.models.capacity_columns import CapacityColumns
    from rightplace.models.capacity_today import CapacityData, FunnelData
    from rightplace.program import ProgramBuilder

_Entry = tuple[int, float]


class _Family:
    """Collects rows of a family: entries (column, value), and sides."""

    def __init__(self) -> None:
        self._entries: list[tuple[int, int, float]] = []
        self._lower: list[float] = []
        self._upper: list[float] = []

    def add(self, entries: Iterable[_Entry], lower: float, upper: float) -> None:
        """One more row."""
        row = len(self._lower)
        self._entries += [(row, column, value) for column, value in entries]
        self._lower.append(lower)
        self._upper.append(upper)

    def into(self, builder: ProgramBuilder, name: str) -> None:
        """Add the rows to a program."""
        rows, columns, values = ([entry[i] for entry in self._entries] for i in range(3))
        builder.add_rows(name, rows, columns, values, np.array(self._lower), np.array(self._upper))


def add_rows(builder: ProgramBuilder, data: CapacityData, columns: CapacityColumns, effects: Effects) -> None:
    """Every family."""
    one_opening_a_site(builder, columns)
    one_change_a_home(builder, columns)
    one_start_a_block(builder, columns)
    beds_of_a_block(builder, columns)
    enquiries(builder, data, columns)
    most_households(builder, data, columns)
    shares_of_profiles(builder, columns)
    prevented(builder, data, columns)
    converted(builder, columns)
    taken_off(builder, data, columns, effects)
    present(builder, columns)
    missed(builder, data, columns)


def one_opening_a_site(builder: ProgramBuilder, columns: CapacityColumns) -> None:
    r""":math:`\sum_{h \in s, q} x_{hq} \le 1` for each site s: one size and focus, once."""
    sites = [home.site for home in columns.open.levers]
    _at_most_one(builder, "one_opening_a_site", sites, columns.open.lever.tolist(), columns.open.column.tolist())


def one_change_a_home(builder: ProgramBuilder, columns: CapacityColumns) -> None:
    r""":math:`\sum_{c \in h, q} x_{cq} \le 1` for each home h of today."""
    homes = [change.setting_id for change in columns.change.levers]
    _at_most_one(builder, "one_change_a_home", homes, columns.change.lever.tolist(), columns.change.column.tolist())


def one_start_a_block(builder: ProgramBuilder, columns: CapacityColumns) -> None:
    r""":math:`\sum_q l_{bq} \le 1` for each block b."""
    blocks = [block.id for block in columns.let.levers]
    _at_most_one(builder, "one_start_a_block", blocks, columns.let.lever.tolist(), columns.let.column.tolist())


def beds_of_a_block(builder: ProgramBuilder, columns: CapacityColumns) -> None:
    r""":math:`\max(1, m_b) l_{bq} \le x_{bq} \le M_b l_{bq}`: a block that is let has its least number of beds."""
    family = _Family()
    for lever, let, beds in zip(columns.let.lever, columns.let.column, columns.beds.column, strict=True):
        block = columns.let.levers[lever]
        family.add([(int(beds), 1.0), (int(let), -float(max(1, block.min_beds)))], 0.0, np.inf)
        family.add([(int(beds), 1.0), (int(let), -float(block.max_beds))], -np.inf, 0.0)
    family.into(builder, "beds_of_a_block")


def enquiries(builder: ProgramBuilder, data: CapacityData, columns: CapacityColumns) -> None:
    r""":math:`\sum_{p \in f} x_{pq} \le a_f(q - \ell)\,(e_f(q - \ell) + w_f H_f(q - \ell))`, lag :math:`\ell`.

    a: approvals by enquiry, e: general enquiries of the quarter, w: what a household's word of mouth is worth.
    """
    family = _Family()
    for funnel in data.funnels:
        lag, worth = funnel.funnel.lag_quarters, funnel.enquiries_per_household
        households = _households(data, columns, funnel)
        for quarter, approvals in _approvals(columns, funnel).items():
            asked = quarter - lag
            share = funnel.conversion(asked)
            word = [(column, -share * worth * value) for column, value in households[asked]] if worth else []
            most = share * (funnel.enquiries(asked) + worth * float(funnel.households[asked]))
            family.add([*((column, 1.0) for column in approvals), *word], -np.inf, most)
    family.into(builder, "enquiries")


def most_households(builder: ProgramBuilder, data: CapacityData, columns: CapacityColumns) -> None:
    r""":math:`\sum_{p \in f, q \in y} x_{pq} \le n_f` for each year."""
    family = _Family()
    for funnel in data.funnels:
        limit = funnel.funnel.max_households_per_year
        if limit is None:
            continue
        by_year: dict[int, list[int]] = defaultdict(list)
        for quarter, approvals in _approvals(columns, funnel).items():
            by_year[quarter // QUARTERS_A_YEAR] += approvals
        for year in sorted(by_year):
            family.add(((column, 1.0) for column in by_year[year]), -np.inf, limit)
    family.into(builder, "most_households")


def shares_of_profiles(builder: ProgramBuilder, columns: CapacityColumns) -> None:
    r""":math:`s^-_p X_{fy} \le \sum_{q \in y} x_{pq} \le s^+_p X_{fy}`, :math:`X_{fy}` all approvals of the year."""
    family, uses = _Family(), columns.recruit
    by_year: dict[tuple[str, int], list[tuple[int, int]]] = defaultdict(list)
    for lever, quarter, column in zip(uses.lever.tolist(), uses.quarter.tolist(), uses.column.tolist(), strict=True):
        by_year[uses.levers[lever].funnel_id, quarter // QUARTERS_A_YEAR].append((lever, column))
    for (funnel_id, _), entries in by_year.items():
        for i, profile in enumerate(uses.levers):
            if profile.funnel_id != funnel_id:
                continue
            if profile.min_share > 0:
                family.add([(column, float(n == i) - profile.min_share) for n, column in entries], 0.0, np.inf)
            if profile.max_share < 1:
                family.add([(column, float(n == i) - profile.max_share) for n, column in entries], -np.inf, 0.0)
    family.into(builder, "shares_of_profiles")


def prevented(builder: ProgramBuilder, data: CapacityData, columns: CapacityColumns) -> None:
    r""":math:`\sum_{r \in f} x_{rq} / g_r \le H_f(q)`, g: prevented a quarter for each household with the offer.

    A household gets one offer. Where the leavers are stated, no more of them can be prevented.
    """
    family, uses = _Family(), columns.retain
    for funnel in data.funnels:
        by_quarter: dict[int, list[_Entry]] = defaultdict(list)
        for lever, quarter, column in zip(
            uses.lever.tolist(), uses.quarter.tolist(), uses.column.tolist(), strict=True
        ):
            offer = uses.levers[lever]
            if offer.funnel_id == funnel.funnel.id:
                gain = funnel.prevented_per_household(offer.deregistration_rate_per_year)
                by_quarter[quarter].append((column, 1 / gain))
        households = _households(data, columns, funnel) if by_quarter else {}
        for quarter, entries in sorted(by_quarter.items()):
            others = [(column, -value) for column, value in households[quarter]]
            family.add([*entries, *others], -np.inf, float(funnel.households[quarter]))
            if funnel.leavers is not None:
                family.add([(column, 1.0) for column, _ in entries], -np.inf, float(funnel.leavers[quarter]))
    family.into(builder, "prevented")


def converted(builder: ProgramBuilder, columns: CapacityColumns) -> None:
    r""":math:`\sum_s x_{csq} \le u_c` for each conversion and quarter, over the supplies s that places come off."""
    family, uses = _Family(), columns.convert
    by_quarter: dict[tuple[int, int], list[int]] = defaultdict(list)
    for lever, quarter, column in zip(uses.lever.tolist(), uses.quarter.tolist(), uses.column.tolist(), strict=True):
        by_quarter[lever, quarter].append(column)
    for (lever, _), found in by_quarter.items():
        family.add([(column, 1.0) for column in found], -np.inf, uses.levers[lever].max_places)
    family.into(builder, "converted")


def taken_off(builder: ProgramBuilder, data: CapacityData, columns: CapacityColumns, effects: Effects) -> None:
    r""":math:`\sum_c x_{csq} \le C_s(q)`: no more is converted than the supply has room for, recruits included."""
    family, uses = _Family(), columns.convert
    pairs = sorted(set(zip(uses.quarter.tolist(), uses.origin.tolist(), strict=True)))
    of_row: dict[tuple[int, int], list[_Entry]] = {pair: [] for pair in pairs}
    nodes = np.unique(uses.origin)
    taken = np.flatnonzero(np.isin(effects.node, nodes))
    parts = (effects.period[taken], effects.node[taken], effects.column[taken], effects.value[taken])
    for period, node, column, value in zip(*(part.tolist() for part in parts), strict=True):
        if (period, node) in of_row:
            of_row[period, node].append((column, -value))
    for (quarter, node), entries in of_row.items():
        family.add(entries, -np.inf, float(data.base[quarter, node]))
    family.into(builder, "taken_off")


def present(builder: ProgramBuilder, columns: CapacityColumns) -> None:
    r""":math:`x_o \le z \le \sum_o x_o`: somebody new is there exactly when one of their openings o is."""
    family = _Family()
    for row in columns.present:
        openings = row.openings.tolist()
        family.add([(row.column, 1.0), *((column, -1.0) for column in openings)], -np.inf, 0.0)
        for column in openings:
            family.add([(row.column, 1.0), (column, -1.0)], 0.0, np.inf)
    family.into(builder, "present")


def missed(builder: ProgramBuilder, data: CapacityData, columns: CapacityColumns) -> None:
    r""":math:`\sum_w p_w z_w \le 1 - \pi` for each year of a target that is likely with probability :math:`\pi`."""
    family = _Family()
    for (target, _), found in columns.missed.items():
        probability = data.case.targets[target].probability
        if probability is None:
            raise ValueError(f"target {data.case.targets[target].id} is likely but has no probability")
        entries = zip(found.tolist(), data.case.demand.probability.tolist(), strict=True)
        family.add(entries, -np.inf, 1.0 - probability + 1e-12)
    family.into(builder, "missed")


def _at_most_one(builder: ProgramBuilder, name: str, keys: list[str], levers: list[int], found: list[int]) -> None:
    """At most one column for each key of a lever."""
    family = _Family()
    by_key: dict[str, list[int]] = defaultdict(list)
    for lever, column in zip(levers, found, strict=True):
        by_key[keys[lever]].append(column)
    for key in by_key:
        family.add([(column, 1.0) for column in by_key[key]], -np.inf, 1.0)
    family.into(builder, name)


def _approvals(columns: CapacityColumns, funnel: FunnelData) -> dict[int, list[int]]:
    """Columns of approvals of a funnel by quarter."""
    found: dict[int, list[int]] = defaultdict(list)
    uses = columns.recruit
    for lever, quarter, column in zip(uses.lever.tolist(), uses.quarter.tolist(), uses.column.tolist(), strict=True):
        if uses.levers[lever].funnel_id == funnel.funnel.id:
            found[quarter].append(column)
    return dict(sorted(found.items()))


def _households(data: CapacityData, columns: CapacityColumns, funnel: FunnelData) -> dict[int, list[_Entry]]:
    """Households that columns bring, by the quarter at whose start they are there."""
    found: dict[int, list[_Entry]] = defaultdict(list)
    parts = households_of(data, columns, funnel)
    for period, column, value in zip(*(part.tolist() for part in parts), strict=True):
        found[period].append((column, value))
    return found
