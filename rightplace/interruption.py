"""Ctrl-C and SIGTERM outside a search: one line and the exit code of the signal, and scratch files are cleared away."""

from __future__ import annotations

import os
import signal
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

__all__ = ["SIGNALS", "Stop", "end", "insist", "listen", "say"]

SIGNALS = (signal.SIGINT, signal.SIGTERM)
_ended_by: list[int] = []


class Stop(threading.Event):
    """A search is to end with its best answer. ``number`` is of the signal that said so; 0: none."""

    number: int = 0


def listen() -> None:
    """Let the signals end the program in words."""
    for number in SIGNALS:
        signal.signal(number, end)


def say(text: str) -> None:
    """A line on standard error from a signal handler, past its buffer: the signal may come while that is written to."""
    os.write(2, f"{text}\n".encode())


def end(number: int, frame: FrameType | None) -> None:
    """End the program for a signal; a second one while it ends is ignored.

    Raises
    ------
    SystemExit
        With 128 and the number of the signal, as shells have it: 130 for Ctrl-C.
    """
    for other in SIGNALS:
        signal.signal(other, signal.SIG_IGN)
    _ended_by.append(number)
    say("interrupted before the end; every file is written whole or not at all")
    raise SystemExit(128 + number)


def insist() -> None:
    """End the program if a signal has asked for it and Python lost that: it drops what is raised in some callbacks.

    Raises
    ------
    SystemExit
        As ``end`` did.
    """
    if _ended_by:
        raise SystemExit(128 + _ended_by[0])
