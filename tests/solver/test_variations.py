"""What is claimed of the variations of a program."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from rightplace.instances.library import library_path
from rightplace.instances.tables import read_instance
from rightplace.models.allocation import allocation_data, allocation_program
from rightplace.models.families import parts_filled
from rightplace.models.greedy import greedy_point
from rightplace.models.ranking import choices_of
from rightplace.solver.answer import answer
from rightplace.solver.outcome import SolveOptions
from rightplace.solver.relaxation import Relaxed
from rightplace.solver.variations import Study, Variation


def study() -> Study:
    """Every choice of every child of tiny."""
    data = allocation_data(read_instance(library_path("tiny"), None), rematch=False)
    program, columns = allocation_program(data)
    program = replace(program, start=greedy_point(data, program, columns))
    choices = [choice for candidate in range(data.num_candidates) for choice in choices_of(data, columns, candidate)]
    variations = [Variation(choice.closed, choice.columns) for choice in choices]
    return Study(program, answer(program, SolveOptions()), variations, SolveOptions())


def test_a_whole_point_of_an_unfinished_relaxation_proves_nothing() -> None:
    """Where a relaxation was stopped before its bound met its value, the bound is all that is claimed."""
    known, fresh = study(), study()
    dearer = [
        number
        for number in range(len(known.spans))
        if known.examine(number, prove=True).is_exact
        and known.spans[number].at_least[:-1] == known.values[:-1]
        and known.spans[number].at_least > known.values
    ]
    assert dearer
    for number in dearer:
        true, span = known.spans[number], fresh.spans[number]
        assert true.point is not None
        point = np.zeros(len(fresh.best))
        point[true.point] = 1.0
        unfinished = Relaxed(point, np.zeros(0), np.zeros(0), fresh.values[-1] - 5.0)
        before = span.at_least
        fresh._branch(span, fresh.variations[number], fresh.values[:-1], unfinished)
        assert span.at_most == true.at_most
        assert span.at_least == before


def test_more_time_never_widens_an_interval() -> None:
    """Looking at a choice, then proving it, only ever raises what it costs at least and lowers what at most."""
    found = study()
    for number in range(len(found.spans)):
        steps = [(found.spans[number].at_least, found.spans[number].at_most)]
        for prove in (False, True):
            span = found.examine(number, prove=prove)
            steps.append((span.at_least, span.at_most))
        for (low, high), (next_low, next_high) in pairwise(steps):
            assert next_low >= low
            assert high is None or (next_high is not None and next_high <= high)
        assert steps[-1][0] == steps[-1][1]


def _parts(people: int, largest: int) -> list[list[int]]:
    """Every way to take parts of two or more from so many people."""
    found: list[list[int]] = [[]]
    for size in range(min(people, largest), 1, -1):
        found += [[size, *rest] for rest in _parts(people - size, size)]
    return found


@pytest.mark.parametrize("places", range(2, 10))
def test_one_more_place_lifts_each_sibling_cut_by_one(places: int) -> None:
    """Whatever siblings fill one more place than there is, each cut with its side raised by one lets them through."""
    for k in range(2, places + 1):
        for parts in _parts(places + 1, places):
            filled = parts_filled(np.array(parts, dtype=np.int64), np.full(len(parts), places), k)
            assert int(filled.sum()) <= places // k + 1
