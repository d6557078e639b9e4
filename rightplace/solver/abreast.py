"""Work on several regions of a program at once, on as many threads as the caller allows.

The solvers let go of the interpreter's lock, so threads are enough. What two regions of one turn find is put together
by the caller, who sees whether it fits.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

S = TypeVar("S")
T = TypeVar("T")


def turns(num: int, num_threads: int) -> Iterator[range]:
    """The numbers below ``num``, at most so many at a time; those of a turn lie as far apart as may be.

    Regions are numbered by halving, so that far numbers are far regions.
    """
    num_turns = -(-num // max(1, num_threads))
    for first in range(num_turns):
        yield range(first, num, num_turns)


def abreast(work: Callable[[S], T], things: Sequence[S]) -> list[T]:
    """What some work gives for each thing, in their order; a thread for each where there are several."""
    if len(things) <= 1:
        return [work(thing) for thing in things]
    with ThreadPoolExecutor(len(things)) as pool:
        return list(pool.map(work, things))
