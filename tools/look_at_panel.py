"""Open a panel paper in a real browser: what it looks like on screen and on paper, and what it asks the network for.

    python -m tools.look_at_panel paper.html --out shots [--browser /usr/bin/chromium]

It needs Playwright (``pip install playwright``) and a Chromium that is installed (``apt-get install chromium``);
nothing else needs them. Written into the folder: ``screen.png`` (top of the page), ``narrow.png`` and
``child.png`` (one child, on a telephone and on a desk), and ``paper.pdf``, with ``paper-NNN.png`` a page where
``pdftoppm`` is installed. Exit code 1 when the page asked for anything but itself, logged an error, or left a child
without a sheet.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
_DESK, _TELEPHONE = {"width": 1280, "height": 1500}, {"width": 420, "height": 900}


def _open(browser: Browser, paper: Path, size: dict[str, int], seen: list[str]) -> Page:
    """The paper in a window of some size; all that it asks for or complains of is noted."""
    page = browser.new_page(viewport=size)
    page.on("request", lambda request: seen.append(request.url))
    page.on("console", lambda message: seen.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: seen.append(f"error: {error}"))
    page.goto(paper.resolve().as_uri(), wait_until="networkidle")
    return page


def _titles(pdf: Path) -> list[str]:
    """The running head of each page of a PDF."""
    text = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], check=True, capture_output=True, text=True).stdout
    pages = text.split("\f")[:-1]
    return [re.split(r"\s{2,}", next(line for line in page.splitlines() if line.strip()).strip())[0] for page in pages]


def look(paper: Path, folder: Path, child: int, executable: str) -> list[str]:
    """Take the pictures and return what is wrong, in sentences."""
    folder.mkdir(parents=True, exist_ok=True)
    seen: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=_FLAGS)
        page = _open(browser, paper, _DESK, seen)
        page.screenshot(path=folder / "screen.png")
        page.locator(f"#child-{child}").screenshot(path=folder / "child.png")
        names = page.locator("article h2").all_inner_texts()
        page.pdf(path=folder / "paper.pdf", prefer_css_page_size=True, print_background=True)
        _open(browser, paper, _TELEPHONE, seen).locator(f"#child-{child}").screenshot(path=folder / "narrow.png")
        browser.close()
    own = paper.resolve().as_uri()
    wrong = [f"asked for or logged: {what}" for what in seen if what != own]
    print(f"{len(seen) - len(wrong)} requests, all for the paper itself; {len(wrong)} others; {len(names)} children")
    if shutil.which("pdftotext") and shutil.which("pdftoppm"):
        heads = _titles(folder / "paper.pdf")
        print(f"{len(heads)} pages on paper: {heads}")
        wrong += [f"no sheet on paper for {name}" for name in names if name.removeprefix("Child ") not in heads]
        subprocess.run(["pdftoppm", "-r", "90", "-png", folder / "paper.pdf", folder / "paper"], check=True)
    return wrong


def main() -> None:
    """Look at the paper that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paper", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--child", type=int, default=1, help="which child to show on screen, from 1")
    parser.add_argument("--browser", default=shutil.which("chromium") or "chromium")
    given = parser.parse_args()
    wrong = look(given.paper, given.out, given.child, given.browser)
    for sentence in wrong:
        print(sentence, file=sys.stderr)
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
