"""The same instance always gives the same program."""

from __future__ import annotations

import os
import subprocess
import sys

_DIGEST = """
from dataclasses import replace
from hashlib import sha256
from rightplace.instances.generate import PROFILES, generate
from rightplace.models.allocation import allocation_data, allocation_program

world = generate(replace(PROFILES["council"], num_children=400, waiting_share=0.5, sibling_share=0.5), 1)
program, _ = allocation_program(allocation_data(world, rematch=True))
assert "children_who_must_not_share" in program.row_blocks
print(sha256(program.row_columns.tobytes() + program.row_values.tobytes()).hexdigest())
"""


def test_the_program_does_not_depend_on_the_order_of_sets() -> None:
    """Two runs of Python that order sets of text differently make the same rows and columns of one instance."""
    digests = set()
    for seed in ("1", "2", "3"):
        environment = os.environ | {"PYTHONHASHSEED": seed}
        run = subprocess.run(
            [sys.executable, "-c", _DIGEST], env=environment, capture_output=True, text=True, check=True
        )
        digests.add(run.stdout)
    assert len(digests) == 1
