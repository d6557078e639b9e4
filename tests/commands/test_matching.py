"""What ``rightplace match`` says beside its answer."""

from __future__ import annotations

from rightplace.commands.matching import beside_flow


def test_how_long_everything_took_beside_the_flow() -> None:
    """144 s beside 0.72 s are 200 times as long."""
    assert beside_flow(0.72, 144.0) == (
        "from files to a checked answer: 144.0 s of the processor, 200 times the 0.72 s of the minimum-cost flow alone"
    )
