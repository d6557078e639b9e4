"""What one run of the bench is asked."""

from __future__ import annotations

from dataclasses import dataclass

from rightplace.solver.answer import SOLVERS

FLOW = "flow"
"""The min-cost flow relaxation: a bound and no answer."""
SPOPT = "spopt"
"""spopt's own model of the capacitated p-median; of nothing else."""
PEERS = (*SOLVERS, FLOW, SPOPT)
"""Who can be asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One run: which instance, who answers, and within what.

    Parameters
    ----------
    spec
        Name in the registry.
    folder
        Of an instance that the user brings; empty for others.
    memory_gib
        Address space that the run may have; 0: no limit.
    """

    spec: str
    solver: str
    seed: int
    threads: int
    limit_seconds: float
    wanted_gap: float
    folder: str = ""
    memory_gib: float = 0.0
