"""Writes the digests of the generated instances of the bench: ``python -m tools.bench_digests smoke council london``.

Only when an instance is meant to be another than it was: rows about the old one are then about something else.
Suites that are not named keep the digests they have.
"""

from __future__ import annotations

import argparse

from rightplace.benchmarks.opening import placement_instance
from rightplace.benchmarks.registry import DIGESTS, Generated, known_digests
from rightplace.benchmarks.suites import SUITES
from rightplace.files import written_at_once


def main() -> None:
    """Generate every instance of some suites, and keep its digest."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("suites", nargs="+", choices=sorted(SUITES))
    digests = dict(known_digests())
    for suite in parser.parse_args().suites:
        for spec in SUITES[suite].specs(None):
            if isinstance(spec.source, Generated):
                digests[spec.name] = placement_instance(spec.source).digest
                print(spec.name, digests[spec.name], flush=True)
    lines = ["instance,digest", *(f"{name},{digest}" for name, digest in digests.items())]
    with written_at_once(DIGESTS) as target:
        target.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
