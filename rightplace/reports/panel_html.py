"""The panel paper as one HTML file that fetches nothing: no script, no font, no picture, and a policy against them.

Text becomes HTML in one place, ``element``, which escapes all that is not HTML already.
"""

from __future__ import annotations

import html
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rightplace.reports.panel_pages import Checklist, ChildPage, Exclusion, Fact, Panel, Row

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""What a browser may fetch for this file: nothing. Its own style sheet stands in the file."""
_HEAD_LENGTH = 50
_VOID = frozenset({"meta", "input"})


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


def element(tag: str, /, *content: str, **attributes: str) -> Html:
    """One element; content that is not ``Html`` is escaped, and so is every attribute.

    A trailing underscore of an attribute's name is dropped, other underscores are hyphens: ``class_``, ``aria_label``.
    """
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html.escape(value)}"' for key, value in attributes.items() if value
    )
    if tag in _VOID:
        return Html(f"<{tag}{given}>")
    return Html(f"<{tag}{given}>{joined(content)}</{tag}>")


def joined(content: Iterable[str]) -> Html:
    """Pieces after each other; those that are not ``Html`` are escaped."""
    return Html("".join(piece if isinstance(piece, Html) else html.escape(piece) for piece in content))


def html_of(panel: Panel) -> str:
    """The whole file."""
    numbered = list(enumerate(panel.pages, start=1))
    head = element(
        "head",
        Html('<meta charset="utf-8">'),
        Html(f'<meta http-equiv="Content-Security-Policy" content="{html.escape(_POLICY)}">'),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", f"{panel.title}, {panel.subject}"),
        element("style", _style(panel)),
    )
    main = element("main", _front(panel), _contents(panel), *(_child(page, number) for number, page in numbered))
    return f"<!DOCTYPE html>\n{element('html', head, element('body', main), lang='en-GB')}\n"


# ------------------------------------------------------------------------------------------------------------ style


def _style(panel: Panel) -> Html:
    """The style sheet, with a running head for each child's sheets so that loose ones are told apart."""
    sheet = Path(__file__).with_name("panel.css").read_text(encoding="utf-8")
    heads = [_running_head("front", panel.title, panel.subject)]
    heads += [_running_head(f"child-{n}", page.child_id, panel.subject) for n, page in enumerate(panel.pages, start=1)]
    return Html("\n" + sheet + "\n" + "\n".join(heads) + "\n")


def _running_head(name: str, left: str, right: str) -> str:
    font = 'font: 8pt Arial, "Liberation Sans", sans-serif;'
    boxes = (
        f"@top-left {{ content: {_css_string(_cut(left))}; {font} }} "
        f"@top-right {{ content: {_css_string(_cut(right))}; {font} }}"
    )
    return f".{name} {{ page: {name}; }}\n@page {name} {{ {boxes} }}"


def _cut(text: str) -> str:
    """As much of a text as half a running head holds."""
    return text if len(text) <= _HEAD_LENGTH else text[: _HEAD_LENGTH - 1] + "\N{HORIZONTAL ELLIPSIS}"


def _css_string(text: str) -> str:
    """Text as a CSS string; all but letters, digits and blanks is written as a number, so that nothing can end it."""
    plain = (char if char == " " or (char.isascii() and char.isalnum()) else f"\\{ord(char):x} " for char in text)
    return f'"{"".join(plain)}"'


# ------------------------------------------------------------------------------------------------------- front page


def _front(panel: Panel) -> Html:
    return element(
        "section",
        element("h1", panel.title),
        element("p", panel.subject, class_="subject"),
        element("h2", "What this is"),
        *(element("p", sentence) for sentence in panel.what_this_is),
        element("h2", "Totals"),
        _facts(panel.totals, class_="facts one"),
        element("h2", "How good the plan is, and who says so"),
        *(element("p", sentence) for sentence in panel.proof),
        element("h2", "How to read a child's page"),
        _facts(panel.how_to_read, class_="facts one"),
        element("p", f"Digest of the instance and policy: {panel.digest}", class_="digest"),
        class_="front",
    )


def _facts(facts: Iterable[Fact], class_: str) -> Html:
    pairs = (element("div", element("dt", fact.label), element("dd", fact.text)) for fact in facts)
    return element("dl", *pairs, class_=class_)


def _contents(panel: Panel) -> Html:
    caption = f"{len(panel.pages)} children, a sheet each: choice and decision in front, reasons and law behind"
    heads = ("Child", "Age", "Need level", "Search", "Needed by", "Suggested by the plan", "Signatures")
    rows = []
    for number, line in enumerate(panel.contents, start=1):
        link = element("a", line.child_id, href=f"#child-{number}")
        cells = (line.age, line.need_level, line.search, line.needed_by, line.suggestion, line.signatures)
        rows.append(element("tr", element("th", link, scope="row"), *(element("td", cell) for cell in cells)))
    return element(
        "section",
        element("h2", "Contents"),
        _wide(
            "Contents",
            element(
                "table",
                element("caption", caption),
                element("thead", element("tr", *(element("th", head, scope="col") for head in heads))),
                element("tbody", *rows),
                class_="children",
            ),
        ),
        class_="contents front",
        id="contents",
    )


def _wide(label: str, table: Html) -> Html:
    """A table that scrolls by itself on a narrow screen, with the keyboard too."""
    return element("div", table, class_="wide", role="region", aria_label=label, tabindex="0")


# ---------------------------------------------------------------------------------------------------- a child's page


def _child(page: ChildPage, number: int) -> Html:
    title = f"child-{number}-title"
    front = element(
        "section",
        element("h2", f"Child {page.child_id}", id=title),
        element("p", page.suggestion, class_="suggestion"),
        element("h3", "Needs"),
        _facts(page.needs, class_="facts"),
        element("h3", "Options"),
        _options(page),
        *(element("p", sentence) for sentence in page.sentences),
        _decision(page, number),
        class_="choosing",
    )
    back = element(
        "section",
        element("h3", f"Child {page.child_id}: settings that are not offered"),
        element("p", page.more),
        _exclusions(page),
        element("h3", f"Child {page.child_id}: what the law asks once a choice is made"),
        element("p", page.law, class_="source"),
        element("div", *(_checklist(item) for item in page.checklists), class_="checklists"),
        element("p", element("a", "Back to the contents", href="#contents"), class_="back"),
        class_="overleaf",
    )
    return element("article", front, back, class_=f"child child-{number}", id=f"child-{number}", aria_labelledby=title)


def _options(page: ChildPage) -> Html:
    if not page.options:
        return element("p", "No setting is open to this child.")
    heads = [
        element(
            "th",
            f"Option {option.rank}",
            element("span", option.setting_id, class_="setting"),
            element("span", "suggested by the plan" if option.in_plan else "", class_="badge"),
            scope="col",
            class_="planned" if option.in_plan else "",
        )
        for option in page.options
    ]
    planned = [option.in_plan for option in page.options]
    return _wide(
        f"Options for child {page.child_id}",
        element(
            "table",
            element("thead", element("tr", element("td", class_="label"), *heads)),
            element("tbody", *(_row(row, planned) for row in page.rows)),
            class_=f"options options-{len(page.options)}",
            aria_label=f"Options for child {page.child_id}",
        ),
    )


def _row(row: Row, planned: list[bool]) -> Html:
    cells = (
        element("td", *(element("span", line) for line in cell if line), class_="planned" if in_plan else "")
        for cell, in_plan in zip(row.cells, planned, strict=True)
    )
    return element("tr", element("th", row.label, scope="row"), *cells)


def _decision(page: ChildPage, number: int) -> Html:
    name = f"child-{number}-decision"
    choices = (
        element("li", element("label", element("input", type="radio", name=name, value=words), element("span", words)))
        for words in page.decisions
    )
    return element(
        "div",
        element("h3", f"Decision on child {page.child_id}", id=f"{name}-title"),
        element("ul", *choices, class_="choices"),
        element(
            "div",
            element("label", "Reason", element("textarea", name=f"{name}-reason")),
            element("label", "What the child says of it", element("textarea", name=f"{name}-child")),
            class_="written",
        ),
        element(
            "div",
            *(
                element("label", label, element("input", type="text", name=f"{name}-{key}", autocomplete="off"))
                for key, label in (("officer", "Officer and role"), ("signature", "Signature"), ("day", "Date"))
            ),
            class_="signed",
        ),
        class_="decision",
        role="group",
        aria_labelledby=f"{name}-title",
    )


def _exclusions(page: ChildPage) -> Html:
    if not page.exclusions:
        return element("p", "No rule closes any setting to this child.")
    heads = ("Rule", "What it says", "Settings", "The nearest, with miles", "What could lift it")
    rows = (_exclusion(item) for item in page.exclusions)
    table = element(
        "table",
        element("thead", element("tr", *(element("th", head, scope="col") for head in heads))),
        element("tbody", *rows),
        class_="exclusions",
        aria_label=f"Settings that are not offered to child {page.child_id}",
    )
    more = f"{page.num_more_rules} more rules close fewer settings." if page.num_more_rules else ""
    note = f"A setting that several rules close is counted under each. {more}"
    return joined((_wide(f"Settings not offered to child {page.child_id}", table), element("p", note, class_="note")))


def _exclusion(item: Exclusion) -> Html:
    said = (f"{item.sentence} ", element("small", item.source, class_="source"))
    cells = (element("td", str(item.num_settings), class_="number"), element("td", item.nearest))
    head = element("th", f"{item.title} ({item.rule})", scope="row")
    return element("tr", head, element("td", *said), *cells, element("td", item.remedy))


def _checklist(item: Checklist) -> Html:
    boxes = (element("label", element("input", type="checkbox"), element("span", text)) for text in item.items)
    return element(
        "section",
        element("h4", f"{item.regulation}: {item.title}"),
        element("p", f"{item.applies} ", item.deadline),
        element("ul", *(element("li", box) for box in boxes), class_="ticks") if item.items else "",
        element("p", item.note, class_="note") if item.note else "",
        class_="checklist",
    )
