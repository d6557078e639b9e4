"""Laws of the allocation, on random small instances."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rightplace.instances.instance import Instance
from rightplace.solve import MatchOptions, match
from rightplace.solver.outcome import SolveOptions
from tests.oracles import brute_force
from tests.strategies import instances


@settings(max_examples=500)
@given(instance=instances(), rematch=st.booleans())
def test_optimum_equals_brute_force(instance: Instance, rematch: bool) -> None:
    """The optimum equals the best of all plans that the certificate accepts, tier by tier, and is itself accepted."""
    result = match(instance, MatchOptions(rematch=rematch, compare=False))
    assert result.best.certificate.violations == ()
    assert result.greedy.certificate.violations == ()
    assert result.status == "optimal"
    assert tuple(tier.value for tier in result.best.plan.tiers) == brute_force(instance, rematch=rematch)


@pytest.mark.parametrize("solver", ["cbc", "scip", "cpsat"])
@settings(max_examples=25)
@given(instance=instances(max_children=4, max_settings=3), rematch=st.booleans())
def test_back_ends_agree(solver: str, instance: Instance, rematch: bool) -> None:
    """Every back end finds the value that HiGHS finds, tier by tier."""
    options = MatchOptions(rematch=rematch, compare=False)
    ours = match(instance, options)
    theirs = match(instance, options, SolveOptions(solver=solver))
    assert [t.value for t in theirs.best.plan.tiers] == [t.value for t in ours.best.plan.tiers]
    assert theirs.best.certificate.is_accepted
