"""Readers of the literature's instance files, each in its original format; the formats and their traps stand in
``docs/formats/public_instances.md``."""

from rightplace.benchmarks.readers.registry import FORMATS, format_of, read, read_all, reading_of

__all__ = ["FORMATS", "format_of", "read", "read_all", "reading_of"]
