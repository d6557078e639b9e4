"""Plans side by side: what each costs against doing nothing, and when it pays back."""

from __future__ import annotations

import io
import json
from dataclasses import replace

from rich.console import Console

from rightplace.certificate import Certificate, Violation
from rightplace.reports.capacity_comparison import comparison_object, is_refused, print_comparison
from tests.planning_doubles import comparison, result


def test_the_first_table_sets_plans_side_by_side() -> None:
    """Value, difference, capital, targets missed and payback stand in a line a plan; then each by year."""
    stream = io.StringIO()
    print_comparison(comparison(), Console(file=stream, width=140))
    text = stream.getvalue()
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert "home £18.90m -£1.00m £600,000 0 of 3 2027Q3" in lines
    assert "nothing £19.90m £0 £0 0 of 0 never within the plan" in lines
    assert text.count("Cost by year") == 2


def test_the_json_names_each_plan() -> None:
    """Scripts find the payback quarter, or null for never."""
    found = json.loads(json.dumps(comparison_object(comparison())))
    assert [(one["name"], one["paid_back_by"]) for one in found["plans"]] == [("home", "2027Q3"), ("nothing", None)]
    assert found["plans"][0]["years"][0]["baseline_pence"] == 1_000_000_000.0
    assert found["baseline_pence"] == 1_990_000_000.0


def test_missed_targets_do_not_make_a_schedule_refused() -> None:
    """An investment may miss hard targets by itself; what breaks a rule is refused, and is told apart."""
    miss, early = Violation("target", (), None, "in_area is missed"), Violation("lead", (), None, "too early")
    missing, breaking = (result(certificate=Certificate(0, found)) for found in ((miss,), (miss, early)))
    assert [is_refused(found) for found in (result(), missing, breaking)] == [False, False, True]
    stream = io.StringIO()
    both = replace(comparison(), results=(missing, breaking))
    print_comparison(both, Console(file=stream, width=140))
    assert stream.getvalue().count("hard targets are missed.") == 1
    assert stream.getvalue().count("Certificate: refused") == 1
