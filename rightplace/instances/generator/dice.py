"""Random draws that come out the same on every platform and every version of Python.

Everything rests on ``random.Random(text).random()``, the one method whose sequence the Python documentation promises to
keep, and on whole numbers made from it here.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from random import Random
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

T = TypeVar("T")


class Shares(Generic[T]):
    """Things to draw from, each with a weight: whole numbers of any total, not all zero."""

    __slots__ = ("ends", "items")

    def __init__(self, weights: Mapping[T, int]) -> None:
        self.items = tuple(weights)
        self.ends = tuple(accumulate(weights.values()))

    def where(self, keep: Iterable[T]) -> Shares[T]:
        """The same weights for some of the things only; all of them when none is kept."""
        weights = {item: end - start for item, start, end in zip(self.items, (0, *self.ends), self.ends, strict=False)}
        chosen = set(keep)
        return Shares({item: weight for item, weight in weights.items() if item in chosen} or weights)


class Dice:
    """One stream of draws; streams of different names are independent, so adding a draw to one moves no other.

    Parameters
    ----------
    names
        What the draws are for: the seed, then words. The same names give the same stream.
    """

    __slots__ = ("_random",)

    def __init__(self, *names: object) -> None:
        self._random = Random("/".join(map(str, names))).random

    def below(self, number: int) -> int:
        """A whole number from 0 to ``number`` - 1; ``number`` is 1 to 2**32."""
        return int(self._random() * number)

    def between(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + int(self._random() * (high - low + 1))

    def chance(self, share: float) -> bool:
        """Yes with a probability from 0 to 1."""
        return self._random() < share

    def pick(self, shares: Shares[T]) -> T:
        """One of the things, by their weights."""
        return shares.items[bisect_right(shares.ends, int(self._random() * shares.ends[-1]))]

    def one_of(self, items: Sequence[T]) -> T:
        """One of the items, all equally likely."""
        return items[int(self._random() * len(items))]

    def shuffle(self, items: list[Any]) -> None:
        """Put a list into a random order, in place (Fisher-Yates)."""
        for last in range(len(items) - 1, 0, -1):
            other = int(self._random() * (last + 1))
            items[last], items[other] = items[other], items[last]

    def around(self, amount: int, per_cent: int, unit: int = 100) -> int:
        """An amount give or take a percentage of it, rounded down to a whole number of units (pounds of 100 pence)."""
        return amount * (1000 + self.between(-10 * per_cent, 10 * per_cent)) // (1000 * unit) * unit
