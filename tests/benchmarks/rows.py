"""Rows of results as tests need them."""

from __future__ import annotations

from typing import Any

from rightplace.benchmarks.results import Point, Row, Status, Verdict, gap_of, times_of


def a_row(**given: Any) -> Row:
    """An optimal row of value 100, with what is given in place of it; gap, times and trace follow from it."""
    value, bound = given.get("value", 100.0), given.get("bound", 100.0)
    trace = given.pop("trace", (Point(2.0, value, bound),))
    plain: dict[str, Any] = {
        "instance": "invented-1",
        "family": "council",
        "digest": "d" * 64,
        "instance_digest": "i" * 64,
        "commit": "abc",
        "solver": "highs",
        "solver_version": "1",
        "threads": 1,
        "seed": 0,
        "limit_seconds": 60.0,
        "wanted_gap": 0.0,
        "status": Status.OPTIMAL,
        "value": value,
        "bound": bound,
        "gap": gap_of(value, bound),
        "certificate": Verdict.ACCEPTED if value is not None else Verdict.NONE,
        "seconds": 2.0,
        "cpu_seconds": 2.0,
        "build_seconds": 1.0,
        "peak_mib": 100.0,
        "num_columns": 3,
        "num_rows": 2,
        "host_cpu": "2 x one",
        "finished": "2026-01-01T00:00:00+00:00",
        "detail": "",
        "trace": trace,
        **times_of(trace),
    }
    return Row(**(plain | given))
