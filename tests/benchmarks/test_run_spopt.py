"""spopt as a peer: asked about p-medians alone, its model read as it is, and a clear word where it is not installed."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pulp
import pytest

from rightplace.benchmarks import spopt_peer
from rightplace.benchmarks.families import load
from rightplace.benchmarks.peers import answered
from rightplace.benchmarks.publics import PublicQuestion
from rightplace.benchmarks.results import Status
from rightplace.benchmarks.runner import tasks_of
from rightplace.benchmarks.suites import SUITES, spec_of
from rightplace.errors import BackendMissing
from rightplace.solver.outcome import SolveOptions

OPTIONS = SolveOptions(solver="spopt", time_limit_seconds=60)


def tiny() -> PublicQuestion:
    """Two medians of 10 for four demands of 5: 3, by hand (docs/formats/public_instances.md)."""
    return PublicQuestion("tiny/pmedcap", load("tiny", "pmedcap"))


class ModelOfSpopt:
    """What spopt.locate.PMedian makes, without its maps: costs of demand times cost a unit, clients by facilities."""

    @staticmethod
    def from_cost_matrix(costs: Any, weights: Any, p_facilities: int, facility_capacities: Any) -> SimpleNamespace:
        """The capacitated p-median as a PuLP model, its names and its arrays of variables as spopt's."""
        problem = pulp.LpProblem("p-median", pulp.LpMinimize)
        clients, facilities = (range(num) for num in costs.shape)
        opens = [problem.add_variable(f"y{j}", cat=pulp.LpBinary) for j in facilities]
        served = np.array(
            [[problem.add_variable(f"z{i}_{j}", cat=pulp.LpBinary) for j in facilities] for i in clients], dtype=object
        )
        problem.setObjective(pulp.lpSum(weights[i] * costs[i, j] * served[i, j] for i in clients for j in facilities))
        rows = [pulp.lpSum(opens) == p_facilities]
        rows += [pulp.lpSum(served[i]) == 1 for i in clients]
        rows += [
            pulp.lpSum(weights[i] * served[i, j] for i in clients) <= facility_capacities[j] * opens[j]
            for j in facilities
        ]
        rows += [opens[j] - served[i, j] >= 0 for i in clients for j in facilities]
        listed = {str(number): row for number, row in enumerate(rows)}
        model = SimpleNamespace(constraints=listed, objective=problem.objective)
        return SimpleNamespace(problem=model, fac_vars=opens, cli_assgn_vars=served)


def test_its_model_has_the_value_worked_out_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its columns and rows become ours: 3, proven, and accepted by the evaluation, which knows neither model."""
    locate = ModuleType("spopt.locate")
    locate.PMedian = ModelOfSpopt  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "spopt", ModuleType("spopt"))
    monkeypatch.setitem(sys.modules, "spopt.locate", locate)
    monkeypatch.setattr(spopt_peer, "version", lambda _name: "0")
    question = tiny()
    claimed = answered(question, OPTIONS)
    assert (claimed.status, claimed.value, claimed.bound) == (Status.OPTIMAL, 3.0, 3.0)
    assert claimed.version.startswith("spopt 0, CBC")
    assert claimed.point is not None
    judged = question.judged(claimed.point)
    assert (judged.value, judged.faults) == (3.0, ())


def test_without_it_the_run_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing library is a missing back end, which the bench writes down as unsupported."""
    monkeypatch.setitem(sys.modules, "spopt", None)
    monkeypatch.setitem(sys.modules, "spopt.locate", None)
    with pytest.raises(BackendMissing, match="pip install spopt"):
        answered(tiny(), OPTIONS)


@pytest.mark.parametrize("name", ["gap", "orlib_cap", "facility_major", "smps"])
def test_what_it_has_no_model_of_is_unsupported(name: str) -> None:
    """Assignment, fixed costs, split customers, two stages."""
    claimed = answered(PublicQuestion(name, load("tiny", name)), OPTIONS)
    assert claimed.status is Status.UNSUPPORTED
    assert claimed.detail.startswith("spopt")


def test_it_is_asked_of_p_medians_only() -> None:
    """In the smoke suite of those from OR-Library and of our own tiny ones; never of a placement."""
    given: dict[str, Any] = {
        "limit_seconds": 1.0, "wanted_gap": 0.0, "threads": 1, "folder": None, "memory_gib": 0.0,
    }  # fmt: skip
    tasks = tasks_of(SUITES["smoke"].specs(None), ["spopt"], [0], **given)
    assert {task.spec.name for task in tasks} >= {"pmedcap/pmedcap01", "tiny/pmedcap"}
    assert {task.spec.name.partition("/")[2][:7] for task in tasks} == {"pmedcap"}
    assert tasks_of([spec_of("tiny", None)], ["spopt"], [0], **given) == []
