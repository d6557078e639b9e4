"""Audit: whether a plan treats groups of children alike, and whether a gap is larger than chance would make it.

Each child for whom the plan sought a home is measured, and each group of a characteristic is set beside everybody else:
all of them, and like for like, among children of the same need level and age band only. The plan is taken as it is:
check it first. ``docs/fairness.md`` says how chance is judged and what an audit cannot show.
"""

from rightplace.audit.compare import DEFAULT_RESAMPLES, LEAST_FAMILIES, audit
from rightplace.audit.findings import Audit, Explanation, Gap, GroupFinding, MeasureFinding
from rightplace.audit.measures import Characteristic, Measure, like_in

__all__ = [
    "DEFAULT_RESAMPLES",
    "LEAST_FAMILIES",
    "Audit",
    "Characteristic",
    "Explanation",
    "Gap",
    "GroupFinding",
    "Measure",
    "MeasureFinding",
    "audit",
    "like_in",
]
