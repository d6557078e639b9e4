"""Planning as a whole: case -> numbers -> staged program -> claims -> plan -> certificate -> result.

``plan_capacity`` is the composition; ``frontier``, ``compare`` and ``audit_targets`` ask the same question otherwise.
"""

from rightplace.planning.clash import audit_targets
from rightplace.planning.comparison import Comparison, compare
from rightplace.planning.frontier import FrontierPoint, frontier
from rightplace.planning.plan import plan_capacity
from rightplace.planning.question import PlanOptions

__all__ = [
    "Comparison",
    "FrontierPoint",
    "PlanOptions",
    "audit_targets",
    "compare",
    "frontier",
    "plan_capacity",
]
