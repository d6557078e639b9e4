"""The HTML form of a panel paper, parsed as a browser would: complete, in order, escaped, and with nothing to fetch."""

from __future__ import annotations

import itertools
import json
import re
from functools import cache
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightplace.instances.library import library_path
from rightplace.instances.tables import read_instance
from rightplace.reports.answer import answer_of
from rightplace.reports.panel import panel_of
from rightplace.reports.panel_html import element, html_of
from rightplace.solve import MatchOptions, match
from tests.reports.rankings import found_for, ranking, ranking_of, suggestion
from tests.rules.builders import carer, child, instance

if TYPE_CHECKING:
    from rightplace.instances.instance import Instance

_VOID = {"meta", "input"}


class Parsed(HTMLParser):
    """What stands in a file: the tags, every attribute, and the text under each article and heading."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[tuple[str, dict[str, str]]] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.articles: list[dict[str, Any]] = []
        self.style = ""
        self.text = ""
        self.feed(text)
        self.close()
        assert self.open == [], "every element is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the element and its attributes."""
        given_ = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in given_.items()]
        if tag == "article":
            self.articles.append({"title": "", "heads": [], "settings": [], "class": given_["class"], "text": ""})
        if tag == "th" and self.articles:
            self.articles[-1]["heads"].append(given_.get("scope"))
        if tag not in _VOID:
            self.open.append((tag, given_))

    def handle_endtag(self, tag: str) -> None:
        """Elements close in the order in which they opened."""
        assert self.open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        """Note the text where it belongs."""
        inside = [tag for tag, _ in self.open]
        if "style" in inside:
            self.style += data
            return
        self.text += data
        if "article" in inside:
            article = self.articles[-1]
            article["text"] += data
            if inside[-1] == "h2":
                article["title"] += data
            if self.open[-1][1].get("class") == "setting":
                article["settings"].append(data)


@cache
def barnet() -> tuple[Instance, dict[str, Any]]:
    """The library's Barnet of 2023 with a ranking by hand, as it comes out of a file of JSON."""
    world = read_instance(library_path("barnet_2023"))
    answer = answer_of(match(world, MatchOptions(compare=False)))
    return world, json.loads(json.dumps(ranking_of(world, answer)))


@cache
def barnet_html() -> str:
    """The paper of it."""
    return html_of(panel_of(*barnet()))


def test_every_child_has_a_page_in_the_order_of_the_ranking() -> None:
    """Thirty children wait in Barnet: thirty articles, and a contents list with a link to each."""
    _, ranked = barnet()
    parsed = Parsed(barnet_html())
    assert [a["title"] for a in parsed.articles] == [f"Child {found['child']}" for found in ranked["children"]]
    assert len(parsed.articles) == 30
    ids = [value for tag, name, value in parsed.attributes if (tag, name) == ("article", "id")]
    links = [value for tag, name, value in parsed.attributes if (tag, name) == ("a", "href") if value != "#contents"]
    assert links == [f"#{name}" for name in ids]


def test_every_option_stands_in_its_place() -> None:
    """The best five settings of each child are the columns of its table, best first, with a scope on every header."""
    _, ranked = barnet()
    parsed = Parsed(barnet_html())
    for found, article in zip(ranked["children"], parsed.articles, strict=True):
        best = sorted(found["suggestions"], key=lambda item: item["rank"])[:5]
        assert article["settings"] == [item["setting"] for item in best]
        assert set(article["heads"]) == {"col", "row"}
        assert f"Decision on child {found['child']}" in article["text"]
        for regulation in ("Regulation 9", "Regulation 11", "Regulation 13"):
            assert regulation in article["text"]


def test_each_child_begins_a_sheet_with_a_running_head() -> None:
    """In print every article breaks before itself and before its second side, and names its child at the top."""
    parsed = Parsed(barnet_html())
    printed = parsed.style.split("@media print")[1]
    for name in ("child", "overleaf"):
        (rule,) = re.findall(rf"^  \.{name} {{([^}}]*page-break-before[^}}]*)}}", printed, flags=re.MULTILINE)
        assert "page-break-before: always" in rule
        assert "break-before: page" in rule
    assert "size: A4 portrait" in parsed.style
    for number, article in enumerate(parsed.articles, start=1):
        assert article["class"].split() == ["child", f"child-{number}"]
        assert f".child-{number} {{ page: child-{number}; }}" in parsed.style


def test_the_file_fetches_nothing() -> None:
    """No address, no script, no picture, no frame, no link but within the page, and a policy that forbids the rest."""
    text = barnet_html()
    parsed = Parsed(text)
    assert not re.search(r"https?:|//[a-z]|url\(|@import|@font-face|data:", text, flags=re.IGNORECASE)
    assert not {"script", "img", "link", "iframe", "object", "embed", "form", "base", "svg"} & set(parsed.tags)
    addresses = [
        value for _, name, value in parsed.attributes if name in ("src", "href", "srcset", "action", "data", "poster")
    ]
    assert all(re.fullmatch(r"#[a-z0-9-]+", value) for value in addresses)
    assert not [name for _, name, _ in parsed.attributes if name.startswith("on") or name == "style"]
    policy = next(value for tag, name, value in parsed.attributes if name == "content" and "default-src" in value)
    assert "default-src 'none'" in policy


def test_no_family_is_found_on_the_paper() -> None:
    """Home and school postcodes, faiths and languages of the children stand nowhere."""
    world, _ = barnet()
    points = (point for one in world.children for point in (one.home, one.school) if point is not None)
    words = {word for one in world.children for word in (one.religion, *one.languages) if word is not None}
    private = {point.text for point in points} | words
    assert len(private) > 30
    found = re.search(r"\b(" + "|".join(map(re.escape, private)) + r")\b", Parsed(barnet_html()).text)
    assert found is None, found


def test_the_headings_do_not_skip_a_level() -> None:
    """A reader who jumps from heading to heading finds a tree: h1, then h2, h3, h4."""
    levels = [int(tag[1]) for tag in Parsed(barnet_html()).tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


_HOSTILE = "</style><script src=\"http://evil.example/x.js\">alert('1')</script>&amp;<img onerror=x>"


def test_hostile_text_is_only_text() -> None:
    """Ids, names and words of a ranking that look like HTML, CSS or addresses come out as they are, and do nothing."""
    other = "'\"}; @import url(http://evil.example/x.css); --"
    world = instance((child(_HOSTILE), child(other)), (carer(_HOSTILE), carer(other)))
    approval = {"rule": "R24", "title": _HOSTILE, "signatory": _HOSTILE, "deadline": _HOSTILE}
    given_ = ranking(
        world,
        *(
            found_for(
                name,
                suggestion(
                    _HOSTILE,
                    setting_type=_HOSTILE,
                    wishes_met=[_HOSTILE],
                    siblings=[_HOSTILE],
                    with_siblings=True,
                    num_siblings=1,
                    approvals=[approval],
                ),
                ineligible=[{"setting": other, "rules": [{"id": "P01", "source": _HOSTILE, "remedy": _HOSTILE}]}],
            )
            for name in (_HOSTILE, other)
        ),
        tiers=[{"name": "price", "value": 1, "bound": 1, "claimed_by": _HOSTILE}],
    )
    given_["instance"]["name"] = _HOSTILE
    parsed = Parsed(html_of(panel_of(world, given_)))
    assert not {"script", "img", "link"} & set(parsed.tags)
    assert [article["title"] for article in parsed.articles] == [f"Child {_HOSTILE}", f"Child {other}"]
    assert [article["settings"] for article in parsed.articles] == [[_HOSTILE]] * 2
    assert "evil" not in re.sub(r'content: "[^"]*"', "", parsed.style)
    heads = re.findall(r'content: "([^"]*)"', parsed.style)
    assert not [head for head in heads if set(head) & set("<>{}();'")]


def _from_css(text: str) -> str:
    """What a browser makes of the inside of a CSS string."""
    return re.sub(r"\\([0-9a-f]{1,6}) ", lambda found: chr(int(found.group(1), 16)), text)


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20))
def test_any_text_survives_as_it_is(text: str) -> None:
    """Whatever a child's id is, a browser reads the same back: in text, in attributes and in the running head."""
    parsed = Parsed(element("p", text, title=text))
    assert parsed.text == text
    assert parsed.attributes == [("p", "title", text)]
    world = instance((child(text),), (carer(),))
    style = Parsed(html_of(panel_of(world, ranking(world, found_for(text, suggestion("setting")))))).style
    heads = [_from_css(found) for found in re.findall(r'@top-left \{ content: "([^"]*)"', style)]
    assert text in heads


def test_a_long_id_is_cut_in_the_running_head_only() -> None:
    """Half a line of the paper holds 50 characters; the page itself has all of them."""
    world = instance((child("L" * 200),), (carer(),))
    parsed = Parsed(html_of(panel_of(world, ranking(world, found_for("L" * 200, suggestion("setting"))))))
    heads = [_from_css(found) for found in re.findall(r'@top-left \{ content: "([^"]*)"', parsed.style)]
    assert "L" * 49 + "…" in heads
    assert max(map(len, heads)) == 50
    assert parsed.articles[0]["title"] == "Child " + "L" * 200


@pytest.mark.parametrize("number", range(6))
def test_fewer_options_make_a_narrower_table(number: int) -> None:
    """The table has a class for its number of columns; with none there is a sentence in its place."""
    world = instance((child(),), tuple(carer(f"s{n}") for n in range(1, number + 1)))
    found = found_for("child", *(suggestion(f"s{n}", n) for n in range(1, number + 1)))
    text = html_of(panel_of(world, ranking(world, found)))
    assert (f'class="options options-{number}"' in text) == (number > 0)
    assert ("No setting is open to this child." in text) == (number == 0)
