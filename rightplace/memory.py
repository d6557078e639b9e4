"""Memory that is free, given back to the system: allocators keep it, one heap a thread, for nobody else to use."""

from __future__ import annotations

import ctypes
import gc
import sys


def give_back() -> None:
    """Give free memory back where the C library can be asked to (glibc); elsewhere the system gets it in its own time.

    The programs that a solver builds and drops again weigh hundreds of megabytes each; kept in the heaps of different
    threads they add up. A HiGHS object and its callbacks hold each other, so Python has to look for them first.
    """
    gc.collect()
    if not sys.platform.startswith("linux"):
        return
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
