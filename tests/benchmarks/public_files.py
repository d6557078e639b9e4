"""Tiny files in the literature's formats, small enough to solve by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

GAP = """2 3
1 2 3
4 5 6
1 1 2
2 2 1
2 3
"""
"""Two agents, three jobs. The least cost: agent 0 takes jobs 0 and 1 (2 of 2), agent 1 job 2: 1 + 2 + 6 = 9. Besides it
only jobs 0 or 1 alone at agent 0 fit, for 1 + 5 + 6 or 2 + 4 + 6: 12 is the most."""

CAP = """ 2 3
 10 100.
 20 50.
 4
 8. 12.
 6
 6. 18.
 9
 27. 9.
"""
"""Facilities of 10 for 100 and 20 for 50, customers of 4, 6 and 9. Facility 1 holds all 19: 50 + 12 + 18 + 9 = 89."""

FACILITY_MAJOR = """2 3
10 100
20 50
4 6 9
8 6 27
12 18 9
"""
"""The same problem as ``CAP``."""

DIAZ_FERNANDEZ = """3 2
8 12
6 18
27 9
4 6 9
100 50
10 20
"""
"""The same problem as ``CAP``."""

PLC = """2 3
4 6 9
10 20
100 50
2 1 3
3 3 1
"""
"""The same problem as ``CAP``: 2 a unit for 4 is 8, and so on."""

PMEDCAP = """ 1 3
 4 2 10
 1 0 0 5
 2 1 1 5
 3 10 10 5
 4 12 11 5
"""
"""Four nodes, two medians of 10. (0,0)-(1,1) is 1.41, down to 1; (10,10)-(12,11) is 2.23, down to 2: 1 + 2 = 3."""

CORE = """NAME          tiny
ROWS
 N  obj
 L  most
 G  served
COLUMNS
    MARK0000  'MARKER'                 'INTORG'
    build     obj                 3   most                 1
    build     served              1
    MARK0001  'MARKER'                 'INTEND'
    buy       obj                 5   served               1
RHS
    rhs       most                9   served               1
BOUNDS
 UP bnd       build               8
ENDATA
"""
TIME = """TIME          tiny
PERIODS
    build     most                     FIRST
    buy       served                   SECOND
ENDATA
"""
SCENARIOS = """STOCH         tiny
SCENARIOS     DISCRETE
 SC low       ROOT      0.25           SECOND
    RHS       served    2
 SC high      ROOT      0.75           SECOND
    RHS       served    4
ENDATA
"""
"""Build x at 3 each now; buy what misses at 5 each: 2 are wanted with 1/4, 4 with 3/4. A third and a fourth are wanted
with 3/4, worth 3.75 each, more than 3: build 4, for 12."""
INDEPENDENT = """STOCH         tiny
INDEP         DISCRETE
    RHS       served    2   SECOND  0.25
    RHS       served    4   SECOND  0.75
ENDATA
"""


def written(folder: Path, name: str, text: str | bytes) -> Path:
    """A file of a folder, with a content."""
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def written_smps(folder: Path, core: str = CORE, time: str = TIME, scenarios: str = SCENARIOS) -> Path:
    """The three files of a two-stage problem; the core's path."""
    written(folder, "tiny.tim", time)
    written(folder, "tiny.sto", scenarios)
    return written(folder, "tiny.cor", core)
