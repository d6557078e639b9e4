"""Cohorts: children who are alike for planning, of one authority, age band, need level and kind."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rightplace.instances.children import AGE_BANDS
from rightplace.instances.settings import MAX_NEED_LEVEL

MAX_GROUP_SIZE = 6


class CohortKind(StrEnum):
    """What sets children apart beside age and need: the high-cost low-incidence groups of a sufficiency strategy.

    ``RESIDENTIAL``: the care plan asks for a children's home, fostering is unsuitable. ``CONNECTED``: with relatives or
    friends, who look after this child only.
    """

    MAINSTREAM = "mainstream"
    RESIDENTIAL = "residential"
    CONNECTED = "connected"
    UNACCOMPANIED = "unaccompanied"
    PARENT_AND_CHILD = "parent and child"
    SOLO = "solo"
    DEPRIVATION_OF_LIBERTY = "deprivation of liberty"
    SECURE = "secure"
    REMAND = "remand"


@dataclass(frozen=True, slots=True, order=True)
class Cohort:
    """Children of one authority who are alike for planning.

    Parameters
    ----------
    authority_id
        The responsible authority.
    age_band
        Position in ``children.AGE_BANDS``: 0 to 4, 5 to 9, 10 to 15, 16 and 17 years.
    need_level
        1 to 4, as of a child.
    group_size
        Brothers and sisters who should live together, 1 to 6: 1 is a child without any.
    """

    authority_id: str
    age_band: int
    need_level: int
    kind: CohortKind = CohortKind.MAINSTREAM
    group_size: int = 1

    def __post_init__(self) -> None:
        """Refuse what no child can be.

        Raises
        ------
        ValueError
            Naming the part and what was expected.
        """
        if not 0 <= self.age_band < len(AGE_BANDS):
            raise ValueError(f"age band {self.age_band}; expected 0 to {len(AGE_BANDS) - 1}")
        if not 1 <= self.need_level <= MAX_NEED_LEVEL:
            raise ValueError(f"need level {self.need_level}; expected 1 to {MAX_NEED_LEVEL}")
        if not 1 <= self.group_size <= MAX_GROUP_SIZE:
            raise ValueError(f"group size {self.group_size}; expected 1 to {MAX_GROUP_SIZE}")

    @property
    def id(self) -> str:
        """How tables name it: ``authority/ages/need level/kind/group size``: ``E09000003/10-15/2/mainstream/1``."""
        return f"{self.authority_id}/{AGE_NAMES[self.age_band]}/{self.need_level}/{self.kind}/{self.group_size}"

    @property
    def middle_age_months(self) -> int:
        """The age in the middle of its band, at which rules and terms of approval are applied to it."""
        _, first, end = AGE_BANDS[self.age_band]
        return (first + end) // 2


AGE_NAMES = tuple(f"{first // 12}-{end // 12 - 1}" for _, first, end in AGE_BANDS)
"""Age bands as cohort ids write them: ``0-4``, ``5-9``, ``10-15``, ``16-17``."""


def cohort_of(text: str, authority_id: str | None = None) -> Cohort:
    """The cohort that an id names; kind and group size may be left out (mainstream, 1).

    Parameters
    ----------
    authority_id
        The code of the authority, where the text may give its name instead.

    Raises
    ------
    ValueError
        Saying what is wrong with the text.
    """
    parts = [part.strip() for part in text.split("/")]
    if not 3 <= len(parts) <= 5:
        raise ValueError("expected authority/ages/need level/kind/group size, such as E09000003/10-15/2/mainstream/1")
    if parts[1] not in AGE_NAMES:
        raise ValueError(f"ages {parts[1]!r}; expected one of {', '.join(AGE_NAMES)}")
    kinds = [kind.value for kind in CohortKind]
    kind = parts[3] if len(parts) > 3 else CohortKind.MAINSTREAM.value
    if kind not in kinds:
        raise ValueError(f"kind {kind!r}; expected one of {', '.join(kinds)}")
    for part in (parts[2], *parts[4:]):
        if not part.isdecimal():
            raise ValueError(f"{part!r}; expected a whole number")
    size = int(parts[4]) if len(parts) > 4 else 1
    return Cohort(authority_id or parts[0], AGE_NAMES.index(parts[1]), int(parts[2]), CohortKind(kind), size)
