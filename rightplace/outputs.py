"""Where an answer or an instance may be written: checked before any work, so that nothing is lost and nothing wasted.

A path is refused when it is what is being read, when a folder of something else stands there, or when it cannot be
written at all.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = ["ANSWER", "INSTANCE", "MODEL", "PANEL", "REPORT", "TARGETS", "TEMPLATE", "Output", "refusals"]


@dataclass(frozen=True, slots=True)
class Output:
    """One sort of thing that is written.

    Parameters
    ----------
    name
        In words, with its article.
    suffixes
        Endings that it may have, in lower case; an empty one stands for a folder.
    files_of_it
        File names by which a folder of it is known; all must be there.
    files_of_others
        File names that such a folder never has.
    replaces_files
        Whether a file that exists may be replaced.
    """

    name: str
    suffixes: tuple[str, ...]
    files_of_it: frozenset[str] = frozenset()
    files_of_others: frozenset[str] = frozenset()
    replaces_files: bool = True


_ANSWER_FILES = frozenset({"placements.csv", "summary.csv"})
_INSTANCE_FILES = frozenset({"about.csv", "children.csv"})
ANSWER = Output("an answer", ("", ".json", ".xlsx"), _ANSWER_FILES, _INSTANCE_FILES)
INSTANCE = Output("an instance", ("", ".json", ".xlsx"), _INSTANCE_FILES, _ANSWER_FILES)
MODEL = Output("a model", (".lp", ".mps"))
REPORT = Output("a report", (".md",))
PANEL = Output("a panel paper", (".html", ".xlsx"))
TARGETS = Output("targets", (".toml",), replaces_files=False)
TEMPLATE = Output("a template", (".xlsx",), replaces_files=False)


def refusals(output: Output, path: Path, sources: Iterable[Path] = ()) -> Iterator[str]:
    """Why this path cannot take the output, in sentences; none when it can.

    Parameters
    ----------
    sources
        What is being read: neither it nor anything within it may be written over.
    """
    form = _form_refusal(output, path)
    if form is not None:
        yield f"{path}: {form}"
        return
    for source in sources:
        if _overlap(path, source):
            yield f"{path}: expected a place that is not {source}, in it or around it: that is being read"
            return
    standing = _standing_refusal(output, path)
    if standing is not None:
        yield f"{path}: {standing}"
        return
    for folder in dict.fromkeys((_nearest(path.parent), path if path.is_dir() else _nearest(path.parent))):
        problem = _unwritable(folder)
        if problem is not None:
            yield f"{path}: expected a place that can be written to; {folder} cannot ({problem})"


def _form_refusal(output: Output, path: Path) -> str | None:
    """What is wrong with the name, or with what stands there under it."""
    suffix = path.suffix.lower()
    if suffix not in output.suffixes and not ("" in output.suffixes and path.is_dir()):
        return "expected " + " or ".join(sorted(suffix or "a folder" for suffix in output.suffixes))
    if suffix in output.suffixes and suffix and path.is_dir():
        return f"expected a file {suffix}; this is a folder"
    if not suffix and path.exists() and not path.is_dir():
        return "expected a folder; this is a file"
    return None


def _overlap(path: Path, source: Path) -> bool:
    """Whether writing the one could change what is read from the other."""
    written, read = path.resolve(), source.resolve()
    return written == read or read in written.parents or written in read.parents


def _standing_refusal(output: Output, path: Path) -> str | None:
    """What stands at the path already and may not be mixed with the output or replaced by it."""
    if path.is_dir():
        found = {item.name for item in path.iterdir() if not item.name.startswith(".")}
        if found and (not output.files_of_it <= found or found & output.files_of_others):
            return f"expected a new or empty folder, or one with {output.name} written earlier; it holds other files"
    elif path.exists() and not output.replaces_files:
        return "expected a name that is still free; this file exists and would be replaced by an empty one"
    return None


def _nearest(folder: Path) -> Path:
    """The folder, or what exists nearest above it."""
    while not os.path.lexists(folder) and folder != folder.parent:
        folder = folder.parent
    return folder


def _unwritable(folder: Path) -> str | None:
    """Why nothing can be created in a folder, found by trying; ``None`` when something can."""
    try:
        with tempfile.TemporaryDirectory(prefix=".rightplace-", dir=folder):
            return None
    except OSError as error:
        return error.strerror or str(error)
