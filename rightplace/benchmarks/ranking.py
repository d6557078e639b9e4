"""What ranking every choice of every child takes, beside one match, and beside solving again for each choice.

A sample of choices is solved again from nothing, each as a program with that choice made; every cost must lie in the
interval that the ranking gave.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rightplace.errors import SolverError
from rightplace.instances.generate import PROFILES, generate
from rightplace.instances.library import library_names, library_path
from rightplace.instances.tables import read_instance
from rightplace.ranking import Ranker, RankOptions
from rightplace.solve import MatchOptions, Solved, match, solved
from rightplace.solver.answer import answer
from rightplace.solver.outcome import SolveOptions

if TYPE_CHECKING:
    from rightplace.instances.instance import Instance
    from rightplace.solver.variations import Span, Variation


def main() -> None:
    """Print one block of figures for each instance."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("instances", nargs="*", default=["barnet_2023"], help="names, paths, or council:CHILDREN:SEED")
    parser.add_argument("--top", type=int, default=0, help="choices of each child to prove; 0 for every one")
    parser.add_argument("--sample", type=int, default=20, help="choices that are solved again")
    parser.add_argument("--time-limit", type=float, default=900.0, help="seconds for match and ranking")
    given = parser.parse_args()
    for name in given.instances:
        print("\n".join(_measured(name, given.top, given.sample, given.time_limit)), flush=True)


def _open(name: str) -> Instance:
    if name.startswith("council:"):
        _, num, seed = name.split(":")
        return generate(replace(PROFILES["council"], num_children=int(num), waiting_share=1.0), int(seed))
    return read_instance(library_path(name) if name in library_names() else Path(name))


def _measured(name: str, top: int, num_sample: int, limit: float) -> list[str]:
    instance, solving = _open(name), SolveOptions(time_limit_seconds=limit)
    began = time.perf_counter()
    match(instance, MatchOptions(), solving)
    whole_match_s = time.perf_counter() - began
    began = time.perf_counter()
    base = solved(instance, MatchOptions(compare=False), solving)
    match_s = time.perf_counter() - began
    began = time.perf_counter()
    ranker = Ranker(base, RankOptions(top=top), replace(solving, time_limit_seconds=max(0.0, limit - match_s)))
    ranking = ranker.ranking(began)
    rank_s = match_s + time.perf_counter() - began
    spans = ranker.study.spans
    known = [span for span in spans if span.at_most is not None]
    widths = [s.at_most[-1] - s.at_least[-1] for s in known if s.at_most and s.at_most[:-1] == s.at_least[:-1]]
    sample = np.random.default_rng(0).permutation(len(spans))[:num_sample]
    again_s = [_solved_again(base, ranker.study.variations[k], spans[k], solving) for k in sample]
    per_pair = float(np.mean(again_s)) if again_s else 0.0
    return [
        f"{instance.name}: {len(instance.candidates())} children, {len(spans)} choices",
        f"  one match {match_s:.2f} s; as the command does it, both search orders, {whole_match_s:.2f} s",
        f"  match and ranking {rank_s:.2f} s: {rank_s / match_s:.1f} and {rank_s / whole_match_s:.1f} times that"
        + ("" if ranking.is_complete else " (ended by the limit)"),
        f"  exact {sum(span.is_exact for span in spans)}, with a plan {len(known)}; width of the intervals in pence a "
        f"week: median {np.median(widths or [0]):.0f}, 90% {np.quantile(widths or [0], 0.9):.0f}",
        f"  solved again {len(again_s)} of them, {per_pair:.3f} s each: all would take {per_pair * len(spans):.0f} s, "
        f"{per_pair * len(spans) / rank_s:.1f} times the ranking",
    ]


def _solved_again(base: Solved, variation: Variation, span: Span, solving: SolveOptions) -> float:
    """Seconds to solve a program with one choice made.

    Raises
    ------
    SolverError
        When the optimum lies outside the interval of the ranking.
    """
    upper = base.program.upper.copy()
    upper[variation.closed] = 0.0
    began = time.perf_counter()
    outcome = answer(replace(base.program, upper=upper, start=None), replace(solving, solver="highs"))
    seconds = time.perf_counter() - began
    values, bounds = (tuple(getattr(tier, side) for tier in outcome.tiers) for side in ("value", "bound"))
    too_low = len(values) == len(span.at_least) and values < span.at_least
    too_high = span.at_most is not None and len(bounds) == len(span.at_most) and bounds > span.at_most
    if too_low or too_high:
        raise SolverError(f"solved again, a choice has {bounds} to {values}; ranked, {span.at_least} to {span.at_most}")
    return seconds


if __name__ == "__main__":
    main()
