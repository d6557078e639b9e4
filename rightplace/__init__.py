"""The right placement, in the right place, at the right time, for children in care in England.

rightplace matches waiting children to vacancies, all children considered together, and plans the homes and
carers an authority needs. Importing it loads no solver and no table library: each is loaded on first use.
"""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("rightplace")
except PackageNotFoundError:  # run from a source tree that was never installed
    __version__ = "0+unknown"

__all__ = ["__version__"]
