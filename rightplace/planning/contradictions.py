"""Why no plan keeps what is pinned and forbidden, as far as the bounds of the first stage tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rightplace.program import Domain
from rightplace.schedules import levers_of, verb_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rightplace.instances.planning_case import PlanningCase
    from rightplace.planning.question import PlanningQuestion, PlanOptions
    from rightplace.program import Mask, Program

_CLEARLY = 1e-6
_LIMITS = {
    "one_opening_a_site": "a site is opened once, in one size",
    "one_change_a_home": "a home is changed once",
    "one_start_a_block": "a block contract begins once",
    "beds_of_a_block": "a block contract has its least and its most number of beds",
    "enquiries": "no more households are approved than the enquiries yield",
    "most_households": "no more households are approved in a year than the funnel's most",
    "shares_of_profiles": "each profile has its least and its largest share of a funnel's approvals",
    "prevented": "no more households are kept than there are, or than would leave",
    "converted": "no more places are converted than the conversion's most",
    "taken_off": "no more places are converted than the carers have",
}
"""By family of rows: the limit in words."""
_NOT_ALONE = "The pins alone break no single limit; together, or with what they need of other levers, they break some."


def contradiction_notes(question: PlanningQuestion, options: PlanOptions) -> tuple[str, ...]:
    """Which pins and bans no plan keeps, and the limits that their bounds alone break, where they do."""
    first = question.staged.first
    asked = ", ".join(_asked(question.case, options))
    limits = [words for name, words in _LIMITS.items() if name in _broken_families(first)]
    if _is_fraction_pinned(first):
        limits.append("this is done in whole numbers only, and a fraction is pinned")
    why = f"Limit that is broken: {'; '.join(limits)}." if limits else _NOT_ALONE
    return (f"Pinned and forbidden: {asked}.", why)


def _asked(case: PlanningCase, options: PlanOptions) -> Iterator[str]:
    """As they would be typed."""
    levers = levers_of(case)
    for action in options.pins:
        yield f"{verb_of(levers[action.lever_id])}:{action.lever_id}={action.quantity:g}@{action.quarter}"
    for lever_id, quarter in options.forbids:
        yield f"not {verb_of(levers[lever_id])}:{lever_id}{'' if quarter is None else f'@{quarter}'}"


def _broken_families(program: Program) -> set[str]:
    """Families with a row that no point within the bounds of the columns keeps."""
    broken = np.flatnonzero(_broken_rows(program))
    return {name for name, rows in program.row_blocks.items() if ((broken >= rows.start) & (broken < rows.stop)).any()}


def _broken_rows(program: Program) -> Mask:
    """(num_rows,): whether the least that the bounds allow is too much, or the most too little."""
    used = np.flatnonzero(program.row_values)
    rows, columns, values = program.entry_rows[used], program.row_columns[used], program.row_values[used]
    ends = (values * program.lower[columns], values * program.upper[columns])
    least = np.bincount(rows, np.minimum(*ends), minlength=program.num_rows)
    most = np.bincount(rows, np.maximum(*ends), minlength=program.num_rows)
    broken: Mask = (least > program.row_upper + _CLEARLY) | (most < program.row_lower - _CLEARLY)
    return broken


def _is_fraction_pinned(program: Program) -> bool:
    """Whether a column of whole numbers is fixed to a fraction."""
    fixed = (program.lower == program.upper) & (program.domains == Domain.INTEGER)
    return bool((np.abs(program.lower - np.round(program.lower)) > _CLEARLY)[fixed].any())
