"""What a file does not say and its caller must: the capacity of capa-capc, whether a maximum is meant, splitting.

Written behind the name of an instance: ``capa@8000``, ``gap1-0@max``, ``cap41@single``, ``capb@7000@single``.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from rightplace.benchmarks.problems import Problem
from rightplace.benchmarks.readers.tokens import is_number


@dataclass(frozen=True, slots=True)
class Variant:
    """One meaning of a file. ``None`` and ``False``: as the format has it.

    Parameters
    ----------
    capacity
        What stands for the literal word ``capacity``.
    is_maximisation
        The objective is a maximum.
    is_single_source
        Whether every customer is served by one facility.
    """

    capacity: float | None = None
    is_maximisation: bool = False
    is_single_source: bool | None = None

    def refuse_others(self, allowed: frozenset[str], format_name: str) -> None:
        """Refuse what a format has no use for.

        Raises
        ------
        ValueError
            Naming the format and the variant.
        """
        for field in fields(self):
            if getattr(self, field.name) not in (None, False) and field.name not in allowed:
                raise ValueError(f"the format {format_name} has no variant by {field.name}")


@dataclass(frozen=True, slots=True)
class Reading:
    """A problem, and the value that the file itself states for it (in the file's sense), if it does."""

    problem: Problem
    stated_value: float | None = None


def parse_variant(text: str) -> Variant:
    """The variant of a text such as ``8000``, ``max``, ``single``, ``split`` or several of them joined by ``@``.

    Raises
    ------
    ValueError
        For anything else.
    """
    variant = Variant()
    for part in filter(None, text.split("@")):
        if part == "max":
            variant = replace(variant, is_maximisation=True)
        elif part in ("single", "split"):
            variant = replace(variant, is_single_source=part == "single")
        elif is_number(part) and float(part) > 0:
            variant = replace(variant, capacity=float(part))
        else:
            raise ValueError(f"unknown variant {part!r}: expected a capacity, max, single or split")
    return variant
