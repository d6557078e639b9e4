"""What every test shares: how hard Hypothesis searches.

`default` tries the same examples on every run, so that a red build is red for everyone. `thorough` searches
afresh and for longer: `make test ARGS="--hypothesis-profile=thorough"`.
"""

from hypothesis import settings

settings.register_profile("default", deadline=None, derandomize=True)
settings.register_profile("thorough", deadline=None, derandomize=False, max_examples=2_000, print_blob=True)
settings.load_profile("default")
