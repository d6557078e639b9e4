"""What a panel paper says, as plain words: one front page, then one page a child. Its forms only lay this out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fact:
    """Something said of a child or of the whole, under a label."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table of options: a label, and for each option its lines of text."""

    label: str
    cells: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """The head of one option's column."""

    rank: int
    setting_id: str
    in_plan: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """A rule that closes settings to the child.

    Parameters
    ----------
    nearest
        The nearest of these settings, with their miles from the family home.
    remedy
        What could lift the rule, in words.
    """

    rule: str
    title: str
    sentence: str
    source: str
    num_settings: int
    nearest: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checklist:
    """What the law asks for once a choice is made.

    Parameters
    ----------
    applies
        To which of the options, and who signs.
    deadline
        In words, with the day.
    items
        One line a box to tick.
    note
        What to check, because we have not read the text or it may have changed; empty when there is nothing.
    """

    title: str
    regulation: str
    applies: str
    deadline: str
    items: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildPage:
    """The page of one child.

    Parameters
    ----------
    suggestion
        What the plan gives the child, in one sentence.
    signatures
        Who signs what for which options, and by when.
    warnings
        What to look at before choosing some of the options.
    waiting
        What it would mean for the child to go on waiting, or to stay where it lives.
    together
        Which settings could take all the siblings, and what that would cost; empty where there is nothing to say.
    more
        How many settings are open beyond those shown, and how many are not.
    law
        Where the checklists come from.
    decisions
        What the panel may tick.
    """

    child_id: str
    needs: tuple[Fact, ...]
    suggestion: str
    options: tuple[Option, ...]
    rows: tuple[Row, ...]
    signatures: tuple[str, ...]
    warnings: tuple[str, ...]
    waiting: str
    together: str
    more: str
    exclusions: tuple[Exclusion, ...]
    num_more_rules: int
    law: str
    checklists: tuple[Checklist, ...]
    decisions: tuple[str, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """What is said below the table of options."""
        said = (*self.signatures, *self.warnings, self.together, self.waiting)
        return tuple(sentence for sentence in said if sentence)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentsLine:
    """What the contents list says of one child."""

    child_id: str
    age: str
    need_level: str
    search: str
    needed_by: str
    suggestion: str
    signatures: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """The whole paper.

    Parameters
    ----------
    subject
        Of which instance, on which day.
    digest
        Of the instance, in hexadecimal.
    """

    title: str
    subject: str
    digest: str
    what_this_is: tuple[str, ...]
    totals: tuple[Fact, ...]
    proof: tuple[str, ...]
    how_to_read: tuple[Fact, ...]
    contents: tuple[ContentsLine, ...]
    pages: tuple[ChildPage, ...]
