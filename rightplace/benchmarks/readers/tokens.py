"""The numbers of a plain text file, each with its line: what all formats without keywords are read through.

Tolerated, as found in the wild: trailing NULs and whatever stands after the first of them, Ctrl-Z, a byte-order mark,
any line endings, numbers broken over lines in any way, and ``.gz``.
"""

from __future__ import annotations

import gzip
import re
import zlib
from typing import TYPE_CHECKING

import numpy as np

from rightplace.errors import Fault, InstanceError, reason_of

if TYPE_CHECKING:
    from pathlib import Path

    from rightplace.program import Floats

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_CHARACTERS = frozenset("0123456789.+-eE")
_END = re.compile(r"[\x00\x1a]")
_MOST_LISTED = 20


def text_of(path: Path) -> str:
    """The text of a file up to its first NUL or Ctrl-Z, unpacked when it is gzipped.

    Raises
    ------
    InstanceError
        When it cannot be opened or unpacked.
    """
    try:
        content = path.read_bytes()
        if content.startswith(b"\x1f\x8b"):
            content = gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise InstanceError([Fault(str(path), None, None, None, f"a readable file ({reason_of(error)})")]) from error
    text = content.removeprefix(b"\xef\xbb\xbf").decode("latin-1")
    return _END.split(text, maxsplit=1)[0].replace("\r\n", "\n").replace("\r", "\n")


def is_number(text: str) -> bool:
    """Whether a word is a finite decimal number."""
    return _NUMBER.fullmatch(text) is not None and np.isfinite(float(text)).item()


def _all_numbers(words: list[str]) -> Floats | None:
    """The words as numbers; ``None`` when one is none, at the cost of a glance where all are."""
    if not _CHARACTERS.issuperset("".join(words)):
        return None
    try:
        found = np.array(words, dtype=np.float64)
    except ValueError:
        return None
    return found if np.isfinite(found).all() else None


class Tokens:
    """The words of a file, taken from the front; faults are gathered, and raised once no more can be known.

    Every method raises ``InstanceError`` with all faults so far when it cannot go on. ``literal`` is the one word that
    may stand for a number.
    """

    def __init__(self, path: Path, literal: str | None = None) -> None:
        self._table = str(path)
        self._literal = literal
        lines = [line.split() for line in text_of(path).split("\n")]
        self._words = [word for line in lines for word in line]
        self._lines = np.repeat(np.arange(1, len(lines) + 1), [len(line) for line in lines])
        self._at = 0
        self.num_literals = 0
        self._faults: list[Fault] = []

    @property
    def num_left(self) -> int:
        """How many words are left."""
        return len(self._words) - self._at

    def fault(self, offset: int, value: str | None, expected: str) -> None:
        """Remember that the word at ``offset`` from the next one is not what was expected."""
        position = min(max(self._at + offset, 0), len(self._words) - 1)
        row = int(self._lines[position]) if self._words else None
        self._faults.append(Fault(self._table, row, None, value, expected))

    def refuse(self) -> None:
        """Raise the faults so far, if there are any."""
        if self._faults:
            raise InstanceError(self._faults)

    def count(self, what: str, most: int | None = None) -> int:
        """The next number, a whole one of at least 1 that says how many of something there are."""
        self._need(1, what)
        word = self._words[self._at]
        if not (is_number(word) and float(word).is_integer() and 1 <= float(word) <= (most or np.inf)):
            limits = "of at least 1" if most is None else f"from 1 to {most}"
            self.fault(0, word, f"{what}: a whole number {limits}")
            self._at += 1
            self._check_rest()
            self.refuse()
        self._at += 1
        return int(float(word))

    def size(self, what: str) -> tuple[int, int]:
        """Two counts; ``what`` names them both, as in "agents, jobs"."""
        first, second = what.split(", ")
        return self.count(f"the number of {first}"), self.count(f"the number of {second}")

    def numbers(self, what: str, *shape: int, least: float | tuple[float, ...] = -np.inf) -> Floats:
        """The next numbers, as an array of a shape; what is no number, or below ``least``, becomes a fault.

        ``what`` names them in the plural, as in "capacities"; ``least`` is one number, or one for each of a row.
        """
        num = int(np.prod([int(length) for length in shape], dtype=object))
        self._need(num, what)
        found = self._checked(num, what, np.resize(np.asarray(least, dtype=np.float64), num))
        self._at += num
        return found.reshape(shape)

    def number_or_literal(self, instead: float | None, what: str, remedy: str) -> float:
        """The next number, or ``instead`` where the literal word stands; ``remedy`` says how to give one."""
        self._need(1, what)
        if self._words[self._at].lower() != self._literal:
            return float(self.numbers(what, 1, least=0.0)[0])
        if instead is None:
            self.fault(0, self._words[self._at], remedy)
            instead = 0.0
        self._at += 1
        self.num_literals += 1
        return instead

    def end(self) -> None:
        """There must be nothing left. Raises all the faults met, this one included."""
        if self.num_left:
            extra = f"the end of the file: {self.num_left} more than its sizes say"
            self.fault(0, self._words[self._at], extra)
        self.refuse()

    def _need(self, num: int, what: str) -> None:
        if num <= self.num_left:
            return
        self._check_rest()
        after = f" after {self.num_left}" if num > 1 else ""
        self.fault(self.num_left, None, f"{'' if num == 1 else f'{num} '}{what}, but the file ends{after}")
        self.refuse()

    def _check_rest(self) -> None:
        """What comes after a fault that hides the layout: at least every word must be a number, or the literal."""
        words = self._words[self._at :]
        wrong = [i for i, word in enumerate(words) if not is_number(word) and word.lower() != self._literal]
        self._list_faults(wrong, words, "a number")

    def _checked(self, num: int, what: str, least: Floats) -> Floats:
        words = self._words[self._at : self._at + num]
        is_wrong: set[int] = set()
        found = _all_numbers(words)
        if found is None:
            wrong = [offset for offset, word in enumerate(words) if not is_number(word)]
            self._list_faults(wrong, words, f"a number ({what})")
            is_wrong = set(wrong)
            found = np.array([0.0 if offset in is_wrong else float(word) for offset, word in enumerate(words)])
        low = [offset for offset in np.flatnonzero(found < least).tolist() if offset not in is_wrong]
        self._list_faults(low, words, f"{least[low[0]]:g} or more ({what})" if low else "")
        return found

    def _list_faults(self, offsets: list[int], words: list[str], expected: str) -> None:
        for offset in offsets[:_MOST_LISTED]:
            self.fault(offset, words[offset], expected)
        if len(offsets) > _MOST_LISTED:
            more = len(offsets) - _MOST_LISTED
            self.fault(offsets[_MOST_LISTED], None, f"{expected}; so also at {more} more places from here on")
