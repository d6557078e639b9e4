"""Work on several regions of a program at once, on as many threads as the caller allows.

The solvers let go of the interpreter's lock, so threads are enough. What two regions of one turn find is put together
by the caller, who sees whether it fits.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

T = TypeVar("T")


def turns(num: int, num_threads: int) -> Iterator[range]:
    """The numbers below ``num``, at most so many at a time; those of a turn lie as far apart as may be.

    Regions are numbered by halving, so that far numbers are far regions.
    """
    num_turns = -(-num // max(1, num_threads))
    for first in range(num_turns):
        yield range(first, num, num_turns)


def abreast(work: Callable[[int], T], numbers: Sequence[int]) -> Iterable[T]:
    """What some work gives for each number, in their order; a thread for each where there are several."""
    if len(numbers) == 1:
        return [work(numbers[0])]
    with ThreadPoolExecutor(len(numbers)) as pool:
        return list(pool.map(work, numbers))
