"""What a process has used, and what it runs on: for benchmarks, each of whose runs is a process of its own."""

from __future__ import annotations

import os
import platform
import resource
from pathlib import Path

ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""Environment in which libraries of linear algebra start no threads of their own."""


def processor_seconds() -> float:
    """Processor time of this process and of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def peak_mib() -> float:
    """The most memory that this process has had, or the largest of its children that have ended, in MiB.

    Linux counts the memory of whoever started a process to its own maximum of ``getrusage``; the process's own status
    file does not.
    """
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return max(_own_peak_kib(), children) / 1024


def _own_peak_kib() -> int:
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def limit_memory(gib: float) -> None:
    """Let this process have at most so much address space; 0: as much as there is."""
    if gib:
        most = int(gib * 2**30)
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def processor_name() -> str:
    """The processor's name, and how many of them there are."""
    name = platform.processor() or platform.machine()
    about = Path("/proc/cpuinfo")
    if about.exists():
        for line in about.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                name = line.split(":", 1)[1].strip()
                break
    return f"{os.cpu_count()} x {name}"
