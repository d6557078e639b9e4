"""Memory that is free, given back to the system: allocators keep it, one heap a thread, for nobody else to use."""

from __future__ import annotations

import ctypes
import gc
import sys

_MAPPED_FROM, _LARGE = -3, 1_000_000
"""glibc's M_MMAP_THRESHOLD, and the size in bytes from which a block counts as large."""


def map_large_blocks() -> None:
    """Have large blocks mapped each by itself from now on, so that the system has them back when they are dropped.

    glibc moves the limit up to 32 MB when such blocks come and go. A linear program that grows then leaves holes in
    the heap that nothing else fits into: London's took 870 MB where 550 MB were in use.
    """
    set_option = getattr(_c_library(), "mallopt", None)
    if set_option is not None:
        set_option(_MAPPED_FROM, _LARGE)


def give_back() -> None:
    """Give free memory back where the C library can be asked to (glibc); elsewhere the system gets it in its own time.

    The programs that a solver builds and drops again weigh hundreds of megabytes each; kept in the heaps of different
    threads they add up. A HiGHS object and its callbacks hold each other, so Python has to look for them first.
    """
    gc.collect()
    trim = getattr(_c_library(), "malloc_trim", None)
    if trim is not None:
        trim(0)


def _c_library() -> ctypes.CDLL | None:
    return ctypes.CDLL(None) if sys.platform.startswith("linux") else None
