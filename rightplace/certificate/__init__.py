"""Certificate: is this plan lawful, does it add up, does it keep its claims? Decided from instance and plan alone.

This room shares no code with the models or the solver. It lives through the plan setting by setting, day by day, and
adds up every penny in its own plain way, so that a wrong formulation cannot certify itself. The rules on single pairs
and the policy's prices for them are the catalogue's, run on one table of all placements: a mistake in those it cannot
see. ``check_capacity`` does the same for a capacity plan, quarter by quarter (``docs/capacity_certificate.md``).
"""

from rightplace.certificate.capacity import CapacityCertificate, check_capacity
from rightplace.certificate.checker import Certificate, check
from rightplace.certificate.judged import Judged
from rightplace.certificate.violation import Violation

__all__ = ["CapacityCertificate", "Certificate", "Judged", "Violation", "check", "check_capacity"]
